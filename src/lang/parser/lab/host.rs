//! The names of hosts.

use super::words::{Word, follows, take};
use crate::lang::ast::Mark;
use crate::lang::fault::Fault;
use crate::lang::order::{HOSTS, MACHINE, SideName, TcpFlags};
use crate::lang::parser::input::{Cursor, Input, Parsed};
use crate::lang::parser::refuse;
use crate::lang::table::find;

/// How many hosts a laboratory may have.
const MOST: usize = 8;

/// How long a name may be: that of a network device (IFNAMSIZ without its NUL).
const LONGEST: usize = 15;

/// The names after `lab up`.
pub(super) fn hosts(i: &mut Input) -> Parsed<Vec<String>> {
    let mut hosts: Vec<String> = Vec::new();
    let mut span = i.since(i.at());
    while follows(i) {
        let Some(word) = take(i) else { break };
        let name = new_name(&word)?;
        if hosts.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
            return Err(word.fault("two hosts cannot have the same name").into());
        }
        if hosts.len() == MOST {
            return Err(word
                .fault(format!("a laboratory has {MOST} hosts at most"))
                .into());
        }
        hosts.push(name);
        span = i.since(word.start);
        let _ = i.eat(",");
    }
    match hosts.len() {
        0 => Ok(HOSTS.map(str::to_owned).to_vec()),
        1 => Err(Fault::new(
            (span.start, span.end),
            "one host alone has nobody to talk to",
        )
        .expecting(format!(
            "two to {MOST} names: lab up {} {}",
            hosts[0],
            other(&hosts[0])
        ))
        .into()),
        _ => Ok(hosts),
    }
}

fn other(name: &str) -> &'static str {
    match name {
        "server" => "client",
        _ => "server",
    }
}

/// The name of a host that there is, or this machine.
pub(super) fn name(word: &Word) -> Parsed<String> {
    if is_name(word.text) {
        return Ok(word.text.to_owned());
    }
    Err(no_name(word).into())
}

/// A name that a host may be given: one that can stand before a colon and in claims without being taken for
/// something else.
fn new_name(word: &Word) -> Parsed<String> {
    if !is_name(word.text) {
        return Err(no_name(word).into());
    }
    let taken = find(word.text).is_some()
        || refuse::is_block(word.text)
        || Mark::WORDS.contains(&word.text)
        || TcpFlags::parse(word.text).is_some()
        || SideName::named(word.text).is_some()
        || [
            "expect",
            "assert",
            "import",
            "from",
            "last",
            "next",
            "all",
            "localhost",
            MACHINE,
        ]
        .contains(&word.text);
    match taken {
        true => Err(word
            .fault(format!("{} means something else already", word.text))
            .expecting("another name")
            .into()),
        false => Ok(word.text.to_owned()),
    }
}

fn is_name(text: &str) -> bool {
    text.len() <= LONGEST
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn no_name(word: &Word) -> Fault {
    word.fault("this is no name for a host").expecting(format!(
        "1 to {LONGEST} letters, digits and hyphens, a letter first"
    ))
}
