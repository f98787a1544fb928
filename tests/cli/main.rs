//! The program from outside: one file a behavior.

#[path = "../support/mod.rs"]
mod support;

mod blocking;
mod errors;
mod exercises;
mod harness;
mod lessons;
mod look;
mod sheet;
mod strace;
