//! listen(2), accept(2), connect(2).

use super::eval::Target;
use super::notation::Args;
use super::prepared::{Asked, Effect, Performed, Prepared, Promptness, Refusal, Yield};
use super::table::{Socket, addr_len};
use super::{NotYet, Session, notation};
use crate::event::Addr;
use crate::lang::ast::Call;
use crate::sys::call;
use socket2::SockAddr;

/// The form of an address that a call takes.
pub(super) fn kernel_address(addr: &Addr) -> Result<SockAddr, Refusal> {
    addr.to_kernel().map_err(|error| {
        let (what, len) = match addr {
            Addr::Path(path) => ("path", path.as_os_str().len()),
            Addr::Abstract(name) => ("abstract name", name.len()),
            _ => return Refusal::new(format!("`{addr}` does not fit a socket address: {error}")),
        };
        Refusal::new(format!(
            "the {what} `{addr}` has {len} bytes, and a Unix socket's has {LONGEST_NAME} at most"
        ))
    })
}

/// What `sun_path` holds beside a NUL, which ends a path and begins an abstract name (unix(7)).
const LONGEST_NAME: usize =
    size_of::<libc::sockaddr_un>() - std::mem::offset_of!(libc::sockaddr_un, sun_path) - 1;

/// listen(2)
pub fn listen(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let target = session.sock(call)?;
    let backlog = session.maybe(call, "backlog", Session::c_int)?.unwrap_or(5);
    let fd = target.fd;
    let args = format!("{fd}, {backlog}");
    Ok(Prepared {
        command: "listen",
        socket: target.id,
        asleep: notation::asleep("listen", "listen", &args),
        promptness: Promptness::AtOnce,
        perform: Box::new(move || {
            let result = call::listen(fd, backlog);
            let shown = notation::finished("listen", "listen", args, result.map(|()| 0));
            Performed::one(shown, result.map(|()| Yield::Nothing))
        }),
        effect: Effect::Listening,
        asked: Asked::default(),
    })
}

/// accept(2)
pub fn accept(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let target = session.sock(call)?;
    let (fd, given) = (target.fd, session.addr_len(target));
    Ok(Prepared {
        command: "accept",
        socket: target.id,
        asleep: notation::asleep(
            "accept",
            "accept",
            accept_args(fd, &notation::unfilled(given)),
        ),
        promptness: session.promptness(target, libc::POLLIN),
        perform: Box::new(move || {
            let result = call::accept(fd, given);
            let filled = result.as_ref().map_or_else(
                |_| notation::unfilled(given),
                |(_, filled)| notation::filled(filled),
            );
            let ret = result
                .as_ref()
                .map(|(new, _)| i64::from(*new))
                .map_err(|errno| *errno);
            let shown = notation::finished("accept", "accept", accept_args(fd, &filled), ret);
            Performed::one(
                shown,
                result.map(|(new, filled)| Yield::Connection(new, filled.addr)),
            )
        }),
        effect: Effect::Nothing,
        asked: Asked::default(),
    })
}

fn accept_args(fd: i32, filled: &str) -> String {
    Args::on(fd).text(filled).finish()
}

/// connect(2)
pub fn connect(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let target = session.sock(call)?;
    let domain = session.domain(target);
    let addr = session.arg(call, "addr", |session, expr| session.address(expr, domain))?;
    session.may_reach(target, &addr)?;
    let kernel = kernel_address(&addr)?;
    let fd = target.fd;
    let args = Args::on(fd)
        .text(&notation::addr(&addr))
        .number(kernel.len())
        .finish();
    Ok(Prepared {
        command: "connect",
        socket: target.id,
        asleep: notation::asleep("connect", "connect", &args),
        promptness: session.connects_at_once(target, &addr),
        perform: Box::new(move || {
            let result = call::connect(fd, &kernel);
            let shown = notation::finished("connect", "connect", args, result.map(|()| 0));
            Performed::one(shown, result.map(|()| Yield::Nothing))
        }),
        effect: Effect::Connected(addr.clone()),
        asked: Asked {
            addr: Some(addr),
            ..Asked::default()
        },
    })
}

impl Session {
    /// The family of a target's socket; `None` where it is none of ours.
    pub(super) fn domain(&self, target: Target) -> Option<i32> {
        self.socket_of(target).map(|socket| socket.domain)
    }

    /// The length of its address buffers.
    pub(super) fn addr_len(&self, target: Target) -> u32 {
        self.socket_of(target)
            .map_or_else(|| addr_len(libc::AF_INET), Socket::addr_len)
    }

    pub(super) fn socket_of(&self, target: Target) -> Option<&Socket> {
        target.id.and_then(|id| self.table.get(id))
    }
}
