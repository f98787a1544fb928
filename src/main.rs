//! The `socktutor` program.

use socktutor::text::escape::visible_str;
use std::panic::catch_unwind;
use std::process::ExitCode;

/// The exit status after an error of the program's own, as Rust has it.
const BROKEN: u8 = 101;

#[expect(
    clippy::print_stderr,
    reason = "the last place where an error can be told"
)]
fn main() -> ExitCode {
    let ended = catch_unwind(|| socktutor::cli::run(std::env::args_os()));
    match ended {
        Ok(Ok(status)) => ExitCode::from(status),
        Ok(Err(error)) => {
            // It may hold the name of a file, and whatever stands in that.
            let words = format!("{error:#}");
            let lines: Vec<_> = words.lines().map(visible_str).collect();
            eprintln!("socktutor: {}", lines.join("\n"));
            ExitCode::from(2)
        }
        Err(_) => {
            socktutor::repl::terminal::restore();
            eprintln!(
                "socktutor: this is an error in socktutor itself, and not in what you typed. Please report it."
            );
            ExitCode::from(BROKEN)
        }
    }
}
