//! Which attempt does which call of the model, and which name plays which part: the assignment under which most of
//! the model is done. Sockets made alike can play either part until a later call tells them apart, so this searches.

use super::attempt::End;
use super::compare::{self, Likeness};
use super::parts::{self, Names};
use super::{Attempt, Deed, Judge, World, attempt, claims_of_first, orders};
use crate::lang::ast::Claim;

/// Steps of the search before it settles for the best so far. Blocks have a few calls; only a learner who makes many
/// sockets that play no part comes near it.
const BUDGET: usize = 20_000;

/// Who does what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Assignment {
    /// For each deed, the attempt that does it.
    pub attempts: Vec<Option<usize>>,
    /// Who plays the new parts.
    pub names: Names,
    /// Attempts that received what was sent amiss: they play no part.
    pub astray: Vec<usize>,
}

impl Assignment {
    /// Names that differ from the part's, with the part's.
    pub fn renamed(&self) -> Vec<(String, String)> {
        let mut renamed = Vec::new();
        for (part, name) in self.names.played.iter().filter(|(part, name)| part != name) {
            let pair = (name.clone(), part.clone());
            if !renamed.contains(&pair) {
                renamed.push(pair);
            }
        }
        renamed
    }

    /// Most done first; then most names as the lesson has them.
    fn score(&self) -> (usize, usize) {
        let done = self.attempts.iter().flatten().count();
        let named = self
            .names
            .played
            .iter()
            .filter(|(part, name)| part == name)
            .count();
        (done, named)
    }
}

struct Search {
    best: Assignment,
    budget: usize,
}

impl Judge {
    /// The assignment under which most of the model is done. What received other data than the model's, before that was
    /// sent, gives its place to a later call.
    pub(super) fn assign(&mut self, world: &mut dyn World) -> Assignment {
        let mut best = self.assign_but(Vec::new(), world);
        while let Some((at, missing)) = self.took_another(&best)
            && let Some(taken) = best.attempts[at].filter(|taken| self.differs(at, *taken))
        {
            let mut astray = best.astray.clone();
            astray.push(taken);
            let next = self.assign_but(astray, world);
            if next.attempts[missing].is_none() {
                break;
            }
            best = next;
        }
        best
    }

    fn assign_but(&mut self, astray: Vec<usize>, world: &mut dyn World) -> Assignment {
        let new = self
            .deeds
            .iter()
            .flat_map(|deed| parts::targets(&deed.statement))
            .map(str::to_owned)
            .collect();
        let mut start = Assignment {
            attempts: vec![None; self.deeds.len()],
            names: Names {
                moved: self.moved.clone(),
                ..Names::not_yet(new)
            },
            astray,
        };
        let mut search = Search {
            best: start.clone(),
            budget: BUDGET,
        };
        self.search(0, &mut start, &mut search, world);
        search.best
    }

    /// Tries every way for the attempts from `from` on. Loops over those that leave no choice.
    fn search(
        &mut self,
        from: usize,
        now: &mut Assignment,
        search: &mut Search,
        world: &mut dyn World,
    ) {
        let begin = now.clone();
        for attempt in from..self.attempts.len() {
            if search.budget == 0 {
                break;
            }
            search.budget -= 1;
            let options = match now.astray.contains(&attempt) {
                true => Vec::new(),
                false => self.options(attempt, now, world),
            };
            if self.attempts[attempt].names().is_empty() || options.is_empty() {
                if let Some(deed) = options.first() {
                    self.take(*deed, attempt, now);
                }
                continue;
            }
            for deed in options {
                let mut next = now.clone();
                self.take(deed, attempt, &mut next);
                self.search(attempt + 1, &mut next, search, world);
                if search.best.score().0 == self.deeds.len() {
                    *now = begin;
                    return;
                }
            }
            // It may also play no part; then the loop goes on without it.
        }
        if now.score() > search.best.score() {
            search.best = now.clone();
        }
        *now = begin;
    }

    /// The deeds that an attempt may do, the likeliest first.
    fn options(&mut self, attempt: usize, now: &Assignment, world: &mut dyn World) -> Vec<usize> {
        let names = self.attempts[attempt].names();
        let mut options: Vec<(bool, bool, usize)> = Vec::new();
        for at in 0..self.deeds.len() {
            let tried = &self.attempts[attempt];
            if now.attempts[at].is_some()
                || !fits(&self.deeds[at..], tried)
                || self.fails_too_early(at, tried, now).is_some()
                || self.sent_before(at, now).is_some()
            {
                continue;
            }
            let alike = match self.likeness(at, attempt, now, world) {
                Likeness::Same => false,
                Likeness::Alike => true,
                Likeness::Off(_) | Likeness::Other => continue,
            };
            let targets = &self.deeds[at].statement.targets;
            options.push((alike, !names.is_empty() && *targets != names, at));
        }
        options.sort_unstable();
        options.into_iter().map(|(_, _, at)| at).collect()
    }

    fn take(&self, deed: usize, attempt: usize, now: &mut Assignment) {
        now.attempts[deed] = Some(attempt);
        for (part, name) in self.deeds[deed]
            .statement
            .targets
            .iter()
            .zip(self.attempts[attempt].names())
        {
            if let (Some(part), Some(name)) = (part, name) {
                now.names.played.push((part.clone(), name));
            }
        }
    }

    /// How an attempt compares with a deed, the names being assigned so.
    pub(super) fn likeness(
        &mut self,
        at: usize,
        attempt: usize,
        now: &Assignment,
        world: &mut dyn World,
    ) -> Likeness {
        let seen = &mut self.seen;
        let mut ask = |expr: &_| {
            let key = (attempt, format!("{expr:?}"));
            seen.entry(key)
                .or_insert_with(|| attempt::value(expr, world))
                .clone()
        };
        compare::compare(
            &self.deeds[at].statement,
            &self.attempts[attempt],
            &now.names,
            &mut ask,
        )
    }
}

/// Whether an attempt ended as the model wants the first deed's call to end: as `expect` says, and without error where
/// it says nothing. A call that still sleeps may yet end well.
fn fits(deeds: &[Deed], attempt: &Attempt) -> bool {
    let outcome = &attempt.outcome;
    // How a call ended that an order has woken says nothing about the order.
    if outcome.end == End::NoCall || orders::of(&attempt.statement).is_some() {
        return true;
    }
    let mut says = false;
    for claim in &deeds[0].claims {
        let ends = match claim {
            Claim::Error(errnos) => match outcome.end {
                End::Failed(errno) => errnos.contains(&errno),
                End::Blocked => true,
                _ => false,
            },
            Claim::Blocked => outcome.job.is_some() || outcome.end == End::Blocked,
            _ => continue,
        };
        if !ends {
            return false;
        }
        says = true;
    }
    let foreseen = |errno| {
        claims_of_first(deeds)
            .any(|claim| matches!(claim, Claim::Error(errnos) if errnos.contains(&errno)))
    };
    match outcome.end {
        End::Failed(errno) => says || foreseen(errno),
        _ => true,
    }
}
