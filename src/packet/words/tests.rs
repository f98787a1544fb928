//! Words.

use super::*;
use crate::packet::build::{Opt, segment};
use crate::packet::parse;
use crate::packet::testing::{icmp, tcp, udp};

#[test]
fn every_combination_of_flags() {
    for (flags, words, letters) in [
        (Flags::SYN, "SYN", "S"),
        (Flags::SYN | Flags::ACK, "SYN,ACK", "S."),
        (Flags::ACK, "ACK", "."),
        (Flags::PSH | Flags::ACK, "PSH,ACK", "P."),
        (Flags::FIN | Flags::ACK, "FIN,ACK", "F."),
        (Flags::FIN | Flags::PSH | Flags::ACK, "FIN,PSH,ACK", "FP."),
        (Flags::RST | Flags::ACK, "RST,ACK", "R."),
        (Flags::SYN | Flags::ECE | Flags::CWR, "SYN,ECE,CWR", "SEW"),
        (Flags::default(), "none", "none"),
    ] {
        assert_eq!(
            (flags_in_words(flags), flags_in_letters(flags)),
            (words.to_owned(), letters.to_owned())
        );
    }
    let mut seen = std::collections::HashSet::new();
    for bits in 0..0x200 {
        let words = flags_in_words(Flags(bits));
        let count = if bits == 0 {
            1
        } else {
            bits.count_ones() as usize
        };
        assert_eq!(words.split(',').count(), count);
        assert!(
            seen.insert(words) && seen.insert(format!("letters {}", flags_in_letters(Flags(bits))))
        );
    }
}

#[test]
fn options_as_a_class_reads_them() {
    let mut made = tcp(true, "S", 0, 0, 0);
    made.options = vec![
        Opt::Mss(1460),
        Opt::SackPermitted,
        Opt::Timestamps(17, 0),
        Opt::Nop,
        Opt::Wscale(7),
    ];
    let bytes = segment(&made).expect("made");
    let parsed = parse(&bytes);
    let words = |options: Vec<Opt>, base| {
        let mut made = made.clone();
        made.options = options;
        let bytes = segment(&made).expect("made");
        options_in_words(&bytes, parse(&bytes).tcp().expect("TCP"), base)
    };
    assert_eq!(
        options_in_words(&bytes, parsed.tcp().expect("TCP"), 0),
        ["mss 1460", "sackOK", "ts 17 0", "wscale 7"]
    );
    // Over the wrap.
    let sack = Opt::Sack(vec![(0xffff_fff0 + 11, 100), (200, 300)]);
    assert_eq!(
        words(vec![Opt::Nop, Opt::Nop, sack], 0xffff_fff0),
        ["sack 11:116 216:316"]
    );
    assert_eq!(
        words(vec![Opt::FastOpen(vec![]), Opt::End], 0),
        ["tfo request"]
    );
    assert_eq!(words(vec![Opt::FastOpen(vec![1, 0xff])], 0), ["tfo 01ff"]);
    assert_eq!(
        words(vec![Opt::Other(30, vec![1, 2]), Opt::Nop], 0),
        ["option 30 of 4 bytes"]
    );
}

#[test]
fn icmp_messages() {
    let words = |src, dst, kind, code, rest| {
        let bytes = icmp(src, dst, kind, code, rest, &[]);
        icmp_in_words(&bytes, &parse(&bytes)).expect("words")
    };
    let four = |kind, code, rest| words("10.0.0.1", "10.0.0.2", kind, code, rest);
    let six = |kind, code, rest| words("fd00::1", "fd00::2", kind, code, rest);
    assert_eq!(four(3, 3, 0), "port unreachable");
    assert_eq!(four(3, 4, 600), "fragmentation needed, mtu 600");
    assert_eq!(four(11, 0, 0), "time exceeded in transit");
    assert_eq!(four(5, 1, 0x0a00_0001), "redirect to 10.0.0.1");
    assert_eq!(four(8, 0, 5 << 16 | 6), "echo request, id 5, seq 6");
    assert_eq!(four(200, 9, 0), "type 200 code 9");
    assert_eq!(six(1, 4, 0), "port unreachable");
    assert_eq!(six(2, 0, 1280), "packet too big, mtu 1280");
    assert_eq!(six(129, 0, 5 << 16 | 6), "echo reply, id 5, seq 6");
    assert_eq!(six(143, 0, 0), "multicast listener report (version 2)");
}

#[test]
fn most_packets_need_no_words() {
    let bytes = segment(&tcp(true, "P.", 1, 1, 5)).expect("made");
    assert_eq!(info(&bytes, &parse(&bytes)), None);
    let bytes = udp("10.0.0.1:9", "10.0.0.2:9", 5);
    assert_eq!(info(&bytes, &parse(&bytes)), None);
    assert_eq!(
        info(&bytes[..30], &parse(&bytes[..30])).expect("words"),
        "cut short: 30 of 33 bytes; the UDP header says 13 bytes, but IP carries 10"
    );
    let mut other = bytes;
    other[9] = 132;
    assert_eq!(info(&other, &parse(&other)).expect("words"), "protocol 132");
}
