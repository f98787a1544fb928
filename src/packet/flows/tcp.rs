//! Segments: what one says when it comes into the wire, and what its receiver learns when it arrives.

use super::end::{End, Plain, Sent};
use super::mark::{Mark, Segment, Way};
use crate::packet::model::{Again, Retransmission, Rst};
use crate::packet::parse::{Flags, Tcp};
use crate::packet::serial::place;
use std::time::Duration;

/// RFC 7323, section 2.3: a larger shift is taken for this one.
const MOST_SCALE: u8 = 14;

/// A segment comes into the wire; the mark is completed.
pub(super) fn enter(ends: &mut [End; 2], tcp: &Tcp, at: Duration, mark: &mut Mark) {
    let [client, server] = ends;
    let (own, peer) = match mark.way {
        Way::ToServer => (client, server),
        Way::ToClient => (server, client),
    };
    let zero = origin(own, peer, tcp, mark.forged);
    let segment = segment(own, peer, tcp, zero, mark);
    mark.seq = Some(tcp.seq.wrapping_sub(zero));
    mark.window = Some(segment.window);
    mark.scale = scale(own, peer, tcp);
    mark.base = Some((zero, peer.zero.unwrap_or(0)));
    if segment.ack.is_some() {
        mark.ack = Some(tcp.ack.wrapping_sub(peer.zero.unwrap_or(0)));
    }
    mark.zero_window = segment.window == 0 && !tcp.flags.any(Flags::SYN | Flags::RST);
    asks(own, peer, &segment, tcp, mark);
    let piece = Sent {
        from: segment.from,
        to: segment.to,
        first: mark.n,
        at,
        gap: None,
        times: 0,
        acks: segment.ack.is_some(),
    };
    if mark.forged {
        // Nobody sends it again: somebody sends it.
        if segment.to > segment.from {
            own.forged = own.forged.max(segment.to);
        }
    } else if mark.keep_alive || mark.window_probe {
        own.high = own.high.max(segment.to);
    } else if segment.to > segment.from {
        mark.retransmission = own.send(piece, segment.syn);
    } else {
        mark.retransmission = answer(own, &segment, tcp, at, mark.n);
    }
    if segment.fin && segment.ack.is_some() {
        own.fin = Some(segment.to - 1);
    }
    acknowledges(own, peer, &segment, tcp, mark);
    own.asked = false;
    mark.segment = Some(segment);
}

/// The number that is this direction's 0, learned from this segment where it was not known; so the other direction's.
fn origin(own: &mut End, peer: &mut End, tcp: &Tcp, forged: bool) -> u32 {
    let syn = tcp.flags.has(Flags::SYN);
    // The other end goes by the first that it acknowledged, whatever a forged one says.
    let agreed = own.syn && own.zero == Some(tcp.seq) && peer.said_ack.is_some();
    let zero = match own.zero {
        // A SYN tells it, unless the connection is in use and the SYN a stray or a forged one (RFC 9293, section 3.10.7.4).
        Some(zero) if !syn || zero == tcp.seq && own.syn || peer.said_ack.is_some() => zero,
        _ => {
            let zero = match syn {
                true => tcp.seq,
                // Who made it counted from 0, too.
                false if forged => 0,
                false => tcp.seq.wrapping_sub(1),
            };
            own.begin(zero, syn);
            zero
        }
    };
    if syn && zero == tcp.seq && !agreed {
        own.scale = tcp.options.wscale.map(|scale| scale.min(MOST_SCALE));
        own.sack = tcp.options.sack_permitted;
    }
    own.agreed = own.sack && peer.sack;
    if tcp.flags.has(Flags::ACK) && peer.zero.is_none() {
        peer.begin(tcp.ack.wrapping_sub(1), false);
    }
    zero
}

fn segment(own: &End, peer: &End, tcp: &Tcp, zero: u32, mark: &Mark) -> Segment {
    let syn = tcp.flags.has(Flags::SYN);
    // What a RST carries is no data but a message (RFC 9293, section 3.5.3).
    let fin = tcp.flags.has(Flags::FIN) && !tcp.flags.has(Flags::RST);
    let len = if tcp.flags.has(Flags::RST) {
        0
    } else {
        mark.payload as i64
    };
    let from = place(tcp.seq, zero, own.high);
    let there = |raw| place(raw, peer.zero.unwrap_or(0), peer.high);
    let acks = tcp.flags.has(Flags::ACK);
    Segment {
        from,
        to: from + len + i64::from(syn) + i64::from(fin),
        ack: acks.then(|| there(tcp.ack)),
        sack: tcp.options.sack().iter().map(|(_, end)| there(*end)).max(),
        len,
        window: window(own, peer, tcp),
        syn,
        fin,
        rst: tcp.flags.has(Flags::RST),
    }
}

/// Its window in bytes.
fn window(own: &End, peer: &End, tcp: &Tcp) -> u32 {
    u32::from(tcp.window) << scale(own, peer, tcp).unwrap_or(0)
}

/// Its window's scale, where that is known: both SYNs must carry one, so a SYN without is enough to know that there is none.
fn scale(own: &End, peer: &End, tcp: &Tcp) -> Option<u8> {
    let without = |end: &End| end.syn && end.scale.is_none();
    if tcp.flags.has(Flags::SYN) || without(own) || without(peer) {
        return Some(0);
    }
    own.scale.filter(|_| peer.syn)
}

/// What is shown of a segment whose bits were changed after it had entered.
pub(super) fn reread(ends: &[End; 2], tcp: &Tcp, mark: &mut Mark) {
    let (own, peer) = (&ends[mark.way as usize], &ends[mark.way.other() as usize]);
    let (zero, other) = mark.base.unwrap_or((0, 0));
    mark.seq = Some(tcp.seq.wrapping_sub(zero));
    mark.ack = (tcp.flags.has(Flags::ACK)).then(|| tcp.ack.wrapping_sub(other));
    mark.window = Some(window(own, peer, tcp));
    mark.scale = scale(own, peer, tcp);
}

/// Whether it only asks for an answer: its one number, or none, lies just before what the other end waits for.
fn asks(own: &End, peer: &End, segment: &Segment, tcp: &Tcp, mark: &mut Mark) {
    if segment.len > 1 || tcp.flags.any(Flags::SYN | Flags::FIN | Flags::RST) {
        return;
    }
    let closed = own.heard_window == Some(0);
    let waits_for = own.heard_ack.max(peer.said_ack.unwrap_or(0));
    // Linux asks with no byte. Where the ACK of a byte has not come, the byte is sent again.
    let bare = segment.len == 0 || own.heard_ack == waits_for;
    let old = waits_for >= 1 && segment.from == waits_for - 1 && segment.to <= own.high && bare;
    mark.keep_alive = old && !closed && own.high == waits_for;
    mark.window_probe = closed && (old || segment.len == 1 && segment.from == waits_for);
}

/// A segment without numbers that says what the one before said, after something came again: a RST, or the ACK of a
/// handshake or a close.
fn answer(
    own: &mut End,
    segment: &Segment,
    tcp: &Tcp,
    at: Duration,
    n: u64,
) -> Option<Retransmission> {
    let rst = tcp.flags.has(Flags::RST);
    let same = own.plain.filter(|plain| {
        own.asked && plain.rst == rst && plain.from == segment.from && plain.ack == segment.ack
    });
    let Some(before) = same else {
        own.plain = Some(Plain {
            from: segment.from,
            ack: segment.ack,
            rst,
            n,
            at,
            times: 0,
        });
        return None;
    };
    let times = before.times + 1;
    own.plain = Some(Plain {
        at,
        times,
        ..before
    });
    Some(Retransmission {
        of: before.n,
        nth: times,
        why: Again::Answer,
        after: at.saturating_sub(before.at).as_millis() as u64,
    })
}

/// What its acknowledgment says beside the one before.
fn acknowledges(own: &mut End, peer: &End, segment: &Segment, tcp: &Tcp, mark: &mut Mark) {
    let Some(ack) = segment.ack.filter(|_| !tcp.flags.has(Flags::RST)) else {
        return;
    };
    let bare = segment.to == segment.from && !mark.keep_alive && !mark.window_probe;
    if own.said_ack != Some(ack) {
        own.duplicates = 0;
    } else if bare {
        let same = own.said_window == Some(segment.window);
        // RFC 5681, section 2; with SACK blocks it counts whatever its window (RFC 6675, section 2).
        if peer.high.max(peer.forged) > ack && (same || segment.sack.is_some()) {
            own.duplicates += 1;
            mark.duplicate_ack = Some(own.duplicates);
        } else {
            // A SYN's window is not scaled, and the same window later is told in whole units.
            let unit = 1 << mark.scale.unwrap_or(0);
            let said = own.own_window.map(|said| said.next_multiple_of(unit));
            let larger = said.is_some_and(|said| said < segment.window);
            // What came twice is reported, too (RFC 2883).
            mark.window_update = larger && segment.sack.is_none();
        }
    }
    own.said_ack = Some(ack);
    own.said_window = Some(segment.window);
    if !mark.forged {
        own.own_window = own.said_window;
    }
}

/// A segment arrives. How many bytes of payload are new to its receiver, and how many it can read because of it.
pub(super) fn deliver(
    ends: &mut [End; 2],
    way: Way,
    segment: &Segment,
    mark: &Mark,
    at: Duration,
) -> (u64, u64) {
    let [client, server] = ends;
    let (own, peer) = match way {
        Way::ToServer => (client, server),
        Way::ToClient => (server, client),
    };
    hear(peer, segment, at);
    if segment.rst {
        own.rst = true;
        if ends_it(own, peer, segment) {
            own.ended_by = own.ended_by.or(Some(Rst::Packet {
                n: mark.n,
                forged: mark.forged,
                answer: segment.ack.is_none(),
            }));
        }
    }
    if mark.keep_alive || segment.to == segment.from || is_dropped(peer, segment, mark) {
        return (0, 0);
    }
    peer.asked |= own.arrival.has(segment.from, segment.to);
    let before = own.arrival.next();
    let data = segment.from + i64::from(segment.syn);
    own.arrival.add(segment.from, data);
    let arrived = own.arrival.add(data, data + segment.len);
    own.arrival.add(data + segment.len, segment.to);
    // SYN and FIN take a number each, but are no payload.
    let moved = before..own.arrival.next();
    let other = [Some(0), own.fin].into_iter().flatten();
    let other = other.filter(|at| moved.contains(at)).count() as i64;
    let ordered = moved.end - moved.start - other;
    (arrived as u64, ordered.max(0) as u64)
}

/// Whether a kernel takes this RST at its word. While it waits for its SYN's answer, that is one that acknowledges the SYN
/// (RFC 9293, section 3.10.7.3). Later it is one with the number that comes next (RFC 5961, section 3); on Linux also one
/// behind all that was reported with SACK, and one with the number of a FIN that came last.
fn ends_it(own: &End, peer: &End, segment: &Segment) -> bool {
    let next = own.arrival.next();
    if peer.syn && (!own.syn || next == 0) {
        return segment.ack.is_some_and(|ack| ack > 0 && ack <= peer.high);
    }
    let reported = own.arrival.reported().filter(|_| own.agreed);
    let finished = own.fin.filter(|fin| fin + 1 == next);
    next > 0 && [Some(next), reported, finished].contains(&Some(segment.from))
}

/// Whether its receiver's kernel drops what it carries (RFC 9293, section 3.10.7.4): a SYN in the middle of a connection, a
/// segment without ACK, or one that acknowledges what its receiver has not sent.
fn is_dropped(peer: &End, segment: &Segment, mark: &Mark) -> bool {
    let Some(ack) = segment.ack.filter(|_| !segment.syn) else {
        return !segment.syn || segment.from != 0;
    };
    // A capture may have missed what was acknowledged.
    ack > peer.high && (mark.forged || ack <= peer.forged)
}

fn hear(end: &mut End, segment: &Segment, at: Duration) {
    end.heard_at = at;
    let Some(ack) = segment.ack else {
        return;
    };
    // A copy that the wire made is a duplicate for its receiver, so this is judged anew: see `acknowledges`.
    let bare = segment.to == segment.from && ack == end.heard_ack && ack < end.high;
    let same = end.heard_window == Some(segment.window) || segment.sack.is_some();
    if bare && same {
        end.heard_duplicates += 1;
        end.duplicate_at = Some(at);
    }
    end.hear_ack(ack, at);
    if ack >= end.heard_ack {
        end.heard_window = Some(segment.window);
    }
    if let Some(sack) = segment.sack.filter(|sack| *sack > end.heard_ack) {
        end.heard_sack = end.heard_sack.max(sack);
        end.sack_at = Some(at);
    }
}
