//! Why a call failed: what the session and the kernel know is gathered for `explain`.

mod listener;
mod meanwhile;

use super::App;
use super::lab::Laboratory;
use super::machine::{descriptor_limit, file_kind, links, path_facts, unix_name_is_held};
use super::standing::{covers, target};
use crate::errno::Errno;
use crate::event::packet::Rst;
use crate::event::{Addr, Explanation, Holder, TcpState};
use crate::explain::{self, Closed, Facts, InLab, OtherEnd, Past, Proto, SocketFacts, Target};
use crate::kernel::Look;
use crate::session::{Done, Patience, Socket, SocketId};
use crate::sys::call;
use socket2::SockRef;
use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt;

impl App {
    /// The words for a failed call. `before` is what the kernel said of the socket before it.
    pub(super) fn cause(&mut self, done: &Done, errno: Errno, before: Option<Look>) -> Explanation {
        let facts = self.facts(done, errno, before);
        explain::cause(done.command, errno, &facts)
    }

    fn facts(&mut self, done: &Done, errno: Errno, before: Option<Look>) -> Facts {
        let asked = &done.asked;
        let mut facts = Facts {
            asked: asked.addr.clone(),
            sent: asked.sent,
            taken: done.taken,
            flags: words(asked.flags),
            option: asked.option.as_ref().map(|(name, _)| (*name).to_owned()),
            value: asked
                .option
                .as_ref()
                .map(|(_, value)| value.clone())
                .filter(|value| !value.is_empty()),
            descriptors: descriptor_limit(),
            ..Facts::default()
        };
        let host = self.host_of(done.socket);
        facts.unprivileged_from = self.unprivileged_from(host.as_deref());
        facts.port_range = self.port_range(host.as_deref());
        if let Some(what) = asked.socket {
            let [domain, kind, protocol] = crate::session::names_of(what);
            (facts.domain, facts.kind, facts.protocol) = (Some(domain), Some(kind), Some(protocol));
        }
        if let Some(socket) = done.socket.and_then(|id| self.session.socket(id)) {
            facts.closed = self.first_closed(done);
            facts.socket = Some(self.socket_facts(socket, before, self.session.patience_of(done)));
            facts.rst = self.rst_to(socket, errno, &facts);
            if matches!(errno.0, libc::EPIPE | libc::ECONNRESET) {
                facts.other_end = self.other_end(socket.id, facts.socket.as_ref(), facts.rst);
            }
        } else {
            facts.fd = asked.fd;
            facts.file = facts.fd.and_then(file_kind);
        }
        facts.free_name = (2..)
            .map(|n| format!("s{n}"))
            .find(|name| !self.session.knows(name));
        self.of_the_network(host.as_deref(), errno, &mut facts);
        if host.is_none() {
            let asked = facts.asked.as_ref().and_then(Addr::inet);
            facts.asked_host = asked.and_then(|to| self.session.host_at(to.ip()));
        }
        self.at_the_address(done, errno, &mut facts);
        let peer = facts
            .socket
            .as_ref()
            .and_then(|socket| socket.peer.as_ref());
        facts.lab = self.in_lab(host, facts.asked.as_ref().or(peer));
        facts
    }

    /// The addresses and interfaces where the call was made, which matter to these errors.
    fn of_the_network(&self, host: Option<&str>, errno: Errno, facts: &mut Facts) {
        if matches!(
            errno.0,
            libc::EADDRNOTAVAIL
                | libc::EINVAL
                | libc::ENETUNREACH
                | libc::EHOSTUNREACH
                | libc::EACCES
                | libc::ECONNREFUSED
        ) {
            facts.interfaces = self.interfaces(host);
            let peer = facts
                .socket
                .as_ref()
                .and_then(|socket| socket.peer.as_ref());
            let to = facts.asked.as_ref().or(peer).and_then(Addr::inet);
            facts.broadcast = to.is_some_and(|to| self.is_broadcast(host, to.ip()));
            if host.is_none() {
                facts.links = links();
            }
        }
    }

    /// The first of a call's sockets that is closed.
    fn first_closed(&self, done: &Done) -> Option<Closed> {
        let watched = done.asked.watched.iter().map(|(id, _)| *id);
        let mut all = done.socket.into_iter().chain(watched);
        all.find_map(|id| closed(self.session.socket(id)?))
    }

    /// The laboratory hosts that matter to a call on this one.
    fn in_lab(&self, here: Option<String>, to: Option<&Addr>) -> Option<InLab> {
        let here = here?;
        let asked = to.and_then(Addr::inet);
        Some(InLab {
            other: self.host_names().into_iter().find(|host| *host != here)?,
            asked: asked.and_then(|to| self.session.host_at(to.ip())),
            mtu: self.lab.as_ref().and_then(Laboratory::too_small_for_ipv6),
            prompt: self.usual.as_ref().unwrap_or(&self.session.here()).as_ref() == Some(&here),
            here,
        })
    }

    /// Who is at the address asked for.
    fn at_the_address(&mut self, done: &Done, errno: Errno, facts: &mut Facts) {
        let own = facts
            .socket
            .as_ref()
            .and_then(|socket| socket.local.clone());
        let remembered = facts.socket.as_ref().and_then(|socket| socket.peer.clone());
        let asked = facts.asked.clone();
        facts.listener = done.socket.and_then(|id| self.listener_for(id));
        match (errno.0, asked.clone().or(remembered)) {
            (libc::EADDRINUSE, at) => {
                let at = asked.or(own).or(at).as_ref().and_then(Addr::inet);
                if let Some((at, id)) = at.filter(|at| at.port() != 0).zip(done.socket) {
                    (facts.holders, facts.only_own_holders) =
                        self.in_the_way(at, id, facts.socket.as_ref());
                    facts.holder_reuse = self.holder_reuse(&facts.holders);
                    facts.sharing = self.sharing(&facts.holders);
                }
            }
            (libc::ECONNREFUSED, Some(Addr::Inet(to))) if done.command == "connect" => {
                let from = self.host_of(done.socket);
                let host = self.session.host_at(to.ip()).or(from);
                if let Ok(mut listeners) = self.holders(host.as_deref(), to.port()) {
                    listeners.retain(|other| other.state == Some(TcpState::Listen));
                    let there = |other: &Holder| {
                        let local = other.local.inet();
                        local.is_some_and(|local| covers(local, other.v6only, to))
                    };
                    facts.listens = Some(listeners.iter().any(there));
                    facts.holders = listeners;
                }
                facts.target = self.standing_at(to, host.as_deref(), Proto::Tcp);
                facts.listener_closed = self.closed_since(done.timing.began, to, host.as_deref());
            }
            (libc::ECONNREFUSED, Some(Addr::Inet(to)))
                if facts.socket.as_ref().is_some_and(|s| s.proto == Proto::Udp) =>
            {
                let host = self.session.host_at(to.ip()).or(self.host_of(done.socket));
                facts.target = self.standing_at(to, host.as_deref(), Proto::Udp);
            }
            _ => {}
        }
        if let Some(addr) = facts.asked.clone().filter(|addr| unix_name(addr).is_some()) {
            facts.target = self.with_name(&addr, done.socket);
            facts.listens = unix_name(&addr).and_then(|name| unix_name_is_held(&name));
            facts.path = match &addr {
                Addr::Path(path) => Some(path_facts(path)),
                _ => None,
            };
        }
    }

    /// The session's own Unix socket with this name, but for this one.
    fn with_name(&self, addr: &Addr, but: Option<SocketId>) -> Option<Target> {
        let named = |socket: &&Socket| {
            Some(socket.id) != but
                && socket.domain == libc::AF_UNIX
                // The sockets that accept() returned have their listener's name too.
                && socket.bound.is_some()
                && call::getsockname(socket.fd, socket.addr_len())
                    .is_ok_and(|name| name.addr.as_ref() == Some(addr))
        };
        let all = self.session.open_sockets();
        all.into_iter().find(named).map(target)
    }

    /// The other end of a connection, where this session has or had it.
    fn other_end(
        &self,
        id: SocketId,
        known: Option<&SocketFacts>,
        rst: Option<Rst>,
    ) -> Option<OtherEnd> {
        let (local, peer) = (
            known?.local.as_ref()?.inet()?,
            known?.peer.as_ref()?.inet()?,
        );
        let socket = self.session.socket(id)?;
        let (on_lab, met) = (socket.host.is_some(), Some(socket.met?));
        let others = || {
            let all = self.session.sockets();
            all.filter(move |other| other.id != id && other.host.is_some() == on_lab)
        };
        let connection = others().find(|other| {
            other.peer.as_ref().and_then(Addr::inet) == Some(local)
                && self.local_of(other) == Some(peer)
        });
        // A connection that was never accepted has no socket: its listener has ended it.
        let listener = || {
            others().find(|other| {
                let stood = other.last_local.as_ref().and_then(Addr::inet);
                let waited = met < other.closed_by.as_ref().map(|(_, when)| *when);
                other.listening && waited && stood.is_some_and(|at| covers(at, false, peer))
            })
        };
        let other = connection.or_else(listener)?;
        let way = self.ledger.way(other.id);
        let finished = way.iter().any(|state| {
            matches!(
                state,
                TcpState::FinWait1 | TcpState::FinWait2 | TcpState::LastAck
            )
        });
        // An answer that was on the wire before was not the work of close(2).
        let answered = match rst {
            Some(Rst::Packet {
                n, answer: true, ..
            }) => self.came(n),
            _ => None,
        };
        let closed_by = other.closed_by.as_ref();
        let closed_by = closed_by.filter(|(_, when)| answered.is_none_or(|came| *when < came));
        Some(OtherEnd {
            name: other.name.to_string(),
            closed_by: closed_by.map(|(statement, _)| statement.to_string()),
            listener: other.listening,
            linger_zero: other.linger == Some(0),
            left_unread: other.closed && (other.left_unread || !finished),
        })
    }

    /// What the laboratory's wire has seen of the RST that ended the connection of a host's socket, or refused it.
    fn rst_to(&self, socket: &Socket, errno: Errno, facts: &Facts) -> Option<Rst> {
        let host = socket.host.as_ref()?;
        match errno.0 {
            libc::EPIPE | libc::ECONNRESET => {
                let known = facts.socket.as_ref()?;
                self.rst(known.peer.as_ref()?.inet()?, known.local.as_ref()?.inet()?)
            }
            libc::ECONNREFUSED => {
                let peer = facts.asked.as_ref()?.inet()?;
                // It has kept its port, and no address.
                let mut local = self.local_of(socket)?;
                local.set_ip(self.address_of(host, peer.ip().to_canonical().is_ipv6())?);
                self.rst(peer, local)
            }
            _ => None,
        }
    }

    /// Where a socket stands, or stood when it was closed.
    fn local_of(&self, socket: &Socket) -> Option<SocketAddr> {
        if socket.closed {
            return socket.last_local.as_ref().and_then(Addr::inet);
        }
        call::getsockname(socket.fd, socket.addr_len())
            .ok()?
            .addr?
            .inet()
    }

    /// The host that a socket lives on.
    pub(super) fn host_of(&self, socket: Option<SocketId>) -> Option<String> {
        let socket = socket.and_then(|id| self.session.socket(id));
        socket.map_or_else(|| self.session.here(), |socket| socket.host.clone())
    }

    fn socket_facts(
        &self,
        socket: &Socket,
        before: Option<Look>,
        patience: Patience,
    ) -> SocketFacts {
        let before = before.unwrap_or_default();
        let history = &socket.calls;
        let past = history
            .iter()
            .take(history.len().saturating_sub(1))
            .map(|made| Past {
                command: made.command.to_owned(),
                statement: made.typed.to_string(),
                errno: made.errno.map(Errno::name),
            });
        let on = |level, name| {
            (!socket.closed)
                .then(|| switch(socket.fd, level, name))
                .flatten()
                .unwrap_or(false)
        };
        SocketFacts {
            name: socket.name.to_string(),
            fd: Some(socket.fd),
            proto: proto(socket),
            ipv6: socket.domain == libc::AF_INET6,
            state: self
                .ledger
                .told(socket.id)
                .filter(|_| before.state.is_none())
                .or(before.state),
            local: before.local.clone(),
            peer: before.peer.clone().or_else(|| socket.peer.clone()),
            nonblocking: patience.nonblocking,
            recv_timeout: patience.receive,
            send_timeout: patience.send,
            now: self.ledger.last(socket.id).and_then(|look| look.state),
            called_off: socket.called_off,
            refused: socket.refused.map(Errno::name),
            shut_rd: socket.shut_read,
            shut_wr: socket.shut_write,
            listening: socket.listening,
            peerless: self
                .ledger
                .last(socket.id)
                .is_some_and(|look| look.peer.is_none()),
            was_connected: socket.connected(),
            gave_up_its_port: socket.bound.is_some() && socket.gave_up_its_port,
            called: socket.connected() && !socket.accepted && socket.peer.is_some(),
            reset: socket.was_reset,
            gave_up: socket.gave_up,
            reuseaddr: on(libc::SOL_SOCKET, libc::SO_REUSEADDR),
            reuseport: on(libc::SOL_SOCKET, libc::SO_REUSEPORT),
            device: device(socket),
            group_link: group_link(socket),
            broadcast: on(libc::SOL_SOCKET, libc::SO_BROADCAST),
            v6only: socket.domain == libc::AF_INET6 && on(libc::IPPROTO_IPV6, libc::IPV6_V6ONLY),
            oob_inline: on(libc::SOL_SOCKET, libc::SO_OOBINLINE),
            history: past.collect(),
            connecting: self.connecting(socket),
        }
    }
}

/// The name of a Unix socket as the kernel lists it.
fn unix_name(addr: &Addr) -> Option<OsString> {
    match addr {
        Addr::Path(path) => Some(path.as_os_str().to_owned()),
        Addr::Abstract(name) => {
            let mut listed = OsString::from("@");
            listed.push(OsStr::from_bytes(name));
            Some(listed)
        }
        _ => None,
    }
}

pub(super) fn proto(socket: &Socket) -> Proto {
    match (socket.domain, socket.kind) {
        (libc::AF_UNIX, libc::SOCK_STREAM) => Proto::UnixStream,
        (libc::AF_UNIX, libc::SOCK_DGRAM) => Proto::UnixDgram,
        (libc::AF_UNIX, libc::SOCK_SEQPACKET) => Proto::UnixSeqpacket,
        (libc::AF_INET | libc::AF_INET6, libc::SOCK_STREAM) => Proto::Tcp,
        (libc::AF_INET | libc::AF_INET6, libc::SOCK_DGRAM) => Proto::Udp,
        _ => Proto::Other,
    }
}

fn closed(socket: &Socket) -> Option<Closed> {
    let (statement, when) = socket.closed_by.as_ref()?;
    Some(Closed {
        name: socket.name.to_string(),
        kind: proto(socket).typed(socket.domain == libc::AF_INET6),
        fd: Some(socket.fd),
        statement: statement.to_string(),
        ago: Some(when.elapsed().as_secs_f64()),
    })
}

/// The flags by their C names.
fn words(flags: i32) -> Vec<String> {
    let shown = crate::session::msg_flags(flags);
    shown
        .split('|')
        .filter(|word| *word != "0")
        .map(str::to_owned)
        .collect()
}

pub(super) fn switch(fd: i32, level: i32, name: i32) -> Option<bool> {
    let mut raw = [0u8; 4];
    call::getsockopt(fd, level, name, &mut raw)
        .ok()
        .map(|_| raw != [0; 4])
}

/// The network interface that a socket is bound to (SO_BINDTODEVICE).
#[cfg(target_os = "linux")]
fn device(socket: &Socket) -> Option<String> {
    let fd = call::borrowed(socket.fd);
    let name = SockRef::from(&fd).device().ok().flatten()?;
    Some(String::from_utf8_lossy(&name).into_owned()).filter(|_| !socket.closed)
}

#[cfg(not(target_os = "linux"))]
fn device(_: &Socket) -> Option<String> {
    None
}

/// The number of the interface by which a socket's groups leave (IPV6_MULTICAST_IF), where it was given one.
fn group_link(socket: &Socket) -> Option<u32> {
    let fd = call::borrowed(socket.fd);
    let link = SockRef::from(&fd).multicast_if_v6().ok()?;
    Some(link).filter(|link| !socket.closed && *link != 0)
}
