//! The `socktutor` program.

fn main() {}
