//! What can be wrong with a lesson that can be read: found without running it. `lesson test` does both.

use super::defect::{Defect, Defects};
use super::head::Network;
use super::judge::calls;
use super::library;
use super::model::{Lesson, Step};
use super::reach;
use super::sock::Deed;
use crate::lang::ast::{Action, Address, Call, Claim, Expr, Host, Port};
use crate::lang::order::Order;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fs, io};

/// The defects of one lesson. `allow_net`: it may reach beyond this machine.
pub fn check(lesson: &Lesson, allow_net: bool) -> Vec<Defect> {
    let mut defects = Defects::new(&lesson.source);
    if lesson
        .steps
        .iter()
        .all(|step| step.socks().next().is_none())
    {
        defects.add(
            0,
            "no step has a `sock` block",
            "a lesson shows nothing that the machine has not checked",
        );
    }
    for step in &lesson.steps {
        check_step(step, &mut defects);
    }
    if !allow_net {
        check_addresses(lesson, &mut defects);
    }
    check_ports(lesson, &mut defects);
    check_laboratory(lesson, &mut defects);
    check_others(lesson, &mut defects);
    defects.into_vec()
}

/// A step that asks for calls judges them.
fn check_step(step: &Step, defects: &mut Defects) {
    if step.blocks.is_empty() {
        defects.add(
            step.line,
            "this step is empty",
            "say what to do, and give the model answer",
        );
    }
    for sock in step.socks().filter(|sock| !sock.expects()) {
        defects.add(
            sock.line,
            "nothing judges this block",
            "add an `expect` that holds only after it",
        );
    }
}

/// Every call with the statement it stands in.
fn deeds(lesson: &Lesson) -> impl Iterator<Item = (Deed, bool)> {
    let socks = lesson.steps.iter().flat_map(Step::socks);
    socks.flat_map(|sock| sock.deeds().into_iter().map(|deed| (deed, sock.other)))
}

/// Orders, hosts and packets are there in a lesson with a laboratory only.
fn check_laboratory(lesson: &Lesson, defects: &mut Defects) {
    if lesson.head.network == Network::Lab {
        return;
    }
    for (deed, _) in deeds(lesson) {
        let order = matches!(&deed.statement.action, Action::Lab(order) if !matches!(order, Order::Capture(_)));
        let what = if order || deed.statement.host.is_some() {
            format!("`{}`", deed.text)
        } else if let Some(claim) = deed.claims.iter().find(|claim| claim.needs_lab()) {
            format!("`expect {}`", crate::lang::canonical_claim(claim))
        } else {
            continue;
        };
        defects.add(
            deed.line,
            format!("{what} needs a laboratory"),
            "say so in the front matter: `network: lab`",
        );
    }
}

/// Loopback and the laboratory only.
fn check_addresses(lesson: &Lesson, defects: &mut Defects) {
    for (deed, _) in deeds(lesson) {
        for call in calls(&deed.statement) {
            for arg in call.args.iter().flatten() {
                check_address(lesson, call, &arg.value, deed.line, defects);
            }
        }
    }
}

/// A fixed port only with SO_REUSEADDR on its listener. A laboratory is fresh, and so are its ports.
fn check_ports(lesson: &Lesson, defects: &mut Defects) {
    let mut fixed: BTreeMap<String, (u16, usize)> = BTreeMap::new();
    let mut reusable: BTreeSet<String> = BTreeSet::new();
    let fresh = lesson.head.network == Network::Lab;
    for (deed, _) in deeds(lesson) {
        for call in calls(&deed.statement) {
            let Some(Expr::Name(socket)) = call.expr("sockfd") else {
                continue;
            };
            let option = matches!(call.expr("optname"), Some(Expr::Const("SO_REUSEADDR", _)));
            let fails = deed
                .claims
                .iter()
                .any(|claim| matches!(claim, Claim::Error(_)));
            match (call.command.name, call.expr("addr")) {
                ("setsockopt", _) if option => {
                    reusable.insert(socket.clone());
                }
                (
                    "bind",
                    Some(Expr::Address(Address::Inet {
                        port: Port::Number(port),
                        ..
                    })),
                ) if *port != 0 => {
                    fixed.insert(socket.clone(), (*port, deed.line));
                }
                ("listen", _) if !fails && !fresh && !reusable.contains(socket) => {
                    if let Some((port, line)) = fixed.get(socket) {
                        let message = format!(
                            "`{socket}` listens on the fixed port {port} without SO_REUSEADDR"
                        );
                        let help = format!(
                            "`setsockopt {socket} SO_REUSEADDR 1` before its bind, or port 0"
                        );
                        defects.add(*line, message, help);
                    }
                }
                _ => {}
            }
        }
        // A name that is given to a new socket is not the old one.
        for name in deed.statement.targets.iter().flatten() {
            fixed.remove(name);
            reusable.remove(name);
        }
    }
}

fn check_address(lesson: &Lesson, call: &Call, expr: &Expr, line: usize, defects: &mut Defects) {
    let Expr::Address(Address::Inet { host, .. }) = expr else {
        return;
    };
    let named = match host {
        Host::Any | Host::Expr(_) => return,
        Host::Broadcast => "255.255.255.255".to_owned(),
        Host::Number(number) => std::net::Ipv4Addr::from(*number).to_string(),
        Host::Name(name) => name.clone(),
    };
    let shown = call.command.name == "bind" && reach::documentation(&named);
    if !shown && !reach::allowed(&named, &lesson.head) {
        let message = format!("`{named}` is outside this machine");
        let help = match named.parse::<std::net::IpAddr>() {
            Ok(ip) if ip.is_multicast() => {
                "a group needs `needs: [multicast]` in the front matter, and IP_MULTICAST_IF 127.0.0.1"
            }
            _ => "a lesson reaches loopback (127.0.0.1, ::1) or, with `network: lab`, its hosts",
        };
        defects.add(line, message, help);
    }
}

/// What only the other side makes cannot be used on this side: a program elsewhere may have played it.
fn check_others(lesson: &Lesson, defects: &mut Defects) {
    let mut others: BTreeSet<String> = BTreeSet::new();
    for (deed, other) in deeds(lesson) {
        if !other {
            for call in calls(&deed.statement) {
                if let Some(Expr::Name(name)) = call.expr("sockfd")
                    && others.contains(name)
                {
                    let message = format!("`{name}` was made in a `sock other` block");
                    defects.add(
                        deed.line,
                        message,
                        "it may not be here: use it in `sock other` blocks only",
                    );
                }
            }
        }
        for name in deed.statement.targets.iter().flatten() {
            match other {
                true => others.insert(name.clone()),
                false => others.remove(name),
            };
        }
    }
}

/// Files that are no lesson, in a folder of lessons, and ids that two lessons share.
///
/// # Errors
/// The folder cannot be read.
pub fn check_folder(folder: &Path) -> io::Result<Vec<Defect>> {
    let mut defects = Vec::new();
    let originals = stray(folder, None, &mut defects)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !entry.file_type()?.is_dir() || name == "reference" {
            continue;
        }
        if library::is_language(&name) {
            if let Err(error) = stray(&entry.path(), Some(&originals), &mut defects) {
                let message = format!("this folder cannot be read: {error}");
                defects.push(defect(&entry.path(), &message, ""));
            }
        } else {
            let help = "translations stand in a folder named after the language: `fr`";
            defects.push(defect(&entry.path(), "this folder holds no lessons", help));
        }
    }
    Ok(defects)
}

/// The lessons of a folder. Translations must have an original.
fn stray(
    folder: &Path,
    originals: Option<&BTreeSet<String>>,
    defects: &mut Vec<Defect>,
) -> io::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            if originals.is_some() {
                defects.push(defect(&entry.path(), "a folder inside a translation", ""));
            }
        } else if library::number(&name).is_none() {
            defects.push(defect(
                &entry.path(),
                "a file that is no lesson",
                "a lesson is named NN-name.md",
            ));
        } else if originals.is_some_and(|originals| !originals.contains(&name)) {
            defects.push(defect(
                &entry.path(),
                "a translation of no lesson",
                "give it its original's file name",
            ));
        } else {
            names.insert(name);
        }
    }
    let mut numbers = BTreeMap::new();
    for name in &names {
        if let Some(other) = numbers.insert(library::number(name), name) {
            let message = format!("the same number as {other}");
            defects.push(defect(
                &folder.join(name),
                &message,
                "lessons stand in the order of their numbers",
            ));
        }
    }
    Ok(names)
}

fn defect(path: &Path, message: &str, help: &str) -> Defect {
    Defect {
        file: path.display().to_string(),
        line: 0,
        message: message.to_owned(),
        help: help.to_owned(),
    }
}

/// Lessons whose ids are taken.
pub fn check_ids<'l>(lessons: impl IntoIterator<Item = &'l Lesson>) -> Vec<Defect> {
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    let mut defects = Vec::new();
    for lesson in lessons {
        if let Some(other) = taken.insert(&lesson.head.id, &lesson.source) {
            let message = format!("the id `{}` is taken by {other}", lesson.head.id);
            defects.push(defect(
                Path::new(&lesson.source),
                &message,
                "progress is kept by id: give each its own",
            ));
        }
    }
    defects
}

#[cfg(test)]
mod tests;
