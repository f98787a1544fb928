//! Lines of a teacher's own, typed between those of a lesson that is shown.

use crate::app::play::Seen;
use crate::app::{App, Outcome, Sink};
use crate::lesson::Attempt;
use std::time::Duration;

/// Such lines, from the first to the last.
pub struct Own {
    /// Where the lesson's lines run that name no host.
    host: Option<String>,
    changed: bool,
}

impl Own {
    /// Before the first.
    pub fn begin(app: &App) -> Self {
        Self {
            host: app.here(),
            changed: false,
        }
    }

    /// Runs one.
    pub fn run(&mut self, app: &mut App, line: &str, sink: Sink<'_>) -> Outcome {
        app.shown = true;
        let outcome = app.execute_each(line, sink, &mut |app, statement, sink| {
            let patience = Duration::ZERO;
            let attempt = Attempt::new(
                statement,
                &mut Seen {
                    app,
                    sink,
                    patience,
                },
            );
            self.changed |= attempt.changes() || statement.targets.iter().any(Option::is_some);
            app.statement(statement, sink)
        });
        app.shown = false;
        outcome
    }

    /// After the last: whether they did more than look, so that the lesson does not find what it left.
    pub fn end(self, app: &mut App) -> bool {
        app.session.go(self.host.as_deref());
        self.changed
    }
}
