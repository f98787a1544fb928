//! Packets in words: what their lines show.

mod icmp;

pub use icmp::icmp_in_words;
pub(super) use icmp::message;

use super::parse::option::kind;
use super::parse::{Flags, Ip, Parsed, Tcp, TcpOption, Upper, options};
use super::view::View;

/// Flags in the order of their bits, which is Wireshark's; the letters are tcpdump's.
const FLAGS: [(Flags, &str, char); 9] = [
    (Flags::FIN, "FIN", 'F'),
    (Flags::SYN, "SYN", 'S'),
    (Flags::RST, "RST", 'R'),
    (Flags::PSH, "PSH", 'P'),
    (Flags::ACK, "ACK", '.'),
    (Flags::URG, "URG", 'U'),
    (Flags::ECE, "ECE", 'E'),
    (Flags::CWR, "CWR", 'W'),
    (Flags::AE, "AE", 'e'),
];

/// `SYN,ACK`; `none` where no flag is set.
pub fn flags_in_words(flags: Flags) -> String {
    let set = FLAGS.iter().filter(|(flag, ..)| flags.has(*flag));
    let words: Vec<&str> = set.map(|(_, word, _)| *word).collect();
    match words.is_empty() {
        true => "none".to_owned(),
        false => words.join(","),
    }
}

/// As tcpdump writes them: `S.`, `P.`, `.`; `none` where no flag is set.
pub fn flags_in_letters(flags: Flags) -> String {
    let set = FLAGS.iter().filter(|(flag, ..)| flags.has(*flag));
    let letters: String = set.map(|(_, _, letter)| *letter).collect();
    match letters.is_empty() {
        true => "none".to_owned(),
        false => letters,
    }
}

/// A segment's options, as a class reads them: `mss 1460`, `sackOK`, `wscale 7`, `ts 17 0`, `sack 1001:2001`. Padding is left
/// out. `base` is what acknowledgment numbers are shown relative to; the blocks' numbers are of the same kind.
pub fn options_in_words(bytes: &[u8], tcp: &Tcp, base: u32) -> Vec<String> {
    let header = bytes.get(tcp.header.clone()).unwrap_or(&[]);
    options(header.get(20..).unwrap_or(&[]))
        .filter(|option| !matches!(option.kind, kind::NOP | kind::END))
        .map(|option| option_in_words(&option, base))
        .collect()
}

/// One option.
pub(super) fn option_in_words(option: &TcpOption<'_>, base: u32) -> String {
    let known = || -> Option<String> {
        let view = View(option.data);
        Some(match (option.kind, option.data.len()) {
            _ if option.broken => return None,
            (kind::MSS, 2) => format!("mss {}", view.u16(0)?),
            (kind::WSCALE, 1) => format!("wscale {}", view.u8(0)?),
            (kind::SACK_PERMITTED, 0) => "sackOK".to_owned(),
            (kind::TIMESTAMPS, 8) => format!("ts {} {}", view.u32(0)?, view.u32(4)?),
            (kind::SACK, len) if len > 0 && len % 8 == 0 => {
                let edge = |at| Some(view.u32(at)?.wrapping_sub(base));
                let block = |at| Some(format!("{}:{}", edge(at)?, edge(at + 4)?));
                let blocks: Vec<String> = (0..len).step_by(8).filter_map(block).collect();
                format!("sack {}", blocks.join(" "))
            }
            (kind::FAST_OPEN, 0) => "tfo request".to_owned(),
            (kind::FAST_OPEN, _) => format!("tfo {}", hex(option.data)),
            _ => return None,
        })
    };
    known().unwrap_or_else(|| {
        let broken = if option.broken { " (broken)" } else { "" };
        format!("option {} of {} bytes{broken}", option.kind, option.len())
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a line adds about a packet: what an ICMP message says, which fragment it is, what cannot be read.
pub fn info(bytes: &[u8], parsed: &Parsed) -> Option<String> {
    let mut words = Vec::new();
    if let Upper::Icmp(_) = parsed.upper {
        words.extend(icmp_in_words(bytes, parsed));
    }
    if let Some(ip) = &parsed.ip {
        words.extend(fragment_in_words(parsed, ip));
        if parsed.proto() == "ip" {
            words.push(format!("protocol {}", ip.protocol));
        }
    }
    words.extend(parsed.troubles.iter().map(ToString::to_string));
    (!words.is_empty()).then(|| words.join("; "))
}

/// `fragment 1480+920 of id 0x1a2b`: where it belongs, and how much it brings.
fn fragment_in_words(parsed: &Parsed, ip: &Ip) -> Option<String> {
    if !parsed.is_fragment() {
        return None;
    }
    let brings = parsed.payload.end.saturating_sub(ip.header.end);
    let more = if ip.more_fragments {
        ", more follow"
    } else {
        ", the last"
    };
    let id = ip.identification.unwrap_or(0);
    Some(format!(
        "fragment {}+{brings} of id {id:#06x}{more}",
        ip.offset
    ))
}

#[cfg(test)]
mod tests;
