//! A lesson in the laboratory in front of a class. The teacher talks at every pause, and no step may wait for a timer
//! that a held packet has made longer meanwhile.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::support::skip;
use socktutor::app::play::watch::{Cue, Pauses, Show};
use socktutor::app::play::{Round, lacking, stage, unseen};
use socktutor::app::{App, Settings};
use socktutor::event::{Event, What};
use socktutor::lesson::{Lesson, Library};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// The program, which a laboratory's helper process runs.
const PROGRAM: &str = env!("CARGO_BIN_EXE_socktutor");

/// Taken for a round-trip time, this makes a timer of at least three times as much.
const TALK: Duration = Duration::from_secs(1);
/// How long a claim is waited for: longer than a timer that did not grow takes, shorter than one that did.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a show found wrong.
fn wrong(event: &Event) -> Option<String> {
    match &event.what {
        What::Expect(verdict) if !verdict.holds => {
            Some(format!("{}: {}", verdict.claim, verdict.found))
        }
        What::Error(complaint) => Some(complaint.message.clone()),
        _ => None,
    }
}

/// So much time goes by. What happens meanwhile is taken note of, as it is at the prompt.
fn talk(app: &mut App, news: &Receiver<()>) {
    let end = Instant::now() + TALK;
    while news
        .recv_timeout(end.saturating_duration_since(Instant::now()))
        .is_ok()
    {
        app.poll(&mut unseen);
    }
}

/// What did not hold in a lesson that is shown slowly, up to this step.
fn shown_slowly(lesson: &Lesson, settings: Settings, last: usize) -> Vec<String> {
    let mut app = stage(settings, &lesson.head).unwrap();
    let (told, news) = channel();
    // Once the lesson is over nobody listens.
    app.on_news(std::sync::Arc::new(move || {
        let _ = told.send(());
    }));
    let mut defects = Vec::new();
    let mut round = None;
    let show = Show::new(lesson, Pauses::default());
    for cue in show.take_while(|cue| *cue != Cue::Scene(Some(last + 1))) {
        let mut sink = |event: Event| defects.extend(wrong(&event));
        match cue {
            Cue::Wait(_) => talk(&mut app, &news),
            Cue::Block(sock) => round = Some(Round::new(&sock)),
            Cue::Run(line) | Cue::Check(line) => {
                round.as_mut().unwrap().run(&mut app, &line, &mut sink);
            }
            Cue::Judge(predict) => {
                let findings = round
                    .as_mut()
                    .unwrap()
                    .truths(&mut app, &predict, &mut sink);
                let came_true = findings.iter().filter(|finding| finding.holds).count();
                if came_true != 1 {
                    defects.push(format!("{came_true} came true: {}", predict.question));
                }
            }
            _ => {}
        }
    }
    defects
}

#[test]
fn a_probe_comes_soon_however_long_the_teacher_talks() {
    let _alone = super::alone();
    let library = Library::embedded();
    let lesson = library
        .open(library.find("flow-control").unwrap(), None)
        .unwrap();
    let settings = Settings {
        program: Some(PROGRAM.into()),
        script: true,
        timeout: PATIENCE,
        ..Settings::default()
    };
    if let Some(reason) = lacking(&lesson.head, settings.program.as_deref()) {
        skip(&reason);
        return;
    }
    let nothing: [&str; 0] = [];
    assert_eq!(shown_slowly(&lesson, settings, 4), nothing);
}
