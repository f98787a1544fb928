//! One side of a comparison.

use super::seeded;
use crate::app::{App, Explain, Settings, Sink};
use crate::errno::words;
use crate::event::{Answer, Event, What};
use crate::lang::order::{self, HOSTS, SideKind};
use crate::session::Refusal;

/// A side: a session with a laboratory of its own, and what was recorded of it.
pub(super) struct Side {
    /// What it is: `tcp`, `tcp with wire loss 30%`.
    pub title: String,
    /// What `socket` alone makes.
    pub kind: SideKind,
    pub app: App,
    /// What happened and was not told yet.
    pub events: Vec<Event>,
    /// System calls that have returned.
    pub calls: u64,
    /// Expectations that did not hold.
    pub failed: usize,
}

impl Side {
    /// Brings its laboratory up. It shares the limits, the clock and Ctrl-C of the session around it.
    pub fn up(
        around: &App,
        title: String,
        settings: &order::Side,
        seed: u64,
    ) -> Result<Self, Refusal> {
        let mut app = App::new(of_side(&around.settings))
            .map_err(|error| Refusal::new(format!("a side cannot be set up: {}", words(&error))))?;
        app.session.take_over(&around.session);
        app.session.set_usual(settings.kind.socket());
        let mut unseen = |_| {};
        app.lab_up(&HOSTS.map(str::to_owned), &mut unseen)?;
        app.session.go(Some(HOSTS[0]));
        for order in &settings.wire {
            app.wire(Some(&seeded(order, seed)), &mut unseen)?;
        }
        Ok(Self {
            title,
            kind: settings.kind,
            app,
            events: Vec::new(),
            calls: 0,
            failed: 0,
        })
    }

    /// Takes over settings that have changed.
    pub fn follow(&mut self, settings: &Settings) {
        self.app.settings = of_side(settings);
        self.app.settings_hold();
    }

    /// Lets the side do something, and records what happens. `now` is called when it is to be told at once, because what
    /// follows may take long.
    pub fn record<T>(
        &mut self,
        now: &mut dyn FnMut(&mut Vec<Event>),
        act: impl FnOnce(&mut App, Sink<'_>) -> T,
    ) -> T {
        let Self {
            app,
            events,
            calls,
            failed,
            ..
        } = self;
        act(app, &mut |event| {
            match &event.what {
                What::Syscall(call) if call.ret.is_some() && !call.library => *calls += 1,
                What::Expect(verdict) if !verdict.holds => *failed += 1,
                _ => {}
            }
            let waits = matches!(&event.what, What::Answer(Answer::Text { waits: true, .. }));
            events.push(event);
            if waits {
                now(events);
            }
        })
    }

    /// In words: `tcp; client 10.0.0.1, server 10.0.0.2; wire: flow`. The addresses are those that its kind speaks to.
    pub fn words(&self) -> String {
        let v6 = self.kind.socket()[0] == libc::AF_INET6;
        format!("{}; {}", self.title, self.app.lab_words(v6))
    }

    /// Closes its sockets and its laboratory. How many sockets were open.
    pub fn end(&mut self) -> usize {
        let open = self.app.session.open_count();
        self.app.session.end_all();
        open
    }
}

/// The settings of a side. Two columns have no room for the long explanations, unless they are asked for.
fn of_side(settings: &Settings) -> Settings {
    Settings {
        explain: match settings.explain {
            Explain::Auto => Explain::Brief,
            asked => asked,
        },
        ..settings.clone()
    }
}
