//! The laboratory at the prompt: what its wire or a capture tells while a line is typed, and what Ctrl-C ends.

use crate::support::{require_laboratory, require_root};
use crate::terminal::{Start, Terminal};
use tempfile::TempDir;

/// The prompt on the first host.
const CLIENT: &str = "client> ";
/// The same while a call sleeps.
const BLOCKED: &str = "client [1 blocked]> ";

/// A laboratory of two hosts. `None` where the machine has none.
fn laboratory() -> Option<(Terminal, Option<TempDir>)> {
    if !require_laboratory() {
        return None;
    }
    let (mut terminal, home) = Start::new(&["--explain", "off"]).open();
    terminal.run("lab up", CLIENT);
    Some((terminal, home))
}

/// Waits until this stands above the half-typed line, which stands there once and has the cursor at its end.
fn above(terminal: &mut Terminal, wanted: &str, typed: &str) {
    terminal.until(&format!("{wanted:?} above {typed:?}"), |terminal| {
        let text = terminal.text();
        let lines = (text.rfind(wanted), text.find(typed));
        let (line, column) = terminal.cursor_line();
        matches!(lines, (Some(news), Some(line)) if news < line)
            && line.trim_end().ends_with(typed)
            && usize::from(column) == line.trim_end().chars().count()
    });
    assert_eq!(
        terminal.text().matches(typed).count(),
        1,
        "{}",
        terminal.text()
    );
}

#[test]
fn the_prompt_names_the_host() {
    let Some((mut terminal, _home)) = laboratory() else {
        return;
    };
    terminal.run("on server", "server> ");
    terminal.run("client: socket udp", "server> ");
    terminal.run("on machine", "sock> ");
    terminal.run("on client", CLIENT);
    terminal.run("lab down", "sock> ");
}

#[test]
fn the_words_that_an_order_lacks_are_asked_for() {
    let Some((mut terminal, _home)) = laboratory() else {
        return;
    };
    terminal.line("wire drop");
    terminal.sees("which packet? its number, next or all: ");
    terminal.run("next", CLIENT);
    terminal.run("u = socket udp", CLIENT);
    terminal.run("sendto u \"x\" server:9", CLIENT);
    terminal.sees("dropped");
    // Nothing is asked about a packet where none is held.
    terminal.run("wire hold", CLIENT);
    terminal.run("wire corrupt", CLIENT);
    terminal.sees("error: the wire holds nothing");
    terminal.run("sendto u \"y\" server:9", CLIENT);
    terminal.line("wire corrupt");
    terminal.sees("which packet? its number, or next: ");
    terminal.run("next", CLIENT);
    terminal.sees("one bit of #2 is turned over");
    terminal.line("packet");
    terminal.sees("which packet? its number, or last: ");
    terminal.keys("\x03");
    terminal.sees("Nothing was called.");
    terminal.prompt(CLIENT);
}

#[test]
fn a_packet_that_comes_later_is_told_above_a_half_typed_line() {
    let Some((mut terminal, _home)) = laboratory() else {
        return;
    };
    terminal.run("wire delay 400ms", CLIENT);
    terminal.run("server: v = socket udp; server: bind v server:9", CLIENT);
    terminal.run("u = socket udp", CLIENT);
    terminal.run("sendto u \"late\" server:9", CLIENT);
    terminal.keys("print \"half");
    above(&mut terminal, "#1  delivered", "print \"half");
    terminal.keys("\"");
    terminal.run("", CLIENT);
    assert!(terminal.text().contains("half\n"), "{}", terminal.text());
}

#[test]
fn a_retransmission_is_told_above_a_half_typed_line() {
    let Some((mut terminal, _home)) = laboratory() else {
        return;
    };
    terminal.run("wire hold", CLIENT);
    terminal.run("c = socket tcp", CLIENT);
    terminal.run("connect c server:80", BLOCKED);
    terminal.sees("#1  client → server  SYN");
    // Dropped, so that what comes about a second later is a packet of its own.
    terminal.run("wire drop 1", BLOCKED);
    terminal.keys("print \"half");
    above(&mut terminal, "#2  client → server  SYN", "print \"half");
}

#[test]
fn a_connection_that_a_step_completes_is_told_before_the_prompt_is_back() {
    let Some((mut terminal, _home)) = laboratory() else {
        return;
    };
    terminal.run(
        "server: s = socket tcp; server: bind s :80; server: listen s 1",
        CLIENT,
    );
    terminal.run("wire hold", CLIENT);
    terminal.run("c = socket tcp", CLIENT);
    terminal.run("connect c server:80", BLOCKED);
    terminal.run("step", BLOCKED);
    // The call has returned: nothing is blocked any more when the prompt comes.
    terminal.run("step", CLIENT);
    terminal.sees("SYN_SENT → ESTABLISHED");
    terminal.run("step", CLIENT);
    terminal.sees("SYN_RECV → ESTABLISHED");
}

#[test]
fn ctrl_c_ends_a_long_step() {
    // On a busy machine the receiver's delayed ACK may leave the wire quiet before the key comes, which is then the
    // prompt's.
    assert!((0..5).any(|_| a_long_step_is_interrupted()));
}

/// False where the step was over before.
fn a_long_step_is_interrupted() -> bool {
    let Some((mut terminal, _home)) = laboratory() else {
        return true;
    };
    terminal.run(
        "server: s = socket tcp; server: bind s :80; server: listen s 1",
        CLIENT,
    );
    terminal.run("c = socket tcp; connect c server:80", CLIENT);
    terminal.run("server: d = accept s; wire hold", CLIENT);
    // Thousands of segments, each of which is told.
    terminal.run("server: recv d 20000000 --waitall", BLOCKED);
    let both = "client [2 blocked]> ";
    terminal.run("send c #20000000", both);
    let delivered = |terminal: &Terminal| {
        let written = String::from_utf8_lossy(&terminal.written);
        written.matches("delivered").count()
    };
    let before = delivered(&terminal);
    terminal.line("step until quiet");
    terminal.until("a delivery", |terminal| delivered(terminal) > before);
    terminal.keys("\x03");
    terminal.until("a prompt", |terminal| {
        let (line, _) = terminal.cursor_line();
        line.starts_with("client ") && line.trim_end().ends_with("blocked]>")
    });
    terminal.rest();
    let (line, _) = terminal.cursor_line();
    if line.trim_end() != both.trim_end() || terminal.text().contains("No statement is running") {
        return false;
    }
    terminal.run("wire log 1", both);
    // Left alone it stops at ten thousand packets.
    let text = terminal.text();
    let last = text.rsplit('#').next().unwrap().split(' ').next().unwrap();
    let last: u64 = last.parse().unwrap();
    assert!(last < 10_000, "{text}");
    true
}

#[test]
fn a_captured_packet_is_told_above_a_half_typed_line() {
    if !require_root() {
        return;
    }
    let (mut terminal, _home) = Start::new(&["--explain", "off"]).open();
    let prompt = "sock> ";
    terminal.run("capture on", prompt);
    terminal.run("b = socket tcp; bind b 127.0.0.1:0; listen b 5", prompt);
    terminal.run("s = socket tcp; setsockopt s SO_KEEPALIVE 1", prompt);
    terminal.run("setsockopt s TCP_KEEPIDLE 1; connect s b.local", prompt);
    // No state and no queue changes with it: only the packet itself can tell.
    terminal.keys("print \"half");
    above(&mut terminal, "keep-alive", "print \"half");
    terminal.run("\"", prompt);
    terminal.run("capture off", prompt);
}
