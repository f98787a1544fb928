//! The embedded files, found by name. Nothing is parsed until it is asked for, and each file once.

use super::topic::{Kind, Topic, split};
use crate::event::{Explanation, Tone};
use crate::text::near::several;
use include_dir::{Dir, include_dir};
use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/lessons/reference");
static LIBRARY: LazyLock<Library> = LazyLock::new(Library::new);

/// One embedded file.
struct Entry {
    id: &'static str,
    text: &'static str,
    topic: OnceLock<Option<Topic>>,
}

impl Entry {
    /// The topic, parsed at the first call. A file that cannot be read has none; a test holds that there is no such file.
    fn topic(&self) -> Option<&Topic> {
        self.topic
            .get_or_init(|| Topic::parse(self.text).ok())
            .as_ref()
    }
}

/// Every file, and the ways to name it.
struct Library {
    entries: Vec<Entry>,
    /// Ids as written (`CLOSE` is a state, `close` a call).
    exact: HashMap<&'static str, usize>,
    /// Ids and aliases, folded.
    folded: HashMap<String, usize>,
}

impl Library {
    fn new() -> Self {
        let mut library = Self {
            entries: Vec::new(),
            exact: HashMap::new(),
            folded: HashMap::new(),
        };
        for kind in Kind::ALL {
            for file in FILES
                .get_dir(kind.folder())
                .into_iter()
                .flat_map(Dir::files)
            {
                library.add(file);
            }
        }
        // Ids first: an alias never hides a topic's own name.
        for at in 0..library.entries.len() {
            for alias in aliases(library.entries[at].text) {
                library.folded.entry(fold(alias)).or_insert(at);
            }
        }
        library
    }

    fn add(&mut self, file: &'static include_dir::File<'static>) {
        let name = file.path().file_stem().and_then(|stem| stem.to_str());
        if let (Some(id), Some(text)) = (name, file.contents_utf8()) {
            let at = self.entries.len();
            self.exact.insert(id, at);
            self.folded.entry(fold(id)).or_insert(at);
            self.entries.push(Entry {
                id,
                text,
                topic: OnceLock::new(),
            });
        }
    }
}

/// The aliases of a file, without parsing it: they stand on one line of the front matter, `aliases: [a, b]`.
fn aliases(text: &'static str) -> impl Iterator<Item = &'static str> {
    split(text)
        .and_then(|(front, _)| front.lines().find_map(|line| line.strip_prefix("aliases:")))
        .unwrap_or_default()
        .trim()
        .trim_start_matches('[')
        .trim_end_matches(']')
        .split(',')
        .map(|alias| alias.trim().trim_matches(['"', '\'']))
        .filter(|alias| !alias.is_empty())
}

/// A name as it is compared: small letters, `-` for `_` and blanks, no leading `--` or `socket.`, nothing from a `(` on.
fn fold(name: &str) -> String {
    let name = bare(name);
    name.chars()
        .map(|c| match c {
            '_' | ' ' => '-',
            other => other.to_ascii_lowercase(),
        })
        .collect()
}

/// The name without what people write around it: `bind()`, `bind(2)`, `--peek`, `socket.AF_INET`.
fn bare(name: &str) -> &str {
    let name = name.trim().trim_start_matches("--");
    let name = name.strip_prefix("socket.").unwrap_or(name);
    name.split('(').next().unwrap_or(name).trim()
}

/// The topic with this name: an id as written, else an id or an alias whatever its case, `-` or `_`, with or
/// without `()` or a leading `--`.
pub fn topic(name: &str) -> Option<&'static Topic> {
    let library = &*LIBRARY;
    let at = library
        .exact
        .get(name)
        .or_else(|| library.exact.get(bare(name)))
        .or_else(|| library.folded.get(&fold(name)))?;
    library.entries[*at].topic()
}

/// Every topic, by kind, then by name. Parses them all.
pub fn topics() -> Vec<&'static Topic> {
    let mut all: Vec<&Topic> = LIBRARY.entries.iter().filter_map(Entry::topic).collect();
    all.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
    all
}

/// Ids of topics whose names are near this one: a slip away, begun, or containing it; best first, at most five.
pub fn near(name: &str) -> Vec<&'static str> {
    let wanted = fold(name);
    let library = &*LIBRARY;
    let mut keys: Vec<&'static str> = library.folded.keys().map(String::as_str).collect();
    keys.sort_unstable();
    let slips = several(&wanted, keys.iter().copied(), 5);
    let inside = keys
        .iter()
        .copied()
        .filter(|key| wanted.len() >= 3 && key.contains(&wanted));
    let mut ids: Vec<&'static str> = Vec::new();
    for id in slips
        .into_iter()
        .chain(inside)
        .map(|key| library.entries[library.folded[key]].id)
    {
        if ids.len() < 5 && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// What to say after a successful call. `words` are what is known of it, the most telling first (`listener`, `tcp`; the
/// README of `lessons/reference/` has the list); `first` asks for the full text.
pub fn after(call: &str, words: &[&str], first: bool) -> Option<Explanation> {
    let topic = topic(call)?;
    let text = topic.say(call, words, first)?;
    Some(Explanation {
        topic: topic.id.as_str().into(),
        text: vec![text.into()],
        hints: Vec::new(),
        tone: Tone::Info,
    })
}
