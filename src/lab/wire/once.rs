//! A packet that several interfaces show, or one of them twice, is one packet.

use crate::packet::Parsed;
use crate::sys::capture::Place;
use std::collections::HashMap;
use std::net::IpAddr;

/// So many ways are remembered. Then all are forgotten, and each is known again by its next packet.
const MOST: usize = 4096;

/// From where to where a packet goes: addresses, protocol, ports.
type Route = (IpAddr, IpAddr, u8, Option<(u16, u16)>);

/// Where the packets of each way of each conversation are looked at: at the place that showed the first of them. (There and
/// back are two ways: a packet leaves through a bridge first, and comes in through the bridge's port first.)
#[derive(Default)]
pub(super) struct Once {
    places: HashMap<Route, Place>,
}

impl Once {
    /// Whether this place is the one. Never for what is no IP packet.
    pub fn shows(&mut self, parsed: &Parsed, place: Place) -> bool {
        let Some(ip) = &parsed.ip else {
            return false;
        };
        if self.places.len() >= MOST {
            self.places.clear();
        }
        let route = (ip.src, ip.dst, ip.protocol, parsed.ports);
        *self.places.entry(route).or_insert(place) == place
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::build::{Datagram, datagram};
    use crate::packet::parse;
    use std::net::SocketAddr;

    fn parsed(src: u16, dst: u16) -> Parsed {
        let end = |port| SocketAddr::from(([10, 0, 0, 1], port));
        let made = datagram(&Datagram {
            src: end(src),
            dst: end(dst),
            payload: Vec::new(),
            ttl: 64,
        });
        parse(&made.unwrap())
    }

    fn place(interface: usize, leaves: bool) -> Place {
        Place { interface, leaves }
    }

    #[test]
    fn a_packet_counts_once_on_its_way_through_a_bridge() {
        let mut once = Once::default();
        let (there, back) = (parsed(5, 80), parsed(80, 5));
        let (bridge, port) = (3, 4);
        for _ in 0..2 {
            assert!(once.shows(&there, place(bridge, true)));
            assert!(!once.shows(&there, place(port, true)));
            assert!(once.shows(&back, place(port, false)));
            assert!(!once.shows(&back, place(bridge, false)));
        }
        // Another conversation may go another way.
        assert!(once.shows(&parsed(6, 80), place(port, true)));
    }

    #[test]
    fn a_packet_counts_once_on_the_loopback_interface() {
        let mut once = Once::default();
        for _ in 0..2 {
            assert!(once.shows(&parsed(5, 80), place(1, true)));
            assert!(!once.shows(&parsed(5, 80), place(1, false)));
        }
    }

    #[test]
    fn no_number_of_conversations_fills_the_memory() {
        let mut once = Once::default();
        for port in 0..u16::MAX {
            assert!(once.shows(&parsed(port, 80), place(1, true)));
        }
        assert!(once.places.len() <= MOST);
    }
}
