//! `print` and `vars`.

use super::{App, Outcome, Sink};
use crate::event::{Answer, What};
use crate::lang::ast::{Call, Expr, Statement};
use crate::session::Refusal;

impl App {
    /// `print a b c`: the values, separated by spaces. In Python's dialect addresses are Python's tuples.
    pub(super) fn print(
        &mut self,
        call: &Call,
        statement: &Statement,
        sink: Sink<'_>,
    ) -> Result<Outcome, Refusal> {
        let items = match call.expr("values") {
            Some(Expr::Tuple(items)) => items.clone(),
            Some(single) => vec![single.clone()],
            None => Vec::new(),
        };
        let mut shown = Vec::with_capacity(items.len());
        for item in &items {
            // Asked before: a name whose call is interrupted meanwhile was no text.
            let unknown = match item {
                Expr::Name(name) if !self.session.knows(name) => Some(name),
                _ => None,
            };
            let value = self
                .settled(|app| app.session.value(item), sink)
                .map_err(|refusal| match unknown {
                    Some(name) => {
                        refusal.help(format!("a text stands in quotes: print \"{name}\""))
                    }
                    None => refusal,
                })?;
            shown.push(self.session.show_of(item, &value, statement.dialect));
        }
        self.say(shown.join(" "), sink);
        Ok(Outcome::default())
    }

    /// `vars`: every name and its value.
    pub(super) fn list_variables(&mut self, sink: Sink<'_>) -> Outcome {
        let rows: Vec<(String, String)> = self
            .session
            .variables()
            .into_iter()
            .filter(|(name, _)| !name.starts_with(' '))
            .map(|(name, value)| (name.to_owned(), short(&self.session.repr(value, false))))
            .collect();
        if rows.is_empty() {
            self.say("no variable yet:  s = socket tcp", sink);
        } else {
            self.tell(
                None,
                What::Answer(Answer::List {
                    groups: vec![(String::new(), rows)],
                }),
                sink,
            );
        }
        Outcome::default()
    }
}

/// A long value in one line.
fn short(text: &str) -> String {
    const MOST: usize = 200;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
