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
