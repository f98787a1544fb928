//! A pair of Unix sockets that keep messages apart and pass descriptors (unix(7), `SOCK_SEQPACKET`, `SCM_RIGHTS`).

use super::plain;
use crate::errno::Errno;
use crate::sys::high::raise;
use nix::sys::socket::{
    AddressFamily, ControlMessage, MsgFlags, Shutdown, SockFlag, SockType, recvmsg, sendmsg,
    setsockopt, shutdown, socketpair, sockopt,
};
use nix::sys::time::{TimeVal, TimeValLike};
use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

/// The most descriptors that one message may carry here (the kernel allows 253).
const MOST: usize = 16;

/// A message, and the descriptors that came with it.
#[derive(Debug)]
pub struct Received {
    /// Its bytes; empty at the end of the channel.
    pub bytes: Vec<u8>,
    /// Its descriptors.
    pub descriptors: Vec<OwnedFd>,
}

/// Both ends of a channel, close-on-exec. The first one is high, and gives up after `deadline` with `EAGAIN`.
///
/// # Errors
/// Those of socketpair(2), fcntl(2) and setsockopt(2).
pub fn pair(deadline: Duration) -> Result<(OwnedFd, OwnedFd), Errno> {
    let (ours, theirs) = socketpair(
        AddressFamily::Unix,
        SockType::SeqPacket,
        None,
        SockFlag::SOCK_CLOEXEC,
    )
    .map_err(plain)?;
    let ours = raise(ours).map_err(super::of)?;
    let limit = TimeVal::microseconds(deadline.as_micros().try_into().unwrap_or(i64::MAX));
    setsockopt(&ours, sockopt::ReceiveTimeout, &limit).map_err(plain)?;
    setsockopt(&ours, sockopt::SendTimeout, &limit).map_err(plain)?;
    Ok((ours, theirs))
}

/// Says that nothing more will be sent: the other end reads the end of the channel (shutdown(2), `SHUT_WR`).
pub fn hang_up(channel: impl AsFd) {
    // It fails only where the other end has done so already.
    let _ = shutdown(channel.as_fd().as_raw_fd(), Shutdown::Write);
}

/// Sends one message with copies of these descriptors: sendmsg(2).
///
/// # Errors
/// `EPIPE` where the other end is closed, `EAGAIN` after the deadline, `EMSGSIZE`.
pub fn send(channel: impl AsFd, bytes: &[u8], descriptors: &[BorrowedFd<'_>]) -> Result<(), Errno> {
    let numbers: Vec<RawFd> = descriptors.iter().map(AsRawFd::as_raw_fd).collect();
    let rights = [ControlMessage::ScmRights(&numbers)];
    let with = if numbers.is_empty() { &[] } else { &rights[..] };
    let channel = channel.as_fd().as_raw_fd();
    loop {
        let sent = sendmsg::<()>(
            channel,
            &[IoSlice::new(bytes)],
            with,
            MsgFlags::MSG_NOSIGNAL,
            None,
        );
        match sent {
            Err(nix::errno::Errno::EINTR) => {}
            other => return other.map(drop).map_err(plain),
        }
    }
}

/// Receives one message of at most `limit` bytes: recvmsg(2). Its descriptors get the lowest free numbers, as those of
/// socket(2) do, and are close-on-exec only where that is asked for.
///
/// # Errors
/// `EAGAIN` after the deadline; `EMFILE` where this process may not have as many descriptors; `EMSGSIZE` where the message
/// is longer.
pub fn receive(channel: impl AsFd, limit: usize, close_on_exec: bool) -> Result<Received, Errno> {
    let mut bytes = vec![0; limit];
    let mut control = nix::cmsg_space!([RawFd; MOST]);
    let mut flags = MsgFlags::empty();
    flags.set(MsgFlags::MSG_CMSG_CLOEXEC, close_on_exec);
    let channel = channel.as_fd().as_raw_fd();
    loop {
        let mut parts = [IoSliceMut::new(&mut bytes)];
        let (len, cut) = match recvmsg::<()>(channel, &mut parts, Some(&mut control), flags) {
            Err(nix::errno::Errno::EINTR) => continue,
            other => other
                .map(|message| (message.bytes, message.flags))
                .map_err(plain)?,
        };
        // From here on they are closed where they are not handed on.
        let descriptors = rights(&control);
        if cut.contains(MsgFlags::MSG_CTRUNC) {
            // Some were left out, and the only reason is that no more can be had.
            return Err(Errno(libc::EMFILE));
        }
        if cut.contains(MsgFlags::MSG_TRUNC) {
            return Err(Errno(libc::EMSGSIZE));
        }
        bytes.truncate(len);
        return Ok(Received { bytes, descriptors });
    }
}

/// The descriptors in what recvmsg(2) wrote into a buffer of zeros: cmsg(3). nix shows none where some were left out, but the
/// kernel has made those before it.
fn rights(control: &[u8]) -> Vec<OwnedFd> {
    let size = size_of::<libc::cmsghdr>();
    if control.len() < size {
        return Vec::new();
    }
    // SAFETY: so many bytes are there, and every pattern of them is a header.
    #[expect(unsafe_code)]
    let header = unsafe { control.as_ptr().cast::<libc::cmsghdr>().read_unaligned() };
    // SAFETY: it only computes.
    #[expect(unsafe_code)]
    let start = unsafe { libc::CMSG_LEN(0) } as usize;
    if (header.cmsg_level, header.cmsg_type) != (libc::SOL_SOCKET, libc::SCM_RIGHTS) {
        return Vec::new();
    }
    // Of another width where libc is musl.
    #[allow(clippy::unnecessary_cast)]
    let end = header.cmsg_len as usize;
    let numbers = control.get(start..end).unwrap_or(&[]);
    let (numbers, _) = numbers.as_chunks();
    let numbers = numbers.iter().map(|number| RawFd::from_ne_bytes(*number));
    // SAFETY: the kernel has just made these descriptors, and nobody else knows them.
    #[expect(unsafe_code)]
    let descriptors = numbers.map(|number| unsafe { OwnedFd::from_raw_fd(number) });
    descriptors.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::high::FLOOR;
    use crate::undisturbed::alone;
    use nix::fcntl::{FcntlArg, FdFlag, fcntl};
    use nix::sys::resource::{Resource, getrlimit, setrlimit};

    fn open() -> Vec<String> {
        let names = std::fs::read_dir("/proc/self/fd").unwrap();
        let mut names: Vec<String> = names
            .map(|name| name.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_could_be_had_is_closed_where_the_rest_could_not() {
        if !alone(
            "sys::namespace::channel::tests::what_could_be_had_is_closed_where_the_rest_could_not",
        ) {
            return;
        }
        let (ours, theirs) = pair(Duration::from_secs(2)).unwrap();
        let three = [ours.as_fd(), theirs.as_fd(), theirs.as_fd()];
        let before = open();
        for room in [0, 1, 2] {
            send(&theirs, b"three", &three).unwrap();
            let lowest = theirs.try_clone().unwrap().as_raw_fd();
            let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
            let most = u64::try_from(lowest).unwrap() + room;
            setrlimit(Resource::RLIMIT_NOFILE, most, hard).unwrap();
            let received = receive(&ours, 100, true);
            setrlimit(Resource::RLIMIT_NOFILE, soft, hard).unwrap();
            assert_eq!(
                received.unwrap_err(),
                Errno(libc::EMFILE),
                "room for {room}"
            );
            assert_eq!(open(), before, "room for {room}");
        }
        send(&theirs, b"three", &three).unwrap();
        assert_eq!(receive(&ours, 100, true).unwrap().descriptors.len(), 3);
        assert_eq!(open(), before);
    }

    #[test]
    fn messages_keep_their_bounds_and_carry_descriptors() {
        let (ours, theirs) = pair(Duration::from_secs(2)).unwrap();
        assert!(ours.as_raw_fd() >= FLOOR);
        // What arrives is not close-on-exec: a program that a test beside this one starts may have it too. So it is no
        // end of this channel, which would stay open.
        let file = std::fs::File::open("/dev/null").unwrap();
        send(&theirs, b"one", &[file.as_fd(), file.as_fd()]).unwrap();
        send(&theirs, b"two", &[]).unwrap();
        let first = receive(&ours, 100, false).unwrap();
        assert_eq!(
            (&first.bytes[..], first.descriptors.len()),
            (&b"one"[..], 2)
        );
        let flags = fcntl(&first.descriptors[0], FcntlArg::F_GETFD).unwrap();
        assert!(!FdFlag::from_bits_truncate(flags).contains(FdFlag::FD_CLOEXEC));
        drop(first);
        assert_eq!(receive(&ours, 100, false).unwrap().bytes, b"two");
        drop(theirs);
        assert_eq!(receive(&ours, 100, false).unwrap().bytes, b"");
        assert_eq!(send(&ours, b"x", &[]), Err(Errno(libc::EPIPE)));
    }

    #[test]
    fn nobody_waits_for_ever_and_nothing_is_cut_unsaid() {
        let (ours, theirs) = pair(Duration::from_millis(1)).unwrap();
        assert_eq!(receive(&ours, 10, true).unwrap_err(), Errno(libc::EAGAIN));
        send(&theirs, b"longer than that", &[]).unwrap();
        assert_eq!(receive(&ours, 10, true).unwrap_err(), Errno(libc::EMSGSIZE));
    }
}
