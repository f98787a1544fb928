//! shutdown(2) and close(2).

use super::prepared::{Asked, Effect, Performed, Prepared, Promptness, Yield};
use super::table::Socket;
use super::{NotYet, Refusal, Session, notation, options};
use crate::lang::ast::{Call, Expr};
use crate::sys::call;

/// shutdown(2)
pub fn shutdown(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let target = session.sock(call)?;
    let how = session.arg(call, "how", Session::c_int)?;
    let fd = target.fd;
    let args = format!("{fd}, {}", notation::how(how));
    Ok(Prepared {
        command: "shutdown",
        socket: target.id,
        asleep: notation::asleep("shutdown", "shutdown", &args),
        promptness: Promptness::AtOnce,
        perform: Box::new(move || {
            let result = call::shutdown(fd, how);
            let shown = notation::finished("shutdown", "shutdown", args, result.map(|()| 0));
            Performed::one(shown, result.map(|()| Yield::Nothing))
        }),
        effect: Effect::Shut(how),
        asked: Asked::default(),
    })
}

/// close(2). It sleeps only where SO_LINGER asks for it: until the peer has acknowledged everything, the FIN too.
pub fn close(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    one_at_a_time(session, call)?;
    let target = session.sock(call)?;
    session.only_sockets(target)?;
    let fd = target.fd;
    let lingers = session.socket_of(target).is_some_and(Socket::lingers);
    Ok(Prepared {
        command: "close",
        socket: target.id,
        asleep: notation::asleep("close", "close", fd),
        promptness: if lingers {
            Promptness::Unknown
        } else {
            Promptness::AtOnce
        },
        perform: Box::new(move || {
            let result = call::close(fd);
            let shown = notation::finished("close", "close", fd, result.map(|()| 0));
            Performed::one(shown, result.map(|()| Yield::Nothing))
        }),
        effect: Effect::Closed,
        asked: Asked::default(),
    })
}

/// Closes a descriptor that no statement closes. What the kernel sends is the same as after close(2) alone (with SO_LINGER
/// at 0 a RST, otherwise a FIN), but nobody waits for it.
pub(super) fn close_unasked(socket: &Socket) {
    if socket.lingers() {
        options::no_linger(socket.fd);
    }
    // EIO and the like change nothing: on Linux the descriptor is gone.
    let _ = call::close(socket.fd);
}

/// `close all`: each close is a call of its own.
fn one_at_a_time(session: &Session, call: &Call) -> Result<(), Refusal> {
    /// As many lines as are offered.
    const MOST: usize = 8;
    let arg = Session::need(call, "sockfd")?;
    let all = matches!(&arg.value, Expr::Name(name) if name == "all" && !session.knows(name));
    if !all {
        return Ok(());
    }
    let open = session.table.open();
    let refusal = Refusal::new("close takes one socket at a time").at(arg.span);
    if open.is_empty() {
        return Err(refusal.help("no socket is open: there is nothing to close"));
    }
    let calls = open
        .iter()
        .take(MOST)
        .map(|socket| format!("close {}", socket.name));
    let mut line = calls.collect::<Vec<_>>().join("; ");
    if open.len() > MOST {
        line.push_str("; and so on");
    }
    Err(refusal
        .help(line)
        .help("quit closes everything, and leaves"))
}
