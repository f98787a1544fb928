//! Every state, as look() and sock_diag tell it and as ss tells it.

use super::common::{
    LOOPBACK, address, await_state, family, half_closed, inet, listener, pair, stuff, stuffed_pair,
    tcp, tcp_look,
};
use super::ss;
use super::support::{require, until};
use nix::{setsockopt_impl, sockopt_impl};
use socket2::{Domain, SockAddr, Socket, Type};
use socktutor::event::{Addr, TcpState};
use socktutor::kernel::{
    Diag, DiagRow, Family, Look, Queue, Ready, first_look, look, look_again, look_at_queue, ready,
    survey,
};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr};
use std::os::fd::AsFd;

sockopt_impl!(
    /// Seconds that a request socket waits for data.
    DeferAccept,
    SetOnly,
    libc::IPPROTO_TCP,
    libc::TCP_DEFER_ACCEPT,
    u32
);

/// Three sources, asked until the socket held still while they were: addresses, state and queues must be the same in
/// each. A received FIN counts one byte in ss's Recv-Q, and none in FIONREAD.
fn all_agree(socket: &Socket, state: TcpState) {
    let mut diag = Diag::open().unwrap();
    until(&format!("look, sock_diag and ss agree on {state}"), || {
        let before = await_state(socket, state);
        let local = before.local.as_ref()?.inet()?;
        let peer = before.peer.as_ref().and_then(Addr::inet);
        let row = diag.find(Family::Tcp, local, peer).unwrap()?;
        let line = ss::find("tcp", local, peer)?;
        (tcp_look(socket) == before).then_some(())?;
        (look_again(socket.as_fd(), Family::Tcp, &before) == before).then_some(())?;
        let connected = !matches!(
            state,
            TcpState::Close | TcpState::Listen | TcpState::SynSent
        );
        for queue in [Queue::Receive, Queue::Send] {
            let seen = look_at_queue(socket.as_fd(), &before, queue);
            assert_eq!(seen.is_some(), connected, "{queue:?} in {state}");
            // One queue alone does not say why bytes wait.
            let alone = Look {
                hold: None,
                ..before.clone()
            };
            seen.is_none_or(|seen| seen == alone).then_some(())?;
        }
        assert_eq!(line.state(), Some(state), "{line:?}");
        assert_eq!(row.state, Some(state), "{row:?}");
        let fin = matches!(
            state,
            TcpState::CloseWait | TcpState::LastAck | TcpState::Closing
        );
        let (recvq, sendq) = match before.backlog {
            Some((waiting, limit)) => (u64::from(waiting), u64::from(limit)),
            None => (before.recvq + u64::from(fin), before.sendq),
        };
        let same =
            (line.recvq, line.sendq) == (recvq, sendq) && (row.recvq, row.sendq) == (recvq, sendq);
        if !same {
            eprintln!("not yet the same: {before:?}\n{row:?}\n{line:?}");
        }
        same.then_some(())
    });
}

#[test]
fn close_is_no_row_of_anyone_until_it_is_bound() {
    let socket = tcp();
    let fresh = tcp_look(&socket);
    let any = Addr::Inet((Ipv4Addr::UNSPECIFIED, 0).into());
    assert_eq!(
        fresh,
        Look {
            local: Some(any),
            state: Some(TcpState::Close),
            ..Look::default()
        }
    );
    assert!(!fresh.reachable());
    socket.bind(&LOOPBACK.into()).unwrap();
    let bound = tcp_look(&socket);
    assert_eq!(bound.local, Some(Addr::Inet(inet(&socket))));
    assert_eq!((bound.state, &bound.peer), (Some(TcpState::Close), &None));
    assert!(bound.reachable());
    if require("ss") {
        assert_eq!(
            ss::find("tcp", inet(&socket), None),
            None,
            "ss does not know sockets that are only bound"
        );
    }
}

#[test]
fn a_socket_that_is_only_bound_is_found_by_its_port() {
    let socket = tcp();
    socket.bind(&LOOPBACK.into()).unwrap();
    let rows = Diag::open().unwrap().port(inet(&socket).port()).unwrap();
    // TCP_BOUND_INACTIVE came with Linux 6.8.
    let release = super::support::output("uname", &["-r"]);
    let mut numbers = release
        .split('.')
        .map_while(|part| part.parse::<u32>().ok());
    if (numbers.next(), numbers.next()) >= (Some(6), Some(8)) {
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert_eq!(
            (rows[0].state, &rows[0].peer),
            (Some(TcpState::Close), &None)
        );
        assert_eq!(
            rows[0].inode,
            socktutor::kernel::inode(socket.as_fd()).unwrap()
        );
    } else {
        super::support::skip("TCP_BOUND_INACTIVE needs Linux 6.8");
    }
}

#[test]
fn listen_with_connections_waiting() {
    let listener = listener(5);
    assert_eq!(tcp_look(&listener).backlog, Some((0, 5)));
    let clients = [tcp(), tcp()];
    for client in &clients {
        client.connect(&address(&listener)).unwrap();
    }
    assert_eq!(tcp_look(&listener).backlog, Some((2, 5)));
    if require("ss") {
        all_agree(&listener, TcpState::Listen);
    }
}

#[test]
fn syn_sent_by_a_full_backlog() {
    let listener = listener(1);
    let clients: Vec<_> = (0..3).map(|_| tcp()).collect();
    for client in &clients {
        client.set_nonblocking(true).unwrap();
        assert_eq!(
            client
                .connect(&address(&listener))
                .unwrap_err()
                .raw_os_error(),
            Some(libc::EINPROGRESS)
        );
    }
    await_state(&clients[1], TcpState::Established);
    let last = await_state(&clients[2], TcpState::SynSent);
    assert_eq!(
        last.peer,
        Some(Addr::Inet(inet(&listener))),
        "getpeername(2) would not tell"
    );
    if require("ss") {
        all_agree(&clients[2], TcpState::SynSent);
    }
}

/// TCP_DEFER_ACCEPT keeps the request socket until data comes: the client is connected, the server's half is open.
#[test]
fn syn_recv_is_known_to_sock_diag_alone() {
    let listener = listener(5);
    nix::sys::socket::setsockopt(&listener, DeferAccept, &30).unwrap();
    let client = tcp();
    client.connect(&address(&listener)).unwrap();
    assert_eq!(tcp_look(&client).state, Some(TcpState::Established));
    let mut diag = Diag::open().unwrap();
    let (server, client_addr) = (inet(&listener), inet(&client));
    let embryos = diag.embryos(server).unwrap();
    assert_eq!(embryos.len(), 1, "{embryos:?}");
    assert_eq!(embryos[0].state, Some(TcpState::SynRecv));
    assert_eq!(embryos[0].peer, Some(Addr::Inet(client_addr)));
    assert_eq!(embryos[0].local, Addr::Inet(server));
    assert_eq!(
        diag.find(Family::Tcp, server, Some(client_addr))
            .unwrap()
            .as_ref(),
        embryos.first()
    );
    assert_eq!(tcp_look(&listener).backlog, Some((0, 5)));
    if require("ss") {
        let line = ss::find("tcp", server, Some(client_addr)).unwrap();
        assert_eq!(line.state(), Some(TcpState::SynRecv), "{line:?}");
    }
    (&client).write_all(b"now").unwrap();
    until("accepted", || {
        (diag.embryos(server).unwrap().is_empty()).then_some(())
    });
}

#[test]
fn established_with_bytes_in_both_queues() {
    let (client, conn) = pair();
    if require("ss") {
        all_agree(&client, TcpState::Established);
        (&client).write_all(b"twenty bytes exactly").unwrap();
        all_agree(&conn, TcpState::Established);
        assert_eq!(tcp_look(&conn).recvq, 20);
        stuff(&client);
        assert!(tcp_look(&client).sendq > 0);
        all_agree(&client, TcpState::Established);
        all_agree(&conn, TcpState::Established);
    }
}

#[test]
fn fin_wait1_behind_data_that_nobody_reads() {
    let (client, conn) = stuffed_pair();
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(tcp_look(&client).state, Some(TcpState::FinWait1));
    assert_eq!(
        tcp_look(&conn).state,
        Some(TcpState::Established),
        "the FIN has not got through"
    );
    if require("ss") {
        all_agree(&client, TcpState::FinWait1);
    }
}

#[test]
fn fin_wait2_and_close_wait() {
    let (client, conn) = half_closed();
    (&conn).write_all(b"still talking").unwrap();
    if require("ss") {
        all_agree(&client, TcpState::FinWait2);
        all_agree(&conn, TcpState::CloseWait);
    }
    assert_eq!(tcp_look(&client).recvq, 13);
    assert_eq!(tcp_look(&conn).recvq, 0, "a FIN is nothing to read");
}

#[test]
fn last_ack_behind_data_that_nobody_reads() {
    let (client, conn) = stuffed_pair();
    conn.shutdown(Shutdown::Write).unwrap();
    await_state(&client, TcpState::CloseWait);
    client.shutdown(Shutdown::Write).unwrap();
    if require("ss") {
        all_agree(&client, TcpState::LastAck);
    } else {
        await_state(&client, TcpState::LastAck);
    }
}

/// The client has sent its FIN (it waits behind data), and takes the other's before its own is acknowledged.
#[test]
fn closing_when_both_close_at_once() {
    let (client, conn) = stuffed_pair();
    client.shutdown(Shutdown::Write).unwrap();
    conn.shutdown(Shutdown::Write).unwrap();
    if require("ss") {
        all_agree(&client, TcpState::Closing);
        all_agree(&conn, TcpState::FinWait2);
    } else {
        await_state(&client, TcpState::Closing);
    }
}

#[test]
fn time_wait_is_no_state_of_a_descriptor() {
    let (client, conn) = half_closed();
    let (local, peer) = (inet(&client), inet(&conn));
    drop(conn);
    await_state(&client, TcpState::Close);
    let row = Diag::open()
        .unwrap()
        .find(Family::Tcp, local, Some(peer))
        .unwrap()
        .unwrap();
    assert_eq!((row.state, row.inode), (Some(TcpState::TimeWait), 0));
    let rests = row.rests.unwrap().as_secs_f64();
    assert!((50.0..=60.5).contains(&rests), "{rests}");
    if require("ss") {
        let line = ss::find("tcp", local, Some(peer)).unwrap();
        assert_eq!(line.state(), Some(TcpState::TimeWait), "{line:?}");
        assert_eq!((line.recvq, line.sendq), (row.recvq, row.sendq));
    }
}

#[test]
fn what_came_before_a_reset_is_still_counted() {
    let (client, conn) = pair();
    (&client).write_all(b"unread").unwrap();
    (&conn).write_all(b"kept").unwrap();
    until("arrived", || {
        (tcp_look(&client).recvq == 4 && tcp_look(&conn).recvq == 6).then_some(())
    });
    let connected = tcp_look(&client);
    // Closing with unread data resets the connection (RFC 2525, section 2.17).
    drop(conn);
    let after = await_state(&client, TcpState::Close);
    assert_eq!((after.recvq, after.sendq, &after.peer), (4, 0, &None));
    assert_eq!(look_again(client.as_fd(), Family::Tcp, &connected), after);
}

#[test]
fn one_queue_alone_is_what_a_whole_look_finds() {
    let (client, conn) = pair();
    let peer = Addr::from_kernel(&address(&client));
    let before = first_look(conn.as_fd(), Family::Tcp, peer.as_ref());
    assert_eq!(before, tcp_look(&conn), "accept(2) told the peer");
    (&client).write_all(b"hello").unwrap();
    until("arrived", || (tcp_look(&conn).recvq == 5).then_some(()));
    let queue = look_at_queue(conn.as_fd(), &before, Queue::Receive);
    assert_eq!(queue, Some(tcp_look(&conn)));
    let (client, conn) = stuffed_pair();
    let empty = Look {
        sendq: 0,
        ..tcp_look(&client)
    };
    let queue = look_at_queue(client.as_fd(), &empty, Queue::Send).unwrap();
    assert!(queue.sendq > 0, "the other side takes no more");
    drop(conn);
}

#[test]
fn ipv6_and_mapped_addresses() {
    let listener = Socket::new(Domain::IPV6, Type::STREAM, None).unwrap();
    listener.set_only_v6(false).unwrap();
    if listener
        .bind(&SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)).into())
        .is_err()
    {
        super::support::skip("no IPv6");
        return;
    }
    listener.listen(5).unwrap();
    let port = inet(&listener).port();
    let six = Socket::new(Domain::IPV6, Type::STREAM, None).unwrap();
    six.connect(&SocketAddr::from((Ipv6Addr::LOCALHOST, port)).into())
        .unwrap();
    let four = tcp();
    four.connect(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into())
        .unwrap();
    let mut diag = Diag::open().unwrap();
    for client in [&six, &four] {
        let (conn, _) = listener.accept().unwrap();
        for socket in [client, &conn] {
            let seen = tcp_look(socket);
            let peer = seen.peer.as_ref().unwrap().inet();
            let row = diag.find(Family::Tcp, inet(socket), peer).unwrap().unwrap();
            assert_eq!(
                (Some(row.local), row.peer, row.state),
                (seen.local, seen.peer, seen.state)
            );
        }
    }
    let row = diag
        .find(Family::Tcp, inet(&listener), None)
        .unwrap()
        .unwrap();
    assert_eq!(
        (row.state, row.proto_name()),
        (Some(TcpState::Listen), "tcp6")
    );
}

#[test]
fn udp_queues_count_the_next_datagram_and_in_the_tables_the_memory() {
    let receiver = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
    let udp = |socket: &Socket| look(socket.as_fd(), Family::Udp);
    assert!(!udp(&receiver).reachable());
    receiver.bind(&LOOPBACK.into()).unwrap();
    let sender = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
    sender.connect(&address(&receiver)).unwrap();
    assert_eq!(udp(&sender).peer, Some(Addr::Inet(inet(&receiver))));
    assert_eq!(udp(&sender).state, None);
    sender.send(b"hello").unwrap();
    sender.send(b"again and longer").unwrap();
    assert_eq!(udp(&receiver).recvq, 5);
    let mut diag = Diag::open().unwrap();
    let row = diag
        .find(Family::Udp, inet(&receiver), None)
        .unwrap()
        .unwrap();
    assert!(row.recvq > 21, "{row:?}");
    assert_eq!((row.state, row.proto_name()), (None, "udp"));
    let connected = diag
        .find(Family::Udp, inet(&sender), Some(inet(&receiver)))
        .unwrap()
        .unwrap();
    assert_eq!(connected.recvq, 0);
    if require("ss") {
        let line = ss::find("udp", inet(&receiver), None).unwrap();
        assert_eq!(
            (line.recvq, line.sendq, line.word.as_str()),
            (row.recvq, row.sendq, "UNCONN")
        );
        let line = ss::find("udp", inet(&sender), Some(inet(&receiver))).unwrap();
        assert_eq!((line.recvq, line.word.as_str()), (0, "ESTAB"));
    }
    let mut byte = [0; 100];
    assert_eq!((&receiver).read(&mut byte).unwrap(), 5);
    assert_eq!(udp(&receiver).recvq, 16);
}

#[test]
fn unix_sockets_have_names_queues_and_a_backlog() {
    let name = format!("socktutor-books-{}", std::process::id());
    let listener = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
    assert_eq!(family(&listener), Family::UnixStream);
    let seen = look(listener.as_fd(), Family::UnixStream);
    assert_eq!(
        (seen.local.clone(), seen.reachable()),
        (Some(Addr::Unnamed), false)
    );
    let addr = Addr::Abstract(name.into_bytes());
    let kernel: SockAddr = addr.to_kernel().unwrap();
    listener.bind(&kernel).unwrap();
    let mut diag = Diag::open().unwrap();
    assert_eq!(diag.unix_backlog(listener.as_fd()).unwrap(), None);
    listener.listen(3).unwrap();
    assert_eq!(diag.unix_backlog(listener.as_fd()).unwrap(), Some((0, 3)));
    let client = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
    client.connect(&kernel).unwrap();
    assert_eq!(diag.unix_backlog(listener.as_fd()).unwrap(), Some((1, 3)));
    assert_eq!(
        look(client.as_fd(), Family::UnixStream).peer,
        Some(addr.clone())
    );
    let (conn, _) = listener.accept().unwrap();
    (&client).write_all(b"twelve bytes").unwrap();
    assert_eq!(look(conn.as_fd(), Family::UnixStream).recvq, 12);
    let rows: Vec<DiagRow> = diag.unix(&addr).unwrap();
    let listening: Vec<_> = rows
        .iter()
        .filter(|row| row.state == Some(TcpState::Listen))
        .collect();
    assert_eq!(listening.len(), 1, "{rows:?}");
    assert_eq!(listening[0].uid, nix::unistd::getuid().as_raw());
    let me = diag.who_unix(&addr).unwrap();
    assert!(
        me.iter().any(|(_, who)| who
            .as_ref()
            .is_some_and(|who| who.pid == std::process::id())),
        "{me:?}"
    );
}

#[test]
fn readiness_is_that_of_select() {
    let (client, conn) = pair();
    let listener = listener(1);
    let of = |socket: &Socket| ready(&[socket.as_fd()])[0];
    assert_eq!(of(&conn).to_string(), "-w-");
    assert_eq!(of(&listener).to_string(), "---");
    (&client).write_all(b"x").unwrap();
    until("data", || of(&conn).r.then_some(()));
    client.send_out_of_band(b"!").unwrap();
    until("urgent data", || of(&conn).x.then_some(()));
    assert_eq!(of(&conn).to_string(), "rwx");
    let both = survey(&[
        (conn.as_fd(), Family::Tcp, Some(&tcp_look(&conn))),
        (listener.as_fd(), Family::Tcp, None),
    ]);
    assert_eq!(
        both[0],
        (
            tcp_look(&conn),
            Ready {
                r: true,
                w: true,
                x: true
            }
        )
    );
    assert_eq!(both[1].0.state, Some(TcpState::Listen));
}
