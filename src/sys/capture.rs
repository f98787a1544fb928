//! Packets as the machine's own interfaces carry them: packet(7). Linux.

use super::call::getsockopt;
use nix::sys::socket::{
    AddressFamily, LinkAddr, SockFlag, SockProtocol, SockType, recvfrom, setsockopt, socket,
    sockopt,
};
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

/// A packet that was captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Captured {
    /// How many bytes of the buffer it fills, from its IP header on.
    pub len: usize,
    /// It is on its way out of the loopback interface, which shows it once more as it comes in.
    pub comes_again: bool,
}

/// How many bytes of packets the kernel keeps until they are read, where it lets this user have so many: a transfer over the
/// loopback interface is faster than whoever looks only after a call.
const KEPT: usize = 32 << 20;

/// The option that tells what was dropped (`include/uapi/linux/if_packet.h`), which libc lacks.
const PACKET_STATISTICS: i32 = 6;

/// A socket that sees every packet of every interface: socket(2) with `AF_PACKET`, `SOCK_DGRAM`, `ETH_P_ALL`. It does not
/// block, and has room for a transfer (`SO_RCVBUFFORCE`; without CAP_NET_ADMIN `SO_RCVBUF`, up to the system's limit).
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

/// The next packet: recvfrom(2). What does not fit into the buffer is lost.
///
/// # Errors
/// `EAGAIN` where none waits, `ENETDOWN` where an interface went away.
pub fn next(socket: impl AsFd, buffer: &mut [u8]) -> io::Result<Captured> {
    let (len, from) = recvfrom::<LinkAddr>(socket.as_fd().as_raw_fd(), buffer)?;
    let comes_again = from.is_some_and(|from| {
        from.hatype() == libc::ARPHRD_LOOPBACK && from.pkttype() == libc::PACKET_OUTGOING
    });
    Ok(Captured {
        len: len.min(buffer.len()),
        comes_again,
    })
}
