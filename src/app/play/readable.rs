//! A lesson to be read from the beginning to the end, without being played.

use crate::lesson::{Block, Lesson};

/// The lesson as Markdown for a person: questions without their claims, hints as prose, the model answers as they are.
pub fn readable(lesson: &Lesson) -> String {
    let mut parts = vec![format!("# {}", lesson.head.title)];
    parts.extend(lesson.intro.iter().map(block));
    for step in &lesson.steps {
        parts.push(format!("## {}", step.title));
        parts.extend(step.blocks.iter().map(block));
    }
    parts.join("\n\n")
}

fn block(block: &Block) -> String {
    match block {
        Block::Prose { markdown, .. } => markdown.clone(),
        Block::Listing { language, text, .. } => {
            format!("```{language}\n{}\n```", text.trim_end())
        }
        Block::Sock(sock) => {
            let lines: Vec<String> = sock.lines.iter().map(line).collect();
            format!("```sock\n{}\n```", lines.join("\n"))
        }
        Block::Predict(predict) => {
            let choices = predict
                .choices
                .iter()
                .map(|choice| format!("- {}", choice.text));
            question("Guess first.", &predict.question, choices)
        }
        Block::Quiz(quiz) => {
            let choices = quiz.choices.iter().map(|choice| {
                let mark = if choice.right { "[x]" } else { "[ ]" };
                format!("- {mark} {}", choice.text)
            });
            question("Question:", &quiz.question, choices)
        }
        Block::Hint {
            title, markdown, ..
        } => format!("*{title}:* {markdown}"),
    }
}

fn line(line: &crate::lesson::sock::Line) -> String {
    match (&line.note, line.text.as_str()) {
        (None, text) => text.to_owned(),
        (Some(note), "") => format!("# {note}"),
        (Some(note), text) => format!("{text}   # {note}"),
    }
}

fn question(lead: &str, text: &str, choices: impl Iterator<Item = String>) -> String {
    let choices: Vec<String> = choices.collect();
    format!("**{lead}** {text}\n\n{}", choices.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_format_is_left() {
        for entry in crate::lesson::Library::embedded().entries() {
            let lesson = Lesson::parse(&entry.file, entry.text()).unwrap();
            let text = readable(&lesson);
            for mark in ["=>", "<details", "```predict", "```quiz"] {
                assert!(!text.contains(mark), "{}: {mark}", entry.file);
            }
            for step in &lesson.steps {
                assert!(text.contains(&step.title), "{}", step.title);
            }
        }
    }
}
