//! Statements: a host, targets, an action, and what may follow.

use super::claim::claim;
use super::declare::{Declared, annotated, declaration, declarator};
use super::expr::{expr, unexpected};
use super::finished::finished;
use super::input::{Cursor, Input, Parsed, Trouble};
use super::prelude::{augmented, defined, gap, harmless, host, nothing, side, targets};
use super::stray::stray;
use super::word::{blank, ends, identifier, is_end, is_quote, peek_identifier};
use super::{call, elsewhere, field, joins, lab, pasted, refuse, shell, slips, string};
use crate::lang::ast::{Action, Arg, Call, Claim, Dialect, ERRNO, Expr, Span, Statement};
use crate::lang::constants::constant;
use crate::lang::fault::Fault;
use crate::lang::table::{Command, Role, abbreviated, find};

/// All statements of a text.
pub(crate) fn statements(i: &mut Input) -> Result<Vec<Statement>, Fault> {
    let mut found = Vec::with_capacity(2);
    loop {
        gap(i, &mut found);
        if i.rest().is_empty() {
            return Ok(found);
        }
        i.fresh();
        match statement(i) {
            Ok(statement) => {
                if !i.rest().is_empty() {
                    i.state.sets(&statement.targets);
                }
                found.push(statement);
            }
            Err(trouble) => {
                let fault = match trouble {
                    Trouble::Fault(fault) => *fault,
                    Trouble::Backtrack => unexpected(i),
                };
                return Err(match fault.missing {
                    None => elsewhere::answer(i, &fault).unwrap_or(fault),
                    Some(_) => fault,
                });
            }
        }
    }
}

/// A claim as it stands after `expect`, and nothing else.
pub(crate) fn claim_alone(i: &mut Input) -> Result<Claim, Fault> {
    let parsed = claim(i).and_then(|claim| {
        blank(i);
        if ends(i) {
            Ok(claim)
        } else {
            Err(stray(i).into())
        }
    });
    match parsed {
        Ok(claim) => Ok(claim),
        Err(Trouble::Fault(fault)) => Err(*fault),
        Err(Trouble::Backtrack) => Err(unexpected(i)),
    }
}

fn statement(i: &mut Input) -> Parsed<Statement> {
    let start = i.at();
    if std::mem::take(&mut i.state.declaring) {
        return declared(i, start);
    }
    if i.rest().starts_with("#define") {
        return definition(i, start);
    }
    if let Some(remark) = pasted::aside(i) {
        return Ok(nothing(i.since(start), Dialect::C, remark));
    }
    pasted::prefix(i);
    if ends(i) && i.at() > start {
        // A prompt alone, or in front of a comment.
        let remark = i.state.remarks.join(" ");
        return Ok(nothing(i.since(start), i.state.dialect, &remark));
    }
    let word = peek_identifier(i);
    if let Some(statement) = harmless(i, start, word)? {
        return Ok(statement);
    }
    let assigned = i.rest()[word.len()..].trim_start().starts_with(['=', ',']);
    if refuse::is_block(word) && !assigned {
        return Err(refuse::block(i, word).into());
    }
    let annotated = annotated(i, word);
    let side = side(i)?;
    let host_at = i.at();
    let host = host(i)?;
    let declared = match annotated {
        Some(name) => Declared::Value(name),
        None => declaration(i)?,
    };
    let (targets, action) = match declared {
        Declared::Nothing => (Vec::new(), Action::Nothing),
        Declared::Value(name) => {
            let action = declared_value(i)?;
            if i.state.declaring {
                let target = vec![Some(name.to_owned())];
                return Ok(finished(i, start, (side, host), target, action));
            }
            (vec![Some(name.to_owned())], action)
        }
        Declared::No => assignment(i)?,
    };
    pasted::result(i, &action);
    blank(i);
    if !ends(i) {
        return Err(stray(i).into());
    }
    if let (Some(host), Action::Lab(order)) = (&host, &action) {
        return Err(lab::no_host(host, order, i.since(host_at)).into());
    }
    Ok(finished(i, start, (side, host), targets, action))
}

/// `#define PORT 8080` is `PORT = 8080`.
fn definition(i: &mut Input, start: usize) -> Parsed<Statement> {
    let Some(name) = defined(i) else {
        return Ok(finished(
            i,
            start,
            (None, None),
            Vec::new(),
            Action::Nothing,
        ));
    };
    let action = action(i, true)?;
    blank(i);
    if !ends(i) {
        return Err(stray(i).into());
    }
    let targets = vec![Some(name.to_owned())];
    Ok(finished(i, start, (None, None), targets, action))
}

/// Targets and what they are given.
fn assignment(i: &mut Input) -> Parsed<(Vec<Option<String>>, Action)> {
    if let Some((name, operator)) = augmented(i) {
        let value = Box::new(expr(i)?);
        let old = Box::new(Expr::Name(name.to_owned()));
        let action = Action::Value(Expr::Binary(operator, old, value));
        return Ok((vec![Some(name.to_owned())], action));
    }
    if let Some((name, field)) = field::target(i) {
        let action = field::set(i, name, field)?;
        return Ok((vec![Some(name.to_owned())], action));
    }
    let start = i.at();
    let targets = targets(i)?;
    let one_of_several = targets.len() == 1 && i.state.source[start..i.at()].contains(',');
    let action = action(i, !targets.is_empty())?;
    Ok(match action {
        // `n, = struct.unpack("!H", data)`: the only item.
        Action::Value(value) if one_of_several => {
            let item = Expr::Index(Box::new(value), Box::new(Expr::Int(0)));
            (targets, Action::Value(item))
        }
        other => (targets, other),
    })
}

/// The value of a C declaration. Where a comma follows it, the next statement is the next of the declared names.
fn declared_value(i: &mut Input) -> Parsed<Action> {
    i.state.declaring = true;
    let action = action(i, true);
    blank(i);
    i.state.declaring = i.eat(",");
    action
}

/// One more name of a C declaration: `c = 3` of `int s = 1, c = 3;`.
fn declared(i: &mut Input, start: usize) -> Parsed<Statement> {
    i.state.dialect = Dialect::C;
    blank(i);
    let start = i.at().max(start);
    let (targets, action) = match declarator(i, false)? {
        Declared::Value(name) => (vec![Some(name.to_owned())], declared_value(i)?),
        _ => (Vec::new(), Action::Nothing),
    };
    if !i.state.declaring && !ends(i) {
        return Err(stray(i).into());
    }
    Ok(finished(i, start, (None, None), targets, action))
}

/// What the statement does.
fn action(i: &mut Input, assigns: bool) -> Parsed<Action> {
    let start = i.at();
    let rest = i.rest();
    if rest.starts_with('?')
        || rest == "="
        || rest.starts_with("=\n")
        || rest.starts_with("= ")
        || rest.starts_with("=;")
    {
        let word = &rest[..1];
        i.skip(1);
        return named(i, word, start).map(Action::Call);
    }
    let word = peek_identifier(i);
    let after = &rest[word.len()..];
    let touching = after.chars().next();
    let claims = matches!(word, "expect" | "assert") && !assigns;
    let is_value = word.is_empty()
        || after.starts_with("->")
        || touching.is_some_and(|c| matches!(c, '(' | '.' | '[' | ':') || is_quote(c))
        || assigns && word == "sizeof"
        || call::is_function(word) && after.trim_start().starts_with('(')
        || string::is_prefix(word) && touching.is_some_and(is_quote);
    if is_value && !claims {
        return value(i, assigns);
    }
    if claims {
        identifier(i)?;
        return claim(i).map(Action::Expect);
    }
    words(i, word, after.trim_start_matches([' ', '\t']), assigns)
}

/// A line of the shell dialect, or a value that begins with a name.
fn words(i: &mut Input, word: &str, after: &str, assigns: bool) -> Parsed<Action> {
    let start = i.at();
    let bare =
        after.is_empty() || after.starts_with([';', '\n', '\r', '#']) || after.starts_with("//");
    if let Some(topic) = after
        .strip_prefix('?')
        .filter(|topic| topic.trim().is_empty())
    {
        let len = i.rest().len() - topic.len();
        i.skip(len);
        return Ok(Action::Call(explain(word, i.since(start))));
    }
    if let Some(command) = find(word) {
        if after.starts_with('(') && !after.starts_with("(\"\"\"") {
            return value(i, assigns);
        }
        // An order gives no value, so a name wins where a value stands.
        if command.role != Role::Lab || !assigns {
            return command_in_words(i, command, word);
        }
        if !bare {
            let span = Span {
                start,
                end: start + word.len(),
            };
            return Err(lab::no_value(command, span).into());
        }
    }
    let operator = [
        "==", "!=", "<", ">", "+", "* ", "**", "- ", "|", "& ", "[", "%",
    ]
    .iter()
    .any(|op| after.starts_with(op));
    let is_known = i.knows(word)
        || constant(word).is_some()
        || matches!(
            word,
            "None" | "NULL" | "True" | "False" | "true" | "false" | ERRNO
        );
    if operator || after.starts_with(',') || bare && (assigns || is_known) {
        return value(i, assigns);
    }
    if let Some(fault) = joins::after_a_value(i, word, after) {
        return Err(fault.into());
    }
    let end = start + word.len();
    if is_known && let Some(fault) = slips::turned(i, word, after) {
        return Err(fault.into());
    }
    if let ("list", true, Some(ls)) = (word, is_end(after), find("ls")) {
        i.remark("`list` alone is `ls`; `listen s` makes a socket listen");
        return command_in_words(i, ls, ls.name);
    }
    abbreviation(i, word, Span { start, end }, assigns)
}

/// A line whose first word is no command's whole name, and no value.
fn abbreviation(i: &mut Input, word: &str, span: Span, assigns: bool) -> Parsed<Action> {
    let candidates = abbreviated(word);
    match candidates.as_slice() {
        [command] if command.role != Role::Lab || !assigns => {
            command_in_words(i, command, command.name)
        }
        [command] => Err(lab::no_value(command, span).into()),
        [] => {
            identifier(i)?;
            Err(shell::unknown(word, span).into())
        }
        several => {
            let names: Vec<&str> = several.iter().map(|command| command.name).collect();
            Err(Fault::new(
                (span.start, span.end),
                format!("{word} may be short for several commands"),
            )
            .expecting(names.join(", "))
            .helping(match i.knows(word) {
                true => format!("to see a variable: print {word}"),
                false => format!("for a socket of that name: {word} = socket tcp"),
            })
            .into())
        }
    }
}

/// A command of the shell dialect, or an order; its name has not been read.
fn command_in_words(i: &mut Input, command: &'static Command, spelled: &str) -> Parsed<Action> {
    identifier(i)?;
    match command.role {
        Role::Lab => lab::order(i, command).map(Action::Lab),
        _ => shell::command(i, command, spelled).map(Action::Call),
    }
}

/// A command that is spelled with a sign.
fn named(i: &mut Input, word: &str, start: usize) -> Parsed<Call> {
    match find(word) {
        Some(command) => shell::command(i, command, word),
        None => Err(i.fault(start, "this means nothing here").into()),
    }
}

/// `bind?`
fn explain(word: &str, span: Span) -> Call {
    let command = find("explain").unwrap_or(&crate::lang::table::COMMANDS[0]);
    Call {
        command,
        args: vec![Some(Arg {
            value: Expr::Word(word.to_owned()),
            span,
        })],
    }
}

/// A value alone or to be kept: a call with brackets is the call itself.
fn value(i: &mut Input, assigns: bool) -> Parsed<Action> {
    let first = if let Some(raw) = bare_address(i, assigns) {
        raw?
    } else {
        expr(i)?
    };
    blank(i);
    if !i.rest().starts_with(',') || i.state.declaring {
        return Ok(match first {
            Expr::Call(call) => Action::Call(*call),
            value => Action::Value(value),
        });
    }
    let mut items = vec![first];
    while i.eat(",") {
        blank(i);
        if ends(i) {
            break;
        }
        items.push(expr(i)?);
        blank(i);
    }
    Ok(Action::Value(Expr::Tuple(items)))
}

/// `a = localhost:http`, `path = /tmp/x`: an address without quotes as a value.
fn bare_address(i: &mut Input, assigns: bool) -> Option<Parsed<Expr>> {
    if !assigns {
        return None;
    }
    let rest = i.rest();
    let host = rest.find(|c: char| !(c.is_alphanumeric() || "-_.".contains(c)))?;
    let service = host > 0
        && rest[host..]
            .strip_prefix(':')
            .is_some_and(|port| port.starts_with(|c: char| c.is_ascii_alphanumeric()));
    // The rest is read where any value is.
    let service = service
        && (rest[..host].contains(['.', '-'])
            || !rest[host + 1..].starts_with(|c: char| c.is_ascii_digit()))
        && super::number::dotted_quad(rest).is_none();
    (service && super::is_host_name(&rest[..host]) || rest.starts_with('/'))
        .then(|| super::address::shell(i))
}
