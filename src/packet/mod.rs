//! What the bytes of a packet say. Pure: bytes in, plain data out; no system call and nothing unsafe.

#![forbid(unsafe_code)]

mod model;

pub use model::{Again, Count, Field, Header, Retransmission};
