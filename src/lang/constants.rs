//! The table of constants: what C and Python call numbers, and their values on this system.

use std::sync::LazyLock;

/// One constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Constant {
    /// Its name in C: `SOCK_STREAM`.
    pub name: &'static str,
    /// Its value here.
    pub value: i64,
    /// Where it belongs.
    pub family: Family,
}

/// Where a constant belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// `AF_…` and `PF_…`
    Domain,
    /// `SOCK_…`
    Type,
    /// `IPPROTO_…`
    Protocol,
    /// `SOL_…`
    Level,
    /// `MSG_…`
    Message,
    /// `SHUT_…`
    How,
    /// `POLL…`
    Poll,
    /// `INADDR_…`, `in6addr_any`
    Host,
    /// `SO_…`, `TCP_…`, `IP_…`, `IPV6_…`
    Option,
    /// `E…`
    Errno,
    /// The rest: `SOMAXCONN`, `O_NONBLOCK`, `F_SETFL` …
    Other,
}

macro_rules! family {
    ($family:ident: $($name:ident)*) => {
        &[$(Constant { name: stringify!($name), value: libc::$name as i64, family: Family::$family }),*]
    };
}

/// The constants by family. In each, the first name of a value is the one that is printed.
const FAMILIES: &[&[Constant]] = &[
    family!(Domain: AF_UNSPEC AF_UNIX AF_LOCAL AF_INET AF_INET6 PF_UNSPEC PF_UNIX PF_LOCAL PF_INET PF_INET6),
    family!(Type: SOCK_STREAM SOCK_DGRAM SOCK_RAW SOCK_SEQPACKET SOCK_RDM),
    family!(Protocol: IPPROTO_IP IPPROTO_ICMP IPPROTO_TCP IPPROTO_UDP IPPROTO_IPV6 IPPROTO_ICMPV6 IPPROTO_RAW),
    family!(Level: SOL_SOCKET),
    family!(Message: MSG_OOB MSG_PEEK MSG_DONTROUTE MSG_CTRUNC MSG_TRUNC MSG_DONTWAIT MSG_EOR MSG_WAITALL MSG_NOSIGNAL),
    family!(How: SHUT_RD SHUT_WR SHUT_RDWR),
    family!(Poll: POLLIN POLLPRI POLLOUT POLLERR POLLHUP POLLNVAL POLLRDNORM POLLRDBAND POLLWRNORM POLLWRBAND),
    family!(Other: SOMAXCONN F_GETFL F_SETFL O_NONBLOCK O_RDWR EXIT_SUCCESS EXIT_FAILURE),
    family!(Other: AI_PASSIVE AI_NUMERICHOST AI_NUMERICSERV AI_ADDRCONFIG),
    &[
        Constant {
            name: "INADDR_ANY",
            value: 0,
            family: Family::Host,
        },
        Constant {
            name: "INADDR_LOOPBACK",
            value: 0x7f00_0001,
            family: Family::Host,
        },
        Constant {
            name: "INADDR_BROADCAST",
            value: 0xffff_ffff,
            family: Family::Host,
        },
        Constant {
            name: "INADDR_NONE",
            value: 0xffff_ffff,
            family: Family::Host,
        },
        Constant {
            name: "INADDR_ALLHOSTS_GROUP",
            value: 0xe000_0001,
            family: Family::Host,
        },
        Constant {
            name: "in6addr_any",
            value: 0,
            family: Family::Host,
        },
        Constant {
            name: "IN6ADDR_ANY_INIT",
            value: 0,
            family: Family::Host,
        },
        Constant {
            name: "SOL_IP",
            value: libc::IPPROTO_IP as i64,
            family: Family::Level,
        },
        Constant {
            name: "SOL_TCP",
            value: libc::IPPROTO_TCP as i64,
            family: Family::Level,
        },
        Constant {
            name: "SOL_UDP",
            value: libc::IPPROTO_UDP as i64,
            family: Family::Level,
        },
        Constant {
            name: "SOL_IPV6",
            value: libc::IPPROTO_IPV6 as i64,
            family: Family::Level,
        },
    ],
    #[cfg(target_os = "linux")]
    family!(Domain: AF_NETLINK AF_PACKET PF_NETLINK PF_PACKET),
    #[cfg(target_os = "linux")]
    family!(Type: SOCK_NONBLOCK SOCK_CLOEXEC),
    #[cfg(target_os = "linux")]
    family!(Protocol: IPPROTO_UDPLITE IPPROTO_SCTP),
    #[cfg(target_os = "linux")]
    family!(Message: MSG_CONFIRM MSG_ERRQUEUE MSG_MORE MSG_FASTOPEN MSG_CMSG_CLOEXEC),
    #[cfg(target_os = "linux")]
    family!(Poll: POLLRDHUP),
];

/// Every constant, sorted by name: the families above, the options and the errors.
pub static CONSTANTS: LazyLock<Vec<Constant>> = LazyLock::new(|| {
    let options = super::options::names().map(|(name, option)| Constant {
        name,
        value: i64::from(option.code),
        family: Family::Option,
    });
    let errors = ERRNO_NAMES.iter().filter_map(|name| {
        let value = i64::from(crate::errno::Errno::named(name)?.0);
        Some(Constant {
            name,
            value,
            family: Family::Errno,
        })
    });
    let mut all: Vec<Constant> = FAMILIES
        .iter()
        .flat_map(|family| family.iter().copied())
        .chain(options)
        .chain(errors)
        .collect();
    all.sort_unstable_by_key(|constant| constant.name);
    all
});

/// The errors that the calls of this table may give, and those that a student may compare with them.
const ERRNO_NAMES: &[&str] = &[
    "EPERM",
    "ENOENT",
    "EINTR",
    "EIO",
    "EBADF",
    "EAGAIN",
    "EWOULDBLOCK",
    "ENOMEM",
    "EACCES",
    "EFAULT",
    "EEXIST",
    "ENODEV",
    "ENOTDIR",
    "EISDIR",
    "EINVAL",
    "ENFILE",
    "EMFILE",
    "ENOSPC",
    "EROFS",
    "EPIPE",
    "EDOM",
    "ERANGE",
    "ENAMETOOLONG",
    "ENOSYS",
    "ELOOP",
    "EPROTO",
    "EOVERFLOW",
    "ENOTSOCK",
    "EDESTADDRREQ",
    "EMSGSIZE",
    "EPROTOTYPE",
    "ENOPROTOOPT",
    "EPROTONOSUPPORT",
    "ESOCKTNOSUPPORT",
    "EOPNOTSUPP",
    "ENOTSUP",
    "EPFNOSUPPORT",
    "EAFNOSUPPORT",
    "EADDRINUSE",
    "EADDRNOTAVAIL",
    "ENETDOWN",
    "ENETUNREACH",
    "ENETRESET",
    "ECONNABORTED",
    "ECONNRESET",
    "ENOBUFS",
    "EISCONN",
    "ENOTCONN",
    "ESHUTDOWN",
    "ETOOMANYREFS",
    "ETIMEDOUT",
    "ECONNREFUSED",
    "EHOSTDOWN",
    "EHOSTUNREACH",
    "EALREADY",
    "EINPROGRESS",
    "ENOMEDIUM",
    "ECANCELED",
];

/// The constant with exactly this name.
pub fn constant(name: &str) -> Option<Constant> {
    // All but two begin with a capital: a cheap look that spares most names the search.
    if !name.starts_with(|c: char| c.is_ascii_uppercase() || c == 'i') {
        return None;
    }
    let at = CONSTANTS
        .binary_search_by_key(&name, |constant| constant.name)
        .ok()?;
    CONSTANTS.get(at).copied()
}

/// The first constant of a family with this value, in the order of the table: `AF_UNIX` before `AF_LOCAL`.
pub(crate) fn named(family: Family, value: i64) -> Option<&'static str> {
    FAMILIES
        .iter()
        .flat_map(|all| all.iter())
        .find(|constant| constant.family == family && constant.value == value)
        .map(|constant| constant.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_have_the_values_of_this_system() {
        let value = |name| constant(name).map(|c| c.value);
        assert_eq!(value("AF_INET"), Some(i64::from(libc::AF_INET)));
        assert_eq!(value("SO_REUSEADDR"), Some(i64::from(libc::SO_REUSEADDR)));
        assert_eq!(value("ECONNREFUSED"), Some(i64::from(libc::ECONNREFUSED)));
        assert_eq!(value("INADDR_LOOPBACK"), Some(0x7f00_0001));
        assert_eq!(value("SOCK_STREEM"), None);
        assert_eq!(value("s"), None);
    }

    #[test]
    fn a_value_prints_under_its_usual_name() {
        assert_eq!(
            named(Family::Domain, i64::from(libc::PF_LOCAL)),
            Some("AF_UNIX")
        );
        assert_eq!(
            named(Family::Type, i64::from(libc::SOCK_DGRAM)),
            Some("SOCK_DGRAM")
        );
        assert_eq!(named(Family::Type, 77), None);
    }

    #[test]
    fn no_name_stands_for_two_values() {
        for pair in CONSTANTS.windows(2) {
            assert!(pair[0].name < pair[1].name, "{}", pair[0].name);
        }
    }
}
