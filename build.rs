//! Lessons and the reference are embedded by include_dir, which notices a changed file but not a new one. The samples in
//! Rust are put where the tests compile them: `src/explain/tests/rust.rs`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=lessons");
    let mut topics = Vec::new();
    for kind in fs::read_dir("lessons/reference")? {
        let kind = kind?.path();
        if kind.is_dir() {
            for topic in fs::read_dir(kind)? {
                topics.push(topic?.path());
            }
        }
    }
    topics.retain(|path| path.extension() == Some(OsStr::new("md")));
    topics.sort();
    let mut code = String::new();
    let mut count = 0;
    for topic in topics {
        for sample in fs::read_to_string(&topic)?.split("```rust\n").skip(1) {
            let sample = sample.split("```").next().unwrap_or_default();
            code += &function(&topic, sample);
            count += 1;
        }
    }
    code += &format!("/// How many these are.\npub const COUNT: usize = {count};\n");
    let out = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    fs::write(PathBuf::from(out).join("samples.rs"), code)
}

/// A sample, with the variables that a program would have by then.
fn function(topic: &Path, sample: &str) -> String {
    let name = topic
        .file_stem()
        .and_then(OsStr::to_str)
        .unwrap_or_default();
    // Where there may be flags, socket2 takes a buffer that was never written.
    let byte = match sample.contains("_with_flags") {
        true => "MaybeUninit<u8>",
        false => "u8",
    };
    format!(
        "fn {name}_sample(mut s: Socket, udp: UdpSocket, fd: RawFd, mut buf: [{byte}; 1024], mut with: With) -> Tried {{\n\
         let With {{ mut r, mut timeout, mut iov, mut cmsg, mut info, mut n }} = with;\n\
         {sample}Ok(())\n}}\n"
    )
}
