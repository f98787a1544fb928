//! The flags of send(2) and recv(2) in the shell dialect: `--peek`, and their names where others could be meant.

use super::arguments::{Places, wanted};
use super::input::{Cursor, Input, Parsed};
use super::word::peek_word;
use crate::lang::ast::{Arg, Expr, Span};
use crate::lang::constants::{Family, constant};
use crate::lang::fault::Fault;
use crate::lang::table::{Command, Kind, Param};

/// `MSG_OOB`, `socket.MSG_OOB|MSG_DONTWAIT`: flags of send(2) and recv(2) by their names.
pub(super) fn are_flags(word: &str) -> bool {
    let mut each = word.split('|');
    each.all(|name| {
        let name = name.strip_prefix("socket.").unwrap_or(name);
        constant(name).is_some_and(|c| c.family == Family::Message)
    })
}

/// Flags in front of the address, where sendto() has them in C and Python: their place.
pub(super) fn flags_here(
    i: &Input,
    command: &Command,
    next: Option<&Param>,
) -> Option<(usize, usize)> {
    let before = next?.kind == Kind::Address && are_flags(peek_word(i).trim_end_matches(','));
    Some((command.position("flags").filter(|_| before)?, 0))
}

/// Flags by their short words.
const FLAGS: [(&str, &str); 10] = [
    ("peek", "MSG_PEEK"),
    ("oob", "MSG_OOB"),
    ("dontwait", "MSG_DONTWAIT"),
    ("waitall", "MSG_WAITALL"),
    ("more", "MSG_MORE"),
    ("nosignal", "MSG_NOSIGNAL"),
    ("trunc", "MSG_TRUNC"),
    ("errqueue", "MSG_ERRQUEUE"),
    ("dontroute", "MSG_DONTROUTE"),
    ("eor", "MSG_EOR"),
];

/// Every flag as the shell has it.
pub(in crate::lang) fn flag_words() -> Vec<String> {
    FLAGS
        .iter()
        .map(|(short, _)| format!("--{short}"))
        .collect()
}

/// The short word of a flag.
pub(crate) fn flag_word(name: &str) -> Option<&'static str> {
    FLAGS
        .iter()
        .find(|(_, flag)| *flag == name)
        .map(|(word, _)| *word)
}

/// `--peek`, `--MSG_PEEK`
pub(super) fn flag(i: &mut Input, places: &mut Places) -> Parsed<()> {
    let start = i.at();
    i.skip(2);
    let word = peek_word(i).trim_end_matches(',');
    i.skip(word.len());
    let name = FLAGS
        .iter()
        .find(|(short, _)| short.eq_ignore_ascii_case(word))
        .map_or(word, |(_, name)| *name);
    let Some(found) = constant(name).filter(|c| c.family == Family::Message) else {
        let known = flag_words();
        return Err(i
            .fault(start, format!("there is no flag --{word}"))
            .expecting(known.join(" "))
            .near(&format!("--{word}"), known.iter().map(String::as_str))
            .into());
    };
    let at = places.command.position("flags").unwrap_or(0);
    let joined = match places.args[at].take() {
        None => Expr::Const(found.name, found.value),
        Some(Arg { value, span }) => match value {
            Expr::Flags(mut names, bits) => {
                names.push(found.name);
                Expr::Flags(names, bits | found.value)
            }
            Expr::Int(bits) => Expr::Int(bits | found.value),
            _ => return Err(apart(i, span, found.name).into()),
        },
    };
    let span = i.since(start);
    places.put(i, at, joined, span)
}

/// `recv t 3 f --dontwait`: only the session knows what `f` is, and it joins nothing.
fn apart(i: &Input, span: Span, flag: &str) -> Fault {
    let what = &i.state.source[span.start..span.end];
    let message = format!("{what} cannot be joined with {flag}");
    Fault::new((span.start, span.end), message)
        .expecting(wanted(Kind::MsgFlags))
        .helping("one variable can hold several: flags = MSG_PEEK|MSG_DONTWAIT")
}
