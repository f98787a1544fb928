//! A row of a drawing: cells of one column each, painted.

use crate::text::escape;
use crate::text::style::{Paint, Style};
use unicode_width::UnicodeWidthChar;

/// The second cell of a character that takes two columns.
const REST: char = '\0';

/// A row of cells. What would stand outside is left out.
#[derive(Debug, Clone)]
pub(super) struct Canvas {
    cells: Vec<(char, Paint)>,
    unicode: bool,
}

impl Canvas {
    /// An empty row of `width` columns.
    pub(super) fn new(width: usize, style: &Style) -> Self {
        Self {
            cells: vec![(' ', Paint::Plain); width],
            unicode: style.unicode,
        }
    }

    /// Puts one sign of the program's own, one column wide in ASCII too.
    pub(super) fn sign(&mut self, x: usize, sign: char, paint: Paint) {
        let sign = if self.unicode {
            sign
        } else {
            let mut buffer = [0; 4];
            let plain = escape::ascii(sign.encode_utf8(&mut buffer));
            plain.chars().next().unwrap_or(sign)
        };
        self.put(x, sign, paint);
    }

    /// Puts text that the style can show already; its last column is returned, the one after it.
    pub(super) fn text(&mut self, x: usize, text: &str, paint: Paint) -> usize {
        let mut at = x;
        for c in text.chars() {
            match c.width() {
                Some(1) => self.put(at, c, paint),
                Some(2) if at + 1 < self.cells.len() => {
                    self.put(at, c, paint);
                    self.put(at + 1, REST, paint);
                    // Putting the second half has taken the first for a widow.
                    self.cells[at].0 = c;
                }
                Some(2) => {}
                // What takes no column cannot stand in a cell of its own.
                _ => continue,
            }
            at += c.width().unwrap_or(0);
        }
        at
    }

    /// A horizontal line from `a` to `b`, both included; what stands upright there is crossed.
    pub(super) fn line(&mut self, a: usize, b: usize, paint: Paint) {
        for x in a..=b {
            let upright = self
                .cells
                .get(x)
                .is_some_and(|(c, _)| matches!(c, '│' | '|'));
            self.sign(x, if upright { '┼' } else { '─' }, paint);
        }
    }

    fn put(&mut self, x: usize, c: char, paint: Paint) {
        if x >= self.cells.len() {
            return;
        }
        // Half of a wide character alone is none.
        if self.cells[x].0 == REST && x > 0 {
            self.cells[x - 1].0 = ' ';
        }
        if let Some(next) = self.cells.get_mut(x + 1).filter(|next| next.0 == REST) {
            next.0 = ' ';
        }
        self.cells[x] = (c, paint);
    }

    /// The row as text, without blanks at its end, with a newline.
    pub(super) fn finish(&self, style: &Style) -> String {
        let blank = |cell: &(char, Paint)| cell.0 == ' ';
        let end = self.cells.iter().rposition(|cell| !blank(cell));
        let cells = &self.cells[..end.map_or(0, |end| end + 1)];
        let mut out = String::with_capacity(cells.len() * 3 + 1);
        for run in cells.chunk_by(|a, b| a.1 == b.1) {
            let text: String = run
                .iter()
                .map(|cell| cell.0)
                .filter(|c| *c != REST)
                .collect();
            out.push_str(&style.paint(text, run[0].1));
        }
        out.push('\n');
        out
    }
}
