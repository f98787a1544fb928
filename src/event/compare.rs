//! Two sides of a comparison: `compare tcp udp`.

use super::Event;
use serde::Serialize;

/// What one statement did on each of two sides.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// What each side is: `tcp`, `tcp with wire loss 30%`.
    pub titles: [String; 2],
    /// What happened on each, in order.
    pub columns: [Vec<Event>; 2],
}

/// The totals of one side: `score`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// What it is.
    pub title: String,
    /// Name and value: `packets` and `7`, `efficiency` and `41%`. A name that the other side has too stands beside it.
    pub rows: Vec<(String, String)>,
}
