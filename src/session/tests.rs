//! The session from inside: notation, values, what a script may reach, and calls without their kernel's mercy.

use super::prepared::Refusal;
use super::*;
use crate::event::Addr;
use crate::lang::ast::{Action, Dialect};
use crate::sys::call;
use crate::text::escape::visible;
use nix::fcntl::{FcntlArg, fcntl};
use std::net::IpAddr;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicI32, Ordering};

/// The machine's network, with descriptors from this number up. The kernel gives every other test of this process the
/// lowest free number, far below: a number that a session here has closed stays free, and its later sockets have higher
/// ones.
struct Apart(RawFd);

/// How many sockets a session of these tests has at once, at most.
const ROOM: RawFd = 16;

impl Network for Apart {
    fn label(&self) -> Option<String> {
        Machine.label()
    }

    fn name(&self) -> String {
        Machine.name()
    }

    fn socket(
        &self,
        domain: i32,
        kind: i32,
        protocol: i32,
    ) -> Result<Result<RawFd, Errno>, Refusal> {
        let made = Machine.socket(domain, kind, protocol)?;
        Ok(made.map(|fd| {
            let apart = fcntl(call::borrowed(fd), FcntlArg::F_DUPFD_CLOEXEC(self.0)).unwrap();
            call::close(fd).unwrap();
            assert!(apart < self.0 + ROOM, "{apart} is another session's");
            apart
        }))
    }

    fn host(&self, name: &str, ipv6: bool) -> Option<IpAddr> {
        Machine.host(name, ipv6)
    }

    fn is_at(&self, ip: IpAddr) -> bool {
        Machine.is_at(ip)
    }
}

/// A session at the prompt, whose descriptors no other test gets.
fn session() -> Session {
    // Above the program's own (512 and up), of which the tests beside these have a few.
    static NEXT: AtomicI32 = AtomicI32::new(700);
    crate::sys::high::raise_limit();
    let apart = Apart(NEXT.fetch_add(ROOM, Ordering::Relaxed));
    Session::new(Box::new(apart), Policy::default(), Duration::from_secs(5))
}

/// Makes the one call of a line and gives what came of it.
fn make(session: &mut Session, line: &str) -> Result<Step, NotYet> {
    let statements = crate::lang::parse_with(line, &|name| session.knows(name)).unwrap();
    let statement = statements.into_iter().next().unwrap();
    let Action::Call(call) = &statement.action else {
        panic!("`{line}` is no call");
    };
    let prepared = session.prepare(call)?;
    session
        .make(prepared, &statement.targets, &line.into(), Dialect::Shell)
        .map_err(NotYet::from)
}

/// The same for a call that returns.
fn done(session: &mut Session, line: &str) -> Done {
    match make(session, line) {
        Ok(Step::Done(done)) => *done,
        other => panic!("`{line}`: {other:?}"),
    }
}

fn refused(session: &mut Session, line: &str) -> Refusal {
    match make(session, line) {
        Err(NotYet::Refused(refusal)) => refusal,
        other => panic!("`{line}`: {other:?}"),
    }
}

#[test]
fn every_primitive_of_the_table_has_its_function_and_no_function_is_left_over() {
    use crate::lang::table::{COMMANDS, Role};
    let table: Vec<&str> = COMMANDS
        .iter()
        .filter(|command| !matches!(command.role, Role::Shell | Role::Lab))
        .map(|command| command.name)
        .collect();
    for name in &table {
        assert!(
            PRIMITIVES.iter().any(|(known, _)| known == name),
            "{name} has no function"
        );
    }
    for (name, _) in PRIMITIVES {
        assert!(table.contains(name), "{name} is not in the table");
    }
}

#[test]
fn calls_read_as_strace_writes_them() {
    let mut s = session();
    let texts: Vec<String> = [
        "s = socket AF_INET SOCK_STREAM|SOCK_NONBLOCK 0",
        "setsockopt s SO_LINGER 1 0",
        "shutdown s wr",
    ]
    .into_iter()
    .flat_map(|line| done(&mut s, line).calls)
    .map(|call| call.text)
    .collect();
    let fd = s.find_socket("s").unwrap().fd;
    assert_eq!(
        texts[0],
        format!("socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP) = {fd}")
    );
    assert_eq!(
        texts[1],
        format!("setsockopt({fd}, SOL_SOCKET, SO_LINGER, {{l_onoff=1, l_linger=0}}, 8) = 0")
    );
    let enotconn = "-1 ENOTCONN (Transport endpoint is not connected)";
    assert_eq!(texts[2], format!("shutdown({fd}, SHUT_WR) = {enotconn}"));
}

#[test]
fn new_sockets_name_themselves_where_nobody_does() {
    let mut s = session();
    done(&mut s, "socket tcp");
    done(&mut s, "s2 = socket tcp");
    done(&mut s, "socket udp");
    let names: Vec<String> = s
        .open_sockets()
        .iter()
        .map(|socket| socket.name.to_string())
        .collect();
    assert_eq!(names, ["s1", "s2", "s3"]);
}

#[test]
fn a_name_that_goes_to_another_socket_leaves_the_first_open_under_its_number() {
    let mut s = session();
    done(&mut s, "s = socket tcp");
    let first = s.find_socket("s").unwrap().fd;
    done(&mut s, "s = socket udp");
    let now = format!("fd{first}");
    assert_eq!(*s.by_fd(first).unwrap().name, *now);
    assert_eq!(s.find_socket(&now).unwrap().fd, first);
    assert_eq!(s.displaced(), [("s".to_owned(), now)]);
    assert_eq!(s.displaced(), []);
    assert_eq!(s.find_socket("s").unwrap().proto(), "udp");
}

#[test]
fn a_closed_socket_says_ebadf_but_never_reaches_another() {
    let mut s = session();
    done(&mut s, "a = socket tcp");
    done(&mut s, "close a");
    assert_eq!(done(&mut s, "listen a 1").result, Err(Errno(libc::EBADF)));
    done(&mut s, "b = socket tcp");
    let [a, b] = ["a", "b"].map(|name| s.find_socket(name).unwrap().fd);
    assert_eq!(a, b, "the lowest free number");
    let refusal = refused(&mut s, "listen a 1");
    assert!(
        refusal.message.contains("now belongs to b"),
        "{}",
        refusal.message
    );
}

#[test]
fn closed_sockets_are_not_remembered_for_ever() {
    let mut s = session();
    for _ in 0..600 {
        done(&mut s, "socket tcp");
        let name = s.open_sockets()[0].name.clone();
        done(&mut s, &format!("close {name}"));
    }
    assert!(
        s.variables().len() <= 300,
        "{} names are kept",
        s.variables().len()
    );
}

#[test]
fn a_script_reaches_only_this_machine_and_its_own_folder() {
    let policy = Policy::of_script(false, false);
    let addr = |text: &str| Addr::Inet(text.parse().unwrap());
    for here in [
        "127.0.0.1:80",
        "127.9.9.9:1",
        "[::1]:80",
        "0.0.0.0:80",
        "[::ffff:127.0.0.1]:80",
    ] {
        assert_eq!(policy.may_reach(&addr(here), "s"), Ok(()), "{here}");
    }
    for outside in ["203.0.113.1:80", "[2001:db8::1]:80", "255.255.255.255:9"] {
        assert!(policy.may_reach(&addr(outside), "s").is_err(), "{outside}");
    }
    assert!(policy.path("a.sock").unwrap().is_absolute());
    for outside in ["/etc/passwd", "../x", "a/../../x", "/tmp/x"] {
        assert!(policy.path(outside).is_err(), "{outside}");
    }
    let everything = Policy::of_script(true, true);
    assert_eq!(everything.may_reach(&addr("203.0.113.1:80"), "s"), Ok(()));
    assert_eq!(
        everything.path("/etc/passwd").unwrap().to_str(),
        Some("/etc/passwd")
    );
}

#[test]
fn the_shells_own_files_are_out_of_reach() {
    let mut s = session();
    for line in ["close 1", "write 1 \"x\"", "read 0 1", "nonblock 0 on"] {
        let refusal = refused(&mut s, line);
        assert!(
            refusal.message.contains("the shell's own"),
            "{line}: {}",
            refusal.message
        );
    }
}

#[test]
fn values_compare_by_what_they_say() {
    let addr = Value::Addr(Addr::Inet("127.0.0.1:80".parse().unwrap()));
    assert!(Value::Text("hi".into()).same(&Value::Bytes(b"hi".to_vec())));
    assert!(addr.same(&Value::Text("127.0.0.1:80".into())));
    assert!(addr.same(&Value::Tuple(vec![
        Value::Text("127.0.0.1".into()),
        Value::Int(80)
    ])));
    assert!(!addr.same(&Value::Int(80)));
    assert!(Value::State(crate::event::TcpState::TimeWait).same(&Value::Text("time-wait".into())));
    assert!(Value::Bool(true).same(&Value::Int(1)));
    assert!(!Value::Bool(false).same(&Value::None));
}

#[test]
fn an_address_that_lacks_its_port_is_answered_with_one() {
    let mut s = session();
    done(&mut s, "s = socket tcp");
    done(&mut s, "u = socket unix");
    for (line, message, help) in [
        ("bind s localhost", "needs a port too", "localhost:12345"),
        ("connect s localhost", "needs a port too", "localhost:12345"),
        ("connect s nowhere", "`nowhere`", "nowhere:12345"),
        ("bind u name", "no path", "./name"),
    ] {
        let refusal = refused(&mut s, line);
        assert!(refusal.message.contains(message), "{line}: {refusal:?}");
        assert!(refusal.help.concat().contains(help), "{line}: {refusal:?}");
    }
}

#[test]
fn one_close_closes_one_socket() {
    let mut s = session();
    assert!(refused(&mut s, "close all").help[0].contains("no socket is open"));
    done(&mut s, "a = socket tcp");
    done(&mut s, "b = socket tcp");
    assert_eq!(refused(&mut s, "close all").help[0], "close a; close b");
    // A socket of that name is closed like any other.
    done(&mut s, "all = socket tcp");
    done(&mut s, "close all");
}

#[test]
fn values_never_reach_the_terminal_raw() {
    let value = Value::Bytes(b"a\x1b[31m\r\nb\x07".to_vec());
    let shown = value.show(false);
    assert_eq!(
        shown,
        format!("a{}\nb{}", visible(b"\x1b[31m"), visible(b"\x07"))
    );
    assert_eq!(value.repr(false), "b'a\\x1b[31m\\r\\nb\\x07'");
    assert_eq!(Value::Tuple(vec![Value::Int(80)]).repr(true), "(80,)");
    // What is shown can be typed, and is the same value then.
    for text in [
        "grüße ‘日本’",
        "'\"\\\n\t",
        "\x1b[2J\x7f\u{9b}",
        "\u{202e}\u{e0041}{x}",
    ] {
        let shown = Value::Text(text.into()).repr(true);
        assert_eq!(visible(shown.as_bytes()), shown);
        let mut s = session();
        done(&mut s, "a, b = socketpair unix dgram");
        done(&mut s, &format!("send a {shown}"));
        let received = done(&mut s, "recv b 100").result;
        assert_eq!(received, Ok(Value::Bytes(text.into())), "{shown}");
    }
}

#[test]
fn a_session_that_takes_over_listens_to_the_same_ctrl_c() {
    let ended = session();
    let handle = ended.interrupt();
    let mut fresh = session();
    fresh.take_over(&ended);
    handle.fire();
    assert!(fresh.interrupt().take());
}

/// Says that a test is skipped, or fails it where nothing may be.
#[expect(clippy::print_stdout, reason = "a test says what it leaves out")]
fn skip(reason: &str) {
    let all = std::env::var_os("SOCKTUTOR_REQUIRE_ALL").is_some_and(|value| value == "1");
    assert!(!all, "not skipped: {reason}");
    println!("SKIPPED: {reason}");
}

#[test]
fn an_ipv6_address_may_carry_its_scope() {
    let mut s = session();
    if done(&mut s, "s = socket tcp6").result.is_err() {
        skip("this machine has no IPv6");
        return;
    }
    let bound = done(&mut s, "bind s [::1%lo]:0");
    let text = &bound.calls[0].text;
    assert!(
        text.contains("sin6_scope_id=if_nametoindex(\"lo\")"),
        "{text}"
    );
    let refusal = refused(&mut s, "bind s [fe80::1%nowhere]:0");
    assert!(
        refusal.message.contains("no network interface `nowhere`"),
        "{}",
        refusal.message
    );
}

#[test]
fn the_end_of_a_session_waits_for_nobody_and_sends_what_close_would() {
    use std::io::{ErrorKind, Read};
    for (linger, ends) in [("1 600", Ok(())), ("1 0", Err(ErrorKind::ConnectionReset))] {
        let mut s = session();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        done(&mut s, "c = socket tcp");
        done(&mut s, &format!("connect c {at}"));
        let (mut conn, _) = listener.accept().unwrap();
        done(&mut s, "nonblock c on");
        done(&mut s, "send c #50000000");
        done(&mut s, &format!("setsockopt c SO_LINGER {linger}"));
        let began = Instant::now();
        s.end_all();
        assert!(began.elapsed() < Duration::from_secs(60));
        let mut rest = Vec::new();
        let end = conn.read_to_end(&mut rest).map(|_| ());
        assert_eq!(end.map_err(|error| error.kind()), ends, "{linger}");
    }
}
