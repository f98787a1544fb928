//! The three dialects: one meaning, one statement.

use super::*;
use crate::lang::ast::Function;

const MAKING_SOCKETS: &[&[&str]] = &[
    &[
        "s = socket tcp",
        "s = socket AF_INET SOCK_STREAM",
        "s = socket inet stream",
        "s = socket.socket()",
        "s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
        "s = socket.socket(family=socket.AF_INET, type=socket.SOCK_STREAM, proto=0)",
        "s = socket(AF_INET, SOCK_STREAM)",
        "s=socket(PF_INET,SOCK_STREAM,0);",
        "int s = socket(AF_INET, SOCK_STREAM, 0);",
        "s = socket(2, 1, 0)",
        "s = socket('tcp')",
    ],
    &[
        "u = socket udp",
        "u = socket.socket(type=socket.SOCK_DGRAM)",
        "int u = socket(AF_INET, SOCK_DGRAM, IPPROTO_IP);",
    ],
    &[
        "u = socket udp",
        "u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "u = socket inet dgram",
    ],
    &[
        "socket tcp6",
        "socket inet6 stream",
        "socket.socket(socket.AF_INET6)",
        "socket(PF_INET6, SOCK_STREAM, 0)",
    ],
    &[
        "socket unix",
        "socket AF_UNIX SOCK_STREAM",
        "socket(AF_LOCAL, SOCK_STREAM, 0)",
        "socket unix stream",
    ],
    &[
        "socket unix-dgram",
        "socket unix dgram",
        "socket unix SOCK_DGRAM",
        "socket(AF_UNIX, SOCK_DGRAM, 0) = 3",
    ],
    &[
        "socket tcp tcp",
        "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3",
        "socket tcp proto=IPPROTO_TCP",
        "socket tcp 6",
    ],
    &[
        "socket tcp --nonblock",
        "socket AF_INET SOCK_STREAM|SOCK_NONBLOCK",
        "socket(AF_INET, SOCK_NONBLOCK | SOCK_STREAM, 0)",
    ],
    &[
        "a, b = socketpair",
        "a, b = socket.socketpair()",
        "a, b = socketpair unix stream",
        "(a, b) = socketpair(AF_UNIX, SOCK_STREAM, 0)",
    ],
    &[
        "sv = socketpair",
        "socketpair(AF_UNIX, SOCK_STREAM, 0, sv);",
    ],
];

#[test]
fn making_sockets() {
    same(MAKING_SOCKETS);
}

const THE_SERVERS_CALLS: &[&[&str]] = &[
    &[
        "bind s 127.0.0.1:12345",
        "bind s 127.0.0.1 12345",
        "bin s 127.0.0.1:12345",
        "s.bind((\"127.0.0.1\", 12345))",
        "s.bind(('127.0.0.1', '12345'));",
        "bind(s, (\"127.0.0.1\", 12345))",
        "bind (s, 127.0.0.1:12345)",
        "bind(s, {sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0",
        "bind s addr=127.0.0.1:12345",
    ],
    &[
        "listen s 5",
        "s.listen(5)",
        "listen(s, 5);",
        "s.listen(backlog=5)",
        "lis s 5",
        "listen s backlog=5",
    ],
    &["listen s 128", "s.listen()"],
    &[
        "listen s SOMAXCONN",
        "listen(s, SOMAXCONN);",
        "s.listen(socket.SOMAXCONN)",
    ],
    &[
        "conn = accept s",
        "conn = s.accept()",
        "int conn = accept(s, NULL, NULL);",
        "conn = acc s",
    ],
    &[
        "conn, addr = accept s",
        "conn, addr = s.accept()",
        "(conn, addr) = s.accept()",
        "conn,addr=accept(s)",
    ],
    &[
        "accept 3",
        "accept(3, {sa_family=AF_INET, sin_port=htons(48437), sin_addr=inet_addr(\"127.0.0.1\")}, [16]) = 4",
    ],
    &["conn, _ = accept s", "conn, _ = s.accept()"],
    &[
        "connect c localhost:http",
        "c.connect(('localhost', 'http'))",
        "conn c localhost http",
    ],
    &[
        "connect . 127.0.0.1:80",
        "connect(., 127.0.0.1:80)",
        "connect . ('127.0.0.1', 80)",
    ],
    &[
        "connect c a",
        "connect(c, (struct sockaddr *)&a, sizeof(a));",
        "c.connect(a)",
        "connect(c, (SA*) &a, sizeof a)",
    ],
    &["connect c s.local", "c.connect(s.local)"],
    &["connect c getsockname(s)", "c.connect(s.getsockname())"],
    &["getsockname s", "s.getsockname()", "getsockname(s)"],
    &[
        "a = getsockname s",
        "getsockname(s, (struct sockaddr*)&a, &len);",
    ],
    &["getpeername .", "getpeername(.)"],
    &[
        "shutdown s wr",
        "shutdown s out",
        "s.shutdown(socket.SHUT_WR)",
        "shutdown(s, SHUT_WR);",
        "shutdown s SHUT_WR",
        "shutdown(s, 1)",
    ],
    &["shutdown s rd", "shutdown s in", "s.shutdown(0)"],
    &[
        "shutdown s rdwr",
        "shutdown s both",
        "s.shutdown(socket.SHUT_RDWR)",
    ],
    &[
        "close s",
        "s.close()",
        "close(s);",
        "s.close",
        "os.close(s)",
    ],
];

#[test]
fn the_servers_calls() {
    same(THE_SERVERS_CALLS);
}

const TALKING: &[&[&str]] = &[
    &[
        "send c \"hi\"",
        "send c 'hi'",
        "c.send('hi')",
        "c.send(b'hi')",
        "send(c, \"hi\", 2, 0);",
        "send(c, \"hi there\", 2, 0);",
        "send c 0x6869",
        "sendto(c, \"hi\", 2, 0, NULL, 0) = 2",
        "send c \"\\x68\\151\"",
        "send c “hi”",
    ],
    &[
        "send c \"hello, world\"",
        "send c hello, world",
        "send c hello, world # said",
        "c.send(\"hello\" ', world')",
    ],
    &[
        "send c \"hi\" --oob",
        "c.send(b'hi', socket.MSG_OOB)",
        "send(c, \"hi\", 2, MSG_OOB);",
        "send c \"hi\" MSG_OOB",
    ],
    &[
        "send c hi --oob",
        "send c hi MSG_OOB",
        "send c hi flags=MSG_OOB",
    ],
    &[
        "send c \"hi ho\" --oob --dontwait",
        "send c hi ho MSG_OOB|MSG_DONTWAIT # said",
        "send c hi ho MSG_OOB --dontwait",
    ],
    // What is no last word, no flag or no call that has flags is data.
    &["send c \"MSG_OOB is one\"", "send c MSG_OOB is one"],
    &["send c \"hi MSG_OBO\"", "send c hi MSG_OBO"],
    &["write c \"hi MSG_OOB\"", "write c hi MSG_OOB"],
    &[
        "send c \"hi\" --more --nosignal",
        "send c \"hi\" --nosignal --more",
        "send(c, \"hi\", 2, MSG_NOSIGNAL|MSG_MORE)",
        "send c \"hi\" flags=MSG_MORE|MSG_NOSIGNAL",
    ],
    &["send c #100", "send(c, #100)", "c.send(#100)"],
    &["send c @page.html", "send(c, @page.html)"],
    &[
        "sendall c \"Hello, server!\"",
        "c.sendall(b\"Hello, server!\")",
        "sendall(c, \"Hello, server!\")",
    ],
    &["recv c 1024", "c.recv(1024)", "recv c 1k", "recv(c, 1024)"],
    &[
        "buf = recv c 1024",
        "recv(c, buf, 1024, 0);",
        "buf = c.recv(1024)",
    ],
    &["n, buf, _ = recv c 10", "int n = recv(c, buf, 10, 0);"],
    &[
        "recv c 10 --peek",
        "c.recv(10, socket.MSG_PEEK)",
        "recv(c, 10, MSG_PEEK)",
        "recv c 10 MSG_PEEK",
        "recv c --peek 10",
    ],
    &[
        "recv c 10 --peek --dontwait",
        "c.recv(10, MSG_DONTWAIT | MSG_PEEK)",
        "recv c 10 flags=66",
        "recv c 10 2 --dontwait",
        "recv c 10 MSG_PEEK --dontwait",
    ],
    &["recv c 10 flags=268435458", "recv c 10 0x10000000 --peek"],
    &[
        "sendto u \"hi\" 127.0.0.1:9",
        "sendto u \"hi\" 127.0.0.1 9",
        "u.sendto(b'hi', ('127.0.0.1', 9))",
        "u.sendto(b'hi', 0, ('127.0.0.1', 9))",
        "sendto(u, \"hi\", 2, 0, {sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 2",
    ],
    &[
        "sendto u \"hi\" 127.0.0.1:9 --dontwait",
        "u.sendto('hi', socket.MSG_DONTWAIT, ('127.0.0.1', 9))",
        "sendto u \"hi\" MSG_DONTWAIT 127.0.0.1:9",
        "sendto u \"hi\" 127.0.0.1:9 MSG_DONTWAIT",
    ],
    &[
        "data, addr = recvfrom u 1024",
        "data, addr = u.recvfrom(1024)",
    ],
    &[
        "buf, from = recvfrom u 1024",
        "recvfrom(u, buf, 1024, 0, (struct sockaddr *)&from, &len);",
    ],
    &["recv 3 1024", "recv(3, 1024, 0)"],
    &[
        "write c \"hi\"",
        "write(c, \"hi\", 2)",
        "os.write(c, b'hi')",
    ],
    &[
        "buf = read c 100",
        "read(c, buf, 100)",
        "buf = os.read(c, 100)",
    ],
];

#[test]
fn talking() {
    same(TALKING);
    assert_eq!(
        one("recvfrom(3, \"hi\", 1024, 0, NULL, NULL) = 2"),
        one("recv 3 1024")
    );
    // Python's name for it makes the line one of Python's.
    assert_eq!(
        one("send c hi socket.MSG_OOB").action,
        one("send c hi --oob").action
    );
    // A flag alone stands where the data does.
    for (line, data) in [
        ("send c MSG_OOB", "MSG_OOB"),
        ("sendto u MSG_OOB 127.0.0.1:9 --oob", "MSG_OOB"),
    ] {
        assert_eq!(arg(line, "data"), Expr::Word(data.into()), "{line}");
        assert!(one(line).remarks[0].contains("follow the data"), "{line}");
    }
    assert!(one("send c \"MSG_OOB\"").remarks.is_empty());
}

#[test]
fn data_in_every_form() {
    let data = |text: &str| arg(&format!("send c {text}"), "data");
    for (given, bytes) in [
        (r#""\r\n\t\\\"\'""#, "\r\n\t\\\"'"),
        (r#""a\0b""#, "a\0b"),
        (r#"r"a\n""#, "a\\n"),
        (r#"u'grün'"#, "grün"),
        (r#""""a "quoted" word""""#, "a \"quoted\" word"),
        (r#""\u00e9\u{1F600}\U0001F600""#, "é😀😀"),
        (r#""\q""#, "\\q"),
        ("GET / HTTP/1.0", "GET / HTTP/1.0"),
        ("it's", "it's"),
        ("0x0d0A", "\r\n"),
        ("123", "123"),
        ("www.example.com", "www.example.com"),
    ] {
        assert_eq!(data(given), Expr::Text(bytes.into()), "{given}");
    }
    assert_eq!(data("\"\\xff\\0\""), Expr::Bytes(vec![0xff, 0]));
    assert_eq!(data("b'\\377'"), Expr::Bytes(vec![0xff]));
    assert_eq!(data("hello"), Expr::Word("hello".into()));
    assert_eq!(data("#5"), Expr::Fill(5));
    assert_eq!(data("@file.txt"), Expr::File("file.txt".into()));
    same(&[
        // A # is data's only where a value must stand and none does.
        &["x = (#5)", "x = #5", "x=#5 # five", "x = #5;"],
        &["x = 5", "x = 5 #100", "x = 5#100"],
        &["print (#5)", "print #5", "print #5 # five"],
        &["print", "print #1 the first", "print # 5"],
        &["print x", "print x #5", "print x, #5"],
        &["expect (#5) == x", "expect #5 == x", "expect #5 == x #5"],
        &[
            "send c (\"ab\" * 3)",
            "c.send('ab' * 3)",
            "send c \"ab\" * 3",
        ],
        &[
            "send c (x.encode())",
            "c.send(x.encode('utf-8'))",
            "send c x.encode()",
        ],
        &[
            "send c (f\"n={x}!\")",
            "c.send(f'n={x}!')",
            "c.send('n={}!'.format(x))",
            "c.send('n=%d!' % x)",
            "c.send('n=%s!' % (x,))",
        ],
        &["send c s.local", "c.send(s.local)"],
    ]);
}

const NAMES_AND_NUMBERS: &[&[&str]] = &[
    &[
        "port = htons 80",
        "port = htons(80)",
        "port = socket.htons(80)",
    ],
    &[
        "h = gethostname",
        "h = socket.gethostname()",
        "gethostname(h, sizeof(h));",
    ],
    &[
        "gethostbyname localhost",
        "socket.gethostbyname('localhost')",
        "gethostbyname(\"localhost\")",
    ],
    &[
        "getaddrinfo localhost http",
        "socket.getaddrinfo('localhost', 'http')",
        "getaddrinfo(\"localhost\", \"http\");",
    ],
    &[
        "res = getaddrinfo localhost http",
        "getaddrinfo(\"localhost\", \"http\", &hints, &res);",
        "rv = getaddrinfo(\"localhost\", \"http\", NULL, &res);",
    ],
    &[
        "getaddrinfo \"\" 80 type=SOCK_STREAM flags=AI_PASSIVE",
        "socket.getaddrinfo(None, 80, socket.AF_UNSPEC, socket.SOCK_STREAM, 0, socket.AI_PASSIVE)",
        "socket.getaddrinfo(None, 80, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)",
    ],
    &[
        "getaddrinfo \"\" \"3490\"",
        "getaddrinfo(NULL, \"3490\", NULL, NULL);",
    ],
    &[
        "getaddrinfo localhost 80 AF_INET",
        "socket.getaddrinfo('localhost', 80, socket.AF_INET)",
        "getaddrinfo localhost 80 inet",
    ],
    &[
        "getaddrinfo localhost type=SOCK_STREAM",
        "socket.getaddrinfo('localhost', None, 0, socket.SOCK_STREAM)",
    ],
    &[
        "inet_pton AF_INET 127.0.0.1",
        "socket.inet_pton(socket.AF_INET, '127.0.0.1')",
        "inet_aton 127.0.0.1",
        "socket.inet_aton('127.0.0.1')",
        "inet_addr(\"127.0.0.1\")",
    ],
    &[
        "x = inet_pton AF_INET6 ::1",
        "inet_pton(AF_INET6, \"::1\", x)",
    ],
    &[
        "inet_ntop AF_INET x",
        "socket.inet_ntoa(x)",
        "inet_ntop(AF_INET, x)",
    ],
    &[
        "strerror ECONNREFUSED",
        "os.strerror(errno.ECONNREFUSED)",
        "strerror(111)",
    ],
    &[
        "nonblock s on",
        "s.setblocking(False)",
        "s.setblocking(0)",
        "nonblock s 1",
        "fcntl(s, F_SETFL, fcntl(s, F_GETFL, 0) | O_NONBLOCK);",
        "fcntl(s, F_SETFL, flags | O_NONBLOCK);",
        "fcntl(s, F_SETFL, O_RDWR|O_NONBLOCK) = 0",
        "setblocking s off",
    ],
    &["nonblock s off", "s.setblocking(True)"],
    &["perror \"bind\"", "perror(\"bind\");"],
    &["n = 10k", "n = 10240"],
    &["x = 0x7f", "x = 127", "int x = 0177;", "x = 0b1111111"],
];

#[test]
fn names_and_numbers() {
    same(NAMES_AND_NUMBERS);
}

const POLL_AND_SELECT: &[&[&str]] = &[
    &[
        "poll s rw 1000",
        "poll(((s, 'rw'),), 1000)",
        "poll((s, 'rw'), 1000)",
        "poll s rw 1s",
        "poll rw s 1000",
        "poll s POLLIN|POLLOUT 1000",
    ],
    &[
        "poll 3 r 4 w 1000",
        "poll([{fd=3, events=POLLIN}, {fd=4, events=POLLOUT}], 2, 1000) = 1 ([{fd=4, revents=POLLOUT}])",
    ],
    &["poll s", "poll s r", "poll s r -1", "poll(((s, 'r'),), -1)"],
    &["poll 3 5", "poll 3 r 5"],
    &[
        "poll(((r, 'w'), (w, 'r')))",
        "poll([{fd=r, events=POLLOUT}, {fd=w, events=POLLIN}], 2, -1)",
    ],
    &[
        "select r s c w d 5",
        "select s r c r d w 5",
        "select.select([s, c], [d], [], 5)",
    ],
    &[
        "r, w, x = select r s c 5",
        "r, w, x = select.select([s, c], [], [], 5.0)",
    ],
    &[
        "select 3 r 4 r 5 w 0.5",
        "select(6, [3 4], [5], NULL, {tv_sec=0, tv_usec=500000}) = 1 (in [3])",
    ],
    &[
        "select s rw",
        "select.select([s], [s], [])",
        "select r s w s",
        "select.select([s], [s], [], None)",
    ],
    &["select inputs r", "select.select(inputs, [], [])"],
];

#[test]
fn poll_and_select() {
    same(POLL_AND_SELECT);
    assert_eq!(arg("poll s rw 300ms", "timeout"), Expr::Int(300));
    assert_eq!(arg("select s r 300ms", "timeout"), Expr::Float(0.3));
}

const VALUES: &[&[&str]] = &[
    &["print x", "print(x)", "print (x)", "echo x"],
    &[
        "print x, y",
        "print(x, y)",
        "print x y",
        "print(x, y, sep=' ')",
        "print(x, y, end='')",
    ],
    &[
        "print \"Got connection from\", addr",
        "print 'Got connection from', addr",
        "print('Got connection from', addr)",
    ],
    &[
        "print c.recv(1024)",
        "print(c.recv(1024))",
        "print recv(c, 1024)",
    ],
    &[
        "print f\"port {n}\"",
        "printf(\"port %s\\n\", n);",
        "print('port %d' % n)",
    ],
    &[
        "flags = fcntl(s, F_GETFL)",
        "flags = fcntl(s, F_GETFL, 0);",
        "flags = fcntl(s, F_GETFL) = 0x2 (flags O_RDWR)",
    ],
    &["print fcntl(s, F_GETFL)", "print(fcntl(s, F_GETFL))"],
    // In C a socket is its number.
    &["print f\"{int(s)}\"", "printf(\"%d\\n\", s);"],
    &[
        "print f\"{x!r}\"",
        "print('{!r}'.format(x))",
        "print('%r' % x)",
    ],
    &["print f\"x={x!r}\"", "print(f'{x=}')"],
    &["print f\"{a}-{b}\"", "print(a, b, sep='-')"],
    &["print True, False", "print(True, False)"],
    &["print data.decode()", "print(data.decode(\"utf-8\"))"],
    &["print addr[0]", "print(addr[0])"],
    &["print s.fd", "print(s.fileno())"],
    &["x = (1, 2)", "x = 1, 2", "x = [1, 2]"],
    &["a = b\"\\xff\"", "a = b'\\377'"],
    &["a = s.local", "a = s.local;"],
    &[
        "n = len(data) + 1",
        "n = (len(data) + 1)",
        "int n = strlen(data) + 1;",
    ],
    &["a = localhost:http", "a = localhost:http # named"],
    &["a = 127.0.0.1:80", "a = (127.0.0.1:80)"],
];

#[test]
fn values() {
    same(VALUES);
}

const THE_SHELLS_COMMANDS: &[&[&str]] = &[
    &["ls", "status", "=", "ls()", "statu"],
    &[
        "explain bind",
        "man bind",
        "? bind",
        "?bind",
        "bind?",
        "explain(bind)",
    ],
    &["explain SO_REUSEADDR", "man SO_REUSEADDR"],
    &["help send", "help(send)", "hel send"],
    &["wait", "wait()"],
    &["wait 2", "wait(2)"],
    &["set explain brief", "set explain \"brief\""],
    &["quit", "exit", "quit()", "qui"],
    &["quit 0", "exit(0);", "exit()", "sys.exit()"],
    &["goto 3", "goto(3)"],
    &["who 12345", "who(12345)"],
    &["state s", "state(s)"],
];

#[test]
fn the_shells_commands() {
    same(THE_SHELLS_COMMANDS);
}

const EXPECTATIONS: &[&[&str]] = &[
    &["expect ok"],
    &[
        "expect error ECONNREFUSED",
        "expect error errno.ECONNREFUSED",
        "expect error 111",
    ],
    &[
        "expect error EAGAIN|EINTR",
        "expect error EWOULDBLOCK | EINTR",
        "expect error EAGAIN,EINTR",
    ],
    &["expect ret 16"],
    &["expect data \"hello\"", "expect data b'hello'"],
    &["expect data \"hello you\"", "expect data hello you"],
    &["expect data #1000"],
    &["expect blocked"],
    &["expect state s LISTEN", "expect state s listen"],
    &[
        "expect state s FIN_WAIT1|FIN_WAIT2",
        "expect state s FIN-WAIT-1 | fin_wait2",
    ],
    &["expect state 3 CLOSE", "expect state 3 CLOSED"],
    &[
        "expect local s 127.0.0.1:80",
        "expect local s 127.0.0.1 80",
        "expect local s ('127.0.0.1', 80)",
    ],
    &["expect peer s c.local"],
    &["expect backlog s 2"],
    &["expect recvq . 20"],
    &["expect sendq s 0"],
    &["expect ready s rw", "expect ready s wr"],
    &["expect ready s -"],
    &["expect sockets 2"],
    &["expect jobs 1"],
    &[
        "expect quiet 300ms",
        "expect quiet 0.3",
        "expect quiet 0.3s",
    ],
    &["expect x == 3", "expect x==3", "assert x == 3"],
    &["expect len(x) > 3", "expect (len(x)) > 3"],
    &["expect ret == 3", "expect (ret) == 3"],
    &["expect s.peer == c.local"],
];

#[test]
fn expectations() {
    same(EXPECTATIONS);
    assert_eq!(parse_claim("error ECONNREFUSED"), parse_claim("error 111"));
    assert!(parse_claim("ok ok").is_err());
}

#[test]
fn hosts_of_the_laboratory() {
    let on = |line: &str| one(line).host;
    assert_eq!(on("server: listen s 5").as_deref(), Some("server"));
    assert_eq!(on("host-2: c, a = accept s").as_deref(), Some("host-2"));
    assert_eq!(
        on("server: s.bind(('10.0.0.2', 80))").as_deref(),
        Some("server")
    );
    assert_eq!(on("a = server:80"), None);
    assert_eq!(on("send s x: y"), None);
    assert_eq!(one("server: listen s 5").action, one("listen s 5").action);
    same(&[&[
        "server: listen s 5",
        "server: s.listen(5)",
        "server:  listen(s, 5);",
    ]]);
}

#[test]
fn several_statements_stand_in_one_line() {
    assert_eq!(parse("s = socket tcp; listen s 5;").unwrap().len(), 2);
    assert_eq!(parse("; ;; # nothing").unwrap(), []);
    assert_eq!(parse("").unwrap(), []);
    assert_eq!(parse("send s \"a;b\"; ls").unwrap().len(), 2);
    assert_eq!(
        parse("x = 3; x").unwrap()[1].action,
        Action::Value(Expr::Name("x".into())),
        "x is known by then"
    );
    assert_eq!(
        parse("s.bind((\n  '127.0.0.1',  # here\n  80\n))\nls\n")
            .unwrap()
            .len(),
        2
    );
    assert_eq!(one("  close s  # the end").span.start, 2);
    assert_eq!(one("  close s  # the end").span.end, 9);
}

#[test]
fn a_known_name_is_its_value() {
    let known = |name: &str| ["s", "host", "port", "reply"].contains(&name);
    let with = |line: &str| parse_with(line, &known).unwrap().remove(0);
    assert_eq!(with("s").action, Action::Value(Expr::Name("s".into())));
    assert_eq!(with("send s reply"), one("s.send(reply)"));
    assert_eq!(with("connect s host port"), one("s.connect((host, port))"));
    assert_eq!(with("connect s host 80"), one("s.connect((host, 80))"));
    assert_eq!(with("gethostbyname host"), one("gethostbyname(host)"));
    assert_eq!(with("x = s"), one("x = (s)"));
}

#[test]
fn a_session_reads_the_design() {
    for line in [
        "int s = socket(AF_INET, SOCK_STREAM, 0);   listen(s, 5);   send(conn, \"hi\", 2, 0);",
        "s = socket tcp; bind s 127.0.0.1:12345; conn = accept s; send conn \"hi\\r\\n\"",
    ] {
        assert!(parse(line).is_ok(), "{line}: {:?}", parse(line));
    }
    assert_eq!(
        written("c.sendto(b'x', ('::1', 53))"),
        "sendto c \"x\" [::1]:53"
    );
    assert_eq!(
        written("int s = socket(AF_INET, SOCK_STREAM, 0);"),
        "s = socket tcp"
    );
    assert_eq!(
        written("s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))"),
        "setsockopt s SO_LINGER 1 0"
    );
}

#[test]
fn a_part_of_a_value() {
    same(&[
        &["x = data[0:5]", "x = data[ 0 : 5 ]"],
        &["x = data[:5]"],
        &["x = data[-5:]"],
        &["x = data[:]"],
        &["x = data[a:b]", "x = data[a : b]"],
        &["x = data[len(a):n+1]"],
        &["print data[0:5]"],
        &["send s data[0:5]", "s.send(data[0:5])"],
    ]);
    let Action::Value(Expr::Apply(Function::Slice, values)) = one("x = data[:5]").action else {
        panic!("a slice");
    };
    assert_eq!(
        values,
        [Expr::Name("data".into()), Expr::Null, Expr::Int(5)]
    );
    assert_eq!(fault("x = data[::2]").message, "a slice has no step here");
    assert!(parse("x = data[]").is_err());
    assert!(parse("x = data[1").is_err());
}

#[test]
fn a_name_and_what_is_added_to_it() {
    same(&[
        &["n += 4", "n = n + 4", "n+=4"],
        &["n -= 1", "n = n - 1"],
        &["n *= 2", "n = n * 2"],
        &["data += conn.recv(10)", "data = data + conn.recv(10)"],
    ]);
    assert!(parse("n += ").is_err());
}

#[test]
fn several_names_in_one_declaration() {
    let canonical_of = |line: &str| -> Vec<String> {
        let all = parse(line).unwrap_or_else(|fault| panic!("{line}: {fault:?}"));
        all.iter()
            .map(canonical)
            .filter(|line| !line.is_empty())
            .collect()
    };
    assert_eq!(
        canonical_of("int s = socket(AF_INET, SOCK_STREAM, 0), c, n = 3;"),
        ["s = socket tcp", "n = 3"]
    );
    assert_eq!(canonical_of("int a, *b, c[10];"), [""; 0]);
    assert_eq!(canonical_of("int n = sizeof x, c = 1;"), ["c = 1"]);
    assert_eq!(
        canonical_of(
            "int n = sizeof(a, b), c; char buf[9] = {0, 0}, *p = \"a\"; int one = 1, n = sizeof(int);"
        ),
        ["p = \"a\"", "one = 1"]
    );
    assert_eq!(
        canonical_of("int a, b = 2, c; listen(s, 5);"),
        ["b = 2", "listen s 5"]
    );
    assert_eq!(canonical_of("x = 1, 2"), ["x = (1, 2)"]);
    for line in ["int a = 1, 2;", "int a = 1, b c;", "int a, ;"] {
        assert!(parse(line).is_err(), "{line}");
    }
}

#[test]
fn a_structure_in_front_of_a_call_does_not_make_it_c() {
    let line =
        "print {sa_family=AF_UNIX, sun_path=\"a\"}, getaddrinfo(\"a\", 1, AF_INET, SOCK_STREAM)";
    assert_eq!(one(&canonical(&one(line))), one(line));
    assert!(
        canonical(&one(line)).contains("SOCK_STREAM"),
        "{}",
        canonical(&one(line))
    );
}
