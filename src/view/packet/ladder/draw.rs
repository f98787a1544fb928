//! The rows of a sequence diagram.

use super::frame::Frame;
use super::label;
use crate::event::packet::Packet;
use crate::text::style::{Paint, Style};
use crate::text::wrap;
use crate::view::packet::canvas::Canvas;

/// A row, and what may still be added to it.
struct Row {
    canvas: Canvas,
    /// The host whose text is all that the row holds: an arrow that it sends may follow on the same row.
    text_of: Option<usize>,
    /// Where an arrow arrived, and from which column: the state that it led to may follow on the same row.
    arrived: Option<(usize, usize)>,
    /// Whether it stands there already.
    taken: bool,
    /// Whether an arrow leaves, passes or arrives.
    arrow: bool,
}

/// A packet between its departure and its arrival.
struct Lane {
    n: u64,
    x: usize,
}

/// The diagram so far.
pub(super) struct Drawing<'a> {
    frame: &'a Frame,
    style: &'a Style,
    rows: Vec<Row>,
    lanes: Vec<Lane>,
}

impl<'a> Drawing<'a> {
    pub(super) fn new(frame: &'a Frame, style: &'a Style) -> Self {
        Self {
            frame,
            style,
            rows: Vec::new(),
            lanes: Vec::new(),
        }
    }

    /// The rows as text. Where they are few, a blank one after each arrow gives them air.
    pub(super) fn rows(&self, screen: usize) -> String {
        let arrows = self.rows.iter().filter(|row| row.arrow).count();
        // A lane that goes on would be broken by it.
        let straight = self
            .rows
            .iter()
            .filter(|row| row.arrow)
            .all(|row| row.arrived.is_some());
        let airy = straight && self.rows.len() + arrows <= screen;
        let mut out = String::new();
        for row in &self.rows {
            out.push_str(&row.canvas.finish(self.style));
            if airy && row.arrow {
                out.push_str(&self.blank(&[]).finish(self.style));
            }
        }
        out
    }

    /// A call, beside its host's column. The arrow that it sends may follow on its row; one that came before has nothing to
    /// do with it.
    pub(super) fn call(&mut self, host: &str, text: &str) {
        if let Some(row) = self.rows.last_mut() {
            row.taken = true;
        }
        self.text(host, text, Paint::Name);
    }

    /// A state, beside its host's column.
    pub(super) fn state(&mut self, host: &str, text: &str) {
        self.text(host, text, Paint::Strong);
    }

    fn text(&mut self, host: &str, text: &str, paint: Paint) {
        let Some(host) = self.frame.host(host) else {
            return;
        };
        let text = self.style.clean(text).into_owned();
        let columns = wrap::columns(&text);
        let last = self.frame.hosts.len() - 1;
        let x = self.frame.x(host);
        let fits = (host == 0 && columns <= self.frame.beside[0])
            || (host == last && host > 0 && columns <= self.frame.beside[1]);
        let free = match self
            .rows
            .last()
            .filter(|row| !row.taken)
            .and_then(|row| row.arrived)
        {
            // A middle column's text stands on its right: an arrow from there is in its way.
            Some((at, from)) => at == host && (fits || (host > 0 && host < last && from < x)),
            None => false,
        };
        if !free {
            // What stands inside would be under an arrow of its host.
            let beside = fits || (host > 0 && host < last);
            self.push(beside.then_some(host));
        }
        let mark = self.style.sign("…");
        // An outer column's long text stands inside, on a row of its own.
        let (start, room) = match host {
            0 if fits => (x - 1 - columns, columns),
            host if host == last && host > 0 && fits => (x + 2, columns),
            host if host == last && host > 0 => {
                let room = x - self.frame.x(host - 1) - 3;
                (x - 1 - columns.min(room), room)
            }
            _ => {
                let next = self
                    .frame
                    .hosts
                    .get(host + 1)
                    .map_or(self.frame.width, |next| next.1);
                let inside = next.saturating_sub(x + 3);
                // What a narrow gap cannot hold stands over the columns behind it.
                let over = self.frame.width.saturating_sub(x + 3);
                (
                    x + 2,
                    if columns <= inside || last < 2 {
                        inside
                    } else {
                        over
                    },
                )
            }
        };
        if let Some(row) = self.rows.last_mut() {
            row.canvas
                .text(start, &wrap::shortened(&text, room, &mark), paint);
            if free {
                row.taken = true;
            }
        }
    }

    /// Words of no host.
    pub(super) fn note(&mut self, text: &str) {
        let x = self.frame.x(0) + 2;
        let text = wrap::shortened(text, self.frame.width.saturating_sub(x), "");
        self.push(None).canvas.text(x, &text, Paint::Faint);
    }

    /// An arrow from the sender to the receiver.
    pub(super) fn straight(&mut self, packet: &Packet) {
        let (from, to) = self.frame.span(&packet.from, &packet.to);
        self.labeled(packet, from, to, Paint::Plain, |row, a, b| {
            if from < to {
                row.canvas.line(a, b - 1, Paint::Plain);
                row.canvas.sign(b, '▶', Paint::Plain);
            } else {
                row.canvas.line(a + 1, b, Paint::Plain);
                row.canvas.sign(a, '◀', Paint::Plain);
            }
        });
        self.arrive(packet, from);
    }

    /// An arrow that ends half-way.
    pub(super) fn stopped(&mut self, packet: &Packet, end: char, word: &str, paint: Paint) {
        let (from, to) = self.frame.span(&packet.from, &packet.to);
        let columns = word.chars().count();
        // Never so near to the receiver that it seems to arrive; far enough for its label.
        let label = wrap::columns(&self.label(packet, usize::MAX).0) + 8;
        let most = from.abs_diff(to).saturating_sub(columns + 4).max(2);
        let length = (from.abs_diff(to) / 2).max(label).min(most);
        let stop = if from < to {
            from + length
        } else {
            from - length
        };
        self.labeled(packet, from, stop, paint, |row, a, b| {
            row.canvas.line(a, b, paint);
            if from < to {
                row.canvas.sign(b, end, paint);
                row.canvas.text(b + 2, word, paint);
            } else {
                row.canvas
                    .sign(a, if end == '┤' { '├' } else { end }, paint);
                row.canvas.text(a.saturating_sub(columns + 1), word, paint);
            }
        });
    }

    /// A packet leaves its sender; what became of it comes later.
    pub(super) fn departure(&mut self, packet: &Packet) {
        let (from, to) = self.frame.span(&packet.from, &packet.to);
        let lane = self.lane(from, to);
        self.labeled(packet, from, lane, Paint::Plain, |row, a, b| {
            row.canvas.line(a, b, Paint::Plain);
            row.canvas
                .sign(lane, if from < to { '┐' } else { '┌' }, Paint::Plain);
        });
        self.lanes.push(Lane {
            n: packet.n,
            x: lane,
        });
    }

    /// A packet that left earlier arrives, or one more copy of one that has arrived.
    pub(super) fn arrival(&mut self, packet: &Packet) {
        let (from, to) = self.frame.span(&packet.from, &packet.to);
        let lane = self.lanes.iter().position(|lane| lane.n == packet.n);
        let lane = lane.map(|at| self.lanes.remove(at).x);
        let start = lane.unwrap_or(usize::midpoint(from, to));
        let text = match lane {
            Some(_) => format!(" #{} ", packet.n),
            None => format!(" copy of #{} ", packet.n),
        };
        let row = self.push(None);
        row.arrow = true;
        let canvas = &mut row.canvas;
        let columns = text.len();
        if from < to {
            canvas.line(start + 1, to - 2, Paint::Plain);
            canvas.sign(to - 1, '▶', Paint::Plain);
            match lane {
                Some(lane) => canvas.sign(lane, '└', Paint::Plain),
                None => canvas.sign(start, ' ', Paint::Plain),
            }
            let room = to.saturating_sub(start + 3);
            canvas.text(
                start + 1 + room.saturating_sub(columns) / 2,
                &text,
                Paint::Plain,
            );
        } else {
            canvas.line(to + 2, start - 1, Paint::Plain);
            canvas.sign(to + 1, '◀', Paint::Plain);
            match lane {
                Some(lane) => canvas.sign(lane, '┘', Paint::Plain),
                None => canvas.sign(start, ' ', Paint::Plain),
            }
            let room = start.saturating_sub(to + 2);
            canvas.text(
                to + 2 + room.saturating_sub(columns) / 2,
                &text,
                Paint::Plain,
            );
        }
        self.arrive(packet, from);
    }

    /// A packet that left earlier is dropped.
    pub(super) fn loss(&mut self, packet: &Packet) {
        let (from, to) = self.frame.span(&packet.from, &packet.to);
        let lane = self.lanes.iter().position(|lane| lane.n == packet.n);
        let x = lane.map_or(usize::midpoint(from, to), |at| self.lanes.remove(at).x);
        let row = self.push(None);
        row.arrow = true;
        row.canvas.sign(x, '×', Paint::Bad);
        row.canvas
            .text(x + 2, &format!("#{} dropped", packet.n), Paint::Bad);
    }

    /// The state that an arrow led to may stand on its row.
    fn arrive(&mut self, packet: &Packet, from: usize) {
        let to = self.frame.host(&packet.to);
        if let (Some(to), Some(row)) = (to, self.rows.last_mut()) {
            row.arrived = Some((to, from));
        }
    }

    /// A row for an arrow between two columns, drawn by `draw`, its label in it, or above where the arrow is too short.
    fn labeled(
        &mut self,
        packet: &Packet,
        from: usize,
        to: usize,
        paint: Paint,
        draw: impl FnOnce(&mut Row, usize, usize),
    ) {
        let (a, b) = (from.min(to), from.max(to));
        let (s, e) = self.segment(a, b);
        // Two of line and a blank before it, a blank, one of line and the head after it.
        let (mut label, mut fits) = self.label(packet, e.saturating_sub(s + 7));
        let mut start = s + 4;
        if !fits {
            (label, fits) = self.label(packet, b.saturating_sub(a + 7));
            start = a + 4;
        }
        if !fits {
            label = self.label(packet, self.frame.width.saturating_sub(4)).0;
            start = (a + 2).min(self.frame.width.saturating_sub(wrap::columns(&label) + 1));
            self.push(None).canvas.text(start, &label, paint);
        }
        let sender = self.frame.host(&packet.from);
        let last = self.frame.hosts.len() - 1;
        let shared = self.rows.last().is_some_and(|row| {
            // A middle column's text stands on its right.
            let middle = sender.is_some_and(|sender| sender > 0 && sender < last);
            let beside = sender.is_some() && row.text_of == sender && !row.arrow;
            beside && (!middle || to < from)
        });
        let row = if shared {
            self.rows.last_mut()
        } else {
            self.push(None);
            self.rows.last_mut()
        };
        let Some(row) = row else { return };
        row.arrow = true;
        row.text_of = None;
        // From beside the column where it begins to beside the one where it ends.
        let inner = [a, b].map(|x| is_column(self.frame, x));
        draw(row, a + usize::from(inner[0]), b - usize::from(inner[1]));
        if fits {
            row.canvas.text(start - 1, &format!(" {label} "), paint);
        }
    }

    /// Where between two columns a label hides no lane: the widest piece.
    fn segment(&self, a: usize, b: usize) -> (usize, usize) {
        let mut edges = vec![a, b];
        edges.extend(
            self.lanes
                .iter()
                .map(|lane| lane.x)
                .filter(|x| (a..b).contains(x)),
        );
        edges.sort_unstable();
        let pieces = edges.windows(2).map(|pair| (pair[0], pair[1]));
        // Of equal ones the leftmost.
        pieces.rev().max_by_key(|(s, e)| e - s).unwrap_or((a, b))
    }

    fn label(&self, packet: &Packet, room: usize) -> (String, bool) {
        label::label(packet, room, self.frame, self.style)
    }

    /// A column for a packet that is on its way: nearer to its receiver, so that its label has room, and none that is taken.
    fn lane(&self, from: usize, to: usize) -> usize {
        let (a, b) = (from.min(to), from.max(to));
        let middle = if from < to {
            a + (b - a) * 5 / 8
        } else {
            a + (b - a) * 3 / 8
        };
        let offsets = [0, 5, -5, 9, -9, 13, -13, 2, -2, 7, -7];
        let free = offsets
            .into_iter()
            .filter_map(|offset: isize| middle.checked_add_signed(offset))
            .filter(|x| (a + 4..b.saturating_sub(5)).contains(x) && !is_column(self.frame, *x))
            .find(|x| self.lanes.iter().all(|lane| lane.x != *x));
        free.unwrap_or(middle)
    }

    fn push(&mut self, text_of: Option<usize>) -> &mut Row {
        let row = Row {
            canvas: self.blank(&self.lanes),
            text_of,
            arrived: None,
            taken: false,
            arrow: false,
        };
        let at = self.rows.len();
        self.rows.push(row);
        &mut self.rows[at]
    }

    /// A row with nothing but the columns and the lanes.
    fn blank(&self, lanes: &[Lane]) -> Canvas {
        let mut canvas = Canvas::new(self.frame.width, self.style);
        let columns = self.frame.hosts.iter().map(|(_, x)| *x);
        for x in columns.chain(lanes.iter().map(|lane| lane.x)) {
            canvas.sign(x, '│', Paint::Plain);
        }
        canvas
    }
}

fn is_column(frame: &Frame, x: usize) -> bool {
    frame.hosts.iter().any(|(_, column)| *column == x)
}
