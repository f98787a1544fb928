//! What a device has to be read: several packets at a time, so that the wire's one lock, and what lies behind it in another
//! processor's cache, is fetched once for all of them.

use crate::packet::{Parsed, parse};
use nix::errno::Errno;
use std::ops::Range;
use std::os::fd::AsFd;

/// The largest IP packet.
const LARGEST: usize = 65_535;

/// How many packets are read at once, as long as there is room for another of the largest.
const MOST: usize = 64;

/// Packets that were read and have not gone on yet.
pub(super) struct Inbox {
    buffer: Box<[u8]>,
    /// Where each one is, and what it says; in the order in which they came.
    read: Vec<(Range<usize>, Parsed)>,
}

impl Inbox {
    /// Empty.
    pub fn new() -> Self {
        Self {
            buffer: vec![0; 2 * LARGEST].into(),
            read: Vec::with_capacity(MOST),
        }
    }

    /// Reads what has come to a device, in place of what was here. False where there is nothing now.
    pub fn fill(&mut self, device: impl AsFd) -> bool {
        self.read.clear();
        let mut start = 0;
        while self.read.len() < MOST
            && let Some(room) = self.buffer.get_mut(start..start + LARGEST)
            && let Some(len) = read(&device, room)
        {
            self.read.push((start..start + len, parse(&room[..len])));
            start += len;
        }
        !self.read.is_empty()
    }

    /// The packets that were read: where each one is, its bytes, and what they say.
    pub fn packets(&mut self) -> impl Iterator<Item = (Range<usize>, &[u8], Parsed)> {
        let buffer = &self.buffer;
        let each = self.read.drain(..);
        each.filter_map(|(place, parsed)| Some((place.clone(), buffer.get(place)?, parsed)))
    }

    /// The bytes of a packet, until others are read.
    pub fn bytes(&self, place: Range<usize>) -> &[u8] {
        self.buffer.get(place).unwrap_or(&[])
    }
}

/// One packet from the device; `None` where there is none now.
fn read(device: impl AsFd, buffer: &mut [u8]) -> Option<usize> {
    loop {
        match nix::unistd::read(&device, buffer) {
            Ok(0) => return None,
            Ok(len) => return Some(len),
            Err(Errno::EINTR) => {}
            // EAGAIN; or the device is gone, which poll(2) will say too.
            Err(_) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};

    #[test]
    fn packets_are_read_in_order_and_none_is_cut() {
        // Datagrams keep their bounds, as packets of a device do.
        let flags = SockFlag::SOCK_NONBLOCK;
        let (near, far) =
            socketpair(AddressFamily::Unix, SockType::SeqPacket, None, flags).unwrap();
        let mut inbox = Inbox::new();
        assert!(!inbox.fill(&near));
        let sizes = [1, LARGEST, 40, LARGEST, 1500, 20];
        for (n, size) in sizes.iter().enumerate() {
            nix::unistd::write(&far, &vec![n as u8 + 1; *size]).unwrap();
        }
        let mut came = Vec::new();
        while inbox.fill(&near) {
            for (place, bytes, parsed) in inbox.packets() {
                assert_eq!(place.len(), bytes.len());
                assert_eq!(parsed.found, bytes.len());
                assert!(
                    bytes
                        .iter()
                        .all(|byte| usize::from(*byte) == came.len() + 1)
                );
                came.push(bytes.len());
            }
        }
        assert_eq!(came, sizes);
    }

    #[test]
    fn a_batch_is_bounded() {
        let flags = SockFlag::SOCK_NONBLOCK;
        let (near, far) =
            socketpair(AddressFamily::Unix, SockType::SeqPacket, None, flags).unwrap();
        let count = MOST + MOST / 2;
        for _ in 0..count {
            nix::unistd::write(&far, b"a packet").unwrap();
        }
        let mut inbox = Inbox::new();
        let mut batches = Vec::new();
        while inbox.fill(&near) {
            batches.push(inbox.read.len());
        }
        assert_eq!(batches, [MOST, count - MOST]);
    }
}
