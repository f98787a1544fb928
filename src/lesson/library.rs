//! The lessons there are: those embedded in the program, and those of folders that the user adds.

use super::defect::{Defect, Defects};
use super::head::{self, Head};
use super::model::Lesson;
use super::translate;
use crate::errno::words;
use include_dir::{Dir, include_dir};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/lessons");

/// More than any lesson; a longer file is none.
const LIMIT: u64 = 1 << 20;

/// Lessons in order.
#[derive(Debug, Default)]
pub struct Library {
    entries: Vec<Entry>,
    passed_over: Vec<String>,
}

/// One lesson's files, not yet read beyond the front matter.
#[derive(Debug, Clone)]
pub struct Entry {
    /// `NN` of the file's name.
    pub number: u32,
    /// The file, as named in defects: `lessons/04-listen-and-accept.md`.
    pub file: String,
    /// The folder it came from; `None` for an embedded one.
    pub folder: Option<PathBuf>,
    /// The built-in lesson whose place it takes, for it has the same id.
    pub instead_of: Option<String>,
    /// Its front matter; `None` where that cannot be read, and [`Library::open`] says why.
    pub head: Option<Head>,
    text: Text,
    /// By language (`fr`): the file, and its text.
    translations: BTreeMap<String, (String, Text)>,
}

/// The text of a file, or what keeps it from being read.
type Text = Result<String, Box<Defect>>;

/// No lesson goes by a name, or several do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFound {
    /// What was asked for.
    pub asked: String,
    /// The ids of the lessons that it may mean: all that it matches, or the nearest where it matches none. Of lessons
    /// that share an id, number and file.
    pub near: Vec<String>,
    /// True where it matches several.
    pub ambiguous: bool,
    /// Files that may be lessons and are none by their names.
    pub passed_over: Vec<String>,
}

impl Library {
    /// The lessons in the program.
    pub fn embedded() -> Self {
        let mut library = Self::default();
        let text = |file: &include_dir::File<'_>| file.contents_utf8().map(str::to_owned);
        for file in EMBEDDED.files() {
            if let (Some(name), Some(text)) = (file_name(file.path()), text(file))
                && let Some(number) = number(name)
            {
                library.add(number, &format!("lessons/{name}"), None, Ok(text));
            }
        }
        for dir in EMBEDDED.dirs() {
            let language = file_name(dir.path())
                .filter(|name| is_language(name))
                .unwrap_or_default()
                .to_owned();
            for file in dir.files() {
                if let (Some(name), Some(text)) = (file_name(file.path()), text(file)) {
                    library.translation(
                        &language,
                        name,
                        &format!("lessons/{language}/{name}"),
                        None,
                        Ok(text),
                    );
                }
            }
        }
        library
    }

    /// The lessons of a folder, and its translations. One whose id is taken replaces the older one.
    ///
    /// # Errors
    /// The folder cannot be read. Of a file that cannot, [`Library::open`] says why.
    pub fn add_folder(&mut self, folder: &Path) -> Result<(), Vec<Defect>> {
        let names = names(folder).map_err(|error| {
            let mut defects = Defects::new(&folder.display().to_string());
            defects.add(
                0,
                format!("the folder cannot be read: {}", words(&error)),
                "",
            );
            defects.into_vec()
        })?;
        for name in &names {
            let path = folder.join(name);
            let file = path.display().to_string();
            match number(name) {
                Some(number) => self.add(number, &file, Some(folder), read_lesson(&path)),
                None if may_be_a_lesson(&path) => self.passed_over.push(file),
                None => {}
            }
        }
        for language in names.iter().filter(|name| is_language(name)) {
            let inner = folder.join(language);
            // A file with such a name (`run`), and a folder that may not be read, are no translations.
            let inside = self::names(&inner).unwrap_or_default();
            for name in inside.iter().filter(|name| number(name).is_some()) {
                let path = inner.join(name);
                let file = path.display().to_string();
                self.translation(language, name, &file, Some(folder), read_lesson(&path));
            }
        }
        Ok(())
    }

    /// The lesson of one file, whatever its name, and its id.
    ///
    /// # Errors
    /// What keeps its front matter from being read.
    pub fn add_file(&mut self, path: &Path) -> Result<String, Vec<Defect>> {
        let file = path.display().to_string();
        let text = read_lesson(path).map_err(|defect| vec![*defect])?;
        let Some(head) = head_of(&text) else {
            return Err(Lesson::parse(&file, &text).err().unwrap_or_default());
        };
        let last = self.entries.last().map_or(0, |entry| entry.number);
        let named = path.file_name().and_then(|name| number(name.to_str()?));
        self.add(named.unwrap_or(last + 1), &file, Some(path), Ok(text));
        Ok(head.id)
    }

    /// `folder` is where it came from, or the file itself where that was named.
    fn add(&mut self, number: u32, file: &str, folder: Option<&Path>, text: Text) {
        let head = text.as_deref().ok().and_then(head_of);
        let other = |entry: &Entry| {
            let same = entry.id() == head.as_ref().map(|head| head.id.as_str());
            entry.head.is_some() && same && entry.folder.as_deref() != folder
        };
        let replaced = self.entries.iter().find(|entry| other(entry));
        let instead_of = replaced.map(|entry| entry.file.clone());
        self.entries.retain(|entry| !other(entry));
        self.entries.push(Entry {
            instead_of,
            number,
            file: file.to_owned(),
            folder: folder.map(Path::to_owned),
            head,
            text,
            translations: BTreeMap::new(),
        });
        self.entries
            .sort_by(|a, b| (a.number, &a.file).cmp(&(b.number, &b.file)));
    }

    fn translation(
        &mut self,
        language: &str,
        name: &str,
        file: &str,
        folder: Option<&Path>,
        text: Text,
    ) {
        let original = |entry: &&mut Entry| {
            entry.folder.as_deref() == folder && entry.file.rsplit('/').next() == Some(name)
        };
        if let Some(entry) = self.entries.iter_mut().find(original) {
            entry
                .translations
                .insert(language.to_owned(), (file.to_owned(), text));
        }
    }

    /// All of them, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The files of its folders that may be lessons and are none by their names.
    pub fn passed_over(&self) -> &[String] {
        &self.passed_over
    }

    /// The ids, for completion.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter_map(Entry::id)
    }

    /// The lesson that a learner means: by id, by number, by the beginning of its id, by a part of it.
    ///
    /// # Errors
    /// None is meant, or several may be.
    pub fn find(&self, asked: &str) -> Result<&Entry, NotFound> {
        let word = asked.trim().to_lowercase();
        let with = |test: &dyn Fn(&Entry) -> bool| {
            self.entries
                .iter()
                .filter(|entry| test(entry))
                .collect::<Vec<_>>()
        };
        let id = |entry: &Entry| entry.id().unwrap_or_default().to_owned();
        let number = word.parse::<u32>().ok();
        let mut matches = with(&|entry| id(entry) == word);
        for test in [
            &(|entry: &Entry| Some(entry.number) == number) as &dyn Fn(&Entry) -> bool,
            &|entry| id(entry).starts_with(&word),
            &|entry| id(entry).contains(&word),
        ] {
            if matches.is_empty() && !word.is_empty() {
                matches = with(test);
            }
        }
        match matches.as_slice() {
            [one] => Ok(one),
            [] => Err(NotFound {
                asked: asked.to_owned(),
                near: self.near(&word),
                ambiguous: false,
                passed_over: self.passed_over.clone(),
            }),
            several => Err(NotFound {
                asked: asked.to_owned(),
                near: told_apart(several),
                ambiguous: true,
                passed_over: Vec::new(),
            }),
        }
    }

    /// The ids most like a word, the best first.
    fn near(&self, word: &str) -> Vec<String> {
        let near = crate::text::near::several(word, self.ids(), 3);
        near.into_iter().map(str::to_owned).collect()
    }

    /// Reads a lesson, in a language (`fr`, `fr_FR.UTF-8`) where it was translated into it.
    ///
    /// # Errors
    /// Its defects, and those of the translation.
    pub fn open(&self, entry: &Entry, language: Option<&str>) -> Result<Lesson, Vec<Defect>> {
        let readable = |text: &'_ Text| text.clone().map_err(|defect| vec![*defect]);
        let original = Lesson::parse(&entry.file, &readable(&entry.text)?)?;
        match entry.translations.get(short(language)) {
            Some((file, text)) => translate::translate(&original, file, &readable(text)?),
            None => Ok(original),
        }
    }
}

impl Entry {
    /// Its id, where the front matter can be read.
    pub fn id(&self) -> Option<&str> {
        self.head.as_ref().map(|head| head.id.as_str())
    }

    /// The Markdown, as in the file; empty where that cannot be read.
    pub fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// The Markdown without the front matter, in a language where it was translated into it.
    pub fn body(&self, language: Option<&str>) -> &str {
        let text = match self.translations.get(short(language)) {
            Some((_, Ok(text))) => text,
            _ => self.text(),
        };
        let body = text
            .trim_start_matches('\u{feff}')
            .strip_prefix("---")
            .and_then(|rest| rest.split_once("\n---"))
            .and_then(|(_, rest)| rest.split_once('\n'));
        body.map_or(text, |(_, body)| body)
    }

    /// The languages it was translated into.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.translations.keys().map(String::as_str)
    }
}

/// `fr` of `fr_FR.UTF-8`.
fn short(language: Option<&str>) -> &str {
    let first = language.and_then(|tag| tag.split(['_', '-', '.', '@']).next());
    first.unwrap_or_default()
}

/// `NN` of `NN-name.md`.
pub fn number(name: &str) -> Option<u32> {
    let (digits, rest) = name.strip_suffix(".md")?.split_once('-')?;
    let plain = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()) && !rest.is_empty();
    plain.then(|| digits.parse().ok()).flatten()
}

/// Lessons by id; those that share one by number and file.
fn told_apart(lessons: &[&Entry]) -> Vec<String> {
    let name = |entry: &&Entry| {
        let id = entry.id().unwrap_or_default();
        let shared = lessons.iter().filter(|other| other.id() == Some(id));
        match shared.count() {
            1 => id.to_owned(),
            _ => format!("{} ({})", entry.number, entry.file),
        }
    };
    lessons.iter().map(name).collect()
}

/// Whether a file that is not named as a lesson looks like one: Markdown with front matter.
fn may_be_a_lesson(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default();
    ending.eq_ignore_ascii_case("md")
        && read_lesson(path)
            .is_ok_and(|text| text.trim_start_matches('\u{feff}').starts_with("---"))
}

/// Whether a folder's name is a language: two or three small letters.
pub(super) fn is_language(name: &str) -> bool {
    (2..=3).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase())
}

fn head_of(text: &str) -> Option<Head> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    head::split(&text, &mut Defects::new("")).map(|(head, _, _)| head)
}

fn file_name(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// The text of a lesson's file.
///
/// # Errors
/// It cannot be read, is no plain file, is longer than a lesson can be, or is not UTF-8.
pub fn read_lesson(path: &Path) -> Result<String, Box<Defect>> {
    let defect = |line, message: String, help: &str| Defect {
        file: path.display().to_string(),
        line,
        message,
        help: help.to_owned(),
    };
    let read = || -> io::Result<Vec<u8>> {
        // Whoever opens a FIFO would wait for its writer.
        let file = File::options()
            .read(true)
            .custom_flags(libc::O_NONBLOCK)
            .open(path)?;
        let about = file.metadata()?;
        if !about.is_file() && !about.is_dir() {
            return Err(io::Error::other("this is no plain file"));
        }
        let mut bytes = Vec::new();
        file.take(LIMIT + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|error| defect(0, error.to_string(), ""))?;
    if bytes.len() as u64 > LIMIT {
        let message = "longer than a lesson can be (1 MiB)".to_owned();
        return Err(Box::new(defect(0, message, "")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let (before, after) = error.as_bytes().split_at(at);
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let bad = after.first().copied().unwrap_or_default();
        let message = format!("this line is not UTF-8: it holds the byte 0x{bad:02x}");
        Box::new(defect(line, message, "save the file as UTF-8"))
    })
}

#[cfg(test)]
mod tests;
