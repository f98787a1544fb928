//! The value of an option: from what was typed to the bytes that setsockopt(2) takes, and from the bytes to what strace
//! prints.

use super::notation;
use super::prepared::Refusal;
use super::value::Value;
use crate::lang::options::{Shape, SockOption};
use std::ffi::CString;
use std::mem::offset_of;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

/// The bytes of an option's value.
pub(super) fn encode(option: &SockOption, fields: &[Value]) -> Result<Vec<u8>, Refusal> {
    let wants =
        |what: &str| Refusal::new(format!("{} takes {what}", option.name)).help(option.summary);
    if let [Value::Bytes(raw)] = fields {
        // Python's struct.pack and inet_aton give the bytes themselves.
        return Ok(raw.clone());
    }
    let number = |at: usize| match fields.get(at) {
        Some(Value::Int(n)) => i32::try_from(*n).ok(),
        Some(Value::Bool(on)) => Some(i32::from(*on)),
        _ => None,
    };
    let ints = |numbers: &[i32]| {
        numbers
            .iter()
            .flat_map(|n| n.to_ne_bytes())
            .collect::<Vec<u8>>()
    };
    match option.shape {
        Shape::Linger => {
            let (Some(on), Some(seconds)) = (number(0), number(1)) else {
                return Err(wants(
                    "two numbers, on and seconds: setsockopt s SO_LINGER 1 0",
                ));
            };
            Ok(ints(&[on, seconds]))
        }
        Shape::Time => encode_time(fields)
            .ok_or_else(|| wants("a time in seconds: setsockopt s SO_RCVTIMEO 2.5")),
        Shape::Text => match fields {
            [Value::Text(text)] => Ok(text.clone().into_bytes()),
            _ => Err(wants("a name, such as cubic")),
        },
        Shape::Group4 => encode_group4(fields)
            .ok_or_else(|| wants("a group and an interface's address: 224.0.0.251 127.0.0.1")),
        Shape::Group6 => {
            encode_group6(fields).ok_or_else(|| wants("a group and an interface: ff02::fb lo"))
        }
        Shape::Interface4 => {
            encode_interface4(fields).ok_or_else(|| wants("an interface's IPv4 address: 127.0.0.1"))
        }
        Shape::Interface6 => {
            let index = fields
                .first()
                .and_then(index)
                .ok_or_else(|| wants("an interface's name or index: lo"))?;
            Ok(index.to_ne_bytes().to_vec())
        }
        _ => match number(0) {
            Some(n) if fields.len() == 1 => Ok(ints(&[n])),
            _ => Err(wants("one number")),
        },
    }
}

/// The two fields of a `struct timeval`, seconds and microseconds; 0 where the bytes end before them.
pub(super) fn timeval(raw: &[u8]) -> [i64; 2] {
    [0, 8].map(|at| {
        let eight = raw.get(at..at + 8).and_then(|eight| eight.try_into().ok());
        eight.map_or(0, i64::from_ne_bytes)
    })
}

/// A value as strace prints it: by the option, where it is as long as that takes.
pub(super) fn shown(option: &SockOption, raw: &[u8]) -> String {
    let int = |at: usize| {
        let four = raw.get(at..at + 4).and_then(|four| four.try_into().ok());
        four.map_or(0, i32::from_ne_bytes)
    };
    let ip = |at: usize| Ipv4Addr::from(int(at).to_ne_bytes());
    match (option.shape, raw.len()) {
        (Shape::Text, _) => notation::buffer(raw),
        (Shape::Linger, 8) => format!("{{l_onoff={}, l_linger={}}}", int(0), int(4)),
        (Shape::Time, 16) => {
            let [seconds, micros] = timeval(raw);
            format!("{{tv_sec={seconds}, tv_usec={micros}}}")
        }
        (Shape::Group4, 8..) => format!(
            "{{imr_multiaddr=inet_addr(\"{}\"), imr_interface=inet_addr(\"{}\")}}",
            ip(0),
            ip(4)
        ),
        (Shape::Group6, 20) => {
            let group = <[u8; 16]>::try_from(&raw[..16]).map(Ipv6Addr::from);
            let group = group.unwrap_or(Ipv6Addr::UNSPECIFIED);
            let interface = notation::interface(int(16).cast_unsigned());
            format!(
                "{{inet_pton(AF_INET6, \"{group}\", &ipv6mr_multiaddr), ipv6mr_interface={interface}}}"
            )
        }
        (_, 4) => format!("[{}]", int(0)),
        _ => notation::buffer(raw),
    }
}

fn encode_interface4(fields: &[Value]) -> Option<Vec<u8>> {
    let ip: Ipv4Addr = match fields {
        [Value::Text(text)] => text.parse().ok()?,
        // In network byte order, as C has it and strace prints it.
        [Value::Int(n)] => Ipv4Addr::from(u32::try_from(*n).ok()?.to_ne_bytes()),
        _ => return None,
    };
    Some(ip.octets().to_vec())
}

fn encode_time(fields: &[Value]) -> Option<Vec<u8>> {
    let (seconds, micros) = match fields {
        [Value::Int(n)] => (*n, 0),
        [Value::Float(x)] => {
            let time = Duration::try_from_secs_f64(x.abs()).ok()?;
            // Away from 0, which would be for ever.
            let nanos = time.as_nanos().max(u128::from(*x != 0.0));
            let micros = i128::try_from(nanos.div_ceil(1000)).ok()?;
            let micros = if *x < 0.0 { -micros } else { micros };
            (
                i64::try_from(micros.div_euclid(1_000_000)).ok()?,
                i64::try_from(micros.rem_euclid(1_000_000)).ok()?,
            )
        }
        // The two fields of a struct timeval, as they are: that there are a million microseconds in a second is the
        // kernel's to say.
        [Value::Int(seconds), Value::Int(micros)] => (*seconds, *micros),
        _ => return None,
    };
    let seconds = libc::time_t::try_from(seconds).ok()?;
    let micros = libc::suseconds_t::try_from(micros).ok()?;
    // Not every system's two fields are equally long.
    let mut raw = vec![0; size_of::<libc::timeval>()];
    for (at, bytes) in [
        (
            offset_of!(libc::timeval, tv_sec),
            &seconds.to_ne_bytes()[..],
        ),
        (
            offset_of!(libc::timeval, tv_usec),
            &micros.to_ne_bytes()[..],
        ),
    ] {
        raw[at..at + bytes.len()].copy_from_slice(bytes);
    }
    Some(raw)
}

fn encode_group4(fields: &[Value]) -> Option<Vec<u8>> {
    let ip = |at: usize| match fields.get(at) {
        Some(Value::Text(text)) => text.parse::<Ipv4Addr>().ok(),
        // What inet_aton gave, and INADDR_ANY: struct.pack("4sL", group, INADDR_ANY).
        Some(Value::Bytes(raw)) => <[u8; 4]>::try_from(raw.as_slice()).ok().map(Ipv4Addr::from),
        Some(Value::Int(n)) => u32::try_from(*n).ok().map(|n| n.to_ne_bytes().into()),
        None if at == 1 => Some(Ipv4Addr::UNSPECIFIED),
        _ => None,
    };
    let (group, interface) = (ip(0)?, ip(1)?);
    Some([group.octets(), interface.octets()].concat())
}

fn encode_group6(fields: &[Value]) -> Option<Vec<u8>> {
    let group = match fields.first() {
        Some(Value::Text(text)) => text.parse::<Ipv6Addr>().ok()?,
        _ => return None,
    };
    let index = match fields.get(1) {
        Some(value) => index(value)?,
        None => 0,
    };
    Some([group.octets().as_slice(), &index.to_ne_bytes()].concat())
}

fn index(value: &Value) -> Option<u32> {
    match value {
        Value::Int(n) => u32::try_from(*n).ok(),
        Value::Text(name) => crate::sys::names::interface_index(&CString::new(name.as_str()).ok()?),
        _ => None,
    }
}
