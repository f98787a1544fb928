//! One line made of pieces, of which the least important go where there is no room for all.

use crate::text::style::{Paint, Style};
use crate::text::wrap;
use crate::view::page::Page;

/// A piece of a line.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Already safe to show, and in the characters that the style allows.
    text: String,
    paint: Paint,
    /// The columns that it takes at least, so that lines below each other align.
    pad: usize,
    /// The blank columns before it.
    gap: usize,
    /// What goes first has the highest; 0 never goes.
    rank: usize,
}

impl Piece {
    /// A piece that never goes, one blank after the one before.
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            paint: Paint::Plain,
            pad: 0,
            gap: 1,
            rank: 0,
        }
    }

    pub(super) fn paint(self, paint: Paint) -> Self {
        Self { paint, ..self }
    }

    pub(super) fn pad(self, pad: usize) -> Self {
        Self { pad, ..self }
    }

    pub(super) fn gap(self, gap: usize) -> Self {
        Self { gap, ..self }
    }

    pub(super) fn rank(self, rank: usize) -> Self {
        Self { rank, ..self }
    }

    /// Whether it goes before, or with, what has this rank.
    pub(super) fn rank_is_at_least(&self, rank: usize) -> bool {
        self.rank >= rank
    }

    /// Writes it as words, which may be broken into lines.
    pub(super) fn write(&self, page: &mut Page<'_>) {
        page.own_in(&self.text, self.paint);
    }

    fn columns(&self) -> usize {
        wrap::columns(&self.text)
    }
}

/// The columns that the pieces take: all but the last are padded.
pub(super) fn columns(pieces: &[Piece]) -> usize {
    let last = pieces.len().saturating_sub(1);
    let of = |(n, piece): (usize, &Piece)| {
        let gap = if n == 0 { 0 } else { piece.gap };
        let pad = if n == last { 0 } else { piece.pad };
        gap + piece.columns().max(pad)
    };
    pieces.iter().enumerate().map(of).sum()
}

/// Takes away what is least important until the rest fits `room` columns, `mark` for what is gone included. Returns
/// whether it fits; where it does not, the padding behind the first piece is gone too.
pub(super) fn fit(pieces: &mut Vec<Piece>, room: usize, mark: &str) -> bool {
    let mut cut = false;
    loop {
        let taken = columns(pieces);
        // The piece that would be last is padded no more, and the mark follows it.
        if taken <= room && (!cut || mark.is_empty()) {
            return true;
        }
        let mark = Piece::new(mark).paint(Paint::Faint);
        if cut && taken + mark.gap + mark.columns() <= room {
            if let Some(last) = pieces.last_mut() {
                last.pad = 0;
            }
            pieces.push(mark);
            return true;
        }
        let least = pieces.iter().map(|piece| piece.rank).max().unwrap_or(0);
        if least == 0 {
            break;
        }
        pieces.retain(|piece| piece.rank != least);
        cut = true;
    }
    for piece in pieces.iter_mut().skip(1) {
        piece.pad = 0;
    }
    columns(pieces) <= room
}

/// The pieces as text, cut to `room` columns where they do not fit.
pub(super) fn text(pieces: &[Piece], room: usize, style: &Style) -> String {
    let mut out = String::new();
    let mut left = room;
    let last = pieces.len().saturating_sub(1);
    for (n, piece) in pieces.iter().enumerate() {
        let gap = if n == 0 { 0 } else { piece.gap.min(left) };
        left -= gap;
        blanks(&mut out, gap);
        let text = wrap::shortened(&piece.text, left, &style.sign("…"));
        let taken = wrap::columns(&text);
        left -= taken;
        out.push_str(&style.paint(text, piece.paint));
        if n != last {
            let pad = piece.pad.saturating_sub(taken).min(left);
            left -= pad;
            blanks(&mut out, pad);
        }
    }
    out
}

/// Appends blanks.
pub(super) fn blanks(out: &mut String, n: usize) {
    out.extend(std::iter::repeat_n(' ', n));
}
