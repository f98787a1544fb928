//! Claims about the laboratory's packets.

use super::{need, number};
use crate::lang::ast::{Claim, Mark, Nth};
use crate::lang::fault::Fault;
use crate::lang::order::{Cause, Fate, TcpFlags};
use crate::lang::parser::input::{Cursor, Input, Parsed};
use crate::lang::parser::word::{blank, ends, is_quote, peek_word, word_or_text};
use crate::lang::table::Kind;

/// What may be claimed of a packet.
const MARKS: &str = "flags such as SYN or SYN,ACK; udp, icmp, fragment or data; seq, ack, len, win or mss and a number; info and a text";

/// A claim whose first word has been read.
pub(super) fn claim(i: &mut Input, word: &str) -> Parsed<Claim> {
    match word {
        "packet" => packet(i),
        "packets" => {
            let host = host_before_number(i);
            let count = number(i, Kind::Int)?;
            Ok(Claim::Packets { host, count })
        }
        "fate" => {
            let which = nth(i)?;
            let words = Fate::ALL.map(|fate| (fate.word(), fate));
            one_of(i, &words).map(|fate| Claim::Fate(which, fate))
        }
        "retransmission" => retransmission(i),
        "window" => {
            need(i, "a host")?;
            let host = host(i)?;
            blank(i);
            number(i, Kind::Size).map(|bytes| Claim::Window(host, bytes))
        }
        _ => number(i, Kind::Int).map(Claim::Held),
    }
}

/// `3`, `#3`, `last`
fn nth(i: &mut Input) -> Parsed<Nth> {
    let rest = i.rest();
    if rest
        .strip_prefix('#')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    {
        i.skip(1);
    }
    need(i, "a packet's number, or last")?;
    let nth = match bare(i) {
        "last" => {
            i.skip("last".len());
            Nth::Last
        }
        _ => Nth::Number(number(i, Kind::Int)?),
    };
    blank(i);
    Ok(nth)
}

/// The word that is next, without a comma at its end.
fn bare<'a>(i: &Input<'a>) -> &'a str {
    peek_word(i).trim_end_matches(',')
}

/// One of a few words.
fn one_of<T: Copy>(i: &mut Input, words: &[(&str, T)]) -> Parsed<T> {
    let names = || words.iter().map(|(name, _)| *name);
    let all: Vec<&str> = names().collect();
    need(i, &all.join(", "))?;
    let start = i.at();
    let word = bare(i);
    i.skip(word.len());
    match words.iter().find(|(name, _)| *name == word) {
        Some((_, value)) => Ok(*value),
        None => Err(i
            .fault(start, "this is none of them")
            .expecting(all.join(", "))
            .near(word, names())
            .into()),
    }
}

/// `retransmission of 1 timeout`
fn retransmission(i: &mut Input) -> Parsed<Claim> {
    need(i, "of, and a packet's number")?;
    if bare(i) == "of" {
        i.skip("of".len());
        blank(i);
    }
    let of = nth(i)?;
    let words = Cause::ALL.map(|cause| (cause.word(), cause));
    let cause = match ends(i) {
        true => None,
        false => Some(one_of(i, &words)?),
    };
    Ok(Claim::Retransmission { of, cause })
}

/// A host, where a word is next and another thing after it: `packets client 3`, but not `packets count`.
fn host_before_number(i: &mut Input) -> Option<String> {
    let word = bare(i);
    let after = i.rest()[word.len()..].trim_start_matches([',', ' ', '\t']);
    let last = after.is_empty() || after.starts_with([';', '\n', '\r', '#']);
    if !is_host(word) || last || after.starts_with("//") {
        return None;
    }
    i.skip(word.len());
    blank(i);
    Some(word.to_owned())
}

fn is_host(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic())
        && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn host(i: &mut Input) -> Parsed<String> {
    let start = i.at();
    let word = bare(i);
    i.skip(word.len());
    match is_host(word) {
        true => Ok(word.to_owned()),
        false => Err(i
            .fault(start, "this is no host")
            .expecting("the name of a laboratory host")
            .into()),
    }
}

/// `packet 1 client SYN seq 0`
fn packet(i: &mut Input) -> Parsed<Claim> {
    let which = nth(i)?;
    let mut marks = Vec::new();
    let mut host = None;
    need(i, MARKS)?;
    let word = bare(i);
    if !Mark::WORDS.contains(&word) && TcpFlags::parse(word).is_none() && is_host(word) {
        i.skip(word.len());
        host = Some(word.to_owned());
        blank(i);
    }
    while !ends(i) {
        let start = i.at();
        let mark = mark(i)?;
        let again = |known: &Mark| std::mem::discriminant(known) == std::mem::discriminant(&mark);
        if marks.iter().any(again) {
            let fault = i.fault(start, "this is said already");
            return Err(match mark {
                Mark::Flags(_) => fault
                    .helping("several flags are one word, joined with commas: SYN,ACK")
                    .into(),
                _ => fault.into(),
            });
        }
        marks.push(mark);
        blank(i);
        let _ = i.eat(",");
        blank(i);
    }
    if marks.is_empty() && host.is_none() {
        need(i, MARKS)?;
    }
    Ok(Claim::Packet { which, host, marks })
}

fn mark(i: &mut Input) -> Parsed<Mark> {
    let start = i.at();
    let word = bare(i);
    if !Mark::WORDS.contains(&word) {
        i.skip(word.len().max(i.next().map_or(0, char::len_utf8)));
        return match TcpFlags::parse(word) {
            Some(flags) => Ok(Mark::Flags(flags)),
            None => {
                Err(no_mark(i.fault(start, "this is nothing that a packet can be"), word).into())
            }
        };
    }
    i.skip(word.len());
    blank(i);
    let value = |i: &mut Input| match ends(i) && word == "ack" {
        true => Err(i
            .fault(start, "which acknowledgment number?")
            .expecting("a number")
            .helping("a flag is written in capitals: ACK")
            .into()),
        false => number(i, Kind::Int),
    };
    Ok(match word {
        "udp" => Mark::Udp,
        "icmp" => Mark::Icmp,
        "fragment" => Mark::Fragment,
        "data" => Mark::Data,
        "seq" => {
            let first = value(i)?;
            let end = i.eat(":").then(|| value(i)).transpose()?;
            Mark::Seq(first, end)
        }
        "ack" => Mark::Ack(value(i)?),
        "len" => Mark::Len(value(i)?),
        "win" => Mark::Win(value(i)?),
        "mss" => Mark::Mss(value(i)?),
        _ => Mark::Info(info(i)?),
    })
}

fn no_mark(fault: Fault, word: &str) -> Fault {
    let flags = TcpFlags::NAMES.iter().map(|(name, _)| *name);
    fault
        .expecting(MARKS)
        .near(word, Mark::WORDS.into_iter().chain(flags))
}

fn info(i: &mut Input) -> Parsed<String> {
    need(i, "a text: \"port unreachable\"")?;
    let start = i.at();
    let quoted = i.next().is_some_and(is_quote);
    let text = word_or_text(i)?;
    match text.is_empty() && !quoted {
        true => Err(i.fault(start, "which words?").into()),
        false => Ok(text),
    }
}
