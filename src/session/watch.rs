//! poll(2) and select(2).

use super::eval::Target;
use super::limit::Limit;
use super::prepared::{Asked, Effect, Performed, Prepared, Promptness, Refusal, Yield};
use super::table::SocketId;
use super::value::Value;
use super::{NotYet, Session, notation};
use crate::lang::ast::{Call, Expr};
use crate::sys::call::{self, Sets};
use std::fmt::Write;
use std::time::Duration;

/// What poll(2) says of a descriptor that names nothing: POLLNVAL, which comes alone.
const NOT_OPEN: &str = "not open";

/// One socket and the letters of what it is watched for.
struct Watched {
    target: Target,
    letters: String,
}

/// The sockets of a `Watch` argument: a tuple of (socket, letters).
fn watched(session: &Session, call: &Call) -> Result<Vec<Watched>, NotYet> {
    let arg = Session::need(call, "fds")?;
    let Expr::Tuple(items) = &arg.value else {
        return Err(Refusal::new("what is to be watched?")
            .help("poll s rw 1000")
            .at(arg.span)
            .into());
    };
    let mut watched: Vec<Watched> = Vec::new();
    for item in items {
        let (sockets, letters) = match item {
            Expr::Tuple(pair) if pair.len() == 2 => {
                (&pair[0], session.at(arg, session.text(&pair[1]))?)
            }
            single => (single, "r".to_owned()),
        };
        for target in session.at(arg, session.targets(sockets))? {
            add(&mut watched, target, &letters);
        }
    }
    Ok(watched)
}

/// A list may hold a socket that is watched already, for something else.
fn add(watched: &mut Vec<Watched>, target: Target, letters: &str) {
    match watched.iter_mut().find(|known| known.target == target) {
        Some(known) => {
            let new = letters.chars().filter(|c| !known.letters.contains(*c));
            known.letters.extend(new.collect::<Vec<_>>());
        }
        None => watched.push(Watched {
            target,
            letters: letters.to_owned(),
        }),
    }
}

/// The session's own among the sockets, and how long they are waited for.
fn asked(watched: &[Watched], time: Option<Duration>) -> Asked {
    let own = |one: &Watched| Some((one.target.id?, events(&one.letters)));
    Asked {
        watched: watched.iter().filter_map(own).collect(),
        limit: time.map(|time| Limit { time, option: None }),
        ..Asked::default()
    }
}

/// The value of poll and select: the sockets that are ready, each with its letters.
fn ready(found: Vec<(Target, String)>) -> Value {
    let each = |(target, letters): (Target, String)| {
        let socket = target
            .id
            .map_or(Value::Int(i64::from(target.fd)), Value::Socket);
        Value::Tuple(vec![socket, Value::Text(letters)])
    };
    Value::Tuple(found.into_iter().map(each).collect())
}

/// Whether there is one in what [`ready`] gives that is ready, and one that is not open. poll(2) says so itself; select(2)
/// has the same mark for a descriptor that was closed while it slept.
pub(super) fn ready_and_not_open(ready: &Value, marked: impl Fn(SocketId) -> bool) -> [bool; 2] {
    let not_open = |pair: &Value| match pair {
        Value::Tuple(pair) => match pair.as_slice() {
            [_, Value::Text(letters)] if letters == NOT_OPEN => true,
            [Value::Socket(id), _] => marked(*id),
            _ => false,
        },
        _ => false,
    };
    match ready {
        Value::Tuple(pairs) => [!pairs.iter().all(not_open), pairs.iter().any(not_open)],
        _ => [false; 2],
    }
}

/// What [`ready`] gives as Python's select() has it: the sockets to read from, to write to, and the exceptional ones.
pub(super) fn in_lists(ready: &Value) -> Vec<Value> {
    let ready = match ready {
        Value::Tuple(pairs) => pairs.as_slice(),
        _ => &[],
    };
    let list = |letter: char| {
        let has = |pair: &Value| match pair {
            Value::Tuple(pair) => match pair.as_slice() {
                [socket, Value::Text(letters)] => letters.contains(letter).then(|| socket.clone()),
                _ => None,
            },
            _ => None,
        };
        Value::Tuple(ready.iter().filter_map(has).collect())
    };
    ['r', 'w', 'x'].map(list).to_vec()
}

/// poll(2)
pub fn poll(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let watched = watched(session, call)?;
    let timeout = session
        .maybe(call, "timeout", Session::c_int)?
        .unwrap_or(-1);
    let fds: Vec<libc::pollfd> = watched
        .iter()
        .map(|one| libc::pollfd {
            fd: one.target.fd,
            events: events(&one.letters),
            revents: 0,
        })
        .collect();
    let args = format!(
        "{}, {}, {timeout}",
        poll_list(&fds, |fd| fd.events, "events"),
        fds.len()
    );
    let time = u64::try_from(timeout).ok().map(Duration::from_millis);
    let asked = asked(&watched, time);
    Ok(Prepared {
        command: "poll",
        socket: watched.first().and_then(|one| one.target.id),
        asleep: notation::asleep("poll", "poll", &args),
        promptness: if timeout == 0 {
            Promptness::AtOnce
        } else {
            Promptness::Unknown
        },
        perform: Box::new(move || make_poll(fds, &watched, timeout, &args)),
        effect: Effect::Nothing,
        asked,
    })
}

fn events(letters: &str) -> i16 {
    letters.chars().fold(0, |events, letter| {
        events
            | match letter {
                'r' => libc::POLLIN,
                'w' => libc::POLLOUT,
                'x' => libc::POLLPRI,
                _ => 0,
            }
    })
}

fn make_poll(
    mut fds: Vec<libc::pollfd>,
    watched: &[Watched],
    timeout: i32,
    args: &str,
) -> Performed {
    let result = call::poll(&mut fds, timeout);
    let after: Vec<libc::pollfd> = fds.iter().copied().filter(|fd| fd.revents != 0).collect();
    let tail = match result {
        Ok(0) => "(Timeout)".to_owned(),
        Ok(_) => format!("({})", poll_list(&after, |fd| fd.revents, "revents")),
        Err(_) => String::new(),
    };
    let shown = notation::finished_with("poll", "poll", args, result.map(|n| n as i64), &tail);
    let found = fds.iter().zip(watched).filter(|(fd, _)| fd.revents != 0);
    let found = found
        .map(|(fd, one)| (one.target, letters(fd.revents)))
        .collect();
    Performed::one(shown, result.map(|_| Yield::Value(ready(found))))
}

fn letters(revents: i16) -> String {
    let all = [
        ('r', libc::POLLIN),
        ('w', libc::POLLOUT),
        ('x', libc::POLLPRI),
    ];
    let mut text: String = all
        .iter()
        .filter(|(_, bit)| revents & bit != 0)
        .map(|(letter, _)| *letter)
        .collect();
    for (name, bit) in [
        ("error", libc::POLLERR),
        ("hangup", libc::POLLHUP),
        (NOT_OPEN, libc::POLLNVAL),
    ] {
        if revents & bit != 0 {
            text.push_str(if text.is_empty() { "" } else { "+" });
            text.push_str(name);
        }
    }
    text
}

fn poll_list(fds: &[libc::pollfd], of: fn(&libc::pollfd) -> i16, word: &str) -> String {
    let each: Vec<String> = fds
        .iter()
        .map(|fd| format!("{{fd={}, {word}={}}}", fd.fd, notation::poll_events(of(fd))))
        .collect();
    format!("[{}]", each.join(", "))
}

/// select(2); glibc makes it as pselect6.
pub fn select(session: &mut Session, call: &Call) -> Result<Prepared, NotYet> {
    let watched = watched(session, call)?;
    let timeout = session.maybe(call, "timeout", Session::seconds)?;
    let timeout = timeout
        .map(|seconds| {
            // What is longer than a time_t the C library refuses itself: no call would be made.
            let time = Duration::try_from_secs_f64(seconds).ok();
            time.filter(|time| libc::time_t::try_from(time.as_secs()).is_ok())
                .ok_or_else(|| Refusal::new(format!("{seconds} s is no time to wait")))
        })
        .transpose()?;
    let limit = libc::FD_SETSIZE as i32;
    if let Some(high) = watched.iter().find(|one| one.target.fd >= limit) {
        let message = format!(
            "select() cannot watch descriptor {}: its sets end at {limit}",
            high.target.fd
        );
        return Err(Refusal::new(message).help("poll has no such limit").into());
    }
    let of = |letter: char| {
        let fds: Vec<i32> = watched
            .iter()
            .filter(|one| one.letters.contains(letter))
            .map(|one| one.target.fd)
            .collect();
        (!fds.is_empty()).then_some(fds)
    };
    let sets = Sets {
        read: of('r'),
        write: of('w'),
        except: of('x'),
    };
    let highest = watched
        .iter()
        .map(|one| one.target.fd + 1)
        .max()
        .unwrap_or(0);
    let args = select_args(highest, &sets, timeout);
    let asked = asked(&watched, timeout);
    Ok(Prepared {
        command: "select",
        socket: watched.first().and_then(|one| one.target.id),
        asleep: notation::asleep("select", "pselect6", &args),
        promptness: if timeout == Some(Duration::ZERO) {
            Promptness::AtOnce
        } else {
            Promptness::Unknown
        },
        perform: Box::new(move || make_select(&sets, timeout, &watched, &args)),
        effect: Effect::Nothing,
        asked,
    })
}

fn select_args(highest: i32, sets: &Sets, timeout: Option<Duration>) -> String {
    let set = |fds: &Option<Vec<i32>>| {
        fds.as_ref()
            .map_or_else(|| "NULL".to_owned(), |fds| set_text(fds))
    };
    let timeout = match timeout {
        Some(time) => format!(
            "{{tv_sec={}, tv_nsec={}}}",
            time.as_secs(),
            time.subsec_micros() * 1000
        ),
        None => "NULL".to_owned(),
    };
    let [read, write, except] = [&sets.read, &sets.write, &sets.except].map(set);
    format!("{highest}, {read}, {write}, {except}, {timeout}, NULL")
}

fn set_text(fds: &[i32]) -> String {
    let mut fds = fds.to_vec();
    fds.sort_unstable();
    fds.dedup();
    let numbers: Vec<String> = fds.iter().map(i32::to_string).collect();
    format!("[{}]", numbers.join(" "))
}

fn make_select(
    sets: &Sets,
    timeout: Option<Duration>,
    watched: &[Watched],
    args: &str,
) -> Performed {
    let result = call::select(sets, timeout);
    let (tail, found) = match &result {
        Ok((0, ..)) => ("(Timeout)".to_owned(), Vec::new()),
        Ok((_, after, left)) => {
            let mut parts = Vec::new();
            for (word, set) in [
                ("in", &after.read),
                ("out", &after.write),
                ("except", &after.except),
            ] {
                if let Some(fds) = set.as_ref().filter(|fds| !fds.is_empty()) {
                    parts.push(format!("{word} {}", set_text(fds)));
                }
            }
            if let Some(left) = left {
                parts.push(format!(
                    "left {{tv_sec={}, tv_nsec={}}}",
                    left.tv_sec,
                    left.tv_usec * 1000
                ));
            }
            (format!("({})", parts.join(", ")), found(after, watched))
        }
        Err(_) => (String::new(), Vec::new()),
    };
    let ret = result
        .as_ref()
        .map(|(n, ..)| *n as i64)
        .map_err(|errno| *errno);
    let shown = notation::finished_with("select", "pselect6", args, ret, &tail);
    Performed::one(shown, result.map(|_| Yield::Value(ready(found))))
}

/// The watched sockets that are in the sets that select() left, each with its letters.
fn found(after: &Sets, watched: &[Watched]) -> Vec<(Target, String)> {
    let has = |set: &Option<Vec<i32>>, fd: i32| set.as_ref().is_some_and(|fds| fds.contains(&fd));
    let mut found: Vec<(Target, String)> = Vec::new();
    for one in watched {
        let fd = one.target.fd;
        let mut letters = String::new();
        for (letter, set) in [
            ('r', &after.read),
            ('w', &after.write),
            ('x', &after.except),
        ] {
            if one.letters.contains(letter) && has(set, fd) {
                // Writing to a String cannot fail.
                let _ = write!(letters, "{letter}");
            }
        }
        if !letters.is_empty() {
            found.push((one.target, letters));
        }
    }
    found
}
