//! How long a call sleeps at most, by itself.

use super::Session;
use super::outcome::Meta;
use crate::sys::call;
use std::os::fd::RawFd;
use std::time::Duration;

/// What ends a call that nothing else ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// How long it sleeps.
    pub time: Duration,
    /// The option that says so; `None` where it is an argument of the call.
    pub option: Option<&'static str>,
}

impl Session {
    /// The time that an option of its socket gives a call, as that stands when the call begins.
    pub(super) fn limit(&self, meta: &Meta) -> Option<Limit> {
        let socket = self.table.get(meta.socket?)?;
        let (time, option) = match meta.command {
            "close" => {
                let seconds = u64::try_from(socket.linger?).ok()?;
                (Duration::from_secs(seconds), "SO_LINGER")
            }
            "accept" | "recv" | "recvfrom" | "read" => {
                (timeout(socket.fd, libc::SO_RCVTIMEO)?, "SO_RCVTIMEO")
            }
            "connect" | "send" | "sendto" | "sendall" | "write" => {
                (timeout(socket.fd, libc::SO_SNDTIMEO)?, "SO_SNDTIMEO")
            }
            _ => return None,
        };
        Some(Limit {
            time,
            option: Some(option),
        })
    }
}

/// SO_RCVTIMEO or SO_SNDTIMEO of an open socket; `None` where it sets no time.
pub fn timeout(fd: RawFd, name: i32) -> Option<Duration> {
    let mut raw = [0u8; 16];
    call::getsockopt(fd, libc::SOL_SOCKET, name, &mut raw).ok()?;
    let long = |at: usize| {
        raw[at..at + 8]
            .try_into()
            .map_or(0, i64::from_ne_bytes)
            .max(0)
            .unsigned_abs()
    };
    let time = Duration::from_secs(long(0)) + Duration::from_micros(long(8));
    (!time.is_zero()).then_some(time)
}
