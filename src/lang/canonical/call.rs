//! Calls to text.

use super::{address, expr};
use crate::lang::ast::{Arg, Call, Expr};
use crate::lang::parser::{flag_word, is_plain_word, only_asks, short};
use crate::lang::table::{Kind, Need, Param};
use std::borrow::Cow;
use std::fmt::Write;

/// Appends a call in words: `send s "hi" --oob`.
pub(super) fn push_words(text: &mut String, call: &Call) {
    if only_asks(call) {
        return text.push_str(&brackets(call));
    }
    let start = text.len();
    text.push_str(call.command.name);
    if call.command.name == "socket"
        && let [Some(domain), Some(kind), protocol] = call.args.as_slice()
        && let (Expr::Const(domain, _), Expr::Const(kind, _)) = (&domain.value, &kind.value)
        && let Some(short) = short(domain, kind)
    {
        text.push(' ');
        text.push_str(short);
        if let Some(protocol) = protocol {
            text.push(' ');
            text.push_str(&plain(&protocol.value));
        }
        return;
    }
    let (mut gap, mut alone) = (false, false);
    let args = call.command.params.iter().zip(&call.args);
    for (at, (param, arg)) in args.enumerate() {
        let Some(Arg { value, .. }) = arg else {
            gap = true;
            continue;
        };
        let word = argument(param, value);
        // A bracket after the name would make the rest a call in brackets.
        let bracket = at == 0 && word.starts_with('(');
        if bracket && (param.need == Need::Many || param.kind == Kind::Watch) {
            text.truncate(start);
            return text.push_str(&brackets(call));
        }
        let flags = word.starts_with("--") || param.kind == Kind::Watch;
        let named = !flags && (gap || bracket || param.kind == Kind::MsgFlags);
        let later = call.command.name == "poll" || call.command.name == "select";
        if word.is_empty() && param.kind == Kind::Watch {
            // No socket at all; the number that follows would be taken for one.
            alone = true;
            continue;
        }
        if named || later && at == 1 && (alone || !matches!(value, Expr::Int(0..))) {
            // Writing to a String cannot fail.
            let _ = write!(text, " {}={word}", param.name);
        } else {
            text.push(' ');
            text.push_str(&word);
        }
    }
}

/// One argument as a word of the shell dialect.
fn argument<'e>(param: &Param, value: &'e Expr) -> Cow<'e, str> {
    let text = match (param.kind, value) {
        (Kind::Socket, Expr::Name(name)) => return name.as_str().into(),
        (Kind::Socket, value) => socket(value),
        (Kind::Address, value) => address::shell(value),
        (Kind::Data, value) => data(value),
        (Kind::Watch, value) => watched(value),
        (Kind::MsgFlags, Expr::Flags(names, _)) => flags(names),
        (Kind::OptionValue, Expr::Tuple(items)) => {
            items.iter().map(option_item).collect::<Vec<_>>().join(" ")
        }
        (Kind::Value, Expr::Tuple(items)) if param.need == Need::Many => items
            .iter()
            .map(expr::operand)
            .collect::<Vec<_>>()
            .join(", "),
        (Kind::Type, Expr::Flags(names, _)) => names.join("|"),
        (Kind::Word, Expr::Word(word)) => word_or_quoted(word),
        (Kind::Host | Kind::IpText | Kind::Service, Expr::Text(text)) => expr::quoted(text),
        // A bare word there is the text itself.
        (Kind::Host | Kind::IpText | Kind::Service, Expr::Name(name)) => format!("({name})"),
        (Kind::Rest, Expr::Text(text)) => return text.as_str().into(),
        (_, value) => plain(value),
    };
    text.into()
}

fn word_or_quoted(word: &str) -> String {
    if is_plain_word(word) && !word.contains('=') {
        word.to_owned()
    } else {
        expr::quoted(word)
    }
}

/// A value as one word: what is more than a word stands in brackets.
fn plain(value: &Expr) -> String {
    match value {
        Expr::Binary(..) | Expr::Call(_) | Expr::Apply(..) | Expr::Index(..) | Expr::Flags(..) => {
            format!("({})", expr::expr(value))
        }
        _ => expr::expr(value),
    }
}

/// A socket as one word.
pub(super) fn socket(value: &Expr) -> String {
    match value {
        Expr::Name(name) => name.clone(),
        Expr::Fd(fd) => fd.to_string(),
        Expr::Last => ".".into(),
        Expr::Property(object, _) if matches!(**object, Expr::Name(_) | Expr::Last) => {
            expr::expr(value)
        }
        other => format!("({})", expr::expr(other)),
    }
}

/// Data as one word or in quotes.
pub(super) fn data(value: &Expr) -> String {
    match value {
        Expr::Text(_) | Expr::Bytes(_) | Expr::Fill(_) | Expr::File(_) | Expr::Word(_) => {
            expr::expr(value)
        }
        other => format!("({})", expr::expr(other)),
    }
}

/// Flags in the order of their values: `--peek --dontwait`.
fn flags(names: &[&'static str]) -> String {
    let words: Vec<String> = names
        .iter()
        .map(|name| format!("--{}", flag_word(name).unwrap_or(name)))
        .collect();
    words.join(" ")
}

fn option_item(value: &Expr) -> String {
    match value {
        Expr::Text(text) if is_plain_word(text) => expr::quoted(text),
        other => plain(other),
    }
}

/// `s rw c r`
fn watched(value: &Expr) -> String {
    let Expr::Tuple(items) = value else {
        return expr::expr(value);
    };
    let pair = |item: &Expr| match item {
        Expr::Tuple(pair) => match pair.as_slice() {
            [Expr::Name(name), Expr::Text(letters)] if name.chars().all(|c| "rwx".contains(c)) => {
                format!("({name}) {letters}")
            }
            [who, Expr::Text(letters)] => format!("{} {letters}", socket(who)),
            _ => expr::expr(item),
        },
        _ => expr::expr(item),
    };
    items.iter().map(pair).collect::<Vec<_>>().join(" ")
}

/// A call with brackets, as it stands inside an expression.
pub(super) fn brackets(call: &Call) -> String {
    if let Some(who) = call.expr("sockfd").filter(|_| only_asks(call)) {
        return format!("fcntl({}, F_GETFL)", expr::expr(who));
    }
    let mut gap = false;
    let mut given = Vec::new();
    for (param, arg) in call.command.params.iter().zip(&call.args) {
        let Some(Arg { value, .. }) = arg else {
            gap = true;
            continue;
        };
        if let (Kind::Value, Need::Many, Expr::Tuple(items)) = (param.kind, param.need, value) {
            given.extend(items.iter().map(expr::expr));
            continue;
        }
        let text = expr::expr(value);
        given.push(if gap {
            format!("{}={text}", param.name)
        } else {
            text
        });
    }
    format!("{}({})", call.command.name, given.join(", "))
}
