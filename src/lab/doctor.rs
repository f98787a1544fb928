//! What the laboratory needs of the machine, looked at one by one: `socktutor doctor`.

use super::Hosts;
use super::message::{Failure, Step};
use super::unavailable::{Unavailable, number};
use crate::errno::Errno;
use crate::event::lab::{Check, Checked};
use crate::sys::namespace;
use std::path::Path;
use std::time::Instant;

/// Everything that the laboratory needs, the laboratory itself last: it is really brought up, timed, and taken down.
/// `helper` is the program that becomes the helper process, `program` the file that a profile would name.
pub fn checks(helper: &Path, program: &Path) -> Vec<Check> {
    let began = Instant::now();
    let tried = Hosts::up(&["client".to_owned(), "server".to_owned()], helper);
    let took = began.elapsed();
    // The rest is looked up in /proc.
    if let Err(why @ (Unavailable::NotLinux | Unavailable::NoProc)) = &tried {
        return vec![refused("laboratory", why, program)];
    }
    let laboratory = match &tried {
        Ok(hosts) => {
            let mut found = format!("two hosts are up in {:.1} ms", took.as_secs_f64() * 1000.0);
            for note in hosts.notes() {
                found.push_str("; ");
                found.push_str(note);
            }
            if let Err(error) = hosts.diag(0) {
                found.push_str("; ");
                found.push_str(&no_diag(&error));
            }
            well("laboratory", found)
        }
        Err(why) => refused("laboratory", why, program),
    };
    let restricted = matches!(tried, Err(Unavailable::AppArmor));
    drop(tried);
    vec![
        users(program),
        apparmor(restricted, program),
        tun(program),
        laboratory,
    ]
}

/// What is missing where a host's kernel does not answer sock_diag(7).
pub fn no_diag(error: &std::io::Error) -> String {
    let why = Errno::of(error).map_or_else(
        || error.to_string(),
        |errno| format!("{}, {}", errno.name(), errno.message()),
    );
    format!(
        "sock_diag is refused ({why}), so steps show no states, and nobody sees half-open connections and TIME_WAIT"
    )
}

fn well(name: &str, found: impl Into<String>) -> Check {
    Check {
        name: name.to_owned(),
        result: Checked::Ok,
        found: found.into(),
        mend: Vec::new(),
    }
}

fn refused(name: &str, why: &Unavailable, program: &Path) -> Check {
    Check {
        name: name.to_owned(),
        result: Checked::No,
        found: why.why(),
        mend: why.mend(program),
    }
}

fn users(program: &Path) -> Check {
    let name = "user namespaces";
    let why = if administrator() {
        return well(name, "not needed: this user may make network namespaces");
    } else if !Path::new("/proc/self/ns/user").exists() {
        Unavailable::NotBuilt("CLONE_NEWUSER")
    } else if number("kernel/unprivileged_userns_clone") == Some(0) {
        Unavailable::UsersOff
    } else {
        match number("user/max_user_namespaces") {
            Some(0) => Unavailable::TooManyUsers(0),
            Some(most) => {
                return well(
                    name,
                    format!("allowed (user.max_user_namespaces is {most})"),
                );
            }
            None => return well(name, "allowed, as far as /proc/sys tells"),
        }
    };
    refused(name, &why, program)
}

/// `restricted`: whether this program was refused, which has no profile then.
fn apparmor(restricted: bool, program: &Path) -> Check {
    let name = "AppArmor";
    match number("kernel/apparmor_restrict_unprivileged_userns") {
        Some(1) if administrator() => well(name, "restricts user namespaces, which are not needed"),
        Some(1) if restricted => refused(name, &Unavailable::AppArmor, program),
        Some(1) => well(
            name,
            "restricts user namespaces, but not those of this program",
        ),
        _ => well(name, "does not restrict user namespaces"),
    }
}

fn tun(program: &Path) -> Check {
    let name = "/dev/net/tun";
    match namespace::open_tun() {
        Ok(_) => well(name, "present, and this user may open it"),
        Err(Errno(errno)) => {
            let step = Step::OpenTun;
            refused(name, &Unavailable::of(&Failure { step, errno }), program)
        }
    }
}

/// Whether this process has `CAP_SYS_ADMIN` (bit 21), and needs no user namespace to make network namespaces.
fn administrator() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let set = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let set = set.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok());
    set.is_some_and(|set| set & (1 << 21) != 0)
}
