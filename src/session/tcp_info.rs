//! `TCP_INFO` as a readable table (tcp(7), `struct tcp_info` in linux/tcp.h).

use crate::event::{OptionRow, TcpState};

/// Reads the struct from its bytes; fields that are not there are 0.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn byte(&self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or(0)
    }

    /// The shifts of the peer's window and of our own. They share a byte, in the order of C bit fields, which follows
    /// the byte order.
    fn scales(&self) -> (u8, u8) {
        let (low, high) = (self.byte(6) & 15, self.byte(6) >> 4);
        if cfg!(target_endian = "little") {
            (low, high)
        } else {
            (high, low)
        }
    }

    /// Whether the kernel gave the `n`th 32-bit field.
    fn has(&self, n: usize) -> bool {
        self.0.len() >= 8 + 4 * (n + 1)
    }

    /// The `n`th 32-bit field after the first eight bytes.
    fn word(&self, n: usize) -> u32 {
        let at = 8 + 4 * n;
        self.0
            .get(at..at + 4)
            .and_then(|raw| raw.try_into().ok())
            .map_or(0, u32::from_ne_bytes)
    }
}

/// The places of fields that old kernels lack: `tcpi_notsent_bytes`, `tcpi_snd_wnd`.
const NOTSENT: usize = 34;
const SND_WND: usize = 55;

/// Likewise `tcpi_segs_in`, `tcpi_data_segs_in`, `tcpi_data_segs_out`.
const SEGS_IN: usize = 33;
const DATA_SEGS_IN: usize = 36;
const DATA_SEGS_OUT: usize = 37;

/// The state as strace names it: `TCP_ESTABLISHED`.
pub fn state(raw: &[u8]) -> String {
    match TcpState::from_kernel(Fields(raw).byte(0)) {
        Some(state) => format!("TCP_{state}"),
        None => Fields(raw).byte(0).to_string(),
    }
}

/// How a field is read and shown.
type Show = fn(&Fields) -> String;

/// The fields of a connection that a student may ask about: name, value, meaning. With values of up to 14 characters,
/// meanings of up to 41 fit into 80 columns.
const CONNECTION: &[(&str, Show, &str)] = &[
    (
        "tcpi_options",
        |f| options(f.byte(5)),
        "agreed on in the handshake",
    ),
    (
        "tcpi_snd_wscale",
        |f| f.scales().0.to_string(),
        "the peer's window is shifted left by this",
    ),
    (
        "tcpi_rcv_wscale",
        |f| f.scales().1.to_string(),
        "our window is shifted left by this",
    ),
    (
        "tcpi_rto",
        |f| ms(f.word(0)),
        "a segment is sent again after this",
    ),
    ("tcpi_rtt", |f| ms(f.word(15)), "smoothed round trip time"),
    ("tcpi_rttvar", |f| ms(f.word(16)), "how much it varies"),
    (
        "tcpi_snd_mss",
        |f| bytes(f.word(2)),
        "the most data of a segment to the peer",
    ),
    (
        "tcpi_rcv_mss",
        |f| bytes(f.word(3)),
        "the same for segments from the peer",
    ),
    (
        "tcpi_unacked",
        |f| f.word(4).to_string(),
        "segments sent and not acknowledged",
    ),
    (
        "tcpi_lost",
        |f| f.word(6).to_string(),
        "segments taken for lost",
    ),
    (
        "tcpi_retransmits",
        |f| f.byte(2).to_string(),
        "times the timer has gone off in a row",
    ),
    (
        "tcpi_total_retrans",
        |f| f.word(23).to_string(),
        "segments sent again since the start",
    ),
    (
        "tcpi_snd_cwnd",
        |f| segments(f.word(18)),
        "how many may be under way (congestion)",
    ),
    (
        "tcpi_snd_wnd",
        |f| known(f, SND_WND, bytes),
        "the window that the peer announced last",
    ),
    (
        "tcpi_notsent_bytes",
        |f| known(f, NOTSENT, bytes),
        "in the send queue, and not sent even once",
    ),
    (
        "tcpi_snd_ssthresh",
        |f| threshold(f.word(17)),
        "slow start ends at this congestion window",
    ),
    (
        "tcpi_rcv_space",
        |f| bytes(f.word(22)),
        "what the receiver tunes its window to",
    ),
    (
        "tcpi_last_data_sent",
        |f| ago(f, 9, DATA_SEGS_OUT),
        "the last data sent",
    ),
    (
        "tcpi_last_data_recv",
        |f| ago(f, 11, DATA_SEGS_IN),
        "the last data received",
    ),
    (
        "tcpi_last_ack_recv",
        |f| ago(f, 12, SEGS_IN),
        "the last ACK received",
    ),
];

/// Of a listener two fields mean something else, and the rest nothing.
const LISTENER: &[(&str, Show, &str)] = &[
    (
        "tcpi_unacked",
        |f| f.word(4).to_string(),
        "connections that wait for accept",
    ),
    (
        "tcpi_sacked",
        |f| f.word(5).to_string(),
        "the backlog: how many may wait",
    ),
];

/// The fields a student may ask about, in words.
pub fn rows(raw: &[u8]) -> Vec<OptionRow> {
    let fields = Fields(raw);
    let state = TcpState::from_kernel(fields.byte(0));
    let shown = state.map_or_else(|| fields.byte(0).to_string(), |state| state.to_string());
    let table = if state == Some(TcpState::Listen) {
        LISTENER
    } else {
        CONNECTION
    };
    let row = |name: &str, value: String, meaning: &str| OptionRow {
        name: name.to_owned(),
        value,
        meaning: meaning.to_owned(),
    };
    let first = row("tcpi_state", shown, "the state of RFC 9293");
    let rest = table
        .iter()
        .map(|(name, show, meaning)| row(name, show(&fields), meaning));
    std::iter::once(first).chain(rest).collect()
}

fn ms(micros: u32) -> String {
    format!("{}.{:03} ms", micros / 1000, micros % 1000)
}

fn bytes(n: u32) -> String {
    format!("{n} bytes")
}

fn segments(n: u32) -> String {
    format!("{n} segments")
}

/// A field that old kernels lack.
fn known(fields: &Fields, at: usize, show: fn(u32) -> String) -> String {
    match fields.has(at) {
        true => show(fields.word(at)),
        false => "not told by this kernel".to_owned(),
    }
}

/// Before the first segment of the kind that `count` counts, the kernel's number is the time since the machine's start.
fn ago(fields: &Fields, at: usize, count: usize) -> String {
    match fields.word(at) {
        _ if fields.has(count) && fields.word(count) == 0 => "never".to_owned(),
        millis => format!("{millis} ms ago"),
    }
}

fn options(bits: u8) -> String {
    let names = [
        (1, "ts"),
        (2, "SACK"),
        (4, "wscale"),
        (8, "ECN"),
        (32, "TFO data"),
    ];
    let words: Vec<&str> = names
        .iter()
        .filter(|(bit, _)| bits & bit != 0)
        .map(|(_, name)| *name)
        .collect();
    if words.is_empty() {
        "none".to_owned()
    } else {
        words.join(" ")
    }
}

fn threshold(value: u32) -> String {
    // The kernel's TCP_INFINITE_SSTHRESH.
    if value >= 0x7fff_ffff {
        // Nothing was lost yet, or the algorithm keeps none (bbr).
        "none".to_owned()
    } else {
        format!("{value} segments")
    }
}
