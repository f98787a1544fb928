//! What brackets hold: tuples, lists, casts, and the structures of C and strace.

use super::expr::expr;
use super::field;
use super::input::{Cursor, Input, Parsed};
use super::number::seconds;
use super::word::{blank, peek_identifier};
use super::{address, pasted};
use crate::lang::ast::Expr;
use crate::lang::fault::Fault;

/// Type words of C that a cast or a declaration may begin with.
pub(super) fn is_type(word: &str) -> bool {
    matches!(
        word,
        "struct"
            | "int"
            | "char"
            | "unsigned"
            | "signed"
            | "long"
            | "short"
            | "void"
            | "const"
            | "static"
            | "float"
            | "double"
            | "size_t"
            | "ssize_t"
            | "socklen_t"
            | "uint8_t"
            | "uint16_t"
            | "uint32_t"
            | "uint64_t"
            | "int8_t"
            | "int16_t"
            | "int32_t"
            | "int64_t"
            | "pid_t"
            | "in_addr_t"
            | "in_port_t"
            | "fd_set"
            | "sa_family_t"
            | "nfds_t"
            | "SOCKET"
            | "SOCKADDR"
            | "SA"
            | "time_t"
            | "FILE"
            | "auto"
            | "bool"
    )
}

/// How many bytes a number of this type has: `int`, `unsigned long`, `uint32_t`.
pub(super) fn size_of_type(words: &str) -> Option<i64> {
    let mut size = None;
    for word in words.split_whitespace() {
        let long = size_of::<libc::c_long>() as i64;
        size = Some(match word {
            "unsigned" | "signed" | "int" => size.unwrap_or(4),
            "char" | "uint8_t" | "int8_t" | "bool" => 1,
            "short" | "uint16_t" | "int16_t" | "in_port_t" | "sa_family_t" => 2,
            "uint32_t" | "int32_t" | "in_addr_t" | "socklen_t" | "pid_t" => 4,
            "uint64_t" | "int64_t" => 8,
            "long" if size == Some(long) => 8,
            "long" | "size_t" | "ssize_t" | "time_t" => long,
            _ => return None,
        });
    }
    size
}

/// Goes over a cast, `(struct sockaddr *)`, where one is next.
pub(super) fn cast(i: &mut Input) -> bool {
    let inner = i.rest()[1..].trim_start();
    let word = &inner[..super::word::identifier_len(inner)];
    if !is_type(word) {
        return false;
    }
    // A Python call such as (int(x)) is none: between the brackets of a cast stand names, blanks and stars.
    let len =
        inner.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '*' || c.is_whitespace()));
    let Some(len) = len.filter(|len| inner[*len..].starts_with(')')) else {
        return false;
    };
    let skipped = i.rest().len() - inner.len() + len + 1;
    i.skip(skipped);
    i.state.c = true;
    blank(i);
    true
}

/// Goes over the type of C++'s `reinterpret_cast<sockaddr *>(&addr)`, where it and a bracket are next.
pub(super) fn template(i: &mut Input) -> bool {
    let Some(inner) = i.rest().strip_prefix('<') else {
        return false;
    };
    let end =
        inner.find(|c: char| !(c.is_alphanumeric() || "_*&:".contains(c) || c.is_whitespace()));
    let Some(len) = end.filter(|end| inner[*end..].starts_with(">(")) else {
        return false;
    };
    i.skip(len + 2);
    i.state.c = true;
    true
}

/// Runs `parse` with newlines as blanks and operators free, from the opening bracket to its closing one.
pub(super) fn inside<'a, T>(
    i: &mut Input<'a>,
    close: &str,
    parse: impl FnOnce(&mut Input<'a>) -> Parsed<T>,
) -> Parsed<T> {
    let start = i.at();
    i.skip(1);
    i.state.brackets += 1;
    let outer = (
        std::mem::take(&mut i.state.tight),
        std::mem::take(&mut i.state.format),
    );
    let result = i.nested(|i| {
        blank(i);
        let value = parse(i)?;
        blank(i);
        if i.eat(close) || close == ")" && pasted::unfinished(i) {
            return Ok(value);
        }
        Err(unclosed(i, start, close).into())
    });
    (i.state.tight, i.state.format) = outer;
    i.state.brackets -= 1;
    result
}

/// Either the bracket is never closed, or something stands where it should be.
pub(super) fn unclosed(i: &Input, start: usize, close: &str) -> Fault {
    if i.rest().is_empty() {
        return Fault::new((start, start + 1), "this bracket is never closed")
            .expecting(format!("{close} at the end"));
    }
    if let Some(fault) = super::joins::word_in_value(i, i.at(), peek_identifier(i)) {
        return fault;
    }
    i.fault(i.at(), "this cannot follow")
        .expecting(", and a value")
        .expecting(close)
}

/// `(value)`, `(a, b)`, `()`.
pub(super) fn parentheses(i: &mut Input) -> Parsed<Expr> {
    inside(i, ")", |i| {
        if i.rest().starts_with(')') {
            return Ok(Expr::Tuple(Vec::new()));
        }
        let first = expr(i)?;
        blank(i);
        if !i.rest().starts_with(',') {
            return Ok(first);
        }
        items(i, vec![first], ")").map(Expr::Tuple)
    })
}

/// `[a, b]`; strace writes the descriptors of select without commas, and `[128 => 16]` for what a call changed.
pub(super) fn list(i: &mut Input) -> Parsed<Expr> {
    inside(i, "]", |i| items(i, Vec::new(), "]").map(Expr::Tuple))
}

fn items(i: &mut Input, mut found: Vec<Expr>, close: &str) -> Parsed<Vec<Expr>> {
    loop {
        blank(i);
        let comma = i.eat(",");
        blank(i);
        if i.rest().starts_with(close) || i.rest().is_empty() {
            return Ok(found);
        }
        if i.eat("=>") {
            expr(i)?;
            continue;
        }
        let digit = i.next().is_some_and(|c| c.is_ascii_digit());
        let apart = comma || digit && close == "]";
        if !found.is_empty() && !apart {
            return Ok(found);
        }
        found.push(expr(i)?);
    }
}

/// `{sa_family=AF_INET, …}` as strace prints it, `{.sin_family = AF_INET, …}` as C initializes it, `{5, 0}`.
pub(super) fn braces(i: &mut Input) -> Parsed<Expr> {
    let start = i.at();
    i.state.c = true;
    let fields = inside(i, "}", |i| {
        let mut fields: Vec<(&str, Expr)> = Vec::new();
        while !i.rest().starts_with('}') && !i.rest().is_empty() {
            fields.push(field(i)?);
            blank(i);
            if !i.eat(",") {
                break;
            }
            blank(i);
        }
        Ok(fields)
    })?;
    structure(i, start, fields)
}

fn field<'a>(i: &mut Input<'a>) -> Parsed<(&'a str, Expr)> {
    if i.eat("...") {
        return Ok(("", Expr::Null));
    }
    let _ = i.rest().starts_with('.') && i.eat(".");
    let word = field_name(i);
    let after = i.rest()[word.len()..].trim_start();
    if word.is_empty() || !after.starts_with('=') || after.starts_with("==") {
        let start = i.at();
        // `{"port": 80}`, `{port: 80}`
        let key = match after.starts_with(':') {
            true => None,
            false => Some(expr(i)?),
        };
        blank(i);
        return match key {
            Some(value) if !i.rest().starts_with(':') => Ok(("", value)),
            _ => Err(no_dictionaries(i, start).into()),
        };
    }
    let name = word;
    i.skip(word.len());
    blank(i);
    i.skip(1);
    blank(i);
    // An abstract Unix name, as strace prints it: sun_path=@"name".
    if name == "sun_path" && i.rest().starts_with("@\"") {
        i.skip(1);
        let value = match super::string::string(i, "")? {
            Expr::Text(text) => Expr::Bytes([b"\0", text.as_bytes()].concat()),
            Expr::Bytes(bytes) => Expr::Bytes([b"\0", bytes.as_slice()].concat()),
            other => other,
        };
        return Ok((name, value));
    }
    Ok((name, expr(i)?))
}

/// A key of a dictionary, which began at `start`.
pub(super) fn no_dictionaries(i: &Input, start: usize) -> Fault {
    i.fault(start, "there are no dictionaries here")
        .expecting("a name of its own for each value: length = 10")
}

/// `sin_port`, `sin_addr.s_addr`
fn field_name<'a>(i: &Input<'a>) -> &'a str {
    let rest = i.rest();
    if peek_identifier(i).is_empty() {
        return "";
    }
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'));
    &rest[..end.unwrap_or(rest.len())]
}

/// Gives the fields of `{AF_INET, htons(80), {INADDR_ANY}}` the names that their places have in C.
fn name_by_place(fields: &mut [(&str, Expr)]) {
    let names: &[&'static str] = match fields {
        [("", Expr::Const("AF_INET", _)), _, _, ..] => &["sin_family", "sin_port", "sin_addr"],
        [("", Expr::Const("AF_INET6", _)), _, _, _, ..] => {
            &["sin6_family", "sin6_port", "sin6_flowinfo", "sin6_addr"]
        }
        [("", Expr::Const("AF_UNIX", _)), _] => &["sun_family", "sun_path"],
        _ => return,
    };
    for (field, name) in fields.iter_mut().zip(names) {
        if field.0.is_empty() {
            field.0 = name;
        }
    }
}

/// What getaddrinfo reads of its hints, in the order of the shell's own arguments.
pub(super) const HINTS: [&str; 4] = ["ai_family", "ai_socktype", "ai_protocol", "ai_flags"];

fn structure(i: &mut Input, start: usize, mut fields: Vec<(&str, Expr)>) -> Parsed<Expr> {
    name_by_place(&mut fields);
    if let Some(partly) = field::partly(&fields) {
        return Ok(partly);
    }
    let has = |names: &[&str]| fields.iter().any(|(name, _)| names.contains(name));
    if has(&[
        "sa_family",
        "sin_family",
        "sin6_family",
        "sun_family",
        "sun_path",
    ]) {
        if let [("sa_family" | "sun_family", Expr::Const("AF_UNIX", _))] = fields.as_slice() {
            // A socket without a name, as strace prints it.
            return Ok(Expr::Null);
        }
        return address::structure(i, start, fields);
    }
    let take = |names: &[&str]| {
        fields
            .iter()
            .find(|(name, _)| names.contains(name))
            .map(|(_, value)| value.clone())
    };
    if has(&HINTS) {
        let each = HINTS.map(|name| take(&[name]).unwrap_or(Expr::Null));
        return Ok(Expr::Tuple(each.to_vec()));
    }
    if has(&["fd"]) {
        let events = take(&["events"]).unwrap_or(Expr::Int(0));
        return Ok(Expr::Tuple(vec![
            take(&["fd"]).unwrap_or(Expr::Null),
            events,
        ]));
    }
    if let (Some(Expr::Int(whole)), Some(Expr::Int(part))) =
        (take(&["tv_sec"]), take(&["tv_usec", "tv_nsec"]))
    {
        let unit = if has(&["tv_nsec"]) { 1e9 } else { 1e6 };
        return Ok(seconds(whole as f64 + part as f64 / unit));
    }
    if let Some(address) = take(&["s_addr"]) {
        return Ok(address);
    }
    Ok(Expr::Tuple(
        fields.into_iter().map(|(_, value)| value).collect(),
    ))
}
