//! Colors of the line that is being typed. They repeat what the words say; nothing is told by color alone.

use super::place::{is_name, resolve};
use super::scan::{Piece, Token, scan};
use crate::lang::order::TcpFlags;
use crate::lang::{constants, options, table};
use crate::text::style::{Paint, Style};

/// The line with its colors. `names` are the variables; `cursor` is where the student types, where a word that is
/// not finished is not yet called unknown.
pub fn paint(line: &str, cursor: usize, names: &[String], style: &Style) -> String {
    let mut painted = String::with_capacity(line.len() * 2);
    let mut begins = true;
    let mut pieces = scan(line).peekable();
    while let Some(piece) = pieces.next() {
        // A word is judged once another follows: `s ` may become `s = …`.
        let typing = piece.end() >= cursor.min(line.trim_end().len());
        let calls = pieces.peek().is_some_and(|next| next.is_sign("("));
        let assigns = scan(&line[piece.end()..])
            .find(|next| next.token != Token::Space)
            .is_some_and(|next| next.is_sign("=") || next.is_sign(","));
        let look = match piece.token {
            Token::Word if begins && !assigns => first_word(piece.text, names, typing, calls),
            Token::Word => word(piece.text, names, calls),
            other => plain(other),
        };
        painted.push_str(&style.paint(piece.text, look));
        begins = begins_statement(&piece, begins);
    }
    painted
}

/// Whether the next word is a command: at the start of a statement, after `=` and after `host:`.
fn begins_statement(piece: &Piece<'_>, begins: bool) -> bool {
    match piece.token {
        Token::Space => begins || piece.text.contains('\n'),
        Token::Sign => matches!(piece.text, ";" | "="),
        Token::Word => piece.text.ends_with(':'),
        Token::Text { .. } | Token::Comment => false,
    }
}

/// The look of what is no word.
fn plain(token: Token) -> Paint {
    match token {
        Token::Text { closed: true } => Paint::Good,
        Token::Text { closed: false } => Paint::Warn,
        Token::Comment => Paint::Faint,
        Token::Space | Token::Sign | Token::Word => Paint::Plain,
    }
}

/// The look of the word that says what to do.
fn first_word(text: &str, names: &[String], typing: bool, calls: bool) -> Paint {
    let known = word(text, names, calls);
    if known != Paint::Plain {
        return known;
    }
    if resolve(text).is_some() || text == "expect" || text.ends_with(':') {
        return Paint::Strong;
    }
    // Words of Python and C that the language reads over.
    let foreign = matches!(
        text,
        "import" | "from" | "print" | "int" | "char" | "struct" | "if" | "while" | "for" | "def"
    );
    if typing || foreign || !is_name(text) {
        Paint::Plain
    } else {
        Paint::Bad
    }
}

/// The look of any other word.
fn word(text: &str, names: &[String], calls: bool) -> Paint {
    let (object, member) = text.rsplit_once('.').unwrap_or((text, ""));
    let named = |name: &str| names.iter().any(|known| known == name);
    if calls && table::find(if member.is_empty() { object } else { member }).is_some() {
        return Paint::Strong;
    }
    if named(object) || object == "." {
        return Paint::Name;
    }
    let constant = if object == "socket" && !member.is_empty() {
        member
    } else {
        text
    };
    let known_constant = constants::constant(constant).is_some()
        || options::option(constant).is_some()
        || TcpFlags::NAMES.iter().any(|(name, _)| *name == text);
    if text.starts_with("--") || known_constant || text.starts_with(|c: char| c.is_ascii_digit()) {
        return Paint::Warn;
    }
    Paint::Plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLOR: Style = Style {
        color: true,
        unicode: true,
        width: Some(80),
    };

    fn look(line: &str, part: &str) -> Paint {
        let names = ["s".to_owned(), "conn".to_owned()];
        let painted = paint(line, line.len() + 1, &names, &COLOR);
        let all = [
            Paint::Strong,
            Paint::Faint,
            Paint::Good,
            Paint::Bad,
            Paint::Warn,
            Paint::Name,
        ];
        let found = all
            .into_iter()
            .find(|look| painted.contains(COLOR.paint(part, *look).as_ref()));
        found.unwrap_or(Paint::Plain)
    }

    #[test]
    fn each_part_has_its_look() {
        let line = "bind s 127.0.0.1:80 # note";
        assert_eq!(look(line, "bind"), Paint::Strong);
        assert_eq!(look(line, "s"), Paint::Name);
        assert_eq!(look(line, "127.0.0.1:80"), Paint::Warn);
        assert_eq!(look(line, "# note"), Paint::Faint);
        assert_eq!(look("send s \"hi\"", "\"hi\""), Paint::Good);
        assert_eq!(look("bnid s", "bnid"), Paint::Bad);
        assert_eq!(look("x = 3", "x"), Paint::Plain);
        assert_eq!(look("x = bind s", "bind"), Paint::Strong);
        assert_eq!(look("s.bind(", "s.bind"), Paint::Strong);
    }

    #[test]
    fn a_word_being_typed_is_not_yet_unknown() {
        let painted = paint("bnid", 4, &[], &COLOR);
        assert_eq!(painted, "bnid");
        assert_eq!(paint("bnid ", 5, &[], &COLOR), "bnid ");
        assert_ne!(paint("bnid s", 6, &[], &COLOR), "bnid s");
    }

    #[test]
    fn without_color_the_line_is_itself() {
        let line = "é bind\t\"\\x\u{202e}";
        assert_eq!(paint(line, 0, &[], &Style::PLAIN), line);
    }
}
