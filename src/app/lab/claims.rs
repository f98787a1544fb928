//! What `expect` claims of packets.

use crate::app::expect::Found;
use crate::app::{App, Sink};
use crate::event::TcpState;
use crate::event::packet::Packet;
use crate::lab::Crossed;
use crate::lang::ast::{Claim, Expr, Mark, Nth};
use crate::lang::order::{Cause, HOSTS, TcpFlags};
use crate::packet::Again;
use crate::session::Refusal;

impl App {
    /// One look at a claim about the laboratory.
    pub(in crate::app) fn check_lab(
        &mut self,
        claim: &Claim,
        sink: Sink<'_>,
    ) -> Result<Found, Refusal> {
        self.tell_packets(sink);
        if let Some(host) = sender(claim) {
            self.must_send(host)?;
        }
        match claim {
            Claim::Packet { which, host, marks } => {
                self.check_packet(which, host.as_deref(), marks, sink)
            }
            Claim::Packets { host, count } => {
                let wanted = self.number(count, sink)?;
                self.check_count(host.as_deref(), wanted)
            }
            Claim::Fate(which, fate) => {
                let Some(packet) = self.nth(which, sink)? else {
                    return Ok(no_such_packet());
                };
                Ok(Found::new(packet.fate == *fate, packet.fate.word()))
            }
            Claim::Retransmission { of, cause } => self.check_retransmission(of, *cause, sink),
            Claim::Window(host, bytes) => {
                let wanted = self.number(bytes, sink)?;
                let log = self.past()?.log(None);
                let last = log
                    .iter()
                    .rev()
                    .find(|packet| packet.from == *host && announces(packet));
                let found = last.and_then(|packet| packet.win).map(i64::from);
                let shown =
                    found.map_or_else(|| "it has announced none".to_owned(), |win| win.to_string());
                Ok(Found::new(found == Some(wanted), shown))
            }
            Claim::Held(count) => {
                let wanted = self.number(count, sink)?;
                let found = self.laboratory()?.wire.held().len() as i64;
                Ok(Found::new(found == wanted, format!("{found} held")))
            }
            Claim::HalfOpen(socket, count) => self.check_half_open(socket, count, sink),
            _ => Ok(Found::new(false, "no claim about packets").last()),
        }
    }

    fn check_count(&self, host: Option<&str>, wanted: i64) -> Result<Found, Refusal> {
        let past = self.past()?;
        let Some(host) = host else {
            let found = past.count() as i64;
            return Ok(Found::new(found == wanted, format!("{found} packets")));
        };
        let log = past.log(None);
        let sent = log.iter().filter(|packet| packet.from == host);
        let found = sent.count() as i64;
        // Not what has come since.
        let forgotten = past.forgotten();
        if forgotten > 0 {
            // Who sent those nobody knows any more.
            let found =
                format!("{found} packets in the log, which has forgotten {forgotten} before them");
            return Ok(Found::new(false, found).last());
        }
        Ok(Found::new(found == wanted, format!("{found} packets")))
    }

    /// A claim about a host that is not there would hold for ever, or never.
    fn must_send(&self, host: &str) -> Result<(), Refusal> {
        let there = match &self.lab {
            Some(_) => self.host_names().iter().any(|name| name == host),
            // Without a laboratory it is one end of a conversation that is captured, or the answer is that there is none.
            None => self.tap.is_none() || HOSTS.contains(&host),
        };
        match there {
            true => Ok(()),
            false => Err(self.no_host(host)),
        }
    }

    fn number(&mut self, expr: &Expr, sink: Sink<'_>) -> Result<i64, Refusal> {
        self.settled(|app| app.session.int(expr), sink)
    }

    /// The packet that a claim is about.
    fn nth(&mut self, which: &Nth, sink: Sink<'_>) -> Result<Option<Packet>, Refusal> {
        let number = match which {
            Nth::Number(expr) => u64::try_from(self.number(expr, sink)?).unwrap_or(0),
            Nth::Last => self.past()?.count(),
        };
        Ok(self.past()?.packet(number))
    }

    fn check_packet(
        &mut self,
        which: &Nth,
        host: Option<&str>,
        marks: &[Mark],
        sink: Sink<'_>,
    ) -> Result<Found, Refusal> {
        let Some(packet) = self.nth(which, sink)? else {
            return Ok(no_such_packet());
        };
        let mut holds = host.is_none_or(|host| packet.from == host);
        for mark in marks {
            holds &= self.check_mark(&packet, mark, sink)?;
        }
        Ok(Found::new(holds, in_short(&packet)))
    }

    fn check_mark(
        &mut self,
        packet: &Packet,
        mark: &Mark,
        sink: Sink<'_>,
    ) -> Result<bool, Refusal> {
        let same = |found: Option<u32>, wanted: i64| found.map(i64::from) == Some(wanted);
        Ok(match mark {
            Mark::Flags(wanted) => {
                packet.flags.as_deref().and_then(TcpFlags::parse) == Some(*wanted)
            }
            Mark::Udp => packet.proto == "udp",
            Mark::Icmp => packet.proto.starts_with("icmp"),
            Mark::Fragment => {
                let info = packet.info.as_deref().unwrap_or_default();
                packet.proto == "fragment" || info.contains("fragment")
            }
            Mark::Data => packet.len > 0,
            Mark::Seq(first, end) => {
                let begins = same(packet.seq, self.number(first, sink)?);
                let Some(end) = end else {
                    return Ok(begins);
                };
                // Sequence numbers wrap around.
                let behind = packet.seq.map(|seq| seq.wrapping_add(packet.len as u32));
                begins && same(behind, self.number(end, sink)?)
            }
            Mark::Ack(expr) => same(packet.ack, self.number(expr, sink)?),
            Mark::Len(expr) => packet.len as i64 == self.number(expr, sink)?,
            Mark::Win(expr) => same(packet.win, self.number(expr, sink)?),
            Mark::Mss(expr) => {
                let wanted = format!("mss {}", self.number(expr, sink)?);
                packet.options.contains(&wanted)
            }
            Mark::Info(words) => {
                let info = packet.info.as_deref().unwrap_or_default();
                info.to_lowercase().contains(&words.to_lowercase())
            }
        })
    }

    fn check_retransmission(
        &mut self,
        of: &Nth,
        cause: Option<Cause>,
        sink: Sink<'_>,
    ) -> Result<Found, Refusal> {
        let Some(first) = self.nth(of, sink)? else {
            return Ok(no_such_packet());
        };
        let log = self.past()?.log(None);
        let again: Vec<_> = log
            .iter()
            .filter_map(|packet| packet.retransmission.as_ref())
            .filter(|again| again.of == first.n)
            .collect();
        let fits = |why: Again| match cause {
            None => true,
            Some(Cause::Timeout) => matches!(why, Again::Timeout | Again::AfterTimeout),
            Some(Cause::Fast) => why == Again::Fast,
            Some(Cause::Probe) => why == Again::Probe,
            Some(Cause::Answer) => why == Again::Answer,
        };
        let holds = again.iter().any(|again| fits(again.why))
            // One that was folded into its held original.
            || cause.is_none() && first.repeats > 0;
        let found = match again.last() {
            Some(again) => {
                let why = match again.why {
                    Again::AfterTimeout => Again::Timeout,
                    why => why,
                };
                format!("sent again {} times, last by {why:?}", again.nth).to_lowercase()
            }
            None if first.repeats > 0 => {
                format!(
                    "sent again {} times while the wire held it or its answer",
                    first.repeats
                )
            }
            None => "it was not sent again".to_owned(),
        };
        Ok(Found::new(holds, found))
    }

    fn check_half_open(
        &mut self,
        socket: &Expr,
        count: &Expr,
        sink: Sink<'_>,
    ) -> Result<Found, Refusal> {
        let wanted = self.number(count, sink)?;
        let id = self.socket_of(socket, sink)?;
        let Some(socket) = self
            .session
            .socket(id)
            .filter(|socket| socket.listening && !socket.closed)
        else {
            return Ok(Found::new(false, "it does not listen").last());
        };
        let host = socket.host.clone();
        let local = self.ledger.peek(socket).local.and_then(|addr| addr.inet());
        let diag = self.ledger.diag(host.as_deref());
        let rows = local.zip(diag).map(|(local, diag)| diag.embryos(local));
        let Some(Ok(rows)) = rows else {
            return Ok(Found::new(false, "the kernel does not say").last());
        };
        let open = |row: &&crate::kernel::DiagRow| row.state == Some(TcpState::SynRecv);
        let found = rows.iter().filter(open).count() as i64;
        Ok(Found::new(found == wanted, format!("{found} half-open")))
    }
}

/// The host that a claim names.
fn sender(claim: &Claim) -> Option<&str> {
    match claim {
        Claim::Packet { host, .. } | Claim::Packets { host, .. } => host.as_deref(),
        Claim::Window(host, _) => Some(host),
        _ => None,
    }
}

/// Whether it says how much its sender takes. What a RST has there nobody heeds, and a forged packet is not the host's.
fn announces(packet: &Packet) -> bool {
    let flags = packet.flags.as_deref().unwrap_or_default();
    let mut notes = packet.note.as_deref().unwrap_or_default().split(", ");
    packet.win.is_some() && !flags.contains("RST") && !notes.any(|note| note == "forged")
}

fn no_such_packet() -> Found {
    Found::new(false, "there is no such packet yet")
}

/// A packet in a few words.
fn in_short(packet: &Packet) -> String {
    let mut words = vec![
        packet.from.clone(),
        packet.flags.clone().unwrap_or_else(|| packet.proto.clone()),
    ];
    let numbers = [
        ("seq", packet.seq),
        ("ack", packet.ack),
        ("win", packet.win),
    ];
    words.extend(
        numbers
            .iter()
            .filter_map(|(name, n)| Some(format!("{name} {}", (*n)?))),
    );
    words.push(format!("len {}", packet.len));
    let mss = packet.options.iter().find(|said| said.starts_with("mss "));
    words.extend(mss.cloned());
    words.extend(packet.info.clone());
    words.join(" ")
}
