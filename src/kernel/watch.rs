//! Which of many sockets the network has changed, without looking at each: epoll(7), edge-triggered. Linux.
//!
//! Reported (each held by a test): data arriving, also on top of data; a FIN; a RST; a connection for a listener, also on
//! top of others; the end of a blocked connect(2), either way; `FIN_WAIT1` to `FIN_WAIT2` and on to `TIME_WAIT` while the
//! descriptor is open; the end of `LAST_ACK` and `CLOSING`; room in a send queue that had been full; urgent data.
//!
//! Not reported, because the kernel wakes nobody:
//! - the last byte of a send queue that was never full being acknowledged: see [`Books::due`](super::Books::due);
//! - a half-open child of a listener: see [`Diag::embryos`](super::Diag::embryos);
//! - anything after close(2): see [`Books::orphans`](super::Books::orphans).

use super::woken::Woken;
use crate::sys::high::raise;
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::eventfd::{EfdFlags, EventFd};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How many events one epoll_wait(2) takes.
const BATCH: usize = 256;

/// What a [`Waiter`]'s own epoll calls its two members.
const SOCKETS: u64 = 0;
const POKED: u64 = 1;

/// Tells which sockets changed since it was last asked. Its descriptors are high.
#[derive(Debug)]
pub struct Watcher {
    sockets: Epoll,
    poke: Poke,
    /// Where epoll_wait(2) puts its events.
    events: Box<[EpollEvent]>,
}

/// Wakes a [`Waiter`] from any thread.
#[derive(Debug, Clone)]
pub struct Poke(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    event: OwnedFd,
    over: AtomicBool,
}

/// Waits on behalf of a [`Watcher`], on a thread of its own, and takes nothing away from it.
#[derive(Debug)]
pub struct Waiter {
    outer: Epoll,
    poke: Poke,
}

impl Watcher {
    /// Opens an epoll and an eventfd.
    ///
    /// # Errors
    /// `EMFILE`, `ENFILE`, `ENOMEM`.
    pub fn new() -> io::Result<Self> {
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        let event = raise(EventFd::from_flags(flags)?.into())?;
        let shared = Shared {
            event,
            over: AtomicBool::new(false),
        };
        Ok(Self {
            sockets: epoll()?,
            poke: Poke(Arc::new(shared)),
            events: vec![EpollEvent::empty(); BATCH].into_boxed_slice(),
        })
    }

    /// Watches a socket under this number; a number given before for the same descriptor is replaced. If it is ready for
    /// anything already, [`changed`](Self::changed) names it once.
    ///
    /// A socket without an address cannot be changed by anyone ([`Look::reachable`](super::Look::reachable)): add it after
    /// bind(2), or *before* a connect(2) that may block.
    ///
    /// # Errors
    /// Those of epoll_ctl(2): `ENOSPC` beyond `/proc/sys/fs/epoll/max_user_watches`.
    pub fn add(&self, fd: BorrowedFd<'_>, id: u64) -> io::Result<()> {
        let wanted = EpollFlags::EPOLLIN
            | EpollFlags::EPOLLOUT
            | EpollFlags::EPOLLRDHUP
            | EpollFlags::EPOLLPRI
            | EpollFlags::EPOLLET;
        let mut event = EpollEvent::new(wanted, id);
        match self.sockets.add(fd, event) {
            Err(Errno::EEXIST) => Ok(self.sockets.modify(fd, &mut event)?),
            other => Ok(other?),
        }
    }

    /// Watches a socket no longer. Must be called before close(2): where another descriptor or a blocked call holds the
    /// same socket, the kernel would go on reporting it. One that is not watched is no error.
    ///
    /// # Errors
    /// Those of epoll_ctl(2).
    pub fn remove(&self, fd: BorrowedFd<'_>) -> io::Result<()> {
        match self.sockets.delete(fd) {
            Err(Errno::ENOENT) => Ok(()),
            other => Ok(other?),
        }
    }

    /// The sockets that changed since the last time, each once. Does not block. What the session's own calls changed is
    /// among them.
    pub fn changed(&mut self) -> Vec<u64> {
        let mut ids = Vec::new();
        // A reported event is not reported again (EPOLLET), so this ends even while more is coming: after as many rounds
        // as there are watched sockets at the latest, and in practice after one.
        while let Ok(count) = self.sockets.wait(&mut self.events, EpollTimeout::ZERO) {
            ids.extend(self.events[..count].iter().map(EpollEvent::data));
            if count < BATCH {
                break;
            }
        }
        ids
    }

    /// A waiter for another thread.
    ///
    /// # Errors
    /// `EMFILE`, `ENFILE`, `ENOMEM`.
    pub fn waiter(&self) -> io::Result<Waiter> {
        let outer = epoll()?;
        // Edge-triggered, too: one wake-up for each arrival, not one after the other until somebody asks the watcher.
        let edge = EpollFlags::EPOLLIN | EpollFlags::EPOLLET;
        outer.add(self.sockets.0.as_fd(), EpollEvent::new(edge, SOCKETS))?;
        outer.add(self.poke.0.event.as_fd(), EpollEvent::new(edge, POKED))?;
        Ok(Waiter {
            outer,
            poke: self.poke.clone(),
        })
    }

    /// Wakes the waiters, so that they may take note of a shorter time to wait.
    pub fn poke(&self) -> Poke {
        self.poke.clone()
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.poke.0.over.store(true, Ordering::Release);
        self.poke.wake();
    }
}

impl Poke {
    /// [`Waiter::wait`] returns at once, or the next time it is called. Never blocks.
    pub fn wake(&self) {
        // EAGAIN: the counter is full after 2^64 - 2 calls.
        let _ = nix::unistd::write(&self.0.event, &1u64.to_ne_bytes());
    }
}

impl Waiter {
    /// Sleeps until a watched socket changes, somebody pokes, or the time is over (`None`: no end). A signal does not end
    /// it.
    ///
    /// # Errors
    /// Those of epoll_wait(2), but for EINTR.
    pub fn wait(&self, timeout: Option<Duration>) -> io::Result<Woken> {
        let end = timeout.map(|timeout| Instant::now() + timeout);
        loop {
            if self.poke.0.over.load(Ordering::Acquire) {
                return Ok(Woken::Over);
            }
            let mut events = [EpollEvent::empty(); 2];
            match self.outer.wait(&mut events, left(end)) {
                Err(Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
                Ok(0) if end.is_some_and(|end| end <= Instant::now()) => return Ok(Woken::Timeout),
                Ok(0) => {}
                Ok(_) if self.poke.0.over.load(Ordering::Acquire) => return Ok(Woken::Over),
                Ok(count) if events[..count].iter().any(|event| event.data() == SOCKETS) => {
                    return Ok(Woken::Changed);
                }
                Ok(_) => return Ok(Woken::Poked),
            }
        }
    }
}

/// epoll_wait(2) counts whole milliseconds: round up, or the last one would be spent spinning.
fn left(end: Option<Instant>) -> EpollTimeout {
    let Some(end) = end else {
        return EpollTimeout::NONE;
    };
    let left = end.saturating_duration_since(Instant::now());
    let ms = left.as_micros().div_ceil(1000);
    EpollTimeout::try_from(i32::try_from(ms).unwrap_or(i32::MAX)).unwrap_or(EpollTimeout::MAX)
}

fn epoll() -> io::Result<Epoll> {
    Ok(Epoll(raise(
        Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?.0,
    )?))
}
