//! What is wrong with an attempt that does nothing of what the block asks for.

use super::attempt::{End, main_call};
use super::compare::Likeness;
use super::matching::Assignment;
use super::{Judge, World, orders, parts, words};
use crate::lang::ast::Claim;
use crate::lang::order::Order;

impl Judge {
    /// What is wrong with the last attempt, where it did nothing that the model does; and whether it changed something.
    pub(super) fn wrong(
        &mut self,
        assignment: &Assignment,
        world: &mut dyn World,
    ) -> Option<(Vec<String>, bool)> {
        let last = self.attempts.len().checked_sub(1)?;
        let part_of_more = self.feeds_a_stream(last, assignment, world)
            || self.steps_on(last, assignment, world)
            || self.lets_cross(last, assignment);
        if assignment.attempts.contains(&Some(last)) || part_of_more {
            return None;
        }
        let undo = self.attempts[last].changed() || self.out_of_turn(last, assignment);
        let mut best: Option<Vec<String>> = None;
        for at in (0..self.deeds.len()).filter(|at| assignment.attempts[*at].is_none()) {
            let words = match self.likeness(at, last, assignment, world) {
                Likeness::Same | Likeness::Alike => {
                    let words = self.ended_otherwise(at, last, assignment, world);
                    return Some((vec![words], undo));
                }
                Likeness::Off(words) => words,
                Likeness::Other => continue,
            };
            if best.as_ref().is_none_or(|best| words.len() < best.len()) {
                best = Some(words);
            }
        }
        if self.repeats(last, assignment, world) {
            // Who looks once more has done nothing wrong.
            let repeated = &self.attempts[last];
            let words = vec![words::done_already(&repeated.statement)];
            return repeated.changes().then_some((words, undo));
        }
        let attempt = &self.attempts[last];
        let not_asked = || match attempt.took_error() {
            Some(errno) => words::took_the_error(&attempt.statement, errno),
            None => words::not_asked(&attempt.statement),
        };
        Some((best.unwrap_or_else(|| vec![not_asked()]), undo))
    }

    /// The right call with another end, or too early for the one that it should have.
    fn ended_otherwise(
        &self,
        at: usize,
        attempt: usize,
        assignment: &Assignment,
        world: &mut dyn World,
    ) -> String {
        let (deed, done) = (&self.deeds[at], &self.attempts[attempt]);
        let sent = matches!(done.outcome.end, End::Returned(_) | End::Blocked);
        if let Some(before) = self.sent_before(at, assignment).filter(|_| sent) {
            return words::data_before(deed, &self.deeds[before]);
        }
        if let Some(gone) = self.rested(at, attempt, assignment, world) {
            return words::rested(&gone);
        }
        let undone =
            |before: &usize| assignment.attempts[*before].is_none() && !self.is_so(*before, world);
        let sleeps = deed.claims.contains(&Claim::Blocked) && done.outcome.end != End::Blocked;
        let first = match sleeps {
            true => (0..at).find(undone),
            false => self.fails_too_early(at, done, assignment),
        };
        let first = first.map(|before| words::doing(&self.deeds[before], &assignment.names));
        words::ended_otherwise(deed, done, first)
    }

    /// The closed socket whose TIME_WAIT a bind() should have met (EADDRINUSE), and that is over.
    fn rested(
        &self,
        at: usize,
        attempt: usize,
        assignment: &Assignment,
        world: &mut dyn World,
    ) -> Option<String> {
        let in_use = |claim: &Claim| matches!(claim, Claim::Error(errnos) if errnos.iter().any(|errno| errno.0 == libc::EADDRINUSE));
        let bound = matches!(self.attempts[attempt].outcome.end, End::Returned(_));
        if !bound || !self.deeds[at].claims.iter().any(in_use) {
            return None;
        }
        let addr = main_call(&self.deeds[at].statement)?.expr("addr")?;
        world.rested(&parts::in_expr(addr, &assignment.names).ok()?)
    }

    /// Whether an attempt does once more what was done already. One that makes a socket makes another one.
    fn repeats(&mut self, attempt: usize, assignment: &Assignment, world: &mut dyn World) -> bool {
        let makes = !self.attempts[attempt].names().is_empty();
        !makes
            && (0..self.deeds.len()).any(|at| {
                assignment.attempts[at].is_some()
                    && self.likeness(at, attempt, assignment, world) == Likeness::Same
            })
    }

    /// Whether an attempt lets packets cross that a wire holds which the model does not hold, once all is called.
    fn lets_cross(&self, attempt: usize, assignment: &Assignment) -> bool {
        let steps = matches!(
            orders::of(&self.attempts[attempt].statement),
            Some(Order::Step(_))
        );
        steps && assignment.attempts.iter().all(Option::is_some)
    }
}
