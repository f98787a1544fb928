//! What the prompt completes.

use super::App;
use crate::event::Addr;
use crate::session::Value;
use std::borrow::Cow;

/// Words that stand for something right now.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vocabulary {
    /// Sockets and variables.
    pub names: Vec<String>,
    /// Those of them that stand for an open socket, or will when a call returns.
    pub sockets: Vec<String>,
    /// Addresses in use.
    pub addresses: Vec<String>,
    /// Topics of `explain`.
    pub topics: Vec<String>,
    /// Ids of lessons.
    pub lessons: Vec<String>,
    /// The laboratory's hosts.
    pub hosts: Vec<String>,
    /// A comparison is on: `socket` alone is whole.
    pub comparing: bool,
}

/// How many sockets are asked for their addresses: completion must be quick.
const ASKED: usize = 100;

impl App {
    /// The words of this moment.
    pub fn vocabulary(&self) -> Vocabulary {
        if let Some(comparison) = &self.comparison {
            return Vocabulary {
                comparing: true,
                ..comparison.left().vocabulary()
            };
        }
        let names = self
            .session
            .variables()
            .into_iter()
            .map(|(name, _)| name.to_owned())
            .collect();
        let is_socket = |value: &Value| match value {
            Value::Socket(id) => self
                .session
                .socket(*id)
                .is_some_and(|socket| !socket.closed),
            value => matches!(value, Value::Pending(..)),
        };
        let sockets = self
            .session
            .variables()
            .into_iter()
            .filter(|(_, value)| is_socket(value))
            .map(|(name, _)| name.to_owned())
            .collect();
        let mut addresses: Vec<String> = Vec::new();
        for socket in self.session.open_sockets().into_iter().take(ASKED) {
            let seen = self.ledger.peek(socket);
            let inet = |addr: Addr| {
                addr.inet()
                    .filter(|inet| inet.port() != 0)
                    .map(|inet| inet.to_string())
            };
            addresses.extend(
                [seen.local, seen.peer]
                    .into_iter()
                    .flatten()
                    .filter_map(inet),
            );
        }
        addresses.sort_unstable();
        addresses.dedup();
        let topics = crate::explain::topics()
            .into_iter()
            .map(|topic| topic.id.clone())
            .chain(crate::explain::Kind::ALL.map(|kind| kind.folder().to_owned()))
            .collect();
        Vocabulary {
            names,
            sockets,
            addresses,
            topics,
            lessons: self.lesson_ids(),
            hosts: self.host_names(),
            comparing: false,
        }
    }

    /// The prompt: the place in a lesson or the host, and how many calls sleep.
    pub fn prompt(&self) -> Cow<'static, str> {
        let jobs = self.jobs();
        let place = match (&self.comparison, &self.learner, self.here()) {
            (Some(comparison), ..) => comparison.place(),
            (None, Some(learner), Some(host)) => format!("{} {host}", learner.place()),
            (None, Some(learner), None) => learner.place(),
            (None, None, Some(host)) => host,
            (None, None, None) if jobs == 0 => return "sock> ".into(),
            (None, None, None) => "sock".to_owned(),
        };
        match jobs {
            0 => format!("{place}> ").into(),
            n => format!("{place} [{n} blocked]> ").into(),
        }
    }
}
