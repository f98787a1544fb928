//! Every true cause, told from the facts.
#![expect(
    clippy::too_many_lines,
    reason = "a list of cases is read from top to bottom"
)]

use super::super::facts::{
    Closed, Facts, InLab, Link, Past, PathFacts, Proto, SocketFacts, Target,
};
use super::super::topic;
use super::cause;
use crate::errno::Errno;
use crate::event::{Addr, Explanation, Holder, TcpState, Tone};
use std::time::Duration;

fn addr(text: &str) -> Addr {
    Addr::Inet(text.parse().unwrap())
}

fn socket(state: TcpState) -> SocketFacts {
    SocketFacts {
        name: "s".to_owned(),
        fd: Some(3),
        state: Some(state),
        ..SocketFacts::default()
    }
}

fn udp() -> SocketFacts {
    SocketFacts {
        proto: Proto::Udp,
        ..socket(TcpState::Close)
    }
}

fn facts(socket: SocketFacts) -> Facts {
    Facts {
        socket: Some(socket),
        ..Facts::default()
    }
}

fn asking(socket: SocketFacts, text: &str) -> Facts {
    Facts {
        asked: Some(addr(text)),
        ..facts(socket)
    }
}

fn holder(state: TcpState) -> Holder {
    Holder {
        proto: "tcp".to_owned(),
        local: addr("127.0.0.1:12345"),
        peer: None,
        state: Some(state),
        socket: None,
        pid: None,
        process: None,
        uid: 1000,
        owned: true,
        v6only: false,
    }
}

fn past(statement: &str, errno: Option<&str>) -> Past {
    Past {
        command: statement.split(' ').next().unwrap().to_owned(),
        statement: statement.to_owned(),
        errno: errno.map(str::to_owned),
    }
}

/// The answer as one text, after checking what holds of every answer.
#[track_caller]
fn told(command: &str, errno: i32, facts: &Facts) -> String {
    let Explanation {
        topic: id,
        text,
        hints,
        tone,
    } = cause(command, Errno(errno), facts);
    assert_eq!(tone, Tone::Error);
    assert!(topic(&id).is_some(), "{id} has no topic");
    assert!(!text.is_empty() && text.iter().all(|paragraph| !paragraph.is_empty()));
    let mut seen = hints.clone();
    seen.dedup();
    assert_eq!(seen, hints, "a hint twice");
    for hint in &hints {
        // Names may be assumed to be known; nothing else may be wrong.
        if let Err(fault) = crate::lang::parse(hint) {
            panic!("`{hint}` cannot be typed: {}", fault.message);
        }
    }
    format!("{} | {}", text.join(" "), hints.join(" | "))
}

#[track_caller]
fn says(told: &str, parts: &[&str]) {
    for part in parts {
        assert!(told.contains(part), "{part:?} is not in: {told}");
    }
}

#[test]
fn a_port_held_by_a_socket_of_this_session() {
    let mut given = asking(socket(TcpState::Close), "127.0.0.1:12345");
    given.holders = vec![
        holder(TcpState::TimeWait),
        Holder {
            socket: Some("a".to_owned()),
            ..holder(TcpState::Listen)
        },
    ];
    says(
        &told("bind", libc::EADDRINUSE, &given),
        &[
            "Your own socket a",
            "LISTEN",
            "would not help",
            "close a",
            "bind s 127.0.0.1:0",
            "who 12345",
        ],
    );
}

#[test]
fn a_port_held_by_another_process() {
    let mut given = asking(socket(TcpState::Close), "0.0.0.0:12345");
    given.holders = vec![Holder {
        pid: Some(4711),
        process: Some("python3".to_owned()),
        ..holder(TcpState::Listen)
    }];
    says(
        &told("bind", libc::EADDRINUSE, &given),
        &["Another process", "python3 (pid 4711)", "LISTEN"],
    );
    given.holders = vec![holder(TcpState::Listen)];
    says(&told("bind", libc::EADDRINUSE, &given), &["user id 1000"]);
    let orphan = || Holder {
        owned: false,
        ..holder(TcpState::FinWait2)
    };
    given.holders = vec![orphan()];
    says(
        &told("bind", libc::EADDRINUSE, &given),
        &["No process has it any more", "FIN_WAIT2"],
    );
    given.holders = vec![orphan(), holder(TcpState::Established)];
    says(&told("bind", libc::EADDRINUSE, &given), &["user id 1000"]);
}

#[test]
fn a_port_in_time_wait_says_which_side_lacks_reuseaddr() {
    for (mine, old, word) in [
        (false, Some(false), "Neither"),
        (false, Some(true), "s has not"),
        (true, Some(false), "the old socket did not have it"),
        (false, None, "if the old socket had it too"),
    ] {
        let mut given = asking(
            SocketFacts {
                reuseaddr: mine,
                ..socket(TcpState::Close)
            },
            "127.0.0.1:12345",
        );
        given.holders = vec![holder(TcpState::TimeWait)];
        given.holder_reuse = old;
        says(
            &told("bind", libc::EADDRINUSE, &given),
            &["TIME_WAIT", "60 seconds", word],
        );
    }
}

#[test]
fn no_port_left() {
    let mut given = asking(socket(TcpState::Close), "127.0.0.1:0");
    given.port_range = Some((32768, 60999));
    says(
        &told("bind", libc::EADDRINUSE, &given),
        &["32768 to 60999", "is taken"],
    );
    let given = asking(socket(TcpState::Close), "127.0.0.1:80");
    says(
        &told("connect", libc::EADDRNOTAVAIL, &given),
        &["no free local port"],
    );
    let mut bound = socket(TcpState::Close);
    bound.local = Some(addr("127.0.0.1:5000"));
    says(
        &told(
            "connect",
            libc::EADDRNOTAVAIL,
            &asking(bound, "127.0.0.1:80"),
        ),
        &["127.0.0.1:5000", "both ports", "exists already"],
    );
    says(
        &told("sendto", libc::EAGAIN, &asking(udp(), "127.0.0.1:9")),
        &["no free local port"],
    );
}

#[test]
fn a_unix_path_left_over() {
    let unix = SocketFacts {
        proto: Proto::UnixStream,
        state: None,
        ..socket(TcpState::Close)
    };
    let mut given = facts(unix);
    given.asked = Some(Addr::Path("/tmp/x".into()));
    given.listens = Some(false);
    given.path = Some(PathFacts {
        path: "/tmp/x".into(),
        exists: true,
        is_socket: true,
        folder_exists: true,
    });
    says(
        &told("bind", libc::EADDRINUSE, &given),
        &["left over", "/tmp/x", "rm"],
    );
    given.target = Some(Target {
        name: "a".to_owned(),
        ..Target::default()
    });
    says(
        &told("bind", libc::EADDRINUSE, &given),
        &["Your own socket a"],
    );
    given.target = None;
    says(&told("connect", libc::ECONNREFUSED, &given), &["left over"]);
    says(
        &told("connect", libc::ENOENT, &given),
        &["start the server first"],
    );
    says(
        &told("connect", libc::EPROTOTYPE, &given),
        &["cannot be joined"],
    );
    says(
        &told("connect", libc::EACCES, &given),
        &["write permission"],
    );
    says(&told("recv", libc::EINVAL, &given), &["not connected"]);
    says(
        &told("listen", libc::EINVAL, &given),
        &["no name yet", "bind s"],
    );
}

#[test]
fn the_wrong_order() {
    let mut bound = socket(TcpState::Close);
    bound.local = Some(addr("127.0.0.1:12345"));
    bound.history = vec![past("bind s 127.0.0.1:12345", None)];
    says(
        &told("bind", libc::EINVAL, &asking(bound.clone(), "127.0.0.1:80")),
        &["already: 127.0.0.1:12345", "bind s 127.0.0.1:12345"],
    );
    says(
        &told("accept", libc::EINVAL, &facts(bound)),
        &["listen() comes between", "listen s 5"],
    );
    says(
        &told("accept", libc::EINVAL, &facts(socket(TcpState::Close))),
        &["socket, bind, listen, accept"],
    );
    let mut connected = socket(TcpState::Established);
    connected.peer = Some(addr("127.0.0.1:80"));
    says(
        &told("listen", libc::EINVAL, &facts(connected.clone())),
        &["connected to 127.0.0.1:80"],
    );
    says(
        &told("accept", libc::EINVAL, &facts(connected)),
        &["one end of a connection"],
    );
    says(
        &told("listen", libc::EINVAL, &facts(socket(TcpState::SynSent))),
        &["SYN_SENT"],
    );
}

#[test]
fn no_peer() {
    says(
        &told("recv", libc::ENOTCONN, &facts(socket(TcpState::Close))),
        &["fresh", "connect s"],
    );
    says(
        &told("recv", libc::ENOTCONN, &facts(socket(TcpState::Listen))),
        &["listens", "conn = accept s"],
    );
    let mut refused = socket(TcpState::Close);
    refused.history = vec![past("connect s 127.0.0.1:80", Some("ECONNREFUSED"))];
    says(
        &told("shutdown", libc::ENOTCONN, &facts(refused)),
        &["connect s 127.0.0.1:80", "ECONNREFUSED"],
    );
    let over = SocketFacts {
        was_connected: true,
        ..socket(TcpState::Close)
    };
    says(
        &told("getpeername", libc::ENOTCONN, &facts(over)),
        &["that connection is over"],
    );
    says(
        &told("getpeername", libc::ENOTCONN, &facts(udp())),
        &["datagram"],
    );
    says(
        &told("send", libc::EDESTADDRREQ, &facts(udp())),
        &["no peer", "sendto s"],
    );
    says(
        &told("read", libc::ENOTCONN, &facts(socket(TcpState::Listen))),
        &["accept s"],
    );
}

#[test]
fn a_peer_already() {
    let mut connected = socket(TcpState::Established);
    connected.peer = Some(addr("127.0.0.1:80"));
    says(
        &told("connect", libc::EISCONN, &asking(connected, "127.0.0.1:81")),
        &["connected already, to 127.0.0.1:80"],
    );
    says(
        &told(
            "connect",
            libc::EISCONN,
            &asking(socket(TcpState::Listen), "127.0.0.1:81"),
        ),
        &["listens"],
    );
    let over = SocketFacts {
        was_connected: true,
        ..socket(TcpState::Close)
    };
    says(
        &told("connect", libc::EISCONN, &asking(over, "127.0.0.1:81")),
        &["has had its connection", "s2 = socket tcp"],
    );
}

#[test]
fn a_broken_pipe_names_who_broke_it() {
    let mut own = socket(TcpState::FinWait2);
    own.shut_wr = true;
    own.history = vec![past("shutdown s wr", None)];
    says(
        &told("send", libc::EPIPE, &facts(own)),
        &["yourself", "shutdown s wr", "recv() works"],
    );
    says(
        &told("send", libc::EPIPE, &facts(socket(TcpState::Close))),
        &["never been connected"],
    );
    let gone = SocketFacts {
        was_connected: true,
        reset: true,
        ..socket(TcpState::Close)
    };
    says(
        &told("send", libc::EPIPE, &facts(gone)),
        &["peer ended it with a RST"],
    );
    says(
        &told("send", libc::EPIPE, &facts(socket(TcpState::Listen))),
        &["accept s"],
    );
    says(
        &told(
            "recv",
            libc::ECONNRESET,
            &facts(socket(TcpState::Established)),
        ),
        &["RST", "unread"],
    );
}

#[test]
fn refused() {
    let mut given = asking(socket(TcpState::Close), "127.0.0.1:12345");
    says(
        &told("connect", libc::ECONNREFUSED, &given),
        &["RST", "this very machine"],
    );
    given.target = Some(Target {
        name: "b".to_owned(),
        ..Target::default()
    });
    says(
        &told("connect", libc::ECONNREFUSED, &given),
        &["Your socket b", "does not listen", "listen b 5"],
    );
    given.target = None;
    given.lab = Some(InLab {
        prompt: true,
        here: "client".to_owned(),
        other: "server".to_owned(),
        asked: None,
        mtu: None,
    });
    says(
        &told("connect", libc::ECONNREFUSED, &given),
        &["That is client itself", "server:12345"],
    );
    given.lab.as_mut().unwrap().asked = Some("server".to_owned());
    says(
        &told("connect", libc::ECONNREFUSED, &given),
        &[
            "The kernel of server answered",
            "server: s2 = socket tcp; bind s2 server:12345; listen s2 5",
        ],
    );
    given.lab = None;
    given.asked = Some(addr("127.0.0.2:12345"));
    given.holders = vec![Holder {
        socket: Some("a".to_owned()),
        ..holder(TcpState::Listen)
    }];
    says(
        &told("connect", libc::ECONNREFUSED, &given),
        &["a listens, but at 127.0.0.1:12345"],
    );
    let mut peered = udp();
    peered.peer = Some(addr("127.0.0.1:9"));
    says(
        &told("recv", libc::ECONNREFUSED, &facts(peered)),
        &[
            "earlier datagram",
            "127.0.0.1:9",
            "port unreachable",
            "recv()",
        ],
    );
}

#[test]
fn would_block() {
    let nonblocking = SocketFacts {
        nonblocking: true,
        ..socket(TcpState::Listen)
    };
    says(
        &told("accept", libc::EAGAIN, &facts(nonblocking.clone())),
        &["No connection is waiting", "non-blocking"],
    );
    let timed = SocketFacts {
        recv_timeout: Some(Duration::from_millis(500)),
        ..socket(TcpState::Established)
    };
    says(
        &told("recv", libc::EAGAIN, &facts(timed)),
        &["0.5 s", "SO_RCVTIMEO"],
    );
    let mut flagged = facts(socket(TcpState::Established));
    flagged.flags = vec!["MSG_DONTWAIT".to_owned()];
    says(&told("recv", libc::EAGAIN, &flagged), &["--dontwait"]);
    says(
        &told("connect", libc::EINPROGRESS, &facts(nonblocking.clone())),
        &["no failure", "SO_ERROR"],
    );
    says(
        &told("connect", libc::EALREADY, &facts(nonblocking)),
        &["connecting already"],
    );
    says(
        &told("accept", libc::EINTR, &facts(socket(TcpState::Listen))),
        &["signal", "accept()", "can be made again"],
    );
    let mut closed = facts(socket(TcpState::Close));
    closed.closed = Some(Closed {
        name: "s".to_owned(),
        statement: "close s".to_owned(),
        ..Closed::default()
    });
    says(
        &told("accept", libc::EINTR, &closed),
        &[
            "signal",
            "accept()",
            "close s had closed",
            "cannot be made again",
        ],
    );
}

#[test]
fn a_link_local_address_lacks_its_interface() {
    let mut given = asking(socket(TcpState::Close), "[fe80::7]:33");
    let link = |name: &str, index, addresses: &[&str]| Link {
        name: name.to_owned(),
        index,
        addresses: addresses.iter().map(|ip| ip.parse().unwrap()).collect(),
    };
    let mut said = |links: &[Link]| {
        given.links = links.to_vec();
        told("connect", libc::EINVAL, &given)
    };
    let (lo, down) = (link("lo", 1, &[]), link("eth0", 2, &[]));
    let (other, owner) = (link("eth1", 3, &["fe80::8"]), link("eth2", 4, &["fe80::7"]));
    let all = [lo.clone(), down.clone(), other.clone(), owner];
    says(&said(&all), &["connect s [fe80::7%eth2]:33"]);
    says(&said(&all[..3]), &["connect s [fe80::7%eth1]:33"]);
    says(&said(&all[..2]), &["connect s [fe80::7%eth0]:33"]);
    says(&said(&[lo]), &["connect s [fe80::7%INTERFACE]:33"]);
}

#[test]
fn addresses_that_cannot_be_used() {
    let mut given = asking(socket(TcpState::Close), "8.8.8.8:53");
    given.interfaces = vec!["127.0.0.1".parse().unwrap(), "192.168.1.2".parse().unwrap()];
    says(
        &told("bind", libc::EADDRNOTAVAIL, &given),
        &[
            "8.8.8.8 is none",
            "192.168.1.2",
            "bind s 127.0.0.1:53",
            "connect s 8.8.8.8:53",
        ],
    );
    // The machine's sockets do not reach the laboratory, nor its hosts the outside.
    given.asked_host = Some("server".to_owned());
    let said = told("bind", libc::EADDRNOTAVAIL, &given);
    assert!(
        said.contains("server: s2 = socket tcp") && !said.contains("connect s"),
        "{said}"
    );
    given.asked_host = None;
    given.lab = Some(InLab {
        prompt: true,
        here: "client".to_owned(),
        other: "server".to_owned(),
        asked: None,
        mtu: None,
    });
    let said = told("bind", libc::EADDRNOTAVAIL, &given);
    assert!(
        said.contains("none of client's") && !said.contains("connect s"),
        "{said}"
    );
    given.asked = Some(addr("10.0.0.2:80"));
    given.lab = Some(InLab {
        prompt: true,
        here: "client".to_owned(),
        other: "server".to_owned(),
        asked: Some("server".to_owned()),
        mtu: None,
    });
    says(
        &told("bind", libc::EADDRNOTAVAIL, &given),
        &[
            "s was made on client",
            "10.0.0.2 belongs to server",
            "server: s2 = socket tcp; bind s2 server:80",
            "bind s client:80",
        ],
    );
    let given = asking(socket(TcpState::Close), "127.0.0.1:80");
    says(
        &told("bind", libc::EACCES, &given),
        &["Port 80", "below 1024", "bind s 127.0.0.1:8080"],
    );
    let mut given = asking(udp(), "255.255.255.255:9");
    given.broadcast = true;
    says(
        &told("sendto", libc::EACCES, &given),
        &["SO_BROADCAST", "setsockopt s SO_BROADCAST 1"],
    );
    let given = asking(socket(TcpState::Close), "[::1]:80");
    says(
        &told("connect", libc::EAFNOSUPPORT, &given),
        &["an IPv6 address", "AF_INET", "socket tcp6"],
    );
    let six = SocketFacts {
        ipv6: true,
        ..socket(TcpState::Close)
    };
    says(
        &told("bind", libc::EINVAL, &asking(six, "127.0.0.1:80")),
        &["an IPv4 address", "AF_INET6"],
    );
    let mut inside = udp();
    inside.local = Some(addr("127.0.0.1:5000"));
    says(
        &told("sendto", libc::EINVAL, &asking(inside, "192.0.2.1:9")),
        &["loopback", "nothing can leave"],
    );
    says(
        &told("sendto", libc::EINVAL, &asking(udp(), "127.0.0.1:0")),
        &["port 0"],
    );
    says(
        &told(
            "connect",
            libc::ENETUNREACH,
            &asking(socket(TcpState::Close), "255.255.255.255:9"),
        ),
        &["broadcast"],
    );
    says(
        &told(
            "connect",
            libc::EHOSTUNREACH,
            &asking(socket(TcpState::Close), "192.0.2.1:9"),
        ),
        &["192.0.2.1"],
    );
    says(
        &told(
            "connect",
            libc::ETIMEDOUT,
            &asking(socket(TcpState::SynSent), "192.0.2.1:9"),
        ),
        &["answered the SYN"],
    );
}

#[test]
fn descriptors() {
    let given = Facts {
        closed: Some(Closed {
            name: "s".to_owned(),
            kind: "udp6",
            fd: Some(3),
            statement: "close s".to_owned(),
            ago: Some(12.0),
        }),
        ..Facts::default()
    };
    says(
        &told("send", libc::EBADF, &given),
        &[
            "s (descriptor 3)",
            "close s closed it, 12 seconds ago",
            "s = socket udp6",
        ],
    );
    let given = Facts {
        descriptors: Some(1024),
        ..Facts::default()
    };
    says(
        &told("socket", libc::EMFILE, &given),
        &["(1024)", "close()"],
    );
}

#[test]
fn types_options_and_sizes() {
    says(
        &told("listen", libc::EOPNOTSUPP, &facts(udp())),
        &["UDP", "recvfrom s"],
    );
    let mut given = Facts {
        domain: Some("AF_INET".to_owned()),
        kind: Some("SOCK_STREAM".to_owned()),
        protocol: Some("IPPROTO_UDP".to_owned()),
        ..Facts::default()
    };
    says(
        &told("socket", libc::EPROTONOSUPPORT, &given),
        &["UDP sends datagrams"],
    );
    given.domain = Some("AF_INET6".to_owned());
    says(
        &told("socketpair", libc::EOPNOTSUPP, &given),
        &["Unix sockets"],
    );
    let mut given = facts(udp());
    given.sent = Some(70000);
    says(&told("sendto", libc::EMSGSIZE, &given), &["70000", "65507"]);
    let option = |name: &str, value: &str, socket| Facts {
        option: Some(name.to_owned()),
        value: Some(value.to_owned()),
        ..facts(socket)
    };
    says(
        &told(
            "setsockopt",
            libc::ENOPROTOOPT,
            &option("TCP_NODELAY", "1", udp()),
        ),
        &["belongs to TCP"],
    );
    says(
        &told(
            "setsockopt",
            libc::ENOPROTOOPT,
            &option("SO_TYPE", "1", udp()),
        ),
        &["can be read, not set"],
    );
    says(
        &told(
            "setsockopt",
            libc::EINVAL,
            &option("TCP_KEEPCNT", "200", udp()),
        ),
        &["200", "1 to 127"],
    );
    says(
        &told("setsockopt", libc::EDOM, &option("SO_RCVTIMEO", "1", udp())),
        &["microseconds"],
    );
    says(
        &told(
            "setsockopt",
            libc::ENOENT,
            &option("TCP_CONGESTION", "nosuch", udp()),
        ),
        &["nosuch"],
    );
    says(
        &told("getaddrinfo", libc::ENOENT, &Facts::default()),
        &["no address", "explain EAI"],
    );
    says(
        &told(
            "setsockopt",
            libc::EADDRINUSE,
            &option("IP_ADD_MEMBERSHIP", "239.1.1.1", udp()),
        ),
        &["member"],
    );
    says(
        &told(
            "setsockopt",
            libc::ENODEV,
            &option("IP_ADD_MEMBERSHIP", "239.1.1.1", udp()),
        ),
        &["interface"],
    );
    says(
        &told(
            "setsockopt",
            libc::EPROTO,
            &option("IP_ADD_MEMBERSHIP", "x", socket(TcpState::Close)),
        ),
        &["TCP"],
    );
    says(
        &told("setsockopt", libc::EPERM, &option("SO_MARK", "1", udp())),
        &["CAP_NET_ADMIN"],
    );
    let mut given = facts(socket(TcpState::Established));
    given.flags = vec!["MSG_OOB".to_owned()];
    says(&told("recv", libc::EINVAL, &given), &["no urgent byte"]);
}

/// Whatever is known or not, every call and errno gets an answer in words, and never a panic.
#[test]
fn every_call_and_errno_has_an_answer() {
    let calls = super::super::topics();
    let calls: Vec<_> = calls
        .iter()
        .filter(|topic| topic.kind == super::super::Kind::Call)
        .collect();
    let situations = [
        Facts::default(),
        facts(socket(TcpState::Close)),
        asking(udp(), "127.0.0.1:0"),
        asking(socket(TcpState::Established), "[fe80::1]:9"),
        Facts {
            asked: Some(Addr::Path("/tmp/x".into())),
            ..facts(SocketFacts {
                proto: Proto::UnixDgram,
                ..udp()
            })
        },
    ];
    for call in calls {
        for errno in Errno::all() {
            for situation in &situations {
                let answer = cause(&call.id, errno, situation);
                assert!(
                    !answer.text.is_empty() && !answer.text[0].is_empty(),
                    "{} {errno}",
                    call.id
                );
            }
        }
        for (name, line) in call.items("Errors") {
            let answer = cause(&call.id, Errno::named(&name).unwrap(), &Facts::default());
            assert!(!answer.text[0].is_empty(), "{name} {line}");
            assert_eq!(answer.topic, name);
        }
    }
    let unknown = cause("bind", Errno(9999), &Facts::default());
    assert_eq!(unknown.tone, Tone::Error);
}
