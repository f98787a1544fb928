//! Lines of the teacher's own, between those of the lesson.

use super::{Away, Go, Options, Performance};
use crate::app::Interrupt;
use crate::app::play::watch::Own;
use crate::lang;
use crate::repl::can_edit;
use crate::repl::console::Console;
use crate::repl::editor::Editor;
use crate::repl::helper::Words;
use crate::repl::history::{HistoryFile, told};
use crate::repl::lines::{Entered, Lines};
use crate::repl::more;
use crate::repl::plain::Plain;
use crate::repl::prompt::CountedPrompt;
use crate::text::style::Paint;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Where the teacher's own lines are typed.
pub(super) fn lines(
    words: &Words,
    options: &Options,
    interrupt: Interrupt,
) -> io::Result<(Box<dyn Lines>, Arc<Console>)> {
    let history = options.history.then(HistoryFile::usual).flatten();
    let editor = can_edit().then(|| Editor::new(Arc::clone(words), options.style, history));
    if let Some(Ok(mut editor)) = editor {
        editor.tab_is_an_empty_line();
        let console = editor.console();
        if let Err(error) = editor.load_history() {
            console.say(format!(
                "  The lines of earlier sessions cannot be read: {}",
                told(&error)
            ));
        }
        return Ok((Box::new(editor), console));
    }
    let plain = Plain::new(interrupt)?;
    let console = plain.console();
    Ok((Box::new(plain), console))
}

impl Performance {
    /// The teacher types, in the same session.
    pub(super) fn take_over(&mut self) -> Go {
        let Some(mut lines) = self.lines.take() else {
            return Ok(());
        };
        self.own.store(true, Ordering::SeqCst);
        self.stage.fresh();
        self.say(
            "Your lines. An empty line or Tab goes back to the lesson and undoes them.",
            "  ",
            Paint::Faint,
        );
        if let Some(keyboard) = self.stage.keyboard() {
            // Should it fail, the editor sets the terminal as it needs it.
            let _ = keyboard.give_back();
        }
        let mut own = Own::begin(&self.shared.app());
        while self.own_line(&mut own, lines.as_mut()) {}
        if let Some(keyboard) = self.stage.keyboard() {
            let _ = keyboard.take();
        }
        self.own.store(false, Ordering::SeqCst);
        self.lines = Some(lines);
        self.stage.fresh();
        let changed = own.end(&mut self.shared.app());
        self.return_to_the_lesson(changed)
    }

    /// Where more was done than to look, the lesson would not find what it left, and would be wrong about the kernel.
    fn return_to_the_lesson(&mut self, changed: bool) -> Go {
        let mut words = "Back in the lesson.";
        let mut wrong = Vec::new();
        if changed {
            let played = self.show.played();
            words = match played.is_empty() {
                true => "Back in the lesson: everything was closed.",
                false => "Back in the lesson: everything was closed, and its lines were run again.",
            };
            match self.replay(&played) {
                Ok(lines) => wrong = lines,
                Err(error) => {
                    self.say(
                        &format!("There is no new session: {error}"),
                        "  ",
                        Paint::Bad,
                    );
                    return Err(Away::Leave);
                }
            }
        }
        self.say(words, "  ", Paint::Faint);
        self.otherwise(&wrong);
        Ok(())
    }

    /// One line of the teacher's own. False where it was the last.
    fn own_line(&mut self, own: &mut Own, lines: &mut dyn Lines) -> bool {
        self.stage.fresh();
        self.show_news();
        let shared = Arc::clone(&self.shared);
        let app = shared.app();
        let (text, jobs) = (app.prompt(), app.jobs());
        shared.blocked.store(jobs, Ordering::Relaxed);
        shared.learn_words(&app);
        drop(app);
        self.stage.flush();
        let style = self.stage.style();
        let prompt = CountedPrompt::new(&text, jobs, Arc::clone(&shared.blocked), &style);
        let line = match lines.next(&prompt) {
            Entered::Text(line) if !line.trim().is_empty() => line,
            Entered::Unreadable(why) => {
                self.stage.say(&format!("  {why}\n"));
                return true;
            }
            Entered::Text(_) | Entered::Interrupted | Entered::End => return false,
        };
        let stage = &mut self.stage;
        let mut say = |words: &str| {
            stage.scroll(words);
            stage.flush();
        };
        let Some(line) = more::whole(line, lines, &shared, &style, &mut say) else {
            return true;
        };
        let mut app = shared.app();
        shared.form().resize();
        shared.executing.store(true, Ordering::SeqCst);
        let stage = &mut self.stage;
        let outcome = own.run(&mut app, &line, &mut |event| {
            stage.scroll(&shared.show(&event));
        });
        shared.executing.store(false, Ordering::SeqCst);
        lines.remember(&lang::folded(&line));
        !outcome.quit
    }
}
