//! The lines of earlier sessions: one line a statement, in the XDG state folder. Each is appended as it is run, so a
//! crash loses nothing, and under a lock, so that two shells at once share the file. Old lines go by rename.

use crate::errno::words;
use directories::ProjectDirs;
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg, OFlag};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// How many lines are kept.
const KEPT: usize = 2000;
/// So much of the file's end is read, in bytes: more than that many lines have.
const READ: u64 = 16 << 20;
/// How long another shell may hold the lock. It does for less than a millisecond.
const PATIENCE: Duration = Duration::from_secs(1);

/// A named pipe in the file's place would have the program wait for its other end.
const NO_WAIT: i32 = OFlag::O_NONBLOCK.bits();

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
    /// The folder cannot be made, or the file cannot be read or replaced; `EWOULDBLOCK` where another program does not let
    /// go of it.
    pub fn load(&self) -> io::Result<Vec<String>> {
        let _lock = self.lock()?;
        let bytes = match self.end() {
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

    /// What stands at the end of the file.
    fn end(&self) -> io::Result<Vec<u8>> {
        let mut file = OpenOptions::new()
            .read(true)
            .custom_flags(NO_WAIT)
            .open(&self.path)?;
        let before = file.metadata()?.len().saturating_sub(READ);
        if before > 0 {
            file.seek(SeekFrom::Start(before))?;
        }
        let mut bytes = Vec::new();
        file.take(READ).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Appends one line.
    ///
    /// # Errors
    /// The folder cannot be made, or the file cannot be written; `EWOULDBLOCK` as above.
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
            .custom_flags(NO_WAIT)
            .open(&self.path)?;
        file.write_all(format!("{line}\n").as_bytes())
    }

    /// Holds every other shell off until it is dropped. It is not waited for without end: this happens before the first
    /// prompt, when Ctrl-C means nothing yet.
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
            .custom_flags(NO_WAIT)
            .open(beside)?;
        let end = Instant::now() + PATIENCE;
        let mut lock = Flock::lock(file, FlockArg::LockExclusiveNonblock);
        while let Err((file, Errno::EWOULDBLOCK | Errno::EINTR)) = lock {
            if Instant::now() > end {
                return Err(Errno::EWOULDBLOCK.into());
            }
            thread::sleep(Duration::from_millis(1));
            lock = Flock::lock(file, FlockArg::LockExclusiveNonblock);
        }
        lock.map_err(|(_, errno)| errno.into())
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

/// What went wrong with it, in words.
pub fn told(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::WouldBlock => "another program holds its lock".to_owned(),
        _ => words(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn two_shells_at_once_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/history");
        thread::scope(|scope| {
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

    #[test]
    fn nothing_in_its_place_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let file = HistoryFile::at(folder.path().join("history"));
        let lock = folder.path().join("history.lock");
        file.append("ls").unwrap();
        let other = File::open(&lock).unwrap();
        let other = Flock::lock(other, FlockArg::LockExclusive).unwrap();
        assert_eq!(file.load().unwrap_err().kind(), io::ErrorKind::WouldBlock);
        drop(other);
        assert_eq!(file.load().unwrap(), ["ls"]);
        let pipe = |path: &Path| {
            fs::remove_file(path).unwrap();
            nix::unistd::mkfifo(path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        };
        pipe(file.path());
        assert!(file.load().unwrap().is_empty());
        assert!(file.append("ls").is_err());
        pipe(&lock);
        assert!(file.load().is_err());
    }

    #[test]
    fn of_a_file_without_end_its_end_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = HistoryFile::at(folder.path().join("history"));
        std::os::unix::fs::symlink("/dev/zero", file.path()).unwrap();
        assert_eq!(file.load().unwrap().concat().len() as u64, READ);
        fs::remove_file(file.path()).unwrap();
        let long = "x".repeat(usize::try_from(READ).unwrap());
        fs::write(file.path(), format!("{long}\nls\n")).unwrap();
        assert_eq!(file.load().unwrap().last().unwrap(), "ls");
    }
}
