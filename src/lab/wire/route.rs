//! Who is at the wire, where a packet goes, and what is left out.

use super::log::To;
use super::state::State;
use crate::packet::{Parsed, Upper};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A host at the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Station {
    /// Its name.
    pub name: String,
    /// Its IPv4 address.
    pub v4: Ipv4Addr,
    /// Its IPv6 address.
    pub v6: Ipv6Addr,
}

/// A packet to be handed to its receiver now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outgoing {
    pub n: u64,
    pub from: usize,
    pub to: To,
}

impl Outgoing {
    /// Whether it goes to this host.
    pub(super) fn reaches(self, host: usize) -> bool {
        match self.to {
            To::One(to) => to == host,
            To::All => self.from != host,
            To::Nobody => false,
        }
    }
}

impl State {
    /// Where a packet for this address goes.
    pub(super) fn destination(&self, from: usize, dst: IpAddr) -> To {
        let many = match dst {
            IpAddr::V4(v4) => v4.is_multicast() || v4.is_broadcast() || v4.octets()[3] == 255,
            IpAddr::V6(v6) => v6.is_multicast(),
        };
        if many {
            return To::All;
        }
        let at = |station: &Station| match dst {
            IpAddr::V4(v4) => station.v4 == v4,
            IpAddr::V6(v6) => station.v6 == v6,
        };
        match self.stations.iter().position(at) {
            Some(host) if host != from => To::One(host),
            _ => To::Nobody,
        }
    }
}

/// The protocol number of IGMP.
const IGMP: u8 = 2;

/// What kernels say to each other of themselves when an interface comes up or joins a group (RFC 4861, RFC 3376, RFC 3810): no program sent it, and no
/// lesson is about it.
pub(super) fn chatter(parsed: &Parsed) -> bool {
    let igmp = parsed.ip.as_ref().is_some_and(|ip| ip.protocol == IGMP);
    let icmp = |upper: &Upper| match upper {
        Upper::Icmp(icmp) => icmp.six && matches!(icmp.kind, 130..=137 | 143),
        _ => false,
    };
    igmp || icmp(&parsed.upper)
}
