//! The program from outside: one file a behavior.

#[path = "../support/mod.rs"]
mod support;

mod errors;
mod exercises;
mod harness;
mod sheet;
mod strace;
