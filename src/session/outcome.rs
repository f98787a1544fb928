//! Making a call, and learning from what came of it.

use super::jobs::{Outcome, Waited};
use super::patience::{Patience, Timing, timed};
use super::prepared::{Asked, Effect, Performed, Prepared, Refusal};
use super::promptness::is_ready;
use super::table::SocketId;
use super::value::Value;
use super::{NotYet, Session};
use crate::errno::Errno;
use crate::event::{Addr, Answer, Syscall};
use crate::lang::ast::Dialect;
use std::sync::Arc;
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
    pub typed: Arc<str>,
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
    /// The socket that it closed by returning. A close that slept did so when it fell asleep.
    pub closed: Option<SocketId>,
    /// Of poll(2) and select(2): whether a socket is ready, and whether a descriptor is not open.
    pub polled: [bool; 2],
    /// Whether its receiving and its sending side had been shut down before.
    pub shut: [bool; 2],
    /// How many bytes the calls before the last have sent, where one statement makes several (sendall).
    pub taken: usize,
    /// What arrived, and from whom.
    pub data: Option<(Vec<u8>, Option<Addr>)>,
    /// A table to show.
    pub answer: Option<Answer>,
    /// Where there are not as many values as names on the left: what became of them, in words.
    pub uneven: Option<String>,
    /// The shell sent a signal to wake it. It may have done a part before that.
    pub signaled: bool,
    /// When it was made.
    pub timing: Timing,
    /// What was asked for.
    pub asked: Asked,
}

impl Done {
    /// Whether the shell's signal was all that came of it.
    pub fn cancelled(&self) -> bool {
        self.signaled && self.result == Err(Errno(libc::EINTR))
    }
}

/// What the session must know when a sleeping call returns.
#[derive(Debug)]
pub struct Waiting {
    meta: Meta,
    asleep: Syscall,
    cancelled: bool,
    patience: Patience,
    /// What its names stood for before.
    former: Vec<(String, Value)>,
}

impl Waiting {
    /// Whether it sleeps on this socket, perhaps on others too.
    fn is_on(&self, socket: SocketId) -> bool {
        let watched = &self.meta.asked.watched;
        self.meta.socket == Some(socket) || watched.iter().any(|(id, _)| *id == socket)
    }

    /// One more name takes the result. Several names on the left already share it out among them.
    pub(super) fn also(&mut self, name: &str) {
        if self.meta.targets.is_empty() {
            self.meta.targets.push(Some(name.to_owned()));
        }
    }
}

/// All of a prepared call but the call itself.
#[derive(Debug)]
pub(super) struct Meta {
    pub(super) command: &'static str,
    pub(super) typed: Arc<str>,
    pub(super) socket: Option<SocketId>,
    pub(super) effect: Effect,
    pub(super) targets: Vec<Option<String>>,
    pub(super) dialect: Dialect,
    pub(super) asked: Asked,
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
        typed: &Arc<str>,
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
            typed: Arc::clone(typed),
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
        match self.jobs.start(timed(perform)) {
            Ok(Outcome::Returned(performed)) => Ok(Step::Done(Box::new(
                self.learn(None, meta, performed, false),
            ))),
            Ok(Outcome::Sleeps(job)) => Ok(self.falls_asleep(job, meta, asleep.shown())),
            Err(error) => Err(Refusal::new(format!(
                "a call that may sleep needs a thread of its own: {error}"
            ))),
        }
    }

    fn falls_asleep(&mut self, job: u32, mut meta: Meta, asleep: Syscall) -> Step {
        let socket = meta.socket;
        // No statement has come between, so it is what the call has found.
        let patience = self.patience(socket);
        if meta.asked.limit.is_none() {
            meta.asked.limit = self.limit(&meta, patience);
        }
        match (&meta.effect, socket) {
            // close(2) frees the number first of all.
            (Effect::Closed, Some(id)) => {
                let typed = Arc::clone(&meta.typed);
                self.closes(id, &typed);
            }
            _ => self.last = socket.or(self.last),
        }
        let former = self.expect_result(job, &meta);
        let waiting = Waiting {
            meta,
            asleep: asleep.clone(),
            cancelled: false,
            patience,
            former,
        };
        self.waiting.insert(job, waiting);
        Step::Asleep {
            job,
            call: asleep,
            socket,
        }
    }

    /// The targets of a sleeping call are pending. Gives what they stood for.
    fn expect_result(&mut self, job: u32, meta: &Meta) -> Vec<(String, Value)> {
        let several = meta.targets.len() > 1;
        let mut former = Vec::new();
        for (n, target) in meta.targets.iter().enumerate() {
            if let Some(name) = target {
                let value = self.vars.get(name).cloned();
                former.extend(value.map(|value| (name.clone(), value)));
                self.assign(name, Value::Pending(job, several.then_some(n)));
                self.job_of.insert(name.clone(), job);
            }
        }
        former
    }

    /// The jobs that have returned since last time.
    pub fn collect(&mut self) -> Vec<Done> {
        if !self.jobs.has_results() {
            return Vec::new();
        }
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
                    if let Some(done) = self.end(job, *performed) {
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

    fn end(&mut self, job: u32, mut performed: Performed) -> Option<Done> {
        let Waiting {
            mut meta,
            cancelled,
            former,
            patience,
            ..
        } = self.waiting.remove(&job)?;
        // Of several calls the last may have begun after something was set anew.
        let same = performed.calls.len() == 1 || patience == self.patience(meta.socket);
        performed.timing.patience = Some(if same { patience } else { Patience::default() });
        for target in &mut meta.targets {
            // A name that was given another value meanwhile keeps that.
            let waits = |name: &mut String| {
                let value = self.vars.get(name.as_str());
                matches!(value, Some(Value::Pending(of, _)) if *of == job)
            };
            *target = target.take_if(waits);
        }
        let names: Vec<String> = meta.targets.iter().flatten().cloned().collect();
        let done = self.learn(Some(job), meta, performed, cancelled);
        self.job_of
            .extend(names.into_iter().map(|name| (name, job)));
        // A call that failed gives nothing: its names stand for what they stood for.
        for (name, value) in former {
            self.give_back(name, value);
        }
        Some(done)
    }

    /// The numbers of the sleeping calls, and at last the highest number that a call has had.
    pub fn jobs_so_far(&self) -> Vec<u32> {
        let asleep = self.waiting.keys().copied();
        asleep.chain([self.jobs.last()]).collect()
    }

    /// The sleeping calls: number, as typed, the call so far, its socket.
    pub fn asleep(&self) -> impl Iterator<Item = (u32, &str, &Syscall, Option<SocketId>)> {
        self.waiting.iter().map(|(job, waiting)| {
            (
                *job,
                &*waiting.meta.typed,
                &waiting.asleep,
                waiting.meta.socket,
            )
        })
    }

    /// The connect(2) that sleeps on a socket: as typed, and the address that it asks for.
    pub fn connecting(&self, id: SocketId) -> Option<(&str, Option<&Addr>)> {
        let mut metas = self.waiting.values().map(|waiting| &waiting.meta);
        let meta = metas.find(|meta| meta.command == "connect" && meta.socket == Some(id))?;
        Some((&meta.typed, meta.asked.addr.as_ref()))
    }

    /// What a sleeping call asks for.
    pub fn asked(&self, job: u32) -> Option<&Asked> {
        self.waiting.get(&job).map(|waiting| &waiting.meta.asked)
    }

    /// Whether a call sleeps on this socket.
    pub fn sleeps_on(&self, socket: SocketId) -> bool {
        self.sleepers(socket).next().is_some()
    }

    /// The calls that sleep on this socket: number, as typed.
    pub fn sleepers(&self, on: SocketId) -> impl Iterator<Item = (u32, &str)> {
        let there = self
            .waiting
            .iter()
            .filter(move |(_, waiting)| waiting.is_on(on));
        there.map(|(job, waiting)| (*job, &*waiting.meta.typed))
    }

    /// The sleeping calls that have got what they sleep for, and are about to return: of several on one socket, the first.
    /// One that only looks takes nothing from another.
    pub fn woken(&self) -> Vec<u32> {
        let mut seen = Vec::new();
        let mut woken = Vec::new();
        for (job, waiting) in &self.waiting {
            // It may have taken what made its socket ready, and be on its way back.
            let runs = !self.jobs.may_sleep(*job);
            let watched = &waiting.meta.asked.watched;
            if !watched.is_empty() {
                let unseen = watched.iter().filter(|(id, _)| !seen.contains(id));
                let mut there =
                    unseen.filter_map(|(id, events)| Some((self.table.get(*id)?, *events)));
                if runs
                    || there.any(|(socket, events)| !socket.closed && is_ready(socket.fd, events))
                {
                    woken.push(*job);
                }
                continue;
            }
            let socket = waiting.meta.socket.and_then(|id| self.table.get(id));
            let Some(socket) = socket.filter(|socket| !seen.contains(&socket.id)) else {
                continue;
            };
            seen.push(socket.id);
            let returns = match waiting.meta.command {
                _ if runs => true,
                // Its number may be another socket's by now. It sleeps until its FIN is acknowledged.
                "close" => !socket.finishing(),
                "connect" | "send" | "sendto" | "sendall" | "write" => {
                    is_ready(socket.fd, libc::POLLOUT)
                }
                _ => is_ready(socket.fd, libc::POLLIN),
            };
            if returns {
                woken.push(*job);
            }
        }
        woken
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
        let items = value.parts(targets.len());
        if items.len() != targets.len() {
            let (names, values) = (targets.len(), items.len());
            let s = if values == 1 { "" } else { "s" };
            return Err(Refusal::new(format!("{names} names for {values} value{s}")).into());
        }
        for (name, value) in targets.iter().zip(items) {
            if let Some(name) = name {
                self.assign(name, value);
            }
        }
        Ok(())
    }
}
