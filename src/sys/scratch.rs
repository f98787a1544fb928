//! Temporary folders that go when the process ends, also where a signal ends it ([`die_of`](super::signal::die_of)).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Those that are there. Who makes or removes one holds it meanwhile, so that none is missed.
static THERE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn there() -> MutexGuard<'static, Vec<PathBuf>> {
    THERE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A temporary folder, removed with all that is in it when this is dropped.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes one.
    ///
    /// # Errors
    /// Those of mkdir(2).
    pub fn new() -> io::Result<Self> {
        let mut there = there();
        let folder = tempfile::Builder::new().prefix("socktutor-").tempdir()?;
        let path = folder.keep();
        there.push(path.clone());
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let mut there = there();
        remove(&self.0);
        there.retain(|path| *path != self.0);
    }
}

/// Removes all of them: the process ends without their owners.
pub(super) fn remove_all() {
    for path in there().drain(..) {
        remove(&path);
    }
}

/// Removes a folder. What another thread puts into it meanwhile is found by the next try; who cannot remove it has
/// nobody to tell.
fn remove(folder: &Path) {
    const TRIES: usize = 3;
    let _ = (0..TRIES).any(|_| fs::remove_dir_all(folder).is_ok());
}
