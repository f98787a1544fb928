//! Predictions, asked before the calls that answer them, and quizzes.

use super::words::numbers;
use super::{Learner, Phase};
use crate::app::{App, Sink};
use crate::lesson::{Block, Predict, Quiz};
use std::fmt::Write;

/// After so many wrong answers the right one is told.
const TRIES: usize = 2;

impl Learner {
    /// How many choices the open question has; `None` where there is none.
    pub(super) fn choices(&self) -> Option<usize> {
        match (&self.phase, self.block()) {
            (Phase::Guess, Some(Block::Predict(predict))) => Some(predict.choices.len()),
            (Phase::Quiz(_), Some(Block::Quiz(quiz))) => Some(quiz.choices.len()),
            _ => None,
        }
    }

    /// Takes the answer to an open question. False for a line that is none.
    pub(super) fn answered(&mut self, app: &mut App, line: &str, sink: Sink<'_>) -> bool {
        let Some(count) = self.choices() else {
            return false;
        };
        let Some(chosen) = choices(line, count) else {
            let numbers = is_numbers(line);
            if numbers {
                app.teach(how_to_answer(count), sink);
            }
            return numbers;
        };
        match (&self.phase, self.block()) {
            (Phase::Guess, Some(Block::Predict(_))) => match chosen.as_slice() {
                [one] => self.guessed(app, Some(*one), sink),
                _ => app.teach("One of them, please: only one will come true.", sink),
            },
            (Phase::Quiz(tries), Some(Block::Quiz(quiz))) => {
                let (tries, quiz) = (*tries, quiz.clone());
                self.quizzed(app, &quiz, &chosen, tries, sink);
            }
            _ => return false,
        }
        true
    }

    /// A guess, or none: the calls will tell.
    pub(super) fn guessed(&mut self, app: &mut App, choice: Option<usize>, sink: Sink<'_>) {
        self.guesses.push((self.block, choice));
        let text = match (choice, self.block()) {
            (Some(at), Some(Block::Predict(predict))) => {
                format!("Your guess: {}.", predict.choices[at].text)
            }
            _ => String::new(),
        };
        self.block += 1;
        let see = match (self.asks_on(), choice) {
            (true, _) => "",
            (false, Some(_)) => " Now make the call and see.",
            (false, None) => "Make the call and see.",
        };
        self.advance(app, format!("{text}{see}\n\n"), sink);
    }

    /// Whether another question comes before the calls.
    fn asks_on(&self) -> bool {
        let rest = self.lesson.steps[self.step].blocks.get(self.block..);
        let mut rest = rest.unwrap_or_default().iter();
        let next = rest.find(|block| matches!(block, Block::Predict(_) | Block::Sock(_)));
        matches!(next, Some(Block::Predict(_)))
    }

    /// Puts the open question again, in short.
    pub(super) fn ask_again(&self, app: &App, sink: Sink<'_>) {
        match self.block() {
            Some(Block::Predict(predict)) if matches!(self.phase, Phase::Guess) => {
                app.teach(self::predict(predict), sink);
            }
            Some(Block::Quiz(quiz)) if matches!(self.phase, Phase::Quiz(_)) => {
                app.teach(self::quiz(quiz), sink);
            }
            _ => {}
        }
    }

    /// What was expected, and what happened.
    pub(super) fn outcome_of_guesses(&mut self, app: &mut App, sink: Sink<'_>) -> String {
        let mut page = String::new();
        for (block, choice) in std::mem::take(&mut self.guesses) {
            let predict = match &self.lesson.steps[self.step].blocks[block] {
                Block::Predict(predict) => predict.clone(),
                _ => continue,
            };
            let truth = self.truth(app, &predict, sink);
            page.push_str(&happened(&predict, choice, truth));
        }
        page
    }

    /// The choice that has come true.
    fn truth(&mut self, app: &mut App, predict: &Predict, sink: Sink<'_>) -> Option<usize> {
        let Phase::Calls(round) = &mut self.phase else {
            return None;
        };
        // The step's own claim is asked for first: other lines may have changed what it was about.
        let choices = &predict.choices;
        if let Some(at) = choices
            .iter()
            .position(|choice| round.has_held(&choice.claim))
        {
            return Some(at);
        }
        let findings = round.truths(app, predict, sink);
        let holds = |at: &usize| findings[*at].holds;
        // A call that slept may also have succeeded: the step says which of both it is about.
        let own = |at: &usize| round.makes(&choices[*at].claim);
        let own = (0..findings.len()).filter(own).find(holds);
        own.or_else(|| (0..findings.len()).find(holds))
    }

    fn quizzed(
        &mut self,
        app: &mut App,
        quiz: &Quiz,
        chosen: &[usize],
        tries: usize,
        sink: Sink<'_>,
    ) {
        let right: Vec<usize> = (0..quiz.choices.len())
            .filter(|at| quiz.choices[*at].right)
            .collect();
        let mut page = remarks(quiz, chosen);
        if chosen == right {
            page.insert_str(0, "Right.\n\n");
        } else if tries + 1 < TRIES {
            self.phase = Phase::Quiz(tries + 1);
            page.push_str(&how_near(chosen, &right));
            app.teach(page, sink);
            return;
        } else {
            page.push_str(&the_right_ones(quiz));
        }
        self.block += 1;
        self.advance(app, page, sink);
    }
}

/// A prediction as it is asked.
pub(super) fn predict(predict: &Predict) -> String {
    let texts = predict.choices.iter().map(|choice| choice.text.as_str());
    format!(
        "**Before you call it:** {}\n\n{}\n",
        predict.question,
        list(texts)
    )
}

/// A quiz as it is asked.
pub(super) fn quiz(quiz: &Quiz) -> String {
    let several = quiz.choices.iter().filter(|choice| choice.right).count() > 1;
    let how = if several {
        " (Several are right: give all of them, as in `1 3`.)"
    } else {
        ""
    };
    let texts = quiz.choices.iter().map(|choice| choice.text.as_str());
    format!("**Question:** {}{how}\n\n{}\n", quiz.question, list(texts))
}

fn list<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let mut list = String::new();
    for (at, text) in texts.enumerate() {
        // Writing to a String cannot fail.
        let _ = writeln!(list, "  {}. {text}", at + 1);
    }
    list
}

/// What happened, next to what was expected.
fn happened(predict: &Predict, choice: Option<usize>, truth: Option<usize>) -> String {
    let text = |at: usize| predict.choices[at].text.as_str();
    let Some(truth) = truth else {
        return "None of the choices came true this time; what the kernel did stands above.\n\n"
            .to_owned();
    };
    let mut words = match choice {
        Some(guess) if guess == truth => format!("As you expected: **{}**.", text(truth)),
        Some(guess) => format!(
            "You expected: {}. What happened: **{}**.",
            text(guess),
            text(truth)
        ),
        None => format!("What happened: **{}**.", text(truth)),
    };
    if let Some(guess) = choice
        && !predict.choices[guess].feedback.is_empty()
    {
        words.push(' ');
        words.push_str(&predict.choices[guess].feedback);
    }
    words + "\n\n"
}

/// What the lesson says to these choices.
fn remarks(quiz: &Quiz, chosen: &[usize]) -> String {
    let mut page = String::new();
    for at in chosen {
        let choice = &quiz.choices[*at];
        if !choice.feedback.is_empty() {
            let _ = writeln!(page, "\"{}\": {}\n", choice.text, choice.feedback);
        } else if !choice.right {
            let _ = writeln!(page, "Not this one: \"{}\".\n", choice.text);
        }
    }
    page
}

/// How many of the right ones were chosen.
fn how_near(chosen: &[usize], right: &[usize]) -> String {
    let hits = chosen.iter().filter(|at| right.contains(at)).count();
    match (right.len(), hits) {
        (1, _) => "Which of the others is it?\n".to_owned(),
        (all, hits) => format!("{all} are right, and you have {hits} of them.\n"),
    }
}

/// The right answers.
pub(super) fn the_right_ones(quiz: &Quiz) -> String {
    let right = quiz.choices.iter().filter(|choice| choice.right);
    let texts: Vec<String> = right.map(|choice| format!("**{}**", choice.text)).collect();
    format!("The answer: {}.\n\n", texts.join(", "))
}

/// How an open question is answered.
pub(super) fn how_to_answer(count: usize) -> String {
    format!(
        "Answer with {}; `skip` passes over the question.\n",
        numbers(count)
    )
}

/// Whether a line is meant to choose, by numbers that may be none of the choices.
fn is_numbers(line: &str) -> bool {
    let number = |c: char| c.is_ascii_digit() || " ,;\t".contains(c);
    !line.trim().is_empty() && line.chars().all(number)
}

/// The choices that a line names: `2`, `b`, `1 3`, `a,c`, `(b)`. `None` for a line that is something else.
fn choices(line: &str, count: usize) -> Option<Vec<usize>> {
    let words = line.split([' ', ',', ';', '\t']);
    let mut chosen = Vec::new();
    for word in words.filter(|word| !word.is_empty()) {
        let word = word.trim_matches(['(', ')', '.']);
        let at = match word.as_bytes() {
            [letter] if letter.is_ascii_alphabetic() => {
                usize::from(letter.to_ascii_lowercase() - b'a')
            }
            _ => word.parse::<usize>().ok()?.checked_sub(1)?,
        };
        if at >= count {
            return None;
        }
        chosen.push(at);
    }
    chosen.sort_unstable();
    chosen.dedup();
    (!chosen.is_empty()).then_some(chosen)
}

#[cfg(test)]
mod tests {
    use super::choices;

    #[test]
    fn numbers_and_letters_choose() {
        assert_eq!(choices("2", 3), Some(vec![1]));
        assert_eq!(choices(" b) ", 3), Some(vec![1]));
        assert_eq!(choices("3, 1", 3), Some(vec![0, 2]));
        for none in ["", "4", "0", "d", "hint", "s", "1 x", "-1"] {
            assert_eq!(choices(none, 3), None, "{none}");
        }
    }
}
