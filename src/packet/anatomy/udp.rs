//! UDP's header.

use super::{Packet, ports};
use crate::packet::checksum::Layer;
use crate::packet::model::Header;

pub(super) fn udp(packet: &Packet<'_>, at: usize, headers: &mut Vec<Header>) {
    let mut drawing = packet.header("UDP", "RFC 768", at);
    ports(&mut drawing);
    let whole = !packet.parsed.is_fragment() && packet.shift == 0;
    let end = packet.parsed.ip.as_ref().map_or(0, |ip| ip.said);
    let there = end.min(packet.bytes.len()).saturating_sub(at) as u64;
    drawing.field("Length", 32, 16, |said| {
        let right = !whole || said == there;
        let meaning = match right {
            true => "header and data, in bytes".to_owned(),
            false => format!("wrong: IP carries {there} bytes"),
        };
        (said.to_string(), meaning, right)
    });
    packet.checksum(&mut drawing, "Checksum", 48, Layer::Udp);
    packet.data(&mut drawing, at + 8);
    drawing.done(headers);
}
