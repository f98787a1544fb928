//! Stories of retransmission, and what is counted.

mod captured;
mod linux;

use crate::packet::build::{Opt, Segment, segment};
use crate::packet::testing::{Story, addr, flags, icmp, tcp, udp};
use crate::packet::{Again, Count, Mark, Retransmission, Way};

fn again(mark: &Mark) -> (u64, u32, Again, u64) {
    let Retransmission {
        of,
        nth,
        why,
        after,
    } = mark.retransmission.clone().expect("a repetition");
    (of, nth, why, after)
}

fn counts(story: &Story, way: Way) -> Count {
    story.flows.conversations()[0].ways[way as usize]
}

#[test]
fn a_handshake_has_relative_numbers_and_scaled_windows_afterwards() {
    let mut story = Story::default();
    let mut syn = tcp(true, "S", 0, 0, 0);
    syn.window = 64_240;
    syn.options = vec![Opt::Wscale(7)];
    let mark = story.passes(0, &syn);
    assert_eq!(
        (mark.seq, mark.ack, mark.window),
        (Some(0), None, Some(64_240))
    );
    assert_eq!((mark.flow, mark.way), (Some(1), Way::ToServer));
    let mut answer = tcp(false, "S.", 0, 1, 0);
    answer.options = vec![Opt::Wscale(2)];
    let mark = story.passes(1, &answer);
    assert_eq!(
        (mark.seq, mark.ack, mark.window),
        (Some(0), Some(1), Some(500))
    );
    assert_eq!(mark.way, Way::ToClient);
    let mark = story.passes(1, &tcp(true, ".", 1, 1, 0));
    assert_eq!(
        (mark.seq, mark.ack, mark.window),
        (Some(1), Some(1), Some(64_000))
    );
    let mark = story.c(1, "P.", 1, 1, 30);
    assert_eq!((mark.seq, mark.retransmission), (Some(1), None));
    let mark = story.s(1, "P.", 1, 31, 5);
    assert_eq!(
        (mark.seq, mark.ack, mark.window),
        (Some(1), Some(31), Some(2000))
    );
}

#[test]
fn a_window_is_scaled_only_where_both_syns_were_and_carried_it() {
    let mut story = Story::default();
    let mut syn = tcp(true, "S", 0, 0, 0);
    syn.options = vec![Opt::Wscale(7)];
    story.passes(0, &syn);
    story.passes(1, &tcp(false, "S.", 0, 1, 0));
    assert_eq!(story.c(1, ".", 1, 1, 0).window, Some(500));
}

#[test]
fn a_forged_syn_changes_no_scale_once_it_is_agreed() {
    let mut story = Story::handshake(true);
    assert_eq!(story.s(0, ".", 1, 1, 0).window, Some(64_000));
    assert_eq!(story.s(0, "S", 0, 0, 0).seq, Some(0));
    assert_eq!(story.s(0, ".", 1, 1, 0).window, Some(64_000));
    assert_eq!(story.c(0, ".", 1, 1, 0).window, Some(64_000));
}

#[test]
fn the_parts_of_a_segment_are_repeated_one_by_one() {
    let mut story = Story::handshake(true);
    let _ = story.c(0, ".", 1, 1, 900);
    let second = story.c(0, ".", 901, 1, 900);
    let parts = [(1, 300), (301, 300), (601, 300)];
    // Nothing is heard: the first part again after a timeout, and the others after its acknowledgment.
    for (nth, (seq, len)) in parts.into_iter().enumerate() {
        let mark = story.passes(400, &tcp(true, ".", seq, 1, len));
        assert_eq!(again(&mark).0, 4, "part {nth}");
        assert_eq!(again(&mark).1, 1, "part {nth}");
        story.passes(0, &tcp(false, ".", 1, seq + len as u32, 0));
    }
    let mark = story.c(900, ".", 801, 1, 200);
    // It overlaps what was repeated and what was not.
    assert_eq!((again(&mark).0, again(&mark).1), (4, 2));
    let mark = story.c(900, ".", 1001, 1, 800);
    assert_eq!((again(&mark).0, again(&mark).1), (second.n, 1));
}

#[test]
fn where_the_syn_was_not_seen_the_first_number_is_one() {
    let mut story = Story::default();
    let mark = story.c(0, "P.", 500, 700, 10);
    assert_eq!(
        (mark.seq, mark.ack, mark.way),
        (Some(1), Some(1), Way::ToServer)
    );
    let mark = story.s(1, ".", 700, 510, 0);
    assert_eq!((mark.seq, mark.ack), (Some(1), Some(11)));
    // A refused SYN: the RST has no number of its own.
    let mut story = Story::default();
    story.passes(0, &tcp(true, "S", 0, 0, 0));
    let mut rst = tcp(false, "R.", 0, 1, 0);
    rst.seq = 0;
    let mark = story.passes(0, &rst);
    assert_eq!((mark.seq, mark.ack), (Some(1), Some(1)));
    assert!(story.flows.flows[&1].ended);
}

#[test]
fn a_chain_of_timeouts() {
    // Without SACK there is no tail loss probe.
    let mut story = Story::handshake(false);
    let first = story.c(1, "P.", 1, 1, 100);
    assert_eq!(first.retransmission, None);
    assert_eq!(
        again(&story.c(201, "P.", 1, 1, 100)),
        (4, 1, Again::Timeout, 201)
    );
    assert_eq!(
        again(&story.c(404, "P.", 1, 1, 100)),
        (4, 2, Again::Timeout, 404)
    );
    let third = story.c(810, "P.", 1, 1, 100);
    assert_eq!(again(&third), (4, 3, Again::Timeout, 810));
    let count = counts(&story, Way::ToServer);
    assert_eq!(
        (count.packets, count.payload, count.retransmitted),
        (6, 400, 3)
    );
}

#[test]
fn a_tail_loss_probe_and_then_the_timeout() {
    let mut story = Story::handshake(true);
    story.c(1, "P.", 1, 1, 100);
    assert_eq!(
        again(&story.c(201, "P.", 1, 1, 100)),
        (4, 1, Again::Probe, 201)
    );
    assert_eq!(
        again(&story.c(206, "P.", 1, 1, 100)),
        (4, 2, Again::Timeout, 206)
    );
    assert_eq!(
        again(&story.c(420, "P.", 1, 1, 100)),
        (4, 3, Again::Timeout, 420)
    );
}

#[test]
fn the_probe_repeats_the_last_of_several() {
    let mut story = Story::handshake(true);
    for at in 0..4 {
        story.c(0, ".", 1 + at * 100, 1, 100);
    }
    assert_eq!(
        again(&story.c(25, "P.", 301, 1, 100)),
        (7, 1, Again::Probe, 25)
    );
}

#[test]
fn three_duplicate_acknowledgments_and_a_fast_retransmission() {
    let mut story = Story::handshake(false);
    story.c(1, ".", 1, 1, 100);
    for at in 1..5 {
        story.passes(0, &tcp(true, ".", 1 + at * 100, 1, 100));
        // The handshake's SYN,ACK carried ack 1 already.
        let mark = story.passes(0, &tcp(false, ".", 1, 1, 0));
        assert_eq!(mark.duplicate_ack, Some(at));
    }
    assert_eq!(again(&story.c(1, ".", 1, 1, 100)), (4, 1, Again::Fast, 1));
    // A part is acknowledged, which shows the next hole.
    story.passes(5, &tcp(false, ".", 1, 101, 0));
    assert_eq!(again(&story.c(0, ".", 101, 1, 100)), (5, 1, Again::Fast, 6));
}

#[test]
fn duplicates_that_never_reach_the_sender_move_nothing() {
    let mut story = Story::handshake(false);
    story.c(1, ".", 1, 1, 100);
    for at in 1..5 {
        story.passes(0, &tcp(true, ".", 1 + at * 100, 1, 100));
        let mark = story.s(0, ".", 1, 1, 0);
        story.flows.dropped(&mark);
    }
    assert_eq!(again(&story.c(30, ".", 1, 1, 100)).2, Again::Unknown);
    assert_eq!(again(&story.c(250, ".", 1, 1, 100)).2, Again::Timeout);
}

#[test]
fn a_sack_block_reports_the_hole() {
    let mut story = Story::handshake(true);
    story.c(1, ".", 1, 1, 100);
    story.passes(0, &tcp(true, ".", 101, 1, 100));
    let mark = story.passes(10, &reports(1, 101, 201));
    assert_eq!(mark.duplicate_ack, Some(1));
    assert_eq!(again(&story.c(3, ".", 1, 1, 100)), (4, 1, Again::Fast, 13));
}

/// The server's acknowledgment, with a SACK block.
fn reports(ack: u32, from: u32, to: u32) -> Segment {
    let mut segment = tcp(false, ".", 1, ack, 0);
    let [from, to] = [from, to].map(|place| tcp(true, "", place, 0, 0).seq);
    segment.options = vec![Opt::Nop, Opt::Nop, Opt::Sack(vec![(from, to)])];
    segment
}

#[test]
fn after_a_timeout_the_rest_follows_as_acknowledgments_come() {
    let mut story = Story::handshake(false);
    for at in 0..3 {
        story.c(0, ".", 1 + at * 100, 1, 100);
    }
    let mark = story.c(210, ".", 1, 1, 100);
    assert_eq!(again(&mark), (4, 1, Again::Timeout, 210));
    story.deliver(0, &mark);
    story.passes(10, &tcp(false, ".", 1, 101, 0));
    assert_eq!(
        again(&story.c(0, ".", 101, 1, 100)),
        (5, 1, Again::AfterTimeout, 220)
    );
}

#[test]
fn what_followed_a_timeout_and_was_lost_again_is_missed_by_what_came_behind_it() {
    let mut story = Story::handshake(true);
    for at in 0..3 {
        story.c(0, ".", 1 + at * 100, 1, 100);
    }
    let mark = story.c(210, ".", 1, 1, 100);
    story.deliver(0, &mark);
    story.passes(10, &tcp(false, ".", 1, 101, 0));
    let lost = story.c(0, ".", 101, 1, 100);
    let behind = story.passes(0, &tcp(true, ".", 201, 1, 100));
    for mark in [lost, behind] {
        assert_eq!(again(&mark).2, Again::AfterTimeout);
    }
    story.passes(10, &reports(101, 201, 301));
    assert_eq!(
        again(&story.c(0, ".", 101, 1, 100)),
        (5, 2, Again::Fast, 10)
    );
    // And lost once more.
    assert_eq!(
        again(&story.c(420, ".", 101, 1, 100)),
        (5, 3, Again::Timeout, 420)
    );
}

#[test]
fn a_syn_again_and_its_answer_again() {
    let mut story = Story::default();
    story.passes(0, &tcp(true, "S", 0, 0, 0));
    let held = story.s(0, "S.", 0, 1, 0);
    let mark = story.passes(1000, &tcp(true, "S", 0, 0, 0));
    assert_eq!(again(&mark), (1, 1, Again::Timeout, 1000));
    assert_eq!(
        again(&story.s(0, "S.", 0, 1, 0)),
        (2, 1, Again::Answer, 1000)
    );
    // Of itself the server repeats it by timeout.
    assert_eq!(
        again(&story.s(2000, "S.", 0, 1, 0)),
        (2, 2, Again::Timeout, 2000)
    );
    story.deliver(0, &held);
    assert_eq!(story.c(0, ".", 1, 1, 0).retransmission, None);
}

#[test]
fn the_last_acknowledgment_of_a_handshake_again() {
    let mut story = Story::handshake(false);
    let mark = story.passes(1000, &tcp(false, "S.", 0, 1, 0));
    assert_eq!(again(&mark), (2, 1, Again::Timeout, 1005));
    assert_eq!(
        again(&story.c(0, ".", 1, 1, 0)),
        (3, 1, Again::Answer, 1000)
    );
    assert_eq!(
        counts(&story, Way::ToServer).retransmitted,
        0,
        "an ACK repeats no data"
    );
}

#[test]
fn a_fin_again_and_its_acknowledgment() {
    let mut story = Story::handshake(false);
    story.passes(0, &tcp(true, "F.", 1, 1, 0));
    story.passes(0, &tcp(false, "F.", 1, 2, 0));
    let lost = story.c(0, ".", 2, 2, 0);
    story.flows.dropped(&lost);
    let mark = story.passes(210, &tcp(false, "F.", 1, 2, 0));
    assert_eq!(again(&mark), (5, 1, Again::Timeout, 210));
    assert_eq!(again(&story.c(0, ".", 2, 2, 0)), (6, 1, Again::Answer, 210));
    assert_eq!(counts(&story, Way::ToServer).dropped, 1);
    assert!(story.flows.flows[&1].ended);
}

#[test]
fn reordered_on_the_wire_is_not_repeated() {
    let mut story = Story::handshake(false);
    let later = story.c(0, ".", 101, 1, 100);
    let earlier = story.c(0, ".", 1, 1, 100);
    assert_eq!(
        (&later.retransmission, &earlier.retransmission),
        (&None, &None)
    );
    story.deliver(0, &later);
    let count = counts(&story, Way::ToServer);
    assert_eq!((count.arrived, count.ordered), (100, 0));
    story.deliver(0, &earlier);
    story.deliver(0, &earlier);
    let count = counts(&story, Way::ToServer);
    assert_eq!((count.arrived, count.ordered), (200, 200));
}

#[test]
fn partly_new_data_tells_what_it_overlaps() {
    let mut story = Story::handshake(false);
    story.c(0, "P.", 1, 1, 10);
    let mark = story.c(220, "P.", 1, 1, 30);
    assert_eq!(again(&mark).0, 4);
    // What only the second packet brought is the second's.
    assert_eq!(again(&story.c(440, "P.", 11, 1, 20)).0, 5);
}

#[test]
fn a_keep_alive_is_no_repetition() {
    let mut story = Story::handshake(false);
    story.passes(0, &tcp(true, "P.", 1, 1, 10));
    story.passes(0, &tcp(false, ".", 1, 11, 0));
    for len in [0, 1] {
        let mark = story.passes(75_000, &tcp(true, ".", 10, 1, len));
        assert!(mark.keep_alive && !mark.window_probe, "{len}");
        assert_eq!(mark.retransmission, None);
        assert_eq!(
            story.passes(0, &tcp(false, ".", 1, 11, 0)).retransmission,
            None
        );
    }
    assert_eq!(counts(&story, Way::ToServer).ordered, 10);
}

#[test]
fn a_byte_whose_acknowledgment_is_lost_comes_again() {
    let mut story = Story::handshake(true);
    let first = story.passes(0, &tcp(true, "P.", 1, 1, 1));
    let lost = story.s(0, ".", 1, 2, 0);
    story.flows.dropped(&lost);
    let mark = story.passes(210, &tcp(true, "P.", 1, 1, 1));
    assert!(!mark.keep_alive);
    assert_eq!(again(&mark), (first.n, 1, Again::Probe, 210));
    // A question without a byte is one, whatever has arrived.
    assert!(story.c(75_000, ".", 1, 1, 0).keep_alive);
}

#[test]
fn a_closed_window_its_probes_and_its_opening() {
    let mut story = Story::handshake(false);
    story.passes(0, &tcp(true, "P.", 1, 1, 10));
    let mut ack = tcp(false, ".", 1, 11, 0);
    ack.window = 0;
    let mark = story.passes(0, &ack);
    assert!(mark.zero_window && !mark.window_update);
    let mark = story.passes(200, &tcp(true, ".", 10, 1, 0));
    assert!(mark.window_probe && !mark.keep_alive);
    let mark = story.passes(0, &ack);
    assert!(mark.zero_window && mark.duplicate_ack.is_none());
    let mark = story.passes(400, &tcp(true, ".", 11, 1, 1));
    assert!(mark.window_probe, "one byte of data may probe as well");
    ack.window = 500;
    let mark = story.passes(0, &ack);
    assert!(mark.window_update && !mark.zero_window);
    let mark = story.c(0, "P.", 11, 1, 20);
    assert_eq!((mark.retransmission, mark.window_probe), (None, false));
}

#[test]
fn the_same_ports_again_are_another_conversation() {
    let mut story = Story::handshake(false);
    story.passes(0, &tcp(true, "R.", 1, 1, 0));
    let mut syn = tcp(true, "S", 0, 0, 0);
    assert_eq!(
        story.sends(1, &syn).flow,
        Some(1),
        "the same SYN is the same connection's"
    );
    syn.seq = 12_345;
    let mark = story.sends(1, &syn);
    assert_eq!((mark.flow, mark.seq), (Some(2), Some(0)));
    assert_eq!(story.flows.conversations().len(), 2);
}

#[test]
fn a_forged_syn_changes_nothing_in_a_living_connection() {
    let mut story = Story::handshake(false);
    let mut syn = tcp(true, "S", 0, 0, 0);
    syn.seq = syn.seq.wrapping_add(5000);
    let mark = story.passes(0, &syn);
    assert_eq!((mark.flow, mark.seq), (Some(1), Some(5000)));
    assert_eq!(story.c(0, "P.", 1, 1, 10).seq, Some(1));
}

#[test]
fn a_simultaneous_open() {
    let mut story = Story::default();
    story.passes(0, &tcp(true, "S", 0, 0, 0));
    let mark = story.passes(0, &tcp(false, "S", 0, 0, 0));
    assert_eq!((mark.seq, mark.way), (Some(0), Way::ToClient));
    for client in [true, false] {
        let mark = story.passes(1, &tcp(client, "S.", 0, 1, 0));
        assert_eq!(
            (mark.retransmission, mark.seq, mark.ack),
            (None, Some(0), Some(1))
        );
    }
}

#[test]
fn udp_counts_what_arrives_once_and_in_order() {
    let mut story = Story::default();
    let marks: Vec<Mark> = (1..=4)
        .map(|len| story.bytes(0, &udp("10.0.0.1:9", "10.0.0.2:9", len)))
        .collect();
    for n in [0, 2, 1, 1] {
        story.deliver(0, &marks[n]);
    }
    story.flows.dropped(&marks[3]);
    let count = counts(&story, Way::ToServer);
    assert_eq!(
        (
            count.packets,
            count.payload,
            count.arrived,
            count.ordered,
            count.dropped
        ),
        (4, 10, 6, 4, 1)
    );
    let back = story.bytes(0, &udp("10.0.0.2:9", "10.0.0.1:9", 7));
    assert_eq!(
        (back.flow, back.way, back.payload),
        (Some(1), Way::ToClient, 7)
    );
}

#[test]
fn a_datagram_that_nobody_takes_has_not_arrived() {
    for (client, server, here, there, kind, code) in [
        ("10.0.0.1:9", "10.0.0.2:9", "10.0.0.1", "10.0.0.2", 3, 3),
        ("[fd00::1]:9", "[fd00::2]:9", "fd00::1", "fd00::2", 1, 4),
    ] {
        let mut story = Story::default();
        let arrived = |story: &Story| {
            let count = counts(story, Way::ToServer);
            (count.payload, count.arrived, count.ordered)
        };
        let taken = story.bytes(0, &udp(client, server, 5));
        story.deliver(0, &taken);
        let bytes = udp(client, server, 100);
        let mark = story.bytes(1, &bytes);
        story.deliver(1, &mark);
        assert_eq!(arrived(&story), (105, 105, 105));
        // The quote may be as short as RFC 792 allows: the header and 8 bytes.
        let quote = &bytes[..bytes.len() - 100];
        let mark = story.bytes(1, &icmp(there, here, kind, code, 0, quote));
        assert!(mark.about);
        assert_eq!(arrived(&story), (105, 5, 5));
        // Another error says nothing about who took it.
        let _ = story.bytes(2, &icmp(there, here, kind, 0, 0, quote));
        assert_eq!(arrived(&story), (105, 5, 5));
    }
}

#[test]
fn memory_stays_bounded() {
    let mut story = Story::handshake(true);
    for at in 0..20_000 {
        let data = story.passes(0, &tcp(true, ".", 1 + at * 1000, 1, 1000));
        if at % 7 == 0 {
            // Never acknowledged for long stretches as well.
            story.deliver(0, &data);
        }
        if at % 3000 == 2999 {
            story.passes(0, &tcp(false, ".", 1, 1 + at * 1000, 0));
        }
    }
    let flow = &story.flows.flows[&1];
    let ends = flow.tcp.as_ref().expect("TCP");
    assert!(ends[0].sent.len() <= 1024, "{}", ends[0].sent.len());
    for port in 0..10_000_u16 {
        let mut syn = tcp(true, "S", 0, 0, 0);
        syn.src.set_port(port);
        story.sends(0, &syn);
        assert!(story.flows.flows.len() <= super::MOST);
        assert!(story.flows.current.len() <= super::MOST);
    }
}

#[test]
fn numbers_go_on_past_four_gigabytes() {
    let mut story = Story::handshake(true);
    let step = 1_000_000_000_u32;
    let mut seq = 1_u32;
    for _ in 0..9 {
        let mark = story.passes(1, &tcp(true, ".", seq, 1, 100));
        assert_eq!((mark.seq, mark.retransmission), (Some(seq), None));
        seq = seq.wrapping_add(step);
    }
}

#[test]
fn addresses_are_told() {
    let mut story = Story::default();
    story.bytes(7, &segment(&tcp(true, "S", 0, 0, 0)).expect("a segment"));
    let conversation = &story.flows.conversations()[0];
    assert_eq!(
        conversation.client,
        (addr("10.0.0.1:40000").ip(), Some(40_000))
    );
    assert_eq!(conversation.server, (addr("10.0.0.2:80").ip(), Some(80)));
    assert_eq!((conversation.flow, conversation.proto), (1, "tcp"));
    assert_eq!(
        flags("S."),
        crate::packet::Flags::SYN | crate::packet::Flags::ACK
    );
}

#[test]
fn a_refusal_again() {
    let mut story = Story::default();
    let mut rst = tcp(false, "R.", 0, 1, 0);
    rst.seq = 0;
    story.passes(0, &tcp(true, "S", 0, 0, 0));
    let lost = story.sends(0, &rst);
    story.flows.dropped(&lost);
    story.passes(1000, &tcp(true, "S", 0, 0, 0));
    assert_eq!(again(&story.sends(0, &rst)), (2, 1, Again::Answer, 1000));
}

#[test]
fn copies_of_an_acknowledgment_are_duplicates_for_the_sender() {
    let mut story = Story::handshake(false);
    for at in 0..2 {
        story.c(0, ".", 1 + at * 100, 1, 100);
    }
    // The first says nothing new; with two copies it is heard three times.
    let mark = story.passes(1, &tcp(false, ".", 1, 1, 0));
    story.deliver(0, &mark);
    story.deliver(0, &mark);
    assert_eq!(again(&story.c(0, ".", 1, 1, 100)), (4, 1, Again::Fast, 1));
}

#[test]
fn half_a_header_brings_no_payload() {
    let mut story = Story::handshake(false);
    let bytes = segment(&tcp(true, "P.", 1, 1, 50)).expect("a segment");
    let mark = story.bytes(0, &bytes[..35]);
    assert_eq!((mark.flow, mark.seq, mark.payload), (Some(1), None, 0));
    story.deliver(0, &mark);
    assert_eq!(counts(&story, Way::ToServer).arrived, 0);
}

#[test]
fn a_shortened_timeout_shows_by_doubling_and_haste_by_nothing() {
    let mut story = Story::handshake(false);
    story.c(0, "P.", 1, 1, 10);
    assert_eq!(again(&story.c(40, "P.", 1, 1, 10)).2, Again::Unknown);
    assert_eq!(again(&story.c(80, "P.", 1, 1, 10)).2, Again::Timeout);
    let mut story = Story::handshake(false);
    story.c(0, "P.", 1, 1, 10);
    assert_eq!(again(&story.c(1, "P.", 1, 1, 10)).2, Again::Unknown);
    assert_eq!(again(&story.c(2, "P.", 1, 1, 10)).2, Again::Unknown);
}
