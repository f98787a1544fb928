//! A packet opened: its headers as the RFCs draw them, every field's value and meaning, and the bytes.
//!
//! All of it is more than a screen holds, and what comes last is what stays on it: the drawing of the header that the
//! lesson is about, its bytes beside it.

mod drawing;
mod hex;

use super::line::{self, Seen};
use crate::event::packet::{Anatomy, Header, Part};
use crate::text::style::Paint;
use crate::text::table::Table;
use crate::view::page::{INDENT, Page};

/// `packet N`
pub(in crate::view) fn anatomy(page: &mut Page<'_>, anatomy: &Anatomy) {
    line::whole(page, &anatomy.packet, &mut Seen::default());
    // A header alone has its bytes beside its drawing.
    let all = anatomy.part.is_none() && !anatomy.alone;
    if all || anatomy.part == Some(Part::Bytes) {
        hex::hex(page, anatomy);
    }
    let last = innermost(&anatomy.headers);
    for (n, header) in anatomy.headers.iter().enumerate() {
        if Some(n) != last {
            opened(page, header, anatomy, [Part::Drawing, Part::Fields]);
        }
    }
    if let Some(header) = last.map(|last| &anatomy.headers[last]) {
        opened(page, header, anatomy, [Part::Fields, Part::Drawing]);
    }
}

/// A header's parts in this order, those that are to be shown.
fn opened(page: &mut Page<'_>, header: &Header, anatomy: &Anatomy, parts: [Part; 2]) {
    if anatomy.part == Some(Part::Bytes) {
        return;
    }
    title(page, header);
    for part in parts {
        match part {
            _ if anatomy.part.is_some_and(|asked| asked != part) => {}
            Part::Fields => fields(page, header),
            Part::Drawing => drawing::drawing(page, header, &anatomy.bytes),
            Part::Bytes => {}
        }
    }
}

/// What a lesson opens a packet for: the transport's header. What follows it is a packet that an ICMP error quotes.
fn innermost(headers: &[Header]) -> Option<usize> {
    let transport = |header: &Header| {
        ["TCP", "UDP", "ICMP"]
            .iter()
            .any(|name| header.name.starts_with(name))
    };
    let found = headers.iter().position(transport);
    found.or(headers.len().checked_sub(1))
}

fn title(page: &mut Page<'_>, header: &Header) {
    page.line(|page| {
        page.foreign_in(&header.name, Paint::Strong);
        if !header.source.is_empty() {
            page.own("  ");
            page.foreign_in(&header.source, Paint::Faint);
        }
    });
}

/// Every field, its value and its meaning.
fn fields(page: &mut Page<'_>, header: &Header) {
    let mut table = Table::new(&["field", "value", "meaning"]).folds(2);
    for field in &header.fields {
        let meaning = page.clean(&field.meaning);
        let meaning = if field.right {
            meaning.into_owned()
        } else {
            format!("WRONG: {}", meaning.trim_start_matches("wrong: "))
        };
        table.row([
            page.clean(&field.name).into_owned(),
            page.clean(&field.value).into_owned(),
            meaning,
        ]);
    }
    let lines = table.render(page.style(), INDENT);
    page.lines(&lines);
}

/// Where a header's bytes begin and end, in bits from the packet's first.
fn extent(header: &Header) -> (usize, usize) {
    let start = header
        .fields
        .iter()
        .map(|field| field.bit)
        .min()
        .unwrap_or(0);
    let ends = header
        .fields
        .iter()
        .map(|field| field.bit.saturating_add(field.bits));
    (start, ends.max().unwrap_or(start))
}
