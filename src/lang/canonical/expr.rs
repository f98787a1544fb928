//! Values to text.

use super::{address, call};
use crate::lang::ast::{Expr, Function, Operator};
use std::fmt::Write as _;

/// A text in quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        escaped(&mut out, c);
    }
    out.push('"');
    out
}

fn escaped(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if (c as u32) < 0x20 || c == '\x7f' => {
            let _ = write!(out, "\\x{:02x}", c as u32);
        }
        c if c.is_control() => {
            let _ = write!(out, "\\u{{{:x}}}", c as u32);
        }
        c => out.push(c),
    }
}

/// Bytes in quotes, with their prefix.
pub(super) fn bytes(bytes: &[u8]) -> String {
    let mut out = String::from("b\"");
    for byte in bytes {
        match byte {
            0x80.. => {
                let _ = write!(out, "\\x{byte:02x}");
            }
            _ => escaped(&mut out, *byte as char),
        }
    }
    out.push('"');
    out
}

/// A value that may stand beside an operator or a dot.
pub(super) fn operand(value: &Expr) -> String {
    match value {
        Expr::Binary(..) | Expr::Flags(..) | Expr::Int(i64::MIN..=-1) => {
            format!("({})", expr(value))
        }
        Expr::Float(number) if number.is_sign_negative() => format!("({})", expr(value)),
        _ => expr(value),
    }
}

/// How an operator is written.
pub(super) fn sign(op: Operator) -> &'static str {
    match op {
        Operator::Add => "+",
        Operator::Sub => "-",
        Operator::Mul => "*",
        Operator::Pow => "**",
        Operator::And => "&",
        Operator::Or => "|",
        Operator::Shl => "<<",
        Operator::Shr => ">>",
        Operator::Eq => "==",
        Operator::Ne => "!=",
        Operator::Lt => "<",
        Operator::Le => "<=",
        Operator::Gt => ">",
        Operator::Ge => ">=",
    }
}

/// Any value, as it may stand inside brackets.
pub(super) fn expr(value: &Expr) -> String {
    match value {
        Expr::Null => "None".into(),
        Expr::Int(number) => number.to_string(),
        Expr::Float(number) => format!("{number:?}"),
        Expr::Text(text) => quoted(text),
        Expr::Bytes(data) => bytes(data),
        Expr::Fill(count) => format!("#{count}"),
        Expr::File(name) => address::at_word(name),
        Expr::Word(word) | Expr::Name(word) => word.clone(),
        Expr::Fd(fd) => fd.to_string(),
        Expr::Last => ".".into(),
        Expr::Const(name, _) => (*name).into(),
        Expr::Flags(names, _) => names.join(" | "),
        Expr::Address(address) => address::value(address),
        Expr::Tuple(items) => tuple(items),
        Expr::Property(object, name) => match &**object {
            Expr::Last => format!(".{name}"),
            other => format!("{}.{name}", operand(other)),
        },
        Expr::Index(object, at) => {
            let at = expr(at);
            match at.contains(':') {
                // Without brackets of its own a colon would begin a slice.
                true => format!("{}[({at})]", operand(object)),
                false => format!("{}[{at}]", operand(object)),
            }
        }
        Expr::Call(inner) => call::brackets(inner),
        Expr::Apply(function, values) => apply(*function, values),
        Expr::Binary(op, a, b) => format!("{} {} {}", operand(a), sign(*op), operand(b)),
    }
}

fn tuple(items: &[Expr]) -> String {
    let inner: Vec<String> = items.iter().map(expr).collect();
    match inner.as_slice() {
        [one] => format!("({one},)"),
        _ => format!("({})", inner.join(", ")),
    }
}

fn apply(function: Function, values: &[Expr]) -> String {
    let one = values.first().unwrap_or(&Expr::Null);
    let function_of = |name: &str| format!("{name}({})", expr(one));
    let rest = || {
        values
            .iter()
            .skip(1)
            .map(expr)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let method_of = |name: &str| format!("{}.{name}({})", operand(one), rest());
    match function {
        Function::Ntohs => function_of("ntohs"),
        Function::Ntohl => function_of("ntohl"),
        Function::Interface => function_of("if_nametoindex"),
        // It is the host of an address, which writes it as a field.
        Function::Scoped => format!("({}, 0, 0, {})", expr(one), rest()),
        Function::Len => function_of("len"),
        Function::Str => function_of("str"),
        Function::Repr => function_of("repr"),
        Function::Int => function_of("int"),
        Function::Bytes => function_of("bytes"),
        Function::Decode => method_of("decode"),
        Function::Encode => method_of("encode"),
        Function::Strip => method_of("strip"),
        Function::Upper => method_of("upper"),
        Function::Lower => method_of("lower"),
        Function::Hex => method_of("hex"),
        Function::ToBytes => method_of("to_bytes"),
        Function::Pack => {
            let all: Vec<String> = values.iter().map(expr).collect();
            format!("struct.pack({})", all.join(", "))
        }
        Function::Unpack => format!("struct.unpack({}, {})", expr(one), rest()),
        Function::FromBytes => format!("int.from_bytes({}, {})", expr(one), rest()),
        Function::Format => {
            let form = values.get(1).unwrap_or(&Expr::Null);
            format!("format({}, {})", expr(one), expr(form))
        }
        Function::Join => joined(values),
        Function::Behind => format!("({} + {})", operand(one), rest()),
        // Behind a field it would be a part of that one's name: `sin_addr.s_addr`.
        Function::Field(field @ "s_addr") if matches!(one, Expr::Apply(Function::Field(_), _)) => {
            format!("({}).{field}", expr(one))
        }
        Function::Field(field) => format!("{}.{field}", operand(one)),
        Function::WithField(_) => match one {
            // A statement of its own, which writes the variable first.
            Expr::Word(_) => rest(),
            _ => structure(function, values),
        },
        Function::Fill => format!("memset({}, {})", expr(one), rest()),
        Function::Slice => {
            let bound = |at: usize| match values.get(at) {
                None | Some(Expr::Null) => String::new(),
                Some(plain @ (Expr::Name(_) | Expr::Int(_))) => expr(plain),
                Some(other) => format!("({})", expr(other)),
            };
            format!("{}[{}:{}]", operand(one), bound(1), bound(2))
        }
    }
}

/// `{.sin_family = AF_INET}`
fn structure(function: Function, values: &[Expr]) -> String {
    let mut fields = Vec::new();
    let (mut function, mut values) = (function, values);
    while let (Function::WithField(field), [of, value]) = (function, values) {
        fields.push(format!(".{field} = {}", expr(value)));
        let Expr::Apply(inner, more) = of else { break };
        (function, values) = (*inner, more);
    }
    fields.reverse();
    format!("{{{}}}", fields.join(", "))
}

/// An f-string.
fn joined(pieces: &[Expr]) -> String {
    let mut out = String::from("f\"");
    for piece in pieces {
        match piece {
            Expr::Text(text) => {
                for c in text.chars() {
                    if matches!(c, '{' | '}') {
                        out.push(c);
                    }
                    escaped(&mut out, c);
                }
            }
            value => {
                // Brackets keep a value that begins with a brace from being read as `{{`.
                let _ = write!(out, "{{({})}}", expr(value));
            }
        }
    }
    out.push('"');
    out
}
