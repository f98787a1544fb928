//! Calls that make, name and connect sockets.

use super::CArg::{Is, Skip};
use super::{Command, Group, Kind, Param, Role, SOCKFD};

/// socket(2)
pub(super) const SOCKET: Command = Command::new(
    "socket",
    Group::Make,
    Role::Primitive,
    &[
        Param::asked("domain", Kind::Domain, "tcp"),
        Param::asked("type", Kind::Type, "SOCK_STREAM"),
        Param::optional("protocol", Kind::Protocol),
    ],
    "make a socket: tcp, udp, tcp6, udp6, unix, unix-dgram, or AF_… SOCK_… IPPROTO_…",
)
.naming("s");

/// socketpair(2)
pub(super) const SOCKETPAIR: Command = Command::new(
    "socketpair",
    Group::Make,
    Role::Primitive,
    &[
        Param::optional("domain", Kind::Domain),
        Param::optional("type", Kind::Type),
        Param::optional("protocol", Kind::Protocol),
    ],
    "make two Unix sockets that are already connected to each other",
)
.prototype(&[Is("domain"), Is("type"), Is("protocol"), Skip])
.naming("s");

/// bind(2)
pub(super) const BIND: Command = Command::new(
    "bind",
    Group::Name,
    Role::Primitive,
    &[SOCKFD, Param::asked("addr", Kind::Address, "127.0.0.1:0")],
    "give a socket its own address; port 0 lets the kernel choose",
)
.prototype(&[Is("sockfd"), Is("addr"), Skip]);

/// getsockname(2)
pub(super) const GETSOCKNAME: Command = Command::new(
    "getsockname",
    Group::Name,
    Role::Primitive,
    &[SOCKFD],
    "ask the kernel for a socket's own address",
)
.prototype(&[Is("sockfd"), Skip, Skip]);

/// getpeername(2)
pub(super) const GETPEERNAME: Command = Command::new(
    "getpeername",
    Group::Name,
    Role::Primitive,
    &[SOCKFD],
    "ask the kernel for the address at the other end",
)
.prototype(&[Is("sockfd"), Skip, Skip]);

/// gethostname(2)
pub(super) const GETHOSTNAME: Command = Command::new(
    "gethostname",
    Group::Name,
    Role::Primitive,
    &[],
    "this machine's name",
)
.prototype(&[Skip, Skip]);

/// gethostbyname(3)
pub(super) const GETHOSTBYNAME: Command = Command::new(
    "gethostbyname",
    Group::Name,
    Role::Primitive,
    &[Param::asked("name", Kind::Host, "localhost")],
    "the IPv4 address of a host name (the old way; getaddrinfo is the new one)",
);

/// getaddrinfo(3)
pub(super) const GETADDRINFO: Command = Command::new(
    "getaddrinfo",
    Group::Name,
    Role::Primitive,
    &[
        Param::asked("node", Kind::Host, "localhost"),
        Param::optional("service", Kind::Service),
        Param::optional("family", Kind::Domain),
        Param::optional("type", Kind::Type),
        Param::optional("protocol", Kind::Protocol),
        Param::optional("flags", Kind::Int),
    ],
    "every address that a host and a service name stand for",
)
.prototype(&[Is("node"), Is("service"), Skip, Skip]);

/// inet_pton(3). `inet_aton 1.2.3.4` is this with AF_INET.
pub(super) const INET_PTON: Command = Command::new(
    "inet_pton",
    Group::Name,
    Role::Primitive,
    &[
        Param::asked("af", Kind::Domain, "AF_INET"),
        Param::asked("src", Kind::IpText, "127.0.0.1"),
    ],
    "an address from text to the bytes that travel",
)
.also(&["inet_aton", "inet_addr"])
.prototype(&[Is("af"), Is("src"), Skip]);

/// inet_ntop(3). `inet_ntoa x` is this with AF_INET.
pub(super) const INET_NTOP: Command = Command::new(
    "inet_ntop",
    Group::Name,
    Role::Primitive,
    &[
        Param::asked("af", Kind::Domain, "AF_INET"),
        Param::required("src", Kind::Value),
    ],
    "an address from bytes back to text",
)
.also(&["inet_ntoa"])
.prototype(&[Is("af"), Is("src"), Skip, Skip]);

/// htons(3)
pub(super) const HTONS: Command = Command::new(
    "htons",
    Group::Name,
    Role::Primitive,
    &[Param::required("hostshort", Kind::Int)],
    "a 16-bit number (a port) from host to network byte order",
);

/// ntohs(3)
pub(super) const NTOHS: Command = Command::new(
    "ntohs",
    Group::Name,
    Role::Primitive,
    &[Param::required("netshort", Kind::Int)],
    "a 16-bit number from network to host byte order",
);

/// htonl(3)
pub(super) const HTONL: Command = Command::new(
    "htonl",
    Group::Name,
    Role::Primitive,
    &[Param::required("hostlong", Kind::Int)],
    "a 32-bit number (an IPv4 address) from host to network byte order",
);

/// ntohl(3)
pub(super) const NTOHL: Command = Command::new(
    "ntohl",
    Group::Name,
    Role::Primitive,
    &[Param::required("netlong", Kind::Int)],
    "a 32-bit number from network to host byte order",
);

/// listen(2)
pub(super) const LISTEN: Command = Command::new(
    "listen",
    Group::Connect,
    Role::Primitive,
    &[SOCKFD, Param::asked("backlog", Kind::Int, "5")],
    "let others connect to a socket, so many waiting for accept at once",
);

/// connect(2)
pub(super) const CONNECT: Command = Command::new(
    "connect",
    Group::Connect,
    Role::Blocking,
    &[
        SOCKFD,
        Param::asked("addr", Kind::Address, "127.0.0.1:12345"),
    ],
    "connect a socket to an address; for UDP, only remember that address",
)
.also(&["connect_ex"])
.prototype(&[Is("sockfd"), Is("addr"), Skip]);

/// accept(2)
pub(super) const ACCEPT: Command = Command::new(
    "accept",
    Group::Connect,
    Role::Blocking,
    &[SOCKFD],
    "take the first waiting connection off a listening socket, as a new socket",
)
.prototype(&[Is("sockfd"), Skip, Skip])
.naming("c");
