//! Two-column lists in groups: `help` on one screen.

use super::page::{INDENT, Page};
use crate::text::style::Paint;
use crate::text::table::Table;
use crate::text::wrap;

/// Lines of a usual terminal, less the prompt and what was typed.
const SCREEN: usize = 22;
/// Fewer columns than this for the second column say nothing.
const WORDS: usize = 18;

/// A heading beside its names takes no more columns than this.
const HEADING: usize = 16;

/// A heading and its rows.
type Group = (String, Vec<(String, String)>);

/// Shows the groups below each other; where that is more than a screen, in two columns; where it still is, names only.
pub(super) fn list(page: &mut Page<'_>, groups: &[Group]) {
    let rows: usize = groups.iter().map(|(_, rows)| rows.len() + 1).sum();
    let Some(width) = page.style().width else {
        return below(page, groups);
    };
    if rows <= SCREEN {
        return below(page, groups);
    }
    match halves(page, groups, width) {
        Some(lines) => page.lines(&lines),
        None => names(page, groups),
    }
}

/// Every group below the one before.
fn below(page: &mut Page<'_>, groups: &[Group]) {
    let first = groups
        .iter()
        .flat_map(|(_, rows)| rows)
        .map(|(name, _)| wrap::columns(name))
        .max()
        .unwrap_or(0);
    for (heading, rows) in groups {
        if !heading.is_empty() {
            page.line(|page| page.foreign_in(heading, Paint::Strong));
        }
        let mut table = Table::new(&["", ""]).folds(1);
        for (name, words) in rows {
            let name = page.clean(name);
            // Equal first columns line up across the groups.
            table.row([format!("{name:<first$}"), page.clean(words).into_owned()]);
        }
        let lines = table.render(page.style(), "    ");
        page.lines(&lines);
    }
}

/// The groups in two columns of a page, or `None` where they do not fit a screen so.
fn halves(page: &Page<'_>, groups: &[Group], width: usize) -> Option<String> {
    let room = (width.saturating_sub(INDENT.len() + 2)) / 2;
    let first = groups
        .iter()
        .flat_map(|(_, rows)| rows)
        .map(|(name, _)| wrap::columns(name))
        .max()?;
    if first + 4 + WORDS > room {
        return None;
    }
    let split = split(groups)?;
    let mark = page.style().sign("…");
    let column = |groups: &[Group]| -> Vec<(String, Paint)> {
        let mut lines = Vec::new();
        for (heading, rows) in groups {
            lines.push((
                wrap::shortened(&page.clean(heading), room, &mark),
                Paint::Strong,
            ));
            for (name, words) in rows {
                let name = page.clean(name);
                let line = format!("  {name:<first$}  {}", page.clean(words));
                lines.push((wrap::shortened(&line, room, &mark), Paint::Plain));
            }
        }
        lines
    };
    let (left, right) = (column(&groups[..split]), column(&groups[split..]));
    let mut out = String::new();
    for n in 0..left.len().max(right.len()) {
        let (text, paint) = left
            .get(n)
            .map_or(("", Paint::Plain), |(text, paint)| (text, *paint));
        out.push_str(INDENT);
        out.push_str(&page.style().paint(text, paint));
        if let Some((other, paint)) = right.get(n) {
            out.extend(std::iter::repeat_n(' ', room - wrap::columns(text) + 2));
            out.push_str(&page.style().paint(other.as_str(), *paint));
        }
        out.push('\n');
    }
    Some(out)
}

/// Where the second column begins so that both fit the screen and are as even as can be.
fn split(groups: &[Group]) -> Option<usize> {
    let lines = |groups: &[Group]| groups.iter().map(|(_, rows)| rows.len() + 1).sum::<usize>();
    (1..groups.len())
        .map(|at| (lines(&groups[..at]).max(lines(&groups[at..])), at))
        .min()
        .filter(|(height, _)| *height <= SCREEN)
        .map(|(_, at)| at)
}

/// Each group's names in a row, for what is too much for one screen otherwise.
fn names(page: &mut Page<'_>, groups: &[Group]) {
    let widest = groups
        .iter()
        .map(|(heading, _)| wrap::columns(&page.clean(heading)))
        .max();
    let beside = widest.unwrap_or(0).min(HEADING);
    let rest = " ".repeat(INDENT.len() + beside + 2);
    for (heading, rows) in groups {
        // A name of several words stays on one line: its blanks are kept from folding until the line is made.
        let names: Vec<String> = rows
            .iter()
            .map(|(name, _)| page.clean(name).replace(' ', "\u{a0}"))
            .collect();
        let heading = page.clean(heading);
        let mark = page.style().sign("…");
        let heading = wrap::shortened(&heading, beside, &mark);
        let lead = format!("{INDENT}{heading:<beside$}  ");
        let folded = wrap::indented(&names.join("  "), page.style().width, &lead, &rest);
        let (heading, names) = folded.split_at(lead.len());
        page.lines(&page.style().paint(heading, Paint::Strong));
        page.lines(&names.replace('\u{a0}', " "));
        page.lines("\n");
    }
}
