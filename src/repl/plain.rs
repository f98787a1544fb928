//! Lines from a terminal that cannot move its cursor (`TERM=dumb`), or whose output goes elsewhere.

use super::console::Console;
use super::lines::{Entered, Lines};
use super::prompt::CountedPrompt;
use super::source::{Line, read_line};
use rustyline::Prompt;
use rustyline::error::ReadlineError;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// The terminal as it is.
pub struct Plain {
    console: Arc<Console>,
    /// What is being asked, to be shown again after what was written in between.
    asked: Arc<Mutex<Option<CountedPrompt>>>,
}

impl Plain {
    /// With a console that writes in between: there is no way to leave a half-typed line alone.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn new() -> io::Result<Self> {
        let asked = Arc::new(Mutex::new(None::<CountedPrompt>));
        let own = Arc::clone(&asked);
        let printer = move |text: String| {
            let again = own.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let prompt = again.as_ref().map_or("", Prompt::raw);
            let mut out = io::stdout().lock();
            // The terminal may be gone; the next read will notice.
            let _ = write!(out, "\n{text}{prompt}").and_then(|()| out.flush());
        };
        let console = Console::start(Box::new(printer))?;
        Ok(Self { console, asked })
    }

    /// What writes in between.
    pub fn console(&self) -> Arc<Console> {
        Arc::clone(&self.console)
    }
}

impl Lines for Plain {
    fn next(&mut self, prompt: &CountedPrompt) -> Entered {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(prompt.clone());
        self.console.editing(true);
        let read = read_plainly(prompt.raw());
        self.console.editing(false);
        match read {
            Ok(text) => Entered::Text(text),
            Err(ReadlineError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
                Entered::Unreadable(error.to_string())
            }
            Err(_) => Entered::End,
        }
    }

    fn more(&mut self, prompt: &CountedPrompt, _: &str) -> Entered {
        self.next(prompt)
    }

    fn ask(&mut self, question: &str) -> Option<String> {
        read_plainly(question).ok()
    }

    fn remember(&mut self, _: &str) {}
}

/// Shows the prompt and reads one line from standard input.
///
/// # Errors
/// `Eof` at the end; `InvalidData` for a line that is no text; those of read(2) and write(2).
pub fn read_plainly(prompt: &str) -> rustyline::Result<String> {
    let mut out = io::stdout();
    out.write_all(prompt.as_bytes())?;
    out.flush()?;
    match read_line(&mut io::stdin().lock())? {
        Some(Line::Text(text)) => Ok(text),
        Some(Line::Unreadable(complaint)) => {
            Err(io::Error::new(io::ErrorKind::InvalidData, complaint.message).into())
        }
        None => Err(ReadlineError::Eof),
    }
}
