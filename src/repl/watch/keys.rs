//! Keys, one at a time, without Enter and without an echo.
//!
//! With termios(3) and poll(2) themselves rather than crossterm, which is here by way of termimad: crossterm opens
//! descriptors of its own for its reader (they would take 3 and 4 from the student), installs a handler for resized
//! windows that would interrupt sleeping calls, and keeps what it read from the line editor. A dozen keys need less.

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{
    LocalFlags, SetArg, SpecialCharacterIndices as Special, Termios, tcgetattr, tcsetattr,
};
use nix::unistd::{PathconfVar, fpathconf, read};
use std::collections::VecDeque;
use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

/// What the teacher may press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Enter, Space; Page Down and Right, as remote controls send them.
    Next,
    /// `b`; Page Up and Left.
    Back,
    /// `p`
    Pause,
    /// `+`
    Faster,
    /// `-`
    Slower,
    /// Tab
    TakeOver,
    /// `?`, `h`
    Help,
    /// `q`, Ctrl-D, or the terminal is gone. Ctrl-C comes as a signal.
    Leave,
}

/// The keyboard. The terminal is given back as it was found when this is dropped.
pub struct Keyboard {
    found: Termios,
    pressed: VecDeque<Key>,
    /// The beginning of an escape sequence, whose rest is on its way: on a slow line one key comes in two parts.
    unfinished: Vec<u8>,
    gone: bool,
}

impl Keyboard {
    /// Takes the terminal at standard input.
    ///
    /// # Errors
    /// Those of tcgetattr(3) and tcsetattr(3): standard input is no terminal.
    pub fn open() -> io::Result<Self> {
        let keyboard = Self {
            found: tcgetattr(io::stdin())?,
            pressed: VecDeque::new(),
            unfinished: Vec::new(),
            gone: false,
        };
        keyboard.take()?;
        Ok(keyboard)
    }

    /// Keys come at once and are not echoed. Ctrl-C still is a signal, so that it interrupts a call too; Ctrl-Z and
    /// Ctrl-\ are not, or they would leave the terminal like this. Output stays as it is: a newline is a new line.
    ///
    /// # Errors
    /// Those of tcsetattr(3).
    pub fn take(&self) -> io::Result<()> {
        let mut raw = self.found.clone();
        raw.local_flags
            .remove(LocalFlags::ICANON | LocalFlags::ECHO | LocalFlags::IEXTEN);
        let off = fpathconf(io::stdin(), PathconfVar::_POSIX_VDISABLE)?;
        let off = off.and_then(|off| u8::try_from(off).ok()).unwrap_or(0);
        for key in [Special::VSUSP, Special::VQUIT] {
            raw.control_chars[key as usize] = off;
        }
        raw.control_chars[Special::VMIN as usize] = 1;
        raw.control_chars[Special::VTIME as usize] = 0;
        Ok(tcsetattr(io::stdin(), SetArg::TCSADRAIN, &raw)?)
    }

    /// Gives the terminal back as it was found: for the line editor, and at the end.
    ///
    /// # Errors
    /// Those of tcsetattr(3).
    pub fn give_back(&self) -> io::Result<()> {
        Ok(tcsetattr(io::stdin(), SetArg::TCSADRAIN, &self.found)?)
    }

    /// The next key, should one be pressed within this time.
    pub fn next(&mut self, within: Duration) -> Option<Key> {
        if self.pressed.is_empty() && !self.gone {
            self.read(within);
        }
        let end = self.gone.then_some(Key::Leave);
        self.pressed.pop_front().or(end)
    }

    /// Forgets that Enter was pressed while something ran: the class has not seen yet what it would skip.
    pub fn forget_next(&mut self) {
        self.read(Duration::ZERO);
        self.pressed.retain(|key| *key != Key::Next);
    }

    fn read(&mut self, within: Duration) {
        let stdin = io::stdin();
        let mut fds = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
        let timeout = PollTimeout::try_from(within).unwrap_or(PollTimeout::MAX);
        match poll(&mut fds, timeout) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let mut bytes = [0; 64];
        match read(&stdin, &mut bytes) {
            Ok(0) => self.gone = true,
            Ok(n) => {
                self.unfinished.extend(&bytes[..n]);
                self.pressed.extend(keys(&mut self.unfinished));
            }
            Err(nix::Error::EINTR | nix::Error::EAGAIN) => {}
            Err(_) => self.gone = true,
        }
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        // The terminal may be gone; there is nobody left to tell.
        let _ = self.give_back();
    }
}

/// No escape sequence is longer: what began like one is none.
const LONGEST: usize = 16;

/// The keys in what a terminal sent, of which an unfinished escape sequence is left. What means nothing here is left out.
fn keys(sent: &mut Vec<u8>) -> Vec<Key> {
    let mut keys = Vec::new();
    let mut bytes = sent.as_slice();
    while let [first, rest @ ..] = bytes {
        bytes = rest;
        let key = match first {
            b'\r' | b'\n' | b' ' => Some(Key::Next),
            b'b' | b'B' => Some(Key::Back),
            b'p' | b'P' => Some(Key::Pause),
            b'+' | b'=' => Some(Key::Faster),
            b'-' | b'_' => Some(Key::Slower),
            b'\t' => Some(Key::TakeOver),
            b'?' | b'h' | b'H' => Some(Key::Help),
            b'q' | b'Q' | 3 | 4 => Some(Key::Leave),
            0x1b => {
                let Some((key, after)) = sequence(rest) else {
                    let left = if rest.len() < LONGEST {
                        1 + rest.len()
                    } else {
                        0
                    };
                    sent.drain(..sent.len() - left);
                    return keys;
                };
                bytes = after;
                key
            }
            _ => None,
        };
        keys.extend(key);
    }
    sent.clear();
    keys
}

/// What an escape sequence means (ECMA-48: parameters, then one letter or `~`), and what stands behind it. `None` where
/// its end is yet to come.
fn sequence(bytes: &[u8]) -> Option<(Option<Key>, &[u8])> {
    let rest = match bytes {
        [] => return None,
        [b'[' | b'O', rest @ ..] => rest,
        _ => return Some((None, bytes)),
    };
    let end = rest.iter().position(|byte| !(0x20..=0x3f).contains(byte))?;
    if !(0x40..=0x7e).contains(&rest[end]) {
        return Some((None, &rest[end..]));
    }
    let key = match &rest[..=end] {
        b"C" | b"6~" => Some(Key::Next),
        b"D" | b"5~" => Some(Key::Back),
        _ => None,
    };
    Some((key, &rest[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(sent: &[u8]) -> Vec<Key> {
        super::keys(&mut sent.to_vec())
    }

    #[test]
    fn a_key_may_come_in_parts() {
        for whole in [
            &b"\x1b[B"[..],
            b"\x1b[6~",
            b"\x1bOD",
            b"\x1b[1;5A",
            b"\x1bb",
        ] {
            for at in 1..whole.len() {
                let mut sent = whole[..at].to_vec();
                assert_eq!(super::keys(&mut sent), [], "{whole:?}");
                sent.extend(&whole[at..]);
                assert_eq!(super::keys(&mut sent), keys(whole), "{whole:?}");
                assert_eq!(sent, b"");
            }
        }
        assert_eq!(keys(b"\x1b[B"), []);
        assert_eq!(keys(b"\x1bb"), [Key::Back]);
        assert_eq!(keys(b"\x1b[\r"), [Key::Next]);
        let mut endless = [&b"\x1b["[..], &[b'1'; 64]].concat();
        assert_eq!(super::keys(&mut endless), []);
        assert_eq!(endless, b"");
    }

    #[test]
    fn keys_as_terminals_and_remote_controls_send_them() {
        assert_eq!(keys(b"\r "), [Key::Next, Key::Next]);
        assert_eq!(keys(b"\x1b[6~b"), [Key::Next, Key::Back]);
        assert_eq!(
            keys(b"\x1b[5~\x1bOC\x1b[D"),
            [Key::Back, Key::Next, Key::Back]
        );
        assert_eq!(
            keys(b"\t+-?p"),
            [
                Key::TakeOver,
                Key::Faster,
                Key::Slower,
                Key::Help,
                Key::Pause
            ]
        );
        assert_eq!(keys(b"q\x04"), [Key::Leave, Key::Leave]);
    }

    #[test]
    fn what_means_nothing_is_left_out() {
        assert_eq!(keys(b"\x1b[1;5A\x1b[15~xyz\xff\x1b"), []);
        assert_eq!(keys(b"\x1b["), []);
    }
}
