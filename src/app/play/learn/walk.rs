//! From block to block, from step to step, to the end.

use super::{Learner, Phase, begin, question};
use crate::app::play::Round;
use crate::app::{App, Sink};
use crate::lesson::progress::Mark;
use crate::lesson::{Block, Judgement};
use std::time::Duration;

/// How long an `other` block's claims are polled when it begins: the other side may be done already.
const GLANCE: Duration = Duration::from_millis(200);

impl Learner {
    /// Shows what follows, up to the next thing that waits for the learner. `page` is shown before it.
    pub(super) fn advance(&mut self, app: &mut App, mut page: String, sink: Sink<'_>) {
        loop {
            let Some(block) = self.block().cloned() else {
                if self.next_step(app, &mut page, sink) {
                    continue;
                }
                return;
            };
            match block {
                Block::Prose { markdown, .. } => {
                    page.push_str(&markdown);
                    page.push_str("\n\n");
                }
                Block::Listing { language, text, .. } => {
                    page.push_str(&format!("```{language}\n{}\n```\n\n", text.trim_end()));
                }
                Block::Hint { .. } => {}
                Block::Predict(predict) => {
                    self.phase = Phase::Guess;
                    page.push_str(&question::predict(&predict));
                    return app.teach(page, sink);
                }
                Block::Quiz(quiz) => {
                    self.phase = Phase::Quiz(0);
                    page.push_str(&question::quiz(&quiz));
                    return app.teach(page, sink);
                }
                Block::Sock(sock) => {
                    let round = Round::new(&sock);
                    let shows = round.shows_by_itself();
                    self.phase = Phase::Calls(Box::new(round));
                    self.said = None;
                    if sock.other {
                        page.push_str(the_other_side(shows));
                    }
                    app.teach(page, sink);
                    if sock.other {
                        self.glance(app, sink);
                    }
                    return;
                }
            }
            self.block += 1;
        }
    }

    /// What the other side does may have been done before the learner came to it.
    fn glance(&mut self, app: &mut App, sink: Sink<'_>) {
        let Phase::Calls(round) = &mut self.phase else {
            return;
        };
        let judgement = round.look(app, GLANCE, sink);
        if matches!(judgement, Judgement::Done { .. }) {
            app.teach("It has been done already.", sink);
            self.judged(app, judgement, sink);
        }
    }

    /// The step is done. False where it was the last.
    fn next_step(&mut self, app: &mut App, page: &mut String, sink: Sink<'_>) -> bool {
        self.mark(app, Mark::Done, sink);
        if self.step + 1 == self.lesson.steps.len() {
            page.push_str(&self.the_end(app));
            app.teach(std::mem::take(page), sink);
            return false;
        }
        self.enter_step(self.step + 1, page);
        true
    }

    /// To the beginning of a step.
    pub(super) fn enter_step(&mut self, step: usize, page: &mut String) {
        self.step = step;
        self.block = 0;
        self.hints = 0;
        self.guesses.clear();
        self.said = None;
        self.told = false;
        page.push_str(&format!("## {}\n\n", self.lesson.steps[step].title));
    }

    /// Writes down what became of the step.
    pub(super) fn mark(&mut self, app: &App, mark: Mark, sink: Sink<'_>) {
        self.record.mark(&self.lesson.steps[self.step].id, mark);
        let Some(progress) = &self.progress else {
            return;
        };
        if let Err(error) = progress.save(&self.lesson.head.id, &self.record) {
            app.teach(format!("Your progress could not be kept: {error}"), sink);
            // Said once.
            self.progress = None;
        }
    }

    /// The lesson is over: what was left out, and where to go next.
    pub(super) fn the_end(&mut self, app: &App) -> String {
        self.over = true;
        let mut words = format!(
            "**This was lesson {}, {}.**",
            self.number, self.lesson.head.title
        );
        let skipped = self.marked(Some(Mark::Skipped));
        let open = self.marked(None);
        let left = match (skipped.is_empty(), open.is_empty()) {
            (true, true) => String::new(),
            (false, true) => format!(" You skipped {skipped}"),
            (true, false) => format!(" Still open: {open}"),
            (false, false) => format!(" You skipped {skipped}; still open: {open}"),
        };
        if !left.is_empty() {
            words.push_str(&format!(
                "{left}. `learn {}` goes to step {}.",
                self.lesson.head.id,
                begin::step_to_go_on(&self.lesson, &self.record) + 1
            ));
        }
        words.push_str(&app.after_lesson(self.number));
        words.push_str(" What is open stays open: look around, or `quit`.\n");
        words
    }

    /// The steps with this mark, in words: `steps 2, 5`. Empty where there are none.
    fn marked(&self, mark: Option<Mark>) -> String {
        let numbered = (1..).zip(self.lesson.step_ids());
        let steps = numbered.filter(|(_, id)| self.record.get(id) == mark);
        let numbers: Vec<String> = steps.map(|(number, _)| number.to_string()).collect();
        match numbers.as_slice() {
            [] => String::new(),
            [one] => format!("step {one}"),
            several => format!("steps {}", several.join(", ")),
        }
    }
}

/// What an `other` block asks of the learner.
fn the_other_side(shows: bool) -> &'static str {
    if shows {
        "*The other side does this; the lesson notices when it is done. Or type its lines here.*\n"
    } else {
        "*The other side does this: type `check` when it is done. Or type its lines here.*\n"
    }
}
