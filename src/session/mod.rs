//! The student's session: sockets under their names, and the calls made on them. A statement is made ready
//! ([`Session::prepare`]), made ([`Session::make`]), and what came of it is learned. Nothing here prints or explains.

mod address;
mod apply;
mod connect;
mod data;
mod encode;
mod eval;
mod fcntl;
mod finish;
mod jobs;
mod learn;
mod limit;
mod look;
mod make;
mod naming;
mod network;
mod notation;
mod operators;
mod options;
mod outcome;
mod pack;
mod patience;
mod policy;
mod prepared;
mod promptness;
mod resolve;
mod structure;
mod table;
mod talk;
mod tcp_info;
mod value;
mod watch;

#[cfg(test)]
mod tests;

pub use eval::Target;
pub use jobs::{Interrupt, News};
pub use limit::Limit;
pub use network::{Machine, Network};
pub use outcome::{Done, Step, Wait};
pub use patience::Patience;
pub use policy::Policy;
pub use prepared::{Asked, Because, Prepared, Promptness, Refusal};
pub use table::{Made, Socket, SocketId};
pub use value::Value;

use crate::errno::Errno;
use crate::lang::ast::{Arg, Call, Expr};
use jobs::Jobs;
use network::Networks;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::{Duration, Instant};
use table::Table;

/// Domain, type and protocol of a socket by their C names.
pub fn names_of([domain, kind, protocol]: [i32; 3]) -> [String; 3] {
    [
        notation::domain(domain),
        notation::kind(kind),
        notation::protocol(domain, protocol),
    ]
    .map(Cow::into_owned)
}

/// The flags of send(2) and recv(2) by their C names, joined with `|`.
pub fn msg_flags(flags: i32) -> String {
    notation::msg_flags(flags).into_owned()
}

/// Why a call was not made.
#[derive(Debug, PartialEq)]
pub enum NotYet {
    /// It cannot be made.
    Refused(Refusal),
    /// It needs the result of this job, which still sleeps.
    Pending(u32),
}

impl From<Refusal> for NotYet {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// What makes a call ready.
type Primitive = fn(&mut Session, &Call) -> Result<Prepared, NotYet>;

/// The primitives: one function for each entry of the table of commands that is one.
const PRIMITIVES: &[(&str, Primitive)] = &[
    ("socket", make::socket),
    ("socketpair", make::socketpair),
    ("bind", naming::bind),
    ("getsockname", naming::getsockname),
    ("getpeername", naming::getpeername),
    ("listen", connect::listen),
    ("accept", connect::accept),
    ("connect", connect::connect),
    ("send", talk::send),
    ("sendall", talk::sendall),
    ("sendto", talk::sendto),
    ("write", talk::write),
    ("recv", talk::recv),
    ("recvfrom", talk::recvfrom),
    ("read", talk::read),
    ("shutdown", finish::shutdown),
    ("close", finish::close),
    ("getsockopt", options::getsockopt),
    ("setsockopt", options::setsockopt),
    ("nonblock", fcntl::nonblock),
    ("poll", watch::poll),
    ("select", watch::select),
    ("gethostname", resolve::gethostname),
    ("gethostbyname", resolve::gethostbyname),
    ("getaddrinfo", resolve::getaddrinfo),
    ("inet_pton", resolve::inet_pton),
    ("inet_ntop", resolve::inet_ntop),
    ("htons", resolve::htons),
    ("ntohs", resolve::ntohs),
    ("htonl", resolve::htonl),
    ("ntohl", resolve::ntohl),
    ("strerror", resolve::strerror),
    ("perror", resolve::perror),
];

/// A session.
pub struct Session {
    table: Table,
    vars: BTreeMap<String, Value>,
    jobs: Jobs,
    waiting: BTreeMap<u32, outcome::Waiting>,
    networks: Networks,
    policy: Policy,
    timeout: Duration,
    interrupt: Interrupt,
    last: Option<SocketId>,
    /// The names whose values came from a call that slept, or are to come from one, each with its job.
    job_of: BTreeMap<String, u32>,
    last_errno: Option<Errno>,
    hidden: usize,
    /// Names that went to something else, with what the open sockets that had them are called now.
    displaced: Vec<(String, String)>,
    since: Instant,
    /// Domain and type of a socket for which none are given, where that is not for the student to say.
    usual: Option<[i32; 2]>,
}

/// What a socket is called whose name went to something else.
fn displaced(socket: &Socket) -> String {
    format!("fd{}", socket.fd)
}

impl Session {
    /// A fresh session on this network.
    pub fn new(network: Box<dyn Network>, policy: Policy, timeout: Duration) -> Self {
        let jobs = Jobs::new();
        Self {
            table: Table::default(),
            vars: BTreeMap::new(),
            interrupt: jobs.interrupt_flag(),
            jobs,
            waiting: BTreeMap::new(),
            networks: Networks::new(network),
            policy,
            timeout,
            last: None,
            job_of: BTreeMap::new(),
            last_errno: None,
            hidden: 0,
            displaced: Vec::new(),
            since: Instant::now(),
            usual: None,
        }
    }

    /// Makes a call ready.
    ///
    /// # Errors
    /// Where it cannot be made, or needs a result that is not there yet.
    pub fn prepare(&mut self, call: &Call) -> Result<Prepared, NotYet> {
        let found = PRIMITIVES
            .iter()
            .find(|(name, _)| *name == call.command.name);
        let Some((_, primitive)) = found else {
            return Err(Refusal::new(format!("`{}` is no system call", call.command.name)).into());
        };
        let mut prepared = primitive(self, call)?;
        if prepared.socket.is_none()
            && let Some(expr) = call.expr("sockfd")
        {
            prepared.asked.fd = Some(self.target(expr)?.fd);
        }
        Ok(prepared)
    }

    /// Goes on where another session ended: under its limits, by its clock, with its Ctrl-C.
    pub fn take_over(&mut self, ended: &Self) {
        self.policy = ended.policy.clone();
        self.since = ended.since;
        self.interrupt = ended.interrupt.clone();
        self.jobs.set_interrupt(ended.interrupt.clone());
    }

    /// The hosts of a laboratory that came up; none where it went down.
    pub fn set_hosts(&mut self, hosts: Vec<Box<dyn Network>>) {
        self.networks.set_hosts(hosts);
    }

    /// Where the next statement runs: the label of a laboratory host, `None` on the machine itself.
    pub fn here(&self) -> Option<String> {
        self.networks.here().label()
    }

    /// The label of the laboratory host with this address.
    pub fn host_at(&self, ip: std::net::IpAddr) -> Option<String> {
        self.networks.at(ip).and_then(Network::label)
    }

    /// From now on statements run on this host (`None`: on the machine itself). False where there is no such host.
    pub fn go(&mut self, host: Option<&str>) -> bool {
        self.networks.go(host)
    }

    /// What may be reached, and how long a script waits.
    pub fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
    }

    /// Whether what runs next is typed by a person, who may use any file, in a lesson too.
    pub fn set_own_files(&mut self, own: bool) {
        self.policy.set_own_files(own);
    }

    /// Domain and type that `socket` alone makes from now on.
    pub fn set_usual(&mut self, usual: [i32; 2]) {
        self.usual = Some(usual);
    }

    /// How long a call may take before it is called blocked.
    pub fn set_grace(&mut self, grace: Duration) {
        self.jobs.grace = grace;
    }

    /// The longest wait for a pending result.
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = timeout;
    }

    /// Seconds since the session began.
    pub fn seconds_since_start(&self) -> f64 {
        self.since.elapsed().as_secs_f64()
    }

    /// A value under a name, as after `x = 3`.
    pub fn assign(&mut self, name: &str, value: Value) {
        // `errno = 0;` before a call, as man pages advise.
        if self.is_errno(name)
            && let Value::Int(n) = value
            && let Ok(n) = i32::try_from(n)
        {
            self.last_errno = (n != 0).then_some(Errno(n));
            return;
        }
        self.job_of.remove(name);
        let Some(place) = self.vars.get_mut(name) else {
            self.vars.insert(name.to_owned(), value);
            return;
        };
        let before = std::mem::replace(place, value);
        if let Value::Socket(old) = before
            && *place != before
            && let Some(socket) = self.table.get_mut(old)
            && *socket.name == *name
        {
            // The name goes to something else; the socket stays, under its number.
            let now = displaced(socket);
            socket.name = now.as_str().into();
            if !socket.closed {
                self.displace(name, now, old);
            }
        }
    }

    /// A name goes back to what it stood for, where it stands for nothing: a socket that lost it is shown under it again.
    fn give_back(&mut self, name: String, value: Value) {
        let Entry::Vacant(place) = self.vars.entry(name) else {
            return;
        };
        if let Value::Socket(id) = value
            && let Some(socket) = self.table.get_mut(id)
            && *socket.name == *displaced(socket)
        {
            socket.name = place.key().as_str().into();
        }
        if let Value::Pending(job, _) = &value {
            // What a call that has returned meanwhile gave went elsewhere: waiting for it would have no end.
            if !self.waiting.contains_key(job) {
                return;
            }
            self.job_of.insert(place.key().clone(), *job);
        }
        place.insert(value);
    }

    /// An open socket lost its name: `now` can be typed from here on, unless it stands for something that is still of use.
    fn displace(&mut self, name: &str, now: String, socket: SocketId) {
        let of_use = match self.vars.get(&now) {
            Some(Value::Socket(id)) => self.table.get(*id).is_some_and(|socket| !socket.closed),
            Some(_) => true,
            None => false,
        };
        if !of_use {
            self.vars.insert(now.clone(), Value::Socket(socket));
        }
        self.displaced.push((name.to_owned(), now));
    }

    /// The names that went from an open socket to something else since last asked, with what the socket is called now.
    pub fn displaced(&mut self) -> Vec<(String, String)> {
        std::mem::take(&mut self.displaced)
    }

    /// A required argument; the parser has seen to it that it is there.
    fn need<'a>(call: &'a Call, param: &str) -> Result<&'a Arg, Refusal> {
        call.arg(param)
            .ok_or_else(|| Refusal::new(format!("`{}` needs {param}", call.command.name)))
    }

    /// The socket that a call is made on.
    fn sock(&self, call: &Call) -> Result<Target, NotYet> {
        let arg = Self::need(call, "sockfd")?;
        self.at(arg, self.target(&arg.value))
    }

    /// Puts the argument's place on a refusal.
    fn at<T>(&self, arg: &Arg, result: Result<T, NotYet>) -> Result<T, NotYet> {
        result.map_err(|not_yet| match not_yet {
            NotYet::Refused(refusal) => NotYet::Refused(refusal.at(arg.span)),
            pending => pending,
        })
    }

    /// Evaluates an argument by `with`, with its place on a refusal.
    fn arg<'a, T>(
        &'a self,
        call: &Call,
        param: &str,
        with: impl FnOnce(&'a Self, &Expr) -> Result<T, NotYet>,
    ) -> Result<T, NotYet> {
        let arg = Self::need(call, param)?;
        self.at(arg, with(self, &arg.value))
    }

    /// The same for an argument that may be absent.
    fn maybe<'a, T>(
        &'a self,
        call: &Call,
        param: &str,
        with: impl FnOnce(&'a Self, &Expr) -> Result<T, NotYet>,
    ) -> Result<Option<T>, NotYet> {
        match call.arg(param) {
            Some(arg) => self.at(arg, with(self, &arg.value)).map(Some),
            None => Ok(None),
        }
    }
}
