//! `socktutor doctor`.

use super::bench::{Ordinary, TunMode, program, up};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn doctor(arguments: &[&str]) -> Output {
    Command::new(program())
        .args(arguments)
        .arg("doctor")
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap()
}

fn checks(ran: &Output) -> Vec<Value> {
    let event: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(
        (&event["event"], &event["answer"]),
        (&"answer".into(), &"checks".into())
    );
    event["checks"].as_array().unwrap().clone()
}

fn of<'a>(checks: &'a [Value], name: &str) -> &'a Value {
    checks
        .iter()
        .find(|check| check["name"] == name)
        .unwrap_or_else(|| panic!("{name}: {checks:?}"))
}

#[test]
fn it_tells_where_the_laboratory_can_be_used() {
    if up(&["client", "server"]).is_none() {
        return;
    }
    let ran = doctor(&["--json"]);
    assert_eq!(ran.status.code(), Some(0));
    let checks = checks(&ran);
    for name in [
        "user namespaces",
        "AppArmor",
        "/dev/net/tun",
        "laboratory",
        "lessons",
        "locale",
    ] {
        assert_eq!(of(&checks, name)["result"], "ok", "{name}");
    }
    let laboratory = of(&checks, "laboratory")["found"].as_str().unwrap();
    assert!(
        laboratory.starts_with("two hosts are up in "),
        "{laboratory}"
    );
    for name in [
        "capture",
        "low ports",
        "terminal",
        "color",
        "history and progress",
        "strace",
        "ss",
        "tshark",
        "python3",
    ] {
        assert!(of(&checks, name)["found"].is_string());
    }
    let shown = doctor(&[]);
    assert_eq!(shown.status.code(), Some(0));
    let shown = String::from_utf8(shown.stdout).unwrap();
    for part in [
        "laboratory",
        "two hosts are up in",
        "standard output is no terminal",
    ] {
        assert!(shown.contains(part), "{shown}");
    }
}

#[test]
fn what_a_user_lacks_comes_with_a_command() {
    let Some(user) = Ordinary::user() else {
        return;
    };
    let _mode = TunMode::set(0o666);
    let ran = user
        .command(Path::new("env"))
        .args(["-i", "HOME=/no/such/home", "PATH=/no/such/folder"])
        .arg(user.program())
        .args(["--json", "doctor"])
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
    let checks = checks(&ran);
    let program = user.program();
    assert_eq!(of(&checks, "capture")["result"], "no");
    assert_eq!(
        of(&checks, "capture")["mend"][0],
        format!("sudo setcap cap_net_raw+ep {}", program.display())
    );
    assert_eq!(of(&checks, "locale")["result"], "no");
    assert_eq!(of(&checks, "locale")["mend"][0], "export LC_ALL=C.UTF-8");
    let kept = of(&checks, "history and progress");
    assert_eq!(kept["result"], "no");
    assert_eq!(
        kept["mend"][0],
        "sudo install -d -o \"$USER\" -m 0755 /no/such/home/.local/state/socktutor",
        "nothing of another's is given away: {kept}"
    );
    assert_eq!(of(&checks, "ss")["result"], "skipped");
    let first = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").unwrap();
    if first.trim().parse::<u16>().unwrap() > 80 {
        let low = of(&checks, "low ports");
        assert_eq!(low["result"], "no");
        assert_eq!(
            low["mend"][0],
            "sudo sysctl -w net.ipv4.ip_unprivileged_port_start=80"
        );
    }
}

#[test]
fn a_lesson_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder: &Path = folder.path();
    std::fs::write(folder.join("90-broken.md"), "no head").unwrap();
    let ran = doctor(&["--json", "--lessons", folder.to_str().unwrap()]);
    let checks = checks(&ran);
    let lessons = of(&checks, "lessons");
    assert_eq!(lessons["result"], "no");
    assert!(
        lessons["found"].as_str().unwrap().contains("90-broken.md"),
        "{lessons}"
    );
}

#[test]
fn what_another_user_left_is_found_and_given_back() {
    let Some(user) = Ordinary::user() else {
        return;
    };
    let home = tempfile::tempdir().unwrap();
    let shared = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(home.path(), shared).unwrap();
    let own = home.path().join("socktutor");
    // Root's, as `sudo -E socktutor` leaves it.
    std::fs::create_dir_all(own.join("progress")).unwrap();
    let history = own.join("history");
    std::fs::write(&history, "ls\n").unwrap();
    std::fs::set_permissions(
        &history,
        std::os::unix::fs::PermissionsExt::from_mode(0o600),
    )
    .unwrap();
    let kept = || {
        let mut doctor = user.command(&user.program());
        let ran = doctor
            .args(["--json", "doctor"])
            .env("XDG_STATE_HOME", home.path())
            .output()
            .unwrap();
        of(&checks(&ran), "history and progress").clone()
    };
    let found = kept();
    assert_eq!(found["result"], "no");
    for command in found["mend"].as_array().unwrap() {
        let command = command.as_str().unwrap().replace("sudo ", "");
        let shell = Command::new("sh")
            .args(["-c", &command])
            .env("USER", "65534")
            .status();
        assert!(shell.unwrap().success(), "{command}");
    }
    assert_eq!(kept()["result"], "ok", "{found}");
    // Each of them matters.
    std::os::unix::fs::chown(&history, Some(0), Some(0)).unwrap();
    let found = kept();
    assert!(
        found["found"]
            .as_str()
            .unwrap()
            .contains("socktutor/history may not be used"),
        "{found}"
    );
}
