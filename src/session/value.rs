//! What variables hold.

use super::apply::too_large;
use super::prepared::Refusal;
use super::table::SocketId;
use crate::event::{Addr, TcpState};
use crate::text::escape::{is_unsafe, visible};
use std::fmt::Write;
use std::net::SocketAddr;

/// How deep tuples may nest.
const DEEPEST: usize = 100;

/// A value of the shell's language.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing: what `listen` returns.
    None,
    /// `True` or `False`: what a comparison gives.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// A text.
    Text(String),
    /// Bytes, as received.
    Bytes(Vec<u8>),
    /// A socket of this session, open or closed.
    Socket(SocketId),
    /// An address.
    Addr(Addr),
    /// C's structure for an address whose family is not set, or AF_UNSPEC: zeros, but for the fields that were set.
    Blank(Addr),
    /// A TCP state.
    State(TcpState),
    /// Several values.
    Tuple(Vec<Value>),
    /// What a call that still sleeps will return: the job's number, and which part of its result.
    Pending(u32, Option<usize>),
}

impl Value {
    /// What kind of thing it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::None => "nothing",
            Self::Bool(_) => "True or False",
            Self::Int(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a text",
            Self::Bytes(_) => "bytes",
            Self::Socket(_) => "a socket",
            Self::Addr(_) => "an address",
            Self::Blank(_) => "a structure for an address, whose family is not set",
            Self::State(_) => "a TCP state",
            Self::Tuple(_) => "a tuple",
            Self::Pending(..) => "the result of a call that still sleeps",
        }
    }

    /// What is left of so many bytes when this value is held in them.
    ///
    /// # Errors
    /// They are too few, or its tuples are nested too deeply to be walked, shown and dropped by recursion.
    pub fn held_in(&self, bytes: usize) -> Result<usize, Refusal> {
        self.held_at(0, bytes)
    }

    fn held_at(&self, depth: usize, bytes: usize) -> Result<usize, Refusal> {
        let own = match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::Tuple(_) if depth == DEEPEST => {
                let message = format!("more than {DEEPEST} tuples stand inside one another");
                return Err(Refusal::new(message));
            }
            Self::Tuple(items) => size_of_val(items.as_slice()),
            _ => 0,
        };
        let left = bytes.checked_sub(own).ok_or_else(too_large)?;
        match self {
            Self::Tuple(items) => items
                .iter()
                .try_fold(left, |left, item| item.held_at(depth + 1, left)),
            _ => Ok(left),
        }
    }

    /// Itself, but `True` and `False` as the numbers that they are in C and, where one is wanted, in Python.
    pub fn counted(self) -> Self {
        match self {
            Self::Bool(truth) => Self::Int(i64::from(truth)),
            other => other,
        }
    }

    /// What so many names (`host, port = …`) get: a tuple's items, an address's host and port, or the one value. Of an
    /// IPv6 address more names get its flow information and its scope too, as in Python.
    pub fn parts(self, names: usize) -> Vec<Value> {
        match self {
            Self::Tuple(items) => items,
            Self::Addr(addr) => match Self::address_items(&addr) {
                Some(mut items) => {
                    items.truncate(names.max(2));
                    items
                }
                None => vec![Self::Addr(addr)],
            },
            single => vec![single],
        }
    }

    /// An address as Python has it: host and port, and of IPv6 the flow information and the scope.
    pub fn address_items(addr: &Addr) -> Option<Vec<Value>> {
        let Addr::Inet(addr) = addr else {
            return None;
        };
        let mut items = vec![
            Self::Text(addr.ip().to_string()),
            Self::Int(i64::from(addr.port())),
        ];
        if let SocketAddr::V6(addr) = addr {
            items.extend([addr.flowinfo(), addr.scope_id()].map(|n| Self::Int(i64::from(n))));
        }
        Some(items)
    }

    /// As `print` shows it, safe for a terminal. `python` writes addresses as Python's tuples.
    pub fn show(&self, python: bool) -> String {
        match self {
            Self::Text(text) => visible_lines(text.as_bytes()),
            Self::Bytes(bytes) => visible_lines(bytes),
            other => other.repr(python),
        }
    }

    /// As it would be typed: texts and bytes in quotes.
    pub fn repr(&self, python: bool) -> String {
        match self {
            Self::None => "None".to_owned(),
            Self::Bool(true) => "True".to_owned(),
            Self::Bool(false) => "False".to_owned(),
            Self::Int(n) => n.to_string(),
            Self::Float(x) => x.to_string(),
            Self::Text(text) => quoted_text(text),
            Self::Bytes(bytes) => quoted_bytes(bytes),
            Self::Socket(id) => format!("socket {}", id.0),
            Self::Addr(addr) => match Self::address_items(addr).filter(|_| python) {
                Some(items) => Self::Tuple(items).repr(python),
                None => visible(addr.to_string().as_bytes()),
            },
            Self::Blank(addr) => format!("{} of no family", Self::Addr(addr.clone()).repr(python)),
            Self::State(state) => state.name().to_owned(),
            Self::Tuple(items) => in_brackets(items, |item| item.repr(python)),
            Self::Pending(job, _) => format!("(pending: job {job})"),
        }
    }

    /// Equal in what they say: a text and the same bytes, an address and its text, a state and its name.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Bytes(b)) | (Self::Bytes(b), Self::Text(a)) => a.as_bytes() == b,
            (Self::Int(a), Self::Float(b)) | (Self::Float(b), Self::Int(a)) => *a as f64 == *b,
            (Self::State(a), Self::Text(b)) | (Self::Text(b), Self::State(a)) => {
                TcpState::parse(b) == Some(*a)
            }
            (Self::Addr(a), Self::Text(b)) | (Self::Text(b), Self::Addr(a)) => a.to_string() == *b,
            (Self::Addr(a), Self::Tuple(b)) | (Self::Tuple(b), Self::Addr(a)) => {
                // Of IPv6 what is no host and no port may be left out, as where an address is asked for.
                Self::address_items(a).is_some_and(|a| a == *b || b.len() == 2 && a.starts_with(b))
            }
            (Self::Bool(truth), n @ Self::Int(_)) | (n @ Self::Int(_), Self::Bool(truth)) => {
                *n == Self::Int(i64::from(*truth))
            }
            (a, b) => a == b,
        }
    }
}

/// Bytes as lines for the terminal: line ends stay, every other control byte is escaped.
fn visible_lines(bytes: &[u8]) -> String {
    let mut lines = String::new();
    for (n, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if n > 0 {
            lines.push('\n');
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        lines.push_str(&visible(line));
    }
    lines
}

/// A text as a Python literal. What a terminal may obey, or hide, is escaped.
fn quoted_text(text: &str) -> String {
    let mut literal = "'".to_owned();
    for c in text.chars() {
        match u8::try_from(c) {
            Ok(byte) if byte.is_ascii() => push_byte(&mut literal, byte),
            // Writing to a String cannot fail.
            _ if is_unsafe(c) && c <= '\u{ffff}' => drop(write!(literal, "\\u{:04x}", c as u32)),
            _ if is_unsafe(c) => drop(write!(literal, "\\U{:08x}", c as u32)),
            _ => literal.push(c),
        }
    }
    literal.push('\'');
    literal
}

/// Bytes as a Python literal.
fn quoted_bytes(bytes: &[u8]) -> String {
    let mut literal = "b'".to_owned();
    for byte in bytes {
        push_byte(&mut literal, *byte);
    }
    literal.push('\'');
    literal
}

fn push_byte(literal: &mut String, byte: u8) {
    match byte {
        b'\'' | b'\\' => {
            literal.push('\\');
            literal.push(byte as char);
        }
        b'\n' => literal.push_str("\\n"),
        b'\r' => literal.push_str("\\r"),
        b'\t' => literal.push_str("\\t"),
        0x20..=0x7e => literal.push(byte as char),
        // Writing to a String cannot fail.
        other => drop(write!(literal, "\\x{other:02x}")),
    }
}

/// A tuple as Python writes it: one of a single item has a comma behind it.
pub(super) fn in_brackets(items: &[Value], shown: impl Fn(&Value) -> String) -> String {
    match items {
        [one] => format!("({},)", shown(one)),
        several => {
            let all: Vec<String> = several.iter().map(shown).collect();
            format!("({})", all.join(", "))
        }
    }
}
