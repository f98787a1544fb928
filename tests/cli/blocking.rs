//! Calls that sleep: told, waited for, woken, left.

use crate::harness::{Shell, events, script};

const LISTENER: &str = "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 1\n";

#[test]
fn a_call_that_the_last_line_wakes_is_not_left_blocked() {
    for lines in [
        "a, b = socketpair\nx = recv a 10\nsend b \"hi\"\n",
        "a, b = socketpair\nc, d = socketpair\nx = poll a r c r\nsend d \"hi\"\n",
        &format!("{LISTENER}at = s.local\nd = accept s\nc = socket tcp\nconnect c at\n"),
    ] {
        let ran = script(lines).status(0);
        assert!(!ran.stdout.contains("left blocked"), "{}", ran.stdout);
    }
}

#[test]
fn a_call_that_sleeps_becomes_a_job_and_its_result_arrives() {
    let lines = format!(
        "{LISTENER}conn = accept s\nexpect blocked\nexpect jobs 1\nc = socket tcp\nconnect c s.local\nsend conn \"hi\"\nexpect ok\nrecv c 10\nexpect data \"hi\"\nexpect jobs 0\n"
    );
    script(&lines).status(0).says(&[
        "accept(3, addr, [16]) = ?",
        "blocked: the thread sleeps in accept()",
        "[job 1]",
        "has returned",
        "= 4",
    ]);
}

/// Linux goes on with IPv4 on a socket whose connect() to a mapped address was refused: the SYN is not answered, though the
/// listener is the session's own, with room in its queue.
#[test]
fn an_ipv6_socket_that_was_refused_an_ipv4_address_may_sleep_in_connect() {
    let lines = "l = socket tcp6\nbind l [::1]:0\nlisten l 3\nc = socket tcp6\n\
        c.connect((\"::ffff:127.0.0.1\", l.getsockname()[1]))\nexpect error ECONNREFUSED\nconnect c l.local\n\
        expect blocked\ncancel\nd = socket tcp6\nconnect d l.local\nexpect ok\n";
    let shell = Shell::under(&["timeout", "30"]).shell_args(&["run", "-"]);
    shell.input(lines).run().status(0);
}

#[test]
fn using_a_pending_name_waits_no_longer_than_the_timeout() {
    let lines = format!("set timeout 200ms\n{LISTENER}conn = accept s\nsend conn \"hi\"\n");
    script(&lines).status(1).says(&[
        "this needs the result of job 1",
        "has not returned after 0.2 s",
        "returns once a client has connected",
    ]);
}

#[test]
fn a_cancelled_call_truly_returns_eintr() {
    let lines =
        format!("{LISTENER}accept s\nexpect blocked\ncancel\nexpect error EINTR\nexpect jobs 0\n");
    script(&lines)
        .status(0)
        .says(&["was cancelled", "= -1 EINTR (Interrupted system call)"]);
}

#[test]
fn a_script_that_ends_with_blocked_calls_names_them_and_fails() {
    let lines = format!("{LISTENER}accept s\nu = socket udp\nbind u 127.0.0.1:0\nrecv u 10\n");
    script(&lines).status(1).says(&[
        "[job 1] accept s was left blocked",
        "[job 2] recv u 10 was left blocked",
    ]);
}

#[test]
fn closing_under_a_sleeping_call_says_what_happens_and_leaves_nothing_behind() {
    let lines = format!(
        "{LISTENER}accept s\nexpect blocked\nclose s\nexpect jobs 0\nexpect sockets 0\nwho 1\n"
    );
    script(&lines)
        .status(0)
        .says(&["close(3) = 0", "close() does not wake it", "= -1 EINTR"])
        .says(&["close s had closed the descriptor"]);
}

#[test]
fn a_call_that_has_got_what_it_waits_for_does_not_sleep_when_its_socket_is_closed() {
    let udp =
        "u = socket udp\nbind u 127.0.0.1:0\nx = recv u 10\nw = socket udp\nsendto w hi u.local";
    let tcp = &format!("{LISTENER}conn = accept s\nc = socket tcp\nconnect c s.local");
    for (woken, close) in [(udp, "close u"), (tcp, "close s")] {
        // How long a thread takes to wake is not in the shell's hands, and it is waited for a moment only.
        let tells = || {
            let ran = script(&format!("{woken}; {close}\nexpect jobs 0\n")).status(0);
            !ran.stdout.contains("still sleeps")
        };
        assert!((0..3).any(|_| tells()), "{close}");
    }
}

/// Its first job has returned, and what that gave went elsewhere.
#[test]
fn a_name_does_not_go_back_to_a_call_that_is_over() {
    let twice =
        format!("{LISTENER}a = accept s\na = accept s\nc = socket tcp\nconnect c s.local\n");
    let ran = script(&format!("{twice}expect jobs 1\ncancel 2\nprint a\n")).status(2);
    assert!(ran.stdout.contains("called `a`"), "{}", ran.stdout);
}

#[test]
fn a_call_on_several_sockets_sleeps_on_each() {
    for call in ["poll s r conn r", "select s r conn r"] {
        let lines = format!(
            "{LISTENER}c = socket tcp\nconnect c s.local\nconn = accept s\np = {call}\nexpect blocked\nls\n"
        );
        let all = events(&lines);
        let table = all.iter().find(|event| event["answer"] == "sockets");
        let rows = table.unwrap()["sockets"].as_array().unwrap();
        let jobs: Vec<_> = rows.iter().map(|row| row["jobs"].to_string()).collect();
        assert_eq!(jobs, ["[1]", "null", "[1]"], "{call}");
        script(&(lines + "close conn\nexpect jobs 0\nwait\n"))
            .status(0)
            .says(&[
                "close() does not wake it",
                "The shell interrupts the call now",
            ])
            .says(&["job 1 has returned already"]);
    }
}

#[test]
fn a_close_that_a_sleeper_puts_off_is_still_the_programs_own() {
    let pair = format!("{LISTENER}c = socket tcp\nconnect c s.local\nconn = accept s\n");
    let begun = "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 0\na = socket tcp\nconnect a s.local\n\
        c = socket tcp\nconnect c s.local\nexpect state c SYN_SENT\nnonblock c on\nnonblock c off\n\
        send c hello\nexpect jobs 2\nclose c\n";
    for (lines, to) in [
        (
            &format!("{pair}setsockopt conn SO_LINGER 1 0\nrecv conn 9\nclose conn\n"),
            "CLOSE",
        ),
        (
            &format!("{pair}send c unread\nsend conn #50000000\nclose conn\n"),
            "CLOSE",
        ),
        (&format!("{pair}recv conn 9\nclose conn\n"), "FIN_WAIT"),
        (&format!("{pair}poll s r conn r\nclose conn\n"), "FIN_WAIT"),
        (&format!("{pair}accept s\nclose s\n"), "CLOSE"),
        (&format!("{pair}poll c r s r\nclose s\n"), "CLOSE"),
        (&begun.to_owned(), "CLOSE"),
    ] {
        let all = events(lines);
        let end = all
            .iter()
            .find(|event| event["event"] == "state" && event["closed"] == true);
        let end = end.unwrap_or_else(|| panic!("{lines}"));
        assert!(end["to"].as_str().unwrap().starts_with(to), "{lines}{end}");
        assert_eq!(end["by_network"], false, "{lines}{end}");
    }
}

#[test]
fn a_name_that_waits_stands_for_its_job() {
    let received = "a, b = socketpair\nx = recv a 10\nsend b \"xy\"\n";
    let accepted = format!("{LISTENER}conn = accept s\nc = socket tcp\nconnect c s.local\n");
    let twice = format!("{LISTENER}conn = accept s\nconn = accept s\ncancel conn\n");
    for (lines, claims) in [
        (&*twice, "cancel conn\nexpect error EINTR\nexpect jobs 0\n"),
        (
            "a, b = socketpair\nx = recv a 10\nexpect blocked\n",
            "cancel x\nexpect error EINTR\n",
        ),
        (received, "wait x\nexpect data \"xy\"\nwait x\n"),
        (&accepted, "wait conn\nexpect ret 4\n"),
    ] {
        for returned in ["", "expect jobs 0\n"] {
            if returned.is_empty() || !claims.starts_with("cancel") {
                script(&format!("{lines}{returned}{claims}")).status(0);
            }
        }
    }
    script(&format!("{received}wait x\nx = 7\nwait x\n"))
        .status(2)
        .says(&["there is no blocked call 7"]);
    script("wait 0\n")
        .status(2)
        .says(&["there is no blocked call 0"]);
}

#[test]
fn what_ends_a_call_is_what_it_waits_for_or_its_own_time() {
    let pair = "a, b = socketpair\n";
    let slow = lingers(600).replace("close c", "x = close c");
    for (lines, says) in [
        (
            format!("{pair}x = recv a 10\nsetsockopt a SO_RCVTIMEO 9\n"),
            "something was sent to it: that",
        ),
        (
            format!("{pair}x = recv a 10 --waitall\nsend b hi\n"),
            "10 bytes were sent to it",
        ),
        (
            format!("{pair}setsockopt a SO_RCVTIMEO 600\nx = recv a 10\n"),
            "(SO_RCVTIMEO, 600 s)",
        ),
        (
            format!("{pair}setsockopt a SO_SNDTIMEO 600\nx = send a #5M\n"),
            "(SO_SNDTIMEO, 600 s)",
        ),
        (
            format!("{pair}x = poll a r 600000\n"),
            "is ready, or its time is over (600 s)",
        ),
        (
            format!("{pair}x = select a r timeout=600\n"),
            "is ready, or its time is over (600 s)",
        ),
        (
            format!("{LISTENER}setsockopt s SO_RCVTIMEO 600\nx = accept s\n"),
            "(SO_RCVTIMEO, 600 s)",
        ),
        (
            slow,
            "is acknowledged, or its time is over (SO_LINGER, 600 s)",
        ),
    ] {
        let lines = format!("{lines}set timeout 200ms\nprint x\n");
        script(&lines).says(&["it returns once", says]);
    }
    script(&format!(
        "{pair}setsockopt a SO_RCVTIMEO 0.2\nx = recv a 10\nprint x\n"
    ))
    .status(1)
    .says(&["the call failed, so there is no value to go on with"]);
}

#[test]
fn accept_takes_its_number_when_it_begins() {
    let lines = format!(
        "{LISTENER}accept s\nexpect blocked\nc = socket tcp\nexpect c.fd == 5\nconnect c s.local\nwait 1\nexpect ret 4\n"
    );
    script(&lines).status(0);
}

#[test]
fn wait_ends_when_the_call_returns() {
    let lines = format!(
        "{LISTENER}conn = accept s\nc = socket tcp\nconnect c s.local\nwait 1\nexpect jobs 0\nexpect state conn ESTABLISHED\n"
    );
    script(&lines).status(0);
}

#[test]
fn the_last_call_is_the_one_typed_last_whichever_returns_last() {
    let accepted = &format!("{LISTENER}conn = accept s\nc = socket tcp\nconnect c s.local\n");
    let received = "a, b = socketpair\nrecv a 10\nsend b \"xy\"\n";
    let failed = "a, b = socketpair\nsetsockopt a SO_RCVTIMEO 0.3\nrecv a 9\ngetsockname a\n";
    for (calls, claims, status) in [
        (&**accepted, "expect ret 0", 0),
        (accepted, "wait 1\nexpect ret 4", 0),
        (received, "expect ret 2\nexpect data \"xy\"", 1),
        (received, "wait 1\nexpect data \"xy\"", 0),
        (received, "wait\nexpect data \"xy\"", 0),
        (received, "wait\ngetsockname a\nwait\nexpect data \"xy\"", 1),
        // A call that failed while it slept counts, unless an `expect error` speaks of it.
        (failed, "expect ok", 1),
        (failed, "expect error EAGAIN", 1),
        (failed, "wait 1\nexpect error EAGAIN", 0),
    ] {
        // Whether the call that slept has returned already makes no difference.
        for returned in ["", "expect jobs 0\n"] {
            let ran = script(&format!("{calls}{returned}{claims}\n"));
            assert_eq!(ran.status, status, "{claims}\n{}", ran.stdout);
        }
    }
    script(&format!("{received}expect data \"xy\"\n"))
        .says(&[
            "the last call received nothing",
            "the last call typed is `send b \"xy\"`",
        ])
        .says(&["`recv a 10` did receive: after `wait 1` it is the last"]);
}

#[test]
fn the_last_socket_is_that_of_the_call_typed_last_whichever_returns_last() {
    let received = "a, b = socketpair\nx = recv a 10\nsend b \"xy\"\n";
    let accepted = &format!("{LISTENER}conn = accept s\nc = socket tcp\nconnect c s.local\n");
    for (calls, last) in [
        (received, "b"),
        (&format!("{received}wait 1\n"), "a"),
        (
            "a, b = socketpair\nx = recv a 10\ngetsockname b\ncancel\n",
            "a",
        ),
        (accepted, "c"),
        (&format!("{accepted}wait\n"), "conn"),
        (
            &format!("{accepted}wait\nclose conn\ngetsockname c\nwait 1\n"),
            "c",
        ),
        (&(lingers(600) + "getsockname s\ncancel\n"), "s"),
    ] {
        // Whether the call that slept has returned already makes no difference.
        for returned in ["", "expect jobs 0\n"] {
            let all = events(&format!("{calls}{returned}ls\n"));
            let table = all.iter().find(|event| event["answer"] == "sockets");
            let mut rows = table.unwrap()["sockets"].as_array().unwrap().iter();
            let row = rows.find(|row| row["last"] == true).unwrap();
            assert_eq!(row["name"], last, "{calls}{returned}");
        }
    }
    script(
        "a, b = socketpair\ngetsockname b\nrecv a 10\nsend . \"to b\"\nrecv b 10\nexpect data \"to b\"\ncancel\n",
    )
    .status(0);
}

#[test]
fn a_second_listener_thread_shares_the_queue() {
    let lines = format!(
        "{LISTENER}a = accept s\nb = accept s\nexpect jobs 2\nc = socket tcp\nconnect c s.local\nd = socket tcp\nconnect d s.local\nwait\nexpect jobs 0\nexpect state a ESTABLISHED\nexpect state b ESTABLISHED\n"
    );
    script(&lines).status(0);
}

#[test]
fn a_full_backlog_makes_connect_sleep() {
    let lines = "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 0\nc = socket tcp\nconnect c s.local\nexpect ok\nd = socket tcp\nconnect d s.local\nexpect blocked\nexpect state d SYN_SENT\nls\ncancel\nexpect error EINTR\n";
    script(lines).status(0).says(&["SYN_SENT"]);
}

#[test]
fn a_blocked_call_and_its_end_are_events() {
    let all = events(&format!("{LISTENER}accept s\ncancel 1\n"));
    let jobs: Vec<&str> = all
        .iter()
        .filter(|event| event["event"] == "job")
        .filter_map(|event| event["status"].as_str())
        .collect();
    assert_eq!(jobs, ["blocked", "cancelled"]);
    let sleeping = all
        .iter()
        .find(|event| event["event"] == "syscall" && event["name"] == "accept")
        .unwrap();
    assert!(sleeping["ret"].is_null(), "{sleeping}");
}

#[test]
fn non_blocking_and_timed_out_calls_return_by_themselves() {
    let lines = "u = socket udp\nbind u 127.0.0.1:0\nnonblock u on\nrecv u 10\nexpect error EAGAIN\nnonblock u off\nsetsockopt u SO_RCVTIMEO 0.2\nrecv u 10\nexpect error EAGAIN\nu.setblocking(False)\nrecv u 10\nexpect error EWOULDBLOCK\n";
    script(lines).status(0);
}

#[test]
fn a_name_keeps_its_value_where_the_call_that_it_waited_for_fails() {
    script("a, b = socketpair\ny = 7\ny = recv a 5\nexpect blocked\ncancel\nexpect error EINTR\nexpect y == 7\n")
        .status(0);
    // And the value that it was given meanwhile.
    script("a, b = socketpair\nx = recv a 5\nexpect blocked\nx = 3\nsend b \"late\"\nexpect jobs 0\nexpect x == 3\n")
        .status(0)
        .says(&["received 4 bytes"]);
}

#[test]
fn a_socket_gets_its_name_back_where_the_call_that_took_it_fails() {
    let connection = "c = socket tcp\nconnect c s.local\nconn = accept s\n";
    let ends = ["cancel\n", "d = socket tcp\nconnect d s.local\n"];
    for (end, name) in ends.into_iter().zip(["conn", "fd5"]) {
        let all = events(&format!(
            "{LISTENER}{connection}conn = accept s\nexpect blocked\n{end}expect jobs 0\nls\n"
        ));
        let table = all.iter().find(|event| event["answer"] == "sockets");
        let rows = table.unwrap()["sockets"].as_array().unwrap();
        let row = rows.iter().find(|row| row["fd"] == 5).unwrap();
        assert_eq!(row["name"], name, "{end}");
    }
}

/// A connection whose close() sleeps for this many seconds, or less than none: the other end has no room for what was sent.
fn lingers(seconds: i32) -> String {
    format!(
        "{LISTENER}c = socket tcp\nconnect c s.local\nconn = accept s\nnonblock c on\nsend c #50000000\n\
         setsockopt c SO_LINGER 1 {seconds}\nclose c\nexpect blocked\n"
    )
}

#[test]
fn close_has_freed_the_number_before_it_sleeps() {
    for seconds in [600, -1] {
        let lines = lingers(seconds)
            + "expect state c FIN_WAIT1\nexpect sockets 2\nx = socket udp\nexpect x.fd == 4\n\
               expect sockets 3\nls\ncancel\nexpect ok\nexpect jobs 0\nexpect sockets 3\nexpect state c FIN_WAIT1\nls\n";
        let all = events(&lines);
        let wrong: Vec<_> = all.iter().filter(|event| event["holds"] == false).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        let tables = all.iter().filter(|event| event["answer"] == "sockets");
        let row = |table: &serde_json::Value, name: &str| {
            let rows = table["sockets"].as_array().unwrap();
            rows.iter().find(|row| row["name"] == name).unwrap().clone()
        };
        let jobs: Vec<_> = tables
            .map(|table| {
                assert_eq!(row(table, "x")["fd"], 4, "{table}");
                assert!(row(table, "c")["fd"].is_null(), "{table}");
                row(table, "c")["job"].clone()
            })
            .collect();
        assert_eq!(jobs, [1.into(), serde_json::Value::Null]);
    }
}

#[test]
fn a_socket_whose_close_sleeps_is_closed() {
    script(&(lingers(600) + "send c oops\nexpect error EBADF\ncancel\n"))
        .status(0)
        .says(&["close c closed it"]);
    script(&(lingers(600) + "x = socket udp\nconnect x 127.0.0.1:9\nsend c oops\n"))
        .status(2)
        .says(&["c is closed, and its number, 4, now belongs to x"]);
}

#[test]
fn a_connect_that_may_sleep_has_a_thread_of_its_own() {
    // The kernel chooses between two listeners at one address, and one of them has no room.
    let two = "a = socket tcp\nsetsockopt a SO_REUSEPORT 1\nbind a 127.0.0.1:0\nlisten a 100\n\
        b = socket tcp\nsetsockopt b SO_REUSEPORT 1\nbind b a.local\nlisten b 0\n";
    let connects: String = (0..24)
        .map(|n| format!("c{n} = socket tcp\nconnect c{n} a.local\n"))
        .collect();
    // The queue has room again, but the SYN that found none is sent again only after a second.
    let begun = LISTENER.to_owned()
        + "c = socket tcp\nconnect c s.local\nd = socket tcp\nconnect d s.local\n\
           e = socket tcp --nonblock\nconnect e s.local\nexpect state e SYN_SENT\nnonblock e off\n\
           accept s\naccept s\nconnect e s.local\n";
    for lines in [begun, format!("{two}{connects}")] {
        script(&lines)
            .status(1)
            .says(&["blocked: the thread sleeps in connect()"]);
    }
}

#[test]
fn a_connect_that_sleeps_before_a_full_queue_is_told_why() {
    script(
        "s = socket tcp; bind s 127.0.0.1:0; listen s 0\na = socket tcp; connect a s.local\n\
         b = socket tcp; connect b s.local\nset timeout 300ms\nexpect state b ESTABLISHED",
    )
    .status(1)
    .says(&["the queue of s is full (1 waiting, limit 0)", "accept s"]);
}
