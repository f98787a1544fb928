//! Whatever comes in from outside, a terminal only ever shows it.

use super::*;
use crate::event::compare::{Compared, Side};
use crate::event::lab::{Check, Checked, Host};
use crate::event::packet::*;
use crate::text::escape;
use crate::text::wrap;
use proptest::prelude::*;

/// One event of every kind but answers, with `text` in every field that may hold something foreign.
fn calls(text: &str, span: (usize, usize)) -> Vec<What> {
    let own = || text.to_owned();
    let path = || Some(Addr::Path(text.into()));
    let mut moved = change();
    (moved.local, moved.peer) = (path(), path());
    let mut all = vec![
        syscall(text, Some(0), None),
        What::State(moved),
        What::Data(Data {
            bytes: own(),
            len: text.len(),
            shown: None,
            from: path(),
        }),
        What::Explain(Explanation {
            topic: own().into(),
            text: vec![own().into(), own().into()],
            hints: vec![own()],
            tone: Tone::Warn,
        }),
        What::Expect(Verdict {
            claim: own(),
            holds: false,
            found: own(),
            why: own(),
        }),
        What::Error(Complaint {
            message: own(),
            source: own(),
            span,
            expected: vec![own(), own()],
            help: vec![own()],
        }),
    ];
    all.extend(packets(text).map(|packet| What::Packet(Box::new(packet))));
    all.push(What::Compared(Box::new(Compared {
        titles: [own(), own()],
        columns: [
            vec![event(syscall(text, Some(0), None))],
            packets(text)
                .map(|packet| event(What::Packet(Box::new(packet))))
                .to_vec(),
        ],
    })));
    use JobStatus::{Blocked, Cancelled, Done, Left};
    all.extend([Blocked, Done, Cancelled, Left].map(|status| What::Job(job(text, status))));
    all
}

fn job(text: &str, status: JobStatus) -> Job {
    Job {
        n: 1,
        status,
        call: text.to_owned(),
        sleeps_in: text.to_owned(),
    }
}

/// A segment and a datagram, held and delivered.
fn packets(text: &str) -> [Packet; 3] {
    let own = || text.to_owned();
    let segment = Packet {
        from: own(),
        to: own(),
        proto: own(),
        src: own(),
        dst: own(),
        flags: Some(own()),
        letters: Some(own()),
        options: vec![own(), own()],
        info: Some(own()),
        note: Some(own()),
        ..packets::tcp(1, "", "")
    };
    let moved = Packet {
        fate: Fate::Delivered,
        waited: Some(1),
        states: vec![End {
            host: own(),
            from: Some(TcpState::Listen),
            state: TcpState::SynRecv,
        }],
        ..segment.clone()
    };
    let datagram = Packet {
        flags: None,
        letters: None,
        ..packets::udp(2, text.len())
    };
    [segment, moved, datagram]
}

/// Answers about the laboratory's wire.
fn wire(text: &str) -> [Answer; 3] {
    let own = || text.to_owned();
    let [segment, moved, datagram] = packets(text);
    let field = |bit| Field {
        name: own(),
        bit,
        bits: 4 + text.len() % 40,
        value: own(),
        meaning: own(),
        right: bit > 0,
    };
    let header = || Header {
        name: own(),
        source: own(),
        fields: vec![field(0), field(31), field(100)],
    };
    let rungs = vec![
        Rung::Call {
            host: own(),
            text: own(),
        },
        Rung::State {
            host: "b".to_owned(),
            state: TcpState::Listen,
        },
        Rung::Sent(Box::new(segment)),
        Rung::Sent(Box::new(datagram)),
        Rung::Arrived(1),
        Rung::Arrived(1),
        Rung::Dropped(2),
        Rung::Dropped(9),
        Rung::Sent(Box::new(moved.clone())),
    ];
    [
        Answer::Anatomy(Box::new(Anatomy {
            packet: moved.clone(),
            bytes: text.as_bytes().to_vec(),
            headers: vec![header(), header()],
            alone: false,
            part: None,
        })),
        Answer::Ladder(Ladder {
            hosts: vec!["a".to_owned(), own(), "b".to_owned()],
            rungs,
            forgotten: 1,
            glimpsed: true,
        }),
        Answer::Flows {
            flows: vec![Flow {
                n: 1,
                proto: own(),
                client: own(),
                server: own(),
                ways: [Count::default(); 2],
            }],
        },
    ]
}

/// Answers about the laboratory.
fn lists(text: &str) -> [Answer; 4] {
    let own = || text.to_owned();
    let [_, moved, _] = packets(text);
    let side = || Side {
        title: own(),
        rows: vec![(own(), own())],
    };
    [
        Answer::Lab {
            hosts: vec![Host {
                name: own(),
                v4: own(),
                v6: own(),
                sockets: 1,
            }],
            wire: own(),
        },
        Answer::Held {
            packets: vec![moved],
        },
        Answer::Checks {
            checks: [Checked::Ok, Checked::No, Checked::Skipped]
                .map(|result| Check {
                    name: own(),
                    result,
                    found: own(),
                    mend: vec![own()],
                })
                .to_vec(),
        },
        Answer::Score {
            sides: vec![side(), side()],
        },
    ]
}

/// One answer of every kind, with `text` in every field that may hold something foreign.
fn answers(text: &str) -> Vec<What> {
    let own = || text.to_owned();
    let option = || OptionRow {
        name: own(),
        value: own(),
        meaning: own(),
    };
    let groups = |n: usize| vec![(own(), vec![(own(), own()); n]); n];
    let (row, holder) = (row(text), holder(text));
    let answers = [
        Answer::Text {
            text: own(),
            waits: false,
        },
        Answer::Sockets { sockets: vec![row] },
        Answer::Jobs {
            jobs: vec![job(text, JobStatus::Blocked)],
        },
        Answer::Diagram {
            name: own(),
            way: vec![TcpState::Close, TcpState::Listen],
        },
        Answer::Options {
            options: vec![option()],
        },
        Answer::Fields {
            title: own(),
            fields: vec![option()],
        },
        Answer::Holders {
            port: 1,
            holders: vec![holder],
        },
        Answer::Topic {
            topic: own(),
            markdown: own(),
        },
        Answer::Lesson { markdown: own() },
        Answer::List { groups: groups(2) },
        Answer::List { groups: groups(4) },
        Answer::List { groups: groups(7) },
    ];
    answers
        .into_iter()
        .chain(wire(text))
        .chain(lists(text))
        .map(What::Answer)
        .collect()
}

fn row(text: &str) -> SocketRow {
    SocketRow {
        name: text.to_owned(),
        host: Some(text.to_owned()),
        proto: text.to_owned(),
        local: Some(Addr::Path(text.into())),
        peer: Some(Addr::Path(text.into())),
        ready: text.to_owned(),
        last: true,
        ..socket("s", "0.0.0.0:0", None, TcpState::Listen)
    }
}

fn holder(text: &str) -> Holder {
    Holder {
        proto: text.to_owned(),
        local: Addr::Path(text.into()),
        peer: Some(Addr::Path(text.into())),
        state: None,
        socket: None,
        pid: Some(1),
        process: Some(text.to_owned()),
        uid: 0,
        owned: true,
        v6only: false,
    }
}

/// The text without the codes that color it: `ESC [`, digits and `;`, `m`.
pub(super) fn without_color(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        out.push_str(&rest[..at]);
        let code = &rest[at + 2..];
        let end = code
            .find(|c: char| !c.is_ascii_digit() && c != ';')
            .unwrap_or(code.len());
        if !code[end..].starts_with('m') {
            out.push('\u{1b}');
            rest = code;
            continue;
        }
        rest = &code[end + 1..];
    }
    out + rest
}

fn check(text: &str, span: (usize, usize)) {
    for what in calls(text, span).into_iter().chain(answers(text)) {
        for (color, unicode, width) in [
            (false, true, None),
            (true, true, Some(80)),
            (false, false, Some(80)),
            (true, false, Some(33)),
        ] {
            let mut event = event(what.clone());
            (event.host, event.socket) = (Some(text.to_owned()), Some(text.into()));
            let style = Style {
                color,
                unicode,
                width,
            };
            let out = Renderer::new(style).event(&event);
            assert!(out.is_empty() || out.ends_with('\n'), "{out:?}");
            let plain = if color {
                without_color(&out)
            } else {
                out.clone()
            };
            let bad = plain.chars().find(|c| *c != '\n' && escape::is_unsafe(*c));
            assert_eq!(bad, None, "{style:?}: {out:?}");
            assert!(unicode || plain.is_ascii(), "{out:?}");
            let wide = plain
                .lines()
                .find(|line| width.is_some_and(|width| wrap::columns(line) > width));
            // Narrower than 40 columns, a table may be wider than the terminal; and termimad takes the newest emoji for
            // narrow ones.
            let exempt = width == Some(33)
                || matches!(
                    what,
                    What::Answer(Answer::Topic { .. } | Answer::Lesson { .. })
                );
            assert!(exempt || wide.is_none(), "{wide:?}");
        }
        for line in crate::view::json(&event(what)).lines() {
            assert!(!line.chars().any(escape::is_unsafe), "{line:?}");
        }
    }
}

#[test]
fn escape_codes_come_out_as_text() {
    for text in [
        "\u{1b}[2J\u{1b}]0;title\u{7}",
        "\u{9b}31m",
        "a\rb\u{8}c\u{7f}",
        "\u{202e}txt.exe",
        "```\n\u{1b}[1m\n# \u{1b}\n- \u{1b}\n| \u{1b} |\n",
        "\u{1b}",
        "",
    ] {
        check(text, (1, 3));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_control_byte_comes_out(text in "(\\PC|\\pC|[`|#*> \\n\\-]|[a-z]{1,40}){0,60}", a in 0usize..200, b in 0usize..200) {
        check(&text, (a, b));
    }
}
