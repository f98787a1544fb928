//! Slips: arguments that would be taken for others than those that were meant, and words in the order of plain English.

use super::arguments::Given;
use super::input::{Cursor, Input, Parsed};
use super::word::{identifier_len, peek_word};
use crate::lang::ast::Expr;
use crate::lang::fault::Fault;
use crate::lang::table::{CArg, Command, Kind, Param, find};
use std::net::Ipv4Addr;

/// A fault for the commonest of them.
pub(super) fn check(i: &Input, command: &Command, given: &[Given], is_method: bool) -> Parsed<()> {
    let fault = host_apart(i, command, given)
        .or_else(|| turned_round(i, command, given, is_method))
        .or_else(|| match is_method {
            true => None,
            false => without_flags(i, command, given),
        });
    fault.map_or(Ok(()), |fault| Err(fault.into()))
}

/// `bind(s, "127.0.0.1", 8080)`: the host alone would be a Unix socket's path, and the port a length or flags.
fn host_apart(i: &Input, command: &Command, given: &[Given]) -> Option<Fault> {
    let first = match command.name {
        "bind" | "connect" => 1,
        // Data may look like a host.
        "sendto" => 2,
        _ => return None,
    };
    let (host, port) =
        given
            .iter()
            .zip(given.iter().skip(1))
            .skip(first)
            .find(|(host, port)| {
                let named = |text: &str| {
                    matches!(text, "" | "localhost") || text.parse::<Ipv4Addr>().is_ok()
                };
                matches!(&host.value, Expr::Text(text) if named(text))
                    && matches!(port.value, Expr::Int(_))
            })?;
    // Without the keyword, as in `host="localhost"`.
    let [host, port] = [host, port].map(|one| {
        let text = &i.state.source[one.span.start..one.span.end];
        match (one.keyword, text.split_once('=')) {
            (Some(_), Some((_, value))) => value.trim(),
            _ => text,
        }
    });
    let span = (given[first].span.start, i.at());
    let fault = Fault::new(span, "host and port are one argument");
    let bare = host.trim_matches(['"', '\'']);
    Some(match i.state.dialect.is_python() {
        true => fault.expecting(format!("({host}, {port})")),
        false => fault.expecting(format!("{bare}:{port}")),
    })
}

/// `write(c, 2, "hi")`, `u.sendto(("127.0.0.1", 9), "hi")`: the length or the address in the place of the data, which
/// would be sent, or be told that it is none.
fn turned_round(i: &Input, command: &Command, given: &[Given], is_method: bool) -> Option<Fault> {
    let data = |value: &Expr| matches!(value, Expr::Text(_) | Expr::Bytes(_));
    let cut = command.c.iter().position(|arg| matches!(arg, CArg::Cut(_)));
    let (first, what) = match given {
        [_, address, text, ..]
            if command.name == "sendto"
                && matches!(address.value, Expr::Tuple(_) | Expr::Address(_))
                && data(&text.value) =>
        {
            (1, "the data comes before the address")
        }
        _ if !is_method && given.len() == command.c.len() => match cut {
            Some(cut) if data(&given[cut].value) => (cut - 1, "the data comes before its length"),
            _ => return None,
        },
        _ => return None,
    };
    let mut each: Vec<&str> = given
        .iter()
        .map(|one| &i.state.source[one.span.start..one.span.end])
        .collect();
    each.swap(first, first + 1);
    let span = (given[first].span.start, given[first + 1].span.end);
    let line = match (is_method, each.as_slice()) {
        // The method's name is a part of it.
        (true, [socket, rest @ ..]) => format!("{}({})", socket.trim_end(), rest.join(", ")),
        _ => format!("{}({})", command.name, each.join(", ")),
    };
    Some(Fault::new(span, what).expecting(line))
}

/// `send(c, "hi", 2)`, `recv(c, buf, 10)`: the C call has its flags behind the length, and without them the length
/// would be taken for flags, the buffer for a length.
fn without_flags(i: &Input, command: &Command, given: &[Given]) -> Option<Fault> {
    let [_, what, length] = given else {
        return None;
    };
    let meant = match command.name {
        "send" => match &length.value {
            Expr::Int(n) => *n != 0,
            value => matches!(value, Expr::Apply(..) | Expr::Null),
        },
        "recv" => {
            let flags = matches!(length.value, Expr::Const(..) | Expr::Flags(..));
            !flags && matches!(&what.value, Expr::Name(name) if !i.knows(name))
        }
        _ => false,
    };
    let flags = command
        .params
        .last()
        .is_some_and(|param| param.kind == Kind::MsgFlags);
    if !meant || !flags || given.iter().any(|one| one.keyword.is_some()) {
        return None;
    }
    let each: Vec<&str> = given
        .iter()
        .map(|one| &i.state.source[one.span.start..one.span.end])
        .collect();
    let fault = Fault::new(
        (length.span.start, length.span.end),
        format!("in C {}() has its flags behind the length", command.name),
    );
    Some(fault.expecting(format!("{}({}, 0)", command.name, each.join(", "))))
}

/// `connect c to 127.0.0.1:80`: a word of plain English in front of an address.
pub(super) fn between(i: &Input, next: Option<&Param>) -> Option<Fault> {
    // Looked at only where an address is next, or many words would take the square of their time.
    if next?.kind != Kind::Address {
        return None;
    }
    let word = peek_word(i);
    if !matches!(word, "to" | "at" | "on" | "port") || i.knows(word) {
        return None;
    }
    let rest = &i.rest()[word.len()..];
    let over = rest.find(['\n', ';', '#']).unwrap_or(rest.len());
    let what = rest[..over].trim();
    if what.is_empty()
        || what.starts_with('-')
        || word == "port" && !what.starts_with(char::is_numeric)
    {
        return None;
    }
    let start = i.at();
    let before = i.state.source[i.state.begin..start].trim();
    Some(
        Fault::new(
            (start, start + word.len()),
            format!("{word} is not needed here"),
        )
        .expecting(format!("{before} {}", meant_address(i, what))),
    )
}

/// The address that was meant: another socket's, a port of this machine, or what was typed.
fn meant_address(i: &Input, typed: &str) -> String {
    let typed = typed.strip_prefix("port ").unwrap_or(typed);
    match typed {
        name if identifier_len(name) == name.len() && i.knows(name) => format!("{name}.local"),
        port if port.parse::<u16>().is_ok() => format!("127.0.0.1:{port}"),
        other => other.to_owned(),
    }
}

/// `close *`, `close s*`: a pattern in place of a socket.
pub(super) fn pattern(i: &Input, command: &Command) -> Option<Fault> {
    if command.name != "close" {
        return None;
    }
    let (start, word) = (i.at(), peek_word(i));
    word.ends_with('*').then(|| {
        Fault::new(
            (start, start + word.len()),
            "close takes one socket, by its name",
        )
        .helping("`close all` shows the line that closes every one")
    })
}

/// `c send hello`: a known name first, and the call behind it.
pub(super) fn turned(i: &Input, name: &str, after: &str) -> Option<Fault> {
    let len = identifier_len(after);
    let command = find(&after[..len])?;
    let first = command.params.first()?;
    let apart = after[len..].starts_with([' ', ';', '\n']) || after.len() == len;
    if first.kind != Kind::Socket || !apart {
        return None;
    }
    let over = after.find(['\n', ';', '#']).unwrap_or(after.len());
    let what = format!(
        "{} {name} {}",
        &after[..len],
        after[len..over.max(len)].trim()
    );
    let start = i.at();
    let end = start + i.rest().len() - after.len() + len;
    Some(Fault::new((start, end), "the call comes first, then its socket").expecting(what.trim()))
}

/// `close socket s`, `recv from s`: a word of plain English in front of a socket.
fn filler(i: &Input, command: &Command, word: &str) -> Option<Fault> {
    if !matches!(word, "to" | "from" | "on" | "of" | "the" | "socket") || i.knows(word) {
        return None;
    }
    let rest = &i.rest()[word.len()..];
    let over = rest.find(['\n', ';', '#']).unwrap_or(rest.len());
    let rest = rest[..over].trim();
    let takes_address = command
        .params
        .get(1)
        .is_some_and(|p| p.kind == Kind::Address);
    let rest = match i.knows(&rest[..identifier_len(rest)]) {
        true => rest.to_owned(),
        // `bind to port 5000`
        false if takes_address && rest.contains(|c: char| c.is_ascii_digit()) => {
            format!(". {}", meant_address(i, rest))
        }
        false => return None,
    };
    let start = i.at();
    Some(
        Fault::new(
            (start, start + word.len()),
            format!("{word} is not needed here"),
        )
        .expecting(format!("{} {rest}", command.name)),
    )
}

/// `send s = "hi"`: the sign and the quotes would be sent too. The data is next.
pub(super) fn assigned(i: &Input) -> Option<Fault> {
    let rest = i.rest();
    let text = rest.strip_prefix('=')?.trim_start();
    if !text.starts_with(['"', '\'']) {
        return None;
    }
    let at = i.at();
    let over = text.find(['\n', ';']).unwrap_or(text.len());
    let fault = Fault::new((at, at + 1), "nothing is given a value here");
    Some(fault.expecting(format!(
        "{}{}",
        i.state.source[i.state.begin..at].trim_start(),
        text[..over].trim_end()
    )))
}

/// `bind localhost 8080`, `bind s:8080`, `close socket s`: the socket is not there, has the port at its name, or a
/// word in front.
pub(super) fn without_socket(i: &Input, command: &Command, word: &str) -> Option<Fault> {
    if let Some(fault) = filler(i, command, word) {
        return Some(fault);
    }
    let takes_address = command.params.get(1)?.kind == Kind::Address;
    let (name, port) = word.split_once(':').unwrap_or((word, ""));
    if !takes_address || i.knows(word) {
        return None;
    }
    let (name, meant) = match (name, port) {
        ("localhost", "") => (".", i.rest()),
        (name, port) if !port.is_empty() && i.knows(name) => (name, port),
        _ => return None,
    };
    let over = meant.find(['\n', ';', '#']).unwrap_or(meant.len());
    let meant = meant[..over].trim();
    let start = i.at();
    let host = if name == "." { "" } else { "127.0.0.1:" };
    Some(
        Fault::new(
            (start, start + word.len()),
            "the socket comes first, and stands alone",
        )
        .expecting(format!("{} {name} {host}{meant}", command.name)),
    )
}
