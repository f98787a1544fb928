//! What the shell and the helper process say to each other: one JSON object a message, at most [`LIMIT`] bytes.

use serde::{Deserialize, Serialize};

/// The longest message, in bytes.
pub(super) const LIMIT: usize = 16 * 1024;

/// The first message: the helper's, with the TUN descriptors in the order of the hosts.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Ready {
    /// The hosts are up.
    Up {
        /// What could not be set, and matters little: one line each.
        notes: Vec<String>,
    },
    /// There is no laboratory.
    Failed(Failure),
}

/// What failed, and with which errno.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Failure {
    pub step: Step,
    pub errno: i32,
}

/// A step on the way to a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Step {
    /// unshare(2), `CLONE_NEWUSER`.
    Users,
    /// Writing this file of `/proc/self`: `setgroups`, `uid_map`, `gid_map`.
    Map(String),
    /// unshare(2), `CLONE_NEWNET`.
    Network,
    /// open(2) of `/dev/net/tun`.
    OpenTun,
    /// ioctl(2), `TUNSETIFF`.
    MakeTun,
    /// Writing this sysctl.
    Sysctl(String),
    /// Giving an interface what it needs, in words.
    Interface(String),
}

/// A request, with a number that its answer repeats.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Request {
    pub n: u64,
    pub host: usize,
    pub what: What,
}

/// What is wanted of a host.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum What {
    /// socket(2); answered with [`Answer::Descriptor`], and with [`Answer::Done`] once the helper's own copy is closed.
    Socket {
        domain: i32,
        kind: i32,
        protocol: i32,
    },
    /// The MTU of the wire's device, in bytes; answered with [`Answer::Done`].
    Mtu(u32),
    /// A sysctl's value (`net.ipv4.tcp_syn_retries`); answered with [`Answer::Text`].
    Read(String),
}

/// The answer to a request.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Reply {
    pub n: u64,
    pub answer: Answer,
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// It is done.
    Done,
    /// One descriptor comes with this message.
    Descriptor,
    /// What was read.
    Text(String),
    /// This errno.
    Failed(i32),
}
