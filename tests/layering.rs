//! Who may import whom: a module imports only strictly lower layers, never a sibling.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, by layer. What is not in here may not exist.
const LAYERS: [&[&str]; 7] = [
    &["text", "errno"],
    &["lang", "packet", "sys"],
    &["event"],
    &[
        "session", "kernel", "lab", "explain", "lesson", "view", "export",
    ],
    &["app"],
    &["repl"],
    &["cli", "main"],
];

fn layer(room: &str) -> Option<usize> {
    LAYERS.iter().position(|rooms| rooms.contains(&room))
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Every source file but the crate's root, with its room and its code without comments.
fn sources() -> Vec<(String, PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&src, &mut found);
    let code = |path: &Path| {
        let text = fs::read_to_string(path).unwrap();
        text.lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let room = |path: &Path| {
        let first = path
            .strip_prefix(&src)
            .unwrap()
            .components()
            .next()
            .unwrap();
        first
            .as_os_str()
            .to_string_lossy()
            .trim_end_matches(".rs")
            .to_owned()
    };
    found
        .into_iter()
        .map(|path| (room(&path), path.clone(), code(&path)))
        .filter(|(room, ..)| room != "lib")
        .collect()
}

/// The rooms named by `crate::room` or `crate::{room, …}`.
fn imports(code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let word = |text: &str| {
            text.chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect::<String>()
        };
        match rest.strip_prefix('{') {
            Some(group) => {
                let group = &group[..group.find("};").unwrap_or(group.len())];
                rooms.extend(
                    group
                        .split(',')
                        .map(|part| word(part.trim()))
                        .filter(|part| layer(part).is_some()),
                );
            }
            None => rooms.push(word(rest)),
        }
    }
    rooms
}

#[test]
fn every_room_imports_only_lower_layers() {
    for (room, path, code) in sources() {
        let own = layer(&room)
            .unwrap_or_else(|| panic!("{}: `{room}` is no room of the design", path.display()));
        for import in imports(&code).into_iter().filter(|import| *import != room) {
            let Some(theirs) = layer(&import) else {
                continue;
            };
            assert!(
                theirs < own,
                "{}: {room} (layer {own}) imports {import} (layer {theirs})",
                path.display()
            );
        }
    }
}

#[test]
fn only_sys_is_unsafe_and_only_repl_knows_rustyline() {
    for (room, path, code) in sources() {
        if path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        let unsafe_here =
            code.contains("unsafe {") || code.contains("unsafe fn") || code.contains("unsafe impl");
        assert!(
            !unsafe_here || room == "sys",
            "{}: unsafe outside sys",
            path.display()
        );
        assert!(
            !code.contains("rustyline::") || room == "repl",
            "{}: rustyline outside repl",
            path.display()
        );
        let prints = [
            "println!(",
            "eprintln!(",
            "print!(",
            "io::stdout()",
            "io::stderr()",
        ];
        let silent = !prints.iter().any(|word| code.contains(word));
        assert!(
            silent || ["repl", "cli", "main"].contains(&room.as_str()),
            "{}: prints",
            path.display()
        );
    }
}

#[test]
fn no_file_and_no_room_has_outgrown_its_measure() {
    for (_, path, code) in sources() {
        if path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        let production = code.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let lines = production
            .lines()
            .filter(|line| !line.trim().is_empty())
            .count();
        assert!(lines <= 400, "{}: {lines} lines of code", path.display());
    }
}
