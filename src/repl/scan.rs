//! A line that is still being typed, cut into tokens: for colors, completion and hints. Unlike the parser it never
//! complains: a string may be open, a bracket missing. Linear in the line's length.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// White space.
    Space,
    /// `bind`, `s`, `127.0.0.1:80`, `s.local`, `--peek`.
    Word,
    /// A string in quotes, its prefix (`b`, `f`, `r`) included.
    Text {
        /// Whether its closing quote is there.
        closed: bool,
    },
    /// `# …` to the end of the line.
    Comment,
    /// One of `( ) [ ] { } , ; = | & +` and other signs, one at a time; `==` and its kin are two.
    Sign,
}

/// A token and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'l> {
    /// What it is.
    pub token: Token,
    /// Its first byte in the line.
    pub start: usize,
    /// Its text.
    pub text: &'l str,
}

impl Piece<'_> {
    /// One past its last byte.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this sign.
    pub fn is_sign(&self, sign: &str) -> bool {
        self.token == Token::Sign && self.text == sign
    }
}

/// Cuts a line into pieces that together are the line.
pub fn scan(line: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = line.get(at..).filter(|rest| !rest.is_empty())?;
        let (token, len) = next(rest, line[..at].chars().next_back());
        let piece = Piece {
            token,
            start: at,
            text: &rest[..len],
        };
        at += len;
        Some(piece)
    })
}

/// The first token of `rest` and its length in bytes; `before` is the character in front of it.
fn next(rest: &str, before: Option<char>) -> (Token, usize) {
    let first = rest.chars().next().unwrap_or(' ');
    if first.is_whitespace() {
        return (Token::Space, span(rest, char::is_whitespace));
    }
    // `#100` after a blank is a hundred bytes; `# words` is a comment.
    if first == '#' && !rest[1..].starts_with(|c: char| c.is_ascii_digit()) {
        return (Token::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if let Some(prefix) = quote_after(rest, before) {
        let (len, closed) = text(&rest[prefix..]);
        return (Token::Text { closed }, prefix + len);
    }
    if is_word(first) {
        return (Token::Word, span(rest, is_word));
    }
    (Token::Sign, first.len_utf8())
}

/// The length of a string's prefix, where a string begins here.
fn quote_after(rest: &str, before: Option<char>) -> Option<usize> {
    let letters = span(rest, |c| "bBfFrRuU".contains(c));
    let prefix = if letters > 0 && (letters > 2 || before.is_some_and(is_word)) {
        return None;
    } else {
        letters
    };
    rest[prefix..].starts_with(['"', '\'']).then_some(prefix)
}

/// The length of the string that begins here with its quote, and whether it ends.
fn text(rest: &str) -> (usize, bool) {
    let quote = rest.as_bytes()[0];
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'\n' => return (at, false),
            _ if byte == quote => return (at + 1, true),
            _ => {}
        }
    }
    (rest.len(), false)
}

/// Whether it may stand in a bare word: names, numbers, addresses, paths, flags.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || "_.:@/-*#<>%?!$~^\\".contains(c)
}

/// How many bytes of `text` are made of such characters.
fn span(text: &str, such: impl Fn(char) -> bool) -> usize {
    text.find(|c| !such(c)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(line: &str) -> Vec<(Token, &str)> {
        scan(line)
            .filter(|p| p.token != Token::Space)
            .map(|p| (p.token, p.text))
            .collect()
    }

    #[test]
    fn words_addresses_and_flags_stay_whole() {
        let words = |line| {
            kinds(line)
                .into_iter()
                .map(|(_, text)| text)
                .collect::<Vec<_>>()
        };
        assert_eq!(words("bind s 127.0.0.1:80"), ["bind", "s", "127.0.0.1:80"]);
        assert_eq!(
            words("recv s 10 --peek; ls"),
            ["recv", "s", "10", "--peek", ";", "ls"]
        );
        assert_eq!(
            words("conn, addr = s.accept()"),
            ["conn", ",", "addr", "=", "s.accept", "(", ")"]
        );
        assert_eq!(words("send s #100"), ["send", "s", "#100"]);
    }

    #[test]
    fn strings_with_prefix_and_escapes() {
        assert_eq!(
            kinds(r#"send s b"a\"b""#)[2],
            (Token::Text { closed: true }, r#"b"a\"b""#)
        );
        assert_eq!(
            kinds("send s 'open ; # no")[2],
            (Token::Text { closed: false }, "'open ; # no")
        );
    }

    #[test]
    fn the_pieces_are_the_line() {
        for line in [
            "",
            "é = \u{202e}x",
            "b'",
            "\"\\",
            "((((",
            "s.send(b'hi')\nls",
            "\0\u{7f}==",
        ] {
            let joined: String = scan(line).map(|p| p.text).collect();
            assert_eq!(joined, line);
        }
    }
}
