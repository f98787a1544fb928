//! EADDRINUSE: who has the port.

use super::{Case, all_hold, case, judge, run, told};
use crate::harness::{PROGRAM, require};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

/// A connection that the server's side closed first, and whose listener is closed.
macro_rules! old {
    ($first:literal) => {
        concat!(
            "l = socket tcp\n",
            $first,
            "bind l 127.0.0.1:0\nlisten l 5\nat = l.local\n",
            "c = socket tcp\nconnect c l.local\nconn = accept l\n",
            "close conn\nrecv c 1\nexpect ret 0\nclose c\nexpect state conn TIME_WAIT\nclose l\n",
            "s = socket tcp\n"
        )
    };
}

/// Two sockets with one port, and a third.
macro_rules! several {
    ($kind:literal, $option:literal) => {
        concat!(
            "r = socket ",
            $kind,
            "\nsetsockopt r ",
            $option,
            " 1\nbind r 0.0.0.0:0\nq = socket ",
            $kind,
            "\nsetsockopt q ",
            $option,
            " 1\nbind q r.local\nb = socket ",
            $kind,
            "\n"
        )
    };
}

pub const CASES: &[Case] = &[
    case(
        "bind",
        "EADDRINUSE",
        "LISTENER\ns = socket tcp\nbind s l.local",
        &[
            "Your own socket l has it",
            "LISTEN",
            "SO_REUSEADDR would not help",
            "close l",
            "who ",
        ],
        &["TIME_WAIT", "process"],
    ),
    case(
        "bind",
        "EADDRINUSE",
        "LISTENER\ns = socket tcp\nsetsockopt l SO_REUSEADDR 1\nsetsockopt s SO_REUSEADDR 1\nbind s l.local",
        &["Your own socket l has it", "would not help"],
        &["TIME_WAIT"],
    ),
    case(
        "bind",
        "EADDRINUSE",
        "a = socket tcp\nbind a 127.0.0.1:0\ns = socket tcp\nbind s a.local",
        &["Your own socket a has it", "a port of its own", "close a"],
        &["LISTEN", "would not help"],
    ),
    case(
        "bind",
        "EADDRINUSE",
        concat!(several!("tcp", "SO_REUSEADDR"), "bind b r.local"),
        &[
            "r and q have SO_REUSEADDR, and would share the port with b",
            "setsockopt b SO_REUSEADDR 1; bind b 0.0.0.0:",
            "close r; close q",
        ],
        &["of its own"],
    ),
    // Closed first, it would keep the port in TIME_WAIT.
    case(
        "bind",
        "EADDRINUSE",
        "PAIR\nclose l\ns = socket tcp\nsetsockopt s SO_REUSEADDR 1\nbind s conn.local",
        &[
            "s has SO_REUSEADDR, but conn has not",
            "setsockopt conn SO_REUSEADDR 1; bind s 127.0.0.1:",
        ],
        &["of its own", "close conn"],
    ),
    case(
        "bind",
        "EADDRINUSE",
        "PAIR\nclose l\ns = socket tcp\nbind s conn.local",
        &[
            "Your own socket conn has it",
            "unless all have SO_REUSEADDR",
        ],
        &["close conn"],
    ),
    case(
        "bind",
        "EADDRINUSE",
        "a = socket udp\nbind a 127.0.0.1:0\ns = socket udp\nbind s a.local",
        &["Your own socket a has it", "whose a datagram is"],
        &["would not help"],
    ),
    case(
        "bind",
        "EADDRINUSE",
        concat!(several!("udp", "SO_REUSEADDR"), "bind b r.local"),
        &[
            "r and q have SO_REUSEADDR, and would share the port with b, if it had that too",
            "setsockopt b SO_REUSEADDR 1; bind b 0.0.0.0:",
            "close r; close q",
        ],
        &["of its own", "but r"],
    ),
    case(
        "bind",
        "EADDRINUSE",
        concat!(
            several!("udp", "SO_REUSEADDR"),
            "setsockopt b SO_REUSEPORT 1\nbind b r.local"
        ),
        &[
            "b has SO_REUSEPORT, but r and q have not: to share a port, all need it",
            "setsockopt b SO_REUSEADDR 1; bind b 0.0.0.0:",
        ],
        &["of its own"],
    ),
    case(
        "bind",
        "EADDRINUSE",
        "r = socket udp\nbind r 127.0.0.1:0\nb = socket udp\nsetsockopt b SO_REUSEPORT 1\nbind b r.local",
        &[
            "b has SO_REUSEPORT, but r has not",
            "setsockopt r SO_REUSEPORT 1; bind b 127.0.0.1:",
        ],
        &["of its own", "would share"],
    ),
    case(
        "bind",
        "EADDRINUSE",
        "l = socket tcp\nbind l 127.0.0.1:0\nb = socket tcp6\nb.bind((\"::\", l.getsockname()[1]))",
        &[
            "[::] takes IPv4 too",
            "setsockopt b IPV6_V6ONLY 1; bind b [::]:",
        ],
        &["any-address overlaps"],
    ),
    case(
        "bind",
        "EADDRINUSE",
        "l = socket tcp6\nbind l [::]:0\nlisten l 5\nb = socket tcp\nb.bind((\"127.0.0.1\", l.getsockname()[1]))",
        &[
            "bound without IPV6_V6ONLY",
            "close l",
            "explain IPV6_V6ONLY",
        ],
        &["any-address overlaps", "setsockopt b"],
    ),
    case(
        "bind",
        "EADDRINUSE",
        "a = socket tcp\nbind a 0.0.0.0:0\ns = socket tcp\ns.bind((\"127.0.0.1\", a.getsockname()[1]))",
        &[
            "Your own socket a has it: 0.0.0.0:",
            "overlaps every address",
        ],
        &["TIME_WAIT"],
    ),
    case(
        "listen",
        "EADDRINUSE",
        "a = socket tcp\nsetsockopt a SO_REUSEADDR 1\nbind a 127.0.0.1:0\nb = socket tcp\nsetsockopt b SO_REUSEADDR 1\nbind b a.local\nlisten a 1\nlisten b 1",
        &["another socket listens on port", "Your own socket a has it"],
        &["did not give this socket"],
    ),
    case(
        "bind",
        "EADDRINUSE",
        concat!(old!(""), "bind s at"),
        &[
            "an old connection",
            "TIME_WAIT",
            "Neither the old socket nor this one has SO_REUSEADDR",
        ],
        &["Your own socket", "process"],
    ),
    case(
        "bind",
        "EADDRINUSE",
        concat!(old!("setsockopt l SO_REUSEADDR 1\n"), "bind s at"),
        &[
            "TIME_WAIT",
            "The old socket had SO_REUSEADDR; s has not",
            "setsockopt s SO_REUSEADDR 1",
        ],
        &["Neither"],
    ),
    case(
        "bind",
        "EADDRINUSE",
        concat!(old!(""), "setsockopt s SO_REUSEADDR 1\nbind s at"),
        &[
            "TIME_WAIT",
            "s has SO_REUSEADDR, but the old socket did not have it",
            "both need it",
        ],
        &["Neither"],
    ),
    // Only who is in the way: not another protocol, another address, or IPv6 alone.
    case(
        "bind",
        "EADDRINUSE",
        "LISTENER\na = socket udp\nbind a l.local\ns = socket udp\nbind s l.local",
        &["Your own socket a has it"],
        &["LISTEN", "socket l"],
    ),
    case(
        "bind",
        "EADDRINUSE",
        "l = socket tcp\nbind l 127.0.0.2:0\nlisten l 1\nport = l.getsockname()[1]\na = socket tcp\n\
         a.bind((\"127.0.0.3\", port))\ns = socket tcp\ns.bind((\"127.0.0.3\", port))",
        &["Your own socket a has it: 127.0.0.3"],
        &["LISTEN", "socket l"],
    ),
    case(
        "bind",
        "EADDRINUSE",
        concat!(
            old!(""),
            "t = socket tcp6\nsetsockopt t IPV6_V6ONLY 1\nt.bind((\"::\", at[1]))\nlisten t 1\n\
             u = socket udp\nbind u at\nbind s at"
        ),
        &["an old connection", "TIME_WAIT"],
        &["Your own socket"],
    ),
];

#[test]
fn who_has_the_port_is_named() {
    all_hold(CASES);
}

#[test]
fn with_so_reuseaddr_on_both_sockets_a_port_in_time_wait_is_free() {
    let script = concat!(
        old!("setsockopt l SO_REUSEADDR 1\n"),
        "setsockopt s SO_REUSEADDR 1\nbind s at\nexpect ok\n"
    );
    run(script).status(0);
}

#[test]
fn what_is_said_to_share_a_port_or_to_leave_ipv4_to_another_does_it() {
    for (before, remedy) in [
        (
            concat!(several!("udp", "SO_REUSEADDR"), "bind b r.local\n"),
            "setsockopt b SO_REUSEADDR 1\nbind b r.local",
        ),
        (
            concat!(several!("udp", "SO_REUSEPORT"), "bind b r.local\n"),
            "setsockopt b SO_REUSEPORT 1\nbind b r.local",
        ),
        (
            "r = socket udp\nbind r 127.0.0.1:0\nb = socket udp\nsetsockopt b SO_REUSEPORT 1\nbind b r.local\n",
            "setsockopt r SO_REUSEPORT 1\nbind b r.local",
        ),
        (
            concat!(several!("tcp", "SO_REUSEADDR"), "bind b r.local\n"),
            "setsockopt b SO_REUSEADDR 1\nbind b r.local",
        ),
        (
            "PAIR\nclose l\ns = socket tcp\nsetsockopt s SO_REUSEADDR 1\nbind s conn.local\n",
            "setsockopt conn SO_REUSEADDR 1\nbind s conn.local",
        ),
        (
            "l = socket tcp\nbind l 127.0.0.1:0\nlisten l 5\nb = socket tcp6\nb.bind((\"::\", l.getsockname()[1]))\n",
            "setsockopt b IPV6_V6ONLY 1\nb.bind((\"::\", l.getsockname()[1]))",
        ),
    ] {
        run(&format!(
            "{before}expect error EADDRINUSE\n{remedy}\nexpect ok\n"
        ))
        .status(0);
    }
}

#[test]
fn an_ipv4_socket_of_another_process_and_the_any_address_of_ipv6() {
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let script = format!("b = socket tcp6\nbind b [::]:{port}\n");
    let answer = told(&run(&script).events(), "bind", "EADDRINUSE");
    let answer = answer.unwrap_or_else(|why| panic!("{why}"));
    let line = format!("setsockopt b IPV6_V6ONLY 1; bind b [::]:{port}");
    let says = ["Another process has it: ", "[::] takes IPv4 too", &line];
    assert_eq!(judge(&answer, &says, &["Your own"]), None);
}

/// Another process that has a port until it is dropped.
struct Other {
    child: Child,
    addr: String,
}

impl Drop for Other {
    fn drop(&mut self) {
        // It may have left by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Other {
    fn new(mut command: Command, input: &str, addr: impl Fn(&str) -> Option<String>) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let stdin = child.stdin.as_mut().expect("a pipe");
        stdin.write_all(input.as_bytes()).expect("it reads");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let found = lines.map_while(Result::ok).find_map(|line| addr(&line));
        Self {
            child,
            addr: found.expect("it says its port"),
        }
    }

    /// Tries to have the same port.
    #[track_caller]
    fn is_named(&self, who: &str) {
        let script = format!("s = socket tcp\nbind s {}\n", self.addr);
        let answer = told(&run(&script).events(), "bind", "EADDRINUSE")
            .unwrap_or_else(|why| panic!("{why}"));
        let process = format!("(pid {})", self.child.id());
        let who = format!("Another process has it: {who}");
        let wrong = judge(
            &answer,
            &[&who, &process, "LISTEN", "Only that process", "who "],
            &["Your own socket", "TIME_WAIT"],
        );
        assert_eq!(wrong, None);
    }
}

#[test]
fn a_port_of_a_python_program() {
    if !require("python3") {
        return;
    }
    let server = "import socket, sys\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\ns.listen()\n\
        print('127.0.0.1:%d' % s.getsockname()[1], flush=True)\nsys.stdin.read()\n";
    let mut python = Command::new("python3");
    python.args(["-c", server]);
    Other::new(python, "", |line| Some(line.to_owned())).is_named("python");
}

#[test]
fn a_port_of_another_shell() {
    let mut shell = Command::new(PROGRAM);
    shell.args(["--json", "run", "-"]);
    let script = "l = socket tcp\nlisten l 5\n";
    let other = Other::new(shell, script, |line| {
        let event: Value = serde_json::from_str(line).ok()?;
        (event["to"] == "LISTEN").then(|| event["local"].as_str().map(str::to_owned))?
    });
    other.is_named("socktutor");
}

#[test]
fn a_socket_of_this_session_that_takes_ipv6_alone_is_not_in_the_way() {
    let other = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let at = other.local_addr().unwrap();
    let script = format!(
        "u = socket udp6\nsetsockopt u IPV6_V6ONLY 1\nbind u [::]:{}\ns = socket udp\nbind s {at}\n",
        at.port()
    );
    let answer = told(&run(&script).events(), "bind", "EADDRINUSE");
    let answer = answer.unwrap_or_else(|why| panic!("{why}"));
    let pid = format!("(pid {})", std::process::id());
    let wrong = judge(&answer, &["Another process has it: ", &pid], &["Your own"]);
    assert_eq!(wrong, None);
}

/// What the other process has set is not known here, nor does closing the own socket free the port.
#[test]
fn a_udp_port_that_is_shared_with_another_process() {
    let other = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    nix::sys::socket::setsockopt(&other, nix::sys::socket::sockopt::ReuseAddr, &true).unwrap();
    let at = other.local_addr().unwrap();
    let script = format!(
        "u = socket udp\nsetsockopt u SO_REUSEADDR 1\nbind u {at}\ns = socket udp\nbind s {at}\n"
    );
    let answer = told(&run(&script).events(), "bind", "EADDRINUSE");
    let answer = answer.unwrap_or_else(|why| panic!("{why}"));
    let says = ["Your own socket u has it", "who "];
    assert_eq!(judge(&answer, &says, &["of its own", "close u"]), None);
}
