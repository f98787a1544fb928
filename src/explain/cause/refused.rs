//! ECONNREFUSED: nobody is there.

use super::super::facts::{InLab, Proto};
use super::{Scene, Words};
use crate::event::{Addr, TcpState};

/// ECONNREFUSED
pub(super) fn refused(scene: &Scene<'_>) -> Option<Words> {
    match scene.proto() {
        Proto::Udp => Some(port_unreachable(scene)),
        Proto::UnixStream | Proto::UnixDgram => Some(refused_unix(scene)),
        _ if scene.call == "connect" => Some(refused_tcp(scene)),
        _ => Some(
            Words::new("An earlier connect() of this socket was refused; the kernel kept the news for this call.")
                .why("A non-blocking connect() returns before the answer is there. The answer was a RST: nobody listens.")
                .hint("explain connect"),
        ),
    }
}

fn refused_tcp(scene: &Scene<'_>) -> Words {
    let asked = scene.asked();
    let name = scene.name();
    let again = format!("connect {name} {asked}");
    let words = Words::new(format!(
        "Nobody listens at {asked}: the SYN was answered with a RST."
    ));
    if scene.facts.asked.as_ref().and_then(Addr::port) == Some(0) {
        return words
            .why("Port 0 is no real port: nobody can listen there.")
            .hint("ls");
    }
    if let Some(target) = scene
        .facts
        .target
        .as_ref()
        .filter(|target| !target.listening)
    {
        return words
            .why(format!(
                "Your socket {0} is bound to that address, but it does not listen; bind() only reserves the name. \
                 After listen {0} the same connect() works.",
                target.name
            ))
            .hint(format!("listen {} 5", target.name))
            .then(again);
    }
    let other = scene
        .facts
        .holders
        .iter()
        .find(|holder| holder.state == Some(TcpState::Listen));
    if let Some(other) = other.filter(|other| Some(&other.local) != scene.facts.asked.as_ref()) {
        let who = other.socket.as_deref().unwrap_or("another process");
        return words
            .why(format!(
                "On that port {who} listens, but at {}, and only connections to that address reach it.",
                other.local
            ))
            .hint(format!("connect {name} {}", other.local));
    }
    if scene.facts.listens == Some(true) {
        return words
            .why("Now somebody does: the server came a moment too late. Try again.")
            .hint(again);
    }
    if let Some(lab) = &scene.facts.lab {
        return refused_in_lab(scene, lab, words);
    }
    let words = match scene.facts.asked.as_ref().and_then(Addr::inet) {
        Some(inet) if inet.ip().is_loopback() || scene.facts.interfaces.contains(&inet.ip()) => words.why(
            "That is this very machine, so its own kernel answered. Start the server first: socket, bind, listen.",
        ),
        _ => words.why(
            "The machine is there and answered, or a firewall did in its place. Is the server running, and on that \
             port?",
        ),
    };
    words.hint("ls").hint(again)
}

/// Nobody listens on that port of a laboratory host: it is known which, and that no firewall is in the way.
fn refused_in_lab(scene: &Scene<'_>, lab: &InLab, words: Words) -> Words {
    let name = scene.name();
    let port = scene.facts.asked.as_ref().and_then(Addr::port);
    let port = port.unwrap_or_default();
    let host = match &lab.asked {
        Some(host) if *host != lab.here => host,
        _ => {
            return words
                .why(format!(
                    "That is {} itself, so its own kernel answered. On the other side of the wire is {}.",
                    lab.here, lab.other
                ))
                .hint(format!("connect {name} {}:{port}", lab.other));
        }
    };
    let free = scene.free();
    words
        .why(format!(
            "The kernel of {host} answered: no socket listens there on that port. Start the server first: socket, bind, \
             listen."
        ))
        .hint(format!("{host}: {}", scene.new_socket()))
        .then(format!("bind {free} {host}:{port}"))
        .then(format!("listen {free} 5"))
}

/// UDP: what an earlier datagram met.
fn port_unreachable(scene: &Scene<'_>) -> Words {
    let peer = scene
        .socket()
        .and_then(|socket| socket.peer.as_ref())
        .or(scene.facts.asked.as_ref())
        .map_or("its peer".to_owned(), ToString::to_string);
    Words::new(format!("An earlier datagram of this socket to {peer} found nobody there."))
        .why(format!(
            "An ICMP message, port unreachable, came back; the kernel kept it, because the socket is connected, and \
             hands it to the next call, which is this {}(). The kernel has now forgotten it.",
            scene.call
        ))
        .hint(format!("explain {}", scene.call))
        .hint("explain ECONNREFUSED")
}

fn refused_unix(scene: &Scene<'_>) -> Words {
    let asked = match (
        &scene.facts.asked,
        scene.socket().and_then(|socket| socket.peer.as_ref()),
    ) {
        (Some(addr), _) | (None, Some(addr)) => addr.to_string(),
        (None, None) => "the peer's name".to_owned(),
    };
    let words = Words::new(format!("Nobody is there to receive at {asked}."));
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
    match &scene.facts.path {
        Some(path) if path.exists && !path.is_socket => words.why("The file exists, but it is not a socket."),
        Some(path) if path.exists => words.why(
            "The file is there, but no socket stands behind it any more: it was left over when its server closed.",
        ),
        _ => words.why("No open socket has that name: it was closed, or the server has not started."),
    }
    .hint("ls")
}
