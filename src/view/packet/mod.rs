//! Packets: a line each as they move, one opened, the sequence diagram, the conversations.

mod anatomy;
mod canvas;
mod flows;
mod ladder;
mod line;
mod pieces;
mod words;

pub(super) use anatomy::anatomy;
pub(super) use flows::flows;
pub(super) use ladder::ladder;
pub(super) use line::{Seen, packet};
