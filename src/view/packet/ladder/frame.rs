//! Where the columns of a sequence diagram stand.

use crate::event::packet::{Ladder, Rung};
use crate::text::style::{Paint, Style};
use crate::text::wrap;
use crate::view::packet::canvas::Canvas;
use crate::view::page::INDENT;

/// The width where nothing limits it; wider, an arrow's ends would be too far apart to be one.
const USUAL: usize = 80;
/// Columns between two hosts at least: what is drawn there needs them. A diagram of many hosts in a narrow terminal is wider
/// than that.
const GAP: usize = 5;
/// Columns beside the outer columns for states and calls: `connect() = 0`.
const BESIDE: usize = 14;

/// Hosts and where their columns stand.
#[derive(Debug)]
pub(super) struct Frame {
    /// The columns of the whole.
    pub(super) width: usize,
    /// Each host's name as the log has it, and its column.
    pub(super) hosts: Vec<(String, usize)>,
    /// What a state or call beside the first and the last column may take.
    pub(super) beside: [usize; 2],
}

impl Frame {
    /// The columns spread over the width, less what stands beside the outer ones.
    pub(super) fn of(ladder: &Ladder, style: &Style) -> Self {
        let width = style.width.unwrap_or(USUAL).min(USUAL);
        let count = ladder.hosts.len();
        let most = BESIDE.min(width / 5);
        let beside = [ladder.hosts.first(), ladder.hosts.last()].map(|host| {
            let name = host.map_or(0, |host| wrap::columns(&style.clean(host)) / 2);
            let widest = ladder.rungs.iter().filter_map(|rung| match rung {
                Rung::Call { host: on, text } if Some(on) == host => Some(style.clean(text)),
                Rung::State { host: on, state } if Some(on) == host => Some(state.name().into()),
                _ => None,
            });
            let widest = widest
                .map(|text| wrap::columns(&text))
                .filter(|width| *width <= most);
            widest.max().unwrap_or(0).max(name.min(most))
        });
        let first = INDENT.len() + beside[0] + 1;
        let least = first + GAP * count.saturating_sub(1);
        let last = width.saturating_sub(beside[1] + 2).max(least);
        let step = |n: usize| match count {
            0 | 1 => first,
            _ => first + (last - first) * n / (count - 1),
        };
        let hosts = ladder.hosts.iter().enumerate();
        Self {
            width: width.max(last + beside[1] + 2),
            hosts: hosts.map(|(n, host)| (host.clone(), step(n))).collect(),
            beside,
        }
    }

    /// Which host it is.
    pub(super) fn host(&self, name: &str) -> Option<usize> {
        self.hosts.iter().position(|(host, _)| host == name)
    }

    /// A host's column.
    pub(super) fn x(&self, host: usize) -> usize {
        self.hosts[host].1
    }

    /// The columns from where to where a packet goes: all across where one end is no host of the diagram.
    pub(super) fn span(&self, from: &str, to: &str) -> (usize, usize) {
        let last = self.hosts.len().saturating_sub(1);
        let (from, to) = (self.host(from), self.host(to));
        let (from, to) = match (from, to) {
            (Some(from), Some(to)) if from != to => (from, to),
            (Some(from), _) if from == last => (from, 0),
            (Some(from), _) => (from, last),
            (None, Some(0)) => (last, 0),
            (None, Some(to)) => (0, to),
            (None, None) => (0, last),
        };
        (self.x(from), self.x(to))
    }

    /// The hosts' names above their columns.
    pub(super) fn title(&self, style: &Style) -> String {
        let mut row = Canvas::new(self.width, style);
        let gap = match self.hosts.as_slice() {
            [(_, a), (_, b), ..] => b - a,
            _ => self.width,
        };
        for (name, x) in &self.hosts {
            let most = gap.saturating_sub(1).min(24);
            let name = wrap::shortened(&style.clean(name), most, &style.sign("…"));
            let columns = wrap::columns(&name);
            let start = x.saturating_sub(columns / 2).max(INDENT.len());
            let start = start.min(self.width.saturating_sub(columns));
            row.text(start, &name, Paint::Strong);
        }
        row.finish(style)
    }
}
