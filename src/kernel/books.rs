//! What was last seen of each socket, and what has changed since.

use super::follow::{Follow, Following, Pace};
use super::way::Way;
use super::{Diag, DiagRow, Family, Look, look, look_again};
use crate::event::{Addr, Change, TcpState};
use std::collections::{BTreeMap, VecDeque};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

/// How many sockets that are gone keep their way, for `state s` after the end.
const GONE: usize = 64;

/// The books of one host's sockets. A socket is known by a number that the caller chooses and never uses again.
///
/// After each statement: [`look`](Self::look) at the socket that it named and those that
/// [`Watcher::changed`](super::Watcher::changed) and [`due`](Self::due) name, then ask [`orphans`](Self::orphans). Between statements: wait for the watcher, but no longer than
/// [`next_look`](Self::next_look), and do the same.
#[derive(Debug, Default)]
pub struct Books {
    open: BTreeMap<u64, Known>,
    following: Following,
    /// Open sockets whose send queue is not empty. The kernel wakes nobody when the last byte is acknowledged, unless the
    /// queue had been full.
    sending: BTreeMap<u64, Pace>,
    gone: VecDeque<(u64, Way)>,
    /// The open sockets by their addresses; a listener has no peer.
    ends: BTreeMap<(SocketAddr, Option<SocketAddr>), u64>,
}

/// An open socket.
#[derive(Debug)]
struct Known {
    look: Look,
    /// The addresses of its last connection: a closed socket does not know its peer any more.
    pair: Option<(SocketAddr, SocketAddr)>,
    way: Way,
    /// Its last connection is followed, while the descriptor already says `CLOSE`.
    followed: bool,
}

/// A closed socket whose connection the kernel still keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Living {
    /// Its number.
    pub id: u64,
    /// Its local address.
    pub local: SocketAddr,
    /// Its peer's; `None` for a listener on which a call still sleeps.
    pub peer: Option<SocketAddr>,
    /// The state that was last told.
    pub state: TcpState,
    /// Bytes not acknowledged, a FIN among them: Send-Q of ss(8).
    pub sendq: u64,
}

impl Books {
    /// Empty books.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks at a socket and enters what was seen: [`look_again`], then [`observe`](Self::observe).
    pub fn look(&mut self, id: u64, fd: BorrowedFd<'_>, what: Family) -> Option<Change> {
        let seen = match self.last(id) {
            Some(last) => look_again(fd, what, last),
            None => look(fd, what),
        };
        self.observe(id, seen)
    }

    /// Enters what was seen, and says what is different: the fields that have changed, and no others. `None` where
    /// nothing has. `by_network` and `closed` are false; the caller knows whether a call was made on this socket.
    ///
    /// The first look at a socket gives its state without `from`, and the addresses that it has.
    ///
    /// A connection that came to its end while the descriptor is open (`FIN_WAIT2`, then `CLOSE` by TCP_INFO) is most
    /// often in `TIME_WAIT`. Nothing is said of it here; the next [`orphans`](Self::orphans) says which it is.
    pub fn observe(&mut self, id: u64, look: Look) -> Option<Change> {
        self.pace_sending(id, look.sendq);
        let Some(known) = self.open.get_mut(&id) else {
            return self.open_new(id, look);
        };
        if known.look == look {
            return None;
        }
        let mut change = differences(&known.look, &look);
        let at_end = look.state == Some(TcpState::Close) && known.look.state != look.state;
        match (known.way.last(), look.state) {
            (Some(TcpState::FinWait1 | TcpState::FinWait2 | TcpState::Closing), _)
                if at_end && known.pair.is_some() =>
            {
                if let Some((local, peer)) = known.pair {
                    self.following
                        .insert(id, Follow::new(local, Some(peer), known.way, false));
                    known.followed = true;
                }
            }
            (_, Some(TcpState::Close)) if known.followed => {}
            (from, Some(to)) if from != Some(to) => {
                known.way.push(to);
                if std::mem::replace(&mut known.followed, false) {
                    self.following.remove(id);
                }
                (change.from, change.to) = (from, Some(to));
            }
            _ => {}
        }
        known.pair = pair(&look).or(known.pair);
        let (before, now) = (end(&known.look), end(&look));
        known.look = look;
        if before != now {
            self.forget_end(id, before);
            self.ends.extend(now.map(|now| (now, id)));
        }
        (change != nothing()).then_some(change)
    }

    fn open_new(&mut self, id: u64, look: Look) -> Option<Change> {
        let mut change = differences(&Look::default(), &look);
        if !look.reachable() {
            // 0.0.0.0:0 is no address yet.
            change.local = None;
        }
        change.to = look.state;
        let mut way = Way::default();
        if let Some(state) = look.state {
            way.push(state);
        }
        self.ends.extend(end(&look).map(|end| (end, id)));
        self.open.insert(
            id,
            Known {
                pair: pair(&look),
                look,
                way,
                followed: false,
            },
        );
        (change != nothing()).then_some(change)
    }

    /// Its last descriptor was closed. A connection is followed from here on, and a listener is too, where it is `held` by a
    /// thread blocked in accept(2); the rest is forgotten.
    pub fn closed(&mut self, id: u64, held: bool) {
        self.sending.remove(&id);
        let Some(known) = self.open.remove(&id) else {
            return;
        };
        self.forget_end(id, end(&known.look));
        if known.followed {
            self.following.closed(id);
            return;
        }
        let local = known.look.local.as_ref().and_then(Addr::inet);
        match (known.way.last(), known.pair, local) {
            (Some(TcpState::Close) | None, _, _) => self.remember(id, known.way),
            (Some(TcpState::Listen), _, Some(local)) => {
                self.following
                    .insert(id, Follow::listener(local, known.way, held));
            }
            (_, Some((local, peer)), _) => {
                self.following
                    .insert(id, Follow::new(local, Some(peer), known.way, true));
            }
            _ => self.remember(id, known.way),
        }
    }

    fn forget_end(&mut self, id: u64, end: Option<(SocketAddr, Option<SocketAddr>)>) {
        if let Some(end) = end
            && self.ends.get(&end) == Some(&id)
        {
            self.ends.remove(&end);
        }
    }

    /// The open socket of these books at the other end of a connection; where it waits for accept(2), its listener. The
    /// connection may be one whose own descriptor was just closed.
    pub fn other_end(&self, id: u64) -> Option<u64> {
        let (local, peer) = match self.open.get(&id) {
            Some(known) => known.pair?,
            None => self.following.active_pair(id)?,
        };
        let any = match peer {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let listener = |ip| self.ends.get(&(SocketAddr::new(ip, peer.port()), None));
        let connection = self.ends.get(&(peer, Some(local)));
        connection
            .or_else(|| listener(peer.ip()))
            .or_else(|| listener(any))
            .copied()
    }

    /// Asks sock_diag for the connections that are followed, and says what became of them: `FIN_WAIT1`, `FIN_WAIT2`,
    /// `TIME_WAIT`, at last `CLOSE` for gone. One exact request for each whose time has come, and none where there are
    /// none. The first answer after close(2) is that call's own doing; what comes later is the network's (`by_network`).
    /// A call that still sleeps on the socket puts close(2) off.
    ///
    /// Where `closed` is false, a descriptor is still open.
    pub fn orphans(&mut self, diag: &mut Diag) -> Vec<(u64, Change)> {
        let mut told = Vec::new();
        for (id, change, gone) in self.following.ask(diag) {
            if let (Some(known), Some(to)) = (self.open.get_mut(&id), change.to) {
                known.way.push(to);
                known.followed = gone.is_none();
            } else if let Some(gone) = gone {
                self.remember(id, gone.way);
            }
            told.push((id, change));
        }
        told
    }

    /// sock_diag cannot be asked: what it was to be asked is given up, for nothing else tells how it goes on. Of an open
    /// socket what its descriptor says holds.
    pub fn lose_sight(&mut self) -> Vec<(u64, Change)> {
        let mut told = Vec::new();
        for (id, _) in std::mem::take(&mut self.following).iter() {
            let Some(known) = self.open.get_mut(&id) else {
                continue;
            };
            known.followed = false;
            let (from, to) = (known.way.last(), Some(TcpState::Close));
            known.way.push(TcpState::Close);
            let change = Change {
                from,
                to,
                ..nothing()
            };
            told.push((id, change));
        }
        told
    }

    /// When it makes sense to look again although nobody was woken: soon while something is on its way, at its end for
    /// `TIME_WAIT`, never (`None`) where all is quiet.
    pub fn next_look(&self) -> Option<Duration> {
        let sending = self.sending.values().map(|pace| pace.at).min();
        let at = sending
            .into_iter()
            .chain(self.following.next_look())
            .min()?;
        Some(at.saturating_duration_since(Instant::now()))
    }

    /// The open sockets that are to be looked at although the watcher did not name them: those with something in the send
    /// queue, whose time has come.
    pub fn due(&self) -> Vec<u64> {
        if self.sending.is_empty() {
            return Vec::new();
        }
        let now = Instant::now();
        self.sending
            .iter()
            .filter(|(_, pace)| pace.at <= now)
            .map(|(id, _)| *id)
            .collect()
    }

    /// An acknowledgment may have come: whoever has something in the send queue is due. The kernel names no socket whose
    /// queue has become shorter, unless somebody waits for room in it. So is what rests in `TIME_WAIT`.
    pub fn hurry(&mut self) {
        let now = Instant::now();
        for pace in self.sending.values_mut() {
            pace.at = now;
        }
        self.following.hurry(now);
    }

    /// A connection was opened between these addresses: what rested there in `TIME_WAIT`, if anything did (true), is due.
    pub fn reopened(&mut self, pair: (SocketAddr, SocketAddr)) -> bool {
        self.following.reopened(pair, Instant::now())
    }

    /// The last look at an open socket.
    pub fn last(&self, id: u64) -> Option<&Look> {
        self.open.get(&id).map(|known| &known.look)
    }

    /// The state that was last told: `TIME_WAIT` too, where the descriptor itself says `CLOSE`, and the state of a closed
    /// socket's connection.
    pub fn state(&self, id: u64) -> Option<TcpState> {
        self.way(id).last().copied()
    }

    /// The states that it was seen in, the present one last; at most 31. Of those that are gone the last 64 are
    /// remembered.
    pub fn way(&self, id: u64) -> &[TcpState] {
        let open = self.open.get(&id).map(|known| &known.way);
        let followed = || self.following.get(id).map(|follow| &follow.way);
        let gone = || {
            self.gone
                .iter()
                .rev()
                .find(|(of, _)| *of == id)
                .map(|(_, way)| way)
        };
        open.or_else(followed)
            .or_else(gone)
            .map(Way::states)
            .unwrap_or_default()
    }

    /// Which closed socket's connection this row is.
    pub fn orphan(&self, row: &DiagRow) -> Option<u64> {
        let (local, peer) = (row.local.inet()?, row.peer.as_ref().and_then(Addr::inet));
        self.following
            .iter()
            .find(|(_, follow)| follow.local == local && follow.peer == peer)
            .map(|(id, _)| id)
    }

    /// The closed sockets whose connections still live: `ls` shows them too.
    pub fn living(&self) -> Vec<Living> {
        let closed = self.following.iter().filter(|(_, follow)| follow.closed);
        let living = |(id, follow): (u64, &Follow)| {
            Some(Living {
                id,
                local: follow.local,
                peer: follow.peer,
                state: follow.way.last()?,
                sendq: follow.sendq,
            })
        };
        closed.filter_map(living).collect()
    }

    fn remember(&mut self, id: u64, way: Way) {
        // A socket that never was anything but closed has no story.
        if way.states().len() < 2 {
            return;
        }
        if self.gone.len() == GONE {
            self.gone.pop_front();
        }
        self.gone.push_back((id, way));
    }

    fn pace_sending(&mut self, id: u64, sendq: u64) {
        if sendq == 0 {
            if !self.sending.is_empty() {
                self.sending.remove(&id);
            }
            return;
        }
        let now = Instant::now();
        let same = self
            .open
            .get(&id)
            .is_some_and(|known| known.look.sendq == sendq);
        match self.sending.get_mut(&id) {
            Some(pace) if same => pace.slower(now),
            _ => {
                self.sending.insert(id, Pace::new(now));
            }
        }
    }
}

/// No change at all.
pub(super) fn nothing() -> Change {
    Change {
        from: None,
        to: None,
        local: None,
        peer: None,
        backlog: None,
        recvq: None,
        sendq: None,
        by_network: false,
        closed: false,
    }
}

/// The fields that differ, but for the state.
fn differences(old: &Look, new: &Look) -> Change {
    // UDP waits for no acknowledgment: what its queue holds is memory that the network card gives back in a moment.
    let udp = new.state.is_none() && new.local.as_ref().is_some_and(|addr| addr.inet().is_some());
    Change {
        local: (old.local != new.local)
            .then(|| new.local.clone())
            .flatten(),
        peer: (old.peer != new.peer).then(|| new.peer.clone()).flatten(),
        backlog: if old.backlog == new.backlog {
            None
        } else {
            new.backlog
        },
        recvq: (old.recvq != new.recvq).then_some(new.recvq),
        sendq: (!udp && old.sendq != new.sendq).then_some(new.sendq),
        ..nothing()
    }
}

/// By what the other end of its connection finds a socket.
fn end(look: &Look) -> Option<(SocketAddr, Option<SocketAddr>)> {
    let local = look.local.as_ref()?.inet()?;
    match look.state? {
        TcpState::Close => None,
        TcpState::Listen => Some((local, None)),
        _ => Some((local, Some(look.peer.as_ref()?.inet()?))),
    }
}

fn pair(look: &Look) -> Option<(SocketAddr, SocketAddr)> {
    look.state?;
    Some((look.local.as_ref()?.inet()?, look.peer.as_ref()?.inet()?))
}

#[cfg(test)]
#[path = "books/tests.rs"]
mod tests;
