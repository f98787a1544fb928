//! Typing: completion, hints, pasted lines, history, questions.

use crate::terminal::Start;

#[test]
fn the_first_socket_is_3() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("s = socket tcp", "sock> ");
    terminal.sees("= 3");
    terminal.run("t = socket tcp", "sock> ");
    terminal.sees("= 4");
    terminal.run("close s", "sock> ");
    terminal.run("u = socket tcp", "sock> ");
    assert_eq!(
        terminal.text().matches("IPPROTO_IP) = 3").count()
            + terminal.text().matches(", 0) = 3").count(),
        2
    );
}

#[test]
fn tab_completes_commands_names_options_and_topics() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("server = socket tcp", "sock> ");
    terminal.keys("setso\tser\tSO_REUSEA\t");
    terminal.sees("sock> setsockopt server SO_REUSEADDR");
    terminal.keys("\x03");
    terminal.prompt("sock> ");
    terminal.keys("explain EADDRI\t");
    terminal.sees("sock> explain EADDRINUSE");
}

#[test]
fn tab_lists_what_is_possible() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.keys("gets\t\t");
    terminal.sees("getsockname");
    terminal.sees("getsockopt");
}

#[test]
fn tab_with_nothing_typed_lists_every_command_and_asks_nothing() {
    let (mut terminal, _home) = Start::new(&["--no-history"]).open();
    terminal.keys("\t");
    terminal.prompt("sock> ");
    terminal.sees("setsockopt");
    terminal.run("print 6 * 7", "sock> ");
    terminal.sees("  42\n");
}

#[test]
fn a_hint_names_the_missing_parameters_and_is_never_run() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("s = socket tcp", "sock> ");
    terminal.keys("bind s");
    terminal.sees("sock> bind s <addr");
    let (_, column) = terminal.cursor_line();
    assert_eq!(column, 12, "the cursor stays where the student types");
    terminal.run(" 127.0.0.1:0", "sock> ");
    terminal.sees("= 0");
}

#[test]
fn what_a_claim_lacks_is_asked_for() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("s = socket tcp", "sock> ");
    terminal.line("expect");
    terminal.sees("what must hold? ok, error ECONNREFUSED, state s LISTEN …: ");
    terminal.line("state s");
    terminal.sees("a state such as LISTEN: ");
    terminal.run("CLOSE", "sock> ");
    terminal.sees("ok   state s CLOSE");
}

#[test]
fn a_missing_argument_is_asked_for_with_its_default() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("s = socket tcp", "sock> ");
    terminal.line("bind s");
    terminal.sees("addr");
    terminal.sees("]: ");
    terminal.run("", "sock> ");
    terminal.sees("= 0");
}

#[test]
fn nothing_is_asked_for_a_socket_that_is_not_there() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("s1 = socket tcp", "sock> ");
    for line in ["send s2", "bind s2", "s2.send()", "shutdown s2"] {
        terminal.run(line, "sock> ");
        terminal.sees("there is no socket or variable called `s2`");
        terminal.sees("did you mean `s1`?");
    }
    terminal.run("bind 8080", "sock> ");
    terminal.sees("the socket comes first: bind . 127.0.0.1:8080");
    terminal.run("send hello", "sock> ");
    terminal.sees("the socket comes first: send . hello");
    // What the line itself will make is asked about.
    terminal.line("b = socket udp; send b");
    terminal.sees("]: ");
}

#[test]
fn the_next_line_typed_at_a_question_is_run_as_a_line() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("s = socket tcp", "sock> ");
    terminal.line("bind s");
    terminal.sees("]: ");
    terminal.run("listen s 1", "sock> ");
    terminal.sees("Not called: bind s. What you typed is a line of its own.");
    terminal.sees("listen(3, 1) = 0");
    // Words are not broken, however long the line that is left.
    terminal.line("t = socket tcp; print \"a line that goes up to the edge\"; bind t");
    terminal.sees("]: ");
    terminal.run("listen s 1", "sock> ");
    terminal.sees("bind t.\n      What you typed is a line of its own.");
    // A value could be the answer, and a wrong one is told as such.
    terminal.line("bind s");
    terminal.sees("]: ");
    terminal.run("5", "sock> ");
    terminal.sees("bind s 5");
    terminal.sees("error:");
}

#[test]
fn a_call_typed_at_a_question_is_made_once_and_alone() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("s, t = socketpair; send t hello", "sock> ");
    terminal.line("s.recv()");
    terminal.sees("len [1024]: ");
    terminal.run("s.recv(1024)", "sock> ");
    terminal.sees("Not called: s.recv(). What you typed is a line of its own.");
    terminal.sees("received 5 bytes");
    assert!(!terminal.text().contains("error:"), "{}", terminal.text());
    terminal.line("s.send()");
    terminal.sees("data");
    terminal.run("s.send(b\"abc\")", "sock> ");
    terminal.run("expect recvq t 3", "sock> ");
    terminal.sees("ok   recvq t 3");
    // What asks for an address may be one.
    terminal.run(
        "a = socket udp; bind a 127.0.0.1:0; b = socket udp",
        "sock> ",
    );
    terminal.line("b.connect()");
    terminal.sees("]: ");
    terminal.run("a.getsockname()", "sock> ");
    terminal.run("expect peer b a.local", "sock> ");
    terminal.sees("ok   peer b");
}

#[test]
fn a_question_can_be_declined() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("s = socket tcp", "sock> ");
    terminal.line("bind s");
    terminal.sees("]: ");
    terminal.keys("\x03");
    terminal.sees("Nothing was called.");
    terminal.prompt("sock> ");
}

#[test]
fn pasted_lines_run_one_by_one_up_to_the_first_error() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.paste("s = socket tcp  # \u{202e}\nbnid s 127.0.0.1:0\nlisten s 5\nls\n");
    terminal.line("");
    terminal.sees("Not run, 2 lines:");
    terminal.prompt("sock> ");
    let text = terminal.text();
    let ran = text
        .rfind("sock> s = socket tcp")
        .expect("each line is shown before what it did");
    assert!(text[ran..].contains(r"# \u{202e}"), "foreign text: {text}");
    assert!(text[ran..].contains("= 3"), "{text}");
    assert!(text[ran..].contains("    listen s 5\n    ls"), "{text}");
}

#[test]
fn a_pasted_python_program_runs() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.paste(
        "import socket\ns = socket.socket()\ns.bind((\"127.0.0.1\",\n        0))\ns.listen(5)",
    );
    terminal.line("");
    terminal.sees("listen(3, 5) = 0");
    terminal.prompt("sock> ");
}

#[test]
fn ctrl_c_clears_a_half_typed_line() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.keys("bind s 127");
    terminal.sees("bind s 127");
    terminal.keys("\x03");
    terminal.prompt("sock> ");
    terminal.run("s = socket tcp", "sock> ");
    terminal.sees("= 3");
}

#[test]
fn ctrl_c_at_an_empty_prompt_says_how_to_leave() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.keys("\x03");
    terminal.sees("Ctrl-D or quit leaves");
    terminal.prompt("sock> ");
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_while_a_terminal_does_not_read_leaves_nothing_asleep() {
    // With the key the terminal drops what it was given; whoever waits for room there has to go on all the same.
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.line("print 'y' * 300000");
    terminal.fills();
    terminal.keys("\x03");
    terminal.prompt("sock> ");
    terminal.run("print 6 * 7", "sock> ");
    terminal.sees("42");
}

#[test]
fn a_signal_at_the_prompt_is_answered_above_what_is_typed() {
    // As with Ctrl-C at the moment in which a statement ends: the terminal may have dropped the prompt with the key.
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.keys("print 4");
    terminal.sees("sock> print 4");
    terminal.signal(expectrl::Signal::SIGINT);
    terminal.sees("nothing was interrupted");
    terminal.run("2", "sock> ");
    terminal.sees("42");
}

#[test]
fn history_survives_the_session_and_is_shared() {
    let home = tempfile::TempDir::new().unwrap();
    let (mut one, _) = Start::new(&[]).home(home.path()).open();
    let (mut two, _) = Start::new(&[]).home(home.path()).open();
    one.run("first = socket tcp", "sock> ");
    two.run("second = socket tcp", "sock> ");
    drop(one); // killed: a crash loses nothing
    two.keys("\x04");
    two.ends();
    let (mut three, _) = Start::new(&[]).home(home.path()).open();
    three.keys("\x1b[A");
    three.sees("sock> second = socket tcp");
    three.keys("\x1b[A");
    three.sees("sock> first = socket tcp");
}

#[test]
fn no_history_leaves_no_trace() {
    let home = tempfile::TempDir::new().unwrap();
    let (mut terminal, _) = Start::new(&["--no-history"]).home(home.path()).open();
    terminal.run("s = socket tcp", "sock> ");
    terminal.keys("\x04");
    terminal.ends();
    assert!(!home.path().join("socktutor/history").exists());
}

#[test]
fn what_is_typed_ahead_is_not_lost() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.keys("a = socket tcp\rb = socket tcp\rc = socket tcp\r");
    terminal.sees("= 5");
    terminal.prompt("sock> ");
}

#[test]
fn who_has_opened_all_that_may_be_open_still_has_a_prompt() {
    let (mut terminal, _home) = Start::limited("-n 40", &["--explain", "off"]).open();
    while !terminal.text().contains("EMFILE") {
        terminal.run("socket udp", "sock> ");
    }
    // Nothing is left for the line editor, and that is said once.
    terminal.run("print 6 * 7", "sock> ");
    terminal.sees("  42\n");
    terminal.run("print 6 * 8", "sock> ");
    assert_eq!(
        terminal.text().matches("line editor").count(),
        1,
        "{}",
        terminal.text()
    );
    assert!(terminal.is_cooked());
    for fd in 3..7 {
        terminal.run(&format!("close {fd}"), "sock> ");
    }
    // Now there is room again.
    terminal.until("the editor", |terminal| !terminal.is_cooked());
    terminal.keys("\x04");
    assert_eq!(terminal.ends(), 0);
}
