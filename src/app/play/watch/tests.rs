//! The script of the show, without a terminal.

use super::*;
use crate::app::Settings;
use crate::app::play::{Round, stage, unseen};
use crate::lesson::Library;
use crate::undisturbed::alone;

const LESSON: &str = "\
---
id: x
title: Nobody there
minutes: 1
---
Before the first step.

## 1. Make one

Make a socket.

```sock
s = socket tcp
# Teacher: what is missing?
bind s 127.0.0.1:0      # and now?
expect state s CLOSE
```

## 2. Knock

```predict
What happens?
- it sleeps  => blocked
  It would, were there no kernel.
- it fails   => error ECONNREFUSED
```

```sock
c = socket tcp
connect c s.local
expect error ECONNREFUSED
```

Nobody was there.

<details><summary>Hint</summary>Not shown.</details>

```quiz
Who said no?
- [x] the kernel
- [ ] the program
  There is none.
```
";

fn lesson() -> Lesson {
    Lesson::parse("x.md", LESSON).unwrap()
}

/// The cues in short.
fn script(show: Show) -> Vec<String> {
    show.map(|cue| match cue {
        Cue::Read(text) => format!("read {}", text.lines().next().unwrap_or_default()),
        Cue::Block(_) => "block".to_owned(),
        Cue::Judge(_) => "judge".to_owned(),
        other => format!("{other:?}"),
    })
    .collect()
}

#[test]
fn the_script_of_a_lesson() {
    let cues = script(Show::new(&lesson(), Pauses::default()));
    let wanted = [
        "Scene(None)",
        "read # Nobody there",
        "Wait(Step)",
        "Scene(Some(1))",
        "read ## 1. Make one",
        "Wait(Task)",
        "block",
        "Type(\"s = socket tcp\")",
        "Run(\"s = socket tcp\")",
        "Note(\"Teacher: what is missing?\")",
        "Note(\"and now?\")",
        "Wait(Line)",
        "Type(\"bind s 127.0.0.1:0\")",
        "Run(\"bind s 127.0.0.1:0\")",
        "Check(\"expect state s CLOSE\")",
        "Wait(Step)",
        "Scene(Some(2))",
        "read ## 2. Knock",
        "Wait(Vote)",
        "block",
        "Type(\"c = socket tcp\")",
        "Run(\"c = socket tcp\")",
        "Type(\"connect c s.local\")",
        "Run(\"connect c s.local\")",
        "Check(\"expect error ECONNREFUSED\")",
        "judge",
        "read Nobody was there.",
        "Wait(Vote)",
        "read **1 is right:** the kernel",
        "Wait(End)",
    ];
    assert_eq!(cues, wanted);
}

#[test]
fn with_step_it_waits_before_every_line_but_the_first() {
    let every_line = Pauses { every_line: true };
    let cues = script(Show::new(&lesson(), every_line));
    let connect = cues
        .iter()
        .position(|cue| cue.starts_with("Type(\"connect"));
    assert_eq!(cues[connect.unwrap() - 1], "Wait(Line)");
    let first = cues.iter().position(|cue| cue.starts_with("Type("));
    assert_eq!(cues[first.unwrap() - 1], "block");
}

#[test]
fn back_leads_to_the_step_and_then_to_the_one_before() {
    let mut show = Show::new(&lesson(), Pauses::default());
    assert!(
        show.by_ref()
            .any(|cue| matches!(cue, Cue::Run(line) if line.starts_with("connect")))
    );
    let back = show.back();
    assert_eq!(back.step, Some(2));
    let run = |cue: &Cue| match cue {
        Cue::Run(line) | Cue::Check(line) => Some(line.clone()),
        _ => None,
    };
    let lines: Vec<String> = back.before.iter().filter_map(run).collect();
    let wanted = [
        "s = socket tcp",
        "bind s 127.0.0.1:0",
        "expect state s CLOSE",
    ];
    assert_eq!(lines, wanted);
    assert!(show.by_ref().any(|cue| cue == Cue::Wait(Wait::Vote)));
    let back = show.back();
    assert_eq!((back.step, back.before.len()), (Some(1), 0));
    assert_eq!(show.next(), Some(Cue::Scene(Some(1))));
    assert_eq!(show.back().step, None);
    assert_eq!(
        show.back().step,
        None,
        "there is nothing before the beginning"
    );
    assert_eq!(
        show.last(),
        Some(Cue::Wait(Wait::End)),
        "and from there to the end"
    );
}

/// Plays everything but the typing, as the stage does; gives what came true and what did not hold.
fn played(lesson: &Lesson) -> (Vec<String>, Vec<String>) {
    let _turn = turn(lesson).unwrap();
    let mut app = stage(Settings::script(), &lesson.head).unwrap();
    let mut round = None;
    let (mut told, mut wrong) = (Vec::new(), Vec::new());
    let mut typed = None;
    for cue in Show::new(lesson, Pauses::default()) {
        match cue {
            Cue::Block(sock) => round = Some(Round::new(&sock)),
            Cue::Type(line) => typed = Some(line),
            Cue::Run(line) | Cue::Check(line) => {
                if let Some(typed) = typed.take() {
                    assert_eq!(typed, line, "what is typed is what is run");
                }
                let mut note = |event: Event| match event.what {
                    What::Expect(verdict) if !verdict.holds => wrong.push(verdict.claim),
                    What::Error(complaint) => wrong.push(complaint.message),
                    _ => {}
                };
                round.as_mut().unwrap().run(&mut app, &line, &mut note);
            }
            Cue::Judge(predict) => {
                let round = round.as_mut().unwrap();
                told.push(truth(round, &mut app, &predict, &mut unseen));
            }
            _ => {}
        }
    }
    (told, wrong)
}

#[test]
fn every_lesson_on_this_machine_can_be_watched_to_its_end() {
    // Lesson 1 uses a descriptor after its close; its number must not be another test's by then.
    if !alone("app::play::watch::tests::every_lesson_on_this_machine_can_be_watched_to_its_end") {
        return;
    }
    let library = Library::embedded();
    assert!(library.entries().len() >= 8);
    for entry in library.entries() {
        let lesson = library.open(entry, None).unwrap();
        // A laboratory's helper is the program itself, which this test is not: `tests/lab` watches those.
        if !lesson.head.laboratory().is_empty() {
            continue;
        }
        if crate::app::play::lacking(&lesson.head, None).is_some() {
            continue;
        }
        let (told, wrong) = played(&lesson);
        assert_eq!(wrong, [""; 0], "{}", entry.file);
        for words in told {
            let truths = words.matches(" came true:**").count();
            assert_eq!(truths, 1, "{}: {words}", entry.file);
        }
    }
}

#[test]
fn what_came_true_is_told_with_what_is_said_of_the_rest() {
    let (told, wrong) = played(&lesson());
    assert_eq!(wrong, [""; 0]);
    let words =
        "**2 came true:** it fails\n\n- Not 1, *it sleeps*: It would, were there no kernel.\n";
    assert_eq!(told, [words]);
}

#[test]
fn a_replay_says_what_went_otherwise() {
    let settings = Settings {
        timeout: std::time::Duration::from_millis(50),
        ..Settings::script()
    };
    let mut app = stage(settings, &lesson().head).unwrap();
    app.execute("s = socket udp", &mut unseen);
    let lines = [
        "s = socket tcp",
        "expect state s LISTEN",
        "connect nobody 1",
    ];
    let cues = lines.map(|line| Cue::Run(line.to_owned()));
    let wrong = replay(&mut app, &cues).unwrap().wrong;
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert!(wrong[0].contains("CLOSE"), "{wrong:?}");
    assert!(replay(&mut app, &cues[..1]).unwrap().wrong.is_empty());
    assert_eq!(app.session().open_count(), 1);
}
