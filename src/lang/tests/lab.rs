//! Orders to the laboratory, and claims about its packets.

use super::*;
use crate::lang::ast::{Expr, Mark, Nth, Span};
use crate::lang::order::{
    Capture, Cause, Fate, Forged, HeaderKind, Inject, Opened, Order, Part, Payload, Place, Side,
    SideKind, Source, Step, TcpFlags, Until, Which, Wire,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use std::time::Duration;

/// The order of a line.
fn order(line: &str) -> Order {
    match one(line).action {
        Action::Lab(order) => order,
        other => panic!("{line} is no order: {other:?}"),
    }
}

fn claim_of(line: &str) -> Claim {
    match one(line).action {
        Action::Expect(claim) => claim,
        other => panic!("{line} is no claim: {other:?}"),
    }
}

/// What a fault points at.
fn place(line: &str) -> &str {
    let (start, end) = fault(line).span;
    &line[start..end]
}

/// A line, what is asked, the answer, and the whole that it makes.
const LACKING: &[(&str, &str, &str, &str)] = &[
    (
        "packet",
        "which packet? its number, or last",
        "3",
        "packet 3",
    ),
    (
        "wire drop  # it",
        "which packet? its number, next or all",
        "next",
        "wire drop next",
    ),
    (
        "wire dup; ls",
        "which packet? its number, or next",
        "#2",
        "wire dup 2; ls",
    ),
    ("wire swap 2", "with which packet?", "3", "wire swap 2 3"),
    ("wire delay", "how long?", "1s", "wire delay 1s"),
    (
        "wire loss",
        "how many of a hundred?",
        "30% seed 7",
        "wire loss 30% seed 7",
    ),
    (
        "wire loss 30% seed",
        "which seed?",
        "7",
        "wire loss 30% seed 7",
    ),
    (
        "wire mtu",
        "which mtu? a number from 68",
        "576",
        "wire mtu 576",
    ),
    (
        "wire rate",
        "how many bits a second?",
        "64k",
        "wire rate 64k",
    ),
    ("step until", "until what? SYN", "FIN", "step until FIN"),
    (
        "capture save",
        "to which file?",
        "a.pcapng",
        "capture save a.pcapng",
    ),
    ("inject", "which packet?", "a b RST", "inject a b RST"),
    ("inject a", "to which host?", "b RST", "inject a b RST"),
    ("inject a b", "which flags?", "RST", "inject a b RST"),
    ("compare", "what with what?", "tcp udp", "compare tcp udp"),
    ("compare tcp", "and with what?", "udp", "compare tcp udp"),
];

#[test]
fn the_words_that_an_order_lacks_can_be_filled_in() {
    for &(line, question, answer, whole) in LACKING {
        let missing = fault(line).missing;
        let missing = missing.unwrap_or_else(|| panic!("{line}: {:?}", fault(line)));
        assert!(
            missing.question.starts_with(question),
            "{line}: {}",
            missing.question
        );
        let completed = missing.complete(line, answer);
        assert_eq!(parse(&completed), parse(whole), "{completed}");
    }
    // Within quotes there is no end of the line at which it could be put in.
    assert_eq!(fault("compare tcp \"tcp with wire loss\"").missing, None);
    assert_eq!(fault("wire drop x").missing, None);
}

#[test]
fn what_is_meant_does_not_depend_on_how_it_is_written() {
    same(&[
        &[
            "lab up",
            "lab up client server",
            "lab up client, server",
            "lab on",
            "lab start client server",
        ],
        &["lab up a b3 c-d # three of them", "lab  up a b3 c-d"],
        &["lab down", "lab off", "lab stop"],
        &["lab", "lab # who is there"],
        &["on server"],
        &["on machine"],
        &["on"],
        &["wire", "wir"],
        &["wire hold", "wire hold; # stop"],
        &["wire flow"],
        &["wire drop 3", "wire drop #3", "wire drop  #3 # the SYN"],
        &["wire drop next"],
        &["wire drop all"],
        &["wire dup 4", "wire dup #4"],
        &["wire dup next"],
        &["wire swap"],
        &["wire swap 2 3", "wire swap #2 #3", "wire swap 3, 2"],
        &["wire delay 200", "wire delay 200ms", "wire delay 0.2s"],
        &["wire delay 0", "wire delay off"],
        &["wire delay 1s", "wire delay 1000"],
        &[
            "wire loss 30%",
            "wire loss 30",
            "wire loss 30 %",
            "wire loss 30.0%",
        ],
        &["wire loss 0", "wire loss off"],
        &["wire loss 0.5% seed 7", "wire loss .5 seed 7"],
        &["wire corrupt 2", "wire corrupt #2"],
        &["wire corrupt next", "wire  corrupt  next # the first"],
        &["wire mtu 500"],
        &["wire rate 64k", "wire rate 64000", "wire rate 64kbit/s"],
        &["wire rate 1.5M", "wire rate 1500k"],
        &["wire rate off"],
        &["wire log"],
        &["wire log 5"],
        &["wire clear"],
    ]);
}

#[test]
fn the_other_orders_too() {
    same(&[
        &["step", "step 1"],
        &["step 3"],
        &["step until quiet", "step all"],
        &["step until SYN", "step until syn"],
        &["step until SYN,ACK", "step until ACK+SYN"],
        &["step until data"],
        &["packet 3", "packet #3"],
        &["packet last"],
        &["packet 3 tcp", "packet #3 TCP"],
        &["packet last ip fields", "packet last fields ip"],
        &["packet 3 bytes"],
        &["ladder"],
        &["ladder live on", "ladder --live", "ladder live"],
        &["ladder live off"],
        &["ladder 2"],
        &["flows"],
        &["capture"],
        &["capture on"],
        &["capture off"],
        &["capture save lab.pcapng", "capture save 'lab.pcapng'"],
        &["compare tcp udp", "compare \"tcp\", udp"],
        &[
            "compare tcp \"tcp with wire loss 30% seed 7 and wire delay 20ms\"",
            "compare tcp 'tcp with loss 30 seed 7, delay 20'",
        ],
        &["score"],
        &["swap"],
        &["end"],
    ]);
}

#[test]
fn a_forged_packet_is_the_same_however_it_is_said() {
    same(&[
        &[
            "inject server client RST seq 1",
            "inject server client rst seq 1",
            "inject server client RST seq 1 len 0",
        ],
        &[
            "inject client server SYN,ACK seq 0 ack 1 win 1000 mss 1460",
            "inject client server ACK+SYN mss 1460 win 1000 ack 1 seq 0",
        ],
        &[
            "inject client server udp dport 53 data \"hi\"",
            "inject client server UDP data 0x6869 dport 53",
            "inject client server UDP dport 53 data hi",
        ],
        &[
            "inject client server ACK len 100",
            "inject client server ACK data #100",
        ],
        &["inject a b PSH,ACK seq -1 ttl 1 sport 80"],
        &[
            "inject mallory server SYN src 10.0.0.66 dport 80",
            "inject mallory server SYN dport 80 src 10.0.0.66",
        ],
        &["inject mallory server SYN src fd00::66"],
        &["inject mallory server SYN src client dport 80"],
        &[
            "inject 0x45000014",
            "inject 0x4500 0014",
            "inject 0x4500 0x0014",
        ],
        &[
            "inject > S 0:0(0) win 1000 <mss 1460>",
            "inject > S 0:0(0) win 1000 <mss 1460>   # a SYN",
        ],
    ]);
    let Order::Inject(Inject::Packetdrill { text, span }) =
        order("inject < . 1:1(0) ack 1; step 2".split(';').next().unwrap())
    else {
        panic!("packetdrill's notation is kept as it is")
    };
    assert_eq!(text, "< . 1:1(0) ack 1");
    assert_eq!((span.start, span.end), (7, 23));
}

#[test]
fn an_order_is_what_it_says() {
    assert_eq!(
        order("wire drop 3"),
        Order::Wire(Some(Wire::Drop(Which::Number(3))))
    );
    assert_eq!(
        order("wire delay 1.5s"),
        Order::Wire(Some(Wire::Delay(Duration::from_millis(1500))))
    );
    assert_eq!(
        order("wire rate 64k"),
        Order::Wire(Some(Wire::Rate(Some(64_000))))
    );
    assert_eq!(
        order("step until FIN"),
        Order::Step(Step::Until(Until::Flags(TcpFlags(1))))
    );
    assert_eq!(order("on server"), Order::On(Some("server".into())));
    let side = parse_side("udp6 with wire mtu 1280").expect("a side");
    assert_eq!(
        (side.kind, side.wire),
        (SideKind::Udp6, vec![Wire::Mtu(1280)])
    );
}

#[test]
fn a_comment_is_no_number() {
    assert_eq!(order("step #3 packets"), Order::Step(Step::Count(1)));
    assert_eq!(order("ladder #2"), order("ladder"));
    assert_eq!(
        order("wire swap # the first two"),
        Order::Wire(Some(Wire::Swap(None)))
    );
    assert_eq!(order("wire log # all"), Order::Wire(Some(Wire::Log(None))));
}

#[test]
fn an_order_stands_beside_other_statements() {
    let all =
        parse("lab up; server: s = socket tcp; wire hold\nstep until SYN; print 1").expect("five");
    let orders = all.iter().filter(|s| matches!(s.action, Action::Lab(_)));
    assert_eq!((all.len(), orders.count()), (5, 3));
}

#[test]
fn a_name_wins_where_a_value_stands() {
    assert_eq!(
        one("x = end").action,
        Action::Value(Expr::Name("end".into()))
    );
    assert_eq!(one("step = 3").targets, [Some("step".to_owned())]);
    let known = parse_with("print step + 1", &|name| name == "step").expect("a value");
    assert!(matches!(known[0].action, Action::Call(_)));
}

#[test]
fn claims_about_packets() {
    same(&[
        &["expect packet 1 client SYN", "expect packet #1 client syn"],
        &[
            "expect packet last SYN,ACK seq 0 ack 1",
            "expect packet last SYN+ACK, seq 0, ack 1",
        ],
        &[
            "expect packet 6 PSH,ACK seq 1:6 len 5",
            "expect packet 6 PSH,ACK, seq 1:6, len 5",
        ],
        &["expect packet 6 seq m:(n + 1)", "expect packet 6 seq m:n+1"],
        &["expect packet 3 udp len 10 info \"port unreachable\""],
        &["expect packet 3 icmp"],
        &["expect packet 3 fragment data"],
        &["expect packet n server win 0 mss 1460 len len(x)"],
        &["expect packets 3"],
        &["expect packets client 3"],
        &["expect packets n+1", "expect packets (n + 1)"],
        &["expect fate 2 dropped", "expect fate #2 dropped"],
        &["expect fate last held"],
        &["expect retransmission of 1", "expect retransmission 1"],
        &["expect retransmission of 1 timeout"],
        &["expect window server 0"],
        &["expect window server 64k", "expect window server 65536"],
        &["expect held 2"],
        &["expect half-open s 3"],
    ]);
    assert_eq!(
        claim_of("expect packet 1 client SYN"),
        Claim::Packet {
            which: Nth::Number(Expr::Int(1)),
            host: Some("client".into()),
            marks: vec![Mark::Flags(TcpFlags(2))],
        }
    );
    assert_eq!(
        claim_of("expect packets client"),
        Claim::Packets {
            host: None,
            count: Expr::Name("client".into())
        }
    );
}

/// Lines that are wrong, each with the word that is.
const WRONG: &[(&str, &str)] = &[
    ("lab upp", "upp"),
    ("lab up one", "one"),
    ("lab up a a", "a"),
    ("lab up a A", "A"),
    ("lab up client step", "step"),
    ("lab up client all", "all"),
    ("lab up client machine", "machine"),
    ("lab up client 3", "3"),
    ("lab up client data", "data"),
    ("lab up client syn", "syn"),
    (
        "lab up client name-that-is-too-long",
        "name-that-is-too-long",
    ),
    ("lab up a b c d e f g h i", "i"),
    ("on 3", "3"),
    ("wire hodl", "hodl"),
    ("wire drop nxt", "nxt"),
    ("wire drop 0", "0"),
    ("wire drop -1", "-1"),
    ("wire drop 99999999999999999999", "99999999999999999999"),
    ("wire swap 2 2", "2"),
    ("wire delay 5h", "5h"),
    ("wire delay 4000s", "4000s"),
    ("wire loss 101%", "101%"),
    ("wire loss 30% seed x", "x"),
    ("wire mtu 67", "67"),
    ("wire rate 64kk", "64kk"),
    ("wire hold now", "now"),
    ("step untl SYN", "untl"),
    ("step SYN", "SYN"),
    ("step until SIN", "SIN"),
    ("step 0", "0"),
    ("packet x", "x"),
    ("packet 3 tpc", "tpc"),
    ("packet 3 tcp udp", "udp"),
    ("packet 3 drawing bytes", "bytes"),
    ("ladder life", "life"),
    ("wire hold,", ","),
    ("wire ,", ","),
    ("step , 3", ","),
    ("packet ,", ","),
    ("capture sav x", "sav"),
    ("compare tcp tpc", "tpc"),
    ("compare tcp \"tcp with wire loss 300%\"", "300%"),
    ("compare tcp \"tcp wit wire loss 30%\"", "wit"),
    ("compare tcp 'tcp with wire log'", "log"),
    ("inject client client RST", "client"),
    ("inject client server RTS", "RTS"),
    ("inject client server SYN ACK", "ACK"),
    ("inject client server RST sek 1", "sek"),
    ("inject client server RST seq one", "one"),
    ("inject client server RST seq 1 seq 2", "seq"),
    ("inject client server udp win 3", "win"),
    ("inject client server SYN src 10.0.0.300", "10.0.0.300"),
    ("inject client server udp len 70000", "70000"),
    ("inject 0x450", "0x450"),
    ("inject 0x45 zz", "zz"),
    ("inject +0 > S 0:0(0)", "+0"),
    ("server: step", "server:"),
    ("x = wire hold", "wire"),
    ("expect packet 1 client SIN", "SIN"),
    ("expect packet 1 SYN ACK", "ACK"),
    ("expect packet 1 udp udp", "udp"),
    ("expect fate 1 lost", "lost"),
    ("expect retransmission of 1 slow", "slow"),
    ("expect window 3 0", "3"),
];

#[test]
fn a_fault_points_at_the_word() {
    for (line, at) in WRONG {
        assert_eq!(place(line), *at, "{line}: {:?}", fault(line));
    }
}

#[test]
fn an_order_that_ends_too_early_says_what_is_missing() {
    for line in [
        "wire drop",
        "wire drop # 3",
        "wire dup",
        "wire swap 2",
        "wire delay",
        "wire loss",
        "wire loss 3% seed",
        "wire mtu",
        "wire rate",
        "step until",
        "packet",
        "capture save",
        "compare",
        "compare tcp",
        "compare tcp 'udp with'",
        "inject",
        "inject client",
        "inject client server",
        "inject client server RST seq",
        "inject client server udp data",
        "expect packet",
        "expect packet 1",
        "expect packet 1 seq",
        "expect packet 1 info",
        "expect packets",
        "expect fate 1",
        "expect retransmission",
        "expect retransmission of",
        "expect window",
        "expect window server",
        "expect held",
        "expect half-open s",
    ] {
        let fault = fault(line);
        assert!(!fault.expected.is_empty(), "{line}: {fault:?}");
    }
}

#[test]
fn the_answer_says_what_to_type() {
    for (line, help) in [
        ("wire hodl", "hold"),
        ("step SYN", "step until SYN"),
        ("lab dwon", "down"),
        ("server: wire hold", "wire hold"),
        ("wire(\"hold\")", "wire hold"),
        ("inject client server SYN ACK", "SYN,ACK"),
        ("expect packet 1 ack", "ACK"),
        ("expect fate 1 droped", "dropped"),
        ("expect halfopen s 1", "half-open"),
        ("compare tcp ucp", "udp"),
        ("lader", "ladder"),
    ] {
        let fault = fault(line);
        assert!(fault.help.join(" ").contains(help), "{line}: {fault:?}");
    }
}

#[test]
fn flags_are_written_in_one_order() {
    for (words, written) in [
        ("ack,syn", "SYN,ACK"),
        ("FIN+ACK", "FIN,ACK"),
        ("none", "none"),
        (
            "CWR|ECE|URG|ACK|PSH|RST|FIN|SYN",
            "SYN,FIN,RST,PSH,ACK,URG,ECE,CWR",
        ),
    ] {
        assert_eq!(
            TcpFlags::parse(words).map(|f| f.to_string()).as_deref(),
            Some(written)
        );
    }
    for words in ["", "SYN,", "SYN ACK", "SYNACK"] {
        assert_eq!(TcpFlags::parse(words), None, "{words}");
    }
}

fn host() -> BoxedStrategy<String> {
    "h[a-z0-9-]{0,14}"
        .prop_filter("commands mean themselves", |name| {
            table::find(name).is_none()
        })
        .boxed()
}

fn setting() -> BoxedStrategy<Wire> {
    prop_oneof![
        Just(Wire::Hold),
        Just(Wire::Flow),
        (0..3_600_000_000_u64).prop_map(|us| Wire::Delay(Duration::from_micros(us))),
        (0..=1000_u32, option::of(0..u64::MAX / 2)).prop_map(|(tenths, seed)| Wire::Loss {
            percent: f64::from(tenths) / 10.0,
            seed
        }),
        (68..65536_u32).prop_map(Wire::Mtu),
        option::of(1..=1_000_000_000_000_u64).prop_map(Wire::Rate),
    ]
    .boxed()
}

fn wire() -> BoxedStrategy<Wire> {
    let n = || 1..=u64::MAX;
    prop_oneof![
        4 => setting(),
        1 => n().prop_map(|n| Wire::Drop(Which::Number(n))),
        1 => Just(Wire::Drop(Which::Next)),
        1 => Just(Wire::Drop(Which::All)),
        1 => option::of(n()).prop_map(Wire::Dup),
        1 => Just(Wire::Swap(None)),
        1 => (1..99_u64, 1..99_u64).prop_map(|(a, more)| Wire::Swap(Some((a, a + more)))),
        1 => option::of(n()).prop_map(Wire::Corrupt),
        1 => option::of(n()).prop_map(Wire::Log),
        1 => Just(Wire::Clear),
    ]
    .boxed()
}

fn side() -> BoxedStrategy<Side> {
    (select(SideKind::ALL.to_vec()), vec(setting(), 0..3))
        .prop_map(|(kind, wire)| Side { kind, wire })
        .boxed()
}

fn forged() -> BoxedStrategy<Forged> {
    let payload = prop_oneof![
        any::<u16>().prop_map(Payload::Len),
        vec(any::<u8>(), 1..20).prop_map(Payload::Bytes),
    ];
    let seq =
        || option::of(-5_000_000_000_i64..5_000_000_000).prop_map(|n| n.map(|n| n % 4_294_967_296));
    let tcp = (
        any::<u8>(),
        seq(),
        seq(),
        option::of(any::<u16>()),
        option::of(any::<u16>()),
    );
    let tcp = option::of(tcp);
    let short = || option::of(any::<u16>());
    let named = |name: String| Place {
        name,
        span: Span::default(),
    };
    let source = prop_oneof![
        any::<std::net::IpAddr>().prop_map(Source::Address),
        host().prop_map(move |name| Source::Host(named(name))),
    ];
    (
        tcp,
        option::of(source),
        short(),
        short(),
        option::of(any::<u8>()),
        payload,
        host(),
    )
        .prop_map(move |(tcp, src, sport, dport, ttl, payload, name)| {
            let (flags, seq, ack, win, mss) = match tcp {
                Some((flags, seq, ack, win, mss)) => (Some(TcpFlags(flags)), seq, ack, win, mss),
                None => Default::default(),
            };
            Forged {
                from: named(name),
                to: named("server".into()),
                flags,
                seq,
                ack,
                win,
                src,
                sport,
                dport,
                ttl,
                mss,
                payload,
            }
        })
        .boxed()
}

fn opened() -> impl Strategy<Value = Opened> {
    let header = option::of(select(HeaderKind::ALL.to_vec()));
    let part = option::of(select(Part::ALL.to_vec()));
    (option::of(1..=u64::MAX), header, part).prop_map(|(n, header, part)| Opened {
        n,
        header,
        part,
    })
}

pub(super) fn orders() -> BoxedStrategy<Order> {
    prop_oneof![
        proptest::collection::btree_set(host(), 2..8)
            .prop_map(|hosts| Order::Up(hosts.into_iter().collect())),
        Just(Order::Down),
        Just(Order::Show),
        option::of(host()).prop_map(Order::On),
        option::of(wire()).prop_map(Order::Wire),
        (1..=u64::MAX).prop_map(|n| Order::Step(Step::Count(n))),
        (1..=255_u8).prop_map(|bits| Order::Step(Step::Until(Until::Flags(TcpFlags(bits))))),
        select(vec![Until::Data, Until::Quiet]).prop_map(|until| Order::Step(Step::Until(until))),
        forged().prop_map(|forged| Order::Inject(Inject::Words(Box::new(forged)))),
        vec(any::<u8>(), 1..30).prop_map(|bytes| Order::Inject(Inject::Bytes(bytes))),
        opened().prop_map(Order::Packet),
        (option::of(any::<bool>()), option::of(1..99_u64))
            .prop_map(|(live, flow)| Order::Ladder { live, flow }),
        any::<String>()
            .prop_filter("a name", |name| !name.is_empty())
            .prop_map(|name| Order::Capture(Capture::Save(name))),
        select(vec![Capture::Show, Capture::On, Capture::Off]).prop_map(Order::Capture),
        (side(), side()).prop_map(|(left, right)| Order::Compare(left, right)),
        select(vec![Order::Score, Order::Swap, Order::End, Order::Flows]),
    ]
    .boxed()
}

fn mark() -> BoxedStrategy<Mark> {
    let n = || (0..99_999_i64).prop_map(Expr::Int);
    prop_oneof![
        any::<u8>().prop_map(|bits| Mark::Flags(TcpFlags(bits))),
        select(vec![Mark::Udp, Mark::Icmp, Mark::Fragment, Mark::Data]),
        (n(), option::of(n())).prop_map(|(first, end)| Mark::Seq(first, end)),
        n().prop_map(Mark::Ack),
        n().prop_map(Mark::Len),
        n().prop_map(Mark::Win),
        n().prop_map(Mark::Mss),
        any::<String>().prop_map(Mark::Info),
    ]
    .boxed()
}

/// Claims about packets; `number` is any value that a number may be written as.
pub(super) fn claims(
    number: BoxedStrategy<Expr>,
    socket: BoxedStrategy<Expr>,
) -> BoxedStrategy<Claim> {
    let which = || {
        prop_oneof![
            4 => (1..99_999_i64).prop_map(|n| Nth::Number(Expr::Int(n))),
            1 => Just(Nth::Last)
        ]
    };
    let marks = vec(mark(), 1..4).prop_filter("each once", |marks| {
        let kind = std::mem::discriminant::<Mark>;
        (1..marks.len()).all(|n| {
            marks[..n]
                .iter()
                .all(|known| kind(known) != kind(&marks[n]))
        })
    });
    let cause = option::of(select(Cause::ALL.to_vec()));
    prop_oneof![
        (which(), option::of(host()), marks).prop_map(|(which, host, marks)| Claim::Packet {
            which,
            host,
            marks
        }),
        (option::of(host()), number.clone())
            .prop_map(|(host, count)| Claim::Packets { host, count }),
        (which(), select(Fate::ALL.to_vec())).prop_map(|(which, fate)| Claim::Fate(which, fate)),
        (which(), cause).prop_map(|(of, cause)| Claim::Retransmission { of, cause }),
        (host(), number.clone()).prop_map(|(host, n)| Claim::Window(host, n)),
        number.clone().prop_map(Claim::Held),
        (socket, number).prop_map(|(socket, n)| Claim::HalfOpen(socket, n)),
    ]
    .boxed()
}
