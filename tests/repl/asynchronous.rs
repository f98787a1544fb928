//! What happens while a line is being typed, and what Ctrl-C and the window do to sleeping calls.

use crate::terminal::{Start, Terminal};

/// A listener `s` with a blocked `accept`.
fn blocked_accept() -> (Terminal, Option<tempfile::TempDir>) {
    let (mut terminal, home) = Start::new(&[]).open();
    terminal.run("s = socket tcp", "sock> ");
    terminal.run("bind s 127.0.0.1:0", "sock> ");
    terminal.run("listen s 5", "sock> ");
    terminal.run("conn = accept s", "sock [1 blocked]> ");
    (terminal, home)
}

/// The port of `s`, as its bind call shows it.
fn port(terminal: &Terminal) -> u16 {
    let text = terminal.text();
    let after = text.rsplit("127.0.0.1:").find_map(|rest| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok().filter(|port| *port != 0)
    });
    after.expect("the port that the kernel chose is shown")
}

#[test]
fn a_result_appears_above_a_half_typed_line() {
    let (mut terminal, _home) = blocked_accept();
    let port = port(&terminal);
    terminal.keys("send conn \"half");
    terminal.sees("> send conn \"half");
    // The cursor in the middle of the line, where it must stay.
    let line = |blocked| format!("sock [{blocked} blocked]> send conn \"half");
    let at = |terminal: &Terminal, wanted: &str| {
        let (line, column) = terminal.cursor_line();
        line.trim_end() == wanted && usize::from(column) == wanted.len() - 2
    };
    terminal.keys("\x1b[D\x1b[D");
    terminal.until("the cursor in the line", |terminal| at(terminal, &line(1)));
    let _client = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    terminal.sees("= 4");
    terminal.until("the cursor there again", |terminal| at(terminal, &line(0)));
    let text = terminal.text();
    assert_eq!(
        text.matches("send conn \"half").count(),
        1,
        "the line stands there once:\n{text}"
    );
    let result = text.rfind("= 4").unwrap();
    assert!(result < text.find("send conn \"half").unwrap(), "{text}");
    terminal.keys("\x05\"");
    terminal.sees("send conn \"half\"");
    terminal.run("", "sock> ");
}

#[test]
fn a_result_appears_above_a_line_of_several_rows() {
    let (mut terminal, _home) = blocked_accept();
    let port = port(&terminal);
    let long = format!("print \"{}\"", "0123456789".repeat(12));
    let once = |terminal: &Terminal| terminal.text().replace('\n', "").matches(&long).count() == 1;
    terminal.keys(&long);
    terminal.until("the whole line", once);
    let _client = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    terminal.sees("= 4");
    terminal.until("the whole line, once", once);
}

#[test]
fn ctrl_c_at_the_prompt_cancels_a_blocked_accept() {
    let (mut terminal, _home) = blocked_accept();
    terminal.keys("\x03");
    terminal.sees("EINTR");
    terminal.prompt("sock> ");
}

#[test]
fn ctrl_c_interrupts_what_the_foreground_waits_for() {
    let (mut terminal, _home) = blocked_accept();
    terminal.line("wait");
    // Pressed before that, it would interrupt nothing.
    terminal.sees("or Ctrl-C");
    assert!(
        terminal.is_cooked(),
        "the editor is not active while a statement runs"
    );
    terminal.keys("\x03");
    terminal.until("a prompt", |terminal| {
        terminal.at_prompt("sock> ") || terminal.at_prompt("sock [1 blocked]> ")
    });
    terminal.line("print \"it\" + \" goes on\"");
    terminal.sees("it goes on");
}

#[test]
fn what_is_interrupted_was_not_quiet_for_so_long() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.line("print \"it\" + \" begins\"; expect quiet 60s");
    terminal.sees("it begins");
    terminal.keys("\x03");
    terminal.sees("interrupted by Ctrl-C");
    terminal.prompt("sock> ");
    assert!(terminal.text().contains("NOT  expected  quiet 60s"));
}

#[test]
fn a_wait_for_a_result_says_what_would_end_it() {
    let (mut terminal, _home) = blocked_accept();
    terminal.line("send conn \"hi\"");
    terminal.sees("until a client has");
    terminal.sees("Nothing else runs in this shell meanwhile");
    terminal.keys("\x03");
    terminal.sees("so there is no result to go on with");
    terminal.sees("make it again");
    terminal.prompt("sock> ");
}

#[test]
fn the_prompt_is_said_to_be_free_when_it_is() {
    let (mut terminal, _home) = Start::new(&[]).open();
    let yours = "The prompt is yours";
    terminal.run("s = socket tcp; bind s 127.0.0.1:0; listen s 1", "sock> ");
    terminal.paste("conn = accept s\nprint conn");
    terminal.line("");
    terminal.sees("until a client has");
    assert!(!terminal.text().contains(yours), "{}", terminal.text());
    terminal.keys("\x03");
    terminal.prompt("sock> ");
    assert!(!terminal.text().contains(yours), "{}", terminal.text());
    // What was interrupted is no text that lacks its quotes.
    terminal.sees("no result to go on with");
    assert!(!terminal.text().contains("quotes"), "{}", terminal.text());
    for n in [1, 2] {
        terminal.run("conn = accept s", &format!("sock [{n} blocked]> "));
        assert_eq!(terminal.text().matches(yours).count(), 1);
    }
}

#[test]
fn a_resized_window_interrupts_nothing() {
    let (mut terminal, _home) = blocked_accept();
    let port = port(&terminal);
    for columns in [60, 100, 40, 80] {
        terminal.resize(columns, 24);
        terminal.signal(expectrl::Signal::SIGWINCH);
        terminal.rest();
    }
    assert!(!terminal.text().contains("EINTR"), "{}", terminal.text());
    let _client = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    terminal.sees("= 4");
}

#[test]
fn a_call_that_returns_later_still_gets_the_lowest_number() {
    let (mut terminal, _home) = blocked_accept();
    terminal.run("c = socket tcp", "sock [1 blocked]> ");
    terminal.sees("= 5");
    terminal.line("connect c s.local");
    terminal.sees("= 4");
}
