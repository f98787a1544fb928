//! Connections that no descriptor tells of any more, followed through sock_diag by their addresses until they are gone.

use super::{Diag, DiagRow, Family, way::Way};
use crate::event::{Change, TcpState};
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How many are looked at after each statement. Beyond that each waits for its own time.
const AT_ONCE: usize = 8;

/// How many are followed. A program that closes more than that has the oldest forgotten.
const BOUND: usize = 1024;

/// The first pause between two looks, and the longest.
const SHORT: Duration = Duration::from_millis(5);
const LONG: Duration = Duration::from_secs(1);

/// `TCP_TIMEWAIT_LEN` of Linux, where the kernel does not say how long it still is.
const TIME_WAIT: Duration = Duration::from_secs(60);

/// When to look again, and how long to wait after that: longer each time nothing has changed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    pub(super) at: Instant,
    pause: Duration,
}

impl Pace {
    /// Soon.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            at: now + SHORT,
            pause: SHORT,
        }
    }

    /// Nothing had changed.
    pub(super) fn slower(&mut self, now: Instant) {
        self.pause = (self.pause * 2).min(LONG);
        self.at = now + self.pause;
    }
}

/// One connection that is followed.
#[derive(Debug, Clone)]
pub(super) struct Follow {
    pub(super) local: SocketAddr,
    /// `None` for a listener.
    pub(super) peer: Option<SocketAddr>,
    pub(super) way: Way,
    /// Bytes not acknowledged, a FIN among them, when the kernel was last asked.
    pub(super) sendq: u64,
    /// False while a descriptor is still open, whose connection the kernel has moved to `TIME_WAIT`.
    pub(super) closed: bool,
    /// Of a listener, whether close(2) was its end. Another that shares its address (SO_REUSEPORT) would be taken for it.
    ended: bool,
    /// Whether nothing has been said yet of what close(2) or shutdown(2) did: that is no doing of the network.
    fresh: bool,
    pace: Pace,
}

impl Follow {
    pub(super) fn new(local: SocketAddr, peer: Option<SocketAddr>, way: Way, closed: bool) -> Self {
        Self {
            local,
            peer,
            way,
            sendq: 0,
            closed,
            ended: false,
            fresh: closed,
            pace: Pace::new(Instant::now()),
        }
    }

    /// A listener whose descriptor is closed. Where it is `held`, a call still sleeps on it and keeps it.
    pub(super) fn listener(local: SocketAddr, way: Way, held: bool) -> Self {
        Self {
            ended: !held,
            ..Self::new(local, None, way, true)
        }
    }

    fn state(&self) -> TcpState {
        self.way.last().unwrap_or(TcpState::Close)
    }

    /// Whether the kernel may turn it into a timewait socket, its `FIN_WAIT2` or `TIME_WAIT`: in that moment a search may
    /// miss it. The passive side never rests, so that where it is not found it is gone.
    fn may_rest(&self) -> bool {
        use TcpState::{CloseWait, LastAck, Listen, TimeWait};
        !matches!(self.state(), Listen | CloseWait | LastAck | TimeWait)
    }

    /// What the kernel's answer means. `None`: nothing has changed.
    fn learn(&mut self, row: Option<&DiagRow>, now: Instant) -> Option<Change> {
        let from = self.state();
        self.sendq = row.map_or(0, |row| row.sendq);
        // Another state than those that may follow: a new connection between the same addresses, so this one is gone.
        let found = row
            .and_then(|row| row.state)
            .filter(|state| *state == from || follows(from, *state));
        let to = found.unwrap_or(TcpState::Close);
        match row.and_then(|row| row.rests) {
            Some(rests) if to == TcpState::TimeWait => self.pace.at = now + rests + SHORT,
            None if to == TcpState::TimeWait && from != to => self.pace.at = now + TIME_WAIT,
            _ if to == from => self.pace.slower(now),
            _ => self.pace = Pace::new(now),
        }
        // Where a call still sleeps on the socket, close(2) takes effect only when that call returns.
        let held = matches!(
            to,
            TcpState::Listen | TcpState::SynSent | TcpState::Established | TcpState::CloseWait
        );
        let by_network = !self.fresh || held;
        self.fresh &= held;
        if to == from {
            return None;
        }
        self.way.push(to);
        let (from, to) = (Some(from), Some(to));
        Some(Change {
            from,
            to,
            by_network,
            closed: self.closed,
            ..super::books::nothing()
        })
    }
}

/// Whether a connection that was seen in one state may be the same when seen in the other, without a new connect(2) or
/// accept(2) between: RFC 9293, section 3.3.2, figure 5.
fn follows(from: TcpState, to: TcpState) -> bool {
    use TcpState::{
        CloseWait, Closing, Established, FinWait1, FinWait2, LastAck, SynRecv, SynSent, TimeWait,
    };
    let rank = |state| match state {
        SynSent => Some(0),
        SynRecv => Some(1),
        Established => Some(2),
        CloseWait | FinWait1 => Some(3),
        LastAck | FinWait2 | Closing => Some(4),
        TimeWait => Some(5),
        _ => None,
    };
    // Who has received a FIN before sending one takes the passive way, and never rests in TIME_WAIT.
    let passive = matches!(from, CloseWait | LastAck) && !matches!(to, LastAck);
    let active = matches!(from, FinWait1 | FinWait2 | Closing) && to == LastAck;
    rank(from) < rank(to) && rank(from).is_some() && !passive && !active
}

/// All that are followed: those that may change at any time, and those in `TIME_WAIT`, by their end.
#[derive(Debug, Default)]
pub(super) struct Following {
    active: BTreeMap<u64, Follow>,
    resting: BTreeMap<(Instant, u64), Follow>,
}

impl Following {
    pub(super) fn insert(&mut self, id: u64, follow: Follow) {
        if self.active.len() >= BOUND {
            self.active.pop_first();
        }
        self.active.insert(id, follow);
    }

    pub(super) fn get(&self, id: u64) -> Option<&Follow> {
        let resting = || {
            self.resting
                .iter()
                .find(|((_, of), _)| *of == id)
                .map(|(_, follow)| follow)
        };
        self.active.get(&id).or_else(resting)
    }

    /// The addresses of one that may change at any time.
    pub(super) fn active_pair(&self, id: u64) -> Option<(SocketAddr, SocketAddr)> {
        let follow = self.active.get(&id)?;
        Some((follow.local, follow.peer?))
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<Follow> {
        let active = self.active.remove(&id);
        if active.is_some() {
            return active;
        }
        let key = self.resting.keys().find(|(_, of)| *of == id).copied()?;
        self.resting.remove(&key)
    }

    /// The descriptor is closed now.
    pub(super) fn closed(&mut self, id: u64) {
        let resting = self
            .resting
            .iter_mut()
            .find(|((_, of), _)| *of == id)
            .map(|(_, follow)| follow);
        if let Some(follow) = self.active.get_mut(&id).or(resting) {
            follow.closed = true;
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, &Follow)> {
        let resting = self.resting.iter().map(|((_, id), follow)| (*id, follow));
        self.active
            .iter()
            .map(|(id, follow)| (*id, follow))
            .chain(resting)
    }

    /// Something was delivered, and may have ended a `TIME_WAIT` before its time: a RST, or a SYN that opens a new
    /// connection between the same addresses (RFC 9293, sections 3.10.7.4 and 3.6.1). Where many rest, each waits for its
    /// end.
    pub(super) fn hurry(&mut self, now: Instant) {
        if self.resting.len() <= AT_ONCE {
            let resting = std::mem::take(&mut self.resting);
            let due = |((_, id), follow)| ((now, id), follow);
            self.resting = resting.into_iter().map(due).collect();
        }
    }

    /// A connection was opened between these addresses: what rested there in `TIME_WAIT` is over. True where something
    /// did. Where many rest, each waits for its end.
    pub(super) fn reopened(&mut self, pair: (SocketAddr, SocketAddr), now: Instant) -> bool {
        if self.resting.len() > AT_ONCE {
            return false;
        }
        let of_it = |follow: &Follow| {
            let (local, peer) = (follow.local, follow.peer);
            (local, peer) == (pair.0, Some(pair.1)) || (local, peer) == (pair.1, Some(pair.0))
        };
        let keys = self.resting.iter();
        let keys: Vec<_> = keys
            .filter(|(_, follow)| of_it(follow))
            .map(|(key, _)| *key)
            .collect();
        for key in &keys {
            let follow = self.resting.remove(key);
            self.resting
                .extend(follow.map(|follow| ((now, key.1), follow)));
        }
        !keys.is_empty()
    }

    pub(super) fn next_look(&self) -> Option<Instant> {
        let active = self.active.values().map(|follow| follow.pace.at).min();
        let resting = self.resting.keys().next().map(|(end, _)| *end);
        active.into_iter().chain(resting).min()
    }

    /// Asks for those whose time has come. The third of each answer is the whole way of one that is gone.
    pub(super) fn ask(&mut self, diag: &mut Diag) -> Vec<(u64, Change, Option<Follow>)> {
        if self.active.is_empty() && self.resting.is_empty() {
            return Vec::new();
        }
        let now = Instant::now();
        let taken = self.take(now);
        let pairs: Vec<_> = taken
            .iter()
            .map(|(_, follow)| (follow.local, follow.peer))
            .collect();
        let mut answers = diag.find_all(&pairs);
        for ((_, follow), answer) in taken.iter().zip(&mut answers) {
            if follow.ended {
                *answer = Ok(None);
            } else if matches!(answer, Ok(None)) && follow.may_rest() {
                *answer = diag.find(Family::Tcp, follow.local, follow.peer);
            }
        }
        self.learn(taken, answers, now)
    }

    /// What the kernel's answers mean for those that were taken.
    fn learn(
        &mut self,
        taken: Vec<(u64, Follow)>,
        answers: Vec<io::Result<Option<DiagRow>>>,
        now: Instant,
    ) -> Vec<(u64, Change, Option<Follow>)> {
        let mut told = Vec::new();
        for ((id, mut follow), answer) in taken.into_iter().zip(answers) {
            // Netlink is refused or out of memory: say nothing now, and ask again later.
            let change = match answer {
                Ok(row) => follow.learn(row.as_ref(), now),
                Err(_) => {
                    follow.pace.slower(now);
                    None
                }
            };
            let gone = follow.state() == TcpState::Close;
            if let Some(change) = change {
                told.push((id, change, gone.then(|| follow.clone())));
            }
            if !gone {
                self.keep(id, follow);
            }
        }
        told
    }

    fn take(&mut self, now: Instant) -> Vec<(u64, Follow)> {
        let all = self.active.len() <= AT_ONCE;
        let due: Vec<u64> = self
            .active
            .iter()
            .filter(|(_, follow)| all || follow.pace.at <= now)
            .map(|(id, _)| *id)
            .collect();
        let mut taken: Vec<_> = due
            .into_iter()
            .filter_map(|id| Some((id, self.active.remove(&id)?)))
            .collect();
        while self
            .resting
            .first_key_value()
            .is_some_and(|((end, _), _)| *end <= now)
        {
            taken.extend(
                self.resting
                    .pop_first()
                    .map(|((_, id), follow)| (id, follow)),
            );
        }
        taken
    }

    fn keep(&mut self, id: u64, follow: Follow) {
        if follow.state() != TcpState::TimeWait {
            self.active.insert(id, follow);
            return;
        }
        if self.resting.len() >= BOUND {
            self.resting.pop_first();
        }
        self.resting.insert((follow.pace.at, id), follow);
    }
}

#[cfg(test)]
#[path = "follow/tests.rs"]
mod tests;
