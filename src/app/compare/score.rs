//! `score`: what both sides have cost, and what has arrived.

use super::{App, Side, Sink, no_comparison};
use crate::event::{Answer, What, compare};
use crate::session::Refusal;

impl App {
    /// `score`
    pub(in crate::app) fn score(&mut self, sink: Sink<'_>) -> Result<(), Refusal> {
        self.poll_sides(sink);
        let comparison = self.comparison.as_ref().ok_or_else(no_comparison)?;
        let sides = comparison.sides.iter().map(Side::score).collect();
        self.tell(None, What::Answer(Answer::Score { sides }), sink);
        Ok(())
    }
}

impl Side {
    /// Its totals.
    fn score(&self) -> compare::Side {
        let total = self.app.wire_totals();
        let calls = self.calls + self.app.jobs() as u64;
        let rows = [
            ("calls", calls.to_string()),
            ("packets", total.packets.to_string()),
            ("bytes on the wire", total.bytes.to_string()),
            ("payload", total.payload.to_string()),
            ("efficiency", share(total.arrived, total.bytes)),
            ("retransmitted", total.retransmitted.to_string()),
            ("lost", (total.dropped + total.spoiled).to_string()),
            ("delivered in order", total.ordered.to_string()),
        ];
        compare::Side {
            title: self.title.clone(),
            rows: rows.map(|(name, value)| (name.to_owned(), value)).into(),
        }
    }
}

/// How much of the whole it is, in percent; a dash where there is no whole.
fn share(part: u64, whole: u64) -> String {
    match whole {
        0 => "-".to_owned(),
        _ => format!("{:.0}%", part as f64 * 100.0 / whole as f64),
    }
}
