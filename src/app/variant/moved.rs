//! What a send or a receive came to, and what ended its wait before all was done.

use super::App;
use crate::event::TcpState;
use crate::kernel::Look;
use crate::session::{Done, Socket};
use crate::sys::call;
use std::time::Duration;

impl App {
    /// What ended the wait of a send that took only a part, or of a receive that gave less than MSG_WAITALL asks for, where
    /// that is known.
    pub(super) fn ended_early(&mut self, done: &Done) -> Option<&'static str> {
        let sends = is_in_part(done);
        let id = done.socket?;
        let socket = self.session.socket(id)?;
        if !sends && !is_short(done, socket) {
            return None;
        }
        let patience = self.session.patience_of(done);
        let (shut, limit) = match sends {
            true => (socket.shut_write, patience.send),
            false => (socket.shut_read, patience.receive),
        };
        let at_once = patience.nonblocking
            || done.asked.flags & libc::MSG_DONTWAIT != 0
            || limit == Some(Duration::ZERO);
        let took = done.timing.ended.duration_since(done.timing.began);
        let closed = socket.closed;
        // A Unix socket has one mark for what either side has shut down.
        if shut && !socket.is_tcp() {
            return Some("shut");
        }
        if let Some(by_peer) = self.ended_by_peer(done, sends) {
            return Some(by_peer);
        }
        if shut {
            return Some("shut");
        }
        match limit {
            _ if done.signaled && closed => Some("closed"),
            _ if done.signaled => Some("signal"),
            _ if at_once => Some("at-once"),
            Some(limit) if took >= limit => Some("timeout"),
            _ => None,
        }
    }

    /// How the peer has ended the direction of a call, by the kernel's own account.
    fn ended_by_peer(&mut self, done: &Done, sends: bool) -> Option<&'static str> {
        let socket = self.session.socket(done.socket?)?;
        if sends && socket.is_tcp() || socket.closed {
            return None;
        }
        if socket.is_tcp() {
            // More that has come since would contradict what is said of the end.
            self.ledger.last(socket.id).filter(|look| look.recvq == 0)?;
            return match self.ledger.told(socket.id)? {
                TcpState::CloseWait
                | TcpState::LastAck
                | TcpState::Closing
                | TcpState::TimeWait => Some("finished"),
                // After a FIN of its own it may be the usual end.
                TcpState::Close if !socket.shut_write => Some("over"),
                _ => None,
            };
        }
        let fd = call::borrowed(socket.fd);
        let diag = self.ledger.diag(socket.host.as_deref())?;
        match (diag.unix_shut(fd).ok()??, sends) {
            ([_, true], true) => Some("gone"),
            ([true, _], false) => Some("finished"),
            _ => None,
        }
    }
}

/// Whether a send took less than it was given.
fn is_in_part(done: &Done) -> bool {
    let taken = usize::try_from(done.ret.unwrap_or(0)).unwrap_or(0);
    done.asked.sent.is_some_and(|given| taken < given)
}

/// Whether a send took all that it was given, and that was something.
pub(super) fn is_whole(done: &Done) -> bool {
    done.asked.sent != Some(0) && !is_in_part(done)
}

/// Whether a receive from a stream gave some bytes, but less than MSG_WAITALL asks for.
fn is_short(done: &Done, socket: &Socket) -> bool {
    let len = done.data.as_ref().map_or(0, |(bytes, _)| bytes.len());
    let flags = done.asked.flags & (libc::MSG_WAITALL | libc::MSG_PEEK | libc::MSG_TRUNC);
    let waits = flags == libc::MSG_WAITALL && socket.kind == libc::SOCK_STREAM;
    waits && len > 0 && done.asked.room.is_some_and(|room| len < room)
}

/// What became of a send. `cut` is what ended its wait.
pub(super) fn sent(
    done: &Done,
    after: Option<&Look>,
    cut: Option<&'static str>,
) -> Vec<&'static str> {
    let partly = is_in_part(done);
    let mut words = Vec::new();
    if done.asked.sent == Some(0) {
        words.push("empty");
    } else if partly {
        words.push("partial");
    }
    match after.and_then(|look| look.state) {
        Some(TcpState::Close) => words.push("over"),
        _ if partly => words.extend(cut),
        Some(TcpState::CloseWait) if words.is_empty() => words.push("finished"),
        _ => {}
    }
    words
}

/// What a receive gave. `state` is that before it, `cut` what ended its wait.
pub(super) fn received(
    done: &Done,
    socket: &Socket,
    state: Option<TcpState>,
    cut: Option<&'static str>,
) -> Vec<&'static str> {
    let len = done.data.as_ref().map_or(0, |(bytes, _)| bytes.len());
    let flag = |flag| done.asked.flags & flag != 0;
    let datagram = socket.kind == libc::SOCK_DGRAM;
    let mut words = Vec::new();
    match (len, done.asked.room) {
        (1.., _) if flag(libc::MSG_TRUNC) => words.push("trunc"),
        (1.., _) => words.extend(cut.into_iter().flat_map(|cut| ["short", cut])),
        // A message was taken, whatever its length.
        (0, Some(0)) if socket.kind != libc::SOCK_STREAM => {}
        (0, Some(0)) => words.push("empty"),
        // One that never had a peer has no end but that.
        _ if socket.shut_read && !(socket.connected() && peer_has_finished(state)) => {
            words.push("shut");
        }
        _ if datagram => words.push("empty"),
        _ if socket.is_tcp() && !socket.connected() => words.extend(["refused", "eof"]),
        _ if socket.was_reset || socket.gave_up => words.extend(["reset", "eof"]),
        _ => words.push("eof"),
    }
    let waits =
        len > 0 || (socket.kind != libc::SOCK_STREAM && matches!(words[..], [] | ["empty"]));
    if flag(libc::MSG_PEEK) && waits {
        words.insert(0, "peek");
    }
    words
}

/// Whether the peer's FIN has come, or all is over (RFC 9293, section 3.3.2).
fn peer_has_finished(state: Option<TcpState>) -> bool {
    use TcpState::{Close, CloseWait, Closing, LastAck, TimeWait};
    matches!(
        state,
        Some(CloseWait | LastAck | Closing | TimeWait | Close)
    )
}
