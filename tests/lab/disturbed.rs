//! Single packets on a held wire: dropped, doubled, exchanged, corrupted; and how far a step goes.

use super::live::{DATAGRAMS, Live, PAIR, fates, helper_of, of_kind, received, sent, shown, words};
use super::stepping::namespaces;
use super::support::{output, require, require_root, until};
use serde_json::Value;

/// A laboratory with `u` and `v`, and these datagrams on the held wire.
fn held(datagrams: &[&str]) -> Option<Live> {
    let mut live = Live::laboratory()?;
    live.run(DATAGRAMS);
    live.run("wire hold");
    for datagram in datagrams {
        live.run(&format!("client: send u \"{datagram}\""));
    }
    live.run(&format!("expect held {}", datagrams.len()));
    Some(live)
}

/// What was told of the packet with this number. One that a timer sends again may come before it.
fn numbered(events: &[Value], n: u64) -> &Value {
    let mut packets = of_kind(events, "packet").into_iter();
    packets.find(|packet| packet["n"] == n).unwrap()
}

/// Lets everything go; what arrives.
fn arrives(live: &mut Live, count: usize) -> Vec<String> {
    live.run(&format!(
        "step all\nexpect ready v {}",
        if count == 0 { "w" } else { "rw" }
    ));
    let all = live.run(&"server: recv v 100\n".repeat(count));
    live.run("server: recv v 100 --dontwait\nexpect error EAGAIN");
    received(&all).into_iter().map(str::to_owned).collect()
}

/// The packets that `wire` lists.
fn waiting(live: &mut Live) -> Vec<u64> {
    let listed = live.run("wire");
    let packets = listed.last().unwrap()["packets"].as_array().unwrap();
    packets
        .iter()
        .map(|packet| packet["n"].as_u64().unwrap())
        .collect()
}

#[test]
fn a_held_packet_is_listed_with_how_long_it_waits() {
    let Some(mut live) = held(&["one", "two"]) else {
        return;
    };
    assert_eq!(waiting(&mut live), [1, 2]);
    let listed = live.run("wire");
    for packet in listed.last().unwrap()["packets"].as_array().unwrap() {
        assert_eq!(packet["fate"], "held");
        assert!(packet["waited"].is_u64(), "{packet}");
    }
    assert_eq!(listed[0]["text"], "the wire holds every packet");
}

#[test]
fn the_last_packet_is_opened_without_its_number() {
    let Some(mut live) = held(&["one", "two"]) else {
        return;
    };
    let opened = live.run("packet last");
    assert_eq!(opened.last().unwrap()["packet"]["n"], 2, "{opened:?}");
    let (_, said) = Live::laboratory().unwrap().last("packet last");
    assert!(
        words(&said).contains("no packet has crossed the wire yet"),
        "{said:?}"
    );
}

#[test]
fn a_call_that_the_flowing_wire_wakes_returns_before_the_order_is_over() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run("server: b = socket tcp\nserver: bind b server:7\nserver: listen b 5\nwire hold");
    live.run("client: s = socket tcp\nconnect s server:7\nexpect blocked");
    let flows = live.run("wire flow");
    let returned = flows.iter().position(|event| event["event"] == "job");
    let over = flows
        .iter()
        .position(|event| event["text"] == "the wire flows");
    assert!(returned.is_some() && returned < over, "{}", shown(&flows));
}

#[test]
fn the_dropped_one_never_arrives() {
    let Some(mut live) = held(&["one", "two", "three"]) else {
        return;
    };
    let dropped = live.run("wire drop 2\nexpect fate 2 dropped");
    assert_eq!(fates(&dropped), ["2 dropped"]);
    assert_eq!(of_kind(&dropped, "packet")[0]["note"], "by request");
    assert_eq!(waiting(&mut live), [1, 3]);
    assert_eq!(arrives(&mut live, 2), ["one", "three"]);
}

#[test]
fn a_delayed_packet_is_under_way_and_can_be_lost_or_stopped() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(DATAGRAMS);
    let two = "client: send u \"one\"\nclient: send u \"two\"\nexpect held 0";
    let sent = live.run(&format!("wire delay 1000s\n{two}"));
    assert_eq!(fates(&sent), ["1 underway", "2 underway"]);
    assert_eq!(waiting(&mut live), [1, 2]);
    live.run("wire drop 1\nexpect fate 1 dropped\nexpect fate 2 underway");
    assert_eq!(waiting(&mut live), [2]);
    live.run("wire hold\nexpect fate 2 held\nexpect held 1\nwire delay off");
    assert_eq!(arrives(&mut live, 1), ["two"]);
}

#[test]
fn what_needs_a_held_packet_says_that_this_one_is_under_way() {
    for order in ["wire corrupt 1", "wire dup 1"] {
        let Some(mut live) = Live::laboratory() else {
            return;
        };
        live.run(DATAGRAMS);
        live.run("wire delay 1000s\nclient: send u \"one\"");
        let (_, said) = live.last(order);
        let said = words(&said);
        assert!(
            said.contains("packet 1 is not held, it is under way"),
            "{said}"
        );
    }
}

#[test]
fn drop_next_takes_the_first_in_line_or_the_next_that_comes() {
    let Some(mut live) = held(&["one", "two"]) else {
        return;
    };
    assert_eq!(fates(&live.run("wire drop next")), ["1 dropped"]);
    assert_eq!(arrives(&mut live, 1), ["two"]);
    live.run("wire drop next");
    let happened = live.run("client: send u \"three\"\nclient: send u \"four\"");
    assert_eq!(fates(&happened), ["3 dropped", "4 held"]);
    assert_eq!(arrives(&mut live, 1), ["four"]);
}

#[test]
fn drop_all_empties_the_wire_or_cuts_it() {
    let Some(mut live) = held(&["one", "two"]) else {
        return;
    };
    assert_eq!(
        fates(&live.run("wire drop all")),
        ["1 dropped", "2 dropped"]
    );
    // What came to nothing is told as such.
    let none = live.run("wire drop all");
    assert_eq!(
        none[0]["text"],
        "the wire holds nothing, so nothing was dropped"
    );
    live.run("client: send u \"three\"");
    assert_eq!(waiting(&mut live), [3]);
    live.run("wire flow\nwire drop all");
    let cut = live.run("client: send u \"four\"");
    assert_eq!(of_kind(&cut, "packet")[0]["note"], "the wire is cut");
    let mended = live.run("wire clear\nclient: send u \"five\"");
    assert_eq!(fates(&mended), ["5 delivered"]);
    let all = live.run(
        "server: recv v 9\nserver: recv v 9\nserver: recv v 9 --dontwait\nexpect error EAGAIN",
    );
    assert_eq!(received(&all), ["three", "five"]);
    // What is on its way was on the wire when it was cut.
    let cut = live.run("wire delay 1000s\nclient: send u \"six\"\nwire drop all");
    assert_eq!(fates(&cut), ["6 underway", "6 dropped"]);
    assert_eq!(waiting(&mut live), [0; 0]);
}

#[test]
fn a_doubled_packet_arrives_twice() {
    let Some(mut live) = held(&["one", "two"]) else {
        return;
    };
    let asked = live.run("wire dup 1");
    assert_eq!(asked[0]["text"], "a copy of #1 will follow it");
    assert_eq!(fates(&live.run("step")), ["1 duplicated"]);
    live.run("expect fate 1 duplicated");
    assert_eq!(waiting(&mut live), [1, 2], "its copy follows");
    let last = live.run("step");
    assert_eq!(fates(&last), ["1 delivered"]);
    // True of the copy, too.
    assert_eq!(of_kind(&last, "packet")[0]["note"], "copied by request");
    assert_eq!(arrives(&mut live, 3), ["one", "one", "two"]);
}

#[test]
fn next_is_the_packet_that_the_next_step_delivers() {
    let Some(mut live) = held(&["one", "two"]) else {
        return;
    };
    live.run("wire swap 1 2");
    let asked = live.run("wire dup next\nwire corrupt next");
    assert_eq!(asked[0]["text"], "a copy of #2 will follow it");
    assert!(words(&asked).contains("one bit of #2 is turned over"));
    // Both copies are dropped by their receiver.
    assert_eq!(arrives(&mut live, 1), ["one"]);
}

#[test]
fn a_packet_that_has_arrived_can_come_once_more() {
    let Some(mut live) = held(&["one"]) else {
        return;
    };
    assert_eq!(arrives(&mut live, 1), ["one"]);
    assert_eq!(fates(&live.run("wire dup 1")), ["1 held"]);
    assert_eq!(arrives(&mut live, 1), ["one"]);
    // With the wire flowing it comes at once.
    live.run("wire flow\nwire dup 1");
    let again = live.run("server: recv v 10");
    assert_eq!(received(&again), ["one"]);
    live.run("expect packets 1");
}

#[test]
fn a_packet_is_dropped_with_its_copies() {
    let Some(mut live) = held(&["one"]) else {
        return;
    };
    live.run("wire dup 1\nwire drop 1\nwire flow");
    // Asked for anew, it is one copy, and it passes.
    assert_eq!(
        fates(&live.run("wire dup 1")),
        ["1 held", "1 delivered"],
        "{}",
        shown(&live.seen)
    );
    assert_eq!(waiting(&mut live), [0; 0]);
    let all = live.run("server: recv v 9\nserver: recv v 9 --dontwait\nexpect error EAGAIN");
    assert_eq!(received(&all), ["one"]);
}

#[test]
fn swapped_packets_change_places() {
    let Some(mut live) = held(&["one", "two", "three", "four"]) else {
        return;
    };
    live.run("wire swap");
    assert_eq!(waiting(&mut live), [2, 1, 3, 4]);
    live.run("wire swap 2 4");
    assert_eq!(waiting(&mut live), [4, 1, 3, 2]);
    assert_eq!(arrives(&mut live, 4), ["four", "one", "three", "two"]);
}

#[test]
fn a_segment_that_overtakes_another_waits_for_it_in_the_receiver() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(PAIR);
    live.run("setsockopt s TCP_NODELAY 1\nwire hold\nclient: send s \"one\"\nclient: send s \"two\"\nwire swap");
    let overtaken = live.run("step\nexpect recvq conn 0");
    let answer = sent(&overtaken);
    assert_eq!(answer[1..], ["server ACK 1:1 ack 1"], "{answer:?}");
    let selective = of_kind(&overtaken, "packet").last().unwrap()["options"].to_string();
    assert!(selective.contains("sack 4:7"), "{selective}");
    live.run("step\nserver: recv conn 10\nexpect data \"onetwo\"");
}

/// The fields of an opened packet that are wrong: header, name, what is said.
fn wrong_fields(opened: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for header in opened["headers"].as_array().unwrap() {
        for field in header["fields"].as_array().unwrap() {
            if field["right"] == false {
                let [header, name, meaning] = [&header["name"], &field["name"], &field["meaning"]]
                    .map(|text| text.as_str().unwrap());
                wrong.push(format!("{header} {name}: {} {meaning}", field["value"]));
            }
        }
    }
    wrong
}

#[test]
fn a_corrupted_segment_is_dropped_by_its_receiver_and_sent_again() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(PAIR);
    live.run("wire hold\nclient: send s \"hello\"");
    let opened = live.run("packet 4");
    assert_eq!(wrong_fields(&opened[0]), [] as [&str; 0]);
    let opened = live.run("wire corrupt 4\npacket 4");
    let opened = opened
        .iter()
        .find(|event| event["answer"] == "anatomy")
        .unwrap();
    let note = opened["packet"]["note"].as_str().unwrap();
    assert!(note.contains("turned over"), "{note}");
    let wrong = wrong_fields(opened);
    let [checksum] = wrong.as_slice() else {
        panic!("one checksum: {wrong:?}");
    };
    assert!(checksum.starts_with("TCP Checksum: \"0x"), "{checksum}");
    // Found, and expected beside it.
    assert!(checksum.matches("0x").count() >= 2, "{checksum}");
    let delivered = live.run("step\nexpect recvq conn 0\nexpect packets server 1");
    let packet = numbered(&delivered, 4);
    assert_eq!(packet["fate"], "delivered", "nobody answers it");
    let note = packet["note"].as_str().unwrap();
    assert!(
        note.ends_with("turned over, its receiver drops it: wrong checksum"),
        "{note}"
    );
    let again = live
        .run("expect retransmission of 4\nstep all\nserver: recv conn 10\nexpect data \"hello\"");
    assert_eq!(sent(&again)[0], "client PSH,ACK 1:6 ack 1");
    let why = &of_kind(&again, "packet")[0]["retransmission"];
    assert_eq!(why["of"], 4);
}

#[test]
fn what_was_repeated_while_the_first_was_held_counts_when_it_comes_again() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(PAIR);
    live.run("wire hold\nclient: send s hello");
    let repeats = |events: &[Value]| {
        let opened = events.iter().find(|event| event["answer"] == "anatomy");
        opened.and_then(|opened| opened["packet"]["repeats"].as_u64())
    };
    until("the timeout has repeated it", || {
        (repeats(&live.run("packet 4")) >= Some(2)).then_some(())
    });
    let again = live.run("wire corrupt 4\nstep\nexpect held 1\npacket 4");
    let counted = repeats(&again).unwrap();
    let again = live.run("step");
    let why = &of_kind(&again, "packet")[0]["retransmission"];
    assert_eq!(
        (&why["of"], &why["nth"], &why["why"]),
        (&4.into(), &(counted + 1).into(), &"timeout".into())
    );
}

/// A counter of a host's kernel: `UdpInCsumErrors`. `None` where it cannot be asked.
fn counter(live: &Live, host: usize, name: &str) -> Option<u64> {
    if !require_root() || !require("nsenter") {
        return None;
    }
    let net = format!(
        "--net={}",
        namespaces(helper_of(live.pid()))[host].display()
    );
    let table = output("nsenter", &[&net, "cat", "/proc/net/snmp"]);
    let rows: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    rows.chunks_exact(2).find_map(|rows| {
        let family = rows[0][0].trim_end_matches(':');
        let at = rows[0]
            .iter()
            .position(|counted| format!("{family}{counted}") == name)?;
        rows[1][at].parse().ok()
    })
}

/// What the headers of an opened packet say: `TCP Source Port`.
fn field<'a>(opened: &'a Value, header: &str, name: &str) -> &'a str {
    let headers = opened["headers"].as_array().unwrap().iter();
    let fields = headers
        .filter(|found| found["name"] == header)
        .flat_map(|found| found["fields"].as_array().unwrap());
    let found = fields.into_iter().find(|field| field["name"] == name);
    found.unwrap()["value"].as_str().unwrap()
}

#[test]
fn what_is_shown_of_a_corrupted_datagram_is_what_is_on_the_wire() {
    const MANY: u64 = 60;
    let datagrams: Vec<String> = (1..=MANY).map(|n| format!("datagram {n}")).collect();
    let datagrams: Vec<&str> = datagrams.iter().map(String::as_str).collect();
    let Some(mut live) = held(&datagrams) else {
        return;
    };
    let mut moved = 0;
    for n in 1..=MANY {
        let told = live.run(&format!("wire corrupt {n}\npacket {n}"));
        let opened = told.last().unwrap();
        let packet = &opened["packet"];
        assert_eq!(
            packet["src"],
            format!("10.0.0.1:{}", field(opened, "UDP", "Source Port"))
        );
        let port = field(opened, "UDP", "Destination Port");
        assert_eq!(packet["dst"], format!("10.0.0.2:{port}"));
        moved += u32::from(port != "9");
        let info = packet["info"].as_str().unwrap();
        let length = info.contains("the UDP header says") || info.contains("cut short");
        assert!(info.contains("wrong UDP checksum") || length, "{packet}");
        assert!(!wrong_fields(opened).is_empty(), "{opened}");
    }
    assert!(moved > 0, "no port was hit");
    let before = counter(&live, 1, "UdpInErrors");
    assert_eq!(arrives(&mut live, 0), [] as [&str; 0]);
    let past = live.run("flows\nladder\nwire log");
    let [flows, ladder, log] = past.as_slice() else {
        panic!("{}", shown(&past));
    };
    // One conversation, whatever the ports say now; and nobody answers one to a port where nobody is.
    let all = flows["flows"].as_array().unwrap();
    assert_eq!(all.len(), 1, "{flows}");
    let way = &all[0]["ways"][0];
    let counts =
        ["packets", "spoiled", "dropped", "arrived"].map(|name| way[name].as_u64().unwrap());
    assert_eq!(counts, [MANY, MANY, 0, 0], "{way}");
    let rungs = ladder["rungs"].as_array().unwrap().iter();
    let sent: Vec<&Value> = rungs.filter_map(|rung| rung.get("sent")).collect();
    assert_eq!(
        &sent,
        &log["packets"]
            .as_array()
            .unwrap()
            .iter()
            .collect::<Vec<_>>()
    );
    for packet in sent {
        let note = packet["note"].as_str().unwrap();
        assert!(note.contains("its receiver drops it: "), "{packet}");
        assert_eq!(packet["fate"], "delivered");
    }
    if let (Some(before), Some(after)) = (before, counter(&live, 1, "UdpInErrors")) {
        assert_eq!(after - before, MANY, "the kernel counts each as an error");
    }
}

#[test]
fn a_corrupted_segment_is_read_anew_and_its_ends_stay_who_they_are() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(PAIR);
    live.run("setsockopt s TCP_NODELAY 1\nwire hold");
    // Of eight segments of this size the bits are in ports, numbers and options.
    live.run(&"client: send s \"four\"\n".repeat(8));
    live.run("expect held 8");
    let listed = live.run("wire");
    let numbers: Vec<u64> = listed.last().unwrap()["packets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|packet| packet["n"].as_u64().unwrap())
        .collect();
    let plain = live.run(&format!("packet {}", numbers[0]));
    let first = |opened: &Value, name| field(opened, "TCP", name).parse::<u32>().unwrap();
    let zero = first(&plain[0], "Sequence Number") - 1;
    let mut hit = 0;
    for n in &numbers {
        let told = live.run(&format!("wire corrupt {n}\npacket {n}"));
        let (opened, packet) = (told.last().unwrap(), &told.last().unwrap()["packet"]);
        assert!(!wrong_fields(opened).is_empty(), "{opened}");
        let Some(seq) = packet["seq"].as_u64() else {
            assert!(packet["info"].is_string(), "{packet}");
            continue;
        };
        let raw = first(opened, "Sequence Number");
        assert_eq!(seq, u64::from(raw.wrapping_sub(zero)), "{packet}");
        let info = packet["info"].as_str().unwrap();
        assert!(info.contains("wrong TCP checksum"), "{packet}");
        hit +=
            u32::from(packet["dst"] != "10.0.0.2:7" || packet["src"] != plain[0]["packet"]["src"]);
    }
    let before = counter(&live, 1, "TcpInErrs");
    for n in numbers.iter().take(5) {
        let delivered = live.run("step");
        let packet = numbered(&delivered, *n);
        let states: Vec<&Value> = packet["states"].as_array().unwrap().iter().collect();
        assert_eq!(states.len(), 2, "{packet}");
        assert!(
            states.iter().all(|end| end["state"] == "ESTABLISHED"),
            "{packet}"
        );
    }
    if let (Some(before), Some(after)) = (before, counter(&live, 1, "TcpInErrs")) {
        assert_eq!(after - before, 5);
    }
    assert!(hit >= 4, "{hit} ports were hit");
}

#[test]
fn a_datagram_with_a_corrupted_fragment_is_dropped_whole() {
    let Some(mut live) = held(&[]) else {
        return;
    };
    live.run("client: send u #3000\nexpect held 3\nwire corrupt 2");
    let errors = counter(&live, 1, "UdpInErrors");
    let gone = live.run("step all\nexpect recvq v 0\nflows");
    let note = of_kind(&gone, "packet")[1]["note"].as_str().unwrap();
    assert!(
        note.ends_with("its receiver drops it: the whole has a wrong checksum"),
        "{note}"
    );
    let way = &gone.last().unwrap()["flows"][0]["ways"][0];
    assert_eq!(
        (&way["packets"], &way["spoiled"], &way["arrived"]),
        (&3.into(), &1.into(), &0.into())
    );
    if let (Some(before), Some(after)) = (errors, counter(&live, 1, "UdpInErrors")) {
        assert_eq!(after - before, 1);
    }
}

#[test]
fn a_forged_packet_with_a_wrong_checksum_is_dropped_by_its_receiver() {
    let Some(mut live) = held(&[]) else {
        return;
    };
    // 10.0.0.1:5000 to 10.0.0.2:9, "hi", of which the UDP checksum should be another.
    let forged = "inject 0x4500001e00004000401126cd0a0000010a00000213880009000a12346869";
    let told = live.run(&format!("{forged}\nstep\nflows"));
    let last = *of_kind(&told, "packet").last().unwrap();
    assert_eq!(last["fate"], "delivered");
    assert_eq!(last["info"], "wrong UDP checksum");
    let note = "forged, its receiver drops it: wrong checksum";
    assert_eq!(last["note"], note);
    assert_eq!(told.last().unwrap()["flows"][0]["ways"][0]["spoiled"], 1);
    live.run("expect recvq v 0");
}

#[test]
fn a_corrupted_datagram_is_never_seen_again() {
    let Some(mut live) = held(&["one", "two"]) else {
        return;
    };
    let asked = live.run("wire corrupt 1");
    let said = asked[0]["text"].as_str().unwrap();
    assert!(
        said.starts_with("one bit of #1 is turned over, in UDP: "),
        "{said}"
    );
    assert!(said.ends_with("; `packet 1` shows it"), "{said}");
    assert_eq!(arrives(&mut live, 1), ["two"]);
}

#[test]
fn a_corrupted_datagram_is_not_mended_by_another_bit() {
    let Some(mut live) = held(&["one", "two"]) else {
        return;
    };
    live.run("wire corrupt 1");
    let (status, said) = live.last("wire corrupt 1\n");
    assert_eq!(status, 2);
    assert!(
        words(&said).contains("packet 1 is corrupt already"),
        "{}",
        shown(&said)
    );
}

#[test]
fn nobody_gets_a_copy_of_what_has_no_receiver() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run("client: u = socket udp\nclient: sendto u \"x\" 10.0.0.77:9\nexpect fate 1 dropped");
    let (status, said) = live.last("wire dup 1\n");
    assert_eq!(status, 2);
    assert!(
        words(&said).contains("no host has its address"),
        "{}",
        shown(&said)
    );
}

#[test]
fn the_held_packets_go_first_when_the_wire_flows_again() {
    let Some(mut live) = held(&["one", "two"]) else {
        return;
    };
    let flowing = live.run("wire flow\nclient: send u \"three\"");
    assert_eq!(
        fates(&flowing),
        ["1 delivered", "2 delivered", "3 delivered"]
    );
    let all = live.run("server: recv v 9\nserver: recv v 9\nserver: recv v 9");
    assert_eq!(received(&all), ["one", "two", "three"]);
}

#[test]
fn a_step_goes_as_far_as_it_is_told() {
    let Some(mut live) = held(&["one", "two", "three", "four"]) else {
        return;
    };
    assert_eq!(fates(&live.run("step")), ["1 delivered"]);
    assert_eq!(fates(&live.run("step 2")), ["2 delivered", "3 delivered"]);
    // More than there are is all there are.
    assert_eq!(fates(&live.run("step 5")), ["4 delivered"]);
}

#[test]
fn step_until_stops_behind_the_first_such_packet() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(
        "server: b = socket tcp\nserver: bind b server:7\nserver: listen b 5\nwire hold\nclient: s = socket tcp\n\
client: connect s server:7",
    );
    let delivered = |happened: &[Value]| -> Vec<String> {
        let packets = of_kind(happened, "packet").into_iter();
        let arrived = packets.filter(|packet| packet["fate"] == "delivered");
        arrived
            .map(|packet| format!("{} {}", packet["n"], packet["flags"].as_str().unwrap()))
            .collect()
    };
    assert_eq!(delivered(&live.run("step until SYN")), ["1 SYN"]);
    assert_eq!(delivered(&live.run("step until SYN,ACK")), ["2 SYN,ACK"]);
    assert_eq!(delivered(&live.run("step until ACK")), ["3 ACK"]);
    live.run(
        "server: conn = accept b\nclient: send s \"hello\"\nclient: shutdown s out\nexpect held 2",
    );
    assert_eq!(delivered(&live.run("step until data")), ["4 PSH,ACK"]);
    assert_eq!(delivered(&live.run("step until FIN"))[0], "5 FIN,ACK");
    live.run("server: close conn");
    let reset = delivered(&live.run("step until RST"));
    assert!(
        reset.last().unwrap().contains("RST"),
        "unread data: {reset:?}"
    );
}

#[test]
fn step_until_quiet_takes_the_answers_too() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(
        "server: b = socket tcp\nserver: bind b server:7\nserver: listen b 5\nwire hold\nclient: s = socket tcp\n\
client: connect s server:7",
    );
    let all = live.run("step until quiet\nexpect state s ESTABLISHED\nexpect held 0");
    assert_eq!(sent(&all).len(), 3, "{}", shown(&all));
}

#[test]
fn the_log_remembers_what_became_of_each() {
    let Some(mut live) = held(&["one", "two", "three"]) else {
        return;
    };
    live.run("wire drop 1\nstep");
    let log = live.run("wire log");
    let packets = log[0]["packets"].as_array().unwrap();
    let each: Vec<String> = packets
        .iter()
        .map(|packet| format!("{} {}", packet["n"], packet["fate"].as_str().unwrap()))
        .collect();
    assert_eq!(each, ["1 dropped", "2 delivered", "3 held"]);
    let last = live.run("wire log 2");
    assert_eq!(last[0]["packets"].as_array().unwrap().len(), 2);
}
