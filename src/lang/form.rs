//! How a value is laid out in a text: Python's format specification (`04x`, `>10`), and printf(3)'s in its terms.

use std::iter::repeat_n;

/// What printf(3) knows a value's size by: `%hu`, `%lld`, `%zu`.
pub const LENGTHS: [char; 7] = ['h', 'l', 'q', 'L', 'j', 'z', 't'];

/// Wider is nothing laid out.
const WIDEST: usize = 1000;

/// `[[fill]align][sign][#][0][width][.precision][type]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    fill: char,
    align: Option<char>,
    plus: Option<char>,
    prefix: bool,
    width: usize,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Form {
    /// A specification of whole numbers and texts; `None` for others (fractions, thousands).
    pub fn parse(spec: &str) -> Option<Self> {
        let mut letters = spec.chars();
        let (fill, align, mut rest) = match (letters.next(), letters.next()) {
            (Some(fill), Some(align)) if "<>^".contains(align) => {
                (fill, Some(align), letters.as_str())
            }
            (Some(align), _) if "<>^".contains(align) => (' ', Some(align), &spec[1..]),
            _ => (' ', None, spec),
        };
        let mut eat = |those: &str| {
            let c = rest.chars().next().filter(|c| those.contains(*c))?;
            rest = &rest[c.len_utf8()..];
            Some(c)
        };
        let plus = eat("+- ").filter(|c| *c != '-');
        let prefix = eat("#").is_some();
        // Zeros stand between the sign and the digits: `=` is what Python calls that.
        let (fill, align) = match (eat("0"), align) {
            (Some(_), None) => ('0', Some('=')),
            (Some(_), given) if fill == ' ' => ('0', given),
            (_, given) => (fill, given),
        };
        let width = digits(&mut rest)?.unwrap_or(0);
        let precision = match rest.strip_prefix('.') {
            Some(after) => {
                rest = after;
                Some(digits(&mut rest)??)
            }
            None => None,
        };
        let mut kinds = rest.chars();
        let kind = kinds.next();
        let whole = kinds.next().is_none() && kind.is_none_or(|c| "bcdosxX".contains(c));
        (whole && width <= WIDEST).then_some(Self {
            fill,
            align,
            plus,
            prefix,
            width,
            precision,
            kind,
        })
    }

    /// Whether a value stands as it is.
    pub fn is_plain(&self) -> bool {
        let bare = self.width == 0 && self.precision.is_none() && self.plus.is_none();
        bare && !self.prefix && matches!(self.kind, None | Some('d' | 's'))
    }

    /// Whether it is a form of texts alone.
    pub fn is_text(&self) -> bool {
        self.kind == Some('s')
    }

    /// Aligned as numbers are, where nothing else is said.
    #[must_use]
    pub fn as_of_numbers(mut self) -> Self {
        self.align = self.align.or(Some('>'));
        self
    }

    /// A text; `None` where the form is one of numbers.
    pub fn text(&self, text: &str) -> Option<String> {
        if !matches!(self.kind, None | Some('s' | 'c')) || self.align == Some('=') {
            return None;
        }
        let cut: String = match self.precision {
            Some(most) => text.chars().take(most).collect(),
            None => text.to_owned(),
        };
        Some(self.padded("", &cut, '<'))
    }

    /// A whole number; `None` where it has no such form: below zero in a base, no character.
    pub fn number(&self, n: i64) -> Option<String> {
        let (prefix, digits) = match self.kind {
            None | Some('d') => ("", n.unsigned_abs().to_string()),
            Some('s') => return self.text(&n.to_string()),
            Some('c') => {
                let c = u32::try_from(n).ok().and_then(char::from_u32)?;
                return Some(self.padded("", &c.to_string(), '<'));
            }
            Some(_) if n < 0 => return None,
            Some('x') => ("0x", format!("{n:x}")),
            Some('X') => ("0X", format!("{n:X}")),
            Some('o') => ("0o", format!("{n:o}")),
            Some(_) => ("0b", format!("{n:b}")),
        };
        let mut sign = match (n < 0, self.plus) {
            (true, _) => "-".to_owned(),
            (false, Some(plus)) => plus.to_string(),
            (false, None) => String::new(),
        };
        if self.prefix {
            sign.push_str(prefix);
        }
        Some(self.padded(&sign, &digits, '>'))
    }

    /// Sign and digits, or a text, on the form's width.
    fn padded(&self, sign: &str, body: &str, usual: char) -> String {
        let missing = self
            .width
            .saturating_sub(sign.chars().count() + body.chars().count());
        let fill = |count| repeat_n(self.fill, count).collect::<String>();
        match self.align.unwrap_or(usual) {
            '<' => format!("{sign}{body}{}", fill(missing)),
            '^' => format!(
                "{}{sign}{body}{}",
                fill(missing / 2),
                fill(missing - missing / 2)
            ),
            '=' => format!("{sign}{}{body}", fill(missing)),
            _ => format!("{}{sign}{body}", fill(missing)),
        }
    }
}

/// The number that is next, if one is; outer `None` where it is too long.
fn digits(rest: &mut &str) -> Option<Option<usize>> {
    let len = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (number, after) = rest.split_at(len);
    *rest = after;
    match number {
        "" => Some(None),
        number => number.parse().ok().map(Some),
    }
}

/// What printf(3) and Python's `%` write between `%` and `kind` (`-10`, `04l`), as a specification; `None` where there
/// is no such form here.
pub fn from_percent(flags: &str, kind: char) -> Option<String> {
    let flags = flags.trim_end_matches(LENGTHS);
    let rest = flags.trim_start_matches(['-', '+', ' ', '#', '0']);
    let given = |flag| flags[..flags.len() - rest.len()].contains(flag);
    let numeric = matches!(kind, 'd' | 'i' | 'u' | 'x' | 'X' | 'o');
    if numeric && rest.contains('.') || !rest.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let zero = numeric && given('0') && !given('-');
    let width = !rest.is_empty() && !rest.starts_with('.');
    let align = match (given('-'), width && !zero) {
        (true, _) => "<",
        (false, true) => ">",
        (false, false) => "",
    };
    let sign = match (given('+'), given(' ')) {
        _ if !numeric => "",
        (true, _) => "+",
        (false, true) => " ",
        (false, false) => "",
    };
    let prefix = if given('#') && numeric { "#" } else { "" };
    let zero = if zero { "0" } else { "" };
    let kind = match kind {
        'i' | 'u' => 'd',
        'r' | 'a' => 's',
        other => other,
    };
    Some(format!("{align}{sign}{prefix}{zero}{rest}{kind}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What CPython 3.11 prints for `format(n, spec)`.
    #[test]
    fn numbers_are_laid_out_as_python_does() {
        for (spec, n, shown) in [
            ("04x", 7, "0007"),
            ("x", 255, "ff"),
            ("#x", 255, "0xff"),
            ("#06x", 255, "0x00ff"),
            ("X", 255, "FF"),
            ("08b", 5, "00000101"),
            ("o", 8, "10"),
            ("c", 65, "A"),
            ("5d", -42, "  -42"),
            ("05d", -42, "-0042"),
            ("<5", 42, "42   "),
            ("^6", 42, "  42  "),
            ("*^7", 42, "**42***"),
            ("+d", 42, "+42"),
            (" d", 42, " 42"),
            ("2d", 12345, "12345"),
            (">05d", 42, "00042"),
        ] {
            let form = Form::parse(spec).unwrap_or_else(|| panic!("{spec}"));
            assert_eq!(form.number(n).as_deref(), Some(shown), "{spec}");
        }
        for (spec, n) in [("x", -1), ("c", -1), ("c", 0xd800)] {
            assert_eq!(Form::parse(spec).unwrap().number(n), None, "{spec}");
        }
    }

    #[test]
    fn texts_are_laid_out_as_python_does() {
        for (spec, shown) in [
            ("", "abc"),
            ("5", "abc  "),
            (">5", "  abc"),
            ("^6", " abc  "),
            ("-<5s", "abc--"),
            (".2", "ab"),
            (">4.1s", "   a"),
        ] {
            let form = Form::parse(spec).unwrap_or_else(|| panic!("{spec}"));
            assert_eq!(form.text("abc").as_deref(), Some(shown), "{spec}");
        }
        assert_eq!(Form::parse("d").unwrap().text("abc"), None);
        for none in [
            ".2f",
            ",",
            "5q",
            "99999",
            "99999999999999999999999",
            "5.",
            "dd",
        ] {
            assert_eq!(Form::parse(none), None, "{none}");
        }
    }

    /// What printf(3) writes.
    #[test]
    fn percent_is_said_in_the_same_terms() {
        for (flags, kind, n, shown) in [
            ("5", 'd', 42, "   42"),
            ("-5", 'd', 42, "42   "),
            ("05", 'd', -42, "-0042"),
            ("02", 'x', 10, "0a"),
            ("#", 'x', 255, "0xff"),
            ("+", 'd', 1, "+1"),
            ("5l", 'u', 7, "    7"),
            ("", 'c', 65, "A"),
            ("5", 's', 42, "   42"),
        ] {
            let spec = from_percent(flags, kind).unwrap();
            let form = Form::parse(&spec).unwrap_or_else(|| panic!("{spec}"));
            assert_eq!(form.number(n).as_deref(), Some(shown), "%{flags}{kind}");
        }
        for plain in [("", 'd'), ("", 's'), ("l", 'd'), ("z", 'u')] {
            let spec = from_percent(plain.0, plain.1).unwrap();
            assert!(Form::parse(&spec).unwrap().is_plain(), "{plain:?}");
        }
        let text = |flags| Form::parse(&from_percent(flags, 's')?)?.text("abc");
        assert_eq!(text("-5").as_deref(), Some("abc  "));
        assert_eq!(text("5.1").as_deref(), Some("    a"));
        assert_eq!((text("*"), from_percent(".3", 'd')), (None, None));
    }
}
