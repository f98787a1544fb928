//! `socktutor lesson test · list · show · new`: the lessons pass, and a lesson with a mistake fails in the right words.

use crate::harness::{Ran, Shell};
use crate::support::skip;
use socktutor::lesson::Library;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The lessons of this repository.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons")
}

/// A lesson in a file of its own, tested with a short patience.
pub fn tried(steps: &str) -> Ran {
    let home = tempfile::tempdir().expect("a folder");
    let file = write(&home, "90-trial.md", "trial", steps);
    test(&[file.to_str().expect("UTF-8")])
}

pub fn write(home: &TempDir, name: &str, id: &str, steps: &str) -> PathBuf {
    let file = home.path().join(name);
    let text = format!("---\nid: {id}\ntitle: Trial\n---\n# Trial\n\n{steps}");
    fs::write(&file, text).expect("a file");
    file
}

fn test(args: &[&str]) -> Ran {
    Shell::new(&["--timeout", "300ms", "lesson", "test"])
        .args(args)
        .run()
}

/// One step with this model answer.
pub fn step(model: &str) -> String {
    format!("## 1. A step\n\nDo it.\n\n```sock\n{model}\n```\n")
}

#[test]
fn every_lesson_passes() {
    let ran = Shell::new(&["lesson", "test", "--repeat", "2"])
        .arg("--lessons")
        .arg(folder())
        .run()
        .status(0);
    let library = Library::embedded();
    assert!(library.entries().len() >= 18);
    for id in library.ids() {
        let line = ran.stdout.lines().find(|line| line.contains(id));
        let line = line.unwrap_or_else(|| panic!("{id} is missing:\n{}", ran.stdout));
        match line.strip_prefix("skipped") {
            Some(why) => skip(why.trim()),
            None => assert!(line.starts_with("ok "), "{line}"),
        }
    }
}

#[test]
fn a_passing_lesson_by_id_number_and_file_and_as_json() {
    for word in ["ports", "8"] {
        Shell::new(&["lesson", "test", word])
            .run()
            .status(0)
            .says(&["ok ", "ports-and-errors", "1 passed"]);
    }
    let file = folder().join("08-ports-and-errors.md");
    let ran = Shell::new(&["lesson", "test", "--json", "--repeat", "2"])
        .arg(&file)
        .run()
        .status(0);
    let [line] = ran.events().try_into().expect("one line for the lesson");
    assert_eq!(line["event"], "lesson");
    assert_eq!(line["lesson"], "ports-and-errors");
    assert_eq!(line["result"], "passed");
    assert_eq!(line["run"], 2);
    assert_eq!(line["steps"], 11);
    assert_eq!(line["defects"], serde_json::json!([]));
}

/// Each kind of mistake that only the kernel can show: what is said of it, and on which line.
#[test]
fn a_model_answer_that_is_wrong() {
    let cases = [
        // Line 12 is the first of the block.
        (
            "s = socket tcp\nbind s 127.0.0.1:0\nexpect state s LISTEN",
            "90-trial.md:14: `expect state s LISTEN` does not hold; found: CLOSE",
        ),
        (
            "s = socket tcp\nbind s 127.0.0.1:0\nc = socket tcp\nconnect c s.local\nlisten s 1\nexpect state s LISTEN",
            "90-trial.md:15: `connect(4, {sa_family=AF_INET, sin_port=htons(",
        ),
        (
            "s = socket tcp\nlisten s 1\nexpect state s LISTEN\nconnect s s.local",
            "failed, and no `expect error` follows it",
        ),
        (
            "s = socket tcp\nexpect error EINVAL",
            "90-trial.md:13: `expect error EINVAL` does not hold; found: ok, 3",
        ),
        (
            "s = socket tcp\nsend s #10 --more --dontwait\nexpect ok",
            "`expect ok` does not hold; found: EPIPE",
        ),
        (
            "s = socket tcp\nconnect s 192.0.2.1:80\nexpect blocked",
            "90-trial.md:13: `192.0.2.1` is outside this machine",
        ),
        (
            "s = socket tcp\nbind s 127.0.0.1:12345\nlisten s 1\nexpect ok",
            "`s` listens on the fixed port 12345 without SO_REUSEADDR",
        ),
        (
            "s = socket tcp\nexpect state q CLOSE",
            "90-trial.md:13: `expect state q CLOSE` cannot be done: there is no socket or variable called `q`",
        ),
        ("s = socket tcp", "nothing judges this block"),
    ];
    for (model, words) in cases {
        tried(&step(model))
            .status(1)
            .says(&["FAILED", "trial", words, "1 failed"]);
    }
}

#[test]
fn the_reason_of_a_failed_call_is_told() {
    let model = "s = socket tcp\nbind s 127.0.0.1:0\nt = socket tcp\nbind t s.local\nexpect local t s.local";
    tried(&step(model)).status(1).says(&[
        "90-trial.md:16: `expect local t s.local` does not hold; found: 0.0.0.0:0",
        "help: `bind(4, ",
        "EADDRINUSE",
        "Your own socket s has it",
    ]);
}

#[test]
fn doing_nothing_must_not_pass() {
    let steps = "## 1. First\n\n```sock\ns = socket tcp\nexpect state s CLOSE\n```\n\n\
                 ## 2. Idle\n\n```sock\nbind s 127.0.0.1:0\nexpect state s CLOSE\n```\n";
    tried(steps).status(1).says(&[
        "90-trial.md:14: doing nothing passes: every `expect` of this step holds before its calls",
        "help: add one that only these calls make true",
    ]);
}

#[test]
fn of_a_prediction_exactly_one_choice_comes_true() {
    let ask = |choices: &str| {
        format!(
            "## 1. Ask\n\n```predict\nWhat?\n{choices}\n```\n\n```sock\ns = socket tcp\nexpect state s CLOSE\n```\n"
        )
    };
    tried(&ask("- a => state s CLOSE\n- b => state s LISTEN")).status(0);
    tried(&ask("- a => state s LISTEN\n- b => error EINVAL"))
        .status(1)
        .says(&[
            "90-trial.md:9: no choice of this prediction came true",
            "`state s LISTEN`: CLOSE",
            "`error EINVAL`: it returned 3",
        ]);
    tried(&ask("- a => state s CLOSE\n- b => ok")).status(1).says(&[
        "90-trial.md:9: 2 choices of this prediction came true: `state s CLOSE` (line 11), `ok` (line 12)",
    ]);
}

#[test]
fn a_lesson_that_cannot_be_read() {
    let cases = [
        (
            step("s = sockett tcp\nexpect ok"),
            "90-trial.md:12: column 5: ",
        ),
        (
            step("s = socket tcp\nexpect ok") + "\n<details><summary>Hint</summary> </details>\n",
            "90-trial.md:16: this hint is empty",
        ),
        ("No step at all.\n".to_owned(), "the lesson has no step"),
        (
            "## 1. One\n\n```quiz\nWhich?\n- [ ] a\n- [ ] b\n```\n".to_owned(),
            "90-trial.md:9: no choice is marked as right",
        ),
    ];
    for (steps, words) in cases {
        tried(&steps)
            .status(2)
            .says(&["CANNOT BE READ", "90-trial.md", words, "1 cannot be read"]);
    }
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("90-trial.md");
    fs::write(
        &file,
        "---\nid: trial\ntitle: Trial\ncolour: red\n---\n## 1. A\n",
    )
    .unwrap();
    test(&[file.to_str().unwrap()])
        .status(2)
        .says(&["90-trial.md:4: front matter: unknown field"]);
}

#[test]
fn what_no_lesson_goes_by() {
    let ran = test(&["listen-and-acept"]).status(2);
    assert!(
        ran.stderr.contains("did you mean listen-and-accept"),
        "{}",
        ran.stderr
    );
    let ran = test(&["no/such/file.md"]).status(2);
    assert!(
        ran.stderr.contains("no/such/file.md: No such file"),
        "{}",
        ran.stderr
    );
    let ran = Shell::new(&["lesson", "list", "--lessons", "/no/such/folder"])
        .run()
        .status(2);
    assert!(
        ran.stderr
            .contains("/no/such/folder: the folder cannot be read"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_folder_of_lessons_is_added_and_tested_whole() {
    let home = tempfile::tempdir().unwrap();
    let good = step("s = socket tcp\nexpect state s CLOSE");
    write(&home, "91-one.md", "mine", &good);
    let lessons = home.path().to_str().unwrap();
    test(&["mine", "--lessons", lessons])
        .status(0)
        .says(&["ok ", "mine"]);
    Shell::new(&["lesson", "list", "--lessons", lessons])
        .run()
        .status(0)
        .says(&["8  ports-and-errors", "91  mine", "Trial"]);
    // Two with one id, and a file that is none.
    write(&home, "92-two.md", "mine", &good);
    fs::write(home.path().join("notes.txt"), "x").unwrap();
    test(&[lessons]).status(1).says(&[
        "the id `mine` is taken by",
        "91-one.md",
        "1 passed, 1 failed",
    ]);
    test(&["--lessons", lessons])
        .status(1)
        .says(&["notes.txt: a file that is no lesson"]);
}

#[test]
fn a_new_lesson_passes() {
    let home = tempfile::tempdir().unwrap();
    let at = |args: &[&str]| Shell::new(args).in_folder(home.path()).run();
    at(&["lesson", "new", "Who waits?"])
        .status(0)
        .says(&["./19-who-waits.md\n", "socktutor lesson test"]);
    at(&["lesson", "test", "./19-who-waits.md", "--repeat", "3"]).status(0);
    at(&["lesson", "new", "20-more.md"])
        .status(0)
        .says(&["./20-more.md\n"]);
    at(&["lesson", "new", "next"])
        .status(0)
        .says(&["./21-next.md\n"]);
    at(&["lesson", "test", "."])
        .status(0)
        .says(&["who-waits", "more", "next", "3 passed"]);
    let again = at(&["lesson", "new", "20-more"]).status(2);
    assert!(
        again.stderr.contains("is there already"),
        "{}",
        again.stderr
    );
    let nowhere = at(&["lesson", "new", "no/where"]).status(2);
    assert!(
        nowhere.stderr.contains("cannot read no"),
        "{}",
        nowhere.stderr
    );
}

#[test]
fn the_list_tells_how_far_the_learner_is() {
    let home = tempfile::tempdir().unwrap();
    let progress = home.path().join("socktutor/progress");
    fs::create_dir_all(&progress).unwrap();
    fs::write(
        progress.join("udp.txt"),
        "two-letter-boxes\na-message skipped\n",
    )
    .unwrap();
    let list = |args: &[&str]| {
        let shell = Shell::new(&["lesson", "list"]).args(args);
        shell.env("XDG_STATE_HOME", home.path()).run().status(0)
    };
    list(&[]).says(&[
        "1  what-a-socket-is",
        "new",
        "5  udp",
        "UDP, messages without a connection",
        "12  at step 3 of 12",
    ]);
    let lines = list(&["--json"]).events();
    assert_eq!(lines.len(), 18);
    assert_eq!(lines[4]["lesson"], "udp");
    assert_eq!(lines[4]["standing"], "at step 3 of 12");
}

/// Who once ran the program as another user has such files, and everybody may have a file where a folder should be.
#[test]
fn progress_that_cannot_be_read_keeps_nobody_from_the_lessons() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    let run = |args: &[&str]| {
        let shell = Shell::new(args).env("XDG_STATE_HOME", &file);
        shell.run().status(0)
    };
    let why = "file/socktutor/progress/what-a-socket-is.txt: Not a directory. `socktutor doctor` says what mends it.";
    let list = run(&["lesson", "list"]);
    assert_eq!(list.stdout.matches(why).count(), 1, "{}", list.stdout);
    list.says(&["1  what-a-socket-is", "new"]);
    let lines = run(&["lesson", "list", "--json"]).events();
    assert!(lines[0]["reason"].as_str().unwrap().contains(why));
    for learn in [&["learn"][..], &["learn", "what-a-socket-is"]] {
        let ran = run(learn);
        assert!(!ran.stdout.contains("place is kept"), "{}", ran.stdout);
        ran.says(&[
            "Your progress cannot be read:",
            "is not kept.",
            "# Lesson 1: What a socket is",
            "## 1. Ask for one",
        ]);
    }
    let doctor = Shell::new(&["doctor", "--json"])
        .env("XDG_STATE_HOME", &file)
        .run();
    let file = file.display();
    doctor.says(&[&format!("{file} is no folder"), "export XDG_STATE_HOME="]);
}

#[test]
fn a_lesson_is_shown_without_its_front_matter() {
    let ran = Shell::new(&["lesson", "show", "udp"]).run().status(0);
    assert!(
        ran.stdout
            .starts_with("# UDP, messages without a connection\n"),
        "{}",
        ran.stdout
    );
    ran.says(&["## 1. Two letter boxes", "a = socket udp", "expect ret 16"]);
}

#[test]
fn a_file_that_is_no_text_is_one_unreadable_lesson() {
    let home = tempfile::tempdir().unwrap();
    let good = step("s = socket tcp\nexpect state s CLOSE");
    write(&home, "91-one.md", "mine", &good);
    let latin = b"---\nid: latin\ntitle: Latin\n---\n# Caf\xe9\n";
    fs::write(home.path().join("92-latin.md"), latin).unwrap();
    fs::write(home.path().join("93-long.md"), vec![b'x'; (1 << 20) + 1]).unwrap();
    let lessons = home.path().to_str().unwrap();
    let bad = "92-latin.md:5: this line is not UTF-8: it holds the byte 0xe9";
    test(&[lessons]).status(2).says(&[
        "mine",
        "1 step",
        bad,
        "help: save the file as UTF-8",
        "93-long.md: longer than a lesson can be (1 MiB)",
        "1 passed, 2 cannot be read",
    ]);
    let file = home.path().join("92-latin.md");
    test(&[file.to_str().unwrap()]).status(2).says(&[bad]);
    let events = test(&[lessons, "--json"]).status(2).events();
    let results: Vec<_> = events.iter().map(|event| &event["result"]).collect();
    assert_eq!(results, ["passed", "unreadable", "unreadable"]);
    assert_eq!(events[1]["defects"][0]["line"], 5);
    assert_eq!(events[1]["lesson"], "92-latin.md");
    assert_eq!(
        events[1]["file"],
        home.path().join("92-latin.md").to_str().unwrap()
    );
    let fields = events[1].as_object().unwrap();
    assert!(fields.values().all(|value| !value.is_null()), "{fields:?}");
    // The others can be played, listed and shown.
    let with = |args: &[&str]| Shell::new(args).arg("--lessons").arg(lessons).run();
    with(&["lesson", "test", "mine"]).status(0);
    let list = with(&["lesson", "list"]).status(0);
    list.says(&["91  mine", "92-latin.md", "unreadable", bad]);
    with(&["lesson", "show", "mine"]).status(0);
    let shown = with(&["lesson", "show", "92"]).status(2);
    assert!(shown.stderr.contains(bad), "{}", shown.stderr);
}

#[test]
fn the_list_names_a_defect_in_one_line() {
    let home = tempfile::tempdir().unwrap();
    write(&home, "91-one.md", "mine", &step("sockett"));
    let ran = Shell::new(&["lesson", "list", "--lessons"])
        .arg(home.path())
        .run()
        .status(0);
    let ran = ran.says(&["91  mine", "unreadable (", "91-one.md:12: column 1"]);
    assert!(!ran.stdout.contains("\\n"), "{}", ran.stdout);
}

#[test]
fn a_line_goes_on_in_a_lesson_as_in_a_script() {
    let model = "s = socket \\\n  tcp\nbind(s,      # which?\n  (\"127.0.0.1\", 0))\n\nlisten s 5\nexpect state s LISTEN";
    tried(&step(model)).status(0);
    // Faults have the place in the file.
    tried(&step(&format!("{model}\nlisten(s,\n  5 5)")))
        .status(2)
        .says(&[
            "90-trial.md:20: column 5: this cannot follow",
            "1 cannot be read",
        ]);
    tried(&step(&format!("{model}\nexpect state s CLOSE")))
        .status(1)
        .says(&["90-trial.md:19: `expect state s CLOSE` does not hold"]);
    let home = tempfile::tempdir().unwrap();
    write(&home, "91-one.md", "mine", &step(model));
    let with = |args: &[&str]| Shell::new(args).arg("--lessons").arg(home.path()).run();
    with(&["lesson", "watch", "mine"])
        .status(0)
        .says(&["> s = socket tcp\n", "> bind(s, (\"127.0.0.1\", 0))\n"]);
}

#[test]
fn a_new_lesson_takes_no_id_that_is_taken() {
    let home = tempfile::tempdir().unwrap();
    let at = |args: &[&str]| Shell::new(args).in_folder(home.path()).run();
    at(&["lesson", "new", "mine"]).status(0);
    for (name, taken) in [
        ("mine", "`mine` is taken by ./19-mine.md"),
        ("30-Mine", "`mine` is taken by ./19-mine.md"),
        (
            "handshake",
            "`handshake` is taken by lessons/09-the-handshake.md",
        ),
    ] {
        let ran = at(&["lesson", "new", name]).status(2);
        assert!(ran.stderr.contains(taken), "{}", ran.stderr);
    }
    let files = fs::read_dir(home.path()).unwrap();
    assert_eq!(files.count(), 1, "nothing else was written");
    at(&["lesson", "test", "."]).status(0);
}

#[test]
fn a_folder_may_be_named_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("mine");
    fs::create_dir(&folder).unwrap();
    let at = |args: &[&str]| Shell::new(args).in_folder(home.path()).run();
    at(&["lesson", "new", "mine/one"]).status(0);
    at(&["lesson", "test", "mine"])
        .status(0)
        .says(&["ok ", "one", "1 passed"]);
    // An id goes first.
    fs::create_dir(home.path().join("udp")).unwrap();
    at(&["lesson", "test", "udp"])
        .status(0)
        .says(&["ok ", "udp", "12 steps"]);
}
