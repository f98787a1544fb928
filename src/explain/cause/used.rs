//! EADDRINUSE: who has the address.

use super::super::facts::Proto;
use super::share::{names, ways_to_share};
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
    let both = both_versions(scene, holder);
    if let Some(name) = &holder.socket {
        return live(scene, holder, name, both, words);
    }
    if holder.pid.is_none() && orphan(holder) {
        return old_connection(scene, holder, words);
    }
    let at = format!("{}{}", holder.local, in_state(holder));
    let words = words.why(match (holder.pid, holder.process.as_deref()) {
        (Some(pid), process) => format!(
            "Another process has it: {} (pid {pid}), at {at}. Only that process can give it up.",
            process.unwrap_or("a process")
        ),
        (None, _) => format!(
            "A socket of another process (user id {}) has it, at {at}; this user may not see which.",
            holder.uid
        ),
    });
    match both {
        Some(why) => ways_out(scene, true, None, words.why(why)),
        None => another_port(scene, words),
    }
}

/// What was refused.
fn refused(scene: &Scene<'_>, holder: &Holder) -> String {
    let port = wanted(scene).and_then(Addr::port).filter(|port| *port != 0);
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
fn live(
    scene: &Scene<'_>,
    holder: &Holder,
    name: &str,
    both: Option<String>,
    words: Words,
) -> Words {
    let listens = holder.state == Some(TcpState::Listen);
    let (names, sharing) = match listens {
        false => (names(scene), ways_to_share(scene)),
        true => (Vec::new(), None),
    };
    let mut why = match names.as_slice() {
        [] | [_] => format!(
            "Your own socket {name} has it: {}{}.",
            holder.local,
            in_state(holder)
        ),
        several => format!("Your own sockets {} have it.", several.join(" and ")),
    };
    match &both {
        Some(both) => why.push_str(&format!(" {both}")),
        None if wildcard(&holder.local) || wanted(scene).is_some_and(wildcard) => {
            why.push_str(" The any-address overlaps every address of this machine.");
        }
        None => {}
    }
    why.push_str(match scene.proto() {
        _ if listens => {
            " SO_REUSEADDR would not help: a socket that listens shares its port only where both have \
             SO_REUSEPORT."
        }
        // What others have set is not known.
        _ if sharing.is_some() || names.is_empty() => "",
        Proto::Tcp => " Each socket needs a port of its own, unless all have SO_REUSEADDR.",
        _ => " Each UDP socket needs a port of its own, or the kernel could not tell whose a datagram is.",
    });
    let words = words.why(why);
    let words = match sharing {
        Some((why, hint)) => words.why(why).hint(hint),
        None => words,
    };
    let close = match names.as_slice() {
        [] => vec![name],
        all => all.to_vec(),
    };
    let close = close.join("; close ");
    let close = Some(format!("close {close}")).filter(|_| closing_frees(scene, listens));
    ways_out(scene, both.is_some(), close, words)
}

/// Whether the port is free once this session's own holders are closed. A connection keeps it until both sides have ended,
/// and in TIME_WAIT.
fn closing_frees(scene: &Scene<'_>, listens: bool) -> bool {
    let mut holders = scene.facts.holders.iter();
    listens
        || holders.all(|holder| {
            let bound_only = matches!(holder.state, None | Some(TcpState::Close));
            bound_only && holder.socket.is_some()
        })
}

/// The hints: to leave IPv4 to the other where that is enough, to close the other, and what always helps.
fn ways_out(scene: &Scene<'_>, versions: bool, close: Option<String>, words: Words) -> Words {
    let apart = without_ipv4(scene).filter(|_| versions);
    let read = versions && apart.is_none();
    let words = apart.into_iter().chain(close).fold(words, Words::hint);
    let words = another_port(scene, words);
    match read {
        true => words.hint("explain IPV6_V6ONLY"),
        false => words,
    }
}

/// Why an IPv6 socket and an IPv4 one are in each other's way.
fn both_versions(scene: &Scene<'_>, holder: &Holder) -> Option<String> {
    match (is_ipv4(wanted(scene)?)?, is_ipv4(&holder.local)?) {
        (false, true) => Some("[::] takes IPv4 too, unless the socket has IPV6_V6ONLY.".to_owned()),
        (true, false) => Some(
            "[::] takes IPv4 too: that socket was bound without IPV6_V6ONLY, which is set before bind()."
                .to_owned(),
        ),
        _ => None,
    }
}

/// The lines by which this socket leaves IPv4 to the others, where nothing else is in the way.
fn without_ipv4(scene: &Scene<'_>) -> Option<String> {
    let held = scene
        .facts
        .holders
        .iter()
        .map(|holder| is_ipv4(&holder.local));
    let ipv6 = wanted(scene).and_then(is_ipv4) == Some(false);
    let name = scene.name();
    (scene.call == "bind" && ipv6 && held.into_iter().all(|is| is == Some(true))).then(|| {
        format!(
            "setsockopt {name} IPV6_V6ONLY 1; bind {name} {}",
            scene.asked()
        )
    })
}

/// Whether an address is IPv4's; an IPv4 address inside an IPv6 one is.
fn is_ipv4(addr: &Addr) -> Option<bool> {
    Some(addr.inet()?.ip().to_canonical().is_ipv4())
}

/// The address that was wanted: asked for, or the socket's own.
fn wanted<'a>(scene: &'a Scene<'_>) -> Option<&'a Addr> {
    scene.facts.asked.as_ref().or(scene.local())
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
    let asked = wanted(scene);
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
    .why(if scene.facts.only_own_holders {
        "None of this session's open sockets has it. Which other socket does, the kernel does not say here: sock_diag is \
         refused."
    } else {
        "None of the sockets that this user may see has it now: it may have been freed a moment ago. Try again."
    });
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
