//! Where sockets come from: this machine's own network, or a host of a laboratory.

use crate::errno::Errno;
use crate::sys::call;
use std::net::IpAddr;
use std::os::fd::RawFd;

/// A place that gives sockets. Every later call is the same wherever a socket came from.
pub trait Network: Send {
    /// The host's name, for a laboratory's host; `None` for the machine itself.
    fn label(&self) -> Option<String>;

    /// What gethostname(2) says there.
    fn name(&self) -> String;

    /// socket(2) there.
    ///
    /// # Errors
    /// The call's errno.
    fn socket(&self, domain: i32, kind: i32, protocol: i32) -> Result<RawFd, Errno>;

    /// The address of a host whose name only this network knows.
    fn host(&self, name: &str) -> Option<IpAddr>;
}

/// This machine's own network.
#[derive(Debug, Clone, Copy, Default)]
pub struct Machine;

impl Network for Machine {
    fn label(&self) -> Option<String> {
        None
    }

    fn name(&self) -> String {
        nix::unistd::gethostname().map_or_else(
            |_| "localhost".to_owned(),
            |name| name.to_string_lossy().into_owned(),
        )
    }

    fn socket(&self, domain: i32, kind: i32, protocol: i32) -> Result<RawFd, Errno> {
        call::socket(domain, kind, protocol)
    }

    fn host(&self, _: &str) -> Option<IpAddr> {
        None
    }
}
