//! `socktutor doctor`

use super::Global;
use crate::app::doctor::{Surroundings, examine};
use crate::event::Event;
use crate::lab::PROGRAM;
use crate::repl::{Form, Output};
use anyhow::Context;
use std::io::{self, IsTerminal};
use std::time::Instant;

/// Prints what was found. 0 where the laboratory can be used, 1 where not.
pub(super) fn doctor(global: &Global) -> anyhow::Result<u8> {
    let began = Instant::now();
    let style = global.style();
    let size = terminal_size::terminal_size().map(|(columns, rows)| (columns.0, rows.0));
    let (what, usable) = examine(&Surroundings {
        helper: PROGRAM.into(),
        terminal: io::stdout().is_terminal(),
        size,
        style,
        lessons: global.lessons.clone(),
    });
    let event = Event {
        t: began.elapsed().as_secs_f64(),
        host: None,
        socket: None,
        fd: None,
        what,
    };
    let mut output = Output::default();
    output.write(&Form::new(style, global.json).show(&event));
    output.finish().context("cannot print")?;
    Ok(u8::from(!usable))
}
