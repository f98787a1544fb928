//! Sockets brought into a state.

use socket2::{Domain, SockAddr, Socket, Type};
use socktutor::event::TcpState;
use socktutor::kernel::{Family, Look, look};
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr};
use std::os::fd::AsFd;

pub const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

pub fn tcp() -> Socket {
    Socket::new(Domain::IPV4, Type::STREAM, None).unwrap()
}

pub fn family(socket: &Socket) -> Family {
    let (domain, kind) = (socket.domain().unwrap(), socket.r#type().unwrap());
    Family::of(domain.into(), kind.into())
}

pub fn listener(backlog: i32) -> Socket {
    let socket = tcp();
    socket.bind(&LOOPBACK.into()).unwrap();
    socket.listen(backlog).unwrap();
    socket
}

pub fn address(socket: &Socket) -> SockAddr {
    socket.local_addr().unwrap()
}

pub fn inet(socket: &Socket) -> SocketAddr {
    address(socket).as_socket().unwrap()
}

/// A client and the connection that its listener accepted.
pub fn pair() -> (Socket, Socket) {
    let listener = listener(1);
    let client = tcp();
    client.connect(&address(&listener)).unwrap();
    (client, listener.accept().unwrap().0)
}

/// Writes until the peer's buffer and this socket's own are full, so that nothing more gets out, a FIN neither.
pub fn stuff(mut socket: &Socket) {
    socket.set_nonblocking(true).unwrap();
    let block = [b'x'; 65536];
    loop {
        match socket.write(&block) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => panic!("{error}"),
        }
    }
    socket.set_nonblocking(false).unwrap();
}

/// A pair whose client has sent more than the other side can take.
pub fn stuffed_pair() -> (Socket, Socket) {
    let (client, conn) = pair();
    client.set_send_buffer_size(16384).unwrap();
    conn.set_recv_buffer_size(16384).unwrap();
    stuff(&client);
    (client, conn)
}

/// Reads what is there, to the end of the stream if it is there.
pub fn drain(mut socket: &Socket) {
    socket.set_nonblocking(true).unwrap();
    let mut block = vec![0; 1 << 20];
    while matches!(socket.read(&mut block), Ok(1..)) {}
    socket.set_nonblocking(false).unwrap();
}

pub fn tcp_look(socket: &Socket) -> Look {
    look(socket.as_fd(), Family::Tcp)
}

pub fn await_state(socket: &Socket, state: TcpState) -> Look {
    super::support::until(state.name(), || {
        Some(tcp_look(socket)).filter(|look| look.state == Some(state))
    })
}

/// A connection whose peer has sent its FIN: `CLOSE_WAIT` here, `FIN_WAIT2` there.
pub fn half_closed() -> (Socket, Socket) {
    let (client, conn) = pair();
    client.shutdown(Shutdown::Write).unwrap();
    await_state(&conn, TcpState::CloseWait);
    await_state(&client, TcpState::FinWait2);
    (client, conn)
}
