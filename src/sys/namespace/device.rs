//! Network interfaces of this thread's network namespace: TUN devices, addresses, routes (tun in the kernel's
//! `Documentation/networking/tuntap.rst`; netdevice(7)).

#![expect(unsafe_code, reason = "ioctls with a structure each")]

use super::of;
use crate::errno::Errno;
use crate::sys::call::errno;
use libc::{c_int, c_short, ifreq, sockaddr, sockaddr_in};
use std::fs::{File, OpenOptions};
use std::mem::zeroed;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;

/// Below this MTU the kernel takes IPv6 away from an interface (RFC 8200, section 5).
pub const IPV6_MTU: u32 = 1280;

/// Opens `/dev/net/tun`, non-blocking and close-on-exec, for a device in the network namespace that this thread is in.
///
/// # Errors
/// `ENOENT` where it is missing, `EACCES` where it is not permitted, `ENODEV` and `ENXIO` where the kernel has no driver.
pub fn open_tun() -> Result<File, Errno> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(libc::O_NONBLOCK)
        .open("/dev/net/tun")
        .map_err(of)
}

/// Makes a TUN device of this name (`TUNSETIFF`): a read(2) of its descriptor gives one IP packet that the namespace sends,
/// a write(2) delivers one. No header of its own (`IFF_NO_PI`).
///
/// # Notes
/// The device stays when its descriptor is closed (`TUNSETPERSIST`), and goes with its network namespace. To take it away
/// in close(2) would cost the process that closes it 50 ms (measured, Linux 6.18); the kernel clears a namespace away in a
/// thread of its own.
///
/// # Errors
/// `EPERM` without `CAP_NET_ADMIN` in the namespace, `EBUSY` where the name is taken.
pub fn make_tun(file: &File, name: &str) -> Result<(), Errno> {
    let mut wish = request(name);
    wish.ifr_ifru.ifru_flags = (libc::IFF_TUN | libc::IFF_NO_PI) as c_short;
    ioctl(file.as_fd(), libc::TUNSETIFF as libc::c_ulong, &mut wish)?;
    // SAFETY: this request takes a number in place of the structure.
    match unsafe { libc::ioctl(file.as_raw_fd(), libc::TUNSETPERSIST, 1) } {
        -1 => Err(errno()),
        _ => Ok(()),
    }
}

/// A network interface, by name, in the network namespace that this thread is in when it is opened.
#[derive(Debug)]
pub struct Interface {
    name: String,
    v4: OwnedFd,
}

impl Interface {
    /// The interface of this name. It need not exist yet: the first request says ENODEV then.
    ///
    /// # Errors
    /// Those of socket(2).
    pub fn named(name: &str) -> Result<Self, Errno> {
        Ok(Self {
            name: name.to_owned(),
            v4: inet(libc::AF_INET)?,
        })
    }

    /// Switches it on (`SIOCSIFFLAGS`, `IFF_UP`).
    ///
    /// # Errors
    /// `EPERM` without `CAP_NET_ADMIN` in the namespace, `ENODEV`.
    pub fn up(&self) -> Result<(), Errno> {
        let mut wish = request(&self.name);
        ioctl(self.v4.as_fd(), libc::SIOCGIFFLAGS, &mut wish)?;
        // SAFETY: SIOCGIFFLAGS has filled in the flags.
        unsafe { wish.ifr_ifru.ifru_flags |= libc::IFF_UP as c_short };
        ioctl(self.v4.as_fd(), libc::SIOCSIFFLAGS, &mut wish)
    }

    /// Sets the largest packet, in bytes (`SIOCSIFMTU`). Below [`IPV6_MTU`] the interface loses IPv6, addresses and all.
    ///
    /// # Errors
    /// `EINVAL` below 68 (RFC 791) and above 65535.
    pub fn set_mtu(&self, bytes: u32) -> Result<(), Errno> {
        let mut wish = request(&self.name);
        wish.ifr_ifru.ifru_mtu = c_int::try_from(bytes).map_err(|_| Errno(libc::EINVAL))?;
        ioctl(self.v4.as_fd(), libc::SIOCSIFMTU, &mut wish)
    }

    /// Gives it an IPv4 address with this many bits of network (`SIOCSIFADDR`, `SIOCSIFNETMASK`).
    ///
    /// # Errors
    /// Those of netdevice(7).
    pub fn set_v4(&self, address: Ipv4Addr, prefix: u32) -> Result<(), Errno> {
        let mask = Ipv4Addr::from_bits(u32::MAX.checked_shl(32 - prefix).unwrap_or(0));
        for (what, address) in [(libc::SIOCSIFADDR, address), (libc::SIOCSIFNETMASK, mask)] {
            let mut wish = request(&self.name);
            wish.ifr_ifru.ifru_addr = v4(address);
            ioctl(self.v4.as_fd(), what, &mut wish)?;
        }
        Ok(())
    }

    /// Gives it an IPv6 address with this many bits of network (`SIOCSIFADDR` with `struct in6_ifreq`).
    ///
    /// # Errors
    /// `EAFNOSUPPORT` where the kernel has no IPv6, `EACCES` where it is switched off.
    pub fn set_v6(&self, address: Ipv6Addr, prefix: u32) -> Result<(), Errno> {
        let mut ask = request(&self.name);
        ioctl(self.v4.as_fd(), libc::SIOCGIFINDEX, &mut ask)?;
        let mut wish = libc::in6_ifreq {
            ifr6_addr: libc::in6_addr {
                s6_addr: address.octets(),
            },
            ifr6_prefixlen: prefix,
            // SAFETY: SIOCGIFINDEX has filled in the index.
            ifr6_ifindex: unsafe { ask.ifr_ifru.ifru_ifindex },
        };
        ioctl(inet(libc::AF_INET6)?.as_fd(), libc::SIOCSIFADDR, &mut wish)
    }

    /// Sends what goes to these IPv4 addresses out of this interface (`SIOCADDRT`).
    ///
    /// # Errors
    /// `ENETDOWN` where it is not up, `EEXIST`.
    pub fn add_route(&self, network: Ipv4Addr, prefix: u32) -> Result<(), Errno> {
        let mask = Ipv4Addr::from_bits(u32::MAX.checked_shl(32 - prefix).unwrap_or(0));
        let mut name = request(&self.name).ifr_name;
        // SAFETY: zero is a value of every field.
        let mut route: libc::rtentry = unsafe { zeroed() };
        (route.rt_dst, route.rt_genmask) = (v4(network), v4(mask));
        route.rt_flags = libc::RTF_UP;
        route.rt_dev = name.as_mut_ptr();
        ioctl(
            self.v4.as_fd(),
            libc::SIOCADDRT as libc::c_ulong,
            &mut route,
        )
    }
}

fn inet(family: c_int) -> Result<OwnedFd, Errno> {
    socket2::Socket::new(family.into(), socket2::Type::DGRAM, None)
        .map(OwnedFd::from)
        .map_err(of)
}

/// An empty request about the interface of this name; a longer name is cut, which no interface has.
fn request(name: &str) -> ifreq {
    // SAFETY: zero is a value of every field.
    let mut request: ifreq = unsafe { zeroed() };
    let end = request.ifr_name.len() - 1;
    for (to, from) in request.ifr_name[..end].iter_mut().zip(name.bytes()) {
        *to = from as libc::c_char;
    }
    request
}

fn v4(address: Ipv4Addr) -> sockaddr {
    // SAFETY: both structures have 16 bytes, and every value of the one is one of the other.
    unsafe {
        let mut inet: sockaddr_in = zeroed();
        inet.sin_family = libc::AF_INET as libc::sa_family_t;
        inet.sin_addr.s_addr = u32::from_ne_bytes(address.octets());
        std::mem::transmute(inet)
    }
}

/// ioctl(2) with the structure that this request takes.
fn ioctl<T>(fd: BorrowedFd<'_>, what: libc::c_ulong, with: &mut T) -> Result<(), Errno> {
    // SAFETY: every caller above gives the structure that its request reads and fills in.
    match unsafe {
        libc::ioctl(
            fd.as_raw_fd(),
            what as libc::Ioctl,
            std::ptr::from_mut(with),
        )
    } {
        -1 => Err(errno()),
        _ => Ok(()),
    }
}
