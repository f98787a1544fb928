//! What the bytes of a packet say. Pure: bytes in, plain data out; no system call and nothing unsafe.

#![forbid(unsafe_code)]

mod anatomy;
pub mod build;
pub mod capture;
mod checksum;
mod corrupt;
mod drill;
mod flows;
mod model;
mod parse;
pub mod serial;
#[cfg(test)]
mod testing;
mod view;
mod words;

pub use anatomy::anatomy;
pub use checksum::{Checksum, Layer, checksums, wrong};
pub use corrupt::{Flipped, corrupt};
pub use drill::{Drill, DrillFault, Towards, parse_drill};
pub use flows::{Conversation, Flows, Mark, Way};
pub use model::{Again, Count, Field, Header, Retransmission, Rst};
pub use parse::{
    Facts, Flags, Icmp, Ip, Parsed, Tcp, TcpOption, Trouble, Udp, Upper, end, options, parse,
    protocol, quoted,
};
pub use words::{flags_in_letters, flags_in_words, icmp_in_words, info, options_in_words};
