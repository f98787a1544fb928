//! One `sock` block while it is played: lines in, judgements out.

use super::world::Seen;
use crate::app::{App, Outcome, Sink};
use crate::event::packet::{Fate, Rung};
use crate::event::{Answer, Event, What};
use crate::lang::ast::{Action, Claim, Statement};
use crate::lesson::{Attempt, Finding, Judge, Judgement, Predict, Sock, judge};
use crate::session::{SocketId, Value, Wait};
use std::time::{Duration, Instant};

/// How long none of a prediction's choices may hold before it counts as wrong.
const MOMENT: Duration = Duration::from_secs(1);
/// How long a call may take to return that the learner's own call has woken.
const WAKES: Duration = Duration::from_millis(200);
/// How often they are looked at again.
const AGAIN: Duration = Duration::from_millis(2);

/// A `sock` block while it is played. What is typed in the session is reported to its judge.
#[derive(Debug, Clone)]
pub struct Round {
    judge: Judge,
    attempts: usize,
    /// The open sockets when it began, by their names.
    before: Option<Vec<(String, SocketId)>>,
}

impl Round {
    /// Before anything was typed.
    pub fn new(sock: &Sock) -> Self {
        Self {
            judge: Judge::new(sock),
            attempts: 0,
            before: None,
        }
    }

    /// How many statements counted as attempts so far: lines that only look are none.
    pub fn attempts(&self) -> usize {
        self.attempts
    }

    /// Whether an attempt changed something.
    pub(super) fn changed(&self) -> bool {
        self.judge.changed()
    }

    /// Runs a line, as [`App::execute`] does, and reports every statement of it to the judge.
    pub fn run(&mut self, app: &mut App, line: &str, sink: Sink<'_>) -> Outcome {
        let outcome = app.execute_each(line, sink, &mut |app, statement, sink| {
            self.statement(app, statement, sink)
        });
        self.hear(app, sink);
        outcome
    }

    /// Runs one statement and reports it to the judge.
    pub(super) fn statement(
        &mut self,
        app: &mut App,
        statement: &Statement,
        sink: Sink<'_>,
    ) -> Outcome {
        self.hear(app, sink);
        if matches!(statement.action, Action::Nothing | Action::Expect(_)) {
            return app.statement(statement, sink);
        }
        let mut attempt = Attempt::new(
            statement,
            &mut Seen {
                app,
                sink,
                patience: Duration::ZERO,
            },
        );
        let outcome = if matches!(statement.action, Action::Lab(_)) {
            let mut delivered = 0;
            let outcome = app.statement(statement, &mut |event| {
                delivered += arrived(&event);
                sink(event);
            });
            attempt.stepped(delivered);
            // An order makes no call; a packet that it delivers may end one.
            if let Some(woken) = app.ended.iter().flatten().last() {
                attempt.outcome = judge::Outcome {
                    data: woken.data.clone(),
                    ..judge::Outcome::new(woken.end)
                };
            }
            outcome
        } else {
            // What the last call was tells whether this statement makes one.
            let before = std::mem::take(&mut app.last);
            app.made_with.clear();
            let outcome = app.statement(statement, sink);
            if app.last.typed.is_empty() {
                app.put_back(before);
            } else {
                attempt.outcome = app.last_outcome();
                attempt.made_with(std::mem::take(&mut app.made_with));
            }
            outcome
        };
        attempt.left_held(!app.wire_is_empty());
        if !outcome.fault && self.judge.tried(attempt) {
            self.attempts += 1;
        }
        outcome
    }

    /// Tells the judge of sleeping calls that have ended. What one of them made may play a part that an earlier block
    /// was done with.
    fn hear(&mut self, app: &mut App, sink: Sink<'_>) {
        for ended in app
            .ended
            .iter_mut()
            .flat_map(std::mem::take)
            .collect::<Vec<_>>()
        {
            let opened = ended.opened.iter();
            let made = opened.filter_map(|id| app.session.socket(*id));
            let made: Vec<String> = made.map(|socket| socket.name.to_string()).collect();
            let returned = matches!(ended.end, judge::End::Returned(_));
            app.take_awaited(ended.job, returned, &made, sink);
            let socket = ended.socket.and_then(|id| app.session.socket(id));
            let timed_out =
                matches!(ended.end, judge::End::Failed(errno) if errno.0 == libc::ETIMEDOUT);
            if let Some(socket) = socket.filter(|_| timed_out) {
                self.judge.gave_up(&socket.name);
            }
            self.judge.ended(ended.job, ended.end, &ended.data, made);
        }
        let moved = self.moved(app);
        let called = |id| app.session.socket(id).map(|socket| socket.name.to_string());
        let moved = moved
            .into_iter()
            .filter_map(|(name, id)| Some((name, called(id)?)));
        self.judge.moved(moved.collect());
    }

    /// Sockets that were open when the block began, and whose names stand for something else now.
    pub(super) fn moved(&mut self, app: &App) -> Vec<(String, SocketId)> {
        let stands = |name: &str, id| app.session.variable(name) == Some(&Value::Socket(id));
        let named = || {
            let open = app.session.open_sockets().into_iter();
            // One of an earlier part that was made anew is still shown under its name.
            open.filter(|socket| stands(&socket.name, socket.id))
                .map(|socket| (socket.name.to_string(), socket.id))
        };
        let mut moved = self.before.get_or_insert_with(|| named().collect()).clone();
        moved.retain(|(name, id)| !stands(name, *id));
        moved
    }

    /// The block is done: what its calls that still sleep give will play its parts.
    pub(super) fn leave(&mut self, app: &mut App, sink: Sink<'_>) {
        let awaited = self.judge.awaited(&mut Seen {
            app,
            sink,
            patience: Duration::ZERO,
        });
        app.awaited.extend(awaited);
    }

    /// How far the learner is. Claims that do not hold yet are polled for as long as `patience`, each.
    pub fn look(&mut self, app: &mut App, patience: Duration, sink: Sink<'_>) -> Judgement {
        let judgement = self.glance(app, patience, sink);
        if patience.is_zero() || matches!(judgement, Judgement::Done { .. }) {
            return judgement;
        }
        // While one claim was polled, a call may have got what it slept for: its thread is a moment behind, and in the
        // laboratory the packet that wakes it.
        app.hear_the_woken(sink);
        if app.jobs() > 0
            && let Wait::Done(done) = app.session.wait(Instant::now() + WAKES.min(patience))
        {
            app.after(*done, sink);
        }
        self.glance(app, Duration::ZERO, sink)
    }

    fn glance(&mut self, app: &mut App, patience: Duration, sink: Sink<'_>) -> Judgement {
        app.poll(sink);
        self.hear(app, sink);
        self.judge.look(&mut Seen {
            app,
            sink,
            patience,
        })
    }

    /// In a ` ```sock other ` block: the learner says that the other side has done its part.
    pub fn elsewhere(&mut self, app: &mut App, patience: Duration, sink: Sink<'_>) -> Judgement {
        app.poll(sink);
        self.hear(app, sink);
        self.judge.elsewhere(&mut Seen {
            app,
            sink,
            patience,
        })
    }

    /// Whether what the other side does shows by itself, so that the learner need not say that it was done.
    pub fn shows_by_itself(&self) -> bool {
        self.judge.shows_by_itself()
    }

    /// Whether a claim is one that the block makes after its last call, and has held.
    pub fn has_held(&self, claim: &Claim) -> bool {
        self.judge.has_held(claim)
    }

    /// Whether a claim is one that the block makes after its last call.
    pub fn makes(&self, claim: &Claim) -> bool {
        self.judge.makes(claim)
    }

    /// What became of each choice of a prediction, after the block's calls: exactly one should hold. While none does,
    /// the kernel gets a little time.
    pub fn truths(&mut self, app: &mut App, predict: &Predict, sink: Sink<'_>) -> Vec<Finding> {
        let deadline = Instant::now() + app.settings.timeout.min(MOMENT);
        loop {
            app.poll(sink);
            self.hear(app, sink);
            let mut seen = Seen {
                app,
                sink,
                patience: Duration::ZERO,
            };
            let choices = predict.choices.iter();
            let found: Vec<Finding> = choices
                .map(|choice| self.judge.claim(&choice.claim, &mut seen))
                .collect();
            let now = Instant::now();
            if found.iter().any(|finding| finding.holds) || now >= deadline {
                return found;
            }
            match app.session.wait(deadline.min(now + AGAIN)) {
                Wait::Done(done) => app.after(*done, sink),
                Wait::TimedOut => {}
                Wait::Interrupted => return found,
            }
        }
    }
}

/// How many packets have left a held wire with this event.
fn arrived(event: &Event) -> u64 {
    match &event.what {
        What::Packet(packet) => (!matches!(packet.fate, Fate::Held | Fate::Underway)).into(),
        What::Answer(Answer::Ladder(ladder)) => {
            let arrived = |rung: &&Rung| matches!(rung, Rung::Arrived(_));
            ladder.rungs.iter().filter(arrived).count() as u64
        }
        _ => 0,
    }
}

impl App {
    /// Gives new sockets and values the names of the parts that they play, from [`Judgement::Done`].
    pub fn take_parts(&mut self, renamed: &[(String, String)]) {
        // Looked up before any is changed: two may have changed places.
        let values: Vec<(&String, Option<Value>)> = renamed
            .iter()
            .map(|(name, part)| (part, self.session.variable(name).cloned()))
            .collect();
        for (part, value) in values {
            match value {
                Some(Value::Socket(id)) => self.session.rename(id, part),
                Some(value) => self.session.assign(part, value),
                None => {}
            }
        }
    }

    /// Gives older sockets the names back that they had when a block began.
    pub(super) fn give_back(&mut self, names: &[(String, SocketId)]) {
        for (name, id) in names {
            // Whatever has the name gets another one.
            self.session.assign(name, Value::Socket(*id));
            self.session.rename(*id, name);
        }
    }

    /// Whether a name is to come from a call that sleeps.
    pub(super) fn is_pending(&self, name: &str) -> bool {
        matches!(self.session.variable(name), Some(Value::Pending(..)))
    }

    /// Gives what a call gave, that slept when its block was done, the names of the parts that it plays.
    fn take_awaited(&mut self, job: u32, returned: bool, made: &[String], sink: Sink<'_>) {
        let Some(at) = self.awaited.iter().position(|known| known.job == job) else {
            return;
        };
        let parts = self.awaited.swap_remove(at).parts.into_iter();
        // Names that a failed call was to give stand for what they stood for.
        let renamed: Vec<(String, String)> = (0..)
            .zip(parts.filter(|_| returned))
            .filter_map(|(at, (name, part))| Some((name.or_else(|| made.get(at).cloned())?, part?)))
            .filter(|(name, part)| name != part)
            .collect();
        self.take_parts(&renamed);
        for (name, part) in renamed {
            self.say(
                format!("`{name}` plays the lesson's `{part}`: both names work from here on."),
                sink,
            );
        }
    }

    /// How the last call ended, for the judge.
    fn last_outcome(&self) -> judge::Outcome {
        let last = &self.last;
        let kind = last.socket.and_then(|id| self.session.socket(id));
        let names = last.opened.iter().filter_map(|id| self.session.socket(*id));
        judge::Outcome {
            job: last.job,
            data: last.data.clone().unwrap_or_default(),
            stream: kind.is_some_and(|socket| socket.kind == libc::SOCK_STREAM),
            made: names.map(|socket| socket.name.to_string()).collect(),
            ..judge::Outcome::new(last.end())
        }
    }
}
