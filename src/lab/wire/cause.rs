//! Why a packet was sent: a statement, or what its sender's kernel had just got. Only stepping tells that for certain; on a
//! wire that flows the order of events does.

use super::log::Cause;
use super::state::State;
use crate::packet::{Flags, Mark, Parsed, Upper};
use std::collections::VecDeque;
use std::time::Duration;

/// A kernel that answers what it got does it at once; an ACK that is delayed waits for at least 40 ms (TCP_DELACK_MIN).
const AT_ONCE: Duration = Duration::from_millis(38);
/// How many deliveries are remembered for so long.
const MOST: usize = 64;

/// The latest deliveries: which packet, and when.
#[derive(Debug, Default)]
pub(super) struct Heard(VecDeque<(u64, Duration)>);

impl Heard {
    /// This packet was handed to its receiver.
    pub fn add(&mut self, n: u64, at: Duration) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back((n, at));
    }
}

impl State {
    /// Why a host has sent a packet that came at this time.
    pub(super) fn cause(&self, at: Duration, from: usize, parsed: &Parsed, mark: &Mark) -> Cause {
        if let Some(n) = self.answering {
            return Cause::Answer(n);
        }
        match (&self.statement, self.heard(at, from, parsed, mark)) {
            (Some((words, began)), Some((_, heard))) if *began > heard || !is_bare(parsed) => {
                Cause::Call(words.clone())
            }
            (_, Some((n, _))) => Cause::Answer(n),
            (Some((words, _)), None) => Cause::Call(words.clone()),
            (None, None) => Cause::Itself,
        }
    }

    /// What this host's kernel has just got of the same conversation, or between the same ends.
    fn heard(
        &self,
        at: Duration,
        host: usize,
        parsed: &Parsed,
        mark: &Mark,
    ) -> Option<(u64, Duration)> {
        let recent = |(_, heard): &&(u64, Duration)| at.saturating_sub(*heard) < AT_ONCE;
        let recent = self.heard.0.iter().rev().take_while(recent);
        let provokes = |(n, _): &&(u64, Duration)| {
            self.log.get(*n).is_some_and(|packet| {
                let same = mark.flow.is_some() && packet.mark.flow == mark.flow;
                let same = same || goes_back(parsed, packet.sent());
                same && packet.from != host && packet.spoiled.is_none()
            })
        };
        recent.copied().find(|heard| provokes(&heard))
    }
}

/// Whether one packet goes where the other came from. A connection may have been lost at one end, and begun anew: then they
/// need not be of the same.
pub(super) fn goes_back(packet: &Parsed, other: &Parsed) -> bool {
    let there = |parsed: &Parsed| {
        let (ip, (from, to)) = (parsed.ip.as_ref()?, parsed.ports?);
        Some((ip.protocol, (ip.src, from), (ip.dst, to)))
    };
    let back = there(other).map(|(protocol, from, to)| (protocol, to, from));
    back.is_some() && there(packet) == back
}

/// Whether a kernel sends such a packet of its own accord while a call is made: one that carries nothing of the program's.
fn is_bare(parsed: &Parsed) -> bool {
    match &parsed.upper {
        Upper::Tcp(tcp) => {
            let asks = tcp.flags.has(Flags::SYN) && !tcp.flags.has(Flags::ACK);
            parsed.payload.is_empty() && !asks && !tcp.flags.has(Flags::FIN)
        }
        Upper::Icmp(_) => true,
        _ => false,
    }
}
