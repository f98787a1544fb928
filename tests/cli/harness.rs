//! Runs the program and reads what it says.

pub use crate::support::{require, skip};
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_socktutor");

/// One run of the program, built up.
pub struct Shell {
    command: Command,
    input: Vec<u8>,
}

/// How it went.
#[derive(Debug)]
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub status: i32,
}

impl Shell {
    /// The program with these arguments.
    pub fn new(args: &[&str]) -> Self {
        let mut command = Command::new(PROGRAM);
        command.args(args).env_remove("NO_COLOR");
        Self {
            command,
            input: Vec::new(),
        }
    }

    /// The program under another one (`strace …`); its arguments follow with [`Shell::shell_args`].
    pub fn under(wrapper: &[&str]) -> Self {
        let mut command = Command::new(wrapper[0]);
        command.args(&wrapper[1..]);
        Self {
            command,
            input: Vec::new(),
        }
    }

    /// The program itself and its arguments, after a wrapper.
    pub fn shell_args(mut self, args: &[&str]) -> Self {
        self.command.arg(PROGRAM).args(args);
        self
    }

    /// One more argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// More arguments.
    pub fn args(mut self, args: &[&str]) -> Self {
        self.command.args(args);
        self
    }

    /// Runs it in this folder.
    pub fn in_folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// A variable of the environment.
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    /// What it reads.
    pub fn input(mut self, input: impl AsRef<[u8]>) -> Self {
        self.input = input.as_ref().to_vec();
        self
    }

    /// Runs it to its end.
    pub fn run(mut self) -> Ran {
        self.command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("its input is a pipe");
        let input = std::mem::take(&mut self.input);
        let writer = std::thread::spawn(move || {
            // A program that has left does not read the rest.
            let _ = stdin.write_all(&input);
        });
        let output = child.wait_with_output().expect("the program ends");
        writer.join().expect("the input is written");
        Ran {
            stdout: String::from_utf8(output.stdout).expect("the output is UTF-8"),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            status: output.status.code().unwrap_or(-1),
        }
    }
}

impl Ran {
    /// The events of a run with `--json`.
    pub fn events(&self) -> Vec<Value> {
        let each =
            |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.stdout.lines().map(each).collect()
    }

    /// Fails the test unless the program left with this status.
    #[track_caller]
    pub fn status(self, wanted: i32) -> Self {
        assert_eq!(
            self.status, wanted,
            "stdout:\n{}\nstderr:\n{}",
            self.stdout, self.stderr
        );
        self
    }

    /// Fails the test unless these stand in the output, in this order.
    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Self {
        let mut rest = self.stdout.as_str();
        for part in parts {
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => panic!(
                    "`{part}` is missing (in this order) in:\n{}\nstderr:\n{}",
                    self.stdout, self.stderr
                ),
            }
        }
        self
    }
}

/// Runs statements as a script that comes from a pipe.
pub fn script(statements: &str) -> Ran {
    Shell::new(&["run", "-"]).input(statements).run()
}

/// The same, as events.
pub fn events(statements: &str) -> Vec<Value> {
    Shell::new(&["--json", "run", "-"])
        .input(statements)
        .run()
        .events()
}
