//! Brings a value to the form that its parameter's kind wants, so that the three dialects give equal statements.

use super::address;
use super::arguments::wanted;
use super::input::{Cursor, Input, Parsed};
use super::number::seconds;
use crate::lang::ast::{Expr, Span};
use crate::lang::constants::{CONSTANTS, Family, constant, named};
use crate::lang::fault::Fault;
use crate::lang::options;
use crate::lang::table::Kind;

/// The value in its form; `None` where it says what leaving it out says (protocol 0, no flags).
pub(super) fn fit(i: &mut Input, kind: Kind, value: Expr, span: Span) -> Parsed<Option<Expr>> {
    let value = match value {
        Expr::Word(word) if kind != Kind::Word && kind != Kind::Data => Expr::Name(word),
        other if matches!(kind, Kind::Value | Kind::Rest | Kind::Data | Kind::Word) => other,
        other => counted(other),
    };
    let fitted = match kind {
        Kind::Socket => socket(value),
        Kind::Address => return address::from_expr(i, span.start, value).map(Some),
        Kind::Data => data(value),
        Kind::Int | Kind::Size => number(value),
        Kind::Time => return Ok(time(value, span)?),
        Kind::Domain => domain(value),
        Kind::Type => socket_type(value),
        Kind::Protocol => match protocol(value) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => return Ok(None),
            Err(value) => Err(value),
        },
        Kind::MsgFlags => return flags(value, span),
        Kind::How => how(value),
        Kind::Option => option(value),
        Kind::Switch => switch(value),
        Kind::Host => host(value),
        Kind::Service => service(value),
        Kind::IpText => ip_text(value),
        Kind::Errno => errno(value),
        Kind::Word => word(value),
        Kind::Value | Kind::Rest | Kind::OptionValue | Kind::Watch => Ok(value),
    };
    match fitted {
        Ok(value) => Ok(Some(value)),
        // `socket.socket(af, socktype, proto)`, as getaddrinfo gave them.
        Err(Expr::Name(name)) if is_of_socket(kind) && i.knows(&name) => Ok(Some(Expr::Name(name))),
        Err(value) => Err(unfit(kind, &value, span).into()),
    }
}

/// `True` is 1 and `False` 0, wherever a number is wanted.
pub(super) fn counted(value: Expr) -> Expr {
    match value {
        Expr::Const("True" | "False", n) => Expr::Int(n),
        other => other,
    }
}

/// Whether it is one of the three arguments of socket(), which have short words of their own.
fn is_of_socket(kind: Kind) -> bool {
    matches!(kind, Kind::Domain | Kind::Type | Kind::Protocol)
}

/// A value in its form, or as it was where it has none.
type Fitted = Result<Expr, Expr>;

/// True where only the session can know what the value is.
fn later(value: &Expr) -> bool {
    matches!(
        value,
        Expr::Name(_)
            | Expr::Property(..)
            | Expr::Index(..)
            | Expr::Call(_)
            | Expr::Apply(..)
            | Expr::Binary(..)
    )
}

fn or_later(value: Expr) -> Fitted {
    if later(&value) { Ok(value) } else { Err(value) }
}

fn unfit(kind: Kind, value: &Expr, span: Span) -> Fault {
    let fault = Fault::new(
        (span.start, span.end),
        format!("this cannot be {}", article(kind)),
    )
    .expecting(wanted(kind));
    if let (Kind::Option, Expr::Flags(names, bits)) = (kind, value) {
        return joined_options(names, *bits, span);
    }
    if let (Kind::Data, Expr::Tuple(_)) = (kind, value) {
        return fault.helping("bytes are written as they travel: b\"\\x00\\x05\" is what struct.pack(\"!H\", 5) gives");
    }
    let Expr::Name(word) = value else {
        return fault;
    };
    let known = |family| {
        CONSTANTS
            .iter()
            .filter(move |c| c.family == family)
            .map(|c| c.name)
    };
    match kind {
        // Only `socket` itself takes one word for two.
        Kind::Domain if matches!(word.as_str(), "tcp" | "udp") => {
            let kind = if word == "udp" {
                "SOCK_DGRAM"
            } else {
                "SOCK_STREAM"
            };
            let mut fault = fault.helping(format!("AF_INET {kind} is what {word} stands for"));
            fault.expected = vec!["a family: AF_INET, AF_INET6 or AF_UNSPEC".to_owned()];
            fault
        }
        Kind::Domain => fault.near(
            word,
            known(Family::Domain).chain(FAMILIES.iter().map(|(name, _)| *name)),
        ),
        Kind::Type if matches!(word.as_str(), "tcp" | "udp") => {
            fault.helping(format!("s = socket {word}, or {word}6 for IPv6"))
        }
        Kind::Type => fault.near(
            word,
            known(Family::Type).chain(TYPES.iter().map(|(name, _)| *name)),
        ),
        Kind::Protocol => fault.near(
            word,
            known(Family::Protocol).chain(["tcp", "udp", "icmp", "icmpv6"]),
        ),
        Kind::How => fault.near(word, known(Family::How)),
        Kind::Errno => fault.near(word, known(Family::Errno)),
        Kind::MsgFlags => fault.near(word, known(Family::Message)),
        Kind::Option => {
            let mut fault = fault;
            if is_option_name(word) {
                // It may be one of the system's that is not offered here.
                fault.message = format!("the shell has no option {word}");
            }
            fault.near(word, options::OPTIONS.iter().map(|option| option.name))
        }
        _ => fault,
    }
}

/// Whether a word is written as the names of options are.
fn is_option_name(word: &str) -> bool {
    ["SO_", "TCP_", "UDP_", "IP_", "IPV6_"]
        .iter()
        .any(|prefix| word.starts_with(prefix))
}

/// `SO_REUSEADDR | SO_REUSEPORT`: a number of its own, and not both options.
fn joined_options(names: &[&'static str], bits: i64, span: Span) -> Fault {
    let same = options::OPTIONS
        .iter()
        .find(|option| i64::from(option.code) == bits);
    let number = match same {
        Some(option) => format!("{bits}, which is {} alone", option.name),
        None => format!("{bits}, another option's"),
    };
    let message = format!("an option is a number and no flag, and these give {number}");
    Fault::new((span.start, span.end), message)
        .expecting(names.first().copied().unwrap_or("SO_REUSEADDR"))
        .helping("one call for each option")
}

fn article(kind: Kind) -> &'static str {
    match kind {
        Kind::Socket => "a socket",
        Kind::Data => "data to send",
        Kind::Int | Kind::Size => "a whole number",
        Kind::Domain => "a family",
        Kind::Type => "a socket type",
        Kind::Protocol => "a protocol",
        Kind::How => "a direction",
        Kind::Option => "a socket option",
        Kind::Switch => "on or off",
        Kind::Host => "a host",
        Kind::Service => "a port",
        Kind::Errno => "an error",
        _ => "this argument",
    }
}

fn socket(value: Expr) -> Fitted {
    match value {
        Expr::Int(fd) => i32::try_from(fd).map(Expr::Fd).map_err(|_| Expr::Int(fd)),
        Expr::Fd(_) | Expr::Last => Ok(value),
        other => or_later(other),
    }
}

/// What is sent is bytes: `b"hi"` and `"hi"` are the same data.
fn data(value: Expr) -> Fitted {
    match value {
        Expr::Bytes(bytes) => {
            Ok(String::from_utf8(bytes).map_or_else(|e| Expr::Bytes(e.into_bytes()), Expr::Text))
        }
        Expr::Null | Expr::Tuple(_) | Expr::Last | Expr::Float(_) => Err(value),
        other => Ok(other),
    }
}

fn number(value: Expr) -> Fitted {
    match value {
        Expr::Int(_) | Expr::Const(..) | Expr::Flags(..) => Ok(value),
        other => or_later(other),
    }
}

/// `None`, `NULL` and a negative number are "for ever", as is leaving it out.
fn time(value: Expr, span: Span) -> Result<Option<Expr>, Fault> {
    match value {
        Expr::Null => Ok(None),
        Expr::Int(n) if n < 0 => Ok(None),
        Expr::Float(n) if n < 0.0 => Ok(None),
        Expr::Int(_) => Ok(Some(value)),
        Expr::Float(n) => Ok(Some(seconds(n))),
        Expr::Tuple(items) => match items.as_slice() {
            [Expr::Int(whole), Expr::Int(micro)] => {
                Ok(Some(seconds(*whole as f64 + *micro as f64 / 1e6)))
            }
            _ => Err(unfit(Kind::Time, &Expr::Null, span)),
        },
        other if later(&other) => Ok(Some(other)),
        other => Err(unfit(Kind::Time, &other, span)),
    }
}

/// Families by their short names.
const FAMILIES: [(&str, &str); 9] = [
    ("inet", "AF_INET"),
    ("inet4", "AF_INET"),
    ("ipv4", "AF_INET"),
    ("inet6", "AF_INET6"),
    ("ipv6", "AF_INET6"),
    ("unix", "AF_UNIX"),
    ("local", "AF_UNIX"),
    ("packet", "AF_PACKET"),
    ("netlink", "AF_NETLINK"),
];

/// A constant of the table by its name.
pub(super) fn named_constant(name: &str) -> Option<Expr> {
    constant(name).map(|c| Expr::Const(c.name, c.value))
}

fn one_of(word: &str, names: &[(&str, &str)]) -> Option<Expr> {
    let name = names
        .iter()
        .find(|(short, _)| short.eq_ignore_ascii_case(word))?
        .1;
    named_constant(name)
}

/// The constant of a family with the value of a number.
fn numbered(family: Family, value: Expr) -> Fitted {
    match value {
        Expr::Int(number) => {
            Ok(named(family, number).map_or(value, |name| Expr::Const(name, number)))
        }
        Expr::Const(name, _) if constant(name).is_some_and(|c| c.family == family) => Ok(value),
        Expr::Const(..) => Err(value),
        other => or_later(other),
    }
}

fn domain(value: Expr) -> Fitted {
    match &value {
        Expr::Name(word) => one_of(word, &FAMILIES).ok_or(value),
        _ => numbered(Family::Domain, value),
    }
}

/// Socket types by their short names.
pub(super) const TYPES: [(&str, &str); 6] = [
    ("stream", "SOCK_STREAM"),
    ("dgram", "SOCK_DGRAM"),
    ("datagram", "SOCK_DGRAM"),
    ("raw", "SOCK_RAW"),
    ("seqpacket", "SOCK_SEQPACKET"),
    ("rdm", "SOCK_RDM"),
];

/// A socket type by its short name.
pub(super) fn type_word(word: &str) -> Option<Expr> {
    one_of(word, &TYPES)
}

fn socket_type(value: Expr) -> Fitted {
    match value {
        Expr::Name(word) => type_word(&word).ok_or(Expr::Name(word)),
        Expr::Flags(names, bits) => {
            let family = |name: &str| constant(name).map(|c| c.family);
            let fits = names.iter().all(|name| family(name) == Some(Family::Type));
            if fits {
                Ok(sorted(names, bits))
            } else {
                Err(Expr::Flags(names, bits))
            }
        }
        other => numbered(Family::Type, other),
    }
}

/// Flags in one order, each once.
pub(super) fn sorted(mut names: Vec<&'static str>, bits: i64) -> Expr {
    names.sort_by_key(|name| constant(name).map_or(0, |c| c.value));
    names.dedup();
    match names.as_slice() {
        [one] => Expr::Const(one, bits),
        _ => Expr::Flags(names, bits),
    }
}

/// `tcp`, `udp`, `IPPROTO_TCP`, a number. 0 is "the usual one", as is leaving it out.
fn protocol(value: Expr) -> Result<Option<Expr>, Expr> {
    let value = match value {
        Expr::Int(0) | Expr::Const("IPPROTO_IP", _) | Expr::Null => return Ok(None),
        Expr::Name(word) => {
            named_constant(&format!("IPPROTO_{}", word.to_uppercase())).ok_or(Expr::Name(word))
        }
        other => numbered(Family::Protocol, other),
    };
    value.map(Some)
}

/// No flags are `None`; others are always `Flags`, in one order.
pub(super) fn flags(value: Expr, span: Span) -> Parsed<Option<Expr>> {
    let (names, bits) = match value {
        Expr::Int(0) | Expr::Null => return Ok(None),
        Expr::Int(bits) => match message_names(bits) {
            Some(names) => (names, bits),
            None => return Ok(Some(Expr::Int(bits))),
        },
        Expr::Const(name, bits) => (vec![name], bits),
        Expr::Flags(names, bits) => (names, bits),
        // No variable is called so: it is a flag that was mistyped.
        Expr::Name(name) if name.starts_with("MSG_") => {
            return Err(unfit(Kind::MsgFlags, &Expr::Name(name), span).into());
        }
        other if later(&other) => return Ok(Some(other)),
        other => return Err(unfit(Kind::MsgFlags, &other, span).into()),
    };
    if let Some(name) = names
        .iter()
        .find(|name| constant(name).is_none_or(|c| c.family != Family::Message))
    {
        return Err(unfit(Kind::MsgFlags, &Expr::Name((*name).to_owned()), span).into());
    }
    Ok(Some(match sorted(names, bits) {
        Expr::Const(name, bits) => Expr::Flags(vec![name], bits),
        other => other,
    }))
}

/// The names of a number's bits, where each has one.
fn message_names(bits: i64) -> Option<Vec<&'static str>> {
    (0..32)
        .map(|bit| 1_i64 << bit)
        .filter(|bit| bits & bit != 0)
        .map(|bit| named(Family::Message, bit))
        .collect::<Option<Vec<_>>>()
        .filter(|names| !names.is_empty() && (0..1 << 32).contains(&bits))
}

/// Directions by the words in use.
const DIRECTIONS: [(&str, &str); 11] = [
    ("rd", "SHUT_RD"),
    ("in", "SHUT_RD"),
    ("read", "SHUT_RD"),
    ("r", "SHUT_RD"),
    ("wr", "SHUT_WR"),
    ("out", "SHUT_WR"),
    ("write", "SHUT_WR"),
    ("w", "SHUT_WR"),
    ("rdwr", "SHUT_RDWR"),
    ("both", "SHUT_RDWR"),
    ("rw", "SHUT_RDWR"),
];

fn how(value: Expr) -> Fitted {
    match value {
        Expr::Name(word) | Expr::Text(word) => one_of(&word, &DIRECTIONS).ok_or(Expr::Name(word)),
        other => numbered(Family::How, other),
    }
}

fn option(value: Expr) -> Fitted {
    let name = match &value {
        Expr::Name(word) => word.as_str(),
        Expr::Const(name, _) => name,
        _ => return or_later(value),
    };
    match options::option(name) {
        Some(option) => Ok(Expr::Const(option.name, i64::from(option.code))),
        None => Err(Expr::Name(name.to_owned())),
    }
}

/// `on`, `yes`, `1`, `True` and so on.
pub(super) fn switch(value: Expr) -> Fitted {
    match value {
        Expr::Int(n) => Ok(Expr::Int(i64::from(n != 0))),
        Expr::Name(word) if word == "on" || word == "yes" => Ok(Expr::Int(1)),
        Expr::Name(word) if word == "off" || word == "no" => Ok(Expr::Int(0)),
        other => or_later(other),
    }
}

fn host(value: Expr) -> Fitted {
    match value {
        Expr::Text(_) | Expr::Int(_) => Ok(value),
        // getaddrinfo(None, 80), getaddrinfo(NULL, "80", …): no host at all.
        Expr::Null => Ok(Expr::Text(String::new())),
        Expr::Const("INADDR_ANY", _) => Ok(Expr::Text("0.0.0.0".into())),
        other => or_later(other),
    }
}

fn service(value: Expr) -> Fitted {
    match value {
        Expr::Text(text) => Ok(match text.parse() {
            Ok(number) if text.bytes().all(|b| b.is_ascii_digit()) => Expr::Int(number),
            _ => Expr::Text(text),
        }),
        Expr::Int(_) => Ok(value),
        other => or_later(other),
    }
}

fn ip_text(value: Expr) -> Fitted {
    match value {
        Expr::Text(_) => Ok(value),
        other => or_later(other),
    }
}

fn errno(value: Expr) -> Fitted {
    match value {
        Expr::Int(_) => Ok(value),
        Expr::Const(name, number) if name.starts_with('E') => Ok(Expr::Int(number)),
        Expr::Const(..) => Err(value),
        other => or_later(other),
    }
}

fn word(value: Expr) -> Fitted {
    match value {
        Expr::Word(_) => Ok(value),
        Expr::Name(word) | Expr::Text(word) => Ok(Expr::Word(word)),
        Expr::Const(name, _) => Ok(Expr::Word(name.to_owned())),
        Expr::Int(n) => Ok(Expr::Word(n.to_string())),
        other => Err(other),
    }
}
