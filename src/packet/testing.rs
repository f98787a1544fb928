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
