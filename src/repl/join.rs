//! Lines that come one at a time, to logical lines: what a line leaves open goes on in the next.

use super::source::LONGEST;
use crate::lang::{Unfinished, lines};

/// Gathers lines until nothing is open.
#[derive(Debug, Default)]
pub struct Joiner {
    pending: String,
    /// What of `pending` is open.
    open: Unfinished,
}

impl Joiner {
    /// One more line; the logical lines that are complete now.
    pub fn push(&mut self, line: String) -> Vec<String> {
        let open = self.open.goes_on(&line);
        if self.pending.is_empty() && !line.contains('\n') && !open {
            // By far most lines stand for themselves.
            self.open = Unfinished::default();
            let blank = line.trim().is_empty();
            return if blank { Vec::new() } else { vec![line] };
        }
        self.pending.push_str(&line);
        // Several lines may not be longer than one.
        if open && self.pending.len() as u64 <= LONGEST {
            self.pending.push('\n');
            return Vec::new();
        }
        let mut complete = self.rest();
        // Where a bracket was never closed, the lines after it stand for themselves, and the last may be open.
        if complete.len() > 1
            && let Some(open) = complete.pop_if(|last| self.open.goes_on(last))
        {
            self.pending = open + "\n";
        } else {
            self.open = Unfinished::default();
        }
        complete
    }

    /// What is left at the end, where something is open still.
    pub fn rest(&mut self) -> Vec<String> {
        self.open = Unfinished::default();
        logical_lines(&std::mem::take(&mut self.pending))
    }
}

/// All of a text, as logical lines without the empty ones.
pub fn logical_lines(text: &str) -> Vec<String> {
    let full = lines(text).filter(|line| !line.text.trim().is_empty());
    full.map(|line| line.text.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str) -> Vec<String> {
        let mut joiner = Joiner::default();
        let mut all: Vec<String> = text
            .lines()
            .flat_map(|line| joiner.push(line.to_owned()))
            .collect();
        all.extend(joiner.rest());
        all
    }

    #[test]
    fn what_is_open_is_no_longer_than_a_line_may_be() {
        let mut joiner = Joiner::default();
        assert_eq!(joiner.push("x = \'\'\'".into()), [""; 0]);
        let long = "a".repeat(1 << 20);
        let given = (0..20).position(|_| !joiner.push(long.clone()).is_empty());
        assert_eq!(given, Some(15));
    }

    #[test]
    fn one_at_a_time_or_all_at_once_is_the_same() {
        let forgotten = format!("s.bind((\n{}f(\n1)\nls", "ls\n".repeat(70));
        let python = "s.bind((\"a\",\n   80))\nls";
        for text in [
            "",
            "ls\n\nls",
            python,
            "connect s \\\n :80\nls",
            "f(1",
            &forgotten,
        ] {
            assert_eq!(joined(text), logical_lines(text), "{text}");
        }
        assert_eq!(joined(python).len(), 2);
        assert_eq!(joined(&forgotten).len(), 73);
    }
}
