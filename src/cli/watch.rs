//! `socktutor lesson watch`: a lesson in front of a class.

use super::Global;
use super::lesson::{SKIPPED, meant};
use crate::app::play::watch::Pauses;
use crate::app::play::{course, lacking, language, stage};
use crate::repl::{Output, watch as show};
use crate::sys::reserve::close_inherited;
use anyhow::{Context, anyhow};

/// `lesson watch ID`
pub(super) fn watch(global: &Global, word: &str, step: bool, typing: bool) -> anyhow::Result<u8> {
    let (library, word) = meant(global, word)?;
    let entry = library
        .find(&word)
        .map_err(|wrong| anyhow!(course::not_found(&wrong)))?;
    let lesson = library
        .open(entry, language().as_deref())
        .map_err(|defects| anyhow!(course::all(&defects)))?;
    if let Some(why) = lacking(&lesson.head, None) {
        let mut output = Output::default();
        output.write(&format!("skipped: `{}`: {why}\n", lesson.head.id));
        output.finish().context("cannot print")?;
        return Ok(SKIPPED);
    }
    let options = show::Options {
        style: global.style(),
        json: global.json,
        history: !global.no_history,
        typing,
        pauses: Pauses { every_line: step },
    };
    let app = || {
        close_inherited();
        stage(global.settings(true), &lesson.head)
    };
    show::watch(app, &lesson, &options).context("the lesson cannot go on")
}
