//! Why a call failed: what the session and the kernel know is gathered for `explain`.

use super::App;
use super::machine::{descriptor_limit, file_kind, path_facts, unix_name_is_held};
use crate::errno::Errno;
use crate::event::packet::Rst;
use crate::event::{Addr, Explanation, Holder, TcpState};
use crate::explain::{self, Closed, Facts, InLab, OtherEnd, Past, Proto, SocketFacts, Target};
use crate::kernel::Look;
use crate::session::{Done, Socket, SocketId};
use crate::sys::call;
use std::ffi::{OsStr, OsString};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

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
            facts.closed = closed(socket);
            facts.socket = Some(self.socket_facts(socket, before));
            if matches!(errno.0, libc::EPIPE | libc::ECONNRESET) {
                facts.other_end = self.other_end(socket.id, facts.socket.as_ref());
                facts.rst = socket.host.as_ref().and_then(|_| self.rst_to(&facts));
            }
        } else {
            facts.fd = asked.fd;
            facts.file = facts.fd.and_then(file_kind);
        }
        facts.free_name = (2..)
            .map(|n| format!("s{n}"))
            .find(|name| !self.session.knows(name));
        if matches!(
            errno.0,
            libc::EADDRNOTAVAIL
                | libc::EINVAL
                | libc::ENETUNREACH
                | libc::EHOSTUNREACH
                | libc::EACCES
                | libc::ECONNREFUSED
        ) {
            facts.interfaces = self.interfaces(host.as_deref());
            let peer = facts
                .socket
                .as_ref()
                .and_then(|socket| socket.peer.as_ref());
            let to = facts.asked.as_ref().or(peer).and_then(Addr::inet);
            facts.broadcast = to.is_some_and(|to| self.is_broadcast(host.as_deref(), to.ip()));
        }
        if host.is_none() {
            let asked = facts.asked.as_ref().and_then(Addr::inet);
            facts.asked_host = asked.and_then(|to| self.session.host_at(to.ip()));
        }
        self.at_the_address(done, errno, &mut facts);
        facts.lab = self.in_lab(host, facts.asked.as_ref());
        facts
    }

    /// The laboratory hosts that matter to a call on this one.
    fn in_lab(&self, here: Option<String>, asked: Option<&Addr>) -> Option<InLab> {
        let here = here?;
        let asked = asked.and_then(Addr::inet);
        Some(InLab {
            other: self.host_names().into_iter().find(|host| *host != here)?,
            asked: asked.and_then(|to| self.session.host_at(to.ip())),
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
        match (errno.0, asked.clone().or(remembered)) {
            (libc::EADDRINUSE, at) => {
                let at = asked.or(own).or(at).as_ref().and_then(Addr::inet);
                if let Some((at, id)) = at.filter(|at| at.port() != 0).zip(done.socket) {
                    facts.holders = self.in_the_way(at, id, facts.socket.as_ref());
                    facts.holder_reuse = self.holder_reuse(&facts.holders);
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
                facts.target = self.standing_at(to, host.as_deref());
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
    fn other_end(&self, id: SocketId, known: Option<&SocketFacts>) -> Option<OtherEnd> {
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
        Some(OtherEnd {
            name: other.name.clone(),
            closed_by: other
                .closed_by
                .as_ref()
                .map(|(statement, _)| statement.to_string()),
            listener: other.listening,
            linger_zero: other.linger == Some(0),
            left_unread: other.closed && (other.left_unread || !finished),
        })
    }

    /// What the laboratory's wire has seen of the RST that ended this socket's connection.
    fn rst_to(&self, facts: &Facts) -> Option<Rst> {
        let socket = facts.socket.as_ref()?;
        let ends = (
            socket.peer.as_ref()?.inet()?,
            socket.local.as_ref()?.inet()?,
        );
        self.rst(ends.0, ends.1)
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

    /// The other sockets that have an address which this one wants: those of its protocol, where the two addresses
    /// overlap. Each protocol has ports of its own.
    fn in_the_way(
        &mut self,
        at: SocketAddr,
        id: SocketId,
        wants: Option<&SocketFacts>,
    ) -> Vec<Holder> {
        let Some(wants) = wants else {
            return Vec::new();
        };
        // Where the kernel does not say, the answer names nobody.
        let host = self.host_of(Some(id));
        let mut all = self.holders(host.as_deref(), at.port()).unwrap_or_default();
        all.retain(|other| {
            let overlaps =
                |local| covers(local, other.v6only, at) || covers(at, wants.v6only, local);
            other.socket.as_ref() != Some(&wants.name)
                && other.proto.starts_with("udp") == (wants.proto == Proto::Udp)
                && other.local.inet().is_some_and(overlaps)
        });
        all
    }

    /// Whether the holder, where it is one of the session's sockets, had SO_REUSEADDR set.
    fn holder_reuse(&self, holders: &[Holder]) -> Option<bool> {
        let named = holders.iter().find_map(|holder| holder.socket.clone())?;
        let name = named.split(',').next().unwrap_or(&named);
        let socket = self.session.find_socket(name)?;
        Some(socket.reuse)
    }

    /// The host that a socket lives on.
    fn host_of(&self, socket: Option<SocketId>) -> Option<String> {
        let socket = socket.and_then(|id| self.session.socket(id));
        socket.map_or_else(|| self.session.here(), |socket| socket.host.clone())
    }

    /// The session's own socket on this host to which what goes to this address would come.
    fn standing_at(&self, to: SocketAddr, host: Option<&str>) -> Option<Target> {
        let all = self.session.open_sockets().into_iter();
        // What accept() returned has its listener's address, and is spoken for.
        let mut there = all.filter(|socket| {
            socket.host.as_deref() == host
                && !socket.connected()
                && (socket.listening || !socket.gave_up_its_port)
        });
        there.find_map(|socket| {
            let local = call::getsockname(socket.fd, socket.addr_len()).ok()?;
            let v6only = switch(socket.fd, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY);
            covers(local.addr?.inet()?, v6only == Some(true), to).then(|| target(socket))
        })
    }

    fn socket_facts(&self, socket: &Socket, before: Option<Look>) -> SocketFacts {
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
        let [no_recv, no_send] = socket
            .impatient
            .map(|is| is.then_some(Duration::ZERO).filter(|_| !socket.closed));
        let time = |name| (!socket.closed).then(|| timeout(socket.fd, name)).flatten();
        SocketFacts {
            name: socket.name.clone(),
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
            nonblocking: socket.nonblocking,
            recv_timeout: no_recv.or_else(|| time(libc::SO_RCVTIMEO)),
            send_timeout: no_send.or_else(|| time(libc::SO_SNDTIMEO)),
            now: self.ledger.last(socket.id).and_then(|look| look.state),
            called_off: socket.called_off,
            refused: socket.refused.map(Errno::name),
            shut_rd: socket.shut_read,
            shut_wr: socket.shut_write,
            listening: socket.listening,
            was_connected: socket.connected(),
            gave_up_its_port: socket.bound.is_some() && socket.gave_up_its_port,
            called: socket.connected() && !socket.accepted && socket.peer.is_some(),
            reset: socket.was_reset,
            gave_up: socket.gave_up,
            reuseaddr: on(libc::SOL_SOCKET, libc::SO_REUSEADDR),
            broadcast: on(libc::SOL_SOCKET, libc::SO_BROADCAST),
            v6only: socket.domain == libc::AF_INET6 && on(libc::IPPROTO_IPV6, libc::IPV6_V6ONLY),
            oob_inline: on(libc::SOL_SOCKET, libc::SO_OOBINLINE),
            history: past.collect(),
            job: self
                .session
                .asleep()
                .find(|(.., on)| *on == Some(socket.id))
                .map(|(job, typed, ..)| (job, typed.to_owned())),
        }
    }
}

/// Whether a socket at `local` gets what goes to `to`. The any-address of IPv6 stands for IPv4's too, unless IPV6_V6ONLY
/// is set; an IPv4 address inside an IPv6 one (`::ffff:127.0.0.1`) is the IPv4 address.
pub(super) fn covers(local: SocketAddr, v6only: bool, to: SocketAddr) -> bool {
    let (here, there) = (local.ip().to_canonical(), destination(to.ip()));
    let any = match here {
        IpAddr::V4(_) => there.is_ipv4(),
        IpAddr::V6(_) => there.is_ipv6() || !v6only,
    };
    local.port() == to.port() && (here == there || here.is_unspecified() && any)
}

/// The address that a destination means: the any-address is this machine's loopback.
fn destination(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}

fn target(socket: &Socket) -> Target {
    Target {
        name: socket.name.clone(),
        proto: proto(socket),
        listening: socket.listening,
        shut: socket.shut_read,
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

fn proto(socket: &Socket) -> Proto {
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
        name: socket.name.clone(),
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

fn switch(fd: i32, level: i32, name: i32) -> Option<bool> {
    let mut raw = [0u8; 4];
    call::getsockopt(fd, level, name, &mut raw)
        .ok()
        .map(|_| raw != [0; 4])
}

fn timeout(fd: i32, name: i32) -> Option<Duration> {
    let mut raw = [0u8; 16];
    call::getsockopt(fd, libc::SOL_SOCKET, name, &mut raw).ok()?;
    let long = |at: usize| {
        raw[at..at + 8]
            .try_into()
            .map_or(0, i64::from_ne_bytes)
            .max(0)
            .unsigned_abs()
    };
    let time = Duration::from_secs(long(0)) + Duration::from_micros(long(8));
    (!time.is_zero()).then_some(time)
}
