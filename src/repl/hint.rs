//! The hint after the cursor: the parameters that are still missing.

use super::place::{Place, place, resolve};
use crate::lang::table::{Kind, Need, Param};

/// What is still missing at the end of `line`, as it stands after the cursor: ` <addr>`, ` [flags]`.
/// `None` where nothing is, or nothing is known.
pub fn missing(line: &str) -> Option<String> {
    if line.trim().is_empty() {
        return None;
    }
    let (place, start) = place(line);
    let typed = &line[start..];
    let (params, call) = match place {
        Place::Command => (
            resolve(typed)
                .filter(|command| command.name == typed)?
                .params,
            false,
        ),
        Place::Argument {
            command,
            index,
            call,
            ..
        } => {
            let at = index + usize::from(!typed.is_empty());
            (command.params.get(at..)?, call)
        }
        _ => return None,
    };
    if call && !typed.is_empty() {
        return None;
    }
    let shown: Vec<String> = params.iter().map(show).collect();
    if shown.is_empty() {
        return None;
    }
    if call {
        return Some(shown.join(", ") + ")");
    }
    let gap = if line.ends_with(char::is_whitespace) {
        ""
    } else {
        " "
    };
    Some(gap.to_owned() + &shown.join(" "))
}

/// `<addr>` must be there, `[flags]` may; `[size=1024]` is asked for with that default.
fn show(param: &Param) -> String {
    let name = if param.kind == Kind::MsgFlags {
        "--flags"
    } else {
        param.name
    };
    match param.need {
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
        assert!(missing("bind").is_some_and(|hint| hint.starts_with(" <")));
        let after_socket = missing("bind s").expect("an address is missing");
        assert!(after_socket.starts_with(" <addr"), "{after_socket}");
        assert_eq!(
            missing("bind s ").as_deref(),
            after_socket.strip_prefix(' ')
        );
        assert_eq!(missing("bind s 127.0.0.1:80"), None);
        assert!(missing("s.bind(").is_some_and(|hint| hint.ends_with(')')));
    }

    #[test]
    fn is_silent_where_it_knows_nothing() {
        for line in ["", "  ", "bin", "nonsense ", "send s \"x", "# bind"] {
            assert_eq!(missing(line), None, "{line}");
        }
    }
}
