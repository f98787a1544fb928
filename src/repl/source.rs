//! Lines of a script as bytes: without a bound on how many, with one on how long.

use crate::event::Complaint;
use crate::lang::{Fault, from_bytes};
use crate::text::escape;
use std::io::{self, BufRead, Read};

/// A line longer than this is not read further.
pub(super) const LONGEST: u64 = 16 << 20;
/// How long most lines are at most.
const USUAL: usize = 80;
/// How much of a line that cannot be read is shown, in bytes.
const SHOWN: usize = 40;

/// One line.
#[derive(Debug, PartialEq)]
pub enum Line {
    /// As text, without its end.
    Text(String),
    /// It is no text: why, and the place in printable form.
    Unreadable(Complaint),
}

/// Reads one line; `None` at the end.
///
/// # Errors
/// Those of read(2).
pub fn read_line(from: &mut impl BufRead) -> io::Result<Option<Line>> {
    let mut bytes = Vec::with_capacity(USUAL);
    let mut bounded = from.by_ref().take(LONGEST);
    if bounded.read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    if bytes.last() != Some(&b'\n') && bytes.len() as u64 == LONGEST {
        return Ok(Some(Line::Unreadable(too_long(&bytes[..SHOWN]))));
    }
    while matches!(bytes.last(), Some(b'\n' | b'\r')) {
        bytes.pop();
    }
    Ok(Some(match from_bytes(&bytes) {
        Ok(text) => Line::Text(text.into_owned()),
        Err(fault) => Line::Unreadable(no_text(&bytes, fault)),
    }))
}

fn too_long(beginning: &[u8]) -> Complaint {
    let source = escape::visible(beginning);
    Complaint {
        message: format!("this line is longer than {} megabytes", LONGEST >> 20),
        span: (0, source.len()),
        source,
        expected: Vec::new(),
        help: Vec::new(),
    }
}

/// The fault, and so much of the line around it as fits on the screen.
fn no_text(bytes: &[u8], fault: Fault) -> Complaint {
    // The fault's places do not count a byte order mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (start, end) = fault.span;
    let mut source = escape::visible(&bytes[start.saturating_sub(SHOWN)..start]);
    let from = source.len();
    source.push_str(&escape::visible(&bytes[start..end]));
    let to = source.len();
    source.push_str(&escape::visible(
        &bytes[end..bytes.len().min(end + SHOWN / 2)],
    ));
    Complaint {
        message: fault.message,
        source,
        span: (from, to),
        expected: fault.expected,
        help: fault.help,
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
        let [Line::Unreadable(complaint)] = &lines(b"send s \"\xff\"")[..] else {
            panic!()
        };
        assert_eq!(complaint.source, "send s \"\\xff\"");
        let (start, end) = complaint.span;
        assert_eq!(&complaint.source[start..end], "\\xff");
        assert_eq!(lines(&[0xff; 300]).len(), 1);
        assert_eq!(lines(b"\xef\xbb\xbf\xff"), lines(b"\xff"));
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let mut endless = io::BufReader::new(io::repeat(b'a'));
        let Some(Line::Unreadable(complaint)) = read_line(&mut endless).unwrap() else {
            panic!()
        };
        assert!(complaint.message.contains("16 megabytes"));
    }
}
