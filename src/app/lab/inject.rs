//! `inject`: a packet made by hand is put on the wire as if a host had sent it. What is not said is taken from the hosts'
//! latest conversation.

use super::Laboratory;
use crate::app::{App, Sink};
use crate::lab::{Host, Talk};
use crate::lang::order::{Forged, Inject, Payload, Place, Source};
use crate::packet::build::{self, Datagram, Opt, Segment};
use crate::packet::{Drill, Flags, Towards, parse, parse_drill};
use crate::session::Refusal;
use std::net::{IpAddr, SocketAddr};

/// Time to live where none is said: what Linux uses.
const TTL: u8 = 64;

/// The window where none is said and none was announced.
const WINDOW: u16 = 65_535;

/// The ports of a packet that belongs to no conversation yet.
const PORTS: (u16, u16) = (40_000, 80);

impl App {
    /// `inject …`
    pub(super) fn inject(&mut self, inject: &Inject, sink: Sink<'_>) -> Result<(), Refusal> {
        let lab = self.laboratory()?;
        let (from, bytes) = match inject {
            Inject::Words(forged) => lab.forged(forged)?,
            Inject::Packetdrill { text, span } => {
                let drill = parse_drill(text).map_err(|fault| {
                    Refusal::new(fault.to_string())
                        .at(*span)
                        .help("inject > S 0:0(0) win 1000 <mss 1460>")
                })?;
                lab.drilled(&drill)?
            }
            Inject::Bytes(bytes) => (lab.sender_of(bytes), bytes.clone()),
        };
        lab.wire.inject(from, &bytes);
        let parsed = parse(&bytes);
        let in_vain = parsed.tcp().is_some_and(|tcp| {
            let taken = Flags::ACK | Flags::SYN | Flags::RST;
            !tcp.flags.any(taken)
        });
        self.tell_packets(sink);
        if in_vain {
            self.say(
                "a connection drops a segment without ACK, unless it is a SYN or a RST (RFC 9293, section 3.10.7.4): \
                 FIN,ACK or PSH,ACK would count",
                sink,
            );
        }
        self.ledger.delivered();
        self.look_around(None, sink);
        Ok(())
    }
}

impl Laboratory {
    fn host(&self, place: &Place) -> Result<usize, Refusal> {
        self.place(&place.name).ok_or_else(|| {
            let names = self.names().join(", ");
            Refusal::new(format!("there is no laboratory host `{}`", place.name))
                .at(place.span)
                .help(format!("there are {names}"))
        })
    }

    /// A host's address on the wire.
    pub(super) fn address(&self, place: usize, ipv6: bool) -> IpAddr {
        let host = &self.hosts.all()[place];
        if ipv6 { host.v6.into() } else { host.v4.into() }
    }

    /// The packet in words.
    fn forged(&self, forged: &Forged) -> Result<(usize, Vec<u8>), Refusal> {
        let (from, to) = (self.host(&forged.from)?, self.host(&forged.to)?);
        if from == to {
            return Err(Refusal::new("a packet goes from one host to another").at(forged.to.span));
        }
        let ports = (forged.sport, forged.dport);
        let latest = |ports| self.wire.talk(from, to, forged.flags.is_some(), ports);
        // The numbers are those of the conversation with these ports, if there is one.
        let talk = latest(ports);
        let near = talk.or_else(|| latest((None, None)));
        let (mut src, mut dst) = self.ends(from, to, near.as_ref(), ports);
        if let Some(claimed) = &forged.src {
            let claimed = match claimed {
                Source::Address(ip) => *ip,
                // In the family of the conversation.
                Source::Host(host) => self.address(self.host(host)?, src.is_ipv6()),
            };
            src.set_ip(claimed);
            // Both addresses of a packet are of one family.
            dst.set_ip(self.address(to, claimed.is_ipv6()));
        }
        let payload = match &forged.payload {
            Payload::Len(len) => b"abcdefghijklmnopqrstuvwxyz"
                .iter()
                .copied()
                .cycle()
                .take((*len).into())
                .collect(),
            Payload::Bytes(bytes) => bytes.clone(),
        };
        let ttl = forged.ttl.unwrap_or(TTL);
        let made = match forged.flags {
            None => build::datagram(&Datagram {
                src,
                dst,
                payload,
                ttl,
            }),
            Some(flags) => {
                let numbers = Numbers {
                    seq: forged.seq,
                    ack: forged.ack,
                };
                let flags = Flags(flags.0.into());
                let (seq, ack) = numbers.absolute(talk.as_ref(), flags);
                build::segment(&Segment {
                    src,
                    dst,
                    flags,
                    seq,
                    ack,
                    window: forged
                        .win
                        .unwrap_or_else(|| usual_window(talk.as_ref(), flags)),
                    urgent: 0,
                    options: forged.mss.map(Opt::Mss).into_iter().collect(),
                    payload,
                    ttl,
                })
            }
        };
        let bytes =
            made.map_err(|why| Refusal::new(format!("this packet cannot be made: {why}")))?;
        Ok((from, bytes))
    }

    /// The packet in packetdrill's notation: `>` goes from the first host to the second, `<` the other way.
    fn drilled(&self, drill: &Drill) -> Result<(usize, Vec<u8>), Refusal> {
        let (from, to) = match drill.towards {
            Towards::Out => (0, 1),
            Towards::In => (1, 0),
        };
        let talk = self.wire.talk(from, to, true, (None, None));
        let (src, dst) = self.ends(from, to, talk.as_ref(), (None, None));
        let base = talk.as_ref().map_or((0, 0), |talk| talk.base);
        let mut segment = drill.segment(src, dst, base);
        if drill.window.is_none() {
            segment.window = usual_window(talk.as_ref(), drill.flags);
        }
        if let (None, true, Some(talk)) = (drill.ack, drill.flags.has(Flags::ACK), &talk) {
            segment.ack = talk.next.1;
        }
        let made = build::segment(&segment);
        let bytes =
            made.map_err(|why| Refusal::new(format!("this packet cannot be made: {why}")))?;
        Ok((from, bytes))
    }

    /// The host whose address a whole packet carries as its source.
    fn sender_of(&self, bytes: &[u8]) -> usize {
        let source = parse(bytes).ip.map(|ip| ip.src);
        let is = |host: &Host| {
            source == Some(IpAddr::V4(host.v4)) || source == Some(IpAddr::V6(host.v6))
        };
        // From an address of nobody, it comes from the first host's side.
        self.hosts.all().iter().position(is).unwrap_or(0)
    }

    /// The two addresses: those of the latest conversation, of which single ports may be replaced.
    fn ends(
        &self,
        from: usize,
        to: usize,
        talk: Option<&Talk>,
        (sport, dport): (Option<u16>, Option<u16>),
    ) -> (SocketAddr, SocketAddr) {
        let ipv6 = talk.is_some_and(|talk| talk.src.is_ipv6());
        let address = |place, port| SocketAddr::new(self.address(place, ipv6), port);
        let known = talk.map_or(PORTS, |talk| (talk.src.port(), talk.dst.port()));
        (
            address(from, sport.unwrap_or(known.0)),
            address(to, dport.unwrap_or(known.1)),
        )
    }
}

/// Relative numbers as they were typed.
struct Numbers {
    seq: Option<i64>,
    ack: Option<i64>,
}

impl Numbers {
    /// As they stand on the wire. What is not said is the next number that the conversation expects; where ACK is not set
    /// the field means nothing, and is 0 as kernels leave it.
    fn absolute(&self, talk: Option<&Talk>, flags: Flags) -> (u32, u32) {
        let shift = |base: u32, number: i64| base.wrapping_add(number as u32);
        let (seq_base, ack_base) = talk.map_or((0, 0), |talk| talk.base);
        let next = talk.map_or((0, 0), |talk| talk.next);
        let acked = if flags.has(Flags::ACK) { next.1 } else { 0 };
        (
            self.seq.map_or(next.0, |seq| shift(seq_base, seq)),
            self.ack.map_or(acked, |ack| shift(ack_base, ack)),
        )
    }
}

/// The window where none is said: the one that the sender has announced last; of a RST none, as kernels send it.
fn usual_window(talk: Option<&Talk>, flags: Flags) -> u16 {
    match talk {
        _ if flags.has(Flags::RST) => 0,
        // A SYN's window is never scaled.
        Some(talk) if !flags.has(Flags::SYN) => talk.window.unwrap_or(WINDOW),
        _ => WINDOW,
    }
}
