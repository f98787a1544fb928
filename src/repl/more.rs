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
/// ends it as it stands, and the parser says then what is open. `None` where Ctrl-C drops it. `say` shows what comes in
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

/// Whether one more line is to be read: not after an empty one (two, where one may be a part of it), and not where the
/// last line means something as it stands (`send s :(`). A comment behind what does something may go on for all that.
fn goes_on(text: &str, shared: &Shared) -> bool {
    let Some(open) = lang::open_end(text) else {
        return false;
    };
    let lines = text.rsplit('\n');
    let empty = lines.take_while(|line| line.trim().is_empty()).count();
    if text.contains('\n') && empty > usize::from(open.verbatim) {
        return false;
    }
    if open.text.ends_with('\\') {
        return true;
    }
    let app = shared.app();
    // `send s /*` sends what looks like a comment: closing it would send something else.
    let comment = || open.verbatim && app.do_the_same(open.text, &format!("{} */", open.text));
    !app.can_run(open.text) || comment()
}
