//! Keeps the low descriptor numbers free for the student.
//!
//! The kernel gives every new descriptor the lowest free number, and a textbook's first socket is 3. A library that
//! opens descriptors of its own (the line editor opens two at every prompt) would take 3 and 4 first. So the free
//! low numbers are held while the library opens what it needs, which then lies higher, and given back at once.
//!
//! A call that sleeps meanwhile is not disturbed: Linux picks the number that accept(2) will return before it
//! sleeps, not when it wakes.

use super::high::FLOOR;
use nix::sys::resource::{Resource, getrlimit};
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};

/// How many numbers to leave to the one that the reservation is for, where the process may not open many.
const ROOM: usize = 8;

/// One past the highest number that select(2) can watch.
pub const SELECTABLE: RawFd = libc::FD_SETSIZE as RawFd;

/// Every number below the floor that was free is held. Dropping it gives them back.
#[derive(Debug)]
pub struct Reservation {
    held: Vec<OwnedFd>,
    next: RawFd,
}

impl Reservation {
    /// Holds every free number from 3 up to the floor: 512, or half of the limit on open files where that is less.
    /// About a thousand short system calls (`fcntl`, `close`): a fifth of a millisecond.
    ///
    /// # Errors
    /// None can be had. That no more descriptors can be had is no error: a few are given back instead.
    pub fn take() -> io::Result<Self> {
        let floor = floor();
        let mut held = Vec::new();
        // Standard input again: that is there where no file may be (chroot(2)).
        let mut newest = io::stdin().as_fd().try_clone_to_owned()?;
        while newest.as_raw_fd() < floor {
            let another = newest.try_clone();
            held.push(newest);
            match another {
                Ok(fd) => newest = fd,
                Err(_) => return Ok(Self::cramped(held)),
            }
        }
        Ok(Self {
            next: newest.as_raw_fd(),
            held,
        })
    }

    /// What is left to do where the process may not open as many as wished.
    fn cramped(mut held: Vec<OwnedFd>) -> Self {
        held.truncate(held.len().saturating_sub(ROOM));
        let next = held.last().map_or(0, |fd| fd.as_raw_fd() + 1);
        Self { held, next }
    }

    /// The number that the next descriptor will get: what is opened now lies there or above.
    pub fn next(&self) -> RawFd {
        self.next
    }

    /// How many numbers are held.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether every low number was in use already.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }
}

/// Closes the low descriptors that the program was started with, standard input, output and error aside: what a
/// terminal, an editor or `make` left open by mistake would take 3 and 4 from the student (close_range(2)).
///
/// To be called once, early, when nothing that this process opened itself lies low: before any socket, and after a
/// script that was named as `/dev/fd/63` is open.
pub fn close_inherited() {
    let end = floor();
    // SAFETY: nothing in this process owns a descriptor in that range yet; that is what the caller promises.
    #[expect(unsafe_code, reason = "descriptors without an owner")]
    unsafe {
        #[cfg(target_os = "linux")]
        if libc::syscall(libc::SYS_close_range, 3, end - 1, 0) == 0 {
            return;
        }
        for fd in 3..end {
            libc::close(fd);
        }
    }
}

/// The lowest number for the program's own descriptors under this process's limit (getrlimit(2), `RLIMIT_NOFILE`).
fn floor() -> RawFd {
    let limit = getrlimit(Resource::RLIMIT_NOFILE).map_or(1024, |(soft, _)| soft);
    RawFd::try_from(limit / 2).unwrap_or(RawFd::MAX).min(FLOOR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::undisturbed::alone;
    use std::fs::File;

    #[test]
    fn what_is_opened_meanwhile_lies_high() {
        if !alone("sys::reserve::tests::what_is_opened_meanwhile_lies_high") {
            return;
        }
        let reservation = Reservation::take().unwrap();
        let file = File::open("/dev/null").unwrap();
        assert_eq!(file.as_raw_fd(), reservation.next());
        assert!(reservation.next() >= floor());
        assert!((1..FLOOR as usize).contains(&reservation.len()));
        let lowest = reservation.held[0].as_raw_fd();
        drop(reservation);
        assert_eq!(File::open("/dev/null").unwrap().as_raw_fd(), lowest);
    }
}
