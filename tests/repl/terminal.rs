//! A terminal with a screen, and socktutor in it.

use crate::support::signals::heeding;
use expectrl::WaitStatus;
use expectrl::session::Session;
use std::io::Write;
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long anything may take before a test fails.
const DEADLINE: Duration = Duration::from_secs(20);
/// How long the screen must not have changed before it counts as at rest.
const REST: Duration = Duration::from_millis(100);

/// socktutor on a pseudo-terminal of 80 columns and 24 rows.
pub struct Terminal {
    session: Session,
    parser: vt100::Parser,
    /// Everything that was written to the terminal.
    pub written: Vec<u8>,
    ended: bool,
}

/// How to start it.
pub struct Start {
    command: Command,
    home: Option<TempDir>,
}

impl Start {
    /// The program with these arguments, with a home folder of its own.
    pub fn new(arguments: &[&str]) -> Self {
        Self::of(env!("CARGO_BIN_EXE_socktutor"), arguments)
    }

    /// The same, with its standard output in a file.
    pub fn into_file(file: &Path, arguments: &[&str]) -> Self {
        Self::by_shell(
            &format!("exec \"$0\" \"$@\" >'{}'", file.display()),
            arguments,
        )
    }

    /// The same, under a limit that ulimit(1p) sets: `-n 40`.
    pub fn limited(limit: &str, arguments: &[&str]) -> Self {
        Self::by_shell(&format!("ulimit {limit}; exec \"$0\" \"$@\""), arguments)
    }

    /// The same, started by who has it ignore this signal, as nohup(1) does.
    pub fn ignoring(signal: &str, arguments: &[&str]) -> Self {
        Self::by_shell(&format!("trap '' {signal}; exec \"$0\" \"$@\""), arguments)
    }

    fn by_shell(script: &str, arguments: &[&str]) -> Self {
        let own = ["-c", script, env!("CARGO_BIN_EXE_socktutor")];
        Self::of("sh", &[&own, arguments].concat())
    }

    fn of(program: &str, arguments: &[&str]) -> Self {
        let home = TempDir::new().unwrap();
        let mut start = Self {
            command: Command::new(program),
            home: None,
        };
        heeding(&mut start.command)
            .args(arguments)
            .env("TERM", "xterm-256color")
            .env("LC_ALL", "C.UTF-8");
        start.command.env_remove("NO_COLOR").env_remove("COLUMNS");
        let mut start = start.home(home.path());
        start.home = Some(home);
        start
    }

    /// With this environment variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// With this folder for what lasts across sessions.
    pub fn home(self, folder: &Path) -> Self {
        let folder = folder.to_str().unwrap();
        self.env("HOME", folder)
            .env("XDG_STATE_HOME", folder)
            .env("XDG_DATA_HOME", folder)
    }

    /// Starts it and waits for the first prompt.
    pub fn open(self) -> (Terminal, Option<TempDir>) {
        self.open_at("sock> ")
    }

    /// Starts it and waits for this prompt.
    pub fn open_at(self, prompt: &str) -> (Terminal, Option<TempDir>) {
        let (mut terminal, home) = self.spawn();
        terminal.prompt(prompt);
        (terminal, home)
    }

    /// Starts it.
    pub fn spawn(self) -> (Terminal, Option<TempDir>) {
        let mut session = Session::spawn(self.command).unwrap();
        session.set_window_size(80, 24).unwrap();
        let parser = vt100::Parser::new(size(24), size(80), 1000);
        let terminal = Terminal {
            session,
            parser,
            written: Vec::new(),
            ended: false,
        };
        (terminal, self.home)
    }
}

fn size(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap()
}

impl Terminal {
    /// Types these characters.
    pub fn keys(&mut self, keys: &str) {
        self.session.write_all(keys.as_bytes()).unwrap();
        self.session.flush().unwrap();
    }

    /// Types a line, and Enter.
    pub fn line(&mut self, line: &str) {
        self.keys(line);
        self.keys("\r");
    }

    /// Types a line and waits until this prompt is back.
    pub fn run(&mut self, line: &str, prompt: &str) {
        let above = self.history_rows();
        self.line(line);
        self.until(&format!("{line:?} and the prompt {prompt:?}"), |screen| {
            screen.history_rows() > above && screen.at_prompt(prompt)
        });
    }

    /// Pastes a text, as terminals do that bracket it.
    pub fn paste(&mut self, text: &str) {
        self.keys(&format!("\x1b[200~{}\x1b[201~", text.replace('\n', "\r")));
    }

    /// Waits until the screen shows this.
    pub fn sees(&mut self, text: &str) {
        self.until(&format!("{text:?}"), |terminal| {
            terminal.text().contains(text)
        });
    }

    /// Waits until the cursor stands behind this prompt, with nothing typed.
    pub fn prompt(&mut self, prompt: &str) {
        self.until(&format!("the prompt {prompt:?}"), |terminal| {
            terminal.at_prompt(prompt)
        });
    }

    /// Waits until nothing has been written for a moment.
    pub fn rest(&mut self) {
        let mut since = Instant::now();
        while since.elapsed() < REST {
            if self.pump(REST) {
                since = Instant::now();
            }
        }
    }

    /// What the screen shows, without blank ends of lines.
    pub fn text(&self) -> String {
        self.parser.screen().contents()
    }

    /// The row that the cursor is in, and its column.
    pub fn cursor_line(&self) -> (String, u16) {
        let (row, column) = self.parser.screen().cursor_position();
        let line = self
            .parser
            .screen()
            .rows(0, 80)
            .nth(usize::from(row))
            .unwrap_or_default();
        (line, column)
    }

    /// Gives the window another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.session.set_window_size(columns, rows).unwrap();
        self.parser.screen_mut().set_size(size(rows), size(columns));
    }

    /// Sends a signal to the program.
    pub fn signal(&mut self, signal: expectrl::Signal) {
        self.session.kill(signal).unwrap();
    }

    /// Waits, reading nothing, until the program sleeps in write(2): the terminal takes no more.
    #[cfg(target_os = "linux")]
    pub fn fills(&self) {
        let call = format!("/proc/{}/syscall", self.session.pid());
        let write = format!("{} ", libc::SYS_write);
        let deadline = Instant::now() + DEADLINE;
        while !std::fs::read_to_string(&call).is_ok_and(|call| call.starts_with(&write)) {
            assert!(Instant::now() < deadline, "never sleeps in a write");
            std::thread::yield_now();
        }
    }

    /// Stops the program with SIGSTOP, and has it go on with a terminal that gathers lines and shows nothing: as a shell
    /// leaves it that has had it meanwhile.
    #[cfg(target_os = "linux")]
    pub fn stops_and_goes_on(&mut self) {
        use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};
        self.signal(expectrl::Signal::SIGSTOP);
        let stat = format!("/proc/{}/stat", self.session.pid());
        let deadline = Instant::now() + DEADLINE;
        while !std::fs::read_to_string(&stat).is_ok_and(|stat| stat.contains(") T ")) {
            assert!(Instant::now() < deadline, "never stops");
            std::thread::yield_now();
        }
        let handle = self.session.get_raw_handle().unwrap();
        let mut set = tcgetattr(&handle).unwrap();
        set.local_flags
            .insert(LocalFlags::ICANON | LocalFlags::ISIG);
        tcsetattr(&handle, SetArg::TCSANOW, &set).unwrap();
        self.parser.process(b"\r\n$ fg\r\nsocktutor\r\n");
        self.signal(expectrl::Signal::SIGCONT);
    }

    /// Whether the terminal echoes and gathers lines: as a program that is no editor wants it.
    pub fn is_cooked(&self) -> bool {
        use nix::sys::termios::{LocalFlags, tcgetattr};
        let flags = tcgetattr(self.session.get_raw_handle().unwrap())
            .unwrap()
            .local_flags;
        flags.contains(LocalFlags::ICANON | LocalFlags::ISIG)
    }

    /// Waits until the program ends; its exit status, or the signal that ended it as a negative number.
    pub fn ends(&mut self) -> i32 {
        self.until("the end", |terminal| terminal.ended);
        match self.session.wait().unwrap() {
            WaitStatus::Exited(_, status) => status,
            WaitStatus::Signaled(_, signal, _) => -(signal as i32),
            other => panic!("neither ended nor killed: {other:?}"),
        }
    }

    /// How many rows there are above the cursor, scrolled ones included.
    fn history_rows(&self) -> usize {
        self.written.iter().filter(|byte| **byte == b'\n').count()
    }

    /// Whether the cursor stands behind this prompt, with nothing typed.
    pub fn at_prompt(&self, prompt: &str) -> bool {
        let (line, column) = self.cursor_line();
        line.trim_end() == prompt.trim_end() && usize::from(column) == prompt.chars().count()
    }

    /// Waits until this holds.
    pub fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        while !holds(self) {
            assert!(
                Instant::now() < deadline && !self.ended,
                "waited for {what}; the screen shows\n{}",
                self.text()
            );
            self.pump(Duration::from_millis(50));
        }
    }

    /// Takes over what the program has written; whether it was anything.
    fn pump(&mut self, wait: Duration) -> bool {
        use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
        use std::os::fd::AsFd;
        let handle = self.session.get_raw_handle().unwrap();
        let mut fds = [PollFd::new(handle.as_fd(), PollFlags::POLLIN)];
        if poll(&mut fds, PollTimeout::try_from(wait).unwrap()).unwrap() == 0 {
            return false;
        }
        let mut bytes = [0; 4096];
        match std::io::Read::read(&mut &handle, &mut bytes) {
            // The other end is closed (EIO on Linux).
            Ok(0) | Err(_) => self.ended = true,
            Ok(n) => {
                self.parser.process(&bytes[..n]);
                self.written.extend_from_slice(&bytes[..n]);
            }
        }
        true
    }
}
