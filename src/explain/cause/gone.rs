//! Errors about the connection: gone, and who has ended it.

use super::super::facts::{Past, Proto, SocketFacts};
use super::connection::{example, failed_connect, peer_or_example, peer_taken_away, with_new_peer};
use super::{Scene, Words};
use crate::event::TcpState;
use crate::event::packet::Rst;

/// EPIPE
pub(super) fn pipe(scene: &Scene<'_>) -> Option<Words> {
    if let Some(words) = called_off(scene) {
        return Some(words);
    }
    let socket = scene.socket()?;
    let name = scene.name();
    let nothing = match scene.facts.taken {
        0 => "Nothing was sent",
        _ => "No more was sent",
    };
    if socket.shut_wr {
        let by =
            socket.history.iter().rev().find(|past| {
                past.command == "shutdown" && takes_effect(past) && !is_of_reading(past)
            });
        let by = by.map_or("shutdown()".to_owned(), |past| past.statement.clone());
        let rest = if receives(scene, socket) {
            " The other direction is still open: recv() works."
        } else {
            ""
        };
        return Some(
            Words::new(format!(
                "{nothing}: you have closed this direction yourself, with {by}."
            ))
            .why(format!(
                "A direction that is shut down cannot be opened again.{rest}"
            ))
            .hint(scene.new_socket()),
        );
    }
    if scene.listening() {
        return Some(
            Words::new(format!(
                "{nothing}: {name} listens, and a listener has no peer."
            ))
            .why("Send on the socket that accept() returns.")
            .hint(format!("conn = accept {name}")),
        );
    }
    if socket.reset || scene.over() || scene.connected() || scene.proto() == Proto::UnixDgram {
        return Some(peer_gone(scene));
    }
    let words = Words::new(format!(
        "{nothing}: {name} has never been connected, so there is no one to send to."
    ));
    let words = match failed_connect(socket) {
        Some(failed) => words.why(failed),
        None => words,
    };
    Some(
        words
            .why("Linux says EPIPE here (broken pipe), where the man page would lead one to expect ENOTCONN.")
            .hint(format!("connect {name} {}", example(scene))),
    )
}

/// Whether a shutdown(2) was of the receiving side alone.
fn is_of_reading(shutdown: &Past) -> bool {
    let how = shutdown.statement.rsplit(' ').next();
    matches!(how, Some("SHUT_RD" | "0"))
}

/// Whether the peer's direction is open still.
fn receives(scene: &Scene<'_>, socket: &SocketFacts) -> bool {
    use TcpState::{CloseWait, Closing, LastAck};
    let finished = matches!(socket.state, Some(CloseWait | Closing | LastAck));
    scene.connected() && !finished && !socket.proto.is_datagram() && !socket.shut_rd
}

/// Whether a shutdown(2) has ended a direction: Linux ends it too where it says that there is no peer.
fn takes_effect(shutdown: &Past) -> bool {
    matches!(shutdown.errno.as_deref(), None | Some("ENOTCONN"))
}

/// EPIPE because the other side has gone.
fn peer_gone(scene: &Scene<'_>) -> Words {
    let name = scene.name();
    if scene.proto().is_unix() {
        return Words::new(format!("Nothing was sent: nobody will read it at the other end of {name}."))
            .why(
                "The peer has closed its end, or has shut down receiving (shutdown rd): then what it sent, and still sends, \
                 can be received.",
            )
            .hint(format!("recv {name} 1024"))
            .hint(format!("close {name}"))
            .then(scene.new_socket());
    }
    let how = ended_otherwise(scene).or_else(|| closed_by_the_session(scene));
    let how = how.unwrap_or_else(|| format!("The peer ended it with a RST{}.", number(scene)));
    Words::new(format!(
        "Nothing was sent: the connection of {name} is gone."
    ))
    .why(format!("{how} Every send() from then on gives EPIPE."))
    .hint(format!("close {name}"))
    .then(scene.new_socket())
}

/// What the kernel does with a RST that has come.
const ONCE: &str = "The kernel says so once; later calls find no connection (recv 0, send EPIPE).";

/// Where it is known that it was not the peer who ended the connection: an earlier call told so, or the laboratory's wire.
fn ended_otherwise(scene: &Scene<'_>) -> Option<String> {
    let socket = scene.socket()?;
    if socket.gave_up {
        let gave_up = |past: &&Past| past.errno.as_deref() == Some("ETIMEDOUT");
        let told = socket.history.iter().rfind(gave_up);
        return Some(format!(
            "This side's own kernel gave it up, as {} told (ETIMEDOUT).",
            told.map_or("SO_ERROR", |past| &past.statement)
        ));
    }
    match scene.facts.rst {
        Some(Rst::Packet {
            n, forged: true, ..
        }) => Some(format!(
            "A forged RST (packet {n}) ended it. Its number fitted, so this kernel took it for the peer's, which has not \
             sent it."
        )),
        Some(Rst::Packet { .. }) => None,
        _ if own_reset(scene, socket) => Some(
            "Both directions were shut down here. Data reached it after that, which nobody could read, so this side's \
             own kernel ended the connection with a RST."
                .to_owned(),
        ),
        Some(Rst::Never) => Some(
            "No RST has come from the peer: this side's own kernel gave the connection up."
                .to_owned(),
        ),
        None => None,
    }
}

/// Whether this side sent the RST itself: RFC 9293, section 3.6.1, for data after both directions were ended. The peer can
/// have done so only where it was closed.
fn own_reset(scene: &Scene<'_>, socket: &SocketFacts) -> bool {
    let peer_closed = scene.facts.other_end.as_ref();
    let peer_closed = peer_closed.is_some_and(|other| other.closed_by.is_some());
    socket.shut_rd && socket.shut_wr && !peer_closed
}

/// Whether a call has handed data over.
pub(super) fn sends(past: &Past) -> bool {
    let sends = matches!(
        past.command.as_str(),
        "send" | "sendto" | "sendall" | "write"
    );
    sends && past.errno.is_none()
}

/// Its connect() was called off while it waited for the SYN's answer: nobody at the other end had a part in it.
pub(super) fn called_off(scene: &Scene<'_>) -> Option<Words> {
    let socket = scene.socket().filter(|socket| socket.called_off)?;
    let by = socket
        .history
        .iter()
        .rfind(|past| past.command == "shutdown" && takes_effect(past));
    let by = by.map_or("shutdown()", |past| &past.statement);
    let again = format!(
        "connect {} {}",
        scene.name(),
        peer_or_example(scene, socket)
    );
    Some(
        Words::new(format!("{by} called the connection off before it was made."))
            .why(format!(
                "The SYN had not been answered yet. No RST came: so the kernel ends what waited for the answer. {} can \
                 connect again.",
                scene.name()
            ))
            .hint(again),
    )
}

/// ECONNRESET
pub(super) fn reset(scene: &Scene<'_>) -> Option<Words> {
    if let Some(words) = called_off(scene) {
        return Some(words);
    }
    let name = scene.name();
    if let Some(words) = peer_lost(scene) {
        return Some(words);
    }
    if scene.proto().is_unix() {
        return Some(reset_unix(scene).hint(format!("close {name}")));
    }
    if let Some(ended) = ended_otherwise(scene) {
        return Some(
            Words::new(format!(
                "The connection of {name} is gone; what was under way is lost."
            ))
            .why(ended)
            .why(ONCE)
            .hint(format!("close {name}"))
            .then(scene.new_socket()),
        );
    }
    let words = Words::new(format!(
        "The peer ended the connection of {name} with a RST{}; what was under way is lost.",
        number(scene)
    ));
    let why = closed_by_the_session(scene).unwrap_or_else(|| {
        "That happens when the peer closes with received data unread, or with SO_LINGER at 0 seconds, when its program \
         had closed already or its kernel did not know the connection any more as data arrived, or when a listener \
         closes before it accepted."
            .to_owned()
    });
    Some(
        words
            .why(why)
            .why(ONCE)
            .hint(format!("close {name}"))
            .then(scene.new_socket()),
    )
}

/// A datagram to a Unix peer that another call has found closed, while this one slept: Linux has no peer for it any more.
fn peer_lost(scene: &Scene<'_>) -> Option<Words> {
    let socket = scene.socket()?;
    let sends = matches!(scene.call, "send" | "sendto" | "sendall");
    if scene.proto() != Proto::UnixDgram || !sends || !socket.peerless {
        return None;
    }
    let found = peer_taken_away(socket).unwrap_or("Another call");
    let words = Words::new(format!(
        "The peer of {} was closed while this {}() slept.",
        scene.name(),
        scene.typed
    ))
    .why(format!(
        "{found} got the news, ECONNREFUSED, and Linux took the peer away with that."
    ));
    Some(with_new_peer(scene, words))
}

fn reset_unix(scene: &Scene<'_>) -> Words {
    let name = scene.name();
    if scene.proto() == Proto::UnixDgram {
        return Words::new(format!(
            "The peer of {name} connected to another, and what it had not read is lost."
        ));
    }
    let unread =
        format!("The peer of {name} closed its socket without reading all that was sent to it");
    let Some(socket) = scene.socket().filter(|socket| socket.called) else {
        return Words::new(format!("{unread}."));
    };
    // What is remembered of its calls may not reach back to the connect().
    let mut calls = socket.history.iter();
    let since = calls.any(|past| past.command == "connect" && past.errno.is_none());
    Words::new(match since && !calls.any(sends) {
        true => format!("The listener closed before it had accepted {name}."),
        false => format!("{unread}, or the listener closed before it had accepted {name}."),
    })
}

/// The RST's number on the laboratory's wire, where it is known.
fn number(scene: &Scene<'_>) -> String {
    match scene.facts.rst {
        Some(Rst::Packet { n, .. }) => format!(" (packet {n})"),
        _ => String::new(),
    }
}

/// How the session itself closed the other end.
fn closed_by_the_session(scene: &Scene<'_>) -> Option<String> {
    let other = scene.facts.other_end.as_ref()?;
    let statement = other.closed_by.as_ref()?;
    if other.listener {
        return Some(format!(
            "It still waited to be accepted by your own listener {}: {statement} reset it.",
            other.name
        ));
    }
    let answered = matches!(scene.facts.rst, Some(Rst::Packet { answer: true, .. }));
    let how = match (other.linger_zero, other.left_unread) {
        // That RST was lost; this one came later.
        (true, _) | (_, true) if answered => {
            "before, and its kernel keeps nothing of the connection: it answers what still comes with a RST"
        }
        (true, _) => "with SO_LINGER at 0 seconds, which asks for a RST",
        (false, true) => {
            "before it had read everything that had arrived: the kernel answers that with a RST"
        }
        (false, false) => {
            "in the usual way, but data reached it after that: nobody could read them, so a RST came back"
        }
    };
    let name = &other.name;
    Some(format!(
        "The peer was your own socket {name}. {statement} closed it {how}."
    ))
}
