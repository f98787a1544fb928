//! What stands around an action: blanks and comments between statements, what other languages have and need no doing,
//! a host, targets.

use super::data::is_fill;
use super::input::{Cursor, Input, Parsed};
use super::joins::is_keyword;
use super::name::MODULES;
use super::structure::is_type;
use super::word::{
    ascii_name_len, blank, comment_line, ends, identifier_len, is_identifier, run, spaces,
};
use crate::lang::ast::{Action, Dialect, Operator, Span, Statement};
use crate::lang::constants::constant;
use crate::lang::fault::Fault;
use crate::lang::order::SideName;

/// Goes over what may stand between statements: blanks, `;`, comments.
pub(super) fn gap(i: &mut Input, found: &mut Vec<Statement>) {
    loop {
        let before = i.at();
        blank(i);
        let len = run(i.rest(), |c| matches!(c, ';' | '\n' | '\r'));
        i.skip(len);
        if i.rest().starts_with("#include") {
            let start = i.at();
            comment_line(i);
            let remark = included(&i.state.source[start..i.at()]);
            found.push(nothing(i.since(start), Dialect::C, remark));
        } else if i.rest().starts_with("#define ") || i.rest().starts_with("#define\t") {
            return;
        } else if i.rest().starts_with('#') || i.rest().starts_with("//") {
            comment_line(i);
        }
        if i.at() == before {
            return;
        }
    }
}

/// What is said to `#include <stdio.h>`, and to a program's own file.
fn included(line: &str) -> &'static str {
    let file = line.strip_prefix("#include").unwrap_or(line).trim_start();
    match file.strip_prefix('"') {
        None => "everything is included already",
        Some(own) if own.starts_with("unp.h\"") => {
            "unp.h is not here: its Socket, Bind and Listen are the calls in small letters, which say every error here"
        }
        Some(_) => "this file is not read: what it defines is not known here",
    }
}

pub(super) fn nothing(span: Span, dialect: Dialect, remark: &str) -> Statement {
    Statement {
        span,
        side: None,
        host: None,
        targets: Vec::new(),
        action: Action::Nothing,
        dialect,
        remarks: vec![remark.to_owned()],
    }
}

/// Statements of other languages that do nothing here.
pub(super) fn harmless(i: &mut Input, start: usize, word: &str) -> Parsed<Option<Statement>> {
    if let Some(fault) = renamed_module(i, word) {
        return Err(fault.into());
    }
    let (dialect, remark) = match word {
        "using" if i.rest()[word.len()..].trim_start().starts_with("namespace") => (
            Dialect::C,
            "names have no namespaces here: the calls are known by their own names",
        ),
        "import" | "from" | "using" | "package" => {
            (Dialect::Python, imported(&i.rest()[word.len()..]))
        }
        "use" => (
            Dialect::C,
            "nothing is imported here: the calls are known by their own names",
        ),
        "pass" => (Dialect::Python, "pass does nothing here either"),
        "" if lone_brace(i.rest()) => (Dialect::C, "there are no blocks here"),
        _ => return Ok(None),
    };
    let after = i.rest()[word.len()..].chars().next();
    if matches!(word, "import" | "from" | "using" | "package" | "use")
        && !after.is_some_and(char::is_whitespace)
    {
        return Ok(None);
    }
    let whole = i.rest().find(['\n', ';']).unwrap_or(i.rest().len());
    let len = if word == "pass" { 4 } else { whole };
    if word == "pass"
        && !i.rest()[4..].trim_start().is_empty()
        && !i.rest()[4..].starts_with(['\n', ';', ' '])
    {
        return Ok(None);
    }
    i.skip(len);
    Ok(Some(nothing(i.since(start), dialect, remark)))
}

/// What is said to `import socketserver`, from what follows the first word.
fn imported(rest: &str) -> &'static str {
    let rest = rest
        .split(['\n', ';', '#'])
        .next()
        .unwrap_or("")
        .trim_start();
    let names = rest.split(" import ").next().unwrap_or(rest).split(',');
    let names = names.map(|name| name.trim_start());
    let module = |name: &str| match &name[..identifier_len(name)] {
        "socketserver" | "SocketServer" => {
            "socketserver is not here: it makes a server's calls by itself, and here you type them: socket, bind, \
             listen, accept"
        }
        "selectors" | "asyncio" | "asyncore" => {
            "this module is not here: it waits for many sockets by itself, and here you type that call: poll or select"
        }
        "threading" | "_thread" | "thread" | "multiprocessing" | "concurrent" => {
            "this module is not here, and not needed: a call that sleeps becomes a job, and the prompt comes back"
        }
        "ssl" => "ssl is not here: what is sent travels as it is, for everyone on the way to read",
        name if MODULES.contains(&name) => IMPORTED,
        _ => {
            "this module is not here: socket, select, os, sys, time, struct, errno and signal are, as far as sockets need them"
        }
    };
    let mut said = names.map(module);
    said.find(|said| *said != IMPORTED).unwrap_or(IMPORTED)
}

/// What is said to the modules that are here.
const IMPORTED: &str = "everything is imported already: socket, select, os, sys, struct";

/// `import socket as sk`: a name is given to values alone.
fn renamed_module(i: &Input, word: &str) -> Option<Fault> {
    if !matches!(word, "import" | "from") {
        return None;
    }
    let line = i.rest().split(['\n', ';', '#']).next()?;
    let rest = line.strip_prefix(word)?;
    let (known, new) = rest.split_once(" as ")?;
    let known = known.rsplit([' ', ',']).find(|word| !word.is_empty())?;
    let new = &new.trim_start()[..identifier_len(new.trim_start())];
    let here = MODULES.contains(&known) || crate::lang::table::find(known).is_some();
    if !here || new == known || new.is_empty() {
        return None;
    }
    let at = i.at() + line.find(" as ")? + 1;
    let fault = Fault::new(
        (at, i.at() + line.trim_end().len()),
        "modules and calls keep their names here",
    );
    let fault = fault.helping(format!("type {known} where the program has {new}"));
    Some(if word == "import" {
        fault.expecting(format!("{word} {known}"))
    } else {
        fault
    })
}

/// `#define PORT 8080`: the name, whose value is next; `None` where it stands for nothing that can be kept here.
pub(super) fn defined<'a>(i: &mut Input<'a>) -> Option<&'a str> {
    i.state.dialect = Dialect::C;
    i.skip("#define".len());
    blank(i);
    let rest = i.rest();
    let name = &rest[..identifier_len(rest)];
    i.skip(name.len());
    // `#define SQUARE(x) …` has parameters.
    let gap = spaces(i.rest());
    i.skip(gap);
    let value = i.rest();
    let nothing_to_keep = gap == 0
        || ends(i)
        || name.is_empty()
        || name.starts_with('_')
        || constant(name).is_some()
        || is_type(&value[..identifier_len(value)]);
    if nothing_to_keep {
        comment_line(i);
        // A macro goes on behind a backslash, and nothing of it is a statement.
        while i.state.source[..i.at()]
            .trim_end_matches('\r')
            .ends_with('\\')
            && i.eat("\n")
        {
            comment_line(i);
        }
        i.remark("only names of values are defined here, as in #define PORT 8080");
        return None;
    }
    Some(name)
}

/// `{` or `}` alone.
fn lone_brace(rest: &str) -> bool {
    let Some(after) = rest.strip_prefix(['{', '}']) else {
        return false;
    };
    let after = after.trim_start_matches([' ', '\t', '\r']);
    after.is_empty() || after.starts_with(['\n', ';'])
}

/// `udp: server: recv s 10`: a side of a comparison, if that is what stands there.
pub(super) fn side(i: &mut Input) -> Parsed<Option<SideName>> {
    let Some(side) = prefix_len(i.rest()).and_then(|len| SideName::named(&i.rest()[..len])) else {
        return Ok(None);
    };
    host(i).map(|_| Some(side))
}

/// How long the name is in front of a colon with a blank behind it.
fn prefix_len(rest: &str) -> Option<usize> {
    // What ends most first words, a blank, is seen at once.
    if !matches!(
        rest.as_bytes().get(ascii_name_len(rest)),
        Some(b':' | b'-' | 0x80..)
    ) {
        return None;
    }
    let len = run(rest, |c| c.is_alphanumeric() || c == '_' || c == '-');
    let named = len > 0 && rest.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let after = rest[len..].strip_prefix(':').filter(|_| named)?;
    (after.is_empty() || after.starts_with([' ', '\t'])).then_some(len)
}

/// `server: listen s`
pub(super) fn host(i: &mut Input) -> Parsed<Option<String>> {
    let rest = i.rest();
    let Some(len) = prefix_len(rest) else {
        return Ok(None);
    };
    let start = i.at();
    i.skip(len + 1);
    blank(i);
    if ends(i) {
        return Err(i
            .fault(start, format!("what is {} to do?", &rest[..len]))
            .expecting(format!("a statement, as in {}: ls", &rest[..len]))
            .into());
    }
    Ok(Some(rest[..len].to_owned()))
}

/// `socket tcp on b`, with `on` next: a host stands in front.
pub(super) fn host_behind(i: &Input) -> Option<Fault> {
    let gap = i.rest().strip_prefix("on")?;
    let host = gap.trim_start_matches([' ', '\t']);
    let len = run(host, |c| c.is_ascii_alphanumeric() || c == '-');
    let over = host[len..].trim_start_matches([' ', '\t', '\r']);
    let last = over.is_empty() || over.starts_with([';', '\n', '#']);
    // A switch (`--peek`) or a number is no host's name.
    let named = host.starts_with(|c: char| c.is_ascii_alphabetic());
    if host.len() == gap.len() || !named || !last || i.knows("on") {
        return None;
    }
    let (host, start) = (&host[..len], i.at());
    let end = start + i.rest().len() - gap.trim_start_matches([' ', '\t']).len() + len;
    let before = i.state.source[i.state.begin..start].trim();
    Some(
        Fault::new((start, end), "a host stands in front of the statement")
            .expecting(format!("{host}: {before}"))
            .helping(format!("or on {host} first: what follows runs there")),
    )
}

/// `server: conn = accept s` for a `conn = server: accept s` whose colon is next.
pub(super) fn host_in_front(i: &Input) -> Option<String> {
    let parts = |c| matches!(c, ';' | '\n');
    let call = i.rest().strip_prefix(':')?.split(parts).next()?.trim();
    let before = i.state.source[..i.at()].rsplit(parts).next()?;
    let (targets, host) = before.split_once('=')?;
    let (targets, host) = (targets.trim(), host.trim());
    let named = is_identifier(host);
    (named && !call.is_empty()).then(|| format!("{host}: {targets} = {call}"))
}

/// How many names may stand before one `=`.
const TARGETS: usize = 16;

/// `x =`, `conn, addr =`, `(conn, addr) =`.
pub(super) fn targets(i: &mut Input) -> Parsed<Vec<Option<String>>> {
    let start = i.at();
    let Some((names, len)) = target_names(i.rest()) else {
        return match nested_targets(i) {
            Some(fault) => Err(fault.into()),
            None => Ok(Vec::new()),
        };
    };
    let mut targets = Vec::with_capacity(names.len());
    for name in names {
        if has_meaning(name) {
            let at = start + (name.as_ptr() as usize - i.rest().as_ptr() as usize);
            return Err(taken(name, at).into());
        }
        targets.push((name != "_").then(|| name.to_owned()));
    }
    i.skip(len);
    blank(i);
    if ends(i) && !is_fill(i.rest()) {
        return Err(i
            .fault(i.at(), "the line ends too early")
            .expecting("a value or a call")
            .into());
    }
    match chained(i, start) {
        Some(fault) => Err(fault.into()),
        None => Ok(targets),
    }
}

/// Whether a name cannot be given a value.
fn has_meaning(name: &str) -> bool {
    constant(name).is_some()
        || is_type(name)
        || is_keyword(name)
        || matches!(name, "None" | "True" | "False" | "NULL")
}

/// What is said to a value for such a name, which stands at `at`.
pub(super) fn taken(name: &str, at: usize) -> Fault {
    Fault::new(
        (at, at + name.len()),
        format!("{name} has its meaning already and cannot be given another"),
    )
    .expecting("another name")
}

/// `x = y = 3`, read up to the `y`: one `=` a statement.
fn chained(i: &Input, start: usize) -> Option<Fault> {
    let (_, len) = target_names(i.rest())?;
    let first = i.state.source[start..i.at()].trim_end();
    let second = i.rest()[..len].trim_end();
    let (first, name) = (
        first.trim_end_matches('=').trim_end(),
        second.trim_end_matches('=').trim_end(),
    );
    let value = i.rest()[len..].split([';', '\n']).next()?.trim();
    let span = (i.at(), i.at() + second.len());
    Some(
        Fault::new(span, "a statement gives a value once")
            .expecting(format!("{name} = {value}; {first} = {name}")),
    )
}

/// `data, (host, port) =`: names within names.
fn nested_targets(i: &Input) -> Option<Fault> {
    let rest = i.rest();
    // Only names, and what separates and encloses them, may stand before the `=`.
    let len = run(rest, |c| {
        c.is_alphanumeric() || matches!(c, '_' | ',' | '(' | ')' | '[' | ']' | ' ' | '\t')
    });
    let after = rest[len..].strip_prefix('=')?;
    let targets = rest[..len].trim_end();
    let open = targets.matches(['(', '[']).count();
    if open != targets.matches([')', ']']).count() {
        // `(a, getaddrinfo(b, type=…))`: the `=` is a keyword's.
        return None;
    }
    let outer = targets
        .strip_prefix(['(', '['])
        .and_then(|inner| inner.strip_suffix([')', ']']));
    let whole = outer.unwrap_or(targets);
    let open = whole.find(['(', '['])?;
    let close = open + whole[open..].find([')', ']'])?;
    let (before, inner) = (whole[..open].trim_end(), whole[open + 1..close].trim());
    let apart = before.ends_with(',') || before.is_empty() && whole[close + 1..].contains(',');
    if !apart || !inner.contains(',') || after.starts_with('=') {
        return None;
    }
    let value = after.split([';', '\n']).next()?.trim();
    let names = format!("{}addr{}", &whole[..open], &whole[close + 1..]);
    let start = i.at() + targets.find(whole)? + open;
    let fault = Fault::new(
        (start, start + close + 1 - open),
        "names cannot stand within names here",
    );
    Some(if names.contains(['(', ')', '[', ']']) {
        fault.helping("one name for what is inside, and on the next line: host, port = that name")
    } else {
        fault
            .expecting(format!("{names} = {value}"))
            .helping(format!("then {inner} = addr"))
    })
}

/// `s += `: the name, and the operator between it and what follows.
pub(super) fn augmented<'a>(i: &mut Input<'a>) -> Option<(&'a str, Operator)> {
    let rest = i.rest();
    let len = identifier_len(rest);
    let gap = spaces(&rest[len..]);
    let (operator, sign) = [
        (Operator::Add, "+="),
        (Operator::Sub, "-="),
        (Operator::Mul, "*="),
        (Operator::Or, "|="),
        (Operator::And, "&="),
    ]
    .into_iter()
    .find(|(_, sign)| len > 0 && rest[len + gap..].starts_with(sign))?;
    i.skip(len + gap + sign.len());
    blank(i);
    Some((&rest[..len], operator))
}

/// The names before a single `=`, and how long they are with it.
fn target_names(text: &str) -> Option<(Vec<&str>, usize)> {
    let open = text.starts_with(['(', '[']);
    let mut at = usize::from(open);
    let mut names = Vec::new();
    loop {
        at += spaces(&text[at..]);
        let len = identifier_len(&text[at..]);
        if len == 0 && names.is_empty() || names.len() == TARGETS {
            return None;
        }
        // What most lines begin with, a command and a blank, is seen before anything is kept.
        let next = at + len + spaces(&text[at + len..]);
        if names.is_empty() && !open && !text[next..].starts_with([',', '=']) {
            return None;
        }
        if len > 0 {
            names.push(&text[at..at + len]);
        }
        at = next;
        if len == 0 || !text[at..].starts_with(',') {
            break;
        }
        at += 1;
    }
    if open {
        at += text[at..].starts_with([')', ']']).then_some(1)?;
        at += spaces(&text[at..]);
    }
    let after = text[at..].strip_prefix('=')?;
    (!after.starts_with('=')).then_some((names, at + 1))
}
