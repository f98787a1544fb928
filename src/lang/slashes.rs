//! `//`: a comment in C and Rust, a division in Python.

/// How far behind the slashes it is looked, in bytes.
const FAR: usize = 200;

/// The word behind the slashes, if a number or a name stands there, and what follows it in its line.
pub(super) fn operand(after: &str) -> Option<(&str, &str)> {
    // A line may be a megabyte of slashes, and each is asked about.
    let end = after.floor_char_boundary(FAR);
    let line = after[..end].lines().next().unwrap_or("").trim_start();
    let len = line
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')))
        .unwrap_or(line.len());
    (len > 0).then(|| (&line[..len], line[len..].trim_start()))
}

/// Whether `//` in open brackets divides: a value stands on both sides, and the bracket is closed in the same line, as
/// where a comment goes over several lines it is not.
pub(super) fn divides_in_brackets(before: &str, after: &str) -> bool {
    let value = |c: char| c.is_alphanumeric() || matches!(c, '_' | ')' | ']');
    let Some((_, follows)) = operand(after).filter(|_| before.trim_end().ends_with(value)) else {
        return false;
    };
    let mut open = 0;
    let closes = follows.chars().any(|c| {
        match c {
            '(' | '[' => open += 1,
            ')' | ']' => open -= 1,
            _ => {}
        }
        open < 0
    });
    closes && follows.starts_with([')', ']', '(', '[', ',', '+', '-', '*'])
}

/// Whether `//` outside of brackets divides by what is `operand()`: nothing that is written as prose follows a number,
/// or a name that `is_value`.
pub(super) fn divides(after: &str, is_value: impl Fn(&str) -> bool) -> bool {
    operand(after).is_some_and(|(word, follows)| {
        let number = word.starts_with(|c: char| c.is_ascii_digit());
        let goes_on = follows.strip_prefix(['+', '-', '*']).map(str::trim_start);
        let over = follows.is_empty()
            || follows.starts_with('#')
            || goes_on.is_some_and(|more| more.starts_with(|c: char| c.is_ascii_digit()));
        over && (number || is_value(word))
    })
}
