//! Signals.
//!
//! Ctrl-C, SIGTERM, SIGHUP and SIGQUIT are not handled in a handler: they are blocked in every thread and taken by one thread
//! with sigwait(3), which may then do what a handler may not (take a lock, write to the terminal, remove a folder). A sleeping call is
//! interrupted by a signal of its own ([`WAKE`](super::worker::WAKE)), sent to its thread alone, so that EINTR comes
//! when it was asked for and never because the window was resized.

#![expect(unsafe_code, reason = "asking what a signal does")]

pub use nix::sys::signal::Signal;
use nix::sys::signal::{SigSet, raise};
use std::{io, ptr, thread};

/// What the shell takes with [`wait`]: Ctrl-C, those that would end it with the terminal still in raw mode, and the
/// one that tells that it was stopped and goes on.
pub const TAKEN: [Signal; 5] = [
    Signal::SIGINT,
    Signal::SIGTERM,
    Signal::SIGHUP,
    Signal::SIGQUIT,
    Signal::SIGCONT,
];

/// Blocks these in the calling thread, and in every thread that it starts from now on (pthread_sigmask(3)).
///
/// # Errors
/// Those of pthread_sigmask(3).
pub fn block(signals: &[Signal]) -> io::Result<()> {
    Ok(signals.iter().copied().collect::<SigSet>().thread_block()?)
}

/// Lets these through to the calling thread again.
///
/// # Errors
/// Those of pthread_sigmask(3).
pub fn unblock(signals: &[Signal]) -> io::Result<()> {
    Ok(signals
        .iter()
        .copied()
        .collect::<SigSet>()
        .thread_unblock()?)
}

/// Sleeps until one of these arrives (sigwait(3)). They must be blocked in every thread.
///
/// # Errors
/// Those of sigwait(3).
pub fn wait(signals: &[Signal]) -> io::Result<Signal> {
    Ok(signals.iter().copied().collect::<SigSet>().wait()?)
}

/// Ends the process as this signal would have ended it, had it not been taken, but without its temporary folders: whoever
/// waits for the process sees that it was killed by the signal. Returns only where the signal does not end the process.
///
/// # Errors
/// Those of raise(3) and pthread_sigmask(3).
pub fn die_of(signal: Signal) -> io::Result<()> {
    super::scratch::remove_all();
    unblock(&[signal])?;
    Ok(raise(signal)?)
}

/// Whether who started the process had it ignore the signal, as nohup(1) does.
pub fn is_ignored(signal: Signal) -> bool {
    // SAFETY: a struct sigaction is plain data, which the call fills in; without a new action nothing else changes.
    unsafe {
        let mut now: libc::sigaction = std::mem::zeroed();
        let asked = libc::sigaction(signal as i32, ptr::null(), &raw mut now);
        asked == 0 && now.sa_sigaction == libc::SIG_IGN
    }
}

/// What ends a program that runs by itself.
const ENDS: [Signal; 4] = [
    Signal::SIGINT,
    Signal::SIGTERM,
    Signal::SIGHUP,
    Signal::SIGQUIT,
];

/// For a program that runs by itself: these signals end it as ever, but by [`die_of`]. Before any other thread is
/// started, for each is to leave them to the one that takes them. Where there can be none, they end it at once.
pub fn die_tidily() {
    if block(&ENDS).is_err() {
        return;
    }
    let take = || {
        while let Ok(signal) = wait(&ENDS) {
            if !is_ignored(signal) && die_of(signal).is_err() {
                break;
            }
        }
    };
    let thread = thread::Builder::new().name("signals".into()).spawn(take);
    if thread.is_err() {
        // Unblocking what was just blocked cannot fail.
        let _ = unblock(&ENDS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::pthread::{pthread_kill, pthread_self};

    #[test]
    fn a_blocked_signal_waits_to_be_taken() {
        let all = [Signal::SIGUSR2, Signal::SIGWINCH];
        thread::spawn(move || {
            block(&all).unwrap();
            pthread_kill(pthread_self(), Signal::SIGWINCH).unwrap();
            assert_eq!(wait(&all).unwrap(), Signal::SIGWINCH);
            pthread_kill(pthread_self(), Signal::SIGUSR2).unwrap();
            assert_eq!(wait(&all).unwrap(), Signal::SIGUSR2);
            unblock(&all).unwrap();
        })
        .join()
        .unwrap();
    }
}
