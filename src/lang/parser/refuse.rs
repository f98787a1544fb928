//! What other languages have and this one has not, each answered with what to type instead.

use super::arguments::{Given, arguments};
use super::call;
use super::fcntl;
use super::field;
use super::input::{Cursor, Input, Parsed};
use super::no_calls::no_call;
use super::opening::{self, asked, body, checked, is_endless, on_screen, opened};
use super::structure;
use super::word::{identifier_len, is_identifier};
use crate::lang::ast::{Expr, Function, Operator};
use crate::lang::fault::Fault;
use crate::lang::lines::{folded, lines};
use crate::lang::table::find;

/// Words that begin a block or steer one.
pub(super) fn is_block(word: &str) -> bool {
    matches!(
        word,
        "while"
            | "for"
            | "if"
            | "elif"
            | "else"
            | "def"
            | "class"
            | "with"
            | "try"
            | "except"
            | "finally"
            | "return"
            | "break"
            | "continue"
            | "raise"
            | "do"
            | "switch"
            | "case"
            | "async"
            | "await"
            | "del"
            | "global"
            | "fn"
    )
}

/// The answer to a line that begins with one of those. The word has not been read.
pub(super) fn block(i: &Input, word: &str) -> Fault {
    // A condition may go over several lines.
    let line = lines(i.rest()).next().map_or("", |line| line.text);
    let line = folded(line);
    let line = line.as_ref();
    let start = i.at();
    let fault = |message: &str| Fault::new((start, start + word.len()), message);
    match word {
        "while" | "for" | "do" => {
            let fault = fault("there are no loops here: one call at a time, so that each can be seen")
                .helping("type the lines of the loop's body, as often as you like");
            match body(line) {
                Some(body) => fault.expecting(body),
                None if is_endless(line) => fault.expecting("conn, addr = s.accept()"),
                None => match checked(line) {
                    Some(call) => fault.expecting(call),
                    None => fault,
                },
            }
        }
        "with" => {
            let fault = fault("there are no blocks here: one call at a time, so that each can be seen");
            match opened(line) {
                Some((call, _)) if call.starts_with("open(") => fault.expecting("send s @file").helping("a file is named where its bytes are sent"),
                Some((call, name)) => fault.expecting(format!("{name} = {call}")).helping(format!("and in the end: close {name}")),
                None => match line.strip_prefix("with").and_then(|rest| rest.split(':').next()) {
                    // `with conn:`
                    Some(name) if is_identifier(name.trim()) => fault
                        .helping(format!("type the lines of the block, and in the end: close {}", name.trim())),
                    _ => fault.expecting("s = socket.socket()").helping("and in the end: close s"),
                },
            }
        }
        "else" => fault("there are no conditions here, so nothing is left out")
            .helping("type the lines below it where they are what you want"),
        "if" | "elif" | "switch" | "case" => {
            let fault = fault("there are no conditions here: make the call and see what it returns");
            match checked(line) {
                Some(call) => fault.expecting(call).helping("its error is shown and explained by itself"),
                None => fault
                    .helping("type the lines below it; print x shows a value, expect x == 3 checks one"),
            }
        }
        "try" | "except" | "finally" | "raise" => fault("there are no exceptions here: a call that fails shows its errno, and the session goes on")
            .helping("type the lines of the block; expect error ECONNREFUSED checks for an error"),
        "class" => fault("there are no classes here: one call at a time, so that each can be seen")
            .helping("type the lines of its functions, without self and with values in the place of their parameters"),
        "def" | "async" | "fn" => fault("there are no functions here: one call at a time, so that each can be seen")
            .helping("type the lines of its body, with values in the place of its parameters"),
        "await" => fault("calls are made as they stand; one that sleeps becomes a job")
            .expecting(line["await".len()..].trim().to_owned()),
        "global" => fault("every name is known everywhere here").helping("leave this line out"),
        "del" => {
            let name = line["del".len()..].split([';', '#']).next().unwrap_or("").trim();
            let name = if is_identifier(name) { name } else { "s" };
            fault("a socket ends with close").expecting(format!("close {name}"))
        }
        _ => fault("there is no block here to leave").helping("leave this line out, or type quit to end the session"),
    }
}

/// Members of Python's modules that are no calls and no constants.
pub(super) fn member(i: &Input, start: usize, module: &str, name: &str) -> Option<Fault> {
    let help = match name {
        "timeout" | "error" | "gaierror" | "herror" => {
            "a call that fails shows its errno; expect error ETIMEDOUT checks for it"
        }
        "argv" => "write the value itself in its place",
        "path" => "files are not looked at here: bind says EADDRINUSE where a path exists",
        "stdin" | "stdout" | "stderr" => "print writes to the screen",
        _ => return None,
    };
    Some(
        i.fault(start, format!("{module}.{name} is not kept here"))
            .helping(help),
    )
}

/// Methods that Python's sockets have and the kernel has not.
pub(super) fn method(i: &Input, start: usize, name: &str) -> Option<Fault> {
    let (why, instead): (&str, &[&str]) = match name {
        "settimeout" | "timeout" | "setdefaulttimeout" => (
            "Python's settimeout is no call of the kernel's: it makes the socket non-blocking and polls before each call",
            &[
                "setsockopt s SO_RCVTIMEO 5",
                "setsockopt s SO_SNDTIMEO 5",
                "poll s r 5000",
            ],
        ),
        "getblocking" => (
            "whether calls may sleep is a flag of the open socket",
            &["fcntl(s, F_GETFL)"],
        ),
        "makefile" | "readline" | "readlines" | "writelines" => (
            "a socket is no file here",
            &["recv s 1024", "send s \"text\\r\\n\""],
        ),
        "recv_into" | "recvfrom_into" | "recvmsg" | "recvmsg_into" => (
            "this call is not among those taught here",
            &["recv s 1024", "recvfrom s 1024"],
        ),
        "sendmsg" | "sendfile" | "sendmmsg" => (
            "this call is not among those taught here",
            &["send s \"text\"", "send s @file"],
        ),
        "fromhex" => ("hexadecimal digits are bytes as they stand", &["0x6869"]),
        "start" | "run" => (
            "a call that sleeps becomes a job by itself, so one shell can play server and client",
            &["accept s", "jobs"],
        ),
        "register" | "unregister" | "modify" | "poll" | "select" => {
            ("there are no poll objects here", &["poll s rw 1000"])
        }
        "detach" | "dup" | "share" => (
            "a socket has one name and one descriptor here",
            &["print s.fd", "close s"],
        ),
        "join" | "split" | "replace" | "find" | "startswith" | "endswith" => (
            "values have only decode, encode, hex, strip, upper, lower and format here",
            &["print x.decode()"],
        ),
        "port" | "host" | "ip" | "addr" | "address" => (
            "an address is read whole: .local is the socket's own, .peer the other end's",
            &["s.local, s.local[0] or s.local[1]"],
        ),
        _ => no_call(name)?,
    };
    let fault = i.fault(start, why);
    // The line's own socket, where the method is one of a socket's.
    let own = &i.state.source[start..];
    let own = match &own[..identifier_len(own)] {
        "" | "socket" => "s",
        _ if instead[0].starts_with("poll") || no_call(name).is_some() => "s",
        own => own,
    };
    Some(instead.iter().fold(fault, |fault, line| {
        fault.expecting(opening::with_socket(line, own))
    }))
}

/// Functions of C and Python with an answer of their own. The bracket is next.
pub(super) fn call(
    i: &mut Input,
    start: usize,
    name: &str,
    module: Option<&str>,
) -> Option<Parsed<Expr>> {
    match (module, name) {
        (_, "memset" | "bzero") => Some(filled(i, name)),
        (_, "strcpy" | "strncpy" | "snprintf" | "memcpy" | "bcopy")
            if field::is_filled(i.rest(), name) =>
        {
            Some(field::copied(i, name))
        }
        (
            _,
            "memcpy" | "free" | "freeaddrinfo" | "fflush" | "signal" | "WSAStartup" | "WSACleanup",
        ) => Some(arguments(i).map(|_| nothing(i, name))),
        (Some("struct") | None, "pack") => Some(pack(i)),
        (Some("struct") | None, "unpack") => Some(two(i, Function::Unpack, "unpack(\"!H\", data)")),
        (None, "dict") => Some(Err(structure::no_dictionaries(i, start).into())),
        (Some("select"), "poll") if i.rest().starts_with("()") => Some(Err(i
            .fault(
                start,
                "there are no poll objects here: the sockets stand in the call",
            )
            .expecting("poll s rw 1000")
            .into())),
        (_, "fcntl") => Some(fcntl::call(i, start)),
        (_, "accept4") => Some(accept4(i, start)),
        (_, "input" | "raw_input" | "fgets" | "gets") => {
            let before = &i.state.source[i.state.begin..start];
            let fault = i.fault(start, "write the text itself in its place");
            Some(Err(fault.expecting(asked(before, i.rest())).into()))
        }
        (None | Some("os"), "write") if on_screen(i.rest()).is_some() => {
            let data = on_screen(i.rest())?;
            let fault = i.fault(start, "descriptors 1 and 2 are the screen, and no socket's");
            Some(Err(fault.expecting(format!("print {data}")).into()))
        }
        (Some("time"), _) if name != "sleep" => Some(Err(i
            .fault(start, "there is no clock here")
            .helping("leave this line out; with --json every event has its time, t in seconds")
            .into())),
        (_, "ioctl") => Some(Err(i
            .fault(start, "ioctl is not among the calls taught here")
            .expecting("nonblock s on")
            .into())),
        _ => {
            let (why, instead) = no_call(name)?;
            let fault = i.fault(start, why);
            Some(Err(instead
                .iter()
                .fold(fault, |fault, line| fault.expecting(*line))
                .into()))
        }
    }
}

/// `memset(buf, 0, sizeof(buf))`, `bzero(buf, 256)`: fills what a name has. One without a value gets a text of that
/// length, but for zeros, which end it.
fn filled(i: &mut Input, name: &str) -> Parsed<Expr> {
    let mut given = arguments(i)?.into_iter().map(|one| one.value);
    let (of, with, len) = match name {
        "bzero" => (given.next(), Some(Expr::Int(0)), given.next()),
        _ => (given.next(), given.next(), given.next()),
    };
    let byte = match with {
        Some(Expr::Null) => Expr::Text("\0".into()),
        // As an unsigned char, whatever is given: memset(3).
        Some(Expr::Int(byte)) => match byte.rem_euclid(256) as u8 {
            letter @ 0..=0x7f => Expr::Text(char::from(letter).into()),
            high => Expr::Bytes(vec![high]),
        },
        Some(Expr::Text(text)) if text.chars().count() == 1 => Expr::Text(text),
        _ => return Ok(nothing(i, name)),
    };
    let zero = matches!(&byte, Expr::Text(text) if text == "\0");
    let len = len.unwrap_or(Expr::Null);
    let unsized_fill = !zero && matches!(len, Expr::Null);
    let value = match of {
        Some(Expr::Name(buf)) if i.state.brackets == 0 && i.knows(&buf) => {
            if unsized_fill {
                i.remark(
                    "the size of a buffer is not known here: the bytes that it has are filled",
                );
            }
            let value = vec![Expr::Name(buf.clone()), byte, len];
            i.state.filled.push(Some(buf));
            Expr::Apply(Function::Fill, value)
        }
        Some(Expr::Name(buf)) if i.state.brackets == 0 && !zero && matches!(len, Expr::Int(_)) => {
            i.state.filled.push(Some(buf));
            Expr::Binary(Operator::Mul, Box::new(byte), Box::new(len))
        }
        Some(Expr::Name(_)) if unsized_fill => {
            i.remark("the size of a buffer is not known here, and it has no bytes to fill");
            i.state.nothing = true;
            Expr::Null
        }
        _ => nothing(i, name),
    };
    Ok(value)
}

/// `accept4(3, {…}, [16], SOCK_CLOEXEC)`, as strace shows Python's accept(): with another flag it is a call of its own.
fn accept4(i: &mut Input, start: usize) -> Parsed<Expr> {
    let mut given = arguments(i)?;
    let flags = given.get(3).map(|one| &one.value);
    let usual = matches!(flags, Some(Expr::Const("SOCK_CLOEXEC", _) | Expr::Int(0)));
    let accept = find("accept").filter(|_| usual && given.len() == 4);
    let Some(accept) = accept else {
        return Err(i
            .fault(start, "accept4 is accept with flags")
            .expecting("conn = accept s")
            .expecting("nonblock conn on")
            .into());
    };
    given.pop();
    i.remark("SOCK_CLOEXEC is for programs that start others: here it is accept()");
    call::build(i, start, accept, accept.name, given, false)
}

/// A call that only prepares something: nothing to do here.
fn nothing(i: &mut Input, name: &str) -> Expr {
    let why = match name {
        "signal" => "there are no child processes and no handlers of signals",
        "fflush" => "what is printed is shown at once",
        "WSAStartup" | "WSACleanup" => "Linux has its sockets without a library",
        _ => "there is no memory to prepare",
    };
    i.remark(format!("{name} has nothing to do here: {why}"));
    i.state.nothing = true;
    Expr::Null
}

/// A function of two values, such as `struct.unpack("!H", data)`.
pub(super) fn two(i: &mut Input, function: Function, example: &str) -> Parsed<Expr> {
    let start = i.at();
    let given = arguments(i)?;
    let plain = |one: &Given| !one.spread && matches!(one.keyword, None | Some("byteorder"));
    if given.len() != 2 || !given.iter().all(plain) {
        let fault = i.fault(start, "this takes two values");
        return Err(fault.expecting(example).into());
    }
    let values = given.into_iter().map(|one| one.value).collect();
    Ok(Expr::Apply(function, values))
}

/// `struct.pack("!H", 80)`, `pack("!H", 80)`
fn pack(i: &mut Input) -> Parsed<Expr> {
    let start = i.at();
    let given = arguments(i)?;
    if given.iter().any(|one| one.spread) {
        let fault = i.fault(start, "a tuple is not spread over a format here");
        return Err(fault.expecting("struct.pack(\"!2H\", v[0], v[1])").into());
    }
    let values = given.into_iter().map(|one| one.value).collect();
    Ok(Expr::Apply(Function::Pack, values))
}
