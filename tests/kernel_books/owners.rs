//! Who holds a port.

use super::common::{address, inet, listener, tcp};
use super::support::{require, until};
use socktutor::event::TcpState;
use socktutor::kernel::{Diag, holder, inode, who};
use std::os::fd::AsFd;
use std::process::{Command, Stdio};

#[test]
fn this_process_holds_its_own_sockets_and_the_session_knows_their_names() {
    let server = listener(5);
    let client = tcp();
    client.connect(&address(&server)).unwrap();
    let (conn, _) = server.accept().unwrap();
    let number = inode(server.as_fd()).unwrap();
    assert_eq!(holder(number).unwrap().pid, std::process::id());
    let own = |row: &socktutor::kernel::DiagRow| (row.inode == number).then(|| "s".to_owned());
    let mut holders = who(&mut Diag::open().unwrap(), inet(&server).port(), &own).unwrap();
    holders.sort_by_key(|holder| holder.peer.is_some());
    assert_eq!(holders.len(), 2, "{holders:?}");
    assert_eq!(
        (holders[0].state, holders[0].socket.as_deref()),
        (Some(TcpState::Listen), Some("s"))
    );
    assert_eq!(
        (holders[1].state, holders[1].socket.as_deref()),
        (Some(TcpState::Established), None)
    );
    assert_eq!(
        holders[1].peer.as_ref().and_then(|peer| peer.inet()),
        Some(inet(&client))
    );
    for holder in &holders {
        assert_eq!(
            (holder.proto.as_str(), holder.pid),
            ("tcp", Some(std::process::id()))
        );
        assert_eq!(holder.uid, nix::unistd::getuid().as_raw());
    }
    drop(conn);
}

#[test]
fn another_process_is_named() {
    if !require("sleep") {
        return;
    }
    let server = listener(5);
    let (number, port) = (inode(server.as_fd()).unwrap(), inet(&server).port());
    // As standard input, so that no other child of this process inherits it.
    let input = Stdio::from(std::os::fd::OwnedFd::from(server));
    let mut child = Command::new("sleep")
        .arg("60")
        .stdin(input)
        .spawn()
        .unwrap();
    let found = until("the child has the socket alone", || {
        holder(number).filter(|process| process.pid == child.id() && process.name == "sleep")
    });
    let holders = who(&mut Diag::open().unwrap(), port, &|_| None).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(holders.len(), 1, "{holders:?}");
    assert_eq!(
        (holders[0].pid, holders[0].process.as_deref()),
        (Some(found.pid), Some("sleep"))
    );
}

#[test]
fn nobody_holds_what_does_not_exist() {
    assert_eq!(holder(u64::MAX), None);
    let server = listener(1);
    let port = inet(&server).port();
    drop(server);
    let mut diag = Diag::open().unwrap();
    // A program that a test beside this one starts has the descriptor too, between its fork(2) and its execve(2).
    until("nobody listens", || {
        let rows = diag.port(port).unwrap();
        (rows.iter().all(|row| row.state != Some(TcpState::Listen))).then_some(())
    });
}
