//! What may stand after `expect`. The parser takes the first words, `help expect` shows the whole.

use super::Form;

const fn claim(words: &'static str, does: &'static str) -> Form {
    Form { words, does }
}

/// Each claim's first word, and how it goes on.
pub const CLAIMS: [(&str, Form); 22] = [
    ("ok", claim("", "the last call succeeded")),
    (
        "error",
        claim("<errno>", "it failed: ECONNREFUSED, EAGAIN|EINTR"),
    ),
    ("ret", claim("<n>", "it returned this")),
    (
        "data",
        claim("<data>", "it received this; TCP reads on for it"),
    ),
    ("blocked", claim("", "it has not returned")),
    (
        "state",
        claim("<socket> <state>", "LISTEN, or FIN_WAIT1|FIN_WAIT2"),
    ),
    ("local", claim("<socket> <addr>", "its own address")),
    ("peer", claim("<socket> <addr>", "its peer's address")),
    (
        "backlog",
        claim("<socket> <n>", "connections that wait for accept"),
    ),
    (
        "recvq",
        claim("<socket> <n>", "bytes that wait to be received"),
    ),
    (
        "sendq",
        claim("<socket> <n>", "bytes sent and not acknowledged"),
    ),
    (
        "ready",
        claim("<socket> <letters>", "what it is ready for: r, w, rw, -"),
    ),
    ("sockets", claim("<n>", "how many sockets are open")),
    ("jobs", claim("<n>", "how many calls have not returned")),
    (
        "quiet",
        claim("<time>", "nothing happens for so long: 300ms"),
    ),
    (
        "packet",
        claim(
            "<p> [<host>] <what>",
            "p is 3, or last; what: SYN,ACK, seq 0, len 5, udp",
        ),
    ),
    (
        "packets",
        claim("[<host>] <n>", "sent so far, by all or by this host"),
    ),
    (
        "fate",
        claim(
            "<p> <fate>",
            "held, underway, delivered, dropped, duplicated, seen",
        ),
    ),
    (
        "retransmission",
        claim(
            "of <p> [<why>]",
            "it was sent again: timeout, fast, probe, answer",
        ),
    ),
    (
        "window",
        claim("<host> <n>", "the last window announced, in bytes"),
    ),
    ("held", claim("<n>", "how many packets wait on the wire")),
    (
        "half-open",
        claim("<socket> <n>", "connections in SYN_RECV"),
    ),
];

/// The first words.
pub(in crate::lang) const fn words() -> [&'static str; CLAIMS.len()] {
    let mut words = [""; CLAIMS.len()];
    let mut at = 0;
    while at < CLAIMS.len() {
        words[at] = CLAIMS[at].0;
        at += 1;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is put in for `<n>` and the like.
    const EXAMPLES: [(&str, &str); 13] = [
        ("<errno>", "EAGAIN|EINTR"),
        ("<n>", "2"),
        ("<p>", "last"),
        ("<data>", "\"hello\""),
        ("<socket>", "s"),
        ("<state>", "FIN_WAIT1|FIN_WAIT2"),
        ("<addr>", "127.0.0.1:80"),
        ("<letters>", "rw"),
        ("<time>", "300ms"),
        ("<host>", "client"),
        ("<what>", "SYN,ACK seq 0 len 5"),
        ("<fate>", "dropped"),
        ("<why>", "probe"),
    ];

    /// The ways to type a form: without what may be left out, and with it.
    fn ways(words: &str) -> [String; 2] {
        let filled = EXAMPLES
            .iter()
            .fold(words.to_owned(), |line, (sign, example)| {
                line.replace(sign, example)
            });
        let short = match filled.split_once('[') {
            Some((before, rest)) => {
                before.to_owned() + rest.split_once(']').map_or("", |(_, after)| after)
            }
            None => filled.clone(),
        };
        [short, filled.replace(['[', ']'], "")]
    }

    #[test]
    fn every_claim_can_be_typed_as_help_says() {
        use crate::lang::order::{Cause, Fate};
        for (word, form) in &CLAIMS {
            for way in ways(form.words) {
                let typed = format!("{word} {way}");
                if let Err(fault) = crate::lang::parse_claim(&typed) {
                    panic!("{typed}: {}", fault.message);
                }
            }
        }
        let does = |word| {
            CLAIMS
                .iter()
                .find(|(first, _)| *first == word)
                .unwrap()
                .1
                .does
        };
        assert_eq!(does("fate"), Fate::ALL.map(Fate::word).join(", "));
        let causes = Cause::ALL.map(Cause::word).join(", ");
        assert_eq!(
            does("retransmission"),
            format!("it was sent again: {causes}")
        );
    }
}
