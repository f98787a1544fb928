//! Calls that sleep: what is known of their results, and whom they wait for.

use super::attempt::End;
use super::matching::Assignment;
use super::parts::{self, Names};
use super::{Attempt, Finding, Judge, World, claims_of_first, words};
use crate::lang::ast::Claim;

/// Asks whether a claim in the learner's names holds. What a sleeping call will give is not waited for: it may sleep until
/// the learner makes another call.
pub(super) fn ask(claim: &Claim, world: &mut dyn World) -> Finding {
    match parts::in_claim(claim, &Names::not_yet(world.pending())) {
        Ok(claim) => world.claim(&claim),
        Err(name) => Finding::no(words::pending(&name)),
    }
}

impl Judge {
    /// Calls that still sleep and give their result no name, each with the names that the block gives it.
    pub fn awaited(&mut self, world: &mut dyn World) -> Vec<(u32, Vec<Option<String>>)> {
        let assignment = self.assign(world);
        let done = self.deeds.iter().zip(&assignment.attempts);
        let asleep = done.filter_map(|(deed, attempt)| {
            let attempt = &self.attempts[(*attempt)?];
            let nameless = attempt.names().is_empty() && attempt.outcome.end == End::Blocked;
            let named = deed.statement.targets.iter().any(Option::is_some);
            let job = attempt.outcome.job.filter(|_| nameless && named)?;
            Some((job, deed.statement.targets.clone()))
        });
        asleep.collect()
    }

    /// The attempt that does a deed, where it sleeps and should have returned.
    pub(super) fn oversleeps(&self, at: usize, assignment: &Assignment) -> Option<&Attempt> {
        let done = assignment.attempts[at].map(|attempt| &self.attempts[attempt]);
        let may_sleep = claims_of_first(&self.deeds[at..]).any(|claim| *claim == Claim::Blocked);
        done.filter(|done| done.outcome.end == End::Blocked && !may_sleep)
    }

    /// Whether a claim speaks of what a call of this block will give that sleeps, and should have returned.
    pub(super) fn awaits(&self, claim: &Claim, assignment: &Assignment) -> bool {
        let deeds = 0..self.deeds.len();
        let asleep = deeds.filter(|at| self.oversleeps(*at, assignment).is_some());
        let parts = asleep.flat_map(|at| parts::targets(&self.deeds[at].statement));
        let names = Names::not_yet(parts.map(str::to_owned).collect());
        parts::in_claim(claim, &names).is_err()
    }
}
