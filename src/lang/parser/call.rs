//! Calls with brackets, as C and Python write them.

use super::arguments::{Given, Places, arguments, missing};
use super::fit::counted;
use super::input::{Cursor, Input, Parsed};
use super::prototype::{is_prototype, prototype};
use super::{field, format, lab, method, options, order, refuse, slips, sockets, watch};
use crate::lang::ast::{Dialect, Expr, Function, Operator};
use crate::lang::fault::Fault;
use crate::lang::table::{COMMANDS, Command, Kind, Need, Role, find};

/// The functions of values.
const FUNCTIONS: [(&str, Function); 11] = [
    ("len", Function::Len),
    ("strlen", Function::Len),
    ("str", Function::Str),
    ("repr", Function::Repr),
    ("int", Function::Int),
    ("atoi", Function::Int),
    ("bytes", Function::Bytes),
    ("format", Function::Format),
    ("hex", Function::Format),
    ("bin", Function::Format),
    ("if_nametoindex", Function::Interface),
];

/// Every name that can be called.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    COMMANDS
        .iter()
        .flat_map(Command::spellings)
        .chain(FUNCTIONS.iter().map(|(name, _)| *name))
}

/// Whether this is a function of values.
pub(super) fn is_function(name: &str) -> bool {
    FUNCTIONS.iter().any(|(known, _)| *known == name)
}

/// A call whose name has been read; the bracket is next.
pub(super) fn function(
    i: &mut Input,
    start: usize,
    name: &str,
    module: Option<&str>,
) -> Parsed<Expr> {
    let name_end = i.at();
    if let Some((_, function)) = FUNCTIONS.iter().find(|(known, _)| *known == name) {
        let given = arguments(i)?;
        return apply(i, start, name, *function, given);
    }
    if i.state.dialect.is_shell() && i.state.brackets == 0 {
        i.state.dialect = if module.is_some() {
            Dialect::Python
        } else {
            Dialect::C
        };
    }
    if let Some(answer) = refuse::call(i, start, name, module) {
        return answer;
    }
    let Some(command) = find(name) else {
        let fault = Fault::new((start, name_end), format!("there is no call named {name}"));
        let fault = fault.near(name, names());
        return Err(match fault.help.is_empty() {
            true => fault.helping("help lists the calls and commands").into(),
            false => fault.into(),
        });
    };
    // Whether it is C's prototype its own arguments tell, and not what stands in front of it.
    let before = std::mem::take(&mut i.state.c);
    let given = arguments(i)?;
    let call = build(i, start, command, name, given, false);
    i.state.c |= before;
    call
}

fn apply(
    i: &mut Input,
    start: usize,
    name: &str,
    function: Function,
    given: Vec<Given>,
) -> Parsed<Expr> {
    let coded = match function {
        Function::Bytes => Some(Function::Encode),
        Function::Str => Some(Function::Decode),
        _ => None,
    };
    if let (Some(function), 2..) = (coded, given.len()) {
        // bytes(text, "utf-8"), str(data, "utf-8")
        let mut given = given.into_iter();
        let mut values: Vec<Expr> = given.next().map(|one| one.value).into_iter().collect();
        values.extend(method::encoding(given));
        return Ok(Expr::Apply(function, values));
    }
    let mut values: Vec<Expr> = given.into_iter().map(|one| one.value).collect();
    let form = match name {
        "hex" => Some("#x"),
        "bin" => Some("#b"),
        _ => None,
    };
    if let (Some(form), 1) = (form, values.len()) {
        values.push(Expr::Text(form.to_owned()));
    }
    let function = match (function, values.len()) {
        (Function::Format, 2) => return Ok(Expr::Apply(function, values)),
        (Function::Format, _) => {
            let (message, expected) = match form {
                Some(_) => ("takes one number", format!("{name}(255)")),
                None => (
                    "takes a value and a form",
                    "format(255, \"04x\")".to_owned(),
                ),
            };
            let fault = i.fault(start, format!("{name} {message}"));
            return Err(fault.expecting(expected).into());
        }
        (_, 1) => function,
        _ => return Err(i.fault(start, format!("{name} takes one value")).into()),
    };
    values.truncate(1);
    Ok(Expr::Apply(function, values))
}

/// A call of a command from its arguments. In a method's, the socket comes first.
pub(super) fn build(
    i: &mut Input,
    start: usize,
    command: &'static Command,
    spelled: &str,
    mut given: Vec<Given>,
    is_method: bool,
) -> Parsed<Expr> {
    let inner = i.at() - 1;
    let before = if given.len() > usize::from(is_method) {
        ", "
    } else {
        ""
    };
    let nested = i.state.brackets > 0;
    if command.role == Role::Shell && nested {
        let fault = Fault::new((start, i.at()), format!("{} gives no value", command.name));
        return Err(fault.helping("it is a statement of its own").into());
    }
    if command.role == Role::Lab {
        return Err(lab::no_value(command, i.since(start)).into());
    }
    slips::check(i, command, &given, is_method)?;
    let mut places = Places::new(command);
    match command.name {
        "socket" => sockets::brackets(i, &mut places, given)?,
        "socketpair" => sockets::pair(i, &mut places, given)?,
        "poll" => watch::poll_call(i, &mut places, given)?,
        "select" => watch::select_call(i, &mut places, given)?,
        "setsockopt" | "getsockopt" => {
            for one in &mut given {
                fields_of_pack(&mut one.value);
            }
            options::brackets(i, &mut places, given)?;
        }
        "print" => print(i, &mut places, spelled, given)?,
        _ => {
            respell(i, spelled, &mut given);
            if is_prototype(i, command, &given, is_method) {
                prototype(i, &mut places, given)?;
            } else {
                reorder(command, &mut given);
                order::length_as_flags(i, command, &given);
                places.fill(i, 0, given)?;
            }
        }
    }
    if command.name == "listen" && places.args[1].is_none() && is_method {
        i.remark("listen() without a number is 128 in Python");
        places.set("backlog", Expr::Int(128), i.since(start));
    }
    let call = match command.name {
        "socket" if sockets::alone(i, &places) => places.bare(),
        _ => places.finish(inner, before)?,
    };
    Ok(Expr::Call(Box::new(call)))
}

/// `struct.pack("ii", 1, 0)` as an option's value: the fields themselves, as their layout follows from the option.
fn fields_of_pack(value: &mut Expr) {
    if let Expr::Apply(Function::Pack, parts) = value {
        *value = Expr::Tuple(parts.drain(..).skip(1).collect());
    }
}

/// What other names of a command add: `inet_aton(x)` is `inet_pton(AF_INET, x)`.
fn respell(i: &mut Input, spelled: &str, given: &mut Vec<Given>) {
    let family = || Expr::Const("AF_INET", i64::from(libc::AF_INET));
    match spelled {
        "inet_aton" | "inet_addr" | "inet_ntoa" if !given.is_empty() => {
            if let (Some(to), 0) = (given.get(1), i.state.brackets) {
                field::fills(i, &to.value);
            }
            let span = given[0].span;
            given.truncate(1);
            given.insert(0, Given::plain(family(), span));
        }
        // A program's own end, as exit(0) is. quit() is typed by who wants to leave.
        "exit" if given.is_empty() => given.push(Given::plain(Expr::Int(0), i.since(i.at()))),
        "setblocking" => {
            if let Some(last) = given.last_mut() {
                last.value = inverted(std::mem::replace(&mut last.value, Expr::Null));
            }
        }
        "connect_ex" => i.remark("connect_ex is connect that returns the errno instead of raising it; here every call shows its errno"),
        _ => {}
    }
}

/// `setblocking(False)` is `nonblock on`.
pub(super) fn inverted(value: Expr) -> Expr {
    match counted(value) {
        Expr::Int(0) => Expr::Int(1),
        Expr::Int(_) => Expr::Int(0),
        Expr::Name(word) | Expr::Word(word) if word == "on" => Expr::Int(0),
        Expr::Name(word) | Expr::Word(word) if word == "off" => Expr::Int(1),
        other => Expr::Binary(Operator::Eq, Box::new(other), Box::new(Expr::Int(0))),
    }
}

/// Python's `sendto(data, flags, address)` has its address last.
fn reorder(command: &Command, given: &mut [Given]) {
    if command.name == "sendto" && given.len() == 4 && given.iter().all(|one| one.keyword.is_none())
    {
        let flags_last = matches!(given[3].value, Expr::Flags(..) | Expr::Int(_) | Expr::Null)
            || matches!(given[3].value, Expr::Const(name, _) if name.starts_with("MSG_"));
        if !flags_last {
            given.swap(2, 3);
        }
    }
}

/// `print(a, b, sep="")`, `printf("%d\n", n)`, `fprintf(stderr, "%d\n", n)`.
fn print(i: &mut Input, places: &mut Places, spelled: &str, mut given: Vec<Given>) -> Parsed<()> {
    if spelled == "fprintf" && !given.is_empty() {
        let file = given.remove(0);
        if !matches!(&file.value, Expr::Name(name) if name == "stderr" || name == "stdout") {
            return Err(Fault::new(
                (file.span.start, file.span.end),
                "there are no files here: print shows a value, send sends it",
            )
            .expecting("stdout")
            .into());
        }
    }
    let Some(first) = given.first() else {
        return Ok(());
    };
    if spelled == "print" {
        i.state.dialect = Dialect::Python;
    }
    let mut span = first.span;
    let (mut values, mut between) = (Vec::new(), None);
    for one in given {
        match one.keyword {
            Some("sep") => {
                between = Some(one.value);
                continue;
            }
            Some("end" | "flush" | "file") => continue,
            Some(word) => {
                return Err(Fault::new(
                    (one.span.start, one.span.end),
                    format!("print has no {word}"),
                )
                .into());
            }
            None => values.push(one.value),
        }
        span.end = one.span.end;
    }
    if matches!(spelled, "printf" | "fprintf")
        && let Some(Expr::Text(format)) = values.first()
    {
        let format = format.strip_suffix('\n').unwrap_or(format).to_owned();
        values.remove(0);
        values = vec![format::percent_format(i, &format, values, true)?];
    }
    if let (Some(text @ Expr::Text(apart)), 2..) = (&between, values.len())
        && apart != " "
    {
        // Each is a copy: a text of a megabyte does not stand between a hundred thousand.
        for _ in &values {
            i.link()?;
        }
        let apart = values.into_iter().flat_map(|value| [text.clone(), value]);
        values = vec![Expr::Apply(Function::Join, apart.skip(1).collect())];
    }
    places.set("values", Expr::Tuple(values), span);
    Ok(())
}

/// What may stand in the brackets of a method in Python.
fn example(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Address => "(\"127.0.0.1\", 12345)",
        Kind::Data => "b\"hello\"",
        Kind::Size => "1024",
        Kind::Int => "5",
        Kind::How => "socket.SHUT_WR",
        Kind::Switch => "False",
        _ => return None,
    })
}

/// A command without brackets or arguments after a dot, `s.close`, as the lab sheet has it.
pub(super) fn bare_method(i: &mut Input, command: &'static Command, target: Given) -> Parsed<Expr> {
    let mut places = Places::new(command);
    places.put(i, 0, target.value.clone(), target.span)?;
    let end = i.at();
    let name = command.name;
    for param in command.params.iter().skip(1) {
        if let Need::Required | Need::Asked(_) = param.need {
            let mut fault = missing(command, param.name, None, end, "");
            fault.missing = None;
            fault.message = format!("{name} needs brackets and what to do it with");
            let who = &i.state.source[target.span.start..target.span.end];
            if let Some(example) = example(param.kind).filter(|_| who.len() < 40) {
                fault.expected = vec![format!("{who}({example})")];
            }
            return Err(fault.into());
        }
    }
    i.remark(format!(
        "in Python .{name} without () only names the method and does nothing; taken here as .{name}()"
    ));
    Ok(Expr::Call(Box::new(places.finish(end, "")?)))
}
