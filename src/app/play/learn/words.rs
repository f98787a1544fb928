//! What a judgement says to the learner. Never "try again", never just "wrong".

use crate::lesson::Judgement;

/// The way out, where what was done is in the way of what is still to do.
pub(super) const UNDO: &str = "`undo` takes back what you did here";

/// How the judge begins a call that is missing.
const TO_DO: &str = "still to do: ";

/// What is missing, or what differs.
pub(super) fn judgement(judgement: &Judgement) -> String {
    match judgement {
        Judgement::Done { .. } => "This step is done.\n".to_owned(),
        Judgement::NotYet { missing } => self::missing(missing),
        Judgement::Differs { words, missing, .. } => sentences(words) + &self::missing(missing),
    }
}

/// The same in short, right after a call.
pub(super) fn after_a_call(judgement: &Judgement) -> String {
    match judgement {
        Judgement::NotYet { missing } if missing.iter().all(|words| words.starts_with(TO_DO)) => {
            format!("\nGood. {}", self::missing(missing))
        }
        Judgement::Differs { words, undo, .. } => {
            let said = sentences(words);
            let ways = if *undo {
                format!("{UNDO}, `hint` helps.")
            } else {
                "`hint` helps.".to_owned()
            };
            format!("\n{} {ways}\n", said.trim_end())
        }
        // Every call was made, and something from before is not there (any more).
        Judgement::NotYet { missing } if !missing.iter().any(|words| words.starts_with(TO_DO)) => {
            format!(
                "\n{} `hint` helps, `undo` makes everything again as it was when this step began.\n",
                sentences(missing).trim_end()
            )
        }
        other => format!("\n{}", self::judgement(other)),
    }
}

/// Calls that are missing in one sentence, what does not hold in one each.
fn missing(missing: &[String]) -> String {
    let calls: Vec<&str> = missing
        .iter()
        .filter_map(|words| words.strip_prefix(TO_DO))
        .collect();
    let others = missing.iter().filter(|words| !words.starts_with(TO_DO));
    let mut said: String = others.map(|words| sentence(words)).collect();
    if !calls.is_empty() {
        // In a list of all that is missing, the call that makes it stands before.
        let calls = calls.join("; ").replace(", which is to be made first", "");
        said.push_str(&format!("Still to do: {calls}.\n"));
    }
    said
}

/// In one paragraph.
fn sentences(words: &[String]) -> String {
    let each: Vec<String> = words.iter().map(|words| sentence(words)).collect();
    let joined = each.concat().replace("\n\n", " ");
    format!("{}\n\n", joined.trim_end())
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let rest = letters.as_str();
    // A call's name stays as it is written.
    let first = match words.split([' ', '\'']).next() {
        Some(name) if crate::lang::table::find(name).is_some() => name[..1].to_owned(),
        _ => first,
    };
    let end = if rest.ends_with('.') { "" } else { "." };
    format!("{first}{rest}{end}\n\n")
}

/// What is to be said of a block that is done: another way was taken, other names were given.
/// `back` are the names of older parts that return to them.
pub(super) fn done(renamed: &[(String, String)], back: &[&str], remarks: &[String]) -> String {
    let mut page = String::new();
    for remark in remarks {
        page.push_str(&format!("{remark}\n\n"));
    }
    // A name that was given several times stands for the last that it was given to.
    let last = |at: usize, name: &String| {
        let mut later = renamed[at + 1..].iter();
        !later.any(|(again, _)| again == name)
    };
    let stands = renamed
        .iter()
        .enumerate()
        .filter(|(at, (name, _))| last(*at, name))
        .map(|(_, pair)| pair);
    // A name that another socket takes over stands for that one from now on.
    let taken = |name: &String| {
        renamed.iter().any(|(_, part)| part == name) || back.contains(&name.as_str())
    };
    let (moved, added): (Vec<_>, Vec<_>) = stands.partition(|(name, _)| taken(name));
    if !added.is_empty() {
        let each: Vec<String> = added
            .iter()
            .map(|(name, part)| format!("your `{name}` plays the lesson's `{part}`"))
            .collect();
        page.push_str(&format!(
            "{}Both names work from here on.\n\n",
            sentence(&each.join(", ")).replace("\n\n", " ")
        ));
    }
    if !moved.is_empty() || !back.is_empty() {
        let moved = moved
            .iter()
            .map(|(name, part)| format!("your `{name}` is called `{part}`"));
        let back = back
            .iter()
            .map(|name| format!("`{name}` is the lesson's `{name}` again"));
        let each: Vec<String> = moved.chain(back).collect();
        page.push_str(&format!("From here on {}.\n\n", each.join(", and ")));
    }
    page
}

/// `1, 2 or 3`
pub(super) fn numbers(count: usize) -> String {
    let all: Vec<String> = (1..=count).map(|n| n.to_string()).collect();
    match all.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => all.join(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_are_missing_are_one_sentence() {
        let missing = [
            "still to do: bind on `a`",
            "still to do: socket, to make `b`",
        ];
        let not_yet = Judgement::NotYet {
            missing: missing.map(str::to_owned).to_vec(),
        };
        assert_eq!(
            judgement(&not_yet),
            "Still to do: bind on `a`; socket, to make `b`.\n"
        );
    }

    #[test]
    fn who_takes_over_a_name_is_told() {
        let pair = |name: &str, part: &str| (name.to_owned(), part.to_owned());
        assert_eq!(
            done(&[pair("x", "a")], &[], &[]),
            "Your `x` plays the lesson's `a`. Both names work from here on.\n\n"
        );
        assert_eq!(
            done(&[pair("c", "e"), pair("e", "c")], &[], &[]),
            "From here on your `c` is called `e`, and your `e` is called `c`.\n\n"
        );
        assert_eq!(
            done(&[pair("x", "a"), pair("a", "b")], &[], &[]),
            "Your `x` plays the lesson's `a`. Both names work from here on.\n\n\
             From here on your `a` is called `b`.\n\n"
        );
        assert_eq!(
            done(&[pair("c", "c1"), pair("c", "c2")], &[], &[]),
            "Your `c` plays the lesson's `c2`. Both names work from here on.\n\n"
        );
        assert_eq!(
            done(&[pair("s", "c")], &["s"], &[]),
            "From here on your `s` is called `c`, and `s` is the lesson's `s` again.\n\n"
        );
    }

    #[test]
    fn a_call_keeps_its_small_letter() {
        assert_eq!(
            sentence("bind is not what this step asks for"),
            "bind is not what this step asks for.\n\n"
        );
        assert_eq!(sentence("bound port 80"), "Bound port 80.\n\n");
    }

    #[test]
    fn choices_by_number() {
        assert_eq!(numbers(2), "1 or 2");
        assert_eq!(numbers(3), "1, 2 or 3");
    }
}
