//! Whether a learner's call is a call of the model: call by call, argument by argument.

use super::attempt::{Attempt, given, main_call};
use super::parts::{self, Names};
use super::{orders, words};
use crate::lang::ast::{Action, Address, Call, Expr, Host, Port, Statement};
use crate::lang::table::{Kind, Param};

/// How a learner's statement compares with one of the model's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Likeness {
    /// The same.
    Same,
    /// Another way to the same effect.
    Alike,
    /// The same call with something else: what, in words.
    Off(Vec<String>),
    /// Another call altogether.
    Other,
}

/// What the model's arguments amount to, asked of the session: an expression in the learner's names.
pub(super) type Ask<'a> = dyn FnMut(&Expr) -> Option<Vec<u8>> + 'a;

/// Calls that do the same to a socket go by one name here.
pub(super) fn family(call: &Call) -> &'static str {
    match call.command.name {
        "send" | "sendall" | "write" => "send",
        "recv" | "recvfrom" | "read" => "recv",
        "poll" | "select" => "poll",
        name => name,
    }
}

/// The socket that a call is made on, by name.
pub(super) fn socket(call: &Call) -> Option<&str> {
    let param = call
        .command
        .params
        .iter()
        .find(|param| param.kind == Kind::Socket)?;
    match of_descriptor(call.expr(param.name)?) {
        Expr::Name(name) | Expr::Word(name) => Some(name),
        _ => None,
    }
}

/// The socket where its descriptor is given: `s.fd` and `s.fileno()` are `s`.
fn of_descriptor(expr: &Expr) -> &Expr {
    match expr {
        Expr::Property(socket, name) if name == "fd" => socket,
        expr => expr,
    }
}

/// Whether two statements of the model are one call with other data.
pub(super) fn same_but_data(a: &Statement, b: &Statement) -> bool {
    let (Some(one), Some(other)) = (main_call(a), main_call(b)) else {
        return false;
    };
    let mut params = one.command.params.iter();
    params.clone().any(|param| param.kind == Kind::Data)
        && family(one) == family(other)
        && a.host == b.host
        && params
            .all(|param| param.kind == Kind::Data || one.expr(param.name) == other.expr(param.name))
}

/// Whether two statements make the same kind of call.
pub(super) fn same_kind(model: &Statement, learner: &Statement) -> bool {
    match (main_call(model), main_call(learner)) {
        (Some(model), Some(learner)) => family(model) == family(learner),
        _ => match (&model.action, &learner.action) {
            (Action::Lab(model), Action::Lab(learner)) => orders::same_kind(model, learner),
            _ => given(model).is_some() && given(learner).is_some(),
        },
    }
}

/// Compares an attempt with a statement of the model.
pub(super) fn compare(
    model: &Statement,
    attempt: &Attempt,
    names: &Names,
    ask: &mut Ask<'_>,
) -> Likeness {
    let learner = &attempt.statement;
    let hosts_differ = matches!((&model.host, &learner.host), (Some(a), Some(b)) if a != b);
    match (main_call(model), main_call(learner)) {
        (Some(call), Some(theirs)) if family(call) == family(theirs) => {
            let mut likeness = compare_calls(call, theirs, attempt, names, ask);
            // A socket keeps its host, whichever the prompt stands on.
            if hosts_differ && socket(call).is_none() {
                let said = words::host(model, learner);
                likeness = match likeness {
                    Likeness::Off(mut all) => {
                        all.push(said);
                        Likeness::Off(all)
                    }
                    _ => Likeness::Off(vec![said]),
                };
            }
            likeness
        }
        (Some(_), Some(_)) => Likeness::Other,
        _ => match (&model.action, &learner.action) {
            (Action::Lab(model), Action::Lab(learner)) => orders::compare(model, learner),
            _ => compare_values(model, attempt, names, ask),
        },
    }
}

fn compare_values(
    model: &Statement,
    attempt: &Attempt,
    names: &Names,
    ask: &mut Ask<'_>,
) -> Likeness {
    let learner = &attempt.statement;
    let wanted = given(model).and_then(|expr| parts::in_expr(&expr, names).ok());
    let (Some(wanted), Some(theirs)) = (wanted, given(learner)) else {
        return Likeness::Other;
    };
    let equal = wanted == theirs || attempt.given.is_some() && ask(&wanted) == attempt.given;
    match equal && model.targets.len() == learner.targets.len() {
        true => Likeness::Same,
        false => Likeness::Other,
    }
}

fn compare_calls(
    model: &Call,
    learner: &Call,
    attempt: &Attempt,
    names: &Names,
    ask: &mut Ask<'_>,
) -> Likeness {
    let mut off = Vec::new();
    let mut alike = model.command.name != learner.command.name;
    for param in model.command.params {
        let ours = model.expr(param.name);
        let theirs = learner.expr(param.name);
        let value = learner
            .command
            .params
            .iter()
            .position(|p| p.name == param.name);
        let value = value
            .and_then(|at| attempt.values.get(at))
            .and_then(Option::as_ref);
        match compare_args(model, param, (ours, theirs), value, names, ask) {
            Arg::Same => {}
            Arg::Alike => alike = true,
            Arg::Off(words) => off.push(words),
        }
    }
    match (off.is_empty(), alike) {
        (false, _) => Likeness::Off(off),
        (true, true) => Likeness::Alike,
        (true, false) => Likeness::Same,
    }
}

enum Arg {
    Same,
    Alike,
    Off(String),
}

fn compare_args(
    call: &Call,
    param: &Param,
    (ours, theirs): (Option<&Expr>, Option<&Expr>),
    value: Option<&Vec<u8>>,
    names: &Names,
    ask: &mut Ask<'_>,
) -> Arg {
    let default = default(call, param);
    let Some(ours) = ours.cloned().or_else(|| default.clone()) else {
        // The lesson leaves it open; so may the learner.
        return Arg::Same;
    };
    let ours = match parts::in_expr(&ours, names) {
        Ok(ours) => ours,
        Err(part) => return Arg::Off(words::not_made(&part)),
    };
    // The same calls inside: what the model's came to cannot be asked, for they would be made a second time.
    if theirs == Some(&ours) {
        return Arg::Same;
    }
    let theirs = theirs.map(|expr| match (param.kind, &ours, value) {
        (Kind::Socket, ..) => of_descriptor(expr).clone(),
        // So many bytes, whichever.
        (Kind::Data, Expr::Fill(_), Some(bytes)) => Expr::Fill(bytes.len() as u64),
        _ => as_made(expr, value),
    });
    let theirs = theirs.or(default);
    let equal = match &theirs {
        Some(theirs) if normal(&ours) == normal(theirs) => true,
        Some(_) => value.is_some() && ask(&ours).as_ref() == value,
        None => false,
    };
    if equal {
        return Arg::Same;
    }
    match (param.kind, param.name) {
        // How much is asked for at once is the learner's choice; what arrives is judged.
        (Kind::Size, _) => Arg::Same,
        // 0 stands for the type's own protocol.
        (Kind::Protocol, _) if is_zero(&ours) || theirs.as_ref().is_none_or(is_zero) => Arg::Same,
        (_, "backlog") if !is_short(&ours) => Arg::Alike,
        _ => Arg::Off(words::differs(call, param, &ours, theirs.as_ref(), names)),
    }
}

/// An argument that holds a call, as what it amounted to when the call around it was made.
fn as_made(expr: &Expr, value: Option<&Vec<u8>>) -> Expr {
    let Some(value) = value.filter(|_| expr.has_calls()) else {
        return expr.clone();
    };
    let text = String::from_utf8_lossy(value);
    if let Ok(addr) = text.parse::<std::net::SocketAddr>() {
        return Expr::Address(Address::Inet {
            host: Host::Name(addr.ip().to_string()),
            port: Port::Number(addr.port()),
        });
    }
    text.parse()
        .map_or_else(|_| Expr::Bytes(value.clone()), Expr::Int)
}

/// What the kernel or the shell takes where nothing is given.
fn default(call: &Call, param: &Param) -> Option<Expr> {
    Some(match (param.kind, call.command.name) {
        (Kind::Domain, "socket") => Expr::Const("AF_INET", i64::from(libc::AF_INET)),
        (Kind::Domain, "socketpair") => Expr::Const("AF_UNIX", i64::from(libc::AF_UNIX)),
        (Kind::Type, "socket" | "socketpair") => {
            Expr::Const("SOCK_STREAM", i64::from(libc::SOCK_STREAM))
        }
        (Kind::Protocol | Kind::MsgFlags, _) => Expr::Int(0),
        _ => return None,
    })
}

/// Whether a backlog is so short that the step is about it: one that fills up. Any other is as good as the lesson's.
fn is_short(backlog: &Expr) -> bool {
    matches!(backlog, Expr::Int(0..=4))
}

fn is_zero(expr: &Expr) -> bool {
    matches!(expr, Expr::Int(0) | Expr::Const(_, 0))
}

/// The bytes of a literal.
pub(super) fn literal(expr: &Expr) -> Option<Vec<u8>> {
    match expr {
        Expr::Text(text) => Some(text.clone().into_bytes()),
        Expr::Bytes(bytes) => Some(bytes.clone()),
        _ => None,
    }
}

/// The same thing in one spelling: numbers for constants, bytes for text, a dotted quad for a host.
fn normal(expr: &Expr) -> Expr {
    match expr {
        Expr::Const(_, value) | Expr::Flags(_, value) => Expr::Int(*value),
        Expr::Text(text) | Expr::Word(text) | Expr::Name(text) => {
            Expr::Bytes(text.clone().into_bytes())
        }
        Expr::Tuple(items) => Expr::Tuple(items.iter().map(normal).collect()),
        Expr::Property(inner, name) => Expr::Property(Box::new(normal(inner)), name.clone()),
        Expr::Address(Address::Inet { host, port }) => Expr::Address(Address::Inet {
            host: normal_host(host),
            port: normal_port(port),
        }),
        other => other.clone(),
    }
}

fn normal_host(host: &Host) -> Host {
    let name = match host {
        Host::Number(number) => std::net::Ipv4Addr::from(*number).to_string(),
        Host::Name(name) => name.to_lowercase(),
        Host::Expr(inner) => return Host::Expr(Box::new(normal(inner))),
        Host::Any | Host::Broadcast => return host.clone(),
    };
    match name.as_str() {
        "0.0.0.0" => Host::Any,
        "255.255.255.255" => Host::Broadcast,
        "localhost" => Host::Name("127.0.0.1".to_owned()),
        _ => Host::Name(name),
    }
}

fn normal_port(port: &Port) -> Port {
    match port {
        Port::Expr(inner) => match inner.as_ref() {
            Expr::Int(number) => u16::try_from(*number).map_or_else(|_| port.clone(), Port::Number),
            inner => Port::Expr(Box::new(normal(inner))),
        },
        _ => port.clone(),
    }
}
