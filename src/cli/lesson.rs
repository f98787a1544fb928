//! `socktutor lesson test · list · show · new`: without a prompt, for authors, for teachers, for a CI.

use super::Global;
use crate::app::play::course::{self, Chosen, Row};
use crate::app::play::test::{Found, test};
use crate::app::play::{language, library, readable};
use crate::event::{Answer, Event, What};
use crate::lesson::{Defect, Library, Progress, check, template};
use crate::repl::{Form, Output};
use crate::sys::high::raise_limit;
use crate::sys::reserve::close_inherited;
use crate::sys::signal;
use crate::text::style::{Paint, Style};
use crate::text::table::Table;
use crate::text::wrap;
use anyhow::{Context, anyhow, bail};
use serde_json::json;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Every lesson passed.
const WELL: u8 = 0;
/// A lesson does not do what it says.
const FAILS: u8 = 1;
/// A lesson cannot be read.
const UNREADABLE: u8 = 2;
/// Every lesson was skipped: what a test harness takes for a skipped test.
pub(super) const SKIPPED: u8 = 77;

/// The lessons there are, with those of `--lessons`.
pub(super) fn all(global: &Global) -> anyhow::Result<Library> {
    library(global.lessons.as_deref()).map_err(|defects| anyhow!("{}", course::all(&defects)))
}

/// The lessons there are, and the one that is meant: a lesson of its own is named by its file.
pub(super) fn meant(global: &Global, word: &str) -> anyhow::Result<(Library, String)> {
    if !course::is_path(word) {
        return Ok((all(global)?, word.to_owned()));
    }
    let mut library = Library::embedded();
    let id = library.add_file(Path::new(word));
    let id = id.map_err(|defects| anyhow!("{}", course::all(&defects)))?;
    Ok((library, id))
}

/// What became of the lessons so far.
#[derive(Debug, Default)]
struct Tally {
    passed: usize,
    failed: usize,
    unreadable: usize,
    skipped: usize,
}

/// `lesson test`
pub(super) fn tested(global: &Global, words: &[String], times: u32) -> anyhow::Result<u8> {
    let library = all(global)?;
    let chosen = course::choose(&library, words).map_err(|wrong| anyhow!(wrong))?;
    signal::die_tidily();
    // The first socket of a lesson is 3, as everywhere.
    raise_limit();
    close_inherited();
    let settings = global.settings(true);
    let mut report = Report::new(global, times);
    if let (Some(folder), []) = (&global.lessons, words) {
        report.folder(folder)?;
    }
    for one in &chosen {
        let began = Instant::now();
        let found = match &one.lesson {
            Err(defects) => Found::Unreadable(defects.clone()),
            Ok(_) if !one.clash.is_empty() => Found::Failed(0, one.clash.clone()),
            Ok(lesson) => test(lesson, &settings, times).context("no lesson can be played")?,
        };
        report.lesson(one, &found, began.elapsed());
    }
    report.end()
}

/// What `lesson test` prints.
struct Report {
    output: Output,
    style: Style,
    json: bool,
    times: u32,
    tally: Tally,
}

impl Report {
    fn new(global: &Global, times: u32) -> Self {
        Self {
            output: Output::default(),
            style: global.style(),
            json: global.json,
            times,
            tally: Tally::default(),
        }
    }

    /// What stands in a folder of lessons and is none.
    fn folder(&mut self, folder: &Path) -> anyhow::Result<()> {
        let cannot = || format!("cannot read {}", folder.display());
        let defects = check::check_folder(folder).with_context(cannot)?;
        if defects.is_empty() {
            return Ok(());
        }
        self.tally.failed += 1;
        if self.json {
            self.output.write(&event(json!({
                "file": folder,
                "result": "failed",
                "defects": defects,
            })));
        } else {
            self.head("FAILED", Paint::Bad, &folder.display().to_string(), "");
            self.defects(&defects);
        }
        Ok(())
    }

    fn lesson(&mut self, one: &Chosen, found: &Found, took: Duration) {
        match found {
            Found::Passed => self.tally.passed += 1,
            Found::Failed(..) => self.tally.failed += 1,
            Found::Unreadable(_) => self.tally.unreadable += 1,
            Found::Skipped(_) => self.tally.skipped += 1,
        }
        if self.json {
            let line = self.json_line(one, found, took);
            self.output.write(&line);
            self.output.flush();
            return;
        }
        let steps = one.lesson.as_ref().map_or(0, |lesson| lesson.steps.len());
        match found {
            Found::Passed => {
                let times = match self.times {
                    1 => String::new(),
                    n => format!(", {n} times"),
                };
                let plural = if steps == 1 { "" } else { "s" };
                let about = format!("{steps} step{plural}{times}, {:.2} s", took.as_secs_f64());
                self.head("ok", Paint::Good, &one.name, &about);
            }
            Found::Failed(run, defects) => {
                let about = match run {
                    0 => String::new(),
                    run if self.times > 1 => format!("run {run} of {}", self.times),
                    _ => String::new(),
                };
                self.head("FAILED", Paint::Bad, &one.name, &about);
                self.defects(defects);
            }
            Found::Unreadable(defects) => {
                self.head("CANNOT BE READ", Paint::Bad, &one.name, "");
                self.defects(defects);
            }
            Found::Skipped(reason) => self.head("skipped", Paint::Warn, &one.name, reason),
        }
        self.output.flush();
    }

    fn json_line(&self, one: &Chosen, found: &Found, took: Duration) -> String {
        let (result, run, reason, defects): (_, _, Option<&str>, &[Defect]) = match found {
            Found::Passed => ("passed", Some(self.times), None, &[]),
            Found::Failed(run, defects) => ("failed", Some(*run), None, defects),
            Found::Unreadable(defects) => ("unreadable", None, None, defects),
            Found::Skipped(reason) => ("skipped", None, Some(reason), &[]),
        };
        let lesson = one.lesson.as_ref().ok();
        event(json!({
            "lesson": one.name,
            "file": one.file,
            "steps": lesson.map(|lesson| lesson.steps.len()),
            "result": result,
            "run": run,
            "seconds": took.as_secs_f64(),
            "reason": reason,
            "defects": defects,
        }))
    }

    fn head(&mut self, word: &str, paint: Paint, name: &str, about: &str) {
        let word = self.style.paint(format!("{word:<8}"), paint);
        let line = format!("{word} {:<26} {about}", self.style.clean(name));
        self.output.write(&format!("{}\n", line.trim_end()));
    }

    fn defects(&mut self, defects: &[Defect]) {
        for defect in defects {
            for line in defect.to_string().lines() {
                let line = self.style.clean(line);
                let line = wrap::indented(&line, self.style.width, "  ", "      ");
                self.output.write(&format!("{}\n", line.trim_end()));
            }
        }
    }

    /// The sum, and the exit status.
    fn end(mut self) -> anyhow::Result<u8> {
        let Tally {
            passed,
            failed,
            unreadable,
            skipped,
        } = self.tally;
        if !self.json {
            let parts = [
                (passed, "passed"),
                (failed, "failed"),
                (unreadable, "cannot be read"),
                (skipped, "skipped"),
            ];
            let counted = parts.iter().filter(|(n, _)| *n > 0);
            let words: Vec<String> = counted.map(|(n, word)| format!("{n} {word}")).collect();
            self.output.write(&format!("{}\n", words.join(", ")));
        }
        self.output.finish().context("cannot print")?;
        Ok(match (unreadable, failed, passed, skipped) {
            (1.., ..) => UNREADABLE,
            (0, 1.., ..) => FAILS,
            (0, 0, 0, 1..) => SKIPPED,
            _ => WELL,
        })
    }
}

/// `lesson list`
pub(super) fn list(global: &Global) -> anyhow::Result<u8> {
    let library = all(global)?;
    let progress = Progress::of_user();
    let rows = course::rows(&library, progress.as_ref(), language().as_deref());
    let mut output = Output::default();
    if global.json {
        for row in &rows {
            output.write(&row_json(row));
        }
    } else {
        let style = global.style();
        let mut table = Table::new(&["", "lesson", "", "min", ""])
            .right(0)
            .right(3)
            .folds(2);
        for row in &rows {
            let about = row.trouble.as_deref().map_or_else(
                || row.standing.clone(),
                |trouble| format!("{} ({trouble})", row.standing),
            );
            let minutes = row.minutes.map(|minutes| minutes.to_string());
            let cells = [
                row.number.to_string(),
                row.name.clone(),
                row.title.clone(),
                minutes.unwrap_or_default(),
                about,
            ];
            table.row(cells.map(|cell| style.clean(&cell).into_owned()));
        }
        output.write(&table.render(&style, ""));
        if let Some(passed_over) = course::passed_over(library.passed_over()) {
            output.write(&format!("\n{}\n", style.clean(&passed_over)));
        }
        if let Some(unread) = rows.iter().find_map(|row| row.unread.as_deref()) {
            output.write(&format!("\n{}\n", style.clean(unread)));
        }
        output.write("\n`socktutor learn` goes on with what was begun, or else with the first new one; `learn ID` plays any.\n");
    }
    output.finish().context("cannot print")?;
    Ok(WELL)
}

/// An event of these fields; those without a value are left out.
fn event(mut fields: serde_json::Value) -> String {
    if let Some(fields) = fields.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
        fields.insert("event".to_owned(), "lesson".into());
    }
    format!("{fields}\n")
}

fn row_json(row: &Row) -> String {
    event(json!({
        "lesson": row.name,
        "number": row.number,
        "title": row.title,
        "minutes": row.minutes,
        "standing": row.standing,
        "reason": row.trouble.as_ref().or(row.unread.as_ref()),
    }))
}

/// `lesson show ID`
pub(super) fn show(global: &Global, word: &str) -> anyhow::Result<u8> {
    let (library, word) = meant(global, word)?;
    let entry = library
        .find(&word)
        .map_err(|wrong| anyhow!(course::not_found(&wrong)))?;
    let language = language();
    // For a terminal, words; for a file or a program, the Markdown as its author wrote it.
    let words = match library.open(entry, language.as_deref()) {
        Ok(lesson) if global.style().width.is_some() && !global.json => readable(&lesson),
        Err(defects) if entry.text().is_empty() => bail!("{}", course::all(&defects)),
        _ => entry.body(language.as_deref()).to_owned(),
    };
    let event = Event {
        t: 0.0,
        host: None,
        socket: None,
        fd: None,
        what: What::Answer(Answer::Lesson { markdown: words }),
    };
    let mut output = Output::default();
    output.write(&Form::new(global.style(), global.json).show(&event));
    output.finish().context("cannot print")?;
    Ok(WELL)
}

/// `lesson new NAME`: `who-waits`, `lessons/who-waits`, `lessons/09-who-waits.md`. Without a folder it goes where
/// `--lessons` says, and otherwise here.
pub(super) fn new(global: &Global, name: &str) -> anyhow::Result<u8> {
    let path = Path::new(name);
    let usual = global.lessons.clone().unwrap_or_default();
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => usual,
    };
    let last = path.file_name().unwrap_or_default().to_string_lossy();
    let last = last.strip_suffix(".md").unwrap_or(&last);
    let (number, words) = match last.split_once('-') {
        Some((digits, words)) if digits.len() == 2 && digits.parse::<u32>().is_ok() => {
            (digits.parse().ok(), words)
        }
        _ => (None, last),
    };
    let number = match number {
        Some(number) => number,
        None => next_number(&folder)?,
    };
    let target = folder.join(template::file_name(number, words));
    if target.exists() {
        bail!("{} is there already; it is left as it is", target.display());
    }
    not_taken(&folder, &template::id(words))?;
    let cannot = || format!("cannot write {}", target.display());
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&target)
        .with_context(cannot)?;
    file.write_all(template::template(words).as_bytes())
        .with_context(cannot)?;
    written(&target, &template::id(words), global.json)
}

/// Progress is kept by id, and `--lessons` puts a lesson in the place of a built-in one of its id.
fn not_taken(folder: &Path, id: &str) -> anyhow::Result<()> {
    let library = library(Some(here(folder)));
    let library = library.map_err(|defects| anyhow!("{}", course::all(&defects)))?;
    let mut entries = library.entries().iter();
    match entries.find(|entry| entry.id() == Some(id)) {
        Some(entry) => bail!(
            "the id `{id}` is taken by {}; give the lesson another name",
            entry.file
        ),
        None => Ok(()),
    }
}

/// A folder that is not named is this one.
fn here(folder: &Path) -> &Path {
    match folder == Path::new("") {
        true => Path::new("."),
        false => folder,
    }
}

fn written(target: &Path, id: &str, json: bool) -> anyhow::Result<u8> {
    let shown = match target.parent() {
        Some(parent) if parent != Path::new("") => target.to_owned(),
        _ => PathBuf::from(".").join(target),
    };
    let mut output = Output::default();
    if json {
        output.write(&event(json!({"lesson": id, "file": shown})));
    } else {
        let shown = crate::text::escape::visible(shown.display().to_string().as_bytes());
        output.write(&format!(
            "{shown}\n  It passes as it is. Change it, test it, and play it:\n  socktutor lesson test {shown}\n  socktutor learn {shown}\n"
        ));
    }
    output.finish().context("cannot print")?;
    Ok(WELL)
}

/// The number after the last of the lessons there are, in the program and in this folder.
fn next_number(folder: &Path) -> anyhow::Result<u32> {
    let folder = here(folder);
    let cannot = || format!("cannot read {}", folder.display());
    let mut last = Library::embedded()
        .entries()
        .last()
        .map_or(0, |entry| entry.number);
    for entry in std::fs::read_dir(folder).with_context(cannot)? {
        let name = entry.with_context(cannot)?.file_name();
        let number = crate::lesson::library::number(&name.to_string_lossy());
        last = last.max(number.unwrap_or(0));
    }
    Ok(last + 1)
}
