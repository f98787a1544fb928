//! `ladder N`: one conversation, with the calls and states of its own sockets.

use super::live::{Live, PAIR, answer};

/// The calls and states of a ladder: `client connect()`, `server ESTABLISHED`.
fn asides(live: &mut Live, flow: u64) -> Vec<String> {
    let said = live.run(&format!("ladder {flow}"));
    let rungs = answer(&said, "ladder")["rungs"].as_array().unwrap().iter();
    let words = rungs.filter_map(|rung| {
        let (aside, what) = match (&rung["call"], &rung["state"]) {
            (call, _) if call.is_object() => (call, "text"),
            (_, state) if state.is_object() => (state, "state"),
            _ => return None,
        };
        let [host, what] = ["host", what].map(|field| aside[field].as_str().unwrap());
        Some(format!("{host} {what}"))
    });
    words.collect()
}

/// How many packets a ladder has.
fn packets(live: &mut Live, flow: u64) -> usize {
    let said = live.run(&format!("ladder {flow}"));
    let rungs = answer(&said, "ladder")["rungs"].as_array().unwrap().iter();
    rungs.filter(|rung| rung["sent"].is_object()).count()
}

#[test]
fn a_ladder_says_where_states_are_not_seen() {
    if super::bench::up(&["client", "server"]).is_none() {
        return;
    }
    let says = |script: &str| {
        let mut child = std::process::Command::new(super::bench::program())
            .args(["run", "-"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        std::io::Write::write_all(&mut input, script.as_bytes()).unwrap();
        drop(input);
        let output = child.wait_with_output().unwrap();
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("not every state is seen")
    };
    let listens = "lab up\nserver: b = socket tcp\nserver: bind b server:7\nserver: listen b 5\nclient: s = socket tcp\n";
    let connects = "client: connect s server:7\n";
    assert!(says(&format!("{listens}{connects}ladder\n")));
    let held = format!("{listens}wire hold\n{connects}step 3\n");
    assert!(!says(&format!("{held}ladder\n")));
    // Data change no state.
    assert!(!says(&format!(
        "{held}wire flow\nclient: send s x\nladder\n"
    )));
    assert!(says(&format!("{held}wire flow\nclient: close s\nladder\n")));
}

#[test]
fn calls_and_states_stand_in_the_ladder_of_their_own_conversation() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(PAIR);
    live.run("client: t = socket tcp\nclient: connect t server:7\nserver: other = accept b\nclient: send t \"hi\"\nserver: recv other 9");
    live.run("client: send s \"hello\"\nserver: recv conn 9\nclient: close s\nexpect state conn CLOSE_WAIT");
    let (first, second) = (asides(&mut live, 1), asides(&mut live, 2));
    let listener = [
        "server bind()",
        "server listen()",
        "server LISTEN",
        "server accept()",
    ];
    for wanted in listener {
        assert!(first.contains(&wanted.to_owned()), "{wanted}: {first:?}");
        assert!(second.contains(&wanted.to_owned()), "{wanted}: {second:?}");
    }
    let count =
        |asides: &[String], what: &str| asides.iter().filter(|aside| *aside == what).count();
    for (what, times) in [
        ("client connect()", [1, 1]),
        ("client ESTABLISHED", [1, 1]),
        ("client send()", [1, 1]),
        ("server recv()", [1, 1]),
        ("client close()", [1, 0]),
        ("server CLOSE_WAIT", [1, 0]),
    ] {
        let found = [count(&first, what), count(&second, what)];
        assert_eq!(found, times, "{what}: {first:?} {second:?}");
    }
    // FIN_WAIT1 or FIN_WAIT2, or both: as quickly as it is acknowledged.
    let closing = |asides: &[String]| {
        asides
            .iter()
            .any(|aside| aside.starts_with("client FIN_WAIT"))
    };
    assert!(closing(&first) && !closing(&second), "{first:?} {second:?}");
    // The handshake, the data, and what acknowledges it.
    let packets = packets(&mut live, 2);
    assert!((4..=5).contains(&packets), "{packets}");
}

#[test]
fn a_socket_that_tries_again_is_in_two_conversations() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(
        "client: s = socket tcp\nclient: setsockopt s TCP_NODELAY 1\nclient: connect s server:7\n\
expect error ECONNREFUSED\nserver: b = socket tcp\nserver: bind b server:7\nserver: listen b 5\n\
client: connect s server:7\nexpect ok",
    );
    assert_eq!(
        asides(&mut live, 1),
        [
            "client setsockopt()",
            "client connect()",
            "client connect() = -1 ECONNREFUSED",
            "server bind()",
            "server listen()",
            "server LISTEN"
        ]
    );
    let mut second = asides(&mut live, 2);
    // Where the call took long enough to be told of as one that sleeps.
    second.retain(|aside| aside != "client connect() = 0");
    assert_eq!(
        second,
        [
            "server bind()",
            "server listen()",
            "server LISTEN",
            "client connect()",
            "client ESTABLISHED"
        ]
    );
}

#[test]
fn what_a_step_causes_belongs_to_the_packet_s_conversation() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(
        "server: b = socket tcp\nserver: bind b *:7\nserver: listen b 5\nwire hold\n\
client: s = socket tcp\nclient: connect s server:7\nclient: t = socket tcp\nclient: connect t server:7\n\
step all\nexpect jobs 0",
    );
    let wanted = |asides: Vec<String>| {
        let own = asides.into_iter().filter(|aside| {
            aside.starts_with("client")
                || aside.ends_with("SYN_RECV")
                || aside.ends_with("ESTABLISHED")
        });
        // In which order depends on how quickly the call wakes.
        let mut own: Vec<_> = own.collect();
        own.sort();
        own
    };
    for flow in [1, 2] {
        assert_eq!(
            wanted(asides(&mut live, flow)),
            [
                "client ESTABLISHED",
                "client SYN_SENT",
                "client connect()",
                "client connect() = 0",
                "server ESTABLISHED",
                "server SYN_RECV"
            ]
        );
    }
}

#[test]
fn datagrams_of_one_socket_to_two_ports_are_two_conversations() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(
        "server: v = socket udp\nserver: bind v server:9\nserver: w = socket udp\nserver: bind w server:10\n\
client: u = socket udp\nclient: sendto u \"one\" server:9\nclient: sendto u \"two\" server:10\n\
client: sendto u \"six\" server:10\nserver: recvfrom v 9\nserver: recvfrom w 9",
    );
    assert_eq!(
        asides(&mut live, 1),
        ["server bind()", "client sendto()", "server recvfrom()"]
    );
    assert_eq!(
        asides(&mut live, 2),
        [
            "server bind()",
            "client sendto()",
            "client sendto()",
            "server recvfrom()"
        ]
    );
}
