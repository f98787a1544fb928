//! Commands of the shell dialect: words one after the other, each read as its parameter's kind wants it.

use super::arguments::{Places, keyword, wanted};
use super::call::inverted;
use super::data::{Words, data, is_fill};
use super::expr::{expr, tight};
use super::flags::{are_flags, flag, flags_here};
use super::input::{Cursor, Input, Parsed};
use super::word::{
    blank, ends, identifier_len, is_end, is_identifier, is_quote, peek_identifier, peek_word,
    word_or_text,
};
use super::{address, options, order, slips, sockets, watch};
use crate::lang::ast::{Address, Arg, Call, Dialect, Expr, Span};
use crate::lang::constants::{CONSTANTS, constant};
use crate::lang::fault::Fault;
use crate::lang::table::{Command, Kind, Need, Param, Role, find};

/// The arguments of a command whose name has been read.
pub(super) fn command(i: &mut Input, command: &'static Command, spelled: &str) -> Parsed<Call> {
    let mut places = Places::new(command);
    blank(i);
    if matches!(peek_word(i), "--help" | "-h" | "-?") {
        let start = i.at();
        let fault = Fault::new(
            (start, start + peek_word(i).len()),
            "commands have no such switch",
        );
        let name = command.name;
        return Err(fault
            .expecting(format!("help {name} or explain {name}"))
            .into());
    }
    match command.name {
        "socket" | "socketpair" => sockets::shell(i, &mut places)?,
        "poll" | "select" => watch::shell(i, &mut places)?,
        _ => each(i, &mut places, spelled)?,
    }
    if command.name == "sendto" {
        data_first(&places)?;
    }
    if command.name == "socket" && sockets::alone(i, &places) {
        return Ok(places.bare());
    }
    let end = trimmed_end(i);
    places.finish(end, " ")
}

/// `sendto u 127.0.0.1:9 "hi"`: the other way round.
fn data_first(places: &Places) -> Parsed<()> {
    let (Some(data), Some(addr)) = (&places.args[1], &places.args[2]) else {
        return Ok(());
    };
    let (Expr::Text(text), Expr::Address(Address::Path(path))) = (&data.value, &addr.value) else {
        return Ok(());
    };
    let host_and_port = text
        .rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    if !host_and_port || path.contains('/') {
        return Ok(());
    }
    let fault = Fault::new(
        (data.span.start, data.span.end),
        "the data comes before the address",
    );
    Err(fault
        .expecting(format!("sendto s \"{path}\" {text}"))
        .into())
}

/// The end of what stands before this place, blanks left out: where one more argument would go.
fn trimmed_end(i: &Input) -> usize {
    i.state.source[..i.at()].trim_end().len()
}

fn each(i: &mut Input, places: &mut Places, spelled: &str) -> Parsed<()> {
    let mut next = 0;
    if matches!(spelled, "inet_aton" | "inet_addr" | "inet_ntoa") {
        let span = i.since(i.at());
        places.set("af", Expr::Const("AF_INET", i64::from(libc::AF_INET)), span);
        next = 1;
    }
    loop {
        skip_given(places, &mut next);
        if ends(i) && !wants_fill(i, places, next) {
            break;
        }
        let start = i.at();
        let param = places.command.params.get(next);
        let slip = host_behind(i, param)
            .or_else(|| slips::between(i, param))
            .or_else(|| slips::pattern(i, places.command))
            .or_else(|| order::length_behind(i, places, param));
        if let Some(fault) = slip {
            return Err(fault.into());
        }
        if i.rest().starts_with("--") && places.command.position("flags").is_some() {
            flag(i, places)?;
        } else if let Some((at, len)) =
            keyword_here(i, places.command).or_else(|| flags_here(i, places.command, param))
        {
            i.skip(len);
            argument(i, places, at)?;
        } else if let Some(param) = places.command.params.get(next) {
            let flags_next = param.kind == Kind::MsgFlags;
            argument(i, places, next)?;
            next += usize::from(!flags_next && param.need != Need::Many);
        } else {
            i.skip(peek_word(i).len().max(1).min(i.rest().len()));
            let fault = places.too_many(i, i.since(start));
            let joins = matches!(
                &i.state.source[start..i.at()],
                "&&" | "||" | "|" | ">" | "&"
            );
            return Err(match joins {
                true => fault
                    .helping("; separates statements: there are no pipes here")
                    .into(),
                false => fault.into(),
            });
        }
        blank(i);
        let _ = i.eat(",");
        blank(i);
    }
    if spelled == "setblocking"
        && let Some(arg) = places.args.last_mut().and_then(Option::as_mut)
    {
        arg.value = inverted(std::mem::replace(&mut arg.value, Expr::Null));
    }
    Ok(())
}

/// `listen s 5 on b`, where `on` cannot be the argument that is next.
fn host_behind(i: &Input, next: Option<&Param>) -> Option<Fault> {
    let cannot = next.is_none_or(|param| {
        matches!(
            param.kind,
            Kind::Int | Kind::Size | Kind::Time | Kind::MsgFlags | Kind::How
        )
    });
    cannot.then(|| super::prelude::host_behind(i)).flatten()
}

/// Goes on to the next parameter that no keyword has filled.
fn skip_given(places: &Places, next: &mut usize) {
    let given = |at: usize| {
        let free = |param: &Param| param.need == Need::Many || param.kind == Kind::MsgFlags;
        places.args.get(at).is_some_and(Option::is_some)
            && !places.command.params.get(at).is_some_and(free)
    };
    while given(*next) {
        *next += 1;
    }
}

/// Where data is next, `#100` is a fill and no comment. So it is where the first value of `print` would stand, if nothing
/// else does: `print #1 the first` is an empty line, and a comment.
fn wants_fill(i: &Input, places: &Places, next: usize) -> bool {
    let Some(param) = places.command.params.get(next) else {
        return false;
    };
    let wanted = match (param.kind, param.need) {
        (Kind::Data, _) => true,
        (Kind::Value, Need::Many) => {
            let after = i
                .rest()
                .trim_start_matches(|c: char| c == '#' || c.is_alphanumeric());
            places.args[next].is_none() && is_end(after.trim_start_matches([' ', '\t']))
        }
        _ => false,
    };
    wanted && is_fill(i.rest())
}

/// `name=value`, where the name is a parameter's: its place, and how long it is with its `=`.
fn keyword_here(i: &Input, command: &Command) -> Option<(usize, usize)> {
    let rest = i.rest();
    let len = identifier_len(rest);
    let value = rest[len..].strip_prefix('=')?;
    (len > 0 && !value.starts_with(['=', ' '])).then_some(())?;
    Some((keyword(command, &rest[..len])?, len + 1))
}

/// One argument, read as its parameter's kind wants it.
fn argument(i: &mut Input, places: &mut Places, at: usize) -> Parsed<()> {
    let start = i.at();
    let param = &places.command.params[at];
    let value = match param.kind {
        Kind::Option => return options::shell_option(i, places),
        Kind::OptionValue => return options::shell_value(i, places),
        Kind::Value if param.need == Need::Many => return values(i, places, at),
        Kind::Socket => socket(i, places.command)?,
        Kind::Address => address::shell(i)?,
        Kind::Data => {
            let slip = slips::assigned(i).or_else(|| order::data_apart(i, places.command));
            if let Some(fault) = slip {
                return Err(fault.into());
            }
            let words = match places.command.params.get(at + 1) {
                None => Words::All,
                Some(param) if param.kind == Kind::MsgFlags => Words::BeforeFlags,
                Some(_) => Words::One,
            };
            let value = data(i, words)?;
            let alone = &i.state.source[start..i.at()];
            if are_flags(alone) && places.command.position("flags").is_some() {
                i.remark("a flag where the data is next is text: flags follow the data");
            }
            value
        }
        Kind::Host | Kind::Service | Kind::IpText => name_or_value(i)?,
        Kind::Word => Expr::Word(word_or_text(i)?),
        // `in` is a direction here, and a word of Python's elsewhere.
        Kind::How if peek_word(i) == "in" => {
            i.skip(2);
            Expr::Name("in".to_owned())
        }
        Kind::Rest => rest_of_line(i),
        Kind::Value => expr(i)?,
        kind => {
            let value = tight(i)?;
            // `10kb`: a number ends at the first letter that is none of its unit's.
            if matches!(value, Expr::Int(_) | Expr::Float(_)) && !peek_identifier(i).is_empty() {
                i.skip(peek_word(i).len());
                let fault = i.fault(start, "these letters belong to no number");
                return Err(fault.expecting(wanted(kind)).into());
            }
            value
        }
    };
    let span = i.since(start);
    if places.args[at].is_some() {
        return Err(places.too_many(i, span).into());
    }
    places.put(i, at, value, span)
}

/// A socket: `s`, `3`, `.`, `(any expression)`.
pub(super) fn socket(i: &mut Input, command: &Command) -> Parsed<Expr> {
    let word = peek_word(i);
    let plain = word.trim_end_matches(',');
    if let Some(fault) = slips::without_socket(i, command, word) {
        return Err(fault.into());
    }
    if is_identifier(plain) && constant(plain).is_none() {
        i.skip(plain.len());
        return Ok(Expr::Name(plain.to_owned()));
    }
    let looks_like_address = word.contains(':')
        || word.starts_with(['/', '@'])
        || super::number::dotted_quad(word).is_some();
    if looks_like_address || is_quote(i.next().unwrap_or(' ')) {
        return Err(order::socket_last(i, command, word).into());
    }
    tight(i)
}

/// A host, a port or a numeric address: the word itself, unless it is a known variable or a value of another form.
fn name_or_value(i: &mut Input) -> Parsed<Expr> {
    let word = peek_word(i).trim_end_matches(',');
    let name = &word[..identifier_len(word)];
    let after = &word[name.len()..];
    let member = after
        .strip_prefix('.')
        .map(|member| &member[..identifier_len(member)]);
    let computed = i.knows(name)
        || after.starts_with(['(', '['])
        || member.is_some_and(super::method::is_member);
    if !name.is_empty() && computed || i.rest().starts_with(|c: char| is_quote(c) || c == '(') {
        return tight(i);
    }
    if matches!(word, "None" | "NULL" | "INADDR_ANY") {
        return tight(i);
    }
    i.skip(word.len());
    Ok(Expr::Text(
        word.trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned(),
    ))
}

/// The values of `print`, with commas or blanks between them.
fn values(i: &mut Input, places: &mut Places, at: usize) -> Parsed<()> {
    // Python 2: print >>sys.stderr, "text".
    if i.rest().starts_with(">>")
        && let Some(rest) = [" sys.stderr", " sys.stdout", "sys.stderr", "sys.stdout"]
            .iter()
            .find_map(|file| i.rest()[2..].strip_prefix(file)?.strip_prefix(','))
    {
        let len = i.rest().len() - rest.len();
        i.skip(len);
        blank(i);
        i.state.dialect = Dialect::Python;
    }
    let start = i.at();
    if i.rest().starts_with(">>") {
        return Err(i
            .fault(start, "print writes to the screen only here")
            .into());
    }
    let value = expr(i)?;
    let span = i.since(start);
    if let Expr::Name(name) = &value
        && !i.knows(name)
        && i.rest().starts_with([' ', '\t'])
        && is_call_in_words(i, name)
    {
        let fault = Fault::new(
            (span.start, span.end),
            "a call inside another statement needs brackets",
        );
        return Err(fault.expecting(format!("print {name}(…)")).into());
    }
    // Only Python's print has commas between its values.
    if i.rest().trim_start().starts_with(',') {
        i.state.dialect = Dialect::Python;
    }
    match &mut places.args[at] {
        Some(Arg {
            value: Expr::Tuple(values),
            span: all,
        }) => {
            values.push(value);
            all.end = span.end;
        }
        slot => {
            *slot = Some(Arg {
                value: Expr::Tuple(vec![value]),
                span,
            })
        }
    }
    Ok(())
}

/// `print recv s 10`: a primitive's name, and a word after it.
fn is_call_in_words(i: &Input, name: &str) -> bool {
    let after = i.rest().trim_start_matches([' ', '\t']);
    let word = after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '"'));
    word && find(name)
        .is_some_and(|command| command.role != Role::Shell && !command.params.is_empty())
}

fn rest_of_line(i: &mut Input) -> Expr {
    let rest = i.rest();
    let end = rest.find(['\n', ';']).unwrap_or(rest.len());
    i.skip(end);
    Expr::Text(rest[..end].trim().to_owned())
}

/// A fault for a first word that is no command and no name.
pub(super) fn unknown(word: &str, span: Span) -> Fault {
    let fault = Fault::new(
        (span.start, span.end),
        format!("there is no command and no variable named {word}"),
    );
    if let Some(fault) = super::first::first_word(word, fault.clone()) {
        return fault;
    }
    let names =
        super::call::names().filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()));
    let constants = CONSTANTS
        .iter()
        .filter(|_| word.starts_with(char::is_uppercase))
        .map(|c| c.name);
    let fault = fault.near(word, names.chain(["expect"]).chain(constants));
    match fault.help.is_empty() {
        true => fault.helping("help lists the commands, explain the topics"),
        false => fault,
    }
}
