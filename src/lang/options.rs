//! The table of socket options: names, numbers and the shape of their values.

use libc::{IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, SOL_SOCKET};

/// A socket option under its C name in libc, at its level.
macro_rules! option {
    ($level:ident $level_name:literal $name:ident, $shape:expr, $access:ident, $summary:literal) => {
        SockOption {
            name: stringify!($name),
            level_name: $level_name,
            level: $level,
            code: libc::$name,
            shape: $shape,
            settable: Access::$access.sets(),
            gettable: Access::$access.gets(),
            summary: $summary,
        }
    };
}

/// What may be done with an option.
enum Access {
    Both,
    Get,
    Set,
}

impl Access {
    const fn sets(self) -> bool {
        !matches!(self, Self::Get)
    }

    const fn gets(self) -> bool {
        !matches!(self, Self::Set)
    }
}

const COUNT: Shape = Shape::Int { unit: "" };
const BYTES: Shape = Shape::Int { unit: "bytes" };
const SECONDS: Shape = Shape::Int { unit: "s" };
#[cfg(target_os = "linux")]
const MILLISECONDS: Shape = Shape::Int { unit: "ms" };

/// Every option of this system that socktutor knows. The ones that only Linux has are marked so here and nowhere else.
#[rustfmt::skip]
pub static OPTIONS: &[SockOption] = &[
    option!(SOL_SOCKET "SOL_SOCKET" SO_REUSEADDR, Shape::Switch, Both, "bind to an address whose old connections still rest in TIME_WAIT"),
    option!(SOL_SOCKET "SOL_SOCKET" SO_REUSEPORT, Shape::Switch, Both, "several sockets of one user bind to the same address and share what arrives"),
    option!(SOL_SOCKET "SOL_SOCKET" SO_KEEPALIVE, Shape::Switch, Both, "probe a silent peer, to find out that it is gone"),
    option!(SOL_SOCKET "SOL_SOCKET" SO_LINGER, Shape::Linger, Both, "what close does with unsent data: 1 and seconds to wait; 1 0 sends RST"),
    option!(SOL_SOCKET "SOL_SOCKET" SO_RCVBUF, BYTES, Both, "room for received data; Linux doubles what is set"),
    option!(SOL_SOCKET "SOL_SOCKET" SO_SNDBUF, BYTES, Both, "room for data not yet acknowledged; Linux doubles what is set"),
    option!(SOL_SOCKET "SOL_SOCKET" SO_RCVTIMEO, Shape::Time, Both, "how long a receiving call sleeps before EAGAIN; 0 is for ever"),
    option!(SOL_SOCKET "SOL_SOCKET" SO_SNDTIMEO, Shape::Time, Both, "how long a sending call sleeps before EAGAIN; 0 is for ever"),
    option!(SOL_SOCKET "SOL_SOCKET" SO_BROADCAST, Shape::Switch, Both, "allow sending to a broadcast address"),
    option!(SOL_SOCKET "SOL_SOCKET" SO_ERROR, Shape::Errno, Get, "the error that is waiting to be reported; reading clears it"),
    option!(SOL_SOCKET "SOL_SOCKET" SO_TYPE, Shape::Type, Get, "the type it was made with: SOCK_STREAM, SOCK_DGRAM …"),
    #[cfg(target_os = "linux")]
    option!(SOL_SOCKET "SOL_SOCKET" SO_DOMAIN, Shape::Domain, Get, "the family of its addresses: AF_INET, AF_INET6, AF_UNIX …"),
    #[cfg(target_os = "linux")]
    option!(SOL_SOCKET "SOL_SOCKET" SO_PROTOCOL, Shape::Protocol, Get, "the protocol it speaks: IPPROTO_TCP, IPPROTO_UDP …"),
    option!(SOL_SOCKET "SOL_SOCKET" SO_ACCEPTCONN, Shape::Switch, Get, "the socket listens"),
    option!(SOL_SOCKET "SOL_SOCKET" SO_OOBINLINE, Shape::Switch, Both, "urgent data stays in the stream"),
    option!(IPPROTO_TCP "SOL_TCP" TCP_NODELAY, Shape::Switch, Both, "send small pieces at once (Nagle's algorithm off)"),
    option!(IPPROTO_TCP "SOL_TCP" TCP_MAXSEG, BYTES, Both, "the most data in one segment"),
    #[cfg(target_os = "linux")]
    option!(IPPROTO_TCP "SOL_TCP" TCP_CORK, Shape::Switch, Both, "hold partial segments back until taken off, mostly 200 ms at most"),
    #[cfg(target_os = "linux")]
    option!(IPPROTO_TCP "SOL_TCP" TCP_QUICKACK, Shape::Switch, Both, "acknowledge at once; the kernel may go back by itself"),
    #[cfg(target_os = "linux")]
    option!(IPPROTO_TCP "SOL_TCP" TCP_DEFER_ACCEPT, SECONDS, Both, "a connection waits for accept only once data has come"),
    #[cfg(target_os = "linux")]
    option!(IPPROTO_TCP "SOL_TCP" TCP_USER_TIMEOUT, MILLISECONDS, Both, "how long data may stay unacknowledged before ETIMEDOUT"),
    #[cfg(target_os = "linux")]
    option!(IPPROTO_TCP "SOL_TCP" TCP_KEEPIDLE, SECONDS, Both, "silence before the first keepalive probe"),
    option!(IPPROTO_TCP "SOL_TCP" TCP_KEEPINTVL, SECONDS, Both, "time between two keepalive probes"),
    option!(IPPROTO_TCP "SOL_TCP" TCP_KEEPCNT, COUNT, Both, "unanswered keepalive probes before ETIMEDOUT"),
    #[cfg(target_os = "linux")]
    option!(IPPROTO_TCP "SOL_TCP" TCP_CONGESTION, Shape::Text, Both, "the congestion control's name: cubic, reno, bbr"),
    #[cfg(target_os = "linux")]
    option!(IPPROTO_TCP "SOL_TCP" TCP_INFO, Shape::TcpInfo, Get, "what the kernel knows of the connection: state, times, windows, losses"),
    option!(IPPROTO_IP "SOL_IP" IP_TTL, COUNT, Both, "how many routers a packet may pass"),
    option!(IPPROTO_IP "SOL_IP" IP_TOS, COUNT, Both, "the type-of-service byte of outgoing packets"),
    option!(IPPROTO_IP "SOL_IP" IP_ADD_MEMBERSHIP, Shape::Group4, Set, "join a multicast group: group, then an interface's address"),
    option!(IPPROTO_IP "SOL_IP" IP_DROP_MEMBERSHIP, Shape::Group4, Set, "leave a multicast group"),
    option!(IPPROTO_IP "SOL_IP" IP_MULTICAST_TTL, COUNT, Both, "how many routers a multicast packet may pass; 1 stays on this network"),
    option!(IPPROTO_IP "SOL_IP" IP_MULTICAST_LOOP, Shape::Switch, Both, "multicast packets sent here are heard here too"),
    option!(IPPROTO_IP "SOL_IP" IP_MULTICAST_IF, Shape::Interface4, Both, "the interface that multicast leaves by, by its address"),
    option!(IPPROTO_IPV6 "SOL_IPV6" IPV6_V6ONLY, Shape::Switch, Both, "an IPv6 socket takes no IPv4 connections"),
    #[cfg(target_os = "linux")]
    option!(IPPROTO_IPV6 "SOL_IPV6" IPV6_ADD_MEMBERSHIP, Shape::Group6, Set, "join an IPv6 multicast group: group, then an interface's index or name"),
    #[cfg(target_os = "linux")]
    option!(IPPROTO_IPV6 "SOL_IPV6" IPV6_DROP_MEMBERSHIP, Shape::Group6, Set, "leave an IPv6 multicast group"),
    option!(IPPROTO_IPV6 "SOL_IPV6" IPV6_MULTICAST_HOPS, COUNT, Both, "how many routers an IPv6 multicast packet may pass"),
    option!(IPPROTO_IPV6 "SOL_IPV6" IPV6_MULTICAST_LOOP, Shape::Switch, Both, "IPv6 multicast packets sent here are heard here too"),
    option!(IPPROTO_IPV6 "SOL_IPV6" IPV6_MULTICAST_IF, Shape::Interface6, Both, "the interface that IPv6 multicast leaves by"),
    option!(IPPROTO_IPV6 "SOL_IPV6" IPV6_UNICAST_HOPS, COUNT, Both, "how many routers an IPv6 packet may pass"),
];

/// Other spellings of an option, each with the table's name.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("SO_RCVTIMEO_OLD", "SO_RCVTIMEO"),
    ("SO_SNDTIMEO_OLD", "SO_SNDTIMEO"),
    ("IPV6_JOIN_GROUP", "IPV6_ADD_MEMBERSHIP"),
    ("IPV6_LEAVE_GROUP", "IPV6_DROP_MEMBERSHIP"),
];

/// Every spelling of every option.
pub(super) fn names() -> impl Iterator<Item = (&'static str, &'static SockOption)> {
    let own = OPTIONS.iter().map(|option| (option.name, option));
    let others = OTHER_NAMES.iter();
    own.chain(others.filter_map(|(name, of)| Some((*name, option(of)?))))
}

/// The option with this name, in any case of letters, with or without its prefix (`nodelay`, `ttl`; a name without
/// prefix that two levels share means the first of them), or under another name in use (`IPV6_JOIN_GROUP`).
pub fn option(name: &str) -> Option<&'static SockOption> {
    let name = OTHER_NAMES
        .iter()
        .find(|(other, _)| other.eq_ignore_ascii_case(name))
        .map_or(name, |(_, name)| name);
    OPTIONS
        .iter()
        .find(|option| option.name.eq_ignore_ascii_case(name))
        .or_else(|| {
            OPTIONS
                .iter()
                .find(|option| option.short().eq_ignore_ascii_case(name))
        })
}

/// The number of a level by its name: `SOL_SOCKET`, `IPPROTO_TCP`, `SOL_TCP` …
pub fn level(name: &str) -> Option<i32> {
    match name {
        "SOL_SOCKET" => Some(SOL_SOCKET),
        "SOL_TCP" | "IPPROTO_TCP" => Some(IPPROTO_TCP),
        "SOL_IP" | "IPPROTO_IP" => Some(IPPROTO_IP),
        "SOL_IPV6" | "IPPROTO_IPV6" => Some(IPPROTO_IPV6),
        "SOL_UDP" | "IPPROTO_UDP" => Some(libc::IPPROTO_UDP),
        _ => None,
    }
}

/// One option of getsockopt(2) and setsockopt(2).
#[derive(Debug)]
pub struct SockOption {
    /// `SO_REUSEADDR`
    pub name: &'static str,
    /// `SOL_SOCKET`, as strace prints it (`SOL_TCP`, `SOL_IP`, `SOL_IPV6`).
    pub level_name: &'static str,
    /// The level's number.
    pub level: i32,
    /// The option's number.
    pub code: i32,
    /// The shape of its value.
    pub shape: Shape,
    /// Whether setsockopt takes it.
    pub settable: bool,
    /// Whether getsockopt gives it.
    pub gettable: bool,
    /// What it is, in one line.
    pub summary: &'static str,
}

impl SockOption {
    /// The name without its prefix: `REUSEADDR`, `NODELAY`.
    fn short(&self) -> &'static str {
        self.name
            .split_once('_')
            .map_or(self.name, |(_, short)| short)
    }
}

/// Options are compared by name: the table holds each name once.
impl PartialEq for SockOption {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// The shape of an option's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// An int that is 0 or 1.
    Switch,
    /// An int; `unit` as in "bytes", "s", "ms", "" .
    Int {
        /// What it counts.
        unit: &'static str,
    },
    /// `struct linger`: on, seconds.
    Linger,
    /// `struct timeval`: seconds, fraction allowed; 0 is for ever.
    Time,
    /// A text, as TCP_CONGESTION.
    Text,
    /// An errno, as SO_ERROR.
    Errno,
    /// `AF_…`
    Domain,
    /// `SOCK_…`
    Type,
    /// `IPPROTO_…`
    Protocol,
    /// `struct tcp_info`
    TcpInfo,
    /// `struct ip_mreq`: group, interface address.
    Group4,
    /// `struct ipv6_mreq`: group, interface index or name.
    Group6,
    /// `struct in_addr`: an interface by its address.
    Interface4,
    /// An int: an interface by its index or name.
    Interface6,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_has_many_spellings() {
        for name in ["SO_REUSEADDR", "so_reuseaddr", "reuseaddr", "REUSEADDR"] {
            assert_eq!(option(name).map(|o| o.name), Some("SO_REUSEADDR"), "{name}");
        }
        assert_eq!(option("nodelay").map(|o| o.name), Some("TCP_NODELAY"));
        assert_eq!(
            option("add_membership").map(|o| o.name),
            Some("IP_ADD_MEMBERSHIP")
        );
        assert_eq!(
            option("IPV6_JOIN_GROUP").map(|o| o.name),
            Some("IPV6_ADD_MEMBERSHIP")
        );
        assert_eq!(
            option("SO_RCVTIMEO_OLD").map(|o| o.name),
            Some("SO_RCVTIMEO")
        );
        assert_eq!(option("REUSE"), None);
    }

    #[test]
    fn what_only_the_kernel_writes_cannot_be_set() {
        for name in [
            "SO_ERROR",
            "SO_TYPE",
            "SO_DOMAIN",
            "SO_PROTOCOL",
            "SO_ACCEPTCONN",
            "TCP_INFO",
        ] {
            let option = option(name).expect(name);
            assert!(option.gettable && !option.settable, "{name}");
        }
    }

    #[test]
    fn each_name_and_each_number_is_held_once() {
        for (at, one) in OPTIONS.iter().enumerate() {
            for other in &OPTIONS[at + 1..] {
                assert_ne!(one.name, other.name);
                assert_ne!(
                    (one.level, one.code),
                    (other.level, other.code),
                    "{} {}",
                    one.name,
                    other.name
                );
            }
        }
    }
}
