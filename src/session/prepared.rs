//! A call that is ready to be made: everything is known but what the kernel will say.

use super::limit::Limit;
use super::notation::Asleep;
use super::patience::Timing;
use super::table::SocketId;
use super::value::Value;
use crate::errno::Errno;
use crate::event::{Addr, Answer, Syscall};
use crate::lang::ast::Span;
use std::os::fd::RawFd;

/// A call ready to be made, on whichever thread.
pub struct Prepared {
    /// The command (`accept`).
    pub command: &'static str,
    /// The socket it is made on.
    pub socket: Option<SocketId>,
    /// The call while it sleeps.
    pub asleep: Asleep,
    /// Whether it can sleep.
    pub promptness: Promptness,
    /// Makes the call.
    pub perform: Box<dyn FnOnce() -> Performed + Send>,
    /// What the session learns where the call succeeds.
    pub effect: Effect,
    /// What was asked for, to explain a failure with.
    pub asked: Asked,
}

/// The arguments of a call that an explanation may need.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asked {
    /// The descriptor, where it is no socket of the session.
    pub fd: Option<RawFd>,
    /// The address.
    pub addr: Option<Addr>,
    /// How many bytes to send.
    pub sent: Option<usize>,
    /// How many bytes to receive at most.
    pub room: Option<usize>,
    /// The flags.
    pub flags: i32,
    /// The option's name, and its value as shown.
    pub option: Option<(&'static str, String)>,
    /// Domain, type and protocol of a new socket.
    pub socket: Option<[i32; 3]>,
    /// The sockets that poll(2) or select(2) watches, each with its events.
    pub watched: Vec<(SocketId, i16)>,
    /// How long it sleeps at most.
    pub limit: Option<Limit>,
}

/// Whether a call returns at once.
#[derive(Debug, Clone, PartialEq)]
pub enum Promptness {
    /// It cannot sleep.
    AtOnce,
    /// It does not sleep where poll(2) finds one of these events on this descriptor.
    When(RawFd, i16),
    /// What it waits for is there: it does not sleep, unless another call on its socket does already.
    Ready,
    /// It does not sleep where this listener of the session has room in its accept queue.
    Room(RawFd),
    /// It may sleep.
    Unknown,
}

/// A call that was made.
#[derive(Debug)]
pub struct Performed {
    /// The system calls, in order; most calls are one.
    pub calls: Vec<Syscall>,
    /// What came of it.
    pub result: Result<Yield, Errno>,
    /// When it was made.
    pub timing: Timing,
}

/// What a successful call gave.
#[derive(Debug)]
pub enum Yield {
    /// Nothing but its return value.
    Nothing,
    /// A number, as `send` gives.
    Number(i64),
    /// A value.
    Value(Value),
    /// A new descriptor, of this domain, type and protocol.
    Descriptor(RawFd, [i32; 3]),
    /// A new descriptor of a connection, and its peer.
    Connection(RawFd, Option<Addr>),
    /// Two new descriptors.
    Pair(RawFd, RawFd, [i32; 3]),
    /// Bytes received, and from whom.
    Bytes(Vec<u8>, Option<Addr>),
    /// An answer to be shown as a table, and its value.
    Answer(Answer, Value),
}

/// What the session learns from a call that succeeded.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Nothing.
    Nothing,
    /// The socket was bound to this address.
    Bound(Addr),
    /// The socket listens.
    Listening,
    /// The socket was connected to this address (or, for datagrams, has a default peer).
    Connected(Addr),
    /// A direction was shut down (`SHUT_…`).
    Shut(i32),
    /// The descriptor is closed.
    Closed,
    /// `O_NONBLOCK` is now set, or not.
    NonBlocking(bool),
    /// SO_REUSEADDR is now set, or not.
    Reuse(bool),
    /// SO_RCVTIMEO (0) or SO_SNDTIMEO (1) is now a negative time, or not.
    Impatient(usize, bool),
    /// SO_REUSEPORT is now set, or not.
    SharesPort(bool),
    /// SO_LINGER has this many seconds now; `None` where it is off.
    Lingers(Option<i32>),
}

/// A call that is not made: a name is unknown, a value does not fit. Nothing happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// What is wrong.
    pub message: String,
    /// What to type instead.
    pub help: Vec<String>,
    /// Where; the whole statement where absent.
    pub span: Option<Span>,
    /// What stood in the way.
    pub because: Because,
}

/// What stood in the way of a call that is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Because {
    /// The statement itself.
    #[default]
    Statement,
    /// A call inside it, which failed.
    Failure,
    /// A call that still sleeps.
    Sleeper,
}

impl Refusal {
    /// With a message alone.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: Vec::new(),
            span: None,
            because: Because::Statement,
        }
    }

    /// Because of another call.
    #[must_use]
    pub fn because(mut self, because: Because) -> Self {
        self.because = because;
        self
    }

    /// And with what to type instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// At this place, where none is set yet.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }
}

impl Performed {
    /// One call that returned.
    pub fn one(call: Syscall, result: Result<Yield, Errno>) -> Self {
        Self::several(vec![call], result)
    }

    /// Several of which the last has just returned.
    pub fn several(calls: Vec<Syscall>, result: Result<Yield, Errno>) -> Self {
        Self {
            calls,
            result,
            timing: Timing::now(),
        }
    }
}
