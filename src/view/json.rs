//! Events for programs: one line of JSON each.

use crate::event::Event;
use crate::text::escape;
use std::fmt::Write;

/// The event as one line of JSON, without a newline at its end. The field names are those of [`Event`].
pub fn json(event: &Event) -> String {
    match serde_json::to_string(event) {
        Ok(line) => harmless(line),
        // Maps with keys that are not text are all that serde_json refuses, and events have none.
        Err(error) => {
            serde_json::json!({"event": "error", "t": event.t, "message": error.to_string()})
                .to_string()
        }
    }
}

/// JSON escapes C0 control characters; a terminal obeys others as well. Outside of strings all is ASCII, so each may be
/// replaced wherever it stands.
fn harmless(line: String) -> String {
    if !line.chars().any(escape::is_unsafe) {
        return line;
    }
    let mut out = String::with_capacity(line.len() + 16);
    for c in line.chars() {
        if escape::is_unsafe(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}
