//! Strings: quotes of every dialect, their escapes, and f-strings.

use super::expr::expr;
use super::format::{field_end, laid_out, laid_out_as};
use super::input::{Cursor, Input, Parsed};
use super::joins;
use super::word::{blank, is_quote, peek_identifier, spaces};
use crate::lang::ast::{Expr, Function};
use std::fmt::Write as _;

/// Whether a name that stands directly before a quote is a string's prefix (`b`, `rb`, `f` …).
pub(super) fn is_prefix(name: &str) -> bool {
    const PREFIXES: [&str; 9] = ["b", "r", "u", "f", "rb", "br", "rf", "fr", "l"];
    name.len() <= 2
        && PREFIXES
            .iter()
            .any(|prefix| prefix.eq_ignore_ascii_case(name))
}

/// A string under way.
struct Pieces {
    bytes: Vec<u8>,
    /// `\xNN` above 7F occurred: no longer text.
    high: bool,
    done: Vec<Expr>,
}

impl Pieces {
    fn flush(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let piece = finished(std::mem::take(&mut self.bytes), self.high);
        self.high = false;
        self.done.push(piece);
    }
}

fn finished(bytes: Vec<u8>, raw: bool) -> Expr {
    if raw {
        return Expr::Bytes(bytes);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Expr::Text(text),
        Err(error) => Expr::Bytes(error.into_bytes()),
    }
}

/// A string whose prefix has been read; the quote is next.
pub(super) fn string(i: &mut Input, prefix: &str) -> Parsed<Expr> {
    let start = i.at();
    let close = opening(i);
    let has = |letter| prefix.contains([letter, char::to_ascii_uppercase(&letter)]);
    let (raw, bytes, format) = (has('r'), has('b'), has('f'));
    let mut pieces = Pieces {
        bytes: Vec::new(),
        high: false,
        done: Vec::new(),
    };
    loop {
        plain(i, close, &mut pieces.bytes);
        let Some(next) = i.next() else {
            return Err(unclosed(i, start, close));
        };
        match next {
            '\\' if raw => {
                let len = 1 + i.rest()[1..].chars().next().map_or(0, char::len_utf8);
                pieces.bytes.extend_from_slice(&i.rest().as_bytes()[..len]);
                i.skip(len);
            }
            '\\' => escape(i, &mut pieces)?,
            '{' if format && !i.rest().starts_with("{{") => {
                let (written, value) = replacement(i)?;
                pieces.bytes.extend_from_slice(written.as_bytes());
                pieces.flush();
                pieces.done.push(value);
            }
            '{' | '}' if format => {
                pieces.bytes.push(next as u8);
                i.skip(if i.rest()[1..].starts_with(next) {
                    2
                } else {
                    1
                });
            }
            '\n' if close.len() == 1 => return Err(unclosed(i, start, close)),
            _ if closes(i, close) => break,
            _ => {
                let mut buffer = [0; 4];
                pieces
                    .bytes
                    .extend_from_slice(next.encode_utf8(&mut buffer).as_bytes());
                i.skip(next.len_utf8());
            }
        }
    }
    if pieces.done.is_empty() {
        return Ok(finished(pieces.bytes, bytes || pieces.high));
    }
    pieces.flush();
    Ok(Expr::Apply(Function::Join, pieces.done))
}

/// Goes over the opening quote and gives what closes it.
fn opening(i: &mut Input) -> &'static str {
    for (open, close) in [
        ("\"\"\"", "\"\"\""),
        ("'''", "'''"),
        ("\"", "\""),
        ("'", "'"),
        ("“", "”"),
        ("”", "”"),
        ("‘", "’"),
        ("’", "’"),
    ] {
        if i.eat(open) {
            if !open.is_ascii() {
                i.remark(
                    "those are typographic quotes, from a word processor; a compiler wants \" or '",
                );
            }
            return close;
        }
    }
    "\""
}

/// Takes everything up to what may be special.
fn plain(i: &mut Input, close: &str, into: &mut Vec<u8>) {
    let stop = close.chars().next().unwrap_or('"');
    let rest = i.rest();
    let end = rest
        .find([stop, '\\', '\n', '{', '}', '“', '‘'])
        .unwrap_or(rest.len());
    into.extend_from_slice(&rest.as_bytes()[..end]);
    i.skip(end);
}

fn closes(i: &mut Input, close: &str) -> bool {
    i.eat(close) || close == "”" && i.eat("“") || close == "’" && i.eat("‘")
}

fn unclosed(i: &Input, start: usize, close: &str) -> super::input::Trouble {
    let end = start + i.rest().len().min(1).max(close.len());
    let mut fault = i
        .fault(start, "this text is never closed")
        .expecting(format!("{close} at its end"));
    fault.span.1 = fault.span.1.min(end.max(start + 1));
    fault.into()
}

/// One escape; the backslash is next.
fn escape(i: &mut Input, pieces: &mut Pieces) -> Parsed<()> {
    let start = i.at();
    i.skip(1);
    let Some(letter) = i.next() else {
        return Ok(());
    };
    let simple = match letter {
        'n' => Some(b'\n'),
        'r' => Some(b'\r'),
        't' => Some(b'\t'),
        'a' => Some(7),
        'b' => Some(8),
        'v' => Some(11),
        'f' => Some(12),
        'e' => Some(27),
        '\\' | '\'' | '"' => Some(letter as u8),
        _ => None,
    };
    match (simple, letter) {
        (Some(byte), _) => {
            i.skip(1);
            pieces.bytes.push(byte);
        }
        (_, '\n') => i.skip(1),
        (_, '0'..='7') => octal(i, pieces),
        (_, 'x') => {
            i.skip(1);
            let value = digits(i, start, 2)?;
            pieces.high |= value > 0x7f;
            pieces.bytes.push(value as u8);
        }
        (_, 'u' | 'U') => unicode(i, start, pieces)?,
        // As Python has it: a backslash before anything else is a backslash.
        _ => pieces.bytes.push(b'\\'),
    }
    Ok(())
}

fn octal(i: &mut Input, pieces: &mut Pieces) {
    let rest = i.rest().as_bytes();
    let len = rest
        .iter()
        .take(3)
        .take_while(|b| (b'0'..=b'7').contains(b))
        .count();
    let value = rest[..len]
        .iter()
        .fold(0_u32, |sum, b| sum * 8 + u32::from(b - b'0'));
    i.skip(len);
    pieces.high |= value > 0x7f;
    pieces.bytes.push(value as u8);
}

/// Exactly `count` hexadecimal digits of the escape that began at `start`.
fn digits(i: &mut Input, start: usize, count: usize) -> Parsed<u32> {
    let rest = i.rest().as_bytes();
    let there = rest
        .iter()
        .take(count)
        .take_while(|b| b.is_ascii_hexdigit())
        .count();
    let text = &i.rest()[..there];
    i.skip(there);
    if there < count {
        return Err(i
            .fault(start, "this escape is too short")
            .expecting(format!(
                "{count} hexadecimal digits, as in \\x{:0>1$}",
                "",
                count.min(2)
            ))
            .into());
    }
    Ok(u32::from_str_radix(text, 16).unwrap_or(0))
}

fn unicode(i: &mut Input, start: usize, pieces: &mut Pieces) -> Parsed<()> {
    let long = i.next() == Some('U');
    i.skip(1);
    let value = if i.eat("{") {
        let len = i
            .rest()
            .bytes()
            .take(8)
            .take_while(u8::is_ascii_hexdigit)
            .count();
        let value = digits(i, start, len.max(1))?;
        if !i.eat("}") {
            return Err(i
                .fault(start, "this escape is never closed")
                .expecting("}")
                .into());
        }
        value
    } else {
        digits(i, start, if long { 8 } else { 4 })?
    };
    let Some(c) = char::from_u32(value) else {
        let mut message = String::from("no character has this number");
        if (0xd800..0xe000).contains(&value) {
            message.push_str(": it is half of a pair (a surrogate)");
        }
        let mut help = String::from("for raw bytes write ");
        for byte in value.to_be_bytes().iter().skip_while(|b| **b == 0) {
            let _ = write!(help, "\\x{byte:02x}");
        }
        return Err(i.fault(start, message).helping(help).into());
    };
    let mut buffer = [0; 4];
    pieces
        .bytes
        .extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
    Ok(())
}

/// `{value}`, `{value!r}`, `{value:format}` in an f-string, and `{value=}`, where what was written stands before the
/// value.
fn replacement<'a>(i: &mut Input<'a>) -> Parsed<(&'a str, Expr)> {
    let start = i.at();
    i.skip(1);
    let outer = std::mem::replace(&mut i.state.format, true);
    i.state.brackets += 1;
    let value = i.nested(expr);
    i.state.brackets -= 1;
    i.state.format = outer;
    let mut value = value?;
    let end = i.at();
    let named = i.eat("=");
    let written = match named {
        true => &i.state.source[start + 1..end + 1],
        false => "",
    };
    if i.eat("!r") || i.eat("!a") || named && !i.rest().starts_with(['!', ':']) {
        value = Expr::Apply(Function::Repr, vec![value]);
    } else {
        let _ = i.eat("!s");
    }
    if i.eat(":") {
        let quote = i.rest().find(is_quote).unwrap_or(i.rest().len());
        let len = field_end(&i.rest()[..quote]).unwrap_or(0);
        let form = &i.rest()[..len];
        value = match form.contains('{') {
            true => {
                let values = form_with_values(i, len)?;
                laid_out_as(i, value, form, values)
            }
            false => {
                i.skip(len);
                laid_out(i, value, Some(form))
            }
        };
    }
    // The blanks of an inner `{ width }`, where the text outside of braces is not gone over.
    let blanks = spaces(i.rest());
    if i.rest()[blanks..].starts_with('}') {
        i.skip(blanks);
    }
    if !i.eat("}") {
        blank(i);
        if let Some(fault) = joins::word_in_value(i, i.at(), peek_identifier(i)) {
            return Err(fault.into());
        }
        return Err(i
            .fault(start, "this replacement is never closed")
            .expecting("}")
            .into());
    }
    Ok((written, value))
}

/// `<{width}` of `f"{x:<{width}}"`, so many bytes of it.
fn form_with_values(i: &mut Input, len: usize) -> Parsed<Expr> {
    let end = i.at() + len;
    let mut pieces = Vec::new();
    while i.at() < end {
        let rest = &i.rest()[..end - i.at()];
        let plain = rest.find('{').unwrap_or(rest.len());
        if plain > 0 {
            pieces.push(Expr::Text(rest[..plain].to_owned()));
            i.skip(plain);
            continue;
        }
        let (_, value) = i.nested(replacement)?;
        pieces.push(value);
    }
    Ok(Expr::Apply(Function::Join, pieces))
}
