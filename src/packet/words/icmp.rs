//! ICMP and ICMPv6 messages in words.

use crate::packet::parse::{Icmp, Parsed, Upper, quoted};
use std::net::Ipv4Addr;

/// What an ICMP message says, and which packet it quotes: `port unreachable, about udp 10.0.0.1:40000 to 10.0.0.2:9`.
/// `None` where it is none.
pub fn icmp_in_words(bytes: &[u8], parsed: &Parsed) -> Option<String> {
    let Upper::Icmp(icmp) = &parsed.upper else {
        return None;
    };
    let mut words = message(icmp);
    if let Some((_, inner)) = quoted(bytes, parsed) {
        let from = inner.source();
        words.push_str(&format!(
            ", about {} {from} to {}",
            inner.proto(),
            inner.destination()
        ));
    }
    Some(words)
}

/// Type and code in words.
pub(in crate::packet) fn message(icmp: &Icmp) -> String {
    let known = if icmp.six { six(icmp) } else { four(icmp) };
    known.unwrap_or_else(|| format!("type {} code {}", icmp.kind, icmp.code))
}

/// `echo request, id 7, seq 1`
fn echo(icmp: &Icmp, what: &str) -> String {
    format!(
        "echo {what}, id {}, seq {}",
        icmp.rest >> 16,
        icmp.rest & 0xffff
    )
}

fn four(icmp: &Icmp) -> Option<String> {
    let words = match (icmp.kind, icmp.code) {
        (0, 0) => return Some(echo(icmp, "reply")),
        (8, 0) => return Some(echo(icmp, "request")),
        (3, 4) => {
            return Some(format!("fragmentation needed, mtu {}", icmp.rest & 0xffff));
        }
        (3, code) => unreachable4(code)?,
        (4, 0) => "source quench",
        (5, 0..=3) => {
            let gateway = Ipv4Addr::from(icmp.rest);
            return Some(format!("redirect to {gateway}"));
        }
        (9, 0) => "router advertisement",
        (10, 0) => "router solicitation",
        (11, 0) => "time exceeded in transit",
        (11, 1) => "time exceeded while fragments were put together",
        (12, 0) => return Some(format!("parameter problem at byte {}", icmp.rest >> 24)),
        (12, 1) => "parameter problem: an option is missing",
        (12, 2) => "parameter problem: bad length",
        (13, 0) => "timestamp request",
        (14, 0) => "timestamp reply",
        _ => return None,
    };
    Some(words.to_owned())
}

/// RFC 792 has 0 to 5, RFC 1122 (section 3.2.2.1) 6 to 12, RFC 1812 (section 5.2.7.1) 13 to 15.
fn unreachable4(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "network unreachable",
        1 => "host unreachable",
        2 => "protocol unreachable",
        3 => "port unreachable",
        5 => "source route failed",
        6 => "network unknown",
        7 => "host unknown",
        8 => "source host isolated",
        9 => "network prohibited",
        10 => "host prohibited",
        11 => "network unreachable for this type of service",
        12 => "host unreachable for this type of service",
        13 => "communication prohibited",
        14 => "host precedence violation",
        15 => "precedence cutoff",
        _ => return None,
    })
}

/// RFC 4443; from 130 on RFC 2710, RFC 4861 and RFC 3810 (now RFC 9777).
fn six(icmp: &Icmp) -> Option<String> {
    let words = match (icmp.kind, icmp.code) {
        (1, code) => unreachable6(code)?,
        (2, _) => return Some(format!("packet too big, mtu {}", icmp.rest)),
        (3, 0) => "time exceeded in transit",
        (3, 1) => "time exceeded while fragments were put together",
        (4, 0) => return Some(format!("parameter problem at byte {}", icmp.rest)),
        (4, 1) => "parameter problem: unknown next header",
        (4, 2) => "parameter problem: unknown option",
        (128, 0) => return Some(echo(icmp, "request")),
        (129, 0) => return Some(echo(icmp, "reply")),
        (130, 0) => "multicast listener query",
        (131, 0) => "multicast listener report",
        (132, 0) => "multicast listener done",
        (133, 0) => "router solicitation",
        (134, 0) => "router advertisement",
        (135, 0) => "neighbor solicitation",
        (136, 0) => "neighbor advertisement",
        (137, 0) => "redirect",
        (143, 0) => "multicast listener report (version 2)",
        _ => return None,
    };
    Some(words.to_owned())
}

fn unreachable6(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "no route to the destination",
        1 => "communication prohibited",
        2 => "beyond the scope of the source address",
        3 => "address unreachable",
        4 => "port unreachable",
        5 => "source address refused",
        6 => "route rejected",
        _ => return None,
    })
}
