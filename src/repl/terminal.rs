//! The terminal as it was found, and giving it back so.

use nix::sys::termios::{SetArg, Termios, tcgetattr, tcsetattr};
use std::io::{self, IsTerminal};
use std::sync::Mutex;
use std::sync::PoisonError;

/// How the terminal was set when the shell began.
static FOUND: Mutex<Option<Termios>> = Mutex::new(None);

/// Bracketed paste off, cursor visible, plain colors: what an editor may have left behind.
const PLAIN: &[u8] = b"\x1b[?2004l\x1b[?25h\x1b[0m";

/// Remembers how the terminal is set. Does nothing where standard input is none.
pub fn remember() {
    *FOUND.lock().unwrap_or_else(PoisonError::into_inner) = tcgetattr(io::stdin()).ok();
}

/// Sets the terminal as it was found. For every end that is not the usual one: a panic, SIGTERM, SIGHUP.
pub fn restore() {
    let found = FOUND.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(found) = found {
        // The terminal may be gone; there is nobody left to tell.
        let _ = tcsetattr(io::stdin(), SetArg::TCSANOW, &found);
        if io::stdout().is_terminal() {
            // Not through the standard library's lock, which another thread may hold for good.
            let _ = nix::unistd::write(io::stdout(), PLAIN);
        }
    }
}
