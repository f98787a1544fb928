//! Addresses, options, protocols and sizes that the kernel does not take.

use super::{Case, all_hold, case};

pub const CASES: &[Case] = &[
    case(
        "sendto",
        "EINVAL",
        "u = socket unix-dgram\nbind u @socktutor-nameless\nv = socket unix-dgram\nsendto v hi @socktutor-nameless\n\
         recvfrom u 10\nsendto u back v.local",
        &["a socket without a name", "only after bind()"],
        &["port 0", "blackhole"],
    ),
    case(
        "sendto",
        "EMSGSIZE",
        "u = socket udp6\nsendto u #65527 [::ffff:127.0.0.1]:9",
        &["the most is 65507"],
        &["65527, ", "IPv6"],
    ),
    case(
        "setsockopt",
        "EINVAL",
        "u = socket udp6\nsetsockopt u IPV6_MULTICAST_HOPS 300",
        &["from 0 to 255"],
        &["too late"],
    ),
    case(
        "setsockopt",
        "EINVAL",
        "u = socket udp6\nsetsockopt u IPV6_UNICAST_HOPS 256",
        &["from 0 to 255"],
        &["too late"],
    ),
    case(
        "setsockopt",
        "EINVAL",
        "w = socket tcp6\nsetsockopt w IPV6_MULTICAST_LOOP 2",
        &["It takes 0 or 1"],
        &["datagrams"],
    ),
    case(
        "setsockopt",
        "ENOPROTOOPT",
        "w = socket tcp6\nsetsockopt w IPV6_MULTICAST_HOPS 1",
        &["Multicast is for datagrams"],
        &["does not know"],
    ),
    case(
        "getsockopt",
        "ENOPROTOOPT",
        "u = socket udp\ngetsockopt u IP_ADD_MEMBERSHIP",
        &["can be set, not read"],
        &["does not know"],
    ),
    case(
        "sendto",
        "EINVAL",
        "d = socket unix-dgram\nsendto d x 127.0.0.1:80",
        &["127.0.0.1:80 is an Internet address, but d was made as AF_UNIX"],
        &["wrong length"],
    ),
    // Addresses
    case(
        "bind",
        "EADDRNOTAVAIL",
        "s = socket tcp\nbind s 203.0.113.7:12345",
        &[
            "203.0.113.7 is none",
            "This machine has:",
            "127.0.0.1",
            "bind s 127.0.0.1:12345",
            "connect s 203.0.113.7:12345",
        ],
        &["::1:12345"],
    ),
    case(
        "connect",
        "EADDRNOTAVAIL",
        "LISTENER\na = socket tcp\nsetsockopt a SO_REUSEADDR 1\nbind a 127.0.0.1:0\nb = socket tcp\nsetsockopt b SO_REUSEADDR 1\nbind b a.local\nconnect a l.local\nconnect b l.local",
        &["both addresses, both ports", "exists already"],
        &["no free local port"],
    ),
    case(
        "bind",
        "EAFNOSUPPORT",
        "s = socket tcp\nbind s [::1]:0",
        &[
            "an IPv6 address",
            "AF_INET",
            "s2 = socket tcp6",
            "bind s2 [::1]:0",
        ],
        &["AF_INET6"],
    ),
    case(
        "connect",
        "EAFNOSUPPORT",
        "y = socket tcp6\nbind y [::ffff:127.0.0.1]:0\nconnect y [::1]:9",
        &[
            "that stands for an IPv4 address",
            "s2 = socket tcp6; connect s2 [::1]:9",
        ],
        &["was made as"],
    ),
    case(
        "connect",
        "ENETUNREACH",
        "y = socket tcp6\nbind y [::1]:0\nconnect y [::ffff:127.0.0.1]:9",
        &["this socket is bound to an IPv6 one"],
        &["IPV6_V6ONLY", "No route"],
    ),
    case(
        "sendto",
        "ENETUNREACH",
        "u = socket udp6\nsetsockopt u IPV6_MULTICAST_IF lo\nsendto u x [ff02::1]:9",
        &[
            "The groups of u leave by lo (IPV6_MULTICAST_IF)",
            "no route for groups",
            "setsockopt u IPV6_MULTICAST_IF 0; sendto u \"hi\" [ff02::1]:9",
        ],
        &["no IPv6 network"],
    ),
    case(
        "connect",
        "ENETUNREACH",
        "u = socket udp6\nsetsockopt u IPV6_MULTICAST_IF lo\nconnect u [ff02::1]:9",
        &[
            "leave by lo (IPV6_MULTICAST_IF)",
            "u is bound to lo now",
            "s2 = socket udp6; connect s2 [ff02::1]:9",
        ],
        &["no IPv6 network", "setsockopt u"],
    ),
    case(
        "connect",
        "EAFNOSUPPORT",
        "s2 = socket tcp\nconnect s2 [::1]:9",
        &["an IPv6 address", "s3 = socket tcp6", "connect s3 [::1]:9"],
        &["s2 = "],
    ),
    case(
        "sendto",
        "EAFNOSUPPORT",
        "u = socket udp\nsendto u \"x\" [::1]:9",
        &["an IPv6 address", "s2 = socket udp6", "sendto s2"],
        &[],
    ),
    case(
        "connect",
        "ENETUNREACH",
        "s = socket tcp\nconnect s 224.0.0.1:9",
        &["multicast group", "TCP connects two"],
        &["broadcast"],
    ),
    case(
        "connect",
        "ENETUNREACH",
        "s = socket tcp\nconnect s 127.255.255.255:9",
        &["broadcast address", "broadcasts are for UDP"],
        &["multicast"],
    ),
    case(
        "connect",
        "EACCES",
        "u = socket udp\nconnect u 127.255.255.255:9",
        &["broadcast", "setsockopt u SO_BROADCAST 1"],
        &["root"],
    ),
    case(
        "sendto",
        "EACCES",
        "u = socket udp\nsendto u \"x\" 127.255.255.255:9",
        &["broadcast", "setsockopt u SO_BROADCAST 1"],
        &["root"],
    ),
    // Unix names
    case(
        "bind",
        "EADDRINUSE",
        "s = socket unix\nbind s ./s\nt = socket unix\nbind t ./s",
        &["Your own socket s made it"],
        &["left over"],
    ),
    case(
        "bind",
        "EADDRINUSE",
        "s = socket unix\nbind s ./s\nclose s\nt = socket unix\nbind t ./s",
        &["left over", "nobody answers there", "rm"],
        &["Your own socket"],
    ),
    case(
        "bind",
        "EADDRINUSE",
        "a = socket unix-dgram\nbind a @socktutor-twice\nb = socket unix-dgram\nbind b @socktutor-twice",
        &["Your own socket a has it"],
        &["Another socket", "file"],
    ),
    case(
        "bind",
        "ENOENT",
        "s = socket unix\nbind s ./none/s",
        &["Its folder does not exist"],
        &["start the server"],
    ),
    case(
        "connect",
        "ENOENT",
        "s = socket unix\nconnect s ./s",
        &["no such file", "start the server first"],
        &["folder"],
    ),
    case(
        "sendto",
        "ENOENT",
        "s = socket unix-dgram\nsendto s \"x\" ./s",
        &["no such file"],
        &["folder"],
    ),
    case(
        "bind",
        "ENOTDIR",
        "s = socket unix\nbind s ./s\nt = socket unix\nbind t ./s/t",
        &["should be a folder is a file"],
        &["does not exist"],
    ),
    case(
        "connect",
        "ENOTDIR",
        "s = socket unix\nbind s ./s\nt = socket unix\nconnect t ./s/t",
        &["should be a folder is a file"],
        &["no such file"],
    ),
    case(
        "sendto",
        "ENOTDIR",
        "s = socket unix-dgram\nbind s ./s\nsendto s \"x\" ./s/t",
        &["should be a folder is a file"],
        &[],
    ),
    case(
        "connect",
        "EPROTOTYPE",
        "s = socket unix\nbind s ./s\nlisten s 1\nd = socket unix-dgram\nconnect d ./s",
        &[
            "d is a Unix datagram socket, and your socket s is a Unix stream socket",
            "s2 = socket unix; connect s2",
        ],
        &["the socket at"],
    ),
    case(
        "sendto",
        "EPROTOTYPE",
        "s = socket unix\nbind s ./s\nlisten s 1\nd = socket unix-dgram\nsendto d \"x\" ./s",
        &["your socket s is a Unix stream socket"],
        &[],
    ),
    // Sizes
    case(
        "send",
        "EMSGSIZE",
        "u = socket udp\nconnect u 127.0.0.1:9\nsend u #70000",
        &["70000 bytes", "65507", "send u #1000"],
        &["65527"],
    ),
    case(
        "sendall",
        "EMSGSIZE",
        "u = socket udp\nconnect u 127.0.0.1:9\nsendall u #70000",
        &["70000 bytes", "65507"],
        &[],
    ),
    case(
        "sendto",
        "EMSGSIZE",
        "u = socket udp\nsendto u #65508 127.0.0.1:9",
        &["65508 bytes", "65507", "sendto u #1000 127.0.0.1:9"],
        &["65527", "SO_SNDBUF"],
    ),
    case(
        "sendto",
        "EMSGSIZE",
        "u = socket udp6\nsendto u #70000 [::1]:9",
        &["65527"],
        &["65507"],
    ),
    case(
        "sendto",
        "EMSGSIZE",
        "a = socket unix-dgram\nbind a @socktutor-big\nb = socket unix-dgram\nsendto b #3000000 @socktutor-big",
        &["SO_SNDBUF", "send buffer whole"],
        &["65507"],
    ),
    // Protocols
    case(
        "socket",
        "EPROTONOSUPPORT",
        "socket AF_INET SOCK_STREAM IPPROTO_UDP",
        &["UDP sends datagrams", "IPPROTO_TCP"],
        &["Unix"],
    ),
    case(
        "socket",
        "EPROTONOSUPPORT",
        "socket AF_INET SOCK_DGRAM IPPROTO_TCP",
        &["TCP makes a stream", "IPPROTO_UDP"],
        &["Unix"],
    ),
    case(
        "socket",
        "EPROTONOSUPPORT",
        "socket AF_UNIX SOCK_STREAM IPPROTO_TCP",
        &["one protocol: give 0"],
        &["TCP makes"],
    ),
    case(
        "socket",
        "ESOCKTNOSUPPORT",
        "socket AF_INET SOCK_SEQPACKET 0",
        &["exists for AF_UNIX, not over IP"],
        &["has that number"],
    ),
    case(
        "socket",
        "EAFNOSUPPORT",
        "socket 99 SOCK_STREAM 0",
        &["no sockets of the family", "AF_INET"],
        &["???"],
    ),
    case(
        "socket",
        "EINVAL",
        "socket AF_INET 77 0",
        &["no socket with that type"],
        &["order"],
    ),
    case(
        "socketpair",
        "EPROTONOSUPPORT",
        "socketpair AF_UNIX SOCK_STREAM IPPROTO_TCP",
        &["one protocol: give 0", "| socketpair"],
        &["socket tcp"],
    ),
    case(
        "socketpair",
        "ESOCKTNOSUPPORT",
        "socketpair AF_UNIX 6 0",
        &["No type of socket has that number"],
        &["one protocol", "socket tcp"],
    ),
    case(
        "socketpair",
        "EAFNOSUPPORT",
        "socketpair 99 SOCK_STREAM 0",
        &["no sockets of the family"],
        &["???"],
    ),
    case(
        "socketpair",
        "EINVAL",
        "socketpair AF_UNIX 77 0",
        &["no socket with that type"],
        &[],
    ),
    // Options
    case(
        "setsockopt",
        "EINVAL",
        "s = socket tcp\nsetsockopt s TCP_MAXSEG 5",
        &["not set to 5:", "from 88 to 32767"],
        &["[5]"],
    ),
    case(
        "setsockopt",
        "EINVAL",
        "s = socket tcp\nsetsockopt s TCP_KEEPCNT 500",
        &["from 1 to 127"],
        &["[500]"],
    ),
    case(
        "setsockopt",
        "EINVAL",
        "s = socket tcp6\nbind s [::1]:0\nsetsockopt s IPV6_V6ONLY 1",
        &["only before bind()"],
        &[],
    ),
    case(
        "setsockopt",
        "EINVAL",
        "u = socket udp\nsetsockopt u IP_ADD_MEMBERSHIP 10.0.0.1 127.0.0.1",
        &["from 224.0.0.0 to 239.255.255.255"],
        &["imr_"],
    ),
    case(
        "setsockopt",
        "EDOM",
        "s = socket tcp\nsetsockopt s SO_RCVTIMEO 1 2000000",
        &["0 to 999999", "setsockopt s SO_RCVTIMEO 1.5"],
        &[],
    ),
    case(
        "setsockopt",
        "ENOENT",
        "s = socket tcp\nsetsockopt s TCP_CONGESTION nosuch",
        &["\"nosuch\"", "tcp_available_congestion_control"],
        &["file"],
    ),
    case(
        "setsockopt",
        "ENOPROTOOPT",
        "u = socket udp\nsetsockopt u TCP_NODELAY 1",
        &["belongs to TCP", "u is a UDP socket"],
        &["IPv6"],
    ),
    case(
        "setsockopt",
        "ENOPROTOOPT",
        "s = socket tcp\nsetsockopt s IPV6_V6ONLY 1",
        &["belongs to IPv6", "s is not an AF_INET6"],
        &["TCP"],
    ),
    case(
        "setsockopt",
        "ENOPROTOOPT",
        "s = socket tcp\nsetsockopt s SO_ERROR 1",
        &["SO_ERROR can be read, not set", "getsockopt s SO_ERROR"],
        &["belongs to"],
    ),
    case(
        "setsockopt",
        "ENOPROTOOPT",
        "s = socket tcp\nsetsockopt s SO_TYPE 1",
        &["SO_TYPE can be read, not set", "getsockopt s SO_TYPE"],
        &["belongs to"],
    ),
    case(
        "setsockopt",
        "ENOPROTOOPT",
        "s = socket tcp\nsetsockopt s SO_DOMAIN 1",
        &["SO_DOMAIN can be read, not set", "getsockopt s SO_DOMAIN"],
        &["belongs to"],
    ),
    case(
        "setsockopt",
        "ENOPROTOOPT",
        "s = socket tcp\nsetsockopt s SO_PROTOCOL 1",
        &[
            "SO_PROTOCOL can be read, not set",
            "getsockopt s SO_PROTOCOL",
        ],
        &["belongs to"],
    ),
    case(
        "setsockopt",
        "ENOPROTOOPT",
        "s = socket tcp\nsetsockopt s SO_ACCEPTCONN 1",
        &[
            "SO_ACCEPTCONN can be read, not set",
            "getsockopt s SO_ACCEPTCONN",
        ],
        &["belongs to"],
    ),
    case(
        "setsockopt",
        "ENOPROTOOPT",
        "s = socket tcp\nsetsockopt s TCP_INFO 1",
        &["TCP_INFO can be read, not set", "getsockopt s TCP_INFO"],
        &["belongs to"],
    ),
    case(
        "setsockopt",
        "ENODEV",
        "u = socket udp6\nsetsockopt u IPV6_ADD_MEMBERSHIP ff02::fb 999999",
        &["no such network interface"],
        &[],
    ),
    case(
        "setsockopt",
        "EADDRNOTAVAIL",
        "u = socket udp\nsetsockopt u IP_DROP_MEMBERSHIP 224.0.0.251 127.0.0.1",
        &["not a member of that group"],
        &["address of an interface"],
    ),
    case(
        "setsockopt",
        "EADDRNOTAVAIL",
        "u = socket udp\nsetsockopt u IP_MULTICAST_IF 203.0.113.7",
        &["no address of an interface"],
        &["not a member"],
    ),
    case(
        "setsockopt",
        "EADDRINUSE",
        "u = socket udp\nsetsockopt u IP_ADD_MEMBERSHIP 224.0.0.251 127.0.0.1\nsetsockopt u IP_ADD_MEMBERSHIP 224.0.0.251 127.0.0.1",
        &["a member of that group on that interface already"],
        &["port"],
    ),
    case(
        "setsockopt",
        "EPROTO",
        "s = socket tcp\nsetsockopt s IP_ADD_MEMBERSHIP 224.0.0.251 127.0.0.1",
        &["s is a TCP socket", "one peer"],
        &[],
    ),
    case(
        "inet_pton",
        "EAFNOSUPPORT",
        "inet_pton 77 1.2.3.4",
        &["neither AF_INET nor AF_INET6"],
        &[],
    ),
    case(
        "inet_ntop",
        "EAFNOSUPPORT",
        "inet_ntop 77 0x01020304",
        &["neither AF_INET nor AF_INET6"],
        &[],
    ),
];

#[test]
fn what_is_wrong_with_the_arguments_is_named() {
    all_hold(CASES);
}

/// What a C program may pass and the shell does not: what the topic EAFNOSUPPORT says of an IPv4 address, with its own
/// length, on an IPv6 socket.
#[test]
fn a_short_address_on_an_ipv6_socket() {
    use socket2::{Domain, Socket, Type};
    let receiver = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let patience = std::time::Duration::from_secs(10);
    receiver.set_read_timeout(Some(patience)).unwrap();
    let there = receiver.local_addr().unwrap().into();
    let errno = |result: std::io::Result<()>| result.unwrap_err().raw_os_error();
    let stream = Socket::new(Domain::IPV6, Type::STREAM, None).unwrap();
    assert_eq!(errno(stream.connect(&there)), Some(libc::EINVAL));
    assert_eq!(errno(stream.bind(&there)), Some(libc::EINVAL));
    let datagrams = Socket::new(Domain::IPV6, Type::DGRAM, None).unwrap();
    assert_eq!(errno(datagrams.bind(&there)), Some(libc::EINVAL));
    assert_eq!(datagrams.send_to(b"hi", &there).unwrap(), 2);
    let mut buf = [0; 10];
    assert_eq!(receiver.recv(&mut buf).unwrap(), 2);
    datagrams.connect(&there).unwrap();
}

#[test]
fn a_unix_pair_takes_its_own_number_for_a_protocol() {
    crate::harness::script("a, b = socketpair AF_UNIX SOCK_STREAM 1\nexpect ok").status(0);
}
