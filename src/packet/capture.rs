//! Captures in pcapng, which Wireshark and tcpdump open. pcap-file writes the blocks.

use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};
use pcap_file::pcapng::blocks::section_header::{SectionHeaderBlock, SectionHeaderOption};
use pcap_file::{DataLink, Endianness, PcapError};
use std::borrow::Cow;
use std::io::{self, Write};
use std::time::Duration;

/// Where packets were seen: one a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// Its name: the host's.
    pub name: String,
    /// What it is.
    pub description: String,
}

/// A packet to be saved.
#[derive(Debug, Clone, PartialEq)]
pub struct Captured<'a> {
    /// Which interface sent it, counted from 0.
    pub interface: u32,
    /// When, since 1970-01-01 00:00 UTC.
    pub at: Duration,
    /// The IP packet.
    pub bytes: Cow<'a, [u8]>,
    /// What a reader should know of it: the call that caused it, its fate.
    pub comment: Option<String>,
}

/// No packet is longer: an IPv6 header and 65,535 bytes behind it.
const SNAPLEN: u32 = 65_575;

/// An option's length has 16 bits; a longer comment is cut.
const LONGEST: usize = 60_000;

/// Writes a capture: raw IP packets (LINKTYPE_RAW), with time stamps in nanoseconds.
///
/// # Errors
/// `out` cannot be written to, or a packet names an interface that is not there.
pub fn write<'a>(
    out: impl Write,
    interfaces: &[Interface],
    packets: impl Iterator<Item = Captured<'a>>,
) -> io::Result<()> {
    let section = SectionHeaderBlock {
        endianness: Endianness::native(),
        options: vec![SectionHeaderOption::UserApplication(Cow::Borrowed(
            concat!("socktutor ", env!("CARGO_PKG_VERSION")),
        ))],
        ..SectionHeaderBlock::default()
    };
    let mut writer = PcapNgWriter::with_section_header(out, section).map_err(io_error)?;
    for interface in interfaces {
        let block = InterfaceDescriptionBlock {
            linktype: DataLink::RAW,
            snaplen: SNAPLEN,
            options: vec![
                InterfaceDescriptionOption::IfName(Cow::Borrowed(cut(&interface.name))),
                InterfaceDescriptionOption::IfDescription(Cow::Borrowed(cut(
                    &interface.description
                ))),
                // A power of ten: nanoseconds, which is also the unit that pcap-file writes.
                InterfaceDescriptionOption::IfTsResol(9),
            ],
        };
        writer.write_pcapng_block(block).map_err(io_error)?;
    }
    for packet in packets {
        let comment = packet.comment.as_deref().map(cut);
        let block = EnhancedPacketBlock {
            interface_id: packet.interface,
            timestamp: packet.at,
            original_len: packet.bytes.len() as u32,
            options: comment
                .map(|text| EnhancedPacketOption::Comment(Cow::Borrowed(text)))
                .into_iter()
                .collect(),
            data: Cow::Borrowed(&packet.bytes),
        };
        writer.write_pcapng_block(block).map_err(io_error)?;
    }
    writer.into_inner().flush()
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn io_error(error: PcapError) -> io::Error {
    match error {
        PcapError::IoError(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidInput, other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::build::segment;
    use crate::packet::testing::{tcp, udp};
    use pcap_file::pcapng::{Block, PcapNgReader};

    fn captured<'a>(interface: u32, bytes: &'a [u8], comment: Option<&str>) -> Captured<'a> {
        Captured {
            interface,
            at: Duration::new(1_700_000_000, 123_456_789),
            bytes: Cow::Borrowed(bytes),
            comment: comment.map(str::to_owned),
        }
    }

    fn interfaces() -> Vec<Interface> {
        ["client", "server"]
            .map(|name| Interface {
                name: name.to_owned(),
                description: format!("{name}, 10.0.0.1"),
            })
            .to_vec()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let (syn, datagram) = (
            segment(&tcp(true, "S", 0, 0, 0)).expect("made"),
            udp("[fd00::1]:9", "[fd00::2]:9", 3),
        );
        let packets = [
            captured(0, &syn, Some("connect() — von C")),
            captured(1, &datagram, None),
        ];
        let mut file = Vec::new();
        write(&mut file, &interfaces(), packets.clone().into_iter()).expect("written");
        let mut reader = PcapNgReader::new(file.as_slice()).expect("a capture");
        let name = format!("socktutor {}", env!("CARGO_PKG_VERSION"));
        assert_eq!(
            reader.section().options,
            [SectionHeaderOption::UserApplication(name.into())]
        );
        let mut read = Vec::new();
        while let Some(block) = reader.next_block() {
            if let Block::EnhancedPacket(packet) = block.expect("a block") {
                let comment = packet.options.first().map(|option| match option {
                    EnhancedPacketOption::Comment(text) => text.to_string(),
                    other => panic!("{other:?}"),
                });
                read.push(Captured {
                    interface: packet.interface_id,
                    at: packet.timestamp,
                    bytes: packet.data.to_vec().into(),
                    comment,
                });
            }
        }
        assert_eq!(read, packets);
        for (interface, known) in reader.interfaces().iter().zip(interfaces()) {
            assert_eq!(interface.linktype, DataLink::RAW);
            assert!(
                interface
                    .options
                    .contains(&InterfaceDescriptionOption::IfTsResol(9))
            );
            assert!(
                interface
                    .options
                    .contains(&InterfaceDescriptionOption::IfName(known.name.into()))
            );
        }
        assert_eq!(reader.interfaces().len(), 2);
    }

    #[test]
    fn a_long_comment_is_cut_and_an_unknown_interface_refused() {
        let long = "é".repeat(40_000);
        let mut file = Vec::new();
        write(
            &mut file,
            &interfaces(),
            [captured(0, b"x", Some(&long))].into_iter(),
        )
        .expect("written");
        let mut reader = PcapNgReader::new(file.as_slice()).expect("a capture");
        let count =
            std::iter::from_fn(|| reader.next_block().map(|block| assert!(block.is_ok()))).count();
        assert_eq!(count, 3);
        let error = write(
            Vec::new(),
            &interfaces(),
            [captured(2, b"x", None)].into_iter(),
        );
        assert_eq!(
            error.expect_err("there is no third").kind(),
            io::ErrorKind::InvalidInput
        );
    }
}
