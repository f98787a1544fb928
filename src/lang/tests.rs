//! The language, by example: what may be typed, and what it means.

use super::*;
use crate::lang::ast::Expr;

mod addresses;
mod compare;
mod copied;
mod faults;
mod fields;
mod lab;
mod options;
mod round_trip;
mod shape;
mod sheet;
mod tutorials;

/// The one statement of a line.
fn one(line: &str) -> Statement {
    let mut all = parse(line).unwrap_or_else(|fault| panic!("{line}\n{fault:?}"));
    assert_eq!(all.len(), 1, "{line}: {all:?}");
    all.remove(0)
}

/// The fault of a line.
fn fault(line: &str) -> Fault {
    match parse(line) {
        Ok(all) => panic!("{line} was understood: {all:?}"),
        Err(fault) => fault,
    }
}

/// Every line of a group means what its first line means, and so does its canonical form.
fn same(groups: &[&[&str]]) {
    for group in groups {
        let first = one(group[0]);
        for line in *group {
            let statement = one(line);
            assert_eq!(statement, first, "\n{line}\n{}", group[0]);
            let written = canonical(&statement);
            assert_eq!(one(&written), first, "\n{line}\nwritten {written}");
        }
    }
}

/// The canonical form of a line.
fn written(line: &str) -> String {
    canonical(&one(line))
}

/// The expression given for a parameter of the line's call.
fn arg(line: &str, param: &str) -> Expr {
    match one(line).action {
        Action::Call(call) => call
            .expr(param)
            .unwrap_or_else(|| panic!("{line} gives no {param}"))
            .clone(),
        other => panic!("{line} is no call: {other:?}"),
    }
}
