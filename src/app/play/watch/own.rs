//! Lines of a teacher's own, typed between those of a lesson that is shown.

use crate::app::play::Seen;
use crate::app::{App, Outcome, Settings, Sink};
use crate::lesson::Attempt;
use std::time::Duration;

/// Such lines, from the first to the last.
pub struct Own {
    /// Where the lesson's lines run that name no host.
    host: Option<String>,
    settings: Settings,
    jobs: Vec<u32>,
    changed: bool,
}

impl Own {
    /// Before the first.
    pub fn begin(app: &App) -> Self {
        Self {
            host: app.here(),
            settings: app.settings.clone(),
            jobs: app.session.jobs_so_far(),
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
            let outcome = app.statement(statement, sink);
            // What was set may have let a packet onto the wire, also where it is set back.
            self.changed |= app.settings != self.settings;
            outcome
        });
        app.shown = false;
        outcome
    }

    /// After the last: whether they did more than look, so that the lesson does not find what it left.
    pub fn end(self, app: &mut App) -> bool {
        app.session.go(self.host.as_deref());
        if app.settings != self.settings {
            app.settings = self.settings;
            app.settings_hold();
        }
        // A call that only looks may sleep, and `cancel` ends one of the lesson's.
        self.changed || app.session.jobs_so_far() != self.jobs
    }
}
