//! Exercises from real socket labs, those that need no packets: what the kernel answered there, it answers here.

use crate::harness::{Ran, Shell};

/// Runs a script whose `expect`s say what must hold.
#[track_caller]
fn holds(script: &str) -> Ran {
    Shell::new(&["--json", "--allow-net", "--timeout", "10s", "run", "-"])
        .input(script)
        .run()
        .status(0)
}

/// A bound pair of UDP sockets.
const TWO: &str = "a = socket udp\nbind a 127.0.0.1:0\nb = socket udp\nbind b 127.0.0.1:0\n";
/// A connection whose server's end is accepted.
const PAIR: &str = "b = socket tcp\nbind b 127.0.0.1:0\nlisten b 5\ns = socket tcp\nconnect s b.local\nconn = accept b\n";

#[test]
fn exercise_1_two_sockets_bound_to_port_0_get_two_ports() {
    let ran =
        holds("a = socket udp\nbind a *:0\nexpect ok\nb = socket udp\nbind b *:0\nexpect ok\n");
    let events = ran.events();
    let locals: Vec<_> = events
        .iter()
        .filter(|event| event["event"] == "state")
        .filter_map(|event| event["local"].as_str())
        .collect();
    assert_eq!(locals.len(), 2, "{locals:?}");
    assert_ne!(locals[0], locals[1]);
    assert!(
        locals.iter().all(|local| local.starts_with("0.0.0.0:")),
        "{locals:?}"
    );
}

#[test]
fn exercise_2_a_message_arrives_with_its_length_and_its_source() {
    holds(&format!(
        "{TWO}sendto a \"Voici un message\" b.local\nexpect ret 16\nm, from = b.recvfrom(20)\nexpect ret 16\n\
         expect data \"Voici un message\"\nexpect local a from\n"
    ));
}

#[test]
fn exercise_3_an_unbound_socket_gets_its_port_at_the_first_send() {
    holds(
        "b = socket udp\nbind b 127.0.0.1:0\nu = socket udp\n\
         sendto u \"x\" b.local\nexpect ret 1\nm, from = b.recvfrom(10)\nconnect u b.local\nexpect local u from\n",
    );
}

#[test]
fn exercise_4_one_address_and_port_for_one_socket() {
    holds(
        "a = socket udp\nbind a 127.0.0.1:0\nb = socket udp\nbind b a.local\nexpect error EADDRINUSE\n\
         bind b 127.0.0.1:0\nexpect ok\n",
    );
}

#[test]
fn exercise_5_messages_come_in_order_and_the_fourth_recv_blocks() {
    holds(&format!(
        "{TWO}sendto a \"one\" b.local\nsendto a \"two\" b.local\nsendto a \"three\" b.local\n\
         recv b 100\nexpect data \"one\"\nrecv b 100\nexpect data \"two\"\nrecv b 100\nexpect data \"three\"\n\
         recv b 100\nexpect blocked\ncancel\nexpect error EINTR\n"
    ));
}

/// A UDP port where nobody is, at an address where no other test is given it.
const NOBODY: &str =
    "g = socket udp\nbind g 127.77.0.1:0\ngone = g.local\nclose g\nu = socket udp\n";

#[test]
fn exercise_6_an_unconnected_sender_hears_nothing_of_a_closed_port() {
    holds(&format!(
        "{NOBODY}sendto u \"hello\" gone\nexpect ret 5\nsendto u \"again\" gone\nexpect ret 5\n\
         recv u 10\nexpect blocked\ncancel\nexpect error EINTR\n"
    ));
}

#[test]
fn exercise_7_a_connected_sender_is_told_at_the_next_call() {
    holds(&format!(
        "{NOBODY}connect u gone\nexpect ok\nsend u \"hello\"\nexpect ret 5\nrecv u 10\nexpect error ECONNREFUSED\n"
    ));
}

#[test]
fn exercise_8_datagram_sockets_neither_listen_nor_accept() {
    holds(
        "u = socket udp\nbind u 127.0.0.1:0\nlisten u 5\nexpect error EOPNOTSUPP\naccept u\nexpect error EOPNOTSUPP\n",
    );
}

#[test]
fn exercises_9_and_10_refused_while_nobody_listens_and_then_accepted_by_the_kernel() {
    holds(
        "a = socket tcp\nbind a 127.0.0.1:0\nb = socket tcp\nbind b 127.0.0.1:0\n\
         connect a b.local\nexpect error ECONNREFUSED\nexpect state a CLOSE\n\
         listen b 1\nexpect state b LISTEN\nconnect a b.local\nexpect ret 0\nexpect state a ESTABLISHED\nexpect backlog b 1\n",
    );
}

#[test]
fn exercise_11_accept_gives_a_new_descriptor_and_leaves_the_listener() {
    holds(&format!(
        "{PAIR}expect ret 5\nexpect local conn b.local\nexpect peer conn s.local\nexpect state b LISTEN\n\
         expect backlog b 0\nexpect peer s conn.local\nexpect sockets 3\n"
    ));
}

#[test]
fn exercise_12_data_may_come_before_accept() {
    holds(
        "b = socket tcp\nbind b 127.0.0.1:0\nlisten b 1\ns = socket tcp\nconnect s b.local\nsend s \"test\"\nexpect ret 4\n\
         conn = accept b\nrecv conn 4\nexpect ret 4\nexpect data \"test\"\n",
    );
}

#[test]
fn exercises_13_to_15_one_direction_closed_and_the_other_open() {
    holds(&format!(
        "{PAIR}send s #20\nexpect ret 20\nexpect recvq conn 20\nexpect state s ESTABLISHED\nrecv conn 20\nexpect ret 20\n\
         shutdown s out\nexpect ok\nexpect state conn CLOSE_WAIT\nsend s \"late\"\nexpect error EPIPE\n\
         expect state s FIN_WAIT2\nsend conn #18\nexpect ret 18\nrecv s 100\nexpect ret 18\n\
         shutdown conn out\nexpect state s TIME_WAIT\n"
    ));
}

#[test]
fn exercise_17_two_connections_to_one_port_before_any_accept() {
    holds(
        "b = socket tcp\nbind b 127.0.0.1:0\nlisten b 5\ns = socket tcp\nconnect s b.local\nt = socket tcp\nconnect t b.local\n\
         expect state s ESTABLISHED\nexpect state t ESTABLISHED\nexpect peer s b.local\nexpect peer t b.local\nexpect backlog b 2\n",
    );
}

#[test]
fn exercise_18_no_data_flow_through_a_listener() {
    holds("b = socket tcp\nbind b 127.0.0.1:0\nlisten b 5\nrecv b 10\nexpect error ENOTCONN\n");
}

#[test]
fn exercise_19_a_listener_answers_at_its_own_address_only() {
    holds(
        "b = socket tcp\nbind b 127.0.0.1:0\nlisten b 5\ns = socket tcp\n\
         s.connect((\"127.0.0.2\", b.getsockname()[1]))\nexpect error ECONNREFUSED\n\
         w = socket tcp\nbind w 0.0.0.0:0\nlisten w 5\nt = socket tcp\n\
         t.connect((\"127.0.0.2\", w.getsockname()[1]))\nexpect ok\nexpect state t ESTABLISHED\n",
    );
}

#[test]
fn exercise_20_the_client_before_the_server() {
    holds(
        "g = socket tcp\nbind g 127.77.0.1:0\ngone = g.local\nclose g\n\
         c = socket tcp\nconnect c gone\nexpect error ECONNREFUSED\n\
         u = socket udp\nsendto u \"hello\" gone\nexpect ret 5\n",
    );
}

#[test]
fn exercise_21_a_tcp_server_needs_a_socket_a_client_and_udp_needs_one() {
    holds(
        "b = socket tcp\nbind b 127.0.0.1:0\nlisten b 5\nx = socket tcp\nconnect x b.local\ny = socket tcp\nconnect y b.local\n\
         z = socket tcp\nconnect z b.local\nexpect sockets 4\nc1 = accept b\nc2 = accept b\nc3 = accept b\nexpect sockets 7\n",
    );
    holds(
        "u = socket udp\nbind u 127.0.0.1:0\nx = socket udp\nsendto x \"x\" u.local\ny = socket udp\nsendto y \"y\" u.local\n\
         z = socket udp\nsendto z \"z\" u.local\nexpect sockets 4\nrecvfrom u 9\nexpect data \"x\"\nrecvfrom u 9\n\
         expect data \"y\"\nrecvfrom u 9\nexpect data \"z\"\nexpect sockets 4\n",
    );
}

#[test]
fn exercise_22_two_sends_are_one_stream() {
    // One recv may give any piece; `expect data` reads on to the length.
    holds(&format!(
        "{PAIR}send s \"Hello\"\nsend s \"World\"\nrecv conn 100\nexpect data \"HelloWorld\"\n"
    ));
}

#[test]
fn exercise_23_the_client_closes_first_and_then_the_server() {
    holds(&format!(
        "{PAIR}close s\nexpect state s FIN_WAIT2\nexpect state conn CLOSE_WAIT\nrecv conn 10\nexpect ret 0\n\
         close conn\nexpect state s TIME_WAIT\nexpect state conn CLOSE\n"
    ));
}

#[test]
fn exercise_24_without_a_client_the_port_is_free_at_once() {
    holds(
        "b = socket tcp\nbind b 127.77.0.1:0\nlisten b 5\nat = b.local\nclose b\nc = socket tcp\nbind c at\nexpect ok\nlisten c 5\nexpect ok\n",
    );
}

/// The server closes first; then its port is bound again. `old` and `new` are what is set before each bind.
fn bound_again(old: &str, new: &str, end: &str) -> Ran {
    holds(&format!(
        "b = socket tcp\n{old}bind b 127.0.0.1:0\nlisten b 5\nat = b.local\ns = socket tcp\nconnect s at\nconn = accept b\n\
         close conn\nrecv s 1\nexpect ret 0\nclose s\nexpect state conn TIME_WAIT\nclose b\nd = socket tcp\n{new}bind d at\n{end}\n"
    ))
}

#[test]
fn exercise_25_through_time_wait_with_so_reuseaddr_on_both_sockets_alone() {
    let (old, new) = (
        "setsockopt b SO_REUSEADDR 1\n",
        "setsockopt d SO_REUSEADDR 1\n",
    );
    bound_again("", "", "expect error EADDRINUSE");
    bound_again(old, "", "expect error EADDRINUSE");
    bound_again("", new, "expect error EADDRINUSE");
    bound_again(old, new, "expect ok");
}

#[test]
fn exercise_26_the_client_reads_to_the_end() {
    holds(&format!(
        "{PAIR}send conn \"one line\\r\\n\"\nclose conn\nrecv s 100\nexpect data \"one line\\r\\n\"\nrecv s 100\nexpect ret 0\n"
    ));
}

/// What Linux says to the wrong order: name, statements.
const WRONG_ORDER: [(&str, &str); 16] = [
    (
        "accept before listen",
        "s = socket tcp\nbind s 127.0.0.1:0\naccept s\nexpect error EINVAL",
    ),
    (
        "recv on a fresh socket",
        "s = socket tcp\nrecv s 10\nexpect error ENOTCONN",
    ),
    (
        "shutdown on a fresh socket",
        "s = socket tcp\nshutdown s wr\nexpect error ENOTCONN",
    ),
    (
        "getpeername on a fresh socket",
        "s = socket tcp\ngetpeername s\nexpect error ENOTCONN",
    ),
    (
        "send on a fresh socket",
        "s = socket tcp\nsend s \"x\"\nexpect error EPIPE",
    ),
    (
        "connect on a connected socket",
        "PAIR\nconnect s b.local\nexpect error EISCONN",
    ),
    (
        "connect on a listening socket",
        "b = socket tcp\nlisten b 5\nconnect b 127.0.0.1:9\nexpect error EISCONN",
    ),
    (
        "listen on a connected socket",
        "PAIR\nlisten s 5\nexpect error EINVAL",
    ),
    (
        "bind on a connected socket",
        "PAIR\nbind s 127.0.0.1:0\nexpect error EINVAL",
    ),
    (
        "bind twice",
        "s = socket tcp\nbind s 127.0.0.1:0\nbind s 127.0.0.1:0\nexpect error EINVAL",
    ),
    (
        "bind a foreign address",
        "s = socket tcp\nbind s 203.0.113.7:0\nexpect error EADDRNOTAVAIL",
    ),
    (
        "send without a peer",
        "u = socket udp\nsend u \"x\"\nexpect error EDESTADDRREQ",
    ),
    (
        "send after close",
        "s = socket tcp\nclose s\nsend s \"x\"\nexpect error EBADF",
    ),
    (
        "close after close",
        "s = socket tcp\nclose s\nclose s\nexpect error EBADF",
    ),
    (
        "listen without bind",
        "s = socket tcp\nlisten s 5\nexpect ok\nexpect state s LISTEN\nc = socket tcp\nconnect c s.local\nexpect ok",
    ),
    (
        "a socket connects to itself",
        "s = socket tcp\nbind s 127.0.0.1:0\nconnect s s.local\nexpect ok\nexpect state s ESTABLISHED\nexpect peer s s.local\n\
         send s \"me\"\nrecv s 2\nexpect data \"me\"",
    ),
];

#[test]
fn the_wrong_order_on_linux() {
    for (name, script) in WRONG_ORDER {
        let ran = Shell::new(&["--json", "--timeout", "10s", "run", "-"])
            .input(script.replace("PAIR\n", PAIR))
            .run();
        assert_eq!(ran.status, 0, "{name}:\n{}", ran.stdout);
    }
}
