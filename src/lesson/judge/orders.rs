//! Orders to the laboratory: compared by what they mean. Packets that are stepped one by one are as good as several at
//! once, as long as what the block expects was seen.

use super::compare::Likeness;
use super::matching::Assignment;
use super::{Attempt, Judge, World};
use crate::lang::ast::{Action, Statement};
use crate::lang::order::{Order, Step, Until, Which, Wire};
use crate::lang::{canonical_order, table};
use std::mem::discriminant;

/// The order of a statement.
pub(super) fn of(statement: &Statement) -> Option<&Order> {
    match &statement.action {
        Action::Lab(order) => Some(order),
        _ => None,
    }
}

/// Whether an order changes something: hosts, packets, the wire. Looking does not, and neither does going to a host.
pub(super) fn changes(order: &Order) -> bool {
    match order {
        Order::Up(_) | Order::Down | Order::Step(_) | Order::Inject(_) => true,
        Order::Compare(..) | Order::End => true,
        Order::Wire(what) => !matches!(what, None | Some(Wire::Log(_))),
        Order::Show
        | Order::On(_)
        | Order::Packet(_)
        | Order::Ladder { .. }
        | Order::Flows
        | Order::Capture(_)
        | Order::Score
        | Order::Swap => false,
    }
}

/// Whether two orders are of one kind: `wire drop 1` and `wire drop next`.
pub(super) fn same_kind(a: &Order, b: &Order) -> bool {
    match (a, b) {
        (Order::Wire(Some(a)), Order::Wire(Some(b))) => discriminant(a) == discriminant(b),
        (Order::Wire(a), Order::Wire(b)) => a.is_some() == b.is_some(),
        _ => discriminant(a) == discriminant(b),
    }
}

/// The words that say what kind of order it is: `wire drop`, `step`.
pub(super) fn name(order: &Order) -> String {
    // How far is a matter of its own, and is typed in several ways.
    if let Order::Step(_) = order {
        return "step".to_owned();
    }
    let typed = canonical_order(order);
    let mut words = typed.split(' ');
    let command = words.next().unwrap_or_default();
    let forms = table::find(command).map_or(&[][..], |command| command.forms);
    let known = |word: &&str| {
        let firsts = forms.iter().filter_map(|form| form.words.split(' ').next());
        firsts
            .flat_map(|first| first.split('|'))
            .any(|first| first == *word)
    };
    match words.next().filter(known) {
        Some(word) => format!("{command} {word}"),
        None => command.to_owned(),
    }
}

/// Compares a learner's order with the model's.
pub(super) fn compare(model: &Order, learner: &Order) -> Likeness {
    if model == learner {
        return Likeness::Same;
    }
    if !same_kind(model, learner) {
        return Likeness::Other;
    }
    let alike = match (model, learner) {
        (Order::Step(Step::Count(wanted)), Order::Step(Step::Count(count))) => count < wanted,
        (Order::Step(_), Order::Step(_)) => true,
        (Order::Wire(Some(model)), Order::Wire(Some(learner))) => same_effect(model, learner),
        _ => false,
    };
    if alike {
        return Likeness::Alike;
    }
    if let Order::Step(Step::Count(count)) = learner {
        return Likeness::Off(vec![format!(
            "{count} packets were stepped; this step wants `{}`",
            canonical_order(model)
        )]);
    }
    Likeness::Off(vec![format!(
        "the order was `{}`; this step wants `{}`",
        canonical_order(learner),
        canonical_order(model)
    )])
}

/// Whether both may come to the same; the claims tell whether they did.
fn same_effect(model: &Wire, learner: &Wire) -> bool {
    match (model, learner) {
        (Wire::Drop(Which::All), _) | (_, Wire::Drop(Which::All)) => false,
        (Wire::Drop(Which::Next), _) | (_, Wire::Drop(Which::Next)) => true,
        (Wire::Swap(a), Wire::Swap(b)) => a.is_none() || b.is_none(),
        (Wire::Dup(a), Wire::Dup(b)) | (Wire::Corrupt(a), Wire::Corrupt(b)) => {
            a.is_none() || b.is_none()
        }
        (Wire::Loss { percent: a, seed }, Wire::Loss { percent: b, .. }) => {
            // Where all or none are lost, no chance is left.
            a == b && (seed.is_none() || [0.0, 100.0].contains(a))
        }
        (Wire::Log(_), Wire::Log(_)) => true,
        _ => false,
    }
}

/// Whether an order is one to packets that are held.
pub(super) fn needs_a_held_packet(order: &Order) -> bool {
    let Order::Wire(Some(what)) = order else {
        return false;
    };
    match what {
        Wire::Drop(which) => *which != Which::Next,
        what => matches!(what, Wire::Dup(_) | Wire::Swap(_) | Wire::Corrupt(_)),
    }
}

/// How many packets an attempt stepped; `None` where that depends on the packets.
fn stepped(attempt: &Attempt) -> Option<Option<u64>> {
    match of(&attempt.statement)? {
        Order::Step(Step::Count(count)) => Some(Some(*count)),
        Order::Step(Step::Until(_)) => Some(None),
        _ => None,
    }
}

impl Judge {
    /// How many packets are still to be stepped where the learner takes several steps for one of the model's.
    pub(super) fn steps_short(
        &self,
        deed: usize,
        attempt: usize,
        assignment: &Assignment,
    ) -> Option<u64> {
        let Order::Step(Step::Count(wanted)) = of(&self.deeds[deed].statement)? else {
            return None;
        };
        let free = |at: &usize| !assignment.attempts.contains(&Some(*at));
        let more = (attempt + 1..self.attempts.len()).filter(free);
        let mut sum = 0_u64;
        for at in std::iter::once(attempt).chain(more) {
            match stepped(&self.attempts[at]) {
                Some(Some(count)) => sum = sum.saturating_add(count),
                Some(None) => return None,
                None => {}
            }
        }
        wanted.checked_sub(sum).filter(|short| *short > 0)
    }

    /// Whether the learner stepped where the model steps until nothing is held, and something is.
    pub(super) fn stops_short(&self, deed: usize, world: &dyn World) -> bool {
        let order = of(&self.deeds[deed].statement);
        order.is_some_and(|order| {
            matches!(order, Order::Step(Step::Until(Until::Quiet))) && !world.is_so(order)
        })
    }

    /// Whether packets were held all the time since an attempt.
    pub(super) fn never_quiet_since(&self, attempt: usize) -> bool {
        self.attempts[attempt..].iter().all(|attempt| attempt.holds)
    }

    /// Whether a call is an order that would change nothing: its setting stands already, from an earlier block, or the
    /// learner's steps have left nothing to step.
    pub(super) fn is_so(&self, deed: usize, world: &dyn World) -> bool {
        let stepped = || {
            let mut attempts = self.attempts.iter();
            attempts.any(|attempt| stepped(attempt).is_some())
        };
        of(&self.deeds[deed].statement).is_some_and(|order| {
            (!matches!(order, Order::Step(_)) || stepped()) && world.is_so(order)
        })
    }

    /// Whether an attempt is one more step where the model steps too, and not too far.
    pub(super) fn steps_on(
        &self,
        attempt: usize,
        assignment: &Assignment,
        world: &dyn World,
    ) -> bool {
        let Some(learner @ Order::Step(_)) = of(&self.attempts[attempt].statement) else {
            return false;
        };
        let deeds = self.deeds.iter().enumerate();
        let done = |at: usize| assignment.attempts[at].is_some() || self.is_so(at, world);
        let mut steps = deeds
            .filter_map(|(at, deed)| of(&deed.statement).map(|order| (order, done(at))))
            .filter(|(order, _)| matches!(order, Order::Step(_)))
            .peekable();
        let too_far = |(model, done): (&Order, bool)| {
            !done && matches!(compare(model, learner), Likeness::Off(_))
        };
        steps.peek().is_some() && !steps.any(too_far)
    }
}
