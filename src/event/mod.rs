//! Everything that ever becomes visible. Plain data: made by the rooms above, shown by `view`.
//! With `--json` an event is one line; the field names here are that public interface.

pub mod compare;
pub mod lab;
pub mod packet;

use crate::errno::Errno;
pub use crate::lang::state::TcpState;
pub use crate::sys::addr::{Addr, push_inet};
use serde::Serialize;
use std::borrow::Cow;
use std::sync::Arc;

/// Something happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// Seconds since the session began.
    pub t: f64,
    /// The laboratory host it happened on, where there is a laboratory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The socket's name in the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket: Option<Arc<str>>,
    /// The socket's descriptor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fd: Option<i32>,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum What {
    /// A system call returned, or sleeps.
    Syscall(Syscall),
    /// The kernel's books changed.
    State(Change),
    /// Bytes arrived.
    Data(Data),
    /// A blocked call began, ended or was cancelled.
    Job(Job),
    /// Words about what happened.
    Explain(Explanation),
    /// An `expect` was judged.
    Expect(Verdict),
    /// A line could not be understood, or cannot be done.
    Error(Complaint),
    /// A packet moved on a laboratory's wire, or was stopped there.
    Packet(Box<packet::Packet>),
    /// A statement was done on both sides of a comparison. In JSON each inner event is a line of its own, with `side`.
    Compared(Box<compare::Compared>),
    /// The answer to a question (`print`, `ls`, `help`, `who` …).
    Answer(Answer),
}

/// A system call, or a library call such as htons(3) that makes none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Syscall {
    /// The system call's name (`sendto` for a `send`, as strace has it).
    pub name: &'static str,
    /// The command that was typed (`send`).
    pub command: &'static str,
    /// The whole call in strace's notation, result included; ` = ?` where it has not returned.
    pub text: String,
    /// What it returned; `None` while it sleeps, 0 for a library call that gives text.
    pub ret: Option<i64>,
    /// The errno of a failed one.
    pub errno: Option<Errno>,
    /// True for a library call: htons, inet_pton, getaddrinfo. System calls that it makes are not shown.
    pub library: bool,
}

/// One thing that changed in the kernel's books. `socket` and `fd` of the event say whose.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The TCP state before; `None` for a new socket and where it did not change.
    pub from: Option<TcpState>,
    /// The TCP state now; `None` where only queues changed. For a connection whose socket is closed it comes from sock_diag.
    pub to: Option<TcpState>,
    /// Now the local address, where it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<Addr>,
    /// Now the peer's address, where it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<Addr>,
    /// Connections waiting for accept now, where it changed, and the limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backlog: Option<(u32, u32)>,
    /// Bytes waiting to be received now, where it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recvq: Option<u64>,
    /// Bytes sent and not yet acknowledged now, where it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sendq: Option<u64>,
    /// True where the session's own call did not cause it.
    pub by_network: bool,
    /// True where no descriptor refers to it any more (FIN_WAIT2, TIME_WAIT … after close).
    pub closed: bool,
}

/// Bytes that arrived.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Data {
    /// The bytes as escaped text, cut at a limit.
    pub bytes: String,
    /// How many arrived in all.
    pub len: usize,
    /// How many of them `bytes` has, where it is cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<usize>,
    /// From whom, for a datagram.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Addr>,
}

/// A call on a thread of its own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Job {
    /// Its number.
    pub n: u32,
    /// `blocked`, `done`, `cancelled`, `left`.
    pub status: JobStatus,
    /// The call as typed in canonical form (`accept s`).
    pub call: String,
    /// Where the thread sleeps (`accept()`).
    pub sleeps_in: String,
}

/// What became of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum JobStatus {
    /// The thread sleeps in the call.
    Blocked,
    /// The call returned.
    Done,
    /// The call was interrupted on request, and returned EINTR.
    Cancelled,
    /// The session ended while it slept.
    Left,
}

/// Words about what happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// What the words are about: a topic's id (`bind`, `EADDRINUSE`).
    pub topic: Cow<'static, str>,
    /// The words, plain text, one paragraph an entry.
    pub text: Vec<Cow<'static, str>>,
    /// For an error: what to try.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// `warn` (any-address), `error` (why it failed), `info`.
    pub tone: Tone,
}

/// How an explanation is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// What a call did.
    Info,
    /// Something to be careful about.
    Warn,
    /// Why a call failed.
    Error,
}

/// An `expect`, judged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// The claim in canonical form (`state s LISTEN`).
    pub claim: String,
    /// Whether it holds.
    pub holds: bool,
    /// What was found instead.
    pub found: String,
    /// Why that may be; empty where it holds.
    pub why: String,
}

/// A line that could not be understood or done. Nothing was called.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Complaint {
    /// What is wrong.
    pub message: String,
    /// The source line.
    pub source: String,
    /// The place in `source`: byte offsets, end exclusive.
    pub span: (usize, usize),
    /// What was expected there.
    pub expected: Vec<String>,
    /// What to type instead.
    pub help: Vec<String>,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "answer", rename_all = "lowercase")]
pub enum Answer {
    /// Plain lines (`print`, `x`, remarks).
    Text {
        /// The lines, already escaped.
        text: String,
        /// A wait begins that may be long, so that this is told before it ends.
        #[serde(skip)]
        waits: bool,
    },
    /// `ls`
    Sockets {
        /// One a socket.
        sockets: Vec<SocketRow>,
    },
    /// `jobs`
    Jobs {
        /// One a job that still sleeps.
        jobs: Vec<Job>,
    },
    /// `state s`
    Diagram {
        /// Whose.
        name: String,
        /// The states it went through, the present one last.
        way: Vec<TcpState>,
    },
    /// `getsockopt s`
    Options {
        /// One an option.
        options: Vec<OptionRow>,
    },
    /// TCP_INFO and other small tables of name, value, meaning.
    Fields {
        /// The heading.
        title: String,
        /// Rows.
        fields: Vec<OptionRow>,
    },
    /// `who PORT`
    Holders {
        /// The port asked for.
        port: u16,
        /// One a socket on that port.
        holders: Vec<Holder>,
    },
    /// `explain TOPIC`: Markdown.
    Topic {
        /// The topic's id.
        topic: String,
        /// Its Markdown.
        markdown: String,
    },
    /// `help` and other two-column lists, in groups.
    List {
        /// The groups, each a heading and its rows.
        groups: Vec<(String, Vec<(String, String)>)>,
    },
    /// Markdown from a lesson.
    Lesson {
        /// Its Markdown.
        markdown: String,
    },
    /// `packet N`
    Anatomy(Box<packet::Anatomy>),
    /// `ladder`
    Ladder(packet::Ladder),
    /// `flows`
    Flows {
        /// One a conversation.
        flows: Vec<packet::Flow>,
    },
    /// `lab`
    Lab {
        /// One a host.
        hosts: Vec<lab::Host>,
        /// What the wire does, in words: `flows, loses 30% (seed 7)`.
        wire: String,
    },
    /// `wire`: what it holds.
    Held {
        /// The packets by number, with how long each has waited.
        packets: Vec<packet::Packet>,
    },
    /// `wire log`: what crossed, oldest first.
    Log {
        /// The packets, each with what became of it.
        packets: Vec<packet::Packet>,
    },
    /// `doctor`
    Checks {
        /// One a thing that the laboratory needs.
        checks: Vec<lab::Check>,
    },
    /// `score`
    Score {
        /// One a side of the comparison.
        sides: Vec<compare::Side>,
    },
}

/// One line of `ls`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SocketRow {
    /// Its name.
    pub name: String,
    /// Its descriptor; `None` where it is closed and only the kernel still knows the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fd: Option<i32>,
    /// Its host, where there is a laboratory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// `tcp`, `udp`, `tcp6`, `udp6`, `unix-stream`, `unix-dgram` …
    pub proto: String,
    /// Its local address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<Addr>,
    /// Its peer's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<Addr>,
    /// Its TCP state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<TcpState>,
    /// Bytes waiting to be received; for a listener, connections waiting for accept.
    pub recvq: u64,
    /// Bytes not yet acknowledged; for a listener, the backlog's limit.
    pub sendq: u64,
    /// Ready for: `r`, `w`, `x`; a dash where not (`-w-`).
    pub ready: String,
    /// The number of the job that sleeps on it; of several the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<u32>,
    /// The numbers of all jobs that sleep on it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<u32>,
    /// True for the socket that `.` names.
    pub last: bool,
}

/// A name, its value and its meaning.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OptionRow {
    /// `SO_REUSEADDR`
    pub name: String,
    /// `1`
    pub value: String,
    /// In words.
    pub meaning: String,
}

/// Who holds a port.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Holder {
    /// `tcp`, `udp`, `tcp6`, `udp6`.
    pub proto: String,
    /// Its local address.
    pub local: Addr,
    /// Its peer's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<Addr>,
    /// Its TCP state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<TcpState>,
    /// The session's own socket of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket: Option<String>,
    /// The process, where this user may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// The process's command name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
    /// The user id that opened it.
    pub uid: u32,
    /// Whether a descriptor refers to it: not yet where it waits for accept(), not any more where it was closed.
    pub owned: bool,
    /// An IPv6 socket without a connection that takes no IPv4 (IPV6_V6ONLY).
    pub v6only: bool,
}
