//! `undo`, `back`, `goto`, `resume`, and coming back on another day. Sockets cannot be put aside and taken out again:
//! everything is closed, and the lesson's own lines are repeated, unseen, up to the place.

use super::Learner;
use crate::app::play::restart;
use crate::app::{App, Explain, Sink};
use crate::errno::words;
use crate::event::{Event, Explanation, Tone, What};
use crate::lang::ast::{Action, Claim, Statement};
use crate::lesson::sock::Line;
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
    fn rebuilt(&mut self, app: &mut App, step: usize, block: usize, words: &str) -> String {
        if let Err(why) = self.rebuild(app, step, block) {
            return format!(
                "The lesson's own calls up to here could not be repeated: {why}\n\n`undo` tries once more.\n\n"
            );
        }
        let mut page = String::new();
        if !words.is_empty() {
            page = format!("{words} {}\n\n", there(app));
        }
        page + &self.stands_in(app, step, block)
    }

    /// Whoever played the other side has lost its connection, and cannot be called back: its part is played here from
    /// now on. That must be said, or the learner goes on waiting for somebody.
    fn stands_in(&mut self, app: &App, step: usize, block: usize) -> String {
        if !std::mem::take(&mut self.visited) {
            return String::new();
        }
        let before = self.lesson.steps[..step]
            .iter()
            .flat_map(|step| &step.blocks);
        let blocks = before.chain(&self.lesson.steps[step].blocks[..block]);
        let others = blocks.filter_map(|block| match block {
            Block::Sock(sock) if sock.other => Some(sock),
            _ => None,
        });
        let deeds: Vec<_> = others.flat_map(Sock::deeds).collect();
        let names = deeds
            .iter()
            .flat_map(|deed| deed.statement.targets.iter().flatten());
        let open = app.session().open_sockets();
        let mut there: Vec<String> = names
            .filter(|name| open.iter().any(|socket| *socket.name == **name))
            .map(|name| format!("`{name}`"))
            .collect();
        there.dedup();
        match there.as_slice() {
            [] => String::new(),
            names => format!(
                "The other side lost its connection when everything was closed. Its part is played here now, as {}: \
                 where the lesson asks for the other side, type its lines yourself.\n\n",
                names.join(", ")
            ),
        }
    }

    fn rebuild(&self, app: &mut App, step: usize, block: usize) -> Result<(), String> {
        restart(app, &self.lesson.head)
            .map_err(|error| format!("no session can be made ({}).", words(&error)))?;
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
        self.forgive();
        done
    }

    /// Runs a model answer with what judges it: an `expect` also waits until the kernel is as far. Ends with the first
    /// call that fails and should not: what follows can only fail because of it.
    fn repeat(&mut self, sock: &Sock) -> Result<(), String> {
        for (at, line) in sock.lines.iter().enumerate() {
            let mut trouble = None;
            let mut cause = String::new();
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
                What::Explain(words) if words.tone == Tone::Error => cause = in_words(&words),
                _ => {}
            };
            let outcome = self.execute_each(&line.text, &mut watch, &mut |app, statement, sink| {
                app.statement(statement, sink)
            });
            if outcome.failed && self.has_unexpected() && !may_fail(&sock.lines[at + 1..]) {
                return Err(self.failed_call(&cause));
            }
            let claims = line.statements.iter().any(is_claim);
            if outcome.fault || (outcome.failed && claims) {
                return Err(trouble.unwrap_or_else(|| format!("`{}` failed.", line.text)));
            }
        }
        Ok(())
    }

    fn failed_call(&self, cause: &str) -> String {
        let typed = &self.last.typed;
        let errno = self.last.errno;
        let how = errno.map(|errno| format!(" with {errno} ({})", errno.message()));
        format!("`{typed}` failed{}. {cause}", how.unwrap_or_default())
    }
}

/// Whether what follows a call says that it should fail.
fn may_fail(rest: &[Line]) -> bool {
    let statements = rest.iter().flat_map(|line| &line.statements);
    let mut claims = statements.map_while(|statement| match &statement.action {
        Action::Nothing => Some(None),
        Action::Expect(claim) => Some(Some(claim)),
        _ => None,
    });
    claims.any(|claim| matches!(claim, Some(Claim::Error(_))))
}

fn is_claim(statement: &Statement) -> bool {
    matches!(statement.action, Action::Expect(_))
}

/// Why a call failed, and what to try first.
fn in_words(cause: &Explanation) -> String {
    let mut words = cause.text.join(" ");
    if let Some(hint) = cause.hints.first() {
        words.push_str(&format!(" Try: `{hint}`"));
    }
    words
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
