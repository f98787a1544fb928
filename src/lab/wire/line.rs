//! The packets that are on their way: each waits until its host's line has sent those before it, and is then on the wire for
//! the delay.

use super::route::Outgoing;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What is on its way, the first to arrive first.
#[derive(Debug, Default)]
pub(super) struct Line {
    packets: BTreeMap<(Instant, u64), OnItsWay>,
}

/// One packet.
#[derive(Debug)]
struct OnItsWay {
    outgoing: Outgoing,
    /// When its host's line has sent its last bit.
    sent: Instant,
}

impl Line {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.packets.len()
    }

    /// Their numbers.
    pub fn numbers(&self) -> impl Iterator<Item = u64> {
        self.packets.keys().map(|(_, n)| *n)
    }

    /// When the first arrives.
    pub fn next(&self) -> Option<Instant> {
        let ((at, _), _) = self.packets.first_key_value()?;
        Some(*at)
    }

    /// A packet that takes this long to send, behind those of its host, and then this long to arrive.
    pub fn push(&mut self, outgoing: Outgoing, sending: Duration, delay: Duration) {
        let now = Instant::now();
        let sent = match sending.is_zero() {
            // Nothing waits for a line without a limit.
            true => now,
            false => self.free(outgoing.from).map_or(now, |free| free.max(now)) + sending,
        };
        let packet = OnItsWay { outgoing, sent };
        self.packets.insert((sent + delay, outgoing.n), packet);
    }

    /// When this host's line has sent all that it was given.
    fn free(&self, host: usize) -> Option<Instant> {
        let packets = self.packets.values();
        let own = packets.filter(|packet| packet.outgoing.from == host);
        own.map(|packet| packet.sent).max()
    }

    /// Takes out the first packet, if it arrives by then.
    pub fn arrived(&mut self, now: Instant) -> Option<Outgoing> {
        let first = self.packets.first_entry()?;
        (first.key().0 <= now).then(|| first.remove().outgoing)
    }

    /// Takes all of them out.
    pub fn stop(&mut self) -> impl Iterator<Item = Outgoing> + use<> {
        let packets = std::mem::take(&mut self.packets);
        packets.into_values().map(|packet| packet.outgoing)
    }

    /// Takes one out.
    pub fn remove(&mut self, n: u64) {
        self.packets.retain(|(_, late), _| *late != n);
    }

    /// What is not sent yet is sent at another rate: it takes so many times as long as it would have. What is sent stays on
    /// its way.
    pub fn stretch(&mut self, now: Instant, times: f64) {
        let packets = std::mem::take(&mut self.packets).into_iter();
        self.packets = packets
            .map(|((at, n), packet)| {
                let left = packet.sent.saturating_duration_since(now);
                let moved = |time: Instant| time - left + left.mul_f64(times);
                let sent = moved(packet.sent);
                ((moved(at), n), OnItsWay { sent, ..packet })
            })
            .collect();
    }
}
