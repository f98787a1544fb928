//! What is known when a call has failed: plain data, filled by whoever knows the session and the kernel.
//! Every field may be left at its default; the answer is then less certain, never false.

use crate::event::packet::Rst;
use crate::event::{Addr, Holder, TcpState};
use std::net::{IpAddr, Ipv6Addr};
use std::path::PathBuf;
use std::time::Duration;

/// What is known of a failed call.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The socket that the call was made on.
    pub socket: Option<SocketFacts>,
    /// For EBADF: the name was a socket's that is closed.
    pub closed: Option<Closed>,
    /// The address asked for: of bind the local one, of connect and sendto the destination.
    pub asked: Option<Addr>,
    /// The laboratory host that has the address asked for, where the call was made on the machine itself.
    pub asked_host: Option<String>,
    /// The sockets on the port asked for (of a bound socket: its own port), that socket itself left out.
    pub holders: Vec<Holder>,
    /// Whether the kernel did not say who else is on it (sock_diag is refused).
    pub only_own_holders: bool,
    /// The open sockets of this session among them.
    pub sharing: Vec<Sharing>,
    /// Whether the socket that holds the address had SO_REUSEADDR set, where that is known.
    pub holder_reuse: Option<bool>,
    /// Whether anything listens (TCP) or is bound (UDP, Unix) at the destination now, where that is known.
    pub listens: Option<bool>,
    /// The socket of this session that has the destination as its local address. Of the other protocol (TCP, UDP) where none
    /// of the same does.
    pub target: Option<Target>,
    /// The statement that closed the session's own listener there (`close s`), while the call waited for an answer.
    pub listener_closed: Option<String>,
    /// A listener of this session to which the socket could connect.
    pub listener: Option<Listener>,
    /// How many bytes were given to send.
    pub sent: Option<usize>,
    /// For sendall: how many of them were taken before the call that failed.
    pub taken: usize,
    /// The flags given, by their C names (`MSG_OOB`).
    pub flags: Vec<String>,
    /// For setsockopt and getsockopt: the option's C name.
    pub option: Option<String>,
    /// For setsockopt: the value, as written.
    pub value: Option<String>,
    /// For socket and socketpair: the domain, by its C name (`AF_INET`).
    pub domain: Option<String>,
    /// For socket and socketpair: the type (`SOCK_STREAM`).
    pub kind: Option<String>,
    /// For socket and socketpair: the protocol (`IPPROTO_UDP`, `0`).
    pub protocol: Option<String>,
    /// The limit on open descriptors (`RLIMIT_NOFILE`, soft).
    pub descriptors: Option<u64>,
    /// `/proc/sys/net/ipv4/ip_unprivileged_port_start`; 1024 where it is not known.
    pub unprivileged_from: Option<u16>,
    /// `/proc/sys/net/ipv4/ip_local_port_range`.
    pub port_range: Option<(u16, u16)>,
    /// The addresses of this machine's interfaces.
    pub interfaces: Vec<IpAddr>,
    /// This machine's network interfaces.
    pub links: Vec<Link>,
    /// Whether the destination is a broadcast address: of all networks, or of one of this machine's.
    pub broadcast: bool,
    /// For a Unix path: what is there in the file system.
    pub path: Option<PathFacts>,
    /// The descriptor, where the call was made on a number that is no socket of the session.
    pub fd: Option<i32>,
    /// For ENOTSOCK: what that descriptor is (`a pipe`, `a terminal`).
    pub file: Option<&'static str>,
    /// For EPIPE and ECONNRESET: the other end, where it is or was a socket of this session.
    pub other_end: Option<OtherEnd>,
    /// For EPIPE, ECONNRESET and ECONNREFUSED in a laboratory: what the wire has seen of the RST. `None` where it cannot say.
    pub rst: Option<Rst>,
    /// The laboratory hosts that matter, where the call was made on one.
    pub lab: Option<InLab>,
    /// A name that no socket of the session has, for the hints that make a new one.
    pub free_name: Option<String>,
}

/// Where in the laboratory a call was made.
#[derive(Debug, Clone, Default)]
pub struct InLab {
    /// The host that it was made on.
    pub here: String,
    /// Whether the next statement runs there by itself; on another the host's name comes before it.
    pub prompt: bool,
    /// Another host, which it can reach.
    pub other: String,
    /// The host that has the address asked for, or without one the peer's.
    pub asked: Option<String>,
    /// The largest packet that the wire takes, in bytes, where that is too small for IPv6.
    pub mtu: Option<u32>,
}

/// A network interface.
#[derive(Debug, Clone, Default)]
pub struct Link {
    /// Its name (`eth0`).
    pub name: String,
    /// Its number, which is the scope in an address; 0 where it is not known.
    pub index: u32,
    /// Its link-local addresses.
    pub addresses: Vec<Ipv6Addr>,
}

/// A socket of this session whose port another wants.
#[derive(Debug, Clone, Default)]
pub struct Sharing {
    /// Its name.
    pub name: String,
    /// Whether SO_REUSEADDR is set.
    pub reuseaddr: bool,
    /// Whether SO_REUSEPORT is set.
    pub reuseport: bool,
}

/// The other end of a connection, in the same session.
#[derive(Debug, Clone, Default)]
pub struct OtherEnd {
    /// Its name.
    pub name: String,
    /// The statement that closed it (`close conn`); `None` while it is open.
    pub closed_by: Option<String>,
    /// Whether it was the listener, in whose queue the connection still waited.
    pub listener: bool,
    /// Whether SO_LINGER with 0 seconds made its close() send a RST.
    pub linger_zero: bool,
    /// Whether it was closed before all that had arrived was read.
    pub left_unread: bool,
}

/// What is known of a socket.
#[derive(Debug, Clone, Default)]
pub struct SocketFacts {
    /// Its name in the session.
    pub name: String,
    /// Its descriptor.
    pub fd: Option<i32>,
    /// What it is.
    pub proto: Proto,
    /// Whether it is of the family AF_INET6.
    pub ipv6: bool,
    /// Its TCP state, before the call where the call may have changed it.
    pub state: Option<TcpState>,
    /// Its local address; `None`, or port 0, where it is not bound.
    pub local: Option<Addr>,
    /// Its peer's address, now or before the connection ended.
    pub peer: Option<Addr>,
    /// Whether O_NONBLOCK was set when the call began.
    pub nonblocking: bool,
    /// SO_RCVTIMEO when the call began, where it was not 0; zero where it was set to a negative time, with which no call waits.
    pub recv_timeout: Option<Duration>,
    /// The same of SO_SNDTIMEO.
    pub send_timeout: Option<Duration>,
    /// Its TCP state after the call, where that is known.
    pub now: Option<TcpState>,
    /// Whether its connect() was called off by shutdown(), before it was answered.
    pub called_off: bool,
    /// How a connect() in the background failed, where a later call told so: the errno's C name.
    pub refused: Option<String>,
    /// Whether this side has shut down reading.
    pub shut_rd: bool,
    /// Whether this side has shut down writing.
    pub shut_wr: bool,
    /// Whether it listens (a Unix socket has no TCP state that says so).
    pub listening: bool,
    /// Whether bind() gave it a port of the kernel's choice, which it has lost by a connect() that failed.
    pub gave_up_its_port: bool,
    /// Whether it has no peer after the call, as getpeername() says.
    pub peerless: bool,
    /// Whether a connection was ever made with it.
    pub was_connected: bool,
    /// Whether that was made by its own connect().
    pub called: bool,
    /// Whether a RST ended the connection (ECONNRESET was seen, or the kernel's books say so).
    pub reset: bool,
    /// Whether this side's own kernel gave the connection up (ETIMEDOUT was seen, or collected with SO_ERROR).
    pub gave_up: bool,
    /// Whether SO_REUSEADDR is set.
    pub reuseaddr: bool,
    /// Whether SO_REUSEPORT is set.
    pub reuseport: bool,
    /// The network interface that it is bound to: what it sends leaves by that one.
    pub device: Option<String>,
    /// The number of the interface by which its groups leave (IPV6_MULTICAST_IF), where one is set.
    pub group_link: Option<u32>,
    /// Whether SO_BROADCAST is set.
    pub broadcast: bool,
    /// Whether IPV6_V6ONLY is set.
    pub v6only: bool,
    /// Whether SO_OOBINLINE is set.
    pub oob_inline: bool,
    /// What was done with it, oldest first, this call left out.
    pub history: Vec<Past>,
    /// The connect() that sleeps on it.
    pub connecting: Option<Connecting>,
}

/// What a socket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Proto {
    /// SOCK_STREAM of the Internet families.
    #[default]
    Tcp,
    /// SOCK_DGRAM of the Internet families.
    Udp,
    /// AF_UNIX, SOCK_STREAM.
    UnixStream,
    /// AF_UNIX, SOCK_DGRAM.
    UnixDgram,
    /// AF_UNIX, SOCK_SEQPACKET.
    UnixSeqpacket,
    /// Anything else (raw).
    Other,
}

impl Proto {
    /// Whether it is a Unix socket.
    pub fn is_unix(self) -> bool {
        matches!(
            self,
            Self::UnixStream | Self::UnixDgram | Self::UnixSeqpacket
        )
    }

    /// Whether it sends messages, not a stream.
    pub fn is_datagram(self) -> bool {
        matches!(self, Self::Udp | Self::UnixDgram)
    }

    /// As it is typed behind `socket`.
    pub fn typed(self, ipv6: bool) -> &'static str {
        match self {
            Self::Udp if ipv6 => "udp6",
            Self::Udp => "udp",
            Self::UnixStream => "unix",
            Self::UnixDgram => "unix-dgram",
            Self::UnixSeqpacket => "unix-seqpacket",
            Self::Tcp | Self::Other if ipv6 => "tcp6",
            Self::Tcp | Self::Other => "tcp",
        }
    }

    /// As a word in a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::UnixStream => "Unix stream",
            Self::UnixDgram => "Unix datagram",
            Self::UnixSeqpacket => "Unix seqpacket",
            Self::Other => "such",
        }
    }
}

/// A connect() that sleeps.
#[derive(Debug, Clone, Default)]
pub struct Connecting {
    /// The statement (`connect c ./s`).
    pub statement: String,
    /// The session's own listener that it waits for, where it is one.
    pub listener: Option<String>,
}

/// One earlier call on a socket.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// The command (`bind`).
    pub command: String,
    /// The statement as typed (`bind s 127.0.0.1:80`).
    pub statement: String,
    /// The errno's C name, where it failed.
    pub errno: Option<String>,
}

/// A socket that is closed.
#[derive(Debug, Clone, Default)]
pub struct Closed {
    /// Its name.
    pub name: String,
    /// What it was, as `socket` takes it: `udp6`.
    pub kind: &'static str,
    /// The descriptor that it had.
    pub fd: Option<i32>,
    /// The statement that closed it (`close s`).
    pub statement: String,
    /// How many seconds ago.
    pub ago: Option<f64>,
}

/// A socket of this session that stands at the destination.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// What it is.
    pub proto: Proto,
    /// Whether it listens.
    pub listening: bool,
    /// Whether shutdown() has ended its receiving.
    pub shut: bool,
    /// Its peer, where it has one.
    pub peer: Option<Addr>,
}

/// A listener of this session.
#[derive(Debug, Clone, Default)]
pub struct Listener {
    /// Its name.
    pub name: String,
    /// Where it listens.
    pub at: String,
    /// The address by which it is reached, as it is typed.
    pub typed: String,
    /// Whether that is IPv4's, perhaps inside an IPv6 one.
    pub ipv4: bool,
}

/// What is at a Unix path.
#[derive(Debug, Clone, Default)]
pub struct PathFacts {
    /// The path.
    pub path: PathBuf,
    /// Whether something is there.
    pub exists: bool,
    /// Whether that is a socket.
    pub is_socket: bool,
    /// Whether its folder is there.
    pub folder_exists: bool,
}
