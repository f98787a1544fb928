//! Calls that would sleep and may not, and calls that are woken.

use super::{Case, all_hold, case};
use crate::harness::{script, skip};
use std::fs;

pub const CASES: &[Case] = &[
    case(
        "accept",
        "EAGAIN",
        "LISTENER\nnonblock l on\naccept l",
        &[
            "No connection is waiting",
            "l is non-blocking",
            "poll l r",
            "nonblock l off",
        ],
        &["SO_RCVTIMEO", "--dontwait"],
    ),
    case(
        "accept",
        "EAGAIN",
        "LISTENER\nsetsockopt l SO_RCVTIMEO 0.05\naccept l",
        &["No connection is waiting", "as long as SO_RCVTIMEO allowed"],
        &["non-blocking", "nonblock l off"],
    ),
    case(
        "recv",
        "EAGAIN",
        "p, q = socketpair\nsetsockopt p SO_RCVTIMEO -1\nrecv p 10",
        &["SO_RCVTIMEO was set to a negative time"],
        &["slept"],
    ),
    // What is set while it sleeps is for later calls.
    case(
        "recv",
        "EAGAIN",
        "p, q = socketpair\nsetsockopt p SO_RCVTIMEO 0.3\nx = recv p 10\nsetsockopt p SO_RCVTIMEO 9\nwait",
        &["slept for 0.3 s"],
        &["9 s"],
    ),
    case(
        "recv",
        "EAGAIN",
        "p, q = socketpair\nsetsockopt p SO_RCVTIMEO 0.3\nx = recv p 10\nnonblock p on\nwait",
        &["slept for 0.3 s"],
        &["non-blocking", "nonblock p off"],
    ),
    case(
        "accept",
        "EAGAIN",
        "LISTENER\nsetsockopt l SO_RCVTIMEO 0.3\naccept l\nsetsockopt l SO_RCVTIMEO 0\nwait",
        &["slept for 0.3 s"],
        &[],
    ),
    case(
        "connect",
        "EINPROGRESS",
        "l = socket tcp\nbind l 127.0.0.1:0\nlisten l 0\na = socket tcp\nconnect a l.local\nc = socket tcp\n\
         setsockopt c SO_SNDTIMEO 0.3\nconnect c l.local\nsetsockopt c SO_SNDTIMEO 9\nwait",
        &["wait for 0.3 s only"],
        &["9 s"],
    ),
    // Of several send() calls the last began later: it returns at once here.
    case(
        "sendall",
        "EAGAIN",
        "PAIR\nsetsockopt c SO_SNDTIMEO 0.3\nx = sendall c #50000000\nnonblock c on\nwait",
        &["bytes were taken"],
        &["slept", "is non-blocking"],
    ),
    // A connection has the listener's time.
    case(
        "recv",
        "EAGAIN",
        "LISTENER\nsetsockopt l SO_RCVTIMEO -1 500000\nc = socket tcp\nconnect c l.local\nconn = accept l\nrecv conn 10",
        &["SO_RCVTIMEO was set to a negative time"],
        &["slept"],
    ),
    case(
        "connect",
        "EAGAIN",
        "s = socket unix\nbind s @socktutor-late\nlisten s 0\na = socket unix\nconnect a @socktutor-late\n\
         b = socket unix\nsetsockopt b SO_SNDTIMEO 0.05\nconnect b @socktutor-late",
        &[
            "accept queue is full",
            "as long as SO_SNDTIMEO allowed",
            "Nothing is under way",
            "accept s; connect b",
        ],
        &["poll b", "non-blocking", "nonblock b off"],
    ),
    case(
        "recv",
        "EAGAIN",
        "PAIR\nnonblock c on\nrecv c 10",
        &["No data are waiting", "c is non-blocking"],
        &["--dontwait"],
    ),
    case(
        "recv",
        "EAGAIN",
        "PAIR\nrecv c 10 --dontwait",
        &["No data are waiting", "--dontwait"],
        &["is non-blocking", "nonblock c off"],
    ),
    case(
        "recv",
        "EAGAIN",
        "u = socket udp\nbind u 127.0.0.1:0\nsetsockopt u SO_RCVTIMEO 0.05\nrecv u 10",
        &["as long as SO_RCVTIMEO allowed"],
        &["is non-blocking"],
    ),
    case(
        "recvfrom",
        "EAGAIN",
        "u = socket udp\nbind u 127.0.0.1:0\nrecvfrom u 10 --dontwait",
        &["--dontwait"],
        &["is non-blocking"],
    ),
    case(
        "send",
        "EAGAIN",
        "FULL\nsend c #100000 --dontwait",
        &["send buffer has no room", "--dontwait", "poll c w"],
        &["is non-blocking"],
    ),
    case(
        "send",
        "EAGAIN",
        "FULL\nsetsockopt c SO_SNDTIMEO 0.05\nsend c #100000",
        &["send buffer has no room", "as long as SO_SNDTIMEO allowed"],
        &["--dontwait", "is non-blocking"],
    ),
    case(
        "sendall",
        "EAGAIN",
        "FULL\nnonblock c on\nsendall c #100000",
        &["send buffer has no room", "c is non-blocking"],
        &["--dontwait"],
    ),
    case(
        "sendto",
        "EAGAIN",
        "FULL\nsendto c #100000 127.0.0.1:9 --dontwait",
        &["send buffer has no room"],
        &["free local port"],
    ),
    case(
        "connect",
        "EAGAIN",
        "s = socket unix\nbind s ./s\nlisten s 0\na = socket unix\nconnect a ./s\nc = socket unix\nnonblock c on\nconnect c ./s",
        &["accept queue is full", "c is non-blocking"],
        &["local port"],
    ),
    case(
        "accept",
        "EINTR",
        "LISTENER\naccept l\nexpect blocked\ncancel",
        &["A signal woke accept()", "can be made again"],
        &["SO_ERROR"],
    ),
    case(
        "connect",
        "EINTR",
        "l = socket tcp\nbind l 127.0.0.1:0\nlisten l 0\na = socket tcp\nconnect a l.local\nc = socket tcp\nconnect c l.local\nexpect blocked\ncancel",
        &[
            "A signal woke connect()",
            "goes on in the kernel",
            "SO_ERROR",
        ],
        &["can be made again"],
    ),
    case(
        "connect",
        "EINTR",
        "s = socket unix\nbind s ./s\nlisten s 0\na = socket unix\nconnect a ./s\nc = socket unix\nconnect c ./s\nexpect blocked\ncancel",
        &[
            "A signal woke connect()",
            "not connected",
            "can be made again",
        ],
        &["SO_ERROR"],
    ),
    case(
        "recv",
        "EINTR",
        "PAIR\nrecv c 10\nexpect blocked\ncancel",
        &["A signal woke recv()"],
        &["SO_ERROR"],
    ),
    case(
        "recvfrom",
        "EINTR",
        "u = socket udp\nbind u 127.0.0.1:0\nrecvfrom u 10\nexpect blocked\ncancel",
        &["A signal woke recvfrom()"],
        &[],
    ),
    case(
        "send",
        "EINTR",
        "FULL\nsend c #100000\nexpect blocked\ncancel",
        &["A signal woke send()"],
        &[],
    ),
    case(
        "sendall",
        "EINTR",
        "FULL\nsendall c #100000\nexpect blocked\ncancel",
        &["A signal woke sendall()"],
        &[],
    ),
    case(
        "sendto",
        "EINTR",
        "FULL\nsendto c #100000 127.0.0.1:9\nexpect blocked\ncancel",
        &["A signal woke sendto()"],
        &[],
    ),
    case(
        "poll",
        "EINTR",
        "PAIR\npoll c r\nexpect blocked\ncancel",
        &["A signal woke poll()"],
        &[],
    ),
    case(
        "select",
        "EINTR",
        "PAIR\nselect r c\nexpect blocked\ncancel",
        &["A signal woke select()"],
        &[],
    ),
];

#[test]
fn why_a_call_did_not_wait_is_named() {
    all_hold(CASES);
}

/// poll() looks at the receiver's queue for a sender that is connected to it. Another is told that it may send, and may not.
#[test]
fn a_full_queue_of_datagrams_is_seen_by_who_is_connected() {
    if !cfg!(target_os = "linux") {
        return skip("the queue of a Unix datagram socket is counted on Linux");
    }
    let most = fs::read_to_string("/proc/sys/net/unix/max_dgram_qlen").unwrap();
    let place = format!("@socktutor-{}-full", std::process::id());
    let sends = format!("sendto a x {place}\n").repeat(most.trim().parse::<usize>().unwrap() + 1);
    let script = script(&format!(
        "r = socket unix-dgram\nbind r {place}\nb = socket unix-dgram\nconnect b {place}\na = socket unix-dgram\n\
         setsockopt a SO_SNDBUF 4000000\nnonblock a on\n{sends}\
         poll a w 0\nexpect ret 1\npoll b w 0\nexpect ret 0\nsendto a x {place}\nexpect error EAGAIN\n"
    ));
    script.status(0).says(&[
        "unless the socket is connected to it",
        &format!("Try: connect a {place}; poll a w 1000"),
    ]);
}
