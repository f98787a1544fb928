//! What keeps the program from going on, in words.

use crate::errno::{Errno, words};
use crate::text::escape::visible_str;
use std::io;

/// The error and what it came of, each without Rust's number; and where a limit was reached, which.
pub fn told(error: &anyhow::Error) -> String {
    let of_system = |cause: &(dyn std::error::Error + 'static)| {
        let error = cause.downcast_ref::<io::Error>();
        error.map_or_else(|| cause.to_string(), words)
    };
    let causes: Vec<String> = error.chain().map(of_system).collect();
    // It may hold the name of a file, and whatever stands in that.
    let lines = causes.join(": ");
    let mut lines: Vec<_> = lines.lines().map(visible_str).collect();
    let mut errors = error.chain().filter_map(|cause| cause.downcast_ref());
    if let Some(limit) = errors.find_map(Errno::of).and_then(limit) {
        lines.push(limit.into());
    }
    lines.join("\n")
}

/// The limit that this errno tells of, and the command that shows it.
fn limit(errno: Errno) -> Option<&'static str> {
    match errno.0 {
        libc::EMFILE => Some(
            "As many files are open as this process may have: `ulimit -n` says how many; the shell needs 16, a laboratory 32.",
        ),
        libc::ENOSPC => Some("The disk, or what this user may have of it, is full."),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn an_error_of_the_system_is_told_with_its_limit() {
        let failed: io::Result<()> = Err(io::Error::from_raw_os_error(libc::EMFILE));
        let error = failed.context("no session can be made").unwrap_err();
        let told = told(&error);
        let (first, second) = told.split_once('\n').unwrap();
        assert_eq!(first, "no session can be made: Too many open files");
        assert!(second.contains("ulimit -n"), "{second}");
    }
}
