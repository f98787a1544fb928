//! Packets: a line each as they move, one opened, the sequence diagram, the conversations.

mod canvas;
mod ladder;
mod line;
mod pieces;

pub(super) use ladder::ladder;
pub(super) use line::{Seen, packet};

use super::page::Page;
use crate::event::packet::{Anatomy, Flow};

/// `packet N`
pub(super) fn anatomy(page: &mut Page<'_>, anatomy: &Anatomy) {
    page.line(|page| page.value(format_args!("#{}", anatomy.packet.n)));
}

/// `flows`
pub(super) fn flows(page: &mut Page<'_>, flows: &[Flow]) {
    page.line(|page| page.value(format_args!("{} flows", flows.len())));
}
