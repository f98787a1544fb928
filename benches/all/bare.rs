//! The same system calls without socktutor: C's, through libc, in a process that does nothing else.

#![expect(unsafe_code, reason = "system calls as C makes them")]

use std::mem::{size_of, zeroed};

/// Plays the part that is named, where one is. True where it did.
pub fn run(words: &[String]) -> bool {
    let number = |at: usize| {
        words
            .get(at)
            .and_then(|word| word.parse().ok())
            .unwrap_or(0)
    };
    match words.first().map(String::as_str) {
        Some("--nothing") => {}
        Some("--pairs") => pairs(number(1)),
        Some("--cycles") => cycles(number(1), false),
        Some("--looked-cycles") => cycles(number(1), true),
        Some("--looks") => looks(number(1), number(2)),
        Some("--idle") => crate::transfer::idle(number(1) == 1),
        Some("--transfer") => {
            crate::transfer::transfer(number(1) as u64, words.get(2).map(String::as_str));
        }
        _ => return false,
    }
    true
}

/// The result of a call that must succeed.
fn good(result: i32) -> i32 {
    assert!(result >= 0, "{}", std::io::Error::last_os_error());
    result
}

fn tcp() -> i32 {
    // SAFETY: no memory is handed over.
    good(unsafe { libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0) })
}

fn close(fd: i32) {
    // SAFETY: the number was returned by socket(2) or accept(2), and nobody else has it.
    good(unsafe { libc::close(fd) });
}

fn pairs(count: usize) {
    for _ in 0..count {
        close(tcp());
    }
}

fn listener() -> (i32, libc::sockaddr_in) {
    let fd = tcp();
    // SAFETY: an address of all zeros is a valid one; the lengths are those of the structure.
    unsafe {
        let mut addr: libc::sockaddr_in = zeroed();
        addr.sin_family = libc::AF_INET as _;
        addr.sin_addr.s_addr = u32::from_ne_bytes([127, 0, 0, 1]);
        let mut len = size_of::<libc::sockaddr_in>() as libc::socklen_t;
        good(libc::bind(fd, (&raw const addr).cast(), len));
        good(libc::listen(fd, 5));
        good(libc::getsockname(fd, (&raw mut addr).cast(), &raw mut len));
        (fd, addr)
    }
}

/// getsockname(2), or getpeername(2) where `peer`.
fn ask_name(fd: i32, peer: bool) {
    // SAFETY: the address is as long as is said.
    unsafe {
        let mut addr: libc::sockaddr_in = zeroed();
        let mut len = size_of::<libc::sockaddr_in>() as libc::socklen_t;
        let call = if peer {
            libc::getpeername
        } else {
            libc::getsockname
        };
        good(call(fd, (&raw mut addr).cast(), &raw mut len));
    }
}

/// getsockopt(2) with `TCP_INFO`.
fn ask_info(fd: i32) {
    // SAFETY: the structure is as long as is said.
    unsafe {
        let mut info: libc::tcp_info = zeroed();
        let mut len = size_of::<libc::tcp_info>() as libc::socklen_t;
        let info = (&raw mut info).cast();
        good(libc::getsockopt(
            fd,
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            info,
            &raw mut len,
        ));
    }
}

/// ioctl(2) with `FIONREAD` or `TIOCOUTQ`.
fn ask_queue(fd: i32, queue: libc::Ioctl) {
    let mut bytes = 0;
    // SAFETY: both fill in an int.
    good(unsafe { libc::ioctl(fd, queue, &raw mut bytes) });
}

/// The seven calls of a connection from its beginning to its end; where `looked`, with the questions that the shell asks
/// after each, but for those about closed sockets.
fn cycles(count: usize, looked: bool) {
    let (listener, addr) = listener();
    let mut buffer = [0u8; 5];
    let look = |questions: &dyn Fn()| {
        if looked {
            questions();
        }
    };
    for _ in 0..count {
        let client = tcp();
        look(&|| ask_name(client, false));
        let len = size_of::<libc::sockaddr_in>() as libc::socklen_t;
        // SAFETY: the address is as long as is said.
        good(unsafe { libc::connect(client, (&raw const addr).cast(), len) });
        look(&|| {
            ask_name(client, false);
            ask_info(client);
            ask_name(client, true);
            ask_info(listener);
        });
        // SAFETY: zeros are an address, and it is as long as is said.
        let server = unsafe {
            let mut peer: libc::sockaddr_in = zeroed();
            let mut len = len;
            good(libc::accept(listener, (&raw mut peer).cast(), &raw mut len))
        };
        look(&|| {
            ask_info(listener);
            ask_name(server, false);
            ask_info(server);
        });
        // SAFETY: the buffer is as long as is said.
        let sent = unsafe { libc::send(client, b"hello".as_ptr().cast(), 5, 0) };
        assert_eq!(sent, 5);
        look(&|| {
            ask_queue(client, libc::TIOCOUTQ);
            ask_queue(server, libc::FIONREAD);
        });
        // SAFETY: the buffer is as long as is said.
        let received = unsafe { libc::recv(server, buffer.as_mut_ptr().cast(), 5, 0) };
        assert_eq!(received, 5);
        look(&|| ask_queue(server, libc::FIONREAD));
        close(client);
        look(&|| {
            ask_info(server);
            ask_queue(server, libc::FIONREAD);
        });
        close(server);
    }
}

/// What a list of sockets cannot do without: each one's address, and what it is ready for.
fn looks(sockets: usize, times: usize) {
    crate::process::raise_limit();
    let fds: Vec<i32> = (0..sockets).map(|_| listener().0).collect();
    let mut polled: Vec<libc::pollfd> = fds
        .iter()
        .map(|fd| libc::pollfd {
            fd: *fd,
            events: libc::POLLIN | libc::POLLOUT,
            revents: 0,
        })
        .collect();
    for _ in 0..times {
        for fd in &fds {
            ask_name(*fd, false);
            ask_info(*fd);
        }
        // SAFETY: the array is as long as is said.
        good(unsafe { libc::poll(polled.as_mut_ptr(), polled.len() as _, 0) });
    }
}
