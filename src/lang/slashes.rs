//! `//`: a comment in C and Rust, a division in Python.

/// How far behind the slashes it is looked, in bytes.
const FAR: usize = 200;

/// The line behind the slashes, as far as it is looked at: it may be a megabyte of slashes, and each is asked about.
fn line(after: &str) -> &str {
    let end = after.floor_char_boundary(FAR);
    after[..end].lines().next().unwrap_or("").trim_start()
}

/// The word behind the slashes, if a number or a name stands there, and what follows it in its line.
fn operand(after: &str) -> Option<(&str, &str)> {
    let line = line(after);
    let len = line
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')))
        .unwrap_or(line.len());
    (len > 0).then(|| (&line[..len], line[len..].trim_start()))
}

/// Whether `//` in open brackets divides: a value stands on both sides, and the bracket is closed in the same line, as
/// where a comment goes over several lines it is not.
pub(super) fn divides_in_brackets(before: &str, after: &str) -> bool {
    let value = |c: char| c.is_alphanumeric() || matches!(c, '_' | ')' | ']');
    let closed = |rest: &str| {
        let rest = rest.trim_start();
        rest.starts_with([')', ']']) || rest.starts_with(',') && rest.contains([')', ']'])
    };
    before.trim_end().ends_with(value) && sum(line(after), &|_| true).is_some_and(closed)
}

/// Functions that give a number.
const NUMBERS: [&str; 10] = [
    "len", "int", "ord", "abs", "round", "float", "strlen", "sizeof", "ntohs", "ntohl",
];

/// Whether what stands before `//` outside of brackets may be a number: no text, and of the calls only those that make
/// one of a value.
pub(super) fn may_be_divided(before: &str) -> bool {
    let before = before.trim_end();
    if before.ends_with(['"', '\'', '`']) {
        return false;
    }
    if !before.ends_with(')') {
        return true;
    }
    let mut open = 0;
    let begins = before.char_indices().rev().find(|(_, c)| {
        match c {
            ')' => open += 1,
            '(' => open -= 1,
            _ => {}
        }
        open == 0
    });
    let called = &before[..begins.map_or(0, |(at, _)| at)];
    let word = called.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
    let name = &called[word.len()..];
    match name {
        // Brackets around a sum, but not those of `f()()`.
        "" => !called.trim_end().ends_with([')', ']']),
        name => !word.ends_with('.') && NUMBERS.contains(&name),
    }
}

/// Whether `//` outside of brackets divides by what follows it in its line: nothing that is written as prose is a sum of
/// numbers and of names that are `is_value`.
pub(super) fn divides(after: &str, is_value: impl Fn(&str) -> bool) -> bool {
    let line = line(after);
    let line = line.strip_prefix('=').unwrap_or(line);
    let over = |rest: &str| rest.is_empty() || rest.starts_with(['#', ';']);
    sum(line, &is_value).is_some_and(|rest| over(rest.trim_start()))
}

/// What follows a sum, product or division.
fn sum<'a>(text: &'a str, is_value: &dyn Fn(&str) -> bool) -> Option<&'a str> {
    let mut rest = value(text, is_value)?;
    while let Some(more) = rest.trim_start().strip_prefix(['+', '-', '*', '/']) {
        rest = value(more.strip_prefix('/').unwrap_or(more), is_value)?;
    }
    Some(rest)
}

/// What follows a number, a name, a call that gives a number, or brackets.
fn value<'a>(text: &'a str, is_value: &dyn Fn(&str) -> bool) -> Option<&'a str> {
    let text = text.trim_start();
    let text = text.strip_prefix('-').unwrap_or(text);
    if let Some(inner) = text.strip_prefix('(') {
        return sum(inner, is_value)?.trim_start().strip_prefix(')');
    }
    let (word, rest) = operand(text)?;
    if NUMBERS.contains(&word) && rest.starts_with('(') {
        return rest.split_once(')').map(|(_, rest)| rest);
    }
    if rest.starts_with('[') && is_value(word) {
        return rest.split_once(']').map(|(_, rest)| rest);
    }
    let digit = |c: char| c.is_ascii_hexdigit() || matches!(c, 'x' | '_' | '.');
    let number = word.starts_with(|c: char| c.is_ascii_digit()) && word.chars().all(digit);
    (number || is_value(word)).then_some(rest)
}
