//! The helper process: it makes the hosts, hands their TUN devices over, and then makes sockets in them on request. A
//! socket keeps the network namespace that it was made in, wherever it is passed.
//!
//! It ends when its standard input, the channel to the shell, ends, however the shell came to its end. The namespaces and
//! devices are held by descriptors only, and go with the last of them; connections that end without a wire hold them a
//! moment longer (see `Made::retire`).

use super::furnish::{Made, hosts};
use super::message::{Answer, LIMIT, Ready, Reply, Request, What};
use crate::errno::Errno;
use crate::sys::namespace;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use socket2::{SockRef, Socket};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The first argument that makes the program the helper. The second is the number of hosts.
pub const ARGUMENT: &str = "--laboratory-host-helper";

/// The longest value of a sysctl, in bytes.
const VALUE: u64 = 4096;

/// Makes this many hosts and serves the shell at standard input until that ends.
///
/// # Errors
/// Where standard input is not the shell's channel: `ENOTSOCK`.
pub fn run(count: usize) -> Result<(), Errno> {
    // Somebody has typed the argument.
    SockRef::from(&io::stdin()).r#type().map_err(of)?;
    namespace::close_all_inherited();
    namespace::call_process(c"socktutor-lab");
    let parent = namespace::parent();
    let input = io::stdin();
    let channel = input.as_fd();
    let mut notes = Vec::new();
    let (made, tuns): (Vec<_>, Vec<_>) = match hosts(count, &mut notes) {
        Ok(hosts) => hosts.into_iter().unzip(),
        Err(failure) => return say(channel, &Ready::Failed(failure), &[]),
    };
    let descriptors: Vec<_> = tuns.iter().map(AsFd::as_fd).collect();
    say(channel, &Ready::Up { notes }, &descriptors)?;
    drop(tuns);
    let served = serve(channel, parent, &made);
    made.iter().for_each(Made::retire);
    served
}

/// Answers requests, in order, until the channel or the parent process ends.
fn serve(channel: BorrowedFd<'_>, parent: Option<OwnedFd>, made: &[Made]) -> Result<(), Errno> {
    loop {
        let watched = [Some(channel), parent.as_ref().map(AsFd::as_fd)];
        let mut watched: Vec<_> = watched
            .into_iter()
            .flatten()
            .map(|fd| PollFd::new(fd, PollFlags::POLLIN))
            .collect();
        match poll(&mut watched, PollTimeout::NONE) {
            Err(nix::errno::Errno::EINTR) => continue,
            other => other.map_err(|error| Errno(error as i32))?,
        };
        if watched.get(1).is_some_and(|fd| fd.any() == Some(true)) {
            return Ok(());
        }
        let message = namespace::receive(channel, LIMIT, true)?;
        if message.bytes.is_empty() {
            return Ok(());
        }
        let request: Request =
            serde_json::from_slice(&message.bytes).map_err(|_| Errno(libc::EBADMSG))?;
        match reply(channel, made, &request) {
            // The shell has left meanwhile.
            Err(Errno(libc::EPIPE)) => return Ok(()),
            other => other?,
        }
    }
}

/// Answers a request. A socket goes ahead of the answer, and the copy of it that is left here is closed in between: the
/// kernel ends a connection only with the last copy (close(2)), and that must be the shell's.
fn reply(channel: BorrowedFd<'_>, made: &[Made], request: &Request) -> Result<(), Errno> {
    let n = request.n;
    let say = |answer, with: &[BorrowedFd<'_>]| say(channel, &Reply { n, answer }, with);
    match answer(made, request) {
        Ok((answer, None)) => say(answer, &[]),
        Ok((answer, Some(descriptor))) => {
            say(answer, &[descriptor.as_fd()])?;
            drop(descriptor);
            say(Answer::Done, &[])
        }
        Err(errno) => say(Answer::Failed(errno.0), &[]),
    }
}

fn say(
    channel: BorrowedFd<'_>,
    what: &impl serde::Serialize,
    with: &[BorrowedFd<'_>],
) -> Result<(), Errno> {
    let bytes = serde_json::to_vec(what).map_err(|_| Errno(libc::EBADMSG))?;
    namespace::send(channel, &bytes, with)
}

fn answer(made: &[Made], request: &Request) -> Result<(Answer, Option<OwnedFd>), Errno> {
    let host = made.get(request.host).ok_or(Errno(libc::EHOSTDOWN))?;
    namespace::enter(&host.network)?;
    let answer = match &request.what {
        What::Socket {
            domain,
            kind,
            protocol,
        } => {
            let protocol = Some((*protocol).into());
            let socket = Socket::new_raw((*domain).into(), (*kind).into(), protocol).map_err(of)?;
            return Ok((Answer::Descriptor, Some(socket.into())));
        }
        What::Mtu(bytes) => {
            host.set_mtu(request.host, *bytes)?;
            Answer::Done
        }
        What::Read(name) => Answer::Text(read_sysctl(name).map_err(of)?),
    };
    Ok((answer, None))
}

pub(super) fn of(error: io::Error) -> Errno {
    Errno::of(&error).unwrap_or(Errno(libc::EIO))
}

fn read_sysctl(name: &str) -> io::Result<String> {
    let path = sysctl_path(name).map_err(|errno| io::Error::from_raw_os_error(errno.0))?;
    let mut text = String::new();
    File::open(path)?.take(VALUE).read_to_string(&mut text)?;
    Ok(text.trim_end().to_owned())
}

/// The file of a sysctl: `net.ipv4.tcp_syn_retries`. Only those of the network are a host's own. No dot stays in it, so
/// that it leads nowhere else.
pub(super) fn sysctl_path(name: &str) -> Result<String, Errno> {
    let path = name.replace('.', "/");
    if path.starts_with("net/") {
        Ok(format!("/proc/sys/{path}"))
    } else {
        Err(Errno(libc::ENOENT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sysctl_leads_nowhere_but_to_the_network() {
        assert_eq!(
            sysctl_path("net.ipv4.tcp_fin_timeout").as_deref(),
            Ok("/proc/sys/net/ipv4/tcp_fin_timeout")
        );
        assert_eq!(
            sysctl_path("net/ipv4/tcp_fin_timeout").as_deref(),
            Ok("/proc/sys/net/ipv4/tcp_fin_timeout")
        );
        for wrong in [
            "kernel.hostname",
            "/proc/sys/net/core",
            "",
            "network",
            "../net/x",
        ] {
            assert_eq!(sysctl_path(wrong), Err(Errno(libc::ENOENT)), "{wrong}");
        }
        assert!(!sysctl_path("net/../../etc/passwd").unwrap().contains(".."));
    }
}
