//! The words of an order, one at a time.

use crate::lang::fault::{Fault, Missing};
use crate::lang::order::{HeaderKind, Opened, Part};
use crate::lang::parser::input::{Cursor, Input, Parsed};
use crate::lang::parser::word::{blank, ends, run};
use crate::lang::table::Command;

/// A word and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<'a> {
    /// The word.
    pub text: &'a str,
    /// Its first byte in the line.
    pub start: usize,
}

impl Word<'_> {
    /// A fault that points at it.
    pub fn fault(&self, message: impl Into<String>) -> Fault {
        Fault::new((self.start, self.start + self.text.len()), message)
    }
}

/// Whether another word follows on this statement. `#3` is none: it begins a comment.
pub(super) fn follows(i: &mut Input) -> bool {
    blank(i);
    !ends(i)
}

/// The word that is next, not gone over; empty where none is. A comma ends it.
pub(super) fn peek<'a>(i: &mut Input<'a>) -> &'a str {
    if !follows(i) {
        return "";
    }
    let rest = i.rest();
    let word = &rest[..run(rest, |c| !c.is_whitespace() && c != ';')];
    // SYN,ACK is one word; the comma at a word's end separates it from the next.
    word.trim_end_matches(',')
}

/// The next word; `None` where the statement ends.
pub(super) fn take<'a>(i: &mut Input<'a>) -> Option<Word<'a>> {
    let text = peek(i);
    let start = i.at();
    i.skip(text.len());
    (!text.is_empty()).then_some(Word { text, start })
}

/// A fault where the statement ends and a word must follow. The prompt asks for it.
pub(super) fn need(i: &mut Input, message: &str, expected: &str) -> Parsed<()> {
    lacks(i, message, expected, false)
}

/// The same, where the word names a packet that the wire holds.
pub(super) fn need_held(i: &mut Input, expected: &str) -> Parsed<()> {
    lacks(i, "which packet?", expected, true)
}

fn lacks(i: &mut Input, message: &str, expected: &str, held: bool) -> Parsed<()> {
    if follows(i) {
        return Ok(());
    }
    let mut fault = i.fault(i.at(), message).expecting(expected);
    fault.missing = Some(Box::new(Missing {
        question: format!("{message} {expected}"),
        default: None,
        // Behind the last word, before blanks and a comment.
        at: i.state.source[..i.at()].trim_end().len(),
        before: " ",
        socket: None,
        held,
    }));
    Err(fault.into())
}

/// The next word, and a fault where there is none.
pub(super) fn word<'a>(i: &mut Input<'a>, message: &str, expected: &str) -> Parsed<Word<'a>> {
    need(i, message, expected)?;
    take(i).ok_or_else(|| i.fault(i.at(), message).expecting(expected).into())
}

/// The answer to a word that the command does not have.
pub(super) fn unknown(word: &Word, command: &Command) -> Fault {
    let firsts = || {
        let words = command
            .forms
            .iter()
            .filter_map(|form| form.words.split(' ').next());
        let words = words.flat_map(|word| word.split('|'));
        words.filter(|word| !word.is_empty() && !word.starts_with(['<', '[']))
    };
    let all: Vec<&str> = firsts().collect();
    word.fault(format!("{} has no such word", command.name))
        .expecting(all.join(", "))
        .near(word.text, firsts())
}

/// A number from 1 on.
pub(super) fn count(i: &mut Input, question: &str) -> Parsed<u64> {
    let word = word(i, question, "a number")?;
    whole(&word, question)
}

fn whole(word: &Word, question: &str) -> Parsed<u64> {
    let digits = !word.text.is_empty() && word.text.bytes().all(|b| b.is_ascii_digit());
    match word.text.parse::<u64>() {
        Ok(0) => Err(word.fault("the first is number 1").into()),
        Ok(number) if digits => Ok(number),
        _ if digits => Err(word.fault("this number is too large").into()),
        _ => Err(word.fault(question).expecting("a number").into()),
    }
}

/// Whether `#3` is next: here, where only a packet's number makes sense, it is one.
pub(super) fn is_numbered(i: &Input) -> bool {
    let digits = i.rest().strip_prefix('#');
    digits.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// A packet's number, as the wire shows it: `3` or `#3`.
pub(super) fn packet_number(i: &mut Input) -> Parsed<u64> {
    const QUESTION: &str = "which packet?";
    blank(i);
    if is_numbered(i) {
        i.skip(1);
    }
    count(i, QUESTION)
}

/// Which packet is opened, and what of it is shown: `3`, `#3 tcp`, `last tcp fields`.
pub(super) fn packet(i: &mut Input) -> Parsed<Opened> {
    blank(i);
    if !is_numbered(i) {
        need(i, "which packet?", "its number, or last")?;
    }
    let n = match peek(i) {
        "last" => take(i).and(None),
        _ => packet_number(i).map(Some)?,
    };
    let (mut header, mut part) = (None, None);
    while let Some(word) = take(i) {
        let is = |known: &str| word.text.eq_ignore_ascii_case(known);
        let kind = HeaderKind::ALL.into_iter().find(|kind| is(kind.word()));
        let form = Part::ALL.into_iter().find(|part| is(part.word()));
        match (kind, form) {
            (Some(kind), _) if header.is_none() => header = Some(kind),
            (_, Some(form)) if part.is_none() => part = Some(form),
            _ => return Err(no_part(&word).into()),
        }
    }
    Ok(Opened { n, header, part })
}

/// The answer to a word that names no part of a packet, or one too many.
fn no_part(word: &Word) -> Fault {
    let headers = HeaderKind::ALL.map(HeaderKind::word);
    let parts = Part::ALL.map(Part::word);
    word.fault("which part of the packet is this?")
        .expecting(format!(
            "one of {}, and one of {}",
            headers.join(", "),
            parts.join(", ")
        ))
        .near(word.text, headers.into_iter().chain(parts))
}

/// A number within bounds, after the word that names it.
pub(super) fn bounded(i: &mut Input, name: &str, least: i64, most: i64) -> Parsed<i64> {
    let expected = || format!("a number from {least} to {most}");
    let word = word(i, &format!("which {name}?"), &expected())?;
    match word.text.parse::<i64>() {
        Ok(number) if (least..=most).contains(&number) && !word.text.starts_with('+') => Ok(number),
        _ => Err(word
            .fault(format!("this is no {name}"))
            .expecting(expected())
            .into()),
    }
}
