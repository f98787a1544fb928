//! sock_diag(7) messages: requests to bytes, answers to rows. Pure.

use super::{DiagRow, Family};
use crate::event::{Addr, TcpState};
use netlink_packet_core::{
    DefaultNla, NLM_F_DUMP, NLM_F_REQUEST, NetlinkBuffer, NetlinkHeader, NetlinkMessage,
    NetlinkPayload, Nla as _, NlasIterator, Parseable as _,
};
use netlink_packet_sock_diag::inet::{self, InetRequest, InetResponseHeader, SocketId};
use netlink_packet_sock_diag::unix::nlas::{Nla, UnixDiagName};
use netlink_packet_sock_diag::unix::{self, UnixRequest, UnixResponse};
use netlink_packet_sock_diag::{
    AF_INET, AF_INET6, IPPROTO_TCP, IPPROTO_UDP, SOCK_DIAG_BY_FAMILY, SockDiagMessage, TCP_LISTEN,
};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::path::PathBuf;
use std::time::Duration;

/// Every state, those too that the crate has no name for: `TCP_BOUND_INACTIVE` (bound, and neither listening nor
/// connected; Linux 6.8) and a Unix datagram socket's `CLOSE`.
const EVERY: u32 = !0;

/// "Any cookie": the request names a socket by its addresses or inode alone.
const NO_COOKIE: [u8; 8] = [0xff; 8];

/// `INET_DIAG_SKV6ONLY` (`include/uapi/linux/inet_diag.h`).
const INET_DIAG_SKV6ONLY: u16 = 11;

/// `UDIAG_SHOW_UID` and `UNIX_DIAG_UID` (`include/uapi/linux/unix_diag.h`, Linux 5.3), which the crate lacks.
const SHOW_UID: u32 = 0x40;
const UID: u16 = 7;

/// Where `idiag_expires` stands in `struct inet_diag_msg`: after four bytes and the 48 of the socket's id.
const EXPIRES: std::ops::Range<usize> = 52..56;

/// Where the attributes begin: behind `struct inet_diag_msg`.
const ATTRIBUTES: usize = 72;

/// Which sockets to ask for.
pub(super) enum Wanted {
    /// The one connection of this pair, or the listener where `peer` is the any-address with port 0. TCP.
    Pair { local: SocketAddr, peer: SocketAddr },
    /// All of a protocol (`IPPROTO_TCP`, `IPPROTO_UDP`) and address family with this local port (0 for any) in these
    /// states.
    Port {
        udp: bool,
        ipv6: bool,
        port: u16,
        states: u32,
    },
    /// The Unix socket with this inode.
    UnixInode(u32),
    /// All Unix sockets.
    Unix,
}

impl Wanted {
    /// All states.
    pub(super) const EVERY: u32 = EVERY;
    /// `SYN_RECV` only.
    pub(super) const SYN_RECV: u32 = 1 << TcpState::SynRecv as u32;

    /// True where one socket answers and no dump is made.
    pub(super) fn exact(&self) -> bool {
        matches!(self, Self::Pair { .. } | Self::UnixInode(_))
    }

    /// The request as the kernel takes it.
    pub(super) fn bytes(&self, sequence: u32) -> Vec<u8> {
        let mut header = NetlinkHeader::default();
        header.flags = NLM_F_REQUEST | if self.exact() { 0 } else { NLM_F_DUMP };
        header.sequence_number = sequence;
        let body = match self {
            Self::Pair { local, peer } => pair(*local, *peer),
            Self::Port {
                udp,
                ipv6,
                port,
                states,
            } => {
                let any: IpAddr = if *ipv6 {
                    Ipv6Addr::UNSPECIFIED.into()
                } else {
                    Ipv4Addr::UNSPECIFIED.into()
                };
                let local = SocketAddr::new(any, *port);
                inet_request(*udp, *states, id(local, SocketAddr::new(any, 0)))
            }
            Self::UnixInode(inode) => unix_request(*inode),
            Self::Unix => unix_request(0),
        };
        let mut message = NetlinkMessage::new(header, body.into());
        message.finalize();
        let mut bytes = vec![0; message.buffer_len()];
        message.serialize(&mut bytes);
        bytes
    }
}

fn pair(local: SocketAddr, peer: SocketAddr) -> SockDiagMessage {
    let mut id = id(local, peer);
    // A link-local connection is bound to its interface.
    if let SocketAddr::V6(addr) = local {
        id.interface_id = addr.scope_id();
    }
    inet_request(false, EVERY, id)
}

fn id(local: SocketAddr, peer: SocketAddr) -> SocketId {
    SocketId {
        source_port: local.port(),
        destination_port: peer.port(),
        source_address: local.ip(),
        destination_address: peer.ip(),
        interface_id: 0,
        cookie: NO_COOKIE,
    }
}

fn inet_request(udp: bool, states: u32, socket_id: SocketId) -> SockDiagMessage {
    SockDiagMessage::InetRequest(InetRequest {
        family: if socket_id.source_address.is_ipv6() {
            AF_INET6
        } else {
            AF_INET
        },
        protocol: if udp { IPPROTO_UDP } else { IPPROTO_TCP },
        extensions: inet::ExtensionFlags::empty(),
        states: inet::StateFlags::from_bits_retain(states),
        socket_id,
    })
}

fn unix_request(inode: u32) -> SockDiagMessage {
    SockDiagMessage::UnixRequest(UnixRequest {
        state_flags: unix::StateFlags::from_bits_retain(EVERY),
        inode,
        show_flags: unix::ShowFlags::NAME
            | unix::ShowFlags::RQLEN
            | unix::ShowFlags::from_bits_retain(SHOW_UID),
        cookie: NO_COOKIE,
    })
}

/// What one datagram from the kernel held.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Rows, and more to come.
    More,
    /// The dump is over.
    Done,
}

/// Reads one datagram, which may hold several messages, and adds its rows. Messages with another sequence number (an
/// earlier request's) and rows that cannot be read are passed over. `udp` is the protocol that was asked for: an answer
/// does not say.
///
/// # Errors
/// The errno that the kernel answered (`ENOENT` for no such socket), or `InvalidData`.
pub(super) fn read(
    bytes: &[u8],
    sequence: u32,
    udp: bool,
    rows: &mut Vec<DiagRow>,
) -> io::Result<Answer> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let buffer = NetlinkBuffer::new_checked(rest).map_err(invalid)?;
        // new_checked() has made sure that the header and that many bytes are there.
        let length = buffer.length() as usize;
        let payload = buffer.payload();
        if buffer.sequence_number() == sequence && is_inet(buffer.message_type(), payload) {
            let head = InetResponseHeader::parse(payload);
            rows.extend(head.ok().map(|head| inet_row(&head, udp, payload)));
        } else if buffer.sequence_number() == sequence {
            match NetlinkMessage::<SockDiagMessage>::deserialize(&rest[..length])
                .map(|message| message.payload)
            {
                Ok(NetlinkPayload::Done(_)) => return Ok(Answer::Done),
                Ok(NetlinkPayload::Error(error)) if error.code.is_some() => {
                    return Err(error.to_io());
                }
                Ok(NetlinkPayload::InnerMessage(SockDiagMessage::UnixResponse(found))) => {
                    rows.push(unix_row(&found))
                }
                _ => {}
            }
        }
        // Messages are aligned to four bytes; the last one's padding may be absent.
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(Answer::More)
}

fn invalid(error: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}

/// Whether a message is the row of an Internet socket.
fn is_inet(kind: u16, payload: &[u8]) -> bool {
    kind == SOCK_DIAG_BY_FAMILY && matches!(payload.first(), Some(&(AF_INET | AF_INET6)))
}

fn inet_row(head: &InetResponseHeader, udp: bool, payload: &[u8]) -> DiagRow {
    let id = &head.socket_id;
    let local = inet_addr(id.source_address, id.source_port, id.interface_id);
    let peer = inet_addr(id.destination_address, id.destination_port, id.interface_id);
    let state = if udp {
        None
    } else {
        TcpState::from_kernel(head.state)
    };
    let expires = payload.get(EXPIRES).and_then(word);
    DiagRow {
        proto: if udp { Family::Udp } else { Family::Tcp },
        local: Addr::Inet(local),
        peer: (id.destination_port != 0).then_some(Addr::Inet(peer)),
        state,
        recvq: head.recv_queue.into(),
        sendq: head.send_queue.into(),
        inode: head.inode.into(),
        uid: head.uid,
        v6only: local.is_ipv6() && v6only(payload),
        shut: [false; 2],
        rests: expires
            .filter(|_| state == Some(TcpState::TimeWait))
            .map(|ms| Duration::from_millis(ms.into())),
    }
}

/// The attribute that the kernel adds to the row of each IPv6 socket without a connection.
fn v6only(payload: &[u8]) -> bool {
    let mut attributes = NlasIterator::new(payload.get(ATTRIBUTES..).unwrap_or_default()).flatten();
    attributes.any(|nla| nla.kind() == INET_DIAG_SKV6ONLY && nla.value() == [1])
}

/// As getsockname(2) gives it: a link-local address carries its interface.
fn inet_addr(ip: IpAddr, port: u16, interface: u32) -> SocketAddr {
    match ip {
        IpAddr::V6(ip) if ip.is_unicast_link_local() => {
            SocketAddrV6::new(ip, port, 0, interface).into()
        }
        ip => SocketAddr::new(ip, port),
    }
}

fn unix_row(found: &UnixResponse) -> DiagRow {
    let head = &found.header;
    let local = match found.name() {
        Some(UnixDiagName::Pathname(path)) => Addr::Path(PathBuf::from(path)),
        Some(UnixDiagName::Abstract(name)) => Addr::Abstract(name.clone()),
        None => Addr::Unnamed,
    };
    let queues = found.nlas.iter().find_map(|nla| match nla {
        Nla::ReceiveQueueLength(waiting, limit) => Some((*waiting, *limit)),
        _ => None,
    });
    let (recvq, sendq) = queues.unwrap_or_default();
    let uid = found.nlas.iter().find_map(|nla| match nla {
        Nla::Other(other) if other.kind() == UID => word(nla_value(other).get(..4)?),
        _ => None,
    });
    let proto = match i32::from(head.kind) {
        libc::SOCK_STREAM => Family::UnixStream,
        libc::SOCK_DGRAM => Family::UnixDgram,
        _ => Family::UnixSeqpacket,
    };
    DiagRow {
        proto,
        local,
        peer: None,
        state: if proto == Family::UnixDgram {
            None
        } else {
            TcpState::from_kernel(head.state)
        },
        recvq: recvq.into(),
        // For a socket that does not listen the second number is its buffer, not what is in it.
        sendq: if head.state == TCP_LISTEN {
            sendq.into()
        } else {
            0
        },
        inode: head.inode.into(),
        uid: uid.unwrap_or(0),
        v6only: false,
        shut: [1, 2].map(|side| found.shutdown_state().unwrap_or(0) & side != 0),
        rests: None,
    }
}

fn nla_value(nla: &DefaultNla) -> Vec<u8> {
    let mut value = vec![0; nla.value_len()];
    nla.emit_value(&mut value);
    value
}

fn word(four: &[u8]) -> Option<u32> {
    four.try_into().ok().map(u32::from_ne_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn framed(kind: u16, sequence: u32, payload: &[u8]) -> Vec<u8> {
        let mut bytes = (payload.len() as u32 + 16).to_ne_bytes().to_vec();
        bytes.extend_from_slice(&kind.to_ne_bytes());
        bytes.extend_from_slice(&[2, 0]);
        bytes.extend_from_slice(&sequence.to_ne_bytes());
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(payload);
        bytes
    }

    #[test]
    fn no_such_socket_is_the_kernels_errno() {
        let mut payload = (-libc::ENOENT).to_ne_bytes().to_vec();
        payload.extend_from_slice(&[0; 16]);
        let error = read(&framed(2, 7, &payload), 7, false, &mut Vec::new()).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENOENT));
        // An earlier request's answer is none of ours.
        assert_eq!(
            read(&framed(2, 6, &payload), 7, false, &mut Vec::new()).unwrap(),
            Answer::More
        );
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes, 0, false, &mut Vec::new());
        }

        #[test]
        fn no_row_makes_it_panic(family in 0u8..12, rest in prop::collection::vec(any::<u8>(), 0..200), udp: bool) {
            let mut payload = vec![family];
            payload.extend(rest);
            let _ = read(&framed(20, 3, &payload), 3, udp, &mut Vec::new());
        }
    }
}
