//! EINVAL: the right call at the wrong moment, or a value that makes no sense.

use super::super::facts::{Past, Proto};
use super::connection::{connect_sleeps, ended_before_a_peer, listener, uncollected};
use super::{Scene, Words, link};
use crate::event::{Addr, TcpState};
use std::net::SocketAddr;

/// EINVAL
pub(super) fn invalid(scene: &Scene<'_>) -> Option<Words> {
    match scene.call {
        "bind" => family_clash(scene).or_else(|| bind(scene)),
        "listen" => listen(scene),
        "accept" => accept(scene),
        "connect" => family_clash(scene).or_else(|| connect(scene)),
        "send" | "sendto" | "sendall" => family_clash(scene).or_else(|| send(scene)),
        "recv" | "recvfrom" => recv(scene),
        "setsockopt" => option(scene),
        "shutdown" => Some(
            Words::new("shutdown() takes one of three directions: rd (0), wr (1) or rdwr (2).")
                .hint(format!("shutdown {} wr", scene.name())),
        ),
        "socket" | "socketpair" => Some(
            Words::new("The kernel knows no socket with that type or protocol number.")
                .why("The types are SOCK_STREAM, SOCK_DGRAM and a few rare ones; the protocol 0 fits each of them.")
                .hint(scene.make("tcp"))
                .hint("explain socket"),
        ),
        _ => None,
    }
}

fn bind(scene: &Scene<'_>) -> Option<Words> {
    let socket = scene.socket()?;
    let name = scene.name();
    if let Some(Addr::Inet(SocketAddr::V6(asked))) = &scene.facts.asked {
        if asked.ip().is_unicast_link_local() && asked.scope_id() == 0 && scene.local().is_none() {
            return Some(link::unnamed(scene, *asked));
        }
        if asked.ip().to_ipv4_mapped().is_some() && socket.v6only {
            return Some(v6_only());
        }
    }
    let local = scene.local()?;
    let words = Words::new(format!(
        "{name} has its local address already: {local}. A socket is bound once."
    ));
    let bound = socket
        .history
        .iter()
        .find(|past| past.command == "bind" && past.errno.is_none());
    let words = match bound {
        Some(past) => words.why(format!("You gave it with {}.", past.statement)),
        None => {
            let by = socket
                .history
                .iter()
                .find(|past| chose_an_address(past, socket.proto));
            match by {
                Some(past) => words.why(format!(
                    "It was not bound when it needed an address, so the kernel chose one ({}). bind() must come first.",
                    past.statement
                )),
                None if scene.connected() => words.why("It got it with its connection."),
                None => words,
            }
        }
    };
    if scene.facts.asked.as_ref().and_then(Addr::port) == local.port() && local.port().is_some() {
        // Another socket could not have that port beside this one.
        return Some(match socket.proto {
            Proto::Udp => words.hint(format!("recvfrom {name} 1024")),
            Proto::Tcp if !scene.connected() => words.hint(format!("listen {name} 5")),
            _ => words.hint("ls"),
        });
    }
    Some(
        words
            .hint(scene.new_socket())
            .then(format!("bind {} {}", scene.free(), scene.asked())),
    )
}

/// Whether a call had the kernel choose a local address. A UDP socket gets one before anything else is looked at, so that
/// it has it though the call fails (inet_send_prepare and inet_dgram_connect of Linux).
fn chose_an_address(past: &Past, proto: Proto) -> bool {
    match past.command.as_str() {
        "connect" | "send" | "sendto" | "sendall" if proto == Proto::Udp => true,
        "connect" | "listen" => past.errno.is_none(),
        _ => false,
    }
}

fn v6_only() -> Words {
    Words::new("That address stands for an IPv4 one, and this socket has IPV6_V6ONLY: it speaks IPv6 alone.")
        .hint("explain IPV6_V6ONLY")
}

/// An address of a family that is shorter than the socket's own: EINVAL where one expects EAFNOSUPPORT.
fn family_clash(scene: &Scene<'_>) -> Option<Words> {
    let socket = scene.socket()?;
    let (own, given) = match scene.facts.asked.as_ref()? {
        Addr::Inet(SocketAddr::V4(_)) if socket.ipv6 && !socket.proto.is_unix() => {
            ("AF_INET6", "an IPv4 address")
        }
        Addr::Inet(_) if socket.proto.is_unix() => ("AF_UNIX", "an Internet address"),
        Addr::Path(_) | Addr::Abstract(_) if !socket.proto.is_unix() => (
            if socket.ipv6 { "AF_INET6" } else { "AF_INET" },
            "the name of a Unix socket",
        ),
        _ => return None,
    };
    Some(scene.wrong_family(own, given))
}

fn listen(scene: &Scene<'_>) -> Option<Words> {
    let socket = scene.socket()?;
    let name = scene.name();
    let own = match socket.proto.is_unix() {
        true => format!("/tmp/{}.sock", scene.free()),
        false => scene.own_end(0),
    };
    let fresh = |words: Words| {
        words
            .hint(scene.new_socket())
            .then(format!("bind {} {own}", scene.free()))
            .then(format!("listen {} 5", scene.free()))
    };
    if socket.proto.is_unix() && scene.local().is_none() && !scene.connected() {
        return Some(
            Words::new(format!(
                "{name} has no name yet, and nobody could find it: a Unix socket is bound first."
            ))
            .why("TCP is kinder: there listen() without bind() takes a free port.")
            .hint(format!("bind {name} /tmp/{name}.sock"))
            .then(format!("listen {name} 5")),
        );
    }
    if socket.state == Some(TcpState::SynSent) {
        return Some(fresh(Words::new(format!(
            "{name} is connecting (SYN_SENT): it cannot become a listener."
        ))));
    }
    if scene.connected() {
        let peer = socket
            .peer
            .as_ref()
            .map_or("a peer".to_owned(), ToString::to_string);
        return Some(fresh(
            Words::new(format!(
                "{name} is connected to {peer}: one end of a connection cannot become a listener."
            ))
            .why("A server listens on one socket, and talks on others, which accept() returns."),
        ));
    }
    if scene.over() {
        return Some(fresh(Words::new(format!(
            "{name} has had a connection; a socket that was connected cannot listen."
        ))));
    }
    let (last, _) = uncollected(scene)?;
    Some(fresh(
        Words::new(format!(
            "{name} has been on its way to a connection, and cannot become a listener as it is."
        ))
        .why(format!(
            "{} is over, but to the kernel it is not finished until another connect() has collected how it ended.",
            last.statement
        )),
    ))
}

fn accept(scene: &Scene<'_>) -> Option<Words> {
    let socket = scene.socket()?;
    let name = scene.name();
    if scene.connected() {
        return Some(
            Words::new(format!(
                "{name} is one end of a connection: there is nothing in it to accept."
            ))
            .why("accept() is called on the socket that listens, and returns one such as this."),
        );
    }
    let stopped = socket
        .history
        .iter()
        .any(|past| past.command == "listen" && past.errno.is_none());
    let words = Words::new(format!(
        "{name} does not listen, so no connection can be waiting in it."
    ));
    if stopped && socket.shut_rd && socket.proto.is_unix() {
        return Some(
            words
                .why("It listened until shutdown() ended that, and a Unix socket cannot listen again.")
                .hint(scene.new_socket()),
        );
    }
    let words = if stopped
        && (socket.shut_rd || socket.history.iter().any(|past| past.command == "shutdown"))
    {
        words.why(
            "It listened until shutdown() ended that. listen() again starts anew, unless a connection that it accepted \
             still has the port.",
        )
    } else if let Some(local) = scene.local() {
        words.why(format!(
            "It is bound to {local}; listen() comes between bind() and accept()."
        ))
    } else {
        words
            .why("The order of a server: socket, bind, listen, accept.")
            .hint(format!(
                "bind {name} {}",
                if socket.proto.is_unix() {
                    "/tmp/s.sock".to_owned()
                } else {
                    scene.own_end(12345)
                }
            ))
    };
    Some(
        words
            .then(format!("listen {name} 5"))
            .then(format!("conn = accept {name}")),
    )
}

fn connect(scene: &Scene<'_>) -> Option<Words> {
    let name = scene.name();
    if scene.proto().is_unix() && scene.listening() {
        return Some(
            Words::new(format!("{name} listens: it cannot call anyone itself."))
                .hint(scene.new_socket())
                .then(format!("connect {} {}", scene.free(), scene.asked())),
        );
    }
    if let Some((last, Some(shutdown))) = uncollected(scene) {
        return Some(
            Words::new(format!("{name} can make no connection any more."))
                .why(format!(
                    "{} had failed in the background, and {} came before another connect() collected that.",
                    last.statement, shutdown.statement
                ))
                .hint(scene.new_socket())
                .then(format!("connect {} {}", scene.free(), scene.asked())),
        );
    }
    loopback_source(scene).or_else(|| match &scene.facts.asked {
        Some(Addr::Inet(SocketAddr::V6(asked)))
            if asked.ip().is_unicast_link_local() && asked.scope_id() == 0 =>
        {
            Some(link::unnamed(scene, *asked))
        }
        _ => link::another(scene).or_else(|| blackhole(scene)),
    })
}

/// A socket bound to loopback that is to reach another machine.
fn loopback_source(scene: &Scene<'_>) -> Option<Words> {
    let asked = scene.facts.asked.as_ref()?.inet()?;
    let local = scene.local()?;
    let inside = local.inet()?.ip().is_loopback() && !asked.ip().is_loopback();
    inside.then(|| {
        Words::new(format!("{} is bound to {local}, and from a loopback address nothing can leave this machine.", scene.name()))
            .why("Leave a client's socket unbound: the kernel then chooses an address that reaches the destination.")
            .hint(scene.new_socket())
            .then(format!("connect {} {asked}", scene.free()))
    })
}

fn send(scene: &Scene<'_>) -> Option<Words> {
    let peer = scene.socket().and_then(|socket| socket.peer.as_ref());
    let to = scene.facts.asked.as_ref().or(peer);
    if scene.proto() == Proto::Udp && to.and_then(Addr::port) == Some(0) {
        return Some(
            Words::new("A datagram needs a port to go to, and port 0 is none: it means \"any\" only in bind().")
                .hint(format!("sendto {} \"hi\" {}", scene.name(), scene.far_end())),
        );
    }
    let nameless = scene
        .facts
        .asked
        .as_ref()
        .is_none_or(|to| matches!(to, Addr::Unnamed));
    if scene.call == "sendto" && scene.proto().is_unix() && nameless {
        return Some(
            Words::new("That is the address of a socket without a name, so nothing can be sent there.")
                .why("A Unix socket has a name only after bind(): the other side must bind its own first.")
                .hint("explain bind"),
        );
    }
    loopback_source(scene).or_else(|| blackhole(scene))
}

/// A route that swallows packets without a word to their sender's program: `ip route add blackhole`.
fn blackhole(scene: &Scene<'_>) -> Option<Words> {
    let peer = scene.socket().and_then(|socket| socket.peer.as_ref());
    let to = scene.facts.asked.as_ref().or(peer)?.inet()?;
    let fits = to.is_ipv6() == scene.socket()?.ipv6;
    fits.then(|| {
        Words::new(format!("The kernel does not send to {}.", to.ip()))
            .why("Most likely a route of this machine is a blackhole: it drops whatever would go there.")
            .hint("explain EINVAL")
    })
}

fn recv(scene: &Scene<'_>) -> Option<Words> {
    let socket = scene.socket()?;
    let name = scene.name();
    if scene.flag("MSG_OOB") {
        let words = Words::new("There is no urgent byte to take.");
        return Some(if socket.oob_inline {
            words
                .why("SO_OOBINLINE is set: urgent bytes come in the ordinary stream.")
                .hint(format!("recv {name} 1024"))
        } else {
            words.why("None has come, it was taken already, or recv() has read past its place. The peer sends one with send --oob.")
        });
    }
    if scene.listening() {
        return Some(listener(scene));
    }
    let apart = socket.proto == Proto::UnixStream && !scene.connected();
    if let Some(words) = connect_sleeps(scene).filter(|_| apart) {
        return Some(words);
    }
    apart.then(|| {
        let words = Words::new(format!("{name} is not connected: nobody can send to it."))
            .why("A TCP socket gives ENOTCONN here; a Unix stream socket says EINVAL.");
        match ended_before_a_peer(scene) {
            Some(ended) => words.why(ended).hint(scene.new_socket()),
            None => words.hint(format!("connect {name} /tmp/server.sock")),
        }
    })
}

/// A value outside of what an option takes.
fn option(scene: &Scene<'_>) -> Option<Words> {
    let option = scene.facts.option.as_deref()?;
    // As strace writes it: [5]. A structure would say less than it hides.
    let value = scene
        .facts
        .value
        .as_deref()
        .map(|value| value.trim_matches(['[', ']']));
    let range = match option {
        "TCP_MAXSEG" => "from 88 to 32767 bytes, or 0 for the kernel's own choice",
        "TCP_KEEPIDLE" | "TCP_KEEPINTVL" => "from 1 to 32767 seconds",
        "TCP_KEEPCNT" => "from 1 to 127 probes",
        "IP_TTL" => "from 1 to 255, or -1 for the default",
        "IP_MULTICAST_TTL" | "IP_MULTICAST_IF" if scene.proto() == Proto::Tcp => {
            "nothing on a TCP socket: multicast is for datagrams"
        }
        "IPV6_UNICAST_HOPS" => "from 0 to 255, or -1 for the default",
        "IPV6_MULTICAST_HOPS" => "from 0 to 255, or -1 for the default (1)",
        "IPV6_MULTICAST_LOOP" => "0 or 1",
        "IP_MULTICAST_TTL" => "from 0 to 255, or -1 for the default (1)",
        "TCP_USER_TIMEOUT" => "0 or more milliseconds",
        "TCP_CONGESTION" => "a name that is not empty",
        "IPV6_V6ONLY" => "0 or 1, and only before bind()",
        "IP_ADD_MEMBERSHIP" => "a multicast group, from 224.0.0.0 to 239.255.255.255",
        "IPV6_ADD_MEMBERSHIP" | "IPV6_JOIN_GROUP" => "a multicast group, which begins with ff",
        "IPV6_MULTICAST_IF" => return link::option(scene, value),
        _ => return None,
    };
    let words = Words::new(match value.filter(|value| !value.starts_with('{')) {
        Some(value) => {
            format!("{option} was not set to {value}: the kernel does not take that value here.")
        }
        None => format!("{option} was not set: the kernel does not take that value here."),
    });
    Some(
        words
            .why(format!("It takes {range}."))
            .hint(format!("explain {option}")),
    )
}
