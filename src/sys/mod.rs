//! System calls that socket2 lacks, and the program's own bookkeeping of descriptors. The only `unsafe`.

pub mod addr;
pub mod reserve;
pub mod signal;
