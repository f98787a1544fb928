//! One look at an open socket, in as few system calls as can tell: it follows every statement. Linux.
//!
//! | socket | calls |
//! | --- | --- |
//! | TCP or UDP, never bound | getsockname |
//! | TCP, bound and no more, or over | getsockname, TCP_INFO, FIONREAD |
//! | TCP, connecting | getsockname, TCP_INFO, SO_PEERNAME |
//! | TCP listener | getsockname, TCP_INFO |
//! | TCP connection | getsockname, TCP_INFO, getpeername; FIONREAD once something was received; SIOCOUTQ where something is unacknowledged |
//! | TCP connection or listener, again | the same without the addresses |
//! | TCP connection that accept(2) gave | no getpeername: accept(2) told the peer |
//! | TCP connection, after a send or a receive in a flood of them | SIOCOUTQ or FIONREAD alone |
//! | UDP, bound | getsockname, getpeername, FIONREAD, SIOCOUTQ |
//! | Unix | getsockname, getpeername; where it has a name or a peer FIONREAD |

use super::hold::{Hold, Numbers};
use super::{Family, Look, Queue};
use crate::event::{Addr, TcpState};
use crate::sys::books::{TcpInfo, peer_name, tcp_info, unread, unsent};
use socket2::SockRef;
use std::io;
use std::net::SocketAddr;
use std::os::fd::BorrowedFd;

/// Asks the kernel about one socket. What it does not tell stays empty; no call here can block or change anything.
///
/// No memory is allocated, but for the path of a Unix socket.
pub fn look(fd: BorrowedFd<'_>, what: Family) -> Look {
    first_look(fd, what, None)
}

/// The same for a socket that was never looked at. `peer` is what accept(2) said of it: it is not asked for again.
pub fn first_look(fd: BorrowedFd<'_>, what: Family, peer: Option<&Addr>) -> Look {
    let local = SockRef::from(&fd).local_addr().ok();
    let mut look = Look {
        local: local.as_ref().and_then(Addr::from_kernel),
        ..Look::default()
    };
    match what {
        Family::Tcp => tcp(fd, &mut look, peer),
        Family::Udp => udp(fd, &mut look),
        Family::UnixStream | Family::UnixDgram | Family::UnixSeqpacket => unix(fd, &mut look),
        Family::Other => look.peer = peer_of(fd),
    }
    look
}

/// Asks for one queue of a TCP connection alone, all else being as it was at the last look. `None` where that look
/// found no connection, or the kernel does not tell.
pub fn look_at_queue(fd: BorrowedFd<'_>, last: &Look, queue: Queue) -> Option<Look> {
    if last.state.and_then(stage) != Some(Stage::Connection) {
        return None;
    }
    let mut look = Look {
        hold: None,
        ..last.clone()
    };
    match queue {
        Queue::Receive => look.recvq = unread(fd).ok()?.into(),
        Queue::Send => look.sendq = unsent(fd).ok()?.into(),
    }
    Some(look)
}

/// The same, where the last look at this socket is at hand: as long as a TCP connection or a listener lasts its addresses
/// stay, so they are not asked for again. Each statement must be followed by a look at its socket, or a new connection may
/// be taken for the old.
pub fn look_again(fd: BorrowedFd<'_>, what: Family, last: &Look) -> Look {
    let before = last.state.and_then(stage);
    if what != Family::Tcp || before.is_none() {
        return look(fd, what);
    }
    match tcp_info(fd) {
        Ok(info) if TcpState::from_kernel(info.state).and_then(stage) == before => {
            let mut look = Look {
                local: last.local.clone(),
                peer: last.peer.clone(),
                state: TcpState::from_kernel(info.state),
                ..Look::default()
            };
            queues(fd, info, &mut look);
            look
        }
        _ => look(fd, what),
    }
}

/// `TCP_NODELAY` and `TCP_CORK`, which decide what becomes of a segment that is not full.
///
/// # Errors
/// `ENOPROTOOPT` or `EOPNOTSUPP` where it is no TCP socket.
pub fn nodelay_and_cork(fd: BorrowedFd<'_>) -> io::Result<(bool, bool)> {
    let socket = SockRef::from(&fd);
    Ok((socket.tcp_nodelay()?, socket.tcp_cork()?))
}

/// The part of a socket's life in which its addresses stay.
#[derive(PartialEq)]
enum Stage {
    Listener,
    Connection,
}

fn stage(state: TcpState) -> Option<Stage> {
    match state {
        TcpState::Close | TcpState::SynSent => None,
        TcpState::Listen => Some(Stage::Listener),
        _ => Some(Stage::Connection),
    }
}

/// The local address of an Internet socket that has a port.
fn bound(look: &Look) -> Option<SocketAddr> {
    look.local
        .as_ref()
        .and_then(Addr::inet)
        .filter(|addr| addr.port() != 0)
}

fn tcp(fd: BorrowedFd<'_>, look: &mut Look, peer: Option<&Addr>) {
    // Every other state needs a port, which listen(2) and connect(2) choose where bind(2) did not.
    let Some(local) = bound(look) else {
        look.state = Some(TcpState::Close);
        return;
    };
    let Ok(info) = tcp_info(fd) else { return };
    look.state = TcpState::from_kernel(info.state);
    match look.state {
        Some(TcpState::SynSent) => {
            look.peer = peer_name(fd, local.is_ipv6())
                .ok()
                .as_ref()
                .and_then(Addr::from_kernel);
            look.sendq = syn_alone(&info);
        }
        // What came before a RST can still be read.
        Some(TcpState::Close) => look.recvq = unread(fd).unwrap_or(0).into(),
        state => {
            if state != Some(TcpState::Listen) {
                look.peer = peer.cloned().or_else(|| peer_of(fd));
            }
            queues(fd, info, look);
        }
    }
}

/// Of a listener the queue of connections, of a connection those of bytes.
fn queues(fd: BorrowedFd<'_>, info: TcpInfo, look: &mut Look) {
    if look.state == Some(TcpState::Listen) {
        look.backlog = Some((info.unacked, info.sacked));
        return;
    }
    // Where nothing was ever received, nothing can wait.
    if info.received != Some(0) {
        look.recvq = unread(fd).unwrap_or(0).into();
    }
    if look.state == Some(TcpState::SynRecv) {
        look.sendq = syn_alone(&info);
    } else if info.unacked != 0 || info.notsent != Some(0) {
        look.sendq = unsent(fd).unwrap_or(0).into();
        look.hold = hold(&info, look.sendq);
    }
}

/// The send queue of a socket whose SYN is not acknowledged: SIOCOUTQ says 0 then; ss(8) counts the SYN.
fn syn_alone(info: &TcpInfo) -> u64 {
    info.unacked.into()
}

/// A kernel before Linux 5.4 does not tell the peer's window, and so no reason.
fn hold(info: &TcpInfo, queue: u64) -> Option<Hold> {
    let under_way = (info.unacked + info.retrans).saturating_sub(info.sacked + info.lost);
    Numbers {
        unsent: info.notsent?.into(),
        queue,
        mss: info.mss.into(),
        window: info.peer_window?.into(),
        under_way: under_way.into(),
        congestion_window: info.congestion_window.into(),
    }
    .hold()
}

fn udp(fd: BorrowedFd<'_>, look: &mut Look) {
    // sendto(2) and connect(2) choose a port where bind(2) did not; without one nothing can have come or gone.
    if bound(look).is_some() {
        look.peer = peer_of(fd);
        look.recvq = unread(fd).unwrap_or(0).into();
        look.sendq = unsent(fd).unwrap_or(0).into();
    }
}

fn unix(fd: BorrowedFd<'_>, look: &mut Look) {
    look.peer = peer_of(fd);
    let named = !matches!(look.local, Some(Addr::Unnamed) | None);
    if named || look.peer.is_some() {
        // EINVAL from a listener.
        look.recvq = unread(fd).unwrap_or(0).into();
    }
}

fn peer_of(fd: BorrowedFd<'_>) -> Option<Addr> {
    SockRef::from(&fd)
        .peer_addr()
        .ok()
        .as_ref()
        .and_then(Addr::from_kernel)
}
