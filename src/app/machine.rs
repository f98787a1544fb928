//! What the machine says of itself, for the causes: limits, ranges, interfaces, files.

use super::App;
use crate::explain::{Link, PathFacts};
use std::ffi::OsStr;
use std::net::IpAddr;
use std::path::Path;

/// The number that is all of a file.
pub(super) fn number_in(path: &str) -> Option<u16> {
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}

impl App {
    /// A kernel setting on a host (`net.ipv4.ip_local_port_range`), where it can be read.
    fn sysctl(&self, host: Option<&str>, name: &str) -> Option<String> {
        match host {
            None => std::fs::read_to_string(format!("/proc/sys/{}", name.replace('.', "/"))).ok(),
            Some(host) => self.lab.as_ref()?.sysctl(host, name),
        }
    }

    /// The first port that needs no privilege.
    pub(super) fn unprivileged_from(&self, host: Option<&str>) -> Option<u16> {
        let text = self.sysctl(host, "net.ipv4.ip_unprivileged_port_start")?;
        text.trim().parse().ok()
    }

    /// The ephemeral ports.
    pub(super) fn port_range(&self, host: Option<&str>) -> Option<(u16, u16)> {
        let text = self.sysctl(host, "net.ipv4.ip_local_port_range")?;
        let mut numbers = text.split_whitespace().map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    }

    /// The addresses of the interfaces.
    pub(super) fn interfaces(&self, host: Option<&str>) -> Vec<IpAddr> {
        match (host, &self.lab) {
            (Some(host), Some(lab)) => lab.addresses(host),
            _ => interfaces(),
        }
    }

    /// Whether an address is the broadcast address of a network that the host is on.
    pub(super) fn is_broadcast(&self, host: Option<&str>, ip: IpAddr) -> bool {
        let IpAddr::V4(ip) = ip else {
            return false;
        };
        let networks = match (host, &self.lab) {
            (Some(host), Some(lab)) => lab.networks(host),
            _ => networks(),
        };
        // A network of one or two addresses has none (RFC 3021).
        let last =
            |(address, mask): (u32, u32)| (mask.leading_ones() < 31).then_some(address | !mask);
        ip.is_broadcast()
            || networks
                .into_iter()
                .filter_map(last)
                .any(|last| last == u32::from(ip))
    }
}

/// `RLIMIT_NOFILE`, soft.
#[allow(clippy::unnecessary_cast, reason = "FreeBSD's rlim_t has a sign")]
pub(super) fn descriptor_limit() -> Option<u64> {
    nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_NOFILE)
        .ok()
        .map(|(soft, _)| soft as u64)
}

/// The addresses of the interfaces.
fn interfaces() -> Vec<IpAddr> {
    let all = nix::ifaddrs::getifaddrs().into_iter().flatten();
    all.filter_map(|interface| {
        let addr = interface.address?;
        let v4 = addr.as_sockaddr_in().map(|v4| IpAddr::from(v4.ip()));
        v4.or_else(|| addr.as_sockaddr_in6().map(|v6| IpAddr::from(v6.ip())))
    })
    .collect()
}

/// The interfaces, each with its link-local addresses. (if_nametoindex(3) would make a socket to ask.)
pub(super) fn links() -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for interface in nix::ifaddrs::getifaddrs().into_iter().flatten() {
        let name = interface.interface_name;
        let known = links.iter().position(|link| link.name == name);
        let at = known.unwrap_or_else(|| {
            links.push(Link {
                name,
                ..Link::default()
            });
            links.len() - 1
        });
        let Some(addr) = interface.address else {
            continue;
        };
        let link = &mut links[at];
        if let Some(known) = addr.as_link_addr() {
            link.index = u32::try_from(known.ifindex()).unwrap_or_default();
        }
        let v6 = addr.as_sockaddr_in6();
        if let Some(own) = v6.filter(|v6| v6.ip().is_unicast_link_local()) {
            // One without an address of its hardware, as a tunnel, has its number here alone.
            link.index = own.scope_id();
            link.addresses.push(own.ip());
        }
    }
    links
}

/// The IPv4 networks of the interfaces: address and mask.
fn networks() -> Vec<(u32, u32)> {
    let all = nix::ifaddrs::getifaddrs().into_iter().flatten();
    all.filter_map(|interface| {
        let (address, mask) = (interface.address?, interface.netmask?);
        let number =
            |of: &nix::sys::socket::SockaddrStorage| Some(u32::from(of.as_sockaddr_in()?.ip()));
        Some((number(&address)?, number(&mask)?))
    })
    .collect()
}

/// What is at a path.
pub(super) fn path_facts(path: &Path) -> PathFacts {
    use std::os::unix::fs::FileTypeExt;
    let there = std::fs::symlink_metadata(path).ok();
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    PathFacts {
        path: path.to_owned(),
        exists: there.is_some(),
        is_socket: there.is_some_and(|file| file.file_type().is_socket()),
        folder_exists: folder.is_dir(),
    }
}

/// Whether an open socket has this Unix name (an abstract one begins with `@`), where the kernel lists them.
pub(super) fn unix_name_is_held(name: &OsStr) -> Option<bool> {
    let list = std::fs::read("/proc/net/unix").ok()?;
    let held = list.split(|byte| *byte == b'\n').any(|line| {
        // Seven columns, a blank, the name as it is.
        line.strip_suffix(name.as_encoded_bytes())
            .is_some_and(|rest| rest.last() == Some(&b' '))
    });
    Some(held)
}

/// What a descriptor is, in words.
pub(super) fn file_kind(fd: i32) -> Option<&'static str> {
    use std::os::unix::fs::FileTypeExt;
    let kind = std::fs::metadata(format!("/proc/self/fd/{fd}"))
        .ok()?
        .file_type();
    Some(if kind.is_fifo() {
        "a pipe"
    } else if kind.is_file() {
        "a file"
    } else if kind.is_dir() {
        "a folder"
    } else if kind.is_char_device() {
        "a terminal or another device"
    } else {
        return None;
    })
}
