//! The kernel's books, kept beside the session: who is looked at after a statement, and who watches in between.
//! Each host of a laboratory has books of its own, as it has a kernel's tables of its own.

mod flood;

pub(super) use flood::Moved;

use crate::event::{Change, TcpState};
use crate::kernel::{
    Books, Diag, Family, Living, Look, Poke, Queue, Ready, Watcher, Woken, first_look, look,
    look_at_queue, ready,
};
use crate::session::{News, Session, Socket, SocketId};
use flood::{Allowance, FRESH};
use std::collections::BTreeSet;
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// When to look again although nobody was woken.
type NextLook = Arc<Mutex<Option<Instant>>>;

/// The books of one host, and whom to ask there about what no descriptor tells.
#[derive(Default)]
struct Desk {
    /// The laboratory's host; `None` is the machine itself.
    host: Option<String>,
    books: Books,
    /// Of a host, opened with it, where the system allowed it. The machine's is opened when it is needed.
    diag: Option<Diag>,
}

impl Desk {
    /// The books, and sock_diag. Where that is refused, it is tried again the next time: it may have been for want of a
    /// descriptor.
    fn both(&mut self) -> (&mut Books, io::Result<&mut Diag>) {
        if self.diag.is_none() && self.host.is_none() {
            match Diag::open() {
                Ok(diag) => self.diag = Some(diag),
                Err(error) => return (&mut self.books, Err(error)),
            }
        }
        let refused = || io::Error::other("the host has none");
        (&mut self.books, self.diag.as_mut().ok_or_else(refused))
    }
}

/// Books, watcher and sock_diag of one session.
pub(super) struct Ledger {
    /// The machine's is the first.
    desks: Vec<Desk>,
    watcher: Watcher,
    /// What the watcher was given. While that is nothing, it need not be asked.
    watched: BTreeSet<u64>,
    /// What it is to be given before it is asked next.
    unwatched: BTreeSet<SocketId>,
    next: NextLook,
    poke: Poke,
    news: Option<News>,
    /// When all that the network may have changed was last looked at.
    looked: Option<Instant>,
    allowance: Allowance,
    /// A statement was not followed by a look around.
    behind: bool,
}

impl Ledger {
    /// Empty.
    pub fn new() -> io::Result<Self> {
        let watcher = Watcher::new()?;
        let poke = watcher.poke();
        Ok(Self {
            desks: vec![Desk::default()],
            watcher,
            watched: BTreeSet::new(),
            unwatched: BTreeSet::new(),
            next: NextLook::default(),
            poke,
            news: None,
            looked: None,
            allowance: Allowance::new(),
            behind: false,
        })
    }

    /// The hosts of a laboratory that came up, each with a sock_diag of its own.
    pub fn add_hosts(&mut self, hosts: Vec<(String, Option<Diag>)>) {
        self.desks
            .extend(hosts.into_iter().map(|(host, diag)| Desk {
                host: Some(host),
                books: Books::new(),
                diag,
            }));
    }

    /// The laboratory went down: its sockets were closed before.
    pub fn forget_hosts(&mut self) {
        self.desks.truncate(1);
    }

    /// What is kept of a host; `None` where there is none of this name.
    fn desk_mut(&mut self, host: Option<&str>) -> Option<&mut Desk> {
        let mut desks = self.desks.iter_mut();
        desks.find(|desk| desk.host.as_deref() == host)
    }

    /// What was last seen of an open socket.
    pub fn last(&self, id: SocketId) -> Option<&Look> {
        self.desks.iter().find_map(|desk| desk.books.last(id.0))
    }

    /// Whether the last look at a TCP socket says that a call which waits for `events` returns at once: a connection that
    /// waits is there until accept(2) takes it, bytes until recv(2) does, and an empty send queue has room. Whatever the
    /// network does meanwhile ends a wait, and every call of the session is followed by a look.
    pub fn surely_ready(&self, socket: &Socket, events: i16) -> bool {
        let Some(last) = self.last(socket.id).filter(|_| socket.is_tcp()) else {
            return false;
        };
        match (last.state, events) {
            (Some(TcpState::Listen), libc::POLLIN) => last.backlog.is_some_and(|(n, _)| n > 0),
            (Some(TcpState::Established | TcpState::CloseWait), libc::POLLIN) => last.recvq > 0,
            (Some(TcpState::Established), libc::POLLOUT) => last.sendq == 0,
            _ => false,
        }
    }

    /// The states that a socket went through, the present one last.
    pub fn way(&self, id: SocketId) -> &[TcpState] {
        let mut ways = self.desks.iter().map(|desk| desk.books.way(id.0));
        ways.find(|way| !way.is_empty()).unwrap_or_default()
    }

    /// The state that was last told.
    pub fn told(&self, id: SocketId) -> Option<TcpState> {
        self.desks.iter().find_map(|desk| desk.books.state(id.0))
    }

    /// Closed sockets whose connections the kernels still keep.
    pub fn living(&self) -> Vec<Living> {
        let each = self.desks.iter().flat_map(|desk| desk.books.living());
        each.collect()
    }

    /// sock_diag on a host, where there is such a host and the system has it.
    pub fn diag(&mut self, host: Option<&str>) -> Option<&mut Diag> {
        self.desk_mut(host)?.both().1.ok()
    }

    /// The books and sock_diag of a host, where one question needs both.
    pub fn books_and_diag(
        &mut self,
        host: Option<&str>,
    ) -> Option<(&Books, io::Result<&mut Diag>)> {
        let (books, diag) = self.desk_mut(host)?.both();
        Some((books, diag))
    }

    /// The callback that [`Ledger::on_news`] was given.
    pub fn news(&self) -> Option<News> {
        self.news.clone()
    }

    /// Starts a thread that sleeps until the network changes a socket, and then calls `news`.
    pub fn on_news(&mut self, news: News) {
        self.news = Some(Arc::clone(&news));
        let Ok(waiter) = self.watcher.waiter() else {
            return;
        };
        let next = Arc::clone(&self.next);
        let watch = move || {
            crate::sys::worker::block_signals();
            loop {
                let at = next.lock().ok().and_then(|next| *next);
                let left = at.map(|at| {
                    at.saturating_duration_since(Instant::now())
                        .max(Duration::from_millis(1))
                });
                match waiter.wait(left) {
                    Ok(Woken::Changed | Woken::Timeout) => news(),
                    Ok(Woken::Poked) => {}
                    Ok(Woken::Over) | Err(_) => return,
                }
            }
        };
        // Without the thread nothing is lost but promptness: every statement looks too.
        let _ = std::thread::Builder::new()
            .name("watch".to_owned())
            .spawn(watch);
    }

    /// Looks at one open socket, or at one queue of it, and enters what is new.
    fn look_at(&mut self, socket: &Socket, queue: Option<Queue>) -> Option<Change> {
        if socket.closed {
            return None;
        }
        let fd = borrow(socket);
        let id = socket.id.0;
        // A laboratory's sockets are closed before its books are.
        let books = &mut self.desk_mut(socket.host.as_deref())?.books;
        let last = books.last(id);
        let known = last.is_some_and(Look::reachable);
        let seen = match (last, queue) {
            // A socket that has a peer before anybody looked at it was given by accept(2).
            (None, _) => Some(first_look(fd, family(socket), socket.peer.as_ref())),
            (Some(last), Some(queue)) => look_at_queue(fd, last, queue),
            (Some(_), None) => None,
        };
        let change = match seen {
            Some(seen) => books.observe(id, seen),
            None => books.look(id, fd, family(socket)),
        };
        if !known && books.last(id).is_some_and(Look::reachable) {
            self.unwatched.insert(socket.id);
        }
        change
    }

    /// One look, without entering it.
    pub fn peek(&self, socket: &Socket) -> Look {
        look(borrow(socket), family(socket))
    }

    /// What a socket is ready for.
    pub fn ready(&self, socket: &Socket) -> Ready {
        ready(&[borrow(socket)])
            .into_iter()
            .next()
            .unwrap_or_default()
    }

    /// Before a connect that may sleep: its end is a change to be told.
    pub fn watch(&mut self, socket: &Socket) {
        if !socket.closed {
            self.add(borrow(socket), socket.id.0);
        }
    }

    fn add(&mut self, fd: BorrowedFd<'_>, id: u64) {
        // Where the system takes no more watches, statements still look.
        if self.watcher.add(fd, id).is_ok() {
            self.watched.insert(id);
        }
    }

    /// Before close(2): a call that sleeps on the socket keeps it, and the kernel would go on naming it.
    pub fn unwatch(&mut self, socket: &Socket) {
        if !socket.closed && self.watched.remove(&socket.id.0) {
            let _ = self.watcher.remove(borrow(socket));
        }
    }

    /// After close(2): what is left of its connection is followed. Where it is `held`, a call still sleeps on the socket.
    pub fn closed(&mut self, id: SocketId, held: bool) {
        self.watched.remove(&id.0);
        self.unwatched.remove(&id);
        for desk in &mut self.desks {
            desk.books.closed(id.0, held);
        }
    }

    /// Gives the watcher the sockets that have an address since it was last asked.
    fn watch_new(&mut self, session: &Session) {
        for id in std::mem::take(&mut self.unwatched) {
            if let Some(socket) = session.socket(id) {
                self.watch(socket);
            }
        }
    }

    /// What a call on these sockets has changed: with themselves and, where it sent something, at the other end. All
    /// else that the kernel names is told as well; in a flood of statements, where neither a person nor a laboratory's
    /// ladder watches, by the next look around.
    pub fn after(
        &mut self,
        session: &Session,
        own: &[SocketId],
        moved: Moved,
    ) -> Vec<(SocketId, Change)> {
        let watched = self.news.is_some() || self.desks.len() > 1;
        if watched || self.allowance.take() {
            return self.around(session, own);
        }
        self.behind = true;
        let mut told = Vec::new();
        // The end of a connection is told when its other end sends it, and only the session's own ends are seen sending.
        let mut other = self.other_end(session, own);
        let (here, there) = match other {
            Some(_) => moved.queues(),
            None => (None, None),
        };
        self.look_at_each(session, own, own, here, &mut told);
        if moved.away() {
            other = other.or_else(|| self.other_end(session, own));
            self.look_at_each(session, other.as_slice(), own, there, &mut told);
        }
        told
    }

    /// The session's socket at the other end of the first one's connection.
    fn other_end(&self, session: &Session, own: &[SocketId]) -> Option<SocketId> {
        let first = own.first()?;
        let host = session.socket(*first)?.host.as_deref();
        let desk = self
            .desks
            .iter()
            .find(|desk| desk.host.as_deref() == host)?;
        let other = SocketId(desk.books.other_end(first.0)?);
        (!own.contains(&other)).then_some(other)
    }

    /// Whether what some statement has changed may not have been told yet.
    pub fn behind(&self) -> bool {
        self.behind
    }

    /// Something was delivered that may have emptied a send queue: the next look tells it, whatever the time.
    pub fn delivered(&mut self) {
        for desk in &mut self.desks {
            desk.books.hurry();
        }
    }

    /// After connect(2): where its SYN has ended a `TIME_WAIT` between the same addresses, at either end (RFC 9293,
    /// section 3.10.7.4), that is told now.
    pub fn reopened(&mut self, session: &Session, id: SocketId) -> Vec<(SocketId, Change)> {
        let ends = self.last(id).map(|look| (&look.local, &look.peer));
        let ends =
            ends.and_then(|(local, peer)| Some((local.as_ref()?.inet()?, peer.as_ref()?.inet()?)));
        let Some(pair) = ends else {
            return Vec::new();
        };
        let mut any = false;
        for desk in &mut self.desks {
            any |= desk.books.reopened(pair);
        }
        match any {
            true => self.around(session, &[]),
            false => Vec::new(),
        }
    }

    /// What has changed with these sockets, and with those that the kernel names.
    pub fn around(&mut self, session: &Session, own: &[SocketId]) -> Vec<(SocketId, Change)> {
        self.watch_new(session);
        let mut told = Vec::new();
        let mut named: Vec<SocketId> = own.to_vec();
        for desk in &self.desks {
            named.extend(desk.books.due().into_iter().map(SocketId));
        }
        if !self.watched.is_empty() {
            named.extend(self.watcher.changed().into_iter().map(SocketId));
        }
        self.look_at_each(session, &named, own, None, &mut told);
        self.watch_new(session);
        for desk in &mut self.desks {
            if desk.books.next_look().is_none() {
                continue;
            }
            let followed = match desk.both() {
                (books, Ok(diag)) => books.orphans(diag),
                (books, Err(_)) => books.lose_sight(),
            };
            told.extend(
                followed
                    .into_iter()
                    .map(|(id, change)| (SocketId(id), change)),
            );
        }
        // The cause comes before what it did at the other end: a closed socket's own change was found last.
        told.sort_by_key(|(id, change)| !own.contains(id) && change.by_network);
        self.set_alarm();
        self.looked = Some(Instant::now());
        self.behind = false;
        told
    }

    /// Looks at the sockets that are named, each once, and adds what has changed.
    fn look_at_each(
        &mut self,
        session: &Session,
        named: &[SocketId],
        own: &[SocketId],
        queue: Option<Queue>,
        told: &mut Vec<(SocketId, Change)>,
    ) {
        for (n, id) in named.iter().copied().enumerate() {
            if named[..n].contains(&id) {
                continue;
            }
            let Some(socket) = session.socket(id) else {
                continue;
            };
            if let Some(mut change) = self.look_at(socket, queue) {
                change.by_network = !own.contains(&id);
                if change.to.is_none() && (change.local.is_some() || change.peer.is_some()) {
                    // A new address is told together with the state it finds the socket in.
                    change.to = self.told(id);
                }
                told.push((id, change));
            }
        }
    }

    /// Whether the last look around is so recent that another before the next statement would tell nothing more.
    pub fn looked_just_now(&self) -> bool {
        self.looked.is_some_and(|looked| looked.elapsed() < FRESH)
    }

    /// Tells the watching thread when to look again by itself.
    fn set_alarm(&mut self) {
        if self.news.is_none() {
            return;
        }
        let left = self.desks.iter().filter_map(|desk| desk.books.next_look());
        let at = left.min().map(|left| Instant::now() + left);
        if let Ok(mut next) = self.next.lock() {
            *next = at;
        }
        if at.is_some() {
            self.poke.wake();
        }
    }

    /// The TCP state, also of a connection whose descriptor is closed.
    pub fn state(&self, session: &Session, id: SocketId) -> Option<TcpState> {
        self.told(id).or_else(|| session.state(id))
    }
}

/// The descriptor of an open socket.
fn borrow(socket: &Socket) -> BorrowedFd<'static> {
    crate::sys::call::borrowed(socket.fd)
}

/// What there is to ask of a socket.
pub(super) fn family(socket: &Socket) -> Family {
    Family::of(socket.domain, socket.kind)
}

#[cfg(test)]
mod tests;
