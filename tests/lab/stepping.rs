//! A handshake one packet at a time, and the kernel's own word for the states between; the same every time.

use super::live::{Live, fates, helper_of, of_kind, sent, states, words};
use super::support::{output, require, require_root};
use socktutor::packet::Flags;
use socktutor::packet::build::{Segment, segment as segment_bytes};
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

/// A listener, and a client whose SYN waits.
const KNOCK: &str = "server: s = socket tcp\nserver: bind s server:80\nserver: listen s 5\n\
wire hold\nclient: c = socket tcp\nclient: connect c server:80";

/// The network namespaces of a laboratory's hosts, in their order: its helper process has them open.
pub fn namespaces(helper: u32) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(format!("/proc/{helper}/fd")).unwrap() {
        let path = entry.unwrap().path();
        let link = fs::read_link(&path).unwrap_or_default();
        if link.to_string_lossy().starts_with("net:") {
            let number: u32 = path.file_name().unwrap().to_str().unwrap().parse().unwrap();
            found.push((number, path));
        }
    }
    found.sort();
    // Where the helper keeps one more, it is the namespace it came from.
    let own = fs::read_link("/proc/self/ns/net").unwrap();
    let hosts = found
        .into_iter()
        .map(|(_, path)| path)
        .filter(|path| fs::read_link(path).unwrap() != own);
    hosts.collect()
}

#[test]
fn one_header_of_a_packet_is_opened_alone() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(KNOCK);
    let mut names = |line: &str| -> Vec<String> {
        let told = live.run(line);
        let opened = told.iter().find(|event| event["answer"] == "anatomy");
        let headers = opened.unwrap_or_else(|| panic!("{told:?}"))["headers"].as_array();
        let names = headers
            .unwrap()
            .iter()
            .map(|header| header["name"].as_str());
        names.map(|name| name.unwrap().to_owned()).collect()
    };
    assert_eq!(names("packet 1"), ["IPv4", "TCP"]);
    assert_eq!(names("packet 1 tcp fields"), ["TCP"]);
    assert_eq!(names("packet last IP"), ["IPv4"]);
    let (_, refused) = live.last("packet 1 udp\n");
    let error = words(&refused);
    assert!(
        error.contains("packet 1 has no UDP header") && error.contains("IPv4; TCP"),
        "{error}"
    );
}

/// The states of the connection between client and server that ss(8) sees there, LISTEN left out. ss calls SYN_RECV and
/// SYN_SENT by its own names.
fn seen_by_ss(namespace: &std::path::Path) -> Vec<String> {
    let net = format!("--net={}", namespace.display());
    let table = output("nsenter", &[&net, "ss", "-Htan"]);
    let states = table
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    let named = states.map(|state| match state {
        "ESTAB" => "ESTABLISHED".to_owned(),
        other => other.replace('-', "_"),
    });
    named.filter(|state| state != "LISTEN").collect()
}

#[test]
fn three_steps_are_a_handshake_and_ss_sees_the_same() {
    let tools = require("ss") && require("nsenter") && require_root();
    let Some(mut live) = Live::laboratory().filter(|_| tools) else {
        return;
    };
    let held = live.run(KNOCK);
    assert_eq!(sent(&held), ["client SYN 0:0"]);
    assert_eq!(fates(&held), ["1 held"]);
    let hosts = namespaces(helper_of(live.pid()));
    let [client, server] = hosts.as_slice() else {
        panic!("two hosts: {hosts:?}");
    };
    let both = || (seen_by_ss(client), seen_by_ss(server));
    let none: [&str; 0] = [];
    assert_eq!(seen_by_ss(client), ["SYN_SENT"]);
    assert_eq!(seen_by_ss(server), none);

    let first = live.run("step");
    assert_eq!(
        states(&first),
        ["1 client SYN_SENT, server LISTEN > SYN_RECV"]
    );
    assert_eq!(fates(&first), ["1 delivered", "2 held"]);
    assert_eq!(both(), (vec!["SYN_SENT".into()], vec!["SYN_RECV".into()]));

    let second = live.run("step");
    assert_eq!(
        states(&second),
        ["2 server SYN_RECV, client SYN_SENT > ESTABLISHED"]
    );
    assert_eq!(fates(&second), ["2 delivered", "3 held"]);
    assert_eq!(
        both(),
        (vec!["ESTABLISHED".into()], vec!["SYN_RECV".into()])
    );

    let third = live.run("step");
    assert_eq!(
        states(&third),
        ["3 client ESTABLISHED, server SYN_RECV > ESTABLISHED"]
    );
    assert_eq!(fates(&third), ["3 delivered"]);
    assert_eq!(
        both(),
        (vec!["ESTABLISHED".into()], vec!["ESTABLISHED".into()])
    );
    let all = sent(&live.seen);
    assert_eq!(
        all,
        [
            "client SYN 0:0",
            "server SYN,ACK 0:0 ack 1",
            "client ACK 1:1 ack 1"
        ]
    );
}

#[test]
fn ls_shows_the_same_states_as_the_steps() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(KNOCK);
    let mut each = Vec::new();
    for _ in 0..3 {
        let happened = live.run("step\nls");
        let sockets = happened.last().unwrap()["sockets"].as_array().unwrap();
        let mut states: Vec<String> = sockets
            .iter()
            .map(|row| format!("{} {}", row["host"], row["state"]).replace('"', ""))
            .collect();
        states.sort();
        each.push(states.join(", "));
    }
    assert_eq!(
        each,
        [
            "client SYN_SENT, server LISTEN, server SYN_RECV",
            "client ESTABLISHED, server LISTEN, server SYN_RECV",
            // Nobody has accepted it yet: it is the listener's.
            "client ESTABLISHED, server LISTEN",
        ]
    );
}

#[test]
fn a_connection_ends_in_close_though_its_listener_goes_on() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(KNOCK);
    live.run("step 3\nserver: d = accept s\nclient: setsockopt c SO_LINGER 1 0\nclose c");
    let reset = live.run("step");
    assert_eq!(
        states(&reset),
        ["4 client CLOSE, server ESTABLISHED > CLOSE"]
    );
    // A connection that never was goes back to its listener.
    live.run("client: g = socket tcp\nconnect g server:80\nstep\nwire drop 6\ninject client server RST seq 1");
    assert_eq!(
        states(&live.run("step")),
        ["7 client SYN_SENT, server SYN_RECV > LISTEN"]
    );
}

#[test]
fn a_step_tells_what_an_acknowledgment_took_from_the_queue() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(KNOCK);
    live.run("step 3\nclient: send c \"abc\"\nstep");
    let acknowledged = live.run("step");
    let changes = of_kind(&acknowledged, "state");
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(
        (&changes[0]["socket"], &changes[0]["sendq"]),
        (&"c".into(), &0.into())
    );
}

/// A whole connection, stepped from its first packet to its last. A kernel may acknowledge a FIN by its timer: `expect held`
/// waits for that.
const LIFE: &str = "step 3\nserver: d = accept s\nclient: send c \"hello\"\nstep 2\n\
server: send d \"good evening\"\nstep 2\nclient: recv c 100\nserver: recv d 10\n\
client: shutdown c out\nstep\nexpect held 1\nstep\nexpect state c FIN_WAIT2\n\
server: close d\nstep 2\nexpect state c TIME_WAIT\nclient: close c";

#[test]
fn a_stepped_script_gives_the_same_packets_fates_and_states_a_hundred_times() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    let mut first: Option<(Vec<String>, Vec<String>, Vec<String>)> = None;
    for run in 0..100 {
        let mut happened = live.run(KNOCK);
        happened.extend(live.run(LIFE));
        let this = (sent(&happened), fates(&happened), states(&happened));
        let first = first.get_or_insert_with(|| this.clone());
        assert_eq!(&this, first, "run {run}");
        live.run("lab down\nlab up");
    }
    let (packets, ..) = first.unwrap();
    assert!(packets.len() > 8, "{packets:?}");
}

#[test]
fn what_listens_on_the_machine_is_no_end_of_a_segment_for_all_hosts() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    let bound = live.run(
        "on machine\nm = socket tcp\nbind m 0.0.0.0:0\nlisten m 5\nprint m.local\non client\nwire hold",
    );
    let port = words(&bound)
        .lines()
        .find_map(|line| line.strip_prefix("0.0.0.0:")?.parse().ok())
        .unwrap();
    let segment = Segment {
        src: SocketAddr::from(([10, 0, 0, 1], 40_000)),
        dst: SocketAddr::from(([10, 0, 0, 255], port)),
        flags: Flags::SYN,
        seq: 1,
        ack: 0,
        window: 1000,
        urgent: 0,
        options: Vec::new(),
        payload: Vec::new(),
        ttl: 64,
    };
    let hex: String = segment_bytes(&segment)
        .unwrap()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let stepped = live.run(&format!("inject 0x{hex}\nstep"));
    let packet = *of_kind(&stepped, "packet").last().unwrap();
    assert_eq!(
        (&packet["to"], &packet["fate"]),
        (&"all".into(), &"delivered".into())
    );
    assert!(packet["states"].is_null(), "{packet}");
}

#[test]
fn two_that_connect_to_each_other_at_once_are_in_syn_recv_themselves() {
    // What the topic SYN_RECV says of them (RFC 9293, section 3.5, figure 7).
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    let met = live.run(
        "wire hold\nclient: c = socket tcp\nclient: bind c :1000\nserver: d = socket tcp\nserver: bind d :2000\n\
client: connect c server:2000\nserver: connect d client:1000\nstep 2",
    );
    assert_eq!(
        states(&met),
        [
            "1 client SYN_SENT, server SYN_SENT > SYN_RECV",
            "2 server SYN_RECV, client SYN_SENT > SYN_RECV"
        ]
    );
    // Neither SYN is acknowledged, as Send-Q of ss(8) says.
    live.run("expect sendq c 1\nexpect sendq d 1");
    live.run("expect jobs 2\nstep all\nexpect state c ESTABLISHED\nexpect state d ESTABLISHED\nexpect jobs 0");
}

#[test]
fn where_there_is_room_for_no_more_time_wait_a_connection_ends_without() {
    // What the topic TIME_WAIT says of tcp_max_tw_buckets.
    let tools = require("nsenter") && require("sysctl") && require_root();
    let Some(mut live) = Live::laboratory().filter(|_| tools) else {
        return;
    };
    live.run(super::live::PAIR);
    let net = format!("--net={}", namespaces(helper_of(live.pid()))[0].display());
    output(
        "nsenter",
        &[&net, "sysctl", "-qw", "net.ipv4.tcp_max_tw_buckets=0"],
    );
    live.run("client: close s\nserver: close conn\nexpect state s CLOSE");
}

/// How often it is said that an ACK is delayed.
fn delays(events: &[serde_json::Value]) -> usize {
    let said = of_kind(events, "explain").into_iter();
    said.filter(|event| event["text"].to_string().contains("No ACK yet"))
        .count()
}

#[test]
fn an_ack_that_a_woken_call_has_sent_is_not_told_to_be_delayed() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run("server: b = socket tcp\nserver: bind b server:7\nserver: listen b 5\nset explain full\nwire hold");
    // While a send sleeps, Linux leaves the last ACK of the handshake to its data.
    live.run("s = socket tcp\nconnect s server:7\nexpect blocked\nsend s \"x\"");
    let told = live.run("step 2\nexpect packets client 2");
    assert_eq!(delays(&told), 0, "{told:?}");
    assert!(sent(&told).contains(&"client PSH,ACK 1:2 ack 1".to_owned()));
}

#[test]
fn an_ack_that_the_receiver_delays_is_told() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(super::live::PAIR);
    live.run("set explain auto\nwire hold");
    // Linux acknowledges the first segments of a connection at once.
    let at_once = live.run("client: send s \"hi\"\nstep");
    assert_eq!(
        sent(&at_once),
        ["client PSH,ACK 1:3 ack 1", "server ACK 1:1 ack 3"]
    );
    assert_eq!(delays(&at_once), 0);
    // Where the last words were its own, it waits for the next ones.
    let delayed =
        live.run("step\nserver: send conn \"hello\"\nstep 2\nclient: send s \"bye\"\nstep");
    assert_eq!(sent(&delayed).last().unwrap(), "client PSH,ACK 3:6 ack 6");
    assert_eq!(delays(&delayed), 1);
    let later = live.run("expect held 1\nexpect packet last server ACK");
    assert_eq!(sent(&later), ["server ACK 6:6 ack 6"]);
    // What is forged, or broken on the way, need not be acknowledged at all.
    let forged = live.run("inject client server PSH seq 6 data \"x\"\nstep all");
    assert_eq!(delays(&forged), 0);
    let broken = live.run("client: send s \"lost\"\nwire corrupt 11\nstep");
    assert_eq!(delays(&broken), 0, "{broken:?}");
}
