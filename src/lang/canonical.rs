//! Statements back to text, in the shell dialect: for jobs, verdicts, lessons and history. What is written here parses
//! to an equal statement.

mod address;
mod call;
mod expr;
mod lab;

use super::ast::{Action, Call, Claim, Expr, Function, Operator, Statement};
use super::order::{Order, Side};
use super::state::TcpState;
use super::table::find;

/// A statement in the shell dialect.
pub fn canonical(statement: &Statement) -> String {
    let mut text = String::with_capacity(48);
    if let Some(side) = statement.side {
        text.push_str(side.word());
        text.push_str(": ");
    }
    if let Some(host) = &statement.host {
        text.push_str(host);
        text.push_str(": ");
    }
    if let Some(field) = set_field(statement) {
        text.push_str(&field);
    } else if !statement.targets.is_empty() {
        for (n, name) in statement.targets.iter().enumerate() {
            if n > 0 {
                text.push_str(", ");
            }
            text.push_str(name.as_deref().unwrap_or("_"));
        }
        text.push_str(" = ");
    }
    match &statement.action {
        Action::Nothing => {}
        Action::Call(call) => call::push_words(&mut text, call),
        Action::Value(value) => text.push_str(&alone(value, !statement.targets.is_empty())),
        Action::Expect(claim) => {
            text.push_str("expect ");
            text.push_str(&canonical_claim(claim));
        }
        Action::Lab(order) => text.push_str(&canonical_order(order)),
    }
    text
}

/// `addr.sin_port = `, where a field is set.
fn set_field(statement: &Statement) -> Option<String> {
    let Action::Value(Expr::Apply(Function::WithField(field), values)) = &statement.action else {
        return None;
    };
    match (statement.targets.as_slice(), values.as_slice()) {
        ([Some(name)], [Expr::Word(of), _]) if name == of => Some(format!("{name}.{field} = ")),
        _ => None,
    }
}

/// A call in the shell dialect: `accept s`.
pub fn canonical_call(call: &Call) -> String {
    let mut text = String::with_capacity(32);
    call::push_words(&mut text, call);
    text
}

/// An order to the laboratory: `wire drop 2`.
pub fn canonical_order(order: &Order) -> String {
    lab::order(order)
}

/// A side of a comparison, without quotes: `tcp with wire loss 30%`.
pub fn canonical_side(side: &Side) -> String {
    lab::side(side)
}

/// A value as it may stand in an expression.
pub fn canonical_expr(value: &Expr) -> String {
    expr::expr(value)
}

/// A value that is a whole statement, or all that follows a target's `=`.
fn alone(value: &Expr, assigned: bool) -> String {
    match value {
        // A name alone might be a command's.
        Expr::Name(name) if !assigned || find(name).is_some() => format!("({name})"),
        // A # alone would begin a comment.
        Expr::Binary(..) | Expr::Fill(_) => format!("({})", expr::expr(value)),
        _ => expr::expr(value),
    }
}

/// A claim as it stands after `expect`.
pub fn canonical_claim(claim: &Claim) -> String {
    let socket = call::socket;
    let number = |value: &Expr| expr::operand(value);
    match claim {
        Claim::Ok => "ok".into(),
        Claim::Blocked => "blocked".into(),
        Claim::Error(errors) => {
            let names: Vec<String> = errors.iter().map(error).collect();
            format!("error {}", names.join("|"))
        }
        Claim::Ret(value) => format!("ret {}", number(value)),
        Claim::Data(value) => format!("data {}", call::data(value)),
        Claim::State(who, states) => {
            let names: Vec<&str> = states.iter().map(|state| TcpState::name(*state)).collect();
            format!("state {} {}", socket(who), names.join("|"))
        }
        Claim::Local(who, value) => format!("local {} {}", socket(who), address::shell(value)),
        Claim::Peer(who, value) => format!("peer {} {}", socket(who), address::shell(value)),
        Claim::Backlog(who, value) => format!("backlog {} {}", socket(who), number(value)),
        Claim::RecvQ(who, value) => format!("recvq {} {}", socket(who), number(value)),
        Claim::SendQ(who, value) => format!("sendq {} {}", socket(who), number(value)),
        Claim::Ready(who, letters) if letters.is_empty() => format!("ready {} -", socket(who)),
        Claim::Ready(who, letters) => format!("ready {} {letters}", socket(who)),
        Claim::Sockets(value) => format!("sockets {}", number(value)),
        Claim::Jobs(value) => format!("jobs {}", number(value)),
        Claim::Quiet(time) => quiet(*time),
        Claim::True(value) => compared(value),
        Claim::Packet { .. }
        | Claim::Packets { .. }
        | Claim::Fate(..)
        | Claim::Retransmission { .. }
        | Claim::Window(..)
        | Claim::Held(_)
        | Claim::HalfOpen(..) => lab::claim(claim),
    }
}

fn error(errno: &crate::errno::Errno) -> String {
    let name = errno.name();
    if name.starts_with("E#") {
        errno.0.to_string()
    } else {
        name
    }
}

fn quiet(time: std::time::Duration) -> String {
    if time.subsec_nanos() == 0 {
        return format!("quiet {}s", time.as_secs());
    }
    if time.subsec_nanos().is_multiple_of(1_000_000) {
        return format!("quiet {}ms", time.as_millis());
    }
    format!("quiet {:?}", time.as_secs_f64())
}

/// A comparison; its left side in brackets where its first word could be taken for a claim's.
fn compared(value: &Expr) -> String {
    match value {
        Expr::Binary(op, a, b) => {
            let left = expr::operand(a);
            // `expect data < 5` tells what was received.
            let received = left == "data" && !matches!(op, Operator::Eq | Operator::Ne);
            let plain = matches!(**a, Expr::Name(_) | Expr::Property(..));
            let left = if left.starts_with(|c: char| c.is_alphabetic()) && (received || !plain) {
                format!("({left})")
            } else {
                left
            };
            format!("{left} {} {}", expr::sign(*op), expr::operand(b))
        }
        other => expr::expr(other),
    }
}
