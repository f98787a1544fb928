//! Hosts that are up.

use super::bench::{Relay, try_up, up};
use socket2::{Domain, Socket, Type};
use socktutor::lab::Hosts;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::FromRawFd;
use std::time::{Duration, Instant};

const CLIENT: usize = 0;
const SERVER: usize = 1;

/// A socket in a host, that never blocks a test for ever.
pub fn socket(hosts: &Hosts, host: usize, domain: Domain, kind: Type) -> Socket {
    let fd = hosts.socket(host, domain.into(), kind.into(), 0).unwrap();
    // A descriptor that was made for this test.
    #[expect(unsafe_code, reason = "nobody else knows the descriptor")]
    let socket = unsafe { Socket::from_raw_fd(fd) };
    let patience = Some(Duration::from_secs(10));
    socket.set_read_timeout(patience).unwrap();
    socket.set_write_timeout(patience).unwrap();
    socket
}

fn address(hosts: &Hosts, host: usize, domain: Domain, port: u16) -> SocketAddr {
    let host = &hosts.all()[host];
    let ip = if domain == Domain::IPV4 {
        IpAddr::from(host.v4)
    } else {
        IpAddr::from(host.v6)
    };
    SocketAddr::new(ip, port)
}

#[test]
fn two_hosts_are_up_in_no_time() {
    if up(&["client", "server"]).is_none() {
        return;
    }
    // The kernel still clears away what the last one left; so these are upper bounds.
    let mut times: Vec<(Duration, Duration)> = (0..20)
        .map(|_| {
            let began = Instant::now();
            let hosts = try_up(&["client", "server"]).unwrap();
            let up = began.elapsed();
            let began = Instant::now();
            drop(hosts);
            (up, began.elapsed())
        })
        .collect();
    times.sort();
    let (best, worst) = (times[0], times[19]);
    println!(
        "up in {:?} to {:?}, half below {:?}; down in {:?}",
        best.0, worst.0, times[10].0, times[10].1
    );
    // How fast it is, `cargo bench` holds; here, that it is no matter of seconds.
    assert!(best.0 < Duration::from_secs(1), "{times:?}");
}

#[test]
fn every_address_is_of_use_at_once() {
    if up(&["a", "b", "c"]).is_none() {
        return;
    }
    for _ in 0..20 {
        let hosts = try_up(&["a", "b", "c"]).unwrap();
        for host in 0..3 {
            for domain in [Domain::IPV4, Domain::IPV6] {
                let receiver = socket(&hosts, host, domain, Type::DGRAM);
                receiver
                    .bind(&address(&hosts, host, domain, 9).into())
                    .unwrap();
                let sender = socket(&hosts, host, domain, Type::DGRAM);
                let to = address(&hosts, host, domain, 9);
                sender.send_to(b"to myself", &to.into()).unwrap();
                assert_eq!((&receiver).read(&mut [0; 20]).unwrap(), 9);
            }
        }
    }
}

#[test]
fn tcp_and_udp_cross_the_wire_in_both_families() {
    let Some(hosts) = up(&["client", "server"]) else {
        return;
    };
    let relay = Relay::over(&hosts);
    for domain in [Domain::IPV4, Domain::IPV6] {
        let there = address(&hosts, SERVER, domain, 80);
        let listener = socket(&hosts, SERVER, domain, Type::STREAM);
        listener.bind(&there.into()).unwrap();
        listener.listen(1).unwrap();
        let mut client = socket(&hosts, CLIENT, domain, Type::STREAM);
        client.connect(&there.into()).unwrap();
        let (mut conn, from) = listener.accept().unwrap();
        assert_eq!(
            from.as_socket().unwrap().ip(),
            address(&hosts, CLIENT, domain, 0).ip()
        );
        client.write_all(b"over the wire").unwrap();
        let mut got = [0; 13];
        conn.read_exact(&mut got).unwrap();
        assert_eq!(&got, b"over the wire");

        let server = socket(&hosts, SERVER, domain, Type::DGRAM);
        server.bind(&there.into()).unwrap();
        let client = socket(&hosts, CLIENT, domain, Type::DGRAM);
        client.send_to(b"datagram", &there.into()).unwrap();
        let mut buffer = [0; 20];
        assert_eq!((&server).read(&mut buffer).unwrap(), 8);
    }
    assert!(relay.crossed().len() > 10);
}
