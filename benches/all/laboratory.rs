//! What is measured of the laboratory.

use crate::measures::{Line, Measure, bare, line, medians, tutor};
use crate::process::{Took, itself, python, run};
use crate::report::{Against, Aim, Report};
use crate::script::script;
use crate::transfer;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Every part by its name.
pub const ALL: &[(&str, Measure)] = &[
    ("lab", up),
    ("handshake", handshake),
    ("idle", idle),
    ("wire", wire),
    ("log", log),
];

/// What a laboratory is against something else that makes a namespace of both kinds.
const UNSHARE: [&str; 2] = ["-rn", "true"];

/// A handshake stepped packet by packet, each state looked at on the way.
const STEPS: &str = "\
lab up
server: s = socket tcp
server: bind s server:80
server: listen s 5
wire hold
client: c = socket tcp
client: connect c server:80
step
expect state c SYN_SENT
step
expect state c ESTABLISHED
step
server: conn = accept s
expect state conn ESTABLISHED
expect packets 3
lab down
";

/// Whether there can be a laboratory; says that these are skipped where there can be none.
fn there(report: &mut Report, what: &[&str]) -> bool {
    let up = run_line(&tutor(["-c", "lab up"])).status == 0;
    for what in what.iter().filter(|_| !up) {
        report.skipped(what, "no laboratory here: `socktutor doctor` says why");
    }
    up
}

fn run_line(line: &Line) -> Took {
    run(&line[0], &line[1..])
}

fn up(report: &mut Report) {
    let what = "two hosts up and down, start to exit";
    if !there(report, &[what]) {
        return;
    }
    let aim = Aim::Within(Duration::from_millis(15));
    let made = Command::new("unshare")
        .args(UNSHARE)
        .stderr(Stdio::null())
        .status();
    let (other, name) = match made.is_ok_and(|status| status.success()) {
        true => (
            line("unshare", UNSHARE),
            "one namespace: `unshare -rn true`",
        ),
        false => (bare(["--nothing"]), "an empty Rust program"),
    };
    let [took, other] = medians(60, &[tutor(["-c", "lab up"]), other]);
    report.time(
        what,
        took,
        Against {
            what: name,
            took: other,
        },
        aim,
    );
}

fn handshake(report: &mut Report) {
    let what = "a handshake in the laboratory, start to exit";
    if !there(report, &[what]) {
        return;
    }
    let file = script("handshake", STEPS, "", 0);
    let stepped = tutor(["run", &file.to_string_lossy()]);
    let (other, name) = match python() {
        Some(python) => (
            line(python, ["-c", "import socket"]),
            "`python3 -c 'import socket'`",
        ),
        None => (bare(["--nothing"]), "an empty Rust program"),
    };
    let [took, other] = medians(60, &[stepped, other]);
    let aim = Aim::Within(Duration::from_millis(40));
    report.time(
        what,
        took,
        Against {
            what: name,
            took: other,
        },
        aim,
    );
}

/// The processor's time of a wire with nothing to carry, beside a process that only sleeps.
fn idle(report: &mut Report) {
    let what = "processor time of an idle wire in a second";
    if !there(report, &[what]) {
        return;
    }
    let [idle, asleep] = ["1", "0"].map(|wire| {
        let mut took: Vec<u64> = (0..5)
            .map(|_| Command::new(itself()).args(["--idle", wire]).output())
            .map(|ran| String::from_utf8(ran.expect("it runs").stdout).expect("a number"))
            .map(|micros| micros.trim().parse().expect("a number"))
            .collect();
        took.sort_unstable();
        // Never nothing: there is something to divide by.
        Duration::from_micros(took[took.len() / 2].max(1))
    });
    let against = Against {
        what: "the sleep alone",
        took: asleep,
    };
    let aim = Aim::Within(Duration::from_millis(1));
    report.time(what, idle, against, aim);
}

/// So many bytes are carried for a time, and for a look at the memory.
const BULK: u64 = 512 << 20;
const LITTLE: u64 = 64 << 20;
const MUCH: u64 = 2 << 30;

fn wire(report: &mut Report) {
    let what = "512 MiB over TCP, each packet decoded and kept";
    if !there(report, &[what]) {
        return;
    }
    let relay = match transfer::compiled() {
        Ok(relay) => relay,
        Err(why) => return report.skipped(what, &why),
    };
    let bulk = BULK.to_string();
    let lines = [
        bare(["--transfer", &bulk]),
        bare(["--transfer", &bulk, &relay.to_string_lossy()]),
    ];
    let [took, relayed] = medians(7, &lines);
    let against = Against {
        what: "a bare TUN-to-TUN relay in C",
        took: relayed,
    };
    // No less than 80 % of its speed.
    report.time(what, took, against, Aim::Times(1.25));
}

fn log(report: &mut Report) {
    let what = "memory at most, 2 GiB carried and kept track of";
    if !there(report, &[what]) {
        return;
    }
    let [little, much] = [LITTLE, MUCH].map(|bytes| {
        let ran = run_line(&bare(["--transfer", &bytes.to_string()]));
        assert_eq!(ran.status, 0, "all is carried");
        ran.peak
    });
    report.memory(what, much, "64 MiB carried", little);
}
