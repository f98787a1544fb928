//! The TCP states of RFC 9293, section 3.3.2, under the names that Linux and `ss` give them.

use serde::{Serialize, Serializer};
use std::fmt;

/// A TCP state. The discriminants are the kernel's (`include/net/tcp_states.h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum TcpState {
    /// Both sides have a finished handshake; data may flow both ways.
    Established = 1,
    /// The SYN is on its way; its answer has not come.
    SynSent = 2,
    /// A SYN came and was answered with SYN+ACK; the last ACK has not come.
    SynRecv = 3,
    /// Our FIN was sent and is not yet acknowledged.
    FinWait1 = 4,
    /// Our FIN was acknowledged; the peer may still send.
    FinWait2 = 5,
    /// Both FINs are through; the address pair rests for a while (60 s on Linux).
    TimeWait = 6,
    /// No connection: a fresh socket, or one whose connection is over.
    Close = 7,
    /// The peer's FIN came; this side has not closed yet.
    CloseWait = 8,
    /// The peer closed first, then we did; our FIN awaits its acknowledgment.
    LastAck = 9,
    /// Waiting for connections.
    Listen = 10,
    /// Both sides sent FIN at the same time.
    Closing = 11,
}

impl TcpState {
    /// All eleven, in the order in which a connection may meet them.
    pub const ALL: [Self; 11] = [
        Self::Close,
        Self::Listen,
        Self::SynSent,
        Self::SynRecv,
        Self::Established,
        Self::FinWait1,
        Self::FinWait2,
        Self::CloseWait,
        Self::Closing,
        Self::LastAck,
        Self::TimeWait,
    ];

    /// From the kernel's number; `TCP_NEW_SYN_RECV` (12) reads as `SYN_RECV`.
    pub fn from_kernel(number: u8) -> Option<Self> {
        if number == 12 {
            return Some(Self::SynRecv);
        }
        Self::ALL.into_iter().find(|state| *state as u8 == number)
    }

    /// The name as socktutor prints it: `TIME_WAIT`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Established => "ESTABLISHED",
            Self::SynSent => "SYN_SENT",
            Self::SynRecv => "SYN_RECV",
            Self::FinWait1 => "FIN_WAIT1",
            Self::FinWait2 => "FIN_WAIT2",
            Self::TimeWait => "TIME_WAIT",
            Self::Close => "CLOSE",
            Self::CloseWait => "CLOSE_WAIT",
            Self::LastAck => "LAST_ACK",
            Self::Listen => "LISTEN",
            Self::Closing => "CLOSING",
        }
    }

    /// Reads a state by any spelling in use: `TIME_WAIT`, `time-wait`, `TIME-WAIT`, `SYN-RECEIVED`,
    /// `CLOSED`, `ESTAB`, `FIN-WAIT-1`.
    pub fn parse(word: &str) -> Option<Self> {
        let plain: String = word
            .chars()
            .filter(|c| c.is_ascii_alphanumeric())
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let plain = match plain.as_str() {
            "CLOSED" | "UNCONN" => "CLOSE",
            "ESTAB" => "ESTABLISHED",
            "SYNRECEIVED" => "SYNRECV",
            other => other,
        };
        Self::ALL
            .into_iter()
            .find(|state| state.name().replace('_', "") == plain)
    }
}

impl fmt::Display for TcpState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for TcpState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
