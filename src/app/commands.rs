//! Commands of the shell: one arm each.

use super::{App, Explain, Outcome, Settings, Sink, time};
use crate::event::{Answer, What};
use crate::lang::ast::{Call, Statement};
use crate::session::Refusal;
use std::time::Duration;

impl App {
    /// Runs a command of the shell.
    pub(super) fn command(
        &mut self,
        call: &Call,
        statement: &Statement,
        sink: Sink<'_>,
    ) -> Result<Outcome, Refusal> {
        match call.command.name {
            "print" => self.print(call, statement, sink),
            "ls" => Ok(self.list(sink)),
            "state" => self.state(call, sink),
            "who" => self.who(call, sink),
            "vars" => Ok(self.list_variables(sink)),
            "jobs" => Ok(self.list_jobs(sink)),
            "wait" => self.wait_for(call, sink),
            "cancel" => self.cancel(call, sink),
            "explain" => self.topic(call, sink),
            "help" => self.help(call, sink),
            "set" => self.set(call, sink),
            "history" => self.show_history(call, sink),
            "learn" if self.shown => Err(Refusal::new(
                "a lesson is being shown, and `learn` would close what is open in it",
            )
            .help("an empty line goes back to the lesson, and q leaves it")),
            "learn" => self.learn(call, sink),
            "lessons" => self.list_lessons(sink),
            "quit" => self.quit(call, statement, sink),
            lesson if self.shown => Err(Refusal::new(format!(
                "`{lesson}` is for a lesson that is played, and this one is shown"
            ))
            .help("an empty line goes back to it; then b goes back a step, ? lists the keys")),
            lesson => Err(Refusal::new(format!(
                "`{lesson}` belongs to a lesson, and none is being played"
            ))
            .help("`learn` begins one, `lessons` lists them")),
        }
    }

    /// `quit`, `exit(1)`. A program's own end does not end the session: in a script it does, where all went well.
    fn quit(
        &mut self,
        call: &Call,
        statement: &Statement,
        sink: Sink<'_>,
    ) -> Result<Outcome, Refusal> {
        if let Some(expr) = call.expr("status").cloned() {
            let status = self.settled(|app| app.session.int(&expr), sink)?;
            let why = match status {
                0 if self.settings.script || statement.dialect.is_shell() => None,
                0 => Some("so a program ends, and here another line may follow"),
                _ => Some(
                    "so a program ends where a call of its own has failed, and here an error is shown instead",
                ),
            };
            if let Some(why) = why {
                self.say(format!("the session goes on (quit ends it): {why}"), sink);
                return Ok(Outcome::default());
            }
        }
        Ok(Outcome {
            quit: true,
            ..Outcome::default()
        })
    }

    /// `history [N]`
    fn show_history(&mut self, call: &Call, sink: Sink<'_>) -> Result<Outcome, Refusal> {
        let count = match call.expr("count").cloned() {
            Some(expr) => {
                usize::try_from(self.settled(|app| app.session.int(&expr), sink)?).unwrap_or(0)
            }
            None => 20,
        };
        let from = self.history.len().saturating_sub(count);
        let lines: Vec<String> = self
            .history
            .iter()
            .skip(from)
            .map(|line| crate::text::escape::visible(line.as_bytes()))
            .collect();
        self.say(lines.join("\n"), sink);
        Ok(Outcome::default())
    }

    /// `set [NAME [VALUE]]`
    fn set(&mut self, call: &Call, sink: Sink<'_>) -> Result<Outcome, Refusal> {
        let word = |app: &mut Self, param: &str, sink: Sink<'_>| match call.expr(param).cloned() {
            Some(expr) => app.settled(|app| app.session.word(&expr), sink).map(Some),
            None => Ok(None),
        };
        let (name, value) = (word(self, "name", sink)?, word(self, "value", sink)?);
        let Some(name) = name else {
            let groups = vec![(String::new(), self.settings.rows())];
            self.tell(None, What::Answer(Answer::List { groups }), sink);
            return Ok(Outcome::default());
        };
        if let Some(value) = value {
            self.settings.change(&name, &value)?;
            self.settings_hold();
        }
        let row = self
            .settings
            .rows()
            .into_iter()
            .find(|(setting, _)| setting.split(' ').next() == Some(name.as_str()));
        match row {
            Some((setting, meaning)) => self.say(format!("{setting}   {meaning}"), sink),
            None => return Err(unknown_setting(&name)),
        }
        Ok(Outcome::default())
    }
}

/// The word for a setting of two.
fn retransmits(show: bool) -> &'static str {
    if show { "show" } else { "fold" }
}

fn unknown_setting(name: &str) -> Refusal {
    Refusal::new(format!("there is no setting `{name}`")).help("`set` lists what can be set")
}

impl Settings {
    /// The names of what `set` sets.
    pub fn names() -> Vec<String> {
        let rows = Self::default().rows().into_iter();
        rows.filter_map(|(row, _)| Some(row.split(' ').next()?.to_owned()))
            .collect()
    }

    /// What can be set, each with its value and its meaning.
    fn rows(&self) -> Vec<(String, String)> {
        let row = |name: &str, value: String, meaning: &str| {
            (format!("{name} {value}"), meaning.to_owned())
        };
        vec![
            row(
                "explain",
                self.explain.word().to_owned(),
                "auto (full the first time), full, brief, off",
            ),
            row(
                "timeout",
                seconds(self.timeout),
                "how long expect, and a script that needs a result, wait",
            ),
            row(
                "grace",
                seconds(self.grace),
                "how long a call may take before it counts as blocked",
            ),
            row(
                "show",
                self.show_bytes.to_string(),
                "how many of the bytes received are shown",
            ),
            row(
                "retransmits",
                retransmits(self.show_retransmits).to_owned(),
                "fold (a packet sent again while it or its answer is held is only counted), show",
            ),
            row(
                "log",
                self.log.packets.to_string(),
                "how many packets of a laboratory are remembered",
            ),
            row(
                "logbytes",
                self.log.bytes.to_string(),
                "and how many bytes of them at most",
            ),
        ]
    }

    /// Changes one setting.
    fn change(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        match name {
            "explain" => {
                let found = Explain::ALL.iter().find(|(word, _)| *word == value);
                let wrong = || {
                    Refusal::new(format!(
                        "explain takes auto, full, brief or off, not `{value}`"
                    ))
                };
                self.explain = found.map(|(_, mode)| *mode).ok_or_else(wrong)?;
            }
            "timeout" => self.timeout = given(value)?,
            "grace" => self.grace = given(value)?.min(Duration::from_secs(10)),
            "show" => {
                let wrong = || Refusal::new(format!("show takes a number of bytes, not `{value}`"));
                self.show_bytes = value.parse().map_err(|_| wrong())?;
            }
            "retransmits" => {
                self.show_retransmits = match value {
                    "show" => true,
                    "fold" => false,
                    _ => {
                        let message = format!("retransmits takes show or fold, not `{value}`");
                        return Err(Refusal::new(message));
                    }
                };
            }
            "log" | "logbytes" => {
                let wrong =
                    || Refusal::new(format!("{name} takes a number above 0, not `{value}`"));
                let most: usize = value.parse().map_err(|_| wrong())?;
                let bound = match name {
                    "log" => &mut self.log.packets,
                    _ => &mut self.log.bytes,
                };
                *bound = Some(most).filter(|most| *most > 0).ok_or_else(wrong)?;
            }
            _ => return Err(unknown_setting(name)),
        }
        Ok(())
    }
}

fn given(value: &str) -> Result<Duration, Refusal> {
    time(value).map_err(|why| Refusal::new(format!("`{value}` is no time to wait")).help(why))
}

fn seconds(time: Duration) -> String {
    format!("{}s", time.as_secs_f64())
}
