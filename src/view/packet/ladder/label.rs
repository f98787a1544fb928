//! What an arrow carries.

use super::frame::Frame;
use crate::event::packet::Packet;
use crate::text::style::Style;
use crate::view::packet::pieces::{self, Piece};
use crate::view::packet::words;

/// `#2 SYN,ACK seq 0 ack 1`, as much of it as fits; and whether number and flags do.
pub(super) fn label(packet: &Packet, room: usize, frame: &Frame, style: &Style) -> (String, bool) {
    let style = Style {
        color: false,
        ..*style
    };
    let (words, _) = words::kind(packet);
    let mut label = vec![
        Piece::new(format!("#{}", packet.n)),
        Piece::new(style.clean(&words)),
    ];
    let (seq, ack) = words::numbers_of(packet);
    if let Some(seq) = seq {
        label.push(Piece::new(seq).rank(if packet.len > 0 { 1 } else { 2 }));
    }
    if let Some(ack) = ack {
        label.push(Piece::new(ack).rank(if packet.len > 0 { 3 } else { 1 }));
    }
    if packet.len > 0 && !packet.proto.starts_with("icmp") {
        label.push(Piece::new(format!("len {}", packet.len)).rank(4));
    }
    if let Some(info) = &packet.info {
        label.push(Piece::new(style.clean(info)).rank(1));
    }
    if let Some(again) = &packet.retransmission {
        label.push(Piece::new(format!("again #{}", again.of)).rank(1));
    }
    if frame.host(&packet.to).is_none() {
        label.push(Piece::new(format!("to {}", style.clean(&packet.to))).rank(3));
    }
    for rank in (1..5).rev() {
        if pieces::columns(&label) > room {
            label.retain(|piece| !piece.rank_is_at_least(rank));
        }
    }
    let fits = pieces::columns(&label) <= room;
    (pieces::text(&label, room, &style), fits)
}
