//! What the laboratory needs of the system: network namespaces, TUN devices, and a channel that passes descriptors.
//! Linux.

mod channel;
mod device;

pub use channel::{Received, hang_up, pair, receive, send};
pub use device::{IPV6_MTU, Interface, make_tun, open_tun};

use crate::errno::Errno;
use nix::sched::{CloneFlags, setns, unshare};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, FromRawFd, OwnedFd};

/// Whether this system has network namespaces at all.
pub const SUPPORTED: bool = true;

/// `SOCK_CLOEXEC` of socket(2).
pub const CLOEXEC: i32 = libc::SOCK_CLOEXEC;

/// Domain, type and protocol of a socket of sock_diag(7).
pub const SOCK_DIAG: (i32, i32, i32) = (
    libc::AF_NETLINK,
    libc::SOCK_DGRAM | libc::SOCK_CLOEXEC,
    libc::NETLINK_SOCK_DIAG,
);

/// Puts this process into a new user namespace, in which it has every capability: unshare(2), `CLONE_NEWUSER`.
/// Identities are mapped by writing `/proc/self/uid_map`; see user_namespaces(7). The process may have one thread only.
///
/// # Errors
/// `EPERM` where it is forbidden, `ENOSPC` where there are too many already (`user.max_user_namespaces`), `EINVAL` and
/// `ENOSYS` where the kernel was built without.
pub fn own_users() -> Result<(), Errno> {
    unshare(CloneFlags::CLONE_NEWUSER).map_err(plain)
}

/// Puts this thread into a new, empty network namespace, and gives a descriptor that keeps it: unshare(2), `CLONE_NEWNET`.
///
/// # Errors
/// `EPERM` without `CAP_SYS_ADMIN`, `ENOSPC` where there are too many already (`user.max_net_namespaces`); those of
/// open(2) for `/proc/thread-self/ns/net`.
pub fn own_network() -> Result<OwnedFd, Errno> {
    unshare(CloneFlags::CLONE_NEWNET).map_err(plain)?;
    let kept = File::open("/proc/thread-self/ns/net").map_err(of)?;
    Ok(kept.into())
}

/// Puts this thread into a network namespace: setns(2).
///
/// # Errors
/// Those of setns(2).
pub fn enter(network: impl AsFd) -> Result<(), Errno> {
    setns(network, CloneFlags::CLONE_NEWNET).map_err(plain)
}

/// Names this process in `ps` (prctl(2), `PR_SET_NAME`): at most 15 bytes.
pub fn call_process(name: &std::ffi::CStr) {
    // It fails for no name.
    let named = nix::sys::prctl::set_name(name);
    debug_assert!(named.is_ok());
}

/// A descriptor that becomes readable when the parent process has ended, all its threads: pidfd_open(2). `None` where
/// the kernel has none (before Linux 5.3).
///
/// # Notes
/// `PR_SET_PDEATHSIG` would be sent when the *thread* that started this process ends, which says nothing of the process.
pub fn parent() -> Option<OwnedFd> {
    let pid = nix::unistd::getppid().as_raw();
    // SAFETY: two numbers; it gives a new descriptor, which nobody else knows, or -1.
    #[expect(unsafe_code)]
    unsafe {
        let fd = libc::syscall(libc::SYS_pidfd_open, pid, 0);
        (fd >= 0).then(|| OwnedFd::from_raw_fd(fd as i32))
    }
}

/// Closes every descriptor from 3 up (close_range(2)): what the process was started with by mistake.
///
/// To be called first of all, when nothing that this process opened itself is open.
pub fn close_all_inherited() {
    // SAFETY: nothing in this process owns a descriptor in that range yet; that is what the caller promises.
    #[expect(unsafe_code)]
    unsafe {
        if libc::syscall(libc::SYS_close_range, 3, u32::MAX, 0) == 0 {
            return;
        }
        let limit = libc::sysconf(libc::_SC_OPEN_MAX).clamp(3, 1 << 20);
        for fd in 3..limit as i32 {
            libc::close(fd);
        }
    }
}

fn plain(error: nix::errno::Errno) -> Errno {
    Errno(error as i32)
}

fn of(error: io::Error) -> Errno {
    Errno::of(&error).unwrap_or(Errno(libc::EIO))
}
