//! How long a call sleeps at most, by itself.

use super::Session;
use super::outcome::Meta;
use super::patience::Patience;
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
    pub(super) fn limit(&self, meta: &Meta, patience: Patience) -> Option<Limit> {
        let socket = self.table.get(meta.socket?)?;
        let (time, option) = match meta.command {
            "close" => {
                let seconds = u64::try_from(socket.linger?).ok()?;
                (Duration::from_secs(seconds), "SO_LINGER")
            }
            "accept" | "recv" | "recvfrom" | "read" => (patience.receive?, "SO_RCVTIMEO"),
            "connect" | "send" | "sendto" | "sendall" | "write" => (patience.send?, "SO_SNDTIMEO"),
            _ => return None,
        };
        Some(Limit {
            time,
            option: Some(option),
        })
    }
}
