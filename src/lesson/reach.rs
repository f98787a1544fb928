//! What a lesson may reach: loopback, the laboratory, nothing else.

use super::head::{Head, Need, Network};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether a lesson may bind, connect or send to this host, written as an address or a name. That a group stays on this
/// machine shows only when it is sent to.
pub(super) fn allowed(host: &str, head: &Head) -> bool {
    let network = head.network;
    match host.parse::<IpAddr>() {
        Ok(ip) if ip.is_multicast() && head.needs.contains(&Need::Multicast) => true,
        Ok(IpAddr::V4(ip)) => inside4(ip, network),
        Ok(IpAddr::V6(ip)) => inside6(ip, network),
        // In a laboratory a name is a host of it.
        Err(_) => host.eq_ignore_ascii_case("localhost") || network == Network::Lab,
    }
}

fn inside4(ip: Ipv4Addr, network: Network) -> bool {
    let lab = ip.octets()[..3] == [10, 0, 0] || ip.is_broadcast() || ip.is_multicast();
    ip.is_loopback() || ip.is_unspecified() || (network == Network::Lab && lab)
}

fn inside6(ip: Ipv6Addr, network: Network) -> bool {
    let lab =
        ip.segments()[..4] == [0xfd00, 0, 0, 0] || ip.is_multicast() || ip.is_unicast_link_local();
    ip.is_loopback() || ip.is_unspecified() || (network == Network::Lab && lab)
}

/// Whether an address belongs to nobody: set aside for documents (RFC 5737, RFC 3849), so that a lesson may show
/// that bind(2) refuses a foreign address. Nothing is ever sent by bind.
pub(super) fn documentation(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => ip.is_documentation(),
        Ok(IpAddr::V6(ip)) => ip.segments()[..2] == [0x2001, 0xdb8],
        Err(_) => false,
    }
}
