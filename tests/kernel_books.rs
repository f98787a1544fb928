//! The kernel's books against real sockets, and against what ss(8) says of the same sockets.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

mod support;

#[path = "kernel_books/common.rs"]
mod common;
#[path = "kernel_books/measures.rs"]
mod measures;
#[path = "kernel_books/orphans.rs"]
mod orphans;
#[path = "kernel_books/owners.rs"]
mod owners;
#[path = "kernel_books/ss.rs"]
mod ss;
#[path = "kernel_books/states.rs"]
mod states;
#[path = "kernel_books/watching.rs"]
mod watching;
