//! One end of a TCP connection, as far as the wire can know it.

use super::arrival::Arrival;
use crate::packet::model::{Again, Retransmission, Rst};
use std::collections::VecDeque;
use std::time::Duration;

/// How many pieces that were sent are remembered before the oldest become one; those that were acknowledged first.
const MOST_SENT: usize = 1024;
const MOST_ACKNOWLEDGED: usize = 64;

/// A piece of what an end has sent, in places that do not wrap. A SYN stands at 0, the first byte at 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    pub from: i64,
    pub to: i64,
    /// The number of the first packet that carried it.
    pub first: u64,
    /// When it was sent last.
    pub at: Duration,
    /// How long that was after the time before.
    pub gap: Option<Duration>,
    /// How often it was repeated.
    pub times: u32,
    /// It was sent with an ACK.
    pub acks: bool,
}

/// A segment without data, SYN or FIN, which may come again as an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plain {
    pub from: i64,
    pub ack: Option<i64>,
    pub rst: bool,
    pub n: u64,
    pub at: Duration,
    pub times: u32,
}

/// What an end sends again until all that it had sent by then is acknowledged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recovery {
    pub point: i64,
    pub why: Again,
    pub since: Duration,
}

/// An end as a sender, and what it has heard.
#[derive(Debug, Default)]
pub(super) struct End {
    /// The number that is shown as 0.
    pub zero: Option<u32>,
    /// Its SYN was seen, so `zero` is its initial sequence number and no guess.
    pub syn: bool,
    /// Of its SYN.
    pub scale: Option<u8>,
    pub sack: bool,
    /// It has sent a SYN, and then a SYN,ACK: a simultaneous open.
    pub crossed: bool,
    /// Both SYNs permitted SACK.
    pub agreed: bool,
    /// Where its FIN stands.
    pub fin: Option<i64>,
    /// One past the highest that it has sent.
    pub high: i64,
    /// The same of what was forged in its name.
    pub forged: i64,
    pub sent: VecDeque<Sent>,
    /// What of it has arrived.
    pub arrival: Arrival,
    /// A RST of it has arrived.
    pub rst: bool,
    /// The first that its receiver took at its word (RFC 5961, section 3).
    pub ended_by: Option<Rst>,

    // What it says in its acknowledgments.
    pub said_ack: Option<i64>,
    pub said_window: Option<u32>,
    /// The same, but for what was forged in its name.
    pub own_window: Option<u32>,
    pub duplicates: u32,
    pub plain: Option<Plain>,

    // What was delivered to it.
    pub heard_ack: i64,
    pub heard_at: Duration,
    /// When an acknowledgment last moved it on.
    pub advanced_at: Duration,
    pub heard_duplicates: u32,
    pub duplicate_at: Option<Duration>,
    pub heard_sack: i64,
    pub sack_at: Option<Duration>,
    pub heard_window: Option<u32>,
    /// Something that it had already was delivered to it since it sent last.
    pub asked: bool,

    /// The smoothed round-trip time and how much it varies (RFC 6298, section 2).
    pub rtt: Option<(Duration, Duration)>,
    pub recovery: Option<Recovery>,
}

impl End {
    /// Numbers begin here. All that was known of others is forgotten.
    pub fn begin(&mut self, zero: u32, syn: bool) {
        let first = i64::from(!syn);
        *self = End {
            zero: Some(zero),
            syn,
            high: first,
            heard_ack: first,
            arrival: Arrival::from(first),
            heard_at: self.heard_at,
            asked: self.asked,
            said_ack: self.said_ack,
            said_window: self.said_window,
            own_window: self.own_window,
            ..End::default()
        };
    }

    /// It sends these numbers. Where some of them were sent before, which packet that repeats.
    pub fn send(&mut self, piece: Sent, syn: bool) -> Option<Retransmission> {
        // What is new stands behind all the rest.
        let new = self.sent.back().is_none_or(|last| last.to <= piece.from);
        let at = match new {
            true => self.sent.len(),
            false => {
                // Each part is counted by itself: a smaller MTU makes several segments of one.
                self.split(piece.from);
                self.split(piece.to);
                self.trim();
                self.sent.partition_point(|sent| sent.to <= piece.from)
            }
        };
        let overlaps = |sent: &Sent| sent.from < piece.to;
        let before = self.sent.get(at).copied().filter(overlaps);
        let high = self.high;
        self.high = high.max(piece.to);
        let Some(before) = before else {
            self.sent.insert(at, piece);
            self.trim();
            return None;
        };
        // In a simultaneous open a SYN is followed by a SYN,ACK with the same number, which says more.
        let again = !syn || before.acks || !piece.acks;
        let why = self.why(&before, &piece, syn);
        for sent in self.sent.range_mut(at..) {
            if !overlaps(sent) {
                break;
            }
            sent.acks = piece.acks;
            sent.times += u32::from(again);
            sent.gap = Some(piece.at.saturating_sub(sent.at));
            sent.at = piece.at;
        }
        if piece.to > high {
            let from = high.max(piece.from);
            self.sent.push_back(Sent { from, ..piece });
            self.trim();
        }
        if !again {
            self.crossed = true;
            return None;
        }
        if matches!(why, Again::Timeout | Again::Fast) {
            self.recover(why, before.at, piece.at, high);
        }
        let after = piece.at.saturating_sub(before.at);
        Some(Retransmission {
            of: before.first,
            nth: before.times + 1,
            why,
            after: after.as_millis() as u64,
        })
    }

    /// A piece ends here, and what is left of it is another.
    fn split(&mut self, place: i64) {
        let at = self.sent.partition_point(|sent| sent.to <= place);
        if let Some(sent) = self.sent.get_mut(at).filter(|sent| sent.from < place) {
            let rest = Sent {
                from: place,
                ..*sent
            };
            sent.to = place;
            self.sent.insert(at + 1, rest);
        }
    }

    /// What was sent at `before` is sent again.
    fn recover(&mut self, why: Again, before: Duration, since: Duration, point: i64) {
        let going = self.recovery.filter(|going| self.heard_ack < going.point);
        let goes_on = going.is_some_and(|going| {
            // What a timeout has given up goes out little by little, and only once.
            why == Again::Fast || going.why == Again::Timeout && before < going.since
        });
        if !goes_on {
            self.recovery = Some(Recovery { point, why, since });
        }
    }

    /// Keeps what is remembered bounded: old pieces are merged into one, which keeps the first number of theirs.
    fn trim(&mut self) {
        while self.sent.len() > MOST_ACKNOWLEDGED {
            let acknowledged = self.sent[1].to <= self.heard_ack;
            if !acknowledged && self.sent.len() <= MOST_SENT {
                return;
            }
            if let Some(oldest) = self.sent.pop_front()
                && let Some(next) = self.sent.front_mut()
            {
                next.from = oldest.from;
                next.first = oldest.first;
            }
        }
    }

    /// An acknowledgment was delivered to it.
    pub fn hear_ack(&mut self, ack: i64, at: Duration) {
        if ack <= self.heard_ack || ack > self.high {
            return;
        }
        let behind = self.sent.partition_point(|sent| sent.to <= ack);
        let newly = |sent: &&Sent| sent.to > self.heard_ack;
        let sample = self.sent.range(..behind).rev().take_while(newly);
        // One that was repeated cannot be told from its original (Karn's algorithm; RFC 6298, section 3).
        let sample = sample.into_iter().find(|sent| sent.times == 0);
        if let Some(sent) = sample {
            self.measure(at.saturating_sub(sent.at));
        }
        self.heard_ack = ack;
        self.advanced_at = at;
        self.heard_duplicates = 0;
    }

    fn measure(&mut self, sample: Duration) {
        self.rtt = Some(match self.rtt {
            None => (sample, sample / 2),
            Some((smooth, varies)) => (
                (smooth * 7 + sample) / 8,
                (varies * 3 + smooth.abs_diff(sample)) / 4,
            ),
        });
    }
}
