//! What the peer did, or did not do.

use super::{Case, all_hold, case};

/// More calls than a socket remembers.
macro_rules! peeks {
    () => {
        concat!(peeks!(8), peeks!(8), peeks!(8), peeks!(8), peeks!(8))
    };
    (8) => {
        "recv p 1 --peek\nrecv p 1 --peek\nrecv p 1 --peek\nrecv p 1 --peek\n\
         recv p 1 --peek\nrecv p 1 --peek\nrecv p 1 --peek\nrecv p 1 --peek\n"
    };
}

/// More datagrams than a Unix socket's queue takes (net.unix.max_dgram_qlen), or the sender's buffer.
macro_rules! datagrams {
    () => {
        concat!(
            datagrams!(100),
            datagrams!(100),
            datagrams!(100),
            datagrams!(100),
            datagrams!(100),
            datagrams!(100)
        )
    };
    (100) => {
        concat!(
            datagrams!(20),
            datagrams!(20),
            datagrams!(20),
            datagrams!(20),
            datagrams!(20)
        )
    };
    (20) => {
        concat!(
            datagrams!(4),
            datagrams!(4),
            datagrams!(4),
            datagrams!(4),
            datagrams!(4)
        )
    };
    (4) => {
        "send a x\nsend a x\nsend a x\nsend a x\n"
    };
}

pub const CASES: &[Case] = &[
    // ECONNREFUSED. Where nobody is at a port that was just closed, the tests beside these may be given it: they bind at
    // 127.0.0.1.
    case(
        "connect",
        "ECONNREFUSED",
        "b = socket tcp\nbind b 127.0.0.1:0\nc = socket tcp\nconnect c b.local",
        &["Your socket b is bound", "does not listen", "listen b 5"],
        &["this very machine", "given up"],
    ),
    case(
        "connect",
        "ECONNREFUSED",
        "a = socket tcp\nbind a 127.77.0.4:0\nb = socket tcp\nbind b 127.77.0.4:0\nconnect b a.local\nconnect a b.local",
        &["this very machine", "given up the port that it chose for a"],
        &["Your socket b", "listen b"],
    ),
    case(
        "connect",
        "ECONNREFUSED",
        "a = socket tcp\nbind a 127.77.0.4:0\nb = socket tcp\nbind b 127.77.0.4:0\nconnect b a.local\nbind b 127.77.0.4:0\n\
         c = socket tcp\nconnect c b.local",
        &["Your socket b", "listen b"],
        &["this very machine"],
    ),
    case(
        "connect",
        "ECONNREFUSED",
        "l = socket tcp\nbind l 0.0.0.0:0\nlisten l 5\nc = socket tcp6\nc.connect((\"::1\", l.getsockname()[1]))",
        &[
            "l listens, but at 0.0.0.0:",
            "the IPv4 addresses alone",
            "s2 = socket tcp; connect s2 127.0.0.1:",
        ],
        &["too late", "does not listen"],
    ),
    case(
        "connect",
        "ECONNREFUSED",
        "l = socket tcp6\nsetsockopt l IPV6_V6ONLY 1\nbind l [::]:0\nlisten l 5\nc = socket tcp\n\
         c.connect((\"127.0.0.1\", l.getsockname()[1]))",
        &[
            "l listens, but at [::]:",
            "IPV6_V6ONLY",
            "s2 = socket tcp6; connect s2 [::1]:",
        ],
        &["too late", "does not listen"],
    ),
    case(
        "connect",
        "ECONNREFUSED",
        "l = socket tcp6\nbind l [::1]:0\nlisten l 5\nc = socket tcp6\nc.connect((\"::ffff:127.0.0.1\", l.getsockname()[1]))",
        &[
            "l listens, but at [::1]:",
            "Linux keeps c to IPv4",
            "s2 = socket tcp6; connect s2 [::1]:",
        ],
        &["connect c "],
    ),
    case(
        "connect",
        "ECONNREFUSED",
        "l = socket tcp6\nbind l [::1]:0\nlisten l 5\nc = socket tcp6\nconnect c [::ffff:127.77.0.3]:9",
        &[
            "Your socket l listens at [::1]:",
            "Linux keeps c to IPv4",
            "s2 = socket tcp6; connect s2 [::1]:",
        ],
        &["connect c "],
    ),
    case(
        "connect",
        "ECONNREFUSED",
        "l = socket tcp6\nbind l [::ffff:127.0.0.1]:0\nlisten l 5\nc = socket tcp6\nconnect c [::ffff:127.77.0.3]:9",
        &["connect c [::ffff:127.0.0.1]:"],
        &["keeps c to IPv4"],
    ),
    case(
        "connect",
        "ECONNREFUSED",
        "u = socket udp\nbind u 127.77.0.5:0\nc = socket tcp6\nc.connect((\"::ffff:127.77.0.5\", u.getsockname()[1]))",
        &[
            "Your socket u has that port, but for UDP",
            "That is this very machine",
        ],
        &["listen u", "does not listen"],
    ),
    case(
        "recv",
        "ECONNREFUSED",
        "s = socket udp\nbind s 127.77.0.6:0\nc = socket udp\nconnect c s.local\nconnect s c.local\nd = socket udp\n\
         connect d s.local\nsend d y\nrecv d 10",
        &[
            "found no receiver there",
            "Your own socket s has that port, but it is connected to 127.0.0.1:",
        ],
        &["TCP"],
    ),
    case(
        "recv",
        "ECONNREFUSED",
        "l = socket tcp\nbind l 127.77.0.7:0\nlisten l 5\nd = socket udp\nconnect d l.local\nsend d y\nrecv d 10",
        &["Your own socket l has that port, but for TCP: UDP has ports of its own"],
        &["connected to"],
    ),
    case(
        "connect",
        "ECONNREFUSED",
        "b = socket tcp\nbind b 0.0.0.0:0\nc = socket tcp6\nc.connect((\"::1\", b.getsockname()[1]))",
        &["Start the server first"],
        &["Your socket b", "too late"],
    ),
    case(
        "connect",
        "ECONNREFUSED",
        "LISTENER\nl2 = socket tcp\nlisten l2 5\nt6 = socket tcp6\nlisten t6 5\nb = socket tcp\nbind b 127.77.0.5:0\n\
         p = b.local\nclose b\nc = socket tcp\nconnect c p",
        &["Your socket l2 listens at 0.0.0.0:", "connect c 127.0.0.1:"],
        &["Start the server", "l listens", "t6"],
    ),
    case(
        "send",
        "EPIPE",
        "LISTENER\nc = socket tcp\nconnect c 127.0.0.1:1\nsend c x",
        &["never been connected", "connect c 127.0.0.1:"],
        &["connect c 127.0.0.1:12345"],
    ),
    case(
        "connect",
        "ECONNREFUSED",
        "LISTENER\nc = socket tcp\nc.connect((\"127.77.0.2\", l.getsockname()[1]))",
        &["l listens, but at 127.0.0.1:", "connect c 127.0.0.1:"],
        &["Start the server"],
    ),
    case(
        "connect",
        "ECONNREFUSED",
        "s = socket unix stream\nbind s @socktutor-typed\nlisten s 5\nd = socket unix dgram\nconnect d @socktutor-typed",
        &[
            "Your socket s has that name",
            "Unix stream",
            "Unix datagram",
        ],
        &["was closed", "does not listen"],
    ),
    case(
        "recv",
        "ECONNREFUSED",
        "u = socket udp\nbind u 127.0.0.1:0\nx = socket udp\nbind x 127.0.0.1:0\np = x.local\nclose x\nv = socket udp\n\
         connect v p\nsend v lost\nconnect v u.local\nrecv v 10",
        &["that of send v lost"],
        &["to 127.0.0.1"],
    ),
    case(
        "send",
        "EPIPE",
        "LISTENER\nc = socket tcp\nshutdown c wr\nconnect c l.local\nsend c x",
        &[
            "closed this direction yourself, with shutdown c",
            "recv() works",
        ],
        &["peer ended", "shutdown()."],
    ),
    case(
        "sendto",
        "EPIPE",
        "u = socket udp\nbind u 127.0.0.1:0\nw = socket udp\nshutdown w wr\nsendto w x u.local",
        &["closed this direction yourself, with shutdown w"],
        &["never been connected"],
    ),
    case(
        "send",
        "EPIPE",
        "PAIR\nclose conn\nexpect state c CLOSE_WAIT\nshutdown c wr\nsend c x",
        &["closed this direction yourself"],
        &["recv() works"],
    ),
    case(
        "send",
        "EPIPE",
        "n = socket tcp --nonblock\nconnect n 127.77.0.3:9\ngetsockopt n SO_ERROR\nsend n x",
        &["connect n 127.77.0.3:9, failed in the background: ECONNREFUSED"],
        &["EINPROGRESS"],
    ),
    case(
        "recv",
        "ECONNRESET",
        "PAIR\nshutdown c rdwr\nsend conn more\nexpect state c CLOSE\nrecv c 10",
        &["Both directions were shut down here", "own kernel"],
        &["The peer ended"],
    ),
    case(
        "recv",
        "ECONNRESET",
        "l = socket tcp\nsetsockopt l SO_LINGER 1 0\nbind l 127.0.0.1:0\nlisten l 5\nc = socket tcp\nconnect c l.local\n\
         conn = accept l\nclose conn\nexpect state c CLOSE\nrecv c 10",
        &["with SO_LINGER at 0 seconds"],
        &["read everything"],
    ),
    case(
        "send",
        "EPIPE",
        "PAIR\nshutdown conn wr\nsend c abc\nexpect recvq conn 3\nclose conn\nexpect state c CLOSE\nsend c x",
        &["before it had read everything"],
        &["in the usual way"],
    ),
    case(
        "send",
        "ECONNRESET",
        "l = socket tcp\nbind l 127.0.0.1:0\nlisten l 5\nc = socket tcp --nonblock\nconnect c l.local\nconn = accept l\n\
         send conn abc\nexpect recvq c 3\nclose c\nexpect state conn CLOSE\nsend conn x",
        &["your own socket c", "read everything"],
        &["its program had closed already"],
    ),
    case(
        "recv",
        "ECONNRESET",
        "LISTENER\nc = socket tcp\nconnect c l.local\nclose l\nexpect state c CLOSE\nrecv c 10",
        &[
            "waited to be accepted by your own listener l",
            "close l reset it",
        ],
        &["That happens when"],
    ),
    case(
        "recv",
        "ECONNRESET",
        "PAIR\nclose l\nsend c unread\nexpect recvq conn 6\nclose conn\nexpect state c CLOSE\nrecv c 10",
        &["your own socket conn"],
        &["to be accepted"],
    ),
    case(
        "connect",
        "ECONNREFUSED",
        "b = socket tcp\nbind b 127.77.0.1:0\nc = socket tcp\nc.connect((\"0.0.0.0\", b.getsockname()[1]))",
        &[
            "0.0.0.0 as a destination means this machine",
            "Start the server",
        ],
        &["firewall"],
    ),
    case(
        "recv",
        "ECONNRESET",
        "s = socket unix\nbind s @socktutor-gone\nlisten s 5\nc = socket unix\nconnect c @socktutor-gone\nclose s\nrecv c 10",
        &["The listener closed before it had accepted c"],
        &["without reading"],
    ),
    case(
        "recv",
        "ECONNRESET",
        "p, q = socketpair unix\nsend p abc\nclose q\nrecv p 10",
        &["without reading all that was sent"],
        &["accepted"],
    ),
    // Long ago, or before it was accepted: nobody listened for a pair.
    case(
        "recv",
        "ECONNRESET",
        concat!(
            "p, q = socketpair unix\nsend p abc\nsend q a\n",
            peeks!(),
            "close q\nrecv p 10\nrecv p 10"
        ),
        &["closed its socket without reading all"],
        &["listener"],
    ),
    case(
        "recv",
        "ECONNRESET",
        "s = socket unix\nbind s @socktutor-unread\nlisten s 5\nc = socket unix\nconnect c @socktutor-unread\n\
         conn = accept s\nsend c abc\nclose conn\nrecv c 10",
        &["closed its socket without reading all", "or the listener"],
        &[],
    ),
    case(
        "recv",
        "ECONNRESET",
        "p, q = socketpair unix-dgram\nu = socket unix-dgram\nbind u @socktutor-other\nsend p abc\nconnect q @socktutor-other\n\
         recv p 10",
        &["connected to another"],
        &["closed"],
    ),
    case(
        "send",
        "EPIPE",
        "p, q = socketpair unix\nshutdown q rd\nsend p x",
        &[
            "nobody will read it",
            "has shut down receiving",
            "recv p 1024",
        ],
        &["connection of p is gone"],
    ),
    case(
        "sendto",
        "EPERM",
        "a = socket unix-dgram\nbind a @socktutor-a\nb = socket unix-dgram\nbind b @socktutor-b\nconnect a @socktutor-b\n\
         d = socket unix-dgram\nsendto d hi @socktutor-a",
        &["is connected to another one"],
        &["firewall"],
    ),
    case(
        "connect",
        "EPERM",
        "a = socket unix-dgram\nbind a @socktutor-a\nb = socket unix-dgram\nbind b @socktutor-b\nconnect a @socktutor-b\n\
         d = socket unix-dgram\nconnect d @socktutor-a",
        &["is connected to another one"],
        &["firewall"],
    ),
    case(
        "send",
        "EPERM",
        "a = socket unix-dgram\nbind a @socktutor-a\nb = socket unix-dgram\nbind b @socktutor-b\nd = socket unix-dgram\n\
         connect d @socktutor-a\nconnect a @socktutor-b\nsend d hi",
        &["is connected to another one"],
        &["firewall"],
    ),
    case(
        "sendall",
        "EPERM",
        "a = socket unix-dgram\nbind a @socktutor-a\nb = socket unix-dgram\nbind b @socktutor-b\nd = socket unix-dgram\n\
         connect d @socktutor-a\nconnect a @socktutor-b\nsendall d hi",
        &["is connected to another one"],
        &["firewall"],
    ),
    case(
        "connect",
        "ECONNREFUSED",
        "PAIR\nat = l.local\nclose l\ne = socket tcp\nconnect e at",
        &["Nobody listens at", "Start the server"],
        &["Your socket conn", "does not listen"],
    ),
    case(
        "recv",
        "ECONNRESET",
        "old = socket tcp\nsetsockopt old SO_REUSEADDR 1\nbind old 127.0.0.1:0\nlisten old 5\nat = old.local\nclose old\n\
         l = socket tcp\nsetsockopt l SO_REUSEADDR 1\nbind l at\nlisten l 5\nc = socket tcp\nconnect c at\n\
         shutdown l rd\nexpect state c CLOSE\nrecv c 10",
        &["a listener closes before it accepted"],
        &["close old reset it"],
    ),
    case(
        "send",
        "EPIPE",
        "PAIR\nshutdown c wr\nshutdown c rd\nsend c x",
        &["yourself, with shutdown c SHUT_WR"],
        &["SHUT_RD"],
    ),
    case(
        "sendall",
        "EPIPE",
        "PAIR\ny = sendall c #20000000\nexpect blocked\nshutdown c wr\nwait",
        &["No more was sent", "bytes were taken before"],
        &["Nothing was sent"],
    ),
    case(
        "sendto",
        "EPIPE",
        "u = socket unix-dgram\nbind u @socktutor-deafened\nshutdown u rd\nv = socket unix-dgram\n\
         sendto v y @socktutor-deafened",
        &["has shut down receiving"],
        &["never been connected"],
    ),
    case(
        "accept",
        "EINVAL",
        "s = socket unix\nbind s @socktutor-over\nlisten s 5\nshutdown s rd\naccept s",
        &["a Unix socket cannot listen again", "socket unix"],
        &["listen s 5"],
    ),
    case(
        "connect",
        "ECONNREFUSED",
        "s = socket unix\nbind s @socktutor-shutdown\nlisten s 5\nshutdown s rd\nc = socket unix\nconnect c @socktutor-shutdown",
        &["Your socket s has that name, but it was shut down"],
        &["was closed"],
    ),
    case(
        "listen",
        "EADDRINUSE",
        "p = socket tcp\nbind p 127.0.0.1:0\nat = p.local\nclose p\nl = socket tcp\nbind l at\nlisten l 5\nc = socket tcp\n\
         connect c at\nconn = accept l\nshutdown l rd\nlisten l 5",
        &["it is taken", "conn has it"],
        &["another socket listens"],
    ),
    case(
        "connect",
        "EINPROGRESS",
        "LISTENER\nc = socket tcp --nonblock\nconnect c l.local",
        &["even the handshake is done already"],
        &["goes on without the program"],
    ),
    case(
        "connect",
        "EINPROGRESS",
        "n = socket tcp --nonblock\nconnect n 127.77.0.3:9",
        &["the attempt has failed"],
        &["goes on without the program"],
    ),
    case(
        "send",
        "ECONNRESET",
        "CONNECTING\nshutdown c wr\nsend c x",
        &[
            "shutdown c SHUT_WR called the connection off",
            "No RST came",
            "connect c 127.0.0.1:",
        ],
        &["The peer ended", "was connected once"],
    ),
    case(
        "recv",
        "ENOTCONN",
        "CONNECTING\nshutdown c wr\nsend c x\nrecv c 5",
        &["c is not connected"],
        &["was connected once", "A RST ended it"],
    ),
    case(
        "sendall",
        "EINTR",
        "PAIR\ny = sendall c #20000000\ncancel",
        &["bytes were taken before that", "send them twice"],
        &["Nothing was lost"],
    ),
    case(
        "getsockopt",
        "EOPNOTSUPP",
        "s = socket tcp\ngetsockopt s IPV6_V6ONLY",
        &["belongs to IPv6"],
        &["is not for a TCP socket"],
    ),
    case(
        "send",
        "EPIPE",
        "p, q = socketpair unix seqpacket\nclose q\nsend p x",
        &["closed its end", "socket unix-seqpacket"],
        &["RST"],
    ),
    case(
        "connect",
        "EAGAIN",
        "s = socket unix\nbind s @socktutor-full\nlisten s 0\na = socket unix\nconnect a @socktutor-full\n\
         b = socket unix --nonblock\nconnect b @socktutor-full",
        &[
            "accept queue is full",
            "accept s; connect b",
            "nonblock b off",
        ],
        &["poll b"],
    ),
    case(
        "connect",
        "ECONNREFUSED",
        "b = socket tcp\nbind b 127.77.0.1:0\np = b.local\nclose b\nc = socket tcp\nconnect c p",
        &[
            "Nobody listens at 127.77.0.1:",
            "RST",
            "Start the server first",
        ],
        &["Your socket b"],
    ),
    case(
        "connect",
        "ECONNREFUSED",
        "c = socket tcp\nconnect c 127.0.0.1:0",
        &["Port 0 is no real port"],
        &["Start the server"],
    ),
    case(
        "connect",
        "ECONNREFUSED",
        "s = socket unix\nbind s ./s\nc = socket unix\nconnect c ./s",
        &[
            "Your socket s has that name, but it does not listen",
            "listen s 5",
        ],
        &["left over"],
    ),
    case(
        "connect",
        "ECONNREFUSED",
        "s = socket unix\nbind s ./s\nclose s\nc = socket unix\nconnect c ./s",
        &["left over when its server closed"],
        &["Your socket", "does not listen"],
    ),
    case(
        "connect",
        "ECONNREFUSED",
        "c = socket unix\nconnect c @socktutor-nobody",
        &["Nobody is there", "-nobody"],
        &["file"],
    ),
    case(
        "send",
        "ECONNREFUSED",
        "b = socket udp\nbind b 127.77.0.1:0\nu = socket udp\nconnect u b.local\nclose b\nsend u \"one\"\npoll u r 5000\nsend u \"two\"",
        &[
            "An earlier datagram",
            "port unreachable",
            "hands it to the next call, which is this send()",
        ],
        &["RST"],
    ),
    case(
        "sendall",
        "ECONNREFUSED",
        "b = socket udp\nbind b 127.77.0.1:0\nu = socket udp\nconnect u b.local\nclose b\nsend u \"one\"\npoll u r 5000\nsendall u \"two\"",
        &["port unreachable", "this sendall()"],
        &["RST"],
    ),
    case(
        "recv",
        "ECONNREFUSED",
        "b = socket udp\nbind b 127.77.0.1:0\nu = socket udp\nconnect u b.local\nclose b\nsend u \"one\"\nrecv u 10",
        &[
            "An earlier datagram",
            "127.77.0.1:",
            "this recv()",
            "forgotten",
        ],
        &["RST"],
    ),
    case(
        "recvfrom",
        "ECONNREFUSED",
        "b = socket udp\nbind b 127.77.0.1:0\nu = socket udp\nconnect u b.local\nclose b\nsend u \"one\"\nrecvfrom u 10",
        &["port unreachable", "this recvfrom()"],
        &["RST"],
    ),
    case(
        "recv",
        "ECONNREFUSED",
        "b = socket tcp\nbind b 127.0.0.1:0\nc = socket tcp\nnonblock c on\nconnect c b.local\npoll c w 5000\nrecv c 10",
        &[
            "An earlier connect()",
            "returned before the answer was there",
            "a RST",
        ],
        &["datagram", "non-blocking"],
    ),
    case(
        "sendto",
        "ECONNREFUSED",
        "d = socket unix-dgram\nsendto d \"x\" @socktutor-nobody",
        &["Nobody is there"],
        &["RST", "file"],
    ),
    case(
        "send",
        "ECONNREFUSED",
        "p, q = socketpair unix-dgram\nclose q\nsend p \"x\"",
        &["The peer of p is closed", "no peer from now on", "close p"],
        &["has that name", "unnamed"],
    ),
    case(
        "write",
        "ECONNREFUSED",
        "u = socket unix-dgram\nbind u @socktutor-went\nv = socket unix-dgram\nconnect v @socktutor-went\nclose u\n\
         u = socket unix-dgram\nbind u @socktutor-went\nwrite v x",
        &[
            "The peer of v is closed",
            "next write() gives ENOTCONN",
            "connect v @socktutor-",
        ],
        &["has that name"],
    ),
    case(
        "write",
        "ENOTCONN",
        "u = socket unix-dgram\nbind u @socktutor-went2\nv = socket unix-dgram\nconnect v @socktutor-went2\nclose u\n\
         send v x\nwrite v x",
        &[
            "v has no peer any more: write() needs one",
            "send v x gave ECONNREFUSED",
            "connect v @socktutor-",
        ],
        &[],
    ),
    case(
        "send",
        "ENOTCONN",
        "a, b = socketpair unix-dgram\nclose b\nsend a x\nsend a y",
        &[
            "a has no peer any more",
            "close a; a, s2 = socketpair unix-dgram",
        ],
        &["connect a"],
    ),
    // Two that sleep: the first takes the peer away, and the second learns no more than that.
    case(
        "send",
        "ECONNRESET",
        concat!(
            "r = socket unix-dgram\nbind r @socktutor-brim\na = socket unix-dgram\nconnect a @socktutor-brim\n\
             nonblock a on\n",
            datagrams!(),
            "nonblock a off\nsend a y\nsend a z\nexpect jobs 2\nclose r\nwait"
        ),
        &[
            "was closed while this send() slept",
            "connect a @socktutor-",
        ],
        &["to another"],
    ),
    // The SYN is sent again, and answered then.
    case(
        "connect",
        "ECONNREFUSED",
        "l = socket tcp\nbind l 127.77.0.5:0\nlisten l 0\na = socket tcp\nconnect a l.local\nc = socket tcp\n\
         connect c l.local\nexpect blocked\nclose l\nwait",
        &["Your own close l ended the listener there"],
        &["Start the server first"],
    ),
    // EPIPE
    case(
        "send",
        "EPIPE",
        "s = socket tcp\nsend s \"x\"",
        &["has never been connected", "connect s"],
        &["peer has closed", "RST", "yourself"],
    ),
    case(
        "send",
        "EPIPE",
        "b = socket tcp\nbind b 127.0.0.1:0\nc = socket tcp\nconnect c b.local\nsend c \"x\"",
        &[
            "never been connected",
            "connect c b.local, gave ECONNREFUSED",
        ],
        &["peer has closed", "yourself"],
    ),
    case(
        "send",
        "EPIPE",
        "LISTENER\nsend l \"x\"",
        &["l listens", "conn = accept l"],
        &["never been connected"],
    ),
    case(
        "send",
        "EPIPE",
        "PAIR\nshutdown c wr\nsend c \"x\"",
        &["yourself, with shutdown c", "recv() works"],
        &["peer has closed", "never been"],
    ),
    case(
        "send",
        "EPIPE",
        "PAIR\nshutdown c rdwr\nsend c \"x\"",
        &["yourself, with shutdown c"],
        &["recv() works", "peer has closed"],
    ),
    case(
        "send",
        "EPIPE",
        "PAIR\nclose conn\nexpect state c CLOSE_WAIT\nsend c \"a\"\nexpect state c CLOSE\nsend c \"b\"",
        &[
            "your own socket conn. close conn closed it in the usual way",
            "RST",
            "close c",
        ],
        &["yourself", "never been"],
    ),
    case(
        "send",
        "EPIPE",
        "PAIR\nsend c \"a\"\nexpect recvq conn 1\nclose conn\nexpect state c CLOSE\nsend c \"b\"\nsend c \"b\"",
        &["close conn closed it before it had read"],
        &["yourself", "after that"],
    ),
    case(
        "shutdown",
        "ENOTCONN",
        "PAIR\nsetsockopt conn SO_LINGER 1 0\nclose conn\nexpect state c CLOSE\nshutdown c wr",
        &["It was broken off"],
        &["Both sides"],
    ),
    case(
        "send",
        "EPIPE",
        "a, b = socketpair\nclose b\nsend a \"x\"",
        &["The peer has closed its end"],
        &["RST", "never been"],
    ),
    case(
        "write",
        "EPIPE",
        "s = socket tcp\nwrite s \"x\"",
        &["never been connected"],
        &["RST"],
    ),
    case(
        "sendall",
        "EPIPE",
        "PAIR\nshutdown c wr\nsendall c \"x\"",
        &["yourself, with shutdown c"],
        &["never been"],
    ),
    case(
        "sendto",
        "EPIPE",
        "s = socket tcp\nsendto s \"x\" 127.0.0.1:9",
        &["never been connected"],
        &["RST"],
    ),
    // ECONNRESET
    case(
        "recv",
        "ECONNRESET",
        "PAIR\nsetsockopt conn SO_LINGER 1 0\nclose conn\nrecv c 10",
        &["your own socket conn", "SO_LINGER at 0 seconds"],
        &["read everything", "listener closes"],
    ),
    case(
        "recv",
        "ECONNRESET",
        "PAIR\nsend c \"unread\"\nexpect recvq conn 6\nclose conn\nrecv c 10",
        &["close conn closed it before it had read everything"],
        &["SO_LINGER"],
    ),
    case(
        "recv",
        "ECONNRESET",
        "PAIR\nsend conn \"unread\"\nexpect recvq c 6\nclose c\nrecv conn 10",
        &["your own socket c. close c closed it before it had read everything"],
        &["SO_LINGER"],
    ),
    case(
        "recvfrom",
        "ECONNRESET",
        "PAIR\nsetsockopt conn SO_LINGER 1 0\nclose conn\nrecvfrom c 10",
        &["SO_LINGER at 0"],
        &["read everything"],
    ),
    case(
        "send",
        "ECONNRESET",
        "PAIR\nsetsockopt conn SO_LINGER 1 0\nclose conn\nsend c \"x\"",
        &["RST", "your own socket conn"],
        &["yourself"],
    ),
    case(
        "sendall",
        "ECONNRESET",
        "PAIR\nsetsockopt conn SO_LINGER 1 0\nclose conn\nsendall c \"x\"",
        &["SO_LINGER at 0"],
        &[],
    ),
    case(
        "sendto",
        "ECONNRESET",
        "PAIR\nsetsockopt conn SO_LINGER 1 0\nclose conn\nsendto c \"x\" 127.0.0.1:9",
        &["SO_LINGER at 0"],
        &[],
    ),
    // ECONNABORTED, EALREADY, EINPROGRESS, ETIMEDOUT
    case(
        "connect",
        "ECONNABORTED",
        "b = socket tcp\nbind b 127.0.0.1:0\nc = socket tcp\nnonblock c on\nconnect c b.local\npoll c w 5000\ngetsockopt c SO_ERROR\nconnect c b.local",
        &["the last one had failed", "Call it once more"],
        &["listens"],
    ),
    case(
        "connect",
        "EINPROGRESS",
        "LISTENER\nc = socket tcp\nnonblock c on\nconnect c l.local",
        &["no failure", "c is non-blocking", "poll c w", "SO_ERROR"],
        &["SO_SNDTIMEO"],
    ),
    case(
        "connect",
        "EINPROGRESS",
        "l = socket tcp\nbind l 127.0.0.1:0\nlisten l 0\na = socket tcp\nconnect a l.local\nc = socket tcp\nsetsockopt c SO_SNDTIMEO 0.05\nconnect c l.local",
        &["SO_SNDTIMEO let connect() wait", "not been given up"],
        &["is non-blocking"],
    ),
    case(
        "connect",
        "EALREADY",
        "l = socket tcp\nbind l 127.0.0.1:0\nlisten l 0\na = socket tcp\nconnect a l.local\nc = socket tcp\nnonblock c on\nconnect c l.local\nconnect c l.local",
        &["connecting already", "c is non-blocking"],
        &["no failure"],
    ),
    case(
        "connect",
        "ETIMEDOUT",
        "l = socket tcp\nbind l 127.0.0.1:0\nlisten l 0\na = socket tcp\nconnect a l.local\nc = socket tcp\nsetsockopt c TCP_USER_TIMEOUT 1\nconnect c l.local",
        &["answered the SYN", "accept queue is full"],
        &["keep-alive"],
    ),
    case(
        "send",
        "ETIMEDOUT",
        "FULL\nsetsockopt c TCP_USER_TIMEOUT 1\nsend c #100000",
        &["TCP_USER_TIMEOUT"],
        &["SYN"],
    ),
    case(
        "sendall",
        "ETIMEDOUT",
        "FULL\nsetsockopt c TCP_USER_TIMEOUT 1\nsendall c #100000",
        &["TCP_USER_TIMEOUT"],
        &["SYN"],
    ),
    case(
        "sendto",
        "ETIMEDOUT",
        "FULL\nsetsockopt c TCP_USER_TIMEOUT 1\nsendto c #100000 127.0.0.1:9",
        &["TCP_USER_TIMEOUT"],
        &["SYN"],
    ),
    case(
        "recv",
        "ETIMEDOUT",
        "FULL\nsetsockopt c TCP_USER_TIMEOUT 1\nrecv c 10",
        &["not answered for too long"],
        &["SYN"],
    ),
    case(
        "recvfrom",
        "ETIMEDOUT",
        "FULL\nsetsockopt c TCP_USER_TIMEOUT 1\nrecvfrom c 10",
        &["not answered for too long"],
        &["SYN"],
    ),
];

#[test]
fn what_the_peer_did_is_named() {
    all_hold(CASES);
}
