//! ` ```sock other ` blocks: what the other side does, whoever plays it.

use super::asleep::ask;
use super::attempt::main_call;
use super::matching::Assignment;
use super::{Judge, Judgement, World, about_call, parts, words};
use crate::lang::ast::Claim;

impl Judge {
    /// In an `other` block, the learner says that the other side has done its part. Done unless a claim that can be
    /// seen from here says otherwise. Where none can, the learner's word is taken: the next block will show it.
    pub fn elsewhere(&mut self, world: &mut dyn World) -> Judgement {
        if !self.other {
            return self.look(world);
        }
        let assignment = self.assign(world);
        if self.served(&assignment, world).is_some() {
            // What the learner has made plays no part of the other side.
            return Judgement::Done {
                renamed: Vec::new(),
                remarks: Vec::new(),
            };
        }
        let mut missing = Vec::new();
        for claim in self.seen_from_here(&assignment) {
            let finding = ask(&claim, world);
            if !finding.holds {
                missing.push(words::claim_fails(&claim, &finding));
            }
        }
        if missing.is_empty() {
            return Judgement::Done {
                renamed: assignment.renamed(),
                remarks: Vec::new(),
            };
        }
        Judgement::NotYet { missing }
    }

    /// Whether what the other side does shows by itself, so that the player need not ask whether it was done.
    pub fn shows_by_itself(&self) -> bool {
        let new = self
            .deeds
            .iter()
            .flat_map(|deed| parts::targets(&deed.statement));
        let nobody = Assignment {
            attempts: Vec::new(),
            names: parts::Names::not_yet(new.map(str::to_owned).collect()),
            ..Assignment::default()
        };
        !self.other || !self.seen_from_here(&nobody).is_empty()
    }

    /// Where the other side's work does not show: that somebody else listens already where it is to bind a socket.
    pub(super) fn served(&self, assignment: &Assignment, world: &mut dyn World) -> Option<String> {
        if self.shows_by_itself() {
            return None;
        }
        let binds = (0..self.deeds.len()).filter(|at| assignment.attempts[*at].is_none());
        let binds = binds.filter_map(|at| main_call(&self.deeds[at].statement));
        let mut addrs = binds
            .filter(|call| call.command.name == "bind")
            .filter_map(|call| parts::in_expr(call.expr("addr")?, &assignment.names).ok());
        let addr = addrs.find(|addr| world.served(addr))?;
        Some(words::served(&addr))
    }

    /// The claims that speak only of sockets that are there.
    fn seen_from_here(&self, assignment: &Assignment) -> Vec<Claim> {
        let claims = self.deeds.iter().flat_map(|deed| &deed.claims);
        let claims = claims.filter(|claim| !about_call(claim));
        claims
            .filter_map(|claim| parts::in_claim(claim, &assignment.names).ok())
            .collect()
    }

    /// In an `other` block: what the other side did shows in the claims about what was there before.
    pub(super) fn others_did_it(&self, assignment: &Assignment, world: &mut dyn World) -> bool {
        // A learner who has begun to play the other side goes on to its end.
        if assignment.attempts.iter().any(Option::is_some) {
            return false;
        }
        let seen = self.seen_from_here(assignment);
        !seen.is_empty() && seen.iter().all(|claim| ask(claim, world).holds)
    }
}
