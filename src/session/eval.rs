//! Expressions to values: names, properties, addresses, bytes. Nothing here makes a call that is shown; properties
//! look at the kernel's own books (getsockname, getpeername, TCP_INFO).

use super::apply::LONGEST;
use super::prepared::Refusal;
use super::table::{SocketId, addr_len};
use super::value::Value;
use super::{NotYet, Session, apply, operators};
use crate::event::TcpState;
use crate::lang::ast::{Expr, Function, Host, Port};
use crate::sys::call;
use crate::text::near::nearest;
use std::net::IpAddr;
use std::os::fd::RawFd;

/// A socket argument: one of the session's, or only a descriptor number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The session's socket, open or closed.
    pub id: Option<SocketId>,
    /// The number that the call gets.
    pub fd: RawFd,
}

type Evaluated<T> = Result<T, NotYet>;

impl Session {
    /// The value of an expression. Calls inside it must have been made before (`App` does that).
    pub fn value(&self, expr: &Expr) -> Evaluated<Value> {
        Ok(match expr {
            Expr::Null => Value::None,
            Expr::Int(n) => Value::Int(*n),
            Expr::Float(x) => Value::Float(*x),
            Expr::Text(text) => Value::Text(text.clone()),
            Expr::Bytes(bytes) => Value::Bytes(bytes.clone()),
            Expr::Fill(_) | Expr::File(_) => Value::Bytes(self.bytes(expr)?),
            Expr::Word(word) => match self.vars.get(word) {
                Some(value) => self.settled(value)?,
                None => Value::Text(word.clone()),
            },
            Expr::Name(name) => match self.vars.get(name) {
                Some(value) => self.settled(value)?,
                None if self.is_errno(name) => {
                    Value::Int(self.last_errno.map_or(0, |errno| errno.0.into()))
                }
                None => return Err(self.unknown(name).into()),
            },
            Expr::Fd(_) | Expr::Last => match self.target(expr)? {
                Target { id: Some(id), .. } => Value::Socket(id),
                Target { fd, .. } => Value::Int(i64::from(fd)),
            },
            Expr::Const("True" | "False", n) => Value::Bool(*n != 0),
            Expr::Const(_, n) | Expr::Flags(_, n) => Value::Int(*n),
            Expr::Address(address) => {
                Value::Addr(self.address(&Expr::Address(address.clone()), None)?)
            }
            Expr::Tuple(items) => Value::Tuple(self.values(items)?),
            Expr::Property(of, property) => self.property(of, property)?,
            Expr::Index(of, at) => {
                let of = self.value(of)?;
                apply::index(&self.as_pair(of), &self.value(at)?)?
            }
            Expr::Call(_) => return Err(Refusal::new("a call cannot stand here").into()),
            Expr::Apply(Function::WithField(field), args) => self.with_field(field, args)?,
            Expr::Apply(function, args) => {
                let made = apply::function(*function, &self.values(args)?, self)?;
                made.held_in(LONGEST)?;
                made
            }
            Expr::Binary(operator, a, b) => {
                let made = operators::binary(*operator, &self.value(a)?, &self.value(b)?)?;
                made.held_in(LONGEST)?;
                made
            }
        })
    }

    /// The values of a tuple's items or of a function's arguments: together no more than one value may hold.
    fn values(&self, exprs: &[Expr]) -> Evaluated<Vec<Value>> {
        let mut left = LONGEST;
        let each = exprs.iter().map(|expr| {
            let value = self.value(expr)?;
            left = value.held_in(left)?;
            Ok(value)
        });
        each.collect()
    }

    /// A connection may stand for what Python's accept() gives: itself and its peer's address.
    fn as_pair(&self, value: Value) -> Value {
        let peer = match &value {
            Value::Socket(id) => self.table.get(*id).and_then(|socket| socket.peer.clone()),
            _ => None,
        };
        match peer {
            Some(peer) => Value::Tuple(vec![value, Value::Addr(peer)]),
            None => value,
        }
    }

    /// A pending value is not there yet.
    fn settled(&self, value: &Value) -> Evaluated<Value> {
        match value {
            Value::Pending(job, _) => Err(NotYet::Pending(*job)),
            settled => Ok(settled.clone()),
        }
    }

    /// The refusal of a name that stands for nothing.
    pub(super) fn unknown(&self, name: &str) -> Refusal {
        let refusal = Refusal::new(format!("there is no socket or variable called `{name}`"));
        if is_kind(name) {
            return refusal.help(format!("a socket is made so: s = socket {name}"));
        }
        if name == "_" {
            return refusal
                .help("`_` is no name: a socket made so names itself, and `ls` shows how")
                .help(self.making("s"));
        }
        match self.alike(name) {
            Some(near) => refusal.help(format!("did you mean `{near}`?")),
            None if self.vars.is_empty() => {
                refusal.help(format!("make one first:  {}", self.making(name)))
            }
            None => refusal.help("`ls` lists the sockets, `vars` the variables"),
        }
    }

    /// The name in use that this one is most like.
    pub(super) fn alike(&self, name: &str) -> Option<&str> {
        nearest(name, self.vars.keys().map(String::as_str))
    }

    /// A name at which a socket should stand.
    fn no_socket(&self, name: &str) -> Refusal {
        let refusal = self.unknown(name);
        let only_listed =
            name != "_" && !is_kind(name) && self.alike(name).is_none() && !self.vars.is_empty();
        match only_listed {
            true => refusal.help(format!("{} makes one", self.making(name))),
            false => refusal,
        }
    }

    /// The statement that makes a socket of this name. In a comparison each side has its kind.
    fn making(&self, name: &str) -> String {
        let kind = self.usual.map_or(" tcp", |_| "");
        format!("{name} = socket{kind}")
    }

    /// A socket by name, descriptor, or `.`.
    pub fn target(&self, expr: &Expr) -> Evaluated<Target> {
        match self.targets(expr)?.as_slice() {
            [one] => Ok(*one),
            [] => Err(Refusal::new("this is a tuple without a socket").into()),
            several => {
                let message = format!("one socket is needed, and these are {}", several.len());
                Err(Refusal::new(message)
                    .help("x[0] is the first of a list x")
                    .into())
            }
        }
    }

    /// The sockets of an argument that may be a list of them: the one, several, or none, as of `outputs = []`.
    pub fn targets(&self, expr: &Expr) -> Evaluated<Vec<Target>> {
        match expr {
            Expr::Last => match self.last.and_then(|id| self.table.get(id)) {
                Some(socket) => Ok(vec![self.usable(socket.id)?]),
                None => Err(
                    Refusal::new("`.` is the last socket used, and there is none")
                        .help("s = socket tcp")
                        .into(),
                ),
            },
            Expr::Fd(fd) => Ok(vec![self.by_number(i64::from(*fd))?]),
            Expr::Word(name) => self.targets(&Expr::Name(name.clone())),
            Expr::Name(name) if !self.knows(name) && !self.is_errno(name) => {
                Err(self.no_socket(name).into())
            }
            other => self.among(&self.value(other)?),
        }
    }

    /// The sockets that a value is or holds.
    fn among(&self, value: &Value) -> Evaluated<Vec<Target>> {
        use Value::{Int, Socket, Tuple};
        match value {
            Socket(id) => Ok(vec![self.usable(*id)?]),
            Int(n) => Ok(vec![self.by_number(*n)?]),
            Tuple(items) => match items.as_slice() {
                // What accept() gives, the connection and its peer's address.
                [Socket(id), peer] if !matches!(peer, Socket(_) | Int(_) | Tuple(_)) => {
                    Ok(vec![self.usable(*id)?])
                }
                // What the number is cannot be told: a descriptor, or the events of a struct pollfd.
                [Socket(_), ..] if items.iter().any(|item| matches!(item, Int(_))) => {
                    let message = "a socket and a number stand in one tuple, and which events are meant is not kept in one";
                    Err(Refusal::new(message).help("poll s r 1000").into())
                }
                [] | [Socket(_) | Int(_) | Tuple(_), ..] => {
                    let each = items.iter().map(|item| self.among(item));
                    Ok(each.collect::<Evaluated<Vec<_>>>()?.concat())
                }
                _ => Err(Refusal::new("this is a tuple without a socket").into()),
            },
            wrong => {
                Err(Refusal::new(format!("this needs a socket, and got {}", wrong.kind())).into())
            }
        }
    }

    /// A socket with the descriptor number that a call on it gets. A closed one keeps its number, so that the kernel
    /// can say EBADF, unless that number names something else by now.
    fn usable(&self, id: SocketId) -> Evaluated<Target> {
        let Some(socket) = self.table.get(id) else {
            return Err(Refusal::new("this socket was closed long ago").into());
        };
        if socket.closed && call::is_open(socket.fd) {
            let now = self
                .table
                .by_fd(socket.fd)
                .map_or("another file of this program", |other| &*other.name);
            let message = format!(
                "{} is closed, and its number, {}, now belongs to {now}: in C this call would reach {now}",
                socket.name, socket.fd
            );
            return Err(Refusal::new(message)
                .help("a descriptor number is reused as soon as it is free: `explain close`")
                .into());
        }
        Ok(Target {
            id: Some(id),
            fd: socket.fd,
        })
    }

    fn by_number(&self, number: i64) -> Evaluated<Target> {
        let Ok(fd) = RawFd::try_from(number) else {
            return Err(Refusal::new(format!("{number} cannot be a descriptor")).into());
        };
        if fd < 0 {
            return Err(Refusal::new(format!(
                "{fd} is no descriptor: -1 is what a failed call returns"
            ))
            .into());
        }
        if let Some(socket) = self.table.by_fd(fd) {
            return Ok(Target {
                id: Some(socket.id),
                fd,
            });
        }
        if fd > 2 && call::is_open(fd) {
            return Err(
                Refusal::new(format!("descriptor {fd} is one of the shell's own files"))
                    .help("`ls` lists the sockets")
                    .into(),
            );
        }
        Ok(Target {
            id: self.table.last_with_fd(fd).map(|socket| socket.id),
            fd,
        })
    }

    /// `s.local`, `s.fd` …
    fn property(&self, of: &Expr, property: &str) -> Evaluated<Value> {
        let target = self.target(of)?;
        let Some(socket) = target.id.and_then(|id| self.table.get(id)) else {
            return Err(Refusal::new(format!(
                "descriptor {} is no socket of this session",
                target.fd
            ))
            .into());
        };
        let len = addr_len(socket.domain);
        let addr = |filled: Result<call::Filled, _>, what: &str| match filled {
            Ok(call::Filled {
                addr: Some(addr), ..
            }) => Ok(Value::Addr(addr)),
            Ok(_) => Ok(Value::None),
            Err(errno) => Err(NotYet::from(Refusal::new(format!(
                "{} has no {what} address: the kernel says {errno}",
                socket.name
            )))),
        };
        match property {
            "fd" => Ok(Value::Int(i64::from(socket.fd))),
            "name" => Ok(Value::Text(socket.name.to_string())),
            "local" => match socket.listens_at() {
                Some(at) => Ok(Value::Addr(at.clone())),
                None => addr(call::getsockname(socket.fd, len), "local"),
            },
            "peer" => addr(call::getpeername(socket.fd, len), "peer"),
            "state" => self
                .state(socket.id)
                .map(Value::State)
                .ok_or_else(|| Refusal::new(format!("{} has no TCP state", socket.name)).into()),
            "family" => Ok(Value::Int(i64::from(socket.domain))),
            "type" => Ok(Value::Int(i64::from(socket.kind))),
            "proto" => Ok(Value::Int(i64::from(socket.protocol))),
            other => Err(Refusal::new(format!("a socket has no `{other}`"))
                .help("local, peer, fd, state, name, family, type, proto")
                .into()),
        }
    }

    /// The TCP state of an open socket, from TCP_INFO; but where the kernel keeps its connection in a timewait socket, of
    /// which the descriptor says `CLOSE`, as it was told.
    pub fn state(&self, id: SocketId) -> Option<TcpState> {
        let socket = self
            .table
            .get(id)
            .filter(|socket| socket.is_tcp() && !socket.closed)?;
        #[cfg(target_os = "linux")]
        return crate::sys::books::tcp_info(call::borrowed(socket.fd))
            .ok()
            .and_then(|info| TcpState::from_kernel(info.state))
            .map(|state| match (state, socket.told) {
                (TcpState::Close, Some(rests @ TcpState::TimeWait)) => rests,
                (state, _) => state,
            });
        #[cfg(not(target_os = "linux"))]
        return {
            let _ = socket;
            None
        };
    }

    /// A whole number.
    pub fn int(&self, expr: &Expr) -> Evaluated<i64> {
        match self.value(expr)?.counted() {
            Value::Int(n) => Ok(n),
            Value::Text(text) => match text.trim().parse() {
                Ok(n) => Ok(n),
                Err(_) => {
                    Err(Refusal::new(format!("this needs a whole number, and got `{text}`")).into())
                }
            },
            wrong => {
                let refusal = Refusal::new(format!(
                    "this needs a whole number, and got {}",
                    wrong.kind()
                ));
                Err(match wrong {
                    // `listen 5 s`
                    Value::Socket(_) => {
                        refusal.help("the socket is a call's first argument: listen s 5")
                    }
                    _ => refusal,
                }
                .into())
            }
        }
    }

    /// A whole number that fits a C int.
    pub fn c_int(&self, expr: &Expr) -> Evaluated<i32> {
        let n = self.int(expr)?;
        i32::try_from(n)
            .map_err(|_| Refusal::new(format!("{n} does not fit a C int (32 bits)")).into())
    }

    /// Seconds.
    pub fn seconds(&self, expr: &Expr) -> Evaluated<f64> {
        match self.value(expr)? {
            Value::Int(n) => Ok(n as f64),
            Value::Float(x) => Ok(x),
            wrong => Err(Refusal::new(format!(
                "this needs a time in seconds, and got {}",
                wrong.kind()
            ))
            .into()),
        }
    }

    /// A text: a host name, a word.
    pub fn text(&self, expr: &Expr) -> Evaluated<String> {
        match self.value(expr)? {
            Value::Text(text) => Ok(text),
            Value::Bytes(bytes) => String::from_utf8(bytes).map_err(|_| {
                Refusal::new("this needs a text, and these bytes are none (UTF-8)").into()
            }),
            Value::Int(n) => Ok(n.to_string()),
            Value::Addr(addr) => Ok(addr.to_string()),
            wrong => {
                Err(Refusal::new(format!("this needs a text, and got {}", wrong.kind())).into())
            }
        }
    }

    /// The text of a host part.
    pub(super) fn host_text(&self, host: &Host) -> Evaluated<Host> {
        match host {
            Host::Expr(expr) => match self.value(expr)? {
                Value::Text(text) => Ok(match text.as_str() {
                    "" | "*" => Host::Any,
                    "<broadcast>" => Host::Broadcast,
                    _ => Host::Name(text),
                }),
                // What inet_addr and inet_pton gave.
                Value::Bytes(bytes) if let Some(ip) = address_of(&bytes) => {
                    Ok(Host::Name(ip.to_string()))
                }
                Value::Int(n) => match u32::try_from(n) {
                    Ok(n) => Ok(Host::Number(n)),
                    Err(_) => Err(Refusal::new(format!(
                        "{n} does not fit an IPv4 address (32 bits)"
                    ))
                    .into()),
                },
                Value::Addr(addr) => match addr.inet() {
                    Some(inet) => Ok(Host::Name(inet.ip().to_string())),
                    None => Err(Refusal::new("a Unix address has no host").into()),
                },
                wrong => {
                    Err(Refusal::new(format!("this needs a host, and got {}", wrong.kind())).into())
                }
            },
            plain => Ok(plain.clone()),
        }
    }

    /// The number of a port part.
    pub(super) fn port_number(&self, port: &Port) -> Evaluated<u16> {
        match port {
            Port::Number(n) => Ok(*n),
            Port::Service(name) => Ok(self.service(name)?),
            Port::Expr(expr) => match self.value(expr)? {
                Value::Int(n) => u16::try_from(n).map_err(|_| {
                    Refusal::new(format!("{n} is no port: ports go from 0 to 65535")).into()
                }),
                Value::Text(text) => match text.parse() {
                    Ok(n) => Ok(n),
                    Err(_) => Ok(self.service(&text)?),
                },
                Value::Addr(addr) => addr
                    .port()
                    .ok_or_else(|| Refusal::new("a Unix address has no port").into()),
                wrong => {
                    Err(Refusal::new(format!("this needs a port, and got {}", wrong.kind())).into())
                }
            },
        }
    }
}

/// The address whose bytes these are.
fn address_of(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
        .ok()
}

/// Whether a word is a kind of socket, as `socket` takes it.
fn is_kind(word: &str) -> bool {
    matches!(word, "tcp" | "udp" | "tcp6" | "udp6" | "unix")
}
