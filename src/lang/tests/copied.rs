//! Lines as they stand in programs and traces of others: each is understood, or answered with what to type.

use super::*;

/// What is to be typed instead, of a line that is not understood.
fn instead(line: &str) -> Vec<String> {
    let fault = fault(line);
    for line in &fault.expected {
        parse(line).unwrap_or_else(|wrong| panic!("{line}\n{wrong:?}"));
    }
    fault.expected
}

/// That a line does nothing, and what is said to it.
fn nothing(line: &str) -> String {
    let statement = one(line);
    assert_eq!(statement.action, Action::Nothing, "{line}");
    statement.remarks.join(" ")
}

#[test]
fn a_call_that_strace_tells_in_two_lines_is_made_at_the_first() {
    for (line, whole) in [
        (
            "7593  sendto(4, \"hi\", 2, 0, NULL, 0 <unfinished ...>",
            "sendto(4, \"hi\", 2, 0, NULL, 0)",
        ),
        ("[pid 12] accept(3,  <unfinished ...>", "accept(3)"),
        ("close(4 <unfinished ...>", "close(4)"),
    ] {
        assert_eq!(one(line).action, one(whole).action, "{line}");
        assert!(
            one(line).remarks.join(" ").contains("further below"),
            "{line}"
        );
    }
    for line in [
        "<... sendto resumed>) = 18",
        "7634  <... poll resumed>)               = 1 ([{fd=3, revents=POLLIN}])",
        "[pid  7634] <... accept resumed>{sa_family=AF_INET, sin_port=htons(1)}, [16]) = 4",
        "14:38:07.841181 <... close resumed>) = 0",
    ] {
        assert!(nothing(line).contains("begun above"), "{line}");
    }
}

#[test]
fn what_strace_tells_besides_calls_does_nothing() {
    for line in [
        "7594  +++ exited with 0 +++",
        "+++ killed by SIGKILL +++",
        "--- SIGPIPE {si_signo=SIGPIPE, si_code=SI_USER, si_pid=1, si_uid=0} ---",
        "14:38:07.8 --- SIGCHLD {si_signo=SIGCHLD, si_status=0} ---",
        "strace: Process 7634 attached",
    ] {
        assert!(nothing(line).starts_with("strace tells of"), "{line}");
    }
    // The next line is read as ever.
    assert_eq!(parse("+++ exited with 0 +++\ns = 5").unwrap().len(), 2);
    fault("--- x");
}

#[test]
fn a_descriptor_may_have_its_description_behind_it() {
    for described in [
        "3<TCP:[127.0.0.1:40890->127.0.0.1:80]>",
        "3<TCPv6:[[::1]:80]>",
        "3<socket:[140229277]>",
        "3<UNIX-STREAM:[1->2,\"/tmp/a b\"]>",
    ] {
        same(&[&["listen(3, 5)", &format!("listen({described}, 5) = 0")]]);
    }
    fault("listen(3<socket:[12], 5)");
    assert_ne!(
        one("x = (3<socket)").action,
        one("x = 3").action,
        "a comparison"
    );
}

#[test]
fn cpp_names_structures_without_struct_and_casts_with_words() {
    for line in [
        "sockaddr_in addr;",
        "sockaddr_in serverAddr{};",
        "sockaddr_un *peer;",
        "addrinfo hints, *res;",
    ] {
        assert!(!nothing(line).is_empty(), "{line}");
    }
    same(&[
        &["bind(s, 127.0.0.1:80)", "::bind(s, 127.0.0.1:80);"],
        &[
            "s = socket(AF_INET, SOCK_STREAM, 0)",
            "int s = ::socket(AF_INET, SOCK_STREAM, 0);",
        ],
        &[
            "bind(s, (struct sockaddr *)&addr, sizeof(addr))",
            "bind(s, reinterpret_cast<struct sockaddr*>(&addr), sizeof(addr));",
            "bind(s, reinterpret_cast<const sockaddr *>(&addr), sizeof(addr));",
        ],
        &["listen(s, 5)", "listen(s, static_cast<int>(5));"],
    ]);
    // An address, and no name of C++'s.
    assert_eq!(
        fault("connect s ::abcd:1").message,
        "an address needs a port"
    );
    fault("sockaddr_in");
}

#[test]
fn a_type_behind_a_name_of_pythons_says_nothing() {
    same(&[
        &["port = 8080", "port: int = 8080", "port:int=8080"],
        &["s = socket.socket()", "s: socket.socket = socket.socket()"],
        &[
            "l = [s]",
            "l: list[socket.socket] = [s]",
            "l: list[int | None] = [s]",
        ],
    ]);
    // A host's own declaration, and its statement.
    assert_eq!(one("server: int s = 5").host.as_deref(), Some("server"));
    assert_eq!(one("server: s = 5").host.as_deref(), Some("server"));
}

#[test]
fn a_text_that_is_asked_for_is_given_by_its_own_name() {
    for (line, expected) in [
        ("msg = input(\"-> \")", "msg = \"text\""),
        ("message = raw_input('? ').strip()", "message = \"text\""),
        ("port = int(input(\"port: \"))", "port = 12345"),
        ("fgets(buffer, 255, stdin);", "buffer = \"text\""),
        ("c.send(input('> ').encode())", "send s \"text\""),
    ] {
        assert_eq!(instead(line), [expected], "{line}");
    }
}

#[test]
fn the_screen_is_no_socket_and_there_is_no_clock() {
    assert_eq!(
        instead("write(STDOUT_FILENO, buffer, n);"),
        ["print buffer"]
    );
    assert_eq!(instead("write(1, buf, n);"), ["print buf"]);
    assert_eq!(instead("write(2, \"x\", 1);"), ["print \"text\""]);
    one("write(12, buf, 5);");
    for line in ["start = time.time()", "m = 'Ping ' + time.ctime(t)"] {
        assert!(
            fault(line).help[0].contains("leave this line out"),
            "{line}"
        );
    }
    assert!(fault("time.sleep(1)").message.contains("pause"));
}

#[test]
fn the_call_in_a_condition_is_found_on_either_side_and_in_a_loop() {
    for (line, expected) in [
        (
            "if (-1 == (sockfd = socket(AF_INET, SOCK_DGRAM, 0))) {",
            "sockfd = socket(AF_INET, SOCK_DGRAM, 0)",
        ),
        ("if (0 > listen(s, 5))", "listen(s, 5)"),
        (
            "while ((n = read(conn, buf, 256)) > 0)",
            "n = read(conn, buf, 256)",
        ),
        (
            "while ((c = accept(s, NULL, NULL)) != -1) {",
            "c = accept(s, NULL, NULL)",
        ),
    ] {
        assert_eq!(instead(line), [expected], "{line}");
    }
    assert!(instead("while (n > 0) {").is_empty());
}

#[test]
fn accept4_as_strace_prints_it_is_accept() {
    let line = "accept4(3, {sa_family=AF_INET, sin_port=htons(5), sin_addr=inet_addr(\"127.0.0.1\")}, [16], SOCK_CLOEXEC) = 4";
    same(&[&[
        line,
        "accept4(3, NULL, NULL, SOCK_CLOEXEC)",
        "accept(3, NULL, NULL)",
    ]]);
    for other in ["accept4(3, NULL, NULL, SOCK_NONBLOCK)", "accept4(3)"] {
        let fault = fault(other);
        assert!(
            fault.expected.concat().contains("nonblock conn on"),
            "{fault:?}"
        );
    }
}
