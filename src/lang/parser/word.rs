//! Blanks, comments, names and the bare words of the shell dialect.

use super::input::{Cursor, Input, Parsed, Trouble};
use crate::lang::slashes::divides_in_brackets;
use winnow::Parser;
use winnow::combinator::alt;
use winnow::stream::Stream;
use winnow::token::{literal, rest, take_until, take_while};

/// How many bytes of the text's beginning are characters of a kind. Most are ASCII, and looked at as bytes.
#[inline]
pub(super) fn run(text: &str, of_kind: impl Fn(char) -> bool) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let c = match byte {
            0..0x80 => byte as char,
            _ => text[at..].chars().next().unwrap_or('\0'),
        };
        if !of_kind(c) {
            return at;
        }
        at += c.len_utf8();
    }
    at
}

/// The bytes that a name in ASCII is made of. The same word is measured several times while it is found out what it is.
const NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    while at < 256 {
        table[at] = (at as u8).is_ascii_alphanumeric() || at as u8 == b'_';
        at += 1;
    }
    table
};

/// How many bytes of the text's beginning are ASCII letters, digits and `_`.
pub(super) fn ascii_name_len(text: &str) -> usize {
    let end = text.bytes().position(|byte| !NAME[usize::from(byte)]);
    end.unwrap_or(text.len())
}

/// How many blanks the text begins with.
pub(super) fn spaces(text: &str) -> usize {
    run(text, |c| c == ' ' || c == '\t')
}

/// Goes over blanks: spaces, `/* … */`, a line that ends in a backslash; inside brackets newlines and comments too.
pub(super) fn blank(i: &mut Input) {
    loop {
        if matches!(i.rest().as_bytes().first(), None | Some(b'0'..=b'9' | b'a'..=b'z')) {
            return;
        }
        let before = i.at();
        let inside = i.state.brackets > 0;
        let blanks = run(i.rest(), |c| {
            c.is_whitespace() && (c != '\n' || inside) || c == '\u{feff}'
        });
        i.skip(blanks);
        if !matches!(i.rest().as_bytes().first(), Some(b'\\' | b'/' | b'#')) {
            return;
        }
        let _ = i.eat("\\\n") || i.eat("\\\r\n");
        if i.rest().starts_with("/*") {
            comment_block(i);
        } else if inside && (at_note(i) || at_comment(i)) {
            comment_line(i);
        }
        if i.at() == before {
            return;
        }
    }
}

/// Inside brackets `//` begins a comment, but where it is Python's division.
fn at_note(i: &Input) -> bool {
    let before = &i.state.source[..i.at()];
    let after = i.rest().strip_prefix("//");
    after.is_some_and(|after| !divides_in_brackets(before, after))
}

/// Inside brackets a `#` before digits is a fill (`send(s, #100)`), any other begins a comment.
fn at_comment(i: &Input) -> bool {
    let mut chars = i.rest().chars();
    chars.next() == Some('#') && !chars.next().is_some_and(|c| c.is_ascii_digit())
}

fn comment_block(i: &mut Input) {
    let whole = (literal("/*"), take_until(0.., "*/"), literal("*/")).take();
    let cut = rest::<_, Trouble>;
    let _ = alt((whole, cut)).parse_next(i);
}

/// Goes over the rest of the line.
pub(super) fn comment_line(i: &mut Input) {
    let _: Parsed<&str> = take_while(0.., |c| c != '\n').parse_next(i);
}

/// True where a statement may end: the text does, or `;`, a newline or a comment follows.
pub(super) fn ends(i: &Input) -> bool {
    is_end(i.rest())
}

/// Whether no more of a statement stands here.
pub(super) fn is_end(rest: &str) -> bool {
    matches!(rest.as_bytes().first(), None | Some(b';' | b'\n' | b'#')) || rest.starts_with("//")
}

/// How many bytes of the text's beginning are a name.
pub(super) fn identifier_len(text: &str) -> usize {
    let len = ascii_name_len(text);
    if text.as_bytes().get(len).is_none_or(u8::is_ascii) {
        let begins = !text.starts_with(|c: char| c.is_ascii_digit());
        return if begins { len } else { 0 };
    }
    if !text.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        return 0;
    }
    run(text, |c| c.is_alphanumeric() || c == '_')
}

/// True for a name and nothing else.
pub(crate) fn is_identifier(text: &str) -> bool {
    !text.is_empty() && identifier_len(text) == text.len()
}

/// The name that is next, not gone over; empty where none is.
pub(super) fn peek_identifier<'a>(i: &Input<'a>) -> &'a str {
    let rest = i.rest();
    &rest[..identifier_len(rest)]
}

/// A name.
pub(super) fn identifier<'a>(i: &mut Input<'a>) -> Parsed<&'a str> {
    match identifier_len(i.rest()) {
        0 => Err(Trouble::Backtrack),
        len => Ok(i.next_slice(len)),
    }
}

/// Everything up to a blank or the end of the statement: a bare word of the shell dialect, perhaps empty.
pub(super) fn peek_word<'a>(i: &Input<'a>) -> &'a str {
    let rest = i.rest();
    &rest[..run(rest, |c| !c.is_whitespace() && c != ';')]
}

/// True for a word that needs no quotes wherever a bare word may stand.
pub(crate) fn is_plain_word(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(['-', '#', '@', '.', ':'])
        && !text.starts_with("//")
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-./:%+".contains(c))
}

/// Whatever opens a string: a quote of any kind, typographic ones too.
pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '“' | '”' | '‘' | '’')
}

/// Whether a bracket opens here, or behind blanks where those do not end a word of the shell dialect.
pub(super) fn opens(i: &Input) -> bool {
    let rest = i.rest();
    let blanks = if i.state.tight { 0 } else { spaces(rest) };
    rest[blanks..].starts_with('(')
}

/// A bare word or a text in quotes, without what it stands for: `explain bind`, `set prompt "$ "`.
pub(super) fn word_or_text(i: &mut Input) -> Parsed<String> {
    if i.next().is_some_and(is_quote) {
        return match super::string::string(i, "")? {
            crate::lang::ast::Expr::Text(text) => Ok(text),
            _ => Err(i.fault(i.at(), "this must be text").into()),
        };
    }
    let word = peek_word(i).trim_end_matches(',');
    i.skip(word.len());
    Ok(word.to_owned())
}
