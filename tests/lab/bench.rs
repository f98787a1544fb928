//! What several tests of the laboratory need: hosts, a bare wire between them, an ordinary user.

use super::support::{output, require, require_root, skip};
use nix::fcntl::{Flock, FlockArg};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use socktutor::lab::{Hosts, Unavailable};
use std::fs::{self, File, Permissions};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use tempfile::TempDir;

/// Another place of the program under test, for a user who may not enter the folder where it was built.
pub const PLACE: &str = "SOCKTUTOR_LAB_PROGRAM";

/// The device from which hosts get theirs.
const TUN: &str = "/dev/net/tun";

/// The program under test.
pub fn program() -> PathBuf {
    std::env::var_os(PLACE).map_or_else(|| env!("CARGO_BIN_EXE_socktutor").into(), PathBuf::from)
}

/// Brings hosts up, or says why not.
pub fn try_up(names: &[&str]) -> Result<Hosts, Unavailable> {
    up_with(names, &program())
}

/// Brings hosts up with this helper.
pub fn up_with(names: &[&str], helper: &Path) -> Result<Hosts, Unavailable> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    Hosts::up(&names, helper)
}

/// Brings hosts up. `None`, and the test is skipped, where the machine cannot.
pub fn up(names: &[&str]) -> Option<Hosts> {
    match try_up(names) {
        Ok(hosts) => Some(hosts),
        Err(why) => {
            skip(&why.to_string());
            None
        }
    }
}

/// The mode of `/dev/net/tun`, for as long as this lives. No other test changes it meanwhile.
pub struct TunMode {
    before: Permissions,
    _lock: Flock<File>,
}

impl TunMode {
    /// Root's tests only.
    pub fn set(mode: u32) -> Self {
        // Locks are of no interest to anybody else on a folder.
        let folder = File::open("/dev/net").unwrap();
        let lock = Flock::lock(folder, FlockArg::LockExclusive).unwrap();
        let before = fs::metadata(TUN).unwrap().permissions();
        fs::set_permissions(TUN, Permissions::from_mode(mode)).unwrap();
        Self {
            before,
            _lock: lock,
        }
    }
}

impl Drop for TunMode {
    fn drop(&mut self) {
        fs::set_permissions(TUN, self.before.clone()).unwrap();
    }
}

/// Copies a program. Not by this process: one that a test beside this one starts meanwhile would have the copy open for
/// writing until its execve(2), and the copy could not be run (ETXTBSY).
fn copy(from: &Path, to: &Path) {
    output("cp", &[from.to_str().unwrap(), to.to_str().unwrap()]);
}

/// A user without any privilege, and copies of programs that this user may run.
pub struct Ordinary {
    folder: TempDir,
}

impl Ordinary {
    /// `None`, and the test is skipped, where there is no way to become one.
    pub fn user() -> Option<Self> {
        if !require_root() || !require("setpriv") {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        copy(&program(), &folder.path().join("socktutor"));
        Some(Self { folder })
    }

    /// Where the program under test is for this user.
    pub fn program(&self) -> PathBuf {
        self.folder.path().join("socktutor")
    }

    /// This test program, as this user.
    pub fn test(&self) -> Command {
        let copy = self.folder.path().join("test");
        self::copy(&std::env::current_exe().unwrap(), &copy);
        let mut command = self.command(&copy);
        command.env(PLACE, self.program());
        command
    }

    /// A program, as this user.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(program)
            .current_dir("/")
            .env("HOME", self.folder.path());
        command
    }
}

/// A bare wire: every packet goes to the other hosts at once. Ends when it is dropped.
pub struct Relay {
    crossed: Arc<Mutex<Vec<Vec<u8>>>>,
    stop: Option<OwnedFd>,
    thread: Option<JoinHandle<()>>,
}

impl Relay {
    /// Between all hosts.
    pub fn over(hosts: &Hosts) -> Self {
        let tuns = hosts.take_tuns();
        let (stop, stopped) = nix::unistd::pipe().unwrap();
        let crossed = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&crossed);
        let thread = std::thread::spawn(move || relay(&tuns, stop, &log));
        Self {
            crossed,
            stop: Some(stopped),
            thread: Some(thread),
        }
    }

    /// Every packet so far.
    pub fn crossed(&self) -> Vec<Vec<u8>> {
        self.crossed.lock().unwrap().clone()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || std::thread::panicking());
    }
}

fn relay(tuns: &[OwnedFd], stop: OwnedFd, log: &Mutex<Vec<Vec<u8>>>) {
    loop {
        let mut watched: Vec<_> = tuns
            .iter()
            .chain([&stop])
            .map(|fd| PollFd::new(fd.as_fd(), PollFlags::POLLIN))
            .collect();
        poll(&mut watched, PollTimeout::NONE).unwrap();
        if watched[tuns.len()].any() == Some(true) {
            return;
        }
        for (from, tun) in tuns.iter().enumerate() {
            let mut packet = [0; 65536];
            while let Ok(len) = nix::unistd::read(tun, &mut packet) {
                log.lock().unwrap().push(packet[..len].to_vec());
                let others = tuns.iter().enumerate().filter(|(to, _)| *to != from);
                for (_, other) in others {
                    nix::unistd::write(other, &packet[..len]).unwrap();
                }
            }
        }
    }
}
