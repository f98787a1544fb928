//! The TCP states at the two ends of a packet's flow, asked of both kernels before and after its delivery. sock_diag tells
//! what no socket tells: a listener's half-open connection is in SYN_RECV.

use crate::app::App;
use crate::event::TcpState;
use crate::event::packet::{End, Packet, Rung};
use crate::kernel::Family;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// One end of a flow.
#[derive(Debug, Clone, PartialEq)]
struct Where {
    host: String,
    local: SocketAddr,
    peer: SocketAddr,
}

/// The states at both ends, the sender's first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ends([(Where, TcpState); 2]);

impl App {
    /// The states at the ends of a packet's flow now. `None` where it is no TCP segment between two hosts.
    pub(super) fn ends(&mut self, packet: &Packet) -> Option<Ends> {
        let (src, dst) = self.lab.as_ref()?.wire.ends(packet.n)?;
        let from = Where {
            host: packet.from.clone(),
            local: src,
            peer: dst,
        };
        let to = Where {
            host: packet.to.clone(),
            local: dst,
            peer: src,
        };
        let (first, second) = (self.state_at(&from)?, self.state_at(&to)?);
        Some(Ends([(from, first), (to, second)]))
    }

    /// After a delivery: the states now, with those that have changed marked and told to the ladder.
    pub(super) fn ends_after(&mut self, before: &Ends, n: u64) -> Vec<End> {
        let mut ends = Vec::new();
        for (at, was) in &before.0 {
            let Some(found) = self.state_at(at) else {
                continue;
            };
            // Its listener is no state of a connection that has been. Only one that was never established goes back to
            // LISTEN (RFC 9293, section 3.10.7.4: RST in SYN-RECEIVED).
            let state = match (was, found) {
                (TcpState::Listen | TcpState::SynRecv | TcpState::Close, _) => found,
                (_, TcpState::Listen) => TcpState::Close,
                _ => found,
            };
            let changed = state != *was;
            if let Some(lab) = self.lab.as_ref().filter(|_| changed) {
                let host = at.host.clone();
                lab.wire.aside_at_arrival(n, Rung::State { host, state });
            }
            ends.push(End {
                host: at.host.clone(),
                from: changed.then_some(*was),
                state,
            });
        }
        ends
    }

    /// The state at one end: of the connection, of the listener that would take its segments, or CLOSE. `None` where the
    /// kernel does not say.
    fn state_at(&mut self, at: &Where) -> Option<TcpState> {
        let diag = self.ledger.diag(Some(&at.host))?;
        if let Some(row) = diag.find(Family::Tcp, at.local, Some(at.peer)).ok()? {
            return row.state;
        }
        let any: [IpAddr; 2] = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
        let port = at.local.port();
        let listeners = any.map(|ip| SocketAddr::new(ip, port));
        for listener in [at.local].into_iter().chain(listeners) {
            if let Some(row) = diag.find(Family::Tcp, listener, None).ok()? {
                return row.state;
            }
        }
        Some(TcpState::Close)
    }
}
