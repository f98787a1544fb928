//! A learner in a lesson, line by line, as at the prompt.

use socktutor::app::{App, Settings};
use socktutor::event::{Answer, What};
use socktutor::lesson::{Block, Lesson, Library, Quiz};
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long the network may take to do what a step waits for: a SYN is repeated after a second.
const DEADLINE: Duration = Duration::from_secs(20);

struct Learner {
    app: App,
}

impl Learner {
    fn new(progress: &Path) -> Self {
        let settings = Settings {
            progress: Some(progress.to_owned()),
            ..Settings::default()
        };
        Self {
            app: App::new(settings).unwrap(),
        }
    }

    /// Types a line; what is said to it.
    fn types(&mut self, line: &str) -> String {
        let mut said = String::new();
        self.app.execute(line, &mut |event| {
            let text = match event.what {
                What::Answer(Answer::Lesson { markdown }) => markdown,
                What::Answer(Answer::Text { text }) => text,
                What::Error(complaint) => complaint.message,
                What::Syscall(call) => call.text,
                _ => return,
            };
            said.push_str(&text);
            said.push('\n');
        });
        said
    }

    /// Types several lines; what is said to the last.
    fn all(&mut self, lines: &[&str]) -> String {
        let mut said = String::new();
        for line in lines {
            said = self.types(line);
        }
        said
    }

    /// `3/9`, with ` ?` where a question is open; `over`.
    fn place(&self) -> String {
        let prompt = self.app.prompt();
        let step = prompt.split([' ', '>']).find(|word| word.contains('/'));
        let question = if prompt.contains("(1-") { " ?" } else { "" };
        format!("{}{question}", step.unwrap_or("over"))
    }

    /// Waits until the lesson is at this place.
    fn comes_to(&mut self, place: &str) {
        let deadline = Instant::now() + DEADLINE;
        while self.place() != place {
            let said = self.types("");
            assert!(
                Instant::now() < deadline,
                "at {}, not at {place}: {said}",
                self.place()
            );
        }
    }
}

fn lesson(id: &str) -> Lesson {
    let library = Library::embedded();
    library.open(library.find(id).unwrap(), None).unwrap()
}

fn right_answers(quiz: &Quiz) -> String {
    let right = (1..).zip(&quiz.choices).filter(|(_, choice)| choice.right);
    let numbers: Vec<String> = right.map(|(n, _)| n.to_string()).collect();
    numbers.join(" ")
}

/// Everything in a lesson that waits for the learner: the place, and the lines to type there.
fn waits(lesson: &Lesson) -> Vec<(String, Vec<String>)> {
    let all = lesson.steps.len();
    let mut waits = Vec::new();
    for (number, step) in (1..).zip(&lesson.steps) {
        for block in &step.blocks {
            waits.push(match block {
                Block::Predict(_) => (format!("{number}/{all} ?"), vec!["1".to_owned()]),
                Block::Quiz(quiz) => (format!("{number}/{all} ?"), vec![right_answers(quiz)]),
                Block::Sock(sock) => {
                    let lines = sock.answer().map(str::to_owned).collect();
                    (format!("{number}/{all}"), lines)
                }
                _ => continue,
            });
        }
    }
    waits
}

/// Plays a lesson to its end by its model answers, each line spelled by `spelled`. All that was said.
fn plays(learner: &mut Learner, id: &str, spelled: impl Fn(&str) -> String) -> String {
    let mut said = learner.types(&format!("learn {id}"));
    for (place, lines) in waits(&lesson(id)) {
        learner.comes_to(&place);
        for line in lines {
            assert_eq!(learner.place(), place, "{id}: before {line}");
            said += &learner.types(&spelled(&line));
        }
    }
    learner.comes_to("over");
    said
}

#[test]
fn every_lesson_is_done_by_its_own_answers() {
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    for id in Library::embedded().ids() {
        let said = plays(&mut learner, id, str::to_owned);
        assert!(said.contains("This was lesson"), "{id}: {said}");
        assert!(!said.contains("None of the choices"), "{id}: {said}");
    }
    let said = learner.types("learn");
    assert!(said.contains("Every lesson is done"), "{said}");
}
