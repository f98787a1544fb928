//! What is measured. Things that are compared take turns, so that a busy moment of the machine hits both.

use crate::process::{SOCKTUTOR, itself, python, raise_limit, run};
use crate::report::{Against, Aim, Report};
use crate::script::script;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One part of the whole.
pub type Measure = fn(&mut Report);

/// Every part by its name.
pub const ALL: &[(&str, Measure)] = &[
    ("start", start),
    ("pair", pair),
    ("cycle", cycle),
    ("ls", ls),
    ("memory", memory),
    ("lesson", lesson),
];

/// A program and its arguments.
pub type Line = Vec<OsString>;

/// A line.
pub fn line<const N: usize>(program: impl AsRef<Path>, args: [&str; N]) -> Line {
    let program = program.as_ref().as_os_str().to_owned();
    std::iter::once(program)
        .chain(args.map(OsString::from))
        .collect()
}

/// Socktutor with these arguments.
pub fn tutor<const N: usize>(args: [&str; N]) -> Line {
    line(SOCKTUTOR, args)
}

/// One of this program's own parts.
pub fn bare<const N: usize>(args: [&str; N]) -> Line {
    line(itself(), args)
}

/// The median of each, run in turns of several. The first of a turn, which finds the caches as another program left
/// them, does not count: this is what a program takes that is started again and again.
fn warm_medians<const N: usize>(turns: usize, each: usize, lines: &[Line; N]) -> [Duration; N] {
    let mut took: [Vec<Duration>; N] = std::array::from_fn(|_| Vec::new());
    for _ in 0..turns {
        for (line, took) in lines.iter().zip(&mut took) {
            wall(line);
            took.extend((0..each).map(|_| wall(line)));
        }
    }
    took.map(median)
}

/// The median of each, run in turns.
pub fn medians<const N: usize>(times: usize, lines: &[Line; N]) -> [Duration; N] {
    let mut took: [Vec<Duration>; N] = std::array::from_fn(|_| Vec::new());
    for _ in 0..times {
        for (line, took) in lines.iter().zip(&mut took) {
            took.push(wall(line));
        }
    }
    took.map(median)
}

/// How long a program takes, which must succeed.
fn wall(line: &Line) -> Duration {
    let ran = run(&line[0], &line[1..]);
    assert_eq!(ran.status, 0, "{line:?}");
    ran.wall
}

fn median(mut took: Vec<Duration>) -> Duration {
    took.sort_unstable();
    took[took.len() / 2]
}

fn start(report: &mut Report) {
    let empty = script("empty", "", "", 0);
    let file = empty.to_string_lossy();
    let lines = [
        tutor(["-c", ""]),
        tutor(["run", &file]),
        bare(["--nothing"]),
    ];
    let [typed, read, nothing] = medians(150, &lines);
    let against = || Against {
        what: "an empty Rust program",
        took: nothing,
    };
    let within = Duration::from_millis(2);
    report.time(
        "start to exit, `-c ''`",
        typed,
        against(),
        Aim::Within(within),
    );
    report.time(
        "start to exit, `run` of an empty file",
        read,
        against(),
        Aim::Within(within),
    );
    let what = "start to exit, beside Python";
    match python() {
        Some(python) => {
            let lines = [tutor(["-c", ""]), line(python, ["-c", "import socket"])];
            let against = |took| Against {
                what: "`python3 -c 'import socket'`",
                took,
            };
            let [typed, python] = warm_medians(5, 20, &lines);
            report.time(what, typed, against(python), Aim::Times(0.1));
            let [typed, python] = medians(40, &lines);
            let after = "start to exit, in turns with Python";
            report.time(after, typed, against(python), Aim::None);
        }
        None => report.skipped(what, "no python3"),
    }
}

const PAIRS: usize = 100_000;

fn pair(report: &mut Report) {
    let count = PAIRS.to_string();
    let file = script("pairs", "", "s = socket tcp; close s\n", PAIRS);
    let lines = [
        tutor(["run", &file.to_string_lossy()]),
        bare(["--pairs", &count]),
    ];
    let [took, calls] = medians(5, &lines).map(|whole| whole / PAIRS as u32);
    let against = Against {
        what: "the two calls in C",
        took: calls,
    };
    report.time(
        "`socket`, `close`, 100,000 times",
        took,
        against,
        Aim::Times(3.0),
    );
}

const CYCLES: usize = 5_000;

fn cycle(report: &mut Report) {
    let first = "l = socket tcp\nbind l 127.0.0.1:0\nlisten l 5\n";
    let cycle = "c = socket tcp\nconnect c l.local\nconn = accept l\nsend c hello\nrecv conn 5\nclose c\nclose conn\n";
    let count = CYCLES.to_string();
    let file = script("cycles", first, cycle, CYCLES);
    let lines = [
        tutor(["run", &file.to_string_lossy()]),
        bare(["--cycles", &count]),
        bare(["--looked-cycles", &count]),
    ];
    let [took, calls, looked] = medians(5, &lines).map(|whole| whole / CYCLES as u32);
    let what = "socket, connect, accept, send, recv, two closes";
    let against = Against {
        what: "the seven calls in C",
        took: calls,
    };
    report.time(what, took, against, Aim::Times(1.5));
    let against = Against {
        what: "the calls and the looks in C",
        took: looked,
    };
    report.time(what, took, against, Aim::None);
}

const MANY: usize = 10_000;
const LISTS: usize = 5;

fn ls(report: &mut Report) {
    let what = "`ls` of 10,000 listeners";
    if raise_limit() < MANY as u64 + 600 {
        report.skipped(what, "the limit on open files is too low");
        return;
    }
    let open = "socket tcp; bind . 127.0.0.1:0; listen . 5\n";
    let none = script("many", "", open, MANY);
    let listed = script("listed", "", open, MANY);
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .open(&listed)
        .expect("just written");
    std::io::Write::write_all(&mut file, "ls\n".repeat(LISTS).as_bytes()).expect("written");
    let (many, lists) = (MANY.to_string(), LISTS.to_string());
    let lines = [
        tutor(["run", &none.to_string_lossy()]),
        tutor(["run", &listed.to_string_lossy()]),
        bare(["--looks", &many, "0"]),
        bare(["--looks", &many, &lists]),
    ];
    let [opened, and_listed, bare_opened, and_asked] = medians(3, &lines);
    let each = |whole: Duration, without: Duration| whole.saturating_sub(without) / LISTS as u32;
    let against = Against {
        what: "asking the kernel for each, in C",
        took: each(and_asked, bare_opened),
    };
    report.time(
        what,
        each(and_listed, opened),
        against,
        Aim::Within(Duration::from_millis(100)),
    );
}

/// A little of everything that leaves something behind if anything does: names made up by the session, closed sockets,
/// connections that linger in the kernel, variables, words said once.
const MIXED: &str = "\
socket tcp
close .
a, b = socketpair unix stream
send a hello
d = recv b 10
n = len(d)
print n
close a
close b
u = socket udp
bind u 127.0.0.1:0
sendto u hello u.local
recvfrom u 10
close u
c = socket tcp
setsockopt c SO_LINGER 1 0
connect c l.local
conn = accept l
close conn
close c
";

fn memory(report: &mut Report) {
    let first = "l = socket tcp\nbind l 127.0.0.1:0\nlisten l 5\n";
    let each = MIXED.lines().count();
    let [some, many] = [100_000, 1_000_000].map(|statements| {
        let file = script("mixed", first, MIXED, statements / each);
        let ran = run(SOCKTUTOR, ["run".as_ref(), file.as_os_str()]);
        assert_eq!(ran.status, 0, "the script passes");
        ran.peak
    });
    report.memory(
        "memory at most, 1,000,000 statements",
        many,
        "100,000 statements",
        some,
    );
}

/// What `lesson test` returns where this machine lacks what the lesson needs.
const SKIPPED: i32 = 77;

fn lesson(report: &mut Report) {
    let files = lessons();
    if files.is_empty() {
        report.skipped("`lesson test`", "there are no lessons to be tested");
    }
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let what = format!("`lesson test {name}`");
        let file = file.to_string_lossy();
        let first = run(SOCKTUTOR, ["lesson", "test", &*file]);
        if first.status == SKIPPED {
            report.skipped(&what, "this machine lacks what it needs");
            continue;
        }
        assert_eq!(first.status, 0, "{file} passes");
        let lines = [tutor(["lesson", "test", &file]), tutor(["-c", ""])];
        let [took, nothing] = medians(3, &lines);
        let against = Against {
            what: "start to exit",
            took: nothing,
        };
        report.time(what, took, against, Aim::None);
    }
}

/// The files of the built-in lessons.
fn lessons() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/lessons"));
    let numbered = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(|first: char| first.is_ascii_digit()))
    };
    let mut files: Vec<PathBuf> = entries
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(numbered)
        .collect();
    files.sort_unstable();
    files
}
