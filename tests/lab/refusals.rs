//! Why there is no laboratory: each cause is arranged for real, and named with the command that mends it.

use super::bench::{Ordinary, TunMode, program};
use super::support::{require, require_root, skip};
use serde_json::Value;
use std::process::Command;

/// Takes every privilege from what follows; the shell before it still has them.
const POWERLESS: &str =
    "exec setpriv --ambient-caps=-all --inh-caps=-all --bounding-set=-all --no-new-privs";

/// A user namespace, in which this user is no root.
const USERS: [&str; 4] = [
    "--user",
    "--map-user=1000",
    "--map-group=1000",
    "--keep-caps",
];

/// What `doctor` says of the laboratory, which is what bringing one up says: why there is none, and what mends it. The check
/// of one thing, where there is one for this cause, says the same.
#[track_caller]
pub fn refused(mut command: Command, cause: Option<&str>, says: &[&str]) {
    let ran = command.args(["--json", "doctor"]).output().unwrap();
    let erred = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(1), "{ran:?}");
    let event: Value = serde_json::from_slice(&ran.stdout).unwrap_or_else(|_| panic!("{erred}"));
    let checks = event["checks"].as_array().unwrap();
    for name in cause.into_iter().chain(["laboratory"]) {
        let check = checks.iter().find(|check| check["name"] == name).unwrap();
        assert_eq!(check["result"], "no", "{check}");
        let said = format!("{} {}", check["found"], check["mend"]);
        for part in says {
            assert!(said.contains(part), "`{part}` is missing in {check}");
        }
    }
}

/// A shell script with namespaces of its own, then the program. `None`, and the test is skipped, where that is refused.
fn within(flags: &[&str], script: &str) -> Option<Command> {
    if !require("unshare") || !require("setpriv") {
        return None;
    }
    let tried = Command::new("unshare").args(flags).arg("true").status();
    if !tried.is_ok_and(|status| status.success()) {
        skip("this user gets no namespaces");
        return None;
    }
    let mut command = Command::new("unshare");
    command
        .args(flags)
        .args(["sh", "-e", "-c", &format!("{script} \"$@\""), "sh"])
        .arg(program());
    Some(command)
}

/// A mount namespace of root's.
fn mounts(script: &str) -> Option<Command> {
    if !require_root() {
        return None;
    }
    within(&["--mount"], script)
}

#[test]
fn tun_that_may_not_be_opened() {
    let Some(user) = Ordinary::user() else {
        return;
    };
    let _mode = TunMode::set(0o600);
    refused(
        user.command(&user.program()),
        Some("/dev/net/tun"),
        &[
            "This user may not open /dev/net/tun (its mode is 0600; 0666 is usual).",
            "sudo chmod 0666 /dev/net/tun",
        ],
    );
}

#[test]
fn no_tun() {
    let Some(command) = mounts("mount -t tmpfs none /dev/net; exec") else {
        return;
    };
    refused(
        command,
        Some("/dev/net/tun"),
        &[
            "There is no /dev/net/tun",
            "sudo modprobe tun",
            "--device /dev/net/tun",
        ],
    );
}

#[test]
fn nothing_behind_tun() {
    // A number for local use that no driver has taken (the kernel's `devices.txt`).
    let script = "mount -t tmpfs none /dev/net; mknod /dev/net/tun c 240 99; exec";
    let Some(command) = mounts(script) else {
        return;
    };
    refused(
        command,
        Some("/dev/net/tun"),
        &["Nothing is behind /dev/net/tun", "sudo modprobe tun"],
    );
}

#[test]
fn no_proc() {
    let Some(command) = mounts("mount -t tmpfs none /proc; exec") else {
        return;
    };
    refused(
        command,
        None,
        &["/proc is not mounted", "sudo mount -t proc proc /proc"],
    );
}

#[test]
fn a_read_only_proc() {
    let script = "mount --bind /proc/sys /proc/sys; mount -o remount,ro,bind /proc/sys; exec";
    let Some(command) = mounts(script) else {
        return;
    };
    refused(
        command,
        None,
        &[
            "cannot be set in a host: EROFS",
            "read-only",
            "systempaths=unconfined",
        ],
    );
}

#[test]
fn user_namespaces_that_are_forbidden() {
    // unshare(2): EPERM in a changed root, which stands for a sandbox here.
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().display();
    let script = format!(
        "mount --rbind / {root}; exec chroot {root} setpriv --bounding-set=-all --inh-caps=-all"
    );
    let Some(command) = mounts(&script) else {
        return;
    };
    refused(
        command,
        None,
        &[
            "unshare(CLONE_NEWUSER) failed: EPERM",
            "sandbox",
            "seccomp=unconfined",
        ],
    );
}

#[test]
fn no_user_namespace_left() {
    let script = format!("echo 0 > /proc/sys/user/max_user_namespaces; {POWERLESS}");
    let Some(command) = within(&USERS, &script) else {
        return;
    };
    refused(
        command,
        Some("user namespaces"),
        &[
            "(user.max_user_namespaces is 0)",
            "sudo sysctl -w user.max_user_namespaces=10000",
        ],
    );
}

#[test]
fn no_network_namespace_left() {
    let script = format!("echo 0 > /proc/sys/user/max_net_namespaces; {POWERLESS}");
    let Some(command) = within(&USERS, &script) else {
        return;
    };
    refused(
        command,
        None,
        &[
            "(user.max_net_namespaces is 0)",
            "sudo sysctl -w user.max_net_namespaces=10000",
        ],
    );
}

#[test]
fn the_helper_is_nothing_to_be_typed() {
    let ran = Command::new(program())
        .args(["--laboratory-host-helper", "2"])
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let erred = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(2), "{erred}");
    assert!(erred.contains("the shell itself"), "{erred}");
    let help = Command::new(program()).arg("--help").output().unwrap();
    assert!(!String::from_utf8_lossy(&help.stdout).contains("laboratory-host"));
}

#[test]
fn a_lesson_in_the_laboratory_is_skipped_with_the_doctors_words() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("90-lab.md");
    let body =
        "# Lab\n\n## 1. One\n\nDo it.\n\n```sock\ns = socket tcp\nexpect state s CLOSE\n```\n";
    let head = "---\nid: lab\ntitle: Lab\nnetwork: lab\n---\n";
    std::fs::write(&file, format!("{head}{body}")).unwrap();
    let test = |more: &[&str]| {
        let mut command = mounts("mount -t tmpfs none /dev/net; exec")?;
        let ran = command.args(["lesson", "test"]).arg(&file).args(more);
        let ran = ran.output().unwrap();
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        Some((ran.status.code(), said))
    };
    let Some((status, said)) = test(&[]) else {
        return;
    };
    assert_eq!(status, Some(77), "{said}");
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in ["skipped", "There is no /dev/net/tun", "sudo modprobe tun"] {
        assert!(words.contains(part), "`{part}` is missing in {said}");
    }
    let (_, json) = test(&["--json"]).unwrap();
    let event: Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert_eq!(event["result"], "skipped", "{event}");
    // One that was tested beside it, and all is well.
    let (status, said) = test(&["ports-and-errors"]).unwrap();
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("1 passed, 1 skipped"), "{said}");
}
