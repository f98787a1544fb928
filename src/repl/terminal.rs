//! The terminal as it was found, and giving it back so.

use nix::sys::termios::{SetArg, Termios, tcgetattr, tcsetattr};
use std::io::{self, IsTerminal};
use std::sync::Mutex;
use std::sync::PoisonError;

/// How the terminal was set when the shell began.
static FOUND: Mutex<Option<Termios>> = Mutex::new(None);

/// How it is set while a line is edited.
static EDITED: Mutex<Option<Termios>> = Mutex::new(None);

/// Bracketed paste on, as the editor has it.
const PASTE: &[u8] = b"\x1b[?2004h";
/// Bracketed paste off, cursor visible, plain colors: what an editor may have left behind.
const PLAIN: &[u8] = b"\x1b[?2004l\x1b[?25h\x1b[0m";

/// Remembers how the terminal is set. Does nothing where standard input is none.
pub fn remember() {
    *FOUND.lock().unwrap_or_else(PoisonError::into_inner) = tcgetattr(io::stdin()).ok();
}

/// Remembers how an editor has set the terminal, which has just begun a line, or that the line has ended.
pub fn edited(editing: bool) {
    let set = editing.then(|| tcgetattr(io::stdin()).ok()).flatten();
    *EDITED.lock().unwrap_or_else(PoisonError::into_inner) = set;
}

/// Sets the terminal again as the line that is being edited needs it: whoever stopped the program has set it otherwise.
/// False where no line is edited. In the background it stops the program, as any program there that sets its terminal
/// (SIGTTOU), until it is brought back.
pub fn take_back() -> bool {
    let edited = EDITED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let Some(edited) = edited else {
        return false;
    };
    let set = tcsetattr(io::stdin(), SetArg::TCSADRAIN, &edited);
    // Not through the standard library's lock, which another thread may hold for good.
    set.and_then(|()| nix::unistd::write(io::stdout(), PASTE))
        .is_ok()
}

/// Sets the terminal as it was found. For every end that is not the usual one: a panic, SIGTERM, SIGHUP, SIGQUIT.
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
