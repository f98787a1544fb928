//! A laboratory host, as a place where the session gets its sockets.

use crate::errno::Errno;
use crate::lab::{Hosts, Undone};
use crate::session::{Network, Refusal};
use std::net::IpAddr;
use std::os::fd::RawFd;
use std::sync::Arc;

/// One host of a laboratory.
pub(super) struct HostNetwork {
    hosts: Arc<Hosts>,
    /// Its place among them.
    place: usize,
}

impl HostNetwork {
    /// The host at this place.
    pub fn new(hosts: Arc<Hosts>, place: usize) -> Self {
        Self { hosts, place }
    }
}

impl Network for HostNetwork {
    fn label(&self) -> Option<String> {
        Some(self.name())
    }

    fn name(&self) -> String {
        let host = self.hosts.all().get(self.place);
        host.map_or_else(String::new, |host| host.name.clone())
    }

    fn socket(
        &self,
        domain: i32,
        kind: i32,
        protocol: i32,
    ) -> Result<Result<RawFd, Errno>, Refusal> {
        match self.hosts.socket(self.place, domain, kind, protocol) {
            Ok(fd) => Ok(Ok(fd)),
            Err(Undone::Refused(errno)) => Ok(Err(errno)),
            Err(undone) => {
                let name = self.name();
                Err(without_helper(undone, &format!("make a socket on {name}")))
            }
        }
    }

    fn host(&self, name: &str, ipv6: bool) -> Option<IpAddr> {
        let host = self.hosts.all().get(self.place)?;
        (host.name == name).then_some(if ipv6 { host.v6.into() } else { host.v4.into() })
    }

    fn is_at(&self, ip: IpAddr) -> bool {
        let host = self.hosts.all().get(self.place);
        host.is_some_and(|host| ip == host.v4 || ip == host.v6)
    }
}

/// What only the helper process could do, and does not.
pub(super) fn without_helper(undone: Undone, what: &str) -> Refusal {
    Refusal::new(format!("{}, and only it can {what}", undone.why()))
        .help("lab down; lab up   (`lab down` closes the hosts' sockets, which work until then)")
}
