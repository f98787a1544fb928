//! The laboratory without any privilege.

use super::bench::{Ordinary, TunMode};
use super::support::root;
use std::path::Path;

#[test]
fn an_ordinary_user_has_all_of_it() {
    if !root() {
        // Every test beside this one is that already.
        return;
    }
    let Some(user) = Ordinary::user() else {
        return;
    };
    let mut command = user.test();
    let _mode = TunMode::set(0o666);
    let ran = command
        .args([
            "hosts::",
            "service::",
            "furnishing::",
            "orphans::",
            "--nocapture",
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    let erred = String::from_utf8_lossy(&ran.stderr);
    println!("{said}");
    assert!(ran.status.success(), "{said}\n{erred}");
    assert!(!said.contains("SKIPPED"), "{said}");
    assert!(
        said.contains("tcp_and_udp_cross_the_wire_in_both_families ... ok"),
        "{said}"
    );
}

#[test]
fn who_may_start_no_thread_is_told_which_limit_that_is() {
    let Some(user) = Ordinary::user() else {
        return;
    };
    let ran = user
        .command(Path::new("prlimit"))
        .arg("--nproc=0")
        .arg(user.program())
        .args(["-c", "s = socket udp; bind s 127.0.0.1:0; recv s 10"])
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(2), "{ran:?}");
    let told = String::from_utf8_lossy(&ran.stdout);
    assert!(
        told.contains("`ulimit -u`") && !told.contains("os error"),
        "{told}"
    );
}
