//! Network interfaces: the one behind the % of a link-local address, the one that a socket is bound to, and the one by
//! which its groups leave.

use super::super::facts::{Link, Proto};
use super::{Scene, Words};
use crate::event::Addr;
use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6};

/// How a socket comes to an interface (ipv6(7); `tcp_v6_connect`, `__ip6_datagram_connect`).
const HOW: &str = "bind() or connect() with an address that belongs to one interface, link-local or a group's, binds the \
                   socket to that interface, connect() even where it fails.";

/// ENETUNREACH: no way leads there by the one interface that was allowed.
pub(super) fn unreachable(scene: &Scene<'_>, asked: SocketAddr) -> Option<Words> {
    if let SocketAddr::V6(asked) = asked {
        if asked.ip().is_unicast_link_local() {
            return on_the_wrong_link(scene, asked);
        }
        if asked.ip().is_multicast() {
            return groups(scene, asked).or_else(|| on_its_link(scene, asked.into()));
        }
    }
    on_its_link(scene, asked)
}

/// An address to which the interface that the socket is bound to has no way.
fn on_its_link(scene: &Scene<'_>, asked: SocketAddr) -> Option<Words> {
    let socket = scene.socket()?;
    if socket.proto == Proto::Tcp && asked.ip().is_multicast() {
        return None;
    }
    let words = Words::new(format!(
        "{} is bound to the interface {}, and by that one no way leads to {}.",
        scene.name(),
        socket.device.as_ref()?,
        asked.ip()
    ));
    Some(anew(scene, words.why(HOW), &asked.to_string()))
}

/// A link-local address on an interface that has no way to it.
fn on_the_wrong_link(scene: &Scene<'_>, asked: SocketAddrV6) -> Option<Words> {
    let (name, ip) = (scene.name(), asked.ip());
    let link = numbered(scene, asked.scope_id())?;
    let by = &link.name;
    if link.addresses.contains(ip) {
        return None;
    }
    let words = Words::new(format!("The kernel has no way to send to {ip} by {by}."));
    let Some(owner) = owner(scene, *ip) else {
        return Some(words.why(format!(
            "A link-local address is looked for on the interface behind its % alone, and no route leads there by {by}."
        )).hint("explain ENETUNREACH"));
    };
    let owner = &owner.name;
    let words = words.why(format!(
        "{ip} is this machine's own address on {owner}. A link-local address is looked for on the interface behind its % \
         alone."
    ));
    let right = format!("[{ip}%{owner}]:{}", asked.port());
    Some(match scene.socket()?.device {
        Some(_) => anew(scene, words.why(bound_by_this(name, by)), &right),
        None => words.hint(call(scene, name, &right)),
    })
}

/// A group by an interface that has no route for groups.
fn groups(scene: &Scene<'_>, asked: SocketAddrV6) -> Option<Words> {
    let socket = scene.socket()?;
    let (name, scope) = (scene.name(), asked.scope_id());
    if socket.proto == Proto::Tcp {
        return None;
    }
    let by = match scope {
        0 => &numbered(scene, socket.group_link?)?.name,
        scope => &numbered(scene, scope)?.name,
    };
    let words = Words::new(format!(
        "The kernel has no way to send to {} by {by}.",
        asked.ip()
    ));
    let none = format!(
        "that interface has no route for groups (ff00::/8){}",
        match by.as_str() {
            "lo" => ": Linux gives the loopback none",
            _ => "",
        }
    );
    let words = words.why(match scope {
        0 => format!("The groups of {name} leave by {by} (IPV6_MULTICAST_IF), and {none}."),
        _ => format!("The address names {by}, and {none}."),
    });
    let anywhere = format!("[{}]:{}", asked.ip(), asked.port());
    Some(match &socket.device {
        Some(_) => anew(scene, words.why(bound_by_this(name, by)), &anywhere),
        None if scope == 0 => words
            .why("With 0 the kernel chooses the interface.")
            .hint(format!("setsockopt {name} IPV6_MULTICAST_IF 0"))
            .then(call(scene, name, &anywhere)),
        None => words.hint(call(scene, name, &anywhere)),
    })
}

/// EINVAL: the address is behind another interface than the socket's.
pub(super) fn another(scene: &Scene<'_>) -> Option<Words> {
    let Some(Addr::Inet(SocketAddr::V6(asked))) = &scene.facts.asked else {
        return None;
    };
    let device = scene.socket()?.device.as_ref()?;
    let link = numbered(scene, asked.scope_id())?;
    let by = &link.name;
    if by == device {
        return None;
    }
    let right = match owner(scene, *asked.ip()) {
        Some(owner) if !link.addresses.contains(asked.ip()) => &owner.name,
        _ => by,
    };
    let words = Words::new(format!(
        "{} is bound to the interface {device}, and this address is looked for on {by}.",
        scene.name()
    ));
    let addr = format!("[{}%{right}]:{}", asked.ip(), asked.port());
    Some(anew(scene, words.why(HOW), &addr))
}

/// EINVAL: IPV6_MULTICAST_IF with another interface than the socket's.
pub(super) fn option(scene: &Scene<'_>, value: Option<&str>) -> Option<Words> {
    let device = scene.socket()?.device.as_ref()?;
    let words = Words::new(format!(
        "{} is bound to the interface {device}: its groups cannot leave by another.",
        scene.name()
    ));
    let words = words.why(HOW).hint(scene.new_socket());
    Some(match value {
        Some(value) => words.then(format!(
            "setsockopt {} IPV6_MULTICAST_IF {value}",
            scene.free()
        )),
        None => words,
    })
}

/// EINVAL: a link-local address without an interface. One is proposed that has the address, or one like it.
pub(super) fn unnamed(scene: &Scene<'_>, asked: SocketAddrV6) -> Words {
    let links = &scene.facts.links;
    let local = || links.iter().find(|link| !link.addresses.is_empty());
    let other = || links.iter().find(|link| !link.name.starts_with("lo"));
    let link = owner(scene, *asked.ip()).or_else(local).or_else(other);
    let link = link.map_or("INTERFACE", |link| &link.name);
    let (ip, port) = (asked.ip(), asked.port());
    Words::new(format!(
        "{asked} is a link-local address: it means nothing without the interface."
    ))
    .why("Every interface has its own fe80::/10; say which one after a %.")
    .hint(call(scene, scene.name(), &format!("[{ip}%{link}]:{port}")))
}

/// The interface that has this address.
fn owner<'a>(scene: &Scene<'a>, ip: Ipv6Addr) -> Option<&'a Link> {
    let mut links = scene.facts.links.iter();
    links.find(|link| link.addresses.contains(&ip))
}

fn numbered<'a>(scene: &Scene<'a>, index: u32) -> Option<&'a Link> {
    let mut links = scene.facts.links.iter();
    links.find(|link| index != 0 && link.index == index)
}

fn bound_by_this(name: &str, by: &str) -> String {
    format!(
        "{name} is bound to {by} now: connect() does that even where it fails. Another interface needs a new socket."
    )
}

/// The same call on a new socket.
fn anew(scene: &Scene<'_>, words: Words, addr: &str) -> Words {
    words
        .hint(scene.new_socket())
        .then(call(scene, scene.free(), addr))
}

/// The call that failed, with another address.
fn call(scene: &Scene<'_>, name: &str, addr: &str) -> String {
    match scene.call {
        "bind" => format!("bind {name} {addr}"),
        "sendto" => format!("sendto {name} \"hi\" {addr}"),
        _ => format!("connect {name} {addr}"),
    }
}
