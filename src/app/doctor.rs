//! `socktutor doctor`: what this machine has for a class, and what mends what it lacks.

use super::machine::number_in;
use super::play::{capture, course, language, library};
use crate::errno::Errno;
use crate::event::lab::{Check, Checked};
use crate::event::{Answer, What};
use crate::lab::doctor;
use crate::lesson::Progress;
use crate::text::quote::quoted;
use crate::text::style::Style;
use nix::unistd::{AccessFlags, access};
use socket2::{Domain, Socket, Type};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// What only the place of output and the command line know.
#[derive(Debug)]
pub struct Surroundings {
    /// The program that becomes the laboratory's helper process.
    pub helper: PathBuf,
    /// Whether standard output is a terminal.
    pub terminal: bool,
    /// The terminal's size, in columns and rows.
    pub size: Option<(u16, u16)>,
    /// How it is drawn there.
    pub style: Style,
    /// The folder that `--lessons` names.
    pub lessons: Option<PathBuf>,
}

/// Programs that are of use beside socktutor, their packages, and what for.
const TOOLS: [(&str, &str, &str); 4] = [
    ("strace", "strace", "shows the system calls of any program"),
    ("ss", "iproute2", "shows the kernel's sockets"),
    ("tshark", "tshark", "reads what `capture save` writes"),
    ("python3", "python3", "runs the same lines as a program"),
];

/// The commands that install a package, by the file that tells which system it is.
const INSTALLERS: [(&str, &str); 5] = [
    ("apt-get", "sudo apt-get install"),
    ("dnf", "sudo dnf install"),
    ("pacman", "sudo pacman -S"),
    ("zypper", "sudo zypper install"),
    ("apk", "sudo apk add"),
];

/// What was found, and whether the laboratory can be used.
pub fn examine(around: &Surroundings) -> (What, bool) {
    let program = own_program();
    let mut checks = doctor::checks(&around.helper, &program);
    // The laboratory itself comes last of what it needs.
    let usable = checks
        .last()
        .is_some_and(|check| check.result == Checked::Ok);
    checks.extend([captures(&program), low_ports(), terminal(around)]);
    checks.extend([locale(around), color(around), lessons(around), state()]);
    checks.extend(TOOLS.map(tool));
    (What::Answer(Answer::Checks { checks }), usable)
}

/// The file of this program.
pub(super) fn own_program() -> PathBuf {
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from("socktutor"))
}

/// The command by which every user of this program may capture packets (capabilities(7)).
pub(super) fn may_capture(program: &Path) -> String {
    let program = program.display().to_string();
    format!("sudo setcap cap_net_raw+ep {}", quoted(&program))
}

fn check(name: &str, result: Checked, found: impl Into<String>, mend: &[String]) -> Check {
    Check {
        name: name.to_owned(),
        result,
        found: found.into(),
        mend: mend.to_vec(),
    }
}

/// The errno and what it says.
fn why(error: &io::Error) -> String {
    match Errno::of(error) {
        Some(errno) => format!("{errno}, {}", errno.message()),
        None => error.to_string(),
    }
}

fn captures(program: &Path) -> Check {
    let name = "capture";
    match capture() {
        Ok(()) => check(
            name,
            Checked::Ok,
            "this user may read the packets of this machine's interfaces",
            &[],
        ),
        Err(error) => {
            let found = format!(
                "packets on this machine's own interfaces need CAP_NET_RAW ({}); the laboratory does not",
                why(&error)
            );
            check(name, Checked::No, found, &[may_capture(program)])
        }
    }
}

/// Tries to bind port 80 of the loopback interface, without listening.
fn low_ports() -> Check {
    let name = "low ports";
    let bound = Socket::new(Domain::IPV4, Type::STREAM, None)
        .and_then(|socket| socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 80)).into()));
    let first = number_in("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    let first = first.map_or(String::new(), |first| {
        format!(" (net.ipv4.ip_unprivileged_port_start is {first})")
    });
    match bound {
        Ok(()) => check(
            name,
            Checked::Ok,
            format!("port 80 can be bound{first}"),
            &[],
        ),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let found = "port 80 may be bound, and is in use: `who 80` says by whom";
            check(name, Checked::Ok, found, &[])
        }
        Err(error) => {
            let found = format!(
                "binding port 80 of this machine fails: {}{first}; in the laboratory it can be bound",
                why(&error)
            );
            let mend = "sudo sysctl -w net.ipv4.ip_unprivileged_port_start=80".to_owned();
            check(name, Checked::No, found, &[mend])
        }
    }
}

fn terminal(around: &Surroundings) -> Check {
    let name = "terminal";
    if !around.terminal {
        return check(
            name,
            Checked::Skipped,
            "standard output is no terminal",
            &[],
        );
    }
    let term = std::env::var("TERM").unwrap_or_default();
    let dumb = term.is_empty() || term == "dumb";
    let Some((columns, rows)) = around.size else {
        let found = format!("TERM={term}; it does not tell its size");
        return check(
            name,
            Checked::No,
            found,
            &["stty cols 80 rows 24".to_owned()],
        );
    };
    let found = format!("TERM={term}, {columns} columns, {rows} rows");
    if dumb {
        let found = format!("{found}: no line can be edited");
        return check(
            name,
            Checked::No,
            found,
            &["export TERM=xterm-256color".to_owned()],
        );
    }
    if columns < 80 || rows < 24 {
        let found = format!(
            "{found}: less than 80 columns and 24 rows; make the window larger or the letters smaller"
        );
        return check(name, Checked::No, found, &[]);
    }
    check(name, Checked::Ok, found, &[])
}

fn locale(around: &Surroundings) -> Check {
    let set = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let found = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| set(name).map(|value| format!("{name}={value}")))
        .unwrap_or_else(|| "LANG is not set".to_owned());
    if around.style.unicode {
        return check("locale", Checked::Ok, found, &[]);
    }
    let found = format!("{found}: not UTF-8; arrows and boxes are drawn with ASCII characters");
    check(
        "locale",
        Checked::No,
        found,
        &["export LC_ALL=C.UTF-8".to_owned()],
    )
}

fn color(around: &Surroundings) -> Check {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let found = if around.style.color {
        "on"
    } else if !around.terminal {
        "off: standard output is no terminal"
    } else if set("NO_COLOR") {
        "off: NO_COLOR is set"
    } else {
        "off"
    };
    check("color", Checked::Ok, found, &[])
}

/// Every lesson, parsed.
fn lessons(around: &Surroundings) -> Check {
    let from = match &around.lessons {
        Some(folder) => format!("built in and in {}", folder.display()),
        None => "built in".to_owned(),
    };
    let library = match library(around.lessons.as_deref()) {
        Ok(library) => library,
        Err(defects) => return check("lessons", Checked::No, course::all(&defects), &[]),
    };
    let language = language();
    let mut wrong = Vec::new();
    for entry in library.entries() {
        if let Err(mut defects) = library.open(entry, language.as_deref()) {
            wrong.append(&mut defects);
        }
    }
    if wrong.is_empty() {
        let found = format!("{} {from}, all readable", library.entries().len());
        return check("lessons", Checked::Ok, found, &[]);
    }
    check("lessons", Checked::No, course::all(&wrong), &[])
}

/// Where earlier lines and a learner's progress are kept.
fn state() -> Check {
    let name = "history and progress";
    let progress = Progress::of_user();
    let Some(folder) = progress.as_ref().and_then(|kept| kept.folder().parent()) else {
        let found = "this user has no home folder; nothing is kept";
        return check(
            name,
            Checked::No,
            found,
            &["export HOME=/path/to/a/folder".to_owned()],
        );
    };
    let own = folder.display();
    let Some((path, errno)) = out_of_use(folder) else {
        return check(name, Checked::Ok, format!("kept in {own}"), &[]);
    };
    let why = errno.map_or_else(
        || "is no folder".to_owned(),
        |errno| format!("may not be used: {}", errno.desc()),
    );
    let found = format!("nothing is kept in {own}: {} {why}", path.display());
    let mend = to_be_of_use(folder, &path, errno);
    check(name, Checked::No, found, &mend)
}

/// What of the folder for state, and of what is in it, this user cannot use: it is no folder and should be one, or may not
/// be read and written. The folder is made when something is kept; until then the nearest one above that
/// is there decides.
fn out_of_use(folder: &Path) -> Option<(PathBuf, Option<nix::errno::Errno>)> {
    let there = folder.ancestors().find(|above| above.exists())?;
    let folders = [folder, &folder.join("progress")];
    let mut left = vec![there.to_owned()];
    while let Some(path) = left.pop() {
        let is_folder = path.is_dir();
        if !is_folder && (path == there || folders.contains(&path.as_path())) {
            return Some((path, None));
        }
        let may = match is_folder {
            true => AccessFlags::W_OK | AccessFlags::X_OK,
            false => AccessFlags::W_OK | AccessFlags::R_OK,
        };
        if let Err(errno) = access(&path, may) {
            return Some((path, Some(errno)));
        }
        if folders.contains(&path.as_path()) {
            let inside = std::fs::read_dir(&path).into_iter().flatten().flatten();
            left.extend(inside.map(|entry| entry.path()));
        }
    }
    None
}

/// The commands that let this user keep something there. What is above the folder stays as it is: `/` may be meant.
fn to_be_of_use(folder: &Path, path: &Path, errno: Option<nix::errno::Errno>) -> Vec<String> {
    use nix::errno::Errno;
    let own = quoted(&folder.display().to_string()).into_owned();
    let there = folder.exists();
    match errno {
        Some(Errno::EACCES) if there => vec![
            format!("sudo chown -R \"$USER\" {own}"),
            format!("chmod -R u+rwX {own}"),
        ],
        Some(Errno::EACCES) => vec![format!("sudo install -d -o \"$USER\" -m 0755 {own}")],
        None if path.starts_with(folder) => {
            let path = path.display().to_string();
            let aside = quoted(&format!("{path}.old")).into_owned();
            vec![format!("mv {} {aside}", quoted(&path))]
        }
        _ => vec!["export XDG_STATE_HOME=/path/to/a/folder".to_owned()],
    }
}

/// A program that is only of use.
fn tool((name, package, what): (&str, &str, &str)) -> Check {
    if let Some(path) = in_path(name) {
        return check(name, Checked::Ok, path.display().to_string(), &[]);
    }
    let install = INSTALLERS.iter().find(|(tool, _)| in_path(tool).is_some());
    let mend: Vec<String> = install
        .iter()
        .map(|(_, command)| format!("{command} {package}"))
        .collect();
    check(
        name,
        Checked::Skipped,
        format!("no such program in PATH; it {what}"),
        &mend,
    )
}

fn in_path(tool: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(tool))
        .find(|file| file.is_file())
}
