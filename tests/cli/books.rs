//! Ordinary lines of books and tutorials: what they do here is what they do there, or they are refused with the true
//! reason. Never is something else done silently.

use crate::harness::{events, script};

/// The lines, the status, what is said, and what is not.
type Typed = (
    &'static str,
    i32,
    &'static [&'static str],
    &'static [&'static str],
);

/// Runs each, and tells all that went wrong.
fn hold(rows: &[Typed]) {
    let mut wrong = String::new();
    for (lines, status, says, not) in rows {
        let ran = script(lines);
        let all = format!("{}{}", ran.stdout, ran.stderr);
        let missing = says.iter().filter(|text| !all.contains(**text));
        let extra = not.iter().filter(|text| all.contains(**text));
        let told: Vec<_> = missing.chain(extra).collect();
        if ran.status != *status || !told.is_empty() {
            wrong += &format!("{lines}\nstatus {}, {told:?}:\n{all}\n", ran.status);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

const TWO: &str = "s = socket udp\nbind s 127.0.0.1:0\nt = socket udp\nbind t 127.0.0.1:0\nu = socket udp\n\
    sendto u \"hi\" t.local\n";

#[test]
fn a_list_of_sockets_is_watched_whole() {
    for (lines, says) in [
        (
            "inputs = [s, t]\nr, w, x = select.select(inputs, [], [], 5)\nexpect r[0].fd == t.fd",
            "pselect6(5, [3 4], NULL, NULL, ",
        ),
        (
            "inputs = [ s, t ]\noutputs = [ ]\nr, w, x = select.select(inputs, outputs, inputs)\nexpect r[0].fd == t.fd",
            "pselect6(5, [3 4], NULL, [3 4], NULL, NULL) = 1 (in [4])",
        ),
        (
            "inputs = [s, t]\nselect.select(inputs, [t], [], 5)",
            "pselect6(5, [3 4], [4], NULL, ",
        ),
        (
            "inputs = [s, t]\npoll inputs r 5000",
            "{fd=4, revents=POLLIN}",
        ),
        (
            "inputs = [s, t]\npoll inputs r u w 5000",
            "{fd=5, events=POLLOUT}], 3, 5000",
        ),
        ("fds = (3, 4)\nselect fds r 5", "(in [4]"),
    ] {
        script(&format!("{TWO}{lines}\n")).status(0).says(&[says]);
    }
    let one = "one socket is needed, and these are 2";
    for lines in ["x = [s, t]\nx.send('a')", "x = [s, t]\nclose x"] {
        script(&format!("{TWO}{lines}\n")).status(2).says(&[one]);
    }
    hold(&[
        (
            "s = socket udp\nstruct pollfd p = {s, POLLIN};\npoll p r 0",
            2,
            &["a socket and a number stand in one tuple"],
            &["EBADF", "{fd=1"],
        ),
        (
            "s = socket tcp\nlisten s 5\nc = socket tcp\nconnect c s.local\nconn = s.accept()\nsend conn[0] 'a'\npair = (conn, c.local)\n\
             send pair 'b'\nselect.select([pair, c], [], [], 0)",
            0,
            &["pselect6(6, [4 5], "],
            &[],
        ),
        (
            "x = (1, 'a', 2)\nx = ('a', 1)\nclose x",
            2,
            &["a tuple without a socket"],
            &[],
        ),
    ]);
}

#[test]
fn a_backslash_in_data_is_not_half_of_an_escape() {
    hold(&[(
        "a, b = socketpair\nsend a \"GET\\\\r\\\\n\\n\"\nrecv b 20\nexpect data \"GET\"",
        1,
        &[
            "received 8 bytes  \"GET\\\\r\\\\n\\n\"",
            "found     \"GET\\\\r\\\\n\\n\" (8 bytes)",
        ],
        &[],
    )]);
    let told = events("a, b = socketpair\nsend a \"\\\\n\\n\"\nrecv b 20\n");
    let data = told.iter().find(|event| event["event"] == "data");
    assert_eq!(data.map(|data| &data["bytes"]), Some(&"\\\\n\\n".into()));
}

#[test]
fn an_encoding_is_the_one_that_is_named() {
    hold(&[
        (
            "a, b = socketpair\na.send('é'.encode('latin-1'))\nrecv b 9\nexpect data b'\\xe9'\n\
             FORMAT = 'utf-8'\na.send('é'.encode(FORMAT) + bytes('é', 'latin-1'))\nrecv b 9\nexpect data b'\\xc3\\xa9\\xe9'\n\
             d = b'\\xe9'\nexpect d.decode('latin-1') == 'é'\nexpect str(d, encoding='latin-1') == 'é'\n\
             expect 'abc'.encode('ascii').decode('ascii') == 'abc'",
            0,
            &["sendto(3, \"\\351\", 1, "],
            &[],
        ),
        (
            "'é'.encode('ascii')",
            2,
            &["`é` is no character of ASCII"],
            &[],
        ),
        (
            "'€'.encode('latin-1')",
            2,
            &["`€` is no character of Latin-1"],
            &[],
        ),
        (
            "d = b'a\\xe9'\nd.decode('ascii')",
            2,
            &["these bytes are not ASCII: byte 1 is wrong"],
            &[],
        ),
        (
            "d = b'a\\xe9'\nd.decode()",
            2,
            &["these bytes are not UTF-8: byte 1 is wrong"],
            &[],
        ),
        (
            "'a'.encode('utf-16-le')",
            2,
            &["the encoding `utf-16-le` is not known here"],
            &[],
        ),
    ]);
}

/// The bytes are those that CPython's struct gives on a 64-bit little-endian machine.
#[test]
fn values_are_packed_as_python_packs_them() {
    hold(&[
        (
            "hdr = struct.pack('!H', 80)\nexpect hdr == b'\\x00P'\nexpect len(hdr) == 2\n\
             a, b = socketpair\na.send(struct.pack('!I', 5) + b'hello')\nrecv b 9\nexpect data b'\\0\\0\\0\\5hello'\n\
             from struct import pack\nexpect pack('>hBq', -2, 255, 1) == b'\\xff\\xfe\\xff\\0\\0\\0\\0\\0\\0\\0\\1'\n\
             expect struct.pack('<4sx2B?', b'ab', 1, 2, True) == b'ab\\0\\0\\0\\1\\2\\1'\n\
             expect struct.pack('=bI', 1, 2) == b'\\1\\2\\0\\0\\0'\nexpect struct.pack('bI', 1, 2) == b'\\1\\0\\0\\0\\2\\0\\0\\0'\n\
             expect (258).to_bytes(2, 'big') == b'\\1\\2'\nexpect (258).to_bytes(3, byteorder='little') == b'\\2\\1\\0'",
            0,
            &["sendto(3, \"\\0\\0\\0\\5hello\", 9, "],
            &[],
        ),
        (
            "struct.pack('B', 300)",
            2,
            &["`B` takes a number from 0 to 255, and this is 300"],
            &[],
        ),
        (
            "struct.pack('!HH', 1)",
            2,
            &["takes more values than there are"],
            &[],
        ),
        (
            "struct.pack('!H', 1, 2)",
            2,
            &["takes fewer values than there are"],
            &[],
        ),
        (
            "struct.pack('!d', 1.5)",
            2,
            &["the format `d` is not known here"],
            &[],
        ),
        (
            "(70000).to_bytes(2, 'big')",
            2,
            &["70000 does not fit into 2 bytes"],
            &[],
        ),
        (
            "x = b'ab'\nn = int.from_bytes(x, 'big')\nexpect n == 24930",
            0,
            &["n = int.from_bytes"],
            &["C's types"],
        ),
    ]);
}

#[test]
fn a_packed_format_is_as_strict_as_in_python() {
    hold(&[
        (
            "expect struct.pack('?', 5) == b'\\1'\nexpect struct.pack('??', '', 0) == b'\\0\\0'\nx = struct.pack('9000000s', b'a')\n\
             expect len(x) == 9000000\nn = 258\nexpect n.to_bytes(4, 'big', signed=False) == b'\\0\\0\\1\\2'",
            0,
            &[],
            &[],
        ),
        ("struct.pack('!H4', 1)", 2, &["ends with the count 4"], &[]),
        (
            "v = (1, 2)\nstruct.pack('!2H', *v)",
            2,
            &["struct.pack(\"!2H\", v[0], v[1])"],
            &[],
        ),
    ]);
}

#[test]
fn a_packed_value_of_an_option_is_shown_as_strace_shows_it() {
    hold(&[(
        "s = socket tcp\nl = struct.pack('ii', 1, 0)\ns.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, l)\n\
             s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack('ll', 1, 500000))\nttl = struct.pack('b', 1)\n\
             u = socket udp\nu.setsockopt(socket.IPPROTO_IP, socket.IP_DROP_MEMBERSHIP, socket.inet_aton('224.1.1.1') + struct.pack('=I', 0))\nexpect error EADDRNOTAVAIL\nu.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ttl)\nw = socket udp6\n\
             w.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_ADD_MEMBERSHIP, socket.inet_pton(socket.AF_INET6, 'ff02::123') + struct.pack('I', 1))",
        0,
        &[
            "SO_LINGER, {l_onoff=1, l_linger=0}, 8) = 0",
            "SO_RCVTIMEO, {tv_sec=1, tv_usec=500000}, 16) = 0",
            "imr_interface=inet_addr(\"0.0.0.0\")}, 8) = -1 EADDRNOTAVAIL",
            "IP_MULTICAST_TTL, \"\\1\", 1) = 0",
            "{inet_pton(AF_INET6, \"ff02::123\", &ipv6mr_multiaddr), ipv6mr_interface=if_nametoindex(\"lo\")}, 20) = 0",
        ],
        &[],
    )]);
}

#[test]
fn a_width_that_is_a_value_itself_is_kept() {
    hold(&[
        (
            "HEADERSIZE = 10; msg = 'Welcome'\nmsg = f\"{len(msg):<{HEADERSIZE}}\" + msg\nexpect msg == '7         Welcome'\n\
         expect '{:<{}}|{:>{w}}'.format('a', 4, 'b', w=3) == 'a   |  b'",
            0,
            &[],
            &["without the width"],
        ),
        (
            "expect '{:{}^{}}'.format('a', '-', 9) == '----a----'\nexpect '{:>{}}|'.format('hello', '7') == '  hello|'\nx = 3\n\
         expect f\"{5:{ x }}\" == '  5'",
            0,
            &[],
            &["without the width"],
        ),
        (
            "w = 2\ny = 3.5\nprint(f\"{y:.{w}f}\")\nprint(\"{:.{}f} {}\".format(y, 2, 7))",
            0,
            &["without the width", "  3.5\n", "  3.5 7\n"],
            &[],
        ),
    ]);
}

/// What gcc's programs send and keep.
#[test]
fn a_pointer_of_c_points_to_what_it_points_to() {
    const FDS: &str = "int fds[2]; socketpair(AF_UNIX, SOCK_STREAM, 0, fds);\n";
    for (lines, status, says) in [
        (
            "uint32_t len = htonl(5);\nsend(fds[0], &len, 4, 0);\nsend(fds[0], (char *)&len, sizeof(uint32_t), 0);\n\
             int val = -2; write(fds[0], &val, sizeof(int));\nrecv fds[1] 20\nexpect data b'\\0\\0\\0\\5\\0\\0\\0\\5\\xfe\\xff\\xff\\xff'",
            0,
            "sendto(3, \"\\0\\0\\0\\5\", 4, ",
        ),
        (
            "uint32_t len = htonl(5);\nsend(fds[0], &len, sizeof(len), 0);",
            2,
            "\"\\x00\\x00\\x00\\x05\"",
        ),
        (
            "char *buf = \"abcdefgh\";\nint total = 4, left = 2;\nn = send(fds[0], buf+total, left, 0);\nsend(fds[0], &buf[6], 1, 0);\n\
             send(fds[0], &buf, 2, 0);\nrecv fds[1] 20\nexpect data 'efgab'",
            0,
            "sendto(3, \"ef\", 2, ",
        ),
        (
            "send fds[0] abcdefgh\nn = recv(fds[1], rb, 4, 0);\nn = recv(fds[1], rb + 4, 3, 0);",
            2,
            "rest = recv fds[1] 1024",
        ),
        (
            "send fds[0] abcdefgh\nn = read(fds[1], rb, 4);\nn = read(fds[1], &rb[4], 3);",
            2,
            "rb = rb + rest",
        ),
        (
            "a = \"hello \"; b = \"world\"; more = 3\nsend(fds[0], a + b, 11, 0);\nwrite(fds[0], a + \"x\", 7);\nsend(fds[0], b + more, 2, 0);\n\
             recv(fds[1], &rb[0], 100, 0);\nexpect rb == 'hello worldhello xld'\nsend fds[0] more\nn = recv(fds[1], rb + 0, 9, 0);",
            0,
            "recvfrom(4, \"3\", 9, ",
        ),
        (
            "printf(\"%lu %lu %lu\\n\", sizeof(int), sizeof(unsigned long long), sizeof(short));",
            0,
            "  4 8 2\n",
        ),
        (
            "char *buf = \"abc\";\nprintf(\"%lu\\n\", sizeof(buf));",
            2,
            "the size of a variable or a structure is not known here",
        ),
    ] {
        script(&format!("{FDS}{lines}\n"))
            .status(status)
            .says(&[says]);
    }
}

#[test]
fn an_address_has_the_parts_that_it_has_in_python() {
    hold(&[
        (
            "c = socket tcp6\nbind c [::1]:0\naddr = c.getsockname()\nhost, port = addr[:2]\nexpect host == '::1'\n\
         expect port == addr[1]\nexpect len(addr) == 4\nexpect addr[3] == 0\nexpect addr == (host, port, 0, 0)\n\
         print(addr)\nd = socket tcp\nbind d 127.0.0.1:0\naddr = d.getsockname()\nhost, port = addr[:2]\n\
         expect len(addr) == 2\nexpect addr == (host, port)",
            0,
            &["('::1', ", ", 0, 0)\n"],
            &[],
        ),
        (
            "c = socket tcp6\nbind c [::1]:0\nh, p, f, i = c.getsockname()\nexpect h == '::1'\nexpect i == 0\naddr = c.getsockname()\n\
         h, p, f, i = addr\nhost, port = getsockname c\nexpect port == p",
            0,
            &[],
            &["In Python"],
        ),
        (
            "c = socket tcp6\nbind c [::1]:0\nh, p = c.getsockname()\nexpect h == '::1'",
            0,
            &[
                "gives 4 values, and there are 2 names",
                "In Python this line raises an error",
            ],
            &[],
        ),
    ]);
}

/// What is typed, what is said to it, and the line to type instead.
const TURNED: &[(&str, &str, &str)] = &[
    (
        "bind 127.0.0.1 0",
        "the socket comes first",
        "bind . 127.0.0.1 0",
    ),
    (
        "bind 127.0.0.1:0 s",
        "the socket comes first",
        "bind s 127.0.0.1:0",
    ),
    (
        "send \"he;llo\" a # all",
        "the socket comes first",
        "send a \"he;llo\"",
    ),
    ("close \"t\"", "stands without quotes", "close t"),
    (
        "sendto 127.0.0.1:9999 hello",
        "the socket comes first",
        "sendto . hello 127.0.0.1:9999",
    ),
    (
        "sendto u 127.0.0.1 9999 42",
        "the data comes before",
        "sendto u 42 127.0.0.1 9999",
    ),
    (
        "sendto u 127.0.0.1:9999 \"hello you\"",
        "the data comes before",
        "sendto u \"hello you\" 127.0.0.1:9999",
    ),
    (
        "sendto u hello you w.local",
        "stands in quotes",
        "sendto u \"hello you\" w.local",
    ),
    (
        "sendto u hello you 127.0.0.1 9999",
        "stands in quotes",
        "sendto u \"hello you\" 127.0.0.1 9999",
    ),
    ("send a \"hello\" 5", "would be flags", "send a \"hello\""),
    ("accept s conn", "no more than this", "conn = accept s"),
    (
        "accept(s, NULL)",
        "no more than this",
        "accept(s, &addr, &len)",
    ),
    (
        "send \"hello\" to a",
        "the socket comes first",
        "send a \"hello\"",
    ),
    (
        "send \"hello\" a --dontwait",
        "the socket comes first",
        "send a \"hello\" --dontwait",
    ),
    (
        "sendto 127.0.0.1:9999 u hello --dontwait",
        "the socket comes first",
        "sendto u hello 127.0.0.1:9999 --dontwait",
    ),
    (
        "sendto u hello you w.local --dontwait",
        "stands in quotes",
        "sendto u \"hello you\" w.local --dontwait",
    ),
    ("close s t", "no more than this", "close s; close t"),
    ("connect u to w", "to is not needed", "connect u w.local"),
    ("bind s to 0", "to is not needed", "bind s 127.0.0.1:0"),
    ("bind to port 0", "to is not needed", "bind . 127.0.0.1:0"),
    ("h->h_name", "the address itself", "print h"),
    ("sokcet.socket()", "no variable named sokcet", "socket"),
    ("x = sokcet.AF_INET", "no variable named sokcet", "socket"),
    (
        "a.send(b'x').close()",
        "what send() gives is no socket",
        "a.close(",
    ),
    (
        "s.setsockopt(socket.SO_RCVBUF, socket.SOL_SOCKET, 65536)",
        "the level comes before",
        "socket.SOL_SOCKET, socket.SO_RCVBUF",
    ),
    (
        "s.bind(host='localhost', port=0)",
        "are one argument",
        "('localhost', 0)",
    ),
    ("listen 5 s", "got a socket", "listen s 5"),
];

/// What is typed in another order than the call's: what is said, and typed as it is said it works, or its error is the
/// kernel's.
#[test]
fn arguments_in_another_order_are_told_in_the_right_one() {
    const BEGIN: &str = "set explain off\ns = socket tcp\nt = socket tcp\nu = socket udp\nw = socket udp\nbind w 127.0.0.1:0\n\
        a, b = socketpair()\nh = gethostbyname localhost\n";
    for (typed, says, instead) in TURNED {
        let ran = script(&format!("{BEGIN}{typed}")).status(2);
        let answer = ran.stdout.rsplit(typed).next().unwrap();
        let whole = answer.contains(says) && answer.contains(instead);
        assert!(whole, "{typed}\n{answer}");
        if instead.contains([' ', '&']) && !instead.contains("socket.") && !instead.starts_with('(')
        {
            let again = script(&format!("{BEGIN}{instead}"));
            assert_ne!(again.status, 2, "{instead}\n{}", again.stdout);
        }
    }
}

/// What looks like those slips, and is right.
#[test]
fn data_that_looks_like_an_address_is_data_where_one_follows() {
    const BEGIN: &str =
        "set explain off\nu = socket udp\nb = socket udp\nbind b 127.0.0.1:0\naddr = b.local\n";
    for (typed, sent) in [
        ("sendto u hello:80 addr", "\"hello:80\", 8, 0, "),
        ("sendto u 12:30 127.0.0.1 9", "\"12:30\", 5, 0, "),
        ("sendto u key:1 ('127.0.0.1', 9)", "\"key:1\", 5, 0, "),
        ("sendto u 127.0.0.1:80 b.local", "\"127.0.0.1:80\", 12, 0, "),
        ("sendto u hello 127.0.0.1 9 0", "\"hello\", 5, 0, "),
        (
            "sendto u hello 127.0.0.1 9 64",
            "\"hello\", 5, MSG_DONTWAIT, ",
        ),
        (
            "sendto u hello MSG_DONTWAIT b.local",
            "\"hello\", 5, MSG_DONTWAIT, ",
        ),
        ("sendto u hello b.local // for b", "\"hello\", 5, 0, "),
        (
            "sendto u hello 127.0.0.1:9 // UDP port 9",
            "\"hello\", 5, 0, ",
        ),
        (
            "sendto u \"hello\" b.local 64",
            "\"hello\", 5, MSG_DONTWAIT, ",
        ),
    ] {
        script(&format!("{BEGIN}{typed}"))
            .status(0)
            .says(&[&format!("sendto(3, {sent}")]);
    }
}

#[test]
fn bytes_and_texts_are_decoded_and_nothing_else() {
    hold(&[
        (
            "expect b'hi'.decode() == 'hi'\nexpect 'hi'.decode('utf-8') == 'hi'",
            0,
            &[],
            &[],
        ),
        (
            "s = socket udp\nbind s 127.0.0.1:0\naddr = s.local\nprint addr.decode()",
            2,
            &["decode() is for bytes, and this is an address"],
            &[],
        ),
    ]);
}

#[test]
fn what_would_go_unseen_is_remarked() {
    let pair = "a, b = socketpair()\n";
    for (typed, remark) in [
        ("a.send('hello', 5)", "is flags in Python's send"),
        ("a.send('hello', len('hello'))", "is flags in Python's send"),
        (
            "send a GET / HTTP/1.0\\r\\n",
            "a backslash is a character like others",
        ),
    ] {
        script(&format!("{pair}{typed}")).status(0).says(&[remark]);
    }
    hold(&[(
        "a, b = socketpair()\na.send('hello', MSG_DONTWAIT)\na.send('hello', 0)\nsend a \"x\\r\\n\"\nsend a hello 3\nexpect recvq b 20",
        0,
        &[],
        &["flags in", "a backslash"],
    )]);
}

#[test]
fn an_ipv6_address_keeps_its_scope() {
    const AT_LO: &str = "sin6_scope_id=if_nametoindex(\"lo\")}, 28) = 1";
    let begin = "u = socket udp6\nbind u [::1]:0\nhost, port, flow, scope = u.getsockname()\nw = socket udp6\n";
    for (line, said) in [
        ("w.sendto(b'a', (host, port, flow, 1))", AT_LO),
        (
            "w.sendto(b'a', ('::1', port, 0, socket.if_nametoindex('lo')))",
            AT_LO,
        ),
        ("place = (host, port, 0, 1)\nw.sendto(b'a', place)", AT_LO),
        (
            "sendto(w, \"a\", 1, 0, {sa_family=AF_INET6, sin6_port=htons(9), sin6_flowinfo=htonl(0), \
             inet_pton(AF_INET6, \"::1\", &sin6_addr), sin6_scope_id=if_nametoindex(\"lo\")}, 28)",
            AT_LO,
        ),
        (
            "w.sendto(b'a', ('::1', port, flow, scope))",
            "sin6_scope_id=0}, 28) = 1",
        ),
        ("expect if_nametoindex('lo') == 1", "ok"),
    ] {
        script(&format!("{begin}{line}")).status(0).says(&[said]);
    }
    hold(&[(
        "if_nametoindex('none0')",
        2,
        &["no network interface `none0`"],
        &[],
    )]);
}

#[test]
fn a_division_is_not_lost_as_a_comment() {
    const NO: &str = "there is no division here";
    hold(&[
        ("n = 10\nhalf = n // 2", 2, &[NO], &[]),
        ("n = 10\nm = 3\nhalf = n // m - 1", 2, &[NO], &[]),
        ("a = 10\nm = a // -2", 2, &[NO], &[]),
        ("a = 10\nm = a // (2)  # half", 2, &[NO], &[]),
        ("a = 10\nm = a // len('ab')", 2, &[NO], &[]),
        ("a = 10\na //= 2", 2, &[NO], &[]),
        ("a = 10\nm = (a + 2) // a - a", 2, &[NO], &[]),
        ("a = 10\nm = len('abcd') // 2 - a", 2, &[NO], &[]),
        (
            "s = socket(AF_INET, SOCK_DGRAM, 0) // 3\nbind(s, 127.0.0.1:0) // 0\nu = socket udp // 4\nconnect(u, s.local) // 0\n\
             print(\"ok\") // 1\nsend u \"x\" // 2\ns.close() // 2\nm = 3 // (see m)\nx = 3 // 2nd",
            0,
            &[],
            &[],
        ),
        ("print(10 // 4)\nprint 5\n", 2, &[NO], &["never closed"]),
        ("print(10 // (2))\nprint 5\n", 2, &[NO], &["never closed"]),
        (
            "a = [4, 2]\nprint(10 // a[0] - 1)\nprint 5\n",
            2,
            &[NO],
            &["never closed"],
        ),
        ("a = [4, 2]\nm = 7 // a[1]", 2, &[NO], &[]),
        ("n = 10\nprint(len('abcd') // n, 3)", 2, &[NO], &[]),
        (
            "int port = 8080 // the port\nint most = 5; // 5\nn = 10 // 5 clients at most\nx = 3 // port, as above\n\
             printf(\"%d %d\\n\", // both\n  port, n // (the second\n);",
            0,
            &["  8080 10\n"],
            &[NO],
        ),
    ]);
}

#[test]
fn what_is_imported_is_said_truly() {
    const ALL: &str = "everything is imported already";
    hold(&[
        (
            "import socket, sys\nfrom struct import *\nimport socket as socket",
            0,
            &[ALL],
            &["not here"],
        ),
        ("import ssl", 0, &["ssl is not here"], &[ALL]),
        (
            "import socket, json",
            0,
            &["this module is not here"],
            &[ALL],
        ),
        (
            "import http.server\nimport numpy as np",
            0,
            &["this module is not here"],
            &[ALL],
        ),
        (
            "import socket as sk",
            2,
            &["type socket where the program has sk"],
            &[ALL],
        ),
        (
            "import os, time as t",
            2,
            &["type time where the program has t"],
            &[ALL],
        ),
        (
            "#include <sys/socket.h> // for \"socket\"",
            0,
            &["included already"],
            &["not read"],
        ),
        (
            "#include \"unp.h\" // Stevens",
            0,
            &["unp.h is not here"],
            &["not read"],
        ),
        (
            "#include \"unp.h\"",
            0,
            &["unp.h is not here"],
            &["included already"],
        ),
        (
            "#include \"mine.h\"",
            0,
            &["this file is not read"],
            &["included already"],
        ),
    ]);
}

#[test]
fn a_buffer_is_emptied_and_filled() {
    hold(&[
        (
            "buf = \"abc\"\nmemset(buf, 0, sizeof(buf));\nprintf(\"[%s]\\n\", buf);",
            0,
            &["  []\n"],
            &["nothing to do"],
        ),
        (
            "char *buf = \"abc\"; bzero(buf, 256); printf(\"[%s]\\n\", buf);",
            0,
            &["  []\n"],
            &["nothing to do"],
        ),
        (
            "memset(buf, 'A', 5); printf(\"[%s]\\n\", buf); memset(buf, '\\0', 5); printf(\"[%s]\\n\", buf);",
            0,
            &["  [AAAAA]\n", "  []\n"],
            &[],
        ),
        (
            "int i = 7; memset(&i, 0, sizeof(i)); i += 1\nexpect i == 1\nb3 = 'hello world'\nmemset(b3, '*', 5)\nmemset(b3, 0, 0)\n\
             expect b3 == '***** world'\nmemset(b3, 'A', 20)\nexpect len(b3) == 20\nmemset(b3, 'B', sizeof(b3))\nexpect b3 == 'BBBBBBBBBBBBBBBBBBBB'\n\
             bzero(b3, 256)\nexpect b3 == ''\ns = socket udp\nmemset(&s, 0, sizeof(s))\nbind s 127.0.0.1:0",
            0,
            &["the bytes that it has are filled"],
            &["no memory to prepare"],
        ),
        (
            // The byte is an unsigned char, whatever is given: memset(3).
            "buf = 'xxxxx'\nmemset(buf, 300, 3)\nexpect buf == ',,,xx'\nmemset(buf, -1, 2)\nexpect buf == b'\\xff\\xff,xx'\n\
             char c[4];\nmemset(c, 0x80, 2)\nexpect c == b'\\x80\\x80'",
            0,
            &[],
            &["nothing to do"],
        ),
        (
            "struct addrinfo hints;\nmemset(&hints, 0, sizeof hints);",
            0,
            &["memset has nothing to do here"],
            &[],
        ),
    ]);
}

#[test]
fn hints_are_kept_where_they_stand_in_the_call() {
    hold(&[
        (
            "r = getaddrinfo(NULL, \"3490\", {ai_flags=AI_PASSIVE, ai_family=AF_INET, ai_socktype=SOCK_STREAM}, &res);\n\
             expect res[0][4] == ('0.0.0.0', 3490)",
            0,
            &[
                "getaddrinfo(NULL, \"3490\", {ai_flags=AI_PASSIVE, ai_family=AF_INET, ai_socktype=SOCK_STREAM, ai_protocol=0}, ",
            ],
            &["not kept here"],
        ),
        (
            "struct addrinfo hints, *res;\nmemset(&hints, 0, sizeof hints);\nhints.ai_family = AF_INET;\n\
             hints.ai_socktype = SOCK_STREAM;\nhints.ai_flags = AI_PASSIVE;\n\
             getaddrinfo(NULL, \"3490\", &hints, &res);\nexpect res->ai_addr == ('0.0.0.0', 3490)",
            0,
            &[
                "getaddrinfo(NULL, \"3490\", {ai_flags=AI_PASSIVE, ai_family=AF_INET, ai_socktype=SOCK_STREAM, ai_protocol=0}, ",
            ],
            &["not kept here"],
        ),
        (
            "r = getaddrinfo NULL 3490 AF_INET SOCK_STREAM AI_PASSIVE",
            2,
            &["stand last", "AF_INET SOCK_STREAM 0 AI_PASSIVE"],
            &[],
        ),
        (
            "r = getaddrinfo(\"localhost\", 80, AF_INET, SOCK_STRAEM, 0, AI_PASSIVE)",
            2,
            &["did you mean SOCK_STREAM"],
            &["stand last"],
        ),
        (
            "for res in socket.getaddrinfo(HOST, PORT, socket.AF_UNSPEC, socket.SOCK_STREAM, 0, socket.AI_PASSIVE):",
            2,
            &["there are no loops here"],
            &["stand last"],
        ),
    ]);
}

#[test]
fn what_the_readme_types_in_a_shell_belongs_there() {
    hold(&[
        (
            "socktutor run thanks.sock",
            2,
            &["in your own shell: socktutor run FILE"],
            &["skip"],
        ),
        ("run thanks.sock", 2, &["in your own shell"], &[]),
        (
            "lesson watch handshake",
            2,
            &["in your own shell: socktutor lesson watch"],
            &["learn 1"],
        ),
        ("lesson 3", 2, &["learn 1"], &["your own shell"]),
    ]);
}

#[test]
fn a_line_from_elsewhere_gets_its_own_answer() {
    hold(&[
        (
            "os.remove(\"/tmp/x\")",
            2,
            &["files are not removed here"],
            &[],
        ),
        (
            "char *r = \"GET /\\r\\n\" \"\\r\\n\";\nexpect r == \"GET /\\r\\n\\r\\n\"",
            0,
            &[],
            &[],
        ),
        ("print \"a\" \"b\"", 0, &["  a b\n"], &[]),
        (
            "s = socket tcp\ns.gettimeout()",
            2,
            &["getsockopt s SO_RCVTIMEO"],
            &["polls"],
        ),
        ("pid_t pid;", 0, &["needs no declaration"], &[]),
        ("nc -l 1234", 2, &["listen s 5; conn, addr = accept s"], &[]),
        ("nc -u localhost 53", 2, &["u = socket udp"], &[]),
        ("nc -lu 5000", 2, &["recvfrom s 1024"], &[]),
        ("nc -nlvp 5000", 2, &["listen s 5; conn, addr"], &[]),
        ("nc -vl 5000", 2, &["listen s 5; conn, addr"], &[]),
        ("socat TCP-LISTEN:80 -", 2, &["listen s 5; conn, addr"], &[]),
        (
            "echo hello | nc localhost 1234",
            2,
            &["no pipes"],
            &["joins constants"],
        ),
        (
            "socat - TCP:localhost:80",
            2,
            &["connect c"],
            &["did you mean"],
        ),
        (
            "./server 8080",
            2,
            &["window of their own"],
            &["cannot follow"],
        ),
        ("kill %1", 2, &["cancel 1"], &["into a text"]),
        ("fg", 2, &["wait 1 waits for job 1"], &["help lists"]),
        ("bg 1", 2, &["in the background already"], &["help lists"]),
    ]);
}
