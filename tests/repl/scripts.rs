//! Scripts: what is printed, when, and with which exit status.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

/// The program with these arguments and pipes at its ends.
fn start(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_socktutor"))
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What it prints, what it complains of, and its exit status, when it reads this.
fn run(arguments: &[&str], input: &[u8]) -> (String, String, i32) {
    let mut child = start(arguments);
    let mut stdin = child.stdin.take().unwrap();
    // A script that stops early leaves the rest unread.
    let _ = stdin.write_all(input);
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        text(output.stdout),
        text(output.stderr),
        output.status.code().unwrap(),
    )
}

#[test]
fn the_output_reads_like_a_session() {
    let (out, err, status) = run(
        &["run", "-"],
        b"s = socket tcp\n\n# a remark\nbind s 127.0.0.1:0\n",
    );
    let prompts: Vec<&str> = out
        .lines()
        .filter(|line| line.starts_with("sock> "))
        .collect();
    assert_eq!(
        prompts,
        [
            "sock> s = socket tcp",
            "sock> # a remark",
            "sock> bind s 127.0.0.1:0"
        ]
    );
    assert!(out.contains("= 3\n"), "{out}");
    assert_eq!((err.as_str(), status), ("", 0));
}

#[test]
fn a_file_and_statements_of_the_command_line() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "\u{feff}s = socket tcp\r\n").unwrap();
    let (out, _, status) = run(&["run", file.path().to_str().unwrap()], b"");
    assert!(
        out.starts_with("sock> s = socket tcp\n") && out.contains("= 3"),
        "{out}"
    );
    assert_eq!(status, 0);
    let (out, _, status) = run(&["-c", "s = socket tcp"], b"");
    assert!(!out.contains("sock>") && out.contains("= 3"), "{out}");
    assert_eq!(status, 0);
}

#[test]
fn a_long_file_takes_no_low_descriptor() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let remarks = "# a remark that makes the file long\n".repeat(40_000);
    std::fs::write(file.path(), format!("s = socket tcp\n{remarks}")).unwrap();
    let (out, _, status) = run(&["run", file.path().to_str().unwrap()], b"");
    assert!(out.contains("= 3\n"), "{}", &out[..200]);
    assert_eq!(status, 0);
}

#[test]
fn a_statement_that_cannot_be_understood_ends_it_with_2() {
    let (out, _, status) = run(&["run", "-"], b"bnid s\ns = socket tcp\n");
    assert!(!out.contains("= 3"), "{out}");
    assert_eq!(status, 2);
}

#[test]
fn a_failure_that_nobody_expected_ends_it_with_1() {
    let refused = "c = socket tcp\nconnect c 127.0.0.1:1\n";
    let (out, _, status) = run(&["run", "-"], refused.as_bytes());
    assert!(out.contains("ECONNREFUSED"), "{out}");
    assert_eq!(status, 1);
    let (_, _, status) = run(
        &["run", "-"],
        format!("{refused}expect error ECONNREFUSED\n").as_bytes(),
    );
    assert_eq!(status, 0);
    let (_, _, status) = run(&["run", "-"], format!("{refused}expect ok\n").as_bytes());
    assert_eq!(status, 1);
}

#[test]
fn a_call_left_blocked_ends_it_with_1_and_is_named() {
    let (out, _, status) = run(
        &["run", "-"],
        b"s = socket tcp\nbind s 127.0.0.1:0\nlisten s 5\naccept s\n",
    );
    assert!(
        out.lines()
            .last()
            .is_some_and(|line| line.contains("accept s")),
        "{out}"
    );
    assert_eq!(status, 1);
}

#[test]
fn bytes_that_are_no_text_get_an_answer() {
    let (out, _, status) = run(&[], b"s = socket tcp\nsend s \"\xff\xfe\"\n");
    assert!(out.contains("UTF-8") && out.contains("\\xff"), "{out}");
    assert_eq!(status, 2);
    let noise: Vec<u8> = (0..1_000_000u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    assert_eq!(run(&["run", "-"], &noise).2, 2);
}

#[test]
fn json_has_nothing_but_events() {
    let (out, _, status) = run(
        &["--json", "run", "-"],
        b"s = socket tcp\nbind s 127.0.0.1:0\n",
    );
    assert!(out.lines().count() >= 2, "{out}");
    for line in out.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(
            event["event"].is_string() && event["t"].is_number(),
            "{line}"
        );
    }
    assert_eq!(status, 0);
}

#[test]
fn what_was_printed_is_there_before_it_sleeps() {
    let mut child = start(&["run", "-"]);
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(b"s = socket tcp\nbind s 127.0.0.1:0\nlisten s 5\naccept s\nwait\n")
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    // Would sleep for ever, if the lines were kept back.
    while !line.contains("wait") {
        line.clear();
        assert_ne!(
            out.read_line(&mut line).unwrap(),
            0,
            "the output ends before `wait`"
        );
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn nobody_reading_ends_it_quietly() {
    let mut child = start(&["run", "-"]);
    let mut stdin = child.stdin.take().unwrap();
    drop(child.stdout.take());
    let line = format!("print \"{}\"\n", "x".repeat(100));
    // Ends with EPIPE on our side too, once the program has left.
    while stdin.write_all(line.as_bytes()).is_ok() {}
    drop(stdin);
    let mut complaints = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut complaints)
        .unwrap();
    assert_eq!(complaints, "");
    assert_eq!(child.wait().unwrap().code(), Some(141));
}

#[test]
fn help_and_mistakes_of_the_command_line() {
    let (out, _, status) = run(&["--help"], b"");
    assert!(out.contains("Usage:") && status == 0);
    assert!(out.lines().all(|line| line.chars().count() <= 100), "{out}");
    let (_, err, status) = run(&["--colour"], b"");
    assert!(err.contains("--color"), "{err}");
    assert_eq!(status, 2);
    let (_, err, status) = run(&["run", "/nowhere/at/all"], b"");
    assert!(err.contains("/nowhere/at/all: No such file"), "{err}");
    assert_eq!(status, 2);
}
