//! Arguments in the order of a call's C prototype, with its lengths and the buffers that the kernel would fill.

use super::arguments::{Given, Places};
use super::field;
use super::input::{Cursor, Input, Parsed};
use super::structure::HINTS;
use crate::lang::ast::{Address, Arg, Dialect, Expr, Function, Operator, Span};
use crate::lang::fault::Fault;
use crate::lang::table::{CArg, Command, Kind, Need, find};

/// Whether the arguments are those of the C prototype, with its lengths and buffers.
pub(super) fn is_prototype(i: &Input, command: &Command, given: &[Given], is_method: bool) -> bool {
    !is_method
        && !command.c.is_empty()
        && given.len() == command.c.len()
        && given.iter().all(|one| one.keyword.is_none())
        && (given.len() > command.params.len() || i.state.c)
}

/// Takes those arguments.
pub(super) fn prototype(i: &mut Input, places: &mut Places, mut given: Vec<Given>) -> Parsed<()> {
    i.state.dialect = Dialect::C;
    without_address(places, &mut given);
    let command = places.command;
    if command.name == "getaddrinfo" {
        resolver_pointers(i, places, &mut given)?;
    }
    let mut cut = None;
    for (role, one) in command.c.iter().zip(given) {
        match role {
            CArg::Is(param) => {
                if let Some(at) = command.position(param) {
                    let value = match command.params[at].kind {
                        Kind::Data => pointed(i, one.value, one.span),
                        _ => room(i, command, at, one.value),
                    };
                    places.put(i, at, value, one.span)?;
                }
            }
            CArg::Skip => {
                too_short(i, places, &one.value);
                fills(i, places, one)?;
            }
            CArg::Cut(param) => cut = Some((*param, one.value)),
        }
    }
    if let Some((param, length)) = cut {
        shorten(i, places, param, &length);
    }
    Ok(())
}

/// `getaddrinfo(host, service, &hints, &list)`: hints by the name of their structure, or in their place, as the shell prints
/// them. The list gets the answers.
fn resolver_pointers(i: &mut Input, places: &mut Places, given: &mut [Given]) -> Parsed<()> {
    let [_, _, hints, list] = given else {
        return Ok(());
    };
    match &hints.value {
        Expr::Null => {}
        Expr::Tuple(fields) if fields.len() == HINTS.len() => {
            let first = places.command.position("family").unwrap_or(0);
            for (at, field) in fields.iter().enumerate() {
                places.put(i, first + at, field.clone(), hints.span)?;
            }
        }
        Expr::Name(name) if i.knows(name) => {
            let first = places.command.position("family").unwrap_or(0);
            for (at, field) in HINTS.into_iter().enumerate() {
                let value = Expr::Apply(Function::Field(field), vec![hints.value.clone()]);
                places.put(i, first + at, value, hints.span)?;
            }
        }
        // Hints of which no field was set ask for everything.
        _ => {}
    }
    if let (Expr::Name(name), 0) = (&list.value, i.state.brackets) {
        i.state.filled.push(Some(name.clone()));
    }
    Ok(())
}

/// `recv(c, buf, sizeof(buf) - 1, 0)`: no buffer has a size here, so there is the usual room, and a remark that says so.
fn room(i: &mut Input, command: &Command, at: usize, value: Expr) -> Expr {
    let param = &command.params[at];
    let unknown = match &value {
        Expr::Null => true,
        Expr::Binary(_, a, b) => [a, b].iter().any(|side| matches!(***side, Expr::Null)),
        _ => false,
    };
    match (param.kind, param.need) {
        (Kind::Size, Need::Asked(usual)) if unknown => {
            i.remark(format!(
                "buffers have no size here: this asks for {usual} bytes at most"
            ));
            usual.parse().map_or(value, Expr::Int)
        }
        _ => value,
    }
}

/// `sendto(s, data, len, flags, NULL, 0)` is `send` and `recvfrom(…, NULL, NULL)` is `recv`: strace prints them so.
fn without_address(places: &mut Places, given: &mut Vec<Given>) {
    let null = |at: usize| {
        given
            .get(at)
            .is_some_and(|one| matches!(one.value, Expr::Null))
    };
    let plain = match places.command.name {
        "sendto" if null(4) => find("send"),
        "recvfrom" if null(4) && null(5) => find("recv"),
        _ => None,
    };
    if let Some(plain) = plain {
        *places = Places::new(plain);
        given.truncate(4);
    }
}

/// `bind(s, &addr, 4)`: a length that no IP address has.
fn too_short(i: &mut Input, places: &Places, length: &Expr) {
    let addr = places.command.position("addr");
    let addr = addr.and_then(|at| places.args[at].as_ref());
    let unix = |addr: &Arg| {
        matches!(
            addr.value,
            Expr::Address(Address::Path(_) | Address::Abstract(_))
        )
    };
    if let (Some(addr), Expr::Int(length @ 0..16)) = (addr, length)
        && !unix(addr)
    {
        i.remark(format!(
            "the length is the address's own here, 16 for IPv4; in C a length of {length} gives EINVAL"
        ));
    }
}

/// Whether an argument is an address that was taken: `&x`, `(char *)&x`.
fn is_address_of(i: &Input, span: Span) -> bool {
    i.state.source[span.start..span.end].contains('&')
}

/// What the pointer to data points to: `&n` to the bytes of a number, `buf + total` and `&buf[total]` to a rest.
fn pointed(i: &Input, value: Expr, span: Span) -> Expr {
    match value {
        Expr::Name(_) if is_address_of(i, span) => Expr::Apply(
            Function::ToBytes,
            vec![value, Expr::Null, Expr::Text("native".into())],
        ),
        // What the names hold, which may be two texts, is known only when the call is made.
        Expr::Binary(Operator::Add, of, from) if matches!(*of, Expr::Name(_)) => {
            Expr::Apply(Function::Behind, vec![*of, *from])
        }
        Expr::Index(of, from) if is_address_of(i, span) => {
            Expr::Apply(Function::Slice, vec![*of, *from, Expr::Null])
        }
        other => other,
    }
}

/// `buf + got`, `&buf[got]`: the name, and how far behind its beginning.
fn place_in<'g>(i: &Input, one: &'g Given) -> Option<(&'g str, &'g Expr)> {
    let (of, from) = match &one.value {
        Expr::Binary(Operator::Add, of, from) => (of, from),
        Expr::Index(of, from) if is_address_of(i, one.span) => (of, from),
        _ => return None,
    };
    match &**of {
        Expr::Name(name) => Some((name, from)),
        _ => None,
    }
}

/// `recv(s, buf + got, …)`: a name gets what a call gives, and nothing is put behind what it has.
fn not_behind(i: &Input, places: &Places, one: &Given) -> Option<Fault> {
    let (name, _) = place_in(i, one)?;
    let command = places.command.name;
    if !matches!(command, "recv" | "read" | "recvfrom") {
        return None;
    }
    let fault = Fault::new(
        (one.span.start, one.span.end),
        format!("{command} gives a name all that it takes, and puts nothing behind what is there"),
    );
    let socket = places.args.first().and_then(Option::as_ref);
    let socket = socket.map_or("s", |arg| &i.state.source[arg.span.start..arg.span.end]);
    Some(
        fault
            .expecting(format!("rest = {command} {socket} 1024"))
            .helping(format!("then put them together: {name} = {name} + rest")),
    )
}

/// Notes the names that the kernel would fill, for the results of this call.
fn fills(i: &mut Input, places: &Places, one: Given) -> Parsed<()> {
    let command = places.command.name;
    let takes = match command {
        "recv" | "read" | "gethostname" | "getsockname" | "getpeername" | "inet_pton"
        | "inet_ntop" => 1,
        "recvfrom" | "accept" => 2,
        _ => 0,
    };
    if i.state.brackets > 0 || i.state.filled.len() >= takes {
        return Ok(());
    }
    if let Some((name, field)) = field::pointed(&one.value) {
        i.state.field = Some((name.to_owned(), field));
        return Ok(());
    }
    let name = match (place_in(i, &one), &one.value) {
        (Some((name, Expr::Int(0))), _) => Some(name.to_owned()),
        (_, Expr::Name(name)) => Some(name.clone()),
        _ => None,
    };
    if name.is_none()
        && let Some(fault) = not_behind(i, places, &one)
    {
        return Err(fault.into());
    }
    if let Some(name) = name {
        if command == "accept" {
            // The first part of what it gives is the connection.
            i.state.filled.push(None);
        }
        i.state.filled.push(Some(name));
    }
    Ok(())
}

/// C's length: cuts the data where it is shorter.
fn shorten(i: &mut Input, places: &mut Places, param: &str, length: &Expr) {
    let at = places.command.position(param).unwrap_or(0);
    let Some(arg) = &mut places.args[at] else {
        return;
    };
    if let Expr::Apply(Function::ToBytes, parts) = &mut arg.value {
        parts[1] = length.clone();
        if matches!(length, Expr::Null) {
            i.remark(
                "a text is sent in its own length here: no closing NUL and no rest of a buffer",
            );
        }
        return;
    }
    let number = match length {
        Expr::Int(number) => Some(*number),
        Expr::Name(name) if i.knows(name) => None,
        // strlen(x), or what that came to.
        Expr::Apply(Function::Len, _) | Expr::Name(_) => return,
        _ => {
            return i.remark(
                "the length is the data's own here: no closing NUL and no rest of a buffer is sent",
            );
        }
    };
    let (bytes, length) = match (&arg.value, number) {
        (Expr::Text(text), Some(length)) => (text.as_bytes(), length),
        (Expr::Bytes(bytes), Some(length)) => (bytes.as_slice(), length),
        // send(c, buf, n, 0): the first n bytes of it.
        (
            Expr::Name(_) | Expr::Index(..) | Expr::Apply(Function::Slice | Function::Behind, _),
            _,
        ) => {
            let part = vec![arg.value.clone(), Expr::Null, length.clone()];
            arg.value = Expr::Apply(Function::Slice, part);
            return;
        }
        _ => return i.remark("the length is the data's own here; to send less, name less"),
    };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > bytes.len() {
        let has = bytes.len();
        return i.remark(format!(
            "the data has {has} bytes, so {has} are sent; C would read on beyond its end"
        ));
    }
    let bytes = bytes[..length].to_vec();
    arg.value =
        String::from_utf8(bytes).map_or_else(|error| Expr::Bytes(error.into_bytes()), Expr::Text);
}
