//! Which sockets a call would not block on.

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::fmt;
use std::os::fd::BorrowedFd;

/// For what a socket is ready, as select(2) has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ready {
    /// A read would not block: data, a connection to accept, end of file, an error (`POLLIN`, `POLLHUP`, `POLLERR`).
    pub r: bool,
    /// A write would not block, if only because it fails (`POLLOUT`, `POLLERR`).
    pub w: bool,
    /// Something out of the ordinary, which for TCP is urgent data (`POLLPRI`).
    pub x: bool,
}

/// `rw-`
impl fmt::Display for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (is, letter) in [(self.r, "r"), (self.w, "w"), (self.x, "x")] {
            f.write_str(if is { letter } else { "-" })?;
        }
        Ok(())
    }
}

/// One poll(2) with timeout 0 for all; the answers in the order of the descriptors.
///
/// # Notes
/// Where poll(2) itself fails (more descriptors than `RLIMIT_NOFILE`), nothing is ready.
pub fn ready(fds: &[BorrowedFd<'_>]) -> Vec<Ready> {
    let all = PollFlags::POLLIN | PollFlags::POLLOUT | PollFlags::POLLPRI;
    let mut polled: Vec<_> = fds.iter().map(|fd| PollFd::new(*fd, all)).collect();
    if poll(&mut polled, PollTimeout::ZERO).is_err() {
        return vec![Ready::default(); fds.len()];
    }
    let answer = |fd: &PollFd<'_>| {
        let found = fd.revents().unwrap_or(PollFlags::empty());
        Ready {
            r: found.intersects(PollFlags::POLLIN | PollFlags::POLLHUP | PollFlags::POLLERR),
            w: found.intersects(PollFlags::POLLOUT | PollFlags::POLLERR),
            x: found.contains(PollFlags::POLLPRI),
        }
    };
    polled.iter().map(answer).collect()
}
