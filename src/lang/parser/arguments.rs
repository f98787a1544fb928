//! What stands between the brackets of a call, and the places it goes to.

use super::expr::expr;
use super::fit::fit;
use super::input::{Cursor, Input, Parsed};
use super::pasted;
use super::structure::inside;
use super::word::{blank, identifier, is_identifier, peek_identifier};
use crate::lang::ast::{Arg, Call, Expr, Span};
use crate::lang::fault::{Fault, Missing};
use crate::lang::table::{Command, Kind, Need};

/// One argument as written.
#[derive(Debug, Clone)]
pub(super) struct Given<'a> {
    /// The keyword before it: `proto=0`.
    pub(super) keyword: Option<&'a str>,
    /// The value.
    pub(super) value: Expr,
    /// Where it stands.
    pub(super) span: Span,
    /// `*addr`: each of its items.
    pub(super) spread: bool,
}

impl Given<'_> {
    /// An argument without a keyword.
    pub(super) fn plain(value: Expr, span: Span) -> Self {
        Given {
            keyword: None,
            value,
            span,
            spread: false,
        }
    }
}

/// `(a, b, key=c)`; the opening bracket is next.
pub(super) fn arguments<'a>(i: &mut Input<'a>) -> Parsed<Vec<Given<'a>>> {
    inside(i, ")", |i| {
        let mut given = Vec::new();
        while !i.rest().starts_with(')') && !i.rest().is_empty() {
            if i.rest().starts_with(pasted::UNFINISHED) {
                break;
            }
            given.push(argument(i)?);
            blank(i);
            if !i.eat(",") {
                break;
            }
            blank(i);
        }
        Ok(given)
    })
}

fn argument<'a>(i: &mut Input<'a>) -> Parsed<Given<'a>> {
    let start = i.at();
    let word = peek_identifier(i);
    let after = i.rest()[word.len()..].trim_start();
    let keyword =
        (!word.is_empty() && after.starts_with('=') && !after.starts_with("==")).then_some(word);
    if keyword.is_some() {
        identifier(i)?;
        blank(i);
        i.skip(1);
    }
    let spread = i.rest().starts_with('*') && !i.rest().starts_with("*:");
    let value = expr(i)?;
    Ok(Given {
        keyword,
        value,
        span: i.since(start),
        spread,
    })
}

/// Python's names for parameters, with those of the man pages.
const KEYWORDS: [(&str, &str); 16] = [
    ("family", "domain"),
    ("family", "af"),
    ("proto", "protocol"),
    ("address", "addr"),
    ("bufsize", "len"),
    ("size", "len"),
    ("n", "len"),
    ("bytes", "data"),
    ("buf", "data"),
    ("host", "node"),
    ("hostname", "name"),
    ("port", "service"),
    ("flag", "on"),
    ("address_family", "af"),
    ("ip_string", "src"),
    ("packed_ip", "src"),
];

/// The place of a keyword among a command's parameters.
pub(super) fn keyword(command: &Command, word: &str) -> Option<usize> {
    command.position(word).or_else(|| {
        KEYWORDS
            .iter()
            .filter(|(python, _)| *python == word)
            .find_map(|(_, param)| command.position(param))
    })
}

/// The arguments of a call, one place for each parameter.
pub(super) struct Places {
    pub(super) command: &'static Command,
    pub(super) args: Vec<Option<Arg>>,
}

impl Places {
    pub(super) fn new(command: &'static Command) -> Self {
        Self {
            command,
            args: vec![None; command.params.len()],
        }
    }

    /// Puts a value at the parameter with this index, in the form its kind wants.
    pub(super) fn put(&mut self, i: &mut Input, at: usize, value: Expr, span: Span) -> Parsed<()> {
        let param = &self.command.params[at];
        let any = self.command.name == "getaddrinfo"
            && param.kind != Kind::Service
            && matches!(value, Expr::Int(0) | Expr::Const("AF_UNSPEC", _));
        if (any || matches!(value, Expr::Null)) && matches!(param.need, Need::Optional) {
            return Ok(());
        }
        if let Some(value) = fit(i, param.kind, value, span)? {
            self.args[at] = Some(Arg { value, span });
        }
        Ok(())
    }

    /// Puts a value that already has its form.
    pub(super) fn set(&mut self, param: &str, value: Expr, span: Span) {
        if let Some(at) = self.command.position(param) {
            self.args[at] = Some(Arg { value, span });
        }
    }

    /// Puts arguments one after the other, by keyword where they have one.
    pub(super) fn fill(&mut self, i: &mut Input, from: usize, given: Vec<Given>) -> Parsed<()> {
        for (n, one) in given.into_iter().enumerate() {
            let at = match one.keyword {
                None if from + n < self.args.len() => from + n,
                None => return Err(self.too_many(i, one.span).into()),
                Some(word) => keyword(self.command, word).ok_or_else(|| {
                    let known = self.command.params.iter().map(|p| p.name);
                    Fault::new(
                        (one.span.start, one.span.end),
                        format!("{} has no {word}", self.command.name),
                    )
                    .expecting(self.command.usage())
                    .near(word, known)
                })?,
            };
            if self.args[at].is_some() {
                let name = self.command.params[at].name;
                return Err(Fault::new(
                    (one.span.start, one.span.end),
                    format!("{name} is given twice"),
                )
                .into());
            }
            self.put(i, at, one.value, one.span)?;
        }
        Ok(())
    }

    pub(super) fn too_many(&self, i: &Input, span: Span) -> Fault {
        let fault = Fault::new(
            (span.start, span.end),
            format!("{} takes no more than this", self.command.name),
        )
        .expecting(self.command.usage());
        if self.command.name == "lessons" {
            let more = &i.state.source[span.start..span.end];
            return match ["list", "new", "test", "watch"].contains(&more) {
                true => fault.helping(format!("in your own shell: socktutor lesson {more}")),
                false => fault.helping("learn 1 begins the first of them"),
            };
        }
        if self.command.params.is_empty() {
            return fault.helping(format!("{} stands alone", self.command.name));
        }
        let more = &i.state.source[span.start..span.end];
        if let ([_], Some(first)) = (self.command.params, self.socket())
            && is_identifier(more)
            && more != "and"
        {
            let name = self.command.name;
            let first = &i.state.source[first.span.start..first.span.end];
            return fault.helping(match (self.command.c.len(), i.state.dialect.is_shell()) {
                // `close a b`
                (0..=1, _) => format!("{name} {first}; {name} {more}"),
                // `accept s conn`; `getsockname s addr`
                (_, true) => format!("{more} = {name} {first}"),
                // `accept(s, NULL)`
                (_, false) => format!("{name}({first}, &addr, &len), as C has it"),
            });
        }
        let ends_in = |kind| {
            self.command
                .params
                .last()
                .is_some_and(|param| param.kind == kind)
        };
        if ends_in(Kind::Address) {
            // bind("127.0.0.1", 12345) is the commonest slip in Python.
            let name = self.command.name;
            return fault.helping(format!(
                "host and port are one argument: s.{name}((\"127.0.0.1\", 12345))"
            ));
        }
        fault
    }

    /// The socket among the arguments, where there is one.
    fn socket(&self) -> Option<Arg> {
        let mut each = self.command.params.iter().zip(&self.args);
        each.find(|(param, _)| param.kind == Kind::Socket)?
            .1
            .clone()
    }

    /// The call as it is, whatever is not there.
    pub(super) fn bare(self) -> Call {
        Call {
            command: self.command,
            args: self.args,
        }
    }

    /// The call, where everything that must be there is. `at` is where one more argument would go.
    pub(super) fn finish(self, at: usize, before: &'static str) -> Parsed<Call> {
        for (param, arg) in self.command.params.iter().zip(&self.args) {
            let default = match param.need {
                Need::Required => None,
                Need::Asked(default) => Some(default),
                Need::Optional | Need::Many => continue,
            };
            if arg.is_none() {
                let mut fault = missing(self.command, param.name, default, at, before);
                if let Some(missing) = &mut fault.missing {
                    missing.socket = self.socket();
                }
                return Err(fault.into());
            }
        }
        Ok(self.bare())
    }
}

/// A fault about the argument that is not there.
pub(super) fn missing(
    command: &'static Command,
    param: &str,
    default: Option<&'static str>,
    at: usize,
    before: &'static str,
) -> Fault {
    let Some(param) = command.params.iter().find(|p| p.name == param) else {
        return Fault::new((at, at), "an argument is missing");
    };
    let mut fault = Fault::new(
        (at, at),
        format!("{} needs {}", command.name, wanted(param.kind)),
    )
    .expecting(command.usage());
    if let Some(default) = default {
        fault = fault.helping(format!("for example {default}"));
    }
    fault.missing = Some(Box::new(Missing {
        question: match param.kind {
            Kind::Socket => "socket (. is the last one used)".to_owned(),
            _ => param.name.to_owned(),
        },
        default,
        at,
        before,
        socket: None,
        held: false,
    }));
    fault
}

/// What may stand at a parameter of this kind, in words.
pub(super) fn wanted(kind: Kind) -> &'static str {
    match kind {
        Kind::Socket => "a socket: its name, its descriptor, or . for the last one",
        Kind::Watch => "sockets and what to watch them for, as in s rw",
        Kind::Address => "an address, such as 127.0.0.1:12345",
        Kind::Data => "data: \"text\", 0x4869, #100 for a hundred bytes, @file",
        Kind::Int => "a whole number",
        Kind::Size => "a number of bytes, such as 1024 or 10k",
        Kind::Time => "a time, such as 5, 0.5 or 300ms",
        Kind::Domain => "a family: AF_INET, AF_INET6, AF_UNIX, or tcp, udp, unix",
        Kind::Type => "a type: SOCK_STREAM or SOCK_DGRAM",
        Kind::Protocol => "a protocol: 0, IPPROTO_TCP, IPPROTO_UDP",
        Kind::MsgFlags => "flags, such as --peek or MSG_PEEK",
        Kind::How => "which direction: rd, wr or rdwr",
        Kind::Option => "an option, such as SO_REUSEADDR",
        Kind::OptionValue => "the option's value",
        Kind::Switch => "on or off",
        Kind::Host => "a host's name or address",
        Kind::Service => "a port: a number, or a service such as http",
        Kind::IpText => "a numeric address, such as 127.0.0.1",
        Kind::Errno => "an error: ECONNREFUSED, or its number",
        Kind::Word => "a word",
        Kind::Value => "a value",
        Kind::Rest => "the rest of the line",
    }
}
