//! A header as RFCs draw it: 32 bits a row, a cell a field.

use super::extent;
use crate::event::packet::{Field, Header};
use crate::text::style::{Paint, Style};
use crate::text::wrap;
use crate::view::packet::canvas::Canvas;
use crate::view::page::{INDENT, Page};
use std::fmt::Write;

/// Bits of a row.
const ROW: usize = 32;
/// Columns of the drawing, and with the bytes of each row beside it.
const WIDTH: usize = INDENT.len() + 2 * ROW + 1;
const WITH_BYTES: usize = WIDTH + 2 + 11;
/// More rows than any header has: 60 bytes are 15.
const MOST: usize = 40;

/// A part of a field that stands in one row.
#[derive(Clone, Copy)]
struct Cell<'h> {
    /// `None` for bits that no field names.
    field: Option<&'h Field>,
    /// Which field of the header.
    n: usize,
    /// The row's bits that it has: from, to (exclusive).
    from: usize,
    to: usize,
    /// Whether it is where the field begins.
    first: bool,
}

impl Cell<'_> {
    fn columns(&self) -> usize {
        (2 * (self.to - self.from)).saturating_sub(1)
    }
}

/// The ruler, and row after row; nothing but a remark where it is too wide.
pub(super) fn drawing(page: &mut Page<'_>, header: &Header, bytes: &[u8]) {
    let style = page.style();
    if style.width.is_some_and(|width| width < WIDTH) {
        page.line(|page| {
            page.value(format_args!(
                "The drawing needs a terminal {WIDTH} columns wide."
            ));
        });
        return;
    }
    let rows = rows(header);
    if rows.is_empty() {
        return;
    }
    let beside = style.width.is_none_or(|width| width >= WITH_BYTES);
    let (first, end) = extent(header);
    let end = end.div_ceil(8).min(bytes.len());
    let bytes = &bytes[(first / 8).min(end)..end];
    let mut out = ruler();
    let mut above: &[Cell<'_>] = &[];
    for (n, row) in rows.iter().enumerate() {
        border(&mut out, above, row, style);
        let four = beside.then(|| bytes.get(4 * n..).unwrap_or_default());
        let four = four.map(|rest| &rest[..rest.len().min(4)]);
        content(&mut out, row, four, style);
        above = row;
    }
    border(&mut out, above, &[], style);
    page.lines(&out);
}

/// The numbers of the bits, as RFCs have them.
fn ruler() -> String {
    let mut tens = INDENT.to_owned();
    let mut ones = INDENT.to_owned();
    for bit in 0..ROW {
        let ten = if bit % 10 == 0 {
            (bit / 10).to_string()
        } else {
            " ".to_owned()
        };
        // Writing to a String cannot fail.
        let _ = write!(tens, " {ten}");
        let _ = write!(ones, " {}", bit % 10);
    }
    format!("{}\n{ones}\n", tens.trim_end())
}

/// The cells of each row.
fn rows(header: &Header) -> Vec<Vec<Cell<'_>>> {
    let (start, end) = extent(header);
    let mut fields: Vec<(usize, &Field)> = header.fields.iter().enumerate().collect();
    fields.sort_by_key(|(_, field)| field.bit);
    let mut rows = vec![vec![]; (end - start).div_ceil(ROW).min(MOST)];
    let mut done = 0;
    for (n, field) in fields {
        let (from, to) = (
            field.bit - start,
            field.bit.saturating_add(field.bits) - start,
        );
        fill(&mut rows, None, usize::MAX, done, from);
        fill(&mut rows, Some(field), n, from.max(done), to);
        done = done.max(to);
    }
    rows
}

/// Adds what stands from bit `from` to bit `to` of a header, a cell a row.
fn fill<'h>(
    rows: &mut [Vec<Cell<'h>>],
    field: Option<&'h Field>,
    n: usize,
    mut from: usize,
    to: usize,
) {
    let mut first = true;
    while from < to {
        let Some(row) = rows.get_mut(from / ROW) else {
            return;
        };
        let start = from / ROW * ROW;
        let stop = to.min(start + ROW);
        row.push(Cell {
            field,
            n,
            from: from - start,
            to: stop - start,
            first,
        });
        first = false;
        from = stop;
    }
}

/// The cells of a row, on one line, or on two where one of them is too narrow for name and value.
fn content(out: &mut String, row: &[Cell<'_>], four: Option<&[u8]>, style: &Style) {
    let whole = |cell: &Cell<'_>| {
        cell.field.is_none_or(|field| {
            let columns =
                wrap::columns(&style.clean(&field.name)) + wrap::columns(&value(field, style));
            !cell.first || columns + 2 <= cell.columns()
        })
    };
    let lines = if row.iter().all(whole) { 1 } else { 2 };
    for line in 0..lines {
        let mut canvas = Canvas::new(WITH_BYTES, style);
        for cell in row {
            let x = INDENT.len() + 2 * cell.from;
            canvas.sign(x, '│', Paint::Plain);
            canvas.sign(x + cell.columns() + 1, '│', Paint::Plain);
            let Some(field) = cell.field.filter(|_| cell.first) else {
                continue;
            };
            let paint = if field.right {
                Paint::Strong
            } else {
                Paint::Bad
            };
            let room = cell.columns();
            // A blank before the text where there is room for it.
            let x = x + 1 + usize::from(room > 7);
            let room = if room > 7 { room - 1 } else { room };
            let (own, value) = match (lines, line) {
                (1, _) => (
                    Some(style.clean(&field.name).into_owned()),
                    Some(value(field, style)),
                ),
                (_, 0) => (Some(name(&style.clean(&field.name), room)), None),
                _ => (None, Some(narrow(field, room, style))),
            };
            let x = own.map_or(x, |own| canvas.text(x, &own, Paint::Plain) + 1);
            if let Some(value) = value {
                canvas.text(x, &value, paint);
            }
        }
        if let Some(four) = four.filter(|_| line == 0) {
            let hex: Vec<String> = four.iter().map(|byte| format!("{byte:02x}")).collect();
            canvas.text(WIDTH + 2, &hex.join(" "), Paint::Name);
        }
        out.push_str(&canvas.finish(style));
    }
}

/// A field's name in a narrow cell.
fn name(name: &str, room: usize) -> String {
    if wrap::columns(name) <= room {
        return name.to_owned();
    }
    let short = match name {
        "Data Offset" => "Offset",
        "Reserved" => "Rsrvd",
        "Version" => "Ver",
        "Internet Header Length" | "Header Length" => "IHL",
        "Traffic Class" => "Class",
        "Differentiated Services Code Point" => "DSCP",
        "Explicit Congestion Notification" => "ECN",
        "Time to Live" => "TTL",
        other => other,
    };
    // The first letter of a flag: U, A, P, R, S, F.
    wrap::head(short, room).trim_end().to_owned()
}

/// A field's value, with a mark where it is wrong.
fn value(field: &Field, style: &Style) -> String {
    let mark = if field.right { "" } else { "!" };
    format!("{mark}{}", style.clean(&field.value))
}

/// A field's value in a narrow cell: what is in brackets goes first, then all behind the first word.
fn narrow(field: &Field, room: usize, style: &Style) -> String {
    let whole = value(field, style);
    let shorter = [" (", " "].map(|end| whole.split(end).next().unwrap_or_default());
    let fits = std::iter::once(&*whole).chain(shorter);
    match fits.into_iter().find(|text| wrap::columns(text) <= room) {
        Some(text) => text.to_owned(),
        None => wrap::shortened(&whole, room, &style.sign("…")),
    }
}

/// The line between two rows. A field that goes on from one to the other has none; where that is all of both, there is no line.
fn border(out: &mut String, above: &[Cell<'_>], below: &[Cell<'_>], style: &Style) {
    let at = |row: &[Cell<'_>], bit: usize| {
        let cell = row
            .iter()
            .find(|cell| (cell.from..cell.to).contains(&bit))?;
        Some(if cell.field.is_some() {
            cell.n
        } else {
            usize::MAX
        })
    };
    // Whether there is a line above or below each bit, and whether a cell ends before it.
    let line: Vec<bool> = (0..ROW)
        .map(|bit| match (at(above, bit), at(below, bit)) {
            (None, None) => false,
            (above, below) => above != below,
        })
        .collect();
    if !line.contains(&true) {
        return;
    }
    let edge =
        |row: &[Cell<'_>], bit: usize| row.iter().any(|cell| cell.from == bit || cell.to == bit);
    let mut canvas = Canvas::new(WIDTH, style);
    for bit in 0..=ROW {
        let x = INDENT.len() + 2 * bit;
        let left = bit > 0 && line[bit - 1];
        let right = bit < ROW && line[bit];
        let joint = joint(left, right, edge(above, bit), edge(below, bit));
        // RFCs mark each bit.
        let rfc = !style.unicode && (left || right);
        canvas.sign(x, if rfc { '+' } else { joint }, Paint::Plain);
        if right {
            canvas.sign(x + 1, '─', Paint::Plain);
        }
    }
    out.push_str(&canvas.finish(style));
}

/// The sign in which lines from these sides meet.
fn joint(left: bool, right: bool, up: bool, down: bool) -> char {
    match (left, right, up, down) {
        (true, true, true, true) => '┼',
        (true, true, true, false) => '┴',
        (true, true, false, true) => '┬',
        (true, true, false, false) => '─',
        (true, false, true, true) => '┤',
        (false, true, true, true) => '├',
        (true, false, true, false) => '┘',
        (true, false, false, true) => '┐',
        (false, true, true, false) => '└',
        (false, true, false, true) => '┌',
        (true, false, false, false) | (false, true, false, false) => '─',
        (false, false, true, _) | (false, false, _, true) => '│',
        (false, false, false, false) => ' ',
    }
}
