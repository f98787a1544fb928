//! Every errno that can be provoked on a machine, call by call: a script provokes it, and the answer must name the
//! true cause. What cannot be provoked stands in a list with the reason.

mod address;
mod connection;
mod coverage;
mod descriptor;
mod holders;
mod network;
mod order;
mod wait;

use crate::harness::{Ran, Shell};
use serde_json::Value;

/// A call that fails, and what its explanation says.
pub struct Case {
    /// The command.
    pub call: &'static str,
    /// What it gives.
    pub errno: &'static str,
    /// The statements; the last call that gives this errno is the one that is looked at. `LISTENER`, `PAIR`, `FULL` and
    /// `CONNECTING`
    /// alone on a line stand for what [`written_out`] says.
    pub script: &'static str,
    /// What the answer says, its lines to type included.
    pub says: &'static [&'static str],
    /// What it does not say: causes that are not the true one.
    pub not: &'static [&'static str],
}

/// A case in one line.
pub const fn case(
    call: &'static str,
    errno: &'static str,
    script: &'static str,
    says: &'static [&'static str],
    not: &'static [&'static str],
) -> Case {
    Case {
        call,
        errno,
        script,
        says,
        not,
    }
}

/// A listener `l`; and a connection from `c` to `conn`; and a stream from `c` that takes no byte more.
const LISTENER: &str = "l = socket tcp\nbind l 127.0.0.1:0\nlisten l 5\n";
const PAIR: &str = "c = socket tcp\nconnect c l.local\nconn = accept l\n";
/// Nothing comes back for a fifth of a second, and no byte more is taken: then the stream is full to the brim.
const FULL: &str = "l = socket tcp\nsetsockopt l SO_RCVBUF 4000\nlisten l 5\nc = socket tcp\nsetsockopt c SO_SNDBUF 4000\n\
    connect c l.local\nconn = accept l\nnonblock c on\nsend c #900000\nsend c #900000\nsend c #900000\npoll c w 200\nexpect ret 0\n\
    send c #900000\nsend c #900000\npoll c w 200\nexpect ret 0\nsend c #900000\nsend c #900000\nnonblock c off\n";

/// A client `c` whose SYN is not answered: the listener's queue is full.
const CONNECTING: &str = "l = socket tcp\nbind l 127.0.0.1:0\nlisten l 0\na = socket tcp\nconnect a l.local\n\
    c = socket tcp --nonblock\nconnect c l.local\nexpect state c SYN_SENT\n";

pub fn written_out(script: &str) -> String {
    // Abstract names are the whole machine's.
    let script = script.replace(
        "@socktutor-",
        &format!("@socktutor-{}-", std::process::id()),
    );
    let mut whole = String::new();
    for line in script.lines() {
        match line.trim() {
            "LISTENER" => whole.push_str(LISTENER),
            "PAIR" => whole.extend([LISTENER, PAIR]),
            "FULL" => whole.push_str(FULL),
            "CONNECTING" => whole.push_str(CONNECTING),
            line => {
                whole.push_str(line);
                whole.push('\n');
            }
        }
    }
    whole
}

/// The program's own arguments. Files are those of the script's own folder, which goes with it.
pub const ARGS: [&str; 6] = ["--json", "--allow-net", "--timeout", "10s", "run", "-"];

/// Runs a script that may name addresses beyond this machine; none of the cases sends anything there.
pub fn run(script: &str) -> Ran {
    Shell::new(&ARGS).input(written_out(script)).run()
}

/// The last explanation of this errno from this call: its paragraphs and lines to type, or why there is none.
pub fn told(events: &[Value], call: &str, errno: &str) -> Result<String, String> {
    let failed = events.iter().rposition(|event| {
        event["event"] == "syscall" && event["command"] == call && event["errno"] == errno
    });
    let Some(failed) = failed else {
        let seen: Vec<&str> = events
            .iter()
            .filter_map(|event| event["text"].as_str())
            .collect();
        return Err(format!("never given; seen: {seen:#?}"));
    };
    let answer = events[failed..]
        .iter()
        .find(|event| event["event"] == "explain" && event["tone"] == "error");
    let Some(answer) = answer else {
        return Err("not explained".to_owned());
    };
    if answer["topic"] != errno {
        return Err(format!("explained as {}", answer["topic"]));
    }
    let texts = |name: &str| -> Vec<String> {
        let all = answer[name].as_array().into_iter().flatten();
        all.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    for hint in texts("hints") {
        if let Err(fault) = socktutor::lang::parse(&hint) {
            return Err(format!("`{hint}` cannot be typed: {}", fault.message));
        }
    }
    Ok(format!(
        "{} | {}",
        texts("text").join(" "),
        texts("hints").join(" | ")
    ))
}

/// What is wrong with an answer.
pub fn judge(answer: &str, says: &[&str], not: &[&str]) -> Option<String> {
    let missing: Vec<_> = says
        .iter()
        .filter(|part| !answer.contains(**part))
        .collect();
    let wrong: Vec<_> = not.iter().filter(|part| answer.contains(**part)).collect();
    (!missing.is_empty() || !wrong.is_empty())
        .then(|| format!("lacks {missing:?}, wrongly has {wrong:?}\n    {answer}"))
}

/// Fails with every case whose answer is not as it should be.
#[track_caller]
pub fn all_hold(cases: &[Case]) {
    holds(cases, run);
}

/// The same, where the program is run in another way.
#[track_caller]
pub fn holds(cases: &[Case], run: impl Fn(&str) -> Ran) {
    let mut wrong = Vec::new();
    for case in cases {
        // The call may sleep for a moment before it fails: the claim waits for it.
        let ran = run(&format!("{}\nexpect error {}\n", case.script, case.errno));
        let events = ran.events();
        let found = match told(&events, case.call, case.errno) {
            Ok(answer) => judge(&answer, case.says, case.not),
            Err(why) => Some(why),
        };
        if let Some(found) = found {
            wrong.push(format!("{} {}: {found}", case.call, case.errno));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
