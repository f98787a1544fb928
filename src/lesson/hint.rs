//! Hints: `<details><summary>Hint</summary>…</details>`, one level each.

use super::defect::Defects;
use super::model::Block;

/// The hints in a piece of HTML that begins with `<details`. `line` is the number of its first line.
pub(super) fn hints(html: &str, line: usize, defects: &mut Defects) -> Vec<Block> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = html[at..].find("<details").map(|n| n + at) {
        let here = line + html[..start].matches('\n').count();
        let inner = start + "<details".len();
        let next = html[inner..]
            .find("<details")
            .map_or(html.len(), |n| n + inner);
        let Some(end) = html[start..next].find("</details>").map(|n| n + start) else {
            never_closed(here, defects);
            at = next;
            continue;
        };
        let inside = html[start..end]
            .split_once('>')
            .map_or("", |(_, rest)| rest);
        let (title, body) = summary(inside);
        if body.trim().is_empty() {
            defects.add(
                here,
                "this hint is empty",
                "say something that helps, between </summary> and </details>",
            );
        }
        found.push(Block::Hint {
            title: title.to_owned(),
            markdown: body.trim().to_owned(),
            line: here,
        });
        at = end + "</details>".len();
    }
    found
}

/// The hint that begins on this line has no end.
pub(super) fn never_closed(line: usize, defects: &mut Defects) {
    let help = "end the hint with </details>";
    defects.add(line, "this <details> is never closed", help);
}

/// The summary and what follows it.
fn summary(inside: &str) -> (&str, &str) {
    let split = inside
        .split_once("<summary>")
        .and_then(|(_, rest)| rest.split_once("</summary>"));
    match split {
        Some((title, body)) => (title.trim(), body),
        None => ("Hint", inside),
    }
}
