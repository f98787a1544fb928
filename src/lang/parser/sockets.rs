//! `socket` and `socketpair`, which may leave out what Python does, and have short forms of their own.

use super::arguments::{Given, Places, keyword};
use super::fit::{TYPES, fit, named_constant, type_word};
use super::input::{Cursor, Input, Parsed};
use super::prelude::host_behind;
use super::word::{blank, ends, peek_word};
use crate::lang::ast::{Expr, Span};
use crate::lang::constants::{Family, constant};
use crate::lang::fault::Fault;
use crate::lang::table::Kind;
use crate::text::near;

/// A constant by its name, with its value.
type Named = (&'static str, i32);

const INET: Named = ("AF_INET", libc::AF_INET);
const INET6: Named = ("AF_INET6", libc::AF_INET6);
const UNIX: Named = ("AF_UNIX", libc::AF_UNIX);
const STREAM: Named = ("SOCK_STREAM", libc::SOCK_STREAM);
const DGRAM: Named = ("SOCK_DGRAM", libc::SOCK_DGRAM);
const SEQPACKET: Named = ("SOCK_SEQPACKET", libc::SOCK_SEQPACKET);
const ICMP: Named = ("IPPROTO_ICMP", libc::IPPROTO_ICMP);
const ICMPV6: Named = ("IPPROTO_ICMPV6", libc::IPPROTO_ICMPV6);

/// One word for a family and a type, and for a protocol where the usual one is not meant.
const SHORT: [(&str, Named, Named, Option<Named>); 18] = [
    ("tcp", INET, STREAM, None),
    ("tcp4", INET, STREAM, None),
    ("udp", INET, DGRAM, None),
    ("udp4", INET, DGRAM, None),
    ("tcp6", INET6, STREAM, None),
    ("udp6", INET6, DGRAM, None),
    ("unix", UNIX, STREAM, None),
    ("unix-stream", UNIX, STREAM, None),
    ("unix-dgram", UNIX, DGRAM, None),
    ("unix-datagram", UNIX, DGRAM, None),
    ("unix-seqpacket", UNIX, SEQPACKET, None),
    ("local", UNIX, STREAM, None),
    ("icmp", INET, DGRAM, Some(ICMP)),
    ("ping", INET, DGRAM, Some(ICMP)),
    ("icmp6", INET6, DGRAM, Some(ICMPV6)),
    ("ping6", INET6, DGRAM, Some(ICMPV6)),
    ("unix_stream", UNIX, STREAM, None),
    ("unix_dgram", UNIX, DGRAM, None),
];

/// The short word for a family and a type without a protocol.
pub(crate) fn short(domain: &str, kind: &str) -> Option<&'static str> {
    SHORT
        .iter()
        .find(|(_, d, t, p)| d.0 == domain && t.0 == kind && p.is_none())
        .map(|(word, ..)| *word)
}

/// Puts what a short word stands for; false where it is none.
fn expand(places: &mut Places, word: &str, span: Span) -> bool {
    let Some((_, domain, kind, protocol)) = SHORT
        .iter()
        .find(|(short, ..)| short.eq_ignore_ascii_case(word))
    else {
        return false;
    };
    let named = [
        ("domain", Some(*domain)),
        ("type", Some(*kind)),
        ("protocol", *protocol),
    ];
    for (param, named) in named {
        if let Some((name, value)) = named {
            places.set(param, Expr::Const(name, value.into()), span);
        }
    }
    true
}

/// Sets what is not there yet.
fn default(places: &mut Places, param: &str, name: &str, span: Span) {
    let at = places.command.position(param).unwrap_or(0);
    if places.args[at].is_none()
        && let Some(value) = named_constant(name)
    {
        places.set(param, value, span);
    }
}

/// `socket(AF_INET, SOCK_STREAM, 0)`, `socket.socket()`, `socket.socket(type=socket.SOCK_DGRAM)`, `socket("udp")`.
pub(super) fn brackets(i: &mut Input, places: &mut Places, given: Vec<Given>) -> Parsed<()> {
    let span = given
        .first()
        .map_or_else(|| i.since(i.at()), |one| one.span);
    if let [
        Given {
            keyword: None,
            value: Expr::Name(word) | Expr::Text(word),
            ..
        },
    ] = given.as_slice()
        && expand(places, word, span)
    {
        return Ok(());
    }
    if given.iter().any(|one| one.keyword == Some("fileno")) {
        return Err(i
            .fault(span.start, "a socket cannot be made from a descriptor here")
            .into());
    }
    if let [
        Given {
            keyword: None,
            value,
            span,
            ..
        },
    ] = given.as_slice()
    {
        known(i, value, *span)?;
    }
    let python = i.state.dialect.is_python() || given.iter().any(|one| one.keyword.is_some());
    places.fill(i, 0, given)?;
    if python && !alone(i, places) {
        default(places, "domain", "AF_INET", span);
        default(places, "type", "SOCK_STREAM", span);
    }
    Ok(())
}

/// Whether it is `socket` alone while a comparison is on, where each side has a kind of its own.
pub(super) fn alone(i: &Input, places: &Places) -> bool {
    i.state.alone && places.args.iter().all(Option::is_none)
}

/// `socketpair(AF_UNIX, SOCK_STREAM, 0, sv)`; what is left out is AF_UNIX and SOCK_STREAM, as in Python.
pub(super) fn pair(i: &mut Input, places: &mut Places, mut given: Vec<Given>) -> Parsed<()> {
    let span = i.since(i.at());
    if given.len() == 4
        && let Some(Given {
            value: Expr::Name(name),
            ..
        }) = given.pop()
    {
        i.remark(format!(
            "{name} holds both sockets: {name}[0] and {name}[1]"
        ));
        if i.state.brackets == 0 {
            i.state.filled = vec![Some(name)];
        }
    }
    places.fill(i, 0, given)?;
    default(places, "domain", "AF_UNIX", span);
    default(places, "type", "SOCK_STREAM", span);
    Ok(())
}

/// `socket tcp`, `socket inet stream`, `socket AF_INET SOCK_STREAM IPPROTO_TCP`, `socket unix dgram --nonblock`.
pub(super) fn shell(i: &mut Input, places: &mut Places) -> Parsed<()> {
    let mut at = 0;
    let mut joined: Vec<&str> = Vec::new();
    let begin = i.at();
    loop {
        blank(i);
        let _ = i.eat(",");
        blank(i);
        if ends(i) {
            break;
        }
        let start = i.at();
        if let Some(fault) = host_behind(i) {
            return Err(fault.into());
        }
        let word = peek_word(i).trim_end_matches(',');
        match word {
            "--nonblock" | "--cloexec" => {
                i.skip(word.len());
                joined.push(if word == "--nonblock" {
                    "SOCK_NONBLOCK"
                } else {
                    "SOCK_CLOEXEC"
                });
                continue;
            }
            _ => {}
        }
        let span = Span {
            start,
            end: start + word.len(),
        };
        if at == 0 && expand(places, word, span) {
            i.skip(word.len());
            at = 2;
            continue;
        }
        if at == 2 && places.args[2].is_none() && is_type(word) {
            at = 1;
        }
        at = one(i, places, at, word)?;
    }
    let span = i.since(begin);
    if places.command.name == "socketpair" {
        default(places, "domain", "AF_UNIX", span);
        default(places, "type", "SOCK_STREAM", span);
    }
    join(places, &joined);
    Ok(())
}

fn is_type(word: &str) -> bool {
    type_word(word).is_some() || constant(word).is_some_and(|c| c.family == Family::Type)
}

/// One argument; gives the place of the next.
fn one(i: &mut Input, places: &mut Places, at: usize, word: &str) -> Parsed<usize> {
    let start = i.at();
    let split = word
        .split_once('=')
        .filter(|(_, value)| !value.starts_with('='));
    let at = match split
        .and_then(|(name, _)| keyword(places.command, name).map(|at| (at, name.len() + 1)))
    {
        Some((at, len)) => {
            i.skip(len);
            at
        }
        None => at,
    };
    let Some(param) = places.command.params.get(at) else {
        let span = Span {
            start,
            end: start + word.len(),
        };
        return Err(places.too_many(i, span).into());
    };
    let value_start = i.at();
    let value = super::expr::tight(i)?;
    let span = i.since(value_start);
    if at == 0 {
        known(i, &value, span)?;
    }
    if let Some(value) = fit(i, param.kind, value, span)? {
        places.set(param.name, value, span);
    }
    Ok(at + 1)
}

/// A fault for a word, where a family or a short word should stand, that is neither.
fn known(i: &mut Input, value: &Expr, span: Span) -> Parsed<()> {
    let word = match value {
        Expr::Name(word) | Expr::Text(word) => word.as_str(),
        Expr::Const(word, _) => word,
        _ => return Ok(()),
    };
    if fit(i, Kind::Domain, value.clone(), span).is_ok() {
        return Ok(());
    }
    let known = SHORT
        .iter()
        .map(|(short, ..)| *short)
        .chain(["inet", "inet6", "AF_INET", "AF_INET6", "AF_UNIX"])
        .chain(TYPES.map(|(short, _)| short))
        .chain(TYPES.map(|(_, name)| name));
    // A type alone is meant for one of the Internet family.
    let mut found: Vec<String> = near::several(word, known, 3)
        .into_iter()
        .map(|near| match type_word(near.trim_start_matches("SOCK_")) {
            Some(Expr::Const(name, _)) => match short("AF_INET", name) {
                Some(short) => format!("{short} (AF_INET {name})"),
                None => format!("AF_INET {name}"),
            },
            _ => near.to_owned(),
        })
        .collect();
    found.dedup();
    let mut fault = Fault::new(
        (span.start, span.end),
        format!("there is no kind of socket named {word}"),
    )
    .expecting("tcp, udp, tcp6, udp6, unix or unix-dgram")
    .expecting("a family such as AF_INET");
    if !found.is_empty() {
        fault = fault.helping(format!("did you mean {}?", found.join(", ")));
    }
    Err(fault.into())
}

/// Joins SOCK_NONBLOCK and its kin to the type.
fn join(places: &mut Places, more: &[&str]) {
    let Some(arg) = places.args[1].as_mut().filter(|_| !more.is_empty()) else {
        return;
    };
    let (mut names, mut bits) = match &arg.value {
        Expr::Const(name, bits) => (vec![*name], *bits),
        Expr::Flags(names, bits) => (names.clone(), *bits),
        _ => return,
    };
    for found in more.iter().filter_map(|name| constant(name)) {
        names.push(found.name);
        bits |= found.value;
    }
    arg.value = super::fit::sorted(names, bits);
}
