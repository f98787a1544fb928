//! The table.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// One line of it.
#[derive(Debug)]
struct Row {
    what: String,
    took: String,
    against: String,
    ratio: String,
    aim: String,
    held: &'static str,
}

/// All that was measured.
#[derive(Debug, Default)]
pub struct Report {
    rows: Vec<Row>,
}

/// What something was measured against.
pub struct Against<'a> {
    /// In words.
    pub what: &'a str,
    /// How long that took.
    pub took: Duration,
}

/// What is hoped for.
pub enum Aim {
    /// At most so many times the other.
    Times(f64),
    /// At most so long.
    Within(Duration),
    /// No more is wanted than to know.
    None,
}

impl Report {
    /// Takes in a time.
    pub fn time(
        &mut self,
        what: impl Into<String>,
        took: Duration,
        against: Against<'_>,
        aim: Aim,
    ) {
        let ratio = took.as_secs_f64() / against.took.as_secs_f64();
        let (aim, held) = match aim {
            Aim::Times(most) => (format!("{} times", tidy(most)), Some(ratio <= most)),
            Aim::Within(most) => (time(most), Some(took <= most)),
            Aim::None => (String::new(), None),
        };
        self.rows.push(Row {
            what: what.into(),
            took: time(took),
            against: format!("{}: {}", against.what, time(against.took)),
            ratio: tidy(ratio),
            aim,
            held: held.map_or("", |held| if held { "yes" } else { "no" }),
        });
    }

    /// Takes in an amount of memory, in kB, beside another that it should not exceed by more than a tenth.
    pub fn memory(&mut self, what: &str, peak: i64, against: &str, other: i64) {
        let ratio = peak as f64 / other as f64;
        let mega = |kb: i64| format!("{:.1} MB", kb as f64 / 1024.0);
        self.rows.push(Row {
            what: what.to_owned(),
            took: mega(peak),
            against: format!("{against}: {}", mega(other)),
            ratio: tidy(ratio),
            aim: "1.1 times".to_owned(),
            held: if ratio <= 1.1 { "yes" } else { "no" },
        });
    }

    /// Says that something was not measured.
    pub fn skipped(&mut self, what: &str, why: &str) {
        self.rows.push(Row {
            what: what.to_owned(),
            took: "SKIPPED".to_owned(),
            against: why.to_owned(),
            ratio: String::new(),
            aim: String::new(),
            held: "",
        });
    }

    fn cells(&self) -> Vec<[&str; 6]> {
        let head = ["what", "socktutor", "against", "ratio", "aim", "held"];
        let rows = self.rows.iter().map(|row| {
            let Row {
                what,
                took,
                against,
                ratio,
                aim,
                held,
            } = row;
            [what.as_str(), took, against, ratio, aim, held]
        });
        std::iter::once(head).chain(rows).collect()
    }

    /// For a terminal; also valid Markdown.
    pub fn text(&self) -> String {
        let cells = self.cells();
        let width = |column: usize| {
            cells
                .iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..6).map(width).collect();
        let mut text = String::new();
        for (number, row) in cells.iter().enumerate() {
            text.push('|');
            for (cell, width) in row.iter().zip(&widths) {
                text.push_str(&format!(" {cell:width$} |"));
            }
            text.push('\n');
            if number == 0 {
                text.push('|');
                for width in &widths {
                    text.push_str(&format!(" {} |", "-".repeat(*width)));
                }
                text.push('\n');
            }
        }
        text
    }

    /// Writes it to `target/bench.md`.
    pub fn save(&self) -> io::Result<PathBuf> {
        let tmp = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let path = tmp.parent().unwrap_or(&tmp).join("bench.md");
        std::fs::write(&path, self.text())?;
        Ok(path)
    }
}

/// Three digits and a unit.
fn time(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match micros {
        _ if micros < 1e3 => format!("{} µs", tidy(micros)),
        _ if micros < 1e6 => format!("{} ms", tidy(micros / 1e3)),
        _ => format!("{} s", tidy(micros / 1e6)),
    }
}

fn tidy(number: f64) -> String {
    match number {
        _ if number < 1.0 => format!("{number:.2}"),
        _ if number < 10.0 => format!("{:.2}", number)
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned(),
        _ if number < 100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}
