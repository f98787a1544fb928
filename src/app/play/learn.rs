//! A lesson with a learner at the prompt: the text is shown, the learner types, the judge says how far that is.
//! The lesson in progress belongs to the [`App`], and [`App::execute`] stays the one way in.
//!
//! | file | what it does |
//! | --- | --- |
//! | `begin` | `learn` and `lessons`: which lesson, and where in it |
//! | `walk` | from block to block, from step to step, to the end |
//! | `question` | predictions and quizzes |
//! | `command` | `hint`, `answer`, `skip`, `why` … |
//! | `travel` | `undo`, `back`, `goto`, `resume`: begin anew and repeat what led there |
//! | `words` | what a judgement says to the learner |

mod begin;
mod command;
mod question;
mod travel;
mod walk;
mod words;

use super::Round;
use super::world::Seen;
use crate::app::{App, Outcome, Sink};
use crate::event::{Answer, What};
use crate::lang::ast::{Action, Statement};
use crate::lesson::progress::Record;
use crate::lesson::{Attempt, Block, Judgement, Lesson, Progress, Sock};
use std::time::Duration;

/// How long a claim is polled after a learner's call: longer than a delayed ACK (43 ms) and than the first
/// retransmission of a SYN (1 s), shorter than patience. What takes longer is noticed when it happens.
const PATIENCE: Duration = Duration::from_millis(1500);

/// A lesson in progress.
pub(in crate::app) struct Learner {
    lesson: Lesson,
    /// The lesson's place among the others, as in its file's name.
    number: u32,
    /// Where progress is kept; `None` where the user has no home.
    progress: Option<Progress>,
    record: Record,
    /// The step being played.
    step: usize,
    /// The block of it that waits for the learner.
    block: usize,
    phase: Phase,
    /// Predictions that wait for the next block's calls: the place of each, and the choice, where one was made.
    guesses: Vec<(usize, Option<usize>)>,
    /// The learner's own names of the lesson's parts: name, part.
    aliases: Vec<(String, String)>,
    /// How many hints of this step were shown.
    hints: usize,
    /// Free play: nothing is judged.
    free: bool,
    /// What the judge said last, for `why`.
    said: Option<Judgement>,
    /// The learner was told that the network has done what the step waits for.
    told: bool,
    /// Somebody else played the other side (` ```sock other `), outside of this session.
    visited: bool,
    /// The last step is behind.
    over: bool,
}

/// What is waited for.
enum Phase {
    /// A guess, before the calls.
    Guess,
    /// Calls.
    Calls(Box<Round>),
    /// An answer, given so often wrongly.
    Quiz(usize),
}

impl App {
    /// A line of a learner.
    pub(in crate::app) fn execute_in_lesson(
        &mut self,
        mut learner: Box<Learner>,
        line: &str,
        sink: Sink<'_>,
    ) -> Outcome {
        let failures = self.failures();
        let outcome = learner.line(self, line, sink);
        // A call that fails is part of learning.
        self.failures = failures;
        self.forgive();
        match (&self.learner, learner.over) {
            // Another lesson was begun.
            (Some(_), _) => {}
            (None, true) => self.leave_stage(),
            (None, false) => self.learner = Some(learner),
        }
        outcome
    }

    /// Whether a learner is being led through a lesson.
    pub fn in_lesson(&self) -> bool {
        self.learner.is_some()
    }

    /// Out of the lesson, back to the shell that it was begun in: everything is closed, the learner's place is kept.
    ///
    /// # Errors
    /// Where the kernel gives no epoll descriptor.
    pub fn leave_lesson(&mut self, sink: Sink<'_>) -> std::io::Result<()> {
        let Some(learner) = self.learner.take() else {
            return Ok(());
        };
        self.reset()?;
        self.leave_stage();
        let left = format!(
            "You have left lesson {}, and what was open in it is closed.",
            learner.number
        );
        let words = [
            left,
            learner.farewell(),
            "`quit` once more leaves the shell.".to_owned(),
        ];
        let said: Vec<String> = words.into_iter().filter(|part| !part.is_empty()).collect();
        self.teach(said.join(" "), sink);
        Ok(())
    }

    /// Something has happened by itself: it may be what the lesson waits for.
    pub(in crate::app) fn lesson_hears(&mut self, sink: Sink<'_>) {
        if let Some(mut learner) = self.learner.take() {
            learner.hear(self, sink);
            self.learner = Some(learner);
        }
    }

    /// Runs what the learner typed: files are the learner's own, where a person sits at the prompt.
    fn with_own_files(&mut self, does: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        self.session.set_own_files(!self.settings.script);
        let outcome = does(self);
        self.session.set_own_files(false);
        outcome
    }

    /// Words of the lesson, Markdown.
    fn teach(&self, markdown: impl Into<String>, sink: Sink<'_>) {
        let markdown = markdown.into();
        if !markdown.trim().is_empty() {
            self.tell(None, What::Answer(Answer::Lesson { markdown }), sink);
        }
    }
}

impl Learner {
    /// The place in the lesson, for the prompt: `lesson 4 3/9`.
    pub(in crate::app) fn place(&self) -> String {
        let mut place = format!(
            "lesson {} {}/{}",
            self.number,
            self.step + 1,
            self.lesson.steps.len()
        );
        if self.free {
            place.push_str(" free");
        } else if let Some(choices) = self.choices() {
            place.push_str(&format!(" (1-{choices})"));
        }
        place
    }

    /// Where the learner can go on another day.
    pub(in crate::app) fn farewell(&self) -> String {
        if self.progress.is_none() {
            return String::new();
        }
        let (number, id) = (self.number, &self.lesson.head.id);
        let step = begin::step_to_go_on(&self.lesson, &self.record);
        let kept = match step == self.step {
            true => format!("Your place is kept: lesson {number}, step {}.", step + 1),
            // After `goto`: what counts is what was done.
            false => format!("The first step that is open is {}.", step + 1),
        };
        format!("{kept} `socktutor learn {id}`, or `learn {id}` in the shell, goes on there.")
    }

    fn block(&self) -> Option<&Block> {
        self.lesson.steps[self.step].blocks.get(self.block)
    }

    /// The model answer of the block in hand, or of the next one where a question comes first.
    fn sock(&self) -> Option<&Sock> {
        let rest = self.lesson.steps[self.step].blocks.get(self.block..)?;
        rest.iter().find_map(|block| match block {
            Block::Sock(sock) => Some(sock),
            _ => None,
        })
    }

    /// Whether the lesson makes a socket or a value of this name, up to the block in hand.
    fn is_part(&self, name: &str) -> bool {
        let before = self.lesson.steps[..self.step].iter();
        let here = &self.lesson.steps[self.step].blocks[..self.block];
        let mut blocks = before.flat_map(|step| &step.blocks).chain(here);
        blocks.any(|block| matches!(block, Block::Sock(sock) if sock.makes(name)))
    }

    /// Whether the block in hand does.
    fn makes(&self, name: &str) -> bool {
        matches!(self.block(), Some(Block::Sock(sock)) if sock.makes(name))
    }

    fn line(&mut self, app: &mut App, line: &str, sink: Sink<'_>) -> Outcome {
        if self.told && self.goes_on_by_itself(app, sink) {
            if !line.trim().is_empty() {
                let words = format!("Not run: `{}`. Read on first.", line.trim());
                app.teach(words, sink);
            }
            return Outcome::default();
        }
        if !self.free && self.answered(app, line, sink) {
            return Outcome::default();
        }
        if line.trim().is_empty() {
            self.enter(app, sink);
            return Outcome::default();
        }
        let asked = self.choices();
        let mut outcome = app.execute_each(line, sink, &mut |app, statement, sink| {
            self.statement(app, statement, sink)
        });
        if let Some(count) = asked
            && (outcome.missing.take().is_some() || outcome.fault)
        {
            app.teach(question::how_to_answer(count), sink);
        }
        outcome
    }

    /// Enter alone: on, where the step is done; a question is put again.
    fn enter(&mut self, app: &mut App, sink: Sink<'_>) {
        if self.free || self.goes_on_by_itself(app, sink) {
            return;
        }
        self.ask_again(app, sink);
    }

    fn statement(&mut self, app: &mut App, statement: &Statement, sink: Sink<'_>) -> Outcome {
        if let Action::Call(call) = &statement.action
            && let Some(outcome) = self.command(app, call, statement, sink)
        {
            return outcome;
        }
        if self.over || self.free {
            return app.statement(statement, sink);
        }
        let Phase::Calls(round) = &mut self.phase else {
            return self.before_the_answer(app, statement, sink);
        };
        let before = round.attempts();
        let outcome = app.with_own_files(|app| round.statement(app, statement, sink));
        if round.attempts() > before {
            let judgement = round.look(app, PATIENCE, sink);
            self.judged(app, judgement, sink);
        }
        outcome
    }

    /// A statement while a question is open: one that only looks is run, one that acts would give the answer away.
    fn before_the_answer(
        &mut self,
        app: &mut App,
        statement: &Statement,
        sink: Sink<'_>,
    ) -> Outcome {
        let patience = Duration::ZERO;
        let acts = Attempt::new(
            statement,
            &mut Seen {
                app,
                sink,
                patience,
            },
        )
        .changes();
        if !acts {
            return app.with_own_files(|app| app.statement(statement, sink));
        }
        let words = match self.phase {
            Phase::Quiz(_) => "Not called yet: the question comes first.",
            _ => "Not called yet: first say what you expect. Then call it and see.",
        };
        app.teach(words, sink);
        Outcome {
            fault: true,
            ..Outcome::default()
        }
    }

    /// Takes a judgement: words, and on where the block is done.
    fn judged(&mut self, app: &mut App, judgement: Judgement, sink: Sink<'_>) {
        let Judgement::Done { renamed, remarks } = judgement else {
            app.teach(words::after_a_call(&judgement), sink);
            self.said = Some(judgement);
            return;
        };
        let other = matches!(self.block(), Some(Block::Sock(sock)) if sock.other);
        let mut back = Vec::new();
        if let Phase::Calls(round) = &mut self.phase {
            self.visited |= other && round.attempts() == 0;
            round.leave(app, sink);
            back = round.moved(app);
        }
        // The lesson goes on with its parts under their names. A sleeping call may still need one.
        back.retain(|(name, _)| self.is_part(name) && !self.makes(name) && !app.is_pending(name));
        // What the call printed stands right above.
        // A name that is to come from a sleeping call plays its part when that call has returned.
        let mut now = renamed.clone();
        now.retain(|(name, _)| !app.is_pending(name));
        let back_names: Vec<&str> = back.iter().map(|(name, _)| name.as_str()).collect();
        let mut page = "\n".to_owned() + &words::done(&now, &back_names, &remarks);
        page.push_str(&self.outcome_of_guesses(app, sink));
        app.take_parts(&renamed);
        app.give_back(&back);
        self.aliases.extend(renamed);
        self.block += 1;
        self.advance(app, page, sink);
    }

    /// Goes on where the block is done without another call: somebody else made the difference.
    fn goes_on_by_itself(&mut self, app: &mut App, sink: Sink<'_>) -> bool {
        let Phase::Calls(round) = &mut self.phase else {
            return false;
        };
        self.told = false;
        let judgement = round.look(app, Duration::ZERO, sink);
        let done = matches!(judgement, Judgement::Done { .. });
        if done {
            self.judged(app, judgement, sink);
        }
        done
    }

    /// Looks whether what has happened by itself is what the step waits for, and says so.
    fn hear(&mut self, app: &mut App, sink: Sink<'_>) {
        let Phase::Calls(round) = &mut self.phase else {
            return;
        };
        if self.free || self.told {
            return;
        }
        let judgement = round.look(app, Duration::ZERO, sink);
        if matches!(judgement, Judgement::Done { .. }) {
            self.told = true;
            app.teach(
                "That is what this step waited for: press Enter to go on.",
                sink,
            );
        }
    }
}
