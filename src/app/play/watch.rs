//! `lesson watch`: a lesson as a show in front of a class. This is its script: what is read, typed, run and asked, and
//! where it waits. It needs no terminal; `repl` performs it.

mod own;
mod question;

pub use own::Own;
pub use question::truth;

use super::test::fixed_port;
use super::turn::PATIENCE;
use super::{Round, Turn, again, unseen};
use crate::app::App;
use crate::event::{Event, What};
use crate::lang::ast::Action;
use crate::lesson::sock::Line;
use crate::lesson::{Block, Lesson, Predict, Sock, Step};
use std::io;

/// One thing that happens on the stage.
#[derive(Debug, Clone, PartialEq)]
pub enum Cue {
    /// A scene begins: the number of its step, from 1; `None` before the first.
    Scene(Option<usize>),
    /// Markdown to be read.
    Read(String),
    /// A note for the teacher.
    Note(String),
    /// A remark of the show's own.
    Aside(&'static str),
    /// A block of calls begins, what is run from now on is reported to its [`Round`].
    ///
    /// [`Round`]: super::Round
    Block(Sock),
    /// A line is typed at the prompt.
    Type(String),
    /// The line that was typed is run.
    Run(String),
    /// An `expect` is run. It is no part of what a student would type.
    Check(String),
    /// The calls are made: which claim has come true? See [`truth`].
    Judge(Predict),
    /// The show waits for the teacher.
    Wait(Wait),
}

/// What the show waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// The task is read; the calls come next.
    Task,
    /// A question is asked; the class votes.
    Vote,
    /// A line comes next.
    Line,
    /// A step is over.
    Step,
    /// The lesson is over.
    End,
}

/// How the show is played.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pauses {
    /// Wait at each line.
    pub every_line: bool,
}

/// A step, or what stands before the first.
#[derive(Debug)]
struct Scene {
    step: Option<usize>,
    cues: Vec<Cue>,
}

/// A lesson's script, and the place in it.
#[derive(Debug)]
pub struct Show {
    scenes: Vec<Scene>,
    scene: usize,
    at: usize,
}

/// Where `back` leads.
#[derive(Debug, PartialEq)]
pub struct Back {
    /// The step that begins again; `None` for what stands before the first.
    pub step: Option<usize>,
    /// What must have been played before it begins.
    pub before: Vec<Cue>,
}

impl Show {
    /// The script of this lesson.
    pub fn new(lesson: &Lesson, pauses: Pauses) -> Self {
        let mut scenes = vec![Scene {
            step: None,
            cues: Writer::new(pauses).scene(&lesson.intro, title(lesson)),
        }];
        for (n, Step { title, blocks, .. }) in lesson.steps.iter().enumerate() {
            let cues = Writer::new(pauses).scene(blocks, format!("## {title}\n\n"));
            scenes.push(Scene {
                step: Some(n + 1),
                cues,
            });
        }
        scenes.retain(|scene| !scene.cues.is_empty());
        for scene in &mut scenes {
            scene.cues.insert(0, Cue::Scene(scene.step));
        }
        if let Some(Cue::Wait(last)) = scenes.last_mut().and_then(|scene| scene.cues.last_mut()) {
            *last = Wait::End;
        }
        Self {
            scenes,
            scene: 0,
            at: 0,
        }
    }

    /// The step that is being played, from 1; `None` before the first.
    pub fn step(&self) -> Option<usize> {
        self.scenes.get(self.scene).and_then(|scene| scene.step)
    }

    /// How many steps there are.
    pub fn steps(&self) -> usize {
        self.scenes.iter().filter_map(|scene| scene.step).count()
    }

    /// To the beginning of this step; to that of the one before, where nothing of this one was typed yet.
    pub fn back(&mut self) -> Back {
        let typed = |cue: &Cue| matches!(cue, Cue::Type(_));
        let begun = self
            .scenes
            .get(self.scene)
            .is_some_and(|scene| scene.cues[..self.at].iter().any(typed));
        if !begun {
            self.scene = self.scene.saturating_sub(1);
        }
        self.at = 0;
        Back {
            before: self.played(),
            step: self.step(),
        }
    }

    /// What was run up to here, and the blocks that it stands in.
    pub fn played(&self) -> Vec<Cue> {
        let before = self.scenes[..self.scene].iter();
        let here = self
            .scenes
            .get(self.scene)
            .map(|scene| &scene.cues[..self.at]);
        let all = before.flat_map(|scene| &scene.cues);
        let all = all.chain(here.into_iter().flatten());
        let plays = |cue: &&Cue| matches!(cue, Cue::Block(_) | Cue::Run(_) | Cue::Check(_));
        all.filter(plays).cloned().collect()
    }
}

impl Iterator for Show {
    type Item = Cue;

    fn next(&mut self) -> Option<Cue> {
        loop {
            let scene = self.scenes.get(self.scene)?;
            if let Some(cue) = scene.cues.get(self.at) {
                self.at += 1;
                return Some(cue.clone());
            }
            if self.scene + 1 == self.scenes.len() {
                return None;
            }
            self.scene += 1;
            self.at = 0;
        }
    }
}

/// What the first page begins with.
fn title(lesson: &Lesson) -> String {
    let steps = match lesson.steps.len() {
        1 => "1 step".to_owned(),
        n => format!("{n} steps"),
    };
    let minutes = lesson.head.minutes;
    let minutes = minutes.map_or(String::new(), |minutes| {
        format!(", about {minutes} minutes")
    });
    format!("# {}\n\n{steps}{minutes}\n\n", lesson.head.title)
}

/// Writes a scene.
struct Writer {
    pauses: Pauses,
    cues: Vec<Cue>,
    /// Prose that is not yet a cue.
    prose: String,
    /// Questions that the next calls answer.
    open: Vec<Predict>,
}

impl Writer {
    fn new(pauses: Pauses) -> Self {
        Self {
            pauses,
            cues: Vec::new(),
            prose: String::new(),
            open: Vec::new(),
        }
    }

    fn scene(mut self, blocks: &[Block], heading: String) -> Vec<Cue> {
        self.prose = heading;
        for block in blocks {
            match block {
                Block::Prose { markdown, .. } => self.paragraph(markdown),
                Block::Listing { language, text, .. } => {
                    let text = text.trim_end_matches('\n');
                    self.paragraph(&format!("```{language}\n{text}\n```"));
                }
                Block::Predict(predict) => {
                    self.paragraph(&question::predict(predict));
                    self.open.push(predict.clone());
                }
                Block::Sock(sock) => self.sock(sock),
                Block::Quiz(quiz) => {
                    self.paragraph(&question::quiz(quiz));
                    self.read();
                    self.cues.push(Cue::Wait(Wait::Vote));
                    self.paragraph(&question::answer(quiz));
                }
                // The answer follows at once, so nobody needs one.
                Block::Hint { .. } => {}
            }
        }
        self.read();
        if !self.cues.is_empty() {
            self.cues.push(Cue::Wait(Wait::Step));
        }
        self.cues
    }

    fn paragraph(&mut self, markdown: &str) {
        self.prose.push_str(markdown.trim_matches('\n'));
        self.prose.push_str("\n\n");
    }

    /// What was gathered is read now.
    fn read(&mut self) {
        let prose = std::mem::take(&mut self.prose);
        if !prose.trim().is_empty() {
            self.cues.push(Cue::Read(prose.trim_end().to_owned()));
        }
    }

    fn sock(&mut self, sock: &Sock) {
        self.read();
        let vote = if self.open.is_empty() {
            Wait::Task
        } else {
            Wait::Vote
        };
        self.cues.push(Cue::Wait(vote));
        if sock.other {
            self.cues.push(Cue::Aside(
                "The other side may be anybody, anywhere on this machine. Here this shell plays it too:",
            ));
        }
        self.cues.push(Cue::Block(sock.clone()));
        let mut first = true;
        for line in &sock.lines {
            self.line(line, first);
            first = false;
        }
        for predict in self.open.drain(..) {
            self.cues.push(Cue::Judge(predict));
        }
    }

    fn line(&mut self, line: &Line, first: bool) {
        let asks = line.note.as_ref().is_some_and(|note| note.ends_with('?'));
        self.cues.extend(line.note.clone().map(Cue::Note));
        if line.text.is_empty() {
            return;
        }
        if checks_only(line) {
            self.cues.push(Cue::Check(line.text.clone()));
            return;
        }
        // A note that asks is put to the class before the answer shows.
        if asks || (self.pauses.every_line && !first) {
            self.cues.push(Cue::Wait(Wait::Line));
        }
        self.cues.push(Cue::Type(line.text.clone()));
        self.cues.push(Cue::Run(line.text.clone()));
    }
}

/// Whether the line only says what must hold.
fn checks_only(line: &Line) -> bool {
    line.statements
        .iter()
        .all(|statement| matches!(statement.action, Action::Expect(_) | Action::Nothing))
}

/// The right to the fixed ports, for a lesson that binds one, once nobody else plays such a lesson. For a show that
/// nobody watches: in front of a class there is no time to wait.
///
/// # Errors
/// The others take too long.
pub fn turn(lesson: &Lesson) -> io::Result<Option<Turn>> {
    fixed_port(lesson).then(|| Turn::take(PATIENCE)).transpose()
}

/// A lesson that was played again, up to some place.
#[derive(Default)]
pub struct Replayed {
    /// The block that is being played there.
    pub round: Option<Round>,
    /// What went wrong, in a line each.
    pub wrong: Vec<String>,
}

/// Closes everything and plays this again without a word.
///
/// # Errors
/// Where no new session can be made.
pub fn replay(app: &mut App, cues: &[Cue]) -> io::Result<Replayed> {
    again(app)?;
    let mut replayed = Replayed::default();
    for cue in cues {
        match cue {
            Cue::Block(sock) => replayed.round = Some(Round::new(sock)),
            Cue::Run(line) | Cue::Check(line) => replayed.run(app, line),
            _ => {}
        }
    }
    // What the replay has caused is no news.
    app.poll(&mut unseen);
    Ok(replayed)
}

impl Replayed {
    fn run(&mut self, app: &mut App, line: &str) {
        let mut found = None;
        let mut sink = |event: Event| match event.what {
            What::Expect(verdict) if !verdict.holds => found = Some(verdict.found),
            What::Error(complaint) => found = Some(complaint.message),
            _ => {}
        };
        let outcome = match &mut self.round {
            Some(round) => round.run(app, line, &mut sink),
            None => app.execute(line, &mut sink),
        };
        if let (Some(found), true) = (found, outcome.failed || outcome.fault) {
            self.wrong.push(format!("{line}: {found}"));
        }
    }
}

#[cfg(test)]
mod tests;
