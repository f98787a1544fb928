//! What has arrived, each byte counted once.

use std::collections::VecDeque;

/// More holes than this are not kept apart: the last two pieces are then taken for one.
const MOST_PIECES: usize = 256;

/// So many pieces behind a hole a receiver reports, the latest ones (Linux, TCP_NUM_SACKS).
const MOST_REPORTED: usize = 4;

/// One direction of a TCP connection as its receiver has it.
#[derive(Debug, Clone, Default)]
pub(super) struct Arrival {
    next: i64,
    /// What has arrived behind it, in order, with holes between.
    beyond: VecDeque<(i64, i64)>,
}

impl Arrival {
    /// Nothing yet; the first thing expected stands at `next`.
    pub fn from(next: i64) -> Self {
        Self {
            next,
            beyond: VecDeque::new(),
        }
    }

    /// Whether all of this was there already.
    pub fn has(&self, from: i64, to: i64) -> bool {
        let within = |(a, b): &(i64, i64)| *a <= from && to <= *b;
        to <= self.next || self.beyond.iter().any(within)
    }

    /// Everything before this has arrived.
    pub fn next(&self) -> i64 {
        self.next
    }

    /// The end of the last piece behind a hole, where all of them are reported with SACK.
    pub fn reported(&self) -> Option<i64> {
        let last = self.beyond.back().map(|(_, end)| *end);
        last.filter(|_| self.beyond.len() <= MOST_REPORTED)
    }

    /// Adds a piece. How many of its numbers are new.
    pub fn add(&mut self, from: i64, to: i64) -> i64 {
        let from = from.max(self.next);
        if from >= to {
            return 0;
        }
        if from == self.next && self.beyond.is_empty() {
            self.next = to;
            return to - from;
        }
        let (mut whole, mut known) = ((from, to), 0);
        self.beyond.retain(|(a, b)| {
            let apart = *b < from || *a > to;
            if !apart {
                known += (*b).min(to) - (*a).max(from);
                whole = (whole.0.min(*a), whole.1.max(*b));
            }
            apart
        });
        let at = self.beyond.partition_point(|(a, _)| *a < whole.0);
        self.beyond.insert(at, whole);
        while let Some((_, b)) = self.beyond.front().filter(|(a, _)| *a <= self.next) {
            self.next = self.next.max(*b);
            self.beyond.pop_front();
        }
        if self.beyond.len() > MOST_PIECES
            && let (Some(last), Some(one)) = (self.beyond.pop_back(), self.beyond.back_mut())
        {
            one.1 = last.1;
        }
        to - from - known
    }
}

/// Which packets of one direction have arrived, by their count from 1: the sliding window of RFC 4303, section 3.4.3.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    highest: u64,
    /// Bit `n % 1024` for the latest 1024.
    bits: [u64; 16],
}

impl Seen {
    const WIDTH: u64 = 1024;

    /// Whether it is the first time for this one, and whether none behind it came before. Of what is too old to be
    /// remembered, it is taken to have come.
    pub fn add(&mut self, n: u64) -> (bool, bool) {
        let slot = |n: u64| ((n % Self::WIDTH / 64) as usize, 1_u64 << (n % 64));
        if n > self.highest {
            let passed = (n - self.highest).min(Self::WIDTH);
            for old in n + 1 - passed..=n {
                let (word, bit) = slot(old);
                self.bits[word] &= !bit;
            }
            self.highest = n;
            let (word, bit) = slot(n);
            self.bits[word] |= bit;
            return (true, true);
        }
        let (word, bit) = slot(n);
        let fresh = self.highest - n < Self::WIDTH && self.bits[word] & bit == 0;
        self.bits[word] |= bit;
        (fresh, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_counts_once_and_the_front_moves_over_filled_holes() {
        let mut arrival = Arrival::from(0);
        let mut add = |from, to| (arrival.add(from, to), arrival.next());
        assert_eq!(add(0, 10), (10, 10));
        assert_eq!(add(20, 30), (10, 10));
        assert_eq!(add(25, 35), (5, 10));
        assert_eq!(add(5, 20), (10, 35));
        assert_eq!(add(0, 35), (0, 35));
        assert_eq!(add(40, 50), (10, 35));
        assert_eq!(add(60, 70), (10, 35));
        assert_eq!(add(30, 80), (25, 80));
    }

    #[test]
    fn what_is_there_is_known() {
        let mut arrival = Arrival::from(0);
        arrival.add(0, 10);
        arrival.add(20, 35);
        assert!(arrival.has(0, 10) && arrival.has(22, 35));
        assert!(!arrival.has(15, 25) && !arrival.has(5, 11) && !arrival.has(36, 37));
    }

    #[test]
    fn holes_are_bounded() {
        let mut arrival = Arrival::from(0);
        for n in 1..10_000 {
            arrival.add(n * 10, n * 10 + 5);
            assert!(arrival.beyond.len() <= MOST_PIECES);
        }
    }

    #[test]
    fn packets_are_told_from_their_copies() {
        let mut seen = Seen::default();
        assert_eq!(seen.add(1), (true, true));
        assert_eq!(seen.add(1), (false, false));
        assert_eq!(seen.add(3), (true, true));
        assert_eq!(seen.add(2), (true, false));
        assert_eq!(seen.add(2), (false, false));
        assert_eq!(seen.add(1026), (true, true));
        assert_eq!(seen.add(4), (true, false));
        assert_eq!(seen.add(1), (false, false));
        assert_eq!(seen.add(1 << 40), (true, true));
        assert_eq!(seen.add((1 << 40) - 1023), (true, false));
        assert_eq!(seen.add((1 << 40) - 1024), (false, false));
    }
}
