//! The lessons themselves: that what they tell a student to copy does what they say.

#[path = "../support/mod.rs"]
mod support;

mod learner;
mod listings;
