//! How long a call may sleep, which what is set when it begins decides, and how long it took.

use super::Session;
use super::jobs::Work;
use super::outcome::Done;
use super::table::SocketId;
use crate::sys::call;
use socket2::SockRef;
use std::io;
use std::time::{Duration, Instant};

/// How long calls on a socket may sleep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Patience {
    /// O_NONBLOCK is set.
    pub nonblocking: bool,
    /// SO_RCVTIMEO, where it is not 0; zero where it was set to a negative time, with which no call waits.
    pub receive: Option<Duration>,
    /// The same of SO_SNDTIMEO.
    pub send: Option<Duration>,
}

/// When a call was made, and what it was allowed.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// Before it was made.
    pub began: Instant,
    /// When it had returned.
    pub ended: Instant,
    /// How long it could sleep, where it has slept: that may be set anew since.
    pub patience: Option<Patience>,
}

impl Timing {
    /// Of a call that has returned this moment.
    pub(super) fn now() -> Self {
        let now = Instant::now();
        Self {
            began: now,
            ended: now,
            patience: None,
        }
    }
}

/// The call, which notes when it began.
pub(super) fn timed(perform: Work) -> Work {
    Box::new(move || {
        let began = Instant::now();
        let mut performed = perform();
        performed.timing.began = began;
        performed
    })
}

impl Session {
    /// How long a call on this socket may sleep now.
    pub(super) fn patience(&self, id: Option<SocketId>) -> Patience {
        let socket = id.and_then(|id| self.table.get(id));
        let Some(socket) = socket.filter(|socket| !socket.closed) else {
            return Patience::default();
        };
        let fd = call::borrowed(socket.fd);
        let options = SockRef::from(&fd);
        let limit = |side: usize, time: io::Result<Option<Duration>>| match socket.impatient[side] {
            true => Some(Duration::ZERO),
            false => time.ok().flatten(),
        };
        Patience {
            nonblocking: socket.nonblocking,
            receive: limit(0, options.read_timeout()),
            send: limit(1, options.write_timeout()),
        }
    }

    /// How long a call that has returned could sleep.
    pub fn patience_of(&self, done: &Done) -> Patience {
        let then = done.timing.patience;
        then.unwrap_or_else(|| self.patience(done.socket))
    }
}
