//! Arguments in another order than the call's, in the shell dialect: `send "hello" t`, `sendto u 127.0.0.1:9 hello`,
//! `sendto u hello world 127.0.0.1:9`. Each would be taken for something else, or refused for a reason that is none.

use super::arguments::Given;
use super::input::{Cursor, Input};
use super::number::dotted_quad;
use super::word::{identifier_len, is_identifier, is_quote, peek_word};
use crate::lang::ast::{Expr, Function};
use crate::lang::fault::Fault;
use crate::lang::table::{Command, Kind};

/// What is left of the statement: up to a comment, `;` or the line's end outside quotes.
fn rest_of_statement<'a>(i: &Input<'a>) -> &'a str {
    let rest = i.rest();
    let (mut quote, mut before) = (None, ' ');
    let over = rest.char_indices().find(|(_, c)| {
        let ends = match quote {
            Some(open) => {
                if *c == open && before != '\\' {
                    quote = None;
                }
                *c == '\n'
            }
            None if is_quote(*c) => {
                quote = Some(*c);
                false
            }
            None => matches!(c, ';' | '\n') || *c == '#' && before.is_whitespace(),
        };
        before = *c;
        ends
    });
    rest[..over.map_or(rest.len(), |(at, _)| at)].trim_end()
}

/// An address at the beginning, as the shell writes it in one word, and what follows it.
fn address_first(text: &str) -> Option<(String, &str)> {
    let over = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, after) = (&text[..over], text[over..].trim_start());
    let is_port = |port: &str| port.parse::<u16>().is_ok();
    let word = word.trim_end_matches(',');
    let is_host = dotted_quad(word).is_some() || word == "localhost";
    match word.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && is_port(port) => Some((word.to_owned(), after)),
        _ if is_host => {
            let over = after.find(char::is_whitespace).unwrap_or(after.len());
            let port = &after[..over];
            is_port(port).then(|| (format!("{word}:{port}"), after[over..].trim_start()))
        }
        _ => None,
    }
}

/// `bind 127.0.0.1 80`, `send "hello" t`, `close "t"`: what stands in the socket's place is no socket.
pub(super) fn socket_last(i: &Input, command: &Command, word: &str) -> Fault {
    let place = (i.at(), i.at() + word.len());
    let rest = rest_of_statement(i);
    let name = command.name;
    let bare = rest.trim_matches(is_quote);
    if is_identifier(bare) && i.knows(bare) {
        let fault = Fault::new(place, "a socket's name stands without quotes");
        return fault.expecting(format!("{name} {bare}"));
    }
    let (socket, rest) = match rest.rsplit_once(char::is_whitespace) {
        Some((before, last)) if is_identifier(last) && i.knows(last) => (last, before.trim_end()),
        _ => (".", rest),
    };
    let rest = match address_first(rest) {
        Some((addr, data)) if name == "sendto" => format!("{} {addr}", as_data(data)),
        _ => rest.to_owned(),
    };
    Fault::new(place, "the socket comes first")
        .expecting("its name, its descriptor, or . for the last one")
        .helping(format!("{name} {socket} {rest}"))
}

/// Data as one word of the shell dialect.
fn as_data(data: &str) -> String {
    match data {
        "" => "\"hello\"".to_owned(),
        _ if data.starts_with(is_quote) || !data.contains(char::is_whitespace) => data.to_owned(),
        _ => format!("\"{data}\""),
    }
}

/// `sendto u 127.0.0.1:9 hello`, `sendto u hello world 127.0.0.1:9`. The data is next, behind `sendto u`.
pub(super) fn data_apart(i: &Input, command: &Command) -> Option<Fault> {
    if command.name != "sendto" {
        return None;
    }
    let (start, rest) = (i.at(), rest_of_statement(i));
    let span = (start, start + rest.len());
    let before = i.state.source[i.state.begin..start].trim();
    if let Some((addr, data)) = address_first(rest) {
        let place = (start, start + peek_word(i).len());
        let fault = Fault::new(place, "the data comes before the address");
        return Some(fault.expecting(format!("{before} {} {addr}", as_data(data))));
    }
    let first = peek_word(i);
    let name = &first[..identifier_len(first)];
    if !first.starts_with(char::is_alphanumeric)
        || i.knows(name)
        || first.contains(['(', '"', '\''])
    {
        return None;
    }
    let words: Vec<&str> = rest
        .split_whitespace()
        .take_while(|word| !word.starts_with("--") && !word.starts_with("flags="))
        .collect();
    let (last, front) = words.split_last()?;
    let known = &last[..identifier_len(last)];
    let apart = match front.last() {
        Some(&"port") => 3,
        _ => 2,
    };
    let of_address = match last {
        _ if last.parse::<u16>().is_ok() => apart,
        _ if last.contains(':') || last.starts_with(['/', '.', '@']) || i.knows(known) => 1,
        _ => return None,
    };
    let data = words.get(..words.len().checked_sub(of_address)?)?;
    let plain = data
        .iter()
        .all(|word| !word.contains(['(', '{', '"', '\'']));
    if !plain || data.len() < 2 || matches!(data[data.len() - 1], "to" | "at" | "on" | "port") {
        return None;
    }
    let (data, addr) = (data.join(" "), words[words.len() - of_address..].join(" "));
    let fault = Fault::new(span, "text with blanks stands in quotes");
    Some(fault.expecting(format!("{before} \"{data}\" {addr}")))
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

/// `send c "hello" 5`: a length would be taken for flags. They are next.
pub(super) fn length_behind(i: &Input, command: &Command, next: Option<Kind>) -> Option<Fault> {
    // The word is looked at only where it may be meant, or many would take the square of their time.
    if next? != Kind::MsgFlags || !command.params.iter().any(|p| p.kind == Kind::Data) {
        return None;
    }
    let word = peek_word(i);
    let number = word.parse::<u64>().ok()?;
    if number == 0 {
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
