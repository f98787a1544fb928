//! C's structures as variables: an address that is filled in field by field, hints and answers of getaddrinfo(3), times,
//! and what some options take.
//!
//! Fields hold what C has in memory: a port and an IPv4 address are in network byte order, so that what a missing
//! htons() does can be seen.

use super::prepared::Refusal;
use super::value::Value;
use super::{NotYet, Session};
use crate::event::Addr;
use crate::lang::ast::Expr;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

impl Session {
    /// What a variable is after `addr.sin_port = value`. One that stands for nothing yet is a structure of zeros.
    pub(super) fn with_field(&self, field: &str, args: &[Expr]) -> Result<Value, NotYet> {
        let [of, value] = args else {
            return Err(Refusal::new("a field is given one value").into());
        };
        let of = match of {
            Expr::Word(name) if !self.knows(name) => Value::None,
            known => self.value(known)?,
        };
        let value = self.value(value)?.counted();
        Ok(match field {
            "sun_path" => Value::Addr(self.unix_path(&path(&value)?)?),
            _ => set(&of, field, &value)?,
        })
    }
}

/// A structure with a field set.
fn set(of: &Value, field: &str, value: &Value) -> Result<Value, Refusal> {
    let n = || whole(field, value);
    if let Some((at, of_how_many)) = place(field) {
        return with_part(of, field, at, of_how_many, value);
    }
    match field {
        // A struct in_addr alone.
        "s_addr" => match of {
            Value::None | Value::Bytes(_) => {
                Ok(Value::Bytes(ipv4(field, value)?.octets().to_vec()))
            }
            other => Err(no_field(other, field)),
        },
        "tv_sec" => time(n()?, seconds_of(of, field)?.fract()),
        "tv_usec" => time(seconds_of(of, field)?.trunc() as i64, n()? as f64 / 1e6),
        _ => with_address(of, field, value),
    }
}

/// A structure for an address with a field set. Until its family is set, it is one of zeros: AF_UNSPEC.
fn with_address(of: &Value, field: &str, value: &Value) -> Result<Value, Refusal> {
    let n = || whole(field, value);
    let fresh = || match field.split('_').next() {
        Some("sin6") => Addr::Inet(SocketAddrV6::new(Ipv6Addr::UNSPECIFIED, 0, 0, 0).into()),
        Some("sun") => Addr::Unnamed,
        _ => Addr::Inet(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0).into()),
    };
    let (mut addr, named) = match of {
        Value::None => (fresh(), false),
        Value::Addr(addr) => (addr.clone(), true),
        Value::Blank(addr) => (addr.clone(), false),
        other => return Err(no_field(other, field)),
    };
    let finished = |addr| match named {
        true => Value::Addr(addr),
        false => Value::Blank(addr),
    };
    match (field, &mut addr) {
        ("sin_family" | "sin6_family" | "sun_family" | "ss_family" | "sa_family", addr) => {
            return of_family(addr, n()?);
        }
        ("sin_port", Addr::Inet(at @ SocketAddr::V4(_)))
        | ("sin6_port", Addr::Inet(at @ SocketAddr::V6(_))) => {
            at.set_port(u16::from_be(in_range(field, n()?)?));
        }
        ("sin_addr" | "sin_addr.s_addr", Addr::Inet(at @ SocketAddr::V4(_))) => {
            at.set_ip(ipv4(field, value)?.into());
        }
        ("sin6_addr", Addr::Inet(at @ SocketAddr::V6(_))) => at.set_ip(ipv6(value)?.into()),
        ("sin6_scope_id", Addr::Inet(SocketAddr::V6(at))) => {
            at.set_scope_id(in_range(field, n()?)?);
        }
        ("sin6_flowinfo", Addr::Inet(SocketAddr::V6(at))) => {
            at.set_flowinfo(u32::from_be(in_range(field, n()?)?));
        }
        _ => return Err(no_field(of, field)),
    }
    Ok(finished(addr))
}

/// The structure with its family set: an address from now on, or with AF_UNSPEC none any more.
fn of_family(addr: &Addr, family: i64) -> Result<Value, Refusal> {
    let own = i64::from(family_of(addr));
    match family {
        0 => Ok(Value::Blank(addr.clone())),
        _ if family == own => Ok(Value::Addr(addr.clone())),
        _ => {
            let (structure, name) = match addr {
                Addr::Inet(SocketAddr::V4(_)) => ("sockaddr_in", "AF_INET"),
                Addr::Inet(SocketAddr::V6(_)) => ("sockaddr_in6", "AF_INET6"),
                _ => ("sockaddr_un", "AF_UNIX"),
            };
            Err(
                Refusal::new(format!("a struct {structure} holds addresses of {name}"))
                    .help("the fields of IPv6 begin with sin6_, those of Unix sockets with sun_"),
            )
        }
    }
}

/// `AF_…` of an address.
fn family_of(addr: &Addr) -> i32 {
    match addr {
        Addr::Inet(SocketAddr::V4(_)) => libc::AF_INET,
        Addr::Inet(SocketAddr::V6(_)) => libc::AF_INET6,
        _ => libc::AF_UNIX,
    }
}

/// What a field holds: `peer.sin_port`, `res->ai_addr`.
///
/// # Errors
/// Where the value has no such field.
pub(super) fn field(of: &Value, field: &str) -> Result<Value, Refusal> {
    if field.starts_with("ai_") {
        return of_answer(of, field);
    }
    if let (Some((at, _)), Value::Tuple(items)) = (place(field), of) {
        return items.get(at).cloned().ok_or_else(|| no_field(of, field));
    }
    if let (Some("h"), Value::Text(host)) = (field.split('_').next(), of) {
        return of_host(host, field);
    }
    match field {
        "s_addr" => {
            let number = u32::from(ipv4(field, of).map_err(|_| no_field(of, field))?);
            return Ok(Value::Int(number.to_be().into()));
        }
        "tv_sec" => return Ok(Value::Int(seconds_of(of, field)?.trunc() as i64)),
        "tv_usec" => {
            let part = seconds_of(of, field)?.fract() * 1e6;
            return Ok(Value::Int(part.round() as i64));
        }
        _ => {}
    }
    let (addr, family) = match of {
        Value::Addr(addr) => (addr, family_of(addr)),
        Value::Blank(addr) => (addr, libc::AF_UNSPEC),
        other => return Err(no_field(other, field)),
    };
    Ok(match (field, addr) {
        ("sa_family" | "ss_family", _)
        | ("sin_family", Addr::Inet(SocketAddr::V4(_)))
        | ("sin6_family", Addr::Inet(SocketAddr::V6(_)))
        | ("sun_family", Addr::Path(_) | Addr::Abstract(_) | Addr::Unnamed) => {
            Value::Int(family.into())
        }
        ("sin_port", Addr::Inet(at @ SocketAddr::V4(_)))
        | ("sin6_port", Addr::Inet(at @ SocketAddr::V6(_))) => Value::Int(at.port().to_be().into()),
        ("sin_addr.s_addr", Addr::Inet(SocketAddr::V4(at))) => {
            Value::Int(u32::from(*at.ip()).to_be().into())
        }
        ("sin_addr", Addr::Inet(SocketAddr::V4(at))) => Value::Bytes(at.ip().octets().to_vec()),
        ("sin_zero", Addr::Inet(SocketAddr::V4(_))) => Value::Bytes(vec![0; 8]),
        ("sin6_addr", Addr::Inet(SocketAddr::V6(at))) => Value::Bytes(at.ip().octets().to_vec()),
        ("sin6_scope_id", Addr::Inet(SocketAddr::V6(at))) => Value::Int(at.scope_id().into()),
        ("sin6_flowinfo", Addr::Inet(SocketAddr::V6(at))) => {
            Value::Int(at.flowinfo().to_be().into())
        }
        ("sun_path", Addr::Path(path)) => Value::Text(path.to_string_lossy().into_owned()),
        ("sun_path", Addr::Abstract(name)) => Value::Bytes([b"\0", name.as_slice()].concat()),
        ("sun_path", Addr::Unnamed) => Value::Text(String::new()),
        _ => return Err(no_field(of, field)),
    })
}

/// What a field of `struct addrinfo` holds: of the hints, or of an answer of getaddrinfo(3), which is five parts here. Of
/// a list of answers it is the first one's.
fn of_answer(of: &Value, field: &str) -> Result<Value, Refusal> {
    let Value::Tuple(all) = of else {
        return Err(no_field(of, field));
    };
    let (items, rest) = match all.as_slice() {
        [Value::Tuple(first), rest @ ..] => (first, rest),
        _ => (all, &[][..]),
    };
    let part = |at: usize| items.get(at).cloned().ok_or_else(|| no_field(of, field));
    match (field, items.len()) {
        ("ai_next", 5) if rest.is_empty() => Ok(Value::None),
        ("ai_next", 5) => Ok(Value::Tuple(rest.to_vec())),
        ("ai_addr", 5) => part(4),
        ("ai_canonname", 5) => part(3),
        ("ai_addrlen", 5) => match part(4)? {
            Value::Addr(addr) => Ok(Value::Int(super::table::addr_len(family_of(&addr)).into())),
            _ => Err(no_field(of, field)),
        },
        ("ai_flags", 5) => Ok(Value::Int(0)),
        _ => part(place(field).ok_or_else(|| no_field(of, field))?.0),
    }
}

/// What a field of `struct hostent` holds: gethostbyname(3) gives an address here.
fn of_host(host: &str, field: &str) -> Result<Value, Refusal> {
    let no_host = |_| Refusal::new(format!("{field} is of what gethostbyname() gives"));
    let bytes = match host.parse::<IpAddr>().map_err(no_host)? {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    Ok(match field {
        "h_length" => Value::Int(bytes.len() as i64),
        "h_addr_list" => Value::Tuple(vec![Value::Bytes(bytes)]),
        _ => Value::Bytes(bytes),
    })
}

/// What memset(3) with 0 makes of a structure.
pub(super) fn zeroed(of: &Value) -> Option<Value> {
    Some(match of {
        Value::Addr(addr) | Value::Blank(addr) => Value::Blank(match addr {
            Addr::Inet(SocketAddr::V4(_)) => Addr::Inet((Ipv4Addr::UNSPECIFIED, 0).into()),
            Addr::Inet(SocketAddr::V6(_)) => Addr::Inet((Ipv6Addr::UNSPECIFIED, 0).into()),
            _ => Addr::Unnamed,
        }),
        Value::Tuple(items) if items.iter().all(|item| matches!(item, Value::Int(_))) => {
            Value::Tuple(vec![Value::Int(0); items.len()])
        }
        _ => return None,
    })
}

/// The place of a field in a structure that is a tuple here, and how many parts that has.
fn place(field: &str) -> Option<(usize, usize)> {
    Some(match field {
        "ai_family" => (0, 4),
        "ai_socktype" => (1, 4),
        "ai_protocol" => (2, 4),
        "ai_flags" => (3, 4),
        "l_onoff" | "imr_multiaddr" => (0, 2),
        "l_linger" | "imr_interface" => (1, 2),
        _ => return None,
    })
}

fn with_part(
    of: &Value,
    field: &str,
    at: usize,
    of_how_many: usize,
    value: &Value,
) -> Result<Value, Refusal> {
    let group = field.starts_with("imr_");
    let mut items = match of {
        Value::None if group => vec![Value::Text(Ipv4Addr::UNSPECIFIED.to_string()); of_how_many],
        Value::None => vec![Value::Int(0); of_how_many],
        Value::Tuple(items) if items.len() == of_how_many => items.clone(),
        other => return Err(no_field(other, field)),
    };
    items[at] = match group {
        true => Value::Text(ipv4(field, value)?.to_string()),
        false => Value::Int(whole(field, value)?),
    };
    Ok(Value::Tuple(items))
}

/// A time of whole seconds and a part of one.
fn time(seconds: i64, part: f64) -> Result<Value, Refusal> {
    Ok(match part == 0.0 {
        true => Value::Int(seconds),
        false => Value::Float(seconds as f64 + part),
    })
}

fn seconds_of(of: &Value, field: &str) -> Result<f64, Refusal> {
    match of {
        Value::None => Ok(0.0),
        Value::Int(n) => Ok(*n as f64),
        Value::Float(x) => Ok(*x),
        other => Err(no_field(other, field)),
    }
}

fn whole(field: &str, value: &Value) -> Result<i64, Refusal> {
    match value {
        Value::Int(n) => Ok(*n),
        other => Err(Refusal::new(format!(
            "{field} is a number, and this is {}",
            other.kind()
        ))),
    }
}

fn in_range<N: TryFrom<i64>>(field: &str, n: i64) -> Result<N, Refusal> {
    let bits = 8 * size_of::<N>();
    N::try_from(n).map_err(|_| Refusal::new(format!("{field} has {bits} bits, and {n} needs more")))
}

/// An IPv4 address as a field holds it: a number in network byte order, or four bytes.
fn ipv4(field: &str, value: &Value) -> Result<Ipv4Addr, Refusal> {
    match value {
        Value::Bytes(bytes) => {
            let octets = <[u8; 4]>::try_from(bytes.as_slice());
            octets
                .map(Ipv4Addr::from)
                .map_err(|_| Refusal::new(format!("{field} has four bytes, not {}", bytes.len())))
        }
        Value::Int(n) => {
            // INADDR_NONE is -1 to a program that keeps it in an int.
            let n = if *n == -1 { i64::from(u32::MAX) } else { *n };
            Ok(Ipv4Addr::from(u32::from_be(in_range(field, n)?)))
        }
        other => Err(Refusal::new(format!(
            "{field} holds an address in network byte order, and this is {}",
            other.kind()
        ))
        .help("inet_addr(\"127.0.0.1\"), htonl(INADDR_ANY)")),
    }
}

fn ipv6(value: &Value) -> Result<Ipv6Addr, Refusal> {
    let octets = match value {
        Value::Bytes(bytes) => <[u8; 16]>::try_from(bytes.as_slice()).ok(),
        // in6addr_any
        Value::Int(0) => Some([0; 16]),
        _ => None,
    };
    octets.map(Ipv6Addr::from).ok_or_else(|| {
        Refusal::new(format!(
            "sin6_addr has sixteen bytes, and this is {}",
            value.kind()
        ))
        .help("inet_pton(AF_INET6, \"::1\", &addr.sin6_addr), or in6addr_any")
    })
}

fn path(value: &Value) -> Result<Vec<u8>, Refusal> {
    match value {
        Value::Text(text) => Ok(text.clone().into_bytes()),
        Value::Bytes(bytes) => Ok(bytes.clone()),
        other => Err(Refusal::new(format!(
            "sun_path is a text, and this is {}",
            other.kind()
        ))),
    }
}

fn no_field(of: &Value, field: &str) -> Refusal {
    let what = match of {
        Value::Addr(Addr::Inet(addr)) | Value::Blank(Addr::Inet(addr)) => match addr.ip() {
            IpAddr::V4(_) => "an IPv4 address",
            IpAddr::V6(_) => "an IPv6 address",
        },
        Value::Addr(_) | Value::Blank(_) => "the address of a Unix socket",
        Value::None => "nothing",
        other => other.kind(),
    };
    Refusal::new(format!("{what} has no field {field}"))
}

#[cfg(test)]
mod tests;
