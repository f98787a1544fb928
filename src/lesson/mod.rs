//! Lessons: Markdown files that a student is led through, and that `lesson test` runs against the real kernel.
//! This room reads them, judges what a learner did, and keeps progress. It executes nothing: `app` plays lessons.
//!
//! The format is described in the README, "How to write a lesson".

pub mod ask;
pub mod check;
pub mod defect;
pub mod head;
mod hint;
pub mod judge;
pub mod library;
pub mod model;
mod parse;
pub mod progress;
mod reach;
pub mod sock;
pub mod template;
mod translate;

pub use ask::{Predict, Quiz};
pub use defect::Defect;
pub use head::{Head, Need, Network};
pub use judge::{Attempt, Finding, Judge, Judgement, Outcome, World};
pub use library::Library;
pub use model::{Block, Lesson, Step};
pub use progress::Progress;
pub use sock::Sock;
