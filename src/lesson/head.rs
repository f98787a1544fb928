//! The front matter of a lesson: YAML between two lines of `---`.

use super::defect::Defects;
use crate::lang::order::HOSTS;
use serde::{Deserialize, Serialize};
use serde_saphyr::{Localizer, Location, SnippetMode, UserMessageFormatter};
use std::borrow::Cow;

/// What the front matter says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The lesson's name for commands and progress: small letters, digits and hyphens.
    pub id: String,
    /// The title.
    pub title: String,
    /// Where it is played.
    #[serde(default)]
    pub network: Network,
    /// The hosts of its laboratory; client and server where none are named.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// What the machine must have; where it lacks one, the lesson is skipped with the reason.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// About how long it takes, in minutes.
    #[serde(default)]
    pub minutes: Option<u32>,
}

impl Head {
    /// The hosts of the laboratory that the lesson is played in; none where it is played on this machine itself.
    pub fn laboratory(&self) -> Vec<String> {
        match self.network {
            Network::Local => Vec::new(),
            Network::Lab if self.hosts.is_empty() => HOSTS.map(str::to_owned).to_vec(),
            Network::Lab => self.hosts.clone(),
        }
    }
}

/// Where a lesson is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    /// This machine's loopback.
    #[default]
    Local,
    /// A fresh laboratory: hosts and a wire.
    Lab,
}

/// Something that not every machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    /// Packets may be captured.
    Capture,
    /// `::1` is there.
    Ipv6,
    /// The loopback interface carries multicast.
    Multicast,
}

impl Need {
    /// Its name in the front matter.
    pub fn name(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Ipv6 => "ipv6",
            Self::Multicast => "multicast",
        }
    }
}

const FORM: &str = "a lesson begins with\n---\nid: my-lesson\ntitle: What it shows\n---";

/// The front matter, and the text after it with the number of its first line.
pub(super) fn split<'t>(text: &'t str, defects: &mut Defects) -> Option<(Head, &'t str, usize)> {
    let Some(rest) = text.strip_prefix("---\n") else {
        defects.add(1, "the file does not begin with front matter", FORM);
        return None;
    };
    let (mut end, mut lines) = (0, 0);
    for line in rest.split_inclusive('\n') {
        lines += 1;
        if line.trim_end() == "---" {
            let body = &rest[end + line.len()..];
            return Some((read(&rest[..end], defects)?, body, lines + 2));
        }
        end += line.len();
    }
    defects.add(
        1,
        "the front matter has no end",
        "close it with a line of `---`",
    );
    None
}

/// The reader's own line numbers count from the `---`; the defect has the file's.
struct WithoutPlace;

impl Localizer for WithoutPlace {
    fn attach_location<'a>(&self, base: Cow<'a, str>, _: Location) -> Cow<'a, str> {
        base
    }

    fn alias_defined_at(&self, _: Location) -> String {
        String::new()
    }

    fn alias_used_at(&self, _: Location) -> String {
        String::new()
    }
}

/// What the reader says of a tab; its line is the one before, where the value began.
const TAB: &str = "while scanning a plain scalar, found a tab";

/// What the reader says, and what a lesson's author can do something with.
const WORDS: [(&str, &str); 10] = [
    ("unknown variant", "unknown word"),
    ("invalid u32", "this must be a whole number"),
    (
        "expected string scalar",
        "this must be text; quotes keep brackets out of it",
    ),
    (
        "expected sequence start",
        "this must be a list, such as [capture]",
    ),
    (
        "expected mapping start",
        "each line must be a key, a colon and a value",
    ),
    ("null is not allowed here", "the value is missing"),
    (
        "mapping values are not allowed in this context",
        "a value with a colon stands in quotes: title: \"TCP: the basics\"",
    ),
    (
        "reference to unknown value",
        "a value that begins with `*` stands in quotes",
    ),
    (
        "unexpected character:",
        "a value that begins so stands in quotes:",
    ),
    (TAB, "here is a tab; write blanks"),
];

/// Line 1 of the YAML is line 2 of the file.
fn read(yaml: &str, defects: &mut Defects) -> Option<Head> {
    match serde_saphyr::from_str::<Head>(yaml) {
        Ok(head) => {
            check(&head, yaml, defects);
            Some(head)
        }
        Err(error) => {
            let mut line = error.location().map_or(1, |at| at.line() as usize + 1);
            let words = UserMessageFormatter.with_localizer(&WithoutPlace);
            let message = error.render_with_options(serde_saphyr::render_options! {
                formatter: &words,
                snippets: SnippetMode::Off,
            });
            let message = message.lines().next().unwrap_or_default();
            let tab = yaml.lines().position(|line| line.contains('\t'));
            if let Some(tab) = tab.filter(|_| message.contains(TAB)) {
                line = tab + 2;
            }
            let message = WORDS
                .iter()
                .fold(message.to_owned(), |message, (its, ours)| {
                    message.replace(its, ours)
                });
            defects.add(
                line,
                format!("front matter: {message}"),
                "the keys are id, title, network, hosts, needs, minutes",
            );
            None
        }
    }
}

/// What YAML cannot say: the id is a file's name and a word of the command line.
fn check(head: &Head, yaml: &str, defects: &mut Defects) {
    let line_of = |key: &str| {
        yaml.lines()
            .position(|line| line.starts_with(key))
            .map_or(1, |at| at + 2)
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if head.id.is_empty()
        || !head.id.chars().all(plain)
        || !head.id.starts_with(|c: char| c.is_ascii_lowercase())
    {
        let message = format!("`{}` cannot be an id", head.id.escape_debug());
        defects.add(
            line_of("id"),
            message,
            "small letters, digits and hyphens, a letter first",
        );
    }
    if head.title.trim().is_empty() {
        defects.add(
            line_of("title"),
            "the title is empty",
            "say what the lesson shows",
        );
    }
    if !head.hosts.is_empty() {
        let up = format!("lab up {}", head.hosts.join(" "));
        if head.network == Network::Local {
            let help = "`network: lab` makes it a lesson in the laboratory";
            defects.add(
                line_of("hosts"),
                "a lesson on this machine has no hosts",
                help,
            );
        } else if let Err(fault) = crate::lang::parse(&up) {
            defects.add(line_of("hosts"), fault.message, "two to eight names");
        }
    }
    if head.minutes == Some(0) {
        defects.add(line_of("minutes"), "a lesson takes at least a minute", "");
    }
}
