//! What the line editor asks while a line is typed.

use super::{complete, highlight, hint};
use crate::app::Vocabulary;
use crate::lang;
use crate::sys::reserve::Reservation;
use crate::text::style::{Paint, Style};
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::{Context, Helper, Validator};
use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

/// Shown where a statement goes on and nothing is typed yet.
const HOW_TO_END: &str = "(it goes on here; an empty line ends it, Ctrl-C drops it)";

/// The same inside triple quotes or a comment, to which an empty line belongs.
const HOW_TO_END_TEXT: &str =
    "(it goes on here up to its end; two empty lines end it, Ctrl-C drops it)";

/// The names known at the moment, shared with the thread that watches for changes.
pub type Words = Arc<Mutex<Vocabulary>>;

/// Completion, hints and colors.
#[derive(Helper, Validator)]
pub struct Guide {
    words: Words,
    style: Style,
    started: RefCell<Option<Started>>,
    teaching: bool,
    /// The lines before the one that is edited, where it goes on with an open statement.
    before: String,
    /// What the first such line is told: how to end it.
    how_to_end: Option<&'static str>,
}

/// What is to happen once the editor has opened its own descriptors and the terminal is in raw mode.
struct Started {
    reservation: Option<Reservation>,
    tell: Box<dyn FnOnce()>,
}

impl Guide {
    /// A guide for these words.
    pub fn new(words: Words, style: Style) -> Self {
        Self {
            words,
            style,
            started: RefCell::new(None),
            teaching: true,
            before: String::new(),
            how_to_end: None,
        }
    }

    /// To be called before each `readline`. The reservation is given back, and `tell` called, at the moment the
    /// editor first draws the line: it asks for a hint then, and has just opened what it needs.
    pub fn arm(&self, reservation: Option<Reservation>, tell: impl FnOnce() + 'static) {
        *self.started.borrow_mut() = Some(Started {
            reservation,
            tell: Box::new(tell),
        });
    }

    /// To be called after each `readline`: lets go of what was armed, should the editor never have drawn a line.
    pub fn disarm(&self) {
        self.started.borrow_mut().take();
    }

    /// Whether completion, hints and colors are wanted; not for an answer to a question.
    pub fn teach(&mut self, wanted: bool) {
        self.teaching = wanted;
    }

    /// The next line goes on with the statement that is open where `before` ends; where that is empty, none is.
    pub fn goes_on_from(&mut self, before: &str) {
        let open = lang::open_end(before);
        self.before = open.map_or_else(String::new, |open| {
            // As the line will be once it is whole: what joins it and the next is a blank.
            let one = lang::folded(&format!("{}\n", open.text)).into_owned();
            one + " "
        });
        self.how_to_end = open
            .filter(|_| !before.contains('\n'))
            .map(|open| match open.verbatim {
                true => HOW_TO_END_TEXT,
                false => HOW_TO_END,
            });
    }

    /// What is edited up to `pos`, behind what it goes on with.
    fn up_to(&self, line: &str, pos: usize) -> String {
        format!("{}{}", self.before, &line[..pos])
    }

    fn with_words<T>(&self, f: impl FnOnce(&Vocabulary) -> T) -> T {
        f(&self.words.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Completer for Guide {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        pos: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        if !self.teaching {
            return Ok((pos, Vec::new()));
        }
        let typed = self.up_to(line, pos);
        let (start, offers) = self.with_words(|words| complete::candidates(&typed, words));
        let start = start.saturating_sub(self.before.len());
        // A single candidate is finished: go on to the next word.
        let space = if offers.len() == 1 && line.len() == pos {
            " "
        } else {
            ""
        };
        let pair = |offer: String| {
            let space = if offer.ends_with(['(', ':']) {
                ""
            } else {
                space
            };
            Pair {
                replacement: format!("{offer}{space}"),
                display: offer,
            }
        };
        Ok((start, offers.into_iter().map(pair).collect()))
    }
}

/// A hint that is shown and never inserted.
pub struct Shown(String);

impl Hint for Shown {
    fn display(&self) -> &str {
        &self.0
    }

    fn completion(&self) -> Option<&str> {
        None
    }
}

impl Hinter for Guide {
    type Hint = Shown;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<Shown> {
        if let Some(Started { reservation, tell }) = self.started.borrow_mut().take() {
            drop(reservation);
            tell();
        }
        if !self.teaching || pos < line.len() {
            return None;
        }
        if let Some(words) = self.how_to_end.filter(|_| line.is_empty()) {
            return Some(Shown(words.to_owned()));
        }
        let comparing = self.with_words(|words| words.comparing);
        hint::missing(&self.up_to(line, pos), comparing).map(Shown)
    }
}

impl Highlighter for Guide {
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        if !self.teaching || !self.style.color {
            return Cow::Borrowed(line);
        }
        Cow::Owned(self.with_words(|words| highlight::paint(line, pos, &words.names, &self.style)))
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        self.style.paint(hint, Paint::Faint)
    }

    fn highlight_char(&self, line: &str, _: usize, kind: CmdKind) -> bool {
        // Moving the cursor changes no color; typing may change the color of the word before it.
        self.teaching && kind != CmdKind::MoveCursor && !line.is_empty()
    }
}
