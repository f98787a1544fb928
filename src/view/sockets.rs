//! `ls`: the sockets as a table that fits the terminal.

use super::Told;
use super::page::{INDENT, Page};
use crate::event::{SocketRow, TcpState};
use crate::text::style::Style;
use crate::text::table::Table;
use crate::text::wrap;

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Name,
    Fd,
    Host,
    Proto,
    Local,
    Peer,
    State,
    RecvQ,
    SendQ,
    Ready,
    Job,
}

impl Column {
    const ALL: [Self; 11] = [
        Self::Name,
        Self::Fd,
        Self::Host,
        Self::Proto,
        Self::Local,
        Self::Peer,
        Self::State,
        Self::RecvQ,
        Self::SendQ,
        Self::Ready,
        Self::Job,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Fd => "fd",
            Self::Host => "host",
            Self::Proto => "proto",
            Self::Local => "local",
            Self::Peer => "peer",
            Self::State => "state",
            Self::RecvQ => "recvq",
            Self::SendQ => "sendq",
            Self::Ready => "rwx",
            Self::Job => "job",
        }
    }

    fn is_number(self) -> bool {
        matches!(self, Self::Fd | Self::RecvQ | Self::SendQ)
    }

    fn is_address(self) -> bool {
        matches!(self, Self::Local | Self::Peer)
    }

    fn cell(self, row: &SocketRow, style: &Style) -> String {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        match self {
            Self::Name => style.clean(&row.name).into_owned(),
            Self::Fd => or_dash(row.fd.map(|fd| fd.to_string())),
            Self::Host => or_dash(
                row.host
                    .as_deref()
                    .map(|host| style.clean(host).into_owned()),
            ),
            Self::Proto => style.clean(&row.proto).into_owned(),
            Self::Local => or_dash(
                row.local
                    .as_ref()
                    .map(|addr| style.clean(&addr.to_string()).into_owned()),
            ),
            Self::Peer => or_dash(
                row.peer
                    .as_ref()
                    .map(|addr| style.clean(&addr.to_string()).into_owned()),
            ),
            Self::State => row.state.map_or("-", TcpState::name).to_owned(),
            Self::RecvQ => row.recvq.to_string(),
            Self::SendQ => row.sendq.to_string(),
            Self::Ready => style.clean(&row.ready).into_owned(),
            Self::Job => {
                let jobs: Vec<String> = row.jobs.iter().map(u32::to_string).collect();
                jobs.join(",")
            }
        }
    }
}

/// What may be done to a table that is too wide, mildest first (15 columns hold `127.0.0.1:12345`): the columns that an address keeps at least, those that a name
/// keeps, and how many of [`DROPPED`] are left out.
const MEASURES: [(usize, usize, usize); 9] = [
    (15, 99, 0),
    (15, 12, 0),
    (15, 8, 0),
    (15, 8, 1),
    (15, 8, 2),
    (12, 8, 3),
    (10, 8, 5),
    (10, 8, 6),
    (10, 6, 8),
];
/// What is left out first: what another command shows as well.
const DROPPED: [Column; 8] = [
    Column::Job,
    Column::Ready,
    Column::Proto,
    Column::SendQ,
    Column::RecvQ,
    Column::Host,
    Column::Peer,
    Column::Fd,
];

/// The table, which socket `.` means, and once what a listener's queues count.
pub(super) fn sockets(page: &mut Page<'_>, rows: &[SocketRow], told: &mut Told) {
    if rows.is_empty() {
        page.line(|page| page.own("No sockets. Make one: s = socket tcp"));
        return;
    }
    let (table, cut) = Draft::of(rows, page.style()).fitted(page.style());
    let lines = table.render(page.style(), INDENT);
    page.lines(&lines);
    if let Some(row) = rows.iter().find(|row| row.last) {
        page.line(|page| {
            page.own(". means ");
            page.foreign(&row.name);
        });
    }
    if !told.backlog && rows.iter().any(|row| row.state == Some(TcpState::Listen)) {
        told.backlog = true;
        page.prose(|page| {
            page.own("In LISTEN, recvq counts the connections that wait for accept, and sendq is their limit (the backlog).");
        });
    }
    if cut {
        page.line(|page| page.own("Shortened to fit; a wider terminal shows all."));
    }
}

/// All the cells, before anything is cut.
struct Draft {
    columns: Vec<Column>,
    /// Row after row.
    cells: Vec<String>,
    /// The widest cell of each column.
    widths: Vec<usize>,
}

impl Draft {
    fn of(rows: &[SocketRow], style: &Style) -> Self {
        let hosts = rows.iter().any(|row| row.host.is_some());
        let jobs = rows.iter().any(|row| !row.jobs.is_empty());
        let mut columns = Column::ALL.to_vec();
        columns.retain(|column| {
            (hosts || *column != Column::Host) && (jobs || *column != Column::Job)
        });
        let mut widths: Vec<usize> = columns.iter().map(|column| column.title().len()).collect();
        let mut cells = Vec::with_capacity(rows.len() * columns.len());
        for row in rows {
            for (column, width) in columns.iter().zip(&mut widths) {
                let cell = column.cell(row, style);
                *width = (*width).max(wrap::columns(&cell));
                cells.push(cell);
            }
        }
        Self {
            columns,
            cells,
            widths,
        }
    }

    /// The table within the style's width, and whether anything was cut for it.
    fn fitted(self, style: &Style) -> (Table, bool) {
        let Some(room) = style.width.map(|width| width.saturating_sub(INDENT.len())) else {
            let widths = self.widths.clone();
            return (self.table(2, &[], &widths, style), false);
        };
        let whole: usize = self.widths.iter().sum();
        let gaps = self.widths.len() - 1;
        for gap in [2, 1] {
            if whole + gap * gaps <= room {
                let widths = self.widths.clone();
                return (self.table(gap, &[], &widths, style), false);
            }
        }
        let mut result = (Vec::new(), &DROPPED[..]);
        for (address, name, dropped) in MEASURES {
            let dropped = &DROPPED[..dropped];
            let (widths, fits) = self.squeeze(room, address, name, dropped);
            result = (widths, dropped);
            if fits {
                break;
            }
        }
        (self.table(1, result.1, &result.0, style), true)
    }

    /// Widths with which the table takes `room` columns, and whether it truly does.
    fn squeeze(
        &self,
        room: usize,
        address: usize,
        name: usize,
        dropped: &[Column],
    ) -> (Vec<usize>, bool) {
        let mut widths = self.widths.clone();
        let mut total = 0;
        for (column, width) in self.columns.iter().zip(&mut widths) {
            if matches!(column, Column::Name | Column::Host) {
                *width = (*width).min(name.max(column.title().len()));
            }
            if !dropped.contains(column) {
                total += *width + 1;
            }
        }
        let mut excess = (total - 1).saturating_sub(room);
        // The wider of the two addresses gives first.
        while excess > 0 {
            let widest = (0..widths.len())
                .filter(|at| {
                    self.columns[*at].is_address() && !dropped.contains(&self.columns[*at])
                })
                .max_by_key(|at| widths[*at])
                .filter(|at| widths[*at] > address);
            let Some(at) = widest else { break };
            widths[at] -= 1;
            excess -= 1;
        }
        (widths, excess == 0)
    }

    fn table(self, gap: usize, dropped: &[Column], widths: &[usize], style: &Style) -> Table {
        let kept: Vec<Column> = self
            .columns
            .iter()
            .copied()
            .filter(|column| !dropped.contains(column))
            .collect();
        let titles: Vec<&'static str> = kept.iter().map(|column| column.title()).collect();
        let mut table = Table::new(&titles).gap(gap);
        for (at, column) in kept.iter().enumerate() {
            if column.is_number() {
                table = table.right(at);
            }
        }
        let mark = style.sign("…");
        let mut cells = self.cells;
        for row in cells.chunks_mut(self.columns.len()) {
            let kept = row.iter_mut().zip(&self.columns).zip(widths);
            let kept = kept.filter(|((_, column), _)| !dropped.contains(column));
            table.row(kept.map(|((cell, column), width)| {
                let cell = std::mem::take(cell);
                match column {
                    column if column.is_address() => shorter_address(cell, *width, &mark),
                    Column::Name | Column::Host => shorter(cell, *width, &mark),
                    _ => cell,
                }
            }));
        }
        table
    }
}

fn shorter(cell: String, width: usize, mark: &str) -> String {
    if wrap::columns(&cell) <= width {
        cell
    } else {
        wrap::shortened(&cell, width, mark)
    }
}

/// The port is what tells addresses apart; of a path, its end.
fn shorter_address(cell: String, width: usize, mark: &str) -> String {
    if wrap::columns(&cell) <= width {
        return cell;
    }
    let port = cell.rfind("]:").map_or(width * 2 / 3, |at| cell.len() - at);
    wrap::squeezed(&cell, width, port, mark)
}
