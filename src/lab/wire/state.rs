//! What the wire knows, and what it does with a packet that comes. Nothing here touches a device.

use super::Unable;
use super::cause::Heard;
use super::line::Line;
use super::log::{Cause, Log, Moment, Note, Record, To};
use super::route::{Outgoing, Station, chatter};
use super::rules::Rules;
use crate::event::packet::Fate;
use crate::packet::{Flipped, Flows, Parsed, Way, corrupt, parse, wrong};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How many packets may wait on the wire; what comes beyond that is dropped, as a router drops it.
const QUEUE: usize = 4096;

/// How many movements are remembered until somebody asks.
const UNTOLD: usize = 4096;

/// Why a kernel drops what does not fit its checksum.
const CHECKSUM: &str = "wrong checksum";

/// A packet that moved, to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moved {
    pub n: u64,
    pub fate: Fate,
}

/// Everything that is guarded by one lock.
pub struct State {
    pub(super) stations: Vec<Station>,
    pub(super) rules: Rules,
    pub(super) log: Log,
    pub(super) flows: Flows,
    /// The packets held, the next one first.
    pub(super) held: VecDeque<u64>,
    /// The packets on their way.
    pub(super) line: Line,
    /// What happened since somebody asked.
    pub(super) untold: VecDeque<Moved>,
    /// How many movements were forgotten before they were told.
    pub(super) skipped: u64,
    /// The statement that runs, and when it began.
    pub(super) statement: Option<(Arc<str>, Duration)>,
    /// What was handed over just now.
    pub(super) heard: Heard,
    /// The packet whose delivery is being answered.
    pub(super) answering: Option<u64>,
    pub(super) began: Instant,
    /// The same, since 1970-01-01 00:00 UTC.
    pub(super) began_at: Duration,
}

impl State {
    pub(super) fn new(stations: Vec<Station>) -> Self {
        Self {
            stations,
            rules: Rules {
                fold: true,
                ..Rules::default()
            },
            log: Log::default(),
            flows: Flows::default(),
            held: VecDeque::new(),
            line: Line::default(),
            untold: VecDeque::new(),
            skipped: 0,
            statement: None,
            heard: Heard::default(),
            answering: None,
            began: Instant::now(),
            began_at: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default(),
        }
    }

    /// A packet came from a host. What is returned is to be delivered at once.
    pub(super) fn enter(&mut self, from: usize, bytes: &[u8], parsed: Parsed) -> Option<Outgoing> {
        if chatter(&parsed) {
            return None;
        }
        self.admit(from, bytes, parsed, false)
    }

    /// A packet that somebody made by hand.
    pub(super) fn forge(&mut self, from: usize, bytes: &[u8], parsed: Parsed) -> Option<Outgoing> {
        self.admit(from, bytes, parsed, true)
    }

    fn admit(
        &mut self,
        from: usize,
        bytes: &[u8],
        parsed: Parsed,
        forged: bool,
    ) -> Option<Outgoing> {
        if !forged && self.folds(from, &parsed) {
            return None;
        }
        let dst = parsed.ip.as_ref().map(|ip| ip.dst);
        let to = dst.map_or(To::Nobody, |dst| self.destination(from, dst));
        let lost = match to {
            To::Nobody => Some(Note::NoHost),
            _ => self.rules.drops().map(Note::Drop),
        };
        let full = self.held.len() + self.line.len() >= QUEUE;
        let waits = self.rules.hold || self.rules.slow();
        let lost = lost.or_else(|| (full && waits).then_some(Note::Full));
        let dropped = lost.is_some();
        let cause = forged.then_some(Cause::Forged);
        let by_hand = forged.then_some(Note::Forged);
        let notes = by_hand.into_iter().chain(lost).collect();
        let at = self.now();
        let n = self.keep(at, (from, to), bytes, parsed, cause, notes);
        if dropped {
            self.dropped(n);
            return None;
        }
        let outgoing = Outgoing { n, from, to };
        if self.rules.hold {
            self.held.push_back(n);
            self.tell(n, Fate::Held);
            None
        } else if self.rules.slow() {
            self.send_on_its_way(outgoing, bytes.len());
            None
        } else if self.overtakes(from) {
            self.held.push_back(n);
            None
        } else {
            self.delivered_at(at, n);
            Some(outgoing)
        }
    }

    /// Whether what this host sends now would come before an earlier packet of its own: the wire is being let flow, and that
    /// one is still to be handed over.
    fn overtakes(&self, from: usize) -> bool {
        let mut held = self.held.iter().filter_map(|n| self.log.get(*n));
        held.any(|record| record.from == from)
    }

    /// A capture saw a packet, this long after the beginning; `way` is the way it goes, as its ends know.
    pub(super) fn see(&mut self, at: Duration, bytes: &[u8], parsed: Parsed, way: Way) {
        if chatter(&parsed) {
            return;
        }
        let ends = (0, To::One(1));
        let cause = Some(Cause::Seen(way));
        let n = self.keep(at, ends, bytes, parsed, cause, Vec::new());
        if let Some(record) = self.log.get_mut(n) {
            if record.mark.way == Way::ToClient {
                (record.from, record.to) = (1, To::One(0));
            }
            // Why something is sent again can be told only as if all that was seen had arrived.
            self.flows.delivered(at, &record.mark);
        }
        self.leave(at, n, Fate::Seen);
    }

    /// Enters a packet in the log, with its cause where that is known. Its number.
    fn keep(
        &mut self,
        at: Duration,
        (from, to): (usize, To),
        bytes: &[u8],
        parsed: Parsed,
        cause: Option<Cause>,
        notes: Vec<Note>,
    ) -> u64 {
        let n = self.log.next();
        let forged = cause == Some(Cause::Forged);
        let mark = match cause {
            Some(Cause::Forged) => self.flows.forged(n, at, bytes, &parsed),
            Some(Cause::Seen(way)) => self.flows.captured(n, at, bytes, &parsed, way),
            _ => self.flows.enter(n, at, bytes, &parsed),
        };
        let cause = cause.unwrap_or_else(|| self.cause(at, from, &parsed, &mark));
        // What a host sends is right.
        let spoiled = (forged && wrong(bytes, &parsed).is_some()).then_some(CHECKSUM);
        let place = self.log.store(bytes);
        self.log.push(Record {
            n,
            at,
            left: None,
            from,
            to,
            place,
            parsed,
            original: None,
            spoiled,
            mark,
            fate: Fate::Held,
            waited: false,
            stepped: false,
            notes,
            cause,
            repeats: 0,
            copies: 0,
        });
        n
    }

    fn send_on_its_way(&mut self, outgoing: Outgoing, size: usize) {
        let sending = self.rules.serialization(size);
        self.line.push(outgoing, sending, self.rules.delay);
        self.come_to(outgoing.n, Fate::Underway);
        self.tell(outgoing.n, Fate::Underway);
    }

    fn come_to(&mut self, n: u64, fate: Fate) {
        if let Some(record) = self.log.get_mut(n) {
            record.fate = fate;
        }
    }

    /// The next packet whose time has come.
    pub(super) fn arriving(&mut self) -> Option<Outgoing> {
        self.line.arrived(Instant::now())
    }

    /// From now on packets stay; those on their way do too.
    pub(super) fn hold(&mut self) {
        self.rules.hold = true;
        self.stop();
    }

    /// What is on its way is held.
    pub(super) fn stop(&mut self) {
        for outgoing in self.line.stop() {
            self.queue(outgoing.n);
        }
    }

    fn queue(&mut self, n: u64) {
        self.come_to(n, Fate::Held);
        self.held.push_back(n);
    }

    /// From now on each host puts at most this many bits a second on the wire, those that wait for its line among them. What
    /// has arrived with that is held.
    pub(super) fn set_rate(&mut self, bits: Option<u64>) {
        let times = match (self.rules.rate, bits) {
            (Some(before), Some(bits)) => before as f64 / bits as f64,
            // Without a limit nothing waits.
            _ => 0.0,
        };
        self.rules.rate = bits;
        let now = Instant::now();
        self.line.stretch(now, times);
        while let Some(outgoing) = self.line.arrived(now) {
            self.queue(outgoing.n);
        }
    }

    /// Takes the next packet off the wire for its receiver. With copies left, one stays.
    pub(super) fn release(&mut self) -> Option<Outgoing> {
        let n = self.held.pop_front()?;
        let record = self.log.get_mut(n)?;
        let outgoing = Outgoing {
            n,
            from: record.from,
            to: record.to,
        };
        if record.copies > 0 {
            record.copies -= 1;
            self.held.push_front(n);
            self.copied(n);
        } else {
            self.delivered(n);
        }
        Some(outgoing)
    }

    /// It is handed to its receiver's kernel.
    pub(super) fn delivered(&mut self, n: u64) {
        self.delivered_at(self.now(), n);
    }

    fn delivered_at(&mut self, now: Duration, n: u64) {
        self.arrived(now, n);
        self.leave(now, n, Fate::Delivered);
    }

    /// The time since the wire began.
    pub(super) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// One copy of it is handed over, and another is still on the wire.
    fn copied(&mut self, n: u64) {
        self.arrived(self.now(), n);
        self.come_to(n, Fate::Duplicated);
        self.tell(n, Fate::Duplicated);
    }

    fn arrived(&mut self, now: Duration, n: u64) {
        if let Some(record) = self.log.get_mut(n) {
            match record.spoiled {
                None => self.flows.delivered(now, &record.mark),
                Some(why) => {
                    self.flows.spoiled(&record.mark);
                    let note = Note::Ignored(why);
                    // A copy is dropped like the first.
                    if !record.notes.contains(&note) {
                        record.notes.push(note);
                    }
                }
            }
        }
        self.heard.add(n, now);
        self.log.happened(Moment::Arrived(n));
    }

    /// It never arrives.
    pub(super) fn dropped(&mut self, n: u64) {
        if let Some(record) = self.log.get(n) {
            self.flows.dropped(&record.mark);
        }
        self.log.happened(Moment::Dropped(n));
        self.leave(self.now(), n, Fate::Dropped);
    }

    fn leave(&mut self, now: Duration, n: u64, fate: Fate) {
        self.log.leave(n, now, fate);
        self.tell(n, fate);
    }

    /// The receiver's kernel did not take it after all.
    pub(super) fn refused(&mut self, n: u64, error: &std::io::Error) {
        if let Some(record) = self.log.get_mut(n) {
            record.notes.push(Note::Refused(error.to_string()));
        }
        self.dropped(n);
    }

    /// Why nothing can be done with a packet that is not held.
    pub(super) fn unable(&self, n: u64) -> Unable {
        match self.log.get(n) {
            Some(_) if self.is_late(n) => Unable::Underway(n),
            Some(_) => Unable::Gone(n),
            None => Unable::Unknown(n),
        }
    }

    /// Whether it is on its way, and arrives by itself.
    fn is_late(&self, n: u64) -> bool {
        self.line.numbers().any(|late| late == n)
    }

    /// An error where it is not held.
    pub(super) fn must_hold(&self, n: u64) -> Result<(), Unable> {
        match self.held.contains(&n) {
            true => Ok(()),
            false => Err(self.unable(n)),
        }
    }

    /// Drops a packet that is on the wire.
    pub(super) fn drop_one(&mut self, n: u64) -> Result<(), Unable> {
        if !self.held.contains(&n) && !self.is_late(n) {
            return Err(self.unable(n));
        }
        self.drop_held(n);
        Ok(())
    }

    /// Drops a packet that is held or on its way, with the copies that were to follow it.
    pub(super) fn drop_held(&mut self, n: u64) {
        self.held.retain(|held| *held != n);
        self.line.remove(n);
        if let Some(record) = self.log.get_mut(n) {
            record.copies = 0;
            record.notes.push(Note::Dropped);
        }
        self.dropped(n);
    }

    /// The bytes of a packet, while it is remembered.
    pub(super) fn bytes(&self, n: u64) -> Option<Vec<u8>> {
        let record = self.log.get(n)?;
        Some(self.log.bytes(record).to_vec())
    }

    /// Turns one bit of a held packet over, so that its checksum is wrong. Which.
    pub(super) fn corrupt(&mut self, n: u64) -> Result<Flipped, Unable> {
        self.must_hold(n)?;
        let record = self.log.get(n).ok_or(Unable::Unknown(n))?;
        if record.spoiled.is_some() {
            return Err(Unable::Corrupt(n));
        }
        let (bytes, flipped) = corrupt(self.log.bytes(record), n).ok_or(Unable::Bare(n))?;
        let parsed = parse(&bytes);
        let why = match wrong(&bytes, &parsed) {
            Some(_) => CHECKSUM,
            None if parsed.is_fragment() => "the whole has a wrong checksum",
            // A length was hit, so that no checksum can be told.
            None => "broken header",
        };
        for (kept, spoiled) in self.log.bytes_mut(n).iter_mut().zip(bytes) {
            *kept = spoiled;
        }
        if let Some(record) = self.log.get_mut(n) {
            record.spoiled = Some(why);
            self.flows.reread(&mut record.mark, &parsed);
            let original = std::mem::replace(&mut record.parsed, parsed);
            record.original = Some(Box::new(original));
            record.notes.push(Note::Corrupted(flipped));
        }
        Ok(flipped)
    }

    /// The two ends of a TCP segment as its sender wrote them, the sender's first.
    pub(super) fn ends(&self, n: u64) -> Option<(SocketAddr, SocketAddr)> {
        let sent = self.log.get(n)?.sent();
        let (ip, tcp) = (sent.ip.as_ref()?, sent.tcp()?);
        Some((
            SocketAddr::new(ip.src, tcp.src),
            SocketAddr::new(ip.dst, tcp.dst),
        ))
    }

    /// How long a packet has been on the wire.
    pub(super) fn waited(&self, record: &Record) -> Duration {
        record.left.unwrap_or_else(|| self.now()) - record.at
    }

    /// One more copy of a packet: behind it where it is held, and otherwise first in line.
    pub(super) fn copy(&mut self, n: u64) -> Result<(), Unable> {
        let (held, late) = (self.held.contains(&n), self.is_late(n));
        let record = self.log.get_mut(n).ok_or(Unable::Unknown(n))?;
        if record.to == To::Nobody {
            return Err(Unable::NoHost(n));
        }
        if late {
            return Err(Unable::Underway(n));
        }
        record.notes.push(Note::Copied);
        if held {
            record.copies += 1;
        } else {
            self.log.come_back(n);
            self.held.push_front(n);
            self.tell(n, Fate::Held);
        }
        Ok(())
    }

    fn tell(&mut self, n: u64, fate: Fate) {
        if matches!(fate, Fate::Held | Fate::Underway)
            && let Some(record) = self.log.get_mut(n)
        {
            record.waited = true;
        }
        if self.untold.len() >= UNTOLD {
            self.untold.pop_front();
            self.skipped += 1;
        }
        self.untold.push_back(Moved { n, fate });
    }
}
