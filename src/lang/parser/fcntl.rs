//! `fcntl`, of which the flags of an open socket are taught: O_NONBLOCK.

use super::arguments::{Given, arguments};
use super::fit::fit;
use super::input::{Cursor, Input, Parsed};
use crate::lang::ast::{Arg, Call, Expr, Operator};
use crate::lang::table::{Kind, find};

/// `fcntl(s, F_SETFL, … | O_NONBLOCK)` is `nonblock s on`; `fcntl(s, F_GETFL)` is a call of the same command, without
/// a switch. The bracket is next.
pub(super) fn call(i: &mut Input, start: usize) -> Parsed<Expr> {
    let outer = std::mem::replace(&mut i.state.fcntl, true);
    let given = arguments(i);
    i.state.fcntl = outer;
    let given = given?;
    let fault = |i: &Input| {
        i.fault(
            start,
            "of fcntl only F_GETFL and O_NONBLOCK are taught here",
        )
        .expecting("fcntl(s, F_GETFL)")
        .expecting("nonblock s on")
        .expecting("nonblock s off")
    };
    let [socket, what, ..] = given.as_slice() else {
        return Err(fault(i).into());
    };
    let on = match (&what.value, given.get(2)) {
        (Expr::Const("F_GETFL", _), _) => None,
        (Expr::Const("F_SETFL", _), Some(flags)) => match switched(&flags.value) {
            Some(value) => Some(Arg {
                value,
                span: flags.span,
            }),
            None => return Err(fault(i).into()),
        },
        _ => return Err(fault(i).into()),
    };
    flags_of(i, socket, on)
}

fn flags_of(i: &mut Input, socket: &Given, on: Option<Arg>) -> Parsed<Expr> {
    let Some(command) = find("nonblock") else {
        return Err(i.fault(i.at(), "fcntl is not known").into());
    };
    let (value, span) = (socket.value.clone(), socket.span);
    let socket = fit(i, Kind::Socket, value, span)?.map(|value| Arg { value, span });
    let args = vec![socket, on];
    Ok(Expr::Call(Box::new(Call { command, args })))
}

/// Whether these flags switch O_NONBLOCK on: 1, 0, or what tells it when they are known.
fn switched(flags: &Expr) -> Option<Expr> {
    let on = match flags {
        Expr::Flags(names, _) => names.contains(&"O_NONBLOCK"),
        Expr::Const(name, _) => *name == "O_NONBLOCK",
        Expr::Int(flags) => *flags & NONBLOCK != 0,
        // `flags & ~O_NONBLOCK`
        Expr::Binary(Operator::And, a, b) if [a, b].into_iter().any(|side| is_without(side)) => {
            false
        }
        Expr::Name(_) | Expr::Binary(..) => {
            let bit = Box::new(Expr::Const("O_NONBLOCK", NONBLOCK));
            let set = Expr::Binary(Operator::And, Box::new(flags.clone()), bit);
            let zero = Box::new(Expr::Int(0));
            return Some(Expr::Binary(Operator::Ne, Box::new(set), zero));
        }
        _ => return None,
    };
    Some(Expr::Int(i64::from(on)))
}

const NONBLOCK: i64 = libc::O_NONBLOCK as i64;

/// `~O_NONBLOCK`
fn is_without(value: &Expr) -> bool {
    let Expr::Binary(Operator::Sub, all, bit) = value else {
        return false;
    };
    matches!(
        (&**all, &**bit),
        (Expr::Int(-1), Expr::Const("O_NONBLOCK", _))
    )
}

/// Whether a call only asks for the flags, as `fcntl(s, F_GETFL)` does.
pub(crate) fn only_asks(call: &Call) -> bool {
    call.command.name == "nonblock" && call.arg("on").is_none()
}
