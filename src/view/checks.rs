//! `doctor`: what was checked, and what mends it.

use super::page::Page;
use crate::event::lab::{Check, Checked};

/// One a line, and the commands under it.
pub(super) fn checks(page: &mut Page<'_>, checks: &[Check]) {
    for check in checks {
        let word = match check.result {
            Checked::Ok => "ok   ",
            Checked::No => "NO   ",
            Checked::Skipped => "-    ",
        };
        page.hanging("  ", "       ", |page| {
            page.own(word);
            page.foreign(&check.name);
            page.own(": ");
            page.foreign(&check.found);
        });
        for line in &check.mend {
            page.hanging("         ", "         ", |page| page.foreign(line));
        }
    }
}
