use super::*;
use crate::errno::Errno;
use crate::lang::ast::{Action, Statement};
use crate::lesson::{Block, Lesson};

/// A session as the judge sees it: what expressions amount to, and which claims hold.
#[derive(Default)]
struct Fake {
    values: Vec<(&'static str, &'static str)>,
    holds: Vec<&'static str>,
    last: &'static str,
    pending: Vec<&'static str>,
}

impl World for Fake {
    fn socket(&mut self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Last => Some(self.last.to_owned()),
            Expr::Name(name) => Some(name.clone()),
            _ => None,
        }
    }

    fn value(&mut self, expr: &Expr) -> Option<Vec<u8>> {
        let known = self.values.iter().find(|(text, _)| value_of(text) == *expr);
        known.map(|(_, value)| value.as_bytes().to_vec())
    }

    fn pending(&mut self) -> Vec<String> {
        self.pending.iter().map(ToString::to_string).collect()
    }

    fn claim(&mut self, claim: &Claim) -> Finding {
        let holds = self.holds.iter().any(|text| claim_of(text) == *claim);
        Finding {
            holds,
            found: "it is not so".to_owned(),
            why: String::new(),
        }
    }
}

fn statement(line: &str) -> Statement {
    crate::lang::parse(line)
        .unwrap_or_else(|fault| panic!("{line}: {}", fault.message))
        .remove(0)
}

fn claim_of(text: &str) -> Claim {
    match statement(&format!("expect {text}")).action {
        Action::Expect(claim) => claim,
        _ => panic!("{text}"),
    }
}

/// As it stands at an address parameter.
fn value_of(text: &str) -> Expr {
    match statement(&format!("connect zz {text}")).action {
        Action::Call(call) => call.expr("addr").cloned().unwrap(),
        _ => panic!("{text}"),
    }
}

fn judge_of(fence: &str, model: &str) -> Judge {
    let text = format!("---\nid: x\ntitle: X\n---\n## Step\n\n```{fence}\n{model}\n```\n");
    let lesson = Lesson::parse("x.md", &text).unwrap_or_else(|defects| panic!("{defects:?}"));
    match &lesson.steps[0].blocks[0] {
        Block::Sock(sock) => Judge::new(sock),
        _ => panic!("no block"),
    }
}

fn judge(model: &str) -> Judge {
    judge_of("sock", model)
}

impl Judge {
    fn does(&mut self, line: &str, outcome: Outcome, world: &mut Fake) -> bool {
        let mut attempt = Attempt::new(&statement(line), world);
        attempt.outcome = outcome;
        self.tried(attempt)
    }

    /// Runs lines that all return 0.
    fn all(&mut self, lines: &[&str], world: &mut Fake) -> Judgement {
        for line in lines {
            self.does(line, returned(0), world);
        }
        self.look(world)
    }
}

fn returned(ret: i64) -> Outcome {
    Outcome::new(End::Returned(ret))
}

fn failed(name: &str) -> Outcome {
    Outcome::new(End::Failed(Errno::named(name).unwrap()))
}

fn blocked(job: u32) -> Outcome {
    Outcome {
        job: Some(job),
        ..Outcome::new(End::Blocked)
    }
}

fn received(data: &str, stream: bool) -> Outcome {
    Outcome {
        data: data.as_bytes().to_vec(),
        stream,
        ..returned(data.len() as i64)
    }
}

fn done(renamed: &[(&str, &str)], remarks: &[&str]) -> Judgement {
    Judgement::Done {
        renamed: renamed
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect(),
        remarks: remarks.iter().map(|r| (*r).to_owned()).collect(),
    }
}

/// The words of a judgement that differs, and whether undo is offered.
fn differs(judgement: &Judgement) -> (String, bool) {
    match judgement {
        Judgement::Differs { words, undo, .. } => (words.join("; "), *undo),
        other => panic!("{other:?}"),
    }
}

fn missing(judgement: &Judgement) -> String {
    match judgement {
        Judgement::NotYet { missing } => missing.join("; "),
        other => panic!("{other:?}"),
    }
}

const TWO: &str = "a = socket tcp\nbind a 127.0.0.1:0\nb = socket tcp\nbind b 127.0.0.1:0\nlisten b 1\nexpect state b LISTEN";

#[test]
fn nothing_done_is_not_done() {
    let said = missing(&judge(TWO).look(&mut Fake::default()));
    assert!(
        said.starts_with("still to do: socket, to make `a`"),
        "{said}"
    );
}

#[test]
fn the_model_answer_is_done_in_every_dialect() {
    let holds = vec!["state b LISTEN"];
    for lines in [
        [
            "a = socket tcp",
            "bind a 127.0.0.1:0",
            "b = socket tcp",
            "bind b 127.0.0.1:0",
            "listen b 1",
        ],
        [
            "a = socket.socket()",
            "a.bind((\"localhost\", 0))",
            "b = socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
            "b.bind(('127.0.0.1', 0))",
            "b.listen(1)",
        ],
        [
            "int a = socket(AF_INET, SOCK_STREAM, 0);",
            "bind a 127.0.0.1 0",
            "b = socket tcp",
            "bind b localhost:0",
            "listen(b, 1);",
        ],
    ] {
        let world = &mut Fake {
            holds: holds.clone(),
            ..Fake::default()
        };
        assert_eq!(judge(TWO).all(&lines, world), done(&[], &[]), "{lines:?}");
    }
}

#[test]
fn a_new_socket_takes_the_name_of_its_part() {
    let world = &mut Fake {
        holds: vec!["state s1 LISTEN"],
        ..Fake::default()
    };
    // Only listen tells which of two like sockets is which.
    let lines = [
        "s1 = socket tcp",
        "bind s1 127.0.0.1:0",
        "s2 = socket tcp",
        "bind s2 127.0.0.1:0",
        "listen s1 1",
    ];
    assert_eq!(
        judge(TWO).all(&lines, world),
        done(&[("s1", "b"), ("s2", "a")], &[])
    );
}

#[test]
fn a_socket_that_names_itself_plays_its_part() {
    let world = &mut Fake {
        holds: vec!["state s1 CLOSE"],
        last: "s1",
        ..Fake::default()
    };
    let mut judge = judge("s = socket tcp\nbind s 127.0.0.1:0\nexpect state s CLOSE");
    judge.does(
        "socket tcp",
        Outcome {
            made: vec!["s1".to_owned()],
            ..returned(3)
        },
        world,
    );
    judge.does("bind . 127.0.0.1:0", returned(0), world);
    assert_eq!(judge.look(world), done(&[("s1", "s")], &[]));
}

#[test]
fn a_spare_socket_plays_no_part() {
    let world = &mut Fake {
        holds: vec!["state y LISTEN"],
        ..Fake::default()
    };
    let mut judge = judge("s = socket tcp\nlisten s 1\nexpect state s LISTEN");
    assert_eq!(
        judge.all(&["x = socket tcp", "y = socket tcp", "listen y 1"], world),
        done(&[("y", "s")], &[])
    );
}

#[test]
fn what_differs_is_said_in_words() {
    let model = "s = socket tcp\nbind s 127.0.0.1:0\nexpect ok";
    for (line, said) in [
        (
            "bind s 127.0.0.1:8080",
            "bound port 8080; this step wants a port the kernel chooses, 0",
        ),
        (
            "bind s 127.0.0.2:0",
            "bound 127.0.0.2; this step wants 127.0.0.1",
        ),
        (
            "bind s *:0",
            "bound any address, 0.0.0.0; this step wants 127.0.0.1",
        ),
        ("listen s 5", "listen is not what this step asks for"),
    ] {
        let judgement = judge(model).all(&["s = socket tcp", line], &mut Fake::default());
        assert_eq!(differs(&judgement), (said.to_owned(), true), "{line}");
    }
    let judgement = judge(model).all(&["s = socket udp"], &mut Fake::default());
    let (words, undo) = differs(&judgement);
    assert!(
        words.contains("SOCK_DGRAM (datagrams, as UDP has)")
            && words.contains("this step wants SOCK_STREAM (a stream, as TCP is)")
            && undo,
        "{words}"
    );
    let judgement =
        judge("send c \"hello\"\nexpect ret 5").all(&["send c \"hullo\""], &mut Fake::default());
    assert_eq!(
        differs(&judgement).0,
        "sent \"hullo\"; this step wants \"hello\""
    );
    let judgement =
        judge("shutdown c wr\nexpect ok").all(&["shutdown c rdwr"], &mut Fake::default());
    assert_eq!(
        differs(&judgement).0,
        "shut down with SHUT_RDWR; this step wants SHUT_WR"
    );
    let judgement = judge("close c\nexpect ok").all(&["close d"], &mut Fake::default());
    assert_eq!(
        differs(&judgement).0,
        "close was called on d; this step wants it on c"
    );
}

#[test]
fn a_part_is_the_lessons_whatever_the_learner_calls_so() {
    let model = "client: c = socket tcp\nclient: listen c 5\nexpect state c LISTEN";
    let lines = ["server: c = socket tcp", "server: listen c 5"];
    let (words, _) = differs(&judge(model).all(&lines, &mut Fake::default()));
    assert_eq!(words, "the lesson's `c` is to be made first");
    let finding = judge(model).claim(&claim_of("state c LISTEN"), &mut Fake::default());
    assert_eq!(finding.found, "nothing plays the lesson's `c` yet");
}

#[test]
fn so_many_bytes_are_counted_and_not_compared() {
    let send = |bytes: &str| {
        let mut world = Fake::default();
        let mut judge = judge("send c #1000\nexpect ok");
        let mut attempt = Attempt::new(&statement("c.send(b'x' * 1000)"), &mut world);
        attempt.made_with(vec![None, Some(bytes.as_bytes().to_vec())]);
        attempt.outcome = returned(0);
        judge.tried(attempt);
        judge.look(&mut world)
    };
    assert_eq!(send(&"x".repeat(1000)), done(&[], &[]));
    let (words, _) = differs(&send(&"x".repeat(900)));
    assert_eq!(words, "sent 900 bytes; this step wants 1000 bytes");
}

#[test]
fn an_address_is_compared_by_what_it_amounts_to() {
    let values = vec![
        ("b.local", "127.0.0.1:40000"),
        ("127.0.0.1:40000", "127.0.0.1:40000"),
        ("127.0.0.1:40001", "127.0.0.1:40001"),
    ];
    let world = &mut Fake {
        values,
        ..Fake::default()
    };
    assert_eq!(
        judge("connect a b.local\nexpect ok").all(&["connect a 127.0.0.1:40000"], world),
        done(&[], &[])
    );
    let judgement =
        judge("connect a b.local\nexpect ok").all(&["connect a 127.0.0.1:40001"], world);
    assert_eq!(
        differs(&judgement).0,
        "connected to 127.0.0.1:40001; this step wants b.local"
    );
}

#[test]
fn the_end_of_a_call_counts() {
    let world = &mut Fake::default();
    let mut refused = judge("connect a 127.0.0.1:1\nexpect error ECONNREFUSED");
    refused.does("connect a 127.0.0.1:1", returned(0), world);
    let (words, undo) = differs(&refused.look(world));
    assert_eq!(
        words,
        "connect returned 0; this step wants it to fail with ECONNREFUSED"
    );
    assert!(undo);
    refused.does("connect a 127.0.0.1:1", failed("ECONNREFUSED"), world);
    assert_eq!(refused.look(world), done(&[], &[]));

    let mut bind = judge("bind s 127.0.0.1:12345\nexpect ok");
    bind.does("bind s 127.0.0.1:12345", failed("EADDRINUSE"), world);
    let (words, undo) = differs(&bind.look(world));
    assert_eq!(
        words,
        "bind failed with EADDRINUSE (Address already in use); this step wants it to succeed"
    );
    assert!(!undo, "a refused call changed nothing");

    let mut accept = judge("conn = accept s\nexpect blocked");
    accept.does("conn = accept s", returned(5), world);
    assert!(
        differs(&accept.look(world))
            .0
            .ends_with("this step wants it to sleep: make the call earlier")
    );
    let mut connect = judge("connect a 127.0.0.1:1\nexpect blocked");
    connect.does("connect a 127.0.0.1:1", returned(0), world);
    assert!(
        differs(&connect.look(world))
            .0
            .ends_with("this step wants it to sleep")
    );
}

#[test]
fn a_call_that_slept_may_end_later() {
    let world = &mut Fake::default();
    let mut judge = judge("conn = accept s\nexpect ok");
    judge.does("k = accept s", blocked(1), world);
    assert!(missing(&judge.look(world)).contains("accept has not returned yet"));
    judge.ended(1, End::Returned(5), b"", Vec::new());
    assert_eq!(judge.look(world), done(&[("k", "conn")], &[]));
}

#[test]
fn what_a_sleeping_call_will_give_is_not_waited_for() {
    let world = &mut Fake {
        holds: vec!["state k ESTABLISHED"],
        pending: vec!["k"],
        ..Fake::default()
    };
    let mut judge = judge("conn = accept s\nexpect state conn ESTABLISHED");
    judge.does("k = accept s", blocked(1), world);
    assert_eq!(
        missing(&judge.look(world)),
        "accept has not returned yet: the thread sleeps in it until the other side acts"
    );
    assert!(
        !judge
            .claim(&claim_of("state conn ESTABLISHED"), world)
            .holds
    );
    judge.ended(1, End::Returned(5), b"", Vec::new());
    world.pending.clear();
    assert_eq!(judge.look(world), done(&[("k", "conn")], &[]));
}

#[test]
fn blocked_stays_true_when_the_call_has_returned() {
    let world = &mut Fake {
        holds: vec!["state c ESTABLISHED"],
        ..Fake::default()
    };
    let mut judge =
        judge("conn = accept s\nexpect blocked\nconnect c 127.0.0.1:1\nexpect state c ESTABLISHED");
    judge.does("conn = accept s", blocked(1), world);
    assert!(missing(&judge.look(world)).contains("still to do: connect on `c`"));
    judge.ended(1, End::Returned(5), b"", Vec::new());
    judge.does("connect c 127.0.0.1:1", returned(0), world);
    assert_eq!(judge.look(world), done(&[], &[]));
}

#[test]
fn a_claim_that_held_once_need_not_hold_for_ever() {
    let world = &mut Fake {
        holds: vec!["state c ESTABLISHED"],
        ..Fake::default()
    };
    let mut judge =
        judge("connect c 127.0.0.1:1\nexpect state c ESTABLISHED\nclose c\nexpect sockets 0");
    judge.does("connect c 127.0.0.1:1", returned(0), world);
    assert_eq!(missing(&judge.look(world)), "still to do: close on `c`");
    world.holds = vec!["sockets 0"];
    judge.does("close c", returned(0), world);
    assert_eq!(judge.look(world), done(&[], &[]));
}

#[test]
fn a_claim_that_fails_is_named() {
    let judgement =
        judge("listen s 1\nexpect backlog s 1").all(&["listen s 1"], &mut Fake::default());
    assert_eq!(
        missing(&judgement),
        "this step wants `backlog s 1`; found: it is not so"
    );
}

#[test]
fn another_way_to_the_same_effect_passes() {
    let world = &mut Fake::default();
    let mut send = judge("send c \"hello\"\nexpect ret 5");
    send.does("c.sendall(b'hello')", returned(5), world);
    assert_eq!(
        send.look(world),
        done(&[], &["Same effect; the lesson used `send c \"hello\"`."])
    );
    let mut print = judge("recv c 1024\nexpect data \"hi\"");
    print.does("print c.recv(100)", received("hi", true), world);
    assert_eq!(print.look(world), done(&[], &[]));
}

#[test]
fn a_stream_may_be_read_in_other_pieces() {
    let world = &mut Fake::default();
    let mut pieces = judge("recv c 100\nexpect data \"hello\"");
    pieces.does("recv c 2", received("he", true), world);
    assert!(
        missing(&pieces.look(world))
            .ends_with("\"he\" was received: \"llo\" is still to be received")
    );
    pieces.does("recv c 100", received("llo", true), world);
    assert_eq!(pieces.look(world), done(&[], &[]));

    let mut at_once = judge("recv c 6\nexpect data \"Hello \"\nrecv c 100\nexpect data \"World\"");
    at_once.does("recv c 100", received("Hello World", true), world);
    assert_eq!(
        at_once.look(world),
        done(&[], &["Same effect; the lesson used `recv c 100`."])
    );
}

#[test]
fn datagrams_are_not_put_together() {
    let world = &mut Fake::default();
    let mut judge = judge("recv u 100\nexpect data \"hello\"");
    judge.does("recv u 2", received("he", false), world);
    assert!(missing(&judge.look(world)).contains("\"he\" was received"));
    judge.does("recv u 100", received("llo", false), world);
    assert!(!matches!(judge.look(world), Judgement::Done { .. }));
}

#[test]
fn lines_that_change_nothing_are_no_attempts() {
    let world = &mut Fake::default();
    let mut judge = judge("s = socket tcp\nexpect ok");
    for line in [
        "ls",
        "explain bind",
        "getsockname s",
        "x = 3",
        "recv s 10 --peek",
        "expect ok",
    ] {
        assert!(!judge.does(line, returned(0), world), "{line}");
    }
    missing(&judge.look(world));
    let mut look = judge_of("sock", "getsockname s\nexpect ok");
    assert!(
        look.does("s.getsockname()", returned(0), world),
        "where it is asked for, it counts"
    );
    assert_eq!(look.look(world), done(&[], &[]));
}

#[test]
fn the_other_side_may_be_played_elsewhere() {
    let model =
        "c = socket tcp\nconnect c 127.0.0.1:12345\nexpect peer conn c.local\nexpect jobs 0";
    let world = &mut Fake::default();
    let mut judge = judge_of("sock other", model);
    missing(&judge.look(world));
    world.holds = vec!["jobs 0"];
    assert_eq!(judge.look(world), done(&[], &[]));
    let unseen = "t = socket tcp\nlisten t 5\nexpect state t LISTEN";
    let mut judge = judge_of("sock other", unseen);
    missing(&judge.look(world));
    assert_eq!(
        judge.elsewhere(world),
        done(&[], &[]),
        "on the learner's word, where nothing can be seen from here"
    );
    let mut judge = judge_of("sock other", model);
    world.holds = Vec::new();
    assert!(missing(&judge.elsewhere(world)).contains("this step wants `jobs 0`"));
}

#[test]
fn predictions_are_judged_with_the_learners_call_and_names() {
    let world = &mut Fake {
        holds: vec!["state x LISTEN"],
        ..Fake::default()
    };
    let mut judge =
        judge("s = socket tcp\nlisten s 1\nexpect ok\nconnect s 127.0.0.1:1\nexpect error EISCONN");
    judge.does("x = socket tcp", returned(3), world);
    judge.does("listen x 1", returned(0), world);
    judge.does("connect x 127.0.0.1:1", failed("EISCONN"), world);
    assert!(judge.claim(&claim_of("error EISCONN"), world).holds);
    assert!(!judge.claim(&claim_of("ok"), world).holds);
    assert!(judge.claim(&claim_of("state s LISTEN"), world).holds);
    assert!(!judge.claim(&claim_of("state s ESTABLISHED"), world).holds);
}

#[test]
fn many_spare_sockets_are_judged_in_bounded_time() {
    let world = &mut Fake::default();
    let mut judge = judge(
        "a = socket tcp\nb = socket tcp\nc = socket tcp\nbind c 127.0.0.1:0\nexpect error EINVAL",
    );
    for n in 0..60 {
        judge.does(&format!("x{n} = socket tcp"), returned(3), world);
    }
    assert!(!matches!(judge.look(world), Judgement::Done { .. }));
}

/// A session in which everything is as the lesson says.
struct Obedient;

impl World for Obedient {
    fn socket(&mut self, _: &Expr) -> Option<String> {
        None
    }

    fn value(&mut self, _: &Expr) -> Option<Vec<u8>> {
        None
    }

    fn claim(&mut self, _: &Claim) -> Finding {
        Finding {
            holds: true,
            found: String::new(),
            why: String::new(),
        }
    }
}

/// How a model's call ends when it ends as the model says.
fn as_claimed(deed: &Deed) -> Outcome {
    let mut outcome = returned(3);
    for claim in &deed.claims {
        match claim {
            Claim::Error(errnos) => outcome.end = End::Failed(errnos[0]),
            Claim::Ret(Expr::Int(ret)) => outcome.end = End::Returned(*ret),
            Claim::Blocked => {
                outcome.job = Some(1);
                outcome.end = End::Blocked;
            }
            Claim::Data(wanted) => {
                outcome.data = compare::literal(wanted).expect("a lesson's data is written out");
                outcome.stream = true;
            }
            _ => {}
        }
    }
    outcome
}

#[test]
fn every_model_answer_is_recognized_and_nothing_less() {
    let library = crate::lesson::Library::embedded();
    for entry in library.entries() {
        let lesson = library.open(entry, None).unwrap();
        for sock in lesson.steps.iter().flat_map(crate::lesson::Step::socks) {
            let place = format!("{}:{}", entry.file, sock.line);
            let mut judge = Judge::new(sock);
            for deed in sock.deeds() {
                if !sock.other {
                    let judgement = judge.look(&mut Obedient);
                    assert!(
                        matches!(judgement, Judgement::NotYet { .. }),
                        "{place} before {}: {judgement:?}",
                        deed.text
                    );
                }
                let mut attempt = Attempt::new(&deed.statement, &mut Obedient);
                attempt.outcome = as_claimed(&deed);
                assert!(judge.tried(attempt), "{place}: {} is no attempt", deed.text);
            }
            assert_eq!(judge.look(&mut Obedient), done(&[], &[]), "{place}");
        }
    }
}

#[test]
fn an_order_is_judged_by_what_it_means() {
    let mut world = Fake::default();
    let mut judge = judge("wire hold\nexpect held 0");
    world.holds = vec!["held 0"];
    assert_eq!(
        missing(&judge.look(&mut world)),
        "still to do: wire hold",
        "nothing was done"
    );
    judge.does("wire flow", ordered(), &mut world);
    let (words, undo) = differs(&judge.look(&mut world));
    assert_eq!(words, "`wire flow` is not what this step asks for");
    assert!(undo, "the wire was changed");
    judge.does("wire   hold  # stop", ordered(), &mut world);
    assert_eq!(judge.look(&mut world), done(&[], &[]));
}

#[test]
fn another_value_of_an_order_is_named() {
    let mut world = Fake::default();
    let mut judge = judge("wire loss 30% seed 7\nexpect held 0");
    judge.does("wire loss 20% seed 7", ordered(), &mut world);
    let (words, _) = differs(&judge.look(&mut world));
    assert_eq!(
        words,
        "the order was `wire loss 20% seed 7`; this step wants `wire loss 30% seed 7`"
    );
    // A seed says which are lost: of all and of none it says nothing.
    for (percent, line, passes) in [
        ("100%", "wire loss 100%", true),
        ("0%", "wire loss 0% seed 3", true),
        ("30%", "wire loss 30%", false),
        ("100%", "wire loss 99%", false),
    ] {
        let mut judge = judge_of(
            "sock",
            &format!("wire loss {percent} seed 7\nexpect held 0"),
        );
        let mut world = Fake {
            holds: vec!["held 0"],
            ..Fake::default()
        };
        judge.does(line, ordered(), &mut world);
        let judgement = judge.look(&mut world);
        let done = matches!(judgement, Judgement::Done { .. });
        assert_eq!(done, passes, "{line}: {judgement:?}");
    }
}

#[test]
fn steps_one_by_one_are_as_good_as_several_at_once() {
    let mut world = Fake {
        holds: vec!["held 0"],
        ..Fake::default()
    };
    let mut judge = judge("step 3\nexpect held 0");
    judge.does("step", ordered(), &mut world);
    assert_eq!(
        missing(&judge.look(&mut world)),
        "still to do: step, 2 more packets"
    );
    judge.does("step", ordered(), &mut world);
    assert_eq!(
        missing(&judge.look(&mut world)),
        "still to do: step, once more"
    );
    judge.does("step", ordered(), &mut world);
    assert_eq!(
        judge.look(&mut world),
        done(&[], &["Same effect; the lesson used `step 3`."])
    );
}

#[test]
fn a_step_counts_what_it_delivered() {
    let mut world = Fake {
        holds: vec!["state s SYN_RECV"],
        ..Fake::default()
    };
    let mut judge = judge("step\nexpect state s SYN_RECV");
    let mut attempt = Attempt::new(&statement("step 2"), &mut world);
    attempt.stepped(1);
    judge.tried(attempt);
    assert_eq!(judge.look(&mut world), done(&[], &[]));
}

#[test]
fn what_was_done_already_is_told_and_a_second_look_is_no_mistake() {
    let mut world = Fake::default();
    let mut judge = judge("setsockopt f TCP_MAXSEG 500\nwire\nconnect f 127.0.0.1:1\nexpect ok");
    let again = ["setsockopt f TCP_MAXSEG 500"; 2];
    let (words, _) = differs(&judge.all(&again, &mut world));
    assert_eq!(
        words,
        "setsockopt was done here already, and this step asks for it once"
    );
    for _ in 0..2 {
        judge.does("wire", ordered(), &mut world);
        assert_eq!(
            missing(&judge.look(&mut world)),
            "still to do: connect on `f`"
        );
    }
}

#[test]
fn packets_may_be_let_cross_where_the_learner_holds_the_wire() {
    let mut world = Fake::default();
    let mut judge = judge("connect c 127.0.0.1:1\nexpect state c ESTABLISHED");
    judge.does("step", ordered(), &mut world);
    let (words, _) = differs(&judge.look(&mut world));
    assert_eq!(words, "`step` is not what this step asks for");
    judge.does("connect c 127.0.0.1:1", returned(0), &mut world);
    judge.does("step", ordered(), &mut world);
    assert_eq!(
        missing(&judge.look(&mut world)),
        "this step wants `state c ESTABLISHED`; found: it is not so"
    );
}

#[test]
fn more_steps_than_asked_for_differ() {
    let mut world = Fake::default();
    let mut judge = judge("step\nexpect state s SYN_RECV");
    judge.does("step 3", ordered(), &mut world);
    let (words, undo) = differs(&judge.look(&mut world));
    assert_eq!(words, "3 packets were stepped; this step wants `step`");
    assert!(undo);
}

#[test]
fn a_step_that_reached_the_same_state_is_as_good() {
    let mut world = Fake {
        holds: vec!["packet last SYN"],
        ..Fake::default()
    };
    let mut judge = judge("step\nexpect packet last SYN");
    judge.does("step until SYN", ordered(), &mut world);
    assert_eq!(
        judge.look(&mut world),
        done(&[], &["Same effect; the lesson used `step`."])
    );
}

#[test]
fn looking_at_packets_is_no_attempt() {
    let mut world = Fake::default();
    let mut judge = judge("wire drop 1\nexpect fate 1 dropped");
    for line in [
        "ladder",
        "packet 1",
        "wire",
        "wire log 3",
        "flows",
        "on client",
    ] {
        assert!(!judge.does(line, ordered(), &mut world), "{line}");
    }
    assert!(judge.does("wire drop next", ordered(), &mut world));
    world.holds = vec!["fate 1 dropped"];
    assert_eq!(
        judge.look(&mut world),
        done(&[], &["Same effect; the lesson used `wire drop 1`."])
    );
}

#[test]
fn the_prompts_host_counts_as_the_statements_own() {
    struct Elsewhere(Fake);
    impl World for Elsewhere {
        fn socket(&mut self, expr: &Expr) -> Option<String> {
            self.0.socket(expr)
        }
        fn host(&mut self) -> Option<String> {
            Some("client".to_owned())
        }
        fn value(&mut self, expr: &Expr) -> Option<Vec<u8>> {
            self.0.value(expr)
        }
        fn claim(&mut self, claim: &Claim) -> Finding {
            self.0.claim(claim)
        }
    }
    let mut world = Elsewhere(Fake::default());
    for (model, passes) in [
        ("server: socket tcp\nexpect ok", false),
        ("client: socket tcp\nexpect ok", true),
        ("on client\nsocket tcp\nexpect ok", true),
        ("on server\nsocket tcp\nexpect ok", false),
        // A socket keeps its host, wherever the call on it is typed.
        ("server: listen s 5\nexpect ok", true),
    ] {
        let mut judge = judge(model);
        if model.starts_with("on") {
            judge.tried(Attempt::new(
                &statement(model.lines().next().unwrap()),
                &mut world,
            ));
        }
        let typed = model.lines().find_map(|line| {
            let at = ["socket tcp", "listen s 5"];
            at.into_iter().find(|call| line.ends_with(call))
        });
        let mut attempt = Attempt::new(&statement(typed.unwrap()), &mut world);
        attempt.outcome = returned(0);
        judge.tried(attempt);
        let judgement = judge.look(&mut world);
        assert_eq!(
            matches!(judgement, Judgement::Done { .. }),
            passes,
            "{model}: {judgement:?}"
        );
    }
}

fn ordered() -> Outcome {
    Outcome::new(End::NoCall)
}

#[test]
fn a_sleeping_accept_without_a_name_plays_the_part_when_it_returns() {
    let mut world = Fake {
        holds: vec!["state s LISTEN"],
        ..Fake::default()
    };
    let mut judge = judge("conn = accept s\nexpect blocked\nexpect state s LISTEN");
    judge.does("accept s", blocked(1), &mut world);
    judge.ended(1, End::Returned(5), b"", vec!["c1".to_owned()]);
    assert_eq!(judge.look(&mut world), done(&[("c1", "conn")], &[]));
}

#[test]
fn an_address_asked_for_is_as_good_as_the_name_for_it() {
    let model = "place = s.local\nclose s\nexpect ok";
    for (line, passes) in [
        ("place = s.local", true),
        ("place = s.getsockname()", true),
        ("there = getsockname s", true),
        ("place = c.peer", true),
        ("place = c.local", false),
        ("place = c.getsockname()", false),
        ("host, port = s.getsockname()", false),
    ] {
        let values = vec![
            ("s.local", "127.0.0.1:80"),
            ("c.peer", "127.0.0.1:80"),
            ("c.local", "127.0.0.1:81"),
        ];
        let mut world = Fake {
            values,
            ..Fake::default()
        };
        let mut judge = judge(model);
        judge.does(line, ordered(), &mut world);
        judge.does("close s", returned(0), &mut world);
        let judgement = judge.look(&mut world);
        let done = matches!(judgement, Judgement::Done { .. });
        assert_eq!(done, passes, "{line}: {judgement:?}");
    }
    // The other way round, and where nothing takes the answer.
    let lines = [
        ("place = getsockname s", "place = s.local"),
        ("getsockname s", "x = s.getsockname()"),
    ];
    for (model, line) in lines {
        let mut judge = judge(&format!("{model}\nclose s"));
        let judgement = judge.all(&[line, "close s"], &mut Fake::default());
        assert!(matches!(judgement, Judgement::Done { .. }), "{line}");
    }
}

#[test]
fn undo_is_offered_where_an_earlier_call_may_be_in_the_way() {
    let model = "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 5\nexpect ok";
    let refused = |before: &[&str]| {
        let mut world = Fake::default();
        let mut judge = judge(model);
        judge.all(before, &mut world);
        judge.does("bind s 127.0.0.1:0", failed("EINVAL"), &mut world);
        let (words, undo) = differs(&judge.look(&mut world));
        assert!(words.contains("this step wants it to succeed"), "{words}");
        undo
    };
    assert!(refused(&["s = socket tcp", "listen s 5"]), "too early");
    assert!(
        refused(&["s = socket tcp", "connect s 127.0.0.1:80"]),
        "not asked for"
    );
    assert!(!refused(&["s = socket tcp"]), "nothing is in the way");
}

#[test]
fn a_bind_that_can_only_fail_is_not_still_to_do() {
    let after = |model: &str, line: &str| {
        let lines = ["s = socket tcp", line];
        judge(&format!("s = socket tcp\n{model}\nexpect ok")).all(&lines, &mut Fake::default())
    };
    let listen = "bind s 127.0.0.1:0\nlisten s 5";
    let (words, undo) = differs(&after(listen, "listen s 5"));
    assert!(words.contains("has its port since listen"), "{words}");
    assert!(undo, "the way out");
    let connect = "bind s 127.0.0.1:0\nconnect s 127.0.0.1:80";
    let (words, _) = differs(&after(connect, "connect s 127.0.0.1:80"));
    assert!(words.contains("has its port since connect"), "{words}");
    let mut bound_elsewhere = judge(&format!("s = socket tcp\n{listen}\nexpect ok"));
    let lines = ["s = socket tcp", "bind s 0.0.0.0:0", "listen s 5"];
    let (words, _) = differs(&bound_elsewhere.all(&lines, &mut Fake::default()));
    assert!(words.contains("has its port since bind"), "{words}");
    for right in [
        "listen s 5\nconnect s 127.0.0.1:80",
        "bind s @name\nlisten s 5",
    ] {
        let judgement = after(right, "listen s 5");
        assert!(
            matches!(judgement, Judgement::NotYet { .. }),
            "{right}: {judgement:?}"
        );
    }
}

#[test]
fn an_argument_that_holds_a_call_is_what_it_amounted_to() {
    let made = |address: &str| {
        let mut world = Fake::default();
        let mut judge = judge("bind s 127.0.0.1:12345\nexpect ok");
        let line = statement("s.bind((socket.gethostname(), 12345))");
        let mut attempt = Attempt::new(&line, &mut world);
        attempt.made_with(vec![None, Some(address.as_bytes().to_vec())]);
        attempt.outcome = returned(0);
        judge.tried(attempt);
        judge.look(&mut world)
    };
    assert_eq!(made("127.0.0.1:12345"), done(&[], &[]));
    let (words, _) = differs(&made("192.0.2.1:12345"));
    assert_eq!(words, "bound 192.0.2.1; this step wants 127.0.0.1");
}

#[test]
fn a_model_whose_arguments_hold_calls_is_done_by_itself() {
    let made = |model: &str, line: &str, came_to: &str| {
        let mut world = Fake {
            values: vec![("s.local", "127.0.0.1:80")],
            ..Fake::default()
        };
        let mut judge = judge(model);
        let mut attempt = Attempt::new(&statement(line), &mut world);
        attempt.made_with(vec![None, Some(came_to.as_bytes().to_vec())]);
        attempt.outcome = returned(0);
        judge.tried(attempt);
        judge.look(&mut world)
    };
    let port = "c.connect((\"127.0.0.1\", s.getsockname()[1]))";
    let echo = "c.send(d.recv(5))";
    for (model, lines, came_to) in [
        (
            "c.connect(s.getsockname())",
            &[
                "c.connect(s.getsockname())",
                "connect c s.local",
                "connect c 127.0.0.1:80",
            ][..],
            "127.0.0.1:80",
        ),
        (
            port,
            &[port, "c.connect(('127.0.0.1',  s.local[1]))"],
            "127.0.0.1:80",
        ),
        (echo, &[echo, "send(c, recv(d, 5, 0), 5, 0)"], "hello"),
    ] {
        for line in lines {
            assert_eq!(
                made(model, line, came_to),
                done(&[], &[]),
                "{model}: {line}"
            );
        }
    }
    let (words, _) = differs(&made(echo, "send c \"hi\"", "hi"));
    assert_eq!(words, "sent \"hi\"; this step wants recv(d, 5)");
}

#[test]
fn an_answer_without_the_name_that_the_lesson_goes_on_with() {
    let mut world = Fake::default();
    let mut judge = judge("data, addr = recvfrom b 20\nexpect addr == a.local");
    judge.does("b.recvfrom(20)", received("hi", false), &mut world);
    assert_eq!(
        missing(&judge.look(&mut world)),
        "this step wants `addr == a.local`; found: nothing plays the lesson's `addr` yet: what the call gives is to have \
         this name, as in `data, addr = recvfrom b 20`"
    );
}
