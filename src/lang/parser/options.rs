//! `setsockopt` and `getsockopt`, whose level follows from the option, and whose value's shape does too.

use super::arguments::{Given, Places};
use super::expr::{expr, tight};
use super::fit::{counted, fit, switch};
use super::input::{Cursor, Input, Parsed};
use super::number::seconds;
use super::word::{blank, ends, peek_identifier, peek_word, word_or_text};
use crate::lang::ast::{Arg, Expr, Operator, Span};
use crate::lang::fault::Fault;
use crate::lang::options::{Shape, SockOption, level, option};
use crate::lang::table::Kind;
use std::net::Ipv4Addr;

/// `setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one))`, `s.setsockopt(level, name, value)`,
/// `getsockopt(s, level, name, &value, &len)`, `s.getsockopt(level, name)`, each with and without the level.
pub(super) fn brackets(i: &mut Input, places: &mut Places, mut given: Vec<Given>) -> Parsed<()> {
    let setting = places.command.name == "setsockopt";
    let most = if setting { 5 } else { 6 };
    if let Some(extra) = given.get(most) {
        return Err(places.too_many(i, extra.span).into());
    }
    if let [_, name, level, ..] = given.as_slice()
        && is_option(&name.value)
        && is_level(&level.value)
    {
        let text = |span: Span| i.state.source[span.start..span.end].trim();
        let fault = Fault::new(
            (name.span.start, level.span.end),
            "the level comes before the option",
        );
        return Err(fault
            .expecting(format!("{}, {}", text(level.span), text(name.span)))
            .into());
    }
    let level = (given.len() > 1 && is_level(&given[1].value)).then(|| given.remove(1));
    let mut given = given.into_iter();
    let Some(socket) = given.next() else {
        return Ok(());
    };
    places.put(i, 0, socket.value, socket.span)?;
    let Some(name) = given.next() else {
        return Ok(());
    };
    put_option(i, places, name, level)?;
    let value = given.next();
    if let (true, Some(value)) = (setting, &value) {
        let value = match value.keyword {
            None | Some("value" | "optval") => value.clone(),
            Some(_) => return Err(places.too_many(i, value.span).into()),
        };
        let known = chosen(places);
        let items = shaped(i, known, items(value.value), value.span)?;
        places.set("optval", Expr::Tuple(items), value.span);
    }
    // `&value, &len` of C's getsockopt, and not the length that Python's may have.
    if let (false, Some(value), Some(_)) = (setting, value, given.next())
        && let Expr::Name(name) = value.value
        && i.state.brackets == 0
    {
        i.state.filled = vec![Some(name)];
    }
    Ok(())
}

/// Whether a value names a level. Numbers do not: 1 is SOL_SOCKET on Linux, and SO_DEBUG too.
fn is_level(value: &Expr) -> bool {
    matches!(value, Expr::Const(name, _) if level(name).is_some())
}

/// Whether a value names an option.
fn is_option(value: &Expr) -> bool {
    matches!(value, Expr::Const(name, _) if option(name).is_some())
}

/// The option of the call, where it is known by name.
fn chosen(places: &Places) -> Option<&'static SockOption> {
    match places.args[1].as_ref().map(|arg| &arg.value) {
        Some(Expr::Const(name, _)) => option(name),
        _ => None,
    }
}

fn put_option(
    i: &mut Input,
    places: &mut Places,
    name: Given,
    given_level: Option<Given>,
) -> Parsed<()> {
    places.put(i, 1, name.value, name.span)?;
    let (Some(option), Some(given)) = (chosen(places), given_level) else {
        return Ok(());
    };
    if let Expr::Const(named, _) = given.value
        && level(named) != Some(option.level)
    {
        let fault = Fault::new(
            (given.span.start, given.span.end),
            format!("{} is no option of {named}", option.name),
        );
        return Err(fault
            .expecting(option.level_name)
            .helping("at another level the same number is another option, or none (ENOPROTOOPT)")
            .into());
    }
    Ok(())
}

/// The fields of a value: those of a structure, or itself.
fn items(value: Expr) -> Vec<Expr> {
    match value {
        Expr::Tuple(items) => items,
        // inet_aton(group) + inet_aton(interface), as Python programs write a struct ip_mreq.
        Expr::Binary(Operator::Add, a, b) if is_address(&a) && is_address(&b) => vec![*a, *b],
        other => vec![other],
    }
}

fn is_address(value: &Expr) -> bool {
    matches!(value, Expr::Call(call) if call.command.name == "inet_pton")
}

/// The fields in the form of the option's shape, and as many as it has.
fn shaped(
    i: &mut Input,
    option: Option<&SockOption>,
    items: Vec<Expr>,
    span: Span,
) -> Parsed<Vec<Expr>> {
    let Some(option) = option else {
        return Ok(items);
    };
    // That it can only be read is the kernel's to say (ENOPROTOOPT).
    if !option.settable && items.len() == 1 {
        return Ok(items);
    }
    let items = match (option.shape, items.as_slice()) {
        // That a second has a million microseconds is the kernel's to say (EDOM).
        (Shape::Time, [Expr::Int(whole), Expr::Int(micro)]) if (0..1_000_000).contains(micro) => {
            vec![seconds(*whole as f64 + *micro as f64 / 1e6)]
        }
        _ => items,
    };
    let whole = |value: &Expr| {
        matches!(
            value,
            Expr::Name(_) | Expr::Bytes(_) | Expr::Index(..) | Expr::Call(_)
        )
    };
    let (least, most) = match (option.shape, items.as_slice()) {
        (Shape::Time, [Expr::Int(_), Expr::Int(_)]) => (2, 2),
        (shape, _) => count(shape),
    };
    if items.len() > most || items.len() < least && !items.first().is_some_and(whole) {
        let fault = Fault::new(
            (span.start, span.end),
            format!("{} has {}", option.name, fields(option.shape)),
        );
        return Err(fault.expecting(example(option)).into());
    }
    items
        .into_iter()
        .map(|value| field(i, option.shape, value, span))
        .collect()
}

fn field(i: &mut Input, shape: Shape, value: Expr, span: Span) -> Parsed<Expr> {
    let value = match (shape, counted(value)) {
        (Shape::Switch, value) => match value {
            Expr::Int(_) => value,
            other => switch(other).unwrap_or_else(|value| value),
        },
        (Shape::Linger, Expr::Name(word)) => switch(Expr::Name(word)).unwrap_or_else(|value| value),
        // What a negative time means is the kernel's to say: elsewhere it is for ever, here it is not.
        (Shape::Time, Expr::Int(n)) => Expr::Int(n),
        (Shape::Time, Expr::Float(n)) => seconds(n),
        (Shape::Time, value) => fit(i, Kind::Time, value, span)?.unwrap_or(Expr::Int(0)),
        (Shape::Group4 | Shape::Interface4 | Shape::Group6, value) => address(value),
        (Shape::Text, Expr::Bytes(bytes)) => String::from_utf8(bytes)
            .map_or_else(|no_text| Expr::Bytes(no_text.into_bytes()), Expr::Text),
        (Shape::Int { .. } | Shape::Linger, Expr::Text(text)) => {
            let fault = Fault::new((span.start, span.end), format!("\"{text}\" is no number"));
            return Err(fault.expecting("a whole number").into());
        }
        (_, value) => value,
    };
    Ok(value)
}

/// An address in an option is a text, however C and Python pack it.
fn address(value: Expr) -> Expr {
    match value {
        Expr::Const("INADDR_ANY", _) => Expr::Text("0.0.0.0".into()),
        Expr::Call(call) if call.command.name == "htonl" => {
            match call.args.into_iter().next().flatten() {
                Some(Arg {
                    value: Expr::Int(n) | Expr::Const(_, n),
                    ..
                }) if u32::try_from(n).is_ok() => Expr::Text(Ipv4Addr::from(n as u32).to_string()),
                Some(inner) => address(inner.value),
                None => Expr::Null,
            }
        }
        Expr::Call(mut call) if call.command.name == "inet_pton" => {
            match call.args.get_mut(1).and_then(Option::take) {
                Some(inner) => inner.value,
                None => Expr::Call(call),
            }
        }
        other => other,
    }
}

/// How many fields a shape has, at least and at most.
fn count(shape: Shape) -> (usize, usize) {
    match shape {
        Shape::Linger => (2, 2),
        Shape::Group4 | Shape::Group6 => (1, 2),
        _ => (1, 1),
    }
}

fn fields(shape: Shape) -> &'static str {
    match shape {
        Shape::Linger => "two values: on or off, and seconds",
        Shape::Group4 | Shape::Group6 => "a group, and perhaps an interface",
        _ => "one value",
    }
}

fn example(option: &SockOption) -> String {
    let value = match option.shape {
        Shape::Linger => "1 0",
        Shape::Group4 => "224.0.0.251 127.0.0.1",
        Shape::Group6 => "ff02::fb lo",
        Shape::Interface4 => "127.0.0.1",
        Shape::Text => "cubic",
        _ => "1",
    };
    format!("setsockopt s {} {value}", option.name)
}

/// `setsockopt s SO_LINGER 1 0`: the option, with or without its level before it; the socket has been read.
pub(super) fn shell_option(i: &mut Input, places: &mut Places) -> Parsed<()> {
    let mut level_given = None;
    let start = i.at();
    let mut value = option_word(i)?;
    let mut span = i.since(start);
    if is_level(&value) {
        level_given = Some(Given::plain(value, span));
        blank(i);
        let _ = i.eat(",");
        blank(i);
        let start = i.at();
        if ends(i) {
            return Ok(());
        }
        value = option_word(i)?;
        span = i.since(start);
    }
    put_option(i, places, Given::plain(value, span), level_given)
}

/// An option's name, which may stand without its prefix and in small letters.
fn option_word(i: &mut Input) -> Parsed<Expr> {
    let word = peek_identifier(i);
    if option(word).is_some() && !i.rest()[word.len()..].starts_with(['.', '(', '[']) {
        i.skip(word.len());
        return Ok(Expr::Name(word.to_owned()));
    }
    tight(i)
}

/// The fields of a value, up to the end.
pub(super) fn shell_value(i: &mut Input, places: &mut Places) -> Parsed<()> {
    let option = chosen(places);
    let begin = i.at();
    let mut found = Vec::new();
    while !ends(i) && found.len() < 16 {
        found.push(shell_field(
            i,
            option.map(|option| option.shape),
            found.len(),
        )?);
        blank(i);
        let _ = i.eat(",");
        blank(i);
    }
    let span = i.since(begin);
    let found = match found.len() {
        1 => items(found.swap_remove(0)),
        _ => found,
    };
    let value = Expr::Tuple(shaped(i, option, found, span)?);
    let at = places.command.position("optval").unwrap_or(2);
    places.args[at] = Some(Arg { value, span });
    Ok(())
}

fn shell_field(i: &mut Input, shape: Option<Shape>, nth: usize) -> Parsed<Expr> {
    let words = matches!(
        shape,
        Some(Shape::Text | Shape::Group4 | Shape::Group6 | Shape::Interface4 | Shape::Interface6)
    );
    let name = peek_identifier(i);
    if !words || i.rest().starts_with(['(', '{', '[']) {
        return if i.rest().starts_with('(') {
            expr(i)
        } else {
            tight(i)
        };
    }
    let word = peek_word(i).trim_end_matches(',');
    if !name.is_empty()
        && (i.knows(word) || word[name.len()..].starts_with(['(', '[', '.']))
        && !word.contains(':')
    {
        return tight(i);
    }
    let quoted = i.next().is_some_and(super::word::is_quote);
    let text = word_or_text(i)?;
    let index = matches!(shape, Some(Shape::Interface6))
        || matches!(shape, Some(Shape::Group6)) && nth == 1;
    Ok(match text.parse() {
        Ok(number) if index && !quoted => Expr::Int(number),
        _ => Expr::Text(text),
    })
}
