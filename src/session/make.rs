//! socket(2) and socketpair(2).

use super::notation::Args;
use super::prepared::{Asked, Effect, Performed, Prepared, Promptness, Refusal, Yield};
use super::{NotYet, Session, notation};
use crate::errno::Errno;
use crate::event::Syscall;
use crate::lang::ast::Call;
use crate::sys::call;

#[cfg(target_os = "linux")]
const TYPE_FLAGS: i32 = libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
#[cfg(not(target_os = "linux"))]
const TYPE_FLAGS: i32 = 0;

/// A call that cannot sleep and has already been made: `socket` asks its network, which is not for other threads.
pub(super) fn made(command: &'static str, call: Syscall, result: Result<Yield, Errno>) -> Prepared {
    Prepared {
        command,
        socket: None,
        asleep: notation::asleep(command, command, ""),
        promptness: Promptness::AtOnce,
        perform: Box::new(move || Performed::one(call, result)),
        effect: Effect::Nothing,
        asked: Asked::default(),
    }
}

fn triple(session: &Session, call: &Call, [domain, kind]: [i32; 2]) -> Result<[i32; 3], NotYet> {
    let domain = session
        .maybe(call, "domain", Session::c_int)?
        .unwrap_or(domain);
    let kind = session.maybe(call, "type", Session::c_int)?.unwrap_or(kind);
    let protocol = session
        .maybe(call, "protocol", Session::c_int)?
        .unwrap_or(0);
    Ok([domain, kind, protocol])
}

fn args([domain, kind, protocol]: [i32; 3]) -> String {
    Args::with_room()
        .text(&notation::domain(domain))
        .text(&notation::kind(kind))
        .text(&notation::protocol(domain, protocol))
        .finish()
}

/// socket(2)
pub fn socket(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let alone = call.arg("domain").is_none() && call.arg("type").is_none();
    let usual = session.usual.filter(|_| alone);
    let usual = usual.unwrap_or([libc::AF_INET, libc::SOCK_STREAM]);
    let [domain, kind, protocol] = triple(session, call, usual)?;
    let result = session.networks.here().socket(domain, kind, protocol)?;
    let shown = notation::finished(
        "socket",
        "socket",
        args([domain, kind, protocol]),
        result.map(i64::from),
    );
    let mut prepared = made(
        "socket",
        shown,
        result.map(|fd| Yield::Descriptor(fd, [domain, kind, protocol])),
    );
    prepared.asked.socket = Some([domain, kind, protocol]);
    Ok(prepared)
}

/// socketpair(2)
pub fn socketpair(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let what = triple(session, call, [libc::AF_UNIX, libc::SOCK_STREAM])?;
    if session.networks.here().label().is_some() {
        return Err(Refusal::new(
            "a pair of Unix sockets lives inside one host; make it without a laboratory host",
        )
        .into());
    }
    let [domain, kind, protocol] = what;
    let result = call::socketpair(domain, kind, protocol);
    let place = result.map_or_else(|_| "fds".to_owned(), |(a, b)| format!("[{a}, {b}]"));
    let shown = notation::finished(
        "socketpair",
        "socketpair",
        format!("{}, {place}", args(what)),
        result.map(|_| 0),
    );
    let mut prepared = made(
        "socketpair",
        shown,
        result.map(|(a, b)| Yield::Pair(a, b, what)),
    );
    prepared.asked.socket = Some(what);
    Ok(prepared)
}

/// The type without its flags, and whether `SOCK_NONBLOCK` was among them.
pub(super) fn split_type(kind: i32) -> (i32, bool) {
    #[cfg(target_os = "linux")]
    return (kind & !TYPE_FLAGS, kind & libc::SOCK_NONBLOCK != 0);
    #[cfg(not(target_os = "linux"))]
    return (kind & !TYPE_FLAGS, false);
}
