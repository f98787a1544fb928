//! A shell that is talked to line by line, and what its events say of packets.

use super::bench::{program, up};
use super::support::until;
use nix::unistd::gettid;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long a line may take. The shell's own patience ends long before.
const DEADLINE: Duration = Duration::from_secs(60);

/// A connection between `s` on the client and `conn` on the server: three packets.
pub const PAIR: &str = "server: b = socket tcp\nserver: bind b server:7\nserver: listen b 5\nclient: s = socket tcp\n\
client: connect s server:7\nserver: conn = accept b\nexpect packets 3";

/// A client `u` whose datagrams go to `v` on the server.
pub const DATAGRAMS: &str = "server: v = socket udp\nserver: bind v server:9\nclient: u = socket udp\n\
client: bind u client:5000\nclient: connect u server:9";

/// A running shell.
pub struct Live {
    child: Child,
    input: Option<ChildStdin>,
    events: Receiver<Value>,
    /// How many lines it was given.
    marks: usize,
    /// Everything it has said.
    pub seen: Vec<Value>,
}

impl Live {
    /// One with a laboratory of the two usual hosts. `None`, and the test is skipped, where there can be none.
    pub fn laboratory() -> Option<Self> {
        Self::with(&["client", "server"])
    }

    /// One with these hosts.
    pub fn with(hosts: &[&str]) -> Option<Self> {
        up(hosts)?;
        let mut live = Self::alone();
        live.run(&format!("lab up {}", hosts.join(" ")));
        Some(live)
    }

    /// One without a laboratory.
    pub fn alone() -> Self {
        Self::of(Command::new(program()))
    }

    /// This program, which is the shell.
    pub fn of(mut command: Command) -> Self {
        let mut child = command
            .args(["--json", "--explain", "off", "--timeout", "15s", "run", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (said, events) = channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                // Nobody listens any more once the test is over.
                let _ = said.send(serde_json::from_str(&line).expect("an event"));
            }
        });
        Self {
            input: child.stdin.take(),
            child,
            events,
            marks: 0,
            seen: Vec::new(),
        }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Runs these lines; what they did.
    #[track_caller]
    pub fn run(&mut self, lines: &str) -> Vec<Value> {
        self.marks += 1;
        let mark = format!("mark {}", self.marks);
        let typed = format!("{lines}\nprint \"{mark}\"\n");
        let input = self.input.as_mut().unwrap();
        input.write_all(typed.as_bytes()).unwrap();
        input.flush().unwrap();
        let mut happened = Vec::new();
        loop {
            let Ok(event) = self.events.recv_timeout(DEADLINE) else {
                panic!("`{lines}` was not carried out: {}", shown(&happened));
            };
            if event["text"] == mark.as_str() {
                break;
            }
            happened.push(event);
        }
        self.seen.extend(happened.iter().cloned());
        let wrong = |event: &&Value| event["event"] == "expect" && event["holds"] == false;
        if let Some(wrong) = happened.iter().find(wrong) {
            panic!("{wrong}\nin {}", shown(&self.seen));
        }
        happened
    }

    /// Runs these lines, the last ones: its exit status, and what it said.
    pub fn last(mut self, lines: &str) -> (i32, Vec<Value>) {
        let mut input = self.input.take().unwrap();
        input.write_all(lines.as_bytes()).unwrap();
        drop(input);
        let mut last = Vec::new();
        while let Ok(event) = self.events.recv_timeout(DEADLINE) {
            last.push(event);
        }
        let status = self.child.wait().unwrap();
        (status.code().unwrap_or(-1), last)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // Its input ends, and so does it; one that hangs is not left behind.
        drop(self.input.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The helper process of a shell with a laboratory.
pub fn helper_of(shell: u32) -> u32 {
    child_of(shell, shell)
}

/// The helper process of the hosts that this thread has brought up.
pub fn own_helper() -> u32 {
    child_of(std::process::id(), gettid().as_raw() as u32)
}

/// The only child that a thread of a process has started.
fn child_of(process: u32, thread: u32) -> u32 {
    let children = format!("/proc/{process}/task/{thread}/children");
    until("the helper process", || {
        fs::read_to_string(&children).ok()?.trim().parse().ok()
    })
}

/// Events, one a line.
pub fn shown(events: &[Value]) -> String {
    let lines: Vec<String> = events.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// Events of one kind.
pub fn of_kind<'a>(events: &'a [Value], kind: &str) -> Vec<&'a Value> {
    events
        .iter()
        .filter(|event| event["event"] == kind)
        .collect()
}

/// The answer of this kind (`ladder`, `flows`). What a timer of a kernel does meanwhile is told before it, or after.
#[track_caller]
pub fn answer<'a>(events: &'a [Value], kind: &str) -> &'a Value {
    let mut answers = events.iter().filter(|event| event["answer"] == kind);
    answers
        .next()
        .unwrap_or_else(|| panic!("no {kind}: {}", shown(events)))
}

/// The packets that were sent, each once and as it was first told, in words: `client SYN 0:0`,
/// `server PSH,ACK 1:6 ack 21`, `client udp 5`, `server icmp port unreachable`.
pub fn sent(events: &[Value]) -> Vec<String> {
    let mut known = Vec::new();
    let mut each = Vec::new();
    for packet in of_kind(events, "packet") {
        if !known.contains(&packet["n"]) {
            known.push(packet["n"].clone());
            each.push(in_words(packet));
        }
    }
    each
}

/// What became of the packets: `1 held`, `1 delivered` …
pub fn fates(events: &[Value]) -> Vec<String> {
    let packets = of_kind(events, "packet").into_iter();
    packets
        .map(|packet| format!("{} {}", packet["n"], packet["fate"].as_str().unwrap()))
        .collect()
}

/// The states after each delivery: `1 client SYN_SENT, server LISTEN > SYN_RECV`.
pub fn states(events: &[Value]) -> Vec<String> {
    let end = |end: &Value| {
        let text = |field: &str| end[field].as_str().map(str::to_owned);
        let [host, state] = ["host", "state"].map(|field| text(field).unwrap());
        match text("from") {
            Some(from) => format!("{host} {from} > {state}"),
            None => format!("{host} {state}"),
        }
    };
    let told = |packet: &&Value| {
        let ends = packet["states"].as_array()?;
        let ends: Vec<String> = ends.iter().map(end).collect();
        Some(format!("{} {}", packet["n"], ends.join(", ")))
    };
    of_kind(events, "packet").iter().filter_map(told).collect()
}

/// One packet in words.
pub fn in_words(packet: &Value) -> String {
    let from = packet["from"].as_str().unwrap();
    let len = packet["len"].as_u64().unwrap();
    let Some(flags) = packet["flags"].as_str() else {
        let proto = packet["proto"].as_str().unwrap();
        return match packet["info"].as_str() {
            Some(info) => format!("{from} {proto} {info}"),
            None => format!("{from} {proto} {len}"),
        };
    };
    let seq = packet["seq"].as_u64().unwrap();
    let ack = packet["ack"].as_u64();
    let ack = ack.map_or_else(String::new, |ack| format!(" ack {ack}"));
    format!("{from} {flags} {seq}:{}{ack}", seq + len)
}

/// What was received, in order.
pub fn received(events: &[Value]) -> Vec<&str> {
    let data = of_kind(events, "data").into_iter();
    data.filter_map(|data| data["bytes"].as_str()).collect()
}

/// The errnos of the calls that failed.
pub fn errnos(events: &[Value]) -> Vec<&str> {
    let calls = of_kind(events, "syscall").into_iter();
    calls.filter_map(|call| call["errno"].as_str()).collect()
}

/// The texts of answers and errors, joined.
pub fn words(events: &[Value]) -> String {
    let mut words = Vec::new();
    for event in events {
        for field in ["text", "message", "help", "hints"] {
            match &event[field] {
                Value::String(text) => words.push(text.clone()),
                Value::Array(texts) => {
                    words.extend(texts.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                _ => {}
            }
        }
    }
    words.join("\n")
}
