//! Packets that wait on the wire while somebody talks: the kernels' timers go on, the packets stay the same.

use super::bench::{program, up};
use super::live::{DATAGRAMS, Live, PAIR, fates, of_kind, received, words};
use std::io::Write;
use std::process::{Command, ExitStatus, Stdio};

/// Runs a script: how it ended, and what it said. `None` where there can be no laboratory.
fn run(script: &str) -> Option<(ExitStatus, String)> {
    up(&["client", "server"])?;
    let mut shell = Command::new(env!("CARGO_BIN_EXE_socktutor"))
        .args(["--timeout", "10s", "run", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = shell.stdin.take().unwrap();
    input.write_all(script.as_bytes()).unwrap();
    drop(input);
    let ran = shell.wait_with_output().unwrap();
    let said = [ran.stdout, ran.stderr].concat();
    Some((ran.status, String::from_utf8_lossy(&said).into_owned()))
}

/// Runs a script whose `expect`s say what must hold.
#[track_caller]
fn holds(script: &str) {
    if let Some((ran, said)) = run(script) {
        assert!(ran.success(), "{said}");
    }
}

/// A listener, and a client whose SYN waits.
const KNOCK: &str = "lab up\nserver: s = socket tcp\nserver: bind s server:80\nserver: listen s 5\n\
wire hold\nclient: c = socket tcp\nclient: connect c server:80\n";

#[test]
fn a_segment_whose_answer_is_held_is_not_numbered_again() {
    holds(&format!(
        "{KNOCK}step\nexpect retransmission of 1\nexpect packets 2\nexpect held 1\n\
step\nexpect retransmission of 2\nexpect packets 3\nexpect packet 3 client ACK\nstep\n\
server: d = accept s\nsend c \"hello\"\nstep\nexpect retransmission of 4\nexpect packets 5\nstep all\n\
expect packets 5\nexpect state d ESTABLISHED\nexpect sendq c 0\n"
    ));
}

#[test]
fn a_segment_whose_answer_was_dropped_is_sent_again() {
    holds(&format!(
        "{KNOCK}step\nwire drop 2\nexpect retransmission of 1 timeout\nexpect retransmission of 2 timeout\nexpect held 2\nwire flow\n\
expect jobs 0\nexpect backlog s 1\n"
    ));
}

#[test]
fn a_packet_alone_breaks_the_silence() {
    // The SYN comes again about a second after it was lost.
    let script = format!("{KNOCK}wire drop 1\nexpect quiet 4000ms\n");
    if let Some((ran, said)) = run(&script) {
        assert_eq!(ran.code(), Some(1), "{said}");
        assert!(said.contains("packet 2 moved"), "{said}");
    }
}

#[test]
fn a_window_probe_that_waits_is_repeated_there() {
    let script = "lab up\nserver: s = socket tcp\nserver: setsockopt s SO_RCVBUF 1000\nserver: bind s server:80\n\
server: listen s 5\nclient: c = socket tcp\nclient: connect c server:80\nserver: d = accept s\nwire hold\n\
client: send c #3000\nstep until quiet\nexpect window server 0\nexpect packet last server info \"zero window\"\n\
step until quiet\nexpect held 1\nexpect packet last client info \"window probe\"\n\
expect retransmission of last\nexpect held 1\nstep\nexpect packet last server ACK win 0\nstep until quiet\n\
server: recv d 3000\nexpect packet last server info \"window update\"\n";
    holds(script);
}

#[test]
fn only_what_the_timer_sent_again_counts_as_a_timeouts() {
    let script = format!(
        "lab up\n{PAIR}\nwire drop all\nclient: send s #9000\nexpect retransmission of 4 timeout\nwire clear\nexpect recvq conn 9000\n\
expect retransmission of 5 timeout\ngetsockopt s TCP_INFO\nwire log\n"
    );
    if let Some((ran, said)) = run(&script) {
        assert!(ran.success(), "{said}");
        let of = |n: u32| {
            said.lines()
                .rfind(|line| line.contains(&format!("again: #{n},")))
        };
        assert!(of(4).unwrap().contains(", timeout after "), "{said}");
        assert!(
            of(5)
                .unwrap()
                .contains(", taken for lost at a timeout, after "),
            "{said}"
        );
        // The window that a loss leaves is told.
        let threshold = said.lines().find(|line| line.contains("tcpi_snd_ssthresh"));
        assert!(threshold.unwrap().contains(" segments"), "{said}");
    }
}

#[test]
fn a_window_is_announced_by_the_hosts_own_segments() {
    let script = format!(
        "lab up\n{PAIR}\nexpect window server 65160\ninject server client RST seq 90000000\ninject server client ACK win 0\n\
expect packets server 3\nexpect window server 65160\nserver: setsockopt conn SO_LINGER 1 0\nserver: close conn\n\
expect packet last server RST,ACK\nexpect window server 65160\n"
    );
    holds(&script);
}

#[test]
fn a_byte_whose_ack_is_lost_is_probed_for() {
    let script = format!(
        "lab up\n{PAIR}\nwire hold\nclient: send s \"x\"\nstep\nexpect packet 5 server ACK ack 2\nwire drop next\nwire flow\n\
expect retransmission of 4 probe\nexpect retransmission of 5 answer\n"
    );
    holds(&script);
}

#[test]
fn a_segment_beyond_a_gap_is_not_numbered_again() {
    // The tail that overtook is probed after some milliseconds, though `sack` on the wire says that it has arrived.
    holds(
        "lab up\nserver: s = socket tcp\nserver: bind s server:80\nserver: listen s 5\nc = socket tcp\n\
connect c server:80\nserver: d = accept s\nwire hold\nsend c #2000\nexpect held 2\nwire swap\nstep\n\
expect packet 6 server ACK ack 1\nexpect retransmission of 4\nexpect quiet 1s\nexpect packets 6\n\
step\nexpect packet 7 server ACK ack 2001\nexpect quiet 1s\nexpect packets 7\n",
    );
}

#[test]
fn segments_that_are_sent_again_as_one_are_not_numbered_again() {
    // Linux puts small ones together, and a FIN behind them.
    holds(&format!(
        "lab up\n{PAIR}\nclient: setsockopt s TCP_NODELAY 1\nwire hold\nsend s \"one\"\nsend s \"two\"\nsend s \"three\"\n\
client: shutdown s out\nexpect retransmission of 4\nexpect retransmission of 5\nexpect retransmission of 6\n\
expect retransmission of 7\nexpect quiet 1s\nexpect packets 7\nexpect held 4\nstep 4\nexpect recvq conn 11\nexpect state conn CLOSE_WAIT\n"
    ));
    // The first has arrived, and its answer waits; the second waits itself.
    holds(&format!(
        "lab up\n{PAIR}\nclient: setsockopt s TCP_NODELAY 1\nwire hold\nsend s \"one\"\nstep\nexpect packet 5 server ACK ack 4\n\
send s \"two\"\nexpect packet 6 client data\nexpect retransmission of 4\nexpect retransmission of 6\nexpect quiet 1s\nexpect packets 6\nexpect held 2\n"
    ));
}

#[test]
fn what_is_sent_again_with_what_was_lost_is_a_packet_of_its_own() {
    holds(&format!(
        "lab up\n{PAIR}\nclient: setsockopt s TCP_NODELAY 1\nwire hold\nsend s \"one\"\nsend s \"two\"\nwire drop 4\n\
expect packet 6 client data seq 1:7\nexpect retransmission of 4 timeout\n"
    ));
}

#[test]
fn a_forged_segment_is_not_what_its_host_repeats() {
    holds(&format!(
        "lab up\n{PAIR}\nwire hold\ninject client server PSH,ACK data \"evil!\"\nclient: send s \"hello\"\n\
expect packet 5 client data seq 1:6\nexpect held 2\n"
    ));
}

#[test]
fn syns_that_cross_are_each_answered_with_a_packet_of_its_own() {
    // RFC 9293, figure 7. The SYN,ACK has the number of the SYN before it, which is held, and says more.
    let script = "lab up\nclient: a = socket tcp\nserver: b = socket tcp\nbind a client:5000\nbind b server:6000\n\
wire hold\nconnect a server:6000\nconnect b client:5000\nstep\nexpect packet 3 server SYN,ACK ack 1\nexpect held 2\n\
step\nexpect packet 4 client SYN,ACK ack 1\nstep all\nexpect packets 6\nexpect jobs 0\nexpect state a ESTABLISHED\n\
expect state b ESTABLISHED\n";
    if let Some((ran, said)) = run(script) {
        assert!(ran.success(), "{said}");
        assert_eq!(said.matches("SYNs have crossed").count(), 1, "{said}");
        assert!(
            said.contains("The SYNs of two calls have crossed"),
            "{said}"
        );
        assert!(!said.contains("The handshake is done"), "{said}");
        // What came twice is told with `sack 0:1`, in a window that is larger only because it is scaled.
        assert!(!said.contains("window update"), "{said}");
    }
}

#[test]
fn what_is_sent_again_because_its_answer_is_held_is_told() {
    let script = "lab up\nserver: s = socket tcp\nserver: bind s server:80\nserver: listen s 5\nwire hold\n\
                  client: c = socket tcp\nconnect c server:80\nstep 2\nexpect quiet 1500ms\nwire\nwire log\nstep\nwire\n";
    if let Some((ran, said)) = run(script) {
        assert!(ran.success(), "{said}");
        let told = said.matches("its answer is held, so that was only counted");
        assert_eq!(told.count(), 1, "{said}");
        let log = "while it or its answer was held";
        assert!(said.contains(log), "{said}");
    }
}

#[test]
fn an_answer_that_has_arrived_is_not_told_to_be_held() {
    let script = "lab up\nserver: s = socket tcp\nserver: bind s server:80\nserver: listen s 5\nc = socket tcp\n\
                  connect c server:80\nserver: a = accept s\nwire hold\nsend c abc\nexpect retransmission of 4\n\
                  step\nexpect held 1\nstep\nserver: send a x\nexpect held 1\nwire\n";
    if let Some((ran, said)) = run(script) {
        assert!(ran.success(), "{said}");
        // What the server sends acknowledges the packet once more.
        assert!(!said.contains("its answer is held"), "{said}");
    }
}

#[test]
fn why_a_socket_is_in_another_state_is_told_of_what_it_has_sent_and_got() {
    let setup = "lab up\nserver: s = socket tcp\nserver: bind s server:80\nserver: listen s 5\nc = socket tcp\n\
                 connect c server:80\nserver: a = accept s\nwire hold\n";
    // No side has closed in these.
    for (lines, why) in [
        (
            "expect state c CLOSE",
            "this side has sent no FIN, and has got none",
        ),
        (
            "shutdown c wr\nexpect state c CLOSE",
            "its FIN is not acknowledged yet, and the peer's has not come",
        ),
        (
            "shutdown c wr\nstep\nexpect state a CLOSE",
            "the peer's FIN has come; this side has sent none",
        ),
        (
            "shutdown c wr\nstep\nexpect held 1\nstep\nshutdown a wr\nexpect held 1\nexpect state c CLOSE",
            "its FIN is acknowledged; the peer's has not come",
        ),
        (
            "shutdown c wr\nstep\nshutdown a wr\nexpect state a CLOSE",
            "the peer's FIN has come; its own is not acknowledged yet",
        ),
    ] {
        let (before, expect) = lines.rsplit_once('\n').unwrap_or(("", lines));
        let script = format!("{setup}{before}\nset timeout 100ms\n{expect}\n");
        let Some((ran, said)) = run(&script) else {
            return;
        };
        assert!(!ran.success(), "{said}");
        assert!(said.contains(why), "{lines}: {said}");
    }
}

#[test]
fn nothing_overtakes_what_was_held_when_the_wire_flows_again() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run("client: a = socket tcp\nserver: b = socket tcp\nbind a client:5000\nbind b server:6000\nwire hold");
    live.run("connect a server:6000\nconnect b client:5000");
    // The server answers the first SYN before its own, sent earlier, is handed over.
    let told = live.run("wire flow\nexpect jobs 0");
    let delivered = |packet: &&&serde_json::Value| packet["fate"] == "delivered";
    let packets = of_kind(&told, "packet");
    let by_server: Vec<u64> = packets
        .iter()
        .filter(delivered)
        .filter(|packet| packet["src"] == "10.0.0.2:6000")
        .map(|packet| packet["n"].as_u64().unwrap())
        .collect();
    assert!(by_server.len() > 1, "{by_server:?}");
    assert!(by_server.is_sorted(), "{by_server:?}");
}

/// The numbers of the packets of an answer.
fn numbers(events: &[serde_json::Value], answer: &str) -> Vec<u64> {
    let found = events.iter().find(|event| event["answer"] == answer);
    let packets = found.unwrap()["packets"].as_array().unwrap().iter();
    packets
        .map(|packet| packet["n"].as_u64().unwrap())
        .collect()
}

#[test]
fn while_one_is_held_the_log_forgets_what_passes() {
    if up(&["client", "server"]).is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Command::new(program());
    shell.current_dir(&folder);
    let mut live = Live::of(shell);
    live.run(&format!("lab up\n{DATAGRAMS}"));
    live.run("set log 10\nwire hold\nclient: send u \"first\"\nwire loss 100%");
    let full = live.run(&"client: send u \"lost\"\n".repeat(50));
    let full = words(&full);
    assert_eq!(full.matches("the log is full").count(), 1, "{full}");
    let log = live.run("wire log\nexpect packets 51\nexpect fate 1 held\nexpect held 1");
    let kept: Vec<u64> = std::iter::once(1).chain(42..=51).collect();
    assert_eq!(numbers(&log, "log"), kept);
    let ladder = live.run("ladder");
    assert_eq!(ladder[0]["forgotten"], 40, "{ladder:?}");
    let saved = words(&live.run("capture save kept.pcapng"));
    assert!(saved.starts_with("11 packets in "), "{saved}");
    let kept = "which is removed at the end; --allow-files writes it where you say";
    assert!(saved.contains(kept), "{saved}");
    let stepped = live.run("wire loss off\npacket 1\nstep\nserver: recv v 9");
    assert_eq!(received(&stepped), ["first"]);
    assert_eq!(of_kind(&stepped, "packet")[0]["fate"], "delivered");
    // All that is held is kept, and once it has passed and was told the bounds hold for it too.
    live.run(&"client: send u \"more\"\n".repeat(30));
    let held = live.run("expect held 30\nwire log");
    let kept: Vec<u64> = std::iter::once(1).chain(52..=81).collect();
    assert_eq!(numbers(&held, "log"), kept);
    let flown = live.run("wire flow\nwire log");
    let delivered = fates(&flown).into_iter();
    assert_eq!(
        delivered.filter(|fate| fate.ends_with("delivered")).count(),
        30
    );
    assert_eq!(numbers(&flown, "log"), (72..=81).collect::<Vec<_>>());
    let (status, said) = live.last("packet 2\n");
    assert_eq!(status, 2);
    assert!(
        words(&said).contains("the log has forgotten it"),
        "{said:?}"
    );
}
