//! Lessons are played here: opened, led through, judged. What the headless test, the learner's prompt and the show in
//! front of a class have in common.
//!
//! | file | what it does |
//! | --- | --- |
//! | `stage` | the session in which a lesson is played, and what the machine must have for it |
//! | `round` | one `sock` block while it is played: lines in, judgements out |
//! | `world` | the session as the judge sees it |
//! | `learn` | a learner at the prompt |
//! | `test` | `lesson test`: every step, without a person |
//! | `watch` | `lesson watch`: the script of a show in front of a class |
//! | `course` | which lessons are meant, and how far the learner is with each |
//! | `readable` | a lesson to be read, not played |
//! | `turn` | lessons about a fixed port, one at a time |

pub mod course;
mod learn;
mod readable;
mod round;
mod stage;
pub mod test;
mod turn;
pub mod watch;
mod world;

pub(in crate::app) use learn::Learner;
pub use readable::readable;
pub use round::Round;
pub(in crate::app) use stage::capture;
pub use stage::{again, lacking, language, library, restart, stage};
pub use turn::Turn;
pub use world::Seen;

use super::last::Last;
use crate::event::Event;
use crate::lesson::judge::End;
use crate::session::SocketId;

/// A sleeping call that ended, kept for the judge.
#[derive(Debug, Clone)]
pub(super) struct Ended {
    pub job: u32,
    /// The socket that it was made on.
    pub socket: Option<SocketId>,
    pub end: End,
    pub data: Vec<u8>,
    /// The sockets that it opened.
    pub opened: Vec<SocketId>,
}

/// Takes events and shows none of them.
pub fn unseen(_: Event) {}

impl Last {
    /// How the call ended, for the judge.
    fn end(&self) -> End {
        match (self.job, self.errno, self.ret) {
            (Some(_), ..) => End::Blocked,
            (None, Some(errno), _) => End::Failed(errno),
            (None, None, Some(ret)) => End::Returned(ret),
            (None, None, None) => End::NoCall,
        }
    }

    /// As one that may be told later: what a job came to.
    pub(super) fn ended(&self, job: u32) -> Ended {
        Ended {
            job,
            socket: self.socket,
            end: self.end(),
            data: self.data.clone().unwrap_or_default(),
            opened: self.opened.clone(),
        }
    }
}
