//! The grammar, in winnow: from text to [`Statement`](super::Statement) without a token list in between, since what a
//! word is depends on the parameter at which it stands.

mod address;
mod arguments;
mod call;
mod claim;
mod data;
mod declare;
mod elsewhere;
mod expr;
mod fcntl;
mod field;
mod finished;
mod first;
mod fit;
mod flags;
mod format;
mod input;
mod joins;
mod lab;
mod method;
mod name;
mod number;
mod opening;
mod options;
mod order;
mod pasted;
mod prelude;
mod prototype;
mod refuse;
mod shell;
mod slips;
mod sockets;
mod statement;
mod stray;
mod string;
mod structure;
mod watch;
mod word;

pub(super) use address::{is_host_name, is_service_name};
pub(super) use fcntl::only_asks;
pub(super) use flags::{flag_word, flag_words};
pub(super) use input::input;
pub(super) use lab::side_alone;
pub(super) use sockets::short;
pub(super) use statement::{claim_alone, statements};
pub(super) use word::{is_identifier, is_plain_word};
