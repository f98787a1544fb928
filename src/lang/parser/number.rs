//! Numbers, sizes, times, and the addresses that begin with a digit.

use super::input::{Cursor, Input, Parsed};
use super::{address, pasted};
use crate::lang::ast::Expr;

/// A number or an address that begins with a digit: `10`, `0x1F`, `10k`, `300ms`, `0.5`, `127.0.0.1`, `127.0.0.1:80`.
pub(super) fn number(i: &mut Input) -> Parsed<Expr> {
    let rest = i.rest();
    if let Some(len) = dotted_quad(rest) {
        return address::literal(i, len);
    }
    let value = plain(i)?;
    // `3<socket:[1234]>`, as strace prints a descriptor.
    if i.state.brackets > 0
        && i.rest().starts_with('<')
        && let Some(len) = pasted::described_len(i.rest())
    {
        i.skip(len);
    }
    Ok(value)
}

fn plain(i: &mut Input) -> Parsed<Expr> {
    let rest = i.rest();
    let start = i.at();
    let lower = rest.as_bytes().get(1).map(u8::to_ascii_lowercase);
    let radix = match (rest.as_bytes().first(), lower) {
        (Some(b'0'), Some(b'x')) => 16,
        (Some(b'0'), Some(b'o')) => 8,
        (Some(b'0'), Some(b'b')) => 2,
        _ => return decimal(i, start),
    };
    i.skip(2);
    let len = i
        .rest()
        .find(|c: char| !c.is_digit(radix) && c != '_')
        .unwrap_or(i.rest().len());
    let digits = i.rest()[..len].replace('_', "");
    i.skip(len);
    if digits.is_empty() {
        return Err(i.fault(start, "this number has no digits").into());
    }
    integer_suffix(i);
    match u64::from_str_radix(&digits, radix) {
        // Addresses as strace prints them (0x7ffd…) are larger than an i64 at times; they are read over.
        Ok(value) => Ok(Expr::Int(value as i64)),
        Err(_) => Err(too_large(i, start)),
    }
}

/// How many bytes of the text's beginning are four numbers with dots between them.
pub(super) fn dotted_quad(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    for part in 0..4 {
        if part > 0 {
            (bytes.get(at) == Some(&b'.')).then_some(())?;
            at += 1;
        }
        let digits = bytes[at..]
            .iter()
            .take(4)
            .take_while(|b| b.is_ascii_digit())
            .count();
        (1..=3).contains(&digits).then_some(())?;
        at += digits;
    }
    let more = bytes
        .get(at)
        .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    (!more).then_some(at)
}

fn decimal(i: &mut Input, start: usize) -> Parsed<Expr> {
    let bytes = i.rest().as_bytes();
    let run = |from: usize| {
        bytes[from..]
            .iter()
            .take_while(|b| b.is_ascii_digit() || **b == b'_')
            .count()
    };
    let mut len = run(0);
    let mut fraction = false;
    if bytes.get(len) == Some(&b'.') && bytes.get(len + 1).is_some_and(u8::is_ascii_digit) {
        fraction = true;
        len += 1 + run(len + 1);
    }
    if matches!(bytes.get(len), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(len + 1), Some(b'-' | b'+')));
        if bytes.get(len + 1 + sign).is_some_and(u8::is_ascii_digit) {
            fraction = true;
            len += 1 + sign + run(len + 1 + sign);
        }
    }
    let text = &i.rest()[..len];
    i.skip(len);
    if fraction {
        let value: f64 = text.replace('_', "").parse().unwrap_or(f64::INFINITY);
        if !value.is_finite() {
            return Err(too_large(i, start));
        }
        return Ok(scaled(i, value));
    }
    whole(i, start, text)
}

fn whole(i: &mut Input, start: usize, text: &str) -> Parsed<Expr> {
    // 0755 is octal in C; 0 and 007 are the same either way.
    let octal =
        text.len() > 1 && text.starts_with('0') && text.bytes().all(|b| (b'0'..=b'7').contains(&b));
    let value = if octal {
        i64::from_str_radix(text, 8)
    } else if text.contains('_') {
        text.replace('_', "").parse()
    } else {
        text.parse()
    };
    let Ok(value) = value else {
        return Err(too_large(i, start));
    };
    let factor = match unit(i) {
        "" => return Ok(Expr::Int(value)),
        "k" | "K" | "kB" | "KB" | "KiB" => 1 << 10,
        "M" | "MB" | "MiB" => 1 << 20,
        "G" | "GB" | "GiB" => 1 << 30,
        "s" | "sec" => 1,
        "ms" | "us" => return Ok(scaled(i, value as f64)),
        _ => {
            integer_suffix(i);
            return Ok(Expr::Int(value));
        }
    };
    let unit = unit(i).len();
    i.skip(unit);
    value
        .checked_mul(factor)
        .map(Expr::Int)
        .ok_or_else(|| too_large(i, start))
}

/// The letters that follow a number, not gone over.
fn unit<'a>(i: &Input<'a>) -> &'a str {
    let rest = i.rest();
    let len = rest
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(rest.len());
    &rest[..len]
}

/// A number of seconds from one with its unit; whole seconds are an `Int`.
fn scaled(i: &mut Input, value: f64) -> Expr {
    let unit = unit(i);
    let divisor = match unit {
        "ms" => 1e3,
        "us" => 1e6,
        "s" | "sec" => 1.0,
        _ => return Expr::Float(value),
    };
    i.skip(unit.len());
    seconds(value / divisor)
}

/// Seconds in their one form: whole ones are an `Int`.
pub(super) fn seconds(value: f64) -> Expr {
    if value.fract() == 0.0 && value.abs() < 9e15 {
        Expr::Int(value as i64)
    } else {
        Expr::Float(value)
    }
}

/// Goes over C's `U`, `L`, `UL` …
fn integer_suffix(i: &mut Input) {
    let suffix = unit(i);
    if !suffix.is_empty() && suffix.len() <= 3 && suffix.chars().all(|c| "uUlL".contains(c)) {
        i.skip(suffix.len());
    }
}

fn too_large(i: &Input, start: usize) -> super::input::Trouble {
    i.fault(start, "this number is too large")
        .expecting("at most 9223372036854775807")
        .into()
}
