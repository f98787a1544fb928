//! What a learner may ask at every prompt: `hint`, `answer`, `skip`, `why`, `check`, `back`, `goto`, `undo`, `where`,
//! `play`, `resume`.

use super::{Learner, PATIENCE, Phase, question, words};
use crate::app::{App, Outcome, Sink};
use crate::lang::ast::{Call, Statement};
use crate::lesson::progress::Mark;
use crate::lesson::{Block, Judgement};
use crate::session::Refusal;
use std::time::Duration;

impl Learner {
    /// Runs a command of the lesson. `None` for a call that is none.
    pub(super) fn command(
        &mut self,
        app: &mut App,
        call: &Call,
        statement: &Statement,
        sink: Sink<'_>,
    ) -> Option<Outcome> {
        match call.command.name {
            "hint" => self.hint(app, sink),
            "answer" => self.model(app, sink),
            "skip" => self.skip(app, sink),
            "why" => self.why(app, sink),
            "check" => self.check(app, sink),
            "back" => self.back(app, sink),
            "goto" => return Some(self.goto(app, call, statement, sink)),
            "undo" => self.undo(app, sink),
            "where" => self.place_again(app, sink),
            "play" => self.play(app, sink),
            "resume" => self.resume(app, sink),
            _ => return None,
        }
        Some(Outcome::default())
    }

    /// And how to begin anew, where something was changed since the block in hand began.
    fn with_way_out(&self, said: &str) -> String {
        let said = said.trim_end();
        match &self.phase {
            Phase::Calls(round) if round.changed() => format!("{said}\n\n{}.\n", words::UNDO),
            _ => format!("{said}\n"),
        }
    }

    /// The next hint; after the last, the model answer.
    fn hint(&mut self, app: &mut App, sink: Sink<'_>) {
        if let Phase::Quiz(_) = self.phase {
            let words = "A question has no hint: what you have just seen answers it. A wrong choice tells you more, \
                         and `answer` gives the right one.";
            return app.teach(words, sink);
        }
        let hints: Vec<&str> = self.lesson.steps[self.step].hints().collect();
        match hints.get(self.hints) {
            Some(hint) => {
                let last = self.hints + 1 == hints.len();
                let more = if last {
                    "(`hint` once more shows the lesson's own lines.)"
                } else {
                    "(`hint` once more says more.)"
                };
                let page = self.with_way_out(&format!("Hint: {hint}\n\n{more}"));
                app.teach(page, sink);
                self.hints += 1;
            }
            None => self.model(app, sink),
        }
    }

    /// The model answer.
    fn model(&mut self, app: &mut App, sink: Sink<'_>) {
        if let (Phase::Quiz(_), Some(Block::Quiz(quiz))) = (&self.phase, self.block()) {
            let page = question::the_right_ones(quiz);
            self.block += 1;
            return self.advance(app, page, sink);
        }
        let Some(sock) = self.sock() else {
            return app.teach("Nothing is to be called here.", sink);
        };
        let lines: Vec<&str> = sock.answer().collect();
        let mut page = format!(
            "The lesson's own lines:\n\n```\n{}\n```\n",
            lines.join("\n")
        );
        match self.choices() {
            Some(count) => {
                page.push_str("\nWhat they will do, the kernel decides. First your guess: ");
                page.push_str(&question::how_to_answer(count).replacen("Answer with ", "", 1));
            }
            None => {
                page.push_str("\nType them, or what does the same.\n");
                page = self.with_way_out(&page);
            }
        }
        app.teach(page, sink);
    }

    /// Passes over a question, or over the step: its calls are made, so that the next one finds what it needs.
    fn skip(&mut self, app: &mut App, sink: Sink<'_>) {
        match self.phase {
            Phase::Guess => self.guessed(app, None, sink),
            Phase::Quiz(_) => {
                self.block += 1;
                self.advance(app, String::new(), sink);
            }
            Phase::Calls(_) => {
                self.mark(app, Mark::Skipped, sink);
                let number = self.step + 1;
                if number == self.lesson.steps.len() {
                    let page = format!("Step {number} is left out.\n\n{}", self.the_end(app));
                    return app.teach(page, sink);
                }
                let words =
                    format!("Step {number} is left out: the lesson has made its calls for you.");
                self.travel(app, number, &words, sink);
            }
        }
    }

    /// What is missing, or what was wrong.
    fn why(&mut self, app: &mut App, sink: Sink<'_>) {
        if self.free {
            return app.teach(
                "Free play: nothing is judged. `resume` goes back to the lesson.",
                sink,
            );
        }
        if let Some(count) = self.choices() {
            return app.teach(question::how_to_answer(count), sink);
        }
        match self.said.take() {
            Some(said @ Judgement::Differs { .. }) => {
                app.teach(self.with_way_out(&words::judgement(&said)), sink);
                self.said = Some(said);
            }
            _ => self.check(app, sink),
        }
    }

    /// Judges now. The other side's part is taken on the learner's word, where nothing speaks against it.
    fn check(&mut self, app: &mut App, sink: Sink<'_>) {
        if self.free {
            return self.why(app, sink);
        }
        let Phase::Calls(round) = &mut self.phase else {
            return self.ask_again(app, sink);
        };
        let mut judgement = round.look(app, PATIENCE, sink);
        if !matches!(judgement, Judgement::Done { .. }) {
            let elsewhere = round.elsewhere(app, Duration::ZERO, sink);
            if matches!(elsewhere, Judgement::Done { .. }) || round.attempts() == 0 {
                judgement = elsewhere;
            }
        }
        match judgement {
            Judgement::Done { .. } => self.judged(app, judgement, sink),
            other => app.teach(self.with_way_out(&words::judgement(&other)), sink),
        }
    }

    fn back(&mut self, app: &mut App, sink: Sink<'_>) {
        match self.step.checked_sub(1) {
            Some(step) => self.travel(app, step, "One step back.", sink),
            None => app.teach("This is the first step. `undo` begins it again.", sink),
        }
    }

    fn goto(
        &mut self,
        app: &mut App,
        call: &Call,
        statement: &Statement,
        sink: Sink<'_>,
    ) -> Outcome {
        let steps = self.lesson.steps.len();
        let number = call
            .expr("step")
            .cloned()
            .map(|expr| app.session.value(&expr));
        let step = match number {
            Some(Ok(crate::session::Value::Int(n))) => usize::try_from(n).ok(),
            _ => None,
        };
        match step.filter(|step| (1..=steps).contains(step)) {
            Some(step) => {
                self.travel(app, step - 1, &format!("To step {step}."), sink);
                Outcome::default()
            }
            None => {
                let refusal = Refusal::new(format!("the steps are numbered 1 to {steps}"))
                    .help("`where` tells which one this is");
                app.refused(statement.span, refusal, sink)
            }
        }
    }

    fn undo(&mut self, app: &mut App, sink: Sink<'_>) {
        if self.free {
            return self.resume(app, sink);
        }
        let tried = match &self.phase {
            Phase::Calls(round) => round.attempts() > 0,
            Phase::Guess | Phase::Quiz(_) => false,
        };
        let words = match (tried, self.step) {
            (true, _) => "Undone: everything was closed, and made again as it was before.",
            (false, 0) => "Nothing was done here yet, so there is nothing to undo.",
            (false, _) => {
                "Nothing was done here yet: everything was closed, and made again as it was. `back` goes to the step \
                 before."
            }
        };
        self.begin_block_again(app, words, sink);
    }

    /// Lesson and step, and the task again.
    fn place_again(&mut self, app: &mut App, sink: Sink<'_>) {
        let step = &self.lesson.steps[self.step];
        let mut page = format!(
            "Lesson {}, {}: step {} of {}.\n\n## {}\n\n",
            self.number,
            self.lesson.head.title,
            self.step + 1,
            self.lesson.steps.len(),
            step.title
        );
        for block in &step.blocks[..self.block.min(step.blocks.len())] {
            match block {
                Block::Prose { markdown, .. } => page.push_str(&format!("{markdown}\n\n")),
                Block::Listing { language, text, .. } => {
                    page.push_str(&format!("```{language}\n{}\n```\n\n", text.trim_end()));
                }
                _ => {}
            }
        }
        if self.free {
            page.push_str("You are in free play: `resume` goes back to the lesson.\n");
        }
        app.teach(page, sink);
        if !self.free {
            self.ask_again(app, sink);
        }
    }

    /// Leaves the lesson's path. The learner's own lines are under the prompt's rules, not under a lesson's.
    fn play(&mut self, app: &mut App, sink: Sink<'_>) {
        self.free = true;
        app.set_policy(app.settings.policy());
        let words = "Free play: type what you like, nothing is judged. `resume` closes everything and goes back to this step.";
        app.teach(words, sink);
    }

    fn resume(&mut self, app: &mut App, sink: Sink<'_>) {
        if self.free {
            self.begin_block_again(app, "Back in the lesson.", sink);
            self.place_again_shortly(app, sink);
        } else {
            app.teach("You are in the lesson already; `where` tells where.", sink);
        }
    }

    /// The task, after a while elsewhere: a question has just been put again.
    fn place_again_shortly(&mut self, app: &mut App, sink: Sink<'_>) {
        if let Phase::Calls(_) = self.phase
            && !self.over
        {
            self.place_again(app, sink);
        }
    }
}
