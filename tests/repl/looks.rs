//! Color, dumb terminals, and what fits a screen.

use crate::terminal::Start;

/// Whether a color or another look was asked for.
fn colored(written: &[u8]) -> bool {
    let text = String::from_utf8_lossy(written);
    text.match_indices("\x1b[").any(|(at, _)| {
        let rest = &text[at + 2..];
        let end = rest.find(|c: char| c.is_ascii_alphabetic());
        end.is_some_and(|end| rest[end..].starts_with('m') && !matches!(&rest[..end], "" | "0"))
    })
}

#[test]
fn color_is_used_on_a_terminal_and_not_with_no_color() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("s = socket tcp", "sock> ");
    assert!(colored(&terminal.written));

    let (mut terminal, _home) = Start::new(&[]).env("NO_COLOR", "1").open();
    terminal.keys("bind");
    terminal.sees("bind <");
    terminal.keys("\x03");
    terminal.run("s = socket tcp", "sock> ");
    assert!(
        !colored(&terminal.written),
        "{:?}",
        String::from_utf8_lossy(&terminal.written)
    );
}

#[test]
fn color_never_and_always() {
    let (mut terminal, _home) = Start::new(&["--color", "never"]).open();
    terminal.run("s = socket tcp", "sock> ");
    assert!(!colored(&terminal.written));
    let (mut terminal, _home) = Start::new(&["--color", "always"])
        .env("NO_COLOR", "1")
        .open();
    terminal.run("s = socket tcp", "sock> ");
    assert!(colored(&terminal.written));
}

#[test]
fn a_dumb_terminal_gets_no_escape_codes() {
    let (mut terminal, _home) = Start::new(&[]).env("TERM", "dumb").open();
    terminal.line("s = socket tcp");
    terminal.sees("= 3");
    terminal.line("bind s 127.0.0.1:0");
    terminal.line("listen s 5");
    terminal.line("accept s");
    terminal.sees("sock [1 blocked]>");
    terminal.keys("\x03");
    terminal.sees("EINTR");
    terminal.keys("\x04");
    assert_eq!(terminal.ends(), 0);
    assert!(
        !terminal.written.contains(&0x1b),
        "{:?}",
        String::from_utf8_lossy(&terminal.written)
    );
}

#[test]
fn help_fits_the_screen() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("help", "sock> ");
    let text = terminal.text();
    assert!(
        text.contains("sock> help"),
        "the line that asked for it is still to be seen:\n{text}"
    );
    assert!(text.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn the_list_of_lessons_fits_the_screen() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("lessons", "sock> ");
    let text = terminal.text();
    assert!(
        text.contains("sock> lessons") && text.contains("18 tcp-and-udp-under-loss"),
        "the line that asked for it is still to be seen:\n{text}"
    );
}

#[test]
fn without_utf_8_everything_is_ascii() {
    let (mut terminal, _home) = Start::new(&[]).env("LC_ALL", "C").open();
    for line in ["help", "s = socket tcp", "ls", "explain bind"] {
        terminal.line(line);
        terminal.rest();
    }
    assert!(terminal.written.is_ascii(), "{}", terminal.text());
}

#[test]
fn what_can_be_explained_fits_a_screen_and_says_how_to_see_the_rest() {
    let (mut terminal, _home) = Start::new(&[]).open();
    for line in ["explain", "?"] {
        terminal.run(line, "sock> ");
        let text = terminal.text();
        let screen = text.lines().next().unwrap_or_default();
        assert!(
            text.contains(&format!("sock> {line}\n")),
            "it begins with {screen:?}"
        );
        assert!(text.contains("explain errors"), "{text}");
    }
    terminal.run("explain errors", "sock> ");
    let text = terminal.text();
    assert!(text.contains("sock> explain errors\n"), "{text}");
    assert!(
        text.contains("ETIMEDOUT") && text.contains("EACCES"),
        "{text}"
    );
}
