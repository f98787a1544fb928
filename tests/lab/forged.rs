//! Packets that no kernel sent: in words, in packetdrill's notation, byte by byte. The receiver judges them as it judges
//! any packet.

use super::live::{DATAGRAMS, Live, PAIR, errnos, of_kind, received, sent, words};
use serde_json::Value;

/// A laboratory with a connection.
fn connected() -> Option<Live> {
    let mut live = Live::laboratory()?;
    live.run(PAIR);
    Some(live)
}

#[test]
fn a_rst_that_fits_kills_a_connection() {
    let Some(mut live) = connected() else {
        return;
    };
    let killed = live.run("inject server client RST seq 1\nexpect state s CLOSE\nclient: recv s 10\nexpect error ECONNRESET");
    assert_eq!(errnos(&killed), ["ECONNRESET"]);
    let forged = of_kind(&killed, "packet")[0];
    assert_eq!(forged["note"], "forged");
    assert_eq!(forged["from"], "server");
    // The other side has not heard of it.
    live.run("expect state conn ESTABLISHED");
}

#[test]
fn a_rst_ends_a_time_wait_and_so_does_a_new_syn() {
    // What the topic TIME_WAIT says comes next (RFC 9293, sections 3.10.7.4 and 3.6.1).
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    let close = "setsockopt c SO_REUSEADDR 1\nbind c client:5000\nconnect c server:80\nserver: d = accept s\n\
server: close d\nexpect state c CLOSE_WAIT\nclose c\nexpect state d TIME_WAIT";
    live.run(&format!(
        "server: s = socket tcp\nserver: bind s :80\nserver: listen s 5\nc = socket tcp\n{close}"
    ));
    // The same addresses, though the old connection rests. It is over with that.
    live.run("wire hold\ne = socket tcp\nsetsockopt e SO_REUSEADDR 1\nbind e client:5000\nconnect e server:80\nexpect blocked");
    live.run("step\nexpect state d CLOSE\nstep all\nexpect state e ESTABLISHED\nwire flow");
    live.run("server: f = accept s\nserver: close f\nexpect state e CLOSE_WAIT\nclose e\nexpect state f TIME_WAIT");
    live.run("inject client server RST seq 2\nexpect state f CLOSE");
}

#[test]
fn a_time_wait_that_a_new_syn_ends_is_told_with_the_connect() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run("server: s = socket tcp\nserver: bind s :80\nserver: listen s 5");
    for round in 0..3 {
        let name = format!("c{round}");
        let opened = live.run(&format!(
            "{name} = socket tcp\nsetsockopt {name} SO_REUSEADDR 1\nbind {name} client:5000\nconnect {name} server:80"
        ));
        let ended = |event: &&&Value| event["socket"] == "d" && event["to"] == "CLOSE";
        let states = of_kind(&opened, "state");
        let ended: Vec<_> = states.iter().filter(ended).collect();
        assert_eq!(ended.len(), usize::from(round > 0), "{round}: {opened:?}");
        live.run(&format!(
            "server: d = accept s\nserver: close d\nexpect state {name} CLOSE_WAIT\nclose {name}\nexpect state d TIME_WAIT"
        ));
    }
}

#[test]
fn a_rst_elsewhere_in_the_window_is_challenged() {
    // RFC 5961, section 3.2.
    let Some(mut live) = connected() else {
        return;
    };
    let challenged = live.run("inject server client RST seq 100\nexpect state s ESTABLISHED");
    assert_eq!(
        sent(&challenged),
        ["server RST 100:100", "client ACK 1:1 ack 1"]
    );
    let [rst, answer] = of_kind(&challenged, "packet").try_into().unwrap();
    assert_eq!(rst["win"], 0, "as kernels send it");
    assert_eq!(answer["info"], "challenge ACK");
    live.run("server: send conn \"still there\"\nclient: recv s 20\nexpect data \"still there\"");
}

#[test]
fn what_is_not_said_goes_on_from_what_the_host_itself_has_sent() {
    let Some(mut live) = connected() else {
        return;
    };
    // Elsewhere, and with another window: not the server's next.
    live.run("server: send conn \"hello\"\ninject server client RST seq 100 win 7\ninject < S 0:0(0) win 9");
    let scaled = live.run("client: send s \"x\"");
    let packet = of_kind(&scaled, "packet")[0];
    assert!(packet["win"].as_u64().unwrap() > 10_000, "{packet}");
    // One that fits moves it on.
    let forged = live.run(
        "inject server client PSH,ACK data \"more\"\nclient: recv s 20\nexpect data \"hellomore\"",
    );
    // The kernels' own acknowledgments may come between.
    let ours = |events: &[Value]| -> Vec<Value> {
        let mut packets = of_kind(events, "packet");
        packets.retain(|packet| packet["note"] == "forged");
        packets.into_iter().cloned().collect()
    };
    let forged = ours(&forged);
    assert_eq!(sent(&forged), ["server PSH,ACK 6:10 ack 2"]);
    assert!(forged[0]["win"].as_u64() > Some(1000));
    let killed = live.run("inject server client RST\nexpect state s CLOSE");
    assert_eq!(sent(&ours(&killed)), ["server RST 10:10"]);
}

#[test]
fn a_rst_outside_the_window_is_ignored() {
    let Some(mut live) = connected() else {
        return;
    };
    for seq in ["-1", "1000000"] {
        let ignored = live.run(&format!(
            "inject server client RST seq {seq}\nexpect state s ESTABLISHED"
        ));
        assert_eq!(of_kind(&ignored, "packet").len(), 1, "{ignored:?}");
    }
}

#[test]
fn a_syn_within_a_connection_is_challenged() {
    // RFC 5961, section 4.2.
    let Some(mut live) = connected() else {
        return;
    };
    let challenged = live.run("inject client server SYN seq 50\nexpect state conn ESTABLISHED");
    assert_eq!(sent(&challenged)[1], "server ACK 1:1 ack 1");
    let [syn, answer] = of_kind(&challenged, "packet").try_into().unwrap();
    assert_eq!(syn["win"], 65_535, "a SYN's window is not scaled");
    assert_eq!(answer["info"], "challenge ACK");
}

#[test]
fn packetdrills_notation_makes_a_half_open_connection() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run("server: s = socket tcp\nserver: bind s server:80\nserver: listen s 5\nwire hold");
    let forged = live.run(
        "inject > S 0:0(0) win 1000 <mss 1000>\nstep\nexpect half-open s 1\nexpect backlog s 0",
    );
    assert_eq!(
        sent(&forged),
        ["client SYN 0:0", "server SYN,ACK 0:0 ack 1"]
    );
    let syn = of_kind(&forged, "packet")[0];
    assert_eq!(
        (&syn["win"], &syn["options"][0]),
        (&1000.into(), &"mss 1000".into())
    );
    // The client never asked: its kernel says so, and the half-open connection is gone.
    let refused = live.run("step\nstep\nexpect half-open s 0");
    assert_eq!(sent(&refused)[1], "client RST 1:1");
}

#[test]
fn the_arrow_says_who_seems_to_send() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run("wire hold");
    let both = live.run("inject > S 0:0(0) win 1000\ninject < S 0:0(0) win 1000");
    assert_eq!(sent(&both), ["client SYN 0:0", "server SYN 0:0"]);
}

#[test]
fn a_handshake_can_be_forged_to_its_end() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run("server: s = socket tcp\nserver: bind s server:80\nserver: listen s 5\nwire hold");
    live.run("inject client server SYN seq 0 win 1000\nstep\nexpect packet 2 server SYN,ACK ack 1\nwire drop 2");
    live.run("inject client server ACK\nstep\nexpect backlog s 1\nserver: c = accept s");
    live.run(
        "inject client server PSH,ACK data \"boo\"\nstep\nserver: recv c 10\nexpect data \"boo\"",
    );
}

#[test]
fn the_answer_to_an_ack_of_unsent_data_updates_no_window() {
    let Some(mut live) = connected() else {
        return;
    };
    // RFC 9293, section 3.10.7.4.
    live.run(
        "wire hold\ninject server client FIN,ACK\nstep\nexpect packet 5 client ACK ack 2\nstep",
    );
    let answer = live.run("expect packet 6 server ACK ack 1\npacket 6").pop();
    assert!(!answer.unwrap().to_string().contains("window update"));
}

#[test]
fn a_copy_behind_a_hole_is_reported() {
    let Some(mut live) = connected() else {
        return;
    };
    // RFC 2883, section 4.
    live.run("setsockopt s TCP_NODELAY 1\nwire hold\nsend s \"AAAA\"\nsend s \"BBBB\"\nwire drop next\nwire dup 5\nstep 2");
    let opened = |live: &mut Live, n| live.run(&format!("packet {n}")).pop().unwrap().to_string();
    let first = opened(&mut live, 6);
    assert!(first.contains("these have arrived too"), "{first}");
    let second = opened(&mut live, 7);
    assert!(second.contains("D-SACK, RFC 2883"), "{second}");
}

#[test]
fn an_old_duplicate_is_acknowledged_and_not_delivered_twice() {
    let Some(mut live) = connected() else {
        return;
    };
    live.run("client: send s \"hello\"\nexpect packets 5");
    let duplicate =
        live.run("inject client server PSH,ACK seq 1 data \"hello\"\nexpect recvq conn 5");
    let [_, answer] = sent(&duplicate).try_into().unwrap();
    assert_eq!(answer, "server ACK 1:1 ack 6");
    let options = of_kind(&duplicate, "packet")[1]["options"].to_string();
    assert!(
        options.contains("sack 1:6"),
        "it says which (RFC 2883): {options}"
    );
    let opened = live.run("packet 7").pop().unwrap().to_string();
    assert!(opened.contains("D-SACK, RFC 2883"), "{opened}");
    live.run("server: recv conn 100\nexpect data \"hello\"");
    // What overlaps adds only its new part.
    live.run("inject client server PSH,ACK seq 3 data \"lloXY\"\nserver: recv conn 100\nexpect data \"XY\"");
}

#[test]
fn a_segment_with_a_gap_before_it_waits() {
    let Some(mut live) = connected() else {
        return;
    };
    let early = live.run("inject client server PSH,ACK seq 4 data \"def\"\nexpect recvq conn 0");
    assert_eq!(sent(&early)[1], "server ACK 1:1 ack 1");
    live.run("inject client server PSH,ACK seq 1 data \"abc\"\nserver: recv conn 100\nexpect data \"abcdef\"");
}

#[test]
fn a_forged_datagram_is_received_like_any() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(DATAGRAMS);
    let happened = live.run(
        "inject client server udp sport 5000 dport 9 data \"forged\"\nm, from = v.recvfrom(20)\nprint from",
    );
    assert_eq!(received(&happened), ["forged"]);
    assert_eq!(happened.last().unwrap()["text"], "10.0.0.1:5000");
}

#[test]
fn a_whole_packet_in_hexadecimal_arrives() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(DATAGRAMS);
    // IPv4 10.0.0.1 to 10.0.0.2 (its checksum is right), UDP 5000 to 9 without a checksum, "hi".
    let happened = live.run(
        "inject 0x4500001e 00010000 401166cc 0a000001 0a000002 13880009 000a0000 6869\nserver: recv v 10",
    );
    assert_eq!(sent(&happened), ["client udp 2"]);
    assert_eq!(received(&happened), ["hi"]);
}

#[test]
fn what_is_not_said_continues_the_conversation() {
    let Some(mut live) = connected() else {
        return;
    };
    live.run("client: send s \"hello\"\nexpect packets 5\nwire hold");
    let forged = live.run("inject client server ACK\ninject server client PSH,ACK len 3\ninject client server FIN,ACK");
    assert_eq!(
        sent(&forged),
        [
            "client ACK 6:6 ack 1",
            "server PSH,ACK 1:4 ack 6",
            "client FIN,ACK 6:6 ack 4"
        ]
    );
    // The window is the one that its sender announced last.
    let last = |from: &str| {
        let mut told = live
            .seen
            .iter()
            .filter(|event| event["from"] == from && event["note"].is_null());
        told.rfind(|event| event["flags"] != "SYN" && event["flags"] != "SYN,ACK")
            .cloned()
    };
    for packet in of_kind(&forged, "packet") {
        let kernels = last(packet["from"].as_str().unwrap()).unwrap();
        assert_eq!(packet["win"], kernels["win"], "{packet}\n{kernels}");
    }
}

#[test]
fn a_packet_claims_to_come_from_another_host_by_its_name() {
    let Some(mut live) = Live::with(&["client", "server", "mallory"]) else {
        return;
    };
    live.run(PAIR);
    // What the victim's host answers would go to the client, which knows of nothing.
    let forged = live.run(
        "wire hold\ninject mallory server SYN src client dport 7\ninject mallory server SYN src 10.0.0.1 dport 7",
    );
    let packets = of_kind(&forged, "packet");
    let ends = |packet: &Value| {
        ["from", "src", "dst"].map(|field| packet[field].as_str().unwrap().to_owned())
    };
    assert_eq!(
        ends(packets[0]),
        ["mallory", "10.0.0.1:40000", "10.0.0.2:7"]
    );
    assert_eq!(ends(packets[1]), ends(packets[0]));
    let (status, said) = live.last("inject mallory server SYN src nobody dport 7\n");
    assert_eq!(status, 2);
    let said = words(&said);
    assert!(said.contains("no laboratory host `nobody`"), "{said}");
}

#[test]
fn a_host_s_name_is_its_address_in_the_conversation_s_family() {
    let Some(mut live) = Live::with(&["client", "server", "mallory"]) else {
        return;
    };
    live.run(
        "server: v = socket udp6\nserver: bind v [fd00::2]:9\nmallory: u = socket udp6\n\
mallory: sendto u \"mine\" [fd00::2]:9\nexpect packets 1",
    );
    let forged = live.run("wire hold\ninject mallory server udp src client data \"x\"");
    let packet = of_kind(&forged, "packet")[0];
    assert!(
        packet["src"].as_str().unwrap().starts_with("[fd00::1]:"),
        "{packet}"
    );
    assert_eq!(packet["dst"], "[fd00::2]:9");
}

#[test]
fn a_port_chooses_the_conversation_that_is_gone_on_with() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run("server: b = socket tcp\nserver: bind b :7\nserver: listen b 5");
    for (name, port) in [("s", 5001), ("t", 5002)] {
        live.run(&format!(
            "client: {name} = socket tcp\nbind {name} client:{port}\nclient: connect {name} server:7"
        ));
    }
    live.run(
        "client: send s \"one\"\nexpect packets 8\nclient: send t \"three\"\nexpect packets 10",
    );
    let forged = live.run("wire hold\ninject client server PSH,ACK sport 5001 data \"x\"\ninject client server FIN,ACK");
    assert_eq!(
        sent(&forged),
        ["client PSH,ACK 4:5 ack 1", "client FIN,ACK 5:5 ack 1"]
    );
    // A new one, to the port of the latest.
    let first = live.run("inject client server SYN sport 5003");
    let packet = of_kind(&first, "packet")[0];
    let ends = ["src", "dst", "seq"].map(|field| packet[field].to_string());
    assert_eq!(ends, ["\"10.0.0.1:5003\"", "\"10.0.0.2:7\"", "0"]);
    live.run("wire flow\ninject server client RST dport 5002 seq 1\nexpect state t CLOSE");
}

#[test]
fn a_packet_from_another_address_is_none_of_the_hosts_conversation() {
    for stranger in [
        "inject client server SYN src 9.9.9.9",
        "inject client server SYN src 9.9.9.9 sport 1001 dport 7",
        "inject client server SYN src fd00::9 sport 1001 dport 7",
        // A whole packet, from 9.9.9.9:1001 to 10.0.0.2:7.
        "inject 0x450000280000000040065ebd090909090a00000203e900070000006400000000500202008d7b0000",
    ] {
        let Some(mut live) = connected() else {
            return;
        };
        live.run(&format!("wire hold\n{stranger}"));
        let forged = live.run("inject server client SYN,ACK seq 0 ack 1");
        assert_eq!(sent(&forged), ["server SYN,ACK 0:0 ack 1"], "{stranger}");
        live.run("wire drop 5\ninject server client RST\nstep all\nexpect state s CLOSE");
    }
}

/// The sum of RFC 1071 over bytes in whose place for it is 0.
fn sum(bytes: &[u8]) -> [u8; 2] {
    let words = bytes
        .chunks(2)
        .map(|pair| u32::from(pair[0]) << 8 | u32::from(pair[1]));
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    (!(sum as u16)).to_be_bytes()
}

#[test]
fn an_unreachable_that_quotes_the_syn_ends_a_connect() {
    // What the topics SYN_SENT and EHOSTUNREACH say of the network's word.
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    let held = live.run(
        "wire hold\nclient: c = socket tcp\nclient: connect c server:80\nexpect blocked\npacket 1",
    );
    let fields = held.last().unwrap()["headers"][1]["fields"]
        .as_array()
        .unwrap();
    let number = |name: &str| {
        let field = fields.iter().find(|field| field["name"] == name).unwrap();
        field["value"].as_str().unwrap().parse::<u32>().unwrap()
    };
    let ends = [10, 0, 0, 1, 10, 0, 0, 2];
    // The beginning of the SYN, as far as RFC 792 wants it: its IP header and 8 bytes.
    let mut quoted = vec![0x45, 0, 0, 60, 0, 0, 0x40, 0, 64, 6, 0, 0];
    quoted.extend(ends);
    quoted.extend((number("Source Port") as u16).to_be_bytes());
    quoted.extend((number("Destination Port") as u16).to_be_bytes());
    quoted.extend(number("Sequence Number").to_be_bytes());
    // Destination unreachable: host.
    let mut message = vec![3, 1, 0, 0, 0, 0, 0, 0];
    message.extend(quoted);
    let right = sum(&message);
    message[2..4].copy_from_slice(&right);
    let mut packet = vec![0x45, 0, 0, 56, 0, 0, 0, 0, 64, 1, 0, 0];
    packet.extend([10, 0, 0, 2, 10, 0, 0, 1]);
    let right = sum(&packet);
    packet[10..12].copy_from_slice(&right);
    packet.extend(message);
    let hex: String = packet.iter().map(|byte| format!("{byte:02x}")).collect();
    let told = live.run(&format!(
        "wire drop 1\ninject 0x{hex}\nstep\nwait\nexpect state c CLOSE"
    ));
    assert_eq!(errnos(&told), ["EHOSTUNREACH"], "{told:?}");
}

#[test]
fn what_a_forged_fin_brings_about_is_neither_a_keep_alive_nor_sent_again() {
    let Some(mut live) = connected() else {
        return;
    };
    // The server acknowledges a FIN that the client has not sent, so the client's kernel says what it has sent (RFC 9293,
    // section 3.10.7.4), with the number before the one that the server waits for.
    live.run("client: send s \"hi\"\nexpect packets 5\ninject client server FIN,ACK seq 3\nexpect packets client 5");
    // Its own data begin where the FIN stood, for the first time.
    live.run("expect packets 9\nclient: send s \"more\"");
    let packets = of_kind(&live.seen, "packet");
    let of = |n: u64| packets.iter().find(|packet| packet["n"] == n).unwrap();
    assert_eq!(
        (&of(8)["from"], &of(8)["flags"]),
        (&"client".into(), &"ACK".into())
    );
    assert_eq!((&of(8)["seq"], &of(8)["ack"]), (&3.into(), &1.into()));
    for n in 7..=9 {
        assert!(of(n)["info"].is_null(), "{}", of(n));
    }
    assert_eq!((&of(10)["seq"], &of(10)["len"]), (&3.into(), &4.into()));
    assert!(of(10)["retransmission"].is_null(), "{}", of(10));
}

#[test]
fn an_answer_whose_window_is_only_scaled_is_no_window_update() {
    let Some(mut live) = connected() else {
        return;
    };
    // What acknowledges more than was sent is answered (RFC 9293, section 3.10.7.4).
    let answered = live.run("inject client server ACK ack 100\nexpect packets 5");
    let [forged, answer] = of_kind(&answered, "packet").try_into().unwrap();
    assert_eq!(
        (&forged["seq"], &answer["from"]),
        (&1.into(), &"server".into())
    );
    assert!(
        answer["win"].as_u64() > Some(65_160),
        "the SYN,ACK's: {answer}"
    );
    assert!(answer["info"].is_null(), "{answer}");
}

#[test]
fn a_gap_before_forged_data_is_reported_by_a_duplicate_ack() {
    let Some(mut live) = connected() else {
        return;
    };
    let gap = live.run("inject client server PSH,ACK seq 101 data \"x\"\nexpect packets 5");
    assert_eq!(
        sent(&gap),
        ["client PSH,ACK 101:102 ack 1", "server ACK 1:1 ack 1"]
    );
    assert_eq!(of_kind(&gap, "packet")[1]["info"], "duplicate ACK 1");
}

#[test]
fn a_segment_that_no_connection_takes_is_told_to_be_in_vain() {
    let Some(mut live) = connected() else {
        return;
    };
    let alone = live.run("inject client server FIN\nexpect state conn ESTABLISHED");
    assert!(words(&alone).contains("a connection drops a segment without ACK"));
    // It goes on from the window that the client's kernel announced.
    assert_eq!(of_kind(&alone, "packet")[0]["win"], 64_512);
    let whole = live.run("inject client server FIN,ACK\nexpect state conn CLOSE_WAIT");
    assert!(!words(&whole).contains("drops"));
}
