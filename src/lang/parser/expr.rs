//! Expressions, common to the three dialects.

use super::fcntl::only_asks;
use super::input::{Cursor, Input, Parsed, Trouble};
use super::name::name;
use super::number::{number, power, shift};
use super::string::{is_prefix, string};
use super::word::{blank, identifier_len, is_quote, peek_identifier};
use super::{address, format, method, pasted, structure};
use crate::lang::ast::{Expr, Function, Operator};
use crate::lang::fault::Fault;
use crate::lang::slashes::{divides, may_be_divided};
use crate::lang::state::TcpState;
use winnow::Parser;
use winnow::combinator::{Infix, expression};
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

type Op<'a> = Infix<Input<'a>, Expr, Trouble>;

/// An operator between two values.
fn infix<'a>(i: &mut Input<'a>) -> Parsed<Op<'a>> {
    let start = i.at();
    blank(i);
    let apart = i.at() > start;
    if apart && i.state.tight {
        return Err(Trouble::Backtrack);
    }
    if ["*:", "<broadcast>", pasted::UNFINISHED]
        .iter()
        .any(|other| i.rest().starts_with(other))
    {
        // The address after the data, as in sendto u "hi" *:9, or the end of strace's line.
        return Err(Trouble::Backtrack);
    }
    if let Some(fault) = division(i) {
        return Err(fault.into());
    }
    let rest = i.rest().as_bytes();
    let second = rest.get(1).copied().unwrap_or(b' ');
    let (len, op): (usize, Op) = match rest.first().copied().unwrap_or(b' ') {
        b'=' if second == b'=' => (2, Infix::Left(2, |i, a, b| binary(i, Operator::Eq, a, b))),
        b'!' if second == b'=' => (2, Infix::Left(2, |i, a, b| binary(i, Operator::Ne, a, b))),
        b'<' if second == b'=' => (2, Infix::Left(2, |i, a, b| binary(i, Operator::Le, a, b))),
        b'>' if second == b'=' => (2, Infix::Left(2, |i, a, b| binary(i, Operator::Ge, a, b))),
        b'<' if second != b'<' => (1, Infix::Left(2, |i, a, b| binary(i, Operator::Lt, a, b))),
        b'>' if second != b'>' => (1, Infix::Left(2, |i, a, b| binary(i, Operator::Gt, a, b))),
        b'|' if second != b'|' => (1, Infix::Left(3, join_flags)),
        b'+' if second != b'+' => (1, Infix::Left(5, |i, a, b| binary(i, Operator::Add, a, b))),
        // `--peek` is a flag, and `a -1` two values: a minus stands apart on both sides or on neither.
        b'-' if second != b'-' && apart == second.is_ascii_whitespace() => {
            (1, Infix::Left(5, |i, a, b| binary(i, Operator::Sub, a, b)))
        }
        b'<' => (2, Infix::Left(4, shift)),
        b'*' if second == b'*' => (2, Infix::Right(9, power)),
        b'*' => (1, Infix::Left(7, |i, a, b| binary(i, Operator::Mul, a, b))),
        b'%' => (1, Infix::Left(7, percent)),
        _ => return Err(Trouble::Backtrack),
    };
    i.skip(len);
    blank(i);
    i.link()?;
    Ok(op)
}

/// Python's `n // 2`, with the slashes next: what follows them is not to be lost as a comment.
fn division(i: &Input) -> Option<Fault> {
    let after = i.rest().strip_prefix("//")?;
    let before = &i.state.source[i.state.begin..i.at()];
    let divides =
        i.state.brackets > 0 || may_be_divided(before) && divides(after, |word| i.knows(word));
    divides.then(|| {
        Fault::new((i.at(), i.at() + 2), "there is no division here")
            .helping("write the result itself; // begins a comment, as in C")
    })
}

fn binary(i: &mut Input, op: Operator, a: Expr, b: Expr) -> Parsed<Expr> {
    if op.compares() && [&a, &b].iter().any(|side| is_comparison(side)) {
        // Python takes `4 < x < 6` for two comparisons, C for one of 0 or 1 with 6.
        return Err(i
            .fault(i.state.begin, "one comparison at a time")
            .helping("expect 4 < x; expect x < 6")
            .into());
    }
    // `s.state == LISTEN`: a state's name, where a state is compared.
    let b = match (&a, b) {
        (Expr::Property(_, property), Expr::Name(name))
            if property == "state" && TcpState::parse(&name).is_some() && !i.knows(&name) =>
        {
            Expr::Text(name)
        }
        (_, b) => b,
    };
    Ok(Expr::Binary(op, Box::new(a), Box::new(b)))
}

fn is_comparison(value: &Expr) -> bool {
    matches!(value, Expr::Binary(op, ..) if op.compares())
}

/// `MSG_PEEK | MSG_DONTWAIT`: constants only.
fn join_flags(i: &mut Input, a: Expr, b: Expr) -> Parsed<Expr> {
    let mut names = Vec::new();
    let mut value = 0;
    for side in [a, b] {
        match side {
            Expr::Const(name, bits) => {
                names.push(name);
                value |= bits;
            }
            Expr::Flags(more, bits) => {
                names.extend(more);
                value |= bits;
            }
            // `fcntl(s, F_GETFL, 0) | O_NONBLOCK`, `flags | O_NONBLOCK`: what is set already stays, whatever it is.
            Expr::Int(0) | Expr::Null => {}
            Expr::Call(call) if i.state.fcntl && only_asks(&call) => {}
            Expr::Name(_) if i.state.fcntl => {}
            _ => {
                return Err(i
                    .fault(i.at(), "| joins constants, such as MSG_PEEK|MSG_DONTWAIT")
                    .into());
            }
        }
    }
    Ok(Expr::Flags(names, value))
}

/// Python's `"… %s …" % values`.
fn percent(i: &mut Input, a: Expr, b: Expr) -> Parsed<Expr> {
    let Expr::Text(format) = a else {
        return Err(i
            .fault(
                i.at(),
                "% puts values into a text, as in \"port %d\" % port",
            )
            .into());
    };
    let values = match b {
        Expr::Tuple(values) => values,
        one => vec![one],
    };
    format::percent_format(i, &format, values, false)
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
            Ok(Expr::Binary(
                Operator::Sub,
                Box::new(Expr::Int(0)),
                Box::new(value),
            ))
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

fn negative(i: &mut Input) -> Parsed<Expr> {
    let start = i.at();
    if i.rest().starts_with("-9223372036854775808") {
        i.skip("-9223372036854775808".len());
        return Ok(Expr::Int(i64::MIN));
    }
    i.skip(1);
    match number(i)? {
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
