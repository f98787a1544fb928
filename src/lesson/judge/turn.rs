//! Calls made out of turn: what was done before may keep a later call from ever succeeding.

use super::attempt::main_call;
use super::compare::socket;
use super::matching::Assignment;
use super::{Judge, words};
use crate::lang::ast::{Address, Claim, Expr};

/// Calls after which a socket has a port: the one given, or one that the kernel chose (ip(7), "Address format").
const NAMING: [&str; 4] = ["bind", "listen", "connect", "sendto"];

impl Judge {
    /// A bind() of the model that was not made, and that cannot succeed any more: bind(2) gives EINVAL where the socket has
    /// a port already.
    pub(super) fn too_late(&self, assignment: &Assignment) -> Option<String> {
        let undone = (0..self.deeds.len()).filter(|at| assignment.attempts[*at].is_none());
        undone.filter_map(|at| self.binds(at)).find_map(|part| {
            let played = assignment.names.of(part)?;
            let calls = self.attempts.iter().filter(|attempt| attempt.changed());
            let mut calls = calls.filter_map(|attempt| main_call(&attempt.statement));
            let named = calls
                .find(|call| socket(call) == Some(played) && NAMING.contains(&call.command.name))?;
            Some(words::has_a_port(played, named.command.name))
        })
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
