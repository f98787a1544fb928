//! What the show says between the calls.

use super::Performance;
use crate::event::{Answer, Event, What};
use crate::text::style::Paint;
use crate::text::wrap;

impl Performance {
    /// A step begins, on a clean screen.
    pub(super) fn scene(&mut self, step: Option<usize>) {
        let Some(step) = step.filter(|_| !self.json) else {
            return;
        };
        let style = self.stage.style();
        let place = format!(" {step} of {}", self.show.steps());
        let width = self.stage.width().saturating_sub(place.len());
        let rule = style.sign("─").repeat(width);
        let rule = style.paint(rule + &place, Paint::Faint).into_owned();
        if std::mem::take(&mut self.called) {
            self.blank();
        }
        self.stage.clean();
        self.stage.say(&format!("{rule}\n"));
    }

    /// Markdown.
    pub(super) fn read(&mut self, markdown: String) {
        let event = Event {
            t: self.shared.app().session().seconds_since_start(),
            host: None,
            socket: None,
            fd: None,
            what: What::Answer(Answer::Lesson { markdown }),
        };
        self.shared.form().resize();
        let text = self.shared.show(&event);
        if std::mem::take(&mut self.called) {
            self.blank();
        }
        self.stage.say(&text);
        self.blank();
    }

    /// An empty line, unless there is one.
    pub(super) fn blank(&mut self) {
        if !self.json {
            self.stage.gap();
        }
    }

    /// A note for the teacher: it says that it is one, in words.
    pub(super) fn note(&mut self, note: &str) {
        let note = note
            .strip_prefix("Teacher:")
            .or_else(|| note.strip_prefix("teacher:"))
            .unwrap_or(note);
        let words = format!("Teacher: {}", note.trim());
        self.say(&words, "  ", Paint::Faint);
    }

    /// Words of the show's own, folded.
    pub(super) fn say(&mut self, words: &str, indent: &str, paint: Paint) {
        if self.json {
            return;
        }
        let style = self.stage.style();
        let words = style.clean(words).into_owned();
        let folded = wrap::indented(&words, style.width, indent, indent);
        for line in folded.lines() {
            let line = format!("{}\n", style.paint(line, paint));
            self.stage.say(&line);
        }
    }

    /// The claims that held, in one line.
    pub(super) fn tell_held(&mut self) {
        let mut held = std::mem::take(&mut self.held);
        // That a call went well shows by itself.
        held.retain(|claim| claim != "ok");
        if held.is_empty() {
            return;
        }
        let style = self.stage.style();
        // A claim is not folded.
        let whole: Vec<String> = held
            .iter()
            .map(|claim| style.clean(claim).replace(' ', "\u{a0}"))
            .collect();
        let label = "As expected: ";
        let words = format!("{label}{}", whole.join(", "));
        let folded = wrap::indented(&words, style.width, "  ", "  ").replace('\u{a0}', " ");
        let good = style.paint(label, Paint::Good);
        let painted = folded.replacen(label, &good, 1);
        self.stage.say(&format!("{painted}\n"));
    }
}
