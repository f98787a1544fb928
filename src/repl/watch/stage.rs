//! What the class sees: text in pages, lines typed at a readable pace, a last line that says what the keys do.

use super::keys::{Key, Keyboard};
use crate::repl::output::Output;
use crate::text::style::{Paint, Style};
use crate::text::wrap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// At most so many lines between two key presses, however high the terminal.
const PAGE: usize = 20;
/// A call's answer takes about this much room; with less, the page is turned before the call.
const ANSWER: usize = 8;
/// How wide the program's own lines are where there is no terminal.
const USUAL_WIDTH: usize = 80;
/// Between two characters, at the usual pace.
const STROKE: Duration = Duration::from_millis(45);
/// Between the last character and the call.
const BEFORE_CALL: Duration = Duration::from_millis(500);
/// For each line of an answer, before the next line is typed.
const PER_LINE: Duration = Duration::from_millis(450);
/// No answer is left standing for longer than this without being asked.
const LONGEST: Duration = Duration::from_secs(5);
/// How often it is looked whether something happened while nobody presses a key.
const GLANCE: Duration = Duration::from_millis(50);

/// What came of a pause that ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breath {
    /// The time is over.
    Over,
    /// This key was pressed.
    Key(Key),
}

/// How fast it goes, in percent.
#[derive(Debug, Clone, Copy)]
struct Pace(u32);

impl Pace {
    const STEPS: [u32; 9] = [25, 35, 50, 70, 100, 140, 200, 280, 400];

    fn change(&mut self, by: isize) {
        let now = Self::STEPS.iter().position(|step| *step == self.0);
        let then = now.unwrap_or(4).saturating_add_signed(by);
        self.0 = Self::STEPS[then.min(Self::STEPS.len() - 1)];
    }

    fn of(self, time: Duration) -> Duration {
        time * 100 / self.0
    }
}

/// The stage.
pub struct Stage {
    output: Output,
    keyboard: Option<Keyboard>,
    style: Style,
    typing: bool,
    pace: Pace,
    /// How many lines there are since a key was pressed.
    rows: usize,
    /// How many there were when the last call was made.
    before: usize,
    /// What has no room on this page.
    held: String,
    /// Whether what was written ends with a newline, and whether with an empty line.
    line_ended: bool,
    gap: bool,
    /// The teacher wants to leave: Ctrl-C.
    pub leave: Arc<AtomicBool>,
}

impl Stage {
    /// With a keyboard it waits and turns pages; without one it prints everything.
    pub fn new(style: Style, typing: bool, keyboard: Option<Keyboard>) -> Self {
        Self {
            output: Output::default(),
            keyboard,
            style,
            typing,
            pace: Pace(100),
            rows: 0,
            before: 0,
            held: String::new(),
            line_ended: true,
            gap: true,
            leave: Arc::default(),
        }
    }

    /// Whether a person presses keys.
    pub fn live(&self) -> bool {
        self.keyboard.is_some()
    }

    /// What the terminal can show.
    pub fn style(&self) -> Style {
        self.style
    }

    /// The keyboard.
    pub fn keyboard(&mut self) -> Option<&mut Keyboard> {
        self.keyboard.as_mut()
    }

    /// Whether the teacher has pressed Ctrl-C.
    pub fn leaving(&self) -> bool {
        self.leave.load(Ordering::SeqCst)
    }

    /// Whether nobody can see it any more.
    pub fn gone(&self) -> bool {
        self.output.broken()
    }

    /// The end.
    ///
    /// # Errors
    /// Those of write(2) but EPIPE.
    pub fn finish(self) -> std::io::Result<()> {
        self.output.finish()
    }

    /// Takes over the window's present width.
    fn measure(&mut self) -> usize {
        let size = terminal_size::terminal_size().filter(|_| self.live());
        if let (Some((width, _)), Some(_)) = (size, self.style.width) {
            self.style.width = Some(width.0.into());
        }
        // The last line is for the keys, and one above it stays free.
        let room = size.map_or(PAGE, |(_, height)| usize::from(height.0).saturating_sub(3));
        room.clamp(4, PAGE)
    }

    /// The columns there are.
    pub fn width(&self) -> usize {
        self.style.width.unwrap_or(USUAL_WIDTH)
    }

    /// Shows complete lines: on this page, where there is room, else on the next.
    pub fn say(&mut self, text: &str) {
        if !self.live() {
            return self.write(text);
        }
        let page = self.measure();
        let rows = self.height(text);
        if self.held.is_empty() && self.rows + rows <= page {
            self.write(text);
            self.rows += rows;
        } else {
            self.held.push_str(text);
        }
    }

    /// An empty line, unless there is one already. At the end of a full page it is none: nobody turns to an empty page.
    pub fn gap(&mut self) {
        if self.live() && !self.more() && self.rows >= self.measure() {
            return;
        }
        if self.more() || !self.gap {
            self.say("\n");
        }
    }

    /// Whether something waits for the next page.
    pub fn more(&self) -> bool {
        !self.held.is_empty()
    }

    fn write(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.gap = text.ends_with("\n\n") || (text == "\n" && self.line_ended);
        self.line_ended = text.ends_with('\n');
        self.output.write(text);
    }

    /// Whether this page has room for a call and its answer.
    pub fn cramped(&mut self) -> bool {
        let page = self.measure();
        self.live() && self.rows > 0 && self.rows + ANSWER.min(page / 2) > page
    }

    /// A new page, with what waited for it.
    pub fn turn(&mut self) {
        self.rows = 0;
        self.before = 0;
        let page = self.measure();
        let held = std::mem::take(&mut self.held);
        let mut lines = held.split_inclusive('\n');
        let mut shown = String::new();
        for line in lines.by_ref() {
            let rows = self.height(line);
            if self.rows > 0 && self.rows + rows > page {
                self.held.push_str(line);
                break;
            }
            self.rows += rows;
            shown.push_str(line);
        }
        self.held.extend(lines);
        self.write(&shown);
    }

    /// Everything before this is gone: what waited is not shown any more.
    pub fn clear(&mut self) {
        self.held.clear();
        self.fresh();
    }

    /// A clean screen. What was on it is scrolled away, not lost.
    pub fn clean(&mut self) {
        let size = terminal_size::terminal_size().filter(|_| self.live() && can_erase());
        if let Some((_, height)) = size {
            let lines = "\n".repeat(height.0.into());
            self.write(&format!("{lines}\x1b[H"));
        }
        self.fresh();
    }

    /// What is on the screen counts no more: the teacher has typed meanwhile. What waited still waits.
    pub fn fresh(&mut self) {
        self.rows = 0;
        self.before = 0;
    }

    /// Shows complete lines without turning pages: the teacher asked for them.
    pub fn scroll(&mut self, text: &str) {
        self.write(text);
    }

    /// The screen's rows that complete lines take.
    fn height(&self, text: &str) -> usize {
        let width = self.width().max(1);
        text.lines()
            .map(|line| wrap::columns(&plain(line)).div_ceil(width).max(1))
            .sum()
    }

    /// Has everything shown that was written: before anything sleeps.
    pub fn flush(&mut self) {
        self.output.flush();
    }

    /// The prompt in front of a line.
    pub fn prompt(&mut self, prompt: &str) {
        self.before = self.rows;
        self.write(prompt);
    }

    /// Types the characters of a line from this byte on. The byte behind the last that was typed, where a key was
    /// pressed.
    pub fn type_from(&mut self, line: &str, from: usize) -> Option<(Key, usize)> {
        if !self.typing {
            self.put(&line[from..]);
            return None;
        }
        for (at, c) in line[from..].char_indices() {
            self.put(c.encode_utf8(&mut [0; 4]));
            if let Breath::Key(key) = self.breathe(STROKE) {
                return Some((key, from + at + c.len_utf8()));
            }
        }
        None
    }

    /// Part of a line that is typed: it weighs more than what the program says.
    pub fn put(&mut self, text: &str) {
        let text = self.style.clean(text).into_owned();
        let text = self.style.paint(text, Paint::Strong).into_owned();
        self.write(&text);
    }

    /// The line is complete.
    pub fn enter(&mut self) {
        self.write("\n");
        self.rows += 1;
    }

    /// A moment between the typed line and its call.
    pub fn before_call(&mut self) -> Breath {
        self.breathe(BEFORE_CALL)
    }

    /// Time to read the answer to the last call.
    pub fn after_call(&mut self) -> Breath {
        let lines = u32::try_from(self.rows.saturating_sub(self.before)).unwrap_or(u32::MAX);
        self.breathe(PER_LINE.saturating_mul(lines).min(LONGEST))
    }

    /// A pause that ends by itself. There is none where nothing is typed.
    fn breathe(&mut self, time: Duration) -> Breath {
        if !self.typing {
            return Breath::Over;
        }
        let end = Instant::now() + self.pace.of(time);
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if self.leaving() {
                return Breath::Key(Key::Leave);
            }
            let Some(keyboard) = self.keyboard.as_mut() else {
                return Breath::Over;
            };
            match keyboard.next(left.min(GLANCE)) {
                Some(Key::Faster) => self.pace.change(1),
                Some(Key::Slower) => self.pace.change(-1),
                Some(key) => return Breath::Key(key),
                None if left.is_zero() => return Breath::Over,
                None => {}
            }
        }
    }

    /// Enter that was pressed while a call was made is forgotten.
    pub fn forget_next(&mut self) {
        if let Some(keyboard) = &mut self.keyboard {
            keyboard.forget_next();
        }
    }

    /// Waits for a key, with a last line that says what it does. `news` gives what has happened meanwhile.
    pub fn wait(&mut self, words: &str, news: &mut dyn FnMut() -> String) -> Key {
        self.status(words);
        loop {
            if self.leaving() || self.gone() {
                self.erase();
                return Key::Leave;
            }
            let Some(keyboard) = self.keyboard.as_mut() else {
                return Key::Next;
            };
            let pressed = keyboard.next(GLANCE);
            match pressed {
                Some(Key::Faster) => self.new_pace(1, words),
                Some(Key::Slower) => self.new_pace(-1, words),
                Some(key) => {
                    self.erase();
                    return key;
                }
                None => {
                    let text = news();
                    if !text.is_empty() {
                        self.erase();
                        self.write(&text);
                        self.rows += self.height(&text);
                        self.status(words);
                    }
                }
            }
        }
    }

    fn new_pace(&mut self, by: isize, words: &str) {
        self.pace.change(by);
        self.erase();
        let words = format!("pace {}%   {words}", self.pace.0);
        self.status(&words);
    }

    fn status(&mut self, words: &str) {
        self.measure();
        if !self.line_ended {
            self.write("\n");
        }
        if !self.gap {
            self.write("\n");
            self.rows += 1;
        }
        let line = format!("-- {words} --");
        let line = wrap::shortened(&line, self.width().saturating_sub(1), "");
        let line = self.style.paint(line, Paint::Faint).into_owned();
        self.write(&line);
        self.flush();
    }

    /// The last line goes. A terminal that cannot do this keeps it.
    fn erase(&mut self) {
        let gone = if can_erase() { "\r\x1b[K" } else { "\n" };
        self.output.write(gone);
        (self.line_ended, self.gap) = (true, true);
        self.flush();
    }
}

/// Whether the terminal can take a line back.
fn can_erase() -> bool {
    std::env::var("TERM").is_ok_and(|term| !["", "dumb", "emacs"].contains(&term.as_str()))
}

/// The line without escape codes for color.
fn plain(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        out.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_has_ends() {
        let mut pace = Pace(100);
        (0..20).for_each(|_| pace.change(1));
        assert_eq!(pace.of(STROKE * 4), STROKE);
        (0..20).for_each(|_| pace.change(-1));
        assert_eq!(pace.of(STROKE), STROKE * 4);
        pace.change(4);
        assert_eq!(pace.of(STROKE), STROKE);
    }

    #[test]
    fn color_takes_no_room() {
        assert_eq!(plain("a \x1b[1;31mred\x1b[0m b"), "a red b");
        assert_eq!(plain("none"), "none");
    }
}
