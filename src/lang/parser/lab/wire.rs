//! What stands after `wire`.

use super::words::{
    Word, bounded, count, follows, is_numbered, need, need_held, packet_number, peek, take,
    unknown, word,
};
use crate::lang::fault::Fault;
use crate::lang::order::{Which, Wire};
use crate::lang::parser::input::{Cursor, Input, Parsed};
use crate::lang::parser::word::blank;
use crate::lang::table::find;
use std::time::Duration;

/// The smallest MTU that IPv4 allows (RFC 791, section 3.2), and the largest packet.
const MTU: (i64, i64) = (68, 65535);

/// No packet waits longer by itself, in seconds.
const LONGEST: f64 = 3600.0;

/// An order to the wire; a word follows.
pub(super) fn wire(i: &mut Input) -> Parsed<Wire> {
    let word = word(i, "what of the wire?", "hold, flow, drop, loss, delay …")?;
    Ok(match word.text {
        "hold" => Wire::Hold,
        "flow" => Wire::Flow,
        "clear" => Wire::Clear,
        "drop" => Wire::Drop(which(i)?),
        "dup" => Wire::Dup(one(i)?),
        "corrupt" => Wire::Corrupt(one(i)?),
        "swap" => Wire::Swap(pair(i)?),
        "delay" => Wire::Delay(delay(i)?),
        "loss" => loss(i)?,
        "mtu" => Wire::Mtu(bounded(i, "mtu", MTU.0, MTU.1)? as u32),
        "rate" => Wire::Rate(rate(i)?),
        "log" => Wire::Log(match follows(i) {
            true => Some(count(i, "how many packets?")?),
            false => None,
        }),
        _ => return Err(no_word(&word).into()),
    })
}

fn no_word(word: &Word) -> Fault {
    match find("wire") {
        Some(command) => unknown(word, command),
        None => word.fault("wire has no such word"),
    }
}

/// `2`, `#2`, `next`, `all`
fn which(i: &mut Input) -> Parsed<Which> {
    blank(i);
    if !is_numbered(i) {
        need(i, "which packet?", "its number, next or all")?;
    }
    match peek(i) {
        "next" => Ok(take(i).map_or(Which::Next, |_| Which::Next)),
        "all" => Ok(take(i).map_or(Which::All, |_| Which::All)),
        _ => packet_number(i).map(Which::Number),
    }
}

/// `2`, `#2`, `next`
fn one(i: &mut Input) -> Parsed<Option<u64>> {
    blank(i);
    if !is_numbered(i) {
        need_held(i, "its number, or next")?;
    }
    match peek(i) {
        "next" => Ok(take(i).and(None)),
        _ => packet_number(i).map(Some),
    }
}

/// Two numbers, or none.
fn pair(i: &mut Input) -> Parsed<Option<(u64, u64)>> {
    blank(i);
    let number = peek(i).starts_with(|c: char| c.is_ascii_digit());
    if !number && !is_numbered(i) {
        return Ok(None);
    }
    let first = packet_number(i)?;
    let _ = i.eat(",");
    blank(i);
    if !is_numbered(i) {
        need(i, "with which packet?", "the other's number: wire swap 2 3")?;
    }
    let start = i.at();
    let second = packet_number(i)?;
    if first == second {
        return Err(i
            .fault(start, "a packet cannot change places with itself")
            .into());
    }
    Ok(Some((first.min(second), first.max(second))))
}

/// `200` (milliseconds), `200ms`, `1s`, `off`
fn delay(i: &mut Input) -> Parsed<Duration> {
    const EXPECTED: &str = "milliseconds, or a time such as 200ms or 1s, an hour at most";
    let word = word(i, "how long?", EXPECTED)?;
    if word.text == "off" {
        return Ok(Duration::ZERO);
    }
    let (number, unit) = split(word.text);
    let seconds = match unit {
        "" | "ms" => number.map(|n| n / 1e3),
        "us" => number.map(|n| n / 1e6),
        "s" => number,
        _ => None,
    };
    match seconds.filter(|seconds| *seconds <= LONGEST) {
        // Whole microseconds: what is written is what is read.
        Some(seconds) => Ok(Duration::from_micros((seconds * 1e6).round() as u64)),
        None => Err(word.fault("this is no delay").expecting(EXPECTED).into()),
    }
}

/// `30%`, `30`, `0.5% seed 7`, `off`
fn loss(i: &mut Input) -> Parsed<Wire> {
    const EXPECTED: &str = "a percentage from 0 to 100: 30%";
    let word = word(i, "how many of a hundred?", EXPECTED)?;
    let (number, unit) = match word.text {
        "off" => (Some(0.0), ""),
        text => split(text),
    };
    let Some(percent) = number.filter(|n| *n <= 100.0 && matches!(unit, "" | "%")) else {
        return Err(word
            .fault("this is no percentage")
            .expecting(EXPECTED)
            .into());
    };
    if unit.is_empty() && peek(i) == "%" {
        let _ = take(i);
    }
    let seed = match peek(i) {
        "seed" => {
            let _ = take(i);
            Some(bounded(i, "seed", 0, i64::MAX)? as u64)
        }
        _ => None,
    };
    Ok(Wire::Loss { percent, seed })
}

/// `64k`, `1M`, `64kbit/s`, `off`: bits a second.
fn rate(i: &mut Input) -> Parsed<Option<u64>> {
    const EXPECTED: &str = "bits a second such as 64k or 1M, or off";
    let word = word(i, "how many bits a second?", EXPECTED)?;
    if word.text == "off" {
        return Ok(None);
    }
    let (number, unit) = split(word.text);
    let unit = unit.strip_suffix("/s").unwrap_or(unit);
    let factor = match unit.strip_suffix("bit").unwrap_or(unit) {
        "" => 1e0,
        "k" | "K" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        _ => f64::NAN,
    };
    let bits = number.map(|n| (n * factor).round());
    match bits.filter(|bits| (1.0..=1e12).contains(bits)) {
        Some(bits) => Ok(Some(bits as u64)),
        None => Err(word.fault("this is no rate").expecting(EXPECTED).into()),
    }
}

/// A decimal number at the beginning, and what follows it.
fn split(text: &str) -> (Option<f64>, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    (text[..end].parse().ok(), &text[end..])
}
