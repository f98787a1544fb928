//! `sock` blocks: the model answer in the shell's own language, and the `expect` statements that judge it.

use super::defect::Defects;
use super::judge::{about_call, may_end_a_call};
use crate::lang::ast::{Action, Claim, Statement};
use crate::lang::order::{MACHINE, Order};
use crate::lang::{self, Fault};
use std::collections::BTreeSet;

/// A `sock` block.
#[derive(Debug, Clone, PartialEq)]
pub struct Sock {
    /// The line of the fence.
    pub line: usize,
    /// ` ```sock other `: what the other side does. A learner may leave it to a program or a person elsewhere;
    /// the step goes on when the `expect` statements hold, whoever made them true.
    pub other: bool,
    /// The lines that hold something, comments included.
    pub lines: Vec<Line>,
}

/// One line of a `sock` block, or several that are one statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its number in the file, of several the first.
    pub number: usize,
    /// What is typed, in one line and without the comment; empty for a line that is only a comment.
    pub text: String,
    /// The trailing comment, for the teacher; without its `#`.
    pub note: Option<String>,
    /// What it means.
    pub statements: Vec<Statement>,
}

/// A call (or another statement that does something) and the claims that follow it.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    /// What is done.
    pub statement: Statement,
    /// The line it stands on, as written.
    pub text: String,
    /// The number of that line.
    pub line: usize,
    /// What must hold after it.
    pub claims: Vec<Claim>,
}

impl Sock {
    /// Whether one of its statements gives this name.
    pub fn makes(&self, name: &str) -> bool {
        let statements = self.lines.iter().flat_map(|line| &line.statements);
        let mut names = statements.flat_map(|statement| statement.targets.iter().flatten());
        names.any(|given| given == name)
    }

    /// Calls with the claims that judge them, in order: a claim about the last call belongs to the statement that made
    /// it, whatever stands between. Claims before the first call are refused by the parser.
    pub fn deeds(&self) -> Vec<Deed> {
        let mut deeds: Vec<Deed> = Vec::new();
        for line in &self.lines {
            for statement in &line.statements {
                match &statement.action {
                    Action::Nothing => {}
                    Action::Expect(claim) => {
                        let made = |deed: &Deed| may_end_a_call(&deed.statement);
                        let call = deeds.iter().rposition(made).filter(|_| about_call(claim));
                        let last = call.or(deeds.len().checked_sub(1));
                        if let Some(at) = last {
                            deeds[at].claims.push(claim.clone());
                        }
                    }
                    _ => deeds.push(Deed {
                        statement: statement.clone(),
                        text: line.text.clone(),
                        line: line.number,
                        claims: Vec::new(),
                    }),
                }
            }
        }
        deeds
    }

    /// The lines that a learner would type: those that do something.
    pub fn answer(&self) -> impl Iterator<Item = &str> {
        let does = |line: &&Line| {
            let acts = |s: &Statement| !matches!(s.action, Action::Nothing | Action::Expect(_));
            line.statements.iter().any(acts)
        };
        self.lines
            .iter()
            .filter(does)
            .map(|line| line.text.as_str())
    }

    /// Whether any of its lines is an `expect`.
    pub fn expects(&self) -> bool {
        let expects = |s: &Statement| matches!(s.action, Action::Expect(_));
        self.lines
            .iter()
            .any(|line| line.statements.iter().any(expects))
    }
}

/// What a lesson has said so far that its next block goes on from.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The names that it has given.
    pub names: BTreeSet<String>,
    /// The laboratory host on which a statement without a host runs (`on HOST`).
    pub on: Option<String>,
}

impl Known {
    /// Goes on by a statement, and says on which host it runs where the statement itself does not.
    fn take(&mut self, statement: &mut Statement) {
        self.names
            .extend(statement.targets.iter().flatten().cloned());
        match &statement.action {
            Action::Lab(Order::On(Some(host))) => {
                self.on = Some(host.clone()).filter(|host| host != MACHINE);
            }
            Action::Lab(_) | Action::Expect(_) => {}
            _ if statement.host.is_none() => statement.host.clone_from(&self.on),
            _ => {}
        }
    }
}

/// Reads a `sock` block. `line` is the line of its fence; `known` is what the lesson has said so far, and grows by
/// what the block says.
pub(super) fn sock(
    body: &str,
    line: usize,
    other: bool,
    known: &mut Known,
    defects: &mut Defects,
) -> Sock {
    let mut lines = Vec::new();
    for lang::Line {
        number,
        text: source,
    } in lang::lines(body)
    {
        let number = line + number;
        if source.trim().is_empty() {
            continue;
        }
        match lang::parse_with(source, &|name| known.names.contains(name)) {
            Ok(mut statements) => {
                statements
                    .iter_mut()
                    .for_each(|statement| known.take(statement));
                lines.push(Line {
                    number,
                    text: split_note(&lang::folded(source)).0.trim().to_owned(),
                    note: note(source),
                    statements,
                });
            }
            Err(fault) => {
                let help = help(&fault);
                let before = source.get(..fault.span.0).unwrap_or_default();
                let number = number + before.matches('\n').count();
                let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
                defects.add(number, format!("column {column}: {}", fault.message), help);
            }
        }
    }
    Sock { line, other, lines }
}

/// What to write instead of a line that is not understood; empty where nothing is known.
pub(super) fn help(fault: &Fault) -> String {
    match (fault.help.is_empty(), fault.expected.is_empty()) {
        (true, false) => format!("expected {}", fault.expected.join(", ")),
        _ => fault.help.join("; "),
    }
}

/// The comments of a statement, which may stretch over several lines.
fn note(source: &str) -> Option<String> {
    let notes = source.lines().filter_map(|line| split_note(line).1);
    let notes: Vec<&str> = notes.map(str::trim).collect();
    (!notes.is_empty()).then(|| notes.join(" "))
}

/// The statement and the comment after it. A `#` in quotes, or right before a digit (`#100`: a hundred bytes),
/// begins no comment.
fn split_note(source: &str) -> (&str, Option<&str>) {
    let mut quote = None;
    let mut escaped = false;
    let mut before = ' ';
    for (at, c) in source.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '#' && (before.is_whitespace() || before == ';') => {
                let after = &source[at + 1..];
                if !after.starts_with(|c: char| c.is_ascii_digit()) {
                    return (&source[..at], Some(after));
                }
            }
            None => {}
        }
        before = c;
    }
    (source, None)
}

#[cfg(test)]
mod tests {
    use super::{note, split_note};

    #[test]
    fn the_notes_of_several_lines_are_one() {
        let several = "bind(s,  # who?\n  (\"#\", 0))  # and where?";
        assert_eq!(note(several), Some("who? and where?".to_owned()));
        assert_eq!(note("s = socket \\\n  tcp"), None);
    }

    #[test]
    fn a_comment_begins_outside_quotes_and_is_no_fill() {
        assert_eq!(
            split_note("listen b 1  # who?"),
            ("listen b 1  ", Some(" who?"))
        );
        assert_eq!(split_note("send c \"a # b\""), ("send c \"a # b\"", None));
        assert_eq!(
            split_note("send c #100 # a hundred"),
            ("send c #100 ", Some(" a hundred"))
        );
        assert_eq!(
            split_note(r#"send c "a\" # b""#),
            (r#"send c "a\" # b""#, None)
        );
    }
}
