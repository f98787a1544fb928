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
    ("gethostname", "ENAMETOOLONG", "the shell gives room enough"),
];

#[test]
fn every_errno_of_every_call_is_provoked_or_cannot_be() {
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
