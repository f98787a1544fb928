//! Formats: Python's `%` and `.format()`, C's `printf`.

use super::arguments::Given;
use super::input::{Cursor, Input, Parsed};
use super::structure;
use crate::lang::ast::{Expr, Function};
use crate::lang::fault::Fault;
use crate::lang::form::{self, Form};
use std::collections::HashSet;

/// `"%s from %d" % (a, b)` and `printf`.
pub(super) fn percent_format(
    i: &mut Input,
    format: &str,
    values: Vec<Expr>,
    is_c: bool,
) -> Parsed<Expr> {
    let start = i.at();
    let wanted = format.replace("%%", "").matches('%').count();
    let values = match <[Expr; 1]>::try_from(values) {
        // `"%s:%d" % addr`: the name holds as many values as the format takes.
        Ok([Expr::Name(name)]) if (2..=16).contains(&wanted) => {
            let item = |n| Expr::Index(Box::new(Expr::Name(name.clone())), Box::new(Expr::Int(n)));
            (0..wanted as i64).map(item).collect()
        }
        Ok([value]) => vec![value],
        Err(values) => values,
    };
    let mut values = values.into_iter();
    let mut pieces = Vec::new();
    let mut rest = format;
    let mut text = String::new();
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let letter =
            rest.find(|c: char| c.is_ascii_alphabetic() && !form::LENGTHS.contains(&c) || c == '%');
        let Some(letter) = letter else {
            return Err(i
                .fault(start, "this format ends too early")
                .expecting("%s, %d or %%")
                .into());
        };
        let kind = rest[letter..].chars().next().unwrap_or('%');
        let width = &rest[..letter];
        rest = &rest[letter + 1..];
        if kind == '%' {
            text.push('%');
            continue;
        }
        if let Some(fault) = elsewhere(i, start, width) {
            return Err(fault.into());
        }
        let spec = form::from_percent(width, kind);
        let Some(value) = values.next() else {
            return Err(i
                .fault(start, "the format wants more values than there are")
                .helping("what a call gives is taken apart by its name: addr = s.getpeername(); print \"%s:%d\" % addr")
                .into());
        };
        if !text.is_empty() {
            pieces.push(Expr::Text(std::mem::take(&mut text)));
        }
        let value = match (kind, value) {
            ('r', value) => Expr::Apply(Function::Repr, vec![value]),
            (_, plain @ (Expr::Int(_) | Expr::Text(_))) => plain,
            // In C a socket is its descriptor, and True is 1.
            ('d' | 'i' | 'u', value) if is_c => Expr::Apply(Function::Int, vec![value]),
            (_, value) => value,
        };
        pieces.push(laid_out(i, value, spec.as_deref()));
    }
    text.push_str(rest);
    if values.next().is_some() {
        return Err(i
            .fault(start, "there are more values than the format takes")
            .into());
    }
    Ok(pieced(pieces, text))
}

/// What stands between `%` and the letter takes a value besides the one that is printed: `%.*s`, `%(name)s`.
fn elsewhere(i: &Input, start: usize, width: &str) -> Option<Fault> {
    if width.starts_with('(') {
        return Some(structure::no_dictionaries(i, start));
    }
    width.contains('*').then(|| {
        i.fault(start, "the width of a format is a number here, not *")
            .helping("write the number itself; buf[:n] is what the first n bytes of buf are")
    })
}

/// A value in the form of Python's specification. One that there is not here (fractions, thousands) is left out, with a
/// remark.
pub(super) fn laid_out(i: &mut Input, value: Expr, spec: Option<&str>) -> Expr {
    match spec.and_then(|spec| Some((spec, Form::parse(spec)?))) {
        Some((_, form)) if form.is_plain() => value,
        Some((spec, _)) => Expr::Apply(Function::Format, vec![value, Expr::Text(spec.to_owned())]),
        None => {
            i.remark("a value is printed as it is, without the width and the digits of its format");
            value
        }
    }
}

/// The same where the specification has values of its own: `.{}f`.
pub(super) fn laid_out_as(i: &mut Input, value: Expr, spec: &str, form: Expr) -> Expr {
    let parts = spec.split_inclusive('}');
    let with_numbers: String = parts
        .map(|part| match part.split_once('{') {
            Some((plain, _)) => format!("{plain}2"),
            None => part.to_owned(),
        })
        .collect();
    match Form::parse(&with_numbers) {
        Some(_) => Expr::Apply(Function::Format, vec![value, form]),
        None => laid_out(i, value, Some(&with_numbers)),
    }
}

fn pieced(mut pieces: Vec<Expr>, text: String) -> Expr {
    if pieces.is_empty() {
        return Expr::Text(text);
    }
    if !text.is_empty() {
        pieces.push(Expr::Text(text));
    }
    Expr::Apply(Function::Join, pieces)
}

/// A value that may be copied often.
fn small(i: &Input, start: usize, value: &Expr) -> Parsed<Expr> {
    match value {
        Expr::Name(_) | Expr::Int(_) => Ok(value.clone()),
        _ => Err(i
            .fault(start, "the format uses a value twice")
            .helping("give it a name first")
            .into()),
    }
}

/// The value that braces mean: the next, the one of a number, or the one of a name.
fn meant<'g, 'i>(given: &'g [Given<'i>], name: &str, next: &mut i64) -> Option<&'g Given<'i>> {
    if name.is_empty() {
        *next += 1;
        return given.get(usize::try_from(*next - 1).ok()?);
    }
    match name.parse::<usize>() {
        Ok(index) => given.get(index),
        Err(_) => given.iter().find(|one| one.keyword == Some(name)),
    }
}

/// `<{}` of `"{:<{}}".format(x, width)`
fn form_with_values(
    i: &mut Input,
    start: usize,
    spec: &str,
    given: &[Given],
    (next, used): (&mut i64, &mut HashSet<usize>),
) -> Parsed<Expr> {
    let mut pieces = Vec::new();
    for piece in spec.split_inclusive('}') {
        i.link()?;
        let (plain, name) = piece.split_once('{').unwrap_or((piece, ""));
        if !plain.is_empty() {
            pieces.push(Expr::Text(plain.to_owned()));
        }
        if let Some(name) = name.strip_suffix('}') {
            let Some(found) = meant(given, name, next) else {
                return Err(no_value(i, start, name).into());
            };
            if !used.insert(found.span.start) {
                small(i, start, &found.value)?;
            }
            pieces.push(found.value.clone());
        }
    }
    Ok(Expr::Apply(Function::Join, pieces))
}

/// The answer to a replacement that none of the values is for.
fn no_value(i: &Input, start: usize, name: &str) -> Fault {
    match name.contains(['.', '[']) {
        true => i
            .fault(
                start,
                format!("the format's {{{name}}} names a part of a value"),
            )
            .helping("the part itself is a value too: \"{}\".format(addr[0])"),
        false => i.fault(start, format!("the format's {{{name}}} has no value")),
    }
}

/// What stands between the braces, `name!r:>5`: the name, whether the value is shown as Python's repr() does, the form.
fn replacement(field: &str) -> (&str, bool, &str) {
    let (plain, spec) = field.split_once(':').unwrap_or((field, ""));
    let (name, conversion) = plain.split_once('!').unwrap_or((plain, ""));
    (name, conversion == "r", spec)
}

/// Where the `}` of a replacement is, behind the replacements that its form may have (`{:>{}}`).
pub(super) fn field_end(text: &str) -> Option<usize> {
    let mut inner = 0_usize;
    text.find(|c| {
        let closed = c == '}' && inner == 0;
        match c {
            '{' => inner += 1,
            '}' => inner = inner.saturating_sub(1),
            _ => {}
        }
        closed
    })
}

/// `"{} {1} {name}".format(…)`
pub(super) fn brace_format(
    i: &mut Input,
    start: usize,
    value: Expr,
    given: Vec<Given>,
) -> Parsed<Expr> {
    let Expr::Text(format) = value else {
        return Err(i.fault(start, "only a text has .format()").into());
    };
    let (mut pieces, mut text, mut next) = (Vec::new(), String::new(), 0_i64);
    let mut used = HashSet::new();
    let mut rest = format.as_str();
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if rest.starts_with(brace) || brace == "}" {
            text.push_str(brace);
            rest = rest.strip_prefix(brace).unwrap_or(rest);
            continue;
        }
        let Some(end) = field_end(rest) else {
            return Err(i.fault(start, "a { of this format is never closed").into());
        };
        let field = &rest[..end];
        rest = &rest[end + 1..];
        let (name, repr, spec) = replacement(field);
        let spread = given.first().filter(|one| one.spread && name.is_empty());
        if let Some(all) = spread {
            // "{}:{}".format(*addr): the items one after the other.
            i.link()?;
            if !text.is_empty() {
                pieces.push(Expr::Text(std::mem::take(&mut text)));
            }
            let item = Expr::Index(
                Box::new(small(i, start, &all.value)?),
                Box::new(Expr::Int(next)),
            );
            pieces.push(laid_out(i, item, Some(spec)));
            next += 1;
            continue;
        }
        let Some(found) = meant(&given, name, &mut next) else {
            return Err(no_value(i, start, name).into());
        };
        // Each use is a copy: only what is small may be used often.
        i.link()?;
        if !used.insert(found.span.start) {
            small(i, start, &found.value)?;
        }
        if !text.is_empty() {
            pieces.push(Expr::Text(std::mem::take(&mut text)));
        }
        let value = match repr {
            true => Expr::Apply(Function::Repr, vec![found.value.clone()]),
            false => found.value.clone(),
        };
        pieces.push(match spec.contains('{') {
            true => {
                let form = form_with_values(i, start, spec, &given, (&mut next, &mut used))?;
                laid_out_as(i, value, spec, form)
            }
            false => laid_out(i, value, Some(spec)),
        });
    }
    text.push_str(rest);
    Ok(pieced(pieces, text))
}
