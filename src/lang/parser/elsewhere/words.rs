//! The words by which a line of another language or of a module on top of sockets is known, and what is said to it.

/// What a function makes of a name and an address.
#[derive(Clone, Copy)]
pub(super) enum Makes {
    /// A listener: whether SO_REUSEADDR is set, and the backlog.
    Listener(bool, u16),
    /// A connected TCP socket.
    Client,
    /// A bound UDP socket.
    Udp,
}

/// Functions that make several calls: how their call begins, their name, and what they make.
pub(super) const MAKERS: &[(&str, &str, Makes)] = &[
    (
        "TcpListener::bind(",
        "Rust's TcpListener::bind",
        Makes::Listener(true, 128),
    ),
    (
        "TcpStream::connect(",
        "Rust's TcpStream::connect",
        Makes::Client,
    ),
    ("UdpSocket::bind(", "Rust's UdpSocket::bind", Makes::Udp),
    (
        "create_server(",
        "create_server",
        Makes::Listener(true, 128),
    ),
    ("create_connection(", "create_connection", Makes::Client),
    (
        "TCPServer(",
        "socketserver's TCPServer",
        Makes::Listener(false, 5),
    ),
    ("UDPServer(", "socketserver's UDPServer", Makes::Udp),
    (
        "new ServerSocket(",
        "Java's ServerSocket",
        Makes::Listener(true, 50),
    ),
    ("new Socket(", "Java's Socket", Makes::Client),
    ("new DatagramSocket(", "Java's DatagramSocket", Makes::Udp),
    (
        "net.Listen(",
        "Go's net.Listen",
        Makes::Listener(true, 4096),
    ),
    ("net.Dial(", "Go's net.Dial", Makes::Client),
    (
        "net.createServer(",
        "Node's server",
        Makes::Listener(true, 511),
    ),
    (
        "net.createConnection(",
        "Node's createConnection",
        Makes::Client,
    ),
    ("net.connect(", "Node's connect", Makes::Client),
];

/// Methods of Rust's sockets: how their call begins, and the statement that makes the same call.
pub(super) const RENAMED: &[(&str, &str)] = &[
    (".accept()?", "conn, addr = accept {}"),
    (".accept().", "conn, addr = accept {}"),
    (".accept() {", "conn, addr = accept {}"),
    (".incoming(", "conn, addr = accept {}"),
    (".recv_from(", "data, addr = recvfrom {} 1024"),
    (".send_to(", "sendto {} \"text\" 127.0.0.1:12345"),
    (".write_all(", "sendall {} \"text\""),
    (".write(&", "send {} \"text\""),
    (".read(&", "recv {} 1024"),
    (".peek(&", "recv {} 1024 --peek"),
    (".read_to_end(", "recv {} 1024"),
    (".read_to_string(", "recv {} 1024"),
    (".read_exact(", "recv {} 1024 --waitall"),
    (".set_nodelay(", "setsockopt {} TCP_NODELAY 1"),
    (".set_nonblocking(", "nonblock {} on"),
    (".set_broadcast(", "setsockopt {} SO_BROADCAST 1"),
    (".set_read_timeout(", "setsockopt {} SO_RCVTIMEO 5"),
    (".set_write_timeout(", "setsockopt {} SO_SNDTIMEO 5"),
    (".take_error(", "getsockopt {} SO_ERROR"),
    (".local_addr(", "getsockname {}"),
    (".peer_addr(", "getpeername {}"),
    (".shutdown(Shutdown::Read)", "shutdown {} rd"),
    (".shutdown(Shutdown::Write)", "shutdown {} wr"),
    (".shutdown(Shutdown::Both)", "shutdown {} rdwr"),
];

/// An answer by the words that a line has: the words, what is said, what to type, advice.
pub(super) type Known = (
    &'static [&'static str],
    &'static str,
    &'static [&'static str],
    &'static str,
);

/// Python's modules on top of sockets, C's structures beside them, and what Rust has for a call.
pub(super) const MODULES: &[Known] = &[
    (
        &["unlink(", "os.remove("],
        "files are not removed here: a fresh path, or an abstract name, which leaves no file",
        &["bind s @name"],
        "",
    ),
    (
        &[".append(", ".remove(", ".extend(", ".pop("],
        "a list is not changed here, but given anew",
        &["inputs = [s, conn]"],
        "",
    ),
    (
        &[
            "strcpy(",
            "strncpy(",
            "sprintf(",
            "snprintf(",
            "strcat(",
            "bytearray(",
        ],
        "there are no buffers here: a text has a name, or stands where it is used",
        &["buf = \"text\""],
        "",
    ),
    (
        &["| nc ", "| ncat ", "| netcat ", "|nc "],
        "there are no pipes here: what another program would send is typed where it is sent",
        &["c = socket tcp; connect c 127.0.0.1:12345; send c \"hello\\n\""],
        "",
    ),
    (
        &["kill %", "fg %", "bg %"],
        "a job has its number alone here",
        &["jobs", "cancel 1"],
        "",
    ),
    (
        &["malloc(", "calloc("],
        "there is no memory to ask for: a value has the room it needs",
        &["data = recv s 1024"],
        "",
    ),
    (
        &["hexlify("],
        "a value makes its own hexadecimal digits",
        &["print x.hex()"],
        "",
    ),
    (
        &["random.", "randint("],
        "nothing is drawn at random here, so that a script does the same again",
        &[],
        "write the number itself; in the laboratory `wire loss 30%` loses packets",
    ),
    (
        &["gai_strerror("],
        "an error of getaddrinfo is shown in words, beside the call",
        &["explain EAI"],
        "",
    ),
    (
        &["closesocket("],
        "that is close on Windows",
        &["close s"],
        "",
    ),
    (
        &[".ioctl("],
        "ioctl is not among the calls taught here",
        &["nonblock s on"],
        "",
    ),
    (
        &["Socket::new("],
        "socket2's Socket::new makes the call socket",
        &["s = socket tcp"],
        "",
    ),
    (
        &["println!", "print!", "eprintln!"],
        "this is Rust's print",
        &["print \"text\""],
        "",
    ),
    (
        &["drop("],
        "Rust closes a socket when it is dropped; here it is closed by its name",
        &["close s"],
        "",
    ),
    (
        &[
            "socketserver.",
            "SocketServer.",
            "BaseRequestHandler",
            ".serve_forever(",
            ".handle_request(",
        ],
        "socketserver makes the calls of a server by itself; here each is typed",
        &["s = socket tcp; bind s 127.0.0.1:12345; listen s 5; conn, addr = accept s"],
        "its handler's self.request is the socket that accept gave: recv conn 1024",
    ),
    (
        &["self.request.", "self.client_address"],
        "socketserver's self.request is the socket that accept() gave",
        &["conn, addr = accept s", "recv conn 1024"],
        "",
    ),
    (
        &[
            "selectors.",
            "DefaultSelector",
            "EVENT_READ",
            "EVENT_WRITE",
            "sel.",
            "key.fileobj",
            "key.data",
        ],
        "selectors keeps a list and calls epoll or poll with it; here the sockets stand in the call",
        &["poll s r conn rw 1000", "select r s conn w conn 5"],
        "each name may be followed by what to wait for: r, w or rw",
    ),
    (
        &[
            "threading.",
            ".start()",
            ".join()",
            ".acquire()",
            ".release()",
        ],
        "there are no threads to start or lock here: a call that sleeps becomes a job, and the prompt comes back",
        &["accept s", "jobs"],
        "",
    ),
    (
        &[
            "asyncio.",
            "await ",
            "async ",
            "trio.",
            "reader.read",
            "writer.write",
            "writer.drain",
        ],
        "asyncio makes non-blocking calls and waits with epoll; here each call is typed",
        &["nonblock s on", "poll s r 1000"],
        "",
    ),
    (
        &[".revents", ".events", "pfds["],
        "the fields of a structure are not kept here: sockets and events stand in the call",
        &["poll s r 2500"],
        "the answer says which are ready, and for what",
    ),
    (
        &[
            "sigaction(",
            ".sa_handler",
            ".sa_flags",
            "sigemptyset(",
            "waitpid(",
            "SIGCHLD",
        ],
        "there are no child processes here, so no signal of theirs is waited for",
        &[],
        "leave this line out: a call that sleeps becomes a job, and one shell plays server and clients",
    ),
];

/// Programs that make the calls of a client or a server.
pub(super) const PROGRAMS: [&str; 4] = ["nc", "ncat", "netcat", "socat"];

/// What is typed in the place of such a program: whether it waits for the other side, whether over UDP, what is said,
/// and the statements.
pub(super) const INSTEAD: [(bool, bool, &str, &[&str]); 4] = [
    (
        true,
        false,
        "a line of another program, which waits for a client: here a server's calls are typed",
        &["s = socket tcp; bind s 127.0.0.1:12345; listen s 5; conn, addr = accept s"],
    ),
    (
        true,
        true,
        "a line of another program, which waits for a datagram: here its calls are typed",
        &["s = socket udp; bind s 127.0.0.1:12345; recvfrom s 1024"],
    ),
    (
        false,
        true,
        "a line of another program, which sends over UDP: here its calls are typed",
        &["u = socket udp", "sendto u \"hello\" 127.0.0.1:12345"],
    ),
    (
        false,
        false,
        "a line of another program: here a client's calls are typed",
        &["c = socket tcp; connect c 127.0.0.1:12345"],
    ),
];

/// What tells a language, as it begins a line or stands in it.
pub(super) const LANGUAGES: &[(&str, &[&str], &[&str])] = &[
    (
        "C++",
        &["namespace ", "template <", "template<"],
        &[
            "cout <<",
            "cerr <<",
            "cin >>",
            "std::cout",
            "std::cerr",
            "std::cin",
            "std::endl",
            "std::string ",
            "std::vector<",
            "std::array<",
            "std::unique_ptr",
            "std::shared_ptr",
            "std::to_string",
            "std::getline",
            "std::memset",
            "std::strlen",
            "std::move",
        ],
    ),
    (
        "Rust",
        &[
            "let ", "match ", "loop {", "Ok(", "Err(", "Some(", "impl ", "pub ", "mod ", "drop(",
            "#[",
        ],
        &[
            "println!",
            ".unwrap()",
            ".expect(",
            ")?",
            "&mut ",
            "&[",
            "std::",
            "io::",
            "Socket::",
            "Domain::",
            "Shutdown::",
        ],
    ),
    (
        "Go",
        &["func ", "defer ", "go ", "chan "],
        &[":=", "!= nil", "fmt.", "bufio."],
    ),
    (
        "JavaScript",
        &["const net", "var net", "let net", "});"],
        &[
            ") => {",
            "() =>",
            "require(",
            "console.",
            "function(",
            "function (",
            ".on(",
            ".pipe(",
        ],
    ),
    (
        "Java",
        &[
            "public ",
            "private ",
            "protected ",
            "Socket ",
            "ServerSocket ",
            "DatagramPacket ",
        ],
        &[
            "System.",
            "= new ",
            "=new ",
            "getOutputStream",
            "getInputStream",
            "String[",
            ".writeUTF(",
        ],
    ),
    ("PHP", &["$", "<?php"], &[]),
    ("Ruby", &["require "], &["TCPServer.", "TCPSocket."]),
];
