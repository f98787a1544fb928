//! Retransmissions that are only there because the wire holds packets: time stands still for a discussion, the kernels'
//! timers do not. They are counted at the packet that they repeat and go no further, so that stepping gives the same
//! packets however long somebody talks between two steps.

use super::cause::goes_back;
use super::log::{Cause, Record};
use super::state::State;
use crate::event::packet::Fate;
use crate::packet::serial::before;
use crate::packet::{Again, Flags, Parsed};
use std::ops::Range;

impl State {
    /// Whether a packet says only what is still held, or arrived and has its acknowledgment held. It is counted there.
    pub(super) fn folds(&mut self, from: usize, parsed: &Parsed) -> bool {
        if !self.rules.hold || !self.rules.fold {
            return false;
        }
        let originals = self.repeated(from, parsed);
        for n in &originals {
            if let Some(original) = self.log.get_mut(*n) {
                original.repeats += 1;
            }
        }
        !originals.is_empty()
    }

    /// The packets that such a one repeats; none where any part of it is neither held nor answered by one that is held.
    fn repeated(&self, from: usize, parsed: &Parsed) -> Vec<u64> {
        let Some(all) = numbers(parsed) else {
            let asks = |held: &&Record| held.mark.window_probe || held.mark.keep_alive;
            let same = |held: &&Record| held.from == from && same_segment(held.sent(), parsed);
            let question = self.waiting().filter(asks).find(same);
            return question.map(|held| held.n).into_iter().collect();
        };
        // Linux puts small segments together when it sends them again, and a FIN behind them; a smaller MTU parts large ones.
        let mut originals = Vec::new();
        let mut at = all.start;
        while before(at, all.end) {
            let Some((n, to)) = self.original(from, parsed, at) else {
                return Vec::new();
            };
            originals.push(n);
            at = to;
        }
        originals
    }

    /// The packet that has carried what a later one carries at this number, where it or its answer is held; and up to which
    /// number that is so.
    fn original(&self, from: usize, parsed: &Parsed, at: u32) -> Option<(u64, u32)> {
        let carries = |first: &&Record| {
            let within = numbers(first.sent())
                .is_some_and(|own| !before(at, own.start) && before(at, own.end));
            within && first.from == from && goes_along(first.sent(), parsed)
        };
        let whole = |first: &Record| numbers(first.sent()).map(|own| (first.n, own.end));
        if let Some(held) = self.waiting().find(carries) {
            return whole(held);
        }
        let answers = self.waiting().filter(|held| !by_timer(held));
        let answered = answers.filter_map(|held| reports(held.sent(), parsed, at));
        let answered =
            answered.reduce(|one, other| if before(one, other) { other } else { one })?;
        let (n, end) = whole(self.log.iter().rev().find(carries)?)?;
        Some((n, if before(answered, end) { answered } else { end }))
    }

    /// What the hosts' kernels have sent and the wire holds.
    fn waiting(&self) -> impl Iterator<Item = &Record> {
        let held = self.held.iter().filter_map(|n| self.log.get(*n));
        // Nobody repeats what somebody else has made up.
        held.filter(|held| held.cause != Cause::Forged)
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

/// The sequence numbers that a segment takes, and for which it is sent again where nothing answers it; `None` where it
/// takes none.
fn numbers(parsed: &Parsed) -> Option<Range<u32>> {
    let tcp = parsed.tcp()?;
    let flag = |flag| u32::from(tcp.flags.has(flag));
    let len = parsed.payload.len() as u32 + flag(Flags::SYN) + flag(Flags::FIN);
    (len > 0).then(|| tcp.seq..tcp.seq.wrapping_add(len))
}

/// Whether two segments are of the same way of a connection, and both or none of them begin it. In a simultaneous open a
/// SYN is followed by a SYN,ACK with the same number, which says more (RFC 9293, figure 7).
fn goes_along(a: &Parsed, b: &Parsed) -> bool {
    let ends = |parsed: &Parsed| {
        Some((
            parsed.ip.as_ref()?.src,
            parsed.ip.as_ref()?.dst,
            parsed.ports?,
        ))
    };
    let begins = |flags: Flags| {
        (
            flags.has(Flags::SYN),
            flags.has(Flags::SYN) && flags.has(Flags::ACK),
        )
    };
    match (a.tcp(), b.tcp()) {
        (Some(x), Some(y)) => ends(a) == ends(b) && begins(x.flags) == begins(y.flags),
        _ => false,
    }
}

/// Whether two segments without numbers of their own are the same.
fn same_segment(a: &Parsed, b: &Parsed) -> bool {
    let alike = |parsed: &Parsed| {
        let tcp = parsed.tcp()?;
        let empty = numbers(parsed).is_none();
        empty.then_some((tcp.seq, tcp.flags.has(Flags::RST)))
    };
    goes_along(a, b) && alike(a).is_some() && alike(a) == alike(b)
}

/// Up to which number a packet says that a segment which goes the other way has arrived, from this number on: it
/// acknowledges it, or reports it beyond a gap (RFC 2018).
fn reports(packet: &Parsed, segment: &Parsed, at: u32) -> Option<u32> {
    let answer = packet.tcp().filter(|tcp| tcp.flags.has(Flags::ACK))?;
    if !goes_back(packet, segment) {
        return None;
    }
    let blocks = answer.options.sack().iter();
    let block = blocks.filter(|(from, to)| !before(at, *from) && before(at, *to));
    let all = Some(answer.ack).filter(|ack| before(at, *ack));
    all.into_iter().chain(block.map(|(_, to)| *to)).next()
}

/// Whether a packet acknowledges all of a segment that went the other way, or reports it as arrived beyond a gap.
fn acknowledges(packet: &Parsed, segment: &Parsed) -> bool {
    numbers(segment).is_some_and(|all| {
        reports(packet, segment, all.start).is_some_and(|to| !before(to, all.end))
    })
}
