//! The last call, for `expect` and `.`, and which calls have failed that should not.
//!
//! The last call is the one typed last. One that slept and returns later does not take its place, or what `expect` finds
//! and `.` names would hang on which thread is quicker; `wait` and `cancel` make a job's call the last one.

use super::App;
use crate::errno::Errno;
use crate::session::{Done, SocketId};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// How many calls that slept are remembered, the oldest forgotten first.
const REMEMBERED: usize = 64;

/// What a call came to.
#[derive(Debug, Default, Clone)]
pub(super) struct Last {
    /// Its canonical form (`connect a b.local`).
    pub typed: Arc<str>,
    /// What it returned; `None` while it sleeps, or where there was none.
    pub ret: Option<i64>,
    /// Its errno.
    pub errno: Option<Errno>,
    /// The job that sleeps in it.
    pub job: Option<u32>,
    /// The job that slept in it until it returned.
    pub slept: Option<u32>,
    /// What it received.
    pub data: Option<Vec<u8>>,
    /// Its socket.
    pub socket: Option<SocketId>,
    /// The sockets it opened.
    pub opened: Vec<SocketId>,
}

/// The calls that slept and have returned.
#[derive(Debug, Default)]
pub(super) struct Returned {
    /// Each with its job, in the order in which they returned.
    calls: VecDeque<(u32, Last)>,
    /// The jobs that were waited for.
    awaited: BTreeSet<u32>,
    /// Those that failed, and no `expect error` has said that they should.
    unexpected: BTreeSet<u32>,
}

impl Returned {
    /// The one that received something last.
    pub(super) fn receiver(&self) -> Option<(u32, &str)> {
        let mut calls = self.calls.iter().rev();
        calls.find_map(|(job, call)| call.data.is_some().then_some((*job, &*call.typed)))
    }

    /// The latest job that nobody has waited for yet.
    pub(super) fn unawaited(&self) -> Option<u32> {
        let jobs = self.calls.iter().map(|(job, _)| *job);
        jobs.filter(|job| !self.awaited.contains(job)).max()
    }

    /// All that has returned was waited for.
    pub(super) fn await_all(&mut self) {
        self.awaited.extend(self.calls.iter().map(|(job, _)| *job));
    }

    fn call(&self, job: u32) -> Option<&Last> {
        let mut calls = self.calls.iter();
        calls.find_map(|(n, call)| (*n == job).then_some(call))
    }

    fn push(&mut self, job: u32, call: Last) {
        self.calls.push_back((job, call));
        if self.calls.len() > REMEMBERED
            && let Some((forgotten, _)) = self.calls.pop_front()
        {
            self.awaited.remove(&forgotten);
        }
    }
}

impl App {
    /// A call has returned.
    pub(super) fn note_last(&mut self, done: &Done) {
        let call = Last {
            typed: Arc::clone(&done.typed),
            ret: done.ret,
            errno: done.result.as_ref().err().copied(),
            job: None,
            slept: done.job,
            data: done.data.as_ref().map(|(bytes, _)| bytes.clone()),
            socket: done.socket,
            opened: done.opened.clone(),
        };
        // A call that the student interrupted is no failure.
        let failed = done.result.is_err() && !done.cancelled();
        let Some(job) = done.job else {
            self.last = call;
            self.unexpected |= failed;
            return;
        };
        if let Some(ended) = &mut self.ended {
            ended.push(call.ended(job));
        }
        if failed {
            self.returned.unexpected.insert(job);
        }
        self.returned.push(job, call);
        self.hear_last();
    }

    /// Where the last call slept and has returned: what it came to.
    fn hear_last(&mut self) {
        let slept = self.last.job.and_then(|job| self.returned.call(job));
        if let Some(call) = slept.cloned() {
            self.session.uses(&call.opened, call.socket);
            self.last = call;
        }
    }

    /// Puts back what was the last call; it may have returned since.
    pub(super) fn put_back(&mut self, last: Last) {
        self.last = last;
        self.hear_last();
    }

    /// `expect` and `.` speak of this job's call from now on, whether it sleeps or has returned.
    pub(super) fn speak_of(&mut self, job: u32) {
        self.returned.awaited.insert(job);
        let asleep = self.session.asleep().find(|(n, ..)| *n == job);
        let asleep = asleep.map(|(_, typed, _, socket)| Last {
            typed: typed.into(),
            job: Some(job),
            socket,
            ..Last::default()
        });
        if let Some(last) = asleep.or_else(|| self.returned.call(job).cloned()) {
            self.session.uses(&last.opened, last.socket);
            self.last = last;
        }
    }

    /// `expect error` was said of the last call: where the claim is false, that counts, and not the call as well.
    pub(super) fn error_expected(&mut self) {
        match self.last.slept {
            Some(job) => {
                self.returned.unexpected.remove(&job);
            }
            None => self.unexpected = false,
        }
    }

    /// Whether a call has failed of which no `expect error` has said that it should.
    pub(super) fn has_unexpected(&self) -> bool {
        self.unexpected || !self.returned.unexpected.is_empty()
    }

    /// Whatever has failed may have failed.
    pub(super) fn forgive(&mut self) {
        self.unexpected = false;
        self.returned.unexpected.clear();
    }

    /// A call that failed without an `expect error` behind it counts now.
    pub(super) fn settle_failure(&mut self) {
        if std::mem::take(&mut self.unexpected) {
            self.failures += 1;
        }
    }

    /// At the end: those that slept count too.
    pub(super) fn settle_failures(&mut self) {
        self.settle_failure();
        self.failures += std::mem::take(&mut self.returned.unexpected).len();
    }
}
