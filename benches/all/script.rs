//! Scripts, written line by line: this program's own memory must stay small, because a child starts out as its copy.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

/// Writes a script of some first lines and others repeated, and says where it is.
pub fn script(name: &str, first: &str, repeated: &str, times: usize) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.sock"));
    let mut file = BufWriter::new(std::fs::File::create(&path).expect("a file in target/tmp"));
    file.write_all(first.as_bytes()).unwrap();
    for _ in 0..times {
        file.write_all(repeated.as_bytes()).unwrap();
    }
    file.flush().unwrap();
    path
}
