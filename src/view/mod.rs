//! Events to text: lines for people ([`Renderer`]), JSON for programs ([`json()`]).
//!
//! Whatever is foreign (received bytes, file names, typed lines) passes [`Style::clean`] on its way; see `page`.

mod answer;
mod call;
pub mod columns;
mod complaint;
mod diagram;
mod json;
mod lab;
mod list;
mod markdown;
mod packet;
mod page;
mod sockets;
#[cfg(test)]
mod tests;
mod words;

use crate::event::compare::Compared;
use crate::event::packet::Packet;
use crate::event::{Answer, Event, What};
use crate::text::style::Style;
use columns::{Block, Kind};
pub use json::json;
use page::Page;

/// Shows events to a person. It remembers what it has told, so as to say some things only once.
#[derive(Debug, Clone)]
pub struct Renderer {
    style: Style,
    told: Told,
    /// The two sides of a comparison: each one's title, and what it was told.
    sides: Option<Box<[(String, Told); 2]>>,
}

/// What has been told once and need not be told again.
#[derive(Debug, Clone, Default)]
struct Told {
    /// What the queues of a listening socket count.
    backlog: bool,
    /// Which packets.
    packets: packet::Seen,
    /// How many packets were told in a row.
    burst: usize,
}

/// How many packets in a row are told to a person: a transfer would sweep everything else off the screen.
const BURST: usize = 40;

impl Renderer {
    /// A renderer for this style.
    pub fn new(style: Style) -> Self {
        Self {
            style,
            told: Told::default(),
            sides: None,
        }
    }

    /// The style in use.
    pub fn style(&self) -> &Style {
        &self.style
    }

    /// Changes the width, after the terminal was resized; `None` folds nothing.
    pub fn resize(&mut self, width: Option<usize>) {
        self.style.width = width;
    }

    /// The event in complete lines, each with a newline at its end; empty where there is nothing to show.
    pub fn event(&mut self, event: &Event) -> String {
        let mut text = String::with_capacity(160);
        self.event_to(event, &mut text);
        text
    }

    /// As [`Renderer::event`], appended to `text`, which holds complete lines.
    pub fn event_to(&mut self, event: &Event, text: &mut String) {
        let style = self.style;
        let mut page = Page::after(&style, std::mem::take(text));
        if !matches!(event.what, What::Packet(_)) {
            self.told.burst = 0;
        }
        match &event.what {
            What::Syscall(call) => call::syscall(&mut page, call),
            What::State(change) => call::change(&mut page, event, change),
            What::Data(data) => call::data(&mut page, data),
            What::Job(job) => call::job(&mut page, job),
            What::Explain(explanation) => words::explanation(&mut page, explanation),
            What::Expect(verdict) => words::verdict(&mut page, verdict),
            What::Error(complaint) => complaint::complaint(&mut page, complaint),
            What::Packet(moved) => self.packet(&mut page, moved),
            What::Compared(compared) => self.compared(&mut page, compared),
            What::Answer(answer) => answer::answer(&mut page, answer, &mut self.told),
        }
        *text = page.finish();
    }

    /// A packet that moved; of many in a row the first ones.
    fn packet(&mut self, page: &mut Page<'_>, moved: &Packet) {
        self.told.burst += 1;
        if self.told.burst <= BURST {
            return packet::packet(page, moved, &mut self.told.packets);
        }
        // What is not shown counts as seen all the same.
        packet::packet(&mut Page::new(&self.style), moved, &mut self.told.packets);
        if self.told.burst == BURST + 1 {
            page.line(|page| page.own("… and more packets: `wire log` and `ladder` show them."));
        }
    }

    /// What happened on both sides of a comparison, beside each other; what needs the whole width, one after the other. Each
    /// side is told what it has not been told before.
    fn compared(&mut self, page: &mut Page<'_>, compared: &Compared) {
        let width = columns::side(&self.style)
            .filter(|_| !compared.columns.iter().any(|events| is_wide(events)));
        let style = Style {
            width: width.or(self.style.width),
            ..self.style
        };
        let mut sides = self.sides.take().unwrap_or_default();
        // Columns that stay where they were need no heading again.
        let known = (0..2).all(|n| sides[n].0 == compared.titles[n]);
        // `swap` takes what was told along.
        if sides[0].0 == compared.titles[1] && sides[1].0 == compared.titles[0] {
            sides.swap(0, 1);
        }
        let mut blocks = [Vec::new(), Vec::new()];
        for n in 0..2 {
            if sides[n].0 != compared.titles[n] {
                sides[n] = (compared.titles[n].clone(), Told::default());
            }
            let mut side = Self {
                style,
                told: std::mem::take(&mut sides[n].1),
                sides: None,
            };
            for event in &compared.columns[n] {
                let kind = kind(&event.what);
                let text = side.event(event);
                if !text.is_empty() {
                    blocks[n].push(Block { kind, text });
                }
            }
            sides[n].1 = side.told;
        }
        self.sides = Some(sides);
        let titles = compared.titles.each_ref().map(String::as_str);
        let blocks = blocks.each_ref().map(Vec::as_slice);
        let lines = match width {
            Some(width) => {
                let titles = Some(titles).filter(|_| !known);
                columns::columns(titles, blocks, width, &self.style)
            }
            None => columns::one_after_the_other(titles, blocks, &self.style),
        };
        page.lines(&lines);
    }
}

/// Whether one of these is a table or a drawing that half a terminal has no room for.
fn is_wide(events: &[Event]) -> bool {
    let wide = |event: &Event| match &event.what {
        What::Answer(answer) => matches!(
            answer,
            Answer::Sockets { .. }
                | Answer::Options { .. }
                | Answer::Fields { .. }
                | Answer::Holders { .. }
                | Answer::Diagram { .. }
                | Answer::Anatomy(_)
                | Answer::Flows { .. }
        ),
        _ => false,
    };
    events.iter().any(wide)
}

/// What an event stands beside in a comparison.
fn kind(what: &What) -> Kind {
    match what {
        What::Syscall(_) => Kind::Call,
        What::Packet(_) => Kind::Packet,
        What::State(_) => Kind::State,
        What::Data(_) => Kind::Data,
        What::Error(_) => Kind::Error,
        _ => Kind::Words,
    }
}
