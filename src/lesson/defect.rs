//! What is wrong with a lesson, in words for its author.

use serde::Serialize;
use std::fmt;

/// Something in a lesson's file that its author has to mend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Defect {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 where the defect is the file itself.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// What to write instead; empty where the message says it.
    pub help: String,
}

impl Defect {
    /// In one line, without the help.
    pub fn place_and_message(&self) -> String {
        match self.line {
            0 => format!("{}: {}", self.file, self.message),
            line => format!("{}:{line}: {}", self.file, self.message),
        }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place_and_message())?;
        if !self.help.is_empty() {
            write!(f, "\n  help: {}", self.help)?;
        }
        Ok(())
    }
}

/// Collects the defects of one file, so that an author sees all of them at once.
#[derive(Debug)]
pub(super) struct Defects {
    file: String,
    found: Vec<Defect>,
}

impl Defects {
    /// None yet, in the file of this name.
    pub fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            found: Vec::new(),
        }
    }

    /// One more.
    pub fn add(&mut self, line: usize, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(Defect {
            file: self.file.clone(),
            line,
            message: message.into(),
            help: help.into(),
        });
    }

    /// Whether there is one on a line after the first of these and before the second.
    pub fn between(&self, first: usize, second: usize) -> bool {
        let mut lines = self.found.iter().map(|defect| defect.line);
        lines.any(|line| first < line && line < second)
    }

    /// All of them, in the order of their lines.
    pub fn into_vec(mut self) -> Vec<Defect> {
        self.found.sort_by_key(|defect| defect.line);
        self.found
    }
}
