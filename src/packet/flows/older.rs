//! A connection that its one end has lost, while the other still believes in it: the next one between the same ports begins,
//! and segments of both cross the wire (RFC 9293, section 3.5.1, figure 9).

use super::{Flow, Flows, Place};
use crate::packet::parse::{Flags, Tcp};
use std::net::SocketAddr;

impl Flows {
    /// The conversation before this one, where a segment continues that and not this.
    pub(super) fn older(&self, number: u32, tcp: Option<&Tcp>, src: Place) -> Option<u32> {
        let tcp = tcp.filter(|tcp| !tcp.flags.has(Flags::SYN))?;
        let flow = self.flows.get(&number)?;
        let older = self.flows.get(&flow.before?)?;
        (older.distance(tcp, src) < flow.distance(tcp, src)).then_some(flow.before?)
    }

    /// The latest conversation from one end to another, or that before it, where the latest goes on and so cannot be the one
    /// that was ended.
    pub(super) fn over(&self, from: SocketAddr, to: SocketAddr) -> Option<&Flow> {
        let latest = self.latest(from, to)?;
        let before = || self.flows.get(&latest.before?).filter(|older| older.ended);
        match latest.ended {
            true => Some(latest),
            false => before().or(Some(latest)),
        }
    }
}

impl Flow {
    /// How far a segment's number lies from the one that its sender comes to next; where the sender has no number yet, that
    /// which it acknowledges from what the other end has sent. Numbers begin at random, so those of another connection are
    /// far away.
    fn distance(&self, tcp: &Tcp, src: Place) -> u32 {
        let way = self.way(src);
        let Some(ends) = &self.tcp else {
            return u32::MAX;
        };
        let (own, peer) = (&ends[way as usize], &ends[way.other() as usize]);
        let far = |raw: u32, zero: u32, high: i64| {
            let difference = raw.wrapping_sub(zero.wrapping_add(high as u32));
            difference.cast_signed().unsigned_abs()
        };
        match (own.zero, peer.zero) {
            (Some(zero), _) => far(tcp.seq, zero, own.high),
            (None, Some(zero)) if tcp.flags.has(Flags::ACK) => far(tcp.ack, zero, peer.high),
            _ => u32::MAX,
        }
    }
}
