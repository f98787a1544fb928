//! Where sockets come from: this machine's own network, or the hosts of a laboratory.

use super::Session;
use super::eval::Target;
use super::prepared::Refusal;
use crate::errno::Errno;
use crate::event::Addr;
use crate::sys::call;
use crate::sys::names::interface_name;
use std::net::{IpAddr, Ipv4Addr};
use std::os::fd::RawFd;

/// A place that gives sockets. Every later call is the same wherever a socket came from.
pub trait Network: Send {
    /// The host's name, for a laboratory's host; `None` for the machine itself.
    fn label(&self) -> Option<String>;

    /// What gethostname(2) says there.
    fn name(&self) -> String;

    /// socket(2) there: what it returned.
    ///
    /// # Errors
    /// Why the call cannot be made there.
    fn socket(
        &self,
        domain: i32,
        kind: i32,
        protocol: i32,
    ) -> Result<Result<RawFd, Errno>, Refusal>;

    /// The address of a host whose name only this network knows, in IPv6 where that is wanted.
    fn host(&self, name: &str, ipv6: bool) -> Option<IpAddr>;

    /// Whether this is an address of this laboratory host: false for the machine itself.
    fn is_at(&self, ip: IpAddr) -> bool;
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

    fn socket(
        &self,
        domain: i32,
        kind: i32,
        protocol: i32,
    ) -> Result<Result<RawFd, Errno>, Refusal> {
        Ok(call::socket(domain, kind, protocol))
    }

    fn host(&self, _: &str, _: bool) -> Option<IpAddr> {
        None
    }

    fn is_at(&self, _: IpAddr) -> bool {
        false
    }
}

/// The machine, the hosts of the laboratory, and where the next statement runs.
pub(super) struct Networks {
    machine: Box<dyn Network>,
    hosts: Vec<Box<dyn Network>>,
    /// The host of the next statement; `None` is the machine.
    here: Option<usize>,
}

impl Networks {
    /// The machine alone.
    pub fn new(machine: Box<dyn Network>) -> Self {
        Self {
            machine,
            hosts: Vec::new(),
            here: None,
        }
    }

    /// Where the next statement runs.
    pub fn here(&self) -> &dyn Network {
        let host = self.here.and_then(|n| self.hosts.get(n));
        host.map_or(&*self.machine, |host| &**host)
    }

    /// A laboratory came up, or went down (none). The next statement runs on the first host then, or on the machine.
    pub fn set_hosts(&mut self, hosts: Vec<Box<dyn Network>>) {
        self.here = (!hosts.is_empty()).then_some(0);
        self.hosts = hosts;
    }

    /// From now on statements run there: on the host of this name, or on the machine. False where there is no such host.
    pub fn go(&mut self, label: Option<&str>) -> bool {
        let Some(label) = label else {
            self.here = None;
            return true;
        };
        let found = self
            .hosts
            .iter()
            .position(|host| host.label().as_deref() == Some(label));
        self.here = found.or(self.here);
        found.is_some()
    }

    /// The laboratory host with this address.
    pub fn at(&self, ip: IpAddr) -> Option<&dyn Network> {
        let found = self.hosts.iter().find(|host| host.is_at(ip));
        found.map(|host| &**host)
    }

    /// The address of a laboratory host.
    pub fn host(&self, name: &str, ipv6: bool) -> Option<IpAddr> {
        std::iter::once(&self.machine)
            .chain(&self.hosts)
            .find_map(|network| network.host(name, ipv6))
    }
}

impl Session {
    /// Whether this socket may connect or send to this address. What a laboratory's socket sends never leaves the
    /// laboratory; the machine's own sockets cannot reach it, and must not look for its addresses outside.
    pub(super) fn may_reach(&self, target: Target, addr: &Addr) -> Result<(), Refusal> {
        let socket = self.socket_of(target);
        if socket.is_some_and(|socket| socket.host.is_some()) {
            return Ok(());
        }
        let host = addr.inet().and_then(|inet| self.networks.at(inet.ip()));
        if let Some(label) = host.and_then(Network::label) {
            let name = socket.map_or("this", |socket| &socket.name);
            return Err(Refusal::new(format!(
                "{label} is a host of the laboratory, and {name} is a socket of the machine itself: no wire joins them"
            ))
            .help("make the socket on a host: `on client`, or `client: s = socket tcp`"));
        }
        match addr.inet() {
            Some(inet) if stays_here(target.fd, inet.ip()) => Ok(()),
            _ => self.policy.may_reach(addr),
        }
    }
}

/// Whether what this socket sends to this group never leaves the machine: it goes out on the loopback interface, or may
/// pass no interface at all (ip(7), IP_MULTICAST_IF and IP_MULTICAST_TTL; ipv6(7)).
fn stays_here(fd: RawFd, group: IpAddr) -> bool {
    let asked = |level, name| {
        let mut value = [0; 4];
        let read = call::getsockopt(fd, level, name, &mut value);
        read.is_ok().then_some(i32::from_ne_bytes(value))
    };
    match group {
        IpAddr::V4(group) if group.is_multicast() => {
            let by = asked(libc::IPPROTO_IP, libc::IP_MULTICAST_IF);
            let mut by = by.map(|by| Ipv4Addr::from(by.to_ne_bytes())).into_iter();
            by.any(|by| by.is_loopback())
                || asked(libc::IPPROTO_IP, libc::IP_MULTICAST_TTL) == Some(0)
        }
        IpAddr::V6(group) if group.is_multicast() => {
            let by = asked(libc::IPPROTO_IPV6, libc::IPV6_MULTICAST_IF);
            let name = by.and_then(|by| interface_name(u32::try_from(by).ok()?));
            name.is_some_and(|name| ["lo", "lo0"].contains(&&*name))
                || asked(libc::IPPROTO_IPV6, libc::IPV6_MULTICAST_HOPS) == Some(0)
        }
        _ => false,
    }
}
