//! The session's sockets: which name, which descriptor, and what was done to each.

use crate::errno::Errno;
use crate::event::{Addr, TcpState};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::os::fd::RawFd;
use std::sync::Arc;
use std::time::Instant;

/// A socket of this session. Never used twice, unlike descriptor numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(pub u64);

/// How many calls a socket remembers.
const CALLS_REMEMBERED: usize = 32;

/// How many closed sockets the session remembers, so that EBADF can be explained.
const CLOSED_REMEMBERED: usize = 256;

/// A call that was made on a socket.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// The command (`bind`).
    pub command: &'static str,
    /// Its errno, where it failed.
    pub errno: Option<Errno>,
    /// The statement, in canonical form.
    pub typed: Arc<str>,
}

/// One socket.
#[derive(Debug, Clone)]
pub struct Socket {
    /// Who it is.
    pub id: SocketId,
    /// The name it is shown under.
    pub name: Arc<str>,
    /// Its descriptor number; after close, the number it had.
    pub fd: RawFd,
    /// `AF_…`
    pub domain: i32,
    /// `SOCK_…`, without flags.
    pub kind: i32,
    /// `IPPROTO_…`, as asked for (0: the family's default).
    pub protocol: i32,
    /// The host it lives on, where there is a laboratory.
    pub host: Option<String>,
    /// Whether the file status flag `O_NONBLOCK` is set.
    pub nonblocking: bool,
    /// listen() succeeded.
    pub listening: bool,
    /// bind() succeeded, with this address asked for.
    pub bound: Option<Addr>,
    /// The peer that connect() was asked for, or that accept() gave.
    pub peer: Option<Addr>,
    /// connect() was called on it, whatever came of that.
    pub tried: bool,
    /// When it got its peer last: by connect, accept or socketpair.
    pub met: Option<Instant>,
    /// It came from accept.
    pub accepted: bool,
    /// shutdown() has ended its receiving side.
    pub shut_read: bool,
    /// shutdown() has ended its sending side.
    pub shut_write: bool,
    /// shutdown() has called off its connect(), which waited for an answer.
    pub called_off: bool,
    /// How its connect() failed in the background, where a later call told so.
    pub refused: Option<Errno>,
    /// A call on it returned ECONNRESET before, or with TCP EPIPE, or SO_ERROR was ECONNRESET.
    pub was_reset: bool,
    /// The same of ETIMEDOUT, once it was connected: its own kernel has given the connection up.
    pub gave_up: bool,
    /// SO_REUSEADDR was set on it before bind.
    pub reuse: bool,
    /// SO_RCVTIMEO and SO_SNDTIMEO were set to a negative time: no call waits, though the kernel says 0, as for "for ever".
    pub impatient: [bool; 2],
    /// SO_REUSEPORT, where it was ever set on it: others may listen at its address. Whether it is set now.
    pub shares_port: Option<bool>,
    /// The port that the kernel chose for it is free again, though getsockname(2) still says it: Linux gives such a port up
    /// when an attempt to connect fails (inet_put_port).
    pub gave_up_its_port: bool,
    /// SO_LINGER: how many seconds its close() may wait, where 0 makes it send a RST, and a negative number means without
    /// end. `None` where it is off.
    pub linger: Option<i32>,
    /// SO_LINGER was ever set on it: a connection that it accepts later may have what it had then.
    pub lingered: bool,
    /// Whether it is closed.
    pub closed: bool,
    /// The statement that closed it, and when.
    pub closed_by: Option<(Arc<str>, Instant)>,
    /// Its local address when it began to listen, or was closed.
    pub last_local: Option<Addr>,
    /// It was closed while received bytes were still unread.
    pub left_unread: bool,
    /// Its TCP state, as it was last told.
    pub told: Option<TcpState>,
    /// The calls made on it, the oldest forgotten first.
    pub calls: VecDeque<Made>,
}

impl Socket {
    /// `tcp`, `udp6`, `unix-dgram` …
    pub fn proto(&self) -> &'static str {
        match (self.domain, self.kind) {
            (libc::AF_INET, libc::SOCK_STREAM) => "tcp",
            (libc::AF_INET, libc::SOCK_DGRAM) => "udp",
            (libc::AF_INET6, libc::SOCK_STREAM) => "tcp6",
            (libc::AF_INET6, libc::SOCK_DGRAM) => "udp6",
            (libc::AF_UNIX, libc::SOCK_STREAM) => "unix-stream",
            (libc::AF_UNIX, libc::SOCK_DGRAM) => "unix-dgram",
            (libc::AF_UNIX, libc::SOCK_SEQPACKET) => "unix-seqpacket",
            (_, libc::SOCK_RAW) => "raw",
            _ => "other",
        }
    }

    /// What an errno, returned by a call or collected with SO_ERROR, says of its connection.
    pub(super) fn hears(&mut self, errno: Errno) {
        match errno.0 {
            _ if !self.connected() && self.is_tcp() && ends_the_attempt(errno) => {
                self.refused = Some(errno);
                let asked_for = self.bound.as_ref().and_then(Addr::port).unwrap_or(0) != 0;
                self.gave_up_its_port = !asked_for;
                // The kernel makes the socket anew for the next try (inet_stream_connect).
                (self.shut_read, self.shut_write) = (false, false);
            }
            // So the kernel tells a call that the session's own shutdown() has called off.
            libc::ECONNRESET if self.called_off => {}
            libc::ECONNRESET => self.was_reset = true,
            libc::ETIMEDOUT => self.gave_up |= self.connected(),
            // A socket that was never connected, or shut down by its own program, gives EPIPE too; and a Unix socket whose
            // peer has closed in the usual way.
            libc::EPIPE if self.is_tcp() => {
                self.was_reset |= self.connected() && !self.shut_write && !self.gave_up;
            }
            _ => {}
        }
    }

    /// Whether it ever had a peer, by connect, accept or socketpair.
    pub fn connected(&self) -> bool {
        self.met.is_some()
    }

    /// Whether it is a TCP socket whose connect() was not answered when it was last looked at.
    fn connecting(&self) -> bool {
        self.told == Some(TcpState::SynSent)
    }

    /// Whether its close(2) may wait.
    pub(super) fn lingers(&self) -> bool {
        !self.closed && self.linger.is_some_and(|seconds| seconds != 0)
    }

    /// Whether its FIN was not acknowledged yet when it was last looked at.
    pub fn finishing(&self) -> bool {
        use TcpState::{Closing, FinWait1, LastAck};
        matches!(self.told, Some(FinWait1 | Closing | LastAck))
    }

    /// It has a peer from now on.
    pub(super) fn meets(&mut self, peer: Option<Addr>) {
        self.peer = peer;
        self.met = Some(Instant::now());
        (self.refused, self.called_off) = (None, false);
    }

    /// shutdown(2) has marked these directions (`SHUT_…`). A TCP listener is a plain socket again after that, with nothing
    /// marked, or where only sending was meant goes on as before.
    pub(super) fn shut(&mut self, how: i32) {
        let read = matches!(how, libc::SHUT_RD | libc::SHUT_RDWR);
        if self.listening && self.is_tcp() {
            self.listening = !read;
            return;
        }
        if self.connecting() {
            self.called_off = true;
            return;
        }
        self.shut_read |= read;
        self.shut_write |= matches!(how, libc::SHUT_WR | libc::SHUT_RDWR);
    }

    /// Whether it is a TCP socket.
    pub fn is_tcp(&self) -> bool {
        matches!(self.domain, libc::AF_INET | libc::AF_INET6) && self.kind == libc::SOCK_STREAM
    }

    /// Whether it is a server's: it listens, or came from accept.
    pub fn serves(&self) -> bool {
        self.listening || self.accepted
    }

    /// The address that it listens at: it stays as long as the socket listens.
    pub fn listens_at(&self) -> Option<&Addr> {
        let listens = self.listening && !self.closed && !self.shut_read;
        self.last_local.as_ref().filter(|_| listens)
    }

    /// The length of an address of its family, which is what its address buffers are given.
    pub fn addr_len(&self) -> u32 {
        addr_len(self.domain)
    }

    /// Remembers a call.
    pub fn remember(&mut self, made: Made) {
        self.tried |= made.command == "connect";
        if self.calls.len() == CALLS_REMEMBERED {
            self.calls.pop_front();
        }
        self.calls.push_back(made);
    }
}

/// Whether an attempt to connect, which goes on without the program, has failed where a call gives this errno.
fn ends_the_attempt(errno: Errno) -> bool {
    matches!(
        errno.0,
        libc::ECONNREFUSED | libc::ETIMEDOUT | libc::EHOSTUNREACH
    )
}

/// The length of an address of this family: 16, 28 or 110.
pub fn addr_len(domain: i32) -> u32 {
    let len = match domain {
        libc::AF_INET => size_of::<libc::sockaddr_in>(),
        libc::AF_INET6 => size_of::<libc::sockaddr_in6>(),
        libc::AF_UNIX => size_of::<libc::sockaddr_un>(),
        _ => size_of::<libc::sockaddr_storage>(),
    };
    len as u32
}

/// All sockets of a session.
#[derive(Debug, Default)]
pub struct Table {
    open: BTreeMap<SocketId, Socket>,
    by_fd: BTreeMap<RawFd, SocketId>,
    /// In the order in which they were closed: who asks for one most often means the last.
    closed: VecDeque<Socket>,
    listening: BTreeSet<SocketId>,
    last_id: u64,
    names_given: BTreeMap<&'static str, u32>,
}

impl Table {
    /// Every socket that is remembered, in no order.
    pub fn all(&self) -> impl Iterator<Item = &Socket> {
        self.open.values().chain(&self.closed)
    }

    /// Takes in a new descriptor. `name` must be free.
    pub fn add(
        &mut self,
        name: &str,
        fd: RawFd,
        [domain, kind, protocol]: [i32; 3],
    ) -> &mut Socket {
        self.last_id += 1;
        let id = SocketId(self.last_id);
        self.by_fd.insert(fd, id);
        self.open.entry(id).or_insert(Socket {
            id,
            name: name.into(),
            fd,
            domain,
            kind,
            protocol,
            host: None,
            nonblocking: false,
            listening: false,
            bound: None,
            peer: None,
            tried: false,
            met: None,
            accepted: false,
            shut_read: false,
            shut_write: false,
            called_off: false,
            refused: None,
            was_reset: false,
            gave_up: false,
            reuse: false,
            impatient: [false; 2],
            shares_port: None,
            gave_up_its_port: false,
            linger: None,
            lingered: false,
            closed: false,
            closed_by: None,
            last_local: None,
            left_unread: false,
            told: None,
            calls: VecDeque::new(),
        })
    }

    /// The next free name with this prefix: `s1`, `c1` …
    pub fn next_name(&mut self, prefix: &'static str, taken: impl Fn(&str) -> bool) -> String {
        let number = self.names_given.entry(prefix).or_default();
        loop {
            *number += 1;
            let name = format!("{prefix}{number}");
            if !taken(&name) {
                return name;
            }
        }
    }

    /// The socket, open or closed.
    pub fn get(&self, id: SocketId) -> Option<&Socket> {
        let closed = || self.closed.iter().rev().find(|socket| socket.id == id);
        self.open.get(&id).or_else(closed)
    }

    /// The socket, to change what is known of it.
    pub fn get_mut(&mut self, id: SocketId) -> Option<&mut Socket> {
        let mut closed = self.closed.iter_mut().rev();
        let open = self.open.get_mut(&id);
        open.or_else(|| closed.find(|socket| socket.id == id))
    }

    /// The open socket with this descriptor.
    pub fn by_fd(&self, fd: RawFd) -> Option<&Socket> {
        self.by_fd.get(&fd).and_then(|id| self.open.get(id))
    }

    /// The closed socket that had this descriptor last.
    pub fn last_with_fd(&self, fd: RawFd) -> Option<&Socket> {
        self.closed.iter().rev().find(|socket| socket.fd == fd)
    }

    /// Marks a socket closed. The sockets returned are forgotten.
    pub fn close(&mut self, id: SocketId) -> Option<SocketId> {
        let mut socket = self.open.remove(&id)?;
        socket.closed = true;
        self.by_fd.remove(&socket.fd);
        self.listening.remove(&id);
        self.closed.push_back(socket);
        if self.closed.len() <= CLOSED_REMEMBERED {
            return None;
        }
        self.closed.pop_front().map(|forgotten| forgotten.id)
    }

    /// The open sockets, in the order of their descriptors.
    pub fn open(&self) -> Vec<&Socket> {
        self.by_fd
            .values()
            .filter_map(|id| self.open.get(id))
            .collect()
    }

    /// The open sockets on which listen() succeeded.
    pub fn listening(&self) -> impl Iterator<Item = &Socket> {
        self.listening.iter().filter_map(|id| self.open.get(id))
    }

    /// listen() succeeded on this socket.
    pub fn listens(&mut self, id: SocketId) {
        self.listening.insert(id);
        if let Some(socket) = self.open.get_mut(&id) {
            socket.listening = true;
        }
    }

    /// shutdown() was called on this socket, and has taken effect.
    pub fn shut(&mut self, id: SocketId, how: i32) {
        if let Some(socket) = self.open.get_mut(&id) {
            socket.shut(how);
            if !socket.listening {
                self.listening.remove(&id);
            }
        }
    }

    /// How many are open.
    pub fn open_count(&self) -> usize {
        self.open.len()
    }
}
