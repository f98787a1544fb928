//! Events to standard output, as text or JSON lines.

use crate::app::Interrupt;
use crate::event::Event;

use crate::text::style::Style;
use crate::view::{Renderer, json};
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

/// How much is gathered before it is written to a file or a pipe.
const GATHERED: usize = 64 * 1024;

/// In which form events are shown.
pub struct Form {
    renderer: Renderer,
    json: bool,
}

impl Form {
    /// Text in this style, or one JSON object a line.
    pub fn new(style: Style, json: bool) -> Self {
        Self {
            renderer: Renderer::new(style),
            json,
        }
    }

    /// Whether it is JSON, between which no other line may stand.
    pub fn json(&self) -> bool {
        self.json
    }

    /// Takes over the terminal's present width.
    pub fn resize(&mut self) {
        if self.renderer.style().width.is_some()
            && let Some((width, _)) = terminal_size::terminal_size()
        {
            self.renderer.resize(Some(width.0.into()));
        }
    }

    /// What the place of output can show.
    pub fn style(&self) -> &Style {
        self.renderer.style()
    }

    /// The terminal's width, where lines are folded.
    pub fn width(&self) -> Option<usize> {
        self.style().width
    }

    /// The event as it is shown: nothing, or whole lines.
    pub fn show(&mut self, event: &Event) -> String {
        let mut text = String::with_capacity(256);
        self.show_to(event, &mut text);
        text
    }

    /// As [`Form::show`], appended to `text`.
    pub fn show_to(&mut self, event: &Event, text: &mut String) {
        let before = text.len();
        if self.json {
            text.push_str(&json(event));
        } else {
            self.renderer.event_to(event, text);
        }
        if text.len() > before && !text.ends_with('\n') {
            text.push('\n');
        }
    }
}

/// Standard output. A pipe or a file gets large pieces, a terminal gets each at once. Once nobody reads it any more
/// (EPIPE), it swallows everything and says so.
pub struct Output {
    out: BufWriter<Stdout>,
    terminal: bool,
    /// Ctrl-C has the terminal drop what it has not shown yet. Linux wakes a writer that waits for room when the other end
    /// reads (n_tty.c); with nothing left to be read, it would sleep on, as was seen once in some 250 busy runs.
    interrupt: Interrupt,
    trouble: Option<io::Error>,
}

impl Default for Output {
    fn default() -> Self {
        let out = io::stdout();
        Self {
            terminal: out.is_terminal(),
            out: BufWriter::with_capacity(GATHERED, out),
            interrupt: Interrupt::default(),
            trouble: None,
        }
    }
}

impl Output {
    /// One that Ctrl-C wakes where it waits for the terminal.
    #[must_use]
    pub fn woken_by(self, interrupt: Interrupt) -> Self {
        Self { interrupt, ..self }
    }

    /// Writes; a terminal shows it at once.
    pub fn write(&mut self, text: &str) {
        if text.is_empty() || self.trouble.is_some() {
            return;
        }
        let out = &mut self.out;
        let written = self
            .interrupt
            .while_calling(|| out.write_all(text.as_bytes()));
        self.note(written);
        if self.terminal {
            self.flush();
        }
    }

    /// Has everything shown that was gathered: before anything sleeps.
    pub fn flush(&mut self) {
        if self.trouble.is_none() {
            let out = &mut self.out;
            let flushed = self.interrupt.while_calling(|| out.flush());
            self.note(flushed);
        }
    }

    /// Whether nothing can be written any more.
    pub fn broken(&self) -> bool {
        self.trouble.is_some()
    }

    /// Why, unless it is only that nobody reads any more.
    ///
    /// # Errors
    /// Those of write(2) but EPIPE.
    pub fn finish(mut self) -> io::Result<()> {
        self.flush();
        match self.trouble.take() {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        }
    }

    fn note(&mut self, done: io::Result<()>) {
        if let Err(error) = done {
            self.trouble = Some(error);
        }
    }
}
