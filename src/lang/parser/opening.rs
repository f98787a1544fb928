//! The first line of a block, taken apart: what of it is a call to type.

use super::word::{identifier_len, is_identifier};
use crate::lang::table::find;

/// `while True:`, `while 1:`, `while (1) {`, `for (;;) {`: what a server does with its clients.
pub(super) fn is_endless(line: &str) -> bool {
    let bare: String = line
        .split(['#', '{'])
        .next()
        .unwrap_or("")
        .split_whitespace()
        .collect();
    let bare = bare.split("//").next().unwrap_or("").trim_end_matches(':');
    matches!(
        bare,
        "while"
            | "whileTrue"
            | "while1"
            | "while(1)"
            | "while(true)"
            | "while(True)"
            | "for(;;)"
            | "do"
    )
}

/// What follows the colon of `while True: body`.
pub(super) fn body(line: &str) -> Option<String> {
    let body = line.split_once(": ")?.1.trim();
    (!body.is_empty() && !body.starts_with('#')).then(|| body.to_owned())
}

/// The call and the name of `with call as name:`.
pub(super) fn opened(line: &str) -> Option<(&str, &str)> {
    let (call, name) = line.strip_prefix("with")?.rsplit_once(" as ")?;
    Some((call.trim(), name.split(':').next()?.trim()))
}

/// The call inside `if (bind(s, …) < 0) {`, `if ((s = socket(…)) == -1)`, `if (-1 == bind(s, …))` and
/// `while ((n = read(s, …)) > 0)`.
pub(super) fn checked(line: &str) -> Option<String> {
    let condition = line
        .strip_prefix("if")
        .or_else(|| line.strip_prefix("while"))?;
    let condition = condition.trim_start().strip_prefix('(')?;
    let condition = condition.trim_start().trim_start_matches('!');
    let number = condition.trim_start_matches(|c: char| c == '-' || c.is_ascii_digit());
    let number = number.trim_start();
    let compared = ["==", "!=", ">", "<"]
        .iter()
        .find_map(|sign| number.strip_prefix(sign))
        .unwrap_or(condition);
    let condition = compared.trim_start_matches(['=', ' ']);
    let inner = condition.trim_start_matches(['(', ' ']);
    let mut depth = 0;
    for (at, c) in inner.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return is_call(inner).then(|| inner[..=at].trim().to_owned()),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// What to type for a text that is asked for: `msg = "text"` for `msg = input(…)`, `buf = "text"` for `fgets(buf, …)`.
/// `before` is the statement up to the call, `given` what follows the call's name.
pub(super) fn asked(before: &str, given: &str) -> String {
    let buffer = given.trim_start_matches(['(', ' ', '&']);
    let buffer = &buffer[..identifier_len(buffer)];
    match before.split_once('=') {
        Some((name, _)) if is_identifier(name.trim()) => {
            let number = before.trim_end().ends_with("int(");
            format!(
                "{} = {}",
                name.trim(),
                if number { "12345" } else { "\"text\"" }
            )
        }
        None if before.is_empty() && !buffer.is_empty() => format!("{buffer} = \"text\""),
        _ => "send s \"text\"".to_owned(),
    }
}

/// What `write(STDOUT_FILENO, buffer, n)` shows on the screen; `given` is what follows the call's name.
pub(super) fn on_screen(given: &str) -> Option<&str> {
    let given = given.strip_prefix('(')?.trim_start();
    let data = ["STDOUT_FILENO", "STDERR_FILENO", "1", "2"]
        .iter()
        .find_map(|screen| given.strip_prefix(screen)?.trim_start().strip_prefix(','))?;
    let data = data.trim_start();
    let data = &data[..identifier_len(data)];
    Some(if data.is_empty() { "\"text\"" } else { data })
}

/// `bind(…`, `s = socket(…`: a call that is made here, and not C's strncmp or fork.
fn is_call(text: &str) -> bool {
    let before = text.split('(').next().unwrap_or("");
    let name = before.rsplit(['=', '.']).next().unwrap_or("").trim();
    find(name).is_some()
}

/// A line of advice about the socket `s`, with the name that the student's socket has.
pub(super) fn with_socket(line: &str, own: &str) -> String {
    let line = line.replace(" s ", &format!(" {own} "));
    match line.strip_suffix(" s") {
        Some(line) => format!("{line} {own}"),
        None => line,
    }
}
