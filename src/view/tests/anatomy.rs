//! A packet opened, and conversations.

use super::packets::*;
use super::*;
use crate::event::packet::*;
use crate::text::wrap;
use insta::assert_snapshot;

/// Fields one after the other from bit `bit`: name, bits, value, meaning.
fn header(name: &str, source: &str, bit: usize, fields: &[(&str, usize, &str, &str)]) -> Header {
    let mut at = bit;
    let fields = fields.iter().map(|(name, bits, value, meaning)| {
        let field = Field {
            name: (*name).to_owned(),
            bit: at,
            bits: *bits,
            value: (*value).to_owned(),
            meaning: (*meaning).to_owned(),
            right: true,
        };
        at += bits;
        field
    });
    Header {
        name: name.to_owned(),
        source: source.to_owned(),
        fields: fields.collect(),
    }
}

fn ip() -> Header {
    let fields = [
        ("Version", 4, "4", "IPv4"),
        ("IHL", 4, "5", "the header has 5 words: 20 bytes"),
        ("DSCP", 6, "0", "best effort"),
        ("ECN", 2, "0", "no ECN"),
        ("Total Length", 16, "44", "header and data, in bytes"),
        (
            "Identification",
            16,
            "0x1a2b (6699)",
            "puts fragments together",
        ),
        ("Flags", 3, "DF", "no router may cut it up"),
        (
            "Fragment Offset",
            13,
            "0",
            "the first fragment, or the only one",
        ),
        ("Time to Live", 8, "64", "64 routers may pass it on"),
        ("Protocol", 8, "6", "TCP"),
        ("Header Checksum", 16, "0x26bf (9919)", "right"),
        ("Source Address", 32, "10.0.0.1", "client"),
        ("Destination Address", 32, "10.0.0.2", "server"),
    ];
    header("IPv4", "RFC 791, section 3.1", 0, &fields)
}

fn segment(bit: usize) -> Header {
    let fields = [
        ("Source Port", 16, "40000", "chosen by the kernel"),
        ("Destination Port", 16, "80", "http"),
        (
            "Sequence Number",
            32,
            "0x00001000 (4096)",
            "relative 0: the SYN takes this number",
        ),
        ("Acknowledgment Number", 32, "0", "no meaning without ACK"),
        (
            "Data Offset",
            4,
            "6 (24 bytes)",
            "the header has 6 words: 24 bytes",
        ),
        ("Reserved", 4, "0", "must be zero"),
        ("CWR", 1, "0", "no"),
        ("ECE", 1, "0", "no"),
        ("URG", 1, "0", "no"),
        ("ACK", 1, "0", "no"),
        ("PSH", 1, "0", "no"),
        ("RST", 1, "0", "no"),
        ("SYN", 1, "1", "synchronize sequence numbers"),
        ("FIN", 1, "0", "no"),
        ("Window", 16, "64240", "bytes that the sender can take"),
        ("Checksum", 16, "0x1234 (4660)", "wrong: 0xfe30 is expected"),
        ("Urgent Pointer", 16, "0", "no meaning without URG"),
        (
            "Maximum Segment Size",
            32,
            "1460",
            "the largest segment that it takes",
        ),
    ];
    let mut header = header("TCP", "RFC 9293, section 3.1", bit, &fields);
    header.fields[15].right = false;
    header
}

fn opened() -> Anatomy {
    let mut bytes =
        b"\x45\x00\x00\x2c\x1a\x2b\x40\x00\x40\x06\x26\xbf\x0a\x00\x00\x01\x0a\x00\x00\x02"
            .to_vec();
    bytes.extend(b"\x9c\x40\x00\x50\x00\x00\x10\x00\x00\x00\x00\x00\x60\x02\xfa\xf0\x12\x34\x00\x00\x02\x04\x05\xb4");
    Anatomy {
        packet: fated(syn(1), Fate::Delivered),
        bytes,
        headers: vec![ip(), segment(160)],
        alone: false,
        part: None,
    }
}

fn drawn(style: Style, anatomy: Anatomy) -> String {
    let out = shown(style, What::Answer(Answer::Anatomy(Box::new(anatomy))));
    if let Some(width) = style.width {
        let fits = |line: &str| wrap::columns(line) <= width;
        assert!(out.lines().all(fits), "{out}");
    }
    assert!(style.unicode || out.is_ascii(), "{out}");
    out
}

/// What comes before the last header, and that header.
fn halves(drawn: &str) -> (&str, &str) {
    drawn.split_at(drawn.rfind("  TCP  RFC").unwrap())
}

#[test]
fn the_line_the_bytes_and_the_outer_headers_come_first() {
    let out = drawn(TERMINAL, opened());
    assert_snapshot!(halves(&out).0, @r"
    sock>
      #1  client → server  SYN [S]      seq 0       win 64240 mss 1460 …   delivered
      IPv4   0000  45 00 00 2c 1a 2b 40 00 40 06 26 bf 0a 00 00 01  E..,.+@.@.&.....
             0010  0a 00 00 02                                      ....
      TCP    0014  9c 40 00 50 00 00 10 00 00 00 00 00 60 02 fa f0  .@.P........`...
             0024  12 34 00 00 02 04 05 b4                          .4......
      IPv4  RFC 791, section 3.1
       0                   1                   2                   3
       0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
      ┌───────┬───────┬───────────┬───┬───────────────────────────────┐
      │Version│IHL    │ DSCP      │ECN│ Total Length                  │  45 00 00 2c
      │4      │5      │ 0         │0  │ 44                            │
      ├───────┴───────┴───────────┴───┼─────┬─────────────────────────┤
      │ Identification                │Flags│ Fragment Offset         │  1a 2b 40 00
      │ 0x1a2b (6699)                 │DF   │ 0                       │
      ├───────────────┬───────────────┼─────┴─────────────────────────┤
      │ Time to Live  │ Protocol      │ Header Checksum               │  40 06 26 bf
      │ 64            │ 6             │ 0x26bf (9919)                 │
      ├───────────────┴───────────────┴───────────────────────────────┤
      │ Source Address 10.0.0.1                                       │  0a 00 00 01
      ├───────────────────────────────────────────────────────────────┤
      │ Destination Address 10.0.0.2                                  │  0a 00 00 02
      └───────────────────────────────────────────────────────────────┘
      field                value          meaning
      Version              4              IPv4
      IHL                  5              the header has 5 words: 20 bytes
      DSCP                 0              best effort
      ECN                  0              no ECN
      Total Length         44             header and data, in bytes
      Identification       0x1a2b (6699)  puts fragments together
      Flags                DF             no router may cut it up
      Fragment Offset      0              the first fragment, or the only one
      Time to Live         64             64 routers may pass it on
      Protocol             6              TCP
      Header Checksum      0x26bf (9919)  right
      Source Address       10.0.0.1       client
      Destination Address  10.0.0.2       server
    ");
}

#[test]
fn a_part_is_shown_alone() {
    let part = |part| Anatomy {
        part: Some(part),
        ..opened()
    };
    let bytes = drawn(TERMINAL, part(Part::Bytes));
    assert_snapshot!(bytes, @r"
    sock>
      #1  client → server  SYN [S]      seq 0       win 64240 mss 1460 …   delivered
      IPv4   0000  45 00 00 2c 1a 2b 40 00 40 06 26 bf 0a 00 00 01  E..,.+@.@.&.....
             0010  0a 00 00 02                                      ....
      TCP    0014  9c 40 00 50 00 00 10 00 00 00 00 00 60 02 fa f0  .@.P........`...
             0024  12 34 00 00 02 04 05 b4                          .4......
    ");
    let drawing = drawn(TERMINAL, part(Part::Drawing));
    assert!(!drawing.contains("meaning"), "{drawing}");
    assert_eq!(drawing.matches('┌').count(), 2, "{drawing}");
    let fields = drawn(TERMINAL, part(Part::Fields));
    assert!(!fields.contains('┌'), "{fields}");
    assert_eq!(fields.matches("meaning\n").count(), 2, "{fields}");
}

#[test]
fn a_header_is_shown_alone_and_then_has_no_other_bytes() {
    let alone = |part| Anatomy {
        headers: vec![segment(160)],
        alone: true,
        part,
        ..opened()
    };
    let both = drawn(TERMINAL, alone(None));
    assert!(!both.contains("0014"), "{both}");
    assert!(both.contains("meaning") && both.contains('┌'), "{both}");
    assert_snapshot!(drawn(TERMINAL, alone(Some(Part::Bytes))), @r"
    sock>
      #1  client → server  SYN [S]      seq 0       win 64240 mss 1460 …   delivered
      TCP    0014  9c 40 00 50 00 00 10 00 00 00 00 00 60 02 fa f0  .@.P........`...
             0024  12 34 00 00 02 04 05 b4                          .4......
    ");
}

#[test]
fn the_drawing_of_the_innermost_header_is_what_stays_on_the_screen() {
    let out = drawn(TERMINAL, opened());
    let (_, last) = halves(&out);
    assert_snapshot!(format!("sock>\n{last}"), @r"
    sock>
      TCP  RFC 9293, section 3.1
      field                  value              meaning
      Source Port            40000              chosen by the kernel
      Destination Port       80                 http
      Sequence Number        0x00001000 (4096)  relative 0: the SYN takes this
                                                number
      Acknowledgment Number  0                  no meaning without ACK
      Data Offset            6 (24 bytes)       the header has 6 words: 24 bytes
      Reserved               0                  must be zero
      CWR                    0                  no
      ECE                    0                  no
      URG                    0                  no
      ACK                    0                  no
      PSH                    0                  no
      RST                    0                  no
      SYN                    1                  synchronize sequence numbers
      FIN                    0                  no
      Window                 64240              bytes that the sender can take
      Checksum               0x1234 (4660)      WRONG: 0xfe30 is expected
      Urgent Pointer         0                  no meaning without URG
      Maximum Segment Size   1460               the largest segment that it takes
       0                   1                   2                   3
       0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
      ┌───────────────────────────────┬───────────────────────────────┐
      │ Source Port 40000             │ Destination Port 80           │  9c 40 00 50
      ├───────────────────────────────┴───────────────────────────────┤
      │ Sequence Number 0x00001000 (4096)                             │  00 00 10 00
      ├───────────────────────────────────────────────────────────────┤
      │ Acknowledgment Number 0                                       │  00 00 00 00
      ├───────┬───────┬─┬─┬─┬─┬─┬─┬─┬─┬───────────────────────────────┤
      │Offset │Rsrvd  │C│E│U│A│P│R│S│F│ Window                        │  60 02 fa f0
      │6      │0      │0│0│0│0│0│0│1│0│ 64240                         │
      ├───────┴───────┴─┴─┴─┴─┴─┴─┴─┴─┼───────────────────────────────┤
      │ Checksum !0x1234 (4660)       │ Urgent Pointer 0              │  12 34 00 00
      ├───────────────────────────────┴───────────────────────────────┤
      │ Maximum Segment Size 1460                                     │  02 04 05 b4
      └───────────────────────────────────────────────────────────────┘
    ");
}

#[test]
fn in_ascii_the_drawing_is_that_of_the_rfc() {
    let anatomy = Anatomy {
        headers: vec![segment(160)],
        ..opened()
    };
    assert_snapshot!(drawn(ASCII, anatomy), @r"
    sock>
      #1  client -> server  SYN [S]      seq 0       win 64240 ...         delivered
             0000  45 00 00 2c 1a 2b 40 00 40 06 26 bf 0a 00 00 01  E..,.+@.@.&.....
             0010  0a 00 00 02                                      ....
      TCP    0014  9c 40 00 50 00 00 10 00 00 00 00 00 60 02 fa f0  .@.P........`...
             0024  12 34 00 00 02 04 05 b4                          .4......
      TCP  RFC 9293, section 3.1
      field                  value              meaning
      Source Port            40000              chosen by the kernel
      Destination Port       80                 http
      Sequence Number        0x00001000 (4096)  relative 0: the SYN takes this
                                                number
      Acknowledgment Number  0                  no meaning without ACK
      Data Offset            6 (24 bytes)       the header has 6 words: 24 bytes
      Reserved               0                  must be zero
      CWR                    0                  no
      ECE                    0                  no
      URG                    0                  no
      ACK                    0                  no
      PSH                    0                  no
      RST                    0                  no
      SYN                    1                  synchronize sequence numbers
      FIN                    0                  no
      Window                 64240              bytes that the sender can take
      Checksum               0x1234 (4660)      WRONG: 0xfe30 is expected
      Urgent Pointer         0                  no meaning without URG
      Maximum Segment Size   1460               the largest segment that it takes
       0                   1                   2                   3
       0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
      +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
      | Source Port 40000             | Destination Port 80           |  9c 40 00 50
      +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
      | Sequence Number 0x00001000 (4096)                             |  00 00 10 00
      +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
      | Acknowledgment Number 0                                       |  00 00 00 00
      +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
      |Offset |Rsrvd  |C|E|U|A|P|R|S|F| Window                        |  60 02 fa f0
      |6      |0      |0|0|0|0|0|0|1|0| 64240                         |
      +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
      | Checksum !0x1234 (4660)       | Urgent Pointer 0              |  12 34 00 00
      +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
      | Maximum Segment Size 1460                                     |  02 04 05 b4
      +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ");
}

#[test]
fn a_narrow_terminal_has_the_table_and_fewer_bytes_a_row() {
    let anatomy = Anatomy {
        headers: vec![segment(160)],
        ..opened()
    };
    let style = Style {
        width: Some(60),
        ..TERMINAL
    };
    assert_snapshot!(drawn(style, anatomy), @r"
    sock>
      #1  client → server  SYN seq 0 …                 delivered
             0000  45 00 00 2c 1a 2b 40 00  E..,.+@.
             0008  40 06 26 bf 0a 00 00 01  @.&.....
             0010  0a 00 00 02              ....
      TCP    0014  9c 40 00 50 00 00 10 00  .@.P....
             001c  00 00 00 00 60 02 fa f0  ....`...
             0024  12 34 00 00 02 04 05 b4  .4......
      TCP  RFC 9293, section 3.1
      field                  value              meaning
      Source Port            40000              chosen by the
                                                kernel
      Destination Port       80                 http
      Sequence Number        0x00001000 (4096)  relative 0: the
                                                SYN takes this
                                                number
      Acknowledgment Number  0                  no meaning
                                                without ACK
      Data Offset            6 (24 bytes)       the header has 6
                                                words: 24 bytes
      Reserved               0                  must be zero
      CWR                    0                  no
      ECE                    0                  no
      URG                    0                  no
      ACK                    0                  no
      PSH                    0                  no
      RST                    0                  no
      SYN                    1                  synchronize
                                                sequence numbers
      FIN                    0                  no
      Window                 64240              bytes that the
                                                sender can take
      Checksum               0x1234 (4660)      WRONG: 0xfe30 is
                                                expected
      Urgent Pointer         0                  no meaning
                                                without URG
      Maximum Segment Size   1460               the largest
                                                segment that it
                                                takes
      The drawing needs a terminal 67 columns wide.
    ");
}

fn six() -> Header {
    header(
        "IPv6",
        "RFC 8200, section 3",
        0,
        &[
            ("Version", 4, "6", "IPv6"),
            ("Traffic Class", 8, "0", "nothing special"),
            ("Flow Label", 20, "0x1f2e3", "chosen by the sender"),
            (
                "Payload Length",
                16,
                "60",
                "what follows this header, in bytes",
            ),
            ("Next Header", 8, "58", "ICMPv6"),
            ("Hop Limit", 8, "64", "64 routers may pass it on"),
            ("Source Address", 128, "fd00::1", "client"),
            ("Destination Address", 128, "fd00::2", "server"),
        ],
    )
}

/// As no option is: it does not end with a row.
fn options() -> Header {
    header(
        "Odd \u{1b}[31m",
        "",
        320,
        &[
            ("Kind", 8, "8", "timestamps"),
            ("Length", 8, "10", "bytes"),
            ("TSval", 32, "4021", "the sender's clock"),
            ("TSecr", 32, "0", "an echo of none"),
            ("Pad", 8, "1", "nop"),
        ],
    )
}

/// A packet with both, less most of its data.
fn long() -> String {
    let anatomy = Anatomy {
        packet: fated(udp(1, 300), Fate::Held),
        bytes: (0..=255).cycle().take(400).collect(),
        headers: vec![six(), options()],
        alone: false,
        part: None,
    };
    let out = drawn(TERMINAL, anatomy);
    let whole: Vec<&str> = out.lines().collect();
    let dump = whole
        .iter()
        .position(|line| line.contains(" data "))
        .unwrap();
    [&whole[..dump + 2], &whole[dump + 16..]]
        .concat()
        .join("\n")
}

/// Where the second header begins.
fn odd(shown: &str) -> usize {
    shown.find("  Odd \\x1b").unwrap()
}

#[test]
fn an_address_of_ipv6_takes_four_rows() {
    let shown = long();
    assert_snapshot!(shown.split_at(odd(&shown)).0, @r##"
    sock>
      #1  client → server  UDP          len 300 port 40000 → 80                 held
      IPv6   0000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f  ................
             0010  10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f  ................
             0020  20 21 22 23 24 25 26 27                           !"#$%&'
      Odd    0028  28 29 2a 2b 2c 2d 2e 2f 30 31 32                 ()*+,-./012
      data   0033  33 34 35 36 37 38 39 3a 3b 3c 3d 3e 3f 40 41 42  3456789:;<=>?@AB
             0043  43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f 50 51 52  CDEFGHIJKLMNOPQR
      … 93 more bytes
      IPv6  RFC 8200, section 3
       0                   1                   2                   3
       0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
      ┌───────┬───────────────┬───────────────────────────────────────┐
      │Version│ Traffic Class │ Flow Label                            │  00 01 02 03
      │6      │ 0             │ 0x1f2e3                               │
      ├───────┴───────────────┴───────┬───────────────┬───────────────┤
      │ Payload Length 60             │ Next Header 58│ Hop Limit 64  │  04 05 06 07
      ├───────────────────────────────┴───────────────┴───────────────┤
      │ Source Address fd00::1                                        │  08 09 0a 0b
      │                                                               │  0c 0d 0e 0f
      │                                                               │  10 11 12 13
      │                                                               │  14 15 16 17
      ├───────────────────────────────────────────────────────────────┤
      │ Destination Address fd00::2                                   │  18 19 1a 1b
      │                                                               │  1c 1d 1e 1f
      │                                                               │  20 21 22 23
      │                                                               │  24 25 26 27
      └───────────────────────────────────────────────────────────────┘
      field                value    meaning
      Version              6        IPv6
      Traffic Class        0        nothing special
      Flow Label           0x1f2e3  chosen by the sender
      Payload Length       60       what follows this header, in bytes
      Next Header          58       ICMPv6
      Hop Limit            64       64 routers may pass it on
      Source Address       fd00::1  client
      Destination Address  fd00::2  server
    "##);
}

#[test]
fn what_does_not_end_with_a_row_is_drawn_as_far_as_it_goes() {
    let shown = long();
    assert_snapshot!(format!("sock>\n{}", &shown[odd(&shown)..]), @r"
    sock>
      Odd \x1b[31m
      field   value  meaning
      Kind    8      timestamps
      Length  10     bytes
      TSval   4021   the sender's clock
      TSecr   0      an echo of none
      Pad     1      nop
       0                   1                   2                   3
       0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
      ┌───────────────┬───────────────┬───────────────────────────────┐
      │ Kind 8        │ Length 10     │ TSval 4021                    │  28 29 2a 2b
      ├───────────────┴───────────────┼───────────────────────────────┤
      │                               │ TSecr 0                       │  2c 2d 2e 2f
      ├───────────────────────────────┼───────────────┬───────────────┘
      │                               │ Pad 1         │                  30 31 32
      └───────────────────────────────┴───────────────┘
    ");
}

#[test]
fn color_adds_nothing_but_color() {
    let colored = Style {
        color: true,
        ..TERMINAL
    };
    let out = shown(colored, What::Answer(Answer::Anatomy(Box::new(opened()))));
    assert!(
        out.contains("\u{1b}[1;31m"),
        "the wrong checksum stands out"
    );
    assert_eq!(foreign::without_color(&out), drawn(TERMINAL, opened()));
}

fn flows() -> Vec<Flow> {
    let way = |packets, retransmitted| Count {
        packets,
        bytes: packets * 1500,
        payload: packets * 1448,
        retransmitted,
        dropped: retransmitted,
        ..Count::default()
    };
    let flow = |proto: &str, client: &str, server: &str, packets| Flow {
        n: 1,
        proto: proto.to_owned(),
        client: client.to_owned(),
        server: server.to_owned(),
        ways: [way(packets, 1), way(packets / 2, 0)],
    };
    vec![
        flow("tcp", "client 10.0.0.1:40000", "server 10.0.0.2:80", 12_000),
        flow("udp", "client [fd00::1]:40001", "server [fd00::2]:9", 3),
        flow("icmp", "server 10.0.0.2", "client 10.0.0.1", 1),
    ]
}

#[test]
fn conversations_have_their_totals_each_way() {
    let table = |style, flows| {
        let out = shown(style, What::Answer(Answer::Flows { flows }));
        let fits = |line: &str| style.width.is_none_or(|width| wrap::columns(line) <= width);
        assert!(out.lines().all(fits), "{out}");
        out
    };
    assert_snapshot!(table(TERMINAL, flows()), @r"
    sock>
      n  proto  from                    packets     bytes   payload  again  dropped
      1  tcp    client 10.0.0.1:40000     12000  18000000  17376000      1        1
                server 10.0.0.2:80         6000   9000000   8688000      0        0
      1  udp    client [fd00::1]:40001        3      4500      4344      1        1
                server [fd00::2]:9            1      1500      1448      0        0
      1  icmp   server 10.0.0.2               1      1500      1448      1        1
                client 10.0.0.1               0         0         0      0        0
    ");
    assert_snapshot!(table(Style { width: Some(60), ..ASCII }, flows()), @r"
    sock>
      n  proto  from       pkts     bytes      data  again  drop
      1  tcp    ...40000  12000  18000000  17376000      1     1
                se...:80   6000   9000000   8688000      0     0
      1  udp    ...40001      3      4500      4344      1     1
                ser...:9      1      1500      1448      0     0
      1  icmp   serve...      1      1500      1448      1     1
                clien...      0         0         0      0     0
    ");
    assert_snapshot!(table(Style::PLAIN, flows()), @r"
    sock>
      n  proto  from                    packets     bytes   payload  again  dropped
      1  tcp    client 10.0.0.1:40000     12000  18000000  17376000      1        1
                server 10.0.0.2:80         6000   9000000   8688000      0        0
      1  udp    client [fd00::1]:40001        3      4500      4344      1        1
                server [fd00::2]:9            1      1500      1448      0        0
      1  icmp   server 10.0.0.2               1      1500      1448      1        1
                client 10.0.0.1               0         0         0      0        0
    ");
    let mut corrupted = flows();
    corrupted.truncate(1);
    corrupted[0].ways[0].spoiled = 2;
    assert_snapshot!(table(TERMINAL, corrupted), @r"
    sock>
      n  proto  from            packets     bytes   payload  again  dropped  spoiled
      1  tcp    client …:40000    12000  18000000  17376000      1        1        2
                server 10.…:80     6000   9000000   8688000      0        0        0
    ");
    assert_snapshot!(table(TERMINAL, vec![]), @r"
    sock>
      Nothing has crossed the wire yet.
    ");
}
