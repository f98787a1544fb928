//! The sequence diagram: time runs down, each host is a column, each packet an arrow.
//!
//! A packet that arrives before any other moves is one straight arrow. Another leaves its sender on one row, goes down
//! on a line of its own (a lane), and arrives on a later row; what overtakes it crosses that line.

mod draw;
mod frame;
mod label;

use super::words::fate;
use crate::event::packet::{Fate, Ladder, Packet, Rung};
use crate::text::style::Paint;
use crate::view::page::Page;
use draw::Drawing;
use frame::Frame;
use std::borrow::Cow;
use std::collections::HashMap;

/// With more rows than this, the hosts are named below as well, and nothing is spread out.
const SCREEN: usize = 18;

/// How many packets are drawn: of a whole transfer the end.
const DRAWN: usize = 100;

/// The end of a long ladder, and how many packets stand before it.
fn last_of(ladder: &Ladder) -> (usize, Cow<'_, Ladder>) {
    let sent = |rung: &Rung| matches!(rung, Rung::Sent(_));
    let all = ladder.rungs.iter().filter(|rung| sent(rung)).count();
    let left_out = all.saturating_sub(DRAWN);
    if left_out == 0 {
        return (0, Cow::Borrowed(ladder));
    }
    let places = ladder.rungs.iter().enumerate();
    let mut places = places.filter(|(_, rung)| sent(rung)).map(|(at, _)| at);
    let from = places.nth(left_out).unwrap_or(0);
    let end = Ladder {
        rungs: ladder.rungs[from..].to_vec(),
        ..ladder.clone()
    };
    (left_out, Cow::Owned(end))
}

/// `ladder`
pub(in crate::view) fn ladder(page: &mut Page<'_>, ladder: &Ladder) {
    if ladder.forgotten > 0 {
        let n = ladder.forgotten;
        let were = if n == 1 { "packet is" } else { "packets are" };
        page.line(|page| {
            page.own_in("… ", Paint::Warn);
            page.value(format_args!("{n} earlier {were} no longer in the log"));
        });
    }
    if ladder.rungs.is_empty() || ladder.hosts.is_empty() {
        page.line(|page| page.own("Nothing has crossed the wire yet."));
        return;
    }
    let (left_out, ladder) = last_of(ladder);
    if left_out > 0 {
        page.line(|page| {
            page.own_in("… ", Paint::Warn);
            page.value(format_args!(
                "{left_out} earlier packets are not drawn; `wire log` has them"
            ));
        });
    }
    let ladder = &*ladder;
    let style = page.style();
    let frame = Frame::of(ladder, style);
    let mut drawing = Drawing::new(&frame, style);
    rungs(&mut drawing, ladder);
    let title = frame.title(style);
    page.lines(&title);
    let rows = drawing.rows(SCREEN);
    page.lines(&rows);
    if rows.lines().count() > SCREEN {
        page.lines(&title);
    }
    if ladder.glimpsed {
        page.line(|page| {
            page.own("While the wire flows, not every state is seen; `wire hold` shows each.");
        });
    }
}

/// Draws one rung after the other.
fn rungs(drawing: &mut Drawing<'_>, ladder: &Ladder) {
    // The last rung that says what became of a packet.
    let mut ends: HashMap<u64, usize> = HashMap::new();
    for (at, rung) in ladder.rungs.iter().enumerate() {
        if let Rung::Arrived(n) | Rung::Dropped(n) = rung {
            ends.insert(*n, at);
        }
    }
    let mut sent: HashMap<u64, &Packet> = HashMap::new();
    // Up to here a straight arrow has drawn already.
    let mut drawn = 0;
    // What its sender did while it was on its way; the state that it leads to comes first.
    let mut meanwhile = Vec::new();
    for (at, rung) in ladder.rungs.iter().enumerate() {
        if at < drawn {
            continue;
        }
        if !matches!(rung, Rung::State { .. }) {
            words(drawing, &mut meanwhile);
        }
        match rung {
            Rung::Call { .. } | Rung::State { .. } => words(drawing, &mut vec![rung]),
            Rung::Sent(packet) => {
                sent.insert(packet.n, packet);
                let next = soon(&ladder.rungs, at, packet.n);
                if let Some(next) = next {
                    let between = &ladder.rungs[at + 1..next];
                    // After a call of its sender a state is that call's doing.
                    let mut called = false;
                    let (later, before): (Vec<&Rung>, Vec<&Rung>) =
                        between.iter().partition(|rung| match rung {
                            Rung::Call { host, .. } if *host == packet.from => {
                                called = true;
                                true
                            }
                            Rung::State { host, .. } => called && *host == packet.from,
                            _ => false,
                        });
                    words(drawing, &mut { before });
                    meanwhile = later;
                    drawn = next + 1;
                }
                match next.map(|next| &ladder.rungs[next]) {
                    Some(Rung::Dropped(_)) => drawing.stopped(packet, '×', "dropped", Paint::Bad),
                    Some(_) => drawing.straight(packet),
                    None if ends.get(&packet.n).is_some_and(|end| *end > at) => {
                        drawing.departure(packet);
                    }
                    None => alone(drawing, packet),
                }
            }
            Rung::Arrived(n) => match sent.get(n) {
                Some(packet) => drawing.arrival(packet),
                None => drawing.note(&format!("#{n} arrives; when it was sent is forgotten")),
            },
            Rung::Dropped(n) => match sent.get(n) {
                Some(packet) => drawing.loss(packet),
                None => drawing.note(&format!("#{n} is dropped")),
            },
        }
    }
    words(drawing, &mut meanwhile);
}

/// Where a packet arrives or is dropped before any other moves.
fn soon(rungs: &[Rung], at: usize, n: u64) -> Option<usize> {
    let words = |rung: &Rung| matches!(rung, Rung::State { .. } | Rung::Call { .. });
    let next = at + 1 + rungs[at + 1..].iter().position(|rung| !words(rung))?;
    matches!(rungs[next], Rung::Arrived(m) | Rung::Dropped(m) if m == n).then_some(next)
}

/// Draws these calls and states, and forgets them.
fn words(drawing: &mut Drawing<'_>, rungs: &mut Vec<&Rung>) {
    for rung in rungs.drain(..) {
        match rung {
            Rung::Call { host, text } => drawing.call(host, text),
            Rung::State { host, state } => drawing.state(host, state.name()),
            Rung::Sent(_) | Rung::Arrived(_) | Rung::Dropped(_) => {}
        }
    }
}

/// A packet of which the log does not say how it ended.
fn alone(drawing: &mut Drawing<'_>, packet: &Packet) {
    match packet.fate {
        Fate::Held | Fate::Underway => drawing.stopped(packet, '┤', &fate(packet).0, Paint::Warn),
        Fate::Dropped => drawing.stopped(packet, '×', "dropped", Paint::Bad),
        Fate::Delivered | Fate::Duplicated | Fate::Seen => drawing.straight(packet),
    }
}
