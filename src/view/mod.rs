//! STAND-IN
#![allow(missing_docs)]
use crate::event::{Answer, Event, What};
use crate::text::style::Style;
pub struct Renderer;
impl Renderer {
    pub fn new(_: Style) -> Self { Self }
    pub fn event(&self, e: &Event) -> String { match &e.what { What::Answer(Answer::Text { text }) => text.clone(), What::Error(c) => format!("{} {}", c.message, c.source), o => format!("{o:?}") } }
    pub fn style(&self) -> &Style { &Style::PLAIN }
    pub fn at_prompt(self) -> Self { self }
    pub fn resize(&mut self, _: Option<usize>) {}
}

pub fn json(e: &Event) -> String { serde_json::to_string(e).unwrap_or_default() }
