//! The interactive shell: a line, what it did, the next line.

use super::join::logical_lines;
use super::lines::{Entered, Lines};
use super::more;
use super::output::Output;
use super::prompt::{CountedPrompt, styled};
use super::shared::Shared;
use super::threads::interrupt_at_prompt;
use crate::app::{Missing, Outcome};
use crate::lang;
use crate::text::style::{Paint, Style};
use crate::text::wrap::indented;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A missing argument is asked for at most so often in one statement.
const QUESTIONS: usize = 8;

/// The shell's main loop.
pub struct Shell<L> {
    shared: Arc<Shared>,
    lines: L,
    output: Output,
    style: Style,
    /// The lesson that is on was asked for on the command line: who leaves it wants no shell.
    for_lesson: bool,
    /// Whether it was said that a blocked call leaves the prompt usable.
    told_of_jobs: bool,
}

/// Said once, when the prompt comes back while a call is blocked: pasted lines and a wait have to end first.
const YOURS: &str = "  The prompt is yours; the blocked call's result will appear above it.\n";

/// What became of a statement.
enum Ran {
    /// It went well.
    Well,
    /// It could not be understood, or it failed.
    Badly,
    /// It ends the session.
    Quit,
}

/// What a newcomer sees first: what this is, and three things to type.
fn greeting(style: &Style) -> String {
    let name = style.paint("socktutor", Paint::Strong);
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "{name} {version}: type a socket call and see what the kernel does.\n\
         \x20 s = socket tcp    a first call        learn    the lessons\n\
         \x20 help              what can be typed   quit     leave (Ctrl-D too)\n"
    )
}

impl<L: Lines> Shell<L> {
    /// A shell that takes its lines from there.
    pub fn new(shared: Arc<Shared>, lines: L, style: Style) -> Self {
        Self {
            output: Output::default().woken_by(shared.interrupt.clone()),
            shared,
            lines,
            style,
            for_lesson: false,
            told_of_jobs: false,
        }
    }

    /// Runs these statements, then what is typed, until the student leaves.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub fn run(mut self, first: Option<&str>) -> io::Result<()> {
        if first.is_none() && !self.shared.form().json() {
            self.output.write(&greeting(&self.style));
        }
        let mut going = first.is_none_or(|line| !matches!(self.statement(line), Ran::Quit));
        self.for_lesson = first.is_some();
        while going && !self.output.broken() {
            let prompt = self.prompt();
            going = match self.lines.next(&prompt) {
                Entered::Text(text) => match self.whole(text) {
                    Some(text) => self.text(&text) || self.leaves_only_the_lesson(),
                    None => true,
                },
                Entered::Interrupted => {
                    let words = interrupt_at_prompt(&self.shared);
                    self.output.write(&words);
                    true
                }
                Entered::Unreadable(why) => {
                    self.output.write(&format!("  {why}\n"));
                    true
                }
                Entered::End => self.leaves_only_the_lesson(),
            };
        }
        self.leave();
        self.output.finish()
    }

    /// The prompt as things stand, after everything that waited to be shown.
    fn prompt(&mut self) -> CountedPrompt {
        let app = self.shared.app();
        let (text, jobs) = (app.prompt(), app.jobs());
        self.for_lesson &= app.in_lesson();
        self.shared.blocked.store(jobs, Ordering::Relaxed);
        self.shared.learn_words(&app);
        drop(app);
        let waiting = self.shared.console.drain();
        self.output.write(&waiting);
        if jobs > 0 && !self.told_of_jobs && !self.shared.form().json() {
            self.told_of_jobs = true;
            self.output.write(YOURS);
        }
        self.output.flush();
        CountedPrompt::new(&text, jobs, Arc::clone(&self.shared.blocked), &self.style)
    }

    /// What was entered, and what belongs to it in the lines that follow. `None` where it was dropped.
    fn whole(&mut self, text: String) -> Option<String> {
        let output = &mut self.output;
        let mut say = |words: &str| {
            output.write(words);
            output.flush();
        };
        more::whole(text, &mut self.lines, &self.shared, &self.style, &mut say)
    }

    /// Runs what was entered: a line, or several that were pasted, up to the first that goes wrong. False to leave.
    fn text(&mut self, text: &str) -> bool {
        if !text.contains('\n') {
            return !matches!(self.statement(text), Ran::Quit);
        }
        match logical_lines(text).as_slice() {
            [line] => !matches!(self.statement(line), Ran::Quit),
            lines => self.one_by_one(lines),
        }
    }

    /// Runs lines that were pasted, each shown as if it had been typed.
    fn one_by_one(&mut self, lines: &[String]) -> bool {
        for (at, line) in lines.iter().enumerate() {
            let prompt = styled(&self.shared.app().prompt(), &self.style);
            let news = self.shared.console.drain();
            let shown = self.style.clean_lines(line);
            self.output.write(&format!("{news}{prompt}{shown}\n"));
            let expected = || {
                lines
                    .get(at + 1)
                    .is_some_and(|next| next.trim_start().starts_with("expect "))
            };
            match self.statement(line) {
                Ran::Quit => return false,
                Ran::Badly if !expected() => {
                    self.not_run(&lines[at + 1..]);
                    break;
                }
                Ran::Badly | Ran::Well => {}
            }
        }
        true
    }

    /// Says which pasted lines were left out.
    fn not_run(&mut self, rest: &[String]) {
        if rest.is_empty() {
            return;
        }
        let rest: Vec<&str> = rest.iter().flat_map(|line| line.lines()).collect();
        let mut words = match rest.len() {
            1 => "  Stopped there. Not run:\n".to_owned(),
            n => format!("  Stopped there. Not run, {n} lines:\n"),
        };
        for line in rest {
            words.push_str(&format!("    {}\n", self.style.clean(line)));
        }
        self.output.write(&words);
    }

    /// Runs one statement, asking for what is missing in it.
    fn statement(&mut self, line: &str) -> Ran {
        let mut line = line.to_owned();
        let mut outcome = self.execute(&line);
        let mut rest = Vec::new();
        for _ in 0..QUESTIONS {
            let Some(missing) = outcome.missing.take() else {
                break;
            };
            let Some(answer) = self.ask(&missing, &mut rest) else {
                self.output.write("  Nothing was called.\n");
                self.lines.remember(&lang::folded(&line));
                self.not_run(&rest);
                return Ran::Badly;
            };
            let complete = missing.complete(&line, &answer);
            line = if self.stands_alone(&answer, &complete) {
                let left = self.style.clean(&line);
                let words = format!("Not called: {left}. What you typed is a line of its own.");
                let width = self.shared.form().width();
                self.output
                    .write(&(indented(&words, width, "  ", "      ") + "\n"));
                answer
            } else {
                complete
            };
            outcome = self.execute(&line);
        }
        self.lines.remember(&lang::folded(&line));
        let well = !outcome.fault && !outcome.failed;
        if outcome.quit || well && !self.one_by_one(&rest) {
            return Ran::Quit;
        }
        if well {
            return Ran::Well;
        }
        self.not_run(&rest);
        Ran::Badly
    }

    /// Whether an answer is no answer, but the next line: it can be understood, and in the place asked for it cannot, or
    /// it is a call on a socket, which would be made for its result to be the answer.
    fn stands_alone(&self, answer: &str, complete: &str) -> bool {
        let app = self.shared.app();
        app.is_socket_call(answer) || app.is_order(answer) && !app.understands(complete)
    }

    fn execute(&mut self, line: &str) -> Outcome {
        let shared = Arc::clone(&self.shared);
        let mut app = shared.app();
        // What has happened since the line was entered came before it runs.
        self.output.write(&shared.console.drain());
        shared.form().resize();
        shared.executing.store(true, Ordering::SeqCst);
        let outcome = app.execute(line, &mut |event| {
            self.output.write(&shared.show(&event));
            self.output.flush();
        });
        shared.executing.store(false, Ordering::SeqCst);
        outcome
    }

    /// Asks for a missing argument; an empty answer takes the default. What is pasted may have more lines: those go to
    /// `rest`.
    fn ask(&mut self, missing: &Missing, rest: &mut Vec<String>) -> Option<String> {
        let question = match (&missing.question, missing.default) {
            (name, Some(default)) => format!("  {name} [{default}]: "),
            (name, None) => format!("  {name}: "),
        };
        self.output.flush();
        let answer = self.lines.ask(&question)?;
        let (answer, more) = answer.split_once('\n').unwrap_or((&answer, ""));
        rest.extend(logical_lines(more));
        match answer.trim() {
            "" => missing.default.map(str::to_owned),
            given => Some(given.to_owned()),
        }
    }

    /// `quit` or Ctrl-D in a lesson that was begun in the shell: that far back, and no further. False where there is no
    /// such lesson.
    fn leaves_only_the_lesson(&mut self) -> bool {
        let shared = Arc::clone(&self.shared);
        let mut app = shared.app();
        if self.for_lesson || !app.in_lesson() {
            return false;
        }
        let left = app.leave_lesson(&mut |event| self.output.write(&shared.show(&event)));
        if let Err(error) = &left {
            self.output
                .write(&format!("  The lesson cannot be left: {error}\n"));
        }
        left.is_ok()
    }

    /// Ends the session: says which calls are left blocked.
    fn leave(&mut self) {
        let waiting = self.shared.console.drain();
        self.output.write(&waiting);
        let shared = Arc::clone(&self.shared);
        shared
            .app()
            .finish(&mut |event| self.output.write(&shared.show(&event)));
    }
}
