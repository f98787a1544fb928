//! What the session learns from a call that returned: new sockets get names, values go to theirs.

use super::Session;
use super::outcome::{Done, Meta};
use super::prepared::{Asked, Effect, Performed, Yield};
use super::table::{Made, SocketId};
use super::value::Value;
use crate::errno::Errno;
use crate::event::{Addr, TcpState};
use crate::lang::ast::Dialect;
use std::os::fd::RawFd;
use std::sync::Arc;
use std::time::Instant;

impl Session {
    /// What the session learns from a call that returned.
    pub(super) fn learn(
        &mut self,
        job: Option<u32>,
        meta: Meta,
        performed: Performed,
        signaled: bool,
    ) -> Done {
        let Meta {
            command,
            typed,
            socket,
            effect,
            targets,
            dialect,
            asked,
        } = meta;
        let errno = performed.result.as_ref().err().copied();
        if errno.is_some() {
            // As in C, success leaves the last errno alone.
            self.last_errno = errno;
        }
        let told = errno.or_else(|| collected(&asked, &performed.result));
        self.remember(socket, command, &typed, errno, told);
        let before = socket.and_then(|id| self.table.get(id));
        let mut done = Done {
            shut: before.map_or([false; 2], |socket| [socket.shut_read, socket.shut_write]),
            taken: taken(command, &performed),
            job,
            command,
            typed,
            ret: performed.calls.last().and_then(|call| call.ret),
            calls: performed.calls,
            polled: [false; 2],
            result: Ok(Value::None),
            socket,
            opened: Vec::new(),
            closed: None,
            data: None,
            answer: None,
            uneven: None,
            signaled,
            timing: performed.timing,
            asked,
        };
        match performed.result {
            Ok(gave) => {
                self.take_effect(socket, &effect, &mut done);
                let values = self.take_in(gave, &targets, dialect, &mut done);
                done.result = Ok(match values.as_slice() {
                    [_, _, ..] if dialect.is_python() => Value::Tuple(values.clone()),
                    [first, ..] => first.clone(),
                    [] => Value::None,
                });
                done.uneven = self.give_out(command, &targets, values, dialect);
                // A name for which there was no value waits no longer.
                self.forget_pending(job);
            }
            Err(errno) => {
                if self.takes_effect(socket, &effect, errno) {
                    self.take_effect(socket, &effect, &mut done);
                }
                done.result = Err(errno);
                self.forget_pending(job);
            }
        }
        // One that slept was typed earlier, and other calls perhaps since.
        if job.is_none() && !matches!(effect, Effect::Closed) {
            self.last = done.opened.first().copied().or(socket).or(self.last);
        }
        done
    }

    /// A call ended, with `errno` where it failed. `told` is what it said of the connection.
    fn remember(
        &mut self,
        socket: Option<SocketId>,
        command: &'static str,
        typed: &Arc<str>,
        errno: Option<Errno>,
        told: Option<Errno>,
    ) {
        let Some(socket) = socket.and_then(|id| self.table.get_mut(id)) else {
            return;
        };
        socket.remember(Made {
            command,
            errno,
            typed: Arc::clone(typed),
        });
        if let Some(errno) = told {
            socket.hears(errno);
        }
    }

    /// Whether a call that failed has had its effect on Linux all the same: close() has freed the descriptor, and
    /// shutdown() has marked the direction of a socket that never had a peer.
    fn takes_effect(&self, id: Option<SocketId>, effect: &Effect, errno: Errno) -> bool {
        let fresh = || {
            let socket = id.and_then(|id| self.table.get(id));
            socket.is_some_and(|socket| !socket.connected())
        };
        match effect {
            Effect::Closed => errno.0 != libc::EBADF,
            Effect::Shut(_) => errno.0 == libc::ENOTCONN && fresh(),
            _ => false,
        }
    }

    /// A TCP socket is seen in a state, with this peer. A handshake that connect() did not wait for may be done.
    pub fn sees(&mut self, id: SocketId, state: TcpState, peer: Option<Addr>) {
        let Some(socket) = self.table.get_mut(id) else {
            return;
        };
        socket.told = Some(state);
        let there = matches!(state, TcpState::Established | TcpState::CloseWait);
        if there && peer.is_some() && !socket.connected() {
            socket.meets(peer);
        }
    }

    /// What a call changed in what is known of its socket.
    fn take_effect(&mut self, id: Option<SocketId>, effect: &Effect, done: &mut Done) {
        match (effect, id) {
            (Effect::Listening, Some(id)) => self.table.listens(id),
            (Effect::Shut(how), Some(id)) => self.table.shut(id, *how),
            _ => {}
        }
        let Some(socket) = id.and_then(|id| self.table.get_mut(id)) else {
            return;
        };
        match effect {
            Effect::Nothing | Effect::Listening | Effect::Shut(_) => {}
            Effect::Bound(addr) => {
                (socket.bound, socket.gave_up_its_port) = (Some(addr.clone()), false);
            }
            Effect::Connected(addr) => socket.meets(Some(addr.clone())),
            Effect::NonBlocking(on) => socket.nonblocking = *on,
            Effect::Reuse(on) => socket.reuse = *on,
            Effect::Impatient(side, on) => socket.impatient[*side] = *on,
            // Others may have been bound while it was set.
            Effect::SharesPort(false) if socket.shares_port.is_none() => {}
            Effect::SharesPort(on) => socket.shares_port = Some(*on),
            Effect::Lingers(linger) => (socket.linger, socket.lingered) = (*linger, true),
            // One that slept had freed the descriptor before.
            Effect::Closed if socket.closed => {}
            Effect::Closed => {
                let (id, typed) = (socket.id, Arc::clone(&done.typed));
                done.closed = Some(id);
                self.closes(id, &typed);
            }
        }
    }

    /// The socket's descriptor is free, by this statement.
    pub(super) fn closes(&mut self, id: SocketId, by: &Arc<str>) {
        if let Some(socket) = self.table.get_mut(id) {
            socket.closed_by = Some((Arc::clone(by), Instant::now()));
        }
        if self.last == Some(id) {
            self.last = None;
        }
        if let Some(forgotten) = self.table.close(id) {
            self.vars
                .retain(|_, value| *value != Value::Socket(forgotten));
        }
    }

    /// Takes in what a call gave: new sockets get names. The values are as many as there are parts.
    fn take_in(
        &mut self,
        gave: Yield,
        targets: &[Option<String>],
        dialect: Dialect,
        done: &mut Done,
    ) -> Vec<Value> {
        if let (Yield::Value(ready), "poll" | "select") = (&gave, done.command) {
            let open = |id| self.table.get(id).is_some_and(|socket| !socket.closed);
            let marked = |id| done.command == "select" && !open(id);
            done.polled = super::watch::ready_and_not_open(ready, marked);
        }
        match gave {
            Yield::Nothing => vec![Value::None],
            Yield::Number(n) => vec![Value::Int(n)],
            Yield::Value(ready) if done.command == "select" && targets.len() == 3 => {
                super::watch::in_lists(&ready)
            }
            // C's poll() is a number: how many are ready.
            Yield::Value(_) if done.command == "poll" && dialect.is_c() => {
                vec![Value::Int(done.ret.unwrap_or(0))]
            }
            Yield::Value(value) => vec![value],
            Yield::Answer(answer, value) => {
                done.answer = Some(answer);
                vec![value]
            }
            Yield::Descriptor(fd, what) => {
                let id = self.take_socket(fd, what, target(targets, 0), "s");
                done.opened.push(id);
                vec![Value::Socket(id)]
            }
            Yield::Pair(a, b, what) => {
                // One name is the pair's: `sv[0]`, `sv[1]`.
                let names = match targets {
                    [_] => [None, None],
                    several => [target(several, 0), target(several, 1)],
                };
                let [a, b] = [(a, names[0]), (b, names[1])]
                    .map(|(fd, name)| self.take_socket(fd, what, name, "s"));
                for one in [a, b] {
                    if let Some(socket) = self.table.get_mut(one) {
                        socket.meets(None);
                    }
                }
                done.opened.extend([a, b]);
                vec![Value::Socket(a), Value::Socket(b)]
            }
            Yield::Connection(fd, peer) => {
                let id = self.take_connection(fd, peer.clone(), done.socket, target(targets, 0));
                done.opened.push(id);
                vec![Value::Socket(id), peer.map_or(Value::None, Value::Addr)]
            }
            Yield::Bytes(bytes, from) => {
                done.data = Some((bytes.clone(), from.clone()));
                let two = done.command == "recvfrom" && (targets.len() > 1 || dialect.is_python());
                let from = from.map_or(Value::None, Value::Addr);
                if targets.len() == 3 {
                    // As C has it: how many, the buffer, the sender.
                    let count = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
                    vec![Value::Int(count), Value::Bytes(bytes), from]
                } else if two {
                    vec![Value::Bytes(bytes), from]
                } else {
                    vec![Value::Bytes(bytes)]
                }
            }
        }
    }

    fn take_socket(
        &mut self,
        fd: RawFd,
        what: [i32; 3],
        name: Option<&str>,
        prefix: &'static str,
    ) -> SocketId {
        let name = match name {
            Some(name) => name.to_owned(),
            None => {
                let vars = &self.vars;
                self.table.next_name(prefix, |name| vars.contains_key(name))
            }
        };
        let host = self.networks.here().label();
        let [domain, kind, protocol] = what;
        let (kind, nonblocking) = super::make::split_type(kind);
        let socket = self.table.add(&name, fd, [domain, kind, protocol]);
        socket.host = host;
        socket.nonblocking = nonblocking;
        let id = socket.id;
        self.assign(&name, Value::Socket(id));
        id
    }

    /// The socket of an accepted connection: of its listener's family and host.
    fn take_connection(
        &mut self,
        fd: RawFd,
        peer: Option<Addr>,
        listener: Option<SocketId>,
        name: Option<&str>,
    ) -> SocketId {
        let parent = listener.and_then(|id| self.table.get(id));
        let what = parent.map_or([libc::AF_INET, libc::SOCK_STREAM, 0], |parent| {
            [parent.domain, parent.kind, parent.protocol]
        });
        // The kernel makes the connection's socket as a copy of the listener, when the handshake ends.
        let copied = parent.map(|parent| {
            let linger = parent
                .lingered
                .then(|| super::options::linger(fd))
                .flatten();
            (parent.reuse, parent.host.clone(), parent.impatient, linger)
        });
        let id = self.take_socket(fd, what, name, "c");
        if let Some(socket) = self.table.get_mut(id) {
            if let Some((reuse, host, impatient, linger)) = copied {
                (socket.reuse, socket.host) = (reuse, host);
                (socket.impatient, socket.linger) = (impatient, linger);
            }
            socket.meets(peer);
            socket.accepted = true;
        }
        id
    }

    /// The values go to the names on the left; one name for several values gets the first, or in Python all. Gives what
    /// there is to say where several names and the values are not as many.
    fn give_out(
        &mut self,
        command: &str,
        targets: &[Option<String>],
        mut values: Vec<Value>,
        dialect: Dialect,
    ) -> Option<String> {
        match targets {
            [] => None,
            [only] => {
                let value = match values.len() {
                    1 => values.remove(0),
                    // `conn = s.accept()`: a pair in Python; here the connection, whose [1] is the peer's address.
                    _ if dialect.is_python() && !matches!(values[0], Value::Socket(_))
                        || matches!(values.as_slice(), [Value::Socket(_), Value::Socket(_)]) =>
                    {
                        Value::Tuple(values)
                    }
                    _ => values.into_iter().next().unwrap_or(Value::None),
                };
                if let Some(name) = only {
                    self.assign(name, value);
                }
                None
            }
            several => {
                if let [_] = values.as_slice() {
                    // Python's address has all its parts, however many names there are.
                    let most = if dialect.is_python() {
                        4
                    } else {
                        several.len()
                    };
                    values = values.remove(0).parts(most);
                }
                let given = values.len();
                for (name, value) in several.iter().zip(values) {
                    if let Some(name) = name {
                        self.assign(name, value);
                    }
                }
                uneven(command, several, given)
            }
        }
    }

    /// The result of a failed job will never come.
    fn forget_pending(&mut self, job: Option<u32>) {
        if let Some(job) = job {
            self.vars
                .retain(|_, value| !matches!(value, Value::Pending(of, _) if *of == job));
        }
    }
}

/// How many bytes sendall() had sent before its last call.
fn taken(command: &str, performed: &Performed) -> usize {
    if command != "sendall" {
        return 0;
    }
    let earlier = performed.calls.iter().rev().skip(1);
    earlier
        .filter_map(|call| usize::try_from(call.ret?).ok())
        .sum()
}

/// What there is to say where names and values are not as many. The call was made, so this is no fault.
fn uneven(command: &str, targets: &[Option<String>], given: usize) -> Option<String> {
    if targets.len() == given {
        return None;
    }
    let s = if given == 1 { "" } else { "s" };
    let without: Vec<String> = targets
        .iter()
        .skip(given)
        .flatten()
        .map(|name| format!("`{name}`"))
        .collect();
    let and = match without.as_slice() {
        [] if targets.len() > given => String::new(),
        [] => "; what is left over is kept under no name".to_owned(),
        names => format!("; {} got nothing", names.join(", ")),
    };
    Some(format!(
        "{command}() gives {given} value{s}, and there are {} names for it{and}. In Python this line raises an error, \
         after the call was made.",
        targets.len()
    ))
}

fn target(targets: &[Option<String>], n: usize) -> Option<&str> {
    targets.get(n).and_then(|name| name.as_deref())
}

/// The errno that a socket had waiting, where this call was getsockopt(2) for it.
fn collected(asked: &Asked, result: &Result<Yield, Errno>) -> Option<Errno> {
    let (option, _) = asked.option.as_ref()?;
    match result {
        Ok(Yield::Answer(_, Value::Int(n))) if *option == "SO_ERROR" => {
            i32::try_from(*n).ok().map(Errno)
        }
        _ => None,
    }
}
