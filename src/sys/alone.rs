//! A test in a process of its own, for what the tests beside it would disturb: descriptor numbers, limits.

use std::process::Command;

/// Tells this test program that it is that process.
const ALONE: &str = "SOCKTUTOR_TEST_ALONE";

/// Whether this process runs this test alone, named with its modules. Where it does not, one that does is run.
///
/// # Panics
/// Where the test fails there, or there is none of that name.
pub fn alone(test: &str) -> bool {
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let ran = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
    false
}
