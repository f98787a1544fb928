//! Packets as they are told, and what the ladder shows beside them.

use crate::app::{App, Sink};
use crate::event::packet::Rung;
use crate::event::{Addr, Change, TcpState, What};
use crate::lab::Owner;
use crate::lang::Statement;
use crate::lang::ast::Action;
use crate::lang::table::Role;
use crate::packet::Rst;
use crate::session::{Done, SocketId};
use std::time::Duration;

impl App {
    /// Tells the packets that have moved since last time.
    pub(in crate::app) fn tell_packets(&mut self, sink: Sink<'_>) {
        let Some(lab) = &self.lab else { return };
        let (moved, skipped) = lab.wire.moved();
        self.say_untold(skipped, sink);
        for packet in moved {
            self.tell(None, What::Packet(Box::new(packet)), sink);
        }
        self.tell_forgetting(sink);
    }

    /// Says how many movements nobody was told of.
    pub(super) fn say_untold(&self, skipped: u64, sink: Sink<'_>) {
        if skipped > 0 {
            self.say(
                format!("{skipped} movements of packets were not told; `wire log` has what is remembered"),
                sink,
            );
        }
    }

    /// Says once that the log is full.
    fn tell_forgetting(&mut self, sink: Sink<'_>) {
        let Some(lab) = self.lab.as_mut().filter(|lab| !lab.forgets) else {
            return;
        };
        lab.forgets = lab.wire.forgets();
        if lab.forgets {
            let bounds = self.settings.log;
            self.say(
                format!(
                    "the log is full ({} packets, {} bytes) and forgets the oldest packets: `set log`, `set logbytes`",
                    bounds.packets, bounds.bytes
                ),
                sink,
            );
        }
    }

    /// A statement begins: packets that come now are its doing, where it makes a call. While one only looks or waits, a
    /// kernel sends by its timers.
    pub(in crate::app) fn caused_by(&self, statement: Option<&Statement>) {
        if let Some(lab) = &self.lab {
            let calls = |statement: &&Statement| match &statement.action {
                Action::Call(call) => call.command.role != Role::Shell,
                Action::Value(_) => true,
                Action::Nothing | Action::Expect(_) | Action::Lab(_) => false,
            };
            let typed = statement.filter(calls).map(crate::lang::canonical);
            lab.wire.statement(typed.as_deref());
        }
    }

    /// A call is about to be made: it stands in the ladder above the packets that it causes.
    pub(in crate::app) fn call_in_ladder(&self, command: &str, socket: Option<SocketId>) {
        self.aside(socket, true, |host| Rung::Call {
            host,
            text: format!("{command}()"),
        });
    }

    /// How long a call on this socket may take before it is called blocked. While the wire holds every packet, what does
    /// not return at once waits for one.
    pub(in crate::app) fn grace(&self, socket: Option<SocketId>) -> Duration {
        const HELD: Duration = Duration::from_millis(2);
        let host = socket.and_then(|id| self.session.socket(id)?.host.as_ref());
        let holds = |lab: &super::Laboratory| host.is_some() && lab.wire.holds();
        match self.lab.as_ref().is_some_and(holds) {
            true => self.settings.grace.min(HELD),
            false => self.settings.grace,
        }
    }

    /// A call has returned after sleeping, or with an errno.
    pub(in crate::app) fn return_in_ladder(&self, done: &Done) {
        if done.job.is_none() && done.result.is_ok() {
            return;
        }
        let result = match (&done.result, done.ret) {
            (Err(errno), _) => format!("-1 {errno}"),
            (Ok(_), Some(ret)) => ret.to_string(),
            (Ok(_), None) => return,
        };
        self.aside(done.socket, false, |host| Rung::Call {
            host,
            text: format!("{}() = {result}", done.command),
        });
    }

    /// A state has changed. While packets are stepped, what a delivery does is seen there, for half-open connections too.
    pub(in crate::app) fn state_in_ladder(&self, socket: SocketId, change: &Change) {
        let stepped = |lab: &super::Laboratory| change.by_network && lab.wire.holds();
        let Some(state) = change.to.filter(|to| change.from != Some(*to)) else {
            return;
        };
        // Every socket begins in CLOSE.
        if change.from.is_none() || self.lab.as_ref().is_none_or(stepped) {
            return;
        }
        let ended = change.by_network && state == TcpState::Close;
        match self.rst_that_ended(socket).filter(|_| ended) {
            Some((n, host)) => self.at_arrival(n, Rung::State { host, state }),
            None => self.aside(Some(socket), false, |host| Rung::State { host, state }),
        }
    }

    /// The RST that has ended a connection of a laboratory's socket, and the socket's host.
    fn rst_that_ended(&self, id: SocketId) -> Option<(u64, String)> {
        let socket = self.session.socket(id)?;
        let (last, host) = (self.ledger.last(id)?, socket.host.clone()?);
        let (peer, local) = (socket.peer.as_ref()?.inet()?, last.local.as_ref()?.inet()?);
        match self.rst(peer, local)? {
            Rst::Packet { n, .. } => Some((n, host)),
            Rst::Never => None,
        }
    }

    fn at_arrival(&self, n: u64, rung: Rung) {
        if let Some(lab) = &self.lab {
            lab.wire.aside_at_arrival(n, rung);
        }
    }

    fn aside(&self, socket: Option<SocketId>, calls: bool, rung: impl FnOnce(String) -> Rung) {
        let socket = socket.and_then(|id| self.session.socket(id));
        let (Some(lab), Some(socket)) = (&self.lab, socket) else {
            return;
        };
        let Some(host) = socket.host.clone() else {
            return;
        };
        let last = self.ledger.last(socket.id);
        let local = last.map_or(&socket.last_local, |last| &last.local);
        let peer = last.and_then(|last| last.peer.as_ref());
        let owner = Owner {
            socket: socket.id.0,
            tcp: socket.is_tcp(),
            local: local.as_ref().and_then(Addr::inet),
            peer: peer.and_then(Addr::inet),
            calls,
        };
        lab.wire.aside(rung(host), owner);
    }
}
