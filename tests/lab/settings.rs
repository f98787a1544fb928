//! What holds for every packet: delay, random loss, rate, MTU, and `set retransmits`.

use super::live::{DATAGRAMS, Live, PAIR, fates, of_kind, received, sent, shown, words};
use serde_json::Value;

/// A laboratory with `u` and `v`.
fn datagrams() -> Option<Live> {
    let mut live = Live::laboratory()?;
    live.run(DATAGRAMS);
    Some(live)
}

/// What `wire` says of its settings.
fn settings(live: &mut Live) -> String {
    words(&live.run("wire"))
}

#[test]
fn delayed_packets_arrive_late_and_in_order() {
    let Some(mut live) = datagrams() else {
        return;
    };
    live.run("wire delay 80ms");
    assert_eq!(
        settings(&mut live),
        "the wire flows, delays each packet by 80 ms"
    );
    live.run("client: send u \"one\"\nclient: send u \"two\"\nclient: send u \"three\"");
    let all = live.run(
        "expect fate 3 delivered\nserver: recv v 9\nserver: recv v 9\nserver: recv v 9\nexpect held 0",
    );
    assert_eq!(received(&all), ["one", "two", "three"]);
    let delivered = live
        .seen
        .iter()
        .filter(|event| event["fate"] == "delivered");
    let waited: Vec<u64> = delivered
        .map(|packet| packet["waited"].as_u64().unwrap())
        .collect();
    assert_eq!(waited.len(), 3);
    assert!(waited.iter().all(|ms| *ms >= 80), "{waited:?}");
    live.run("wire delay off");
    assert_eq!(settings(&mut live), "the wire flows");
}

#[test]
fn a_delay_is_felt_in_a_round_trip() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run("wire delay 60");
    live.run(PAIR);
    let rtt = live.run("client: getsockopt s TCP_INFO");
    let fields = rtt
        .iter()
        .find_map(|event| event["fields"].as_array())
        .unwrap();
    let rtt = fields
        .iter()
        .find(|field| field["name"] == "tcpi_rtt")
        .unwrap();
    let ms: f64 = rtt["value"]
        .as_str()
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(ms >= 120.0, "there and back: {rtt}");
}

#[test]
fn clear_lets_what_is_on_its_way_arrive_now() {
    let Some(mut live) = datagrams() else {
        return;
    };
    let sent = live.run("wire delay 1000s\nclient: send u \"late\"");
    assert_eq!(fates(&sent), ["1 underway"]);
    let cleared = live.run("wire clear\nserver: recv v 9");
    assert_eq!(fates(&cleared), ["1 delivered"]);
    assert_eq!(received(&cleared), ["late"]);
}

#[test]
fn hold_keeps_what_is_on_its_way() {
    let Some(mut live) = datagrams() else {
        return;
    };
    live.run("wire delay 1000s\nclient: send u \"late\"\nwire hold\nexpect held 1");
    let stepped = live.run("step\nserver: recv v 9");
    assert_eq!(received(&stepped), ["late"]);
}

#[test]
fn an_mtu_that_is_too_small_for_tcp_is_told_as_such() {
    for (mtu, too_small) in [(87, true), (88, false)] {
        let Some(mut live) = Live::laboratory() else {
            return;
        };
        live.run(PAIR);
        let told = words(&live.run(&format!("wire mtu {mtu}")));
        assert_eq!(told.contains("they go in fragments"), too_small, "{told}");
        let sent = live.run("client: send s #200\nexpect recvq conn 200\nwire log");
        let fragments = shown(&sent).contains("fragment");
        assert_eq!(fragments, too_small, "{}", shown(&sent));
    }
}

/// Which of fifty datagrams are lost with this seed.
fn lost(seed: &str) -> Option<Vec<u64>> {
    let mut live = datagrams()?;
    live.run(&format!("wire loss 30%{seed}"));
    live.run(&"client: send u \"x\"\n".repeat(50));
    let packets = of_kind(&live.seen, "packet").into_iter();
    let dropped = packets.filter(|packet| packet["fate"] == "dropped");
    let numbers = dropped.map(|packet| {
        assert_eq!(packet["note"], "lost (30%)");
        packet["n"].as_u64().unwrap()
    });
    let lost: Vec<u64> = numbers.collect();
    let all = live.run(&format!(
        "{}\nserver: recv v 9 --dontwait\nexpect error EAGAIN",
        "server: recv v 9\n".repeat(50 - lost.len())
    ));
    assert_eq!(received(&all).len(), 50 - lost.len());
    Some(lost)
}

#[test]
fn the_same_seed_loses_the_same_packets() {
    let Some(first) = lost(" seed 7") else {
        return;
    };
    assert!((5..=25).contains(&first.len()), "about 30%: {first:?}");
    for _ in 0..3 {
        assert_eq!(lost(" seed 7").unwrap(), first);
    }
    assert_ne!(lost(" seed 8").unwrap(), first);
}

#[test]
fn loss_without_a_seed_says_which_it_took() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    let said = words(&live.run("wire loss 30%"));
    let seed = said
        .split("(seed ")
        .nth(1)
        .and_then(|rest| rest.split(')').next());
    let number: u64 = seed.unwrap().parse().unwrap();
    assert!(number > 0, "{said}");
    assert_eq!(settings(&mut live), said);
    live.run("wire loss off");
    assert_eq!(settings(&mut live), "the wire flows");
}

#[test]
fn everything_is_lost_at_a_hundred_percent_and_tcp_tries_again() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(PAIR);
    live.run("wire loss 100%\nclient: send s \"hello\"\nexpect retransmission of 4\nwire loss 0%");
    live.run("server: recv conn 10\nexpect data \"hello\"");
}

#[test]
fn a_slow_wire_takes_its_time_for_each_byte() {
    let Some(mut live) = datagrams() else {
        return;
    };
    // 1,000 bytes with their headers are 8,224 bits: 82 ms each, one behind the other.
    live.run("wire rate 100k\nclient: send u #1000\nclient: send u #1000");
    assert_eq!(
        settings(&mut live),
        "the wire flows, carries 100000 bits a second each way"
    );
    live.run("server: recv v 2000\nserver: recv v 2000\nwait\nexpect fate 2 delivered");
    let waited: Vec<u64> = live
        .seen
        .iter()
        .filter(|event| event["fate"] == "delivered")
        .map(|packet| packet["waited"].as_u64().unwrap())
        .collect();
    let [first, second] = waited.as_slice() else {
        panic!("{waited:?}");
    };
    assert!(*first >= 82, "{waited:?}");
    assert!(*second > *first, "it stands behind the other: {waited:?}");
}

#[test]
fn what_waits_for_the_line_keeps_it_busy_no_longer_than_it_waits() {
    for (order, arrive) in [
        ("wire clear", ["one", "two"].as_slice()),
        ("wire hold\nwire flow", &["one", "two"]),
        ("wire rate 10M", &["one", "two"]),
        ("wire rate off", &["one", "two"]),
        ("wire drop 1", &["two"]),
    ] {
        let Some(mut live) = datagrams() else {
            return;
        };
        // At this rate the first would take minutes.
        let sent = live.run("wire rate 1\nclient: send u \"one\"");
        assert_eq!(fates(&sent), ["1 underway"]);
        live.run(&format!(
            "{order}\nwire rate 1M\nclient: send u \"two\"\nexpect fate 2 delivered"
        ));
        let all = live.run(&"server: recv v 9\n".repeat(arrive.len()));
        assert_eq!(received(&all), arrive, "{order}");
    }
}

#[test]
fn packets_too_small_for_ipv6_are_named_where_it_lacks() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run("client: c = socket udp6\nconnect c server:7\nwire mtu 1000\nclient: u = socket udp6\nserver: s = socket tcp6");
    for (line, errno) in [
        ("client: send c x", "ENETUNREACH"),
        ("client: sendto u x [fd00::2]:7", "ENETUNREACH"),
        ("server: bind s server:80", "EADDRNOTAVAIL"),
        ("server: bind s [fd00::1]:80", "EADDRNOTAVAIL"),
    ] {
        let told = shown(&live.run(&format!("{line}\nexpect error {errno}")));
        for part in [
            "there is no IPv6 on the wire now",
            "up to 1000 bytes",
            "wire mtu 1500",
        ] {
            assert!(told.contains(part), "{line}: {part:?} is not in: {told}");
        }
    }
    live.run("wire mtu 1500\nserver: bind s server:80\nexpect ok");
}

fn options(packet: &Value) -> String {
    packet["options"].to_string()
}

#[test]
fn a_small_mtu_makes_small_segments_and_fragments() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    let usual = live.run(PAIR);
    let syn = of_kind(&usual, "packet")[0];
    assert!(options(syn).contains("mss 1460"), "{syn}");
    let small = live.run("wire mtu 600");
    assert!(words(&small).contains("up to 600 bytes"), "{small:?}");
    let again = live.run("client: c = socket tcp\nclient: connect c server:7\nexpect ok");
    for packet in &of_kind(&again, "packet")[..2] {
        assert!(options(packet).contains("mss 560"), "{packet}");
    }
    live.run("server: d = accept b\nclient: send c #2000\nexpect recvq d 2000");
    live.run(DATAGRAMS);
    let fragments = live.run("client: send u #1500\nserver: recv v 2000\nexpect ret 1500");
    let infos: Vec<String> = of_kind(&fragments, "packet")
        .iter()
        .map(|packet| {
            assert!(packet["size"].as_u64().unwrap() <= 600, "{packet}");
            let info = packet["info"].as_str().unwrap();
            let part = info.split(" of id").next().unwrap();
            let rest = if info.contains("more follow") {
                "more"
            } else {
                "last"
            };
            format!("{} {part} {rest}", packet["proto"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        infos,
        [
            "udp fragment 0+576 more",
            "fragment fragment 576+576 more",
            "fragment fragment 1152+356 last"
        ]
    );
    let largest = live
        .seen
        .iter()
        .filter_map(|event| event["size"].as_u64())
        .max();
    assert!(largest.unwrap() <= 600, "{largest:?}");
    live.run("wire clear");
    assert_eq!(settings(&mut live), "the wire flows");
    let whole = live.run("client: send u #1400\nserver: recv v 2000");
    assert_eq!(sent(&whole), ["client udp 1400"]);
}

#[test]
fn a_lost_fragment_loses_the_whole_datagram() {
    let Some(mut live) = datagrams() else {
        return;
    };
    live.run("wire mtu 600\nwire hold\nclient: send u #1500\nexpect held 3\nwire drop 2\nstep all");
    live.run("server: recv v 2000 --dontwait\nexpect error EAGAIN");
}

/// A SYN that is held for as long as its sender takes to send it again.
const HELD_SYN: &str = "wire hold\nclient: c = socket tcp\nclient: connect c server:80";

#[test]
fn a_repeated_packet_is_folded_into_its_held_original() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(HELD_SYN);
    live.run("expect retransmission of 1\nexpect packets 1\nexpect held 1");
    let listed = live.run("wire");
    let repeats = listed[1]["packets"][0]["repeats"].as_u64();
    assert!(repeats.unwrap() >= 1, "{listed:?}");
}

#[test]
fn a_repeated_packet_is_one_of_its_own_where_that_is_asked_for() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run("set retransmits show");
    let repeated = live.run(&format!("{HELD_SYN}\nexpect packets 2\nexpect held 2"));
    let [first, second] = of_kind(&repeated, "packet").try_into().unwrap();
    assert_eq!(first["repeats"], Value::Null);
    let again = &second["retransmission"];
    assert_eq!(
        (&again["of"], &again["why"]),
        (&1.into(), &"timeout".into())
    );
    live.run("set retransmits fold");
}

#[test]
fn what_the_network_changed_during_a_call_is_the_networks() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(PAIR);
    let told =
        live.run("wire delay 20ms\nserver: shutdown conn wr\nclient: recv s 10\nexpect data \"\"");
    let states = of_kind(&told, "state");
    let ended = states.iter().find(|event| event["to"] == "CLOSE_WAIT");
    assert_eq!(ended.unwrap()["by_network"], true, "{told:#?}");
}
