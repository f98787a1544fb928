//! Packets spoiled on purpose.

use super::parse::parse;

/// Which bit was turned over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flipped {
    /// The byte, counted from the packet's first, 0.
    pub byte: usize,
    /// The bit in it; 0 is the most significant, as RFCs count.
    pub bit: u8,
}

/// Turns one bit over behind the IP header, so that the packet still finds its way but its receiver's checksum tells. The same
/// `seed` turns the same bit. `None` where there is nothing behind the IP header.
///
/// Two fields are left alone: what a checksum does not cover (bytes beyond the packet's own end), and UDP's own checksum, which
/// could become the 0 that says "none".
pub fn corrupt(bytes: &[u8], seed: u64) -> Option<(Vec<u8>, Flipped)> {
    let parsed = parse(bytes);
    let ip = parsed.ip.as_ref()?;
    let start = ip.header.end;
    let skip = match &parsed.upper {
        super::parse::Upper::Udp(udp) => udp.header.start + 6..udp.header.start + 8,
        _ => 0..0,
    };
    let end = parsed.payload.end.min(bytes.len());
    let len = end.checked_sub(start + skip.len()).filter(|len| *len > 0)?;
    let random = mixed(seed);
    let mut byte = start + (random >> 3) as usize % len;
    if !skip.is_empty() && byte >= skip.start {
        byte += skip.len();
    }
    let bit = (random & 7) as u8;
    let mut spoiled = bytes.to_vec();
    *spoiled.get_mut(byte)? ^= 0x80 >> bit;
    Some((spoiled, Flipped { byte, bit }))
}

/// Every bit of the seed moves every bit of the result (splitmix64).
fn mixed(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::build::segment;
    use crate::packet::checksum::checksums;
    use crate::packet::parse;
    use crate::packet::testing::{tcp, udp};
    use std::collections::HashSet;

    #[test]
    fn one_bit_behind_the_ip_header_and_the_checksum_tells() {
        for packet in [
            segment(&tcp(true, "P.", 1, 1, 9)).expect("made"),
            udp("[fd00::1]:9", "[fd00::2]:9", 9),
            udp("10.0.0.1:9", "10.0.0.2:9", 9),
        ] {
            let header = parse(&packet).ip.expect("IP").header.end;
            let mut places = HashSet::new();
            for seed in 0..2000 {
                let (spoiled, flipped) =
                    corrupt(&packet, seed).expect("there is something to spoil");
                assert!(flipped.byte >= header);
                let changed: u32 = packet
                    .iter()
                    .zip(&spoiled)
                    .map(|(a, b)| (a ^ b).count_ones())
                    .sum();
                assert_eq!(changed, 1);
                assert_ne!(
                    packet[flipped.byte] & (0x80 >> flipped.bit),
                    spoiled[flipped.byte] & (0x80 >> flipped.bit)
                );
                // A flipped length may leave a checksum that cannot be checked any more, but never a right packet.
                let parsed = parse(&spoiled);
                let version = parsed.ip.as_ref().map_or(0, |ip| ip.version);
                let sums = checksums(&spoiled, &parsed);
                assert!(
                    sums.iter().any(|sum| !sum.is_right(version)) || !parsed.troubles.is_empty(),
                    "{flipped:?}"
                );
                places.insert((flipped.byte, flipped.bit));
                assert_eq!(
                    corrupt(&packet, seed).map(|(_, flipped)| flipped),
                    Some(flipped)
                );
            }
            assert!(places.len() > 100, "{}", places.len());
        }
    }

    #[test]
    fn what_is_cut_short_has_nothing_or_little_to_spoil() {
        let packet = segment(&tcp(true, "P.", 1, 1, 9)).expect("made");
        for len in 0..packet.len() {
            match corrupt(&packet[..len], 7) {
                None => assert!(len <= 20, "{len}"),
                Some((_, flipped)) => assert!((20..len).contains(&flipped.byte)),
            }
        }
    }
}
