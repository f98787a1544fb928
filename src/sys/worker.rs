//! Threads that sleep in system calls: which signals reach them, and how one is woken.

#![expect(unsafe_code, reason = "installing a signal handler")]

use crate::errno::words;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use std::io;
use std::sync::Once;
use std::thread::{self, JoinHandle};

/// Starts a thread of this name.
///
/// # Errors
/// The system gives none (pthread_create(3)), in words.
pub fn start<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    let started = thread::Builder::new().name(name.to_owned()).spawn(work);
    started.map_err(|error| {
        let why = words(&error);
        io::Error::new(
            error.kind(),
            format!("the system gives no further thread ({why}); `ulimit -u` says how many this user may have"),
        )
    })
}

/// The signal that wakes a sleeping call. Its handler does nothing, and has no `SA_RESTART`, so that the call
/// returns EINTR.
pub const WAKE: Signal = Signal::SIGUSR1;

extern "C" fn nothing(_: i32) {}

/// Installs the handler of [`WAKE`], once for the process.
pub fn install_wake_handler() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let action = SigAction::new(
            SigHandler::Handler(nothing),
            SaFlags::empty(),
            SigSet::empty(),
        );
        // SAFETY: the handler touches nothing.
        let installed = unsafe { sigaction(WAKE, &action) };
        debug_assert!(installed.is_ok(), "SIGUSR1 can always be caught");
    });
}

/// Blocks every signal but [`WAKE`] in this thread: Ctrl-C and a resized window are the main thread's business, and
/// would make a sleeping call return EINTR.
pub fn block_signals() {
    let mut set = SigSet::all();
    set.remove(WAKE);
    // It fails only for an invalid `how`, which this is not.
    let blocked = set.thread_set_mask();
    debug_assert!(blocked.is_ok());
}

/// This thread's id, as /proc/self/task names it; 0 where there is none.
pub fn thread_id() -> i32 {
    #[cfg(target_os = "linux")]
    return nix::unistd::gettid().as_raw();
    #[cfg(not(target_os = "linux"))]
    return 0;
}

/// Whether that thread of this process sleeps (state `S` in /proc/self/task/ID/stat). `None` where the system
/// does not say.
pub fn sleeps(thread: i32) -> Option<bool> {
    let stat = std::fs::read_to_string(format!("/proc/self/task/{thread}/stat")).ok()?;
    let state = stat.rsplit_once(") ")?.1.chars().next()?;
    Some(state == 'S')
}
