//! Foreign bytes made safe to show. A terminal obeys control characters, whoever sent them.

use std::borrow::Cow;
use std::fmt::Write;

/// Bytes as text that a terminal can only show, never obey. Printable UTF-8 stays as it is; `\n \r \t` are
/// written so, other control characters and invalid UTF-8 as `\xNN`, invisible and direction-changing
/// characters as `\u{NNNN}`. A backslash stays single, so text that is safe already comes back unchanged.
pub fn visible(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        push_visible(&mut out, chunk.valid());
        for byte in chunk.invalid() {
            push_hex(&mut out, u32::from(*byte));
        }
    }
    out
}

/// Data as it stands in quotes: as by [`visible`], and a backslash doubled, so that `\n` is a newline and nothing else.
pub fn data(bytes: &[u8]) -> String {
    let each = bytes.split(|byte| *byte == b'\\');
    each.map(visible).collect::<Vec<_>>().join("\\\\")
}

/// As [`visible`], for text; borrows what is safe already.
pub fn visible_str(text: &str) -> Cow<'_, str> {
    if is_plain(text) || !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    push_visible(&mut out, text);
    Cow::Owned(out)
}

/// Whether it is printable ASCII and nothing else, as nearly all text is. Every byte is looked at, which takes less time
/// than to stop at the first that is not.
pub fn is_plain(text: &str) -> bool {
    let printable = |plain, byte: u8| plain & (b' '..=b'~').contains(&byte);
    text.bytes().fold(true, printable)
}

/// Appends `text` to `out`, escaped as by [`visible`].
pub fn push_visible(out: &mut String, text: &str) {
    let mut safe = 0;
    for (at, c) in text.char_indices() {
        if is_unsafe(c) {
            out.push_str(&text[safe..at]);
            push_escaped(out, c);
            safe = at + c.len_utf8();
        }
    }
    out.push_str(&text[safe..]);
}

/// Whether a terminal may obey this character, or hide with it what is there.
pub fn is_unsafe(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    matches!(c,
        '\u{80}'..='\u{9f}'               // C1: U+009B is ESC [ in one character
        | '\u{ad}' | '\u{61c}' | '\u{180e}' // soft hyphen, Arabic letter mark, vowel separator
        | '\u{200b}' | '\u{200e}' | '\u{200f}' // zero width space, direction marks
        | '\u{2028}'..='\u{202e}'         // line and paragraph separators, bidi embeddings and overrides
        | '\u{2060}'..='\u{206f}'         // invisible operators, bidi isolates
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' // byte order mark, interlinear annotation
        | '\u{e0000}'..='\u{e007f}'       // tag characters
    )
}

fn push_escaped(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if c.is_ascii() => push_hex(out, u32::from(c)),
        c => push_unicode(out, c),
    }
}

fn push_hex(out: &mut String, value: u32) {
    // Writing to a String cannot fail.
    let _ = write!(out, "\\x{value:02x}");
}

fn push_unicode(out: &mut String, c: char) {
    let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
}

/// The text in ASCII, for a terminal whose locale is not UTF-8: arrows, boxes and typographic signs become what
/// stands for them (`→` is `->`, `…` is `...`), every other character `\u{NNNN}`. Box drawing stays one column wide.
pub fn ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match plain(c) {
            Some(stand_in) => out.push_str(stand_in),
            None if c.is_ascii() => out.push(c),
            None => push_unicode(&mut out, c),
        }
    }
    Cow::Owned(out)
}

/// What stands for a typographic character in ASCII.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        '→' | '⟶' => "->",
        '←' => "<-",
        '↔' | '⇄' => "<->",
        '⇒' => "=>",
        '…' => "...",
        '“' | '”' | '„' => "\"",
        '‘' | '’' => "'",
        '–' | '‑' | '−' | '─' => "-",
        '—' => "--",
        '×' => "x",
        '≤' => "<=",
        '≥' => ">=",
        '≠' => "!=",
        'µ' => "u",
        '•' | '·' => "*",
        '✓' => "v",
        '✗' => "x",
        '\u{a0}' => " ",
        '│' => "|",
        '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' => "+",
        '▶' => ">",
        '◀' => "<",
        '▼' => "v",
        '▲' => "^",
        _ => return None,
    })
}

/// Bytes exactly as strace(1) prints a string: in quotes; `\n \t \r \v \f`, `\"` and `\\`; other bytes that are not
/// printable ASCII in octal, as short as can be but three digits where an octal digit follows; cut after `max` bytes, and
/// then followed by `...`.
pub fn strace(bytes: &[u8], max: usize) -> String {
    let shown = &bytes[..bytes.len().min(max)];
    let mut out = String::with_capacity(shown.len() + 5);
    out.push('"');
    for (at, &byte) in shown.iter().enumerate() {
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\t' => out.push_str("\\t"),
            b'\r' => out.push_str("\\r"),
            0x0b => out.push_str("\\v"),
            0x0c => out.push_str("\\f"),
            b' '..=b'~' => out.push(char::from(byte)),
            _ => push_octal(&mut out, byte, shown.get(at + 1)),
        }
    }
    out.push('"');
    if bytes.len() > max {
        out.push_str("...");
    }
    out
}

fn push_octal(out: &mut String, byte: u8, next: Option<&u8>) {
    let _ = match next {
        Some(b'0'..=b'7') => write!(out, "\\{byte:03o}"),
        _ => write!(out, "\\{byte:o}"),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(
            visible(b"hi\r\n\t\x1b[2J\x07\x7f"),
            r"hi\r\n\t\x1b[2J\x07\x7f"
        );
        assert_eq!(visible("grüße \u{9b}2J".as_bytes()), r"grüße \u{9b}2J");
        assert_eq!(visible(b"a\xff\xc3(\xe2\x82"), r"a\xff\xc3(\xe2\x82");
        assert_eq!(
            visible("x\u{202e}y\u{200b}z\u{2066}".as_bytes()),
            r"x\u{202e}y\u{200b}z\u{2066}"
        );
        assert_eq!(visible_str("C:\\x"), "C:\\x");
        assert_eq!(data(b"\\n\n\\"), r"\\n\n\\");
        assert_eq!(data(b"a\\\xffb"), r"a\\\xffb");
    }

    #[test]
    fn ascii_stands_in_for_signs() {
        assert_eq!(
            ascii("CLOSE → LISTEN … “ok” ┌─▶"),
            "CLOSE -> LISTEN ... \"ok\" +->"
        );
        assert_eq!(ascii("ü"), "\\u{fc}");
    }

    /// Compared by hand with strace 6.1: `strace -s 4 -e trace=write`.
    #[test]
    fn strings_are_those_of_strace() {
        assert_eq!(strace(b"\x019\x017\x01a", 32), r#""\19\0017\1a""#);
        assert_eq!(strace(b"\x019\x017\x01a", 4), r#""\19\0017"..."#);
        assert_eq!(
            strace(b"abc\x011", 4),
            r#""abc\1"..."#,
            "what is cut off is not looked at"
        );
        assert_eq!(
            strace(b"\"\\\x7f\xff\xe2\n\r\t\x0b\x0c\x1b?\0", 32),
            r#""\"\\\177\377\342\n\r\t\v\f\33?\0""#
        );
        assert_eq!(strace(b"abcd", 4), r#""abcd""#);
        assert_eq!(strace(b"", 4), r#""""#);
    }

    proptest! {
        #[test]
        fn nothing_unsafe_comes_out(bytes: Vec<u8>) {
            let once = visible(&bytes);
            prop_assert!(!once.chars().any(is_unsafe), "{once:?}");
            prop_assert_eq!(visible_str(&once), &*once);
            prop_assert!(ascii(&once).is_ascii());
            prop_assert!(strace(&bytes, 32).bytes().all(|b| (b' '..=b'~').contains(&b)));
        }
    }
}
