//! send(2), sendto(2), write(2), recv(2), recvfrom(2), read(2), and Python's sendall.

use super::eval::Target;
use super::notation::Args;
use super::prepared::{Asked, Effect, Performed, Prepared, Promptness, Refusal, Yield};
use super::value::Value;
use super::{NotYet, Session, notation};
use crate::errno::Errno;
use crate::lang::ast::{Call, Expr};
use crate::sys::call::{self, Buffer, Filled};

/// A send up to this long cannot sleep on a socket that poll(2) finds writable: it fits the segment that is free then.
const SHORT: usize = 1024;

/// The longest receive buffer that a call may ask for, in bytes.
const LONGEST: i64 = 1 << 30;

/// What a call that moves bytes needs.
struct Talk {
    target: Target,
    flags: i32,
}

impl Talk {
    fn of(session: &Session, call: &Call) -> Result<Self, NotYet> {
        let target = session.sock(call)?;
        let flags = session.maybe(call, "flags", Session::c_int)?.unwrap_or(0);
        Ok(Self { target, flags })
    }

    fn at_once(&self) -> bool {
        self.flags & libc::MSG_DONTWAIT != 0
    }
}

/// The data of a call, which C may cut with its length argument.
fn data(session: &Session, call: &Call) -> Result<Vec<u8>, NotYet> {
    session.arg(call, "data", Session::bytes)
}

/// Whether a send of `len` bytes returns at once.
fn promptness(session: &Session, talk: &Talk, len: usize) -> Promptness {
    let room = session.promptness(talk.target, libc::POLLOUT);
    match room {
        Promptness::When(..) if talk.at_once() => Promptness::AtOnce,
        Promptness::When(..) if len > SHORT => Promptness::Unknown,
        other => other,
    }
}

/// send(2): sendto(2) with a null address on Linux.
pub fn send(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let talk = Talk::of(session, call)?;
    let bytes = data(session, call)?;
    session.may_send(talk.target)?;
    let (fd, flags, sent) = (talk.target.fd, talk.flags, Some(bytes.len()));
    let promptness = promptness(session, &talk, bytes.len());
    let args = send_args(fd, &bytes, flags);
    Ok(Prepared {
        command: "send",
        socket: talk.target.id,
        asleep: notation::asleep("send", "sendto", &args),
        promptness,
        perform: Box::new(move || {
            let result = call::send(fd, &bytes, flags).map(|n| n as i64);
            Performed::one(
                notation::finished("send", "sendto", args, result),
                result.map(Yield::Number),
            )
        }),
        effect: Effect::Nothing,
        asked: Asked {
            sent,
            flags,
            ..Asked::default()
        },
    })
}

fn send_args(fd: i32, bytes: &[u8], flags: i32) -> String {
    Args::on(fd)
        .text(&notation::buffer(bytes))
        .number(bytes.len())
        .text(&notation::msg_flags(flags))
        .text("NULL, 0")
        .finish()
}

/// Python's sendall: send(2) of the rest until the kernel has taken everything, or one fails.
pub fn sendall(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let talk = Talk::of(session, call)?;
    let bytes = data(session, call)?;
    session.may_send(talk.target)?;
    let (fd, flags, sent) = (talk.target.fd, talk.flags, Some(bytes.len()));
    let promptness = promptness(session, &talk, bytes.len());
    Ok(Prepared {
        command: "sendall",
        socket: talk.target.id,
        asleep: notation::asleep("sendall", "sendto", send_args(fd, &bytes, flags)),
        promptness,
        perform: Box::new(move || send_rest(fd, &bytes, flags)),
        effect: Effect::Nothing,
        asked: Asked {
            sent,
            flags,
            ..Asked::default()
        },
    })
}

fn send_rest(fd: i32, bytes: &[u8], flags: i32) -> Performed {
    let mut calls = Vec::new();
    let mut sent = 0;
    loop {
        let rest = &bytes[sent..];
        let result = call::send(fd, rest, flags);
        let ret = result.map(|n| n as i64);
        calls.push(notation::finished(
            "sendall",
            "sendto",
            send_args(fd, rest, flags),
            ret,
        ));
        match result {
            Ok(n) if sent + n < bytes.len() && n > 0 => sent += n,
            Ok(_) => {
                return Performed::several(calls, Ok(Yield::Nothing));
            }
            Err(errno) => {
                return Performed::several(calls, Err(errno));
            }
        }
    }
}

/// sendto(2)
pub fn sendto(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let talk = Talk::of(session, call)?;
    let bytes = data(session, call)?;
    let domain = session.domain(talk.target);
    let addr = session.arg(call, "addr", |session, expr| session.address(expr, domain))?;
    session.may_reach(talk.target, &addr)?;
    let kernel = super::connect::kernel_address(&addr)?;
    let (fd, flags, sent) = (talk.target.fd, talk.flags, Some(bytes.len()));
    // Whether a Unix peer's queue is full cannot be seen from this end.
    let promptness = match promptness(session, &talk, bytes.len()) {
        Promptness::When(..) if domain == Some(libc::AF_UNIX) => Promptness::Unknown,
        other => other,
    };
    let args = format!(
        "{fd}, {}, {}, {}, {}, {}",
        notation::buffer(&bytes),
        bytes.len(),
        notation::msg_flags(flags),
        notation::addr(&addr),
        kernel.len()
    );
    Ok(Prepared {
        command: "sendto",
        socket: talk.target.id,
        asleep: notation::asleep("sendto", "sendto", &args),
        promptness,
        perform: Box::new(move || {
            let result = call::send_to(fd, &bytes, flags, &kernel).map(|n| n as i64);
            Performed::one(
                notation::finished("sendto", "sendto", args, result),
                result.map(Yield::Number),
            )
        }),
        effect: Effect::Nothing,
        asked: Asked {
            addr: Some(addr),
            sent,
            flags,
            ..Asked::default()
        },
    })
}

/// write(2)
pub fn write(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let talk = Talk::of(session, call)?;
    session.only_sockets(talk.target)?;
    let bytes = data(session, call)?;
    session.may_send(talk.target)?;
    let (fd, sent) = (talk.target.fd, Some(bytes.len()));
    let promptness = promptness(session, &talk, bytes.len());
    let args = format!("{fd}, {}, {}", notation::buffer(&bytes), bytes.len());
    Ok(Prepared {
        command: "write",
        socket: talk.target.id,
        asleep: notation::asleep("write", "write", &args),
        promptness,
        perform: Box::new(move || {
            let result = call::write(fd, &bytes).map(|n| n as i64);
            Performed::one(
                notation::finished("write", "write", args, result),
                result.map(Yield::Number),
            )
        }),
        effect: Effect::Nothing,
        asked: Asked {
            sent,
            ..Asked::default()
        },
    })
}

/// How a receiving call asks the kernel.
type Receive = fn(i32, &mut [u8], i32, u32) -> call::Returned<(usize, Option<Filled>)>;

/// recv(2): recvfrom(2) with a null address on Linux.
pub fn recv(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let ask: Receive = |fd, buffer, flags, _| call::recv(fd, buffer, flags).map(|n| (n, None));
    receive(session, call, "recv", "recvfrom", ask)
}

/// recvfrom(2)
pub fn recvfrom(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let ask: Receive = |fd, buffer, flags, given| {
        call::recv_from(fd, buffer, flags, given).map(|(n, filled)| (n, Some(filled)))
    };
    receive(session, call, "recvfrom", "recvfrom", ask)
}

/// read(2)
pub fn read(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let target = session.sock(call)?;
    session.only_sockets(target)?;
    let ask: Receive = |fd, buffer, _, _| call::read(fd, buffer).map(|n| (n, None));
    receive(session, call, "read", "read", ask)
}

/// How many bytes are asked for. Where C's buffer stands in the length's place, that is said.
fn length(session: &Session, expr: &Expr) -> Result<i64, NotYet> {
    match session.value(expr)? {
        Value::Bytes(_) => Err(Refusal::new("this needs a length, and got bytes")
            .help("recv s 1024; in C recv(s, buf, 1024, 0) or read(s, buf, 1024)")
            .into()),
        _ => session.int(expr),
    }
}

fn receive(
    session: &Session,
    call: &Call,
    command: &'static str,
    name: &'static str,
    ask: Receive,
) -> Result<Prepared, NotYet> {
    let talk = Talk::of(session, call)?;
    let asked = session.maybe(call, "len", length)?.unwrap_or(1024);
    let len = usize::try_from(asked)
        .ok()
        .filter(|_| asked <= LONGEST)
        .ok_or_else(|| {
            Refusal::new(format!("a buffer of {asked} bytes cannot be had"))
                .help("from 0 to 1G, as `recv s 1024`")
        })?;
    let mut buffer = Buffer::new(len)
        .map_err(|errno| Refusal::new(format!("no memory for {len} bytes: {errno}")))?;
    let (fd, flags, given) = (talk.target.fd, talk.flags, session.addr_len(talk.target));
    let tail = Tail {
        name,
        command,
        fd,
        len,
        flags,
        given,
    };
    let all = flags & libc::MSG_WAITALL != 0;
    let promptness = match session.promptness(talk.target, libc::POLLIN) {
        Promptness::When(..) if talk.at_once() || flags & MSG_ERRQUEUE != 0 => Promptness::AtOnce,
        Promptness::When(..) if flags & libc::MSG_OOB != 0 => Promptness::When(fd, libc::POLLPRI),
        Promptness::When(..) if all => Promptness::Unknown,
        other => other,
    };
    Ok(Prepared {
        command,
        socket: talk.target.id,
        asleep: notation::asleep(command, name, tail.args("buf", None)),
        promptness,
        perform: Box::new(move || {
            let bytes = buffer.bytes();
            let result = ask(fd, bytes, flags, given);
            tail.performed(bytes, result)
        }),
        effect: Effect::Nothing,
        asked: Asked {
            room: Some(len),
            flags,
            ..Asked::default()
        },
    })
}

#[cfg(target_os = "linux")]
const MSG_ERRQUEUE: i32 = libc::MSG_ERRQUEUE;
#[cfg(not(target_os = "linux"))]
const MSG_ERRQUEUE: i32 = 0;

/// What of a receiving call is known before it is made.
struct Tail {
    name: &'static str,
    command: &'static str,
    fd: i32,
    len: usize,
    flags: i32,
    given: u32,
}

impl Tail {
    /// The arguments, with what the kernel filled in.
    fn args(&self, buffer: &str, filled: Option<&Filled>) -> String {
        let args = Args::on(self.fd).text(buffer).number(self.len);
        if self.command == "read" {
            return args.finish();
        }
        let args = args.text(&notation::msg_flags(self.flags));
        let args = match filled {
            _ if self.command == "recv" => args.text("NULL, NULL"),
            None => args.text(&notation::unfilled(self.given)),
            Some(filled) => args.text(&notation::filled(filled)),
        };
        args.finish()
    }

    fn performed(
        &self,
        bytes: &[u8],
        result: call::Returned<(usize, Option<Filled>)>,
    ) -> Performed {
        match result {
            Ok((n, filled)) => {
                // With MSG_TRUNC the kernel returns the datagram's real length, which may exceed the buffer.
                let got = &bytes[..n.min(bytes.len())];
                let args = self.args(&notation::buffer(got), filled.as_ref());
                let shown = notation::finished(self.command, self.name, args, Ok(n as i64));
                let from = filled.and_then(|filled| filled.addr);
                Performed::one(shown, Ok(Yield::Bytes(got.to_vec(), from)))
            }
            Err(errno) => {
                let shown =
                    notation::finished(self.command, self.name, self.args("buf", None), Err(errno));
                Performed::one(shown, Err::<Yield, Errno>(errno))
            }
        }
    }
}

impl Session {
    /// A script may send only to this machine: the peer that the socket is connected to counts too.
    fn may_send(&self, target: Target) -> Result<(), Refusal> {
        match self
            .socket_of(target)
            .and_then(|socket| socket.peer.as_ref())
        {
            Some(peer) => self.may_reach(target, peer),
            None => Ok(()),
        }
    }

    /// Calls that work on any file may only be made on the session's sockets, or on numbers that are not open.
    pub(super) fn only_sockets(&self, target: Target) -> Result<(), Refusal> {
        if target.id.is_none() && call::is_open(target.fd) {
            let message = format!(
                "descriptor {} is the shell's own standard input or output",
                target.fd
            );
            return Err(Refusal::new(message).help("`ls` lists the sockets"));
        }
        Ok(())
    }
}
