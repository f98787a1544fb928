//! A translated lesson: the words of the translation, the code of the original.

use super::ask::{Predict, Quiz};
use super::defect::{Defect, Defects};
use super::model::{Block, Lesson, Step};
use super::sock::Sock;

/// The original with the translation's words.
///
/// # Errors
/// The translation cannot be read, or its structure is not that of the original.
pub(super) fn translate(original: &Lesson, file: &str, text: &str) -> Result<Lesson, Vec<Defect>> {
    let words = Lesson::parse(file, text)?;
    let mut defects = Defects::new(file);
    if words.head.id != original.head.id {
        let message = format!(
            "the id is `{}`; the original's is `{}`",
            words.head.id, original.head.id
        );
        defects.add(1, message, "a translation keeps the id");
    }
    if words.steps.len() != original.steps.len() {
        let message = format!(
            "{} steps; the original has {}",
            words.steps.len(),
            original.steps.len()
        );
        defects.add(0, message, "translate every step");
    }
    let mut lesson = original.clone();
    lesson.source = file.to_owned();
    lesson.head.title.clone_from(&words.head.title);
    lesson.intro = words.intro;
    for (step, words) in lesson.steps.iter_mut().zip(words.steps) {
        translate_step(step, words, &mut defects);
    }
    match defects.into_vec() {
        none if none.is_empty() => Ok(lesson),
        some => Err(some),
    }
}

/// Prose and hints are free; code and questions must follow each other as in the original.
fn translate_step(step: &mut Step, words: Step, defects: &mut Defects) {
    let free = |block: &Block| matches!(block, Block::Prose { .. } | Block::Hint { .. });
    let fixed: Vec<Block> = step
        .blocks
        .iter()
        .filter(|block| !free(block))
        .cloned()
        .collect();
    let mut originals = fixed.iter();
    let mut blocks = Vec::new();
    for block in words.blocks {
        if free(&block) {
            blocks.push(block);
            continue;
        }
        match originals.next() {
            Some(original) if original.kind() == block.kind() => {
                blocks.push(merge(original, block, defects))
            }
            Some(original) => {
                let message = format!(
                    "{} where the original has {}",
                    block.kind(),
                    original.kind()
                );
                defects.add(
                    block.line(),
                    message,
                    "keep the original's blocks in their order",
                );
                return;
            }
            None => {
                defects.add(
                    block.line(),
                    format!("the original has no {} here", block.kind()),
                    "",
                );
                return;
            }
        }
    }
    if let Some(missing) = originals.next() {
        let message = format!(
            "{} of the original is missing (its line {})",
            missing.kind(),
            missing.line()
        );
        defects.add(
            words.line,
            message,
            "keep the original's blocks in their order",
        );
    }
    step.title = words.title;
    step.blocks = blocks;
}

fn merge(original: &Block, words: Block, defects: &mut Defects) -> Block {
    match (original, words) {
        (Block::Sock(code), Block::Sock(words)) => Block::Sock(merge_sock(code, &words, defects)),
        (Block::Predict(code), Block::Predict(words)) => {
            Block::Predict(merge_predict(code, words, defects))
        }
        (Block::Quiz(code), Block::Quiz(words)) => Block::Quiz(merge_quiz(code, words, defects)),
        (code, _) => code.clone(),
    }
}

/// The teacher's notes may be translated where the lines are the same.
fn merge_sock(code: &Sock, words: &Sock, defects: &mut Defects) -> Sock {
    let mut sock = code.clone();
    let typed = |sock: &Sock| {
        sock.lines
            .iter()
            .map(|line| line.text.clone())
            .filter(|t| !t.is_empty())
            .collect()
    };
    let (ours, theirs): (Vec<String>, Vec<String>) = (typed(code), typed(words));
    if ours != theirs {
        defects.add(
            words.line,
            "this code is not the original's",
            "copy the block; translate only its comments",
        );
        return sock;
    }
    if code.lines.len() == words.lines.len() {
        for (line, words) in sock.lines.iter_mut().zip(&words.lines) {
            line.note.clone_from(&words.note);
        }
    }
    sock
}

fn merge_predict(code: &Predict, words: Predict, defects: &mut Defects) -> Predict {
    let same = code.choices.len() == words.choices.len()
        && code
            .choices
            .iter()
            .zip(&words.choices)
            .all(|(a, b)| a.claim == b.claim);
    if !same {
        defects.add(
            words.line,
            "these claims are not the original's",
            "translate the words, keep what follows `=>`",
        );
    }
    words
}

fn merge_quiz(code: &Quiz, words: Quiz, defects: &mut Defects) -> Quiz {
    let marks = |quiz: &Quiz| {
        quiz.choices
            .iter()
            .map(|choice| choice.right)
            .collect::<Vec<_>>()
    };
    if marks(code) != marks(&words) {
        defects.add(
            words.line,
            "other choices are marked here than in the original",
            "keep their order",
        );
    }
    words
}
