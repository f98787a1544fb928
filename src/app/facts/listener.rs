//! A listener of the session that a connect() would have reached.

use crate::app::App;
use crate::explain::Listener;
use crate::session::{Socket, SocketId};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

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
                name: other.name.clone(),
                at: at.to_string(),
                typed: reached(at, own.host.as_deref(), other.host.as_deref())?,
            })
        })
    }
}

/// The address by which a listener is reached; a loopback address only on its own host.
fn reached(at: SocketAddr, from: Option<&str>, host: Option<&str>) -> Option<String> {
    let port = at.port();
    match (from, host) {
        (Some(_), Some(host)) if !at.ip().is_loopback() => Some(format!("{host}:{port}")),
        _ if from == host => {
            let ip = match at.ip() {
                IpAddr::V4(any) if any.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(any) if any.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
                ip => ip,
            };
            Some(SocketAddr::new(ip, port).to_string())
        }
        _ => None,
    }
}
