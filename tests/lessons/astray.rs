//! A learner who takes another way than the lesson: what is said to it, and that it leads on.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::learner::{Learner, PROGRAM, fixed_ports, lesson};
use super::support::{require, skip, until};
use socktutor::app::play::lacking;
use std::net::TcpListener;
use std::process::Command;
use tempfile::TempDir;

/// A way through a lesson. Each line is what is typed, or what the last answer says (`= words`), does not say
/// (`! words`), or the place that is come to (`@ 2/7`).
struct Way(&'static str, &'static [&'static str]);

fn walks(ways: &[Way]) {
    for Way(id, lines) in ways {
        if let Some(reason) = lacking(&lesson(id).head, Some(PROGRAM.as_ref())) {
            skip(&reason);
            continue;
        }
        let folder = TempDir::new().unwrap();
        let mut learner = Learner::new(folder.path());
        let mut said = learner.types(&format!("learn {id}"));
        for line in *lines {
            match line.split_at_checked(2).unwrap_or(("", line)) {
                ("= ", words) => assert!(said.contains(words), "{words}:\n{}", learner.record),
                ("! ", words) => assert!(!said.contains(words), "{words}:\n{}", learner.record),
                ("@ ", place) => learner.comes_to(place),
                _ => said = learner.types(line),
            }
        }
    }
}

#[test]
fn an_accept_before_the_connect_gives_the_prompt_back() {
    walks(&[
        Way(
            "closing",
            &[
                "s = socket.socket(); s.bind(('localhost', 0)); s.listen(5)",
                "c = socket.socket()",
                "d, addr = s.accept()",
                "= accept has not returned yet",
                "= Still to do: connect on `c`",
                "c.connect(s.getsockname())",
                "@ 2/11 ?",
            ],
        ),
        Way(
            "tcp-and-udp",
            &[
                "u1 = socket udp; bind u1 127.0.0.1:0; u2 = socket udp; bind u2 127.0.0.1:0",
                "connect u1 u2.local",
                "s = socket tcp; bind s 127.0.0.1:0; listen s 5",
                "t2 = accept s",
                "t1 = socket tcp",
                "connect t1 s.local",
                "@ 2/9 ?",
            ],
        ),
        Way(
            "sequence-numbers",
            &[
                "server: s = socket tcp; server: bind s server:80; server: listen s 5",
                "wire hold",
                "c = socket tcp",
                "connect c server:80",
                "server: d = accept s",
                "= accept has not returned yet",
                "step until quiet",
                "@ 2/9 ?",
            ],
        ),
    ]);
}

#[test]
fn a_guess_is_answered_by_what_the_call_did() {
    walks(&[
        Way(
            "flow-control",
            &[
                "goto 5",
                "server: recv d 10000",
                "= recv is not what this step asks for",
                "undo",
                "step until quiet",
                "3",
                "server: recv d 10000",
                "= As you expected: **a word to the client: there is room**",
                "@ 6/8 ?",
            ],
        ),
        // No recv returned what the step takes as received.
        Way(
            "sequence-numbers",
            &[
                "goto 6",
                "1",
                "recv d 100",
                "step",
                "recv d 100",
                "step",
                "= As you expected: **hello**",
                "@ 7/9 ?",
            ],
        ),
    ]);
}

#[test]
fn who_connects_in_another_order_goes_on() {
    walks(&[Way(
        "listen-and-accept",
        &[
            "goto 8",
            "3",
            "c1 = socket tcp; c2 = socket tcp; c3 = socket tcp",
            "connect c2 b.local; connect c3 b.local; connect c1 b.local",
            "= From here on your `c1` is called `c3`, and your `c3` is called `c1`.",
            "! Both names",
            "d = accept b",
            "@ 9/9 ?",
        ],
    )]);
}

#[test]
fn what_differs_is_called_by_its_name() {
    walks(&[
        Way(
            "what-a-socket-is",
            &[
                "goto 6",
                "2",
                "import os",
                "os.read(b.fileno(), 100)",
                "@ 7/7 ?",
            ],
        ),
        Way(
            "ports-and-errors",
            &[
                "goto 4",
                "1",
                "w = socket tcp; bind w *:0; listen w 1",
                "connect c w.local",
                "= this step wants 127.0.0.2:w.local[1]",
            ],
        ),
        Way(
            "the-syn",
            &["goto 6", "2", "wire hold", "d.send(b'x' * 1000)", "@ 7/7"],
        ),
        // A queue that never fills may be of any length, and is not the same.
        Way(
            "handshake",
            &[
                "1",
                "server: s = socket tcp; server: bind s server:80",
                "server: listen s 7",
                "= Good enough here; the lesson used `server: listen s 5`",
            ],
        ),
        Way(
            "closing-packets",
            &[
                "server: s = socket tcp; server: bind s server:80; server: listen s 5",
                "server: c = socket tcp",
                "= This ran on server; this step wants it on client.",
                "server: connect c server:80",
                "= The lesson's `c` is to be made first.",
            ],
        ),
    ]);
}

#[test]
fn packets_are_judged_by_what_crossed() {
    walks(&[
        // One packet is held.
        Way(
            "handshake",
            &["goto 8", "1", "step 2", "! this step wants", "@ 8/8 ?"],
        ),
        Way(
            "losing-the-handshake",
            &[
                "server: s = socket tcp; server: bind s server:80; server: listen s 5",
                "2",
                "wire hold",
                "c = socket tcp",
                "connect c server:80",
                "wire drop 1",
                "step",
                "! not what this step asks for",
                "step",
                "@ 2/6 ?",
                "goto 3",
                "1",
                "step all",
                "= `step` is not what this step asks for",
                "wire flow",
                "@ 4/6 ?",
            ],
        ),
        Way(
            "syn-flood",
            &[
                "goto 3",
                "server: d = accept s",
                "wire flow",
                "@ 4/9",
                "server: z = socket tcp; server: bind z server:81; server: listen z 5",
                "inject mallory server SYN sport 1001 dport 81",
                "undo",
                "wire hold",
                "server: z = socket tcp; server: bind z server:81; server: listen z 5",
                "inject mallory server SYN sport 1001 dport 81",
                "@ 5/9 ?",
            ],
        ),
    ]);
}

#[test]
fn what_was_done_already_is_told() {
    walks(&[Way(
        "the-syn",
        &[
            "goto 5",
            "wire clear",
            "wire flow",
            "2",
            "f = socket tcp",
            "setsockopt f TCP_MAXSEG 500",
            "setsockopt f TCP_MAXSEG 500",
            "= setsockopt was done here already",
            "connect f server:80",
            "server: a = accept s",
            "server: b = accept s",
            "server: d = accept s",
            "@ 6/7 ?",
        ],
    )]);
}

#[test]
fn what_cannot_be_called_back_is_told_at_once() {
    walks(&[
        Way(
            "closing",
            &[
                "goto 6",
                "2",
                "d.close()",
                "= close on `d` came too early: this step wants close on `c` before it. `undo`",
                "undo",
                "c.close()",
                "= Good. Still to do: close on `d`",
                "d.close()",
                "@ 7/11",
            ],
        ),
        Way(
            "closing-packets",
            &[
                "goto 7",
                "wire flow; client: c = socket tcp; client: connect c server:80",
                "server: d = accept s",
                "wire hold",
                "3",
                "close(d)",
                "= Good. Still to do: close on `c`; step.",
                "step",
                "= step came too early: this step wants close on `c` before it. `undo`",
                "undo",
                "close(d)",
                "close(c)",
                "step 2",
                "@ 8/10 ?",
            ],
        ),
        Way(
            "loss",
            &[
                "goto 7",
                "2",
                "send g \"more\"",
                "= send has taken ETIMEDOUT, which a socket reports once",
                "= `undo`",
                "recv g 100",
                "= recv returned 0; this step wants it to fail with ETIMEDOUT. `undo`",
                "undo",
                "recv g 100",
                "@ 7/7 ?",
            ],
        ),
    ]);
}

#[test]
fn what_is_left_open_is_told_at_the_end() {
    walks(&[
        Way(
            "what-a-socket-is",
            &[
                "skip",
                "skip",
                "skip",
                "skip",
                "goto 7",
                "skip",
                "skip",
                "= You skipped steps 1, 2, 7; still open: steps 3, 4, 5, 6. `learn what-a-socket-is` goes to step 3.",
                "learn what-a-socket-is",
                "= The first step that is open is 3.",
            ],
        ),
        Way(
            "what-a-socket-is",
            &[
                "4",
                "= Answer with 1, 2 or 3",
                "0",
                "= Answer with 1, 2 or 3",
                "@ 1/7 ?",
            ],
        ),
        // The one thing that differs is named.
        Way(
            "the-syn",
            &[
                "goto 4",
                "1",
                "e = socket tcp",
                "connect e server:80",
                "= len 0 mss 1460",
            ],
        ),
    ]);
}

#[test]
fn what_is_to_come_first_is_told() {
    walks(&[
        Way(
            "handshake",
            &[
                "goto 2",
                "2",
                "c = socket tcp",
                "connect c server:80",
                "= connect returned 0; this step wants wire hold before it. `undo`",
            ],
        ),
        Way(
            "closing",
            &[
                "goto 8",
                "2",
                "bind n place",
                "= this step wants setsockopt on `n` before it",
                "setsockopt n SO_REUSEADDR 1",
                "= Still to do: bind on `n`",
                "bind n place",
                "@ 9/11",
                "goto 10",
                "2",
                "c = socket tcp; connect c m.local; d = accept m",
                "close c",
                "= close on `c` came too early: this step wants setsockopt on `c` before it. `undo`",
            ],
        ),
        Way(
            "tcp-and-udp",
            &[
                "goto 4",
                "send t1 \"Hello World\"",
                "recv t2 100",
                "= wants `recvq t2 5`",
                "undo",
                "send t1 \"Hello World\"",
                "recv t2 6",
                "recv t2 100",
                "@ 5/9 ?",
                "goto 6",
                "2",
                "u3 = socket udp; connect u3 u2.local",
                "send u3 \"hello\"",
                "close u2",
                "= wants `ready u3 rw`",
                "undo",
                "u3 = socket udp; connect u3 u2.local",
                "close u2",
                "send u3 \"hello\"",
                "@ 7/9 ?",
            ],
        ),
    ]);
}

#[test]
fn one_order_may_step_for_several() {
    walks(&[
        Way(
            "sequence-numbers",
            &[
                "goto 6",
                "2",
                "step 2",
                "= Good. Still to do: recv on `d`",
                "recv d 100",
                "@ 7/9 ?",
                "goto 6",
                "2",
                "step until quiet",
                "recv d 100",
                "@ 7/9 ?",
            ],
        ),
        Way(
            "closing-packets",
            &[
                "goto 4",
                "3",
                "server: send d \"bye\"",
                "= Still to do: step",
                "step until quiet",
                "client: recv c 10",
                "@ 5/10 ?",
                // A call that a step wakes may fail.
                "goto 10",
                "3",
                "server: recv d 10",
                "step",
                "= **Question:** A connection is closed",
            ],
        ),
    ]);
}

#[test]
fn a_guess_is_judged_by_the_claim_that_the_step_makes() {
    walks(&[
        // connect slept before it succeeded.
        Way(
            "syn-flood",
            &[
                "goto 9",
                "3",
                "client: e = socket tcp",
                "client: connect e server:81",
                "wire flow",
                "= As you expected: **yes**",
            ],
        ),
        // The calls come after the last question.
        Way(
            "flow-control",
            &[
                "goto 3",
                "1",
                "! Now make the call",
                "1",
                "= Now make the call",
            ],
        ),
    ]);
}

#[test]
fn names_are_the_learners_own() {
    walks(&[Way(
        "tcp-and-udp",
        &[
            "goto 9",
            "2",
            "v = socket udp; bind v 127.0.0.1:0; x = socket udp; y = socket udp",
            "sendto x \"hi\" v.local; sendto y \"hi\" v.local",
            "m, addr = recvfrom v 100; sendto v \"welcome\" addr",
            "m, addr = recvfrom v 100; sendto v \"welcome\" addr",
            "recv x 100",
            "recv y 100",
            "= Your `m` plays the lesson's `data`, your `addr` plays the lesson's `second`",
            "! `data`, your `m`",
            "@ 9/9 ?",
        ],
    )]);
}

#[test]
fn an_older_part_whose_name_was_taken_gets_it_back() {
    walks(&[Way(
        "ports-and-errors",
        &[
            "goto 3",
            "2",
            "listen s 5",
            "close t",
            "port = s.local[1]",
            "s = socket tcp",
            "connect s (\"127.0.0.2\", port)",
            "= From here on your `s` is called `c`, and `s` is the lesson's `s` again.",
            "@ 4/11 ?",
        ],
    )]);
    let _turn = fixed_ports();
    walks(&[
        Way(
            "server-and-client-by-hand",
            &[
                "goto 4",
                "1",
                "s = socket tcp",
                "connect s 127.0.0.1:12345",
                "= From here on your `s` is called `c`, and `s` is the lesson's `s` again.",
                "@ 5/7 ?",
            ],
        ),
        Way(
            "two-people",
            &[
                "goto 2",
                "s = socket tcp; connect s 127.0.0.1:12345",
                "= From here on your `s` is called `c`, and `s` is the lesson's `s` again.",
                "! Both names",
                "1",
                "getpeername conn",
                "@ 4/10",
            ],
        ),
    ]);
}

#[test]
fn a_part_that_was_made_anew_under_another_name_stays() {
    walks(&[Way(
        "closing-packets",
        &[
            "goto 7",
            "wire flow",
            "client: e = socket tcp; client: connect e server:80; server: f = accept s; wire hold",
            "1",
            "server: close f; client: close e",
            "step 2",
            "! again",
            "1",
            "step until quiet",
            "@ 9/10",
        ],
    )]);
}

/// Under another name meanwhile it can still be used, and closed.
#[test]
fn an_older_part_without_its_name_plays_on() {
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    learner.all(&["learn closing", "goto 7", "place = s.local"]);
    let said = learner.types("s = socket tcp");
    let listener = said
        .split('`')
        .find(|word| word.starts_with("fd"))
        .unwrap()
        .to_owned();
    learner.types("connect s place");
    learner.types(&format!("d = accept {listener}"));
    let said = learner.all(&["close d", "close s", &format!("close {listener}")]);
    let back = "From here on your `s` is called `c`, and `s` is the lesson's `s` again.";
    assert!(said.contains(back), "{}", learner.record);
}

#[test]
fn a_server_elsewhere_is_seen_before_the_client_is_made() {
    let _turn = fixed_ports();
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    learner.all(&["learn two-people", "goto 7"]);
    let _server = TcpListener::bind("127.0.0.1:12345").unwrap();
    let said = learner.types("me = socket.socket()");
    assert!(
        said.contains(
            "A server that is not of this shell has 127.0.0.1:12345 already: if it is the other side, `check` goes on \
             with it."
        ) && !said.contains("Good"),
        "{}",
        learner.record
    );
    learner.types("check");
    learner.comes_to("8/10 ?");
}

#[test]
fn who_waited_too_long_is_told() {
    walks(&[Way(
        "listen-and-accept",
        &[
            "goto 8",
            "3",
            "c1 = socket tcp; connect c1 b.local; c2 = socket tcp; connect c2 b.local",
            "c3 = socket tcp; setsockopt c3 TCP_USER_TIMEOUT 500",
            "connect c3 b.local",
            "@ 9/9",
            "wait",
            "d = accept b",
            "= `c3` gave up while you waited: its call failed with ETIMEDOUT. `undo`",
            "connect c3 b.local",
            "= gave up",
            "@ 9/9",
            "undo",
            "d = accept b",
            "@ 9/9 ?",
        ],
    )]);
}

/// As after 60 seconds, the kernel forgets the TIME_WAIT.
#[test]
fn a_time_wait_that_is_over_is_told() {
    if !require("ss") {
        return;
    }
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    learner.all(&[
        "learn closing",
        "goto 7",
        "c = socket tcp; connect c s.local; d = accept s; place = s.local",
        "close d; close c; close s",
        "2",
    ]);
    let said = learner.types("print place[1]");
    let port = said.trim();
    let filter = format!("sport = :{port}");
    let ss = |flags| {
        let args = [flags, "state", "time-wait", &filter];
        Command::new("ss").args(args).output().unwrap().stdout
    };
    ss("-Kt");
    if !ss("-Htn").is_empty() {
        skip("ss -K does not end a TIME_WAIT here");
        return;
    }
    let said = learner.all(&["expect state d CLOSE", "n = socket tcp", "bind n place"]);
    assert!(
        said.contains("the TIME_WAIT of `d` was over. A new one will be there after `undo`"),
        "{}",
        learner.record
    );
    learner.all(&["undo", "n = socket tcp", "bind n place"]);
    learner.comes_to("8/11 ?");
}

#[test]
fn a_recv_without_the_flag_that_the_step_wants_is_told_at_once() {
    walks(&[Way(
        "flow-control",
        &[
            "goto 7",
            "wire flow",
            "server: recv d 1848",
            "= recv's flags were 0; this step wants MSG_WAITALL. `undo`",
            "undo",
            "wire flow",
            "server: recv d 1848 --waitall",
            "@ 8/8 ?",
        ],
    )]);
}

#[test]
fn what_was_sent_amiss_is_in_the_way() {
    walks(&[
        Way(
            "tcp-and-udp",
            &[
                "goto 3",
                "1",
                "send t1 HelloWorld",
                "recv t2 100",
                "= recv on `t2` came too early: this step wants send on `t1` before it. `undo`",
                "! Good",
                "send t1 Hello",
                "send t1 World",
                "= 10 bytes still wait at `t2`",
                "= `undo`",
                "undo",
                "send t1 Hello",
                "send t1 World",
                "recv t2 100",
                "@ 4/9",
            ],
        ),
        Way(
            "closing",
            &[
                "goto 4",
                "3",
                "send d 'still here'",
                "send d 'still here'",
                "recv c 10",
                "= 10 bytes still wait at `c`",
                "= `undo`",
                // What waited has been taken.
                "recv c 10",
                "@ 5/11 ?",
            ],
        ),
    ]);
}

/// Neither what the block leaves there nor what an earlier one left.
#[test]
fn what_was_sent_amiss_and_taken_away_is_not_in_the_way() {
    walks(&[
        Way(
            "udp",
            &[
                "goto 6",
                "2",
                "sendto b hey a.local",
                "recv a 20",
                "sendto a one b.local",
                "sendto a two b.local",
                "sendto a three b.local",
                "recv b 100",
                "@ 7/12 ?",
            ],
        ),
        Way(
            "loss",
            &[
                "goto 6",
                "3",
                "wire flow; g = socket tcp; connect g server:80; server: h = accept s",
                "send g hi",
                "server: recv h 10",
                "setsockopt g TCP_USER_TIMEOUT 1000; wire loss 100%",
                "send g 'anybody?'",
                "@ 7/7 ?",
            ],
        ),
    ]);
}

#[test]
fn a_later_recv_takes_the_place_of_one_that_got_other_data() {
    walks(&[Way(
        "tcp-and-udp",
        &[
            "goto 4",
            "send t1 'Hello Wrld'",
            "recv t2 100",
            "= recv on `t2` came too early: this step wants send on `t1` before it. `undo`",
            "send t1 'Hello World'",
            "= Good. Still to do: recv on `t2`; recv on `t2`",
            "recv t2 6",
            "= Good. Still to do: recv on `t2`",
            "recv t2 6",
            "@ 5/9 ?",
        ],
    )]);
}

#[test]
fn until_quiet_is_not_one_step() {
    walks(&[Way(
        "closing-packets",
        &[
            "goto 4",
            "3",
            "step",
            "server: send d bye",
            "step",
            "client: recv c 10",
            "= Good. Still to do: step until quiet",
            "step",
            "@ 5/10 ?",
            "1",
            "server: close d",
            "step",
            "@ 6/10 ?",
        ],
    )]);
}

#[test]
fn data_has_an_order() {
    walks(&[
        Way(
            "udp",
            &[
                "goto 6",
                "2",
                "sendto a one b.local",
                "sendto a three b.local",
                "= Sent \"three\"; this step wants \"two\" before it. `undo`",
                "undo",
                "sendto a one b.local",
                "sendto a two b.local",
                "sendto a three b.local",
                "recv b 100",
                "@ 7/12 ?",
            ],
        ),
        Way(
            "tcp-and-udp-under-loss",
            &[
                "goto 7",
                "2",
                "step all",
                "setsockopt t TCP_NODELAY 1",
                "send t \"six\"; send t \"five\"",
                "= Sent \"six\"; this step wants \"five\" before it. `undo`",
            ],
        ),
    ]);
}

#[test]
fn a_name_that_was_made_anew_is_a_fresh_socket() {
    walks(&[Way(
        "syn-flood",
        &[
            "goto 4",
            "wire hold",
            "client: z = socket tcp",
            "listen z 5",
            "server: z = socket tcp",
            "! has its port",
            "= Still to do: bind on `z`",
            "server: bind z server:81",
            "listen z 5",
            "inject mallory server SYN sport 1001 dport 81",
            "@ 5/9 ?",
        ],
    )]);
}

#[test]
fn a_packet_that_has_crossed_cannot_be_lost() {
    walks(&[Way(
        "loss",
        &[
            "goto 3",
            "2",
            "e = socket tcp; connect e server:80; server: f = accept s",
            "send e #7240",
            "= send on `e` came too early: this step wants wire drop before it. `undo`",
            "! Good",
            "undo",
            "e = socket tcp; connect e server:80; server: f = accept s",
            "wire drop next",
            "send e #7240",
            "ladder",
            "@ 4/7 ?",
        ],
    )]);
}

#[test]
fn what_has_crossed_cannot_be_called_back() {
    walks(&[
        Way(
            "udp-bad-wire",
            &[
                "2",
                "v = socket udp",
                "sendto v 'one' server:5000",
                "= sendto on `v` came too early: this step wants wire hold before it. `undo`",
                "! Good",
            ],
        ),
        Way(
            "udp-bad-wire",
            &[
                "goto 7",
                "2",
                "wire drop 7",
                "step until quiet",
                "= step came too early: this step wants wire drop before it. `undo`",
                "! Good",
                "undo",
                "wire drop 6",
                "step until quiet",
                "@ 8/11 ?",
                "goto 8",
                "2",
                "client: sendto v #3000 server:5000",
                "step until quiet",
                "= step came too early: this step wants wire swap before it. `undo`",
                "undo",
                "client: sendto v #3000 server:5000",
                "wire swap",
                "step",
                "= Good. Still to do: step until quiet",
                "step",
                "step until quiet",
                "@ 9/11 ?",
            ],
        ),
        Way(
            "closing",
            &[
                "goto 11",
                "2",
                "c = socket tcp; connect c m.local; d = accept m",
                "close c",
                "= close on `c` came too early: this step wants send on `d` before it. `undo`",
                "! Good",
            ],
        ),
    ]);
}

#[test]
fn two_sends_that_belong_on_one_line_are_told() {
    if let Some(reason) = lacking(
        &lesson("tcp-and-udp-under-loss").head,
        Some(PROGRAM.as_ref()),
    ) {
        skip(&reason);
        return;
    }
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    learner.all(&["learn tcp-and-udp-under-loss", "goto 7", "2"]);
    learner.all(&["step all", "setsockopt t TCP_NODELAY 1", "send t \"five\""]);
    // What a timeout does to the congestion window.
    until("a timeout", || {
        let mut said = String::new();
        let mut hear = |event| said.push_str(&format!("{event:?}"));
        learner.app.execute("getsockopt t TCP_INFO", &mut hear);
        said.contains("\"1 segments\"").then_some(())
    });
    let said = learner.types("send t \"six\"");
    assert!(
        said.contains("this step wants both sends on one line. `undo`") && !said.contains("Good"),
        "{}",
        learner.record
    );
    learner.all(&["undo", "step all", "setsockopt t TCP_NODELAY 1"]);
    learner.all(&["send t \"five\"; send t \"six\"", "wire swap", "step"]);
    let said = learner.types("step all");
    assert!(
        said.contains("`step` is not what this step asks for"),
        "{said}"
    );
}
