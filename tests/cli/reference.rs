//! What the reference says that the kernel answers, asked of the kernel.

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
