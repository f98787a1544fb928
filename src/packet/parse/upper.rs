//! TCP, UDP and ICMP headers.

use super::{Facts, Flags, Icmp, Parsed, Tcp, Trouble, Udp, Upper, protocol};
use crate::packet::view::View;

/// Byte offsets in the TCP header (RFC 9293, section 3.1).
pub(in crate::packet) mod tcp_field {
    pub const SRC: usize = 0;
    pub const DST: usize = 2;
    pub const SEQ: usize = 4;
    pub const ACK: usize = 8;
    /// Data offset, reserved bits and flags.
    pub const FLAGS: usize = 12;
    pub const WINDOW: usize = 14;
    pub const URGENT: usize = 18;
    /// Its length without options.
    pub const LEN: usize = 20;
}

const UDP_LEN: usize = 8;
const ICMP_LEN: usize = 8;

/// Reads the header at the start of the payload, and moves the payload behind it.
pub(super) fn read(bytes: &[u8], number: u8, version: u8, parsed: &mut Parsed) {
    let body = &bytes[parsed.payload.clone()];
    if matches!(number, protocol::TCP | protocol::UDP) {
        let view = View(body);
        parsed.ports = view.u16(tcp_field::SRC).zip(view.u16(tcp_field::DST));
    }
    match (number, version) {
        (protocol::TCP, _) => tcp(body, parsed),
        (protocol::UDP, _) => udp(body, parsed),
        (protocol::ICMP, 4) => icmp(body, false, parsed),
        (protocol::ICMP6, 6) => icmp(body, true, parsed),
        _ => {}
    }
}

fn tcp(body: &[u8], parsed: &mut Parsed) {
    let start = parsed.payload.start;
    let Some((mut tcp, length)) = tcp_header(body) else {
        return cut("TCP", tcp_field::LEN, parsed);
    };
    if length < tcp_field::LEN {
        let said = length;
        let header = "TCP";
        parsed.troubles.push(Trouble::HeaderLength { header, said });
    }
    if length > body.len() {
        cut("TCP", length, parsed);
    }
    let end = length.clamp(tcp_field::LEN, body.len());
    let (facts, broken) = Facts::read(&body[tcp_field::LEN..end]);
    if let Some((kind, at)) = broken {
        let at = start + tcp_field::LEN + at;
        parsed.troubles.push(Trouble::Option { kind, at });
    }
    tcp.options = facts;
    tcp.header = start..start + end;
    parsed.payload.start = start + end;
    parsed.upper = Upper::Tcp(tcp);
}

/// The fixed part, and the length that it says.
fn tcp_header(body: &[u8]) -> Option<(Tcp, usize)> {
    let view = View(body);
    let flags = view.u16(tcp_field::FLAGS)?;
    let tcp = Tcp {
        urgent: view.u16(tcp_field::URGENT)?,
        src: view.u16(tcp_field::SRC)?,
        dst: view.u16(tcp_field::DST)?,
        seq: view.u32(tcp_field::SEQ)?,
        ack: view.u32(tcp_field::ACK)?,
        flags: Flags(flags & 0x1ff),
        window: view.u16(tcp_field::WINDOW)?,
        options: Facts::default(),
        header: 0..0,
    };
    Some((tcp, usize::from(flags >> 12) * 4))
}

fn udp(body: &[u8], parsed: &mut Parsed) {
    let view = View(body);
    let (Some((src, dst)), Some(length), true) = (parsed.ports, view.u16(4), body.len() >= UDP_LEN)
    else {
        return cut("UDP", UDP_LEN, parsed);
    };
    let (said, found) = (usize::from(length), body.len());
    // The first of several fragments holds less than the datagram.
    let first = parsed.is_fragment() && said > found;
    if said != found && !first {
        parsed.troubles.push(Trouble::UdpLength { said, found });
    }
    let start = parsed.payload.start;
    if (UDP_LEN..found).contains(&said) {
        parsed.payload.end = start + said;
    }
    parsed.payload.start = start + UDP_LEN;
    parsed.upper = Upper::Udp(Udp {
        src,
        dst,
        length,
        header: start..start + UDP_LEN,
    });
}

fn icmp(body: &[u8], six: bool, parsed: &mut Parsed) {
    let view = View(body);
    let (Some(kind), Some(code), Some(rest)) = (view.u8(0), view.u8(1), view.u32(4)) else {
        return cut("ICMP", ICMP_LEN, parsed);
    };
    let start = parsed.payload.start;
    parsed.payload.start = start + ICMP_LEN;
    parsed.upper = Upper::Icmp(Icmp {
        six,
        kind,
        code,
        rest,
        header: start..start + ICMP_LEN,
    });
}

fn cut(header: &'static str, needs: usize, parsed: &mut Parsed) {
    let has = parsed.payload.len();
    parsed.troubles.push(Trouble::Cut { header, needs, has });
}
