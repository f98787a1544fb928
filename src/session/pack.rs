//! Values to the bytes that travel: Python's struct.pack() and to_bytes(), C's `&x`, and encodings.

use super::apply::{LONGEST, too_large};
use super::prepared::Refusal;
use super::value::Value;

/// `text.encode(name)`
pub fn encoded(text: &str, name: Option<&Value>) -> Result<Value, Refusal> {
    let most = match encoding(name)? {
        Encoding::Utf8 => return Ok(Value::Bytes(text.as_bytes().to_vec())),
        Encoding::Latin1 => 0xff,
        Encoding::Ascii => 0x7f,
    };
    let byte = |c: char| u8::try_from(u32::from(c)).ok().filter(|byte| *byte <= most);
    let each = text.chars().map(|c| byte(c).ok_or(c));
    each.collect::<Result<_, _>>()
        .map(Value::Bytes)
        .map_err(|c| {
            let called = if most == 0xff { "Latin-1" } else { "ASCII" };
            Refusal::new(format!("`{c}` is no character of {called}"))
                .help("without an encoding it is UTF-8, which has them all")
        })
}

/// `bytes.decode(name)`
pub fn decoded(bytes: &[u8], name: Option<&Value>) -> Result<Value, Refusal> {
    let (called, good) = match encoding(name)? {
        Encoding::Latin1 => {
            return Ok(Value::Text(bytes.iter().copied().map(char::from).collect()));
        }
        Encoding::Utf8 => ("UTF-8", true),
        Encoding::Ascii => ("ASCII", bytes.is_ascii()),
    };
    let wrong =
        |at: usize| Refusal::new(format!("these bytes are not {called}: byte {at} is wrong"));
    match std::str::from_utf8(bytes) {
        Ok(text) if good => Ok(Value::Text(text.to_owned())),
        Ok(_) => Err(wrong(
            bytes.iter().take_while(|byte| byte.is_ascii()).count(),
        )),
        Err(error) => Err(wrong(error.valid_up_to())),
    }
}

enum Encoding {
    Utf8,
    Latin1,
    Ascii,
}

fn encoding(name: Option<&Value>) -> Result<Encoding, Refusal> {
    let name = match name {
        None => return Ok(Encoding::Utf8),
        Some(Value::Text(name)) => name,
        Some(other) => {
            let message = format!(
                "an encoding is named by a text, and this is {}",
                other.kind()
            );
            return Err(Refusal::new(message));
        }
    };
    match name.to_lowercase().replace('_', "-").as_str() {
        "utf-8" | "utf8" => Ok(Encoding::Utf8),
        "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" => Ok(Encoding::Latin1),
        "ascii" | "us-ascii" => Ok(Encoding::Ascii),
        _ => Err(
            Refusal::new(format!("the encoding `{name}` is not known here"))
                .help("\"utf-8\", \"latin-1\" and \"ascii\" are"),
        ),
    }
}

/// The whole numbers that fit into so many bytes, from and to.
fn range(size: usize, signed: bool) -> (i128, i128) {
    // No value here has more than 8.
    let bits = size.min(15) * 8;
    match signed {
        true => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
        false => (0, (1 << bits) - 1),
    }
}

/// A whole number in so many bytes, the least significant first. `None` where it does not fit.
fn little(n: i128, size: usize, signed: bool) -> Option<Vec<u8>> {
    let (from, to) = range(size, signed);
    let fill = if n < 0 { 0xff } else { 0 };
    let byte = |at: usize| n.to_le_bytes().get(at).copied().unwrap_or(fill);
    (from..=to)
        .contains(&n)
        .then(|| (0..size).map(byte).collect())
}

fn ordered(mut little: Vec<u8>, big: bool) -> Vec<u8> {
    if big {
        little.reverse();
    }
    little
}

/// `x.to_bytes(size, order)`; with the order `native` what C's `&x` points to: the text, or the machine's own bytes of
/// the number.
pub fn to_bytes(args: &[Value]) -> Result<Value, Refusal> {
    let [value, size, Value::Text(order)] = args else {
        return Err(
            Refusal::new("to_bytes takes a length and an order").help("n.to_bytes(4, \"big\")")
        );
    };
    let native = order == "native";
    let size = match size {
        Value::Int(size) => Some(usize::try_from(*size).unwrap_or(usize::MAX)),
        _ => None,
    };
    let bytes = match (value.clone().counted(), size) {
        (Value::Text(text), _) if native => cut(text.into_bytes(), size),
        (Value::Bytes(bytes), _) if native => cut(bytes, size),
        (Value::Int(n), None) if native => return Err(unsized_number(n)),
        (Value::Int(n), Some(size @ 1..=64)) => {
            let fits = little(n.into(), size, false).or_else(|| little(n.into(), size, true));
            let little = fits.filter(|_| native || n >= 0).ok_or_else(|| {
                Refusal::new(format!("{n} does not fit into {size} bytes without a sign"))
            })?;
            let big = match order.as_str() {
                "big" => true,
                "little" => false,
                "native" => cfg!(target_endian = "big"),
                _ => return Err(Refusal::new("the order is \"big\" or \"little\"")),
            };
            ordered(little, big)
        }
        (Value::Int(_), _) => {
            return Err(Refusal::new("a number has 1 to 64 bytes here"));
        }
        (wrong, _) => {
            let message = format!(
                "only a whole number has bytes of its own, and this is {}",
                wrong.kind()
            );
            return Err(Refusal::new(message));
        }
    };
    Ok(Value::Bytes(bytes))
}

/// What stands at an address, as long as was said; C would read on beyond its end.
fn cut(mut bytes: Vec<u8>, size: Option<usize>) -> Vec<u8> {
    bytes.truncate(size.unwrap_or(usize::MAX));
    bytes
}

/// `send(s, &n, sizeof(n), 0)`: how long it is follows from its type, which no variable keeps here.
fn unsized_number(n: i64) -> Refusal {
    let bytes = little(n.into(), 4, n < 0);
    let refusal = Refusal::new(format!(
        "these are the bytes of {n} in memory, and how many follows from its type, which is not kept here"
    ))
    .help("the type in place of the name: sizeof(int), sizeof(uint32_t)");
    match bytes {
        Some(bytes) => {
            let each = ordered(bytes, cfg!(target_endian = "big"));
            let written: String = each.iter().map(|byte| format!("\\x{byte:02x}")).collect();
            refusal.help(format!("its 4 bytes as an int: \"{written}\""))
        }
        None => refusal,
    }
}

/// A letter of a format: its size in bytes by itself, the size on this machine, and whether it has a sign.
fn letter(c: char) -> Option<(usize, usize, bool)> {
    Some(match c {
        'b' => (1, 1, true),
        'B' | '?' => (1, 1, false),
        'h' => (2, 2, true),
        'H' => (2, 2, false),
        'i' => (4, 4, true),
        'I' => (4, 4, false),
        'l' => (4, size_of::<libc::c_long>(), true),
        'L' => (4, size_of::<libc::c_ulong>(), false),
        'q' => (8, 8, true),
        'Q' => (8, 8, false),
        _ => return None,
    })
}

/// The letters of a format, each with how often it stands there.
fn letters(format: &str) -> Result<Vec<(usize, char)>, Refusal> {
    let mut found = Vec::new();
    let mut count = String::new();
    for c in format.chars().filter(|c| !c.is_whitespace()) {
        if c.is_ascii_digit() {
            count.push(c);
            continue;
        }
        let times = match count.as_str() {
            "" => 1,
            digits => digits.parse().unwrap_or(usize::MAX),
        };
        count.clear();
        let size = letter(c).map_or(1, |(standard, own, _)| own.max(standard));
        if times > LONGEST / size {
            let most = LONGEST >> 20;
            return Err(Refusal::new(format!("that is more than {most} MB")));
        }
        found.push((times, c));
    }
    match count.as_str() {
        "" => Ok(found),
        digits => Err(Refusal::new(format!(
            "the format ends with the count {digits}, and no letter follows it"
        ))
        .help("struct.pack(\"!4H\", 1, 2, 3, 4)")),
    }
}

/// The letters of a format, whether they are the machine's own types, and whether the most significant byte comes first.
fn layout(format: &str) -> (&str, bool, bool) {
    let (rest, native) = match format.strip_prefix(['<', '>', '!', '=']) {
        Some(rest) => (rest, false),
        None => (format.strip_prefix('@').unwrap_or(format), true),
    };
    let big =
        format.starts_with(['>', '!']) || !format.starts_with('<') && cfg!(target_endian = "big");
    (rest, native, big)
}

fn unknown(letter: char) -> Refusal {
    Refusal::new(format!("the format `{letter}` is not known here"))
        .help("b B h H i I l L q Q ? s and x are")
}

/// `struct.pack(format, values…)`
pub fn pack(args: &[Value]) -> Result<Value, Refusal> {
    let [Value::Text(format), values @ ..] = args else {
        return Err(
            Refusal::new("struct.pack takes a format and values").help("struct.pack(\"!H\", 80)")
        );
    };
    let (rest, native, big) = layout(format);
    let count = |what: &str| {
        Refusal::new(format!(
            "the format `{format}` takes {what} values than there are"
        ))
    };
    let mut values = values.iter();
    let mut next = || values.next().ok_or_else(|| count("more"));
    let mut out = Vec::new();
    for (times, c) in letters(rest)? {
        match (c, letter(c)) {
            ('x', _) => out.resize(out.len() + times, 0),
            ('s', _) => out.extend(bytes(next()?.clone(), times)?),
            (_, Some((standard, own, signed))) => {
                let size = if native { own } else { standard };
                if native {
                    out.resize(out.len().next_multiple_of(size), 0);
                }
                for _ in 0..times {
                    let little = match (c, next()?) {
                        ('?', value) => vec![u8::from(is_true(value))],
                        (_, value) => number(c, value, size, signed)?,
                    };
                    out.extend(ordered(little, big));
                }
            }
            _ => return Err(unknown(c)),
        }
        if out.len() > LONGEST {
            return Err(Refusal::new(format!(
                "that is more than {} MB",
                LONGEST >> 20
            )));
        }
    }
    match values.next() {
        Some(_) => Err(count("fewer")),
        None => Ok(Value::Bytes(out)),
    }
}

/// `bytes([72, 105])`: each number a byte.
pub fn of_numbers(items: &[Value]) -> Result<Value, Refusal> {
    let byte = |item: &Value| match item {
        Value::Int(n) => u8::try_from(*n).map_err(|_| {
            Refusal::new(format!("a byte is a number from 0 to 255, and this is {n}"))
        }),
        wrong => Err(Refusal::new(format!(
            "a byte is a number from 0 to 255, and this is {}",
            wrong.kind()
        ))),
    };
    let bytes: Result<Vec<u8>, Refusal> = items.iter().map(byte).collect();
    bytes.map(Value::Bytes)
}

/// `int.from_bytes(data, order)`: the number whose bytes these are, without a sign.
pub fn from_bytes(args: &[Value]) -> Result<Value, Refusal> {
    let [data, Value::Text(order)] = args else {
        return Err(Refusal::new("from_bytes takes bytes and their order")
            .help("int.from_bytes(data[0:2], \"big\")"));
    };
    let data = raw(data)?;
    match order.as_str() {
        "big" => Ok(Value::Int(read(data, true, false)?)),
        "little" => Ok(Value::Int(read(data, false, false)?)),
        _ => Err(Refusal::new("the order is \"big\" or \"little\"")),
    }
}

/// The bytes of what was received, or of a text.
fn raw(data: &Value) -> Result<&[u8], Refusal> {
    match data {
        Value::Bytes(bytes) => Ok(bytes),
        Value::Text(text) => Ok(text.as_bytes()),
        wrong => Err(Refusal::new(format!(
            "this takes bytes, and got {}",
            wrong.kind()
        ))),
    }
}

/// The number whose bytes these are.
fn read(bytes: &[u8], big: bool, signed: bool) -> Result<i64, Refusal> {
    let fold = |n: u64, byte: &u8| n << 8 | u64::from(*byte);
    let significant = match big {
        true => bytes.iter().position(|byte| *byte != 0),
        false => bytes.iter().rev().position(|byte| *byte != 0),
    };
    if bytes.len() - significant.unwrap_or(bytes.len()) > 8 {
        return Err(Refusal::new("this number is too large"));
    }
    let n = match big {
        true => bytes.iter().fold(0, fold),
        false => bytes.iter().rev().fold(0, fold),
    };
    if signed {
        let unused = 64 - 8 * bytes.len().clamp(1, 8) as u32;
        return Ok((n as i64) << unused >> unused);
    }
    i64::try_from(n).map_err(|_| Refusal::new("this number is too large"))
}

/// `struct.unpack(format, data)`
pub fn unpack(args: &[Value]) -> Result<Value, Refusal> {
    let [Value::Text(format), data] = args else {
        return Err(Refusal::new("struct.unpack takes a format and bytes")
            .help("struct.unpack(\"!H\", data[0:2])"));
    };
    let (rest, native, big) = layout(format);
    let data = raw(data)?;
    let needs = |needed: usize| {
        let has = data.len();
        Refusal::new(format!(
            "the format `{format}` takes {needed} bytes, and these are {has}"
        ))
    };
    let mut at = 0_usize;
    let mut values = Vec::new();
    for (times, c) in letters(rest)? {
        let (size, repeats, signed) = match (c, letter(c)) {
            ('x' | 's', _) => (times, 1, false),
            (_, Some((standard, own, signed))) => {
                let size = if native { own } else { standard };
                if native {
                    at = at.next_multiple_of(size);
                }
                (size, times, signed)
            }
            _ => return Err(unknown(c)),
        };
        for _ in 0..repeats {
            let part = data.get(at..at.saturating_add(size));
            at = at.saturating_add(size);
            if values.len() > LONGEST / size_of::<Value>() {
                return Err(too_large());
            }
            match (c, part) {
                (_, None) => break,
                ('x', _) => {}
                ('s', Some(part)) => values.push(Value::Bytes(part.to_vec())),
                ('?', Some(part)) => values.push(Value::Bool(part != [0])),
                (_, Some(part)) => values.push(Value::Int(read(part, big, signed)?)),
            }
        }
    }
    match at == data.len() {
        true => Ok(Value::Tuple(values)),
        false => Err(needs(at)),
    }
}

/// Python's truth of a value.
fn is_true(value: &Value) -> bool {
    match value {
        Value::None | Value::Bool(false) | Value::Int(0) => false,
        Value::Float(x) => *x != 0.0,
        Value::Text(text) => !text.is_empty(),
        Value::Bytes(bytes) => !bytes.is_empty(),
        Value::Tuple(items) => !items.is_empty(),
        _ => true,
    }
}

/// `10s`: so many bytes, cut or filled up with zeros.
fn bytes(value: Value, len: usize) -> Result<Vec<u8>, Refusal> {
    let mut bytes = match value {
        Value::Bytes(bytes) => bytes,
        Value::Text(text) => text.into_bytes(),
        wrong => {
            let kind = wrong.kind();
            return Err(Refusal::new(format!("`s` takes bytes, and this is {kind}")));
        }
    };
    bytes.resize(len, 0);
    Ok(bytes)
}

/// A number of a format, the least significant byte first.
fn number(c: char, value: &Value, size: usize, signed: bool) -> Result<Vec<u8>, Refusal> {
    let Value::Int(n) = value.clone().counted() else {
        let kind = value.kind();
        return Err(Refusal::new(format!(
            "`{c}` takes a whole number, and this is {kind}"
        )));
    };
    little(n.into(), size, signed).ok_or_else(|| {
        let (from, to) = range(size, signed);
        Refusal::new(format!(
            "`{c}` takes a number from {from} to {to}, and this is {n}"
        ))
    })
}
