//! The field names of `--json`, a public interface.

use super::*;
use crate::view::json;
use insta::assert_snapshot;

fn line(what: What) -> String {
    let line = json(&event(what));
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert!(value["event"].is_string() && value["t"].is_f64(), "{line}");
    assert!(!line.contains('\n'));
    line
}

#[test]
fn fields_are_those_of_the_design() {
    assert_snapshot!(line(syscall("listen(3, 5) = -1 EINVAL (Invalid argument)", Some(-1), Some(Errno(libc::EINVAL)))), @r#"{"t":1.5,"socket":"s","fd":3,"event":"syscall","name":"bind","command":"bind","text":"listen(3, 5) = -1 EINVAL (Invalid argument)","ret":-1,"errno":"EINVAL","library":false}"#);
    let moved = Change {
        from: Some(TcpState::Close),
        to: Some(TcpState::Listen),
        backlog: Some((0, 5)),
        ..change()
    };
    assert_snapshot!(line(What::State(moved)), @r#"{"t":1.5,"socket":"s","fd":3,"event":"state","from":"CLOSE","to":"LISTEN","backlog":[0,5],"by_network":false,"closed":false}"#);
    assert_snapshot!(line(What::State(Change { local: Some(addr("[::1]:80")), ..change() })), @r#"{"t":1.5,"socket":"s","fd":3,"event":"state","from":null,"to":null,"local":"[::1]:80","by_network":false,"closed":false}"#);
    assert_snapshot!(line(What::Data(Data { bytes: r"hi\r\n".to_owned(), len: 4, shown: None, from: None })), @r#"{"t":1.5,"socket":"s","fd":3,"event":"data","bytes":"hi\\r\\n","len":4}"#);
    let job = Job {
        n: 1,
        status: JobStatus::Blocked,
        call: "accept s".to_owned(),
        sleeps_in: "accept()".to_owned(),
    };
    assert_snapshot!(line(What::Job(job)), @r#"{"t":1.5,"socket":"s","fd":3,"event":"job","n":1,"status":"blocked","call":"accept s","sleeps_in":"accept()"}"#);
    let words = Explanation {
        topic: "bind".into(),
        text: vec!["Yes.".into()],
        hints: vec![],
        tone: Tone::Info,
    };
    assert_snapshot!(line(What::Explain(words)), @r#"{"t":1.5,"socket":"s","fd":3,"event":"explain","topic":"bind","text":["Yes."],"tone":"info"}"#);
    let verdict = Verdict {
        claim: "ok".to_owned(),
        holds: true,
        found: String::new(),
        why: String::new(),
    };
    assert_snapshot!(line(What::Expect(verdict)), @r#"{"t":1.5,"socket":"s","fd":3,"event":"expect","claim":"ok","holds":true,"found":"","why":""}"#);
    let complaint = Complaint {
        message: "m".to_owned(),
        source: "bnd s".to_owned(),
        span: (0, 3),
        expected: vec![],
        help: vec![],
    };
    assert_snapshot!(line(What::Error(complaint)), @r#"{"t":1.5,"socket":"s","fd":3,"event":"error","message":"m","source":"bnd s","span":[0,3],"expected":[],"help":[]}"#);
}

#[test]
fn answers_are_named_and_empty_fields_left_out() {
    let sockets = vec![socket("s", "0.0.0.0:80", None, TcpState::Listen)];
    assert_snapshot!(line(What::Answer(Answer::Sockets { sockets })), @r#"{"t":1.5,"socket":"s","fd":3,"event":"answer","answer":"sockets","sockets":[{"name":"s","fd":3,"proto":"tcp","local":"0.0.0.0:80","state":"LISTEN","recvq":0,"sendq":0,"ready":"-w-","last":false}]}"#);
    let mut event = event(What::Answer(Answer::Text {
        text: "x".to_owned(),
        waits: true,
    }));
    (event.socket, event.fd) = (None, None);
    assert_eq!(
        json(&event),
        r#"{"t":1.5,"event":"answer","answer":"text","text":"x"}"#
    );
}

#[test]
fn characters_that_a_terminal_obeys_are_escaped() {
    let text = "\u{9b}2J \u{202e} \u{7f} \u{e0001} \n".to_owned();
    let line = line(What::Answer(Answer::Text {
        text: text.clone(),
        waits: true,
    }));
    assert!(
        line.contains(r"\u009b2J \u202e \u007f \udb40\udc01 \n"),
        "{line}"
    );
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(value["text"], text);
}
