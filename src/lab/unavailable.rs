//! Why there can be no laboratory, and which command mends it.

use super::message::{Failure, Step};
use crate::errno::Errno;
use crate::text::quote::quoted;
use std::fmt;
use std::path::Path;

const OPEN_TUN: &str = "opening /dev/net/tun";
const MAKE_TUN: &str = "ioctl(TUNSETIFF)";
const FORBIDDEN: &str = " A container or a sandbox that this shell runs in forbids it.";

/// Why there can be no laboratory here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unavailable {
    /// This is not Linux.
    NotLinux,
    /// `/proc` is not mounted: by it the helper process is started, and told what to set.
    NoProc,
    /// AppArmor forbids user namespaces to programs without a profile (`kernel.apparmor_restrict_unprivileged_userns`).
    AppArmor,
    /// `kernel.unprivileged_userns_clone` is 0.
    UsersOff,
    /// `user.max_user_namespaces` is 0, or as many are in use.
    TooManyUsers(u64),
    /// `user.max_net_namespaces` is 0, or as many are in use.
    TooManyNetworks(u64),
    /// The kernel was built without namespaces of this kind: the flag of unshare(2).
    NotBuilt(&'static str),
    /// A system call is refused for another reason: the call, and its errno.
    Refused(String, Errno),
    /// There is no `/dev/net/tun`.
    NoTun,
    /// `/dev/net/tun` is there, and nothing behind it.
    NoTunDriver,
    /// `/dev/net/tun` may not be opened by this user; its mode.
    TunForbidden(u32),
    /// A sysctl that no host can do without cannot be written.
    Sysctl(String, Errno),
    /// The helper process cannot be started, or does not answer: why.
    Helper(String),
    /// So many hosts cannot be had; at most [`MOST`](super::Hosts::MOST).
    Count(usize),
}

impl Unavailable {
    /// What the helper said, and what `/proc` says of the cause.
    pub(super) fn of(failure: &Failure) -> Self {
        let errno = Errno(failure.errno);
        match &failure.step {
            Step::Users | Step::Map(_) | Step::Network if denied(errno) => {
                denied_users(failure, errno)
            }
            Step::Users if errno.0 == libc::ENOSPC => {
                Self::TooManyUsers(number("user/max_user_namespaces").unwrap_or(0))
            }
            Step::Network if errno.0 == libc::ENOSPC => {
                Self::TooManyNetworks(number("user/max_net_namespaces").unwrap_or(0))
            }
            Step::Users if unknown(errno) => Self::NotBuilt("CLONE_NEWUSER"),
            Step::Network if unknown(errno) => Self::NotBuilt("CLONE_NEWNET"),
            Step::OpenTun if errno.0 == libc::ENOENT => Self::NoTun,
            Step::OpenTun if matches!(errno.0, libc::ENODEV | libc::ENXIO) => Self::NoTunDriver,
            // EPERM comes from a container's rules for devices, whatever the mode is.
            Step::OpenTun if errno.0 == libc::EACCES => Self::TunForbidden(tun_mode().unwrap_or(0)),
            Step::Sysctl(name) => Self::Sysctl(name.clone(), errno),
            step => Self::Refused(call(step), errno),
        }
    }
}

impl Unavailable {
    /// What is in the way, in one sentence or two.
    pub fn why(&self) -> String {
        match self {
            Self::NotLinux => {
                "The laboratory needs Linux: its hosts are network namespaces of the kernel."
                    .to_owned()
            }
            Self::NoProc => {
                "/proc is not mounted: by it the laboratory's helper process is started, and its hosts are set up."
                    .to_owned()
            }
            Self::AppArmor => {
                "AppArmor gives a user namespace no rights, unless the program has a profile \
                (kernel.apparmor_restrict_unprivileged_userns is 1, as on Ubuntu since 23.10)."
                    .to_owned()
            }
            Self::UsersOff => {
                "Only root may make user namespaces (kernel.unprivileged_userns_clone is 0)."
                    .to_owned()
            }
            Self::TooManyUsers(most) => many("user", *most, "user.max_user_namespaces"),
            Self::TooManyNetworks(most) => many("network", *most, "user.max_net_namespaces"),
            Self::NotBuilt(flag) => {
                format!("This kernel was built without the namespaces of {flag}.")
            }
            Self::Refused(call, errno) => {
                let (name, message) = (errno.name(), errno.message());
                let who = if denied(*errno) { FORBIDDEN } else { "" };
                format!("{call} failed: {name}, {message}.{who}")
            }
            Self::NoTun => {
                "There is no /dev/net/tun, from which each host gets its device.".to_owned()
            }
            Self::NoTunDriver => {
                "Nothing is behind /dev/net/tun: the kernel's module `tun` is not loaded."
                    .to_owned()
            }
            Self::TunForbidden(mode) => {
                format!(
                    "This user may not open /dev/net/tun (its mode is {mode:04o}; 0666 is usual)."
                )
            }
            Self::Sysctl(name, errno) => {
                let (code, message) = (errno.name(), errno.message());
                let who = match errno.0 {
                    libc::EROFS => " /proc/sys is mounted read-only, as containers do.",
                    _ if denied(*errno) => FORBIDDEN,
                    _ => "",
                };
                format!("{name} cannot be set in a host: {code}, {message}.{who}")
            }
            Self::Helper(why) => format!("The laboratory's helper process failed: {why}."),
            Self::Count(count) => {
                let most = super::Hosts::MOST;
                format!("A laboratory has one to {most} hosts, not {count}.")
            }
        }
    }

    /// What mends it, one command or step a line; nothing where nothing does. `program` is socktutor's own file.
    pub fn mend(&self, program: &Path) -> Vec<String> {
        let lines: &[&str] = match self {
            Self::AppArmor => return apparmor(program),
            Self::NoProc => &["sudo mount -t proc proc /proc"],
            Self::UsersOff => &["sudo sysctl -w kernel.unprivileged_userns_clone=1"],
            Self::TooManyUsers(_) => &["sudo sysctl -w user.max_user_namespaces=10000"],
            Self::TooManyNetworks(_) => &["sudo sysctl -w user.max_net_namespaces=10000"],
            Self::NoTun => &[
                "sudo modprobe tun",
                "in a container, start it with: --device /dev/net/tun",
            ],
            Self::NoTunDriver => &["sudo modprobe tun"],
            Self::TunForbidden(_) => &["sudo chmod 0666 /dev/net/tun"],
            Self::Refused(call, Errno(libc::EPERM | libc::EACCES)) if call == MAKE_TUN => {
                &["in a container, start it with: --cap-add NET_ADMIN --device /dev/net/tun"]
            }
            Self::Refused(call, Errno(libc::EPERM)) if call == OPEN_TUN => {
                &["in a container, start it with: --device /dev/net/tun"]
            }
            Self::Refused(_, Errno(libc::EPERM | libc::EACCES))
            | Self::Sysctl(_, Errno(libc::EPERM | libc::EACCES)) => &[
                "in a container, start it with: --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
                 --security-opt systempaths=unconfined --device /dev/net/tun",
            ],
            Self::Sysctl(_, Errno(libc::EROFS)) => {
                &["in a container, start it with: --security-opt systempaths=unconfined"]
            }
            _ => &[],
        };
        lines.iter().map(|line| (*line).to_owned()).collect()
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why())
    }
}

impl std::error::Error for Unavailable {}

fn many(kind: &str, most: u64, name: &str) -> String {
    match most {
        0 => format!("No {kind} namespace may be made ({name} is 0)."),
        _ => format!(
            "No further {kind} namespace may be made: {name} is {most}, and as many are in use."
        ),
    }
}

/// The switch for the whole machine, until it restarts; and a profile, which opens it to this program alone and stays.
/// The profile is of the form that Ubuntu itself ships in `/etc/apparmor.d/` (AppArmor 4.0).
fn apparmor(program: &Path) -> Vec<String> {
    let rule = format!(
        "profile socktutor \"{}\" flags=(unconfined) {{ userns, }}",
        program.display()
    );
    let lines = ["abi <abi/4.0>,", "include <tunables/global>", &rule].map(quoted);
    vec![
        "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0".to_owned(),
        "or, for this program alone and for good:".to_owned(),
        format!(
            "printf '%s\\n' {} | sudo tee /etc/apparmor.d/socktutor",
            lines.join(" ")
        ),
        "sudo apparmor_parser -r /etc/apparmor.d/socktutor".to_owned(),
    ]
}

/// Somebody forbids it.
fn denied(errno: Errno) -> bool {
    matches!(errno.0, libc::EPERM | libc::EACCES)
}

/// The kernel does not know the flag.
fn unknown(errno: Errno) -> bool {
    matches!(errno.0, libc::EINVAL | libc::ENOSYS)
}

/// Why this user gets no user namespace, or none with any right.
fn denied_users(failure: &Failure, errno: Errno) -> Unavailable {
    if number("kernel/apparmor_restrict_unprivileged_userns") == Some(1) {
        Unavailable::AppArmor
    } else if number("kernel/unprivileged_userns_clone") == Some(0) {
        Unavailable::UsersOff
    } else {
        Unavailable::Refused(call(&failure.step), errno)
    }
}

/// The call that a step makes, as one would write it.
fn call(step: &Step) -> String {
    match step {
        Step::Users => "unshare(CLONE_NEWUSER)".to_owned(),
        Step::Map(file) => format!("writing /proc/self/{file}"),
        Step::Network => "unshare(CLONE_NEWNET)".to_owned(),
        Step::OpenTun => OPEN_TUN.to_owned(),
        Step::MakeTun => MAKE_TUN.to_owned(),
        Step::Sysctl(name) => format!("writing {name}"),
        Step::Interface(what) => format!("giving a host {what}"),
    }
}

/// The number that is all of a file in /proc/sys.
pub(super) fn number(name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/sys/{name}")).ok()?;
    text.trim().parse().ok()
}

fn tun_mode() -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let about = std::fs::metadata("/dev/net/tun").ok()?;
    Some(about.permissions().mode() & 0o7777)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(step: Step, errno: i32) -> Unavailable {
        Unavailable::of(&Failure { step, errno })
    }

    // What this machine can be made to refuse is in tests/lab/refusals.rs and refused_calls.rs; this is the rest.
    #[test]
    fn each_errno_has_its_cause() {
        assert_eq!(
            of(Step::Users, libc::EINVAL),
            Unavailable::NotBuilt("CLONE_NEWUSER")
        );
        assert_eq!(
            of(Step::Network, libc::EINVAL),
            Unavailable::NotBuilt("CLONE_NEWNET")
        );
        assert_eq!(of(Step::OpenTun, libc::ENODEV), Unavailable::NoTunDriver);
        let devices = of(Step::OpenTun, libc::EPERM);
        assert!(
            devices.why().contains("opening /dev/net/tun failed: EPERM"),
            "{devices}"
        );
        assert!(devices.mend(Path::new("x"))[0].contains("--device /dev/net/tun"));
        let made = of(Step::MakeTun, libc::EPERM);
        assert!(
            made.why().contains("ioctl(TUNSETIFF) failed: EPERM"),
            "{made}"
        );
        assert!(made.mend(Path::new("x"))[0].contains("--cap-add NET_ADMIN"));
        let odd = of(Step::Interface("a route".to_owned()), libc::ENOMEM);
        assert_eq!(
            odd.why(),
            "giving a host a route failed: ENOMEM, Cannot allocate memory."
        );
        assert_eq!(odd.mend(Path::new("x")), [] as [&str; 0]);
    }

    #[test]
    fn what_ubuntu_needs_is_written_as_a_shell_takes_it() {
        let program = Path::new("/home/o'neill/my tools/socktutor");
        let mend = Unavailable::AppArmor.mend(program);
        assert_eq!(
            mend[0],
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
        );
        let (writes, _) = mend[2].split_once(" | ").unwrap();
        let ran = std::process::Command::new("sh")
            .args(["-c", writes])
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8_lossy(&ran.stdout),
            "abi <abi/4.0>,\ninclude <tunables/global>\n\
             profile socktutor \"/home/o'neill/my tools/socktutor\" flags=(unconfined) { userns, }\n"
        );
    }
}
