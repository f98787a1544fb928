//! What was sent: in which order, and what of it is in the way.

use super::attempt::{End, main_call};
use super::matching::Assignment;
use super::{Judge, World, compare, words};
use crate::lang::ast::Statement;

impl Judge {
    /// A call of the model that is to be made before this one, of which it differs in its data alone: what is sent
    /// arrives in an order.
    pub(super) fn sent_before(&self, at: usize, assignment: &Assignment) -> Option<usize> {
        (0..at).find(|before| {
            assignment.attempts[*before].is_none()
                && compare::same_but_data(&self.deeds[*before].statement, &self.deeds[at].statement)
        })
    }

    /// What was sent on a part besides what the model sends, and still waits to be received when all is done.
    pub(super) fn left_over(
        &self,
        assignment: &Assignment,
        world: &mut dyn World,
    ) -> Option<String> {
        self.sent_besides(assignment, self.attempts.len())?;
        let waits = world.unread();
        (!waits.is_empty()).then(|| words::left_over(&waits))
    }

    /// An attempt before this one that sent something on a part, and does no call of the model.
    fn sent_besides(&self, assignment: &Assignment, end: usize) -> Option<usize> {
        let plays = |at: &usize| assignment.attempts.contains(&Some(*at));
        (0..end).filter(|at| !plays(at)).find(|at| {
            let attempt = &self.attempts[*at];
            let socket = main_call(&attempt.statement).and_then(compare::socket);
            let spare = |socket| {
                let mut others = (0..*at).filter(|at| !plays(at));
                others.any(|at| self.attempts[at].gives(socket))
            };
            sends(&attempt.statement)
                && matches!(attempt.outcome.end, End::Returned(1..))
                && socket.is_some_and(|socket| !spare(socket))
        })
    }

    /// What was received at once, before the data of the model was sent and behind other data, is that other data.
    pub(super) fn took_another(&self, assignment: &Assignment) -> Option<String> {
        (0..self.deeds.len()).find_map(|at| {
            let taken = assignment.attempts[at]?;
            let outcome = &self.attempts[taken].outcome;
            if outcome.data.is_empty() || outcome.job.is_some() {
                return None;
            }
            self.sent_besides(assignment, taken)?;
            let late =
                |before: &usize| assignment.attempts[*before].is_none_or(|sent| sent > taken);
            let missing =
                (0..at).find(|before| sends(&self.deeds[*before].statement) && late(before))?;
            let [done, missing] = [at, missing].map(|at| &self.deeds[at]);
            Some(words::too_early(done, missing, &assignment.names))
        })
    }

    /// Two sends that the model has on one line, of which the second was kept back until the first is acknowledged.
    pub(super) fn sent_apart(
        &self,
        assignment: &Assignment,
        world: &mut dyn World,
    ) -> Option<String> {
        let done = |at: usize| assignment.attempts[at].is_some();
        let second = (1..self.deeds.len()).find(|at| {
            let [one, two] = [*at - 1, *at].map(|at| &self.deeds[at]);
            one.line == two.line
                && compare::same_but_data(&one.statement, &two.statement)
                && (0..=*at).all(done)
        })?;
        let part = main_call(&self.deeds[second].statement).and_then(compare::socket)?;
        let socket = assignment.names.of(part)?;
        world.unsent(socket).then(|| words::apart(socket))
    }
}

fn sends(statement: &Statement) -> bool {
    main_call(statement).is_some_and(|call| ["send", "sendto"].contains(&compare::family(call)))
}
