//! What the kernel says of sockets: addresses, TCP states, queues, who holds a port.
//!
//! - [`look()`] asks about one open socket by its descriptor; [`survey()`] about many, for `ls`.
//! - [`Books`] remembers the last look of each socket and tells the difference as a [`Change`](crate::event::Change).
//! - [`Diag`] asks sock_diag(7), which alone knows connections without a descriptor: `TIME_WAIT`, `SYN_RECV`, and what
//!   is left of a connection after close(2). [`who`] adds the processes.
//! - [`Watcher`] names the sockets that the network has changed since it was last asked, so that with ten thousand
//!   sockets open nobody looks at ten thousand sockets.
//!
//! Nothing is inferred: a state that passed too quickly to be seen is not reported. Every connect(2) passes through
//! `SYN_SENT`, but on loopback it is over before the call returns.

mod books;
mod follow;
mod hold;
mod ready;
mod row;
mod survey;
mod way;
mod woken;

#[cfg(target_os = "linux")]
mod diag;
#[cfg(target_os = "linux")]
mod holder;
#[cfg(target_os = "linux")]
mod look;
#[cfg(target_os = "linux")]
mod message;
#[cfg(target_os = "linux")]
mod watch;

#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(not(target_os = "linux"))]
use other as diag;
#[cfg(not(target_os = "linux"))]
use other as holder;
#[cfg(not(target_os = "linux"))]
use other as look;
#[cfg(not(target_os = "linux"))]
use other as watch;

pub use books::{Books, Living};
pub use diag::Diag;
pub use hold::Hold;
pub use holder::{holder, holders, who};
pub use look::{first_look, look, look_again, look_at_queue, nodelay_and_cork};
pub use ready::{Ready, ready};
pub use row::{DiagRow, Process, inode};
pub use survey::{Family, Look, Queue, survey};
pub use watch::{Poke, Waiter, Watcher};
pub use woken::Woken;
