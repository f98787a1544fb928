//! Checksums, as found and as they should be. etherparse sums.
//!
//! A TUN device hands packets out with complete checksums as long as no offload was asked for, so they are checked as they
//! are. A capture on an interface with offload shows half-made ones: see [`Checksum::is_begun`].

use super::parse::{Ip, Parsed, Upper, protocol};
use super::view::View;
use etherparse::checksum::Sum16BitWords;
use std::net::IpAddr;

/// Which header's checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// IPv4's own, over its header (RFC 791, section 3.1). IPv6 has none.
    Ipv4,
    /// TCP's, over pseudo header, header and payload (RFC 9293, section 3.1).
    Tcp,
    /// UDP's, likewise (RFC 768).
    Udp,
    /// ICMP's, over the message (RFC 792).
    Icmp,
    /// ICMPv6's, over pseudo header and message (RFC 4443, section 2.3).
    Icmp6,
}

impl Layer {
    /// As the header is called: `TCP`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ipv4 => "IPv4",
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Icmp => "ICMP",
            Self::Icmp6 => "ICMPv6",
        }
    }
}

/// One checksum of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checksum {
    /// Whose.
    pub layer: Layer,
    /// Where it stands, counted from the packet's first byte.
    pub at: usize,
    /// What is there.
    pub found: u16,
    /// What should be there.
    pub expected: u16,
    /// The sum of the pseudo header alone, where it covers one.
    pub begun: Option<u16>,
}

impl Checksum {
    /// Whether the sender left it out: UDP over IPv4 may, and writes 0 (RFC 768). Over IPv6 it may not (RFC 8200,
    /// section 8.1).
    pub fn is_absent(&self, version: u8) -> bool {
        self.layer == Layer::Udp && version == 4 && self.found == 0
    }

    /// Whether it was only begun: with checksum offload the kernel sums the pseudo header, and leaves the rest to the network
    /// card (Linux, `CHECKSUM_PARTIAL`; Documentation/networking/checksum-offloads.rst). What the machine receives from itself
    /// stays so, also where an ICMP error quotes it.
    pub fn is_begun(&self) -> bool {
        self.begun == Some(self.found)
    }

    /// Whether a receiver accepts it. In one's complement 0 and 0xffff are the same number; UDP alone tells them apart,
    /// because there 0 means "none".
    pub fn is_right(&self, version: u8) -> bool {
        if self.layer == Layer::Udp {
            return self.found == self.expected || self.is_absent(version);
        }
        let same = |sum| if sum == u16::MAX { 0 } else { sum };
        same(self.found) == same(self.expected)
    }
}

/// Every checksum of a packet that can be checked: one over bytes that are not all there (a fragment, a packet cut short),
/// or over an address that a routing header hides, cannot.
pub fn checksums(bytes: &[u8], parsed: &Parsed) -> Vec<Checksum> {
    let Some(ip) = &parsed.ip else {
        return Vec::new();
    };
    let mut sums = Vec::new();
    if ip.version == 4 {
        sums.extend(header(bytes, ip));
    }
    if !parsed.is_cut() && !parsed.is_fragment() && !ip.routed {
        sums.extend(upper(bytes, parsed, ip));
    }
    sums
}

/// The first checksum that the receiver's kernel does not accept.
pub fn wrong(bytes: &[u8], parsed: &Parsed) -> Option<Checksum> {
    let version = parsed.ip.as_ref()?.version;
    let mut sums = checksums(bytes, parsed).into_iter();
    sums.find(|sum| !sum.is_right(version))
}

const IPV4_AT: usize = 10;

fn header(bytes: &[u8], ip: &Ip) -> Option<Checksum> {
    let header = bytes.get(ip.header.clone())?;
    Some(Checksum {
        layer: Layer::Ipv4,
        at: IPV4_AT,
        found: View(header).u16(IPV4_AT)?,
        expected: without(Sum16BitWords::new(), header, IPV4_AT)
            .ones_complement()
            .to_be(),
        begun: None,
    })
}

fn upper(bytes: &[u8], parsed: &Parsed, ip: &Ip) -> Option<Checksum> {
    let (layer, start, offset, number) = match &parsed.upper {
        Upper::Tcp(tcp) => (Layer::Tcp, tcp.header.start, 16, Some(protocol::TCP)),
        Upper::Udp(udp) => (Layer::Udp, udp.header.start, 6, Some(protocol::UDP)),
        Upper::Icmp(icmp) if icmp.six => {
            (Layer::Icmp6, icmp.header.start, 2, Some(protocol::ICMP6))
        }
        Upper::Icmp(icmp) => (Layer::Icmp, icmp.header.start, 2, None),
        Upper::Fragment | Upper::Other => return None,
    };
    let body = bytes.get(start..parsed.payload.end)?;
    let pseudo = number.map(|number| pseudo(ip, number, body.len()));
    let begun = pseudo.clone().map(|sum| !sum.ones_complement().to_be());
    let sum = without(pseudo.unwrap_or_default(), body, offset);
    Some(Checksum {
        layer,
        at: start + offset,
        found: View(body).u16(offset)?,
        expected: match layer {
            Layer::Udp => sum.to_ones_complement_with_no_zero().to_be(),
            _ => sum.ones_complement().to_be(),
        },
        begun,
    })
}

/// The sum of all but the two bytes of the checksum itself.
fn without(sum: Sum16BitWords, bytes: &[u8], at: usize) -> Sum16BitWords {
    let (before, behind) = bytes.split_at(at.min(bytes.len()));
    sum.add_slice(before)
        .add_slice(behind.get(2..).unwrap_or(&[]))
}

/// The pseudo header (RFC 9293, section 3.1; RFC 8200, section 8.1).
fn pseudo(ip: &Ip, number: u8, len: usize) -> Sum16BitWords {
    let mut sum = Sum16BitWords::new();
    for address in [ip.src, ip.dst] {
        sum = match address {
            IpAddr::V4(address) => sum.add_4bytes(address.octets()),
            IpAddr::V6(address) => sum.add_16bytes(address.octets()),
        };
    }
    sum.add_2bytes([0, number])
        .add_4bytes((len as u32).to_be_bytes())
}

#[cfg(test)]
mod tests;
