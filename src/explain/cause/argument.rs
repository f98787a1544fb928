//! Errors about the arguments: operations, protocols, options and sizes that do not fit the socket.

use super::super::facts::Proto;
use super::{Scene, Words};
use crate::event::Addr;

/// EOPNOTSUPP
pub(super) fn not_supported(scene: &Scene<'_>) -> Option<Words> {
    let name = scene.name();
    match scene.call {
        "listen" | "accept" => {
            let proto = scene.proto();
            Some(
                Words::new(format!("{name} is a {} socket, and {}() is for streams.", proto.word(), scene.call))
                    .why(match proto {
                        Proto::UnixDgram | Proto::Udp => {
                            "Datagrams have no connections: bind() is all a receiver needs, and one socket serves every sender."
                        }
                        _ => "Only a socket of a connection-oriented type can wait for connections.",
                    })
                    .hint(format!("recvfrom {name} 1024")),
            )
        }
        "socketpair" => Some(
            Words::new("A pair of connected sockets can only be made of Unix sockets.")
                .why("Two Internet sockets are connected by bind, listen, connect and accept.")
                .hint("socketpair"),
        ),
        "send" | "sendto" | "sendall" | "recv" | "recvfrom" if scene.flag("MSG_OOB") => Some(
            Words::new(
                "Urgent data (MSG_OOB) exist in streams alone: a datagram has no place for them.",
            )
            .hint(match scene.call {
                "recv" | "recvfrom" => format!("recvfrom {name} 1024"),
                _ if scene.peered() => format!("send {name} \"hi\""),
                _ if scene.proto().is_unix() => format!("sendto {name} \"hi\" /tmp/server.sock"),
                _ => format!(
                    "sendto {name} \"hi\" {}",
                    scene
                        .facts
                        .asked
                        .as_ref()
                        .map_or("127.0.0.1:12345".to_owned(), ToString::to_string)
                ),
            }),
        ),
        "sendto" if scene.proto() == Proto::UnixStream => Some(
            Words::new(format!(
                "{name} is a stream socket: it sends to whom it is connected to, to nobody else."
            ))
            .hint(format!("connect {name} {}", scene.asked())),
        ),
        "setsockopt" | "getsockopt" if foreign_family(scene).is_some() => no_option(scene),
        "setsockopt" | "getsockopt" => {
            let option = scene.facts.option.as_deref().unwrap_or("That option");
            Some(
                Words::new(format!(
                    "{option} is not for a {} socket.",
                    scene.proto().word()
                ))
                .hint(format!("getsockopt {name}"))
                .hint(format!("explain {option}")),
            )
        }
        _ => None,
    }
}

/// EPROTONOSUPPORT, ESOCKTNOSUPPORT
pub(super) fn no_protocol(scene: &Scene<'_>) -> Option<Words> {
    let facts = scene.facts;
    if !matches!(scene.call, "socket" | "socketpair") {
        return None;
    }
    let given: Vec<&str> = [&facts.domain, &facts.kind, &facts.protocol]
        .into_iter()
        .filter_map(|part| part.as_deref())
        .collect();
    let kind = facts.kind.as_deref().unwrap_or_default();
    let protocol = facts.protocol.as_deref().unwrap_or_default();
    let pair = scene.call == "socketpair";
    let why = if kind.contains("???") {
        "No type of socket has that number here; SOCK_STREAM and SOCK_DGRAM are the usual ones."
    } else if kind.contains("SOCK_SEQPACKET") && facts.domain.as_deref() != Some("AF_UNIX") {
        "SOCK_SEQPACKET (a connection that keeps messages apart) exists for AF_UNIX, not over IP."
    } else if kind.contains("SOCK_STREAM") && protocol == "IPPROTO_UDP" {
        "UDP sends datagrams; a stream needs IPPROTO_TCP, or 0 for the family's own choice."
    } else if kind.contains("SOCK_DGRAM") && protocol == "IPPROTO_TCP" {
        "TCP makes a stream; datagrams need IPPROTO_UDP, or 0 for the family's own choice."
    } else if facts.domain.as_deref() == Some("AF_UNIX") {
        "A Unix socket has one protocol: give 0."
    } else if kind.contains("SOCK_RAW") {
        "A raw socket must name its protocol (IPPROTO_ICMP …)."
    } else {
        "Within one family each type has protocols of its own; 0 takes the usual one."
    };
    Some(
        Words::new(format!(
            "The kernel has no socket of that combination: {}.",
            given.join(", ")
        ))
        .why(why)
        .hint(if pair {
            "socketpair".to_owned()
        } else {
            scene.make("tcp")
        })
        .hint(if pair {
            "explain socketpair".to_owned()
        } else {
            scene.make("udp")
        }),
    )
}

/// EPROTOTYPE
pub(super) fn prototype(scene: &Scene<'_>) -> Option<Words> {
    let (other, hint) = match (&scene.facts.target, scene.proto()) {
        (Some(target), _) => (
            format!(
                "your socket {} is a {} socket",
                target.name,
                target.proto.word()
            ),
            target.proto.typed(false),
        ),
        (None, Proto::UnixDgram) => (format!("the socket at {} is none", scene.asked()), "unix"),
        (None, _) => (
            format!("the socket at {} is none", scene.asked()),
            "unix-dgram",
        ),
    };
    Some(
        Words::new(format!(
            "{} is a {} socket, and {other}: they cannot be joined.",
            scene.name(),
            scene.proto().word()
        ))
        .why("Both ends of a Unix connection must be of one type.")
        .hint(scene.make(hint))
        .then(format!("connect {} {}", scene.free(), scene.asked())),
    )
}

/// EPROTO
pub(super) fn protocol(scene: &Scene<'_>) -> Option<Words> {
    let option = scene.facts.option.as_deref()?;
    option.contains("MEMBERSHIP").then(|| {
        Words::new(format!(
            "{} is a TCP socket, and a connection has one peer: it cannot join a group.",
            scene.name()
        ))
        .hint(scene.make("udp"))
        .hint(format!("explain {option}"))
    })
}

/// Why an option of IPv6 is none of an IPv4 socket's.
fn foreign_family(scene: &Scene<'_>) -> Option<String> {
    let option = scene.facts.option.as_deref()?;
    let socket = scene
        .socket()
        .filter(|socket| !socket.ipv6 && !socket.proto.is_unix())?;
    option.starts_with("IPV6_").then(|| {
        format!(
            "It belongs to IPv6, and {} is not an AF_INET6 socket.",
            socket.name
        )
    })
}

/// ENOPROTOOPT
pub(super) fn no_option(scene: &Scene<'_>) -> Option<Words> {
    let Some(option) = scene.facts.option.as_deref() else {
        return Some(no_protocol_there(scene));
    };
    let name = scene.name();
    let read_only = matches!(
        option,
        "SO_ERROR" | "SO_TYPE" | "SO_DOMAIN" | "SO_PROTOCOL" | "SO_ACCEPTCONN" | "TCP_INFO"
    );
    if read_only && scene.call == "setsockopt" {
        return Some(
            Words::new(format!(
                "{option} can be read, not set: it is what the kernel says of the socket."
            ))
            .hint(format!("getsockopt {name} {option}")),
        );
    }
    if option.contains("MEMBERSHIP") && scene.call == "getsockopt" {
        return Some(
            Words::new(format!("{option} can be set, not read."))
                .why("The kernel lists the groups in /proc/net/igmp and /proc/net/igmp6.")
                .hint(format!("explain {option}")),
        );
    }
    let words = Words::new(format!("{name} has no option {option}."));
    let kind = scene.proto().word();
    let why = match option {
        _ if option.starts_with("TCP_") && scene.proto() != Proto::Tcp => {
            format!("It belongs to TCP, and {name} is a {kind} socket.")
        }
        _ if option.contains("MULTICAST") && foreign_family(scene).is_none() => {
            format!("Multicast is for datagrams, and {name} is a {kind} socket.")
        }
        _ => foreign_family(scene)
            .unwrap_or_else(|| "The kernel does not know that option at that level.".to_owned()),
    };
    Some(words.why(why).hint(format!("getsockopt {name}")))
}

/// ENOPROTOOPT of a call that sends: what ICMP's "protocol unreachable" becomes.
fn no_protocol_there(scene: &Scene<'_>) -> Words {
    let (call, proto) = (scene.typed, scene.proto().word());
    Words::new(format!(
        "{call}() was refused: an ICMP message says that nobody there speaks {proto}."
    ))
    .why(
        "A host without that protocol sends it (protocol unreachable), or a firewall in its place.",
    )
    .hint("explain ENOPROTOOPT")
}

/// EDOM
pub(super) fn domain(scene: &Scene<'_>) -> Option<Words> {
    let option = scene.facts.option.as_deref().unwrap_or("The timeout");
    Some(
        Words::new(format!(
            "{option} is seconds and microseconds, and the microseconds must be 0 to 999999."
        ))
        .hint(format!("setsockopt {} {option} 1.5", scene.name())),
    )
}

/// Whether an IPv6 socket sends to an IPv4 address (`::ffff:127.0.0.1`): the packet is one of IPv4.
fn to_ipv4(scene: &Scene<'_>) -> bool {
    let peer = scene.socket().and_then(|socket| socket.peer.as_ref());
    let to = scene.facts.asked.as_ref().or(peer);
    to.and_then(Addr::inet)
        .is_some_and(|to| to.ip().to_canonical().is_ipv4())
}

/// EMSGSIZE
pub(super) fn message_size(scene: &Scene<'_>) -> Option<Words> {
    let socket = scene.socket()?;
    let sent = scene
        .facts
        .sent
        .map_or("that many".to_owned(), |sent| sent.to_string());
    let (most, why) = match socket.proto {
        Proto::Udp if socket.ipv6 && !to_ipv4(scene) => (
            "65527",
            "A UDP length field of 16 bits holds 65535, less 8 for UDP's own header.",
        ),
        Proto::Udp => (
            "65507",
            "An IPv4 packet has at most 65535 bytes, less 20 for the IP header and 8 for UDP's.",
        ),
        Proto::UnixDgram | Proto::UnixSeqpacket => (
            "what SO_SNDBUF leaves room for",
            "A Unix message must fit into the send buffer whole.",
        ),
        _ => return None,
    };
    Some(
        Words::new(format!(
            "{sent} bytes do not fit into one datagram: the most is {most}. Nothing was sent."
        ))
        .why(format!(
            "{why} A datagram is sent whole or not at all; a stream (TCP) would cut it by itself."
        ))
        .hint(match (&scene.facts.asked, scene.call) {
            (Some(to), "sendto") => format!("sendto {} #1000 {to}", scene.name()),
            _ => format!("send {} #1000", scene.name()),
        }),
    )
}
