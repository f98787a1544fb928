//! Where a renderer writes: complete lines, folded to the width, in the characters that the style allows.

use crate::event::{Addr, push_inet};
use crate::text::style::{Paint, Style};
use crate::text::{escape, wrap};
use std::borrow::Cow;
use std::fmt::{self, Write};

/// Every line begins with this, which tells it from what was typed.
pub(super) const INDENT: &str = "  ";
/// A line that goes on after a fold begins with this.
const HANGING: &str = "      ";

/// Lines being written.
pub(super) struct Page<'a> {
    style: &'a Style,
    out: String,
}

impl<'a> Page<'a> {
    /// An empty page.
    pub(super) fn new(style: &'a Style) -> Self {
        Self::after(style, String::with_capacity(160))
    }

    /// A page that begins with lines that were finished before.
    pub(super) fn after(style: &'a Style, out: String) -> Self {
        Self { style, out }
    }

    /// What was written.
    pub(super) fn finish(self) -> String {
        if self.style.unicode || self.out.is_ascii() {
            return self.out;
        }
        escape::ascii(&self.out).into_owned()
    }

    /// The style of the place of output.
    pub(super) fn style(&self) -> &'a Style {
        self.style
    }

    /// Appends text of the program's own.
    pub(super) fn own(&mut self, text: &str) {
        self.own_in(text, Paint::Plain);
    }

    /// Appends text of the program's own, painted.
    pub(super) fn own_in(&mut self, text: &str, paint: Paint) {
        let text = self.style.sign(text);
        self.out.push_str(&self.style.paint(text, paint));
    }

    /// Appends foreign text, made safe.
    pub(super) fn foreign(&mut self, text: &str) {
        self.foreign_in(text, Paint::Plain);
    }

    /// Appends foreign text, made safe and painted.
    pub(super) fn foreign_in(&mut self, text: &str, paint: Paint) {
        let text = self.style.clean(text);
        self.out.push_str(&self.style.paint(text, paint));
    }

    /// Appends a number after words of the program's own.
    pub(super) fn number(&mut self, before: &str, number: impl itoa::Integer) {
        self.own(before);
        self.out.push_str(itoa::Buffer::new().format(number));
    }

    /// Appends a value whose text holds nothing foreign: numbers, states.
    pub(super) fn value(&mut self, value: fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.out.write_fmt(value);
    }

    /// Appends an address; an Internet address holds nothing foreign, a path or a name may hold anything.
    pub(super) fn address(&mut self, addr: &Addr) {
        match addr {
            Addr::Inet(addr) => push_inet(&mut self.out, addr),
            other => self.foreign(&other.to_string()),
        }
    }

    /// Appends lines that are finished already: a table, a drawing.
    pub(super) fn lines(&mut self, lines: &str) {
        self.out.push_str(lines);
    }

    /// Ends a line of a drawing, without blanks at its end.
    pub(super) fn end_line(&mut self) {
        self.out.truncate(self.out.trim_end_matches(' ').len());
        self.out.push('\n');
    }

    /// One line: what `write` appends, indented, and folded where it is wider than the style allows.
    pub(super) fn line(&mut self, write: impl FnOnce(&mut Self)) {
        self.hanging(INDENT, HANGING, write);
    }

    /// As [`Page::line`], for words: what is folded begins where the first line does.
    pub(super) fn prose(&mut self, write: impl FnOnce(&mut Self)) {
        self.hanging(INDENT, INDENT, write);
    }

    /// As [`Page::line`], after `first`, and after `rest` where it is folded. Both are the program's own, and plain.
    pub(super) fn hanging(&mut self, first: &str, rest: &str, write: impl FnOnce(&mut Self)) {
        let start = self.out.len();
        self.out.push_str(first);
        write(self);
        if self
            .style
            .width
            .is_some_and(|width| self.out.len() - start > width)
        {
            let line = self.out.split_off(start + first.len());
            wrap::push_indented(&mut self.out, &line, self.style.width, first, rest);
            // The fold begins its first line with `first` as well.
            self.out.replace_range(start..start + first.len(), "");
        }
        self.out.push('\n');
    }

    /// Foreign paragraphs: every line of `text` on lines of its own, the first after `first`, all else after `rest`.
    pub(super) fn paragraphs(&mut self, text: &str, first: &str, rest: &str) {
        if escape::is_plain(text) {
            return self.hanging(first, rest, |page| page.foreign(text));
        }
        for (n, line) in text.trim_end_matches('\n').split('\n').enumerate() {
            self.hanging(if n == 0 { first } else { rest }, rest, |page| {
                page.foreign(line)
            });
        }
    }

    /// Foreign text in which every space counts, on lines of its own after `first`, all but the first after `rest`.
    pub(super) fn exact(&mut self, text: &str, first: &str, rest: &str) {
        let folded = wrap::exact(text, self.style.width, first, rest);
        self.out.push_str(&folded);
        self.out.push('\n');
    }

    /// Foreign text, made safe.
    pub(super) fn clean<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.style.clean(text)
    }
}
