//! Orders to the laboratory, and claims about its packets, to text.

use super::{call, expr};
use crate::lang::ast::{Claim, Expr, Mark, Nth};
use crate::lang::order::{
    Capture, Forged, HeaderKind, Inject, Opened, Order, Part, Payload, Side, Source, Step, Until,
    Which, Wire,
};
use crate::lang::parser::is_plain_word;
use std::time::Duration;

/// An order as it is typed.
pub(super) fn order(order: &Order) -> String {
    match order {
        Order::Up(hosts) => format!("lab up {}", hosts.join(" ")),
        Order::Down => "lab down".into(),
        Order::Show => "lab".into(),
        Order::On(None) => "on".into(),
        Order::On(Some(host)) => format!("on {host}"),
        Order::Wire(None) => "wire".into(),
        Order::Wire(Some(what)) => format!("wire {}", wire(what)),
        Order::Step(Step::Count(1)) => "step".into(),
        Order::Step(Step::Count(count)) => format!("step {count}"),
        Order::Step(Step::Until(until)) => format!("step until {}", end_of(*until)),
        Order::Inject(what) => format!("inject {}", inject(what)),
        Order::Packet(what) => format!("packet {}", opened(*what)),
        Order::Ladder { live, flow } => ladder(*live, *flow),
        Order::Flows => "flows".into(),
        Order::Capture(Capture::Show) => "capture".into(),
        Order::Capture(Capture::On) => "capture on".into(),
        Order::Capture(Capture::Off) => "capture off".into(),
        Order::Capture(Capture::Save(file)) => format!("capture save {}", word(file)),
        Order::Compare(left, right) => {
            format!("compare {} {}", word(&side(left)), word(&side(right)))
        }
        Order::Score => "score".into(),
        Order::Swap => "swap".into(),
        Order::End => "end".into(),
    }
}

fn word(text: &str) -> String {
    match is_plain_word(text) {
        true => text.to_owned(),
        false => expr::quoted(text),
    }
}

/// What stands after `wire`.
fn wire(wire: &Wire) -> String {
    match wire {
        Wire::Hold => "hold".into(),
        Wire::Flow => "flow".into(),
        Wire::Drop(Which::Number(n)) => format!("drop {n}"),
        Wire::Drop(Which::Next) => "drop next".into(),
        Wire::Drop(Which::All) => "drop all".into(),
        Wire::Dup(n) => format!("dup {}", held(*n)),
        Wire::Swap(None) => "swap".into(),
        Wire::Swap(Some((a, b))) => format!("swap {a} {b}"),
        Wire::Delay(time) => format!("delay {}", delay(*time)),
        Wire::Loss { percent, seed } => match seed {
            Some(seed) => format!("loss {percent}% seed {seed}"),
            None => format!("loss {percent}%"),
        },
        Wire::Corrupt(n) => format!("corrupt {}", held(*n)),
        Wire::Mtu(bytes) => format!("mtu {bytes}"),
        Wire::Rate(None) => "rate off".into(),
        Wire::Rate(Some(bits)) if bits % 1_000_000 == 0 => format!("rate {}M", bits / 1_000_000),
        Wire::Rate(Some(bits)) if bits % 1000 == 0 => format!("rate {}k", bits / 1000),
        Wire::Rate(Some(bits)) => format!("rate {bits}"),
        Wire::Log(None) => "log".into(),
        Wire::Log(Some(n)) => format!("log {n}"),
        Wire::Clear => "clear".into(),
    }
}

/// What stands after `packet`.
fn opened(what: Opened) -> String {
    let number = what.n.map_or_else(|| "last".to_owned(), |n| n.to_string());
    let header = what.header.map(HeaderKind::word);
    let part = what.part.map(Part::word);
    let words = header.into_iter().chain(part);
    words.fold(number, |line, word| format!("{line} {word}"))
}

/// A packet's number, or the first that is held.
fn held(n: Option<u64>) -> String {
    n.map_or_else(|| "next".to_owned(), |n| n.to_string())
}

fn delay(time: Duration) -> String {
    match time.as_micros() {
        micros if micros.is_multiple_of(1000) => format!("{}ms", micros / 1000),
        micros => format!("{micros}us"),
    }
}

fn end_of(until: Until) -> String {
    match until {
        Until::Flags(flags) => flags.to_string(),
        Until::Data => "data".into(),
        Until::Quiet => "quiet".into(),
    }
}

fn inject(inject: &Inject) -> String {
    match inject {
        Inject::Words(forged) => words(forged),
        Inject::Packetdrill { text, .. } => text.clone(),
        Inject::Bytes(bytes) => hexadecimal(bytes),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("0x{digits}")
}

fn words(forged: &Forged) -> String {
    let what = match forged.flags {
        Some(flags) => flags.to_string(),
        None => "UDP".to_owned(),
    };
    let mut text = format!("{} {} {what}", forged.from.name, forged.to.name);
    match &forged.src {
        Some(Source::Address(ip)) => text.push_str(&format!(" src {ip}")),
        Some(Source::Host(host)) => text.push_str(&format!(" src {}", host.name)),
        None => {}
    }
    let numbers = [
        ("seq", forged.seq),
        ("ack", forged.ack),
        ("win", forged.win.map(i64::from)),
        ("sport", forged.sport.map(i64::from)),
        ("dport", forged.dport.map(i64::from)),
        ("ttl", forged.ttl.map(i64::from)),
        ("mss", forged.mss.map(i64::from)),
    ];
    for (name, number) in numbers {
        if let Some(number) = number {
            text.push_str(&format!(" {name} {number}"));
        }
    }
    match &forged.payload {
        Payload::Len(0) => {}
        Payload::Len(len) => text.push_str(&format!(" len {len}")),
        Payload::Bytes(bytes) => text.push_str(&format!(" data {}", hexadecimal(bytes))),
    }
    text
}

fn ladder(live: Option<bool>, flow: Option<u64>) -> String {
    let mut text = "ladder".to_owned();
    if let Some(live) = live {
        text.push_str(if live { " live on" } else { " live off" });
    }
    if let Some(flow) = flow {
        text.push_str(&format!(" {flow}"));
    }
    text
}

/// A side of a comparison, without quotes.
pub(super) fn side(side: &Side) -> String {
    let mut text = side.kind.word().to_owned();
    for (n, one) in side.wire.iter().enumerate() {
        text.push_str(if n == 0 { " with wire " } else { " and wire " });
        text.push_str(&wire(one));
    }
    text
}

/// A claim about packets, as it stands after `expect`; nothing for any other.
pub(super) fn claim(claim: &Claim) -> String {
    let number = |value: &Expr| expr::operand(value);
    match claim {
        Claim::Packet { which, host, marks } => {
            let mut words = vec!["packet".to_owned(), nth(which)];
            words.extend(host.clone());
            words.extend(marks.iter().map(mark));
            words.join(" ")
        }
        Claim::Packets { host: None, count } => format!("packets {}", number(count)),
        Claim::Packets {
            host: Some(host),
            count,
        } => format!("packets {host} {}", number(count)),
        Claim::Fate(which, fate) => format!("fate {} {}", nth(which), fate.word()),
        Claim::Retransmission { of, cause } => {
            let of = format!("retransmission of {}", nth(of));
            match cause {
                Some(cause) => format!("{of} {}", cause.word()),
                None => of,
            }
        }
        Claim::Window(host, value) => format!("window {host} {}", number(value)),
        Claim::Held(value) => format!("held {}", number(value)),
        Claim::HalfOpen(who, value) => {
            format!("half-open {} {}", call::socket(who), number(value))
        }
        _ => String::new(),
    }
}

fn nth(which: &Nth) -> String {
    match which {
        // A variable, not the word.
        Nth::Number(Expr::Name(name)) if name == "last" => format!("({name})"),
        Nth::Number(value) => expr::operand(value),
        Nth::Last => "last".into(),
    }
}

fn mark(mark: &Mark) -> String {
    let valued = |name: &str, value: &Expr| format!("{name} {}", expr::operand(value));
    match mark {
        Mark::Flags(flags) => flags.to_string(),
        Mark::Udp => "udp".into(),
        Mark::Icmp => "icmp".into(),
        Mark::Fragment => "fragment".into(),
        Mark::Data => "data".into(),
        Mark::Seq(value, None) => valued("seq", value),
        Mark::Seq(value, Some(end)) => format!("{}:{}", valued("seq", value), expr::operand(end)),
        Mark::Ack(value) => valued("ack", value),
        Mark::Len(value) => valued("len", value),
        Mark::Win(value) => valued("win", value),
        Mark::Mss(value) => valued("mss", value),
        Mark::Info(text) => format!("info {}", expr::quoted(text)),
    }
}
