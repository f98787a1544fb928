//! `undo`, `back`, `goto`, `resume`, and coming back on another day. Sockets cannot be put aside and taken out again:
//! everything is closed, and the lesson's own lines are repeated, unseen, up to the place.

use super::Learner;
use crate::app::play::restart;
use crate::app::{App, Explain, Sink};
use crate::event::{Event, What};
use crate::lang::ast::Action;
use crate::lesson::{Block, Sock};

impl Learner {
    /// To the beginning of a step, with all that was there then.
    pub(super) fn travel(&mut self, app: &mut App, step: usize, words: &str, sink: Sink<'_>) {
        let mut page = self.rebuilt(app, step, 0, words);
        self.free = false;
        self.enter_step(step, &mut page);
        self.advance(app, page, sink);
    }

    /// To the beginning of the block in hand: what was asked of the learner before it stays answered.
    pub(super) fn begin_block_again(&mut self, app: &mut App, words: &str, sink: Sink<'_>) {
        let guesses = std::mem::take(&mut self.guesses);
        let page = self.rebuilt(app, self.step, self.block, words);
        self.free = false;
        self.told = false;
        self.guesses = guesses;
        self.advance(app, page, sink);
    }

    /// Repeats what leads to this block. What to say of it.
    fn rebuilt(&self, app: &mut App, step: usize, block: usize, words: &str) -> String {
        match self.rebuild(app, step, block) {
            Err(why) => format!(
                "The lesson's own calls up to here could not be repeated: {why}\n\n`undo` tries once more.\n\n"
            ),
            Ok(()) if words.is_empty() => String::new(),
            Ok(()) => format!("{words} {}\n\n", there(app)),
        }
    }

    fn rebuild(&self, app: &mut App, step: usize, block: usize) -> Result<(), String> {
        restart(app, &self.lesson.head)
            .map_err(|error| format!("no session can be made ({error})."))?;
        let before = self.lesson.steps[..step].iter();
        let blocks = before
            .flat_map(|step| &step.blocks)
            .chain(&self.lesson.steps[step].blocks[..block]);
        let socks: Vec<&Sock> = blocks
            .filter_map(|block| match block {
                Block::Sock(sock) => Some(sock),
                _ => None,
            })
            .collect();
        app.unseen(|app| socks.iter().try_for_each(|sock| app.repeat(sock)))?;
        for (name, part) in &self.aliases {
            if let Some(value) = app.session.variable(part).cloned()
                && !app.session.knows(name)
            {
                app.session.assign(name, value);
            }
        }
        Ok(())
    }
}

impl App {
    /// Does something that is not remembered, explained or counted.
    fn unseen<T>(&mut self, does: impl FnOnce(&mut Self) -> T) -> T {
        let usual = self.settings.clone();
        let failures = self.failures;
        self.settings.script = true;
        self.settings.explain = Explain::Off;
        let done = does(self);
        self.settings = usual;
        self.failures = failures;
        self.unexpected = false;
        done
    }

    /// Runs a model answer with what judges it: an `expect` also waits until the kernel is as far.
    fn repeat(&mut self, sock: &Sock) -> Result<(), String> {
        for line in &sock.lines {
            let mut trouble = None;
            let mut watch = |event: Event| match event.what {
                What::Expect(verdict) if !verdict.holds => {
                    trouble = Some(format!(
                        "`{}` should hold after them, and the kernel says: {}.",
                        verdict.claim, verdict.found
                    ));
                }
                What::Error(complaint) => {
                    trouble.get_or_insert(format!("`{}`: {}.", line.text, complaint.message));
                }
                _ => {}
            };
            let outcome = self.execute_each(&line.text, &mut watch, &mut |app, statement, sink| {
                app.statement(statement, sink)
            });
            let call = line
                .statements
                .iter()
                .all(|statement| !matches!(statement.action, Action::Expect(_)));
            if outcome.fault || (outcome.failed && !call) {
                let last = &self.last;
                let errno = last.errno.map(|errno| {
                    format!(
                        " `{}` failed with {errno} ({}).",
                        last.typed,
                        errno.message()
                    )
                });
                let trouble = trouble.unwrap_or_else(|| format!("`{}` failed.", line.text));
                return Err(trouble + &errno.unwrap_or_default());
            }
        }
        Ok(())
    }
}

/// What is open again, by name.
fn there(app: &App) -> String {
    let open = app.session().open_sockets();
    let names: Vec<String> = open
        .iter()
        .map(|socket| format!("`{}`", socket.name))
        .collect();
    match names.as_slice() {
        [] => "No socket is open.".to_owned(),
        [one] => format!("Open: {one}."),
        several => format!("Open: {}.", several.join(", ")),
    }
}
