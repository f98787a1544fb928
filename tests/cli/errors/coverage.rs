//! The lists of errors in the reference, held against what was provoked.

use super::{address, connection, descriptor, holders, network, order, wait};
use socktutor::explain::{Kind, topic, topics};
use std::collections::BTreeSet;

/// What is listed and not provoked: the call (`*`: every call that lists it), the errno, and why.
const CANNOT: &[(&str, &str, &str)] = &[
    (
        "*",
        "EFAULT",
        "the shell gives the kernel no memory but its own",
    ),
    ("*", "ENOMEM", "the machine would have to be out of memory"),
    (
        "*",
        "ENFILE",
        "the whole machine would have to be out of open files",
    ),
    (
        "*",
        "ENOBUFS",
        "the machine would have to be out of memory (but setsockopt has a limit that can be lowered)",
    ),
    (
        "accept",
        "ECONNABORTED",
        "Linux hands out the aborted connection all the same",
    ),
    ("accept", "EHOSTDOWN", ICMP),
    ("accept", "EHOSTUNREACH", ICMP),
    ("accept", "ENETDOWN", ICMP),
    ("accept", "ENETUNREACH", ICMP),
    ("accept", "ENONET", ICMP),
    ("accept", "ENOPROTOOPT", ICMP),
    ("accept", "ETIMEDOUT", ICMP),
    ("accept", "ENOSR", "no protocol of the shell's gives it"),
    ("accept", "EPROTO", "no protocol of the shell's gives it"),
    (
        "accept",
        "EPROTONOSUPPORT",
        "no protocol of the shell's gives it",
    ),
    (
        "accept",
        "ESOCKTNOSUPPORT",
        "no protocol of the shell's gives it",
    ),
    ("accept", "EPERM", FIREWALL),
    ("bind", "EPERM", FIREWALL),
    ("connect", "ENOPROTOOPT", FIREWALL),
    ("recv", "EACCES", FIREWALL),
    ("recvfrom", "EACCES", FIREWALL),
    ("bind", "ENAMETOOLONG", NAME),
    ("connect", "ENAMETOOLONG", NAME),
    ("sendto", "ENAMETOOLONG", NAME),
    (
        "bind",
        "ENODEV",
        "an address with the number of an interface cannot be typed",
    ),
    ("close", "EDQUOT", "files only, and the shell opens sockets"),
    ("close", "EIO", "files only, and the shell opens sockets"),
    ("close", "ENOSPC", "files only, and the shell opens sockets"),
    (
        "close",
        "EINTR",
        "close() of a socket sleeps with SO_LINGER alone, and a signal does not make it fail",
    ),
    (
        "connect",
        "EADDRINUSE",
        "Linux says EADDRNOTAVAIL where the connection exists",
    ),
    ("gethostname", "EINVAL", LENGTH),
    ("gethostname", "ENAMETOOLONG", LENGTH),
    ("getpeername", "EINVAL", LENGTH),
    ("getsockname", "EINVAL", LENGTH),
    ("getsockopt", "EINVAL", LENGTH),
    ("inet_ntop", "ENOSPC", LENGTH),
    (
        "select",
        "EINVAL",
        "neither a bad number nor a negative time can be typed",
    ),
    ("recv", "EHOSTUNREACH", ROUTE),
    ("recv", "ENETUNREACH", ROUTE),
    ("recvfrom", "EHOSTUNREACH", ROUTE),
    ("recvfrom", "ENETUNREACH", ROUTE),
    ("send", "EACCES", ROUTE),
    ("send", "EHOSTUNREACH", ROUTE),
    ("send", "ENETUNREACH", ROUTE),
    ("send", "EINVAL", ROUTE),
    ("sendall", "EACCES", ROUTE),
    ("sendall", "EHOSTUNREACH", ROUTE),
    ("sendall", "ENETUNREACH", ROUTE),
    ("sendall", "EINVAL", ROUTE),
    ("send", "EALREADY", FAST_OPEN),
    ("sendto", "EALREADY", FAST_OPEN),
    (
        "sendto",
        "EDESTADDRREQ",
        "sendto() without an address is send()",
    ),
    (
        "sendto",
        "ENOTCONN",
        "sendto() without an address is send()",
    ),
    (
        "setsockopt",
        "EPERM",
        "whether an algorithm is for root alone depends on the machine",
    ),
];

const ICMP: &str = "accept(2) lists it, of a connection that failed while it waited; Linux tells at the first recv()";
const FIREWALL: &str = "the machine would need a rule that forbids it";
const NAME: &str = "a Unix address has 107 bytes, and a name in a folder may have 255";
const LENGTH: &str = "the shell gives room enough";
const ROUTE: &str = "connect() checks it: the route would have to change afterwards";
const FAST_OPEN: &str = "TCP Fast Open cannot be typed";

/// The pairs of call and errno of all cases.
fn provoked() -> BTreeSet<(String, String)> {
    let mut provoked: BTreeSet<(String, String)> = BTreeSet::new();
    let made = descriptor::cases();
    let lists = [
        address::CASES,
        connection::CASES,
        descriptor::FOR_ROOT,
        descriptor::TOO_MANY,
        &made,
        holders::CASES,
        network::CASES,
        order::CASES,
        wait::CASES,
    ];
    for case in lists.into_iter().flatten() {
        let call = topic(case.call).map_or(case.call, |topic| topic.id.as_str());
        provoked.insert((call.to_owned(), case.errno.to_owned()));
    }
    provoked
}

#[test]
fn every_errno_of_every_call_is_provoked_or_cannot_be() {
    let provoked = provoked();
    assert!(provoked.len() >= 100, "only {} pairs", provoked.len());
    let mut wrong = Vec::new();
    let mut listed = BTreeSet::new();
    for call in topics()
        .into_iter()
        .filter(|topic| topic.kind == Kind::Call)
    {
        for (errno, _) in call.items("Errors") {
            listed.insert((call.id.clone(), errno));
        }
    }
    for pair in provoked.difference(&listed) {
        wrong.push(format!(
            "{} gave {}, which its topic does not list",
            pair.0, pair.1
        ));
    }
    let excused = |pair: &(String, String)| {
        let fits = |call: &str, errno: &str| (call == "*" || call == pair.0) && errno == pair.1;
        CANNOT.iter().any(|(call, errno, _)| fits(call, errno))
    };
    for pair in &listed {
        if !excused(pair) && !provoked.contains(pair) {
            wrong.push(format!(
                "{} lists {}, which nothing provokes",
                pair.0, pair.1
            ));
        }
    }
    for (call, errno, _) in CANNOT {
        let fits = |pair: &&(String, String)| (*call == "*" || *call == pair.0) && *errno == pair.1;
        if !listed.iter().any(|pair| fits(&pair)) {
            wrong.push(format!("{call} {errno} has a reason and is not listed"));
        }
        if *call != "*" && provoked.iter().any(|pair| fits(&pair)) {
            wrong.push(format!("{call} {errno} has a reason and was provoked"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} pairs provoked\n{}",
        provoked.len(),
        wrong.join("\n")
    );
}
