//! Packets as the machine's own interfaces carry them: packet(7). Linux.

use super::call::getsockopt;
use nix::sys::socket::{
    AddressFamily, ControlMessageOwned, LinkAddr, MsgFlags, RecvMsg, SockFlag, SockProtocol,
    SockType, recvmsg, setsockopt, socket, sockopt,
};
use nix::sys::time::TimeSpec;
use std::io::{self, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A packet that was captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Captured {
    /// How many bytes of the buffer it fills, from its IP header on.
    pub len: usize,
    /// When the kernel saw it, since 1970-01-01 00:00 UTC.
    pub at: Duration,
    /// Where it was seen.
    pub place: Place,
}

/// A place at which packets are seen. One packet may pass several: a bridge and its port, or the loopback interface, which
/// it leaves to come in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The interface's index.
    pub interface: usize,
    /// Whether packets leave through it here, or come in.
    pub leaves: bool,
}

/// How many bytes of packets the kernel keeps until they are read, where it lets this user have so many: a transfer over the
/// loopback interface is faster than whoever looks only after a call.
const KEPT: usize = 32 << 20;

/// The option that tells what was dropped (`include/uapi/linux/if_packet.h`), which libc lacks.
const PACKET_STATISTICS: i32 = 6;

/// A socket that sees every packet of every interface: socket(2) with `AF_PACKET`, `SOCK_DGRAM`, `ETH_P_ALL`. It does not
/// block, has room for a transfer (`SO_RCVBUFFORCE`; without CAP_NET_ADMIN `SO_RCVBUF`, up to the system's limit), and tells
/// when each packet came (`SO_TIMESTAMPNS`).
///
/// # Errors
/// `EPERM` without CAP_NET_RAW.
pub fn open() -> io::Result<OwnedFd> {
    let socket = socket(
        AddressFamily::Packet,
        SockType::Datagram,
        SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC,
        SockProtocol::EthAll,
    )?;
    setsockopt(&socket, sockopt::RcvBufForce, &KEPT)
        .or_else(|_| setsockopt(&socket, sockopt::RcvBuf, &KEPT))?;
    setsockopt(&socket, sockopt::ReceiveTimestampns, &true)?;
    Ok(socket)
}

/// How many packets the kernel has dropped since this was last asked, because too many waited to be read: getsockopt(2) with
/// `PACKET_STATISTICS`.
pub fn missed(socket: impl AsFd) -> u32 {
    // `struct tpacket_stats`: how many came, and how many of them were dropped.
    let mut stats = [[0; 4]; 2];
    let fd = socket.as_fd().as_raw_fd();
    let asked = getsockopt(
        fd,
        libc::SOL_PACKET,
        PACKET_STATISTICS,
        stats.as_flattened_mut(),
    );
    match asked {
        Ok(8) => u32::from_ne_bytes(stats[1]),
        // It is a packet socket, so it has them.
        _ => 0,
    }
}

/// The next packet: recvmsg(2). What does not fit into the buffer is lost.
///
/// # Errors
/// `EAGAIN` where none waits, `ENETDOWN` where an interface went away.
pub fn next(socket: impl AsFd, buffer: &mut [u8]) -> io::Result<Captured> {
    let fd = socket.as_fd().as_raw_fd();
    let mut control = nix::cmsg_space!(TimeSpec);
    let mut into = [IoSliceMut::new(buffer)];
    let message = recvmsg::<LinkAddr>(fd, &mut into, Some(&mut control), MsgFlags::empty())?;
    let from = message.address;
    Ok(Captured {
        len: message.bytes,
        at: stamp(&message)?,
        place: Place {
            interface: from.map_or(0, |from| from.ifindex()),
            leaves: from.is_some_and(|from| from.pkttype() == libc::PACKET_OUTGOING),
        },
    })
}

/// When the kernel saw the packet; now, where it does not say.
fn stamp(message: &RecvMsg<'_, '_, LinkAddr>) -> io::Result<Duration> {
    let stamp = message.cmsgs()?.find_map(|control| match control {
        ControlMessageOwned::ScmTimestampns(at) => Some(Duration::from(at)),
        _ => None,
    });
    let now = || SystemTime::now().duration_since(UNIX_EPOCH);
    Ok(stamp.unwrap_or_else(|| now().unwrap_or_default()))
}
