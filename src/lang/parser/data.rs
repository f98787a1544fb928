//! Data to send, as the shell dialect writes it.

use super::expr::{expr, tight};
use super::flags::are_flags;
use super::input::{Cursor, Input, Parsed};
use super::word::{identifier_len, is_identifier, is_quote, peek_identifier, peek_word};
use crate::lang::ast::Expr;

pub(super) fn is_fill(rest: &str) -> bool {
    let Some(count) = rest.strip_prefix('#') else {
        return false;
    };
    let digits = count.bytes().take_while(u8::is_ascii_digit).count();
    let after = count[digits..].trim_start_matches(['k', 'M', 'G']);
    digits > 0 && !after.starts_with(|c: char| c.is_alphanumeric())
}

/// Which bare words are data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// The first.
    One,
    /// All of them.
    All,
    /// Those in front of the flags of send(2) that end the statement.
    BeforeFlags,
}

/// Data: text in quotes and what is computed from it, `0x…`, `#100`, `@file`, bare words.
pub(super) fn data(i: &mut Input, words: Words) -> Parsed<Expr> {
    let start = i.at();
    let rest = i.rest();
    let word = peek_word(i);
    if is_fill(rest) || rest.starts_with('@') {
        return tight(i);
    }
    let name = peek_identifier(i);
    let after = &word[name.len()..];
    let quoted = super::string::is_prefix(name) && after.starts_with(is_quote);
    if quoted || rest.starts_with(|c: char| is_quote(c) || c == '(') {
        return expr(i);
    }
    if let Some(hex) = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        i.skip(word.len());
        return hexadecimal(i, start, hex);
    }
    let computed = !name.is_empty() && after.starts_with(['.', '(', '[']) && {
        let member = &after[1..];
        !after.starts_with('.')
            || i.knows(name)
            || super::method::is_member(&member[..identifier_len(member)])
    };
    if computed || is_identifier(word) && i.knows(word) {
        return if computed { tight(i) } else { expr(i) };
    }
    Ok(bare_words(i, word, words))
}

/// `0x48 65…`: an even number of hexadecimal digits.
fn hexadecimal(i: &mut Input, start: usize, digits: &str) -> Parsed<Expr> {
    let bytes = digits.as_bytes();
    let even = !bytes.is_empty()
        && bytes.len().is_multiple_of(2)
        && bytes.iter().all(u8::is_ascii_hexdigit);
    if !even {
        return Err(i
            .fault(start, "these are no whole bytes")
            .expecting("two hexadecimal digits for each byte, 0x0d0a")
            .into());
    }
    let digit = |b: u8| (b as char).to_digit(16).unwrap_or(0) as u8;
    Ok(Expr::Bytes(
        bytes
            .chunks(2)
            .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
            .collect(),
    ))
}

/// Bare words up to the flags or the end, as written.
fn bare_words(i: &mut Input, first: &str, which: Words) -> Expr {
    let text = i.rest();
    let mut end = first.len();
    let mut before_flags = None;
    loop {
        let after = text[end..].trim_start_matches([' ', '\t']);
        let start = text.len() - after.len();
        if which == Words::One
            || start == end
            || after.starts_with(['#', ';', '\n', '\r'])
            || after.starts_with("--")
            || after.starts_with("//")
        {
            break;
        }
        let len = after
            .find(|c: char| c.is_whitespace() || c == ';')
            .unwrap_or(after.len());
        if len == 0 || after.starts_with("flags=") {
            break;
        }
        before_flags = match &after[..len] {
            word if are_flags(word) => before_flags.or(Some(end)),
            // Not joined as one word, which is refused behind them as it is behind quotes.
            "|" => before_flags,
            _ => None,
        };
        end = start + len;
    }
    if which == Words::BeforeFlags {
        end = before_flags.unwrap_or(end);
    }
    i.skip(end);
    let words = &text[..end];
    if ["\\n", "\\r", "\\t", "\\0"]
        .iter()
        .any(|escape| words.contains(escape))
    {
        i.remark(
            "without quotes a backslash is a character like others; in quotes \\n ends a line",
        );
    }
    if is_identifier(words) {
        Expr::Word(words.to_owned())
    } else {
        Expr::Text(words.to_owned())
    }
}
