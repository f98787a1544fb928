//! Operators between values: `a + b`, `a == b`, `port & 0xff`.

use super::apply::repeat;
use super::prepared::Refusal;
use super::value::Value;
use crate::lang::ast::Operator;
use std::cmp::Ordering;

/// `a + b`, `a == b` …
pub fn binary(operator: Operator, a: &Value, b: &Value) -> Result<Value, Refusal> {
    if let (Value::Bool(_), _) | (_, Value::Bool(_)) = (a, b)
        && !matches!(operator, Operator::Eq | Operator::Ne)
    {
        return binary(operator, &a.clone().counted(), &b.clone().counted());
    }
    let truth = |truth: bool| Ok(Value::Bool(truth));
    match operator {
        Operator::Eq => truth(a.same(b)),
        Operator::Ne => truth(!a.same(b)),
        Operator::Mul => match (a, b) {
            (Value::Int(a), Value::Int(b)) => whole(a.checked_mul(*b)),
            _ if let Some((a, b)) = fractions(a, b) => Ok(Value::Float(a * b)),
            (text, Value::Int(n)) | (Value::Int(n), text) => repeat(text, *n),
            _ => Err(mismatch("multiplied", a, b)),
        },
        Operator::Pow | Operator::And | Operator::Or | Operator::Shl | Operator::Shr => {
            match (a, b) {
                (Value::Int(a), Value::Int(b)) => of_bits(operator, *a, *b),
                _ => Err(mismatch("joined bit by bit", a, b)),
            }
        }
        Operator::Add => match (a, b) {
            (Value::Int(a), Value::Int(b)) => whole(a.checked_add(*b)),
            (Value::Text(a), Value::Text(b)) => Ok(Value::Text(format!("{a}{b}"))),
            (Value::Bytes(a), Value::Bytes(b)) => Ok(Value::Bytes([a.as_slice(), b].concat())),
            (Value::Bytes(a), Value::Text(b)) => {
                Ok(Value::Bytes([a.as_slice(), b.as_bytes()].concat()))
            }
            (Value::Text(a), Value::Bytes(b)) => Ok(Value::Bytes([a.as_bytes(), b].concat())),
            _ => match fractions(a, b) {
                Some((a, b)) => Ok(Value::Float(a + b)),
                None => Err(mismatch("added", a, b)),
            },
        },
        Operator::Sub => match (a, b) {
            (Value::Int(a), Value::Int(b)) => whole(a.checked_sub(*b)),
            _ => match fractions(a, b) {
                Some((a, b)) => Ok(Value::Float(a - b)),
                None => Err(mismatch("subtracted", a, b)),
            },
        },
        Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge => {
            let order = match (a, b) {
                (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
                _ => match fractions(a, b) {
                    Some((a, b)) => a.partial_cmp(&b),
                    None => return Err(mismatch("ordered", a, b)),
                },
            };
            truth(order.is_some_and(match operator {
                Operator::Lt => Ordering::is_lt,
                Operator::Le => Ordering::is_le,
                Operator::Gt => Ordering::is_gt,
                _ => Ordering::is_ge,
            }))
        }
    }
}

/// Powers, and operators of bits. A result has 64 bits at most.
fn of_bits(operator: Operator, a: i64, b: i64) -> Result<Value, Refusal> {
    let by = u32::try_from(b);
    match (operator, by) {
        (Operator::And, _) => Ok(Value::Int(a & b)),
        (Operator::Or, _) => Ok(Value::Int(a | b)),
        (Operator::Pow, Ok(by)) => whole(a.checked_pow(by)),
        (Operator::Shr, Ok(by)) => Ok(Value::Int(a >> by.min(63))),
        (Operator::Shl, Ok(_)) if a == 0 => Ok(Value::Int(0)),
        (Operator::Shl, Ok(by)) => {
            let times = 2_i64.checked_pow(by);
            whole(times.and_then(|times| a.checked_mul(times)))
        }
        _ => Err(Refusal::new(format!(
            "{b} is no number of bits, and no power here"
        ))),
    }
}

/// Two numbers of which one has a fraction.
fn fractions(a: &Value, b: &Value) -> Option<(f64, f64)> {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => Some((*a, *b)),
        (Value::Float(a), Value::Int(b)) => Some((*a, *b as f64)),
        (Value::Int(a), Value::Float(b)) => Some((*a as f64, *b)),
        _ => None,
    }
}

pub(super) fn whole(result: Option<i64>) -> Result<Value, Refusal> {
    result
        .map(Value::Int)
        .ok_or_else(|| Refusal::new("this number is too large"))
}

fn mismatch(what: &str, a: &Value, b: &Value) -> Refusal {
    let refusal = Refusal::new(format!("{} and {} cannot be {what}", a.kind(), b.kind()));
    match (what, a, b) {
        ("added", Value::Text(_) | Value::Bytes(_), _)
        | ("added", _, Value::Text(_) | Value::Bytes(_)) => refusal.help(
            "str(…) makes a text of any value; print takes several, with commas between them",
        ),
        _ => refusal,
    }
}
