//! Too much, too deep, no text at all, and nobody there: an answer every time, never a panic, in time linear in the
//! input.

use super::harness::{PROGRAM, Ran, Shell, script};
use super::support::undisturbed::{alone, children_time};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The longest answer that a single mistake may get, in bytes: some screens, however long the line was.
const ANSWER: usize = 16 * 1024;

/// A generator of its own, so that a failure can be had again: xorshift64*.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| (self.next() >> 32) as u8).collect()
    }
}

/// Fails the test where the program was killed or fell over; gives what it said.
#[track_caller]
fn alive(ran: Ran) -> Ran {
    assert!((0..=2).contains(&ran.status), "{ran:?}");
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    assert!(!ran.stdout.is_empty(), "no answer");
    ran
}

/// A line that cannot be understood: exit status 2 and an answer.
#[track_caller]
fn refused(input: impl AsRef<[u8]>) -> Ran {
    // In JSON the complaint stands alone: what was typed is not echoed.
    let ran = alive(Shell::new(&["--json", "run", "-"]).input(input).run());
    assert_eq!(
        ran.status,
        2,
        "{}",
        ran.stdout.get(..2000).unwrap_or(&ran.stdout)
    );
    assert!(ran.stdout.contains(r#""event":"error""#), "{}", ran.stdout);
    ran
}

/// The processor's time of the shorter of two runs.
fn time(input: &str) -> Duration {
    let once = || {
        let before = children_time();
        alive(script(input));
        children_time() - before
    };
    (0..2).map(|_| once()).min().unwrap_or_default()
}

/// Twice the input may take four times as long, and no more. What the program takes to start is part of both, which only
/// helps an input that is too small to tell: each case takes long enough without it.
#[track_caller]
fn linear(name: &str, input: impl Fn(usize) -> String, size: usize) {
    let (one, two) = (time(&input(size)), time(&input(2 * size)));
    assert!(
        two < one * 4,
        "{name}: {size} in {one:?}, twice that in {two:?}"
    );
}

#[test]
fn a_megabyte_of_random_bytes() {
    for seed in 1..=3 {
        let mut random = Random(seed);
        let ran = refused(random.bytes(1 << 20));
        assert!(ran.stdout.len() < ANSWER, "{} bytes", ran.stdout.len());
    }
}

#[test]
fn a_megabyte_of_random_text() {
    let text = |seed: u64, ends: bool| -> String {
        let bytes = Random(seed).bytes(1 << 20);
        let printable = |byte: &u8| match byte % 97 {
            95 if ends => '\n',
            96 if ends => ';',
            other => char::from(b' ' + other % 95),
        };
        bytes.iter().map(printable).collect()
    };
    for seed in 1..=3 {
        refused(text(seed, false));
        refused(text(seed, true));
    }
}

#[test]
fn nesting_without_end() {
    for open in [
        "(", "[", "{", "((1,", "str(", "len(str(", "socket(", "-", "not ", "s[", "\"", "x = ",
        "expect ",
    ] {
        let deep = open.repeat(100_000 / open.len());
        for line in [
            deep.clone(),
            format!("print {deep}"),
            format!("bind s {deep}"),
            format!("x = {deep}"),
        ] {
            refused(line);
        }
    }
    let closed = format!("print {}1{}", "(".repeat(50_000), ")".repeat(50_000));
    refused(closed);
}

#[test]
fn a_line_of_a_hundred_thousand_characters() {
    let long = "a".repeat(100_000);
    let digits = "9".repeat(100_000);
    for line in [
        long.clone(),
        format!("send {long} x"),
        format!("bind 3 {long}:80"),
        format!("bind 3 127.0.0.1:{digits}"),
        format!("bind 3 {digits}"),
        format!("listen 3 {digits}"),
        format!("x = {digits}"),
        format!("explain {long}"),
        format!("set {long}"),
        format!("expect {long}"),
        format!("socket {long}"),
        format!("--{long}"),
        format!("recv 3 10 --{long}"),
        format!("{}!", " ".repeat(100_000)),
    ] {
        let ran = Shell::new(&["run", "-"]).input(&line).run();
        let ran = alive(ran);
        assert_eq!(
            ran.status,
            2,
            "{}",
            &ran.stdout[..200.min(ran.stdout.len())]
        );
    }
    alive(script(&format!("print \"{long}\"\n# {long}\n")))
        .status(0)
        .says(&[&long]);
}

#[test]
fn what_is_no_text() {
    for line in [
        &b"\xff\xfe"[..],
        b"print \"\xc3\x28\"",
        b"s = socket tcp \xed\xa0\x80",
        b"\0",
        b"print \0",
        b"socket\0tcp",
        b"bind s 127.0.0.1\0:80",
        b"\x1b[31mls",
        b"print \"\\ud800\"",
        b"print \"\\udfff\\ud800\"",
        b"print \"\\U00110000\"",
        b"print \"\\xZZ\"",
        b"print '\\",
        "\u{202e}ls".as_bytes(),
        "ls\u{2028}ls".as_bytes(),
    ] {
        refused(line);
    }
}

/// Bytes that arrive may hold anything; a name that a peer chose too.
#[test]
fn nothing_from_a_peer_commands_the_terminal() {
    let evil = r#""\x1b]0;title\x07\x1b[2J\x9b31m\x08\x7f\xc2\x9b1m\xe2\x80\xae\r\n\xff\0""#;
    let input = format!(
        "a, b = socketpair unix stream\nsend a {evil}\nd = recv b 100\nd\nprint d\nx = d.decode\nvars\n\
         u = socket unix dgram\nbind u @\"\\x1b[31m\\x07name\"\nls\nw = socket unix dgram\n\
         sendto w {evil} u.local\nm, from = recvfrom u 100\nprint m\nprint from\nvars\nexplain \"\\x1b[31m\"\n"
    );
    for json in [false, true] {
        // Each line alone is run, so that one which is refused hides nothing.
        let mut so_far = String::new();
        for line in input.lines() {
            so_far.push_str(line);
            so_far.push('\n');
            let mode: &[&str] = if json {
                &["--json", "run", "-"]
            } else {
                &["--color", "never", "run", "-"]
            };
            let ran = alive(Shell::new(mode).input(&so_far).run());
            if ran.status == 2 {
                let kept = so_far.len() - line.len() - 1;
                so_far.truncate(kept);
            }
            let raw =
                |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
            let found = ran.stdout.chars().find(|c| raw(*c));
            // The lines that were typed are echoed; they hold no such character themselves.
            assert_eq!(found, None, "after `{line}`:\n{:?}", ran.stdout);
        }
        assert!(so_far.contains("print m"), "{so_far}");
    }
}

/// A script is foreign too, and its lines are shown.
#[test]
fn nothing_in_a_script_commands_the_terminal() {
    let ran = Shell::new(&["run", "-"])
        .env("LC_ALL", "C.UTF-8")
        .input("# \x1b]0;title\x07 \u{202e} grüße\nprint(1,\n\t2)  # \x1b[2J\n")
        .run()
        .status(0)
        .says(&[
            r"# \x1b]0;title\x07 \u{202e} grüße",
            "print(1,\n\t2)",
            r"# \x1b[2J",
        ]);
    assert!(!ran.stdout.contains(['\x1b', '\x07', '\u{202e}']));
    // A file's name is what its owner made it.
    let ran = Shell::new(&["run", "/tmp/\x1b[31mnone"]).run().status(2);
    assert!(ran.stderr.contains(r"/tmp/\x1b[31mnone"), "{}", ran.stderr);
}

#[test]
fn no_value_grows_without_end() {
    let long = "x = \"a\" * 60000000\n";
    let large = "that is more than 64 MB";
    let deep = format!("x = {}x{}\n", "(".repeat(40), ", 1)".repeat(40));
    for (input, answer) in [
        (format!("{long}{}", "x = x + x\n".repeat(12)), large),
        (format!("{long}x = f\"{{x}}{{x}}\"\n"), large),
        (
            format!("{long}x = b\"\\xff\" + x[:40000000]\nrepr(x * 1)\nx = repr((x, x))\n"),
            large,
        ),
        (format!("{long}x = ({})\n", "x, ".repeat(300)), large),
        (format!("x = 1\n{}", "x = (x, x)\n".repeat(30)), large),
        (
            format!("x = 1\n{}", deep.repeat(200)),
            "more than 100 tuples stand inside one another",
        ),
    ] {
        alive(script(&input)).status(2).says(&[answer]);
    }
    script("x = (\"a\" * 30000000, 2)\nprint len(x[0] + x[0])\n")
        .status(0)
        .says(&["\n  60000000\n"]);
}

/// The program while it waits for the next line.
struct Talking {
    child: Child,
    said: BufReader<std::process::ChildStdout>,
}

impl Talking {
    fn start() -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["run", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let said = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, said }
    }

    fn hears(&mut self, lines: &str) {
        let mut stdin = self.child.stdin.as_ref().expect("a pipe");
        stdin.write_all(lines.as_bytes()).expect("it reads");
    }

    /// Reads on until a line holds this.
    fn says(&mut self, what: &str) {
        let mut line = String::new();
        while self.said.read_line(&mut line).expect("text") > 0 {
            if line.contains(what) {
                return;
            }
            line.clear();
        }
        panic!("it never said `{what}`");
    }

    /// The most memory that it has had, in kB (proc_pid_status(5), `VmHWM`).
    #[cfg(target_os = "linux")]
    fn peak(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("proc(5)");
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .expect("VmHWM");
        line.split_whitespace()
            .nth(1)
            .and_then(|kb| kb.parse().ok())
            .expect("a number")
    }

    fn ends(mut self) -> i32 {
        drop(self.child.stdin.take());
        let mut rest = Vec::new();
        self.said.read_to_end(&mut rest).expect("the rest");
        self.child.wait().expect("it ends").code().unwrap_or(-1)
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_buffer_of_a_gigabyte_costs_what_arrives() {
    let mut shell = Talking::start();
    shell.hears("a, b = socketpair unix stream\nsend a hello\nprint \"before\"\n");
    shell.says("  before");
    let before = shell.peak();
    shell.hears("recv b 1G\nexpect data \"hello\"\nprint \"after\"\n");
    shell.says("  after");
    let cost = shell.peak() - before;
    assert!(cost < 20_000, "{cost} kB for five bytes");
    assert_eq!(shell.ends(), 0);
}

#[test]
fn sixty_four_megabytes_are_sent_as_far_as_they_go() {
    let began = Instant::now();
    let ran = alive(script(
        "a, b = socketpair unix stream\nnonblock a on\nsend a #64M\nsend a #64M\nexpect error EAGAIN\nrecv b 1G\nls\n",
    ));
    ran.status(0)
        .says(&["sendto(3, \"abcdefgh", "..., 67108864", "EAGAIN"]);
    assert!(began.elapsed() < Duration::from_secs(20));
    alive(script("a, b = socketpair unix stream\nsend a #65M\n"))
        .status(2)
        .says(&["64 MB"]);
    alive(script(
        "a, b = socketpair unix stream\nsend a #99999999999999999999\n",
    ))
    .status(2);
    alive(script("a, b = socketpair unix stream\nrecv b 2G\n"))
        .status(2)
        .says(&["1G"]);
    alive(script("a, b = socketpair unix stream\nrecv b -1\n")).status(2);
}

#[test]
fn a_unix_name_of_107_bytes_and_one_of_108() {
    let name = |len: usize| format!("{:x<len$}", std::process::id());
    let folder = tempfile::tempdir().unwrap();
    let path = |len: usize| {
        let folder = folder.path().to_str().unwrap();
        format!("{folder}/{}", name(len - folder.len() - 1))
    };
    let bind = |to: &str| {
        let shell = Shell::new(&["--allow-files", "run", "-"]);
        alive(
            shell
                .input(format!("s = socket unix\nbind s {to}\nexpect ok\n"))
                .run(),
        )
    };
    bind(&path(107)).status(0);
    bind(&format!("@{}", name(107))).status(0);
    for (to, what) in [
        (path(108), "path"),
        (format!("@{}", name(108)), "abstract name"),
    ] {
        let said = format!("the {what} `{to}` has 108 bytes, and a Unix socket's has 107 at most");
        bind(&to).status(2).says(&[&said]);
    }
}

#[test]
fn ten_thousand_statements_on_a_line() {
    let ran = alive(script(&"x = 1; ".repeat(10_000)));
    assert_eq!(ran.status, 0);
    let ran = alive(script(&"socket tcp; close .; ".repeat(5_000))).status(0);
    assert_eq!(
        ran.stdout.matches(" close(").count() + ran.stdout.matches("\nclose(").count(),
        5_000
    );
}

#[test]
fn twice_the_input_takes_twice_the_time() {
    // In a process of its own: all children count.
    if !alone("limits::twice_the_input_takes_twice_the_time") {
        return;
    }
    linear("statements", |n| "x = 1; ".repeat(n), 4_000);
    linear("fields", |n| "a.sin_port = 5; ".repeat(n), 2_000);
    linear("copies", |n| "bcopy(x); p = &a; ".repeat(n), 2_000);
    linear(
        "powers",
        |n| format!("x = 1{}", " + -1 ** 2 & 3".repeat(n)),
        40,
    );
    linear("lines", |n| "socket tcp; close .\n".repeat(n), 4_000);
    linear(
        "a string",
        |n| format!("x = \"{}\"", "a\\n".repeat(n)),
        100_000,
    );
    linear("a sum", |n| format!("x = 1{}", " + 1".repeat(n)), 100);
    linear("a list", |n| format!("x = ({})", "1, ".repeat(n)), 20_000);
    linear("a word", |n| "a".repeat(n), 50_000);
    linear("digits", |n| format!("x = {}", "1".repeat(n)), 50_000);
    linear("blanks", |n| format!("{}ls", " ".repeat(n)), 300_000);
    linear("quotes", |n| "\"".repeat(n), 50_000);
    linear("open brackets", |n| "(\n".repeat(n), 20_000);
    linear("a bracket after the other", |n| "(".repeat(n), 50_000);
    linear("continued lines", |n| "\\\n".repeat(n), 20_000);
    linear("comments", |n| "# nothing\n".repeat(n), 20_000);
    linear(
        "escapes",
        |n| format!("send s \"{}", "\\xff".repeat(n)),
        50_000,
    );
    linear("words", |n| format!("print {}", "a ".repeat(n)), 50_000);
    // Of four times as many lines in open quotes each is read once too.
    let quotes = |n: usize| {
        format!(
            "x = \'\'\'{}",
            format!("{}\n", "a".repeat(20_000)).repeat(n)
        )
    };
    let (one, four) = (time(&quotes(100)), time(&quotes(400)));
    assert!(
        four < one * 8,
        "open quotes: {one:?}, four times that {four:?}"
    );
}

#[test]
fn what_is_shown_of_data_can_be_set() {
    let received = |set: &str| {
        let input = format!("{set}\na, b = socketpair unix stream\nsend a #100\nrecv b 100\n");
        alive(script(&input)).status(0).stdout
    };
    let whole: String = ('a'..='z').cycle().take(100).collect();
    let shown = |text: &str| {
        text.lines()
            .find(|line| line.contains("received 100"))
            .map(str::to_owned)
    };
    assert!(shown(&received("set show 1000")).is_some_and(|line| line.contains(&whole)));
    let few = shown(&received("set show 5")).expect("it says what arrived");
    assert_eq!(few, "  received 100 bytes, 5 of them shown  \"abcde\"...");
    let none = shown(&received("set show 0")).expect("it says what arrived");
    assert_eq!(none, "  received 100 bytes, 0 of them shown  \"\"...");
    assert!(
        shown(&received("set show 100"))
            .is_some_and(|line| line.ends_with(&format!("\"{whole}\"")))
    );
    // A datagram that the kernel cut is shown as it came, whatever MSG_TRUNC tells of its length.
    let cut = "a, b = socketpair unix dgram\nsend a abcdef\nrecv b 3 --trunc\n";
    alive(script(cut))
        .status(0)
        .says(&["= 6\n", "received 3 bytes  \"abc\"\n"]);
    for wrong in [
        "set show -1",
        "set show x",
        "set show 99999999999999999999999",
    ] {
        alive(script(wrong)).status(2);
    }
}

#[test]
fn nobody_reads_on() {
    let mut child = Command::new(PROGRAM)
        .args(["run", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || {
        // It leaves before it has read everything.
        let _ = stdin.write_all("print \"one more line\"\n".repeat(200_000).as_bytes());
    });
    let mut first = String::new();
    BufReader::new(child.stdout.take().expect("a pipe"))
        .read_line(&mut first)
        .expect("a line");
    assert!(!first.is_empty());
    let ended = child.wait_with_output().expect("it ends");
    writer.join().expect("the input was written or refused");
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert!(
        !stderr.contains("panicked") && !stderr.contains("error"),
        "{stderr}"
    );
    // As a shell reports a program that SIGPIPE ended.
    assert_eq!(ended.status.code(), Some(141));
}

/// Runs the program through `sh`, which sets up what a parent may hand down.
fn by_shell(command: &str) -> Ran {
    Shell::under(&[
        "sh",
        "-c",
        &command.replace("PROGRAM", &format!("'{PROGRAM}'")),
    ])
    .run()
}

#[test]
fn streams_that_are_closed() {
    let nothing_said = |ran: Ran| {
        assert!(
            (0..=2).contains(&ran.status) || ran.status == 141,
            "{ran:?}"
        );
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        ran
    };
    nothing_said(by_shell("PROGRAM run - <&-"));
    nothing_said(by_shell("PROGRAM <&-"));
    nothing_said(by_shell("PROGRAM -c 's = socket tcp; ls' >&-"));
    nothing_said(by_shell("PROGRAM -c 's = socket tcp; nonsense' 2>&-"));
    nothing_said(by_shell("PROGRAM --version >&-"));
    nothing_said(by_shell("PROGRAM -c ls >/dev/full"));
    nothing_said(by_shell("PROGRAM run /no/such/file 2>/dev/full")).status(2);
    // The first socket is 3 all the same: it must not become the program's standard input or output.
    let ran = nothing_said(by_shell("PROGRAM -c 's = socket tcp' <&-")).status(0);
    assert!(ran.stdout.contains(") = 3"), "{}", ran.stdout);
}

#[test]
fn few_descriptors() {
    // Whoever runs the tests may have left files open for them.
    let by_shell = |command: &str| {
        by_shell(&format!(
            "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; {command}"
        ))
    };
    for limit in [64, 20, 12] {
        let ran = by_shell(&format!(
            "ulimit -n {limit}; PROGRAM -c 's = socket tcp; t = socket tcp; ls; expect ok'"
        ));
        let ran = alive(ran).status(0);
        assert!(
            ran.stdout.contains(") = 3") && ran.stdout.contains(") = 4"),
            "{limit}: {}",
            ran.stdout
        );
    }
    // The student runs out of them: EMFILE, explained, and the books still work.
    let line = "socket udp; ".repeat(80);
    let ran = alive(by_shell(&format!("ulimit -n 64; PROGRAM -c '{line}'"))).status(1);
    assert!(ran.stdout.contains("EMFILE"), "{}", ran.stdout);
    // What the program had no descriptor for, it asks again when there is one.
    let full = format!(
        "s = socket tcp; bind s 127.0.0.1:0; listen s 1; {line}; ls; close 10; close 11; who s.local"
    );
    let ran = alive(by_shell(&format!("ulimit -n 64; PROGRAM -c '{full}'"))).status(1);
    assert!(ran.stdout.contains("s, in this session"), "{}", ran.stdout);
    // The soft limit is the user's own to raise, and the program does.
    let ran = by_shell(&format!("ulimit -S -n 64; PROGRAM -c '{line}'"));
    assert!(!ran.stdout.contains("EMFILE"), "{}", ran.stdout);
    alive(ran).status(0);
    // With even fewer no session can be made, and the program says so; with three the system's loader gives up.
    for limit in 4..9 {
        let ran = by_shell(&format!(
            "ulimit -n {limit}; PROGRAM -c 's = socket tcp; ls'"
        ));
        assert!((0..=2).contains(&ran.status), "{limit}: {ran:?}");
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        let why = ran.stderr.is_empty() || ran.stderr.contains("`ulimit -n`");
        assert!(why && !ran.stderr.contains("os error"), "{}", ran.stderr);
    }
}

#[test]
fn a_place_for_temporary_files_that_is_not_there_is_named() {
    let ran = Shell::new(&["-c", "u = socket unix; bind u ./u.sock"])
        .env("TMPDIR", "/no/such/folder")
        .run();
    ran.status(2).says(&[
        "in /no/such/folder: No such file or directory\n",
        "export TMPDIR=",
    ]);
}

/// What another program has left so: O_NONBLOCK belongs to the open file, which the shell that starts this one shares.
#[test]
fn standard_input_that_does_not_wait() {
    use nix::fcntl::{FcntlArg, OFlag, fcntl};
    let (typed, type_into) = nix::unistd::pipe().unwrap();
    fcntl(&typed, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).unwrap();
    let mut child = Command::new(PROGRAM)
        .args(["run", "-"])
        .stdin(typed)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut type_into = std::fs::File::from(type_into);
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    for n in 0..20 {
        // Before this line comes, nothing is there to be read.
        writeln!(type_into, "print {n} + 1000").unwrap();
        let wanted = format!("  {}", n + 1000);
        assert!(
            answers.by_ref().any(|line| line.unwrap() == wanted),
            "{wanted}"
        );
    }
    drop(type_into);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
