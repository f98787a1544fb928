//! Why a connection ended, as the wire has seen it: which RST, whose, or none.

use super::live::{Live, PAIR, answer, of_kind, sent};
use serde_json::Value;

/// A laboratory with a connection.
fn connected() -> Option<Live> {
    let mut live = Live::laboratory()?;
    live.run(PAIR);
    Some(live)
}

/// What is explained.
fn explained(events: &[Value]) -> String {
    let each = of_kind(events, "explain").into_iter();
    each.map(|event| event["text"].to_string()).collect()
}

#[test]
fn why_a_connection_ended_is_what_the_wire_has_seen() {
    let Some(mut live) = connected() else {
        return;
    };
    // Not the peer, and the end of the stream is no end that it has sent.
    let forged = live.run("inject server client RST\nsend s \"x\"\nexpect error ECONNRESET");
    let said = explained(&forged);
    assert!(said.contains("A forged RST (packet 4) ended it"), "{said}");
    assert!(!said.contains("The peer ended"), "{said}");
    let end = live.run("set explain full\nrecv s 10\nexpect data \"\"");
    let said = explained(&end);
    assert!(said.contains("The connection was broken off"), "{said}");
    assert!(!said.contains("The peer has closed"), "{said}");
    // The peer's own segment is answered with a RST by a kernel that does not know the connection any more.
    let told =
        live.run("server: send conn \"y\"\nserver: send conn \"z\"\nexpect error ECONNRESET");
    let said = explained(&told);
    assert!(said.contains("with a RST (packet 6)"), "{said}");
    assert!(
        said.contains("did not know the connection any more"),
        "{said}"
    );
}

#[test]
fn a_forged_rst_that_was_taken_is_known_whatever_came_before_it() {
    // Nothing of that was taken in, or it waits behind a hole: Linux takes a RST at the end of what SACK reports, too, and one
    // with the number of a FIN.
    for (before, seq) in [
        ("inject client server SYN seq 1", 1),
        ("inject client server FIN seq 1", 1),
        ("inject client server PSH,ACK seq 1 ack 90 data \"abc\"", 1),
        (
            "send s \"abc\"\nsend s \"def\"\nwire drop next\nstep\nwire drop next",
            7,
        ),
        (
            "send s \"abc\"\nshutdown s wr\nwire drop next\nstep\nwire drop next",
            5,
        ),
        ("shutdown s wr\nwire flow\nexpect state conn CLOSE_WAIT", 1),
    ] {
        let Some(mut live) = connected() else {
            return;
        };
        live.run("client: setsockopt s TCP_NODELAY 1");
        if before.contains("shutdown") || before.contains("send") {
            live.run("wire hold");
        }
        live.run(before);
        let rst =
            format!("wire drop all\nwire clear\nwire flow\ninject client server RST seq {seq}");
        live.run(&format!("{rst}\nexpect state conn CLOSE"));
        let told = live.run("server: send conn \"x\"\nsend conn \"x\"\nexpect error EPIPE");
        let said = explained(&told);
        assert!(said.contains("A forged RST"), "{before}: {said}");
    }
}

#[test]
fn a_forged_rst_can_refuse_a_connection() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run("server: b = socket tcp\nserver: bind b server:7\nserver: listen b 5\nclient: s = socket tcp\nwire hold\nconnect s server:7");
    // Without ACK it is no answer (RFC 9293, section 3.10.7.3).
    let forged =
        live.run("inject server client RST seq 0\ninject server client RST,ACK seq 0 ack 1");
    assert_eq!(
        sent(&forged),
        ["server RST 0:0", "server RST,ACK 0:0 ack 1"]
    );
    live.run("wire drop 1\nstep\nexpect state s SYN_SENT");
    let said = explained(&live.run("set explain full\nstep\nexpect error ECONNREFUSED"));
    assert!(
        said.contains("A forged RST (packet 3) answered the SYN"),
        "{said}"
    );
}

#[test]
fn a_close_that_came_after_the_rst_has_not_caused_it() {
    let Some(mut live) = connected() else {
        return;
    };
    // What the client takes for the end is forged: data behind it are answered with a RST.
    live.run("wire hold\ninject server client FIN,ACK\nstep\nexpect packet 5 client ACK ack 2\nwire drop next");
    live.run(
        "server: send conn \"real\"\nstep\nexpect packet last client RST\nexpect state s CLOSE",
    );
    live.run("client: close s\nwire flow\nexpect state conn CLOSE");
    let said = explained(&live.run("recv conn 10\nexpect error ECONNRESET"));
    assert!(said.contains("with a RST (packet "), "{said}");
    assert!(!said.contains("close s"), "{said}");
}

#[test]
fn a_connection_that_its_own_kernel_gave_up_has_had_no_rst() {
    let Some(mut live) = connected() else {
        return;
    };
    // Data behind what the server takes for the end.
    live.run("inject client server FIN,ACK\nexpect state conn CLOSE_WAIT\nclient: send s \"more\"\nexpect state conn CLOSE");
    let told = live.run("close s\nserver: send conn \"x\"\nexpect error EPIPE");
    let said = explained(&told);
    assert!(said.contains("No RST has come from the peer"), "{said}");
    assert!(!said.contains("close s closed it"), "{said}");
}

#[test]
fn the_next_connection_from_a_port_does_not_hide_how_the_last_one_ended() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    // RFC 9293, section 3.5.1, figure 9: the server still believes in a connection that the client has lost.
    live.run(
        "server: b = socket tcp\nserver: bind b server:7\nserver: listen b 5\nclient: s = socket tcp\n\
setsockopt s SO_REUSEADDR 1\nbind s client:5555\nconnect s server:7\nserver: conn = accept b\nexpect packets 3\n\
setsockopt s SO_LINGER 1 0\nwire drop all\nclose s\nwire clear",
    );
    let again = live.run(
        "client: t = socket tcp\nsetsockopt t SO_REUSEADDR 1\nbind t client:5555\nconnect t server:7\n\
expect state t ESTABLISHED\nexpect packets 10\nexpect packet 6 info \"challenge ACK\"\nexpect packet 6 ack 1 win 65536",
    );
    let packets = [
        "client SYN 0:0",
        "server ACK 1:1 ack 1",
        "client RST 1:1",
        "client SYN 0:0",
        "server SYN,ACK 0:0 ack 1",
        "client ACK 1:1 ack 1",
    ];
    assert_eq!(sent(&again), packets);
    // Its end stands where the RST arrived.
    let ladder = live.run("ladder");
    let rungs = answer(&ladder, "ladder")["rungs"].as_array().unwrap();
    let arrived = rungs.iter().position(|rung| rung["arrived"] == 7).unwrap();
    assert_eq!(rungs[arrived + 1]["state"]["state"], "CLOSE", "{rungs:?}");
    let told = live.run("recv conn 10\nexpect error ECONNRESET");
    let said = explained(&told);
    assert!(said.contains("(packet 7)"), "{said}");
}

#[test]
fn a_half_open_connection_is_ended_by_the_answer_to_what_is_sent() {
    let Some(mut live) = connected() else {
        return;
    };
    // The RST of close() is lost: only what is sent after that tells this side (RFC 9293, section 3.5.1).
    live.run(
        "wire drop all\nserver: setsockopt conn SO_LINGER 1 0\nserver: close conn\nwire clear",
    );
    live.run("send s \"are you there\"\nexpect state s CLOSE");
    let said = explained(&live.run("recv s 10\nexpect error ECONNRESET"));
    assert!(said.contains("with a RST (packet 6)"), "{said}");
    assert!(said.contains("keeps nothing of the connection"), "{said}");
    assert!(!said.contains("asks for a RST"), "{said}");
}

#[test]
fn a_rst_that_came_too_late_or_in_vain_has_not_ended_it() {
    let Some(mut live) = connected() else {
        return;
    };
    // Beside the window, and then within it: neither has the number that is waited for (RFC 5961, section 3).
    live.run("inject server client RST seq 90000000\ninject server client RST seq 5\nexpect packets client 3");
    live.run("send s \"abc\"\nexpect recvq conn 3\nserver: close conn\nexpect state s CLOSE");
    let rst = |packet: &&&Value| packet["flags"] == "RST,ACK";
    let packets = of_kind(&live.seen, "packet");
    let real = packets.iter().find(rst).unwrap()["n"].clone();
    let late = "inject server client RST\nsend s \"x\"\nexpect error ECONNRESET\nsend s \"x\"\nexpect error EPIPE";
    let said = explained(&live.run(late));
    assert!(said.contains(&format!("RST (packet {real})")), "{said}");
    assert!(!said.contains("forged"), "{said}");
    let whose = said.matches("server: close conn closed it before it had read");
    assert_eq!(whose.count(), 2, "{said}");
}

#[test]
fn a_rst_that_no_end_took_begins_no_other_conversation() {
    let Some(mut live) = connected() else {
        return;
    };
    live.run("inject server client RST seq 90000000\ninject client server SYN seq 77\nexpect packets server 3");
    let told = live.run("send s \"a\"");
    assert_eq!(sent(&told)[0], "client PSH,ACK 1:2 ack 1");
}

#[test]
fn what_the_kernel_gave_up_itself_was_ended_by_no_rst() {
    let Some(mut live) = connected() else {
        return;
    };
    live.run("inject server client RST seq 90000000\nsetsockopt s TCP_USER_TIMEOUT 300\nwire drop all\nsend s \"x\"");
    let told = live.run(
        "expect state s CLOSE\nsend s \"x\"\nexpect error ETIMEDOUT\nsend s \"x\"\nexpect error EPIPE\nset explain brief\nrecv s 10",
    );
    let said = explained(&told);
    assert!(
        said.contains("broken off, as an earlier call told"),
        "{said}"
    );
    assert!(said.contains("own kernel gave it up, as send s"), "{said}");
    assert!(!said.contains("RST"), "{said}");
}

#[test]
fn what_so_error_has_told_counts_as_told() {
    let Some(mut live) = connected() else {
        return;
    };
    live.run(
        "setsockopt s TCP_USER_TIMEOUT 300\nwire drop all\nsend s \"x\"\nexpect state s CLOSE",
    );
    let told = live.run("getsockopt s SO_ERROR\nsend s \"x\"\nexpect error EPIPE");
    let said = explained(&told);
    assert!(said.contains("gave it up, as SO_ERROR told"), "{said}");
}

#[test]
fn an_ipv6_socket_with_an_ipv4_peer_is_found_on_the_wire() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run("server: b = socket tcp\nserver: bind b server:7\nserver: listen b 5\nclient: s = socket tcp6");
    live.run("client: connect s [::ffff:10.0.0.2]:7\nserver: conn = accept b\nserver: setsockopt conn SO_LINGER 1 0");
    live.run("server: close conn\nexpect state s CLOSE");
    let said = explained(&live.run("send s \"x\"\nexpect error ECONNRESET"));
    assert!(said.contains("with a RST (packet 4)"), "{said}");
}

#[test]
fn what_a_host_sends_to_itself_the_wire_has_not_seen() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    // The source is 127.0.0.1.
    live.run("on client\nb = socket tcp\nbind b 127.0.0.2:7\nlisten b 5\ns = socket tcp\nconnect s 127.0.0.2:7");
    live.run("conn = accept b\nsetsockopt conn SO_LINGER 1 0\nclose conn\nexpect state s CLOSE");
    let said = explained(&live.run("send s \"x\"\nexpect error ECONNRESET"));
    assert!(said.contains("asks for a RST"), "{said}");
    assert!(!said.contains("No RST"), "{said}");
}
