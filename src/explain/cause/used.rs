//! EADDRINUSE: who has the address.

use super::super::facts::Proto;
use super::{Scene, Words};
use crate::event::{Addr, Holder, TcpState};

/// Who has the address that was asked for.
pub(super) fn in_use(scene: &Scene<'_>) -> Option<Words> {
    if scene.call == "setsockopt" {
        return membership(scene);
    }
    if scene.proto().is_unix()
        || matches!(scene.facts.asked, Some(Addr::Path(_) | Addr::Abstract(_)))
    {
        return Some(unix(scene));
    }
    if scene.call == "connect" {
        return Some(same_connection(scene));
    }
    match foremost(&scene.facts.holders) {
        Some(holder) => Some(held(scene, holder)),
        None if no_port_wanted(scene) => Some(no_free_port(scene)),
        None => Some(unseen(scene)),
    }
}

/// The holder that matters most: an open socket before an old connection, a listener before others, and then one of this
/// session before those of other processes.
fn foremost(holders: &[Holder]) -> Option<&Holder> {
    holders.iter().min_by_key(|holder| {
        (
            !holder.owned,
            holder.state != Some(TcpState::Listen),
            holder.socket.is_none(),
        )
    })
}

fn held(scene: &Scene<'_>, holder: &Holder) -> Words {
    let words = Words::new(refused(scene, holder));
    if holder.state == Some(TcpState::TimeWait) {
        return time_wait(scene, holder, words);
    }
    match (&holder.socket, holder.pid) {
        (Some(name), _) => live(scene, holder, name, words),
        (None, Some(pid)) => {
            let process = holder.process.as_deref().unwrap_or("a process");
            let words = words.why(format!(
                "Another process has it: {process} (pid {pid}), at {}{}. Only that process can give it up.",
                holder.local,
                in_state(holder)
            ));
            another_port(scene, words)
        }
        (None, None) if orphan(holder) => old_connection(scene, holder, words),
        (None, None) => {
            let words = words.why(format!(
                "A socket of another process (user id {}) has it, at {}{}; this user may not see which.",
                holder.uid,
                holder.local,
                in_state(holder)
            ));
            another_port(scene, words)
        }
    }
}

/// What was refused.
fn refused(scene: &Scene<'_>, holder: &Holder) -> String {
    let wanted = scene.facts.asked.as_ref().or(scene.local());
    let port = wanted.and_then(Addr::port).filter(|port| *port != 0);
    let port = port.or(holder.local.port()).unwrap_or_default();
    match scene.call {
        "listen" if holder.state == Some(TcpState::Listen) => {
            format!("listen() was refused: another socket listens on port {port} already.")
        }
        _ => format!("The kernel did not give this socket port {port}: it is taken."),
    }
}

fn in_state(holder: &Holder) -> String {
    holder
        .state
        .map_or(String::new(), |state| format!(", {state}"))
}

/// A connection that no process has any more.
fn orphan(holder: &Holder) -> bool {
    use TcpState::{Closing, FinWait1, FinWait2, LastAck};
    matches!(holder.state, Some(Closing | FinWait1 | FinWait2 | LastAck))
}

/// A live socket of this session.
fn live(scene: &Scene<'_>, holder: &Holder, name: &str, words: Words) -> Words {
    let mut why = format!(
        "Your own socket {name} has it: {}{}.",
        holder.local,
        in_state(holder)
    );
    if wildcard(&holder.local) || scene.facts.asked.as_ref().is_some_and(wildcard) {
        why.push_str(" The any-address overlaps every address of this machine.");
    }
    why.push_str(match (scene.proto(), holder.state) {
        (Proto::Tcp, Some(TcpState::Listen)) => {
            " SO_REUSEADDR would not help: a socket that listens shares its port only where both have \
             SO_REUSEPORT."
        }
        (Proto::Tcp, _) => " Each socket needs a port of its own.",
        _ => " Each UDP socket needs a port of its own, or the kernel could not tell whose a datagram is.",
    });
    let words = words.why(why);
    another_port(scene, words.hint(format!("close {name}")))
}

/// TIME_WAIT, and which side lacks SO_REUSEADDR.
fn time_wait(scene: &Scene<'_>, holder: &Holder, words: Words) -> Words {
    let name = scene.name();
    let peer = holder
        .peer
        .as_ref()
        .map_or(String::new(), |peer| format!(" with {peer}"));
    let words = words.why(format!(
        "No open socket has it, but an old connection{peer} does: this side closed it first, so the kernel keeps {} \
         in TIME_WAIT for up to 60 seconds.",
        holder.local
    ));
    let mine = scene.socket().is_some_and(|socket| socket.reuseaddr);
    let words = match (mine, scene.facts.holder_reuse) {
        (true, _) => words.why(format!(
            "{name} has SO_REUSEADDR, but the old socket did not have it, and both need it. Next time set it on the \
             server before its first bind too.",
        )),
        (false, Some(true)) => words
            .why(format!(
                "The old socket had SO_REUSEADDR; {name} has not. Set it and bind again."
            ))
            .hint(format!("setsockopt {name} SO_REUSEADDR 1")),
        (false, Some(false)) => words.why(
            "Neither the old socket nor this one has SO_REUSEADDR; to bind here now both would have needed it. Set \
             it before bind() from now on, or wait.",
        ),
        (false, None) => words
            .why("SO_REUSEADDR lets bind() pass, if the old socket had it too.")
            .hint(format!("setsockopt {name} SO_REUSEADDR 1")),
    };
    another_port(scene, words).hint("explain TIME_WAIT")
}

/// A connection that is closed here and not finished.
fn old_connection(scene: &Scene<'_>, holder: &Holder, words: Words) -> Words {
    let words = words.why(format!(
        "No process has it any more, but a connection from {} is still being closed{}: the kernel waits for the peer.",
        holder.local,
        in_state(holder)
    ));
    another_port(scene, words)
}

/// The hints that always help: ask who, take another port.
fn another_port(scene: &Scene<'_>, words: Words) -> Words {
    let asked = scene.facts.asked.as_ref().or(scene.local());
    let words = match asked.and_then(Addr::port).filter(|port| *port != 0) {
        Some(port) => words.hint(scene.there(format!("who {port}"))),
        None => words,
    };
    let host = match asked.and_then(Addr::inet) {
        Some(std::net::SocketAddr::V6(addr)) => format!("[{}]", addr.ip()),
        Some(addr) => addr.ip().to_string(),
        None => "127.0.0.1".to_owned(),
    };
    match scene.call {
        "bind" => words.hint(format!("bind {} {host}:0", scene.name())),
        _ => words,
    }
}

fn wildcard(addr: &Addr) -> bool {
    addr.inet().is_some_and(|inet| inet.ip().is_unspecified())
}

/// Whether the kernel was to choose the port.
fn no_port_wanted(scene: &Scene<'_>) -> bool {
    match scene.call {
        "bind" => scene.facts.asked.as_ref().and_then(Addr::port) == Some(0),
        _ => scene.local().is_none(),
    }
}

fn no_free_port(scene: &Scene<'_>) -> Words {
    let range = scene
        .facts
        .port_range
        .map_or(String::new(), |(low, high)| format!(" ({low} to {high})"));
    Words::new("The kernel was to choose a free port, and found none.")
        .why(format!(
            "Every port of the ephemeral range{range} is taken. Close sockets that are no longer used, or ask for a \
             port outside the range."
        ))
        .hint("ls")
        .hint("explain ephemeral-port")
}

/// Nothing visible has it.
fn unseen(scene: &Scene<'_>) -> Words {
    let words = Words::new(format!(
        "The kernel did not give this socket {}: it is taken.",
        match scene.call {
            "listen" => scene.local().map_or("its port".to_owned(), ToString::to_string),
            _ => scene.asked(),
        }
    ))
    .why("None of the sockets that this user may see has it now: it may have been freed a moment ago. Try again.");
    another_port(scene, words)
}

/// connect() from an address that has this very connection.
fn same_connection(scene: &Scene<'_>) -> Words {
    let from = scene
        .local()
        .map_or("this address".to_owned(), ToString::to_string);
    Words::new(format!(
        "The kernel did not make a connection from {from} to {}.",
        scene.asked()
    ))
    .why(
        "A connection is known by four things: both addresses and both ports. One with these very four exists \
         already, or no local port is free.",
    )
    .hint(scene.new_socket())
    .hint("explain ephemeral-port")
}

/// A Unix name that is taken.
fn unix(scene: &Scene<'_>) -> Words {
    let asked = scene.asked();
    let name = scene.name();
    if matches!(scene.facts.asked, Some(Addr::Abstract(_))) {
        return Words::new(format!(
            "The kernel did not give this socket the name {asked}: it is taken."
        ))
        .why(match &scene.facts.target {
            Some(target) => format!(
                "Your own socket {} has it, until it is closed.",
                target.name
            ),
            None => "Another socket on this machine has it, until that is closed.".to_owned(),
        })
        .hint(format!("bind {name} {asked}-2"));
    }
    let words = Words::new(format!(
        "bind() makes a new file, and {asked} is there already: it never takes over an old one."
    ));
    let words = match (&scene.facts.target, &scene.facts.path) {
        (Some(target), _) => words.why(format!("Your own socket {} made it.", target.name)),
        (None, Some(path)) if path.exists && !path.is_socket => {
            words.why("It is not a socket but another kind of file; choose another path.")
        }
        (None, _) if scene.facts.listens == Some(false) => words.why(
            "It was left over: the file of a Unix socket stays when the socket is closed, and nobody answers there \
             any more. Remove the file (rm in another terminal), then bind again.",
        ),
        _ => words.why(
            "The file of a Unix socket stays when the socket is closed. If no server uses it any more, remove the \
             file (rm in another terminal), then bind again.",
        ),
    };
    words.hint(format!("bind {name} {asked}.2"))
}

/// IP_ADD_MEMBERSHIP twice.
fn membership(scene: &Scene<'_>) -> Option<Words> {
    let option = scene.facts.option.as_deref()?;
    option.contains("MEMBERSHIP").then(|| {
        Words::new("The kernel did not join the multicast group a second time.")
            .why("This socket is a member of that group on that interface already: nothing is left to do.")
            .hint(format!("explain {option}"))
    })
}
