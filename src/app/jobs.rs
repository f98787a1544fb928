//! Calls that sleep: waiting for them, waking them, naming them at the end.

use super::{App, Outcome, Sink};
use crate::event::{Addr, Answer, Job, JobStatus, What};
use crate::lang::LONGEST_WAIT;
use crate::lang::ast::{Call, Expr};
use crate::session::{Because, Refusal, Value, Wait};
use std::time::{Duration, Instant};

/// What the kernel has woken by now returns within this time: nobody is told of such a wait.
const AT_ONCE: Duration = Duration::from_millis(200);

impl App {
    /// Waits until this job has returned, telling of whatever else returns meanwhile.
    pub(super) fn await_job(&mut self, job: u32, sink: Sink<'_>) -> Result<(), Refusal> {
        let Some((typed, ends)) = self.typed(job).zip(self.what_ends(job)) else {
            return Ok(());
        };
        let patience = if self.settings.script {
            self.settings.timeout
        } else {
            // At the prompt a wait has no end but Ctrl-C.
            LONGEST_WAIT
        };
        let deadline = Instant::now() + patience;
        let mut told = self.settings.script;
        while self.typed(job).is_some() {
            let until = match told {
                true => deadline,
                false => Instant::now() + AT_ONCE,
            };
            match self.session.wait(until) {
                Wait::TimedOut if !told => {
                    told = true;
                    self.tell_of_wait(job, &typed, &ends, sink);
                }
                Wait::Done(done) => self.after(*done, sink),
                Wait::Interrupted => {
                    self.cancel_job(job, sink);
                    return Err(Refusal::new(format!(
                        "`{typed}` was interrupted, so there is no result to go on with"
                    ))
                    .help(format!("make it again; it returns once {ends}")));
                }
                Wait::TimedOut => {
                    let seconds = patience.as_secs_f64();
                    return Err(Refusal::new(format!("this needs the result of job {job}, and `{typed}` has not returned after {seconds} s"))
                        .help(format!("it returns once {ends}: that must come first"))
                        .because(Because::Sleeper));
                }
            }
        }
        Ok(())
    }

    /// Says what is waited for, and how to go on without.
    fn tell_of_wait(&mut self, job: u32, typed: &str, ends: &str, sink: Sink<'_>) {
        let mut text = format!("waiting for job {job}, `{typed}`, until {ends}, or Ctrl-C");
        if self.jobs() == 1 {
            // No other call can do it.
            text.push_str(". Nothing else runs in this shell meanwhile: if that is to be done here, Ctrl-C, do it, ");
            text.push_str("then both lines again");
        }
        let waits = true;
        self.tell(None, What::Answer(Answer::Text { text, waits }), sink);
    }

    /// The result of a job that is needed inside an expression.
    pub(super) fn result_of(&mut self, job: u32, sink: Sink<'_>) -> Result<Value, Refusal> {
        let name = self.session.keep_hidden(Value::Pending(job, None));
        self.session.adopt_pending(job, &name);
        self.await_job(job, sink)?;
        match self.session.variable(&name) {
            Some(value) if !matches!(value, Value::Pending(..)) => Ok(value.clone()),
            _ => Err(no_value()),
        }
    }

    /// Waits for a job that a name in the statement waits for.
    pub(super) fn await_name(&mut self, job: u32, sink: Sink<'_>) -> Result<(), Refusal> {
        let names = self.session.names_of(job);
        self.await_job(job, sink)?;
        // A call that fails leaves a name what it stood for before, where that was something.
        match names.iter().any(|name| self.session.knows(name)) {
            true => Ok(()),
            false => Err(no_value()),
        }
    }

    /// The job's statement, while it sleeps.
    pub(super) fn typed(&self, job: u32) -> Option<String> {
        self.session
            .asleep()
            .find(|(n, ..)| *n == job)
            .map(|(_, typed, ..)| typed.to_owned())
    }

    /// What lets a sleeping call return, in words that go on after "once" or "until".
    fn what_ends(&self, job: u32) -> Option<String> {
        let (_, _, call, socket) = self.session.asleep().find(|(n, ..)| *n == job)?;
        let socket = socket.and_then(|id| self.session.socket(id));
        let asked = self.session.asked(job)?;
        let all = asked.flags & libc::MSG_WAITALL != 0;
        let stream = socket.is_some_and(|socket| socket.kind == libc::SOCK_STREAM);
        let mut words = match (call.command, asked.room) {
            ("accept", _) => {
                let place = match socket.and_then(|socket| socket.last_local.as_ref()) {
                    Some(Addr::Inet(at)) if at.ip().is_unspecified() => {
                        format!(" to port {}", at.port())
                    }
                    Some(at) => format!(" to {at}"),
                    None => String::new(),
                };
                format!("a client has connected{place}")
            }
            ("recv" | "recvfrom", Some(room)) if all && stream => {
                format!("{room} bytes were sent to it, or the other side has closed")
            }
            (command, _) => waits_for(command).to_owned(),
        };
        if let Some(limit) = &asked.limit {
            let by = limit.option.map(|option| format!("{option}, "));
            let (by, seconds) = (by.unwrap_or_default(), limit.time.as_secs_f64());
            words.push_str(&format!(", or its time is over ({by}{seconds} s)"));
        }
        Some(words)
    }

    /// Wakes a sleeping call and tells how it ended.
    pub(super) fn cancel_job(&mut self, job: u32, sink: Sink<'_>) -> Outcome {
        match self.session.cancel(job) {
            Ok(done) => {
                self.after(done, sink);
                Outcome::default()
            }
            Err(refusal) => self.refused(crate::lang::ast::Span::default(), refusal, sink),
        }
    }

    /// Ctrl-C at an empty prompt: wakes the call that fell asleep last. False where none sleeps.
    pub fn cancel_last(&mut self, sink: Sink<'_>) -> bool {
        let Some(last) = self.session.asleep().map(|(job, ..)| job).last() else {
            return self.cancel_on_sides(sink);
        };
        self.speak_of(last);
        self.cancel_job(last, sink);
        true
    }

    /// How many calls sleep, on both sides of a comparison too.
    pub fn jobs(&self) -> usize {
        let sides = self.comparison.as_ref().map_or(0, |both| both.jobs());
        self.session.asleep().count() + sides
    }

    /// `jobs`
    pub(super) fn list_jobs(&mut self, sink: Sink<'_>) -> Outcome {
        let jobs = self.sleeping();
        if jobs.is_empty() {
            self.say("no call sleeps", sink);
        } else {
            self.tell(None, What::Answer(Answer::Jobs { jobs }), sink);
        }
        Outcome::default()
    }

    fn sleeping(&self) -> Vec<Job> {
        let each = |(n, typed, call, _): (u32, &str, &crate::event::Syscall, _)| Job {
            n,
            status: JobStatus::Blocked,
            call: typed.to_owned(),
            sleeps_in: format!("{}()", call.command),
        };
        self.session.asleep().map(each).collect()
    }

    /// `wait [N]`
    pub(super) fn wait_for(&mut self, call: &Call, sink: Sink<'_>) -> Result<Outcome, Refusal> {
        let jobs: Vec<u32> = match self.job_number(call, sink)? {
            Some(job) if self.typed(job).is_none() => return self.not_asleep(job, sink),
            Some(job) => vec![job],
            None => self.session.asleep().map(|(job, ..)| job).collect(),
        };
        // One that has just returned is waited for like one that sleeps, or which thread is quicker would decide.
        let returned = self.returned.unawaited();
        match jobs.last().copied().max(returned) {
            Some(last) => self.speak_of(last),
            None => self.say("no call sleeps", sink),
        }
        self.returned.await_all();
        if let Some(job) = returned.filter(|_| jobs.is_empty()) {
            self.say(format!("job {job} has returned already"), sink);
        }
        for job in jobs {
            self.await_job(job, sink)?;
        }
        Ok(Outcome {
            failed: self.last.errno.is_some(),
            ..Outcome::default()
        })
    }

    /// `cancel [N]`
    pub(super) fn cancel(&mut self, call: &Call, sink: Sink<'_>) -> Result<Outcome, Refusal> {
        match self.job_number(call, sink)? {
            Some(job) if self.typed(job).is_none() => self.not_asleep(job, sink),
            Some(job) => {
                self.speak_of(job);
                Ok(self.cancel_job(job, sink))
            }
            None => {
                if !self.cancel_last(sink) {
                    match self.returned.unawaited() {
                        Some(job) => return self.not_asleep(job, sink),
                        None => self.say("no call sleeps", sink),
                    }
                }
                Ok(Outcome::default())
            }
        }
    }

    /// A job was meant that has returned, or never was.
    fn not_asleep(&mut self, job: u32, sink: Sink<'_>) -> Result<Outcome, Refusal> {
        if !(1..=self.session.last_job()).contains(&job) {
            return Err(
                Refusal::new(format!("there is no blocked call {job}")).help("`jobs` lists them")
            );
        }
        self.say(format!("job {job} has returned already"), sink);
        self.speak_of(job);
        Ok(Outcome::default())
    }

    /// The job that is meant: by its number, or by the name that takes its result, whether it has returned or not.
    fn job_number(&mut self, call: &Call, sink: Sink<'_>) -> Result<Option<u32>, Refusal> {
        let Some(expr) = call.expr("job").cloned() else {
            return Ok(None);
        };
        if let Expr::Name(name) | Expr::Word(name) = &expr
            && let Some(job) = self.session.job_of(name)
        {
            return Ok(Some(job));
        }
        let n = self.settled(|app| app.session.int(&expr), sink)?;
        u32::try_from(n)
            .map(Some)
            .map_err(|_| Refusal::new(format!("{n} is no job's number")).help("`jobs` lists them"))
    }

    /// The end of a script: calls that still sleep.
    pub(super) fn leave_jobs(&mut self, sink: Sink<'_>) {
        for mut job in self.sleeping() {
            job.status = JobStatus::Left;
            self.failures += 1;
            self.tell(None, What::Job(job), sink);
        }
    }
}

fn no_value() -> Refusal {
    Refusal::new("the call failed, so there is no value to go on with").because(Because::Failure)
}

/// What a call sleeps for, in words that go on after "once".
fn waits_for(command: &str) -> &'static str {
    match command {
        "connect" => "the other side has answered",
        "recv" | "recvfrom" | "read" => "something was sent to it",
        "send" | "sendto" | "sendall" | "write" => "the other side has made room, by receiving",
        "poll" | "select" => "one of its sockets is ready",
        "close" => "what was sent is acknowledged",
        _ => "the kernel has what it waits for",
    }
}
