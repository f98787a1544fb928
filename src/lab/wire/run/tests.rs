//! What another thread is in the middle of when somebody stops the wire.

use super::super::route::Station;
use super::*;
use crate::event::packet::Fate;
use crate::packet::build::{Datagram, datagram};
use crate::packet::parse;
use std::fs::OpenOptions;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

const MANY: usize = 2000;

/// A wire whose hosts take everything and say nothing, with so many packets on their way that arrive as one.
fn burst() -> Shared {
    let station = |name: &str, n| Station {
        name: name.to_owned(),
        v4: Ipv4Addr::new(10, 0, 0, n),
        v6: Ipv6Addr::UNSPECIFIED,
    };
    let mut state = State::new(vec![station("client", 1), station("server", 2)]);
    state.rules.delay = Duration::from_millis(1);
    let end = |n| SocketAddr::from(([10, 0, 0, n], 9));
    let bytes = datagram(&Datagram {
        src: end(1),
        dst: end(2),
        payload: vec![1; 1000],
        ttl: 64,
    })
    .unwrap();
    for _ in 0..MANY {
        state.enter(0, &bytes, parse(&bytes));
    }
    let null = || OpenOptions::new().read(true).write(true).open("/dev/null");
    let tuns = [null().unwrap().into(), null().unwrap().into()];
    Shared::new(tuns.into(), state).unwrap()
}

/// How many were delivered, and how many are held.
fn counts(state: &State) -> (usize, usize) {
    let delivered = |record: &&crate::lab::wire::log::Record| record.fate == Fate::Delivered;
    (state.log.iter().filter(delivered).count(), state.held.len())
}

#[test]
fn nothing_arrives_once_the_wire_is_held() {
    for _ in 0..20 {
        let shared = burst();
        let then = std::thread::scope(|scope| {
            scope.spawn(|| shared.tick());
            while shared.state().line.len() == MANY {
                std::thread::yield_now();
            }
            let mut still = shared.still();
            still.state.hold();
            let then = counts(&still.state);
            drop(still);
            // It waits for what the clock still does.
            shared.end();
            then
        });
        assert_eq!(then.0 + then.1, MANY, "the rest is between wire and host");
        assert_eq!(counts(&shared.state()), then, "something arrived since");
    }
}
