//! Where sockets come from: this machine's own network, or the hosts of a laboratory.

use super::Session;
use super::eval::Target;
use super::prepared::Refusal;
use crate::errno::Errno;
use crate::event::Addr;
use crate::sys::call;
use crate::sys::names::interface_name;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
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

    /// The laboratory host with this address. An IPv4 address inside an IPv6 one (`::ffff:10.0.0.2`) is the IPv4 address.
    pub fn at(&self, ip: IpAddr) -> Option<&dyn Network> {
        let ip = ip.to_canonical();
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
            Some(inet) if stays_here(target.fd, inet) => Ok(()),
            _ => {
                let name =
                    socket.map_or_else(|| target.fd.to_string(), |socket| socket.name.to_string());
                self.policy.may_reach(addr, &name)
            }
        }
    }
}

/// Whether what this socket sends to this group leaves by the loopback interface, and so never leaves the machine (ip(7),
/// IP_MULTICAST_IF; ipv6(7)). A TTL of 0 does not keep it here: on 6.18 such a packet was seen on the wire.
fn stays_here(fd: RawFd, group: SocketAddr) -> bool {
    let asked = |level, name| {
        let mut value = [0; 4];
        let read = call::getsockopt(fd, level, name, &mut value);
        read.is_ok().then_some(value)
    };
    match group {
        SocketAddr::V4(group) if group.ip().is_multicast() => {
            let by = asked(libc::IPPROTO_IP, libc::IP_MULTICAST_IF);
            by.is_some_and(|by| Ipv4Addr::from(by).is_loopback())
        }
        SocketAddr::V6(group) if group.ip().is_multicast() => {
            let by = asked(libc::IPPROTO_IPV6, libc::IPV6_MULTICAST_IF);
            // The scope of the group's address, and of the socket's own, come before the option.
            let own = call::getsockname(fd, size_of::<libc::sockaddr_in6>() as libc::socklen_t);
            let own = own.ok().and_then(|name| name.addr?.inet());
            let by_loopback = by.is_some_and(|by| is_loopback(u32::from_ne_bytes(by)));
            by_loopback && in_no_other_scope(group.into()) && own.is_some_and(in_no_other_scope)
        }
        _ => false,
    }
}

/// Whether an address names no interface, or the loopback.
fn in_no_other_scope(addr: SocketAddr) -> bool {
    match addr {
        SocketAddr::V6(addr) => addr.scope_id() == 0 || is_loopback(addr.scope_id()),
        SocketAddr::V4(_) => true,
    }
}

/// Whether the interface with this number is the loopback.
fn is_loopback(interface: u32) -> bool {
    interface_name(interface).is_some_and(|name| ["lo", "lo0"].contains(&&*name))
}
