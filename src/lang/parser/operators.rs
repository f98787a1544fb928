//! What stands between two values: `a + b`, `MSG_PEEK | MSG_DONTWAIT`, `port & 0xff`.

use super::fcntl::only_asks;
use super::input::{Cursor, Input, Parsed, Trouble};
use super::word::blank;
use super::{format, pasted};
use crate::lang::ast::{Expr, Operator};
use crate::lang::fault::Fault;
use crate::lang::slashes::{divides, may_be_divided};
use crate::lang::state::TcpState;
use winnow::combinator::Infix;

type Op<'a> = Infix<Input<'a>, Expr, Trouble>;

/// An operator between two values.
pub(super) fn infix<'a>(i: &mut Input<'a>) -> Parsed<Op<'a>> {
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
        b'<' if second == b'<' => (2, Infix::Left(5, shift_left)),
        b'>' if second == b'>' => (2, Infix::Left(5, |i, a, b| binary(i, Operator::Shr, a, b))),
        b'<' if second != b'<' => (1, Infix::Left(2, |i, a, b| binary(i, Operator::Lt, a, b))),
        b'>' => (1, Infix::Left(2, |i, a, b| binary(i, Operator::Gt, a, b))),
        b'|' if second != b'|' => (1, Infix::Left(3, join_flags)),
        // An address that is taken touches what follows: `accept(s, &addr)`.
        b'&' if apart == second.is_ascii_whitespace() && second != b'&' => {
            (1, Infix::Left(4, |i, a, b| binary(i, Operator::And, a, b)))
        }
        b'+' if second != b'+' => (1, Infix::Left(6, |i, a, b| binary(i, Operator::Add, a, b))),
        // `--peek` is a flag, and `a -1` two values: a minus stands apart on both sides or on neither.
        b'-' if second != b'-' && apart == second.is_ascii_whitespace() => {
            (1, Infix::Left(6, |i, a, b| binary(i, Operator::Sub, a, b)))
        }
        b'*' if second == b'*' => (
            2,
            Infix::Right(10, |i, a, b| binary(i, Operator::Pow, a, b)),
        ),
        b'*' => (1, Infix::Left(8, |i, a, b| binary(i, Operator::Mul, a, b))),
        b'%' => (1, Infix::Left(8, percent)),
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

/// Two values and what stands between them.
pub(super) fn binary(i: &mut Input, op: Operator, a: Expr, b: Expr) -> Parsed<Expr> {
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

/// `1 << 16`; what C++ writes to `cout` is none.
fn shift_left(i: &mut Input, a: Expr, b: Expr) -> Parsed<Expr> {
    match &a {
        Expr::Name(name) if !i.knows(name) => Err(i
            .fault(i.at(), format!("there is no variable named {name}"))
            .into()),
        _ => binary(i, Operator::Shl, a, b),
    }
}

fn is_comparison(value: &Expr) -> bool {
    matches!(value, Expr::Binary(op, ..) if op.compares())
}

/// `MSG_PEEK | MSG_DONTWAIT`: constants keep their names. Other numbers are joined when their values are known.
fn join_flags(i: &mut Input, a: Expr, b: Expr) -> Parsed<Expr> {
    let computed = |side: &Expr| match side {
        Expr::Const(..) | Expr::Flags(..) | Expr::Int(0) | Expr::Null => false,
        Expr::Call(call) => !(i.state.fcntl && only_asks(call)),
        // `echo hello | nc localhost 80` joins nothing.
        Expr::Name(name) => !i.state.fcntl && i.knows(name),
        Expr::Text(_) | Expr::Bytes(_) | Expr::Address(_) | Expr::Tuple(_) => false,
        _ => true,
    };
    if computed(&a) || computed(&b) {
        return binary(i, Operator::Or, a, b);
    }
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
            Expr::Int(0) | Expr::Null | Expr::Call(_) => {}
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
