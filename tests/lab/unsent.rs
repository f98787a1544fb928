//! Bytes that a call left in the send queue, and the reason that the kernel shows for it.

use super::live::{self, Live, PAIR, of_kind};
use super::support::until;
use serde_json::Value;

/// What is said of bytes that wait.
const NAGLE: &str = "(Nagle's algorithm: RFC";
const WINDOW: &str = "the window that the peer announced";
const CONGESTION: &str = "the congestion window";
const MORE: &str = "MSG_MORE said";
const CORK: &str = "TCP_CORK is set";
const REASONS: [&str; 5] = [NAGLE, WINDOW, CONGESTION, MORE, CORK];

/// A connection between `s` and `conn`, the wire held, and every call explained in full.
fn explained() -> Option<Live> {
    let mut live = Live::laboratory()?;
    live.run(PAIR);
    live.run("wire hold\nset explain full");
    Some(live)
}

/// The packets that were sent, in words. Which of them say PSH is the kernel's affair.
fn sent(events: &[Value]) -> Vec<String> {
    let each = live::sent(events).into_iter();
    each.map(|packet| packet.replace("PSH,", "").replace("ACK ", ""))
        .collect()
}

/// What is explained.
fn said(events: &[Value]) -> String {
    let each = of_kind(events, "explain").into_iter();
    each.map(|event| event["text"].to_string()).collect()
}

/// The reasons that are given.
fn reasons(events: &[Value]) -> Vec<&'static str> {
    let said = said(events);
    let given = |reason: &&str| said.contains(reason);
    REASONS.into_iter().filter(given).collect()
}

/// What the kernel has in the send queue and never sent.
fn unsent(live: &mut Live) -> u64 {
    let value = of_tcp_info(live, "tcpi_notsent_bytes");
    value.strip_suffix(" bytes").unwrap().parse().unwrap()
}

/// A field of the client's TCP_INFO.
fn of_tcp_info(live: &mut Live, name: &str) -> String {
    let told = live.run("getsockopt s TCP_INFO");
    let fields = told.iter().find_map(|event| event["fields"].as_array());
    let mut field = fields.unwrap().iter().filter(|field| field["name"] == name);
    field.next().unwrap()["value"].as_str().unwrap().to_owned()
}

#[test]
fn a_second_small_segment_waits_for_the_ack_of_the_first() {
    let Some(mut live) = explained() else { return };
    let first = live.run("send s \"a\"");
    assert_eq!(sent(&first), ["client 1:2 ack 1"]);
    assert!(reasons(&first).is_empty());
    let second = live.run("send s \"b\"");
    assert!(sent(&second).is_empty());
    assert_eq!(reasons(&second), [NAGLE]);
    assert_eq!(reasons(&live.run("sendall s \"c\"")), [NAGLE]);
    // Where no ACK comes, the kernel probes with what it has not sent yet (RFC 8985, section 7.3).
    let mut seen = Vec::new();
    until("a tail loss probe", || {
        seen.extend(sent(&live.run("wire")));
        (!seen.is_empty()).then_some(())
    });
    assert_eq!(seen, ["client 2:4 ack 1"]);
}

#[test]
fn the_ack_of_the_first_lets_the_second_go() {
    let Some(mut live) = explained() else { return };
    let both = live.run("send s \"a\"\nsend s \"b\"\nstep 2");
    assert_eq!(reasons(&both), [NAGLE]);
    let ends = ["client 1:2 ack 1", "server 1:1 ack 2", "client 2:3 ack 1"];
    assert_eq!(sent(&both), ends);
}

#[test]
fn nodelay_sends_both_and_a_full_segment_holds_nothing_back() {
    let Some(mut live) = explained() else { return };
    let full = live.run("send s #1448");
    assert_eq!(sent(&full).len(), 1);
    let small = live.run("send s \"b\"");
    assert_eq!(sent(&small), ["client 1449:1450 ack 1"]);
    live.run("setsockopt s TCP_NODELAY 1");
    let smaller = live.run("send s \"c\"");
    assert_eq!(sent(&smaller), ["client 1450:1451 ack 1"]);
    assert!(reasons(&live.seen).is_empty());
}

#[test]
fn after_a_timeout_nagle_is_named_before_the_congestion_window() {
    // Who types slowly has the first segment time out, and one is all that may be under way then.
    let Some(mut live) = explained() else { return };
    live.run("send s \"a\"\nset explain off");
    until("a timeout", || {
        (of_tcp_info(&mut live, "tcpi_snd_cwnd") == "1 segments").then_some(())
    });
    live.run("set explain full");
    assert_eq!(reasons(&live.run("send s \"b\"")), [NAGLE]);
    live.run("setsockopt s TCP_NODELAY 1");
    assert_eq!(reasons(&live.run("send s \"c\"")), [CONGESTION]);
}

#[test]
fn a_full_congestion_window_keeps_the_rest() {
    let Some(mut live) = explained() else { return };
    let many = live.run("send s #40000");
    assert_eq!(reasons(&many), [CONGESTION]);
    // Ten segments (RFC 6928), and perhaps a tail loss probe.
    assert!((10..=11).contains(&sent(&many).len()), "{many:?}");
    assert!(
        [10, 11]
            .map(|n| 40_000 - n * 1448)
            .contains(&unsent(&mut live))
    );
    assert_eq!(reasons(&live.run("sendto s \"b\" server:7")), [CONGESTION]);
}

#[test]
fn a_window_that_the_peer_has_closed_keeps_all() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(
        "server: b = socket tcp\nserver: setsockopt b SO_RCVBUF 4096\nserver: bind b server:7",
    );
    live.run("server: listen b 5\ns = socket tcp\nconnect s server:7\nserver: conn = accept b");
    live.run("send s #8000\nexpect window server 0\nset explain full");
    let small = live.run("send s \"b\"");
    assert!(sent(&small).is_empty());
    assert_eq!(reasons(&small), [WINDOW]);
    // Not Nagle's algorithm: without it they wait all the same.
    live.run("setsockopt s TCP_NODELAY 1");
    assert_eq!(reasons(&live.run("write s \"c\"")), [WINDOW]);
    // Room was announced again, and all of it goes.
    live.run("set explain off");
    until("an empty send queue", || {
        live.run("server: recv conn 10000");
        (unsent(&mut live) == 0).then_some(())
    });
}

#[test]
fn more_and_the_cork_keep_what_does_not_fill_a_segment() {
    let Some(mut live) = explained() else { return };
    let both = live.run("send s \"a\" --more\nsend s \"b\"");
    assert_eq!(reasons(&both), [MORE]);
    assert_eq!(sent(&both), ["client 1:3 ack 1"]);

    // The cork is stronger than TCP_NODELAY, and a full segment passes it.
    live.run("step 2\nsetsockopt s TCP_NODELAY 1\nsetsockopt s TCP_CORK 1");
    let both = live.run("send s \"c\"\nsend s #1448");
    assert_eq!(reasons(&both), [CORK]);
    assert_eq!(sent(&both), ["client 3:1451 ack 1"]);
    let out = live.run("setsockopt s TCP_CORK 0");
    assert_eq!(sent(&out), ["client 1451:1452 ack 1"]);
}

#[test]
fn the_cork_outlasts_an_ack_and_so_is_the_reason_with_msg_more_too() {
    let Some(mut live) = explained() else { return };
    live.run("send s \"a\"\nsetsockopt s TCP_CORK 1");
    assert_eq!(reasons(&live.run("send s \"b\" --more")), [CORK]);
    let acknowledged = live.run("step 2\nexpect sendq s 1");
    let both = ["client 1:2 ack 1", "server 1:1 ack 2"];
    assert_eq!(sent(&acknowledged), both);
    // Without the cork the ACK that comes takes them along.
    live.run("setsockopt s TCP_CORK 0\nsend s \"c\" --more\nstep until quiet");
    assert_eq!(unsent(&mut live), 0);
}

#[test]
fn a_timer_sends_what_fits_into_a_window_with_room_for_no_segment() {
    // RFC 9293, section 3.8.6.2.1: the override timeout.
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(
        "server: b = socket tcp\nserver: setsockopt b SO_RCVBUF 4096\nserver: bind b server:7",
    );
    live.run("server: listen b 5\ns = socket tcp\nconnect s server:7\nserver: conn = accept b\nsetsockopt s TCP_NODELAY 1");
    for len in [1400, 1300, 1448] {
        live.run(&format!("send s #{len}\nexpect sendq s 0"));
    }
    let waits = live.run("set explain full\nsend s #1000");
    assert_eq!(reasons(&waits), [WINDOW]);
    assert!(said(&waits).contains("a timer sends what fits"));
    assert!(sent(&waits).is_empty(), "{waits:?}");
    // The program there has received nothing.
    live.run("expect window server 0\nwire");
    let probe = "client 4149:4297 ack 1".to_owned();
    assert!(sent(&live.seen).contains(&probe), "{:?}", sent(&live.seen));
}

#[test]
fn before_the_handshake_is_over_nothing_can_be_sent() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run("wire hold\ns = socket tcp\nnonblock s on\nconnect s server:7");
    let refused = live.run("write s \"a\"");
    let said = of_kind(&refused, "explain")[0]["text"].to_string();
    assert!(said.contains("The handshake is not over"), "{said}");
    assert!(!said.contains("no room"), "{said}");
    live.run("expect error EAGAIN");
}
