//! Descriptors that are closed, that are no sockets, of which there are too many; and what only root may do.

use super::{ARGS, Case, all_hold, case, holds, written_out};
use crate::harness::{PROGRAM, Ran, Shell, require, skip};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every call on a descriptor, with `T` where its name or number stands.
const ON_A_SOCKET: [(&str, &str); 14] = [
    ("bind", "bind T 127.0.0.1:0"),
    ("listen", "listen T 5"),
    ("accept", "accept T"),
    ("connect", "connect T 127.0.0.1:9"),
    ("send", "send T \"x\""),
    ("sendall", "sendall T \"x\""),
    ("sendto", "sendto T \"x\" 127.0.0.1:9"),
    ("recv", "recv T 10"),
    ("recvfrom", "recvfrom T 10"),
    ("shutdown", "shutdown T wr"),
    ("getsockname", "getsockname T"),
    ("getpeername", "getpeername T"),
    ("setsockopt", "setsockopt T SO_REUSEADDR 1"),
    ("getsockopt", "getsockopt T SO_TYPE"),
];
/// Calls that any file can have made on it.
const ON_ANY_FILE: [(&str, &str); 2] = [("close", "close T"), ("nonblock", "nonblock T on")];

/// The cases, made from the lists.
pub fn cases() -> Vec<Case> {
    let mut all = vec![case(
        "select",
        "EBADF",
        "select r 77 0.1",
        &["one of the descriptors is not open"],
        &["closed it"],
    )];
    for (call, statement) in ON_A_SOCKET.into_iter().chain(ON_ANY_FILE) {
        let closed = format!("s = socket tcp\nclose s\n{}", statement.replace(" T", " s"));
        let says: &[&str] = &[
            "s (descriptor 3) is not open",
            "close s closed it",
            "s = socket tcp",
        ];
        all.push(case(call, "EBADF", closed.leak(), says, &["No descriptor"]));
        let unknown = statement.replace(" T", " 77");
        all.push(case(
            call,
            "EBADF",
            unknown.leak(),
            &["No descriptor 77 is open", "ls"],
            &["closed it"],
        ));
    }
    for (call, statement) in ON_A_SOCKET {
        let says: &[&str] = &["Descriptor 0 is open, but it is a pipe", "standard input"];
        all.push(case(
            call,
            "ENOTSOCK",
            statement.replace(" T", " 0").leak(),
            says,
            &["no descriptor"],
        ));
    }
    all
}

#[test]
fn which_descriptor_it_was_is_named() {
    all_hold(&cases());
}

pub const TOO_MANY: &[Case] = &[
    case(
        "socket",
        "EMFILE",
        "MANY",
        &["as many open descriptors", "(24)", "ulimit -n"],
        &["stays in the queue"],
    ),
    case(
        "socketpair",
        "EMFILE",
        "MANY\nsocketpair",
        &["as many open descriptors", "(24)"],
        &["stays in the queue"],
    ),
    case(
        "accept",
        "EMFILE",
        "LISTENER\nc = socket tcp\nconnect c l.local\nMANY\naccept l",
        &["(24)", "The connection stays in the queue"],
        &["ulimit"],
    ),
    case(
        "poll",
        "EINVAL",
        "s = socket tcp\npoll ALL 0",
        &["more descriptors than", "RLIMIT_NOFILE"],
        &[],
    ),
];

#[test]
fn too_many_descriptors() {
    holds(TOO_MANY, |script| {
        let script = written_out(&script.replace("MANY", &"socket tcp\n".repeat(24)).replace(
            "ALL",
            &(100..130).map(|fd| format!("{fd} r ")).collect::<String>(),
        ));
        Shell::under(&["sh", "-c", "ulimit -n 24; exec \"$0\" \"$@\""])
            .shell_args(&ARGS)
            .input(script)
            .run()
    });
}

pub const FOR_ROOT: &[Case] = &[
    case(
        "bind",
        "EACCES",
        "s = socket tcp\nbind s 127.0.0.1:80",
        &[
            "Port 80 is privileged",
            "below 1024",
            "bind s 127.0.0.1:8080",
        ],
        &["broadcast", "folder"],
    ),
    case(
        "bind",
        "EACCES",
        "u = socket udp6\nbind u [::1]:1023",
        &["Port 1023 is privileged", "bind u [::1]:12345"],
        &["broadcast"],
    ),
    case(
        "bind",
        "EACCES",
        "s = socket unix\nbind s /socktutor-test.sock",
        &["may not write in its folder"],
        &["Port"],
    ),
    case(
        "connect",
        "EACCES",
        "s = socket unix\nconnect s CLOSED/s",
        &["write permission on its file"],
        &["broadcast"],
    ),
    case(
        "sendto",
        "EACCES",
        "s = socket unix-dgram\nsendto s \"x\" CLOSED/s",
        &["write permission on its file"],
        &["broadcast"],
    ),
    case(
        "socket",
        "EPERM",
        "socket AF_INET SOCK_RAW IPPROTO_ICMP",
        &["Raw sockets", "CAP_NET_RAW"],
        &["firewall"],
    ),
    case(
        "bind",
        "ELOOP",
        "s = socket unix\nbind s ROUND/s",
        &["links that lead round"],
        &["does not exist"],
    ),
    case(
        "connect",
        "ELOOP",
        "s = socket unix\nconnect s ROUND/s",
        &["links that lead round"],
        &["no such file"],
    ),
    case(
        "sendto",
        "ELOOP",
        "s = socket unix-dgram\nsendto s \"x\" ROUND/s",
        &["links that lead round"],
        &[],
    ),
];

/// Runs the program as a user without privileges, with a folder that this user may not search.
struct Ordinary {
    folder: tempfile::TempDir,
    program: PathBuf,
    root: bool,
}

const NOBODY: [&str; 4] = [
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
];

impl Ordinary {
    fn new() -> Option<Self> {
        let root = nix::unistd::geteuid().is_root();
        if root && !require("setpriv") {
            return None;
        }
        let start = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start");
        if start.is_ok_and(|start| start.trim() != "1024") {
            skip("the privileged ports are not those below 1024");
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        set_mode(folder.path(), 0o755);
        let closed = folder.path().join("closed");
        std::fs::create_dir(&closed).expect("a folder");
        set_mode(&closed, 0o000);
        std::os::unix::fs::symlink("round", folder.path().join("round")).expect("a link");
        let mut program = PathBuf::from(PROGRAM);
        if root && !runs(&program) {
            // A folder above it is closed to that user.
            program = folder.path().join("socktutor");
            // Not by this process: a program that a test beside this one starts meanwhile would keep it open for writing.
            crate::support::output("cp", &[PROGRAM, program.to_str().expect("UTF-8")]);
        }
        Some(Self {
            folder,
            program,
            root,
        })
    }

    fn run(&self, script: &str) -> Ran {
        let closed = self.folder.path().join("closed");
        let round = self.folder.path().join("round");
        let script = script
            .replace("CLOSED", closed.to_str().expect("UTF-8"))
            .replace("ROUND", round.to_str().expect("UTF-8"));
        let program = self.program.to_str().expect("UTF-8");
        let mut command: Vec<&str> = if self.root {
            NOBODY.to_vec()
        } else {
            Vec::new()
        };
        command.push(program);
        command.extend(ARGS);
        // It may use files anywhere, and is kept from them by the kernel.
        command.insert(command.len() - 2, "--allow-files");
        Shell::under(&command).input(written_out(&script)).run()
    }
}

impl Drop for Ordinary {
    fn drop(&mut self) {
        set_mode(&self.folder.path().join("closed"), 0o700);
    }
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("the mode is set");
}

fn runs(program: &Path) -> bool {
    let output = Command::new(NOBODY[0])
        .args(&NOBODY[1..])
        .arg(program)
        .arg("--version")
        .output();
    output.is_ok_and(|output| output.status.success())
}

#[test]
fn what_only_root_may_do() {
    if let Some(ordinary) = Ordinary::new() {
        holds(FOR_ROOT, |script| ordinary.run(script));
    }
}
