//! What the author of a lesson meets: lines between a call and its claim, Python in the model answer, files and folders
//! that are not as they should be.

use crate::harness::{Shell, require, script, skip};
use crate::lessons::{step, tried, write};
use crate::support::require_root;
use std::fs;

/// Lines that make no call.
const LOOKS: [&str; 8] = [
    "print c.local",
    "ls",
    "x = 3",
    "set timeout 5s",
    "state c",
    "jobs",
    "wait",
    "explain bind",
];

#[test]
fn a_line_that_makes_no_call_is_not_the_last_call() {
    let listener = "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 5\nc = socket tcp\n";
    for line in LOOKS {
        let asked = format!(
            "## 1. Ask\n\n```predict\nWhat?\n- a => blocked\n- b => ok\n- c => error ECONNREFUSED\n```\n\n\
             ```sock\n{listener}connect c s.local\n{line}\nexpect state c ESTABLISHED\n```\n"
        );
        tried(&asked).status(0);
        let claims = format!(
            "{listener}connect c s.local\n{line}\nexpect ok\nexpect ret 0\nexpect state c ESTABLISHED"
        );
        tried(&step(&claims)).status(0);
        let refused = format!(
            "{listener}close s\nconnect c 127.0.0.1:1\n{line}\nexpect error ECONNREFUSED\nexpect state c CLOSE"
        );
        tried(&step(&refused)).status(0);
        let received = format!(
            "{listener}connect c s.local\nconn = accept s\nsend conn \"hello\"\nrecv c 5\n{line}\n\
             expect data \"hello\"\nexpect ret 5"
        );
        tried(&step(&received)).status(0);
    }
    // What is not so is still said.
    let wrong = format!("{listener}connect c s.local\nls\nexpect error EINVAL");
    tried(&step(&wrong))
        .status(1)
        .says(&["`expect error EINVAL` does not hold; found: ok, 0"]);
    let home = tempfile::tempdir().unwrap();
    let asked = format!(
        "## 1. Ask\n\n```predict\nWhat?\n- a => ok\n- b => error EINVAL\n```\n\n```sock\n{listener}ls\n```\n"
    );
    write(&home, "91-one.md", "mine", &asked);
    let with = |args: &[&str]| Shell::new(args).arg("--lessons").arg(home.path()).run();
    with(&["lesson", "watch", "mine"])
        .status(0)
        .says(&["1 came true:"]);
}

#[test]
fn a_call_that_sleeps_sleeps_whatever_is_looked_at() {
    let model = "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 5\nconn = accept s\njobs\nexpect blocked\n\
                 c = socket tcp\nconnect c s.local\nwait\nls\nexpect ok\nexpect state conn ESTABLISHED";
    tried(&step(model)).status(0);
}

#[test]
fn a_hint_without_an_end_does_not_swallow_the_steps_after_it() {
    let home = tempfile::tempdir().unwrap();
    let at = |args: &[&str]| Shell::new(args).in_folder(home.path()).run();
    at(&["lesson", "new", "50-mine"]).status(0);
    let file = home.path().join("50-mine.md");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("</details>", "", 1)).unwrap();
    at(&["lesson", "test", "./50-mine.md"])
        .status(2)
        .says(&["50-mine.md:24: this <details> is never closed"]);
}

#[test]
fn a_model_in_python_is_as_good_as_any() {
    let model = "s = socket.socket()\ns.bind((\"127.0.0.1\", 0))\ns.listen(5)\nc = socket.socket()\n\
                 c.connect(s.getsockname())\nd = socket.socket()\n\
                 d.connect((\"127.0.0.1\", s.getsockname()[1]))\nconn, addr = s.accept()\nc.send(b\"hello\")\n\
                 conn.send(conn.recv(5))\nexpect recvq c 5\nexpect state d ESTABLISHED";
    tried(&step(model)).status(0);
}

#[test]
fn a_lesson_that_cannot_be_read_is_passed_over_by_learn() {
    let home = tempfile::tempdir().unwrap();
    let (lessons, state) = (home.path().join("lessons"), home.path().join("state"));
    fs::create_dir(&lessons).unwrap();
    fs::write(
        lessons.join("99-half.md"),
        "---\nid: half\ntitle: Half\n---\n## 1. A\n\n```sokc\nls\n```\n",
    )
    .unwrap();
    let ran = Shell::new(&["learn", "--lessons"])
        .arg(&lessons)
        .env("XDG_STATE_HOME", state)
        .run()
        .status(0);
    ran.says(&[
        "99-half.md cannot be read as a lesson and is passed over",
        "socktutor lesson test",
        "Lesson 1: What a socket is",
    ]);
}

#[test]
fn a_lessons_own_lines_use_no_file() {
    let model = "a, b = socketpair\nsend a @/etc/passwd\nexpect ok";
    tried(&step(model))
        .status(1)
        .says(&["a script may use only files of its own folder, not `/etc/passwd`"]);
}

/// A lesson that passes.
fn good() -> String {
    step("s = socket tcp\nexpect state s CLOSE")
}

#[test]
fn a_lesson_that_is_none_by_its_name_is_named() {
    let home = tempfile::tempdir().unwrap();
    write(&home, "50-one.md", "one", &good());
    let others = [
        "100-three.md",
        "5-digit.md",
        "51-upper.MD",
        "53_under.md",
        "nonum.md",
    ];
    for name in others {
        write(&home, name, &format!("x{}", name.len()), &good());
    }
    fs::write(home.path().join("README.md"), "# Lessons\n").unwrap();
    let folder = home.path().to_str().unwrap();
    let ran = Shell::new(&["lesson", "test", folder]).run().status(1);
    assert!(!ran.stdout.contains("README"), "{}", ran.stdout);
    let ran = ran.says(&["ok ", "one"]);
    for name in others {
        let words = format!(
            "{name}: this file is passed over: in a folder, a lesson's file is named NN-name.md"
        );
        assert!(ran.stdout.contains(&words), "{}", ran.stdout);
    }
    let with = |args: &[&str]| Shell::new(args).args(&["--lessons", folder]).run();
    with(&["lesson", "list"]).status(0).says(&[
        "50  one",
        "passed over, for a lesson's file is named NN-name.md",
        "nonum.md",
    ]);
    let ran = with(&["learn", "nonum"]).status(2);
    assert!(ran.stdout.contains("/nonum.md"), "{}", ran.stdout);
}

#[test]
fn a_file_is_played_shown_and_watched_by_its_path() {
    let home = tempfile::tempdir().unwrap();
    let at = |args: &[&str]| {
        Shell::new(args)
            .in_folder(home.path())
            .env("XDG_STATE_HOME", home.path())
            .run()
    };
    at(&["lesson", "new", "50-mine"])
        .status(0)
        .says(&["socktutor learn ./50-mine.md"]);
    fs::rename(home.path().join("50-mine.md"), home.path().join("mine.md")).unwrap();
    at(&["learn", "./mine.md"])
        .status(0)
        .says(&["Lesson 19: Mine", "1. Make a socket that listens"]);
    at(&["lesson", "show", "mine.md"])
        .status(0)
        .says(&["# Mine", "listen s 5"]);
    at(&["lesson", "watch", "./mine.md"])
        .status(0)
        .says(&["# Mine", "> listen s 5"]);
    let ran = at(&["learn", "./none.md"]).status(2);
    assert!(
        ran.stderr.contains("./none.md: No such file"),
        "{}",
        ran.stderr
    );
    at(&["-c", "learn ./mine.md"])
        .status(2)
        .says(&["from the command line: socktutor learn ./mine.md"]);
    let [event] = at(&["--json", "lesson", "new", "60-json"])
        .events()
        .try_into()
        .unwrap();
    assert_eq!(
        event,
        serde_json::json!({"event": "lesson", "lesson": "json", "file": "./60-json.md"})
    );
}

#[test]
fn lessons_of_one_id_can_be_told_apart() {
    let home = tempfile::tempdir().unwrap();
    write(&home, "50-one.md", "mine", &good());
    write(&home, "51-two.md", "mine", &good());
    write(&home, "52-hands.md", "handshake", &good());
    let with = |args: &[&str]| Shell::new(args).arg("--lessons").arg(home.path()).run();
    let ran = with(&["lesson", "list"]).status(0).says(&[
        "51  mine",
        "50-one.md has the same id",
        "52  handshake",
        "in the place of lessons/09-the-handshake.md",
    ]);
    assert!(!ran.stdout.contains("\n 9  "), "{}", ran.stdout);
    let ran = with(&["lesson", "show", "mine"]).status(2);
    let said = ran.stderr.replace(home.path().to_str().unwrap(), "D");
    assert!(
        said.contains("any of these lessons: 50 (D/50-one.md), 51 (D/51-two.md)"),
        "{said}"
    );
    with(&["lesson", "show", "51"]).status(0);
}

#[test]
fn a_group_is_in_reach_over_loopback_and_beyond_it_where_that_is_allowed() {
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, head: &str, how: &str| {
        let model = format!(
            "m = socket udp\nbind m *:0\nsetsockopt m IP_ADD_MEMBERSHIP 239.1.2.3 127.0.0.1\np = m.local[1]\n\
             c = socket udp\n{how}sendto c \"hi\" (\"239.1.2.3\", p)\nrecv m 10\nexpect data \"hi\""
        );
        let text = format!(
            "---\nid: group\ntitle: A group\n{head}---\n{}",
            step(&model)
        );
        let file = home.path().join(name);
        fs::write(&file, text).unwrap();
        file
    };
    let (need, over_loopback) = (
        "needs: [multicast]\n",
        "setsockopt c IP_MULTICAST_IF 127.0.0.1\n",
    );
    let test = |file: &std::path::Path, more: &[&str]| {
        Shell::new(&["lesson", "test"]).args(more).arg(file).run()
    };
    let here = write("50-here.md", need, over_loopback);
    let ran = test(&here, &[]);
    if ran.status == 77 {
        return skip(ran.stdout.trim());
    }
    ran.status(0);
    test(&write("51-anywhere.md", need, ""), &[])
        .status(1)
        .says(&[
            "only to this machine, not to 239.1.2.3:",
            "setsockopt c IP_MULTICAST_IF 127.0.0.1",
        ]);
    let unsaid = write("52-unsaid.md", "", over_loopback);
    test(&unsaid, &[]).status(1).says(&[
        "`239.1.2.3` is outside this machine",
        "`needs: [multicast]`",
    ]);
    test(&unsaid, &["--allow-net"]).status(0);
}

#[test]
fn a_laboratory_needs_no_multicast_of_the_machine() {
    if !require_root() || !require("unshare") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let test = |network: &str| {
        let file = home.path().join("50-mine.md");
        let head =
            format!("---\nid: mine\ntitle: Mine\nneeds: [multicast]\nnetwork: {network}\n---\n");
        fs::write(&file, head + &good()).unwrap();
        // The loopback interface of a new network is down.
        let apart = Shell::under(&["unshare", "--net"]).shell_args(&["lesson", "test"]);
        apart.arg(&file).run()
    };
    test("local")
        .status(77)
        .says(&["skipped", "it needs `multicast`"]);
    let ran = test("lab");
    if ran.stdout.contains("it needs the laboratory") {
        return skip(ran.stdout.trim());
    }
    ran.status(0).says(&["ok ", "mine"]);
}

#[test]
fn a_name_server_that_does_not_answer_says_nothing_of_the_name() {
    if !require_root() || !require("unshare") {
        return;
    }
    let alone = Shell::under(&["unshare", "--net"]).shell_args(&["--allow-net", "run", "-"]);
    let ran = alone
        .input("c = socket tcp6\nconnect c example.com:80\n")
        .run();
    if !ran.stdout.contains("Temporary failure") {
        // A resolver that is asked through a Unix socket has a network all the same.
        return skip(ran.stdout.trim());
    }
    let ran = ran
        .status(2)
        .says(&["`example.com` could not be looked up", "explain EAI"]);
    assert!(!ran.stdout.contains("IPv4"), "{}", ran.stdout);
}

#[test]
fn a_script_sends_to_no_group_that_may_leave_the_machine() {
    for line in [
        "u = socket udp\nsetsockopt u IP_MULTICAST_TTL 0\nsendto u x 239.1.2.3:9",
        "u = socket udp\nsetsockopt u IP_MULTICAST_IF 127.0.0.1\nconnect u 239.1.2.3:9\nsetsockopt u IP_MULTICAST_IF 0.0.0.0\n\
         send u x",
        "u = socket udp6\nsetsockopt u IPV6_MULTICAST_HOPS 0\nsendto u x [ff05::77]:9",
        "u = socket udp6\nsetsockopt u IPV6_MULTICAST_IF lo\nsendto u x [ff02::77%77]:9",
    ] {
        let ran = script(line);
        assert!(
            ran.stdout.contains("run it with --allow-net"),
            "{line}\n{}",
            ran.stdout
        );
        assert_ne!(ran.status, 0, "{line}");
        // Over the loopback no group of IPv6 can be reached.
        let kept = ran
            .stdout
            .contains("keep the group on this machine: setsockopt u IP_MULTICAST_IF");
        assert_eq!(kept, !line.contains("udp6"), "{line}\n{}", ran.stdout);
    }
}
