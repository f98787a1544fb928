//! A line a packet.

use super::*;
use crate::event::packet::*;
use crate::text::wrap;
use insta::assert_snapshot;

/// A segment from the client to the server.
pub(super) fn tcp(n: u64, flags: &str, letters: &str) -> Packet {
    Packet {
        n,
        from: "client".to_owned(),
        to: "server".to_owned(),
        proto: "tcp".to_owned(),
        src: "10.0.0.1:40000".to_owned(),
        dst: "10.0.0.2:80".to_owned(),
        flags: Some(flags.to_owned()),
        letters: Some(letters.to_owned()),
        seq: Some(0),
        ack: None,
        win: Some(64240),
        len: 0,
        size: 60,
        options: vec![],
        info: None,
        fate: Fate::Held,
        retransmission: None,
        note: None,
        repeats: 0,
        waited: None,
        states: vec![],
    }
}

/// The same from the server to the client.
pub(super) fn back(packet: Packet) -> Packet {
    Packet {
        from: packet.to,
        to: packet.from,
        src: packet.dst,
        dst: packet.src,
        ..packet
    }
}

/// A datagram from the client to the server.
pub(super) fn udp(n: u64, len: usize) -> Packet {
    Packet {
        proto: "udp".to_owned(),
        flags: None,
        letters: None,
        seq: None,
        win: None,
        len,
        ..tcp(n, "", "")
    }
}

pub(super) fn syn(n: u64) -> Packet {
    let options = ["mss 1460", "sackOK", "ts 4021 0", "nop", "wscale 7"];
    Packet {
        options: options.map(str::to_owned).to_vec(),
        ..tcp(n, "SYN", "S")
    }
}

pub(super) fn handshake() -> [Packet; 3] {
    let answer = Packet {
        ack: Some(1),
        win: Some(65160),
        ..back(syn(2))
    };
    let answer = Packet {
        flags: Some("SYN,ACK".to_owned()),
        letters: Some("S.".to_owned()),
        ..answer
    };
    let last = Packet {
        seq: Some(1),
        ack: Some(1),
        win: Some(64256),
        options: ["nop", "nop", "ts 4022 1"].map(str::to_owned).to_vec(),
        ..tcp(3, "ACK", ".")
    };
    [syn(1), answer, last]
}

pub(super) fn data(n: u64, seq: u32, len: usize) -> Packet {
    Packet {
        seq: Some(seq),
        ack: Some(1),
        win: Some(64256),
        len,
        ..tcp(n, "PSH,ACK", "P.")
    }
}

pub(super) fn fated(packet: Packet, fate: Fate) -> Packet {
    Packet { fate, ..packet }
}

pub(super) fn end(host: &str, from: Option<TcpState>, state: TcpState) -> End {
    let host = host.to_owned();
    End { host, from, state }
}

/// What one renderer shows of these, one after the other.
fn lines(style: Style, packets: &[Packet]) -> String {
    let mut renderer = Renderer::new(style);
    let mut out = "sock>\n".to_owned();
    for packet in packets {
        out += &renderer.event(&event(What::Packet(Box::new(packet.clone()))));
    }
    if let Some(width) = style.width {
        let fits = |line: &str| wrap::columns(line) <= width;
        assert!(out.lines().all(fits), "{out}");
    }
    out
}

fn stepped() -> Vec<Packet> {
    use TcpState::*;
    let [syn, answer, last] = handshake();
    let delivered = |packet: &Packet, states| Packet {
        fate: Fate::Delivered,
        waited: Some(3),
        states,
        ..packet.clone()
    };
    let first = delivered(
        &syn,
        vec![
            end("client", None, SynSent),
            end("server", Some(Listen), SynRecv),
        ],
    );
    let second = delivered(
        &answer,
        vec![
            end("server", None, SynRecv),
            end("client", Some(SynSent), Established),
        ],
    );
    let third = delivered(
        &last,
        vec![
            end("client", None, Established),
            end("server", Some(SynRecv), Established),
        ],
    );
    vec![syn, first, answer, second, last, third]
}

/// Packets of every kind, in the order of what can go wrong.
fn mixed() -> Vec<Packet> {
    let words = |text: &str| Some(text.to_owned());
    let again = Some(Retransmission {
        of: 1,
        nth: 2,
        why: Again::Timeout,
        after: 2040,
    });
    vec![
        Packet {
            retransmission: again,
            ..fated(syn(4), Fate::Dropped)
        },
        Packet {
            note: words("lost (30%)"),
            ..fated(data(5, 1, 20), Fate::Dropped)
        },
        data(7, 1, 20),
        fated(data(123, 1_000_481, 1448), Fate::Delivered),
        udp(8, 5),
        Packet {
            proto: "icmp".to_owned(),
            info: words("port unreachable, quotes UDP 40000 → 9"),
            ..back(udp(9, 36))
        },
        Packet {
            proto: "fragment".to_owned(),
            info: words("bytes 1480:2960, more follow, id 0x1a2b"),
            ..udp(10, 1480)
        },
        Packet {
            win: None,
            info: words("cut short: 8 of 20 bytes of the TCP header"),
            ..tcp(11, "SYN", "S")
        },
        Packet {
            waited: Some(12_400),
            ..data(12, 1, 20)
        },
        Packet {
            waited: Some(200),
            ..fated(data(13, 21, 20), Fate::Delivered)
        },
    ]
}

fn wide(columns: usize) -> Style {
    Style {
        width: Some(columns),
        ..TERMINAL
    }
}

#[test]
fn a_stepped_handshake_reads_as_a_table() {
    assert_snapshot!(lines(TERMINAL, &stepped()), @r"
    sock>
      #1  client → server  SYN [S]      seq 0       win 64240 mss 1460 …        held
      #1  delivered     client SYN_SENT             server LISTEN → SYN_RECV
      #2  server → client  SYN,ACK [S.] seq 0 ack 1 win 65160 mss 1460 …        held
      #2  delivered     client SYN_SENT → ESTABLISHED  server SYN_RECV
      #3  client → server  ACK [.]      seq 1 ack 1 win 64256 …                 held
      #3  delivered     client ESTABLISHED          server SYN_RECV → ESTABLISHED
    ");
    assert_snapshot!(lines(ASCII, &stepped()), @r"
    sock>
      #1  client -> server  SYN [S]      seq 0       win 64240 mss 1460 ...     held
      #1  delivered     client SYN_SENT             server LISTEN -> SYN_RECV
      #2  server -> client  SYN,ACK [S.] seq 0 ack 1 win 65160 mss 1460 ...     held
      #2  delivered     client SYN_SENT -> ESTABLISHED  server SYN_RECV
      #3  client -> server  ACK [.]      seq 1 ack 1 win 64256 ...              held
      #3  delivered     client ESTABLISHED          server SYN_RECV -> ESTABLISHED
    ");
    assert_snapshot!(lines(wide(60), &stepped()), @r"
    sock>
      #1  client → server  SYN seq 0       win 64240 …      held
      #1  delivered     client SYN_SENT
                        server LISTEN → SYN_RECV
      #2  server → client  SYN,ACK seq 0 ack 1 win 65160 …  held
      #2  delivered     client SYN_SENT → ESTABLISHED
                        server SYN_RECV
      #3  client → server  ACK seq 1 ack 1 win 64256 …      held
      #3  delivered     client ESTABLISHED
                        server SYN_RECV → ESTABLISHED
    ");
    assert_snapshot!(lines(wide(120), &stepped()), @r"
    sock>
      #1  client → server  SYN [S]       seq 0             win 64240  mss 1460 sackOK ts 4021 0 nop wscale 7    held
      #1  delivered        client SYN_SENT               server LISTEN → SYN_RECV
      #2  server → client  SYN,ACK [S.]  seq 0 ack 1       win 65160  mss 1460 sackOK ts 4021 0 nop wscale 7    held
      #2  delivered        client SYN_SENT → ESTABLISHED  server SYN_RECV
      #3  client → server  ACK [.]       seq 1 ack 1       win 64256  nop nop ts 4022 1                         held
      #3  delivered        client ESTABLISHED            server SYN_RECV → ESTABLISHED
    ");
    assert_snapshot!(lines(Style::PLAIN, &stepped()), @r"
    sock>
      #1  client → server  SYN [S]       seq 0             win 64240  mss 1460 sackOK ts 4021 0 nop wscale 7  held
      #1  delivered        client SYN_SENT               server LISTEN → SYN_RECV
      #2  server → client  SYN,ACK [S.]  seq 0 ack 1       win 65160  mss 1460 sackOK ts 4021 0 nop wscale 7  held
      #2  delivered        client SYN_SENT → ESTABLISHED  server SYN_RECV
      #3  client → server  ACK [.]       seq 1 ack 1       win 64256  nop nop ts 4022 1     held
      #3  delivered        client ESTABLISHED            server SYN_RECV → ESTABLISHED
    ");
}

#[test]
fn on_a_flowing_wire_a_packet_is_one_line_and_the_states_that_changed() {
    let mut flowing = handshake().map(|packet| fated(packet, Fate::Delivered));
    flowing[0].states = vec![
        end("client", None, TcpState::SynSent),
        end("server", Some(TcpState::Listen), TcpState::SynRecv),
    ];
    assert_snapshot!(lines(TERMINAL, &flowing), @r"
    sock>
      #1  client → server  SYN [S]      seq 0       win 64240 mss 1460 …   delivered
          server LISTEN → SYN_RECV
      #2  server → client  SYN,ACK [S.] seq 0 ack 1 win 65160 mss 1460 …   delivered
      #3  client → server  ACK [.]      seq 1 ack 1 win 64256 …            delivered
    ");
}

#[test]
fn what_was_captured_was_seen() {
    assert_snapshot!(lines(TERMINAL, &[fated(syn(1), Fate::Seen)]), @r"
    sock>
      #1  client → server  SYN [S]      seq 0       win 64240 mss 1460 …        seen
    ");
}

#[test]
fn the_fate_is_always_seen() {
    assert_snapshot!(lines(TERMINAL, &mixed()), @r"
    sock>
      #4  client → server  SYN [S]      seq 0       win 64240 mss 1460 …     dropped
          again: #1, 2nd time, timeout after 2.0 s
      #5  client → server  PSH,ACK [P.] seq 1:21 ack 1 len 20 … lost (30%)   dropped
      #7  client → server  PSH,ACK [P.] seq 1:21 ack 1 len 20 win 64256         held
      #123 client → server  PSH,ACK seq 1000481:1001929 ack 1 len 1448 …   delivered
      #8  client → server  UDP          len 5 port 40000 → 80                   held
      #9  server → client  ICMP         port unreachable, quotes UDP 40000 → 9  held
      #10 client → server  fragment     len 1480                                held
          bytes 1480:2960, more follow, id 0x1a2b
      #11 client → server  SYN [S]      seq 0                                   held
          cut short: 8 of 20 bytes of the TCP header
      #12 client → server  PSH,ACK [P.] seq 1:21 ack 1 len 20 win 64256    held 12 s
      #13 client → server  PSH,ACK [P.] seq 21:41 ack 1 len 20 win 64256   delivered
          after 0.2 s
    ");
    assert_snapshot!(lines(wide(60), &mixed()), @r"
    sock>
      #4  client → server  SYN seq 0       win 64240 …   dropped
          again: #1, 2nd time, timeout after 2.0 s
      #5  client → server  PSH,ACK seq 1:21 ack 1 len …  dropped
          lost (30%)
      #7  client → server  PSH,ACK seq 1:21 ack 1 len 20 …  held
      #123 client → server  PSH,ACK seq 1000481:1001…  delivered
      #8  client → server  UDP          len 5 …             held
      #9  server → client  ICMP                             held
          port unreachable, quotes UDP 40000 → 9
      #10 client → server  fragment     len 1480            held
          bytes 1480:2960, more follow, id 0x1a2b
      #11 client → server  SYN [S]      seq 0               held
          cut short: 8 of 20 bytes of the TCP header
      #12 client → server  PSH,ACK seq 1:21 ack 1 le…  held 12 s
      #13 client → server  PSH,ACK seq 21:41 ack 1 l…  delivered
          after 0.2 s
    ");
}

#[test]
fn where_there_is_room_all_is_on_one_line() {
    assert_snapshot!(lines(wide(120), &mixed()), @r"
    sock>
      #4  client → server  SYN [S]       seq 0             win 64240 …  again: #1, 2nd time, timeout after 2.0 s  dropped
      #5  client → server  PSH,ACK [P.]  seq 1:21 ack 1    len 20  win 64256  lost (30%)                     dropped
      #7  client → server  PSH,ACK [P.]  seq 1:21 ack 1    len 20  win 64256                                    held
      #123 client → server  PSH,ACK [P.]  seq 1000481:1001929 ack 1  len 1448  win 64256                   delivered
      #8  client → server  UDP           len 5  port 40000 → 80                                                 held
      #9  server → client  ICMP          port unreachable, quotes UDP 40000 → 9                                 held
      #10 client → server  fragment      len 1480  bytes 1480:2960, more follow, id 0x1a2b                      held
      #11 client → server  SYN [S]       seq 0             cut short: 8 of 20 bytes of the TCP header           held
      #12 client → server  PSH,ACK [P.]  seq 1:21 ack 1    len 20  win 64256                               held 12 s
      #13 client → server  PSH,ACK [P.]  seq 21:41 ack 1   len 20  win 64256  after 0.2 s                  delivered
    ");
    assert_snapshot!(lines(Style::PLAIN, &mixed()), @r"
    sock>
      #4  client → server  SYN [S]       seq 0             win 64240  mss 1460 sackOK ts 4021 0 nop wscale 7  again: #1, 2nd time, timeout after 2.0 s  dropped
      #5  client → server  PSH,ACK [P.]  seq 1:21 ack 1    len 20  win 64256  lost (30%)    dropped
      #7  client → server  PSH,ACK [P.]  seq 1:21 ack 1    len 20  win 64256                held
      #123 client → server  PSH,ACK [P.]  seq 1000481:1001929 ack 1  len 1448  win 64256    delivered
      #8  client → server  UDP           len 5  port 40000 → 80                             held
      #9  server → client  ICMP          port unreachable, quotes UDP 40000 → 9             held
      #10 client → server  fragment      len 1480  bytes 1480:2960, more follow, id 0x1a2b  held
      #11 client → server  SYN [S]       seq 0             cut short: 8 of 20 bytes of the TCP header  held
      #12 client → server  PSH,ACK [P.]  seq 1:21 ack 1    len 20  win 64256                held 12 s
      #13 client → server  PSH,ACK [P.]  seq 21:41 ack 1   len 20  win 64256  after 0.2 s   delivered
    ");
}

#[test]
fn the_short_line_is_for_who_has_seen_the_whole_one() {
    let held = udp(1, 5);
    let waited = |n| Packet {
        waited: Some(0),
        ..udp(n, 5)
    };
    let dropped = Packet {
        note: Some("dropped by number".to_owned()),
        ..fated(waited(1), Fate::Dropped)
    };
    let twice = fated(waited(2), Fate::Duplicated);
    let delivered = fated(waited(2), Fate::Delivered);
    let packets = [
        held,
        udp(2, 5),
        twice,
        delivered.clone(),
        dropped,
        delivered,
    ];
    assert_snapshot!(lines(TERMINAL, &packets), @r"
    sock>
      #1  client → server  UDP          len 5 port 40000 → 80                   held
      #2  client → server  UDP          len 5 port 40000 → 80                   held
      #2  duplicated    to server
      #2  delivered     to server
      #1  dropped       dropped by number
      #2  client → server  UDP          len 5 port 40000 → 80              delivered
    ");
}

/// The packets of the next laboratory have the same numbers.
#[test]
fn what_was_never_held_is_told_whole() {
    let delivered = fated(udp(1, 5), Fate::Delivered);
    assert_snapshot!(lines(TERMINAL, &[udp(1, 5), delivered]), @r"
    sock>
      #1  client → server  UDP          len 5 port 40000 → 80                   held
      #1  client → server  UDP          len 5 port 40000 → 80              delivered
    ");
}

#[test]
fn long_names_and_addresses_are_cut() {
    let far = Packet {
        from: "a-host-with-a-long-name".to_owned(),
        to: "2001:db8:1234:5678:9abc:def0:1234:5678".to_owned(),
        src: "[fd00::1]:40000".to_owned(),
        dst: "[2001:db8:1234:5678:9abc:def0:1234:5678]:9".to_owned(),
        ..udp(1, 5)
    };
    let hostile = Packet {
        from: "\u{1b}[2J".to_owned(),
        note: Some("\u{202e}forged".to_owned()),
        ..udp(2, 5)
    };
    assert_snapshot!(lines(TERMINAL, &[far.clone(), hostile]), @r"
    sock>
      #1  a-host-with… → 2001:db8:12…  UDP          len 5 port 40000 → 9        held
      #2  \x1b[2J → server             UDP          len 5 … \u{202e}forged      held
    ");
    assert_snapshot!(lines(wide(60), std::slice::from_ref(&far)), @r"
    sock>
      #1  a-host-w… → 2001:db8…  UDP          len 5 …       held
    ");
    assert_snapshot!(lines(ASCII, &[far]), @r"
    sock>
      #1  a-host-wi... -> 2001:db8:...  UDP          len 5 port 40000 -> 9      held
    ");
}

#[test]
fn color_adds_nothing_but_color() {
    for width in [Some(60), Some(80), Some(120), None] {
        let plain = Style { width, ..TERMINAL };
        let colored = Style {
            color: true,
            ..plain
        };
        let packets = [stepped(), mixed()].concat();
        let mut renderer = Renderer::new(colored);
        let mut out = "sock>\n".to_owned();
        for packet in &packets {
            out += &renderer.event(&event(What::Packet(Box::new(packet.clone()))));
        }
        assert!(out.contains('\u{1b}'));
        assert_eq!(foreign::without_color(&out), lines(plain, &packets));
    }
}
