//! Packets of the machine's own network, where the user may capture: packet(7). There is no wire to hold here; they are
//! numbered, remembered and told.

use super::crossed::Crossed;
use super::log::Bounds;
use super::route::Station;
use super::state::State;
use super::tell;
use crate::event::packet::Packet;
use crate::lang::order::HOSTS;
use crate::packet::{Parsed, parse, quoted};
use crate::sys::call::getsockopt;
use crate::sys::high::raise;
use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, LinkAddr, SockFlag, SockProtocol, SockType, recvfrom, setsockopt, socket,
    sockopt,
};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The largest IP packet.
const LARGEST: usize = 65_535;

/// How many bytes of packets the kernel keeps until they are read, where it lets this user have so many: a transfer over the
/// loopback interface is faster than whoever looks only after a call.
const KEPT: usize = 32 << 20;

/// Packets that were seen, and what of them was lost: see packet(7).
const PACKET_STATISTICS: i32 = 6;

/// A capture that is on.
pub struct Tap {
    inner: Mutex<Inner>,
}

/// What was captured since somebody asked.
#[derive(Debug)]
pub struct Seen {
    /// The packets, in the order in which they came.
    pub packets: Vec<Packet>,
    /// How many before them were forgotten because nobody had asked.
    pub untold: u64,
    /// How many the kernel dropped, of whichever conversation.
    pub missed: u32,
}

struct Inner {
    socket: OwnedFd,
    buffer: Box<[u8]>,
    state: State,
}

impl Tap {
    /// Begins to capture on every interface: socket(2) with `AF_PACKET`, `SOCK_DGRAM`, `ETH_P_ALL`.
    ///
    /// # Errors
    /// `EPERM` without CAP_NET_RAW.
    pub fn open() -> io::Result<Self> {
        let socket = socket(
            AddressFamily::Packet,
            SockType::Datagram,
            SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC,
            SockProtocol::EthAll,
        )?;
        // Beyond the system's limit with CAP_NET_ADMIN, up to it without.
        setsockopt(&socket, sockopt::RcvBufForce, &KEPT)
            .or_else(|_| setsockopt(&socket, sockopt::RcvBuf, &KEPT))?;
        // Who began a conversation, and who answered: the hosts may both be this machine.
        let side = |name: &str| Station {
            name: name.to_owned(),
            v4: Ipv4Addr::UNSPECIFIED,
            v6: Ipv6Addr::UNSPECIFIED,
        };
        let inner = Inner {
            socket: raise(socket)?,
            buffer: vec![0; LARGEST].into(),
            state: State::new(HOSTS.map(side).to_vec()),
        };
        Ok(Self {
            inner: Mutex::new(inner),
        })
    }

    /// How much of the past is kept.
    pub fn set_bounds(&self, bounds: Bounds) {
        self.inner().state.log.set_bounds(bounds);
    }

    /// What has been seen since this was last asked, of conversations with a port that is wanted. The others are not kept.
    pub fn moved(&self, wanted: &dyn Fn(u16) -> bool) -> Seen {
        let mut inner = self.inner();
        inner.read_all(wanted);
        let moved: Vec<_> = inner.state.untold.drain(..).collect();
        let each = moved.into_iter();
        Seen {
            packets: each
                .filter_map(|moved| tell::moved(&inner.state, moved))
                .collect(),
            untold: std::mem::take(&mut inner.state.skipped),
            missed: inner.missed(),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// How many packets, of whichever conversation, the kernel has dropped since this was last asked, because too many waited
    /// to be read.
    fn missed(&self) -> u32 {
        // `struct tpacket_stats`: how many came, and how many of them were dropped.
        let mut stats = [[0; 4]; 2];
        let fd = self.socket.as_raw_fd();
        match getsockopt(
            fd,
            libc::SOL_PACKET,
            PACKET_STATISTICS,
            stats.as_flattened_mut(),
        ) {
            Ok(8) => u32::from_ne_bytes(stats[1]),
            // It is a packet socket, so it has them.
            _ => 0,
        }
    }

    fn read_all(&mut self, wanted: &dyn Fn(u16) -> bool) {
        loop {
            let received = recvfrom::<LinkAddr>(self.socket.as_raw_fd(), &mut self.buffer);
            match received {
                Ok((len, from)) => {
                    // The loopback interface shows each packet twice: as it goes out, and as it comes in.
                    let twice = from.is_some_and(|from| {
                        from.hatype() == libc::ARPHRD_LOOPBACK
                            && from.pkttype() == libc::PACKET_OUTGOING
                    });
                    let bytes = &self.buffer[..len.min(self.buffer.len())];
                    let parsed = parse(bytes);
                    if !twice && of_a_wanted_port(bytes, &parsed, wanted) {
                        self.state.pass(bytes, parsed);
                    }
                }
                Err(Errno::EINTR) => {}
                // EAGAIN; ENETDOWN where an interface went away.
                Err(_) => return,
            }
        }
    }
}

impl Crossed for Tap {
    fn read(&self, see: &mut dyn FnMut(&State)) {
        see(&self.inner().state);
    }
}

/// Whether a packet, or the one that an ICMP error quotes, has such a port.
fn of_a_wanted_port(bytes: &[u8], parsed: &Parsed, wanted: &dyn Fn(u16) -> bool) -> bool {
    let ports = |parsed: &Parsed| {
        parsed
            .ports
            .is_some_and(|(src, dst)| wanted(src) || wanted(dst))
    };
    ports(parsed) || quoted(bytes, parsed).is_some_and(|(_, inner)| ports(&inner))
}
