//! Names to numbers, through the C library: hosts, services, network interfaces.

#![expect(
    unsafe_code,
    reason = "C library calls that fill in and return pointers"
)]

use super::addr::Addr;
use super::call::errno;
use crate::errno::Errno;
use socket2::{SockAddr, SockAddrStorage};
use std::ffi::CStr;
use std::sync::{Mutex, PoisonError};

/// What gai_strerror(3) says of an `EAI_` code.
pub fn gai_message(code: i32) -> String {
    // SAFETY: returns a pointer to a static string for every code.
    unsafe { CStr::from_ptr(libc::gai_strerror(code)) }
        .to_string_lossy()
        .into_owned()
}

/// One answer of getaddrinfo(3).
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// `AF_…`
    pub family: i32,
    /// `SOCK_…`
    pub kind: i32,
    /// `IPPROTO_…`
    pub protocol: i32,
    /// The address.
    pub addr: Addr,
}

/// Whether an `EAI_` code says that the name has no address of the family asked for; the others say nothing of it
/// (gai_strerror(3)).
pub fn says_no_address(code: i32) -> bool {
    #[cfg(target_os = "linux")]
    if code == libc::EAI_NODATA {
        return true;
    }
    code == libc::EAI_NONAME
}

/// getaddrinfo(3). An error is the `EAI_` code, and the errno for `EAI_SYSTEM`.
pub fn getaddrinfo(
    host: Option<&CStr>,
    service: Option<&CStr>,
    hints: [i32; 4],
) -> Result<Vec<Resolved>, (i32, Errno)> {
    let [family, kind, protocol, flags] = hints;
    // SAFETY: `hints` is zeroed but for its four numbers; the list is walked and freed as getaddrinfo(3) says.
    unsafe {
        let mut wish: libc::addrinfo = std::mem::zeroed();
        (
            wish.ai_family,
            wish.ai_socktype,
            wish.ai_protocol,
            wish.ai_flags,
        ) = (family, kind, protocol, flags);
        let mut list = std::ptr::null_mut();
        let pointer = |text: Option<&CStr>| text.map_or(std::ptr::null(), CStr::as_ptr);
        let code = libc::getaddrinfo(
            pointer(host),
            pointer(service),
            &raw const wish,
            &raw mut list,
        );
        if code != 0 {
            return Err((code, errno()));
        }
        let mut answers = Vec::new();
        let mut at = list;
        while let Some(entry) = at.as_ref() {
            let mut storage = SockAddrStorage::zeroed();
            let len = entry.ai_addrlen.min(storage.size_of());
            std::ptr::copy_nonoverlapping(
                entry.ai_addr.cast::<u8>(),
                std::ptr::from_mut(storage.view_as::<libc::sockaddr_storage>()).cast(),
                len as usize,
            );
            if let Some(addr) = Addr::from_kernel(&SockAddr::new(storage, len)) {
                answers.push(Resolved {
                    family: entry.ai_family,
                    kind: entry.ai_socktype,
                    protocol: entry.ai_protocol,
                    addr,
                });
            }
            at = entry.ai_next;
        }
        libc::freeaddrinfo(list);
        Ok(answers)
    }
}

/// The port of a service (`http`, `tcp`) from getservbyname(3), in host byte order.
pub fn service_port(name: &CStr, protocol: &CStr) -> Option<u16> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _asked = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: the answer is static until the next call. Here alone it is called, one at a time, and the answer read before
    // the next.
    unsafe {
        let entry = libc::getservbyname(name.as_ptr(), protocol.as_ptr()).as_ref()?;
        Some(u16::from_be(entry.s_port as u16))
    }
}

/// The index of a network interface, by if_nametoindex(3).
pub fn interface_index(name: &CStr) -> Option<u32> {
    // SAFETY: a NUL-terminated name.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => None,
        index => Some(index),
    }
}

/// The name of the network interface with this index, by if_indextoname(3).
pub fn interface_name(index: u32) -> Option<String> {
    if index == 0 {
        return None;
    }
    let mut name = [0u8; libc::IF_NAMESIZE];
    // SAFETY: the buffer has the length that if_indextoname(3) asks for.
    let filled = unsafe { libc::if_indextoname(index, name.as_mut_ptr().cast()) };
    if filled.is_null() {
        return None;
    }
    CStr::from_bytes_until_nul(&name)
        .ok()
        .map(|name| name.to_string_lossy().into_owned())
}
