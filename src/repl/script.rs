//! Scripts: `socktutor run FILE`, `-c`, and standard input that is no terminal. No line editor, and no thread but
//! the one that takes signals.

use super::join::Joiner;
use super::output::{Form, Output};
use super::source::{Line, read_line};
use crate::app::App;
use crate::event::{Complaint, Event, What};
use std::io::{self, BufRead};
use std::time::Instant;

/// All was well.
pub const WELL: u8 = 0;
/// An expectation failed, a call failed that nobody expected to, or one was left blocked.
pub const FAILED: u8 = 1;
/// A statement cannot be understood.
pub const FAULT: u8 = 2;
/// Nobody reads the output any more: what a shell reports of a program that SIGPIPE ended.
pub const UNREAD: u8 = 128 + 13;

/// A script while it runs.
pub struct Script {
    app: App,
    form: Form,
    output: Output,
    echo: bool,
    /// The next line may be long in coming.
    live: bool,
    began: Instant,
}

/// Whether to go on with the next statement.
type Next = Result<(), u8>;

impl Script {
    /// Events are shown in this form. With `echo`, each statement is shown in front of what it did, so that the
    /// output reads like a session.
    pub fn new(app: App, form: Form, echo: bool) -> Self {
        let echo = echo && !form.json();
        Self {
            app,
            form,
            output: Output::default(),
            echo,
            live: false,
            began: Instant::now(),
        }
    }

    /// The lines come from a pipe or a terminal, one at a time: what they did is shown before the next is awaited.
    #[must_use]
    pub fn live(mut self) -> Self {
        self.live = true;
        self
    }

    /// Runs every line and gives the exit status.
    ///
    /// # Errors
    /// Standard output cannot be written (but for EPIPE, which ends it quietly), or the script cannot be read.
    pub fn run(mut self, mut from: impl BufRead) -> io::Result<u8> {
        let ended = self.lines(&mut from)?;
        let status = match ended {
            Err(early) => early,
            Ok(()) => self.verdict(),
        };
        self.output.flush();
        let unread = self.output.broken();
        self.output.finish()?;
        Ok(if unread { UNREAD } else { status })
    }

    fn lines(&mut self, from: &mut impl BufRead) -> io::Result<Next> {
        let mut joiner = Joiner::default();
        loop {
            if self.live {
                self.output.flush();
            }
            let Some(line) = read_line(from)? else { break };
            let next = match line {
                Line::Text(text) => self.statements(&joiner.push(text)),
                Line::Unreadable(no_text) => Err(self.complain(no_text)),
            };
            if next.is_err() {
                return Ok(next);
            }
        }
        Ok(self.statements(&joiner.rest()))
    }

    fn statements(&mut self, lines: &[String]) -> Next {
        lines.iter().try_for_each(|line| self.statement(line))
    }

    fn statement(&mut self, line: &str) -> Next {
        let Self {
            app,
            form,
            output,
            echo,
            ..
        } = self;
        if *echo {
            output.write(&app.prompt());
            output.write(&form.style().clean_lines(line));
            output.write("\n");
        }
        if app.jobs() > 0 || may_sleep(line) {
            output.flush();
        }
        let mut shown = String::with_capacity(256);
        let mut sink = |event: Event| {
            shown.clear();
            form.show_to(&event, &mut shown);
            output.write(&shown);
            if matches!(event.what, What::Job(_)) {
                output.flush();
            }
        };
        let outcome = app.execute(line, &mut sink);
        if outcome.fault {
            let status = self.verdict();
            return Err(if outcome.stuck { status } else { FAULT });
        }
        if output.broken() {
            return Err(UNREAD);
        }
        if outcome.quit {
            Err(self.verdict())
        } else {
            Ok(())
        }
    }

    /// Answers a line that is no text.
    fn complain(&mut self, no_text: Complaint) -> u8 {
        let event = Event {
            t: self.began.elapsed().as_secs_f64(),
            host: None,
            socket: None,
            fd: None,
            what: What::Error(no_text),
        };
        self.output.write(&self.form.show(&event));
        FAULT
    }

    /// The end: which calls are left blocked, and the exit status.
    fn verdict(&mut self) -> u8 {
        let Self {
            app, form, output, ..
        } = self;
        let well = app.finish(&mut |event| output.write(&form.show(&event)));
        if well { WELL } else { FAILED }
    }
}

/// Whether the statement may wait for something without saying so first.
fn may_sleep(line: &str) -> bool {
    let waits = |statement: &str| {
        let statement = without_places(statement);
        if !statement.starts_with(['e', 'w']) {
            return false;
        }
        let word = statement.split_whitespace().next().unwrap_or("");
        word == "expect" || "wait".starts_with(word)
    };
    line.split(';').any(waits)
}

/// A statement without the side and the host in front of it (`tcp: server: wait`).
fn without_places(statement: &str) -> &str {
    let mut rest = statement.trim_start();
    while let Some((place, after)) = rest.split_once(':')
        && !place.trim_end().contains(char::is_whitespace)
    {
        rest = after.trim_start();
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_may_sleep() {
        assert!(may_sleep("expect state s LISTEN"));
        assert!(may_sleep("listen s; wait 1"));
        assert!(may_sleep("server: expect state s LISTEN"));
        assert!(may_sleep("listen s; tcp: server : w"));
        assert!(!may_sleep("server: bind s [::1]:80"));
        assert!(!may_sleep("bind s 127.0.0.1:0"));
    }
}
