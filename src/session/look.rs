//! What others may see of a session: its sockets, its names, its values in words.

use super::jobs::{Interrupt, News};
use super::table::{Socket, SocketId};
use super::value::Value;
use super::{Policy, Session};
use crate::errno::Errno;
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

    /// The socket that `.` names.
    pub fn last_used(&self) -> Option<SocketId> {
        self.last
    }

    /// The errno of the last call that failed.
    pub fn last_errno(&self) -> Option<Errno> {
        self.last_errno
    }

    /// The number of the present statement.
    pub fn statement(&self) -> u64 {
        self.statement
    }

    /// The value under a name.
    pub fn variable(&self, name: &str) -> Option<&Value> {
        self.vars.get(name)
    }

    /// Every name and its value, by name.
    pub fn variables(&self) -> Vec<(&str, &Value)> {
        let mut all: Vec<_> = self.vars.iter().map(|(name, value)| (name.as_str(), value)).collect();
        all.sort_unstable_by_key(|(name, _)| *name);
        all
    }

    /// Whether a name stands for something.
    pub fn knows(&self, name: &str) -> bool {
        self.vars.contains_key(name)
    }

    /// Another name for a socket; the socket is shown under it from now on, and the old name still works.
    pub fn rename(&mut self, id: SocketId, name: &str) {
        if let Some(socket) = self.table.get_mut(id) {
            socket.name = name.to_owned();
        }
        self.vars.insert(name.to_owned(), Value::Socket(id));
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

    /// A value as it would be typed, sockets by name.
    pub fn repr(&self, value: &Value, python: bool) -> String {
        match value {
            Value::Socket(id) => self.in_words(*id),
            Value::Tuple(items) => {
                let items: Vec<String> = items.iter().map(|item| self.repr(item, python)).collect();
                format!("({})", items.join(", "))
            }
            other => other.repr(python),
        }
    }

    /// A value's own text, for joining into another.
    pub(super) fn raw(&self, value: &Value) -> String {
        match value {
            Value::Text(text) => text.clone(),
            Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            other => self.repr(other, true),
        }
    }

    fn in_words(&self, id: SocketId) -> String {
        match self.table.get(id) {
            Some(socket) if socket.closed => format!("{} ({}, closed)", socket.name, socket.proto()),
            Some(socket) => format!("{} ({}, descriptor {})", socket.name, socket.proto(), socket.fd),
            None => "a socket closed long ago".to_owned(),
        }
    }
}
