//! A statement over several lines.

use crate::terminal::{Start, Terminal};

/// What stands in the first line that goes on.
const FIRST: &str = "... (it goes on here; an empty line ends it, Ctrl-C drops it)";

/// Types a line and waits until the next goes on with it, with nothing typed.
fn opens(terminal: &mut Terminal, line: &str) {
    let rows = |terminal: &Terminal| terminal.written.iter().filter(|b| **b == b'\n').count();
    let above = rows(terminal);
    terminal.line(line);
    terminal.until(&format!("more of {line:?}"), |terminal| {
        let (row, column) = terminal.cursor_line();
        rows(terminal) > above && row.starts_with("...") && column == 4
    });
}

#[test]
fn an_open_bracket_goes_on_in_the_next_line() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("s = socket udp", "sock> ");
    opens(&mut terminal, "s.sendto(");
    terminal.sees(FIRST);
    opens(&mut terminal, "b\"x\",  # what");
    terminal.run("(\"127.0.0.1\", 9))", "sock> ");
    terminal.sees("sendto(3, \"x\", 1, 0, {sa_family=AF_INET, sin_port=htons(9)");
    // One line in the history, here and in the next session, and it can be run again.
    terminal.run("history", "sock> ");
    terminal.sees("  s.sendto(b\"x\", (\"127.0.0.1\", 9))");
    terminal.keys("\x1b[A\x1b[A");
    terminal.sees("sock> s.sendto(b\"x\", (\"127.0.0.1\", 9))");
    terminal.run("", "sock> ");
    assert_eq!(terminal.text().matches("sendto(3, \"x\"").count(), 2);
}

#[test]
fn c_and_a_backslash_go_on_as_well() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("int s = socket(AF_INET, SOCK_STREAM, 0);", "sock> ");
    opens(&mut terminal, "struct sockaddr_in addr = {");
    opens(&mut terminal, "  .sin_family = AF_INET,");
    terminal.run("};", "sock> ");
    terminal.run("addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);", "sock> ");
    opens(&mut terminal, "bind(s, (struct sockaddr *)&addr,");
    terminal.run("sizeof(addr));", "sock> ");
    terminal.sees("bind(3, {sa_family=AF_INET, sin_port=htons(0)");
    opens(&mut terminal, "listen s \\");
    terminal.run("7", "sock> ");
    terminal.sees("listen(3, 7) = 0");
}

#[test]
fn an_empty_line_ends_what_is_open_with_its_answer() {
    let (mut terminal, _home) = Start::new(&[]).open();
    opens(&mut terminal, "print(");
    terminal.run("", "sock> ");
    terminal.sees("error: this bracket is never closed");
    opens(&mut terminal, "s = socket(AF_INET,");
    opens(&mut terminal, "SOCK_STREAM");
    terminal.run("", "sock> ");
    terminal.sees("Stopped there. Not run:");
    terminal.run("s = socket tcp", "sock> ");
    terminal.sees("= 3");
}

#[test]
fn ctrl_c_and_ctrl_d_leave_what_is_open_and_no_more() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("s = socket tcp", "sock> ");
    terminal.run("a = accept s", "sock> ");
    terminal.sees("EINVAL");
    terminal.run(
        "bind s 127.0.0.1:0; listen s 1; a = accept s",
        "sock [1 blocked]> ",
    );
    opens(&mut terminal, "print(");
    terminal.keys("s");
    terminal.sees("... s");
    terminal.keys("\x03");
    terminal.sees("What was open is dropped. Nothing was called.");
    // It was not meant for the call that sleeps.
    terminal.prompt("sock [1 blocked]> ");
    opens(&mut terminal, "print(");
    terminal.keys("\x04");
    terminal.sees("error: this bracket is never closed");
    terminal.prompt("sock [1 blocked]> ");
}

#[test]
fn what_means_something_on_its_own_line_is_run_at_once() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("s, t = socketpair", "sock> ");
    terminal.run("send s :(", "sock> ");
    terminal.sees("sendto(3, \":(\", 2, 0, NULL, 0) = 2");
    terminal.run("send s \"(", "sock> ");
    terminal.sees("error: this text is never closed");
    // No line that follows could close it.
    terminal.run("s.send(\"hi", "sock> ");
    terminal.run("while True:", "sock> ");
    terminal.sees("error: there are no loops here");
    terminal.run("int main() {", "sock> ");
}

#[test]
fn a_comment_goes_on_behind_what_is_whole() {
    let (mut terminal, _home) = Start::new(&[]).open();
    opens(
        &mut terminal,
        "int s = socket(AF_INET, SOCK_STREAM, 0); /* make",
    );
    assert!(!terminal.text().contains("= 3"), "{}", terminal.text());
    terminal.run("the socket */", "sock> ");
    terminal.sees("= 3");
    terminal.run("s, t = socketpair", "sock> ");
    // It is no comment where a text may have blanks.
    terminal.run("send s hi /* all", "sock> ");
    terminal.sees("\"hi /* all\"");
}

#[test]
fn a_pasted_block_whose_end_is_open_goes_on() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.paste("s = socket.socket()\ns.bind((\"127.0.0.1\",");
    // It is no first line: the paste had two.
    opens(&mut terminal, "");
    // Nothing of it is run before all of it is there.
    assert!(!terminal.text().contains("= 3"), "{}", terminal.text());
    terminal.run("0))", "sock> ");
    terminal.sees("bind(3, {sa_family=AF_INET, sin_port=htons(0)");
    // A terminal that does not mark what is pasted types it line by line.
    terminal.keys(
        "s.setsockopt(\r    socket.SOL_SOCKET,\r    socket.SO_REUSEADDR, 1)\rs.listen(\r    5)\r",
    );
    terminal.sees("setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0");
    terminal.sees("listen(3, 5) = 0");
    terminal.prompt("sock> ");
}

#[test]
fn a_result_is_printed_above_a_statement_that_goes_on() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("u = socket udp; bind u 127.0.0.1:0", "sock> ");
    terminal.run("e = recvfrom u 9", "sock [1 blocked]> ");
    opens(&mut terminal, "ladder(");
    terminal.keys("12");
    terminal.sees("... 12");
    let peer = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let port: u16 = {
        let text = terminal.text();
        let at = text.find("u  127.0.0.1:").expect("its address is shown") + "u  127.0.0.1:".len();
        text[at..]
            .split(' ')
            .next()
            .unwrap()
            .trim()
            .parse()
            .unwrap()
    };
    peer.send_to(b"now", ("127.0.0.1", port)).unwrap();
    terminal.sees("\"now\"");
    terminal.until("what was typed, below it", |terminal| {
        terminal.cursor_line().0 == "... 12"
    });
}

#[test]
fn tab_and_hints_know_the_lines_before() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("server = socket tcp", "sock> ");
    opens(&mut terminal, "setsockopt(");
    terminal.keys("ser\t");
    terminal.sees("... server");
    terminal.keys(", ");
    terminal.sees("... server , <optname");
}

#[test]
fn a_lesson_and_a_plain_terminal_go_on_as_well() {
    let (mut terminal, _home) = Start::new(&["learn", "1"]).open_at("lesson 1 1/7 (1-3)> ");
    terminal.run("2", "lesson 1 1/7> ");
    opens(&mut terminal, "s = socket.socket(");
    terminal.run(
        "socket.AF_INET, socket.SOCK_STREAM)",
        "lesson 1 2/7 (1-3)> ",
    );
    let (mut terminal, _home) = Start::new(&[]).env("TERM", "dumb").open();
    terminal.line("s = socket.socket(");
    terminal.sees("... ");
    terminal.line("socket.AF_INET)");
    terminal.sees("= 3");
}

#[test]
fn an_empty_line_is_a_part_of_a_text_in_triple_quotes() {
    let (mut terminal, _home) = Start::new(&[]).open();
    opens(&mut terminal, "x = \"\"\"HTTP/1.0 200 OK");
    terminal.sees("two empty lines end it");
    opens(&mut terminal, "");
    opens(&mut terminal, "hi");
    terminal.run("\"\"\"", "sock> ");
    terminal.run("expect x == \"HTTP/1.0 200 OK\\n\\nhi\\n\"", "sock> ");
    terminal.sees("ok   x ==");
    opens(&mut terminal, "x = \"\"\"a");
    opens(&mut terminal, "");
    terminal.run("", "sock> ");
    terminal.sees("error: this text is never closed");
}

#[test]
fn what_is_pasted_into_a_question_is_run_behind_it() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("s, t = socketpair; send t hello", "sock> ");
    terminal.line("recv s");
    terminal.until("the question", |terminal| {
        terminal.cursor_line().0.starts_with("  len [1024]:")
    });
    terminal.paste("2\nprint 2 +\\\n 3\nrecv s 1");
    terminal.keys("\r");
    terminal.sees("received 1 byte  \"l\"");
    terminal.sees("sock> print 2 +\\\n 3\n  5\n");
    terminal.prompt("sock> ");
    terminal.line("recv s");
    terminal.until("the question", |terminal| {
        terminal.cursor_line().0.starts_with("  len [1024]:")
    });
    terminal.paste("x\nclose s");
    terminal.run("", "sock> ");
    terminal.sees("Stopped there. Not run:\n    close s");
}

#[test]
fn tabs_in_front_of_typed_lines_complete_nothing() {
    let (mut terminal, _home) = Start::new(&[]).open();
    // As a terminal that does not mark what is pasted types it.
    terminal.keys("s = socket.socket(\r\tsocket.AF_INET,\r\tsocket.SOCK_STREAM)\r");
    terminal.sees("socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3");
    terminal.prompt("sock> ");
    terminal.run("history", "sock> ");
    terminal.sees("  s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)");
}

#[test]
fn ctrl_c_drops_what_is_open_where_nothing_can_be_edited() {
    let (mut terminal, _home) = Start::new(&[]).env("TERM", "dumb").open();
    terminal.run(
        "s = socket tcp; listen s 1; a = accept s",
        "sock [1 blocked]> ",
    );
    terminal.line("print(1,");
    terminal.sees("... ");
    terminal.keys("\x03");
    terminal.sees("What was open is dropped. Nothing was called.");
    terminal.prompt("sock [1 blocked]> ");
    terminal.line("print 2 + 3");
    terminal.sees("  5");
    let text = terminal.text();
    assert!(
        !text.contains("cancelled") && !text.contains("error:"),
        "{text}"
    );
    terminal.prompt("sock [1 blocked]> ");
}

#[test]
fn ctrl_c_leaves_a_question_where_nothing_can_be_edited() {
    let (mut terminal, _home) = Start::new(&[]).env("TERM", "dumb").open();
    terminal.run("s, t = socketpair", "sock> ");
    terminal.line("s.send(");
    terminal.sees("... ");
    terminal.line(")");
    terminal.sees("data");
    terminal.keys("half\x03");
    terminal.sees("Nothing was called.");
    terminal.prompt("sock> ");
    terminal.line("print 2 + 3");
    terminal.sees("  5");
    terminal.prompt("sock> ");
    terminal.keys("\x03");
    terminal.sees("Nothing is blocked. Ctrl-D or quit leaves.");
    terminal.keys("\x04");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn in_a_paste_what_has_returned_is_told_before_the_next_line() {
    let (mut terminal, _home) = Start::new(&[]).env("NO_COLOR", "1").open();
    terminal.run("s = socket tcp; bind s 127.0.0.1:0; listen s 1", "sock> ");
    terminal.paste(
        "conn, addr = s.accept()\nc = socket tcp; connect c s.local\nprint \"by\", addr\nd = conn.recv(9)\nclose c\n\
         print \"got\", d, \"!\"\nclose conn\nls",
    );
    terminal.run("", "sock> ");
    let text = String::from_utf8_lossy(&terminal.written);
    let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}: {text}"));
    assert!(
        at("[job 1] conn, addr = accept s has returned") < at("  by ("),
        "{text}"
    );
    assert!(
        at("[job 2] d = recv conn 9 has returned") < at("  got  !"),
        "{text}"
    );
    // It had returned, or was about to.
    assert!(!text.contains("waiting for job"), "{text}");
}
