//! The input: a located `&str` with what the grammar must know beyond the text.

use crate::lang::ast::{Dialect, ERRNO, Span};
use crate::lang::fault::Fault;
use std::collections::BTreeSet;
use std::fmt;
use winnow::LocatingSlice;
use winnow::error::ParserError;
use winnow::stream::{Location, Stateful, Stream};

/// What the parsers read from.
pub(crate) type Input<'a> = Stateful<LocatingSlice<&'a str>, State<'a>>;

/// What a parser gives.
pub(super) type Parsed<T> = Result<T, Trouble>;

/// How deep brackets may nest.
const DEPTH: usize = 50;

/// How many operators, properties and indices one statement may chain. Each is a level of the tree, and a tree is
/// walked, compared and dropped by recursion.
const LINKS: usize = 400;

/// How many remarks one statement may earn.
const REMARKS: usize = 8;

/// What the grammar knows beyond the text.
pub(crate) struct State<'a> {
    /// The whole text.
    pub(super) source: &'a str,
    /// Whether there is a variable or a socket of this name.
    known: &'a dyn Fn(&str) -> bool,
    /// Names that earlier statements of the same text set.
    set: BTreeSet<String>,
    /// Where the statement begins.
    pub(super) begin: usize,
    /// Open brackets; newlines are blanks inside.
    pub(super) brackets: usize,
    /// Operators must touch their operands: `recv s 2*1024 --peek`.
    pub(super) tight: bool,
    /// Inside the braces of an f-string, where `:` begins a format.
    pub(super) format: bool,
    /// Inside the brackets of fcntl(), where a variable may hold the flags that are set already.
    pub(super) fcntl: bool,
    /// Something was seen that only C and strace write: `&x`, `NULL`, a cast, `sizeof`, `{…}`.
    pub(super) c: bool,
    /// The statement turned out to do nothing here.
    pub(super) nothing: bool,
    /// A C declaration goes on: what is next is one more name of it, or its value.
    pub(super) declaring: bool,
    /// `socket` alone is whole: a comparison is on, and each side has its own kind.
    pub(in crate::lang) alone: bool,
    /// The surface so far.
    pub(super) dialect: Dialect,
    /// What a teacher would say in passing.
    pub(super) remarks: Vec<String>,
    /// Names that C fills through pointers: `recv(c, buf, …)`.
    pub(super) filled: Vec<Option<String>>,
    /// The field that C fills through a pointer: `inet_pton(AF_INET, "::1", &addr.sin6_addr)`.
    pub(super) field: Option<(String, &'static str)>,
    depth: usize,
    links: usize,
}

impl State<'_> {
    /// These names stand for something in the statements that follow.
    pub(super) fn sets(&mut self, targets: &[Option<String>]) {
        // errno stays C's variable and Python's module, whatever number it is given.
        let names = targets.iter().flatten().filter(|name| *name != ERRNO);
        self.set.extend(names.cloned());
    }
}

impl fmt::Debug for State<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("depth", &self.depth)
            .finish_non_exhaustive()
    }
}

/// Why a parser gives nothing.
#[derive(Debug)]
pub(super) enum Trouble {
    /// This was not for it; another may try.
    Backtrack,
    /// This was for it, and is wrong.
    Fault(Box<Fault>),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(Box::new(fault))
    }
}

impl<I: Stream> ParserError<I> for Trouble {
    type Inner = Self;

    fn from_input(_: &I) -> Self {
        Self::Backtrack
    }

    fn assert(_: &I, _: &'static str) -> Self {
        Self::Backtrack
    }

    fn is_backtrack(&self) -> bool {
        matches!(self, Self::Backtrack)
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

/// A fresh input over a text.
pub(crate) fn input<'a>(text: &'a str, known: &'a dyn Fn(&str) -> bool) -> Input<'a> {
    Stateful {
        input: LocatingSlice::new(text),
        state: State {
            source: text,
            known,
            set: BTreeSet::new(),
            begin: 0,
            brackets: 0,
            tight: false,
            format: false,
            fcntl: false,
            c: false,
            nothing: false,
            declaring: false,
            alone: false,
            dialect: Dialect::Shell,
            remarks: Vec::new(),
            filled: Vec::new(),
            field: None,
            depth: 0,
            links: 0,
        },
    }
}

/// Small steps over the input.
pub(super) trait Cursor<'a> {
    /// What is left.
    fn rest(&self) -> &'a str;
    /// The offset of what is left.
    fn at(&self) -> usize;
    /// The next character.
    fn next(&self) -> Option<char>;
    /// Goes over `bytes` bytes, which end at a character's border.
    fn skip(&mut self, bytes: usize);
    /// Goes over `text` where it is next.
    fn eat(&mut self, text: &str) -> bool;
    /// From `start` to here.
    fn since(&self, start: usize) -> Span;
    /// Whether there is a variable or a socket of this name.
    fn knows(&self, name: &str) -> bool;
    /// A remark, once.
    fn remark(&mut self, text: impl Into<String>);
    /// Runs a parser inside a bracket, or any other level that nests.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T>;
    /// Counts one more link of a chain.
    fn link(&mut self) -> Parsed<()>;
    /// A fault from `start` to here; on the next character where nothing was read.
    fn fault(&self, start: usize, message: impl Into<String>) -> Fault;
    /// For the next statement.
    fn fresh(&mut self);
}

impl<'a> Cursor<'a> for Input<'a> {
    fn rest(&self) -> &'a str {
        self.input.as_ref()
    }

    fn at(&self) -> usize {
        self.input.current_token_start()
    }

    fn next(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, bytes: usize) {
        self.input.next_slice(bytes);
    }

    fn eat(&mut self, text: &str) -> bool {
        let there = self.rest().starts_with(text);
        if there {
            self.skip(text.len());
        }
        there
    }

    fn since(&self, start: usize) -> Span {
        Span {
            start,
            end: self.at(),
        }
    }

    fn knows(&self, name: &str) -> bool {
        // Digits are no name, whatever the caller says.
        let may_be = !name.starts_with(|c: char| c.is_ascii_digit());
        may_be && ((self.state.known)(name) || self.state.set.contains(name))
    }

    fn remark(&mut self, text: impl Into<String>) {
        let text = text.into();
        if self.state.remarks.len() < REMARKS && !self.state.remarks.contains(&text) {
            self.state.remarks.push(text);
        }
    }

    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.state.depth == DEPTH {
            return Err(self
                .fault(self.at(), "this is nested too deeply")
                .helping(format!(
                    "at most {DEPTH} brackets inside one another; give the inner part a name first"
                ))
                .into());
        }
        self.state.depth += 1;
        let result = parse(self);
        self.state.depth -= 1;
        result
    }

    fn link(&mut self) -> Parsed<()> {
        self.state.links += 1;
        if self.state.links > LINKS {
            return Err(self
                .fault(self.at(), "this expression is too long")
                .helping(format!(
                    "at most {LINKS} operators in one statement; give a part of it a name first"
                ))
                .into());
        }
        Ok(())
    }

    fn fault(&self, start: usize, message: impl Into<String>) -> Fault {
        let here = self.at();
        let end = if here > start {
            here
        } else {
            let next = self.state.source[start..].chars().next();
            start + next.map_or(0, char::len_utf8)
        };
        Fault::new((start, end), message)
    }

    fn fresh(&mut self) {
        self.state.begin = self.at();
        self.state.brackets = 0;
        self.state.tight = false;
        self.state.format = false;
        self.state.c = false;
        self.state.nothing = false;
        self.state.dialect = Dialect::Shell;
        self.state.remarks.clear();
        self.state.filled.clear();
        self.state.field = None;
        self.state.depth = 0;
        self.state.links = 0;
    }
}
