//! For tests that others beside them, or other programs, would disturb. The library's own tests have it too.

// Each binary uses its part of it.
#![allow(dead_code, clippy::unwrap_used)]

use nix::sys::resource::{UsageWho, getrusage};
use nix::time::{ClockId, clock_gettime};
use std::process::Command;
use std::time::Duration;

/// Tells this test program that it is the process of one test alone.
const ALONE: &str = "SOCKTUTOR_TEST_ALONE";

/// Whether this process runs this test alone, named with its modules: then descriptors, limits and children are its own.
/// Where it does not, one that does is run.
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

/// The processor's time that this thread has had (clock_gettime(2)): where others keep the processor, it stands still.
pub fn thread_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)
        .unwrap()
        .into()
}

/// The processor's time that the children of this process have had, of those that it has waited for (getrusage(2)).
pub fn children_time() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let micros = |time: nix::sys::time::TimeVal| {
        Duration::new(time.tv_sec() as u64, time.tv_usec() as u32 * 1000)
    };
    micros(usage.user_time()) + micros(usage.system_time())
}
