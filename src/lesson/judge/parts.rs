//! Parts: the model's names, and the learner's names that stand for them.

use crate::lang::ast::{Action, Address, Claim, Expr, Host, Mark, Nth, Port, Statement};

/// Which of the learner's names plays which of the model's new parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// Parts that the block makes.
    pub new: Vec<String>,
    /// Part, learner's name.
    pub played: Vec<(String, String)>,
    /// Parts from before the block whose name stands for another socket now: part, what it is called instead.
    pub moved: Vec<(String, String)>,
}

impl Names {
    /// Names that stand for nothing yet.
    pub fn not_yet(new: Vec<String>) -> Self {
        Self {
            new,
            ..Self::default()
        }
    }

    /// The learner's name of a part: the part's own where it was there before the block. `None` for one that the
    /// block makes and the learner has not made.
    pub fn of<'n>(&'n self, part: &'n str) -> Option<&'n str> {
        match self.played.iter().rev().find(|(p, _)| p == part) {
            Some((_, name)) => Some(name),
            None if self.new.iter().any(|new| new == part) => None,
            None => {
                let moved = self.moved.iter().find(|(p, _)| p == part);
                Some(moved.map_or(part, |(_, now)| now))
            }
        }
    }
}

/// An expression in the learner's names.
///
/// # Errors
/// The part that it speaks of and nobody plays yet.
pub(super) fn in_expr(expr: &Expr, names: &Names) -> Result<Expr, String> {
    let mut expr = expr.clone();
    let mut unknown = None;
    each(&mut expr, &mut |expr| {
        if let Expr::Name(name) | Expr::Word(name) = expr {
            match names.of(name) {
                Some(played) => *name = played.to_owned(),
                None => unknown = Some(name.clone()),
            }
        }
    });
    unknown.map_or(Ok(expr), Err)
}

/// A claim in the learner's names.
///
/// # Errors
/// As for [`in_expr`].
pub(super) fn in_claim(claim: &Claim, names: &Names) -> Result<Claim, String> {
    let e = |expr: &Expr| in_expr(expr, names);
    Ok(match claim {
        Claim::Ok | Claim::Blocked | Claim::Error(_) | Claim::Quiet(_) => claim.clone(),
        Claim::Ret(a) => Claim::Ret(e(a)?),
        Claim::Data(a) => Claim::Data(e(a)?),
        Claim::State(s, states) => Claim::State(e(s)?, states.clone()),
        Claim::Local(s, a) => Claim::Local(e(s)?, e(a)?),
        Claim::Peer(s, a) => Claim::Peer(e(s)?, e(a)?),
        Claim::Backlog(s, a) => Claim::Backlog(e(s)?, e(a)?),
        Claim::RecvQ(s, a) => Claim::RecvQ(e(s)?, e(a)?),
        Claim::SendQ(s, a) => Claim::SendQ(e(s)?, e(a)?),
        Claim::Ready(s, letters) => Claim::Ready(e(s)?, letters.clone()),
        Claim::Sockets(a) => Claim::Sockets(e(a)?),
        Claim::Jobs(a) => Claim::Jobs(e(a)?),
        Claim::True(a) => Claim::True(e(a)?),
        Claim::Packet { which, host, marks } => Claim::Packet {
            which: in_nth(which, names)?,
            host: host.clone(),
            marks: marks
                .iter()
                .map(|mark| in_mark(mark, names))
                .collect::<Result<_, _>>()?,
        },
        Claim::Packets { host, count } => Claim::Packets {
            host: host.clone(),
            count: e(count)?,
        },
        Claim::Fate(which, fate) => Claim::Fate(in_nth(which, names)?, *fate),
        Claim::Retransmission { of, cause } => Claim::Retransmission {
            of: in_nth(of, names)?,
            cause: *cause,
        },
        Claim::Window(host, a) => Claim::Window(host.clone(), e(a)?),
        Claim::Held(a) => Claim::Held(e(a)?),
        Claim::HalfOpen(s, a) => Claim::HalfOpen(e(s)?, e(a)?),
    })
}

fn in_nth(which: &Nth, names: &Names) -> Result<Nth, String> {
    Ok(match which {
        Nth::Number(n) => Nth::Number(in_expr(n, names)?),
        Nth::Last => Nth::Last,
    })
}

fn in_mark(mark: &Mark, names: &Names) -> Result<Mark, String> {
    let e = |expr: &Expr| in_expr(expr, names);
    Ok(match mark {
        Mark::Seq(a, end) => Mark::Seq(e(a)?, end.as_ref().map(e).transpose()?),
        Mark::Ack(a) => Mark::Ack(e(a)?),
        Mark::Len(a) => Mark::Len(e(a)?),
        Mark::Win(a) => Mark::Win(e(a)?),
        Mark::Mss(a) => Mark::Mss(e(a)?),
        Mark::Flags(_) | Mark::Udp | Mark::Icmp | Mark::Fragment | Mark::Data | Mark::Info(_) => {
            mark.clone()
        }
    })
}

/// The names that a deed's targets give.
pub(super) fn targets(statement: &Statement) -> impl Iterator<Item = &str> {
    statement.targets.iter().filter_map(Option::as_deref)
}

/// Every expression of an action, inner ones after the outer.
pub(super) fn each_expr(action: &mut Action, visit: &mut dyn FnMut(&mut Expr)) {
    match action {
        Action::Call(call) => call
            .args
            .iter_mut()
            .flatten()
            .for_each(|arg| each(&mut arg.value, visit)),
        Action::Value(expr) => each(expr, visit),
        Action::Nothing | Action::Expect(_) | Action::Lab(_) => {}
    }
}

/// An expression and every one inside it.
pub(super) fn each(expr: &mut Expr, visit: &mut dyn FnMut(&mut Expr)) {
    visit(expr);
    match expr {
        Expr::Tuple(items) | Expr::Apply(_, items) => {
            items.iter_mut().for_each(|item| each(item, visit))
        }
        Expr::Property(inner, _) => each(inner, visit),
        Expr::Index(a, b) | Expr::Binary(_, a, b) => {
            each(a, visit);
            each(b, visit);
        }
        Expr::Call(call) => call
            .args
            .iter_mut()
            .flatten()
            .for_each(|arg| each(&mut arg.value, visit)),
        Expr::Address(Address::Inet { host, port }) => {
            if let Host::Expr(inner) = host {
                each(inner, visit);
            }
            if let Port::Expr(inner) = port {
                each(inner, visit);
            }
        }
        _ => {}
    }
}
