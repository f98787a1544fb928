//! Statements for one side of a comparison, and `socket` alone.

use super::*;
use crate::lang::order::{Order, SideKind, SideName};

#[test]
fn a_side_stands_before_the_host() {
    for (line, side, host) in [
        ("tcp: accept s", Some(SideName::Kind(SideKind::Tcp)), None),
        ("udp6:  ls", Some(SideName::Kind(SideKind::Udp6)), None),
        ("left: server: x = 3", Some(SideName::Left), Some("server")),
        ("right: step", Some(SideName::Right), None),
        ("server: ls", None, Some("server")),
    ] {
        let statement = one(line);
        assert_eq!(
            (statement.side, statement.host.as_deref()),
            (side, host),
            "{line}"
        );
        assert_eq!(one(&canonical(&statement)), statement, "{line}");
    }
    assert_ne!(one("tcp: ls"), one("udp: ls"));
    assert_ne!(one("tcp: ls"), one("ls"));
    assert!(matches!(
        one("tcp: wire hold").action,
        Action::Lab(Order::Wire(_))
    ));
}

#[test]
fn what_is_wrong_behind_a_side_is_pointed_at() {
    let wrong = fault("tcp: server: step");
    assert_eq!(wrong.span, (5, 12), "{wrong}");
    assert!(fault("udp:").message.contains("what is udp to do?"));
    assert!(fault("lab up left right").message.contains("left"));
    // No blank behind the colon: an address.
    assert!(one("connect c udp:7").side.is_none());
}

#[test]
fn socket_alone_is_whole_while_a_comparison_is_on() {
    let kinds = |line: &str| {
        let all =
            parse_compared(line, &|_| false).unwrap_or_else(|fault| panic!("{line}: {fault}"));
        let of = |statement: &Statement| match &statement.action {
            Action::Call(call) => call.arg("domain").is_some(),
            other => panic!("{other:?}"),
        };
        all.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(
        kinds(
            "s = socket; socket; s = socket.socket(); s = socket udp; s = socket(AF_INET, SOCK_DGRAM, 0)"
        ),
        [false, false, false, true, true]
    );
    assert!(fault("s = socket").missing.is_some());
    assert!(parse("compare tcp udp; s = socket").is_ok());
    assert!(parse("compare tcp udp; end; s = socket").is_err());
    assert_eq!(one("s = socket.socket()"), one("s = socket tcp"));
}
