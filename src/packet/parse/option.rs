//! TCP options (RFC 9293, section 3.2; the numbers are IANA's "TCP Option Kind Numbers").

use crate::packet::view::View;

/// Kinds of options.
pub(in crate::packet) mod kind {
    pub const END: u8 = 0;
    pub const NOP: u8 = 1;
    pub const MSS: u8 = 2;
    pub const WSCALE: u8 = 3;
    pub const SACK_PERMITTED: u8 = 4;
    pub const SACK: u8 = 5;
    pub const TIMESTAMPS: u8 = 8;
    pub const FAST_OPEN: u8 = 34;
}

/// One option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TcpOption<'a> {
    /// Its kind.
    pub kind: u8,
    /// Where it begins, counted from the first option's first byte.
    pub at: usize,
    /// What follows kind and length.
    pub data: &'a [u8],
    /// Whether its length cannot be: below 2, or beyond the header's end. `data` is then what is there, and it is the last.
    pub broken: bool,
}

impl TcpOption<'_> {
    /// How many bytes it takes.
    pub fn len(&self) -> usize {
        match self.kind {
            kind::END | kind::NOP => 1,
            _ => 2 + self.data.len(),
        }
    }

    /// Never: each has at least its kind.
    pub fn is_empty(&self) -> bool {
        false
    }
}

/// The options in these bytes, which are those behind a TCP header's first twenty. Ends behind "end of options".
pub fn options(bytes: &[u8]) -> impl Iterator<Item = TcpOption<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..)?;
        let (&kind, rest) = rest.split_first()?;
        let mut option = TcpOption {
            kind,
            at,
            data: &[],
            broken: false,
        };
        if kind == kind::NOP {
            at += 1;
            return Some(option);
        }
        if kind == kind::END {
            at = bytes.len();
            return Some(option);
        }
        let length = rest.first().map_or(0, |length| usize::from(*length));
        match length.checked_sub(2).and_then(|len| rest.get(1..1 + len)) {
            Some(data) => {
                option.data = data;
                at += length;
            }
            None => {
                option.data = rest.get(1..).unwrap_or(&[]);
                option.broken = true;
                at = bytes.len();
            }
        }
        Some(option)
    })
}

/// What the options say, as far as a conversation's course depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// The largest segment that the sender of this takes (RFC 9293, section 3.7.1).
    pub mss: Option<u16>,
    /// By how many bits the sender shifts its windows (RFC 7323, section 2).
    pub wscale: Option<u8>,
    /// It understands selective acknowledgments (RFC 2018, section 2).
    pub sack_permitted: bool,
    /// Its clock, and the last that it heard of the other's (RFC 7323, section 3).
    pub timestamps: Option<(u32, u32)>,
    /// What has arrived beyond the acknowledgment number: first sequence number, and the one behind the last (RFC 2018,
    /// section 3). Only the first `blocks` are filled.
    pub sack: [(u32, u32); 4],
    /// How many.
    pub blocks: u8,
}

impl Facts {
    /// The selective acknowledgments' blocks.
    pub fn sack(&self) -> &[(u32, u32)] {
        &self.sack[..usize::from(self.blocks).min(self.sack.len())]
    }

    /// Of the bytes behind the fixed header; with the first option that cannot be, and where.
    pub(super) fn read(bytes: &[u8]) -> (Facts, Option<(u8, usize)>) {
        let mut facts = Facts::default();
        for option in options(bytes) {
            let view = View(option.data);
            if option.broken {
                return (facts, Some((option.kind, option.at)));
            }
            match (option.kind, option.data.len()) {
                (kind::MSS, 2) => facts.mss = view.u16(0),
                (kind::WSCALE, 1) => facts.wscale = view.u8(0),
                (kind::SACK_PERMITTED, 0) => facts.sack_permitted = true,
                (kind::TIMESTAMPS, 8) => facts.timestamps = view.u32(0).zip(view.u32(4)),
                (kind::SACK, len) if len % 8 == 0 => facts.blocks = facts.take(view, len / 8),
                (kind::MSS | kind::WSCALE | kind::SACK_PERMITTED, _)
                | (kind::TIMESTAMPS | kind::SACK, _) => {
                    return (facts, Some((option.kind, option.at)));
                }
                _ => {}
            }
        }
        (facts, None)
    }

    fn take(&mut self, view: View<'_>, count: usize) -> u8 {
        let mut taken = 0;
        for (block, slot) in (0..count).zip(&mut self.sack) {
            if let Some(edges) = view.u32(block * 8).zip(view.u32(block * 8 + 4)) {
                *slot = edges;
                taken += 1;
            }
        }
        taken
    }
}
