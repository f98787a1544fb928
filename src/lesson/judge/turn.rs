//! Calls made out of turn: what was done before may keep a later call from ever succeeding.

use super::attempt::main_call;
use super::compare::socket;
use super::matching::Assignment;
use super::{Judge, World, words};
use crate::lang::ast::{Address, Expr};

/// Calls for which the kernel chooses a port where the socket has none (ip(7), "Address format").
const PORT_CHOOSERS: [&str; 3] = ["listen", "connect", "sendto"];

impl Judge {
    /// A call of the model that was not made, and that cannot succeed any more: bind(2) gives EINVAL where the kernel has
    /// already chosen a port for the socket, because it listened, connected or sent without one.
    pub(super) fn too_late(
        &self,
        assignment: &Assignment,
        world: &mut dyn World,
    ) -> Option<String> {
        let undone = (0..self.deeds.len()).filter(|at| assignment.attempts[*at].is_none());
        for at in undone {
            let Some(part) = self.binds(at) else {
                continue;
            };
            let choosing = (at + 1..self.deeds.len()).find_map(|later| {
                assignment.attempts[later]?;
                let (other, name) = self.socket_and_call(later)?;
                (other == part && PORT_CHOOSERS.contains(&name)).then_some(name)
            });
            let played = assignment.names.of(part);
            if let (Some(choosing), Some(played)) = (choosing, played)
                && !self.is_so(at, world)
            {
                return Some(words::has_a_port(played, choosing));
            }
        }
        None
    }

    /// The part that a deed's call is about, and the call's name.
    fn socket_and_call(&self, at: usize) -> Option<(&str, &'static str)> {
        let call = main_call(&self.deeds[at].statement)?;
        Some((socket(call)?, call.command.name))
    }

    /// The part to which a deed gives a port.
    fn binds(&self, at: usize) -> Option<&str> {
        let call = main_call(&self.deeds[at].statement)?;
        let unix = matches!(
            call.expr("addr"),
            Some(Expr::Address(Address::Path(_) | Address::Abstract(_)))
        );
        let (part, name) = self.socket_and_call(at)?;
        (name == "bind" && !unix).then_some(part)
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
