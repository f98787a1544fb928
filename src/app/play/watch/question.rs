//! Questions, and what came true, in Markdown: numbered, so that a class can vote aloud.

use crate::app::play::Round;
use crate::app::{App, Sink};
use crate::lesson::{Predict, Quiz};
use std::fmt::Write;

/// A prediction, as it is asked.
pub(super) fn predict(predict: &Predict) -> String {
    let choices = predict.choices.iter().map(|choice| choice.text.as_str());
    numbered(&predict.question, choices)
}

/// A quiz, as it is asked.
pub(super) fn quiz(quiz: &Quiz) -> String {
    let choices = quiz.choices.iter().map(|choice| choice.text.as_str());
    numbered(&quiz.question, choices)
}

fn numbered<'a>(question: &str, choices: impl Iterator<Item = &'a str>) -> String {
    let mut text = format!("**Your vote:** {question}\n\n");
    for (n, choice) in choices.enumerate() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}. {choice}", n + 1);
    }
    text
}

/// The answer to a quiz, with what is said of each choice.
pub(super) fn answer(quiz: &Quiz) -> String {
    let right = (0..).zip(&quiz.choices).filter(|(_, choice)| choice.right);
    let right: Vec<usize> = right.map(|(n, _)| n).collect();
    let choices = quiz
        .choices
        .iter()
        .map(|choice| (choice.text.as_str(), choice.feedback.as_str()));
    let verb = if right.len() == 1 {
        "is right"
    } else {
        "are right"
    };
    told(verb, &right, choices.collect())
}

/// Which claims of a prediction have come true, now that the calls are made. In a good lesson it is exactly one.
/// Events of calls that end meanwhile go to `sink`.
pub fn truth(round: &mut Round, app: &mut App, predict: &Predict, sink: Sink<'_>) -> String {
    let findings = round.truths(app, predict, sink);
    let holds: Vec<usize> = (0..)
        .zip(findings)
        .filter_map(|(n, finding)| finding.holds.then_some(n))
        .collect();
    let choices = predict
        .choices
        .iter()
        .map(|choice| (choice.text.as_str(), choice.feedback.as_str()));
    told("came true", &holds, choices.collect())
}

/// The right choices first, then what is said of the others.
fn told(verb: &str, right: &[usize], choices: Vec<(&str, &str)>) -> String {
    let numbers: Vec<String> = right.iter().map(|n| (n + 1).to_string()).collect();
    let mut text = match numbers.as_slice() {
        [] => format!(
            "**None {verb}.** The kernel did something that this question did not foresee.\n"
        ),
        _ => String::new(),
    };
    for n in right {
        let (choice, feedback) = choices[*n];
        let _ = writeln!(text, "**{} {verb}:** {choice}\n", n + 1);
        if !feedback.is_empty() {
            let _ = writeln!(text, "{feedback}\n");
        }
    }
    for (n, (choice, feedback)) in choices.iter().enumerate() {
        if !right.contains(&n) && !feedback.is_empty() {
            let _ = writeln!(text, "- Not {}, *{choice}*: {feedback}", n + 1);
        }
    }
    text
}
