//! `TCP_INFO` as a readable table (tcp(7), `struct tcp_info` in linux/tcp.h).

use crate::event::{OptionRow, TcpState};

/// Reads the struct from its bytes; fields that are not there are 0.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn byte(&self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or(0)
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

/// The state as strace names it: `TCP_ESTABLISHED`.
pub fn state(raw: &[u8]) -> String {
    match TcpState::from_kernel(Fields(raw).byte(0)) {
        Some(state) => format!("TCP_{state}"),
        None => Fields(raw).byte(0).to_string(),
    }
}

/// The fields a student may ask about, in words.
pub fn rows(raw: &[u8]) -> Vec<OptionRow> {
    let f = Fields(raw);
    let row = |name: &str, value: String, meaning: &str| OptionRow {
        name: name.to_owned(),
        value,
        meaning: meaning.to_owned(),
    };
    let ms = |micros: u32| format!("{}.{:03} ms", micros / 1000, micros % 1000);
    let listening = TcpState::from_kernel(f.byte(0)) == Some(TcpState::Listen);
    let state = TcpState::from_kernel(f.byte(0))
        .map_or_else(|| f.byte(0).to_string(), |state| state.to_string());
    let mut rows = vec![row("tcpi_state", state, "the state of RFC 9293")];
    if listening {
        rows.push(row(
            "tcpi_unacked",
            f.word(4).to_string(),
            "connections that wait for accept",
        ));
        rows.push(row(
            "tcpi_sacked",
            f.word(5).to_string(),
            "the backlog: how many may wait",
        ));
        return rows;
    }
    // The window scales share a byte, in the order of C bit fields, which follows the byte order.
    let (low, high) = (f.byte(6) & 15, f.byte(6) >> 4);
    let (send, receive) = if cfg!(target_endian = "little") {
        (low, high)
    } else {
        (high, low)
    };
    rows.extend([
        row(
            "tcpi_options",
            options(f.byte(5)),
            "options agreed on in the handshake",
        ),
        row(
            "tcpi_snd_wscale",
            send.to_string(),
            "the peer's window is shifted left by this",
        ),
        row(
            "tcpi_rcv_wscale",
            receive.to_string(),
            "our window is shifted left by this",
        ),
        row(
            "tcpi_rto",
            ms(f.word(0)),
            "an unacknowledged segment is sent again after this",
        ),
        row("tcpi_rtt", ms(f.word(15)), "smoothed round trip time"),
        row("tcpi_rttvar", ms(f.word(16)), "how much it varies"),
        row(
            "tcpi_snd_mss",
            format!("{} bytes", f.word(2)),
            "the most data a segment to the peer carries",
        ),
        row(
            "tcpi_rcv_mss",
            format!("{} bytes", f.word(3)),
            "the same for segments from the peer",
        ),
        row(
            "tcpi_unacked",
            f.word(4).to_string(),
            "segments sent and not acknowledged",
        ),
        row(
            "tcpi_lost",
            f.word(6).to_string(),
            "segments taken for lost",
        ),
        row(
            "tcpi_retransmits",
            f.byte(2).to_string(),
            "times the timer has gone off in a row",
        ),
        row(
            "tcpi_total_retrans",
            f.word(23).to_string(),
            "segments sent again since the start",
        ),
        row(
            "tcpi_snd_cwnd",
            format!("{} segments", f.word(18)),
            "the congestion window: how many may be under way",
        ),
        row(
            "tcpi_snd_ssthresh",
            threshold(f.word(17)),
            "slow start ends at this congestion window",
        ),
        row(
            "tcpi_rcv_space",
            format!("{} bytes", f.word(22)),
            "room that the receiver tunes its window to",
        ),
        row(
            "tcpi_last_data_sent",
            format!("{} ms ago", f.word(9)),
            "the last data sent",
        ),
        row(
            "tcpi_last_data_recv",
            format!("{} ms ago", f.word(11)),
            "the last data received",
        ),
        row(
            "tcpi_last_ack_recv",
            format!("{} ms ago", f.word(12)),
            "the last acknowledgement received",
        ),
    ]);
    rows
}

fn options(bits: u8) -> String {
    let names = [
        (1, "timestamps"),
        (2, "SACK"),
        (4, "window scale"),
        (8, "ECN"),
        (32, "fast open data"),
    ];
    let words: Vec<&str> = names
        .iter()
        .filter(|(bit, _)| bits & bit != 0)
        .map(|(_, name)| *name)
        .collect();
    if words.is_empty() {
        "none".to_owned()
    } else {
        words.join(", ")
    }
}

fn threshold(value: u32) -> String {
    // The kernel's TCP_INFINITE_SSTHRESH.
    if value >= 0x7fff_ffff {
        "none yet".to_owned()
    } else {
        format!("{value} segments")
    }
}
