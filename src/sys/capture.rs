//! Packets as the machine's own interfaces carry them: packet(7). Linux.

use nix::sys::socket::{
    AddressFamily, LinkAddr, SockFlag, SockProtocol, SockType, recvfrom, socket,
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

/// A socket that sees every packet of every interface: socket(2) with `AF_PACKET`, `SOCK_DGRAM`, `ETH_P_ALL`. It does not
/// block.
///
/// # Errors
/// `EPERM` without CAP_NET_RAW.
pub fn open() -> io::Result<OwnedFd> {
    Ok(socket(
        AddressFamily::Packet,
        SockType::Datagram,
        SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC,
        SockProtocol::EthAll,
    )?)
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
