//! A statement that has been read: which names take what it gives.

use super::field;
use super::input::{Cursor, Input};
use crate::lang::ast::{Action, Expr, Statement};
use crate::lang::order::SideName;

/// The statement that began at `start`: its targets, with those that C fills through pointers, and what it does.
pub(super) fn finished(
    i: &mut Input,
    start: usize,
    (side, host): (Option<SideName>, Option<String>),
    mut targets: Vec<Option<String>>,
    mut action: Action,
) -> Statement {
    if let [Some(_)] = targets.as_slice() {
        action = match of_pair(action) {
            Ok(accept) => {
                targets.push(None);
                accept
            }
            Err(action) => action,
        };
    }
    if let Some((name, of)) = i.state.field.take() {
        action = field::filled(&name, of, action);
        if !targets.is_empty() {
            i.remark("what the call returns is shown, and not kept in a variable");
        }
        targets = vec![Some(name)];
    }
    let filled = std::mem::take(&mut i.state.filled);
    if targets.is_empty() {
        targets = filled;
    } else if let (Action::Call(call), false) = (&action, filled.is_empty()) {
        also_filled(i, call.command.name, &mut targets, filled);
    }
    let python_accept = i.state.dialect.is_python() && targets.len() == 1;
    if let Action::Call(call) = &action
        && python_accept
        && call.command.name == "accept"
    {
        i.remark("in Python accept() gives a pair: conn, addr = s.accept()");
    }
    if let ([Some(to)], Action::Value(Expr::Name(of))) = (targets.as_slice(), &action)
        && is_pointer(&i.state.source[start..i.at()])
    {
        let remark = format!("there are no pointers here: {to} is a copy of what {of} is now");
        i.remark(remark);
    }
    if i.state.nothing && matches!(action, Action::Value(Expr::Null)) {
        action = Action::Nothing;
    }
    let mut span = i.since(start);
    span.end = start + i.state.source[start..span.end].trim_end().len();
    Statement {
        span,
        side,
        host,
        targets,
        action,
        dialect: i.state.dialect,
        remarks: std::mem::take(&mut i.state.remarks),
    }
}

/// `conn = s.accept()[0]` is `conn, _ = s.accept()`: so the connection has its name from the beginning.
fn of_pair(action: Action) -> Result<Action, Action> {
    match action {
        Action::Value(Expr::Index(call, at)) => match (*call, *at) {
            (Expr::Call(call), Expr::Int(0)) if call.command.name == "accept" => {
                Ok(Action::Call(*call))
            }
            (call, at) => Err(Action::Value(Expr::Index(Box::new(call), Box::new(at)))),
        },
        other => Err(other),
    }
}

/// The names for what a C call returns and for what it writes: `n = recv(c, buf, 10, 0)`, `c = accept(s, &peer, &len)`.
fn also_filled(
    i: &mut Input,
    name: &str,
    targets: &mut Vec<Option<String>>,
    filled: Vec<Option<String>>,
) {
    match name {
        "accept" => targets.extend(filled.into_iter().skip(1)),
        // Three names take the count, the data and the sender.
        "recv" | "read" | "recvfrom" => {
            targets.extend(filled);
            targets.resize(3, None);
        }
        _ => {
            *targets = filled;
            i.remark("what the call returns is shown, and not kept in a variable");
        }
    }
}

/// `p = &addr`, `struct sockaddr *p = (struct sockaddr *)&addr`
fn is_pointer(statement: &str) -> bool {
    let value = statement.split_once('=').map_or("", |(_, value)| value);
    let value = value.trim_start();
    let cast = value
        .strip_prefix('(')
        .and_then(|cast| cast.split_once(')'));
    let value = cast.map_or(value, |(_, value)| value.trim_start());
    value.starts_with('&')
}
