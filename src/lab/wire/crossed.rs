//! What crossed a wire, or was captured: the questions that can be asked of it afterwards.

use super::state::State;
use super::tell;
use crate::event::packet::{Anatomy, Flow, Ladder, Packet};
use std::time::Duration;

/// A packet of the log, for a capture file.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The place of the host that sent it.
    pub from: usize,
    /// When it came, since the wire began.
    pub at: Duration,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its number, what caused it, what became of it.
    pub comment: String,
}

/// Packets that crossed, numbered and remembered.
pub trait Crossed {
    /// Looks at what is known, all that has come so far included.
    fn read(&self, see: &mut dyn FnMut(&State));

    /// A packet by its number, while it is remembered.
    fn packet(&self, n: u64) -> Option<Packet> {
        self.asked(|state| tell::packet(state, n))
    }

    /// The last packets, oldest first; all that are remembered where `count` is absent.
    fn log(&self, count: Option<usize>) -> Vec<Packet> {
        self.asked(|state| tell::log(state, count))
    }

    /// How many packets have come so far.
    fn count(&self) -> u64 {
        self.asked(|state| state.log.next() - 1)
    }

    /// How many packets the log has forgotten.
    fn forgotten(&self) -> u64 {
        self.asked(|state| state.log.forgotten())
    }

    /// A packet opened.
    fn anatomy(&self, n: u64) -> Option<Anatomy> {
        self.asked(|state| tell::anatomy(state, n))
    }

    /// The sequence diagram: of one flow (by its number in [`Crossed::flows`]), or of all.
    fn ladder(&self, flow: Option<u64>) -> Ladder {
        self.asked(|state| tell::ladder(state, flow))
    }

    /// The conversations.
    fn flows(&self) -> Vec<Flow> {
        self.asked(tell::flows)
    }

    /// Everything that is remembered, for a capture file.
    fn kept(&self) -> Vec<Kept> {
        self.asked(tell::kept)
    }

    /// When it began, since 1970-01-01 00:00 UTC.
    fn began(&self) -> Duration {
        self.asked(|state| state.began_at)
    }

    /// One answer.
    #[doc(hidden)]
    fn asked<T: Default>(&self, ask: impl FnOnce(&State) -> T) -> T {
        let mut ask = Some(ask);
        let mut answer = None;
        self.read(&mut |state| answer = ask.take().map(|ask| ask(state)));
        answer.unwrap_or_default()
    }
}
