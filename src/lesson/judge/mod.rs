//! Judging: what a learner did, against a `sock` block, by effects and not by text.
//!
//! The player (in `app`) reports each statement with its outcome ([`Attempt`]) and lends a [`World`] that can look at
//! the session; the [`Judge`] answers with a [`Judgement`]. A learner's statement *does* a call of the model when it
//! is the same call on the same parts with arguments that amount to the same, and ended as the model wants it to.
//! Whichever new socket plays a part takes that part's name, so which name stands for which part is searched for.

mod asleep;
mod attempt;
mod claims;
mod compare;
mod matching;
mod orders;
mod other;
mod parts;
mod sent;
mod turn;
mod words;
mod wrong;

pub use asleep::Awaited;
pub use attempt::{Attempt, End, Outcome};
pub(in crate::lesson) use attempt::{calls, may_end_a_call};
pub(in crate::lesson) use claims::about_call;

use super::sock::{Deed, Sock};
use crate::lang::ast::{Claim, Expr};
use crate::lang::order::Order;
use asleep::ask;
use compare::Likeness;
use matching::Assignment;
use std::collections::{BTreeMap, BTreeSet};

/// What the judge may ask of the session while it judges.
pub trait World {
    /// The session's name of the socket that an expression names: a name, a descriptor number, `.`.
    fn socket(&mut self, expr: &Expr) -> Option<String>;
    /// The laboratory host on which a statement without a host runs now (`on HOST`); `None` on this machine itself.
    fn host(&mut self) -> Option<String> {
        None
    }
    /// What an expression amounts to now, as bytes: data as it would be sent, an address or a number in its printed
    /// form (`127.0.0.1:80`). Never asked of an expression that holds a call. `None` where it has no value.
    fn value(&mut self, expr: &Expr) -> Option<Vec<u8>>;
    /// The socket of this session at the other end of this one's stream, and how many bytes wait there to be received.
    fn unread_behind(&mut self, _: &str) -> Option<(String, u64)> {
        None
    }
    /// Whether the kernel has taken bytes of this socket that it has not sent yet.
    fn unsent(&mut self, _: &str) -> bool {
        false
    }
    /// Whether somebody else than this session listens at an address.
    fn served(&mut self, _: &Expr) -> bool {
        false
    }
    /// The closed socket that was in TIME_WAIT at this address, where none is any more.
    fn rested(&mut self, _: &Expr) -> Option<String> {
        None
    }
    /// Whether an order would change nothing, because what it sets is so already.
    fn is_so(&self, _: &Order) -> bool {
        false
    }
    /// Names of what calls will give that still sleep. A claim that speaks of one is not asked.
    fn pending(&mut self) -> Vec<String> {
        Vec::new()
    }
    /// Whether a claim about a socket or about the whole holds, polled to a deadline where the kernel needs time.
    /// The claim is in the learner's names.
    fn claim(&mut self, claim: &Claim) -> Finding;
}

/// Whether a claim holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether it does.
    pub holds: bool,
    /// What was found.
    pub found: String,
    /// Why that may be; may be empty.
    pub why: String,
}

/// How far a learner is with a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// The block is done.
    Done {
        /// New names, each with the part's name that it takes from here on. Only those that differ.
        renamed: Vec<(String, String)>,
        /// "Same effect; the lesson used …", where the learner went another way.
        remarks: Vec<String>,
    },
    /// Nothing is wrong; something is missing.
    NotYet {
        /// What, in words; at least one entry.
        missing: Vec<String>,
    },
    /// The last statement was not what the step wants.
    Differs {
        /// What differs, in words; at least one entry.
        words: Vec<String>,
        /// What is missing besides.
        missing: Vec<String>,
        /// Whether the session's state changed by it, or by an earlier one that may be why it failed: `undo` is worth
        /// offering.
        undo: bool,
    },
}

/// Judges one `sock` block, from the learner's first statement to the last.
#[derive(Debug, Clone)]
pub struct Judge {
    deeds: Vec<Deed>,
    other: bool,
    attempts: Vec<Attempt>,
    /// Claims that held once, by deed, claim, attempt: what was true after a call need not stay true.
    held: BTreeSet<(usize, usize, Option<usize>)>,
    /// What the model's arguments amounted to right after an attempt.
    seen: BTreeMap<(usize, String), Option<Vec<u8>>>,
    /// Sockets from before the block whose name stands for another one now: the name, what they are called instead.
    moved: Vec<(String, String)>,
    /// Sockets whose call slept until it failed with ETIMEDOUT.
    gave_up: Vec<String>,
}

impl Judge {
    /// For a block, before anything was typed.
    pub fn new(sock: &Sock) -> Self {
        let mut deeds = sock.deeds();
        for deed in &mut deeds {
            attempt::ask_by_name(&mut deed.statement.action);
        }
        Self {
            deeds,
            other: sock.other,
            attempts: Vec::new(),
            held: BTreeSet::new(),
            seen: BTreeMap::new(),
            moved: Vec::new(),
            gave_up: Vec::new(),
        }
    }

    /// Takes a statement that was run. Returns false for one that is no attempt: it changes nothing and the block
    /// does not ask for it.
    pub fn tried(&mut self, attempt: Attempt) -> bool {
        let asked = self
            .deeds
            .iter()
            .any(|deed| compare::same_kind(&deed.statement, &attempt.statement));
        let counts = asked || attempt.changes();
        if counts {
            self.attempts.push(attempt);
        }
        counts
    }

    /// Tells which older sockets have lost their names since the block began: the name, what the socket is called now.
    pub fn moved(&mut self, moved: Vec<(String, String)>) {
        for (name, now) in moved.iter().filter(|pair| !self.moved.contains(pair)) {
            let taken = self
                .attempts
                .iter()
                .rposition(|attempt| attempt.gives(name));
            // What was done by the name until then was done to the older socket.
            for attempt in self.attempts.iter_mut().take(taken.map_or(0, |at| at + 1)) {
                parts::each_expr(&mut attempt.statement.action, &mut |expr| {
                    if matches!(expr, Expr::Name(known) if known == name) {
                        *expr = Expr::Name(now.clone());
                    }
                });
            }
        }
        self.moved = moved;
    }

    /// How far the learner is.
    pub fn look(&mut self, world: &mut dyn World) -> Judgement {
        let assignment = self.assign(world);
        let mut missing = self.missing(&assignment, world);
        let in_the_way = match missing.is_empty() {
            true => self.left_over(&assignment, world),
            false => None,
        };
        if let Some(words) = in_the_way.or_else(|| self.waited_too_long(&assignment)) {
            return Judgement::Differs {
                words: vec![words],
                missing,
                undo: true,
            };
        }
        if missing.is_empty() {
            return self.done(&assignment, world);
        }
        if self.other && self.others_did_it(&assignment, world) {
            return Judgement::Done {
                renamed: assignment.renamed(),
                remarks: Vec::new(),
            };
        }
        let served = self.served(&assignment, world);
        if let Some((mut words, undo)) = self.wrong(&assignment, world) {
            words.extend(served);
            return Judgement::Differs {
                words,
                missing,
                undo,
            };
        }
        match self.too_late(&assignment, world) {
            Some(words) => Judgement::Differs {
                words: vec![words],
                missing,
                undo: true,
            },
            None => {
                missing.extend(served);
                Judgement::NotYet { missing }
            }
        }
    }

    /// Whether a claim of a `predict` block holds, after the block's calls. A claim about the last call is about
    /// the one that did the block's last call.
    pub fn claim(&mut self, claim: &Claim, world: &mut dyn World) -> Finding {
        let assignment = self.assign(world);
        let last = self
            .last_call(self.deeds.len(), &assignment)
            .map(|(_, attempt)| attempt)
            .or_else(|| (0..self.attempts.len()).rfind(|attempt| self.ended_a_call(*attempt)));
        match (about_call(claim), last) {
            (true, Some(last)) => claims::of_call(claim, &self.attempts[last].outcome, world),
            (true, None) => Finding::no("no call was made"),
            (false, _) => self.ask(claim, &assignment, world),
        }
    }

    /// Whether a claim is one that the block makes after its last call, and has held. What was typed since may have changed
    /// that.
    pub fn has_held(&self, claim: &Claim) -> bool {
        // How a call ended cannot change; a stream that was put together from several is what none of them returned.
        if about_call(claim) {
            return false;
        }
        let last = self.last_asked();
        let mut held = self.held.iter().filter(|(at, ..)| *at >= last);
        held.any(|(at, number, _)| self.deeds[*at].claims[*number] == *claim)
    }

    /// Whether a claim is one that the block makes after its last call.
    pub fn makes(&self, claim: &Claim) -> bool {
        let mut claims = self.deeds.iter().skip(self.last_asked());
        claims.any(|deed| deed.claims.contains(claim))
    }

    /// The deed that is the block's last call.
    fn last_asked(&self) -> usize {
        let calls = |deed: &Deed| may_end_a_call(&deed.statement);
        self.deeds.iter().rposition(calls).unwrap_or_default()
    }

    /// The last call before the deed `end`, as far as it was made: the deed that asks for it, and the attempt.
    fn last_call(&self, end: usize, assignment: &Assignment) -> Option<(usize, usize)> {
        let done = |at| Some((at, assignment.attempts[at]?));
        (0..end)
            .rev()
            .filter_map(done)
            .find(|(_, attempt)| self.ended_a_call(*attempt))
    }

    fn ended_a_call(&self, attempt: usize) -> bool {
        self.attempts[attempt].outcome.end != End::NoCall
    }

    fn done(&mut self, assignment: &Assignment, world: &mut dyn World) -> Judgement {
        let mut remarks = Vec::new();
        for at in 0..self.deeds.len() {
            let Some(attempt) = assignment.attempts[at] else {
                if self.is_so(at, world) {
                    continue;
                }
                remarks.push(words::same_effect(&self.deeds[at]));
                continue;
            };
            if self.likeness(at, attempt, assignment, world) == Likeness::Alike {
                remarks.push(words::same_effect(&self.deeds[at]));
            }
        }
        remarks.dedup();
        Judgement::Done {
            renamed: assignment.renamed(),
            remarks,
        }
    }

    /// What keeps the block from being done. Records the claims that hold now.
    fn missing(&mut self, assignment: &Assignment, world: &mut dyn World) -> Vec<String> {
        let mut missing = Vec::new();
        let mut early = false;
        for at in 0..self.deeds.len() {
            match assignment.attempts[at] {
                None if self.came_with_another(at, assignment) => {}
                None if !self.is_so(at, world) => {
                    missing.push(words::to_do(&self.deeds[at], &assignment.names));
                    early = true;
                }
                attempt => {
                    missing.extend(self.claims_missing(at, attempt, early, assignment, world));
                }
            }
        }
        missing
    }

    /// `early`: a call before this one is missing, and may be why a claim does not hold yet.
    fn claims_missing(
        &mut self,
        at: usize,
        attempt: Option<usize>,
        early: bool,
        assignment: &Assignment,
        world: &mut dyn World,
    ) -> Vec<String> {
        let mut missing = Vec::new();
        let short = attempt.and_then(|done| self.steps_short(at, done, assignment));
        let early = early || short.is_some();
        missing.extend(short.map(words::steps_to_do));
        let mut rest = attempt.is_some() && self.stops_short(at, world);
        let early = early || rest;
        let sleeper = self.oversleeps(at, assignment);
        let asleep = sleeper.is_some();
        missing.extend(sleeper.map(|done| words::asleep(&done.statement)));
        for number in 0..self.deeds[at].claims.len() {
            let key = (at, number, attempt);
            if self.held.contains(&key) {
                continue;
            }
            let claim = self.deeds[at].claims[number].clone();
            if asleep && about_call(&claim) || self.awaits(&claim, assignment) {
                continue;
            }
            let finding = self.find(&claim, at, assignment, world);
            if finding.holds {
                self.held.insert(key);
            } else if !(asleep || early && claims::may_come(&claim)) {
                missing.push(words::claim_fails(&claim, &finding));
            } else if std::mem::take(&mut rest) {
                missing.push(words::to_do(&self.deeds[at], &assignment.names));
            }
        }
        // What a later call of the model has put on the wire since is not what was to be stepped.
        let short = rest && attempt.is_some_and(|done| self.never_quiet_since(done));
        if short && missing.is_empty() {
            missing.push(words::to_do(&self.deeds[at], &assignment.names));
        }
        missing
    }

    fn find(
        &self,
        claim: &Claim,
        at: usize,
        assignment: &Assignment,
        world: &mut dyn World,
    ) -> Finding {
        if about_call(claim) {
            let Some((at, attempt)) = self.last_call(at + 1, assignment) else {
                return Finding::no("no call was made");
            };
            let streamed = match claim {
                Claim::Data(wanted) => self.stream_finding(wanted, at, assignment),
                _ => None,
            };
            let outcome = &self.attempts[attempt].outcome;
            return streamed.unwrap_or_else(|| claims::of_call(claim, outcome, world));
        }
        self.ask(claim, assignment, world)
    }

    /// Asks whether a claim holds that is not about a call.
    fn ask(&self, claim: &Claim, assignment: &Assignment, world: &mut dyn World) -> Finding {
        match parts::in_claim(claim, &assignment.names) {
            Ok(claim) => ask(&claim, world),
            Err(part) => self.nameless(&part, assignment),
        }
    }

    /// Nobody plays a part that a claim speaks of: it was not made yet, or what the call gave was given no name.
    fn nameless(&self, part: &str, assignment: &Assignment) -> Finding {
        let mut deeds = self.deeds.iter().zip(&assignment.attempts);
        let made = deeds.find(|(deed, attempt)| {
            attempt.is_some() && parts::targets(&deed.statement).any(|target| target == part)
        });
        Finding {
            why: made.map_or_else(String::new, |(deed, _)| words::unnamed(deed)),
            ..Finding::no(words::nameless(part))
        }
    }

    /// Whether anything changed since the block began.
    pub fn changed(&self) -> bool {
        self.attempts.iter().any(Attempt::changed)
    }
}

impl Finding {
    fn no(found: impl Into<String>) -> Self {
        Self {
            holds: false,
            found: found.into(),
            why: String::new(),
        }
    }
}

/// What may be claimed of the first deed's call: after it, and after statements that end a call only where one sleeps.
fn claims_of_first(deeds: &[Deed]) -> impl Iterator<Item = &Claim> {
    let (first, rest) = deeds.split_at(deeds.len().min(1));
    let unsure = rest
        .iter()
        .take_while(|deed| !attempt::makes_a_call(&deed.statement));
    first.iter().chain(unsure).flat_map(|deed| &deed.claims)
}

#[cfg(test)]
mod tests;
