//! What a capture sees, which may begin in the middle of a connection.

use crate::packet::build::{Opt, Segment, segment};
use crate::packet::testing::{Story, tcp};
use crate::packet::{Flows, Mark, Way, parse};
use std::time::Duration;

/// What a capture sees first of a connection, of which its ends say that the server sends it.
fn captured(packet: &Segment) -> (Flows, Mark) {
    let (mut flows, bytes) = (Flows::default(), segment(packet).expect("made"));
    let mark = flows.captured(1, Duration::ZERO, &bytes, &parse(&bytes), Way::ToClient);
    (flows, mark)
}

#[test]
fn a_capture_that_begins_in_the_middle_knows_the_server_from_its_ends() {
    let (flows, mark) = captured(&tcp(false, "P.", 500, 700, 10));
    assert_eq!((mark.way, mark.scale), (Way::ToClient, None));
    let server = flows.conversations()[0].server;
    assert_eq!(server, ("10.0.0.2".parse().expect("an address"), Some(80)));
    // A SYN says it itself.
    let (_, mark) = captured(&tcp(true, "S", 0, 0, 0));
    assert_eq!(mark.way, Way::ToServer);
}

#[test]
fn one_syn_without_a_scale_is_enough_to_know_that_there_is_none() {
    let with_scale = |from_client, letters, ack| {
        let mut syn = tcp(from_client, letters, 0, ack, 0);
        syn.options = vec![Opt::Wscale(7)];
        syn
    };
    let (plain, scaled) = (tcp(true, "S", 0, 0, 0), with_scale(true, "S", 0));
    let answers = with_scale(false, "S.", 1);
    for (syn, answer, scale) in [
        (Some(&plain), None, Some(0)),
        (Some(&scaled), None, None),
        (None, Some(&answers), None),
        (Some(&scaled), Some(&answers), Some(7)),
        (Some(&plain), Some(&answers), Some(0)),
    ] {
        let mut story = Story::default();
        for seen in [syn, answer].into_iter().flatten() {
            assert_eq!(story.passes(1, seen).scale, Some(0));
        }
        let mark = story.c(1, "P.", 1, 1, 5);
        let window = 500 << scale.unwrap_or(0);
        assert_eq!((mark.scale, mark.window), (scale, Some(window)));
    }
}
