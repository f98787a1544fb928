//! Statements in such numbers that not each is followed by a look at everything: nothing is lost all the same.

use super::harness::events;
use serde_json::Value;

/// More than the looks around that may follow each other.
fn flood() -> String {
    "htons 1\n".repeat(3000)
}

/// The place of the first event that fits.
#[track_caller]
fn place(events: &[Value], what: &str, fits: impl Fn(&Value) -> bool) -> usize {
    let found = events.iter().position(fits);
    found.unwrap_or_else(|| panic!("{what} is not told"))
}

#[test]
fn what_a_call_does_at_the_other_end_is_told_after_it() {
    let calls = "l = socket tcp; bind l 127.0.0.1:0; listen l 5\nc = socket tcp\nconnect c l.local\nconn = accept l\n\
                 send c hello\nrecv conn 5\nclose c\nclose conn\n";
    let events = events(&(flood() + calls));
    let at = |command: &str, nth: usize| {
        let mut calls = events.iter().enumerate();
        calls
            .by_ref()
            .filter(|(_, event)| event["command"] == command)
            .nth(nth)
            .map_or_else(|| panic!("no {command}"), |(at, _)| at)
    };
    let state = |what: &str, socket: &str, field: &str, value: Value| {
        place(&events, what, |event| {
            event["event"] == "state" && event["socket"] == socket && event[field] == value
        })
    };
    let waiting = state(
        "the listener's queue",
        "l",
        "backlog",
        [1, 5].as_slice().into(),
    );
    assert!(at("connect", 0) < waiting && waiting < at("accept", 0));
    let arrived = state("what arrived", "conn", "recvq", 5.into());
    assert!(at("send", 0) < arrived && arrived < at("recv", 0));
    let fin = state("the FIN", "conn", "to", "CLOSE_WAIT".into());
    assert!(at("close", 0) < fin && fin < at("close", 1));
    assert_eq!(events[fin]["by_network"], true);
}

#[test]
fn what_becomes_of_closed_sockets_is_told_by_the_end() {
    let cycle = "c = socket tcp\nconnect c l.local\nconn = accept l\nclose c\nclose conn\n";
    let calls = "l = socket tcp; bind l 127.0.0.1:0; listen l 5\n".to_owned() + &cycle.repeat(100);
    let events = events(&(flood() + &calls));
    // The names may be others' by then.
    let ended = |state: &str| {
        let told = events
            .iter()
            .filter(|event| event["event"] == "state" && event["closed"] == true);
        told.filter(|event| event["to"] == state).count()
    };
    assert_eq!(ended("TIME_WAIT"), 100, "the clients, which closed first");
    assert_eq!(ended("CLOSE"), 100, "the connections that were accepted");
}

#[test]
fn what_was_not_told_yet_is_told_before_anything_is_judged_or_shown() {
    let sockets = "u = socket udp; bind u 127.0.0.1:0; v = socket udp; connect v u.local\n";
    for look in ["expect ok", "ls", "print 1", "who 1"] {
        let events = events(&format!("{sockets}{}send v hello\n{look}\n", flood()));
        let arrived = place(&events, "what arrived", |event| {
            event["socket"] == "u" && event["recvq"] == 5
        });
        let shown = place(&events, look, |event| {
            event["event"] == "answer" || event["event"] == "expect"
        });
        assert!(arrived < shown, "{look}");
    }
    let events = events(&format!("{sockets}{}send v hello\n", flood()));
    place(&events, "what arrived, at the end", |event| {
        event["socket"] == "u" && event["recvq"] == 5
    });
}
