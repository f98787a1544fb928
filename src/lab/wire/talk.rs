//! The latest conversation between two hosts, for packets that are made by hand.

use super::log::{Cause, Record, To};
use super::state::State;
use crate::packet::{Flags, Upper, serial};
use std::net::SocketAddr;

/// RFC 7323, section 2.3: a larger shift is taken for this one.
const MOST_SCALE: u8 = 14;

/// The latest conversation between two hosts, as one of them would go on with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Talk {
    /// The address of the one that sends.
    pub src: SocketAddr,
    /// The address of the other.
    pub dst: SocketAddr,
    /// What relative sequence and acknowledgment numbers are counted from.
    pub base: (u32, u32),
    /// The next sequence number, and the acknowledgment number that says all has arrived, as on the wire.
    pub next: (u32, u32),
    /// The window field of the latest segment from the one that sends, RSTs left out, which announce none; of a SYN, whose
    /// window is not scaled (RFC 7323, section 2.2), as a later segment would write it.
    pub window: Option<u16>,
}

impl State {
    /// The latest conversation of this kind from one host to another, of those with these ports where they are named: the
    /// port of the one that sends, and the other. `None` where there was none.
    pub(super) fn talk(
        &self,
        from: usize,
        to: usize,
        tcp: bool,
        (sport, dport): (Option<u16>, Option<u16>),
    ) -> Option<Talk> {
        let between = |record: &&Record| {
            let kind = matches!(
                (&record.sent().upper, tcp),
                (Upper::Tcp(_), true) | (Upper::Udp(_), false)
            );
            let there = record.from == from && record.to == To::One(to);
            let back = record.from == to && record.to == To::One(from);
            let named = record.sent().ports.is_some_and(|(src, dst)| {
                let (src, dst) = if there { (src, dst) } else { (dst, src) };
                sport.is_none_or(|port| port == src) && dport.is_none_or(|port| port == dst)
            });
            kind && (there || back) && named && self.owns_source(record)
        };
        let last = self.log.iter().rev().find(between)?;
        let ip = last.sent().ip.as_ref()?;
        let (src, dst) = last.sent().ports?;
        let (near, far) = (SocketAddr::new(ip.src, src), SocketAddr::new(ip.dst, dst));
        let of = |host: usize| {
            let flow = last.mark.flow;
            let all = self.log.iter();
            all.filter(move |record| record.from == host && record.mark.flow == flow)
        };
        let (mine, theirs) = (of(from).next_back(), of(to).next_back());
        let zero = |record: Option<&Record>| record?.mark.base.map(|(seq, _)| seq);
        let seen = |record: Option<&Record>| record?.mark.base.map(|(_, ack)| ack);
        let base = (
            zero(mine).or(seen(theirs)).unwrap_or(0),
            zero(theirs).or(seen(mine)).unwrap_or(0),
        );
        Some(Talk {
            src: if last.from == from { near } else { far },
            dst: if last.from == from { far } else { near },
            base,
            next: (
                of(from).fold(None, next).unwrap_or(base.0),
                of(to).fold(None, next).unwrap_or(base.1),
            ),
            window: self.window(of(from), of(to)),
        })
    }

    /// Whether a packet carries its sender's own address. One that was made by hand may carry another.
    fn owns_source(&self, record: &Record) -> bool {
        let source = record.sent().ip.as_ref().map(|ip| ip.src);
        let station = self.stations.get(record.from);
        station.is_some_and(|own| source == Some(own.v4.into()) || source == Some(own.v6.into()))
    }

    /// The window that a host would announce if it went on as before.
    fn window<'a>(
        &self,
        mine: impl DoubleEndedIterator<Item = &'a Record>,
        mut theirs: impl Iterator<Item = &'a Record>,
    ) -> Option<u16> {
        let says = |record: &&Record| {
            let tcp = record.sent().tcp();
            tcp.is_some_and(|tcp| !tcp.flags.has(Flags::RST))
        };
        let mine: Vec<&Record> = mine.filter(says).collect();
        let own = mine.iter().rfind(|record| record.cause != Cause::Forged);
        let tcp = own.or(mine.last())?.sent().tcp()?;
        if !tcp.flags.has(Flags::SYN) {
            return Some(tcp.window);
        }
        let scales = |record: &Record| {
            let tcp = record.sent().tcp();
            tcp.is_some_and(|tcp| tcp.flags.has(Flags::SYN) && tcp.options.wscale.is_some())
        };
        let agreed = theirs.any(scales);
        let shift = tcp.options.wscale.filter(|_| agreed).unwrap_or(0);
        Some(tcp.window >> shift.min(MOST_SCALE))
    }
}

/// The sequence number behind all that was sent, once this segment was too. One that was forged counts where it goes on from
/// there; elsewhere its receiver has no use for it.
fn next(before: Option<u32>, record: &Record) -> Option<u32> {
    let Some(tcp) = record.sent().tcp() else {
        return before;
    };
    let flags = u32::from(tcp.flags.has(Flags::SYN)) + u32::from(tcp.flags.has(Flags::FIN));
    let payload = record.sent().payload.len() as u32;
    let end = tcp.seq.wrapping_add(payload).wrapping_add(flags);
    let Some(next) = before else {
        return Some(end);
    };
    // Nor for one without ACK.
    let taken = tcp.flags.any(Flags::ACK | Flags::SYN | Flags::RST);
    let in_vain = record.cause == Cause::Forged && (serial::before(next, tcp.seq) || !taken);
    Some(if !in_vain && serial::before(next, end) {
        end
    } else {
        next
    })
}
