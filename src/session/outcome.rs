//! Making a call, and learning from what came of it.

use super::jobs::{Outcome, Waited};
use super::prepared::{Asked, Effect, Performed, Prepared, Promptness, Refusal, Yield};
use super::table::{Made, SocketId};
use super::value::Value;
use super::{NotYet, Session};
use crate::errno::Errno;
use crate::event::{Addr, Answer, Syscall, TcpState};
use crate::lang::ast::Dialect;
use crate::sys::call;
use std::os::fd::RawFd;
use std::time::Instant;

/// How a call went.
#[derive(Debug)]
pub enum Step {
    /// It returned.
    Done(Box<Done>),
    /// It sleeps, as this job.
    Asleep {
        /// The job's number.
        job: u32,
        /// The call so far.
        call: Syscall,
        /// The socket it sleeps on.
        socket: Option<SocketId>,
    },
}

/// A call that returned, and what the session learned.
#[derive(Debug)]
pub struct Done {
    /// The job that it was, where it had slept.
    pub job: Option<u32>,
    /// The command.
    pub command: &'static str,
    /// As typed, in canonical form.
    pub typed: String,
    /// The system calls, until they are told.
    pub calls: Vec<Syscall>,
    /// What the last of them returned.
    pub ret: Option<i64>,
    /// The value, or the errno.
    pub result: Result<Value, Errno>,
    /// The socket it was made on.
    pub socket: Option<SocketId>,
    /// Sockets that it opened.
    pub opened: Vec<SocketId>,
    /// The socket that it closed.
    pub closed: Option<SocketId>,
    /// What arrived, and from whom.
    pub data: Option<(Vec<u8>, Option<Addr>)>,
    /// A table to show.
    pub answer: Option<Answer>,
    /// True where the shell woke it.
    pub cancelled: bool,
    /// What was asked for.
    pub asked: Asked,
}

/// What the session must know when a sleeping call returns.
#[derive(Debug)]
pub struct Waiting {
    meta: Meta,
    asleep: Syscall,
    cancelled: bool,
}

impl Waiting {
    /// One more name takes the result. Several names on the left already share it out among them.
    pub(super) fn also(&mut self, name: &str) {
        if self.meta.targets.is_empty() {
            self.meta.targets.push(Some(name.to_owned()));
        }
    }
}

/// All of a prepared call but the call itself.
#[derive(Debug)]
struct Meta {
    command: &'static str,
    typed: String,
    socket: Option<SocketId>,
    effect: Effect,
    targets: Vec<Option<String>>,
    dialect: Dialect,
    asked: Asked,
}

/// How a wait for a job ended.
#[derive(Debug)]
pub enum Wait {
    /// A job returned: this one, or another.
    Done(Box<Done>),
    /// Nothing returned in time.
    TimedOut,
    /// Ctrl-C.
    Interrupted,
}

impl Session {
    /// Makes a prepared call: here where it cannot sleep, otherwise on a thread of its own.
    /// `targets` are the names that take the result, `typed` the statement in canonical form.
    ///
    /// # Errors
    /// Where the system gives no thread to sleep in.
    pub fn make(
        &mut self,
        prepared: Prepared,
        targets: &[Option<String>],
        typed: &str,
        dialect: Dialect,
    ) -> Result<Step, Refusal> {
        let at_once = self.returns_at_once(&prepared);
        let Prepared {
            command,
            socket,
            asleep,
            perform,
            effect,
            asked,
            ..
        } = prepared;
        let meta = Meta {
            command,
            typed: typed.to_owned(),
            socket,
            effect,
            targets: targets.to_vec(),
            dialect,
            asked,
        };
        if at_once {
            let performed = self.interrupt.while_calling(perform);
            return Ok(Step::Done(Box::new(
                self.learn(None, meta, performed, false),
            )));
        }
        match self.jobs.start(perform) {
            Ok(Outcome::Returned(performed)) => Ok(Step::Done(Box::new(
                self.learn(None, meta, performed, false),
            ))),
            Ok(Outcome::Sleeps(job)) => {
                self.expect_result(job, &meta);
                let asleep = asleep.shown();
                self.waiting.insert(
                    job,
                    Waiting {
                        meta,
                        asleep: asleep.clone(),
                        cancelled: false,
                    },
                );
                Ok(Step::Asleep {
                    job,
                    call: asleep,
                    socket,
                })
            }
            Err(error) => Err(Refusal::new(format!(
                "the system gives no thread for a call that may sleep: {error}"
            ))),
        }
    }

    /// Whether a call may be made on this thread. A wrong no costs a thread, a wrong yes the prompt, so only what is
    /// sure counts: a poll(2) that finds the socket ready, or a listener of our own with room. The call itself is
    /// made in either case, so nothing that it returns is hidden.
    fn returns_at_once(&self, prepared: &Prepared) -> bool {
        let slept_on = |fd: RawFd| {
            self.waiting.values().any(|waiting| {
                let socket = waiting.meta.socket.and_then(|id| self.table.get(id));
                socket.is_some_and(|socket| socket.fd == fd)
            })
        };
        match prepared.promptness {
            Promptness::AtOnce => true,
            Promptness::When(fd, events) => {
                let mut fds = [libc::pollfd {
                    fd,
                    events,
                    revents: 0,
                }];
                !slept_on(fd) && call::poll(&mut fds, 0) == Ok(1)
            }
            #[cfg(target_os = "linux")]
            Promptness::Room(listener) => call::tcp_info(listener)
                // For a listener these are the accept queue's length and its limit.
                .is_ok_and(|info| {
                    TcpState::from_kernel(info.tcpi_state) == Some(TcpState::Listen)
                        && info.tcpi_unacked < info.tcpi_sacked
                }),
            #[cfg(not(target_os = "linux"))]
            Promptness::Room(_) => false,
            Promptness::Unknown => false,
        }
    }

    /// The targets of a sleeping call are pending.
    fn expect_result(&mut self, job: u32, meta: &Meta) {
        let several = meta.targets.len() > 1;
        for (n, target) in meta.targets.iter().enumerate() {
            if let Some(name) = target {
                self.assign(name, Value::Pending(job, several.then_some(n)));
            }
        }
    }

    /// What the session learns from a call that returned.
    fn learn(
        &mut self,
        job: Option<u32>,
        meta: Meta,
        performed: Performed,
        cancelled: bool,
    ) -> Done {
        let Meta {
            command,
            typed,
            socket,
            effect,
            targets,
            dialect,
            asked,
        } = meta;
        let errno = performed.result.as_ref().err().copied();
        if errno.is_some() {
            // As in C, success leaves the last errno alone.
            self.last_errno = errno;
        }
        self.remember(socket, command, &typed, errno);
        let mut done = Done {
            job,
            command,
            typed,
            ret: performed.calls.last().and_then(|call| call.ret),
            calls: performed.calls,
            result: Ok(Value::None),
            socket,
            opened: Vec::new(),
            closed: None,
            data: None,
            answer: None,
            cancelled,
            asked,
        };
        match performed.result {
            Ok(gave) => {
                let received = if let Yield::Bytes(bytes, _) = &gave {
                    Some(bytes.len())
                } else {
                    None
                };
                self.take_effect(socket, &effect, received, &mut done);
                let values = self.take_in(gave, &targets, dialect, &mut done);
                done.result = Ok(match values.as_slice() {
                    [_, _, ..] if dialect.is_python() => Value::Tuple(values.clone()),
                    [first, ..] => first.clone(),
                    [] => Value::None,
                });
                self.give_out(&targets, values, dialect);
            }
            Err(errno) => {
                if effect == Effect::Closed && errno != Errno(libc::EBADF) {
                    // On Linux the descriptor is gone whatever close() returned.
                    self.take_effect(socket, &effect, None, &mut done);
                }
                done.result = Err(errno);
                self.forget_pending(job);
            }
        }
        if done.closed.is_none() {
            self.last = done.opened.first().copied().or(socket).or(self.last);
        }
        done
    }

    fn remember(
        &mut self,
        socket: Option<SocketId>,
        command: &'static str,
        typed: &str,
        errno: Option<Errno>,
    ) {
        let Some(socket) = socket.and_then(|id| self.table.get_mut(id)) else {
            return;
        };
        socket.remember(Made {
            command,
            errno,
            typed: typed.to_owned(),
        });
        let reset = match errno {
            Some(Errno(libc::ECONNRESET)) => true,
            // A socket that was never connected, or shut down by its own program, gives EPIPE too.
            Some(Errno(libc::EPIPE)) => socket.connected && !socket.shut_write,
            _ => false,
        };
        socket.was_reset |= reset;
    }

    /// What a successful call changed in what is known of its socket.
    fn take_effect(
        &mut self,
        id: Option<SocketId>,
        effect: &Effect,
        received: Option<usize>,
        done: &mut Done,
    ) {
        if let (Effect::Listening, Some(id)) = (effect, id) {
            self.table.listens(id);
        }
        let Some(socket) = id.and_then(|id| self.table.get_mut(id)) else {
            return;
        };
        match effect {
            Effect::Nothing | Effect::Listening => {}
            Effect::Bound(addr) => socket.bound = Some(addr.clone()),
            Effect::Connected(addr) => {
                socket.peer = Some(addr.clone());
                socket.connected = true;
            }
            Effect::Shut(how) => {
                socket.shut_read |= matches!(*how, libc::SHUT_RD | libc::SHUT_RDWR);
                socket.shut_write |= matches!(*how, libc::SHUT_WR | libc::SHUT_RDWR);
            }
            Effect::NonBlocking(on) => socket.nonblocking = *on,
            Effect::Reuse(on) => socket.reuse = *on,
            Effect::Lingers(on, seconds) => {
                socket.lingers = *on && *seconds > 0;
                socket.linger_zero = *on && *seconds == 0;
            }
            Effect::Received(counts) => {
                let stream = socket.kind == libc::SOCK_STREAM;
                socket.saw_end |= stream && *counts && received == Some(0);
            }
            Effect::Closed => {
                socket.closed_by = Some((done.typed.clone(), Instant::now()));
                done.closed = id;
                if self.last == id {
                    self.last = None;
                }
                if let Some(forgotten) = id.and_then(|id| self.table.close(id)) {
                    self.vars
                        .retain(|_, value| *value != Value::Socket(forgotten));
                }
            }
        }
    }

    /// Takes in what a call gave: new sockets get names. The values are as many as there are parts.
    fn take_in(
        &mut self,
        gave: Yield,
        targets: &[Option<String>],
        dialect: Dialect,
        done: &mut Done,
    ) -> Vec<Value> {
        match gave {
            Yield::Nothing => vec![Value::None],
            Yield::Number(n) => vec![Value::Int(n)],
            Yield::Value(value) => vec![value],
            Yield::Answer(answer, value) => {
                done.answer = Some(answer);
                vec![value]
            }
            Yield::Descriptor(fd, what) => {
                let id = self.take_socket(fd, what, target(targets, 0), "s");
                done.opened.push(id);
                vec![Value::Socket(id)]
            }
            Yield::Pair(a, b, what) => {
                let a = self.take_socket(a, what, target(targets, 0), "s");
                let b = self.take_socket(b, what, target(targets, 1), "s");
                done.opened.extend([a, b]);
                vec![Value::Socket(a), Value::Socket(b)]
            }
            Yield::Connection(fd, peer) => {
                let id = self.take_connection(fd, peer.clone(), done.socket, target(targets, 0));
                done.opened.push(id);
                vec![Value::Socket(id), peer.map_or(Value::None, Value::Addr)]
            }
            Yield::Bytes(bytes, from) => {
                done.data = Some((bytes.clone(), from.clone()));
                let two = done.command == "recvfrom" && (targets.len() > 1 || dialect.is_python());
                let from = from.map_or(Value::None, Value::Addr);
                if two {
                    vec![Value::Bytes(bytes), from]
                } else {
                    vec![Value::Bytes(bytes)]
                }
            }
        }
    }

    fn take_socket(
        &mut self,
        fd: RawFd,
        what: [i32; 3],
        name: Option<&str>,
        prefix: &'static str,
    ) -> SocketId {
        let name = match name {
            Some(name) => name.to_owned(),
            None => {
                let vars = &self.vars;
                self.table.next_name(prefix, |name| vars.contains_key(name))
            }
        };
        let host = self.network.label();
        let [domain, kind, protocol] = what;
        let (kind, nonblocking) = super::make::split_type(kind);
        let socket = self.table.add(name.clone(), fd, [domain, kind, protocol]);
        socket.host = host;
        socket.nonblocking = nonblocking;
        let id = socket.id;
        self.assign(&name, Value::Socket(id));
        id
    }

    /// The socket of an accepted connection: of its listener's family and host.
    fn take_connection(
        &mut self,
        fd: RawFd,
        peer: Option<Addr>,
        listener: Option<SocketId>,
        name: Option<&str>,
    ) -> SocketId {
        let parent = listener.and_then(|id| self.table.get(id)).cloned();
        let what = parent
            .as_ref()
            .map_or([libc::AF_INET, libc::SOCK_STREAM, 0], |p| {
                [p.domain, p.kind, p.protocol]
            });
        let id = self.take_socket(fd, what, name, "c");
        if let Some(socket) = self.table.get_mut(id) {
            // The kernel copies the option from the listener.
            socket.reuse = parent.as_ref().is_some_and(|parent| parent.reuse);
            socket.host = parent.and_then(|parent| parent.host);
            socket.peer = peer;
            socket.connected = true;
        }
        id
    }

    /// The values go to the names on the left; one name for several values gets the first, or in Python all.
    fn give_out(&mut self, targets: &[Option<String>], mut values: Vec<Value>, dialect: Dialect) {
        match targets {
            [] => {}
            [only] => {
                let value = match values.len() {
                    1 => values.remove(0),
                    // `conn = s.accept()`: a pair in Python; here the connection, whose [1] is the peer's address.
                    _ if dialect.is_python() && !matches!(values[0], Value::Socket(_)) => {
                        Value::Tuple(values)
                    }
                    _ => values.into_iter().next().unwrap_or(Value::None),
                };
                if let Some(name) = only {
                    self.assign(name, value);
                }
            }
            several => {
                if let [Value::Tuple(items)] = values.as_slice() {
                    values = items.clone();
                }
                for (name, value) in several.iter().zip(values) {
                    if let Some(name) = name {
                        self.assign(name, value);
                    }
                }
            }
        }
    }

    /// The result of a failed job will never come.
    fn forget_pending(&mut self, job: Option<u32>) {
        if let Some(job) = job {
            self.vars
                .retain(|_, value| !matches!(value, Value::Pending(of, _) if *of == job));
        }
    }

    /// The jobs that have returned since last time.
    pub fn collect(&mut self) -> Vec<Done> {
        let returned = self.jobs.collect();
        returned
            .into_iter()
            .filter_map(|(job, performed)| self.end(job, performed))
            .collect()
    }

    /// Waits for the next job to return.
    pub fn wait(&mut self, deadline: Instant) -> Wait {
        loop {
            match self.jobs.wait(deadline) {
                Waited::TimedOut => return Wait::TimedOut,
                Waited::Interrupted => return Wait::Interrupted,
                Waited::Returned(job, performed) => {
                    if let Some(done) = self.end(job, performed) {
                        return Wait::Done(Box::new(done));
                    }
                }
            }
        }
    }

    /// Wakes a sleeping call with a signal.
    ///
    /// # Errors
    /// Where there is no such job, or it cannot be woken.
    pub fn cancel(&mut self, job: u32) -> Result<Done, Refusal> {
        match self.waiting.get_mut(&job) {
            Some(waiting) => waiting.cancelled = true,
            None => {
                return Err(Refusal::new(format!("there is no blocked call {job}"))
                    .help("`jobs` lists them"));
            }
        }
        self.jobs
            .cancel(job)
            .and_then(|performed| self.end(job, performed))
            .ok_or_else(|| Refusal::new(format!("the call of job {job} does not wake")))
    }

    fn end(&mut self, job: u32, performed: Performed) -> Option<Done> {
        let Waiting {
            meta, cancelled, ..
        } = self.waiting.remove(&job)?;
        let interrupted = matches!(performed.result, Err(Errno(libc::EINTR)));
        Some(self.learn(Some(job), meta, performed, cancelled && interrupted))
    }

    /// The sleeping calls: number, as typed, the call so far, its socket.
    pub fn asleep(&self) -> impl Iterator<Item = (u32, &str, &Syscall, Option<SocketId>)> {
        self.waiting.iter().map(|(job, waiting)| {
            (
                *job,
                waiting.meta.typed.as_str(),
                &waiting.asleep,
                waiting.meta.socket,
            )
        })
    }

    /// Gives values to the names on the left of a plain assignment.
    ///
    /// # Errors
    /// Where there are more names than values, or the other way round.
    pub fn assign_all(&mut self, targets: &[Option<String>], value: Value) -> Result<(), NotYet> {
        if let [only] = targets {
            if let Some(name) = only {
                self.assign(name, value);
            }
            return Ok(());
        }
        let items = match value {
            Value::Tuple(items) => items,
            single => vec![single],
        };
        if items.len() != targets.len() {
            let message = format!("{} names for {} values", targets.len(), items.len());
            return Err(Refusal::new(message).into());
        }
        for (name, value) in targets.iter().zip(items) {
            if let Some(name) = name {
                self.assign(name, value);
            }
        }
        Ok(())
    }
}

fn target(targets: &[Option<String>], n: usize) -> Option<&str> {
    targets.get(n).and_then(|name| name.as_deref())
}
