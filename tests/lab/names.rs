//! Several hosts in one session: their names, which of them a statement runs on, the machine beside them, errors that
//! name the sockets of all.

use super::live::{Live, PAIR, errnos, fates, of_kind, received, sent, shown, words};
use serde_json::Value;

/// What the one `text` of these calls says.
fn calls(events: &[Value]) -> Vec<&str> {
    let calls = of_kind(events, "syscall").into_iter();
    calls.filter_map(|call| call["text"].as_str()).collect()
}

/// Why the last call failed, with what to try.
fn reason(events: &[Value]) -> String {
    let told: Vec<Value> = of_kind(events, "explain").into_iter().cloned().collect();
    let told: Vec<String> = told
        .iter()
        .flat_map(|told| [&told["text"], &told["hints"]])
        .filter_map(Value::as_array)
        .flatten()
        .map(|text| text.as_str().unwrap().to_owned())
        .collect();
    told.join("\n")
}

#[test]
fn a_hint_for_another_host_than_the_prompts_names_it() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    let hints = |events: &[Value]| -> String {
        let each = of_kind(events, "explain").into_iter();
        each.map(|event| event["hints"].to_string()).collect()
    };
    live.run("on client\nserver: u = socket udp\nserver: bind u server:53\nserver: v = socket udp");
    let taken = hints(&live.run("server: bind v server:53\nexpect error EADDRINUSE"));
    assert!(taken.contains("server: who 53"), "{taken}");
    live.run("server: s = socket tcp\nserver: listen s 5");
    let bound = "server: bind s server:80\nexpect error EINVAL";
    let elsewhere = hints(&live.run(bound));
    assert!(
        elsewhere.contains("\"server: s2 = socket tcp; bind s2 "),
        "{elsewhere}"
    );
    let there = hints(&live.run(&format!("on server\n{bound}")));
    assert!(there.contains("\"s2 = socket tcp; bind s2 "), "{there}");
}

#[test]
fn who_is_refused_is_told_of_a_listener_that_can_be_reached() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run("server: s = socket tcp\nserver: bind s 127.0.0.1:8080\nserver: listen s 5\nclient: c = socket tcp");
    let refused = reason(&live.run("connect c server:8080\nexpect error ECONNREFUSED"));
    let alone = "that address of server is reached from server alone";
    assert!(refused.contains(alone), "{refused}");
    let mend = "server: s2 = socket tcp; bind s2 server:8080; listen s2 5";
    assert!(refused.contains(mend), "{refused}");
    assert!(!refused.contains("connect c 127.0.0.1"), "{refused}");
    live.run(mend);
    let other = "connect c server:80\nexpect error ECONNREFUSED\nsend c x\nexpect error EPIPE";
    let other = reason(&live.run(other));
    assert!(
        other.contains("Your socket s2 listens at 10.0.0.2:8080."),
        "{other}"
    );
    assert_eq!(other.matches("connect c server:8080").count(), 2, "{other}");
    live.run("connect c server:8080\nexpect ok");
}

#[test]
fn names_stand_wherever_an_address_may() {
    let Some(mut live) = Live::with(&["alice", "bob", "carol"]) else {
        return;
    };
    let asked = live.run("gethostbyname carol\ngetaddrinfo bob 80");
    let [by_name, info] = calls(&asked).try_into().unwrap();
    assert_eq!(by_name, "gethostbyname(\"carol\") = \"10.0.0.3\"");
    assert!(info.contains("10.0.0.2:80"), "{info}");
    live.run(
        "bob: s = socket tcp\nbind s bob:80\nlisten s 5\nexpect local s 10.0.0.2:80\nalice: c = socket tcp\n\
connect c bob:80\nexpect peer c 10.0.0.2:80\nexpect peer c s.local",
    );
    let datagram = live.run(
        "carol: v = socket udp\ncarol: bind v carol:9\nalice: u = socket udp\nsendto u \"hello\" carol:9\nrecv v 10",
    );
    assert_eq!(sent(&datagram), ["alice udp 5"]);
    assert_eq!(of_kind(&datagram, "packet")[0]["to"], "carol");
    let python = live.run("sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nsock.sendto(b'hi', ('carol', 9))\nrecv v 10");
    assert_eq!(received(&python), ["hi"]);
}

#[test]
fn an_ipv6_socket_gets_the_ipv6_address() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(
        "server: s = socket tcp6\nbind s server:80\nlisten s 5\nexpect local s [fd00::2]:80\nclient: c = socket tcp6\n\
connect c server:80\nexpect peer c [fd00::2]:80",
    );
    let datagram = live.run(
        "server: v = socket udp6\nbind v server:9\nclient: u = socket udp6\nsendto u \"six\" server:9\nrecv v 10",
    );
    assert_eq!(of_kind(&datagram, "packet")[0]["dst"], "[fd00::2]:9");
}

#[test]
fn each_statement_runs_where_it_is_told() {
    let Some(mut live) = Live::with(&["alice", "bob"]) else {
        return;
    };
    let names = live.run(
        "gethostname\nbob: gethostname\ngethostname\non bob\ngethostname\nalice: gethostname\non",
    );
    let text = |name: &str| format!("gethostname(\"{name}\", 64) = 0");
    // The first host is where a session begins.
    let wanted: Vec<String> = ["alice", "bob", "alice", "bob", "alice"].map(text).into();
    assert_eq!(calls(&names), wanted);
    assert_eq!(names.last().unwrap()["text"], "statements run on bob");
    let made =
        live.run("s = socket tcp\nalice: t = socket tcp\non machine\nm = socket tcp\ngethostname");
    let hosts: Vec<&Value> = of_kind(&made, "state")
        .into_iter()
        .map(|event| &event["host"])
        .collect();
    assert_eq!(hosts, [&Value::from("bob"), &"alice".into(), &Value::Null]);
    let own = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    assert_eq!(calls(&made).last().unwrap(), &text(own.trim()));
}

#[test]
fn a_call_on_a_socket_runs_on_its_own_host() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    // Made on the server, used from the client's prompt.
    live.run("server: s = socket tcp\nclient: bind s server:80\nclient: listen s 5\nexpect local s 10.0.0.2:80");
}

#[test]
fn machine_and_hosts_side_by_side() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    let listed = live.run(
        "server: s = socket tcp\nbind s 127.0.0.1:8080\nlisten s 5\non machine\nm = socket udp\nbind m 127.0.0.1:0\n\
n = socket udp\nsendto n \"outside\" m.local\nrecv m 20\nexpect data \"outside\"\nexpect packets 0\nls\nlab",
    );
    let rows = listed
        .iter()
        .find_map(|event| event["sockets"].as_array())
        .unwrap();
    let each: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {}", row["name"], row["host"]))
        .collect();
    assert_eq!(each, ["\"s\" \"server\"", "\"m\" null", "\"n\" null"]);
    let lab = listed.last().unwrap()["hosts"].as_array().unwrap();
    let counted: Vec<&Value> = lab.iter().map(|host| &host["sockets"]).collect();
    assert_eq!(counted, [0, 1]);
}

#[test]
fn no_wire_joins_the_machine_and_a_host() {
    for call in [
        "m = socket tcp\nconnect m server:80",
        "m = socket tcp\nconnect m 10.0.0.2:80",
        "m = socket udp\nsendto m \"x\" server:80",
        "m = socket tcp6\nconnect m server:80",
    ] {
        let Some(mut live) = Live::laboratory() else {
            return;
        };
        live.run("on machine");
        let (status, said) = live.last(call);
        assert_eq!(status, 2, "{}", shown(&said));
        assert!(
            errnos(&said).is_empty(),
            "no call was made: {}",
            shown(&said)
        );
        let said = words(&said);
        assert!(
            said.contains("server is a host of the laboratory"),
            "{said}"
        );
        assert!(said.contains("client: s = socket tcp"), "{said}");
    }
}

#[test]
fn lab_down_closes_what_sleeps_there() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(
        "server: s = socket tcp\nbind s :80\nlisten s 5\nserver: accept s\nexpect blocked\nclient: u = socket udp\n\
client: recv u 10\nexpect blocked\nexpect jobs 2\non machine\nm = socket udp",
    );
    let down = live.run("lab down\nexpect jobs 0\nexpect sockets 1\nls");
    assert!(
        words(&down).contains("client and server are gone, and 2 sockets with them"),
        "{down:?}"
    );
    let ended = down.iter().filter(|event| event["event"] == "job");
    let ended: Vec<&str> = ended.filter_map(|job| job["status"].as_str()).collect();
    assert_eq!(ended, ["cancelled", "cancelled"], "{}", shown(&down));
    let rows = down.last().unwrap()["sockets"].as_array().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["name"], "m");
    // Its names are gone with it, and others may come.
    let (status, said) = live.last("lab up x y z\nx: t = socket tcp\nconnect t server:80\n");
    assert_eq!(status, 2, "{}", shown(&said));
}

#[test]
fn lab_down_waits_for_no_acknowledgment() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(PAIR);
    live.run("client: setsockopt s SO_LINGER 1 600\nwire hold\nclient: send s hello\nlab down\nexpect sockets 0");
}

#[test]
fn a_laboratory_can_follow_another() {
    let Some(mut live) = Live::with(&["a", "b", "c"]) else {
        return;
    };
    live.run("a: t = socket tcp");
    let down = live.run("lab down");
    assert_eq!(
        words(&down),
        "a, b and c are gone, and one socket with them"
    );
    let closed = shown(&live.run("send t hello"));
    assert!(closed.contains("lab down closed it"), "{closed}");
    let second = live.run("lab up\ngethostname\nclient: u = socket udp\nsendto u \"x\" server:9");
    assert_eq!(calls(&second)[0], "gethostname(\"client\", 64) = 0");
    // Packets are numbered from 1 again.
    assert_eq!(fates(&second), ["1 delivered", "2 delivered"]);
}

#[test]
fn eight_hosts_hear_a_broadcast() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let Some(mut live) = Live::with(&names) else {
        return;
    };
    for name in &names[1..] {
        live.run(&format!(
            "{name}: v{name} = socket udp\nbind v{name} 0.0.0.0:9"
        ));
    }
    live.run("a: u = socket udp\na: sendto u \"x\" 10.0.0.255:9\nexpect error EACCES\nsetsockopt u SO_BROADCAST 1");
    for to in ["10.0.0.255:9", "<broadcast>:9"] {
        let told = live.run(&format!("sendto u \"everybody\" {to}"));
        assert_eq!(of_kind(&told, "packet")[0]["to"], "all");
        for name in &names[1..] {
            live.run(&format!("recv v{name} 20\nexpect data \"everybody\""));
        }
    }
}

#[test]
fn a_multicast_reaches_those_who_have_joined() {
    let Some(mut live) = Live::with(&["a", "b", "c"]) else {
        return;
    };
    live.run(
        "b: v = socket udp\nbind v 0.0.0.0:9\nc: w = socket udp\nbind w 0.0.0.0:9\na: u = socket udp\n\
setsockopt v IP_ADD_MEMBERSHIP 239.1.2.3 10.0.0.2\nsetsockopt u IP_MULTICAST_IF 10.0.0.1",
    );
    let told = live.run("sendto u \"members\" 239.1.2.3:9\nrecv v 20\nexpect data \"members\"");
    let datagram = of_kind(&told, "packet")
        .into_iter()
        .find(|packet| packet["proto"] == "udp");
    assert_eq!(datagram.unwrap()["to"], "all");
    live.run("recv w 20 --dontwait\nexpect error EAGAIN");
}

#[test]
fn a_socket_option_takes_a_host_by_name() {
    let Some(mut live) = Live::with(&["a", "b"]) else {
        return;
    };
    // One of the sockets is called like a host.
    live.run(
        "b: v = socket udp\nbind v 0.0.0.0:9\na: a = socket udp\n\
setsockopt v IP_ADD_MEMBERSHIP 239.1.2.3 b\nexpect ok\nsetsockopt a IP_MULTICAST_IF a\nexpect ok",
    );
    let told = live.run("getsockopt a IP_MULTICAST_IF\nsendto a \"members\" 239.1.2.3:9\nrecv v 20\nexpect data \"members\"");
    let option = &of_kind(&told, "answer")[0]["options"][0];
    assert_eq!(option["value"], "10.0.0.1");
    let python = live.run(
        "v.setsockopt(IPPROTO_IP, IP_DROP_MEMBERSHIP, inet_aton('239.1.2.3') + inet_aton('b'))\nexpect ok\n\
v.setsockopt(IPPROTO_IP, IP_MULTICAST_IF, inet_aton('b'))\nexpect ok",
    );
    assert!(calls(&python)[0].contains("imr_interface=inet_addr(\"10.0.0.2\")"));
    // What is no host is still no address.
    let (status, said) = live.last("setsockopt v IP_MULTICAST_IF lo");
    assert_eq!(status, 2, "{}", shown(&said));
    assert!(words(&said).contains("an interface's IPv4 address"));
}

#[test]
fn three_hosts_talk_through_one_wire() {
    let Some(mut live) = Live::with(&["a", "b", "c"]) else {
        return;
    };
    live.run("c: s = socket tcp\nbind s :80\nlisten s 5\na: x = socket tcp\nb: y = socket tcp");
    live.run("connect x c:80\nconnect y c:80\nexpect backlog s 2\nwire hold\nsend x \"from a\"\nsend y \"from b\"\nwire swap\nstep 2");
    let got = live.run("first = accept s\nsecond = accept s\nrecv first 10\nrecv second 10");
    assert_eq!(received(&got), ["from a", "from b"]);
    assert_eq!(
        of_kind(&live.run("flows"), "answer")[0]["flows"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn the_same_port_on_two_hosts_is_no_clash() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run("client: a = socket tcp\nbind a :80\nexpect ok\nserver: b = socket tcp\nbind b :80\nexpect ok");
    // In one host it is one, and the answer names the socket that has it there.
    let taken = live.run("server: d = socket tcp\nbind d :80\nexpect error EADDRINUSE");
    let why = reason(&taken);
    assert!(why.contains("Your own socket b has it"), "{why}");
    let holders = live.run("client: who 80\nserver: who 80");
    let named: Vec<&Value> = holders
        .iter()
        .map(|event| &event["holders"][0]["socket"])
        .collect();
    assert_eq!(named, ["a", "b"]);
}

#[test]
fn a_refusal_names_the_socket_on_the_other_host() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    let refused = live.run(
        "server: b = socket tcp\nbind b server:7\nclient: c = socket tcp\nconnect c server:7\nexpect error ECONNREFUSED",
    );
    let why = reason(&refused);
    assert!(
        why.contains("Your socket b is bound to that address, but it does not listen"),
        "{why}"
    );
    assert!(why.contains("listen b 5"), "{why}");
}

#[test]
fn an_ipv4_address_inside_an_ipv6_one_is_the_hosts_own() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    let mut refused = |line: &str, errno: &str| {
        let told = live.run(&format!("{line}\nexpect error {errno}"));
        format!("{} | {}", reason(&told), hints(&told).join(" | "))
    };
    for (lines, errno, says) in [
        (
            "client: c = socket tcp6\nconnect c [::ffff:10.0.0.2]:80",
            "ECONNREFUSED",
            [
                "The kernel of server answered",
                "server: s2 = socket tcp; bind s2 server:80",
            ],
        ),
        (
            "connect c [::ffff:10.0.0.1]:80",
            "ECONNREFUSED",
            [
                "That is client itself",
                "s2 = socket tcp6; connect s2 server:80",
            ],
        ),
        (
            "server: l = socket tcp6\nserver: bind l [fd00::2]:80\nserver: listen l 5\nclient: connect c [::ffff:10.0.0.2]:80",
            "ECONNREFUSED",
            [
                "Linux keeps c to IPv4",
                "s2 = socket tcp6; connect s2 [fd00::2]:80",
            ],
        ),
        (
            "client: a = socket tcp6\nbind a [::ffff:10.0.0.2]:0",
            "EADDRNOTAVAIL",
            [
                "belongs to server",
                "server: s2 = socket tcp6; bind s2 server:0",
            ],
        ),
    ] {
        let told = refused(lines, errno);
        for part in says {
            assert!(told.contains(part), "{lines}: {part:?} is not in: {told}");
        }
    }
}

#[test]
fn an_address_of_another_host_cannot_be_bound() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    let refused = live.run("server: b = socket tcp\nbind b client:7\nexpect error EADDRNOTAVAIL");
    let why = reason(&refused);
    assert!(
        why.contains("127.0.0.1, ::1, 10.0.0.2, fd00::2"),
        "the server's own: {why}"
    );
}

/// What is to be tried, line by line.
fn hints(events: &[Value]) -> Vec<String> {
    let told = of_kind(events, "explain");
    let hints = told.iter().filter_map(|told| told["hints"].as_array());
    hints
        .flatten()
        .map(|hint| hint.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn advice_on_a_foreign_address_works() {
    for (place, address) in [
        ("on machine", "10.0.0.2:7"),
        ("on machine", "server:7"),
        ("on client", "server:7"),
    ] {
        let Some(mut live) = Live::laboratory() else {
            return;
        };
        let bind = format!("{place}\nm = socket udp\nbind m {address}\nexpect error EADDRNOTAVAIL");
        let refused = live.run(&bind);
        assert!(reason(&refused).contains("server"), "{}", shown(&refused));
        let hints = hints(&refused);
        assert_eq!(hints[0], "server: s2 = socket udp; bind s2 server:7");
        for (n, hint) in hints.iter().enumerate() {
            // Each on a socket that was not touched, as each is one way to go on.
            let hint = hint
                .replace("s2", &format!("t{n}"))
                .replace(" m ", &format!(" u{n} "));
            live.run(&format!("u{n} = socket udp\n{hint}\nexpect ok"));
            live.run(&format!("close u{n}"));
        }
    }
}

#[test]
fn an_address_of_nobody_is_told_by_the_wire() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    let nobody = live.run("client: u = socket udp\nsendto u \"x\" 10.0.0.99:9\nexpect ok");
    let packet = of_kind(&nobody, "packet")[0];
    assert_eq!(
        (&packet["fate"], &packet["note"], &packet["to"]),
        (
            &"dropped".into(),
            &"no host has this address".into(),
            &"10.0.0.99".into()
        )
    );
    let outside = live.run("sendto u \"x\" 192.0.2.1:9\nexpect error ENETUNREACH");
    assert!(
        reason(&outside).contains("nothing leaves it"),
        "{outside:?}"
    );
    assert!(
        sent(&outside).is_empty(),
        "nothing leaves: {}",
        shown(&outside)
    );
}
