//! What kernels and sandboxes refuse that this machine does not: strace makes the calls fail, and `/proc` says what it would
//! say there.

use super::bench::{Ordinary, program};
use super::live::{Live, of_kind, words};
use super::refusals::refused;
use super::support::{copy_program, require, require_laboratory, require_root, until};
use socktutor::app::{App, Settings};
use socktutor::event::{Event, What};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use tempfile::TempDir;

/// strace, which makes calls fail and writes nothing.
const STRACE: [&str; 5] = ["strace", "-f", "-qq", "-o", "/dev/null"];

/// Makes the ioctls of `/dev/net/tun` fail; the first is TUNSETIFF.
const NO_DEVICE: &[&str] = &["-P", "/dev/net/tun", "--inject=ioctl:error=EPERM"];

/// Makes unshare(2) fail, whichever namespace is asked for.
const NO_NAMESPACE: &[&str] = &["--inject=unshare:error=EPERM"];

/// Makes the setting of a sysctl fail, as a sandbox does.
const NO_SETTING: &[&str] = &[
    "-P",
    "/proc/sys/net/ipv4/tcp_retries1",
    "--inject=openat:error=EACCES",
];

/// The program under strace, as root. `None`, and the test is skipped, where that cannot be.
fn with(inject: &[&str]) -> Option<Command> {
    if !require("strace") || !require_root() || !require_laboratory() {
        return None;
    }
    let mut command = Command::new(STRACE[0]);
    command.args(&STRACE[1..]).args(inject).arg(program());
    Some(command)
}

/// An ordinary user's, on a machine where a file of `/proc/sys/kernel` says this.
fn ordinary(user: &Ordinary, sysctl: &str, value: u8, inject: &[&str]) -> Option<Command> {
    if !require("strace") || !require("unshare") || !require_root() {
        return None;
    }
    let script = format!(
        "mount -t tmpfs none /proc/sys/kernel; echo {value} > /proc/sys/kernel/{sysctl}; \
         exec setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all --inh-caps=-all \"$@\""
    );
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "sh", "-e", "-c", &script, "sh"])
        .args(STRACE)
        .args(inject)
        .arg(user.program())
        .current_dir("/");
    Some(command)
}

#[test]
fn a_device_that_may_not_be_made() {
    let Some(command) = with(NO_DEVICE) else {
        return;
    };
    refused(
        command,
        None,
        &[
            "ioctl(TUNSETIFF) failed: EPERM",
            "A container or a sandbox",
            "--cap-add NET_ADMIN --device /dev/net/tun",
        ],
    );
}

#[test]
fn a_setting_that_may_not_be_written() {
    let Some(command) = with(NO_SETTING) else {
        return;
    };
    refused(
        command,
        None,
        &[
            "net.ipv4.tcp_retries1 cannot be set in a host: EACCES",
            "A container or a sandbox",
            "seccomp=unconfined",
        ],
    );
}

#[test]
fn apparmor_that_restricts_user_namespaces() {
    const SYSCTL: &str = "apparmor_restrict_unprivileged_userns";
    let Some(user) = Ordinary::user() else {
        return;
    };
    // It refuses the namespace itself, or gives one in which nothing is allowed: the map, or the next namespace.
    let ways: [&[&str]; 3] = [
        NO_NAMESPACE,
        &["-P", "/proc/self/uid_map", "--inject=openat:error=EPERM"],
        &["--inject=unshare:error=EPERM:when=3"],
    ];
    for inject in ways {
        let Some(command) = ordinary(&user, SYSCTL, 1, inject) else {
            return;
        };
        let file = user.program();
        refused(
            command,
            Some("AppArmor"),
            &[
                "AppArmor gives a user namespace no rights",
                "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
                &format!("profile socktutor \\\"{}\\\"", file.display()),
                "sudo apparmor_parser -r /etc/apparmor.d/socktutor",
            ],
        );
    }
}

#[test]
fn user_namespaces_for_root_alone() {
    let Some(user) = Ordinary::user() else {
        return;
    };
    let Some(command) = ordinary(&user, "unprivileged_userns_clone", 0, NO_NAMESPACE) else {
        return;
    };
    refused(
        command,
        Some("user namespaces"),
        &[
            "Only root may make user namespaces (kernel.unprivileged_userns_clone is 0).",
            "sudo sysctl -w kernel.unprivileged_userns_clone=1",
        ],
    );
}

/// A helper program that strace refuses something, in a folder of its own.
fn helper(inject: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("helper");
    let words = [&STRACE[..], inject].concat().join(" ");
    // Its own name is the last word, by which it is found.
    let script = format!(
        "#!/bin/sh\nexec {words} '{}' \"$@\" '{}'\n",
        program().display(),
        file.display()
    );
    let written = folder.path().join("written");
    fs::write(&written, script).unwrap();
    copy_program(&written, &file);
    fs::set_permissions(&file, Permissions::from_mode(0o755)).unwrap();
    folder
}

/// Processes that have this word in their command line.
fn running(word: &str) -> usize {
    let all = fs::read_dir("/proc").unwrap().flatten();
    let lines = all.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines
        .filter(|line| String::from_utf8_lossy(line).contains(word))
        .count()
}

#[test]
fn the_shell_goes_on_without_a_laboratory_and_nothing_is_left() {
    if with(&[]).is_none() {
        return;
    }
    for (inject, why) in [
        (NO_NAMESPACE, "unshare(CLONE_NEWUSER) failed: EPERM"),
        (NO_DEVICE, "ioctl(TUNSETIFF) failed: EPERM"),
        (NO_SETTING, "cannot be set in a host: EACCES"),
    ] {
        let folder = helper(inject);
        let settings = Settings {
            program: Some(folder.path().join("helper")),
            ..Settings::default()
        };
        let mut app = App::new(settings).unwrap();
        let mut run = |line: &str| {
            let mut events: Vec<Event> = Vec::new();
            let outcome = app.execute(line, &mut |event| events.push(event));
            let errors = events.iter().filter_map(|event| match &event.what {
                What::Error(complaint) => Some(complaint.message.clone()),
                _ => None,
            });
            (outcome.fault, errors.collect::<String>())
        };
        // The same each time: nothing is up in part.
        for _ in 0..2 {
            let (fault, said) = run("lab up");
            assert!(fault && said.contains(why), "{why}: {said}");
            let (_, said) = run("lab down");
            assert!(said.contains("no laboratory"), "{said}");
            assert!(run("compare tcp udp").1.contains(why));
        }
        for line in [
            "s = socket tcp",
            "bind s 127.0.0.1:0",
            "listen s 5",
            "c = socket tcp",
            "connect c s.local",
            "d = accept s",
            "send c \"hi\"",
            "recv d 10",
            "expect data \"hi\"",
            "close c",
        ] {
            let (fault, said) = run(line);
            assert!(!fault, "{line}: {said}");
        }
        let name = folder.path().to_string_lossy().into_owned();
        until("the end of every helper", || {
            (running(&name) == 0).then_some(())
        });
    }
}

#[test]
fn a_socket_is_the_shells_alone_however_slow_the_helper_is() {
    // It is kept in the call that hands the socket over.
    let Some(command) = with(&["--inject=sendmsg:delay_exit=200000"]) else {
        return;
    };
    let mut live = Live::of(command);
    live.run("lab up\nclient: v = socket udp\nu = socket udp\nbind u client:5000\nclose u");
    // With another copy of it somewhere the port would be taken.
    live.run("bind v client:5000\nexpect ok");
}

/// A filter that refuses AF_NETLINK (16), then the program: seccomp(2) from within, as a container's does from without.
const NO_NETLINK: &str = r#"
import ctypes, os, struct, sys
def one(code, jt, jf, k): return struct.pack("HBBI", code, jt, jf, k)
arch, socket = {"x86_64": (0xc000003e, 41), "aarch64": (0xc00000b7, 198)}[os.uname().machine]
code = (one(0x20, 0, 0, 4) + one(0x15, 0, 5, arch) + one(0x20, 0, 0, 0) + one(0x15, 0, 3, socket)
        + one(0x20, 0, 0, 16) + one(0x15, 0, 1, 16) + one(6, 0, 0, 0x50001) + one(6, 0, 0, 0x7fff0000))
kept = ctypes.create_string_buffer(code)
class Program(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
program = Program(len(code) // 8, ctypes.cast(kept, ctypes.c_void_p))
prctl = ctypes.CDLL(None).prctl
assert prctl(38, 1, 0, 0, 0) == 0 and prctl(22, 2, ctypes.byref(program), 0, 0) == 0
os.execv(sys.argv[1], sys.argv[1:])
"#;

#[test]
fn without_netlink_packets_are_stepped_and_what_is_missing_is_said() {
    if !require("python3") || !require_laboratory() {
        return;
    }
    let without = || {
        let mut command = Command::new("python3");
        command.args(["-c", NO_NETLINK]).arg(program());
        command
    };
    const SAYS: &str = "sock_diag is refused (EPERM, Operation not permitted)";
    let ran = without().args(["--json", "doctor"]).output().unwrap();
    let told = String::from_utf8_lossy(&ran.stdout);
    assert!(
        told.contains("two hosts are up in ") && told.contains(SAYS),
        "{told}"
    );
    let mut live = Live::of(without());
    let up = words(&live.run("lab up"));
    assert!(up.contains(SAYS), "{up}");
    live.run(
        "server: b = socket tcp\nserver: bind b server:7\nserver: listen b 5\nwire hold\nclient: s = socket tcp\n\
client: connect s server:7",
    );
    let stepped = live.run("step 3\nserver: conn = accept b\nexpect state s ESTABLISHED");
    let delivered = of_kind(&stepped, "packet").into_iter();
    let delivered = delivered.filter(|packet| packet["fate"] == "delivered");
    assert_eq!(delivered.count(), 3);
    let (_, asked) = live.last("who 7\n");
    assert!(words(&asked).contains("sock_diag is refused"), "{asked:?}");
}

#[test]
fn without_netlink_no_state_is_made_up_and_own_sockets_are_named() {
    if !require("python3") {
        return;
    }
    let run = |arguments: &[&str]| {
        let mut command = Command::new("python3");
        command.args(["-c", NO_NETLINK]).arg(program());
        let ran = command.args(arguments).output().unwrap();
        String::from_utf8_lossy(&ran.stdout).into_owned()
    };
    // What became of a connection without a descriptor, nothing tells; that of the listener is simply over.
    let script = "s = socket tcp; bind s 127.0.0.1:0; listen s 1; c = socket tcp; connect c s.local; d = accept s; close c; \
                  expect state d CLOSE_WAIT; close s; ls";
    let told = run(&["--json", "-c", script]);
    let last = told.lines().last().unwrap();
    let answer: serde_json::Value = serde_json::from_str(last).unwrap();
    let sockets = answer["sockets"].as_array().unwrap().iter();
    let names: Vec<_> = sockets.map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["d"], "{told}");
    let told = run(&["-c", &script.replace("ls", "expect state c FIN_WAIT2")]);
    assert!(told.contains("only sock_diag tells"), "{told}");
    // The active end waits in TIME_WAIT, and its descriptor says CLOSE.
    let script = "s = socket tcp; bind s 127.0.0.1:0; listen s 1; c = socket tcp; connect c s.local; d = accept s; \
                  shutdown c wr; expect state c FIN_WAIT2; close d; expect state c CLOSE";
    let told = run(&["-c", script]);
    assert!(told.contains("ok   state c CLOSE"), "{told}");
    // Who has the port?
    for kind in ["tcp", "udp", "tcp6"] {
        let host = if kind == "tcp6" { "[::1]" } else { "127.0.0.1" };
        let script =
            format!("a = socket {kind}; bind a {host}:0; b = socket {kind}; bind b a.local");
        let told = run(&["-c", &script]);
        assert!(told.contains("EADDRINUSE"), "{told}");
        assert!(told.contains("Your own socket a has it"), "{told}");
    }
    let other = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let told = run(&[
        "-c",
        &format!("u = socket udp; bind u {}", other.local_addr().unwrap()),
    ]);
    assert!(told.contains("sock_diag is refused"), "{told}");
    assert!(!told.contains("freed a moment ago"), "{told}");
}
