//! What only a network of one's own can show: routes that lead nowhere, and no port left.

use super::{ARGS, Case, case, holds, written_out};
use crate::harness::{Shell, require, skip};
use std::process::Command;

pub const CASES: &[Case] = &[
    // 10.1 is unreachable, 10.2 prohibited, 10.3 a hole, 10.4 the network that this host is on; elsewhere no route leads.
    case(
        "connect",
        "EACCES",
        "s = socket tcp\nconnect s 10.2.0.1:9",
        &["Sending to 10.2.0.1:9 is forbidden", "prohibit"],
        &["broadcast"],
    ),
    case(
        "sendto",
        "EACCES",
        "u = socket udp\nsendto u \"x\" 10.2.0.1:9",
        &["Sending to 10.2.0.1:9 is forbidden", "prohibit"],
        &["broadcast"],
    ),
    case(
        "sendto",
        "EACCES",
        "u = socket udp\nsetsockopt u SO_BROADCAST 1\nsendto u \"x\" 10.2.0.1:9",
        &["prohibit"],
        &["BROADCAST"],
    ),
    case(
        "sendto",
        "EACCES",
        "u = socket udp\nsendto u \"x\" 10.4.255.255:9",
        &[
            "10.4.255.255:9 is a broadcast address",
            "setsockopt u SO_BROADCAST 1",
        ],
        &["prohibit"],
    ),
    case(
        "connect",
        "ENETUNREACH",
        "s = socket tcp\nconnect s 10.4.255.255:9",
        &["broadcast address, and TCP connects two"],
        &["No route"],
    ),
    case(
        "connect",
        "EINVAL",
        "s = socket tcp\nconnect s 10.3.0.1:9",
        &["does not send to 10.3.0.1", "blackhole"],
        &["wrong length"],
    ),
    case(
        "sendto",
        "EINVAL",
        "u = socket udp\nsendto u \"x\" 10.3.0.1:9",
        &["does not send to 10.3.0.1", "blackhole"],
        &["port 0"],
    ),
    case(
        "connect",
        "EHOSTUNREACH",
        "s = socket tcp\nconnect s 10.1.0.1:9",
        &["no way to send to 10.1.0.1", "a rule forbids"],
        &["No route"],
    ),
    case(
        "sendto",
        "EHOSTUNREACH",
        "u = socket udp\nsendto u \"x\" 10.1.0.1:9",
        &["no way to send to 10.1.0.1"],
        &["No route"],
    ),
    case(
        "sendto",
        "ENETUNREACH",
        "u = socket udp\nsendto u \"x\" 10.9.0.1:9",
        &["no way to send to 10.9.0.1", "No route leads there"],
        &["There is a route"],
    ),
    case(
        "connect",
        "ENETUNREACH",
        "s = socket tcp\nconnect s 10.9.0.1:9",
        &["No route leads there"],
        &["There is a route", "broadcast"],
    ),
    case(
        "connect",
        "EINVAL",
        "s = socket tcp\nbind s 127.0.0.1:0\nconnect s 10.4.0.1:9",
        &["from a loopback address nothing can leave"],
        &["listens"],
    ),
    case(
        "sendto",
        "EINVAL",
        "u = socket udp\nbind u 127.0.0.1:0\nsendto u \"x\" 10.4.0.1:9",
        &["from a loopback address nothing can leave"],
        &["port 0"],
    ),
    // fe80::1 is d0's, and lo has no link-local address.
    case(
        "connect",
        "ENETUNREACH",
        "s = socket tcp6\nconnect s [fe80::1%lo]:9",
        &[
            "this machine's own address on d0",
            "s is bound to lo now",
            "s2 = socket tcp6; connect s2 [fe80::1%d0]:9",
        ],
        &["firewall", "connect s "],
    ),
    case(
        "sendto",
        "ENETUNREACH",
        "u = socket udp6\nsendto u x [fe80::1%lo]:9",
        &["own address on d0", "sendto u \"hi\" [fe80::1%d0]:9"],
        &["firewall", "is bound"],
    ),
    case(
        "connect",
        "ENETUNREACH",
        "s = socket tcp6\nconnect s [fe80::99%lo]:9",
        &["no route leads there by lo"],
        &["own address", "no IPv6 network"],
    ),
    case(
        "connect",
        "EINVAL",
        "s = socket tcp6\nconnect s [fe80::1%lo]:9\nconnect s [fe80::1%d0]:9",
        &[
            "s is bound to the interface lo",
            "looked for on d0",
            "connect() even where it fails",
            "s2 = socket tcp6; connect s2 [fe80::1%d0]:9",
        ],
        &["blackhole"],
    ),
    case(
        "connect",
        "EINVAL",
        "x = socket tcp6\nbind x [fe80::1%d0]:92\nconnect x [fe80::1%lo]:92",
        &[
            "x is bound to the interface d0",
            "s2 = socket tcp6; connect s2 [fe80::1%d0]:92",
        ],
        &["blackhole"],
    ),
    case(
        "connect",
        "ENETUNREACH",
        "x = socket tcp6\nbind x [fe80::1%d0]:92\nconnect x [::1]:92",
        &[
            "x is bound to the interface d0",
            "no way leads to ::1",
            "s2 = socket tcp6; connect s2 [::1]:92",
        ],
        &["firewall"],
    ),
    case(
        "setsockopt",
        "EINVAL",
        "u = socket udp6\nsetsockopt u IPV6_MULTICAST_IF lo\nconnect u [ff02::1]:9\nsetsockopt u IPV6_MULTICAST_IF d0",
        &[
            "u is bound to the interface lo",
            "s2 = socket udp6; setsockopt s2 IPV6_MULTICAST_IF ",
        ],
        &["out of range"],
    ),
    case(
        "bind",
        "EINVAL",
        "s = socket tcp6\nbind s [fe80::1]:33",
        &[
            "means nothing without the interface",
            "bind s [fe80::1%d0]:33",
        ],
        &["eth0", "12345"],
    ),
    case(
        "connect",
        "EINVAL",
        "s = socket tcp6\nconnect s [fe80::7]:33",
        &["connect s [fe80::7%d0]:33"],
        &["eth0", "12345"],
    ),
    // Two ports are left: both are taken.
    case(
        "bind",
        "EADDRINUSE",
        "PORTS tcp\nc = socket tcp\nbind c 127.0.0.1:0",
        &[
            "was to choose a free port, and found none",
            "40000 to 40001",
        ],
        &["Your own socket"],
    ),
    case(
        "listen",
        "EADDRINUSE",
        "PORTS tcp\nc = socket tcp\nlisten c 5",
        &["was to choose a free port, and found none"],
        &["Your own socket"],
    ),
    case(
        "connect",
        "EADDRNOTAVAIL",
        "l = socket tcp\nbind l 127.0.0.1:50000\nlisten l 5\nPORTS tcp\nc = socket tcp\nconnect c l.local",
        &["no free local port", "40000 to 40001"],
        &["exists already"],
    ),
    case(
        "sendto",
        "EAGAIN",
        "PORTS udp\nc = socket udp\nsendto c \"x\" 127.0.0.1:9",
        &["no free local port"],
        &["send buffer"],
    ),
    case(
        "connect",
        "EAGAIN",
        "PORTS udp\nc = socket udp\nconnect c 127.0.0.1:9",
        &["no free local port"],
        &["accept queue"],
    ),
    case(
        "send",
        "EAGAIN",
        "PORTS udp\nc = socket udp\nsend c \"x\"",
        &["no free local port"],
        &["send buffer"],
    ),
    case(
        "sendall",
        "EAGAIN",
        "PORTS udp\nc = socket udp\nsendall c \"x\"",
        &["no free local port"],
        &["send buffer"],
    ),
    case(
        "setsockopt",
        "ENOBUFS",
        "u = socket udp\nsetsockopt u IP_ADD_MEMBERSHIP 224.0.0.251 127.0.0.1",
        &["as many multicast groups", "igmp_max_memberships"],
        &[],
    ),
    case(
        "bind",
        "EROFS",
        "s = socket unix\nbind s /mnt/s",
        &["read-only"],
        &["folder does not"],
    ),
    case(
        "bind",
        "ENOSPC",
        "s = socket unix\nbind s /srv/s",
        &["no room for one more file"],
        &["inet_ntop"],
    ),
    // No group may have a socket for ping in a network that was just made.
    case(
        "socket",
        "EACCES",
        "socket AF_INET SOCK_DGRAM IPPROTO_ICMP",
        &["ICMP socket (ping)", "ping_group_range"],
        &["broadcast"],
    ),
];

const SETUP: &str = "mount -t tmpfs -o ro tmpfs /mnt && mount -t tmpfs -o nr_inodes=1 tmpfs /srv && ip link set lo up && ip tuntap add d0 mode tun && ip link set d0 up && \
    ip addr add 10.4.0.2/16 dev d0 && ip -6 addr add fe80::1/64 dev d0 nodad && ip route add unreachable 10.1.0.0/16 && \
    ip route add prohibit 10.2.0.0/16 && ip route add blackhole 10.3.0.0/16 && \
    echo 40000 40001 > /proc/sys/net/ipv4/ip_local_port_range && \
    echo 0 > /proc/sys/net/ipv4/igmp_max_memberships && exec \"$0\" \"$@\"";

/// As in many containers.
const WITHOUT_IPV6: &[Case] = &[
    case(
        "connect",
        "EADDRNOTAVAIL",
        "c = socket tcp6\nconnect c [::1]:80",
        &["no address to reach [::1]:80 from", "IPv6 is switched off"],
        &["free local port", "exists already"],
    ),
    case(
        "sendto",
        "EADDRNOTAVAIL",
        "u = socket udp6\nsendto u \"x\" [::1]:80",
        &["IPv6 is switched off"],
        &["free local port", "exists already"],
    ),
    case(
        "bind",
        "EADDRNOTAVAIL",
        "s = socket tcp6\nbind s [::1]:8080",
        &["IPv6 is switched off", "bind s [::]:8080"],
        &["bind s [::1]:8080"],
    ),
];

const IPV6_OFF: &str =
    "ip link set lo up && echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6 && exec \"$0\" \"$@\"";

/// As in a network namespace that was just made.
const WITHOUT_LOOPBACK: &[Case] = &[
    case(
        "connect",
        "ENETUNREACH",
        "c = socket tcp\nconnect c 127.0.0.1:80",
        &["The loopback interface is down", "ip link set lo up"],
        &["not on that network"],
    ),
    case(
        "sendto",
        "ENETUNREACH",
        "u = socket udp\nsendto u x 127.0.0.1:80",
        &["The loopback interface is down"],
        &["not on that network"],
    ),
];

const NOTHING_UP: &str = "exec \"$0\" \"$@\"";

#[test]
fn a_machine_without_ipv6() {
    hold_in_a_network(IPV6_OFF, WITHOUT_IPV6);
}

#[test]
fn a_network_without_loopback() {
    hold_in_a_network(NOTHING_UP, WITHOUT_LOOPBACK);
}

/// Runs cases in a network of their own that is set up so.
fn hold_in_a_network(setup: &'static str, cases: &[Case]) {
    if let Some(unshared) = own_network(setup) {
        holds(cases, |script| {
            Shell::under(&unshared)
                .shell_args(&ARGS)
                .input(written_out(script))
                .run()
        });
    }
}

/// The command that makes a network of one's own, as the script sets it up; `None` where it cannot be.
fn own_network(setup: &'static str) -> Option<[&'static str; 5]> {
    if !require("unshare") || !require("ip") {
        return None;
    }
    let unshared = ["unshare", "-rnm", "sh", "-c", setup];
    let tried = Command::new(unshared[0])
        .args(&unshared[1..])
        .arg("true")
        .output();
    if !tried.is_ok_and(|output| output.status.success()) {
        skip("this user may not make a network of their own, or it lacks /dev/net/tun");
        return None;
    }
    Some(unshared)
}

#[test]
fn routes_that_lead_nowhere_and_no_port_left() {
    let Some(unshared) = own_network(SETUP) else {
        return;
    };
    holds(CASES, |script| {
        let taken = |kind: &str| {
            format!(
                "a = socket {kind}\nbind a 127.0.0.1:40000\nb = socket {kind}\nbind b 127.0.0.1:40001\n"
            )
        };
        let script = script
            .replace("PORTS tcp\n", &taken("tcp"))
            .replace("PORTS udp\n", &taken("udp"));
        let mut args = ARGS.to_vec();
        args.insert(0, "--allow-files");
        Shell::under(&unshared)
            .shell_args(&args)
            .input(written_out(&script))
            .run()
    });
}
