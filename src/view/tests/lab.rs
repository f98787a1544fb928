//! The laboratory's lists, and the two sides of a comparison.

use super::packets::*;
use super::*;
use crate::event::compare::{Compared, Side};
use crate::event::lab::{Check, Checked, Host};
use crate::event::packet::*;
use crate::text::wrap;
use crate::view::json;
use insta::assert_snapshot;

fn answer(style: Style, answer: Answer) -> String {
    let out = shown(style, What::Answer(answer));
    let fits = |line: &str| style.width.is_none_or(|width| wrap::columns(line) <= width);
    assert!(out.lines().all(fits), "{out}");
    out
}

const NARROW: Style = Style {
    width: Some(60),
    ..TERMINAL
};

#[test]
fn who_is_there_and_what_the_wire_does() {
    let host = |name: &str, n: u8, sockets| Host {
        name: name.to_owned(),
        v4: format!("10.0.0.{n}"),
        v6: format!("fd00::{n}"),
        sockets,
    };
    let lab = || Answer::Lab {
        hosts: vec![host("client", 1, 1), host("server", 2, 12)],
        wire: "flows, loses 30% (seed 7)".to_owned(),
    };
    assert_snapshot!(answer(TERMINAL, lab()), @r"
    sock>
      host    IPv4      IPv6     sockets
      client  10.0.0.1  fd00::1        1
      server  10.0.0.2  fd00::2       12
      The wire flows, loses 30% (seed 7).
    ");
}

#[test]
fn what_the_wire_holds_has_waited() {
    let waited = |packet: Packet, ms| Packet {
        waited: Some(ms),
        ..packet
    };
    let packets = vec![waited(syn(1), 125_000), waited(udp(2, 5), 400)];
    assert_snapshot!(answer(TERMINAL, Answer::Held { packets }), @r"
    sock>
      #1  client → server  SYN [S]      seq 0       win 64240 …       held 2 min 5 s
      #2  client → server  UDP          len 5 port 40000 → 80                   held
    ");
    assert_snapshot!(answer(TERMINAL, Answer::Held { packets: vec![] }), @r"
    sock>
      Held packets: none
    ");
}

fn checks() -> Vec<Check> {
    let check = |name: &str, result, found: &str, mend: &[&str]| Check {
        name: name.to_owned(),
        result,
        found: found.to_owned(),
        mend: mend.iter().map(|text| (*text).to_owned()).collect(),
    };
    vec![
        check("user namespaces", Checked::Ok, "allowed", &[]),
        check(
            "AppArmor",
            Checked::No,
            "kernel.apparmor_restrict_unprivileged_userns is 1: an ordinary user may make no network",
            &[
                "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
                "echo kernel.apparmor_restrict_unprivileged_userns=0 | sudo tee /etc/sysctl.d/60-socktutor.conf",
            ],
        ),
        check(
            "/dev/net/tun",
            Checked::Skipped,
            "needs a user namespace",
            &[],
        ),
    ]
}

#[test]
fn what_is_missing_comes_with_what_mends_it() {
    let doctor = || Answer::Checks { checks: checks() };
    assert_snapshot!(answer(TERMINAL, doctor()), @r"
    sock>
      ok    user namespaces  allowed
      no    AppArmor         kernel.apparmor_restrict_unprivileged_userns is 1: an
                             ordinary user may make no network
            sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0
            echo kernel.apparmor_restrict_unprivileged_userns=0 | sudo tee
              /etc/sysctl.d/60-socktutor.conf
      -     /dev/net/tun     not checked: needs a user namespace
    ");
    assert_snapshot!(answer(NARROW, doctor()), @r"
    sock>
      ok    user namespaces  allowed
      no    AppArmor         kernel.apparmor_restrict_unprivileg
                             ed_userns is 1: an ordinary user
                             may make no network
            sudo sysctl -w
              kernel.apparmor_restrict_unprivileged_userns=0
            echo kernel.apparmor_restrict_unprivileged_userns=0
              | sudo tee /etc/sysctl.d/60-socktutor.conf
      -     /dev/net/tun     not checked: needs a user namespace
    ");
    let colored = Style {
        color: true,
        ..TERMINAL
    };
    let out = shown(colored, What::Answer(doctor()));
    assert_eq!(foreign::without_color(&out), answer(TERMINAL, doctor()));
}

fn score() -> Answer {
    let side = |title: &str, rows: &[(&str, &str)]| Side {
        title: title.to_owned(),
        rows: rows
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    };
    Answer::Score {
        sides: vec![
            side(
                "tcp",
                &[
                    ("calls", "5"),
                    ("packets", "9"),
                    ("efficiency", "41%"),
                    ("retransmitted", "2"),
                ],
            ),
            side(
                "udp",
                &[
                    ("calls", "4"),
                    ("packets", "2"),
                    ("efficiency", "87%"),
                    ("lost", "1"),
                ],
            ),
        ],
    }
}

#[test]
fn the_score_has_a_column_a_side() {
    assert_snapshot!(answer(TERMINAL, score()), @r"
    sock>
                     tcp  udp
      calls          5    4
      packets        9    2
      efficiency     41%  87%
      retransmitted  2    -
      lost           -    1
    ");
}

/// `send` of the same bytes on both sides.
fn sent() -> Compared {
    let call = |text: &str| event(syscall(text, Some(5), None));
    let packet = |packet| event(What::Packet(Box::new(packet)));
    let change = |from, to| {
        event(What::State(Change {
            from: Some(from),
            to: Some(to),
            ..change()
        }))
    };
    let delivered = Packet {
        waited: Some(10),
        states: vec![
            end("client", None, TcpState::Established),
            end("server", Some(TcpState::SynRecv), TcpState::Established),
        ],
        ..fated(data(4, 1, 5), Fate::Delivered)
    };
    Compared {
        titles: ["tcp".to_owned(), "udp".to_owned()],
        columns: [
            vec![
                call("sendto(3, \"hello\", 5, 0, NULL, 0) = 5"),
                packet(data(4, 1, 5)),
                packet(delivered),
                packet(fated(back(data(5, 1, 0)), Fate::Delivered)),
                change(TcpState::SynSent, TcpState::Established),
                call("close(3) = 0"),
            ],
            vec![
                call("sendto(4, \"hello\", 5, 0, NULL, 0) = 5"),
                packet(fated(udp(1, 5), Fate::Dropped)),
                call("close(4) = 0"),
            ],
        ],
    }
}

fn compared(style: Style) -> String {
    let out = shown(style, What::Compared(Box::new(sent())));
    let fits = |line: &str| wrap::columns(line) <= style.width.unwrap_or(80);
    assert!(out.lines().all(fits), "{out}");
    out
}

#[test]
fn two_sides_stand_beside_each_other() {
    assert_snapshot!(compared(TERMINAL), @r#"
    sock>
      tcp                                  │   udp
      sendto(3, "hello", 5, 0, NULL, 0) =  │   sendto(4, "hello", 5, 0, NULL, 0) =
          5                                │       5
      #4  client PSH,ACK len 5        held │   #1  client UDP len 5         dropped
      #4  delivered                        │
          server SYN_RECV → ESTABLISHED    │
      #5  server PSH,ACK ack 1   delivered │
      s  SYN_SENT → ESTABLISHED            │
      close(3) = 0                         │   close(4) = 0
    "#);
    assert_snapshot!(compared(ASCII), @r#"
    sock>
      tcp                                  |   udp
      sendto(3, "hello", 5, 0, NULL, 0) =  |   sendto(4, "hello", 5, 0, NULL, 0) =
          5                                |       5
      #4  client PSH,ACK len 5        held |   #1  client UDP len 5         dropped
      #4  delivered                        |
          server SYN_RECV -> ESTABLISHED   |
      #5  server PSH,ACK ack 1   delivered |
      s  SYN_SENT -> ESTABLISHED           |
      close(3) = 0                         |   close(4) = 0
    "#);
    assert_snapshot!(compared(NARROW), @r#"
    sock>
      tcp
      sendto(3, "hello", 5, 0, NULL, 0) = 5
      #4  client → server  PSH,ACK seq 1:6 ack 1 len 5 …    held
      #4  delivered     client ESTABLISHED
                        server SYN_RECV → ESTABLISHED
      #5  server → client  PSH,ACK seq 1 ack 1 …       delivered
      s  SYN_SENT → ESTABLISHED
      close(3) = 0
      udp
      sendto(4, "hello", 5, 0, NULL, 0) = 5
      #1  client → server  UDP          len 5 …          dropped
      close(4) = 0
    "#);
    let wide = Style {
        width: Some(120),
        ..TERMINAL
    };
    assert_snapshot!(compared(wide), @r#"
    sock>
      tcp                                                      │   udp
      sendto(3, "hello", 5, 0, NULL, 0) = 5                    │   sendto(4, "hello", 5, 0, NULL, 0) = 5
      #4  client PSH,ACK seq 1:6 ack 1 len 5 win 64256    held │   #1  client UDP len 5 port 40000 → 80             dropped
      #4  delivered  server SYN_RECV → ESTABLISHED             │
      #5  server PSH,ACK seq 1 ack 1 win 64256       delivered │
      s  SYN_SENT → ESTABLISHED                                │
      close(3) = 0                                             │   close(4) = 0
    "#);
    assert_eq!(compared(Style::PLAIN), compared(TERMINAL));
}

#[test]
fn color_adds_nothing_but_color() {
    for width in [Some(60), Some(80), Some(120)] {
        let style = Style { width, ..TERMINAL };
        let colored = Style {
            color: true,
            ..style
        };
        let out = shown(colored, What::Compared(Box::new(sent())));
        assert!(out.contains('\u{1b}'));
        assert_eq!(foreign::without_color(&out), compared(style));
    }
}

/// A packet that one side holds is no news of the other, and stays so when the sides swap.
#[test]
fn each_side_remembers_what_it_was_told() {
    let one = |n: usize, packet: Packet| {
        let mut columns = [vec![], vec![]];
        columns[n].push(event(What::Packet(Box::new(packet))));
        columns
    };
    let titles = ["tcp".to_owned(), "udp".to_owned()];
    let swapped = ["udp".to_owned(), "tcp".to_owned()];
    let delivered = |waited| Packet {
        waited,
        ..fated(udp(1, 5), Fate::Delivered)
    };
    let mut renderer = Renderer::new(TERMINAL);
    let mut out = "sock>\n".to_owned();
    for (titles, columns) in [
        (&titles, one(0, udp(1, 5))),
        (&titles, one(1, delivered(None))),
        (&swapped, one(1, delivered(Some(0)))),
    ] {
        let compared = Compared {
            titles: titles.clone(),
            columns,
        };
        out += &renderer.event(&event(What::Compared(Box::new(compared))));
    }
    assert_snapshot!(out, @r"
    sock>
      tcp                                  │   udp
      #1  client UDP len 5            held │
                                           │   #1  client UDP len 5       delivered
      udp                                  │   tcp
                                           │   #1  delivered  to server
    ");
}

#[test]
fn what_needs_the_whole_width_follows() {
    let row = |n| {
        event(What::Answer(Answer::Flows {
            flows: vec![Flow {
                n,
                proto: "tcp".to_owned(),
                client: "client 10.0.0.1:43212".to_owned(),
                server: "server 10.0.0.2:7".to_owned(),
                ways: [Count::default(); 2],
            }],
        }))
    };
    let compared = |columns| {
        let titles = ["tcp".to_owned(), "udp".to_owned()];
        let compared = Compared { titles, columns };
        shown(TERMINAL, What::Compared(Box::new(compared)))
    };
    let both = compared([vec![row(1)], vec![row(2)]]);
    let alone = shown(TERMINAL, row(1).what);
    let alone = alone.strip_prefix("sock>\n").unwrap();
    assert!(
        both.starts_with(&format!("sock>\n  tcp\n{alone}  udp\n")),
        "{both}"
    );
    let one = compared([vec![row(1)], vec![]]);
    assert_eq!(one, format!("sock>\n  tcp\n{alone}"));
}

#[test]
fn json_has_a_line_for_each_inner_event_with_its_side() {
    let lines = json(&event(What::Compared(Box::new(sent()))));
    let sides: Vec<String> = lines
        .lines()
        .map(|line| {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            format!("{} {}", value["side"], value["event"])
        })
        .collect();
    assert_eq!(
        sides.join("\n").replace('"', ""),
        "tcp syscall\ntcp packet\ntcp packet\ntcp packet\ntcp state\ntcp syscall\nudp syscall\nudp packet\nudp syscall"
    );
    let nothing = Compared {
        titles: ["tcp".to_owned(), "udp".to_owned()],
        columns: [vec![], vec![]],
    };
    assert_eq!(json(&event(What::Compared(Box::new(nothing)))), "");
}

#[test]
fn json_carries_all_that_a_packets_line_shows() {
    let packet = Packet {
        retransmission: Some(Retransmission {
            of: 1,
            nth: 1,
            why: Again::Fast,
            after: 12,
        }),
        note: Some("lost (30%)".to_owned()),
        waited: Some(3),
        states: vec![end("client", Some(TcpState::Listen), TcpState::SynRecv)],
        ..syn(2)
    };
    assert_snapshot!(json(&event(What::Packet(Box::new(packet)))), @r#"{"t":1.5,"socket":"s","fd":3,"event":"packet","n":2,"from":"client","to":"server","proto":"tcp","src":"10.0.0.1:40000","dst":"10.0.0.2:80","flags":"SYN","letters":"S","seq":0,"win":64240,"len":0,"size":60,"options":["mss 1460","sackOK","ts 4021 0","nop","wscale 7"],"fate":"held","retransmission":{"of":1,"nth":1,"why":"fast","after":12},"note":"lost (30%)","waited":3,"states":[{"host":"client","from":"LISTEN","state":"SYN_RECV"}]}"#);
    assert_snapshot!(json(&event(What::Answer(score()))), @r#"{"t":1.5,"socket":"s","fd":3,"event":"answer","answer":"score","sides":[{"title":"tcp","rows":[["calls","5"],["packets","9"],["efficiency","41%"],["retransmitted","2"]]},{"title":"udp","rows":[["calls","4"],["packets","2"],["efficiency","87%"],["lost","1"]]}]}"#);
    assert_snapshot!(json(&event(What::Answer(Answer::Checks { checks: checks()[..1].to_vec() }))), @r#"{"t":1.5,"socket":"s","fd":3,"event":"answer","answer":"checks","checks":[{"name":"user namespaces","result":"ok","found":"allowed"}]}"#);
}
