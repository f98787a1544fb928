//! The kernel's tables of sockets, asked through sock_diag(7). Linux.

use super::message::{Answer, Wanted, read};
use super::{DiagRow, Family, inode};
use crate::event::{Addr, TcpState};
use crate::sys::books::{diag_socket, netlink};
use netlink_sys::{Socket, SocketAddr as NetlinkAddr};
use nix::sys::socket::setsockopt;
use nix::sys::socket::sockopt::ReceiveTimeout;
use nix::sys::time::TimeVal;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{BorrowedFd, OwnedFd};

/// The kernel fills at most this much at once (`NLMSG_GOODSIZE` and the 32 KiB of large reads).
const BUFFER: usize = 64 * 1024;

/// How many requests go with one send(2): their answers must fit into the socket's receive buffer.
const AT_ONCE: usize = 32;

/// A netlink socket of protocol `NETLINK_SOCK_DIAG`. It sees the sockets of the network namespace that it was made in.
pub struct Diag {
    socket: Socket,
    buffer: Vec<u8>,
    sequence: u32,
}

impl Diag {
    /// Opens one in this process's network namespace. Its descriptor is high. No privilege is needed.
    ///
    /// # Errors
    /// `EPROTONOSUPPORT`, `EPERM` or `EACCES` where a sandbox forbids it.
    pub fn open() -> io::Result<Self> {
        Self::over(diag_socket()?)
    }

    /// Uses a socket made elsewhere, such as in a laboratory host: `socket(AF_NETLINK, SOCK_DGRAM,
    /// NETLINK_SOCK_DIAG)`.
    ///
    /// # Errors
    /// Those of setsockopt(2) and connect(2).
    pub fn over(fd: OwnedFd) -> io::Result<Self> {
        // The kernel answers before send(2) returns. Should one ever not, the program must not hang.
        setsockopt(&fd, ReceiveTimeout, &TimeVal::new(2, 0))?;
        let socket = netlink(fd);
        socket.connect(&NetlinkAddr::new(0, 0))?;
        Ok(Self {
            socket,
            buffer: vec![0; BUFFER],
            sequence: 0,
        })
    }

    /// One TCP connection by its two addresses, or the listener at `local` where there is no peer; one exact request.
    /// It finds what no descriptor refers to any more: `FIN_WAIT2`, `TIME_WAIT` …
    ///
    /// The kernel searches without a lock. A search that is interrupted while the connection becomes a smaller timewait
    /// socket finds neither of the two, or the old one in `CLOSE`. So a connection is believed to be gone only when it was
    /// not found twice.
    ///
    /// UDP sockets are found too, at the price of a dump.
    ///
    /// # Errors
    /// What netlink answered, but for "no such socket", which is `None`.
    pub fn find(
        &mut self,
        proto: Family,
        local: SocketAddr,
        peer: Option<SocketAddr>,
    ) -> io::Result<Option<DiagRow>> {
        match proto {
            Family::Tcp => match self.find_once(local, peer)? {
                None if peer.is_some() => self.find_once(local, peer),
                found => Ok(found),
            },
            Family::Udp => {
                let rows = self.dump(true, local.is_ipv6(), local.port(), Wanted::EVERY)?;
                Ok(exactly(rows, local, peer))
            }
            _ => Ok(None),
        }
    }

    fn find_once(
        &mut self,
        local: SocketAddr,
        peer: Option<SocketAddr>,
    ) -> io::Result<Option<DiagRow>> {
        let rows = self.ask(&pair(local, peer))?;
        Ok(exactly(rows, local, peer))
    }

    /// As [`find`](Self::find) for many TCP connections, with one send(2) for several requests. The answers come in the
    /// same order. None is searched for twice: who knows that a connection may have become a timewait socket asks again.
    pub fn find_all(
        &mut self,
        pairs: &[(SocketAddr, Option<SocketAddr>)],
    ) -> Vec<io::Result<Option<DiagRow>>> {
        let mut found = Vec::with_capacity(pairs.len());
        for some in pairs.chunks(AT_ONCE) {
            let first = self.sequence.wrapping_add(1);
            let mut requests = Vec::new();
            for (local, peer) in some {
                self.sequence = self.sequence.wrapping_add(1);
                requests.append(&mut pair(*local, *peer).bytes(self.sequence));
            }
            if let Err(error) = self.socket.send(&requests, 0) {
                found.extend(some.iter().map(|_| Err(io::Error::from(error.kind()))));
                continue;
            }
            for (n, (local, peer)) in (0..).zip(some) {
                let rows = self.answer(first.wrapping_add(n), &pair(*local, *peer));
                let silent = rows
                    .as_ref()
                    .is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
                found.push(rows.map(|rows| exactly(rows, *local, *peer)));
                if silent {
                    // Nor will the others be answered.
                    found.extend(
                        some[n as usize + 1..]
                            .iter()
                            .map(|_| Err(io::ErrorKind::WouldBlock.into())),
                    );
                    break;
                }
            }
        }
        found
    }

    /// Every TCP and UDP socket with this local port, IPv4 and IPv6, in every state: `TIME_WAIT` and `SYN_RECV` too, and
    /// since Linux 6.8 those that are only bound.
    ///
    /// # Errors
    /// What netlink answered.
    pub fn port(&mut self, port: u16) -> io::Result<Vec<DiagRow>> {
        let mut rows = Vec::new();
        for (udp, ipv6) in [(false, false), (false, true), (true, false), (true, true)] {
            rows.append(&mut self.dump(udp, ipv6, port, Wanted::EVERY)?);
        }
        // The kernel does not apply the port to sockets that are only bound.
        rows.retain(|row| port == 0 || row.local.port() == Some(port));
        Ok(rows)
    }

    /// Every TCP, UDP and Unix socket.
    ///
    /// # Errors
    /// What netlink answered.
    pub fn all(&mut self) -> io::Result<Vec<DiagRow>> {
        let mut rows = self.port(0)?;
        rows.append(&mut self.ask(&Wanted::Unix)?);
        Ok(rows)
    }

    /// The Unix sockets that hold a path or an abstract name. A path is compared as it was given to bind(2).
    ///
    /// # Errors
    /// What netlink answered; `ENOENT` where the kernel lacks unix_diag.
    pub fn unix(&mut self, name: &Addr) -> io::Result<Vec<DiagRow>> {
        let mut rows = self.ask(&Wanted::Unix)?;
        rows.retain(|row| row.local == *name);
        Ok(rows)
    }

    /// Of a Unix listener of ours, the connections waiting for accept(2) and the limit. `None` where it does not listen.
    ///
    /// # Errors
    /// What netlink answered.
    pub fn unix_backlog(&mut self, fd: BorrowedFd<'_>) -> io::Result<Option<(u32, u32)>> {
        let row = self.unix_row(fd)?;
        let listener = row.filter(|row| row.state == Some(TcpState::Listen));
        let small = |queue| u32::try_from(queue).unwrap_or(u32::MAX);
        Ok(listener.map(|row| (small(row.recvq), small(row.sendq))))
    }

    /// Whether the receiving and the sending of a Unix socket of ours have ended: by its own shutdown(2), or because the
    /// peer has closed or shut down the other side of it. No call on the descriptor tells of the second.
    ///
    /// # Errors
    /// What netlink answered.
    pub fn unix_shut(&mut self, fd: BorrowedFd<'_>) -> io::Result<Option<[bool; 2]>> {
        Ok(self.unix_row(fd)?.map(|row| row.shut))
    }

    fn unix_row(&mut self, fd: BorrowedFd<'_>) -> io::Result<Option<DiagRow>> {
        let Some(number) = inode(fd).and_then(|inode| u32::try_from(inode).ok()) else {
            return Ok(None);
        };
        let rows = self.ask(&Wanted::UnixInode(number))?;
        Ok(rows.into_iter().next())
    }

    /// The half-open connections of a listener: request sockets in `SYN_RECV`, whose SYN was answered and whose last ACK
    /// has not been taken. They belong to no descriptor; nothing else tells of them.
    ///
    /// # Errors
    /// What netlink answered.
    pub fn embryos(&mut self, listener: SocketAddr) -> io::Result<Vec<DiagRow>> {
        let mut rows = self.dump(false, listener.is_ipv6(), listener.port(), Wanted::SYN_RECV)?;
        // A listener at :: takes IPv4 too.
        if listener.is_ipv6() && listener.ip().is_unspecified() {
            rows.append(&mut self.dump(false, false, listener.port(), Wanted::SYN_RECV)?);
        }
        rows.retain(|row| listener.ip().is_unspecified() || same(&row.local, listener));
        Ok(rows)
    }

    /// The half-open connections of every listener on the machine, in two requests.
    ///
    /// # Errors
    /// What netlink answered.
    pub fn all_embryos(&mut self) -> io::Result<Vec<DiagRow>> {
        let mut rows = self.dump(false, false, 0, Wanted::SYN_RECV)?;
        rows.append(&mut self.dump(false, true, 0, Wanted::SYN_RECV)?);
        Ok(rows)
    }

    fn dump(&mut self, udp: bool, ipv6: bool, port: u16, states: u32) -> io::Result<Vec<DiagRow>> {
        self.ask(&Wanted::Port {
            udp,
            ipv6,
            port,
            states,
        })
    }

    fn ask(&mut self, wanted: &Wanted) -> io::Result<Vec<DiagRow>> {
        self.sequence = self.sequence.wrapping_add(1);
        self.socket.send(&wanted.bytes(self.sequence), 0)?;
        self.answer(self.sequence, wanted)
    }

    /// What the kernel answers to the request with this number.
    fn answer(&mut self, sequence: u32, wanted: &Wanted) -> io::Result<Vec<DiagRow>> {
        let udp = matches!(wanted, Wanted::Port { udp: true, .. });
        let mut rows = Vec::new();
        loop {
            let received = match self.socket.recv(&mut &mut self.buffer[..], 0) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            match read(
                &self.buffer[..received.min(BUFFER)],
                sequence,
                udp,
                &mut rows,
            ) {
                Ok(Answer::Done) => return Ok(rows),
                Ok(Answer::More) if wanted.exact() && !rows.is_empty() => return Ok(rows),
                Ok(Answer::More) => {}
                // No such socket; or, for a dump, no such table (IPv6 is off).
                Err(error) if error.raw_os_error() == Some(libc::ENOENT) => return Ok(rows),
                Err(error) => return Err(error),
            }
        }
    }
}

/// The question for one connection, or for a listener where there is no peer.
fn pair(local: SocketAddr, peer: Option<SocketAddr>) -> Wanted {
    let any = match local {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let peer = peer.unwrap_or(any);
    Wanted::Pair { local, peer }
}

/// Where the connection is gone the kernel answers with a listener that would take its segments. What is in `CLOSE` was
/// taken from the tables while it was found.
fn exactly(rows: Vec<DiagRow>, local: SocketAddr, peer: Option<SocketAddr>) -> Option<DiagRow> {
    rows.into_iter().find(|row| {
        row.state != Some(TcpState::Close)
            && same(&row.local, local)
            && row.peer.as_ref().and_then(Addr::inet).map(bare) == peer.map(bare)
    })
}

fn same(found: &Addr, wanted: SocketAddr) -> bool {
    found.inet().map(bare) == Some(bare(wanted))
}

/// Without the flow label and the interface, which are no part of who it is.
fn bare(addr: SocketAddr) -> (std::net::IpAddr, u16) {
    (addr.ip(), addr.port())
}
