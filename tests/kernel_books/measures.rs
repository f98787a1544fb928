//! What a look costs: `cargo test --release --test kernel_books -- --ignored --nocapture --test-threads=1`

use super::common::{address, listener, pair, tcp};
use socket2::{Domain, Socket, Type};
use socktutor::kernel::{Books, Family, Watcher, look};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

fn time(what: &str, mut run: impl FnMut()) {
    const TIMES: u32 = 100_000;
    let start = Instant::now();
    for _ in 0..TIMES {
        run();
    }
    println!("{what}: {} ns", (start.elapsed() / TIMES).as_nanos());
}

#[test]
#[ignore = "a measurement"]
fn a_look() {
    time("socket and close, bare", || drop(tcp()));
    let (mut books, mut id) = (Books::new(), 0);
    time(
        "socket and close, looked at and entered in the books",
        || {
            let socket = tcp();
            id += 1;
            books.observe(id, look(socket.as_fd(), Family::Tcp));
            drop(socket);
            books.closed(id, false);
        },
    );
    let fresh = tcp();
    time("look at a fresh socket", || {
        drop(look(fresh.as_fd(), Family::Tcp))
    });
    time("getsockname", || drop(fresh.local_addr()));
    let server = listener(5);
    time("look at a listener", || {
        drop(look(server.as_fd(), Family::Tcp))
    });
    let (client, _conn) = pair();
    time("look at a connection", || {
        drop(look(client.as_fd(), Family::Tcp))
    });
    time("look at a connection again, entered in the books", || {
        drop(books.look(0, client.as_fd(), Family::Tcp));
    });
    time("TCP_INFO", || {
        drop(socktutor::sys::books::tcp_info(client.as_fd()))
    });
    time("FIONREAD", || {
        drop(socktutor::sys::books::unread(client.as_fd()))
    });
    time("getpeername", || drop(client.peer_addr()));
    let udp = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
    udp.connect(&address(&server)).unwrap();
    time("look at a UDP socket", || {
        drop(look(udp.as_fd(), Family::Udp))
    });
    let mut watcher = Watcher::new().unwrap();
    time("watch and unwatch", || {
        watcher.add(client.as_fd(), 1).unwrap();
        watcher.remove(client.as_fd()).unwrap();
    });
    time("changed, when nothing has", || drop(watcher.changed()));
    let mut diag = socktutor::kernel::Diag::open().unwrap();
    time("orphans, when there are none", || {
        drop(books.orphans(&mut diag))
    });
    let (local, peer) = (super::common::inet(&client), address_of_peer(&client));
    time("Diag::find", || {
        drop(diag.find(Family::Tcp, local, peer).unwrap().unwrap())
    });
}

fn address_of_peer(socket: &Socket) -> Option<std::net::SocketAddr> {
    socket.peer_addr().unwrap().as_socket()
}

/// As many descriptors as the system allows, up to 30,000.
fn many_descriptors() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, hard.min(30_000).max(soft), hard).unwrap();
}

fn took<T>(what: &str, run: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let answer = run();
    let took = start.elapsed();
    println!("{what}: {took:?}");
    (answer, took)
}

#[test]
#[ignore = "a measurement"]
fn ten_thousand_sockets_in_a_tenth_of_a_second() {
    many_descriptors();
    let server = listener(4096);
    let mut sockets = Vec::new();
    for _ in 0..5000 {
        let client = tcp();
        client.connect(&address(&server)).unwrap();
        sockets.push(client);
        sockets.push(server.accept().unwrap().0);
    }
    let mut watcher = Watcher::new().unwrap();
    took("add 10,000", || {
        (0..)
            .zip(&sockets)
            .for_each(|(id, socket)| watcher.add(socket.as_fd(), id).unwrap())
    });
    let (changed, _) = took("changed, all", || watcher.changed());
    assert_eq!(changed.len(), 10_000);
    let (changed, _) = took("changed, none", || watcher.changed());
    assert_eq!(changed.len(), 0);
    let all: Vec<_> = sockets
        .iter()
        .map(|socket| (socket.as_fd(), Family::Tcp, None))
        .collect();
    let (rows, time) = took("survey of 10,000", || socktutor::kernel::survey(&all));
    assert_eq!(rows.len(), 10_000);
    assert!(time < Duration::from_millis(100));
    let again: Vec<_> = all
        .iter()
        .zip(&rows)
        .map(|((fd, what, _), (look, _))| (*fd, *what, Some(look)))
        .collect();
    let (second, _) = took("survey of 10,000 again", || {
        socktutor::kernel::survey(&again)
    });
    assert_eq!(rows, second);
    let mut diag = socktutor::kernel::Diag::open().unwrap();
    let port = super::common::inet(&server).port();
    let (rows, _) = took("Diag::port", || diag.port(port).unwrap());
    assert_eq!(rows.len(), 5001);
}
