//! TCP's header.

use super::draw::Drawing;
use super::{Packet, ports};
use crate::packet::checksum::Layer;
use crate::packet::model::Header;
use crate::packet::parse::option::kind;
use crate::packet::parse::{Flags, Tcp, TcpOption, Upper, options};
use crate::packet::serial::before;
use crate::packet::words::option_in_words;

pub(super) fn tcp(packet: &Packet<'_>, at: usize, headers: &mut Vec<Header>) {
    let mut drawing = packet.header("TCP", "RFC 9293, section 3.1", at);
    let tcp = packet.parsed.tcp();
    ports(&mut drawing);
    numbers(packet, &mut drawing);
    drawing.field("Data Offset", 96, 4, |words| {
        let bytes = words * 4;
        let there = packet.bytes.len().saturating_sub(at) as u64;
        let quoted = packet.shift > 0;
        let right = bytes >= 20 && (bytes <= there || quoted);
        (
            words.to_string(),
            format!("the header has {words} words of 4 bytes: {bytes}"),
            right,
        )
    });
    drawing.field("Reserved", 100, 4, |bits| {
        let meaning = if bits & 1 == 1 {
            "the last bit is AE, accurate ECN (RFC 9768)"
        } else {
            "0"
        };
        (format!("{bits:04b}"), meaning.to_owned(), true)
    });
    flags(&mut drawing);
    window(packet, &mut drawing);
    packet.checksum(&mut drawing, "Checksum", 128, Layer::Tcp);
    let urgent = tcp.is_some_and(|tcp| tcp.flags.has(Flags::URG));
    drawing.field("Urgent Pointer", 144, 16, |pointer| {
        let meaning = match urgent {
            true => format!("urgent data ends {pointer} bytes from this segment's first"),
            false => "without URG it says nothing".to_owned(),
        };
        (pointer.to_string(), meaning, true)
    });
    if let Upper::Tcp(tcp) = &packet.parsed.upper {
        let base = packet
            .mark
            .and_then(|mark| mark.base)
            .map_or(0, |(_, ack)| ack);
        let raw = packet.bytes.get(tcp.header.clone()).unwrap_or(&[]);
        for found in options(raw.get(20..).unwrap_or(&[])) {
            option(&mut drawing, &found, raw.len(), base, tcp);
        }
        packet.data(&mut drawing, tcp.header.end);
    }
    drawing.done(headers);
}

/// Sequence and acknowledgment number.
fn numbers(packet: &Packet<'_>, drawing: &mut Drawing<'_>) {
    let (mark, tcp) = (packet.mark, packet.parsed.tcp());
    let acks = tcp.is_some_and(|tcp| tcp.flags.has(Flags::ACK));
    drawing.field("Sequence Number", 32, 32, |seq| {
        let first = match tcp {
            Some(tcp) if tcp.flags.has(Flags::SYN) => "the SYN's own number",
            _ => "the number of the first byte of data",
        };
        let meaning = match mark.and_then(|mark| mark.seq) {
            Some(relative) => format!("relative {relative}: {first}"),
            None => first.to_owned(),
        };
        (seq.to_string(), meaning, true)
    });
    drawing.field("Acknowledgment Number", 64, 32, |ack| {
        let meaning = match mark.and_then(|mark| mark.ack) {
            _ if !acks && tcp.is_some() => "without ACK it says nothing".to_owned(),
            Some(relative) => {
                format!("relative {relative}: the next byte that the sender of this waits for")
            }
            None => "the next byte that the sender of this waits for".to_owned(),
        };
        (ack.to_string(), meaning, true)
    });
}

fn flags(drawing: &mut Drawing<'_>) {
    for (name, bit, set) in [
        (
            "CWR",
            104,
            "the congestion window was reduced (RFC 3168); in a SYN: ECN is offered",
        ),
        (
            "ECE",
            105,
            "congestion was met (RFC 3168); in a SYN: ECN is offered",
        ),
        ("URG", 106, "the urgent pointer is valid"),
        ("ACK", 107, "the acknowledgment number is valid"),
        (
            "PSH",
            108,
            "hand the data on to the application without waiting for more",
        ),
        ("RST", 109, "the connection is reset: it is over at once"),
        (
            "SYN",
            110,
            "synchronize: the sequence numbers of this direction begin here",
        ),
        ("FIN", 111, "no more data comes from this sender"),
    ] {
        drawing.flag(name, bit, set, "");
    }
}

fn window(packet: &Packet<'_>, drawing: &mut Drawing<'_>) {
    drawing.field("Window", 112, 16, |window| {
        let scale = packet.mark.and_then(|mark| mark.scale);
        let syn = packet
            .parsed
            .tcp()
            .is_some_and(|tcp| tcp.flags.has(Flags::SYN));
        let meaning = match scale {
            _ if window == 0 => "closed: nothing may be sent".to_owned(),
            _ if syn => {
                "bytes that may be sent unacknowledged; a SYN's window is never scaled".to_owned()
            }
            Some(0) => "bytes that may be sent unacknowledged".to_owned(),
            Some(scale) => {
                format!(
                    "times {}, as the SYN said: {} bytes may be sent unacknowledged",
                    1 << scale,
                    window << scale
                )
            }
            None => {
                "its scale stood in the SYN, which was not seen: how many bytes it means is not known"
                    .to_owned()
            }
        };
        (window.to_string(), meaning, true)
    });
}

/// Whether the first of the blocks lies before what is acknowledged, or within the second: then it says that this has come
/// once more (RFC 2883, section 4).
fn is_duplicate(tcp: &Tcp) -> bool {
    let [(start, end), others @ ..] = tcp.options.sack() else {
        return false;
    };
    let within = |(from, to): &(u32, u32)| !before(*start, *from) && !before(*to, *end);
    tcp.flags.has(Flags::ACK) && !before(tcp.ack, *end) || others.first().is_some_and(within)
}

fn option(drawing: &mut Drawing<'_>, found: &TcpOption<'_>, header: usize, base: u32, tcp: &Tcp) {
    let at = 20 + found.at;
    let (name, meaning) = match found.kind {
        kind::END => ("End of Option List", "padding follows"),
        kind::NOP => ("No-Operation", "padding"),
        kind::MSS => (
            "Maximum Segment Size",
            "the most data that its sender takes in one segment",
        ),
        kind::WSCALE => (
            "Window Scale",
            "later windows are multiplied by 2 to the power of this (RFC 7323)",
        ),
        kind::SACK_PERMITTED => (
            "SACK Permitted",
            "selective acknowledgments are understood (RFC 2018)",
        ),
        kind::SACK if is_duplicate(tcp) => (
            "SACK",
            "the first of these came once more, though it was there already (D-SACK, RFC 2883)",
        ),
        kind::SACK => (
            "SACK",
            "these have arrived too, though something before them is missing (RFC 2018)",
        ),
        kind::TIMESTAMPS => (
            "Timestamps",
            "its sender's clock, and the last that it heard of the other's (RFC 7323)",
        ),
        kind::FAST_OPEN => (
            "Fast Open",
            "a cookie with which data may come in a SYN (RFC 7413)",
        ),
        _ => ("Option", "not known here"),
    };
    let len = match found.kind {
        kind::END => header - at,
        _ if found.broken => header - at,
        _ => found.len(),
    };
    let value = match found.kind {
        kind::NOP => "nop".to_owned(),
        kind::END => "end".to_owned(),
        _ => option_in_words(found, base),
    };
    drawing.bytes(name, at, len, |_| {
        (value, meaning.to_owned(), !found.broken)
    });
}
