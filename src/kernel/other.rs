//! Systems without TCP_INFO's state, sock_diag and epoll: addresses only, and what poll(2) tells. Not Linux.

use super::woken::Woken;
use super::{DiagRow, Family, Look, Process, Queue};
use crate::event::{Addr, Holder};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use socket2::SockRef;
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// getsockname(2) and getpeername(2). The state is not known.
pub fn look(fd: BorrowedFd<'_>, _: Family) -> Look {
    let socket = SockRef::from(&fd);
    let known =
        |addr: io::Result<socket2::SockAddr>| addr.ok().as_ref().and_then(Addr::from_kernel);
    Look {
        local: known(socket.local_addr()),
        peer: known(socket.peer_addr()),
        ..Look::default()
    }
}

/// The same as [`look`].
pub fn look_again(fd: BorrowedFd<'_>, what: Family, _: &Look) -> Look {
    look(fd, what)
}

/// The same as [`look`].
pub fn first_look(fd: BorrowedFd<'_>, what: Family, _: Option<&Addr>) -> Look {
    look(fd, what)
}

/// Queues are not known.
pub fn look_at_queue(_: BorrowedFd<'_>, _: &Look, _: Queue) -> Option<Look> {
    None
}

/// Never called: no look says why bytes wait.
///
/// # Errors
/// `Unsupported`, always.
pub fn nodelay_and_cork(_: BorrowedFd<'_>) -> io::Result<(bool, bool)> {
    Err(io::ErrorKind::Unsupported.into())
}

/// There is no sock_diag here: opening it is refused, so no value of this type exists.
pub enum Diag {}

impl Diag {
    /// Refused.
    ///
    /// # Errors
    /// `Unsupported`, always.
    pub fn open() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Refused.
    ///
    /// # Errors
    /// `Unsupported`, always.
    pub fn over(_: OwnedFd) -> io::Result<Self> {
        Self::open()
    }

    /// Never called.
    ///
    /// # Errors
    /// None.
    pub fn find(
        &mut self,
        _: Family,
        _: SocketAddr,
        _: Option<SocketAddr>,
    ) -> io::Result<Option<DiagRow>> {
        match *self {}
    }

    /// Never called.
    pub fn find_all(
        &mut self,
        _: &[(SocketAddr, Option<SocketAddr>)],
    ) -> Vec<io::Result<Option<DiagRow>>> {
        match *self {}
    }

    /// Never called.
    ///
    /// # Errors
    /// None.
    pub fn port(&mut self, _: u16) -> io::Result<Vec<DiagRow>> {
        match *self {}
    }

    /// Never called.
    ///
    /// # Errors
    /// None.
    pub fn all(&mut self) -> io::Result<Vec<DiagRow>> {
        match *self {}
    }

    /// Never called.
    ///
    /// # Errors
    /// None.
    pub fn unix(&mut self, _: &Addr) -> io::Result<Vec<DiagRow>> {
        match *self {}
    }

    /// Never called.
    ///
    /// # Errors
    /// None.
    pub fn unix_backlog(&mut self, _: BorrowedFd<'_>) -> io::Result<Option<(u32, u32)>> {
        match *self {}
    }

    /// Never called.
    ///
    /// # Errors
    /// None.
    pub fn unix_shut(&mut self, _: BorrowedFd<'_>) -> io::Result<Option<[bool; 2]>> {
        match *self {}
    }

    /// Never called.
    ///
    /// # Errors
    /// None.
    pub fn who_unix(&mut self, _: &Addr) -> io::Result<Vec<(DiagRow, Option<Process>)>> {
        match *self {}
    }

    /// Never called.
    ///
    /// # Errors
    /// None.
    pub fn embryos(&mut self, _: SocketAddr) -> io::Result<Vec<DiagRow>> {
        match *self {}
    }

    /// Never called.
    ///
    /// # Errors
    /// None.
    pub fn all_embryos(&mut self) -> io::Result<Vec<DiagRow>> {
        match *self {}
    }
}

/// Not known.
pub fn holder(_: u64) -> Option<Process> {
    None
}

/// Not known.
pub fn holders(_: &[u64]) -> HashMap<u64, Process> {
    HashMap::new()
}

/// Never called, as there is no [`Diag`].
///
/// # Errors
/// None.
pub fn who(
    diag: &mut Diag,
    _: u16,
    _: &dyn Fn(&DiagRow) -> Option<String>,
) -> io::Result<Vec<Holder>> {
    match *diag {}
}

/// Tells which sockets changed since it was last asked, by comparing what poll(2) says of each.
#[derive(Debug)]
pub struct Watcher {
    sockets: Mutex<BTreeMap<RawFd, Watched>>,
    poke: Poke,
}

#[derive(Debug)]
struct Watched {
    id: u64,
    fd: OwnedFd,
    last: PollFlags,
}

/// Wakes a [`Waiter`] from any thread.
#[derive(Debug, Clone)]
pub struct Poke(Arc<(Mutex<Woken>, Condvar)>);

/// Waits on behalf of a [`Watcher`]: for a poke, or a tenth of a second, after which it is worth asking.
#[derive(Debug)]
pub struct Waiter(Poke);

impl Watcher {
    /// An empty one.
    ///
    /// # Errors
    /// None here.
    pub fn new() -> io::Result<Self> {
        let poke = Poke(Arc::new((Mutex::new(Woken::Timeout), Condvar::new())));
        Ok(Self {
            sockets: Mutex::default(),
            poke,
        })
    }

    /// Watches a socket under this number.
    ///
    /// # Errors
    /// Those of dup(2).
    pub fn add(&self, fd: BorrowedFd<'_>, id: u64) -> io::Result<()> {
        let watched = Watched {
            id,
            fd: crate::sys::high::raise(fd.try_clone_to_owned()?)?,
            last: PollFlags::empty(),
        };
        self.lock().insert(fd.as_raw_fd(), watched);
        Ok(())
    }

    /// Watches a socket no longer. Must be called before close(2).
    ///
    /// # Errors
    /// None here.
    pub fn remove(&self, fd: BorrowedFd<'_>) -> io::Result<()> {
        self.lock().remove(&fd.as_raw_fd());
        Ok(())
    }

    /// The sockets whose readiness changed since the last time.
    pub fn changed(&mut self) -> Vec<u64> {
        let mut sockets = self.lock();
        let all = PollFlags::POLLIN | PollFlags::POLLOUT | PollFlags::POLLPRI;
        let mut polled: Vec<_> = sockets
            .values()
            .map(|watched| PollFd::new(watched.fd.as_fd(), all))
            .collect();
        if poll(&mut polled, PollTimeout::ZERO).is_err() {
            return Vec::new();
        }
        let found: Vec<_> = polled
            .iter()
            .map(|fd| fd.revents().unwrap_or(PollFlags::empty()))
            .collect();
        let pairs = sockets.values_mut().zip(found);
        let differs = |(watched, now): (&mut Watched, PollFlags)| {
            (std::mem::replace(&mut watched.last, now) != now).then_some(watched.id)
        };
        pairs.filter_map(differs).collect()
    }

    /// A waiter for another thread.
    ///
    /// # Errors
    /// None here.
    pub fn waiter(&self) -> io::Result<Waiter> {
        Ok(Waiter(self.poke.clone()))
    }

    /// Wakes the waiters.
    pub fn poke(&self) -> Poke {
        self.poke.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<RawFd, Watched>> {
        self.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.poke.say(Woken::Over);
    }
}

impl Poke {
    /// [`Waiter::wait`] returns at once, or the next time it is called.
    pub fn wake(&self) {
        self.say(Woken::Poked);
    }

    fn say(&self, why: Woken) {
        let mut said = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *said != Woken::Over {
            *said = why;
        }
        self.0.1.notify_all();
    }
}

impl Waiter {
    /// Sleeps until somebody pokes, or for a tenth of a second at most.
    ///
    /// # Errors
    /// None here.
    pub fn wait(&self, timeout: Option<Duration>) -> io::Result<Woken> {
        const TENTH: Duration = Duration::from_millis(100);
        let pause = timeout.map_or(TENTH, |timeout| timeout.min(TENTH));
        let said = self.0.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let quiet = |said: &mut Woken| *said == Woken::Timeout;
        let (mut said, waited) = self
            .0
            .0
            .1
            .wait_timeout_while(said, pause, quiet)
            .unwrap_or_else(PoisonError::into_inner);
        if !waited.timed_out() {
            let why = *said;
            if why == Woken::Poked {
                *said = Woken::Timeout;
            }
            return Ok(why);
        }
        Ok(if timeout.is_some_and(|timeout| timeout <= TENTH) {
            Woken::Timeout
        } else {
            Woken::Changed
        })
    }
}
