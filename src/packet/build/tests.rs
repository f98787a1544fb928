//! What is built is read back, and etherparse agrees with every field that it can read.

use super::*;
use crate::packet::testing::{addr, tcp};
use crate::packet::{checksums, parse};
use etherparse::{LaxSlicedPacket, TransportSlice};
use proptest::prelude::*;

/// Two addresses of one family, with ports.
fn addresses() -> impl Strategy<Value = (SocketAddr, SocketAddr)> {
    let four = any::<([u8; 4], u16, [u8; 4], u16)>();
    let six = any::<([u8; 16], u16, [u8; 16], u16)>();
    prop_oneof![
        four.prop_map(|(a, p, b, q)| ((a, p).into(), (b, q).into())),
        six.prop_map(|(a, p, b, q)| ((a, p).into(), (b, q).into())),
    ]
}

fn option() -> impl Strategy<Value = Opt> {
    prop_oneof![
        Just(Opt::Nop),
        any::<u16>().prop_map(Opt::Mss),
        any::<u8>().prop_map(Opt::Wscale),
        Just(Opt::SackPermitted),
        any::<(u32, u32)>().prop_map(|(a, b)| Opt::Timestamps(a, b)),
        prop::collection::vec(any::<(u32, u32)>(), 1..=2).prop_map(Opt::Sack),
        prop::collection::vec(any::<u8>(), 0..8).prop_map(Opt::FastOpen),
        (35_u8..250, prop::collection::vec(any::<u8>(), 0..8)).prop_map(|(k, d)| Opt::Other(k, d)),
    ]
}

prop_compose! {
    fn segments()(
        (src, dst) in addresses(),
        flags in 0_u16..0x200,
        seq: u32,
        ack: u32,
        window: u16,
        urgent: u16,
        options in prop::collection::vec(option(), 0..3),
        payload in prop::collection::vec(any::<u8>(), 0..100),
        ttl: u8,
    ) -> Segment {
        Segment { src, dst, flags: Flags(flags), seq, ack, window, urgent, options, payload, ttl }
    }
}

proptest! {
    #[test]
    fn a_segment_is_read_back(made in segments()) {
        let bytes = match segment(&made) {
            Ok(bytes) => bytes,
            Err(error) => {
                prop_assert!(matches!(error, Unmade::Options(len) if len > 40));
                return Ok(());
            }
        };
        let parsed = parse(&bytes);
        prop_assert_eq!(&parsed.troubles, &[]);
        let ip = parsed.ip.as_ref().expect("IP");
        prop_assert_eq!((ip.src, ip.dst, ip.ttl), (made.src.ip(), made.dst.ip(), made.ttl));
        prop_assert_eq!(ip.said, bytes.len());
        let tcp = parsed.tcp().expect("TCP");
        prop_assert_eq!((tcp.src, tcp.dst, tcp.seq, tcp.ack), (made.src.port(), made.dst.port(), made.seq, made.ack));
        prop_assert_eq!((tcp.flags, tcp.window, tcp.urgent), (made.flags, made.window, made.urgent));
        prop_assert_eq!(&bytes[parsed.payload.clone()], &made.payload[..]);
        for option in &made.options {
            match option {
                Opt::SackPermitted => prop_assert!(tcp.options.sack_permitted),
                Opt::Sack(blocks) => prop_assert!(tcp.options.sack().len() >= blocks.len().min(1)),
                _ => {}
            }
        }
        for sum in checksums(&bytes, &parsed) {
            prop_assert!(sum.is_right(ip.version), "{:?}", sum);
            prop_assert_eq!(sum.found, sum.expected);
        }
        agrees(&bytes)?;
    }

    #[test]
    fn a_datagram_is_read_back((src, dst) in addresses(), payload in prop::collection::vec(any::<u8>(), 0..100), ttl: u8) {
        let bytes = datagram(&Datagram { src, dst, payload: payload.clone(), ttl }).expect("made");
        let parsed = parse(&bytes);
        prop_assert_eq!(&parsed.troubles, &[]);
        prop_assert_eq!(parsed.ports, Some((src.port(), dst.port())));
        prop_assert_eq!(&bytes[parsed.payload.clone()], &payload[..]);
        for sum in checksums(&bytes, &parsed) {
            prop_assert_eq!(sum.found, sum.expected);
        }
        agrees(&bytes)?;
    }
}

/// etherparse reads the same of a packet that is whole.
fn agrees(bytes: &[u8]) -> Result<(), TestCaseError> {
    let theirs = LaxSlicedPacket::from_ip(bytes).expect("etherparse reads it");
    let ours = parse(bytes);
    let ip = ours.ip.as_ref().expect("IP");
    let net = theirs.net.as_ref().expect("IP");
    match net {
        etherparse::LaxNetSlice::Ipv4(slice) => {
            let header = slice.header();
            prop_assert_eq!(ip.src, IpAddr::V4(header.source_addr()));
            prop_assert_eq!(ip.dst, IpAddr::V4(header.destination_addr()));
            prop_assert_eq!(ip.dont_fragment, header.dont_fragment());
            prop_assert_eq!(ip.identification, Some(u32::from(header.identification())));
        }
        etherparse::LaxNetSlice::Ipv6(slice) => {
            prop_assert_eq!(ip.src, IpAddr::V6(slice.header().source_addr()));
            prop_assert_eq!(ip.dst, IpAddr::V6(slice.header().destination_addr()));
        }
        _ => prop_assert!(false, "no IP"),
    }
    match theirs.transport {
        Some(TransportSlice::Tcp(slice)) => {
            let tcp = ours.tcp().expect("TCP");
            prop_assert_eq!(
                (tcp.seq, tcp.ack),
                (slice.sequence_number(), slice.acknowledgment_number())
            );
            prop_assert_eq!(tcp.window, slice.window_size());
            prop_assert_eq!(tcp.header.len(), usize::from(slice.data_offset()) * 4);
            prop_assert_eq!(&bytes[ours.payload.clone()], slice.payload());
        }
        Some(TransportSlice::Udp(slice)) => {
            prop_assert_eq!(
                ours.ports,
                Some((slice.source_port(), slice.destination_port()))
            );
            prop_assert_eq!(&bytes[ours.payload.clone()], slice.payload());
        }
        other => prop_assert!(false, "{:?}", other),
    }
    Ok(())
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut mixed = tcp(true, "S", 0, 0, 0);
    mixed.dst = addr("[fd00::2]:80");
    assert_eq!(segment(&mixed), Err(Unmade::Families));
    let mut long = tcp(true, "S", 0, 0, 0);
    long.options = vec![Opt::Other(99, vec![0; 300])];
    assert_eq!(segment(&long), Err(Unmade::Options(304)));
    assert_eq!(
        segment(&tcp(true, "P.", 1, 1, 65_495)).map(|bytes| bytes.len()),
        Ok(65_535)
    );
    assert_eq!(
        segment(&tcp(true, "P.", 1, 1, 65_496)),
        Err(Unmade::Length(65_536))
    );
    assert_eq!(
        segment(&tcp(true, "P.", 1, 1, 100_000)),
        Err(Unmade::Length(100_040))
    );
    let datagram = |len| {
        let (src, dst) = (addr("[fd00::1]:9"), addr("[fd00::2]:9"));
        datagram(&Datagram {
            src,
            dst,
            payload: vec![0; len],
            ttl: 1,
        })
        .map(|bytes| bytes.len())
    };
    assert_eq!(datagram(65_527), Ok(65_575));
    assert_eq!(datagram(65_528), Err(Unmade::Length(65_576)));
}
