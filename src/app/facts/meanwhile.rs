//! What the session itself did while a call slept, and which connect() sleeps still.

use super::{App, covers};
use crate::event::Addr;
use crate::explain::Connecting;
use crate::session::Socket;
use std::net::SocketAddr;
use std::time::Instant;

impl App {
    /// The statement that has closed the session's own listener at this address since then.
    pub(super) fn closed_since(
        &self,
        then: Instant,
        to: SocketAddr,
        host: Option<&str>,
    ) -> Option<String> {
        let stood = |socket: &Socket| {
            let at = socket.last_local.as_ref().and_then(Addr::inet);
            socket.listening && at.is_some_and(|at| covers(at, false, to))
        };
        let all = self.session.sockets();
        let mut there = all.filter(|socket| socket.host.as_deref() == host && stood(socket));
        there.find_map(|socket| {
            let (statement, when) = socket.closed_by.as_ref()?;
            (*when > then).then(|| statement.to_string())
        })
    }

    /// The connect() that sleeps on a socket.
    pub(super) fn connecting(&self, socket: &Socket) -> Option<Connecting> {
        let (statement, asked) = self.session.connecting(socket.id)?;
        let target = asked.and_then(|asked| self.with_name(asked, Some(socket.id)));
        Some(Connecting {
            statement: statement.to_owned(),
            listener: target
                .filter(|target| target.listening)
                .map(|target| target.name),
        })
    }
}
