//! Ties the rooms together: a line becomes statements, each statement calls, each call events; what the kernel's books
//! say is looked up after each. [`App::execute`] is the one way in, for the prompt, scripts, lessons and tests.

mod after;
mod books;
mod commands;
mod compare;
pub mod doctor;
mod expect;
mod facts;
mod help;
mod jobs;
mod lab;
mod last;
mod look;
mod machine;
mod met;
pub mod play;
mod print;
mod settings;
mod standing;
mod statement;
mod topics;
mod variant;
mod vocabulary;
mod warn;

pub use crate::lang::Missing;
pub use crate::session::{Interrupt, News};
pub use settings::{Explain, Settings, time};
pub use vocabulary::Vocabulary;

use crate::event::{Answer, Complaint, Event, Explanation, What};
use crate::lang::ast::{Action, Call, Expr};
use crate::lang::table::{Kind, Role};
use crate::lang::{self, Fault, Statement};
use crate::session::{Because, Machine, NotYet, Policy, Refusal, Session, SocketId};
use books::Ledger;
use last::{Last, Returned};
use met::Met;
use std::collections::VecDeque;
use std::sync::OnceLock;

/// Takes events as they happen.
pub type Sink<'a> = &'a mut dyn FnMut(Event);

/// Runs one statement of a line.
type Run<'a> = &'a mut dyn FnMut(&mut App, &Statement, Sink<'_>) -> Outcome;

/// How many lines `history` remembers.
const HISTORY: usize = 1000;

/// How a line went.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Outcome {
    /// It could not be understood, or not be done: nothing more of it was run.
    pub fault: bool,
    /// It could not be done, because the call whose result it needs still sleeps.
    pub stuck: bool,
    /// A call failed or an expectation did not hold.
    pub failed: bool,
    /// The student wants to leave.
    pub quit: bool,
    /// A required argument is absent; the prompt may ask for it.
    pub missing: Option<Missing>,
}

/// A session with everything around it.
pub struct App {
    session: Session,
    ledger: Ledger,
    lab: Option<lab::Laboratory>,
    /// The comparison that is on.
    comparison: Option<Box<compare::Comparison>>,
    /// A capture on the machine's own network.
    tap: Option<crate::lab::Tap>,
    settings: Settings,
    /// While a statement runs that names a host: where others run.
    usual: Option<Option<String>>,
    /// The kinds of each call that were met before.
    met: Met,
    /// The call that was typed last.
    last: Last,
    returned: Returned,
    /// A call that did not sleep failed, and no `expect error` has said that it should.
    unexpected: bool,
    failures: usize,
    history: VecDeque<String>,
    line: String,
    /// While a lesson is played: sleeping calls that have ended since its judge was last told.
    ended: Option<Vec<play::Ended>>,
    /// While a lesson is played: what the arguments of the last call amounted to when it was made.
    made_with: Vec<Option<Vec<u8>>>,
    /// While a lesson is played: calls that still sleep, each with the parts that its result plays.
    awaited: Vec<crate::lesson::judge::Awaited>,
    /// The hosts of the laboratory that a lesson is played in; none where it is played on the machine itself.
    stage: Vec<String>,
    /// A line of the teacher's own runs, between those of a lesson that is shown.
    shown: bool,
    /// The lesson that a learner is led through.
    learner: Option<Box<play::Learner>>,
    /// Ids of lessons, once they were asked for.
    lesson_ids: OnceLock<Vec<String>>,
}

impl App {
    /// A fresh session on this machine's own network.
    ///
    /// # Errors
    /// Where the kernel gives no epoll descriptor.
    pub fn new(settings: Settings) -> std::io::Result<Self> {
        let mut session = Session::new(Box::new(Machine), settings.policy(), settings.timeout);
        session.set_grace(settings.grace);
        Ok(Self {
            session,
            ledger: Ledger::new()?,
            usual: None,
            lab: None,
            comparison: None,
            tap: None,
            settings,
            met: Met::default(),
            last: Last::default(),
            returned: Returned::default(),
            unexpected: false,
            failures: 0,
            history: VecDeque::new(),
            line: String::new(),
            ended: None,
            made_with: Vec::new(),
            awaited: Vec::new(),
            stage: Vec::new(),
            shown: false,
            learner: None,
            lesson_ids: OnceLock::new(),
        })
    }

    /// Runs one line: understood, made, looked up, explained; every event goes to `sink` as it happens.
    pub fn execute(&mut self, line: &str, sink: Sink<'_>) -> Outcome {
        match self.learner.take() {
            Some(learner) => self.execute_in_lesson(learner, line, sink),
            None => self.execute_each(line, sink, &mut |app, statement, sink| {
                app.statement(statement, sink)
            }),
        }
    }

    /// As [`App::execute`], with each statement run by `run`.
    fn execute_each(&mut self, line: &str, sink: Sink<'_>, run: Run<'_>) -> Outcome {
        self.collect(sink);
        if !self.ledger.looked_just_now() {
            self.look_around(None, sink);
        }
        self.remember(line);
        // A Ctrl-C that came too late for the statement before is not meant for this one.
        let _ = self.session.interrupt().take();
        let statements = match self.parsed(line) {
            Ok(statements) => statements,
            Err(fault) => return self.not_understood(line, fault, sink),
        };
        line.clone_into(&mut self.line);
        let mut outcome = Outcome::default();
        for statement in &statements {
            let one = run(self, statement, sink);
            outcome.failed |= one.failed;
            outcome.quit |= one.quit;
            if one.fault || one.quit {
                outcome.fault = one.fault;
                outcome.stuck = one.stuck;
                break;
            }
        }
        outcome
    }

    fn parsed(&self, line: &str) -> Result<Vec<Statement>, Fault> {
        match &self.comparison {
            Some(both) => lang::parse_compared(line, &|name| both.knows(name)),
            None => lang::parse_with(line, &|name| self.session.knows(name)),
        }
    }

    /// Whether a line can be understood, but for arguments that the prompt would ask for. Nothing is run.
    pub fn understands(&self, line: &str) -> bool {
        match self.parsed(line) {
            Ok(_) => true,
            Err(fault) => fault.missing.is_some(),
        }
    }

    /// The same, and it does something: a value alone (`s`, `5`) could as well be an answer.
    pub fn is_order(&self, line: &str) -> bool {
        let value = |statement: &Statement| {
            statement.targets.is_empty()
                && matches!(statement.action, Action::Value(_) | Action::Nothing)
        };
        match self.parsed(line) {
            Ok(statements) => !statements.iter().all(value),
            Err(fault) => fault.missing.is_some(),
        }
    }

    /// Whether a line is a call on a socket and nothing else. One that asks for an address could as well be an answer.
    pub fn is_socket_call(&self, line: &str) -> bool {
        let of_socket = |call: &Call| {
            let socket = call.command.params.first();
            matches!(call.command.role, Role::Primitive | Role::Blocking)
                && socket.is_some_and(|param| param.kind == Kind::Socket)
                && !matches!(call.command.name, "getsockname" | "getpeername")
        };
        self.parsed(line).is_ok_and(|statements| {
            matches!(statements.as_slice(), [Statement { action: Action::Call(call), .. }] if of_socket(call))
        })
    }

    /// Whether a line can be run as it stands, and does something. Nothing is run.
    pub fn can_run(&self, line: &str) -> bool {
        let does = |statement: &Statement| !matches!(statement.action, Action::Nothing);
        let parsed = self.parsed(line);
        parsed.is_ok_and(|statements| statements.iter().any(does))
    }

    /// Whether two lines do the same. Nothing is run.
    pub fn do_the_same(&self, one: &str, other: &str) -> bool {
        let (Ok(one), Ok(other)) = (self.parsed(one), self.parsed(other)) else {
            return false;
        };
        let action = |statement: &Statement| statement.action.clone();
        one.iter().map(action).eq(other.iter().map(action))
    }

    /// Lines for `history`, the oldest forgotten first. A script's are not kept.
    fn remember(&mut self, line: &str) {
        if self.settings.script || line.trim().is_empty() {
            return;
        }
        if self.history.len() == HISTORY {
            self.history.pop_front();
        }
        self.history.push_back(lang::folded(line).into_owned());
    }

    fn not_understood(&mut self, line: &str, fault: Fault, sink: Sink<'_>) -> Outcome {
        let missing = fault.missing.clone().filter(|_| !self.settings.script);
        let in_vain = |one: &Missing| {
            let refused = self.no_socket(line, one);
            refused.or_else(|| self.no_packet(line, one))
        };
        if let Some((span, refusal)) = missing.as_deref().and_then(in_vain) {
            line.clone_into(&mut self.line);
            return self.refused(span, refusal, sink);
        }
        if missing.is_none() {
            let complaint = Complaint {
                message: fault.message,
                source: line.to_owned(),
                span: fault.span,
                expected: fault.expected,
                help: fault.help,
            };
            self.tell(None, What::Error(complaint), sink);
        }
        Outcome {
            fault: true,
            missing: missing.map(|missing| *missing),
            ..Outcome::default()
        }
    }

    /// Why the socket that an unfinished line names cannot be used: said before anything is asked for. What an earlier
    /// statement of the same line would make is not there yet.
    fn no_socket(&self, line: &str, missing: &Missing) -> Option<(lang::ast::Span, Refusal)> {
        if let Some(both) = &self.comparison {
            let [left, right] = both.apps().map(|app| app.no_socket(line, missing));
            return left.filter(|_| right.is_some());
        }
        let socket = missing.socket.as_ref()?;
        let first = !line.get(..socket.span.start)?.contains([';', '\n']);
        if !first || socket.value.has_calls() {
            return None;
        }
        let refusal = match (self.session.target(&socket.value), &socket.value) {
            (Err(NotYet::Refused(refusal)), Expr::Name(word)) if missing.question == "data" => {
                let call = line.get(..socket.span.start)?.trim_end_matches(['(', ' ']);
                refusal.help(format!(
                    "if that is the data, the socket comes first: {call} . {word}"
                ))
            }
            (Err(NotYet::Refused(refusal)), _) => refusal,
            // `bind 8080`: a number where the socket should stand.
            (Ok(target), Expr::Fd(fd)) if target.id.is_none() => {
                let call = line.get(..socket.span.start)?.trim_end_matches(['(', ' ']);
                let host = if missing.question == "addr" {
                    "127.0.0.1:"
                } else {
                    ""
                };
                Refusal::new(format!("no socket has the descriptor {fd}"))
                    .help(format!("the socket comes first: {call} . {host}{fd}"))
                    .help("`ls` lists the sockets")
            }
            _ => return None,
        };
        Some((socket.span, refusal))
    }

    /// A statement that was understood but cannot be done.
    fn refused(&mut self, span: lang::ast::Span, refusal: Refusal, sink: Sink<'_>) -> Outcome {
        let place = refusal.span.unwrap_or(span);
        let end = self.line.len();
        let complaint = Complaint {
            message: refusal.message,
            source: self.line.clone(),
            span: (place.start.min(end), place.end.min(end)),
            expected: Vec::new(),
            help: refusal.help,
        };
        self.tell(None, What::Error(complaint), sink);
        let fault = refusal.because != Because::Failure;
        Outcome {
            fault,
            stuck: refusal.because == Because::Sleeper,
            failed: !fault,
            ..Outcome::default()
        }
    }

    /// Results of calls that slept, and what the network has changed since last time.
    pub fn poll(&mut self, sink: Sink<'_>) {
        let mut happened = false;
        let mut noted = |event| {
            happened = true;
            sink(event);
        };
        self.collect(&mut noted);
        self.look_around(None, &mut noted);
        self.poll_sides(&mut noted);
        if happened {
            self.lesson_hears(sink);
        }
    }

    /// Results of calls that slept.
    fn collect(&mut self, sink: Sink<'_>) {
        for done in self.session.collect() {
            self.after(done, sink);
        }
    }

    /// What to call, from whichever thread, when [`App::poll`] would find something.
    pub fn on_news(&mut self, news: News) {
        self.ledger.on_news(news.clone());
        if let Some(lab) = &self.lab {
            lab.on_news(news.clone());
        }
        if let Some(comparison) = &mut self.comparison {
            comparison.on_news(&news);
        }
        self.watch_capture(news.clone());
        self.session.on_news(news);
    }

    /// Ctrl-C: ends what the foreground waits for.
    pub fn interrupt(&self) -> Interrupt {
        self.session.interrupt()
    }

    /// The end of a script: calls that still sleep are named, and count as failures.
    /// True where all went well.
    pub fn finish(&mut self, sink: Sink<'_>) -> bool {
        self.catch_up(sink);
        self.hear_the_woken(sink);
        self.settle_failures();
        self.leave_jobs(sink);
        self.finish_sides(sink);
        if let Some(learner) = &self.learner {
            self.say(learner.farewell(), sink);
        }
        // The folder of a script or a lesson goes now: at a terminal, the program ends without dropping the session.
        self.session.set_policy(Policy::of_script(false, false));
        self.failures == 0
    }

    /// How many calls and expectations have failed so far.
    pub fn failures(&self) -> usize {
        self.failures
    }

    /// Closes everything and begins anew; settings, limits, the clock and what was explained stay, and so does every
    /// handle that [`App::interrupt`] has given out.
    ///
    /// # Errors
    /// Where the kernel gives no epoll descriptor.
    pub fn reset(&mut self) -> std::io::Result<()> {
        self.session.end_all();
        self.lab = None;
        self.comparison = None;
        let mut fresh = Self::new(self.settings.clone())?;
        fresh.met = std::mem::take(&mut self.met);
        fresh.history = std::mem::take(&mut self.history);
        fresh.failures = self.failures;
        fresh.learner = self.learner.take();
        fresh.tap = self.tap.take();
        fresh.session.take_over(&self.session);
        if let Some(news) = self.ledger.news() {
            fresh.on_news(news);
        }
        *self = fresh;
        Ok(())
    }

    /// The session, to be looked at.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// What may be reached from now on: a lesson plays under tighter rules than the prompt.
    pub fn set_policy(&mut self, policy: Policy) {
        self.session.set_policy(policy);
    }

    /// Hands an event out, with the time and the socket's names.
    fn tell(&self, socket: Option<SocketId>, what: What, sink: Sink<'_>) {
        let known = socket.and_then(|id| self.session.socket(id));
        sink(Event {
            t: self.session.seconds_since_start(),
            host: known.and_then(|socket| socket.host.clone()),
            socket: known.map(|socket| socket.name.clone()),
            fd: known.map(|socket| socket.fd),
            what,
        });
    }

    fn say(&self, text: impl Into<String>, sink: Sink<'_>) {
        let (text, waits) = (text.into(), false);
        self.tell(None, What::Answer(Answer::Text { text, waits }), sink);
    }

    fn explain(&self, explanation: Explanation, socket: Option<SocketId>, sink: Sink<'_>) {
        self.tell(socket, What::Explain(explanation), sink);
    }
}
