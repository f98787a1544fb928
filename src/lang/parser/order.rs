//! Arguments in another order than the call's, in the shell dialect: `send "hello" t`, `sendto u 127.0.0.1:9 hello`,
//! `sendto u hello world 127.0.0.1:9`. Each would be taken for something else, or refused for a reason that is none.

use super::arguments::{Given, Places};
use super::flags::are_flags;
use super::input::{Cursor, Input};
use super::number::dotted_quad;
use super::word::{identifier_len, is_identifier, is_quote, peek_word};
use crate::lang::ast::{Expr, Function};
use crate::lang::fault::Fault;
use crate::lang::table::{Command, Kind, Param};

/// What is left of the statement in words, up to a comment, `;` or the line's end; what stands in quotes is not divided.
fn words<'a>(i: &Input<'a>) -> Vec<&'a str> {
    let rest = i.rest();
    let (mut words, mut from, mut quote, mut before) = (Vec::new(), None, None, ' ');
    let mut over = rest.len();
    for (at, c) in rest.char_indices() {
        let apart = before.is_whitespace();
        let comment = apart && (c == '#' || rest[at..].starts_with("//"));
        match quote {
            _ if c == '\n' || quote.is_none() && (c == ';' || comment) => {
                over = at;
                break;
            }
            Some(open) if c == open && before != '\\' => quote = None,
            Some(_) => {}
            None if is_quote(c) => quote = Some(c),
            None => {}
        }
        match (quote.is_none() && c.is_whitespace(), from) {
            (true, Some(begin)) => {
                words.push(&rest[begin..at]);
                from = None;
            }
            (false, None) => from = Some(at),
            _ => {}
        }
        before = c;
    }
    words.extend(from.map(|begin| rest[begin..over].trim_end()));
    words
}

/// Of how many words the address is that stands at the beginning, if one does.
fn address_len(i: &Input, words: &[&str]) -> Option<usize> {
    let first = words.first()?.trim_end_matches(',');
    let is_port = |word: &&&str| word.trim_end_matches(',').parse::<u16>().is_ok();
    let name = &first[..identifier_len(first)];
    let known = i.knows(name) && (first == name || first[name.len()..].starts_with('.'));
    let ported = first
        .rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && is_port(&&port));
    let numeric = dotted_quad(first).is_some() || first == "localhost" || first.contains("::");
    if known || ported || first.starts_with(['/', '@', '(', '{']) || first.starts_with("./") {
        return Some(1);
    }
    match words.get(1) {
        Some(&"port") if words.get(2).filter(is_port).is_some() => Some(3),
        port if numeric && port.filter(is_port).is_some() => Some(2),
        _ => None,
    }
}

/// The flags at the end, `--oob` or `MSG_OOB`, and what stands in front of them.
fn flags_apart<'a, 'b>(words: &'b [&'a str]) -> (&'b [&'a str], &'b [&'a str]) {
    let is_flag = |word: &&&str| word.starts_with("--") || are_flags(word);
    let flags = words.iter().rev().take_while(is_flag).count();
    words.split_at(words.len() - flags)
}

/// Words as data in one: in quotes where there are several. `None` where that would need more than quotes.
fn as_data(words: &[&str]) -> Option<String> {
    match words {
        [] => Some("\"hello\"".to_owned()),
        [one] => Some((*one).to_owned()),
        several if several.iter().any(|word| word.contains(['"', '\\', '\''])) => None,
        several => Some(format!("\"{}\"", several.join(" "))),
    }
}

/// `sendto SOCKET DATA ADDR` from what stands behind the socket, the address first.
fn turned(i: &Input, head: &str, words: &[&str]) -> Option<String> {
    let len = address_len(i, words)?;
    let (addr, rest) = words.split_at(len);
    let (data, flags) = flags_apart(rest);
    let mut line = vec![head.to_owned(), as_data(data)?];
    line.extend(addr.iter().chain(flags).map(|word| (*word).to_owned()));
    Some(line.join(" "))
}

/// `bind 127.0.0.1 80`, `send "hello" t`, `close "t"`: what stands in the socket's place is no socket.
pub(super) fn socket_last(i: &Input, command: &Command, word: &str) -> Fault {
    let place = (i.at(), i.at() + word.len());
    let mut words = words(i);
    let name = command.name;
    if let [alone] = words.as_slice()
        && let bare = alone.trim_matches(is_quote)
        && is_identifier(bare)
        && i.knows(bare)
    {
        let fault = Fault::new(place, "a socket's name stands without quotes");
        return fault.expecting(format!("{name} {bare}"));
    }
    let mut socket = ".";
    if let Some(at) = words
        .iter()
        .position(|word| is_identifier(word) && i.knows(word))
    {
        socket = words.remove(at);
        if at > 0 && matches!(words[at - 1], "to" | "on" | "from" | "at") {
            words.remove(at - 1);
        }
    }
    let head = format!("{name} {socket}");
    let line = match name {
        "sendto" => turned(i, &head, &words),
        _ => None,
    };
    Fault::new(place, "the socket comes first")
        .expecting("its name, its descriptor, or . for the last one")
        .helping(line.unwrap_or_else(|| format!("{head} {}", words.join(" "))))
}

/// `sendto u 127.0.0.1:9 hello`, `sendto u hello world 127.0.0.1:9`. The data is next, behind `sendto u`.
pub(super) fn data_apart(i: &Input, command: &Command) -> Option<Fault> {
    if command.name != "sendto" {
        return None;
    }
    let (start, words) = (i.at(), words(i));
    let first = *words.first()?;
    let before = i.state.source[i.state.begin..start].trim();
    let known = i.knows(&first[..identifier_len(first)]);
    // What looks like an address is data where one follows.
    if let Some(len) =
        address_len(i, &words).filter(|_| !known && !first.starts_with(['@', '(', '/', '.']))
        && address_len(i, &words[len..]).is_none()
        && !words[len..].is_empty()
    {
        let place = (start, start + first.len());
        let fault = Fault::new(place, "the data comes before the address");
        return Some(match turned(i, before, &words) {
            Some(line) => fault.expecting(line),
            None => fault.expecting("sendto SOCKFD DATA ADDR"),
        });
    }
    if !first.starts_with(char::is_alphanumeric) || known || !is_plain(first) {
        return None;
    }
    // `hello myhost 9999`: a host by its name.
    if words.get(2).is_some_and(|port| port.parse::<u16>().is_ok()) {
        return None;
    }
    let at = (1..words.len()).find(|at| address_len(i, &words[*at..]).is_some())?;
    let data = &words[..at];
    let other = |word: &&str| !is_plain(word) || are_flags(word);
    let joint = matches!(data[at - 1], "to" | "at" | "on" | "port");
    if at < 2 || joint || data.iter().any(other) {
        return None;
    }
    let span = (start, start + first.len());
    let fault = Fault::new(span, "text with blanks stands in quotes");
    Some(fault.expecting(format!(
        "{before} {} {}",
        as_data(data)?,
        words[at..].join(" ")
    )))
}

/// A word that is nothing but text.
fn is_plain(word: &str) -> bool {
    !word.contains(['(', '{', '[', '"', '\''])
}

/// `c.send("hello", 5)`, `c.send(data, len(data))`: in Python what follows the data is its flags, and a length in their
/// place sets some without a word.
pub(super) fn length_as_flags(i: &mut Input, command: &Command, given: &[Given]) {
    let sends = command.params.iter().any(|param| param.kind == Kind::Data);
    let flags = command.position("flags").and_then(|at| given.get(at));
    let taken = match flags.map(|flags| &flags.value) {
        Some(Expr::Int(number)) => *number != 0,
        Some(Expr::Apply(Function::Len, _)) => true,
        _ => false,
    };
    if sends && taken {
        i.remark(format!(
            "a number behind the data is flags in Python's {}, and no length: data knows its own",
            command.name
        ));
    }
}

/// `send c "hello" 5`: the data's length would be taken for flags. They are next.
pub(super) fn length_behind(i: &Input, places: &Places, next: Option<&Param>) -> Option<Fault> {
    // The word is looked at only where it may be meant, or many would take the square of their time.
    if next?.kind != Kind::MsgFlags {
        return None;
    }
    let at = places
        .command
        .params
        .iter()
        .position(|param| param.kind == Kind::Data)?;
    let length = match &places.args.get(at)?.as_ref()?.value {
        Expr::Text(text) | Expr::Word(text) => text.len(),
        Expr::Bytes(bytes) => bytes.len(),
        _ => return None,
    };
    let word = peek_word(i);
    if length == 0 || word.parse() != Ok(length) {
        return None;
    }
    let start = i.at();
    let before = i.state.source[i.state.begin..start].trim();
    let fault = Fault::new(
        (start, start + word.len()),
        "data knows its own length: a number here would be flags",
    );
    Some(
        fault
            .expecting(before)
            .expecting("--oob, --more and their like"),
    )
}
