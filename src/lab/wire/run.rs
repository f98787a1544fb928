//! The threads of the wire, and the locks that make stepping exact.
//!
//! One thread a host sleeps until its device has a packet. It reads only while it holds the device's gate, and whoever
//! holds all gates knows that no packet is between a device and the queue: that is how `step` can say that it has seen
//! everything which a delivery has caused. The kernel answers a packet before write(2) returns. The clock takes a packet
//! from the queue only while it has the turn, and keeps that until it has written: no packet is between queue and device
//! either.
//!
//! Locks are taken in this order: gates, the turn, the state.

use super::inbox::Inbox;
use super::route::Outgoing;
use super::state::{Moved, State};
use crate::sys::high::raise;
use crate::sys::worker;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::pipe;
use std::io;
use std::ops::Range;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Called, from any thread, when there is something to tell.
pub type News = Arc<dyn Fn() + Send + Sync>;

/// Packets that are to be handed to their receivers, and where they are in an inbox.
type Leaving = Vec<(Range<usize>, Outgoing)>;

/// The device of one host, with the gate to reading it.
pub(super) struct End {
    tun: OwnedFd,
    gate: Mutex<Inbox>,
}

/// What the threads share.
pub(super) struct Shared {
    ends: Vec<End>,
    state: Mutex<State>,
    /// The right to hand over what is on its way, when its time has come.
    turn: Mutex<()>,
    /// Wakes the clock: a packet is on its way, or all is over.
    clock: Condvar,
    /// A pipe that is closed once all is over: its other end wakes the threads.
    over: OwnedFd,
    open: Mutex<Option<OwnedFd>>,
    ended: AtomicBool,
    news: Mutex<Option<News>>,
    /// News was called, and nobody has asked since.
    called: AtomicBool,
}

/// All gates and the state: the world stands still.
pub(super) struct Still<'a> {
    shared: &'a Shared,
    gates: Vec<MutexGuard<'a, Inbox>>,
    _turn: MutexGuard<'a, ()>,
    pub state: MutexGuard<'a, State>,
}

impl Shared {
    pub fn new(tuns: Vec<OwnedFd>, state: State) -> io::Result<Self> {
        let (over, open) = pipe()?;
        let ends = tuns.into_iter().map(|tun| End {
            tun,
            gate: Mutex::new(Inbox::new()),
        });
        Ok(Self {
            ends: ends.collect(),
            state: Mutex::new(state),
            turn: Mutex::new(()),
            clock: Condvar::new(),
            over: raise(over)?,
            open: Mutex::new(Some(raise(open)?)),
            ended: AtomicBool::new(false),
            news: Mutex::new(None),
            called: AtomicBool::new(false),
        })
    }

    /// The state alone. A thread that panicked has left it as it was between two packets.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops the world, after reading all that the kernels have sent so far.
    pub fn still(&self) -> Still<'_> {
        let gates = self.ends.iter().map(End::gate).collect();
        let mut still = Still {
            shared: self,
            gates,
            _turn: self.turn(),
            state: self.state(),
        };
        still.read_all();
        still
    }

    pub fn on_news(&self, news: News) {
        *self.news.lock().unwrap_or_else(PoisonError::into_inner) = Some(news);
    }

    /// What happened since this was last asked.
    pub fn take_untold(&self, state: &mut State) -> (Vec<Moved>, u64) {
        self.called.store(false, Ordering::Release);
        (
            state.untold.drain(..).collect(),
            std::mem::take(&mut state.skipped),
        )
    }

    fn call_news(&self) {
        if self.called.swap(true, Ordering::AcqRel) {
            return;
        }
        let news = self
            .news
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(news) = news {
            news();
        }
    }

    /// Ends the threads.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Release);
        drop(
            self.open
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        // Held for a moment, so that the clock is not between its look and its sleep.
        drop(self.state());
        self.clock.notify_all();
    }

    /// Wakes the clock, after a change of what is on its way.
    pub fn wake_clock(&self) {
        self.clock.notify_all();
    }

    /// Hands a packet to its receivers' kernels. Their answers can be read when this returns.
    fn write(&self, outgoing: Outgoing, bytes: &[u8]) -> io::Result<()> {
        let ends = self.ends.iter().enumerate();
        for (_, end) in ends.filter(|(host, _)| outgoing.reaches(*host)) {
            loop {
                match nix::unistd::write(&end.tun, bytes) {
                    Ok(_) => break,
                    Err(Errno::EINTR) => {}
                    Err(errno) => return Err(errno.into()),
                }
            }
        }
        Ok(())
    }

    /// The work of one host's thread: packets as they come, until the end.
    pub fn carry(&self, host: usize) {
        worker::block_signals();
        let Some(end) = self.ends.get(host) else {
            return;
        };
        let mut leaving = Leaving::new();
        while self.wait(end) {
            let mut inbox = end.gate();
            let mut any = false;
            while inbox.fill(&end.tun) {
                any = true;
                self.enter(&mut self.state(), host, &mut inbox, &mut leaving);
                // The lock is not held while the receivers' kernels work.
                for (place, outgoing) in leaving.drain(..) {
                    if let Err(error) = self.write(outgoing, inbox.bytes(place)) {
                        self.state().refused(outgoing.n, &error);
                    }
                }
            }
            drop(inbox);
            if any {
                self.call_news();
            }
        }
    }

    /// What was read from a host's device comes into the wire. What of it goes on at once is added, with where it is.
    fn enter(&self, state: &mut State, host: usize, inbox: &mut Inbox, leaving: &mut Leaving) {
        let waiting = state.line.len();
        for (place, bytes, parsed) in inbox.packets() {
            let outgoing = state.enter(host, bytes, parsed);
            leaving.extend(outgoing.map(|outgoing| (place, outgoing)));
        }
        if state.line.len() > waiting {
            self.wake_clock();
        }
    }

    /// Sleeps until a device has a packet. False at the end.
    fn wait(&self, end: &End) -> bool {
        let mut fds = [
            PollFd::new(end.tun.as_fd(), PollFlags::POLLIN),
            PollFd::new(self.over.as_fd(), PollFlags::POLLIN),
        ];
        loop {
            match poll(&mut fds, PollTimeout::NONE) {
                Err(Errno::EINTR) => {}
                Err(_) => return false,
                Ok(_) if self.ended.load(Ordering::Acquire) => return false,
                // A device that is gone reports an error for ever.
                Ok(_) => {
                    let there = fds[0].revents().unwrap_or(PollFlags::empty());
                    return there.contains(PollFlags::POLLIN);
                }
            }
        }
    }

    /// The clock's work: packets that are on their way arrive when their time has come.
    pub fn tick(&self) {
        worker::block_signals();
        loop {
            let turn = self.turn();
            let mut state = self.state();
            if self.ended.load(Ordering::Acquire) {
                return;
            }
            if let Some(outgoing) = state.arriving() {
                self.arrive(state, outgoing);
                drop(turn);
                self.call_news();
                continue;
            }
            drop(turn);
            let next = state.line.next();
            // What has changed is looked at with both locks again.
            match next {
                None => drop(self.clock.wait(state)),
                Some(at) => {
                    let left = at.saturating_duration_since(Instant::now());
                    drop(self.clock.wait_timeout(state, left));
                }
            }
        }
    }

    /// One packet arrives; the lock is not held while the receiver's kernel works.
    fn arrive(&self, mut state: MutexGuard<'_, State>, outgoing: Outgoing) {
        let Some(bytes) = state.bytes(outgoing.n) else {
            return;
        };
        state.delivered(outgoing.n);
        drop(state);
        if let Err(error) = self.write(outgoing, &bytes) {
            self.state().refused(outgoing.n, &error);
        }
    }
}

impl End {
    /// The right to read, with what to read into.
    fn gate(&self) -> MutexGuard<'_, Inbox> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Still<'_> {
    /// Reads what each host has sent so far. With the wire flowing it is delivered at once, and so are the answers, for a
    /// bounded number of rounds: the threads go on with the rest.
    fn read_all(&mut self) {
        const ROUNDS: usize = 64;
        for _ in 0..ROUNDS {
            let mut any = false;
            for host in 0..self.gates.len() {
                any |= self.read(host);
            }
            if !any {
                return;
            }
        }
    }

    /// Reads what a host has sent. True where a packet was delivered, so that there may be answers.
    fn read(&mut self, host: usize) -> bool {
        const BATCHES: usize = 4;
        let Self {
            shared,
            gates,
            state,
            ..
        } = self;
        let inbox = &mut gates[host];
        let mut leaving = Leaving::new();
        let mut delivered = false;
        // A host that sends without end is left to its thread.
        for _ in 0..BATCHES {
            if !inbox.fill(&shared.ends[host].tun) {
                break;
            }
            shared.enter(state, host, inbox, &mut leaving);
            delivered |= !leaving.is_empty();
            for (place, outgoing) in leaving.drain(..) {
                if let Err(error) = shared.write(outgoing, inbox.bytes(place)) {
                    state.refused(outgoing.n, &error);
                }
            }
        }
        delivered
    }

    /// Hands over what is held, in order, unless the wire holds every packet.
    pub fn flow(&mut self) {
        while !self.state.rules.hold
            && let Some(outgoing) = self.state.release()
        {
            self.deliver(outgoing);
        }
    }

    /// Hands a packet to its receivers, and reads what their kernels answer.
    pub fn deliver(&mut self, outgoing: Outgoing) {
        let Some(bytes) = self.state.bytes(outgoing.n) else {
            return;
        };
        if let Err(error) = self.shared.write(outgoing, &bytes) {
            self.state.refused(outgoing.n, &error);
        }
        self.state.answering = Some(outgoing.n);
        for host in (0..self.gates.len()).filter(|host| outgoing.reaches(*host)) {
            self.read(host);
        }
        self.state.answering = None;
        self.read_all();
    }
}

#[cfg(test)]
mod tests;
