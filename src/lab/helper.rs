//! The helper process: it makes the hosts, hands their TUN devices over, and then makes sockets in them on request. A
//! socket keeps the network namespace that it was made in, wherever it is passed.
//!
//! It ends when its standard input, the channel to the shell, ends, however the shell came to its end. The namespaces and
//! devices are held by descriptors only, and go with the last of them.

use super::hosts::{DEVICE, MTU, addresses};
use super::message::{Answer, Failure, LIMIT, Ready, Reply, Request, Step, What};
use super::quiet::{Need, SETTINGS};
use crate::errno::Errno;
use crate::sys::namespace::{self, Interface, make_tun, open_tun};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use socket2::Socket;
use std::fs::File;
use std::io::{self, Read};
use std::net::Ipv4Addr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The first argument that makes the program the helper. The second is the number of hosts.
pub const ARGUMENT: &str = "--laboratory-host-helper";

/// The longest value of a sysctl, in bytes.
const VALUE: u64 = 4096;

/// One host.
struct Made {
    network: OwnedFd,
    wire: Interface,
}

/// Makes this many hosts and serves the shell at standard input until that ends.
///
/// # Errors
/// Where standard input is not the shell's channel.
pub fn run(count: usize) -> Result<(), Errno> {
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
    say(channel, &Ready::Up(notes), &descriptors)?;
    drop(tuns);
    serve(channel, parent, &made)
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
        let (answer, descriptor) = match answer(made, &request) {
            Ok((answer, descriptor)) => (answer, descriptor),
            Err(errno) => (Answer::Failed(errno.0), None),
        };
        let reply = Reply {
            n: request.n,
            answer,
        };
        let with: Vec<_> = descriptor.iter().map(AsFd::as_fd).collect();
        match say(channel, &reply, &with) {
            // The shell has left meanwhile.
            Err(Errno(libc::EPIPE)) => return Ok(()),
            other => other?,
        }
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
            host.wire.set_mtu(*bytes)?;
            Answer::Done
        }
        What::Read(name) => Answer::Text(read_sysctl(name).map_err(of)?),
        What::Write(name, value) => {
            std::fs::write(sysctl_path(name)?, value).map_err(of)?;
            Answer::Done
        }
    };
    Ok((answer, None))
}

fn of(error: io::Error) -> Errno {
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
fn sysctl_path(name: &str) -> Result<String, Errno> {
    let path = name.replace('.', "/");
    if path.starts_with("net/") {
        Ok(format!("/proc/sys/{path}"))
    } else {
        Err(Errno(libc::ENOENT))
    }
}

/// Makes every host. Notes what could not be set and matters little.
fn hosts(count: usize, notes: &mut Vec<String>) -> Result<Vec<(Made, File)>, Failure> {
    let mut made = Vec::new();
    for index in 0..count {
        let network = match namespace::own_network() {
            // Without the privilege it takes a user namespace, in which this process has it.
            Err(Errno(libc::EPERM)) if index == 0 => {
                own_users()?;
                namespace::own_network()
            }
            other => other,
        };
        let network = network.map_err(failed(Step::Network))?;
        made.push(host(index, network, notes)?);
    }
    Ok(made)
}

fn failed(step: Step) -> impl FnOnce(Errno) -> Failure {
    move |errno| Failure {
        step,
        errno: errno.0,
    }
}

/// A user namespace in which this user is root, and nobody else exists (user_namespaces(7)).
fn own_users() -> Result<(), Failure> {
    let (user, group) = (nix::unistd::geteuid(), nix::unistd::getegid());
    namespace::own_users().map_err(failed(Step::Users))?;
    // A group map may be written only after this (Linux 3.19).
    let files = [
        ("setgroups", "deny".to_owned()),
        ("uid_map", format!("0 {user} 1\n")),
        ("gid_map", format!("0 {group} 1\n")),
    ];
    for (file, text) in files {
        std::fs::write(format!("/proc/self/{file}"), text)
            .map_err(|error| failed(Step::Map(file.to_owned()))(of(error)))?;
    }
    Ok(())
}

/// Furnishes the network namespace that this thread is in.
fn host(index: usize, network: OwnedFd, notes: &mut Vec<String>) -> Result<(Made, File), Failure> {
    settings(index, notes)?;
    let tun = open_tun().map_err(failed(Step::OpenTun))?;
    make_tun(&tun, DEVICE).map_err(failed(Step::MakeTun))?;
    let (v4, v6) = addresses(index);
    let step = |what: &str| failed(Step::Interface(what.to_owned()));
    let lo = Interface::named("lo").map_err(step("a socket"))?;
    lo.up().map_err(step("lo up"))?;
    let wire = Interface::named(DEVICE).map_err(step("a socket"))?;
    wire.set_mtu(MTU).map_err(step("its MTU"))?;
    wire.set_v4(v4, 24).map_err(step("an IPv4 address"))?;
    wire.up().map_err(step("wire0 up"))?;
    wire.set_v6(v6, 64).map_err(step("an IPv6 address"))?;
    // Multicast and 255.255.255.255 have no other way out. IPv6 has one for its multicast by itself.
    for (to, prefix) in [(Ipv4Addr::new(224, 0, 0, 0), 4), (Ipv4Addr::BROADCAST, 32)] {
        wire.add_route(to, prefix).map_err(step("a route"))?;
    }
    Ok((Made { network, wire }, tun))
}

fn settings(index: usize, notes: &mut Vec<String>) -> Result<(), Failure> {
    for setting in SETTINGS {
        let name = setting.name;
        let written =
            sysctl_path(name).and_then(|path| std::fs::write(path, setting.value).map_err(of));
        match (written, setting.need) {
            (Ok(()), _) | (Err(Errno(libc::ENOENT)), Need::Newer) => {}
            (Err(errno), Need::Must) => return Err(failed(Step::Sysctl(name.to_owned()))(errno)),
            // The hosts are alike: one says it for all.
            (Err(_), _) if index > 0 => {}
            (Err(errno), _) => notes.push(format!("{name} cannot be set: {}", errno.message())),
        }
    }
    Ok(())
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
