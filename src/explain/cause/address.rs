//! Errors about addresses: not ours, not allowed, not of this family, not reachable, not there.

use super::super::facts::Proto;
use super::{Scene, Words, link};
use crate::event::Addr;
use std::net::{IpAddr, SocketAddr};

/// EADDRNOTAVAIL
pub(super) fn not_available(scene: &Scene<'_>) -> Option<Words> {
    match scene.call {
        "bind" => foreign(scene),
        "connect" | "sendto" => Some(no_local_port(scene)),
        "setsockopt" => membership(scene),
        _ => None,
    }
}

/// bind() to an address of another machine.
fn foreign(scene: &Scene<'_>) -> Option<Words> {
    let asked = scene.facts.asked.as_ref()?.inet()?;
    let lab = scene.facts.lab.as_ref();
    if let Some((lab, owner)) = lab.and_then(|lab| Some((lab, lab.asked.as_ref()?))) {
        return Some(match too_small_for_ipv6(scene, asked) {
            Some(words) => words,
            None if *owner == lab.here => tentative(asked.ip()),
            None => on_another_host(scene, asked, &lab.here, owner),
        });
    }
    let host = lab.map(|lab| lab.here.as_str());
    let mut words = Words::new(match host {
        Some(host) => format!(
            "A socket can only be bound to an address of its own host, and {} is none of {host}'s.",
            asked.ip()
        ),
        None => format!(
            "A socket can only be bound to an address of this machine, and {} is none.",
            asked.ip()
        ),
    });
    let ours = &scene.facts.interfaces;
    if ours.contains(&asked.ip()) {
        return Some(tentative(asked.ip()));
    }
    if asked.is_ipv6() && !ours.is_empty() && !ours.iter().any(IpAddr::is_ipv6) {
        words = words.why(NO_IPV6);
    } else if !ours.is_empty() {
        let own = ours.iter();
        let own: Vec<String> = own.map(ToString::to_string).collect();
        let who = host.unwrap_or("This machine");
        words = words.why(format!("{who} has: {}.", own.join(", ")));
    }
    let name = scene.name();
    let port = asked.port();
    let owner = scene.facts.asked_host.as_deref();
    if let Some(owner) = owner {
        words = words
            .why(format!(
                "It is that of {owner}, a host of the laboratory: a socket made there can have it, and {name} is one of \
                 the machine itself."
            ))
            .hint(scene.new_socket_on(owner))
            .then(format!("bind {} {owner}:{port}", scene.free()));
    }
    let (loopback, any) = if asked.is_ipv6() {
        ("[::1]", "[::]")
    } else {
        ("127.0.0.1", "0.0.0.0")
    };
    if !asked.ip().is_loopback() {
        words = words.hint(format!("bind {name} {loopback}:{port}"));
    }
    words = words.hint(format!("bind {name} {any}:{port}"));
    // To reach that machine is another matter than to be it, where a way leads there: the machine and the laboratory do
    // not reach each other.
    Some(match port {
        0 => words,
        _ if host.is_some() || owner.is_some() => words,
        _ => words.hint(format!("connect {name} {asked}")),
    })
}

/// bind() to an own address that is not usable yet (RFC 4862, section 5.4).
fn tentative(ip: IpAddr) -> Words {
    Words::new(format!("{ip} is this machine's, but cannot be used yet, or not on that interface."))
        .why(
            "The kernel still checks that no other host has it (duplicate address detection); that takes a second or two.",
        )
        .hint("explain EADDRNOTAVAIL")
}

/// bind() to the address of another host of the laboratory: the socket was made on the wrong one.
fn on_another_host(scene: &Scene<'_>, asked: SocketAddr, here: &str, owner: &str) -> Words {
    let (name, free, port) = (scene.name(), scene.free(), asked.port());
    let own: Vec<String> = scene
        .facts
        .interfaces
        .iter()
        .map(ToString::to_string)
        .collect();
    Words::new(format!(
        "{name} was made on {here}, and {} belongs to {owner}: a socket can only be bound to an address of its own host.",
        asked.ip()
    ))
    .why(format!("{here} has: {}. A socket stays on the host where it was made.", own.join(", ")))
    .hint(scene.new_socket_on(owner))
    .then(format!("bind {free} {owner}:{port}"))
    .hint(format!("bind {name} {here}:{port}"))
}

/// An IPv6 address of the laboratory, where the wire's packets are too small for it.
fn too_small_for_ipv6(scene: &Scene<'_>, asked: SocketAddr) -> Option<Words> {
    let lab = scene.facts.lab.as_ref()?;
    let (mtu, owner) = (lab.mtu?, lab.asked.as_ref()?);
    asked.ip().to_canonical().is_ipv6().then(|| {
        Words::new(format!("{} is {owner}'s address, but there is no IPv6 on the wire now.", asked.ip()))
            .why(format!(
                "The wire takes packets of up to {mtu} bytes, and below 1280 the kernel takes IPv6 away (RFC 8200, section \
                 5). IPv4 works."
            ))
            .hint("wire mtu 1500")
    })
}

/// connect() or sendto() that finds no local address, no port, or only one that has this connection already.
fn no_local_port(scene: &Scene<'_>) -> Words {
    let asked = scene.asked();
    if let Some(why) = no_source(scene) {
        return Words::new(format!("The kernel has no address to reach {asked} from."))
            .why(why)
            .hint("explain EADDRNOTAVAIL");
    }
    match scene.local() {
        Some(local) => Words::new(format!("The kernel did not make a connection from {local} to {asked}."))
            .why(
                "A connection with these four (both addresses, both ports) exists already, open or in TIME_WAIT, and \
                 there can only be one. A socket that is not bound gets a free port.",
            )
            .hint(scene.new_socket())
            .then(format!("connect {} {asked}", scene.free())),
        None => Words::new(format!("The kernel found no free local port for a connection to {asked}."))
            .why(match scene.facts.port_range {
                Some((low, high)) => {
                    format!("Every port from {low} to {high} is in use towards that address, TIME_WAIT included.")
                }
                None => "Every port of the ephemeral range is in use towards that address.".to_owned(),
            })
            .hint("ls")
            .hint("explain ephemeral-port"),
    }
}

/// Why there is no source address, where that is what lacks: the interfaces have none of the family.
fn no_source(scene: &Scene<'_>) -> Option<String> {
    let asked = scene.facts.asked.as_ref()?.inet()?;
    let mut own = scene.facts.interfaces.iter();
    if asked.is_ipv6() && !scene.facts.interfaces.is_empty() && !own.any(IpAddr::is_ipv6) {
        return Some(NO_IPV6.to_owned());
    }
    // A datagram shares its four with others; only an address can lack.
    (scene.proto() == Proto::Udp).then(|| {
        "No address of this machine fits the way there: an interface may be down, or its IPv6 address still be checked \
         (duplicate address detection)."
            .to_owned()
    })
}

/// What a machine says that has IPv6 switched off.
const NO_IPV6: &str = "This machine has no IPv6 address: IPv6 is switched off here (net.ipv6.conf.all.disable_ipv6), as it \
                       often is in containers. IPv4 works.";

/// IP_DROP_MEMBERSHIP of a group that was not joined, IP_MULTICAST_IF with a foreign address.
fn membership(scene: &Scene<'_>) -> Option<Words> {
    let option = scene.facts.option.as_deref()?;
    let words = Words::new("The kernel did not change the socket's multicast settings.");
    let words = if option.contains("MEMBERSHIP") {
        words.why(
            "This socket is not a member of that group on that interface, so it cannot leave it.",
        )
    } else {
        words.why("That is no address of an interface of this machine.")
    };
    Some(words.hint(format!("explain {option}")))
}

/// EACCES
pub(super) fn access(scene: &Scene<'_>) -> Option<Words> {
    let name = scene.name();
    match (scene.call, scene.proto()) {
        ("socket", _) => Some(
            Words::new("The kernel did not make such a socket for this user.")
                .why("An ICMP socket (ping) needs a group id in net.ipv4.ping_group_range; a raw one needs root.")
                .hint(scene.make("tcp")),
        ),
        ("bind", Proto::Tcp | Proto::Udp) => privileged(scene),
        ("bind", _) => Some(
            Words::new(format!("The kernel did not make the socket file {}.", scene.asked()))
                .why("This user may not write in its folder, or not pass through one of the folders above it.")
                .hint(format!("bind {name} @{name}")),
        ),
        ("connect" | "send" | "sendto" | "sendall", Proto::Udp) if needs_broadcast(scene) => Some(
            Words::new(format!("{} is a broadcast address: a datagram to it goes to every host.", destination_of(scene)))
                .why(format!(
                    "The kernel sends broadcasts only from a socket that says it means to; {name} has no SO_BROADCAST."
                ))
                .hint(format!("setsockopt {name} SO_BROADCAST 1")),
        ),
        ("connect" | "send" | "sendto" | "sendall" | "recv" | "recvfrom", Proto::Tcp | Proto::Udp) => Some(
            Words::new(format!("Sending to {} is forbidden.", destination_of(scene)))
                .why(
                    "A route of this machine says so (prohibit), or a firewall or a router, by an ICMP message \
                     (administratively prohibited). No program there was asked.",
                )
                .hint("explain EACCES"),
        ),
        ("connect" | "send" | "sendto" | "sendall", proto) if proto.is_unix() => Some(
            Words::new(format!("The kernel did not let this user reach {}.", scene.asked())).why(
                "Connecting to a Unix socket needs write permission on its file, and search permission on every \
                 folder above it. The permissions decide, not the program that listens.",
            ),
        ),
        _ => None,
    }
}

/// Whether a broadcast was meant, and SO_BROADCAST is lacking.
fn needs_broadcast(scene: &Scene<'_>) -> bool {
    let allowed = scene.socket().is_some_and(|socket| socket.broadcast);
    scene.facts.broadcast && !allowed
}

/// A port for privileged programs.
fn privileged(scene: &Scene<'_>) -> Option<Words> {
    let asked = scene.facts.asked.as_ref()?;
    let port = asked.port()?;
    let from = scene.facts.unprivileged_from.unwrap_or(1024);
    if port >= from {
        return None;
    }
    let host = match asked.inet()? {
        SocketAddr::V4(addr) => addr.ip().to_string(),
        SocketAddr::V6(addr) => format!("[{}]", addr.ip()),
    };
    let name = scene.name();
    Some(
        Words::new(format!("Port {port} is privileged: the kernel keeps the ports below {from} for root."))
            .why(
                "So a client that reaches one of them knows that the machine's administrator put that server there. \
                 The limit is net.ipv4.ip_unprivileged_port_start.",
            )
            .hint(format!("bind {name} {host}:{}", if port < 1000 { 8000 + port } else { 12345 }))
            .hint(format!("bind {name} {host}:0")),
    )
}

/// The destination: asked for, or the peer that connect() recorded.
fn destination_of(scene: &Scene<'_>) -> String {
    match (
        &scene.facts.asked,
        scene.socket().and_then(|socket| socket.peer.as_ref()),
    ) {
        (Some(asked), _) => asked.to_string(),
        (None, Some(peer)) => peer.to_string(),
        (None, None) => "The destination".to_owned(),
    }
}

/// EAFNOSUPPORT
pub(super) fn family(scene: &Scene<'_>) -> Option<Words> {
    if matches!(scene.call, "socket" | "socketpair") {
        // A number without a name is written as strace does: 0x63 /* AF_??? */.
        let domain = scene
            .facts
            .domain
            .as_deref()
            .and_then(|domain| domain.split(' ').next());
        return Some(
            Words::new(format!(
                "This kernel has no sockets of the family {}.",
                domain.unwrap_or("asked for")
            ))
            .why("The usual families are AF_INET (IPv4), AF_INET6 and AF_UNIX.")
            .hint(scene.make("tcp"))
            .hint("explain socket"),
        );
    }
    let socket = scene.socket()?;
    let own = match socket.proto {
        proto if proto.is_unix() => "AF_UNIX",
        _ if socket.ipv6 => "AF_INET6",
        _ => "AF_INET",
    };
    let given = match scene.facts.asked.as_ref()? {
        Addr::Inet(SocketAddr::V4(_)) => "an IPv4 address",
        Addr::Inet(SocketAddr::V6(_)) => "an IPv6 address",
        _ => "the name of a Unix socket",
    };
    if own == "AF_INET6" && given == "an IPv6 address" {
        return on_ipv4(scene);
    }
    Some(scene.wrong_family(own, given))
}

/// An IPv6 socket whose local address is an IPv4 one.
fn on_ipv4(scene: &Scene<'_>) -> Option<Words> {
    let local = scene.local()?;
    Some(
        Words::new(format!(
            "{} is bound to {local}, and that stands for an IPv4 address.",
            scene.name()
        ))
        .why("From there it reaches IPv4 addresses alone. A socket is bound once.")
        .hint(scene.new_socket())
        .then(format!("connect {} {}", scene.free(), scene.asked())),
    )
}

/// EDESTADDRREQ
pub(super) fn destination(scene: &Scene<'_>) -> Option<Words> {
    let name = scene.name();
    Some(
        Words::new(format!("The kernel does not know where to send this: {name} has no peer."))
            .why("A UDP socket has no connection. Either name the receiver each time with sendto(), or once with connect().")
            .hint(format!("sendto {name} \"hi\" {}", scene.far_end()))
            .hint(format!("connect {name} {}", scene.far_end())),
    )
}

/// ENETUNREACH, EHOSTUNREACH
pub(super) fn unreachable(errno: &str, scene: &Scene<'_>) -> Option<Words> {
    let asked = scene
        .facts
        .asked
        .as_ref()
        .or(scene.socket()?.peer.as_ref())?
        .inet()?;
    let tcp = scene.proto() == Proto::Tcp;
    if let Some(words) = too_small_for_ipv6(scene, asked) {
        return Some(words);
    }
    if !scene.mapped()
        && errno == "ENETUNREACH"
        && let Some(words) = link::unreachable(scene, asked)
    {
        return Some(words);
    }
    let words = Words::new(format!("The kernel has no way to send to {}.", asked.ip()));
    let why = match asked.ip() {
        IpAddr::V4(ip) if tcp && (scene.facts.broadcast || ip.is_broadcast()) => {
            "That is a broadcast address, and TCP connects two: broadcasts are for UDP."
        }
        ip if tcp && ip.is_multicast() => {
            "That is a multicast group, and TCP connects two: groups are for UDP."
        }
        IpAddr::V6(_) if scene.mapped() && scene.local().is_some_and(is_only_ipv6) => {
            "It stands for an IPv4 address, and this socket is bound to an IPv6 one."
        }
        IpAddr::V6(ip)
            if ip.to_ipv4_mapped().is_some() && scene.socket().is_some_and(|s| s.v6only) =>
        {
            "It stands for an IPv4 address, and this socket has IPV6_V6ONLY: it speaks IPv6 alone."
        }
        _ if scene.facts.lab.is_some() && errno == "ENETUNREACH" => {
            let words = words.why("A host of the laboratory reaches the laboratory's other hosts and nobody else: nothing leaves it.");
            return Some(words.hint("lab").hint(format!("explain {errno}")));
        }
        _ if errno == "EHOSTUNREACH" => {
            "There is a route, but the host did not answer on the last hop, a router said so by ICMP, or a rule forbids \
             it."
        }
        ip if scene.facts.interfaces.contains(&ip) => {
            "It is this machine's own address, so a firewall has refused it, by an ICMP message (unreachable)."
        }
        ip if ip.is_loopback() && !scene.facts.interfaces.iter().any(IpAddr::is_loopback) => {
            "The loopback interface is down, as it is in a network namespace that was just made: `ip link set lo up`, as \
             root, mends it."
        }
        IpAddr::V6(_) => "No route leads there: this machine has no IPv6 network towards it.",
        IpAddr::V4(_) => {
            "No route leads there: the machine is not on that network and has no way out to it."
        }
    };
    Some(words.why(why).hint(format!("explain {errno}")))
}

/// Whether packets from this address are IPv6's alone.
fn is_only_ipv6(local: &Addr) -> bool {
    let ip = local.inet().map(|local| local.ip().to_canonical());
    ip.is_some_and(|ip| ip.is_ipv6() && !ip.is_unspecified())
}

/// The errors of a Unix path: ENOENT, ENOTDIR, ELOOP, EROFS, ENAMETOOLONG.
pub(super) fn path(errno: &str, scene: &Scene<'_>) -> Option<Words> {
    if scene.call == "setsockopt" && errno == "ENOENT" {
        let value = scene.facts.value.as_deref().unwrap_or("That");
        return Some(
            Words::new(format!(
                "{value}: this kernel has no congestion control of that name."
            ))
            .why("The names are in /proc/sys/net/ipv4/tcp_available_congestion_control.")
            .hint(format!("setsockopt {} TCP_CONGESTION cubic", scene.name())),
        );
    }
    if scene.call == "getaddrinfo" && errno == "ENOENT" {
        return Some(
            Words::new("The library found no address for that host and service.")
                .why(
                    "The result above says why, by a number of the library's own: no errno is set.",
                )
                .hint("explain EAI"),
        );
    }
    if !matches!(scene.call, "bind" | "connect" | "send" | "sendto") {
        return None;
    }
    let asked = scene.asked();
    let making = scene.call == "bind";
    let words = Words::new(if making {
        format!("The kernel could not make the socket file {asked}.")
    } else {
        format!("The kernel found no socket at {asked}.")
    });
    let folder_gone = scene
        .facts
        .path
        .as_ref()
        .is_some_and(|path| !path.folder_exists);
    let why = match errno {
        "ENOENT" if making || folder_gone => "Its folder does not exist.",
        "ENOENT" => {
            "There is no such file. The server makes it with bind(): start the server first."
        }
        "ENOTDIR" => "Something in the path that should be a folder is a file.",
        "ELOOP" => "The path runs through symbolic links that lead round in a circle.",
        "EROFS" => "The file system there is read-only.",
        _ => "One name in the path is longer than its file system allows.",
    };
    let words = words.why(why);
    Some(if making {
        words.hint(format!("bind {} /tmp/{}.sock", scene.name(), scene.name()))
    } else {
        words.hint(format!("explain {errno}"))
    })
}
