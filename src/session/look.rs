//! What others may see of a session: its sockets, its names, its values in words.

use super::finish::close_unasked;
use super::jobs::{Interrupt, News};
use super::table::{Socket, SocketId};
use super::value::{Value, in_brackets};
use super::{NotYet, Policy, Refusal, Session};
use crate::errno::Errno;
use crate::event::Addr;
use crate::lang::ast::{Dialect, ERRNO, Expr, Port};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::os::fd::RawFd;

impl Session {
    /// The socket, open or closed, while it is remembered.
    pub fn socket(&self, id: SocketId) -> Option<&Socket> {
        self.table.get(id)
    }

    /// The open sockets, in the order of their descriptors.
    pub fn open_sockets(&self) -> Vec<&Socket> {
        self.table.open()
    }

    /// How many sockets are open.
    pub fn open_count(&self) -> usize {
        self.table.open_count()
    }

    /// The open socket with this descriptor.
    pub fn by_fd(&self, fd: RawFd) -> Option<&Socket> {
        self.table.by_fd(fd)
    }

    /// The socket shown under this name, open or closed.
    pub fn find_socket(&self, name: &str) -> Option<&Socket> {
        match self.vars.get(name) {
            Some(Value::Socket(id)) => self.table.get(*id),
            _ => None,
        }
    }

    /// The socket that `.` names.
    pub fn last_used(&self) -> Option<SocketId> {
        self.last
    }

    /// From now on `.` names what a call has opened or, where that is nothing, the socket that it was made on: unless that
    /// is closed by now.
    pub fn uses(&mut self, opened: &[SocketId], socket: Option<SocketId>) {
        let open = |id: &SocketId| self.table.get(*id).is_some_and(|socket| !socket.closed);
        let used = opened.first().copied().or(socket).filter(open);
        self.last = used.or(self.last);
    }

    /// The errno of the last call that failed.
    pub fn last_errno(&self) -> Option<Errno> {
        self.last_errno
    }

    /// Whether a name is C's variable of the last call that failed, and was given no other meaning.
    pub(super) fn is_errno(&self, name: &str) -> bool {
        name == ERRNO && !self.vars.contains_key(name)
    }

    /// The value under a name.
    pub fn variable(&self, name: &str) -> Option<&Value> {
        self.vars.get(name)
    }

    /// Every name and its value, by name.
    pub fn variables(&self) -> Vec<(&str, &Value)> {
        let mut all: Vec<_> = self
            .vars
            .iter()
            .map(|(name, value)| (name.as_str(), value))
            .collect();
        all.sort_unstable_by_key(|(name, _)| *name);
        all
    }

    /// The names that take the result of a sleeping call.
    pub fn names_of(&self, job: u32) -> Vec<String> {
        let waits = |value: &Value| matches!(value, Value::Pending(of, _) if *of == job);
        let names = self.vars.iter().filter(|(_, value)| waits(value));
        names.map(|(name, _)| name.clone()).collect()
    }

    /// The job that a name took its value from, or is to take it from.
    pub fn job_of(&self, name: &str) -> Option<u32> {
        self.job_of.get(name).copied()
    }

    /// Whether a name stands for something.
    pub fn knows(&self, name: &str) -> bool {
        self.vars.contains_key(name)
    }

    /// Another name for a socket; the socket is shown under it from now on, and the old name still works.
    pub fn rename(&mut self, id: SocketId, name: &str) {
        if let Some(socket) = self.table.get_mut(id) {
            socket.name = name.into();
        }
        self.vars.insert(name.to_owned(), Value::Socket(id));
    }

    /// Notes where a socket stood when it was closed, and whether bytes that it had received were still unread.
    pub fn remember_end(&mut self, id: SocketId, local: Option<Addr>, unread: bool) {
        self.remember_local(id, local);
        if let Some(socket) = self.table.get_mut(id) {
            socket.left_unread = unread;
        }
    }

    /// Notes where a socket stood when it began to listen.
    pub fn remember_local(&mut self, id: SocketId, local: Option<Addr>) {
        if let Some(socket) = self.table.get_mut(id) {
            socket.last_local = local;
        }
    }

    /// Every socket, open or closed, that is remembered.
    pub fn sockets(&self) -> impl Iterator<Item = &Socket> {
        self.table.all()
    }

    /// Forgets the results of inner calls, which have names that cannot be typed.
    pub fn forget_hidden(&mut self) {
        if self.hidden > 0 {
            self.vars.retain(|name, _| !name.starts_with(' '));
            self.hidden = 0;
        }
    }

    /// Keeps the result of an inner call until the statement ends, and gives its name.
    pub fn keep_hidden(&mut self, value: Value) -> String {
        self.hidden += 1;
        let name = format!(" {}", self.hidden);
        self.vars.insert(name.clone(), value);
        name
    }

    /// Closes every socket and wakes every sleeping call: the session is over.
    pub fn end_all(&mut self) {
        let asleep: Vec<u32> = self.waiting.keys().copied().collect();
        for job in asleep {
            // A call that does not wake keeps its thread and nothing else.
            let _ = self.cancel(job);
        }
        self.table.open().into_iter().for_each(close_unasked);
    }

    /// The calls that sleep on sockets of the laboratory's hosts.
    pub fn asleep_on_hosts(&self) -> Vec<u32> {
        let there = self.table.all().filter(|socket| socket.host.is_some());
        let jobs: BTreeSet<u32> = there
            .flat_map(|socket| self.sleepers(socket.id))
            .map(|(job, _)| job)
            .collect();
        jobs.into_iter().collect()
    }

    /// Closes every socket of the laboratory's hosts and wakes the calls that sleep on them. The sockets. `by` is the
    /// statement that asks for it.
    pub fn end_hosts(&mut self, by: &str) -> Vec<SocketId> {
        let there = |socket: &Socket| socket.host.is_some();
        for job in self.asleep_on_hosts() {
            // A call that does not wake keeps its thread and nothing else.
            let _ = self.cancel(job);
        }
        let mut sockets = self.table.open();
        sockets.retain(|socket| there(socket));
        sockets.iter().copied().for_each(close_unasked);
        let closed: Vec<SocketId> = sockets.iter().map(|socket| socket.id).collect();
        for id in &closed {
            self.closes(*id, &by.into());
        }
        closed
    }

    /// This name, too, takes the result of a sleeping call.
    pub fn adopt_pending(&mut self, job: u32, name: &str) {
        if let Some(waiting) = self.waiting.get_mut(&job) {
            waiting.also(name);
        }
    }

    /// The session's socket that an expression names.
    ///
    /// # Errors
    /// Where it names none, or a call that still sleeps.
    pub fn socket_value(&self, expr: &Expr) -> Result<SocketId, NotYet> {
        let known = match expr {
            // A closed socket can be asked about too.
            Expr::Name(name) | Expr::Word(name) => match self.vars.get(name) {
                Some(Value::Socket(id)) => Some(*id),
                _ => None,
            },
            _ => None,
        };
        match known {
            Some(id) => Ok(id),
            None => {
                let target = self.target(expr)?;
                let none = || {
                    Refusal::new(format!(
                        "descriptor {} is no socket of this session",
                        target.fd
                    ))
                    .into()
                };
                target.id.ok_or_else(none)
            }
        }
    }

    /// A port, by number or by service.
    ///
    /// # Errors
    /// Where it is neither.
    pub fn port(&self, expr: &Expr) -> Result<u16, NotYet> {
        // Of a socket its own port; of an address the part behind the last colon.
        let expr = match self.value(expr)? {
            Value::Socket(_) => Expr::Property(Box::new(expr.clone()), "local".into()),
            Value::Text(text) => match text.rsplit_once(':') {
                Some((_, port)) => Expr::Text(port.to_owned()),
                None => Expr::Text(text),
            },
            _ => expr.clone(),
        };
        self.port_number(&Port::Expr(Box::new(expr)))
    }

    /// A word as it stands, even where a variable has that name.
    ///
    /// # Errors
    /// Where it is no word.
    pub fn word(&self, expr: &Expr) -> Result<String, NotYet> {
        match expr {
            Expr::Word(word) | Expr::Name(word) | Expr::Text(word) => Ok(word.clone()),
            Expr::Const(name, _) => Ok((*name).to_owned()),
            other => self.text(other),
        }
    }

    /// What may be reached.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The longest wait for a pending result.
    pub fn timeout(&self) -> std::time::Duration {
        self.timeout
    }

    /// Ctrl-C's flag.
    pub fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }

    /// What to call when a sleeping call returns.
    pub fn on_news(&mut self, news: News) {
        self.jobs.on_news(news);
    }

    /// The number of the job that began last; 0 before the first.
    pub fn last_job(&self) -> u32 {
        self.jobs.last()
    }

    /// Whether a sleeping call has returned and was not collected.
    pub fn has_results(&self) -> bool {
        self.jobs.has_results()
    }

    /// A value as `print` shows it.
    pub fn show(&self, value: &Value, python: bool) -> String {
        match value {
            Value::Text(_) | Value::Bytes(_) => value.show(python),
            other => self.repr(other, python),
        }
    }

    /// As [`Self::show`], of an expression that says more than the number it gives: errno has a name. Where C is
    /// written, what is true or false is a number.
    pub fn show_of(&self, expr: &Expr, value: &Value, dialect: Dialect) -> String {
        match (expr, value) {
            (_, Value::Bool(truth)) if dialect.is_c() => i64::from(*truth).to_string(),
            (Expr::Name(name), Value::Int(_)) if self.is_errno(name) => match self.last_errno {
                Some(errno) => format!("{} ({errno})", errno.0),
                None => "0 (no error)".to_owned(),
            },
            _ => self.show(value, dialect.is_python()),
        }
    }

    /// A value as it would be typed, sockets by name.
    pub fn repr(&self, value: &Value, python: bool) -> String {
        match value {
            Value::Socket(id) => self.in_words(*id),
            Value::Tuple(items) => in_brackets(items, |item| self.repr(item, python)),
            other => other.repr(python),
        }
    }

    /// A value's own text or bytes, for joining into another.
    pub(super) fn raw<'v>(&self, value: &'v Value) -> Cow<'v, [u8]> {
        match value {
            Value::Text(text) => text.as_bytes().into(),
            Value::Bytes(bytes) => bytes.into(),
            other => self.repr(other, true).into_bytes().into(),
        }
    }

    fn in_words(&self, id: SocketId) -> String {
        match self.table.get(id) {
            Some(socket) if socket.closed => {
                format!("{} ({}, closed)", socket.name, socket.proto())
            }
            Some(socket) => format!(
                "{} ({}, descriptor {})",
                socket.name,
                socket.proto(),
                socket.fd
            ),
            None => "a socket closed long ago".to_owned(),
        }
    }
}
