//! Conversations with their totals.

use crate::event::packet::{Count, Flow};
use crate::text::style::Style;
use crate::text::table::Table;
use crate::text::wrap;
use crate::view::page::{INDENT, Page};

/// The column of who sent it.
const END: usize = 2;

/// `flows`: two lines a conversation, one each way.
pub(in crate::view) fn flows(page: &mut Page<'_>, flows: &[Flow]) {
    if flows.is_empty() {
        page.line(|page| page.own("Nothing has crossed the wire yet."));
        return;
    }
    let style = page.style();
    let narrow = style.width.is_some_and(|width| width < 80);
    let mut titles = if narrow {
        vec![
            "n", "proto", "from", "pkts", "bytes", "data", "again", "drop",
        ]
    } else {
        vec![
            "n", "proto", "from", "packets", "bytes", "payload", "again", "dropped",
        ]
    };
    // Few wires corrupt anything.
    let any = flows.iter().flat_map(|flow| flow.ways);
    let spoiled = any.into_iter().any(|way| way.spoiled > 0);
    if spoiled {
        titles.push(if narrow { "bad" } else { "spoiled" });
    }
    let mut rows = Vec::new();
    for flow in flows {
        for (n, (end, way)) in [&flow.client, &flow.server]
            .into_iter()
            .zip(flow.ways)
            .enumerate()
        {
            let (number, proto) = match n {
                0 => (flow.n.to_string(), &*flow.proto),
                _ => (String::new(), ""),
            };
            let text = [&*number, proto, end].map(|text| style.clean(text).into_owned());
            let cells = cells(way).into_iter().take(titles.len() - text.len());
            rows.push(text.into_iter().chain(cells).collect::<Vec<String>>());
        }
    }
    fit(&mut rows, &titles, style);
    let mut table = Table::new(&titles);
    for column in END + 1..titles.len() {
        table = table.right(column);
    }
    rows.into_iter().for_each(|row| table.row(row));
    let lines = table.render(style, INDENT);
    page.lines(&lines);
}

fn cells(way: Count) -> [String; 6] {
    [
        way.packets,
        way.bytes,
        way.payload,
        way.retransmitted,
        way.dropped,
        way.spoiled,
    ]
    .map(|n| n.to_string())
}

/// Cuts the ends of a conversation to what the numbers leave; the host stays, and the port.
fn fit(rows: &mut [Vec<String>], titles: &[&str], style: &Style) {
    let Some(width) = style.width else { return };
    let widest = |column: usize| {
        let cells = rows.iter().map(|row| wrap::columns(&row[column]));
        cells.max().unwrap_or(0).max(titles[column].len())
    };
    let others = (0..titles.len()).filter(|column| *column != END);
    let taken: usize = others.map(|column| widest(column) + 2).sum();
    let room = width.saturating_sub(INDENT.len() + taken).max(8);
    let mark = style.sign("…");
    for row in rows {
        let port = row[END].rfind(':').map_or(0, |at| row[END].len() - at);
        row[END] = wrap::squeezed(&row[END], room, port, &mark);
    }
}
