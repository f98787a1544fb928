//! Socket options in the three dialects.

use super::*;

const SETTING: &[&[&str]] = &[
    &[
        "setsockopt s SO_REUSEADDR 1",
        "setsockopt s reuseaddr on",
        "setsockopt s SOL_SOCKET SO_REUSEADDR 1",
        "s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)",
        "setsockopt(s, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0",
        "setsockopt(s, SO_REUSEADDR, 1)",
        "sets s reuseaddr yes",
    ],
    &[
        "setsockopt s SO_REUSEADDR one",
        "setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));",
        "setsockopt(s, SOL_SOCKET, SO_REUSEADDR, (const char *)&one, sizeof one)",
    ],
    &[
        "setsockopt s SO_LINGER 1 0",
        "s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))",
        "setsockopt(s, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0",
        "setsockopt s linger on 0",
        "setsockopt s SO_LINGER (1, 0)",
    ],
    &[
        "setsockopt s SO_RCVTIMEO 0.5",
        "setsockopt s SO_RCVTIMEO 500ms",
        "setsockopt(s, SOL_SOCKET, SO_RCVTIMEO_OLD, {tv_sec=0, tv_usec=500000}, 16) = 0",
        "s.setsockopt(SOL_SOCKET, SO_RCVTIMEO, struct.pack('ll', 0, 500000))",
    ],
    &[
        "setsockopt s SO_RCVTIMEO -1",
        "setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){-1, 0}, 16)",
        "s.setsockopt(SOL_SOCKET, SO_RCVTIMEO, struct.pack('ll', -1, 0))",
    ],
    &[
        "setsockopt s SO_SNDTIMEO -0.5",
        "setsockopt s SO_SNDTIMEO -1 500000",
    ],
    &[
        "setsockopt s TCP_NODELAY 1",
        "setsockopt s nodelay on",
        "s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)",
        "setsockopt(s, SOL_TCP, TCP_NODELAY, [1], 4)",
    ],
    &[
        "setsockopt s SO_RCVBUF 4096",
        "setsockopt s SO_RCVBUF 4k",
        "s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)",
    ],
    &[
        "setsockopt s TCP_CONGESTION reno",
        "s.setsockopt(IPPROTO_TCP, TCP_CONGESTION, b'reno')",
        "setsockopt(s, SOL_TCP, TCP_CONGESTION, \"reno\", 4)",
    ],
    &[
        "setsockopt s IP_ADD_MEMBERSHIP 224.0.0.251 127.0.0.1",
        "setsockopt(s, SOL_IP, IP_ADD_MEMBERSHIP, {imr_multiaddr=inet_addr(\"224.0.0.251\"), imr_interface=inet_addr(\"127.0.0.1\")}, 8) = 0",
        "s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton('224.0.0.251') + socket.inet_aton('127.0.0.1'))",
        "setsockopt s add_membership 224.0.0.251 127.0.0.1",
    ],
    &[
        "setsockopt s IP_ADD_MEMBERSHIP 224.0.0.251 0.0.0.0",
        "s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack('4sl', socket.inet_aton('224.0.0.251'), socket.INADDR_ANY))",
    ],
    &[
        "setsockopt s IPV6_ADD_MEMBERSHIP ff02::fb 2",
        "setsockopt s IPV6_JOIN_GROUP ff02::fb 2",
    ],
    &[
        "setsockopt s IPV6_V6ONLY 1",
        "s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)",
    ],
    &["setsockopt s IP_TTL 3", "setsockopt s ttl 3"],
];

#[test]
fn setting() {
    same(SETTING);
}

const GETTING: &[&[&str]] = &[
    &["getsockopt s", "getsockopt(s)", "getsocko s"],
    &[
        "getsockopt s SO_ERROR",
        "s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)",
        "getsockopt s error",
    ],
    &[
        "e = getsockopt s SO_ERROR",
        "getsockopt(s, SOL_SOCKET, SO_ERROR, &e, &len);",
        "int e = getsockopt(s, SOL_SOCKET, SO_ERROR)",
    ],
    &[
        "getsockopt s TCP_INFO",
        "s.getsockopt(SOL_TCP, TCP_INFO, 100)",
    ],
];

#[test]
fn getting() {
    same(GETTING);
}

#[test]
fn what_cannot_be_set_is_answered() {
    let place = |line: &str| {
        let fault = fault(line);
        line[fault.span.0..fault.span.1].to_owned()
    };
    assert_eq!(place("setsockopt s SO_RESUEADDR 1"), "SO_RESUEADDR");
    assert!(fault("setsockopt s SO_RESUEADDR 1").help[0].contains("SO_REUSEADDR"));
    assert_eq!(
        place("s.setsockopt(socket.SOL_SOCKET, socket.TCP_NODELAY, 1)"),
        "socket.SOL_SOCKET"
    );
    assert_eq!(place("setsockopt s SO_ERROR 1 2"), "1 2");
    assert_eq!(place("setsockopt s SO_LINGER 1"), "1");
    assert_eq!(place("setsockopt s SO_REUSEADDR 1 2"), "1 2");
    assert_eq!(
        fault("setsockopt s SO_REUSEADDR").missing.unwrap().question,
        "optval"
    );
    assert_eq!(fault("setsockopt s").missing.unwrap().question, "optname");
}

#[test]
fn that_an_option_can_only_be_read_is_the_kernels_to_say() {
    same(&[
        &[
            "setsockopt s SO_TYPE SOCK_DGRAM",
            "s.setsockopt(socket.SOL_SOCKET, socket.SO_TYPE, socket.SOCK_DGRAM)",
        ],
        &["setsockopt s SO_ERROR 1"],
        &["setsockopt s TCP_INFO 1"],
    ]);
}
