//! How a host's kernel is set before its device comes up: nothing is sent that no call caused, nothing gives up while a
//! packet is held for a discussion, and no run depends on the one before.

/// A sysctl, its value, and whether a host without it is no use.
pub(super) struct Setting {
    pub name: &'static str,
    pub value: &'static str,
    pub need: Need,
}

/// What is lost where a sysctl cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// The host is no use.
    Must,
    /// Something is less convenient, and worth telling.
    Should,
    /// It exists in newer kernels only; older ones need it not.
    Newer,
}

const fn set(name: &'static str, value: &'static str, need: Need) -> Setting {
    Setting { name, value, need }
}

use Need::{Must, Newer, Should};

/// In this order. A device inherits what `conf.default` says when it is made (`Documentation/networking/ip-sysctl.rst`).
pub(super) const SETTINGS: &[Setting] = &[
    // No link-local address: without one there is no router solicitation, and no report of a multicast group.
    set("net.ipv6.conf.default.addr_gen_mode", "1", Must),
    set("net.ipv6.conf.default.accept_ra", "0", Must),
    set("net.ipv6.conf.default.router_solicitations", "0", Must),
    // An address is used at once in any case: a TUN device has no neighbors to ask (`IFF_NOARP`).
    set("net.ipv6.conf.default.disable_ipv6", "0", Must),
    // Forged sources arrive. The strictest of `all` and the device's holds.
    set("net.ipv4.conf.all.rp_filter", "0", Must),
    set("net.ipv4.conf.default.rp_filter", "0", Must),
    // A student binds port 80, and pings.
    set("net.ipv4.ip_unprivileged_port_start", "0", Should),
    set("net.ipv4.ping_group_range", "0 0", Should),
    // A held packet survives a discussion: after a few doublings a retry comes every two minutes.
    set("net.ipv4.tcp_syn_retries", "100", Must),
    set("net.ipv4.tcp_synack_retries", "100", Must),
    set("net.ipv4.tcp_retries1", "100", Must),
    set("net.ipv4.tcp_retries2", "100", Must),
    set("net.ipv4.tcp_orphan_retries", "100", Must),
    // Seconds that a closed connection waits for the peer's FIN.
    set("net.ipv4.tcp_fin_timeout", "600", Must),
    // A SYN's timeout doubles from the first retry on, as in RFC 6298; Linux 6.5 repeats it four times at first.
    set("net.ipv4.tcp_syn_linear_timeouts", "0", Newer),
    // Round-trip times and thresholds of earlier connections are forgotten.
    set("net.ipv4.tcp_no_metrics_save", "1", Must),
    // The same congestion control on every machine, that of RFC 5681: the only one that every kernel has and lets a host choose.
    set("net.ipv4.tcp_congestion_control", "reno", Newer),
    // Every datagram to a closed port is answered, not one a second.
    set("net.ipv4.icmp_ratelimit", "0", Should),
    set("net.ipv6.icmp.ratelimit", "0", Should),
];
