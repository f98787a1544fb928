//! Addresses in every form.

use super::expr::expr;
use super::input::{Cursor, Input, Parsed, Trouble};
use super::number::dotted_quad;
use super::word::{ends, identifier_len, is_identifier, is_quote, peek_identifier, peek_word};
use crate::lang::ast::{Address, Expr, Host, Port};
use crate::lang::fault::Fault;
use crate::lang::table::find;

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

/// An address as one or two words of the shell dialect.
pub(super) fn shell(i: &mut Input) -> Parsed<Expr> {
    let start = i.at();
    let first = i.next().unwrap_or(' ');
    let word = peek_word(i);
    let name = peek_identifier(i);
    let prefixed = super::string::is_prefix(name) && word[name.len()..].starts_with(is_quote);
    if prefixed || is_quote(first) || matches!(first, '(' | '{') {
        return expr(i).and_then(|value| from_expr(i, start, value));
    }
    if first == '@' {
        return at_word(i).and_then(|value| from_expr(i, start, value));
    }
    if word.starts_with(['/', '~']) || word.starts_with("./") || word.starts_with("../") {
        i.skip(word.len());
        return Ok(Expr::Address(Address::Path(word.to_owned())));
    }
    if any_len(word).is_some() {
        return any(i);
    }
    if let Some(len) = bracketed_len(word).or_else(|| dotted_quad(word)) {
        return numeric(i, start, len);
    }
    let identifier = identifier_len(word);
    if word[identifier..].starts_with(['(', '[']) || word.starts_with('.') {
        return super::expr::tight(i).and_then(|value| from_expr(i, start, value));
    }
    if identifier > 0
        && word[identifier..].starts_with('.')
        && (i.knows(&word[..identifier]) || is_property(word))
    {
        return super::expr::tight(i).and_then(|value| from_expr(i, start, value));
    }
    host_words(i, start, word)
}

/// `c.local`, `c.getsockname()` …: what a socket answers, and not a host's name.
fn is_property(word: &str) -> bool {
    word.split(['.', '(', '['])
        .nth(1)
        .is_some_and(super::method::is_member)
}

fn numeric(i: &mut Input, start: usize, len: usize) -> Parsed<Expr> {
    match literal(i, len)? {
        Expr::Text(name) => second_word(i, start, Host::Name(name)),
        address => Ok(address),
    }
}

/// `host:port`, `host port`, `::1 80`, or a variable's name.
fn host_words(i: &mut Input, start: usize, word: &str) -> Parsed<Expr> {
    let word = word.trim_end_matches(',');
    if word.matches(':').count() >= 2 {
        i.skip(word.len());
        return second_word(i, start, Host::Name(word.to_owned()));
    }
    if let Some((host, _)) = word.split_once(':') {
        i.skip(host.len() + 1);
        let host = host_text(i, start, host)?;
        let port = port_word(i)?;
        return Ok(Expr::Address(Address::Inet { host, port }));
    }
    if word.is_empty() {
        return Err(expected(i.fault(start, "an address should stand here")).into());
    }
    i.skip(word.len());
    let host = match word {
        "*" => Host::Any,
        "<broadcast>" => Host::Broadcast,
        _ if i.knows(word) => Host::Expr(Box::new(Expr::Name(word.to_owned()))),
        _ => host_text(i, start, word)?,
    };
    let port_follows = {
        let before = i.rest();
        let after = before.trim_start_matches([' ', '\t']);
        !after.is_empty()
            && !after.starts_with(['-', ',', ';', '\n', '#', ')'])
            && after.len() < before.len()
    };
    if port_follows {
        return second_word(i, start, host);
    }
    if is_identifier(word) {
        return Ok(Expr::Name(word.to_owned()));
    }
    let help = match word.parse::<u16>() {
        Ok(port) => format!("127.0.0.1:{port} is that port of this machine"),
        Err(_) => format!("{word}:80 is port 80 there"),
    };
    let what = if word.parse::<u16>().is_ok() {
        "this is no address yet"
    } else {
        "an address needs a port"
    };
    Err(expected(i.fault(start, what).helping(help)).into())
}

fn host_text(i: &Input, start: usize, text: &str) -> Parsed<Host> {
    match text {
        "" | "*" => Ok(Host::Any),
        "<broadcast>" => Ok(Host::Broadcast),
        "INADDR_ANY" | "in6addr_any" => Ok(Host::Any),
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

/// The port of `host port`.
fn second_word(i: &mut Input, start: usize, host: Host) -> Parsed<Expr> {
    super::word::blank(i);
    let at = i.at();
    if ends(i) || i.rest().starts_with('-') {
        return Err(expected(i.fault(start, "an address needs a port")).into());
    }
    let name = peek_identifier(i);
    let port = if !name.is_empty()
        && (i.knows(name) || i.rest()[name.len()..].starts_with(['.', '(', '[']))
    {
        {
            let value = super::expr::tight(i)?;
            port(i, at, value)?
        }
    } else if i.next().is_some_and(|c| is_quote(c) || c == '(') {
        {
            let value = expr(i)?;
            port(i, at, value)?
        }
    } else {
        port_word(i)?
    };
    Ok(Expr::Address(Address::Inet { host, port }))
}

/// Brings a value to the form of an address; a name, a property or a call that may hold one stays.
pub(super) fn from_expr(i: &Input, start: usize, value: Expr) -> Parsed<Expr> {
    match value {
        Expr::Address(_) | Expr::Name(_) | Expr::Property(..) | Expr::Index(..) | Expr::Call(_) => {
            Ok(value)
        }
        Expr::Word(word) => Ok(Expr::Name(word)),
        Expr::Text(text) => from_text(i, start, text).map(Expr::Address),
        Expr::Bytes(bytes) => match bytes.strip_prefix(b"\0") {
            Some(name) => Ok(Expr::Address(Address::Abstract(name.to_owned()))),
            None => Err(expected(i.fault(start, "these bytes are no address")).into()),
        },
        Expr::File(name) => Ok(Expr::Address(Address::Abstract(name.into_bytes()))),
        // IPv6 in Python has four: host, port, flow label, scope.
        Expr::Tuple(mut items) if items.len() == 2 || items.len() == 4 => {
            let port_value = items.swap_remove(1);
            let host = host(i, start, items.swap_remove(0))?;
            let port = port(i, start, port_value)?;
            Ok(Expr::Address(Address::Inet { host, port }))
        }
        Expr::Binary(..) | Expr::Apply(..) => Ok(value),
        _ => Err(expected(i.fault(start, "this is no address")).into()),
    }
}

fn from_text(i: &Input, start: usize, text: String) -> Parsed<Address> {
    if let Some(name) = text.strip_prefix(['\0', '@']) {
        return Ok(Address::Abstract(name.as_bytes().to_owned()));
    }
    if text.is_empty() {
        return Err(expected(i.fault(start, "this address is empty")).into());
    }
    if !text.contains('/') {
        if let Some((host, port)) = text.rsplit_once(':') {
            let bare = host.trim_start_matches('[').trim_end_matches(']');
            let numeric = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
            if numeric || (is_service_name(port) && is_host_name(host)) {
                return Ok(Address::Inet {
                    host: host_text(i, start, bare)?,
                    port: port_text(i, start, port)?,
                });
            }
        }
    }
    Ok(Address::Path(text))
}

/// The host of `(host, port)`.
pub(super) fn host(i: &Input, start: usize, value: Expr) -> Parsed<Host> {
    Ok(match value {
        Expr::Text(text) if text.is_empty() || text == "*" => Host::Any,
        Expr::Text(text) if text == "<broadcast>" => Host::Broadcast,
        Expr::Text(text) => Host::Name(text),
        Expr::Bytes(bytes) => Host::Name(String::from_utf8_lossy(&bytes).into_owned()),
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
            ("htonl", [Some(inner)]) => host(i, start, inner.value.clone())?,
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
pub(super) fn port(i: &Input, start: usize, value: Expr) -> Parsed<Port> {
    Ok(match value {
        Expr::Int(number) => Port::Number(u16::try_from(number).map_err(|_| no_port(i, start))?),
        Expr::Text(text) => port_text(i, start, &text)?,
        Expr::Call(call) => match (call.command.name, call.args.as_slice()) {
            ("htons", [Some(inner)]) => port(i, start, inner.value.clone())?,
            _ => Port::Expr(Box::new(Expr::Call(call))),
        },
        Expr::Word(name) => Port::Expr(Box::new(Expr::Name(name))),
        Expr::Name(_)
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

/// A `sockaddr` with its fields by name, as strace and C write it.
pub(super) fn structure(i: &Input, start: usize, mut fields: Vec<(&str, Expr)>) -> Parsed<Expr> {
    let mut take = |names: &[&str]| {
        let at = fields.iter().position(|(name, _)| names.contains(name))?;
        Some(fields.swap_remove(at).1)
    };
    if let Some(path) = take(&["sun_path"]) {
        return Ok(Expr::Address(match path {
            Expr::Text(path) => Address::Path(path),
            Expr::Bytes(bytes) => match bytes.strip_prefix(b"\0") {
                Some(name) => Address::Abstract(name.to_owned()),
                None => Address::Path(String::from_utf8_lossy(&bytes).into_owned()),
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
        Expr::Text(text) => Expr::Text(text),
        Expr::Tuple(mut inner) if inner.len() == 1 => inner.swap_remove(0),
        other => other,
    };
    let host = host(i, start, host_value)?;
    let port = port(i, start, port_value)?;
    Ok(Expr::Address(Address::Inet { host, port }))
}

/// `name:port` as a value.
pub(super) fn named(i: &mut Input, name: &str) -> Option<Parsed<Expr>> {
    let after = i.rest().strip_prefix(':')?;
    let digits = after.starts_with(|c: char| c.is_ascii_digit());
    if i.state.format || !digits || find(name).is_some() {
        return None;
    }
    i.skip(1);
    let host = Host::Name(name.to_owned());
    Some(port_word(i).map(|port| Expr::Address(Address::Inet { host, port })))
}
