//! bind(2), getsockname(2), getpeername(2).

use super::prepared::{Asked, Effect, Performed, Prepared, Promptness, Yield};
use super::value::Value;
use super::{NotYet, Session, notation};
use crate::lang::ast::Call;
use crate::sys::call::{self, Filled};
use std::os::fd::RawFd;

/// bind(2)
pub fn bind(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let target = session.sock(call)?;
    let domain = session.domain(target);
    let addr = session.arg(call, "addr", |session, expr| session.address(expr, domain))?;
    let kernel = super::connect::kernel_address(&addr)?;
    let fd = target.fd;
    let args = format!("{fd}, {}, {}", notation::addr(&addr), kernel.len());
    Ok(Prepared {
        command: "bind",
        socket: target.id,
        asleep: notation::asleep("bind", "bind", &args),
        promptness: Promptness::AtOnce,
        perform: Box::new(move || {
            let result = call::bind(fd, &kernel);
            let shown = notation::finished("bind", "bind", args, result.map(|()| 0));
            Performed::one(shown, result.map(|()| Yield::Nothing))
        }),
        effect: Effect::Bound(addr.clone()),
        asked: Asked {
            addr: Some(addr),
            ..Asked::default()
        },
    })
}

/// getsockname(2)
pub fn getsockname(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    ask(session, call, "getsockname", call::getsockname)
}

/// getpeername(2)
pub fn getpeername(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    ask(session, call, "getpeername", call::getpeername)
}

fn ask(
    session: &Session,
    call: &Call,
    command: &'static str,
    ask: fn(RawFd, u32) -> call::Returned<Filled>,
) -> Result<Prepared, NotYet> {
    let target = session.sock(call)?;
    let (fd, given) = (target.fd, session.addr_len(target));
    Ok(Prepared {
        command,
        socket: target.id,
        asleep: notation::asleep(command, command, fd),
        promptness: Promptness::AtOnce,
        perform: Box::new(move || {
            let result = ask(fd, given);
            let filled = result
                .as_ref()
                .map_or_else(|_| notation::unfilled(given), notation::filled);
            let ret = result.as_ref().map(|_| 0).map_err(|errno| *errno);
            let shown = notation::finished(command, command, format!("{fd}, {filled}"), ret);
            Performed::one(
                shown,
                result.map(|filled| Yield::Value(filled.addr.map_or(Value::None, Value::Addr))),
            )
        }),
        effect: Effect::Nothing,
        asked: Asked::default(),
    })
}
