//! Why a call failed: the contextual answer where the facts name a cause, otherwise the call's own line from its
//! topic, otherwise the errno's topic. Every errno has an answer.

mod address;
mod argument;
mod connection;
mod general;
mod gone;
mod invalid;
mod link;
mod refused;
mod share;
mod used;

use super::facts::{Facts, Proto, SocketFacts};
use super::library::topic;
use crate::errno::Errno;
use crate::event::{Addr, Explanation, TcpState, Tone};
use std::net::SocketAddr;

/// Why `command` gave `errno`, and what to try. `text` is at least one paragraph; `hints` are lines to type.
pub fn cause(command: &str, errno: Errno, facts: &Facts) -> Explanation {
    let name = spelled(errno);
    // read and write are recv and send by other names.
    let call = topic(command).map_or(command, |topic| topic.id.as_str());
    let scene = Scene {
        call,
        typed: command,
        facts,
    };
    let mut words = contextual(&name, &scene).unwrap_or_else(|| general(&name, errno, &scene));
    if facts.taken > 0 {
        let taken = facts.taken;
        words = words.why(format!(
            "{taken} bytes were taken before that, and are not taken back: the whole once more would send them twice."
        ));
    }
    Explanation {
        topic: name.into(),
        text: words.text.into_iter().map(Into::into).collect(),
        hints: words.hints,
        tone: Tone::Error,
    }
}

/// The C name, as the man pages have it where Linux has two.
fn spelled(errno: Errno) -> String {
    let name = errno.name();
    match name.as_str() {
        "ENOTSUP" => "EOPNOTSUPP".to_owned(),
        "EWOULDBLOCK" => "EAGAIN".to_owned(),
        _ => name,
    }
}

/// The answer from what is known, where it names a cause.
fn contextual(errno: &str, scene: &Scene<'_>) -> Option<Words> {
    match errno {
        "EADDRINUSE" => used::in_use(scene),
        "EADDRNOTAVAIL" => address::not_available(scene),
        "EACCES" => address::access(scene),
        "EAFNOSUPPORT" => address::family(scene),
        "EDESTADDRREQ" => address::destination(scene),
        "ENETUNREACH" | "EHOSTUNREACH" => address::unreachable(errno, scene),
        "ENOENT" | "ENOTDIR" | "ELOOP" | "EROFS" | "ENAMETOOLONG" => address::path(errno, scene),
        "ECONNREFUSED" => refused::refused(scene),
        "ENOTCONN" => connection::not_connected(scene),
        "EISCONN" => connection::is_connected(scene),
        "EPIPE" => gone::pipe(scene),
        "ECONNRESET" => gone::reset(scene),
        "ECONNABORTED" => connection::aborted(scene),
        "EINPROGRESS" | "EALREADY" => connection::in_progress(errno, scene),
        "ETIMEDOUT" => connection::timed_out(scene),
        "EINVAL" => invalid::invalid(scene),
        "EOPNOTSUPP" => argument::not_supported(scene),
        "EPROTONOSUPPORT" | "ESOCKTNOSUPPORT" => argument::no_protocol(scene),
        "EPROTOTYPE" => argument::prototype(scene),
        "EPROTO" => argument::protocol(scene),
        "ENOPROTOOPT" => argument::no_option(scene),
        "EDOM" => argument::domain(scene),
        "EMSGSIZE" => argument::message_size(scene),
        "EAGAIN" => general::again(scene),
        "EBADF" => general::bad_descriptor(scene),
        "ENOTSOCK" => Some(general::not_a_socket(scene)),
        "EINTR" => general::interrupted(scene),
        "EMFILE" => general::too_many(scene),
        "ENODEV" => general::no_device(scene),
        "ENOBUFS" => general::no_buffers(scene),
        "EPERM" => general::not_permitted(scene),
        _ => None,
    }
}

/// The answer that needs no facts: from the call's topic, or the errno's.
fn general(name: &str, errno: Errno, scene: &Scene<'_>) -> Words {
    let own = topic(scene.call)
        .and_then(|call| call.error(name))
        .or_else(|| topic(name).and_then(|error| error.from_call(scene.call)));
    let text = match (own, topic(name)) {
        (Some(line), _) => format!("{}() failed: {}", scene.typed, plain(&line)),
        (None, Some(error)) => plain(&error.brief),
        (None, None) => format!("{}() failed: {}.", scene.typed, errno.message()),
    };
    let mut words = Words::new(text);
    if topic(name).is_some() {
        words = words.hint(format!("explain {name}"));
    }
    words
}

/// Markdown emphasis and code marks taken off: explanations are plain text.
fn plain(markdown: &str) -> String {
    markdown.replace("**", "").replace(['`', '*'], "")
}

/// An answer while it is made.
struct Words {
    text: Vec<String>,
    hints: Vec<String>,
}

impl Words {
    /// What the kernel refused.
    fn new(text: impl Into<String>) -> Self {
        Self {
            text: vec![text.into()],
            hints: Vec::new(),
        }
    }

    /// Why, here and now.
    fn why(mut self, text: impl Into<String>) -> Self {
        self.text.push(text.into());
        self
    }

    /// A line to type. Several are alternatives.
    fn hint(mut self, line: impl Into<String>) -> Self {
        self.hints.push(line.into());
        self
    }

    /// What is to be typed after the last hint, on the same line.
    fn then(mut self, line: impl Into<String>) -> Self {
        let line = line.into();
        match self.hints.last_mut() {
            Some(last) => last.push_str(&format!("; {line}")),
            None => self.hints.push(line),
        }
        self
    }
}

/// The failed call and what is known of it.
struct Scene<'a> {
    /// The call, by its topic's id.
    call: &'a str,
    /// The call as typed (`read`).
    typed: &'a str,
    /// What is known.
    facts: &'a Facts,
}

impl Scene<'_> {
    fn socket(&self) -> Option<&SocketFacts> {
        self.facts.socket.as_ref()
    }

    /// The socket's name, for sentences and hints.
    fn name(&self) -> &str {
        match self.socket() {
            Some(socket) if !socket.name.is_empty() => &socket.name,
            _ => "s",
        }
    }

    fn proto(&self) -> Proto {
        self.socket().map_or(Proto::Tcp, |socket| socket.proto)
    }

    fn state(&self) -> Option<TcpState> {
        self.socket().and_then(|socket| socket.state)
    }

    fn listening(&self) -> bool {
        self.socket().is_some_and(|socket| socket.listening)
            || self.state() == Some(TcpState::Listen)
    }

    /// Whether a connection is there, in one of the states that have a peer.
    fn connected(&self) -> bool {
        use TcpState::{CloseWait, Closing, Established, FinWait1, FinWait2, LastAck};
        match self.state() {
            Some(state) => matches!(
                state,
                Established | CloseWait | FinWait1 | FinWait2 | Closing | LastAck
            ),
            None => self.socket().is_some_and(|socket| socket.peer.is_some()),
        }
    }

    /// Whether a connection was there and is over.
    fn over(&self) -> bool {
        !self.connected()
            && self
                .socket()
                .is_some_and(|socket| socket.was_connected || socket.reset)
    }

    /// The local address, where the socket is bound.
    fn local(&self) -> Option<&Addr> {
        self.socket()?
            .local
            .as_ref()
            .filter(|addr| !matches!(addr, Addr::Unnamed) && addr.port() != Some(0))
    }

    /// The address asked for, as text; a placeholder where it is not known.
    fn asked(&self) -> String {
        match &self.facts.asked {
            Some(addr) => addr.to_string(),
            None => "that address".to_owned(),
        }
    }

    fn flag(&self, name: &str) -> bool {
        self.facts.flags.iter().any(|flag| flag == name)
    }

    /// The address is of another family than the socket; a socket that fits the address is the remedy.
    fn wrong_family(&self, own: &str, given: &str) -> Words {
        let datagrams = self.proto().is_datagram();
        let fit = match (&self.facts.asked, datagrams) {
            (Some(Addr::Inet(SocketAddr::V4(_))), false) => "tcp",
            (Some(Addr::Inet(SocketAddr::V4(_))), true) => "udp",
            (Some(Addr::Inet(SocketAddr::V6(_))), false) => "tcp6",
            (Some(Addr::Inet(SocketAddr::V6(_))), true) => "udp6",
            (_, false) => "unix",
            (_, true) => "unix-dgram",
        };
        let asked = self.asked();
        let again = match self.call {
            "sendto" => format!("sendto {} \"hi\" {asked}", self.free()),
            call => format!("{call} {} {asked}", self.free()),
        };
        if own != "AF_UNIX" && fit.starts_with("unix") {
            let call = match self.call {
                "sendto" => format!("sendto {} \"hi\" {}", self.name(), self.far_end()),
                "bind" => format!("bind {} {}", self.name(), self.own_end(12345)),
                call => format!("{call} {} {}", self.name(), self.far_end()),
            };
            return Words::new(format!("{asked} is {given}, but {} was made as {own}.", self.name()))
                .why("An Internet address has a port; a word without one is taken for the path of a Unix socket.")
                .hint(call)
                .hint(self.make(fit));
        }
        Words::new(format!("{asked} is {given}, but {} was made as {own}.", self.name()))
            .why("A socket's family is fixed by socket(), and every address given to it must be of that family.")
            .hint(self.make(fit))
            .then(again)
    }

    /// An address that a server could have where the call was made.
    fn own_end(&self, port: u16) -> String {
        let lab = self.facts.lab.as_ref();
        format!("{}:{port}", lab.map_or(self.loopback(), |lab| &lab.here))
    }

    /// An address that the call could reach: where a listener stands, or a server could.
    fn far_end(&self) -> String {
        if let Some(listener) = &self.facts.listener {
            return listener.typed.clone();
        }
        let lab = self.facts.lab.as_ref();
        lab.map_or(self.loopback(), |lab| &lab.other).to_owned() + ":12345"
    }

    /// This machine itself, in the socket's family.
    fn loopback(&self) -> &'static str {
        match self.socket() {
            Some(socket) if socket.ipv6 => "[::1]",
            _ => "127.0.0.1",
        }
    }

    /// The socket is spent; a new one is needed, on the same host.
    fn new_socket(&self) -> String {
        self.make(self.own_kind())
    }

    /// The same on another host of the laboratory.
    fn new_socket_on(&self, host: &str) -> String {
        format!("{host}: {} = socket {}", self.free(), self.own_kind())
    }

    /// A new socket of a kind, on the host where the call was made.
    fn make(&self, kind: &str) -> String {
        self.there(format!("{} = socket {kind}", self.free()))
    }

    /// Whether an IPv6 socket was to reach an IPv4 address inside an IPv6 one (`::ffff:127.0.0.1`).
    fn mapped(&self) -> bool {
        let asked = self.facts.asked.as_ref().and_then(Addr::inet);
        asked.is_some_and(|asked| asked.ip().to_canonical() != asked.ip())
    }

    /// How a socket of this kind is made.
    fn own_kind(&self) -> &'static str {
        let ipv6 = self.socket().is_some_and(|socket| socket.ipv6);
        self.proto().typed(ipv6)
    }

    /// A statement that names no socket, for the host where the call was made.
    fn there(&self, statement: String) -> String {
        match &self.facts.lab {
            Some(lab) if !lab.prompt => format!("{}: {statement}", lab.here),
            _ => statement,
        }
    }

    /// A name for a new socket, such that the hint takes none away.
    fn free(&self) -> &str {
        self.facts.free_name.as_deref().unwrap_or("s2")
    }

    /// Whether a peer is known to which `send` goes.
    fn peered(&self) -> bool {
        self.socket().is_some_and(|socket| socket.peer.is_some())
    }
}

#[cfg(test)]
mod tests;
