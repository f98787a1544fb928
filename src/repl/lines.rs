//! Where lines come from at a terminal: a line editor, or nothing but the terminal itself.

use super::prompt::CountedPrompt;

/// What came.
pub enum Entered {
    /// A line, or several that were pasted at once.
    Text(String),
    /// Ctrl-C, with nothing typed.
    Interrupted,
    /// Something that cannot be read as text; the words say what.
    Unreadable(String),
    /// Ctrl-D, or the terminal is gone.
    End,
}

/// A place where lines are typed.
pub trait Lines {
    /// Waits for a line.
    fn next(&mut self, prompt: &CountedPrompt) -> Entered;

    /// Waits for one more line of a statement that is open where `before` ends: Ctrl-C is `Interrupted` whatever is
    /// typed.
    fn more(&mut self, prompt: &CountedPrompt, before: &str) -> Entered;

    /// Asks for one argument. `None` where the student would rather not.
    fn ask(&mut self, question: &str) -> Option<String>;

    /// Remembers a statement that was run.
    fn remember(&mut self, line: &str);
}
