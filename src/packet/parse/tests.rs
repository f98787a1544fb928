//! Packets by hand: whole, cut short, contradictory.

use super::*;
use crate::packet::build::{Opt, segment};
use crate::packet::testing::{fragments4, icmp, tcp, udp};
use crate::packet::{Flows, anatomy, checksums, icmp_in_words, info, options_in_words};
use proptest::prelude::*;
use std::time::Duration;

/// An IPv4 packet from 10.0.0.1 to 10.0.0.2 with a segment in it, byte by byte (RFC 791, RFC 9293).
const SYN: [u8; 44] = [
    0x45, 0x00, 0x00, 0x2c, 0x1a, 0x2b, 0x40, 0x00, 0x3f, 0x06, 0x00, 0x00, 10, 0, 0, 1, 10, 0, 0,
    2, // IP
    0x9c, 0x40, 0x00, 0x50, 0xff, 0xff, 0xff, 0xf0, 0, 0, 0, 0, 0x60, 0x02, 0xfa, 0xf0, 0, 0, 0,
    7, // TCP
    0x02, 0x04, 0x05, 0xb4, // mss
];

#[test]
fn every_field_is_read() {
    let parsed = parse(&SYN);
    assert_eq!(parsed.troubles, []);
    let ip = parsed.ip.as_ref().expect("IP");
    assert_eq!((ip.version, ip.ttl, ip.protocol, ip.said), (4, 63, 6, 44));
    assert_eq!(
        (
            ip.identification,
            ip.dont_fragment,
            ip.more_fragments,
            ip.offset
        ),
        (Some(0x1a2b), true, false, 0)
    );
    assert_eq!(ip.header, 0..20);
    let tcp = parsed.tcp().expect("TCP");
    assert_eq!(
        (tcp.src, tcp.dst, tcp.seq, tcp.ack),
        (40_000, 80, 0xffff_fff0, 0)
    );
    assert_eq!((tcp.flags, tcp.window, tcp.urgent), (Flags::SYN, 64_240, 7));
    assert_eq!((tcp.options.mss, tcp.header.clone()), (Some(1460), 20..44));
    assert_eq!(parsed.payload, 44..44);
    assert_eq!(
        (parsed.source(), parsed.destination()),
        ("10.0.0.1:40000".into(), "10.0.0.2:80".into())
    );
    assert_eq!(parsed.proto(), "tcp");
}

#[test]
fn what_is_cut_short_says_so_and_prints_what_is_there() {
    for len in 0..SYN.len() {
        let parsed = parse(&SYN[..len]);
        assert!(!parsed.troubles.is_empty(), "{len}");
        assert_eq!(parsed.ip.is_some(), len >= 20, "{len}");
        assert_eq!(parsed.ports.is_some(), len >= 24, "{len}");
        assert_eq!(parsed.tcp().is_some(), len >= 40, "{len}");
        assert!(parsed.payload.end <= len);
    }
    let first = |len| parse(&SYN[..len]).troubles[0].to_string();
    assert_eq!(first(0), "no bytes at all");
    assert_eq!(
        first(19),
        "cut short: 19 of the 20 bytes of the IPv4 header"
    );
    assert_eq!(first(24), "cut short: 24 of 44 bytes");
    assert_eq!(parse(&SYN[..12]).source(), "?");
}

fn with(change: impl Fn(&mut Vec<u8>)) -> (Parsed, Vec<String>) {
    let mut bytes = SYN.to_vec();
    change(&mut bytes);
    let parsed = parse(&bytes);
    let words = parsed.troubles.iter().map(ToString::to_string).collect();
    (parsed, words)
}

#[test]
fn lengths_that_disagree_are_told() {
    assert_eq!(
        with(|b| b[0] = 0x55).1,
        ["IP version 5, which is neither 4 nor 6"]
    );
    assert_eq!(
        with(|b| b[0] = 0x44).1,
        ["the IPv4 header says that it has 16 bytes, fewer than it must have"]
    );
    assert_eq!(
        with(|b| b[0] = 0x4f).1,
        ["cut short: 44 of the 60 bytes of the IPv4 header"]
    );
    assert_eq!(
        with(|b| b[3] = 10).1,
        ["the IP header says 10 bytes, but there are 44"]
    );
    assert_eq!(
        with(|b| b.push(0)).1,
        ["the IP header says 44 bytes, but there are 45"]
    );
    assert_eq!(
        with(|b| b.push(0)).0.payload,
        44..44,
        "what is beyond the packet is no payload"
    );
    assert_eq!(
        with(|b| b[32] = 0x40).1,
        ["the TCP header says that it has 16 bytes, fewer than it must have"]
    );
    assert_eq!(
        with(|b| b[32] = 0x70).1,
        ["cut short: 24 of the 28 bytes of the TCP header"]
    );
    for broken in [0, 1, 3, 5, 255] {
        let (parsed, words) = with(|b| b[41] = broken);
        assert_eq!(
            words,
            ["TCP option 2 at byte 40 has a length that cannot be"],
            "{broken}"
        );
        assert!(parsed.tcp().is_some());
    }
}

#[test]
fn udp_lengths() {
    let mut bytes = udp("10.0.0.1:9", "10.0.0.2:9", 10);
    assert_eq!(parse(&bytes).payload, 28..38);
    bytes[25] = 12;
    let parsed = parse(&bytes);
    assert_eq!(parsed.payload, 28..32);
    assert_eq!(
        parsed.troubles[0].to_string(),
        "the UDP header says 12 bytes, but IP carries 18"
    );
    bytes[25] = 7;
    assert_eq!(parse(&bytes).troubles.len(), 1);
}

#[test]
fn fragments_belong_together() {
    let whole = udp("10.0.0.1:9", "10.0.0.2:9", 100);
    let parts = fragments4(&whole, 48, 0x1a2b);
    assert_eq!(parts.len(), 3);
    let parsed: Vec<Parsed> = parts.iter().map(|part| parse(part)).collect();
    assert_eq!(parsed[0].ports, Some((9, 9)));
    assert_eq!((parsed[0].proto(), parsed[1].proto()), ("udp", "fragment"));
    assert_eq!(parsed[1].source(), "10.0.0.1");
    assert!(
        parsed.iter().all(|parsed| parsed.troubles.is_empty()),
        "{parsed:?}"
    );
    let words: Vec<_> = parts
        .iter()
        .zip(&parsed)
        .map(|(bytes, parsed)| info(bytes, parsed).expect("words"))
        .collect();
    assert_eq!(
        words,
        [
            "fragment 0+48 of id 0x1a2b, more follow",
            "fragment 48+48 of id 0x1a2b, more follow",
            "fragment 96+12 of id 0x1a2b, the last"
        ]
    );
    let mut flows = Flows::default();
    let marks: Vec<_> = (1..)
        .zip(parts.iter().zip(&parsed))
        .map(|(n, (bytes, parsed))| flows.enter(n, Duration::ZERO, bytes, parsed))
        .collect();
    assert!(marks.iter().all(|mark| mark.flow == Some(1)));
    for (n, arrived) in [(0, 0), (2, 0), (2, 0), (1, 100)] {
        flows.delivered(Duration::ZERO, &marks[n]);
        assert_eq!(flows.conversations()[0].ways[0].arrived, arrived);
    }
}

/// IPv6 with hop-by-hop options and a fragment header in front of UDP.
fn extended(offset: u16, more: u16) -> Vec<u8> {
    let mut bytes = udp("[fd00::1]:9", "[fd00::2]:9", 8);
    let extensions = [
        [44, 0, 1, 4, 0, 0, 0, 0].as_slice(),
        &[17, 0],
        &(offset | more).to_be_bytes(),
        &0xdead_beef_u32.to_be_bytes(),
    ]
    .concat();
    bytes[6] = 0;
    bytes[5] += extensions.len() as u8;
    bytes.splice(40..40, extensions);
    bytes
}

#[test]
fn ipv6_extension_headers_are_walked() {
    let parsed = parse(&extended(0, 1));
    assert_eq!(parsed.troubles, []);
    let ip = parsed.ip.as_ref().expect("IP");
    assert_eq!(
        (ip.protocol, ip.header.clone(), ip.identification),
        (17, 0..56, Some(0xdead_beef))
    );
    assert!(ip.more_fragments && parsed.ports == Some((9, 9)));
    let later = parse(&extended(1232, 0));
    assert_eq!((later.proto(), later.payload.clone()), ("fragment", 56..72));
    assert_eq!(
        info(&extended(1232, 0), &later).expect("words"),
        "fragment 1232+16 of id 0xdeadbeef, the last"
    );
    // A chain that never ends.
    let mut endless = extended(0, 0);
    endless.truncate(40);
    endless.extend([0; 400]);
    assert!(parse(&endless).troubles.contains(&Trouble::Extensions));
}

#[test]
fn icmp_errors_quote_and_belong_to_what_they_quote() {
    let datagram = udp("10.0.0.1:40000", "10.0.0.2:9", 5);
    let bytes = icmp("10.0.0.2", "10.0.0.1", 3, 3, 0, &datagram[..28]);
    let parsed = parse(&bytes);
    assert_eq!(parsed.proto(), "icmp");
    assert_eq!(
        icmp_in_words(&bytes, &parsed).expect("words"),
        "port unreachable, about udp 10.0.0.1:40000 to 10.0.0.2:9"
    );
    let (at, inner) = quoted(&bytes, &parsed).expect("a quotation");
    assert_eq!(
        (at, &inner.troubles[..]),
        (28, &[][..]),
        "a quotation may be cut"
    );
    let mut flows = Flows::default();
    flows.enter(1, Duration::ZERO, &datagram, &parse(&datagram));
    let mark = flows.enter(2, Duration::ZERO, &bytes, &parsed);
    assert_eq!(
        (mark.flow, mark.about, mark.way),
        (Some(1), true, crate::packet::Way::ToClient)
    );
    assert_eq!(flows.conversations()[0].ways[1].payload, 0);
    // An echo is a conversation of its own.
    let ping = icmp("10.0.0.1", "10.0.0.2", 8, 0, 7 << 16 | 1, b"abc");
    let pong = icmp("10.0.0.2", "10.0.0.1", 0, 0, 7 << 16 | 1, b"abc");
    let mark = flows.enter(3, Duration::ZERO, &ping, &parse(&ping));
    assert_eq!((mark.flow, mark.about), (Some(2), false));
    assert_eq!(
        flows.enter(4, Duration::ZERO, &pong, &parse(&pong)).flow,
        Some(2)
    );
    assert_eq!(
        icmp_in_words(&ping, &parse(&ping)).expect("words"),
        "echo request, id 7, seq 1"
    );
}

/// Everything that reads a packet, on any bytes.
fn reads(bytes: &[u8], flows: &mut Flows, n: u64) {
    let parsed = parse(bytes);
    assert!(parsed.payload.start <= parsed.payload.end && parsed.payload.end <= bytes.len());
    let mark = flows.enter(n, Duration::from_millis(n), bytes, &parsed);
    for header in anatomy(bytes, &parsed, Some(&mark)) {
        for field in header.fields {
            assert!(
                field.bits > 0 && field.bit + field.bits <= bytes.len() * 8,
                "{field:?}"
            );
        }
    }
    checksums(bytes, &parsed);
    info(bytes, &parsed);
    parsed.source();
    if let Some(tcp) = parsed.tcp() {
        options_in_words(bytes, tcp, 5);
    }
    if !n.is_multiple_of(3) {
        flows.delivered(Duration::from_millis(n), &mark);
    } else {
        flows.dropped(&mark);
    }
}

fn real() -> Vec<Vec<u8>> {
    let mut segments = Vec::new();
    for (client, letters, seq) in [
        (true, "S", 0),
        (false, "S.", 0),
        (true, "P.", 1),
        (false, "F.", 1),
        (true, "R", 1),
    ] {
        let mut made = tcp(client, letters, seq, 1, 20);
        made.options = vec![Opt::Mss(9), Opt::Sack(vec![(1, 9)]), Opt::Timestamps(1, 2)];
        segments.push(segment(&made).expect("made"));
    }
    let quote = segments[0].clone();
    segments.push(icmp("10.0.0.2", "10.0.0.1", 3, 4, 600, &quote));
    segments.push(icmp(
        "fd00::2",
        "fd00::1",
        2,
        0,
        1280,
        &udp("[fd00::1]:9", "[fd00::2]:9", 9),
    ));
    segments.push(extended(0, 1));
    segments.extend(fragments4(&udp("10.0.0.1:9", "10.0.0.2:9", 100), 48, 7));
    segments
}

proptest! {
    #[test]
    fn random_bytes_are_read(packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..120), 1..8), version in 4_u8..=6) {
        let mut flows = Flows::default();
        for (n, mut bytes) in (1..).zip(packets) {
            if let Some(first) = bytes.first_mut() {
                *first = version << 4 | *first & 0xf;
            }
            reads(&bytes, &mut flows, n);
        }
    }

    #[test]
    fn changed_packets_are_read(changes in prop::collection::vec((0_usize..20, 0_usize..150, any::<u8>(), 0_usize..150), 1..40)) {
        let (mut flows, real) = (Flows::default(), real());
        for (n, (which, at, value, len)) in (1..).zip(changes) {
            let mut bytes = real[which % real.len()].clone();
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
            if len < 75 {
                bytes.truncate(len);
            }
            reads(&bytes, &mut flows, n);
        }
    }
}
