//! What a packet says, in words.

use crate::event::packet::{Again, End, Fate, Packet, Retransmission};
use crate::text::style::{Paint, Style};
use crate::text::wrap;

/// What it is: flags in words and in letters, or the protocol.
pub(super) fn kind(packet: &Packet) -> (String, Option<String>) {
    if let Some(flags) = &packet.flags {
        let words = if flags.is_empty() { "no flags" } else { flags };
        return (words.to_owned(), packet.letters.clone());
    }
    let words = match packet.proto.as_str() {
        "icmp6" => "ICMPv6".to_owned(),
        "fragment" => "fragment".to_owned(),
        other => other.to_uppercase(),
    };
    (words, None)
}

/// `seq 1:21` as tcpdump has it, the end that of the payload; and `ack 1`.
pub(super) fn numbers_of(packet: &Packet) -> (Option<String>, Option<String>) {
    let seq = packet.seq.map(|seq| match u32::try_from(packet.len) {
        Ok(len) if len > 0 => format!("seq {seq}:{}", seq.wrapping_add(len)),
        _ => format!("seq {seq}"),
    });
    (seq, packet.ack.map(|ack| format!("ack {ack}")))
}

/// `80` of `10.0.0.1:80` and `[fd00::1]:80`.
pub(super) fn port(address: &str) -> Option<u16> {
    let (host, port) = address.rsplit_once(':')?;
    // Of an IPv6 address without a port the last group is none.
    if host.contains(':') && !host.ends_with(']') {
        return None;
    }
    port.parse().ok()
}

/// The fate in words, and its paint.
pub(super) fn fate(packet: &Packet) -> (String, Paint) {
    match packet.fate {
        Fate::Held => {
            let waited = packet.waited.filter(|ms| *ms >= 1000);
            let words = waited.map_or("held".to_owned(), |ms| format!("held {}", seconds(ms)));
            (words, Paint::Warn)
        }
        Fate::Underway => ("under way".to_owned(), Paint::Warn),
        Fate::Delivered => ("delivered".to_owned(), Paint::Good),
        Fate::Dropped => ("dropped".to_owned(), Paint::Bad),
        Fate::Duplicated => ("duplicated".to_owned(), Paint::Name),
        Fate::Seen => ("seen".to_owned(), Paint::Faint),
    }
}

/// `0.2 s`, `12 s`, `3 min 5 s`: as exact as a person wants to know.
fn seconds(ms: u64) -> String {
    match ms {
        0..100 => format!("{ms} ms"),
        100..10_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        10_000..60_000 => format!("{} s", ms / 1000),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1000),
    }
}

/// What it says beyond numbers, that it was sent before, and more about its fate.
pub(super) fn remark(packet: &Packet, style: &Style) -> Option<(String, Paint)> {
    let mut remarks = Vec::new();
    let mut paint = Paint::Plain;
    if let Some(info) = &packet.info {
        remarks.push(style.clean(info).into_owned());
    }
    if let Some(again) = &packet.retransmission {
        remarks.push(self::again(again));
        paint = Paint::Warn;
    }
    // Of one that has left the wire, its answer may have been held as well.
    let meanwhile = match packet.fate {
        Fate::Held | Fate::Underway => "meanwhile",
        _ => "while it or its answer was held",
    };
    match packet.repeats {
        0 => {}
        1 => remarks.push(format!("sent again once {meanwhile}")),
        n => remarks.push(format!("sent again {n} times {meanwhile}")),
    }
    if let Some(note) = &packet.note {
        remarks.push(style.clean(note).into_owned());
        paint = Paint::Warn;
    }
    if let (Some(ms @ 100..), Fate::Delivered | Fate::Duplicated) = (packet.waited, packet.fate) {
        remarks.push(format!("after {}", seconds(ms)));
    }
    (!remarks.is_empty()).then(|| (remarks.join("; "), paint))
}

/// `again: #1, 2nd time, timeout after 2.0 s`
fn again(again: &Retransmission) -> String {
    let nth = again.nth;
    let ending = match (nth % 10, nth % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    let after = seconds(again.after);
    let why = match again.why {
        Again::Timeout => format!("timeout after {after}"),
        Again::AfterTimeout => format!("taken for lost at a timeout, after {after}"),
        Again::Fast => format!("fast retransmit after {after}"),
        Again::Probe => format!("tail loss probe after {after}"),
        Again::Answer => "in answer to a repeated segment".to_owned(),
        Again::Unknown => format!("after {after}"),
    };
    format!("again: #{}, {nth}{ending} time, {why}", again.of)
}

/// `client SYN_SENT`, `server LISTEN → SYN_RECV`; and whether it changed.
pub(super) fn state(end: &End, style: &Style) -> (String, bool) {
    let host = wrap::shortened(&style.clean(&end.host), 12, &style.sign("…"));
    match end.from {
        Some(from) => {
            let arrow = style.sign("→");
            (format!("{host} {from} {arrow} {}", end.state), true)
        }
        None => (format!("{host} {}", end.state), false),
    }
}
