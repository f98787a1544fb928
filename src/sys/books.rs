//! Questions to the kernel about a socket that neither socket2 nor nix can ask. Linux.

#![expect(unsafe_code)]

use netlink_sys::Socket as Netlink;
use socket2::SockAddr;
use std::io;
use std::mem::size_of;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd};

/// `SO_PEERNAME` (`include/uapi/asm-generic/socket.h`), which libc lacks for some targets.
const SO_PEERNAME: libc::c_int = 28;

/// How much of `struct tcp_info` is asked for: up to and with `tcpi_snd_wnd`.
const TCP_INFO_LEN: usize = 232;

/// The part of `struct tcp_info` (`include/uapi/linux/tcp.h`) that the books need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TcpInfo {
    /// `tcpi_state`, the kernel's number.
    pub state: u8,
    /// `tcpi_unacked`: segments in flight; of a listener, the connections waiting for accept(2).
    pub unacked: u32,
    /// `tcpi_sacked`: segments acknowledged out of order; of a listener, the limit that listen(2) set.
    pub sacked: u32,
    /// `tcpi_lost`: segments taken for lost.
    pub lost: u32,
    /// `tcpi_retrans`: segments sent again and not acknowledged.
    pub retrans: u32,
    /// `tcpi_snd_mss`: the most data that a segment to the peer carries.
    pub mss: u32,
    /// `tcpi_snd_cwnd`: how many segments may be in flight.
    pub congestion_window: u32,
    /// `tcpi_bytes_received`: bytes that the peer has sent, in order, a FIN counting one. `None` before Linux 4.1.
    pub received: Option<u64>,
    /// `tcpi_notsent_bytes`: bytes in the send queue that were never sent. `None` before Linux 4.6.
    pub notsent: Option<u32>,
    /// `tcpi_snd_wnd`: the window that the peer announced last, in bytes. `None` before Linux 5.4.
    pub peer_window: Option<u32>,
}

/// getsockopt(2) with `TCP_INFO`.
///
/// # Errors
/// `ENOPROTOOPT` or `EOPNOTSUPP` where it is no TCP socket.
pub fn tcp_info(fd: BorrowedFd<'_>) -> io::Result<TcpInfo> {
    let mut bytes = [0u8; TCP_INFO_LEN];
    let len = getsockopt(fd, libc::IPPROTO_TCP, libc::TCP_INFO, &mut bytes)?;
    let word = |at: usize| {
        let mut four = [0; 4];
        four.copy_from_slice(&bytes[at..at + 4]);
        u32::from_ne_bytes(four)
    };
    let long = |at: usize| {
        let mut eight = [0; 8];
        eight.copy_from_slice(&bytes[at..at + 8]);
        u64::from_ne_bytes(eight)
    };
    Ok(TcpInfo {
        state: bytes[0],
        unacked: word(24),
        sacked: word(28),
        lost: word(32),
        retrans: word(36),
        mss: word(16),
        congestion_window: word(80),
        received: (len >= 136).then(|| long(128)),
        notsent: (len >= 148).then(|| word(144)),
        peer_window: (len >= TCP_INFO_LEN).then(|| word(228)),
    })
}

/// ioctl(2) with `FIONREAD` (the same number as `SIOCINQ`): bytes that recv(2) could have now. Of a datagram socket,
/// the size of the next datagram.
///
/// # Errors
/// `EINVAL` on a listener.
pub fn unread(fd: BorrowedFd<'_>) -> io::Result<u32> {
    ioctl_int(fd, libc::FIONREAD as libc::Ioctl)
}

/// ioctl(2) with `SIOCOUTQ` (the same number as `TIOCOUTQ`): of a TCP socket, bytes not yet acknowledged, a FIN
/// counting one. Of a UDP or Unix socket, the memory that what it sent still occupies.
///
/// # Errors
/// `EINVAL` on a listener.
pub fn unsent(fd: BorrowedFd<'_>) -> io::Result<u32> {
    ioctl_int(fd, libc::TIOCOUTQ as libc::Ioctl)
}

/// getsockopt(2) with `SO_PEERNAME`. Unlike getpeername(2) it also answers in `SYN_SENT`.
///
/// # Errors
/// `ENOTCONN`.
pub fn peer_name(fd: BorrowedFd<'_>, ipv6: bool) -> io::Result<SockAddr> {
    // The length must be the address's own: the kernel refuses a larger buffer.
    let len = if ipv6 {
        size_of::<libc::sockaddr_in6>()
    } else {
        size_of::<libc::sockaddr_in>()
    };
    // SAFETY: the closure hands out the storage and its length, and the kernel writes at most `len` bytes there.
    let ((), addr) = unsafe {
        SockAddr::try_init(|storage, length| {
            *length = len as libc::socklen_t;
            let result = libc::getsockopt(
                fd.as_raw_fd(),
                libc::SOL_SOCKET,
                SO_PEERNAME,
                storage.cast(),
                length,
            );
            if result < 0 {
                Err(io::Error::last_os_error())
            } else {
                Ok(())
            }
        })
    }?;
    Ok(addr)
}

/// A `NETLINK_SOCK_DIAG` socket, high and connected to the kernel.
///
/// # Errors
/// `EPROTONOSUPPORT`, `EACCES` or `EPERM` where a sandbox forbids it.
pub fn diag_socket() -> io::Result<OwnedFd> {
    let socket = Netlink::new(netlink_sys::protocols::NETLINK_SOCK_DIAG)?;
    // SAFETY: `into_raw_fd` gives up the only owner.
    let fd = unsafe { OwnedFd::from_raw_fd(socket.into_raw_fd()) };
    super::high::raise(fd)
}

/// The same descriptor under netlink-sys's type.
pub fn netlink(fd: OwnedFd) -> Netlink {
    // SAFETY: `into_raw_fd` gives up the only owner.
    unsafe { Netlink::from_raw_fd(fd.into_raw_fd()) }
}

fn getsockopt(fd: BorrowedFd<'_>, level: i32, name: i32, bytes: &mut [u8]) -> io::Result<usize> {
    let mut len = bytes.len() as libc::socklen_t;
    // SAFETY: the kernel writes at most `len` bytes to the buffer.
    let result = unsafe {
        libc::getsockopt(
            fd.as_raw_fd(),
            level,
            name,
            bytes.as_mut_ptr().cast(),
            &raw mut len,
        )
    };
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(len as usize)
    }
}

fn ioctl_int(fd: BorrowedFd<'_>, request: libc::Ioctl) -> io::Result<u32> {
    let mut value: libc::c_int = 0;
    // The request's type differs between libcs (int in musl).
    // SAFETY: both requests write one int.
    let result = unsafe { libc::ioctl(fd.as_raw_fd(), request, &raw mut value) };
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(u32::try_from(value).unwrap_or(0))
    }
}
