//! Words: topics of the reference by name, what to say after a call, and why a call failed.
//! The texts are Markdown in `lessons/reference/` (its README fixes the format), embedded, and read on demand.

mod cause;
mod facts;
mod library;
mod topic;

pub use cause::cause;
pub use facts::{
    Closed, Connecting, Facts, InLab, Link, Listener, OtherEnd, Past, PathFacts, Proto, Sharing,
    SocketFacts, Target,
};
pub use library::{after, near, topic, topics};
pub use topic::{Kind, Topic};

#[cfg(test)]
mod tests;
