//! Retransmissions that are only there because the wire holds packets: time stands still for a discussion, the kernels'
//! timers do not. They are counted at the packet that they repeat and go no further, so that stepping gives the same
//! packets however long somebody talks between two steps.

use super::log::Record;
use super::state::State;
use crate::event::packet::Fate;
use crate::packet::serial::before;
use crate::packet::{Again, Flags, Parsed};

impl State {
    /// Whether a packet repeats one that is still held, or one that arrived and whose acknowledgment is held. It is counted there.
    pub(super) fn folds(&mut self, from: usize, parsed: &Parsed) -> bool {
        if !self.rules.hold || !self.rules.fold {
            return false;
        }
        let numbered = repeatable(parsed);
        let held = || self.held.iter().filter_map(|n| self.log.get(*n));
        let original = held()
            // A question whether the window is open, or the other end alive, has no number of its own, and is repeated too.
            .filter(|held| numbered || held.mark.window_probe || held.mark.keep_alive)
            .find(|held| held.from == from && same_segment(held.sent(), parsed))
            .map(|held| held.n)
            .or_else(|| {
                if !numbered {
                    return None;
                }
                let answers = |held: &&Record| acknowledges(held.sent(), parsed) && !by_timer(held);
                let answered = held().any(|held| answers(&held));
                let log = || self.log.iter().rev();
                let sent = || log().find(|first| same_segment(first.sent(), parsed));
                answered.then(sent)?.map(|first| first.n)
            });
        let Some(first) = original.and_then(|n| self.log.get_mut(n)) else {
            return false;
        };
        first.repeats += 1;
        true
    }
}

/// Packets that are not held, and are repeated because the answer to them is: their numbers, and how often.
pub(super) fn unanswered(state: &State) -> Vec<(u64, u32)> {
    let held = || state.held.iter().filter_map(|n| state.log.get(*n));
    let arrived = state.log.iter();
    let arrived = arrived.filter(|record| record.repeats > 0 && !state.held.contains(&record.n));
    let waits = |first: &&Record| {
        let answers = |answer: &Record| acknowledges(answer.sent(), first.sent());
        // What is sent later acknowledges it once more.
        let came = |record: &Record| {
            record.fate == Fate::Delivered && record.spoiled.is_none() && answers(record)
        };
        held().any(answers) && !state.log.iter().any(came)
    };
    let told = |first: &Record| (first.n, first.repeats);
    arrived.filter(waits).map(told).collect()
}

/// Whether its sender's own timer has repeated it: the first was lost, and then both sides may miss something.
fn by_timer(packet: &Record) -> bool {
    let again = packet.mark.retransmission.as_ref();
    again.is_some_and(|again| again.why != Again::Answer)
}

/// Whether a segment is sent again where nothing answers it: it takes a place among the sequence numbers.
fn repeatable(parsed: &Parsed) -> bool {
    let numbered = Flags::SYN | Flags::FIN;
    parsed
        .tcp()
        .is_some_and(|tcp| tcp.flags.any(numbered) || !parsed.payload.is_empty())
}

/// Whether two segments are the same but for what changes when one is sent again (acknowledgment, window, timestamps).
fn same_segment(a: &Parsed, b: &Parsed) -> bool {
    let same_ends = a.ports == b.ports && a.payload.len() == b.payload.len();
    match (a.tcp(), b.tcp()) {
        (Some(x), Some(y)) => same_ends && x.seq == y.seq && sent(x.flags) == sent(y.flags),
        _ => false,
    }
}

/// The flags that make a segment another one. In a simultaneous open a SYN is followed by a SYN,ACK with the same number,
/// which says more (RFC 9293, figure 7).
fn sent(flags: Flags) -> u16 {
    let mut sent = Flags::SYN | Flags::FIN | Flags::RST;
    if flags.has(Flags::SYN) {
        sent = sent | Flags::ACK;
    }
    flags.0 & sent.0
}

/// Whether a packet acknowledges all of a segment that went the other way, or reports it as arrived beyond a gap
/// (RFC 2018).
fn acknowledges(packet: &Parsed, segment: &Parsed) -> bool {
    let (Some(answer), Some(tcp)) = (packet.tcp(), segment.tcp()) else {
        return false;
    };
    let back = (answer.src, answer.dst) == (tcp.dst, tcp.src)
        && packet.ip.as_ref().map(|ip| (ip.src, ip.dst))
            == segment.ip.as_ref().map(|ip| (ip.dst, ip.src));
    let flag = |flag| u32::from(tcp.flags.has(flag));
    let len = segment.payload.len() as u32 + flag(Flags::SYN) + flag(Flags::FIN);
    let end = tcp.seq.wrapping_add(len);
    let reported = |(from, to): &(u32, u32)| !before(tcp.seq, *from) && !before(*to, end);
    back && answer.flags.has(Flags::ACK)
        && (!before(answer.ack, end) || answer.options.sack().iter().any(reported))
}
