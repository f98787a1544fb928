//! `expect data`: what was received.

use super::Found;
use crate::app::{App, Sink};
use crate::lang::ast::{Claim, Expr};
use crate::session::Refusal;
use crate::text::escape;
use std::time::Instant;

impl App {
    /// What was received. TCP is a stream: where only the beginning has come, the rest is read too.
    pub(super) fn data_claim(&mut self, data: &Expr, sink: Sink<'_>) -> Result<Found, Refusal> {
        let wanted = self.settled(|app| app.session.bytes(data), sink)?;
        if let Some(job) = self.last.job {
            self.polled(&Claim::Ok, self.settings.timeout, sink)?;
            if self.last.job == Some(job) {
                return Ok(Found::new(false, "the call still sleeps").last());
            }
        }
        let deadline = Instant::now() + self.settings.timeout;
        loop {
            let Some(got) = self.last.data.clone() else {
                return Ok(self.nothing_received(sink));
            };
            let more = got.len() < wanted.len() && wanted.starts_with(&got) && !got.is_empty();
            if !more
                || Instant::now() >= deadline
                || !self.receive_more(&got, wanted.len(), sink)?
            {
                let found = format!("\"{}\" ({} bytes)", escape::data(&got), got.len());
                return Ok(Found::new(got == wanted, found).last());
            }
        }
    }

    fn nothing_received(&mut self, sink: Sink<'_>) -> Found {
        if self.last.typed.is_empty() {
            return Found::new(false, "no call was made yet").last();
        }
        // One that this call has woken is a moment behind.
        self.hear_the_woken(sink);
        let mut why = format!("the last call typed is `{}`", self.last.typed);
        if let Some((job, typed)) = self.returned.receiver() {
            why.push_str(&format!(
                "; `{typed}` did receive: after `wait {job}` it is the last"
            ));
        }
        let found = Found::new(false, "the last call received nothing");
        found.why(why).last()
    }

    /// Receives what is missing on a stream; false where there is no more to come.
    fn receive_more(&mut self, got: &[u8], wanted: usize, sink: Sink<'_>) -> Result<bool, Refusal> {
        let stream = self
            .last
            .socket
            .and_then(|id| self.session.socket(id))
            .filter(|socket| socket.kind == libc::SOCK_STREAM && !socket.closed);
        let Some(fd) = stream.map(|socket| socket.fd) else {
            return Ok(false);
        };
        let line = format!("recv {fd} {}", wanted - got.len());
        let outcome = self.execute(&line, sink);
        if let Some(job) = self.last.job {
            self.await_job(job, sink)?;
        }
        let Some(more) = self.last.data.take() else {
            return Ok(false);
        };
        let ended = more.is_empty();
        self.last.data = Some([got, more.as_slice()].concat());
        Ok(!outcome.failed && !ended)
    }
}
