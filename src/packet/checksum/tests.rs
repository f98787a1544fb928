//! Checksums, right and wrong. (Against etherparse's own: `build/tests.rs`.)

use super::*;
use crate::packet::build::segment;
use crate::packet::parse;
use crate::packet::testing::{fragments4, icmp, tcp, udp};

fn told(bytes: &[u8]) -> Vec<(Layer, bool)> {
    let parsed = parse(bytes);
    let version = parsed.ip.as_ref().map_or(0, |ip| ip.version);
    let sums = checksums(bytes, &parsed);
    sums.iter()
        .map(|sum| (sum.layer, sum.is_right(version)))
        .collect()
}

/// The example that everyone computes (the sum is that of RFC 1071): an IPv4 header whose checksum is 0xb861.
#[test]
fn a_known_header() {
    let header = [
        0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0xb8, 0x61, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0,
        0xc7,
    ];
    let sum = checksums(&header, &parse(&header))[0];
    assert_eq!((sum.found, sum.expected, sum.at), (0xb861, 0xb861, 10));
}

#[test]
fn every_layer_and_every_single_bit() {
    for (packet, layers) in [
        (
            segment(&tcp(true, "P.", 1, 1, 7)).expect("made"),
            vec![Layer::Ipv4, Layer::Tcp],
        ),
        (
            udp("10.0.0.1:9", "10.0.0.2:9", 7),
            vec![Layer::Ipv4, Layer::Udp],
        ),
        (udp("[fd00::1]:9", "[fd00::2]:9", 8), vec![Layer::Udp]),
        (
            icmp("10.0.0.1", "10.0.0.2", 8, 0, 1, b"odd"),
            vec![Layer::Ipv4, Layer::Icmp],
        ),
        (
            icmp("fd00::1", "fd00::2", 128, 0, 1, b"even"),
            vec![Layer::Icmp6],
        ),
    ] {
        let right: Vec<_> = layers.iter().map(|layer| (*layer, true)).collect();
        assert_eq!(told(&packet), right);
        let payload = parse(&packet).payload;
        for byte in payload {
            for bit in 0..8 {
                let mut spoiled = packet.clone();
                spoiled[byte] ^= 1 << bit;
                assert_eq!(
                    told(&spoiled).last().map(|(_, right)| *right),
                    Some(false),
                    "{byte}.{bit}"
                );
            }
        }
    }
}

#[test]
fn udp_may_leave_it_out_over_ipv4_only() {
    let mut four = udp("10.0.0.1:9", "10.0.0.2:9", 7);
    four[26..28].fill(0);
    assert_eq!(told(&four)[1], (Layer::Udp, true));
    assert!(checksums(&four, &parse(&four))[1].is_absent(4));
    let mut six = udp("[fd00::1]:9", "[fd00::2]:9", 7);
    six[46..48].fill(0);
    assert_eq!(told(&six), [(Layer::Udp, false)]);
}

#[test]
fn what_is_not_all_there_is_not_judged() {
    let whole = udp("10.0.0.1:9", "10.0.0.2:9", 100);
    for part in fragments4(&whole, 48, 1) {
        assert_eq!(told(&part), [(Layer::Ipv4, true)]);
    }
    assert_eq!(told(&whole[..60]), [(Layer::Ipv4, true)]);
    assert_eq!(told(&whole[..10]), []);
}
