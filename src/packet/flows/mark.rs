//! What is known of a packet when it comes into the wire.

use super::fragments::Piece;
use crate::packet::model::Retransmission;

/// Which way a packet goes in its conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Way {
    /// From the one that began it.
    #[default]
    ToServer = 0,
    /// Back.
    ToClient = 1,
}

impl Way {
    /// The other way.
    pub fn other(self) -> Way {
        match self {
            Self::ToServer => Self::ToClient,
            Self::ToClient => Self::ToServer,
        }
    }
}

/// A packet's place in its conversation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mark {
    /// The packet's number on the wire.
    pub n: u64,
    /// The conversation; `None` where the packet cannot be read so far.
    pub flow: Option<u32>,
    /// Which way it goes there.
    pub way: Way,
    /// The relative sequence number of its first byte (a SYN's is 0). Where the SYN was not seen, the first seen is 1.
    pub seq: Option<u32>,
    /// The relative acknowledgment number, where ACK is set.
    pub ack: Option<u32>,
    /// The window in bytes: scaled where both SYNs were seen and carried a scale, and this is no SYN (RFC 7323, section 2.2).
    pub window: Option<u32>,
    /// Its window's scale, as a power of two; `None` where SYNs that were not seen have agreed on it.
    pub scale: Option<u8>,
    /// What relative numbers are counted from: the sequence number's 0, and the acknowledgment number's.
    pub base: Option<(u32, u32)>,
    /// Which packet it repeats, and why.
    pub retransmission: Option<Retransmission>,
    /// The how-manieth duplicate acknowledgment in a row it is (RFC 5681, section 2).
    pub duplicate_ack: Option<u32>,
    /// It says that the receiver takes no more for now.
    pub zero_window: bool,
    /// It says nothing new but a larger window.
    pub window_update: bool,
    /// It asks an idle connection's other end for a sign of life (RFC 9293, section 3.8.4).
    pub keep_alive: bool,
    /// It asks whether a closed window has opened (RFC 9293, section 3.8.6.1).
    pub window_probe: bool,
    /// An ICMP error, which belongs to the conversation of the packet that it quotes.
    pub about: bool,
    /// Somebody made it by hand.
    pub(super) forged: bool,
    /// The how-manieth packet this way.
    pub(super) ordinal: u64,
    /// Bytes of payload that count as such.
    pub(super) payload: usize,
    pub(super) segment: Option<Segment>,
    pub(super) piece: Option<Piece>,
}

/// A segment in places that do not wrap (see [`place`](crate::packet::serial::place)).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Segment {
    /// Its first number, and the one behind its last; SYN and FIN take one each.
    pub from: i64,
    pub to: i64,
    /// Its acknowledgment number, on the other end's line.
    pub ack: Option<i64>,
    /// The highest number that its SACK blocks report, likewise.
    pub sack: Option<i64>,
    /// How many bytes of payload.
    pub len: i64,
    pub window: u32,
    pub syn: bool,
    pub fin: bool,
    pub rst: bool,
}

impl Mark {
    pub(super) fn new(n: u64) -> Mark {
        Mark {
            n,
            ..Mark::default()
        }
    }

    /// Whether it takes sequence numbers: it has data, SYN or FIN.
    pub(super) fn occupies(&self) -> bool {
        self.segment
            .is_some_and(|segment| segment.to > segment.from)
    }
}
