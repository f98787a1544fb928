//! `compare tcp "tcp with wire loss 30%"`

use super::wire;
use super::words::{follows, need, peek, take, word};
use crate::lang::fault::Fault;
use crate::lang::order::{Order, Side, SideKind, Wire};
use crate::lang::parser::input::{Cursor, Input, Parsed, Trouble, input};
use crate::lang::parser::word::{is_quote, word_or_text};

/// What a side may be.
const SIDE: &str = "tcp, udp, tcp6, udp6, or \"tcp with wire loss 30%\"";

/// What stands after `compare`.
pub(super) fn compare(i: &mut Input) -> Parsed<Order> {
    let left = quoted(i, "what with what?")?;
    let _ = i.eat(",");
    let right = quoted(i, "and with what?")?;
    i.state.alone = true;
    Ok(Order::Compare(left, right))
}

/// A side as one word or in quotes.
fn quoted(i: &mut Input, question: &str) -> Parsed<Side> {
    need(i, question, SIDE)?;
    let start = i.at();
    let inner = start + i.next().filter(|c| is_quote(*c)).map_or(0, char::len_utf8);
    let text = word_or_text(i)?;
    let end = i.at();
    side_alone(&text).map_err(|mut fault| {
        // What is missing in it would have to stand within the quotes.
        fault.missing = None;
        // The side's own places, in the line around it.
        fault.span.0 = (fault.span.0 + inner).min(end);
        fault.span.1 = (fault.span.1 + inner).min(end);
        if i.state.source.get(fault.span.0..fault.span.1).is_none() {
            fault.span = (start, end);
        }
        fault.into()
    })
}

/// A side, and nothing else.
pub(crate) fn side_alone(text: &str) -> Result<Side, Fault> {
    let mut i = input(text, &|_| false);
    side(&mut i).map_err(|trouble| match trouble {
        Trouble::Fault(fault) => *fault,
        Trouble::Backtrack => i.fault(i.at(), "this is no side of a comparison"),
    })
}

fn side(i: &mut Input) -> Parsed<Side> {
    let first = word(i, "a side is missing", SIDE)?;
    let Some(kind) = SideKind::named(first.text) else {
        return Err(first
            .fault("this is no side of a comparison")
            .expecting(SIDE)
            .near(first.text, SideKind::ALL.map(SideKind::word))
            .into());
    };
    let mut settings = Vec::new();
    if !follows(i) {
        return Ok(Side {
            kind,
            wire: settings,
        });
    }
    const WITH: &str = "with: tcp with wire loss 30%";
    let word = word(i, "this cannot follow", WITH)?;
    if word.text != "with" {
        return Err(word.fault("this cannot follow").expecting(WITH).into());
    }
    loop {
        settings.push(setting(i)?);
        if !follows(i) {
            return Ok(Side {
                kind,
                wire: settings,
            });
        }
        let start = i.at();
        let joined = i.eat(",");
        let joined = match peek(i) {
            "and" => take(i).is_some(),
            _ => joined,
        };
        if !joined {
            let _ = take(i);
            return Err(i
                .fault(start, "this cannot follow")
                .expecting("and, or the end")
                .into());
        }
    }
}

/// `wire loss 30%`; the word `wire` may be left out.
fn setting(i: &mut Input) -> Parsed<Wire> {
    const SETTINGS: &str = "wire loss 30%, delay 100ms, rate 64k, mtu 500, or hold";
    need(i, "with what?", SETTINGS)?;
    if peek(i) == "wire" {
        let _ = take(i);
        need(i, "what of the wire?", SETTINGS)?;
    }
    let start = i.at();
    let setting = wire::wire(i)?;
    match setting {
        Wire::Hold
        | Wire::Flow
        | Wire::Delay(_)
        | Wire::Loss { .. }
        | Wire::Mtu(_)
        | Wire::Rate(_) => Ok(setting),
        _ => Err(i
            .fault(start, "a comparison begins with settings of its wires only")
            .expecting(SETTINGS)
            .helping("packets are dropped, doubled and swapped once it runs")
            .into()),
    }
}
