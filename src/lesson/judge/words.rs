//! The judge's words: what is missing, what differs. Never "try again".

use super::attempt::{Attempt, calls, main_call};
use super::parts::Names;
use super::{Deed, Finding};
use super::{claims, orders};
use crate::errno::Errno;
use crate::lang::ast::{Address, Call, Claim, Expr, Host, Port, Statement};
use crate::lang::order::{Order, Step};
use crate::lang::table::{Kind, Param};
use crate::text::escape::{self, visible};

/// A call of the model that was not made.
pub(super) fn to_do(deed: &Deed, names: &Names) -> String {
    let what = match orders::of(&deed.statement) {
        Some(order @ Order::Step(Step::Until(_))) => crate::lang::canonical_order(order),
        _ => doing(deed, names),
    };
    format!("still to do: {what}")
}

/// A call that came before one which can no longer do what it does first.
pub(super) fn too_early(done: &Deed, missing: &Deed, names: &Names) -> String {
    let [done, missing] = [done, missing].map(|deed| doing(deed, names));
    format!("{done} came too early: this step wants {missing} before it")
}

/// Data that comes after other data of the same kind, and was sent before it.
pub(super) fn data_before(deed: &Deed, before: &Deed) -> String {
    let [sent, before] = [deed, before].map(|deed| {
        let call = main_call(&deed.statement);
        call.and_then(|call| call.expr("data"))
            .map_or_else(String::new, data)
    });
    format!("sent {sent}; this step wants {before} before it")
}

/// What was sent besides what the step asks for, and nobody has received.
pub(super) fn left_over(socket: &str, bytes: u64) -> String {
    let wait = match bytes {
        1 => "1 byte still waits".to_owned(),
        n => format!("{n} bytes still wait"),
    };
    format!("{wait} at `{socket}`: more was sent here than this step asks for")
}

/// The kernel sends what two calls took in one go only where they come close together.
pub(super) fn apart(socket: &str) -> String {
    format!("what `{socket}` sent last waits in its kernel: this step wants both sends on one line")
}

/// A sleeping call that failed while nobody did anything.
pub(super) fn gave_up(socket: &str) -> String {
    format!("`{socket}` gave up while you waited: its call failed with ETIMEDOUT")
}

/// A bind() that found nobody in its way.
pub(super) fn rested(gone: &str) -> String {
    format!(
        "bind returned 0, and this step wants it to fail with EADDRINUSE: the TIME_WAIT of `{gone}` was over. A new one will be there after `undo`"
    )
}

/// Another program does already what the step asks of the other side.
pub(super) fn served(addr: &Expr) -> String {
    format!(
        "a server that is not of this shell has {} already: if it is the other side, `check` goes on with it",
        show(addr)
    )
}

/// A call or an order by its name, and what it is made on.
pub(super) fn doing(deed: &Deed, names: &Names) -> String {
    if let Some(order) = orders::of(&deed.statement) {
        return orders::name(order);
    }
    let Some(call) = main_call(&deed.statement) else {
        return format!("`{}`", deed.text);
    };
    let name = call.command.name;
    let on = super::compare::socket(call).map(|part| (part, names.of(part)));
    match (on, deed.statement.targets.first().and_then(Option::as_ref)) {
        (Some((_, Some(played))), _) => format!("{name} on `{played}`"),
        (Some((part, None)), _) => format!("{name} on `{part}`, which is to be made first"),
        (None, Some(target)) => format!("{name}, to make `{target}`"),
        (None, None) => name.to_owned(),
    }
}

/// A bind() that comes after another call has given the socket a port.
pub(super) fn has_a_port(socket: &str, call: &str) -> String {
    format!(
        "`{socket}` has its port since {call}; a socket is bound once, so the bind that this step wants can only fail now (EINVAL)"
    )
}

/// Packets that are still to be stepped.
pub(super) fn steps_to_do(short: u64) -> String {
    match short {
        1 => "still to do: step, once more".to_owned(),
        n => format!("still to do: step, {n} more packets"),
    }
}

/// A call that has not returned, though the step needs its result.
pub(super) fn asleep(statement: &Statement) -> String {
    let name = main_call(statement).map_or("the call", |call| call.command.name);
    format!("{name} has not returned yet: the thread sleeps in it until the other side acts")
}

/// A name that a sleeping call will give.
pub(super) fn pending(name: &str) -> String {
    format!("`{name}` is to come from a call that still sleeps")
}

/// A claim that does not hold.
pub(super) fn claim_fails(claim: &Claim, finding: &Finding) -> String {
    let mut words = format!("this step wants `{}`", crate::lang::canonical_claim(claim));
    if !finding.found.is_empty() {
        words = format!("{words}; found: {}", finding.found);
    }
    if !finding.why.is_empty() {
        words = format!("{words}: {}", finding.why);
    }
    words
}

/// A part that nobody plays. The learner may have a socket of that name that does not.
pub(super) fn nameless(part: &str) -> String {
    format!("nothing plays the lesson's `{part}` yet")
}

/// What a call gave was given no name, and the lesson goes on with it.
pub(super) fn unnamed(deed: &Deed) -> String {
    format!(
        "what the call gives is to have this name, as in `{}`",
        deed.text
    )
}

/// Another way to the same effect.
pub(super) fn same_effect(deed: &Deed) -> String {
    // Another backlog shows when the queue is full.
    let same = match main_call(&deed.statement).map(|call| call.command.name) {
        Some("listen") => "Good enough here",
        _ => "Same effect",
    };
    format!("{same}; the lesson used `{}`.", deed.text)
}

/// A call that the step does not ask for.
pub(super) fn not_asked(statement: &Statement) -> String {
    format!("{} is not what this step asks for", called(statement))
}

/// A call that the step asks for once.
pub(super) fn done_already(statement: &Statement) -> String {
    format!(
        "{} was done here already, and this step asks for it once",
        called(statement)
    )
}

/// A failed call that took the error which the step's own call is to report (socket(7), SO_ERROR).
pub(super) fn took_the_error(statement: &Statement, errno: Errno) -> String {
    format!(
        "{} has taken {errno}, which a socket reports once; the call that this step asks for will not see it any more",
        called(statement)
    )
}

/// An order as it is written; of a call, its name.
fn called(statement: &Statement) -> String {
    match orders::of(statement) {
        Some(order @ Order::Step(_)) => format!("`{}`", orders::name(order)),
        Some(order) => format!("`{}`", crate::lang::canonical_order(order)),
        None => calls(statement)
            .last()
            .map_or("that", |call| call.command.name)
            .to_owned(),
    }
}

/// The right call, with another end than the step wants. `first`: what is to be done before it.
pub(super) fn ended_otherwise(deed: &Deed, attempt: &Attempt, first: Option<String>) -> String {
    let call = main_call(&attempt.statement);
    let name = call.map_or("the call", |call| call.command.name);
    let found = claims::ended(&attempt.outcome);
    let found = found.strip_prefix("it ").unwrap_or(&found);
    if let Some(first) = first {
        return format!("{name} {found}; this step wants {first} before it");
    }
    let wanted = deed.claims.iter().find_map(|claim| match claim {
        Claim::Error(errnos) => {
            let names: Vec<String> = errnos.iter().map(ToString::to_string).collect();
            Some(format!("to fail with {}", names.join(" or ")))
        }
        // Only a call that waits for the other side sleeps because nothing has come yet.
        Claim::Blocked => Some(match call.map(super::compare::family) {
            Some("accept" | "recv" | "recvmsg" | "poll") => {
                "to sleep: make the call earlier".to_owned()
            }
            _ => "to sleep".to_owned(),
        }),
        _ => None,
    });
    format!(
        "{name} {found}; this step wants it {}",
        wanted.as_deref().unwrap_or("to succeed")
    )
}

/// A call on another host than the model's.
pub(super) fn host(model: &Statement, learner: &Statement) -> String {
    let name = |statement: &Statement| statement.host.clone().unwrap_or_default();
    format!(
        "this ran on {}; this step wants it on {}",
        name(learner),
        name(model)
    )
}

/// An argument that speaks of a part which nobody plays yet.
pub(super) fn not_made(part: &str) -> String {
    format!("the lesson's `{part}` is to be made first")
}

/// An argument that is not the model's: "bound port 8080; this step wants a port the kernel chooses, 0".
pub(super) fn differs(
    call: &Call,
    param: &Param,
    ours: &Expr,
    theirs: Option<&Expr>,
    names: &Names,
) -> String {
    let name = call.command.name;
    let Some(theirs) = theirs else {
        return format!(
            "{name} was given no {}; this step wants {}",
            param.name,
            show(ours)
        );
    };
    match param.kind {
        Kind::Socket => {
            format!(
                "{name} was called on {}; this step wants it on {}",
                show(theirs),
                role(ours, names)
            )
        }
        Kind::Address => address(name, ours, theirs),
        Kind::Data => format!("sent {}; this step wants {}", data(theirs), data(ours)),
        Kind::Type | Kind::Domain => format!(
            "made a socket of {}; this step wants {}",
            socket_type(theirs),
            socket_type(ours)
        ),
        Kind::How => format!(
            "shut down with {}; this step wants {}",
            show(theirs),
            show(ours)
        ),
        _ => format!(
            "{name}'s {} {} {}; this step wants {}",
            param.name,
            if param.name == "flags" { "were" } else { "was" },
            show(theirs),
            show(ours)
        ),
    }
}

/// A constant of socket(2), the types with what a learner knows them by.
fn socket_type(expr: &Expr) -> String {
    let shown = show(expr);
    let known = match shown.as_str() {
        "SOCK_STREAM" => " (a stream, as TCP is)",
        "SOCK_DGRAM" => " (datagrams, as UDP has)",
        _ => "",
    };
    shown + known
}

/// A socket by its part and, where the learner calls it otherwise, the learner's name too.
fn role(expr: &Expr, names: &Names) -> String {
    let Expr::Name(name) = expr else {
        return show(expr);
    };
    match names
        .played
        .iter()
        .find(|(part, played)| played == name && part != name)
    {
        Some((part, _)) => format!("{name} (the lesson's {part})"),
        None => name.clone(),
    }
}

fn address(call: &str, ours: &Expr, theirs: &Expr) -> String {
    let did = match call {
        "bind" => "bound",
        "connect" => "connected to",
        "sendto" => "sent to",
        _ => "used",
    };
    let (
        Expr::Address(Address::Inet { host: h1, port: p1 }),
        Expr::Address(Address::Inet { host: h2, port: p2 }),
    ) = (ours, theirs)
    else {
        return format!("{did} {}; this step wants {}", show(theirs), show(ours));
    };
    match (h1 == h2, p1 == p2, p1) {
        (true, false, Port::Number(0)) => {
            format!(
                "{did} port {}; this step wants a port the kernel chooses, 0",
                port(p2)
            )
        }
        (true, false, _) => format!("{did} port {}; this step wants port {}", port(p2), port(p1)),
        (false, true, _) => format!("{did} {}; this step wants {}", host_name(h2), host_name(h1)),
        _ => format!("{did} {}; this step wants {}", show(theirs), show(ours)),
    }
}

fn port(port: &Port) -> String {
    match port {
        Port::Number(number) => number.to_string(),
        Port::Service(name) => name.clone(),
        Port::Expr(expr) => show(expr),
    }
}

fn host_name(host: &Host) -> String {
    match host {
        Host::Any => "any address, 0.0.0.0".to_owned(),
        Host::Broadcast => "the broadcast address".to_owned(),
        Host::Name(name) => name.clone(),
        Host::Number(number) => std::net::Ipv4Addr::from(*number).to_string(),
        Host::Expr(expr) => show(expr),
    }
}

fn data(expr: &Expr) -> String {
    match super::compare::literal(expr) {
        Some(bytes) => format!("\"{}\"", escape::data(&bytes)),
        None => show(expr),
    }
}

/// An expression as a learner would write it.
fn show(expr: &Expr) -> String {
    match expr {
        Expr::Name(name) | Expr::Word(name) => name.clone(),
        Expr::Text(text) => format!("\"{}\"", escape::data(text.as_bytes())),
        Expr::Bytes(bytes) => format!("\"{}\"", escape::data(bytes)),
        Expr::Fill(count) => format!("{count} bytes"),
        Expr::Int(number) => number.to_string(),
        Expr::Const(name, _) => (*name).to_owned(),
        Expr::Flags(names, _) => names.join("|"),
        Expr::Property(inner, name) => format!("{}.{name}", show(inner)),
        Expr::Tuple(items) => items.iter().map(show).collect::<Vec<_>>().join(" "),
        Expr::Address(Address::Inet { host, port: at }) => {
            let host = match host {
                Host::Any => "*".to_owned(),
                host => host_name(host),
            };
            match host.contains(':') {
                true => format!("[{host}]:{}", port(at)),
                false => format!("{host}:{}", port(at)),
            }
        }
        Expr::Address(Address::Path(path)) => path.clone(),
        Expr::Address(Address::Abstract(name)) => format!("@{}", visible(name)),
        other => crate::lang::canonical_expr(other),
    }
}
