//! Calls that sleep: what is known of their results, and whom they wait for.

use super::attempt::End;
use super::matching::Assignment;
use super::parts::{self, Names};
use super::{Attempt, Finding, Judge, World, claims_of_first, words};
use crate::lang::ast::Claim;

/// A call that sleeps when its block is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// Its job.
    pub job: u32,
    /// For each of its results, the name that the learner has given it, and the part that it is to play.
    pub parts: Vec<(Option<String>, Option<String>)>,
}

/// Asks whether a claim in the learner's names holds. What a sleeping call will give is not waited for: it may sleep until
/// the learner makes another call.
pub(super) fn ask(claim: &Claim, world: &mut dyn World) -> Finding {
    match parts::in_claim(claim, &Names::not_yet(world.pending())) {
        Ok(claim) => world.claim(&claim),
        Err(name) => Finding::no(words::pending(&name)),
    }
}

impl Judge {
    /// A blocked call ended. `job` is the number under which its attempt was reported; `made` are the names of the
    /// sockets that it made.
    pub fn ended(&mut self, job: u32, end: End, data: &[u8], made: Vec<String>) {
        if let Some(attempt) = self
            .attempts
            .iter_mut()
            .find(|attempt| attempt.outcome.job == Some(job))
        {
            attempt.outcome.end = end;
            attempt.outcome.data.extend_from_slice(data);
            attempt.outcome.made = made;
        }
    }

    /// A call on this socket slept, of this block or of one before it, and failed with ETIMEDOUT.
    pub fn gave_up(&mut self, socket: &str) {
        self.gave_up.push(socket.to_owned());
    }

    /// A sleeping call on a part that the block speaks of has failed meanwhile, and the block does not ask for that.
    pub(super) fn waited_too_long(&self, assignment: &Assignment) -> Option<String> {
        let claims = || self.deeds.iter().flat_map(|deed| &deed.claims);
        let meant = |claim: &Claim| matches!(claim, Claim::Error(errnos) if errnos.iter().any(|errno| errno.0 == libc::ETIMEDOUT));
        if claims().any(meant) {
            return None;
        }
        let told: Vec<Claim> = claims()
            .filter_map(|claim| parts::in_claim(claim, &assignment.names).ok())
            .collect();
        let gave_up = self.gave_up.iter().find(|socket| {
            let names = Names::not_yet(vec![(*socket).clone()]);
            told.iter()
                .any(|claim| parts::in_claim(claim, &names).is_err())
        })?;
        Some(words::gave_up(gave_up))
    }

    /// Calls that still sleep and whose result has not the name that the block gives it.
    pub fn awaited(&mut self, world: &mut dyn World) -> Vec<Awaited> {
        let assignment = self.assign(world);
        let done = self.deeds.iter().zip(&assignment.attempts);
        let asleep = done.filter_map(|(deed, attempt)| {
            let attempt = &self.attempts[(*attempt)?];
            let (names, parts) = (attempt.names(), &deed.statement.targets);
            let named = parts.iter().any(Option::is_some) && names != *parts;
            let sleeps = attempt.outcome.end == End::Blocked;
            let job = attempt.outcome.job.filter(|_| sleeps && named)?;
            let name = |at: usize| names.get(at).cloned().flatten();
            let parts = (0..).map(name).zip(parts.iter().cloned()).collect();
            Some(Awaited { job, parts })
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
