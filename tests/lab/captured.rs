//! `capture on`: packets of the machine's own network, where the user may see them.

use super::bench::{Ordinary, program};
use super::live::{Live, answer, fates, of_kind, sent, shown, words};
use super::support::{output, require, require_root, skip};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::process::Command;

/// A shell that captures, in a network of its own: what the tests beside it send over the machine's loopback interface would be
/// too much for its buffer. `None`, and the test is skipped, where there can be none.
fn capturing() -> Option<Live> {
    capturing_in("ip link set lo up", &[])
}

/// The same, in a network that is set up so, with these flags.
fn capturing_in(setup: &str, flags: &[&str]) -> Option<Live> {
    if !require_root() || !require("unshare") || !require("ip") {
        return None;
    }
    let apart = |program: &Path| {
        let mut apart = Command::new("unshare");
        let up = format!("{setup} && exec \"$0\" \"$@\"");
        apart.args(["--net", "sh", "-c", &up]).arg(program);
        apart
    };
    if !apart(Path::new("true")).status().unwrap().success() {
        skip(&format!("this kernel cannot be told: {setup}"));
        return None;
    }
    let mut shell = apart(&program());
    shell.args(flags);
    Some(captures(Live::of(shell)))
}

fn captures(mut live: Live) -> Live {
    let said = live.run("capture on");
    assert_eq!(
        words(&said),
        "packets of this session's sockets on this machine's own network are shown"
    );
    live
}

#[test]
fn exercises_9_and_10_on_loopback() {
    let Some(mut live) = capturing() else {
        return;
    };
    let refused = live.run(
        "b = socket tcp\nbind b 127.0.0.1:0\ns = socket tcp\nconnect s b.local\nexpect error ECONNREFUSED\nexpect packets 2",
    );
    assert_eq!(
        sent(&refused),
        ["client SYN 0:0", "server RST,ACK 1:1 ack 1"]
    );
    let connected = live.run("listen b 5\nconnect s b.local\nexpect packets 5");
    assert_eq!(
        sent(&connected),
        [
            "client SYN 0:0",
            "server SYN,ACK 0:0 ack 1",
            "client ACK 1:1 ack 1"
        ]
    );
    let data = live.run("conn = accept b\nsend s \"12345678901234567890\"\nexpect packets 7");
    assert_eq!(
        sent(&data),
        ["client PSH,ACK 1:21 ack 1", "server ACK 1:1 ack 21"]
    );
}

#[test]
fn exercise_6_on_loopback() {
    let Some(mut live) = capturing() else {
        return;
    };
    let happened = live.run(
        "gone = socket udp\nbind gone 127.0.0.1:0\nto = gone.local\nclose gone\nu = socket udp\nsendto u \"hello\" to\n\
expect packets 2",
    );
    let packets = sent(&happened);
    let [datagram, icmp] = packets.as_slice() else {
        panic!("{}", shown(&happened));
    };
    assert_eq!(datagram, "client udp 5");
    assert!(
        icmp.starts_with("server icmp port unreachable, about udp 127.0.0.1:"),
        "{icmp}"
    );
}

#[test]
fn ipv6_packets_are_captured_too() {
    let Some(mut live) = capturing() else {
        return;
    };
    let happened = live.run(
        "v = socket udp6\nbind v [::1]:0\nu = socket udp6\nsendto u \"hello\" v.local\nexpect packets 1\nrecv v 10",
    );
    assert_eq!(sent(&happened), ["client udp 5"]);
}

#[test]
fn what_the_kernel_leaves_to_the_card_is_not_called_wrong() {
    let Some(mut live) = capturing() else {
        return;
    };
    let told = live.run(
        "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 1\nc = socket tcp\nconnect c s.local\n\
gone = socket udp\nbind gone 127.0.0.1:0\nto = gone.local\nclose gone\nu = socket udp\nsendto u \"hello\" to\n\
expect packets 5\npacket 1\npacket 4\npacket 5",
    );
    let opened = told.iter().filter(|event| event["answer"] == "anatomy");
    let headers = opened.flat_map(|event| event["headers"].as_array().unwrap());
    let fields = headers.flat_map(|header| header["fields"].as_array().unwrap());
    let sums: Vec<&Value> = fields.filter(|field| field["name"] == "Checksum").collect();
    // Of the SYN, the datagram, the ICMP message, and the datagram in it.
    assert_eq!(sums.len(), 4, "{}", shown(&told));
    for (place, sum) in sums.into_iter().enumerate() {
        let meaning = sum["meaning"].as_str().unwrap();
        assert_eq!(sum["right"], true, "{sum}");
        assert_eq!(meaning.contains("network card"), place != 2, "{sum}");
    }
}

/// A full backlog drops a SYN, which its sender repeats after a second; nobody looks before two are over.
#[test]
fn the_time_of_a_packet_is_that_of_its_arrival() {
    if !require("tshark") {
        return;
    }
    let Some(mut live) = capturing_in("ip link set lo up", &["--allow-files"]) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("late.pcapng");
    live.run(&format!(
        "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 0\nc = socket tcp\nconnect c s.local\nexpect packets 3\n\
d = socket tcp\nsetsockopt d SO_SNDTIMEO 2\nconnect d s.local\nwait\ncapture save {}",
        file.display()
    ));
    let again = of_kind(&live.seen, "packet")
        .into_iter()
        .find(|packet| packet["retransmission"]["of"] == 4);
    let again = again.unwrap_or_else(|| panic!("{}", shown(&live.seen)));
    let after = number(&again["retransmission"], "after");
    assert!((900..1500).contains(&after), "{again}");
    assert_eq!(again["retransmission"]["why"], "timeout");
    let file = file.to_str().unwrap();
    let asked = ["-r", file, "-T", "fields", "-e", "frame.time_delta"];
    let deltas = output("tshark", &asked);
    let delta: f64 = deltas.lines().nth(4).unwrap().parse().unwrap();
    assert!((0.9..1.5).contains(&delta), "{deltas}");
}

/// A bridge with one port, which leads to nobody; the port's other end is here, too.
const BRIDGE: &str = "ip link set lo up && ip link add br0 type bridge && ip addr add 10.9.0.1/24 dev br0 && \
    ip link add v0 type veth peer name v1 && ip link set v0 master br0 up && ip link set v1 up && \
    ip link set br0 up && ip neigh add 10.9.0.5 lladdr 02:00:00:00:00:05 dev br0";

#[test]
fn a_packet_that_passes_several_interfaces_is_shown_once() {
    let Some(mut live) = capturing_in(BRIDGE, &["--allow-net"]) else {
        return;
    };
    live.run(
        "u = socket udp\nsendto u \"first\" 10.9.0.5:9\nsendto u \"second\" 10.9.0.5:9\nexpect packets 2",
    );
    assert_eq!(sent(&live.seen), ["client udp 5", "client udp 6"]);
}

/// A connection over the loopback interface, with `c` and `conn`.
const CONNECTED: &str = "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 1\nc = socket tcp\nconnect c s.local\nconn = accept s";

#[test]
fn a_capture_that_begins_in_the_middle_knows_who_is_the_server() {
    let Some(mut live) = capturing() else {
        return;
    };
    let told = live.run(&format!(
        "capture off\n{CONNECTED}\ncapture on\nsend conn \"welcome\"\nexpect packets 2\npacket 1"
    ));
    assert_eq!(
        sent(&told),
        ["server PSH,ACK 1:8 ack 1", "client ACK 1:1 ack 8"]
    );
    let opened = answer(&told, "anatomy").to_string();
    assert!(
        opened.contains("its scale stood in the SYN, which was not seen"),
        "{opened}"
    );
    // The listener is gone, and what came from accept is a server's still.
    let told = live.run(
        "capture off\nshutdown s rdwr\nclose s\ncapture on\nsend conn \"again\"\nexpect packets 2",
    );
    assert_eq!(
        sent(&told),
        ["server PSH,ACK 1:6 ack 1", "client ACK 1:1 ack 6"]
    );
}

#[test]
fn what_was_captured_was_seen_and_nothing_else_is_known_of_it() {
    let Some(mut live) = capturing() else {
        return;
    };
    let told = live.run(&format!(
        "{CONNECTED}\nexpect packets 3\nexpect fate 1 seen\nladder"
    ));
    assert_eq!(fates(&told), ["1 seen", "2 seen", "3 seen"]);
    let rungs = answer(&told, "ladder")["rungs"].as_array().unwrap();
    assert_eq!(rungs.len(), 3, "{rungs:?}");
    assert!(rungs.iter().all(|rung| rung["sent"]["fate"] == "seen"));
}

#[test]
fn packets_of_other_sockets_are_not_shown() {
    if !require_root() {
        return;
    }
    let mut live = captures(Live::alone());
    live.run("v = socket udp\nbind v 127.0.0.1:0");
    // This test's own conversations, on the same interface.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut server, _) = listener.accept().unwrap();
    client.write_all(b"secret").unwrap();
    server.read_exact(&mut [0; 6]).unwrap();
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender
        .send_to(b"secret", receiver.local_addr().unwrap())
        .unwrap();
    receiver.recv(&mut [0; 6]).unwrap();
    let own = live
        .run("u = socket udp\nsendto u \"mine\" v.local\nrecv v 10\nexpect packets 1\nwire log");
    assert_eq!(sent(&live.seen), ["client udp 4"]);
    assert!(!shown(&own).contains("\"len\":6"), "{}", shown(&own));
}

#[test]
fn what_was_captured_can_be_asked_about_until_it_is_switched_off() {
    let Some(mut live) = capturing() else {
        return;
    };
    let asked = live.run(
        "v = socket udp\nbind v 127.0.0.1:0\nu = socket udp\nsendto u \"mine\" v.local\nexpect packets 1\npacket 1\nladder\nflows",
    );
    for answer in ["anatomy", "ladder", "flows"] {
        assert!(
            asked.iter().any(|event| event["answer"] == answer),
            "{answer}"
        );
    }
    let off = live.run("capture off\nsendto u \"more\" v.local\nrecv v 10");
    assert!(sent(&off).is_empty(), "{}", shown(&off));
    let (status, said) = live.last("packet 1\n");
    assert_eq!(status, 2);
    assert!(words(&said).contains("capture on"), "{}", shown(&said));
}

/// What is told of a connection over the loopback interface that carries so many bytes.
fn carried(live: &mut Live, bytes: u64) -> Vec<Value> {
    live.run(&format!(
        "l = socket tcp\nbind l 127.0.0.1:0\nlisten l 5\nc = socket tcp\nconnect c l.local\nd = accept l\n\
x = recv d {bytes} --waitall\nsendall c #{bytes}\nwait\nexpect recvq d 0\nflows"
    ))
}

const TOO_FAST: &str = "came too fast to be captured";

#[test]
fn a_transfer_is_captured_whole() {
    let Some(mut live) = capturing() else {
        return;
    };
    let told = carried(&mut live, 1_000_000);
    let said = words(&told);
    let mut pieces: Vec<(u64, u64)> = of_kind(&told, "packet")
        .iter()
        .filter(|packet| packet["from"] == "client")
        .map(|packet| (number(packet, "seq"), number(packet, "len")))
        .collect();
    // In order, each byte once: a busy kernel repeats segments here too.
    pieces.sort_unstable();
    let mut next = 1;
    for (seq, len) in pieces.into_iter().filter(|(_, len)| *len > 0) {
        assert!(seq <= next, "from {next} to {seq}: {said}");
        next = next.max(seq + len);
    }
    assert_eq!(next, 1_000_001, "{said}");
    assert!(!said.contains(TOO_FAST), "{said}");
}

#[test]
fn what_was_too_fast_to_be_captured_is_said() {
    let Some(mut live) = capturing() else {
        return;
    };
    let bytes = 60_000_000;
    let told = carried(&mut live, bytes);
    let flows = told.iter().find(|event| event["answer"] == "flows");
    let captured = number(&flows.unwrap()["flows"][0]["ways"][0], "payload");
    let said = words(&told);
    // Where only acknowledgments were missed, it is said too.
    assert!(
        captured >= bytes || said.contains(TOO_FAST),
        "{captured}: {said}"
    );
}

fn number(of: &Value, field: &str) -> u64 {
    of[field].as_u64().unwrap()
}

#[test]
fn a_user_who_may_not_capture_is_told_how_to_be_allowed() {
    let Some(ordinary) = Ordinary::user() else {
        return;
    };
    let live = Live::of(ordinary.command(&ordinary.program()));
    let (status, said) = live.last("capture on\n");
    assert_eq!(status, 2);
    let said = words(&said);
    let program = ordinary.program();
    let mend = format!("sudo setcap cap_net_raw+ep {}", program.display());
    for part in ["this user may not capture packets", &mend, "lab up"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
