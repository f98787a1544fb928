//! What can be set, at the command line and with `set`.

use crate::lab::Bounds;
use crate::lang::LONGEST_WAIT;
use crate::session::Policy;
use std::path::PathBuf;
use std::time::Duration;

/// A time as it is typed: `5s`, `300ms`, `2m`, `1.5` (seconds).
///
/// # Errors
/// What to write.
pub fn time(text: &str) -> Result<Duration, &'static str> {
    let (number, scale) = match text {
        _ if text.ends_with("ms") => (&text[..text.len() - 2], 0.001),
        _ if text.ends_with('s') => (&text[..text.len() - 1], 1.0),
        _ if text.ends_with('m') => (&text[..text.len() - 1], 60.0),
        _ => (text, 1.0),
    };
    let written = "write 5s, 300ms, 2m or 1.5 (seconds)";
    let number: f64 = number.parse().map_err(|_| written)?;
    if number * scale > LONGEST_WAIT.as_secs_f64() {
        return Err("a year at most, 31536000s");
    }
    Duration::try_from_secs_f64(number * scale).map_err(|_| written)
}

/// How much is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Explain {
    /// In full the first time a call is met, in one line afterwards.
    #[default]
    Auto,
    /// Always in full.
    Full,
    /// Always in one line.
    Brief,
    /// Only why a call failed.
    Off,
}

impl Explain {
    /// All, with the words that `set explain` takes.
    pub const ALL: [(&'static str, Self); 4] = [
        ("auto", Self::Auto),
        ("full", Self::Full),
        ("brief", Self::Brief),
        ("off", Self::Off),
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, mode)| *mode == self)
            .map_or("auto", |(word, _)| word)
    }
}

/// How a session behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// How long a pending result is waited for, and an expectation polled.
    pub timeout: Duration,
    /// How long a call may take before it is called blocked.
    pub grace: Duration,
    /// A script, a lesson under test: nobody can be asked, and nothing outside is touched.
    pub script: bool,
    /// How much is explained.
    pub explain: Explain,
    /// A script may connect and send beyond this machine.
    pub allow_net: bool,
    /// A script may use files outside its own folder.
    pub allow_files: bool,
    /// How many of the bytes received are shown.
    pub show_bytes: usize,
    /// How much of what crossed a laboratory's wire is kept.
    pub log: Bounds,
    /// Whether a retransmission of a held packet is held too; otherwise it is counted with the packet.
    pub show_retransmits: bool,
    /// The program that a laboratory's helper process runs: this one, where absent.
    pub program: Option<PathBuf>,
    /// A folder of lessons besides those in the program, or the file of one.
    pub lessons: Option<PathBuf>,
    /// Where a learner's progress is kept. Without it, in the user's state folder, and of a script nowhere, unless that
    /// may use any file.
    pub progress: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(5),
            grace: Duration::from_millis(60),
            script: false,
            explain: Explain::Auto,
            allow_net: false,
            allow_files: false,
            show_bytes: 1000,
            log: Bounds::default(),
            show_retransmits: false,
            program: None,
            lessons: None,
            progress: None,
        }
    }
}

impl Settings {
    /// For a script, `-c`, or a lesson.
    pub fn script() -> Self {
        Self {
            script: true,
            ..Self::default()
        }
    }

    /// What may be reached.
    pub fn policy(&self) -> Policy {
        if self.script {
            Policy::of_script(self.allow_net, self.allow_files)
        } else {
            Policy::default()
        }
    }
}
