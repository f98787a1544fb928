//! The fields of one header, as far as their bytes are there.

use crate::packet::model::{Field, Header};
use crate::packet::view::View;
use crate::text::escape;

/// So much of a payload is shown as text.
const SHOWN: usize = 48;

/// A header that is being drawn.
pub(super) struct Drawing<'a> {
    bytes: &'a [u8],
    at: usize,
    shift: usize,
    header: Header,
}

impl<'a> Drawing<'a> {
    /// A header at byte `at` of `bytes`, in front of which `shift` bits stand in the packet.
    pub fn new(bytes: &'a [u8], at: usize, shift: usize, name: &str, source: &str) -> Self {
        let header = Header {
            name: name.to_owned(),
            source: source.to_owned(),
            fields: Vec::new(),
        };
        Drawing {
            bytes,
            at,
            shift,
            header,
        }
    }

    /// Up to 64 bits from bit `bit` of the header: value, meaning, and whether it is right.
    pub fn field(
        &mut self,
        name: &str,
        bit: usize,
        bits: usize,
        say: impl FnOnce(u64) -> (String, String, bool),
    ) {
        let at = self.at * 8 + bit;
        let Some(found) = View(self.bytes).bits(at, bits) else {
            return;
        };
        let (value, meaning, right) = say(found);
        self.push(name, at, bits, value, meaning, right);
    }

    /// A number that is right whatever it is.
    pub fn number(&mut self, name: &str, bit: usize, bits: usize, meaning: impl Into<String>) {
        self.field(name, bit, bits, |found| {
            (found.to_string(), meaning.into(), true)
        });
    }

    /// One bit: what it means if it is set, and if not.
    pub fn flag(&mut self, name: &str, bit: usize, set: &str, unset: &str) {
        self.field(name, bit, 1, |found| {
            let meaning = if found == 1 { set } else { unset };
            (found.to_string(), meaning.to_owned(), true)
        });
    }

    /// Any number of whole bytes from byte `byte` of the header, where all are there.
    pub fn bytes(
        &mut self,
        name: &str,
        byte: usize,
        len: usize,
        say: impl FnOnce(&[u8]) -> (String, String, bool),
    ) {
        let from = self.at + byte;
        let Some(found) = self.bytes.get(from..from + len).filter(|_| len > 0) else {
            return;
        };
        let (value, meaning, right) = say(found);
        self.push(name, from * 8, len * 8, value, meaning, right);
    }

    /// What follows the header, as text that a terminal can show.
    pub fn data(&mut self, from: usize, to: usize) {
        let to = to.min(self.bytes.len());
        let Some(byte) = from.checked_sub(self.at).filter(|_| from < to) else {
            return;
        };
        self.bytes("Data", byte, to - from, |data| {
            let more = if data.len() > SHOWN { " …" } else { "" };
            let shown = escape::data(&data[..data.len().min(SHOWN)]);
            (
                format!("{} bytes", data.len()),
                format!("\"{shown}\"{more}"),
                true,
            )
        });
    }

    fn push(
        &mut self,
        name: &str,
        at: usize,
        bits: usize,
        value: String,
        meaning: String,
        right: bool,
    ) {
        self.header.fields.push(Field {
            name: name.to_owned(),
            bit: self.shift + at,
            bits,
            value,
            meaning,
            right,
        });
    }

    /// The header, if at least one of its fields is there.
    pub fn done(self, headers: &mut Vec<Header>) {
        if !self.header.fields.is_empty() {
            headers.push(self.header);
        }
    }
}
