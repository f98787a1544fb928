//! What stands around a call that was copied from a screen: prompts, and what strace prints.

use super::input::{Cursor, Input};
use super::word::{blank, comment_line, identifier_len, spaces};
use crate::lang::ast::Action;

/// Prompts of Python's.
const PYTHON: [&str; 2] = [">>> ", "... "];

/// In the place of the closing bracket, where the next line is another thread's.
pub(super) const UNFINISHED: &str = "<unfinished ...>";

/// How strace begins to describe a descriptor.
const DESCRIBED: [&str; 10] = [
    "TCP:[",
    "TCPv6:[",
    "UDP:[",
    "UDPv6:[",
    "UNIX:[",
    "UNIX-STREAM:[",
    "UNIX-DGRAM:[",
    "UNIX-SEQPACKET:[",
    "socket:[",
    "pipe:[",
];

/// A description is no longer than this: a Unix socket's has a path.
const DESCRIPTION: usize = 256;

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
    let after = after_times(rest)?;
    let call = identifier_len(after);
    let called = call > 0 && after[call..].starts_with('(');
    let len = rest.len() - after.len();
    (called && len > 0).then_some(len)
}

/// What follows the numbers of a process and the times, where the line begins with any.
fn after_times(rest: &str) -> Option<&str> {
    if !rest.starts_with(|c: char| c.is_ascii_digit() || c == '[' || c == ' ') {
        return None;
    }
    let after = rest.strip_prefix("[pid ").unwrap_or(rest);
    let mut after = after.trim_start_matches(' ');
    loop {
        let len = after.find(|c: char| !(c.is_ascii_digit() || ":.".contains(c)))?;
        if len == 0 || !after.starts_with(|c: char| c.is_ascii_digit()) {
            return Some(after);
        }
        let number = &after[len..];
        let number = number.strip_prefix(']').unwrap_or(number);
        match spaces(number) {
            0 => return None,
            gap => after = &number[gap..],
        }
    }
}

/// Goes over a line of strace's that is no call: the rest of one that another thread interrupted, a signal, an end.
pub(super) fn aside(i: &mut Input) -> Option<&'static str> {
    let line = after_times(i.rest()).unwrap_or(i.rest());
    let remark = if line.starts_with("<... ") {
        "the rest of a call that strace has begun above: there it is made"
    } else if line.starts_with("--- SIG") {
        "strace tells of a signal here; no call is made"
    } else if line.starts_with("+++ ") || line.starts_with("strace: Process ") {
        "strace tells of a process here; no call is made"
    } else {
        return None;
    };
    comment_line(i);
    Some(remark)
}

/// Goes over `<unfinished ...>`, which stands for the bracket that closes a call.
pub(super) fn unfinished(i: &mut Input) -> bool {
    let there = i.eat(UNFINISHED);
    if there {
        i.remark("strace told the end of this call further below; it is made as a whole here");
    }
    there
}

/// How long that is which strace's -y and -yy print behind a descriptor: `<TCP:[127.0.0.1:40890->127.0.0.1:80]>`.
pub(super) fn described_len(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('<')?;
    let kind = DESCRIBED.iter().find(|kind| inner.starts_with(**kind))?;
    let near = &inner.as_bytes()[..inner.len().min(DESCRIPTION)];
    let end = near[kind.len()..].windows(2).position(|two| two == b"]>")?;
    Some(1 + kind.len() + end + 2)
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
