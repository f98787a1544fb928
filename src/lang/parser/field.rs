//! The fields of C's structures, read and set: `addr.sin_port = htons(80)`, `ntohs(peer.sin_port)`, `res->ai_addr`.

use super::arguments::arguments;
use super::expr::expr;
use super::format::percent_format;
use super::input::{Cursor, Input, Parsed};
use super::joins::is_keyword;
use super::structure::is_type;
use super::word::{blank, identifier_len, spaces};
use crate::lang::ast::{Action, Dialect, Expr, Function};
use crate::lang::constants::constant;
use crate::lang::fields::FIELDS;
use std::net::Ipv4Addr;

/// What a number in network byte order is called inside a field of addresses: `sin_addr.s_addr`.
const INNER: [&str; 2] = [".s_addr", ".s6_addr"];

/// The field whose name begins the text, and how long that is.
fn named(text: &str) -> Option<(&'static str, usize)> {
    let len = identifier_len(text);
    let inner = INNER.iter().find(|inner| text[len..].starts_with(**inner));
    let inner = inner.map_or(0, |inner| inner.len());
    let known = |len: usize| FIELDS.iter().find(|field| **field == &text[..len]);
    if let Some(field) = known(len + inner) {
        return Some((field, len + inner));
    }
    let field = known(len)?;
    // `imr_multiaddr.s_addr`, `sin6_addr.s6_addr` are all that their fields hold.
    let holds = field.ends_with("addr") || field.ends_with("interface");
    Some((field, if holds { len + inner } else { len }))
}

/// Whether the name of a field begins the text.
pub(super) fn is_next(text: &str) -> bool {
    named(text).is_some_and(|(_, len)| !text[len..].starts_with('('))
}

/// Reads a field of `value`, where the name of one is next.
pub(super) fn read(i: &mut Input, value: &Expr) -> Option<Expr> {
    let (field, len) = named(i.rest()).filter(|_| is_next(i.rest()))?;
    i.skip(len);
    i.state.c = true;
    Some(Expr::Apply(Function::Field(field), vec![value.clone()]))
}

/// `addr.sin_port =`, `p->ai_family =`: the variable and the field, where a value is next.
pub(super) fn target<'a>(i: &mut Input<'a>) -> Option<(&'a str, &'static str)> {
    let rest = i.rest();
    let name = &rest[..identifier_len(rest)];
    let dot = ["->", "."]
        .into_iter()
        .find(|dot| rest[name.len()..].starts_with(dot))?;
    let at = name.len() + dot.len();
    let (field, len) = named(&rest[at..])?;
    let gap = spaces(&rest[at + len..]);
    let after = rest[at + len + gap..].strip_prefix('=')?;
    let taken = name.is_empty() || constant(name).is_some() || is_type(name) || is_keyword(name);
    if taken || after.starts_with('=') {
        return None;
    }
    i.skip(at + len + gap + 1);
    i.state.dialect = Dialect::C;
    blank(i);
    Some((name, field))
}

/// What such a statement does, with the value next.
pub(super) fn set(i: &mut Input, name: &str, field: &'static str) -> Parsed<Action> {
    let value = expr(i)?;
    if let Some(remark) = unswapped(name, field, &value) {
        i.remark(remark);
    }
    Ok(with(name, field, value))
}

/// A number that stands in a field in host byte order, where C has network byte order: what it is there.
fn unswapped(name: &str, field: &str, value: &Expr) -> Option<String> {
    let port = |n: i64| u16::try_from(n).ok().filter(|n| n.to_be() != *n);
    match (field, value) {
        ("sin_port" | "sin6_port", Expr::Int(n)) => {
            let n = port(*n)?;
            let there = n.to_be();
            Some(format!(
                "a port is in network byte order there: {n} is port {there}, htons({n}) is port {n}"
            ))
        }
        ("sin_addr.s_addr", Expr::Const(constant @ "INADDR_LOOPBACK", n)) => {
            let there = Ipv4Addr::from(u32::try_from(*n).ok()?.to_be());
            Some(format!(
                "an address is in network byte order there: this is {there}; {name}.{field} = htonl({constant})"
            ))
        }
        _ => None,
    }
}

/// The structure with a field set: what the variable is afterwards.
pub(super) fn with(name: &str, field: &'static str, value: Expr) -> Action {
    let of = Expr::Word(name.to_owned());
    Action::Value(Expr::Apply(Function::WithField(field), vec![of, value]))
}

/// `{.sin_family = AF_INET}`: a structure for an IP address that does not name all of it. What is not named is zeros.
pub(super) fn partly(fields: &[(&str, Expr)]) -> Option<Expr> {
    let known = |name: &str| FIELDS.iter().find(|field| **field == name);
    let ip = |name: &str| name.starts_with("sin_") || name.starts_with("sin6_");
    let has = |of: [&str; 3]| fields.iter().any(|(name, _)| of.contains(name));
    let whole = has(["sin_family", "sin6_family", ""])
        && has(["sin_port", "sin6_port", ""])
        && has(["sin_addr", "sin6_addr", "sin_addr.s_addr"]);
    if fields.is_empty() || whole || !fields.iter().all(|(name, _)| ip(name)) {
        return None;
    }
    fields.iter().try_fold(Expr::Null, |of, (name, value)| {
        let function = Function::WithField(known(name)?);
        Some(Expr::Apply(function, vec![of, value.clone()]))
    })
}

/// A call that fills a field through a pointer, or a value that is copied there: what the variable is afterwards.
pub(super) fn filled(name: &str, field: &'static str, action: Action) -> Action {
    match action {
        Action::Call(call) => with(name, field, Expr::Call(Box::new(call))),
        Action::Value(value) => with(name, field, value),
        other => other,
    }
}

/// What a call fills through this pointer: a field, or a variable.
pub(super) fn fills(i: &mut Input, to: &Expr) {
    if let Some((name, field)) = pointed(to) {
        i.state.field = Some((name.to_owned(), field));
    } else if let Expr::Name(name) = to {
        i.state.filled.push(Some(name.clone()));
    }
}

/// Whether a field is what such a call fills, with the bracket next: `strcpy(addr.sun_path, …)`. bcopy() has it second.
pub(super) fn is_filled(text: &str, call: &str) -> bool {
    let end = text.find([';', '\n']).unwrap_or(text.len());
    let text = &text[..end];
    let inner = match call {
        "bcopy" => text.split_once(',').map_or("", |(_, to)| to),
        _ => &text[1..],
    };
    // A cast stands in front.
    let inner = inner.trim_start();
    let inner = match inner
        .strip_prefix('(')
        .and_then(|cast| cast.split_once(')'))
    {
        Some((_, behind)) => behind,
        None => inner,
    };
    let inner = inner.trim_start_matches(['&', ' ', '(']);
    let len = identifier_len(inner);
    let after = inner[len..].strip_prefix("->");
    let after = after.or_else(|| inner[len..].strip_prefix('.'));
    len > 0 && after.is_some_and(is_next)
}

/// `strncpy(addr.sun_path, "/tmp/s", sizeof(addr.sun_path) - 1)`: the field gets the value.
pub(super) fn copied(i: &mut Input, call: &str) -> Parsed<Expr> {
    let start = i.at();
    let mut given = arguments(i)?.into_iter().map(|one| one.value);
    let (first, second) = (given.next(), given.next());
    let (to, value) = match call {
        "bcopy" => (second, first),
        "snprintf" => match given.next() {
            Some(Expr::Text(format)) => {
                let text = percent_format(i, &format, given.collect(), true)?;
                (first, Some(text))
            }
            _ => (first, None),
        },
        _ => (first, second),
    };
    let to = to.as_ref().and_then(pointed);
    match (to, value) {
        (Some((name, field)), Some(value)) if i.state.brackets == 0 => {
            i.state.field = Some((name.to_owned(), field));
            Ok(value)
        }
        _ => Err(i
            .fault(
                start,
                "a field is given one value, in a statement of its own",
            )
            .into()),
    }
}

/// The variable and the field that a pointer names: `&addr.sin_addr`.
pub(super) fn pointed(value: &Expr) -> Option<(&str, &'static str)> {
    match value {
        Expr::Apply(Function::Field(field), of) => match of.as_slice() {
            [Expr::Name(name)] => Some((name, field)),
            _ => None,
        },
        _ => None,
    }
}
