//! `poll` and `select`: which sockets, what to watch each for, and how long. Either is brought to the same form, a
//! pair of a socket and letters for each socket, once.

use super::arguments::{Given, Places};
use super::expr::tight;
use super::fit::fit;
use super::input::{Cursor, Input, Parsed};
use super::word::{blank, ends};
use crate::lang::ast::{Expr, Span};
use crate::lang::constants::constant;
use crate::lang::fault::Fault;
use crate::lang::table::Kind;

/// The sockets so far, each with its letters.
#[derive(Default)]
struct Watched(Vec<(Expr, String)>);

impl Watched {
    /// Where there is room: the kernel's own limit for select is 1024, and the search below must stay short.
    fn add(&mut self, socket: Expr, letters: &str, span: Span) -> Parsed<()> {
        if self.0.len() == 1024 {
            return Err(Fault::new(
                (span.start, span.end),
                "at most 1024 sockets can be watched at once",
            )
            .into());
        }
        self.put(socket, letters);
        Ok(())
    }

    fn put(&mut self, socket: Expr, letters: &str) {
        let at = self.0.iter().position(|(known, _)| *known == socket);
        let known = match at {
            Some(at) => &mut self.0[at].1,
            None => {
                self.0.push((socket, String::new()));
                &mut self.0.last_mut().expect("just pushed").1
            }
        };
        let all = std::mem::take(known) + letters;
        *known = "rwx"
            .chars()
            .filter(|letter| all.contains(*letter))
            .collect();
    }

    fn store(self, places: &mut Places, span: Span) {
        let pair = |(socket, letters)| Expr::Tuple(vec![socket, Expr::Text(letters)]);
        places.set(
            "fds",
            Expr::Tuple(self.0.into_iter().map(pair).collect()),
            span,
        );
    }
}

/// Whether a word says what to watch for.
fn is_letters(word: &str) -> bool {
    !word.is_empty() && word.len() <= 3 && word.chars().all(|c| "rwx".contains(c))
}

/// What to watch for, as letters: `"rw"`, `POLLIN|POLLOUT`.
fn letters(value: &Expr) -> Option<String> {
    let names: &[&str] = match value {
        Expr::Text(word) | Expr::Name(word) if is_letters(word) => return Some(word.clone()),
        Expr::Const(name, _) => &[*name],
        Expr::Flags(names, _) => names,
        Expr::Int(bits) => {
            let has = |name| constant(name).is_some_and(|c| bits & c.value != 0);
            let found = [("POLLIN", 'r'), ("POLLOUT", 'w'), ("POLLPRI", 'x')];
            return Some(
                found
                    .into_iter()
                    .filter(|(name, _)| has(name))
                    .map(|(_, letter)| letter)
                    .collect(),
            );
        }
        _ => return None,
    };
    let letter = |name: &&str| match *name {
        "POLLIN" | "POLLRDNORM" => Some("r"),
        "POLLOUT" | "POLLWRNORM" => Some("w"),
        "POLLPRI" | "POLLRDBAND" => Some("x"),
        // The kernel reports these whether asked or not.
        "POLLERR" | "POLLHUP" | "POLLNVAL" | "POLLRDHUP" => Some(""),
        _ => None,
    };
    names.iter().map(letter).collect()
}

fn no_set(span: Span) -> Fault {
    Fault::new(
        (span.start, span.end),
        "this call wants the sockets themselves",
    )
    .expecting("poll s rw c r 1000")
    .expecting("select r s c w d 5")
    .helping("fd_set, struct pollfd and poll objects are not kept here")
}

/// `poll([{fd=3, events=POLLIN}], 1, 1000)`, `poll(((s, "rw"), (c, "r")), 1000)`.
pub(super) fn poll_call(i: &mut Input, places: &mut Places, mut given: Vec<Given>) -> Parsed<()> {
    if given.len() == 3 {
        given.remove(1);
    }
    with_timeout(i, places, given, true)
}

/// `select.select([s, c], [d], [], 5)`, `select(6, [3 4], [5], NULL, {tv_sec=5, tv_usec=0})`, and as for poll; strace's
/// pselect6 has a mask of signals besides.
pub(super) fn select_call(i: &mut Input, places: &mut Places, mut given: Vec<Given>) -> Parsed<()> {
    if given.len() == 6 && matches!(given[5].value, Expr::Null) {
        given.pop();
    }
    if given.len() == 5 {
        given.remove(0);
    }
    if given.len() < 3 {
        return with_timeout(i, places, given, false);
    }
    if let Some(extra) = given.get(4) {
        return Err(places.too_many(i, extra.span).into());
    }
    let mut watched = Watched::default();
    let span = given[0].span;
    for (one, letter) in given.iter().zip(["r", "w", "x"]) {
        match one.value.clone() {
            Expr::Null => {}
            Expr::Tuple(sockets) => {
                for socket in sockets {
                    add(i, &mut watched, socket, letter, one.span)?;
                }
            }
            // A variable that holds a list.
            list @ Expr::Name(_) if !i.state.c => watched.add(list, letter, one.span)?,
            _ => return Err(no_set(one.span).into()),
        }
    }
    watched.store(places, span);
    match given.pop() {
        Some(time) if given.len() == 3 => timeout(i, places, time.value, time.span, false),
        _ => Ok(()),
    }
}

fn add(
    i: &mut Input,
    watched: &mut Watched,
    socket: Expr,
    letters: &str,
    span: Span,
) -> Parsed<()> {
    if let Some(socket) = fit(i, Kind::Socket, socket, span)? {
        watched.add(socket, letters, span)?;
    }
    Ok(())
}

/// Pairs of a socket and letters, then a time.
fn with_timeout(
    i: &mut Input,
    places: &mut Places,
    given: Vec<Given>,
    milliseconds: bool,
) -> Parsed<()> {
    let mut given = given.into_iter();
    let Some(first) = given.next() else {
        return Ok(());
    };
    let mut watched = Watched::default();
    let Expr::Tuple(items) = first.value else {
        return Err(no_set(first.span).into());
    };
    let single =
        items.len() == 2 && letters(&items[1]).is_some() && !matches!(items[0], Expr::Tuple(_));
    let items = if single {
        vec![Expr::Tuple(items)]
    } else {
        items
    };
    for item in items {
        match item {
            Expr::Tuple(mut pair) if pair.len() >= 2 => {
                let Some(letters) = letters(&pair[1]) else {
                    return Err(no_set(first.span).into());
                };
                add(i, &mut watched, pair.swap_remove(0), &letters, first.span)?;
            }
            socket => add(i, &mut watched, socket, "r", first.span)?,
        }
    }
    watched.store(places, first.span);
    match given.next() {
        Some(time) => timeout(i, places, time.value, time.span, milliseconds),
        None => Ok(()),
    }
}

/// The time; for ever where there is none or a negative one.
fn timeout(
    i: &mut Input,
    places: &mut Places,
    value: Expr,
    span: Span,
    milliseconds: bool,
) -> Parsed<()> {
    if matches!(value, Expr::Null | Expr::Int(i64::MIN..=-1)) {
        return Ok(());
    }
    let kind = if milliseconds { Kind::Int } else { Kind::Time };
    if let Some(value) = fit(i, kind, value, span)? {
        places.set("timeout", value, span);
    }
    Ok(())
}

/// The next word; a comma ends it too.
fn next_word<'a>(i: &Input<'a>) -> &'a str {
    let rest = i.rest();
    let end = rest
        .find(|c: char| c.is_whitespace() || c == ';' || c == ',')
        .unwrap_or(rest.len());
    &rest[..end]
}

/// `poll s rw c r 1000`, `select r s c w d 5`.
pub(super) fn shell(i: &mut Input, places: &mut Places) -> Parsed<()> {
    let milliseconds = places.command.name == "poll";
    let mut watched = Watched::default();
    let begin = i.at();
    // `r s c w d`: letters stand before the sockets they are for.
    let mut group = is_letters(next_word(i)).then(String::new);
    while !ends(i) {
        let start = i.at();
        let word = next_word(i);
        let keyword = i.eat("timeout=");
        if !keyword && is_letters(word) && group.is_some() {
            i.skip(word.len());
            group = Some(word.to_owned());
        } else {
            let value = tight(i)?;
            let span = i.since(start);
            blank(i);
            if keyword || is_time(i, word, watched.0.is_empty()) {
                watched.store(
                    places,
                    Span {
                        start: begin,
                        end: start,
                    },
                );
                return last(i, places, value, word, span, milliseconds);
            }
            let letters = match &group {
                Some(letters) => letters.clone(),
                None => following_letters(i)?,
            };
            add(i, &mut watched, value, &letters, span)?;
        }
        blank(i);
        let _ = i.eat(",");
        blank(i);
    }
    let span = i.since(begin);
    if !watched.0.is_empty() {
        watched.store(places, span);
    }
    Ok(())
}

/// A number is a descriptor, except the last one after a socket, and one with a unit.
fn is_time(i: &Input, word: &str, first: bool) -> bool {
    let number = word
        .trim_start_matches('-')
        .starts_with(|c: char| c.is_ascii_digit());
    number && (word.ends_with('s') || !first && ends(i))
}

fn following_letters(i: &mut Input) -> Parsed<String> {
    let start = i.at();
    let word = next_word(i);
    if is_letters(word) {
        i.skip(word.len());
        return Ok(word.to_owned());
    }
    if word.starts_with("POLL") {
        let value = tight(i)?;
        return letters(&value).ok_or_else(|| {
            i.fault(start, "this is nothing to watch for")
                .expecting("r, w, x or POLLIN, POLLOUT, POLLPRI")
                .into()
        });
    }
    Ok("r".to_owned())
}

/// The time, after which nothing may follow.
fn last(
    i: &mut Input,
    places: &mut Places,
    value: Expr,
    word: &str,
    span: Span,
    milliseconds: bool,
) -> Parsed<()> {
    if !ends(i) {
        return Err(i
            .fault(i.at(), "nothing may follow the time")
            .expecting("poll s rw c r 1000")
            .expecting("select r s c w d 5")
            .into());
    }
    let seconds = match value {
        Expr::Int(whole) => Some(whole as f64),
        Expr::Float(fraction) => Some(fraction),
        _ => None,
    };
    let value = match seconds {
        Some(seconds) if milliseconds && word.ends_with('s') => {
            Expr::Int((seconds * 1000.0).round() as i64)
        }
        _ => value,
    };
    timeout(i, places, value, span, milliseconds)
}
