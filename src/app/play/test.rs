//! `lesson test`: a lesson played by nobody. The model answer must pass, as it stands and in the eyes of the judge;
//! doing nothing must not; and of each prediction exactly one choice must come true.

use super::{Round, lacking, stage, turn::Turn, unseen};
use crate::app::{App, Settings};
use crate::event::{Event, Tone, Verdict, What};
use crate::lang::ast::{Action, Address, Claim, Expr, Port};
use crate::lesson::sock::Line;
use crate::lesson::{Block, Defect, Judgement, Lesson, Predict, Sock, Step, check};
use crate::session::Wait;
use std::io;
use std::time::{Duration, Instant};

/// What became of a lesson.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// Every step holds.
    Passed,
    /// It does not do what it says, in the run of this number, from 1; 0 where it was not run for it.
    Failed(u32, Vec<Defect>),
    /// It cannot be read.
    Unreadable(Vec<Defect>),
    /// The machine lacks something.
    Skipped(String),
}

/// Tests a lesson so many times, each in a fresh session, up to the first failure.
///
/// # Errors
/// Where the kernel gives no session, or another program does not let go of the fixed ports.
pub fn test(lesson: &Lesson, settings: &Settings, times: u32) -> io::Result<Found> {
    let defects = check::check(lesson, settings.allow_net);
    if !defects.is_empty() {
        return Ok(Found::Failed(0, defects));
    }
    if let Some(reason) = lacking(&lesson.head, settings.program.as_deref()) {
        return Ok(Found::Skipped(reason));
    }
    for run in 1..=times {
        let _turn = match fixed_port(lesson) {
            true => Some(Turn::take(super::turn::PATIENCE)?),
            false => None,
        };
        let defects = once(lesson, settings)?;
        if !defects.is_empty() {
            return Ok(Found::Failed(run, defects));
        }
    }
    Ok(Found::Passed)
}

/// Whether it binds a port that it names, of this machine.
pub(super) fn fixed_port(lesson: &Lesson) -> bool {
    if !lesson.head.laboratory().is_empty() {
        return false;
    }
    let fixed = |expr: Option<&Expr>| matches!(expr, Some(Expr::Address(Address::Inet { port: Port::Number(port), .. })) if *port != 0);
    let mut socks = lesson.steps.iter().flat_map(Step::socks);
    socks.any(|sock| {
        sock.deeds()
            .iter()
            .any(|deed| match &deed.statement.action {
                Action::Call(call) => call.command.name == "bind" && fixed(call.expr("addr")),
                _ => false,
            })
    })
}

/// Plays the lesson once, up to the first step that fails.
fn once(lesson: &Lesson, settings: &Settings) -> io::Result<Vec<Defect>> {
    let settings = Settings {
        script: true,
        ..settings.clone()
    };
    let mut walk = Walk {
        file: &lesson.source,
        patience: settings.timeout,
        app: stage(settings, &lesson.head)?,
        failed: None,
        defects: Vec::new(),
    };
    for step in &lesson.steps {
        walk.step(step);
        if !walk.defects.is_empty() {
            break;
        }
    }
    walk.app.session.end_all();
    Ok(walk.defects)
}

/// A lesson while it is played.
struct Walk<'l> {
    file: &'l str,
    patience: Duration,
    app: App,
    /// The call that failed last.
    failed: Option<FailedCall>,
    defects: Vec<Defect>,
}

/// A call that failed: where, what, why.
#[derive(Clone)]
struct FailedCall {
    line: usize,
    text: String,
    why: String,
}

/// What a line said.
#[derive(Default)]
struct Heard {
    refused: Option<(String, String)>,
    untrue: Vec<Verdict>,
}

/// A line or a block failed; the defect is noted.
struct Stop;

impl Walk<'_> {
    fn add(&mut self, line: usize, message: impl Into<String>, help: impl Into<String>) -> Stop {
        self.defects.push(Defect {
            file: self.file.to_owned(),
            line,
            message: message.into(),
            help: help.into(),
        });
        Stop
    }

    fn step(&mut self, step: &Step) {
        self.idle(step);
        let mut asked: Vec<&Predict> = Vec::new();
        for block in &step.blocks {
            let played = match block {
                Block::Predict(predict) => {
                    asked.push(predict);
                    Ok(())
                }
                Block::Sock(sock) => self.block(sock, &std::mem::take(&mut asked)),
                _ => Ok(()),
            };
            if played.is_err() {
                return;
            }
        }
    }

    /// Doing nothing must not be enough.
    fn idle(&mut self, step: &Step) {
        let statements = step
            .socks()
            .flat_map(|sock| &sock.lines)
            .flat_map(|line| &line.statements);
        let claims: Vec<Claim> = statements
            .filter_map(|statement| match &statement.action {
                Action::Expect(claim) => Some(claim.clone()),
                _ => None,
            })
            .collect();
        if !claims.is_empty() && claims.iter().all(|claim| self.holds_already(claim)) {
            let message =
                "doing nothing passes: every `expect` of this step holds before its calls";
            self.add(
                step.line,
                message,
                "add one that only these calls make true",
            );
        }
    }

    /// Whether a claim holds without any call of this step, at once. A claim about the last call does not: it is about
    /// one of this step.
    fn holds_already(&mut self, claim: &Claim) -> bool {
        // Claims of the whole that need time or calls of their own say nothing about the step's.
        let acts = claim
            .clone()
            .values_mut()
            .iter()
            .any(|expr| expr.has_calls());
        if acts || matches!(claim, Claim::Quiet(_)) {
            return !acts;
        }
        let last = std::mem::take(&mut self.app.last);
        // What still sleeps is not waited for.
        let patience = std::mem::take(&mut self.app.settings.timeout);
        let holds = self.app.holds_now(claim, &mut unseen);
        self.app.settings.timeout = patience;
        self.app.put_back(last);
        holds.unwrap_or(false)
    }

    fn block(&mut self, sock: &Sock, asked: &[&Predict]) -> Result<(), Stop> {
        let mut round = Round::new(sock);
        if let Judgement::Done { .. } = self.look(&mut round, Duration::ZERO) {
            let message = "this block is taken as done before anything was typed";
            return Err(self.add(
                sock.line,
                message,
                "add an `expect` that only its calls make true",
            ));
        }
        for line in &sock.lines {
            self.line(&mut round, line)?;
            // What was true after a call need not stay true: the judge looks after each, as it does for a learner.
            self.look(&mut round, Duration::ZERO);
        }
        if self.app.has_unexpected() {
            let call = self.failed.take();
            return Err(self.unexpected(call));
        }
        self.judged(&mut round, sock)?;
        for predict in asked {
            self.predicted(&mut round, predict)?;
        }
        Ok(())
    }

    fn look(&mut self, round: &mut Round, patience: Duration) -> Judgement {
        round.look(&mut self.app, patience, &mut unseen)
    }

    fn line(&mut self, round: &mut Round, line: &Line) -> Result<(), Stop> {
        let mut heard = Heard::default();
        let before = self.app.failures();
        let earlier = self.failed.clone();
        let failed = &mut self.failed;
        let mut sink = |event: Event| heard.take(event, line.number, failed);
        round.run(&mut self.app, &line.text, &mut sink);
        if let Some((message, help)) = heard.refused {
            let message = format!("`{}` cannot be done: {message}", line.text);
            return Err(self.add(line.number, message, help));
        }
        if let Some(verdict) = heard.untrue.first() {
            let message = format!(
                "`expect {}` does not hold; found: {}",
                verdict.claim, verdict.found
            );
            let help = self.why(verdict);
            return Err(self.add(line.number, message, help));
        }
        // The session settles with a call that the one before should not have failed.
        if self.app.failures() > before {
            let call = earlier.or_else(|| self.failed.take());
            return Err(self.unexpected(call));
        }
        Ok(())
    }

    /// Why a claim does not hold, and the call that failed before it where one did.
    fn why(&self, verdict: &Verdict) -> String {
        let failed = self.failed.as_ref().filter(|_| self.app.has_unexpected());
        let failed = failed.map(|call| format!("{} failed. {}", call.text, call.why));
        let parts = [failed.unwrap_or_default(), verdict.why.clone()];
        let parts: Vec<&str> = parts
            .iter()
            .map(|part| part.trim())
            .filter(|part| !part.is_empty())
            .collect();
        parts.join("; ")
    }

    /// A call failed, and no `expect error` says that it should.
    fn unexpected(&mut self, call: Option<FailedCall>) -> Stop {
        match call {
            Some(call) => {
                let message = format!("{} failed, and no `expect error` follows it", call.text);
                self.add(call.line, message, call.why)
            }
            None => self.add(0, "a call failed, and no `expect error` follows it", ""),
        }
    }

    /// Looks again while something is missing and a call still sleeps: on a busy machine a connect may take its time.
    fn look_patiently(&mut self, round: &mut Round) -> Judgement {
        let deadline = Instant::now() + self.patience;
        loop {
            let judgement = self.look(round, self.patience);
            let waits = matches!(judgement, Judgement::NotYet { .. }) && self.app.jobs() > 0;
            if !waits || Instant::now() >= deadline {
                return judgement;
            }
            if let Wait::Done(done) = self.app.session.wait(deadline) {
                self.app.after(*done, &mut unseen);
            }
        }
    }

    /// What a learner would be told who types the model answer.
    fn judged(&mut self, round: &mut Round, sock: &Sock) -> Result<(), Stop> {
        let (message, words) = match self.look_patiently(round) {
            Judgement::Done { renamed, remarks } if renamed.is_empty() && remarks.is_empty() => {
                return Ok(());
            }
            Judgement::Done { renamed, remarks } => {
                let named = renamed.iter().map(|(a, b)| format!("`{a}` plays `{b}`"));
                let words = remarks.into_iter().chain(named).collect();
                (
                    "who types this answer is told that it is another one",
                    words,
                )
            }
            Judgement::NotYet { missing } => (
                "who types this answer is told that something is missing",
                missing,
            ),
            Judgement::Differs { words, .. } => {
                ("who types this answer is told that it is wrong", words)
            }
        };
        Err(self.add(sock.line, message, words.join("; ")))
    }

    fn predicted(&mut self, round: &mut Round, predict: &Predict) -> Result<(), Stop> {
        let findings = round.truths(&mut self.app, predict, &mut unseen);
        let pairs = || predict.choices.iter().zip(&findings);
        let came_true: Vec<String> = pairs()
            .filter(|(_, finding)| finding.holds)
            .map(|(choice, _)| format!("`{}` (line {})", choice.source, choice.line))
            .collect();
        let (message, help) = match came_true.as_slice() {
            [_] => return Ok(()),
            [] => {
                let found = pairs().map(|(choice, f)| format!("`{}`: {}", choice.source, f.found));
                let found: Vec<String> = found.collect();
                (
                    "no choice of this prediction came true".to_owned(),
                    found.join("; "),
                )
            }
            several => (
                format!(
                    "{} choices of this prediction came true: {}",
                    several.len(),
                    several.join(", ")
                ),
                "exactly one may".to_owned(),
            ),
        };
        Err(self.add(predict.line, message, help))
    }
}

impl Heard {
    fn take(&mut self, event: Event, line: usize, failed: &mut Option<FailedCall>) {
        match event.what {
            What::Syscall(call) if call.errno.is_some() => {
                *failed = Some(FailedCall {
                    line,
                    text: format!("`{}`", call.text),
                    why: String::new(),
                });
            }
            What::Explain(explanation) if explanation.tone == Tone::Error => {
                if let Some(failed) = failed {
                    failed.why = explanation.text.join(" ");
                }
            }
            What::Expect(verdict) if !verdict.holds => self.untrue.push(verdict),
            What::Expect(verdict) if verdict.claim.starts_with("error") => *failed = None,
            What::Error(complaint) => {
                self.refused = Some((complaint.message, complaint.help.join("; ")));
            }
            _ => {}
        }
    }
}
