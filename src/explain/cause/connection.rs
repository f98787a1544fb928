//! Errors about the connection: not there yet, there already, under way.

use super::super::facts::{Past, Proto, SocketFacts};
use super::gone::called_off;
use super::{Scene, Words};
use crate::event::{Addr, TcpState};

/// ENOTCONN
pub(super) fn not_connected(scene: &Scene<'_>) -> Option<Words> {
    let socket = scene.socket()?;
    let (name, call) = (scene.name(), scene.typed);
    if scene.listening() {
        return Some(listener(scene));
    }
    if call == "shutdown" && !scene.over() && !socket.proto.is_unix() {
        return Some(shut_without_peer(scene, socket));
    }
    if socket.proto.is_datagram() {
        return Some(datagram_without_peer(scene, socket));
    }
    if socket.state == Some(TcpState::SynSent) {
        return Some(
            Words::new(format!(
                "{name} is not connected yet: its SYN has not been answered."
            ))
            .hint(format!("poll {name} w 1000")),
        );
    }
    if let Some(words) = connect_sleeps(scene) {
        return Some(words);
    }
    let words = Words::new(format!(
        "{name} is not connected: there is nobody at the other end for {call}()."
    ));
    if scene.over() {
        let how = match (socket.reset, socket.shut_wr) {
            (true, _) => "A RST ended it",
            // Its own FIN was never asked for.
            (false, false) => "It was broken off",
            (false, true) => "Both sides have finished it",
        };
        return Some(
            words
                .why(format!(
                    "It was connected once, but that connection is over. {how}. Make a new socket."
                ))
                .hint(scene.new_socket()),
        );
    }
    if let Some(ended) = ended_before_a_peer(scene) {
        return Some(words.why(ended).hint(scene.new_socket()));
    }
    let words = match failed_connect(socket) {
        Some(failed) => words.why(failed),
        None => match scene.local() {
            Some(local) => words.why(format!(
                "It is bound to {local}, no more. A client connects; a server listens and then talks on what accept() \
                 returns."
            )),
            None => words.why("It is fresh. A client connects first; a server binds, listens and accepts."),
        },
    };
    Some(words.hint(format!("connect {name} {}", example(scene))))
}

/// A Unix socket whose connect() waits for room in the listener's queue.
pub(super) fn connect_sleeps(scene: &Scene<'_>) -> Option<Words> {
    let connecting = scene.socket()?.connecting.as_ref()?;
    let words = Words::new(format!(
        "{} is not connected yet: {} still sleeps.",
        scene.name(),
        connecting.statement
    ))
    .why("The listener's accept queue is full. The connection is made once the server has accepted another.");
    Some(match &connecting.listener {
        Some(listener) => words.hint(format!("accept {listener}")),
        None => words.hint("wait"),
    })
}

fn datagram_without_peer(scene: &Scene<'_>, socket: &SocketFacts) -> Words {
    let (name, call) = (scene.name(), scene.typed);
    if let Some(taken) = peer_taken_away(socket) {
        let words =
            Words::new(format!("{name} has no peer any more: {call}() needs one.")).why(format!(
                "{taken} gave ECONNREFUSED: the peer was closed, and Linux took it away with that."
            ));
        return with_new_peer(scene, words);
    }
    Words::new(format!("{name} has no peer: {call}() needs one."))
        .why("A datagram socket gets a peer by connect(); without it, sendto() names the receiver each time.")
        .hint(format!("connect {name} {}", example(scene)))
}

/// The statement with which a Unix datagram socket has lost its peer: the first that found it closed.
pub(super) fn peer_taken_away(socket: &SocketFacts) -> Option<&str> {
    let to_the_peer = |past: &&Past| {
        matches!(
            past.command.as_str(),
            "send" | "write" | "sendall" | "connect"
        )
    };
    let refused = |past: &&Past| past.errno.as_deref() == Some("ECONNREFUSED");
    let had_one = socket.proto == Proto::UnixDgram && socket.was_connected;
    let calls = socket.history.iter().rev().filter(to_the_peer);
    let mut told = calls.filter(|past| refused(past) || past.errno.is_none());
    told.next()
        .filter(|past| had_one && refused(past) && past.command != "connect")
        .map(|past| &*past.statement)
}

/// How a Unix datagram socket that has lost its peer gets one again.
pub(super) fn with_new_peer(scene: &Scene<'_>, words: Words) -> Words {
    let name = scene.name();
    match named_peer(scene) {
        Some(peer) => words.hint(format!("connect {name} {peer}")),
        None => words
            .why("An end of a socketpair() has no name that others could connect to: make a new pair.")
            .hint(format!("close {name}"))
            .then(format!(
                "{name}, {} = socketpair {}",
                scene.free(),
                scene.own_kind()
            )),
    }
}

/// The peer's name, which a Unix socket need not have.
pub(super) fn named_peer<'a>(scene: &'a Scene<'_>) -> Option<&'a Addr> {
    let peer = scene.socket()?.peer.as_ref();
    peer.filter(|peer| !matches!(peer, Addr::Unnamed))
}

/// A call that needs a peer, on a listener.
pub(super) fn listener(scene: &Scene<'_>) -> Words {
    let name = scene.name();
    Words::new(format!(
        "{name} listens: it has no peer, and no data ever flows through it."
    ))
    .why("Each connection gets a socket of its own, which accept() returns. Use that one.")
    .hint(format!("conn = accept {name}"))
}

/// shutdown(2) of an Internet socket that has no peer: Linux marks the direction before it says so.
fn shut_without_peer(scene: &Scene<'_>, socket: &SocketFacts) -> Words {
    let words = Words::new(format!(
        "{} has no peer, so there is nothing to end.",
        scene.name()
    ));
    let words = match failed_connect(socket) {
        Some(failed) => words.why(failed),
        None => words,
    };
    let now = match (socket.shut_rd, socket.shut_wr) {
        (true, false) => "receiving gives 0 when nothing is there",
        (false, true) => "sending gives EPIPE",
        _ => "receiving gives 0 when nothing is there, and sending EPIPE",
    };
    words
        .why(format!(
            "Linux has ended the direction all the same: from now on {now}, with a peer or without one. Make a new socket."
        ))
        .hint(scene.new_socket())
}

/// What a connect() would not mend: the direction of the call was shut down before there was a peer.
pub(super) fn ended_before_a_peer(scene: &Scene<'_>) -> Option<String> {
    let socket = scene.socket()?;
    let (direction, then) = match scene.call {
        "send" | "sendto" | "sendall" if socket.shut_wr => ("sending", "would give EPIPE"),
        "recv" | "recvfrom" if socket.shut_rd => ("receiving", "would give 0"),
        _ => return None,
    };
    Some(format!(
        "Its shutdown() has ended {direction} for good: even once {} is connected, {}() {then}. Make a new socket.",
        scene.name(),
        scene.typed
    ))
}

/// The last connect(), where it failed.
pub(super) fn failed_connect(socket: &SocketFacts) -> Option<String> {
    let last = socket
        .history
        .iter()
        .rev()
        .find(|past| past.command == "connect")?;
    let (statement, errno) = (&last.statement, last.errno.as_ref()?);
    Some(match &socket.refused {
        Some(refused) if errno == "EINPROGRESS" => {
            format!("The last try, {statement}, failed in the background: {refused}.")
        }
        _ if errno == "EINPROGRESS" && socket.state == Some(TcpState::Close) => format!(
            "The last try, {statement}, went on in the background, and is over: SO_ERROR says how it ended."
        ),
        _ => format!("The last try, {statement}, gave {errno}."),
    })
}

/// A connect() in the background that is over without a connection, and that no other connect() has collected: Linux counts
/// the socket as connecting until then (`sock->state` in inet_stream_connect and inet_listen). With it, the shutdown() that
/// came since, after which nothing can be collected any more.
pub(super) fn uncollected<'s>(scene: &'s Scene<'_>) -> Option<(&'s Past, Option<&'s Past>)> {
    let socket = scene.socket()?;
    let tried = |past: &Past| past.command == "connect";
    let at = socket.history.iter().rposition(tried)?;
    let (last, since) = socket.history[at..].split_first()?;
    let began = matches!(
        last.errno.as_deref(),
        Some("EINPROGRESS" | "EALREADY" | "EINTR")
    );
    let over = socket.state == Some(TcpState::Close) && !scene.connected();
    let ended = since.iter().find(|past| past.command == "shutdown");
    (began && over).then_some((last, ended))
}

/// Where the socket was to connect to; else an address that it could.
pub(super) fn peer_or_example(scene: &Scene<'_>, socket: &SocketFacts) -> String {
    let asked = scene.facts.asked.as_ref().or(socket.peer.as_ref());
    asked.map_or_else(|| example(scene), ToString::to_string)
}

pub(super) fn example(scene: &Scene<'_>) -> String {
    if scene.proto().is_unix() {
        "/tmp/server.sock".to_owned()
    } else {
        scene.far_end()
    }
}

/// EISCONN
pub(super) fn is_connected(scene: &Scene<'_>) -> Option<Words> {
    let socket = scene.socket()?;
    let name = scene.name();
    if scene.call == "sendto" {
        return Some(
            Words::new(format!(
                "{name} is connected: its data go to its peer, and no other receiver can be named."
            ))
            .hint(match socket.shut_wr {
                true => scene.new_socket(),
                false => format!("send {name} \"hi\""),
            }),
        );
    }
    if scene.listening() {
        return Some(
            Words::new(format!(
                "{name} listens: it waits for others to connect and cannot call anyone itself."
            ))
            .why("A TCP socket is a listener or one end of a connection, never both.")
            .hint(scene.new_socket())
            .then(format!("connect {} {}", scene.free(), scene.asked())),
        );
    }
    let words = if scene.connected() {
        let peer = socket
            .peer
            .as_ref()
            .map_or("a peer".to_owned(), ToString::to_string);
        Words::new(format!("{name} is connected already, to {peer}."))
            .why("A stream socket makes one connection in its life; another connection needs another socket.")
    } else {
        Words::new(format!(
            "{name} has had its connection: that one is over, and no second can be made with it."
        ))
        .why("A stream socket makes one connection in its life. Close it and make a new one.")
        .hint(format!("close {name}"))
    };
    Some(
        words
            .then(scene.new_socket())
            .then(format!("connect {} {}", scene.free(), scene.asked())),
    )
}

/// ECONNABORTED
pub(super) fn aborted(scene: &Scene<'_>) -> Option<Words> {
    called_off(scene).or_else(|| (scene.call == "connect").then(|| {
        Words::new("This try was not made: the kernel first reported that the last one had failed.")
            .why("A non-blocking connect() had failed in the background; this call collects that. Call it once more.")
            .hint(format!("connect {} {}", scene.name(), scene.asked()))
    }))
}

/// EINPROGRESS, EALREADY
pub(super) fn in_progress(errno: &str, scene: &Scene<'_>) -> Option<Words> {
    let socket = scene.socket()?;
    let name = scene.name();
    let words = Words::new(match (errno, socket.now) {
        ("EALREADY", _) => format!(
            "{name} is connecting already: an earlier connect() has sent the SYN, and its answer is awaited."
        ),
        (_, Some(TcpState::Established)) => {
            "This is no failure: the SYN is sent, and even the handshake is done already.".to_owned()
        }
        (_, Some(TcpState::Close)) => {
            "This means that the SYN is sent. But its answer is there, too, and the attempt has failed.".to_owned()
        }
        _ => "This is no failure: the SYN is sent, and the handshake goes on without the program.".to_owned(),
    });
    let words = match (socket.nonblocking, socket.send_timeout) {
        (false, Some(limit)) => words.why(format!(
            "SO_SNDTIMEO let connect() wait for {} s only. The attempt itself has not been given up.",
            limit.as_secs_f64()
        )),
        _ => words.why(format!(
            "{name} is non-blocking, so connect() does not wait. It is done when {name} is ready for writing; SO_ERROR \
             then says how it ended."
        )),
    };
    Some(
        words
            .hint(format!("poll {name} w 1000"))
            .hint(format!("getsockopt {name} SO_ERROR")),
    )
}

/// ETIMEDOUT
pub(super) fn timed_out(scene: &Scene<'_>) -> Option<Words> {
    if scene.call == "connect" {
        return Some(
            Words::new(format!("Nobody at {} answered the SYN, though it was sent again several times.", scene.asked()))
                .why(
                    "No RST came either: the host is off or unreachable, a firewall drops the packets, or the server's \
                     accept queue is full.",
                )
                .hint("explain ETIMEDOUT"),
        );
    }
    Some(
        Words::new(format!("The peer of {} has not answered for too long: the kernel has given the connection up.", scene.name()))
            .why(
                "Data sent again and again, or keep-alive probes, were not acknowledged. The peer's host or the way to it \
                 is gone.",
            )
            .hint("explain TCP_USER_TIMEOUT")
            .hint("explain SO_KEEPALIVE"),
    )
}
