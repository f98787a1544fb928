//! Bytes to send, from any of their forms, within bounds.

use super::prepared::Refusal;
use super::value::Value;
use super::{NotYet, Session};
use crate::errno::words;
use crate::lang::ast::Expr;
use std::fs::File;
use std::io::Read;

/// The most that one statement may send, in bytes.
const MOST: u64 = 64 << 20;

/// What `#N` is filled with.
const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz";

impl Session {
    /// The bytes of an expression.
    pub fn bytes(&self, expr: &Expr) -> Result<Vec<u8>, NotYet> {
        match expr {
            Expr::Fill(n) if *n <= MOST => Ok(filled(*n as usize)),
            Expr::Fill(n) => Err(too_long(*n).into()),
            Expr::File(path) => Ok(self.file(path)?),
            Expr::Name(name) if !self.knows(name) && !self.is_errno(name) => Err(self
                .unknown(name)
                .help(format!("a text stands in quotes: \"{name}\""))
                .into()),
            other => match self.value(other)? {
                Value::Bytes(bytes) => Ok(bytes),
                Value::Text(text) => Ok(text.into_bytes()),
                Value::Int(n) => Ok(n.to_string().into_bytes()),
                truth @ Value::Bool(_) => Ok(truth.repr(false).into_bytes()),
                wrong => {
                    let help = match wrong {
                        Value::Addr(_) | Value::State(_) => "str(…) makes a text of any value",
                        _ => "put it in quotes: \"hello\"",
                    };
                    let what = wrong.kind();
                    let message = format!("data is a text or bytes, and this is {what}");
                    let refusal = match wrong {
                        // `sendto u addr hello`
                        Value::Addr(_) => Refusal::new(message)
                            .help("in sendto the data comes before the address"),
                        _ => Refusal::new(message),
                    };
                    Err(refusal.help(help).into())
                }
            },
        }
    }

    /// A file's content. Devices and pipes without an end are read up to the limit only.
    fn file(&self, path: &str) -> Result<Vec<u8>, Refusal> {
        let allowed = self.policy.file(path)?;
        let cannot = |error: std::io::Error| {
            let shown = crate::text::escape::visible(path.as_bytes());
            Refusal::new(format!("`{shown}` cannot be read: {}", words(&error)))
                .help("to send the text itself, put it in quotes")
        };
        let metadata = std::fs::metadata(&allowed).map_err(cannot)?;
        if !metadata.is_file() {
            return Err(Refusal::new(format!("`{path}` is no plain file")));
        }
        let mut bytes = Vec::new();
        let file = File::open(&allowed).map_err(cannot)?;
        file.take(MOST + 1)
            .read_to_end(&mut bytes)
            .map_err(cannot)?;
        if bytes.len() as u64 > MOST {
            return Err(too_long(metadata.len()));
        }
        Ok(bytes)
    }
}

/// The alphabet again and again, so many bytes of it.
fn filled(len: usize) -> Vec<u8> {
    let mut bytes = ALPHABET.repeat(len.div_ceil(ALPHABET.len()));
    bytes.truncate(len);
    bytes
}

fn too_long(len: u64) -> Refusal {
    Refusal::new(format!(
        "{len} bytes are more than one statement sends ({} MB)",
        MOST >> 20
    ))
}
