//! What is printed as the call is what strace sees: call by call, name, arguments and result.

use crate::harness::{Shell, require};
use std::collections::HashSet;

/// Every primitive, over TCP, UDP and Unix, IPv4 and IPv6, blocking and not, some failing.
const SCRIPT: &str = include_str!("every_primitive.sock");

/// One call, brought to the form in which both sides can be compared.
#[derive(Debug, PartialEq)]
struct Call {
    name: String,
    args: String,
    result: String,
    /// By strace's account, who made it.
    thread: String,
}

/// The looks at the kernel's books that the README lists: they change nothing, and are not printed.
const LOOKS: [&str; 7] = [
    "getsockname",
    "getpeername",
    "getsockopt",
    "ioctl",
    "epoll_ctl",
    "poll",
    "fcntl",
];

fn parse(line: &str) -> Option<Call> {
    // strace fills up with blanks before the equals sign.
    let (call, result) = line.rsplit_once(" = ")?;
    let (name, args) = call.trim_end().strip_suffix(')')?.split_once('(')?;
    Some(Call {
        name: name.trim().to_owned(),
        args: plain(args),
        result: plain(result.trim()),
        thread: String::new(),
    })
}

/// Without what no two runs share: addresses of buffers (strace) against their names (socktutor), what is left of a
/// timeout, and values that strace 6.1 prints as raw bytes.
fn plain(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(", ") {
        let word = word.split(" => ").next().unwrap_or(word);
        let pointer = word
            .trim_start_matches("0x")
            .chars()
            .all(|c| c.is_ascii_hexdigit())
            && word.starts_with("0x")
            && word.len() > 8;
        let word = if pointer || ["addr", "buf", "value", "dst", "fds"].contains(&word) {
            "POINTER"
        } else {
            word
        };
        words.push(word.trim_end_matches(']').to_owned());
    }
    let mut text = words.join(", ");
    if let Some(left) = text.find("left {") {
        text.truncate(left);
    }
    text
}

/// The calls of one thread group as strace wrote them, finished ones in the order in which they returned.
fn traced(log: &str) -> Vec<Call> {
    let mut waiting: Vec<(String, String)> = Vec::new();
    let mut calls = Vec::new();
    for line in log.lines() {
        let (pid, rest) = match line.split_once(' ') {
            Some((pid, rest)) if pid.chars().all(|c| c.is_ascii_digit()) => {
                (pid.to_owned(), rest.trim_start())
            }
            _ => (String::new(), line),
        };
        let call = if let Some(begun) = rest.strip_suffix("<unfinished ...>") {
            waiting.push((pid, begun.strip_suffix(' ').unwrap_or(begun).to_owned()));
            continue;
        } else if let Some(resumed) = rest.strip_prefix("<... ") {
            let at = waiting
                .iter()
                .position(|(of, _)| *of == pid)
                .expect("a call resumes that was begun");
            let (_, begun) = waiting.remove(at);
            let tail = resumed.split_once("resumed>").map_or("", |(_, tail)| tail);
            parse(&format!("{begun}{tail}"))
        } else {
            parse(rest)
        };
        calls.extend(call.map(|call| Call {
            thread: pid,
            ..call
        }));
    }
    calls
}

/// The descriptor a call is made on, where its first argument is one.
fn descriptor(call: &Call) -> Option<i32> {
    call.args.split(',').next()?.trim().parse().ok()
}

/// Both spellings of one value.
fn same(ours: &Call, theirs: &Call) -> bool {
    if ours.name != theirs.name || ours.result != theirs.result {
        return false;
    }
    // strace 6.1 prints these as bytes, and a name of four letters as a number; ours are in words.
    let raw = ["SO_RCVTIMEO", "SO_SNDTIMEO", "TCP_INFO", "TCP_CONGESTION"];
    match raw.iter().find(|option| ours.args.contains(*option)) {
        Some(option) => theirs.args.contains(option),
        None => ours.args == theirs.args,
    }
}

#[test]
fn the_printed_calls_are_the_calls_that_strace_sees() {
    if !require("strace") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("trace");
    let script = folder.path().join("script.sock");
    std::fs::write(&script, SCRIPT).unwrap();
    let output = Shell::under(&[
        "strace",
        "-f",
        "-qq",
        "-e",
        "trace=network,desc,read,write",
        "-e",
        "signal=none",
        "-s",
        "32",
        "-o",
    ])
    .arg(&log)
    .shell_args(&["--json", "run"])
    .arg(&script)
    .run();
    let log = std::fs::read_to_string(&log).unwrap();
    let printed: Vec<Call> = output
        .events()
        .iter()
        .filter(|event| {
            event["event"] == "syscall" && event["library"] != true && !event["ret"].is_null()
        })
        .map(|event| parse(event["text"].as_str().unwrap()).unwrap())
        .collect();
    assert!(
        printed.len() > 60,
        "the script makes many calls: {}\n{}",
        printed.len(),
        output.stderr
    );
    let used: HashSet<i32> = printed.iter().filter_map(descriptor).chain(3..12).collect();
    compare(&printed, &traced(&log), &used);
}

/// Finds the printed calls in the trace, in order, and nothing between them on the session's descriptors but looks.
fn compare(printed: &[Call], traced: &[Call], used: &HashSet<i32>) {
    // What comes before the first call is the program's own start.
    let first = traced
        .iter()
        .position(|theirs| same(&printed[0], theirs))
        .expect("strace saw the first call");
    let mut rest = traced[first..].iter();
    // A call that slept in a thread of its own may return before the one that woke it, and is printed after that.
    let shell = &traced[first].thread;
    let mut early: Vec<&Call> = Vec::new();
    // Descriptors of the program's own questions (netlink, /proc, /etc), open for a moment.
    let mut foreign: HashSet<i32> = HashSet::new();
    for (n, ours) in printed.iter().enumerate() {
        if let Some(at) = early.iter().position(|theirs| same(ours, theirs)) {
            early.remove(at);
            continue;
        }
        let mut skipped = Vec::new();
        loop {
            let Some(theirs) = rest.next() else {
                panic!("strace did not see {ours:?}; since the last match it saw\n{skipped:#?}");
            };
            if same(ours, theirs) {
                break;
            }
            if theirs.thread != *shell && printed[n..].iter().any(|later| same(later, theirs)) {
                early.push(theirs);
                continue;
            }
            let on = descriptor(theirs);
            if theirs.name == "socket" {
                assert!(
                    theirs.args.starts_with("AF_NETLINK"),
                    "{theirs:?} was not printed, before {ours:?}"
                );
            }
            if ["socket", "openat", "epoll_create1", "eventfd2"].contains(&theirs.name.as_str()) {
                foreign.extend(theirs.result.parse::<i32>());
            }
            let own_question = on.is_some_and(|fd| foreign.contains(&fd) || !used.contains(&fd));
            let look = LOOKS.contains(&theirs.name.as_str());
            assert!(
                look || own_question || on.is_none(),
                "strace saw {theirs:?}, which was not printed, before {ours:?}"
            );
            if theirs.name == "close" {
                foreign.retain(|fd| Some(*fd) != on);
            }
            skipped.push(theirs);
        }
    }
    assert!(early.is_empty(), "never printed: {early:?}");
}

#[test]
fn every_printed_call_can_be_typed() {
    let output = Shell::new(&["--json", "run", "-"]).input(SCRIPT).run();
    let mut typed = 0;
    for event in output.events() {
        let text = match event["text"].as_str() {
            Some(text) if event["event"] == "syscall" && !event["ret"].is_null() => text,
            _ => continue,
        };
        typed += 1;
        if let Err(fault) = socktutor::lang::parse(text) {
            panic!("{text}: {fault}");
        }
    }
    assert!(typed > 100, "{typed}");
}
