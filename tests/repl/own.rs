//! Lines of the teacher's own in `lesson watch`, after which the lesson goes on as if they had not been.

use crate::support::skip;
use crate::terminal::{Start, Terminal};

const LESSON: &str = "\
---
id: asleep
title: A call that sleeps
network: lab
---
## 1. Listen

```sock
server: s = socket tcp
server: bind s server:80
server: listen s 5
```

## 2. Knock

```sock
wire hold
c = socket tcp
connect c server:80
expect blocked
```

## 3. Let it in

```sock
step 2
expect jobs 0
expect packets 3
```
";

/// Shows the lesson up to the call that sleeps, has the teacher type these lines, and shows it to its end, where nothing
/// must have gone otherwise. What the lines were answered.
#[track_caller]
fn between(lines: &[(&str, &str)]) -> Option<(Terminal, String)> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("42-asleep.md"), LESSON).unwrap();
    let lessons = folder.path().to_str().unwrap();
    let mut arguments = vec!["lesson", "watch", "asleep", "--lessons", lessons];
    arguments.extend(["--no-typing", "--no-history", "--explain", "off"]);
    let (mut terminal, _home) = Start::new(&arguments).spawn();
    terminal.until("the first page", |terminal| {
        terminal.text().contains("Enter: step 1 of 3") || terminal.text().contains("it needs")
    });
    if terminal.text().contains("it needs") {
        skip("no laboratory here");
        return None;
    }
    for then in [
        "Enter: do it",
        "Enter: step 2 of 3",
        "Enter: do it",
        "Enter: step 3 of 3",
    ] {
        terminal.keys("\r");
        terminal.sees(then);
    }
    terminal.keys("\t");
    terminal.prompt("client [1 blocked]> ");
    for (line, prompt) in lines {
        terminal.run(line, prompt);
    }
    let answered = terminal.text();
    terminal.line("");
    terminal.sees("everything was closed, and its lines were run again");
    for then in ["Enter: do it", "the end"] {
        terminal.keys("\r");
        terminal.sees(then);
    }
    let written = String::from_utf8_lossy(&terminal.written).into_owned();
    assert!(!written.contains("NOT "), "{written}");
    assert!(!written.contains("It went otherwise"), "{written}");
    Some((terminal, answered))
}

#[test]
fn a_call_that_looks_and_sleeps_is_undone() {
    between(&[("server: poll s POLLIN", "client [2 blocked]> ")]);
}

#[test]
fn a_call_of_the_lesson_that_was_canceled_sleeps_again() {
    if let Some((_, answered)) = between(&[("cancel", "client> ")]) {
        assert!(answered.contains("EINTR"), "{answered}");
    }
}

#[test]
fn what_was_set_is_set_back() {
    let prompt = "client [1 blocked]> ";
    let lines = [
        ("set retransmits show", prompt),
        ("set explain full", prompt),
        ("compare tcp udp", prompt),
    ];
    let Some((mut terminal, answered)) = between(&lines) else {
        return;
    };
    let refused = "an empty line goes back to the lesson, and q leaves it";
    assert!(answered.contains(refused), "{answered}");
    terminal.keys("\t");
    terminal.prompt("client> ");
    terminal.run("set", "client> ");
    let text = terminal.text();
    assert!(text.contains("retransmits fold"), "{text}");
    assert!(text.contains("explain off"), "{text}");
}
