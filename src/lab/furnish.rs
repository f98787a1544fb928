//! How a host is made, in the helper process: its namespace, its settings, its devices and addresses.

use super::helper::{of, sysctl_path};
use super::hosts::{DEVICE, MTU, addresses};
use super::message::{Failure, Step};
use super::quiet::{Need, SETTINGS};
use crate::errno::Errno;
use crate::sys::namespace::{self, IPV6_MTU, Interface, make_tun, open_tun};
use std::fs::File;
use std::net::Ipv4Addr;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long the kernel may take to put an address to use. It takes less than a millisecond.
const PATIENCE: Duration = Duration::from_secs(1);

/// One host.
pub(super) struct Made {
    pub network: OwnedFd,
    wire: Interface,
}

impl Made {
    /// Sets the largest packet, in bytes. Where the device has lost IPv6 by an earlier one, and may have it again, it gets it.
    pub(super) fn set_mtu(&self, index: usize, bytes: u32) -> Result<(), Errno> {
        self.wire.set_mtu(bytes)?;
        if bytes >= IPV6_MTU && has_ipv6() {
            self.give_v6(index)?;
            await_v6(index)?;
        }
        Ok(())
    }

    /// Before the host is given up. A connection whose FIN nobody acknowledges any more, since there is no wire, keeps its
    /// namespace for as long as the kernel repeats that: nearly two minutes (tcp(7), `tcp_orphan_retries`). Now it gives up
    /// when its timer runs out next. Where that cannot be set, the namespace goes later, and nobody is left to be told.
    pub(super) fn retire(&self) {
        let _ = namespace::enter(&self.network)
            .and_then(|()| sysctl_path("net.ipv4.tcp_orphan_retries"))
            .and_then(|path| std::fs::write(path, "1").map_err(of));
    }

    /// Gives the device its IPv6 address, unless it has it. It is of use a little later: see [`await_v6`].
    fn give_v6(&self, index: usize) -> Result<(), Errno> {
        match self.wire.set_v6(addresses(index).1, 64) {
            Err(Errno(libc::EEXIST)) => Ok(()),
            other => other,
        }
    }
}

/// Waits until packets to the IPv6 address of the host that this thread is in are taken as its own. The kernel puts the route
/// for that into its table in a worker of its own, where it would also ask the neighbors of another kind of device (RFC 4862,
/// section 5.4); before, bind(2) fails with `EADDRNOTAVAIL`.
fn await_v6(index: usize) -> Result<(), Errno> {
    let (_, v6) = addresses(index);
    // A network of 128 bits, in hexadecimal.
    let route = format!("{:032x} 80 ", v6.to_bits());
    let end = Instant::now() + PATIENCE;
    loop {
        let routes = std::fs::read_to_string("/proc/net/ipv6_route").map_err(of)?;
        if routes.lines().any(|line| line.starts_with(&route)) {
            return Ok(());
        }
        if Instant::now() > end {
            return Err(Errno(libc::ETIMEDOUT));
        }
        std::thread::yield_now();
    }
}

/// Whether the kernel has IPv6 (it may have been started with `ipv6.disable=1`).
fn has_ipv6() -> bool {
    Path::new("/proc/sys/net/ipv6").exists()
}

/// Makes every host. Notes what could not be set and matters little.
pub(super) fn hosts(count: usize, notes: &mut Vec<String>) -> Result<Vec<(Made, File)>, Failure> {
    let mut made = Vec::new();
    for index in 0..count {
        let network = match namespace::own_network() {
            // Without the privilege it takes a user namespace, in which this process has it.
            Err(Errno(libc::EPERM)) if index == 0 => {
                own_users()?;
                namespace::own_network()
            }
            other => other,
        };
        let network = network.map_err(failed(Step::Network))?;
        made.push(host(index, network, notes)?);
    }
    if has_ipv6() {
        for (index, (host, _)) in made.iter().enumerate() {
            let step = || failed(Step::Interface("an IPv6 address".to_owned()));
            namespace::enter(&host.network).map_err(step())?;
            await_v6(index).map_err(step())?;
        }
    }
    Ok(made)
}

fn failed(step: Step) -> impl FnOnce(Errno) -> Failure {
    move |errno| Failure {
        step,
        errno: errno.0,
    }
}

/// A user namespace in which this user is root, and nobody else exists (user_namespaces(7)).
fn own_users() -> Result<(), Failure> {
    let (user, group) = (nix::unistd::geteuid(), nix::unistd::getegid());
    namespace::own_users().map_err(failed(Step::Users))?;
    // A group map may be written only after this (Linux 3.19).
    let files = [
        ("setgroups", "deny".to_owned()),
        ("uid_map", format!("0 {user} 1\n")),
        ("gid_map", format!("0 {group} 1\n")),
    ];
    for (file, text) in files {
        std::fs::write(format!("/proc/self/{file}"), text)
            .map_err(|error| failed(Step::Map(file.to_owned()))(of(error)))?;
    }
    Ok(())
}

/// Furnishes the network namespace that this thread is in.
fn host(index: usize, network: OwnedFd, notes: &mut Vec<String>) -> Result<(Made, File), Failure> {
    settings(index, notes)?;
    let tun = open_tun().map_err(failed(Step::OpenTun))?;
    make_tun(&tun, DEVICE).map_err(failed(Step::MakeTun))?;
    let (v4, _) = addresses(index);
    let step = |what: &str| failed(Step::Interface(what.to_owned()));
    let lo = Interface::named("lo").map_err(step("a socket"))?;
    lo.up().map_err(step("lo up"))?;
    let wire = Interface::named(DEVICE).map_err(step("a socket"))?;
    wire.set_mtu(MTU).map_err(step("its MTU"))?;
    wire.set_v4(v4, 24).map_err(step("an IPv4 address"))?;
    wire.up().map_err(step("wire0 up"))?;
    // Multicast and 255.255.255.255 have no other way out. IPv6 has one for its multicast by itself.
    for (to, prefix) in [(Ipv4Addr::new(224, 0, 0, 0), 4), (Ipv4Addr::BROADCAST, 32)] {
        wire.add_route(to, prefix).map_err(step("a route"))?;
    }
    let made = Made { network, wire };
    if has_ipv6() {
        made.give_v6(index).map_err(step("an IPv6 address"))?;
    }
    Ok((made, tun))
}

fn settings(index: usize, notes: &mut Vec<String>) -> Result<(), Failure> {
    let ipv6 = has_ipv6();
    if !ipv6 && index == 0 {
        notes.push("this kernel has no IPv6, and the hosts have none".to_owned());
    }
    for setting in SETTINGS {
        let name = setting.name;
        if name.starts_with("net.ipv6.") && !ipv6 {
            continue;
        }
        let written =
            sysctl_path(name).and_then(|path| std::fs::write(path, setting.value).map_err(of));
        match (written, setting.need) {
            (Ok(()), _) | (Err(Errno(libc::ENOENT)), Need::Newer) => {}
            (Err(errno), Need::Must) => return Err(failed(Step::Sysctl(name.to_owned()))(errno)),
            // The hosts are alike: one says it for all.
            (Err(_), _) if index > 0 => {}
            (Err(errno), _) => notes.push(format!("{name} cannot be set: {}", errno.message())),
        }
    }
    Ok(())
}
