//! Markdown of lessons and of the reference, for a terminal (termimad) or a pipe (as it is written, folded).

use super::page::Page;
use crate::text::style::Style;
use crate::text::wrap;
use std::sync::Once;
use termimad::crossterm::style::{Attribute, Color, force_color_output};
use termimad::minimad::{Compound, Line as MdLine, Options, Text, parse_text};
use termimad::{CompoundStyle, FmtText, LineStyle, MadSkin};

/// Lines of prose wider than this are hard to read, however wide the terminal.
const WIDEST: usize = 96;
/// The width where there is no terminal.
const USUAL_WIDTH: usize = 80;

/// Shows Markdown at the page's width.
pub(super) fn markdown(page: &mut Page<'_>, source: &str) {
    let style = page.style();
    // Control characters have no business in prose; a tab in a code block is an indentation.
    let safe: Vec<String> = source
        .lines()
        .map(|line| style.clean(&line.replace('\t', "    ")).into_owned())
        .collect();
    let lines = reflow(&safe);
    match style.width {
        Some(width) => page.lines(&drawn(&lines, style, width.min(WIDEST))),
        None => plain(page, &lines),
    }
}

/// A line of the result, before it is folded.
#[derive(Debug, PartialEq)]
enum Line {
    /// Stays as it is: code, a table, an empty line.
    Fixed(String),
    /// The fence before a code block, and after it. `info` is the block's language.
    Fence { info: String },
    /// Prose that may be folded, after what makes it a list item or a heading (`- `, `## `).
    Prose { lead: String, text: String },
}

/// Joins the lines of a paragraph: in the source they are folded at some width, which is not this terminal's.
fn reflow(source: &[String]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut fenced = false;
    let mut open = false;
    for line in source {
        let bare = line.trim();
        if let Some(info) = bare.strip_prefix("```") {
            fenced = !fenced;
            open = false;
            lines.push(Line::Fence {
                info: info.trim().to_owned(),
            });
        } else if fenced || bare.is_empty() || bare.starts_with(['|', '<']) {
            open = false;
            lines.push(Line::Fixed(line.trim_end().to_owned()));
        } else if let Some(lead) = lead(line) {
            // A heading is one line; the paragraph of a list item or a quotation may go on.
            open = !bare.starts_with('#');
            let text = line[lead.len()..].trim().to_owned();
            lines.push(Line::Prose { lead, text });
        } else if let (true, Some(Line::Prose { text, .. })) = (open, lines.last_mut()) {
            text.push(' ');
            text.push_str(bare);
        } else {
            open = true;
            lines.push(Line::Prose {
                lead: String::new(),
                text: bare.to_owned(),
            });
        }
    }
    lines
}

/// What stands before the text of a list item, a heading or a quotation, blanks before it included.
fn lead(line: &str) -> Option<String> {
    let blanks = line.len() - line.trim_start().len();
    let bare = &line[blanks..];
    let marker = bare
        .split(' ')
        .next()
        .filter(|marker| marker.len() < bare.len())?;
    let number = marker.strip_suffix(['.', ')']).unwrap_or_default();
    let is_marker = matches!(marker, "-" | "*" | "+" | ">")
        || (marker.len() <= 6 && marker.bytes().all(|b| b == b'#'))
        || (!number.is_empty() && number.len() <= 3 && number.bytes().all(|b| b.is_ascii_digit()));
    is_marker.then(|| format!("{}{marker} ", &line[..blanks]))
}

/// For a pipe: the Markdown itself, folded.
fn plain(page: &mut Page<'_>, lines: &[Line]) {
    for line in lines {
        match line {
            Line::Fixed(text) => page.lines(text),
            Line::Fence { info } => page.lines(&format!("```{info}")),
            Line::Prose { lead, text } => {
                let rest = if lead.trim_start().starts_with('#') {
                    String::new()
                } else {
                    " ".repeat(lead.len())
                };
                page.lines(&wrap::indented(text, USUAL_WIDTH, lead, &rest));
            }
        }
        page.lines("\n");
    }
}

/// For a terminal: termimad's drawing.
fn drawn(lines: &[Line], style: &Style, width: usize) -> String {
    let mut source = String::new();
    let mut inside = false;
    for line in lines {
        match line {
            Line::Fixed(text) if inside || style.color => source.push_str(text),
            Line::Fixed(row) => source.push_str(&shielded(row)),
            Line::Fence { info } => {
                // A drawn block does not show its language.
                if let (false, Some(label)) = (inside, label(info)) {
                    source.push_str(label);
                    source.push('\n');
                }
                inside = !inside;
                source.push_str("```");
            }
            Line::Prose { lead, text } => {
                source.push_str(lead);
                match style.color {
                    true => source.push_str(text),
                    false => source.push_str(&shielded(text)),
                }
            }
        }
        source.push('\n');
    }
    let mut text = parse_text(&source, Options::default());
    never_two(&mut text);
    let skin = skin(style);
    let drawn = FmtText::from_text(&skin, text, Some(width)).to_string();
    let mut out = String::with_capacity(drawn.len());
    for line in drawn.lines() {
        match style.color {
            true => out.push_str(line.trim_end()),
            false => out.push_str(&unshielded(line.trim_end())),
        }
        out.push('\n');
    }
    out
}

/// The heading of a code block in one of the languages that the reference compares.
fn label(info: &str) -> Option<&'static str> {
    match info {
        "python" => Some("Python:"),
        "c" => Some("C:"),
        "rust" => Some("Rust:"),
        "sh" => Some("In a terminal:"),
        _ => None,
    }
}

/// A line of two styles (or three, the middle one blank) is folded where they meet, however short that leaves the first:
/// termimad takes such a line for a clean cut. One piece more, and it is folded at the width, as any other.
fn never_two(text: &mut Text<'_>) {
    let blank = |compound: &Compound<'_>| compound.src.trim().is_empty();
    for line in &mut text.lines {
        let MdLine::Normal(composite) = line else {
            continue;
        };
        let compounds = &mut composite.compounds;
        let cut = match compounds.as_slice() {
            [_, _] => true,
            [_, middle, _] => blank(middle),
            _ => false,
        };
        let inner = |compound: &Compound<'_>| {
            let words = compound.src.trim_start();
            let begins = compound.src.len() - words.len();
            Some(begins + words.trim_end().find(' ')?)
        };
        let found = compounds
            .iter()
            .enumerate()
            .find_map(|(n, compound)| Some((n, inner(compound)?)));
        if let (true, Some((n, at))) = (cut, found) {
            let mut rest = compounds[n].clone();
            (compounds[n].src, rest.src) = compounds[n].src.split_at(at);
            compounds.insert(n + 1, rest);
        }
    }
}

/// What has a meaning in code, or could be a place to break the line, and what stands for it until the text is drawn:
/// each as wide as the other.
const SHIELDS: [(char, char); 6] = [
    ('`', '\u{e000}'),
    (' ', '\u{e001}'),
    ('*', '\u{e002}'),
    ('_', '\u{e003}'),
    ('~', '\u{e004}'),
    ('|', '\u{e005}'),
];

/// Without color only its backticks tell code from words: they stay, and so does the code between them, in one piece.
fn shielded(text: &str) -> String {
    let mut shielded = String::with_capacity(text.len());
    let mut code = false;
    for (n, part) in text.split('`').enumerate() {
        if n > 0 {
            code = !code;
            shielded.push(SHIELDS[0].1);
        }
        shielded.extend(part.chars().map(|c| {
            let shield = SHIELDS.iter().find(|(plain, _)| *plain == c && code);
            shield.map_or(c, |(_, shield)| *shield)
        }));
    }
    shielded
}

fn unshielded(line: &str) -> String {
    let plain = |c| SHIELDS.iter().find(|(_, shield)| *shield == c);
    line.chars()
        .map(|c| plain(c).map_or(c, |(plain, _)| *plain))
        .collect()
}

/// Few styles: bold headings, colored code. Without color, none at all.
fn skin(style: &Style) -> MadSkin {
    let mut skin = MadSkin::no_style();
    if style.color {
        // crossterm has an opinion of its own on whether to color. The decision is this style's.
        static DECIDED: Once = Once::new();
        DECIDED.call_once(|| force_color_output(true));
        skin.bold = CompoundStyle::with_attr(Attribute::Bold);
        skin.italic = CompoundStyle::with_attr(Attribute::Italic);
        skin.inline_code = CompoundStyle::with_fg(Color::DarkCyan);
        skin.code_block = LineStyle::from(CompoundStyle::with_fg(Color::DarkCyan));
        for header in &mut skin.headers {
            header.compound_style = CompoundStyle::with_attr(Attribute::Bold);
        }
    }
    skin.code_block.left_margin = 2;
    if !style.unicode {
        skin.limit_to_ascii();
    }
    skin
}

#[cfg(test)]
mod tests;
