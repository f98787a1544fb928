//! Who has an Internet address, and who would get what goes there.

use super::App;
use super::facts::{proto, switch};
use crate::event::Holder;
use crate::explain::{Proto, Sharing, SocketFacts, Target};
use crate::session::{Socket, SocketId};
use crate::sys::call;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

impl App {
    /// The other sockets that have an address which this one wants: those of its protocol, where the two addresses
    /// overlap. Each protocol has ports of its own. And whether the kernel did not say: then they are the session's own alone.
    pub(super) fn in_the_way(
        &mut self,
        at: SocketAddr,
        id: SocketId,
        wants: Option<&SocketFacts>,
    ) -> (Vec<Holder>, bool) {
        let Some(wants) = wants else {
            return (Vec::new(), true);
        };
        let host = self.host_of(Some(id));
        let asked = self.holders(host.as_deref(), at.port());
        let silent = asked.is_err();
        let mut all = asked.unwrap_or_else(|_| self.own_holders(host.as_deref(), at.port()));
        all.retain(|other| {
            let overlaps =
                |local| covers(local, other.v6only, at) || covers(at, wants.v6only, local);
            other.socket.as_ref() != Some(&wants.name)
                && other.proto.starts_with("udp") == (wants.proto == Proto::Udp)
                && other.local.inet().is_some_and(overlaps)
        });
        (all, silent)
    }

    /// Which of the session's own open sockets have this port, where the kernel does not say who has it.
    fn own_holders(&self, host: Option<&str>, port: u16) -> Vec<Holder> {
        let there = |socket: &Socket| {
            let look = self.ledger.last(socket.id)?;
            let local = look.local.clone()?;
            let has_it = socket.host.as_deref() == host && local.inet()?.port() == port;
            has_it.then(|| Holder {
                proto: socket.proto().to_owned(),
                local,
                peer: look.peer.clone(),
                state: look.state,
                socket: Some(socket.name.to_string()),
                pid: None,
                process: None,
                uid: nix::unistd::geteuid().as_raw(),
                owned: true,
                v6only: switch(socket.fd, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY) == Some(true),
            })
        };
        let open = self.session.open_sockets().into_iter();
        open.filter_map(there).collect()
    }

    /// Whether the holder, where it is one of the session's sockets, had SO_REUSEADDR set.
    pub(super) fn holder_reuse(&self, holders: &[Holder]) -> Option<bool> {
        let named = holders.iter().find_map(|holder| holder.socket.clone())?;
        let name = named.split(',').next().unwrap_or(&named);
        let socket = self.session.find_socket(name)?;
        Some(socket.reuse)
    }

    /// Which of the holders are open sockets of the session, and what each has set by which others may have its port too.
    pub(super) fn sharing(&self, holders: &[Holder]) -> Vec<Sharing> {
        let named = |name: &str| {
            holders
                .iter()
                .any(|holder| holder.socket.as_deref() == Some(name))
        };
        let open = self.session.open_sockets().into_iter();
        open.filter(|socket| named(&socket.name))
            .map(|socket| {
                let on = |name| switch(socket.fd, libc::SOL_SOCKET, name) == Some(true);
                Sharing {
                    name: socket.name.to_string(),
                    reuseaddr: on(libc::SO_REUSEADDR),
                    reuseport: on(libc::SO_REUSEPORT),
                }
            })
            .collect()
    }

    /// The session's own socket on this host to which what goes to this address would come, or that has the port for the
    /// other protocol.
    pub(super) fn standing_at(
        &self,
        to: SocketAddr,
        host: Option<&str>,
        wanted: Proto,
    ) -> Option<Target> {
        let all = self.session.open_sockets().into_iter();
        let there = all.filter(|socket| {
            // What accept() returned has its listener's address, and is spoken for.
            let spoken_for = socket.is_tcp() && socket.connected();
            socket.host.as_deref() == host
                && !spoken_for
                && (socket.listening || !socket.gave_up_its_port)
        });
        let there = there.filter(|socket| {
            let local = call::getsockname(socket.fd, socket.addr_len());
            let local = local.ok().and_then(|name| name.addr?.inet());
            let v6only = switch(socket.fd, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY);
            local.is_some_and(|local| covers(local, v6only == Some(true), to))
        });
        there
            .map(target)
            .min_by_key(|target| target.proto != wanted)
    }
}

/// Whether a socket at `local` gets what goes to `to`. The any-address of IPv6 stands for IPv4's too, unless IPV6_V6ONLY
/// is set; an IPv4 address inside an IPv6 one (`::ffff:127.0.0.1`) is the IPv4 address.
pub(super) fn covers(local: SocketAddr, v6only: bool, to: SocketAddr) -> bool {
    let (here, there) = (
        local.ip().to_canonical(),
        destination(to.ip().to_canonical()),
    );
    let any = match here {
        IpAddr::V4(_) => there.is_ipv4(),
        IpAddr::V6(_) => there.is_ipv6() || !v6only,
    };
    local.port() == to.port() && (here == there || here.is_unspecified() && any)
}

/// The address that a destination means: the any-address is this machine's loopback.
pub(super) fn destination(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}

pub(super) fn target(socket: &Socket) -> Target {
    Target {
        name: socket.name.to_string(),
        proto: proto(socket),
        listening: socket.listening,
        shut: socket.shut_read,
        peer: socket.peer.clone(),
    }
}
