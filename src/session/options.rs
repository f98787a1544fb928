//! getsockopt(2), setsockopt(2).

use super::encode::{encode, shown, timeval};
use super::eval::Target;
use super::prepared::{Asked, Effect, Performed, Prepared, Promptness, Refusal, Yield};
use super::table::Socket;
use super::value::Value;
use super::{NotYet, Session, notation, tcp_info};
use crate::errno::Errno;
use crate::event::{Answer, OptionRow};
use crate::lang::ast::{Call, Expr};
use crate::lang::options::{OPTIONS, Shape, SockOption};
use crate::sys::call;
use std::net::Ipv4Addr;
use std::time::Duration;

/// What stands for the value of an option that has to be asked for by name.
const UNREAD: &str = "?";

/// Room for the largest option value (TCP_INFO).
const ROOM: usize = 512;

/// The option of a call, by its name in the table.
fn option(session: &Session, call: &Call) -> Result<&'static SockOption, NotYet> {
    let arg = Session::need(call, "optname")?;
    let found = match &arg.value {
        Expr::Const(name, _) => OPTIONS.iter().find(|option| option.name == *name),
        other => {
            let name = session.at(arg, session.text(other))?;
            crate::lang::options::option(&name)
        }
    };
    found.ok_or_else(|| {
        Refusal::new("this is no socket option")
            .help("`getsockopt s` lists them all")
            .at(arg.span)
            .into()
    })
}

/// getsockopt(2); without an option, all of them.
pub fn getsockopt(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let target = session.sock(call)?;
    if call.arg("optname").is_none() {
        return all(session, target);
    }
    let option = option(session, call)?;
    let fd = target.fd;
    let socket = target.id.and_then(|id| session.table.get(id));
    let impatient = side(option)
        .zip(socket)
        .is_some_and(|(side, socket)| socket.impatient[side]);
    let tcp = socket.is_some_and(Socket::is_tcp);
    Ok(Prepared {
        command: "getsockopt",
        socket: target.id,
        asleep: notation::asleep("getsockopt", "getsockopt", fd),
        promptness: Promptness::AtOnce,
        perform: Box::new(move || {
            let result = read(fd, option);
            let place = result.as_ref().map_or_else(
                |_| format!("value, [{}]", len(option)),
                |raw| raw_text(option, raw),
            );
            let args = format!("{fd}, {}, {}, {place}", option.level_name, option.name);
            let ret = result.as_ref().map(|_| 0).map_err(|errno| *errno);
            let shown = notation::finished("getsockopt", "getsockopt", args, ret);
            Performed::one(
                shown,
                result.map(|raw| answer(option, &raw, impatient, tcp)),
            )
        }),
        effect: Effect::Nothing,
        asked: Asked {
            option: Some((option.name, String::new())),
            ..Asked::default()
        },
    })
}

/// Whose time an option is: of the calls that receive (0), or that send (1).
fn side(option: &SockOption) -> Option<usize> {
    ["SO_RCVTIMEO", "SO_SNDTIMEO"]
        .iter()
        .position(|name| *name == option.name)
}

/// The value of one option, and its table where it has one.
fn answer(option: &SockOption, raw: &[u8], impatient: bool, tcp: bool) -> Yield {
    if option.shape == Shape::TcpInfo {
        let fields = tcp_info::rows(raw);
        return Yield::Answer(
            Answer::Fields {
                title: "TCP_INFO".to_owned(),
                fields,
            },
            Value::Bytes(raw.to_vec()),
        );
    }
    let row = OptionRow {
        name: option.name.to_owned(),
        value: words(option, raw),
        meaning: match impatient {
            true => "no wait: it was set to a negative time, which reads 0".to_owned(),
            false => meaning(option, raw, tcp),
        },
    };
    Yield::Answer(Answer::Options { options: vec![row] }, value(option, raw))
}

/// Every option that this socket has. The calls are a look, and are not shown.
fn all(session: &Session, target: Target) -> Result<Prepared, NotYet> {
    session.only_sockets(target)?;
    let fd = target.fd;
    let name = match target.id.and_then(|id| session.table.get(id)) {
        Some(socket) => socket.name.to_string(),
        None => fd.to_string(),
    };
    let mut rows = Vec::new();
    for option in OPTIONS.iter().filter(|option| option.gettable) {
        let value = match option.shape {
            // Reading SO_ERROR would clear it.
            Shape::Errno => UNREAD.to_owned(),
            shape => match read(fd, option) {
                Ok(_) if shape == Shape::TcpInfo => UNREAD.to_owned(),
                Ok(raw) => words(option, &raw),
                Err(_) => continue,
            },
        };
        let meaning = match value.as_str() {
            UNREAD => format!("{}: getsockopt {name} {}", option.summary, option.name),
            _ => option.summary.to_owned(),
        };
        rows.push(OptionRow {
            name: option.name.to_owned(),
            value,
            meaning,
        });
    }
    let result = if rows.iter().all(|row| row.value == UNREAD) {
        Err(Errno(libc::EBADF))
    } else {
        Ok(Yield::Answer(
            Answer::Options { options: rows },
            Value::None,
        ))
    };
    if result.is_err() {
        return Err(Refusal::new(format!("descriptor {fd} is not open: it has no options")).into());
    }
    Ok(Prepared {
        command: "getsockopt",
        socket: target.id,
        asleep: notation::asleep("getsockopt", "getsockopt", fd),
        promptness: Promptness::AtOnce,
        perform: Box::new(move || Performed::several(Vec::new(), result)),
        effect: Effect::Nothing,
        asked: Asked::default(),
    })
}

fn len(option: &SockOption) -> usize {
    match option.shape {
        Shape::Linger => size_of::<libc::linger>(),
        Shape::Time => size_of::<libc::timeval>(),
        Shape::Text => 16,
        Shape::TcpInfo => ROOM,
        _ => size_of::<libc::c_int>(),
    }
}

fn read(fd: i32, option: &SockOption) -> Result<Vec<u8>, Errno> {
    let mut raw = [0u8; ROOM];
    let n = call::getsockopt(fd, option.level, option.code, &mut raw[..len(option)])?;
    Ok(raw[..n.min(ROOM)].to_vec())
}

fn int(raw: &[u8]) -> i32 {
    match *raw {
        [a, b, c, d, ..] => i32::from_ne_bytes([a, b, c, d]),
        // Some options of IP are one byte long where one byte was asked for.
        [one, ..] => i32::from(one),
        [] => 0,
    }
}

fn second(raw: &[u8]) -> i32 {
    raw.get(4..).map_or(0, int)
}

/// SO_LINGER of a descriptor, asked of the kernel: its seconds; `None` where it is off.
pub(super) fn linger(fd: std::os::fd::RawFd) -> Option<i32> {
    let mut raw = [0u8; size_of::<libc::linger>()];
    call::getsockopt(fd, libc::SOL_SOCKET, libc::SO_LINGER, &mut raw).ok()?;
    seconds_of(&raw)
}

/// Sets SO_LINGER off, as it is by default.
pub(super) fn no_linger(fd: std::os::fd::RawFd) {
    let off = [0u8; size_of::<libc::linger>()];
    // Of an open socket this cannot fail.
    let _ = call::setsockopt(fd, libc::SOL_SOCKET, libc::SO_LINGER, &off);
}

/// The seconds in a `struct linger` that is on.
fn seconds_of(raw: &[u8]) -> Option<i32> {
    (int(raw) != 0).then(|| second(raw))
}

fn time(raw: &[u8]) -> Duration {
    let [seconds, micros] = timeval(raw).map(|part| part.max(0).unsigned_abs());
    Duration::from_secs(seconds) + Duration::from_micros(micros)
}

fn text(raw: &[u8]) -> String {
    let end = raw.iter().position(|byte| *byte == 0).unwrap_or(raw.len());
    String::from_utf8_lossy(&raw[..end]).into_owned()
}

/// The value and its length as strace prints them.
fn raw_text(option: &SockOption, raw: &[u8]) -> String {
    let value = match option.shape {
        Shape::TcpInfo => format!("{{tcpi_state={}, ...}}", tcp_info::state(raw)),
        Shape::Errno if int(raw) != 0 => format!("[{}]", Errno(int(raw)).name()),
        _ => shown(option, raw),
    };
    let given = len(option);
    if given == raw.len() {
        format!("{value}, [{given}]")
    } else {
        format!("{value}, [{given} => {}]", raw.len())
    }
}

/// The value in the shell's language.
fn value(option: &SockOption, raw: &[u8]) -> Value {
    match option.shape {
        Shape::Linger => Value::Tuple(vec![
            Value::Int(int(raw).into()),
            Value::Int(second(raw).into()),
        ]),
        Shape::Time => Value::Float(time(raw).as_secs_f64()),
        Shape::Text => Value::Text(text(raw)),
        Shape::Interface4 => Value::Text(Ipv4Addr::from(int(raw).to_ne_bytes()).to_string()),
        _ => Value::Int(int(raw).into()),
    }
}

/// The value in words.
fn words(option: &SockOption, raw: &[u8]) -> String {
    let n = int(raw);
    match option.shape {
        Shape::Switch | Shape::Int { unit: "" } => n.to_string(),
        // A Unix socket speaks none; an Internet socket always one, and never IPPROTO_IP.
        Shape::Protocol if n == 0 => n.to_string(),
        Shape::Int { unit } => format!("{n} {unit}"),
        Shape::Linger => format!("{n} {}", second(raw)),
        Shape::Time => format!("{} s", time(raw).as_secs_f64()),
        Shape::Text => text(raw),
        Shape::Errno => {
            if n == 0 {
                "0".to_owned()
            } else {
                Errno(n).name()
            }
        }
        Shape::Domain => notation::domain(n).into_owned(),
        Shape::Type => notation::kind(n).into_owned(),
        Shape::Protocol => notation::protocol(libc::AF_INET, n).into_owned(),
        Shape::Interface4 => Ipv4Addr::from(n.to_ne_bytes()).to_string(),
        Shape::Interface6 => match u32::try_from(n)
            .ok()
            .and_then(crate::sys::names::interface_name)
        {
            Some(name) => format!("{n} ({name})"),
            None => n.to_string(),
        },
        Shape::TcpInfo | Shape::Group4 | Shape::Group6 => "…".to_owned(),
    }
}

/// What SO_LINGER means for close(2). The kernel takes a negative time for the longest that it knows, and what it gives
/// back is that, cut to an int.
fn lingering(seconds: Option<i32>, tcp: bool) -> String {
    let words = match seconds {
        None if tcp => "off: close() returns at once, and the kernel sends what is left",
        None => "off",
        Some(seconds) if !tcp => return format!("on, {seconds} s"),
        Some(0) => "on, 0 s: close() throws unsent data away and sends RST",
        Some(n @ 1..) => return format!("on: close() waits up to {n} s for unsent data"),
        Some(_) => "on: close() waits for unsent data, however long that takes",
    };
    words.to_owned()
}

/// What a value means for a socket, in words.
fn meaning(option: &SockOption, raw: &[u8], tcp: bool) -> String {
    let n = int(raw);
    let summary = option.summary;
    match option.shape {
        Shape::Switch if n == 0 => format!("off; on: {summary}"),
        Shape::Switch => format!("on: {summary}"),
        Shape::Errno if n == 0 => "no error is waiting".to_owned(),
        Shape::Errno => format!("{}; it is cleared now", Errno(n).message()),
        Shape::Linger => lingering(seconds_of(raw), tcp),
        Shape::Time if time(raw).is_zero() => format!("for ever; {summary}"),
        _ => summary.to_owned(),
    }
}

/// setsockopt(2)
pub fn setsockopt(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let target = session.sock(call)?;
    let option = option(session, call)?;
    let fields: Vec<Value> = session.arg(call, "optval", |session, expr| match expr {
        Expr::Tuple(items) => items
            .iter()
            .map(|item| field(session, option, item))
            .collect(),
        single => Ok(vec![field(session, option, single)?]),
    })?;
    // A name may hold a whole structure: `struct linger l = {1, 0};`
    let fields = match <[Value; 1]>::try_from(fields) {
        Ok([Value::Tuple(items)]) => items,
        Ok([single]) => vec![single],
        Err(several) => several,
    };
    let arg = Session::need(call, "optval")?;
    let raw = encode(option, &fields).map_err(|refusal| refusal.at(arg.span))?;
    let shown = shown(option, &raw);
    let fd = target.fd;
    let effect = match (option.name, int(&raw)) {
        ("SO_REUSEADDR", n) => Effect::Reuse(n != 0),
        ("SO_REUSEPORT", n) => Effect::SharesPort(n != 0),
        ("SO_LINGER", _) => Effect::Lingers(seconds_of(&raw)),
        _ => side(option).map_or(Effect::Nothing, |side| {
            Effect::Impatient(side, timeval(&raw)[0] < 0)
        }),
    };
    let args = format!(
        "{fd}, {}, {}, {shown}, {}",
        option.level_name,
        option.name,
        raw.len()
    );
    let asked = Asked {
        option: Some((option.name, shown)),
        ..Asked::default()
    };
    Ok(Prepared {
        command: "setsockopt",
        socket: target.id,
        asleep: notation::asleep("setsockopt", "setsockopt", &args),
        promptness: Promptness::AtOnce,
        perform: Box::new(move || {
            let result = call::setsockopt(fd, option.level, option.code, &raw);
            let shown = notation::finished("setsockopt", "setsockopt", args, result.map(|()| 0));
            Performed::one(shown, result.map(|()| Yield::Nothing))
        }),
        effect,
        asked,
    })
}

/// One field of a value. Where it is an IPv4 address, the name of a laboratory's host stands for that host's.
fn field(session: &Session, option: &SockOption, expr: &Expr) -> Result<Value, NotYet> {
    let host = |name: &str| match option.shape {
        Shape::Group4 | Shape::Interface4 => session.networks.host(name, false),
        _ => None,
    };
    // As in an address, the host comes before a variable or a socket of its name.
    let named = match expr {
        Expr::Name(name) | Expr::Word(name) => host(name),
        _ => None,
    };
    let value = match named {
        Some(ip) => return Ok(Value::Text(ip.to_string())),
        None => session.value(expr)?,
    };
    let found = match &value {
        Value::Text(text) => host(text),
        _ => None,
    };
    Ok(found.map_or(value, |ip| Value::Text(ip.to_string())))
}
