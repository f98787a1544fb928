//! STAND-IN
#![allow(missing_docs)]
use crate::event::Event;
use crate::text::style::Style;
pub struct Renderer;
impl Renderer {
    pub fn new(_: Style) -> Self { Self }
    pub fn event(&self, e: &Event) -> String { format!("{e:?}") }
    pub fn json(&self, e: &Event) -> String { format!("{e:?}") }
}
