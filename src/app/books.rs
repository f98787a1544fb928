//! The kernel's books, kept beside the session: who is looked at after a statement, and who watches in between.

use crate::event::{Change, TcpState};
use crate::kernel::{Books, Diag, Family, Look, Poke, Ready, Watcher, Woken, look, ready};
use crate::session::{News, Session, Socket, SocketId};
use std::os::fd::BorrowedFd;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// When to look again although nobody was woken.
type NextLook = Arc<Mutex<Option<Instant>>>;

/// Books, watcher and sock_diag of one session.
pub(super) struct Ledger {
    books: Books,
    watcher: Watcher,
    /// Opened when it is first needed; `Some(None)` where the system refuses it.
    diag: Option<Option<Diag>>,
    next: NextLook,
    poke: Poke,
    news: Option<News>,
}

impl Ledger {
    /// Empty.
    pub fn new() -> std::io::Result<Self> {
        let watcher = Watcher::new()?;
        let poke = watcher.poke();
        Ok(Self {
            books: Books::new(),
            watcher,
            diag: None,
            next: NextLook::default(),
            poke,
            news: None,
        })
    }

    /// What was entered.
    pub fn books(&self) -> &Books {
        &self.books
    }

    /// sock_diag, where the system has it.
    pub fn diag(&mut self) -> Option<&mut Diag> {
        self.diag.get_or_insert_with(|| Diag::open().ok()).as_mut()
    }

    /// Both, where one question needs both.
    pub fn books_and_diag(&mut self) -> (&Books, Option<&mut Diag>) {
        (
            &self.books,
            self.diag.get_or_insert_with(|| Diag::open().ok()).as_mut(),
        )
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

    /// Looks at one open socket and enters what is new.
    pub fn look_at(&mut self, socket: &Socket) -> Option<Change> {
        if socket.closed {
            return None;
        }
        let fd = borrow(socket);
        let id = socket.id.0;
        let known = self.books.last(id).is_some_and(Look::reachable);
        let change = self.books.look(id, fd, family(socket));
        if !known && self.books.last(id).is_some_and(Look::reachable) {
            // Where the system takes no more watches, statements still look.
            let _ = self.watcher.add(fd, id);
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
            let _ = self.watcher.add(borrow(socket), socket.id.0);
        }
    }

    /// Before close(2).
    pub fn unwatch(&mut self, socket: &Socket) {
        if !socket.closed {
            let _ = self.watcher.remove(borrow(socket));
        }
    }

    /// After close(2): what is left of its connection is followed.
    pub fn closed(&mut self, id: SocketId) {
        self.books.closed(id.0);
    }

    /// What has changed with these sockets, and with those that the kernel names.
    pub fn around(&mut self, session: &Session, own: &[SocketId]) -> Vec<(SocketId, Change)> {
        let mut told = Vec::new();
        let mut named: Vec<SocketId> = own.to_vec();
        named.extend(self.books.due().into_iter().map(SocketId));
        named.extend(self.watcher.changed().into_iter().map(SocketId));
        let mut seen = 0;
        while let Some(id) = named.get(seen).copied() {
            seen += 1;
            if named[..seen - 1].contains(&id) {
                continue;
            }
            let Some(socket) = session.socket(id) else {
                continue;
            };
            if let Some(mut change) = self.look_at(socket) {
                change.by_network = !own.contains(&id);
                if change.to.is_none() && (change.local.is_some() || change.peer.is_some()) {
                    // A new address is told together with the state it finds the socket in.
                    change.to = self.books.state(id.0);
                }
                told.push((id, change));
            }
        }
        if self.books.next_look().is_some() {
            let mut diag = self.diag.take().unwrap_or_else(|| Diag::open().ok());
            if let Some(diag) = diag.as_mut() {
                told.extend(
                    self.books
                        .orphans(diag)
                        .into_iter()
                        .map(|(id, change)| (SocketId(id), change)),
                );
            }
            self.diag = Some(diag);
        }
        self.set_alarm();
        told
    }

    /// Tells the watching thread when to look again by itself.
    fn set_alarm(&mut self) {
        if self.news.is_none() {
            return;
        }
        let at = self.books.next_look().map(|left| Instant::now() + left);
        if let Ok(mut next) = self.next.lock() {
            *next = at;
        }
        if at.is_some() {
            self.poke.wake();
        }
    }

    /// The TCP state, also of a connection whose descriptor is closed.
    pub fn state(&self, session: &Session, id: SocketId) -> Option<TcpState> {
        self.books.state(id.0).or_else(|| session.state(id))
    }
}

/// The descriptor of an open socket.
fn borrow(socket: &Socket) -> BorrowedFd<'static> {
    crate::sys::call::borrowed(socket.fd)
}

/// What there is to ask of a socket.
pub(super) fn family(socket: &Socket) -> Family {
    match (socket.domain, socket.kind) {
        (libc::AF_UNIX, libc::SOCK_STREAM) => Family::UnixStream,
        (libc::AF_UNIX, libc::SOCK_DGRAM) => Family::UnixDgram,
        (libc::AF_UNIX, _) => Family::UnixSeqpacket,
        (libc::AF_INET | libc::AF_INET6, libc::SOCK_STREAM) => Family::Tcp,
        (libc::AF_INET | libc::AF_INET6, libc::SOCK_DGRAM) => Family::Udp,
        _ => Family::Other,
    }
}
