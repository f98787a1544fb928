//! A laboratory in which nothing happens costs nothing: its threads and its helper process sleep.

use super::bench::up;
use std::fs;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// A connection, so that every thread has worked already.
const BEFORE: &str = "lab up\nserver: s = socket tcp\nserver: bind s server:80\nserver: listen s 5\n\
client: c = socket tcp\nclient: connect c server:80\nserver: d = accept s\nexpect state d ESTABLISHED\n";

/// A script that is fed line by line.
struct Shell {
    child: Child,
    input: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
}

impl Shell {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_socktutor"))
            .args(["--json", "run", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            input: child.stdin.take().unwrap(),
            said: BufReader::new(child.stdout.take().unwrap()).lines(),
            child,
        }
    }

    /// Feeds it lines, the last of which is an `expect`, and returns when that has been answered. It must hold.
    fn until_expected(&mut self, lines: &str) {
        self.input.write_all(lines.as_bytes()).unwrap();
        let answer = self.said.by_ref().map(Result::unwrap);
        let mut answer = answer.filter(|line| line.contains(r#""event":"expect""#));
        let answer = answer.next().unwrap();
        assert!(answer.contains(r#""holds":true"#), "{answer}");
    }

    /// The threads of the wire, and those of the helper process, with the processor's time that each has had.
    fn laboratory(&self) -> Vec<(PathBuf, Duration)> {
        let name = |task: &Path| fs::read_to_string(task.join("comm")).unwrap();
        let wire = tasks(self.child.id()).into_iter();
        let wire = wire.filter(|task| name(task).trim() == "wire");
        wire.chain(children(self.child.id()).into_iter().flat_map(tasks))
            .map(|task| (task.clone(), time(&task)))
            .collect()
    }
}

fn tasks(pid: u32) -> Vec<PathBuf> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let mut tasks: Vec<PathBuf> = tasks.map(|task| task.unwrap().path()).collect();
    tasks.sort();
    tasks
}

/// The processes whose parent this is.
fn children(pid: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").unwrap();
    let numbers = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let parent = |number: &u32| {
        let status = fs::read_to_string(format!("/proc/{number}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
        line.trim().parse().ok()
    };
    numbers
        .filter(|number| parent(number) == Some(pid))
        .collect()
}

/// How long a thread has run: the first number of `schedstat` (`Documentation/scheduler/sched-stats.rst`), in nanoseconds.
fn time(task: &Path) -> Duration {
    let text = fs::read_to_string(task.join("schedstat")).unwrap();
    let first = text.split_whitespace().next().unwrap();
    Duration::from_nanos(first.parse().unwrap())
}

#[test]
fn an_idle_laboratory_takes_no_processor_time() {
    if up(&["client", "server"]).is_none() {
        return;
    }
    let mut shell = Shell::start();
    shell.until_expected(BEFORE);
    shell.until_expected("expect packets 3\n");
    let mut spent = Vec::new();
    // What the threads still do of the handshake is soon over; a virtual machine may count another's time for theirs.
    let idle = (0..10).any(|_| {
        let before = shell.laboratory();
        // One a host, the clock, and the helper process.
        assert_eq!(before.len(), 4, "{before:?}");
        assert!(before.iter().any(|(_, time)| !time.is_zero()), "{before:?}");
        shell.until_expected("expect quiet 300ms\n");
        let after = shell.laboratory();
        let both = before.iter().zip(&after);
        let took = both.map(|((task, before), (same, after))| {
            assert_eq!(task, same);
            *after - *before
        });
        spent.push(took.sum::<Duration>());
        spent.last() < Some(&Duration::from_millis(1))
    });
    println!("in 300 ms: {spent:?}");
    assert!(idle, "{spent:?}");
    drop(shell.input);
    assert!(shell.child.wait().unwrap().success());
}
