//! What the reference says that the kernel answers, asked of the kernel.

use crate::errors::run;
use crate::harness::{Shell, script};
use socket2::{Domain, SockAddr, Socket, Type};
use std::fs;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Whether a topic says so; line breaks do not matter.
fn says(topic: &str, words: &str) {
    let ran = Shell::new(&["explain", topic]).run().status(0);
    let text: Vec<&str> = ran.stdout.split_whitespace().collect();
    let text = text.join(" ");
    assert!(text.contains(words), "{topic}: {text}");
}

#[test]
fn options_of_tcp_on_other_sockets() {
    for option in ["TCP_NODELAY", "TCP_CORK", "TCP_QUICKACK"] {
        script(&format!(
            "u = socket udp; w = socket unix\n\
             setsockopt u {option} 1\nexpect error ENOPROTOOPT\n\
             getsockopt u {option}\nexpect error EOPNOTSUPP\n\
             setsockopt w {option} 1\nexpect error EOPNOTSUPP\n\
             getsockopt w {option}\nexpect error EOPNOTSUPP\n"
        ))
        .status(0);
        says(
            option,
            "UDP: ENOPROTOOPT, and EOPNOTSUPP where it is read over IPv4. Unix sockets: EOPNOTSUPP.",
        );
    }
}

#[test]
fn sizes_of_a_segment() {
    for (size, claim) in [
        (0, "ok"),
        (88, "ok"),
        (32767, "ok"),
        (1, "error EINVAL"),
        (87, "error EINVAL"),
        (32768, "error EINVAL"),
    ] {
        script(&format!(
            "s = socket tcp\nsetsockopt s TCP_MAXSEG {size}\nexpect {claim}\n"
        ))
        .status(0);
    }
    says(
        "TCP_MAXSEG",
        "**88** to **32767** may be set, and **0**, which leaves",
    );
}

/// A topic, what it says, and the script that shows it, with the errors' short forms (`PAIR`).
const SHOWN: &[(&str, &str, &str)] = &[
    (
        "MSG_OOB",
        "until recv() reads past that place or a newer one comes: then it is lost",
        "PAIR; send c A --oob; expect ready conn wx; recv conn 10 --dontwait; expect error EAGAIN\n\
         recv conn 1 --oob; expect error EINVAL\n\
         PAIR; send c A --oob; expect ready conn wx; send c B --oob; expect sendq c 0; recv conn 1 --oob\n\
         expect data B; recv conn 10 --dontwait; expect error EAGAIN",
    ),
    (
        "MSG_OOB",
        "behind unread data, a newer one makes it ordinary data",
        "PAIR; send c xA --oob; expect recvq conn 1; send c B --oob; expect recvq conn 2; recv conn 10; expect data xA",
    ),
    (
        "SO_OOBINLINE",
        "With the option the next gives",
        "PAIR; send c abc; send c XY --oob; send c def; expect recvq conn 4; setsockopt conn SO_OOBINLINE 1\n\
         recv conn 100; expect data abcX; recv conn 100; expect data Ydef",
    ),
    (
        "connect",
        "only records a default peer",
        "s = socket udp; bind s 127.0.0.1:0; v = socket udp; w = socket udp; bind w 127.0.0.1:0; sendto v old s.local\n\
         expect recvq s 3; connect s w.local; sendto v new s.local; sendto w last s.local\n\
         recv s 100; expect data old; recv s 100; expect data last",
    ),
    (
        "ESTABLISHED",
        "**connect** EISCONN (0, once, after a non-blocking connect())",
        "l = socket tcp; bind l 127.0.0.1:0; listen l 5; c = socket tcp; nonblock c on\n\
         connect c l.local; expect error EINPROGRESS; expect state c ESTABLISHED\n\
         connect c l.local; expect ret 0; connect c l.local; expect error EISCONN",
    ),
    (
        "close",
        "left unread, the kernel sends a RST instead",
        "PAIR; shutdown conn wr; expect state c CLOSE_WAIT; send c x; expect recvq conn 1; close conn\n\
         expect state c CLOSE; recv c 10; expect data \"\"; send c y; expect error EPIPE",
    ),
    (
        "SO_LINGER",
        "it can read what had come, then a call gives ECONNRESET",
        "PAIR; send c hello; expect recvq conn 5; setsockopt c SO_LINGER 1 0; close c; expect state conn CLOSE\n\
         recv conn 3; expect data hel; recv conn 10; expect data lo; recv conn 10; expect error ECONNRESET",
    ),
    (
        "SO_RCVTIMEO",
        "A TCP socket that accept() returns has the listener's time",
        "l = socket tcp; bind l 127.0.0.1:0; setsockopt l SO_RCVTIMEO 0.3; listen l 5; c = socket tcp\n\
         connect c l.local; conn = accept l; recv conn 1; expect error EAGAIN\n\
         m = socket unix; bind m @socktutor-time; setsockopt m SO_RCVTIMEO 0.3; listen m 5; d = socket unix\n\
         connect d m.local; a = accept m; recv a 1; expect blocked; close d",
    ),
    (
        "SO_REUSEADDR",
        "bind() of an address (or of 0.0.0.0) with an old connection on its port fails",
        "PAIR; close conn; expect state c CLOSE_WAIT; p = l.local; close c; close l\n\
         a = socket tcp; bind a p; expect error EADDRINUSE; bind a (\"0.0.0.0\", p[1]); expect error EADDRINUSE\n\
         bind a (\"127.0.0.2\", p[1]); expect ok",
    ),
    (
        "poll",
        "send() has room for some bytes (more than fit still block)",
        "PAIR; poll c w 0; expect ret 1; send c #20000000; expect blocked; close conn",
    ),
    (
        "select",
        "The call overwrites the sets with its answer",
        "PAIR; send c x; expect recvq conn 1; r, w, x = select.select([c, conn], [], [], 0); print len(r); expect len(r) == 1",
    ),
];

#[test]
fn what_a_topic_says_the_kernel_does() {
    let wrong = SHOWN.iter().filter_map(|(topic, words, lines)| {
        says(topic, words);
        let ran = run(&lines.replace("; ", "\n"));
        (ran.status != 0).then(|| format!("{topic}: {words}\n{}", ran.stdout))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// How often a SYN from this port was repeated, and in how many hundredths of a second it is again (proc(5)).
fn syn_of(port: u16) -> Option<(u32, u32)> {
    let books = fs::read_to_string("/proc/net/tcp").ok()?;
    let mut rows = books.lines().map(|row| row.split_whitespace());
    let row = rows.find_map(|mut row| {
        let own = row.nth(1)?.ends_with(&format!(":{port:04X}"));
        own.then(|| row.collect::<Vec<_>>())
    })?;
    let number = |hex: &str| u32::from_str_radix(hex, 16).ok();
    let (_, due) = row.get(3)?.split_once(':')?;
    Some((number(row.get(4)?)?, number(due)?))
}

#[test]
fn the_timeout_of_a_syn_is_not_doubled_at_first() {
    says("rto", "first repeats it five times, a second apart");
    let set = fs::read_to_string("/proc/sys/net/ipv4/tcp_syn_linear_timeouts");
    if !set.is_ok_and(|set| set.trim() == "4") {
        return;
    }
    // A full backlog answers no SYN.
    let socket = || Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let listener = socket();
    let any: SockAddr = SocketAddr::from(([127, 0, 0, 1], 0)).into();
    listener.bind(&any).unwrap();
    listener.listen(0).unwrap();
    let there = listener.local_addr().unwrap();
    let clients = [(); 4].map(|()| {
        let client = socket();
        client.set_nonblocking(true).unwrap();
        let _ = client.connect(&there);
        client
    });
    let own = clients[3].local_addr().unwrap();
    let port = own.as_socket().unwrap().port();
    let deadline = Instant::now() + Duration::from_secs(20);
    let due = loop {
        assert!(Instant::now() < deadline, "{:?}", syn_of(port));
        match syn_of(port) {
            Some((2.., due)) => break due,
            _ => std::thread::yield_now(),
        }
    };
    assert!(due <= 150, "doubled twice it would be 400: {due}");
}
