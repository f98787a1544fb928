//! Descriptors of the program's own, moved out of the student's sight: the first socket a student opens is 3.

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::io;
use std::os::fd::{AsFd, FromRawFd, OwnedFd};

/// The lowest descriptor that the program uses for itself.
pub const FLOOR: i32 = 512;

/// Moves a descriptor to [`FLOOR`] or above, close-on-exec, and closes the old one: fcntl(2) with
/// `F_DUPFD_CLOEXEC`.
///
/// # Notes
/// Where the process may not have that many descriptors (`ulimit -n 256`, the default of macOS), it goes to the
/// upper quarter of what is allowed; where the student has all from there up, it stays where it is.
///
/// # Errors
/// Those of fcntl(2).
pub fn raise(fd: OwnedFd) -> io::Result<OwnedFd> {
    let above = |floor| fcntl(fd.as_fd(), FcntlArg::F_DUPFD_CLOEXEC(floor));
    let raised = match above(FLOOR) {
        // EINVAL: the floor is beyond RLIMIT_NOFILE.
        Err(Errno::EINVAL) => {
            let (soft, _) = getrlimit(Resource::RLIMIT_NOFILE)?;
            above(i32::try_from(soft / 4 * 3).unwrap_or(FLOOR))
        }
        other => other,
    };
    let raised = match raised {
        Err(Errno::EMFILE) => {
            fcntl(fd.as_fd(), FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
            return Ok(fd);
        }
        other => other?,
    };
    // SAFETY: fcntl(2) has just made this descriptor, and nobody else knows it.
    #[expect(unsafe_code)]
    Ok(unsafe { OwnedFd::from_raw_fd(raised) })
}

/// Lets the process open as many descriptors as it may: setrlimit(2), `RLIMIT_NOFILE`, the soft limit to the hard one.
/// What may be opened stays the administrator's choice. Where the system refuses it (macOS has a lower limit of its
/// own), the limit stays as it is.
pub fn raise_limit() {
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE)
        && soft < hard
    {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::fd::AsRawFd;

    #[test]
    fn a_raised_descriptor_is_high_and_close_on_exec_and_the_same_file() {
        let (mut near, far) = std::os::unix::net::UnixStream::pair().unwrap();
        let raised = raise(far.into()).unwrap();
        assert!(raised.as_raw_fd() >= FLOOR);
        let flags = fcntl(raised.as_fd(), FcntlArg::F_GETFD).unwrap();
        assert!(FdFlag::from_bits_truncate(flags).contains(FdFlag::FD_CLOEXEC));
        near.write_all(b"x").unwrap();
        let mut byte = [0];
        assert_eq!(nix::unistd::read(&raised, &mut byte).unwrap(), 1);
    }
}
