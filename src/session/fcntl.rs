//! fcntl(2): the flags of an open socket, of which O_NONBLOCK is taught.

use super::prepared::{Asked, Effect, Performed, Prepared, Promptness, Yield};
use super::{NotYet, Session, notation};
use crate::event::Syscall;
use crate::lang::ast::Call;
use crate::sys::call;

/// O_NONBLOCK, read and set with fcntl(2); without a switch the flags are only asked for.
pub fn nonblock(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let target = session.sock(call)?;
    session.only_sockets(target)?;
    let on = session
        .maybe(call, "on", Session::int)?
        .map(|switch| switch != 0);
    let fd = target.fd;
    Ok(Prepared {
        command: "nonblock",
        socket: target.id,
        asleep: notation::asleep("nonblock", "fcntl", fd),
        promptness: Promptness::AtOnce,
        perform: Box::new(move || match (read_flags(fd), on) {
            ((shown, Ok(flags)), Some(on)) => set_nonblocking(fd, flags, on, shown),
            ((shown, result), _) => {
                Performed::one(shown, result.map(|flags| Yield::Number(i64::from(flags))))
            }
        }),
        effect: on.map_or(Effect::Nothing, Effect::NonBlocking),
        asked: Asked::default(),
    })
}

/// F_GETFL, and what it gave.
fn read_flags(fd: i32) -> (Syscall, call::Returned<i32>) {
    let result = call::get_flags(fd);
    let args = format!("{fd}, F_GETFL");
    let mut shown = notation::finished("nonblock", "fcntl", args, result.map(i64::from));
    if let Ok(flags) = result {
        shown.text = format!(
            "fcntl({fd}, F_GETFL) = {flags:#x} (flags {})",
            notation::file_flags(flags)
        );
    }
    (shown, result)
}

fn set_nonblocking(fd: i32, flags: i32, on: bool, asked: Syscall) -> Performed {
    let wanted = if on {
        flags | libc::O_NONBLOCK
    } else {
        flags & !libc::O_NONBLOCK
    };
    let result = call::set_flags(fd, wanted);
    let args = format!("{fd}, F_SETFL, {}", notation::file_flags(wanted));
    let set = notation::finished("nonblock", "fcntl", args, result.map(|()| 0));
    Performed::several(vec![asked, set], result.map(|()| Yield::Nothing))
}
