//! ICMP and ICMPv6 messages.

use super::Packet;
use super::draw::Drawing;
use crate::packet::checksum::Layer;
use crate::packet::model::Header;
use crate::packet::parse::Upper;
use crate::packet::words::message;
use std::net::Ipv4Addr;

pub(super) fn icmp(packet: &Packet<'_>, at: usize, six: bool, headers: &mut Vec<Header>) {
    let (name, source, layer) = match six {
        true => ("ICMPv6", "RFC 4443, section 2.1", Layer::Icmp6),
        false => ("ICMP", "RFC 792", Layer::Icmp),
    };
    let mut drawing = packet.header(name, source, at);
    let Upper::Icmp(icmp) = &packet.parsed.upper else {
        // Cut short: as much as there is.
        drawing.number("Type", 0, 8, "");
        drawing.number("Code", 8, 8, "");
        packet.checksum(&mut drawing, "Checksum", 16, layer);
        return drawing.done(headers);
    };
    let kind = if icmp.is_error() {
        "an error"
    } else {
        "no error"
    };
    drawing.number("Type", 0, 8, kind);
    drawing.number("Code", 8, 8, message(icmp));
    packet.checksum(&mut drawing, "Checksum", 16, layer);
    if icmp.is_echo() {
        drawing.number("Identifier", 32, 16, "which program asks");
        drawing.number("Sequence Number", 48, 16, "its how-manieth question");
    } else {
        rest(&mut drawing, six, icmp.kind, icmp.code);
    }
    if !icmp.is_error() {
        packet.data(&mut drawing, at + 8);
    }
    drawing.done(headers);
}

/// Bytes 4 to 7 of what is no echo.
fn rest(drawing: &mut Drawing<'_>, six: bool, kind: u8, code: u8) {
    match (six, kind, code) {
        (false, 3, 4) => {
            drawing.number("Unused", 32, 16, "");
            drawing.number(
                "Next-Hop MTU",
                48,
                16,
                "the largest packet that fits (RFC 1191)",
            );
        }
        (false, 5, _) => drawing.field("Gateway Address", 32, 32, |address| {
            let address = Ipv4Addr::from(address as u32);
            (address.to_string(), "the better way".to_owned(), true)
        }),
        (false, 12, _) => {
            drawing.number("Pointer", 32, 8, "the byte that is wrong");
            drawing.number("Unused", 40, 24, "");
        }
        (true, 2, _) => drawing.number("MTU", 32, 32, "the largest packet that fits"),
        (true, 4, _) => drawing.number("Pointer", 32, 32, "the byte that is wrong"),
        _ => drawing.number("Unused", 32, 32, ""),
    }
}
