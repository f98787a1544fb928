//! What a learner has done: one small text file of step ids a lesson, under the state folder.
//! Written by rename after every step, so that a crash loses at most the step in hand.

use crate::errno::words;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// More than any lesson's progress; a longer file is not ours.
const LIMIT: u64 = 64 * 1024;

/// The progress files of a folder.
#[derive(Debug, Clone)]
pub struct Progress {
    folder: PathBuf,
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The learner did it.
    Done,
    /// The learner passed over it.
    Skipped,
}

/// How far a lesson is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// No step was done or skipped.
    New,
    /// Some steps are left; the place of the first of them.
    Begun(usize),
    /// All steps were passed, some by `skip`.
    Skipped,
    /// All steps were done.
    Done,
}

/// The marks of one lesson.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    marks: BTreeMap<String, Mark>,
    /// Why the marks that were kept are not among them, for a word to the learner.
    pub trouble: Option<Trouble>,
}

/// Why there are no marks where there is a file of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It could not be understood, and was set aside there.
    Damaged(PathBuf),
    /// It cannot be read, or not be set aside: which file, and why.
    Unreadable(String),
}

impl Progress {
    /// In this folder, which need not exist yet.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// In the user's state folder (`$XDG_STATE_HOME/socktutor/progress`; the data folder where a system has no
    /// state folder). `None` where the user has no home.
    pub fn of_user() -> Option<Self> {
        let dirs = directories::ProjectDirs::from("", "", "socktutor")?;
        let base = dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir());
        Some(Self::at(base.join("progress")))
    }

    /// Where all of it is kept.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the marks of a lesson are kept.
    pub fn file(&self, lesson: &str) -> PathBuf {
        self.folder.join(format!("{lesson}.txt"))
    }

    /// The marks of a lesson; none where there is no file. A file that cannot be understood is set aside under
    /// another name. Nothing that is wrong with the file keeps a learner from the lesson.
    pub fn load(&self, lesson: &str) -> Record {
        let path = self.file(lesson);
        self.marks(&path).unwrap_or_else(|error| {
            let why = naming(&path, &error).to_string();
            Record {
                trouble: Some(Trouble::Unreadable(why)),
                ..Record::default()
            }
        })
    }

    fn marks(&self, path: &Path) -> io::Result<Record> {
        let file = match fs::File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Record::default()),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        file.take(LIMIT + 1).read_to_end(&mut bytes)?;
        if let Some(marks) = read(&bytes) {
            return Ok(Record {
                marks,
                trouble: None,
            });
        }
        let aside = path.with_extension("damaged");
        fs::rename(path, &aside)?;
        Ok(Record {
            marks: BTreeMap::new(),
            trouble: Some(Trouble::Damaged(aside)),
        })
    }

    /// Writes the marks of a lesson: a new file beside the old one, then rename(2).
    ///
    /// # Errors
    /// The folder cannot be made, or the file not written.
    pub fn save(&self, lesson: &str, record: &Record) -> io::Result<()> {
        let path = self.file(lesson);
        self.write(&path, record)
            .map_err(|error| naming(&path, &error))
    }

    fn write(&self, path: &Path, record: &Record) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        for (step, mark) in &record.marks {
            match mark {
                Mark::Done => writeln!(file, "{step}")?,
                Mark::Skipped => writeln!(file, "{step} skipped")?,
            }
        }
        file.as_file().sync_data()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }

    /// Forgets a lesson's marks.
    ///
    /// # Errors
    /// The file is there and cannot be removed.
    pub fn forget(&self, lesson: &str) -> io::Result<()> {
        let path = self.file(lesson);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(naming(&path, &error)),
            _ => Ok(()),
        }
    }
}

impl Record {
    /// Marks a step. A step once done stays done when it is skipped later.
    pub fn mark(&mut self, step: &str, mark: Mark) {
        if self.marks.get(step) != Some(&Mark::Done) {
            self.marks.insert(step.to_owned(), mark);
        }
    }

    /// Why it is not known what was done.
    pub fn unread(&self) -> Option<&str> {
        match &self.trouble {
            Some(Trouble::Unreadable(why)) => Some(why),
            Some(Trouble::Damaged(_)) | None => None,
        }
    }

    /// What became of a step.
    pub fn get(&self, step: &str) -> Option<Mark> {
        self.marks.get(step).copied()
    }

    /// How far a lesson with these steps is. Marks of steps that the lesson no longer has do not count.
    pub fn standing<'s>(&self, steps: impl IntoIterator<Item = &'s str>) -> Standing {
        let marks: Vec<Option<Mark>> = steps.into_iter().map(|step| self.get(step)).collect();
        match marks.iter().position(Option::is_none) {
            Some(_) if marks.iter().all(Option::is_none) => Standing::New,
            Some(first) => Standing::Begun(first),
            None if marks.contains(&Some(Mark::Skipped)) => Standing::Skipped,
            None => Standing::Done,
        }
    }
}

/// `None` where the bytes are not what [`Progress::save`] writes.
fn read(bytes: &[u8]) -> Option<BTreeMap<String, Mark>> {
    if bytes.len() as u64 > LIMIT {
        return None;
    }
    let mut marks = BTreeMap::new();
    for line in std::str::from_utf8(bytes).ok()?.lines() {
        let (step, mark) = match line.split_once(' ') {
            Some((step, "skipped")) => (step, Mark::Skipped),
            Some(_) => return None,
            None => (line, Mark::Done),
        };
        if step.is_empty() || !step.chars().all(|c| c.is_alphanumeric() || c == '-') {
            return None;
        }
        marks.insert(step.to_owned(), mark);
    }
    Some(marks)
}

fn naming(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("{}: {}", path.display(), words(error)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [&str; 3] = ["one", "two", "three"];

    #[test]
    fn marks_survive_and_give_the_place_to_resume() {
        let folder = tempfile::tempdir().unwrap();
        let progress = Progress::at(folder.path().join("deep/down"));
        let mut record = progress.load("udp");
        assert_eq!(record.standing(STEPS), Standing::New);
        record.mark("one", Mark::Done);
        progress.save("udp", &record).unwrap();
        let mut record = progress.load("udp");
        assert_eq!(record.standing(STEPS), Standing::Begun(1));
        record.mark("two", Mark::Skipped);
        record.mark("one", Mark::Skipped);
        record.mark("three", Mark::Done);
        progress.save("udp", &record).unwrap();
        let record = progress.load("udp");
        assert_eq!(record.get("one"), Some(Mark::Done), "done stays done");
        assert_eq!(record.standing(STEPS), Standing::Skipped);
        assert_eq!(
            fs::read_dir(progress.file("udp").parent().unwrap())
                .unwrap()
                .count(),
            1,
            "no temporary file is left"
        );
        progress.forget("udp").unwrap();
        progress.forget("udp").unwrap();
        assert_eq!(progress.load("udp"), Record::default());
    }

    #[test]
    fn a_damaged_file_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let progress = Progress::at(folder.path());
        for bytes in [
            &b"one\n\xff\xfe"[..],
            b"one two three\n",
            b"\n",
            &[b'a'; 70_000],
            b"../x\n",
        ] {
            fs::write(progress.file("udp"), bytes).unwrap();
            let record = progress.load("udp");
            let Some(Trouble::Damaged(aside)) = &record.trouble else {
                panic!("it is set aside")
            };
            assert_eq!(fs::read(aside).unwrap(), bytes);
            assert_eq!(record.standing(STEPS), Standing::New);
            assert!(!progress.file("udp").exists());
        }
    }

    #[test]
    fn what_cannot_be_read_counts_as_new_and_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let progress = Progress::at(folder.path());
        // Root too reads no folder as a file, and finds nothing below a file.
        fs::create_dir(progress.file("udp")).unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let below = Progress::at(folder.path().join("file"));
        for (progress, why) in [(progress, "Is a directory"), (below, "Not a directory")] {
            let record = progress.load("udp");
            let said = format!("{}: {why}", progress.file("udp").display());
            assert_eq!(record.trouble, Some(Trouble::Unreadable(said)));
            assert_eq!(record.standing(STEPS), Standing::New);
        }
    }

    #[test]
    fn marks_of_steps_that_are_gone_do_not_count() {
        let mut record = Record::default();
        record.mark("gone", Mark::Done);
        assert_eq!(record.standing(STEPS), Standing::New);
    }
}
