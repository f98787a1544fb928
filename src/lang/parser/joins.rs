//! Words with which other languages join values, each answered with what to type instead.

use super::input::{Cursor, Input};
use super::word::identifier_len;
use crate::lang::fault::Fault;
use crate::lang::table::{abbreviated, find};

/// Python's words that no value can be given to: where a value stands they would be refused.
pub(super) fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "lambda"
            | "def"
            | "is"
            | "not"
            | "and"
            | "or"
            | "in"
            | "if"
            | "else"
            | "for"
            | "while"
            | "await"
            | "async"
            | "yield"
    )
}

/// A word that cannot stand in a value: it begins at `start`, and may have been read or not.
pub(super) fn word_in_value(i: &Input, start: usize, word: &str) -> Option<Fault> {
    let help = match word {
        "lambda" | "def" => "there are no functions here",
        "is" => return Some(identity(i, start)),
        "not" | "and" | "or" | "in" | "if" | "else" | "for" | "while" => {
            "one value, or a comparison such as x == 3"
        }
        "argv" if i.rest().starts_with('[') => {
            "a line that is typed has no arguments: write the value itself in its place"
        }
        "await" | "async" | "yield" => {
            "calls are made as they stand; one that sleeps becomes a job"
        }
        "new" => "s = socket tcp",
        _ => return None,
    };
    let span = (start, start + word.len());
    Some(Fault::new(span, format!("{word} has no meaning here")).helping(help))
}

/// `s is None`, `a and b` as a statement, `after` behind its first word.
pub(super) fn after_a_value(i: &Input, word: &str, after: &str) -> Option<Fault> {
    let len = identifier_len(after);
    let (next, rest) = after.split_at(len);
    let named = i.knows(word) || !abbreviated(word).is_empty();
    let joins = named && matches!(next, "is" | "and" | "or" | "in" | "not");
    if !joins || !rest.starts_with(' ') || i.knows(next) || find(word).is_some() {
        return None;
    }
    let gap = i.rest().len() - word.len() - after.len();
    word_in_value(i, i.at() + word.len() + gap, next)
}

/// `s is None`, with `is` next or just read: comparisons are made with `==`.
fn identity(i: &Input, start: usize) -> Fault {
    let source = i.state.source;
    let (before, after) = (&source[i.state.begin..start], &source[start + 2..]);
    let over = after
        .find(['\n', ';', '#', ')', ':'])
        .unwrap_or(after.len());
    let after = after[..over].trim();
    let (sign, what) = match after.strip_prefix("not ") {
        Some(what) => ("!=", what.trim()),
        None => ("==", after),
    };
    let who = before.rsplit(['(', '=', ' ']).find(|word| !word.is_empty());
    let fault = Fault::new(
        (start, start + 2),
        "values are compared with == and != here",
    );
    match (who, what) {
        (Some(who), what) if !what.is_empty() => fault.expecting(format!("{who} {sign} {what}")),
        _ => fault.expecting("x == 3"),
    }
}
