//! System calls in strace's notation (strace 6.1): what `Line 1` of every answer is.
//! Where strace prints a pointer, because the kernel filled nothing in, the buffer's name stands instead.

use crate::errno::Errno;
use crate::event::{Addr, Syscall};
use crate::sys::addr::push_ipv4;
use crate::sys::call::Filled;
use crate::text::escape::strace;
use std::borrow::Cow;
use std::fmt::{Display, Write};
use std::net::SocketAddr;

/// How many bytes of a string strace prints.
const STRING_LIMIT: usize = 32;

/// The arguments of a call, in order, with commas between. Every call has some, and the formatter would take longer over
/// them than the kernel over the call.
#[derive(Debug, Default)]
pub struct Args(String);

impl Args {
    /// None yet, with room for what most calls have.
    pub fn with_room() -> Self {
        Self(String::with_capacity(96))
    }

    /// Those of a call on this descriptor.
    pub fn on(fd: i32) -> Self {
        Self::with_room().number(fd)
    }

    /// One more, as it is.
    #[must_use]
    pub fn text(mut self, arg: &str) -> Self {
        if !self.0.is_empty() {
            self.0.push_str(", ");
        }
        self.0.push_str(arg);
        self
    }

    /// One more: a number.
    #[must_use]
    pub fn number(self, arg: impl itoa::Integer) -> Self {
        self.text(itoa::Buffer::new().format(arg))
    }

    /// All of them.
    pub fn finish(self) -> String {
        self.0
    }
}

/// A finished call: `bind(3, …, 16) = 0`, `… = -1 EINVAL (Invalid argument)`.
pub fn finished(
    command: &'static str,
    name: &'static str,
    args: impl Display,
    result: Result<i64, Errno>,
) -> Syscall {
    finished_with(command, name, args, result, "")
}

/// A finished call with what strace adds after the result (`(Timeout)`, `(in [3])`).
pub fn finished_with(
    command: &'static str,
    name: &'static str,
    args: impl Display,
    result: Result<i64, Errno>,
    tail: &str,
) -> Syscall {
    let mut text = String::with_capacity(96);
    text.push_str(name);
    text.push('(');
    // Writing to a String cannot fail, here and below.
    let _ = write!(text, "{args}");
    text.push_str(") = ");
    let (ret, errno) = match result {
        Ok(ret) => {
            text.push_str(itoa::Buffer::new().format(ret));
            (ret, None)
        }
        Err(errno) => {
            let _ = write!(text, "-1 {errno} ({})", errno.message());
            (-1, Some(errno))
        }
    };
    if !tail.is_empty() {
        text.push(' ');
        text.push_str(tail);
    }
    Syscall {
        name,
        command,
        text,
        ret: Some(ret),
        errno,
        library: false,
    }
}

/// A call before it returns. Most return at once, so it is put into words only where it sleeps.
#[derive(Debug)]
pub struct Asleep {
    command: &'static str,
    name: &'static str,
    args: String,
}

impl Asleep {
    /// `accept(3, …) = ?`
    pub fn shown(self) -> Syscall {
        let Self {
            command,
            name,
            args,
        } = self;
        Syscall {
            name,
            command,
            text: format!("{name}({args}) = ?"),
            ret: None,
            errno: None,
            library: false,
        }
    }
}

/// A call that may sleep with these arguments.
pub fn asleep(command: &'static str, name: &'static str, args: impl Display) -> Asleep {
    Asleep {
        command,
        name,
        args: args.to_string(),
    }
}

/// A library call that makes no system call, or several that are not shown.
pub fn library(
    command: &'static str,
    args: impl Display,
    result: impl Display,
    errno: Option<Errno>,
) -> Syscall {
    let result = result.to_string();
    let number = result.split(' ').next().and_then(|word| word.parse().ok());
    Syscall {
        name: command,
        command,
        text: format!("{command}({args}) = {result}"),
        ret: Some(if errno.is_some() {
            -1
        } else {
            number.unwrap_or(0)
        }),
        errno,
        library: true,
    }
}

/// Bytes as strace prints a string.
pub fn buffer(bytes: &[u8]) -> String {
    strace(bytes, STRING_LIMIT)
}

/// An address that is handed to the kernel.
pub fn addr(addr: &Addr) -> String {
    match addr {
        Addr::Inet(SocketAddr::V4(v4)) => {
            let mut text = String::with_capacity(80);
            text.push_str("{sa_family=AF_INET, sin_port=htons(");
            text.push_str(itoa::Buffer::new().format(v4.port()));
            text.push_str("), sin_addr=inet_addr(\"");
            push_ipv4(&mut text, *v4.ip());
            text.push_str("\")}");
            text
        }
        Addr::Inet(SocketAddr::V6(v6)) => format!(
            "{{sa_family=AF_INET6, sin6_port=htons({}), sin6_flowinfo=htonl({}), inet_pton(AF_INET6, \"{}\", &sin6_addr), \
             sin6_scope_id={}}}",
            v6.port(),
            v6.flowinfo(),
            v6.ip(),
            interface(v6.scope_id()),
        ),
        Addr::Path(path) => {
            let bytes = std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str());
            format!(
                "{{sa_family=AF_UNIX, sun_path={}}}",
                strace(bytes, usize::MAX)
            )
        }
        Addr::Abstract(name) => format!(
            "{{sa_family=AF_UNIX, sun_path=@{}}}",
            strace(name, usize::MAX)
        ),
        Addr::Unnamed => "{sa_family=AF_UNIX}".to_owned(),
    }
}

/// An interface index as strace prints it.
pub fn interface(index: u32) -> String {
    match crate::sys::names::interface_name(index) {
        Some(name) => format!("if_nametoindex(\"{name}\")"),
        None => index.to_string(),
    }
}

/// An address buffer that the kernel filled, and its length: `{…}, [16]`, `{…}, [110 => 8]`.
pub fn filled(filled: &Filled) -> String {
    if filled.given == 0 {
        return "NULL, NULL".to_owned();
    }
    let mut addr = filled.addr.as_ref().map_or_else(|| "addr".to_owned(), addr);
    if filled.given == filled.filled {
        addr.push_str(", [");
        addr.push_str(itoa::Buffer::new().format(filled.given));
        addr.push(']');
        addr
    } else {
        format!("{addr}, [{} => {}]", filled.given, filled.filled)
    }
}

/// An address buffer that a failed call left alone.
pub fn unfilled(given: u32) -> String {
    if given == 0 {
        "NULL, NULL".to_owned()
    } else {
        format!("addr, [{given}]")
    }
}

/// Flags by name, joined with `|`, in the order of their bits; `0` where there are none; the rest as hex.
pub fn flags(value: i32, names: &[(&str, i32)]) -> String {
    if value == 0 {
        return "0".to_owned();
    }
    let mut rest = value;
    let mut known: Vec<&(&str, i32)> = names
        .iter()
        .filter(|(_, bit)| *bit != 0 && value & bit == *bit)
        .collect();
    known.sort_by_key(|(_, bit)| *bit);
    let mut words: Vec<String> = Vec::new();
    for (name, bit) in known {
        words.push((*name).to_owned());
        rest &= !bit;
    }
    if rest != 0 {
        words.push(format!("{rest:#x}"));
    }
    words.join("|")
}

/// The flags of send(2) and recv(2).
pub fn msg_flags(value: i32) -> Cow<'static, str> {
    match value {
        0 => "0".into(),
        some => flags(some, MSG_FLAGS).into(),
    }
}

const MSG_FLAGS: &[(&str, i32)] = &[
    ("MSG_OOB", libc::MSG_OOB),
    ("MSG_PEEK", libc::MSG_PEEK),
    ("MSG_DONTROUTE", libc::MSG_DONTROUTE),
    ("MSG_TRUNC", libc::MSG_TRUNC),
    ("MSG_DONTWAIT", libc::MSG_DONTWAIT),
    ("MSG_EOR", libc::MSG_EOR),
    ("MSG_WAITALL", libc::MSG_WAITALL),
    ("MSG_NOSIGNAL", libc::MSG_NOSIGNAL),
    #[cfg(target_os = "linux")]
    ("MSG_CONFIRM", libc::MSG_CONFIRM),
    #[cfg(target_os = "linux")]
    ("MSG_ERRQUEUE", libc::MSG_ERRQUEUE),
    #[cfg(target_os = "linux")]
    ("MSG_MORE", libc::MSG_MORE),
];

/// `AF_INET` …
pub fn domain(value: i32) -> Cow<'static, str> {
    match value {
        libc::AF_INET => "AF_INET".into(),
        libc::AF_INET6 => "AF_INET6".into(),
        libc::AF_UNIX => "AF_UNIX".into(),
        libc::AF_UNSPEC => "AF_UNSPEC".into(),
        #[cfg(target_os = "linux")]
        libc::AF_PACKET => "AF_PACKET".into(),
        #[cfg(target_os = "linux")]
        libc::AF_NETLINK => "AF_NETLINK".into(),
        other => format!("{other:#x} /* AF_??? */").into(),
    }
}

/// `SOCK_STREAM|SOCK_NONBLOCK` …
pub fn kind(value: i32) -> Cow<'static, str> {
    #[cfg(target_os = "linux")]
    let bits = value & (libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC);
    #[cfg(not(target_os = "linux"))]
    let bits = 0;
    let base: Cow<'static, str> = match value & !bits {
        libc::SOCK_STREAM => "SOCK_STREAM".into(),
        libc::SOCK_DGRAM => "SOCK_DGRAM".into(),
        libc::SOCK_RAW => "SOCK_RAW".into(),
        libc::SOCK_SEQPACKET => "SOCK_SEQPACKET".into(),
        libc::SOCK_RDM => "SOCK_RDM".into(),
        other => format!("{other:#x} /* SOCK_??? */").into(),
    };
    #[cfg(target_os = "linux")]
    if bits != 0 {
        // strace prints SOCK_CLOEXEC before SOCK_NONBLOCK.
        let cloexec = if bits & libc::SOCK_CLOEXEC != 0 {
            "|SOCK_CLOEXEC"
        } else {
            ""
        };
        let nonblock = if bits & libc::SOCK_NONBLOCK != 0 {
            "|SOCK_NONBLOCK"
        } else {
            ""
        };
        return format!("{base}{cloexec}{nonblock}").into();
    }
    base
}

/// `IPPROTO_TCP` … for the Internet families, a bare number for the others.
pub fn protocol(domain: i32, value: i32) -> Cow<'static, str> {
    if !matches!(domain, libc::AF_INET | libc::AF_INET6) {
        return value.to_string().into();
    }
    match value {
        libc::IPPROTO_IP => "IPPROTO_IP".into(),
        libc::IPPROTO_ICMP => "IPPROTO_ICMP".into(),
        libc::IPPROTO_TCP => "IPPROTO_TCP".into(),
        libc::IPPROTO_UDP => "IPPROTO_UDP".into(),
        libc::IPPROTO_ICMPV6 => "IPPROTO_ICMPV6".into(),
        libc::IPPROTO_RAW => "IPPROTO_RAW".into(),
        #[cfg(target_os = "linux")]
        libc::IPPROTO_SCTP => "IPPROTO_SCTP".into(),
        other => format!("{other:#x} /* IPPROTO_??? */").into(),
    }
}

/// `SHUT_WR` …
pub fn how(value: i32) -> String {
    match value {
        libc::SHUT_RD => "SHUT_RD".to_owned(),
        libc::SHUT_WR => "SHUT_WR".to_owned(),
        libc::SHUT_RDWR => "SHUT_RDWR".to_owned(),
        other => format!("{other:#x} /* SHUT_??? */"),
    }
}

/// The file status flags of F_GETFL and F_SETFL.
pub fn file_flags(value: i32) -> String {
    let names = [
        ("O_APPEND", libc::O_APPEND),
        ("O_NONBLOCK", libc::O_NONBLOCK),
        ("O_ASYNC", libc::O_ASYNC),
    ];
    let access = match value & libc::O_ACCMODE {
        libc::O_RDONLY => "O_RDONLY",
        libc::O_WRONLY => "O_WRONLY",
        _ => "O_RDWR",
    };
    match flags(value & !libc::O_ACCMODE & !libc::O_CLOEXEC, &names).as_str() {
        "0" => access.to_owned(),
        rest => format!("{access}|{rest}"),
    }
}

/// The events of poll(2).
pub fn poll_events(value: i16) -> String {
    flags(
        i32::from(value),
        &[
            ("POLLIN", i32::from(libc::POLLIN)),
            ("POLLPRI", i32::from(libc::POLLPRI)),
            ("POLLOUT", i32::from(libc::POLLOUT)),
            ("POLLERR", i32::from(libc::POLLERR)),
            ("POLLHUP", i32::from(libc::POLLHUP)),
            ("POLLNVAL", i32::from(libc::POLLNVAL)),
            #[cfg(target_os = "linux")]
            ("POLLRDHUP", i32::from(libc::POLLRDHUP)),
        ],
    )
}
