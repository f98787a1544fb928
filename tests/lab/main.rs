//! The laboratory: its hosts, from outside and through the library.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../support/mod.rs"]
mod support;

mod bench;
mod captured;
mod compare;
mod disturbed;
mod doctor;
mod exercises;
mod forged;
mod furnishing;
mod held;
mod hosts;
mod idle;
mod ladders;
mod live;
mod names;
mod nonsense;
mod ordinary;
mod orphans;
mod refusals;
mod refused_calls;
mod resets;
mod service;
mod settings;
mod stepping;
mod unsent;
mod wireshark;
