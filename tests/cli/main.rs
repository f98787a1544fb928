//! The program from outside: one file a behavior.

#[path = "../support/mod.rs"]
mod support;

mod author;
mod blocking;
mod books;
mod errors;
mod exercises;
mod exit;
mod flood;
mod harness;
mod json;
mod lessons;
mod limits;
mod look;
mod numbers;
mod reference;
mod sheet;
mod strace;
mod structures;
mod tutorials;
mod words;
