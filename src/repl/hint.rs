//! The hint after the cursor: the parameters that are still missing.

use super::forms::{self, Slot};
use super::place::{Place, place, resolve};
use crate::lang::table::{Command, Kind, Need, Param, Role};

/// What is still missing at the end of `line`, as it stands after the cursor: ` <addr>`, ` [flags]`.
/// `None` where nothing is, or nothing is known. While a comparison is on, `socket` alone is whole.
pub fn missing(line: &str, comparing: bool) -> Option<String> {
    if line.trim().is_empty() {
        return None;
    }
    let (place, start) = place(line);
    let typed = &line[start..];
    let gap = match line.ends_with(char::is_whitespace) {
        true => "",
        false => " ",
    };
    let (command, at, call) = match place {
        Place::Order { command, before } => {
            return words(command, before, typed).map(|words| format!("{gap}{words}"));
        }
        Place::Command if resolve(typed).is_some_and(|c| c.role == Role::Lab) => {
            let command = resolve(typed).filter(|command| command.name == typed)?;
            return words(command, Vec::new(), "").map(|words| format!("{gap}{words}"));
        }
        Place::Command => (resolve(typed).filter(|c| c.name == typed)?, 0, false),
        Place::Argument {
            command,
            index,
            call,
            ..
        } => (command, index + usize::from(!typed.is_empty()), call),
        _ => return None,
    };
    if call && !typed.is_empty() {
        return None;
    }
    let whole = comparing && command.name == "socket" && at == 0;
    let params = command.params.get(at..)?;
    let shown: Vec<String> = params.iter().map(|param| show(param, whole)).collect();
    if shown.is_empty() {
        return None;
    }
    if call {
        return Some(shown.join(", ") + ")");
    }
    Some(gap.to_owned() + &shown.join(" "))
}

/// What is left of an order: all of it where there is one way to go on, else what may stand next.
fn words(command: &'static Command, mut before: Vec<String>, typed: &str) -> Option<String> {
    if !typed.is_empty() {
        // A word is whole where it is one of those that may stand here.
        let ways = forms::left(command, &before);
        let mut slots = ways.iter().flat_map(|way| forms::next(way));
        slots.find(|slot| *slot == Slot::Word(typed))?;
        before.push(typed.to_owned());
    }
    let ways = forms::left(command, &before);
    let may_end = ways.iter().any(Vec::is_empty);
    let ways: Vec<_> = ways.into_iter().filter(|way| !way.is_empty()).collect();
    let text = match ways.as_slice() {
        [] => return None,
        [only] => only.join(" "),
        several => {
            let firsts = several.iter().filter_map(|way| way.first());
            let firsts = firsts.map(|token| token.trim_start_matches('[').trim_end_matches(']'));
            firsts.collect::<Vec<_>>().join("|")
        }
    };
    Some(match may_end && !text.starts_with('[') {
        true => format!("[{text}]"),
        false => text,
    })
}

/// `<addr>` must be there, `[flags]` may; `<size=1024>` is asked for with that default. Where the call is `whole` as it
/// stands, all may be left out.
fn show(param: &Param, whole: bool) -> String {
    let name = if param.kind == Kind::MsgFlags {
        "--flags"
    } else {
        param.name
    };
    match param.need {
        Need::Required | Need::Asked(_) if whole => format!("[{name}]"),
        Need::Required => format!("<{name}>"),
        Need::Asked("") => format!("<{name}>"),
        Need::Asked(default) => format!("<{name}={default}>"),
        Need::Optional => format!("[{name}]"),
        Need::Many => format!("[{name} ...]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_is_missing() {
        assert!(missing("bind", false).is_some_and(|hint| hint.starts_with(" <")));
        let after_socket = missing("bind s", false).expect("an address is missing");
        assert!(after_socket.starts_with(" <addr"), "{after_socket}");
        assert_eq!(
            missing("bind s ", false).as_deref(),
            after_socket.strip_prefix(' ')
        );
        assert_eq!(missing("bind s 127.0.0.1:80", false), None);
        assert!(missing("s.bind(", false).is_some_and(|hint| hint.ends_with(')')));
    }

    #[test]
    fn the_words_of_an_order() {
        let hint = |line| missing(line, false).unwrap_or_default();
        let opened = "<n>|last [ip|tcp|udp|icmp] [fields|drawing|bytes]";
        assert_eq!(hint("packet"), format!(" {opened}"));
        assert_eq!(hint("packet "), opened);
        assert_eq!(hint("packet 3 tcp "), "[fields|drawing|bytes]");
        assert_eq!(hint("wire drop"), " <n>|next|all");
        assert_eq!(hint("wire loss "), "<percent> [seed <s>]");
        assert_eq!(hint("wire loss 30% "), "[seed <s>]");
        assert_eq!(hint("step"), " [<n>|until|all]");
        assert!(
            hint("wire").starts_with(" [hold|flow|drop|"),
            "{}",
            hint("wire")
        );
        for whole in ["wire hold", "wire ho", "wire hold ", "flows", "wire x "] {
            assert_eq!(missing(whole, false), None, "{whole}");
        }
    }

    #[test]
    fn socket_alone_is_whole_in_a_comparison() {
        let all = "[domain] [type] [protocol]";
        assert_eq!(missing("s = socket ", true).as_deref(), Some(all));
        assert_eq!(missing("socket", true), Some(format!(" {all}")));
        assert_eq!(
            missing("socket(", true),
            Some("[domain], [type], [protocol])".into())
        );
        for line in ["s = socket", "socket(", "socket "] {
            let hint = missing(line, false).unwrap_or_default();
            assert!(hint.contains("<domain=tcp>"), "{line}: {hint}");
        }
        // Of other calls nothing changes.
        assert_eq!(missing("bind s ", true), missing("bind s ", false));
    }

    #[test]
    fn is_silent_where_it_knows_nothing() {
        for line in ["", "  ", "bin", "nonsense ", "send s \"x", "# bind"] {
            assert_eq!(missing(line, false), None, "{line}");
        }
    }
}
