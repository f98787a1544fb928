//! C's declarations: the types are read over, the values kept.

use super::input::{Cursor, Input, Parsed};
use super::prelude::taken;
use super::structure::is_type;
use super::word::{blank, ends, identifier, identifier_len, peek_identifier};
use crate::lang::ast::Dialect;
use crate::lang::constants::constant;

/// The structures of C that C++ declares without the word in front: `sockaddr_in addr;`.
const STRUCTURES: [&str; 7] = [
    "sockaddr",
    "sockaddr_in",
    "sockaddr_in6",
    "sockaddr_un",
    "sockaddr_storage",
    "addrinfo",
    "timeval",
];

/// Python's types as they begin in `port: int = 8080`, `sock: socket.socket = …`.
const ANNOTATIONS: [&str; 9] = [
    "int", "str", "bytes", "float", "bool", "list", "tuple", "socket", "Tuple",
];

/// What a declaration came to.
pub(super) enum Declared<'a> {
    /// The line is none.
    No,
    /// Names without values: nothing to do.
    Nothing,
    /// A name, and its value is next.
    Value(&'a str),
}

/// `int s = socket(…);` up to the value, `struct sockaddr_in addr;`, `char buf[1024];` as a whole.
pub(super) fn declaration<'a>(i: &mut Input<'a>) -> Parsed<Declared<'a>> {
    let word = peek_identifier(i);
    let after = &i.rest()[word.len()..];
    let spaced = after.starts_with([' ', '\t', '*']);
    let starts_name = after
        .trim_start_matches([' ', '\t', '*'])
        .starts_with(|c: char| c.is_alphabetic() || c == '_');
    let names_type = is_type(word)
        || matches!(word, "let" | "var" | "unsigned")
        || STRUCTURES.contains(&word) && !i.knows(word);
    if !spaced || !starts_name || !names_type {
        return Ok(Declared::No);
    }
    let start = i.at();
    i.state.dialect = Dialect::C;
    let (name, address) = types(i)?;
    if i.rest().starts_with('(') {
        return Err(i
            .fault(
                start,
                "there are no functions here: one call at a time, so that each can be seen",
            )
            .helping("type the lines of its body, each by itself")
            .into());
    }
    declared(i, name, address)
}

/// Python's `port: int = 8080`, whose type says nothing here: its name, which is next; goes on to the value.
pub(super) fn annotated<'a>(i: &mut Input<'a>, name: &'a str) -> Option<&'a str> {
    let after = i.rest()[name.len()..].strip_prefix(':')?;
    let after = after.trim_start_matches([' ', '\t']);
    let word = &after[..identifier_len(after)];
    if name.is_empty() || !ANNOTATIONS.contains(&word) {
        return None;
    }
    let more = after
        .find(|c: char| !(c.is_alphanumeric() || "_.[], |".contains(c)))
        .map_or("", |end| &after[end..]);
    // `server: int s = …` declares on a host.
    let typed = &after[word.len()..after.len() - more.len()];
    let one = match typed.trim_start().chars().next() {
        // `left: socket = …` gives a name on a host or a side.
        None => matches!(word, "int" | "str" | "bytes" | "float" | "bool"),
        Some(next) => matches!(next, '.' | '[') || next == '|' && word != "socket",
    };
    if !one || !more.starts_with('=') || more.starts_with("==") {
        return None;
    }
    i.skip(i.rest().len() - more.len() + 1);
    blank(i);
    i.state.dialect = Dialect::Python;
    Some(name)
}

/// One more name of a declaration, after a comma: `*p`, `c = 3`, `buf[10]`.
pub(super) fn declarator<'a>(i: &mut Input<'a>, address: bool) -> Parsed<Declared<'a>> {
    let name = declared_name(i)?;
    declared(i, name, address)
}

fn declared_name<'a>(i: &mut Input<'a>) -> Parsed<&'a str> {
    while i.eat("*") {
        blank(i);
    }
    let name = peek_identifier(i);
    if name.is_empty() {
        return Err(i
            .fault(i.at(), "another name must follow the comma")
            .expecting("a name")
            .into());
    }
    i.skip(name.len());
    blank(i);
    Ok(name)
}

/// What follows a declared name. Names without a value are gone over, up to one that has one.
fn declared<'a>(i: &mut Input<'a>, first: &'a str, address: bool) -> Parsed<Declared<'a>> {
    let mut name = first;
    let mut sized = false;
    loop {
        array(i)?;
        // C++'s `sockaddr_in addr{};`
        if i.rest().starts_with('{') && skip_size(i) {
            sized = true;
        } else if i.rest().starts_with('=') && !i.rest().starts_with("==") {
            i.skip(1);
            blank(i);
            if !skip_size(i) {
                // C has names that are Python's words, and no variables that are called as its constants are.
                if constant(name).is_some() {
                    let at = i.state.source[..i.at()].rfind(name).unwrap_or(i.at());
                    return Err(taken(name, at).into());
                }
                return Ok(Declared::Value(name));
            }
            sized = true;
        }
        if !i.eat(",") {
            break;
        }
        blank(i);
        name = declared_name(i)?;
    }
    if !ends(i) {
        return Err(i
            .fault(i.at(), "this cannot follow")
            .expecting("= and a value")
            .expecting(";")
            .into());
    }
    if sized {
        i.remark("lengths and empty buffers are not needed here: each value knows its own");
        return Ok(Declared::Nothing);
    }
    let unix = i.state.source[i.state.begin..i.at()].contains("sockaddr_un");
    i.remark(match address {
        true if unix => "the structure is zeros; set its fields, or write the address where it is used: bind s ./path",
        true => "the structure is zeros; set its fields, or write the address where it is used: bind s 127.0.0.1:12345",
        false => "a variable needs no declaration here: it begins with its first value",
    });
    Ok(Declared::Nothing)
}

/// `[1024]`, as often as it stands there.
fn array(i: &mut Input) -> Parsed<()> {
    while i.rest().starts_with('[') {
        let end = i.rest().find([']', '\n', ';']).unwrap_or(i.rest().len());
        i.skip(end);
        if !i.eat("]") {
            return Err(i
                .fault(i.at(), "this bracket is never closed")
                .expecting("]")
                .into());
        }
        blank(i);
    }
    Ok(())
}

/// The words before a declared name, and the name; whether they say that it holds an address.
fn types<'a>(i: &mut Input<'a>) -> Parsed<(&'a str, bool)> {
    let mut address = false;
    let mut name = "";
    loop {
        i.link()?;
        let star = i.eat("*");
        blank(i);
        let word = peek_identifier(i);
        if word.is_empty() && !star && !i.rest().starts_with('*') {
            return Ok((name, address));
        }
        if !word.is_empty() {
            name = identifier(i)?;
            address |= name.starts_with("sockaddr");
            blank(i);
        }
    }
}

/// Goes over zeros and sizes, which are no values worth keeping; false where something else is next.
fn skip_size(i: &mut Input) -> bool {
    let rest = i.rest();
    let mut depth = 0_usize;
    let end = rest.find(|c: char| {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && matches!(c, ';' | '\n' | ',')
    });
    let value = &rest[..end.unwrap_or(rest.len())];
    let empty = value.starts_with('{')
        && value
            .trim_matches(|c: char| c.is_whitespace() || "{}0,".contains(c))
            .is_empty();
    if !empty && !value.starts_with("sizeof") {
        return false;
    }
    i.skip(value.len());
    true
}
