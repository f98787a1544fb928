//! One look at a socket, and looks at many.

use super::{Hold, Ready, look, look_again, ready};
use crate::event::{Addr, TcpState};
use std::os::fd::BorrowedFd;

/// What kind of socket it is, which decides what there is to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// TCP over IPv4 or IPv6.
    Tcp,
    /// UDP over IPv4 or IPv6.
    Udp,
    /// `AF_UNIX`, `SOCK_STREAM`.
    UnixStream,
    /// `AF_UNIX`, `SOCK_DGRAM`.
    UnixDgram,
    /// `AF_UNIX`, `SOCK_SEQPACKET`.
    UnixSeqpacket,
    /// Anything else (raw sockets): only addresses are asked for.
    Other,
}

/// One of the queues of a TCP connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// What was received, and waits for recv(2).
    Receive,
    /// What was sent, and is not acknowledged.
    Send,
}

impl Family {
    /// Of a socket of this domain and type (`AF_…`, and `SOCK_…` without flags).
    pub fn of(domain: i32, kind: i32) -> Self {
        match (domain, kind) {
            (libc::AF_UNIX, libc::SOCK_STREAM) => Self::UnixStream,
            (libc::AF_UNIX, libc::SOCK_DGRAM) => Self::UnixDgram,
            (libc::AF_UNIX, _) => Self::UnixSeqpacket,
            (libc::AF_INET | libc::AF_INET6, libc::SOCK_STREAM) => Self::Tcp,
            (libc::AF_INET | libc::AF_INET6, libc::SOCK_DGRAM) => Self::Udp,
            _ => Self::Other,
        }
    }
}

/// What the kernel says of a socket at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    /// getsockname(2). An unbound Internet socket has the any-address and port 0.
    pub local: Option<Addr>,
    /// getpeername(2); in `SYN_SENT`, where that gives ENOTCONN, the address that connect(2) was given.
    pub peer: Option<Addr>,
    /// `tcpi_state` of TCP_INFO. `None` where it is not TCP, or where the system does not tell.
    ///
    /// A descriptor whose connection rests in `TIME_WAIT` says `CLOSE`: the kernel has moved the connection to a record
    /// of its own. [`Books::state`](super::Books::state) knows better.
    pub state: Option<TcpState>,
    /// Of a TCP listener: connections waiting for accept(2), and the limit (`tcpi_unacked`, `tcpi_sacked`; Recv-Q and
    /// Send-Q of ss(8)). Of a Unix listener see [`Diag::unix_backlog`](super::Diag::unix_backlog).
    pub backlog: Option<(u32, u32)>,
    /// Bytes that recv(2) could have now (`FIONREAD`); of a datagram socket, the size of the next datagram.
    ///
    /// ss(8) and [`DiagRow::recvq`](super::DiagRow::recvq) differ in two cases: a received FIN counts as one byte there,
    /// and for UDP they give the memory that all the datagrams waiting occupy.
    pub recvq: u64,
    /// Bytes sent and not yet acknowledged (`SIOCOUTQ`; a SYN or FIN of one's own counts one): Send-Q of ss(8). Of a
    /// UDP or Unix socket, the memory that what it sent occupies until it has gone or was read.
    pub sendq: u64,
    /// Of a TCP connection that was asked with TCP_INFO: why bytes of `sendq` were not sent yet, where that shows.
    pub hold: Option<Hold>,
}

impl Look {
    /// Whether anyone but this socket's own calls can change it: false for a socket without an address. Such a socket
    /// need not be watched.
    pub fn reachable(&self) -> bool {
        let named = match &self.local {
            Some(Addr::Inet(addr)) => addr.port() != 0,
            Some(Addr::Unnamed) | None => false,
            Some(_) => true,
        };
        named || self.peer.is_some() || self.state.is_some_and(|state| state != TcpState::Close)
    }
}

/// Looks at many sockets, given the last look at each where there is one ([`Books::last`](super::Books::last)): a few
/// system calls each, and one poll(2) for all. Connections looked at before take half as long.
pub fn survey(sockets: &[(BorrowedFd<'_>, Family, Option<&Look>)]) -> Vec<(Look, Ready)> {
    let fds: Vec<_> = sockets.iter().map(|(fd, ..)| *fd).collect();
    let looks = sockets.iter().map(|(fd, family, last)| match last {
        Some(last) => look_again(*fd, *family, last),
        None => look(*fd, *family),
    });
    looks.zip(ready(&fds)).collect()
}
