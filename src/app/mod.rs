//! STAND-IN, only so that `repl` compiles before the real one is merged.
#![allow(missing_docs)]

use crate::event::Event;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, Clone, Copy, Default)]
pub enum Explain { #[default] Auto, Full, Brief, Off }
#[derive(Debug, Clone, Default)]
pub struct Settings { pub timeout: Duration, pub grace: Duration, pub script: bool, pub explain: Explain, pub allow_net: bool, pub allow_files: bool }
#[derive(Debug, Default)]
pub struct Outcome {
    pub fault: bool,
    pub failed: bool,
    pub quit: bool,
    pub missing: Option<Missing>,
}
#[derive(Debug)]
pub struct Missing { pub param: &'static crate::lang::table::Param, pub default: Option<&'static str> }
impl Missing { pub fn complete(&self, line: &str, answer: &str) -> String { format!("{line} {answer}") } }
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    pub names: Vec<String>,
    pub addresses: Vec<String>,
    pub topics: Vec<String>,
    pub lessons: Vec<String>,
}
#[derive(Clone, Debug)]
pub struct Interrupt;
impl Interrupt {
    pub fn fire(&self) {}
}
#[derive(Debug)]
pub struct App;
impl App {
    pub fn new(_: Settings) -> std::io::Result<Self> {
        Ok(Self)
    }
    pub fn execute(&mut self, line: &str, _: &mut dyn FnMut(Event)) -> Outcome {
        Outcome {
            quit: line.trim() == "quit",
            ..Outcome::default()
        }
    }
    pub fn poll(&mut self, _: &mut dyn FnMut(Event)) {}
    pub fn on_news(&mut self, _: Arc<dyn Fn() + Send + Sync>) {}
    pub fn jobs(&self) -> usize {
        0
    }
    pub fn prompt(&self) -> String {
        "sock> ".into()
    }
    pub fn vocabulary(&self) -> Vocabulary {
        Vocabulary::default()
    }
    pub fn interrupt(&self) -> Interrupt {
        Interrupt
    }
    pub fn cancel_last(&mut self, _: &mut dyn FnMut(Event)) -> bool {
        false
    }
    pub fn finish(&mut self, _: &mut dyn FnMut(Event)) -> bool {
        true
    }
}
