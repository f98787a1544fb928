//! Lines folded to a width, in terminal columns.

use textwrap::{Options, WordSplitter};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Below this a hanging indent would leave no room for words.
const NARROWEST: usize = 20;

/// The number of columns that `text` takes. Escape codes are counted as text: measure before painting.
pub fn columns(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.width()
    }
}

/// As [`columns`], but codes for color take no room.
pub fn painted_columns(text: &str) -> usize {
    textwrap::core::display_width(text)
}

/// Lines with codes for color, folded anywhere so that none takes more than `width` columns. Color that goes on from one
/// line to the next ends with the line and begins again with the next, so that each line may stand anywhere.
pub fn painted_lines(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    // The codes in force.
    let mut codes = String::new();
    for line in text.lines() {
        let mut out = codes.clone();
        let mut taken = 0;
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            let code = color_code(rest);
            if let Some(code) = code {
                out.push_str(code);
                if code == "\u{1b}[0m" {
                    codes.clear();
                } else {
                    codes.push_str(code);
                }
                rest = &rest[code.len()..];
                continue;
            }
            let wide = c.width().unwrap_or(0);
            if taken + wide > width && taken > 0 {
                end_line(&mut lines, &mut out, &codes);
                taken = 0;
            }
            out.push(c);
            taken += wide;
            rest = &rest[c.len_utf8()..];
        }
        end_line(&mut lines, &mut out, &codes);
    }
    lines
}

/// Ends a line of [`painted_lines`], and begins the next with the codes in force.
fn end_line(lines: &mut Vec<String>, out: &mut String, codes: &str) {
    if !codes.is_empty() {
        out.push_str("\u{1b}[0m");
    }
    lines.push(std::mem::replace(out, codes.to_owned()));
}

/// The code for color that `text` begins with: `ESC [`, digits and `;`, `m`.
fn color_code(text: &str) -> Option<&str> {
    let digits = text.strip_prefix("\u{1b}[")?;
    let end = digits.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    digits[end..].starts_with('m').then(|| &text[..2 + end + 1])
}

/// Words folded at spaces to `width` columns (`None`: not folded), the first line after `first`, later ones after
/// `rest`. A word that is too long is broken. Colors in the text take no room. No newline at the end.
pub fn indented(text: &str, width: impl Into<Option<usize>>, first: &str, rest: &str) -> String {
    let mut out = String::with_capacity(first.len() + text.len() + 8);
    push_indented(&mut out, text, width.into(), first, rest);
    out
}

/// As [`indented`], appended to `out`.
pub fn push_indented(out: &mut String, text: &str, width: Option<usize>, first: &str, rest: &str) {
    let Some(width) =
        width.filter(|width| first.len() + text.len() > *width || text.contains('\n'))
    else {
        out.push_str(first);
        push_lines(out, text, rest);
        return;
    };
    let options = Options::new(width.max(NARROWEST))
        .initial_indent(first)
        .subsequent_indent(rest)
        .word_splitter(WordSplitter::NoHyphenation);
    for (n, line) in textwrap::wrap(text, options).iter().enumerate() {
        if n > 0 {
            out.push('\n');
        }
        out.push_str(line);
    }
}

fn push_lines(out: &mut String, text: &str, rest: &str) {
    let mut lines = text.split('\n');
    out.push_str(lines.next().unwrap_or_default());
    for line in lines {
        out.push('\n');
        out.push_str(rest);
        out.push_str(line);
    }
}

/// Folded anywhere, for text in which every space counts: nothing is left out, lines end where the width does. The
/// first line follows `first`, later ones `rest`.
pub fn exact(text: &str, width: impl Into<Option<usize>>, first: &str, rest: &str) -> String {
    let mut out = String::with_capacity(first.len() + text.len());
    out.push_str(first);
    let Some(width) = width.into().map(|width| width.max(NARROWEST)) else {
        out.push_str(text);
        return out;
    };
    let mut column = columns(first);
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if column + wide > width {
            out.push('\n');
            out.push_str(rest);
            column = columns(rest);
        }
        out.push(c);
        column += wide;
    }
    out
}

/// At most `width` columns of `text`; where something is cut off, it ends in `mark` (`…` or `...`).
pub fn shortened(text: &str, width: usize, mark: &str) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut out = head(text, width.saturating_sub(columns(mark))).to_owned();
    out.push_str(head(mark, width));
    out
}

/// As [`shortened`], but the middle is left out: `[2001:db8::…]:443`. `tail` columns of the end stay.
pub fn squeezed(text: &str, width: usize, tail: usize, mark: &str) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(columns(mark));
    let end = last(text, tail.min(room));
    let start = head(text, room - columns(end));
    format!("{start}{mark}{end}")
}

/// The longest beginning of `text` that takes at most `width` columns.
pub fn head(text: &str, width: usize) -> &str {
    let mut taken = 0;
    for (at, c) in text.char_indices() {
        taken += c.width().unwrap_or(0);
        if taken > width {
            return &text[..at];
        }
    }
    text
}

/// The longest end of `text` that takes at most `width` columns.
fn last(text: &str, width: usize) -> &str {
    let mut taken = 0;
    for (at, c) in text.char_indices().rev() {
        taken += c.width().unwrap_or(0);
        if taken > width {
            return &text[at + c.len_utf8()..];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fold_with_a_hanging_indent() {
        let text = "The kernel has reserved port 12345 for this socket.";
        assert_eq!(
            indented(text, 30, "  ", "    "),
            "  The kernel has reserved port\n    12345 for this socket."
        );
        assert_eq!(indented(text, None, "  ", "    "), format!("  {text}"));
        assert_eq!(indented("", 30, "  ", "    "), "  ");
        assert_eq!(indented("a\nb", None, "- ", "  "), "- a\n  b");
    }

    #[test]
    fn every_line_fits_and_no_word_is_lost() {
        let text = "wide 字字字字字字字字字字字字 words and-one-that-is-far-too-long-for-any-line";
        let folded = indented(text, 24, "  ", "      ");
        assert!(folded.lines().all(|line| columns(line) <= 24), "{folded}");
        assert_eq!(
            folded.split_whitespace().collect::<String>(),
            text.split_whitespace().collect::<String>()
        );
    }

    #[test]
    fn color_takes_no_room_and_ends_with_its_line() {
        let text = "\u{1b}[1mabcdef\u{1b}[0m gh\n\u{1b}[36m字字\nx\u{1b}[0my";
        assert_eq!(
            painted_lines(text, 3),
            [
                "\u{1b}[1mabc\u{1b}[0m",
                "\u{1b}[1mdef\u{1b}[0m",
                " gh",
                "\u{1b}[36m字\u{1b}[0m",
                "\u{1b}[36m字\u{1b}[0m",
                "\u{1b}[36mx\u{1b}[0my",
            ]
        );
        assert_eq!(painted_columns("\u{1b}[1;31m字a\u{1b}[0m"), 3);
        assert_eq!(painted_lines("\u{1b}[2J", 9), ["\u{1b}[2J"]);
    }

    #[test]
    fn exact_folding_keeps_every_space() {
        let text = "a    b".repeat(9);
        let folded = exact(&text, 20, "> ", "  ");
        assert_eq!(folded.replace("\n  ", "").trim_start_matches("> "), text);
        assert!(folded.lines().all(|line| columns(line) <= 20));
    }

    #[test]
    fn cutting_respects_columns() {
        assert_eq!(shortened("字字字字", 5, "…"), "字字…");
        assert_eq!(shortened("short", 5, "…"), "short");
        assert_eq!(shortened("anything", 2, "..."), "..");
        assert_eq!(
            squeezed("[2001:db8::1:2:3:4]:443", 16, 6, "…"),
            "[2001:db8…4]:443"
        );
        assert_eq!(squeezed("abc", 2, 9, "…"), "…c");
    }
}
