//! Events to text: lines for people ([`Renderer`]), JSON for programs ([`json()`]).
//!
//! Whatever is foreign (received bytes, file names, typed lines) passes [`Style::clean`] on its way; see `page`.

mod answer;
mod call;
mod complaint;
mod diagram;
mod json;
mod list;
mod markdown;
mod packet;
mod page;
mod sockets;
#[cfg(test)]
mod tests;
mod words;

use crate::event::{Event, What};
use crate::text::style::Style;
pub use json::json;
use page::Page;

/// Shows events to a person. It remembers what it has told, so as to say some things only once.
#[derive(Debug, Clone)]
pub struct Renderer {
    style: Style,
    at_prompt: bool,
    told: Told,
}

/// What has been told once and need not be told again.
#[derive(Debug, Clone, Default)]
struct Told {
    /// That a blocked call leaves the prompt usable.
    prompt: bool,
    /// What the queues of a listening socket count.
    backlog: bool,
    /// Which packets.
    packets: packet::Seen,
}

impl Renderer {
    /// A renderer for this style.
    pub fn new(style: Style) -> Self {
        Self {
            style,
            at_prompt: false,
            told: Told::default(),
        }
    }

    /// Says that a person sits at a prompt, who may be told what the prompt allows meanwhile.
    #[must_use]
    pub fn at_prompt(mut self) -> Self {
        self.at_prompt = true;
        self
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
        let mut page = Page::new(&self.style);
        match &event.what {
            What::Syscall(call) => call::syscall(&mut page, call),
            What::State(change) => call::change(&mut page, event, change),
            What::Data(data) => call::data(&mut page, data),
            What::Job(job) => {
                let tell = self.at_prompt && !self.told.prompt;
                self.told.prompt |= call::job(&mut page, job, tell);
            }
            What::Explain(explanation) => words::explanation(&mut page, explanation),
            What::Expect(verdict) => words::verdict(&mut page, verdict),
            What::Error(complaint) => complaint::complaint(&mut page, complaint),
            What::Packet(moved) => packet::packet(&mut page, moved, &mut self.told.packets),
            What::Compared(_) => {}
            What::Answer(answer) => answer::answer(&mut page, answer, &mut self.told),
        }
        page.finish()
    }
}
