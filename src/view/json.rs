//! Events for programs: one line of JSON each.

use crate::event::{Event, What};
use crate::text::escape;
use serde::Serialize;
use std::fmt::Write;

/// The event as one line of JSON, without a newline at its end. The field names are those of [`Event`]. What a comparison
/// did is a line for each inner event, with the `side` that it happened on; nothing where there was none.
pub fn json(event: &Event) -> String {
    let What::Compared(compared) = &event.what else {
        return line(event, event.t);
    };
    let sides = compared.titles.iter().zip(&compared.columns);
    let lines = sides.flat_map(|(side, events)| {
        events
            .iter()
            .map(move |event| line(&Sided { side, event }, event.t))
    });
    lines.collect::<Vec<String>>().join("\n")
}

/// An event on one side of a comparison.
#[derive(Serialize)]
struct Sided<'e> {
    side: &'e str,
    #[serde(flatten)]
    event: &'e Event,
}

fn line(event: &impl Serialize, t: f64) -> String {
    match serde_json::to_string(event) {
        Ok(line) => harmless(line),
        // Maps with keys that are not text are all that serde_json refuses, and events have none.
        Err(error) => {
            serde_json::json!({"event": "error", "t": t, "message": error.to_string()}).to_string()
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
