//! Claims about the last call, which the judge answers from what was reported; and received data, which is compared
//! as a stream where it came out of one.

use super::attempt::{End, Outcome, main_call, peeks, value};
use super::compare::{self, Likeness};
use super::matching::Assignment;
use super::{Finding, Judge, World};
use crate::lang::ast::{Claim, Expr, Nth, Statement};
use crate::text::escape;

/// Whether a claim is about the last call, not about a socket or the whole.
pub(in crate::lesson) fn about_call(claim: &Claim) -> bool {
    matches!(
        claim,
        Claim::Ok | Claim::Error(_) | Claim::Ret(_) | Claim::Data(_) | Claim::Blocked
    )
}

/// Whether a claim may come true by what is done later. How a call ended is settled, and so is a packet that was sent.
pub(super) fn may_come(claim: &Claim) -> bool {
    let sent = |which: &Nth| matches!(which, Nth::Number(_));
    !about_call(claim) && !matches!(claim, Claim::Packet { which, .. } if sent(which))
}

/// Whether a claim about a call holds for one that ended so.
pub(super) fn of_call(claim: &Claim, outcome: &Outcome, world: &mut dyn World) -> Finding {
    let holds = match claim {
        Claim::Ok => matches!(outcome.end, End::Returned(_)),
        Claim::Error(errnos) => {
            matches!(outcome.end, End::Failed(errno) if errnos.contains(&errno))
        }
        Claim::Blocked => outcome.job.is_some() || outcome.end == End::Blocked,
        Claim::Ret(wanted) => match outcome.end {
            End::Returned(ret) => number(wanted, world) == Some(ret),
            _ => false,
        },
        Claim::Data(wanted) => return data(&outcome.data, bytes(wanted, world)),
        _ => false,
    };
    Finding {
        holds,
        found: ended(outcome),
        why: String::new(),
    }
}

/// How a call ended, in words.
pub(super) fn ended(outcome: &Outcome) -> String {
    match outcome.end {
        End::Returned(_) if outcome.job.is_some() => "it slept, and then returned".to_owned(),
        End::Returned(ret) => format!("it returned {ret}"),
        End::Failed(errno) => format!("it failed with {errno} ({})", errno.message()),
        End::Blocked => "it has not returned".to_owned(),
        End::NoCall => "no call was made".to_owned(),
    }
}

fn data(got: &[u8], wanted: Option<Vec<u8>>) -> Finding {
    Finding {
        holds: wanted.as_deref() == Some(got),
        found: format!("\"{}\" was received", escape::data(got)),
        why: String::new(),
    }
}

fn number(expr: &Expr, world: &mut dyn World) -> Option<i64> {
    match expr {
        Expr::Int(number) | Expr::Const(_, number) => Some(*number),
        _ => String::from_utf8(value(expr, world)?)
            .ok()?
            .trim()
            .parse()
            .ok(),
    }
}

fn bytes(expr: &Expr, world: &mut dyn World) -> Option<Vec<u8>> {
    compare::literal(expr).or_else(|| value(expr, world))
}

impl Judge {
    /// What a claim about received data finds, where the data came out of a stream: the pieces that the learner
    /// received on that socket are put together. `None` where that does not apply.
    pub(super) fn stream_finding(
        &self,
        wanted: &Expr,
        at: usize,
        assignment: &Assignment,
    ) -> Option<Finding> {
        let (got, before) = self.stream(at, assignment)?;
        let wanted = compare::literal(wanted)?;
        let rest = got.get(before..).unwrap_or_default();
        let arrived = &rest[..rest.len().min(wanted.len())];
        let why = match wanted.strip_prefix(arrived) {
            Some(left) if !left.is_empty() => {
                format!("\"{}\" is still to be received", escape::data(left))
            }
            _ => String::new(),
        };
        Some(Finding {
            holds: arrived == wanted,
            found: format!("\"{}\" was received", escape::data(arrived)),
            why,
        })
    }

    /// Everything the learner received on the part of this deed, and how much of it earlier deeds account for.
    fn stream(&self, at: usize, assignment: &Assignment) -> Option<(Vec<u8>, usize)> {
        let part = |deed: usize| {
            let call = main_call(&self.deeds[deed].statement)?;
            (compare::family(call) == "recv" && !peeks(call.expr("flags"))).then_some(())?;
            compare::socket(call)
        };
        let ours = part(at)?;
        let name = assignment.names.of(ours)?;
        let mut got = Vec::new();
        let mut any = false;
        let counts = |at: &usize| !assignment.astray.contains(at);
        for attempt in (0..self.attempts.len()).filter(counts) {
            let attempt = &self.attempts[attempt];
            let reads =
                main_call(&attempt.statement).filter(|call| compare::family(call) == "recv");
            let Some(call) = reads.filter(|call| compare::socket(call) == Some(name)) else {
                continue;
            };
            if peeks(call.expr("flags")) {
                continue;
            }
            if !attempt.outcome.stream && !attempt.outcome.data.is_empty() {
                return None;
            }
            any |= attempt.outcome.stream;
            got.extend_from_slice(&attempt.outcome.data);
        }
        let earlier = (0..at).filter(|deed| part(*deed) == Some(ours));
        let before = earlier.map(|deed| self.wanted_length(deed)).sum();
        any.then_some((got, before))
    }

    fn wanted_length(&self, deed: usize) -> usize {
        let length = |claim: &Claim| match claim {
            Claim::Data(wanted) => compare::literal(wanted).map_or(0, |bytes| bytes.len()),
            _ => 0,
        };
        self.deeds[deed].claims.iter().map(length).sum()
    }

    /// Whether a receiving call that the learner did not make was made unnecessary by another: one recv may bring
    /// what the model takes two for.
    pub(super) fn came_with_another(&self, at: usize, assignment: &Assignment) -> bool {
        let deed = &self.deeds[at];
        let only_data = !deed.claims.is_empty()
            && deed
                .claims
                .iter()
                .all(|claim| matches!(claim, Claim::Data(_)));
        only_data
            && deed.claims.iter().all(|claim| match claim {
                Claim::Data(wanted) => self
                    .stream_finding(wanted, at, assignment)
                    .is_some_and(|f| f.holds),
                _ => false,
            })
    }

    /// Whether an attempt that does no call of the model received a piece of what the model receives at once.
    pub(super) fn feeds_a_stream(
        &mut self,
        attempt: usize,
        assignment: &Assignment,
        world: &mut dyn World,
    ) -> bool {
        let outcome = &self.attempts[attempt].outcome;
        if !outcome.stream || outcome.data.is_empty() || !reads(&self.attempts[attempt].statement) {
            return false;
        }
        // With other flags it is another call: without MSG_WAITALL there may be nothing left to wait for.
        (0..self.deeds.len()).any(|at| {
            reads(&self.deeds[at].statement)
                && matches!(
                    self.likeness(at, attempt, assignment, world),
                    Likeness::Same | Likeness::Alike
                )
        })
    }
}

fn reads(statement: &Statement) -> bool {
    main_call(statement).is_some_and(|call| compare::family(call) == "recv")
}
