//! The bytes of packets, in blocks that are filled one after the other and used again. A transfer of any length asks the
//! system for no more memory once the log is full, and no thread frees what another has allocated.

use std::collections::VecDeque;

/// The size of a block; more than the largest packet.
const BLOCK: usize = 256 << 10;

/// Where the bytes of one packet are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    block: u64,
    start: usize,
    /// How many they are.
    pub len: usize,
}

/// Bytes that come at the end and are forgotten from the beginning.
#[derive(Debug, Default)]
pub(super) struct Store {
    blocks: VecDeque<Vec<u8>>,
    /// The number of the first block.
    first: u64,
    /// One that was forgotten, to be filled again.
    spare: Option<Vec<u8>>,
}

impl Store {
    /// Keeps a copy.
    pub fn push(&mut self, bytes: &[u8]) -> Place {
        let fits = |block: &Vec<u8>| block.capacity() - block.len() >= bytes.len();
        if !self.blocks.back().is_some_and(fits) {
            let spare = self.spare.take();
            let block = spare.unwrap_or_else(|| Vec::with_capacity(BLOCK));
            self.blocks.push_back(block);
        }
        let block = self.first + self.blocks.len() as u64 - 1;
        let mut place = Place {
            block,
            start: 0,
            len: bytes.len(),
        };
        if let Some(block) = self.blocks.back_mut() {
            place.start = block.len();
            block.extend_from_slice(bytes);
        }
        place
    }

    /// What is at this place; nothing where that was forgotten.
    pub fn get(&self, place: Place) -> &[u8] {
        self.block(place)
            .and_then(|block| self.blocks.get(block))
            .and_then(|block| block.get(place.start..place.start + place.len))
            .unwrap_or(&[])
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, place: Place) -> &mut [u8] {
        self.block(place)
            .and_then(|block| self.blocks.get_mut(block))
            .and_then(|block| block.get_mut(place.start..place.start + place.len))
            .unwrap_or(&mut [])
    }

    fn block(&self, place: Place) -> Option<usize> {
        usize::try_from(place.block.checked_sub(self.first)?).ok()
    }

    /// Forgets the blocks before this place.
    pub fn forget_before(&mut self, place: Place) {
        while self.first < place.block
            && let Some(mut block) = self.blocks.pop_front()
        {
            self.first += 1;
            block.clear();
            self.spare = Some(block);
        }
    }
}

#[cfg(test)]
impl Store {
    /// How many bytes are asked of the system for it.
    pub fn size(&self) -> usize {
        let all = self.blocks.iter().chain(&self.spare);
        all.map(Vec::capacity).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_there_until_it_is_forgotten() {
        let mut store = Store::default();
        let packet = |n: usize| vec![n as u8; n * 37 % 1500];
        let places: Vec<Place> = (0..2000).map(|n| store.push(&packet(n))).collect();
        assert!(store.blocks.len() > 2);
        for (n, place) in places.iter().enumerate() {
            assert_eq!(store.get(*place), packet(n));
        }
        store.forget_before(places[1999]);
        assert_eq!(store.blocks.len(), 1);
        assert_eq!(store.get(places[1999]), packet(1999));
        assert_eq!(store.get(places[0]), [0; 0]);
        store.get_mut(places[1999])[1] = 1;
        assert_eq!(store.get(places[1999])[1], 1);
    }

    #[test]
    fn blocks_are_used_again() {
        let mut store = Store::default();
        let mut places = VecDeque::new();
        for _ in 0..10_000 {
            places.push_back(store.push(&[7; 1500]));
            if places.len() > 100 {
                places.pop_front();
                store.forget_before(places[0]);
            }
            assert!(store.size() <= 3 * BLOCK);
        }
    }

    #[test]
    fn a_block_takes_whatever_comes() {
        let mut store = Store::default();
        let large = vec![1; 3 * BLOCK];
        let places = [store.push(&[2]), store.push(&large), store.push(&[])];
        assert_eq!(store.get(places[1]), large);
        assert_eq!(store.get(places[0]), [2]);
        assert_eq!(store.get(places[2]), [0; 0]);
    }
}
