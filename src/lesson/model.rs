//! A lesson as data: steps, each with its blocks in the order of the document.

use super::ask::{Predict, Quiz};
use super::defect::Defect;
use super::head::Head;
use super::sock::Sock;

/// One lesson.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// The file it was read from, as named in defects.
    pub source: String,
    /// The front matter.
    pub head: Head,
    /// What stands before the first step.
    pub intro: Vec<Block>,
    /// The steps; at least one.
    pub steps: Vec<Step>,
}

/// One `##` section: the task, and all that belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The title without its number, as one word: `connect-before-anyone-listens`. Progress is kept under it.
    pub id: String,
    /// The title as written: `2. Connect before anyone listens`.
    pub title: String,
    /// The line of the heading.
    pub line: usize,
    /// What it holds, in the order of the document: prose after a block is shown after it.
    pub blocks: Vec<Block>,
}

/// A part of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// Markdown to be read.
    Prose {
        /// The Markdown, as written.
        markdown: String,
        /// Its first line.
        line: usize,
    },
    /// A fenced block in another language (`python`, `c`, `text` …): shown, never run.
    Listing {
        /// The fence's first word; may be empty.
        language: String,
        /// The lines between the fences.
        text: String,
        /// The line of the fence.
        line: usize,
    },
    /// The model answer, and how it is judged.
    Sock(Sock),
    /// A question whose answer the kernel gives. Asked before the next `Sock`.
    Predict(Predict),
    /// A question whose answer no machine can check.
    Quiz(Quiz),
    /// A hint, shown when asked for.
    Hint {
        /// Its summary: `Hint`.
        title: String,
        /// The Markdown.
        markdown: String,
        /// Its first line.
        line: usize,
    },
}

impl Lesson {
    /// Reads a lesson. `source` names the file in defects.
    ///
    /// # Errors
    /// Everything that keeps it from being read, for its author. What a readable lesson should still mend is found
    /// by [`super::check::check`].
    pub fn parse(source: &str, text: &str) -> Result<Self, Vec<Defect>> {
        super::parse::parse(source, text)
    }

    /// The place of the step with this id.
    pub fn step(&self, id: &str) -> Option<usize> {
        self.steps.iter().position(|step| step.id == id)
    }

    /// The ids of its steps, in order.
    pub fn step_ids(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(|step| step.id.as_str())
    }
}

impl Step {
    /// The hints in their order: each one says more than the one before.
    pub fn hints(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Hint { markdown, .. } => Some(markdown.as_str()),
            _ => None,
        })
    }

    /// The model answers, in order.
    pub fn socks(&self) -> impl Iterator<Item = &Sock> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Sock(sock) => Some(sock),
            _ => None,
        })
    }
}

impl Block {
    /// Where it stands.
    pub fn line(&self) -> usize {
        match self {
            Self::Prose { line, .. } | Self::Listing { line, .. } | Self::Hint { line, .. } => {
                *line
            }
            Self::Sock(sock) => sock.line,
            Self::Predict(predict) => predict.line,
            Self::Quiz(quiz) => quiz.line,
        }
    }

    /// What it is, in the words of the format.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Prose { .. } => "prose",
            Self::Listing { .. } => "a listing",
            Self::Sock(_) => "a `sock` block",
            Self::Predict(_) => "a `predict` block",
            Self::Quiz(_) => "a `quiz` block",
            Self::Hint { .. } => "a hint",
        }
    }
}
