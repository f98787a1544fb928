//! Exercises from real socket labs, with their packets: how many, which flags, which numbers.

use super::live::{Live, PAIR, answer, errnos, fates, of_kind, sent, states};

/// Both sockets are bound, and nobody listens.
const BOUND: &str = "server: b = socket tcp\nserver: bind b server:7\nclient: s = socket tcp\nclient: bind s client:0";
/// What the handshake sends.
const HANDSHAKE: [&str; 3] = [
    "client SYN 0:0",
    "server SYN,ACK 0:0 ack 1",
    "client ACK 1:1 ack 1",
];

#[test]
fn exercise_6_a_closed_udp_port_answers_with_icmp() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    let happened = live.run(
        "client: u = socket udp\nclient: bind u client:5000\nclient: sendto u \"one\" server:9\nexpect ret 3\n\
client: sendto u \"two\" server:9\nexpect ret 3\nclient: recv u 10\nexpect blocked\ncancel\nexpect error EINTR",
    );
    let unreachable = "server icmp port unreachable, about udp 10.0.0.1:5000 to 10.0.0.2:9";
    assert_eq!(
        sent(&happened),
        ["client udp 3", unreachable, "client udp 3", unreachable]
    );
    let opened = live.run("packet 2");
    let [_, icmp, ..] = opened[0]["headers"].as_array().unwrap().as_slice() else {
        panic!("{opened:?}");
    };
    let field = |at: usize| &icmp["fields"][at];
    assert_eq!(
        (&field(0)["name"], &field(0)["value"]),
        (&"Type".into(), &"3".into())
    );
    assert_eq!(
        (&field(1)["name"], &field(1)["value"]),
        (&"Code".into(), &"3".into())
    );
}

#[test]
fn exercise_7_a_connected_udp_socket_is_told_of_the_icmp_error() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    let happened = live.run(
        "client: u = socket udp\nclient: connect u server:9\nexpect packets 0\nclient: send u \"one\"\n\
client: recv u 10\nexpect error ECONNREFUSED",
    );
    assert_eq!(sent(&happened).len(), 2, "{happened:?}");
    assert_eq!(errnos(&happened), ["ECONNREFUSED"]);
}

#[test]
fn exercises_9_and_10_refused_and_then_connected_with_the_same_socket() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    let refused = live.run(&format!(
        "{BOUND}\nclient: connect s server:7\nexpect error ECONNREFUSED"
    ));
    assert_eq!(
        sent(&refused),
        ["client SYN 0:0", "server RST,ACK 1:1 ack 1"]
    );
    let connected = live.run(
        "server: listen b 5\nexpect packets 2\nclient: connect s server:7\nexpect ok\nexpect packets 5\n\
expect state s ESTABLISHED\nexpect backlog b 1",
    );
    assert_eq!(sent(&connected), HANDSHAKE);
}

#[test]
fn exercise_12_data_arrives_before_accept() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    let happened = live.run(
        "server: b = socket tcp\nserver: bind b server:7\nserver: listen b 5\nclient: s = socket tcp\n\
client: connect s server:7\nclient: send s \"test\"\nexpect packets 5\nserver: conn = accept b\nexpect packets 5\n\
server: recv conn 4\nexpect data \"test\"",
    );
    assert_eq!(
        sent(&happened)[3..],
        ["client PSH,ACK 1:5 ack 1", "server ACK 1:1 ack 5"]
    );
}

#[test]
fn exercise_13_twenty_bytes_are_pushed_and_acknowledged() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(PAIR);
    let happened =
        live.run("client: send s \"12345678901234567890\"\nexpect ret 20\nexpect packets 5");
    assert_eq!(
        sent(&happened),
        ["client PSH,ACK 1:21 ack 1", "server ACK 1:1 ack 21"]
    );
}

#[test]
fn exercises_14_and_15_a_fin_ends_one_direction() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(PAIR);
    live.run("client: send s \"12345678901234567890\"\nexpect packets 5");
    let closed = live.run("client: shutdown s out\nexpect packets 7");
    assert_eq!(
        sent(&closed),
        ["client FIN,ACK 21:21 ack 1", "server ACK 1:1 ack 22"]
    );
    let broken = live.run("client: send s \"x\"\nexpect error EPIPE\nexpect packets 7");
    assert_eq!(errnos(&broken), ["EPIPE"]);
    assert!(sent(&broken).is_empty(), "no packet: {broken:?}");
    let answered = live.run(
        "server: send conn \"123456789012345678\"\nexpect packets 9\nclient: recv s 18\nexpect ret 18",
    );
    assert_eq!(
        sent(&answered),
        ["server PSH,ACK 1:19 ack 22", "client ACK 22:22 ack 19"]
    );
}

#[test]
fn exercise_16_thirteen_segments_over_tcp_and_two_over_udp() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(&format!(
        "{BOUND}\nclient: connect s server:7\nexpect error ECONNREFUSED\nserver: listen b 5\nclient: connect s server:7\n\
server: conn = accept b\nclient: send s \"12345678901234567890\"\nexpect packets 7\nserver: recv conn 20\n\
client: shutdown s out\nexpect packets 9\nserver: send conn \"123456789012345678\"\nexpect packets 11\n\
client: recv s 18\nserver: shutdown conn out\nexpect packets 13\nexpect state s TIME_WAIT\nexpect state conn CLOSE"
    ));
    let segments = sent(&live.seen);
    assert_eq!(
        segments,
        [
            "client SYN 0:0",
            "server RST,ACK 1:1 ack 1",
            HANDSHAKE[0],
            HANDSHAKE[1],
            HANDSHAKE[2],
            "client PSH,ACK 1:21 ack 1",
            "server ACK 1:1 ack 21",
            "client FIN,ACK 21:21 ack 1",
            "server ACK 1:1 ack 22",
            "server PSH,ACK 1:19 ack 22",
            "client ACK 22:22 ack 19",
            "server FIN,ACK 19:19 ack 22",
            "client ACK 22:22 ack 20",
        ]
    );
    let flows = live.run("flows");
    let ways = answer(&flows, "flows")["flows"].as_array().unwrap();
    let payload: u64 = ways
        .iter()
        .flat_map(|flow| flow["ways"].as_array().unwrap())
        .map(|way| way["payload"].as_u64().unwrap())
        .sum();
    assert_eq!(payload, 38);
    let datagrams = live.run(
        "server: v = socket udp\nserver: bind v server:7\nclient: u = socket udp\nclient: sendto u #20 server:7\n\
m, from = v.recvfrom(20)\nserver: sendto v #18 from\nclient: recv u 18\nexpect ret 18\nexpect packets 15",
    );
    assert_eq!(sent(&datagrams), ["client udp 20", "server udp 18"]);
}

#[test]
fn exercise_23_the_client_closes_first_packet_by_packet() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(&format!("{PAIR}\nwire hold\nclient: shutdown s out"));
    // The server's kernel may acknowledge by its timer.
    let fin = live.run("step\nexpect held 1");
    assert_eq!(
        states(&fin),
        ["4 client FIN_WAIT1, server ESTABLISHED > CLOSE_WAIT"]
    );
    let ack = live.run("step\nserver: recv conn 10\nexpect ret 0");
    assert_eq!(
        states(&ack),
        ["5 server CLOSE_WAIT, client FIN_WAIT1 > FIN_WAIT2"]
    );
    let second = live.run("server: close conn\nstep");
    assert_eq!(
        states(&second),
        ["6 server LAST_ACK, client FIN_WAIT2 > TIME_WAIT"]
    );
    let last = live.run("step\nexpect packets 7\nexpect held 0\nexpect state s TIME_WAIT");
    assert_eq!(
        sent(&live.seen)[3..],
        [
            "client FIN,ACK 1:1 ack 1",
            "server ACK 1:1 ack 2",
            "server FIN,ACK 1:1 ack 2",
            "client ACK 2:2 ack 2"
        ]
    );
    // Of the connection nothing is left on the server; the listener at its address is another socket.
    assert_eq!(
        states(&last),
        ["7 client TIME_WAIT, server LAST_ACK > CLOSE"]
    );
    assert_eq!(fates(&last), ["7 delivered"]);
}

/// The server closes first, and binds its port again, with these options on the old listener and on the new socket.
fn bind_again(old: &str, new: &str) -> Option<(Vec<String>, bool)> {
    let mut live = Live::laboratory()?;
    live.run(&format!(
        "server: b = socket tcp\n{old}\nserver: bind b server:7\nserver: listen b 5\nclient: s = socket tcp\n\
client: connect s server:7\nserver: conn = accept b\nexpect packets 3\nwire hold\nserver: close conn\nserver: close b\n\
step\nexpect held 1\nstep\nclient: close s\nstep\nstep\nexpect held 0\nwire flow\nserver: n = socket tcp\n{new}"
    ));
    let happened = live.run("server: bind n server:7");
    let refused = match errnos(&happened).as_slice() {
        [] => false,
        ["EADDRINUSE"] => true,
        other => panic!("{other:?}"),
    };
    let closing = sent(&live.seen)[3..].to_vec();
    Some((closing, refused))
}

#[test]
fn exercise_25_the_server_closes_first_and_its_port_waits() {
    let reuse = |socket: &str| format!("server: setsockopt {socket} SO_REUSEADDR 1");
    for (old, new, refused) in [
        (String::new(), String::new(), true),
        (String::new(), reuse("n"), true),
        (reuse("b"), String::new(), true),
        (reuse("b"), reuse("n"), false),
    ] {
        let Some((closing, found)) = bind_again(&old, &new) else {
            return;
        };
        assert_eq!(
            closing,
            [
                "server FIN,ACK 1:1 ack 1",
                "client ACK 1:1 ack 2",
                "client FIN,ACK 1:1 ack 2",
                "server ACK 2:2 ack 2"
            ]
        );
        assert_eq!(found, refused, "`{old}`, `{new}`");
    }
}

#[test]
fn wrong_idea_accept_sends_the_syn_ack() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    let before = live.run(
        "server: b = socket tcp\nserver: bind b server:7\nserver: listen b 5\nwire hold\nclient: s = socket tcp\n\
client: connect s server:7\nstep 3\nexpect state s ESTABLISHED",
    );
    assert_eq!(sent(&before), HANDSHAKE, "nobody has called accept");
    let accepted = live.run("server: conn = accept b\nexpect ok\nexpect packets 3\nexpect held 0");
    assert!(sent(&accepted).is_empty(), "{accepted:?}");
}

#[test]
fn wrong_idea_data_without_psh_stays_stuck() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(PAIR);
    let happened = live.run(
        "inject client server ACK data \"quietly\"\nserver: recv conn 100\nexpect data \"quietly\"",
    );
    assert_eq!(
        sent(&happened)[..2],
        ["client ACK 1:8 ack 1", "server ACK 1:1 ack 8"]
    );
}

#[test]
fn wrong_idea_one_send_is_one_recv() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(PAIR);
    let happened = live.run(
        "client: send s \"Hello\"\nclient: send s \"World\"\nexpect recvq conn 10\nserver: recv conn 3\n\
expect data \"Hel\"\nserver: recv conn 100\nexpect data \"loWorld\"",
    );
    let carried = of_kind(&happened, "packet")
        .iter()
        .filter(|packet| packet["len"] == 5)
        .count();
    let received = of_kind(&happened, "data").len();
    assert_eq!((carried, received), (2, 2), "other boundaries each time");
}

#[test]
fn wrong_idea_every_message_needs_its_own_handshake() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(PAIR);
    for message in 1..=10 {
        live.run(&format!(
            "client: send s \"message\"\nserver: recv conn 7\nexpect packets {}",
            3 + 2 * message
        ));
    }
    let syn = |segment: &&String| segment.contains("SYN ");
    assert_eq!(sent(&live.seen).iter().filter(syn).count(), 1);
}

#[test]
fn wrong_idea_udp_cannot_answer() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    let happened = live.run(
        "server: v = socket udp\nserver: bind v server:7\nclient: u = socket udp\nclient: sendto u \"ping\" server:7\n\
m, from = v.recvfrom(20)\nserver: sendto v \"pong\" from\nclient: recv u 18\nexpect data \"pong\"",
    );
    assert_eq!(sent(&happened), ["client udp 4", "server udp 4"]);
}

#[test]
fn wrong_idea_loopback_and_any_are_the_same_to_bind() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    let refused = live.run(
        "server: b = socket tcp\nserver: bind b 127.0.0.1:7\nserver: listen b 5\nclient: s = socket tcp\n\
client: connect s server:7\nexpect error ECONNREFUSED",
    );
    assert_eq!(
        sent(&refused),
        ["client SYN 0:0", "server RST,ACK 1:1 ack 1"]
    );
    let open = live.run(
        "server: a = socket tcp\nserver: bind a 0.0.0.0:8\nserver: listen a 5\nclient: t = socket tcp\n\
client: connect t server:8\nexpect ok",
    );
    assert_eq!(sent(&open), HANDSHAKE);
}
