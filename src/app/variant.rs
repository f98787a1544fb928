//! Which form of a call's explanation fits: what is known of the call, in the words of the reference.

mod moved;

use super::App;
use crate::errno::Errno;
use crate::event::{Addr, TcpState};
use crate::kernel::{Hold, Look, nodelay_and_cork};
use crate::session::{Done, Made, Socket, Value};
use crate::sys::call;
use moved::{is_whole, received, sent};

/// Linux's own.
#[cfg(target_os = "linux")]
const MSG_MORE: i32 = libc::MSG_MORE;
#[cfg(not(target_os = "linux"))]
const MSG_MORE: i32 = 0;

impl App {
    /// The words for a successful call, the most telling first (`eof tcp`). `before` is what the kernel said of the
    /// socket before it.
    pub(super) fn variant(&mut self, done: &Done, before: Option<&Look>) -> Vec<&'static str> {
        let cut = self.ended_early(done);
        let opened = done
            .opened
            .first()
            .filter(|_| matches!(done.command, "socket" | "socketpair"));
        let Some(socket) = done
            .socket
            .or(opened.copied())
            .and_then(|id| self.session.socket(id))
        else {
            let lab = done.command == "gethostname" && self.session.here().is_some();
            let lab = lab.then_some("lab");
            return lab.map_or_else(|| without_socket(done), |lab| vec![lab]);
        };
        if done.command == "close" && done.job.is_some() {
            let mut words = lingered(self.ledger.way(socket.id));
            add_kinds(socket, &mut words);
            return words;
        }
        let mut words = of_call(done, socket, before, self.ledger.last(socket.id), cut);
        if done.command == "close" && self.session.sleeps_on(socket.id) {
            // The socket lives on until that call returns: nothing can be said of its end yet.
            return vec!["asleep"];
        }
        if done.command == "connect" && self.crossed(self.ledger.last(socket.id)) {
            words.insert(0, "crossing");
        }
        if socket.listening {
            words.push("listener");
        }
        add_kinds(socket, &mut words);
        words
    }

    /// Whether this end got the peer's SYN where it waited for a SYN,ACK.
    fn crossed(&self, look: Option<&Look>) -> bool {
        let end = |addr: &Option<Addr>| addr.as_ref().and_then(Addr::inet);
        let ends = look.and_then(|look| end(&look.local).zip(end(&look.peer)));
        ends.is_some_and(|(local, peer)| self.syns_crossed(local, peer))
    }

    /// Why what was sent waits in the send queue, where the look after the call shows it: a variant of the topic `unsent`.
    pub(super) fn kept_back(&self, done: &Done) -> Option<&'static str> {
        let sends = matches!(done.command, "send" | "sendto" | "sendall" | "write");
        let socket = self.session.socket(done.socket?)?;
        if !sends || !is_whole(done) {
            return None;
        }
        let more = done.asked.flags & MSG_MORE != 0;
        if more && socket.kind == libc::SOCK_DGRAM && socket.domain != libc::AF_UNIX {
            return Some("datagram");
        }
        let hold = match self.ledger.last(socket.id)?.hold? {
            Hold::Congestion => return Some("congestion"),
            Hold::Window => return Some("window"),
            small => small,
        };
        // The cork is stronger than MSG_MORE: it outlasts an ACK.
        let (nodelay, cork) = nodelay_and_cork(call::borrowed(socket.fd)).ok()?;
        match hold {
            _ if cork => Some("cork"),
            _ if more => Some("more"),
            Hold::BehindSmall { .. } if !nodelay => Some("nagle"),
            Hold::BehindSmall { congested: true } => Some("congestion"),
            _ => None,
        }
    }
}

impl App {
    /// The option that a call set or read, whose own topic says what that means, with the words for it: which of the two it
    /// was, and what the socket is.
    pub(super) fn option(&self, done: &Done) -> Option<(&'static str, Vec<&'static str>)> {
        let (option, _) = done.asked.option.as_ref()?;
        let mut words = match done.command {
            "setsockopt" => vec!["set"],
            "getsockopt" => vec!["get"],
            _ => return None,
        };
        if let Some(socket) = done.socket.and_then(|id| self.session.socket(id)) {
            if socket.domain == libc::AF_INET6 {
                words.push("ipv6");
            }
            add_kinds(socket, &mut words);
        }
        Some((option, words))
    }
}

fn without_socket(done: &Done) -> Vec<&'static str> {
    match (done.command, &done.result) {
        ("poll" | "select", _) if done.ret == Some(0) => vec!["none"],
        ("poll" | "select", _) => match done.polled {
            [true, true] => vec!["nval", "ready"],
            [false, true] => vec!["nval"],
            _ => Vec::new(),
        },
        ("gethostbyname", Ok(_)) if is_numeric(&done.typed) => vec!["numeric"],
        ("inet_pton", Ok(_)) if done.ret == Some(0) => vec!["invalid"],
        ("strerror" | "perror", Ok(Value::Text(text))) if text.ends_with(&Errno(0).message()) => {
            vec!["zero"]
        }
        _ => Vec::new(),
    }
}

/// Whether the name that was asked for is an address in digits.
fn is_numeric(typed: &str) -> bool {
    let name = typed.rsplit(' ').next().unwrap_or_default();
    let name = name.trim_matches('"');
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// What the socket is.
fn add_kinds(socket: &Socket, words: &mut Vec<&'static str>) {
    let datagram = socket.kind == libc::SOCK_DGRAM;
    let peered = if socket.connected() {
        "connected"
    } else {
        "unconnected"
    };
    match (socket.domain, datagram) {
        (libc::AF_UNIX, true) => words.extend(["unix-dgram", peered, "unix"]),
        (libc::AF_UNIX, false) if socket.kind == libc::SOCK_SEQPACKET => {
            words.extend(["unix-seqpacket", "unix"]);
        }
        (libc::AF_UNIX, false) => words.extend(["unix-stream", "unix"]),
        (libc::AF_INET | libc::AF_INET6, true) => words.extend([peered, "udp"]),
        _ if socket.is_tcp() => words.push("tcp"),
        // Raw sockets, and other families.
        _ => {}
    }
}

/// What the call did.
fn of_call(
    done: &Done,
    socket: &Socket,
    before: Option<&Look>,
    after: Option<&Look>,
    cut: Option<&'static str>,
) -> Vec<&'static str> {
    let earlier = |command| earlier(socket, command).next().is_some();
    let unbound = before.is_none_or(|look| port(look.local.as_ref()) == Some(0));
    let state = before.and_then(|look| look.state);
    match done.command {
        "bind" => bound(done, socket),
        "listen" if state.map_or_else(|| earlier("listen"), |state| state == TcpState::Listen) => {
            vec!["again"]
        }
        "connect" if earlier("connect") && socket.kind == libc::SOCK_DGRAM => vec!["again"],
        "connect" if is_wildcard(done.asked.addr.as_ref()) => vec!["wildcard"],
        "connect" if socket.is_tcp() && ended(after).is_some() => {
            ended(after).into_iter().collect()
        }
        "connect" if socket.is_tcp() && meets_itself(after) => vec!["self"],
        "connect" if socket.is_tcp() && delays_its_ack(socket) => vec!["deferred"],
        "listen" | "connect" | "sendto" if unbound && socket.domain != libc::AF_UNIX => {
            vec!["auto"]
        }
        "send" | "sendto" | "write" => sent(done, after, cut),
        "recv" | "recvfrom" | "read" => received(done, socket, state, cut),
        "shutdown" => shut(done, socket, state),
        "close" => closed(socket, before),
        "nonblock" if done.ret != Some(0) => vec!["get"],
        "poll" | "select" => without_socket(done),
        _ => Vec::new(),
    }
}

/// The calls of this command that succeeded before the present one, which is the last that the socket remembers.
fn earlier<'a>(socket: &'a Socket, command: &'a str) -> impl Iterator<Item = &'a Made> {
    let before = socket.calls.len().saturating_sub(1);
    let calls = socket.calls.iter().take(before);
    calls.filter(move |made| made.command == command && made.errno.is_none())
}

/// Whether the last of the setsockopt() calls for an option set it to something else than 0; `None` without one, or where a
/// variable was given.
fn set(socket: &Socket, option: &str) -> Option<bool> {
    let of_it = earlier(socket, "setsockopt").filter(|made| made.typed.contains(option));
    let given = of_it.last()?.typed.rsplit(' ').next()?.parse::<i64>();
    given.ok().map(|given| given != 0)
}

/// Whether others may bind the address that a bind() gave, and whether the kernel chose the port.
fn bound(done: &Done, socket: &Socket) -> Vec<&'static str> {
    let mut words = Vec::new();
    if socket.reuse || socket.shares_port == Some(true) {
        words.push("shared");
    }
    if port(done.asked.addr.as_ref()) == Some(0) {
        words.push("auto");
    }
    words
}

/// Whether the handshake's last ACK waits: with TCP_DEFER_ACCEPT, or without TCP_QUICKACK, it goes with the first data, or
/// some time later.
fn delays_its_ack(socket: &Socket) -> bool {
    set(socket, "TCP_DEFER_ACCEPT") == Some(true) || set(socket, "TCP_QUICKACK") == Some(false)
}

fn is_wildcard(addr: Option<&Addr>) -> bool {
    let inet = addr.and_then(Addr::inet);
    inet.is_some_and(|inet| inet.ip().is_unspecified())
}

/// How far a connection that was just made is at its end already.
fn ended(after: Option<&Look>) -> Option<&'static str> {
    match after?.state? {
        TcpState::CloseWait => Some("finished"),
        TcpState::Close => Some("over"),
        _ => None,
    }
}

/// Whether a connection's two ends are the same address: a simultaneous open with itself (RFC 9293, section 3.5).
fn meets_itself(look: Option<&Look>) -> bool {
    look.is_some_and(|look| look.local.is_some() && look.local == look.peer)
}

fn port(addr: Option<&Addr>) -> Option<u16> {
    addr.and_then(Addr::port)
}

/// What shutdown(2) did.
fn shut(done: &Done, socket: &Socket, state: Option<TcpState>) -> Vec<&'static str> {
    let direction = direction(socket, &done.typed);
    let [read, write] = done.shut;
    let again = match direction {
        "rd" => read,
        "wr" => write,
        _ => read && write,
    };
    // With this one both are ended.
    let direction = match direction {
        "rd" if write => "rdwr",
        "wr" if read => "rdwr",
        one => one,
    };
    if socket.kind == libc::SOCK_DGRAM {
        // Whatever the direction, what it is says all.
        Vec::new()
    } else if socket.listening || state == Some(TcpState::Listen) {
        vec!["listener", direction]
    } else if socket.domain == libc::AF_UNIX && !socket.connected() {
        vec!["fresh"]
    } else if state == Some(TcpState::SynSent) {
        vec!["connecting"]
    } else if again {
        vec!["again"]
    } else if state == Some(TcpState::CloseWait) && direction != "rd" {
        vec!["last", direction]
    } else {
        vec![direction]
    }
}

/// The direction of a shutdown: its last argument, or where that is a variable, what is ended by now.
fn direction(socket: &Socket, typed: &str) -> &'static str {
    match typed.rsplit(' ').next() {
        Some("SHUT_RD" | "0") => "rd",
        Some("SHUT_WR" | "1") => "wr",
        Some("SHUT_RDWR" | "2") => "rdwr",
        _ if socket.shut_read && socket.shut_write => "rdwr",
        _ if socket.shut_read => "rd",
        _ => "wr",
    }
}

/// What a close that had slept has waited for, by the states that its connection went through.
fn lingered(way: &[TcpState]) -> Vec<&'static str> {
    use TcpState::{Close, Closing, FinWait1, FinWait2, LastAck, TimeWait};
    match way {
        // The FIN is acknowledged, and so everything before it.
        [.., FinWait2 | TimeWait] | [.., FinWait2 | TimeWait, Close] => vec!["lingered"],
        [.., FinWait1 | Closing | LastAck] => vec!["lingered", "unfinished"],
        // Its FIN's ACK ends it too, and does not show.
        [.., LastAck, Close] => vec!["lingered", "last"],
        [.., Close] => vec!["lingered", "over"],
        _ => vec!["lingered", "unfinished"],
    }
}

fn closed(socket: &Socket, before: Option<&Look>) -> Vec<&'static str> {
    let stream = socket.kind == libc::SOCK_STREAM && socket.domain != libc::AF_UNIX;
    let unix_stream = socket.kind != libc::SOCK_DGRAM && socket.domain == libc::AF_UNIX;
    let unread = before.is_some_and(|look| look.recvq > 0);
    // A connection that a RST or both FINs have ended has nothing more to say.
    let state = before.and_then(|look| look.state);
    let alive = state != Some(TcpState::Close);
    let open = matches!(
        state,
        None | Some(TcpState::Established | TcpState::CloseWait)
    );
    if socket.listening {
        vec!["listener"]
    } else if unix_stream && socket.connected() {
        vec![if unread { "reset" } else { "last" }]
    } else if stream && socket.connected() && alive && (unread || socket.linger == Some(0)) {
        vec!["reset"]
    } else if stream && socket.connected() && open {
        vec!["last"]
    } else if socket.bound.is_none() && !socket.connected() {
        vec!["fresh"]
    } else if socket.reuse || socket.shares_port == Some(true) {
        vec!["shared"]
    } else {
        Vec::new()
    }
}
