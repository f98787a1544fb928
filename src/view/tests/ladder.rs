//! The sequence diagram.

use super::packets::*;
use super::*;
use crate::event::packet::*;
use crate::text::wrap;
use insta::assert_snapshot;

fn call(host: &str, text: &str) -> Rung {
    Rung::Call {
        host: host.to_owned(),
        text: text.to_owned(),
    }
}

fn state(host: &str, state: TcpState) -> Rung {
    let host = host.to_owned();
    Rung::State { host, state }
}

fn sent(packet: Packet) -> Rung {
    Rung::Sent(Box::new(packet))
}

fn ladder(hosts: &[&str], rungs: Vec<Rung>) -> Ladder {
    Ladder {
        hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
        rungs,
        forgotten: 0,
        glimpsed: false,
    }
}

fn drawn(style: Style, ladder: Ladder) -> String {
    let out = shown(style, What::Answer(Answer::Ladder(ladder)));
    if let Some(width) = style.width {
        let fits = |line: &str| wrap::columns(line) <= width;
        assert!(out.lines().all(fits), "{out}");
    }
    assert!(style.unicode || out.is_ascii(), "{out}");
    out
}

const TWO: [&str; 2] = ["client", "server"];

/// A handshake, with what the calls say.
fn opened() -> Vec<Rung> {
    use TcpState::*;
    let [syn, answer, last] = handshake();
    vec![
        state("server", Listen),
        call("client", "connect() …"),
        sent(syn),
        state("client", SynSent),
        Rung::Arrived(1),
        state("server", SynRecv),
        sent(answer),
        Rung::Arrived(2),
        state("client", Established),
        sent(last),
        call("client", "connect() = 0"),
        Rung::Arrived(3),
        state("server", Established),
        call("server", "accept() = 4"),
    ]
}

fn transfer() -> Vec<Rung> {
    let ack = Packet {
        seq: Some(1),
        ack: Some(61),
        ..back(tcp(9, "ACK", "."))
    };
    let again = Packet {
        retransmission: Some(Retransmission {
            of: 5,
            nth: 1,
            why: Again::Timeout,
            after: 201,
        }),
        ..data(8, 21, 20)
    };
    vec![
        call("client", "send() = 20"),
        sent(data(4, 1, 20)),
        call("client", "send() = 20"),
        sent(data(5, 21, 20)),
        Rung::Dropped(5),
        sent(data(6, 41, 20)),
        Rung::Arrived(6),
        Rung::Arrived(4),
        call(
            "server",
            "recv() = -1 EAGAIN (Resource temporarily unavailable)",
        ),
        sent(again),
        Rung::Arrived(8),
        Rung::Arrived(8),
        sent(ack),
        Rung::Arrived(9),
        sent(data(10, 61, 20)),
        sent(back(data(11, 1, 20))),
        sent(back(data(12, 21, 20))),
    ]
}

const NARROW: Style = Style {
    width: Some(60),
    ..TERMINAL
};

#[test]
fn a_call_stands_beside_its_own_packet_not_beside_one_that_came_before() {
    let answer = back(tcp(5, "ACK", "."));
    let rungs = vec![
        sent(answer),
        Rung::Arrived(5),
        call("client", "connect()"),
        sent(tcp(6, "SYN", "S")),
        Rung::Arrived(6),
    ];
    let out = drawn(TERMINAL, ladder(&TWO, rungs));
    let row = out.lines().find(|line| line.contains("connect()"));
    assert!(row.is_some_and(|row| row.contains("#6")), "{out}");
}

#[test]
fn a_call_that_has_no_room_beside_its_column_is_not_drawn_over() {
    let style = Style {
        width: Some(38),
        ..TERMINAL
    };
    for (host, syn) in [
        ("client", tcp(1, "SYN", "S")),
        ("server", back(tcp(1, "SYN", "S"))),
    ] {
        let rungs = vec![call(host, "connect()"), sent(syn), Rung::Arrived(1)];
        let out = drawn(style, ladder(&TWO, rungs));
        assert!(out.contains("connect()"), "{out}");
    }
}

#[test]
fn a_handshake_is_what_hangs_on_the_wall() {
    assert_snapshot!(drawn(TERMINAL, ladder(&TWO, opened())), @r"
    sock>
                 client                                            server
                    │                                                 │ LISTEN
        connect() … │                                                 │
           SYN_SENT │── #1 SYN seq 0 ────────────────────────────────▶│ SYN_RECV
                    │                                                 │
        ESTABLISHED │◀─ #2 SYN,ACK seq 0 ack 1 ───────────────────────│
                    │                                                 │
                    │── #3 ACK seq 1 ack 1 ──────────────────────────▶│ ESTABLISHED
                    │                                                 │
      connect() = 0 │                                                 │
                    │                                                 │ accept() = 4
    ");
    assert_snapshot!(drawn(ASCII, ladder(&TWO, opened())), @r"
    sock>
                 client                                            server
                    |                                                 | LISTEN
      connect() ... |                                                 |
           SYN_SENT |-- #1 SYN seq 0 -------------------------------->| SYN_RECV
                    |                                                 |
        ESTABLISHED |<- #2 SYN,ACK seq 0 ack 1 -----------------------|
                    |                                                 |
                    |-- #3 ACK seq 1 ack 1 -------------------------->| ESTABLISHED
                    |                                                 |
      connect() = 0 |                                                 |
                    |                                                 | accept() = 4
    ");
    assert_snapshot!(drawn(NARROW, ladder(&TWO, opened())), @r"
    sock>
               client                          server
                  │                               │ LISTEN
      connect() … │                               │
         SYN_SENT │── #1 SYN seq 0 ──────────────▶│ SYN_RECV
                  │                               │
      ESTABLISHED │◀─ #2 SYN,ACK seq 0 ack 1 ─────│
                  │                               │
                  │── #3 ACK seq 1 ack 1 ────────▶│ ESTABLISHED
                  │                               │
                  │ connect() = 0                 │
                  │                               │ accept() = 4
    ");
    let no_width = drawn(Style::PLAIN, ladder(&TWO, opened()));
    assert_eq!(no_width, drawn(TERMINAL, ladder(&TWO, opened())));
}

/// The server begins to listen while its RST is on the way: nothing of that stands beside the SYN that it answered.
#[test]
fn a_state_stands_below_the_call_that_led_to_it() {
    use TcpState::*;
    let [syn, answer, _] = handshake();
    let refused = Packet {
        flags: Some("RST,ACK".to_owned()),
        ..answer
    };
    let rungs = vec![
        call("client", "connect()"),
        sent(syn),
        state("client", SynSent),
        Rung::Arrived(1),
        sent(refused),
        call("server", "listen()"),
        state("server", Listen),
        Rung::Arrived(2),
        state("client", Close),
    ];
    let out = drawn(TERMINAL, ladder(&TWO, rungs));
    let row = |part: &str| out.lines().position(|line| line.contains(part)).unwrap();
    assert!(row("listen()") > row("RST,ACK"), "{out}");
    assert!(row("LISTEN") >= row("listen()"), "{out}");
    assert!(row("CLOSE") <= row("RST,ACK"), "{out}");
}

#[test]
fn what_the_wire_does_is_seen() {
    assert_snapshot!(drawn(TERMINAL, ladder(&TWO, transfer())), @r"
    sock>
               client                                                       server
      send() = 20 │── #4 PSH,ACK seq 1:21 ack 1 ────────┐                      │
      send() = 20 │── #5 PSH,ACK seq 21:41 ack 1 ───────┼──× dropped           │
                  │── #6 PSH,ACK seq 41:61 ack 1 ───────┼─────────────────────▶│
                  │                                     └──────── #4 ─────────▶│
                  │      recv() = -1 EAGAIN (Resource temporarily unavailable) │
                  │── #8 PSH,ACK seq 21:41 ack 1 len 20 again #5 ─────────────▶│
                  │                              ──────── copy of #8 ─────────▶│
                  │◀─ #9 ACK seq 1 ack 61 ─────────────────────────────────────│
                  │── #10 PSH,ACK seq 61:81 ack 1 len 20 ───┤ held             │
                  │              held ├── #11 PSH,ACK seq 1:21 ack 1 len 20 ───│
                  │             held ├── #12 PSH,ACK seq 21:41 ack 1 len 20 ───│
    ");
    assert_snapshot!(drawn(ASCII, ladder(&TWO, transfer())), @r"
    sock>
               client                                                       server
      send() = 20 |-- #4 PSH,ACK seq 1:21 ack 1 --------+                      |
      send() = 20 |-- #5 PSH,ACK seq 21:41 ack 1 -------+--x dropped           |
                  |-- #6 PSH,ACK seq 41:61 ack 1 -------+--------------------->|
                  |                                     +-------- #4 --------->|
                  |      recv() = -1 EAGAIN (Resource temporarily unavailable) |
                  |-- #8 PSH,ACK seq 21:41 ack 1 len 20 again #5 ------------->|
                  |                              -------- copy of #8 --------->|
                  |<- #9 ACK seq 1 ack 61 -------------------------------------|
                  |-- #10 PSH,ACK seq 61:81 ack 1 len 20 ---+ held             |
                  |              held +-- #11 PSH,ACK seq 1:21 ack 1 len 20 ---|
                  |             held +-- #12 PSH,ACK seq 21:41 ack 1 len 20 ---|
    ");
    assert_snapshot!(drawn(NARROW, ladder(&TWO, transfer())), @r"
    sock>
               client                                   server
      send() = 20 │── #4 PSH,ACK ──────────┐               │
      send() = 20 │── #5 PSH,ACK ──────────┼────× dropped  │
                  │── #6 PSH,ACK ──────────┼──────────────▶│
                  │                        └──── #4 ──────▶│
                  │ recv() = -1 EAGAIN (Resource temporar… │
                  │── #8 PSH,ACK seq 21:41 again #5 ──────▶│
                  │                    ─── copy of #8 ────▶│
                  │◀─ #9 ACK seq 1 ack 61 ─────────────────│
                  │── #10 PSH,ACK seq 61:81 ───────┤ held  │
                  │  held ├── #11 PSH,ACK seq 1:21 ack 1 ──│
                  │  held ├── #12 PSH,ACK seq 21:41 ───────│
    ");
}

#[test]
fn both_close_at_once_and_the_segments_cross() {
    use TcpState::*;
    let fin = |n| Packet {
        seq: Some(1),
        ack: Some(1),
        ..tcp(n, "FIN,ACK", "F.")
    };
    let rungs = vec![
        call("client", "close() = 0"),
        state("client", FinWait1),
        sent(fin(4)),
        call("server", "close() = 0"),
        state("server", FinWait1),
        sent(back(fin(5))),
        Rung::Arrived(4),
        state("server", Closing),
        Rung::Arrived(5),
        state("client", Closing),
    ];
    assert_snapshot!(drawn(TERMINAL, ladder(&TWO, rungs)), @r"
    sock>
               client                                               server
      close() = 0 │                                                    │
        FIN_WAIT1 │── #4 FIN,ACK seq 1 ack 1 ──────┐                   │
                  │                                │                   │ close() = 0
                  │                  ┌─────────────┼── #5 FIN,ACK ─────│ FIN_WAIT1
                  │                  │             └────── #4 ────────▶│ CLOSING
          CLOSING │◀────── #5 ───────┘                                 │
    ");
}

/// Packets among these hosts, all of them to the next and one from the last to the first.
fn round(hosts: &[&str]) -> Vec<Rung> {
    let packet = |n: usize, from: &str, to: &str| Packet {
        from: from.to_owned(),
        to: to.to_owned(),
        ..syn(n as u64)
    };
    let mut rungs = vec![
        call(hosts[1], "bind() = 0"),
        state(hosts[1], TcpState::Listen),
    ];
    for (n, pair) in hosts.windows(2).enumerate() {
        rungs.push(sent(packet(n + 1, pair[0], pair[1])));
        rungs.push(Rung::Arrived(n as u64 + 1));
        rungs.push(state(pair[1], TcpState::SynRecv));
    }
    let n = hosts.len();
    rungs.push(sent(packet(n, hosts[n - 1], hosts[0])));
    rungs.push(Rung::Arrived(n as u64));
    rungs.push(state(hosts[0], TcpState::Established));
    let everybody = Packet {
        to: "all".to_owned(),
        ..udp(n as u64 + 1, 5)
    };
    rungs.push(sent(Packet {
        from: hosts[0].to_owned(),
        ..everybody
    }));
    rungs.push(Rung::Arrived(n as u64 + 1));
    rungs
}

#[test]
fn arrows_pass_across_the_hosts_between() {
    let three = ["client", "proxy", "server"];
    assert_snapshot!(drawn(TERMINAL, ladder(&three, round(&three))), @r"
    sock>
               client                       proxy                      server
                  │                           │ bind() = 0                │
                  │                           │ LISTEN                    │
                  │── #1 SYN seq 0 ──────────▶│ SYN_RECV                  │
                  │                           │── #2 SYN seq 0 ──────────▶│ SYN_RECV
      ESTABLISHED │◀─ #3 SYN seq 0 ───────────┼───────────────────────────│
                  │── #4 UDP len 5 to all ────┼──────────────────────────▶│
    ");
    assert_snapshot!(drawn(NARROW, ladder(&three, round(&three))), @r"
    sock>
               client             proxy            server
                  │                 │ bind() = 0      │
                  │                 │ LISTEN          │
                  │── #1 SYN ──────▶│ SYN_RECV        │
                  │                 │── #2 SYN ──────▶│ SYN_RECV
      ESTABLISHED │◀─ #3 SYN seq 0 ─┼─────────────────│
                  │── #4 UDP len 5 to all ───────────▶│
    ");
    let eight = ["a", "b", "c", "d", "e", "f", "g", "a-long-name"];
    assert_snapshot!(drawn(TERMINAL, ladder(&eight, round(&eight))), @r"
    sock>
                  a       b       c       d       e       f       g    a-long…
                  │       │ bind() = 0    │       │       │       │       │
                  │       │ LISTEN│       │       │       │       │       │
                  │ #1 SYN seq 0  │       │       │       │       │       │
                  │──────▶│ SYN_RECV      │       │       │       │       │
                  │       │ #2 SYN seq 0  │       │       │       │       │
                  │       │──────▶│ SYN_RECV      │       │       │       │
                  │       │       │ #3 SYN seq 0  │       │       │       │
                  │       │       │──────▶│ SYN_RECV      │       │       │
                  │       │       │       │ #4 SYN seq 0  │       │       │
                  │       │       │       │──────▶│ SYN_RECV      │       │
                  │       │       │       │       │ #5 SYN seq 0  │       │
                  │       │       │       │       │──────▶│ SYN_RECV      │
                  │       │       │       │       │       │ #6 SYN seq 0  │
                  │       │       │       │       │       │──────▶│ SYN_RECV
                  │       │       │       │       │       │       │ #7 SYN seq 0
                  │       │       │       │       │       │       │──────▶│ SYN_RECV
      ESTABLISHED │◀─ #8 SYN seq 0 ───────┼───────┼───────┼───────┼───────│
                  │── #9 UDP len 5 to all ┼───────┼───────┼───────┼──────▶│
    ");
    drawn(NARROW, ladder(&eight, round(&eight)));
}

#[test]
fn what_is_forgotten_is_said_first() {
    let mut half = ladder(&TWO, vec![Rung::Arrived(7), Rung::Dropped(8)]);
    half.forgotten = 6;
    assert_snapshot!(drawn(TERMINAL, half), @r"
    sock>
      … 6 earlier packets are no longer in the log
       client                                                               server
          │ #7 arrives; when it was sent is forgotten                          │
          │ #8 is dropped                                                      │
    ");
    assert_snapshot!(drawn(TERMINAL, ladder(&TWO, vec![])), @r"
    sock>
      Nothing has crossed the wire yet.
    ");
}

#[test]
fn a_long_one_names_the_hosts_again_at_its_end() {
    let rungs = std::iter::repeat_n(transfer(), 2).flatten().collect();
    let out = drawn(TERMINAL, ladder(&TWO, rungs));
    assert_eq!(out.lines().nth(1), out.lines().last());
}

#[test]
fn color_adds_nothing_but_color() {
    for rungs in [opened(), transfer()] {
        let plain = drawn(TERMINAL, ladder(&TWO, rungs.clone()));
        let style = Style {
            color: true,
            width: None,
            ..TERMINAL
        };
        let colored = drawn(style, ladder(&TWO, rungs));
        assert!(colored.contains('\u{1b}'));
        assert_eq!(foreign::without_color(&colored), plain);
    }
}

#[test]
fn of_a_whole_transfer_the_end_is_drawn() {
    let rungs = (1..=250).flat_map(|n| [sent(syn(n)), Rung::Arrived(n)]);
    let out = drawn(TERMINAL, ladder(&TWO, rungs.collect()));
    assert!(out.contains("150 earlier packets are not drawn"), "{out}");
    assert!(!out.contains("#150 ") && out.contains("#151 ") && out.contains("#250 "));
}

#[test]
fn many_hosts_in_a_narrow_terminal() {
    let hosts = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let on = |from: &str, to: &str, n| Packet {
        from: from.to_owned(),
        to: to.to_owned(),
        ..udp(n, 5)
    };
    for width in 1..80 {
        let style = Style {
            width: Some(width),
            ..TERMINAL
        };
        let mut rungs = Vec::new();
        for (n, pair) in (1..).zip(hosts.windows(2)) {
            rungs.extend([
                call(pair[0], "sendto() = 12345"),
                sent(on(pair[0], pair[1], n)),
                sent(on(pair[1], pair[0], n + 10)),
                Rung::Arrived(n + 10),
                Rung::Arrived(n),
                Rung::Arrived(n),
                state(pair[1], TcpState::Established),
                sent(on(pair[0], pair[1], n + 20)),
                Rung::Dropped(n + 20),
            ]);
        }
        let out = shown(style, What::Answer(Answer::Ladder(ladder(&hosts, rungs))));
        assert!(out.contains("#7"), "{width}: {out}");
    }
}

#[test]
fn what_an_arrow_is_about_is_said_as_far_as_it_fits() {
    let about = |n, proto: &str, info: &str| Packet {
        proto: proto.to_owned(),
        info: Some(info.to_owned()),
        ..udp(n, 36)
    };
    let rungs = [
        about(1, "udp", "fragment 0+1480 of id 0x9a14, more follow"),
        about(
            2,
            "fragment",
            "fragment 1480+1480 of id 0x9a14, more follow",
        ),
        back(about(
            3,
            "icmp",
            "port unreachable, about udp 10.0.0.1:47135 to 10.0.0.2:99",
        )),
    ];
    let rungs = rungs.into_iter().flat_map(|packet| {
        let n = packet.n;
        [sent(packet), Rung::Arrived(n)]
    });
    let rungs: Vec<Rung> = rungs.collect();
    assert_snapshot!(drawn(TERMINAL, ladder(&TWO, rungs.clone())), @r"
    sock>
       client                                                               server
          │── #1 UDP len 36 fragment 0+1480 of id 0x9a14, more follow ────────▶│
          │                                                                    │
          │── #2 fragment 1480+1480 of id 0x9a14, more follow ────────────────▶│
          │                                                                    │
          │◀─ #3 ICMP port unreachable ────────────────────────────────────────│
          │                                                                    │
    ");
    assert_snapshot!(drawn(NARROW, ladder(&TWO, rungs)), @r"
    sock>
       client                                           server
          │── #1 UDP len 36 fragment 0+1480 ──────────────▶│
          │                                                │
          │── #2 fragment 1480+1480 ──────────────────────▶│
          │                                                │
          │◀─ #3 ICMP port unreachable ────────────────────│
          │                                                │
    ");
}
