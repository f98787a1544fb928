//! Conversations as one wire sees them: whose packet it is, numbers relative to each side's first, what is sent again and
//! why, and what was counted.
//!
//! A wire may hold packets, so it tells two things of each: that it came in ([`Flows::enter`]), and what became of it
//! ([`Flows::delivered`], [`Flows::dropped`]). Only what was delivered can have moved an end to send something.

mod arrival;
mod end;
mod fragments;
mod mark;
mod older;
mod tcp;
mod why;

pub use mark::{Mark, Way};

use super::model::{Count, Rst};
use super::parse::{Flags, Parsed, Upper, protocol, quoted};
use arrival::Seen;
use end::End;
use fragments::Fragments;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// How many conversations are remembered. The oldest are forgotten, ended ones first.
const MOST: usize = 2048;

/// How many are forgotten at once, so that a flood does not search for the oldest each time.
const AT_ONCE: usize = 256;

/// The conversations seen on one wire.
#[derive(Debug, Default)]
pub struct Flows {
    current: BTreeMap<Key, u32>,
    flows: BTreeMap<u32, Flow>,
    fragments: Fragments,
    last: u32,
}

/// An address, and a port where there is one (of an echo, its identifier).
type Place = (IpAddr, u16);

/// What tells one conversation from another: the same for both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    protocol: u8,
    ends: [Place; 2],
}

#[derive(Debug)]
struct Flow {
    key: Key,
    proto: &'static str,
    ports: bool,
    /// Who began it, and who answered.
    ends: [Place; 2],
    counts: [Count; 2],
    /// Which packets have arrived, each way.
    seen: [Seen; 2],
    /// The two ends of a TCP connection.
    tcp: Option<Box<[End; 2]>>,
    /// When its latest packet came.
    last: Duration,
    /// The one before it between the same ends.
    before: Option<u32>,
    /// Both sides of a TCP connection have sent FIN, or one RST.
    ended: bool,
}

/// A conversation with its totals.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    /// Its number, from 1 in the order in which they began.
    pub flow: u32,
    /// `tcp`, `udp`, `icmp` …
    pub proto: &'static str,
    /// Who began it: the sender of its first packet.
    pub client: (IpAddr, Option<u16>),
    /// Who was talked to.
    pub server: (IpAddr, Option<u16>),
    /// From the client, from the server.
    pub ways: [Count; 2],
}

impl Flows {
    /// A packet comes into the wire. `n` is its number there and `at` the time, both growing; `bytes` are those that
    /// `parsed` was read from.
    pub fn enter(&mut self, n: u64, at: Duration, bytes: &[u8], parsed: &Parsed) -> Mark {
        self.take_in(Mark::new(n), at, bytes, parsed)
    }

    /// The same, of a packet that somebody made by hand: the kernel in whose name it goes has not sent what it carries.
    pub fn forged(&mut self, n: u64, at: Duration, bytes: &[u8], parsed: &Parsed) -> Mark {
        let mut mark = Mark::new(n);
        mark.forged = true;
        self.take_in(mark, at, bytes, parsed)
    }

    /// The same, of a packet that a capture saw. That may have begun in the middle of a connection, where `way` is the way that
    /// this packet goes, as its ends know.
    pub fn captured(
        &mut self,
        n: u64,
        at: Duration,
        bytes: &[u8],
        parsed: &Parsed,
        way: Way,
    ) -> Mark {
        let mut mark = Mark::new(n);
        mark.way = way;
        self.take_in(mark, at, bytes, parsed)
    }

    fn take_in(&mut self, mut mark: Mark, at: Duration, bytes: &[u8], parsed: &Parsed) -> Mark {
        let Some(ip) = &parsed.ip else {
            return mark;
        };
        let piece = fragments::piece(parsed, ip);
        let (src, dst) = places(parsed, ip.src, ip.dst);
        let known = self
            .of_error(bytes, parsed)
            .map(|(flow, way)| (flow, way, true))
            .or_else(|| {
                let found = self.fragments.find(piece.as_ref()?)?;
                (ip.offset > 0).then_some((found.flow, found.way, false))
            });
        let (number, way) = match known {
            Some((flow, way, about)) => {
                mark.about = about;
                (flow, way)
            }
            None => self.find_or_begin(ip.protocol, src, dst, parsed, at, mark.way),
        };
        let Some(flow) = self.flows.get_mut(&number) else {
            return mark;
        };
        mark.flow = Some(number);
        mark.way = way;
        flow.last = at;
        // What stands behind half a TCP header is no payload.
        let headless = flow.tcp.is_some() && parsed.upper == Upper::Other;
        if !mark.about && !headless {
            mark.payload = parsed.payload.len();
        }
        let count = &mut flow.counts[way as usize];
        count.packets += 1;
        count.bytes += parsed.found as u64;
        count.payload += mark.payload as u64;
        mark.ordinal = count.packets;
        if mark.about {
            // Nobody took what it quotes: it has reached the host, and no program.
            let refused = refused(bytes, parsed);
            let other = &mut flow.counts[way.other() as usize];
            other.arrived = other.arrived.saturating_sub(refused);
            other.ordered = other.ordered.saturating_sub(refused);
        }
        if let (Upper::Tcp(segment), Some(ends)) = (&parsed.upper, &mut flow.tcp) {
            tcp::enter(ends, segment, at, &mut mark);
            let again = mark.retransmission.is_some();
            flow.counts[way as usize].retransmitted += u64::from(again && mark.occupies());
            let over = ends.iter().all(|end| end.fin.is_some());
            // Who sends a RST has no connection; a forged one ends it where it is taken.
            flow.ended |= over || segment.flags.has(Flags::RST) && !mark.forged;
        }
        if let Some(piece) = piece {
            self.fragments.enter(piece, number, way);
            mark.piece = Some(piece);
        }
        mark
    }

    /// It was handed to its receiver. A copy of a packet is delivered once more with the same mark. (One that its
    /// receiver drops is [`spoiled`](Flows::spoiled).)
    pub fn delivered(&mut self, at: Duration, mark: &Mark) {
        let Some(flow) = mark.flow.and_then(|flow| self.flows.get_mut(&flow)) else {
            return;
        };
        let way = mark.way as usize;
        if let (Some(segment), Some(ends)) = (&mark.segment, &mut flow.tcp) {
            let (arrived, ordered) = tcp::deliver(ends, mark.way, segment, mark, at);
            flow.ended |= ends[way].ended_by.is_some();
            let count = &mut flow.counts[way];
            count.arrived += arrived;
            // An end that contradicts itself (two FINs at different places) must not count more in order than has come.
            count.ordered = (count.ordered + ordered).min(count.arrived);
            return;
        }
        let (first, latest) = flow.seen[way].add(mark.ordinal);
        if !first {
            return;
        }
        // A datagram in fragments arrives with the last of them.
        let payload = match &mark.piece {
            Some(piece) => self.fragments.arrive(piece, mark.payload),
            None => mark.payload as u64,
        };
        flow.counts[way].arrived += payload;
        flow.counts[way].ordered += if latest { payload } else { 0 };
    }

    /// Whether what this segment carries has arrived, with nothing missing before it, and its receiver has not
    /// acknowledged it.
    pub fn awaits_ack(&self, mark: &Mark) -> bool {
        let flow = mark.flow.and_then(|flow| self.flows.get(&flow));
        let Some((segment, ends)) = flow.and_then(|flow| mark.segment.zip(flow.tcp.as_ref()))
        else {
            return false;
        };
        let (own, peer) = (&ends[mark.way as usize], &ends[mark.way.other() as usize]);
        let acknowledged = peer.said_ack.unwrap_or(0);
        segment.to > segment.from && acknowledged < segment.to && segment.to <= own.arrival.next()
    }

    /// What became known of the RST that ended the latest connection between these two: one that was delivered from the
    /// first to the second. `None` where that cannot be said: the connection, or its beginning, did not cross the wire, or
    /// no RST had the number that its receiver waited for.
    pub fn rst(&self, from: SocketAddr, to: SocketAddr) -> Option<Rst> {
        let end = self.over(from, to)?.end(from)?;
        end.ended_by.or((end.syn && !end.rst).then_some(Rst::Never))
    }

    /// Whether in the latest connection between these two the first has sent a SYN and then, as the other's SYN came, a
    /// SYN,ACK: a simultaneous open (RFC 9293, section 3.5).
    pub fn crossed(&self, from: SocketAddr, to: SocketAddr) -> bool {
        let end = self.latest(from, to).and_then(|flow| flow.end(from));
        end.is_some_and(|end| end.crossed)
    }

    /// It never arrives.
    pub fn dropped(&mut self, mark: &Mark) {
        if let Some(flow) = mark.flow.and_then(|flow| self.flows.get_mut(&flow)) {
            flow.counts[mark.way as usize].dropped += 1;
        }
    }

    /// It arrives so that its receiver's kernel drops it.
    pub fn spoiled(&mut self, mark: &Mark) {
        if let Some(flow) = mark.flow.and_then(|flow| self.flows.get_mut(&flow)) {
            flow.counts[mark.way as usize].spoiled += 1;
        }
    }

    /// It was changed on the wire and reads so now. What is shown of it follows; what its sender sent stays as it was
    /// entered, since nobody will take the rest in.
    pub fn reread(&self, mark: &mut Mark, parsed: &Parsed) {
        let ends = mark
            .flow
            .and_then(|flow| self.flows.get(&flow)?.tcp.as_ref());
        match (parsed.tcp(), ends) {
            (Some(segment), Some(ends)) => tcp::reread(ends, segment, mark),
            _ => (mark.seq, mark.ack, mark.window) = (None, None, None),
        }
    }

    /// The latest TCP connection between these two.
    fn latest(&self, from: SocketAddr, to: SocketAddr) -> Option<&Flow> {
        let key = Key::new(protocol::TCP, plain(from), plain(to));
        self.flows.get(self.current.get(&key)?)
    }

    /// The conversations that are remembered, in the order in which they began.
    pub fn conversations(&self) -> Vec<Conversation> {
        let each = self.flows.iter();
        each.map(|(number, flow)| flow.told(*number)).collect()
    }

    /// The conversation that an ICMP error is about, and which way the error goes: to whoever sent what it quotes.
    fn of_error(&self, bytes: &[u8], parsed: &Parsed) -> Option<(u32, Way)> {
        let (_, inner) = quoted(bytes, parsed)?;
        let ip = inner.ip.as_ref()?;
        let (src, dst) = places(&inner, ip.src, ip.dst);
        let number = *self.current.get(&Key::new(ip.protocol, src, dst))?;
        let way = self.flows.get(&number)?.way(src);
        Some((number, way.other()))
    }

    fn find_or_begin(
        &mut self,
        protocol: u8,
        src: Place,
        dst: Place,
        parsed: &Parsed,
        at: Duration,
        way: Way,
    ) -> (u32, Way) {
        let key = Key::new(protocol, src, dst);
        if let Some(number) = self.current.get(&key)
            && let Some(flow) = self.flows.get(number)
            && !flow.is_over_for(parsed, src)
        {
            let number = self.older(*number, parsed.tcp(), src).unwrap_or(*number);
            return (number, flow.way(src));
        }
        self.last += 1;
        let answers = parsed
            .tcp()
            .is_some_and(|tcp| match tcp.flags.has(Flags::SYN) {
                true => tcp.flags.has(Flags::ACK),
                false => way == Way::ToClient,
            });
        let ends = if answers { [dst, src] } else { [src, dst] };
        let flow = Flow {
            key,
            proto: parsed.proto(),
            ports: parsed.ports.is_some(),
            ends,
            counts: Default::default(),
            seen: Default::default(),
            tcp: (protocol == protocol::TCP).then(Default::default),
            last: at,
            before: self.current.get(&key).copied(),
            ended: false,
        };
        let way = flow.way(src);
        self.flows.insert(self.last, flow);
        self.current.insert(key, self.last);
        if self.flows.len() > MOST {
            self.forget();
        }
        (self.last, way)
    }

    fn forget(&mut self) {
        let mut order: Vec<(bool, Duration, u32)> = self
            .flows
            .iter()
            .filter(|(number, _)| **number != self.last)
            .map(|(number, flow)| (!flow.ended, flow.last, *number))
            .collect();
        order.sort_unstable();
        for (.., number) in order.into_iter().take(AT_ONCE) {
            let Some(flow) = self.flows.remove(&number) else {
                continue;
            };
            if self.current.get(&flow.key) == Some(&number) {
                self.current.remove(&flow.key);
            }
        }
    }
}

impl Flow {
    fn way(&self, src: Place) -> Way {
        match src == self.ends[0] {
            true => Way::ToServer,
            false => Way::ToClient,
        }
    }

    /// This one of its two ends, as a sender of TCP.
    fn end(&self, of: SocketAddr) -> Option<&End> {
        self.tcp.as_ref()?.get(self.way(plain(of)) as usize)
    }

    /// Whether this packet begins another conversation between the same ports: a SYN with another number than before, after
    /// the old one ended or before it ever came about.
    fn is_over_for(&self, parsed: &Parsed, src: Place) -> bool {
        let (Some(segment), Some(ends)) = (parsed.tcp(), &self.tcp) else {
            return false;
        };
        let begins = segment.flags.has(Flags::SYN) && !segment.flags.has(Flags::ACK);
        let end = &ends[self.way(src) as usize];
        let another = end.zero.is_some_and(|zero| zero != segment.seq);
        let established = ends.iter().all(|end| end.said_ack.is_some());
        begins && another && (self.ended || !established)
    }

    fn told(&self, number: u32) -> Conversation {
        let end = |(address, port): Place| (address, self.ports.then_some(port));
        Conversation {
            flow: number,
            proto: self.proto,
            client: end(self.ends[0]),
            server: end(self.ends[1]),
            ways: self.counts,
        }
    }
}

impl Key {
    fn new(protocol: u8, a: Place, b: Place) -> Key {
        let ends = if a <= b { [a, b] } else { [b, a] };
        Key { protocol, ends }
    }
}

/// An end's place. What an IPv6 socket sends to an IPv4 address goes as IPv4.
fn plain(end: SocketAddr) -> Place {
    (end.ip().to_canonical(), end.port())
}

/// Source and destination. The two ends of an echo are told apart from other echoes by its identifier.
fn places(parsed: &Parsed, src: IpAddr, dst: IpAddr) -> (Place, Place) {
    let (from, to) = match (&parsed.upper, parsed.ports) {
        (_, Some(ports)) => ports,
        (Upper::Icmp(icmp), _) if icmp.is_echo() => {
            let id = (icmp.rest >> 16) as u16;
            (id, id)
        }
        _ => (0, 0),
    };
    ((src, from), (dst, to))
}

/// The payload of the datagram that found no program at its port (RFC 792, type 3 code 3; RFC 4443, type 1 code 4).
fn refused(bytes: &[u8], parsed: &Parsed) -> u64 {
    let Upper::Icmp(icmp) = &parsed.upper else {
        return 0;
    };
    let nobody = match icmp.six {
        true => (icmp.kind, icmp.code) == (1, 4),
        false => (icmp.kind, icmp.code) == (3, 3),
    };
    match quoted(bytes, parsed).map(|(_, inner)| inner.upper) {
        // The quote may be cut; its header says how long the whole was (RFC 768: 8 bytes of it are the header).
        Some(Upper::Udp(udp)) if nobody => u64::from(udp.length).saturating_sub(8),
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
