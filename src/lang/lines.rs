//! Files and pastes into logical lines.

use super::slashes::divides_in_brackets;
use std::borrow::Cow;

/// A logical line: one or more lines of the text as they stand there, newlines between them included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// The number of its first line, from 1.
    pub number: usize,
    /// Its text, without the newline at its end.
    pub text: &'a str,
}

/// How many lines one statement may stretch over. A bracket that is not closed within these was never meant to span
/// lines, and ends with its own line.
const MOST: usize = 500;

/// The logical lines of a text: a line whose `(` or `[` (or `{` within or after `=`) is open goes on in the next, and so
/// does one that ends in a backslash, inside triple quotes or inside `/* … */`. Blank lines are given too, so that
/// numbers are kept.
pub fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut rest = text;
    let mut number = 1;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let first = logical(rest);
        let line = Line {
            number,
            text: rest[..first.len].trim_end_matches(['\r', '\n']),
        };
        rest = &rest[first.len..];
        number += first.count;
        Some(line)
    })
}

/// A logical line that is open where a text ends: more lines may belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenEnd<'a> {
    /// Its text so far.
    pub text: &'a str,
    /// It ends inside triple quotes or a comment: an empty line is a part of it.
    pub verbatim: bool,
}

/// What is open where a text ends.
pub fn open_end(text: &str) -> Option<OpenEnd<'_>> {
    let mut rest = text;
    while !rest.is_empty() {
        let first = logical(rest);
        if first.open {
            let mut open = Open::default();
            for line in rest.split_inclusive('\n') {
                open.read(line);
            }
            return Some(OpenEnd {
                text: rest,
                verbatim: open.triple.is_some() || open.comment,
            });
        }
        rest = &rest[first.len..];
    }
    None
}

/// What needs no blank behind it, and what none in front.
const OPENS: [char; 3] = ['(', '[', '{'];
const CLOSES: [char; 3] = [')', ']', '}'];

/// A logical line in one line, with the same meaning: comments at the ends of its lines go, and so do backslashes.
pub fn folded(line: &str) -> Cow<'_, str> {
    if !line.contains('\n') {
        return Cow::Borrowed(line);
    }
    let mut open = Open::default();
    let mut one = String::with_capacity(line.len());
    for part in line.lines() {
        let inside = open.triple.is_some();
        if part.trim().is_empty() && !inside {
            continue;
        }
        let code = &part[..open.read(part)];
        if open.triple.is_some() {
            one.push_str(code);
            one.push_str("\\n");
            continue;
        }
        let code = code.strip_suffix('\\').unwrap_or(code);
        let code = if inside { code } else { code.trim_start() };
        let apart =
            !one.is_empty() && !inside && !one.ends_with(OPENS) && !code.starts_with(CLOSES);
        one.push_str(if apart { " " } else { "" });
        one.push_str(code.trim_end());
    }
    Cow::Owned(one)
}

/// The first logical line of a text.
struct Logical {
    /// Bytes, its newline included.
    len: usize,
    /// Lines.
    count: usize,
    /// The text ends before it does; it is its first line then.
    open: bool,
}

fn logical(text: &str) -> Logical {
    let whole = |len, count| Logical {
        len,
        count,
        open: false,
    };
    let mut open = Open::default();
    let mut len = 0;
    let mut first = None;
    for (count, line) in text.split_inclusive('\n').take(MOST).enumerate() {
        len += line.len();
        open.read(line);
        let first = *first.get_or_insert(len);
        if !open.continues(line) {
            return whole(len, count + 1);
        }
        if len == text.len() {
            return Logical {
                len: first,
                count: 1,
                open: true,
            };
        }
    }
    // Backslashes alone leave no doubt that the lines belong together.
    if !open.is_inside() {
        whole(len, MOST)
    } else {
        whole(first.unwrap_or(text.len()), 1)
    }
}

/// Whether a line goes on in the next, for lines that come one at a time: a bracket or a string is open, or a backslash
/// ends it. Each is read once.
#[derive(Debug, Default)]
pub struct Unfinished {
    open: Open,
    count: usize,
}

impl Unfinished {
    /// Takes in one more line, or several. Whether more may belong to it; false once they are more than a statement may
    /// stretch over.
    pub fn goes_on(&mut self, text: &str) -> bool {
        let mut last = "";
        for line in text.split_inclusive('\n') {
            self.open.read(line);
            last = line;
            self.count += 1;
        }
        // An empty line is one too.
        self.count += usize::from(text.is_empty());
        self.count < MOST && self.open.continues(last)
    }
}

/// The bytes that open or close something, or begin a string or a comment. Most lines have none.
const TELLING: [bool; 256] = {
    let mut table = [false; 256];
    let telling = b"\"'#/()[]{}";
    let mut at = 0;
    while at < telling.len() {
        table[telling[at] as usize] = true;
        at += 1;
    }
    table
};

/// What is open at a line's end.
#[derive(Debug, Default)]
struct Open {
    brackets: usize,
    triple: Option<&'static str>,
    /// Inside `/* … */`.
    comment: bool,
    /// The line that was read last ends in a comment up to its end.
    noted: bool,
    /// A quote was never closed: no line that follows can mend that.
    broken: bool,
}

impl Open {
    fn is_inside(&self) -> bool {
        self.brackets > 0 || self.triple.is_some() || self.comment
    }

    fn continues(&self, line: &str) -> bool {
        let slash = line.trim_end_matches(['\r', '\n']).ends_with('\\');
        self.is_inside() && !self.broken || slash && !self.noted
    }

    /// Takes in one more line. Gives where its comment begins, if it ends in one; else its length.
    fn read(&mut self, line: &str) -> usize {
        let end = self.code(line);
        self.noted = end < line.len();
        end
    }

    fn code(&mut self, line: &str) -> usize {
        if !self.is_inside() && !line.bytes().any(|byte| TELLING[usize::from(byte)]) {
            return line.len();
        }
        if !self.is_inside() && is_definition(line) {
            // Only a backslash lets it go on.
            return line.len();
        }
        let bytes = line.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            if let Some(quotes) = self.triple {
                match line[at..].find(quotes) {
                    Some(end) => at += end + 3,
                    None => return line.len(),
                }
                self.triple = None;
                continue;
            }
            if self.comment {
                match line[at..].find("*/") {
                    Some(end) => at += end + 2,
                    None => return line.len(),
                }
                self.comment = false;
                continue;
            }
            match bytes[at] {
                b'"' | b'\'' => at = self.string(line, at),
                b'#' if self.begins_comment(bytes, at) => return at,
                b'/' if bytes[at..].starts_with(b"/*")
                    && (at == 0 || !bytes[at - 1].is_ascii_graphic()) =>
                {
                    self.comment = true;
                    at += 1;
                }
                b'/' if bytes[at..].starts_with(b"//") && self.begins_note(line, at) => return at,
                b'(' | b'[' => self.brackets += 1,
                b'{' if self.brackets > 0 || line[..at].trim_end().ends_with('=') => {
                    self.brackets += 1
                }
                b')' | b']' | b'}' => self.brackets = self.brackets.saturating_sub(1),
                _ => {}
            }
            at += 1;
        }
        line.len()
    }

    /// Whether a `//` begins a comment, and is not Python's division.
    fn begins_note(&self, line: &str, at: usize) -> bool {
        let apart = at == 0 || !line.as_bytes()[at - 1].is_ascii_graphic();
        let divides = || divides_in_brackets(&line[..at], &line[at + 2..]);
        apart && !(self.brackets > 0 && divides())
    }

    /// Whether a `#` begins a comment. Inside brackets one before digits is data: `send(s, #100)`.
    fn begins_comment(&self, bytes: &[u8], at: usize) -> bool {
        let filled = self.brackets > 0 && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        !filled && (at == 0 || !bytes[at - 1].is_ascii_graphic())
    }

    /// Goes over the string that begins at `at`, up to its last quote; one quote that nothing closes is no string.
    fn string(&mut self, line: &str, at: usize) -> usize {
        for quotes in ["\"\"\"", "'''"] {
            if line[at..].starts_with(quotes) {
                return match line[at + 3..].find(quotes) {
                    Some(end) => at + 3 + end + 2,
                    None => {
                        self.triple = Some(quotes);
                        line.len()
                    }
                };
            }
        }
        let bytes = line.as_bytes();
        let mut end = at + 1;
        while end < bytes.len() && bytes[end] != bytes[at] {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        // Where nothing closes it the parser will say so; what follows is not looked at for brackets.
        self.broken |= end >= bytes.len();
        end.min(bytes.len())
    }
}

/// `#define …`, which is no comment.
fn is_definition(line: &str) -> bool {
    let after = line.trim_start().strip_prefix("#define");
    after.is_some_and(|after| after.starts_with([' ', '\t']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(usize, &str)> {
        lines(text).map(|line| (line.number, line.text)).collect()
    }

    #[test]
    fn a_line_is_a_line() {
        assert_eq!(
            all("s = socket tcp\r\n\nlisten s\n"),
            [(1, "s = socket tcp"), (2, ""), (3, "listen s")]
        );
        assert_eq!(all("ls"), [(1, "ls")]);
        assert_eq!(all(""), []);
    }

    #[test]
    fn open_brackets_go_on() {
        let text = "s.bind((\n    '127.0.0.1',  # (here\n    80))\nls";
        assert_eq!(
            all(text),
            [
                (1, "s.bind((\n    '127.0.0.1',  # (here\n    80))"),
                (4, "ls")
            ]
        );
        assert_eq!(
            all("send s \"a\" \\\n  --more\nls"),
            [(1, "send s \"a\" \\\n  --more"), (3, "ls")]
        );
        assert_eq!(
            all("x = '''a\n(b'''\nls"),
            [(1, "x = '''a\n(b'''"), (3, "ls")]
        );
        assert_eq!(
            all("send(s,\n  #100)\nls  #2 (of it"),
            [(1, "send(s,\n  #100)"), (3, "ls  #2 (of it")]
        );
        let comment = "/*\n** server.c, (a demo\n*/\nls /* it's */\nls";
        assert_eq!(
            all(comment),
            [
                (1, "/*\n** server.c, (a demo\n*/"),
                (4, "ls /* it's */"),
                (5, "ls")
            ]
        );
        let license = format!("/*\n{}*/\nls", " * the terms (of use\n".repeat(200));
        assert_eq!(all(&license)[1], (203, "ls"));
        let c = "struct sockaddr_in a = {\n .sin_port = htons(80)\n};\nls";
        assert_eq!(
            all(c),
            [
                (1, "struct sockaddr_in a = {\n .sin_port = htons(80)\n};"),
                (4, "ls")
            ]
        );
    }

    #[test]
    fn more_may_follow() {
        for open in ["s.bind((", "s.bind((\n 'a',", "x = '''a", "ls \\"] {
            assert!(Unfinished::default().goes_on(open), "{open}");
        }
        for whole in ["s.bind((\n 80))", "send s \"(\"", ""] {
            assert!(!Unfinished::default().goes_on(whole), "{whole}");
        }
        assert!(!Unfinished::default().goes_on(&"(\n".repeat(MOST)));
    }

    #[test]
    fn what_is_open_at_the_end() {
        let open = |text, verbatim| Some(OpenEnd { text, verbatim });
        assert_eq!(
            open_end("ls\ns.bind((\n 'a',"),
            open("s.bind((\n 'a',", false)
        );
        assert_eq!(
            open_end("s.bind((\n 80))\nx = '''a\n"),
            open("x = '''a\n", true)
        );
        assert_eq!(open_end("f('''a\n''',"), open("f('''a\n''',", false));
        assert_eq!(open_end("/* a"), open("/* a", true));
        assert_eq!(open_end("ls\nls \\"), open("ls \\", false));
        // Nothing that follows can close this text.
        for whole in ["", "ls", "s.bind((\n 80))", "send s \"(\"\n", "s.send(\"hi"] {
            assert_eq!(open_end(whole), None, "{whole}");
        }
    }

    #[test]
    fn one_line_means_the_same() {
        for (several, one) in [
            ("ls # all", "ls # all"),
            (
                "s.bind((\n  'a#',  # (any\n  80))  # one",
                "s.bind(('a#', 80))",
            ),
            ("connect s \\\n  :80", "connect s :80"),
            ("bind(s, // here\n /* a\n b */ 1);", "bind(s, /* a b */ 1);"),
            ("x = '''a\n# b'''\n", "x = '''a\\n# b'''"),
            ("print(10 // 4)", "print(10 // 4)"),
            ("f(a // 2\n, b)", "f(a , b)"),
            (
                "#define OK(x) do { \\\n  close(x); \\\n } while (0)",
                "#define OK(x) do {close(x);} while (0)",
            ),
        ] {
            assert_eq!(folded(several), one);
        }
    }

    #[test]
    fn a_bracket_that_nothing_closes_ends_with_its_line() {
        assert_eq!(all("send s /* a\nls\n"), [(1, "send s /* a"), (2, "ls")]);
        assert_eq!(
            all("send s @/tmp/*\nls\n"),
            [(1, "send s @/tmp/*"), (2, "ls")]
        );
        assert_eq!(all("send s :(\nls\n"), [(1, "send s :("), (2, "ls")]);
        assert_eq!(all("ls # \\\nls"), [(1, "ls # \\"), (2, "ls")]);
        assert_eq!(all("send s \"(\"\nls"), [(1, "send s \"(\""), (2, "ls")]);
        assert_eq!(
            all("int main() {\nlisten(s, 5);\n}"),
            [(1, "int main() {"), (2, "listen(s, 5);"), (3, "}")]
        );
    }
}
