//! Packets: a line each as they move, one opened, the sequence diagram, the conversations.

use super::page::Page;
use crate::event::packet::{Anatomy, Flow, Ladder, Packet};

/// `  #1  client → server  SYN  seq 0  win 64240  mss 1460 …  held`
pub(super) fn packet(page: &mut Page<'_>, packet: &Packet) {
    page.line(|page| page.value(format_args!("#{}", packet.n)));
}

/// `packet N`
pub(super) fn anatomy(page: &mut Page<'_>, anatomy: &Anatomy) {
    packet(page, &anatomy.packet);
}

/// `ladder`
pub(super) fn ladder(page: &mut Page<'_>, ladder: &Ladder) {
    page.line(|page| page.value(format_args!("{} rungs", ladder.rungs.len())));
}

/// `flows`
pub(super) fn flows(page: &mut Page<'_>, flows: &[Flow]) {
    page.line(|page| page.value(format_args!("{} flows", flows.len())));
}
