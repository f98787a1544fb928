//! The laboratory without any privilege.

use super::bench::{Ordinary, TunMode};
use super::support::root;

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
