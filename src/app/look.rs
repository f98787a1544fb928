//! Commands that look: `ls`, `state`, `who`.

use super::{App, Outcome, Sink, books};
use crate::errno::Errno;
use crate::event::{Addr, Answer, SocketRow, TcpState, What};
use crate::kernel::{DiagRow, Living, Look, Ready, inode, survey, who};
use crate::lang::ast::Call;
use crate::session::{Refusal, Socket, SocketId};
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;

impl App {
    /// `ls`
    pub(super) fn list(&mut self, sink: Sink<'_>) -> Outcome {
        let mut sockets = self.open_rows();
        self.add_unix_backlogs(&mut sockets);
        sockets.extend(self.orphan_rows());
        sockets.extend(self.embryo_rows());
        if sockets.is_empty() {
            self.say("no socket is open:  s = socket tcp", sink);
        } else {
            self.tell(None, What::Answer(Answer::Sockets { sockets }), sink);
        }
        Outcome::default()
    }

    fn open_rows(&self) -> Vec<SocketRow> {
        let open = self.session.open_sockets();
        let asked: Vec<_> = open
            .iter()
            .map(|socket| {
                let fd = crate::sys::call::borrowed(socket.fd);
                (fd, books::family(socket), self.ledger.last(socket.id))
            })
            .collect();
        let last = self.session.last_used();
        let seen = survey(&asked);
        open.iter()
            .zip(seen)
            .map(|(socket, (look, ready))| {
                let mut row = row(socket, look, ready);
                row.state = self.ledger.told(socket.id).or(row.state);
                row.jobs = self.jobs_on(socket.id);
                row.job = row.jobs.last().copied();
                row.last = last == Some(socket.id);
                row
            })
            .collect()
    }

    /// Unix listeners have a state too, and queues that no call on the descriptor tells.
    fn add_unix_backlogs(&mut self, rows: &mut [SocketRow]) {
        let open = self.session.open_sockets();
        let ids: Vec<SocketId> = open.iter().map(|socket| socket.id).collect();
        for (row, id) in rows.iter_mut().zip(ids) {
            if let Some((waiting, limit)) = self.unix_backlog(id) {
                row.state = Some(TcpState::Listen);
                (row.recvq, row.sendq) = (waiting.into(), limit.into());
            }
        }
    }

    /// Why nothing has a TCP state to tell.
    pub(super) fn why_no_state(&mut self, id: SocketId) -> &'static str {
        let closed = |socket: &&Socket| socket.is_tcp() && socket.closed;
        let host = self
            .session
            .socket(id)
            .filter(closed)
            .map(|socket| socket.host.clone());
        match host.map(|host| self.ledger.diag(host.as_deref()).is_some()) {
            Some(false) => {
                "it is closed, and only sock_diag tells what becomes of a connection then, which is refused here"
            }
            _ => "only TCP sockets have one, and it ends with the connection",
        }
    }

    /// Of a Unix listener, the connections that wait for accept, and their limit: only sock_diag knows.
    pub(super) fn unix_backlog(&mut self, id: SocketId) -> Option<(u32, u32)> {
        let socket = self.session.socket(id)?;
        if !socket.listening || socket.closed || socket.domain != libc::AF_UNIX {
            return None;
        }
        let diag = self.ledger.diag(socket.host.as_deref())?;
        let fd = crate::sys::call::borrowed(socket.fd);
        diag.unix_backlog(fd).ok().flatten()
    }

    /// The jobs whose calls sleep on a socket, the newest last.
    fn jobs_on(&self, id: SocketId) -> Vec<u32> {
        self.session.sleepers(id).map(|(job, _)| job).collect()
    }

    /// Connections whose descriptor is closed, and which the kernel still keeps.
    fn orphan_rows(&self) -> Vec<SocketRow> {
        let each = |living: Living| {
            let jobs = self.jobs_on(SocketId(living.id));
            let socket = self.session.socket(SocketId(living.id));
            SocketRow {
                name: socket.map_or_else(|| "-".to_owned(), |socket| socket.name.to_string()),
                fd: None,
                host: socket.and_then(|socket| socket.host.clone()),
                proto: if living.local.is_ipv6() {
                    "tcp6"
                } else {
                    "tcp"
                }
                .to_owned(),
                local: Some(Addr::Inet(living.local)),
                peer: living.peer.map(Addr::Inet),
                state: Some(living.state),
                // What nobody will receive is not kept: the kernel answers it with a RST.
                recvq: 0,
                sendq: living.sendq,
                ready: "---".to_owned(),
                job: jobs.last().copied(),
                jobs,
                last: false,
            }
        };
        self.ledger.living().into_iter().map(each).collect()
    }

    /// Half-open connections of the session's listeners, which only sock_diag knows.
    fn embryo_rows(&mut self) -> Vec<SocketRow> {
        let mut rows = Vec::new();
        for (host, listeners) in self.listeners() {
            // A kernel that refuses the question only leaves these rows out.
            let diag = self.ledger.diag(host.as_deref());
            let found = diag.and_then(|diag| diag.all_embryos().ok());
            let of = |row: DiagRow| {
                let local = row.local.inet()?;
                let fits = |at: &SocketAddr| {
                    at.port() == local.port() && (at.ip() == local.ip() || at.ip().is_unspecified())
                };
                let (_, name) = listeners.iter().find(|(at, _)| fits(at))?;
                Some(embryo(name, host.clone(), row))
            };
            rows.extend(found.unwrap_or_default().into_iter().filter_map(of));
        }
        rows
    }

    /// The session's listeners: on each host their addresses and names.
    fn listeners(&self) -> BTreeMap<Option<String>, Vec<(SocketAddr, String)>> {
        let mut listeners: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for socket in self.session.open_sockets() {
            let seen = self.ledger.last(socket.id);
            let local = seen.and_then(|look| look.local.as_ref()?.inet());
            if let Some(local) = local.filter(|_| socket.listening) {
                let there = listeners.entry(socket.host.clone()).or_default();
                there.push((local, socket.name.to_string()));
            }
        }
        listeners
    }

    /// `state [s]`
    pub(super) fn state(&mut self, call: &Call, sink: Sink<'_>) -> Result<Outcome, Refusal> {
        let id = match call.expr("sockfd").cloned() {
            Some(expr) => self.settled(|app| app.session.socket_value(&expr), sink)?,
            None => match self.session.last_used() {
                Some(id) => id,
                None => {
                    self.tell(
                        None,
                        What::Answer(Answer::Diagram {
                            name: String::new(),
                            way: Vec::new(),
                        }),
                        sink,
                    );
                    return Ok(Outcome::default());
                }
            },
        };
        self.look_around(Some(id), sink);
        let socket = self.session.socket(id);
        if let Some(other) = socket.filter(|socket| !socket.is_tcp()) {
            let listens = if other.listening { "; it listens" } else { "" };
            return Err(Refusal::new(format!(
                "{} is a {} socket, without the states of TCP{listens}",
                other.name,
                other.proto()
            ))
            .help("`ls` shows its addresses and queues"));
        }
        let name = socket.map_or_else(String::new, |socket| socket.name.to_string());
        let way = self.ledger.way(id).to_vec();
        self.tell(Some(id), What::Answer(Answer::Diagram { name, way }), sink);
        Ok(Outcome::default())
    }

    /// `who PORT`
    pub(super) fn who(&mut self, call: &Call, sink: Sink<'_>) -> Result<Outcome, Refusal> {
        let Some(expr) = call.expr("port").cloned() else {
            return Err(Refusal::new("which port?").help("who 12345"));
        };
        let port = self.settled(|app| app.session.port(&expr), sink)?;
        match self.holders(self.session.here().as_deref(), port) {
            Ok(holders) if holders.is_empty() => {
                self.say(format!("nobody holds port {port}"), sink)
            }
            Ok(holders) => self.tell(None, What::Answer(Answer::Holders { port, holders }), sink),
            Err(error) => {
                return Err(Refusal::new(format!(
                    "the kernel does not say who holds a port: {error}"
                )));
            }
        }
        Ok(Outcome::default())
    }

    /// Who holds a port on a host: sockets of this session by name, others by process where that may be seen.
    pub(super) fn holders(
        &mut self,
        host: Option<&str>,
        port: u16,
    ) -> std::io::Result<Vec<crate::event::Holder>> {
        let own: HashMap<u64, String> = self
            .session
            .open_sockets()
            .into_iter()
            .filter_map(|socket| {
                Some((
                    inode(crate::sys::call::borrowed(socket.fd))?,
                    socket.name.to_string(),
                ))
            })
            .collect();
        let session = &self.session;
        let Some((books, diag)) = self.ledger.books_and_diag(host) else {
            let host = host.unwrap_or("the machine");
            return Err(std::io::Error::other(format!("nothing is kept of {host}")));
        };
        let name = |row: &DiagRow| {
            let orphan = || {
                books
                    .orphan(row)
                    .and_then(|id| session.socket(SocketId(id)))
            };
            own.get(&row.inode)
                .cloned()
                .or_else(|| orphan().map(|socket| format!("{}, closed", socket.name)))
        };
        let refused = |error| {
            let why = Errno::of(&error).map_or_else(
                || error.to_string(),
                |errno| format!("{errno}, {}", errno.message()),
            );
            std::io::Error::other(format!("sock_diag is refused ({why})"))
        };
        who(diag.map_err(refused)?, port, &name)
    }
}

fn row(socket: &Socket, look: Look, ready: Ready) -> SocketRow {
    let letter = |is: bool, letter: char| if is { letter } else { '-' };
    let (recvq, sendq) = match look.backlog {
        Some((waiting, limit)) => (u64::from(waiting), u64::from(limit)),
        None => (look.recvq, look.sendq),
    };
    SocketRow {
        name: socket.name.to_string(),
        fd: Some(socket.fd),
        host: socket.host.clone(),
        proto: socket.proto().to_owned(),
        local: look.local,
        peer: look.peer,
        state: look.state,
        recvq,
        sendq,
        ready: [
            letter(ready.r, 'r'),
            letter(ready.w, 'w'),
            letter(ready.x, 'x'),
        ]
        .iter()
        .collect(),
        job: None,
        jobs: Vec::new(),
        last: false,
    }
}

fn embryo(listener: &str, host: Option<String>, row: DiagRow) -> SocketRow {
    SocketRow {
        name: format!("({listener})"),
        fd: None,
        host,
        proto: row.proto_name().to_owned(),
        local: Some(row.local),
        peer: row.peer,
        state: row.state,
        recvq: row.recvq,
        sendq: row.sendq,
        ready: "---".to_owned(),
        job: None,
        jobs: Vec::new(),
        last: false,
    }
}
