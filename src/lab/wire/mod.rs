//! The wire between the hosts of a laboratory. Every packet that crosses it is numbered, kept and can be told; it can be
//! held, stepped and disturbed. What the receiver's kernel answers to a delivery is there to read when the delivery returns,
//! so nothing here waits.

mod cause;
mod crossed;
mod fold;
mod inbox;
mod line;
mod log;
mod once;
mod route;
mod rules;
mod run;
mod state;
mod store;
mod talk;
mod tap;
mod tell;
mod whose;

pub use crossed::{Crossed, Kept};
pub use log::Bounds;
pub use route::Station;
pub use run::News;
pub use state::State;
pub use talk::Talk;
pub use tap::{Ports, Side, Tap};
pub use whose::Owner;

use crate::event::packet::{Packet, Rung};
use crate::packet::{Flipped, Rst};
use crate::sys::worker;
use log::{Cause, Moment};
use run::Shared;
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use whose::{Aside, Whose};

/// A wire, with its threads.
pub struct Wire {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

/// Why an order cannot be carried out on a packet. Each has its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unable {
    /// The wire does not hold it any more.
    Gone(u64),
    /// It is not held: it arrives by itself.
    Underway(u64),
    /// There is none of this number, or the log has forgotten it.
    Unknown(u64),
    /// No host has its address: nobody would get a copy of it either.
    NoHost(u64),
    /// Behind its IP header there is nothing to turn over.
    Bare(u64),
    /// Its checksum is wrong already: another bit turned over could mend it.
    Corrupt(u64),
    /// Fewer than two are held.
    NotTwo,
}

impl Wire {
    /// Joins the devices of these hosts, in the same order.
    ///
    /// # Errors
    /// Where the system gives no eventfd or no thread.
    pub fn start(stations: Vec<Station>, tuns: Vec<OwnedFd>) -> io::Result<Self> {
        let hosts = tuns.len();
        let shared = Arc::new(Shared::new(tuns, State::new(stations))?);
        let mut wire = Self {
            shared,
            threads: Vec::with_capacity(hosts + 1),
        };
        for host in 0..hosts {
            let shared = Arc::clone(&wire.shared);
            wire.spawn(move || shared.carry(host))?;
        }
        let shared = Arc::clone(&wire.shared);
        wire.spawn(move || shared.tick())?;
        Ok(wire)
    }

    fn spawn(&mut self, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
        self.threads.push(worker::start("wire", work)?);
        Ok(())
    }

    /// What to call, from whichever thread, when [`Wire::moved`] would tell something.
    pub fn on_news(&self, news: News) {
        self.shared.on_news(news);
    }

    /// The statement that packets are caused by from now on.
    pub fn statement(&self, statement: Option<&str>) {
        let mut state = self.shared.state();
        let now = state.now();
        state.statement = statement.map(|statement| (Arc::from(statement), now));
    }

    /// What has moved since this was last asked, all that the kernels have sent so far included; and how many movements
    /// were forgotten because nobody had asked.
    pub fn moved(&self) -> (Vec<Packet>, u64) {
        let mut still = self.shared.still();
        let (moved, skipped) = self.shared.take_untold(&mut still.state);
        let told = moved
            .into_iter()
            .filter_map(|moved| tell::moved(&still.state, moved))
            .collect();
        still.state.log.trim();
        (told, skipped)
    }

    /// Stops time: packets stay on the wire until they are stepped.
    pub fn hold(&self) {
        self.shared.still().state.hold();
    }

    /// Lets time run: what is held is delivered in order, and what comes passes at once.
    pub fn flow(&self) {
        let mut still = self.shared.still();
        still.state.rules.hold = false;
        still.flow();
    }

    /// Delivers the packet that is held longest, and takes in what the receiver's kernel answers. Its number; `None` where
    /// nothing is held.
    pub fn step(&self) -> Option<u64> {
        let mut still = self.shared.still();
        let outgoing = still.state.release()?;
        if let Some(record) = still.state.log.get_mut(outgoing.n) {
            record.stepped = true;
        }
        still.deliver(outgoing);
        Some(outgoing.n)
    }

    /// The packets that are held, the next one first.
    pub fn held(&self) -> Vec<Packet> {
        let still = self.shared.still();
        let each = still.state.held.iter();
        each.filter_map(|n| tell::packet(&still.state, *n))
            .collect()
    }

    /// Packets that are not held, and are repeated because the answer to them is: their numbers, and how often that was
    /// counted.
    pub fn unanswered(&self) -> Vec<(u64, u32)> {
        fold::unanswered(&self.shared.still().state)
    }

    /// The packets that are on their way, the first to arrive first.
    pub fn underway(&self) -> Vec<Packet> {
        let still = self.shared.still();
        let each = still.state.line.numbers();
        each.filter_map(|n| tell::packet(&still.state, n)).collect()
    }

    /// The packet that the next step delivers.
    pub fn next(&self) -> Option<Packet> {
        let still = self.shared.still();
        let n = *still.state.held.front()?;
        tell::packet(&still.state, n)
    }

    /// The two ends of a TCP segment, the sender's first, whatever has become of its ports on the wire.
    pub fn ends(&self, n: u64) -> Option<(SocketAddr, SocketAddr)> {
        self.shared.still().state.ends(n)
    }

    /// Whether a packet that a host sent has arrived whole and in order, and its receiver owes the ACK.
    pub fn awaits_ack(&self, n: u64) -> bool {
        let still = self.shared.still();
        let record = still.state.log.get(n);
        record.is_some_and(|record| {
            let sound = record.spoiled.is_none() && record.cause != Cause::Forged;
            sound && still.state.flows.awaits_ack(&record.mark)
        })
    }

    /// What the wire has seen of the RST that ended a connection, sent by the first of its ends. `None` where it cannot say.
    pub fn rst(&self, from: SocketAddr, to: SocketAddr) -> Option<Rst> {
        self.shared.still().state.flows.rst(from, to)
    }

    /// When this packet came into the wire, while it is remembered.
    pub fn came(&self, n: u64) -> Option<Instant> {
        let still = self.shared.still();
        Some(still.state.began + still.state.log.get(n)?.at)
    }

    /// Whether in the latest connection between these two the first sent a SYN, and then a SYN,ACK.
    pub fn crossed(&self, from: SocketAddr, to: SocketAddr) -> bool {
        self.shared.still().state.flows.crossed(from, to)
    }

    /// Whether packets are held.
    pub fn holds(&self) -> bool {
        self.shared.state().rules.hold
    }

    /// Drops a packet that is held or on its way.
    ///
    /// # Errors
    /// Where it is neither.
    pub fn drop_one(&self, n: u64) -> Result<(), Unable> {
        self.shared.still().state.drop_one(n)
    }

    /// Drops the next packet: the first that is held, or else the next that comes.
    pub fn drop_next(&self) {
        let mut still = self.shared.still();
        match still.state.held.front().copied() {
            Some(n) => {
                still.state.drop_held(n);
            }
            None => still.state.rules.drop_next += 1,
        }
    }

    /// Drops all that is on the wire; with the wire flowing, all that comes from now on too ([`Wire::clear`] mends it). False
    /// where it changes nothing: packets are held, and there is none.
    pub fn drop_all(&self) -> bool {
        let mut still = self.shared.still();
        let state = &mut still.state;
        let held = state.held.iter().copied();
        let all: Vec<u64> = held.chain(state.line.numbers()).collect();
        for n in &all {
            state.drop_held(*n);
        }
        state.rules.cut |= !state.rules.hold;
        !all.is_empty() || state.rules.cut
    }

    /// Sends one more copy of a packet, right behind it where it is held, and otherwise now. Whether it is held.
    ///
    /// # Errors
    /// Where it is not remembered, or no host has its address.
    pub fn duplicate(&self, n: u64) -> Result<bool, Unable> {
        let mut still = self.shared.still();
        let held = still.state.held.contains(&n);
        still.state.copy(n)?;
        if !held && !still.state.rules.hold {
            // It was put in front, to pass at once.
            if let Some(outgoing) = still.state.release() {
                still.deliver(outgoing);
            }
        }
        Ok(held)
    }

    /// Exchanges the places of two held packets: these, or the first two. Their numbers.
    ///
    /// # Errors
    /// Where one of them is not held, or fewer than two are.
    pub fn swap(&self, two: Option<(u64, u64)>) -> Result<(u64, u64), Unable> {
        let mut still = self.shared.still();
        let held = &mut still.state.held;
        let (a, b) = match (two, held.front(), held.get(1)) {
            (Some(two), _, _) => two,
            (None, Some(a), Some(b)) => (*a, *b),
            _ => return Err(Unable::NotTwo),
        };
        let place = |n: u64| held.iter().position(|held| *held == n);
        match (place(a), place(b)) {
            (Some(first), Some(second)) => {
                held.swap(first, second);
                Ok((a, b))
            }
            (None, _) => Err(still.state.unable(a)),
            _ => Err(still.state.unable(b)),
        }
    }

    /// Turns over one bit of a held packet, behind its IP header. Which.
    ///
    /// # Errors
    /// Where it is not held, has nothing there, or has lost a bit already.
    pub fn corrupt(&self, n: u64) -> Result<Flipped, Unable> {
        self.shared.still().state.corrupt(n)
    }

    /// Each packet is on its way for this long.
    pub fn delay(&self, delay: Duration) {
        self.shared.still().state.rules.delay = delay;
    }

    /// Each host puts at most this many bits a second on the wire; `None` is no limit. What waits for its line already is
    /// sent at this rate too.
    pub fn rate(&self, bits: Option<u64>) {
        let mut still = self.shared.still();
        still.state.set_rate(bits);
        still.flow();
        drop(still);
        self.shared.wake_clock();
    }

    /// Loses this share of the packets, in percent, by this seed.
    pub fn lose(&self, percent: f64, seed: u64) {
        self.shared.still().state.rules.lose(percent, seed);
    }

    /// Undoes every disturbance. What is held stays held, what is on its way arrives now.
    pub fn clear(&self) {
        let mut still = self.shared.still();
        still.state.rules.clear();
        still.state.stop();
        still.flow();
        drop(still);
        self.shared.wake_clock();
    }

    /// Whether retransmissions of a held packet are counted there (true), or held like any other.
    pub fn fold(&self, fold: bool) {
        self.shared.state().rules.fold = fold;
    }

    /// How much of the past is kept.
    pub fn set_bounds(&self, bounds: Bounds) {
        self.shared.state().log.set_bounds(bounds);
    }

    /// Whether the log has forgotten packets so far. No device is asked for more.
    pub fn forgets(&self) -> bool {
        self.shared.state().log.forgotten() > 0
    }

    /// Its settings in words.
    pub fn words(&self) -> String {
        self.shared.state().rules.words()
    }

    /// Puts a packet on the wire as if this host had sent it.
    pub fn inject(&self, from: usize, bytes: &[u8]) {
        let mut still = self.shared.still();
        let parsed = crate::packet::parse(bytes);
        if let Some(outgoing) = still.state.forge(from, bytes, parsed) {
            still.deliver(outgoing);
        }
        drop(still);
        self.shared.wake_clock();
    }

    /// The latest conversation of this kind from one host to another, of those with these ports where they are named: the
    /// port of the one that sends, and the other.
    pub fn talk(
        &self,
        from: usize,
        to: usize,
        tcp: bool,
        ports: (Option<u16>, Option<u16>),
    ) -> Option<Talk> {
        self.shared.still().state.talk(from, to, tcp, ports)
    }

    /// A call or a state change of this socket, for the ladder.
    pub fn aside(&self, rung: Rung, owner: Owner) {
        let whose = Whose::Socket(owner);
        let aside = Box::new(Aside { rung, whose });
        let mut still = self.shared.still();
        still.state.log.happened(Moment::Aside(aside));
    }

    /// A state change that the arrival of this packet has caused, for the ladder.
    pub fn aside_at_arrival(&self, n: u64, rung: Rung) {
        let mut still = self.shared.still();
        let log = &mut still.state.log;
        let whose = Whose::Flow(log.get(n).and_then(|record| record.mark.flow));
        let aside = Box::new(Aside { rung, whose });
        log.happened_at_arrival(n, Moment::Aside(aside));
    }
}

impl Crossed for Wire {
    fn read(&self, see: &mut dyn FnMut(&State)) {
        see(&self.shared.still().state);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.shared.end();
        for thread in self.threads.drain(..) {
            // A thread that panicked has nothing more to say.
            let _ = thread.join();
        }
    }
}
