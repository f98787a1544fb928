//! `expect`: claims polled until they hold or the time is over, and why one did not.

mod data;
mod queue;

use super::{App, Outcome, Sink};
use crate::errno::Errno;
use crate::event::{Addr, Event, TcpState, Verdict, What};
use crate::lang::ast::{Claim, Expr};
use crate::session::{Refusal, SocketId, Value, Wait};
use std::time::{Duration, Instant};

/// How often a claim is looked at again.
const AGAIN: Duration = Duration::from_millis(2);

/// One look at a claim.
pub(super) struct Found {
    holds: bool,
    /// What was found.
    found: String,
    /// Why that may be, where it does not hold.
    why: String,
    /// Whether looking again may help.
    may_change: bool,
}

impl Found {
    pub(super) fn new(holds: bool, found: impl Into<String>) -> Self {
        Self {
            holds,
            found: found.into(),
            why: String::new(),
            may_change: true,
        }
    }

    pub(super) fn why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    pub(super) fn last(mut self) -> Self {
        self.may_change = false;
        self
    }
}

impl App {
    /// Judges a claim and tells the verdict.
    pub(super) fn judge(&mut self, claim: &Claim, sink: Sink<'_>) -> Result<Outcome, Refusal> {
        let verdict = self.verdict(claim, sink)?;
        let holds = verdict.holds;
        if matches!(claim, Claim::Error(_)) {
            self.error_expected();
        }
        if !holds {
            self.failures += 1;
        }
        self.tell(None, What::Expect(verdict), sink);
        Ok(Outcome {
            failed: !holds,
            ..Outcome::default()
        })
    }

    /// Judges a claim, polling until it holds or the time is over. Events of calls that end meanwhile go to `sink`.
    ///
    /// # Errors
    /// Where the claim names what does not exist.
    pub fn verdict(&mut self, claim: &Claim, sink: Sink<'_>) -> Result<Verdict, Refusal> {
        let settled = self.claim_settled(claim, sink)?;
        let found = match &settled {
            Claim::Quiet(time) => self.quiet(*time, sink),
            Claim::Data(data) => self.data_claim(data, sink)?,
            other => self.polled(other, self.settings.timeout, sink)?,
        };
        Ok(Verdict {
            claim: crate::lang::canonical_claim(claim),
            holds: found.holds,
            found: found.found,
            why: if found.holds {
                String::new()
            } else {
                found.why
            },
        })
    }

    /// Whether a claim holds now, without waiting: for the choices of a prediction.
    ///
    /// # Errors
    /// Where the claim names what does not exist.
    pub fn holds_now(&mut self, claim: &Claim, sink: Sink<'_>) -> Result<bool, Refusal> {
        let settled = self.claim_settled(claim, sink)?;
        if let Claim::Data(data) = &settled {
            let wanted = self.settled(|app| app.session.bytes(data), sink)?;
            return Ok(self.last.data.as_ref() == Some(&wanted));
        }
        Ok(self.check(&settled, sink)?.holds)
    }

    fn polled(
        &mut self,
        claim: &Claim,
        patience: Duration,
        sink: Sink<'_>,
    ) -> Result<Found, Refusal> {
        let deadline = Instant::now() + patience;
        loop {
            let found = self.check(claim, sink)?;
            if found.holds || !found.may_change || Instant::now() >= deadline {
                return Ok(found);
            }
            match self.session.wait(deadline.min(Instant::now() + AGAIN)) {
                Wait::Done(done) => self.after(*done, sink),
                Wait::TimedOut => self.look_around(None, sink),
                Wait::Interrupted => return Ok(found.why("interrupted by Ctrl-C")),
            }
        }
    }

    /// One look.
    fn check(&mut self, claim: &Claim, sink: Sink<'_>) -> Result<Found, Refusal> {
        Ok(match claim {
            Claim::Ok => self.check_result(&|errno| errno.is_none()),
            Claim::Error(wanted) => {
                self.check_result(&|errno| errno.is_some_and(|errno| wanted.contains(&errno)))
            }
            Claim::Blocked => self.check_blocked(),
            Claim::Ret(expr) => {
                let wanted = self.settled(|app| app.session.int(expr), sink)?;
                self.check_ret(wanted)
            }
            Claim::State(socket, wanted) => self.check_state(socket, wanted, sink)?,
            Claim::Local(socket, addr) => self.check_addr(socket, addr, true, sink)?,
            Claim::Peer(socket, addr) => self.check_addr(socket, addr, false, sink)?,
            Claim::Backlog(socket, n) => {
                self.check_number(socket, n, "connections waiting", sink)?
            }
            Claim::RecvQ(socket, n) => {
                self.check_number(socket, n, "bytes to be received", sink)?
            }
            Claim::SendQ(socket, n) => {
                self.check_number(socket, n, "bytes not acknowledged", sink)?
            }
            Claim::Ready(socket, letters) => self.check_ready(socket, letters, sink)?,
            Claim::Sockets(expr) => {
                let wanted = self.settled(|app| app.session.int(expr), sink)?;
                let count = self.session.open_count() as i64;
                Found::new(count == wanted, format!("{count} open")).last()
            }
            Claim::Jobs(expr) => {
                let wanted = self.settled(|app| app.session.int(expr), sink)?;
                let count = self.jobs() as i64;
                Found::new(
                    count == wanted,
                    format!(
                        "{count} {}",
                        if count == 1 {
                            "call sleeps"
                        } else {
                            "calls sleep"
                        }
                    ),
                )
            }
            Claim::True(expr) => {
                let value = self.settled(|app| app.session.value(expr), sink)?;
                let holds = !matches!(value, Value::Bool(false) | Value::Int(0) | Value::None);
                Found::new(holds, self.sides(expr)).last()
            }
            Claim::Data(_) | Claim::Quiet(_) => Found::new(false, "").last(),
            Claim::Packet { .. }
            | Claim::Packets { .. }
            | Claim::Fate(..)
            | Claim::Retransmission { .. }
            | Claim::Window(..)
            | Claim::Held(_)
            | Claim::HalfOpen(..) => self.check_lab(claim, sink)?,
        })
    }

    /// Both sides of a comparison, as found.
    fn sides(&self, expr: &Expr) -> String {
        let Expr::Binary(_, a, b) = expr else {
            return "false".to_owned();
        };
        let side = |expr| {
            self.session
                .value(expr)
                .map_or_else(|_| "?".to_owned(), |value| self.session.repr(&value, false))
        };
        format!("{} and {}", side(a), side(b))
    }

    fn check_result(&self, fits: &dyn Fn(Option<Errno>) -> bool) -> Found {
        if let Some(job) = self.last.job {
            return Found::new(false, "the call still sleeps")
                .why(format!("`{}` has not returned: job {job}", self.last.typed));
        }
        if self.last.typed.is_empty() {
            return Found::new(false, "no call was made yet").last();
        }
        let errno = self.last.errno;
        let found = match errno {
            Some(errno) => format!("{errno} ({})", errno.message()),
            None => format!("ok, {}", self.last.ret.unwrap_or(0)),
        };
        Found::new(fits(errno), found)
            .why(format!("that is what `{}` returned", self.last.typed))
            .last()
    }

    fn check_blocked(&self) -> Found {
        match self.last.job {
            Some(job) => Found::new(true, format!("job {job} sleeps")).last(),
            None => {
                let found = match self.last.errno {
                    Some(errno) => errno.name(),
                    None => "it returned".to_owned(),
                };
                Found::new(false, found)
                    .why(format!("`{}` had something to return", self.last.typed))
                    .last()
            }
        }
    }

    fn check_ret(&self, wanted: i64) -> Found {
        if self.last.job.is_some() {
            return Found::new(false, "the call still sleeps");
        }
        match self.last.ret {
            Some(ret) => Found::new(ret == wanted, ret.to_string())
                .why(format!("that is what `{}` returned", self.last.typed))
                .last(),
            None => Found::new(false, "no call was made yet").last(),
        }
    }

    pub(super) fn socket_of(&mut self, expr: &Expr, sink: Sink<'_>) -> Result<SocketId, Refusal> {
        let expr = expr.clone();
        let value = self.settled(|app| app.session.socket_value(&expr), sink)?;
        Ok(value)
    }

    fn check_state(
        &mut self,
        socket: &Expr,
        wanted: &[TcpState],
        sink: Sink<'_>,
    ) -> Result<Found, Refusal> {
        let id = self.socket_of(socket, sink)?;
        self.look_around(Some(id), sink);
        let listens = self.unix_backlog(id).map(|_| TcpState::Listen);
        let Some(state) = self.ledger.state(&self.session, id).or(listens) else {
            return Ok(Found::new(false, "no TCP state").why(self.why_no_state(id)));
        };
        let closed = self.session.socket(id).is_none_or(|socket| socket.closed);
        let found = if closed {
            format!("{state}, without a descriptor")
        } else {
            state.to_string()
        };
        let why = match self.full_queue(id).filter(|_| state == TcpState::SynSent) {
            Some(full) => full,
            None => super::help::why_state(state, closed, wanted).to_owned(),
        };
        Ok(Found::new(wanted.contains(&state), found).why(why))
    }

    fn check_addr(
        &mut self,
        socket: &Expr,
        addr: &Expr,
        local: bool,
        sink: Sink<'_>,
    ) -> Result<Found, Refusal> {
        let id = self.socket_of(socket, sink)?;
        let domain = self.session.socket(id).map(|socket| socket.domain);
        let wanted = self.settled(|app| app.session.address(addr, domain), sink)?;
        let Some(socket) = self.session.socket(id).filter(|socket| !socket.closed) else {
            return Ok(Found::new(false, "the socket is closed").last());
        };
        let seen = self.ledger.peek(socket);
        let actual = if local { seen.local } else { seen.peer };
        let holds = actual
            .as_ref()
            .is_some_and(|actual| same_address(actual, &wanted));
        Ok(Found::new(
            holds,
            actual.map_or_else(|| "none".to_owned(), |addr| addr.to_string()),
        ))
    }

    fn check_number(
        &mut self,
        socket: &Expr,
        n: &Expr,
        what: &str,
        sink: Sink<'_>,
    ) -> Result<Found, Refusal> {
        let id = self.socket_of(socket, sink)?;
        let wanted = self.settled(|app| app.session.int(n), sink)?;
        self.look_around(Some(id), sink);
        let of_unix = self.unix_backlog(id);
        let Some(socket) = self.session.socket(id).filter(|socket| !socket.closed) else {
            return Ok(Found::new(false, "the socket is closed").last());
        };
        let seen = self.ledger.peek(socket);
        let actual = match what {
            "connections waiting" => match seen.backlog.or(of_unix) {
                Some((waiting, _)) => i64::from(waiting),
                None => return Ok(Found::new(false, "it does not listen").last()),
            },
            "bytes to be received" => i64::try_from(seen.recvq).unwrap_or(i64::MAX),
            _ => i64::try_from(seen.sendq).unwrap_or(i64::MAX),
        };
        let what = match actual {
            1 => what
                .replace("connections", "connection")
                .replace("bytes", "byte"),
            _ => what.to_owned(),
        };
        Ok(Found::new(actual == wanted, format!("{actual} {what}")))
    }

    fn check_ready(
        &mut self,
        socket: &Expr,
        letters: &str,
        sink: Sink<'_>,
    ) -> Result<Found, Refusal> {
        let id = self.socket_of(socket, sink)?;
        let Some(socket) = self.session.socket(id).filter(|socket| !socket.closed) else {
            return Ok(Found::new(false, "the socket is closed").last());
        };
        let ready = self.ledger.ready(socket);
        let actual: String = [('r', ready.r), ('w', ready.w), ('x', ready.x)]
            .iter()
            .filter(|(_, is)| *is)
            .map(|(c, _)| *c)
            .collect();
        let same = "rwx"
            .chars()
            .all(|letter| actual.contains(letter) == letters.contains(letter));
        Ok(Found::new(
            same,
            if actual.is_empty() {
                "nothing".to_owned()
            } else {
                actual
            },
        ))
    }

    /// Nothing may happen for this long.
    fn quiet(&mut self, time: Duration, sink: Sink<'_>) -> Found {
        let mut heard: Option<String> = None;
        let deadline = Instant::now() + time;
        while Instant::now() < deadline && heard.is_none() {
            let mut listen = |event: Event| {
                let who = event.socket.as_deref().unwrap_or("a socket");
                let what = match &event.what {
                    What::State(_) | What::Job(_) | What::Data(_) => {
                        Some(format!("something happened with {who}"))
                    }
                    What::Packet(packet) => Some(format!("packet {} moved", packet.n)),
                    _ => None,
                };
                if let Some(what) = what {
                    heard.get_or_insert(what);
                }
                sink(event);
            };
            match self.session.wait(deadline.min(Instant::now() + AGAIN * 5)) {
                Wait::Done(done) => self.after(*done, &mut listen),
                Wait::TimedOut => self.look_around(None, &mut listen),
                Wait::Interrupted => {
                    let found = Found::new(false, "nothing, but the time is not over");
                    return found.why("interrupted by Ctrl-C");
                }
            }
        }
        match heard {
            Some(what) => Found::new(false, what),
            None => Found::new(true, "nothing happened"),
        }
    }
}

/// Equal addresses (a socket without a name has 0.0.0.0:0); a port 0 on the wanted side takes any port that the kernel
/// chose.
fn same_address(actual: &Addr, wanted: &Addr) -> bool {
    match (actual, wanted) {
        (Addr::Inet(actual), Addr::Inet(wanted)) if wanted.port() == 0 => {
            actual.ip() == wanted.ip()
        }
        (actual, wanted) => actual == wanted,
    }
}
