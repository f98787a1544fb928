//! The prompt. It tells how many calls are blocked, also when one of them returns while a line is being typed.

use crate::text::style::{Paint, Style};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Above this many blocked calls, the number stays as it was when the prompt was first drawn.
const COUNTED: usize = 999;

/// A prompt whose number of blocked calls follows the truth.
///
/// The line editor measures the prompt once, when it draws it first; after that it may change, but not its width.
/// While a line is typed, calls only ever return: so the number falls, padded to the width that it had
/// (`[10 blocked]`, then `[ 9 blocked]`, at last `[ 0 blocked]`), and the next prompt is short again.
#[derive(Clone)]
pub struct CountedPrompt {
    /// Plain and styled, by the number of blocked calls.
    variants: Arc<[(String, String)]>,
    blocked: Arc<AtomicUsize>,
}

impl CountedPrompt {
    /// From the prompt's text at this moment, when `jobs` calls are blocked. `blocked` is kept current by the thread
    /// that watches them.
    pub fn new(text: &str, jobs: usize, blocked: Arc<AtomicUsize>, style: &Style) -> Self {
        let both = |text: String| {
            let styled = styled(&text, style);
            (text, styled)
        };
        let shown = format!("[{jobs} blocked]");
        let width = jobs.to_string().len();
        let counted = text.contains(&shown) && jobs <= COUNTED;
        let variants: Vec<_> = if counted {
            (0..=jobs)
                .map(|n| both(text.replace(&shown, &format!("[{n:>width$} blocked]"))))
                .collect()
        } else {
            vec![both(text.to_owned())]
        };
        Self {
            variants: variants.into(),
            blocked,
        }
    }

    fn now(&self) -> &(String, String) {
        let at = self
            .blocked
            .load(Ordering::Relaxed)
            .min(self.variants.len() - 1);
        &self.variants[at]
    }
}

impl rustyline::Prompt for CountedPrompt {
    fn raw(&self) -> &str {
        &self.now().0
    }

    fn styled(&self) -> &str {
        &self.now().1
    }
}

/// The text with its colors: what is blocked stands out.
pub fn styled(text: &str, style: &Style) -> String {
    let strong = |part: &str| style.paint(part.to_owned(), Paint::Strong).into_owned();
    match (text.find('['), text.find(']')) {
        (Some(open), Some(close)) if open < close => {
            let waiting = style.paint(text[open..=close].to_owned(), Paint::Warn);
            format!(
                "{}{waiting}{}",
                strong(&text[..open]),
                strong(&text[close + 1..])
            )
        }
        _ => strong(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustyline::Prompt;

    #[test]
    fn the_number_falls_and_the_width_stays() {
        let blocked = Arc::new(AtomicUsize::new(10));
        let prompt = CountedPrompt::new(
            "sock [10 blocked]> ",
            10,
            Arc::clone(&blocked),
            &Style::PLAIN,
        );
        assert_eq!(prompt.raw(), "sock [10 blocked]> ");
        blocked.store(9, Ordering::Relaxed);
        assert_eq!(prompt.raw(), "sock [ 9 blocked]> ");
        blocked.store(0, Ordering::Relaxed);
        assert_eq!(prompt.styled(), "sock [ 0 blocked]> ");
    }

    #[test]
    fn a_prompt_without_a_number_stays() {
        let blocked = Arc::new(AtomicUsize::new(3));
        let prompt = CountedPrompt::new("server> ", 0, blocked, &Style::PLAIN);
        assert_eq!(prompt.raw(), "server> ");
    }
}
