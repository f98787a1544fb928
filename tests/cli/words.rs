//! What is said after a call that succeeded, where what was done before decides which words are true.

use crate::errors::{judge, run};
use serde_json::Value;

/// The statements, and what is said after the last of them, and what is not.
type Said = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const SHUT: &[Said] = &[
    (
        "PAIR\nshutdown c rd\nshutdown c wr",
        &["Both directions"],
        &["still open: you can receive"],
    ),
    (
        "LISTENER\nshutdown l rd\nm = socket tcp\nbind m 127.0.0.1:0\nlisten m 5\nconnect l m.local\nshutdown l rd",
        &["recv() now gives 0"],
        &["ended before"],
    ),
    (
        "CONNECTING\nshutdown c wr\nm = socket tcp\nbind m 127.0.0.1:0\nlisten m 5\nconnect c m.local\n\
         expect state c ESTABLISHED\nshutdown c wr",
        &["TCP sends a FIN"],
        &["ended before"],
    ),
    (
        "s = socket unix\nbind s @socktutor-wr1\nlisten s 5\nshutdown s wr\n\
         t = socket unix\nbind t @socktutor-wr2\nlisten t 5\nshutdown t wr",
        &["Nothing has changed"],
        &["Nobody"],
    ),
    (
        "s = socket unix\nbind s @socktutor-wr\nlisten s 5\nshutdown s wr",
        &["Nothing has changed"],
        &["Nobody can connect"],
    ),
    (
        "s = socket unix\nbind s @socktutor-early\nlisten s 5\nc = socket unix\nshutdown c wr\nconnect c @socktutor-early\n\
         conn = accept s\nsend c x\nexpect error EPIPE\nrecv conn 1 --dontwait\nexpect error EAGAIN\nd = socket unix\nshutdown d rd",
        &["for a later connection too"],
        &["the peer reads 0"],
    ),
    (
        "s = socket unix\nshutdown s wr",
        &[
            "There is no peer yet",
            "once the socket is connected, send() after wr gives EPIPE",
        ],
        &["the peer reads 0"],
    ),
    (
        "a, b = socketpair\nshutdown a rd",
        &["gives EPIPE from now on"],
        &["not told"],
    ),
    (
        "a, b = socketpair\nshutdown a wr",
        &["the peer reads 0"],
        &["FIN"],
    ),
    (
        "PAIR\nshutdown c wr",
        &["TCP sends a FIN", "still open"],
        &[],
    ),
    (
        "PAIR\nshutdown c wr\nshutdown c wr",
        &["ended before"],
        &["FIN"],
    ),
    (
        "PAIR\nshutdown c rdwr\nshutdown c wr",
        &["ended before"],
        &["FIN"],
    ),
    (
        "PAIR\nshutdown c wr\nshutdown c rdwr",
        &["Both directions"],
        &["ended before"],
    ),
    (
        "PAIR\nclose conn\nexpect state c CLOSE_WAIT\nshutdown c wr",
        &["The peer has sent its own before"],
        &["still open: you can receive"],
    ),
    (
        "LISTENER\nshutdown l rdwr",
        &["stopped listening"],
        &["FIN"],
    ),
    (
        "LISTENER\nshutdown l wr",
        &["Nothing has changed"],
        &["FIN"],
    ),
    (
        "LISTENER\nshutdown l rd\nlisten l 5",
        &["kernel now completes handshakes"],
        &["listening already"],
    ),
    ("LISTENER\nlisten l 6", &["listening already"], &[]),
    (
        "s = socket unix\nbind s @socktutor-shut\nlisten s 5\nshutdown s rd",
        &["Nobody can connect to that name any more"],
        &["were reset"],
    ),
    (
        "u = socket udp\nbind u 127.0.0.1:0\nv = socket udp\nconnect v u.local\nshutdown v wr",
        &["no FIN", "EPIPE"],
        &["the peer reads 0"],
    ),
    (
        "p, q = socketpair unix dgram\nshutdown p rdwr",
        &["EPIPE"],
        &["FIN"],
    ),
];

const RECEIVED: &[Said] = &[
    (
        "a, b = socketpair\nshutdown a rd\nclose b\nrecv a 10",
        &["you have shut down receiving"],
        &["No end has come"],
    ),
    (
        "PAIR\nshutdown c rd\nrecv c 10",
        &["you have shut down receiving", "No end has come"],
        &["The peer has closed"],
    ),
    (
        "PAIR\nshutdown c rd\nclose conn\nexpect state c CLOSE_WAIT\nrecv c 10",
        &["The peer has closed"],
        &["No end has come"],
    ),
    (
        "u = socket udp\nshutdown u rd\nbind u 127.0.0.1:0\nrecv u 10",
        &["you have shut down receiving"],
        &["datagram of length 0"],
    ),
    (
        "c = socket tcp\nshutdown c rd\nrecv c 10",
        &["you have shut down receiving"],
        &["connect() has failed"],
    ),
    (
        "p, q = socketpair unix dgram\nshutdown p rd\nrecv p 10",
        &["you have shut down receiving"],
        &["length 0"],
    ),
    (
        "n = socket tcp --nonblock\nconnect n 127.77.0.3:9\ngetsockopt n SO_ERROR\nrecv n 1",
        &["there never was a peer"],
        &["The peer has closed"],
    ),
    (
        "s = socket unix\nbind s @socktutor-bye\nlisten s 5\nc = socket unix\nconnect c @socktutor-bye\nconn = accept s\n\
         send conn bye\nclose conn\nsend c x\nrecv c 3\nrecv c 3",
        &["has closed or shut down its sending side"],
        &["broken off"],
    ),
    (
        "p, q = socketpair unix seqpacket\nclose p\nrecv q 3",
        &["the peer has closed"],
        &["No byte was asked for"],
    ),
    (
        "p, q = socketpair unix seqpacket\nsend p \"\"\nrecv q 3\nsend p \"\"\nrecv q 3",
        &["an empty message"],
        &["the end of the stream"],
    ),
    (
        "PAIR\nclose conn\nexpect state c CLOSE_WAIT\nrecv c 10 MSG_PEEK",
        &["nothing more will come"],
        &["copied"],
    ),
    (
        "u = socket udp\nbind u 127.0.0.1:0\nv = socket udp\nsendto v \"\" u.local\nrecv u 10 MSG_PEEK",
        &["length 0 waits"],
        &["was received"],
    ),
    (
        "u = socket udp\nbind u 127.0.0.1:0\nv = socket udp\nsendto v hi u.local\nrecvfrom u 10 MSG_PEEK\n\
         recvfrom u 10 MSG_PEEK",
        &["not taken"],
        &["Takes one datagram"],
    ),
    (
        "u = socket udp\nbind u 127.0.0.1:0\nv = socket udp\nconnect v u.local\nconnect u v.local\nsend v \"\"\n\
         shutdown u rd\nrecv u 10",
        &["or an empty datagram was"],
        &["nothing is there."],
    ),
    (
        "PAIR\nsend c hello\nexpect recvq conn 5\nrecv conn 10 MSG_TRUNC",
        &["were thrown away"],
        &["had arrived"],
    ),
    (
        "PAIR\nsend c hello\nexpect recvq conn 5\nrecv conn 10 MSG_TRUNC|MSG_PEEK",
        &["has left them there", "has copied nothing"],
        &["thrown away"],
    ),
    (
        "p, q = socketpair unix seqpacket\nsend p twotwo\nrecv q 3",
        &["the rest of it is lost"],
        &[],
    ),
];

const CONNECTED: &[Said] = &[
    (
        "LISTENER\nc = socket tcp\nsetsockopt c TCP_DEFER_ACCEPT 3\nsetsockopt c TCP_DEFER_ACCEPT 0\nconnect c l.local",
        &["this one sent the ACK"],
        &["as the option asks"],
    ),
    (
        // What the listener had when the handshake ended counts, whatever it has now.
        "LISTENER\nsetsockopt l SO_LINGER 1 0\nc = socket tcp\nconnect c l.local\nsetsockopt l SO_LINGER 0 0\n\
         conn = accept l\nclose conn",
        &["The kernel sent a RST"],
        &["FIN, by itself"],
    ),
    (
        "LISTENER\nc = socket tcp\nsetsockopt c TCP_DEFER_ACCEPT 5\nconnect c l.local",
        &["waits, as the option asks"],
        &["this one sent the ACK"],
    ),
    (
        "LISTENER\nc = socket tcp\nsetsockopt c TCP_QUICKACK 1\nconnect c l.local",
        &["this one sent the ACK"],
        &["as the option asks"],
    ),
    (
        "s = socket tcp\nbind s 0.0.0.0:0\nlisten s 5\nc = socket tcp\nconnect c s.local",
        &["The any-address (0.0.0.0, ::) is no host"],
        &["SYN+ACK"],
    ),
    (
        "s = socket tcp\nbind s 127.0.0.1:0\nconnect s s.local",
        &["connected to itself"],
        &["SYN+ACK"],
    ),
    (
        "l = socket tcp\nbind l 127.0.0.1:0\nlisten l 5\nc = socket tcp --nonblock\nconnect c l.local\nconn = accept l\n\
         send conn abc\nexpect recvq c 3\nclose c",
        &["The kernel sent a RST"],
        &["the next socket may get"],
    ),
    (
        "l = socket tcp\nsetsockopt l SO_LINGER 1 0\nbind l 127.0.0.1:0\nlisten l 5\nc = socket tcp\nconnect c l.local\n\
         conn = accept l\nclose conn",
        &["The kernel sent a RST"],
        &["FIN, by itself"],
    ),
    (
        // The option is copied when the handshake ends, not by accept().
        "l = socket tcp\nbind l 127.0.0.1:0\nlisten l 5\nc = socket tcp\nconnect c l.local\nsetsockopt l SO_LINGER 1 0\n\
         conn = accept l\nclose conn",
        &["and then a FIN"],
        &["The kernel sent a RST"],
    ),
];

/// What of several sockets is ready, and what is not open.
const POLLED: &[Said] = &[
    (
        "poll 9 r",
        &["not open", "no error of the call"],
        &["ready"],
    ),
    (
        "s = socket udp; close s; poll s r",
        &["not open"],
        &["ready"],
    ),
    (
        "PAIR\nsend c x\npoll c r 9 r conn r",
        &["not open", "The others are ready"],
        &[],
    ),
    (
        "PAIR\nsend c x\npoll conn r",
        &["These sockets are ready"],
        &["not open"],
    ),
    (
        "PAIR\nr, w, x = select.select([], [c], [], 1)",
        &["These sockets are ready"],
        &["The time is over"],
    ),
    (
        "u = socket udp\nbind u 127.0.0.1:0\nv = socket udp\nbind v 127.0.0.1:0\n\
         r, w, x = select.select([u, v], [], [])\nexpect blocked\nclose v",
        &["was closed while the call slept", "EBADF"],
        &["ready: to read"],
    ),
    (
        "PAIR\nr, w, x = select.select([c], [], [], 0)",
        &["The time is over"],
        &["ready: "],
    ),
];

const MADE: &[Said] = &[
    (
        "PAIR\nsetsockopt conn SO_LINGER 1 0\ny = recv conn 10\nclose conn",
        &["The kernel sent a RST, not a FIN"],
        &[],
    ),
    (
        "PAIR\nsend c unread\ny = send conn #50000000\nclose conn",
        &["The kernel sent a RST, not a FIN"],
        &[],
    ),
    (
        "PAIR\ny = recv conn 10\nclose conn",
        &["and then a FIN, by itself"],
        &["RST"],
    ),
    (
        "r = socket udp\nsetsockopt r SO_REUSEADDR 1\nbind r 127.0.0.1:0\nq = socket udp\nsetsockopt q SO_REUSEADDR 1\n\
         bind q r.local\nclose q",
        &["the port unless another socket has it too"],
        &["the port are free at once"],
    ),
    (
        "a, b = socketpair\nsend b unread\nclose a",
        &["left unread", "gets ECONNRESET, once"],
        &["then 0"],
    ),
    (
        "a, b = socketpair\nsend a read\nclose a",
        &["reads what was sent before, then 0", "send() gives EPIPE"],
        &["ECONNRESET"],
    ),
    (
        "r = socket udp\nbind r 127.0.0.1:0\nclose r",
        &["the port are free at once"],
        &["another socket"],
    ),
    (
        "socket AF_NETLINK SOCK_DGRAM 0",
        &["The kernel made a socket"],
        &["UDP", "TCP"],
    ),
    (
        "PAIR\nnonblock c on\nsend c #50000000\nsetsockopt c SO_LINGER 1 600\nclose c\nexpect blocked\ncancel",
        &["before everything was acknowledged", "free all the while"],
        &["has waited", "and then a FIN"],
    ),
    (
        "PAIR\nnonblock c on\nn = send c #50000000\nsetsockopt c SO_LINGER 1 600\nclose c\nexpect blocked\n\
         recv conn n --waitall\nwait",
        &[
            "close() has waited for the acknowledgment",
            "free all the while",
        ],
        &["before everything"],
    ),
    (
        "PAIR\nnonblock c on\nsend c #50000000\nsetsockopt c SO_LINGER 1 600\nclose c\nexpect blocked\nclose conn\nwait",
        &["the connection is over", "a RST"],
        &["has waited for", "before everything"],
    ),
    (
        "PAIR\nshutdown conn wr\nexpect state c CLOSE_WAIT\nnonblock c on\nn = send c #50000000\n\
         setsockopt c SO_LINGER 1 600\nclose c\nexpect blocked\nrecv conn n --waitall\nwait",
        &["until the connection was over"],
        &["has waited for", "before everything"],
    ),
];

const OPTIONS: &[Said] = &[
    (
        "u = socket udp\nsetsockopt u SO_REUSEADDR 1\nbind u 127.0.0.1:0",
        &["one of them"],
        &["every datagram"],
    ),
    (
        "n = 0\nu = socket udp\nsetsockopt u SO_REUSEADDR n\nbind u 127.0.0.1:0",
        &["every datagram"],
        &["one of them"],
    ),
    (
        "u = socket udp\nsetsockopt u SO_REUSEPORT 1\nsetsockopt u SO_REUSEPORT 0\nbind u 127.0.0.1:0",
        &["every datagram"],
        &["one of them"],
    ),
    (
        "a, b = socketpair\nsetsockopt a SO_RCVBUF 4096",
        &["the sender's SO_SNDBUF"],
        &["doubled"],
    ),
    (
        "s = socket unix\nbind s @socktutor-again1\nlisten s 1\nt = socket unix\nbind t @socktutor-again2\nlisten t 1",
        &["as long as its queue has room"],
        &["handshake"],
    ),
    (
        "a, b = socketpair\nsetsockopt a SO_LINGER 1 0",
        &["On a Unix socket it changes nothing"],
        &["RST"],
    ),
    (
        "u = socket udp\nsetsockopt u SO_REUSEADDR 1",
        &["others that set it too may be bound to the same address"],
        &["listens"],
    ),
    (
        "c = socket tcp6\nsetsockopt c IP_TTL 5",
        &["IPV6_UNICAST_HOPS"],
        &[],
    ),
    (
        "c = socket tcp\nsetsockopt c SO_BROADCAST 1",
        &["On a TCP socket it changes nothing"],
        &[],
    ),
    (
        "gethostbyname 127.1",
        &["an address already"],
        &["/etc/hosts"],
    ),
    (
        "gethostbyname localhost",
        &["/etc/hosts"],
        &["an address already"],
    ),
    (
        "inet_pton AF_INET 256.1.1.1",
        &["no address of this family"],
        &["These are the bytes"],
    ),
    (
        "s = socket tcp\nsetsockopt s SO_LINGER 1 0",
        &["It acts at close()", "send a RST"],
        &["explain and its name"],
    ),
    (
        "n = socket AF_NETLINK SOCK_DGRAM 0\nsetsockopt n SO_LINGER 1 0",
        &["close() of a TCP socket"],
        &["On a UDP socket", "RST"],
    ),
    (
        "s = socket tcp\nsetsockopt s SO_LINGER 1 0\nsetsockopt s SO_LINGER 0 0",
        &["Two numbers, on and seconds"],
        &[],
    ),
    (
        "s = socket tcp\ngetsockopt s SO_RCVBUF",
        &["depends on the pieces"],
        &[],
    ),
    (
        "s = socket tcp\ngetsockopt s",
        &["as the kernel holds"],
        &[],
    ),
];

/// What is not sent whole, and what nobody will read.
const SENT: &[Said] = &[
    (
        "a, b = socketpair\nsend a \"\"\nsend a \"\"",
        &["nothing was sent"],
        &["datagram", "queue"],
    ),
    (
        "PAIR\nshutdown c rdwr\nexpect state conn CLOSE_WAIT\nsend conn x",
        &["nobody there reads any more"],
        &["has closed"],
    ),
    (
        "PAIR\nsend c #20000000\nexpect blocked\nshutdown c wr\nwait",
        &["Your own shutdown() ended the wait"],
        &["Send the rest again"],
    ),
    (
        "PAIR\nsend c #20000000\nclose conn\nwait",
        &["when the connection ended"],
        &["Send the rest again"],
    ),
    (
        "PAIR\nclose conn\nexpect state c CLOSE_WAIT\nsend c x",
        &["answered with a RST", "They are lost"],
        &["in the kernel's send buffer"],
    ),
    (
        "PAIR\nshutdown conn wr\nexpect state c CLOSE_WAIT\nsend c x",
        &["it sends no more, and may still read"],
        &["answered with a RST"],
    ),
    (
        "PAIR\nsend c #20000000\ncancel",
        &["A signal woke the call"],
        &["Send the rest again"],
    ),
    (
        "PAIR\nnonblock c on\nsend c #20000000",
        &["has no room for more", "Send the rest again"],
        &["signal", "ended"],
    ),
    (
        "PAIR\nsend c #20000000 --dontwait",
        &["has no room for more", "Send the rest again"],
        &["signal", "ended"],
    ),
    (
        "PAIR\nsetsockopt c SO_SNDTIMEO 0.3\nsend c #20000000\nsetsockopt c SO_SNDTIMEO 0\nwait",
        &["SO_SNDTIMEO", "still to be sent"],
        &["no room"],
    ),
    (
        "a, b = socketpair\nsetsockopt a SO_SNDTIMEO 0.3\nsend a #3000000\nwait",
        &["SO_SNDTIMEO", "still to be sent"],
        &["no room"],
    ),
    (
        "a, b = socketpair\nsend a #3000000\nexpect blocked\nclose b\nwait",
        &["The rest cannot be sent", "the peer has closed its end"],
        &["no room", "Send the rest"],
    ),
    (
        "a, b = socketpair\nsetsockopt a SO_SNDTIMEO 9\nsend a #3000000\nexpect blocked\nshutdown b rd\nwait",
        &["The rest cannot be sent", "has shut down receiving"],
        &["no room", "Send the rest", "SO_SNDTIMEO"],
    ),
    (
        "a, b = socketpair\nsend a #3000000\ncancel",
        &["A signal woke the call", "still to be sent"],
        &["no room"],
    ),
    (
        "PAIR\nsend c #20000000\nexpect blocked\nclose c",
        &[
            "because the descriptor was closed",
            "cannot be sent any more",
        ],
        &["still to be sent"],
    ),
    (
        "PAIR\nsend c unread\nexpect recvq conn 6\nsend conn #20000000\nexpect blocked\nclose conn",
        &[
            "because the descriptor was closed",
            "cannot be sent any more",
        ],
        &["still to be sent"],
    ),
];

/// Why MSG_WAITALL gave less than was asked for.
const SHORT: &[Said] = &[
    (
        "PAIR\nrecv conn 10 --waitall\nexpect blocked\nsend c hi\ncancel",
        &["Fewer bytes", "a signal woke the call", "not EINTR"],
        &["the peer has"],
    ),
    (
        "PAIR\nrecv conn 10 --waitall\nexpect blocked\nsend c hi\nclose conn",
        &["Fewer bytes", "because the descriptor was closed"],
        &["the peer has"],
    ),
    (
        "PAIR\nrecvfrom conn 10 --waitall\nexpect blocked\nsend c hi\nshutdown c wr\nwait",
        &[
            "Fewer bytes",
            "the peer has closed or shut down its sending side",
        ],
        &["signal"],
    ),
    (
        "PAIR\nsend c hi\nclose c\nexpect state conn CLOSE_WAIT\nrecv conn 10 --waitall",
        &[
            "Fewer bytes",
            "the peer has closed or shut down its sending side",
        ],
        &[],
    ),
    (
        "PAIR\nrecv conn 10 --waitall\nexpect blocked\nsend c hi\nsetsockopt c SO_LINGER 1 0\nclose c\nwait",
        &["Fewer bytes", "was broken off"],
        &["the peer has"],
    ),
    (
        "PAIR\nrecv conn 10 --waitall\nexpect blocked\nsend c hi\nshutdown conn rd\nwait",
        &["Fewer bytes", "you have shut down receiving"],
        &["the peer has"],
    ),
    (
        "PAIR\nshutdown conn rd\nsend c hi\nexpect recvq conn 2\nrecv conn 10 --waitall",
        &["Fewer bytes", "so the call does not wait for more"],
        &["ended the wait"],
    ),
    (
        "PAIR\nshutdown conn rd\nsend c hi\nclose c\nexpect state conn CLOSE_WAIT\nrecv conn 10 --waitall",
        &[
            "Fewer bytes",
            "the peer has closed or shut down its sending side",
        ],
        &["you have"],
    ),
    (
        "PAIR\nsetsockopt conn SO_RCVTIMEO 0.3\nsend c hi\nexpect recvq conn 2\nrecv conn 10 --waitall\nwait",
        &["Fewer bytes", "SO_RCVTIMEO", "not EAGAIN"],
        &["the peer has"],
    ),
    (
        "a, b = socketpair\nrecv a 10 --waitall\nexpect blocked\nsend b hi\nclose b\nwait",
        &[
            "Fewer bytes",
            "the peer has closed or shut down its sending side",
        ],
        &["signal"],
    ),
    (
        "PAIR\nsend c hi\nexpect recvq conn 2\nrecv conn 10 MSG_WAITALL|MSG_DONTWAIT",
        &["These bytes had arrived"],
        &["Fewer"],
    ),
    (
        "PAIR\nsend c hi\nexpect recvq conn 2\nrecv conn 2 --waitall",
        &["These bytes had arrived"],
        &["Fewer"],
    ),
];

/// The last explanation that is no complaint. What a close() did is said after what the call came to that it woke: both.
fn last(script: &str, events: &[Value]) -> String {
    let close = script
        .lines()
        .next_back()
        .is_some_and(|line| line.starts_with("close "));
    let woken = close && script.contains("expect blocked");
    let explanations = events.iter().rev();
    let said: Vec<String> = explanations
        .filter(|event| event["event"] == "explain" && event["tone"] == "info")
        .take(if woken { 2 } else { 1 })
        .map(|event| event["text"].to_string())
        .collect();
    said.join(" ")
}

#[track_caller]
fn hold(all: &[Said]) {
    let wrong = all.iter().filter_map(|(script, says, not)| {
        let ran = run(script);
        let found = judge(&last(script, &ran.events()), says, not)?;
        Some(format!("{script}\n{found}"))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_shutdown_did() {
    hold(SHUT);
}

#[test]
fn why_nothing_was_received() {
    hold(RECEIVED);
}

#[test]
fn why_less_was_received_than_asked_for() {
    hold(SHORT);
}

#[test]
fn what_became_of_a_connection() {
    hold(CONNECTED);
}

#[test]
fn what_is_ready() {
    hold(POLLED);
}

#[test]
fn what_becomes_of_a_descriptor() {
    hold(MADE);
}

#[test]
fn what_an_option_means_is_said_when_it_is_set_and_read() {
    hold(OPTIONS);
}

#[test]
fn what_becomes_of_what_was_sent() {
    hold(SENT);
}
