//! Which calls the main thread may make itself. A wrong no costs a thread; a wrong yes the prompt, and a script its
//! `--timeout`. So only what cannot sleep counts: where poll(2) finds ready what the call waits for, where the last look
//! at the socket has shown it ([`Promptness::Ready`]), and where a handshake ends inside connect(2). The call itself is
//! made in either case, so nothing that it returns is hidden.

use super::Session;
use super::eval::Target;
use super::prepared::{Prepared, Promptness};
use super::table::Socket;
use crate::event::{Addr, TcpState};
#[cfg(target_os = "linux")]
use crate::sys::books::tcp_info;
use crate::sys::call;
use std::net::SocketAddr;
use std::os::fd::RawFd;

impl Session {
    /// Whether a call that waits for `events` returns at once on this socket.
    pub(super) fn promptness(&self, target: Target, events: i16) -> Promptness {
        match self.blocking(target) {
            Some(_) => Promptness::When(target.fd, events),
            None => Promptness::AtOnce,
        }
    }

    /// A datagram socket's connect only notes the address. A TCP handshake with a listener of our own, which has room in
    /// its accept queue, is finished by the loopback interface before connect() returns. Of two listeners at one address
    /// (SO_REUSEPORT) nobody knows which gets the SYN, and a handshake that has begun waits for the other side.
    ///
    /// What an attempt that failed leaves behind in an IPv6 socket can keep the next SYN from the loopback interface: Linux
    /// goes on with IPv4 after a mapped address (`tcp_v6_connect`), and by the interface of a link-local one.
    pub(super) fn connects_at_once(&self, target: Target, addr: &Addr) -> Promptness {
        let Some(socket) = self.blocking(target) else {
            return Promptness::AtOnce;
        };
        if socket.kind == libc::SOCK_DGRAM {
            return Promptness::AtOnce;
        }
        let untouched = socket.domain == libc::AF_INET || !socket.tried;
        let begins = socket.is_tcp() && socket.told == Some(TcpState::Close) && untouched;
        let here = |to: &SocketAddr| socket.host.is_none() && to.ip().is_loopback();
        let to = addr.inet().filter(|to| begins && here(to));
        match to.and_then(|to| self.listener_on(to)) {
            Some(listener) if listener.shares_port.is_none() => Promptness::Room(listener.fd),
            _ => Promptness::Unknown,
        }
    }

    /// The target's socket, where calls on it may sleep.
    fn blocking(&self, target: Target) -> Option<&Socket> {
        self.socket_of(target)
            .filter(|socket| !socket.closed && !socket.nonblocking)
    }

    /// The session's own listener with exactly this address.
    fn listener_on(&self, addr: SocketAddr) -> Option<&Socket> {
        let addr = Addr::Inet(addr);
        let mut listening = self.table.listening();
        listening.find(|socket| socket.host.is_none() && socket.listens_at() == Some(&addr))
    }

    /// Whether a call may be made on this thread. Where another call sleeps on its socket, that one may take what is there.
    pub(super) fn returns_at_once(&self, prepared: &Prepared) -> bool {
        match prepared.promptness {
            Promptness::AtOnce => true,
            Promptness::Unknown => false,
            _ if prepared.socket.is_some_and(|id| self.sleeps_on(id)) => false,
            Promptness::Ready => true,
            Promptness::When(fd, events) => is_ready(fd, events),
            Promptness::Room(listener) => has_room(listener),
        }
    }
}

/// Whether poll(2) finds one of these events on a descriptor, or that there is nothing to wait for.
pub(super) fn is_ready(fd: RawFd, events: i16) -> bool {
    let mut fds = [libc::pollfd {
        fd,
        events,
        revents: 0,
    }];
    call::poll(&mut fds, 0) == Ok(1)
}

#[cfg(target_os = "linux")]
fn has_room(listener: RawFd) -> bool {
    tcp_info(call::borrowed(listener))
        // For a listener these are the accept queue's length and its limit.
        .is_ok_and(|info| {
            TcpState::from_kernel(info.state) == Some(TcpState::Listen)
                && info.unacked < info.sacked
        })
}

#[cfg(not(target_os = "linux"))]
fn has_room(_: RawFd) -> bool {
    false
}
