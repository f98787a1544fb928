//! `lesson watch`: a lesson in front of a class, on a pseudo-terminal; and captured, through a pipe.

use crate::support::skip;
use crate::terminal::{Start, Terminal};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const LESSON: &str = "\
---
id: knock
title: Nobody there
---
## 1. Make one

A socket with a name.

```sock
s = socket tcp
bind s 127.0.0.1:0
```

## 2. Knock

```predict
What happens?
- it sleeps  => blocked
- it fails   => error ECONNREFUSED
```

```sock
c = socket tcp
connect c s.local    # Teacher: is it the program that answers?
expect error ECONNREFUSED
```

Nobody was there.

## 3. Not so

```sock
d = socket tcp
expect state d LISTEN
```

It never listened.
";

/// A folder with the lesson above in it.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("42-knock.md"), LESSON).unwrap();
    folder
}

fn watch(folder: &Path, more: &[&str]) -> (Terminal, Option<TempDir>) {
    let folder = folder.to_str().unwrap();
    let mut arguments = vec!["lesson", "watch", "knock", "--lessons", folder];
    // What does not hold is waited for.
    arguments.extend(["--timeout", "200ms", "--no-history"]);
    arguments.extend(more);
    let (mut terminal, home) = Start::new(&arguments).spawn();
    terminal.sees("Enter: step 1 of 3");
    assert!(!terminal.is_cooked());
    (terminal, home)
}

fn press(terminal: &mut Terminal, keys: &str, then: &str) {
    terminal.keys(keys);
    terminal.sees(then);
}

#[test]
fn enter_and_space_lead_to_the_end_and_the_terminal_is_as_it_was() {
    let folder = folder();
    let (mut terminal, _home) = watch(folder.path(), &["--no-typing"]);
    press(&mut terminal, "\r", "Enter: do it");
    assert!(terminal.text().contains("1 of 3"), "{}", terminal.text());
    press(&mut terminal, " ", "Enter: step 2 of 3");
    assert!(terminal.text().contains("sock> bind s 127.0.0.1:0"));
    press(&mut terminal, "\r", "your vote?");
    let text = terminal.text();
    assert!(text.contains("1. it sleeps"), "{text}");
    assert!(
        !text.contains("bind s"),
        "a step begins on a clean screen: {text}"
    );
    press(&mut terminal, "\r", "Enter: the next line");
    let text = terminal.text();
    assert!(
        text.contains("Teacher: is it the program that answers?"),
        "{text}"
    );
    assert!(
        !text.contains("ECONNREFUSED"),
        "the class is asked first: {text}"
    );
    press(&mut terminal, "\r", "Enter: step 3 of 3");
    let text = terminal.text();
    assert!(text.contains("As expected: error ECONNREFUSED"), "{text}");
    assert!(text.contains("2 came true: it fails"), "{text}");
    press(&mut terminal, "\r", "Enter: do it");
    press(&mut terminal, "\r", "the end");
    let text = terminal.text();
    assert!(text.contains("NOT  expected  state d LISTEN"), "{text}");
    assert!(
        text.contains("It never listened."),
        "the show goes on: {text}"
    );
    terminal.keys("\r");
    assert_eq!(terminal.ends(), 1, "something did not hold");
    assert!(terminal.is_cooked());
}

#[test]
fn b_goes_back_with_everything_as_it_was() {
    let folder = folder();
    let (mut terminal, _home) = watch(folder.path(), &["--no-typing"]);
    press(&mut terminal, "\r", "Enter: do it");
    press(&mut terminal, "\r", "Enter: step 2 of 3");
    press(&mut terminal, "\r", "your vote?");
    press(&mut terminal, "\r", "Enter: the next line");
    press(&mut terminal, "b", "your vote?");
    let back = String::from_utf8_lossy(&terminal.written).contains("Back to step 2.");
    assert!(back);
    // The socket of the step before is there again, that of this step is not.
    press(&mut terminal, "\t", "Your lines");
    terminal.prompt("sock> ");
    terminal.run("ls", "sock> ");
    let text = terminal.text();
    assert!(text.contains("s  ") && !text.contains("\n  c  "), "{text}");
    terminal.keys("\t");
    terminal.sees("your vote?");
    press(&mut terminal, "b", "Enter: do it");
    press(&mut terminal, "\x1b[5~", "Enter: step 1 of 3");
}

#[test]
fn tab_takes_over_the_prompt_and_an_empty_line_gives_it_back() {
    let folder = folder();
    let (mut terminal, _home) = watch(folder.path(), &["--no-typing"]);
    press(&mut terminal, "\r", "Enter: do it");
    press(&mut terminal, "\t", "Your lines");
    terminal.prompt("sock> ");
    terminal.run("mine = socket udp", "sock> ");
    assert!(terminal.text().contains("SOCK_DGRAM"));
    // A statement goes on here too, and the empty line that ends it is not the one that goes back.
    terminal.line("print(");
    terminal.sees("... (it goes on here");
    terminal.run("7 + 8)", "sock> ");
    terminal.sees("  15");
    terminal.line("print(");
    terminal.sees("... (it goes on here");
    terminal.run("", "sock> ");
    terminal.sees("never closed");
    terminal.line("");
    terminal.sees("Enter: do it");
    assert!(!terminal.is_cooked());
    press(&mut terminal, "\r", "Enter: step 2 of 3");
    assert!(
        terminal.text().contains("= 3"),
        "what the own lines made is closed"
    );
    press(&mut terminal, "?", "back to the beginning");
}

#[test]
fn what_was_asked_in_between_does_not_spoil_the_lesson() {
    let arguments = [
        "lesson",
        "watch",
        "handshake",
        "--no-typing",
        "--no-history",
    ];
    let (mut terminal, _home) = Start::new(&arguments).spawn();
    terminal.until("the first page", |terminal| {
        terminal.text().contains("Enter: step 1 of ") || terminal.text().contains("it needs")
    });
    if terminal.text().contains("it needs") {
        return skip("no laboratory here");
    }
    press(&mut terminal, "\r", "your vote?");
    press(&mut terminal, "\t", "Your lines");
    terminal.prompt("client> ");
    terminal.run("c = socket tcp", "client> ");
    terminal.run("connect c server:80", "client> ");
    assert!(terminal.text().contains("ECONNREFUSED"));
    terminal.run("back", "client> ");
    assert!(terminal.text().contains("then b goes back a step"));
    terminal.run("learn 3", "client> ");
    assert!(terminal.text().contains("a lesson is being shown"));
    terminal.run("on server", "server> ");
    terminal.line("");
    terminal.sees("Back in the lesson: everything was closed.");
    terminal.sees("your vote?");
    page(&mut terminal, "\r");
    page(&mut terminal, "\r");
    assert!(terminal.text().contains("1 came true: none"));
    press(&mut terminal, "\r", "your vote?");
    // Who only looked changed nothing but the place.
    press(&mut terminal, "\t", "Your lines");
    terminal.prompt("client> ");
    terminal.run("on server", "server> ");
    terminal.run("ls", "server> ");
    terminal.line("");
    terminal.sees("Back in the lesson.");
    terminal.sees("your vote?");
    assert!(!terminal.text().contains("everything was closed"));
    page(&mut terminal, "\r");
    let text = terminal.text();
    assert!(text.contains("client> c = socket tcp"), "{text}");
    // What the lesson had done is done again.
    press(&mut terminal, "\t", "Your lines");
    terminal.prompt("client [1 blocked]> ");
    terminal.run("step 2", "client> ");
    terminal.line("");
    terminal.sees("everything was closed, and its lines were run again");
    let written = String::from_utf8_lossy(&terminal.written).into_owned();
    assert!(!written.contains("It went otherwise"), "{written}");
    terminal.keys("q");
}

#[test]
fn who_sends_it_to_a_file_is_told_why_nothing_waits() {
    let folder = folder();
    let elsewhere = TempDir::new().unwrap();
    let (file, lessons) = (
        elsewhere.path().join("log"),
        folder.path().to_str().unwrap(),
    );
    let arguments = ["lesson", "watch", "knock", "--lessons", lessons];
    let (mut terminal, _home) = Start::into_file(&file, &arguments).spawn();
    terminal.sees("standard output is no terminal, so nothing waits");
    terminal.ends();
    let written = std::fs::read_to_string(file).unwrap();
    assert!(written.contains("It never listened."), "{written}");
}

#[test]
fn q_ctrl_c_and_ctrl_d_leave() {
    for key in ["q", "\x03", "\x04"] {
        let folder = folder();
        let (mut terminal, _home) = watch(folder.path(), &["--no-typing"]);
        press(&mut terminal, "\r", "Enter: do it");
        terminal.keys(key);
        assert_eq!(terminal.ends(), 0, "{key:?}");
        assert!(terminal.is_cooked(), "{key:?}");
    }
}

#[test]
fn sigterm_gives_the_terminal_back() {
    let folder = folder();
    let (mut terminal, _home) = watch(folder.path(), &["--no-typing"]);
    terminal.signal(expectrl::Signal::SIGTERM);
    assert_eq!(terminal.ends(), -(expectrl::Signal::SIGTERM as i32));
    assert!(terminal.is_cooked());
}

#[test]
fn typing_can_be_cut_short_paused_and_left() {
    let folder = folder();
    let (mut terminal, _home) = watch(folder.path(), &[]);
    press(&mut terminal, "\r", "Enter: do it");
    press(&mut terminal, "---", "pace 35%");
    press(&mut terminal, "\r", "sock> s = s");
    assert!(
        !terminal.text().contains("SOCK_STREAM"),
        "it is still being typed"
    );
    press(&mut terminal, "p", "paused");
    press(&mut terminal, "p", "sock> s = so");
    press(&mut terminal, "\r", "sock> s = socket tcp");
    press(&mut terminal, "\r", "SOCK_STREAM");
    press(&mut terminal, "\r", "sock> b");
    terminal.keys("q");
    assert_eq!(terminal.ends(), 0);
    assert!(terminal.is_cooked());
}

/// Presses a key, and gives what was written up to the next line that says what the keys do, without codes.
fn page(terminal: &mut Terminal, key: &str) -> String {
    let before = terminal.written.len();
    terminal.keys(key);
    terminal.until("the next page", |terminal| {
        let (line, column) = terminal.cursor_line();
        terminal.written.len() > before && line.starts_with("-- ") && column > 3
    });
    let written = String::from_utf8_lossy(&terminal.written[before..]).into_owned();
    // What was there before is scrolled away where a step begins.
    let page = written.rsplit("\x1b[H").next().unwrap();
    let codes = |piece: &str| match piece.split_once(|c: char| c.is_ascii_alphabetic()) {
        Some((_, text)) => text.to_owned(),
        None => piece.to_owned(),
    };
    let mut pieces = page.split("\x1b[");
    let first = pieces.next().unwrap().to_owned();
    let page = first + &pieces.map(codes).collect::<String>();
    // What a kernel's timer does meanwhile is written over the line that says what the keys do.
    let written_over = |line: &str| line.rsplit('\r').next().unwrap_or_default().to_owned();
    page.lines().map(|line| written_over(line) + "\n").collect()
}

/// Plays a lesson to its end, and measures every page. How many there are; `None` where it cannot be played here.
fn pages(lesson: &str) -> Option<usize> {
    let arguments = ["lesson", "watch", lesson, "--no-typing", "--no-history"];
    let (mut terminal, _home) = Start::new(&arguments).spawn();
    terminal.until("the first page", |terminal| {
        terminal.text().contains("Enter: step 1 of ") || terminal.text().contains("it needs")
    });
    if terminal.text().contains("it needs") {
        return None;
    }
    let mut pages = 0;
    while !terminal.text().contains("-- the end") {
        let page = page(&mut terminal, "\r");
        let rows: usize = page
            .lines()
            .map(|line| line.chars().count().div_ceil(80).max(1))
            .sum();
        assert!(rows <= 23, "lesson {lesson}: {rows} rows:\n{page}");
        for line in page.lines().filter(|line| !line.starts_with("sock")) {
            assert!(line.trim().chars().count() <= 80, "{lesson}: {line}");
        }
        let says = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with("-- ");
        assert!(page.lines().any(says), "lesson {lesson}: an empty page");
        pages += 1;
        assert!(pages < 80, "it ends");
    }
    terminal.keys("\r");
    assert_eq!(terminal.ends(), 0);
    Some(pages)
}

#[test]
fn no_page_is_too_long_and_no_line_too_wide() {
    let pages = pages("4").unwrap();
    assert!(pages > 18, "{pages}");
}

#[test]
fn no_page_of_a_lesson_in_the_laboratory_is_too_long() {
    for number in 9..=18 {
        let lesson = number.to_string();
        match pages(&lesson) {
            Some(pages) => assert!(pages > 15, "{lesson}: {pages}"),
            None => return skip("no laboratory here"),
        }
    }
}

/// Through pipes.
fn captured(arguments: &[&str]) -> Output {
    let home = TempDir::new().unwrap();
    Command::new(env!("CARGO_BIN_EXE_socktutor"))
        .args(arguments)
        .env("HOME", home.path())
        .env("XDG_STATE_HOME", home.path())
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn every_lesson_can_be_captured() {
    let list = captured(&["--json", "lesson", "list"]);
    let lines = String::from_utf8(list.stdout).unwrap();
    assert!(lines.lines().count() >= 8, "{lines}");
    for n in 1..=lines.lines().count() {
        let n = n.to_string();
        let output = captured(&["lesson", "watch", &n, "--no-typing"]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(matches!(output.status.code(), Some(0 | 77)), "{n}: {text}");
        assert!(!text.contains("Enter:") && !text.contains('\x1b'), "{text}");
    }
}

#[test]
fn what_does_not_hold_is_told_and_is_the_exit_status() {
    let folder = folder();
    let folder = folder.path().to_str().unwrap();
    let more = ["--lessons", folder, "--timeout", "100ms"];
    let output = captured(&[&["lesson", "watch", "42"][..], &more].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("NOT  expected  state d LISTEN"), "{text}");
    assert!(text.contains("It never listened."), "{text}");
    let output = captured(&[&["--json", "lesson", "watch", "42"][..], &more].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    for line in text.lines() {
        serde_json::from_str::<serde_json::Value>(line).expect(line);
    }
    assert!(text.contains("\"claim\":\"error ECONNREFUSED\""), "{text}");
}

#[test]
fn nothing_came_true_where_the_step_did_not_come_about() {
    let folder = TempDir::new().unwrap();
    let otherwise = LESSON.replace("expect error ECONNREFUSED", "expect state c ESTABLISHED");
    std::fs::write(folder.path().join("42-knock.md"), otherwise).unwrap();
    let folder = folder.path().to_str().unwrap();
    let output = captured(&[
        "lesson",
        "watch",
        "knock",
        "--lessons",
        folder,
        "--timeout",
        "200ms",
    ]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("NOT  expected  state c ESTABLISHED"),
        "{text}"
    );
    assert!(text.contains("The question stays open"), "{text}");
    assert!(!text.contains("came true"), "{text}");
}

#[test]
fn a_lesson_that_is_not_there_is_named_with_the_nearest() {
    let output = captured(&["lesson", "watch", "listen-and-acept"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("listen-and-accept"), "{text}");
}
