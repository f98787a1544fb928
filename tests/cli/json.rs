//! `--json`: one event a line, with the fields that the README documents and no others.

use crate::harness::{Ran, Shell, events};
use crate::support::require_laboratory;
use serde_json::Value;
use std::collections::BTreeSet;

/// A script that touches every kind of event that needs no laboratory.
const SCRIPT: &str = include_str!("every_event.sock");

/// A script that touches the rest.
const PACKETS: &str = include_str!("every_packet.sock");

/// What a field holds.
#[derive(Debug, Clone, Copy)]
enum Is {
    Text,
    Number,
    Bool,
    /// Text, or null.
    TextOrNull,
    /// A number, or null.
    NumberOrNull,
    /// A list of texts.
    Texts,
    /// Two numbers.
    Two,
    /// A list.
    List,
    /// What has fields of its own.
    Object,
}

impl Is {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Number => value.is_number(),
            Self::Bool => value.is_boolean(),
            Self::TextOrNull => value.is_string() || value.is_null(),
            Self::NumberOrNull => value.is_i64() || value.is_null(),
            Self::Texts => list(value).iter().all(Value::is_string),
            Self::Two => list(value).len() == 2 && list(value).iter().all(Value::is_u64),
            Self::List => value.is_array(),
            Self::Object => value.is_object(),
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A field, what it holds, and whether it is always there.
type Field = (&'static str, Is, bool);

/// The fields that every event may have.
const EVERY: &[Field] = &[
    ("event", Is::Text, true),
    ("t", Is::Number, true),
    ("socket", Is::Text, false),
    ("fd", Is::Number, false),
    ("host", Is::Text, false),
    ("side", Is::Text, false),
];

/// What a line says of a packet.
const PACKET: &[Field] = &[
    ("n", Is::Number, true),
    ("from", Is::Text, true),
    ("to", Is::Text, true),
    ("proto", Is::Text, true),
    ("src", Is::Text, true),
    ("dst", Is::Text, true),
    ("flags", Is::Text, false),
    ("letters", Is::Text, false),
    ("seq", Is::Number, false),
    ("ack", Is::Number, false),
    ("win", Is::Number, false),
    ("len", Is::Number, true),
    ("size", Is::Number, true),
    ("options", Is::Texts, false),
    ("info", Is::Text, false),
    ("fate", Is::Text, true),
    ("retransmission", Is::Object, false),
    ("repeats", Is::Number, false),
    ("note", Is::Text, false),
    ("waited", Is::Number, false),
    ("states", Is::List, false),
];

/// Of a packet that was sent again.
const RETRANSMISSION: &[Field] = &[
    ("of", Is::Number, true),
    ("nth", Is::Number, true),
    ("why", Is::Text, true),
    ("after", Is::Number, true),
];

/// Of a TCP state after a delivery.
const END: &[Field] = &[
    ("host", Is::Text, true),
    ("from", Is::Text, false),
    ("state", Is::Text, true),
];

/// Those of each kind of event.
const EVENTS: &[(&str, &[Field])] = &[
    (
        "syscall",
        &[
            ("name", Is::Text, true),
            ("command", Is::Text, true),
            ("text", Is::Text, true),
            ("ret", Is::NumberOrNull, true),
            ("errno", Is::TextOrNull, true),
            ("library", Is::Bool, true),
        ],
    ),
    (
        "state",
        &[
            ("from", Is::TextOrNull, true),
            ("to", Is::TextOrNull, true),
            ("local", Is::Text, false),
            ("peer", Is::Text, false),
            ("backlog", Is::Two, false),
            ("recvq", Is::Number, false),
            ("sendq", Is::Number, false),
            ("by_network", Is::Bool, true),
            ("closed", Is::Bool, true),
        ],
    ),
    ("packet", PACKET),
    (
        "data",
        &[
            ("bytes", Is::Text, true),
            ("len", Is::Number, true),
            ("shown", Is::Number, false),
            ("from", Is::Text, false),
        ],
    ),
    (
        "job",
        &[
            ("n", Is::Number, true),
            ("status", Is::Text, true),
            ("call", Is::Text, true),
            ("sleeps_in", Is::Text, true),
        ],
    ),
    (
        "explain",
        &[
            ("topic", Is::Text, true),
            ("text", Is::Texts, true),
            ("hints", Is::Texts, false),
            ("tone", Is::Text, true),
        ],
    ),
    (
        "expect",
        &[
            ("claim", Is::Text, true),
            ("holds", Is::Bool, true),
            ("found", Is::Text, true),
            ("why", Is::Text, true),
        ],
    ),
    (
        "error",
        &[
            ("message", Is::Text, true),
            ("source", Is::Text, true),
            ("span", Is::Two, true),
            ("expected", Is::Texts, true),
            ("help", Is::Texts, true),
        ],
    ),
    ("answer", &[("answer", Is::Text, true)]),
];

/// Those of each kind of answer.
const ANSWERS: &[(&str, &[Field])] = &[
    ("text", &[("text", Is::Text, true)]),
    ("sockets", &[("sockets", Is::List, true)]),
    ("jobs", &[("jobs", Is::List, true)]),
    (
        "diagram",
        &[("name", Is::Text, true), ("way", Is::Texts, true)],
    ),
    ("options", &[("options", Is::List, true)]),
    (
        "fields",
        &[("title", Is::Text, true), ("fields", Is::List, true)],
    ),
    (
        "holders",
        &[("port", Is::Number, true), ("holders", Is::List, true)],
    ),
    (
        "topic",
        &[("topic", Is::Text, true), ("markdown", Is::Text, true)],
    ),
    ("list", &[("groups", Is::List, true)]),
    ("lesson", &[("markdown", Is::Text, true)]),
    (
        "lab",
        &[("hosts", Is::List, true), ("wire", Is::Text, true)],
    ),
    ("held", &[("packets", Is::List, true)]),
    ("log", &[("packets", Is::List, true)]),
    (
        "anatomy",
        &[("packet", Is::Object, true), ("headers", Is::List, true)],
    ),
    (
        "ladder",
        &[
            ("hosts", Is::Texts, true),
            ("rungs", Is::List, true),
            ("forgotten", Is::Number, true),
        ],
    ),
    ("flows", &[("flows", Is::List, true)]),
    ("score", &[("sides", Is::List, true)]),
];

/// The fields that an event may have.
fn schema(event: &Value) -> Vec<Field> {
    let of = |table: &[(&str, &'static [Field])], name: &str| {
        let kind = event[name].as_str();
        let found = table.iter().find(|(known, _)| Some(*known) == kind);
        found
            .unwrap_or_else(|| panic!("no {name} of the design: {event}"))
            .1
    };
    let mut fields = [EVERY, of(EVENTS, "event")].concat();
    if event["event"] == "answer" {
        fields.extend_from_slice(of(ANSWERS, "answer"));
    }
    fields
}

fn every_event() -> Ran {
    Shell::new(&["--json", "run", "-"])
        .input(SCRIPT)
        .run()
        .status(2)
}

/// The same, for what takes a laboratory. `None` where there is none.
fn every_packet() -> Option<Vec<Value>> {
    let ran = || {
        Shell::new(&["--json", "--timeout", "10s", "run", "-"])
            .input(PACKETS)
            .run()
    };
    require_laboratory().then(|| ran().status(0).events())
}

/// Fails unless an object has exactly the fields that it may have.
#[track_caller]
fn fits(object: &Value, fields: &[Field]) {
    for (name, is, always) in fields {
        match object.get(name) {
            Some(value) => assert!(is.fits(value), "{name} is no {is:?} in {object}"),
            None => assert!(!always, "{name} is missing in {object}"),
        }
    }
    for name in object.as_object().expect("an object").keys() {
        assert!(
            fields.iter().any(|(known, ..)| known == name),
            "{name} is not documented: {object}"
        );
    }
}

#[test]
fn every_event_has_its_fields_and_no_others() {
    for event in every_event().events() {
        fits(&event, &schema(&event));
    }
}

#[test]
fn every_packet_has_its_fields_and_no_others() {
    let Some(events) = every_packet() else {
        return;
    };
    let mut packets = Vec::new();
    for event in &events {
        fits(event, &schema(event));
        packets.extend(list(&event["packets"]));
        packets.extend(event.get("packet"));
        packets.extend(
            list(&event["rungs"])
                .iter()
                .filter_map(|rung| rung.get("sent")),
        );
    }
    assert!(packets.len() > 20, "{packets:?}");
    for packet in packets.iter().copied() {
        fits(packet, PACKET);
    }
    let told = events.iter().filter(|event| event["event"] == "packet");
    let everywhere: Vec<&Value> = told.chain(packets).collect();
    for packet in &everywhere {
        packet
            .get("retransmission")
            .into_iter()
            .for_each(|again| fits(again, RETRANSMISSION));
        list(&packet["states"])
            .iter()
            .for_each(|end| fits(end, END));
    }
    // Nothing of it is left untouched by the script.
    for (name, ..) in PACKET {
        assert!(
            everywhere.iter().any(|packet| packet.get(name).is_some()),
            "{name}"
        );
    }
}

#[test]
fn the_laboratory_answers_every_question_in_events() {
    let Some(events) = every_packet() else {
        return;
    };
    let found = Vec::from_iter(values(&events, "answer", "answer")).join(" ");
    assert_eq!(
        found,
        "anatomy flows held lab ladder log score sockets text"
    );
    let fates = Vec::from_iter(values(&events, "packet", "fate")).join(" ");
    assert_eq!(fates, "delivered dropped duplicated held");
    let protocols = Vec::from_iter(values(&events, "packet", "proto")).join(" ");
    assert_eq!(protocols, "icmp tcp udp");
    let sides: BTreeSet<&str> = events
        .iter()
        .filter_map(|event| event["side"].as_str())
        .collect();
    assert_eq!(Vec::from_iter(sides).join(" "), "tcp udp");
}

/// The different values of a field among the events of one kind.
fn values(events: &[Value], kind: &str, field: &str) -> BTreeSet<String> {
    let of_kind = events.iter().filter(|event| event["event"] == kind);
    let text = |event: &Value| event[field].as_str().map(str::to_owned);
    of_kind.filter_map(text).collect()
}

#[test]
fn the_script_touches_every_kind() {
    let events = every_event().events();
    let kinds: BTreeSet<&str> = events.iter().filter_map(|e| e["event"].as_str()).collect();
    let wanted = "answer data error expect explain job state syscall";
    assert_eq!(Vec::from_iter(kinds).join(" "), wanted);
    let has = |kind, field, wanted: &str| {
        let found = Vec::from_iter(values(&events, kind, field)).join(" ");
        assert_eq!(found, wanted, "{kind} {field}");
    };
    has("job", "status", "blocked cancelled done left");
    has("explain", "tone", "error info warn");
    has(
        "answer",
        "answer",
        "diagram fields holders jobs list options sockets text topic",
    );
}

#[test]
fn time_never_runs_backward() {
    let events = every_event().events();
    let times: Vec<f64> = events.iter().filter_map(|e| e["t"].as_f64()).collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[test]
fn a_fault_is_an_event_and_the_last_but_for_what_is_left() {
    let ran = Shell::new(&["--json", "run", "-"])
        .input("s = socket tcp\nsokcet tcp\nclose s\n")
        .run()
        .status(2);
    let events = ran.events();
    let last = events.last().unwrap();
    assert_eq!(last["event"], "error");
    assert_eq!(last["source"], "sokcet tcp");
    assert_eq!(last["span"], serde_json::json!([0, 6]));
    assert_eq!(ran.stderr, "");
}

#[test]
fn a_call_that_sleeps_has_no_result_and_returns_under_its_own_socket() {
    let events = events(
        "s = socket tcp\nbind s 127.0.0.1:0\nlisten s 1\nconn = accept s\n\
         c = socket tcp\nconnect c s.local\nwait\n",
    );
    let of_accept: Vec<&Value> = events
        .iter()
        .filter(|event| event["command"] == "accept" || event["event"] == "job")
        .collect();
    let [asleep, blocked, done, returned] = of_accept.as_slice() else {
        panic!("{of_accept:?}");
    };
    assert!(asleep["ret"].is_null() && asleep["errno"].is_null());
    assert_eq!(
        (&blocked["status"], &done["status"]),
        (&"blocked".into(), &"done".into())
    );
    assert_eq!(blocked["call"], "conn = accept s");
    assert!(returned["ret"].as_i64().is_some_and(|fd| fd > 3));
    for event in [asleep, blocked, done, returned] {
        assert_eq!(event["socket"], "s", "{event}");
    }
}

#[test]
fn bytes_are_escaped_and_counted() {
    let events = events(
        "a, b = socketpair\nsend a \"\\x1b[2J\\xff\\0\"\nrecv b 100\nsend a #3000\nrecv b 3000\n",
    );
    let data: Vec<&Value> = events.iter().filter(|e| e["event"] == "data").collect();
    assert_eq!(data[0]["bytes"], r"\x1b[2J\xff\x00");
    assert_eq!(data[0]["len"], 6);
    assert_eq!(data[1]["len"], 3000);
    assert_eq!(data[1]["bytes"].as_str().map(str::len), Some(1000));
    assert_eq!(
        (&data[0]["shown"], &data[1]["shown"]),
        (&Value::Null, &1000.into())
    );
}

#[test]
fn other_ways_in_give_events_too() {
    for arguments in [
        ["--json", "-c", "s = socket tcp; ls"].as_slice(),
        &["--json", "explain", "bind"],
        &["--json", "explain", "nothing-of-the-kind"],
    ] {
        let events = Shell::new(arguments).run().events();
        assert!(!events.is_empty(), "{arguments:?}");
        events.iter().for_each(|event| drop(schema(event)));
    }
}
