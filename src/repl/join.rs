//! Physical lines to logical ones: a line with an open bracket goes on in the next, as in Python and C.

use super::scan::{Token, scan};

/// A logical line longer than this is not waited for: a bracket was forgotten.
const LONGEST: usize = 64 * 1024;

/// Gathers lines until every bracket is closed.
#[derive(Debug, Default)]
pub struct Joiner {
    pending: String,
    depth: usize,
}

impl Joiner {
    /// One more line; a logical line where one is complete now. An empty line completes it in any case.
    pub fn push(&mut self, line: &str) -> Option<String> {
        let over = line.trim().is_empty() || self.pending.len() + line.len() > LONGEST;
        let (depth, goes_on) = after(line, self.depth);
        self.depth = depth;
        if !self.pending.is_empty() {
            self.pending.push(' ');
        }
        self.pending.push_str(if goes_on {
            line.trim_end().trim_end_matches('\\')
        } else {
            line
        });
        if (self.depth > 0 || goes_on) && !over {
            None
        } else {
            Some(self.take())
        }
    }

    /// What is left at the end, where a bracket is open still.
    pub fn rest(&mut self) -> Option<String> {
        (!self.pending.is_empty()).then(|| self.take())
    }

    fn take(&mut self) -> String {
        self.depth = 0;
        std::mem::take(&mut self.pending)
    }
}

/// How many brackets are open after the line, and whether a backslash at its end says that it goes on.
fn after(line: &str, mut depth: usize) -> (usize, bool) {
    let mut goes_on = false;
    for piece in scan(line) {
        if piece.token == Token::Sign {
            match piece.text {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        goes_on = match piece.token {
            Token::Space => goes_on,
            Token::Word => piece.text.ends_with('\\'),
            _ => false,
        };
    }
    (depth, goes_on)
}

/// All of a pasted text, as logical lines without the empty ones.
pub fn logical_lines(text: &str) -> Vec<String> {
    let mut joiner = Joiner::default();
    let mut lines: Vec<String> = text.lines().filter_map(|line| joiner.push(line)).collect();
    lines.extend(joiner.rest());
    lines.retain(|line| !line.trim().is_empty());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_bracket_goes_on() {
        assert_eq!(
            logical_lines("s.bind((\"a\",\n   80))\nls\n\n"),
            ["s.bind((\"a\",    80))", "ls"]
        );
        assert_eq!(
            logical_lines("connect s \\\n 127.0.0.1:80"),
            ["connect s   127.0.0.1:80"]
        );
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        assert_eq!(
            logical_lines("send s \"(\"\nls # (\nls"),
            ["send s \"(\"", "ls # (", "ls"]
        );
    }

    #[test]
    fn a_forgotten_bracket_ends_with_an_empty_line() {
        assert_eq!(logical_lines("s.bind((1\n\nls\n"), ["s.bind((1 ", "ls"]);
        assert_eq!(logical_lines("f(1").len(), 1);
    }
}
