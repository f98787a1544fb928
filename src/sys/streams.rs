//! Standard input, output and error, as the program wants to find them.

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::{SigHandler, Signal, signal};
use std::os::fd::BorrowedFd;

/// Has reads and writes wait, as bash(1) does: a program that ran before may have left the terminal with `O_NONBLOCK`
/// (fcntl(2)), which belongs to the open file and not to the process, and every write too many would fail with `EAGAIN`.
/// What cannot be asked stays as it is.
pub fn wait(streams: [BorrowedFd<'_>; 3]) {
    for fd in streams {
        let flags = fcntl(fd, FcntlArg::F_GETFL).map(OFlag::from_bits_retain);
        let Some(flags) = flags.ok().filter(|flags| flags.contains(OFlag::O_NONBLOCK)) else {
            continue;
        };
        let _: Result<_, Errno> = fcntl(fd, FcntlArg::F_SETFL(flags - OFlag::O_NONBLOCK));
    }
}

/// A file that would grow beyond `ulimit -f` gives `EFBIG` and does not end the process (setrlimit(2), `SIGXFSZ`).
pub fn outlive_long_files() {
    // SAFETY: ignoring a signal runs nothing.
    #[expect(unsafe_code, reason = "what a signal does")]
    let ignored = unsafe { signal(Signal::SIGXFSZ, SigHandler::SigIgn) };
    debug_assert!(ignored.is_ok(), "SIGXFSZ can always be ignored");
}
