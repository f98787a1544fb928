//! What of a packet cannot be read, or does not fit.

use std::fmt;

/// Something wrong with a packet's form. (A wrong checksum is none: see [`checksums`](crate::packet::checksums).)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// There is no byte at all.
    Empty,
    /// The first four bits are neither 4 nor 6.
    Version(u8),
    /// A header is not all there.
    Cut {
        /// Which.
        header: &'static str,
        /// Bytes that it needs.
        needs: usize,
        /// Bytes that are there.
        has: usize,
    },
    /// A header says that it is shorter than its fixed part.
    HeaderLength {
        /// Which.
        header: &'static str,
        /// Bytes, as it says.
        said: usize,
    },
    /// IP says another length than there are bytes.
    Length {
        /// Bytes, as the header says.
        said: usize,
        /// Bytes that are there.
        found: usize,
    },
    /// UDP says another length than IP leaves for it.
    UdpLength {
        /// Bytes, as the header says.
        said: usize,
        /// Bytes that there are.
        found: usize,
    },
    /// A TCP option whose length cannot be; those behind it cannot be read.
    Option {
        /// Its kind.
        kind: u8,
        /// Where it stands, counted from the packet's first byte.
        at: usize,
    },
    /// More extension headers than anyone sends.
    Extensions,
}

impl Trouble {
    /// Whether only the end is missing.
    pub(super) fn is_a_cut(&self) -> bool {
        match self {
            Self::Cut { .. } => true,
            Self::Length { said, found } | Self::UdpLength { said, found } => said > found,
            _ => false,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "no bytes at all"),
            Self::Version(version) => write!(f, "IP version {version}, which is neither 4 nor 6"),
            Self::Cut { header, needs, has } => {
                write!(
                    f,
                    "cut short: {has} of the {needs} bytes of the {header} header"
                )
            }
            Self::HeaderLength { header, said } => write!(
                f,
                "the {header} header says that it has {said} bytes, fewer than it must have"
            ),
            Self::Length { said, found } if said > found => {
                write!(f, "cut short: {found} of {said} bytes")
            }
            Self::Length { said, found } => {
                write!(f, "the IP header says {said} bytes, but there are {found}")
            }
            Self::UdpLength { said, found } => write!(
                f,
                "the UDP header says {said} bytes, but IP carries {found}"
            ),
            Self::Option { kind, at } => write!(
                f,
                "TCP option {kind} at byte {at} has a length that cannot be"
            ),
            Self::Extensions => write!(f, "too many extension headers"),
        }
    }
}
