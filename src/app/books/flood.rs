//! A flood of statements, which nobody reads as it runs: how many looks there may be, and what each can do without.

use crate::kernel::Queue;
use std::time::{Duration, Instant};

/// How long a look at what the network has changed holds for the next statement: scripts come line upon line.
pub(super) const FRESH: Duration = Duration::from_millis(1);

/// How many looks around may follow each other; after these there is one a [`FRESH`].
const BURST: u32 = 500;

/// How many looks around are left. Hundreds of statements in a row are each followed by one. In a flood of them, which
/// nobody reads as it runs, the looks would take more time than the calls.
pub(super) struct Allowance {
    left: u32,
    since: Instant,
}

impl Allowance {
    /// All of them.
    pub(super) fn new() -> Self {
        Self {
            left: BURST,
            since: Instant::now(),
        }
    }

    /// Takes one, where there is one.
    pub(super) fn take(&mut self) -> bool {
        let earned = self.since.elapsed().as_millis() / FRESH.as_millis();
        if earned > 0 {
            let earned = u32::try_from(earned).unwrap_or(BURST);
            self.left = self.left.saturating_add(earned).min(BURST);
            self.since = Instant::now();
        }
        let taken = self.left.checked_sub(1);
        self.left = taken.unwrap_or(0);
        taken.is_some()
    }
}

/// What a call moved, which decides where it may have changed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Moved {
    /// Nothing that leaves the socket.
    Nothing,
    /// Bytes to the other end.
    Sent,
    /// Bytes out of the receive queue.
    Received,
    /// A segment without bytes, to the other end: SYN, FIN or RST.
    Signal,
}

impl Moved {
    /// By a call that succeeded, and received so many bytes.
    pub fn by(command: &str, received: usize) -> Self {
        match command {
            "send" | "sendall" | "sendto" | "write" => Self::Sent,
            "recv" | "recvfrom" | "read" if received > 0 => Self::Received,
            "connect" | "shutdown" | "close" => Self::Signal,
            _ => Self::Nothing,
        }
    }

    /// Whether the other end may have changed by the time the call returns.
    pub(super) fn away(self) -> bool {
        matches!(self, Self::Sent | Self::Signal)
    }

    /// The only queue that may have changed here, and the only one at the other end.
    pub(super) fn queues(self) -> (Option<Queue>, Option<Queue>) {
        match self {
            Self::Sent => (Some(Queue::Send), Some(Queue::Receive)),
            Self::Received => (Some(Queue::Receive), None),
            Self::Nothing | Self::Signal => (None, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_burst_there_is_one_look_a_moment() {
        let mut allowance = Allowance::new();
        let taken = (0..100 * BURST).take_while(|_| allowance.take()).count();
        assert!(taken >= BURST as usize, "{taken}");
        allowance.left = 0;
        allowance.since = Instant::now();
        let began = allowance.since;
        while !allowance.take() {}
        assert!(began.elapsed() >= FRESH);
        // A pause gives the burst back, and no more.
        allowance.since = began.checked_sub(FRESH * BURST * 10).unwrap_or(began);
        assert!(allowance.take());
        assert_eq!(allowance.left, BURST - 1);
    }
}
