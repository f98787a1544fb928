//! A statement that a learner ran, and how it ended.

use super::World;
use super::{compare, orders, parts};
use crate::errno::Errno;
use crate::lang::ast::{Action, Call, Expr, Statement};
use crate::lang::order::{Order, Step};
use crate::lang::table::{Kind, Role};

/// What the network has told a connection, kept until a call reports it.
const PENDING: [&str; 4] = ["ETIMEDOUT", "ECONNRESET", "ECONNREFUSED", "EHOSTUNREACH"];

/// A statement that was run.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// The statement; sockets given as `.` or by number are replaced by their names.
    pub(super) statement: Statement,
    /// What the arguments of its call amounted to, one for each parameter.
    pub(super) values: Vec<Option<Vec<u8>>>,
    /// What the value amounts to that it gives ([`given`]).
    pub(super) given: Option<Vec<u8>>,
    /// Whether the laboratory held packets when it had been run.
    pub(super) holds: bool,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a statement ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How the call ended.
    pub end: End,
    /// The job that it became, where it did not return at once. Stays when the job is over.
    pub job: Option<u32>,
    /// The bytes that it received.
    pub data: Vec<u8>,
    /// Whether those came out of a stream (TCP, Unix stream), where pieces may be put together.
    pub stream: bool,
    /// The names of the sockets it made, where it named them itself.
    pub made: Vec<String>,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It returned this.
    Returned(i64),
    /// It failed with this.
    Failed(Errno),
    /// It has not returned.
    Blocked,
    /// There was no call (a value, a command of the shell).
    NoCall,
}

impl Outcome {
    /// Ended so, with no data and nothing else to tell.
    pub fn new(end: End) -> Self {
        Self {
            end,
            job: None,
            data: Vec::new(),
            stream: false,
            made: Vec::new(),
        }
    }
}

impl Attempt {
    /// Notes what a statement means, *before* it is run: afterwards `.` and `s.local` may mean something else.
    /// Set [`Attempt::outcome`] when it was run.
    pub fn new(statement: &Statement, world: &mut dyn World) -> Self {
        let mut statement = statement.clone();
        if statement.host.is_none() && orders::of(&statement).is_none() {
            statement.host = world.host();
        }
        ask_by_name(&mut statement.action);
        parts::each_expr(&mut statement.action, &mut |expr| {
            if let Expr::Last | Expr::Fd(_) = expr
                && let Some(name) = world.socket(expr)
            {
                *expr = Expr::Name(name);
            }
        });
        let values = match main_call(&statement) {
            Some(call) => call
                .args
                .iter()
                .map(|arg| value(&arg.as_ref()?.value, world))
                .collect(),
            None => Vec::new(),
        };
        let given = given(&statement).and_then(|expr| value(&expr, world));
        Self {
            statement,
            values,
            given,
            holds: false,
            outcome: Outcome::new(End::NoCall),
        }
    }

    /// Notes how many packets a step delivered: it asks for as many, and there may be fewer.
    pub fn stepped(&mut self, delivered: u64) {
        if let Action::Lab(Order::Step(Step::Count(count))) = &mut self.statement.action {
            *count = delivered.min(*count);
        }
    }

    /// Notes whether packets are held now that it was run.
    pub fn left_held(&mut self, holds: bool) {
        self.holds = holds;
    }

    /// Notes what the arguments of its call amounted to when it was made. Those that hold a call are known only then.
    pub fn made_with(&mut self, values: Vec<Option<Vec<u8>>>) {
        self.values = values;
    }

    /// The names it gives, of sockets and of other values.
    pub(super) fn names(&self) -> Vec<Option<String>> {
        if self.statement.targets.iter().any(Option::is_some) {
            return self.statement.targets.clone();
        }
        self.outcome.made.iter().cloned().map(Some).collect()
    }

    /// Whether this is one of them.
    pub(super) fn gives(&self, name: &str) -> bool {
        self.names().iter().flatten().any(|given| given == name)
    }

    /// Whether a statement of this kind can change something.
    pub fn changes(&self) -> bool {
        let order = orders::of(&self.statement).is_some_and(orders::changes);
        order || calls(&self.statement).into_iter().any(changes)
    }

    /// Whether this one did. A call that failed did so where it took an error away.
    pub(super) fn changed(&self) -> bool {
        let order = orders::of(&self.statement).is_some();
        let returned = matches!(self.outcome.end, End::Returned(_) | End::Blocked);
        self.changes() && (order || returned || self.took_error().is_some())
    }

    /// The error of a connection that this call has reported: the next one will not (socket(7), SO_ERROR).
    pub(super) fn took_error(&self) -> Option<Errno> {
        let data = main_call(&self.statement)
            .is_some_and(|call| ["send", "recv"].contains(&compare::family(call)));
        match self.outcome.end {
            End::Failed(errno) if data && PENDING.contains(&errno.name().as_str()) => Some(errno),
            _ => None,
        }
    }
}

/// What a statement without a call that changes anything gives: a value, or a name that was asked for.
pub(super) fn given(statement: &Statement) -> Option<Expr> {
    match &statement.action {
        Action::Value(expr) => Some(expr.clone()),
        Action::Call(call) => name_asked(call),
        _ => None,
    }
}

/// Writes `b.local` for `b.getsockname()` among the arguments of a call, in the model as in an attempt.
pub(super) fn ask_by_name(action: &mut Action) {
    if matches!(action, Action::Call(call) if call.command.role != Role::Shell) {
        parts::each_expr(action, &mut |expr| {
            if let Expr::Call(call) = expr
                && let Some(property) = name_asked(call)
            {
                *expr = property;
            }
        });
    }
}

/// `b.getsockname()` says the same as `b.local`, and can be asked again.
fn name_asked(call: &Call) -> Option<Expr> {
    let property = match call.command.name {
        "getsockname" => "local",
        "getpeername" => "peer",
        _ => return None,
    };
    let socket = call.expr("sockfd")?.clone();
    Some(Expr::Property(Box::new(socket), property.to_owned()))
}

/// What an expression amounts to; `None` for one that holds a call, which would be made a second time.
pub(super) fn value(expr: &Expr, world: &mut dyn World) -> Option<Vec<u8>> {
    if expr.has_calls() {
        return None;
    }
    world.value(expr)
}

/// The calls of a statement, those inside `print` and other values included, in the order in which they are made.
pub(in crate::lesson) fn calls(statement: &Statement) -> Vec<&Call> {
    let mut found = Vec::new();
    match &statement.action {
        Action::Call(call) => {
            for arg in call.args.iter().flatten() {
                collect(&arg.value, &mut found);
            }
            found.push(call);
        }
        Action::Value(expr) => collect(expr, &mut found),
        Action::Nothing | Action::Expect(_) | Action::Lab(_) => {}
    }
    found
}

/// Whether "the last call" after this statement may be one that it made or let end. Other lines stand between a call
/// and the claims about it without being in the way, as in a script.
pub(in crate::lesson) fn may_end_a_call(statement: &Statement) -> bool {
    let wakes = |call: &&Call| matches!(call.command.name, "wait" | "cancel");
    match &statement.action {
        Action::Lab(order) => orders::changes(order),
        _ => makes_a_call(statement) || calls(statement).iter().any(wakes),
    }
}

/// Whether it makes a call itself.
pub(super) fn makes_a_call(statement: &Statement) -> bool {
    let own = |call: &&Call| call.command.role != Role::Shell;
    calls(statement).iter().any(own)
}

fn collect<'e>(expr: &'e Expr, found: &mut Vec<&'e Call>) {
    match expr {
        Expr::Call(call) => {
            for arg in call.args.iter().flatten() {
                collect(&arg.value, found);
            }
            found.push(call);
        }
        Expr::Tuple(items) | Expr::Apply(_, items) => {
            items.iter().for_each(|item| collect(item, found))
        }
        Expr::Property(inner, _) => collect(inner, found),
        Expr::Index(a, b) | Expr::Binary(_, a, b) => {
            collect(a, found);
            collect(b, found);
        }
        _ => {}
    }
}

/// The call that a statement is about: in `print s.recv(5)` that is recv.
pub(super) fn main_call(statement: &Statement) -> Option<&Call> {
    let mut calls = calls(statement);
    let last = calls.pop()?;
    match last.command.role {
        Role::Shell | Role::Lab => Some(calls.pop().unwrap_or(last)),
        Role::Primitive | Role::Blocking => Some(last),
    }
}

/// Calls that only look. Everything else of the session changes something.
const LOOKS: [&str; 18] = [
    "getsockname",
    "getpeername",
    "getsockopt",
    "gethostname",
    "gethostbyname",
    "getaddrinfo",
    "inet_pton",
    "inet_ntop",
    "htons",
    "ntohs",
    "htonl",
    "ntohl",
    "strerror",
    "perror",
    "poll",
    "select",
    "print",
    "wait",
];

fn changes(call: &Call) -> bool {
    let peeks = call
        .command
        .params
        .iter()
        .any(|p| p.kind == Kind::MsgFlags && peeks(call.expr(p.name)));
    call.command.role != Role::Shell && !LOOKS.contains(&call.command.name) && !peeks
}

/// Whether flags hold MSG_PEEK.
pub(super) fn peeks(flags: Option<&Expr>) -> bool {
    match flags {
        Some(Expr::Const(_, value) | Expr::Flags(_, value) | Expr::Int(value)) => {
            value & i64::from(libc::MSG_PEEK) != 0
        }
        _ => false,
    }
}
