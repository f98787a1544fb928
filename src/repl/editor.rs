//! The line editor.

use super::console::Console;
use super::helper::{Guide, Words};
use super::history::{HistoryFile, told};
use super::lines::{Entered, Lines};
use super::plain::read_plainly;
use super::prompt::CountedPrompt;
use super::terminal;
use crate::sys::reserve::{Reservation, SELECTABLE};
use crate::sys::signal::{self, Signal};
use crate::text::style::Style;
use nix::errno::Errno;
use rustyline::error::ReadlineError;
use rustyline::history::{History, MemHistory};
use rustyline::{
    Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, Event, EventContext,
    EventHandler, ExternalPrinter, KeyCode, KeyEvent, Modifiers, Movement, Prompt, RepeatCount,
};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How many descriptors the editor may open for one line.
const OPENS: i32 = 4;

/// Said when the editor can open none.
const NO_ROOM: &str =
    "  No descriptor is left that the line editor could use: lines are taken as the terminal
  gives them, without hints and history, until something is closed.\n";

/// rustyline, with what it needs around it.
pub struct Editor {
    inner: rustyline::Editor<Guide, MemHistory>,
    console: Arc<Console>,
    history: Option<HistoryFile>,
    /// Whether the line that is edited goes on with an open one.
    more: Arc<AtomicBool>,
    /// Whether no descriptor was left for the last line.
    cramped: bool,
}

impl Editor {
    /// An editor for standard input and output, and the console that prints above its line.
    ///
    /// # Errors
    /// The terminal cannot be used for editing.
    pub fn new(
        words: Words,
        style: Style,
        history: Option<HistoryFile>,
    ) -> rustyline::Result<Self> {
        // The printer's pipe is opened once and kept.
        let _low_numbers = Reservation::take();
        let color = if style.color {
            ColorMode::Forced
        } else {
            ColorMode::Disabled
        };
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .completion_show_all_if_ambiguous(true)
            // All are shown at once: the question whether to is deaf to Ctrl-C, and swallows the next line up to its first n.
            .completion_prompt_limit(usize::MAX)
            .color_mode(color)
            .history_ignore_space(true)
            .auto_add_history(false)
            .build();
        let remembered = MemHistory::with_config(&config);
        let mut inner = rustyline::Editor::with_history(config, remembered)?;
        inner.set_helper(Some(Guide::new(words, style)));
        let more = Arc::new(AtomicBool::new(false));
        inner.bind_sequence(
            KeyEvent::ctrl('C'),
            EventHandler::Conditional(Box::new(ClearFirst(Arc::clone(&more)))),
        );
        inner.bind_sequence(
            KeyEvent(KeyCode::Tab, Modifiers::NONE),
            EventHandler::Conditional(Box::new(Tab {
                more: Arc::clone(&more),
                enters: false,
            })),
        );
        let mut printer = inner.create_external_printer()?;
        // A print fails only when the editor is gone, and the program with it.
        let console = Console::start(Box::new(move |text| drop(printer.print(text))))?;
        Ok(Self {
            inner,
            console,
            history,
            more,
            cramped: false,
        })
    }

    /// What prints above the line.
    pub fn console(&self) -> Arc<Console> {
        Arc::clone(&self.console)
    }

    /// Tab with nothing typed gives an empty line, instead of offering every command.
    pub fn tab_is_an_empty_line(&mut self) {
        self.inner.bind_sequence(
            KeyEvent(KeyCode::Tab, Modifiers::NONE),
            EventHandler::Conditional(Box::new(Tab {
                more: Arc::clone(&self.more),
                enters: true,
            })),
        );
    }

    /// Loads the lines of earlier sessions.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn load_history(&mut self) -> io::Result<()> {
        for line in self
            .history
            .as_ref()
            .map_or(Ok(Vec::new()), HistoryFile::load)?
        {
            // Refused are only empty and repeated lines.
            let _ = self.inner.history_mut().add(&line);
        }
        Ok(())
    }

    /// Takes a line without editing, where the editor has no descriptor for it.
    fn plainly(&mut self, prompt: &str) -> rustyline::Result<String> {
        let why = if self.cramped { "" } else { NO_ROOM };
        self.cramped = true;
        read_plainly(&format!("{why}{prompt}"))
    }

    /// Edits one line.
    fn edit<P: Prompt + ?Sized>(&mut self, prompt: &P, teach: bool) -> rustyline::Result<String> {
        let reservation = Reservation::take().ok();
        if reservation
            .as_ref()
            .is_some_and(|low| low.next() + OPENS > SELECTABLE)
        {
            // The editor waits with select(2), which cannot watch descriptors that high.
            drop(reservation);
            return self.plainly(prompt.raw());
        }
        if let Some(guide) = self.inner.helper_mut() {
            guide.teach(teach);
            let console = Arc::clone(&self.console);
            guide.arm(reservation, move || {
                terminal::edited(true);
                console.editing(true);
            });
        }
        // The editor's handler for a resized window works while it edits, in this thread alone.
        signal::unblock(&[Signal::SIGWINCH])?;
        let line = self.inner.readline(prompt);
        signal::block(&[Signal::SIGWINCH])?;
        terminal::edited(false);
        self.console.editing(false);
        if let Some(guide) = self.inner.helper_mut() {
            guide.disarm();
        }
        match line {
            Err(error) if none_left(&error) => self.plainly(prompt.raw()),
            line => {
                self.cramped = false;
                line
            }
        }
    }
}

/// Whether the editor could open no descriptor of its own: the student's sockets have them all.
fn none_left(error: &ReadlineError) -> bool {
    let errno = match error {
        ReadlineError::Io(error) => error.raw_os_error().map(Errno::from_raw),
        ReadlineError::Errno(errno) => Some(*errno),
        _ => None,
    };
    matches!(errno, Some(Errno::EMFILE | Errno::ENFILE))
}

impl Lines for Editor {
    fn next(&mut self, prompt: &CountedPrompt) -> Entered {
        match self.edit(prompt, true) {
            Ok(text) => Entered::Text(text),
            Err(ReadlineError::Interrupted) => Entered::Interrupted,
            Err(ReadlineError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
                Entered::Unreadable("That was no UTF-8 text. The line is dropped.".into())
            }
            Err(_) => Entered::End,
        }
    }

    fn more(&mut self, prompt: &CountedPrompt, before: &str) -> Entered {
        if let Some(guide) = self.inner.helper_mut() {
            guide.goes_on_from(before);
        }
        self.more.store(true, Ordering::Relaxed);
        let entered = self.next(prompt);
        self.more.store(false, Ordering::Relaxed);
        if let Some(guide) = self.inner.helper_mut() {
            guide.goes_on_from("");
        }
        entered
    }

    fn ask(&mut self, question: &str) -> Option<String> {
        self.edit(question, false).ok()
    }

    fn remember(&mut self, line: &str) {
        let added = self.inner.history_mut().add(line).unwrap_or(false);
        if let Some(file) = self.history.as_ref().filter(|_| added)
            && let Err(error) = file.append(line)
        {
            // Once is enough.
            self.console.say(format!(
                "  The history cannot be kept in {}: {}",
                file.path().display(),
                told(&error)
            ));
            self.history = None;
        }
    }
}

/// Ctrl-C clears what was typed; only at an empty prompt does it interrupt, and in the midst of an open statement,
/// which goes as a whole.
struct ClearFirst(Arc<AtomicBool>);

impl ConditionalEventHandler for ClearFirst {
    fn handle(
        &self,
        _: &Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        let all = self.0.load(Ordering::Relaxed) || context.line().is_empty();
        (!all).then_some(Cmd::Kill(Movement::WholeBuffer))
    }
}

/// Tab is a blank where a line that goes on begins: a terminal that does not mark what is pasted types its tabs, and
/// what they would complete is not what was pasted. Else it may enter a line in which nothing was typed, or completes.
struct Tab {
    more: Arc<AtomicBool>,
    enters: bool,
}

impl ConditionalEventHandler for Tab {
    fn handle(
        &self,
        _: &Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        let begins = context.line()[..context.pos()].trim().is_empty();
        if begins && self.more.load(Ordering::Relaxed) {
            return Some(Cmd::SelfInsert(1, '\t'));
        }
        (self.enters && context.line().trim().is_empty()).then_some(Cmd::AcceptLine)
    }
}
