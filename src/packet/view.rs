//! Bytes looked at by their place, checked: what is cut off is `None`.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A header's bytes, as far as they are there.
#[derive(Clone, Copy)]
pub(super) struct View<'a>(pub &'a [u8]);

impl View<'_> {
    fn array<const N: usize>(self, at: usize) -> Option<[u8; N]> {
        self.0.get(at..at + N)?.try_into().ok()
    }

    pub fn u8(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    pub fn u16(self, at: usize) -> Option<u16> {
        self.array(at).map(u16::from_be_bytes)
    }

    pub fn u32(self, at: usize) -> Option<u32> {
        self.array(at).map(u32::from_be_bytes)
    }

    pub fn v4(self, at: usize) -> Option<Ipv4Addr> {
        self.array::<4>(at).map(Ipv4Addr::from)
    }

    pub fn v6(self, at: usize) -> Option<Ipv6Addr> {
        self.array::<16>(at).map(Ipv6Addr::from)
    }

    /// `count` (up to 64) bits from bit `at`, the most significant first, as RFCs draw them.
    pub fn bits(self, at: usize, count: usize) -> Option<u64> {
        let mut value = 0;
        for bit in at..at + count {
            let byte = self.u8(bit / 8)?;
            value = value << 1 | u64::from(byte >> (7 - bit % 8) & 1);
        }
        Some(value)
    }
}
