//! The README says what is true: its scripts run, its sessions are what the program prints, its tables are whole.
//!
//! `SOCKTUTOR_README=write cargo test --test readme` puts what the program prints now into its sessions.

#![allow(clippy::unwrap_used)]

use expectrl::session::Session;
use serde_json::Value;
use socktutor::lang::table::COMMANDS;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use support::require_laboratory;

#[path = "support/mod.rs"]
mod support;

/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_socktutor");

/// A script that touches every kind of event.
const EVERY_EVENT: &str = include_str!("cli/every_event.sock");

/// A script that touches every kind that takes a laboratory.
const EVERY_PACKET: &str = include_str!("cli/every_packet.sock");

/// Of what takes a laboratory: fields of other events, and whole events and answers.
const LABORATORY_FIELDS: [(&str, &str); 3] =
    [("every", "host"), ("every", "side"), ("sockets", "host")];
const LABORATORY: [&str; 8] = [
    "packet", "anatomy", "ladder", "flows", "lab", "held", "log", "score",
];

/// The widest line of a block.
const WIDTH: usize = 80;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// A fenced block: its language, and its lines.
struct Block {
    language: String,
    text: String,
}

fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in markdown.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => block.text.push_str(&format!("{line}\n")),
            (None, Some(language)) => {
                let language = language.to_owned();
                let text = String::new();
                open = Some(Block { language, text });
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

fn of_language(language: &str) -> Vec<String> {
    let all = blocks(&readme()).into_iter();
    let found: Vec<String> = all
        .filter(|block| block.language == language)
        .map(|block| block.text)
        .collect();
    assert!(!found.is_empty(), "no {language} block");
    found
}

/// The port of the lab sheet may be taken on this machine; any other does as well.
fn with_a_free_port(script: &str) -> String {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    script.replace("12345", &port.to_string())
}

fn run(arguments: &[&str], script: &str) -> (String, Option<i32>) {
    let mut child = Command::new(PROGRAM)
        .args(arguments)
        .args(["run", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(script.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    (
        String::from_utf8(output.stdout).unwrap(),
        output.status.code(),
    )
}

#[test]
fn every_script_passes() {
    for script in of_language("sock") {
        let (said, status) = run(&[], &with_a_free_port(&script));
        assert_eq!(status, Some(0), "{script}\n{said}");
    }
}

/// The statement of a line that begins with a prompt: what the program prints is indented.
fn typed(line: &str) -> Option<&str> {
    let (prompt, statement) = line.split_once("> ")?;
    (!prompt.starts_with(' ')).then_some(statement)
}

/// Whether a session needs a laboratory and this machine has none; says so.
fn is_skipped(session: &str) -> bool {
    let mut statements = session.lines().filter_map(typed);
    let needs = statements.any(|line| line.starts_with("compare ") || line.starts_with("lab up"));
    needs && !require_laboratory()
}

/// What the program prints on a terminal of 80 columns for the statements of a session.
fn captured(session: &str) -> String {
    let statements: Vec<&str> = session.lines().filter_map(typed).collect();
    let mut script = tempfile::NamedTempFile::new().unwrap();
    writeln!(script, "{}", statements.join("\n")).unwrap();
    let mut command = Command::new(PROGRAM);
    command
        .args(["--color", "never", "run"])
        .arg(script.path())
        .env("TERM", "xterm")
        .env("LC_ALL", "C.UTF-8")
        .env("COLUMNS", WIDTH.to_string());
    let mut terminal = Session::spawn(command).unwrap();
    let mut said = Vec::new();
    let mut piece = [0; 4096];
    // A terminal whose other side has left gives EIO.
    while let Ok(n @ 1..) = terminal.read(&mut piece) {
        said.extend_from_slice(&piece[..n]);
    }
    String::from_utf8(said).unwrap().replace("\r\n", "\n")
}

/// Without what no two runs share: each port becomes the number of its first mention. Blanks and line breaks count as
/// one, since a port of four digits folds a line elsewhere.
fn plain(text: &str) -> String {
    let mut ports: Vec<String> = Vec::new();
    let mut out = String::new();
    let mut digits = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if digits.len() >= 4 {
            let known = ports.iter().position(|port| *port == digits);
            let n = known.unwrap_or(ports.len());
            if known.is_none() {
                ports.push(digits.clone());
            }
            out.push_str(&format!("PORT{n}"));
        } else {
            out.push_str(&digits);
        }
        digits.clear();
        out.push(c);
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_session_is_what_the_program_prints() {
    let write = std::env::var_os("SOCKTUTOR_README").is_some_and(|value| value == "write");
    let mut new = readme();
    for session in of_language("console") {
        if is_skipped(&session) {
            continue;
        }
        let now = captured(&session);
        if write {
            new = new.replace(&session, &now);
        } else {
            assert_eq!(
                plain(&session),
                plain(&now),
                "the README shows:\n{session}\nand the program prints:\n{now}"
            );
        }
    }
    if write {
        std::fs::write(root().join("README.md"), new).unwrap();
    }
}

#[test]
fn no_block_is_wider_than_a_terminal() {
    for block in blocks(&readme()) {
        for line in block.text.lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
    }
}

/// The words in backticks of a text.
fn words(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_command_is_named() {
    let readme = readme();
    let (_, page) = readme.split_once("**Commands.**").unwrap();
    let (page, _) = page.split_once("**Sockets**").unwrap();
    let named: BTreeSet<&str> = words(page).into_iter().collect();
    let (help, _) = run(&[], "help\n");
    for command in COMMANDS {
        assert!(named.contains(command.name), "{}", command.name);
        let listed = help.split_whitespace().any(|word| word == command.name);
        assert!(listed, "{} in help", command.name);
    }
}

/// The fields that the README's tables name, by event or by answer.
fn documented() -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let readme = readme();
    let (_, part) = readme.split_once("## Events").unwrap();
    let (part, _) = part.split_once("\n## ").unwrap();
    for row in part.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let of = match cells[0].trim_start_matches("| ") {
            "every" => "every",
            code if code.starts_with('`') => words(code)[0],
            _ => continue,
        };
        let fields = words(cells[1]).into_iter().map(str::to_owned);
        found.entry(of.to_owned()).or_default().extend(fields);
    }
    found
}

/// The fields that the program emits, by event or by answer. The rows of an answer's list count as its own.
fn emitted(laboratory: bool) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let (mut said, _) = run(&["--json"], EVERY_EVENT);
    said += &about_lessons();
    said += &doctor();
    if laboratory {
        said += &run(&["--json"], EVERY_PACKET).0;
    }
    for line in said.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        for (name, value) in event.as_object().unwrap() {
            let of = match (name.as_str(), event["answer"].as_str()) {
                ("event" | "t" | "socket" | "fd" | "host" | "side", _) => "every",
                ("answer", _) | (_, None) => event["event"].as_str().unwrap(),
                (_, Some(answer)) => answer,
            };
            let fields = found.entry(of.to_owned()).or_default();
            fields.insert(name.clone());
            let rows = value.as_array().into_iter().flatten();
            let columns = rows.filter_map(Value::as_object).flat_map(|row| row.keys());
            // Packets in a list have the fields of the event.
            let of = if name == "packets" { "packet" } else { of };
            found
                .entry(of.to_owned())
                .or_default()
                .extend(columns.cloned());
        }
    }
    found
}

/// What `doctor` finds in a locale that it has a remedy for.
fn doctor() -> String {
    let output = Command::new(PROGRAM)
        .args(["--json", "doctor"])
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// What the commands about lessons print as JSON: a list, a lesson, a defect.
fn about_lessons() -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("99-broken.md"), "no lesson\n").unwrap();
    let lessons = folder.path().to_str().unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(PROGRAM)
            .args(["--json", "lesson"])
            .args(arguments)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["list", "--lessons", lessons])
        + &run(&["test", lessons, "what-a-socket-is"])
        + &run(&["show", "udp"])
}

#[test]
fn every_field_of_an_event_is_in_the_tables_and_every_one_of_theirs_exists() {
    let laboratory = require_laboratory();
    let (documented, emitted) = (documented(), emitted(laboratory));
    for (of, fields) in &emitted {
        for field in fields {
            let known = documented
                .get(of)
                .is_some_and(|known| known.contains(field));
            assert!(known, "{of} has {field}, and the README does not say so");
        }
    }
    for (of, fields) in &documented {
        for field in fields {
            let seen = emitted.get(of).is_some_and(|seen| seen.contains(field));
            let of_it =
                LABORATORY_FIELDS.contains(&(of, field)) || LABORATORY.contains(&of.as_str());
            let unseen = of_it && !laboratory;
            assert!(seen || unseen, "the README gives {of} a {field}");
        }
    }
}

#[test]
fn every_link_leads_somewhere() {
    for file in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        for (at, _) in text.match_indices("](") {
            let link = text[at + 2..].split(')').next().unwrap();
            let path = link.split('#').next().unwrap();
            let outside = link.starts_with("https://") || path.is_empty();
            assert!(outside || root().join(path).exists(), "{file}: {link}");
        }
    }
}

/// The paths in backticks: those with a slash that begin with one of the repository's folders.
#[test]
fn every_path_in_contributing_exists() {
    let text = std::fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let rooms = ["src/", "tests/", "lessons/", "benches/", "fuzz/", ".ci/"];
    let named = words(&text)
        .into_iter()
        .filter(|word| rooms.iter().any(|room| word.starts_with(room)))
        .filter(|word| !word.contains(['*', 'N', ' ', '{']));
    let paths: Vec<PathBuf> = named.map(PathBuf::from).collect();
    assert!(paths.len() > 20, "it names the files to touch");
    for path in paths {
        assert!(root().join(&path).exists(), "{}", path.display());
    }
}

#[test]
fn every_setting_is_named() {
    let readme = readme();
    let (help, _) = run(&["--json"], "set\n");
    let event: Value = serde_json::from_str(help.lines().next().unwrap()).unwrap();
    let rows = event["groups"][0][1].as_array().unwrap();
    for row in rows {
        let name = row[0].as_str().unwrap().split(' ').next().unwrap();
        assert!(readme.contains(&format!("`set {name} ")), "{name}");
    }
}

#[test]
fn the_toolchain_is_the_one_that_the_manifest_wants() {
    let wanted = env!("CARGO_PKG_RUST_VERSION");
    assert!(
        readme().contains(&format!("({wanted} or newer)")),
        "{wanted}"
    );
}

#[test]
fn what_an_author_types_works() {
    let shells = of_language("sh");
    let begin = "socktutor lesson new";
    let lines = shells
        .iter()
        .find(|block| block.starts_with(begin))
        .unwrap();
    let home = tempfile::tempdir().unwrap();
    for line in lines.lines() {
        let typed = line.split('#').next().unwrap();
        let arguments = typed.split_whitespace().skip(1);
        let ran = Command::new(PROGRAM)
            .args(arguments)
            .current_dir(home.path())
            .env("XDG_STATE_HOME", home.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(ran.status.success(), "{line}: {ran:?}");
    }
}
