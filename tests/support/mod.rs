//! What several test binaries share.

// Each binary uses its part of it.
#![allow(dead_code, clippy::unwrap_used, clippy::print_stdout)]

pub mod signals;
pub mod undisturbed;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long the kernel and other processes may take before a test fails.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Whether a program is there. Where it is not, says that the test is skipped.
///
/// # Panics
/// Where it is missing and `SOCKTUTOR_REQUIRE_ALL=1`.
pub fn require(tool: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if std::env::split_paths(&path).any(|dir| dir.join(tool).is_file()) {
        return true;
    }
    skip(&format!("{tool} is not installed"));
    false
}

/// Whether there can be a laboratory. Where there cannot, says that the test is skipped.
///
/// # Panics
/// Where there cannot and `SOCKTUTOR_REQUIRE_ALL=1`.
pub fn require_laboratory() -> bool {
    let mut doctor = Command::new(env!("CARGO_BIN_EXE_socktutor"));
    let well = doctor.arg("doctor").stdout(Stdio::null()).status().unwrap();
    if !well.success() {
        skip("there is no laboratory; socktutor doctor says why");
    }
    well.success()
}

/// Whether this test is root's.
pub fn root() -> bool {
    nix::unistd::geteuid().is_root()
}

/// Whether this test is root's. Where it is not, says that it is skipped.
///
/// # Panics
/// Where it is not and `SOCKTUTOR_REQUIRE_ALL=1`.
pub fn require_root() -> bool {
    if !root() {
        skip("only root can arrange this");
    }
    root()
}

/// Says that a test is skipped, and why.
///
/// # Panics
/// Where `SOCKTUTOR_REQUIRE_ALL=1`.
pub fn skip(reason: &str) {
    assert!(
        std::env::var_os("SOCKTUTOR_REQUIRE_ALL").is_none_or(|value| value != "1"),
        "not skipped: {reason}"
    );
    println!("SKIPPED: {reason}");
}

/// Asks again until there is an answer.
///
/// # Panics
/// After [`PATIENCE`], naming what was awaited.
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "never happened: {what}");
        std::thread::yield_now();
    }
}

/// Copies a program or script that is to be run. cp(1) writes the copy, not this process: a child that another test
/// forks at that moment would hold the file open for writing, and execve(2) refuse it (`ETXTBSY`).
///
/// # Panics
/// Where it cannot be copied.
pub fn copy_program(from: &Path, to: &Path) {
    let [from, to] = [from, to].map(|path| path.to_str().expect("UTF-8"));
    output("cp", &[from, to]);
}

/// What a program printed.
///
/// # Panics
/// Where it cannot be run or fails.
pub fn output(program: &str, args: &[&str]) -> String {
    let output = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .expect(program);
    assert!(
        output.status.success(),
        "{program} {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}
