//! Packets: a line each as they move, one opened, the sequence diagram, the conversations.

mod line;
mod pieces;

pub(super) use line::{Seen, packet};

use super::page::Page;
use crate::event::packet::{Anatomy, Flow, Ladder};

/// `packet N`
pub(super) fn anatomy(page: &mut Page<'_>, anatomy: &Anatomy) {
    page.line(|page| page.value(format_args!("#{}", anatomy.packet.n)));
}

/// `ladder`
pub(super) fn ladder(page: &mut Page<'_>, ladder: &Ladder) {
    page.line(|page| page.value(format_args!("{} rungs", ladder.rungs.len())));
}

/// `flows`
pub(super) fn flows(page: &mut Page<'_>, flows: &[Flow]) {
    page.line(|page| page.value(format_args!("{} flows", flows.len())));
}
