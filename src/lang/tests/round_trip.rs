//! Statements made from the table of commands, written in the shell dialect and read again.

use super::*;
use crate::errno::Errno;
use crate::lang::ast::{Address, Arg, Call, Dialect, Function, Host, Operator, Port, Span};
use crate::lang::fields::FIELDS;
use crate::lang::options::{OPTIONS, Shape};
use crate::lang::order::SideName;
use crate::lang::state::TcpState;
use crate::lang::table::{COMMANDS, Command, Kind, Need, Role};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use std::time::Duration;

/// The variables that there are: names that a student may give, some of which are also commands, letters, modules and
/// prefixes.
const NAMES: [&str; 26] = [
    "s", "c", "conn", "addr", "x1", "r", "w", "rw", "wait", "socket", "send", "_tmp", "on", "tcp",
    "fd", "f", "b", "ret", "data", "état", "poll", "ok", "step", "end", "packet", "last",
];

fn name() -> BoxedStrategy<String> {
    select(NAMES.to_vec()).prop_map(String::from).boxed()
}

fn constant() -> BoxedStrategy<Expr> {
    let names = [
        "AF_INET",
        "SOCK_STREAM",
        "MSG_PEEK",
        "SO_LINGER",
        "EAGAIN",
        "SHUT_WR",
        "INADDR_ANY",
        "SOMAXCONN",
    ];
    select(names.to_vec())
        .prop_map(|name| {
            let found = constants::constant(name).expect("a constant of the table");
            Expr::Const(found.name, found.value)
        })
        .boxed()
}

fn leaf() -> BoxedStrategy<Expr> {
    prop_oneof![
        Just(Expr::Null),
        Just(Expr::Const("True", 1)),
        Just(Expr::Const("False", 0)),
        any::<i64>().prop_map(Expr::Int),
        (-100_000_i64..100_000).prop_map(|n| Expr::Float(n as f64 / 64.0)),
        any::<String>().prop_map(Expr::Text),
        vec(any::<u8>(), 0..20).prop_map(Expr::Bytes),
        name().prop_map(Expr::Name),
        constant(),
        Just(Expr::Last),
        address().prop_map(Expr::Address),
    ]
    .boxed()
}

fn laid_out((value, form): (Expr, &str)) -> Expr {
    Expr::Apply(Function::Format, vec![value, Expr::Text(form.into())])
}

/// What makes bytes of a value and takes more than it.
fn as_bytes((value, which): (Expr, usize)) -> Expr {
    let text = |text: &str| Expr::Text(text.into());
    match which {
        0 => Expr::Apply(Function::Pack, vec![text("!H"), value]),
        1 => Expr::Apply(Function::Encode, vec![value, text("latin-1")]),
        _ => Expr::Apply(Function::ToBytes, vec![value, Expr::Null, text("native")]),
    }
}

fn value() -> BoxedStrategy<Expr> {
    leaf()
        .prop_recursive(3, 12, 3, |inner| {
            let boxed = inner.clone().prop_map(Box::new);
            let object = prop_oneof![
                name().prop_map(Expr::Name),
                Just(Expr::Last),
                (0..9_i32).prop_map(Expr::Fd)
            ];
            let property = select(vec!["local", "peer", "fd", "state"]).prop_map(String::from);
            let functions = vec![
                Function::Decode,
                Function::Encode,
                Function::Len,
                Function::Str,
                Function::Repr,
                Function::Int,
                Function::Bytes,
                Function::Strip,
                Function::Upper,
                Function::Lower,
                Function::Hex,
                Function::Interface,
            ];
            let piece = (
                any::<String>().prop_filter("empty pieces are not written", |s| !s.is_empty()),
                inner.clone(),
            )
                .prop_filter("texts beside each other are one", |(_, value)| {
                    !matches!(value, Expr::Text(_))
                });
            prop_oneof![
                vec(inner.clone(), 0..4).prop_map(Expr::Tuple),
                (object, property)
                    .prop_map(|(object, name)| Expr::Property(Box::new(object), name)),
                (name(), boxed.clone())
                    .prop_map(|(name, at)| Expr::Index(Box::new(Expr::Name(name)), at)),
                (select(functions), inner.clone())
                    .prop_map(|(function, value)| Expr::Apply(function, vec![value])),
                (select(FIELDS.to_vec()), inner.clone())
                    .prop_map(|(field, value)| Expr::Apply(Function::Field(field), vec![value])),
                (inner.clone(), select(vec!["04x", ">10"])).prop_map(laid_out),
                (inner.clone(), 0..3_usize).prop_map(as_bytes),
                operation(boxed.boxed()),
                piece.prop_map(|(text, value)| Expr::Apply(
                    Function::Join,
                    vec![Expr::Text(text), value]
                )),
                nested_call().prop_map(|call| Expr::Call(Box::new(call))),
            ]
        })
        .boxed()
}

/// Calls that may stand in a value.
fn nested_call() -> BoxedStrategy<Call> {
    let commands = [
        "recv",
        "getsockname",
        "gethostname",
        "htons",
        "accept",
        "socket",
        "getsockopt",
        "getaddrinfo",
        "poll",
    ];
    select(commands.to_vec())
        .prop_flat_map(|name| call(table::find(name).expect("a command of the table"), true))
        .boxed()
}

fn address() -> BoxedStrategy<Address> {
    let host = prop_oneof![
        Just(Host::Any),
        Just(Host::Broadcast),
        select(vec![
            "localhost",
            "127.0.0.1",
            "www.example.com",
            "::1",
            "my-host",
            "fe80::1%eth0",
            "odd host",
            "10"
        ])
        .prop_map(|name| Host::Name(name.to_owned())),
        any::<u32>().prop_map(Host::Number),
        name().prop_map(|name| Host::Expr(Box::new(Expr::Name(name)))),
        (name(), name()).prop_map(|(host, scope)| {
            let values = vec![Expr::Name(host), Expr::Name(scope)];
            Host::Expr(Box::new(Expr::Apply(Function::Scoped, values)))
        }),
    ];
    let port = prop_oneof![
        any::<u16>().prop_map(Port::Number),
        select(vec!["http", "x-service", "odd.name"])
            .prop_map(|name| Port::Service(name.to_owned())),
        name().prop_map(|name| Port::Expr(Box::new(Expr::Name(name)))),
    ];
    prop_oneof![
        4 => (host, port).prop_map(|(host, port)| Address::Inet { host, port }),
        1 => "[a-z@:/. 0-9]{1,12}".prop_map(Address::Path),
        1 => vec(any::<u8>(), 1..8).prop_map(Address::Abstract),
    ]
    .boxed()
}

/// What only the session can evaluate.
fn later() -> BoxedStrategy<Expr> {
    prop_oneof![
        name().prop_map(Expr::Name),
        name().prop_map(|name| Expr::Property(Box::new(Expr::Name(name)), "fd".into())),
        (name(), 0..3_i64).prop_map(|(name, at)| Expr::Index(
            Box::new(Expr::Name(name)),
            Box::new(Expr::Int(at))
        )),
        (name(), any::<i64>()).prop_map(|(name, n)| Expr::Binary(
            Operator::Add,
            Box::new(Expr::Name(name)),
            Box::new(Expr::Int(n))
        )),
        name().prop_map(|name| Expr::Apply(Function::Len, vec![Expr::Name(name)])),
    ]
    .boxed()
}

fn socket() -> BoxedStrategy<Expr> {
    prop_oneof![
        4 => name().prop_map(Expr::Name),
        1 => (-1..1000_i32).prop_map(Expr::Fd),
        1 => Just(Expr::Last),
        1 => later(),
    ]
    .boxed()
}

fn data(nested: bool) -> BoxedStrategy<Expr> {
    let raw = vec(any::<u8>(), 1..10)
        .prop_filter("text is text", |bytes| std::str::from_utf8(bytes).is_err());
    let word = "[a-z]{1,8}"
        .prop_filter("a prefix, or a variable", |word| {
            word.len() > 1 && !NAMES.contains(&&**word)
        })
        .prop_map(Expr::Word);
    let shell = if nested {
        any::<String>().prop_map(Expr::Text).boxed()
    } else {
        word.boxed()
    };
    prop_oneof![
        any::<String>().prop_map(Expr::Text),
        raw.prop_map(Expr::Bytes),
        any::<u32>().prop_map(|count| Expr::Fill(u64::from(count))),
        "[a-z./ ]{1,9}".prop_map(Expr::File),
        name().prop_map(Expr::Name),
        shell,
        later(),
    ]
    .boxed()
}

fn pick(names: &[&'static str]) -> BoxedStrategy<Expr> {
    select(names.to_vec())
        .prop_map(|name| {
            constants::constant(name).map_or(Expr::Null, |c| Expr::Const(c.name, c.value))
        })
        .boxed()
}

fn flags() -> BoxedStrategy<Expr> {
    let names = [
        "MSG_OOB",
        "MSG_PEEK",
        "MSG_TRUNC",
        "MSG_DONTWAIT",
        "MSG_WAITALL",
        "MSG_NOSIGNAL",
    ];
    proptest::sample::subsequence(names.to_vec(), 1..4)
        .prop_map(|mut names| {
            let value = |name: &&str| constants::constant(name).map_or(0, |c| c.value);
            names.sort_by_key(value);
            let bits = names.iter().map(value).sum();
            Expr::Flags(names, bits)
        })
        .boxed()
}

fn text_or_later(pattern: &'static str) -> BoxedStrategy<Expr> {
    prop_oneof![pattern.prop_map(Expr::Text), later()].boxed()
}

fn number() -> BoxedStrategy<Expr> {
    prop_oneof![
        any::<i64>().prop_map(Expr::Int),
        pick(&["SOMAXCONN"]),
        later()
    ]
    .boxed()
}

/// A parameter's argument in the form its kind wants.
fn argument(kind: Kind, nested: bool) -> BoxedStrategy<Expr> {
    match kind {
        Kind::Socket => socket(),
        Kind::Address => prop_oneof![4 => address().prop_map(Expr::Address), 1 => later()].boxed(),
        Kind::Data => data(nested),
        Kind::Int | Kind::Size => number(),
        Kind::Time => prop_oneof![
            (0..99_i64).prop_map(Expr::Int),
            Just(Expr::Float(0.25)),
            later()
        ]
        .boxed(),
        Kind::Domain => pick(&["AF_INET", "AF_INET6", "AF_UNIX"]),
        Kind::Type => pick(&["SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW", "SOCK_SEQPACKET"]),
        Kind::Protocol => pick(&["IPPROTO_TCP", "IPPROTO_UDP", "IPPROTO_ICMP"]),
        Kind::MsgFlags => flags(),
        Kind::How => pick(&["SHUT_RD", "SHUT_WR", "SHUT_RDWR"]),
        Kind::Switch => prop_oneof![(0..2_i64).prop_map(Expr::Int), later()]
            .prop_filter(
                "on is a switch",
                |e| !matches!(e, Expr::Name(name) if name == "on"),
            )
            .boxed(),
        Kind::Host => text_or_later("[a-z0-9.:-]{1,12}"),
        Kind::Service => prop_oneof![
            // In brackets 0 is no port, as in Python, and is left out.
            (1..=u16::MAX).prop_map(|n| Expr::Int(n.into())),
            text_or_later("[a-z]{1,8}")
        ]
        .boxed(),
        Kind::IpText => text_or_later("[0-9a-f:.]{1,12}"),
        Kind::Errno => prop_oneof![(1..120_i64).prop_map(Expr::Int), later()].boxed(),
        Kind::Word => any::<String>().prop_map(Expr::Word).boxed(),
        Kind::Value => value(),
        Kind::Watch => {
            let letters = select(vec!["r", "w", "x", "rw", "rx", "rwx"])
                .prop_map(|l| Expr::Text(l.to_owned()));
            let pair = (socket(), letters)
                .prop_map(|(socket, letters)| Expr::Tuple(vec![socket, letters]));
            vec(pair, 1..4)
                .prop_filter("each socket once", |pairs| {
                    let who = |pair: &Expr| match pair {
                        Expr::Tuple(pair) => pair[0].clone(),
                        other => other.clone(),
                    };
                    pairs
                        .iter()
                        .enumerate()
                        .all(|(n, pair)| pairs[..n].iter().all(|other| who(other) != who(pair)))
                })
                .prop_map(Expr::Tuple)
                .boxed()
        }
        Kind::Rest | Kind::Option | Kind::OptionValue => Just(Expr::Null).boxed(),
    }
}

/// An option, and a value of its shape.
fn option_and_value() -> BoxedStrategy<(Expr, Expr)> {
    let settable: Vec<_> = OPTIONS.iter().filter(|option| option.settable).collect();
    select(settable)
        .prop_flat_map(|option| {
            let int = || any::<i32>().prop_map(|n| Expr::Int(n.into()));
            let quad = || "[0-9]{1,3}(\\.[0-9]{1,3}){3}".prop_map(Expr::Text);
            let value = match option.shape {
                Shape::Linger => vec(int(), 2).boxed(),
                Shape::Group4 => vec(quad(), 1..3).boxed(),
                Shape::Group6 => ("[0-9a-f:]{2,9}", 0..9_i64)
                    .prop_map(|(g, i)| vec![Expr::Text(g), Expr::Int(i)])
                    .boxed(),
                Shape::Interface4 => vec(quad(), 1).boxed(),
                Shape::Text => vec("[a-z]{2,8}".prop_map(Expr::Text), 1).boxed(),
                Shape::Time => vec((0..99_i64).prop_map(Expr::Int), 1).boxed(),
                _ => vec(int(), 1).boxed(),
            };
            let name = Expr::Const(option.name, i64::from(option.code));
            value.prop_map(move |items| (name.clone(), Expr::Tuple(items)))
        })
        .boxed()
}

fn arg_of(value: Expr) -> Option<Arg> {
    Some(Arg {
        value,
        span: Span::default(),
    })
}

/// A call of a command, with every argument that must be there and some of the others.
fn call(command: &'static Command, nested: bool) -> BoxedStrategy<Call> {
    if command.name == "setsockopt" {
        return (socket(), option_and_value())
            .prop_map(move |(socket, (option, value))| Call {
                command,
                args: vec![arg_of(socket), arg_of(option), arg_of(value)],
            })
            .boxed();
    }
    let args: Vec<BoxedStrategy<Option<Arg>>> = command
        .params
        .iter()
        .map(|param| {
            let one = match param.kind {
                Kind::Option => option_and_value().prop_map(|(name, _)| name).boxed(),
                // A time is at least 0 where it is known; less is for ever, as none is.
                Kind::Int if param.name == "timeout" => {
                    prop_oneof![(0..9_i64).prop_map(Expr::Int), later()].boxed()
                }
                kind => argument(kind, nested),
            };
            match param.need {
                Need::Many => vec(value(), 0..4)
                    .prop_map(|all| {
                        if all.is_empty() {
                            None
                        } else {
                            arg_of(Expr::Tuple(all))
                        }
                    })
                    .boxed(),
                // None, as Python has it, is leaving it out.
                Need::Optional => option::of(one)
                    .prop_map(|value| value.filter(|value| *value != Expr::Null).and_then(arg_of))
                    .boxed(),
                _ => one.prop_map(arg_of).boxed(),
            }
        })
        .collect();
    args.prop_map(move |mut args| {
        // socketpair fills in what Python does.
        if command.name == "socketpair" {
            for (at, name) in [(0, "AF_UNIX"), (1, "SOCK_STREAM")] {
                let default = constants::constant(name).map(|c| Expr::Const(c.name, c.value));
                args[at] = args[at].take().or_else(|| default.and_then(arg_of));
            }
        }
        // Without a switch it is fcntl(s, F_GETFL).
        if command.name == "nonblock" {
            args[1] = args[1]
                .take()
                .filter(|arg| !matches!(arg.value, Expr::Name(_)));
        }
        Call { command, args }
    })
    .boxed()
}

fn claim() -> BoxedStrategy<Claim> {
    let count = || (0..9999_i64).prop_map(Expr::Int);
    let place = || argument(Kind::Address, false);
    prop_oneof![
        Just(Claim::Ok),
        Just(Claim::Blocked),
        vec((1..134_i32).prop_map(Errno), 1..4).prop_map(Claim::Error),
        number().prop_map(Claim::Ret),
        data(false).prop_map(Claim::Data),
        (socket(), vec(select(TcpState::ALL.to_vec()), 1..4))
            .prop_map(|(s, states)| Claim::State(s, states)),
        (socket(), place()).prop_map(|(s, a)| Claim::Local(s, a)),
        (socket(), place()).prop_map(|(s, a)| Claim::Peer(s, a)),
        (socket(), count()).prop_map(|(s, n)| Claim::Backlog(s, n)),
        (socket(), number()).prop_map(|(s, n)| Claim::RecvQ(s, n)),
        (socket(), count()).prop_map(|(s, n)| Claim::SendQ(s, n)),
        (socket(), "r?w?x?").prop_map(|(s, letters)| Claim::Ready(s, letters)),
        count().prop_map(Claim::Sockets),
        count().prop_map(Claim::Jobs),
        (0..100_000_u64).prop_map(|ms| Claim::Quiet(Duration::from_millis(ms))),
        (
            select(vec![Operator::Eq, Operator::Ne, Operator::Le]),
            value(),
            value()
        )
            .prop_filter("one comparison at a time", |(_, a, b)| {
                !compares(a) && !compares(b)
            })
            .prop_map(|(op, a, b)| Claim::True(Expr::Binary(op, Box::new(a), Box::new(b)))),
        lab::claims(number(), socket()),
    ]
    .boxed()
}

/// Two values and what stands between them. A comparison has no comparison beside it.
fn operation(value: BoxedStrategy<Box<Expr>>) -> BoxedStrategy<Expr> {
    let operators = vec![
        Operator::Add,
        Operator::Sub,
        Operator::Mul,
        Operator::Pow,
        Operator::And,
        Operator::Shl,
        Operator::Shr,
        Operator::Eq,
        Operator::Ne,
        Operator::Lt,
        Operator::Le,
        Operator::Gt,
        Operator::Ge,
    ];
    (select(operators), value.clone(), value)
        .prop_filter("one comparison at a time", |(op, a, b)| {
            !op.compares() || !compares(a) && !compares(b)
        })
        .prop_map(|(op, a, b)| Expr::Binary(op, a, b))
        .boxed()
}

fn compares(value: &Expr) -> bool {
    matches!(value, Expr::Binary(op, ..) if op.compares())
}

fn action() -> BoxedStrategy<Action> {
    prop_oneof![
        6 => select(COMMANDS.iter().filter(|c| c.role != Role::Lab).collect::<Vec<_>>()).prop_flat_map(|c| call(c, false)).prop_map(Action::Call),
        2 => value().prop_map(|value| match value {
            Expr::Call(call) => Action::Call(*call),
            value => Action::Value(value),
        }),
        2 => claim().prop_map(Action::Expect),
        2 => lab::orders().prop_map(Action::Lab),
    ]
    .boxed()
}

fn statement() -> BoxedStrategy<Statement> {
    let host = option::of(select(vec!["server", "client-2"]).prop_map(String::from));
    let side = option::of(select(vec!["left", "right", "tcp", "udp6"]));
    (side, host, vec(option::of(name()), 0..3), action())
        .prop_map(|(side, host, targets, action)| Statement {
            span: Span::default(),
            side: side.and_then(SideName::named),
            host: host.filter(|_| !matches!(action, Action::Lab(_))),
            targets: if matches!(action, Action::Expect(_) | Action::Lab(_)) {
                Vec::new()
            } else {
                targets
            },
            action,
            dialect: Dialect::Shell,
            remarks: Vec::new(),
        })
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn a_statement_is_written_and_read_again(statement in statement()) {
        let text = canonical(&statement);
        // `recv s on b` is answered as a host that stands behind, unless there is a variable called on.
        let again = parse_with(&text, &|name| NAMES.contains(&name));
        prop_assert_eq!(again.as_deref(), Ok(&[statement][..]), "written {}", text);
        prop_assert!(!text.contains('\n'), "one line: {}", text);
    }
}

#[test]
fn an_address_as_an_index_does_not_become_a_slice() {
    let statement = one("s[(localhost:0)]");
    assert_eq!(one(&canonical(&statement)), statement);
}

#[test]
fn shell_commands_take_part() {
    assert!(COMMANDS.iter().any(|command| command.role == Role::Shell));
}
