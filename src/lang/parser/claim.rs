//! `expect …`

mod packets;

use super::data::{Words, data, is_fill};
use super::expr::{expr, tight};
use super::fit::fit;
use super::input::{Cursor, Input, Parsed};
use super::shell::socket;
use super::word::{blank, ends, is_quote, peek_identifier, word_or_text};
use super::{address, joins};
use crate::errno::Errno;
use crate::lang::LONGEST_WAIT;
use crate::lang::ast::{Claim, Expr};
use crate::lang::constants::{CONSTANTS, Family};
use crate::lang::fault::{Fault, Missing};
use crate::lang::state::TcpState;
use crate::lang::table::{Kind, find};
use std::time::Duration;

/// A claim; `expect` has been read.
pub(super) fn claim(i: &mut Input) -> Parsed<Claim> {
    blank(i);
    let start = i.at();
    if ends(i) && !is_fill(i.rest()) {
        let fault = no_claim(i.fault(start, "expect needs a claim"));
        let question = "what must hold? ok, error ECONNREFUSED, state s LISTEN …";
        return Err(asking(i, fault, question).into());
    }
    let word = match i.rest().starts_with("half-open") {
        true => "half-open",
        false => peek_identifier(i),
    };
    let touching = i.rest()[word.len()..].starts_with(['(', '[', '.']);
    let after = i.rest()[word.len()..].trim_start();
    let compared = touching
        || ["==", "!=", "<", ">", "+"]
            .iter()
            .any(|op| after.starts_with(op));
    // `expect data <html>`: what is received may begin with anything.
    let told = touching || after.starts_with("==") || after.starts_with("!=");
    let compared = compared && (word != "data" || told);
    if compared || !Claim::WORDS.contains(&word) {
        return comparison(i, start, word);
    }
    i.skip(word.len());
    blank(i);
    match word {
        "packet" | "packets" | "fate" | "retransmission" | "window" | "held" => {
            packets::claim(i, word)
        }
        "ok" => Ok(Claim::Ok),
        "blocked" => Ok(Claim::Blocked),
        "error" => errors(i).map(Claim::Error),
        "ret" => number(i, Kind::Int).map(Claim::Ret),
        "sockets" => number(i, Kind::Int).map(Claim::Sockets),
        "jobs" => number(i, Kind::Int).map(Claim::Jobs),
        "data" => received(i).map(Claim::Data),
        "quiet" => quiet(i).map(Claim::Quiet),
        word => of_socket(i, word),
    }
}

fn no_claim(fault: Fault) -> Fault {
    fault
        .expecting(Claim::WORDS.join(", "))
        .expecting("a comparison such as x == 3")
}

/// A fault where the claim ends too early.
fn need(i: &Input, what: &str) -> Parsed<()> {
    if ends(i) {
        let fault = i
            .fault(i.at(), "this claim is not complete")
            .expecting(what);
        return Err(asking(i, fault, what).into());
    }
    Ok(())
}

/// A fault about what is missing at the end of the claim, which the prompt asks for.
fn asking(i: &Input, mut fault: Fault, question: &str) -> Fault {
    fault.missing = Some(Box::new(Missing {
        question: question.to_owned(),
        default: None,
        // Behind the last word, before blanks and a comment.
        at: i.state.source[..i.at()].trim_end().len(),
        before: " ",
        socket: None,
        held: false,
    }));
    fault
}

fn number(i: &mut Input, kind: Kind) -> Parsed<Expr> {
    need(i, "a number")?;
    let start = i.at();
    let value = tight(i)?;
    let span = i.since(start);
    match fit(i, kind, value, span)? {
        Some(value) => Ok(value),
        None => Err(i.fault(start, "this claim is not complete").into()),
    }
}

fn comparison(i: &mut Input, start: usize, word: &str) -> Parsed<Claim> {
    let line = i.rest();
    let unknown = || {
        if let Some(fault) = turned(start, line, word) {
            return fault;
        }
        let fault = Fault::new(
            (start, start + word.len().max(1)),
            "this is nothing that can be expected",
        );
        no_claim(fault.near(word, Claim::WORDS))
    };
    let value = match expr(i) {
        Ok(value) => value,
        Err(trouble) if word.is_empty() => return Err(trouble),
        Err(_) => return Err(unknown().into()),
    };
    let compares = matches!(value, Expr::Binary(operator, ..) if operator.compares());
    if !compares {
        blank(i);
        if matches!(value, Expr::Name(_)) && ends(i) && i.knows(word) {
            let fault = Fault::new((start, i.at()), "this is no comparison");
            return Err(fault
                .expecting(format!("expect {word} != None"))
                .expecting(format!("expect state {word} LISTEN"))
                .into());
        }
        let next = peek_identifier(i);
        return Err(match next {
            "is" if turned(start, line, word).is_none() => {
                joins::word_in_value(i, i.at(), next).unwrap_or_else(unknown)
            }
            _ => unknown(),
        }
        .into());
    }
    Ok(Claim::True(value))
}

/// What was meant by `s LISTEN`, `s is LISTEN`, `s state LISTEN`, `LISTEN` or `ECONNREFUSED`, after `expect`.
fn turned(start: usize, line: &str, word: &str) -> Option<Fault> {
    let over = line.find(['\n', ';', '#']).unwrap_or(line.len());
    let mut words = line[..over]
        .split([' ', '\t', '\r'])
        .filter(|word| !word.is_empty());
    let first = words.next()?;
    let who = first.strip_suffix(".state").unwrap_or(first);
    let rest: Vec<&str> = words
        .skip_while(|word| matches!(*word, "is" | "in" | "be"))
        .take(3)
        .collect();
    let (meant, what) = match rest.as_slice() {
        [] if Errno::named(word).is_some() => (format!("expect error {word}"), "error"),
        [] if TcpState::parse(word).is_some() => (format!("expect state . {word}"), "state"),
        [claim, what] if OF_SOCKETS.contains(claim) => {
            (format!("expect {claim} {who} {what}"), *claim)
        }
        [state] if TcpState::parse(state).is_some() => {
            (format!("expect state {who} {state}"), "state")
        }
        _ => return None,
    };
    let fault = Fault::new(
        (start, start + first.len()),
        format!("the word {what} comes first"),
    );
    Some(fault.expecting(meant))
}

/// Claims whose first word a socket's name follows.
const OF_SOCKETS: [&str; 7] = [
    "state", "local", "peer", "backlog", "recvq", "sendq", "ready",
];

/// A word up to what separates it from the next one.
fn alternative<'a>(i: &mut Input<'a>) -> &'a str {
    let rest = i.rest();
    let end = rest
        .find(|c: char| c.is_whitespace() || "|,;".contains(c))
        .unwrap_or(rest.len());
    i.skip(end);
    &rest[..end]
}

/// `ECONNREFUSED|ENETUNREACH`
fn errors(i: &mut Input) -> Parsed<Vec<Errno>> {
    let mut found = Vec::new();
    loop {
        blank(i);
        let start = i.at();
        if ends(i) {
            const QUESTION: &str = "which error?";
            const EXPECTED: &str = "an error such as ECONNREFUSED";
            let fault = i.fault(start, QUESTION).expecting(EXPECTED);
            let question = format!("{QUESTION} {EXPECTED}");
            return Err(asking(i, fault, &question).into());
        }
        let _ = i.eat("errno.");
        let word = alternative(i);
        let errno = match word.parse::<i32>() {
            Ok(number) => Some(Errno(number)),
            Err(_) => Errno::named(&word.to_uppercase()),
        };
        let Some(errno) = errno else {
            let names = CONSTANTS
                .iter()
                .filter(|c| c.family == Family::Errno)
                .map(|c| c.name);
            return Err(i
                .fault(start, format!("there is no error {word}"))
                .expecting("an error such as ECONNREFUSED")
                .near(word, names)
                .into());
        };
        found.push(errno);
        blank(i);
        if !(i.eat("|") || i.eat(",")) {
            return Ok(found);
        }
    }
}

fn received(i: &mut Input) -> Parsed<Expr> {
    let start = i.at();
    // `expect data #5` is a fill; any other # would be a comment, and the claim empty.
    if ends(i) && !i.rest().starts_with('#') {
        const EXPECTED: &str = "what is received: \"hello\"";
        let fault = i
            .fault(start, "this claim is not complete")
            .expecting(EXPECTED);
        return Err(asking(i, fault, EXPECTED).into());
    }
    let value = data(i, Words::All)?;
    let span = i.since(start);
    match fit(i, Kind::Data, value, span)? {
        Some(value) => Ok(value),
        None => Err(i.fault(start, "this is no data").into()),
    }
}

/// `300ms`, `5s`, `0.3`
fn quiet(i: &mut Input) -> Parsed<Duration> {
    let start = i.at();
    let fault = |i: &Input| {
        i.fault(start, "how long?")
            .expecting("a time such as 300ms or 5s, a year at most")
    };
    if ends(i) {
        let question = "how long? a time such as 300ms or 5s";
        return Err(asking(i, fault(i), question).into());
    }
    let seconds = match tight(i)? {
        Expr::Int(whole) => whole as f64,
        Expr::Float(fraction) => fraction,
        _ => return Err(fault(i).into()),
    };
    let time = Duration::try_from_secs_f64(seconds).ok();
    time.filter(|time| *time <= LONGEST_WAIT)
        .ok_or_else(|| fault(i).into())
}

/// The claims that begin with a socket.
fn of_socket(i: &mut Input, word: &str) -> Parsed<Claim> {
    need(
        i,
        "a socket: its name, its descriptor, or . for the last one",
    )?;
    let start = i.at();
    let Some(command) = find("state") else {
        return Err(no_claim(i.fault(start, "expect needs a claim")).into());
    };
    let value = socket(i, command)?;
    let span = i.since(start);
    let who = fit(i, Kind::Socket, value, span)?.unwrap_or(Expr::Last);
    blank(i);
    need(
        i,
        match word {
            "state" => "a state such as LISTEN",
            "local" | "peer" => "an address such as 127.0.0.1:80",
            "ready" => "r, w, x, several of them, or -",
            _ => "a number",
        },
    )?;
    match word {
        "state" => states(i).map(|states| Claim::State(who, states)),
        "local" => address::shell(i).map(|address| Claim::Local(who, address)),
        "peer" => address::shell(i).map(|address| Claim::Peer(who, address)),
        "backlog" => number(i, Kind::Int).map(|n| Claim::Backlog(who, n)),
        "recvq" => number(i, Kind::Size).map(|n| Claim::RecvQ(who, n)),
        "sendq" => number(i, Kind::Size).map(|n| Claim::SendQ(who, n)),
        "half-open" => number(i, Kind::Int).map(|n| Claim::HalfOpen(who, n)),
        _ => ready(i).map(|letters| Claim::Ready(who, letters)),
    }
}

/// `FIN_WAIT1|FIN_WAIT2`
fn states(i: &mut Input) -> Parsed<Vec<TcpState>> {
    let mut found = Vec::new();
    loop {
        blank(i);
        need(i, "a state such as LISTEN")?;
        let start = i.at();
        let word = alternative(i);
        // A state's name is short; a long word need not be compared.
        let Some(state) = (word.len() < 32).then(|| TcpState::parse(word)).flatten() else {
            let names = TcpState::ALL.map(TcpState::name);
            return Err(i
                .fault(
                    start,
                    format!(
                        "there is no TCP state {}",
                        if word.len() < 32 {
                            word
                        } else {
                            "of this name"
                        }
                    ),
                )
                .expecting(names.join(", "))
                .near(word, names)
                .into());
        };
        found.push(state);
        blank(i);
        if !(i.eat("|") || i.eat(",")) {
            return Ok(found);
        }
    }
}

/// Letters in the order `rwx`; none for `-`.
fn ready(i: &mut Input) -> Parsed<String> {
    let start = i.at();
    let quoted = i.next().is_some_and(is_quote);
    let word = word_or_text(i)?;
    let plain = word.chars().all(|c| "rwx-".contains(c)) && word.len() <= 3;
    if !plain || word.is_empty() && !quoted {
        return Err(i
            .fault(start, "this is nothing to be ready for")
            .expecting("r, w, x, several of them, or -")
            .into());
    }
    Ok("rwx"
        .chars()
        .filter(|letter| word.contains(*letter))
        .collect())
}
