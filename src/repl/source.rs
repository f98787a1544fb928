//! Lines of a script as bytes: without a bound on how many, with one on how long.

use crate::text::escape;
use std::io::{self, BufRead, Read};

/// A line longer than this is not read further.
const LONGEST: u64 = 16 << 20;

/// One line.
#[derive(Debug, PartialEq)]
pub enum Line {
    /// As text, without its end.
    Text(String),
    /// It is no text: what is wrong, and the line in printable form.
    Unreadable {
        /// In words.
        message: String,
        /// The line, escaped and cut.
        shown: String,
        /// Where the trouble is in `shown`.
        span: (usize, usize),
    },
}

/// Reads one line; `None` at the end.
///
/// # Errors
/// Those of read(2).
pub fn read_line(from: &mut impl BufRead) -> io::Result<Option<Line>> {
    let mut bytes = Vec::new();
    if from.by_ref().take(LONGEST).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    if bytes.last() != Some(&b'\n') && bytes.len() as u64 == LONGEST {
        let shown = escape::visible(&bytes[..40]);
        let message = format!("this line is longer than {} megabytes", LONGEST >> 20);
        return Ok(Some(Line::Unreadable {
            message,
            span: (0, shown.len()),
            shown,
        }));
    }
    while matches!(bytes.last(), Some(b'\n' | b'\r')) {
        bytes.pop();
    }
    Ok(Some(match String::from_utf8(bytes) {
        Ok(text) => Line::Text(text),
        Err(error) => unreadable(error.as_bytes(), error.utf8_error().valid_up_to()),
    }))
}

/// Why bytes are not a line of text: `at` is the first that is wrong.
fn unreadable(bytes: &[u8], at: usize) -> Line {
    let from = at.saturating_sub(60);
    let before = escape::visible(&bytes[from..at]);
    let wrong = format!("\\x{:02x}", bytes[at]);
    let after = escape::visible(&bytes[at + 1..bytes.len().min(at + 20)]);
    Line::Unreadable {
        message: format!(
            "this line is not UTF-8 text: byte {} of it is 0x{:02x}",
            at + 1,
            bytes[at]
        ),
        span: (before.len(), before.len() + wrong.len()),
        shown: before + &wrong + &after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(mut bytes: &[u8]) -> Vec<Line> {
        std::iter::from_fn(|| read_line(&mut bytes).unwrap()).collect()
    }

    #[test]
    fn ends_of_line_go() {
        let text = |line: &str| Line::Text(line.into());
        assert_eq!(
            lines(b"ls\r\n\nbind s"),
            [text("ls"), text(""), text("bind s")]
        );
    }

    #[test]
    fn bytes_that_are_no_text_are_pointed_at() {
        let [
            Line::Unreadable {
                message,
                shown,
                span,
            },
        ] = &lines(b"send s \"\xff\"")[..]
        else {
            panic!()
        };
        assert_eq!(shown, "send s \"\\xff\"");
        assert_eq!(&shown[span.0..span.1], "\\xff");
        assert!(message.contains("byte 9"), "{message}");
        assert_eq!(lines(&[0xff; 300]).len(), 1);
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let mut endless = io::BufReader::new(io::repeat(b'a'));
        let Some(Line::Unreadable { message, .. }) = read_line(&mut endless).unwrap() else {
            panic!()
        };
        assert!(message.contains("16 megabytes"));
    }
}
