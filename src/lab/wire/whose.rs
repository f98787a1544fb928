//! Which calls and states of the ladder belong to one conversation: those of its own sockets. A listener, and a datagram
//! socket without a peer, take part in every conversation at their address.

use super::log::{Cause, Moment};
use super::state::State;
use crate::event::packet::Rung;
use crate::packet::Conversation;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

/// A call or a state, told by the session, and whose it is.
#[derive(Debug, Clone)]
pub(super) struct Aside {
    pub rung: Rung,
    pub whose: Whose,
}

/// Whose a call or a state is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Whose {
    /// An end's of this conversation.
    Flow(Option<u32>),
    /// A socket's.
    Socket(Owner),
}

/// A socket, as far as it is known when it makes a call or changes its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Its number in the session.
    pub socket: u64,
    /// Whether it is a TCP socket; of the others, only UDP's have conversations.
    pub tcp: bool,
    /// Its own address.
    pub local: Option<SocketAddr>,
    /// That of the other end.
    pub peer: Option<SocketAddr>,
    /// It is about to make a call: what its host sends until the next one is that call's doing.
    pub calls: bool,
}

/// For each moment, whether it is a call or a state of this conversation.
pub(super) fn of_flow(state: &State, moments: &[Moment], flow: u64) -> Vec<bool> {
    let each = state.flows.conversations().into_iter();
    let Some(talk) = each.into_iter().find(|talk| u64::from(talk.flow) == flow) else {
        return vec![false; moments.len()];
    };
    let mut latest = BTreeMap::new();
    let mut verdicts: Vec<Option<bool>> = Vec::with_capacity(moments.len());
    for (at, moment) in moments.iter().enumerate() {
        let Moment::Aside(aside) = moment else {
            verdicts.push(None);
            continue;
        };
        verdicts.push(match &aside.whose {
            Whose::Flow(of) => Some(*of == Some(talk.flow)),
            Whose::Socket(owner) => {
                let before = || latest.get(&owner.socket).copied();
                let sent = || sends(state, &moments[at..], &talk);
                let verdict = connected(owner, &talk)
                    .or_else(|| if owner.calls { sent() } else { before() })
                    .or_else(|| here(state, owner, &aside.rung, &talk));
                if let Some(verdict) = verdict {
                    latest.insert(owner.socket, verdict);
                }
                verdict
            }
        });
    }
    // A call before its socket has any address belongs to what that socket does next.
    let mut next = BTreeMap::new();
    for (moment, verdict) in moments.iter().zip(&mut verdicts).rev() {
        if let Some(owner) = owner(moment) {
            match verdict {
                Some(known) => _ = next.insert(owner.socket, *known),
                None => *verdict = next.get(&owner.socket).copied(),
            }
        }
    }
    let known = verdicts.into_iter();
    known.map(|verdict| verdict == Some(true)).collect()
}

fn owner(moment: &Moment) -> Option<&Owner> {
    match moment {
        Moment::Aside(aside) => match &aside.whose {
            Whose::Socket(owner) => Some(owner),
            Whose::Flow(_) => None,
        },
        _ => None,
    }
}

/// Of a socket with a peer: whether the two are the ends of the conversation.
fn connected(owner: &Owner, talk: &Conversation) -> Option<bool> {
    let two = (plain(owner.local?), plain(owner.peer?));
    let same = two == (talk.client, talk.server) || two == (talk.server, talk.client);
    Some(same && fits(owner, talk))
}

/// Of a call, which is the first of these moments: whether a packet that it has caused is one of the conversation. `None`
/// where it has caused none.
fn sends(state: &State, moments: &[Moment], talk: &Conversation) -> Option<bool> {
    let (call, after) = moments.split_first()?;
    let Moment::Aside(call) = call else {
        return None;
    };
    let of_call = after
        .iter()
        .take_while(|moment| !owner(moment).is_some_and(|owner| owner.calls));
    let flows = of_call.filter_map(|moment| {
        let Moment::Sent(n) = moment else {
            return None;
        };
        let record = state.log.get(*n)?;
        let caused = matches!(record.cause, Cause::Call(_));
        let station = state.stations.get(record.from)?;
        let own = caused && Some(&station.name) == host(&call.rung);
        own.then_some(record.mark.flow)
    });
    flows.fold(None, |verdict, flow| {
        Some(verdict == Some(true) || flow == Some(talk.flow))
    })
}

/// Of a socket without a peer: whether it stands at one of the conversation's ends.
fn here(state: &State, owner: &Owner, rung: &Rung, talk: &Conversation) -> Option<bool> {
    let (ip, port) = plain(owner.local.filter(|local| local.port() != 0)?);
    let host = host(rung)?;
    let station = state.stations.iter().find(|known| known.name == *host)?;
    let at = |(address, its): (IpAddr, Option<u16>)| {
        let there = address == ip
            || ip.is_unspecified() && (address == station.v4 || address == station.v6);
        there && its == port
    };
    Some(fits(owner, talk) && (at(talk.client) || at(talk.server)))
}

fn fits(owner: &Owner, talk: &Conversation) -> bool {
    talk.proto == if owner.tcp { "tcp" } else { "udp" }
}

fn host(rung: &Rung) -> Option<&String> {
    match rung {
        Rung::Call { host, .. } | Rung::State { host, .. } => Some(host),
        Rung::Sent(_) | Rung::Arrived(_) | Rung::Dropped(_) => None,
    }
}

/// As a packet names it: an IPv4 address is not written as one of IPv6.
fn plain(address: SocketAddr) -> (IpAddr, Option<u16>) {
    (address.ip().to_canonical(), Some(address.port()))
}
