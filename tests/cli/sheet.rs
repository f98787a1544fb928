//! The lab sheet's practical part: its listings typed here, and its programs as the other side.

use crate::harness::{PROGRAM, Shell, require, script};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

#[test]
fn the_sheet_in_eight_lines() {
    let lines = "s = socket.socket()\n\
                 setsockopt s SO_REUSEADDR 1\n\
                 s.bind((\"127.0.0.1\", 0))\n\
                 s.listen(5)\n\
                 c = socket tcp\n\
                 connect c s.local\n\
                 conn, addr = s.accept()\n\
                 conn.send(\"Thank you for connecting\")\n\
                 print c.recv(1024)\n";
    script(lines).status(0).says(&[
        "socket(AF_INET",
        "bind(3",
        "listen(3, 5)",
        "connect(4",
        "accept(3",
        "sendto(5",
        "recvfrom(4",
        "Thank you for connecting\n",
    ]);
}

#[test]
fn each_listing_is_accepted_as_it_stands_but_for_its_loop() {
    let server = "#!/usr/bin/python           # This is server.py file\n\
        import socket               # Import socket module\n\
        s = socket.socket()         # Create a socket object\n\
        host = socket.gethostname() # Get local machine name\n\
        port = 0                    # Reserve a port for your service.\n\
        host = '127.0.0.1'\n\
        s.bind((host, port))        # Bind to the port\n\
        s.listen(5)                 # Now wait for client connection.\n\
        k = socket.socket()\n\
        k.connect(s.getsockname())\n\
        \x20  c, addr = s.accept()     # Establish connection with client.\n\
        \x20  print 'Got connection from', addr\n\
        \x20  c.send('Thank you for connecting')\n\
        \x20  c.close()                # Close the connection\n\
        print k.recv(1024)\n\
        k.close                     # Close the socket when done\n";
    script(server).status(0).says(&[
        "Got connection from ('127.0.0.1', ",
        "Thank you for connecting",
        "k.close",
    ]);
}

#[test]
fn a_loop_is_answered_with_what_to_type() {
    let ran = script("while True:\n").status(2);
    assert!(ran.stdout.contains("accept"), "{}", ran.stdout);
}

#[test]
fn the_second_pair_in_python_3() {
    let lines = "import socket\n\
        server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)\n\
        server_address = (\"127.0.0.1\", 0)\n\
        server_socket.bind(server_address)\n\
        server_socket.listen(1)\n\
        print(\"Server is listening on\", server_socket.getsockname())\n\
        client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)\n\
        client_socket.connect(server_socket.getsockname())\n\
        connection, client_address = server_socket.accept()\n\
        client_socket.sendall(b\"Hello, server!\")\n\
        data = connection.recv(1024)\n\
        print(\"Received:\", data.decode(\"utf-8\"))\n\
        connection.sendall(b\"Hello, client!\")\n\
        data = client_socket.recv(1024)\n\
        print(f\"Received from server: {data.decode('utf-8')}\")\n\
        connection.close()\n\
        client_socket.close()\n";
    script(lines).status(0).says(&[
        "Server is listening on ('127.0.0.1', ",
        "Received: Hello, server!",
        "Received from server: Hello, client!",
    ]);
}

#[test]
fn an_address_is_taken_apart_as_in_python() {
    let lines = "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
        s.bind(('', 0))\n\
        s.bind((\"127.0.0.1\", 0))\n\
        expect error EINVAL\n\
        host, port = s.getsockname()\n\
        expect s.local == (host, port)\n\
        ip, number = s.local\n\
        expect number == port\n\
        s.sendto(b'hi', ('127.0.0.1', port))\n\
        data, sender = s.recvfrom(10)\n\
        name, _ = sender\n\
        print name\n\
        print('from %s, %s%%' % sender)\n\
        expect 'from %s:%d' % sender == 'from 127.0.0.1:%d' % port\n";
    script(lines)
        .status(0)
        .says(&["  127.0.0.1\n", "  from 127.0.0.1, "]);
}

#[test]
fn a_comparison_is_true_or_false_and_in_c_a_number() {
    for (line, shown) in [
        ("print(3 == 3, 3 != 3)", "  True False\n"),
        ("print 4 <= 3", "  False\n"),
        ("3 == 3", "  True\n"),
        ("s = socket.socket(); s.fd == 3", "  True\n"),
        ("printf(\"%d\\n\", 3 == 3);", "  1\n"),
        ("x = 3 == 3; print x + 1", "  2\n"),
        ("print 3 + 3", "  6\n"),
    ] {
        script(line).status(0).says(&[shown]);
    }
}

#[test]
fn names_that_got_no_value_are_told_after_the_call() {
    let pair = "a, b = socketpair()\n";
    for (line, told) in [
        (
            "n, x = a.send(b'hi')\nprint n\nprint x\n",
            "send() gives 1 value, and there are 2 names for it; `x` got nothing.",
        ),
        (
            "n, _ = a.send(b'hi')\nprint n\nprint x\n",
            "send() gives 1 value, and there are 2 names for it.",
        ),
        (
            "a.send(b'hi')\nd, h, p, x = b.recvfrom(10)\nprint d\nprint x\n",
            "4 names for it; `p`, `x` got nothing.",
        ),
        (
            "c = socket udp\nv, w = select([], [a, b, c], [], 0)\nprint x\n",
            "3 values, and there are 2 names for it; what is left over is kept under no name.",
        ),
        (
            "n, x = a.shutdown(1)\nprint x\n",
            "shutdown() gives 1 value, and there are 2 names for it; `x` got nothing.",
        ),
        (
            "a.send(b'hi')\nr, w = select([b], [], [], 0)\nprint x\n",
            "select() gives 1 value, and there are 2 names for it; `w` got nothing.",
        ),
        (
            "n, x = b.recv(10)\na.send(b'hi')\nprint n\nprint x\n",
            "recv() gives 1 value, and there are 2 names for it; `x` got nothing.",
        ),
    ] {
        // The last line asks for a name that stands for nothing.
        script(&format!("{pair}{line}"))
            .status(2)
            .says(&[told, "there is no socket or variable called `x`"]);
    }
    let even = "a.send(b'hi')\nd, addr = b.recvfrom(10)\na.send(b'hi')\nn, buf, from = b.recv(9)\n";
    let ran = script(&format!("{pair}{even}")).status(0);
    assert!(!ran.stdout.contains("names for it"), "{}", ran.stdout);
}

#[test]
fn pythons_select_gives_three_lists() {
    let lines = "a, b = socketpair()\nc, d = socketpair()\na.send(b'hi')\nc.send(b'ho')\n\
        r, w, x = select.select([b, d], [a], [], 1.0)\n\
        print(len(r), len(w), len(x))\n\
        r[1].recv(10)\nexpect data \"ho\"\n\
        w[0].send(b'.')\nexpect ret 1\n";
    let ran = script(lines).status(0).says(&["  2 1 0\n"]);
    assert!(!ran.stdout.contains("names for it"), "{}", ran.stdout);
}

#[test]
fn errno_is_the_last_failed_calls() {
    let number = libc::ENOTCONN;
    let lines = "print errno; c = socket tcp; recv c 1; expect error ENOTCONN\n\
        c.fileno()\n\
        print errno\n\
        errno\n\
        printf(\"%d: %s\\n\", errno, strerror(errno));\n\
        expect errno == ENOTCONN\n\
        x = errno; print x\n\
        errno = 0;\n\
        strerror(errno)\n\
        expect errno != errno.ENOTCONN\n";
    script(lines).status(0).says(&[
        "  0 (no error)\n",
        &format!("  {number} (ENOTCONN)\n"),
        &format!("  {number} (ENOTCONN)\n"),
        &format!("  {number}: Transport endpoint is not connected\n"),
        &format!("  {number}\n"),
        "strerror(0) = \"Success\"",
        "errno is 0 until a call fails",
    ]);
    // A name of one's own wins.
    script("errno = \"mine\"; print errno\n")
        .status(0)
        .says(&["  mine\n"]);
}

#[test]
fn what_a_c_call_writes_is_kept_under_the_names_it_was_given() {
    let lines = "int s = socket(AF_INET, SOCK_STREAM, 0), opt = 1;\n\
        struct linger gone = {1, 0}; struct timeval tv = {5, 0};\n\
        struct sockaddr_in sa = { AF_INET, htons(0), { inet_addr(\"127.0.0.1\") } };\n\
        setsockopt(s, SOL_SOCKET, SO_LINGER, &gone, sizeof gone);\n\
        setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));\n\
        bind(s, (struct sockaddr *)&sa, sizeof(sa));\n\
        listen(s, 3);\n\
        getsockname(s, (struct sockaddr *)&sa, &len);\n\
        int c = socket(AF_INET, SOCK_STREAM, 0);\n\
        connect(c, (struct sockaddr *)&sa, sizeof(sa));\n\
        int conn = accept(s, (struct sockaddr *)&peer, &len);\n\
        expect c.local == peer\n\
        send(c, \"hello\", strlen(\"hello\"), 0);\n\
        int n = recv(conn, buf, sizeof(buf) - 1, 0);\n\
        printf(\"%s, %d bytes\\n\", buf, n);\n\
        getsockopt(s, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len);\n\
        expect listens == 1\n\
        int sv[2];\n\
        socketpair(AF_UNIX, SOCK_STREAM, 0, sv);\n\
        write(sv[0], \"pair\", 4);\n\
        read(sv[1], buf, 100);\n\
        expect buf == \"pair\"\n\
        int u = socket(AF_INET, SOCK_DGRAM, 0), nif = htonl(INADDR_LOOPBACK);\n\
        struct in_addr lo = {htonl(INADDR_LOOPBACK)};\n\
        setsockopt(u, IPPROTO_IP, IP_MULTICAST_IF, &lo, sizeof lo);\n\
        setsockopt(u, IPPROTO_IP, IP_MULTICAST_IF, &nif, sizeof nif);\n\
        setsockopt(u, IPPROTO_IP, IP_MULTICAST_IF, {htonl(INADDR_LOOPBACK)}, 4);\n\
        v = getsockopt u IP_MULTICAST_IF\n\
        expect v == \"127.0.0.1\"\n";
    script(lines).status(0).says(&[
        "SO_LINGER, {l_onoff=1, l_linger=0}, 8) = 0",
        "SO_RCVTIMEO, {tv_sec=5, tv_usec=0}, 16) = 0",
        "buffers have no size here: this asks for 1024 bytes at most",
        "hello, 5 bytes\n",
    ]);
}

/// A shell whose lines are typed one after the other, as the other side acts.
struct Typed {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
}

impl Typed {
    fn new() -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["--timeout", "10s", "run", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the shell starts");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, out }
    }

    fn line(&mut self, line: &str) {
        let stdin = self.child.stdin.as_mut().expect("a pipe");
        writeln!(stdin, "{line}").expect("the shell reads");
    }

    /// Reads until a line contains this, and gives that line.
    fn until(&mut self, part: &str) -> String {
        let mut seen = String::new();
        loop {
            let mut line = String::new();
            let n = self
                .out
                .read_line(&mut line)
                .expect("the shell writes UTF-8");
            assert!(n > 0, "the shell left before `{part}`:\n{seen}");
            if line.contains(part) {
                return line;
            }
            seen.push_str(&line);
        }
    }

    fn end(mut self) {
        drop(self.child.stdin.take());
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut self.out, &mut rest).expect("UTF-8");
        assert!(
            self.child.wait().expect("the shell ends").success(),
            "{rest}"
        );
    }
}

/// The port in `print s.local`.
fn port_of(line: &str) -> u16 {
    line.trim()
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok())
        .unwrap_or_else(|| panic!("no port in {line}"))
}

#[test]
fn the_sheets_client_talks_to_a_shell_that_plays_its_server() {
    if !require("python3") {
        return;
    }
    let mut shell = Typed::new();
    for line in [
        "s = socket.socket()",
        "s.bind((\"127.0.0.1\", 0))",
        "s.listen(5)",
        "print s.local",
    ] {
        shell.line(line);
    }
    shell.until("print s.local");
    let port = port_of(&shell.until("127.0.0.1:"));
    let client = format!(
        "import socket\ns = socket.socket()\nhost = '127.0.0.1'\nport = {port}\ns.connect((host, port))\n\
         print(s.recv(1024).decode())\ns.close()\n"
    );
    let python = Command::new("python3")
        .args(["-c", &client])
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    for line in [
        "c, addr = s.accept()",
        "print 'Got connection from', addr",
        "c.send('Thank you for connecting')",
        "c.close()",
    ] {
        shell.line(line);
    }
    shell.until("Got connection from ('127.0.0.1', ");
    shell.end();
    let said = python.wait_with_output().expect("python3 ends");
    assert_eq!(
        String::from_utf8_lossy(&said.stdout),
        "Thank you for connecting\n"
    );
}

#[test]
fn the_sheets_server_talks_to_a_shell_that_plays_its_client() {
    if !require("python3") {
        return;
    }
    let server = "import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\ns.listen(5)\n\
        print(s.getsockname()[1], flush=True)\nc, addr = s.accept()\nprint('Got connection from', addr, flush=True)\n\
        c.send(b'Thank you for connecting')\nc.close()\n";
    let mut python = Command::new("python3")
        .args(["-c", server])
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let mut out = BufReader::new(python.stdout.take().expect("a pipe"));
    let mut port = String::new();
    out.read_line(&mut port)
        .expect("the server prints its port");
    let lines = format!(
        "s = socket.socket()\ns.connect(('127.0.0.1', {}))\nprint s.recv(1024)\nrecv s 10\nexpect ret 0\nclose s\n",
        port.trim()
    );
    Shell::new(&["run", "-"])
        .input(lines)
        .run()
        .status(0)
        .says(&["Thank you for connecting\n"]);
    let mut said = String::new();
    out.read_line(&mut said).expect("the server prints");
    assert!(
        said.starts_with("Got connection from ('127.0.0.1', "),
        "{said}"
    );
    assert!(python.wait().expect("the server ends").success());
}
