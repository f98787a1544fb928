//! Two sides of a comparison beside each other: `compare tcp udp`.

use super::page::INDENT;
use crate::text::style::{Paint, Style};
use crate::text::wrap;

/// In a narrower terminal the sides follow each other.
const NARROWEST: usize = 76;
/// The width where nothing limits it.
const USUAL: usize = 80;
/// Between the sides.
const RULE: &str = " │ ";
/// How far ahead a block of the same kind is looked for.
const AHEAD: usize = 64;

/// What a block tells: those of the same kind stand side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A system call.
    Call,
    /// A packet.
    Packet,
    /// A change of state.
    State,
    /// Bytes that arrived.
    Data,
    /// A line that could not be understood or done.
    Error,
    /// Anything else.
    Words,
}

/// Lines that belong together, rendered for the width of their side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What they tell.
    pub kind: Kind,
    /// The lines, each with a newline at its end; they may hold codes for color.
    pub text: String,
}

/// The width of one side, in columns; `None` where the sides follow each other in the style's own width.
pub fn side(style: &Style) -> Option<usize> {
    let width = style.width.unwrap_or(USUAL);
    (width >= NARROWEST).then(|| (width - wrap::columns(RULE)) / 2)
}

/// The sides in full width, each under its title.
pub fn one_after_the_other(titles: [&str; 2], sides: [&[Block]; 2], style: &Style) -> String {
    let mut out = String::new();
    for (title, blocks) in titles
        .iter()
        .zip(sides)
        .filter(|(_, blocks)| !blocks.is_empty())
    {
        let title = format!("{INDENT}{}", style.clean(title));
        out.push_str(&style.paint(title, Paint::Strong));
        out.push('\n');
        blocks.iter().for_each(|block| out.push_str(&block.text));
    }
    out
}

/// The sides beside each other, `width` columns each; with their titles where they are given. Each line has a newline at its
/// end. Calls stand beside calls, packets beside packets; where one side has nothing of the kind, it has a gap. No line is
/// wider than the style allows, and no color runs from one side into the other.
pub fn columns(
    titles: Option<[&str; 2]>,
    sides: [&[Block]; 2],
    width: usize,
    style: &Style,
) -> String {
    let mark = style.sign("…");
    let mut out = String::new();
    if let Some(titles) = titles {
        let heads = titles.map(|title| {
            let title = format!("{INDENT}{}", style.clean(title));
            let title = wrap::shortened(&title, width, &mark);
            vec![style.paint(title, Paint::Strong).into_owned()]
        });
        beside(&mut out, &heads[0], &heads[1], width, style);
    }
    for pair in aligned(sides) {
        let [left, right] = pair.map(|block| {
            block.map_or_else(Vec::new, |block| wrap::painted_lines(&block.text, width))
        });
        beside(&mut out, &left, &right, width, style);
    }
    out
}

/// Which blocks stand beside each other.
fn aligned(sides: [&[Block]; 2]) -> Vec<[Option<&Block>; 2]> {
    let [left, right] = sides;
    let mut pairs = Vec::with_capacity(left.len().max(right.len()));
    let (mut i, mut j) = (0, 0);
    while i < left.len() || j < right.len() {
        let pair = match (left.get(i), right.get(j)) {
            (Some(a), Some(b)) if a.kind == b.kind => [Some(a), Some(b)],
            // A call waits for a call.
            (
                Some(Block {
                    kind: Kind::Call, ..
                }),
                Some(b),
            ) => [None, Some(b)],
            (
                Some(a),
                Some(Block {
                    kind: Kind::Call, ..
                }),
            ) => [Some(a), None],
            // Else the side whose fellow is nearer waits for it.
            (Some(a), Some(b)) if ahead(&right[j..], a.kind) < ahead(&left[i..], b.kind) => {
                [None, Some(b)]
            }
            (Some(a), Some(_)) => [Some(a), None],
            (a, b) => [a, b],
        };
        i += usize::from(pair[0].is_some());
        j += usize::from(pair[1].is_some());
        pairs.push(pair);
    }
    pairs
}

/// How far ahead the next block of this kind is, before the next call.
fn ahead(blocks: &[Block], kind: Kind) -> usize {
    let until_call = blocks
        .iter()
        .take(AHEAD)
        .take_while(|block| block.kind != Kind::Call);
    let mut found = until_call
        .enumerate()
        .filter(|(_, block)| block.kind == kind);
    found.next().map_or(usize::MAX, |(at, _)| at)
}

/// Appends lines beside each other.
fn beside(out: &mut String, left: &[String], right: &[String], width: usize, style: &Style) {
    for n in 0..left.len().max(right.len()) {
        let text = left.get(n).map_or("", String::as_str);
        out.push_str(text);
        out.extend(std::iter::repeat_n(
            ' ',
            width - wrap::painted_columns(text).min(width),
        ));
        let other = right.get(n).map_or("", String::as_str);
        let rule = if other.is_empty() {
            RULE.trim_end()
        } else {
            RULE
        };
        out.push_str(&style.paint(style.sign(rule), Paint::Faint));
        out.push_str(other);
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(kinds: &[(Kind, &str)]) -> Vec<Block> {
        let block = |(kind, text): &(Kind, &str)| Block {
            kind: *kind,
            text: format!("{text}\n"),
        };
        kinds.iter().map(block).collect()
    }

    fn shown(left: &[(Kind, &str)], right: &[(Kind, &str)]) -> Vec<String> {
        let (left, right) = (blocks(left), blocks(right));
        let texts = aligned([&left, &right]);
        let text = |block: Option<&Block>| {
            block.map_or("-".into(), |block| block.text.trim_end().to_owned())
        };
        texts
            .into_iter()
            .map(|[a, b]| format!("{} {}", text(a), text(b)))
            .collect()
    }

    use Kind::{Call, Data, Packet, State};

    #[test]
    fn calls_align_with_calls_and_a_missing_one_leaves_a_gap() {
        let left = [
            (Call, "c1"),
            (Packet, "p1"),
            (Packet, "p2"),
            (State, "s1"),
            (Call, "c2"),
            (Data, "d"),
        ];
        let right = [
            (Call, "C1"),
            (State, "S1"),
            (Call, "C2"),
            (Packet, "P"),
            (Data, "D"),
        ];
        assert_eq!(
            shown(&left, &right),
            ["c1 C1", "p1 -", "p2 -", "s1 S1", "c2 C2", "- P", "d D"]
        );
        assert_eq!(shown(&[], &right[..2]), ["- C1", "- S1"]);
    }

    #[test]
    fn what_stands_behind_the_next_call_is_no_fellow() {
        let left = [(Call, "c1"), (Call, "c2"), (Packet, "p2")];
        let right = [(Call, "C1"), (Packet, "P1"), (Call, "C2"), (Packet, "P2")];
        assert_eq!(shown(&left, &right), ["c1 C1", "- P1", "c2 C2", "p2 P2"]);
    }

    #[test]
    fn no_color_runs_into_the_other_side() {
        let style = Style {
            color: true,
            unicode: true,
            width: Some(80),
        };
        let long = format!("\u{1b}[1m{}\u{1b}[0m", "字".repeat(30));
        let out = columns(
            Some(["tcp", "udp"]),
            [&blocks(&[(Call, &long)]), &blocks(&[(Call, "x")])],
            38,
            &style,
        );
        for line in out.lines() {
            assert!(wrap::painted_columns(line) <= 80, "{line:?}");
            let (left, _) = line.split_once("\u{1b}[2m │").unwrap();
            assert_eq!(
                left.matches("\u{1b}[1m").count(),
                left.matches("\u{1b}[0m").count(),
                "{line:?}"
            );
        }
        assert_eq!(out.matches('字').count(), 30, "nothing is lost");
    }

    #[test]
    fn in_a_narrow_terminal_the_sides_follow_each_other() {
        let style = Style {
            width: Some(60),
            ..Style::PLAIN
        };
        let out = one_after_the_other(
            ["tcp", "udp"],
            [&blocks(&[(Call, "a")]), &blocks(&[(Call, "b")])],
            &style,
        );
        assert_eq!(out, "  tcp\na\n  udp\nb\n");
        assert_eq!((side(&style), side(&Style::PLAIN)), (None, Some(38)));
    }
}
