//! The program from outside: one file a behavior.

#[path = "../support/mod.rs"]
mod support;

mod harness;
mod limits;
mod sheet;
mod strace;
