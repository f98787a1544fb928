//! A statement that goes on in the next line, as it does in a script.

use super::lines::{Entered, Lines};
use super::prompt::CountedPrompt;
use super::shared::Shared;
use crate::lang;
use crate::text::style::Style;
use std::sync::Arc;

/// The prompt of a line that goes on, as Python has it.
const PROMPT: &str = "... ";
/// What is said when Ctrl-C drops it.
const DROPPED: &str = "  What was open is dropped. Nothing was called.\n";

/// Reads on while a bracket, a string or a comment of `text` is open, or a backslash ends it. An empty line or Ctrl-D
/// ends it as it stands: the parser says then what is open. `None` where Ctrl-C drops it. `say` shows what comes in
/// between, before the next prompt.
pub fn whole(
    mut text: String,
    lines: &mut dyn Lines,
    shared: &Shared,
    style: &Style,
    say: &mut dyn FnMut(&str),
) -> Option<String> {
    while goes_on(&text, shared) {
        say(&shared.console.drain());
        let prompt = CountedPrompt::new(PROMPT, 0, Arc::clone(&shared.blocked), style);
        match lines.more(&prompt, &text) {
            Entered::Text(more) => {
                text.push('\n');
                text.push_str(&more);
            }
            Entered::End => break,
            Entered::Unreadable(why) => say(&format!("  {why}\n")),
            Entered::Interrupted => {
                say(DROPPED);
                return None;
            }
        }
    }
    Some(text)
}

/// Whether one more line is to be read: not after an empty one, and not where the last line means something as it
/// stands (`send s :(`).
fn goes_on(text: &str, shared: &Shared) -> bool {
    let last = text.rsplit('\n').next().unwrap_or_default();
    if text.contains('\n') && last.trim().is_empty() {
        return false;
    }
    let runs = |open: &str| !open.ends_with('\\') && shared.app().can_run(open);
    lang::open_end(text).is_some_and(|open| !runs(open))
}
