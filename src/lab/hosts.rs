//! The hosts, from the shell's side.

use super::Unavailable;
use super::helper::ARGUMENT;
use super::message::{Answer, LIMIT, Ready, Reply, Request, What};
use crate::errno::{Errno, words};
use crate::sys::high::raise;
use crate::sys::namespace::{self, Received};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::{IntoRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What the device of the wire is called in each host.
pub const DEVICE: &str = "wire0";

/// The largest packet, in bytes, that the device takes at first.
pub const MTU: u32 = 1500;

/// The program itself, which is its own helper.
pub const PROGRAM: &str = "/proc/self/exe";

/// How long the helper may take for an answer. It takes microseconds; should it ever hang, the shell must not.
const DEADLINE: Duration = Duration::from_secs(2);

/// One host: a network namespace of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// What it is called.
    pub name: String,
    /// Its IPv4 address on the wire, `10.0.0.N/24`.
    pub v4: Ipv4Addr,
    /// Its IPv6 address on the wire, `fd00::N/64`.
    pub v6: Ipv6Addr,
}

/// The addresses of the host with this index: it counts from 0, the last number of an address from 1.
pub(super) fn addresses(index: usize) -> (Ipv4Addr, Ipv6Addr) {
    let last = u8::try_from(index + 1).unwrap_or(u8::MAX);
    (
        Ipv4Addr::new(10, 0, 0, last),
        Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, last.into()),
    )
}

/// Why a host did not do what was asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undone {
    /// Its kernel was asked, and refused it.
    Refused(Errno),
    /// Its kernel was not asked: the helper process, which alone can, has ended.
    HelperEnded,
    /// The helper process has not answered in time.
    HelperSilent,
}

impl Undone {
    /// What is in the way, in words.
    pub fn why(self) -> String {
        match self {
            Self::Refused(errno) => errno.message(),
            Self::HelperEnded => "the laboratory's helper process has ended".to_owned(),
            Self::HelperSilent => format!(
                "the laboratory's helper process has not answered within {} s",
                DEADLINE.as_secs()
            ),
        }
    }
}

impl From<Errno> for Undone {
    fn from(errno: Errno) -> Self {
        Self::Refused(errno)
    }
}

impl From<Undone> for io::Error {
    fn from(undone: Undone) -> Self {
        match undone {
            Undone::Refused(errno) => Self::from_raw_os_error(errno.0),
            Undone::HelperEnded | Undone::HelperSilent => Self::other(undone.why()),
        }
    }
}

/// Hosts that are up. Dropping it ends the helper process; the namespaces and devices go with the last socket in them
/// and the last copy of their TUN descriptors.
#[derive(Debug)]
pub struct Hosts {
    hosts: Vec<Host>,
    notes: Vec<String>,
    tuns: Mutex<Vec<OwnedFd>>,
    helper: Mutex<Helper>,
}

/// The channel to the helper process.
#[derive(Debug)]
struct Helper {
    channel: OwnedFd,
    child: Child,
    last: u64,
}

impl Hosts {
    /// The most hosts that one laboratory has.
    pub const MOST: usize = 8;

    /// Starts hosts of these names, with the addresses `10.0.0.1`, `fd00::1` and so on in this order. `program` is
    /// socktutor, which becomes the helper process: [`PROGRAM`] where this process is socktutor itself.
    ///
    /// # Errors
    /// The reason why there can be no laboratory.
    pub fn up(names: &[String], program: &Path) -> Result<Self, Unavailable> {
        if !namespace::SUPPORTED {
            return Err(Unavailable::NotLinux);
        }
        if !Path::new("/proc/self").exists() {
            return Err(Unavailable::NoProc);
        }
        if names.is_empty() || names.len() > Self::MOST {
            return Err(Unavailable::Count(names.len()));
        }
        let mut helper = Helper::start(names.len(), program)?;
        let Received { bytes, descriptors } = namespace::receive(&helper.channel, LIMIT, true)
            .map_err(|errno| {
                helper.kill();
                Unavailable::Helper(silence(errno))
            })?;
        let notes = match serde_json::from_slice(&bytes) {
            Ok(Ready::Up { notes }) if descriptors.len() == names.len() => notes,
            Ok(Ready::Failed(failure)) => return Err(Unavailable::of(&failure)),
            _ => return Err(Unavailable::Helper(helper.end())),
        };
        let tuns: io::Result<Vec<_>> = descriptors.into_iter().map(raise).collect();
        let tuns = tuns.map_err(|error| Unavailable::Helper(error.to_string()))?;
        let host = |(index, name): (usize, &String)| {
            let (v4, v6) = addresses(index);
            let name = name.clone();
            Host { name, v4, v6 }
        };
        Ok(Self {
            hosts: names.iter().enumerate().map(host).collect(),
            notes,
            tuns: Mutex::new(tuns),
            helper: Mutex::new(helper),
        })
    }

    /// The hosts, in the order in which they were named. Everything below takes an index into it.
    pub fn all(&self) -> &[Host] {
        &self.hosts
    }

    /// What could not be set in the hosts and matters little, in words.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The TUN devices, one a host, in their order: non-blocking, close-on-exec, high. A read(2) gives one IP packet that
    /// the host sends, a write(2) delivers one to it. Given once; empty afterwards.
    pub fn take_tuns(&self) -> Vec<OwnedFd> {
        std::mem::take(&mut *self.tuns.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// socket(2) in a host. It gets the lowest free descriptor, and is not close-on-exec unless `kind` says so.
    ///
    /// # Errors
    /// Those of socket(2), and `EHOSTDOWN` where there is no such host; or that the helper process has ended, or does not
    /// answer.
    pub fn socket(
        &self,
        host: usize,
        domain: i32,
        kind: i32,
        protocol: i32,
    ) -> Result<RawFd, Undone> {
        let close_on_exec = kind & namespace::CLOEXEC != 0;
        let wanted = What::Socket {
            domain,
            kind,
            protocol,
        };
        self.descriptor(host, wanted, close_on_exec)
            .map(IntoRawFd::into_raw_fd)
    }

    /// A netlink socket of protocol `NETLINK_SOCK_DIAG` in a host (sock_diag(7)): it sees the host's sockets. High,
    /// close-on-exec.
    ///
    /// # Errors
    /// Those of [`Hosts::socket`].
    pub fn diag(&self, host: usize) -> io::Result<OwnedFd> {
        let (domain, kind, protocol) = namespace::SOCK_DIAG;
        let wanted = What::Socket {
            domain,
            kind,
            protocol,
        };
        raise(self.descriptor(host, wanted, true)?)
    }

    /// Sets the largest packet, in bytes, that a host's device of the wire takes. Below 1280 IPv6 goes away from the
    /// device, address and all (RFC 8200, section 5); it comes back with the first value from 1280 on.
    ///
    /// # Errors
    /// `EINVAL` below 68 and above 65535; those of [`Hosts::socket`].
    pub fn set_mtu(&self, host: usize, bytes: u32) -> Result<(), Undone> {
        self.ask(host, What::Mtu(bytes), true).map(drop)
    }

    /// A sysctl of a host, by its name (`net.ipv4.tcp_syn_retries`). Only those of the network are a host's own.
    ///
    /// # Errors
    /// `ENOENT` where it is not there; those of read(2) and of [`Hosts::socket`].
    pub fn sysctl(&self, host: usize, name: &str) -> io::Result<String> {
        match self.ask(host, What::Read(name.to_owned()), true)? {
            (Answer::Text(text), _) => Ok(text),
            _ => Err(Undone::Refused(Errno(libc::EBADMSG)).into()),
        }
    }

    fn descriptor(&self, host: usize, what: What, close_on_exec: bool) -> Result<OwnedFd, Undone> {
        let (_, mut descriptors) = self.ask(host, what, close_on_exec)?;
        descriptors.pop().ok_or(Errno(libc::EBADMSG).into())
    }

    fn ask(
        &self,
        host: usize,
        what: What,
        close_on_exec: bool,
    ) -> Result<(Answer, Vec<OwnedFd>), Undone> {
        let mut helper = self.helper.lock().unwrap_or_else(PoisonError::into_inner);
        helper.ask(host, what, close_on_exec)
    }
}

/// Why nothing came from the helper process.
fn silence(errno: Errno) -> String {
    match errno.0 {
        libc::EAGAIN => format!("it gave no answer within {} s", DEADLINE.as_secs()),
        _ => errno.message(),
    }
}

impl Helper {
    fn start(hosts: usize, program: &Path) -> Result<Self, Unavailable> {
        let failed = |why: String| Unavailable::Helper(why);
        let (channel, theirs) =
            namespace::pair(DEADLINE).map_err(|errno| failed(errno.message()))?;
        let child = Command::new(program)
            .arg(ARGUMENT)
            .arg(hosts.to_string())
            .stdin(theirs)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Nothing of this process's folder is kept busy, and Ctrl-C at the terminal does not reach it.
            .current_dir("/")
            .process_group(0)
            .spawn()
            .map_err(|error| failed(format!("{}: {}", program.display(), words(&error))))?;
        Ok(Self {
            channel,
            child,
            last: 0,
        })
    }

    fn ask(
        &mut self,
        host: usize,
        what: What,
        close_on_exec: bool,
    ) -> Result<(Answer, Vec<OwnedFd>), Undone> {
        let gone = |errno: Errno| match errno.0 {
            libc::EPIPE | libc::ECONNRESET => Undone::HelperEnded,
            libc::EAGAIN => Undone::HelperSilent,
            // This process has no descriptor left, as it would be with a socket of its own.
            _ => Undone::Refused(errno),
        };
        self.last += 1;
        let n = self.last;
        let bytes =
            serde_json::to_vec(&Request { n, host, what }).map_err(|_| Errno(libc::EBADMSG))?;
        namespace::send(&self.channel, &bytes, &[]).map_err(gone)?;
        let mut descriptors = Vec::new();
        loop {
            let message = namespace::receive(&self.channel, LIMIT, close_on_exec).map_err(gone)?;
            if message.bytes.is_empty() {
                return Err(Undone::HelperEnded);
            }
            let reply: Reply =
                serde_json::from_slice(&message.bytes).map_err(|_| Errno(libc::EBADMSG))?;
            // An answer to an earlier request, which was given up.
            if reply.n != n {
                continue;
            }
            return match reply.answer {
                Answer::Failed(errno) => Err(Errno(errno).into()),
                // The helper has it still.
                Answer::Descriptor => {
                    descriptors = message.descriptors;
                    continue;
                }
                answer => Ok((answer, descriptors)),
            };
        }
    }

    /// SIGKILL, which also ends a process that is stopped.
    fn kill(&mut self) {
        // It has ended already where this fails.
        let _ = self.child.kill();
    }

    /// Ends the process, and says how it ended.
    fn end(&mut self) -> String {
        namespace::hang_up(&self.channel);
        // Its end of the channel is closed when it has ended, at the latest.
        let gone = loop {
            match namespace::receive(&self.channel, LIMIT, true) {
                Ok(message) if message.bytes.is_empty() => break true,
                Ok(_) => {}
                Err(Errno(libc::ECONNRESET)) => break true,
                Err(_) => break false,
            }
        };
        if !gone {
            self.kill();
        }
        match self.child.wait() {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        }
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_thread_may_ask() {
        fn shared<T: Send + Sync>() {}
        shared::<Hosts>();
    }

    #[test]
    fn addresses_count_from_one() {
        let (v4, v6) = addresses(0);
        assert_eq!(
            (v4.to_string(), v6.to_string()),
            ("10.0.0.1".to_owned(), "fd00::1".to_owned())
        );
        assert_eq!(addresses(Hosts::MOST - 1).1.to_string(), "fd00::8");
    }
}
