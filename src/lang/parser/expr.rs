//! Expressions, common to the three dialects.

use super::input::{Cursor, Input, Parsed};
use super::name::name;
use super::number::number;
use super::operators::{binary, infix};
use super::string::{is_prefix, string};
use super::word::{blank, identifier_len, is_quote, peek_identifier, spaces};
use super::{address, method, structure};
use crate::lang::ast::{Expr, Function, Operator};
use crate::lang::fault::Fault;
use winnow::Parser;
use winnow::combinator::expression;
use winnow::stream::Stream;

/// An expression with operators: `a + b * 2`, `s.local == c.peer`, `MSG_PEEK | MSG_DONTWAIT`.
pub(super) fn expr(i: &mut Input) -> Parsed<Expr> {
    blank(i);
    expression(unary).infix(infix).parse_next(i)
}

/// An expression whose operators touch their operands, as one word of the shell dialect.
pub(super) fn tight(i: &mut Input) -> Parsed<Expr> {
    let outer = std::mem::replace(&mut i.state.tight, true);
    let value = expr(i);
    i.state.tight = outer;
    value
}

/// A value with what stands before it: a sign, `&`, `*`, a cast.
fn unary(i: &mut Input) -> Parsed<Expr> {
    let rest = i.rest().as_bytes();
    let second = rest.get(1).copied().unwrap_or(b' ');
    match rest.first() {
        Some(b'-') if second.is_ascii_digit() => negative(i),
        Some(b'-') if second != b'-' => {
            i.skip(1);
            blank(i);
            let value = i.nested(unary)?;
            let value = power(i, value)?;
            Ok(Expr::Binary(
                Operator::Sub,
                Box::new(Expr::Int(0)),
                Box::new(value),
            ))
        }
        Some(b'~') => {
            i.skip(1);
            blank(i);
            let value = i.nested(unary)?;
            // The complement of two, in which C has its numbers.
            let all = Box::new(Expr::Int(-1));
            Ok(Expr::Binary(Operator::Sub, all, Box::new(value)))
        }
        Some(b'+') => {
            i.skip(1);
            i.nested(unary)
        }
        Some(b'&') => {
            i.skip(1);
            i.state.c = true;
            if !i.state.tight {
                blank(i);
            }
            i.nested(unary)
        }
        Some(b'*') if second == b'(' || identifier_len(&i.rest()[1..]) > 0 => {
            i.skip(1);
            i.nested(unary)
        }
        Some(b'(') => match structure::cast(i) {
            true => i.nested(unary),
            false => postfix(i),
        },
        _ => postfix(i),
    }
}

fn is_power(i: &Input) -> bool {
    let rest = i.rest();
    let apart = if i.state.tight { 0 } else { spaces(rest) };
    rest[apart..].starts_with("**")
}

/// A value behind a sign, to the power that may follow: Python's -2**2 is -4.
fn power(i: &mut Input, value: Expr) -> Parsed<Expr> {
    if !is_power(i) {
        return Ok(value);
    }
    blank(i);
    i.skip(2);
    blank(i);
    i.link()?;
    let exponent = i.nested(unary)?;
    let exponent = power(i, exponent)?;
    binary(i, Operator::Pow, value, exponent)
}

fn negative(i: &mut Input) -> Parsed<Expr> {
    let start = i.at();
    if i.rest().starts_with("-9223372036854775808") {
        i.skip("-9223372036854775808".len());
        return Ok(Expr::Int(i64::MIN));
    }
    i.skip(1);
    let value = number(i)?;
    if matches!(value, Expr::Int(_)) && is_power(i) {
        let value = power(i, value)?;
        return Ok(Expr::Binary(
            Operator::Sub,
            Box::new(Expr::Int(0)),
            Box::new(value),
        ));
    }
    match value {
        Expr::Int(value) => Ok(Expr::Int(value.wrapping_neg())),
        Expr::Float(value) => Ok(Expr::Float(-value)),
        _ => Err(i.fault(start, "an address has no sign").into()),
    }
}

/// A value with what follows it: properties, methods, indices.
fn postfix(i: &mut Input) -> Parsed<Expr> {
    let start = i.at();
    let mut value = primary(i)?;
    loop {
        let rest = i.rest();
        if rest.starts_with('.') && identifier_len(&rest[1..]) > 0 {
            i.skip(1);
            i.link()?;
            value = method::member(i, start, value)?;
        } else if matches!(value, Expr::Last) && identifier_len(rest) > 0 && i.at() == start + 1 {
            i.link()?;
            value = method::member(i, start, value)?;
        } else if rest.starts_with('[') {
            i.link()?;
            value = index(i, value)?;
        } else if rest.starts_with("->") {
            value = method::arrow(i, start, &value)?;
        } else if rest.starts_with('(')
            && matches!(value, Expr::Index(..) | Expr::Call(_) | Expr::Property(..))
        {
            return Err(i
                .fault(i.at(), "only a command or a method can be called")
                .into());
        } else {
            return Ok(value);
        }
    }
}

fn index(i: &mut Input, value: Expr) -> Parsed<Expr> {
    let start = i.at();
    i.skip(1);
    i.state.brackets += 1;
    let outer = (
        std::mem::take(&mut i.state.tight),
        std::mem::take(&mut i.state.format),
    );
    let part = i.nested(|i| part(i, value));
    (i.state.tight, i.state.format) = outer;
    i.state.brackets -= 1;
    let part = part?;
    if i.rest().starts_with(':') {
        return Err(i
            .fault(i.at(), "a slice has no step here")
            .expecting("from and to, as in data[0:5]")
            .into());
    }
    if !i.eat("]") {
        return Err(i
            .fault(start, "this bracket is never closed")
            .expecting("]")
            .into());
    }
    Ok(part)
}

/// What stands in the brackets: an index, or a slice.
fn part(i: &mut Input, value: Expr) -> Parsed<Expr> {
    let from = bound(i)?;
    if i.eat(":") {
        let to = bound(i)?;
        let bounds = [from, to].map(|bound| bound.unwrap_or(Expr::Null));
        let values = std::iter::once(value).chain(bounds).collect();
        return Ok(Expr::Apply(Function::Slice, values));
    }
    match from {
        Some(at) => Ok(Expr::Index(Box::new(value), Box::new(at))),
        None => Err(unexpected(i).into()),
    }
}

/// Where a slice begins or ends, if it says so. A name and a colon are no address here.
fn bound(i: &mut Input) -> Parsed<Option<Expr>> {
    blank(i);
    if i.rest().starts_with([':', ']']) {
        return Ok(None);
    }
    let name = peek_identifier(i);
    if !name.is_empty() && i.rest()[name.len()..].trim_start().starts_with(':') {
        i.skip(name.len());
        blank(i);
        return Ok(Some(Expr::Name(name.to_owned())));
    }
    let value = expr(i)?;
    blank(i);
    Ok(Some(value))
}

fn primary(i: &mut Input) -> Parsed<Expr> {
    let start = i.at();
    let rest = i.rest();
    let Some(first) = rest.chars().next() else {
        return Err(i
            .fault(start, "the line ends too early")
            .expecting("a value")
            .into());
    };
    match first {
        _ if is_quote(first) => texts(i, ""),
        '0'..='9' => number(i),
        '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => Err(i
            .fault(start, "a fraction begins with a digit")
            .expecting("0.5")
            .into()),
        '.' => {
            i.skip(1);
            Ok(Expr::Last)
        }
        '(' => structure::parentheses(i),
        '[' => match address::bracketed_len(rest) {
            Some(len) => address::literal(i, len),
            None => structure::list(i),
        },
        '{' => structure::braces(i),
        '@' => address::at_word(i),
        '#' => fill(i),
        // C++'s `::bind(…)`; `::abcd` alone is an address.
        ':' if rest.starts_with("::")
            && rest[2 + identifier_len(&rest[2..])..].starts_with('(') =>
        {
            i.skip(2);
            name(i)
        }
        ':' | '*' | '<' if address::any_len(rest).is_some() => address::any(i),
        _ if !peek_identifier(i).is_empty() => name(i),
        _ => Err(unexpected(i).into()),
    }
}

/// A fault at the next character, where a value should stand.
pub(super) fn unexpected(i: &Input) -> Fault {
    let what = match i.next() {
        None => {
            return i
                .fault(i.at(), "the line ends too early")
                .expecting("a value");
        }
        Some(c) if c.is_control() || c == '\u{fffd}' => "this byte means nothing here".to_owned(),
        Some(c) => format!("{c} cannot stand here"),
    };
    let fault = i
        .fault(i.at(), what)
        .expecting("a value: a name, a number, \"text\", an address");
    match i.rest() {
        "\\" => fault.helping("a backslash at the end goes on in the next line, and here is none"),
        _ => fault,
    }
}

/// A string whose prefix has been read, and the ones that directly follow it, as C and Python join them: in brackets, and
/// in a line that is C's from its beginning.
pub(super) fn texts(i: &mut Input, prefix: &str) -> Parsed<Expr> {
    let mut text = string(i, prefix)?;
    while (i.state.brackets > 0 || i.state.dialect.is_c()) && !i.state.format {
        let (before, back) = (i.at(), i.checkpoint());
        blank(i);
        if i.rest().starts_with("...") {
            i.skip(3);
            i.remark("strace cut this text short, at the dots; only what is there is used");
        } else if let Some(prefix) = next_prefix(i).filter(|_| i.at() > before) {
            i.link()?;
            i.skip(prefix.len());
            let more = string(i, prefix)?;
            text = joined(text, more);
        } else {
            i.reset(&back);
            break;
        }
    }
    Ok(text)
}

/// Where a string is next: its prefix, which most have not.
fn next_prefix<'a>(i: &Input<'a>) -> Option<&'a str> {
    let name = peek_identifier(i);
    let quoted = i.rest()[name.len()..].starts_with(is_quote);
    (quoted && (name.is_empty() || is_prefix(name))).then_some(name)
}

fn joined(a: Expr, b: Expr) -> Expr {
    match (a, b) {
        (Expr::Text(mut a), Expr::Text(b)) => {
            a.push_str(&b);
            Expr::Text(a)
        }
        (Expr::Bytes(mut a), Expr::Bytes(b)) => {
            a.extend(b);
            Expr::Bytes(a)
        }
        (Expr::Apply(Function::Join, mut pieces), b) => {
            pieces.push(b);
            Expr::Apply(Function::Join, pieces)
        }
        (a, b) => Expr::Binary(Operator::Add, Box::new(a), Box::new(b)),
    }
}

/// `#100`
fn fill(i: &mut Input) -> Parsed<Expr> {
    let start = i.at();
    i.skip(1);
    if i.next().is_some_and(|c| c.is_ascii_digit())
        && let Expr::Int(count) = number(i)?
    {
        return Ok(Expr::Fill(count.unsigned_abs()));
    }
    Err(i
        .fault(start, "a comment begins here, where a value should stand")
        .expecting("a value, or #100 for a hundred bytes")
        .into())
}
