//! Packets made from words, for `inject`. etherparse writes headers and checksums.

use super::parse::{Flags, option::kind};
use etherparse::{IpNumber, Ipv4Header, Ipv6Header, TcpHeader, UdpHeader};
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// A TCP segment to be made. Numbers are absolute, as on the wire.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// From where.
    pub src: SocketAddr,
    /// Where to; of the same IP version.
    pub dst: SocketAddr,
    /// The flags.
    pub flags: Flags,
    /// Sequence number.
    pub seq: u32,
    /// Acknowledgment number.
    pub ack: u32,
    /// The window as it stands in the header, not scaled.
    pub window: u16,
    /// Urgent pointer.
    pub urgent: u16,
    /// The options; padding to a multiple of four bytes is added.
    pub options: Vec<Opt>,
    /// The data.
    pub payload: Vec<u8>,
    /// Time to live, or hop limit.
    pub ttl: u8,
}

/// A TCP option to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opt {
    /// One byte of padding.
    Nop,
    /// End of options.
    End,
    /// The largest segment that its sender takes.
    Mss(u16),
    /// By how many bits its sender shifts windows.
    Wscale(u8),
    /// It understands SACK.
    SackPermitted,
    /// What has arrived.
    Sack(Vec<(u32, u32)>),
    /// Its clock, and the echo of the other's.
    Timestamps(u32, u32),
    /// Fast open: the cookie, empty to ask for one (RFC 7413).
    FastOpen(Vec<u8>),
    /// Any other: its kind and its data.
    Other(u8, Vec<u8>),
}

/// A UDP datagram to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Datagram {
    /// From where.
    pub src: SocketAddr,
    /// Where to; of the same IP version.
    pub dst: SocketAddr,
    /// The data.
    pub payload: Vec<u8>,
    /// Time to live, or hop limit.
    pub ttl: u8,
}

/// Why a packet cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmade {
    /// One address is IPv4, the other IPv6.
    Families,
    /// The options take so many bytes; 40 fit (RFC 9293, section 3.1: the data offset has four bits).
    Options(usize),
    /// The packet would have so many bytes; 65,535 fit, an IPv6 header not counted.
    Length(usize),
}

impl fmt::Display for Unmade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Families => write!(f, "one address is IPv4, the other IPv6"),
            Self::Options(len) => write!(f, "the options take {len} bytes, and 40 fit"),
            Self::Length(len) => write!(f, "the packet would have {len} bytes, and 65535 fit"),
        }
    }
}

impl std::error::Error for Unmade {}

/// The packet, with right checksums.
///
/// # Errors
/// The addresses do not go together, or it does not fit into a packet.
pub fn segment(segment: &Segment) -> Result<Vec<u8>, Unmade> {
    let mut header = TcpHeader::new(
        segment.src.port(),
        segment.dst.port(),
        segment.seq,
        segment.window,
    );
    let flags = segment.flags;
    header.acknowledgment_number = segment.ack;
    header.urgent_pointer = segment.urgent;
    header.fin = flags.has(Flags::FIN);
    header.syn = flags.has(Flags::SYN);
    header.rst = flags.has(Flags::RST);
    header.psh = flags.has(Flags::PSH);
    header.ack = flags.has(Flags::ACK);
    header.urg = flags.has(Flags::URG);
    header.ece = flags.has(Flags::ECE);
    header.cwr = flags.has(Flags::CWR);
    header.ns = flags.has(Flags::AE);
    let options = raw(&segment.options);
    header
        .set_options_raw(&options)
        .map_err(|_| Unmade::Options(options.len()))?;
    let body = header.header_len() + segment.payload.len();
    let (ip, pseudo) = ip(segment.src, segment.dst, segment.ttl, IpNumber::TCP, body)?;
    let checksum = match pseudo {
        Pseudo::V4(src, dst) => header.calc_checksum_ipv4_raw(src, dst, &segment.payload),
        Pseudo::V6(src, dst) => header.calc_checksum_ipv6_raw(src, dst, &segment.payload),
    };
    header.checksum = checksum.map_err(|_| Unmade::Length(ip.len() + body))?;
    Ok([&ip, header.to_bytes().as_slice(), &segment.payload].concat())
}

/// The packet, with right checksums.
///
/// # Errors
/// As of [`segment`].
pub fn datagram(datagram: &Datagram) -> Result<Vec<u8>, Unmade> {
    let (src, dst) = (datagram.src, datagram.dst);
    let body = UdpHeader::LEN + datagram.payload.len();
    let (ip, pseudo) = ip(src, dst, datagram.ttl, IpNumber::UDP, body)?;
    let mut header = UdpHeader {
        source_port: src.port(),
        destination_port: dst.port(),
        length: u16::try_from(body).map_err(|_| Unmade::Length(ip.len() + body))?,
        checksum: 0,
    };
    let checksum = match pseudo {
        Pseudo::V4(src, dst) => header.calc_checksum_ipv4_raw(src, dst, &datagram.payload),
        Pseudo::V6(src, dst) => header.calc_checksum_ipv6_raw(src, dst, &datagram.payload),
    };
    header.checksum = checksum.map_err(|_| Unmade::Length(ip.len() + body))?;
    Ok([&ip, header.to_bytes().as_slice(), &datagram.payload].concat())
}

enum Pseudo {
    V4([u8; 4], [u8; 4]),
    V6([u8; 16], [u8; 16]),
}

/// An IP header in front of `body` bytes. IPv4's "don't fragment" is set, as Linux does it for TCP.
fn ip(
    src: SocketAddr,
    dst: SocketAddr,
    ttl: u8,
    protocol: IpNumber,
    body: usize,
) -> Result<(Vec<u8>, Pseudo), Unmade> {
    match (src.ip(), dst.ip()) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            let (src, dst) = (src.octets(), dst.octets());
            let too_long = || Unmade::Length(Ipv4Header::MIN_LEN + body);
            let length = u16::try_from(body).map_err(|_| too_long())?;
            let mut header =
                Ipv4Header::new(length, ttl, protocol, src, dst).map_err(|_| too_long())?;
            header.dont_fragment = true;
            header.header_checksum = header.calc_header_checksum();
            Ok((header.to_bytes().to_vec(), Pseudo::V4(src, dst)))
        }
        (IpAddr::V6(src), IpAddr::V6(dst)) => {
            let header = Ipv6Header {
                payload_length: u16::try_from(body)
                    .map_err(|_| Unmade::Length(Ipv6Header::LEN + body))?,
                next_header: protocol,
                hop_limit: ttl,
                source: src.octets(),
                destination: dst.octets(),
                ..Ipv6Header::default()
            };
            let pseudo = Pseudo::V6(header.source, header.destination);
            Ok((header.to_bytes().to_vec(), pseudo))
        }
        _ => Err(Unmade::Families),
    }
}

/// Options as bytes, padded with "end of options". (etherparse's own options lack fast open and unknown ones.)
fn raw(options: &[Opt]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for option in options {
        let (kind, data) = match option {
            Opt::Nop | Opt::End => {
                bytes.push(u8::from(*option == Opt::Nop));
                continue;
            }
            Opt::Mss(mss) => (kind::MSS, mss.to_be_bytes().to_vec()),
            Opt::Wscale(scale) => (kind::WSCALE, vec![*scale]),
            Opt::SackPermitted => (kind::SACK_PERMITTED, Vec::new()),
            Opt::Sack(blocks) => (
                kind::SACK,
                blocks.iter().flat_map(|(a, b)| pair(*a, *b)).collect(),
            ),
            Opt::Timestamps(value, echo) => (kind::TIMESTAMPS, pair(*value, *echo).to_vec()),
            Opt::FastOpen(cookie) => (kind::FAST_OPEN, cookie.clone()),
            Opt::Other(kind, data) => (*kind, data.clone()),
        };
        bytes.push(kind);
        // One that is too long for its length byte is too long for the header as well.
        bytes.push(u8::try_from(2 + data.len()).unwrap_or(u8::MAX));
        bytes.extend(data);
    }
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn pair(a: u32, b: u32) -> [u8; 8] {
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&a.to_be_bytes());
    bytes[4..].copy_from_slice(&b.to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests;
