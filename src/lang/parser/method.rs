//! What follows a dot: properties, Python's methods, and formats.

use super::arguments::{Given, arguments};
use super::input::{Cursor, Input, Parsed, Trouble};
use super::word::{blank, identifier, identifier_len, opens};
use super::{call, field, fit, format, refuse};
use crate::lang::ast::{Arg, Call, Dialect, Expr, Function};
use crate::lang::constants::constant;
use crate::lang::fault::Fault;
use crate::lang::fields::FIELDS;
use crate::lang::table::{Kind, find};

/// What a socket answers.
const PROPERTIES: [&str; 7] = ["local", "peer", "fd", "state", "family", "type", "proto"];

/// Methods of values.
const FUNCTIONS: [(&str, Function); 6] = [
    ("hex", Function::Hex),
    ("decode", Function::Decode),
    ("encode", Function::Encode),
    ("strip", Function::Strip),
    ("upper", Function::Upper),
    ("lower", Function::Lower),
];

/// Whether a socket or a value has this, and no module of Python's.
pub(super) fn is_of_value(name: &str) -> bool {
    PROPERTIES.contains(&name)
        || matches!(name, "fileno" | "format" | "to_bytes")
        || FUNCTIONS.iter().any(|(known, _)| *known == name)
}

/// Whether a socket or a value has a property or a method of this name.
pub(super) fn is_member(name: &str) -> bool {
    is_of_value(name)
        || find(name).is_some_and(|c| c.params.first().is_some_and(|p| p.kind == Kind::Socket))
}

/// A property or a method of `value`; its name is next.
pub(super) fn member(i: &mut Input, start: usize, value: Expr) -> Parsed<Expr> {
    let at = i.at();
    if let Some(read) = field::read(i, &value) {
        return Ok(read);
    }
    let name = identifier(i)?;
    // A property has none: `print s.local (1, 2)` prints two values.
    let called = i.rest().starts_with('(') || opens(i) && !PROPERTIES.contains(&name);
    if called {
        blank(i);
    }
    if called && i.state.brackets == 0 {
        i.state.dialect = Dialect::Python;
    }
    if !called && PROPERTIES.contains(&name) {
        return Ok(Expr::Property(
            Box::new(object(i, start, value)?),
            name.to_owned(),
        ));
    }
    if called && let Some((_, function)) = FUNCTIONS.iter().find(|(known, _)| *known == name) {
        let mut values = vec![value];
        values.extend(encoding(arguments(i)?.into_iter()));
        return Ok(Expr::Apply(*function, values));
    }
    if called && matches!(name, "fileno" | "to_bytes" | "format") {
        let given = arguments(i)?;
        return match name {
            "to_bytes" => to_bytes(i, start, value, given),
            "format" => format::brace_format(i, start, value, given),
            _ => {
                let of = object(i, start, value)?;
                Ok(Expr::Property(Box::new(of), "fd".to_owned()))
            }
        };
    }
    if !called && is_of_value(name) {
        return Err(not_called(i, start, at).into());
    }
    if let Some(fault) = refuse::method(i, start, name) {
        return Err(fault.into());
    }
    let command = find(name).filter(|c| c.params.first().is_some_and(|p| p.kind == Kind::Socket));
    if let (Some(_), Expr::Call(before)) = (command, &value)
        && before.command.names.is_none()
    {
        return Err(no_chain(i, before, (at, i.at()), name).into());
    }
    let target = Given::plain(value, i.since(start));
    match command {
        Some(command) if called => {
            let mut given = vec![target];
            given.extend(arguments(i)?);
            call::build(i, start, command, name, given, true)
        }
        Some(command) => call::bare_method(i, command, target),
        None if is_module(i, &target.value, name) => Err(no_module(i, (start, at)).into()),
        None if is_field(name) => Err(no_structs(i, start).into()),
        None => Err(no_member((at, i.at()), name).into()),
    }
}

fn no_member(place: (usize, usize), name: &str) -> Fault {
    let known = PROPERTIES.into_iter().chain(call::names());
    Fault::new(place, format!("there is no .{name}"))
        .expecting("a call such as .send(…)")
        .expecting(".local, .peer, .fd or .state of a socket")
        .near(name, known)
}

/// `c.send(b"x").close()`: what send() gives is a number, which would be another socket's descriptor.
fn no_chain(i: &Input, before: &Call, place: (usize, usize), name: &str) -> Fault {
    let fault = Fault::new(
        place,
        format!("what {}() gives is no socket", before.command.name),
    );
    match before.args.first().and_then(Option::as_ref) {
        Some(Arg {
            value: Expr::Name(socket),
            ..
        }) if before.command.params[0].kind == Kind::Socket && i.knows(socket) => {
            fault.expecting(format!("{socket}.{name}(…) in a statement of its own"))
        }
        _ => fault.expecting(format!("a socket's name before .{name}")),
    }
}

/// What encode() and decode() are given: an encoding, but for UTF-8, which is the usual one.
pub(super) fn encoding<'a>(mut given: impl Iterator<Item = Given<'a>>) -> Option<Expr> {
    let named = given.find(|one| matches!(one.keyword, None | Some("encoding")))?;
    let usual = |name: &str| matches!(name.to_lowercase().as_str(), "utf-8" | "utf8" | "utf_8");
    match named.value {
        Expr::Text(name) if usual(&name) => None,
        other => Some(other),
    }
}

/// `x.to_bytes(2, "big")`; Python's own length is 1, and its order big.
fn to_bytes(i: &Input, start: usize, value: Expr, given: Vec<Given>) -> Parsed<Expr> {
    let (mut size, mut order) = (None, None);
    for (at, one) in given.into_iter().enumerate() {
        match (one.keyword, at) {
            (None, 0) | (Some("length"), _) => size = Some(one.value),
            (None, 1) | (Some("byteorder"), _) => order = Some(one.value),
            (Some("signed"), _) if matches!(one.value, Expr::Const("False", _)) => {}
            _ => {
                let fault = i.fault(start, "to_bytes takes a length and an order here");
                return Err(fault.expecting("n.to_bytes(4, \"big\")").into());
            }
        }
    }
    let size = size.unwrap_or(Expr::Int(1));
    let order = order.unwrap_or_else(|| Expr::Text("big".into()));
    Ok(Expr::Apply(Function::ToBytes, vec![value, size, order]))
}

/// Whether a module must have been meant: `sokcet.socket()`.
fn is_module(i: &Input, value: &Expr, member: &str) -> bool {
    let no_method = find(member).is_some() || constant(member).is_some() || member == "pack";
    no_method && matches!(value, Expr::Name(name) if !i.knows(name))
}

/// The module `sokcet` of `sokcet.socket()`, which stands here with its dot.
fn no_module(i: &Input, (start, end): (usize, usize)) -> Fault {
    let before = i.state.source[start..end].trim_end_matches('.').trim_end();
    let message = format!("there is no module and no variable named {before}");
    Fault::new((start, start + before.len()), message).near(before, ["socket", "select", "struct"])
}

/// Whether C's structures of addresses have a field of this name.
fn is_field(name: &str) -> bool {
    let begins = |with: &&str| name.starts_with(with);
    ["sin", "sun_", "sa_", "ss_", "s_addr"].iter().any(begins)
}

/// `data.decode`, whose name, read just now, began at `at`.
fn not_called(i: &Input, start: usize, at: usize) -> Fault {
    let source = i.state.source;
    let (written, name) = (&source[start..i.at()], &source[at..i.at()]);
    let written = match written.len() <= 40 {
        true => written.to_owned(),
        false => format!("x.{name}"),
    };
    let what = format!("without brackets this names {name} and does not call it");
    Fault::new((at, i.at()), what).expecting(format!("{written}()"))
}

/// Whose property it is: a number is a descriptor.
fn object(i: &mut Input, start: usize, value: Expr) -> Parsed<Expr> {
    match value {
        Expr::Int(_) => {
            let span = i.since(start);
            Ok(fit::fit(i, Kind::Socket, value, span)?.unwrap_or(Expr::Null))
        }
        Expr::Name(_)
        | Expr::Fd(_)
        | Expr::Last
        | Expr::Index(..)
        | Expr::Call(_)
        | Expr::Property(..) => Ok(value),
        _ => Err(i.fault(start, "only a socket has this").into()),
    }
}

/// `sock->listen(5)`, `addr->sin_port`. The arrow is next.
pub(super) fn arrow(i: &mut Input, start: usize, value: &Expr) -> Parsed<Expr> {
    if !field::is_next(&i.rest()[2..]) {
        return Err(no_arrow(i, start).into());
    }
    i.skip(2);
    i.link()?;
    field::read(i, value).ok_or(Trouble::Backtrack)
}

fn no_arrow(i: &Input, start: usize) -> Fault {
    let (before, after) = (&i.state.source[start..i.at()], &i.rest()[2..]);
    let name = &after[..identifier_len(after)];
    if !is_member(name) {
        return no_structs(i, start);
    }
    Fault::new(
        (i.at(), i.at() + 2),
        "a socket is no structure: its calls follow a dot",
    )
    .expecting(format!("{before}.{name}(…)"))
}

/// The fields of a C structure.
pub(super) fn no_structs(i: &Input, start: usize) -> Fault {
    let line = i.state.source[start..].lines().next().unwrap_or("");
    let name = match &line[..identifier_len(line)] {
        "" => "addr",
        name => name,
    };
    let rest = i.rest().trim_start();
    if rest.starts_with("->h_") {
        return i
            .fault(start, "what gethostbyname gives here is the address itself")
            .expecting(format!("print {name}"));
    }
    let field = rest.trim_start_matches(['-', '>', '.']);
    let field = match &field[..identifier_len(field)] {
        // It was read already.
        "" => i.state.source[..i.at()]
            .rsplit(['.', '>'])
            .next()
            .unwrap_or(""),
        field => field,
    };
    i.fault(start, format!("no field {field} is kept here"))
        .expecting("the whole address where it is used: bind(s, 127.0.0.1:12345)")
        .near(field, FIELDS)
}
