//! What stands around a call that was copied from a screen: prompts, and what strace prints.

use super::input::{Cursor, Input};
use super::word::{blank, comment_line, identifier_len, spaces};
use crate::lang::ast::Action;

/// Prompts of Python's.
const PYTHON: [&str; 2] = [">>> ", "... "];

/// A prompt of the shell is no longer than this.
const LONGEST: usize = 64;

/// Goes over a prompt, or what strace prints in front of a call.
pub(super) fn prefix(i: &mut Input) {
    let rest = i.rest();
    let before = i.at();
    if let Some(len) = prompt_len(i) {
        i.skip(len);
        i.remark("the prompt in front is read over");
    } else if let Some(len) = strace_len(rest) {
        i.skip(len);
        i.remark("what strace printed in front of the call is read over");
    }
    blank(i);
    if i.at() > before {
        i.state.begin = i.at();
    }
}

/// How long a prompt is, where one stands here.
fn prompt_len(i: &Input) -> Option<usize> {
    let rest = i.rest();
    if let Some(prompt) = PYTHON.iter().find(|prompt| rest.starts_with(**prompt)) {
        return Some(prompt.len());
    }
    let near = &rest.as_bytes()[..rest.len().min(LONGEST + 1)];
    // Most lines have no `>` at all.
    near.contains(&b'>').then_some(())?;
    let end = near.windows(2).position(|two| two == b"> ")?;
    let place = &rest[..end];
    let place = match place.strip_suffix(" blocked]") {
        Some(counted) => counted.rsplit_once(" [")?.0,
        None => place,
    };
    let word = |word: &str| {
        word.chars()
            .all(|c| c.is_alphanumeric() || "_-/|".contains(c))
            && word.ends_with(char::is_alphanumeric)
    };
    let of_lesson = place
        .strip_prefix("lesson ")
        .is_some_and(|rest| rest.split(' ').all(word));
    // `x> 5` compares.
    let compares = i.knows(place) && rest[end + 2..].starts_with(|c: char| c.is_ascii_digit());
    (!compares && (of_lesson || word(place))).then_some(end + 2)
}

/// How long what strace prints in front of a call is: `[pid 1234] ` with -f, `1234  ` with -f and -o, `12:34:56.789 `
/// with -tt.
fn strace_len(rest: &str) -> Option<usize> {
    if !rest.starts_with(|c: char| c.is_ascii_digit() || c == '[' || c == ' ') {
        return None;
    }
    let after = rest.strip_prefix("[pid ").unwrap_or(rest);
    let mut after = after.trim_start_matches(' ');
    loop {
        let len = after.find(|c: char| !(c.is_ascii_digit() || ":.".contains(c)))?;
        if len == 0 || !after.starts_with(|c: char| c.is_ascii_digit()) {
            break;
        }
        let number = &after[len..];
        let number = number.strip_prefix(']').unwrap_or(number);
        match spaces(number) {
            0 => return None,
            gap => after = &number[gap..],
        }
    }
    let call = identifier_len(after);
    let called = call > 0 && after[call..].starts_with('(');
    let len = rest.len() - after.len();
    (called && len > 0).then_some(len)
}

/// ` = 3` after a call that was pasted from strace.
pub(super) fn result(i: &mut Input, action: &Action) {
    if !matches!(action, Action::Call(_)) || !i.state.dialect.is_c() {
        return;
    }
    blank(i);
    let Some(after) = i.rest().strip_prefix("= ") else {
        return;
    };
    let after = after.strip_prefix('-').unwrap_or(after);
    if after.starts_with(|c: char| c.is_ascii_digit() || c == '?') {
        comment_line(i);
        i.remark("the result that strace printed is read over; this call gives its own");
    }
}
