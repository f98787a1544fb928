//! Packets and stories for tests.

use super::build::{Datagram, Opt, Segment, datagram, segment};
use super::flows::{Flows, Mark};
use super::parse::{Flags, parse};
use std::net::SocketAddr;
use std::time::Duration;

/// The client's first number, close to the wrap, so that every story crosses it.
pub const CLIENT: u32 = 0xffff_fff0;
/// The server's.
pub const SERVER: u32 = 0x7fff_fff0;

pub fn addr(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

/// A segment between 10.0.0.1:40000 and 10.0.0.2:80: tcpdump's letters, and numbers relative to [`CLIENT`] and [`SERVER`].
pub fn tcp(from_client: bool, letters: &str, seq: u32, ack: u32, len: usize) -> Segment {
    let (client, server) = (addr("10.0.0.1:40000"), addr("10.0.0.2:80"));
    let (src, dst, own, peer) = match from_client {
        true => (client, server, CLIENT, SERVER),
        false => (server, client, SERVER, CLIENT),
    };
    let flags = flags(letters);
    Segment {
        src,
        dst,
        flags,
        seq: own.wrapping_add(seq),
        ack: if flags.has(Flags::ACK) {
            peer.wrapping_add(ack)
        } else {
            0
        },
        window: 500,
        urgent: 0,
        options: Vec::new(),
        payload: vec![b'x'; len],
        ttl: 64,
    }
}

pub fn flags(letters: &str) -> Flags {
    let bit = |letter| match letter {
        'F' => Flags::FIN,
        'S' => Flags::SYN,
        'R' => Flags::RST,
        'P' => Flags::PSH,
        '.' => Flags::ACK,
        other => panic!("no flag {other}"),
    };
    letters
        .chars()
        .map(bit)
        .fold(Flags::default(), |all, flag| all | flag)
}

pub fn udp(src: &str, dst: &str, len: usize) -> Vec<u8> {
    datagram(&Datagram {
        src: addr(src),
        dst: addr(dst),
        payload: vec![b'u'; len],
        ttl: 64,
    })
    .expect("a datagram")
}

/// What happens on a wire, step by step.
#[derive(Default)]
pub struct Story {
    pub flows: Flows,
    n: u64,
    now: Duration,
}

impl Story {
    /// After `ms` milliseconds these bytes come into the wire.
    pub fn bytes(&mut self, ms: u64, bytes: &[u8]) -> Mark {
        self.n += 1;
        self.now += Duration::from_millis(ms);
        self.flows.enter(self.n, self.now, bytes, &parse(bytes))
    }

    pub fn sends(&mut self, ms: u64, packet: &Segment) -> Mark {
        self.bytes(ms, &segment(packet).expect("a segment"))
    }

    /// It comes in and is delivered at once.
    pub fn passes(&mut self, ms: u64, packet: &Segment) -> Mark {
        let mark = self.sends(ms, packet);
        self.deliver(0, &mark);
        mark
    }

    /// The client sends.
    pub fn c(&mut self, ms: u64, letters: &str, seq: u32, ack: u32, len: usize) -> Mark {
        self.sends(ms, &tcp(true, letters, seq, ack, len))
    }

    /// The server sends.
    pub fn s(&mut self, ms: u64, letters: &str, seq: u32, ack: u32, len: usize) -> Mark {
        self.sends(ms, &tcp(false, letters, seq, ack, len))
    }

    pub fn deliver(&mut self, ms: u64, mark: &Mark) {
        self.now += Duration::from_millis(ms);
        self.flows.delivered(self.now, mark);
    }

    /// A handshake of 10 ms, with SACK and a scale of 7 where asked for.
    pub fn handshake(options: bool) -> Story {
        let mut story = Story::default();
        let with = |mut packet: Segment| {
            if options {
                packet.options = vec![Opt::Mss(1460), Opt::SackPermitted, Opt::Nop, Opt::Wscale(7)];
            }
            packet
        };
        story.passes(0, &with(tcp(true, "S", 0, 0, 0)));
        story.passes(5, &with(tcp(false, "S.", 0, 1, 0)));
        story.passes(5, &tcp(true, ".", 1, 1, 0));
        story
    }
}

/// An ICMP or ICMPv6 message between these addresses, with right checksums.
pub fn icmp(src: &str, dst: &str, kind: u8, code: u8, rest: u32, data: &[u8]) -> Vec<u8> {
    use etherparse::{Icmpv4Header, Icmpv4Type, Icmpv6Header, Icmpv6Type, PacketBuilder};
    use std::net::IpAddr;
    let address = |text: &str| text.parse::<IpAddr>().expect("an address");
    let bytes5to8 = rest.to_be_bytes();
    let (type_u8, code_u8) = (kind, code);
    let mut out = Vec::new();
    match (address(src), address(dst)) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            let unknown = Icmpv4Type::Unknown {
                type_u8,
                code_u8,
                bytes5to8,
            };
            let header = Icmpv4Header::new(unknown);
            PacketBuilder::ipv4(src.octets(), dst.octets(), 64)
                .icmpv4(header.icmp_type)
                .write(&mut out, data)
        }
        (IpAddr::V6(src), IpAddr::V6(dst)) => {
            let unknown = Icmpv6Type::Unknown {
                type_u8,
                code_u8,
                bytes5to8,
            };
            let header = Icmpv6Header::new(unknown);
            PacketBuilder::ipv6(src.octets(), dst.octets(), 64)
                .icmpv6(header.icmp_type)
                .write(&mut out, data)
        }
        _ => panic!("two families"),
    }
    .expect("written");
    out
}

/// An IPv4 packet cut into fragments of `size` bytes of payload (a multiple of 8), all with this identification.
pub fn fragments4(packet: &[u8], size: usize, id: u16) -> Vec<Vec<u8>> {
    let body = &packet[20..];
    let count = body.len().div_ceil(size);
    let piece = |(index, part): (usize, &[u8])| {
        let mut bytes = [&packet[..20], part].concat();
        let more = if index + 1 < count { 0x2000 } else { 0 };
        let place = (index * size / 8) as u16 | more;
        bytes[2..4].copy_from_slice(&((20 + part.len()) as u16).to_be_bytes());
        bytes[4..6].copy_from_slice(&id.to_be_bytes());
        bytes[6..8].copy_from_slice(&place.to_be_bytes());
        repaired(bytes)
    };
    body.chunks(size).enumerate().map(piece).collect()
}

/// With the IPv4 header's checksum put right.
pub fn repaired(mut bytes: Vec<u8>) -> Vec<u8> {
    let (header, _) = etherparse::Ipv4Header::from_slice(&bytes).expect("an IPv4 header");
    bytes[10..12].copy_from_slice(&header.calc_header_checksum().to_be_bytes());
    bytes
}
