//! Why bytes wait in a TCP send queue and were never sent, as far as the kernel shows it: RFC 9293, sections 3.7.4 and
//! 3.8.6; RFC 5681. Where it shows no reason (an old kernel, pacing, a full device queue), none is given.

/// What keeps back bytes that were never sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// As many segments are under way as the congestion window allows (`tcpi_snd_cwnd`).
    Congestion,
    /// The window that the peer announced last has no room for the next segment (`tcpi_snd_wnd`).
    Window,
    /// They do not fill a segment, and one that is not full is under way, unacknowledged: Nagle's algorithm, unless
    /// TCP_NODELAY or TCP_CORK is set. Where they are, the congestion window may keep them (`congested`).
    BehindSmall {
        /// As many segments are under way as may be: after a timeout it is one.
        congested: bool,
    },
    /// They do not fill a segment, and nothing that `TCP_INFO` tells keeps them back.
    Small,
}

/// The numbers of `TCP_INFO` and `SIOCOUTQ` that decide it.
#[cfg(target_os = "linux")]
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    /// Bytes that were never sent.
    pub unsent: u64,
    /// Bytes that are not acknowledged, those never sent among them.
    pub queue: u64,
    /// The most data a segment carries.
    pub mss: u64,
    /// What the peer takes behind the first byte that is not acknowledged.
    pub window: u64,
    /// Segments under way that are not known to have arrived or to be lost (RFC 6675, "pipe").
    pub under_way: u64,
    /// How many may be.
    pub congestion_window: u64,
}

#[cfg(target_os = "linux")]
impl Numbers {
    /// Linux asks for the congestion window, then for the peer's, then whether a small segment is to wait
    /// (`tcp_write_xmit`); it holds one back only behind another small one (Minshall's form of Nagle's algorithm): bytes
    /// under way that are no whole number of full segments. Where the congestion window and Nagle's algorithm both keep
    /// the bytes, it is the same ACK that lets them go, and what the program can change is named.
    pub fn hold(self) -> Option<Hold> {
        let sent = self.queue.checked_sub(self.unsent)?;
        if self.unsent == 0 || self.mss == 0 {
            return None;
        }
        let congested = self.under_way >= self.congestion_window;
        let room = sent + self.unsent.min(self.mss) <= self.window;
        if room && self.unsent < self.mss && sent % self.mss != 0 {
            return Some(Hold::BehindSmall { congested });
        }
        if congested {
            return Some(Hold::Congestion);
        }
        if !room {
            return Some(Hold::Window);
        }
        (self.unsent < self.mss).then_some(Hold::Small)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// Three small segments of which the last waits, with room in both windows.
    const SMALL: Numbers = Numbers {
        unsent: 1,
        queue: 3,
        mss: 1448,
        window: 65_536,
        under_way: 1,
        congestion_window: 10,
    };

    #[test]
    fn each_reason_by_its_numbers() {
        let behind_small = |congested| Some(Hold::BehindSmall { congested });
        assert_eq!(SMALL.hold(), behind_small(false));
        let of = |change: fn(&mut Numbers)| {
            let mut numbers = SMALL;
            change(&mut numbers);
            numbers.hold()
        };
        assert_eq!(of(|n| n.unsent = 0), None);
        assert_eq!(of(|n| n.under_way = 10), behind_small(true));
        let full = |n: &mut Numbers| (n.unsent, n.queue, n.under_way) = (1448, 1450, 10);
        assert_eq!(of(full), Some(Hold::Congestion));
        // The first byte that is not acknowledged stands two before; three take one too many.
        assert_eq!(of(|n| n.window = 2), Some(Hold::Window));
        assert_eq!(of(|n| n.window = 3), behind_small(false));
        assert_eq!(of(|n| n.queue = 1), Some(Hold::Small));
        assert_eq!(of(|n| n.queue = 1449), Some(Hold::Small));
        // A full segment waits although there is room: the kernel has a reason that it does not tell.
        assert_eq!(of(|n| (n.unsent, n.queue) = (1448, 1450)), None);
    }

    #[test]
    fn what_was_acknowledged_between_two_questions_is_no_reason() {
        let numbers = Numbers { queue: 0, ..SMALL };
        assert_eq!(numbers.hold(), None);
    }
}
