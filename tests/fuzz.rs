//! A bounded fuzz of everything that reads what others wrote: statements, lines, lessons, topics, packets, and the events
//! that a peer's bytes end up in. Real lines are mutated; what breaks is made shorter and printed.
//!
//! `SOCKTUTOR_FUZZ_SECONDS` (3) is how long it goes on in all, `SOCKTUTOR_FUZZ_SEED` where it begins. Without either it
//! is the same every time as far as it gets; with the first alone, another every time.

#![expect(clippy::print_stderr, reason = "how far it got")]

use socktutor::event::{
    Addr, Answer, Change, Complaint, Data, Event, Explanation, Holder, Job, JobStatus, OptionRow,
    SocketRow, Syscall, TcpState, Tone, Verdict, What,
};
use socktutor::lang::{
    self, Action, Fault, Statement, canonical, parse, parse_compared, parse_with,
};
use socktutor::lesson::{Lesson, check::check};
use socktutor::packet::{self, Flows};
use socktutor::text::style::Style;
use socktutor::text::{escape, near, wrap};
use socktutor::view::{Renderer, json};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::Path;
use std::time::{Duration, Instant};

/// How many tests share the time.
const TARGETS: u32 = 8;

/// The longest that one input may take, in a build without optimization on a busy machine. The inputs are short.
const PATIENCE: Duration = Duration::from_secs(5);

/// Random numbers that can be had again: xorshift64*.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// Below `end`; 0 where that is 0.
    fn below(&mut self, end: usize) -> usize {
        self.next() as usize % end.max(1)
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(3) > 0).then(|| value(self))
    }
}

fn seconds() -> Duration {
    let set = std::env::var("SOCKTUTOR_FUZZ_SECONDS").ok();
    let seconds = set.and_then(|text| text.parse().ok()).unwrap_or(3.0);
    Duration::from_secs_f64(seconds) / TARGETS
}

fn seed() -> u64 {
    let set = |name| std::env::var(name).ok();
    match (set("SOCKTUTOR_FUZZ_SEED"), set("SOCKTUTOR_FUZZ_SECONDS")) {
        (Some(seed), _) => seed.parse().expect("SOCKTUTOR_FUZZ_SEED is a number"),
        (None, Some(_)) => std::time::UNIX_EPOCH
            .elapsed()
            .map_or(1, |since| since.as_nanos() as u64),
        (None, None) => 1,
    }
}

/// What is inserted into lines: what the grammars are made of, and what breaks programs.
const TOKENS: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "\"\"\"",
    "b'",
    "\\",
    "\\x",
    "\\ud800",
    "\\u{0}",
    "\\N{",
    ",",
    ";",
    ":",
    "::1",
    "[::1]:80",
    "=",
    "==",
    "#",
    "#9G",
    "@",
    "@/",
    ".",
    "..",
    "*",
    "<",
    ">",
    "<broadcast>",
    "|",
    "&",
    "-",
    "--",
    "--peek",
    "0",
    "1",
    "0x",
    "0xfffffffff",
    "99999999999999999999",
    "1e999",
    "-1",
    "1G",
    "5ms",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{feff}",
    "é",
    "🦀",
    "ﬀ",
    "\u{301}",
    " ",
    "s",
    "c",
    "socket",
    "socket.",
    "expect ",
    "state",
    "print ",
    "htons(",
    "inet_addr(\"",
    "127.0.0.1",
    "12345",
    "NULL",
    "None",
    "True",
    "AF_INET",
    "SOCK_STREAM",
    "MSG_PEEK",
    "SO_LINGER",
    "sa_family=",
    "sin_port=",
    "sin_addr=",
    ".sin_port",
    "->ai_addr",
    "&addr.sin_addr",
    ".sin_addr.s_addr = ",
    "htonl(",
    "sock> ",
    "client [2 blocked]> ",
    ">>> ",
    "... ",
    "$ ",
    "12:34:56.789 ",
    "http://",
    "self.",
    "std::",
    "->listen (5)",
    "&addr",
    "(struct sockaddr *)",
    "int ",
    "while True:",
    "def f():",
    "for x in y:",
    "import ",
    "if ",
    "else:",
    "client: ",
    "ECONNREFUSED",
    "LISTEN",
    "%s",
    "f'{",
    "lambda",
    "***",
    "```",
    "```sock",
    "```predict",
    "## ",
    "---\n",
    "id: ",
    "<details>",
    "</details>",
    "- [x] ",
    "> ",
];

/// Changes a text here and there. Stays UTF-8.
fn mutated(text: &str, other: &str, random: &mut Random) -> String {
    let mut text = text.to_owned();
    for _ in 0..=random.below(4) {
        let from = place(&text, random);
        let to = place(&text, random);
        let (from, to) = (from.min(to), from.max(to));
        match random.below(8) {
            0 | 1 => text.insert_str(from, random.pick(TOKENS)),
            2 => text.replace_range(from..to.min(boundary(&text, from + 8)), ""),
            3 => text.replace_range(from..to.min(boundary(&text, from + 8)), random.pick(TOKENS)),
            4 => text.truncate(from),
            5 => {
                let piece = text[from..to].repeat(1 + random.below(3));
                if piece.len() < 500 {
                    text.insert_str(to, &piece);
                }
            }
            6 => {
                let at = place(other, random);
                text.replace_range(from.., &other[at..]);
            }
            _ => {
                let c = char::from_u32(random.below(0x11_0000) as u32).unwrap_or('\u{fffd}');
                text.insert(from, c);
            }
        }
    }
    text
}

fn place(text: &str, random: &mut Random) -> usize {
    boundary(text, random.below(text.len() + 1))
}

fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Makes inputs of the corpus and tries each until the time is over.
fn fuzz(target: &str, corpus: &[String], attempt: fn(&str, &mut Random)) {
    let (end, seed) = (Instant::now() + seconds(), seed());
    let mut random = Random(seed | 1);
    let mut count = 0_u64;
    while count == 0 || Instant::now() < end {
        let text = &corpus[random.below(corpus.len())];
        let other = &corpus[random.below(corpus.len())];
        let input = match random.below(8) {
            0 => text.clone(),
            _ => mutated(text, other, &mut random),
        };
        tried(target, &input, seed, random.next() | 1, attempt);
        count += 1;
    }
    eprintln!("{target}: {count} inputs, seed {seed}");
}

/// One input. `own` is where the attempt's own random choices begin.
fn tried(target: &str, input: &str, seed: u64, own: u64, attempt: fn(&str, &mut Random)) {
    let fails =
        |input: &str| catch_unwind(AssertUnwindSafe(|| attempt(input, &mut Random(own)))).is_err();
    let began = Instant::now();
    if fails(input) {
        // Its first failure has told where; the attempts to shorten it are silent.
        let hook = take_hook();
        set_hook(Box::new(|_| {}));
        let short = shortened(input, &fails);
        set_hook(hook);
        panic!("{target} fails (seed {seed}, own {own})\n  input   {input:?}\n  shorter {short:?}");
    }
    let took = began.elapsed();
    assert!(took < PATIENCE, "{target} took {took:?} for {input:?}");
}

/// The same failure with less: pieces are left out as long as it still fails.
fn shortened(input: &str, fails: &dyn Fn(&str) -> bool) -> String {
    let mut text: Vec<char> = input.chars().collect();
    let mut piece = text.len().div_ceil(2);
    let end = Instant::now() + PATIENCE;
    while piece > 0 && Instant::now() < end {
        let mut at = 0;
        while at < text.len() {
            let mut less = text.clone();
            less.drain(at..(at + piece).min(text.len()));
            if fails(&less.iter().collect::<String>()) {
                text = less;
            } else {
                at += piece;
            }
        }
        piece /= 2;
    }
    text.into_iter().collect()
}

// ---- the corpus ------------------------------------------------------------------------------------------------------

fn markdown(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder of lessons") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(std::fs::read_to_string(&path).expect("text"));
            }
        }
    }
    found.sort_unstable();
    assert!(found.len() > 8, "the lessons and the reference are there");
    found
}

/// Every line of every fenced block in the lessons and the reference, whatever its language; every primitive's script.
fn statements() -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for text in markdown("lessons") {
        let mut inside = false;
        for line in text.lines() {
            if line.trim_start().starts_with("```") {
                inside = !inside;
            } else if inside && !line.trim().is_empty() {
                lines.push(line.to_owned());
            }
        }
    }
    lines.extend(
        include_str!("cli/every_primitive.sock")
            .lines()
            .map(str::to_owned),
    );
    lines.extend(FOREIGN.iter().map(|line| (*line).to_owned()));
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// Lines from lab sheets, man pages and strace.
const FOREIGN: &[&str] = &[
    "#!/usr/bin/python           # This is server.py file",
    "import socket               # Import socket module",
    "s = socket.socket()         # Create a socket object",
    "host = socket.gethostname() # Get local machine name",
    "port = 12345                # Reserve a port for your service.",
    "s.bind((host, port))        # Bind to the port",
    "while True:",
    "   c, addr = s.accept()     # Establish connection with client.",
    "   print 'Got connection from', addr",
    "   c.send('Thank you for connecting')",
    "print s.recv(1024)",
    "s.close                     # Close the socket when done",
    "with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:",
    "data = conn.recv(1024)",
    "print(f\"Received {data!r}\")",
    "print('Received', data.decode(\"utf-8\"))",
    "s.sendall(b\"Hello, server!\")",
    "r, w, x = select.select([s, c], [], [], 0.5)",
    "s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))",
    "int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);",
    "if (connect(s, (struct sockaddr *)&addr, sizeof(addr)) < 0) { perror(\"connect\"); exit(1); }",
    "setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);",
    "struct sockaddr_in addr = {\n  .sin_family = AF_INET,\n  .sin_port = htons(80)\n};",
    "addr.sin_family = AF_INET; addr.sin_port = htons(80); addr->sin_addr.s_addr = inet_addr(\"127.0.0.1\");",
    "inet_pton(AF_INET6, \"::1\", &addr.sin6_addr); strcpy(un.sun_path, \"./s\"); bcopy(h->h_addr, &a.sin_addr, 4)",
    "print ntohs(peer.sin_port); p = p->ai_next; x = {.sin_family = AF_INET}; memset(a.sin_zero, 0, 8)",
    "bind(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0",
    "accept(3, {sa_family=AF_INET, sin_port=htons(48437), sin_addr=inet_addr(\"127.0.0.1\")}, [16]) = 4",
    "sendto(4, \"Thank you for connecting\", 24, MSG_NOSIGNAL, NULL, 0) = 24",
    "bind(3, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"::1\", &sin6_addr), sin6_scope_id=0}, 28) = 0",
    "bind(3, {sa_family=AF_UNIX, sun_path=@\"name\"}, 7) = 0",
    "[pid  4711] connect(3, {sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = -1 ECONNREFUSED (Connection refused)",
    "1234  12:34:56.789 close(3) = 0",
    "sock [1 blocked]> connect c http://localhost:8080/x",
    ">>> self.sock = socket.socket(\n...     socket.AF_INET)",
    "new = accept (s, NULL, NULL); write (new, strlen (\"x\"), \"x\"); new->sin_port",
    "server: s = socket tcp; bind s :80; listen s",
    "expect state c TIME_WAIT|CLOSE; expect data \"a\\r\\n\"; expect quiet 300ms; expect ready s rw",
    "sendto u \"x\" <broadcast>:9; bind s 2130706433 80; connect c localhost:http; connect c l.local",
    "send c 0x68690d0a; send c #100; send c @file.txt; recv c 10 --peek --waitall",
    "x = (1, 'a', b\"\\xff\", None, 1.5, -3) + len(str(y)) * 2 == 7",
];

// ---- statements ------------------------------------------------------------------------------------------------------

fn fault_is_placed(text: &str, fault: &Fault) {
    let (start, end) = fault.span;
    assert!(
        start <= end && end <= text.len(),
        "{:?} in {} bytes",
        fault.span,
        text.len()
    );
    assert!(
        text.is_char_boundary(start) && text.is_char_boundary(end),
        "{:?}",
        fault.span
    );
    assert!(!fault.message.is_empty(), "a fault says what is wrong");
    if let Some(missing) = &fault.missing {
        let whole = missing.complete(text, "1");
        assert!(whole.len() > text.len());
    }
    let complaint = Complaint {
        message: fault.message.clone(),
        source: text.to_owned(),
        span: fault.span,
        expected: fault.expected.clone(),
        help: fault.help.clone(),
    };
    shows_safely(&nobodys(What::Error(complaint)));
}

fn written_and_read_again(statement: &Statement) {
    let written = canonical(statement);
    assert!(!written.contains('\n'), "one line: {written:?}");
    let plain = Statement {
        remarks: Vec::new(),
        ..statement.clone()
    };
    let bare = |statements: Vec<Statement>| -> Vec<Statement> {
        let bare = |statement| Statement {
            remarks: Vec::new(),
            ..statement
        };
        statements.into_iter().map(bare).collect()
    };
    if matches!(plain.action, Action::Nothing) && plain.targets.is_empty() {
        return;
    }
    // A name inside a list of words is told from a word by being known, as it was to the session.
    let names = format!("{plain:?}");
    let known = |name: &str| names.contains(&format!("Name({name:?})"));
    let again = parse(&written).map(bare);
    if again.as_deref() == Ok(std::slice::from_ref(&plain)) {
        return;
    }
    // Behind `compare` on the same line `socket` alone is whole.
    let again = parse_with(&written, &known).or_else(|_| parse_compared(&written, &known));
    match again.map(bare) {
        Ok(again) => assert_eq!(again, [plain], "written {written:?}"),
        Err(fault) => panic!("written {written:?}, which is refused: {fault}"),
    }
}

fn a_line(text: &str, random: &mut Random) {
    let salt = random.next();
    let known = |name: &str| {
        let mut hasher = DefaultHasher::new();
        (name, salt).hash(&mut hasher);
        hasher.finish().is_multiple_of(2)
    };
    for parsed in [parse(text), parse_with(text, &known)] {
        match parsed {
            Ok(statements) => {
                for statement in &statements {
                    let span = statement.span;
                    assert!(text.get(span.start..span.end).is_some(), "{span:?}");
                    written_and_read_again(statement);
                }
            }
            Err(fault) => fault_is_placed(text, &fault),
        }
    }
    if let Err(fault) = lang::parse_claim(text) {
        fault_is_placed(text, &fault);
    }
}

#[test]
fn statements_are_read_and_written() {
    fuzz("lang::parse", &statements(), a_line);
}

fn a_text(text: &str, random: &mut Random) {
    let mut number = 0;
    let mut from = 0;
    for line in lang::lines(text) {
        assert!(line.number > number, "{} after {number}", line.number);
        number = line.number;
        let at = line.text.as_ptr() as usize - text.as_ptr() as usize;
        assert!(
            at >= from && at + line.text.len() <= text.len(),
            "in order, and of the text"
        );
        assert!(
            text[from..at].trim().is_empty(),
            "nothing is lost: {:?}",
            &text[from..at]
        );
        from = at + line.text.len();
        lang::Unfinished::default().goes_on(line.text);
    }
    assert!(text[from..].trim().is_empty(), "nothing is lost at the end");
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..random.below(4) {
        let at = random.below(bytes.len());
        if let Some(byte) = bytes.get_mut(at) {
            *byte = random.next() as u8;
        }
    }
    match lang::from_bytes(&bytes) {
        Ok(text) => assert!(bytes.ends_with(text.as_bytes())),
        Err(fault) => {
            let (start, end) = fault.span;
            assert!(start < end && end <= bytes.len(), "{:?}", fault.span);
        }
    }
}

#[test]
fn texts_fall_into_lines() {
    let mut corpus: Vec<String> = statements()
        .chunks(7)
        .map(|lines| lines.join("\n"))
        .collect();
    corpus.push(FOREIGN.join("\r\n"));
    fuzz("lang::lines", &corpus, a_text);
}

// ---- lessons and topics ----------------------------------------------------------------------------------------------

fn a_lesson(text: &str, _: &mut Random) {
    let lines = text.lines().count();
    match Lesson::parse("fuzz.md", text) {
        Ok(lesson) => {
            for step in &lesson.steps {
                assert!(step.blocks.iter().all(|block| block.line() <= lines + 1));
                step.socks()
                    .for_each(|sock| drop((sock.deeds(), sock.expects(), sock.answer().count())));
                assert!(step.hints().count() <= step.blocks.len());
            }
            check(&lesson, false);
        }
        Err(defects) => assert!(!defects.is_empty(), "refused without a reason"),
    }
}

#[test]
fn lessons_are_read() {
    let mut corpus = markdown("lessons");
    // Whole lessons are long; a mutation meets more of the parser in a short one.
    let steps: Vec<String> = corpus
        .iter()
        .filter_map(|text| {
            let (head, body) = text.split_once("\n## ")?;
            let step = body.split("\n## ").next()?;
            Some(format!("{head}\n## {step}"))
        })
        .collect();
    corpus.extend(steps);
    corpus.push(socktutor::lesson::template::template("a new one"));
    fuzz("lesson::parse", &corpus, a_lesson);
}

fn a_topic(text: &str, random: &mut Random) {
    if let Some(topic) = socktutor::explain::topic(text) {
        assert!(!topic.markdown().is_empty());
        shows_safely(&nobodys(What::Answer(Answer::Topic {
            topic: topic.id.clone(),
            markdown: topic.markdown(),
        })));
        let words = [random.pick(TOKENS)];
        socktutor::explain::after(&topic.id, &words, random.below(2) == 0);
    }
    assert!(socktutor::explain::near(text).len() <= 5);
    let words: Vec<&str> = TOKENS.to_vec();
    near::nearest(text, words.iter().copied());
}

#[test]
fn topics_are_found() {
    let mut corpus: Vec<String> = socktutor::explain::topics()
        .iter()
        .map(|topic| topic.id.clone())
        .collect();
    assert!(corpus.len() > 50);
    corpus.extend(
        [
            "bind(2)",
            "--peek",
            "socket.AF_INET",
            "any address",
            "TIME WAIT",
        ]
        .map(str::to_owned),
    );
    fuzz("explain::topic", &corpus, a_topic);
}

// ---- packets ----------------------------------------------------------------------------------------------------------

/// What Linux sent, a packet a line in hex.
const TRACES: &[&str] = &[
    include_str!("../src/packet/flows/tests/traces/everything.trace"),
    include_str!("../src/packet/flows/tests/traces/one_hole_sack.trace"),
    include_str!("../src/packet/flows/tests/traces/syn_ack_lost.trace"),
    include_str!("../src/packet/flows/tests/traces/window_closed.trace"),
];

/// IPv6 with a fragment header and UDP; an ICMP error that quotes a segment; an ICMPv6 error that quotes a datagram; IPv4
/// with options.
const PACKETS: &[&str] = &[
    "600000000018 2c40 fd000000000000000000000000000001 fd000000000000000000000000000002 11000001deadbeef 00090009001000004142434445464748",
    "4500003800000000400166c30a0000020a000001 0304000000000258 4500002c000040004006 0000 0a0000010a000002 9c400050fffffff0",
    "600000000038 3a40 fd000000000000000000000000000002 fd000000000000000000000000000001 0104000000000000 600000000008 1140 fd000000000000000000000000000001 fd000000000000000000000000000002 9c40000900080000",
    "4700002400000000401100000a0000010a000002 9404000001010000 000900090008 0000",
];

/// The digits of a text as bytes: what was hex before it was changed.
fn bytes_of(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|c| c.to_digit(16))
        .map(|digit| digit as u8)
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
        .collect()
}

/// A few packets on one wire: as they are, with bytes changed, cut short, again, delivered and dropped.
fn packets(text: &str, random: &mut Random) {
    let mut flows = Flows::default();
    let mut at = Duration::ZERO;
    for n in 1..6 {
        let mut bytes = bytes_of(text);
        for _ in 0..random.below(4) {
            let place = random.below(bytes.len());
            if let Some(byte) = bytes.get_mut(place) {
                *byte = random.next() as u8;
            }
        }
        if random.below(4) == 0 {
            bytes.truncate(random.below(bytes.len()));
        }
        at += Duration::from_millis(random.next() % 500);
        let parsed = packet::parse(&bytes);
        let mark = flows.enter(n, at, &bytes, &parsed);
        for header in packet::anatomy(&bytes, &parsed, Some(&mark)) {
            for field in &header.fields {
                assert!(field.bit + field.bits <= bytes.len() * 8, "{field:?}");
                assert!(!field.meaning.chars().any(escape::is_unsafe), "{field:?}");
            }
        }
        packet::checksums(&bytes, &parsed);
        packet::info(&bytes, &parsed);
        if let Some(tcp) = parsed.tcp() {
            packet::options_in_words(&bytes, tcp, tcp.ack);
        }
        if let Some((spoiled, flipped)) = packet::corrupt(&bytes, random.next()) {
            assert_ne!(spoiled[flipped.byte], bytes[flipped.byte]);
        }
        match random.below(3) {
            0 => flows.dropped(&mark),
            1 => flows.delivered(at, &mark),
            _ => (0..2).for_each(|_| flows.delivered(at, &mark)),
        }
    }
    for conversation in flows.conversations() {
        for count in conversation.ways {
            assert!(
                count.ordered <= count.arrived && count.arrived <= count.payload,
                "{count:?}"
            );
        }
    }
}

#[test]
fn packets_are_read() {
    let traced = TRACES.iter().flat_map(|trace| trace.lines());
    let mut corpus: Vec<String> = traced
        .filter_map(|line| Some(line.rsplit_once(' ')?.1.to_owned()))
        .collect();
    corpus.extend(PACKETS.iter().map(|packet| (*packet).to_owned()));
    fuzz("packet::parse", &corpus, packets);
}

fn a_drill(text: &str, _: &mut Random) {
    match packet::parse_drill(text) {
        Ok(drill) => assert_eq!(drill.ack.is_some(), drill.flags.has(packet::Flags::ACK)),
        Err(fault) => {
            assert!(text.is_char_boundary(fault.at), "{fault:?}");
            assert!(!fault.to_string().is_empty());
        }
    }
}

#[test]
fn segments_in_words_are_read() {
    let corpus = [
        "> S 0:0(0) win 1000 <mss 1460,nop,wscale 7>",
        "0.100 < P. 1:11(10) ack 1 win 257 urg 3",
        "+0 > S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 100 ecr 200,nop,wscale 8,FO 0102ff,eol>",
        "< . 1:1(0) ack 1 win 257 <nop,nop,sack 1001:2001 3001:4001>",
    ];
    fuzz("packet::parse_drill", &corpus.map(str::to_owned), a_drill);
}

// ---- what is shown ---------------------------------------------------------------------------------------------------

fn nobodys(what: What) -> Event {
    Event {
        t: 1.0,
        host: None,
        socket: None,
        fd: None,
        what,
    }
}

/// Every event is shown in whole lines without a character that commands a terminal, in any style, and as one JSON line.
fn shows_safely(event: &Event) {
    for width in [None, Some(20), Some(80)] {
        for unicode in [true, false] {
            let style = Style {
                color: false,
                unicode,
                width,
            };
            let shown = Renderer::new(style).event(event);
            assert!(shown.is_empty() || shown.ends_with('\n'), "whole lines");
            let raw = shown.chars().find(|c| *c != '\n' && escape::is_unsafe(*c));
            assert_eq!(raw, None, "{shown:?}");
            assert!(unicode || shown.is_ascii(), "{shown:?}");
        }
    }
    let line = json(event);
    assert!(!line.trim_end().contains('\n'));
    let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert!(
        value["event"].is_string() && value["t"].is_number(),
        "{line}"
    );
}

fn addr(text: &str, random: &mut Random) -> Addr {
    match random.below(5) {
        0 => Addr::Path(text.into()),
        1 => Addr::Abstract(text.as_bytes().to_vec()),
        2 => Addr::Unnamed,
        3 => Addr::Inet(([127, 0, 0, 1], random.next() as u16).into()),
        _ => Addr::Inet((std::net::Ipv6Addr::from(u128::from(random.next())), 80).into()),
    }
}

fn state(random: &mut Random) -> TcpState {
    TcpState::ALL[random.below(TcpState::ALL.len())]
}

fn holder(text: &str, random: &mut Random) -> Holder {
    let t = || text.to_owned();
    Holder {
        proto: t(),
        local: addr(text, random),
        peer: random.maybe(|random| addr(text, random)),
        state: random.maybe(state),
        socket: random.maybe(|_| t()),
        pid: random.maybe(|random| random.next() as u32),
        process: random.maybe(|_| t()),
        uid: 0,
        owned: random.below(2) == 0,
        v6only: false,
    }
}

fn answer(text: &str, random: &mut Random) -> Answer {
    let t = || text.to_owned();
    let rows = || {
        vec![OptionRow {
            name: t(),
            value: t(),
            meaning: t(),
        }]
    };
    match random.below(9) {
        0 => Answer::Text {
            text: t(),
            waits: false,
        },
        1 => Answer::Options { options: rows() },
        2 => Answer::Fields {
            title: t(),
            fields: rows(),
        },
        3 => Answer::Topic {
            topic: t(),
            markdown: t(),
        },
        4 => Answer::Lesson { markdown: t() },
        5 => Answer::List {
            groups: vec![(t(), vec![(t(), t())])],
        },
        6 => Answer::Diagram {
            name: t(),
            way: vec![state(random), state(random)],
        },
        7 => Answer::Holders {
            port: random.next() as u16,
            holders: vec![holder(text, random)],
        },
        _ => Answer::Sockets {
            sockets: vec![SocketRow {
                name: t(),
                fd: random.maybe(|random| random.next() as i32),
                host: random.maybe(|_| t()),
                proto: t(),
                local: random.maybe(|random| addr(text, random)),
                peer: random.maybe(|random| addr(text, random)),
                state: random.maybe(state),
                recvq: random.next(),
                sendq: random.next(),
                ready: t(),
                job: random.maybe(|random| random.next() as u32),
                jobs: random
                    .maybe(|random| random.next() as u32)
                    .into_iter()
                    .collect(),
                last: true,
            }],
        },
    }
}

fn what(text: &str, random: &mut Random) -> What {
    let t = || text.to_owned();
    let job = |status| Job {
        n: 1,
        status,
        call: t(),
        sleeps_in: t(),
    };
    match random.below(8) {
        0 => What::Syscall(Syscall {
            name: "sendto",
            command: "send",
            text: t(),
            ret: random.maybe(|random| random.next() as i64),
            errno: random.maybe(|random| socktutor::errno::Errno(random.below(200) as i32)),
            library: random.below(2) == 0,
        }),
        1 => What::State(Change {
            from: random.maybe(state),
            to: random.maybe(state),
            local: random.maybe(|random| addr(text, random)),
            peer: random.maybe(|random| addr(text, random)),
            backlog: random.maybe(|random| (random.next() as u32, 5)),
            recvq: random.maybe(Random::next),
            sendq: random.maybe(Random::next),
            by_network: random.below(2) == 0,
            closed: random.below(2) == 0,
        }),
        2 => What::Data(Data {
            bytes: t(),
            len: text.len(),
            shown: None,
            from: random.maybe(|random| addr(text, random)),
        }),
        3 => What::Job(job(
            [JobStatus::Blocked, JobStatus::Done, JobStatus::Left][random.below(3)]
        )),
        4 => What::Explain(Explanation {
            topic: t().into(),
            text: vec![t().into(), t().into()],
            hints: vec![t()],
            tone: Tone::Error,
        }),
        5 => What::Expect(Verdict {
            claim: t(),
            holds: random.below(2) == 0,
            found: t(),
            why: t(),
        }),
        6 => {
            let (a, b) = (random.below(text.len() + 3), random.below(text.len() + 3));
            What::Error(Complaint {
                message: t(),
                source: t(),
                span: (a, b),
                expected: vec![t()],
                help: vec![t()],
            })
        }
        _ => What::Answer(answer(text, random)),
    }
}

fn an_event(text: &str, random: &mut Random) {
    for _ in 0..4 {
        let what = what(text, random);
        shows_safely(&Event {
            t: 1.0,
            host: random.maybe(|_| text.to_owned()),
            socket: random.maybe(|_| text.into()),
            fd: random.maybe(|random| random.next() as i32),
            what,
        });
    }
}

#[test]
fn events_are_shown_safely() {
    let mut corpus = statements();
    corpus.extend(markdown("lessons/reference"));
    fuzz("view", &corpus, an_event);
}

fn an_escape(text: &str, random: &mut Random) {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..random.below(8) {
        let at = random.below(bytes.len() + 1);
        bytes.insert(at, random.next() as u8);
    }
    let visible = escape::visible(&bytes);
    assert!(!visible.chars().any(escape::is_unsafe), "{visible:?}");
    assert_eq!(escape::visible_str(&visible), visible, "once is enough");
    assert!(escape::ascii(&visible).is_ascii());
    let max = random.below(64);
    let string = escape::strace(&bytes, max);
    assert!(
        string.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
        "{string}"
    );
    assert!(string.len() <= 4 * max + 5, "{max}: {string}");
    let width = 1 + random.below(120);
    let folded = wrap::indented(&visible, width, "  ", "    ");
    let words = |text: &str| {
        text.chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
    };
    assert_eq!(words(&folded), words(&visible), "folding loses nothing");
    wrap::exact(&visible, width, "  ", "    ");
    wrap::shortened(&visible, width, "…");
    wrap::head(&visible, width);
}

#[test]
fn bytes_are_escaped() {
    fuzz("text::escape", &statements(), an_escape);
}
