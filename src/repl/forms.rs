//! The words of the laboratory's commands, from the ways in which the table says they are typed.

use crate::lang::table::{Command, Form};

/// What may stand at one place of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot<'f> {
    /// This word, as it is.
    Word(&'f str),
    /// Something of this kind: `host`, `n`, `percent`.
    Kind(&'f str),
}

/// What is left of each way to type the command after these words; a way that they do not fit is left out.
pub fn left(command: &'static Command, before: &[String]) -> Vec<Vec<&'static str>> {
    let ways = command.forms.iter();
    ways.filter_map(|form| after(form, before)).collect()
}

/// What may stand next in what is left of a way.
pub fn next<'f>(left: &[&'f str]) -> Vec<Slot<'f>> {
    left.first().map(|token| slots(token)).unwrap_or_default()
}

/// The tokens of a form that these words leave.
fn after(form: &'static Form, before: &[String]) -> Option<Vec<&'static str>> {
    let tokens: Vec<&str> = form.words.split(' ').filter(|t| !t.is_empty()).collect();
    let mut at = 0;
    for word in before {
        loop {
            let token = *tokens.get(at)?;
            if is_repeat(token) {
                break;
            }
            if fits(token, word) {
                at += 1;
                break;
            }
            // What may be left out was.
            token.starts_with('[').then_some(())?;
            while !tokens.get(at)?.ends_with(']') {
                at += 1;
            }
            at += 1;
        }
    }
    Some(tokens[at..].to_vec())
}

fn is_repeat(token: &str) -> bool {
    token.trim_end_matches(']') == "..."
}

/// Whether the word may stand for the token.
fn fits(token: &str, word: &str) -> bool {
    slots(token).iter().any(|slot| match slot {
        Slot::Word(literal) => *literal == word,
        Slot::Kind(_) => true,
    })
}

/// What a token allows: `<n>|next|all`.
fn slots(token: &str) -> Vec<Slot<'_>> {
    if is_repeat(token) {
        return Vec::new();
    }
    let bare = token.trim_start_matches('[').trim_end_matches(']');
    let slot = |one| match one {
        "" => None,
        kind if kind_of(kind).is_some() => kind_of(kind).map(Slot::Kind),
        word => Some(Slot::Word(word)),
    };
    bare.split('|').filter_map(slot).collect()
}

/// `n` of `<n>`, `bytes` of `0x<bytes>`.
fn kind_of(text: &str) -> Option<&str> {
    let (_, kind) = text.strip_suffix('>')?.split_once('<')?;
    Some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::table::{COMMANDS, find};

    fn rest(line: &str) -> Vec<String> {
        let mut words = line.split(' ').map(str::to_owned);
        let command = find(&words.next().unwrap()).unwrap();
        let before: Vec<String> = words.collect();
        let ways = left(command, &before).into_iter();
        ways.map(|tokens| tokens.join(" ")).collect()
    }

    #[test]
    fn what_is_left_follows_what_is_there() {
        assert_eq!(rest("wire loss"), ["<percent> [seed <s>]"]);
        assert_eq!(rest("wire loss 30%"), ["[seed <s>]"]);
        assert_eq!(rest("wire loss 30% seed"), ["<s>]"]);
        assert_eq!(rest("wire drop"), ["<n>|next|all"]);
        assert_eq!(rest("wire hold"), [""]);
        assert_eq!(rest("lab up a b c"), ["...]"]);
        assert_eq!(rest("wire nonsense"), [""; 0]);
        assert_eq!(rest("step until FIN"), [""]);
    }

    #[test]
    fn a_token_allows_words_and_kinds() {
        assert_eq!(
            slots("<n>|next|all"),
            [Slot::Kind("n"), Slot::Word("next"), Slot::Word("all")]
        );
        assert_eq!(slots("[seed"), [Slot::Word("seed")]);
        assert_eq!(slots("0x<bytes>"), [Slot::Kind("bytes")]);
        assert_eq!(slots("...]"), []);
    }

    #[test]
    fn brackets_of_every_form_are_closed() {
        for form in COMMANDS.iter().flat_map(|command| command.forms) {
            let count = |c| form.words.matches(c).count();
            assert_eq!(count('['), count(']'), "{}", form.words);
            assert!(count('<') <= count('>'), "{}", form.words);
        }
    }
}
