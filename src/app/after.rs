//! After a call: its events, what changed in the kernel's books, and why.

use super::books::Moved;
use super::{App, Explain, Sink};
use crate::event::{Change, Data, Explanation, Job, JobStatus, Tone, What};
use crate::kernel::Look;
use crate::session::{Done, SocketId};
use crate::text::escape;

impl App {
    /// Tells everything about a call that returned.
    pub(super) fn after(&mut self, mut done: Done, sink: Sink<'_>) {
        let socket = done.socket.filter(|id| self.session.socket(*id).is_some());
        self.return_in_ladder(&done);
        self.announce(&mut done, socket, sink);
        self.tell_packets(sink);
        let own: Vec<SocketId> = socket
            .into_iter()
            .chain(done.opened.iter().copied())
            .collect();
        let before = self.before(&done);
        if let Some(closed) = done.closed {
            self.closes(closed);
        }
        self.note_last(&done);
        let mut changes = if done.result.is_ok() {
            let received = done.data.as_ref().map_or(0, |(bytes, _)| bytes.len());
            let moved = Moved::by(done.command, received);
            self.ledger.after(&self.session, &own, moved)
        } else {
            // Why it failed may be told by any socket.
            self.ledger.around(&self.session, &own)
        };
        for (id, change) in &mut changes {
            let moved = change.from.is_some() && change.from != change.to;
            // Of what is closed the books say themselves whether close(2) did it, put off while a call slept on the socket.
            change.by_network |=
                moved && !change.closed && own.contains(id) && !moves(done.command);
        }
        if let ("connect", Some(id)) = (done.command, socket) {
            changes.extend(self.ledger.reopened(&self.session, id));
        }
        self.tell_changes(changes, sink);
        if let ("listen", Ok(_), Some(id)) = (done.command, &done.result, socket) {
            let at = self.ledger.last(id).and_then(|look| look.local.clone());
            self.session.remember_local(id, at);
        }
        if let Some(answer) = done.answer.take() {
            self.tell(socket, What::Answer(answer), sink);
        }
        if let Some(closed) = done.closed {
            // What close(2) did shows when nothing sleeps on the socket any more.
            self.wake_sleepers(closed, sink);
        }
        self.why(&done, socket, before, sink);
    }

    /// Wakes a sleeping call whose socket goes with its host, and tells that it ended. Nothing can be made of why.
    pub(super) fn cut_short(&mut self, job: u32, sink: Sink<'_>) {
        // A call that does not wake keeps its thread and nothing else.
        if let Ok(mut done) = self.session.cancel(job) {
            self.return_in_ladder(&done);
            let socket = done.socket;
            self.announce(&mut done, socket, sink);
            self.note_last(&done);
        }
    }

    /// The job that ended, the calls, what arrived.
    fn announce(&mut self, done: &mut Done, socket: Option<SocketId>, sink: Sink<'_>) {
        if let Some(n) = done.job {
            let status = if done.cancelled() {
                JobStatus::Cancelled
            } else {
                JobStatus::Done
            };
            let sleeps_in = format!("{}()", done.command);
            self.tell(
                socket,
                What::Job(Job {
                    n,
                    status,
                    call: done.typed.to_string(),
                    sleeps_in,
                }),
                sink,
            );
        }
        let of = done
            .opened
            .first()
            .copied()
            .filter(|_| socket.is_none())
            .or(socket);
        for call in done.calls.drain(..) {
            self.tell(of, What::Syscall(call), sink);
        }
        if let Some((bytes, from)) = &done.data {
            let shown = &bytes[..bytes.len().min(self.settings.show_bytes)];
            let data = Data {
                bytes: escape::data(shown),
                len: bytes.len(),
                shown: (shown.len() < bytes.len()).then_some(shown.len()),
                from: from.clone(),
            };
            self.tell(socket, What::Data(data), sink);
        }
    }

    /// The words: what a call did, or why it failed.
    fn why(&mut self, done: &Done, socket: Option<SocketId>, before: Option<Look>, sink: Sink<'_>) {
        if let Err(errno) = done.result {
            let cause = self.cause(done, errno, before);
            self.explain(cause, socket, sink);
            return;
        }
        for warning in self.warnings(done) {
            self.explain(warning, socket, sink);
        }
        if let Some(word) = self.kept_back(done) {
            self.say_of("unsent", &[word], socket, sink);
        } else if let Some((option, words)) = self.option(done) {
            self.say_of(option, &words, socket, sink);
        } else {
            let words = self.variant(done, before.as_ref());
            self.say_of(done.command, &words, socket, sink);
        }
    }

    /// What the reference says of something that has happened, in full the first time. `words` are what is known of it.
    pub(super) fn say_of(
        &mut self,
        topic: &'static str,
        words: &[&'static str],
        socket: Option<SocketId>,
        sink: Sink<'_>,
    ) {
        let explanation = match self.settings.explain {
            Explain::Off => None,
            Explain::Full => crate::explain::after(topic, words, true),
            Explain::Brief => crate::explain::after(topic, words, false),
            Explain::Auto => match self.met.meet(topic, words) {
                (true, _) => crate::explain::after(topic, words, true),
                (false, again) => again.cloned(),
            },
        };
        if let Some(explanation) = explanation {
            self.explain(explanation, socket, sink);
        }
    }

    /// The socket's descriptor is free. What is left of its connection is followed.
    pub(super) fn closes(&mut self, closed: SocketId) {
        let before = self.ledger.last(closed);
        let stood = before.and_then(|look| look.local.clone());
        let unread = before.is_some_and(|look| look.recvq > 0);
        self.session.remember_end(closed, stood, unread);
        let held = self.session.sleeps_on(closed);
        self.ledger.closed(closed, held);
    }

    /// What the kernel said of the call's socket before the call.
    fn before(&self, done: &Done) -> Option<Look> {
        done.socket.and_then(|id| self.ledger.last(id).cloned())
    }

    /// Calls that still sleep on a socket that was just closed: close() does not wake them, and they keep the socket.
    fn wake_sleepers(&mut self, closed: SocketId, sink: Sink<'_>) {
        let sleepers: Vec<(u32, String)> = self
            .session
            .sleepers(closed)
            .map(|(job, typed)| (job, typed.to_owned()))
            .collect();
        for (job, typed) in sleepers {
            let text = format!(
                "`{typed}` (job {job}) still sleeps: close() does not wake it, and the kernel keeps the socket, as it was, \
                 until the call returns. The shell interrupts the call now, so that nothing is left behind."
            );
            let explanation = Explanation {
                topic: "close".into(),
                text: vec![text.into()],
                hints: Vec::new(),
                tone: Tone::Warn,
            };
            self.explain(explanation, Some(closed), sink);
            self.cancel_job(job, sink);
        }
    }

    /// Before anything is judged or shown: what was not told yet.
    pub(super) fn catch_up(&mut self, sink: Sink<'_>) {
        if self.ledger.behind() {
            self.look_around(None, sink);
        }
    }

    /// What the network has changed, for the sockets that the kernel names and these.
    pub(super) fn look_around(&mut self, own: Option<SocketId>, sink: Sink<'_>) {
        self.tell_packets(sink);
        let own: Vec<SocketId> = own.into_iter().collect();
        let changes = self.ledger.around(&self.session, &own);
        self.tell_changes(changes, sink);
    }

    fn tell_changes(&mut self, changes: Vec<(SocketId, Change)>, sink: Sink<'_>) {
        for (id, change) in changes {
            if let Some(state) = change.to {
                let peer = self.ledger.last(id).and_then(|look| look.peer.clone());
                self.session.sees(id, state, peer);
            }
            self.state_in_ladder(id, &change);
            self.tell(Some(id), What::State(change), sink);
        }
        self.tell_captured(sink);
    }
}

/// Whether a call changes its socket's TCP state. What others find changed the network has done.
fn moves(command: &str) -> bool {
    matches!(command, "connect" | "listen" | "shutdown" | "close")
}
