//! `lesson watch`: performs the script of `app::play::watch` in front of a class.
//!
//! | file | what it does |
//! | --- | --- |
//! | `keys` | keys, one at a time |
//! | `own` | lines of the teacher's own |
//! | `tell` | what is said between the calls |
//! | `stage` | pages, the pace of typing, the line that says what the keys do |

mod keys;
mod own;
mod stage;
mod tell;

use super::console::Console;
use super::helper::Words;
use super::lines::Lines;
use super::output::Form;
use super::prompt::styled;
use super::script::{FAILED, UNREAD, WELL};
use super::shared::Shared;
use super::{terminal, threads};
use crate::app::App;
use crate::app::play::watch::{Cue, Pauses, Show, Wait, replay, truth};
use crate::app::play::{self, Round};
use crate::event::{Event, Verdict, What};
use crate::lesson::{Lesson, Predict};
use crate::sys::signal::{self, Signal};
use crate::text::style::{Paint, Style};
use keys::{Key, Keyboard};
use stage::{Breath, Stage};
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How a lesson is to be shown.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// What the terminal can show.
    pub style: Style,
    /// Events as JSON, and nothing else. Nobody is waited for.
    pub json: bool,
    /// Whether the teacher's own lines are remembered across sessions.
    pub history: bool,
    /// Whether lines are typed, or printed at once.
    pub typing: bool,
    /// Where it waits.
    pub pauses: Pauses,
}

/// The keys, for `?`.
const KEYS: &str = "
  Enter, Space, Page Down   go on; while a line is typed: the rest of it at once
  b, Page Up                back to the beginning of this step,
                            or to the one before
  p                         pause; p or Enter goes on
  + -                       faster, slower
  Tab                       type lines of your own in the same session;
                            an empty line or Tab goes back to the lesson
                            and undoes what they did
  q, Ctrl-C, Ctrl-D         leave

";

/// What is said while the show is paused.
const PAUSED: &str = "paused: p or Enter";

/// What is said to a question where an expectation of its block did not hold.
const OPEN: &str =
    "**The question stays open:** what this step wants did not come about. `b` begins it again.";

/// Why the show does not simply go on.
enum Away {
    /// Back to the beginning of a step.
    Back,
    /// The teacher leaves.
    Leave,
}

/// Whether the show goes on.
type Go = Result<(), Away>;

/// Shows a lesson, and gives the exit status: 1 where something that it expects did not hold. `app` makes its session.
/// Unless standard input and output are terminals, everything is printed without waiting.
///
/// # Errors
/// The session cannot be made, no thread can be started, or standard output cannot be written.
pub fn watch(
    app: impl FnOnce() -> io::Result<App>,
    lesson: &Lesson,
    options: &Options,
) -> io::Result<u8> {
    let live = io::stdin().is_terminal() && io::stdout().is_terminal() && !options.json;
    if live {
        // As for the prompt: before any thread is started, the session's own included.
        signal::block(&signal::TAKEN)?;
        signal::block(&[Signal::SIGWINCH])?;
    } else {
        signal::die_tidily();
    }
    let app = app()?;
    let words = Words::default();
    let form = Form::new(options.style, options.json);
    let show = Show::new(lesson, options.pauses);
    if !live {
        if io::stdin().is_terminal() && !options.json {
            // Who sits there would not know why it does not stop.
            let _ = writeln!(
                io::stderr(),
                "socktutor: standard output is no terminal, so nothing waits for a key; script(1) keeps a transcript"
            );
        }
        let _turn = play::watch::turn(lesson)?;
        let shared = Shared::new(app, form, Arc::new(Console::default()), words);
        let stage = Stage::new(options.style, false, None);
        return Performance::new(shared, show, stage, None, options).perform();
    }
    terminal::remember();
    let (lines, console) = own::lines(&words, options, app.interrupt())?;
    let shared = Shared::new(app, form, console, words);
    let stage = Stage::new(options.style, options.typing, Some(Keyboard::open()?));
    let performance = Performance::new(Arc::clone(&shared), show, stage, Some(lines), options);
    threads::start_news(&shared)?;
    let (leave, own) = (
        Arc::clone(&performance.stage.leave),
        Arc::clone(&performance.own),
    );
    let console = Arc::clone(&shared.console);
    threads::start_signals(&console, move || {
        if shared.executing.load(Ordering::SeqCst) {
            shared.interrupt.fire();
        }
        // In a line of the teacher's own it interrupts that line only.
        leave.store(!own.load(Ordering::SeqCst), Ordering::SeqCst);
    })?;
    performance.perform()
}

/// A lesson while it is shown.
struct Performance {
    shared: Arc<Shared>,
    show: Show,
    stage: Stage,
    lines: Option<Box<dyn Lines>>,
    json: bool,
    /// The block that is being played.
    round: Option<Round>,
    /// Claims that held, to be told together.
    held: Vec<String>,
    /// Whether the last thing that was shown is a call.
    called: bool,
    /// How many expectations did not hold.
    failed: usize,
    /// How many there were before this block.
    failed_before: usize,
    /// Whether the teacher types.
    own: Arc<AtomicBool>,
}

impl Performance {
    fn new(
        shared: Arc<Shared>,
        show: Show,
        stage: Stage,
        lines: Option<Box<dyn Lines>>,
        options: &Options,
    ) -> Self {
        Self {
            shared,
            show,
            stage,
            lines,
            json: options.json,
            round: None,
            held: Vec::new(),
            called: false,
            failed: 0,
            failed_before: 0,
            own: Arc::default(),
        }
    }

    /// To the end, or until the teacher leaves.
    fn perform(mut self) -> io::Result<u8> {
        while let Some(cue) = self.show.next() {
            match self.cue(cue) {
                Ok(()) if self.stage.gone() => break,
                Ok(()) => {}
                Err(Away::Back) => self.back()?,
                Err(Away::Leave) => break,
            }
        }
        let unread = self.stage.gone();
        let failed = self.failed > 0;
        self.stage.finish()?;
        Ok(match (unread, failed) {
            (true, _) => UNREAD,
            (false, true) => FAILED,
            (false, false) => WELL,
        })
    }

    fn cue(&mut self, cue: Cue) -> Go {
        if self.stage.leaving() {
            return Err(Away::Leave);
        }
        if !matches!(cue, Cue::Check(_)) {
            self.tell_held();
            self.pages()?;
        }
        match cue {
            Cue::Scene(step) => self.scene(step),
            Cue::Read(markdown) => self.read(markdown),
            Cue::Note(note) => self.note(&note),
            Cue::Aside(words) => self.say(words, "  ", Paint::Faint),
            Cue::Block(sock) => {
                self.round = Some(Round::new(&sock));
                self.failed_before = self.failed;
            }
            Cue::Type(line) => self.type_line(&line)?,
            Cue::Run(line) => {
                self.run(&line, false);
                self.pages()?;
                return self.rest();
            }
            Cue::Check(line) => self.run(&line, true),
            Cue::Judge(predict) => self.judge(&predict),
            Cue::Wait(wait) => return self.wait(wait),
        }
        self.pages()
    }

    /// Says which choice has come true. What the question is about has to have happened.
    fn judge(&mut self, predict: &Predict) {
        if self.failed > self.failed_before {
            return self.read(OPEN.to_owned());
        }
        let shared = Arc::clone(&self.shared);
        let mut app = shared.app();
        let mut seen = String::new();
        let words = self.round.as_mut().map(|round| {
            let mut sink = |event: Event| seen.push_str(&shared.show(&event));
            truth(round, &mut app, predict, &mut sink)
        });
        drop(app);
        self.stage.say(&seen);
        self.read(words.unwrap_or_default().trim_end().to_owned());
    }

    fn prompt(&self) -> String {
        styled(&self.shared.app().prompt(), &self.stage.style())
    }

    /// Types a line, up to Enter.
    fn type_line(&mut self, line: &str) -> Go {
        if self.json {
            return Ok(());
        }
        if self.stage.cramped() {
            self.pause("more: Enter")?;
            self.stage.turn();
        }
        self.show_news();
        if std::mem::take(&mut self.called) {
            self.blank();
        }
        let mut at = 0;
        let prompt = self.prompt();
        self.stage.prompt(&prompt);
        while let Some((key, typed)) = self.stage.type_from(line, at) {
            let (begun, rest) = line.split_at(typed);
            if key == Key::Next {
                self.stage.put(rest);
                break;
            }
            self.stage.enter();
            self.during(key)?;
            let prompt = self.prompt();
            self.stage.prompt(&prompt);
            self.stage.put(begun);
            at = typed;
        }
        let breath = self.stage.before_call();
        self.stage.enter();
        match breath {
            Breath::Over | Breath::Key(Key::Next) => Ok(()),
            Breath::Key(key) => self.during(key),
        }
    }

    /// Time to read.
    fn rest(&mut self) -> Go {
        match self.stage.after_call() {
            Breath::Over | Breath::Key(Key::Next) => Ok(()),
            Breath::Key(key) => self.during(key),
        }
    }

    /// A key while the show goes on by itself.
    fn during(&mut self, key: Key) -> Go {
        match key {
            Key::Pause => self.pause(PAUSED),
            Key::Help | Key::TakeOver => {
                self.pressed(key)?;
                self.pause("paused: Enter")
            }
            other => self.pressed(other),
        }
    }

    /// What a key does that does not simply go on.
    fn pressed(&mut self, key: Key) -> Go {
        match key {
            Key::Back => Err(Away::Back),
            Key::Leave => Err(Away::Leave),
            Key::TakeOver => self.take_over(),
            Key::Help => {
                self.stage.scroll(KEYS);
                self.stage.fresh();
                Ok(())
            }
            Key::Next | Key::Pause | Key::Faster | Key::Slower => Ok(()),
        }
    }

    /// Runs a line of the lesson. Claims that hold are told later, together.
    fn run(&mut self, line: &str, check: bool) {
        self.called = true;
        let shared = Arc::clone(&self.shared);
        let mut app = shared.app();
        shared.form().resize();
        self.stage.flush();
        let Self {
            stage,
            held,
            failed,
            json,
            ..
        } = self;
        let mut sink = |event: Event| match &event.what {
            What::Expect(Verdict {
                holds: true, claim, ..
            }) if !*json => held.push(claim.clone()),
            what => {
                let wrong = match what {
                    What::Expect(verdict) => !verdict.holds,
                    What::Error(_) => true,
                    _ => false,
                };
                *failed += usize::from(wrong);
                stage.say(&shared.show(&event));
            }
        };
        shared.executing.store(true, Ordering::SeqCst);
        match &mut self.round {
            Some(round) => round.run(&mut app, line, &mut sink),
            None => app.execute(line, &mut sink),
        };
        shared.executing.store(false, Ordering::SeqCst);
        drop(app);
        if !check {
            self.stage.forget_next();
        }
    }

    /// Turns pages until everything is shown.
    fn pages(&mut self) -> Go {
        while self.stage.more() {
            self.pause("more: Enter")?;
            self.stage.turn();
        }
        Ok(())
    }

    fn wait(&mut self, wait: Wait) -> Go {
        if !self.stage.live() {
            return Ok(());
        }
        let next = self.show.step().map_or(1, |step| step + 1);
        let words = match wait {
            Wait::Task => "Enter: do it".to_owned(),
            Wait::Vote => "your vote? Enter: see".to_owned(),
            Wait::Line => "Enter: the next line".to_owned(),
            Wait::Step => format!("Enter: step {next} of {}", self.show.steps()),
            Wait::End => "the end. Enter leaves".to_owned(),
        };
        self.pause(&words)?;
        self.stage.turn();
        Ok(())
    }

    /// Waits for Enter, and does what the other keys ask for.
    fn pause(&mut self, words: &str) -> Go {
        let paused = words == PAUSED;
        let words = format!("{words}   b back   Tab your line   q leave   ? keys");
        loop {
            let console = Arc::clone(&self.shared.console);
            match self.stage.wait(&words, &mut || console.drain()) {
                Key::Next => return Ok(()),
                Key::Pause if paused => return Ok(()),
                key => self.pressed(key)?,
            }
        }
    }

    /// What happened by itself meanwhile.
    fn show_news(&mut self) {
        let news = self.shared.console.drain();
        self.stage.say(&news);
    }

    /// Everything is closed, and what came before the step is run again without a word.
    fn back(&mut self) -> io::Result<()> {
        let back = self.show.back();
        self.stage.clear();
        self.held.clear();
        let wrong = self.replay(&back.before)?;
        let words = match back.step {
            Some(step) if !back.before.is_empty() => format!(
                "Back to step {step}. Everything was closed, and the lines before it were run again."
            ),
            Some(step) => format!("Back to step {step}. Everything was closed."),
            None => "Back to the beginning. Everything was closed.".to_owned(),
        };
        self.stage.say("\n");
        self.say(&words, "  ", Paint::Faint);
        self.otherwise(&wrong);
        Ok(())
    }

    /// Closes everything and plays this again, without a word. What went wrong.
    fn replay(&mut self, cues: &[Cue]) -> io::Result<Vec<String>> {
        let shared = Arc::clone(&self.shared);
        let mut app = shared.app();
        shared.executing.store(true, Ordering::SeqCst);
        let replayed = replay(&mut app, cues);
        shared.executing.store(false, Ordering::SeqCst);
        drop(app);
        shared.console.drain();
        let replayed = replayed?;
        self.round = replayed.round;
        Ok(replayed.wrong)
    }

    fn otherwise(&mut self, wrong: &[String]) {
        for line in wrong {
            let words = format!("This time it went otherwise: {line}");
            self.say(&words, "  ", Paint::Warn);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::KEYS;

    #[test]
    fn the_keys_fit_a_terminal() {
        assert!(KEYS.lines().all(|line| line.len() <= 80), "{KEYS}");
    }
}
