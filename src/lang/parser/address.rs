//! Addresses in every form.

mod value;
mod words;

pub(super) use value::{from_expr, structure};
pub(super) use words::shell;

use super::input::{Cursor, Input, Parsed, Trouble};
use super::word::is_quote;
use crate::lang::ast::{Address, Expr, Host, Port};
use crate::lang::fault::Fault;
use crate::lang::table::find;
use std::net::Ipv4Addr;

const FORMS: [&str; 4] = [
    "127.0.0.1:12345",
    "localhost:http",
    "[::1]:80",
    "a Unix socket's /path or @name",
];

fn expected(mut fault: Fault) -> Fault {
    fault.expected.extend(FORMS.map(String::from));
    fault
}

/// True for what may stand as a host name without quotes.
pub(crate) fn is_host_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "-_.".contains(c))
        && !text.chars().all(|c| c.is_ascii_digit())
        && !text.starts_with(['.', '-'])
}

/// True for what may stand as a service name without quotes.
pub(crate) fn is_service_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// The host and the port of `http://localhost:8080/`, where the text is a URL.
fn url(text: &str) -> Option<(&str, u16)> {
    let (scheme, rest) = text.split_once("://")?;
    let usual = match scheme {
        "http" | "ws" => 80,
        "https" | "wss" => 443,
        "ftp" => 21,
        _ if is_service_name(scheme) => 12345,
        _ => return None,
    };
    let place = rest.split(['/', '?', '#']).next().unwrap_or("");
    let (host, port) = with_port(place).unwrap_or((place, usual));
    (!host.is_empty()).then_some((host, port))
}

/// The host and the port of `localhost:8080`.
fn with_port(text: &str) -> Option<(&str, u16)> {
    let (host, port) = text.rsplit_once(':')?;
    let whole = !host.is_empty() && (!host.contains(':') || host.starts_with('['));
    Some((host, port.parse().ok().filter(|_| whole)?))
}

/// A fault for a URL in an address's place.
fn no_url(i: &Input, start: usize, text: &str) -> Option<Fault> {
    let (host, port) = url(text)?;
    let fault = i.fault(start, "a URL is no address: that is a host and a port");
    Some(match i.state.dialect.is_python() {
        true => fault.expecting(format!("(\"{host}\", {port})")),
        false => fault.expecting(format!("{host}:{port}")),
    })
}

/// How long the `[…]` at the text's beginning is, where it is an IPv6 address.
pub(super) fn bracketed_len(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('[')?;
    let end = inner.bytes().take(64).position(|b| b == b']')?;
    let address = &inner[..end];
    let hex = |c: char| c.is_ascii_hexdigit() || c == ':' || c == '.';
    let (digits, zone) = address.split_once('%').unwrap_or((address, "x"));
    (digits.matches(':').count() >= 2 && digits.chars().all(hex) && !zone.is_empty())
        .then_some(end + 2)
}

/// How long the `*`, `<broadcast>` or nothing before a `:` and a port is.
pub(super) fn any_len(text: &str) -> Option<usize> {
    let len = ["*", "<broadcast>", ""]
        .into_iter()
        .find(|host| text.starts_with(host))?
        .len();
    let port = text[len..].strip_prefix(':')?;
    port.starts_with(|c: char| c.is_ascii_alphanumeric())
        .then_some(len)
}

/// `*:80`, `:80`, `<broadcast>:9`.
pub(super) fn any(i: &mut Input) -> Parsed<Expr> {
    let len = any_len(i.rest()).unwrap_or(0);
    let host = if i.rest().starts_with('<') {
        Host::Broadcast
    } else {
        Host::Any
    };
    i.skip(len + 1);
    let port = port_word(i)?;
    Ok(Expr::Address(Address::Inet { host, port }))
}

/// A numeric address of `len` bytes: with a port an address, without one a text.
pub(super) fn literal(i: &mut Input, len: usize) -> Parsed<Expr> {
    let text = &i.rest()[..len];
    i.skip(len);
    let name = text.trim_matches(['[', ']']).to_owned();
    if i.state.format
        || !i.rest().starts_with(':')
        || !i.rest()[1..].starts_with(|c: char| c.is_ascii_alphanumeric())
    {
        return Ok(Expr::Text(name));
    }
    i.skip(1);
    let port = port_word(i)?;
    Ok(Expr::Address(Address::Inet {
        host: Host::Name(name),
        port,
    }))
}

/// A port directly after a `:`.
pub(super) fn port_word(i: &mut Input) -> Parsed<Port> {
    let start = i.at();
    let rest = i.rest();
    let end = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c)))
        .unwrap_or(rest.len());
    i.skip(end);
    port_text(i, start, &rest[..end])
}

fn port_text(i: &Input, start: usize, text: &str) -> Parsed<Port> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return text
            .parse()
            .map(Port::Number)
            .map_err(|_| no_port(i, start));
    }
    if is_service_name(text) {
        return Ok(Port::Service(text.to_owned()));
    }
    Err(i
        .fault(start, "an address needs a port")
        .expecting("0 to 65535")
        .expecting("a service such as http")
        .into())
}

fn no_port(i: &Input, start: usize) -> Trouble {
    i.fault(start, "a port has 16 bits")
        .expecting("0 to 65535")
        .into()
}

/// `@name` or `@file`: which of the two is for the parameter to say.
pub(super) fn at_word(i: &mut Input) -> Parsed<Expr> {
    let start = i.at();
    i.skip(1);
    if i.next().is_some_and(is_quote) {
        return match super::string::string(i, "")? {
            Expr::Text(text) => Ok(Expr::File(text)),
            _ => Err(i.fault(start, "this name must be text").into()),
        };
    }
    let rest = i.rest();
    let end = rest
        .find(|c: char| c.is_whitespace() || ",;)]}".contains(c))
        .unwrap_or(rest.len());
    i.skip(end);
    if end == 0 {
        return Err(i
            .fault(start, "nothing follows the @")
            .expecting("@name of a Unix socket")
            .expecting("@file")
            .into());
    }
    Ok(Expr::File(rest[..end].to_owned()))
}

fn host_text(i: &Input, start: usize, text: &str) -> Parsed<Host> {
    match text {
        "" | "*" => Ok(Host::Any),
        "<broadcast>" => Ok(Host::Broadcast),
        "INADDR_ANY" | "in6addr_any" => Ok(Host::Any),
        "INADDR_BROADCAST" => Ok(Host::Broadcast),
        "INADDR_LOOPBACK" => Ok(Host::Number(u32::from(Ipv4Addr::LOCALHOST))),
        _ if text.bytes().all(|b| b.is_ascii_digit()) => {
            text.parse().map(Host::Number).map_err(|_| {
                i.fault(start, "an IPv4 address has 32 bits")
                    .expecting("at most 4294967295")
                    .into()
            })
        }
        _ if is_host_name(text) || text.contains(':') => Ok(Host::Name(text.to_owned())),
        _ => Err(expected(i.fault(start, "this is no host's name")).into()),
    }
}

/// `name:port` as a value.
pub(super) fn named(i: &mut Input, name: &str) -> Option<Parsed<Expr>> {
    let after = i.rest().strip_prefix(':')?;
    let digits = after.starts_with(|c: char| c.is_ascii_digit());
    if i.state.format || !digits || find(name).is_some() {
        return None;
    }
    let start = i.at() - name.len();
    i.skip(1);
    Some(host_text(i, start, name).and_then(|host| {
        let port = port_word(i)?;
        Ok(Expr::Address(Address::Inet { host, port }))
    }))
}
