//! A comparison at the prompt: which sides it names, what a wait says, and what wakes on one side.

use crate::support::require_laboratory;
use crate::terminal::{Start, Terminal};
use tempfile::TempDir;

const PROMPT: &str = "tcp|udp client> ";

/// A comparison with a receiver on the server of both sides. `None` where the machine has no laboratory.
fn comparison() -> Option<(Terminal, Option<TempDir>)> {
    if !require_laboratory() {
        return None;
    }
    let (mut terminal, home) =
        Start::new(&["--explain", "off", "compare", "tcp", "udp"]).open_at(PROMPT);
    terminal.run("server: s = socket", PROMPT);
    terminal.run("server: bind s server:7", PROMPT);
    Some((terminal, home))
}

#[test]
fn what_one_side_hears_appears_above_the_line() {
    let Some((mut terminal, _home)) = comparison() else {
        return;
    };
    let blocked = "tcp|udp client [1 blocked]> ";
    terminal.run("udp: server: recv s 10", blocked);
    terminal.run("c = socket", blocked);
    // A delay, so that the datagram comes while the next line is typed.
    terminal.run("wire delay 300ms", blocked);
    terminal.run("udp: sendto c \"late\" server:7", blocked);
    terminal.keys("score # half");
    terminal.sees("received 4 bytes  \"late\"");
    terminal.sees("[0 blocked]> score # half");
    terminal.keys("\r");
    terminal.sees("efficiency");
    terminal.run("swap", "udp|tcp client> ");
    terminal.run("end", "sock> ");
}

#[test]
fn a_wait_says_what_it_waits_for_and_ctrl_c_ends_it() {
    let Some((mut terminal, _home)) = comparison() else {
        return;
    };
    terminal.run("udp: server: recv s 10", "tcp|udp client [1 blocked]> ");
    terminal.line("wait");
    terminal.sees("Ctrl-C");
    terminal.keys("\x03");
    terminal.sees("EINTR");
    terminal.run("", PROMPT);
}

#[test]
fn one_ctrl_c_ends_a_wait_on_both_sides() {
    let Some((mut terminal, _home)) = comparison() else {
        return;
    };
    terminal.run("tcp: server: listen s 5", PROMPT);
    terminal.run("tcp: server: accept s", "tcp|udp client [1 blocked]> ");
    terminal.run("udp: server: recv s 10", "tcp|udp client [2 blocked]> ");
    terminal.line("wait");
    terminal.sees("Ctrl-C");
    terminal.keys("\x03");
    // Both calls were woken, and nothing is waited for any more.
    terminal.sees("`server: accept s` was");
    terminal.sees("`server: recv s 10` was");
    terminal.prompt(PROMPT);
    // What was pressed then interrupts nothing later.
    terminal.run("tcp: server: accept s", "tcp|udp client [1 blocked]> ");
}

#[test]
fn a_socket_that_neither_side_has_is_told_before_anything_is_asked_for() {
    let Some((mut terminal, _home)) = comparison() else {
        return;
    };
    terminal.line("recv 100");
    terminal.sees("no socket has the descriptor 100");
    terminal.prompt(PROMPT);
    // Where one side has it the rest is asked for.
    terminal.run("udp: client: c = socket", PROMPT);
    terminal.line("client: connect c");
    terminal.sees("addr [");
    terminal.keys("\x03");
    terminal.sees("Nothing was called");
}
