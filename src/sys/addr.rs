//! Socket addresses as the kernel takes and gives them, and in words.

use serde::{Serialize, Serializer};
use socket2::SockAddr;
use std::fmt::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// An address of one of the families that socktutor speaks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Addr {
    /// `AF_INET` or `AF_INET6`: host and port.
    Inet(SocketAddr),
    /// `AF_UNIX` with a path in the file system.
    Path(PathBuf),
    /// `AF_UNIX` with a name in the abstract namespace (Linux), without the leading NUL.
    Abstract(Vec<u8>),
    /// `AF_UNIX` without a name: an unbound socket.
    Unnamed,
}

impl Addr {
    /// The port, for the Internet families.
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::Inet(addr) => Some(addr.port()),
            _ => None,
        }
    }

    /// The Internet address, for the Internet families.
    pub fn inet(&self) -> Option<SocketAddr> {
        match self {
            Self::Inet(addr) => Some(*addr),
            _ => None,
        }
    }

    /// From what the kernel filled in. An empty address (length 0, `AF_UNSPEC`) is `None`.
    pub fn from_kernel(addr: &SockAddr) -> Option<Self> {
        if let Some(inet) = addr.as_socket() {
            return Some(Self::Inet(inet));
        }
        if !addr.is_unix() {
            return None;
        }
        if let Some(path) = addr.as_pathname() {
            return Some(Self::Path(path.to_owned()));
        }
        #[cfg(target_os = "linux")]
        if let Some(name) = addr.as_abstract_namespace() {
            return Some(Self::Abstract(name.to_owned()));
        }
        Some(Self::Unnamed)
    }

    /// The form that bind(2), connect(2) and sendto(2) take, with the exact length for its family.
    ///
    /// # Errors
    /// A Unix path or name longer than `sun_path` (108 bytes on Linux).
    pub fn to_kernel(&self) -> std::io::Result<SockAddr> {
        match self {
            Self::Inet(addr) => Ok((*addr).into()),
            Self::Path(path) => SockAddr::unix(path),
            Self::Abstract(name) => {
                let mut bytes = vec![0];
                bytes.extend_from_slice(name);
                SockAddr::unix(std::ffi::OsStr::from_bytes(&bytes))
            }
            Self::Unnamed => SockAddr::unix(""),
        }
    }
}

/// Appends an Internet address, as its `Display` writes it. Of what is shown, addresses are the greater part; without
/// the formatter they are written in a tenth of the time.
pub fn push_inet(out: &mut String, addr: &SocketAddr) {
    match addr {
        SocketAddr::V4(v4) => {
            push_ipv4(out, *v4.ip());
            out.push(':');
            out.push_str(itoa::Buffer::new().format(v4.port()));
        }
        // Writing to a String cannot fail.
        SocketAddr::V6(v6) => drop(write!(out, "{v6}")),
    }
}

/// Appends an IPv4 address, as its `Display` writes it.
pub fn push_ipv4(out: &mut String, ip: Ipv4Addr) {
    for (n, octet) in ip.octets().into_iter().enumerate() {
        if n > 0 {
            out.push('.');
        }
        out.push_str(itoa::Buffer::new().format(octet));
    }
}

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inet(addr) => addr.fmt(f),
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Abstract(name) => write!(f, "@{}", name.escape_ascii()),
            Self::Unnamed => f.write_str("(unnamed)"),
        }
    }
}

impl Serialize for Addr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_as_display_does() {
        for text in [
            "127.0.0.1:80",
            "255.9.10.100:65535",
            "0.0.0.0:0",
            "[::1]:443",
        ] {
            let addr: SocketAddr = text.parse().expect("an address");
            let mut out = String::new();
            push_inet(&mut out, &addr);
            assert_eq!(out, text);
        }
    }
}
