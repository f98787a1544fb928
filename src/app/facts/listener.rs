//! A listener of the session that a connect() would have reached.

use crate::app::App;
use crate::app::standing::destination;
use crate::explain::Listener;
use crate::session::{Socket, SocketId};
use std::net::SocketAddr;

impl App {
    /// The one that this socket could connect to; of several the one that was made last.
    pub(super) fn listener_for(&self, id: SocketId) -> Option<Listener> {
        let own = self.session.socket(id)?;
        let serves = |other: &&Socket| {
            let same_kind = (other.domain, other.kind) == (own.domain, own.kind);
            other.id != id && other.listening && same_kind
        };
        let all = self.session.open_sockets().into_iter().filter(serves);
        all.rev().find_map(|other| {
            let at = self.local_of(other)?;
            Some(Listener {
                name: other.name.to_string(),
                at: at.to_string(),
                typed: reached(at, own.host.as_deref(), other.host.as_deref())?,
                ipv4: at.ip().to_canonical().is_ipv4(),
            })
        })
    }
}

/// The address by which a listener is reached; a loopback address only on its own host.
fn reached(mut at: SocketAddr, from: Option<&str>, host: Option<&str>) -> Option<String> {
    match (from, host) {
        (Some(_), Some(host)) if !at.ip().to_canonical().is_loopback() => {
            Some(format!("{host}:{}", at.port()))
        }
        _ if from == host => {
            // A link-local address keeps its scope: without it, it leads nowhere.
            at.set_ip(destination(at.ip()));
            Some(at.to_string())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
