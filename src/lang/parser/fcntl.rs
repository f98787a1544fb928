//! `fcntl`, of which the flags of an open socket are taught: O_NONBLOCK.

use super::arguments::{Given, arguments};
use super::fit::fit;
use super::input::{Cursor, Input, Parsed};
use crate::lang::ast::{Arg, Call, Expr};
use crate::lang::table::{Kind, find};

/// `fcntl(s, F_SETFL, … | O_NONBLOCK)` is `nonblock s on`; `fcntl(s, F_GETFL)` is a call of the same command, without
/// a switch. The bracket is next.
pub(super) fn call(i: &mut Input, start: usize) -> Parsed<Expr> {
    let clears = {
        let rest = i.rest();
        let over = rest.find(['\n', ';']).unwrap_or(rest.len());
        rest[..over].contains("~O_NONBLOCK") || rest[..over].contains("~ O_NONBLOCK")
    };
    if clears {
        return Err(i
            .fault(
                start,
                "flags are joined with | here, and none is taken away",
            )
            .expecting("nonblock s off")
            .into());
    }
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
            Some(on) => Some(Arg {
                value: Expr::Int(i64::from(on)),
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

/// Whether these flags switch O_NONBLOCK on. A variable may hold anything.
fn switched(flags: &Expr) -> Option<bool> {
    match flags {
        Expr::Flags(names, _) => Some(names.contains(&"O_NONBLOCK")),
        Expr::Const(name, _) => Some(*name == "O_NONBLOCK"),
        Expr::Int(flags) => Some(*flags & i64::from(libc::O_NONBLOCK) != 0),
        _ => None,
    }
}

/// Whether a call only asks for the flags, as `fcntl(s, F_GETFL)` does.
pub(crate) fn only_asks(call: &Call) -> bool {
    call.command.name == "nonblock" && call.arg("on").is_none()
}
