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
    let piece = packet.proto == "fragment";
    if packet.len > 0 && !piece && !packet.proto.starts_with("icmp") {
        label.push(Piece::new(format!("len {}", packet.len)).rank(4));
    }
    let info = packet.info.as_deref().map(|info| {
        // Its kind says already that it is a fragment.
        let rest = info.strip_prefix("fragment ").filter(|_| piece);
        style.clean(rest.unwrap_or(info))
    });
    let place = label.len();
    if let Some(info) = &info {
        label.push(Piece::new(info.as_ref()).rank(1));
    }
    if let Some(again) = &packet.retransmission {
        label.push(Piece::new(format!("again #{}", again.of)).rank(1));
    }
    if frame.host(&packet.to).is_none() {
        label.push(Piece::new(format!("to {}", style.clean(&packet.to))).rank(3));
    }
    if let Some(info) = &info
        && pieces::columns(&label) > room
    {
        label[place] = Piece::new(head(info)).rank(1);
    }
    for rank in (1..5).rev() {
        if pieces::columns(&label) > room {
            label.retain(|piece| !piece.rank_is_at_least(rank));
        }
    }
    let fits = pieces::columns(&label) <= room;
    (pieces::text(&label, room, &style), fits)
}

/// What an ICMP message or a fragment says first: `port unreachable`, `fragment 1480+1480`.
fn head(info: &str) -> &str {
    let ends = [", ", " of id "].into_iter();
    let end = ends.filter_map(|end| info.find(end)).min();
    info.get(..end.unwrap_or(info.len())).unwrap_or(info)
}
