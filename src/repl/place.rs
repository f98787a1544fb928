//! Where in a statement the cursor stands: what completion may offer there.

use super::scan::{Piece, Token, scan};
use crate::lang::table::{self, Command, Kind, Need, Role};

/// What may be typed at the cursor.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// A command, or a name that begins a statement.
    Command,
    /// The argument of a command: the parameter's place in its table, and the words in front of it.
    Argument {
        /// Which command.
        command: &'static Command,
        /// Which of its parameters.
        index: usize,
        /// The arguments before it, as typed.
        before: Vec<String>,
        /// Whether it stands in parentheses that belong to the call itself: `s.bind(`, `bind(s, `.
        call: bool,
    },
    /// In an order to the laboratory, after these words.
    Order {
        /// Which command.
        command: &'static Command,
        /// The words after it, as typed.
        before: Vec<String>,
    },
    /// In `expect …`, after these words.
    Claim(Vec<String>),
    /// What stands after `s.`: a property, or a call in Python's manner.
    Member {
        /// What stands before the dot.
        of: String,
    },
    /// Anything that has a value: after `x =`, or in a bracket that belongs to no call.
    Value,
    /// In a string, a comment, or after an unknown command.
    Nowhere,
}

/// The place at the end of `line` (the text before the cursor), and where the word begins that is being typed.
pub fn place(line: &str) -> (Place, usize) {
    let pieces: Vec<Piece<'_>> = scan(line).collect();
    let Some(statement) = statement(&pieces) else {
        return (Place::Nowhere, line.len());
    };
    let (typed, start) = match statement.last() {
        Some(last) if last.token == Token::Word => (last.text, last.start),
        _ => ("", line.len()),
    };
    let head = if typed.is_empty() {
        statement
    } else {
        &statement[..statement.len() - 1]
    };
    if let Some((of, _)) = typed.rsplit_once('.').filter(|(of, _)| is_name(of)) {
        return (Place::Member { of: of.to_owned() }, start + of.len() + 1);
    }
    (place_after(head), start)
}

/// The pieces of the statement that is being typed, without its host and targets; `None` in a string or a comment.
fn statement<'p, 'l>(pieces: &'p [Piece<'l>]) -> Option<&'p [Piece<'l>]> {
    if let Some(Piece {
        token: Token::Comment | Token::Text { closed: false },
        ..
    }) = pieces.last()
    {
        return None;
    }
    let from = pieces
        .iter()
        .rposition(|p| p.is_sign(";") || p.text.contains('\n'))
        .map_or(0, |at| at + 1);
    Some(&pieces[from..])
}

/// The place after these pieces of a statement.
fn place_after(head: &[Piece<'_>]) -> Place {
    let body = after_targets(head);
    if let Some(call) = open_call(body) {
        return call;
    }
    let words: Vec<&str> = body
        .iter()
        .filter(|p| p.token != Token::Space)
        .map(|p| p.text)
        .collect();
    match words.split_first() {
        None => Place::Command,
        Some((&"expect", rest)) => {
            Place::Claim(rest.iter().map(|word| (*word).to_owned()).collect())
        }
        Some((first, _)) if first.ends_with(':') && words.len() == 1 => Place::Command,
        Some((first, rest)) => argument(first, rest),
    }
}

/// What follows `x =`, `a, b =`, `int x =`, `host:`.
fn after_targets<'p, 'l>(head: &'p [Piece<'l>]) -> &'p [Piece<'l>] {
    let plain = |p: &Piece<'_>| matches!(p.token, Token::Space | Token::Word) || p.is_sign(",");
    let mut from = 0;
    if let Some(equals) = head.iter().position(|p| !plain(p))
        && head[equals].is_sign("=")
        && !head.get(equals + 1).is_some_and(|p| p.is_sign("="))
    {
        from = equals + 1;
    }
    let spaces = |at: usize| {
        head[at..]
            .iter()
            .take_while(|p| p.token == Token::Space)
            .count()
    };
    from += spaces(from);
    // `server: listen s`, `udp: server: recv s`
    while head.get(from).is_some_and(|p| is_host_prefix(p.text)) {
        from += 1;
        from += spaces(from);
    }
    &head[from..]
}

/// `server:`
pub fn is_host_prefix(word: &str) -> bool {
    word.strip_suffix(':').is_some_and(|name| {
        name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
    })
}

/// The innermost call in whose parentheses the end lies: `s.bind((`, `bind(s, `.
fn open_call(body: &[Piece<'_>]) -> Option<Place> {
    let mut open: Vec<(usize, usize)> = Vec::new();
    for (at, piece) in body
        .iter()
        .enumerate()
        .filter(|(_, p)| p.token == Token::Sign)
    {
        match piece.text {
            "(" | "[" | "{" => open.push((at, 0)),
            ")" | "]" | "}" => drop(open.pop()),
            "," => {
                if let Some((_, commas)) = open.last_mut() {
                    *commas += 1;
                }
            }
            _ => {}
        }
    }
    let innermost = open.last()?.0;
    let call = open.iter().rev().find_map(|(at, commas)| {
        let callee = body.get(at.checked_sub(1)?)?;
        (callee.token == Token::Word).then(|| called(callee.text, *commas, *at == innermost))
    });
    Some(call.unwrap_or(Place::Value))
}

/// The place of an argument in a call with parentheses.
fn called(callee: &str, commas: usize, call: bool) -> Place {
    let (receiver, name) = match callee.rsplit_once('.') {
        Some((of, name)) if of != "socket" => (Some(of), name),
        Some((_, name)) => (None, name),
        None => (None, callee),
    };
    let Some(command) = table::find(name) else {
        return Place::Value;
    };
    let index = commas + usize::from(receiver.is_some());
    match command.params.get(index) {
        Some(_) => Place::Argument {
            command,
            index,
            before: receiver.map(str::to_owned).into_iter().collect(),
            call,
        },
        None => Place::Nowhere,
    }
}

/// The place of an argument in the shell dialect: after `rest`, what the command was given so far.
fn argument(name: &str, rest: &[&str]) -> Place {
    let Some(command) = resolve(name) else {
        return Place::Nowhere;
    };
    let words: Vec<&str> = rest
        .iter()
        .copied()
        .filter(|word| !word.starts_with("--"))
        .collect();
    if command.role == Role::Lab {
        let words = rest.iter().filter(|word| **word != ",");
        let before = words.map(|word| (*word).to_owned()).collect();
        return Place::Order { command, before };
    }
    let mut given = words.iter();
    let mut index = 0;
    while let Some(word) = given.next() {
        let Some(param) = command.params.get(index) else {
            return Place::Nowhere;
        };
        let takes_port = param.kind == Kind::Address && is_bare_host(word);
        if takes_port && given.next().is_none() {
            return Place::Nowhere; // a port, which nothing can guess
        }
        if !matches!(param.kind, Kind::OptionValue | Kind::Rest) && param.need != Need::Many {
            index += 1;
        }
        // `socket tcp` says the type too.
        let next = command.params.get(index).map(|param| param.kind);
        if param.kind == Kind::Domain
            && next == Some(Kind::Type)
            && !word.starts_with("AF_")
            && !word.starts_with("PF_")
        {
            index += 1;
        }
    }
    Place::Argument {
        command,
        index,
        before: words.iter().map(|word| (*word).to_owned()).collect(),
        call: false,
    }
}

/// A command by its name, another name, or the beginning of just one.
pub fn resolve(name: &str) -> Option<&'static Command> {
    match table::abbreviated(name).as_slice() {
        [command] if !name.is_empty() => Some(command),
        _ => None,
    }
}

/// Whether a port must follow: `127.0.0.1 80`, `localhost http`.
fn is_bare_host(word: &str) -> bool {
    let quad =
        word.split('.').count() == 4 && word.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    quad || matches!(word, "localhost" | "*" | "<broadcast>")
}

/// Whether it can be a variable's name.
pub fn is_name(word: &str) -> bool {
    word == "."
        || (word.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && word.chars().all(|c| c.is_alphanumeric() || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parameter's name at the end of the line, or what else stands there.
    fn at(line: &str) -> (String, &str) {
        let (place, start) = place(line);
        let what = match place {
            Place::Argument { command, index, .. } => {
                let name = command.params.get(index).map_or("-", |param| param.name);
                format!("{} {name}", command.name)
            }
            Place::Member { of } => format!("member of {of}"),
            Place::Order { command, before } => format!("{} {}", command.name, before.join("_")),
            other => format!("{other:?}"),
        };
        (what, &line[start..])
    }

    #[test]
    fn the_shell_dialect() {
        assert_eq!(at(""), ("Command".into(), ""));
        assert_eq!(at("  bi"), ("Command".into(), "bi"));
        assert_eq!(at("s = so"), ("Command".into(), "so"));
        assert_eq!(at("server: bi"), ("Command".into(), "bi"));
        assert_eq!(at("udp: server: bi"), ("Command".into(), "bi"));
        assert_eq!(at("bind "), ("bind sockfd".into(), ""));
        assert_eq!(at("bind s 127"), ("bind addr".into(), "127"));
        assert_eq!(at("bind s 127.0.0.1 "), ("Nowhere".into(), ""));
        assert_eq!(
            at("bind s :80; recv s 10 --p"),
            ("recv flags".into(), "--p")
        );
        assert_eq!(
            at("setsockopt s SO_LINGER 1 "),
            ("setsockopt optval".into(), "")
        );
        assert_eq!(at("socket AF_INET "), ("socket type".into(), ""));
        assert_eq!(at("socket tcp "), ("socket protocol".into(), ""));
        assert_eq!(at("nonsense "), ("Nowhere".into(), ""));
        assert_eq!(at("bind s \"half"), ("Nowhere".into(), ""));
        assert_eq!(at("ls # bin"), ("Nowhere".into(), ""));
    }

    #[test]
    fn python_and_c() {
        assert_eq!(at("s.bi"), ("member of s".into(), "bi"));
        assert_eq!(at("s.bind(("), ("bind addr".into(), ""));
        assert_eq!(
            at("c = socket.socket(socket.AF"),
            ("member of socket".into(), "AF")
        );
        assert_eq!(at("int s = socket(AF"), ("socket domain".into(), "AF"));
        assert_eq!(at("shutdown(s, SH"), ("shutdown how".into(), "SH"));
        assert_eq!(at("x = (1, "), ("Value".into(), ""));
    }

    #[test]
    fn orders_to_the_laboratory() {
        assert_eq!(at("wire "), ("wire ".into(), ""));
        assert_eq!(at("wire dr"), ("wire ".into(), "dr"));
        assert_eq!(at("wire drop "), ("wire drop".into(), ""));
        assert_eq!(at("ls; step until S"), ("step until".into(), "S"));
        assert_eq!(at("web-1: bi"), ("Command".into(), "bi"));
        assert_eq!(at("inject a b SYN,ACK s").0, "inject a_b_SYN_ACK");
    }

    #[test]
    fn an_address_is_not_a_member() {
        assert_eq!(at("bind s 127.0.").1, "127.0.");
        assert_eq!(at("connect c s.lo").0, "member of s");
    }
}
