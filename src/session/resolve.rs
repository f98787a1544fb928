//! Library calls of the sockets API: names, byte orders, error texts. They make no system call on a socket.

use super::prepared::{Prepared, Refusal, Yield};
use super::value::Value;
use super::{NotYet, Session, make, notation};
use crate::errno::Errno;
use crate::event::Addr;
use crate::lang::ast::{Call, Expr};
use crate::sys::names;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A library call and its value.
fn answered(command: &'static str, args: &str, shown: &str, value: Value) -> Prepared {
    make::made(
        command,
        notation::library(command, args, shown, None),
        Ok(Yield::Value(value)),
    )
}

fn failed(command: &'static str, args: &str, errno: Errno) -> Prepared {
    let result = format!("-1 {errno} ({})", errno.message());
    make::made(
        command,
        notation::library(command, args, result, Some(errno)),
        Err(errno),
    )
}

/// gethostname(2): glibc reads it with uname(2).
pub fn gethostname(session: &mut Session, _: &Call) -> Result<Prepared, NotYet> {
    let name = session.networks.here().name();
    let shown = notation::buffer(name.as_bytes());
    Ok(answered(
        "gethostname",
        &format!("{shown}, 64"),
        "0",
        Value::Text(name),
    ))
}

/// gethostbyname(3): the first IPv4 address.
pub fn gethostbyname(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let name = session.arg(call, "name", Session::text)?;
    let ip = match name.as_str() {
        "" => Ipv4Addr::UNSPECIFIED.into(),
        "<broadcast>" => Ipv4Addr::BROADCAST.into(),
        _ => session.look_up(&name, Some(libc::AF_INET))?,
    };
    if ip.is_ipv6() {
        return Err(Refusal::new(format!(
            "gethostbyname() knows only IPv4, and `{name}` is an IPv6 address"
        ))
        .help(format!("getaddrinfo {name} 80"))
        .into());
    }
    let args = notation::buffer(name.as_bytes());
    Ok(answered(
        "gethostbyname",
        &args,
        &format!("\"{ip}\""),
        Value::Text(ip.to_string()),
    ))
}

/// getaddrinfo(3): a tuple for each answer: family, type, protocol, canonical name, address.
pub fn getaddrinfo(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    // A variable may hold None, as an argument may be it: no host at all.
    let text = |session: &Session, expr: &Expr| match session.value(expr)? {
        Value::None => Ok(String::new()),
        _ => session.text(expr),
    };
    let node = session
        .maybe(call, "node", text)?
        .filter(|node| !node.is_empty());
    let service = session
        .maybe(call, "service", text)?
        .filter(|service| !service.is_empty());
    let family = session
        .maybe(call, "family", Session::c_int)?
        .unwrap_or(libc::AF_UNSPEC);
    let kind = session.maybe(call, "type", Session::c_int)?.unwrap_or(0);
    let protocol = session
        .maybe(call, "protocol", Session::c_int)?
        .unwrap_or(0);
    let flags = session.maybe(call, "flags", Session::c_int)?.unwrap_or(0);
    let quoted = |text: &Option<String>| {
        text.as_ref().map_or_else(
            || "NULL".to_owned(),
            |text| notation::buffer(text.as_bytes()),
        )
    };
    let hints = format!(
        "{{{}ai_family={}, ai_socktype={}, ai_protocol={protocol}}}",
        ai_flags(flags),
        notation::domain(family),
        if kind == 0 {
            "0".to_owned()
        } else {
            notation::kind(kind).into_owned()
        },
    );
    let args = format!("{}, {}, {hints}", quoted(&node), quoted(&service));
    let known = node
        .as_deref()
        .and_then(|name| session.networks.host(name, family == libc::AF_INET6));
    let node = known.map(|ip| ip.to_string()).or(node);
    let found = session.resolve(
        node.as_deref(),
        service.as_deref(),
        [family, kind, protocol, flags],
    )?;
    Ok(told(&args, found))
}

/// What getaddrinfo answered.
fn told(args: &str, found: Result<Vec<names::Resolved>, (i32, Errno)>) -> Prepared {
    match found {
        Ok(found) => {
            let shown = found.iter().map(one_answer).collect::<Vec<_>>().join(", ");
            let each = |one: &names::Resolved| {
                let numbers = [one.family, one.kind, one.protocol].map(|n| Value::Int(n.into()));
                // As in Python, whose fourth is the canonical name: empty, unless it was asked for.
                let rest = [Value::Text(String::new()), Value::Addr(one.addr.clone())];
                Value::Tuple(numbers.into_iter().chain(rest).collect())
            };
            answered(
                "getaddrinfo",
                &format!("{args}, [{shown}]"),
                "0",
                Value::Tuple(found.iter().map(each).collect()),
            )
        }
        Err((code, errno)) => {
            let result = format!("{} ({})", eai(code), names::gai_message(code));
            let errno = if code == libc::EAI_SYSTEM {
                errno
            } else {
                Errno(libc::ENOENT)
            };
            make::made(
                "getaddrinfo",
                notation::library("getaddrinfo", args, result, Some(errno)),
                Err(errno),
            )
        }
    }
}

/// `ai_flags=AI_PASSIVE, `, where there are any.
fn ai_flags(flags: i32) -> String {
    let names = [
        ("AI_PASSIVE", libc::AI_PASSIVE),
        ("AI_NUMERICHOST", libc::AI_NUMERICHOST),
        ("AI_NUMERICSERV", libc::AI_NUMERICSERV),
        ("AI_ADDRCONFIG", libc::AI_ADDRCONFIG),
    ];
    match flags {
        0 => String::new(),
        _ => format!("ai_flags={}, ", notation::flags(flags, &names)),
    }
}

fn one_answer(one: &names::Resolved) -> String {
    let [family, kind] = [notation::domain(one.family), notation::kind(one.kind)];
    format!(
        "{{{family}, {kind}, {}, {}}}",
        notation::protocol(one.family, one.protocol),
        one.addr
    )
}

fn eai(code: i32) -> String {
    let name = match code {
        libc::EAI_AGAIN => "EAI_AGAIN",
        libc::EAI_BADFLAGS => "EAI_BADFLAGS",
        libc::EAI_FAIL => "EAI_FAIL",
        libc::EAI_FAMILY => "EAI_FAMILY",
        libc::EAI_MEMORY => "EAI_MEMORY",
        libc::EAI_NONAME => "EAI_NONAME",
        libc::EAI_SERVICE => "EAI_SERVICE",
        libc::EAI_SOCKTYPE => "EAI_SOCKTYPE",
        libc::EAI_SYSTEM => "EAI_SYSTEM",
        #[cfg(target_os = "linux")]
        libc::EAI_NODATA => "EAI_NODATA",
        other => return other.to_string(),
    };
    name.to_owned()
}

/// inet_pton(3): text to the bytes that travel; 0 where the text is no address.
pub fn inet_pton(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let family = session.arg(call, "af", Session::c_int)?;
    let text = session.arg(call, "src", Session::text)?;
    let args = format!(
        "{}, {}",
        notation::domain(family),
        notation::buffer(text.as_bytes())
    );
    let bytes = match family {
        libc::AF_INET => text.parse::<Ipv4Addr>().ok().map(|ip| ip.octets().to_vec()),
        libc::AF_INET6 => text.parse::<Ipv6Addr>().ok().map(|ip| ip.octets().to_vec()),
        _ => return Ok(failed("inet_pton", &args, Errno(libc::EAFNOSUPPORT))),
    };
    Ok(match bytes {
        Some(bytes) => {
            let shown = format!("{args}, {}", notation::buffer(&bytes));
            answered("inet_pton", &shown, "1", Value::Bytes(bytes))
        }
        None => answered("inet_pton", &format!("{args}, dst"), "0", Value::None),
    })
}

/// inet_ntop(3): bytes to text.
pub fn inet_ntop(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let family = session.arg(call, "af", Session::c_int)?;
    let bytes = session.arg(call, "src", |session, expr| match session.value(expr)? {
        Value::Int(n) if family == libc::AF_INET => match u32::try_from(n) {
            Ok(n) => Ok(n.to_ne_bytes().to_vec()),
            Err(_) => {
                Err(Refusal::new(format!("{n} does not fit an IPv4 address (32 bits)")).into())
            }
        },
        Value::Addr(Addr::Inet(addr)) => Ok(match addr.ip() {
            IpAddr::V4(ip) => ip.octets().to_vec(),
            IpAddr::V6(ip) => ip.octets().to_vec(),
        }),
        _ => session.bytes(expr),
    })?;
    let args = format!("{}, {}", notation::domain(family), notation::buffer(&bytes));
    let ip: Option<IpAddr> = match family {
        libc::AF_INET => <[u8; 4]>::try_from(bytes.as_slice()).ok().map(IpAddr::from),
        libc::AF_INET6 => <[u8; 16]>::try_from(bytes.as_slice())
            .ok()
            .map(IpAddr::from),
        _ => return Ok(failed("inet_ntop", &args, Errno(libc::EAFNOSUPPORT))),
    };
    match ip {
        Some(ip) => Ok(answered(
            "inet_ntop",
            &args,
            &format!("\"{ip}\""),
            Value::Text(ip.to_string()),
        )),
        None => Err(Refusal::new(format!(
            "{} bytes are no address of this family",
            bytes.len()
        ))
        .help("4 bytes for AF_INET, 16 for AF_INET6")
        .into()),
    }
}

/// A number that must fit the width of a byte-order call.
fn width(session: &Session, call: &Call, param: &str, most: i64) -> Result<i64, NotYet> {
    let n = session.arg(call, param, Session::int)?;
    if (0..=most).contains(&n) {
        return Ok(n);
    }
    Err(Refusal::new(format!("{n} does not fit: from 0 to {most}")).into())
}

fn swap16(
    session: &Session,
    call: &Call,
    command: &'static str,
    param: &str,
) -> Result<Prepared, NotYet> {
    let n = width(session, call, param, 0xffff)?;
    let swapped = i64::from((n as u16).to_be());
    Ok(answered(
        command,
        &n.to_string(),
        &format!("{swapped} ({n:#06x} -> {swapped:#06x})"),
        Value::Int(swapped),
    ))
}

fn swap32(
    session: &Session,
    call: &Call,
    command: &'static str,
    param: &str,
) -> Result<Prepared, NotYet> {
    let n = width(session, call, param, 0xffff_ffff)?;
    let swapped = i64::from((n as u32).to_be());
    Ok(answered(
        command,
        &n.to_string(),
        &format!("{swapped} ({n:#010x} -> {swapped:#010x})"),
        Value::Int(swapped),
    ))
}

/// htons(3)
pub fn htons(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    swap16(session, call, "htons", "hostshort")
}

/// ntohs(3)
pub fn ntohs(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    swap16(session, call, "ntohs", "netshort")
}

/// htonl(3)
pub fn htonl(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    swap32(session, call, "htonl", "hostlong")
}

/// ntohl(3)
pub fn ntohl(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    swap32(session, call, "ntohl", "netlong")
}

/// strerror(3)
pub fn strerror(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let errno = session.arg(call, "errnum", |session, expr| {
        match session.value(expr)? {
            Value::Text(name) => Errno::named(&name.to_ascii_uppercase())
                .ok_or_else(|| Refusal::new(format!("`{name}` is no error's name here")).into()),
            _ => session.c_int(expr).map(Errno),
        }
    })?;
    let message = errno.message();
    let shown = format!("\"{message}\"");
    let name = match errno {
        // Success has no name.
        Errno(0) => "0".to_owned(),
        errno => errno.name(),
    };
    Ok(answered("strerror", &name, &shown, Value::Text(message)))
}

/// perror(3): the last call's errno, after a text.
pub fn perror(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let prefix = session.maybe(call, "s", Session::text)?;
    let message = session.last_errno.unwrap_or(Errno(0)).message();
    let text = match prefix.filter(|prefix| !prefix.is_empty()) {
        Some(prefix) => format!("{prefix}: {message}"),
        None => message,
    };
    let shown = format!("\"{text}\"");
    Ok(answered("perror", "", &shown, Value::Text(text)))
}
