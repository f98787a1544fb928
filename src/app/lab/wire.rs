//! Orders to the wire, and questions about what crossed it.

use super::Laboratory;
use super::host::without_helper;
use crate::app::compare::a_seed;
use crate::app::{App, Sink};
use crate::event::packet::{Anatomy, Header};
use crate::event::{Answer, What};
use crate::lab::{Crossed, MTU, Unable, Undone};
use crate::lang::Missing;
use crate::lang::ast::Span;
use crate::lang::order::{HeaderKind, Opened, Which, Wire};
use crate::packet::Flipped;
use crate::session::Refusal;
use crate::sys::namespace::IPV6_MTU;

/// Linux's TCP cuts data into no less than 48 bytes with the options (`tcp_min_snd_mss`, `Documentation/networking/
/// ip-sysctl.rst`), behind two headers of 20.
const TCP_MTU: u32 = 48 + 20 + 20;

impl Laboratory {
    /// The wire's settings in words.
    pub(super) fn words(&self) -> String {
        match self.mtu {
            Some(mtu) => format!("{}, takes packets of up to {mtu} bytes", self.wire.words()),
            None => self.wire.words(),
        }
    }

    /// Changes the MTU of every host's device.
    fn set_mtu(&mut self, mtu: u32) -> Result<(), Refusal> {
        for place in 0..self.hosts.all().len() {
            if let Err(undone) = self.hosts.set_mtu(place, mtu) {
                // All or none: the devices before it go back to what they had, which the kernel took once.
                let former = self.mtu.unwrap_or(MTU);
                for before in 0..place {
                    let _ = self.hosts.set_mtu(before, former);
                }
                return Err(match undone {
                    Undone::Refused(errno) => {
                        Refusal::new(format!("the kernel refuses an MTU of {mtu}: {errno}"))
                    }
                    _ => without_helper(undone, "change a host's device"),
                });
            }
        }
        self.mtu = (mtu != MTU).then_some(mtu);
        Ok(())
    }
}

impl App {
    /// `wire …`
    pub(in crate::app) fn wire(
        &mut self,
        order: Option<&Wire>,
        sink: Sink<'_>,
    ) -> Result<(), Refusal> {
        if let Some(Wire::Log(count)) = order {
            let count = count.map(|count| usize::try_from(count).unwrap_or(usize::MAX));
            return self.show_log(count, sink);
        }
        let wire = &self.laboratory()?.wire;
        match order {
            None => return self.show_wire(sink),
            Some(Wire::Hold) => wire.hold(),
            Some(Wire::Flow) => wire.flow(),
            Some(Wire::Drop(Which::Number(n))) => wire.drop_one(*n).map_err(unable)?,
            Some(Wire::Drop(Which::Next)) => wire.drop_next(),
            Some(Wire::Drop(Which::All)) => {
                if !wire.drop_all() {
                    self.say("the wire holds nothing, so nothing was dropped", sink);
                    return Ok(());
                }
            }
            Some(Wire::Dup(n)) => {
                let n = n.map_or_else(|| first(wire), Ok)?;
                // A copy of one that is not held is told as it moves.
                if wire.duplicate(n).map_err(unable)? {
                    self.say(format!("a copy of #{n} will follow it"), sink);
                }
            }
            Some(Wire::Swap(two)) => {
                let (a, b) = wire.swap(*two).map_err(unable)?;
                self.say(
                    format!("#{b} is now where #{a} was, and the other way round"),
                    sink,
                );
            }
            Some(Wire::Delay(delay)) => wire.delay(*delay),
            Some(Wire::Loss { percent, seed }) => {
                wire.lose(*percent, seed.unwrap_or_else(a_seed));
            }
            Some(Wire::Corrupt(n)) => {
                let words = corrupt(wire, *n)?;
                self.say(words, sink);
            }
            Some(Wire::Mtu(mtu)) => return self.mtu(*mtu, sink),
            Some(Wire::Rate(bits)) => wire.rate(*bits),
            Some(Wire::Log(_)) => {}
            Some(Wire::Clear) => {
                wire.clear();
                if let Some(lab) = self.lab.as_mut().filter(|lab| lab.mtu.is_some()) {
                    lab.set_mtu(MTU)?;
                }
            }
        }
        self.tell_packets(sink);
        self.ledger.delivered();
        self.look_around(None, sink);
        self.hear_the_woken(sink);
        if order.is_some_and(sets) {
            let words = self.laboratory()?.words();
            self.say(format!("the wire {words}"), sink);
        }
        Ok(())
    }

    /// Why an unfinished line that names a held packet cannot be done: said before its number is asked for. What an earlier
    /// statement of the same line would put on the wire is not there yet.
    pub(in crate::app) fn no_packet(
        &self,
        line: &str,
        missing: &Missing,
    ) -> Option<(Span, Refusal)> {
        let first = !line.get(..missing.at)?.contains([';', '\n']);
        if !missing.held || !first || self.comparison.is_some() {
            return None;
        }
        let refusal = match self.laboratory() {
            Ok(lab) if lab.wire.next().is_some() => return None,
            Ok(lab) => nothing_held(&lab.wire),
            Err(refusal) => refusal,
        };
        let end = missing.at;
        Some((Span { start: 0, end }, refusal))
    }

    fn mtu(&mut self, mtu: u32, sink: Sink<'_>) -> Result<(), Refusal> {
        let lab = self.lab.as_mut().ok_or_else(super::no_laboratory)?;
        lab.set_mtu(mtu)?;
        let words = lab.words();
        self.say(format!("the wire {words}"), sink);
        if mtu < TCP_MTU {
            self.say(
                format!(
                    "TCP fills packets up to {TCP_MTU} bytes all the same: they go in fragments, some only after a timeout"
                ),
                sink,
            );
        }
        if mtu < IPV6_MTU {
            self.say(
                format!(
                    "with less than {IPV6_MTU} bytes the hosts have no IPv6 (RFC 8200, section 5)"
                ),
                sink,
            );
        }
        Ok(())
    }

    /// `wire`
    fn show_wire(&mut self, sink: Sink<'_>) -> Result<(), Refusal> {
        self.tell_packets(sink);
        let lab = self.laboratory()?;
        let words = lab.words();
        let packets = [lab.wire.held(), lab.wire.underway()].concat();
        let unanswered = lab.wire.unanswered();
        self.say(format!("the wire {words}"), sink);
        self.tell(None, What::Answer(Answer::Held { packets }), sink);
        for (n, repeats) in unanswered {
            let times = match repeats {
                1 => "once".to_owned(),
                n => format!("{n} times"),
            };
            self.say(
                format!(
                    "#{n} was sent again {times}: its answer is held, so that was only counted; `set retransmits show` holds it"
                ),
                sink,
            );
        }
        Ok(())
    }

    /// `wire log [N]`
    fn show_log(&mut self, count: Option<usize>, sink: Sink<'_>) -> Result<(), Refusal> {
        self.tell_packets(sink);
        let packets = self.past()?.log(count);
        if packets.is_empty() {
            self.say("no packet has crossed the wire yet", sink);
        } else {
            self.tell(None, What::Answer(Answer::Log { packets }), sink);
        }
        Ok(())
    }

    /// `packet N`
    pub(super) fn open_packet(&mut self, what: Opened, sink: Sink<'_>) -> Result<(), Refusal> {
        let past = self.past()?;
        let n = what.n.unwrap_or_else(|| past.count());
        let Some(mut anatomy) = past.anatomy(n) else {
            return Err(unable(Unable::Unknown(n)));
        };
        anatomy.part = what.part;
        if let Some(kind) = what.header {
            only(kind, &mut anatomy)?;
        }
        self.tell(None, What::Answer(Answer::Anatomy(Box::new(anatomy))), sink);
        Ok(())
    }

    /// `ladder`
    pub(super) fn ladder(
        &mut self,
        live: Option<bool>,
        flow: Option<u64>,
        sink: Sink<'_>,
    ) -> Result<(), Refusal> {
        self.tell_packets(sink);
        if let Some(live) = live {
            self.lab.as_mut().ok_or_else(super::no_laboratory)?.live = live;
            let words = if live {
                "each step draws its part of the ladder"
            } else {
                "steps are told in lines"
            };
            self.say(words, sink);
            return Ok(());
        }
        let past = self.past()?;
        let known = |flow: u64| past.flows().iter().any(|known| known.n == flow);
        if let Some(flow) = flow.filter(|flow| !known(*flow)) {
            return Err(Refusal::new(format!("there is no conversation {flow}"))
                .help("`flows` lists them, from 1"));
        }
        let ladder = past.ladder(flow);
        self.tell(None, What::Answer(Answer::Ladder(ladder)), sink);
        Ok(())
    }

    /// `flows`
    pub(super) fn flows(&mut self, sink: Sink<'_>) -> Result<(), Refusal> {
        self.tell_packets(sink);
        let flows = self.past()?.flows();
        if flows.is_empty() {
            self.say("no packet has crossed the wire yet", sink);
        } else {
            self.tell(None, What::Answer(Answer::Flows { flows }), sink);
        }
        Ok(())
    }
}

/// Whether an order changes a setting, so that the settings are worth a line.
fn sets(order: &Wire) -> bool {
    matches!(
        order,
        Wire::Hold
            | Wire::Flow
            | Wire::Delay(_)
            | Wire::Loss { .. }
            | Wire::Rate(_)
            | Wire::Clear
            | Wire::Drop(Which::Next | Which::All)
    )
}

/// Where a bit stands: `TCP: Sequence Number`.
fn place(headers: &[Header], flipped: Flipped) -> Option<String> {
    let bit = flipped.byte * 8 + usize::from(flipped.bit);
    headers.iter().find_map(|header| {
        let mut fields = header.fields.iter();
        let field = fields.find(|field| (field.bit..field.bit + field.bits).contains(&bit))?;
        Some(format!("{}: {}", header.name, field.name))
    })
}

/// `wire corrupt N`. What it did, in words.
fn corrupt(wire: &crate::lab::Wire, n: Option<u64>) -> Result<String, Refusal> {
    let n = n.map_or_else(|| first(wire), Ok)?;
    let flipped = wire.corrupt(n).map_err(unable)?;
    let opened = wire.anatomy(n);
    let place = opened.and_then(|opened| place(&opened.headers, flipped));
    let place = place.map_or_else(String::new, |place| format!(", in {place}"));
    Ok(format!(
        "one bit of #{n} is turned over{place}; `packet {n}` shows it"
    ))
}

/// The packet that the next step delivers.
fn first(wire: &crate::lab::Wire) -> Result<u64, Refusal> {
    match wire.next() {
        Some(packet) => Ok(packet.n),
        None => Err(nothing_held(wire)),
    }
}

/// An order is for a packet that is held, and none is.
pub(super) fn nothing_held(wire: &crate::lab::Wire) -> Refusal {
    let refusal = Refusal::new("the wire holds nothing");
    match wire.holds() {
        true => refusal.help("a call that sends puts packets on it; a timer of the kernel may too"),
        false => refusal.help("`wire hold` stops packets, so that they can be stepped"),
    }
}

/// Leaves the headers of one kind.
fn only(kind: HeaderKind, anatomy: &mut Anatomy) -> Result<(), Refusal> {
    let (asked, others): (Vec<_>, Vec<_>) = std::mem::take(&mut anatomy.headers)
        .into_iter()
        .partition(|header| header.name.starts_with(kind.name()));
    if asked.is_empty() {
        let message = format!("packet {} has no {} header", anatomy.packet.n, kind.name());
        let names: Vec<String> = others.into_iter().map(|header| header.name).collect();
        return Err(Refusal::new(message).help(format!("its headers: {}", names.join("; "))));
    }
    anatomy.headers = asked;
    anatomy.alone = true;
    Ok(())
}

fn unable(why: Unable) -> Refusal {
    let message = match why {
        Unable::Gone(n) => format!("packet {n} is not on the wire any more"),
        Unable::Underway(n) => {
            let message = format!("packet {n} is not held, it is under way");
            return Refusal::new(message).help("`wire hold` stops it");
        }
        Unable::NotTwo => "the wire does not hold two packets".to_owned(),
        // `packet last` of none.
        Unable::Unknown(0) => return Refusal::new("no packet has crossed the wire yet"),
        Unable::Unknown(n) => {
            let message = format!("there is no packet {n}, or the log has forgotten it");
            return Refusal::new(message).help("`wire log` lists what crossed");
        }
        Unable::NoHost(n) => {
            let message = format!("nobody would get a copy of packet {n}: no host has its address");
            return Refusal::new(message).help("`lab` lists the hosts");
        }
        Unable::Bare(n) => {
            return Refusal::new(format!("packet {n} has nothing behind its IP header"));
        }
        Unable::Corrupt(n) => {
            return Refusal::new(format!(
                "packet {n} is corrupt already; another bit turned over could mend its checksum"
            ));
        }
    };
    Refusal::new(message).help("`wire` lists what it holds")
}
