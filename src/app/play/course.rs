//! Which lessons are meant, and how far the learner is with each.

use super::lacking;
use crate::lesson::library::{self, Entry, NotFound};
use crate::lesson::progress::{Record, Standing};
use crate::lesson::{Defect, Lesson, Library, Progress, check};
use std::path::Path;

/// A lesson that is to be tested.
#[derive(Debug)]
pub struct Chosen {
    /// Its id; the file's name where that cannot be read.
    pub name: String,
    /// Its file.
    pub file: String,
    /// The lesson, or what keeps it from being read.
    pub lesson: Result<Lesson, Vec<Defect>>,
    /// What is wrong with it among the others: its id is taken, or it is none of them by its name.
    pub clash: Vec<Defect>,
}

/// The lessons that these words mean, ids or files or folders; all of the library where there are none.
///
/// # Errors
/// No lesson, or several, go by one of the words; or its file cannot be read.
pub fn choose(library: &Library, words: &[String]) -> Result<Vec<Chosen>, String> {
    let mut chosen: Vec<Chosen> = Vec::new();
    if words.is_empty() {
        chosen.extend(library.entries().iter().map(|entry| read(library, entry)));
    }
    for word in words {
        let path = Path::new(word);
        if is_path(word) {
            chosen.extend(of_path(path)?);
            continue;
        }
        match library.find(word) {
            Ok(entry) => chosen.push(read(library, entry)),
            Err(_) if path.is_dir() => chosen.extend(of_path(path)?),
            Err(wrong) => {
                let wrong = not_found(&wrong);
                return Err(format!(
                    "{wrong} (a file is named by its path: ./my-lesson.md)"
                ));
            }
        }
    }
    clashes(&mut chosen);
    Ok(chosen)
}

/// Whether a word means a file or a folder and not an id.
pub fn is_path(word: &str) -> bool {
    word.contains(std::path::is_separator)
        || Path::new(word).extension().is_some_and(|end| end == "md")
        || word == "."
}

fn of_path(path: &Path) -> Result<Vec<Chosen>, String> {
    let cannot = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    if path.is_dir() {
        let mut library = Library::default();
        library.add_folder(path).map_err(|defects| all(&defects))?;
        let entries = library.entries();
        if entries.is_empty() && library.passed_over().is_empty() {
            return Err(cannot(&"no lesson in this folder (NN-name.md)"));
        }
        let mut chosen: Vec<Chosen> = entries.iter().map(|entry| read(&library, entry)).collect();
        chosen.extend(library.passed_over().iter().map(|file| misnamed(file)));
        return Ok(chosen);
    }
    std::fs::metadata(path).map_err(|error| cannot(&error))?;
    Ok(vec![of_file(&path.display().to_string())])
}

/// The lesson of one file.
fn of_file(file: &str) -> Chosen {
    let text = library::read_lesson(Path::new(file)).map_err(|defect| vec![*defect]);
    let lesson = text.and_then(|text| Lesson::parse(file, &text));
    Chosen {
        name: name(&lesson, file),
        file: file.to_owned(),
        lesson,
        clash: Vec::new(),
    }
}

/// A file that is a lesson, but not by its name, among those that are.
fn misnamed(file: &str) -> Chosen {
    let mut one = of_file(file);
    let defect = Defect {
        file: file.to_owned(),
        line: 0,
        message: "this file is passed over: in a folder, a lesson's file is named NN-name.md"
            .to_owned(),
        help: "give it two digits, its place, and a hyphen: 50-my-lesson.md".to_owned(),
    };
    match &mut one.lesson {
        Ok(_) => one.clash.push(defect),
        Err(defects) => defects.push(defect),
    }
    one
}

/// Reads a lesson and each of its translations, which have to follow it.
fn read(library: &Library, entry: &Entry) -> Chosen {
    let mut lesson = library.open(entry, None);
    for language in entry.languages() {
        if lesson.is_ok()
            && let Err(defects) = library.open(entry, Some(language))
        {
            lesson = Err(defects);
        }
    }
    Chosen {
        name: name(&lesson, &entry.file),
        file: entry.file.clone(),
        lesson,
        clash: Vec::new(),
    }
}

fn name(lesson: &Result<Lesson, Vec<Defect>>, file: &str) -> String {
    match lesson {
        Ok(lesson) => lesson.head.id.clone(),
        Err(_) => file_name(file).to_owned(),
    }
}

fn file_name(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}

/// Ids that two of them share. The same file twice is no clash.
fn clashes(chosen: &mut [Chosen]) {
    let mut seen: Vec<&Lesson> = Vec::new();
    for lesson in chosen.iter().filter_map(|one| one.lesson.as_ref().ok()) {
        if seen.iter().all(|other| other.source != lesson.source) {
            seen.push(lesson);
        }
    }
    let defects = check::check_ids(seen);
    for one in chosen {
        let source = one.lesson.as_ref().map_or("", |lesson| &lesson.source);
        let own = defects.iter().filter(|defect| defect.file == source);
        one.clash.extend(own.cloned());
    }
}

/// In words, with what may have been meant.
pub fn not_found(wrong: &NotFound) -> String {
    let asked = crate::text::escape::visible(wrong.asked.as_bytes());
    let near = wrong.near.join(", ");
    let mut words = match (wrong.ambiguous, wrong.near.is_empty()) {
        (true, _) => format!("`{asked}` may be any of these lessons: {near}"),
        (false, true) => format!(
            "there is no lesson `{asked}`; `socktutor lesson list` shows them, with `--lessons DIR` those of a folder too"
        ),
        (false, false) => format!("there is no lesson `{asked}`; did you mean {near}?"),
    };
    if let Some(passed_over) = passed_over(&wrong.passed_over) {
        words.push_str(&format!(" ({passed_over})"));
    }
    words
}

/// Which files are no lessons by their names; `None` where there are none.
pub fn passed_over(files: &[String]) -> Option<String> {
    let named = || files.join(", ");
    let words = || {
        format!(
            "passed over, for a lesson's file is named NN-name.md: {}",
            named()
        )
    };
    (!files.is_empty()).then(words)
}

/// Defects, one after the other.
pub fn all(defects: &[Defect]) -> String {
    let each: Vec<String> = defects.iter().map(ToString::to_string).collect();
    each.join("\n")
}

/// A lesson as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its place.
    pub number: u32,
    /// Its id; its file where that cannot be read.
    pub name: String,
    /// Its title; empty where it cannot be read.
    pub title: String,
    /// About how many minutes it takes.
    pub minutes: Option<u32>,
    /// How far the learner is: `done`, `skipped`, `new`, `step 3 of 7`.
    pub standing: String,
    /// Why it cannot be played on this machine; what is wrong with its file, or to be known of its id.
    pub trouble: Option<String>,
    /// Why it is not known how far the learner is, in a sentence or two.
    pub unread: Option<String>,
}

/// Every lesson of the library, with how far the learner is.
pub fn rows(library: &Library, progress: Option<&Progress>, language: Option<&str>) -> Vec<Row> {
    let entries = library.entries();
    let rows = entries.iter().enumerate().map(|(at, entry)| {
        let mut row = row(library, entry, progress, language);
        row.trouble = row.trouble.or_else(|| of_its_id(entry, &entries[..at]));
        row
    });
    rows.collect()
}

/// Where the file of a lesson's progress is there and cannot be read: which, and why.
pub fn unread_progress(why: &str) -> String {
    format!("Your progress cannot be read: {why}. `socktutor doctor` says what mends it.")
}

/// What is to be known of a lesson's id: another of its folder has it too, or a built-in one had it.
fn of_its_id(entry: &Entry, before: &[Entry]) -> Option<String> {
    let id = entry.id()?;
    if let Some(other) = before.iter().find(|other| other.id() == Some(id)) {
        return Some(format!("{} has the same id", other.file));
    }
    let replaced = entry.instead_of.as_ref()?;
    // A copy of a built-in lesson, to be changed, is meant to take its place.
    (file_name(replaced) != file_name(&entry.file)).then(|| format!("in the place of {replaced}"))
}

fn row(
    library: &Library,
    entry: &Entry,
    progress: Option<&Progress>,
    language: Option<&str>,
) -> Row {
    let lesson = match library.open(entry, language) {
        Ok(lesson) => lesson,
        Err(defects) => {
            return Row {
                number: entry.number,
                name: entry.id().unwrap_or(file_name(&entry.file)).to_owned(),
                title: String::new(),
                minutes: None,
                standing: "unreadable".to_owned(),
                trouble: defects.first().map(Defect::place_and_message),
                unread: None,
            };
        }
    };
    let record = progress.map_or_else(Record::default, |kept| kept.load(&lesson.head.id));
    let standing = match record.standing(lesson.step_ids()) {
        Standing::New => "new".to_owned(),
        Standing::Begun(at) => format!("at step {} of {}", at + 1, lesson.steps.len()),
        Standing::Skipped => "skipped".to_owned(),
        Standing::Done => "done".to_owned(),
    };
    Row {
        number: entry.number,
        trouble: lacking(&lesson.head, None),
        unread: record.unread().map(unread_progress),
        name: lesson.head.id,
        title: lesson.head.title,
        minutes: lesson.head.minutes,
        standing,
    }
}
