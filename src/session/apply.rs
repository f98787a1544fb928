//! Functions and operators of values: what lab sheets do with what they received.

use super::operators::{binary, whole};
use super::prepared::Refusal;
use super::value::Value;
use super::{NotYet, Session, pack, structure};
use crate::lang::Form;
use crate::lang::ast::{Function, Operator};
use crate::sys::names;
use std::borrow::Cow;
use std::ffi::CString;

/// The most that a value which an expression builds may hold, in bytes.
pub const LONGEST: usize = 64 << 20;

/// `len(x)`, `x.decode()` …
pub fn function(function: Function, args: &[Value], session: &Session) -> Result<Value, NotYet> {
    let first = args
        .first()
        .ok_or_else(|| Refusal::new("this function needs a value"))?;
    // Of bytes Python changes what is ASCII, and nothing else.
    let changed = |of_text: fn(&str) -> String, of_bytes: fn(&[u8]) -> Vec<u8>| match first {
        Value::Text(text) => Ok(Value::Text(of_text(text))),
        Value::Bytes(bytes) => Ok(Value::Bytes(of_bytes(bytes))),
        wrong => Err(NotYet::from(Refusal::new(format!(
            "this needs a text or bytes, and got {}",
            wrong.kind()
        )))),
    };
    match function {
        Function::Slice => slice(args).map_err(NotYet::from),
        Function::Fill => filled(args).map_err(NotYet::from),
        Function::Field(field) => structure::field(first, field).map_err(NotYet::from),
        Function::WithField(_) => {
            Err(Refusal::new("a field is set in a statement of its own").into())
        }
        Function::Behind => behind(args).map_err(NotYet::from),
        Function::Ntohs => Ok(from_network(first, u16::from_be)),
        Function::Ntohl => Ok(from_network(first, u32::from_be)),
        Function::Scoped => scoped(args).map_err(NotYet::from),
        Function::Interface => interface(first).map_err(NotYet::from),
        Function::Decode => match first {
            Value::Bytes(bytes) => pack::decoded(bytes, args.get(1)).map_err(NotYet::from),
            // Of a text too, as in Python 2.
            Value::Text(_) => Ok(first.clone()),
            wrong => Err(Refusal::new(format!(
                "decode() is for bytes, and this is {}",
                wrong.kind()
            ))
            .into()),
        },
        Function::Encode | Function::Bytes => as_bytes(function, first, args).map_err(NotYet::from),
        Function::Len => length(first).map_err(NotYet::from),
        Function::Str => Ok(Value::Text(session.show(first, true))),
        Function::Repr => Ok(Value::Text(session.repr(first, true))),
        Function::Int => whole_number(first, session).map_err(NotYet::from),
        Function::Strip => changed(
            |text| text.trim().to_owned(),
            |bytes| bytes.trim_ascii().to_vec(),
        ),
        Function::Upper => changed(str::to_uppercase, <[u8]>::to_ascii_uppercase),
        Function::Lower => changed(str::to_lowercase, <[u8]>::to_ascii_lowercase),
        Function::Pack => pack::pack(args).map_err(NotYet::from),
        Function::Unpack => pack::unpack(args).map_err(NotYet::from),
        Function::FromBytes => pack::from_bytes(args).map_err(NotYet::from),
        Function::ToBytes => pack::to_bytes(args).map_err(NotYet::from),
        Function::Hex => hex(first).map_err(NotYet::from),
        Function::Format => laid_out(first, args.get(1), session).map_err(NotYet::from),
        Function::Join => {
            let parts: Vec<_> = args.iter().map(|arg| session.raw(arg)).collect();
            Ok(text_or_bytes(parts.concat()))
        }
    }
}

/// `text.encode()`, `bytes(x)`
fn as_bytes(function: Function, first: &Value, args: &[Value]) -> Result<Value, Refusal> {
    match first {
        Value::Text(text) => pack::encoded(text, args.get(1)),
        Value::Bytes(bytes) => Ok(Value::Bytes(bytes.clone())),
        Value::Int(n) if function == Function::Bytes => repeat(&Value::Bytes(vec![0]), *n),
        Value::Tuple(items) if function == Function::Bytes => pack::of_numbers(items),
        wrong => Err(Refusal::new(format!(
            "{} cannot become bytes",
            wrong.kind()
        ))),
    }
}

/// A text where these bytes are one; else they stay as they are.
fn text_or_bytes(bytes: Vec<u8>) -> Value {
    String::from_utf8(bytes).map_or_else(|no_text| Value::Bytes(no_text.into_bytes()), Value::Text)
}

/// A number of a structure's field in host byte order. What is no such number stays, for whoever needs it to refuse.
fn from_network<N: TryFrom<i64> + Into<i64>>(value: &Value, swap: fn(N) -> N) -> Value {
    match value {
        Value::Int(n) => Value::Int(N::try_from(*n).map_or(*n, |n| swap(n).into())),
        other => other.clone(),
    }
}

/// `format(x, "04x")`
fn laid_out(value: &Value, spec: Option<&Value>, session: &Session) -> Result<Value, Refusal> {
    let Some(Value::Text(spec)) = spec else {
        return Err(Refusal::new(
            "the form of a format is a text, such as \"04x\"",
        ));
    };
    let form = Form::parse(spec).ok_or_else(|| {
        Refusal::new(format!("there is no form `{spec}` here")).help("format(255, \"04x\")")
    })?;
    let shown = match value {
        Value::Int(n) => form.number(*n),
        // Python's True is 1, and so is its form.
        Value::Bool(yes) if !form.is_text() => form.number(i64::from(*yes)),
        Value::Float(x) => form.as_of_numbers().text(&x.to_string()),
        other => match std::str::from_utf8(&session.raw(other)) {
            Ok(text) => form.text(text),
            Err(_) => {
                let message = "these bytes are no text (UTF-8), and cannot be laid out";
                return Err(Refusal::new(message).help("x.hex() makes a text of any bytes"));
            }
        },
    };
    let wrong = || {
        Refusal::new(format!(
            "`{}` cannot be laid out as `{spec}`",
            session.show(value, true)
        ))
        .help("a base takes whole numbers from 0 on, d a whole number")
    };
    shown.map(Value::Text).ok_or_else(wrong)
}

/// `int(x)`
fn whole_number(value: &Value, session: &Session) -> Result<Value, Refusal> {
    match value {
        Value::Int(n) => Ok(Value::Int(*n)),
        // i64::MAX itself is no f64: the next one is 2^63.
        Value::Float(x) if *x >= -(2f64.powi(63)) && *x < 2f64.powi(63) => {
            Ok(Value::Int(*x as i64))
        }
        Value::Float(_) => whole(None),
        Value::Bool(_) => Ok(value.clone().counted()),
        // C's `printf("%d", s)`: there a socket is its descriptor.
        Value::Socket(id) => match session.socket(*id) {
            Some(socket) => Ok(Value::Int(i64::from(socket.fd))),
            None => Err(Refusal::new("this socket was closed long ago")),
        },
        Value::None => Err(Refusal::new(
            "NULL is no whole number, and the size of a variable or a structure is not known here",
        )),
        other => {
            let shown = session.show(other, true);
            let parsed = shown.trim().parse().map(Value::Int);
            parsed.map_err(|_| Refusal::new(format!("`{shown}` is no whole number")))
        }
    }
}

/// `x.hex()`
fn hex(value: &Value) -> Result<Value, Refusal> {
    let Value::Bytes(bytes) = value else {
        let message = format!("only bytes have hex(), and this is {}", value.kind());
        return Err(Refusal::new(message).help("x.encode() makes bytes of a text"));
    };
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    Ok(Value::Text(digits.collect()))
}

/// An address of the Internet as the tuple that it is in Python; anything else as it is.
fn as_items(value: &Value) -> Cow<'_, Value> {
    let items = match value {
        Value::Addr(addr) => Value::address_items(addr),
        _ => None,
    };
    items.map_or(Cow::Borrowed(value), |items| {
        Cow::Owned(Value::Tuple(items))
    })
}

fn length(value: &Value) -> Result<Value, Refusal> {
    let len = match as_items(value).as_ref() {
        Value::Text(text) => text.chars().count(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Tuple(items) => items.len(),
        wrong => return Err(Refusal::new(format!("{} has no length", wrong.kind()))),
    };
    Ok(Value::Int(len as i64))
}

/// A part of a value, as Python counts: from the end where negative, cut to what is there.
fn slice(args: &[Value]) -> Result<Value, Refusal> {
    let [of, from, to] = args else {
        return Err(Refusal::new("a slice needs a value and two places"));
    };
    let place = |at: &Value, len: usize, open: usize| match at {
        Value::None => Ok(open),
        Value::Int(at) if *at < 0 => {
            let back = usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX);
            Ok(len.saturating_sub(back))
        }
        Value::Int(at) => Ok(usize::try_from(*at).unwrap_or(usize::MAX).min(len)),
        wrong => Err(Refusal::new(format!(
            "a slice goes from one whole number to another, and this is {}",
            wrong.kind()
        ))),
    };
    let range = |len: usize| -> Result<std::ops::Range<usize>, Refusal> {
        let (from, to) = (place(from, len, 0)?, place(to, len, len)?);
        Ok(from..to.max(from))
    };
    match as_items(of).as_ref() {
        Value::Tuple(items) => Ok(Value::Tuple(items[range(items.len())?].to_vec())),
        Value::Bytes(bytes) => Ok(Value::Bytes(bytes[range(bytes.len())?].to_vec())),
        Value::Text(text) => {
            let chars: Vec<char> = text.chars().collect();
            Ok(Value::Text(chars[range(chars.len())?].iter().collect()))
        }
        wrong => Err(Refusal::new(format!("{} has no parts", wrong.kind()))),
    }
}

/// The host `fe80::1` with the scope 2, or `"eth0"`: `fe80::1%2`, which a look-up of hosts understands.
fn scoped(args: &[Value]) -> Result<Value, Refusal> {
    match args {
        [host, Value::Int(0)] => Ok(host.clone()),
        [Value::Text(host), scope @ (Value::Int(_) | Value::Text(_))] => {
            let host = host.split('%').next().unwrap_or(host);
            Ok(Value::Text(match scope {
                Value::Text(scope) => format!("{host}%{scope}"),
                scope => format!("{host}%{}", scope.repr(false)),
            }))
        }
        [_, Value::Int(_) | Value::Text(_)] => {
            Err(Refusal::new("only an IPv6 address has a scope"))
        }
        _ => Err(Refusal::new("a scope is the number of a network interface")),
    }
}

/// `if_nametoindex("lo")`
fn interface(name: &Value) -> Result<Value, Refusal> {
    let Value::Text(name) = name else {
        return Err(Refusal::new("if_nametoindex takes an interface's name"));
    };
    let index = CString::new(name.as_str())
        .ok()
        .and_then(|name| names::interface_index(&name));
    index
        .map(|index| Value::Int(index.into()))
        .ok_or_else(|| Refusal::new(format!("this machine has no network interface `{name}`")))
}

/// `memset(x, byte, n)`. A zero ends a text; a number becomes 0; what is no memory of a program's own stays.
fn filled(args: &[Value]) -> Result<Value, Refusal> {
    let (of, byte, len) = match args {
        [of, Value::Text(byte), len] => (of, byte.as_bytes(), len),
        [of, Value::Bytes(byte), len] => (of, byte.as_slice(), len),
        _ => return Err(Refusal::new("memset takes a name, a byte and a length")),
    };
    let byte = byte.first().copied().unwrap_or(0);
    let fill = |bytes: &[u8]| {
        let most = match len {
            Value::Int(n) => usize::try_from(*n).unwrap_or(0),
            _ => bytes.len(),
        };
        if byte == 0 {
            let at = most.min(bytes.len());
            return Ok([vec![0; at].as_slice(), &bytes[at..]].concat());
        }
        let Value::Bytes(head) = repeat(&Value::Bytes(vec![byte]), most as i64)? else {
            return Ok(Vec::new());
        };
        Ok([head.as_slice(), bytes.get(most..).unwrap_or(&[])].concat())
    };
    if let Some(zeros) = structure::zeroed(of).filter(|_| byte == 0) {
        return Ok(zeros);
    }
    match of {
        Value::Text(text) => {
            let mut bytes = fill(text.as_bytes())?;
            let ends = bytes.iter().position(|byte| *byte == 0);
            bytes.truncate(ends.unwrap_or(bytes.len()));
            Ok(text_or_bytes(bytes))
        }
        Value::Bytes(bytes) => match fill(bytes)? {
            all if all.iter().all(|byte| *byte == 0) => Ok(Value::Bytes(Vec::new())),
            some => Ok(Value::Bytes(some)),
        },
        Value::Int(_) | Value::Float(_) if byte == 0 => Ok(Value::Int(0)),
        Value::Int(_) | Value::Float(_) => Err(Refusal::new(
            "a number is only made 0 here: how many bytes it has is not kept",
        )),
        other => Ok(other.clone()),
    }
}

/// `buf + n`, which is a pointer to the rest in C; and a sum where both are of one kind.
fn behind(args: &[Value]) -> Result<Value, Refusal> {
    match args {
        [
            of @ (Value::Text(_) | Value::Bytes(_)),
            from @ Value::Int(_),
        ] => slice(&[of.clone(), from.clone(), Value::None]),
        [a, b] => binary(Operator::Add, a, b),
        _ => Err(Refusal::new("a sum needs two values")),
    }
}

/// `addr[0]`, `data[3]`; a negative index counts from the end.
pub fn index(of: &Value, at: &Value) -> Result<Value, Refusal> {
    let Value::Int(at) = at else {
        return Err(Refusal::new(format!(
            "an index is a whole number, not {}",
            at.kind()
        )));
    };
    let pick = |len: usize| {
        let place = if *at < 0 { *at + len as i64 } else { *at };
        usize::try_from(place)
            .ok()
            .filter(|place| *place < len)
            .ok_or_else(|| Refusal::new(format!("index {at} is outside: there are {len}")))
    };
    match as_items(of).as_ref() {
        Value::Tuple(items) => Ok(items[pick(items.len())?].clone()),
        Value::Bytes(bytes) => Ok(Value::Int(i64::from(bytes[pick(bytes.len())?]))),
        Value::Text(text) => {
            let chars: Vec<char> = text.chars().collect();
            Ok(Value::Text(chars[pick(chars.len())?].to_string()))
        }
        wrong => Err(Refusal::new(format!("{} has no parts", wrong.kind()))),
    }
}

/// The refusal of a value that would hold more than [`LONGEST`].
pub(super) fn too_large() -> Refusal {
    Refusal::new(format!("that is more than {} MB", LONGEST >> 20))
}

/// `b"x" * 100`
pub(super) fn repeat(value: &Value, times: i64) -> Result<Value, Refusal> {
    let times = usize::try_from(times.max(0)).unwrap_or(usize::MAX);
    let fits = |len: usize| {
        let whole = len.checked_mul(times).is_some_and(|len| len <= LONGEST);
        if whole { Ok(()) } else { Err(too_large()) }
    };
    match value {
        Value::Text(text) => fits(text.len()).map(|()| Value::Text(text.repeat(times))),
        Value::Bytes(bytes) => fits(bytes.len()).map(|()| Value::Bytes(bytes.repeat(times))),
        wrong => Err(Refusal::new(format!("{} cannot be repeated", wrong.kind()))),
    }
}
