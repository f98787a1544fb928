//! Who holds a port: the kernel's rows and, through /proc, the processes. Linux.

use super::{Diag, DiagRow, Process};
use crate::event::{Addr, Holder};
use std::collections::HashMap;
use std::fs;
use std::io;

/// The process that holds the socket with this inode, where this user may see it: `/proc/PID/fd/*`.
pub fn holder(inode: u64) -> Option<Process> {
    holders(&[inode]).remove(&inode)
}

/// The same for several sockets in one walk through /proc. Of several processes that share a socket, the one with the
/// lowest number.
pub fn holders(inodes: &[u64]) -> HashMap<u64, Process> {
    let mut found = HashMap::new();
    let Ok(entries) = fs::read_dir("/proc") else {
        return found;
    };
    let mut pids: Vec<u32> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    pids.sort_unstable();
    for pid in pids {
        if inodes
            .iter()
            .all(|inode| *inode == 0 || found.contains_key(inode))
        {
            break;
        }
        // Another user's process, or one that has just ended.
        let Ok(fds) = fs::read_dir(format!("/proc/{pid}/fd")) else {
            continue;
        };
        for fd in fds.flatten() {
            let Some(inode) = fs::read_link(fd.path())
                .ok()
                .as_deref()
                .and_then(|link| socket(link.to_str()?))
            else {
                continue;
            };
            if inodes.contains(&inode) && !found.contains_key(&inode) {
                found.insert(
                    inode,
                    Process {
                        pid,
                        name: command(pid),
                    },
                );
            }
        }
    }
    found
}

/// Every socket on a port, with its process where this user may see it. `own` names the session's own sockets (by
/// [`DiagRow::inode`], or by its addresses where it is closed and [`Books::orphan`](super::Books::orphan) knows it).
///
/// # Errors
/// What netlink answered.
pub fn who(
    diag: &mut Diag,
    port: u16,
    own: &dyn Fn(&DiagRow) -> Option<String>,
) -> io::Result<Vec<Holder>> {
    let rows = diag.port(port)?;
    let inodes: Vec<u64> = rows
        .iter()
        .map(|row| row.inode)
        .filter(|inode| *inode != 0)
        .collect();
    let processes = holders(&inodes);
    let answer = |row: DiagRow| Holder {
        socket: own(&row),
        pid: processes.get(&row.inode).map(|process| process.pid),
        process: processes
            .get(&row.inode)
            .map(|process| process.name.clone()),
        proto: row.proto_name().to_owned(),
        owned: row.inode != 0,
        v6only: row.v6only,
        local: row.local,
        peer: row.peer,
        state: row.state,
        uid: row.uid,
    };
    Ok(rows.into_iter().map(answer).collect())
}

/// The inode in `socket:[12345]`.
fn socket(link: &str) -> Option<u64> {
    link.strip_prefix("socket:[")?
        .strip_suffix(']')?
        .parse()
        .ok()
}

fn command(pid: u32) -> String {
    let name = fs::read(format!("/proc/{pid}/comm")).unwrap_or_default();
    String::from_utf8_lossy(name.trim_ascii_end()).into_owned()
}

impl Diag {
    /// The processes that hold a Unix path or abstract name, as [`who`] does for a port.
    ///
    /// # Errors
    /// What netlink answered.
    pub fn who_unix(&mut self, name: &Addr) -> io::Result<Vec<(DiagRow, Option<Process>)>> {
        let rows = self.unix(name)?;
        let inodes: Vec<u64> = rows.iter().map(|row| row.inode).collect();
        let mut processes = holders(&inodes);
        Ok(rows
            .into_iter()
            .map(|row| (processes.remove(&row.inode), row))
            .map(|(who, row)| (row, who))
            .collect())
    }
}
