//! Everything that the network does to a socket is reported, and nothing is looked at that was not reported.

use super::common::{
    LOOPBACK, address, await_state, drain, family, half_closed, listener, pair, stuffed_pair, tcp,
    tcp_look,
};
use super::support::{PATIENCE, until};
use socket2::{Domain, Socket, Type};
use socktutor::event::TcpState;
use socktutor::kernel::{Books, Family, Look, Waiter, Watcher, Woken, look};
use std::io::Write;
use std::net::Shutdown;
use std::os::fd::{AsFd, AsRawFd};
use std::time::{Duration, Instant};

/// A socket under watch. It is looked at only when the watcher has named it.
struct Watched<'a> {
    socket: &'a Socket,
    family: Family,
    watcher: Watcher,
    waiter: Waiter,
}

impl<'a> Watched<'a> {
    fn new(socket: &'a Socket) -> Self {
        let watcher = Watcher::new().unwrap();
        watcher.add(socket.as_fd(), 7).unwrap();
        let waiter = watcher.waiter().unwrap();
        let mut watched = Self {
            socket,
            family: family(socket),
            watcher,
            waiter,
        };
        watched.watcher.changed();
        watched
    }

    fn until(&mut self, what: &str, holds: impl Fn(&Look) -> bool) {
        let end = Instant::now() + PATIENCE;
        loop {
            let woken = self
                .waiter
                .wait(Some(end.saturating_duration_since(Instant::now())))
                .unwrap();
            assert_eq!(
                woken,
                Woken::Changed,
                "not reported: {what}, and now {:?}",
                self.look()
            );
            let named = self.watcher.changed();
            assert!(named.iter().all(|id| *id == 7), "{named:?}");
            if !named.is_empty() && holds(&self.look()) {
                return;
            }
        }
    }

    fn until_state(&mut self, state: TcpState) {
        self.until(state.name(), |look| look.state == Some(state));
    }

    fn look(&self) -> Look {
        look(self.socket.as_fd(), self.family)
    }
}

#[test]
fn data_and_more_data_and_a_fin() {
    let (client, conn) = pair();
    let mut watched = Watched::new(&conn);
    (&client).write_all(b"12").unwrap();
    watched.until("data", |look| look.recvq == 2);
    (&client).write_all(b"345").unwrap();
    watched.until("data on top of data", |look| look.recvq == 5);
    client.shutdown(Shutdown::Write).unwrap();
    watched.until_state(TcpState::CloseWait);
}

#[test]
fn a_reset() {
    let (client, conn) = pair();
    let mut watched = Watched::new(&conn);
    client.set_linger(Some(Duration::ZERO)).unwrap();
    drop(client);
    watched.until_state(TcpState::Close);
}

#[test]
fn a_reset_in_close_wait() {
    let (client, conn) = half_closed();
    let mut watched = Watched::new(&conn);
    client.set_linger(Some(Duration::ZERO)).unwrap();
    drop(client);
    // In FIN_WAIT2 closing so sends a RST too.
    watched.until_state(TcpState::Close);
}

#[test]
fn connections_for_a_listener() {
    let server = listener(5);
    let mut watched = Watched::new(&server);
    let clients = [tcp(), tcp(), tcp()];
    for (waiting, client) in (1..).zip(&clients) {
        client.connect(&address(&server)).unwrap();
        watched.until("a connection", |look| look.backlog == Some((waiting, 5)));
    }
}

#[test]
fn the_way_out_with_the_descriptor_open() {
    let (client, conn) = stuffed_pair();
    let mut watched = Watched::new(&client);
    client.shutdown(Shutdown::Write).unwrap();
    watched.until_state(TcpState::FinWait1);
    until("the FIN got through", || {
        drain(&conn);
        (tcp_look(&conn).state == Some(TcpState::CloseWait)).then_some(())
    });
    watched.until_state(TcpState::FinWait2);
    drop(conn);
    // TIME_WAIT; the descriptor says CLOSE.
    watched.until_state(TcpState::Close);
}

#[test]
fn fin_wait1_ends_by_a_delayed_acknowledgment() {
    let (client, _conn) = pair();
    let mut watched = Watched::new(&client);
    client.shutdown(Shutdown::Write).unwrap();
    watched.until_state(TcpState::FinWait2);
}

#[test]
fn closing_and_its_end() {
    let (client, conn) = stuffed_pair();
    client.shutdown(Shutdown::Write).unwrap();
    let mut watched = Watched::new(&client);
    conn.shutdown(Shutdown::Write).unwrap();
    watched.until_state(TcpState::Closing);
    until("acknowledged", || {
        drain(&conn);
        (tcp_look(&client).state == Some(TcpState::Close)).then_some(())
    });
    watched.until_state(TcpState::Close);
}

#[test]
fn last_ack_and_its_end() {
    let (client, conn) = stuffed_pair();
    conn.shutdown(Shutdown::Write).unwrap();
    await_state(&client, TcpState::CloseWait);
    client.shutdown(Shutdown::Write).unwrap();
    await_state(&client, TcpState::LastAck);
    let mut watched = Watched::new(&client);
    until("acknowledged", || {
        drain(&conn);
        (tcp_look(&client).state == Some(TcpState::Close)).then_some(())
    });
    watched.until_state(TcpState::Close);
}

#[test]
fn a_blocked_connect_that_gets_through() {
    let server = listener(1);
    let clients: Vec<_> = (0..3).map(|_| tcp()).collect();
    for client in &clients {
        client.set_nonblocking(true).unwrap();
        let _ = client.connect(&address(&server));
    }
    await_state(&clients[2], TcpState::SynSent);
    let mut watched = Watched::new(&clients[2]);
    let _room = server.accept().unwrap();
    // The SYN is sent again after a second.
    watched.until_state(TcpState::Established);
}

#[test]
fn a_blocked_connect_that_is_refused() {
    let server = listener(1);
    let clients: Vec<_> = (0..3).map(|_| tcp()).collect();
    for client in &clients {
        client.set_nonblocking(true).unwrap();
        let _ = client.connect(&address(&server));
    }
    await_state(&clients[2], TcpState::SynSent);
    let mut watched = Watched::new(&clients[2]);
    drop(server);
    watched.until_state(TcpState::Close);
}

#[test]
fn a_full_send_queue_gets_room() {
    let (client, conn) = stuffed_pair();
    let mut watched = Watched::new(&client);
    let full = tcp_look(&client).sendq;
    until("drained", || {
        drain(&conn);
        (tcp_look(&client).sendq == 0).then_some(())
    });
    watched.until("room", |look| look.sendq < full);
}

/// The kernel wakes nobody for this, so the books ask to look again, at growing distances.
#[test]
fn what_is_being_sent_is_looked_at_again() {
    let (client, conn) = stuffed_pair();
    let mut books = Books::new();
    books.observe(0, tcp_look(&client));
    assert!(books.next_look().unwrap() < Duration::from_millis(100));
    let looks = std::cell::Cell::new(0);
    until("drained", || {
        drain(&conn);
        for id in books.due() {
            looks.set(looks.get() + 1);
            books.observe(id, tcp_look(&client));
        }
        (books.last(0).unwrap().sendq == 0).then_some(())
    });
    assert!((1..100).contains(&looks.get()), "{looks:?}");
    assert_eq!((books.next_look(), books.due()), (None, vec![]));
}

#[test]
fn datagrams() {
    let udp = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
    udp.bind(&LOOPBACK.into()).unwrap();
    let mut watched = Watched::new(&udp);
    let sender = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
    sender.send_to(b"hello", &address(&udp)).unwrap();
    watched.until("a datagram", |look| look.recvq == 5);
}

#[test]
fn an_icmp_error_for_a_connected_datagram_socket() {
    let gone = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
    gone.bind(&LOOPBACK.into()).unwrap();
    let udp = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
    udp.connect(&address(&gone)).unwrap();
    drop(gone);
    let mut watched = Watched::new(&udp);
    udp.send(b"anyone?").unwrap();
    watched.until("port unreachable", |_| true);
    assert_eq!(
        udp.take_error().unwrap().unwrap().raw_os_error(),
        Some(libc::ECONNREFUSED)
    );
}

#[test]
fn unix_data_and_its_end() {
    let (near, far) = Socket::pair(Domain::UNIX, Type::STREAM, None).unwrap();
    let mut watched = Watched::new(&near);
    (&far).write_all(b"abc").unwrap();
    watched.until("data", |look| look.recvq == 3);
    drop(far);
    watched.until("the end", |_| true);
}

#[test]
fn what_is_removed_is_silent_and_what_is_not_ready_sleeps() {
    let (client, conn) = pair();
    let mut watcher = Watcher::new().unwrap();
    let waiter = watcher.waiter().unwrap();
    watcher.add(conn.as_fd(), 1).unwrap();
    watcher.add(conn.as_fd(), 2).unwrap();
    assert_eq!(watcher.changed(), [2], "the later number holds");
    assert!(watcher.changed().is_empty());
    let pause = Duration::from_millis(30);
    let start = Instant::now();
    // The first wait may still be woken by what changed() has taken.
    while waiter.wait(Some(pause)).unwrap() == Woken::Changed {}
    assert!(start.elapsed() >= pause);
    watcher.remove(conn.as_fd()).unwrap();
    watcher.remove(conn.as_fd()).unwrap();
    (&client).write_all(b"x").unwrap();
    until("arrived", || (tcp_look(&conn).recvq == 1).then_some(()));
    assert!(watcher.changed().is_empty());
}

#[test]
fn a_waiter_does_not_spin_while_nobody_asks_the_watcher() {
    let (client, conn) = pair();
    let watcher = Watcher::new().unwrap();
    let waiter = watcher.waiter().unwrap();
    watcher.add(conn.as_fd(), 1).unwrap();
    (&client).write_all(b"x").unwrap();
    until("arrived", || (tcp_look(&conn).recvq == 1).then_some(()));
    let wakings =
        std::iter::from_fn(|| Some(waiter.wait(Some(Duration::from_millis(50))).unwrap()));
    assert!(wakings.take_while(|woken| *woken == Woken::Changed).count() < 5);
}

#[test]
fn a_waiter_can_be_poked_and_ends_with_its_watcher() {
    let watcher = Watcher::new().unwrap();
    let waiter = watcher.waiter().unwrap();
    let poke = watcher.poke();
    let thread = std::thread::spawn(move || {
        let first = waiter.wait(None).unwrap();
        (first, waiter.wait(None).unwrap())
    });
    poke.wake();
    until("poked", || thread.is_finished().then_some(()).or(Some(())));
    drop(watcher);
    let (first, last) = thread.join().unwrap();
    assert!(matches!(first, Woken::Poked | Woken::Over), "{first:?}");
    assert_eq!(last, Woken::Over);
}

#[test]
fn its_own_descriptors_are_high() {
    let before = tcp();
    let watcher = Watcher::new().unwrap();
    let _waiter = watcher.waiter().unwrap();
    let _diag = socktutor::kernel::Diag::open().unwrap();
    let low = || {
        std::fs::read_dir("/proc/self/fd")
            .unwrap()
            .flatten()
            .any(|entry| {
                let number: i32 = entry
                    .file_name()
                    .to_string_lossy()
                    .parse()
                    .unwrap_or(i32::MAX);
                let link = std::fs::read_link(entry.path()).unwrap_or_default();
                number < 512 && link.to_string_lossy().starts_with("anon_inode:[event")
            })
    };
    // Those of the tests beside this one are low for a moment.
    until("no epoll and no eventfd is low", || (!low()).then_some(()));
    assert!(before.as_raw_fd() < 512);
}
