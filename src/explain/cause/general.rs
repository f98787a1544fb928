//! Errors that any call may give: would block, interrupted, no such descriptor, no room, no permission.

use super::super::facts::{Proto, SocketFacts};
use super::{Scene, Words};
use crate::event::TcpState;

/// EAGAIN
pub(super) fn again(scene: &Scene<'_>) -> Option<Words> {
    let socket = scene.socket()?;
    let name = scene.name();
    // Also of a send() without a peer: the kernel looks for a port first, and for a destination then.
    if matches!(
        scene.call,
        "connect" | "sendto" | "send" | "sendall" | "write"
    ) && scene.proto() == Proto::Udp
        && scene.local().is_none()
        && !socket.nonblocking
    {
        return Some(
            Words::new("The kernel found no free local port for this socket.")
                .why("Every port of the ephemeral range is taken.")
                .hint("explain ephemeral-port"),
        );
    }
    let (nothing, ready) = match scene.call {
        "accept" => ("No connection is waiting.", "r"),
        "recv" | "recvfrom" | "read" => ("No data are waiting.", "r"),
        "send" | "sendto" | "sendall" | "write" if socket.state == Some(TcpState::SynSent) => (
            "The handshake is not over: nothing can be sent before the SYN is answered.",
            "w",
        ),
        "send" | "sendto" | "sendall" | "write" => (
            "The send buffer has no room, or the receiver's queue is full.",
            "w",
        ),
        "connect" => return Some(full_queue(scene, socket)),
        _ => return None,
    };
    let why = if scene.flag("MSG_DONTWAIT") {
        "A call that may block would sleep here; --dontwait (MSG_DONTWAIT) asked it to return at once.".to_owned()
    } else if socket.nonblocking {
        format!("{name} is non-blocking: where another call would sleep, this one returns at once.")
    } else {
        time_is_over(socket, ready)?
    };
    let words = Words::new(nothing).why(why);
    // unix_dgram_poll() of Linux looks at the receiver's queue only where the sender is connected to it.
    let blind = scene.proto() == Proto::UnixDgram && ready == "w" && socket.peer.is_none();
    let words = match (blind, &scene.facts.asked) {
        (true, Some(to)) => words
            .why("poll() cannot tell when the receiver's queue has room, unless the socket is connected to it.")
            .hint(format!("connect {name} {to}; poll {name} w 1000")),
        _ => words.hint(format!("poll {name} {ready} 1000")),
    };
    Some(if socket.nonblocking {
        words.hint(format!("nonblock {name} off"))
    } else {
        words
    })
}

/// What SO_RCVTIMEO or SO_SNDTIMEO has to do with it.
fn time_is_over(socket: &SocketFacts, ready: &str) -> Option<String> {
    let (limit, option) = match ready {
        "r" => (socket.recv_timeout, "SO_RCVTIMEO"),
        _ => (socket.send_timeout, "SO_SNDTIMEO"),
    };
    Some(match limit?.as_secs_f64() {
        0.0 => format!("{option} was set to a negative time: with that a call does not wait."),
        limit => {
            format!("The call slept for {limit} s, as long as {option} allowed, and gave up.")
        }
    })
}

/// A Unix listener without room. poll() cannot tell when it has some again: a socket without a peer is always ready.
fn full_queue(scene: &Scene<'_>, socket: &SocketFacts) -> Words {
    let name = scene.name();
    let why = match socket.nonblocking {
        true => {
            format!("{name} is non-blocking, so connect() does not wait for the server to accept.")
        }
        false => time_is_over(socket, "w").unwrap_or_default(),
    };
    let words = Words::new("The server's accept queue is full.").why(format!(
        "{why} Nothing is under way: make the call again once the server has accepted. poll() does not say when."
    ));
    let again = format!("connect {name} {}", scene.asked());
    let server = scene.facts.target.as_ref();
    let server = server.filter(|target| target.listening);
    let words = match server {
        Some(server) => words.hint(format!("accept {}", server.name)).then(again),
        None => words.hint(again),
    };
    match socket.nonblocking {
        true => words.hint(format!("nonblock {name} off")),
        false => words,
    }
}

/// EBADF
pub(super) fn bad_descriptor(scene: &Scene<'_>) -> Option<Words> {
    let Some(closed) = &scene.facts.closed else {
        let fd = scene.facts.fd?;
        return Some(
            Words::new(format!("No descriptor {fd} is open in this program."))
                .why("A call names an open socket, by its name or its number; ls lists them.")
                .hint("ls"),
        );
    };
    let fd = closed
        .fd
        .map_or(String::new(), |fd| format!(" (descriptor {fd})"));
    let when = closed
        .ago
        .map_or(String::new(), |ago| format!(", {}", since(ago)));
    Some(
        Words::new(format!("{}{fd} is not open: nothing can be done with it.", closed.name))
            .why(format!(
                "{} closed it{when}. The kernel has freed the number, and gives it to the next socket or file that is opened.",
                closed.statement
            ))
            .hint(format!("{} = socket {}", closed.name, closed.kind))
            .hint("ls"),
    )
}

/// ENOTSOCK
pub(super) fn not_a_socket(scene: &Scene<'_>) -> Words {
    let fd = scene.facts.fd.map_or("That descriptor".to_owned(), |fd| {
        format!("Descriptor {fd}")
    });
    let file = scene.facts.file.unwrap_or("another kind of file");
    let standard = match scene.facts.fd {
        Some(0) => " 0 is the standard input of every program; the first socket is mostly 3.",
        Some(1) => " 1 is the standard output of every program; the first socket is mostly 3.",
        Some(2) => " 2 is where every program writes its errors; the first socket is mostly 3.",
        _ => "",
    };
    Words::new(format!(
        "{fd} is open, but it is {file}, not a socket: {}() is for sockets.",
        scene.typed
    ))
    .why(format!(
        "Files, pipes, terminals and sockets share one row of numbers.{standard}"
    ))
    .hint("ls")
}

/// "3 seconds ago".
fn since(seconds: f64) -> String {
    match seconds {
        s if s < 1.5 => "a moment ago".to_owned(),
        s if s < 120.0 => format!("{s:.0} seconds ago"),
        s => format!("{:.0} minutes ago", s / 60.0),
    }
}

/// EINTR
pub(super) fn interrupted(scene: &Scene<'_>) -> Option<Words> {
    if let (Some(closed), true) = (&scene.facts.closed, scene.call != "close") {
        // The shell wakes what sleeps on a descriptor that was closed.
        return Some(
            Words::new(format!("A signal woke {}() while it slept.", scene.typed)).why(format!(
                "The shell sent it, because {} had closed the descriptor: the call cannot be made again on {}.",
                closed.statement, closed.name
            )),
        );
    }
    let after = match scene.call {
        "connect" if scene.proto().is_unix() => {
            "The socket is not connected; the call can be made again."
        }
        "connect" => "The attempt goes on in the kernel: poll for writing, then read SO_ERROR.",
        "sendall" if scene.facts.taken > 0 => {
            return Some(
                Words::new("A signal woke sendall() while it slept.")
                    .why("That is what Ctrl-C and cancel do here."),
            );
        }
        "close" => "On Linux the descriptor is closed all the same: do not close it again.",
        _ => "Nothing was lost, and the call can be made again.",
    };
    Some(
        Words::new(format!("A signal woke {}() while it slept.", scene.typed))
            .why(format!("That is what Ctrl-C and cancel do here. {after}")),
    )
}

/// EMFILE
pub(super) fn too_many(scene: &Scene<'_>) -> Option<Words> {
    let limit = scene
        .facts
        .descriptors
        .map_or(String::new(), |limit| format!(" ({limit})"));
    let words = Words::new(format!(
        "This process has as many open descriptors as it may have{limit}."
    ));
    let words = if scene.call == "accept" {
        words.why("The connection stays in the queue: close a socket and accept again.")
    } else {
        words.why("Every socket takes one, and close() gives it back. The limit is RLIMIT_NOFILE (ulimit -n).")
    };
    Some(words.hint("ls"))
}

/// ENODEV
pub(super) fn no_device(scene: &Scene<'_>) -> Option<Words> {
    Some(match &scene.facts.option {
        Some(option) => Words::new("This machine has no such network interface, or none leads to that group.")
            .why("A multicast group is joined on one interface, named by its address (IPv4) or its number (IPv6).")
            .hint(format!("explain {option}")),
        None => Words::new(format!("{}: this machine has no interface of that name or number.", scene.asked())),
    })
}

/// ENOBUFS
pub(super) fn no_buffers(scene: &Scene<'_>) -> Option<Words> {
    let option = scene
        .facts
        .option
        .as_deref()
        .filter(|option| option.contains("MEMBERSHIP"))?;
    Some(
        Words::new("This socket is a member of as many multicast groups as it may be.")
            .why("The limit is net.ipv4.igmp_max_memberships, 20 by default.")
            .hint(format!("explain {option}")),
    )
}

/// EPERM
pub(super) fn not_permitted(scene: &Scene<'_>) -> Option<Words> {
    match scene.call {
        "socket" => Some(
            Words::new("Raw sockets are for privileged programs: they could forge any packet.")
                .why("They need root, or the capability CAP_NET_RAW.")
                .hint(scene.make("udp")),
        ),
        "setsockopt" => Some(
            Words::new(format!(
                "{} may only be set by a privileged program (CAP_NET_ADMIN).",
                scene.facts.option.as_deref().unwrap_or("That option")
            ))
            .hint(format!("getsockopt {}", scene.name())),
        ),
        "bind" if scene.proto().is_unix() => Some(
            Words::new(format!(
                "The kernel did not make the socket file {}.",
                scene.asked()
            ))
            .why("The file system there takes no files of this kind, or the folder is protected.")
            .hint(format!("bind {0} /tmp/{0}.sock", scene.name())),
        ),
        "connect" | "send" | "sendto" | "sendall" if scene.proto() == Proto::UnixDgram => Some(
            Words::new("The socket with that name is connected to another one.")
                .why("A Unix datagram socket that has a peer takes datagrams from that peer alone.")
                .hint("ls"),
        ),
        "connect" | "send" | "sendto" | "sendall" | "accept" => Some(
            Words::new("A rule of this machine's firewall (iptables, nftables, eBPF) forbids it.")
                .why("The packet was stopped before it left; the other side knows nothing."),
        ),
        _ => None,
    }
}
