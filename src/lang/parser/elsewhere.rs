//! Lines of Rust, Java, JavaScript, Go and PHP, and of Python's modules on top of sockets: each has an answer that says
//! which calls it makes, or what the call is named here. Looked at only where a line is not understood.

mod words;

use super::input::Input;
use super::word::{identifier_len, is_identifier};
use crate::lang::fault::Fault;
use crate::lang::lines::{folded, lines};
use std::borrow::Cow;
use words::{INSTEAD, Known, LANGUAGES, MAKERS, MODULES, Makes, PROGRAMS, RENAMED};

/// A longer argument is not repeated in an answer.
const ADDRESS: usize = 60;

/// The answer to a statement that begins at `state.begin` and was not understood, because of `fault`.
pub(super) fn answer(i: &Input, fault: &Fault) -> Option<Fault> {
    let line = i.state.source[i.state.begin..].lines().next()?;
    let line = &line[line.len() - line.trim_start().len()..];
    let start = line.as_ptr() as usize - i.state.source.as_ptr() as usize;
    let bare = without_text(line);
    if let Some(flags) = flags_early(i, fault) {
        return Some(flags);
    }
    let found = goes_on(&bare)
        .or_else(|| maker(line, &bare))
        .or_else(|| renamed(&bare))
        .or_else(|| program(&bare))
        .or_else(|| module(&bare))
        .or_else(|| member_of_self(line, &bare, i))
        .or_else(|| unix_prompt(&bare))
        .or_else(|| language(&bare))?;
    let Found { at, fault } = found;
    Some(Fault {
        span: (start + at.0, start + at.1),
        ..fault
    })
}

/// `getaddrinfo NULL 3490 AF_INET SOCK_STREAM AI_PASSIVE`: a flag in the place of the protocol, which is what is wrong.
fn flags_early(i: &Input, fault: &Fault) -> Option<Fault> {
    let word = &i.state.source[fault.span.0..fault.span.1];
    let word = word.strip_prefix("socket.").unwrap_or(word);
    let asks = i.state.source[i.state.begin..fault.span.0].contains("getaddrinfo");
    (asks && word.starts_with("AI_")).then(|| {
        Fault::new(
            fault.span,
            "the flags of getaddrinfo stand last, behind family, type and protocol",
        )
        .expecting("r = getaddrinfo NULL 3490 AF_INET SOCK_STREAM 0 AI_PASSIVE")
    })
}

/// `} else {`, `} while (1);`, `default:`: a block that goes on.
fn goes_on(bare: &str) -> Option<Found> {
    let rest = bare.strip_prefix('}').unwrap_or(bare).trim_start();
    let at = bare.len() - rest.len();
    let word = &rest[..identifier_len(rest)];
    let within = word == "catch" || super::refuse::is_block(word);
    let goes_on = at > 0 && within || word == "default" && rest[word.len()..].starts_with(':');
    let found = Found::new(at, word.len(), "there are no blocks here, so none goes on");
    goes_on.then(|| found.helping("type the lines below it where they are what you want"))
}

/// An answer, and the bytes of the line that it is about.
struct Found {
    at: (usize, usize),
    fault: Fault,
}

impl Found {
    /// An answer about the word that begins at `at` and is `len` bytes long.
    fn new(at: usize, len: usize, message: impl Into<String>) -> Self {
        Self {
            at: (at, at + len),
            fault: Fault::new((0, 0), message),
        }
    }

    fn expecting(mut self, what: impl Into<String>) -> Self {
        self.fault = self.fault.expecting(what);
        self
    }

    fn helping(mut self, help: impl Into<String>) -> Self {
        self.fault = self.fault.helping(help);
        self
    }
}

/// The line with blanks in the place of what is quoted and of comments, as long as before.
fn without_text(line: &str) -> String {
    let mut bare = String::with_capacity(line.len());
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        let keep = match quote {
            None if c == '#' || line[at..].starts_with("//") => break,
            None => {
                if matches!(c, '"' | '\'' | '`') {
                    quote = Some(c);
                }
                true
            }
            Some(_) if escaped => {
                escaped = false;
                false
            }
            Some(open) => {
                escaped = c == '\\';
                if c == open {
                    quote = None;
                }
                c == open
            }
        };
        match keep {
            true => bare.push(c),
            false => bare.extend(std::iter::repeat_n(' ', c.len_utf8())),
        }
    }
    bare
}

/// `let listener = TcpListener::bind("127.0.0.1:80")?;`: the calls one after the other, with the line's own name and
/// address.
fn maker(line: &str, bare: &str) -> Option<Found> {
    let (at, (begins, name, makes)) = MAKERS
        .iter()
        .find_map(|maker| Some((bare.find(maker.0)?, maker)))?;
    let word = begins.trim_end_matches('(');
    let address = address(&line[at + begins.len()..]);
    let (calls, own) = match makes {
        Makes::Listener(true, _) => ("socket, setsockopt, bind and listen", "s"),
        Makes::Listener(false, _) => ("socket, bind and listen", "s"),
        Makes::Client => ("socket and connect", "c"),
        Makes::Udp => ("socket and bind", "u"),
    };
    let own = target(bare).unwrap_or(own);
    let kind = if bare.contains("AF_INET6") {
        "tcp6"
    } else {
        "tcp"
    };
    let lines = match makes {
        Makes::Listener(reuse, backlog) => {
            let mut option = match reuse {
                true => format!("setsockopt {own} SO_REUSEADDR 1; "),
                false => String::new(),
            };
            // CPython's own create_server, unless dualstack_ipv6=True.
            if kind == "tcp6" && !bare.replace(' ', "").contains("dualstack_ipv6=True") {
                option += &format!("setsockopt {own} IPV6_V6ONLY 1; ");
            }
            format!("{own} = socket {kind}; {option}bind {own} {address}; listen {own} {backlog}")
        }
        Makes::Client => format!("{own} = socket {kind}; connect {own} {address}"),
        Makes::Udp => format!("{own} = socket udp; bind {own} {address}"),
    };
    let found = Found::new(
        at,
        word.len(),
        format!("{name} makes the calls {calls}; here each is typed by itself"),
    );
    Some(found.expecting(lines))
}

/// The name that the line gives its value: `let mut listener =`, `ln, err :=`, `with … as server:`.
fn target(bare: &str) -> Option<&str> {
    let named = match bare.split_once(" as ") {
        Some((_, name)) if bare.starts_with("with ") => name.split(':').next()?,
        _ => bare.split_once('=')?.0.trim_end_matches(':'),
    };
    let first = named.split(',').next()?.split(':').next()?;
    let name = first.split_whitespace().next_back()?;
    is_identifier(name).then_some(name)
}

/// The address that stands in the arguments, as the shell writes it.
fn address(arguments: &str) -> String {
    const USUAL: &str = "127.0.0.1:12345";
    let parts = parts(arguments);
    let mut parts = parts.iter().map(|part| part.trim());
    let quoted = |part: &str| {
        let inner = part.strip_prefix(['"', '\''])?.strip_suffix(['"', '\''])?;
        let plain = inner
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ".:-[]".contains(c));
        plain.then(|| inner.to_owned())
    };
    let number = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit());
    let first = match parts.next() {
        Some("\"tcp\"" | "\"tcp4\"" | "\"udp\"" | "\"udp4\"") => parts.next(),
        first => first,
    };
    let Some(first) = first.filter(|first| first.len() <= ADDRESS) else {
        return USUAL.to_owned();
    };
    let pair = first
        .strip_prefix('(')
        .and_then(|inner| inner.strip_suffix(')'))
        .map(self::parts);
    if let Some([host, port]) = pair.as_deref() {
        return match (quoted(host.trim()), number(port.trim())) {
            (Some(host), true) if host.contains(':') => format!("[{host}]:{}", port.trim()),
            (Some(host), true) if !host.is_empty() => format!("{host}:{}", port.trim()),
            _ => first.to_owned(),
        };
    }
    match quoted(first) {
        Some(whole) if whole.contains(':') => whole,
        Some(host) if !host.is_empty() => match parts.next() {
            Some(port) if number(port) => format!("{host}:{port}"),
            _ => USUAL.to_owned(),
        },
        None if number(first) => format!("127.0.0.1:{first}"),
        // A name, or a call on one: s.getsockname().
        None if is_value(first) => first.to_owned(),
        _ => USUAL.to_owned(),
    }
}

/// Whether it is a name, perhaps with a property, an index or a call behind it.
fn is_value(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "_.()[]".contains(c))
}

/// The arguments up to the bracket that closes them.
fn parts(arguments: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut from, mut quote) = (0_usize, 0, None);
    for (at, c) in arguments.char_indices() {
        match (quote, c) {
            (Some(open), _) => quote = (c != open).then_some(open),
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') if depth == 0 => {
                found.push(&arguments[from..at]);
                return found;
            }
            (None, ')' | ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                found.push(&arguments[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    found.push(&arguments[from..]);
    found
}

/// `stream.set_nodelay(true)?`: the same call, as it is named here.
fn renamed(bare: &str) -> Option<Found> {
    let (at, (begins, instead)) = RENAMED
        .iter()
        .find_map(|method| Some((bare.find(method.0)?, method)))?;
    let before = bare[..at].trim_end();
    let from = before
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphanumeric() || *c == '_')
        .last()
        .map_or(at, |(from, _)| from);
    let own = Some(&bare[from..at]).filter(|name| is_identifier(name));
    let len = 1 + identifier_len(&begins[1..]);
    let found = Found::new(at, len, "this is Rust's way to make the call");
    Some(found.expecting(instead.replace("{}", own.unwrap_or("s"))))
}

/// `nc -lu 5000`, `socat TCP-LISTEN:80 -`
fn program(bare: &str) -> Option<Found> {
    let mut words = bare.split_whitespace();
    let name = words.next().filter(|name| PROGRAMS.contains(name))?;
    let words: Vec<_> = words.collect();
    let option = |letter| {
        let mut letters = words.iter().filter_map(|word| word.strip_prefix('-'));
        letters.any(|letters| !letters.starts_with('-') && letters.contains(letter))
    };
    let (waits, udp) = match (name, words.first()) {
        ("socat", Some(_)) => (
            bare.contains("-LISTEN:") || bare.contains("-RECV"),
            bare.contains("UDP"),
        ),
        (_, Some(first)) if first.starts_with('-') => (option('l'), option('u')),
        _ => return None,
    };
    let (.., message, instead) = INSTEAD.iter().find(|one| (one.0, one.1) == (waits, udp))?;
    let found = Found::new(0, name.len(), *message);
    Some(
        instead
            .iter()
            .fold(found, |found, line| found.expecting(*line)),
    )
}

fn module(bare: &str) -> Option<Found> {
    known(bare, MODULES)
}

/// The first answer whose word the line has, as a word of its own.
fn known(bare: &str, answers: &[Known]) -> Option<Found> {
    answers.iter().find_map(|(words, message, instead, help)| {
        let (at, word) = words
            .iter()
            .find_map(|word| Some((place(bare, word)?, word)))?;
        let shown = word.trim_end_matches(['(', '.', ' ', '[']);
        let mut found = Found::new(at, shown.len().max(1), *message);
        for line in *instead {
            found = found.expecting(*line);
        }
        Some(if help.is_empty() {
            found
        } else {
            found.helping(*help)
        })
    })
}

/// Where a word stands, and is not the end of a longer one.
fn place(bare: &str, word: &str) -> Option<usize> {
    let named = word.starts_with(|c: char| c.is_alphanumeric());
    bare.match_indices(word)
        .map(|(at, _)| at)
        .find(|at| !named || !bare[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// `self.sock.connect((host, port))`: there are no objects, so the rest of the line is what to type.
fn member_of_self(line: &str, bare: &str, i: &Input) -> Option<Found> {
    let at = place(bare, "self.")?;
    // The call may go over several lines.
    let whole = lines(&i.state.source[i.state.begin..]).next();
    let whole = whole.map_or(Cow::Borrowed(line), |whole| folded(whole.text));
    let line = match whole.trim_start() {
        whole if whole.get(at..at + 5) == Some("self.") => whole,
        _ => line,
    };
    let found = Found::new(
        at,
        4,
        "there are no objects here, so a name stands without self",
    );
    let without: String = match bare.matches("self.").count() {
        1 => [&line[..at], &line[at + 5..]].concat(),
        _ => line.replace("self.", ""),
    };
    Some(if line.len() <= 2 * ADDRESS {
        found.expecting(without.trim_end())
    } else {
        found
    })
}

/// `$ ls`: the prompt of a Unix shell, and a command of its; `./server`, a program.
fn unix_prompt(bare: &str) -> Option<Found> {
    let found = Found::new(0, 1, "a line of a Unix shell, whose commands are none here");
    if bare.starts_with("./") {
        let len = bare.find(' ').unwrap_or(bare.len());
        let found = Found::new(0, len, "a program is not started here");
        return Some(found.helping("other programs run in a window of their own"));
    }
    bare.starts_with("$ ")
        .then(|| found.helping("help lists what can be typed; quit goes back to that shell"))
}

/// A line of a language that is not among the three.
fn language(bare: &str) -> Option<Found> {
    LANGUAGES.iter().find_map(|(whose, first, within)| {
        let begins = first.iter().find(|word| bare.starts_with(**word));
        let at = begins
            .map(|word| (0, *word))
            .or_else(|| within.iter().find_map(|word| Some((bare.find(word)?, *word))));
        let (at, word) = at?;
        // Python gives a name within a condition so: while (data := s.recv(10)).
        let names = bare[..at]
            .chars()
            .all(|c| c.is_alphanumeric() || "_, ".contains(c));
        let block = super::refuse::is_block(&bare[..identifier_len(bare)]);
        if word == ":=" && (block || !names) {
            return None;
        }
        let len = word.trim_end_matches(['(', ' ', '.', '[']).len().max(1);
        let message = format!("a line of {whose}; the lines understood here are C's, Python's and the shell's own");
        let found = Found::new(at, len, message);
        Some(found.helping("the calls are the same ones, by their own names: s = socket tcp begins, help lists them"))
    })
}
