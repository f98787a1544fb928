//! What was sent: in which order, and what of it is in the way.

use super::attempt::{End, main_call, peeks};
use super::matching::Assignment;
use super::{Judge, World, compare, words};
use crate::lang::ast::{Claim, Expr, Statement};
use std::collections::BTreeMap;

impl Judge {
    /// A call of the model that is to be made before this one, of which it differs in its data alone: what is sent
    /// arrives in an order.
    pub(super) fn sent_before(&self, at: usize, assignment: &Assignment) -> Option<usize> {
        (0..at).find(|before| {
            assignment.attempts[*before].is_none()
                && compare::same_but_data(&self.deeds[*before].statement, &self.deeds[at].statement)
        })
    }

    /// What was sent into a stream besides what the model sends, and still waits to be received when all is done. What the
    /// model itself leaves there, in this block or an earlier one, is none of it.
    pub(super) fn left_over(
        &self,
        assignment: &Assignment,
        world: &mut dyn World,
    ) -> Option<String> {
        let mut sent: BTreeMap<String, u64> = BTreeMap::new();
        for at in self.sent_besides(assignment, self.attempts.len()) {
            let attempt = &self.attempts[at];
            if let (End::Returned(bytes), Some(socket)) =
                (attempt.outcome.end, on(&attempt.statement, world))
            {
                *sent.entry(socket).or_default() += bytes.unsigned_abs();
            }
        }
        sent.iter().find_map(|(sender, sent)| {
            let (socket, waits) = world.unread_behind(sender)?;
            let more = *sent > self.received_besides(&socket, assignment, world);
            more.then(|| words::left_over(&socket, waits))
        })
    }

    /// How many bytes were received at a socket by calls that do none of the model's.
    fn received_besides(
        &self,
        socket: &str,
        assignment: &Assignment,
        world: &mut dyn World,
    ) -> u64 {
        let mut received = 0;
        for (at, attempt) in self.attempts.iter().enumerate() {
            let takes = main_call(&attempt.statement)
                .is_some_and(|call| compare::family(call) == "recv" && !peeks(call.expr("flags")));
            if takes
                && !assignment.attempts.contains(&Some(at))
                && on(&attempt.statement, world).as_deref() == Some(socket)
            {
                received += attempt.outcome.data.len() as u64;
            }
        }
        received
    }

    /// The attempts before this one that sent something on a part, and do no call of the model.
    fn sent_besides(&self, assignment: &Assignment, end: usize) -> impl Iterator<Item = usize> {
        let plays = |at: &usize| assignment.attempts.contains(&Some(*at));
        (0..end).filter(move |at| !plays(at)).filter(move |at| {
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

    /// What was received at once, before the data of the model was sent and behind other data, is that other data: the
    /// deed that receives, and the one that sends.
    pub(super) fn took_another(&self, assignment: &Assignment) -> Option<(usize, usize)> {
        (0..self.deeds.len()).find_map(|at| {
            let taken = assignment.attempts[at]?;
            let outcome = &self.attempts[taken].outcome;
            if outcome.data.is_empty() || outcome.job.is_some() {
                return None;
            }
            self.sent_besides(assignment, taken).next()?;
            let late =
                |before: &usize| assignment.attempts[*before].is_none_or(|sent| sent > taken);
            let mut before = 0..at;
            let missing =
                before.find(|before| sends(&self.deeds[*before].statement) && late(before))?;
            Some((at, missing))
        })
    }

    /// Whether an attempt has received other data than a deed wants, and no piece of that.
    pub(super) fn differs(&self, at: usize, attempt: usize) -> bool {
        let data = &self.attempts[attempt].outcome.data;
        let mut claims = self.deeds[at].claims.iter();
        claims.any(|claim| match claim {
            Claim::Data(wanted) => {
                compare::literal(wanted).is_some_and(|wanted| !wanted.starts_with(data))
            }
            _ => false,
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

/// What the session calls the socket now that a call was made on.
fn on(statement: &Statement, world: &mut dyn World) -> Option<String> {
    let socket = main_call(statement).and_then(compare::socket)?;
    world.socket(&Expr::Name(socket.to_owned()))
}

fn sends(statement: &Statement) -> bool {
    main_call(statement).is_some_and(|call| ["send", "sendto"].contains(&compare::family(call)))
}
