//! The laboratory: its hosts, what its wire holds, what it needs of the machine, and what a comparison counted.

use super::packet::{self, Seen};
use super::page::{INDENT, Page};
use crate::event::compare::Side;
use crate::event::lab::{Check, Checked, Host};
use crate::event::packet::Packet;
use crate::text::style::Paint;
use crate::text::table::Table;
use crate::text::wrap;

/// `lab`
pub(super) fn hosts(page: &mut Page<'_>, hosts: &[Host], wire: &str) {
    let mut table = Table::new(&["host", "IPv4", "IPv6", "sockets"]).right(3);
    for host in hosts {
        let text = [&host.name, &host.v4, &host.v6].map(|text| page.clean(text).into_owned());
        table.row(text.into_iter().chain([host.sockets.to_string()]));
    }
    show(page, &table);
    page.prose(|page| {
        page.own("The wire ");
        page.foreign_in(wire, Paint::Strong);
        page.own(".");
    });
}

/// `wire`: what it holds.
pub(super) fn held(page: &mut Page<'_>, packets: &[Packet], seen: &mut Seen) {
    if packets.is_empty() {
        page.line(|page| page.own("Held packets: none"));
    }
    for packet in packets {
        packet::packet(page, packet, seen);
    }
}

/// `wire log`: each packet whole, whatever was shown of it before.
pub(super) fn log(page: &mut Page<'_>, packets: &[Packet]) {
    let mut seen = Seen::default();
    for packet in packets {
        packet::packet(page, packet, &mut seen);
    }
}

/// `doctor`
pub(super) fn checks(page: &mut Page<'_>, checks: &[Check]) {
    let widest = checks
        .iter()
        .map(|check| wrap::columns(&page.clean(&check.name)))
        .max();
    let width = widest.unwrap_or(0).min(24);
    let rest = " ".repeat(INDENT.len() + 6 + width + 2);
    for check in checks {
        let (word, paint) = match check.result {
            Checked::Ok => ("ok", Paint::Good),
            Checked::No => ("no", Paint::Bad),
            Checked::Skipped => ("-", Paint::Faint),
        };
        let name = wrap::shortened(&page.clean(&check.name), width, &page.style().sign("…"));
        let blank = " ".repeat(width - wrap::columns(&name));
        let found = if check.result == Checked::Skipped {
            format!("not checked: {}", page.clean(&check.found))
        } else {
            page.clean(&check.found).into_owned()
        };
        let lead = format!("{INDENT}{word:<6}{name}{blank}  ");
        let mut lines = wrap::indented(&found, page.style().width, &lead, &rest);
        let word_at = INDENT.len()..INDENT.len() + word.len();
        lines.replace_range(word_at, &page.style().paint(word, paint));
        page.lines(&(lines + "\n"));
        for command in &check.mend {
            page.paragraphs(command, "        ", "          ");
        }
    }
}

/// `score`: a row a number, a column a side.
pub(super) fn score(page: &mut Page<'_>, sides: &[Side]) {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in sides.iter().flat_map(|side| &side.rows) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let mut table = Table::new(&vec![""; sides.len() + 1]);
    let titles = sides
        .iter()
        .map(|side| page.clean(&side.title).into_owned());
    table.row(std::iter::once(String::new()).chain(titles));
    for name in names {
        let values = sides.iter().map(|side| {
            let found = side.rows.iter().find(|(row, _)| row == name);
            found.map_or("-".to_owned(), |(_, value)| page.clean(value).into_owned())
        });
        table.row(std::iter::once(page.clean(name).into_owned()).chain(values));
    }
    show(page, &table);
}

fn show(page: &mut Page<'_>, table: &Table) {
    let lines = table.render(page.style(), INDENT);
    page.lines(&lines);
}
