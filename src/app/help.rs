//! `help`, and short reasons.

use super::{App, Outcome, Sink};
use crate::event::{Answer, TcpState, What};
use crate::lang::ast::Call;
use crate::lang::table::claims::CLAIMS;
use crate::lang::table::{COMMANDS, Command, Form, Group};
use crate::session::Refusal;

/// The groups as a student thinks of them.
const GROUPS: [(Group, &str); 10] = [
    (Group::Make, "make"),
    (Group::Name, "name"),
    (Group::Connect, "connect"),
    (Group::Talk, "talk"),
    (Group::Look, "look"),
    (Group::Tune, "tune"),
    (Group::Finish, "finish"),
    (Group::Lab, "laboratory"),
    (Group::Shell, "shell"),
    (Group::Lesson, "lessons"),
];

/// Headings, each with its rows.
type Groups = Vec<(String, Vec<(String, String)>)>;

impl App {
    /// `help [COMMAND]`
    pub(super) fn help(&mut self, call: &Call, sink: Sink<'_>) -> Result<Outcome, Refusal> {
        let Some(expr) = call.expr("command").cloned() else {
            let groups = overview();
            self.tell(None, What::Answer(Answer::List { groups }), sink);
            return Ok(Outcome::default());
        };
        let word = self.settled(|app| app.session.word(&expr), sink)?;
        if self.session.knows(&word) && crate::lang::table::find(&word).is_none() {
            self.say(
                format!("`{word}` is a name of yours: print {word} shows it, ls every socket, help the commands"),
                sink,
            );
            return Ok(Outcome::default());
        }
        if word == "expect" {
            for groups in claims() {
                self.tell(None, What::Answer(Answer::List { groups }), sink);
            }
            return Ok(Outcome::default());
        }
        let found = crate::lang::table::abbreviated(&word);
        match found.as_slice() {
            [command] if !command.forms.is_empty() => {
                let groups = forms(command);
                self.tell(None, What::Answer(Answer::List { groups }), sink);
            }
            [command] => self.say(one(command), sink),
            [] => {
                let names = COMMANDS.iter().map(|command| command.name);
                let refusal = Refusal::new(format!("there is no command `{word}`"));
                return Err(match crate::text::near::nearest(&word, names) {
                    _ if crate::explain::topic(&word).is_some() => {
                        refusal.help(format!("explain {word}"))
                    }
                    Some(near) => refusal.help(format!("did you mean `{near}`?")),
                    None => refusal.help("`help` alone lists them all"),
                });
            }
            several => {
                let rows = several
                    .iter()
                    .map(|command| (command.usage(), command.summary.to_owned()))
                    .collect();
                self.tell(
                    None,
                    What::Answer(Answer::List {
                        groups: vec![(String::new(), rows)],
                    }),
                    sink,
                );
            }
        }
        Ok(Outcome::default())
    }
}

/// Everything on one screen: a line a group.
fn overview() -> Groups {
    let mut rows: Vec<(String, String)> = GROUPS
        .iter()
        .map(|(group, word)| {
            let names: Vec<&str> = COMMANDS
                .iter()
                .filter(|command| command.group == *group)
                .map(|command| command.name)
                .collect();
            ((*word).to_owned(), names.join(" "))
        })
        .collect();
    rows.push((
        "check".to_owned(),
        "expect ok|error|data|state|local|peer|backlog|packet|…".to_owned(),
    ));
    let ways = [
        ("help bind", "one command's parameters"),
        ("explain bind", "what it does, when it blocks, its errors"),
        (
            "s = socket tcp",
            "also s = socket.socket() and socket(AF_INET, …);",
        ),
        (
            "bind s 127.0.0.1:0",
            "also [::1]:80, localhost:http, b.local, ./path, @name",
        ),
        (
            "send s \"hi\\r\\n\"",
            "data: \"text\", word, 0x6869, #100 (bytes), @file",
        ),
    ];
    let ways = ways
        .iter()
        .map(|(line, meaning)| ((*line).to_owned(), (*meaning).to_owned()))
        .collect();
    vec![
        ("Commands".to_owned(), rows),
        ("Ways to type".to_owned(), ways),
    ]
}

/// A command of the laboratory: every way to type it.
fn forms(command: &Command) -> Groups {
    let way = |form: &Form| {
        let line = format!("{} {}", command.name, form.words);
        (line.trim_end().to_owned(), form.does.to_owned())
    };
    let mut rows: Vec<(String, String)> = command.forms.iter().map(way).collect();
    if crate::explain::topic(command.topic).is_some() {
        let explain = format!("explain {}", command.topic);
        rows.push((explain, "more about it".to_owned()));
    }
    vec![(command.summary.to_owned(), rows)]
}

/// `expect`: everything that it can check, in two lists, as one would be too long for a screen.
fn claims() -> [Groups; 2] {
    let way = |(word, form): &(&str, Form)| {
        let line = format!("expect {word} {}", form.words);
        (line.trim_end().to_owned(), form.does.to_owned())
    };
    let packets = CLAIMS.iter().position(|(word, _)| *word == "packet");
    let (here, there) = CLAIMS.split_at(packets.unwrap_or(CLAIMS.len()));
    let mut rows: Vec<(String, String)> = here.iter().map(way).collect();
    rows.push((
        "expect x == 3".to_owned(),
        "any comparison: == != < > <= >=".to_owned(),
    ));
    [
        vec![(
            "check what must hold: of the last call, of a socket, of the whole".to_owned(),
            rows,
        )],
        vec![(
            "and in a laboratory".to_owned(),
            there.iter().map(way).collect(),
        )],
    ]
}

/// One command: how it is typed, and what it does.
fn one(command: &Command) -> String {
    let mut text = format!("{}\n  {}", command.usage(), command.summary);
    if !command.aliases.is_empty() {
        text.push_str(&format!("\n  also: {}", command.aliases.join(", ")));
    }
    if crate::explain::topic(command.topic).is_some() {
        text.push_str(&format!("\n  more: explain {}", command.topic));
    }
    text
}

/// Why a socket may be in a state where another was expected.
pub(super) fn why_state(state: TcpState, closed: bool, expected: &[TcpState]) -> &'static str {
    let only = |states: &[TcpState]| expected.iter().all(|one| states.contains(one));
    match state {
        TcpState::Close if closed && only(&[TcpState::Listen]) => {
            "it does not listen: the socket is closed"
        }
        TcpState::Close if only(&[TcpState::Listen]) => {
            "it does not listen: listen was not called, or shutdown has ended it"
        }
        TcpState::Established if only(&[TcpState::Listen]) => {
            "it is one end of a connection; a listener is a socket of its own"
        }
        TcpState::Established if only(&[TcpState::SynSent, TcpState::SynRecv]) => {
            "its SYN is acknowledged: on this side the handshake is over"
        }
        TcpState::Close => "no connection: never begun, refused, reset, or over",
        TcpState::Listen => "it waits for connections; accept gives new sockets for them",
        TcpState::SynSent => "its SYN has no answer yet",
        TcpState::SynRecv => "its SYN+ACK has no answer yet",
        TcpState::Established => {
            "the connection is open both ways: this side has sent no FIN, and has got none"
        }
        TcpState::FinWait1 => "its FIN is not acknowledged yet, and the peer's has not come",
        TcpState::FinWait2 => "its FIN is acknowledged; the peer's has not come",
        TcpState::CloseWait => "the peer's FIN has come; this side has sent none",
        TcpState::Closing => "both FINs have crossed, and its own is not acknowledged yet",
        TcpState::LastAck => "the peer's FIN has come; its own is not acknowledged yet",
        TcpState::TimeWait => {
            "both FINs are acknowledged, and the kernel keeps the addresses for a minute"
        }
    }
}
