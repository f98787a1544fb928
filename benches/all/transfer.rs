//! A bulk transfer over TCP between two hosts of a laboratory: through the wire, which reads, numbers, decodes and keeps
//! each packet, or through a relay in C that does nothing but carry it. Each in a process of its own.

#![expect(unsafe_code, reason = "sockets that were made for this transfer alone")]

use crate::process::SOCKTUTOR;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use socket2::{SockAddr, Socket};
use socktutor::lab::{Crossed, Hosts, Station, Wire};
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::os::fd::FromRawFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const CLIENT: usize = 0;
const SERVER: usize = 1;

/// How much is sent and received with one call.
const BLOCK: usize = 128 << 10;

/// Carries so many bytes; with a relay's program through that, else through the wire.
pub fn transfer(bytes: u64, relay: Option<&str>) {
    let names = ["client", "server"].map(str::to_owned);
    let hosts = Hosts::up(&names, Path::new(SOCKTUTOR)).expect("hosts");
    let between = match relay {
        Some(program) => Between::Relay(relayed(&hosts, program)),
        None => Between::Wire(wire(&hosts)),
    };
    let (mut sender, mut receiver) = connection(&hosts);
    let sending = std::thread::spawn(move || {
        let block = vec![b'x'; BLOCK];
        let mut left = bytes;
        while left > 0 {
            let now = left.min(BLOCK as u64);
            sender.write_all(&block[..now as usize]).expect("sent");
            left -= now;
        }
    });
    let mut block = vec![0; BLOCK];
    let mut left = bytes;
    while left > 0 {
        let read = receiver.read(&mut block).expect("received");
        assert!(read > 0, "{left} bytes are missing");
        left -= read as u64;
    }
    sending.join().expect("all was sent");
    between.end();
}

/// A second in which nothing happens, with a wire (and hosts that are connected over it) or without. Prints how long this
/// process had a processor meanwhile, in microseconds: that of the wire's threads, and what it takes to sleep.
pub fn idle(with_wire: bool) {
    let names = ["client", "server"].map(str::to_owned);
    let _laboratory = with_wire.then(|| {
        let hosts = Hosts::up(&names, Path::new(SOCKTUTOR)).expect("hosts");
        let wire = wire(&hosts);
        let both = connection(&hosts);
        // The handshake's last packet has arrived when this is over.
        (wire.count(), wire, both, hosts)
    });
    let before = processor_time();
    std::thread::sleep(Duration::from_secs(1));
    println!("{}", (processor_time() - before).as_micros());
}

/// What all threads of this process have had.
fn processor_time() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("getrusage(2)");
    [usage.user_time(), usage.system_time()]
        .map(|time| Duration::from_micros(time.num_microseconds() as u64))
        .iter()
        .sum()
}

/// What carries the packets.
enum Between {
    Relay(Child),
    Wire(Wire),
}

impl Between {
    fn end(self) {
        match self {
            Self::Relay(mut relay) => {
                relay.kill().expect("it was still there");
                relay.wait().expect("it has ended");
            }
            Self::Wire(wire) => drop(wire),
        }
    }
}

fn relayed(hosts: &Hosts, program: &str) -> Child {
    let [client, server] = hosts.take_tuns().try_into().expect("two devices");
    let started = Command::new(program).stdin(client).stdout(server).spawn();
    started.expect("the relay")
}

fn wire(hosts: &Hosts) -> Wire {
    let stations = hosts.all().iter().map(|host| Station {
        name: host.name.clone(),
        v4: host.v4,
        v6: host.v6,
    });
    let wire = Wire::start(stations.collect(), hosts.take_tuns()).expect("the wire's threads");
    // Somebody listens, as the shell does, and is busy with something else.
    wire.on_news(std::sync::Arc::new(|| ()));
    wire
}

/// The two ends of a connection from the client to the server.
fn connection(hosts: &Hosts) -> (Socket, Socket) {
    let socket = |host| {
        let fd = hosts.socket(host, libc::AF_INET, libc::SOCK_STREAM, 0);
        // SAFETY: nobody else knows the descriptor.
        let socket = unsafe { Socket::from_raw_fd(fd.expect("a socket")) };
        let patience = Some(Duration::from_secs(60));
        socket.set_read_timeout(patience).expect("a timeout");
        socket.set_write_timeout(patience).expect("a timeout");
        socket
    };
    let (listener, sender) = (socket(SERVER), socket(CLIENT));
    let place = SockAddr::from(SocketAddr::new(hosts.all()[SERVER].v4.into(), 5001));
    listener.bind(&place).expect("bound");
    listener.listen(1).expect("listening");
    sender.connect(&place).expect("connected");
    let (receiver, _) = listener.accept().expect("accepted");
    (sender, receiver)
}

/// Compiles the relay. Why there is none, where that is so.
pub fn compiled() -> Result<OsString, String> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/all/relay.c");
    let program = concat!(env!("CARGO_TARGET_TMPDIR"), "/relay");
    let done = Command::new("cc")
        .args(["-O2", "-pthread", "-o", program, source])
        .stderr(Stdio::null())
        .status();
    match done {
        Ok(status) if status.success() => Ok(program.into()),
        Ok(status) => Err(format!("cc: {status}")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err("no C compiler".to_owned()),
        Err(error) => Err(format!("cc: {error}")),
    }
}
