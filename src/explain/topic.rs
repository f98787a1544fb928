//! One topic: front matter and fixed sections.

use serde::Deserialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What a topic is about; also the folder its file lives in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A system or library call.
    Call,
    /// A socket option.
    Option,
    /// A flag of send, recv or socket.
    Flag,
    /// A TCP state.
    State,
    /// An errno.
    Error,
    /// An idea of the lab sheet.
    Idea,
    /// A command of the laboratory.
    Laboratory,
}

impl Kind {
    /// All of them, in the order in which a folded name is looked up.
    pub const ALL: [Self; 7] = [
        Self::Call,
        Self::Option,
        Self::Flag,
        Self::State,
        Self::Error,
        Self::Idea,
        Self::Laboratory,
    ];

    /// The folder in `lessons/reference/`.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Call => "calls",
            Self::Option => "options",
            Self::Flag => "flags",
            Self::State => "states",
            Self::Error => "errors",
            Self::Idea => "ideas",
            Self::Laboratory => "laboratory",
        }
    }

    /// The headings that a topic of this kind must have, in order.
    pub fn headings(self) -> &'static [&'static str] {
        match self {
            Self::Call => &[
                "What it does",
                "What the kernel does",
                "When it blocks",
                "Errors",
                CODE,
            ],
            Self::Option => &["What it does", "What the kernel does", "Values", CODE],
            Self::Flag => &["What it does", "What the kernel does", CODE],
            Self::State => &[
                "What it means",
                "How a socket gets here",
                "What comes next",
                "What calls do here",
            ],
            Self::Error => &["What it means", "Where it comes from", "What to try"],
            Self::Idea => &["What it is", "Try it"],
            Self::Laboratory => &["What it does", "How it is typed", "Try it"],
        }
    }
}

/// The heading of the three code samples.
const CODE: &str = "In Python, C and Rust";

/// One topic of the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Its name, which is its file's name: `bind`, `EADDRINUSE`.
    pub id: String,
    /// What it is about.
    pub kind: Kind,
    /// A few words.
    pub title: String,
    /// One line, at most 100 characters.
    pub brief: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Ids of the topics to read next.
    pub see: Vec<String>,
    /// What is said after the first successful call, by variant.
    pub full: BTreeMap<String, String>,
    /// What is said after later ones, by variant, where `brief` does not fit.
    pub again: BTreeMap<String, String>,
    /// Headings and their Markdown, in order.
    pub sections: Vec<(String, String)>,
}

/// The front matter as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Front {
    id: String,
    kind: Kind,
    title: String,
    brief: String,
    #[serde(default)]
    aliases: Vec<String>,
    see: Vec<String>,
    #[serde(default)]
    pub(super) full: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) again: BTreeMap<String, String>,
}

impl Topic {
    /// Reads a topic's file.
    ///
    /// # Errors
    /// What is wrong with the front matter, in words.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (front, body) = split(text).ok_or("no front matter between two lines of ---")?;
        let front: Front = serde_saphyr::from_str(front).map_err(|error| error.to_string())?;
        Ok(Self {
            id: front.id,
            kind: front.kind,
            title: front.title,
            brief: front.brief,
            aliases: front.aliases,
            see: front.see,
            full: front.full,
            again: front.again,
            sections: sections(body),
        })
    }

    /// The Markdown under a heading; empty where there is none.
    pub fn section(&self, heading: &str) -> &str {
        self.sections
            .iter()
            .find(|(name, _)| name == heading)
            .map_or("", |(_, text)| text)
    }

    /// The names at the head of the items of a list such as *Errors* (`- **EINVAL** …`), each with its text.
    /// One item may have several names; each comes with the whole text.
    pub fn items(&self, heading: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for item in list(self.section(heading)) {
            let (names, text) = names(&item);
            found.extend(
                names
                    .into_iter()
                    .map(|name| (name.to_owned(), text.to_owned())),
            );
        }
        found
    }

    /// What this call's topic says of an errno.
    pub fn error(&self, name: &str) -> Option<String> {
        self.items("Errors")
            .into_iter()
            .find(|(error, _)| error == name)
            .map(|(_, text)| text)
    }

    /// What this errno's topic says of a call.
    pub fn from_call(&self, call: &str) -> Option<String> {
        self.items("Where it comes from")
            .into_iter()
            .find(|(name, _)| name == call)
            .map(|(_, text)| text)
    }

    /// The whole topic as Markdown, with its title and "Look next".
    pub fn markdown(&self) -> String {
        let mut out = format!("# {}\n\n*{}*\n", self.title, self.brief);
        for (heading, text) in &self.sections {
            out.push_str(&format!("\n## {heading}\n\n{}\n", text.trim()));
        }
        if !self.see.is_empty() {
            let next: Vec<String> = self
                .see
                .iter()
                .map(|id| format!("`explain {id}`"))
                .collect();
            out.push_str(&format!("\n## Look next\n\n{}\n", next.join(" · ")));
        }
        out
    }

    /// What to say after this call succeeded: `words` are what is known of it, the most telling first.
    pub(super) fn say(&self, call: &str, words: &[&str], first: bool) -> Option<&str> {
        let texts = if first { &self.full } else { &self.again };
        let best = texts
            .iter()
            .filter_map(|(key, text)| Some((fit(key, call, words)?, text)))
            .min_by_key(|(rank, _)| *rank)
            .map(|(_, text)| text);
        match best.or_else(|| texts.get("any")) {
            Some(text) => Some(text),
            None if self.brief.is_empty() => None,
            None => Some(&self.brief),
        }
    }
}

/// How well a key of one or several words fits what is known, the smaller the better: more words, then words that
/// were named earlier; the call itself comes last. `None` where it has a word that was not named.
fn fit(key: &str, call: &str, words: &[&str]) -> Option<(Reverse<usize>, usize)> {
    let mut count = 0;
    let mut earliest = usize::MAX;
    for part in key.as_bytes().split(|byte| *byte == b' ') {
        let named = words.iter().position(|word| word.as_bytes() == part);
        let own = (call.as_bytes() == part).then_some(words.len());
        earliest = earliest.min(named.or(own)?);
        count += 1;
    }
    Some((Reverse(count), earliest))
}

/// Front matter and body.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("---\n")?;
    let end = rest.find("\n---\n")?;
    Some((&rest[..=end], &rest[end + 5..]))
}

/// The body cut at its `## ` headings. A `#` inside a fence is no heading.
fn sections(body: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut fenced = false;
    for line in body.lines() {
        fenced ^= line.starts_with("```");
        match line.strip_prefix("## ") {
            Some(heading) if !fenced => found.push((heading.trim().to_owned(), String::new())),
            _ => {
                if let Some((_, text)) = found.last_mut() {
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
    }
    for (_, text) in &mut found {
        *text = text.trim().to_owned();
    }
    found
}

/// The items of a Markdown list, each on one line, without the dash.
fn list(markdown: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for line in markdown.lines() {
        if let Some(start) = line.strip_prefix("- ") {
            items.push(start.trim().to_owned());
        } else if let Some(item) = items.last_mut().filter(|_| line.starts_with("  ")) {
            item.push(' ');
            item.push_str(line.trim());
        }
    }
    items
}

/// `**A**, **B** text` to its names and its text.
fn names(item: &str) -> (Vec<&str>, &str) {
    let mut names = Vec::new();
    let mut rest = item;
    while let Some((name, after)) = rest
        .strip_prefix("**")
        .and_then(|bold| bold.split_once("**"))
    {
        names.push(name);
        rest = after.trim_start_matches([',', ' ']);
    }
    (names, rest)
}
