//! `explain`: a topic of the reference, all of one kind, and what there is to ask for.

use super::{App, Outcome, Sink};
use crate::event::{Answer, What};
use crate::explain::{self, Kind, Topic};
use crate::lang::ast::Call;
use crate::session::Refusal;

/// A name and what stands beside it.
type Row = (String, String);

/// Of kinds with many topics, those that are met first: all of them would fill more than a screen.
const FIRST: [(Kind, &str); 4] = [
    (
        Kind::Option,
        "SO_REUSEADDR SO_KEEPALIVE SO_LINGER SO_RCVBUF SO_RCVTIMEO SO_ERROR SO_BROADCAST TCP_NODELAY TCP_MAXSEG IP_TTL",
    ),
    (
        Kind::Flag,
        "MSG_PEEK MSG_DONTWAIT MSG_WAITALL MSG_NOSIGNAL MSG_OOB",
    ),
    (
        Kind::Error,
        "ECONNREFUSED EADDRINUSE ECONNRESET ETIMEDOUT EPIPE ENOTCONN EINVAL EAGAIN EBADF",
    ),
    (
        Kind::Idea,
        "sockets server client address port tcp udp stream datagram handshake backlog blocking descriptor errno \
         byte-order loopback ephemeral-port half-close reset segment sequence-number retransmission window",
    ),
];

impl App {
    /// `explain [TOPIC]`
    pub(super) fn topic(&mut self, call: &Call, sink: Sink<'_>) -> Result<Outcome, Refusal> {
        let Some(expr) = call.expr("topic").cloned() else {
            let groups = overview();
            self.tell(None, What::Answer(Answer::List { groups }), sink);
            return Ok(Outcome::default());
        };
        let word = self.settled(|app| app.session.word(&expr), sink)?;
        if let Some(topic) = explain::topic(&word) {
            let answer = Answer::Topic {
                topic: topic.id.clone(),
                markdown: topic.markdown(),
            };
            self.tell(None, What::Answer(answer), sink);
            return Ok(Outcome::default());
        }
        if let Some(kind) = kind_named(&word) {
            let rows = of_kind(kind).map(|topic| (topic.id.clone(), topic.brief.clone()));
            let groups = vec![(kind.folder().to_owned(), rows.collect())];
            self.tell(None, What::Answer(Answer::List { groups }), sink);
            return Ok(Outcome::default());
        }
        let refusal = Refusal::new(format!("there is no topic `{word}`"));
        let near = explain::near(&word);
        Err(if word == "expect" {
            refusal.help("help expect")
        } else if let Some(command) = crate::lang::table::find(&word) {
            refusal.help(format!("help {}", command.name))
        } else if near.is_empty() {
            refusal.help("`explain` alone says what there is")
        } else {
            refusal.help(format!("did you mean {}?", near.join(", ")))
        })
    }
}

/// `errors`, and `error`.
fn kind_named(word: &str) -> Option<Kind> {
    let one = |kind: &Kind| kind.folder().trim_end_matches('s') == word.trim_end_matches('s');
    Kind::ALL.into_iter().find(one)
}

/// The topics of a kind, by name.
fn of_kind(kind: Kind) -> impl Iterator<Item = &'static Topic> {
    let all = explain::topics().into_iter();
    all.filter(move |topic| topic.kind == kind)
}

/// Everything on one screen: a row a kind.
fn overview() -> Vec<(String, Vec<Row>)> {
    let row = |kind: Kind| {
        let first = FIRST.iter().find(|(other, _)| *other == kind);
        let names = match first {
            Some((_, names)) => format!("{names} …"),
            None => {
                let ids: Vec<&str> = of_kind(kind).map(|topic| topic.id.as_str()).collect();
                ids.join(" ")
            }
        };
        (kind.folder().to_owned(), names)
    };
    let ways = [
        ("explain bind", "a topic; `bind?` and `? bind` too"),
        ("explain errors", "all of a kind: errors, options, ideas …"),
    ];
    let ways = ways.map(|(line, meaning)| (line.to_owned(), meaning.to_owned()));
    vec![
        ("Topics".to_owned(), Kind::ALL.map(row).into()),
        ("Ways to ask".to_owned(), ways.into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_many_is_of_its_kind_and_saves_room() {
        for (kind, names) in FIRST {
            for name in names.split(' ') {
                let topic = explain::topic(name).unwrap_or_else(|| panic!("{name}"));
                assert_eq!((topic.kind, topic.id.as_str()), (kind, name));
            }
            assert!(of_kind(kind).count() > names.split(' ').count() + 1);
        }
    }

    #[test]
    fn a_kind_is_listed_where_no_topic_has_its_name() {
        for kind in Kind::ALL {
            assert_eq!(kind_named(kind.folder()), Some(kind));
        }
        assert_eq!(kind_named("error"), Some(Kind::Error));
        assert_eq!(kind_named("bind"), None);
        let topics = FIRST.map(|(kind, _)| explain::topic(kind.folder()));
        assert_eq!(topics, [None; 4]);
    }
}
