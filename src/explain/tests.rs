//! The reference as a whole: every file parses, is complete, fits the screen, and names only what exists.

use super::topic::split;
use super::{Kind, after, near, topic, topics};
use crate::event::Tone;
use crate::lang::table::{COMMANDS, Role};
use crate::undisturbed::thread_time;
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;

#[cfg(target_os = "linux")]
mod samples;

/// The calls, by every name, as the table of commands has them.
fn calls() -> impl Iterator<Item = &'static str> {
    let calls = COMMANDS
        .iter()
        .filter(|command| !matches!(command.role, Role::Shell | Role::Lab));
    calls.flat_map(crate::lang::table::Command::spellings)
}

const FLAGS: [&str; 10] = [
    "MSG_PEEK",
    "MSG_OOB",
    "MSG_DONTWAIT",
    "MSG_WAITALL",
    "MSG_MORE",
    "MSG_NOSIGNAL",
    "MSG_TRUNC",
    "MSG_ERRQUEUE",
    "SOCK_NONBLOCK",
    "SOCK_CLOEXEC",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/reference")
}

/// Every topic's file on the disk, with its kind.
fn files() -> Vec<(Kind, PathBuf)> {
    let mut found = Vec::new();
    for kind in Kind::ALL {
        let Ok(entries) = std::fs::read_dir(folder().join(kind.folder())) else {
            continue;
        };
        found.extend(
            entries
                .flatten()
                .map(|entry| (kind, entry.path()))
                .filter(|(_, path)| !path.ends_with(".gitkeep")),
        );
    }
    found
}

#[test]
fn every_file_is_embedded_parses_and_stands_in_its_place() {
    let mut ids = HashSet::new();
    for (kind, path) in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let parsed = super::Topic::parse(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(parsed.kind, kind, "{}", path.display());
        assert_eq!(
            path.file_name().unwrap().to_str().unwrap(),
            format!("{}.md", parsed.id)
        );
        assert!(ids.insert(parsed.id.clone()), "{} twice", parsed.id);
        let embedded = topic(&parsed.id);
        assert_eq!(
            embedded,
            Some(&parsed),
            "{}: rebuild, the embedded copy is old",
            parsed.id
        );
    }
    assert_eq!(ids.len(), topics().len());
}

#[test]
fn every_topic_is_complete_and_short() {
    for topic in topics() {
        let id = &topic.id;
        let headings: Vec<&str> = topic
            .sections
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(headings, topic.kind.headings(), "{id}");
        for (heading, text) in &topic.sections {
            assert!(!text.is_empty(), "{id}: {heading} is empty");
        }
        assert!(
            topic.brief.chars().count() <= 100,
            "{id}: the brief is too long"
        );
        assert!(!topic.brief.is_empty() && !topic.title.is_empty(), "{id}");
        assert!(
            !topic.see.is_empty() && topic.see.len() <= 5,
            "{id}: one to five to see next"
        );
        if topic.kind == Kind::Call {
            assert!(!topic.full.is_empty(), "{id}: no full text");
        }
        let shown = topic.markdown();
        let lines = shown
            .lines()
            .filter(|line| !line.starts_with("```") && !line.starts_with("# "));
        assert!(lines.count() <= 60, "{id}: too long");
        for line in topic.sections.iter().flat_map(|(_, text)| text.lines()) {
            assert!(line.chars().count() <= 80, "{id}: {line}");
        }
    }
}

#[test]
fn every_name_that_a_topic_mentions_is_a_topic() {
    let mut missing = BTreeSet::new();
    for found in topics() {
        let from_lists = ["Errors", "Where it comes from"]
            .into_iter()
            .flat_map(|heading| found.items(heading).into_iter().map(|(name, _)| name));
        for name in found.see.iter().cloned().chain(from_lists) {
            if topic(&name).is_none() {
                missing.insert(format!("{} names {name}", found.id));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn what_an_error_says_of_a_call_the_call_lists() {
    let mut missing = BTreeSet::new();
    for error in topics()
        .into_iter()
        .filter(|topic| topic.kind == Kind::Error)
    {
        for (call, _) in error.items("Where it comes from") {
            let listed = topic(&call).is_some_and(|call| call.error(&error.id).is_some());
            // The resolver's errors are no errnos: their calls tell them in prose.
            if !listed && !error.id.starts_with("EAI") {
                missing.insert(format!("{call}: {}", error.id));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_call_and_flag_has_a_topic() {
    for name in calls() {
        assert_eq!(
            topic(name).map(|topic| topic.kind),
            Some(Kind::Call),
            "{name}"
        );
    }
    for name in FLAGS {
        let dashed = format!("--{}", name.rsplit('_').next().unwrap().to_lowercase());
        assert_eq!(
            topic(name).map(|topic| topic.kind),
            Some(Kind::Flag),
            "{name}"
        );
        if name.starts_with("MSG_") {
            assert_eq!(topic(&dashed), topic(name), "{dashed}");
        }
    }
}

#[test]
fn every_word_of_the_lab_sheet_leads_somewhere() {
    for word in [
        "client",
        "server",
        "socket",
        "domain",
        "type",
        "protocol",
        "family",
        "hostname",
        "host",
        "port",
        "AF_INET",
        "AF_INET6",
        "AF_UNIX",
        "SOCK_STREAM",
        "SOCK_DGRAM",
        "INADDR_ANY",
        "INADDR_BROADCAST",
        "<broadcast>",
        "SHUT_WR",
        "SOL_SOCKET",
        "perror",
        "rpc",
        "stub",
        "skeleton",
        "marshalling",
        "pipe",
        "mkfifo",
        "thread",
        "event-loop",
        "http",
        "nntp",
        "ftp",
        "smtp",
        "pop3",
        "imap4",
        "telnet",
        "gopher",
        "https",
        "dns",
        "mysql",
        "postgresql",
        "oracle",
        "well-known",
        "registered",
        "dynamic",
        "tls",
        "websocket",
        "connection-oriented",
        "connectionless",
    ] {
        assert!(topic(word).is_some(), "{word}");
    }
}

#[test]
fn every_order_of_the_laboratory_has_a_topic() {
    for command in COMMANDS.iter().filter(|command| command.role == Role::Lab) {
        assert!(topic(command.topic).is_some(), "{}", command.name);
        assert!(
            topic(command.name).is_some() || command.name == "on",
            "{}",
            command.name
        );
    }
}

#[test]
fn a_name_is_found_however_it_is_written() {
    for (written, id) in [
        ("bind", "bind"),
        ("Bind()", "bind"),
        ("bind(2)", "bind"),
        ("TIME-WAIT", "TIME_WAIT"),
        ("time_wait", "TIME_WAIT"),
        ("so_reuseaddr", "SO_REUSEADDR"),
        ("socket.MSG_PEEK", "MSG_PEEK"),
        ("--peek", "MSG_PEEK"),
        ("eaddrinuse", "EADDRINUSE"),
        ("accept queue", "backlog"),
        ("close", "close"),
        ("CLOSE", "CLOSE"),
        ("Close()", "close"),
        ("CLOSED", "CLOSE"),
        ("SYN-RECEIVED", "SYN_RECV"),
        ("LISTEN", "LISTEN"),
        ("listen", "listen"),
    ] {
        assert_eq!(
            topic(written).map(|topic| topic.id.as_str()),
            Some(id),
            "{written}"
        );
    }
    assert!(topic("").is_none());
    assert!(topic(&"x".repeat(100_000)).is_none());
}

#[test]
fn an_unknown_name_has_near_ones() {
    assert_eq!(near("bnid").first(), Some(&"bind"));
    assert!(near("REUSE").contains(&"SO_REUSEADDR"));
    assert!(near("zzzzzz").is_empty());
    assert!(near("").is_empty());
}

#[test]
fn aliases_stand_on_one_line_and_clash_with_nothing() {
    let mut seen = HashSet::new();
    for found in topics() {
        for alias in &found.aliases {
            assert_eq!(
                topic(alias),
                Some(found),
                "{alias} leads elsewhere, or is not on the line `aliases: […]`"
            );
            assert!(seen.insert(alias.to_lowercase()), "{alias} twice");
        }
    }
}

#[test]
fn after_a_call_the_text_fits_the_variant() {
    let said = |call, words: &[&str], first| after(call, words, first).unwrap().text.join(" ");
    assert!(said("connect", &["tcp"], true).contains("SYN+ACK"));
    assert!(said("connect", &["udp"], true).starts_with("Nothing was sent"));
    assert!(said("connect", &["udp"], false).contains("No packet"));
    let udp = ["auto", "unconnected", "udp"];
    assert!(said("bind", &udp, true).contains("UDP needs no listen()"));
    assert!(said("bind", &udp, false).contains("queued from now on"));
    assert!(said("close", &["listener", "tcp"], true).contains("Nobody can connect"));
    assert!(said("shutdown", &["listener", "wr", "tcp"], true).contains("Nothing has changed"));
    assert!(said("shutdown", &["wr", "tcp"], true).contains("FIN"));
    assert!(said("recv", &["eof", "tcp"], true).starts_with("0 bytes"));
    assert_eq!(said("bind", &["tcp"], false), topic("bind").unwrap().brief);
    assert_eq!(
        after("bind", &["no-such-word"], true).unwrap().tone,
        Tone::Info
    );
    assert_eq!(after("no-such-call", &[], true), None);
}

/// Where the words are named that are known of a call: a variant with another is never said.
const NAMED: [&str; 4] = [
    include_str!("../app/variant.rs"),
    include_str!("../app/variant/moved.rs"),
    include_str!("../app/lab/step.rs"),
    include_str!("../app/statement.rs"),
];

#[test]
fn every_variant_can_be_said() {
    for topic in topics() {
        let keys = topic.full.keys().chain(topic.again.keys());
        for word in keys.flat_map(|key| key.split(' ')) {
            let quoted = format!("\"{word}\"");
            let named = NAMED.iter().any(|source| source.contains(&quoted));
            let own = word == "any" || calls().any(|call| call == word);
            assert!(named || own, "{}: nothing says `{word}`", topic.id);
        }
    }
}

#[test]
fn explanations_after_a_call_are_short() {
    for topic in topics() {
        for (variant, text) in &topic.full {
            assert!(
                text.chars().count() <= 320,
                "{} {variant}: {}",
                topic.id,
                text.chars().count()
            );
        }
        for (variant, text) in &topic.again {
            assert!(text.chars().count() <= 100, "{} {variant}", topic.id);
        }
    }
}

#[test]
fn a_topic_prints_as_markdown_with_what_to_look_at_next() {
    let markdown = topic("bind").unwrap().markdown();
    assert!(markdown.starts_with("# bind(2)"));
    assert!(markdown.contains("## Look next\n\n`explain listen`"));
}

#[test]
fn items_of_a_list_have_every_name() {
    let bind = topic("bind").unwrap();
    assert!(bind.error("EADDRINUSE").unwrap().contains("TIME_WAIT"));
    assert!(bind.error("ENOTDIR").is_some());
    assert!(bind.error("EPIPE").is_none());
}

/// The fenced blocks of a language under any heading.
fn fences(markdown: &str, language: &str) -> Vec<String> {
    let start = format!("```{language}\n");
    markdown
        .split(&start)
        .skip(1)
        .filter_map(|rest| rest.split("```").next().map(str::to_owned))
        .collect()
}

#[test]
#[expect(clippy::print_stdout, reason = "a skipped check says so")]
fn the_samples_are_there_and_the_python_compiles() {
    let mut source = String::new();
    for topic in topics() {
        let code = topic.section("In Python, C and Rust");
        if topic.kind.headings().contains(&"In Python, C and Rust") {
            for language in ["python", "c", "rust"] {
                assert_eq!(fences(code, language).len(), 1, "{}: {language}", topic.id);
            }
        }
        if topic.kind.headings().contains(&"Try it") {
            let tried = fences(topic.section("Try it"), "sock");
            assert_eq!(tried.len(), 1, "{}", topic.id);
            for line in tried.iter().flat_map(|block| block.lines()) {
                let known = |_: &str| true;
                let parsed = match topic.id.as_str() {
                    "compare" => crate::lang::parse_compared(line, &known),
                    _ => crate::lang::parse_with(line, &known),
                };
                assert!(parsed.is_ok(), "{}: {line}: {parsed:?}", topic.id);
            }
        }
        for sample in fences(code, "python") {
            source.push_str(&sample);
        }
    }
    let checked = Command::new("python3")
        .args([
            "-c",
            "import sys; compile(sys.argv[1], 'samples', 'exec')",
            &source,
        ])
        .output();
    match checked {
        Ok(output) => assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(_) if std::env::var_os("SOCKTUTOR_REQUIRE_ALL").is_some() => {
            panic!("python3 is needed")
        }
        Err(_) => println!("SKIPPED: no python3 to compile the samples with"),
    }
}

#[test]
fn a_file_without_front_matter_says_so() {
    assert!(split("no front matter").is_none());
    assert!(super::Topic::parse("# only a heading").is_err());
    assert!(
        super::Topic::parse("---\nid: x\nkind: call\ntitle: t\nbrief: b\nsee: []\nodd: 1\n---\n")
            .is_err()
    );
}

/// What the first explanation of a session costs, and every later one: nothing that a prompt could feel.
#[test]
fn a_lookup_parses_nothing_twice() {
    let first = topic("bind").unwrap();
    assert!(std::ptr::eq(first, topic("Bind()").unwrap()));
    let start = thread_time();
    for _ in 0..1000 {
        assert!(after("connect", &["tcp"], false).is_some());
    }
    let took = thread_time() - start;
    // A thousand parses of a file take a second in a debug build; a thousand look-ups a few milliseconds.
    assert!(took < std::time::Duration::from_millis(200), "{took:?}");
}

/// Whether a line is one of the language, with the names that it uses assumed to be known.
fn parses(line: &str, compared: bool) -> Result<(), String> {
    let parsed = match compared {
        true => crate::lang::parse_compared(line, &|_| false),
        false => crate::lang::parse(line),
    };
    let statements = parsed.map_err(|fault| fault.message)?;
    if statements.is_empty() && !line.trim_start().starts_with('#') && !line.trim().is_empty() {
        return Err("nothing to do".to_owned());
    }
    Ok(())
}

#[test]
fn every_sock_block_of_the_reference_can_be_typed() {
    let mut wrong = Vec::new();
    for (_, path) in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        for line in fences(&text, "sock").iter().flat_map(|block| block.lines()) {
            if let Err(why) = parses(line, path.ends_with("compare.md")) {
                wrong.push(format!("{}: `{line}`: {why}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// In prose a call between backquotes is a line to type too: its first word must be a command.
#[test]
fn what_the_reference_says_to_type_can_be_typed() {
    let mut wrong = Vec::new();
    for topic in topics() {
        let text = match topic.kind {
            Kind::Error => topic.section("What to try"),
            _ => continue,
        };
        let text = text.replace('\n', " ").replace("  ", " ");
        for code in text.split('`').skip(1).step_by(2) {
            let typed = code.contains(' ')
                && crate::lang::table::find(code.split(' ').next().unwrap()).is_some();
            if typed && let Err(why) = parses(code, false) {
                wrong.push(format!("{}: `{code}`: {why}", topic.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
