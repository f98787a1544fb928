//! One line a packet, in columns; and the shorter one for a packet that was held and now moves.

use super::pieces::{self, Piece};
use super::words::{fate, kind, numbers_of, port, remark, state};
use crate::event::packet::{End, Fate, Packet};
use crate::text::style::{Paint, Style};
use crate::text::wrap;
use crate::view::page::{INDENT, Page};
use std::collections::BTreeSet;

/// What lines of packets before have shown.
#[derive(Debug, Clone, Default)]
pub(in crate::view) struct Seen {
    /// The numbers of packets that were shown whole when the wire stopped them: their fate needs no more than a short line.
    held: BTreeSet<u64>,
    /// The widest `client → server` so far, so that lines align.
    route: usize,
    /// The hosts in the order in which they spoke first: each one's states keep their column.
    hosts: Vec<String>,
}

impl Seen {
    /// Packets that are held for ever would fill the memory otherwise.
    const MOST: usize = 10_000;
    /// More hosts than a laboratory has.
    const HOSTS: usize = 16;

    fn hold(&mut self, n: u64) {
        self.held.insert(n);
        if self.held.len() > Self::MOST {
            self.held.pop_first();
        }
    }

    fn meet(&mut self, packet: &Packet) {
        for host in [&packet.from, &packet.to] {
            if self.hosts.len() < Self::HOSTS && !self.hosts.contains(host) {
                self.hosts.push(host.clone());
            }
        }
    }

    fn column(&self, host: &str) -> usize {
        let met = self.hosts.iter().position(|met| met == host);
        met.unwrap_or(self.hosts.len())
    }
}

/// Columns of `#12` and of `client → server`, at least.
const NUMBER: usize = 3;
const ROUTE: usize = 15;
/// Columns of `SYN,ACK [S.]`.
const FLAGS: usize = 12;
/// Columns of `seq 0 ack 1`, and of more where there is room.
const SEQ: usize = 11;
const ROOMY_SEQ: usize = 16;
/// Below this there is room for the sender, what it is, and its length: a side of a comparison.
const NARROW: usize = 60;
/// From this width on there is room for all options of a SYN.
const ROOMY: usize = 100;
/// In a very wide terminal the fate ends here, not far from the rest.
const EDGE: usize = 112;
/// Where nothing limits the width, the fate begins here at least.
const FATE: usize = 88;

/// What goes first where there is no room: timestamps and padding, other options from the last, then what else can be missed.
mod rank {
    pub(super) const TIMESTAMPS: usize = 1000;
    pub(super) const OPTION: usize = 100;
    pub(super) const PORTS: usize = 10;
    pub(super) const WINDOW: usize = 5;
    pub(super) const LETTERS: usize = 4;
    /// These go in a narrow terminal only.
    pub(super) const ACK: usize = 2;
    pub(super) const SEQ: usize = 1;
}

/// `  #1  client → server  SYN [S]  seq 0  win 64240  mss 1460 …  held`; or, of a packet that was shown so when the wire
/// stopped it, `  #1  delivered  client SYN_SENT  server LISTEN → SYN_RECV`.
pub(in crate::view) fn packet(page: &mut Page<'_>, packet: &Packet, seen: &mut Seen) {
    seen.meet(packet);
    if matches!(packet.fate, Fate::Held | Fate::Underway) {
        seen.hold(packet.n);
    } else if packet.waited.is_none() {
        // One of an earlier laboratory had its number.
        seen.held.remove(&packet.n);
    } else if seen.held.contains(&packet.n) {
        if packet.fate != Fate::Duplicated {
            seen.held.remove(&packet.n);
        }
        return moved(page, packet, seen);
    }
    whole(page, packet, seen);
}

/// The line with all that fits.
pub(super) fn whole(page: &mut Page<'_>, packet: &Packet, seen: &mut Seen) {
    let style = page.style();
    let fate = fate(packet);
    let gap = if is_narrow(style) { 1 } else { 2 };
    let room = style.width.map(|width| {
        let around = INDENT.len() + wrap::columns(&fate.0) + gap;
        width.saturating_sub(around).max(20)
    });
    let head = head(packet, style, seen);
    let remark = remark(packet, style);
    let mut line = head.clone();
    line.extend(numbers(packet, style));
    let inline = inline(&line, remark.as_ref(), room, style);
    let below = if inline.is_some() { None } else { remark };
    let mut line = inline.unwrap_or(line);
    if let Some(room) = room {
        // So little is shown there that a mark for what is gone would only take its place.
        let mark = if is_narrow(style) {
            "".into()
        } else {
            style.sign("…")
        };
        pieces::fit(&mut line, room, &mark);
    }
    let text = pieces::text(&line, room.unwrap_or(usize::MAX), style);
    let taken = pieces::columns(&line).min(room.unwrap_or(usize::MAX));
    let mut out = format!("{INDENT}{text}");
    pieces::blanks(&mut out, blank(taken, room, gap, wrap::columns(&fate.0)));
    out.push_str(&style.paint(fate.0, fate.1));
    out.push('\n');
    page.lines(&out);
    let indent = " ".repeat(INDENT.len() + NUMBER + 1);
    if let Some((remark, paint)) = below {
        page.hanging(&indent, &indent, |page| page.own_in(&remark, paint));
    }
    if packet.states.iter().any(|end| end.from.is_some()) {
        let changed = packet.states.iter().filter(|end| end.from.is_some());
        let changed: Vec<String> = changed.map(|end| state(end, style).0).collect();
        page.hanging(&indent, &indent, |page| page.own(&changed.join("  ")));
    }
}

/// The blanks before the fate: it ends where the width does.
fn blank(taken: usize, room: Option<usize>, gap: usize, fate: usize) -> usize {
    match room {
        None => (FATE - INDENT.len()).saturating_sub(taken).max(gap),
        Some(room) => {
            let edge = room.min((EDGE - INDENT.len() - gap).saturating_sub(fate));
            edge.saturating_sub(taken) + gap
        }
    }
}

/// The line with the remark in it instead of the options, or of the window too, where that fits whole.
fn inline(
    line: &[Piece],
    remark: Option<&(String, Paint)>,
    room: Option<usize>,
    style: &Style,
) -> Option<Vec<Piece>> {
    let (text, paint) = remark?;
    let gap = if style.width.is_some_and(|width| width < ROOMY) {
        1
    } else {
        2
    };
    let remark = Piece::new(text.as_str()).paint(*paint).gap(gap);
    let mut with = line.to_vec();
    with.push(remark.clone());
    let Some(room) = room else {
        return Some(with);
    };
    if pieces::columns(&with) <= room {
        return Some(with);
    }
    [rank::OPTION, rank::WINDOW].into_iter().find_map(|least| {
        let mut with = line.to_vec();
        with.retain(|piece| !piece.rank_is_at_least(least));
        if with.len() < line.len() {
            with.push(Piece::new(style.sign("…")).paint(Paint::Faint));
        }
        with.push(remark.clone());
        (pieces::columns(&with) <= room).then_some(with)
    })
}

/// Whether there is room for no more than what matters most.
fn is_narrow(style: &Style) -> bool {
    style.width.is_some_and(|width| width < NARROW)
}

/// Number, hosts and what it is.
fn head(packet: &Packet, style: &Style, seen: &mut Seen) -> Vec<Piece> {
    if is_narrow(style) {
        let from = wrap::shortened(&style.clean(&packet.from), 9, &style.sign("…"));
        return vec![
            Piece::new(format!("#{}", packet.n))
                .paint(Paint::Name)
                .pad(NUMBER),
            Piece::new(from),
            Piece::new(style.clean(&kind(packet).0)).paint(Paint::Strong),
        ];
    }
    let route = route(packet, style);
    seen.route = seen.route.max(wrap::columns(&route)).max(ROUTE);
    let (words, letters) = kind(packet);
    let words = style.clean(&words).into_owned();
    let mut line = vec![
        Piece::new(format!("#{}", packet.n))
            .pad(NUMBER)
            .paint(Paint::Name),
        Piece::new(route).pad(seen.route),
    ];
    match letters {
        None => line.push(Piece::new(words).paint(Paint::Strong).pad(FLAGS).gap(2)),
        Some(letters) => {
            let letters = format!("[{}]", style.clean(&letters));
            let pad = FLAGS.saturating_sub(wrap::columns(&words) + 1);
            line.push(Piece::new(words).paint(Paint::Strong).gap(2));
            line.push(Piece::new(letters).pad(pad).rank(rank::LETTERS));
        }
    }
    line
}

/// `client → server`; long names are cut.
fn route(packet: &Packet, style: &Style) -> String {
    let most = match style.width {
        Some(..80) => 9,
        Some(80..ROOMY) => 12,
        _ => 24,
    };
    let mark = style.sign("…");
    let host = |name: &str| wrap::shortened(&style.clean(name), most, &mark);
    format!(
        "{} {} {}",
        host(&packet.from),
        style.sign("→"),
        host(&packet.to)
    )
}

/// The numbers that matter, and the options.
fn numbers(packet: &Packet, style: &Style) -> Vec<Piece> {
    let roomy = style.width.is_none_or(|width| width >= ROOMY);
    let gap = if roomy { 2 } else { 1 };
    let mut line = Vec::new();
    let mut add = |piece: Piece| line.push(piece.gap(gap));
    if let (true, (seq, ack)) = (is_narrow(style), numbers_of(packet)) {
        // Of data its place matters more, of an acknowledgment what it acknowledges.
        let ranks = if packet.len > 0 {
            [rank::SEQ, rank::ACK]
        } else {
            [rank::ACK, rank::SEQ]
        };
        for (number, rank) in [seq, ack].into_iter().zip(ranks) {
            number
                .into_iter()
                .for_each(|number| add(Piece::new(number).rank(rank)));
        }
    } else if let Some(seq) = sequence(packet) {
        add(Piece::new(seq).pad(if roomy { ROOMY_SEQ } else { SEQ }));
    }
    if packet.proto == "udp" || (packet.len > 0 && !packet.proto.starts_with("icmp")) {
        add(Piece::new(format!("len {}", packet.len)));
    }
    if let Some(window) = packet.win {
        let piece = Piece::new(format!("win {window}")).pad(9);
        add(piece.rank(if packet.len > 0 {
            rank::WINDOW
        } else {
            rank::WINDOW - 2
        }));
    }
    if let (Some(from), Some(to), "udp") = (port(&packet.src), port(&packet.dst), &*packet.proto) {
        let ports = format!("port {from} {} {to}", style.sign("→"));
        add(Piece::new(ports).rank(rank::PORTS));
    }
    for (n, option) in packet.options.iter().enumerate() {
        let rank = match option.split(' ').next() {
            Some("ts" | "nop" | "eol") => rank::TIMESTAMPS,
            _ => rank::OPTION + n,
        };
        let piece = Piece::new(style.clean(option)).rank(rank);
        line.push(if n == 0 { piece.gap(gap) } else { piece });
    }
    line
}

/// `seq 1:21 ack 1`
fn sequence(packet: &Packet) -> Option<String> {
    match numbers_of(packet) {
        (Some(seq), Some(ack)) => Some(format!("{seq} {ack}")),
        (seq, ack) => seq.or(ack),
    }
}

/// What became of a packet whose line was shown when the wire stopped it.
fn moved(page: &mut Page<'_>, packet: &Packet, seen: &Seen) {
    let style = page.style();
    // `server ESTABLISHED → CLOSE_WAIT` behind another state still fits 80 columns.
    let (fate_pad, state_pad) = match style.width {
        Some(..NARROW) => (0, 0),
        Some(..ROOMY) => (12, 26),
        _ => (seen.route, 28),
    };
    let (words, paint) = fate(packet);
    let number = format!("#{}", packet.n);
    let mut line = vec![
        Piece::new(number).pad(NUMBER).paint(Paint::Name),
        Piece::new(words).paint(paint).pad(fate_pad),
    ];
    let mut ends: Vec<&End> = packet.states.iter().collect();
    ends.sort_by_key(|end| seen.column(&end.host));
    if is_narrow(style) && ends.iter().any(|end| end.from.is_some()) {
        ends.retain(|end| end.from.is_some());
    }
    for end in ends {
        let (text, changed) = state(end, style);
        let paint = if changed { Paint::Strong } else { Paint::Plain };
        line.push(Piece::new(text).paint(paint).pad(state_pad).gap(2));
    }
    if packet.states.is_empty() && packet.fate != Fate::Dropped {
        let to = style.clean(&packet.to);
        line.push(Piece::new(format!("to {to}")).gap(2));
    }
    if let Some(note) = &packet.note {
        line.push(Piece::new(style.clean(note)).paint(Paint::Warn).gap(2));
    }
    let room = style.width.map_or(usize::MAX, |width| {
        width.saturating_sub(INDENT.len()).max(20)
    });
    if pieces::columns(&line) <= room {
        page.lines(&format!("{INDENT}{}\n", pieces::text(&line, room, style)));
        return;
    }
    // What does not fit beside the fate stands below it, a piece a line: the note alone, where that is enough.
    let states = line.len() - usize::from(packet.note.is_some());
    let fits = pieces::columns(&line[..states]) <= room;
    let (beside, under) = match (is_narrow(style), fits) {
        (true, _) => (2, NUMBER + 1),
        (false, true) => (states, NUMBER + 1 + fate_pad + 2),
        (false, false) => (3, NUMBER + 1 + fate_pad + 2),
    };
    let rest = line.split_off(beside.min(line.len()));
    page.lines(&format!("{INDENT}{}\n", pieces::text(&line, room, style)));
    let indent = format!("{INDENT}{}", " ".repeat(under));
    for piece in rest {
        page.hanging(&indent, &indent, |page| piece.write(page));
    }
}
