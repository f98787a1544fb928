//! What is wrong with a line, where, and what to type instead.

use super::ast::Arg;
use crate::text::near;

/// A line that cannot be understood. Nothing of it was done.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fault {
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The place: byte offsets in the line, end exclusive.
    pub span: (usize, usize),
    /// What may stand there.
    pub expected: Vec<String>,
    /// What to type instead.
    pub help: Vec<String>,
    /// Set where the line is right as far as it goes and only an argument is missing: the prompt asks for it.
    pub missing: Option<Box<Missing>>,
}

/// An argument, or a word of an order, that must be there and is not.
#[derive(Debug, Clone, PartialEq)]
pub struct Missing {
    /// What to ask for it: a parameter's name (`addr`), or a question (`which packet? its number, next or all`).
    pub question: String,
    /// What the prompt offers.
    pub default: Option<&'static str>,
    /// The byte of the line at which an answer is to be put in.
    pub at: usize,
    /// What stands between the line and the answer: a blank, or a comma in a Python or C call.
    pub before: &'static str,
    /// The socket that the line names: whether there is one is to be seen before anything is asked for.
    pub socket: Option<Arg>,
    /// It is a packet that the wire holds: whether there is one, likewise.
    pub held: bool,
}

impl Missing {
    /// The line with the answer in its place.
    pub fn complete(&self, line: &str, answer: &str) -> String {
        let (head, tail) = line.split_at_checked(self.at).unwrap_or((line, ""));
        format!("{head}{}{answer}{tail}", self.before)
    }
}

impl Fault {
    /// A fault at a place.
    pub(super) fn new(span: (usize, usize), message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            span,
            ..Self::default()
        }
    }

    /// With something that may stand there.
    pub(super) fn expecting(mut self, what: impl Into<String>) -> Self {
        self.expected.push(what.into());
        self
    }

    /// With a line to type instead, or a piece of advice.
    pub(super) fn helping(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// With the known words nearest to a mistyped one.
    pub(super) fn near<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        // A function alone (`len`) is known, and nearest to itself.
        let known = known.into_iter().filter(|name| *name != word);
        match near::several(word, known, 3).as_slice() {
            [] => self,
            found => self.helping(format!("did you mean {}?", found.join(", "))),
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        if !self.expected.is_empty() {
            write!(f, "; expected {}", self.expected.join(" or "))?;
        }
        self.help.iter().try_for_each(|help| write!(f, "; {help}"))
    }
}

impl std::error::Error for Fault {}
