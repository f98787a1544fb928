//! The table of socket options: names, numbers and the shape of their values.

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
