//! What a line means, whichever dialect it was written in. Two lines with the same meaning are equal
//! (`==` leaves spans and dialects out), which is how a lesson compares a learner's line with its own.

use super::order::{Cause, Fate, Order, SideName, TcpFlags};
use super::state::TcpState;
use super::table::{Command, claims};
use crate::errno::Errno;
use std::time::Duration;

/// A place in a source line: byte offsets, end exclusive.
#[derive(Debug, Clone, Copy, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Where a thing stands is no part of what it means.
impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Which surface dialect a statement was written in.
#[derive(Debug, Clone, Copy, Eq, Default)]
pub enum Dialect {
    /// `bind s 127.0.0.1:80`
    #[default]
    Shell,
    /// `s.bind(("127.0.0.1", 80))`
    Python,
    /// `bind(s, …, 16);`
    C,
}

/// `==` cannot tell dialects apart (see there), so these do.
impl Dialect {
    /// Whether it is the shell's own.
    pub fn is_shell(self) -> bool {
        matches!(self, Self::Shell)
    }

    /// Whether it is Python.
    pub fn is_python(self) -> bool {
        matches!(self, Self::Python)
    }

    /// Whether it is C.
    pub fn is_c(self) -> bool {
        matches!(self, Self::C)
    }
}

/// How a thing was spelled is no part of what it means: statements are compared, dialects are not.
impl PartialEq for Dialect {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// One statement. Remarks, like spans and dialects, are no part of what it means.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Where it stands in its line.
    pub span: Span,
    /// The side of a comparison that it is for alone (`tcp: accept s`, `udp: server: recv s 10`).
    pub side: Option<SideName>,
    /// The laboratory host it is to run on (`server: listen s`).
    pub host: Option<String>,
    /// Names that take the result: one, or several for a tuple (`conn, addr = …`). `_` is `None`.
    pub targets: Vec<Option<String>>,
    /// What to do.
    pub action: Action,
    /// The surface it was written in.
    pub dialect: Dialect,
    /// Corrections a teacher would make in passing ("in Python, `s.close` without () does nothing").
    pub remarks: Vec<String>,
}

/// Two statements are equal where they do the same, whatever was remarked about the spelling of either.
impl PartialEq for Statement {
    fn eq(&self, other: &Self) -> bool {
        (self.side, &self.host, &self.targets, &self.action)
            == (other.side, &other.host, &other.targets, &other.action)
    }
}

/// What a statement does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Nothing: an empty line, a comment, `import socket`, `int s;`. The remarks say why.
    Nothing,
    /// A command of the table, primitive or not.
    Call(Call),
    /// `x = value`, or a value alone, which is printed.
    Value(Expr),
    /// `expect …`
    Expect(Claim),
    /// An order to the laboratory: `wire hold`, `step`.
    Lab(Order),
}

/// A command of the table with its arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The table's entry.
    pub command: &'static Command,
    /// One for each entry of `command.params`, in that order; `None` where the line gave none.
    pub args: Vec<Option<Arg>>,
}

impl Call {
    /// The argument of the parameter with this name, where the line gave one.
    pub fn arg(&self, param: &str) -> Option<&Arg> {
        let at = self.command.params.iter().position(|p| p.name == param)?;
        self.args.get(at)?.as_ref()
    }

    /// The expression given for the parameter with this name.
    pub fn expr(&self, param: &str) -> Option<&Expr> {
        self.arg(param).map(|arg| &arg.value)
    }
}

/// An argument and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Arg {
    /// What it is.
    pub value: Expr,
    /// Where it stands.
    pub span: Span,
}

/// Anything that may stand as an argument, already brought to the form that its parameter's kind wants:
/// `127.0.0.1:80`, `127.0.0.1 80`, `("127.0.0.1", 80)` and C's `{sa_family=AF_INET, …}` are all the same
/// `Expr::Address` at a parameter of kind `Address`.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// `NULL`, `None`.
    Null,
    /// A whole number. Where an argument is a switch, `True` and `on` are 1, `False` and `off` are 0.
    Int(i64),
    /// A number with a fraction, for timeouts.
    Float(f64),
    /// A text in quotes. May hold any Unicode; sent as UTF-8.
    Text(String),
    /// Bytes: `b"…"`, `0x…` at a parameter of kind `Data`, any string with `\xNN` above 7F.
    Bytes(Vec<u8>),
    /// `#100`: that many bytes (the alphabet, repeated).
    Fill(u64),
    /// `@file` at a parameter of kind `Data`.
    File(String),
    /// A bare word of the shell dialect: the variable of that name where there is one, the word itself otherwise.
    Word(String),
    /// A variable or a socket by name; an unknown one is an error.
    Name(String),
    /// A socket by descriptor number, at a parameter of kind `Socket`.
    Fd(i32),
    /// `.`: the socket last used.
    Last,
    /// A constant by its C name (`SOCK_STREAM`) with its value here, or Python's `True` and `False`.
    Const(&'static str, i64),
    /// Constants joined with `|`, as written, and their value.
    Flags(Vec<&'static str>, i64),
    /// An address.
    Address(Address),
    /// `(a, b)` or `[a, b]`.
    Tuple(Vec<Expr>),
    /// `s.local`, `s.peer`, `s.fd`, `s.state`, and Python's `s.family`, `s.type`, `s.proto`.
    Property(Box<Expr>, String),
    /// `addr[0]`.
    Index(Box<Expr>, Box<Expr>),
    /// A call whose result is the value: `print s.recv(1024)`, `(socket.gethostname(), 80)`.
    Call(Box<Call>),
    /// `x.decode("utf-8")`, `len(x)`, `str(x)`: a function of values, never a system call.
    Apply(Function, Vec<Expr>),
    /// `a + b`, `b"x" * 100`, and `a == b` in `expect`.
    Binary(Operator, Box<Expr>, Box<Expr>),
}

/// Functions of values that lab sheets use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Bytes to text. Where an encoding besides UTF-8 is named, it stands behind the value.
    Decode,
    /// Text to bytes, likewise.
    Encode,
    /// `struct.pack("!H", 80)`: the format, then the values.
    Pack,
    /// `struct.unpack("!H", data)`: the format, then the bytes.
    Unpack,
    /// `int.from_bytes(data, "big")`: the bytes, then their order.
    FromBytes,
    /// `x.to_bytes(4, "big")`: the number, how many bytes, and their order. The order `native` is C's `&x`, which may
    /// point to a text too; how many bytes is `Null` there where it is not said.
    ToBytes,
    /// How many bytes, characters or items.
    Len,
    /// To text, as Python's `str`.
    Str,
    /// To text, as Python's `repr`.
    Repr,
    /// To a number.
    Int,
    /// To bytes.
    Bytes,
    /// Without white space at both ends.
    Strip,
    /// In capitals.
    Upper,
    /// In small letters.
    Lower,
    /// Bytes as hexadecimal digits.
    Hex,
    /// `format(x, "04x")`, `f"{x:04x}"`, `"%04x" % x`: the value, and the form it is laid out in.
    Format,
    /// f"…{x}…" and "…".format(…): the pieces, joined.
    Join,
    /// `x[from:to]`: the value, then where the part begins and ends; `Null` where that is not said.
    Slice,
    /// C's `buf + n`: where the first is a text and the second a number, the text from there on; otherwise their sum.
    Behind,
    /// C's `memset(x, byte, n)`: what `x` is afterwards; all of it where `n` is `Null`.
    Fill,
    /// What a field `sin_port` holds: a number in network byte order to host byte order, anything else as it is.
    Ntohs,
    /// What a field `sin_addr` holds, likewise.
    Ntohl,
    /// The host of Python's `(host, port, flow, scope)` and C's `sin6_scope_id`: an IPv6 address, and the interface that
    /// it is meant at, as `fe80::1%eth0` has both (RFC 4007). The scope 0 is none.
    Scoped,
    /// A field of C's structures, by its name there: `peer.sin_port`, `res->ai_addr`.
    Field(&'static str),
    /// What a structure is after one of its fields was set: `addr.sin_port = htons(80)`. First the variable, a structure
    /// of zeros where it stands for nothing, then the value.
    WithField(&'static str),
    /// `if_nametoindex("lo")`: the number of a network interface, by if_nametoindex(3).
    Interface,
}

/// C's variable that holds why the last call that failed did: a number.
pub const ERRNO: &str = "errno";

/// Operators between values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// Python's `**`
    Pow,
    /// `&`, of bits
    And,
    /// `|`, likewise
    Or,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl Operator {
    /// Whether it says yes or no.
    pub fn compares(self) -> bool {
        matches!(
            self,
            Self::Eq | Self::Ne | Self::Lt | Self::Le | Self::Gt | Self::Ge
        )
    }
}

/// An address as written.
#[derive(Debug, Clone, PartialEq)]
pub enum Address {
    /// Host and port.
    Inet {
        /// Who.
        host: Host,
        /// Where there.
        port: Port,
    },
    /// A Unix socket's path.
    Path(String),
    /// A Unix socket's abstract name (`@name`), without the `@`.
    Abstract(Vec<u8>),
}

/// The host part of an address, in the forms of Python's socket module.
#[derive(Debug, Clone, PartialEq)]
pub enum Host {
    /// An empty string, `*`, `INADDR_ANY`, `in6addr_any`: any of this machine's addresses, in the socket's family.
    Any,
    /// `<broadcast>`, `INADDR_BROADCAST`.
    Broadcast,
    /// A dotted quad, an IPv6 address, a host name, a laboratory host.
    Name(String),
    /// An integer in host byte order.
    Number(u32),
    /// A variable or a call that gives one of these.
    Expr(Box<Expr>),
}

/// The port part of an address.
#[derive(Debug, Clone, PartialEq)]
pub enum Port {
    /// A number; a string of digits is one too.
    Number(u16),
    /// A service's name (`http`).
    Service(String),
    /// A variable or a call that gives one of these.
    Expr(Box<Expr>),
}

/// What `expect` states. Socket arguments are `Name`, `Fd` or `Last`.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// `expect ok`: the last call returned without error.
    Ok,
    /// `expect error ECONNREFUSED`, or one of several with `|`.
    Error(Vec<Errno>),
    /// `expect ret 16`
    Ret(Expr),
    /// `expect data "hello"`
    Data(Expr),
    /// `expect blocked`
    Blocked,
    /// `expect state s LISTEN`; several with `|`.
    State(Expr, Vec<TcpState>),
    /// `expect local s 127.0.0.1:80`
    Local(Expr, Expr),
    /// `expect peer s c.local`
    Peer(Expr, Expr),
    /// `expect backlog s 2`: connections waiting for accept.
    Backlog(Expr, Expr),
    /// `expect recvq s 20`
    RecvQ(Expr, Expr),
    /// `expect sendq s 0`
    SendQ(Expr, Expr),
    /// `expect ready s rw`; the letters of `rwx` that must be ready, and no others. `-` is none.
    Ready(Expr, String),
    /// `expect sockets 2`
    Sockets(Expr),
    /// `expect jobs 1`
    Jobs(Expr),
    /// `expect quiet 300ms`: nothing more happens for that long.
    Quiet(Duration),
    /// `expect packet 1 client SYN`: a packet of the laboratory, and all that must be true of it.
    Packet {
        /// Which one.
        which: Nth,
        /// Who sent it.
        host: Option<String>,
        /// What it is.
        marks: Vec<Mark>,
    },
    /// `expect packets client 3`: how many packets were sent, by that host where one is named.
    Packets {
        /// Who sent them.
        host: Option<String>,
        /// How many.
        count: Expr,
    },
    /// `expect fate 2 dropped`
    Fate(Nth, Fate),
    /// `expect retransmission of 1 timeout`: the packet was sent again, for that reason where one is named.
    Retransmission {
        /// The packet that was sent first.
        of: Nth,
        /// Why it was sent again.
        cause: Option<Cause>,
    },
    /// `expect window server 0`: the last window that the host announced, in bytes.
    Window(String, Expr),
    /// `expect held 2`: packets that the wire holds now.
    Held(Expr),
    /// `expect half-open s 3`: connections of this listener whose handshake is not over (SYN_RECV).
    HalfOpen(Expr, Expr),
    /// `expect x == 3`: a comparison of values.
    True(Expr),
}

impl Claim {
    /// The first word after `expect`.
    pub const WORDS: [&'static str; claims::CLAIMS.len()] = claims::words();

    /// Whether it is about the laboratory's packets.
    pub fn needs_lab(&self) -> bool {
        matches!(
            self,
            Self::Packet { .. }
                | Self::Packets { .. }
                | Self::Fate(..)
                | Self::Retransmission { .. }
                | Self::Window(..)
                | Self::Held(_)
        )
    }
}

/// Which packet a claim is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Nth {
    /// The one with this number.
    Number(Expr),
    /// The last that was sent.
    Last,
}

/// One thing that is claimed of a packet.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// `SYN,ACK`: a TCP segment with exactly these flags.
    Flags(TcpFlags),
    /// `udp`
    Udp,
    /// `icmp`: ICMP or ICMPv6.
    Icmp,
    /// `fragment`: a part of an IP packet.
    Fragment,
    /// `data`: it carries payload.
    Data,
    /// `seq 1`: the relative sequence number. `seq 1:6`, as it is shown: and that behind the last byte of payload.
    Seq(Expr, Option<Expr>),
    /// `ack 1`: the relative acknowledgment number.
    Ack(Expr),
    /// `len 0`: bytes of payload.
    Len(Expr),
    /// `win 0`: the window in bytes.
    Win(Expr),
    /// `mss 1460`: the option of a SYN.
    Mss(Expr),
    /// `info "port unreachable"`: its description has these words.
    Info(String),
}

impl Mark {
    /// Its words, the flags of a segment left out. Those from `seq` on are followed by a value.
    pub const WORDS: [&'static str; 10] = [
        "udp", "icmp", "fragment", "data", "seq", "ack", "len", "win", "mss", "info",
    ];
}
