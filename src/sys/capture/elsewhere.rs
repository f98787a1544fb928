//! Systems without packet(7): nothing is captured there.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

/// A packet that was captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Captured {
    /// How many bytes of the buffer it fills, from its IP header on.
    pub len: usize,
    /// When it was seen, since 1970-01-01 00:00 UTC.
    pub at: Duration,
    /// Where it was seen.
    pub place: Place,
}

/// A place at which packets are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The interface's index.
    pub interface: usize,
    /// Whether packets leave through it here, or come in.
    pub leaves: bool,
}

/// Refused.
///
/// # Errors
/// `ENOSYS`, always.
pub fn open() -> io::Result<OwnedFd> {
    Err(io::Error::from_raw_os_error(libc::ENOSYS))
}

/// Refused.
///
/// # Errors
/// `ENOSYS`, always.
pub fn next(_: impl AsFd, _: &mut [u8]) -> io::Result<Captured> {
    Err(io::Error::from_raw_os_error(libc::ENOSYS))
}

/// None.
pub fn missed(_: impl AsFd) -> u32 {
    0
}
