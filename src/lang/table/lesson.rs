//! Commands that lead through lessons.

use super::{Command, Group, Kind, Param, Role};

const fn plain(name: &'static str, summary: &'static str) -> Command {
    Command::new(name, Group::Lesson, Role::Shell, &[], summary)
}

/// The list of lessons.
pub(super) const LESSONS: Command = plain("lessons", "every lesson: done, skipped, new");

/// Starts or resumes a lesson.
pub(super) const LEARN: Command = Command::new(
    "learn",
    Group::Lesson,
    Role::Shell,
    &[Param::optional("lesson", Kind::Word)],
    "begin a lesson, or go on where you stopped",
);

/// A hint, then the next.
pub(super) const HINT: Command = plain("hint", "a hint for this step; again, a stronger one");

/// The model answer.
pub(super) const ANSWER: Command = plain("answer", "this step's model answer");

/// Leaves a step out.
pub(super) const SKIP: Command = plain("skip", "leave this step out");

/// Why the last answer was not it.
pub(super) const WHY: Command = plain("why", "what this step still wants, and why");

/// Judges now.
pub(super) const CHECK: Command = plain("check", "judge this step now");

/// One step back.
pub(super) const BACK: Command = plain("back", "one step back");

/// To a step.
pub(super) const GOTO: Command = Command::new(
    "goto",
    Group::Lesson,
    Role::Shell,
    &[Param::required("step", Kind::Int)],
    "to a step by its number",
);

/// The place in the lesson.
pub(super) const WHERE: Command =
    plain("where", "which lesson and step this is, and its task again");

/// Free play.
pub(super) const PLAY: Command = plain("play", "leave the lesson's path for a while");

/// Back from free play.
pub(super) const RESUME: Command = plain("resume", "back to the lesson's path");
