//! What the program costs, each measure against something else in the same run. Whole processes are measured, because
//! that is what a student waits for.
//!
//! `cargo bench` measures everything and writes the table to `target/bench.md`; `cargo bench -- start ls` measures what
//! these words name (`start pair cycle ls memory lesson lab handshake idle wire log`).

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a program of its own"
)]

mod bare;
mod laboratory;
mod measures;
mod process;
mod report;
mod script;
mod transfer;

use report::Report;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    // What is measured against is this program itself, with nothing but the calls to make.
    if bare::run(&words) {
        return ExitCode::SUCCESS;
    }
    if !words.iter().any(|word| word == "--bench") {
        println!("`cargo bench` runs this; nothing is measured now");
        return ExitCode::SUCCESS;
    }
    let wanted: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let mut report = Report::default();
    for (name, measure) in measures::ALL.iter().chain(laboratory::ALL) {
        if wanted.is_empty() || wanted.contains(name) {
            eprintln!("{name} …");
            measure(&mut report);
        }
    }
    println!("{}", report.text());
    match report.save() {
        Ok(path) => println!("{}", path.display()),
        Err(error) => eprintln!("the table cannot be written: {error}"),
    }
    ExitCode::SUCCESS
}
