//! A line that could not be understood: the line, the place, and what would be understood.

use super::page::{INDENT, Page};
use super::words::choices;
use crate::event::Complaint;
use crate::text::escape;
use crate::text::style::{Paint, Style};
use crate::text::wrap;

/// How much of a source line is shown where nothing limits the width.
const USUAL_WINDOW: usize = 78;

/// The source line with carets under the place, the message, what was expected, what to type instead.
pub(super) fn complaint(page: &mut Page<'_>, complaint: &Complaint) {
    if let Some(window) = Window::around(page.style(), &complaint.source, complaint.span) {
        page.lines(&format!("{INDENT}{}\n{INDENT}", window.text));
        let carets = "^".repeat(window.width.max(1));
        page.lines(&" ".repeat(window.start));
        page.own_in(&carets, Paint::Bad);
        page.lines("\n");
    }
    page.line(|page| {
        page.own_in("error: ", Paint::Bad);
        page.foreign(&complaint.message);
    });
    if !complaint.expected.is_empty() {
        let label = format!("{INDENT}expected: ");
        page.paragraphs(&alternatives(&complaint.expected), &label, "            ");
    }
    choices(page, "Try: ", &complaint.help);
}

/// `a, b or c`
fn alternatives(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// The part of a source line that is shown, safe to print, and where in it the place is.
struct Window {
    text: String,
    /// The columns before the place.
    start: usize,
    /// The columns of the place.
    width: usize,
}

impl Window {
    /// `None` where there is no line to show. The span may lie anywhere, even outside.
    fn around(style: &Style, source: &str, span: (usize, usize)) -> Option<Self> {
        if source.trim().is_empty() {
            return None;
        }
        let start = boundary(source, span.0);
        let end = boundary(source, span.1.max(span.0));
        let from = source[..start].rfind('\n').map_or(0, |at| at + 1);
        let to = source[start..]
            .find('\n')
            .map_or(source.len(), |at| start + at);
        let end = end.min(to);
        let room = style.width.map_or(USUAL_WINDOW, |width| {
            width.saturating_sub(INDENT.len()).max(20)
        });
        let mark = style.sign("…");

        // The place comes first, then as much before it as leaves a third for what follows.
        let (place, cut_place) = fill(
            style,
            source[start..end].chars(),
            room - 2 * wrap::columns(&mark),
        );
        let width = wrap::columns(&place);
        // An empty place still takes a caret.
        let left = room - width.max(1);
        let for_after = if cut_place {
            wrap::columns(&mark)
        } else {
            wrap::columns(&fill(style, source[end..to].chars(), left).0).min(left / 3)
        };
        let for_before = left - for_after;
        let (mut before, cut_before) =
            fill_backwards(style, &source[from..start], for_before, &mark);
        if cut_before {
            before.insert_str(0, &mark);
        }
        let left = left - wrap::columns(&before).min(left);
        let after = if cut_place {
            mark.clone().into_owned()
        } else {
            let (after, cut) = fill(style, source[end..to].chars(), left);
            if cut {
                wrap::shortened(&(after + &mark), left, &mark)
            } else {
                after
            }
        };
        let start = wrap::columns(&before);
        Some(Self {
            text: format!("{before}{place}{after}"),
            start,
            width,
        })
    }
}

/// The nearest place not after `at` where a character begins.
fn boundary(source: &str, at: usize) -> usize {
    let mut at = at.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Characters made safe, as many as fit in `room` columns whole; and whether some did not.
fn fill(style: &Style, chars: impl Iterator<Item = char>, room: usize) -> (String, bool) {
    let mut out = String::new();
    let mut taken = 0;
    for c in chars {
        let shown = shown(style, c);
        taken += wrap::columns(&shown);
        if taken > room {
            return (out, true);
        }
        out.push_str(&shown);
    }
    (out, false)
}

/// As [`fill`], but the end of `text`, with room kept for `mark` where something is left out.
fn fill_backwards(style: &Style, text: &str, room: usize, mark: &str) -> (String, bool) {
    let whole = fill(style, text.chars(), room);
    if !whole.1 {
        return whole;
    }
    let room = room.saturating_sub(wrap::columns(mark));
    let mut pieces = Vec::new();
    let mut taken = 0;
    for c in text.chars().rev() {
        let shown = shown(style, c);
        taken += wrap::columns(&shown);
        if taken > room {
            break;
        }
        pieces.push(shown);
    }
    pieces.reverse();
    (pieces.concat(), true)
}

/// One character, as this style shows it.
fn shown(style: &Style, c: char) -> String {
    let mut text = String::new();
    escape::push_visible(&mut text, c.encode_utf8(&mut [0; 4]));
    if style.unicode {
        text
    } else {
        escape::ascii(&text).into_owned()
    }
}
