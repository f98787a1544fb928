//! The program from outside: one file a behavior.

#[path = "../support/mod.rs"]
mod support;

mod exit;
mod harness;
mod json;
mod sheet;
mod strace;
