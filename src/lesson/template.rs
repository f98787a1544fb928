//! What `lesson new` writes: a small lesson that passes, to be changed into another.

/// A new lesson's text. `name` is what the author called it: `who waits` becomes the id `who-waits`.
pub fn template(name: &str) -> String {
    let title = title(name);
    let id = id(name);
    TEMPLATE.replace("{id}", &id).replace("{title}", &title)
}

/// The file name for a lesson of this name, where `number` is its place among the others: `09-who-waits.md`.
pub fn file_name(number: u32, name: &str) -> String {
    format!("{number:02}-{}.md", id(name))
}

/// The id of a lesson of this name: small letters, digits and hyphens, a letter first.
pub fn id(name: &str) -> String {
    let mut id = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            id.push(c.to_ascii_lowercase());
        } else if !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
    }
    let id = id.trim_matches('-');
    match id.chars().next() {
        Some(first) if first.is_ascii_lowercase() => id.to_owned(),
        Some(_) => format!("lesson-{id}"),
        None => "my-lesson".to_owned(),
    }
}

/// The name as a heading, without what YAML or Markdown would read as its own.
fn title(name: &str) -> String {
    let plain =
        |c: char| c.is_alphanumeric() || matches!(c, ' ' | ',' | '.' | '!' | '?' | '(' | ')');
    let kept: String = name
        .replace(['-', '_'], " ")
        .chars()
        .filter(|c| plain(*c))
        .collect();
    let kept = kept
        .trim_start_matches(|c: char| !c.is_alphanumeric())
        .trim();
    let mut chars = kept.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => "My lesson".to_owned(),
    }
}

const TEMPLATE: &str = r#"---
id: {id}
title: "{title}"
network: local            # local: this machine's loopback; lab: two hosts and a wire
needs: []                 # capture, ipv6, multicast: where one is missing the lesson is skipped
minutes: 5
---
# {title}

Say in a sentence or two what the learner will have seen by the end.

## 1. Make a socket that listens

Tell the learner what to do, in words. The block below is the model answer.
Port `0` lets the kernel choose, so that no other program is in the way.

```sock
s = socket tcp
bind s 127.0.0.1:0
listen s 5
expect state s LISTEN     # a comment is shown to the teacher in `lesson watch`
```

<details><summary>Hint</summary>Three calls: make it, name it, open it.</details>

## 2. Ask before you show

A question comes before the calls that decide it. Exactly one choice may come true.

```predict
Nobody has called accept. What will connect do?
- wait for accept       => blocked
- succeed at once       => ok
- fail                  => error ECONNREFUSED
```

```sock
c = socket tcp
connect c s.local
expect state c ESTABLISHED
expect backlog s 1
```

Say what it means, after it was seen.

<details><summary>Hint</summary>`s.local` is the address of `s`.</details>

```quiz
Which socket will the data come out of?
- [ ] s
  s only hands out connections.
- [x] the one that accept returns
- [ ] c
```
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::{Lesson, check::check};

    #[test]
    fn the_template_passes_whatever_the_name() {
        for name in [
            "who waits",
            "",
            "7 ways",
            "--- : #",
            "Überraschung: \"a\" & b",
            "../../etc",
            "x\ny: z",
        ] {
            let text = template(name);
            let lesson = Lesson::parse("new.md", &text)
                .unwrap_or_else(|defects| panic!("{name:?}: {defects:?}"));
            assert_eq!(check(&lesson, false), [], "{name:?}");
        }
        assert_eq!(file_name(9, "Who waits?"), "09-who-waits.md");
    }
}
