//! Orders to the laboratory. Their words are few and fixed; what each command takes, its `forms` in the table show.

mod compare;
mod host;
mod inject;
mod wire;
mod words;

pub(crate) use compare::side_alone;

use super::input::{Cursor, Input, Parsed};
use super::word::{blank, word_or_text};
use crate::lang::ast::Span;
use crate::lang::fault::Fault;
use crate::lang::order::{Capture, Order, Step, TcpFlags, Until};
use crate::lang::table::Command;
use words::{count, follows, need, packet, peek, take, unknown, word};

/// An order whose command has been read.
pub(super) fn order(i: &mut Input, command: &'static Command) -> Parsed<Order> {
    blank(i);
    match command.name {
        "lab" => laboratory(i, command),
        "on" => on(i),
        "wire" => match follows(i) {
            true => wire::wire(i).map(|wire| Order::Wire(Some(wire))),
            false => Ok(Order::Wire(None)),
        },
        "step" => step(i).map(Order::Step),
        "inject" => inject::inject(i).map(Order::Inject),
        "packet" => packet(i).map(Order::Packet),
        "ladder" => ladder(i),
        "flows" => Ok(Order::Flows),
        "capture" => capture(i, command).map(Order::Capture),
        "compare" => compare::compare(i),
        "score" => Ok(Order::Score),
        "swap" => Ok(Order::Swap),
        "end" => {
            i.state.alone = false;
            Ok(Order::End)
        }
        other => Err(i
            .fault(i.at(), format!("{other} is no order to the laboratory"))
            .into()),
    }
}

/// The answer to `wire("hold")` and `x = wire hold`.
pub(super) fn no_value(command: &Command, span: Span) -> Fault {
    let fault = Fault::new(
        (span.start, span.end),
        format!("{} gives no value", command.name),
    );
    let example = command.forms.iter().find(|form| !form.words.is_empty());
    match example.filter(|form| form.words.starts_with(|c: char| c.is_ascii_lowercase())) {
        Some(form) => fault.helping(format!(
            "it is a statement of its own, in words: {} {}",
            command.name, form.words
        )),
        None => fault.helping(format!("it is a statement of its own: {}", command.name)),
    }
}

/// The answer to `server: step`.
pub(super) fn no_host(host: &str, order: &Order, span: Span) -> Fault {
    let typed = crate::lang::canonical_order(order);
    let command = typed.split(' ').next().unwrap_or_default();
    let end = span.start + host.len() + 1;
    let fault = Fault::new(
        (span.start, end),
        format!("{command} is for the whole laboratory, not for one host"),
    );
    fault.helping(typed)
}

/// `lab`, `lab up …`, `lab down`
fn laboratory(i: &mut Input, command: &Command) -> Parsed<Order> {
    let Some(word) = take(i) else {
        return Ok(Order::Show);
    };
    match word.text {
        // `capture` and `nonblock` are switched on and off; who has typed those types this too.
        "up" | "on" | "start" => host::hosts(i).map(Order::Up),
        "down" | "off" | "stop" => Ok(Order::Down),
        _ => Err(unknown(&word, command).into()),
    }
}

/// `on`, `on HOST`, `on machine`
fn on(i: &mut Input) -> Parsed<Order> {
    match take(i) {
        Some(word) => host::name(&word).map(|name| Order::On(Some(name))),
        None => Ok(Order::On(None)),
    }
}

/// What stands after `step`.
fn step(i: &mut Input) -> Parsed<Step> {
    if !follows(i) {
        return Ok(Step::Count(1));
    }
    let is_number = peek(i).starts_with(|c: char| c.is_ascii_digit());
    if is_number {
        return count(i, "how many packets?").map(Step::Count);
    }
    let Some(word) = take(i) else {
        return Ok(Step::Count(1));
    };
    match word.text {
        "all" => Ok(Step::Until(Until::Quiet)),
        "until" => until(i).map(Step::Until),
        other => {
            let fault = word
                .fault("how far is this?")
                .expecting("a number of packets, all, or until");
            let fault = match end_of_step(other) {
                Some(_) => fault.helping(format!("step until {other}")),
                None => fault.near(other, ["all", "until"]),
            };
            Err(fault.into())
        }
    }
}

fn until(i: &mut Input) -> Parsed<Until> {
    const ENDS: &str = "SYN, ACK, FIN, RST, data or quiet";
    let word = word(i, "until what?", ENDS)?;
    match end_of_step(word.text) {
        Some(until) => Ok(until),
        None => Err(word
            .fault("no packet is like this")
            .expecting(ENDS)
            .near(word.text, ["SYN", "ACK", "FIN", "RST", "data", "quiet"])
            .into()),
    }
}

fn end_of_step(word: &str) -> Option<Until> {
    match word {
        "data" => Some(Until::Data),
        "quiet" => Some(Until::Quiet),
        _ => TcpFlags::parse(word)
            .filter(|flags| flags.0 != 0)
            .map(Until::Flags),
    }
}

/// `ladder`, `ladder 2`, `ladder live on`, `ladder --live`
fn ladder(i: &mut Input) -> Parsed<Order> {
    let (mut live, mut flow) = (None, None);
    while follows(i) {
        if flow.is_none() && peek(i).starts_with(|c: char| c.is_ascii_digit()) {
            flow = Some(count(i, "which conversation?")?);
            continue;
        }
        let Some(word) = take(i) else { break };
        if live.is_some() || !matches!(word.text, "live" | "--live") {
            return Err(word
                .fault("this says nothing about a ladder")
                .expecting("the number of a conversation, or live on, or live off")
                .near(word.text, ["live"])
                .into());
        }
        live = Some(match peek(i) {
            "on" => take(i).is_some(),
            "off" => take(i).is_none(),
            _ => true,
        });
    }
    Ok(Order::Ladder { live, flow })
}

/// What stands after `capture`.
fn capture(i: &mut Input, command: &Command) -> Parsed<Capture> {
    let Some(word) = take(i) else {
        return Ok(Capture::Show);
    };
    match word.text {
        "on" => Ok(Capture::On),
        "off" => Ok(Capture::Off),
        "save" => {
            need(
                i,
                "to which file?",
                "a file's name: capture save lab.pcapng",
            )?;
            let start = i.at();
            let file = word_or_text(i)?;
            match file.is_empty() {
                true => Err(i.fault(start, "a file needs a name").into()),
                false => Ok(Capture::Save(file)),
            }
        }
        _ => Err(unknown(&word, command).into()),
    }
}
