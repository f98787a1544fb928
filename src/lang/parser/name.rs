//! What begins with a name: constants, modules, functions, commands, variables.

use super::arguments::arguments;
use super::input::{Cursor, Input, Parsed};
use super::structure::is_type;
use super::word::{blank, identifier, identifier_len, is_quote, opens, peek_identifier};
use super::{address, call, joins, method, refuse, string, structure};
use crate::lang::ast::{Dialect, Expr, Function};
use crate::lang::constants::{Family, constant, named};
use crate::lang::table::find;

/// Python's modules whose functions and constants are those of this language.
pub(super) const MODULES: [&str; 8] = [
    "socket", "select", "os", "sys", "time", "struct", "errno", "signal",
];

/// A value that begins with a name.
pub(super) fn name(i: &mut Input) -> Parsed<Expr> {
    let start = i.at();
    let word = identifier(i)?;
    if string::is_prefix(word) && i.next().is_some_and(is_quote) {
        return super::expr::texts(i, word);
    }
    if let Some(value) = fixed(i, word) {
        return value;
    }
    // `new = accept(…)` is a name like any other in C and Python.
    if !i.knows(word)
        && let Some(fault) = joins::word_in_value(i, start, word)
    {
        return Err(fault.into());
    }
    if let Some(value) = of_python_type(i, start, word) {
        return value;
    }
    let rest = i.rest();
    if rest.starts_with('.')
        && identifier_len(&rest[1..]) > 0
        && MODULES.contains(&word)
        && !i.knows(word)
    {
        let member = &rest[1..1 + identifier_len(&rest[1..])];
        // socket.local is a property of a socket named `socket`: no module has one.
        if !method::is_of_value(member) {
            return module(i, start, word);
        }
    }
    if is_type(word) && !calls(i, word) {
        return Err(i
            .fault(start, format!("{word} is one of C's types"))
            .expecting("a value")
            .into());
    }
    if calls(i, word) {
        blank(i);
        return call::function(i, start, word, None);
    }
    if let Some(known) = constant(word) {
        return Ok(Expr::Const(
            usual(known.family, known.name, known.value),
            known.value,
        ));
    }
    match address::named(i, word) {
        Some(address) => address,
        None => Ok(Expr::Name(word.to_owned())),
    }
}

/// `str.encode(x)`, `bytes.decode(x)`, `int.from_bytes(x, "big")`: methods of Python's types.
fn of_python_type(i: &mut Input, start: usize, word: &str) -> Option<Parsed<Expr>> {
    match word {
        "str" | "bytes" if !i.knows(word) => {
            let function = of_type(i.rest())?;
            Some(coded(i, start, function))
        }
        "int" if i.rest().starts_with(".from_bytes(") => {
            i.skip(".from_bytes".len());
            let example = "int.from_bytes(data, \"big\")";
            Some(refuse::two(i, Function::FromBytes, example))
        }
        _ => None,
    }
}

/// Words with a meaning of their own in Python and C.
fn fixed(i: &mut Input, word: &str) -> Option<Parsed<Expr>> {
    let value = match word {
        "None" => Expr::Null,
        "NULL" | "nullptr" => {
            i.state.c = true;
            Expr::Null
        }
        "True" | "true" => Expr::Const("True", 1),
        "False" | "false" => Expr::Const("False", 0),
        "sizeof" => return Some(size_of(i)),
        "reinterpret_cast" | "static_cast" | "const_cast" if structure::template(i) => {
            return Some(i.nested(structure::parentheses));
        }
        _ => return None,
    };
    Some(Ok(value))
}

/// `AF_LOCAL` and `PF_UNIX` are `AF_UNIX`.
fn usual(family: Family, name: &'static str, value: i64) -> &'static str {
    match family {
        Family::Domain => named(family, value).unwrap_or(name),
        _ => name,
    }
}

/// Whether the name is called: a bracket follows, after a blank only where the name is a command's.
fn calls(i: &Input, word: &str) -> bool {
    i.rest().starts_with('(') || opens(i) && (find(word).is_some() || call::is_function(word))
}

/// `socket.AF_INET`, `socket.socket(…)`, `select.select(…)`.
fn module(i: &mut Input, start: usize, module: &str) -> Parsed<Expr> {
    i.skip(1);
    let at = i.at();
    let member = identifier(i)?;
    i.state.dialect = Dialect::Python;
    if opens(i) {
        blank(i);
        return call::function(i, start, member, Some(module));
    }
    if let Some(known) = constant(member) {
        return Ok(Expr::Const(
            usual(known.family, known.name, known.value),
            known.value,
        ));
    }
    // print("text", file=sys.stderr): there is one screen.
    let before = i.state.source[..start].trim_end();
    let file = before.strip_suffix('=').map(str::trim_end);
    if matches!(member, "stdout" | "stderr") && file.is_some_and(|word| word.ends_with("file")) {
        return Ok(Expr::Null);
    }
    if let Some(fault) = refuse::member(i, start, module, member) {
        return Err(fault.into());
    }
    if find(member).is_some() {
        return Err(i
            .fault(
                start,
                format!("without brackets this names {member} and does not call it"),
            )
            .expecting(format!("{module}.{member}()"))
            .into());
    }
    let constants = crate::lang::constants::CONSTANTS
        .iter()
        .map(|constant| constant.name);
    Err(i
        .fault(at, format!("{module} has no {member} here"))
        .near(member, constants.chain(call::names()))
        .into())
}

/// What `.encode(` and `.decode(` behind a type's name are.
fn of_type(rest: &str) -> Option<Function> {
    match rest.get(..".encode(".len())? {
        ".encode(" => Some(Function::Encode),
        ".decode(" => Some(Function::Decode),
        _ => None,
    }
}

/// `str.encode(text)` is `text.encode()`. The dot is next.
fn coded(i: &mut Input, start: usize, function: Function) -> Parsed<Expr> {
    i.skip(".encode".len());
    i.state.dialect = Dialect::Python;
    let mut given = arguments(i)?.into_iter();
    match given.next() {
        Some(text) => {
            let mut values = vec![text.value];
            values.extend(method::encoding(given));
            Ok(Expr::Apply(function, values))
        }
        None => Err(i.fault(start, "this takes one value").into()),
    }
}

/// `sizeof(x)`, `sizeof x`: lengths follow from the values here, but a number's own from its type.
fn size_of(i: &mut Input) -> Parsed<Expr> {
    i.state.c = true;
    blank(i);
    if !i.rest().starts_with('(') {
        i.nested(super::expr::expr)?;
        return Ok(Expr::Null);
    }
    let start = i.at();
    let end = i
        .rest()
        .find([')', ';', '\n'])
        .filter(|end| i.rest()[*end..].starts_with(')'));
    let Some(end) = end else {
        return Err(structure::unclosed(i, start, ")").into());
    };
    let of = i.rest()[1..end].trim_end();
    let pointer = of.ends_with('*');
    let size = structure::size_of_type(of);
    i.skip(end + 1);
    if pointer {
        i.remark("in C this is the size of a pointer, 8, and not of what it points to");
    }
    if peek_identifier(i).is_empty() {
        Ok(size.map_or(Expr::Null, Expr::Int))
    } else {
        Err(i.fault(i.at(), "this cannot follow").into())
    }
}
