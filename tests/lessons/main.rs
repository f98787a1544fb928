//! The lessons themselves: that what they tell a student to copy does what they say.

mod learner;
mod listings;
