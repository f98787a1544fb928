//! Packets of the machine's own network, where the user may capture: packet(7). There is no wire to hold here; they are
//! numbered, remembered and told.

use super::crossed::Crossed;
use super::log::Bounds;
use super::once::Once;
use super::route::Station;
use super::run::News;
use super::state::State;
use super::tell;
use crate::event::packet::Packet;
use crate::lang::order::HOSTS;
use crate::packet::{Parsed, Way, parse, quoted};
use crate::sys::capture;
use crate::sys::high::raise;
use crate::sys::worker;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::pipe;
use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// The largest IP packet.
const LARGEST: usize = 65_535;

/// How long a watching thread leaves others in peace once it has called: the machine's network may never be quiet.
const PAUSE: Duration = Duration::from_millis(50);

/// The ports of this session's sockets.
pub type Ports = HashMap<u16, Side>;

/// Which side of its TCP connections a port is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// None is known to be served there.
    Client,
    /// It listens, or its connections came from accept.
    Server,
}

/// A capture that is on.
pub struct Tap {
    inner: Mutex<Inner>,
    watch: Option<Watch>,
}

/// A thread that calls when packets have come.
struct Watch {
    /// A pipe: once this end is closed, the other wakes the thread, which ends.
    open: Option<OwnedFd>,
    thread: Option<JoinHandle<()>>,
}

/// What was captured since somebody asked.
#[derive(Debug)]
pub struct Seen {
    /// The packets, in the order in which they came.
    pub packets: Vec<Packet>,
    /// How many before them were forgotten because nobody had asked.
    pub untold: u64,
    /// How many the kernel dropped, of whichever conversation.
    pub missed: u32,
}

struct Inner {
    socket: Arc<OwnedFd>,
    buffer: Box<[u8]>,
    once: Once,
    state: State,
}

impl Tap {
    /// Begins to capture on every interface.
    ///
    /// # Errors
    /// `EPERM` without CAP_NET_RAW, `ENOSYS` where the system has no packet(7).
    pub fn open() -> io::Result<Self> {
        let socket = raise(capture::open()?)?;
        // Who began a conversation, and who answered: the hosts may both be this machine.
        let side = |name: &str| Station {
            name: name.to_owned(),
            v4: Ipv4Addr::UNSPECIFIED,
            v6: Ipv6Addr::UNSPECIFIED,
        };
        let inner = Inner {
            socket: Arc::new(socket),
            buffer: vec![0; LARGEST].into(),
            once: Once::default(),
            state: State::new(HOSTS.map(side).to_vec()),
        };
        Ok(Self {
            inner: Mutex::new(inner),
            watch: None,
        })
    }

    /// What to call, from a thread of its own, when [`Tap::moved`] may tell something.
    ///
    /// # Errors
    /// Where the system gives no pipe or no thread.
    pub fn on_news(&mut self, news: News) -> io::Result<()> {
        let (over, open) = pipe()?;
        let (over, open) = (raise(over)?, raise(open)?);
        let socket = Arc::clone(&self.inner().socket);
        let watch = move || {
            worker::block_signals();
            while rings(&socket, &over) {
                news();
            }
        };
        self.watch = Some(Watch {
            open: Some(open),
            thread: Some(worker::start("capture", watch)?),
        });
        Ok(())
    }

    /// How much of the past is kept.
    pub fn set_bounds(&self, bounds: Bounds) {
        self.inner().state.log.set_bounds(bounds);
    }

    /// What has been seen since this was last asked, of conversations with a port of this session. The others are not kept.
    pub fn moved(&self, own: &Ports) -> Seen {
        let mut inner = self.inner();
        inner.read_all(own);
        let moved: Vec<_> = inner.state.untold.drain(..).collect();
        let each = moved.into_iter();
        Seen {
            packets: each
                .filter_map(|moved| tell::moved(&inner.state, moved))
                .collect(),
            untold: std::mem::take(&mut inner.state.skipped),
            missed: capture::missed(&inner.socket),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn read_all(&mut self, own: &Ports) {
        loop {
            match capture::next(&self.socket, &mut self.buffer) {
                Ok(captured) => {
                    let bytes = &self.buffer[..captured.len];
                    let parsed = parse(bytes);
                    if of_a_port(bytes, &parsed, own) && self.once.shows(&parsed, captured.place) {
                        let at = captured.at.saturating_sub(self.state.began_at);
                        let way = way(&parsed, own);
                        self.state.see(at, bytes, parsed, way);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // EAGAIN; ENETDOWN where an interface went away.
                Err(_) => return,
            }
        }
    }
}

impl Crossed for Tap {
    fn read(&self, see: &mut dyn FnMut(&State)) {
        see(&self.inner().state);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.open.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing more to say.
            let _ = thread.join();
        }
    }
}

/// Sleeps until a packet has come, at the earliest when the pause since the last one is over. False at the end.
fn rings(socket: &OwnedFd, over: &OwnedFd) -> bool {
    let pause = PollTimeout::try_from(PAUSE).unwrap_or(PollTimeout::ZERO);
    let ended = || PollFd::new(over.as_fd(), PollFlags::POLLIN);
    let came = || PollFd::new(socket.as_fd(), PollFlags::POLLIN);
    sleep(&mut [ended()], pause) == Some(0)
        && sleep(&mut [ended(), came()], PollTimeout::NONE).is_some()
        && sleep(&mut [ended()], PollTimeout::ZERO) == Some(0)
}

/// poll(2): how many of them are ready.
fn sleep(fds: &mut [PollFd<'_>], timeout: PollTimeout) -> Option<i32> {
    loop {
        match poll(fds, timeout) {
            Err(Errno::EINTR) => {}
            ready => return ready.ok(),
        }
    }
}

/// Whether a packet, or the one that an ICMP error quotes, has such a port.
fn of_a_port(bytes: &[u8], parsed: &Parsed, own: &Ports) -> bool {
    let ports = |parsed: &Parsed| {
        let one = |(src, dst)| own.contains_key(&src) || own.contains_key(&dst);
        parsed.ports.is_some_and(one)
    };
    ports(parsed) || quoted(bytes, parsed).is_some_and(|(_, inner)| ports(&inner))
}

/// Which way a packet goes, as this session knows of its ends.
fn way(parsed: &Parsed, own: &Ports) -> Way {
    let [src, dst] = match parsed.ports {
        Some((src, dst)) => [src, dst].map(|port| own.get(&port)),
        None => [None; 2],
    };
    match (src, dst) {
        (Some(Side::Server), _) | (None, Some(Side::Client)) => Way::ToClient,
        _ => Way::ToServer,
    }
}
