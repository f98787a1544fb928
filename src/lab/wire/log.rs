//! What was on the wire: each packet as it was, what became of it, and in which order all of it happened.

use super::rules::Drop;
use super::store::{Place, Store};
use crate::event::packet::{Fate, Rung};
use crate::packet::{Flipped, Mark, Parsed};
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How much of the past is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// At most this many packets.
    pub packets: usize,
    /// At most this many bytes of them.
    pub bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            packets: 10_000,
            bytes: 16 << 20,
        }
    }
}

/// Where a packet goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    /// One host, by its place.
    One(usize),
    /// Every other host: multicast, broadcast.
    All,
    /// No host has this address.
    Nobody,
}

/// Why a packet came into being.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cause {
    /// While this statement was run.
    Call(Arc<str>),
    /// The kernel's answer to the packet of this number.
    Answer(u64),
    /// `inject`.
    Forged,
    /// A timer of the kernel, or a program, in its own time.
    Itself,
}

/// What else there is to say of a packet.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Note {
    /// Dropped by a rule.
    Drop(Drop),
    /// Dropped by `wire drop N`.
    Dropped,
    /// No host has its address.
    NoHost,
    /// Too many packets waited on the wire.
    Full,
    /// The receiver's kernel did not take it: the system's message.
    Refused(String),
    /// `wire corrupt N`: this bit of this byte was turned over.
    Corrupted(Flipped),
    /// `inject`.
    Forged,
    /// One more copy was sent on its way.
    Copied,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drop(Drop::Lost(percent)) => write!(f, "lost ({percent}%)"),
            Self::Drop(Drop::Cut) => f.write_str("the wire is cut"),
            Self::Drop(Drop::Asked) | Self::Dropped => f.write_str("by request"),
            Self::NoHost => f.write_str("no host has this address"),
            Self::Full => f.write_str("too many packets wait on the wire"),
            Self::Refused(message) => write!(f, "not taken: {message}"),
            Self::Corrupted(at) => write!(f, "bit {} of byte {} turned over", at.bit, at.byte),
            Self::Forged => f.write_str("forged"),
            Self::Copied => f.write_str("a copy follows"),
        }
    }
}

/// One packet of the log.
#[derive(Debug)]
pub(super) struct Record {
    pub n: u64,
    /// When it came, since the wire began.
    pub at: Duration,
    /// When it left.
    pub left: Option<Duration>,
    pub from: usize,
    pub to: To,
    /// Where its bytes are: see [`Log::bytes`].
    pub place: Place,
    pub parsed: Parsed,
    pub mark: Mark,
    pub fate: Fate,
    /// It was held, or on its way for a while.
    pub waited: bool,
    pub notes: Vec<Note>,
    pub cause: Cause,
    /// How often its sender has repeated it while it was held.
    pub repeats: u32,
    /// How many more copies are to be delivered.
    pub copies: u32,
}

impl Record {
    /// Whether one of its bits was turned over.
    pub fn is_spoiled(&self) -> bool {
        let spoiled = |note: &Note| matches!(note, Note::Corrupted(_));
        self.notes.iter().any(spoiled)
    }
}

/// One thing that happened, for the ladder.
#[derive(Debug, Clone)]
pub(super) enum Moment {
    Sent(u64),
    Arrived(u64),
    /// Both at once: how [`Log`] keeps what passes a flowing wire.
    Passed(u64),
    Dropped(u64),
    /// A call or a state, told by the session.
    Aside(Box<Rung>),
}

/// The bounded past.
#[derive(Debug, Default)]
pub(super) struct Log {
    records: VecDeque<Record>,
    store: Store,
    /// How many bytes the records have.
    bytes: usize,
    moments: VecDeque<Moment>,
    /// The number of the packet before the first record.
    forgotten: u64,
    bounds: Bounds,
}

impl Log {
    /// The number that the next packet gets.
    pub fn next(&self) -> u64 {
        self.forgotten + self.records.len() as u64 + 1
    }

    /// How many packets were forgotten.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Changes how much is kept.
    pub fn set_bounds(&mut self, bounds: Bounds) {
        self.bounds = bounds;
        self.trim();
    }

    /// How much is kept.
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// Keeps the bytes of the packet that is [`push`](Self::push)ed next.
    pub fn store(&mut self, bytes: &[u8]) -> Place {
        self.store.push(bytes)
    }

    /// The bytes of a packet.
    pub fn bytes(&self, record: &Record) -> &[u8] {
        self.store.get(record.place)
    }

    /// The same, to be changed.
    pub fn bytes_mut(&mut self, place: Place) -> &mut [u8] {
        self.store.get_mut(place)
    }

    /// Keeps a packet, whose number must be [`next`](Self::next).
    pub fn push(&mut self, record: Record) {
        self.bytes += record.place.len;
        self.happened(Moment::Sent(record.n));
        self.records.push_back(record);
        self.trim();
    }

    /// Forgets the oldest, but nothing that is still on the wire.
    fn trim(&mut self) {
        while self.records.len() > self.bounds.packets || self.bytes > self.bounds.bytes {
            match self.records.front() {
                Some(oldest) if oldest.left.is_some() => {}
                _ => break,
            }
            if let Some(oldest) = self.records.pop_front() {
                self.bytes -= oldest.place.len;
                self.forgotten = oldest.n;
            }
        }
        if let Some(oldest) = self.records.front() {
            self.store.forget_before(oldest.place);
        }
    }

    /// Something happened now.
    pub fn happened(&mut self, moment: Moment) {
        if let Moment::Arrived(n) = moment
            && let Some(last) = self.moments.back_mut()
            && matches!(last, Moment::Sent(sent) if *sent == n)
        {
            *last = Moment::Passed(n);
            return;
        }
        // A packet has two moments, a call and a state about as many.
        if self.moments.len() >= self.bounds.packets.saturating_mul(4) {
            self.moments.pop_front();
        }
        self.moments.push_back(moment);
    }

    /// Something that the arrival of a packet has caused, right behind it.
    pub fn happened_at_arrival(&mut self, n: u64, moment: Moment) {
        let arrival = |moment: &Moment| matches!(moment, Moment::Arrived(of) | Moment::Passed(of) if *of == n);
        match self.moments.iter().rposition(arrival) {
            Some(place) => self.moments.insert(place + 1, moment),
            None => self.happened(moment),
        }
    }

    fn place(&self, n: u64) -> Option<usize> {
        usize::try_from(n.checked_sub(self.forgotten + 1)?).ok()
    }

    /// The packet of this number, while it is remembered.
    pub fn get(&self, n: u64) -> Option<&Record> {
        self.records.get(self.place(n)?)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, n: u64) -> Option<&mut Record> {
        let place = self.place(n)?;
        self.records.get_mut(place)
    }

    /// All that are remembered, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Record> {
        self.records.iter()
    }

    /// What happened, in order.
    pub fn moments(&self) -> impl Iterator<Item = Moment> {
        let each = self.moments.iter().cloned();
        each.flat_map(|moment| match moment {
            Moment::Passed(n) => [Some(Moment::Sent(n)), Some(Moment::Arrived(n))],
            moment => [Some(moment), None],
        })
        .flatten()
    }
}
