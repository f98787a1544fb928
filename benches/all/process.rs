//! Runs programs to their end and says what they took.

#![expect(unsafe_code, reason = "wait4(2), setrlimit(2)")]

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The program that is measured.
pub const SOCKTUTOR: &str = env!("CARGO_BIN_EXE_socktutor");

/// What one run took.
#[derive(Debug, Clone, Copy)]
pub struct Took {
    /// From before its start until it was waited for.
    pub wall: Duration,
    /// The most memory it had, in kB.
    pub peak: i64,
    /// Its exit status; -1 where a signal ended it.
    pub status: i32,
}

/// Runs a program with nothing to read, its output thrown away.
#[expect(clippy::zombie_processes, reason = "wait4(2) waits for it")]
pub fn run<A: AsRef<OsStr>>(program: impl AsRef<OsStr>, args: impl IntoIterator<Item = A>) -> Took {
    let mut command = Command::new(program);
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let began = Instant::now();
    let child = command.spawn().expect("the program starts");
    let (status, usage) = wait(child.id() as i32);
    Took {
        wall: began.elapsed(),
        peak: usage.ru_maxrss,
        status,
    }
}

/// wait4(2): unlike `Child::wait` it says how much memory the child had.
fn wait(pid: i32) -> (i32, libc::rusage) {
    let mut status = 0;
    // SAFETY: both places are ours; the process is a child that nobody else waits for.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        assert_eq!(libc::wait4(pid, &raw mut status, 0, &raw mut usage), pid);
        usage
    };
    let code = if libc::WIFEXITED(status) {
        libc::WEXITSTATUS(status)
    } else {
        -1
    };
    (code, usage)
}

/// This program itself, to be run in one of its bare parts.
pub fn itself() -> PathBuf {
    std::env::current_exe().expect("this program")
}

/// The real `python3`: not a version manager's shim, which is a script that looks for it first.
pub fn python() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let is_program = |path: &PathBuf| {
        let mut magic = [0; 2];
        let read = std::fs::File::open(path)
            .and_then(|mut file| std::io::Read::read_exact(&mut file, &mut magic));
        read.is_ok() && magic != *b"#!"
    };
    std::env::split_paths(&path)
        .map(|folder| folder.join("python3"))
        .find(is_program)
}

/// Lets this process open as many descriptors as it may. How many that is.
pub fn raise_limit() -> u64 {
    // SAFETY: the structure is ours.
    unsafe {
        let mut limit: libc::rlimit = std::mem::zeroed();
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit);
        limit.rlim_cur = limit.rlim_max;
        libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit);
        limit.rlim_max
    }
}
