//! Words about what happened: explanations and verdicts.

use super::page::{INDENT, Page};
use crate::event::{Explanation, Tone, Verdict};
use crate::text::style::Paint;

/// Paragraphs, then what to try.
pub(super) fn explanation(page: &mut Page<'_>, explanation: &Explanation) {
    for (n, paragraph) in explanation.text.iter().enumerate() {
        if n == 0 && explanation.tone == Tone::Warn {
            page.prose(|page| {
                page.own_in("Careful: ", Paint::Warn);
                page.foreign(paragraph);
            });
        } else {
            page.paragraphs(paragraph, INDENT, INDENT);
        }
    }
    choices(page, "Try: ", &explanation.hints);
}

/// Several ways out, one a line: the first after `label`, the others after `or:`.
pub(super) fn choices(page: &mut Page<'_>, label: &str, choices: &[String]) {
    for (n, choice) in choices.iter().enumerate() {
        let label = if n == 0 { label } else { "or: " };
        let first = format!("{INDENT}{label:<5}");
        page.paragraphs(choice, &first, "       ");
    }
}

/// `  ok   state s LISTEN`, or `  NOT  …` with what was found and why that may be.
pub(super) fn verdict(page: &mut Page<'_>, verdict: &Verdict) {
    if verdict.holds {
        page.line(|page| {
            page.own_in("ok", Paint::Good);
            page.own("   ");
            page.foreign(&verdict.claim);
        });
        return;
    }
    page.line(|page| {
        page.own_in("NOT", Paint::Bad);
        page.own("  expected  ");
        page.foreign(&verdict.claim);
    });
    for (label, text) in [("found", &verdict.found), ("why", &verdict.why)] {
        if !text.is_empty() {
            page.paragraphs(text, &format!("       {label:<8}  "), "                 ");
        }
    }
}
