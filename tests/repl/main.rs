//! The shell on a pseudo-terminal, and scripts through pipes.

#![expect(clippy::unwrap_used, reason = "tests")]

mod asynchronous;
mod editing;
mod learn;
mod leaving;
mod looks;
mod scripts;
mod terminal;
mod watch;
