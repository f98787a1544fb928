//! Ways through the parts of an expression.

use super::ast::{Address, Claim, Expr, Host, Mark, Nth, Port};

/// The walk over the direct parts, shared or to change them: only how a list is gone through differs.
macro_rules! parts {
    ($expr:expr, $visit:ident, $iter:ident) => {
        match $expr {
            Expr::Tuple(items) | Expr::Apply(_, items) => items.$iter().for_each($visit),
            Expr::Property(of, _) => $visit(of),
            Expr::Index(a, b) | Expr::Binary(_, a, b) => {
                $visit(a);
                $visit(b);
            }
            Expr::Address(Address::Inet { host, port }) => {
                if let Host::Expr(expr) = host {
                    $visit(expr);
                }
                if let Port::Expr(expr) = port {
                    $visit(expr);
                }
            }
            _ => {}
        }
    };
}

impl Expr {
    /// Visits the expressions directly inside this one, in the order of writing.
    pub fn each_part(&self, visit: &mut dyn FnMut(&Expr)) {
        parts!(self, visit, iter);
    }

    /// The same, to change them.
    pub fn each_part_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        parts!(self, visit, iter_mut);
    }

    /// Whether a call stands anywhere inside.
    pub fn has_calls(&self) -> bool {
        if matches!(self, Self::Call(_)) {
            return true;
        }
        let mut found = false;
        self.each_part(&mut |part| found |= part.has_calls());
        found
    }
}

impl Claim {
    /// The values that a claim compares with, to change them.
    pub fn values_mut(&mut self) -> Vec<&mut Expr> {
        match self {
            Self::Ret(a)
            | Self::Data(a)
            | Self::Sockets(a)
            | Self::Jobs(a)
            | Self::True(a)
            | Self::Packets { count: a, .. }
            | Self::Window(_, a)
            | Self::Held(a) => vec![a],
            Self::Packet { which, marks, .. } => {
                let mut values: Vec<&mut Expr> = which.value_mut().into_iter().collect();
                values.extend(marks.iter_mut().flat_map(Mark::values_mut));
                values
            }
            Self::Fate(which, _) | Self::Retransmission { of: which, .. } => {
                which.value_mut().into_iter().collect()
            }
            Self::Local(_, b)
            | Self::Peer(_, b)
            | Self::Backlog(_, b)
            | Self::RecvQ(_, b)
            | Self::SendQ(_, b)
            | Self::HalfOpen(_, b) => {
                vec![b]
            }
            _ => Vec::new(),
        }
    }
}

impl Nth {
    fn value_mut(&mut self) -> Option<&mut Expr> {
        match self {
            Self::Number(value) => Some(value),
            Self::Last => None,
        }
    }
}

impl Mark {
    fn values_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        let (first, second) = match self {
            Self::Seq(value, end) => (Some(value), end.as_mut()),
            Self::Ack(value) | Self::Len(value) | Self::Win(value) | Self::Mss(value) => {
                (Some(value), None)
            }
            _ => (None, None),
        };
        first.into_iter().chain(second)
    }
}
