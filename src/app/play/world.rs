//! The session as the judge sees it.

use crate::app::standing::covers;
use crate::app::{App, Sink};
use crate::event::{Addr, Event, TcpState};
use crate::kernel::Look;
use crate::lang::ast::{Call, Claim, Expr};
use crate::lang::order::{Order, Step, Until, Wire};
use crate::lesson::{Finding, World};
use crate::session::{Session, Socket, Value};
use std::net::SocketAddr;
use std::time::Duration;

/// A session, lent to the judge.
pub struct Seen<'a, 's> {
    /// The session.
    pub app: &'a mut App,
    /// Takes what happens while a claim is polled.
    pub sink: &'a mut (dyn FnMut(Event) + 's),
    /// How long a claim is polled.
    pub patience: Duration,
}

impl World for Seen<'_, '_> {
    fn socket(&mut self, expr: &Expr) -> Option<String> {
        let session = &self.app.session;
        let id = session.socket_value(expr).ok()?;
        session.socket(id).map(|socket| socket.name.to_string())
    }

    fn host(&mut self) -> Option<String> {
        self.app.session.here()
    }

    fn is_so(&self, order: &Order) -> bool {
        let holds = self.app.wire_holds();
        match order {
            Order::Wire(Some(Wire::Hold)) => holds == Some(true),
            Order::Wire(Some(Wire::Flow)) => holds == Some(false),
            Order::Step(Step::Count(_) | Step::Until(Until::Quiet)) => {
                holds == Some(true) && self.app.wire_is_empty()
            }
            _ => false,
        }
    }

    fn unread_behind(&mut self, sender: &str) -> Option<(String, u64)> {
        let app = &self.app;
        let open = app.session.open_sockets().into_iter();
        let looks: Vec<(&Socket, Look)> = open
            .filter(|socket| socket.is_tcp())
            .map(|socket| (socket, app.ledger.peek(socket)))
            .collect();
        let (_, sender) = looks.iter().find(|(socket, _)| &*socket.name == sender)?;
        // What is still on its way, or lost, is not there.
        if sender.sendq > 0 {
            return None;
        }
        let (local, peer) = (sender.local.as_ref()?, sender.peer.as_ref()?);
        let (other, look) = looks.iter().find(|(_, look)| {
            look.local.as_ref() == Some(peer) && look.peer.as_ref() == Some(local)
        })?;
        (look.recvq > 0).then(|| (other.name.to_string(), look.recvq))
    }

    fn unsent(&mut self, name: &str) -> bool {
        let app = &self.app;
        let mut open = app.session.open_sockets().into_iter();
        let socket = open.find(|socket| &*socket.name == name);
        socket.is_some_and(|socket| app.ledger.peek(socket).hold.is_some())
    }

    fn served(&mut self, addr: &Expr) -> bool {
        let addr = self.app.session.address(addr, None).ok();
        addr.and_then(|addr| addr.inet())
            .is_some_and(|addr| self.app.is_served(addr))
    }

    fn rested(&mut self, addr: &Expr) -> Option<String> {
        let addr = self.app.session.address(addr, None).ok()?;
        self.app.rested(&addr)
    }

    fn value(&mut self, expr: &Expr) -> Option<Vec<u8>> {
        amounts_to(&self.app.session, expr)
    }

    fn pending(&mut self) -> Vec<String> {
        let all = self.app.session.variables().into_iter();
        let pending = all.filter(|(_, value)| matches!(value, Value::Pending(..)));
        pending.map(|(name, _)| name.to_owned()).collect()
    }

    fn claim(&mut self, claim: &Claim) -> Finding {
        let usual = std::mem::replace(&mut self.app.settings.timeout, self.patience);
        let verdict = self.app.verdict(claim, self.sink as Sink<'_>);
        self.app.settings.timeout = usual;
        match verdict {
            Ok(verdict) => Finding {
                holds: verdict.holds,
                found: verdict.found,
                why: verdict.why,
            },
            Err(refusal) => Finding {
                holds: false,
                found: refusal.message,
                why: String::new(),
            },
        }
    }
}

impl App {
    /// Whether a socket that is not of this session listens for this machine's clients at an address.
    fn is_served(&mut self, at: SocketAddr) -> bool {
        let holders = self.holders(None, at.port()).unwrap_or_default();
        holders.iter().any(|other| {
            let there = |local| covers(local, other.v6only, at);
            other.socket.is_none()
                && other.state == Some(TcpState::Listen)
                && other.local.inet().is_some_and(there)
        })
    }

    /// The closed socket that was in TIME_WAIT at an address. `None` where the kernel knows one there still.
    fn rested(&mut self, at: &Addr) -> Option<String> {
        let holders = self.holders(None, at.inet()?.port()).ok()?;
        if holders
            .iter()
            .any(|other| other.state == Some(TcpState::TimeWait))
        {
            return None;
        }
        let stood = |socket: &&Socket| socket.closed && socket.last_local.as_ref() == Some(at);
        let rested = |socket: &&Socket| self.ledger.way(socket.id).contains(&TcpState::TimeWait);
        let mut sockets = self.session.sockets().filter(stood);
        sockets.find(rested).map(|socket| socket.name.to_string())
    }

    /// Notes, for a lesson's judge, what the arguments of a call amount to that is about to be made: the calls inside
    /// it have been made, and must not be made a second time.
    pub(in crate::app) fn note_arguments(&mut self, call: &Call) {
        if self.ended.is_some() {
            let args = call.args.iter();
            let values = args.map(|arg| amounts_to(&self.session, &arg.as_ref()?.value));
            self.made_with = values.collect();
        }
    }
}

fn amounts_to(session: &Session, expr: &Expr) -> Option<Vec<u8>> {
    // `("127.0.0.1", s.local[1])` says the same as an address.
    if let Expr::Tuple(parts) = expr
        && parts.len() == 2
        && let Ok(addr) = session.address(expr, None)
    {
        return Some(addr.to_string().into_bytes());
    }
    match session.value(expr).ok()? {
        Value::Bytes(bytes) => Some(bytes),
        Value::Text(text) => Some(text.into_bytes()),
        Value::Addr(addr) => Some(addr.to_string().into_bytes()),
        Value::Socket(id) => Some(session.socket(id)?.name.as_bytes().to_vec()),
        Value::None | Value::Pending(..) => None,
        other => Some(session.repr(&other, false).into_bytes()),
    }
}
