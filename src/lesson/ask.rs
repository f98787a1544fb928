//! Questions: `predict`, which the kernel answers, and `quiz`, which it cannot.

use super::defect::Defects;
use super::sock;
use crate::lang::{self, Action, ast::Claim};
use std::collections::BTreeSet;

/// A question asked before the calls of the next `sock` block. After them exactly one claim must be true.
#[derive(Debug, Clone, PartialEq)]
pub struct Predict {
    /// The line of the fence.
    pub line: usize,
    /// The question, Markdown.
    pub question: String,
    /// The answers to choose from.
    pub choices: Vec<Guess>,
}

/// One choice of a prediction.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// What the learner reads.
    pub text: String,
    /// What must hold for it to be right.
    pub claim: Claim,
    /// The claim as written, without `expect`.
    pub source: String,
    /// What to say to who chose it; empty where nothing was written.
    pub feedback: String,
    /// Its line.
    pub line: usize,
}

/// A question whose right answers are marked with `[x]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quiz {
    /// The line of the fence.
    pub line: usize,
    /// The question, Markdown.
    pub question: String,
    /// The answers to choose from.
    pub choices: Vec<Answer>,
}

/// One choice of a quiz.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What the learner reads.
    pub text: String,
    /// Whether it is right.
    pub right: bool,
    /// What to say to who chose it; empty where nothing was written.
    pub feedback: String,
    /// Its line.
    pub line: usize,
}

/// A list item, before it is known what kind of question it belongs to.
struct Item {
    text: String,
    feedback: String,
    line: usize,
}

/// Lines before the first `- ` are the question; an indented line after one is its feedback.
fn split(body: &str, line: usize, defects: &mut Defects) -> (String, Vec<Item>) {
    let mut question: Vec<&str> = Vec::new();
    let mut items: Vec<Item> = Vec::new();
    for (offset, text) in body.lines().enumerate() {
        let here = line + 1 + offset;
        if let Some(text) = text.strip_prefix("- ") {
            items.push(Item {
                text: text.trim().to_owned(),
                feedback: String::new(),
                line: here,
            });
        } else if let Some(item) = items.last_mut() {
            if text.starts_with([' ', '\t']) {
                let gap = if item.feedback.is_empty() { "" } else { " " };
                item.feedback = format!("{}{gap}{}", item.feedback, text.trim());
            } else if !text.trim().is_empty() {
                defects.add(
                    here,
                    "a line between the choices",
                    "a choice begins with `- `; feedback is indented",
                );
            }
        } else {
            question.push(text.trim_end());
        }
    }
    let question = question.join("\n").trim().to_owned();
    if question.is_empty() {
        defects.add(
            line,
            "the question is missing",
            "write it before the first `- `",
        );
    }
    if items.len() < 2 {
        defects.add(
            line,
            "a question needs at least two choices",
            "a choice is a line that begins with `- `",
        );
    }
    (question, items)
}

/// Reads a `predict` block. `line` is the line of its fence; `known` are the names that the lesson has given.
pub(super) fn predict(
    body: &str,
    line: usize,
    known: &BTreeSet<String>,
    defects: &mut Defects,
) -> Predict {
    let (question, items) = split(body, line, defects);
    let choices: Vec<Guess> = items
        .into_iter()
        .filter_map(|item| guess(item, known, defects))
        .collect();
    for (at, choice) in choices.iter().enumerate() {
        if choices[..at]
            .iter()
            .any(|other| other.claim == choice.claim)
        {
            defects.add(
                choice.line,
                "two choices claim the same",
                "exactly one choice may come true",
            );
        }
    }
    Predict {
        line,
        question,
        choices,
    }
}

fn guess(item: Item, known: &BTreeSet<String>, defects: &mut Defects) -> Option<Guess> {
    const HELP: &str = "write the choice as `- words => claim`, with a claim as after `expect`: `=> error ECONNREFUSED`";
    let splits = item.text.rmatch_indices("=>");
    let mut splits = splits.map(|(at, arrow)| (&item.text[..at], &item.text[at + arrow.len()..]));
    let Some(last) = splits.clone().next() else {
        defects.add(item.line, "this choice claims nothing", HELP);
        return None;
    };
    // An arrow may also stand in the words, or in the data of the claim.
    let (text, source) = splits
        .find(|(_, source)| claim(source, known).is_ok())
        .unwrap_or(last);
    let (text, source) = (text.trim(), source.trim());
    if text.is_empty() {
        defects.add(item.line, "this choice has no words", HELP);
    }
    match claim(source, known) {
        Ok(claim) => Some(Guess {
            text: text.to_owned(),
            claim,
            source: source.to_owned(),
            feedback: item.feedback,
            line: item.line,
        }),
        Err((message, help)) => {
            let help = if help.is_empty() { HELP } else { &help };
            defects.add(
                item.line,
                format!("the claim `{source}` cannot be read: {message}"),
                help,
            );
            None
        }
    }
}

/// A claim in the language of `expect`, without the word itself; or what is wrong with it, and what to write instead.
fn claim(source: &str, known: &BTreeSet<String>) -> Result<Claim, (String, String)> {
    let line = format!("expect {}", source.trim());
    let mut statements =
        lang::parse_with(&line, &|name| known.contains(name)).map_err(|fault| {
            let help = sock::help(&fault);
            (fault.message, help)
        })?;
    match (
        statements.pop().map(|statement| statement.action),
        statements.is_empty(),
    ) {
        (Some(Action::Expect(claim)), true) => Ok(claim),
        _ => Err(("one claim is wanted".to_owned(), String::new())),
    }
}

/// Reads a `quiz` block. `line` is the line of its fence.
pub(super) fn quiz(body: &str, line: usize, defects: &mut Defects) -> Quiz {
    let (question, items) = split(body, line, defects);
    let choices: Vec<Answer> = items
        .into_iter()
        .filter_map(|item| answer(item, defects))
        .collect();
    if !choices.is_empty() && !choices.iter().any(|choice| choice.right) {
        defects.add(
            line,
            "no choice is marked as right",
            "mark the right ones with `- [x]`",
        );
    }
    Quiz {
        line,
        question,
        choices,
    }
}

fn answer(item: Item, defects: &mut Defects) -> Option<Answer> {
    let marks = [("[x]", true), ("[X]", true), ("[ ]", false)];
    let found = marks
        .iter()
        .find_map(|(mark, right)| Some((item.text.strip_prefix(mark)?, *right)));
    let Some((text, right)) = found else {
        defects.add(
            item.line,
            "this choice has no mark",
            "begin it with `- [x]` (right) or `- [ ]` (wrong)",
        );
        return None;
    };
    if text.trim().is_empty() {
        defects.add(item.line, "this choice has no words", "");
    }
    Some(Answer {
        text: text.trim().to_owned(),
        right,
        feedback: item.feedback,
        line: item.line,
    })
}
