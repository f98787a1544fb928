//! The end of a session, and the terminal afterwards.

use crate::terminal::Start;

#[test]
fn ctrl_d_leaves() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.keys("\x04");
    assert_eq!(terminal.ends(), 0);
    assert!(terminal.is_cooked());
}

#[test]
fn quit_leaves() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.line("quit");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn the_exit_of_a_program_does_not_end_the_session() {
    let (mut terminal, _home) = Start::new(&[]).open();
    for exit in [
        "exit(0);",
        "exit();",
        "    sys.exit()",
        "exit(EXIT_SUCCESS);",
        "exit(1);",
    ] {
        terminal.run("s = socket tcp", "sock> ");
        terminal.run(exit, "sock> ");
        terminal.sees(&format!("{exit}\n  the session goes on (quit ends it)"));
    }
    terminal.line("quit()");
    assert_eq!(terminal.ends(), 0);
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.line("exit");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn ctrl_d_leaves_with_a_blocked_call_and_says_which() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("s = socket tcp", "sock> ");
    terminal.run("bind s 127.0.0.1:0", "sock> ");
    terminal.run("listen s 5", "sock> ");
    terminal.run("accept s", "sock [1 blocked]> ");
    terminal.keys("\x04");
    terminal.ends();
    let text = terminal.text();
    let prompt = text.rfind("blocked]>").unwrap();
    assert!(text[prompt..].contains("accept s"), "{text}");
}

#[test]
fn a_signal_that_ends_it_leaves_the_terminal_as_it_was() {
    use expectrl::Signal;
    for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT] {
        let (mut terminal, _home) = Start::new(&[]).open();
        terminal.keys("half");
        terminal.sees("half");
        assert!(!terminal.is_cooked());
        terminal.signal(signal);
        assert_eq!(terminal.ends(), -(signal as i32));
        assert!(terminal.is_cooked(), "after {signal}");
        let written = String::from_utf8_lossy(&terminal.written).into_owned();
        let (on, off) = (
            written.rfind("\x1b[?2004h").unwrap(),
            written.rfind("\x1b[?2004l").unwrap(),
        );
        assert!(on < off, "bracketed paste is off again");
    }
}

#[test]
fn a_signal_that_it_is_to_ignore_leaves_the_line_as_it_is() {
    let (mut terminal, _home) = Start::ignoring("HUP", &[]).open();
    terminal.keys("print 2");
    terminal.sees("print 2");
    terminal.signal(expectrl::Signal::SIGHUP);
    terminal.keys(" + 3");
    terminal.sees("print 2 + 3");
    assert!(!terminal.is_cooked());
    terminal.run("", "sock> ");
    terminal.sees("  5");
}

#[cfg(target_os = "linux")]
#[test]
fn who_was_stopped_and_goes_on_has_the_line_back() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.keys("print 2 + 3");
    terminal.sees("print 2 + 3");
    terminal.stops_and_goes_on();
    terminal.sees("socktutor\nsock> print 2 + 3");
    assert!(!terminal.is_cooked());
    terminal.run(" + 4", "sock> ");
    terminal.sees("  9");
    terminal.stops_and_goes_on();
    terminal.until("the prompt again", |terminal| {
        terminal.text().matches("socktutor\nsock> ").count() == 2
    });
    terminal.keys("\x04");
    assert_eq!(terminal.ends(), 0);
    assert!(terminal.is_cooked());
}

#[test]
fn the_prompt_stays_at_the_terminal_where_events_go_to_a_file() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("events");
    let arguments = ["--json", "--no-history"];
    let (mut terminal, _home) = Start::into_file(&file, &arguments).spawn();
    terminal.sees("sock> ");
    terminal.line("s = socket tcp");
    terminal.line("quit");
    assert_eq!(terminal.ends(), 0);
    let events = std::fs::read_to_string(file).unwrap();
    assert!(events.contains("SOCK_STREAM"), "{events}");
    for line in events.lines() {
        serde_json::from_str::<serde_json::Value>(line).expect(line);
    }
}

#[test]
fn a_file_that_may_not_grow_does_not_end_the_session() {
    let (mut terminal, _home) = Start::limited("-f 0", &[]).open();
    terminal.run("print 6 * 7", "sock> ");
    terminal.sees("  42\n");
    terminal.sees("The history cannot be kept in");
    terminal.sees("File too large");
    terminal.keys("\x04");
    assert_eq!(terminal.ends(), 0);
}
