//! What stands where a statement should end.

use super::input::{Cursor, Input};
use super::joins;
use super::prelude::{host_behind, host_in_front};
use super::word::{peek_identifier, peek_word};
use crate::lang::fault::Fault;

/// `'\0'`, `0`
fn is_end_of_text(value: &str) -> bool {
    let over = value.find([';', '\n']).unwrap_or(value.len());
    matches!(value[..over].trim(), "'\\0'" | "0")
}

/// What stands where the statement should end.
pub(super) fn stray(i: &Input) -> Fault {
    let start = i.at();
    let rest = i.rest();
    if rest.starts_with('=') && !rest.starts_with("==") {
        let before = i.state.source[i.state.begin..start].trim_end();
        if before.ends_with(']') && is_end_of_text(&rest[1..]) {
            // buf[n] = '\0';
            return i
                .fault(
                    start,
                    "what recv gives knows its length here: no zero ends it",
                )
                .helping("leave this line out");
        }
        return i
            .fault(start, "only a name can be given a value")
            .expecting("x = value")
            .helping("fields of structures and items of lists are not kept here");
    }
    if let Some(fault) = host_behind(i) {
        return fault;
    }
    if let Some(fault) = joins::word_in_value(i, start, peek_identifier(i)) {
        return fault;
    }
    if rest.starts_with("++") || rest.starts_with("--;") || rest == "--" {
        return Fault::new((start, start + 2), "a value does not change by itself here")
            .expecting(format!("x {}= 1", &rest[..1]));
    }
    if rest.starts_with("::") {
        return Fault::new(
            (start, start + 2),
            "calls stand here as in C, Python or a shell",
        )
        .expecting("c = socket tcp")
        .expecting("connect c 127.0.0.1:12345");
    }
    if let Some(line) = host_in_front(i) {
        return i
            .fault(start, "the host stands in front of the whole statement")
            .helping(line);
    }
    let word = peek_word(i);
    let end = start + word.len().max(i.next().map_or(0, char::len_utf8)).min(40);
    let end = (end..)
        .find(|at| i.state.source.is_char_boundary(*at))
        .unwrap_or(end);
    Fault::new((start, end), "this cannot follow")
        .expecting("the end of the statement")
        .helping("; separates statements, # begins a comment, text with blanks stands in quotes")
}
