//! The lessons themselves: that what they tell a student to copy does what they say.

#[path = "../support/mod.rs"]
mod support;

mod astray;
mod learner;
mod listings;
mod slow;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Descriptors belong to the process. A lesson that uses a closed socket on purpose makes calls on a number that may be
/// another's by then, and a program that is started takes the sockets of every learner with it, as they are not
/// close-on-exec: a listener would live on there. So one test at a time has sockets or starts a program.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
