//! What Linux itself sent, recorded between two network namespaces joined by a wire that dropped chosen packets (Linux 6.18,
//! cubic, no delay). A line of a trace is a packet: microseconds, its fate, its bytes.

use crate::packet::{Again, Flows, Mark, parse};
use std::time::Duration;

fn play(trace: &str) -> Vec<Mark> {
    let mut flows = Flows::default();
    let packet = |(index, line): (usize, &str)| {
        let mut words = line.split(' ');
        let mut word = || words.next().expect("three words");
        let at = Duration::from_micros(word().parse().expect("microseconds"));
        let fate = word();
        let hex = word();
        let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex");
        let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
        let mark = flows.enter(index as u64 + 1, at, &bytes, &parse(&bytes));
        match fate {
            "delivered" => flows.delivered(at, &mark),
            _ => flows.dropped(&mark),
        }
        mark
    };
    trace.lines().enumerate().map(packet).collect()
}

/// Number, of which, how often, why.
fn repeated(trace: &str) -> Vec<(u64, u64, u32, Again)> {
    let told = |mark: Mark| {
        let again = mark.retransmission?;
        Some((mark.n, again.of, again.nth, again.why))
    };
    play(trace).into_iter().filter_map(told).collect()
}

#[test]
fn a_lone_segment_lost_is_probed_for_and_then_times_out() {
    assert_eq!(
        repeated(include_str!("traces/lone_segment.trace")),
        [
            (5, 4, 1, Again::Probe),
            (6, 4, 2, Again::Timeout),
            (7, 4, 3, Again::Timeout)
        ]
    );
}

#[test]
fn one_hole_is_filled_at_once() {
    assert_eq!(
        repeated(include_str!("traces/one_hole_sack.trace")),
        [(20, 7, 1, Again::Fast)]
    );
    assert_eq!(
        repeated(include_str!("traces/one_hole_no_sack.trace")),
        [(22, 7, 1, Again::Fast)]
    );
}

#[test]
fn the_last_two_lost() {
    assert_eq!(
        repeated(include_str!("traces/tail_of_two.trace")),
        [(22, 21, 1, Again::Probe), (24, 19, 1, Again::Fast)]
    );
}

#[test]
fn everything_lost() {
    assert_eq!(
        repeated(include_str!("traces/everything.trace")),
        [
            (14, 13, 1, Again::Probe),
            (15, 4, 1, Again::Timeout),
            (16, 4, 2, Again::Timeout)
        ]
    );
}

#[test]
fn a_two_holes_as_well() {
    assert_eq!(
        repeated(include_str!("traces/two_holes.trace")),
        [(21, 8, 1, Again::Fast), (23, 10, 1, Again::Fast)]
    );
}

#[test]
fn handshakes_with_a_loss() {
    // The server repeats its SYN,ACK twice: in answer, and by a timer of its own that ran out at the same moment.
    assert_eq!(
        repeated(include_str!("traces/syn_ack_lost.trace")),
        [
            (3, 1, 1, Again::Timeout),
            (4, 2, 1, Again::Answer),
            (6, 2, 2, Again::Unknown),
            (7, 5, 1, Again::Answer)
        ]
    );
    assert_eq!(
        repeated(include_str!("traces/last_ack_lost.trace")),
        [(4, 2, 1, Again::Timeout), (5, 3, 1, Again::Answer)]
    );
}

/// A repeated SYN leaves no round-trip time to go by, and yet the tail is probed for.
#[test]
fn a_syn_and_then_the_data_lost() {
    let expected = [
        (2, 1, 1, Again::Timeout),
        (6, 5, 1, Again::Probe),
        (7, 5, 2, Again::Timeout),
    ];
    assert_eq!(
        repeated(include_str!("traces/syn_then_data_lost.trace")),
        expected
    );
}

#[test]
fn a_closed_window_is_probed() {
    let marks = play(include_str!("traces/window_closed.trace"));
    let which = |is: fn(&Mark) -> bool| -> Vec<u64> {
        marks
            .iter()
            .filter(|mark| is(mark))
            .map(|mark| mark.n)
            .collect()
    };
    assert_eq!(which(|mark| mark.window_probe), [10, 12]);
    assert_eq!(which(|mark| mark.zero_window), [9, 11]);
    assert_eq!(which(|mark| mark.window_update), [13]);
    let quiet = |mark: &Mark| {
        !mark.keep_alive && mark.duplicate_ack.is_none() && mark.retransmission.is_none()
    };
    assert!(marks.iter().all(quiet));
}

#[test]
fn an_idle_connection_is_kept_alive() {
    let marks = play(include_str!("traces/keep_alive.trace"));
    let alive: Vec<u64> = marks
        .iter()
        .filter(|mark| mark.keep_alive)
        .map(|mark| mark.n)
        .collect();
    assert_eq!(alive, [6, 8]);
    assert!(marks.iter().all(|mark| mark.retransmission.is_none()));
}
