//! Tables without borders that fit the width.

use super::style::{Paint, Style};
use super::wrap;
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, TableStyle};

/// Blank columns between two columns of the table.
const GAP: usize = 2;
/// Columns that a folded cell needs at least.
const LEAST_WORDS: usize = 12;

/// A table. Its cells hold plain text, already safe to show.
#[derive(Debug, Clone, Default)]
pub struct Table {
    titles: Vec<&'static str>,
    right: Vec<bool>,
    folds: Option<usize>,
    gap: usize,
    /// Row after row.
    cells: Vec<String>,
}

impl Table {
    /// A table with these titles; no title line where all are empty.
    pub fn new(titles: &[&'static str]) -> Self {
        Self {
            titles: titles.to_vec(),
            right: vec![false; titles.len()],
            folds: None,
            gap: GAP,
            cells: Vec::new(),
        }
    }

    /// Aligns this column to the right, for numbers.
    #[must_use]
    pub fn right(mut self, column: usize) -> Self {
        if let Some(right) = self.right.get_mut(column) {
            *right = true;
        }
        self
    }

    /// The column whose words are folded where the table is too wide; the others keep their width.
    #[must_use]
    pub fn folds(mut self, column: usize) -> Self {
        self.folds = Some(column);
        self
    }

    /// Blank columns between two columns, where the usual two are too many.
    #[must_use]
    pub fn gap(mut self, gap: usize) -> Self {
        self.gap = gap;
        self
    }

    /// Adds a row. Missing cells are empty, those beyond the titles are left out.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let end = self.cells.len() + self.titles.len();
        self.cells.extend(cells.into_iter().take(self.titles.len()));
        self.cells.resize(end, String::new());
    }

    /// The widest cell of each column, titles included.
    pub fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = self
            .titles
            .iter()
            .map(|title| wrap::columns(title))
            .collect();
        for row in self.cells.chunks(self.titles.len().max(1)) {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(wrap::columns(cell));
            }
        }
        widths
    }

    /// The lines, each after `indent` and with a newline at its end; within the style's width.
    pub fn render(&self, style: &Style, indent: &str) -> String {
        let widths = self.widths();
        let whole =
            indent.len() + widths.iter().sum::<usize>() + self.gap * widths.len().saturating_sub(1);
        match style.width {
            Some(width) if whole > width => {
                self.folded(style, width.saturating_sub(indent.len()), indent)
            }
            _ => self.padded(style, &widths, indent),
        }
    }

    /// Everything fits: padding is all there is to do, and ten thousand rows take no time.
    fn padded(&self, style: &Style, widths: &[usize], indent: &str) -> String {
        let line = widths.iter().sum::<usize>() + widths.len() * self.gap + indent.len() + 1;
        let mut out = String::with_capacity(line * (self.cells.len() / widths.len().max(1) + 1));
        if self.titles.iter().any(|title| !title.is_empty()) {
            let mut titles = String::new();
            self.pad_row(&mut titles, &self.titles, widths);
            out.push_str(indent);
            out.push_str(&style.paint(titles, Paint::Faint));
            out.push('\n');
        }
        for row in self.cells.chunks(widths.len().max(1)) {
            out.push_str(indent);
            self.pad_row(&mut out, row, widths);
            out.push('\n');
        }
        out
    }

    fn pad_row<S: AsRef<str>>(&self, out: &mut String, row: &[S], widths: &[usize]) {
        let start = out.len();
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            let cell = cell.as_ref();
            let blank = width - wrap::columns(cell);
            let (before, after) = if self.right[column] {
                (blank, 0)
            } else {
                (0, blank)
            };
            out.extend(std::iter::repeat_n(' ', before));
            out.push_str(cell);
            out.extend(std::iter::repeat_n(' ', after + self.gap));
        }
        out.truncate(start + out[start..].trim_end().len());
    }

    /// Some cells must be folded: comfy-table arranges them.
    fn folded(&self, style: &Style, width: usize, indent: &str) -> String {
        let mut table = comfy_table::Table::new();
        table
            .load_style(TableStyle::new())
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(width).unwrap_or(u16::MAX));
        let titled = self.titles.iter().any(|title| !title.is_empty());
        if titled {
            table.set_header(self.titles.iter().map(Cell::new));
        }
        for row in self.cells.chunks(self.titles.len().max(1)) {
            table.add_row(row.iter().map(Cell::new));
        }
        let widths = self.widths();
        let fixed = |folds: usize| {
            widths.iter().sum::<usize>() - widths[folds] + self.gap * (widths.len() - 1)
        };
        // Where the other columns leave no room for words, all of them are folded.
        let folds = self
            .folds
            .filter(|folds| *folds < widths.len() && fixed(*folds) + LEAST_WORDS <= width);
        let last = self.titles.len().saturating_sub(1);
        for (n, column) in table.column_iter_mut().enumerate() {
            let gap = if n == last { 0 } else { self.gap };
            column.set_padding((0, u16::try_from(gap).unwrap_or(u16::MAX)));
            if self.right[n] {
                column.set_cell_alignment(CellAlignment::Right);
            }
            if folds.is_some_and(|folds| folds != n) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        let mut out = String::new();
        for (n, line) in table.lines().enumerate() {
            out.push_str(indent);
            let line = line.trim_end();
            let paint = if titled && n == 0 {
                Paint::Faint
            } else {
                Paint::Plain
            };
            out.push_str(&style.paint(line, paint));
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    fn options() -> Table {
        let mut table = Table::new(&["name", "value", "meaning"]).right(1).folds(2);
        let cell = str::to_owned;
        table.row([
            cell("SO_REUSEADDR"),
            cell("1"),
            cell("bind() may take an address that rests in TIME_WAIT"),
        ]);
        table.row([
            cell("TCP_NODELAY"),
            cell("65536"),
            cell("small segments leave at once"),
        ]);
        table
    }

    #[test]
    fn what_fits_is_padded() {
        assert_snapshot!(options().render(&Style::PLAIN, "  "), @r"
        name          value  meaning
        SO_REUSEADDR      1  bind() may take an address that rests in TIME_WAIT
        TCP_NODELAY   65536  small segments leave at once
        ");
    }

    #[test]
    fn what_does_not_fit_is_folded() {
        let narrow = Style {
            width: Some(48),
            ..Style::PLAIN
        };
        let lines = options().render(&narrow, "  ");
        assert!(lines.lines().all(|line| wrap::columns(line) <= 48));
        assert_snapshot!(lines, @r"
        name          value  meaning
        SO_REUSEADDR      1  bind() may take an
                             address that rests in
                             TIME_WAIT
        TCP_NODELAY   65536  small segments leave at
                             once
        ");
    }

    #[test]
    fn no_titles_no_rows_no_lines() {
        assert_eq!(Table::new(&["", ""]).render(&Style::PLAIN, ""), "");
        assert_eq!(Table::new(&[]).render(&Style::PLAIN, ""), "");
    }
}
