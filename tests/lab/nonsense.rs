//! Orders that cannot be carried out: each has an answer that says why, and what to do instead.

use super::live::{DATAGRAMS, Live, shown, words};

/// What a line is answered; the shell must end with this status.
#[track_caller]
fn answer(live: Live, line: &str, status: i32) -> String {
    let (ended, said) = live.last(line);
    assert_eq!(ended, status, "`{line}`: {}", shown(&said));
    words(&said)
}

#[test]
fn without_a_laboratory_every_order_says_how_to_get_one() {
    for line in [
        "step",
        "step until FIN",
        "wire",
        "wire hold",
        "wire drop 1",
        "wire mtu 600",
        "inject server client RST",
        "packet 1",
        "ladder",
        "flows",
        "wire log",
        "capture save x.pcapng",
        "on server",
        "server: socket tcp",
        "lab down",
        "expect held 0",
        "expect packets 0",
        "expect fate 1 dropped",
    ] {
        let said = answer(Live::alone(), line, 2);
        assert!(said.contains("no laboratory is up"), "`{line}`: {said}");
        assert!(said.contains("lab up"), "`{line}`: {said}");
    }
}

#[test]
fn questions_without_a_laboratory_are_answered() {
    for (line, wanted) in [
        ("lab", "no laboratory is up:  lab up"),
        ("on", "statements run on this machine itself"),
        ("on machine", ""),
        ("capture", "nothing is captured:  capture on, or lab up"),
    ] {
        assert_eq!(answer(Live::alone(), line, 0), wanted);
    }
}

#[test]
fn an_order_that_does_not_fit_is_answered() {
    for (line, wanted) in [
        ("step", "the wire holds nothing"),
        ("step", "wire hold"),
        ("wire hold; step", "a call that sends puts packets on it"),
        ("wire drop 99", "there is no packet 99"),
        ("wire dup 99", "there is no packet 99"),
        ("wire corrupt 99", "there is no packet 99"),
        ("packet 99", "there is no packet 99"),
        ("packet 99", "wire log"),
        ("wire swap", "the wire does not hold two packets"),
        ("wire swap 1 2", "there is no packet 1"),
        ("ladder 9", "there is no conversation 9"),
        ("on nobody", "there is no laboratory host `nobody`"),
        ("on nobody", "client, server"),
        ("machine: ls", "`on machine` leads to this machine itself"),
        ("nobody: ls", "there is no laboratory host `nobody`"),
        (
            "expect packets nobody 0",
            "there is no laboratory host `nobody`",
        ),
        (
            "expect packet last nobody SYN",
            "there is no laboratory host `nobody`",
        ),
        (
            "expect window nobody 0",
            "there is no laboratory host `nobody`",
        ),
        (
            "inject nobody client RST",
            "there is no laboratory host `nobody`",
        ),
        ("inject client client RST", "a packet goes to another host"),
        ("inject > nonsense", "flags"),
        ("lab up", "a laboratory is up already: client, server"),
        ("lab up", "lab down"),
        (
            "client: step",
            "step is for the whole laboratory, not for one host",
        ),
        ("step 0", "the first is number 1"),
        ("step until nonsense", "no packet is like this"),
        ("wire drop", "which packet?"),
        ("wire nonsense", "wire has no such word"),
        ("wire mtu 5", "this is no mtu"),
        ("wire mtu 70000", "this is no mtu"),
        ("wire loss 200%", "this is no percentage"),
        ("wire delay -5", "this is no delay"),
        ("wire rate 0", "this is no rate"),
        (
            "inject client server udp seq 1",
            "a UDP datagram has no seq",
        ),
    ] {
        let Some(live) = Live::laboratory() else {
            return;
        };
        let said = answer(live, line, 2);
        assert!(said.contains(wanted), "`{line}`: {said}");
    }
}

#[test]
fn a_packet_that_is_to_be_held_and_is_not_is_missed() {
    for (line, wanted) in [
        ("wire corrupt", "which packet?"),
        ("wire corrupt next", "the wire holds nothing"),
        ("wire dup next", "the wire holds nothing"),
        ("wire dup all", "which packet?"),
    ] {
        let Some(live) = Live::laboratory() else {
            return;
        };
        let said = answer(live, line, 2);
        assert!(said.contains(wanted), "`{line}`: {said}");
    }
}

#[test]
fn hosts_that_cannot_be_are_refused() {
    for (line, wanted) in [
        ("lab up a", "one host alone"),
        ("lab up a a", "two hosts cannot have the same name"),
        ("lab up 1 2", "this is no name for a host"),
        ("lab up a b c d e f g h i", "8 hosts at most"),
        ("lab up machine x", "machine means something else already"),
        ("lab up averyverylongname b", "this is no name for a host"),
    ] {
        let said = answer(Live::alone(), line, 2);
        assert!(said.contains(wanted), "`{line}`: {said}");
    }
}

#[test]
fn a_claim_about_a_packet_that_never_comes_fails_and_says_so() {
    let Some(live) = Live::laboratory() else {
        return;
    };
    let (status, said) = live.last("set timeout 200ms\nexpect packet 5 SYN\n");
    assert_eq!(status, 1, "{}", shown(&said));
    let verdict = said
        .iter()
        .find(|event| event["event"] == "expect")
        .unwrap();
    assert_eq!(verdict["holds"], false);
    assert_eq!(verdict["found"], "there is no such packet yet");
}

#[test]
fn the_numbers_of_a_segment_are_claimed_as_they_are_shown() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(
        "server: s = socket tcp\nserver: bind s server:80\nserver: listen s 5\nclient: c = socket tcp\n\
         client: connect c server:80\nclient: send c hello\nexpect packets 5\n\
         expect packet 4 client PSH,ACK seq 1:6 ack 1 len 5\nexpect packet 5 server ACK seq 1:1 ack 6\nset timeout 200ms",
    );
    let (status, said) = live.last("expect packet 4 seq 1:7\n");
    assert_eq!(status, 1, "{}", shown(&said));
}

#[test]
fn packets_that_the_log_has_forgotten_are_counted_and_nobodys() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run("set log 2\nset timeout 200ms");
    live.run(DATAGRAMS);
    live.run("client: send u 1\nclient: send u 2\nclient: send u 3\nexpect packets 3");
    let (status, said) = live.last("expect packets client 2\n");
    assert_eq!(status, 1, "{}", shown(&said));
    let found = said[0]["found"].as_str();
    let wanted = "2 packets in the log, which has forgotten 1 before them";
    assert_eq!(found, Some(wanted), "{}", shown(&said));
}

#[test]
fn a_packet_that_has_left_the_wire_cannot_be_changed() {
    for order in ["wire drop 1", "wire corrupt 1", "wire swap 1 2"] {
        let Some(mut live) = Live::laboratory() else {
            return;
        };
        live.run("client: u = socket udp\nclient: sendto u \"x\" server:9\nexpect packets 2");
        let said = answer(live, order, 2);
        assert!(
            said.contains("packet 1 is not on the wire any more"),
            "{said}"
        );
    }
}

#[test]
fn random_bytes_are_a_packet_for_nobody() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    for bytes in [
        "0x4500",
        "0x00",
        "0x60",
        "0xffffffffffffffffffffffffffffffffffffffff",
    ] {
        live.run(&format!(
            "inject {bytes}\nexpect fate last dropped\npacket 1\nladder\nflows"
        ));
    }
    live.run("expect packets 4");
}
