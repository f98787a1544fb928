//! The samples in Rust: that this module compiles is the test.

#![expect(
    unused,
    non_snake_case,
    reason = "made by build.rs from lessons/reference, and never called"
)]
#![expect(unsafe_code, reason = "socket2 does not have every option")]
#![allow(clippy::all, clippy::print_stdout)]

use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::select::{FdSet, select};
use nix::sys::socket::{MsgFlags, recvmsg};
use nix::sys::time::TimeVal;
use socket2::{Domain, Socket, TcpKeepalive, Type};
use std::io::{self, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, ToSocketAddrs, UdpSocket};
use std::os::fd::{AsFd, RawFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// What only one or two samples need.
struct With {
    r: FdSet<'static>,
    timeout: TimeVal,
    iov: [IoSliceMut<'static>; 1],
    cmsg: Vec<u8>,
    info: libc::tcp_info,
    n: libc::socklen_t,
}

type Tried = Result<(), Box<dyn std::error::Error>>;

include!(concat!(env!("OUT_DIR"), "/samples.rs"));

#[test]
fn every_sample_in_rust_compiles() {
    assert_eq!(super::samples("rust").len(), COUNT);
}
