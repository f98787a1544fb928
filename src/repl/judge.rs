//! What a script's exit status will be, from the events that pass: 1 where an expectation failed, or a call failed
//! that no `expect error` follows.

use crate::event::{Event, What};

/// The count so far.
#[derive(Debug, Default)]
pub struct Judge {
    /// A call failed, and the next statement may still say that it had to.
    pending: bool,
    failed: bool,
    /// Whether the statement that runs now has said for itself what failed.
    said: bool,
}

impl Judge {
    /// A statement begins.
    pub fn statement(&mut self) {
        self.said = false;
    }

    /// An event passes.
    pub fn see(&mut self, event: &Event) {
        match &event.what {
            What::Syscall(call) if call.ret.is_some() || call.errno.is_some() => {
                self.settle();
                self.pending = call.errno.is_some();
                self.said |= self.pending;
            }
            What::Expect(verdict) if verdict.holds => {
                self.pending &= !verdict.claim.starts_with("error");
            }
            What::Expect(_) => {
                self.said = true;
                self.failed = true;
            }
            _ => {}
        }
    }

    /// A statement is over; `failed` is what the application says of it.
    pub fn outcome(&mut self, failed: bool) {
        if failed && !self.said {
            self.settle();
            self.pending = true;
        }
    }

    /// Whether anything failed that was not expected to, now that the script is over.
    pub fn failed(&self) -> bool {
        self.failed || self.pending
    }

    /// Another call: nobody expected the last one's failure.
    fn settle(&mut self) {
        self.failed |= self.pending;
        self.pending = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errno::Errno;
    use crate::event::{Syscall, Verdict};

    fn event(what: What) -> Event {
        Event {
            t: 0.0,
            host: None,
            socket: None,
            fd: None,
            what,
        }
    }

    fn call(errno: Option<i32>) -> Event {
        event(What::Syscall(Syscall {
            name: "connect".into(),
            command: "connect".into(),
            text: String::new(),
            ret: Some(if errno.is_some() { -1 } else { 0 }),
            errno: errno.map(Errno),
            library: false,
        }))
    }

    fn verdict(claim: &str, holds: bool) -> Event {
        event(What::Expect(Verdict {
            claim: claim.into(),
            holds,
            found: String::new(),
            why: String::new(),
        }))
    }

    fn failed(events: &[Event]) -> bool {
        let mut judge = Judge::default();
        events.iter().for_each(|event| judge.see(event));
        judge.failed()
    }

    #[test]
    fn a_failure_that_was_expected_is_none() {
        let refused = || call(Some(libc::ECONNREFUSED));
        assert!(!failed(&[call(None)]));
        assert!(failed(&[refused()]));
        assert!(!failed(&[refused(), verdict("error ECONNREFUSED", true)]));
        assert!(!failed(&[
            refused(),
            verdict("error ECONNREFUSED", true),
            call(None)
        ]));
        assert!(failed(&[
            refused(),
            call(None),
            verdict("error ECONNREFUSED", true)
        ]));
        assert!(failed(&[refused(), verdict("sockets 1", true)]));
        assert!(failed(&[call(None), verdict("error ECONNREFUSED", false)]));
    }

    #[test]
    fn what_the_application_alone_knows_counts_too() {
        let mut judge = Judge::default();
        judge.statement();
        judge.outcome(true);
        assert!(judge.failed());
        judge.see(&verdict("error ENOENT", true));
        assert!(!judge.failed());
    }
}
