//! The `socktutor` program.

use std::io::{self, Write};
use std::panic::catch_unwind;
use std::process::ExitCode;

/// The exit status after an error of the program's own, as Rust has it.
const BROKEN: u8 = 101;

fn main() -> ExitCode {
    let ended = catch_unwind(|| socktutor::cli::run(std::env::args_os()));
    match ended {
        Ok(Ok(status)) => ExitCode::from(status),
        Ok(Err(error)) => {
            say(&socktutor::cli::told(&error));
            ExitCode::from(2)
        }
        Err(_) => {
            socktutor::repl::terminal::restore();
            say(
                "this is an error in socktutor itself, and not in what you typed. Please report it.",
            );
            ExitCode::from(BROKEN)
        }
    }
}

/// The last place where an error can be told. It may be closed or full; then the status tells it alone.
fn say(words: &str) {
    let _ = writeln!(io::stderr(), "socktutor: {words}");
}
