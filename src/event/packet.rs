//! What happens on a wire. Numbers are relative to the flow's first segment, as tcpdump and Wireshark show them.

use super::TcpState;
pub use crate::lang::order::{Fate, Part};
pub use crate::packet::{Again, Count, Field, Header, Retransmission, Rst};
use serde::Serialize;

/// A packet that moved on a wire, or was stopped there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Packet {
    /// Its number on this wire, from 1.
    pub n: u64,
    /// The host that sent it.
    pub from: String,
    /// The host that it is for; `all` for multicast and broadcast, the address where no host has it.
    pub to: String,
    /// `tcp`, `udp`, `icmp`, `icmp6`, `fragment` (a later one), `ip` (anything else).
    pub proto: String,
    /// The sender's address, with the port where there is one (`10.0.0.1:40000`, `[fd00::1]:80`).
    pub src: String,
    /// The receiver's.
    pub dst: String,
    /// TCP flags in words: `SYN,ACK`. Absent where it is not TCP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flags: Option<String>,
    /// TCP flags in tcpdump's letters: `S.`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub letters: Option<String>,
    /// The relative sequence number of its first byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u32>,
    /// The relative acknowledgment number, where ACK is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ack: Option<u32>,
    /// The window in bytes, scaled where the handshake was seen and agreed on a scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub win: Option<u32>,
    /// Bytes of payload.
    pub len: usize,
    /// Bytes of the whole IP packet.
    pub size: usize,
    /// TCP options, each as a class reads it: `mss 1460`, `sackOK`, `wscale 7`, `ts 17 0`, `sack 1001:2001`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// What an ICMP message says (`port unreachable`), which fragment it is, what of a broken packet cannot be read, which
    /// checksum of a spoiled one is wrong; of a segment, that it is a `window probe`, a `window update`, a `keep-alive`, a
    /// `challenge ACK`, or closes the window (`zero window`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub info: Option<String>,
    /// What became of it.
    pub fate: Fate,
    /// Of a retransmission, which packet it repeats and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retransmission: Option<Retransmission>,
    /// More about its fate: `lost (30%)`, `bit 3 of byte 41 turned over`, `repeated twice meanwhile`, `forged`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How often its sender has repeated it while it, or the answer to it, was held.
    #[serde(skip_serializing_if = "is_zero")]
    pub repeats: u32,
    /// How long it was or has been on the wire, in milliseconds, where it was held or delayed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waited: Option<u64>,
    /// After a delivery, the TCP states of the flow's two ends, the sender's first, where they could be asked for at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<End>,
}

/// A TCP state at one end of a flow.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct End {
    /// The host.
    pub host: String,
    /// The state before; `None` where it did not change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<TcpState>,
    /// The state now.
    pub state: TcpState,
}

/// A packet opened: `packet N`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Anatomy {
    /// The packet, as its line shows it.
    pub packet: Packet,
    /// The bytes.
    #[serde(skip)]
    pub bytes: Vec<u8>,
    /// The headers, outermost first; a packet that an ICMP error quotes follows it. Where one kind alone was asked for,
    /// no others.
    pub headers: Vec<Header>,
    /// Whether one kind of header alone was asked for.
    #[serde(skip)]
    pub alone: bool,
    /// The part that is to be shown; `None` is all of them.
    #[serde(skip)]
    pub part: Option<Part>,
}

/// The sequence diagram of what crossed a wire: `ladder`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Ladder {
    /// The hosts, in the order of their columns.
    pub hosts: Vec<String>,
    /// What happened, in order.
    pub rungs: Vec<Rung>,
    /// How many packets the log has forgotten before the first of these.
    pub forgotten: u64,
    /// A SYN, a FIN or a RST has passed without a step: states may have changed more often than they were looked at.
    #[serde(skip)]
    pub glimpsed: bool,
}

/// One thing in a sequence diagram.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Rung {
    /// A call was made, or has returned, on this host.
    Call {
        /// Where.
        host: String,
        /// `connect() …`, `connect() = 0`
        text: String,
    },
    /// A TCP state changed on this host.
    State {
        /// Where.
        host: String,
        /// The state now.
        state: TcpState,
    },
    /// A packet left its sender.
    Sent(Box<Packet>),
    /// A packet (or one more copy of it) reached its receiver. Right behind its `Sent` it is one straight arrow.
    Arrived(u64),
    /// A packet was dropped on the wire.
    Dropped(u64),
}

/// One conversation: `flows`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flow {
    /// Its number, from 1 in the order in which they began.
    pub n: u64,
    /// `tcp`, `udp`, `icmp` …
    pub proto: String,
    /// Who began it, and who answered: host and address.
    pub client: String,
    /// The other.
    pub server: String,
    /// Each way: from the client, from the server.
    pub ways: [Count; 2],
}

/// For what is left out where there is none.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
fn is_zero(n: &u32) -> bool {
    *n == 0
}
