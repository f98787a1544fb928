//! What the terminal can show, and color. Color never carries a meaning alone.

use super::escape;
use colored::{ColoredString, Colorize};
use std::borrow::Cow;
use std::sync::Once;

/// What the place of output can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether escape codes for color may be written.
    pub color: bool,
    /// Whether characters beyond ASCII may be written (a UTF-8 locale).
    pub unicode: bool,
    /// The terminal's width in columns; `None` for a pipe or a file, where nothing is folded.
    pub width: Option<usize>,
}

/// What `--color` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorChoice {
    /// Color on a terminal that wants it.
    #[default]
    Auto,
    /// Color in any case.
    Always,
    /// No color.
    Never,
}

/// How a piece of text is meant to stand out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// As it is.
    Plain,
    /// Weighs more: headings, the present state.
    Strong,
    /// Weighs less: remarks in passing.
    Faint,
    /// It went well.
    Good,
    /// It failed.
    Bad,
    /// Take care.
    Warn,
    /// Names and addresses in running text.
    Name,
}

/// The width of a terminal that does not tell its own.
const USUAL_WIDTH: usize = 80;
/// Widths outside of this are mistakes of the environment.
const SANE_WIDTHS: std::ops::RangeInclusive<usize> = 20..=1000;

impl Style {
    /// For a pipe in a UTF-8 locale: no color, no folding.
    pub const PLAIN: Self = Self {
        color: false,
        unicode: true,
        width: None,
    };

    /// Decides from what is known of the output. `columns` is what the terminal itself says of its width, `env` looks up an
    /// environment variable: `NO_COLOR` (any value but the empty one), `TERM=dumb`, `COLUMNS`, and the locale from the first
    /// of `LC_ALL`, `LC_CTYPE`, `LANG` that is not empty, as POSIX has it.
    pub fn detect(
        choice: ColorChoice,
        is_terminal: bool,
        columns: Option<usize>,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let set = |name: &str| env(name).filter(|value| !value.is_empty());
        let color = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                is_terminal
                    && set("NO_COLOR").is_none()
                    && set("TERM").is_none_or(|term| term != "dumb")
            }
        };
        let locale = set("LC_ALL")
            .or_else(|| set("LC_CTYPE"))
            .or_else(|| set("LANG"))
            .unwrap_or_default();
        let locale = locale.to_ascii_lowercase();
        let sane = |width: &usize| SANE_WIDTHS.contains(width);
        let asked = || {
            set("COLUMNS")
                .and_then(|value| value.parse().ok())
                .filter(sane)
        };
        let width = is_terminal.then(|| asked().or(columns.filter(sane)).unwrap_or(USUAL_WIDTH));
        Self {
            color,
            unicode: locale.contains("utf-8") || locale.contains("utf8"),
            width,
        }
    }

    /// As [`Style::detect`], from the environment of this process.
    pub fn from_environment(choice: ColorChoice, is_terminal: bool) -> Self {
        let columns = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        Self::detect(choice, is_terminal, columns, &|name| {
            std::env::var(name).ok()
        })
    }

    /// The text with the codes for `paint` around it, where this style has color; else the text.
    pub fn paint<'a>(&self, text: impl Into<Cow<'a, str>>, paint: Paint) -> Cow<'a, str> {
        let text = text.into();
        if !self.color || paint == Paint::Plain || text.is_empty() {
            return text;
        }
        // `colored` has an opinion of its own on whether to color. The decision is this style's.
        static DECIDED: Once = Once::new();
        DECIDED.call_once(|| colored::control::set_override(true));
        let painted: ColoredString = match paint {
            Paint::Plain => text.as_ref().normal(),
            Paint::Strong => text.as_ref().bold(),
            Paint::Faint => text.as_ref().dimmed(),
            Paint::Good => text.as_ref().green().bold(),
            Paint::Bad => text.as_ref().red().bold(),
            Paint::Warn => text.as_ref().yellow().bold(),
            Paint::Name => text.as_ref().cyan(),
        };
        Cow::Owned(painted.to_string())
    }

    /// A sign of the program's own (`→`, `…`) as this style can show it.
    pub fn sign<'a>(&self, sign: &'a str) -> Cow<'a, str> {
        if self.unicode {
            Cow::Borrowed(sign)
        } else {
            escape::ascii(sign)
        }
    }

    /// Foreign text as this style can show it: escaped, and in ASCII where need be.
    pub fn clean<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let safe = escape::visible_str(text);
        if self.unicode || safe.is_ascii() {
            return safe;
        }
        Cow::Owned(escape::ascii(&safe).into_owned())
    }

    /// Lines of a script or a paste, each as by [`Style::clean`], with their ends and the tabs that indent them.
    pub fn clean_lines<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if escape::is_plain(text) {
            return Cow::Borrowed(text);
        }
        let each = text.split_inclusive(['\n', '\t']).map(|part| {
            let bare = part.trim_end_matches(['\n', '\t']);
            [self.clean(bare), Cow::Borrowed(&part[bare.len()..])].concat()
        });
        Cow::Owned(each.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(choice: ColorChoice, terminal: bool, env: &[(&str, &str)]) -> Style {
        Style::detect(choice, terminal, Some(132), &|name| {
            env.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn color_is_for_terminals_that_want_it() {
        use ColorChoice::{Always, Auto, Never};
        assert!(detect(Auto, true, &[]).color);
        assert!(!detect(Auto, false, &[]).color);
        assert!(!detect(Auto, true, &[("NO_COLOR", "1")]).color);
        assert!(
            detect(Auto, true, &[("NO_COLOR", "")]).color,
            "an empty NO_COLOR does not count"
        );
        assert!(!detect(Auto, true, &[("TERM", "dumb")]).color);
        assert!(detect(Always, false, &[("NO_COLOR", "1"), ("TERM", "dumb")]).color);
        assert!(!detect(Never, true, &[]).color);
    }

    #[test]
    fn the_locale_decides_on_unicode() {
        let unicode = |env: &[(&str, &str)]| detect(ColorChoice::Auto, true, env).unicode;
        assert!(unicode(&[("LANG", "en_US.UTF-8")]));
        assert!(unicode(&[("LC_CTYPE", "C.utf8"), ("LANG", "C")]));
        assert!(!unicode(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]));
        assert!(unicode(&[("LC_ALL", ""), ("LANG", "en_US.UTF-8")]));
        assert!(!unicode(&[]));
    }

    #[test]
    fn the_width_is_the_terminals() {
        let width = |terminal, env: &[(&str, &str)]| detect(ColorChoice::Auto, terminal, env).width;
        assert_eq!(width(true, &[]), Some(132));
        assert_eq!(width(true, &[("COLUMNS", "60")]), Some(60));
        assert_eq!(width(true, &[("COLUMNS", "0")]), Some(132));
        assert_eq!(width(false, &[("COLUMNS", "60")]), None);
        let silent = Style::detect(ColorChoice::Auto, true, None, &|_| None);
        assert_eq!(silent.width, Some(80));
    }

    #[test]
    fn paint_only_where_there_is_color() {
        let plain = Style::PLAIN;
        assert_eq!(plain.paint("x", Paint::Bad), "x");
        let color = Style {
            color: true,
            ..plain
        };
        assert_eq!(color.paint("x", Paint::Bad), "\u{1b}[1;31mx\u{1b}[0m");
        assert_eq!(color.paint("x", Paint::Plain), "x");
    }
}
