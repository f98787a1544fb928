//! Plain data that packets are told with; events carry it as it is.

use serde::Serialize;

/// Which packet a retransmission repeats.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Retransmission {
    /// The number of the first packet that carried this data (or this SYN, this FIN).
    pub of: u64,
    /// How often it has been repeated now, from 1.
    pub nth: u32,
    /// Why, as far as the wire can tell.
    pub why: Again,
    /// How long after the transmission before, in milliseconds.
    pub after: u64,
}

/// The RST that a connection ended with, as the wire saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rst {
    /// This packet.
    Packet {
        /// Its number on the wire.
        n: u64,
        /// It was made by hand.
        forged: bool,
        /// It has no ACK bit: the answer of a kernel without a connection to a segment that came (RFC 9293, section
        /// 3.10.7.1). One that close(2) sends has it.
        answer: bool,
    },
    /// None was delivered to this end.
    Never,
}

/// Why a sender sent something again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Again {
    /// No acknowledgment came in time: the retransmission timeout, doubled each time (RFC 6298).
    Timeout,
    /// A retransmission timeout before has taken all that was sent for lost (RFC 6298; RFC 6675, section 5.1), and this goes
    /// out as acknowledgments come in.
    #[serde(rename = "timeout")]
    AfterTimeout,
    /// Three duplicate acknowledgments, or SACK blocks, said that it was lost (RFC 5681, RFC 8985).
    Fast,
    /// A tail loss probe (RFC 8985, section 7).
    Probe,
    /// An answer to a segment that came again: a repeated SYN is answered with the same SYN,ACK.
    Answer,
    /// The wire cannot tell.
    Unknown,
}

/// One header of a packet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Header {
    /// `IPv4`, `TCP` …
    pub name: String,
    /// Where it is defined: `RFC 9293, section 3.1`.
    pub source: String,
    /// Its fields in the order in which the RFC draws them.
    pub fields: Vec<Field>,
}

/// One field of a header.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    /// As the RFC calls it: `Sequence Number`.
    pub name: String,
    /// Its first bit, counted from the packet's first.
    pub bit: usize,
    /// How many bits it has.
    pub bits: usize,
    /// `0x1f2e (7982)`, `SYN,ACK`
    pub value: String,
    /// In words a student knows; a wrong checksum says what was expected.
    pub meaning: String,
    /// False for a checksum that does not fit, a length that is wrong.
    pub right: bool,
}

/// What was counted in one direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Packets sent into the wire.
    pub packets: u64,
    /// Bytes of IP packets sent into the wire.
    pub bytes: u64,
    /// Bytes of payload among them, repeated ones included.
    pub payload: u64,
    /// Packets that repeat data, a SYN or a FIN.
    pub retransmitted: u64,
    /// Packets that the wire dropped.
    pub dropped: u64,
    /// Packets that reached the receiver, whose kernel drops them: a checksum is wrong, or a header.
    pub spoiled: u64,
    /// Bytes of payload that reached the receiver, each counted once; without datagrams that no program took (ICMP, port
    /// unreachable).
    pub arrived: u64,
    /// Those of them that nothing sent before is still missing in front of. TCP: what the receiver can read. UDP: whole
    /// datagrams that no later one has overtaken.
    pub ordered: u64,
}
