//! What a script or a lesson may reach: it is data, and must do no harm.

use super::prepared::Refusal;
use crate::errno::words;
use crate::event::Addr;
use crate::sys::scratch::Scratch;
use std::net::IpAddr;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// What a script or lesson may reach. At the prompt everything is allowed; in a lesson, what is typed there may use any
/// file, while sockets are named where the lesson's own lines name them.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    local_only: bool,
    /// The only folder whose files may be used; `None` is every file.
    folder: Option<Arc<Folder>>,
    /// A person types: files are read and written where that person says.
    own_files: bool,
}

/// A temporary folder, made when it is first used and removed with the last that refers to it.
#[derive(Debug, Default)]
struct Folder(OnceLock<Result<Scratch, String>>);

impl Folder {
    fn path(&self) -> Result<&Path, Refusal> {
        let made = self
            .0
            .get_or_init(|| Scratch::new().map_err(|error| words(&error)));
        made.as_ref().map(Scratch::path).map_err(|why| {
            let there = std::env::temp_dir();
            Refusal::new(format!(
                "no temporary folder can be made for this script in {}: {why}",
                there.display()
            ))
            .help("export TMPDIR=/path/to/a/folder, and start again")
        })
    }
}

impl Policy {
    /// For a script or a lesson: only this machine and a temporary folder of its own, unless more is allowed.
    pub fn of_script(allow_net: bool, allow_files: bool) -> Self {
        Self {
            local_only: !allow_net,
            folder: (!allow_files).then(Arc::default),
            own_files: false,
        }
    }

    /// Whether the next lines are typed by a person, whose files are free.
    pub(super) fn set_own_files(&mut self, own: bool) {
        self.own_files = own;
    }

    /// A file that may be read or written. As in a shell, `~/` leads to the user's own folder.
    pub fn file(&self, path: &str) -> Result<PathBuf, Refusal> {
        let home = path.strip_prefix("~/").zip(std::env::var_os("HOME"));
        let path = home.map_or_else(
            || PathBuf::from(path),
            |(rest, home)| Path::new(&home).join(rest),
        );
        match self.own_files {
            true => Ok(path),
            false => self.path(path),
        }
    }

    /// Whether a file that is written now is removed with the script's folder.
    pub fn removes_files(&self) -> bool {
        self.folder.is_some() && !self.own_files
    }

    /// A path that may be bound.
    pub fn path(&self, path: impl AsRef<Path>) -> Result<PathBuf, Refusal> {
        let asked = path.as_ref();
        let Some(folder) = &self.folder else {
            return Ok(asked.to_owned());
        };
        let folder = folder.path()?;
        let inside = asked
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if inside {
            return Ok(folder.join(asked));
        }
        if asked.starts_with(folder) && !asked.components().any(|part| part == Component::ParentDir)
        {
            return Ok(asked.to_owned());
        }
        Err(Refusal::new(format!(
            "a script may use only files of its own folder, not `{}`",
            asked.display()
        ))
        .help("give a name without `/`, or run it with --allow-files"))
    }

    /// Whether a name may be looked up.
    pub(super) fn may_look_up(&self, name: &str, own: &str) -> Result<(), Refusal> {
        let here = name == "localhost" || name == own || is_numeric(name);
        if here || !self.local_only {
            return Ok(());
        }
        Err(
            Refusal::new(format!("a script may not ask a name server for `{name}`"))
                .help("run it with --allow-net"),
        )
    }

    /// Whether an address may be connected or sent to, by the socket of this name.
    pub fn may_reach(&self, addr: &Addr, socket: &str) -> Result<(), Refusal> {
        let Addr::Inet(inet) = addr else {
            return Ok(());
        };
        if !self.local_only || is_here(inet.ip()) {
            return Ok(());
        }
        let refusal = Refusal::new(format!(
            "a script may connect and send only to this machine, not to {inet}"
        ))
        .help("run it with --allow-net");
        Err(match inet.ip() {
            // The loopback has no route for the groups of IPv6.
            IpAddr::V4(group) if group.is_multicast() => refusal.help(format!(
                "keep the group on this machine: setsockopt {socket} IP_MULTICAST_IF 127.0.0.1"
            )),
            _ => refusal,
        })
    }
}

/// Whether a name is an address that needs no looking up: also as inet_aton(3) reads them, in one to four numbers (`127.1`).
fn is_numeric(name: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = name.split('.');
    name.parse::<IpAddr>().is_ok() || parts.clone().count() <= 4 && parts.into_iter().all(number)
}

/// Whether packets to this address stay on the machine: loopback, the wildcard (which connects to loopback), or the
/// address of one of its own interfaces.
fn is_here(ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    ip.is_loopback()
        || ip.is_unspecified()
        || nix::ifaddrs::getifaddrs().is_ok_and(|mut all| {
            all.any(|interface| {
                interface.address.is_some_and(|addr| {
                    addr.as_sockaddr_in()
                        .is_some_and(|v4| IpAddr::from(v4.ip()) == ip)
                        || addr
                            .as_sockaddr_in6()
                            .is_some_and(|v6| IpAddr::from(v6.ip()) == ip)
                })
            })
        })
}
