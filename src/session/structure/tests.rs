use super::*;
use nix::sys::socket::{SockaddrIn, SockaddrIn6};

fn v4(text: &str) -> SocketAddrV4 {
    text.parse().unwrap()
}

fn made(fields: &[(&str, Value)]) -> Value {
    fields.iter().fold(Value::None, |of, (name, value)| {
        set(&of, name, value).unwrap()
    })
}

/// What C has in memory for an address is what the fields hold.
#[test]
fn fields_hold_what_c_has_in_memory() {
    for text in [
        "127.0.0.1:80",
        "10.0.0.2:51515",
        "0.0.0.0:0",
        "255.255.255.255:65535",
    ] {
        let in_c = SockaddrIn::from(v4(text));
        let in_c: &libc::sockaddr_in = in_c.as_ref();
        let addr = Value::Addr(Addr::Inet(v4(text).into()));
        let int = |name: &str| match field(&addr, name) {
            Ok(Value::Int(n)) => n,
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(int("sin_family"), i64::from(in_c.sin_family));
        assert_eq!(int("sin_port"), i64::from(in_c.sin_port));
        assert_eq!(int("sin_addr.s_addr"), i64::from(in_c.sin_addr.s_addr));
        // And the other way round.
        let again = made(&[
            ("sin_port", Value::Int(in_c.sin_port.into())),
            ("sin_addr.s_addr", Value::Int(in_c.sin_addr.s_addr.into())),
            ("sin_family", Value::Int(libc::AF_INET.into())),
        ]);
        assert_eq!(again, addr);
    }
    let v6: SocketAddrV6 = "[fe80::1%3]:443".parse().unwrap();
    let in_c = SockaddrIn6::from(v6);
    let in_c: &libc::sockaddr_in6 = in_c.as_ref();
    let again = made(&[
        ("sin6_family", Value::Int(libc::AF_INET6.into())),
        ("sin6_port", Value::Int(in_c.sin6_port.into())),
        ("sin6_addr", Value::Bytes(in_c.sin6_addr.s6_addr.to_vec())),
        ("sin6_flowinfo", Value::Int(in_c.sin6_flowinfo.into())),
        ("sin6_scope_id", Value::Int(in_c.sin6_scope_id.into())),
    ]);
    assert_eq!(again, Value::Addr(Addr::Inet(v6.into())));
    for (name, held) in [
        ("sin6_port", Value::Int(in_c.sin6_port.into())),
        ("sin6_scope_id", Value::Int(3)),
        ("sin6_addr", Value::Bytes(in_c.sin6_addr.s6_addr.to_vec())),
    ] {
        assert_eq!(field(&again, name).unwrap(), held, "{name}");
    }
}

#[test]
fn without_a_family_it_is_no_address() {
    let port = Value::Int(u16::to_be(80).into());
    let blank = made(&[("sin_port", port.clone())]);
    assert_eq!(blank, Value::Blank(Addr::Inet(v4("0.0.0.0:80").into())));
    assert_eq!(field(&blank, "sin_family").unwrap(), Value::Int(0));
    let inet = Value::Int(libc::AF_INET.into());
    let whole = set(&blank, "sin_family", &inet).unwrap();
    assert_eq!(whole, Value::Addr(Addr::Inet(v4("0.0.0.0:80").into())));
    assert_eq!(set(&whole, "sin_family", &Value::Int(0)).unwrap(), blank);
    assert_eq!(
        zeroed(&whole),
        Some(Value::Blank(Addr::Inet(v4("0.0.0.0:0").into())))
    );
    let wrong = set(&blank, "sin_family", &Value::Int(libc::AF_INET6.into()));
    assert!(wrong.unwrap_err().message.contains("sockaddr_in holds"));
}

#[test]
fn what_a_field_cannot_hold_is_refused() {
    let v6 = Value::Addr(Addr::Inet("[::1]:80".parse().unwrap()));
    for (of, name, value, why) in [
        (Value::None, "sin_port", Value::Int(65536), "has 16 bits"),
        (
            Value::None,
            "sin_port",
            Value::Text("80".into()),
            "is a number",
        ),
        (
            Value::None,
            "sin_addr.s_addr",
            Value::Text("127.0.0.1".into()),
            "network byte order",
        ),
        (
            Value::None,
            "sin_addr",
            Value::Bytes(vec![1, 2]),
            "four bytes, not 2",
        ),
        (
            Value::None,
            "sin6_addr",
            Value::Bytes(vec![1, 2]),
            "sixteen bytes",
        ),
        (
            v6,
            "sin_port",
            Value::Int(5),
            "an IPv6 address has no field",
        ),
        (
            Value::Int(3),
            "sin_port",
            Value::Int(5),
            "a number has no field",
        ),
        (
            Value::Text("x".into()),
            "tv_sec",
            Value::Int(5),
            "a text has no field",
        ),
        (
            Value::Tuple(vec![Value::Int(0); 3]),
            "l_linger",
            Value::Int(5),
            "a tuple has no field",
        ),
    ] {
        let refusal = set(&of, name, &value).unwrap_err();
        assert!(refusal.message.contains(why), "{name}: {}", refusal.message);
    }
    // INADDR_NONE, kept in an int.
    let none = made(&[("sin_addr.s_addr", Value::Int(-1))]);
    assert_eq!(
        none,
        Value::Blank(Addr::Inet(v4("255.255.255.255:0").into()))
    );
}

#[test]
fn times_and_pairs_are_kept_part_by_part() {
    let tv = made(&[("tv_sec", Value::Int(2)), ("tv_usec", Value::Int(500_000))]);
    assert_eq!(tv, Value::Float(2.5));
    assert_eq!(field(&tv, "tv_usec").unwrap(), Value::Int(500_000));
    assert_eq!(
        set(&tv, "tv_sec", &Value::Int(7)).unwrap(),
        Value::Float(7.5)
    );
    assert_eq!(set(&tv, "tv_usec", &Value::Int(0)).unwrap(), Value::Int(2));
    let linger = made(&[("l_onoff", Value::Int(1)), ("l_linger", Value::Int(3))]);
    assert_eq!(linger, Value::Tuple(vec![Value::Int(1), Value::Int(3)]));
    assert_eq!(field(&linger, "l_linger").unwrap(), Value::Int(3));
    let group = made(&[("imr_multiaddr", Value::Bytes(vec![239, 0, 0, 1]))]);
    let text = |text: &str| Value::Text(text.into());
    assert_eq!(
        group,
        Value::Tuple(vec![text("239.0.0.1"), text("0.0.0.0")])
    );
}

#[test]
fn an_answer_of_getaddrinfo_has_its_fields() {
    let answer = |addr: &str| {
        Value::Tuple(vec![
            Value::Int(2),
            Value::Int(1),
            Value::Int(6),
            Value::Text(String::new()),
            Value::Addr(Addr::Inet(addr.parse().unwrap())),
        ])
    };
    let all = Value::Tuple(vec![answer("127.0.0.1:80"), answer("127.0.0.2:80")]);
    assert_eq!(field(&all, "ai_socktype").unwrap(), Value::Int(1));
    assert_eq!(field(&all, "ai_addrlen").unwrap(), Value::Int(16));
    let next = field(&all, "ai_next").unwrap();
    let addr = Addr::Inet("127.0.0.2:80".parse().unwrap());
    assert_eq!(field(&next, "ai_addr").unwrap(), Value::Addr(addr));
    assert_eq!(field(&next, "ai_next").unwrap(), Value::None);
    assert!(field(&Value::Int(1), "ai_addr").is_err());
}
