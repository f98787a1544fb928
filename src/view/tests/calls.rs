//! Calls, what they changed, and words about them.

use super::*;
use insta::assert_snapshot;

const BIND: &str = "bind(3, {sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0";
const REFUSED: &str = "connect(4, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"::1\", &sin6_addr), sin6_scope_id=0}, 28) = -1 ECONNREFUSED (Connection refused)";

#[test]
fn a_call_is_shown_in_straces_notation() {
    let pipe = Renderer::new(Style::PLAIN).event(&event(syscall(BIND, Some(0), None)));
    assert_eq!(pipe, format!("  {BIND}\n"));
    assert_snapshot!(shown(TERMINAL, syscall(BIND, Some(0), None)), @r#"
    sock>
      bind(3, {sa_family=AF_INET, sin_port=htons(12345),
          sin_addr=inet_addr("127.0.0.1")}, 16) = 0
    "#);
    let errno = Some(Errno(libc::ECONNREFUSED));
    assert_snapshot!(shown(TERMINAL, syscall(REFUSED, Some(-1), errno)), @r#"
    sock>
      connect(4, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0),
          inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28) = -1
          ECONNREFUSED (Connection refused)
    "#);
    assert_snapshot!(shown(TERMINAL, syscall("accept(3, NULL, NULL) = ?", None, None)), @r"
    sock>
      accept(3, NULL, NULL) = ?
    ");
}

#[test]
fn a_library_call_says_that_it_is_none() {
    let What::Syscall(mut call) = syscall("htons(80) = 20480", Some(20480), None) else {
        unreachable!()
    };
    call.library = true;
    assert_snapshot!(shown(TERMINAL, What::Syscall(call)), @r"
    sock>
      htons(80) = 20480  (library call)
    ");
}

#[test]
fn color_only_adds_to_what_is_there() {
    let color = Style {
        color: true,
        ..TERMINAL
    };
    let colored = Renderer::new(color).event(&event(syscall("listen(3, 5) = 0", Some(0), None)));
    assert_eq!(
        colored,
        "  \u{1b}[1mlisten(3, 5)\u{1b}[0m\u{1b}[1;32m = 0\u{1b}[0m\n"
    );
}

#[test]
fn a_change_shows_what_changed() {
    let lines = |style: Style| {
        let mut renderer = Renderer::new(style);
        let mut lines = String::from("sock>\n");
        for change in changes() {
            lines.push_str(&renderer.event(&event(What::State(change))));
        }
        lines
    };
    assert_snapshot!(lines(TERMINAL), @r"
    sock>
      s  CLOSE
      s  127.0.0.1:12345  CLOSE
      s  peer [::1]:80
      s  backlog 1/5  (by the peer)
      s  recvq 24  (by the peer)
      s  recvq 0  sendq 5
      s  CLOSE → LISTEN  backlog 0/5
      s  127.0.0.1:12345 ↔ 127.0.0.1:80  CLOSE → ESTABLISHED
      s  ESTABLISHED → CLOSE_WAIT  (by the peer)
      s  ESTABLISHED → CLOSE  (a RST, an ICMP error or its timer)
      s  ESTABLISHED → FIN_WAIT1  (no descriptor any more)
      s  FIN_WAIT2 → TIME_WAIT  (by the peer; no descriptor any more)
      s  FIN_WAIT2 → CLOSE  (a RST, an ICMP error, its timer, or data that nobody
          can read; no descriptor any more)
      s  TIME_WAIT → CLOSE  (its timer, a RST or a SYN; no descriptor any more)
      s  LAST_ACK → CLOSE  (an ACK, a RST or its timer; no descriptor any more)
    ");
    assert_snapshot!(lines(ASCII), @r"
    sock>
      s  CLOSE
      s  127.0.0.1:12345  CLOSE
      s  peer [::1]:80
      s  backlog 1/5  (by the peer)
      s  recvq 24  (by the peer)
      s  recvq 0  sendq 5
      s  CLOSE -> LISTEN  backlog 0/5
      s  127.0.0.1:12345 <-> 127.0.0.1:80  CLOSE -> ESTABLISHED
      s  ESTABLISHED -> CLOSE_WAIT  (by the peer)
      s  ESTABLISHED -> CLOSE  (a RST, an ICMP error or its timer)
      s  ESTABLISHED -> FIN_WAIT1  (no descriptor any more)
      s  FIN_WAIT2 -> TIME_WAIT  (by the peer; no descriptor any more)
      s  FIN_WAIT2 -> CLOSE  (a RST, an ICMP error, its timer, or data that nobody
          can read; no descriptor any more)
      s  TIME_WAIT -> CLOSE  (its timer, a RST or a SYN; no descriptor any more)
      s  LAST_ACK -> CLOSE  (an ACK, a RST or its timer; no descriptor any more)
    ");
}

fn changes() -> Vec<Change> {
    use TcpState::*;
    let moved = |from, to, by_network, closed| Change {
        from: Some(from),
        to: Some(to),
        by_network,
        closed,
        ..change()
    };
    let here = Some(addr("127.0.0.1:12345"));
    let mut all = vec![change(); 6];
    all[0].to = Some(Close);
    (all[1].local, all[1].to) = (here.clone(), Some(Close));
    all[2].peer = Some(addr("[::1]:80"));
    (all[3].backlog, all[3].by_network) = (Some((1, 5)), true);
    (all[4].recvq, all[4].by_network) = (Some(24), true);
    (all[5].sendq, all[5].recvq) = (Some(5), Some(0));
    let mut listens = moved(Close, Listen, false, false);
    listens.backlog = Some((0, 5));
    let mut connects = moved(Close, Established, false, false);
    (connects.local, connects.peer) = (here, Some(addr("127.0.0.1:80")));
    all.extend([
        listens,
        connects,
        moved(Established, CloseWait, true, false),
        moved(Established, Close, true, false),
        moved(Established, FinWait1, false, true),
        moved(FinWait2, TimeWait, true, true),
        moved(FinWait2, Close, true, true),
        moved(TimeWait, Close, true, true),
        moved(LastAck, Close, true, true),
    ]);
    all
}

#[test]
fn a_change_names_its_host_and_a_nameless_socket() {
    let mut event = event(What::State(Change {
        recvq: Some(1),
        ..change()
    }));
    event.host = Some("server".to_owned());
    event.socket = None;
    assert_eq!(
        Renderer::new(TERMINAL).event(&event),
        "  server: descriptor 3  recvq 1\n"
    );
}

fn data(bytes: &str, len: usize, from: Option<Addr>) -> What {
    What::Data(Data {
        bytes: bytes.to_owned(),
        len,
        shown: None,
        from,
    })
}

#[test]
fn data_is_quoted_and_loses_no_space() {
    assert_snapshot!(shown(TERMINAL, data("Thank you for connecting", 24, None)), @r#"
    sock>
      received 24 bytes  "Thank you for connecting"
    "#);
    assert_snapshot!(shown(TERMINAL, data("", 0, None)), @r"
    sock>
      received 0 bytes
    ");
    let cut = |from| {
        What::Data(Data {
            bytes: "abc".to_owned(),
            len: 6,
            shown: Some(3),
            from,
        })
    };
    assert_snapshot!(shown(TERMINAL, cut(None)), @r#"
    sock>
      received 6 bytes, 3 of them shown  "abc"...
    "#);
    assert_snapshot!(shown(TERMINAL, cut(Some(addr("10.0.0.1:53")))), @r#"
    sock>
      received 6 bytes from 10.0.0.1:53, 3 of them shown
        "abc"...
    "#);
    assert_snapshot!(shown(TERMINAL, data("x", 1, Some(addr("10.0.0.1:53")))), @r#"
    sock>
      received 1 byte from 10.0.0.1:53  "x"
    "#);
    assert_snapshot!(shown(TERMINAL, data("= \"hi\"", 6, None)), @r#"
    sock>
      received 6 bytes  '= "hi"'
    "#);
    assert_snapshot!(shown(TERMINAL, data("it's \"hi\"", 9, None)), @r#"
    sock>
      received 9 bytes  "it's \"hi\""
    "#);
    let long = "ab  ".repeat(30);
    let folded = shown(TERMINAL, data(&long, 120, None));
    assert!(folded.replace("\n    ", "").contains(&long), "{folded}");
    assert_snapshot!(folded, @r#"
    sock>
      received 120 bytes  "ab  ab  ab  ab  ab  ab  ab  ab  ab  ab  ab  ab  ab  ab  a
        b  ab  ab  ab  ab  ab  ab  ab  ab  ab  ab  ab  ab  ab  ab  ab  "
    "#);
}

#[test]
fn a_job_says_where_it_sleeps() {
    let job = |status| {
        What::Job(Job {
            n: 1,
            status,
            call: "conn = accept s".to_owned(),
            sleeps_in: "accept()".to_owned(),
        })
    };
    assert_snapshot!(shown(TERMINAL, job(JobStatus::Blocked)), @r"
    sock>
      … blocked: the thread sleeps in accept()  [job 1]
    ");
    assert_snapshot!(shown(ASCII, job(JobStatus::Blocked)), @r"
    sock>
      ... blocked: the thread sleeps in accept()  [job 1]
    ");
    assert_snapshot!(shown(TERMINAL, job(JobStatus::Done)), @r"
    sock>
      [job 1] conn = accept s has returned
    ");
    assert_snapshot!(shown(TERMINAL, job(JobStatus::Cancelled)), @r"
    sock>
      [job 1] conn = accept s was cancelled: a signal interrupted it
    ");
    assert_snapshot!(shown(TERMINAL, job(JobStatus::Left)), @r"
    sock>
      [job 1] conn = accept s was left blocked: the thread still slept in accept()
          at the end
    ");
}

#[test]
fn an_explanation_folds_and_says_what_to_try() {
    let words = |tone, hints: &[&str]| {
        What::Explain(Explanation {
        topic: "bind".into(),
        text: vec![
            "The kernel has reserved port 12345 for this socket — and nothing is listening yet: listen() does that.".into(),
            "Second.".into(),
        ],
        hints: hints.iter().map(|hint| (*hint).to_owned()).collect(),
        tone,
    })
    };
    assert_snapshot!(shown(TERMINAL, words(Tone::Info, &[])), @r"
    sock>
      The kernel has reserved port 12345 for this socket — and nothing is listening
      yet: listen() does that.
      Second.
    ");
    assert_snapshot!(shown(ASCII, words(Tone::Warn, &[])), @r"
    sock>
      Careful: The kernel has reserved port 12345 for this socket -- and nothing is
      listening yet: listen() does that.
      Second.
    ");
    assert_snapshot!(shown(TERMINAL, words(Tone::Error, &["bind s 127.0.0.1:0", "who 12345, to see who holds it"])), @r"
    sock>
      The kernel has reserved port 12345 for this socket — and nothing is listening
      yet: listen() does that.
      Second.
      Try: bind s 127.0.0.1:0
      or:  who 12345, to see who holds it
    ");
}

#[test]
fn a_verdict_shows_expected_found_and_why() {
    let verdict = |holds| {
        What::Expect(Verdict {
            claim: "state s LISTEN".to_owned(),
            holds,
            found: if holds {
                String::new()
            } else {
                "CLOSE".to_owned()
            },
            why: if holds {
                String::new()
            } else {
                "The socket has a name, but nobody called listen() on it; only listen() turns CLOSE into LISTEN.".to_owned()
            },
        })
    };
    assert_snapshot!(shown(TERMINAL, verdict(true)), @r"
    sock>
      ok   state s LISTEN
    ");
    assert_snapshot!(shown(TERMINAL, verdict(false)), @r"
    sock>
      NOT  expected  state s LISTEN
           found     CLOSE
           why       The socket has a name, but nobody called listen() on it; only
                     listen() turns CLOSE into LISTEN.
    ");
}

fn complaint(source: &str, span: (usize, usize)) -> What {
    What::Error(Complaint {
        message: "no such port".to_owned(),
        source: source.to_owned(),
        span,
        expected: vec![
            "a number from 0 to 65535".to_owned(),
            "a service's name".to_owned(),
        ],
        help: vec!["bind s 127.0.0.1:12345".to_owned()],
    })
}

#[test]
fn a_complaint_points_at_the_place() {
    assert_snapshot!(shown(TERMINAL, complaint("bind s 127.0.0.1:99999", (17, 22))), @r"
    sock>
      bind s 127.0.0.1:99999
                       ^^^^^
      error: no such port
      expected: a number from 0 to 65535 or a service's name
      Try: bind s 127.0.0.1:12345
    ");
    assert_snapshot!(shown(TERMINAL, complaint("send 字字\u{1b}[2J x\u{7f}", (11, 15))), @r"
    sock>
      send 字字\x1b[2J x\x7f
               ^^^^^^^
      error: no such port
      expected: a number from 0 to 65535 or a service's name
      Try: bind s 127.0.0.1:12345
    ");
    assert_snapshot!(shown(TERMINAL, complaint("bind s", (6, 6))), @r"
    sock>
      bind s
            ^
      error: no such port
      expected: a number from 0 to 65535 or a service's name
      Try: bind s 127.0.0.1:12345
    ");
    assert_snapshot!(shown(TERMINAL, complaint("", (0, 0))), @r"
    sock>
      error: no such port
      expected: a number from 0 to 65535 or a service's name
      Try: bind s 127.0.0.1:12345
    ");
    assert_snapshot!(shown(TERMINAL, complaint("first(\nsecond wrong\nthird", (14, 19))), @r"
    sock>
      second wrong
             ^^^^^
      error: no such port
      expected: a number from 0 to 65535 or a service's name
      Try: bind s 127.0.0.1:12345
    ");
}

#[test]
fn a_long_line_is_shown_around_the_place() {
    let before = "a ".repeat(50_000);
    let source = format!("{before}WRONG{}", " b".repeat(50_000));
    let at = before.len();
    assert_snapshot!(shown(TERMINAL, complaint(&source, (at, at + 5))), @r"
    sock>
      …a a a a a a a a a a a a a a a a a a a a a a a a WRONG b b b b b b b b b b b …
                                                       ^^^^^
      error: no such port
      expected: a number from 0 to 65535 or a service's name
      Try: bind s 127.0.0.1:12345
    ");
    assert_snapshot!(shown(ASCII, complaint(&source, (at, at + 5))), @r"
    sock>
      ...a a a a a a a a a a a a a a a a a a a a a a a WRONG b b b b b b b b b b ...
                                                       ^^^^^
      error: no such port
      expected: a number from 0 to 65535 or a service's name
      Try: bind s 127.0.0.1:12345
    ");
    assert_snapshot!(shown(TERMINAL, complaint(&source, (at, source.len()))), @r"
    sock>
      …WRONG b b b b b b b b b b b b b b b b b b b b b b b b b b b b b b b b b b b …
       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      error: no such port
      expected: a number from 0 to 65535 or a service's name
      Try: bind s 127.0.0.1:12345
    ");
    assert_snapshot!(shown(TERMINAL, complaint(&source, (0, 3))), @r"
    sock>
      a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a…
      ^^^
      error: no such port
      expected: a number from 0 to 65535 or a service's name
      Try: bind s 127.0.0.1:12345
    ");
    assert_snapshot!(shown(Style::PLAIN, complaint(&source, (source.len(), source.len()))), @r"
    sock>
      … b b b b b b b b b b b b b b b b b b b b b b b b b b b b b b b b b b b b b b
                                                                                   ^
      error: no such port
      expected: a number from 0 to 65535 or a service's name
      Try: bind s 127.0.0.1:12345
    ");
}
