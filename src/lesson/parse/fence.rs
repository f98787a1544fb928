//! Fenced blocks: where they end, and what is nearly one that means something.

use crate::text::near;

/// The fences that mean something.
pub(super) const KINDS: [&str; 3] = ["sock", "predict", "quiz"];

/// What stands between the fences, and whether there is a second one.
pub(super) fn fenced(block: &str) -> (&str, bool) {
    let body = block.split_once('\n').map_or("", |(_, body)| body);
    let fence = block.trim_start().chars().next().unwrap_or('`');
    let cut = body.trim_end().rfind('\n').map_or(0, |at| at + 1);
    let last = body[cut..].trim();
    if last.len() >= 3 && last.chars().all(|c| c == fence) {
        (&body[..cut], true)
    } else {
        (body, false)
    }
}

/// What to say of a block that is never closed. It takes what follows it for its own, as the beginning of another
/// block in it shows. `line` is its first line.
pub(super) fn unclosed(block: &str, line: usize) -> Option<String> {
    let (body, closed) = fenced(block);
    let opens = |text: &str| text.starts_with("```");
    // Four backticks show what three mean.
    let plain = opens(block) && !block.starts_with("````");
    match body.lines().position(|text| plain && opens(text)) {
        Some(at) => Some(format!(
            "this block is never closed: the next begins in line {}",
            line + 1 + at
        )),
        None if closed => None,
        None => Some("this block is never closed".to_owned()),
    }
}

/// The fence that is meant by one that is nearly it: such a block would be shown, and never be played.
pub(super) fn meant(language: &str) -> Option<&'static str> {
    let letters = language.find(|c: char| !c.is_alphabetic());
    let word = &language[..letters.unwrap_or(language.len())];
    near::nearest(word, KINDS).filter(|meant| *meant != language)
}

/// Fences in prose: four blanks before one make it a part of the prose. The line of each, from 0, and its word.
pub(super) fn indented(prose: &str) -> impl Iterator<Item = (usize, &str)> {
    prose.lines().enumerate().filter_map(|(line, text)| {
        let info = text.trim_start().strip_prefix("```")?;
        let word = info.split_whitespace().next()?;
        KINDS.contains(&word).then_some((line, word))
    })
}
