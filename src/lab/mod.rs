//! The laboratory: hosts of their own, each a network namespace, joined by a wire that can be held, stepped and disturbed.
//!
//! - [`Hosts`] starts a helper process, which makes the namespaces and hands their TUN devices to this process; it then
//!   gives sockets in any of them.
//! - [`helper::run`] is that process: the program itself, started with [`helper::ARGUMENT`].
//! - [`Wire`] carries packets between the devices, and holds, steps, disturbs and remembers them.
//! - [`Unavailable`] says why there can be no laboratory, and which command mends it; [`doctor::checks`] tells it ahead.

pub mod doctor;
mod furnish;
pub mod helper;
mod hosts;
mod message;
mod quiet;
mod unavailable;
mod wire;

pub use hosts::{DEVICE, Host, Hosts, MTU, PROGRAM, Undone};
pub use unavailable::Unavailable;
pub use wire::{
    Bounds, Crossed, Kept, News, Owner, Ports, Side, State, Station, Talk, Tap, Unable, Wire,
};
