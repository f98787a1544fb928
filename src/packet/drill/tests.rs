//! packetdrill's notation.

use super::*;

fn fault(text: &str) -> (usize, String) {
    let fault = parse_drill(text).expect_err("it is no segment");
    (fault.at, fault.to_string())
}

#[test]
fn the_forms_of_packetdrill() {
    let syn = parse_drill("> S 0:0(0) win 1000 <mss 1460,nop,wscale 7>").expect("a SYN");
    assert_eq!(
        syn,
        Drill {
            towards: Towards::Out,
            flags: Flags::SYN,
            seq: 0,
            len: 0,
            ack: None,
            window: Some(1000),
            urgent: None,
            options: vec![Opt::Mss(1460), Opt::Nop, Opt::Wscale(7)],
        }
    );
    let data = parse_drill("< P. 1:11(10) ack 1 win 257").expect("data");
    assert_eq!(data.towards, Towards::In);
    assert_eq!(data.flags, Flags::PSH | Flags::ACK);
    assert_eq!(
        (data.seq, data.len, data.ack, data.window),
        (1, 10, Some(1), Some(257))
    );
    let all = "> S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 100 ecr 200,nop,wscale 8,FO 0102ff,eol>";
    let all = parse_drill(all).expect("many options");
    assert_eq!(
        all.options,
        [
            Opt::Mss(1460),
            Opt::SackPermitted,
            Opt::Timestamps(100, 200),
            Opt::Nop,
            Opt::Wscale(8),
            Opt::FastOpen(vec![1, 2, 255]),
            Opt::End
        ]
    );
    let sack =
        parse_drill("< . 1:1(0) ack 1 win 257 <nop, nop, sack 1001:2001 3001:4001>").expect("SACK");
    assert_eq!(sack.options[2], Opt::Sack(vec![(1001, 2001), (3001, 4001)]));
    let urgent = parse_drill("< U. 1:2(1) ack 1 win 9 urg 1").expect("urgent data");
    assert_eq!(urgent.urgent, Some(1));
    assert_eq!(
        parse_drill("< - 5:5(0)").expect("no flags").flags,
        Flags::default()
    );
    assert_eq!(
        parse_drill("> R 4294967295:0(1)")
            .expect("over the wrap")
            .len,
        1
    );
    assert_eq!(
        parse_drill("> . 1:1(0) ack 1 <ts 17 0>")
            .expect("our own words")
            .options,
        [Opt::Timestamps(17, 0)]
    );
}

#[test]
fn a_segment_is_made_of_it() {
    use crate::packet::testing::addr;
    let drill = parse_drill("< P. 1:3(2) ack 5 win 257 <nop,nop,sack 7:9>").expect("data");
    let base = (0xffff_ffff, 0x7fff_ffff);
    let made = drill.segment(addr("10.0.0.1:1"), addr("10.0.0.2:2"), base);
    assert_eq!((made.seq, made.ack, made.window), (0, 0x8000_0004, 257));
    assert_eq!(made.options[2], Opt::Sack(vec![(0x8000_0006, 0x8000_0008)]));
    assert_eq!(made.payload, [0, 0]);
    assert!(crate::packet::build::segment(&made).is_ok());
    assert!(fault("> . 0:70000(70000) ack 1").1.contains("do not fit"));
}

#[test]
fn what_is_none_is_refused_with_the_place() {
    assert_eq!(fault("S 0:0(0)"), (0, "`<` or `>` was expected".into()));
    assert_eq!(fault("> X 0:0(0)").0, 2);
    assert_eq!(fault("> S 0-0(0)").0, 5);
    assert_eq!(
        fault("> S 0:0(0) win 65536"),
        (15, "the window, up to 65535 was expected".into())
    );
    assert_eq!(fault("> S 0:0(0) win x").0, 15);
    assert_eq!(
        fault("> S 0:0(0) <mss 1460"),
        (
            20,
            "an option: mss, wscale, sackOK, sack, TS, nop, eol or FO or `>` was expected".into()
        )
    );
    assert_eq!(fault("> S 0:0(0) <size 3>").0, 12);
    assert_eq!(
        fault("> S 0:0(0) hello"),
        (11, "the end was expected".into())
    );
    assert_eq!(fault("> . 1:11(9) ack 1").0, 5);
    assert_eq!(
        fault("> . 1:1(0)").1,
        "the flag ACK (`.`) needs an acknowledgment number: `ack 1`"
    );
    assert_eq!(fault("> S 0:0(0) ack 1").0, 5);
    assert_eq!(fault("").0, 0);
    assert_eq!(fault("> S 0:99999999999(0)").0, 6);
}
