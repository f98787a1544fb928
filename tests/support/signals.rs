//! The signals that end a program.

use nix::sys::signal::{SigHandler, Signal, signal};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Those that the program takes, to leave everything as it was found.
pub const ENDING: [Signal; 4] = [
    Signal::SIGINT,
    Signal::SIGTERM,
    Signal::SIGHUP,
    Signal::SIGQUIT,
];

/// A program that obeys these signals, also where the tests run under nohup(1) or behind a shell's `&`: children inherit
/// that they are ignored.
#[expect(unsafe_code, reason = "what a child does before it is another program")]
pub fn heeding(command: &mut Command) -> &mut Command {
    // SAFETY: signal(2) may be called between fork and exec: signal-safety(7).
    unsafe {
        command.pre_exec(|| {
            for one in ENDING {
                signal(one, SigHandler::SigDfl)?;
            }
            Ok(())
        })
    }
}
