//! A packet opened: each header, field by field, as the RFC draws it, for `packet N`.

mod draw;
mod icmp;
mod ip;
mod tcp;
mod udp;

use super::checksum::{Checksum, Layer, checksums};
use super::flows::Mark;
use super::model::Header;
use super::parse::{Parsed, Upper, protocol, quoted};
use draw::Drawing;

/// The packet's headers, outermost first; what an ICMP error quotes follows it. A header that is cut short has the fields
/// that are there. `mark` is what the wire knows of it: relative numbers and the scaled window.
pub fn anatomy(bytes: &[u8], parsed: &Parsed, mark: Option<&Mark>) -> Vec<Header> {
    let mut headers = Vec::new();
    let packet = Packet {
        bytes,
        parsed,
        mark,
        shift: 0,
        sums: checksums(bytes, parsed),
    };
    packet.draw(&mut headers);
    if let Some((at, inner)) = quoted(bytes, parsed) {
        let inside = &bytes[at..parsed.payload.end];
        let from = headers.len();
        let packet = Packet {
            bytes: inside,
            parsed: &inner,
            mark: None,
            shift: at * 8,
            sums: checksums(inside, &inner),
        };
        packet.draw(&mut headers);
        for header in &mut headers[from..] {
            header.name.push_str(", quoted");
        }
    }
    headers
}

/// A packet that is being drawn.
struct Packet<'a> {
    bytes: &'a [u8],
    parsed: &'a Parsed,
    mark: Option<&'a Mark>,
    /// How many bits stand in front of it.
    shift: usize,
    sums: Vec<Checksum>,
}

impl<'a> Packet<'a> {
    fn draw(&self, headers: &mut Vec<Header>) {
        match self.bytes.first().map(|byte| byte >> 4) {
            Some(4) => ip::v4(self, headers),
            Some(6) => ip::v6(self, headers),
            _ => return,
        }
        let Some(ip) = &self.parsed.ip else {
            return;
        };
        if self.parsed.upper == Upper::Fragment {
            return;
        }
        match (ip.protocol, ip.version) {
            (protocol::TCP, _) => tcp::tcp(self, ip.header.end, headers),
            (protocol::UDP, _) => udp::udp(self, ip.header.end, headers),
            (protocol::ICMP, 4) | (protocol::ICMP6, 6) => {
                icmp::icmp(self, ip.header.end, ip.version == 6, headers);
            }
            _ => {}
        }
    }

    /// A header that begins at byte `at`.
    fn header(&self, name: &str, source: &str, at: usize) -> Drawing<'a> {
        Drawing::new(self.bytes, at, self.shift, name, source)
    }

    /// A checksum's field.
    fn checksum(&self, drawing: &mut Drawing<'_>, name: &str, bit: usize, layer: Layer) {
        let version = self.parsed.ip.as_ref().map_or(0, |ip| ip.version);
        let sum = self.sums.iter().find(|sum| sum.layer == layer);
        drawing.field(name, bit, 16, |found| {
            let (meaning, right) = match sum {
                None => (
                    "cannot be checked: not all bytes that it covers are here".to_owned(),
                    true,
                ),
                Some(sum) if sum.is_absent(version) => ("left out by the sender".to_owned(), true),
                Some(sum) if sum.is_right(version) => ("right".to_owned(), true),
                Some(sum) if sum.is_begun() => (
                    "not filled in: the kernel leaves that to the network card (checksum offload)"
                        .to_owned(),
                    true,
                ),
                Some(sum) => {
                    let expected = sum.expected;
                    let text = format!(
                        "wrong: {expected:#06x} is expected, so the receiver drops it silently"
                    );
                    (text, false)
                }
            };
            (format!("{found:#06x}"), meaning, right)
        });
    }

    /// What follows the header.
    fn data(&self, drawing: &mut Drawing<'_>, from: usize) {
        drawing.data(from, self.parsed.payload.end);
    }
}

/// Source and destination port, which TCP and UDP begin with.
fn ports(drawing: &mut Drawing<'_>) {
    for (name, bit) in [("Source Port", 0), ("Destination Port", 16)] {
        drawing.field(name, bit, 16, |port| {
            (port.to_string(), service(port).to_owned(), true)
        });
    }
}

/// A port's service, of those that students meet.
fn service(port: u64) -> &'static str {
    match port {
        7 => "echo",
        9 => "discard",
        13 => "daytime",
        17 => "quote of the day",
        19 => "character generator",
        20 => "FTP's data",
        21 => "FTP",
        22 => "SSH",
        23 => "Telnet",
        25 => "mail (SMTP)",
        37 => "time",
        53 => "names (DNS)",
        67 => "DHCP server",
        68 => "DHCP client",
        70 => "Gopher",
        69 => "TFTP",
        79 => "finger",
        80 => "the web (HTTP)",
        110 => "mail (POP3)",
        119 => "news (NNTP)",
        123 => "network time (NTP)",
        143 => "mail (IMAP)",
        161 => "SNMP",
        389 => "LDAP",
        443 => "the web, encrypted (HTTPS)",
        514 => "syslog",
        1521 => "Oracle's database",
        3306 => "MySQL",
        5353 => "multicast DNS",
        5432 => "PostgreSQL",
        8080 => "often a web server",
        0 => "no port: nothing can be bound to 0",
        1..=1023 => "below 1024: on Unix, binding it needs a privilege",
        32768..=60999 => {
            "in Linux's range of ephemeral ports, from which the kernel picks one that is not asked for"
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests;
