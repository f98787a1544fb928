//! Ordinary lines of books and tutorials: what they do here is what they do there, or they are refused with the true
//! reason. Never is something else done silently.

use crate::harness::{events, script};

/// The lines, the status, what is said, and what is not.
type Typed = (
    &'static str,
    i32,
    &'static [&'static str],
    &'static [&'static str],
);

/// Runs each, and tells all that went wrong.
fn hold(rows: &[Typed]) {
    let mut wrong = String::new();
    for (lines, status, says, not) in rows {
        let ran = script(lines);
        let all = format!("{}{}", ran.stdout, ran.stderr);
        let missing = says.iter().filter(|text| !all.contains(**text));
        let extra = not.iter().filter(|text| all.contains(**text));
        let told: Vec<_> = missing.chain(extra).collect();
        if ran.status != *status || !told.is_empty() {
            wrong += &format!("{lines}\nstatus {}, {told:?}:\n{all}\n", ran.status);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

const TWO: &str = "s = socket udp\nbind s 127.0.0.1:0\nt = socket udp\nbind t 127.0.0.1:0\nu = socket udp\n\
    sendto u \"hi\" t.local\n";

#[test]
fn a_list_of_sockets_is_watched_whole() {
    for (lines, says) in [
        (
            "inputs = [s, t]\nr, w, x = select.select(inputs, [], [], 5)\nexpect r[0].fd == t.fd",
            "pselect6(5, [3 4], NULL, NULL, ",
        ),
        (
            "inputs = [ s, t ]\noutputs = [ ]\nr, w, x = select.select(inputs, outputs, inputs)\nexpect r[0].fd == t.fd",
            "pselect6(5, [3 4], NULL, [3 4], NULL, NULL) = 1 (in [4])",
        ),
        (
            "inputs = [s, t]\nselect.select(inputs, [t], [], 5)",
            "pselect6(5, [3 4], [4], NULL, ",
        ),
        (
            "inputs = [s, t]\npoll inputs r 5000",
            "{fd=4, revents=POLLIN}",
        ),
        (
            "inputs = [s, t]\npoll inputs r u w 5000",
            "{fd=5, events=POLLOUT}], 3, 5000",
        ),
        ("fds = (3, 4)\nselect fds r 5", "(in [4]"),
    ] {
        script(&format!("{TWO}{lines}\n")).status(0).says(&[says]);
    }
    let one = "one socket is needed, and these are 2";
    for lines in ["x = [s, t]\nx.send('a')", "x = [s, t]\nclose x"] {
        script(&format!("{TWO}{lines}\n")).status(2).says(&[one]);
    }
    hold(&[
        (
            "s = socket tcp\nlisten s 5\nc = socket tcp\nconnect c s.local\nconn = s.accept()\nsend conn[0] 'a'\npair = (conn, c.local)\n\
             send pair 'b'\nselect.select([pair, c], [], [], 0)",
            0,
            &["pselect6(6, [4 5], "],
            &[],
        ),
        (
            "x = (1, 'a', 2)\nx = ('a', 1)\nclose x",
            2,
            &["a tuple without a socket"],
            &[],
        ),
    ]);
}

#[test]
fn a_backslash_in_data_is_not_half_of_an_escape() {
    hold(&[(
        "a, b = socketpair\nsend a \"GET\\\\r\\\\n\\n\"\nrecv b 20\nexpect data \"GET\"",
        1,
        &[
            "received 8 bytes  \"GET\\\\r\\\\n\\n\"",
            "found     \"GET\\\\r\\\\n\\n\" (8 bytes)",
        ],
        &[],
    )]);
    let told = events("a, b = socketpair\nsend a \"\\\\n\\n\"\nrecv b 20\n");
    let data = told.iter().find(|event| event["event"] == "data");
    assert_eq!(data.map(|data| &data["bytes"]), Some(&"\\\\n\\n".into()));
}
