//! Addresses: every form of host and port.

use super::*;
use crate::lang::ast::{Address, Host, Port};

fn address(text: &str) -> Address {
    match arg(&format!("connect s {text}"), "addr") {
        Expr::Address(address) => address,
        other => panic!("{text} is {other:?}"),
    }
}

fn inet(host: Host, port: u16) -> Address {
    Address::Inet {
        host,
        port: Port::Number(port),
    }
}

/// Every form of a host, with what it means.
#[rustfmt::skip]
fn hosts() -> Vec<(&'static str, Host)> {
    let name = |text: &str| Host::Name(text.to_owned());
    vec![
        ("127.0.0.1:80", name("127.0.0.1")),
        ("127.0.0.1 80", name("127.0.0.1")),
        ("localhost:80", name("localhost")),
        ("localhost 80", name("localhost")),
        ("www.example.com:80", name("www.example.com")),
        ("my-host 80", name("my-host")),
        ("(\"localhost\", 80)", name("localhost")),
        ("[::1]:80", name("::1")),
        ("[::1] 80", name("::1")),
        ("::1 80", name("::1")),
        ("fe80::1%eth0 80", name("fe80::1%eth0")),
        ("('::1', 80, 0, 0)", name("::1")),
        (":80", Host::Any),
        ("*:80", Host::Any),
        ("* 80", Host::Any),
        ("('', 80)", Host::Any),
        ("'' 80", Host::Any),
        ("\"\" \"80\"", Host::Any),
        ("\"127.0.0.1\" 80", name("127.0.0.1")),
        ("\"::1\" 80", name("::1")),
        ("\"<broadcast>\" 80", Host::Broadcast),
        ("INADDR_ANY:80", Host::Any),
        ("INADDR_LOOPBACK:80", Host::Number(0x7f00_0001)),
        ("INADDR_LOOPBACK 80", Host::Number(0x7f00_0001)),
        ("INADDR_BROADCAST 80", Host::Broadcast),
        ("{AF_INET, htons(80), {inet_addr(\"127.0.0.1\")}}", name("127.0.0.1")),
        ("{ PF_INET, htons(80), INADDR_ANY }", Host::Any),
        ("{AF_INET, htons(80), .sin_addr = {htonl(INADDR_LOOPBACK)}, {0}}", Host::Number(0x7f00_0001)),
        ("{AF_INET6, htons(80), 0, inet_pton(AF_INET6, \"::1\"), 0}", name("::1")),
        ("(INADDR_ANY, 80)", Host::Any),
        ("INADDR_ANY 80", Host::Any),
        (
            "{sin_family=AF_INET, sin_port=htons(80), sin_addr=htonl(INADDR_ANY)}",
            Host::Any,
        ),
        (
            "{.sin_family=AF_INET, .sin_port=htons(80), .sin_addr={.s_addr=INADDR_ANY}}",
            Host::Any,
        ),
        ("<broadcast>:80", Host::Broadcast),
        ("<broadcast> 80", Host::Broadcast),
        ("('<broadcast>', 80)", Host::Broadcast),
        ("(INADDR_BROADCAST, 80)", Host::Broadcast),
        ("2130706433:80", Host::Number(0x7f00_0001)),
        ("(0x7f000001, 80)", Host::Number(0x7f00_0001)),
        ("(INADDR_LOOPBACK, 80)", Host::Number(0x7f00_0001)),
        (
            "(host, 80)",
            Host::Expr(Box::new(Expr::Name("host".into()))),
        ),
        ("\"127.0.0.1:80\"", name("127.0.0.1")),
        (
            "{sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"::1\", &sin6_addr), sin6_scope_id=0}",
            name("::1"),
        ),
    ]
}

#[test]
fn hosts_in_every_form() {
    for (text, host) in hosts() {
        assert_eq!(address(text), inet(host, 80), "{text}");
        let line = format!("connect s {text}");
        assert_eq!(
            one(&written(&line)),
            one(&line),
            "{text} written {}",
            written(&line)
        );
    }
    let Address::Inet {
        host: Host::Expr(call),
        ..
    } = address("(socket.gethostname(), 12345)")
    else {
        panic!("a call that gives the host");
    };
    assert!(matches!(*call, Expr::Call(_)));
}

#[test]
fn ports_in_every_form() {
    let port = |text: &str| match address(text) {
        Address::Inet { port, .. } => port,
        other => panic!("{other:?}"),
    };
    for text in [
        "localhost:80",
        "localhost 80",
        "('localhost', 80)",
        "('localhost', '80')",
        "{AF_INET, htons(80), \"localhost\"}",
    ] {
        assert_eq!(port(text), Port::Number(80), "{text}");
    }
    for text in ["localhost:http", "localhost http", "('localhost', 'http')"] {
        assert_eq!(port(text), Port::Service("http".into()), "{text}");
    }
    assert_eq!(port("localhost:0"), Port::Number(0));
    assert_eq!(port("localhost:65535"), Port::Number(65535));
    assert_eq!(
        port("('localhost', port)"),
        Port::Expr(Box::new(Expr::Name("port".into())))
    );
}

#[test]
fn the_fields_of_a_structure_are_in_network_byte_order() {
    let swapped = 9305_u16.to_be();
    let line = "bind(s, {sa_family=AF_INET, sin_port=9305, sin_addr=INADDR_LOOPBACK}, 16);";
    let loopback = 0x7f00_0001_u32;
    let statement = one(line);
    let Statement { remarks, .. } = &statement;
    let address = inet(Host::Number(loopback.to_be()), swapped);
    assert_eq!(arg(line, "addr"), Expr::Address(address));
    assert_eq!(remarks.len(), 2, "{remarks:?}");
    assert!(
        remarks
            .iter()
            .any(|remark| remark.contains(&format!("9305 without htons() is port {swapped}"))),
        "{remarks:?}"
    );
    assert!(
        remarks
            .iter()
            .any(|remark| remark.contains("INADDR_LOOPBACK without htonl() is ")),
        "{remarks:?}"
    );
    for fine in [
        "bind(s, {sa_family=AF_INET, sin_port=htons(9305), sin_addr=htonl(INADDR_LOOPBACK)}, 16);",
        "bind(s, {sa_family=AF_INET, sin_port=0, sin_addr=INADDR_ANY}, 16);",
        "bind(s, {sa_family=AF_INET, sin_port=port, sin_addr=host}, 16);",
    ] {
        assert!(one(fine).remarks.is_empty(), "{fine}");
        assert_eq!(
            one(&written(fine)),
            one(fine),
            "{fine} written {}",
            written(fine)
        );
    }
}

#[test]
fn only_the_outermost_htons_is_the_fields_own() {
    for line in [
        "connect s ('h', htons(80))",
        "connect(s, {AF_INET, htons(htons(80)), \"h\"}, 16)",
    ] {
        let Expr::Address(Address::Inet {
            port: Port::Expr(call),
            ..
        }) = arg(line, "addr")
        else {
            panic!("{line}");
        };
        assert!(
            matches!(&*call, Expr::Call(call) if call.command.name == "htons"),
            "{line}"
        );
    }
}

#[test]
fn unix_addresses() {
    for text in [
        "/tmp/x",
        "\"/tmp/x\"",
        "'/tmp/x'",
        "{sa_family=AF_UNIX, sun_path=\"/tmp/x\"}",
        "{AF_UNIX, \"/tmp/x\"}",
    ] {
        assert_eq!(address(text), Address::Path("/tmp/x".into()), "{text}");
    }
    assert_eq!(address("./x.sock"), Address::Path("./x.sock".into()));
    assert_eq!(address("'x.sock'"), Address::Path("x.sock".into()));
    for text in [
        "@chat",
        "\"\\0chat\"",
        "b'\\0chat'",
        "\"@chat\"",
        "{sa_family=AF_UNIX, sun_path=@\"chat\"}",
    ] {
        assert_eq!(address(text), Address::Abstract(b"chat".to_vec()), "{text}");
    }
    for line in [
        "bind s {sa_family=AF_UNIX, sun_path=\"a:80\"}",
        "bind s \"odd path/x\"",
        "bind s {sa_family=AF_UNIX, sun_path=@\"\\377\"}",
    ] {
        assert_eq!(one(&written(line)), one(line), "{}", written(line));
    }
}

#[test]
fn what_holds_an_address_stays() {
    assert_eq!(arg("connect s addr", "addr"), Expr::Name("addr".into()));
    assert_eq!(
        arg("connect s c.local", "addr"),
        Expr::Property(Box::new(Expr::Name("c".into())), "local".into())
    );
    assert_eq!(
        arg("connect s .local", "addr"),
        Expr::Property(Box::new(Expr::Last), "local".into())
    );
    assert!(matches!(
        arg("connect s getsockname(c)", "addr"),
        Expr::Call(_)
    ));
}

#[test]
fn what_is_no_address_is_answered() {
    for (line, at) in [
        ("bind s 8080", "8080"),
        ("bind s 127.0.0.1", "127.0.0.1"),
        ("bind s localhost:99999", "99999"),
        ("bind s ('localhost', 65536)", "('localhost', 65536)"),
        ("bind s www.example.com", "www.example.com"),
        ("bind 127.0.0.1:80", "127.0.0.1:80"),
        ("s.bind('')", "''"),
        ("bind s 99999999999:80", "99999999999"),
    ] {
        let fault = fault(line);
        assert!(
            line[fault.span.0..fault.span.1].starts_with(&at[..1]),
            "{line}: {fault:?}"
        );
        assert!(!fault.expected.is_empty(), "{line}: {fault:?}");
    }
    assert!(fault("bind s 8080").help[0].contains("127.0.0.1:8080"));
}

#[test]
fn what_is_more_than_an_address_is_told_by_the_address_in_it() {
    for (line, instead) in [
        ("connect c http://localhost:8080", "localhost:8080"),
        (
            "connect c https://example.com/index.html",
            "example.com:443",
        ),
        ("connect c http://localhost 80", "localhost:80"),
        ("connect c tcp://[::1]:7", "[::1]:7"),
        ("connect c \"http://localhost:8080/\"", "localhost:8080"),
        (
            "c.connect(\"http://localhost:8080/\")",
            "(\"localhost\", 8080)",
        ),
        (
            "c.connect((\"http://localhost\", 8080))",
            "\"localhost\" for the host",
        ),
        (
            "c.connect((\"127.0.0.1:8080\", 8080))",
            "\"127.0.0.1\" for the host",
        ),
    ] {
        let fault = fault(line);
        assert!(fault.expected[0].starts_with(instead), "{line}: {fault:?}");
    }
    for (line, help) in [
        ("bind s ::1:9533", "[::1]:9533 is port 9533 there"),
        ("bind s fe80::1:80", "[fe80::1]:80 is port 80 there"),
        ("bind s ::1", "[::1]:12345 is port 12345 there"),
        (
            "bind s fe80::1%eth0",
            "[fe80::1%eth0]:12345 is port 12345 there",
        ),
        (
            "bind s 2001:db8::f00d",
            "[2001:db8::f00d]:12345 is port 12345 there",
        ),
        ("bind s [::1]", "[::1]:12345 is port 12345 there"),
    ] {
        assert_eq!(fault(line).help, [help], "{line}");
    }
    assert_eq!(fault("bind s a:b:c").help, [""; 0]);
    assert_eq!(address("('::1', 80)"), inet(Host::Name("::1".into()), 80));
}
