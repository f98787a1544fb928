//! Systems without network namespaces. [`SUPPORTED`] is false, and nothing else here is reached.

use crate::errno::Errno;
use std::fs::File;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

/// Whether this system has network namespaces at all.
pub const SUPPORTED: bool = false;

/// There is none.
pub const CLOEXEC: i32 = 0;

/// There is none.
pub const SOCK_DIAG: (i32, i32, i32) = (0, 0, 0);

/// Below this MTU an interface has no IPv6 (RFC 8200, section 5).
pub const IPV6_MTU: u32 = 1280;

const NOT_HERE: Errno = Errno(libc::ENOSYS);

/// A message, and the descriptors that came with it.
#[derive(Debug)]
pub struct Received {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its descriptors.
    pub descriptors: Vec<OwnedFd>,
}

/// A network interface.
#[derive(Debug)]
pub enum Interface {}

macro_rules! not_here {
    ($($name:ident($($arg:ident: $kind:ty),*) -> $gives:ty;)*) => {
        $(
            /// Refused.
            ///
            /// # Errors
            /// `ENOSYS`, always.
            pub fn $name($(_: $kind),*) -> Result<$gives, Errno> {
                Err(NOT_HERE)
            }
        )*
    };
}

not_here! {
    own_users() -> ();
    own_network() -> OwnedFd;
    enter(network: impl AsFd) -> ();
    open_tun() -> File;
    make_tun(file: &File, name: &str) -> ();
    pair(deadline: Duration) -> (OwnedFd, OwnedFd);
    send(channel: impl AsFd, bytes: &[u8], descriptors: &[BorrowedFd<'_>]) -> ();
    receive(channel: impl AsFd, limit: usize, close_on_exec: bool) -> Received;
}

/// Nothing.
pub fn hang_up(_: impl AsFd) {}

/// Nothing.
pub fn call_process(_: &std::ffi::CStr) {}

/// Nothing.
pub fn close_all_inherited() {}

/// None.
pub fn parent() -> Option<OwnedFd> {
    None
}

impl Interface {
    /// Refused.
    ///
    /// # Errors
    /// `ENOSYS`, always.
    pub fn named(_: &str) -> Result<Self, Errno> {
        Err(NOT_HERE)
    }

    /// Not reached.
    ///
    /// # Errors
    /// None.
    pub fn up(&self) -> Result<(), Errno> {
        match *self {}
    }

    /// Not reached.
    ///
    /// # Errors
    /// None.
    pub fn set_mtu(&self, _: u32) -> Result<(), Errno> {
        match *self {}
    }

    /// Not reached.
    ///
    /// # Errors
    /// None.
    pub fn set_v4(&self, _: Ipv4Addr, _: u32) -> Result<(), Errno> {
        match *self {}
    }

    /// Not reached.
    ///
    /// # Errors
    /// None.
    pub fn set_v6(&self, _: Ipv6Addr, _: u32) -> Result<(), Errno> {
        match *self {}
    }

    /// Not reached.
    ///
    /// # Errors
    /// None.
    pub fn add_route(&self, _: Ipv4Addr, _: u32) -> Result<(), Errno> {
        match *self {}
    }
}
