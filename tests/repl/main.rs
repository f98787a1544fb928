//! The shell on a pseudo-terminal, and scripts through pipes.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../support/mod.rs"]
mod support;

mod asynchronous;
mod compare;
mod editing;
mod laboratory;
mod learn;
mod leaving;
mod looks;
mod own;
mod scripts;
mod several;
mod terminal;
mod watch;
