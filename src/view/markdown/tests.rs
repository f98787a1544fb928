use super::*;

fn reflowed(source: &str) -> Vec<Line> {
    reflow(&source.lines().map(str::to_owned).collect::<Vec<_>>())
}

fn prose(lead: &str, text: &str) -> Line {
    Line::Prose {
        lead: lead.to_owned(),
        text: text.to_owned(),
    }
}

#[test]
fn paragraphs_and_list_items_are_joined() {
    assert_eq!(
        reflowed("# A\none\ntwo\n- x\n  y\n1. z"),
        [
            prose("# ", "A"),
            prose("", "one two"),
            prose("- ", "x y"),
            prose("1. ", "z")
        ]
    );
}

#[test]
fn code_and_tables_stay() {
    let fence = |info: &str| Line::Fence {
        info: info.to_owned(),
    };
    let fixed = |text: &str| Line::Fixed(text.to_owned());
    assert_eq!(
        reflowed("```c\n- a\n  b\n```\n| a |\n| b |"),
        [
            fence("c"),
            fixed("- a"),
            fixed("  b"),
            fence(""),
            fixed("| a |"),
            fixed("| b |")
        ]
    );
}

#[test]
fn what_only_looks_like_a_list_is_prose() {
    assert_eq!(lead("*:80 is any address"), None);
    assert_eq!(lead("- "), Some("- ".to_owned()));
    assert_eq!(lead("2026 was"), None);
    assert_eq!(lead("  * deeper"), Some("  * ".to_owned()));
}

#[test]
fn without_color_code_keeps_its_backticks_and_stays_in_one_piece() {
    let style = Style {
        color: false,
        unicode: true,
        width: Some(24),
    };
    let lines = reflowed("Look at all of `explain MSG_PEEK` and at `*:80`, *not* `a_b_c` or `d`.");
    let text = drawn(&lines, &style, 24);
    assert_eq!(
        text,
        "Look at all of\n`explain MSG_PEEK` and\nat `*:80`, not `a_b_c`\nor `d`.\n"
    );
}

/// As it is drawn on a terminal of this width, without color.
fn on_screen(source: &str, width: usize) -> String {
    let style = Style {
        color: false,
        unicode: true,
        width: Some(width),
    };
    let lines: Vec<String> = source.lines().map(str::to_owned).collect();
    drawn(&reflow(&lines), &style, width)
}

#[test]
fn a_line_in_parts_is_folded_at_words() {
    // Each question has room on a line of its own, and none has room behind its label.
    for length in 62..77 {
        let question = format!("{}end?", "four ".repeat(20).split_at(length - 4).0);
        for label in ["**Your vote:** ", "`wire hold` ", "See **this** "] {
            let shown = on_screen(&format!("{label}{question}"), 76);
            let lines: Vec<&str> = shown.lines().collect();
            assert!(lines[0].contains("four four"), "{shown}");
            assert!(lines.iter().all(|line| !line.starts_with(' ')), "{shown}");
            let words = |text: &str| {
                text.replace('*', "")
                    .split_whitespace()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            assert_eq!(words(&shown), words(&format!("{label}{question}")));
        }
    }
}

#[test]
fn a_line_of_two_styles_is_folded_at_the_width() {
    let question = "**Before you call it:** `accept` will return a new socket, conn. Which address will it have?";
    for color in [true, false] {
        let style = Style {
            color,
            unicode: true,
            width: Some(80),
        };
        for source in [question, &question.replace('`', "")] {
            let lines = vec![prose("", source)];
            let drawn = drawn(&lines, &style, 80);
            let folded: Vec<usize> = drawn.lines().map(wrap::painted_columns).collect();
            assert!(
                folded.len() == 2 && folded[0] > 70 && folded[0] <= 80,
                "{drawn}"
            );
            assert!(!drawn.contains("\n "), "{drawn}");
        }
    }
}
