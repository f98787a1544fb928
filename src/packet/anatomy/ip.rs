//! IP headers.

use super::Packet;
use super::draw::Drawing;
use crate::packet::checksum::Layer;
use crate::packet::model::Header;
use crate::packet::parse::{Extension, extension, protocol};
use crate::packet::view::View;
use std::net::{Ipv4Addr, Ipv6Addr};

pub(super) fn v4(packet: &Packet<'_>, headers: &mut Vec<Header>) {
    let mut drawing = packet.header("IPv4", "RFC 791, section 3.1", 0);
    drawing.number("Version", 0, 4, "IPv4");
    drawing.field("IHL", 4, 4, |words| {
        let bytes = words * 4;
        let right = (20..=packet.bytes.len() as u64).contains(&bytes);
        (
            words.to_string(),
            format!("the header has {words} words of 4 bytes: {bytes}"),
            right,
        )
    });
    class(&mut drawing, 8);
    let found = packet.bytes.len() as u64;
    let quoted = packet.shift > 0;
    drawing.field("Total Length", 16, 16, |said| length(said, found, quoted));
    drawing.field("Identification", 32, 16, |id| {
        let meaning = "the same in all fragments of a packet";
        (format!("{id:#06x}"), meaning.to_owned(), true)
    });
    drawing.flag("Reserved", 48, "must be 0", "always 0");
    drawing.flag(
        "DF",
        49,
        "don't fragment",
        "routers may cut it into fragments",
    );
    drawing.flag("MF", 50, "more fragments follow", "no fragment follows");
    drawing.field("Fragment Offset", 51, 13, |offset| {
        (offset.to_string(), offset_means(offset * 8), true)
    });
    drawing.number(
        "Time to Live",
        64,
        8,
        "each router takes one off; at 0 the packet is dropped",
    );
    drawing.field("Protocol", 72, 8, |number| {
        (number.to_string(), protocol_name(number).to_owned(), true)
    });
    packet.checksum(&mut drawing, "Header Checksum", 80, Layer::Ipv4);
    for (name, bit, meaning) in [
        ("Source Address", 96, "who sent it"),
        ("Destination Address", 128, "whom it is for"),
    ] {
        drawing.field(name, bit, 32, |address| {
            (
                Ipv4Addr::from(address as u32).to_string(),
                meaning.to_owned(),
                true,
            )
        });
    }
    let end = packet.parsed.ip.as_ref().map_or(0, |ip| ip.header.end);
    options4(&mut drawing, packet.bytes.get(20..end).unwrap_or(&[]));
    if packet.parsed.ip.as_ref().is_some_and(|ip| ip.offset > 0) {
        packet.data(&mut drawing, end);
    }
    drawing.done(headers);
}

/// RFC 791, section 3.1: kinds 0 and 1 are one byte, the others have a length.
fn options4(drawing: &mut Drawing<'_>, options: &[u8]) {
    let mut at = 0;
    while let Some(&kind) = options.get(at) {
        let rest = options.len() - at;
        let said = match kind {
            0 => rest,
            1 => 1,
            _ => options.get(at + 1).map_or(0, |len| usize::from(*len)),
        };
        let right = (1..=rest).contains(&said) && (kind < 2 || said >= 2);
        let len = if right { said } else { rest };
        let meaning = match kind {
            0 => "end of options, and padding",
            1 => "no operation: padding",
            7 => "record route",
            68 => "timestamps of the way",
            131 => "loose source route",
            137 => "strict source route",
            148 => "router alert (RFC 2113)",
            _ => "",
        };
        drawing.bytes("Option", 20 + at, len, |_| {
            (
                format!("kind {kind}, {len} bytes"),
                meaning.to_owned(),
                right,
            )
        });
        at += len;
    }
}

pub(super) fn v6(packet: &Packet<'_>, headers: &mut Vec<Header>) {
    let mut drawing = packet.header("IPv6", "RFC 8200, section 3", 0);
    drawing.number("Version", 0, 4, "IPv6");
    class(&mut drawing, 4);
    drawing.field("Flow Label", 12, 20, |label| {
        let meaning = "the same in all packets of a flow; 0 says nothing";
        (format!("{label:#07x}"), meaning.to_owned(), true)
    });
    let behind = packet.bytes.len().saturating_sub(40) as u64;
    let quoted = packet.shift > 0;
    drawing.field("Payload Length", 32, 16, |said| {
        length(said, behind, quoted)
    });
    drawing.field("Next Header", 48, 8, |number| {
        (number.to_string(), protocol_name(number).to_owned(), true)
    });
    drawing.number(
        "Hop Limit",
        56,
        8,
        "each router takes one off; at 0 the packet is dropped",
    );
    for (name, byte, meaning) in [
        ("Source Address", 8, "who sent it"),
        ("Destination Address", 24, "whom it is for"),
    ] {
        drawing.bytes(name, byte, 16, |address| {
            let address = View(address).v6(0).unwrap_or(Ipv6Addr::UNSPECIFIED);
            (address.to_string(), meaning.to_owned(), true)
        });
    }
    drawing.done(headers);
    extensions(packet, headers);
}

fn extensions(packet: &Packet<'_>, headers: &mut Vec<Header>) {
    let Some(ip) = &packet.parsed.ip else {
        return;
    };
    let mut kind = packet.bytes.get(6).copied().unwrap_or(protocol::TCP);
    let mut at = 40;
    while at < ip.header.end {
        let Ok(Some(found)) = extension(packet.bytes, kind, at) else {
            return;
        };
        (kind, at) = (found.next, at + found.len);
        match found.kind {
            44 => fragment(packet, &found, headers),
            _ => other(packet, &found, headers),
        }
    }
}

fn fragment(packet: &Packet<'_>, found: &Extension, headers: &mut Vec<Header>) {
    let mut drawing = packet.header("IPv6 fragment", "RFC 8200, section 4.5", found.at);
    drawing.field("Next Header", 0, 8, |number| {
        (number.to_string(), protocol_name(number).to_owned(), true)
    });
    drawing.number("Reserved", 8, 8, "always 0");
    drawing.field("Fragment Offset", 16, 13, |offset| {
        (offset.to_string(), offset_means(offset * 8), true)
    });
    drawing.number("Res", 29, 2, "always 0");
    drawing.flag("M", 31, "more fragments follow", "no fragment follows");
    drawing.field("Identification", 32, 32, |id| {
        let meaning = "the same in all fragments of a packet";
        (format!("{id:#010x}"), meaning.to_owned(), true)
    });
    if packet.parsed.ip.as_ref().is_some_and(|ip| ip.offset > 0) {
        packet.data(&mut drawing, found.at + found.len);
    }
    drawing.done(headers);
}

fn other(packet: &Packet<'_>, found: &Extension, headers: &mut Vec<Header>) {
    let source = match found.kind {
        0 => "RFC 8200, section 4.3",
        43 => "RFC 8200, section 4.4",
        60 => "RFC 8200, section 4.6",
        51 => "RFC 4302, section 2",
        135 => "RFC 6275, section 6.1",
        139 => "RFC 7401, section 5.1",
        _ => "RFC 5533, section 5.1",
    };
    let name = format!("IPv6 {}", protocol_name(u64::from(found.kind)));
    let mut drawing = packet.header(&name, source, found.at);
    drawing.field("Next Header", 0, 8, |number| {
        (number.to_string(), protocol_name(number).to_owned(), true)
    });
    drawing.number("Length", 8, 8, format!("{} bytes in all", found.len));
    drawing.bytes("Contents", 2, found.len - 2, |bytes| {
        (format!("{} bytes", bytes.len()), String::new(), true)
    });
    drawing.done(headers);
}

/// DSCP and ECN, which share what was Type of Service or is Traffic Class.
fn class(drawing: &mut Drawing<'_>, bit: usize) {
    drawing.field("DSCP", bit, 6, |class| {
        let meaning = if class == 0 {
            "ordinary traffic"
        } else {
            "a class of service"
        };
        (class.to_string(), format!("{meaning} (RFC 2474)"), true)
    });
    drawing.field("ECN", bit + 6, 2, |ecn| {
        let meaning = match ecn {
            0 => "the sender does not use it",
            3 => "congestion was met on the way",
            _ => "the sender understands it",
        };
        (
            ecn.to_string(),
            format!("explicit congestion notification: {meaning} (RFC 3168)"),
            true,
        )
    });
}

fn length(said: u64, found: u64, quoted: bool) -> (String, String, bool) {
    let (meaning, right) = match said.cmp(&found) {
        std::cmp::Ordering::Equal => ("as many bytes as there are".to_owned(), true),
        std::cmp::Ordering::Greater if quoted => (format!("{found} of them are quoted"), true),
        _ => (format!("wrong: there are {found} bytes"), false),
    };
    (said.to_string(), meaning, right)
}

fn offset_means(bytes: u64) -> String {
    match bytes {
        0 => "it begins at the packet's start".to_owned(),
        _ => format!("in units of 8: it belongs at byte {bytes}"),
    }
}

fn protocol_name(number: u64) -> &'static str {
    match number {
        0 => "hop-by-hop options",
        1 => "ICMP",
        2 => "IGMP",
        4 => "IPv4 in IP",
        6 => "TCP",
        17 => "UDP",
        41 => "IPv6 in IP",
        43 => "routing",
        44 => "fragment",
        47 => "GRE",
        50 => "ESP",
        51 => "authentication",
        58 => "ICMPv6",
        59 => "nothing follows",
        60 => "destination options",
        89 => "OSPF",
        132 => "SCTP",
        135 => "mobility",
        136 => "UDP-Lite",
        139 => "host identity",
        140 => "shim6",
        _ => "a protocol that is not known here",
    }
}
