//! `compare tcp udp`: two laboratories side by side.

use super::bench::{self, up};
use super::support::until;
use serde_json::Value;
use socktutor::app::{App, Outcome, Settings};
use socktutor::event::compare::Compared;
use socktutor::event::packet::Fate;
use socktutor::event::{Answer, Event, JobStatus, Verdict, What};
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A comparison, and what its last statement told.
struct Bench {
    app: App,
    events: Vec<Event>,
}

impl Bench {
    /// With these statements run. `None`, and the test is skipped, where the machine has no laboratory.
    fn new(first: &str) -> Option<Self> {
        up(&["client", "server"])?;
        let settings = Settings {
            program: Some(bench::program()),
            ..Settings::script()
        };
        let app = App::new(settings).unwrap();
        let mut bench = Self {
            app,
            events: Vec::new(),
        };
        let outcome = bench.run(first);
        assert!(!outcome.fault, "{:?}", bench.events);
        Some(bench)
    }

    fn run(&mut self, line: &str) -> Outcome {
        self.events.clear();
        let events = &mut self.events;
        self.app.execute(line, &mut |event| events.push(event))
    }

    /// Runs statements, each of which must be understood on a side at least, and every expectation of which must hold.
    #[track_caller]
    fn well(&mut self, lines: &str) {
        for line in lines.lines() {
            let outcome = self.run(line);
            assert!(
                !outcome.fault && !outcome.failed,
                "{line}: {:?}",
                self.events
            );
        }
    }

    /// What the last statement told of both sides.
    fn compared(&self) -> &Compared {
        let found = self.events.iter().find_map(|event| match &event.what {
            What::Compared(compared) => Some(&**compared),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("nothing was compared: {:?}", self.events))
    }

    /// The calls of a side, as strace shows them.
    fn calls(&self, side: usize) -> Vec<&str> {
        let calls = self.compared().columns[side].iter();
        calls
            .filter_map(|event| match &event.what {
                What::Syscall(call) => Some(call.text.as_str()),
                _ => None,
            })
            .collect()
    }

    /// The words told on a side.
    fn words(&self, side: usize) -> String {
        let words = self.compared().columns[side].iter();
        let words = words.filter_map(|event| match &event.what {
            What::Explain(words) => Some(words.text.join(" ")),
            What::Error(complaint) => Some(complaint.message.clone()),
            What::Answer(Answer::Text { text, .. }) => Some(text.clone()),
            _ => None,
        });
        words.collect::<Vec<_>>().join("\n")
    }

    /// What became of each packet of a side.
    fn fates(&mut self, side: usize) -> Vec<Fate> {
        self.well("wire log");
        let each = self.compared().columns[side].iter();
        let packets = each.filter_map(|event| match &event.what {
            What::Answer(Answer::Log { packets }) => Some(packets),
            _ => None,
        });
        packets.flatten().map(|packet| packet.fate).collect()
    }

    /// A row of the score, left and right.
    fn score(&mut self, row: &str) -> [String; 2] {
        self.well("score");
        let sides = self.events.iter().find_map(|event| match &event.what {
            What::Answer(Answer::Score { sides }) => Some(sides.clone()),
            _ => None,
        });
        let sides = sides.unwrap();
        let value = |side: usize| {
            let found = sides[side].rows.iter().find(|(name, _)| name == row);
            found.unwrap().1.clone()
        };
        [value(0), value(1)]
    }

    fn verdicts(&self, side: usize) -> Vec<&Verdict> {
        let each = self.compared().columns[side].iter();
        each.filter_map(|event| match &event.what {
            What::Expect(verdict) => Some(verdict),
            _ => None,
        })
        .collect()
    }
}

const SERVER: &str = "server: s = socket\nserver: bind s server:7\n";

#[test]
fn a_call_without_meaning_on_one_side_shows_that_sides_errno_and_why() {
    let Some(mut bench) = Bench::new("compare tcp udp") else {
        return;
    };
    bench.well(SERVER);
    assert!(bench.calls(0)[0].starts_with("bind("), "{:?}", bench.events);
    bench.well("server: listen s 5");
    assert!(bench.calls(0)[0].ends_with(", 5) = 0"));
    assert!(bench.calls(1)[0].contains("= -1 EOPNOTSUPP"));
    assert!(bench.words(1).contains("s is a UDP socket"));
    assert_eq!(bench.app.failures(), 0, "an outcome, not a failure");

    bench.well("c = socket\nconnect c server:7\nserver: conn = accept s");
    assert!(bench.calls(1)[0].contains("EOPNOTSUPP"));
    assert!(bench.words(1).contains("`conn` is another name for `s`"));
    bench.well("send c \"hello\"\nserver: recv conn 10\nexpect data \"hello\"");
    assert_eq!([0, 1].map(|side| bench.verdicts(side).len()), [1, 1]);
    assert!(bench.app.finish(&mut |_| {}), "nothing failed");
}

#[test]
fn socket_alone_is_each_sides_kind_in_every_dialect() {
    let Some(mut bench) = Bench::new("compare tcp udp6") else {
        return;
    };
    let kinds = ["AF_INET, SOCK_STREAM", "AF_INET6, SOCK_DGRAM"];
    for line in ["s = socket", "s = socket.socket()", "socket"] {
        bench.well(line);
        for (side, kind) in kinds.iter().enumerate() {
            assert!(
                bench.calls(side)[0].contains(kind),
                "{line}: {:?}",
                bench.calls(side)
            );
        }
    }
    bench.well("s = socket tcp");
    assert!(bench.calls(1)[0].contains("AF_INET, SOCK_STREAM"));
}

/// Row 16 of the exercises: 13 segments for 38 bytes of data, 2 datagrams for the same.
#[test]
fn the_score_of_a_whole_conversation_counted_by_hand() {
    let Some(mut bench) = Bench::new("compare tcp udp") else {
        return;
    };
    bench.well(SERVER);
    bench.well(
        "c = socket\n\
         tcp: connect c server:7\n\
         tcp: expect error ECONNREFUSED\n\
         server: listen s 5\n\
         connect c server:7\n\
         server: conn = accept s\n\
         send c \"twenty bytes of data\"\n\
         server: recv conn 100\n\
         expect ret 20\n\
         tcp: expect packets 7\n\
         shutdown c wr\n\
         tcp: expect packets 9\n\
         server: sendto conn \"and eighteen back.\" c.local\n\
         recv c 100\n\
         expect ret 18\n\
         tcp: expect packets 11\n\
         server: shutdown conn wr\n\
         udp: expect error ENOTCONN\n\
         tcp: expect packets 13\n\
         udp: expect packets 2",
    );
    let row = |bench: &mut Bench, name: &str| bench.score(name).map(|value| value.clone());
    assert_eq!(row(&mut bench, "packets"), ["13", "2"]);
    assert_eq!(row(&mut bench, "payload"), ["38", "38"]);
    assert_eq!(row(&mut bench, "delivered in order"), ["38", "38"]);
    // Three SYN with options 60 bytes each, a RST 40, and nine segments with timestamps 52 each and the data; two UDP
    // headers are 28 each.
    let tcp = 3 * 60 + 40 + 9 * 52 + 38;
    assert_eq!(
        row(&mut bench, "bytes on the wire"),
        [tcp.to_string(), "94".to_owned()]
    );
    assert_eq!(row(&mut bench, "efficiency"), ["5%", "40%"]);
    assert_eq!(row(&mut bench, "calls"), ["13", "12"]);
    assert_eq!(row(&mut bench, "retransmitted"), ["0", "0"]);
    assert_eq!(row(&mut bench, "lost"), ["0", "0"]);
}

#[test]
fn the_same_seed_loses_the_same_packets() {
    let fates = |first: &str| {
        let mut bench = Bench::new(first)?;
        // Somebody is there: how often a kernel says that nobody is, it limits by the clock.
        bench.well(SERVER);
        bench.well("c = socket");
        for n in 0..40 {
            bench.well(&format!("sendto c \"{n}\" server:7"));
        }
        let (left, right) = (bench.fates(0), bench.fates(1));
        assert_eq!(left, right, "{first}");
        let lost = left.iter().filter(|fate| **fate == Fate::Dropped).count();
        assert_eq!(bench.score("lost"), [lost.to_string(), lost.to_string()]);
        Some(left)
    };
    let Some(first) = fates("compare udp udp; wire loss 50% seed 7") else {
        return;
    };
    assert!(first.contains(&Fate::Dropped) && first.contains(&Fate::Delivered));
    let again = fates("compare \"udp with wire loss 50% seed 7\" \"udp with loss 50%\"");
    assert_eq!(again, Some(first.clone()));
    // Whatever seed it is, it is the same for both.
    let _ = fates("compare udp udp; wire loss 50%");
}

#[test]
fn a_statement_may_be_for_one_side() {
    let Some(mut bench) = Bench::new("compare tcp udp") else {
        return;
    };
    bench.well("tcp: server: a = socket");
    assert_eq!((bench.calls(0).len(), bench.calls(1).len()), (1, 0));
    bench.well("right: x = 3\nleft: x = 4\nprint x");
    assert_eq!([0, 1].map(|side| bench.words(side)), ["4", "3"]);
    bench.well("udp6: print x");
    assert_eq!(bench.words(1), "3");

    // What only one side knows is asked of both: the other says that it does not.
    bench.well("close a");
    assert_eq!(bench.calls(0).len(), 1);
    assert!(bench.words(1).contains("no socket or variable called `a`"));
    // Where nobody knows it, the line is wrong.
    let outcome = bench.run("close b");
    assert!(outcome.fault);
    assert!(bench.words(0).contains('b') && bench.words(1).contains('b'));
    let outcome = bench.run("udp: close a");
    assert!(outcome.fault);

    let Some(mut bench) = Bench::new("compare tcp tcp6") else {
        return;
    };
    bench.well("tcp6: x = 6\ntcp: x = 4\nprint x");
    assert_eq!([0, 1].map(|side| bench.words(side)), ["4", "6"]);
    for wrong in [
        "udp: ls",
        "lab up",
        "lab down",
        "on machine",
        "learn",
        "compare tcp udp",
    ] {
        assert!(bench.run(wrong).fault, "{wrong}");
    }
}

#[test]
fn what_is_set_holds_on_both_sides() {
    let Some(mut bench) = Bench::new("compare udp udp") else {
        return;
    };
    bench.well("set log 2");
    bench.well(SERVER);
    bench.well(
        "c = socket\nconnect c server:7\nsend c 1\nsend c 2\nsend c 3\nserver: expect ready s rw",
    );
    bench.well("expect fate last delivered");
    for side in 0..2 {
        assert_eq!(bench.fates(side), [Fate::Delivered; 2], "side {side}");
    }
}

#[test]
fn swap_takes_names_and_hosts_along() {
    let Some(mut bench) = Bench::new("compare tcp udp") else {
        return;
    };
    assert_eq!(bench.app.prompt(), "tcp|udp client> ");
    bench.well("tcp: x = 1\nudp: x = 2\nswap");
    assert_eq!(bench.app.prompt(), "udp|tcp client> ");
    bench.well("print x");
    assert_eq!(bench.compared().titles, ["udp", "tcp"]);
    assert_eq!([0, 1].map(|side| bench.words(side)), ["2", "1"]);
    bench.well("left: x = 3\non server");
    assert_eq!(bench.app.prompt(), "udp|tcp server> ");
    bench.well("udp: print x");
    assert_eq!(bench.words(0), "3");
}

#[test]
fn the_end_leaves_what_was_before() {
    let Some(mut bench) = Bench::new("x = 1; u = socket udp") else {
        return;
    };
    assert!(bench.run("score").fault);
    bench.well("compare tcp udp\nx = 2\nc = socket\nserver: s = socket\nend");
    assert!(
        matches!(&bench.events[0].what, What::Answer(Answer::Text { text, .. }) if text.contains("4 open sockets"))
    );
    assert_eq!(bench.app.prompt(), "sock> ");
    bench.well("expect x == 1\nexpect sockets 1\nexpect local u 0.0.0.0:0");
    for wrong in ["swap", "end", "tcp: ls", "close c", "s = socket"] {
        assert!(bench.run(wrong).fault, "{wrong}");
    }
    bench.well("compare udp tcp\nprint 1");
    assert_eq!(bench.compared().titles, ["udp", "tcp"]);
}

#[test]
fn only_expectations_fail_a_script() {
    let Some(mut bench) = Bench::new("compare tcp udp") else {
        return;
    };
    bench.well("c = socket\nconnect c server:7");
    assert!(bench.calls(0)[0].contains("ECONNREFUSED"));
    let outcome = bench.run("expect error ECONNREFUSED");
    assert!(outcome.failed && !outcome.fault);
    let holds = |side: usize| bench.verdicts(side)[0].holds;
    assert_eq!([0, 1].map(holds), [true, false]);
    assert_eq!(bench.app.failures(), 1);
    assert!(!bench.app.finish(&mut |_| {}));
}

/// A call that sleeps on one side is a job there, and its end is told with the side's title.
#[test]
fn what_sleeps_on_one_side_is_told_when_it_wakes() {
    let Some(mut bench) = Bench::new("compare tcp udp") else {
        return;
    };
    let news = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&news);
    bench.app.on_news(Arc::new(move || {
        count.fetch_add(1, Ordering::SeqCst);
    }));
    bench.well(SERVER);
    bench.well("udp: server: recv s 100");
    assert_eq!(
        (bench.app.jobs(), bench.app.prompt()),
        (1, "tcp|udp client [1 blocked]> ".into())
    );
    bench.well("c = socket");
    let before = news.load(Ordering::SeqCst);
    bench.well("udp: sendto c \"wake up\" server:7");
    let done = |event: &Event| match &event.what {
        What::Job(job) => job.status == JobStatus::Done,
        _ => false,
    };
    let mut columns = std::mem::take(&mut bench.events);
    until("the call returns", || {
        let told = columns.iter().any(|event| match &event.what {
            What::Compared(compared) => compared.columns[1].iter().any(done),
            _ => false,
        });
        if !told {
            bench.app.poll(&mut |event| columns.push(event));
        }
        told.then_some(())
    });
    assert!(news.load(Ordering::SeqCst) > before, "nobody was told");
    assert_eq!(bench.app.jobs(), 0);

    // Ctrl-C wakes on each side what slept last.
    bench.well("server: d = socket udp\nserver: bind d server:8\nserver: recv d 10");
    assert_eq!(bench.app.jobs(), 2);
    assert!(bench.app.cancel_last(&mut |_| {}));
    assert_eq!(bench.app.jobs(), 0);
    assert!(!bench.app.cancel_last(&mut |_| {}));
}

/// Runs the program; standard output and the exit status.
fn program(args: &[&str], input: &str) -> (String, i32) {
    let mut child = Command::new(bench::program())
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (text, output.status.code().unwrap())
}

const COMPARE: [&str; 5] = ["compare", "tcp", "udp", "--script", "-"];

#[test]
fn without_a_person_each_inner_event_is_a_line_of_json() {
    if up(&["client", "server"]).is_none() {
        return;
    }
    let script =
        format!("{SERVER}server: listen s 5\nc = socket\nconnect c server:7\nsend c \"x\"\n");
    let args = [
        COMPARE.as_slice(),
        &["--json", "--loss", "0%", "--delay", "1"],
    ]
    .concat();
    let (text, status) = program(&args, &script);
    assert_eq!(status, 0, "{text}");
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |side: &str, event: &str| {
        // One that took long enough to be told of as one that sleeps is told again when it returns.
        let sleeps = |line: &Value| line["event"] == "syscall" && line["ret"].is_null();
        let fits = |line: &&Value| line["side"] == side && line["event"] == event && !sleeps(line);
        lines.iter().filter(fits).count()
    };
    assert_eq!(
        [of("tcp", "syscall"), of("udp", "syscall")],
        [6, 6],
        "{text}"
    );
    assert!(of("tcp", "packet") > of("udp", "packet"));
    let last = lines.last().unwrap();
    assert_eq!(
        (&last["event"], &last["answer"]),
        (&"answer".into(), &"score".into())
    );
    assert_eq!(last["sides"][1]["title"], "udp");
}

#[test]
fn the_exit_status_tells_of_expectations() {
    if up(&["client", "server"]).is_none() {
        return;
    }
    for (script, wanted) in [
        // One side's failures, and calls that sleep at the end, are what was to be seen.
        (
            "server: s = socket\nserver: bind s server:7\nserver: listen s 5\nserver: recv s 1\n",
            0,
        ),
        ("c = socket\nexpect sockets 1\nexpect sockets 2\n", 1),
        ("udp: expect sockets 1\n", 1),
        ("close nobody\n", 2),
        ("tcp: close nobody\n", 2),
        ("nonsense here\n", 2),
    ] {
        let (text, status) = program(&COMPARE, script);
        assert_eq!(status, wanted, "{script}{text}");
        let scored = text
            .lines()
            .filter(|line| line.contains("efficiency"))
            .count();
        assert_eq!(scored, 1, "the totals close every script: {text}");
    }
    let (text, _) = program(&COMPARE, "score\n");
    assert_eq!(text.matches("efficiency").count(), 1, "{text}");
    for wrong in [
        ["tcp", "sctp", "--loss", "1%"],
        ["tcp", "udp", "--loss", "120%"],
        ["tcp", "udp", "--seed", "1"],
    ] {
        let args = [&["compare"], wrong.as_slice()].concat();
        assert_eq!(program(&args, "").1, 2, "{wrong:?}");
    }
}

#[test]
fn a_side_tells_the_addresses_that_it_speaks_to() {
    let Some(bench) = Bench::new("compare tcp6 udp") else {
        return;
    };
    let said = bench.events.iter().find_map(|event| match &event.what {
        What::Answer(Answer::Text { text, .. }) => Some(text.as_str()),
        _ => None,
    });
    let said = said.unwrap();
    assert!(
        said.contains("tcp6; client fd00::1, server fd00::2"),
        "{said}"
    );
    assert!(
        said.contains("udp; client 10.0.0.1, server 10.0.0.2"),
        "{said}"
    );
}
