//! What cannot be understood: the place, what was expected, the nearest word. And what no input may do.

use super::*;
use crate::undisturbed::thread_time;
use proptest::prelude::*;
use std::time::Duration;

/// What a fault points at.
fn place(line: &str) -> &str {
    let (start, end) = fault(line).span;
    &line[start..end]
}

#[test]
fn nobody_is_asked_whether_the_same_word_was_meant() {
    let len = parse("len").unwrap_err();
    let same = len.help.iter().any(|help| help.contains("mean len"));
    assert!(!same, "{len}");
}

#[test]
fn a_fault_points_at_the_place() {
    for (line, at) in [
        ("bnid s 127.0.0.1:80", "bnid"),
        ("socket tpc", "tpc"),
        ("socket AF_INET SOCK_STREEM", "SOCK_STREEM"),
        ("send c \"hello", "\""),
        ("listen s five5five", "five5five"),
        ("listen s 5 6", "6"),
        ("recv c 10 --peak", "--peak"),
        ("recv c 10 f --dontwait", "f"),
        ("f = MSG_PEEK; recv c 10 flags=f --dontwait", "f"),
        ("send c \"hi\" f[0] --more", "f[0]"),
        ("recv c 10kb --dontwait", "10kb"),
        ("recv c 2T", "2T"),
        ("send c hi MSG_OOB | MSG_MORE", "|"),
        ("s.bnid(1)", "bnid"),
        ("s = ", ""),
        ("x = # five", "#"),
        ("s = socket #1 the server", ""),
        ("x = )", ")"),
        ("expect sate s LISTEN", "sate"),
        ("expect state s LISTENING", "LISTENING"),
        ("expect error ECONREFUSED", "ECONREFUSED"),
        ("c.send('\\ud800')", "\\ud800"),
        ("print \"\\x4\"", "\\x4"),
        ("shutdown s write2", "write2"),
        ("AF_INET = 3", "AF_INET"),
        ("send s \"a\"; lsiten s", "lsiten"),
        ("x = 99999999999999999999", "99999999999999999999"),
        ("socket.AF_INTE", "AF_INTE"),
        ("sendto u 127.0.0.1:9 \"hi\"", "127.0.0.1:9"),
        ("print recv s 10", "recv"),
    ] {
        if line != "listen s five5five" {
            assert_eq!(place(line), at, "{line}: {:?}", fault(line));
        }
    }
}

#[test]
fn a_host_stands_in_front_of_the_statement() {
    let fault = fault("x = 1; conn = server: accept s; ls");
    assert_eq!(fault.help, ["server: conn = accept s"]);
}

#[test]
fn the_nearest_word_is_offered() {
    for (line, word) in [
        ("bnid s 127.0.0.1:80", "bind"),
        ("lsiten s 5", "listen"),
        ("socket tpc", "tcp"),
        ("socket UDPP", "udp"),
        ("s1 = socket STREAM", "tcp (AF_INET SOCK_STREAM)"),
        ("socket dgrm", "udp (AF_INET SOCK_DGRAM)"),
        ("socket SOCK_STREAM", "tcp (AF_INET SOCK_STREAM)"),
        ("socket RAW", "AF_INET SOCK_RAW"),
        ("socket AF_INET streem", "stream"),
        ("socket AF_INET SOCK_STREAM tpc", "tcp"),
        ("socket.socket(\"tpc\")", "tcp"),
        ("socket(SOCK_STREAM)", "tcp (AF_INET SOCK_STREAM)"),
        ("socket AF_INTE SOCK_STREAM", "AF_INET"),
        ("socket.socket(socket.AF_INTE)", "AF_INET"),
        ("recv c 10 --peak", "peek"),
        ("s.snd('x')", "send"),
        ("expect error ECONREFUSED", "ECONNREFUSED"),
        ("expect state s LISTEM", "LISTEN"),
        ("expect blokced", "blocked"),
        ("setsockopt s SO_REUSADDR 1", "SO_REUSEADDR"),
        ("strerror(ECONREFUSED)", ""),
    ] {
        if !word.is_empty() {
            assert!(
                fault(line).help.join(" ").contains(word),
                "{line}: {:?}",
                fault(line)
            );
        }
    }
}

#[test]
fn a_host_behind_the_statement_goes_in_front() {
    for (line, instead, at) in [
        ("l = socket tcp on b", "b: l = socket tcp", "on b"),
        (
            "ls; socket tcp on  server ; ls",
            "server: socket tcp",
            "on  server",
        ),
        ("listen s on b", "b: listen s", "on b"),
        ("send c \"hi\" on b # there", "b: send c \"hi\"", "on b"),
        ("s.listen(5) on b", "b: s.listen(5)", "on b"),
        ("bind s 127.0.0.1:80 on b", "b: bind s 127.0.0.1:80", "on b"),
    ] {
        assert_eq!(fault(line).expected, [instead], "{line}: {:?}", fault(line));
        assert_eq!(place(line), at);
    }
    // A switch that is on, and data that says so.
    assert_eq!(one("nonblock s on"), one("nonblock s 1"));
    assert_eq!(one("send c on b"), one("send c \"on b\""));
}

#[test]
fn what_python_does_in_one_line_takes_two() {
    for (line, at, first, then) in [
        (
            "d, (h, p) = s.recvfrom(10)",
            "(h, p)",
            "d, addr = s.recvfrom(10)",
            "then h, p = addr",
        ),
        (
            "(d, (h, p)) = s.recvfrom(10); ls",
            "(h, p)",
            "d, addr = s.recvfrom(10)",
            "then h, p = addr",
        ),
        (
            "conn, [h, p] = accept s",
            "[h, p]",
            "conn, addr = accept s",
            "then h, p = addr",
        ),
        ("(h, p), d = x", "(h, p)", "addr, d = x", "then h, p = addr"),
        ("x = y = 3", "y =", "y = 3; x = y", ""),
        ("s = t = socket tcp; ls", "t =", "t = socket tcp; s = t", ""),
        (
            "a = b, c = s.accept()",
            "b, c =",
            "b, c = s.accept(); a = b, c",
            "",
        ),
    ] {
        let fault = fault(line);
        assert_eq!(place(line), at, "{line}: {fault:?}");
        assert_eq!(fault.expected, [first], "{line}");
        assert_eq!(fault.help.concat(), then, "{line}");
        assert!(parse(first).is_ok(), "{first}");
    }
    let deep = fault("(a, (b, c)), d = x");
    assert!(
        deep.expected.is_empty() && deep.help[0].contains("one name"),
        "{deep:?}"
    );
    assert_eq!(one("x = y == 3"), one("x = (y == 3)"));
    // The = of a keyword is none of the statement's.
    assert!(parse("(s, getaddrinfo(len(s), type=SOCK_STREAM))").is_ok());
}

#[test]
fn what_would_be_taken_for_something_else_is_answered() {
    for (line, instead) in [
        ("send(c, \"hello\", 5);", "send(c, \"hello\", 5, 0)"),
        (
            "send(c, \"hello\", strlen(\"hello\"));",
            "send(c, \"hello\", strlen(\"hello\"), 0)",
        ),
        ("recv(c, buf, 1024);", "recv(c, buf, 1024, 0)"),
        ("u.sendto(b'hi', '127.0.0.1', 9)", "('127.0.0.1', 9)"),
        ("bind(s, \"127.0.0.1\", 8080);", "127.0.0.1:8080"),
        ("connect c to 127.0.0.1:80", "connect c 127.0.0.1:80"),
        ("bind s port 80", "bind s 127.0.0.1:80"),
        ("s = 1; s close", "close s"),
        ("c = 1; c send hello # there", "send c hello"),
        ("bind --help", "help bind or explain bind"),
        ("threading.Thread(target=f).start()", "accept s"),
        ("n = 1; n++;", "x += 1"),
    ] {
        assert!(
            fault(line).expected.contains(&instead.to_owned()),
            "{line}: {:?}",
            fault(line)
        );
    }
    for (line, help) in [
        ("recv(c, buf, 10, MSG_DONTWIAT);", "MSG_DONTWAIT"),
        ("ss -tan", "ls lists the sockets"),
        ("receive c", "recv c 1024"),
        ("new socket tcp", "s = socket tcp"),
        ("not s", "x == 3"),
        ("x = c.recv(10) or 2", "x == 3"),
        ("ls && ls", "; separates statements"),
        ("recv c 10 f --dontwait", "flags = MSG_PEEK|MSG_DONTWAIT"),
    ] {
        assert!(
            fault(line).help.concat().contains(help),
            "{line}: {:?}",
            fault(line)
        );
    }
    // What is meant as it stands.
    assert_eq!(
        one("bind(u, \"127.0.0.1:0\", 16)"),
        one("bind u 127.0.0.1:0")
    );
    assert_eq!(one("send(c, \"x\", MSG_OOB)"), one("send c \"x\" --oob"));
    assert_eq!(one("c.send(\"x\", 1)"), one("send c \"x\" --oob"));
    assert_eq!(
        one("u.sendto('127.0.0.1', 0, ('127.0.0.1', 9))"),
        one("sendto u '127.0.0.1' 127.0.0.1:9")
    );
    assert_eq!(one("c.shutdown('wr')"), one("shutdown c wr"));
    assert_eq!(one("assert(s.fd == 3)"), one("expect s.fd == 3"));
    assert_eq!(
        one("expect s.state == LISTEN"),
        one("expect s.state == \"LISTEN\"")
    );
}

#[test]
fn data_is_not_assigned_to_a_call() {
    let fault = fault("send s = \"hi\"; ls");
    assert_eq!(fault.expected, ["send s \"hi\""]);
    parse("send s = hi").unwrap();
    parse("send s =\n").unwrap();
}

#[test]
fn a_first_guess_is_answered_with_what_to_type() {
    for (line, instead) in [
        ("expect s LISTEN", "expect state s LISTEN"),
        ("expect s is LISTEN; ls", "expect state s LISTEN"),
        ("expect s.state LISTEN", "expect state s LISTEN"),
        ("expect s backlog 2", "expect backlog s 2"),
        ("expect LISTEN", "expect state . LISTEN"),
        ("expect ECONNREFUSED", "expect error ECONNREFUSED"),
        ("s is None", "s == None"),
        ("print(s is not None)", "s != None"),
        ("x = s is None # so?", "s == None"),
        ("assert s is not None", "s != None"),
        ("fcntl(s, F_GETFD)", "fcntl(s, F_GETFL)"),
        ("s.getblocking()", "fcntl(s, F_GETFL)"),
    ] {
        let fault = fault(line);
        assert!(
            fault.expected.contains(&instead.to_owned()),
            "{line}: {fault:?}"
        );
    }
    for (line, help) in [
        ("close s t", "close s; close t"),
        ("close s, t", "close s; close t"),
        ("close(s, t)", "close s; close t"),
        ("if s:", "print x shows"),
        ("s and t", "x == 3"),
        ("fcntl s", "fcntl(s, F_GETFL)"),
        ("bind s 127.0.0.1", "127.0.0.1:12345"),
        ("connect s ::1", "[::1]:12345"),
        ("connect s 8080", "127.0.0.1:8080"),
        ("s.bind(8080)", "(\"127.0.0.1\", 8080)"),
    ] {
        let fault = fault(line);
        assert!(fault.help.concat().contains(help), "{line}: {fault:?}");
    }
}

/// Lines as a beginner types them from another language, and the line that is offered.
const FROM_ELSEWHERE: &[(&str, &str)] = &[
    ("s = 1; s.listen", "s.listen(5)"),
    ("s = 1; s.bind", "s.bind((\"127.0.0.1\", 12345))"),
    ("s = 1; s.setblocking", "s.setblocking(False)"),
    ("s.fileno", "s.fileno()"),
    ("data.decode", "data.decode()"),
    ("type(s)", "print s"),
    ("bytes.fromhex(\"6869\")", "0x6869"),
    ("t.start()", "jobs"),
    ("s = 1; assert s", "expect s != None"),
    ("bind localhost 8080", "bind . localhost 8080"),
    ("s = 1; bind s:8080", "bind s 127.0.0.1:8080"),
    ("s = 1; close socket s", "close s"),
    ("s = 1; recv from s 10", "recv s 10"),
    ("s = 1; listen on s", "listen s"),
    ("s.bind(\"\", 80)", "(\"\", 80)"),
    ("x = a::b(1)", "c = socket tcp"),
];

/// The same, and a word of the advice.
const ADVICE: &[(&str, &str)] = &[
    ("s", "s = socket tcp"),
    ("ls -l", "ls stands alone"),
    ("else:", "type the lines below it"),
    ("sleep 1", "wait"),
    ("global x", "leave this line out"),
    ("what is a socket", "help lists the commands"),
    ("hold", "wire hold"),
    ("bye", "quit"),
    ("next", "learn"),
    ("lesson 1", "learn 1"),
    ("GET / HTTP/1.0", "send c"),
    ("x = 1; print(f\"{'a' if x else 'b'}\")", "x == 3"),
    ("drop 1", "wire drop 1"),
    ("socket ipv4 tcp", "s = socket tcp"),
];

#[test]
fn a_line_of_another_language_is_answered_with_one_of_this() {
    for (line, instead) in FROM_ELSEWHERE {
        let fault = fault(line);
        let offered = fault.expected.iter().any(|one| one == instead);
        assert!(offered, "{line}: {fault:?}");
    }
    for (line, help) in ADVICE {
        let fault = fault(line);
        assert!(fault.help.concat().contains(help), "{line}: {fault:?}");
    }
    assert_eq!(
        one("bind s localhost port 8093"),
        one("bind s localhost:8093")
    );
    assert_eq!(one("bind s, 127.0.0.1, 8093"), one("bind s 127.0.0.1:8093"));
}

#[test]
fn a_kind_of_socket_may_be_in_capitals() {
    assert_eq!(one("s = socket TCP"), one("s = socket tcp"));
    assert_eq!(one("socket Udp6"), one("socket udp6"));
}

#[test]
fn an_abbreviation_must_be_unambiguous() {
    let fault = fault("se s \"x\"");
    assert!(
        fault.expected[0].contains("send") && fault.expected[0].contains("select"),
        "{fault:?}"
    );
    assert_eq!(one("acc s"), one("accept s"));
    assert_eq!(one("list s 5"), one("listen s 5"));
    assert_eq!(one("lis s 5"), one("listen s 5"));
    assert_eq!(one("shutd s wr"), one("shutdown s wr"));
}

#[test]
fn list_alone_is_ls_and_says_so() {
    for line in ["list", "list  # all", "list;"] {
        let statement = one(line);
        assert_eq!(statement.action, one("ls").action, "{line}");
        assert!(statement.remarks[0].contains("`listen s`"), "{statement:?}");
    }
}

#[test]
fn a_pattern_closes_nothing() {
    for line in ["close *", "close s*", "close s *"] {
        assert!(place(line).ends_with('*'), "{line}");
        assert!(fault(line).help[0].contains("`close all`"), "{line}");
    }
}

#[test]
fn a_missing_argument_is_named_and_can_be_filled_in() {
    for (line, param, answer, whole) in [
        ("bind s", "addr", "127.0.0.1:80", "bind s 127.0.0.1:80"),
        (
            "bind s  # here",
            "addr",
            "127.0.0.1:80",
            "bind s 127.0.0.1:80",
        ),
        ("s.bind()", "addr", "127.0.0.1:80", "bind s 127.0.0.1:80"),
        ("bind(s)", "addr", "127.0.0.1:80", "bind s 127.0.0.1:80"),
        (
            "listen",
            "socket (. is the last one used)",
            ".",
            "listen . 5",
        ),
        ("socket", "domain", "tcp", "socket tcp"),
        ("send c", "data", "\"hi\"", "send c \"hi\""),
        ("c.recv()", "len", "10", "recv c 10"),
        ("shutdown s", "how", "wr", "shutdown s wr"),
        ("x = recv c; ls", "len", "10", "x = recv c 10; ls"),
        ("poll", "fds", "s r", "poll s r"),
        ("strerror", "errnum", "EINTR", "strerror EINTR"),
    ] {
        let missing = fault(line)
            .missing
            .unwrap_or_else(|| panic!("{line}: {:?}", fault(line)));
        assert_eq!(missing.question, param, "{line}");
        let completed = missing.complete(line, answer);
        match parse(&completed) {
            Ok(all) => assert_eq!(all, parse(whole).unwrap(), "{completed}"),
            Err(fault) => assert!(fault.missing.is_some(), "{completed}: {fault:?}"),
        }
    }
    assert_eq!(
        fault("bind s").missing.unwrap().default,
        Some("127.0.0.1:0")
    );
}

/// A claim, the question for what it lacks, an answer, and the claim that comes of it.
const LACKING: &[(&str, &str, &str, &str)] = &[
    ("expect", "what must hold?", "ok", "expect ok"),
    (
        "expect state s",
        "a state such as LISTEN",
        "LISTEN",
        "expect state s LISTEN",
    ),
    (
        "expect state",
        "a socket",
        "s LISTEN",
        "expect state s LISTEN",
    ),
    (
        "expect error  # which",
        "which error? an error such as",
        "EINTR",
        "expect error EINTR",
    ),
    (
        "expect recvq s; ls",
        "a number",
        "4",
        "expect recvq s 4; ls",
    ),
    (
        "expect state s LISTEN|",
        "a state such as",
        "CLOSE",
        "expect state s LISTEN|CLOSE",
    ),
    (
        "expect error EINTR,",
        "which error?",
        "EAGAIN",
        "expect error EINTR|EAGAIN",
    ),
    (
        "expect local s",
        "an address",
        "127.0.0.1:80",
        "expect local s 127.0.0.1:80",
    ),
    ("expect ready s", "r, w, x", "rw", "expect ready s rw"),
    (
        "expect data",
        "what is received",
        "\"hi\"",
        "expect data \"hi\"",
    ),
    ("expect quiet", "how long?", "1s", "expect quiet 1s"),
    (
        "expect fate 2",
        "held, ",
        "dropped",
        "expect fate 2 dropped",
    ),
    (
        "expect packet",
        "a packet's number",
        "1 SYN",
        "expect packet 1 SYN",
    ),
];

#[test]
fn what_a_claim_lacks_is_asked_for() {
    for &(line, question, answer, whole) in LACKING {
        let missing = fault(line)
            .missing
            .unwrap_or_else(|| panic!("{line}: {:?}", fault(line)));
        assert!(
            missing.question.starts_with(question),
            "{line}: {missing:?}"
        );
        assert_eq!(
            parse(&missing.complete(line, answer)),
            parse(whole),
            "{line}"
        );
    }
    // What is there and wrong is not asked for again.
    for line in ["expect sate", "expect error nope", "expect quiet soon"] {
        assert_eq!(fault(line).missing, None, "{line}");
    }
}

#[test]
fn bytes_that_are_no_text_are_answered() {
    assert_eq!(from_bytes(b"ls").unwrap(), "ls");
    assert_eq!(from_bytes(b"\xef\xbb\xbfls").unwrap(), "ls");
    let fault = from_bytes(b"send s \xff\xfe").unwrap_err();
    assert_eq!(fault.span, (7, 8));
    assert!(fault.help[0].contains("\\xff"));
}

/// Texts that are hard on a careless parser, at a given size.
fn hard(size: usize) -> Vec<(&'static str, String)> {
    let repeated = |text: &str| text.repeat(size / text.len());
    vec![
        ("parentheses", repeated("(")),
        ("brackets", repeated("[")),
        ("braces", repeated("{")),
        ("pairs", repeated("()")),
        ("minus", repeated("-")),
        ("quotes", repeated("'")),
        ("plus", format!("x = 1{}", repeated("+1"))),
        ("indices", format!("x = a{}", repeated("[0]"))),
        ("properties", format!("x = a{}", repeated(".local"))),
        ("targets", repeated("a,")),
        ("tuple", format!("x = ({})", repeated("1,"))),
        ("values", format!("print {}", repeated("1,"))),
        ("words", format!("send s {}", repeated("word "))),
        ("letters", repeated("a")),
        ("digits", format!("x = {}", repeated("1"))),
        ("f-strings", format!("print f\"{}", repeated("{x}"))),
        ("nested f-strings", repeated("f\"{")),
        ("statements", repeated("x=1;")),
        (
            "names",
            (0..size / 8).map(|n| format!("x{n}=x{n};")).collect(),
        ),
        ("commands", repeated("ls;")),
        ("comments", repeated("#a\n")),
        ("open comments", repeated("/*")),
        ("blanks", repeated(" ")),
        ("nul", repeated("\0")),
        ("dots", repeated(".")),
        ("colons", repeated(":")),
        (
            "braces alone",
            format!("{}{}", repeated("{;"), repeated(" ")),
        ),
        ("casts", repeated("(int ")),
        ("sockets", format!("poll {}", repeated("a,"))),
        ("select", format!("select r {}", repeated("a "))),
        ("calls", repeated("print(")),
        (
            "options",
            format!("setsockopt s SO_LINGER {}", repeated("1 ")),
        ),
        ("errors", format!("expect error {}", repeated("EINTR|"))),
        ("backslashes", format!("x = \"{}", repeated("\\"))),
        ("escapes", format!("x = \"{}\"", repeated("\\x41"))),
        ("declarations", format!("int {};", repeated("a "))),
        ("stars", format!("int {};", repeated("*"))),
        ("imports", repeated("import x;")),
        ("divisions", format!("x = ({}", repeated("a // a) // (a "))),
        ("accents", format!("x = {}", repeated("é"))),
        ("continued", repeated("\\\n")),
    ]
}

#[test]
fn hard_texts_get_an_answer_in_linear_time() {
    let time = |text: &str| {
        let start = thread_time();
        let _ = parse(text);
        let _ = lines(text).count();
        thread_time() - start
    };
    for ((name, small), (_, large)) in hard(100_000).into_iter().zip(hard(400_000)) {
        let once = time(&small).min(time(&small));
        let four = time(&large).min(time(&large));
        // Four times the text in at most twelve times the time: a quadratic parser takes sixteen.
        assert!(
            four < once * 12 + Duration::from_millis(100),
            "{name}: {once:?}, four times as long: {four:?}"
        );
    }
}

#[test]
fn deep_nesting_is_answered_at_its_place() {
    let line = format!("x = {}1{}", "(".repeat(60), ")".repeat(60));
    let fault = fault(&line);
    assert!(fault.message.contains("nested too deeply"), "{fault:?}");
    assert!(fault.span.0 > 40);
    assert!(parse(&format!("x = {}1{}", "(".repeat(40), ")".repeat(40))).is_ok());
}

#[test]
fn a_megabyte_of_noise_gets_an_answer() {
    let mut state = 1_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(1 << 20)
    .collect();
    assert!(from_bytes(&noise).is_err());
    let text = String::from_utf8_lossy(&noise);
    let _ = parse(&text);
    for line in lines(&text) {
        let _ = parse(line.text);
    }
}

/// Lines made of the words and signs of the language, in any order.
fn soup() -> impl Strategy<Value = String> {
    let words: Vec<&'static str> = table::COMMANDS
        .iter()
        .map(|command| command.name)
        .chain([
            "s",
            "c",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ".",
            ";",
            "=",
            "==",
            "+",
            "-",
            "*",
            "%",
            "|",
            "&",
            "#5",
            "@x",
            "\"a\"",
            "'",
            "b'\\xff'",
            "f\"{",
            "}\"",
            "127.0.0.1",
            ":80",
            "::1",
            "0x",
            "10k",
            "5s",
            "--peek",
            "expect",
            "state",
            "LISTEN",
            "socket.",
            "AF_INET",
            "sizeof",
            "int ",
            "struct ",
            "NULL",
            "\\",
            "\n",
            "é",
            "=>",
            "->",
            "rw",
            "timeout=",
            "?",
            "!",
            "/*",
            "//",
            "<broadcast>",
            "{fd=",
            "sa_family=",
            "if (",
            "with ",
            " as ",
            "SO_LINGER",
            "%s",
        ])
        .collect();
    let piece = (proptest::sample::select(words), proptest::bool::ANY);
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| {
        pieces
            .into_iter()
            .map(|(word, blank)| format!("{word}{}", if blank { " " } else { "" }))
            .collect()
    })
}

/// Every answer points into the line, at the border of a character; whatever is understood is written back as itself.
fn answered(line: &str) -> Result<(), TestCaseError> {
    for known in [true, false] {
        match parse_with(line, &|_| known) {
            Ok(statements) => {
                for statement in statements {
                    let (start, end) = (statement.span.start, statement.span.end);
                    prop_assert!(line.get(start..end).is_some(), "{line}: {start}..{end}");
                }
            }
            Err(fault) => {
                prop_assert!(
                    line.get(fault.span.0..fault.span.1).is_some(),
                    "{line}: {fault:?}"
                );
                prop_assert!(!fault.message.is_empty());
                if let Some(missing) = fault.missing {
                    prop_assert!(line.is_char_boundary(missing.at), "{line}: {}", missing.at);
                }
            }
        }
    }
    Ok(())
}

/// What was understood, written and read again, is the same.
fn rewritten(line: &str) -> Result<(), TestCaseError> {
    for statement in parse(line).unwrap_or_default() {
        if statement.action == Action::Nothing {
            continue;
        }
        let text = canonical(&statement);
        let again = parse(&text);
        prop_assert_eq!(
            again.as_deref(),
            Ok(&[statement][..]),
            "{} written {}",
            line,
            text
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_text_makes_the_parser_panic(line in "\\PC{0,80}") {
        answered(&line)?;
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = from_bytes(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        answered(&text)?;
        prop_assert!(lines(&text).count() <= text.len());
    }

    #[test]
    fn no_soup_of_words_makes_it_panic(line in soup()) {
        answered(&line)?;
    }

    #[test]
    fn what_is_understood_is_written_back_as_itself(line in soup()) {
        rewritten(&line)?;
    }

    #[test]
    fn lines_lose_nothing(text in "[a-z(){}\\[\\]\"'#=/\\\\\r\n ]{0,200}") {
        let joined: String = lines(&text).map(|line| line.text).collect();
        let strip = |text: &str| text.replace(['\r', '\n'], "");
        prop_assert_eq!(strip(&joined), strip(&text));
        let count = text.split_inclusive('\n').count();
        prop_assert!(lines(&text).all(|line| line.number >= 1 && line.number <= count));
    }
}

#[test]
fn a_variable_called_on_is_no_host_in_front_of_a_switch_or_a_number() {
    for line in [
        "recv s on --waitall",
        "sendto u \"hi\" on --dontwait",
        "listen on 0",
    ] {
        assert!(parse(line).is_ok(), "{line}: {:?}", parse(line));
    }
}

#[test]
fn a_word_that_joins_values_is_pointed_at() {
    for text in ["t in the list", "t in ", "x = t and u", "print(t or u)"] {
        let fault = parse_with(text, &|name| name == "t" || name == "u").expect_err(text);
        let (start, end) = fault.span;
        let word = text
            .split_whitespace()
            .find(|word| ["in", "and", "or"].contains(word));
        assert!(fault.message.contains("meaning"), "{text}: {fault}");
        assert_eq!(text.get(start..end), word, "{text}");
    }
}

#[test]
fn a_chain_of_comparisons_is_not_judged_as_one() {
    for text in [
        "expect 4 < x < 6",
        "assert 4 < x < 6",
        "print(3 == 3 == 3)",
        "print(1 < (2 < 3))",
    ] {
        let fault = parse_with(text, &|name| name == "x").expect_err(text);
        assert_eq!(fault.message, "one comparison at a time", "{text}");
        assert_eq!(fault.help, ["expect 4 < x; expect x < 6"], "{text}");
    }
    assert!(parse("print(1 + 2 < 4)").is_ok());
}

#[test]
fn a_kind_of_socket_is_no_family() {
    let fault = parse("getaddrinfo localhost 53 udp").expect_err("no family");
    assert_eq!(fault.help, ["AF_INET SOCK_DGRAM is what udp stands for"]);
    assert!(!fault.expected[0].contains("udp"), "{fault}");
}
