//! ECONNREFUSED: nobody is there.

use super::super::facts::{InLab, Past, Proto, SocketFacts, Target};
use super::connection::with_new_peer;
use super::gone::sends;
use super::{Scene, Words};
use crate::event::packet::Rst;
use crate::event::{Addr, Holder};
use std::net::{IpAddr, SocketAddr};

/// ECONNREFUSED
pub(super) fn refused(scene: &Scene<'_>) -> Option<Words> {
    match scene.proto() {
        Proto::Udp => Some(port_unreachable(scene)),
        proto if proto.is_unix() => Some(refused_unix(scene)),
        _ if scene.call == "connect" => Some(with_port_given_up(scene, refused_tcp(scene))),
        _ => Some(
            Words::new("An earlier connect() of this socket was refused; the kernel kept the news for this call.")
                .why("That connect() returned before the answer was there. The answer was a RST: nobody listens.")
                .hint("explain connect"),
        ),
    }
}

/// Where the laboratory's wire knows that the RST was not the other kernel's.
fn by_hand(scene: &Scene<'_>) -> Option<String> {
    match scene.facts.rst {
        Some(Rst::Packet {
            n, forged: true, ..
        }) => Some(format!(
            "A forged RST (packet {n}) answered the SYN. Its ACK number fitted, so this kernel took it for the peer's, which \
             has not sent it."
        )),
        _ => None,
    }
}

/// What it costs a socket whose port the kernel chose.
fn with_port_given_up(scene: &Scene<'_>, words: Words) -> Words {
    match scene.socket() {
        Some(socket) if socket.gave_up_its_port => words.why(format!(
            "Linux has given up the port that it chose for {0}: a later connect() or listen() of {0} gets another.",
            scene.name()
        )),
        _ => words,
    }
}

fn refused_tcp(scene: &Scene<'_>) -> Words {
    let asked = scene.asked();
    let name = scene.name();
    let again = format!("connect {name} {asked}");
    if let Some(forged) = by_hand(scene) {
        return Words::new(format!("The connection to {asked} was refused."))
            .why(forged)
            .hint(again);
    }
    let words = Words::new(format!(
        "Nobody listens at {asked}: the SYN was answered with a RST."
    ));
    if scene.facts.asked.as_ref().and_then(Addr::port) == Some(0) {
        return words
            .why("Port 0 is no real port: nobody can listen there.")
            .hint("ls");
    }
    let here = means_this_machine(scene);
    let words = here.iter().fold(words, |words, any| {
        words.why(format!("{any} as a destination means this machine itself."))
    });
    let target = scene.facts.target.as_ref();
    let target = target.filter(|target| !target.listening);
    if let Some(target) = target.filter(|target| target.proto == Proto::Tcp) {
        return bound_only(&target.name, words).then(again);
    }
    if scene.facts.listens == Some(true) {
        return not_asked(scene).hint(again);
    }
    if let Some(closed) = &scene.facts.listener_closed {
        return listener_closed(closed, words).hint(again);
    }
    if let Some(other) = scene.facts.holders.first() {
        return elsewhere(scene, other, words);
    }
    let words = target.iter().fold(words, |words, target| {
        words.why(format!(
            "Your socket {} has that port, but for {}: TCP has ports of its own.",
            target.name,
            target.proto.word()
        ))
    });
    if let Some(listener) = scene.facts.listener.as_ref().filter(|_| stays_here(scene)) {
        let words = words.why(format!(
            "Your socket {} listens at {}.",
            listener.name, listener.at
        ));
        return match scene.mapped() && !listener.ipv4 {
            true => words
                .why(kept_to_ipv4(scene))
                .hint(scene.new_socket())
                .then(format!("connect {} {}", scene.free(), listener.typed)),
            false => words.hint(format!("connect {name} {}", listener.typed)),
        };
    }
    if let Some(lab) = &scene.facts.lab {
        return refused_in_lab(scene, lab, words);
    }
    who_answered(scene, here.is_some(), words)
        .hint("ls")
        .hint(again)
}

/// The session's own socket has the address, and no more.
fn bound_only(name: &str, words: Words) -> Words {
    words
        .why(format!(
            "Your socket {name} is bound to that address, but it does not listen; bind() only reserves the name. \
             After listen {name} the same connect() works."
        ))
        .hint(format!("listen {name} 5"))
}

/// Whose kernel sent the RST: `any` where the any-address was asked for.
fn who_answered(scene: &Scene<'_>, any: bool, words: Words) -> Words {
    match scene.facts.asked.as_ref().and_then(Addr::inet) {
        _ if any => {
            words.why("Its own kernel answered. Start the server first: socket, bind, listen.")
        }
        _ if stays_here(scene) => words.why(
            "That is this very machine, so its own kernel answered. Start the server first: socket, bind, listen.",
        ),
        _ => words.why(
            "The machine is there and answered, or a firewall did in its place. Is the server running, and on that \
             port?",
        ),
    }
}

/// The session itself has closed the listener, before it answered.
fn listener_closed(closed: &str, words: Words) -> Words {
    words.why(format!(
        "Your own {closed} ended the listener there, while this connect() waited for an answer. Start a server again: \
         socket, bind, listen."
    ))
}

/// Whether the address asked for is one of this machine, or of the laboratory.
fn stays_here(scene: &Scene<'_>) -> bool {
    let asked = scene.facts.asked.as_ref().and_then(Addr::inet);
    scene.facts.lab.is_some()
        || asked.is_some_and(|to| {
            let ip = to.ip().to_canonical();
            ip.is_unspecified() || is_own(scene, ip)
        })
}

/// The any-address, where that was asked for.
fn means_this_machine(scene: &Scene<'_>) -> Option<IpAddr> {
    let asked = scene.facts.asked.as_ref()?.inet()?.ip();
    asked.to_canonical().is_unspecified().then_some(asked)
}

/// Whether this is an address of the machine itself.
fn is_own(scene: &Scene<'_>, ip: IpAddr) -> bool {
    ip.is_loopback() || scene.facts.interfaces.contains(&ip)
}

/// The host of the laboratory that was asked.
fn host_asked<'a>(scene: &Scene<'_>, lab: &'a InLab) -> Option<&'a String> {
    let asked = scene.facts.asked.as_ref()?.inet()?.ip().to_canonical();
    let here = asked.is_unspecified() || asked.is_loopback();
    lab.asked.as_ref().or(here.then_some(&lab.here))
}

/// Somebody listens at that very address.
fn not_asked(scene: &Scene<'_>) -> Words {
    let target = scene.facts.target.as_ref();
    let who = match target.filter(|target| target.listening) {
        Some(target) => format!("Your socket {} listens there", target.name),
        None => "Somebody listens there now".to_owned(),
    };
    Words::new(format!("The connection to {} was refused.", scene.asked())).why(format!(
        "{who}: it came a moment too late, or it was not asked, because a firewall answered in its place. Try again."
    ))
}

/// Somebody listens on that port, but at an address that is not the one asked for.
fn elsewhere(scene: &Scene<'_>, other: &Holder, words: Words) -> Words {
    let who = other.socket.as_deref().unwrap_or("another process");
    let local = &other.local;
    if let Some(lab) = &scene.facts.lab
        && let Some(host) = lab.asked.as_ref().filter(|host| **host != lab.here)
        && let Some(at) = local
            .inet()
            .filter(|at| at.ip().to_canonical().is_loopback())
    {
        let words = words.why(format!(
            "On that port {who} listens, but at {local}: that address of {host} is reached from {host} alone."
        ));
        return start_on(scene, host, at.port(), words);
    }
    let reach = match local.inet() {
        Some(SocketAddr::V4(at)) if at.ip().is_unspecified() => {
            "which stands for the IPv4 addresses alone"
        }
        Some(SocketAddr::V6(at)) if at.ip().is_unspecified() => {
            "with IPV6_V6ONLY, so that it stands for the IPv6 addresses alone"
        }
        _ => "and only connections to that address reach it",
    };
    let lab = scene.facts.lab.as_ref();
    let host = lab.and_then(|lab| host_asked(scene, lab));
    let reachable = match (local.inet(), host) {
        (Some(at), Some(host)) if at.ip().is_unspecified() => format!("{host}:{}", at.port()),
        (Some(SocketAddr::V4(at)), None) if at.ip().is_unspecified() => {
            format!("127.0.0.1:{}", at.port())
        }
        (Some(SocketAddr::V6(at)), None) if at.ip().is_unspecified() => {
            format!("[::1]:{}", at.port())
        }
        _ => local.to_string(),
    };
    let words = words.why(format!(
        "On that port {who} listens, but at {local}, {reach}."
    ));
    let [ipv6, there] = [
        scene.socket().is_some_and(|socket| socket.ipv6),
        local.inet().is_some_and(|at| at.is_ipv6()),
    ];
    let words = match ipv6 == there {
        true if scene.mapped() => words.why(kept_to_ipv4(scene)),
        true => return words.hint(format!("connect {} {reachable}", scene.name())),
        false => words,
    };
    let fit = if there { "tcp6" } else { "tcp" };
    words
        .hint(scene.make(fit))
        .then(format!("connect {} {reachable}", scene.free()))
}

/// What a refusal at an IPv4 address costs an IPv6 socket (`tcp_v6_connect` goes on with IPv4's operations).
fn kept_to_ipv4(scene: &Scene<'_>) -> String {
    format!(
        "{} stands for an IPv4 address, and after that attempt Linux keeps {} to IPv4: IPv6 needs a new socket.",
        scene.asked(),
        scene.name()
    )
}

/// Nobody listens on that port of a laboratory host: it is known which, and that no firewall is in the way.
fn refused_in_lab(scene: &Scene<'_>, lab: &InLab, words: Words) -> Words {
    let name = scene.name();
    let port = scene.facts.asked.as_ref().and_then(Addr::port);
    let port = port.unwrap_or_default();
    let free = scene.free();
    let host = match host_asked(scene, lab) {
        Some(host) if *host == lab.here => {
            let words = words.why(format!(
                "That is {} itself, so its own kernel answered. On the other side of the wire is {}.",
                lab.here, lab.other
            ));
            // The name is an IPv6 address to an IPv6 socket.
            return match scene.mapped() {
                true => words
                    .why(kept_to_ipv4(scene))
                    .hint(scene.new_socket())
                    .then(format!("connect {free} {}:{port}", lab.other)),
                false => words.hint(format!("connect {name} {}:{port}", lab.other)),
            };
        }
        Some(host) => host,
        None => return words.hint("ls"),
    };
    let words = words.why(format!(
        "The kernel of {host} answered: no socket listens there on that port. Start the server first: socket, bind, \
         listen."
    ));
    start_on(scene, host, port, words)
}

/// What makes a server on that host which the others reach.
fn start_on(scene: &Scene<'_>, host: &str, port: u16, words: Words) -> Words {
    let free = scene.free();
    let kind = match scene.mapped() {
        true => "tcp",
        false => scene.own_kind(),
    };
    words
        .hint(format!("{host}: {free} = socket {kind}"))
        .then(format!("bind {free} {host}:{port}"))
        .then(format!("listen {free} 5"))
}

/// UDP: what an earlier datagram met.
fn port_unreachable(scene: &Scene<'_>) -> Words {
    let datagram = scene.socket().map_or_else(String::new, earlier_datagram);
    let peer = scene.socket().and_then(|socket| socket.peer.as_ref());
    // Only what went to the present peer met who is there.
    let target = scene.facts.target.as_ref();
    let target = target.filter(|_| peer.is_some_and(|peer| datagram == format!(" to {peer}")));
    let words = Words::new(format!(
        "An earlier datagram of this socket{datagram} found no receiver there."
    ));
    let words = match target {
        Some(Target { name, proto: Proto::Udp, peer: Some(other), .. }) if scene.local() != Some(other) => {
            words.why(format!(
                "Your own socket {name} has that port, but it is connected to {other}: the kernel gives it datagrams from \
                 there alone."
            ))
        }
        Some(Target { name, proto: Proto::Tcp, .. }) => words.why(format!(
            "Your own socket {name} has that port, but for TCP: UDP has ports of its own."
        )),
        _ => words,
    };
    words
        .why(format!(
            "An ICMP message, port unreachable, came back; the kernel kept it, because the socket is connected, and \
             hands it to the next call, which is this {}(). The kernel has now forgotten it.",
            scene.typed
        ))
        .hint(format!("explain {}", scene.call))
        .hint("explain ECONNREFUSED")
}

/// Which datagram that was: one to the peer, or where the peer was named after it, the last before that.
fn earlier_datagram(socket: &SocketFacts) -> String {
    let mut back = socket.history.iter().rev();
    let of_interest =
        |past: &&Past| sends(past) || past.command == "connect" && past.errno.is_none();
    match (back.find(of_interest), &socket.peer) {
        (Some(last), _) if last.command == "connect" => back
            .find(|past| sends(past))
            .map_or_else(String::new, |past| format!(", that of {},", past.statement)),
        (_, Some(peer)) => format!(" to {peer}"),
        (_, None) => String::new(),
    }
}

/// A datagram to the peer of a Unix socket, which is gone.
fn peer_closed(scene: &Scene<'_>) -> Words {
    let name = scene.name();
    let words = Words::new(format!("The peer of {name} is closed: nobody is there to receive."))
        .why(format!(
            "Linux takes it away with that: {name} has no peer from now on, and the next {}() gives ENOTCONN.",
            scene.typed
        ));
    with_new_peer(scene, words)
}

fn refused_unix(scene: &Scene<'_>) -> Words {
    if scene.facts.asked.is_none() {
        return peer_closed(scene);
    }
    let words = Words::new(format!("Nobody is there to receive at {}.", scene.asked()));
    if let Some(target) = scene
        .facts
        .target
        .as_ref()
        .filter(|target| !target.listening && !target.proto.is_datagram())
    {
        return words
            .why(format!(
                "Your socket {} has that name, but it does not listen.",
                target.name
            ))
            .hint(format!("listen {} 5", target.name));
    }
    if let Some(target) = scene.facts.target.as_ref().filter(|target| target.shut) {
        return words.why(format!(
            "Your socket {} has that name, but it was shut down: nobody can connect to it any more.",
            target.name
        ));
    }
    // A path leads to one file, whose socket may be of another type (EPROTOTYPE); an abstract name belongs to its type.
    if let Some(target) = scene
        .facts
        .target
        .as_ref()
        .filter(|target| target.proto != scene.proto())
    {
        return words.why(format!(
            "Your socket {} has that name, but it is a {} socket, and this one is a {} socket: each type has abstract \
             names of its own.",
            target.name,
            target.proto.word(),
            scene.proto().word()
        ));
    }
    match &scene.facts.path {
        Some(path) if path.exists && !path.is_socket => words.why("The file exists, but it is not a socket."),
        Some(path) if path.exists => words.why(
            "The file is there, but no socket stands behind it any more: it was left over when its server closed.",
        ),
        _ => words.why("No open socket has that name: it was closed, or the server has not started."),
    }
    .hint("ls")
}
