//! What was on the wire: each packet as it was, what became of it, and in which order all of it happened.

use super::rules::Drop;
use super::store::{Place, Store};
use super::whose::Aside;
use crate::event::packet::Fate;
use crate::packet::{Flipped, Mark, Parsed, Way};
use std::collections::{BTreeMap, VecDeque};
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
    /// Nobody knows: a capture saw it go this way, as its ends know.
    Seen(Way),
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
    /// The receiver's kernel drops what has arrived, for this.
    Ignored(&'static str),
    /// `inject`.
    Forged,
    /// `wire dup N`: it arrives once more.
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
            Self::Ignored(why) => write!(f, "its receiver drops it: {why}"),
            Self::Corrupted(at) => write!(f, "bit {} of byte {} turned over", at.bit, at.byte),
            Self::Forged => f.write_str("forged"),
            Self::Copied => f.write_str("copied by request"),
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
    /// What they say.
    pub parsed: Parsed,
    /// What they said when it came, where `wire corrupt` has changed them since.
    pub original: Option<Box<Parsed>>,
    /// Why its receiver's kernel drops it, where it does.
    pub spoiled: Option<&'static str>,
    pub mark: Mark,
    pub fate: Fate,
    /// It was held, or on its way for a while.
    pub waited: bool,
    /// A step delivered it, after which both ends were looked at.
    pub stepped: bool,
    pub notes: Vec<Note>,
    pub cause: Cause,
    /// How often its sender has repeated it while it was held.
    pub repeats: u32,
    /// How many more copies are to be delivered.
    pub copies: u32,
}

impl Record {
    /// What its sender sent.
    pub fn sent(&self) -> &Parsed {
        self.original.as_deref().unwrap_or(&self.parsed)
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
    Aside(Box<Aside>),
}

/// A packet that is older than the bounds allow, and is kept because the wire held it then.
#[derive(Debug)]
struct Older {
    record: Record,
    bytes: Box<[u8]>,
}

/// The bounded past.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// The latest packets, without a gap in their numbers.
    records: VecDeque<Record>,
    store: Store,
    /// Those from before that were on the wire when their turn came to be forgotten.
    older: BTreeMap<u64, Older>,
    /// Which of the older ones have left the wire since, in that order.
    departed: VecDeque<u64>,
    /// How many bytes the records and the departed have.
    bytes: usize,
    moments: VecDeque<Moment>,
    /// The number of the packet before the first record.
    before: u64,
    bounds: Bounds,
}

impl Log {
    /// The number that the next packet gets.
    pub fn next(&self) -> u64 {
        self.before + self.records.len() as u64 + 1
    }

    /// How many packets were forgotten.
    pub fn forgotten(&self) -> u64 {
        self.before - self.older.len() as u64
    }

    /// Changes how much is kept.
    pub fn set_bounds(&mut self, bounds: Bounds) {
        self.bounds = bounds;
        self.trim();
    }

    /// Keeps the bytes of the packet that is [`push`](Self::push)ed next.
    pub fn store(&mut self, bytes: &[u8]) -> Place {
        self.store.push(bytes)
    }

    /// The bytes of a packet.
    pub fn bytes(&self, record: &Record) -> &[u8] {
        match self.older.get(&record.n) {
            Some(older) => &older.bytes,
            None => self.store.get(record.place),
        }
    }

    /// The bytes of the packet of this number, to be changed; none where it is forgotten.
    pub fn bytes_mut(&mut self, n: u64) -> &mut [u8] {
        let place = self.get(n).map(|record| record.place);
        match (self.older.get_mut(&n), place) {
            (Some(older), _) => &mut older.bytes,
            (None, Some(place)) => self.store.get_mut(place),
            (None, None) => &mut [],
        }
    }

    /// Keeps a packet, whose number must be [`next`](Self::next).
    pub fn push(&mut self, record: Record) {
        self.bytes += record.place.len;
        self.happened(Moment::Sent(record.n));
        self.records.push_back(record);
        self.trim();
    }

    /// A packet is off the wire. It is forgotten by the next [`trim`](Self::trim) at the earliest, so that it can be told
    /// before.
    pub fn leave(&mut self, n: u64, at: Duration, fate: Fate) {
        let Some(record) = self.get_mut(n) else {
            return;
        };
        record.fate = fate;
        let (len, was_on) = (record.place.len, record.left.replace(at).is_none());
        if was_on && n <= self.before {
            self.bytes += len;
            self.departed.push_back(n);
        }
    }

    /// A packet that had left is on the wire again.
    pub fn come_back(&mut self, n: u64) {
        let Some(record) = self.get_mut(n) else {
            return;
        };
        record.fate = Fate::Held;
        let (len, had_left) = (record.place.len, record.left.take().is_some());
        if had_left && n <= self.before {
            self.bytes -= len;
            self.departed.retain(|departed| *departed != n);
        }
    }

    /// Forgets the oldest, but nothing that is still on the wire. One that was held while later ones came and went is as old
    /// as the time when it left.
    pub fn trim(&mut self) {
        while self.records.len() + self.departed.len() > self.bounds.packets
            || self.bytes > self.bounds.bytes
        {
            if !self.forget_departed() && !self.forget_first() {
                break;
            }
        }
        if let Some(first) = self.records.front() {
            self.store.forget_before(first.place);
        }
    }

    /// Forgets the one that left first of those that were held for long, unless the first record left before it or has not
    /// left at all. False where there is none.
    fn forget_departed(&mut self) -> bool {
        let left = |n: &u64| self.older.get(n)?.record.left;
        let (left, first) = (self.departed.front().and_then(left), self.records.front());
        if left.is_none() || first.is_some_and(|first| first.left < left) {
            return false;
        }
        let gone = self.departed.pop_front();
        if let Some(gone) = gone.and_then(|n| self.older.remove(&n)) {
            self.bytes -= gone.bytes.len();
        }
        true
    }

    /// Forgets the first record, or puts it among the older ones while it is on the wire. False where there is none.
    fn forget_first(&mut self) -> bool {
        let Some(record) = self.records.pop_front() else {
            return false;
        };
        self.bytes -= record.place.len;
        self.before = record.n;
        if record.left.is_none() {
            let bytes = self.store.get(record.place).into();
            self.older.insert(record.n, Older { record, bytes });
        }
        true
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
        while self.moments.len() >= self.bounds.packets.saturating_mul(4) {
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
        usize::try_from(n.checked_sub(self.before + 1)?).ok()
    }

    /// The packet of this number, while it is remembered.
    pub fn get(&self, n: u64) -> Option<&Record> {
        match self.place(n) {
            Some(place) => self.records.get(place),
            None => self.older.get(&n).map(|older| &older.record),
        }
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, n: u64) -> Option<&mut Record> {
        match self.place(n) {
            Some(place) => self.records.get_mut(place),
            None => self.older.get_mut(&n).map(|older| &mut older.record),
        }
    }

    /// All that are remembered, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Record> {
        let older = self.older.values().map(|older| &older.record);
        older.chain(&self.records)
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

#[cfg(test)]
mod tests {
    use super::super::route::Station;
    use super::super::state::State;
    use super::super::tell;
    use super::*;
    use crate::packet::build::{Datagram, datagram};
    use crate::packet::parse;
    use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

    /// The size of a datagram of [`send`], with its headers.
    const SIZE: usize = 1028;

    /// A wire that holds, and keeps this much.
    fn held(packets: usize, bytes: usize) -> State {
        let station = |name: &str, n| Station {
            name: name.to_owned(),
            v4: Ipv4Addr::new(10, 0, 0, n),
            v6: Ipv6Addr::UNSPECIFIED,
        };
        let mut state = State::new(vec![station("client", 1), station("server", 2)]);
        state.hold();
        state.log.set_bounds(Bounds { packets, bytes });
        state
    }

    fn send(state: &mut State, payload: u8) {
        let end = |n| SocketAddr::from(([10, 0, 0, n], 9));
        let bytes = datagram(&Datagram {
            src: end(1),
            dst: end(2),
            payload: vec![payload; SIZE - 28],
            ttl: 64,
        })
        .unwrap();
        state.enter(0, &bytes, parse(&bytes));
    }

    fn numbers(state: &State) -> Vec<u64> {
        state.log.iter().map(|record| record.n).collect()
    }

    /// How many bytes of packets are there, forgotten or not.
    fn size(log: &Log) -> usize {
        let older = log.older.values().map(|older| older.bytes.len());
        log.store.size() + older.sum::<usize>()
    }

    #[test]
    fn a_held_packet_does_not_keep_those_that_pass() {
        let mut state = held(1_000_000, 100_000);
        send(&mut state, 1);
        state.rules.lose(100.0, 1);
        for _ in 0..20_000 {
            send(&mut state, 2);
        }
        let kept = 100_000 / SIZE as u64;
        let latest = 20_001 - kept + 1..=20_001;
        assert_eq!(
            numbers(&state),
            std::iter::once(1).chain(latest).collect::<Vec<_>>()
        );
        assert_eq!(state.log.forgotten(), 20_000 - kept);
        assert!(size(&state.log) < 1 << 20, "{}", size(&state.log));
        assert!(tell::packet(&state, 2).is_none());
        assert_eq!(tell::packet(&state, 1).unwrap().fate, Fate::Held);
        assert!(state.bytes(1).unwrap().ends_with(&[1; SIZE - 28]));
        state.corrupt(1).unwrap();
        assert!(!state.bytes(1).unwrap().ends_with(&[1; SIZE - 28]));
        assert_eq!(tell::kept(&state).len() as u64, kept + 1);
    }

    #[test]
    fn all_that_is_held_is_kept_and_passes_whole() {
        let mut state = held(3, 1 << 20);
        for n in 1..=6 {
            send(&mut state, n);
        }
        assert_eq!(numbers(&state), [1, 2, 3, 4, 5, 6]);
        assert_eq!(state.log.forgotten(), 0);
        for n in 1..=6 {
            assert_eq!(state.release().map(|outgoing| outgoing.n), Some(n));
            assert_eq!(state.bytes(n).unwrap()[28], n as u8);
            assert_eq!(tell::packet(&state, n).unwrap().fate, Fate::Delivered);
        }
        send(&mut state, 7);
        assert_eq!(numbers(&state), [5, 6, 7]);
        assert_eq!(state.log.bytes, 3 * SIZE);
    }

    #[test]
    fn one_that_was_held_for_long_is_as_old_as_its_departure() {
        let mut state = held(3, 1 << 20);
        send(&mut state, 1);
        state.rules.lose(100.0, 1);
        for n in 2..=9 {
            send(&mut state, n);
        }
        assert_eq!(numbers(&state), [1, 7, 8, 9]);
        state.release();
        send(&mut state, 10);
        assert_eq!(numbers(&state), [1, 9, 10]);
        // Sent once more, it is on the wire again; and it may leave twice.
        state.copy(1).unwrap();
        for n in 11..=20 {
            send(&mut state, n);
        }
        assert_eq!(numbers(&state), [1, 18, 19, 20]);
        state.release();
        state.refused(1, &std::io::Error::other("no"));
        for n in 21..=23 {
            send(&mut state, n);
        }
        assert_eq!(numbers(&state), [21, 22, 23]);
        assert_eq!((state.log.bytes, state.log.forgotten()), (3 * SIZE, 20));
        assert!(state.log.older.is_empty() && state.log.departed.is_empty());
    }
}
