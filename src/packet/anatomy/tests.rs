//! Packets opened.

use super::*;
use crate::packet::build::{Opt, segment};
use crate::packet::testing::{Story, fragments4, icmp, tcp, udp};
use crate::packet::{Field, parse};

fn field<'a>(headers: &'a [Header], header: &str, name: &str) -> &'a Field {
    let header = headers
        .iter()
        .find(|found| found.name == header)
        .expect("the header");
    header
        .fields
        .iter()
        .find(|field| field.name == name)
        .expect("the field")
}

/// Every bit of the packet belongs to exactly one field, in order.
fn covers(bytes: &[u8], headers: &[Header]) {
    let mut next = 0;
    for field in headers.iter().flat_map(|header| &header.fields) {
        assert_eq!(
            field.bit, next,
            "{} begins where the one before ends",
            field.name
        );
        next += field.bits;
    }
    assert_eq!(next, bytes.len() * 8);
}

fn opened(bytes: &[u8]) -> Vec<Header> {
    let headers = anatomy(bytes, &parse(bytes), None);
    covers(bytes, &headers);
    headers
}

/// A segment with data and options behind a handshake.
fn data() -> Vec<Header> {
    let mut story = Story::handshake(true);
    let mut made = tcp(true, "P.", 1, 1, 5);
    made.payload = b"hi\r\n\x1b\\n".to_vec();
    let (stamps, other) = (Opt::Timestamps(17, 4), Opt::Other(30, vec![1, 2]));
    made.options = vec![Opt::Nop, Opt::Nop, stamps, other, Opt::End];
    let mark = story.sends(1, &made);
    let bytes = segment(&made).expect("made");
    let headers = anatomy(&bytes, &parse(&bytes), Some(&mark));
    covers(&bytes, &headers);
    headers
}

#[test]
fn a_segment_and_where_its_fields_stand() {
    let headers = data();
    let names = headers
        .iter()
        .map(|header| (header.name.as_str(), header.source.as_str()));
    let expected = [
        ("IPv4", "RFC 791, section 3.1"),
        ("TCP", "RFC 9293, section 3.1"),
    ];
    assert!(names.eq(expected));
    let seq = field(&headers, "TCP", "Sequence Number");
    assert_eq!(
        (seq.bit, seq.bits, seq.value.as_str()),
        (192, 32, "4294967281")
    );
    assert_eq!(field(&headers, "IPv4", "DF").bit, 49);
    assert_eq!(field(&headers, "TCP", "ACK").value, "1");
    let syn = field(&headers, "TCP", "SYN");
    assert_eq!((syn.value.as_str(), syn.bit, syn.bits), ("0", 160 + 110, 1));
    assert!(
        headers
            .iter()
            .flat_map(|header| &header.fields)
            .all(|field| field.right)
    );
}

#[test]
fn a_segment_and_what_its_fields_mean() {
    let headers = data();
    let means = |name: &str| field(&headers, "TCP", name).meaning.as_str();
    assert!(means("Sequence Number").starts_with("relative 1:"));
    assert!(means("Acknowledgment Number").starts_with("relative 1:"));
    assert!(means("Window").starts_with("times 128, as the SYN said: 64000 bytes"));
    assert_eq!(means("Destination Port"), "the web (HTTP)");
    assert_eq!(means("Data"), "\"hi\\r\\n\\x1b\\\\n\"");
    assert_eq!(field(&headers, "TCP", "Timestamps").value, "ts 17 4");
    assert_eq!(
        field(&headers, "TCP", "Option").value,
        "option 30 of 4 bytes"
    );
}

#[test]
fn a_window_whose_scale_was_not_seen_is_no_number_of_bytes() {
    let mut story = Story::default();
    let made = tcp(false, "P.", 1, 1, 5);
    let mark = story.sends(1, &made);
    let bytes = segment(&made).expect("made");
    let headers = anatomy(&bytes, &parse(&bytes), Some(&mark));
    let window = field(&headers, "TCP", "Window");
    assert!(window.meaning.starts_with("its scale stood in the SYN"));
}

#[test]
fn a_wrong_checksum_says_what_is_expected() {
    let mut bytes = segment(&tcp(true, "P.", 1, 1, 5)).expect("made");
    let expected = format!("{:#06x}", u16::from_be_bytes([bytes[36], bytes[37]]));
    bytes[36] ^= 0x55;
    let headers = opened(&bytes);
    let sum = field(&headers, "TCP", "Checksum");
    assert!(!sum.right && sum.meaning.contains(&expected), "{sum:?}");
    assert!(field(&headers, "IPv4", "Header Checksum").right);
    bytes[3] -= 1;
    let headers = anatomy(&bytes, &parse(&bytes), None);
    assert!(!field(&headers, "IPv4", "Total Length").right);
    assert!(!field(&headers, "IPv4", "Header Checksum").right);
}

/// As Linux has them on an interface with offload: the sums are the pseudo headers', by hand.
#[test]
fn a_checksum_that_is_left_to_the_card_is_not_wrong() {
    let mut tcp = segment(&tcp(true, "P.", 1, 1, 5)).expect("made");
    // 0a00 + 0001 + 0a00 + 0002 + 6 + 25
    tcp[36..38].copy_from_slice(&[0x14, 0x22]);
    let mut udp = udp("[fd00::1]:9", "[fd00::2]:9", 7);
    // fd00 + 1 + fd00 + 2 + 17 + 15, and what is carried
    udp[46..48].copy_from_slice(&[0xfa, 0x24]);
    let quotes = icmp("fd00::2", "fd00::1", 1, 4, 0, &udp);
    for (bytes, header) in [(tcp, "TCP"), (udp, "UDP"), (quotes, "UDP, quoted")] {
        let sum = field(&opened(&bytes), header, "Checksum").clone();
        assert!(sum.right, "{header}: {sum:?}");
        assert!(sum.meaning.contains("network card"), "{sum:?}");
    }
}

#[test]
fn datagrams_messages_and_fragments() {
    let headers = opened(&udp("[fd00::1]:40000", "[fd00::2]:53", 9));
    assert_eq!(
        field(&headers, "IPv6", "Destination Address").value,
        "fd00::2"
    );
    assert_eq!(
        field(&headers, "UDP", "Destination Port").meaning,
        "names (DNS)"
    );
    let headers = opened(&icmp("fd00::1", "fd00::2", 128, 0, 5 << 16 | 6, b"ping"));
    assert_eq!(headers[1].source, "RFC 4443, section 2.1");
    assert_eq!(field(&headers, "ICMPv6", "Identifier").value, "5");
    for part in fragments4(&udp("10.0.0.1:9", "10.0.0.2:9", 100), 48, 7) {
        opened(&part);
    }
}

#[test]
fn an_error_and_what_it_quotes() {
    let syn = segment(&tcp(true, "S", 0, 0, 0)).expect("made");
    let bytes = icmp("10.0.0.2", "10.0.0.1", 3, 4, 600, &syn[..28]);
    let headers = opened(&bytes);
    let names: Vec<_> = headers.iter().map(|header| header.name.as_str()).collect();
    assert_eq!(names, ["IPv4", "ICMP", "IPv4, quoted", "TCP, quoted"]);
    assert_eq!(field(&headers, "ICMP", "Next-Hop MTU").value, "600");
    let length = field(&headers, "IPv4, quoted", "Total Length");
    assert!(
        length.right && length.bit == 28 * 8 + 16,
        "a quotation may be cut: {length:?}"
    );
    assert_eq!(
        field(&headers, "TCP, quoted", "Sequence Number").value,
        "4294967280"
    );
}

#[test]
fn extension_headers() {
    let mut bytes = udp("[fd00::1]:9", "[fd00::2]:9", 8);
    bytes[6] = 60;
    bytes[5] += 16;
    bytes.splice(40..40, [44, 0, 1, 4, 0, 0, 0, 0, 17, 0, 0, 1, 0, 0, 0, 9]);
    let headers = opened(&bytes);
    let names: Vec<_> = headers.iter().map(|header| header.name.as_str()).collect();
    assert_eq!(
        names,
        ["IPv6", "IPv6 destination options", "IPv6 fragment", "UDP"]
    );
    assert_eq!(field(&headers, "IPv6 fragment", "M").value, "1");
}

#[test]
fn ipv4_options_and_what_is_cut() {
    let mut bytes = udp("10.0.0.1:9", "10.0.0.2:9", 8);
    bytes[0] = 0x47;
    bytes[3] += 8;
    bytes.splice(20..20, [148, 4, 0, 0, 1, 1, 0, 0]);
    let headers = opened(&bytes);
    let options = headers[0]
        .fields
        .iter()
        .filter(|field| field.name == "Option")
        .count();
    assert_eq!(options, 4);
    for len in 0..bytes.len() {
        let cut = &bytes[..len];
        for field in anatomy(cut, &parse(cut), None)
            .iter()
            .flat_map(|header| &header.fields)
        {
            assert!(field.bit + field.bits <= len * 8);
        }
    }
    assert_eq!(
        anatomy(&bytes[..9], &parse(&bytes[..9]), None)[0]
            .fields
            .len(),
        11
    );
}
