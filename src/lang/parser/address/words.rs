//! Addresses as words of the shell dialect.

use super::super::expr::expr;
use super::super::input::{Cursor, Input, Parsed};
use super::super::number::dotted_quad;
use super::super::word::{
    ends, identifier_len, is_identifier, is_quote, peek_identifier, peek_word,
};
use super::value::{from_expr, port};
use super::{
    any, any_len, at_word, bracketed_len, expected, host_text, literal, no_url, port_word,
};
use crate::lang::ast::{Address, Expr, Host};
use crate::lang::fault::Fault;
use std::net::Ipv6Addr;

/// An address as one or two words of the shell dialect.
pub(in crate::lang::parser) fn shell(i: &mut Input) -> Parsed<Expr> {
    let start = i.at();
    let first = i.next().unwrap_or(' ');
    let word = peek_word(i);
    let name = peek_identifier(i);
    let prefixed =
        super::super::string::is_prefix(name) && word[name.len()..].starts_with(is_quote);
    if prefixed || is_quote(first) || matches!(first, '(' | '{') {
        let value = expr(i)?;
        return match quoted_host(i, start, &value)? {
            Some(host) => second_word(i, start, host),
            None => from_expr(i, start, value),
        };
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
        return super::super::expr::tight(i).and_then(|value| from_expr(i, start, value));
    }
    if identifier > 0
        && word[identifier..].starts_with('.')
        && (i.knows(&word[..identifier]) || is_property(word))
    {
        return super::super::expr::tight(i).and_then(|value| from_expr(i, start, value));
    }
    host_words(i, start, word)
}

/// The host of `"127.0.0.1" 80` and `"" 80`: a text without a port of its own, with one behind it.
fn quoted_host(i: &Input, start: usize, value: &Expr) -> Parsed<Option<Host>> {
    match value {
        Expr::Text(text)
            if !text.starts_with('@')
                && !text.contains('/')
                && text.matches(':').count() != 1
                && port_follows(i) =>
        {
            host_text(i, start, text.trim_matches(['[', ']'])).map(Some)
        }
        _ => Ok(None),
    }
}

/// Whether what stands behind a host, after a blank, may be its port.
fn port_follows(i: &Input) -> bool {
    let before = i.rest();
    let after = before.trim_start_matches([' ', '\t']);
    // `flags=…` is the next argument.
    let word = &after[identifier_len(after)..];
    let keyword = word.starts_with('=') && !word.starts_with("==");
    !after.is_empty()
        && !keyword
        && !after.starts_with(['-', ',', ';', '\n', '#', ')'])
        && after.len() < before.len()
}

/// `c.local`, `c.getsockname()` …: what a socket answers, and not a host's name.
fn is_property(word: &str) -> bool {
    word.split(['.', '(', '['])
        .nth(1)
        .is_some_and(super::super::method::is_member)
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
    if let Some(fault) = no_url(i, start, word) {
        i.skip(word.len());
        return Err(Fault {
            span: (start, i.at()),
            ..fault
        }
        .into());
    }
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
        _ if is_identifier(word) && i.knows(word) => {
            Host::Expr(Box::new(Expr::Name(word.to_owned())))
        }
        _ => host_text(i, start, word)?,
    };
    if port_follows(i) {
        return second_word(i, start, host);
    }
    if is_identifier(word) {
        return Ok(Expr::Name(word.to_owned()));
    }
    let (what, help) = match word.parse::<u16>() {
        Ok(port) => (
            "this is a port, and an address needs a host too",
            format!("127.0.0.1:{port} is that port of this machine"),
        ),
        Err(_) => (
            "an address needs a port",
            format!("{word}:12345 is port 12345 there"),
        ),
    };
    Err(expected(i.fault(start, what).helping(help)).into())
}

/// A host with a port as they are written together. `::1:80` has its port already, only not apart from the host.
fn ported(host: &str) -> Option<(String, u16)> {
    if host.starts_with('[') || !host.contains(':') {
        return Some((host.to_owned(), 12345));
    }
    let is_address = |text: &str| text.parse::<Ipv6Addr>().is_ok();
    let (before, last) = host.rsplit_once(':')?;
    match last.parse() {
        Ok(port) if is_address(before) => Some((format!("[{before}]"), port)),
        _ => {
            let bare = host.split('%').next()?;
            is_address(bare).then(|| (format!("[{host}]"), 12345))
        }
    }
}

/// The port of `host port`.
fn second_word(i: &mut Input, start: usize, host: Host) -> Parsed<Expr> {
    super::super::word::blank(i);
    // `127.0.0.1, 8080` and `localhost port 8080`.
    for joint in [",", "port "] {
        let after = i.rest().strip_prefix(joint).map(str::trim_start);
        if after.is_some_and(|port| port.starts_with(|c: char| c.is_ascii_digit())) {
            i.skip(joint.len());
            super::super::word::blank(i);
        }
    }
    let at = i.at();
    if ends(i) || i.rest().starts_with('-') {
        let fault = expected(i.fault(start, "an address needs a port"));
        return Err(match ported(i.state.source[start..at].trim()) {
            Some((host, port)) => fault.helping(format!("{host}:{port} is port {port} there")),
            None => fault,
        }
        .into());
    }
    let name = peek_identifier(i);
    let port = if !name.is_empty()
        && (i.knows(name) || i.rest()[name.len()..].starts_with(['.', '(', '[']))
    {
        {
            let value = super::super::expr::tight(i)?;
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
