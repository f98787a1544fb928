//! `step`: the wire hands packets over, one at a time, and each delivery's effects are told before the next.

use super::wire::nothing_held;
use crate::app::{App, Sink};
use crate::event::packet::{End, Fate, Ladder, Packet, Rung};
use crate::event::{Answer, TcpState, What};
use crate::lang::order::{Step, TcpFlags, Until};
use crate::session::{Refusal, Wait};
use std::time::{Duration, Instant};

/// How many packets `until` steps at most: two programs may talk without end.
const MOST: u64 = 10_000;

/// How long a sleeping call may take to return, once a delivery has given it what it waits for.
const WAKES: Duration = Duration::from_millis(100);

impl App {
    /// `step …`
    pub(super) fn step(&mut self, step: &Step, sink: Sink<'_>) -> Result<(), Refusal> {
        self.tell_packets(sink);
        let lab = self.laboratory()?;
        if lab.wire.next().is_none() && *step == Step::Until(Until::Quiet) {
            self.say("the wire holds nothing", sink);
            return Ok(());
        }
        if lab.wire.next().is_none() {
            return Err(nothing_held(&lab.wire));
        }
        let (most, until) = match step {
            Step::Count(count) => (*count, None),
            Step::Until(until) => (MOST, Some(*until)),
        };
        for _ in 0..most {
            let Some(packet) = self.step_once(sink) else {
                break;
            };
            if until.is_some_and(|until| reached(until, &packet)) || self.session.interrupt().take()
            {
                break;
            }
        }
        Ok(())
    }

    /// Delivers one packet and tells all that came of it. `None` where none is held.
    fn step_once(&mut self, sink: Sink<'_>) -> Option<Packet> {
        let next = self.lab.as_ref()?.wire.next()?;
        let before = self.ends(&next);
        let lab = self.lab.as_ref()?;
        let n = lab.wire.step()?;
        let (mut moved, _) = lab.wire.moved();
        let states = before.map(|before| self.ends_after(&before, n));
        let answered = moved.iter().any(|packet| packet.n > n);
        let silent = !answered && receives(states.as_deref());
        let arrived = |packet: &&mut Packet| {
            packet.n == n && matches!(packet.fate, Fate::Delivered | Fate::Duplicated)
        };
        if let Some(packet) = moved.iter_mut().find(arrived) {
            packet.states = states.unwrap_or_default();
        }
        if self.lab.as_ref().is_some_and(|lab| lab.live) {
            self.draw(n, &next, moved, sink);
        } else {
            for packet in moved {
                self.tell(None, What::Packet(Box::new(packet)), sink);
            }
        }
        self.ledger.delivered();
        self.look_around(None, sink);
        self.hear_the_woken(sink);
        // A call that was woken may have sent the ACK.
        if silent && self.owes_ack(n) {
            self.say_of("step", &["delayed"], None, sink);
        }
        Some(next)
    }

    /// Whether the receiver's kernel has what the packet carries, and has sent nothing for it yet.
    fn owes_ack(&self, n: u64) -> bool {
        self.lab.as_ref().is_some_and(|lab| lab.wire.awaits_ack(n))
    }

    /// With `ladder live on`: what a step did as its part of the ladder.
    fn draw(&self, n: u64, left: &Packet, moved: Vec<Packet>, sink: Sink<'_>) {
        let mut rungs = Vec::new();
        for packet in moved {
            let arrived = packet.n == n && !matches!(packet.fate, Fate::Held | Fate::Underway);
            let ends = packet.states.clone();
            // It was drawn half-way when it left; now it is drawn whole.
            let sent = if arrived { left.clone() } else { packet };
            rungs.push(Rung::Sent(Box::new(sent)));
            if arrived {
                rungs.push(Rung::Arrived(n));
            }
            let changed = ends.into_iter().filter(|end| end.from.is_some());
            rungs.extend(changed.map(|end| Rung::State {
                host: end.host,
                state: end.state,
            }));
        }
        let ladder = Ladder {
            hosts: self.host_names(),
            rungs,
            forgotten: 0,
            glimpsed: false,
        };
        self.tell(None, What::Answer(Answer::Ladder(ladder)), sink);
    }

    /// Waits for the calls that have got what they slept for, so that what they return is told with the order.
    pub(in crate::app) fn hear_the_woken(&mut self, sink: Sink<'_>) {
        let deadline = Instant::now() + WAKES;
        // One that was quick: its socket does not say any more that it would return.
        while self.session.has_results() {
            match self.session.wait(deadline) {
                Wait::Done(done) => self.after(*done, sink),
                Wait::TimedOut | Wait::Interrupted => return,
            }
        }
        for job in self.session.woken() {
            while self.typed(job).is_some() {
                match self.session.wait(deadline) {
                    Wait::Done(done) => self.after(*done, sink),
                    Wait::TimedOut | Wait::Interrupted => return,
                }
            }
        }
    }
}

/// Whether the receiver is in a state in which it acknowledges what it gets.
fn receives(states: Option<&[End]>) -> bool {
    use TcpState::{CloseWait, Closing, Established, FinWait1, FinWait2};
    let receiver = states.and_then(|states| states.get(1));
    receiver.is_some_and(|end| {
        matches!(
            end.state,
            Established | FinWait1 | FinWait2 | CloseWait | Closing
        )
    })
}

/// Whether a delivered packet is the one that was waited for.
fn reached(until: Until, packet: &Packet) -> bool {
    match until {
        Until::Flags(wanted) => {
            let flags = packet.flags.as_deref().and_then(TcpFlags::parse);
            flags.is_some_and(|flags| flags.has(wanted))
        }
        Until::Data => packet.len > 0,
        Until::Quiet => false,
    }
}
