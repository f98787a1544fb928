//! The lines of earlier sessions: one line a statement, in the XDG state folder. Each is appended as it is run, so a
//! crash loses nothing, and under a lock, so that two shells at once share the file. Old lines go by rename.

use directories::ProjectDirs;
use nix::fcntl::{Flock, FlockArg};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// How many lines are kept.
const KEPT: usize = 2000;

/// The file of earlier lines.
pub struct HistoryFile {
    path: PathBuf,
}

impl HistoryFile {
    /// In the user's state folder (`$XDG_STATE_HOME/socktutor/history`). `None` where there is no home folder.
    pub fn usual() -> Option<Self> {
        let dirs = ProjectDirs::from("", "", "socktutor")?;
        let folder = dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir());
        Some(Self::at(folder.join("history")))
    }

    /// In this file.
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The lines of earlier sessions, oldest first. A file that has grown to twice what is kept is cut.
    ///
    /// # Errors
    /// The folder cannot be made, or the file cannot be read or replaced.
    pub fn load(&self) -> io::Result<Vec<String>> {
        let _lock = self.lock()?;
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let text = String::from_utf8_lossy(&bytes);
        let all: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        let kept = &all[all.len().saturating_sub(KEPT)..];
        if all.len() > 2 * KEPT {
            self.replace(kept)?;
        }
        Ok(kept.iter().map(|line| (*line).to_owned()).collect())
    }

    /// Appends one line.
    ///
    /// # Errors
    /// The folder cannot be made, or the file cannot be written.
    pub fn append(&self, line: &str) -> io::Result<()> {
        let line = line.replace(['\n', '\r'], " ");
        if line.trim().is_empty() {
            return Ok(());
        }
        let _lock = self.lock()?;
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.path)?;
        file.write_all(format!("{line}\n").as_bytes())
    }

    /// Holds every other shell off until it is dropped.
    fn lock(&self) -> io::Result<Flock<File>> {
        if let Some(folder) = self.path.parent() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)?;
        }
        let beside = self.path.with_extension("lock");
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(beside)?;
        Flock::lock(file, FlockArg::LockExclusive).map_err(|(_, errno)| errno.into())
    }

    fn replace(&self, lines: &[&str]) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        for line in lines {
            writeln!(file, "{line}")?;
        }
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_shells_at_once_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/history");
        std::thread::scope(|scope| {
            for shell in 0..4 {
                let file = HistoryFile::at(path.clone());
                scope.spawn(move || {
                    (0..50).for_each(|n| file.append(&format!("{shell} {n}")).unwrap())
                });
            }
        });
        let mut lines = HistoryFile::at(path).load().unwrap();
        lines.sort();
        lines.dedup();
        assert_eq!(lines.len(), 200);
    }

    #[test]
    fn old_lines_go() {
        let folder = tempfile::tempdir().unwrap();
        let file = HistoryFile::at(folder.path().join("history"));
        let many: String = (0..2 * KEPT + 1).map(|n| format!("line {n}\n")).collect();
        fs::write(file.path(), many).unwrap();
        assert_eq!(file.load().unwrap().len(), KEPT);
        assert_eq!(
            fs::read_to_string(file.path()).unwrap().lines().count(),
            KEPT
        );
        assert_eq!(
            file.load().unwrap().last().unwrap(),
            &format!("line {}", 2 * KEPT)
        );
    }

    #[test]
    fn odd_lines_do_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let file = HistoryFile::at(folder.path().join("history"));
        assert!(file.load().unwrap().is_empty());
        file.append("two\nlines").unwrap();
        file.append("  ").unwrap();
        OpenOptions::new()
            .append(true)
            .open(file.path())
            .unwrap()
            .write_all(b"\xff\n")
            .unwrap();
        assert_eq!(file.load().unwrap(), ["two lines", "\u{fffd}"]);
    }
}
