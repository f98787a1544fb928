//! Bytes to facts. It runs for every packet of a bulk transfer: one pass, and no allocation unless something is wrong.
//!
//! Views of our own, in smoltcp's manner, because a laboratory breaks packets on purpose: every field that is there must be
//! read, with the place where it stands, of a header that is cut in its middle or whose lengths disagree.

mod ip;
pub(super) mod option;
mod trouble;
mod upper;

pub(super) use ip::{Extension, extension};
pub use option::{Facts, TcpOption, options};
pub use trouble::Trouble;

use std::fmt;
use std::net::IpAddr;
use std::ops::Range;

/// Protocol numbers (IANA, "Assigned Internet Protocol Numbers").
pub mod protocol {
    /// ICMP for IPv4.
    pub const ICMP: u8 = 1;
    /// TCP.
    pub const TCP: u8 = 6;
    /// UDP.
    pub const UDP: u8 = 17;
    /// ICMP for IPv6.
    pub const ICMP6: u8 = 58;
}

/// What an IP packet says, as far as it can be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// Its IP header; `None` where not even that is whole.
    pub ip: Option<Ip>,
    /// Source and destination port of TCP or UDP, which can be read even where the rest of that header is cut off.
    pub ports: Option<(u16, u16)>,
    /// What it carries.
    pub upper: Upper,
    /// Where the payload stands: behind the last header that could be read, up to the packet's end as IP (and UDP) say it,
    /// as far as it is there.
    pub payload: Range<usize>,
    /// How many bytes there are.
    pub found: usize,
    /// What cannot be read, or does not fit.
    pub troubles: Vec<Trouble>,
}

/// The IP header, either version (RFC 791, section 3.1; RFC 8200, section 3).
#[derive(Debug, Clone, PartialEq)]
pub struct Ip {
    /// 4 or 6.
    pub version: u8,
    /// Who sent it.
    pub src: IpAddr,
    /// Whom it is for.
    pub dst: IpAddr,
    /// The protocol of what it carries; with IPv6 as the last extension header that could be read says.
    pub protocol: u8,
    /// Time to live, or hop limit.
    pub ttl: u8,
    /// What ties fragments together. IPv6: only where there is a fragment header.
    pub identification: Option<u32>,
    /// Routers must not cut it into fragments. IPv6: always so.
    pub dont_fragment: bool,
    /// More fragments follow.
    pub more_fragments: bool,
    /// Where this fragment's payload belongs, in bytes.
    pub offset: u16,
    /// How many bytes the packet has, as its header says.
    pub said: usize,
    /// Where the header stands, IPv4 options and IPv6 extension headers included.
    pub header: Range<usize>,
    /// A routing header sends it by way of other addresses, so that `dst` is not the last one (RFC 8200, section 4.4).
    pub routed: bool,
}

/// What an IP packet carries.
#[derive(Debug, Clone, PartialEq)]
pub enum Upper {
    /// A TCP segment whose header is whole.
    Tcp(Tcp),
    /// A UDP datagram, or the first fragment of one.
    Udp(Udp),
    /// An ICMP or ICMPv6 message.
    Icmp(Icmp),
    /// A fragment other than the first: it has no header but IP's.
    Fragment,
    /// Another protocol, or a header that cannot be read.
    Other,
}

/// A TCP header (RFC 9293, section 3.1).
#[derive(Debug, Clone, PartialEq)]
pub struct Tcp {
    /// Source port.
    pub src: u16,
    /// Destination port.
    pub dst: u16,
    /// Sequence number, as it is on the wire.
    pub seq: u32,
    /// Acknowledgment number; it says something only where ACK is set.
    pub ack: u32,
    /// The flags.
    pub flags: Flags,
    /// The window, as it is on the wire.
    pub window: u16,
    /// Urgent pointer; it says something only where URG is set.
    pub urgent: u16,
    /// What the options say.
    pub options: Facts,
    /// Where the header stands, options included.
    pub header: Range<usize>,
}

/// A UDP header (RFC 768).
#[derive(Debug, Clone, PartialEq)]
pub struct Udp {
    /// Source port.
    pub src: u16,
    /// Destination port.
    pub dst: u16,
    /// Length of header and payload, as it says.
    pub length: u16,
    /// Where the header stands.
    pub header: Range<usize>,
}

/// The first eight bytes of an ICMP (RFC 792) or ICMPv6 (RFC 4443) message.
#[derive(Debug, Clone, PartialEq)]
pub struct Icmp {
    /// Whether it is ICMPv6.
    pub six: bool,
    /// Its type.
    pub kind: u8,
    /// Its code.
    pub code: u8,
    /// Bytes 4 to 7: identifier and sequence number of an echo, the MTU of "packet too big" …
    pub rest: u32,
    /// Where they stand.
    pub header: Range<usize>,
}

impl Icmp {
    /// Whether it reports an error, and so quotes the packet that met it.
    pub fn is_error(&self) -> bool {
        match self.six {
            true => self.kind < 128,
            false => matches!(self.kind, 3 | 4 | 5 | 11 | 12),
        }
    }

    /// Whether it is an echo request or its reply.
    pub fn is_echo(&self) -> bool {
        match self.six {
            true => matches!(self.kind, 128 | 129),
            false => matches!(self.kind, 0 | 8),
        }
    }
}

/// The flags of a TCP header: its 14th byte, and the bit in front of it that RFC 9768 calls AE.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags(pub u16);

impl Flags {
    /// No more data from the sender.
    pub const FIN: Flags = Flags(0x01);
    /// Sequence numbers are made known.
    pub const SYN: Flags = Flags(0x02);
    /// The connection is reset.
    pub const RST: Flags = Flags(0x04);
    /// Hand it on to the application.
    pub const PSH: Flags = Flags(0x08);
    /// The acknowledgment number is valid.
    pub const ACK: Flags = Flags(0x10);
    /// The urgent pointer is valid.
    pub const URG: Flags = Flags(0x20);
    /// Congestion was met (RFC 3168).
    pub const ECE: Flags = Flags(0x40);
    /// The congestion window was reduced (RFC 3168).
    pub const CWR: Flags = Flags(0x80);
    /// Accurate ECN (RFC 9768).
    pub const AE: Flags = Flags(0x100);

    /// Whether all of `flags` are set.
    pub fn has(self, flags: Flags) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// Whether one of `flags` is set.
    pub fn any(self, flags: Flags) -> bool {
        self.0 & flags.0 != 0
    }
}

impl std::ops::BitOr for Flags {
    type Output = Flags;

    fn bitor(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&super::flags_in_words(*self))
    }
}

/// Reads an IP packet of either version. Never fails: what is wrong is in [`Parsed::troubles`].
pub fn parse(bytes: &[u8]) -> Parsed {
    let mut parsed = Parsed {
        ip: None,
        ports: None,
        upper: Upper::Other,
        payload: 0..bytes.len(),
        found: bytes.len(),
        troubles: Vec::new(),
    };
    match bytes.first().map(|byte| byte >> 4) {
        None => parsed.troubles.push(Trouble::Empty),
        Some(4) => ip::v4(bytes, &mut parsed),
        Some(6) => ip::v6(bytes, &mut parsed),
        Some(version) => parsed.troubles.push(Trouble::Version(version)),
    }
    parsed
}

/// The packet that an ICMP error quotes, with where its bytes begin. That it is cut short is no trouble: a quotation may
/// be (RFC 792: the header and 64 bits; RFC 4443, section 2.4: as much as fits).
pub fn quoted(bytes: &[u8], parsed: &Parsed) -> Option<(usize, Parsed)> {
    let Upper::Icmp(icmp) = &parsed.upper else {
        return None;
    };
    let quote = bytes.get(parsed.payload.clone())?;
    if !icmp.is_error() || quote.is_empty() {
        return None;
    }
    let mut inner = parse(quote);
    inner.troubles.retain(|trouble| !trouble.is_a_cut());
    Some((parsed.payload.start, inner))
}

impl Parsed {
    /// The TCP header, where it is a TCP segment.
    pub fn tcp(&self) -> Option<&Tcp> {
        match &self.upper {
            Upper::Tcp(tcp) => Some(tcp),
            _ => None,
        }
    }

    /// `tcp`, `udp`, `icmp`, `icmp6`, `fragment` (a later one), `ip` (anything else).
    pub fn proto(&self) -> &'static str {
        let protocol = self.ip.as_ref().map(|ip| (ip.protocol, ip.version));
        match (&self.upper, protocol) {
            (Upper::Fragment, _) => "fragment",
            (_, Some((protocol::TCP, _))) => "tcp",
            (_, Some((protocol::UDP, _))) => "udp",
            (_, Some((protocol::ICMP, 4))) => "icmp",
            (_, Some((protocol::ICMP6, 6))) => "icmp6",
            _ => "ip",
        }
    }

    /// The sender's address, with the port where there is one: `10.0.0.1:40000`, `[fd00::1]:80`. `?` where it is cut off.
    pub fn source(&self) -> String {
        let port = self.ports.map(|(src, _)| src);
        end(self.ip.as_ref().map(|ip| ip.src), port)
    }

    /// The receiver's, likewise.
    pub fn destination(&self) -> String {
        let port = self.ports.map(|(_, dst)| dst);
        end(self.ip.as_ref().map(|ip| ip.dst), port)
    }

    /// Whether bytes that the IP header announces are missing.
    pub fn is_cut(&self) -> bool {
        self.ip.as_ref().is_none_or(|ip| ip.said > self.found)
    }

    /// Whether it is one of several fragments.
    pub fn is_fragment(&self) -> bool {
        let fragment = |ip: &Ip| ip.more_fragments || ip.offset > 0;
        self.ip.as_ref().is_some_and(fragment)
    }
}

/// An address as users write it.
pub fn end(address: Option<IpAddr>, port: Option<u16>) -> String {
    match (address, port) {
        (None, _) => "?".to_owned(),
        (Some(address), None) => address.to_string(),
        (Some(address), Some(port)) => std::net::SocketAddr::new(address, port).to_string(),
    }
}

#[cfg(test)]
mod tests;
