//! Programs of the best-known tutorials, line by line, without their loops: what they do is done.

use crate::harness::script;

#[test]
fn an_answer_of_getaddrinfo_makes_a_server_as_in_pythons_documentation() {
    let lines = "import socket\n\
        HOST = None               # Symbolic name meaning all available interfaces\n\
        PORT = 0\n\
        res = socket.getaddrinfo(HOST, 80, socket.AF_INET, socket.SOCK_STREAM, 0, socket.AI_PASSIVE)[0]\n\
        \x20   af, socktype, proto, canonname, sa = res\n\
        expect sa == ('0.0.0.0', 80)\n\
        expect canonname == ''\n\
        \x20       s = socket.socket(af, socktype, proto)\n\
        s.bind(('127.0.0.1', PORT))\n\
        s.listen(1)\n\
        for_client = socket.getaddrinfo('127.0.0.1', s.local[1], type=socket.SOCK_STREAM)\n\
        c = socket.socket(af, socktype)\n\
        c.connect(for_client[0][4])\n\
        conn, addr = s.accept()\n\
        print('Connected by', addr)\n\
        c.sendall(b'Hello, world')\n\
        data = conn.recv(1024)\n\
        print('Received', repr(data))\n";
    script(lines).status(0).says(&[
        "getaddrinfo(NULL, \"80\", {ai_flags=AI_PASSIVE, ai_family=AF_INET, ai_socktype=SOCK_STREAM, ai_protocol=0}, [{AF_INET, SOCK_STREAM, IPPROTO_TCP, 0.0.0.0:80}]) = 0",
        "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3",
        "Connected by ('127.0.0.1', ",
        "Received b'Hello, world'\n",
    ]);
}

#[test]
fn getaddrinfo_in_c_fills_its_list() {
    let lines = "#define PORT \"3490\"  // the port users will be connecting to\n\
        struct addrinfo hints, *servinfo, *p;\n\
        memset(&hints, 0, sizeof hints);\n\
        int rv = getaddrinfo(\"127.0.0.1\", PORT, &hints, &servinfo);\n\
        fprintf(stderr, \"first: %s\\n\", servinfo[0][4]);\n";
    script(lines).status(0).says(&[
        "getaddrinfo(\"127.0.0.1\", \"3490\", {ai_family=AF_UNSPEC, ",
        "first: ('127.0.0.1', 3490)\n",
    ]);
}

#[test]
fn port_0_is_a_service_of_getaddrinfo_and_no_service_is_none() {
    script("r = socket.getaddrinfo(None, 0, socket.AF_INET, socket.SOCK_STREAM)\nexpect r[0][4] == ('127.0.0.1', 0)\n")
        .status(0)
        .says(&["getaddrinfo(NULL, \"0\", "]);
    script("getaddrinfo('127.0.0.1')\n")
        .status(0)
        .says(&["getaddrinfo(\"127.0.0.1\", NULL, "]);
}

#[test]
fn a_whole_answer_is_no_address() {
    let lines = "r = getaddrinfo 127.0.0.1 80\nc = socket tcp\nconnect c r[0]\n";
    let ran = script(lines).status(2);
    assert!(
        ran.stdout
            .contains("r[0][4] is the address of the first answer: here 127.0.0.1:80"),
        "{}",
        ran.stdout
    );
    for three in ["(2, 1, 6)", "(2, 1, 6, 7, 8)"] {
        script(&format!("a = {three}\nc = socket tcp\nconnect c a\n"))
            .status(2)
            .says(&["an address is a tuple of host and port"]);
    }
}

#[test]
fn a_name_without_an_address_is_told_how_to_get_one() {
    script("int s = socket(AF_INET, SOCK_STREAM, 0);\nbind(s, (struct sockaddr*)&address, sizeof(address));\n")
        .status(2)
        .says(&["called `address`", "address = (\"127.0.0.1\", 12345)"]);
    let typed = "#define PORT 0\nint s = socket(AF_INET, SOCK_STREAM, 0);\naddress = (\"127.0.0.1\", PORT)\n\
                 bind(s, (struct sockaddr*)&address, sizeof(address));\nlisten(s, 3);\nexpect state s LISTEN\n";
    script(typed).status(0);
}

#[test]
fn the_exit_of_a_failed_call_does_not_end_the_session() {
    for exit in ["exit(1);", "exit(EXIT_FAILURE);", "sys.exit(1)", "exit(-1)"] {
        script(&format!("{exit}\nprint 'still here'\n"))
            .status(0)
            .says(&["the session goes on (quit ends it)", "still here"]);
    }
    for exit in ["exit(0);", "sys.exit()", "exit(EXIT_SUCCESS)", "quit"] {
        let ran = script(&format!("{exit}\nprint 'still here'\n")).status(0);
        assert!(!ran.stdout.contains("still here"), "{exit}\n{}", ran.stdout);
    }
}

#[test]
fn a_comment_of_c_may_go_over_several_lines() {
    script("/*\n** server.c -- a stream socket server demo (of 2\n*/\nint s = socket(AF_INET, SOCK_STREAM, 0);\nexpect sockets 1\n")
        .status(0);
}

#[test]
fn a_multicast_group_may_be_packed_from_a_variable() {
    let lines = "multicast_group = '224.3.29.71'\n\
        group = socket.inet_aton(multicast_group)\n\
        mreq = struct.pack('4sL', group, socket.INADDR_ANY)\n\
        u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
        u.setsockopt(socket.IPPROTO_IP, socket.IP_DROP_MEMBERSHIP, mreq)\n\
        expect error EADDRNOTAVAIL\n";
    script(lines).status(0).says(&[
        "{imr_multiaddr=inet_addr(\"224.3.29.71\"), imr_interface=inet_addr(\"0.0.0.0\")}, 16) = -1",
    ]);
}

#[test]
fn the_separator_of_print_is_kept() {
    script("print('a', 3, 'b', sep=', ')\nprint('a', 'b', sep='')\n")
        .status(0)
        .says(&["  a, 3, b\n", "  ab\n"]);
}

#[test]
fn part_of_a_buffer_is_sent() {
    script(
        "a, b = socketpair()\nchar *hello = \"Hello\"; int n = 2;\nsend(a, hello, 3, 0);\nsend(a, hello, n, 0);\n\
         recv b 9\nexpect data \"HelHe\"\n",
    )
    .status(0);
}

/// What CPython and printf(3) write.
#[test]
fn values_are_laid_out_in_the_forms_of_a_format() {
    script(
        "print(\"%-10s|%5d|%05d|\" % (\"ab\", 7, -42))\n\
         print(f\"{7:04x} {255:#x} {7:>5}|{3.5:>6}|{True:3}|\")\n\
         print(\"{:>10}|{:08b}|{}\".format(\"x\", 3, 4))\n\
         a = (\"127.0.0.1\", 80); print(\"{:>12}:{:05}\".format(*a))\n\
         printf(\"0x%02x %c %-3d|\\n\", 10, 65, 7);\n\
         expect format(255, \"x\") == \"ff\"\n",
    )
    .status(0)
    .says(&[
        "  ab        |    7|-0042|\n",
        "  0007 0xff     7|   3.5|  1|\n",
        "           x|00000011|4\n",
        "     127.0.0.1:00080\n",
        "  0x0a A 7  |\n",
    ]);
    script("print(\"%x\" % -1)\n")
        .status(2)
        .says(&["`-1` cannot be laid out as `x`"]);
    script("print(format(1, \"q\"))\n")
        .status(2)
        .says(&["there is no form `q` here"]);
}

#[test]
fn what_c_keeps_in_network_byte_order_means_what_it_means_there() {
    // UDP's connect takes any port, whoever has it.
    let lines = "u = socket udp\n\
        uint16_t port = htons(9307);\n\
        uint32_t lo = htonl(0x7f000001);\n\
        in_addr_t ia = inet_addr(\"127.0.0.1\");\n\
        connect(u, {sa_family=AF_INET, sin_port=port, sin_addr=lo}, 16);\n\
        expect peer u 127.0.0.1:9307\n\
        connect(u, {sa_family=AF_INET, sin_port=htons(9308), sin_addr=ia}, 16);\n\
        expect peer u 127.0.0.1:9308\n\
        n = htons(9309)\n\
        connect(u, {sa_family=AF_INET, sin_port=9309, sin_addr=ia}, 16);\n\
        expect peer u (\"127.0.0.1\", n)\n\
        connect(u, {sa_family=AF_INET, sin_port=htons(htons(9309)), sin_addr=ia}, 16);\n\
        expect peer u (\"127.0.0.1\", n)\n\
        u.connect((\"127.0.0.1\", socket.htons(9309)))\n\
        expect peer u (\"127.0.0.1\", n)\n";
    script(lines).status(0).says(&[
        &format!("9309 without htons() is port {}", 9309_u16.to_be()),
        "htons(9309)",
    ]);
}

#[test]
fn a_buffer_in_the_place_of_a_length_is_told() {
    for (call, c) in [
        ("read(b, buf)", "read(s, buf, 1024)"),
        ("recv(b, buf)", "recv(s, buf, 1024, 0)"),
    ] {
        let ran = script(&format!("a, b = socketpair\nbuf = b'x'\n{call}\n")).status(2);
        ran.says(&["this needs a length, and got bytes", c]);
    }
}

#[test]
fn a_host_with_more_in_it_is_not_looked_up() {
    for host in ["http://localhost", "localhost:80"] {
        script(&format!(
            "u = socket udp\nh = '{host}'\nu.connect((h, 80))\n"
        ))
        .status(2)
        .says(&[&format!("`{host}` is more than a host's name")]);
    }
}

#[test]
fn the_first_of_accepts_pair_has_the_name_that_it_is_given() {
    let lines = "s = socket.socket()\ns.bind(('127.0.0.1', 0))\ns.listen(1)\nc = socket.socket()\n\
        c.connect(s.getsockname())\nconn = s.accept()[0]\nls\nexpect state conn ESTABLISHED\n";
    let ran = script(lines).status(0);
    assert!(!ran.stdout.contains("c1"), "{}", ran.stdout);
}

#[test]
fn in_c_poll_gives_how_many_are_ready() {
    script(
        "a, b = socketpair\nsend b hi\nint n = poll(&(struct pollfd){a, POLLIN}, 1, 100);\nprintf(\"%d ready\\n\", n);\n",
    )
    .status(0)
    .says(&["1 ready"]);
    script("a, b = socketpair\nsend b hi\nfound = poll a r 100\nprint found\n")
        .status(0)
        .says(&["((a (unix-stream, descriptor 3), 'r'),)"]);
}
