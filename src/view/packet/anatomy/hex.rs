//! The bytes of a packet in hexadecimal, each header on lines of its own.

use super::extent;
use crate::event::packet::{Anatomy, Field};
use crate::text::style::{Paint, Style};
use crate::text::wrap;
use crate::view::page::{INDENT, Page};
use std::fmt::Write;

/// Columns for what the bytes are: `ICMPv6`.
const LABEL: usize = 6;
/// Of data, this much is shown: enough to recognize it.
const MOST: usize = 256;
/// So that two headers beside each other look different, where there is color.
const PAINTS: [Paint; 3] = [Paint::Name, Paint::Good, Paint::Warn];

/// `  TCP    0014  9c 40 00 50 …  .@.P`
pub(super) fn hex(page: &mut Page<'_>, anatomy: &Anatomy) {
    let bytes = &anatomy.bytes;
    let mut done = 0;
    for (n, header) in anatomy.headers.iter().enumerate() {
        let (start, end) = extent(header);
        let start = (start / 8).clamp(done, bytes.len());
        // What no header names, or one that is not shown.
        if !anatomy.alone {
            part(page, "", &bytes[done..start], done, &[], Paint::Plain);
        }
        let end = end.div_ceil(8).clamp(start, bytes.len());
        let label = header.name.split([' ', ',']).next().unwrap_or_default();
        let wrong: Vec<&Field> = header.fields.iter().filter(|field| !field.right).collect();
        let paint = PAINTS[n % PAINTS.len()];
        part(page, label, &bytes[start..end], start, &wrong, paint);
        done = end;
    }
    if anatomy.alone {
        return;
    }
    let rest = &bytes[done..];
    let shown = &rest[..rest.len().min(MOST)];
    part(page, "data", shown, done, &[], Paint::Plain);
    if rest.len() > MOST {
        let more = rest.len() - MOST;
        page.line(|page| page.own_in(&format!("… {more} more bytes"), Paint::Faint));
    }
}

/// Lines of bytes that belong together, the first labeled.
fn part(page: &mut Page<'_>, label: &str, bytes: &[u8], at: usize, wrong: &[&Field], paint: Paint) {
    let style = page.style();
    let a_row = match style.width {
        Some(..80) => 8,
        _ => 16,
    };
    for (n, row) in bytes.chunks(a_row).enumerate() {
        let offset = at + n * a_row;
        let label = if n == 0 { label } else { "" };
        let label = wrap::shortened(&style.clean(label), LABEL, "");
        let blank = " ".repeat(LABEL - wrap::columns(&label));
        let mut out = format!("{INDENT}{}{blank} ", style.paint(label, paint));
        // Writing to a String cannot fail.
        let _ = write!(out, "{offset:04x} ");
        self::row(&mut out, row, offset, wrong, paint, style);
        out.push_str(&"   ".repeat(a_row - row.len()));
        out.push_str("  ");
        out.extend(row.iter().map(|byte| match byte {
            b' '..=b'~' => char::from(*byte),
            _ => '.',
        }));
        page.lines(&(out + "\n"));
    }
}

/// The bytes of a row, those of a wrong field painted so.
fn row(out: &mut String, row: &[u8], offset: usize, wrong: &[&Field], paint: Paint, style: &Style) {
    let paint_of = |at: usize| {
        let bits = at * 8..at * 8 + 8;
        let within = |field: &&&Field| {
            field.bit < bits.end && field.bit.saturating_add(field.bits) > bits.start
        };
        wrong.iter().find(within).map_or(paint, |_| Paint::Bad)
    };
    let painted: Vec<(u8, Paint)> = (offset..)
        .map(paint_of)
        .zip(row)
        .map(|(p, b)| (*b, p))
        .collect();
    for run in painted.chunk_by(|a, b| a.1 == b.1) {
        let mut text = String::with_capacity(run.len() * 3);
        for (byte, _) in run {
            let _ = write!(text, " {byte:02x}");
        }
        out.push_str(&style.paint(text, run[0].1));
    }
}
