//! Calls made out of turn: what was done before may keep a later call from ever succeeding.

use super::attempt::{End, main_call};
use super::compare::socket;
use super::matching::Assignment;
use super::{Attempt, Deed, Judge, World, orders, parts, words};
use crate::lang::ast::{Address, Claim, Expr};
use crate::lang::order::{Order, Step, Until, Which, Wire};

/// Calls after which a socket has a port: the one given, or one that the kernel chose (ip(7), "Address format").
const NAMING: [&str; 4] = ["bind", "listen", "connect", "sendto"];

/// Calls that send packets.
const SENDING: [&str; 5] = ["send", "sendto", "sendall", "write", "connect"];

/// Calls that send a FIN.
const ENDING: [&str; 2] = ["close", "shutdown"];

impl Judge {
    /// A call of the model that was not made, and that cannot do any more what it does there.
    pub(super) fn too_late(
        &self,
        assignment: &Assignment,
        world: &mut dyn World,
    ) -> Option<String> {
        let bound = self.bound_already(assignment);
        bound
            .or_else(|| self.closed_already(assignment))
            .or_else(|| self.received_early(assignment))
            .or_else(|| self.sent_apart(assignment, world))
            .or_else(|| self.overtaken(assignment, world))
    }

    /// A call that is missing before another on the same part. One recv may bring what the model takes two for.
    fn undone_on_it(&self, at: usize, assignment: &Assignment) -> Option<usize> {
        let on = |at: usize| main_call(&self.deeds[at].statement).and_then(socket);
        let part = on(at)?;
        // A part that is made anew is another socket.
        let makes =
            |at: &usize| parts::targets(&self.deeds[*at].statement).any(|made| made == part);
        let from = (0..at).rfind(makes).unwrap_or_default();
        (from..at).find(|before| {
            on(*before) == Some(part)
                && assignment.attempts[*before].is_none()
                && !self.came_with_another(*before, assignment)
        })
    }

    fn received_early(&self, assignment: &Assignment) -> Option<String> {
        let (at, missing) = self.took_another(assignment)?;
        let [done, missing] = [at, missing].map(|at| &self.deeds[at]);
        Some(words::too_early(done, missing, &assignment.names))
    }

    /// A closed socket takes no call any more (EBADF).
    fn closed_already(&self, assignment: &Assignment) -> Option<String> {
        let closed = (0..self.deeds.len()).filter(|at| {
            let call = main_call(&self.deeds[*at].statement);
            assignment.attempts[*at].is_some() && call.is_some_and(|c| c.command.name == "close")
        });
        closed
            .filter_map(|at| Some((at, self.undone_on_it(at, assignment)?)))
            .map(|(at, missing)| {
                let [done, missing] = [at, missing].map(|at| &self.deeds[at]);
                words::too_early(done, missing, &assignment.names)
            })
            .next()
    }

    /// A call that fails as it should, but before one on the same socket that it is to fail in spite of.
    pub(super) fn fails_too_early(
        &self,
        at: usize,
        attempt: &Attempt,
        assignment: &Assignment,
    ) -> Option<usize> {
        let call = main_call(&attempt.statement).is_some();
        let failed = call && matches!(attempt.outcome.end, End::Failed(_));
        let meant = |claim: &Claim| matches!(claim, Claim::Error(_));
        let meant = self.deeds[at].claims.iter().any(meant);
        (failed && meant).then(|| self.undone_on_it(at, assignment))?
    }

    /// bind(2) gives EINVAL where the socket has a port already.
    fn bound_already(&self, assignment: &Assignment) -> Option<String> {
        let undone = (0..self.deeds.len()).filter(|at| assignment.attempts[*at].is_none());
        undone.filter_map(|at| self.binds(at)).find_map(|part| {
            let played = assignment.names.of(part)?;
            // What was done to another socket of this name does not count.
            let made = self
                .attempts
                .iter()
                .rposition(|attempt| attempt.gives(played));
            let since = self.attempts.iter().skip(made.unwrap_or_default());
            let calls = since.filter(|attempt| attempt.changed());
            let mut calls = calls.filter_map(|attempt| main_call(&attempt.statement));
            let named = calls
                .find(|call| socket(call) == Some(played) && NAMING.contains(&call.command.name))?;
            Some(words::has_a_port(played, named.command.name))
        })
    }

    /// A FIN that was sent and a packet that has crossed cannot be called back.
    fn overtaken(&self, assignment: &Assignment, world: &dyn World) -> Option<String> {
        let done = |at: &usize| assignment.attempts[*at].is_some();
        (0..self.deeds.len()).filter(done).find_map(|at| {
            let mut undone = (0..at).filter(|at| !done(at) && !self.is_so(*at, world));
            let earlier = undone.find(|earlier| self.overtakes(at, *earlier, assignment, world))?;
            let [done, missing] = [at, earlier].map(|at| &self.deeds[at]);
            Some(words::too_early(done, missing, &assignment.names))
        })
    }

    /// Whether a deed that was done keeps an earlier one from doing any more what it does in the model: the claims
    /// between them tell states, queues and fates that follow from one another.
    fn overtakes(
        &self,
        at: usize,
        earlier: usize,
        assignment: &Assignment,
        world: &dyn World,
    ) -> bool {
        let call = |at: usize| main_call(&self.deeds[at].statement);
        let name = |at: usize| call(at).map_or("", |call| call.command.name);
        let tells = |deeds: &[Deed], of: fn(&Claim) -> bool| {
            deeds.iter().flat_map(|deed| &deed.claims).any(of)
        };
        let states: fn(&Claim) -> bool = |claim| matches!(claim, Claim::State(..));
        let between = &self.deeds[earlier..at];
        if ENDING.contains(&name(at)) {
            let asked = |claim: &Claim| match claim {
                Claim::RecvQ(of, _) | Claim::SendQ(of, _) | Claim::Ready(of, _) => {
                    matches!(of, Expr::Name(part) if call(at).and_then(socket) == Some(part))
                }
                _ => false,
            };
            let mut claims = between.iter().flat_map(|deed| &deed.claims);
            return ENDING.contains(&name(earlier)) && tells(between, states)
                || name(at) == "close" && call(earlier).is_some() && claims.any(asked);
        }
        let through = &self.deeds[earlier..=at];
        let (order, before) = [at, earlier]
            .map(|at| orders::of(&self.deeds[at].statement))
            .into();
        match (order, before) {
            (Some(Order::Step(_)), None) => call(earlier).is_some() && tells(through, states),
            // Nothing is left for an order to packets that are held.
            (Some(Order::Step(_)), Some(before)) => {
                let ready = |at: usize| assignment.attempts[at].is_some();
                let quiet = Order::Step(Step::Until(Until::Quiet));
                orders::needs_a_held_packet(before)
                    && (0..earlier).all(ready)
                    && world.is_so(&quiet)
            }
            // A packet that is held can still be dropped.
            (_, Some(Order::Wire(Some(Wire::Drop(Which::Next)))))
                if !world.is_so(&Order::Wire(Some(Wire::Flow))) =>
            {
                false
            }
            (_, Some(Order::Wire(Some(Wire::Hold | Wire::Drop(Which::Next))))) => {
                let sends = SENDING.contains(&name(at)) || matches!(order, Some(Order::Inject(_)));
                let packets: fn(&Claim) -> bool = |claim| {
                    matches!(
                        claim,
                        Claim::Fate(..) | Claim::Held(_) | Claim::HalfOpen(..)
                    )
                };
                sends && tells(through, packets)
            }
            _ => false,
        }
    }

    /// The part to which a deed gives a port. A block may also ask for a bind() that fails.
    fn binds(&self, at: usize) -> Option<&str> {
        let deed = &self.deeds[at];
        let call = main_call(&deed.statement)?;
        let fails = deed
            .claims
            .iter()
            .any(|claim| matches!(claim, Claim::Error(_)));
        let unix = matches!(
            call.expr("addr"),
            Some(Expr::Address(Address::Path(_) | Address::Abstract(_)))
        );
        let binds = call.command.name == "bind" && !unix && !fails;
        socket(call).filter(|_| binds)
    }

    /// Whether something was changed before this attempt that the model does not do before the first call that is
    /// missing: such a call may not be able to succeed any more (bind after listen).
    pub(super) fn out_of_turn(&self, attempt: usize, assignment: &Assignment) -> bool {
        let done = assignment.attempts.iter();
        let in_turn: Vec<usize> = done.map_while(|attempt| *attempt).collect();
        let before = self.attempts[..attempt].iter().enumerate();
        before
            .filter(|(at, _)| !in_turn.contains(at))
            .any(|(_, attempt)| attempt.changed())
    }
}
