//! Why something is sent again, as far as the wire can tell.

use super::end::{End, Sent};
use crate::packet::model::Again;
use std::time::Duration;

/// Linux lets no retransmission timeout be shorter than 200 ms (TCP_RTO_MIN; RFC 6298 says a second); a little less, since
/// clocks tick and the wire's is not the sender's.
const SHORTEST_TIMEOUT: Duration = Duration::from_millis(180);

/// What came again sooner did so because of something heard. A shortest timeout of less can be set, but doubles as well.
const BY_A_TIMER: Duration = Duration::from_millis(10);

/// A sender that acts on what it hears does it at once. RACK may wait for a part of the round-trip time (RFC 8985,
/// section 6.2, step 4).
const AT_ONCE: Duration = Duration::from_millis(150);

impl End {
    /// Why `piece` repeats `before`, which it overlaps.
    pub(super) fn why(&self, before: &Sent, piece: &Sent, syn: bool) -> Again {
        let timeout = self.is_late(before, piece.at);
        if syn {
            return match (self.asked, timeout) {
                (true, _) if piece.acks => Again::Answer,
                (_, true) => Again::Timeout,
                _ => Again::Unknown,
            };
        }
        let patience = self
            .rtt
            .map_or(AT_ONCE, |(smooth, _)| AT_ONCE.max(smooth / 2));
        let just =
            |heard: Duration| heard >= before.at && piece.at.saturating_sub(heard) < patience;
        let moved = just(self.heard_at);
        let going = self
            .recovery
            .filter(|going| self.heard_ack < going.point && before.from < going.point);
        // After a timeout all that was sent before it counts as lost, and goes out again as acknowledgments come in.
        if let Some(going) = going
            && going.why == Again::Timeout
            && before.at < going.since
            && moved
        {
            return Again::AfterTimeout;
        }
        let reported = self.heard_sack >= before.to && self.sack_at.is_some_and(just);
        let head = before.from <= self.heard_ack;
        let duplicates = head && self.heard_duplicates >= 3 && self.duplicate_at.is_some_and(just);
        // Without SACK, an acknowledgment that covers a part shows the next hole (RFC 6582).
        let partial = head && moved && going.is_some_and(|going| going.why == Again::Fast);
        if reported || duplicates || partial {
            return Again::Fast;
        }
        if self.is_probe(before, piece) {
            return Again::Probe;
        }
        match head && timeout {
            true => Again::Timeout,
            false => Again::Unknown,
        }
    }

    /// Whether a retransmission timeout can have run since it was sent, and since an acknowledgment last restarted it.
    fn is_late(&self, before: &Sent, at: Duration) -> bool {
        let since = at.saturating_sub(before.at.max(self.advanced_at));
        let doubled = before
            .gap
            .is_some_and(|gap| gap >= BY_A_TIMER && since * 10 >= gap * 17);
        since >= SHORTEST_TIMEOUT || doubled
    }

    /// The last segment again, once, with nothing heard of it: RFC 8985, section 7. It needs SACK, and comes no later than the
    /// timeout would, so where it is allowed a first repetition of the tail is one. Nobody probes sooner than after a round
    /// trip.
    fn is_probe(&self, before: &Sent, piece: &Sent) -> bool {
        let tail = piece.to == self.high && before.to >= piece.to;
        let recovers = self
            .recovery
            .is_some_and(|going| self.heard_ack < going.point);
        let nothing = self.heard_sack <= self.heard_ack && self.heard_duplicates == 0;
        let smooth = self.rtt.map_or(Duration::ZERO, |(smooth, _)| smooth);
        let since = piece.at.saturating_sub(before.at.max(self.heard_at));
        tail && before.times == 0 && self.agreed && nothing && !recovers && since >= smooth
    }
}
