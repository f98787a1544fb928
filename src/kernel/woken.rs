//! What wakes whoever waits for changes, the same on every system.

/// Why [`Waiter::wait`](super::Waiter::wait) returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    /// [`Watcher::changed`](super::Watcher::changed) may name something.
    Changed,
    /// [`Poke::wake`](super::Poke::wake) was called.
    Poked,
    /// The time is over.
    Timeout,
    /// The watcher is no more.
    Over,
}
