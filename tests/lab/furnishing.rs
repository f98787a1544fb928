//! What is set in a host, and that nothing speaks unasked.

use super::bench::{Relay, up};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::os::fd::AsFd;

/// Longer than the kernel waits at random before a router solicitation (RFC 4861: 1 s) and the first reports of groups.
const QUIET: u16 = 2500;

#[test]
fn nothing_speaks_unasked() {
    let Some(hosts) = up(&["a", "b", "c"]) else {
        return;
    };
    let tuns = hosts.take_tuns();
    let mut watched: Vec<_> = tuns
        .iter()
        .map(|tun| PollFd::new(tun.as_fd(), PollFlags::POLLIN))
        .collect();
    let spoke = poll(&mut watched, PollTimeout::from(QUIET)).unwrap();
    let mut packet = [0; 2000];
    for tun in &tuns {
        if let Ok(len) = nix::unistd::read(tun, &mut packet) {
            println!("{:02x?}", &packet[..len]);
        }
    }
    assert_eq!(spoke, 0);
}

#[test]
fn what_must_be_set_is_set() {
    let Some(hosts) = up(&["client", "server"]) else {
        return;
    };
    for host in 0..2 {
        for (name, value) in [
            ("net.ipv4.tcp_syn_retries", "100"),
            ("net.ipv4.tcp_synack_retries", "100"),
            ("net.ipv4.tcp_retries2", "100"),
            ("net.ipv4.tcp_orphan_retries", "100"),
            ("net.ipv4.tcp_fin_timeout", "600"),
            ("net.ipv4.tcp_no_metrics_save", "1"),
            ("net.ipv4.tcp_congestion_control", "reno"),
            ("net.ipv4.ip_unprivileged_port_start", "0"),
            ("net.ipv4.conf.wire0.rp_filter", "0"),
            ("net.ipv6.conf.wire0.addr_gen_mode", "1"),
            ("net.ipv6.conf.wire0.accept_ra", "0"),
            ("net.ipv6.conf.wire0.mtu", "1500"),
        ] {
            assert_eq!(hosts.sysctl(host, name).unwrap(), value, "{name}");
        }
    }
    assert_eq!(hosts.notes(), [] as [&str; 0]);
}

#[test]
fn broadcast_and_multicast_leave_by_the_wire() {
    use socket2::{Domain, Type};
    let Some(hosts) = up(&["a", "b", "c"]) else {
        return;
    };
    let relay = Relay::over(&hosts);
    let receivers = [1, 2].map(|host| {
        let socket = super::hosts::socket(&hosts, host, Domain::IPV4, Type::DGRAM);
        let any: std::net::SocketAddr = "0.0.0.0:9".parse().unwrap();
        socket.bind(&any.into()).unwrap();
        let own = hosts.all()[host].v4;
        socket
            .join_multicast_v4(&"239.1.2.3".parse().unwrap(), &own)
            .unwrap();
        socket
    });
    let sender = super::hosts::socket(&hosts, 0, Domain::IPV4, Type::DGRAM);
    sender.set_broadcast(true).unwrap();
    for group in ["10.0.0.255:9", "255.255.255.255:9", "239.1.2.3:9"] {
        let to: std::net::SocketAddr = group.parse().unwrap();
        sender.send_to(group.as_bytes(), &to.into()).unwrap();
        for receiver in &receivers {
            let mut buffer = [0; 40];
            let len = std::io::Read::read(&mut &*receiver, &mut buffer).unwrap();
            assert_eq!(&buffer[..len], group.as_bytes());
        }
    }
    drop(relay);
}
