//! What becomes of a connection after close(2), or while the descriptor is open and does not tell.

use super::common::{
    address, await_state, drain, half_closed, inet, listener, pair, stuffed_pair, tcp, tcp_look,
};
use super::support::{require, until};
use socket2::Socket;
use socktutor::event::{Change, TcpState};
use socktutor::kernel::{Books, Diag, Family};
use std::io::Write;
use std::net::Shutdown;
use std::time::Duration;

use TcpState::{
    Close, CloseWait, Closing, Established, FinWait1, FinWait2, LastAck, Listen, TimeWait,
};

/// Asks until this socket's connection is in a state; every change on the way must be reported once.
fn follow(books: &mut Books, diag: &mut Diag, id: u64, state: TcpState) -> Vec<Change> {
    let mut told = Vec::new();
    until(state.name(), || {
        told.extend(
            books
                .orphans(diag)
                .into_iter()
                .filter(|(of, _)| *of == id)
                .map(|(_, change)| change),
        );
        (books.state(id) == Some(state)).then_some(())
    });
    for pair in told.windows(2) {
        assert_eq!(pair[0].to, pair[1].from, "{told:?}");
    }
    told
}

fn books(sockets: &[&Socket]) -> (Books, Diag) {
    let mut books = Books::new();
    for (id, socket) in (0..).zip(sockets) {
        books.observe(id, tcp_look(socket));
    }
    (books, Diag::open().unwrap())
}

#[test]
fn the_whole_way_of_a_client_that_closes_first() {
    let (client, conn) = stuffed_pair();
    let (mut books, mut diag) = books(&[&client]);
    let (local, peer) = (inet(&client), inet(&conn));
    drop(client);
    books.closed(0, false);
    let [living] = &books.living()[..] else {
        panic!("one connection lives on");
    };
    assert_eq!((living.local, living.peer), (local, Some(peer)));
    assert_eq!(living.state, Established);

    let first = follow(&mut books, &mut diag, 0, FinWait1);
    assert_eq!(first.len(), 1);
    assert_eq!(
        (first[0].from, first[0].to),
        (Some(Established), Some(FinWait1))
    );
    assert!(first[0].closed && !first[0].by_network, "{first:?}");
    let waits = books.living()[0].sendq;
    assert!(waits > 0, "what keeps the FIN back");
    if require("ss") {
        let row = super::ss::find("tcp", local, Some(peer)).unwrap();
        assert_eq!(row.sendq, waits);
    }
    assert!(
        books.next_look().unwrap() <= Duration::from_secs(1),
        "it may go on at any time"
    );

    until("the FIN got through", || {
        drain(&conn);
        (tcp_look(&conn).state == Some(CloseWait)).then_some(())
    });
    let second = follow(&mut books, &mut diag, 0, FinWait2);
    assert!(
        second
            .iter()
            .all(|change| change.closed && change.by_network),
        "{second:?}"
    );

    drop(conn);
    follow(&mut books, &mut diag, 0, TimeWait);
    assert_eq!(books.way(0), [Established, FinWait1, FinWait2, TimeWait]);
    let pause = books.next_look().unwrap();
    assert!(
        pause > Duration::from_secs(50),
        "TIME_WAIT is not to be polled: {pause:?}"
    );
    let row = diag.find(Family::Tcp, local, Some(peer)).unwrap().unwrap();
    assert_eq!(books.orphan(&row), Some(0));
    if require("ss") {
        assert_eq!(
            super::ss::find("tcp", local, Some(peer)).unwrap().state(),
            Some(TimeWait)
        );
    }
}

#[test]
fn a_search_that_is_interrupted_misses_nothing() {
    // The peer's kernel acknowledges the FIN by a timer, whose interrupt now and then falls into a search: one in some
    // hundred was found in neither state, or in CLOSE. Without the second search this fails nearly always.
    for _ in 0..800 {
        let (client, conn) = pair();
        let (mut books, mut diag) = books(&[&client]);
        drop(client);
        books.closed(0, false);
        until("FIN_WAIT2, or the end that a missed search tells", || {
            books.orphans(&mut diag);
            matches!(books.state(0), Some(FinWait2 | Close)).then_some(())
        });
        // FIN_WAIT1 is over before the first look where this thread has to wait for its turn.
        let way = books.way(0);
        assert_eq!(way.last(), Some(&FinWait2), "{way:?}");
        drop(conn);
    }
}

#[test]
fn last_ack_ends_in_nothing() {
    let (client, conn) = stuffed_pair();
    conn.shutdown(Shutdown::Write).unwrap();
    await_state(&client, CloseWait);
    let (mut books, mut diag) = books(&[&client]);
    drop(client);
    books.closed(0, false);
    follow(&mut books, &mut diag, 0, LastAck);
    until("gone", || {
        drain(&conn);
        books.orphans(&mut diag);
        (books.state(0) == Some(Close)).then_some(())
    });
    assert_eq!(books.way(0), [CloseWait, LastAck, Close]);
    assert_eq!((books.next_look(), books.living()), (None, vec![]));
}

#[test]
fn closing_with_unread_data_leaves_nothing_behind() {
    let (client, conn) = pair();
    (&client).write_all(b"unread").unwrap();
    until("arrived", || (tcp_look(&conn).recvq == 6).then_some(()));
    let (mut books, mut diag) = books(&[&client, &conn]);
    drop(conn);
    books.closed(1, false);
    let told = follow(&mut books, &mut diag, 1, Close);
    assert_eq!(
        (told[0].from, told[0].to, told[0].by_network),
        (Some(Established), Some(Close), false)
    );
    // The RST ends the other one, too, and its descriptor says so.
    let change = books.observe(0, await_state(&client, Close)).unwrap();
    assert_eq!((change.from, change.to), (Some(Established), Some(Close)));
}

#[test]
fn time_wait_while_the_descriptor_is_open() {
    let (client, conn) = half_closed();
    let (mut books, mut diag) = books(&[&client, &conn]);
    drop(conn);
    let end = await_state(&client, Close);
    let change = books.observe(0, end.clone());
    assert!(
        change.is_none_or(|change| change.to.is_none()),
        "CLOSE would not be true"
    );
    let told = follow(&mut books, &mut diag, 0, TimeWait);
    assert_eq!(
        (told[0].from, told[0].to, told[0].closed),
        (Some(FinWait2), Some(TimeWait), false)
    );
    assert_eq!(books.observe(0, end), None);
    drop(client);
    books.closed(0, false);
    assert_eq!(books.living().len(), 1);
    assert_eq!(books.way(0), [FinWait2, TimeWait]);
}

#[test]
fn closing_while_the_descriptor_is_open() {
    let (client, conn) = stuffed_pair();
    let (mut books, mut diag) = books(&[&client]);
    client.shutdown(Shutdown::Write).unwrap();
    books.observe(0, await_state(&client, FinWait1)).unwrap();
    conn.shutdown(Shutdown::Write).unwrap();
    let change = books.observe(0, await_state(&client, Closing)).unwrap();
    assert_eq!((change.from, change.to), (Some(FinWait1), Some(Closing)));
    until("acknowledged", || {
        drain(&conn);
        (tcp_look(&client).state == Some(Close)).then_some(())
    });
    books.observe(0, tcp_look(&client));
    follow(&mut books, &mut diag, 0, TimeWait);
    assert_eq!(books.way(0), [Established, FinWait1, Closing, TimeWait]);
}

#[test]
fn a_listener_is_gone_only_when_the_kernel_says_so() {
    let listener = listener(5);
    let other = listener.try_clone().unwrap();
    let (mut books, mut diag) = books(&[&listener]);
    drop(listener);
    books.closed(0, true);
    assert_eq!(
        books.orphans(&mut diag),
        [],
        "another descriptor still listens"
    );
    assert_eq!(books.state(0), Some(Listen));
    drop(other);
    let told = follow(&mut books, &mut diag, 0, Close);
    assert_eq!(
        (told[0].from, told[0].to, told[0].closed),
        (Some(Listen), Some(Close), true)
    );
}

#[test]
fn a_connection_that_is_gone_is_not_taken_for_its_listener() {
    let server = listener(5);
    let client = tcp();
    client.connect(&address(&server)).unwrap();
    let (conn, _) = server.accept().unwrap();
    let (mut books, mut diag) = books(&[&conn, &client]);
    client.set_linger(Some(Duration::ZERO)).unwrap();
    drop(client);
    books.closed(1, false);
    await_state(&conn, Close);
    drop(conn);
    books.closed(0, false);
    follow(&mut books, &mut diag, 0, Close);
    follow(&mut books, &mut diag, 1, Close);
}

#[test]
fn many_are_found_as_each_is_found_alone() {
    let server = listener(64);
    let mut diag = Diag::open().unwrap();
    let mut open = Vec::new();
    let mut asked = vec![(inet(&server), None)];
    // More than go with one request; every third is gone.
    for n in 0..50 {
        let client = tcp();
        client.connect(&address(&server)).unwrap();
        let (conn, _) = server.accept().unwrap();
        asked.push((inet(&client), Some(inet(&server))));
        if n % 3 == 0 {
            client.set_linger(Some(Duration::ZERO)).unwrap();
            drop(client);
            await_state(&conn, Close);
        } else {
            open.push((client, conn));
        }
    }
    let together: Vec<_> = diag
        .find_all(&asked)
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let alone: Vec<_> = asked
        .iter()
        .map(|(local, peer)| diag.find(Family::Tcp, *local, *peer).unwrap())
        .collect();
    assert_eq!(together, alone);
    assert_eq!(together.iter().flatten().count(), 1 + open.len());
}

#[test]
fn the_other_end_is_known_by_its_addresses() {
    let server = listener(5);
    let client = tcp();
    client.connect(&address(&server)).unwrap();
    let (mut books, _) = books(&[&server, &client]);
    assert_eq!(
        books.other_end(1),
        Some(0),
        "not accepted yet: the listener"
    );
    let (conn, _) = server.accept().unwrap();
    books.observe(2, tcp_look(&conn));
    assert_eq!((books.other_end(1), books.other_end(2)), (Some(2), Some(1)));
    assert_eq!(books.other_end(0), None, "a listener has none");
    drop(client);
    books.closed(1, false);
    assert_eq!(
        books.other_end(1),
        Some(2),
        "also of one that was just closed"
    );
    assert_eq!(books.other_end(2), None);
}
