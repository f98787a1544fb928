//! Lines of the best-known tutorials, as a student copies them from the browser.

use super::*;

/// Where each is told what to type, and that is a line that is understood.
fn instead(rows: &[(&str, &str)]) {
    for (line, expected) in rows {
        let fault = fault(line);
        assert!(
            fault.expected.iter().any(|found| found == expected),
            "{line}\n{expected}\n{fault:?}"
        );
        parse(expected).unwrap_or_else(|wrong| panic!("{line}\n{expected}\n{wrong:?}"));
    }
}

/// What a fault points at.
fn place(line: &str) -> &str {
    let (start, end) = fault(line).span;
    &line[start..end]
}

#[test]
fn what_hides_several_calls_is_told_by_its_own_name_and_address() {
    instead(&[
        (
            "let listener = TcpListener::bind(\"127.0.0.1:80\")?;",
            "listener = socket tcp; setsockopt listener SO_REUSEADDR 1; bind listener 127.0.0.1:80; listen listener 128",
        ),
        (
            "    let mut stream = TcpStream::connect(\"127.0.0.1:34254\").unwrap();",
            "stream = socket tcp; connect stream 127.0.0.1:34254",
        ),
        (
            "if let Ok(stream) = TcpStream::connect(\"127.0.0.1:8080\") {",
            "c = socket tcp; connect c 127.0.0.1:8080",
        ),
        (
            "let socket = UdpSocket::bind(\"127.0.0.1:34254\")?;",
            "socket = socket udp; bind socket 127.0.0.1:34254",
        ),
        (
            "sock = socket.create_connection((\"localhost\", 8080), timeout=5)",
            "sock = socket tcp; connect sock localhost:8080",
        ),
        (
            "with socket.create_server(addr) as server:",
            "server = socket tcp; setsockopt server SO_REUSEADDR 1; bind server addr; listen server 128",
        ),
        (
            "s = socket.create_server(addr, family=socket.AF_INET6, dualstack_ipv6=True)",
            "s = socket tcp6; setsockopt s SO_REUSEADDR 1; bind s addr; listen s 128",
        ),
        (
            "with socketserver.TCPServer((HOST, PORT), MyTCPHandler) as server:",
            "server = socket tcp; bind server (HOST, PORT); listen server 5",
        ),
        (
            "server = socketserver.ThreadingUDPServer(('localhost', 9), H)",
            "server = socket udp; bind server localhost:9",
        ),
    ]);
}

#[test]
fn java_and_go_too_and_what_has_no_address() {
    instead(&[
        (
            "ServerSocket serverSocket = new ServerSocket(6666);",
            "serverSocket = socket tcp; setsockopt serverSocket SO_REUSEADDR 1; bind serverSocket 127.0.0.1:6666; listen serverSocket 50",
        ),
        (
            "Socket s=new Socket(\"localhost\",6666);",
            "s = socket tcp; connect s localhost:6666",
        ),
        (
            "ln, err := net.Listen(\"tcp\", \":8080\")",
            "ln = socket tcp; setsockopt ln SO_REUSEADDR 1; bind ln :8080; listen ln 4096",
        ),
        // Nothing that could be an address.
        (
            "let s = TcpStream::connect(format!(\"{host}:{port}\"))?;",
            "s = socket tcp; connect s 127.0.0.1:12345",
        ),
        (
            "c = create_connection(",
            "c = socket tcp; connect c 127.0.0.1:12345",
        ),
    ]);
    let line = "ls; let l = TcpListener::bind(\"127.0.0.1:80\")?;";
    assert_eq!(place(line), "TcpListener::bind");
    assert_eq!(
        place("é = 1; self.sock.send(b'é')"),
        "self",
        "offsets are bytes of the whole line"
    );
}

#[test]
fn rusts_methods_are_told_by_the_calls_names() {
    instead(&[
        (
            "let (mut conn, addr) = listener.accept()?;",
            "conn, addr = accept listener",
        ),
        (
            "for stream in listener.incoming() {",
            "conn, addr = accept listener",
        ),
        ("match listener.accept() {", "conn, addr = accept listener"),
        (
            "let (amt, src) = socket.recv_from(&mut buf)?;",
            "data, addr = recvfrom socket 1024",
        ),
        ("stream.write(&[1])?;", "send stream \"text\""),
        ("stream.read(&mut [0; 128])?;", "recv stream 1024"),
        (
            "stream.shutdown(Shutdown::Both).expect(\"failed\");",
            "shutdown stream rdwr",
        ),
        ("listener.local_addr().unwrap()", "getsockname listener"),
        ("drop(stream);", "close s"),
    ]);
}

#[test]
fn a_line_of_another_language_is_named() {
    for (line, language) in [
        ("loop {", "Rust"),
        ("Ok(())", "Rust"),
        (
            "public static void main(String[] args) throws IOException {",
            "Java",
        ),
        ("System.out.println(\"message= \"+str);", "Java"),
        ("const net = require('net');", "JavaScript"),
        ("server.listen(8124, () => {", "JavaScript"),
        ("conn, err := ln.Accept()", "Go"),
        ("if err != nil {", "Go"),
        ("$s = socket_create(AF_INET, SOCK_STREAM, SOL_TCP);", "PHP"),
        ("require 'socket'", "Ruby"),
    ] {
        let fault = fault(line);
        assert!(
            fault.message.starts_with(&format!("a line of {language};")),
            "{line}: {fault:?}"
        );
        assert!(fault.help[0].contains("s = socket tcp"), "{line}");
    }
    // What stands in a text, or is Python, is not taken for it.
    for line in [
        "send c \"TcpListener::bind( self.x",
        "while (data := s.recv(10)):",
        "if (n := 3) > 2:",
        "print 'self. => {' )",
        "bind s [::1:80",
    ] {
        let fault = fault(line);
        let words = format!("{} {:?}", fault.message, fault.expected);
        assert!(
            !words.contains("a line of")
                && !words.contains("socket tcp")
                && !words.contains("self"),
            "{line}: {fault:?}"
        );
    }
}

#[test]
fn pythons_modules_on_top_of_sockets_are_answered() {
    instead(&[
        ("sel = selectors.DefaultSelector()", "poll s r conn rw 1000"),
        (
            "sel.register(lsock, selectors.EVENT_READ, data=None)",
            "poll s r conn rw 1000",
        ),
        ("poller = select.poll()", "poll s rw 1000"),
        ("events = poller.poll(1000)", "poll s rw 1000"),
        (
            "self.sock.connect((host, port))",
            "sock.connect((host, port))",
        ),
        ("self.request.sendall(self.data.upper())", "recv conn 1024"),
        (
            "server.serve_forever()",
            "s = socket tcp; bind s 127.0.0.1:12345; listen s 5; conn, addr = accept s",
        ),
        ("thread.start()", "accept s"),
        ("p = multiprocessing.Process(target=f)", "accept s"),
        ("print_lock.acquire()", "jobs"),
        ("asyncio.run(main())", "nonblock s on"),
        ("inputs.append(conn)", "inputs = [s, conn]"),
        ("conn.settimeout(5)", "setsockopt conn SO_RCVTIMEO 5"),
        ("f = conn.makefile('rb')", "recv conn 1024"),
        ("pfds[0].events = POLLIN;", "poll s r 2500"),
        ("closesocket(s);", "close s"),
        ("with open('f') as f:", "send s @file"),
    ]);
    for (line, remark) in [
        ("import socketserver", "bind, listen, accept"),
        ("import selectors", "poll or select"),
        ("from threading import Thread", "becomes a job"),
        ("import socket, sys", "imported already"),
        ("use std::net::{TcpListener, TcpStream};", "own names"),
    ] {
        let statement = one(line);
        assert_eq!(statement.action, Action::Nothing, "{line}");
        assert!(statement.remarks[0].contains(remark), "{statement:?}");
    }
}

#[test]
fn a_block_is_answered_by_what_it_is() {
    let with = fault("with conn:");
    assert!(
        with.expected.is_empty() && with.help[0].ends_with("close conn"),
        "{with:?}"
    );
    assert!(fault("else:").message.contains("no conditions"));
    for line in [
        "} else {",
        "} while (1);",
        "} catch (IOException e) {",
        "default:",
    ] {
        assert!(
            fault(line).message.contains("none goes on"),
            "{line}: {:?}",
            fault(line)
        );
    }
    let format = fault("print('%s:%d' % conn.getpeername())");
    assert!(
        format.help[0].contains("addr = s.getpeername()"),
        "{format:?}"
    );
    assert!(parse("addr = s.getpeername(); print \"%s:%d\" % addr").is_ok());
    for line in [
        "while True:",
        "while 1:",
        "while(1) {  // main accept() loop",
        "for (;;) {",
        "for(;;){",
    ] {
        assert_eq!(fault(line).expected, ["conn, addr = s.accept()"], "{line}");
    }
    // Not what these loops do.
    for line in [
        "while totalsent < MSGLEN:",
        "for key, mask in events:",
        "while(waitpid(-1, 0, 1) > 0);",
    ] {
        assert!(fault(line).expected.is_empty(), "{line}: {:?}", fault(line));
    }
    for line in [
        "if ((strncmp(buff, \"exit\", 4)) == 0) {",
        "if (!fork()) {",
        "if (FD_ISSET(i, &read_fds)) {",
    ] {
        assert!(fault(line).expected.is_empty(), "{line}: {:?}", fault(line));
    }
    assert_eq!(
        fault("if (listen(sockfd, BACKLOG) == -1) {").expected,
        ["listen(sockfd, BACKLOG)"]
    );
}

#[test]
fn a_definition_keeps_its_value() {
    assert_eq!(one("#define PORT 8080"), one("PORT = 8080"));
    assert_eq!(
        one("#define PORT \"3490\"  // the port"),
        one("PORT = \"3490\"")
    );
    assert_eq!(one("#define\tSIZE (10 + 6)"), one("SIZE = (10 + 6)"));
    for line in [
        "#define SA struct sockaddr",
        "#define SQUARE(x) ((x)*(x))",
        "#define DEBUG",
        "#define _GNU_SOURCE 1",
        "#define INADDR_NONE 0xffffffff",
    ] {
        let statement = one(line);
        assert_eq!(statement.action, Action::Nothing, "{line}");
        assert!(statement.remarks[0].contains("#define PORT 8080"), "{line}");
    }
    assert_eq!(parse("#defined PORT 8080").unwrap(), []);
    assert_eq!(one("#define SIZE \\\n  16"), one("SIZE = 16"));
    // What a macro stands for is not done where it is defined.
    for end in ["\n", "\r\n"] {
        let several = ["#define END(s) do { \\", "  close(s); \\", "} while (0)"].join(end);
        assert_eq!(one(&several).action, Action::Nothing, "{several}");
        assert_eq!(parse(&format!("{several}{end}ls")).unwrap().len(), 2);
    }
}

#[test]
fn what_goes_to_the_screen_is_printed() {
    for line in [
        "print('a', file=sys.stderr)",
        "print >>sys.stderr, 'a'",
        "print >> sys.stdout, 'a'",
        "fprintf(stderr, \"a\\n\");",
    ] {
        assert_eq!(one(line), one("print 'a'"), "{line}");
    }
    assert_eq!(fault("fprintf(f, \"a\");").expected, ["stdout"]);
    assert_eq!(one("x = str.encode(m)"), one("x = m.encode()"));
    assert_eq!(
        one("sin_size = sizeof their_addr;"),
        one("sin_size = sizeof(their_addr);")
    );
}

#[test]
fn joined_options_are_a_number_of_their_own() {
    let line = "setsockopt(s, SOL_SOCKET, SO_REUSEADDR | SO_REUSEPORT, &opt, sizeof(opt));";
    let fault = fault(line);
    assert_eq!(place(line), "SO_REUSEADDR | SO_REUSEPORT");
    assert!(
        fault.message.contains("15, which is SO_REUSEPORT alone"),
        "{fault:?}"
    );
    assert_eq!(fault.help, ["one call for each option"]);
}

#[test]
fn what_is_open_where_the_text_ends_is_named() {
    let open = fault("s = socket.socket(socket.AF_INET,");
    assert_eq!(open.message, "this bracket is never closed");
    assert_eq!(open.expected, [") at the end"]);
    let open = fault("r, w, e = \\");
    assert!(open.help.concat().contains("in the next line"), "{open:?}");
    assert!(
        fault("print(\"x\" if 1 else 2)")
            .message
            .contains("if has no meaning")
    );
}

#[test]
fn the_arguments_of_socket_may_be_variables() {
    let known = |name: &str| matches!(name, "af" | "kind" | "proto" | "tcp");
    let read =
        |line: &str| parse_with(line, &known).unwrap_or_else(|fault| panic!("{line}: {fault:?}"));
    let [statement] = <[_; 1]>::try_from(read("s = socket.socket(af, kind, proto)")).unwrap();
    let written = canonical(&statement);
    assert_eq!(read(&written), [statement], "{written}");
    // A short word keeps its meaning.
    assert_eq!(read("socket tcp"), parse("socket tcp").unwrap());
    assert_eq!(
        fault("socket.socket(af)").expected[1],
        "a family such as AF_INET"
    );
}

#[test]
fn the_length_of_a_c_call_is_kept() {
    let known = |name: &str| matches!(name, "buf" | "n");
    let read = |line: &str| parse_with(line, &known).unwrap();
    assert_eq!(read("send(c, buf, 3, 0);"), read("send c buf[:3]"));
    assert_eq!(read("send(c, buf, n, 0);"), read("send c buf[:n]"));
    assert_eq!(read("write(sv[0], buf, n);"), read("write sv[0] buf[:n]"));
    assert_eq!(
        one("send(c, hello, strlen(hello), 0);"),
        one("send c (hello)")
    );
    for line in [
        "send(c, hello, strlen(hello) + 1, 0);",
        "send(c, hello, sizeof(hello), 0);",
    ] {
        assert!(one(line).remarks[0].contains("no closing NUL"), "{line}");
    }
}

#[test]
fn a_format_is_not_dropped_in_silence() {
    assert_eq!(
        one("print('received {!r}'.format(data))"),
        one("print('received %r' % data)")
    );
    assert_eq!(one("print('a', sep='-')"), one("print('a')"));
    assert_eq!(
        one("print(hex(htons(80)))"),
        one("print(format(htons(80), '#x'))")
    );
    assert_eq!(one("print(bin(x))"), one("print(format(x, '#b'))"));
    assert!(
        fault("print(hex())")
            .message
            .contains("hex takes one number")
    );
    for line in [
        "printf(\"%5.1f\\n\", x);",
        "print('{:,}'.format(x))",
        "print(f'{x:.2f}')",
    ] {
        assert!(one(line).remarks[0].contains("without the width"), "{line}");
    }
    for line in [
        "print('{:d} {:s} {}'.format(3, 'x', 4))",
        "printf(\"%s %ld %zu\\n\", x, y, z);",
        "printf(\"%hu %hhd %jd\\n\", x, y, z);",
    ] {
        assert_eq!(one(line).remarks, [""; 0], "{line}");
    }
    for (line, message) in [
        ("printf(\"%.*s\\n\", n, buf);", "here, not *"),
        ("print('%(host)s' % x)", "no dictionaries"),
        ("print('{0[0]}:{0[1]}'.format(addr))", "a part of a value"),
    ] {
        assert!(fault(line).message.contains(message), "{line}");
    }
    same(&[
        &["print(f'{x:>{y}}!')", "print('{:>{}}!'.format(x, y))"],
        &["printf(\"%hu!\\n\", x);", "printf(\"%u!\\n\", x);"],
        &[
            "print(f'0x{(format(x, \"04x\"))}')",
            "print('0x%04x' % x)",
            "print('0x{:04x}'.format(x))",
            "print(f'0x{x:04x}')",
        ],
        &[
            "print(f'{x:<5d}|')",
            "print('%-5d|' % x)",
            "print('{:<5d}|'.format(x))",
        ],
    ]);
}

#[test]
fn what_c_does_with_buffers_and_files_is_answered() {
    instead(&[
        ("strcpy(buf, \"hi\");", "buf = \"text\""),
        ("os.unlink(server_address)", "bind s @name"),
        ("del conn", "close conn"),
        (
            "c = socket.create_connection(s.getsockname())",
            "c = socket tcp; connect c s.getsockname()",
        ),
    ]);
    assert!(fault("conn.send((0, 5))").help[0].contains("\\x00\\x05"));
    assert!(fault("os.path.exists('/tmp/x')").help[0].contains("EADDRINUSE"));
}

#[test]
fn texts_beside_each_other_are_one_also_with_a_prefix() {
    same(&[
        &[
            "s.sendall(b\"GET /\\r\\n\\r\\n\")",
            "s.sendall(\n    b\"GET /\\r\\n\"\n    b\"\\r\\n\"\n)",
        ],
        &["x = (b'a\\xffb')", "x = (b'a\\xff' b'b')"],
        &["x = (f'a{y}b')", "x = (f'a{y}' 'b')"],
    ]);
    // In the shell's dialect a blank separates values.
    assert_ne!(one("print b'a' b'b'"), one("print b'ab'"));
}

#[test]
fn dictionaries_are_answered() {
    for line in [
        "d = {'a': 1}",
        "d = {\n  'a': 1,\n}",
        "d = {port: 80}",
        "d = dict(a=1)",
    ] {
        assert_eq!(
            fault(line).message,
            "there are no dictionaries here",
            "{line}"
        );
    }
}

#[test]
fn a_condition_over_several_lines_names_its_call() {
    let line = "if (setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes,\n        sizeof(int)) == -1) {";
    let wanted = "setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(int))";
    assert_eq!(fault(line).expected, [wanted]);
}

#[test]
fn no_zero_ends_a_text_here() {
    for line in ["buf[n] = '\\0';", "buf[n] = 0"] {
        assert!(fault(line).message.contains("no zero ends it"), "{line}");
    }
    assert!(fault("buf[0] = 3").message.contains("only a name"));
}

#[test]
fn a_blank_may_stand_before_a_bracket() {
    for (apart, close) in [
        ("c.recv (10)", "c.recv(10)"),
        ("s.listen (1)", "s.listen(1)"),
        ("s.bind (('127.0.0.1', 0))", "s.bind(('127.0.0.1', 0))"),
        ("s.close ()", "s.close()"),
        ("print (s.fileno ())", "print(s.fileno())"),
        ("print (data.decode (\"utf-8\"))", "print(data.decode())"),
        (
            "s = socket.socket (socket.AF_INET, socket.SOCK_STREAM)",
            "s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
        ),
        (
            "send(s, \"hello\", strlen (\"hello\"), 0);",
            "send(s, \"hello\", strlen(\"hello\"), 0);",
        ),
        (
            "write (c, \"hello\", strlen (\"hello\") + 1);",
            "write(c, \"hello\", strlen(\"hello\") + 1);",
        ),
        ("n = int (x)", "n = int(x)"),
        ("len (x)", "len(x)"),
    ] {
        assert_eq!(parse(apart).unwrap(), parse(close).unwrap(), "{apart}");
    }
    // A word of the shell dialect ends at a blank, and a property is no call.
    assert_ne!(
        parse("print s.local (1, 2)").unwrap(),
        parse("print s.local").unwrap()
    );
    assert!(parse("connect c s.getsockname (1)").is_err());
}

#[test]
fn new_is_a_name_and_pythons_keywords_are_none() {
    let lines = "new = accept (sock, NULL, NULL);\nprint new\nnew.close()\nrecv (new, buf, 512, 0);\nx = new";
    parse_with(lines, &|name| name == "sock").unwrap();
    assert!(fault("print new").message.contains("no meaning"));
    for line in ["in = 5", "a, if = 1, 2", "for = 5", "def = 3", "is = s"] {
        let fault = fault(line);
        assert!(
            fault.message.contains("has its meaning already"),
            "{line}: {fault:?}"
        );
    }
    // In C that is a name.
    parse("int in = accept(3, NULL, NULL);\nclose(in);").unwrap();
}

#[test]
fn a_length_or_an_address_in_the_place_of_the_data_is_told() {
    instead(&[
        ("write(c, 3, \"abc\");", "write(c, \"abc\", 3)"),
        ("send(c, 5, \"hello\", 0)", "send(c, \"hello\", 5, 0)"),
        (
            "send(c, strlen(\"hello\"), \"hello\", 0)",
            "send(c, \"hello\", strlen(\"hello\"), 0)",
        ),
        (
            "u.sendto((\"127.0.0.1\", 9310), \"hi\")",
            "u.sendto(\"hi\", (\"127.0.0.1\", 9310))",
        ),
        (
            "sendto(u, (\"127.0.0.1\", 9310), b\"hi\")",
            "sendto(u, b\"hi\", (\"127.0.0.1\", 9310))",
        ),
    ]);
}

#[test]
fn a_length_that_no_address_has_is_remarked_on() {
    for short in [
        "bind(u, 127.0.0.1:0, 4);",
        "connect(u, &addr, sizeof(struct sockaddr *));",
        "sendto(u, \"hi\", 2, 0, &addr, 8);",
    ] {
        let remarks = one(short).remarks;
        assert!(
            remarks
                .iter()
                .any(|remark| remark.contains("EINVAL") || remark.contains("pointer")),
            "{short}: {remarks:?}"
        );
    }
    for fine in [
        "bind(u, 127.0.0.1:0, 16);",
        "bind(u, {sa_family=AF_UNIX, sun_path=@\"a\"}, 4);",
        "connect(u, &addr, sizeof(struct sockaddr_in));",
        "connect(u, &addr, sizeof(addr));",
    ] {
        assert_eq!(one(fine).remarks, [""; 0], "{fine}");
    }
}

#[test]
fn what_a_screen_shows_in_front_of_a_call_is_read_over() {
    for (copied, call) in [
        ("sock> s = socket tcp", "s = socket tcp"),
        ("sock [12 blocked]> ls", "ls"),
        ("client> c = socket tcp", "c = socket tcp"),
        ("tcp|udp> send c hi", "send c hi"),
        ("lesson 3 2/9 client> ls", "ls"),
        (">>> s = socket.socket()", "s = socket.socket()"),
        ("... s.close()", "s.close()"),
        (
            "12:34:56.789012 recvfrom(3, \"hi\", 1024, 0, NULL, NULL) = 2",
            "recvfrom(3, \"hi\", 1024, 0, NULL, NULL)",
        ),
        ("1234  12:34:56 close(3) = 0", "close(3)"),
        ("[pid  1234] close(3) = 0", "close(3)"),
        ("     0.000123 close(3) = 0", "close(3)"),
    ] {
        let statement = one(copied);
        assert_eq!(statement, one(call), "{copied}");
        let told = statement
            .remarks
            .iter()
            .any(|remark| remark.contains("in front"));
        assert!(told, "{copied}: {:?}", statement.remarks);
    }
    assert_eq!(one(">>> ").action, Action::Nothing);
    assert_eq!(parse(">>> # nothing\n>>> ls").unwrap()[1], one("ls"));
    // Comparisons, and not prompts.
    for line in ["expect x> 3", "x > y"] {
        assert!(
            !one(line)
                .remarks
                .iter()
                .any(|remark| remark.contains("prompt")),
            "{line}"
        );
    }
    let known = parse_with("x> 5", &|name| name == "x").unwrap();
    assert!(matches!(known[0].action, Action::Value(Expr::Binary(..))));
}

#[test]
fn cpp_and_a_unix_shell_are_called_by_their_names() {
    for line in [
        "std::cout << \"x\";",
        "cout << \"x\" << endl;",
        "std::string msg = \"hello\";",
        "std::vector<char> buf(10);",
    ] {
        let message = fault(line).message;
        assert!(message.contains("a line of C++"), "{line}: {message}");
    }
    assert!(
        fault("let s = std::net::TcpStream;")
            .message
            .contains("Rust")
    );
    assert!(
        fault("$s = socket_create(AF_INET, SOCK_STREAM, SOL_TCP);")
            .message
            .contains("PHP")
    );
    for line in ["$ ls", "$ python3 server.py"] {
        assert!(
            fault(line).message.contains("a line of a Unix shell"),
            "{line}"
        );
    }
    assert!(one("using namespace std;").remarks[0].contains("namespace"));
}

#[test]
fn what_is_said_to_a_line_of_a_tutorial_is_about_that_line() {
    assert!(one("signal(SIGCHLD, SIG_IGN);").remarks[0].contains("no child processes"));
    assert!(one("memset(&x, 0, sizeof(x));").remarks[0].contains("no memory"));
    let arrow = parse_with("sock->listen(5);", &|name| name == "sock").unwrap_err();
    assert_eq!(arrow.expected, ["sock.listen(…)"]);
    let open = fault("self.sock = socket.socket(\n    socket.AF_INET,\n    socket.SOCK_STREAM)");
    assert_eq!(
        open.expected,
        ["sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)"]
    );
    // Where the lines as one are not what the first is, they are not cut.
    fault("x = /* self.\n*/ self.y.z(1)");
    let first = &parse_with("conn = s.accept()[0]", &|name| name == "s").unwrap()[0];
    assert_eq!(
        *first,
        parse_with("conn, _ = s.accept()", &|name| name == "s").unwrap()[0]
    );
}
