//! The socket system calls themselves, each made exactly once: no retry on EINTR, no flag that the caller did not
//! give, buffers of exactly the stated length. socket2 makes the call where it makes it plainly; the others
//! (accept without `SOCK_CLOEXEC`, address buffers of the family's own length, raw option values) are here.

#![expect(
    unsafe_code,
    reason = "raw system calls with buffers of stated lengths"
)]

use super::addr::Addr;
use crate::errno::Errno;
use socket2::{SockAddr, SockAddrStorage, SockRef};
use std::io;
use std::os::fd::{BorrowedFd, IntoRawFd, RawFd};

/// What a call returned: its value, or the errno.
pub type Returned<T> = Result<T, Errno>;

/// An address as the kernel filled it in: `[given => filled]` in strace's notation.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled {
    /// The address; `None` where the kernel gave none (length 0) or one that is not understood.
    pub addr: Option<Addr>,
    /// The buffer's length, as given.
    pub given: u32,
    /// The address's length, as returned.
    pub filled: u32,
}

pub(super) fn errno() -> Errno {
    Errno(io::Error::last_os_error().raw_os_error().unwrap_or(0))
}

fn plain<T>(result: io::Result<T>) -> Returned<T> {
    result.map_err(|error| Errno::of(&error).unwrap_or(Errno(libc::EINVAL)))
}

/// A descriptor number as something socket2 can call on. It need not be open: the kernel answers EBADF then.
pub fn borrowed(fd: RawFd) -> BorrowedFd<'static> {
    // SAFETY: the number is only handed to the kernel, which checks it. Descriptor numbers of the session are never negative.
    unsafe { BorrowedFd::borrow_raw(fd.max(0)) }
}

/// socket(2), without `SOCK_CLOEXEC` unless `kind` has it.
pub fn socket(domain: i32, kind: i32, protocol: i32) -> Returned<RawFd> {
    plain(socket2::Socket::new_raw(
        domain.into(),
        kind.into(),
        Some(protocol.into()),
    ))
    .map(IntoRawFd::into_raw_fd)
}

/// socketpair(2).
pub fn socketpair(domain: i32, kind: i32, protocol: i32) -> Returned<(RawFd, RawFd)> {
    plain(socket2::Socket::pair_raw(
        domain.into(),
        kind.into(),
        Some(protocol.into()),
    ))
    .map(|(a, b)| (a.into_raw_fd(), b.into_raw_fd()))
}

/// bind(2).
pub fn bind(fd: RawFd, addr: &SockAddr) -> Returned<()> {
    plain(SockRef::from(&borrowed(fd)).bind(addr))
}

/// connect(2), blocking where the socket is.
pub fn connect(fd: RawFd, addr: &SockAddr) -> Returned<()> {
    plain(SockRef::from(&borrowed(fd)).connect(addr))
}

/// listen(2).
pub fn listen(fd: RawFd, backlog: i32) -> Returned<()> {
    plain(SockRef::from(&borrowed(fd)).listen(backlog))
}

/// send(2): on most systems the system call is sendto(2) with a null address.
pub fn send(fd: RawFd, bytes: &[u8], flags: i32) -> Returned<usize> {
    plain(SockRef::from(&borrowed(fd)).send_with_flags(bytes, flags))
}

/// sendto(2).
pub fn send_to(fd: RawFd, bytes: &[u8], flags: i32, addr: &SockAddr) -> Returned<usize> {
    plain(SockRef::from(&borrowed(fd)).send_to_with_flags(bytes, addr, flags))
}

/// shutdown(2) with `how` as given, even a wrong one.
pub fn shutdown(fd: RawFd, how: i32) -> Returned<()> {
    // SAFETY: no pointers.
    if unsafe { libc::shutdown(fd, how) } == 0 {
        Ok(())
    } else {
        Err(errno())
    }
}

/// close(2). On Linux the descriptor is gone even where this fails.
pub fn close(fd: RawFd) -> Returned<()> {
    // SAFETY: no pointers; the session calls it only on descriptors that it opened, or to show EBADF.
    if unsafe { libc::close(fd) } == 0 {
        Ok(())
    } else {
        Err(errno())
    }
}

/// read(2) into exactly this buffer.
pub fn read(fd: RawFd, buffer: &mut [u8]) -> Returned<usize> {
    // SAFETY: the buffer's own pointer and length.
    let n = unsafe { libc::read(fd, buffer.as_mut_ptr().cast(), buffer.len()) };
    usize::try_from(n).map_err(|_| errno())
}

/// write(2).
pub fn write(fd: RawFd, bytes: &[u8]) -> Returned<usize> {
    // SAFETY: the buffer's own pointer and length.
    let n = unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) };
    usize::try_from(n).map_err(|_| errno())
}

/// recv(2): on most systems recvfrom(2) with a null address.
pub fn recv(fd: RawFd, buffer: &mut [u8], flags: i32) -> Returned<usize> {
    // SAFETY: the buffer's own pointer and length.
    let n = unsafe { libc::recv(fd, buffer.as_mut_ptr().cast(), buffer.len(), flags) };
    usize::try_from(n).map_err(|_| errno())
}

/// recvfrom(2) with room for an address of `given` bytes.
pub fn recv_from(
    fd: RawFd,
    buffer: &mut [u8],
    flags: i32,
    given: u32,
) -> Returned<(usize, Filled)> {
    filling(given, |addr, len| {
        // SAFETY: both buffers' own pointers and lengths; `addr` has room for `*len` bytes.
        unsafe {
            libc::recvfrom(
                fd,
                buffer.as_mut_ptr().cast(),
                buffer.len(),
                flags,
                addr,
                len,
            )
        }
    })
}

/// accept(2), with room for the peer's address of `given` bytes; 0 passes NULL for both.
pub fn accept(fd: RawFd, given: u32) -> Returned<(RawFd, Filled)> {
    if given == 0 {
        // SAFETY: NULL is allowed for both.
        let new = unsafe { libc::accept(fd, std::ptr::null_mut(), std::ptr::null_mut()) };
        let none = Filled {
            addr: None,
            given,
            filled: 0,
        };
        return if new >= 0 {
            Ok((new, none))
        } else {
            Err(errno())
        };
    }
    // SAFETY: `addr` has room for `*len` bytes.
    let (fd, filled) = filling(given, |addr, len| unsafe {
        libc::accept(fd, addr, len) as isize
    })?;
    Ok((fd as RawFd, filled))
}

/// getsockname(2), with room for `given` bytes.
pub fn getsockname(fd: RawFd, given: u32) -> Returned<Filled> {
    // SAFETY: `addr` has room for `*len` bytes.
    filling(given, |addr, len| unsafe {
        libc::getsockname(fd, addr, len) as isize
    })
    .map(|(_, filled)| filled)
}

/// getpeername(2), with room for `given` bytes.
pub fn getpeername(fd: RawFd, given: u32) -> Returned<Filled> {
    // SAFETY: `addr` has room for `*len` bytes.
    filling(given, |addr, len| unsafe {
        libc::getpeername(fd, addr, len) as isize
    })
    .map(|(_, filled)| filled)
}

/// Makes a call that fills in an address, in a buffer whose stated length is `given`.
fn filling(
    given: u32,
    call: impl FnOnce(*mut libc::sockaddr, *mut libc::socklen_t) -> isize,
) -> Returned<(usize, Filled)> {
    let mut storage = SockAddrStorage::zeroed();
    let mut len = given.min(storage.size_of());
    let n = {
        // SAFETY: sockaddr_storage may be viewed as the bytes of any sockaddr; all-zero is valid.
        let view = unsafe { storage.view_as::<libc::sockaddr_storage>() };
        call(std::ptr::from_mut(view).cast(), &raw mut len)
    };
    let n = usize::try_from(n).map_err(|_| errno())?;
    let addr = if len == 0 {
        None
    } else {
        // SAFETY: the kernel filled in `len` bytes, and no more than fit.
        let addr = unsafe { SockAddr::new(storage, len.min(given)) };
        Addr::from_kernel(&addr)
    };
    Ok((
        n,
        Filled {
            addr,
            given,
            filled: len,
        },
    ))
}

/// getsockopt(2): fills `value` and says how many bytes the kernel wrote.
pub fn getsockopt(fd: RawFd, level: i32, name: i32, value: &mut [u8]) -> Returned<usize> {
    let mut len = value.len() as libc::socklen_t;
    // SAFETY: the buffer's own pointer and length.
    let n = unsafe { libc::getsockopt(fd, level, name, value.as_mut_ptr().cast(), &raw mut len) };
    if n == 0 {
        Ok(len as usize)
    } else {
        Err(errno())
    }
}

/// setsockopt(2) with exactly these bytes.
pub fn setsockopt(fd: RawFd, level: i32, name: i32, value: &[u8]) -> Returned<()> {
    let len = value.len() as libc::socklen_t;
    // SAFETY: the buffer's own pointer and length.
    let n = unsafe { libc::setsockopt(fd, level, name, value.as_ptr().cast(), len) };
    if n == 0 { Ok(()) } else { Err(errno()) }
}

/// fcntl(2) F_GETFL: the file status flags.
pub fn get_flags(fd: RawFd) -> Returned<i32> {
    // SAFETY: no pointers.
    let flags = unsafe { libc::fcntl(fd, libc::F_GETFL) };
    if flags >= 0 { Ok(flags) } else { Err(errno()) }
}

/// fcntl(2) F_SETFL.
pub fn set_flags(fd: RawFd, flags: i32) -> Returned<()> {
    // SAFETY: no pointers.
    if unsafe { libc::fcntl(fd, libc::F_SETFL, flags) } >= 0 {
        Ok(())
    } else {
        Err(errno())
    }
}

/// poll(2): how many are ready. `timeout` in milliseconds, -1 for ever.
pub fn poll(fds: &mut [libc::pollfd], timeout: i32) -> Returned<usize> {
    // SAFETY: the slice's own pointer and length.
    let n = unsafe { libc::poll(fds.as_mut_ptr(), fds.len() as libc::nfds_t, timeout) };
    usize::try_from(n).map_err(|_| errno())
}

/// Three sets of descriptors for select(2); each below `FD_SETSIZE` (1024).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sets {
    /// To watch for reading.
    pub read: Option<Vec<RawFd>>,
    /// To watch for writing.
    pub write: Option<Vec<RawFd>>,
    /// To watch for exceptional conditions (urgent data).
    pub except: Option<Vec<RawFd>>,
}

/// select(2): how many are ready, the sets as the kernel left them, and what is left of the timeout.
pub fn select(
    sets: &Sets,
    timeout: Option<std::time::Duration>,
) -> Returned<(usize, Sets, Option<libc::timeval>)> {
    let pack = |fds: &Option<Vec<RawFd>>| fds.as_ref().map(|fds| pack(fds));
    let (mut read, mut write, mut except) =
        (pack(&sets.read), pack(&sets.write), pack(&sets.except));
    let highest = [&sets.read, &sets.write, &sets.except]
        .into_iter()
        .flatten()
        .flatten()
        .max();
    let mut left = timeout.map(|t| libc::timeval {
        tv_sec: t.as_secs() as _,
        tv_usec: t.subsec_micros() as _,
    });
    let pointer = |set: &mut Option<libc::fd_set>| {
        set.as_mut()
            .map_or(std::ptr::null_mut(), std::ptr::from_mut)
    };
    // SAFETY: each pointer is NULL or refers to a live set; `left` likewise.
    let n = unsafe {
        libc::select(
            highest.map_or(0, |fd| fd + 1),
            pointer(&mut read),
            pointer(&mut write),
            pointer(&mut except),
            left.as_mut()
                .map_or(std::ptr::null_mut(), std::ptr::from_mut),
        )
    };
    let n = usize::try_from(n).map_err(|_| errno())?;
    let after = |fds: &Option<Vec<RawFd>>, set: &Option<libc::fd_set>| {
        let (fds, set) = (fds.as_ref()?, set.as_ref()?);
        // SAFETY: every descriptor was below FD_SETSIZE when packed.
        Some(
            fds.iter()
                .copied()
                .filter(|fd| *fd < libc::FD_SETSIZE as i32 && unsafe { libc::FD_ISSET(*fd, set) })
                .collect(),
        )
    };
    let sets = Sets {
        read: after(&sets.read, &read),
        write: after(&sets.write, &write),
        except: after(&sets.except, &except),
    };
    Ok((n, sets, left))
}

fn pack(fds: &[RawFd]) -> libc::fd_set {
    // SAFETY: all-zero is the empty set; FD_SET stays inside for numbers below FD_SETSIZE.
    unsafe {
        let mut set: libc::fd_set = std::mem::zeroed();
        for fd in fds
            .iter()
            .copied()
            .filter(|fd| (0..libc::FD_SETSIZE as i32).contains(fd))
        {
            libc::FD_SET(fd, &raw mut set);
        }
        set
    }
}

/// A buffer for receiving: `len` bytes, of which the machine spends memory only on what is written.
#[derive(Debug)]
pub struct Buffer(Memory);

/// Where a buffer's bytes are.
#[derive(Debug)]
enum Memory {
    /// A short one, without a system call.
    Heap(Vec<u8>),
    /// Address space of its own.
    Mapped { pointer: *mut u8, len: usize },
}

// SAFETY: the mapping is owned by this value alone.
unsafe impl Send for Buffer {}

/// Memory that is never touched takes no place in the kernel's accounts either. FreeBSD does so by itself.
#[cfg(not(target_os = "freebsd"))]
const NO_RESERVE: i32 = libc::MAP_NORESERVE;
#[cfg(target_os = "freebsd")]
const NO_RESERVE: i32 = 0;

impl Buffer {
    /// The longest that lies in the heap.
    const SHORT: usize = 16 << 10;

    /// Reserves `len` bytes, all zero.
    pub fn new(len: usize) -> Returned<Self> {
        if len <= Self::SHORT {
            return Ok(Self(Memory::Heap(vec![0; len])));
        }
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | NO_RESERVE;
        // SAFETY: a fresh anonymous mapping.
        let pointer = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                len,
                libc::PROT_READ | libc::PROT_WRITE,
                flags,
                -1,
                0,
            )
        };
        if pointer == libc::MAP_FAILED {
            return Err(errno());
        }
        Ok(Self(Memory::Mapped {
            pointer: pointer.cast(),
            len,
        }))
    }

    /// The bytes.
    pub fn bytes(&mut self) -> &mut [u8] {
        match &mut self.0 {
            Memory::Heap(bytes) => bytes,
            // SAFETY: the mapping is `len` bytes, zeroed by the kernel, and borrowed mutably.
            Memory::Mapped { pointer, len } => unsafe {
                std::slice::from_raw_parts_mut(*pointer, *len)
            },
        }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Memory::Mapped { pointer, len } = self.0 {
            // SAFETY: unmaps exactly what `new` mapped.
            unsafe { libc::munmap(pointer.cast(), len) };
        }
    }
}

/// Interrupts a thread's sleep in a system call: sends it [`crate::sys::worker::WAKE`].
pub fn interrupt(thread: usize) {
    // SAFETY: the caller keeps the thread alive (it joins, or waits for its answer) while it may be signaled.
    unsafe { libc::pthread_kill(thread as libc::pthread_t, super::worker::WAKE as i32) };
}

/// This thread, for [`interrupt`]: its `pthread_t`, which is a number in some C libraries and a pointer in others.
pub fn this_thread() -> usize {
    // SAFETY: no arguments.
    unsafe { libc::pthread_self() as usize }
}

/// Whether a descriptor number refers to an open file.
pub fn is_open(fd: RawFd) -> bool {
    // SAFETY: no pointers.
    unsafe { libc::fcntl(fd, libc::F_GETFD) >= 0 }
}
