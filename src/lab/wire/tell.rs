//! Records to events: what a line, the ladder, an opened packet and a capture file say of them.

use super::cause::goes_back;
use super::crossed::Kept;
use super::log::{Cause, Moment, Record, To};
use super::state::{Moved, State};
use super::whose::of_flow;
use crate::event::packet::{Anatomy, Fate, Flow, Ladder, Packet, Rung};
use crate::packet::{
    Again, Flags, Mark, Parsed, Retransmission, anatomy as opened, end, flags_in_letters,
    flags_in_words, info, options_in_words, wrong,
};
use std::net::IpAddr;

/// The packet of this number, as it is now.
pub(super) fn packet(state: &State, n: u64) -> Option<Packet> {
    state.log.get(n).map(|record| whole(state, record))
}

/// A packet as it was told to have moved.
pub(super) fn moved(state: &State, moved: Moved) -> Option<Packet> {
    let mut packet = packet(state, moved.n)?;
    packet.fate = moved.fate;
    if matches!(moved.fate, Fate::Held | Fate::Underway) {
        // It has only just come.
        packet.waited = None;
    }
    Some(packet)
}

fn whole(state: &State, record: &Record) -> Packet {
    let (parsed, mark) = (&record.parsed, &record.mark);
    let bytes = state.log.bytes(record);
    let tcp = parsed.tcp();
    let stay = state.waited(record);
    let notes: Vec<String> = record.notes.iter().map(ToString::to_string).collect();
    Packet {
        n: record.n,
        from: name(state, record.from),
        to: match record.to {
            To::One(host) => name(state, host),
            To::All => "all".to_owned(),
            To::Nobody => end(parsed.ip.as_ref().map(|ip| ip.dst), None),
        },
        proto: parsed.proto().to_owned(),
        src: parsed.source(),
        dst: parsed.destination(),
        flags: tcp.map(|tcp| flags_in_words(tcp.flags)),
        letters: tcp.map(|tcp| flags_in_letters(tcp.flags)),
        seq: mark.seq,
        ack: mark.ack,
        win: mark.window,
        len: parsed.payload.len(),
        size: parsed.found,
        options: tcp.map_or_else(Vec::new, |tcp| {
            let base = mark.base.map_or(0, |(_, ack)| ack);
            options_in_words(bytes, tcp, base)
        }),
        info: match record.spoiled {
            None => info(bytes, parsed)
                .or_else(|| challenge(state, record))
                .or_else(|| meaning(mark)),
            Some(_) => broken(bytes, parsed),
        },
        fate: record.fate,
        retransmission: again(state, record),
        note: (!notes.is_empty()).then(|| notes.join(", ")),
        repeats: record.repeats,
        waited: record
            .waited
            .then(|| u64::try_from(stay.as_millis()).unwrap_or(u64::MAX)),
        states: Vec::new(),
    }
}

/// Why a packet was sent again, and for which time: those count that came while the first was held, and were counted there.
/// After one of them it is no probe, of which there is only the first (RFC 8985, section 7.3).
fn again(state: &State, record: &Record) -> Option<Retransmission> {
    let mut again = record.mark.retransmission.clone()?;
    let earlier = (again.of..record.n).filter_map(|n| state.log.get(n));
    let of_it = |one: &Record| {
        let repeats = one.mark.retransmission.as_ref();
        one.n == again.of || repeats.is_some_and(|repeats| repeats.of == again.of)
    };
    let folded: u32 = earlier
        .filter(|one| of_it(one))
        .map(|one| one.repeats)
        .sum();
    again.nth += folded;
    if folded > 0 && again.why == Again::Probe {
        again.why = Again::Timeout;
    }
    Some(again)
}

/// What a packet says that its receiver drops, and why.
fn broken(bytes: &[u8], parsed: &Parsed) -> Option<String> {
    let sum = wrong(bytes, parsed).map(|sum| format!("wrong {} checksum", sum.layer.name()));
    let words: Vec<String> = sum.into_iter().chain(info(bytes, parsed)).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

/// Whether it answers a RST or a SYN that a connection does not take at its word: RFC 5961, sections 3 and 4.
fn challenge(state: &State, record: &Record) -> Option<String> {
    let Cause::Answer(n) = record.cause else {
        return None;
    };
    let (asked, tcp) = (state.log.get(n)?, record.sent().tcp()?);
    let bare = tcp.flags == Flags::ACK && goes_back(record.sent(), asked.sent());
    let flags = asked.sent().tcp()?.flags;
    let doubted = flags.has(Flags::RST) || flags.has(Flags::SYN) && !flags.has(Flags::ACK);
    (bare && doubted).then(|| "challenge ACK".to_owned())
}

/// What a segment without data is for, where its place in the conversation tells.
fn meaning(mark: &Mark) -> Option<String> {
    let each = [
        (mark.window_probe, "window probe"),
        (mark.keep_alive, "keep-alive"),
        (mark.zero_window, "zero window"),
        (mark.window_update, "window update"),
    ];
    let words = each.into_iter().find_map(|(is, words)| is.then_some(words));
    let again = || Some(format!("duplicate ACK {}", mark.duplicate_ack?));
    words.map(str::to_owned).or_else(again)
}

fn name(state: &State, host: usize) -> String {
    let station = state.stations.get(host);
    station.map_or_else(|| "?".to_owned(), |station| station.name.clone())
}

/// The last packets.
pub(super) fn log(state: &State, count: Option<usize>) -> Vec<Packet> {
    let all = state.log.iter().rev();
    let mut last: Vec<Packet> = all
        .take(count.unwrap_or(usize::MAX))
        .map(|record| whole(state, record))
        .collect();
    last.reverse();
    last
}

/// A packet opened.
pub(super) fn anatomy(state: &State, n: u64) -> Option<Anatomy> {
    let record = state.log.get(n)?;
    let bytes = state.log.bytes(record);
    Some(Anatomy {
        packet: whole(state, record),
        bytes: bytes.to_vec(),
        headers: opened(bytes, &record.parsed, Some(&record.mark)),
        alone: false,
        part: None,
    })
}

/// The sequence diagram.
pub(super) fn ladder(state: &State, flow: Option<u64>) -> Ladder {
    let wanted =
        |record: &Record| flow.is_none_or(|flow| record.mark.flow.map(u64::from) == Some(flow));
    let shown = |n: u64| state.log.get(n).filter(|record| wanted(record));
    let moments: Vec<Moment> = state.log.moments().collect();
    let asides = flow.map(|flow| of_flow(state, &moments, flow));
    let of_it = |at: usize| asides.as_ref().is_none_or(|of_it| of_it[at]);
    let rung = |(at, moment): (usize, Moment)| match moment {
        Moment::Sent(n) => Some(Rung::Sent(Box::new(whole(state, shown(n)?)))),
        // One that has passed is told as sent and arrived.
        Moment::Arrived(n) | Moment::Passed(n) => shown(n).map(|_| Rung::Arrived(n)),
        Moment::Dropped(n) => shown(n).map(|_| Rung::Dropped(n)),
        Moment::Aside(aside) => of_it(at).then_some(aside.rung),
    };
    Ladder {
        hosts: state
            .stations
            .iter()
            .map(|station| station.name.clone())
            .collect(),
        rungs: moments.into_iter().enumerate().filter_map(rung).collect(),
        forgotten: state.log.forgotten(),
        glimpsed: state.log.iter().any(|one| wanted(one) && glimpsed(one)),
    }
}

/// Whether what changes a state has passed a wire that flows.
fn glimpsed(record: &Record) -> bool {
    let changes = Flags::SYN | Flags::FIN | Flags::RST;
    let tcp = record.sent().tcp();
    let passed = matches!(record.fate, Fate::Delivered | Fate::Duplicated) && !record.stepped;
    passed && tcp.is_some_and(|tcp| tcp.flags.any(changes))
}

/// The conversations.
pub(super) fn flows(state: &State) -> Vec<Flow> {
    let end = |(address, port): (IpAddr, Option<u16>)| {
        let host = state
            .stations
            .iter()
            .find(|station| address == station.v4 || address == station.v6);
        let shown = end(Some(address), port);
        match host {
            Some(station) => format!("{} {shown}", station.name),
            None => shown,
        }
    };
    let each = state.flows.conversations().into_iter();
    each.map(|conversation| Flow {
        n: conversation.flow.into(),
        proto: conversation.proto.to_owned(),
        client: end(conversation.client),
        server: end(conversation.server),
        ways: conversation.ways,
    })
    .collect()
}

/// Everything that is remembered, for a capture file.
pub(super) fn kept(state: &State) -> Vec<Kept> {
    let each = state.log.iter();
    each.map(|record| Kept {
        from: record.from,
        at: record.at,
        bytes: state.log.bytes(record).to_vec(),
        comment: comment(state, record),
    })
    .collect()
}

/// `#3 held 12 s, delivered; caused by: send c "hi"`
fn comment(state: &State, record: &Record) -> String {
    let mut words = vec![format!("#{} {}", record.n, record.fate.word())];
    words.extend(record.notes.iter().map(ToString::to_string));
    if let Some(again) = again(state, record) {
        let why = match again.why {
            Again::Timeout => "timeout",
            Again::AfterTimeout => "taken for lost at a timeout",
            Again::Fast => "fast retransmit",
            Again::Probe => "tail loss probe",
            Again::Answer => "an answer repeated",
            Again::Unknown => "unknown why",
        };
        words.push(format!(
            "retransmission {} of #{} ({why})",
            again.nth, again.of
        ));
    }
    words.extend(match &record.cause {
        Cause::Call(statement) => Some(format!("caused by: {statement}")),
        Cause::Answer(n) => Some(format!("answer to #{n}")),
        Cause::Forged => Some("injected".to_owned()),
        Cause::Itself => Some("sent by the kernel in its own time".to_owned()),
        Cause::Seen(_) => None,
    });
    words.join("; ")
}
