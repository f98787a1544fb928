use super::*;
use crate::lang::ast::{Action, Claim};
use crate::lesson::head::{Need, Network};

/// The format's own example, shortened.
const EXAMPLE: &str = r#"---
id: listen-and-accept
title: What listen and accept really do
network: local            # local or lab
needs: [ipv6]
minutes: 10
---
# What listen and accept really do

Most people believe.

## 1. Two sockets, both with a name

Give two.

```sock
a = socket tcp
expect state a CLOSE
```

After the block.

```python
c = socket.socket()
```

## 2. Connect before anyone listens

```predict
What will `connect a` do?
- wait for a listener            => blocked
  accept has no part in it.
- fail at once                   => error ECONNREFUSED
```

```sock
connect a 127.0.0.1:1      # Teacher: who thinks so?
expect error ECONNREFUSED
```

<details><summary>Hint</summary>Only one plays the server.</details>
<details>
<summary>More</summary>

Two `paragraphs`

```sock
connect a 127.0.0.1:1
```

</details>

```quiz
Is it over?
- [x] Yes
- [ ] No
  It is.
```
"#;

fn example() -> Lesson {
    Lesson::parse("04-x.md", EXAMPLE).unwrap_or_else(|defects| panic!("{defects:#?}"))
}

/// The defects of the example with something in it replaced, as `line: message`.
fn defects(old: &str, new: &str) -> Vec<String> {
    assert!(EXAMPLE.contains(old), "{old}");
    match Lesson::parse("x.md", &EXAMPLE.replacen(old, new, 1)) {
        Ok(_) => Vec::new(),
        Err(defects) => {
            let words = |d: Defect| format!("{}: {}", d.line, d.message);
            defects.into_iter().map(words).collect()
        }
    }
}

#[test]
fn the_front_matter() {
    let head = example().head;
    assert_eq!(head.id, "listen-and-accept");
    assert_eq!(head.network, Network::Local);
    assert_eq!(head.needs, [Need::Ipv6]);
    assert_eq!(head.minutes, Some(10));
}

#[test]
fn steps_keep_their_blocks_in_order() {
    let lesson = example();
    assert_eq!(lesson.intro.len(), 1);
    let ids: Vec<&str> = lesson.step_ids().collect();
    assert_eq!(
        ids,
        [
            "two-sockets-both-with-a-name",
            "connect-before-anyone-listens"
        ]
    );
    assert_eq!(lesson.steps[1].title, "2. Connect before anyone listens");
    let kinds = |step: &Step| step.blocks.iter().map(Block::kind).collect::<Vec<_>>();
    assert_eq!(
        kinds(&lesson.steps[0]),
        ["prose", "a `sock` block", "prose", "a listing"]
    );
    assert_eq!(
        kinds(&lesson.steps[1]),
        [
            "a `predict` block",
            "a `sock` block",
            "a hint",
            "a hint",
            "a `quiz` block"
        ]
    );
    let lines: Vec<usize> = lesson.steps[1].blocks.iter().map(Block::line).collect();
    assert_eq!(lines, [29, 36, 41, 42, 53]);
}

#[test]
fn a_sock_block_has_calls_claims_and_notes() {
    let lesson = example();
    let sock = lesson.steps[1].socks().next().unwrap();
    assert_eq!(sock.lines[0].text, "connect a 127.0.0.1:1");
    assert_eq!(
        sock.lines[0].note.as_deref(),
        Some("Teacher: who thinks so?")
    );
    assert_eq!(sock.answer().collect::<Vec<_>>(), ["connect a 127.0.0.1:1"]);
    let deeds = sock.deeds();
    assert_eq!(deeds.len(), 1);
    assert_eq!(deeds[0].line, 37);
    assert!(matches!(deeds[0].statement.action, Action::Call(_)));
    assert!(matches!(deeds[0].claims[..], [Claim::Error(_)]));
}

#[test]
fn questions_and_hints() {
    let lesson = example();
    let Block::Predict(predict) = &lesson.steps[1].blocks[0] else {
        panic!()
    };
    assert_eq!(predict.question, "What will `connect a` do?");
    assert_eq!(predict.choices[0].text, "wait for a listener");
    assert_eq!(predict.choices[0].feedback, "accept has no part in it.");
    assert_eq!(predict.choices[0].claim, Claim::Blocked);
    assert_eq!(predict.choices[1].source, "error ECONNREFUSED");
    let Some(Block::Quiz(quiz)) = lesson.steps[1].blocks.last() else {
        panic!()
    };
    let marks: Vec<(bool, &str)> = quiz
        .choices
        .iter()
        .map(|c| (c.right, c.feedback.as_str()))
        .collect();
    assert_eq!(marks, [(true, ""), (false, "It is.")]);
    let hints: Vec<&str> = lesson.steps[1].hints().collect();
    assert_eq!(hints[0], "Only one plays the server.");
    assert!(hints[1].starts_with("Two `paragraphs`") && hints[1].ends_with("```"));
}

/// What is replaced in the example, by what, and what is said of it.
const DEFECTS: &[(&str, &str, &str)] = &[
    (
        "minutes: 10",
        "minuts: 10",
        "6: front matter: unknown field",
    ),
    (
        "id: listen-and-accept\n",
        "",
        "front matter: missing field `id`",
    ),
    (
        "id: listen-and-accept",
        "id: Listen!",
        "2: `Listen!` cannot be an id",
    ),
    (
        "[ipv6]",
        "[ipv9]",
        "5: front matter: unknown word `ipv9`, expected one of capture, ipv6, multicast",
    ),
    (
        "---\nid",
        "id",
        "1: the file does not begin with front matter",
    ),
    (
        "minutes: 10\n---",
        "minutes: 10",
        "1: the front matter has no end",
    ),
    (
        "- fail at once                   => error ECONNREFUSED\n",
        "",
        "29: a question needs at least two choices",
    ),
    (
        "=> error ECONNREFUSED\n```",
        "\n```",
        "33: this choice claims nothing",
    ),
    (
        "=> error ECONNREFUSED",
        "=> blocked",
        "33: two choices claim the same",
    ),
    ("- [x] Yes", "- [ ] Yes", "53: no choice is marked as right"),
    ("- [x] Yes", "- Yes", "55: this choice has no mark"),
    ("Only one plays the server.", " ", "41: this hint is empty"),
    (
        "\n</details>\n\n```quiz",
        "\n\n```quiz",
        "42: this <details> is never closed",
    ),
    (
        "the server.</details>",
        "the server.",
        "41: this <details> is never closed",
    ),
    (
        "Give two.",
        "<details><summary>Hint</summary>Two.\n\nGive two.",
        "14: this <details> is never closed",
    ),
    (
        "After the block.",
        "<details><summary>Hint</summary>Two.\n\n<details><summary>More</summary>Three.</details>",
        "21: this <details> is never closed",
    ),
    (
        "## 2. Connect before anyone listens",
        "## 2. Two sockets both with a name",
        "two steps are called",
    ),
    (
        "connect a 127.0.0.1:1      # Teacher: who thinks so?\n",
        "",
        "37: this `expect` judges nothing",
    ),
    (
        "```sock\na = ",
        "```sock twice\na = ",
        "16: `twice` after `sock` means nothing",
    ),
    (
        "Give two.",
        "- Give:\n\n  ```sock\n  ls\n  ```",
        "16: a `sock` block inside a list",
    ),
    ("a = socket tcp", "a = socket tpc", "17: column"),
    (
        "```sock\na = ",
        "```Sock\na = ",
        "16: a block of `Sock` is not played: only `sock` is",
    ),
    (
        "```sock\na = ",
        "```socket\na = ",
        "16: a block of `socket` is not played",
    ),
    (
        "```sock\na = ",
        "```sock-other\na = ",
        "16: a block of `sock-other` is not played",
    ),
    ("```quiz", "```quizz", "only `quiz` is"),
    ("```predict", "```Predict", "only `predict` is"),
    (
        "Give two.",
        "Give two.\n\n    ```sock\n    expect sockets 9\n    ```",
        "16: this `sock` block is indented, so it is no block",
    ),
    (
        "Give two.",
        "Give two.\n    ```sock\n    expect sockets 9\n    ```",
        "15: this `sock` block is indented, so it is no block",
    ),
];

#[test]
fn defects_name_the_line() {
    for (old, new, said) in DEFECTS {
        let found = defects(old, new);
        assert!(
            found.iter().any(|words| words.contains(said)),
            "{said:?} is not in {found:?}"
        );
    }
    let gone = EXAMPLE.find("## 1").unwrap();
    let defects = Lesson::parse("x.md", &EXAMPLE[..gone]).unwrap_err();
    assert!(defects[0].message.contains("no step"), "{defects:?}");
}

#[test]
fn a_wrong_front_matter_has_one_line_number_the_files() {
    for (yaml, line, said) in [
        ("id: a\ntitle: b\nfoo: 1", 4, "unknown field `foo`"),
        ("id: [a\ntitle: b", 2, "this must be text"),
        ("id: a\n\ttitle: b", 3, "here is a tab; write blanks"),
        ("id: a\nid: b\ntitle: c", 3, "duplicate mapping key `id`"),
        (
            "id: a\ntitle: b\nminutes: many",
            4,
            "this must be a whole number",
        ),
        ("id: a\ntitle: b\nneeds: capture", 4, "this must be a list"),
        (
            "id: a\ntitle: b: c",
            3,
            "a value with a colon stands in quotes",
        ),
        ("id: a\ntitle: @b", 3, "stands in quotes: `@'"),
        ("id: a\ntitle: \"b", 3, "unclosed quote"),
        ("id: *x\ntitle: b", 2, "`*` stands in quotes"),
        (
            "id: a\ntitle: &x b\nminutes: *x",
            4,
            "this must be a whole number",
        ),
        ("just text", 2, "each line must be a key"),
        ("title: b", 2, "missing field `id`"),
        ("id: a\ntitle: ~", 3, "the value is missing"),
        (
            "id: a\ntitle: b\n\"c at line 9, column 2\": d",
            4,
            "unknown field `c at line 9, column 2`, expected",
        ),
        ("id: a\ntitle: b\nneeds: [capture", 4, "unclosed bracket"),
        ("id: a\ntitle: b\nnetwork: moon", 4, "unknown word `moon`"),
    ] {
        let text = format!("---\n{yaml}\n---\n# A\n");
        let defects = Lesson::parse("x.md", &text).unwrap_err();
        let found: Vec<_> = defects
            .iter()
            .filter(|defect| defect.message.starts_with("front matter: "))
            .collect();
        let [found] = found.as_slice() else {
            panic!("{yaml:?}: {defects:?}");
        };
        assert_eq!(found.line, line, "{yaml:?}: {found:?}");
        assert!(found.message.contains(said), "{yaml:?}: {found:?}");
        let own = found.message.replace("c at line 9, column 2", "");
        assert!(
            !own.contains("line ") || own.contains("each line"),
            "{found:?}"
        );
        assert!(!own.contains("column"), "{found:?}");
    }
}

#[test]
fn line_ends_and_a_byte_order_mark_do_not_matter() {
    let windows = format!("\u{feff}{}", EXAMPLE.replace('\n', "\r\n"));
    assert_eq!(Lesson::parse("04-x.md", &windows).unwrap(), example());
}

#[test]
fn no_input_panics() {
    let cuts = (0..EXAMPLE.len()).filter(|at| EXAMPLE.is_char_boundary(*at));
    for at in cuts {
        let _ = Lesson::parse("x.md", &EXAMPLE[..at]);
        let _ = Lesson::parse(
            "x.md",
            &format!("---\nid: a\ntitle: b\n---\n{}", &EXAMPLE[at..]),
        );
    }
    for text in [
        "",
        "---",
        "---\n---\n",
        "<details>",
        "```sock",
        "## \n```sock\n```",
        "\0\u{202e}\n## #",
    ] {
        assert!(Lesson::parse("x.md", text).is_err());
    }
}

#[test]
fn a_block_without_an_end_is_the_only_defect() {
    for (old, new, said) in [
        (
            "state a CLOSE\n```\n",
            "state a CLOSE\n",
            "16: this block is never closed: the next begins in line 22",
        ),
        (
            "ECONNREFUSED\n```\n\n```sock",
            "ECONNREFUSED\n\n```sock",
            "29: this block is never closed: the next begins in line 35",
        ),
        (
            "c = socket.socket()\n```\n",
            "c = socket.socket()\n",
            "23: this block is never closed: the next begins in line 28",
        ),
    ] {
        let found = defects(old, new);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(said), "{said:?} is not in {found:?}");
    }
    let open = EXAMPLE.trim_end().strip_suffix("```").unwrap();
    let found = Lesson::parse("x.md", open).unwrap_err();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].message, "this block is never closed");
    // Four backticks show what three mean.
    let shown = EXAMPLE.replace("Give two.", "````\n```sock\nls\n```\n````");
    assert!(Lesson::parse("x.md", &shown).is_ok());
}

#[test]
fn a_claim_of_a_prediction_is_answered_as_an_expect_is() {
    for (claim, message, help) in [
        ("stat a CLOSE", "stat", "state"),
        ("state a MOON", "MOON", "CLOSE"),
    ] {
        let text = EXAMPLE.replace("=> blocked", &format!("=> {claim}"));
        let defects = Lesson::parse("x.md", &text).unwrap_err();
        let [defect] = defects.as_slice() else {
            panic!("{defects:?}");
        };
        assert!(defect.message.contains(message), "{defect:?}");
        let as_expect = crate::lang::parse(&format!("expect {claim}")).unwrap_err();
        assert_eq!(defect.help, sock::help(&as_expect));
        assert!(defect.help.contains(help), "{defect:?}");
    }
}

#[test]
fn an_arrow_may_stand_in_the_words_and_in_the_data() {
    for (choice, text, source) in [
        ("a => data \"x=>y\"", "a", "data \"x=>y\""),
        ("x => y => ok", "x => y", "ok"),
        ("x=>error ECONNREFUSED", "x", "error ECONNREFUSED"),
    ] {
        let lesson = EXAMPLE.replace("wait for a listener            => blocked", choice);
        let lesson = lesson.replace("=> error ECONNREFUSED\n```", "=> blocked\n```");
        let lesson = Lesson::parse("x.md", &lesson).unwrap();
        let Block::Predict(predict) = &lesson.steps[1].blocks[0] else {
            panic!("{lesson:?}");
        };
        assert_eq!(predict.choices[0].text, text);
        assert_eq!(predict.choices[0].source, source);
    }
}

#[test]
fn a_slug_leaves_the_number_out() {
    assert_eq!(
        slug("2. Connect, *before* anyone listens?"),
        "connect-before-anyone-listens"
    );
    assert_eq!(slug("Who's there"), "whos-there");
    assert_eq!(slug("3"), "3");
    assert_eq!(slug("4. Überraschung"), "überraschung");
}
