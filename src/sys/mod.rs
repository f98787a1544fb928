//! System calls that socket2 lacks, and the program's own bookkeeping of descriptors. The only `unsafe`.

pub mod addr;
#[cfg(target_os = "linux")]
pub mod books;
pub mod call;
#[cfg(target_os = "linux")]
pub mod capture;
#[cfg(not(target_os = "linux"))]
#[path = "capture/elsewhere.rs"]
pub mod capture;
pub mod high;
pub mod names;
#[cfg(target_os = "linux")]
pub mod namespace;
#[cfg(not(target_os = "linux"))]
#[path = "namespace/elsewhere.rs"]
pub mod namespace;
pub mod reserve;
pub mod scratch;
pub mod signal;
pub mod streams;
pub mod worker;
