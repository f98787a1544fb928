//! What the kernel knows of a socket that need not be ours.

use super::Family;
use crate::event::{Addr, TcpState};
use nix::sys::stat::fstat;
use std::os::fd::BorrowedFd;
use std::time::Duration;

/// One socket in the kernel's tables: a row of ss(8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagRow {
    /// Its kind.
    pub proto: Family,
    /// Its local address.
    pub local: Addr,
    /// Its peer's address. `None` for a listener, an unconnected socket and Unix sockets.
    pub peer: Option<Addr>,
    /// Its state; Unix streams have `LISTEN`, `ESTABLISHED` and `CLOSE` too. `None` for datagram sockets.
    pub state: Option<TcpState>,
    /// Recv-Q of ss(8): bytes (a received FIN counts one), memory for UDP, connections waiting for a listener.
    pub recvq: u64,
    /// Send-Q of ss(8): bytes not acknowledged, memory for UDP, the limit for a listener.
    pub sendq: u64,
    /// Its inode, the number in `/proc/PID/fd`'s `socket:[…]`. 0 where no descriptor refers to it any more, and for a
    /// connection that waits for accept(2).
    pub inode: u64,
    /// The user that opened it; 0 in `TIME_WAIT`, where nobody owns it any more.
    pub uid: u32,
    /// An IPv6 socket without a connection that takes no IPv4: IPV6_V6ONLY is set on it.
    pub v6only: bool,
    /// Of a Unix socket, whether its receiving and its sending have ended, at whichever end.
    pub shut: [bool; 2],
    /// In `TIME_WAIT`, how long it will still rest.
    pub rests: Option<Duration>,
}

impl DiagRow {
    /// `tcp`, `udp`, `tcp6`, `udp6`, `unix-stream` …
    pub fn proto_name(&self) -> &'static str {
        let six = self.local.inet().is_some_and(|addr| addr.is_ipv6());
        match (self.proto, six) {
            (Family::Tcp, false) => "tcp",
            (Family::Tcp, true) => "tcp6",
            (Family::Udp, false) => "udp",
            (Family::Udp, true) => "udp6",
            (Family::UnixStream, _) => "unix-stream",
            (Family::UnixDgram, _) => "unix-dgram",
            (Family::UnixSeqpacket, _) => "unix-seqpacket",
            (Family::Other, _) => "other",
        }
    }
}

/// A process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Its command name (`/proc/PID/comm`).
    pub name: String,
}

/// The inode of an open socket, by which [`DiagRow`] names it: fstat(2).
pub fn inode(fd: BorrowedFd<'_>) -> Option<u64> {
    // The type of st_ino differs between systems.
    #[allow(clippy::useless_conversion)]
    fstat(fd).ok().map(|stat| stat.st_ino.into())
}
