//! `compare tcp udp`: two laboratories side by side. Each side is an [`App`] of its own, with its hosts, its wire, its
//! sockets and names; a statement runs on both, first left, then right, and what came of it is told as one event.
//!
//! | file | what it does |
//! | --- | --- |
//! | `side` | one side: set up, run, ended |
//! | `run` | which statements run where, and how they went |
//! | `score` | the totals |

mod run;
mod score;
mod side;

use super::{App, Sink};
use crate::event::compare::Compared;
use crate::event::{Event, What};
use crate::lang::order::{self, SideKind, SideName, Wire};
use crate::session::{News, Refusal};
use side::Side;

/// A comparison that is on.
pub(super) struct Comparison {
    /// Left and right.
    sides: [Side; 2],
    /// The last statement asked for the score.
    scored: bool,
}

impl Comparison {
    /// Sets both sides up.
    fn begin(app: &App, settings: [&order::Side; 2]) -> Result<Self, Refusal> {
        let seed = settings
            .iter()
            .find_map(|side| seed(&side.wire))
            .unwrap_or_else(a_seed);
        let mut titles = settings.map(crate::lang::canonical_side);
        if titles[0] == titles[1] {
            titles = [format!("{} 1", titles[0]), format!("{} 2", titles[1])];
        }
        let [left, right] = titles;
        Ok(Self {
            sides: [
                Side::up(app, left, settings[0], seed)?,
                Side::up(app, right, settings[1], seed)?,
            ],
            scored: false,
        })
    }

    /// Whether one of the sides has a socket or a variable of this name.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.sides.iter().any(|side| side.app.session.knows(name))
    }

    /// The left side, whose names and hosts stand for both.
    pub(super) fn left(&self) -> &App {
        &self.sides[0].app
    }

    /// Both, left first.
    pub(super) fn apps(&self) -> [&App; 2] {
        self.sides.each_ref().map(|side| &side.app)
    }

    /// How many calls sleep on both sides.
    pub(super) fn jobs(&self) -> usize {
        self.apps().iter().map(|app| app.jobs()).sum()
    }

    /// What to call when something has happened on either side.
    pub(super) fn on_news(&mut self, news: &News) {
        for side in &mut self.sides {
            side.app.on_news(News::clone(news));
        }
    }

    /// For the prompt: `tcp|udp client`.
    pub(super) fn place(&self) -> String {
        let [left, right] = self.sides.each_ref().map(|side| side.kind.word());
        match self.left().here() {
            Some(host) => format!("{left}|{right} {host}"),
            None => format!("{left}|{right}"),
        }
    }

    /// Lets one side do something, and records what happens.
    fn record<T>(
        &mut self,
        at: usize,
        sink: Sink<'_>,
        act: impl FnOnce(&mut App, Sink<'_>) -> T,
    ) -> T {
        let titles = self.titles();
        let mut other = std::mem::take(&mut self.sides[1 - at].events);
        let mut now = |own: &mut Vec<Event>| {
            let (own, other) = (std::mem::take(own), std::mem::take(&mut other));
            let columns = if at == 0 { [own, other] } else { [other, own] };
            if let Some(compared) = beside(titles.clone(), columns) {
                sink(compared);
            }
        };
        let result = self.sides[at].record(&mut now, act);
        self.sides[1 - at].events = other;
        result
    }

    /// The same on both, left first.
    fn record_both(&mut self, sink: Sink<'_>, mut act: impl FnMut(&mut App, Sink<'_>)) {
        for at in 0..2 {
            self.record(at, sink, &mut act);
        }
    }

    fn titles(&self) -> [String; 2] {
        self.sides.each_ref().map(|side| side.title.clone())
    }

    /// Tells what was recorded.
    fn tell(&mut self, sink: Sink<'_>) {
        let columns = self
            .sides
            .each_mut()
            .map(|side| std::mem::take(&mut side.events));
        if let Some(compared) = beside(self.titles(), columns) {
            sink(compared);
        }
    }

    /// The place of the side that is meant: 0 for left, 1 for right.
    fn find(&self, name: SideName) -> Result<usize, Refusal> {
        let kind = match name {
            SideName::Left => return Ok(0),
            SideName::Right => return Ok(1),
            SideName::Kind(kind) => kind,
        };
        let found = |fits: &dyn Fn(SideKind) -> bool| {
            let fits = self.sides.each_ref().map(|side| fits(side.kind));
            match fits {
                [false, false] => None,
                [true, true] => Some(Err(Refusal::new(format!("both sides are {}", kind.word()))
                    .help("left: and right: tell them apart"))),
                [left, _] => Some(Ok(usize::from(!left))),
            }
        };
        found(&|side| side == kind)
            .or_else(|| found(&|side| side.transport() == kind.transport()))
            .unwrap_or_else(|| {
                let [left, right] = self.sides.each_ref().map(|side| side.kind.word());
                Err(Refusal::new(format!("no side is {}", kind.word()))
                    .help(format!("there are {left} (left) and {right} (right)")))
            })
    }
}

impl App {
    /// `compare LEFT RIGHT`
    pub(super) fn compare(
        &mut self,
        left: &order::Side,
        right: &order::Side,
        sink: Sink<'_>,
    ) -> Result<(), Refusal> {
        if self.ended.is_some() {
            let (how, help) = match self.shown {
                true => (
                    "shown",
                    "an empty line goes back to the lesson, and q leaves it",
                ),
                false => ("played", "`quit` leaves it; then compare"),
            };
            return Err(Refusal::new(format!(
                "a lesson is being {how}, and a comparison needs a laboratory of its own"
            ))
            .help(help));
        }
        if self.comparison.is_some() {
            return Err(Refusal::new("a comparison is on already").help("`end` ends it"));
        }
        let mut comparison = Comparison::begin(self, [left, right])?;
        if let Some(news) = self.ledger.news() {
            comparison.on_news(&news);
        }
        let words = comparison.sides.each_ref().map(Side::words);
        self.comparison = Some(Box::new(comparison));
        self.say(
            format!(
                "left:  {}\nright: {}\nevery statement runs on both; `socket` alone takes each side's kind",
                words[0], words[1]
            ),
            sink,
        );
        Ok(())
    }

    /// `swap`
    pub(super) fn swap_sides(&mut self, sink: Sink<'_>) -> Result<(), Refusal> {
        let comparison = self.comparison.as_mut().ok_or_else(no_comparison)?;
        comparison.sides.swap(0, 1);
        let [left, right] = comparison.sides.each_ref().map(|side| side.title.clone());
        self.say(format!("left: {left}, right: {right}"), sink);
        Ok(())
    }

    /// `end`
    pub(super) fn end_comparison(&mut self, sink: Sink<'_>) -> Result<(), Refusal> {
        let mut comparison = self.comparison.take().ok_or_else(no_comparison)?;
        let open: usize = comparison.sides.iter_mut().map(Side::end).sum();
        let sockets = match open {
            0 => String::new(),
            1 => ", and with them 1 open socket".to_owned(),
            n => format!(", and with them {n} open sockets"),
        };
        self.say(
            format!("the comparison is over: both laboratories are gone{sockets}"),
            sink,
        );
        Ok(())
    }

    /// Tells what has happened on the sides by itself.
    pub(super) fn poll_sides(&mut self, sink: Sink<'_>) {
        let Some(comparison) = &mut self.comparison else {
            return;
        };
        comparison.record_both(sink, App::poll);
        comparison.tell(sink);
    }

    /// The end of the session: calls that sleep on the sides are named, and a script is given its score.
    pub(super) fn finish_sides(&mut self, sink: Sink<'_>) {
        let Some(comparison) = &mut self.comparison else {
            return;
        };
        comparison.record_both(sink, |app, sink| {
            app.catch_up(sink);
            app.leave_jobs(sink);
        });
        comparison.tell(sink);
        let scored = comparison.scored;
        if self.settings.script && !scored {
            // There is a comparison, so this cannot be refused.
            let _ = self.score(sink);
        }
    }

    /// Ctrl-C at an empty prompt: wakes on each side the call that fell asleep last. False where none sleeps.
    pub(super) fn cancel_on_sides(&mut self, sink: Sink<'_>) -> bool {
        let Some(comparison) = &mut self.comparison else {
            return false;
        };
        let mut any = false;
        comparison.record_both(sink, |app, sink| any |= app.cancel_last(sink));
        comparison.tell(sink);
        any
    }
}

/// What happened on both sides, as one event; `None` where nothing did.
fn beside(titles: [String; 2], columns: [Vec<Event>; 2]) -> Option<Event> {
    let first = columns.iter().flatten().next()?;
    Some(Event {
        t: first.t,
        host: None,
        socket: None,
        fd: None,
        what: What::Compared(Box::new(Compared { titles, columns })),
    })
}

/// The seed of a side's loss, where its settings name one.
fn seed(wire: &[Wire]) -> Option<u64> {
    wire.iter().find_map(|order| match order {
        Wire::Loss { seed, .. } => *seed,
        _ => None,
    })
}

/// A seed where none was asked for: short enough to be typed again.
pub(super) fn a_seed() -> u64 {
    fastrand::u64(1..1000)
}

/// With the seed that both sides share, where it names none.
fn seeded(order: &Wire, shared: u64) -> Wire {
    match order {
        Wire::Loss {
            percent,
            seed: None,
        } => Wire::Loss {
            percent: *percent,
            seed: Some(shared),
        },
        other => other.clone(),
    }
}

fn no_comparison() -> Refusal {
    Refusal::new("no comparison is being made").help("compare tcp udp")
}
