//! Lines from a terminal that cannot move its cursor (`TERM=dumb`), or whose output goes elsewhere: then the prompt, which
//! is for the person at the terminal, goes to standard error.

use super::console::Console;
use super::lines::{Entered, Lines};
use super::prompt::CountedPrompt;
use super::source::{Line, read_line};
use crate::app::Interrupt;
use crate::text::style::Style;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, poll};
use nix::unistd::read;
use rustyline::Prompt;
use rustyline::error::ReadlineError;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError};

/// How long Ctrl-C may go unseen that comes just before a read begins.
const GLANCE: u16 = 200;

/// The terminal as it is.
pub struct Plain {
    console: Arc<Console>,
    /// What is being asked, to be shown again after what was written in between.
    asked: Arc<Mutex<Option<CountedPrompt>>>,
    typed: BufReader<Typed>,
}

impl Plain {
    /// With a console that writes in between: there is no way to leave a half-typed line alone. Ctrl-C drops the line,
    /// as an editor does.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn new(interrupt: Interrupt) -> io::Result<Self> {
        let asked = Arc::new(Mutex::new(None::<CountedPrompt>));
        let own = Arc::clone(&asked);
        let printer = move |text: String| {
            let again = own.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let prompt = again.as_ref().map_or("", Prompt::raw);
            // The terminal may be gone; the next read will notice.
            let _ = tell("\n").and_then(|()| write(&mut io::stdout(), &text));
            let _ = tell(prompt);
        };
        let console = Console::start(Box::new(printer))?;
        let typed = BufReader::new(Typed {
            interrupt,
            dropped: false,
        });
        Ok(Self {
            console,
            asked,
            typed,
        })
    }

    /// What writes in between.
    pub fn console(&self) -> Arc<Console> {
        Arc::clone(&self.console)
    }

    /// Whether Ctrl-C ended the last read.
    fn dropped(&mut self) -> bool {
        std::mem::take(&mut self.typed.get_mut().dropped)
    }
}

impl Lines for Plain {
    fn next(&mut self, prompt: &CountedPrompt) -> Entered {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(prompt.clone());
        self.console.editing(true);
        let read = read_from(prompt.raw(), &mut self.typed);
        self.console.editing(false);
        match read {
            Ok(text) => Entered::Text(text),
            Err(_) if self.dropped() => {
                // Behind the ^C that the terminal has shown. It may be gone; the next read will notice.
                let _ = tell("\n");
                Entered::Interrupted
            }
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
        let prompt = CountedPrompt::new(question, 0, Arc::default(), &Style::PLAIN);
        match self.next(&prompt) {
            Entered::Text(text) => Some(text),
            Entered::Interrupted | Entered::Unreadable(_) | Entered::End => None,
        }
    }

    fn remember(&mut self, _: &str) {}
}

/// Standard input, whose reads Ctrl-C ends.
struct Typed {
    interrupt: Interrupt,
    /// Whether it has ended one.
    dropped: bool,
}

impl Read for Typed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let input = io::stdin();
        loop {
            self.dropped = self.interrupt.take();
            if self.dropped {
                // Not EINTR, after which a line is read on.
                return Err(io::Error::other("Ctrl-C"));
            }
            let mut fds = [PollFd::new(input.as_fd(), PollFlags::POLLIN)];
            let read = self
                .interrupt
                .while_calling(|| match poll(&mut fds, GLANCE)? {
                    0 => Err(Errno::EINTR),
                    _ => read(&input, into),
                });
            match read {
                Err(Errno::EINTR) => {}
                read => return Ok(read?),
            }
        }
    }
}

/// Writes what is there for the person at the terminal, and is no part of the output.
fn tell(words: &str) -> io::Result<()> {
    match io::stdout().is_terminal() {
        true => write(&mut io::stdout(), words),
        false => write(&mut io::stderr(), words),
    }
}

fn write(out: &mut impl Write, words: &str) -> io::Result<()> {
    out.write_all(words.as_bytes())?;
    out.flush()
}

/// Shows the prompt and reads one line from standard input.
///
/// # Errors
/// `Eof` at the end; `InvalidData` for a line that is no text; those of read(2) and write(2).
pub fn read_plainly(prompt: &str) -> rustyline::Result<String> {
    read_from(prompt, &mut io::stdin().lock())
}

fn read_from(prompt: &str, input: &mut impl BufRead) -> rustyline::Result<String> {
    tell(prompt)?;
    match read_line(input)? {
        Some(Line::Text(text)) => Ok(text),
        Some(Line::Unreadable(complaint)) => {
            Err(io::Error::new(io::ErrorKind::InvalidData, complaint.message).into())
        }
        None => Err(ReadlineError::Eof),
    }
}
