//! Statements while a comparison is on: which run on both sides, which on one, which belong to the shell around them.

use super::{App, Sink, a_seed, no_comparison, seeded};
use crate::app::Outcome;
use crate::event::{Explanation, Tone};
use crate::lang::Statement;
use crate::lang::ast::{Action, Call};
use crate::lang::order::{Capture, MACHINE, Order, Wire};
use crate::session::{Because, Refusal, Value};

/// Where a statement runs.
enum Where {
    /// In the shell around the comparison.
    Around,
    /// There, and then on both sides too, without a word.
    Everywhere,
    /// On the sides.
    Sides,
}

impl App {
    /// One statement while a comparison is on.
    pub(in crate::app) fn compared(&mut self, statement: &Statement, sink: Sink<'_>) -> Outcome {
        for remark in &statement.remarks {
            self.say(remark.clone(), sink);
        }
        let statement = Statement {
            remarks: Vec::new(),
            ..statement.clone()
        };
        let scores = matches!(statement.action, Action::Lab(Order::Score));
        if let Some(comparison) = self.comparison.as_mut() {
            comparison.scored = scores;
        }
        match place(&statement.action) {
            Err(refusal) => self.not_compared(&statement, refusal, sink),
            Ok(Where::Around) => self.around(statement, sink),
            Ok(Where::Everywhere) => {
                let outcome = self.around(statement, sink);
                if let Some(comparison) = &mut self.comparison {
                    for side in &mut comparison.sides {
                        side.follow(&self.settings);
                    }
                }
                outcome
            }
            Ok(Where::Sides) => match self.on_sides(&statement, sink) {
                Ok(outcome) => outcome,
                Err(refusal) => self.not_compared(&statement, refusal, sink),
            },
        }
    }

    fn not_compared(&mut self, statement: &Statement, refusal: Refusal, sink: Sink<'_>) -> Outcome {
        if self.settings.script && refusal.because != Because::Failure {
            self.failures += 1;
        }
        self.refused(statement.span, refusal, sink)
    }

    /// A statement of the shell itself.
    fn around(&mut self, statement: Statement, sink: Sink<'_>) -> Outcome {
        self.alone(
            &Statement {
                side: None,
                ..statement
            },
            sink,
        )
    }

    /// Runs a statement on the sides that it is for, left first, and tells what came of it.
    fn on_sides(&mut self, statement: &Statement, sink: Sink<'_>) -> Result<Outcome, Refusal> {
        let comparison = self.comparison.as_mut().ok_or_else(no_comparison)?;
        let only = statement
            .side
            .map(|side| comparison.find(side))
            .transpose()?;
        if only.is_none() && writes_a_file(&statement.action) {
            return Err(
                Refusal::new("both sides would write the same file").help(format!(
                    "name the side: left: {}",
                    crate::lang::canonical(statement)
                )),
            );
        }
        let own = for_side(statement);
        let mut outcomes = Vec::with_capacity(2);
        let interrupt = self.session.interrupt();
        let presses = interrupt.presses();
        for at in 0..2 {
            comparison.record(at, sink, App::gather);
            if only.is_none_or(|only| only == at) {
                let side = &mut comparison.sides[at];
                side.app.line.clone_from(&self.line);
                let failed = side.failed;
                // Ctrl-C ends the statement, and the statement is one, whichever side was waiting.
                if interrupt.presses() != presses {
                    interrupt.fire();
                }
                let outcome = comparison.record(at, sink, |app, sink| {
                    let outcome = app.alone(&own, sink);
                    app.stand_in(&own, sink);
                    outcome
                });
                outcomes.push((outcome, comparison.sides[at].failed - failed));
            }
        }
        comparison.tell(sink);
        let not_held: usize = outcomes.iter().map(|(_, failed)| failed).sum();
        self.failures += not_held;
        // What goes wrong on one side only is an outcome like any other: it is what was to be seen.
        let fault = outcomes.iter().all(|(outcome, _)| outcome.fault);
        let stuck = fault && outcomes.iter().any(|(outcome, _)| outcome.stuck);
        if fault && self.settings.script {
            self.failures += 1;
        }
        Ok(Outcome {
            fault,
            stuck,
            failed: not_held > 0,
            ..Outcome::default()
        })
    }

    /// What has happened by itself since the last statement.
    fn gather(&mut self, sink: Sink<'_>) {
        self.collect(sink);
        if !self.ledger.looked_just_now() {
            self.look_around(None, sink);
        }
    }

    /// `conn = accept s` where there is nothing to accept: datagrams have no connections, and the one socket serves every
    /// peer. So that what follows can be typed for both sides, the name stands for that socket here.
    fn stand_in(&mut self, statement: &Statement, sink: Sink<'_>) {
        let Action::Call(Call { command, .. }) = &statement.action else {
            return;
        };
        let Some(Some(name)) = statement.targets.first() else {
            return;
        };
        let last = &self.last;
        let refused = *last.typed == *crate::lang::canonical(statement)
            && last.errno.is_some_and(|errno| errno.0 == libc::EOPNOTSUPP);
        let socket = last.socket.and_then(|id| self.session.socket(id));
        let Some(socket) = socket.filter(|socket| {
            command.name == "accept" && refused && socket.kind == libc::SOCK_DGRAM
        }) else {
            return;
        };
        let (id, of) = (socket.id, socket.name.clone());
        if **name == *of {
            return;
        }
        self.session.assign(name, Value::Socket(id));
        let text = format!(
            "There is nobody to accept: one datagram socket talks to every peer. On this side `{name}` is another name for `{of}`."
        );
        let explanation = Explanation {
            topic: "accept".into(),
            text: vec![text.into()],
            hints: Vec::new(),
            tone: Tone::Info,
        };
        self.explain(explanation, Some(id), sink);
    }
}

/// Where a statement runs.
fn place(action: &Action) -> Result<Where, Refusal> {
    Ok(match action {
        Action::Nothing => Where::Around,
        Action::Call(call) => match call.command.name {
            "explain" | "help" | "history" | "lessons" | "quit" => Where::Around,
            "set" => Where::Everywhere,
            "learn" => {
                return Err(Refusal::new("a comparison is on").help("`end` ends it; then learn"));
            }
            _ => Where::Sides,
        },
        Action::Lab(order) => match order {
            Order::Compare(..) | Order::Score | Order::Swap | Order::End => Where::Around,
            Order::Up(_) | Order::Down => {
                return Err(
                    Refusal::new("each side of a comparison has a laboratory of its own")
                        .help("`end` closes both"),
                );
            }
            Order::Capture(Capture::On | Capture::Off) => {
                return Err(Refusal::new(
                    "a comparison's packets are those of its wires, and they are all kept",
                )
                .help("left: capture save FILE   (and right:) writes them"));
            }
            Order::On(Some(host)) if host == MACHINE => {
                return Err(
                    Refusal::new("a comparison runs in its laboratories").help("`end` ends it")
                );
            }
            _ => Where::Sides,
        },
        Action::Value(_) | Action::Expect(_) => Where::Sides,
    })
}

fn writes_a_file(action: &Action) -> bool {
    matches!(action, Action::Lab(Order::Capture(Capture::Save(_))))
}

/// The statement as each side runs it: loss without a seed gets one for both.
fn for_side(statement: &Statement) -> Statement {
    let action = match &statement.action {
        Action::Lab(Order::Wire(Some(order @ Wire::Loss { .. }))) => {
            Action::Lab(Order::Wire(Some(seeded(order, a_seed()))))
        }
        other => other.clone(),
    };
    Statement {
        side: None,
        action,
        ..statement.clone()
    }
}
