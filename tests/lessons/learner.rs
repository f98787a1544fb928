//! A learner in a lesson, line by line, as at the prompt.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::support::skip;
use socktutor::app::play::lacking;
use socktutor::app::{App, Settings};
use socktutor::event::{Answer, What};
use socktutor::lesson::{Block, Lesson, Library, Quiz, Sock};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::MutexGuard;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The program, which a laboratory's helper process runs.
pub(super) const PROGRAM: &str = env!("CARGO_BIN_EXE_socktutor");

/// How long the network may take to do what a step waits for: a SYN is repeated after a second.
pub(super) const DEADLINE: Duration = Duration::from_secs(20);

pub(super) struct Learner {
    pub(super) app: App,
    /// All that was typed, and what was said to it.
    pub(super) record: String,
    _alone: MutexGuard<'static, ()>,
}

impl Learner {
    pub(super) fn new(progress: &Path) -> Self {
        let settings = Settings {
            progress: Some(progress.to_owned()),
            program: Some(PROGRAM.into()),
            ..Settings::default()
        };
        Self {
            app: App::new(settings).unwrap(),
            record: String::new(),
            _alone: super::alone(),
        }
    }

    /// Types a line; what is said to it. Ctrl-C where the prompt does not come back.
    pub(super) fn types(&mut self, line: &str) -> String {
        let mut said = String::new();
        let interrupt = self.app.interrupt();
        let (_returned, returns) = channel::<()>();
        std::thread::spawn(move || {
            if returns.recv_timeout(DEADLINE) == Err(RecvTimeoutError::Timeout) {
                interrupt.fire();
            }
        });
        self.app.execute(line, &mut |event| {
            let text = match event.what {
                What::Answer(Answer::Lesson { markdown }) => markdown,
                What::Answer(Answer::Text { text, .. }) => text,
                What::Error(complaint) => complaint.message,
                What::Syscall(call) => call.text,
                _ => return,
            };
            said.push_str(&text);
            said.push('\n');
        });
        if !line.is_empty() {
            self.record += &format!("> {line}\n");
        }
        self.record += &said;
        said
    }

    /// Types several lines; what is said to the last.
    pub(super) fn all(&mut self, lines: &[&str]) -> String {
        let mut said = String::new();
        for line in lines {
            said = self.types(line);
        }
        said
    }

    /// `3/9`, with ` ?` where a question is open; `over`.
    pub(super) fn place(&self) -> String {
        let prompt = self.app.prompt();
        let step = prompt.split([' ', '>']).find(|word| word.contains('/'));
        let question = if prompt.contains("(1-") { " ?" } else { "" };
        format!("{}{question}", step.unwrap_or("over"))
    }

    /// Waits until the lesson is at this place.
    pub(super) fn comes_to(&mut self, place: &str) {
        let deadline = Instant::now() + DEADLINE;
        while self.place() != place {
            self.types("");
            assert!(
                Instant::now() < deadline,
                "at {}, not at {place}, after\n{}",
                self.place(),
                self.record
            );
        }
    }
}

/// A program's end closes its sockets; within the tests' process the next one would find the port taken.
impl Drop for Learner {
    fn drop(&mut self) {
        self.types("goto 1");
    }
}

/// Lessons 2 and 3 need port 12345 for themselves, as `lesson test` does: who plays them takes this place first.
#[cfg(target_os = "linux")]
pub(super) fn fixed_ports() -> std::os::unix::net::UnixListener {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixListener};
    let place = SocketAddr::from_abstract_name("socktutor fixed ports").unwrap();
    let deadline = Instant::now() + 3 * DEADLINE;
    loop {
        match UnixListener::bind_addr(&place) {
            Ok(turn) => return turn,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
        std::thread::yield_now();
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn fixed_ports() {}

pub(super) fn lesson(id: &str) -> Lesson {
    let library = Library::embedded();
    library.open(library.find(id).unwrap(), None).unwrap()
}

fn right_answers(quiz: &Quiz) -> String {
    let right = (1..).zip(&quiz.choices).filter(|(_, choice)| choice.right);
    let numbers: Vec<String> = right.map(|(n, _)| n.to_string()).collect();
    numbers.join(" ")
}

/// Everything in a lesson that waits for the learner: the place, and the lines to type there.
fn waits(lesson: &Lesson) -> Vec<(String, Vec<String>)> {
    let all = lesson.steps.len();
    let mut waits = Vec::new();
    for (number, step) in (1..).zip(&lesson.steps) {
        for block in &step.blocks {
            waits.push(match block {
                Block::Predict(_) => (format!("{number}/{all} ?"), vec!["1".to_owned()]),
                Block::Quiz(quiz) => (format!("{number}/{all} ?"), vec![right_answers(quiz)]),
                Block::Sock(sock) => {
                    let lines = sock.answer().map(str::to_owned).collect();
                    (format!("{number}/{all}"), lines)
                }
                _ => continue,
            });
        }
    }
    waits
}

/// Plays a lesson to its end by its model answers, each line spelled by `spelled`. All that was said.
fn plays(learner: &mut Learner, id: &str, spelled: impl Fn(&str) -> String) -> String {
    let mut said = learner.types(&format!("learn {id}"));
    for (place, lines) in waits(&lesson(id)) {
        learner.comes_to(&place);
        for line in lines {
            assert_eq!(learner.place(), place, "{id}: before {line}");
            said += &learner.types(&spelled(&line));
        }
    }
    learner.comes_to("over");
    said
}

#[test]
fn every_lesson_is_done_by_its_own_answers() {
    // Given back last, when the learner's sockets are closed.
    let _turn = fixed_ports();
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    let library = Library::embedded();
    let mut all = true;
    for entry in library.entries() {
        let (id, head) = (entry.id().unwrap(), entry.head.as_ref().unwrap());
        if let Some(why) = lacking(head, Some(Path::new(PROGRAM))) {
            skip(&why);
            all = false;
            continue;
        }
        let said = plays(&mut learner, id, str::to_owned);
        assert!(said.contains("This was lesson"), "{id}: {said}");
        assert!(!said.contains("None of the choices"), "{id}: {said}");
    }
    // `learn` alone names the first that is not done, where one could not be played.
    let said = learner.types("learn");
    assert!(!all || said.contains("Every lesson is done"), "{said}");
}

/// A line of the lesson as another learner would write it: other names, Python where it has the call.
fn in_python(line: &str) -> String {
    match line {
        "a = socket tcp" => "x = socket.socket()".to_owned(),
        "bind a 127.0.0.1:0" => "x.bind(('localhost', 0))".to_owned(),
        "b = socket tcp" => "int y = socket(AF_INET, SOCK_STREAM, 0);".to_owned(),
        "bind b 127.0.0.1:0" => "y.bind(('127.0.0.1', 0))".to_owned(),
        "connect a b.local" => "x.connect(y.getsockname())".to_owned(),
        "send a \"test\"" => "x.sendall(b'test')".to_owned(),
        "conn = accept b" => "k, whence = y.accept()".to_owned(),
        "recv conn 10" => "print(k.recv(1024))".to_owned(),
        other => other.to_owned(),
    }
}

#[test]
fn another_dialect_and_other_names_do_as_well() {
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    let said = plays(&mut learner, "listen-and-accept", in_python);
    assert!(said.contains("`x` plays the lesson's `a`"), "{said}");
    assert!(
        said.contains("Same effect; the lesson used `send a \"test\"`"),
        "{said}"
    );
    assert!(said.contains("This was lesson 4"), "{said}");
    let said = learner.types("print conn.local == b.local");
    assert_eq!(
        said.lines().last(),
        Some("True"),
        "the lesson's names are there"
    );
}

#[test]
fn a_wrong_port_is_named_and_undo_takes_it_back() {
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    learner.all(&[
        "learn 1",
        "2",
        "mine = socket tcp",
        "2",
        "getsockname mine",
        "2",
    ]);
    assert_eq!(learner.place(), "3/7");
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let said = learner.types(&format!("bind s 127.0.0.1:{port}"));
    let wants = format!("Bound port {port}; this step wants a port the kernel chooses, 0.");
    assert!(said.contains(&wants) && said.contains("`undo`"), "{said}");
    assert_eq!(learner.place(), "3/7");
    assert!(learner.types("why").contains(&wants));
    let said = learner.types("bind s 127.0.0.1:0");
    assert!(said.contains("EINVAL"), "it is bound already: {said}");
    let said = learner.types("undo");
    assert!(
        said.contains("Undone") && said.contains("Open: `s`"),
        "{said}"
    );
    let said = learner.types("undo");
    assert!(
        said.contains("Nothing was done here yet") && !said.contains("Undone"),
        "{said}"
    );
    // The guess of before still stands, and the learner's own name too.
    let said = learner.types("bind mine localhost:0");
    assert!(
        said.contains("As you expected: **127.0.0.1 and another port**"),
        "{said}"
    );
    assert_eq!(learner.place(), "4/7 ?");
}

#[test]
fn lines_that_change_nothing_are_no_attempts() {
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    learner.all(&["learn 4"]);
    for line in [
        "ls",
        "help",
        "explain bind",
        "a = sockt tcp",
        "print 3",
        "jobs",
        "vars",
        "# a",
        "where",
    ] {
        let said = learner.types(line);
        assert!(
            !said.contains("not what this step") && !said.contains("Still to do"),
            "{line}: {said}"
        );
    }
    assert!(
        learner
            .types("a = socket tcp")
            .contains("Good. Still to do: bind on `a`")
    );
    assert!(
        learner
            .types("listen a 5")
            .contains("listen is not what this step asks for")
    );
}

#[test]
fn a_guess_comes_before_the_call() {
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    let said = learner.all(&["learn 1", "s = socket tcp"]);
    assert!(
        said.contains("first say what you expect") && !said.contains("socket("),
        "{said}"
    );
    assert!(learner.types("ls").contains("no socket is open"));
    let said = learner.types("socket");
    assert!(said.contains("Answer with 1, 2 or 3"), "{said}");
    learner.types("a");
    let said = learner.types("s = socket tcp");
    assert!(
        said.contains(
            "You expected: waiting for clients. What happened: **not connected to anything**."
        ),
        "{said}"
    );
    assert!(
        said.contains("It comes in the next lesson"),
        "its feedback: {said}"
    );
}

#[test]
fn a_call_that_returns_while_its_claims_are_polled_is_not_asleep() {
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    if let Some(reason) = lacking(&lesson("losing-the-handshake").head, Some(PROGRAM.as_ref())) {
        skip(&reason);
        return;
    }
    learner.types("learn losing-the-handshake");
    learner.all(&[
        "server: s = socket tcp",
        "server: bind s server:80",
        "server: listen s 5",
    ]);
    learner.all(&["2", "wire drop next", "c = socket tcp"]);
    // It sleeps until the SYN is sent again, which the step waits for.
    let said = learner.types("connect c server:80");
    assert!(!said.contains("has not returned yet"), "{said}");
    learner.comes_to("2/6 ?");
}

#[test]
fn a_socket_on_the_wrong_host_is_told_when_it_is_made() {
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    if let Some(reason) = lacking(&lesson("handshake").head, Some(PROGRAM.as_ref())) {
        skip(&reason);
        return;
    }
    learner.types("learn handshake");
    learner.all(&["1", "on server", "s = socket tcp"]);
    learner.all(&["bind s server:80", "listen s 5", "2", "wire hold"]);
    let wrong = "ran on server; this step wants it on client";
    for typed in ["c = socket tcp", "server: c = socket tcp"] {
        let said = learner.types(typed);
        assert!(said.contains(wrong), "{typed}: {said}");
    }
    let said = learner.types("connect c server:80");
    assert!(!said.contains("earlier"), "{said}");
    learner.all(&["client: c = socket tcp", "connect c server:80"]);
    learner.comes_to("3/8 ?");
}

#[test]
fn a_wire_that_is_held_already_need_not_be_held_again() {
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    if let Some(reason) = lacking(&lesson("handshake").head, Some(PROGRAM.as_ref())) {
        skip(&reason);
        return;
    }
    learner.types("learn handshake");
    learner.all(&["1", "server: s = socket tcp", "wire hold"]);
    learner.all(&["server: bind s server:80", "server: listen s 5"]);
    learner.comes_to("2/8 ?");
    let said = learner.all(&["2", "c = socket tcp", "connect c server:80"]);
    assert!(!said.contains("wire hold"), "{said}");
    learner.comes_to("3/8 ?");
}

#[test]
fn a_guess_is_about_what_the_step_expects_and_not_about_what_came_of_it_later() {
    let folder = TempDir::new().unwrap();
    let text = "---\nid: x\ntitle: X\n---\n## Make two\n\n```predict\nWhat is `s` then?\n- closed => state s CLOSE\n\
- it listens => state s LISTEN\n```\n\n```sock\nt = socket udp\ns = socket tcp\nexpect state s CLOSE\n```\n\n## Go\n\n\
```sock\nclose t\n```\n";
    std::fs::write(folder.path().join("60-x.md"), text).unwrap();
    let mut learner = Learner::new(folder.path());
    learner.app = App::new(Settings {
        lessons: Some(folder.path().to_owned()),
        progress: Some(folder.path().join("progress")),
        ..Settings::default()
    })
    .unwrap();
    learner.types("learn x");
    let said = learner.all(&["1", "s = socket tcp", "listen s", "t = socket udp"]);
    assert!(said.contains("As you expected: **closed**"), "{said}");
}

#[test]
fn hints_come_in_levels_and_the_last_is_the_answer() {
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    learner.all(&["learn 7", "goto 7"]);
    assert!(learner.types("hint").contains("For the first part"));
    assert!(learner.types("hint").contains("For the second part"));
    assert!(learner.types("hint").contains("place = s.local"));
    assert!(learner.types("answer").contains("place = s.local"));
}

#[test]
fn back_goto_and_skip_make_what_a_step_needs() {
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    learner.all(&["learn closing", "goto 4"]);
    assert_eq!(learner.place(), "4/11 ?");
    learner.types("3");
    let said = learner.all(&["send d \"still here\"", "recv c 100"]);
    assert!(said.contains("As you expected: **yes**"), "{said}");
    learner.types("back");
    assert_eq!(learner.place(), "4/11 ?");
    let said = learner.all(&["skip", "skip"]);
    assert!(said.contains("Step 4 is left out"), "{said}");
    assert_eq!(learner.place(), "5/11 ?");
    let said = learner.all(&["2", "recv d 100"]);
    assert!(said.contains("As you expected"), "{said}");
    assert!(learner.types("goto 12").contains("1 to 11"));
    learner.types("goto 1");
    assert!(learner.types("back").contains("the first step"));
}

#[test]
fn free_play_is_not_judged_and_resume_comes_back() {
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    learner.all(&["learn 4", "goto 2", "2", "play"]);
    let said = learner.all(&["close a", "z = socket udp"]);
    assert!(!said.contains("step"), "{said}");
    assert!(learner.types("resume").contains("Open: `a`, `b`"));
    let said = learner.types("connect a b.local");
    assert!(said.contains("As you expected: **fail at once**"), "{said}");
}

#[test]
fn a_learner_goes_on_where_they_stopped() {
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    learner.all(&[
        "learn 4",
        "a = socket tcp",
        "bind a 127.0.0.1:0",
        "b = socket tcp",
    ]);
    learner.all(&["bind b 127.0.0.1:0", "2", "connect a b.local"]);
    assert_eq!(learner.place(), "3/9 ?");
    drop(learner);
    let mut learner = Learner::new(folder.path());
    let said = learner.types("learn listen");
    assert!(
        said.contains("The first step that is open is 3") && said.contains("Open: `a`, `b`"),
        "{said}"
    );
    let said = learner.all(&["2", "listen b 1", "connect a b.local"]);
    assert!(
        said.contains("As you expected: **succeed at once**"),
        "{said}"
    );
    assert!(learner.types("lessons").is_empty(), "a list is no text");
    // Without a name: the lesson that was begun, and not the first new one.
    learner.types("learn");
    assert_eq!(learner.place(), "4/9 ?");
}

#[test]
fn somebody_elsewhere_may_play_the_other_side() {
    // Given back last, when the learner's sockets are closed.
    let _turn = fixed_ports();
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    learner.all(&["learn 3", "s = socket tcp", "setsockopt s SO_REUSEADDR 1"]);
    learner.all(&["bind s 127.0.0.1:12345", "listen s 5", "conn = accept s"]);
    assert_eq!(learner.place(), "2/10");
    assert!(learner.types("check").contains("jobs 0"), "nobody has come");
    let mut visitor = std::net::TcpStream::connect("127.0.0.1:12345").unwrap();
    learner.comes_to("3/10 ?");
    let said = learner.all(&["1", "getpeername conn"]);
    assert!(said.contains("As you expected"), "{said}");
    learner.types("send conn \"Thank you for connecting\"");
    let mut thanks = [0; 24];
    std::io::Read::read_exact(&mut visitor, &mut thanks).unwrap();
    drop(visitor);
    learner.comes_to("6/10 ?");
}

#[test]
fn a_lesson_reaches_no_other_machine() {
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    let said = learner.all(&["learn 4", "a = socket tcp", "connect a 192.0.2.1:80"]);
    assert!(said.contains("only to this machine"), "{said}");
    // Files are the learner's own; the lesson's lines may not use them.
    let file = folder.path().join("hello.txt");
    std::fs::write(&file, "hello").unwrap();
    learner.types("x, y = socketpair");
    let said = learner.types(&format!("send x @{}", file.display()));
    assert!(said.contains("hello"), "{said}");
}

/// Lesson 3 up to its third step, with a visitor from outside, and an accept that gives its result no name.
fn visited(learner: &mut Learner) -> std::net::TcpStream {
    learner.types("learn two-people");
    learner.all(&[
        "s = socket tcp",
        "setsockopt s SO_REUSEADDR 1",
        "bind s 127.0.0.1:12345",
        "listen s 5",
        "accept s",
    ]);
    learner.comes_to("2/10");
    let visitor = std::net::TcpStream::connect("127.0.0.1:12345").unwrap();
    learner.comes_to("3/10 ?");
    visitor
}

#[test]
fn what_a_sleeping_accept_returns_takes_its_part() {
    let _turn = fixed_ports();
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    let visitor = visited(&mut learner);
    learner.types("1");
    let said = learner.types("getpeername conn");
    let port = visitor.local_addr().unwrap().port().to_string();
    assert!(said.contains(&port), "{said}");
    learner.comes_to("4/10");
}

#[test]
fn a_name_that_a_sleeping_accept_will_give_takes_its_part_then() {
    let _turn = fixed_ports();
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    let said = learner.all(&["learn 2", "goto 3", "2", "k = accept s"]);
    assert!(!said.contains("plays the lesson's"), "{said}");
    let said = learner.all(&["1", "c = socket tcp", "connect c 127.0.0.1:12345"]);
    assert!(said.contains("`k` plays the lesson's `conn`"), "{said}");
    learner.comes_to("5/7 ?");
}

#[test]
fn who_lost_what_an_earlier_step_made_is_told_how_to_have_it_again() {
    let _turn = fixed_ports();
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    learner.all(&["learn 2", "1", "answer"]);
    learner.all(&["goto 4", "cancel", "1", "c = socket tcp"]);
    let said = learner.types("connect c 127.0.0.1:12345");
    assert!(
        said.contains("no socket or variable called `conn`"),
        "{said}"
    );
    assert!(said.contains("`undo` makes everything again"), "{said}");
    learner.types("undo");
    learner.all(&["c = socket tcp", "connect c 127.0.0.1:12345"]);
    learner.comes_to("5/7 ?");
}

#[test]
fn who_is_gone_after_undo_is_played_here_and_that_is_said() {
    let _turn = fixed_ports();
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    let visitor = visited(&mut learner);
    learner.types("1");
    learner.types("close conn");
    let said = learner.types("undo");
    assert!(said.contains("played here now, as `c`"), "{said}");
    drop(visitor);
    // From here on there is nobody else, and nothing more to say about it.
    assert!(!learner.types("undo").contains("played here now"));
    learner.types("getpeername conn");
    learner.comes_to("4/10");
    learner.types("send conn \"Thank you for connecting\"");
    learner.comes_to("5/10");
    learner.all(&["recv c 1024", "close c"]);
    learner.comes_to("6/10 ?");
}

#[test]
fn an_address_that_a_call_gives_is_judged_by_what_it_came_to() {
    let _turn = fixed_ports();
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    let begin = [
        "s = socket.socket()",
        "s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)",
    ];
    learner.all(&["learn 2", "2"]);
    learner.all(&begin);
    let said = learner.types("s.bind((socket.gethostbyname('localhost'), 0))");
    assert!(said.contains("this step wants port 12345"), "{said}");
    learner.types("undo");
    learner.all(&begin);
    learner.types("s.bind((socket.gethostbyname('localhost'), 12345))");
    assert_eq!(learner.place(), "2/7", "{}", learner.record);
}

#[test]
fn what_can_no_longer_succeed_is_taken_back_by_undo() {
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    learner.types("learn 7");
    let said = learner.all(&["s = socket tcp", "listen s 5", "bind s 127.0.0.1:0"]);
    assert!(
        said.contains("EINVAL") && said.contains("`undo` takes back what you did here"),
        "{said}"
    );
    for asks in ["why", "check", "hint", "answer"] {
        let said = learner.types(asks);
        assert!(said.contains("`undo` takes back"), "{asks}: {said}");
    }
    learner.types("undo");
    for asks in ["check", "hint"] {
        let said = learner.types(asks);
        assert!(!said.contains("`undo` takes back"), "{asks}: {said}");
    }
    let said = learner.all(&["s = socket tcp", "bind s 127.0.0.1:0", "listen s 5"]);
    assert!(said.contains("Good. Still to do"), "{said}");
}

#[test]
fn a_place_may_be_noted_by_asking_for_it() {
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    learner.all(&["learn 7", "goto 7"]);
    let said = learner.all(&[
        "c = socket tcp",
        "connect c s.local",
        "d = accept s",
        "place = s.getsockname()",
    ]);
    assert!(!said.contains("place"), "it is noted: {said}");
    learner.all(&["close d", "close c", "close s"]);
    assert_ne!(learner.place(), "7/11", "{}", learner.record);
}

#[test]
fn a_backlog_that_the_step_does_not_name_is_the_learners_choice() {
    let folder = TempDir::new().unwrap();
    for listens in ["f.listen()", "listen f 3"] {
        let mut learner = Learner::new(folder.path());
        learner.all(&["learn 8", "goto 6", "1", listens]);
        assert_eq!(learner.place(), "7/11", "{listens}: {}", learner.record);
    }
    let short = |sock: &Sock| {
        sock.answer().any(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            matches!(words.as_slice(), [.., "listen", _, n] if n.parse().is_ok_and(|n: u32| n < 5))
        })
    };
    for entry in Library::embedded().entries() {
        let lesson = lesson(entry.id().unwrap());
        for step in &lesson.steps {
            let told = step.blocks.iter().any(
                |block| matches!(block, Block::Prose { markdown, .. } if markdown.contains("backlog")),
            );
            let asks = step
                .blocks
                .iter()
                .any(|block| matches!(block, Block::Sock(sock) if short(sock)));
            assert!(told || !asks, "{}: {}", lesson.head.id, step.title);
        }
    }
}

#[test]
fn what_is_said_of_an_earlier_day_stands_alone() {
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    learner.all(&["learn 8", "goto 6", "1", "listen f 5"]);
    let said = learner.types("learn 8");
    assert!(said.contains("(`goto 1` begins again.)\n\n"), "{said}");
}

#[test]
fn who_has_the_lessons_port_is_named_when_it_cannot_go_on() {
    let _turn = fixed_ports();
    let folder = TempDir::new().unwrap();
    let mut learner = Learner::new(folder.path());
    // Let go of the port, and let somebody else have it.
    learner.all(&["learn 2", "goto 2", "close s"]);
    let mut holder = std::process::Command::new(PROGRAM)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut script = holder.stdin.take().unwrap();
    let mut printed = BufReader::new(holder.stdout.take().unwrap()).lines();
    writeln!(
        script,
        "s = socket tcp; setsockopt s SO_REUSEADDR 1; bind s 127.0.0.1:12345; listen s 5"
    )
    .unwrap();
    assert!(
        printed.any(|line| line.unwrap().contains("LISTEN")),
        "it listens"
    );
    let said = learner.types("undo");
    drop(script);
    holder.wait().unwrap();
    for words in [
        "`bind s 127.0.0.1:12345` failed with EADDRINUSE",
        &format!("(pid {})", holder.id()),
        "`who 12345`",
        "`undo` tries once more",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(
        !said.contains("should hold"),
        "what follows is told too: {said}"
    );
    let said = learner.types("undo");
    assert!(said.contains("Open: `s`"), "{said}");
}
