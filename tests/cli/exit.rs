//! The exit status: 0 all well, 1 something failed or was left blocked, 2 it cannot be understood.

use crate::harness::{PROGRAM, Ran, Shell, script};
use crate::support::signals::{ENDING, heeding};
use nix::sys::signal::kill;
use nix::unistd::Pid;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

/// A call that fails: nobody listens at this socket's address.
const REFUSED: &str = "s = socket tcp\nbind s 127.0.0.1:0\nc = socket tcp\nconnect c s.local\n";

/// A call that sleeps.
const BLOCKED: &str = "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 1\nconn = accept s\n";

/// A script that is not waited for longer than it takes to see that it would be.
fn impatient(statements: &str) -> Ran {
    Shell::new(&["--timeout", "100ms", "run", "-"])
        .input(statements)
        .run()
}

#[test]
fn all_well() {
    for well in [
        "",
        "# nothing\n",
        "s = socket tcp\nls\nclose s\n",
        "quit\nthis is never read\n",
        "exit(1)\n",
        "help\nset\nset explain off\nexplain bind\n",
        "import socket\n",
    ] {
        script(well).status(0);
    }
}

#[test]
fn a_failed_call_is_a_failure_unless_it_was_expected() {
    for (after, status) in [
        ("", 1),
        ("expect error ECONNREFUSED\n", 0),
        ("expect error ECONNREFUSED|ETIMEDOUT\n", 0),
        ("# a remark\n\nexpect error ECONNREFUSED\n", 0),
        ("expect error EPERM\n", 1),
        ("expect ok\n", 1),
        ("ls\nprint 3\nexpect error ECONNREFUSED\n", 0),
        ("quit\n", 1),
        ("listen s 1\nconnect c s.local\n", 1),
    ] {
        let ran = script(&format!("{REFUSED}{after}"));
        assert_eq!(ran.status, status, "{after:?}\n{}", ran.stdout);
    }
}

#[test]
fn a_failed_call_inside_a_statement_is_a_failed_call() {
    let inside = "c = socket tcp\nprint c.recv(10)\n";
    script(inside).status(1).says(&["ENOTCONN"]);
    script(&format!("{inside}expect error ENOTCONN\nprint 'goes on'\n"))
        .status(0)
        .says(&["\n  goes on\n"]);
}

#[test]
fn an_expectation_that_does_not_hold() {
    script("s = socket tcp\nexpect sockets 2\nprint 'goes on'\n")
        .status(1)
        .says(&["NOT", "goes on"]);
    impatient("s = socket tcp\nexpect state s LISTEN\n").status(1);
    script("s = socket tcp\nexpect state s CLOSE\n").status(0);
}

#[test]
fn a_call_left_blocked_is_named() {
    script(BLOCKED)
        .status(1)
        .says(&["conn = accept s was left blocked"]);
    script(&format!("{BLOCKED}expect blocked\n")).status(1);
    script(&format!("{BLOCKED}cancel\n")).status(0);
    script(&format!("{BLOCKED}cancel\nexpect error EINTR\n")).status(0);
    script(&format!(
        "{BLOCKED}c = socket tcp\nconnect c s.local\nwait\n"
    ))
    .status(0);
}

#[test]
fn a_result_that_does_not_come_in_time_ends_the_script() {
    for needs in ["send conn hi\n", "print conn\n", "wait\n", "wait 1\n"] {
        let ran = impatient(&format!("{BLOCKED}{needs}print 'not reached'\n"))
            .status(1)
            .says(&["has not returned after 0.1 s", "was left blocked"]);
        assert!(!ran.stdout.contains("not reached"), "{}", ran.stdout);
    }
}

#[test]
fn a_pending_name_is_waited_for() {
    script(&format!(
        "{BLOCKED}c = socket tcp\nconnect c s.local\nprint conn.peer\n"
    ))
    .status(0)
    .says(&["has returned", "127.0.0.1:"]);
}

#[test]
fn what_cannot_be_understood_ends_it() {
    for wrong in [
        "sokcet tcp\n",
        "s = socket tcp; listen s\n",
        "send nobody hi\n",
        "print unknown\n",
        "explain nothing-of-the-kind\n",
        "set nothing 3\n",
        "set timeout 1e19\n",
        "set grace -1\n",
        "expect quiet 1e19\n",
        "cancel 7\n",
        "wait 7\n",
        "step\n",
        "while True:\n",
        "\u{202e}\n",
        "s = socket tcp\nconnect s 192.0.2.1:80\n",
    ] {
        let ran = script(&format!("{wrong}print 'not reached'\n"));
        assert_eq!(ran.status, 2, "{wrong:?}\n{}", ran.stdout);
        assert!(!ran.stdout.contains("\n  not reached"), "{}", ran.stdout);
    }
}

#[test]
fn nothing_of_a_line_is_done_that_is_not_understood_whole() {
    let ran = script("s = socket tcp; sokcet tcp\n").status(2);
    assert!(!ran.stdout.contains("socket(AF_INET"), "{}", ran.stdout);
}

#[test]
fn a_fault_counts_more_than_a_failure_and_still_names_what_sleeps() {
    script(&format!("{REFUSED}sokcet tcp\n")).status(2);
    script(&format!("{BLOCKED}sokcet tcp\n"))
        .status(2)
        .says(&["no command", "was left blocked"]);
}

#[test]
fn the_command_line() {
    for (arguments, status) in [
        (["-c", "s = socket tcp"].as_slice(), 0),
        (&["-c", "sokcet"], 2),
        (&["-c", "s = socket tcp; recv s 10"], 1),
        (&["explain", "bind"], 0),
        (&["explain"], 0),
        (&["explain", "nothing-of-the-kind"], 2),
        (&["--version"], 0),
        (&["--help"], 0),
        (&["run", "--help"], 0),
        (&["--no-such-option"], 2),
        (&["no-such-command"], 2),
        (&["run"], 2),
        (&["run", "/nowhere/at/all"], 2),
        (&["run", "/"], 2),
        (&["-c", "ls", "run", "-"], 2),
        (&["--timeout", "soon", "-c", "ls"], 2),
        (&["--explain", "loudly", "-c", "ls"], 2),
        (&["--color", "green", "-c", "ls"], 2),
    ] {
        let ran = Shell::new(arguments).run();
        assert_eq!(ran.status, status, "{arguments:?}: {ran:?}");
        // What is wrong with the command line goes to standard error, everything else to standard output.
        let complained = !ran.stderr.is_empty();
        let wrong = status == 2 && !["-c", "explain"].contains(&arguments[0]);
        assert_eq!(
            complained,
            wrong || arguments.len() > 3,
            "{arguments:?}: {ran:?}"
        );
    }
}

#[test]
fn statements_from_a_pipe_without_run() {
    Shell::new(&[]).input("s = socket tcp\n").run().status(0);
    Shell::new(&[]).input(REFUSED).run().status(1);
    Shell::new(&[]).input("sokcet\n").run().status(2);
}

/// What a script leaves behind, where a signal ends it: nothing. Who started it sees by which.
#[test]
fn a_signal_ends_it_and_takes_its_folder_along() {
    let script = "s = socket unix; bind s ./x; listen s 5; accept s; wait";
    for signal in ENDING {
        let home = tempfile::tempdir().unwrap();
        let left = || fs::read_dir(home.path()).unwrap().count();
        let mut child = heeding(Command::new(PROGRAM).args(["--timeout", "60s", "-c", script]))
            .env("TMPDIR", home.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(said.any(|line| line.unwrap().contains("blocked")));
        assert_eq!(left(), 1, "its folder");
        kill(Pid::from_raw(child.id() as i32), signal).unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.signal(), Some(signal as i32), "{status}");
        assert_eq!(left(), 0, "after {signal}");
    }
}

/// A script uses no file of the user's, and that of the progress is one. Who has lines to type learns.
#[test]
fn a_script_leaves_the_learners_progress_alone() {
    let lines = "learn 1\nskip\nskip\n";
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("lines.sock");
    fs::write(&file, lines).unwrap();
    let file = file.to_str().unwrap();
    for (args, input, kept) in [
        (&["run", file][..], "", false),
        (&["run", "-"], lines, false),
        (&["-c", "learn 1; skip; skip"], "", false),
        (&["--allow-files", "run", file], "", true),
        (&["learn", "1"], "skip\nskip\n", true),
        (&[], lines, true),
    ] {
        let state = tempfile::tempdir().unwrap();
        let ran = Shell::new(args)
            .env("XDG_STATE_HOME", state.path())
            .input(input)
            .run();
        let written = state.path().join("socktutor/progress").exists();
        assert_eq!(written, kept, "{args:?}: {ran:?}");
        let promised = ran.stdout.contains("keeps your place");
        assert_eq!(promised, kept, "{args:?}: {ran:?}");
    }
}

#[test]
fn nobody_reads_the_output() {
    let mut child = Command::new(PROGRAM)
        .args(["-c", &"help;".repeat(1000)])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(128 + 13));
}

#[test]
fn explanations_by_choice() {
    let said = |how: &str| {
        let ran = Shell::new(&["--explain", how, "-c", "socket udp; socket udp; recv s1 1"]).run();
        ran.stdout.lines().count()
    };
    let [full, auto, brief, off] = ["full", "auto", "brief", "off"].map(said);
    assert!(
        full >= auto && auto >= brief && brief > off,
        "{full} {auto} {brief} {off}"
    );
    let failed = Shell::new(&["--explain", "off", "-c", "s = socket tcp; recv s 1"]).run();
    failed.status(1).says(&["ENOTCONN", "is not connected"]);
}

#[test]
fn color_by_choice() {
    let colored = |arguments: &[&str], no_color: Option<&str>| {
        let mut shell = Shell::new(arguments).arg("-c").arg("s = socket tcp");
        if let Some(value) = no_color {
            shell = shell.env("NO_COLOR", value);
        }
        shell.run().status(0).stdout.contains('\x1b')
    };
    assert!(!colored(&[], None), "a pipe");
    assert!(colored(&["--color", "always"], None));
    assert!(!colored(&["--color", "never"], None));
    assert!(colored(&["--color", "always"], Some("1")), "asked for");
    assert!(!colored(&["--color", "auto"], Some("1")));
    assert!(
        !colored(&["--json", "--color", "always"], None),
        "JSON has no color"
    );
}

#[test]
fn who_does_not_know_what_to_type_is_told_where_to_look() {
    let lists = "help lists the commands, explain the topics";
    script("what is a socket\n").status(2).says(&[lists]);
    script("_ = socket tcp\nbind _ 127.0.0.1:0\n").says(&[
        "`_` is no name",
        "`ls` shows how",
        "s = socket tcp",
    ]);
    script("help expect\n").says(&[
        "expect ok",
        "expect x == 3",
        "expect half-open <socket> <n>",
    ]);
    script("explain expect\n").says(&["there is no topic `expect`", "help expect"]);
    script("help TIME_WAIT\n").says(&["no command `TIME_WAIT`", "explain TIME_WAIT"]);
}
