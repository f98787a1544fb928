//! Values to addresses: pairs, texts, and the structures of C and strace.

use super::super::input::{Cursor, Input, Parsed, Trouble};
use super::{
    expected, host_text, is_host_name, is_service_name, no_port, no_url, port_text, url, with_port,
};
use crate::lang::ast::{Address, Expr, Function, Host, Port};
use std::net::Ipv4Addr;

/// Brings a value to the form of an address; a name, a property or a call that may hold one stays.
pub(in crate::lang::parser) fn from_expr(i: &Input, start: usize, value: Expr) -> Parsed<Expr> {
    match value {
        Expr::Address(_) | Expr::Name(_) | Expr::Property(..) | Expr::Index(..) | Expr::Call(_) => {
            Ok(value)
        }
        Expr::Word(word) => Ok(Expr::Name(word)),
        Expr::Text(text) => from_text(i, start, text).map(Expr::Address),
        Expr::Bytes(bytes) => match bytes.strip_prefix(b"\0") {
            Some(name) => Ok(Expr::Address(Address::Abstract(name.to_owned()))),
            // A path of a Unix socket, in bytes.
            None => Ok(Expr::Bytes(bytes)),
        },
        Expr::File(name) => Ok(Expr::Address(Address::Abstract(name.into_bytes()))),
        // IPv6 in Python has four: host, port, flow label, scope.
        Expr::Tuple(mut items) if items.len() == 2 || items.len() == 4 => {
            let scope = (items.len() == 4).then(|| items.swap_remove(3));
            let port_value = items.swap_remove(1);
            let host = host(i, start, items.swap_remove(0))?;
            let host = scoped(host, scope);
            let port = port(i, start, port_value)?;
            Ok(Expr::Address(Address::Inet { host, port }))
        }
        Expr::Binary(..) | Expr::Apply(..) => Ok(value),
        Expr::Int(port @ 0..=0xffff) => {
            let fault = i.fault(start, "this is a port, and an address needs a host too");
            Err(expected(fault.helping(format!(
                "(\"127.0.0.1\", {port}) in Python, 127.0.0.1:{port} elsewhere"
            )))
            .into())
        }
        _ => Err(expected(i.fault(start, "this is no address")).into()),
    }
}

fn from_text(i: &Input, start: usize, text: String) -> Parsed<Address> {
    if let Some(name) = text.strip_prefix(['\0', '@']) {
        return Ok(Address::Abstract(name.as_bytes().to_owned()));
    }
    if text.is_empty() {
        return Err(expected(
            i.fault(start, "this address is empty")
                .helping("as a host, with a port, it is any address: bind s \"\" 80")
                .helping("a Unix socket's name is a path, ./name, or an abstract one, @name"),
        )
        .into());
    }
    if let Some(fault) = no_url(i, start, &text) {
        return Err(fault.into());
    }
    if !text.contains('/')
        && let Some((host, port)) = text.rsplit_once(':')
    {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let numeric = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
        if numeric || (is_service_name(port) && is_host_name(host)) {
            return Ok(Address::Inet {
                host: host_text(i, start, bare)?,
                port: port_text(i, start, port)?,
            });
        }
    }
    Ok(Address::Path(text))
}

/// The host at the interface that a scope names.
fn scoped(host: Host, scope: Option<Expr>) -> Host {
    let inner = match (&host, &scope) {
        (_, None | Some(Expr::Int(0))) => return host,
        (Host::Name(name), _) => Expr::Text(name.clone()),
        (Host::Expr(value), _) => (**value).clone(),
        (Host::Any | Host::Broadcast | Host::Number(_), _) => return host,
    };
    let values = [Some(inner), scope].into_iter().flatten().collect();
    Host::Expr(Box::new(Expr::Apply(Function::Scoped, values)))
}

/// The host of `(host, port)`.
pub(in crate::lang::parser) fn host(i: &Input, start: usize, value: Expr) -> Parsed<Host> {
    Ok(match value {
        Expr::Text(text) if text.is_empty() || text == "*" => Host::Any,
        Expr::Text(text) if text == "<broadcast>" => Host::Broadcast,
        Expr::Text(text) => match url(&text).or_else(|| with_port(&text)) {
            Some((bare, _)) => {
                return Err(i
                    .fault(start, format!("\"{text}\" is more than a host"))
                    .expecting(format!("\"{bare}\" for the host, and the port for itself"))
                    .into());
            }
            None => Host::Name(text),
        },
        Expr::Bytes(bytes) => match String::from_utf8(bytes) {
            Ok(name) => Host::Name(name),
            Err(_) => return Err(i.fault(start, "these bytes are no host").into()),
        },
        Expr::Const("INADDR_ANY" | "in6addr_any" | "IN6ADDR_ANY_INIT", _) => Host::Any,
        Expr::Const("INADDR_BROADCAST", _) => Host::Broadcast,
        Expr::Const(_, number) | Expr::Int(number) => {
            Host::Number(u32::try_from(number).map_err(|_| {
                Trouble::from(
                    i.fault(start, "an IPv4 address has 32 bits")
                        .expecting("0 to 4294967295"),
                )
            })?)
        }
        Expr::Call(call) => match (call.command.name, call.args.as_slice()) {
            ("inet_pton", [_, Some(inner)]) if matches!(inner.value, Expr::Text(_)) => {
                host(i, start, inner.value.clone())?
            }
            _ => Host::Expr(Box::new(Expr::Call(call))),
        },
        Expr::Word(name) => Host::Expr(Box::new(Expr::Name(name))),
        Expr::Name(_)
        | Expr::Property(..)
        | Expr::Index(..)
        | Expr::Apply(..)
        | Expr::Binary(..) => Host::Expr(Box::new(value)),
        _ => {
            return Err(i
                .fault(start, "this is no host")
                .expecting("a name or an address in quotes")
                .into());
        }
    })
}

/// The port of `(host, port)`.
pub(in crate::lang::parser) fn port(i: &Input, start: usize, value: Expr) -> Parsed<Port> {
    Ok(match value {
        Expr::Int(number) => Port::Number(u16::try_from(number).map_err(|_| no_port(i, start))?),
        Expr::Text(text) => port_text(i, start, &text)?,
        Expr::Word(name) => Port::Expr(Box::new(Expr::Name(name))),
        Expr::Name(_)
        | Expr::Call(_)
        | Expr::Property(..)
        | Expr::Index(..)
        | Expr::Apply(..)
        | Expr::Binary(..) => Port::Expr(Box::new(value)),
        _ => {
            return Err(i
                .fault(start, "this is no port")
                .expecting("0 to 65535")
                .expecting("a service such as \"http\"")
                .into());
        }
    })
}

/// The argument of `htons` or `htonl`, where the value is that call.
fn swapped(value: &Expr, by: &str) -> Option<Expr> {
    match value {
        Expr::Call(call) if call.command.name == by => Some(call.args.first()?.clone()?.value),
        _ => None,
    }
}

/// What `sin_addr` holds: in network byte order, as in C. Without `htonl` a number means what it means there.
fn field_host(i: &mut Input, start: usize, value: Expr) -> Parsed<Host> {
    if let Some(inner) = swapped(&value, "htonl") {
        return host(i, start, inner);
    }
    let constant = match value {
        Expr::Const(name, _) => Some(name),
        _ => None,
    };
    Ok(match host(i, start, value)? {
        Host::Number(number) => {
            let meant = u32::from_be(number);
            if meant != number {
                let written = constant.map_or_else(|| number.to_string(), str::to_owned);
                let meant = Ipv4Addr::from(meant);
                i.remark(format!(
                    "sin_addr is in network byte order: {written} without htonl() is {meant}"
                ));
            }
            Host::Number(meant)
        }
        Host::Expr(value) => Host::Expr(Box::new(Expr::Apply(Function::Ntohl, vec![*value]))),
        host => host,
    })
}

/// What `sin_port` holds: in network byte order too.
fn field_port(i: &mut Input, start: usize, value: Expr) -> Parsed<Port> {
    if let Some(inner) = swapped(&value, "htons") {
        return port(i, start, inner);
    }
    let is_number = matches!(value, Expr::Int(_));
    Ok(match port(i, start, value)? {
        Port::Number(number) if is_number => {
            let meant = u16::from_be(number);
            if meant != number {
                i.remark(format!(
                    "sin_port is in network byte order: {number} without htons() is port {meant}"
                ));
            }
            Port::Number(meant)
        }
        Port::Expr(value) => Port::Expr(Box::new(Expr::Apply(Function::Ntohs, vec![*value]))),
        port => port,
    })
}

/// A `sockaddr` with its fields by name, as strace and C write it.
pub(in crate::lang::parser) fn structure(
    i: &mut Input,
    start: usize,
    mut fields: Vec<(&str, Expr)>,
) -> Parsed<Expr> {
    let mut take = |names: &[&str]| {
        let at = fields.iter().position(|(name, _)| names.contains(name))?;
        Some(fields.swap_remove(at).1)
    };
    if let Some(path) = take(&["sun_path"]) {
        return Ok(Expr::Address(match path {
            Expr::Text(path) => Address::Path(path),
            Expr::Bytes(bytes) => match bytes.strip_prefix(b"\0") {
                Some(name) => Address::Abstract(name.to_owned()),
                None => match String::from_utf8(bytes) {
                    Ok(path) => Address::Path(path),
                    // A path is bytes, and these stay what they are.
                    Err(no_text) => return Ok(Expr::Bytes(no_text.into_bytes())),
                },
            },
            _ => return Err(i.fault(start, "sun_path must be text").into()),
        }));
    }
    let host_value = take(&["sin_addr", "sin6_addr", "sin_addr.s_addr"]).or_else(|| {
        // strace prints an IPv6 address as the call that would make it, without a name.
        let at = fields
            .iter()
            .position(|(name, value)| name.is_empty() && matches!(value, Expr::Call(_)))?;
        Some(fields.swap_remove(at).1)
    });
    let port_value = fields
        .iter()
        .position(|(name, _)| ["sin_port", "sin6_port"].contains(name));
    let port_value = port_value.map(|at| fields.swap_remove(at).1);
    let (Some(host_value), Some(port_value)) = (host_value, port_value) else {
        return Err(i
            .fault(start, "this structure lacks an address or a port")
            .expecting("{sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}")
            .into());
    };
    let host_value = match host_value {
        Expr::Tuple(mut inner) if inner.len() == 1 => inner.swap_remove(0),
        other => other,
    };
    let scope = fields.iter().position(|(name, _)| *name == "sin6_scope_id");
    let scope = scope.map(|at| fields.swap_remove(at).1);
    let host = scoped(field_host(i, start, host_value)?, scope);
    let port = field_port(i, start, port_value)?;
    Ok(Expr::Address(Address::Inet { host, port }))
}
