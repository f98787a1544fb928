//! `ls`, `state`, `who`, and changes that the network causes.

use crate::harness::{events, require, script};
use crate::support::until;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

#[test]
fn ls_shows_every_socket_with_addresses_state_and_queues() {
    let lines = "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 3\nc = socket tcp\nconnect c s.local\nsend c #20\nu = socket udp\nls\n";
    let all = events(lines);
    let table = all
        .iter()
        .find(|event| event["answer"] == "sockets")
        .unwrap();
    let rows = table["sockets"].as_array().unwrap();
    let row = |name: &str| rows.iter().find(|row| row["name"] == name).unwrap();
    assert_eq!(row("s")["state"], "LISTEN");
    assert_eq!(
        (&row("s")["recvq"], &row("s")["sendq"]),
        (&1.into(), &3.into())
    );
    assert_eq!(row("s")["ready"], "r--");
    assert_eq!(row("c")["state"], "ESTABLISHED");
    assert_eq!(row("c")["peer"], row("s")["local"]);
    assert_eq!(
        (&row("u")["proto"], &row("u")["fd"]),
        (&"udp".into(), &5.into())
    );
}

#[test]
fn what_so_linger_means_depends_on_the_socket() {
    for (kind, set, means) in [
        (
            "tcp",
            "0 0",
            "off: close() returns at once, and the kernel sends what is left",
        ),
        (
            "tcp",
            "1 0",
            "on, 0 s: close() throws unsent data away and sends RST",
        ),
        ("tcp", "1 5", "on: close() waits up to 5 s for unsent data"),
        (
            "tcp",
            "1 -5",
            "on: close() waits for unsent data, however long that takes",
        ),
        ("udp", "0 0", "off"),
        ("udp", "1 0", "on, 0 s"),
        ("unix", "1 5", "on, 5 s"),
    ] {
        let all = events(&format!(
            "s = socket {kind}\nsetsockopt s SO_LINGER {set}\ngetsockopt s SO_LINGER\n"
        ));
        let answer = all
            .iter()
            .find(|event| event["answer"] == "options")
            .unwrap();
        let option = &answer["options"][0];
        // With a HZ of 100 what is left of the longest time is a positive number.
        let positive = set == "1 -5" && !option["value"].as_str().unwrap().contains('-');
        if !positive {
            assert_eq!(option["meaning"], means, "{kind} {set}");
        }
    }
}

#[test]
fn a_closed_connection_is_followed_to_time_wait() {
    let lines = "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 1\nc = socket tcp\nconnect c s.local\nconn = accept s\n\
        close c\nexpect state c FIN_WAIT2\nexpect state conn CLOSE_WAIT\nclose conn\nexpect state c TIME_WAIT\nls\nstate c\n";
    script(lines).status(0).says(&[
        "TIME_WAIT",
        "its way",
        "ESTABLISHED → FIN_WAIT",
        "TIME_WAIT",
    ]);
}

#[test]
fn the_diagram_marks_the_place_and_the_way() {
    script("s = socket tcp\nbind s 127.0.0.1:0\nlisten s 1\nstate s\n")
        .status(0)
        .says(&[
            "s is in LISTEN",
            "(CLOSE)",
            "[[LISTEN]]",
            "its way  CLOSE → LISTEN",
        ]);
}

#[test]
fn the_diagram_alone_belongs_to_no_socket() {
    script("state\n")
        .status(0)
        .says(&["No socket is open: this is the way", "CLOSE", "TIME_WAIT"]);
}

#[test]
fn a_socket_that_lost_its_name_is_told_of_and_can_be_named_as_ls_shows_it() {
    script("s = socket tcp\ns = socket udp\nls\nclose fd3\nexpect sockets 1\n")
        .status(0)
        .says(&[
            "`s` stands for something else now; the socket before it stays open, as `fd3`",
            "fd3",
            "close(3) = 0",
        ]);
}

#[test]
fn who_names_the_sessions_own_sockets() {
    let all = events("s = socket tcp\nbind s 127.0.0.1:0\nlisten s 1\nwho s.local\n");
    let answer = all
        .iter()
        .find(|event| event["answer"] == "holders")
        .unwrap();
    assert_eq!(answer["holders"][0]["socket"], "s");
    assert_eq!(answer["holders"][0]["state"], "LISTEN");
}

#[test]
fn who_says_that_a_connection_waits_for_accept() {
    let ask = "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 1\nc = socket tcp\nconnect c s.local\nwho s.local\n";
    script(ask)
        .status(0)
        .says(&["nobody yet; it waits for accept()"]);
    script(&format!("{ask}conn = accept s\nwho s.local\n"))
        .status(0)
        .says(&["conn, in this session"]);
}

#[test]
fn ls_tells_what_a_closed_socket_has_still_to_send() {
    let all = events(
        "s = socket tcp\nsetsockopt s SO_RCVBUF 2304\nbind s 127.0.0.1:0\nlisten s 1\nc = socket tcp\nconnect c s.local\n\
         conn = accept s\nsend c #20000\nclose c\nls\n",
    );
    let list = all.iter().find(|event| event["answer"] == "sockets");
    let rows = list.unwrap()["sockets"].as_array().unwrap();
    let closed = rows.iter().find(|row| row["name"] == "c").unwrap();
    assert_eq!(closed["state"], "FIN_WAIT1");
    // What the peer's small buffer had no room for, and the FIN behind it.
    assert!(closed["sendq"].as_u64() > Some(10_000), "{closed}");
}

#[test]
fn what_close_did_comes_before_what_it_did_to_the_peer() {
    let pair = "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 1\nc = socket tcp\nconnect c s.local\nd = accept s\n";
    let moved = |script: &str| -> Vec<String> {
        let all = events(script);
        let moves = all.iter().skip_while(|event| event["command"] != "close");
        let states = moves.filter(|event| event["event"] == "state");
        states
            .map(|event| event["socket"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(moved(&format!("{pair}close c\n"))[..2], ["c", "d"]);
    let broken = format!("{pair}setsockopt c SO_LINGER 1 0\nclose c\n");
    assert_eq!(moved(&broken)[..2], ["c", "d"]);
}

#[test]
fn a_socket_has_one_state() {
    script(
        "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 1\nc = socket tcp\nconnect c s.local\nd = accept s\n\
         shutdown c wr\nshutdown d wr\nexpect state c TIME_WAIT\nexpect c.state == \"TIME_WAIT\"\nprint c.state\n",
    )
    .status(0)
    .says(&["TIME_WAIT\n"]);
}

#[test]
fn who_names_another_process() {
    if !require("python3") {
        return;
    }
    let server = "import socket,sys\ns=socket.socket()\ns.bind(('127.0.0.1',0))\ns.listen(1)\nprint(s.getsockname()[1],flush=True)\nsys.stdin.read()\n";
    let mut python = Command::new("python3")
        .args(["-c", server])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut port = String::new();
    BufReader::new(python.stdout.take().unwrap())
        .read_line(&mut port)
        .unwrap();
    let all = events(&format!("who {}\n", port.trim()));
    python.stdin.take().unwrap().flush().unwrap();
    assert!(python.wait().unwrap().success());
    let answer = all
        .iter()
        .find(|event| event["answer"] == "holders")
        .unwrap();
    let holder = &answer["holders"][0];
    assert!(
        holder["process"]
            .as_str()
            .is_some_and(|name| name.starts_with("python")),
        "{holder}"
    );
    assert_eq!(holder["socket"], serde_json::Value::Null);
}

#[test]
fn what_the_peer_does_is_told_with_the_statement_that_meets_it() {
    let all = events(
        "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 1\nc = socket tcp\nconnect c s.local\nconn = accept s\nclose conn\n",
    );
    let fin = all
        .iter()
        .find(|event| event["event"] == "state" && event["to"] == "CLOSE_WAIT")
        .unwrap();
    assert_eq!(
        (&fin["socket"], &fin["from"], &fin["by_network"]),
        (&"c".into(), &"ESTABLISHED".into(), &true.into())
    );
}

#[test]
fn closing_a_listener_on_which_accept_sleeps_is_no_doing_of_the_network() {
    let all = events("s = socket tcp\nbind s 127.0.0.1:0\nlisten s 1\nconn = accept s\nclose s\n");
    let closed = all.iter().find(|event| {
        event["event"] == "state" && event["to"] == "CLOSE" && event["from"] == "LISTEN"
    });
    let closed = closed.unwrap_or_else(|| panic!("{all:?}"));
    assert_eq!(
        (&closed["by_network"], &closed["closed"]),
        (&false.into(), &true.into())
    );
}

#[test]
fn a_unix_listener_and_its_queue_are_shown() {
    let lines = crate::errors::written_out(
        "s = socket unix\nbind s @socktutor-queue\nlisten s 7\nc = socket unix\nconnect c @socktutor-queue\n\
         d = socket unix\nconnect d @socktutor-queue\nexpect backlog s 2\nexpect state s LISTEN\nls\nconn = accept s\nexpect backlog s 1",
    );
    let ran = script(&lines).status(0);
    let row = ran.stdout.lines().find(|line| line.contains("unix-stream"));
    let cells: Vec<&str> = row.unwrap_or_default().split_whitespace().collect();
    assert_eq!(cells[5..], ["LISTEN", "2", "7", "r--"], "{}", ran.stdout);
}

#[test]
fn a_unix_socket_speaks_no_protocol() {
    for (kind, protocol) in [
        ("unix", "0"),
        ("tcp", "IPPROTO_TCP"),
        ("udp", "IPPROTO_UDP"),
    ] {
        let all = events(&format!("s = socket {kind}\ngetsockopt s SO_PROTOCOL\n"));
        let table = all
            .iter()
            .find(|event| event["answer"] == "options")
            .unwrap();
        assert_eq!(table["options"][0]["value"], protocol, "{kind}: {table}");
    }
}

#[test]
fn every_option_that_can_be_read_is_in_the_list() {
    let all = events("s = socket tcp\ngetsockopt s\n");
    let answer = all
        .iter()
        .find(|event| event["answer"] == "options")
        .expect("the list");
    let rows = answer["options"].as_array().expect("rows");
    for name in [
        "SO_REUSEADDR",
        "SO_ERROR",
        "TCP_NODELAY",
        "TCP_INFO",
        "IP_TTL",
    ] {
        assert!(rows.iter().any(|row| row["name"] == name), "{name}");
    }
    // Looking must not clear the error.
    let lines =
        "u = socket udp\nconnect u 127.0.0.1:1\nsend u x\ngetsockopt u\ngetsockopt u SO_ERROR\n";
    script(lines)
        .status(0)
        .says(&["getsockopt u SO_ERROR", "[ECONNREFUSED]"]);
    script("s = socket tcp\nclose s\ngetsockopt s\n")
        .status(2)
        .says(&["descriptor 3 is not open"]);
}

#[test]
fn a_command_without_a_topic_has_help() {
    script("explain ls\n")
        .status(2)
        .says(&["no topic `ls`", "Try: help ls"]);
}

#[test]
fn who_takes_a_port_in_every_form() {
    let listener = "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 1\np = s.local[1]\n";
    for who in ["who s", "who s.local", "who p"] {
        script(&format!("{listener}{who}\n"))
            .status(0)
            .says(&["held by", "s, in this session"]);
    }
    for (who, port) in [
        ("127.0.0.1:1", 1),
        ("localhost:tcpmux", 1),
        ("tcpmux", 1),
        ("[::1]:1", 1),
    ] {
        script(&format!("who {who}\n"))
            .status(0)
            .says(&[&format!("port {port}")]);
    }
}

#[test]
fn what_never_came_was_no_time_ago() {
    let table = |lines: &str| -> Vec<(String, String)> {
        let all = events(lines);
        let last = all.iter().rfind(|event| event["answer"] == "fields");
        let rows = last.expect("a table")["fields"].as_array().expect("rows");
        let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
        rows.iter()
            .map(|row| (text(&row["name"]), text(&row["value"])))
            .filter(|(name, _)| name.starts_with("tcpi_last_"))
            .collect()
    };
    let fresh = table("s = socket tcp\ngetsockopt s TCP_INFO\n");
    assert_eq!(fresh.len(), 3);
    assert!(fresh.iter().all(|(_, value)| value == "never"), "{fresh:?}");
    let pair = "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 1\nc = socket tcp\nconnect c s.local\na = accept s\n";
    let sender = table(&format!(
        "{pair}send c x\nrecv a 1\ngetsockopt c TCP_INFO\n"
    ));
    let never = |(name, value): &(String, String)| (value == "never").then(|| name.clone());
    assert_eq!(
        sender.iter().filter_map(never).collect::<Vec<_>>(),
        ["tcpi_last_data_recv"],
        "{sender:?}"
    );
    let receiver = table(&format!(
        "{pair}send c x\nrecv a 1\ngetsockopt a TCP_INFO\n"
    ));
    assert_eq!(
        receiver.iter().filter_map(never).collect::<Vec<_>>(),
        ["tcpi_last_data_sent"],
        "{receiver:?}"
    );
}

#[test]
fn what_is_true_or_false_is_printed_as_python_prints_it() {
    script(
        "print(True)\nprint(None)\na = 1 == 2\nprint a, a == False, a + 1\nvars\nprint(f\"{a} {a!r} {a=}\")\n\
         s = socket tcp\non = True\nsetsockopt s SO_KEEPALIVE on\nexpect a == 0\nprintf(\"%d %d\\n\", 1 == 1, s);\n\
         print(\"a\", \"b\", sep=\"-\")\nprint(f\"{7:04d}\")\n",
    )
    .status(0)
    .says(&[
        "  True",
        "  None",
        "  False True 1",
        "a  False",
        "  False False a=False",
        "SO_KEEPALIVE, [1], 4) = 0",
        "  1 3",
        "  a-b",
        "  0007",
    ]);
    script("expect 1 == 2\n").status(1).says(&["1 == 2"]);
}

#[test]
fn the_flags_of_a_socket_are_shown_in_words() {
    script("s = socket tcp\nfcntl(s, F_GETFL);\nnonblock s on\nflags = fcntl(s, F_GETFL, 0);\nprint flags\nfcntl(s, F_SETFL, flags | O_NONBLOCK);\n")
        .status(0)
        .says(&[
            "fcntl(3, F_GETFL) = 0x2 (flags O_RDWR)",
            "nothing has changed",
            "fcntl(3, F_GETFL) = 0x802 (flags O_RDWR|O_NONBLOCK)",
            "  2050",
            "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0",
        ]);
}

#[test]
fn a_name_that_stands_for_nothing_is_answered_where_it_stands() {
    for (line, help) in [
        ("s = tcp", "a socket is made so: s = socket tcp"),
        ("accept c", "c = socket tcp makes one"),
        ("print hi", "print \"hi\""),
        ("x.send(hello)", "a text stands in quotes: \"hello\""),
        ("help x", "print x shows it"),
        (
            "bind(x, &a, sizeof a);",
            "an address can have a name: a = (\"127.0.0.1\", 12345)",
        ),
        ("print \"n \" + 3", "str(…)"),
        ("send x x.state", "str(…)"),
        ("bind x 127.0.0.1:0; send x x.local", "str(…)"),
        ("print \"n\".hex()", "x.encode()"),
    ] {
        let ran = script(&format!("x = socket tcp\n{line}\n"));
        let said = format!("{}{}", ran.stdout, ran.stderr).replace("\n       ", " ");
        assert!(said.contains(help), "{line}: {said}");
    }
    script("s, t = socketpair\nl = socket tcp\nbind l 127.0.0.1:0\nsend s str(l.state)\nsend s l.fd\nsend s str(l.local)\n")
        .status(0)
        .says(&["\"CLOSE\", 5", "\"5\", 1", "\"('127.0.0.1', "]);
    script("x = #5\nprint #5\nexpect #5 == x\n")
        .status(0)
        .says(&["print #5\n  abcde\n"]);
    script("print b'x\\xff'.hex()\nexit(EXIT_SUCCESS);\nnever\n")
        .status(0)
        .says(&["78ff"]);
}

#[test]
fn bytes_that_wait_are_told_on_loopback_too() {
    let pair = "s = socket tcp\nsetsockopt s SO_RCVBUF 4096\nbind s 127.0.0.1:0\nlisten s 1\nc = socket tcp\n\
        connect c s.local\nd = accept s\n";
    // The receiver delays its ACK (TCP_QUICKACK off), mostly by 40 ms: time enough, but for a busy machine.
    let small = format!(
        "{pair}setsockopt d TCP_QUICKACK 0\nsend c \"a\"\nsend c \"b\"\nexpect recvq d 2\n"
    );
    until("an ACK that is delayed", || {
        let ran = script(&small).status(0);
        ran.stdout.contains("Nagle's algorithm: RFC").then_some(())
    });
    let nodelay = small.replace("send c \"a\"", "setsockopt c TCP_NODELAY 1\nsend c \"a\"");
    let ran = script(&nodelay).status(0);
    assert!(
        !ran.stdout.contains("Nagle's algorithm: RFC"),
        "{}",
        ran.stdout
    );
    // A peer that does not read: the window is smaller than what is sent.
    script(&format!("{pair}send c #8000\nsend c \"b\"\n"))
        .status(0)
        .says(&["the window that the peer announced last has no room"]);
}

#[test]
fn to_ask_for_no_byte_is_not_to_meet_the_end() {
    for kind in ["tcp", "unix"] {
        let pair = match kind {
            "tcp" => {
                "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 1\nc = socket tcp\nconnect c s.local\nd = accept s\n"
            }
            _ => "c, d = socketpair\n",
        };
        for call in ["recv", "recvfrom"] {
            let ran = script(&format!("{pair}send c \"x\"\n{call} d 0\n")).status(0);
            assert!(
                ran.stdout.contains("No byte was asked for"),
                "{}",
                ran.stdout
            );
            assert!(
                !ran.stdout.contains("nothing more will come"),
                "{}",
                ran.stdout
            );
        }
    }
    // A datagram is taken all the same, and is not one of length 0.
    let ran = script("a, b = socketpair unix-dgram\nsend a \"x\"\nrecv b 0\n").status(0);
    assert!(
        ran.stdout.contains("the rest of it is lost"),
        "{}",
        ran.stdout
    );
}

/// What is explained of a script's calls, in full.
fn explained(lines: &str) -> String {
    let all = events(&format!("set explain full\n{lines}\n"));
    let each = all.iter().filter(|event| event["event"] == "explain");
    each.map(|event| event["text"].to_string()).collect()
}

#[test]
fn a_part_of_a_datagram_is_not_told_to_be_sent() {
    let pair = "v = socket udp\nbind v 127.0.0.1:0\nu = socket udp\nconnect u v.local";
    let said = explained(&format!("{pair}\nsend u \"a\" --more"));
    assert!(said.contains("Nothing was sent: MSG_MORE"), "{said}");
    assert!(!said.contains("One datagram was sent"), "{said}");
    let both = "send u \"a\" --more\nsend u \"b\"\nrecv v 10\nexpect data \"ab\"";
    let said = explained(&format!("{pair}\n{both}"));
    assert!(said.contains("One datagram was sent"), "{said}");
}

#[test]
fn after_a_rst_that_so_error_has_told_0_bytes_are_no_end_that_the_peer_sent() {
    let said = explained(
        "b = socket tcp\nbind b 127.0.0.1:0\nlisten b 5\ns = socket tcp\nconnect s b.local\nc = accept b\n\
         setsockopt c SO_LINGER 1 0\nclose c\nexpect state s CLOSE\ngetsockopt s SO_ERROR\nrecv s 10",
    );
    assert!(said.contains("The connection was broken off"), "{said}");
    assert!(!said.contains("The peer has closed"), "{said}");
}

#[test]
fn a_name_in_digits_needs_no_name_server() {
    script("gethostbyname 127.1\nexpect ok\nx = getaddrinfo 2130706433 80\nexpect ok\n").status(0);
    script("gethostbyname ::1\n")
        .status(2)
        .says(&["`::1` is an IPv6 address", "getaddrinfo ::1 80"]);
}

#[test]
fn a_negative_time_reads_0_and_is_not_for_ever() {
    for (value, given, read, meaning) in [
        (
            "-1",
            "{tv_sec=-1, tv_usec=0}",
            "0 s",
            "no wait: it was set to a negative time",
        ),
        ("-0.5", "{tv_sec=-1, tv_usec=500000}", "0 s", "no wait"),
        (
            "-1; setsockopt s SO_RCVTIMEO 0",
            "{tv_sec=0, tv_usec=0}",
            "0 s",
            "for ever",
        ),
        // Less than a microsecond is not for ever either.
        ("0.0000001", "{tv_sec=0, tv_usec=1}", "0.0", "how long"),
    ] {
        script(&format!(
            "s = socket udp; setsockopt s SO_RCVTIMEO {value}; getsockopt s SO_RCVTIMEO"
        ))
        .status(0)
        .says(&[given, read, meaning]);
    }
}

/// Data is bytes, and stays what it is: values as Python has them.
#[test]
fn a_value_is_what_was_received_and_written() {
    let received = "a, b = socketpair()\na.send(b\"\\xff\\xfe Hi \\n\")\nx = b.recv(100)\n";
    for (line, shown) in [
        ("print(x.strip().hex())", "\n  fffe204869\n"),
        ("print(x.upper().hex())", "\n  fffe204849200a\n"),
        ("print(x.lower().hex())", "\n  fffe206869200a\n"),
        (
            "a.send(f\"re: {x}\")",
            "\"re: \\377\\376 Hi \\n\", 11, 0, NULL, 0) = 11",
        ),
        ("print(f\"{x[2:]}\" == \" Hi \\n\")", "\n  True\n"),
        ("u = socket unix; p = b\"./\\xff\"; bind u p", "/./\\377\"}"),
        ("u = socket unix; bind u b\"./\\xff\"", "/./\\377\"}"),
        (
            "u = socket unix; p = b\"\\0\\xff\"; bind u p",
            "sun_path=@\"\\377\"}",
        ),
        (
            "t = \"grüße\"; print((t, f\"{t!r}\"))",
            "('grüße', '\\'grüße\\'')",
        ),
        ("t = \"grüße\"; vars", "t  'grüße'"),
        (
            "print(1.5 + 1, 2 - 0.5, 1.5 * 2, 2 >= 2.5)",
            "2.5 1.5 3 False",
        ),
        ("print(int(-2.7))", "\n  -2\n"),
    ] {
        script(&format!("{received}{line}\n"))
            .status(0)
            .says(&[shown]);
    }
    for (line, answer) in [
        ("print(f\"{x:>9}\")", "these bytes are no text (UTF-8)"),
        ("gethostbyname x", "these bytes are none (UTF-8)"),
        (
            "inet_ntop(AF_INET, 4294967297)",
            "does not fit an IPv4 address",
        ),
        ("print(int(1e30))", "this number is too large"),
        // The C library refuses it, and makes no call.
        ("select a r 1e19", "is no time to wait"),
    ] {
        script(&format!("{received}{line}\n"))
            .status(2)
            .says(&[answer]);
    }
}

#[test]
fn a_closed_listener_is_not_the_one_that_shares_its_address() {
    script(
        "s = socket tcp; setsockopt s SO_REUSEPORT 1; bind s 127.0.0.1:0; p = s.local; listen s 5\n\
         t = socket tcp; setsockopt t SO_REUSEPORT 1; bind t p; listen t 7\n\
         close s\nexpect state s CLOSE\nexpect state t LISTEN\nwho p[1]",
    )
    .status(0)
    .says(&["s  LISTEN → CLOSE", "LISTEN  t, in this session"]);
}

#[test]
fn no_flag_is_lost_however_it_is_written() {
    let pair = "s, t = socketpair\nsend s abcdef\n";
    for (line, call) in [
        ("recv t 3 MSG_PEEK --dontwait", "3, MSG_PEEK|MSG_DONTWAIT, "),
        (
            "recv t 3 0x10000000 --dontwait",
            "3, MSG_DONTWAIT|0x10000000, ",
        ),
        ("send s hi ho MSG_DONTWAIT", "\"hi ho\", 5, MSG_DONTWAIT, "),
        (
            "send s MSG_DONTWAIT",
            "flags follow the data\n  sendto(3, \"MSG_DONTWAIT\", 12, 0, ",
        ),
    ] {
        script(&format!("{pair}{line}\n")).status(0).says(&[call]);
    }
    // A call without its flag would have taken the data.
    for line in ["recv t 3 f --dontwait", "recv t 10kb --dontwait"] {
        let typed = format!("{pair}f = MSG_PEEK\n{line}\n");
        let ran = script(&typed).status(2).says(&["expected:"]);
        assert!(!ran.stdout.contains("recvfrom("), "{}", ran.stdout);
    }
}

#[test]
fn why_a_state_is_another_fits_the_one_that_was_expected() {
    let listening =
        "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 5\nc = socket tcp\nset timeout 10ms\n";
    let connected = "connect c s.local\n";
    let shut = "connect c s.local\nconn = accept s\nshutdown c w\n";
    for (made, claim, why, not) in [
        (connected, "c SYN_SENT", "handshake is over", "FIN"),
        (connected, "c SYN_RECV", "handshake is over", "FIN"),
        (connected, "c LISTEN", "one end of a connection", "FIN"),
        (connected, "c CLOSE_WAIT", "has got none", "handshake"),
        (connected, "c CLOSE", "has sent no FIN", "handshake"),
        ("", "c LISTEN", "listen was not called", "refused"),
        ("", "c ESTABLISHED", "never begun", "listen"),
        (
            shut,
            "conn ESTABLISHED",
            "the peer's FIN has come",
            "closed",
        ),
        ("close s\n", "s LISTEN", "the socket is closed", "shutdown"),
    ] {
        let ran = script(&format!("{listening}{made}expect state {claim}\n"));
        let said = ran.stdout.rsplit("NOT  expected").next().unwrap();
        assert!(said.contains(why), "{claim}: {said}");
        assert!(!said.contains(not), "{claim}: {said}");
    }
}
