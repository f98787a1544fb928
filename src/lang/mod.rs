//! Text to [`Statement`]: one meaning, three surface dialects, the tables of commands, options and constants,
//! and diagnostics that point at the place. Pure: nothing here looks at the machine.
//!
//! ```
//! use socktutor::lang::parse;
//!
//! let shell = parse("bind s 127.0.0.1:12345");
//! assert_eq!(shell, parse("s.bind(('127.0.0.1', 12345))"));
//! assert_eq!(shell, parse(r#"bind(s, {sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr("127.0.0.1")}, 16);"#));
//! ```

pub mod ast;
mod canonical;
pub mod constants;
mod fault;
pub mod fields;
mod form;
mod lines;
pub mod options;
pub mod order;
mod parser;
mod slashes;
pub mod state;
pub mod table;
mod walk;

pub use ast::{Action, Claim, Statement};
pub use canonical::{
    canonical, canonical_call, canonical_claim, canonical_expr, canonical_order, canonical_side,
};
pub use fault::{Fault, Missing};
pub use form::Form;
pub use lines::{Line, OpenEnd, Unfinished, folded, lines, open_end};
pub use order::Order;
use std::borrow::Cow;
use std::time::Duration;

/// What any time to wait is at most: a clock goes no further than it can count.
pub const LONGEST_WAIT: Duration = Duration::from_secs(365 * 24 * 3600);

/// The flags of send(2) and recv(2) as the shell has them: `--peek` …
pub fn flag_words() -> Vec<String> {
    parser::flag_words()
}

/// The statements of a line, or of several; none for an empty one. No name is known to be a variable: a bare `x`
/// must then be a command or short for one.
///
/// # Errors
/// The first thing that cannot be understood. Nothing of the line is to be done then.
pub fn parse(line: &str) -> Result<Vec<Statement>, Fault> {
    parse_with(line, &|_| false)
}

/// As [`parse`], for a session: `known` tells whether there is a variable or a socket of a name. A known name alone is
/// its value (`s`), and it may stand where otherwise a bare word would (`send c reply`, `connect c host 80`).
/// Names that an earlier statement of the same text sets are known by themselves.
///
/// # Errors
/// As for [`parse`].
pub fn parse_with(line: &str, known: &dyn Fn(&str) -> bool) -> Result<Vec<Statement>, Fault> {
    parser::statements(&mut parser::input(line, known))
}

/// As [`parse_with`], while a comparison is on: `socket` alone is whole, each side has its own kind.
///
/// # Errors
/// As for [`parse`].
pub fn parse_compared(line: &str, known: &dyn Fn(&str) -> bool) -> Result<Vec<Statement>, Fault> {
    let mut input = parser::input(line, known);
    input.state.alone = true;
    parser::statements(&mut input)
}

/// A claim as it stands after `expect`: `state s LISTEN`.
///
/// # Errors
/// As for [`parse`].
pub fn parse_claim(text: &str) -> Result<Claim, Fault> {
    parser::claim_alone(&mut parser::input(text, &|_| false))
}

/// A side of a comparison: `tcp with wire loss 30%`.
///
/// # Errors
/// As for [`parse`].
pub fn parse_side(text: &str) -> Result<order::Side, Fault> {
    parser::side_alone(text)
}

/// Bytes that were read as text.
///
/// # Errors
/// The place of the first bytes that are no UTF-8.
pub fn from_bytes(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(error) => {
            let start = error.valid_up_to();
            let end = start + error.error_len().unwrap_or(bytes.len() - start);
            let escaped: String = bytes[start..end]
                .iter()
                .map(|byte| format!("\\x{byte:02x}"))
                .collect();
            Err(Fault::new((start, end), "these bytes are no text (UTF-8)")
                .expecting("text in UTF-8")
                .helping(format!("to send such bytes, write them as \"{escaped}\"")))
        }
    }
}

#[cfg(test)]
mod tests;
